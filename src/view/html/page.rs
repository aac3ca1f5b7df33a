//! A page of ours, whatever it is about: one file that asks for nothing, with its style and its script inside.
//!
//! **Invariant:** a browser runs and applies what stands here by its hash, and nothing else: the policy lets no other
//! script, style, image or connection through, even where a text got out of its place.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

/// How every page of ours looks.
pub(super) const STYLE: &str = include_str!("style.css");
/// What every page of ours can do beyond being read: search, sort, print.
pub(super) const SCRIPT: &str = include_str!("script.js");

/// A page.
pub(super) struct Page<'a> {
    /// What it is, in one word; whoever overwrites it knows it by that.
    pub(super) kind: &'a str,
    /// What the tab of a browser says.
    pub(super) title: &'a str,
    /// The content: a header, the main part and a footer.
    pub(super) body: Markup,
}

impl Page<'_> {
    /// Writes the page; it ends with a line break.
    pub(super) fn render(&self) -> String {
        let page = html! {
            (DOCTYPE)
            html lang="en" data-orderform=(self.kind) {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy());
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="referrer" content="no-referrer";
                    title { (self.title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    (self.body)
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        };
        page.into_string() + "\n"
    }
}

/// Returns what a page of a kind begins with.
pub(super) const fn mark() -> &'static str {
    "<!DOCTYPE html><html lang=\"en\" data-orderform=\"plan\">"
}

/// What the page may do: apply and run the two texts that stand in it.
fn policy() -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(SCRIPT),
        hash(STYLE)
    )
}
