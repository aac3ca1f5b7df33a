//! A page of ours, whatever it is about: one file with its styles and its scripts inside, which asks for nothing.
//!
//! A page that is [`Life::Live`] is served, and asks whoever served it for itself anew.
//!
//! **Invariant:** a browser runs and applies what stands here by its hash, and nothing else: the policy lets no other
//! script, style or image through, and no connection but that one, even where a text got out of its place.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

/// How every page of ours looks.
pub(super) const STYLE: &str = include_str!("style.css");
/// What every page of ours can do beyond being read: search, sort, print.
pub(super) const SCRIPT: &str = include_str!("script.js");

/// How a page looks beside that which is live.
pub(super) const LIVE_STYLE: &str = include_str!("live.css");
/// How a page that is live asks for itself anew.
pub(super) const LIVE_SCRIPT: &str = include_str!("live.js");

/// Whether a page changes while somebody looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    /// It is a file.
    Still,
    /// It is served, by somebody who tells of changes.
    Live,
}

impl Life {
    fn styles(self) -> &'static [&'static str] {
        match self {
            Self::Still => &[STYLE],
            Self::Live => &[STYLE, LIVE_STYLE],
        }
    }

    fn scripts(self) -> &'static [&'static str] {
        match self {
            Self::Still => &[SCRIPT],
            // First, so that it compares what was served and not what the other made of it.
            Self::Live => &[LIVE_SCRIPT, SCRIPT],
        }
    }
}

/// A page.
pub(super) struct Page<'a> {
    /// What it is, in one word; whoever overwrites it knows it by that.
    pub(super) kind: &'a str,
    /// What the tab of a browser says.
    pub(super) title: &'a str,
    /// The content: a header, the main part and a footer.
    pub(super) body: Markup,
    /// Whether it changes.
    pub(super) life: Life,
}

impl Page<'_> {
    /// Writes the page; it ends with a line break.
    pub(super) fn render(&self) -> String {
        let page = html! {
            (DOCTYPE)
            html lang="en" data-orderform=(self.kind) {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy(self.life));
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="referrer" content="no-referrer";
                    title { (self.title) }
                    @for style in self.life.styles() { style { (PreEscaped(style)) } }
                }
                body {
                    (self.body)
                    @for script in self.life.scripts() { script { (PreEscaped(script)) } }
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

/// What the page may do: apply and run the texts that stand in it; where it is live, ask for itself anew and be asked for
/// other orders.
fn policy(life: Life) -> String {
    let hash = |text: &&str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    let hashes = |texts: &[&str]| texts.iter().map(hash).collect::<Vec<_>>().join(" ");
    let (scripts, styles) = (hashes(life.scripts()), hashes(life.styles()));
    let asks = match life {
        Life::Still => "form-action 'none'",
        Life::Live => "connect-src 'self'; form-action 'self'",
    };
    format!("default-src 'none'; script-src {scripts}; style-src {styles}; base-uri 'none'; {asks}")
}
