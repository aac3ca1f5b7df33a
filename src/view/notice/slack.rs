//! Blocks, as an incoming webhook of Slack takes them ("Block Kit").
//!
//! **Invariant:** `&`, `<` and `>` are written as entities everywhere ("Formatting text for app surfaces"), so that no text
//! of others is a mention or a link; it stands between backticks, of which it has none, so that it is no markup either.

use serde_json::{Value, json};

use super::{and_more, lines_of, source};
use crate::view::html::{Piece, pieces};
use crate::view::words::{self, Medium};
use crate::watch::{Matter, Notice, Status};

/// The longest message. Slack names no limit of the whole; this is far below what it was seen to take.
pub(super) const MOST_BYTES: usize = 40_000;

/// The longest text of a block ("Text object").
const MOST_CHARACTERS: usize = 3_000;

/// Writes a message that names these orders. With 20 of them it has 24 blocks, of 50 that Slack takes.
pub(super) fn message(notice: &Notice, status: &Status, shown: &[Matter]) -> String {
    let account = words::notice(notice, Medium::Html);
    let headline = bold(&account.headline);
    let mut blocks =
        vec![section([headline.clone()].into_iter().chain(account.details.iter().map(|line| set(line))))];
    for matter in shown {
        let title = set(&words::matter_title(matter, Medium::Html));
        blocks.push(section([title].into_iter().chain(lines_of(matter).iter().map(|line| set(line)))));
    }
    blocks.extend(and_more(notice, shown.len()).map(|line| section([line])));
    let source = mrkdwn(fitting([set(&source(notice, status))]));
    blocks.push(json!({ "type": "context", "elements": [source] }));
    // What is shown where blocks are not, as in a notification on a telephone.
    let text = fitting([headline]);
    json!({ "text": text, "blocks": blocks, "unfurl_links": false, "unfurl_media": false }).to_string()
}

fn section(lines: impl IntoIterator<Item = String>) -> Value {
    json!({ "type": "section", "text": mrkdwn(fitting(lines)) })
}

/// `verbatim`: nothing in it is made into a link or a mention.
fn mrkdwn(text: String) -> Value {
    json!({ "type": "mrkdwn", "text": text, "verbatim": true })
}

/// Puts lines below each other as long as there is room. A line is left out whole, so that no entity is cut.
fn fitting(lines: impl IntoIterator<Item = String>) -> String {
    let (mut text, mut room) = (String::new(), MOST_CHARACTERS - 2);
    for line in lines {
        let length = line.chars().count() + 1;
        if length > room {
            text.push('…');
            break;
        }
        room -= length;
        text.push_str(&line);
        text.push('\n');
    }
    text.trim_end().to_owned()
}

fn set(words: &str) -> String {
    pieces(words).into_iter().map(|(piece, text)| one(piece, &text)).collect()
}

/// Sets a line in bold where it is all ours: nothing beside code is bold.
fn bold(words: &str) -> String {
    let is_ours = pieces(words).iter().all(|(piece, _)| *piece == Piece::Words);
    if is_ours { format!("*{}*", set(words)) } else { set(words) }
}

fn one(piece: Piece, text: &str) -> String {
    let safe = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    match piece {
        Piece::Words => safe,
        Piece::Code | Piece::Isolated => format!("`{}`", safe.replace('`', "'")),
    }
}
