//! An Adaptive Card, as a workflow of Microsoft Teams takes it ("Create and send messages").
//!
//! **Invariant:** every text stands in a `TextRun`, which knows no Markdown ("Text features" of Adaptive Cards), so that no
//! text of others becomes a link; the card lists no mentions, and without a list `<at>` is a text.

use serde_json::{Value, json};

use super::{and_more, lines_of, source};
use crate::view::html::{Piece, pieces};
use crate::view::words::{self, Medium};
use crate::watch::{Matter, Notice, Status};

/// The longest message: Teams takes 28 KB ("Limits and specifications for Microsoft Teams"), and the workflow adds to it.
pub(super) const MOST_BYTES: usize = 24_000;

/// Writes a message that names these orders.
pub(super) fn message(notice: &Notice, status: &Status, shown: &[Matter]) -> String {
    let account = words::notice(notice, Medium::Html);
    let mut body = vec![block(&account.headline, &json!({ "weight": "Bolder", "size": "Medium" }), "None")];
    body.extend(account.details.iter().map(|line| block(line, &json!({}), "Small")));
    for matter in shown {
        let title = words::matter_title(matter, Medium::Html);
        body.push(block(&title, &json!({ "weight": "Bolder" }), "Medium"));
        body.extend(lines_of(matter).iter().map(|line| block(line, &json!({}), "None")));
    }
    body.extend(and_more(notice, shown.len()).map(|line| block(&line, &json!({}), "Medium")));
    body.push(block(&source(notice, status), &json!({ "size": "Small", "isSubtle": true }), "Medium"));
    let card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": { "width": "Full" },
        "body": body,
    });
    let attachment = json!({ "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": null, "content": card });
    json!({ "type": "message", "attachments": [attachment] }).to_string()
}

fn block(words: &str, look: &Value, spacing: &str) -> Value {
    let runs: Vec<Value> = pieces(words).into_iter().map(|(piece, text)| run(piece, &text, look)).collect();
    json!({ "type": "RichTextBlock", "spacing": spacing, "inlines": runs })
}

fn run(piece: Piece, text: &str, look: &Value) -> Value {
    // A card may hold `{{DATE(…)}}`, which clients put into words; nobody's text is to be one.
    let text = text.replace("{{", "{ {").replace("{{", "{ {");
    let mut run = json!({ "type": "TextRun", "text": text });
    if let (Some(run), Some(look)) = (run.as_object_mut(), look.as_object()) {
        run.extend(look.clone());
        if piece != Piece::Words {
            run.insert("fontType".to_owned(), "Monospace".into());
        }
    }
    run
}
