//! Hostile texts: what others may write in any place that takes a text, through every renderer.
//!
//! [`corpus`] holds the texts, [`stuffed`] puts one of them into every place that a text of others can reach,
//! [`renderers`] is the one list of all that is shown, and [`judge`] says what of it is alive: markup, a control
//! character, a command to a build server. The program itself is held to the same in `transcripts/hostile.rs`.
//!
//! **Invariant:** no judge asks the code it judges: characters, commands, Markdown and JSON are known here by
//! themselves, or by a parser of somebody else.

mod adopted;
pub(crate) mod corpus;
pub(crate) mod judge;
mod renderers;
mod stuffed;

use proptest::prelude::*;

use renderers::Renderer;
use stuffed::Stuffed;

/// A text that means nothing anywhere.
const HARMLESS: &str = "harmless";

/// The most characters of a text that leaves room for everything in a comment, however it is escaped.
const SHORT: usize = 80;

/// Every renderer, with what it builds around a harmless text.
fn renderers() -> Vec<(Renderer, Vec<String>)> {
    let harmless = Stuffed::with(HARMLESS);
    let built = renderers::all().into_iter().map(|renderer| {
        let built = renderer.kind.build(&(renderer.render)(&harmless));
        (renderer, built)
    });
    built.collect()
}

/// Says what is alive in what the renderers make of a text, and where one builds otherwise than around a harmless one.
fn alive(text: &str, renderers: &[(Renderer, Vec<String>)]) -> Vec<String> {
    let with = Stuffed::with(text);
    // Of long texts a comment has no room for every order.
    let is_short = text.chars().count() <= SHORT;
    let mut found = Vec::new();
    for (renderer, expected) in renderers {
        let shown = (renderer.render)(&with);
        let mut what = renderer.kind.judge(&shown);
        // An empty text has no place in a page.
        let has_place = renderer.kind != judge::Kind::Html || !text.is_empty();
        if renderer.is_built_alike && is_short && has_place {
            what.extend(built_otherwise(&renderer.kind.build(&shown), expected));
        }
        if renderer.keeps_texts && !judge::texts_in_json(&shown).iter().any(|shown| shown == text) {
            what.push("programs do not read it as it was written".to_owned());
        }
        found.extend(what.iter().map(|what| format!("{}: {:?}: {what}", renderer.name, short(text))));
    }
    found
}

fn built_otherwise(built: &[String], expected: &[String]) -> Option<String> {
    let differs = built.iter().zip(expected).find(|(is, should)| is != should);
    let (is, should) = (built.len(), expected.len());
    (built != expected).then(|| format!("built otherwise: {differs:?}, {is} parts for {should}"))
}

fn short(text: &str) -> String {
    text.chars().take(80).collect()
}

#[test]
fn no_hostile_text_is_alive_in_anything_that_is_shown() {
    let renderers = renderers();
    let found: Vec<String> = corpus::texts().iter().flat_map(|text| alive(text, &renderers)).collect();
    assert!(found.is_empty(), "{}:\n{}", found.len(), found.join("\n"));
}

/// Pieces of hostile texts, and characters of every kind between them.
fn made_up() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => proptest::sample::select(corpus::texts()),
        2 => "[ -~]{0,12}",
        2 => "(?s)[#:\\[\\]()<>`|@!*_~$\\\\\r\n\t &;/-]{0,8}",
        1 => "\\PC{0,4}",
        1 => "[\u{0}-\u{1f}\u{7f}-\u{9f}\u{200b}-\u{206f}\u{e0000}-\u{e007f}]{0,3}",
    ];
    proptest::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat().chars().take(SHORT).collect())
}

/// Built once for all cases.
static RENDERERS: std::sync::OnceLock<Vec<(Renderer, Vec<String>)>> = std::sync::OnceLock::new();

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn no_text_whatever_is_alive_in_anything_that_is_shown(text in made_up()) {
        let alive = alive(&text, RENDERERS.get_or_init(renderers));
        prop_assert!(alive.is_empty(), "{}", alive.join("\n"));
    }
}
