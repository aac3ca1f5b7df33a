//! Markdown as GitHub reads it, and more of it than GitHub does: what a parser finds that we never write.

use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};

/// The tags that we write.
const TAGS: [&str; 9] = [
    "<br>",
    "<details>",
    "<details open>",
    "</details>",
    "<summary>",
    "</summary>",
    "<code>",
    "</code>",
    "<details open=\"\">",
];

/// Says what of a comment is alive that we never write.
pub(super) fn alive(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_emphasis = false;
    visit(text, |node| {
        // We emphasise one word.
        let in_emphasis = std::mem::replace(&mut is_emphasis, matches!(node, NodeValue::Emph));
        if in_emphasis && !matches!(node, NodeValue::Text(word) if word == "hint:") {
            found.push(format!("emphasis: {node:?}"));
        }
        let problem = match node {
            NodeValue::Document
            | NodeValue::Paragraph
            | NodeValue::Strong
            | NodeValue::Emph
            | NodeValue::SoftBreak
            | NodeValue::Code(_)
            | NodeValue::Table(_)
            | NodeValue::TableRow(_)
            | NodeValue::TableCell
            | NodeValue::List(_)
            | NodeValue::Item(_) => None,
            NodeValue::Text(text) => unusual(text),
            NodeValue::HtmlBlock(html) => unknown_html(&html.literal),
            NodeValue::HtmlInline(html) => unknown_html(html),
            other => Some(format!("markup: {other:?}")),
        };
        found.extend(problem);
    });
    found
}

/// Says what is not inside the one fence that a text shall be.
pub(super) fn not_one_fence(text: &str) -> Vec<String> {
    let mut nodes = Vec::new();
    visit(text, |node| nodes.push(node.clone()));
    match nodes.as_slice() {
        [NodeValue::Document, NodeValue::CodeBlock(_)] => Vec::new(),
        _ => vec![format!("{} nodes are not one fence", nodes.len())],
    }
}

/// Returns the nodes of a comment in their order, with the words that are ours.
pub(super) fn build(text: &str) -> Vec<String> {
    let mut built = Vec::new();
    visit(text, |node| {
        built.push(match node {
            NodeValue::Text(text) => format!("text {text}"),
            NodeValue::HtmlBlock(html) => format!("html {}", without_code(&html.literal)),
            NodeValue::HtmlInline(html) => format!("html {html}"),
            NodeValue::Code(_) => "code".to_owned(),
            NodeValue::CodeBlock(_) => "fence".to_owned(),
            NodeValue::Table(table) => format!("table of {}", table.num_columns),
            other => format!("{other:?}"),
        });
    });
    built
}

fn visit(text: &str, mut take: impl FnMut(&NodeValue)) {
    fn down<'a>(node: &'a AstNode<'a>, take: &mut impl FnMut(&NodeValue)) {
        take(&node.data().value);
        node.children().for_each(|child| down(child, take));
    }
    let mut options = Options::default();
    let extension = &mut options.extension;
    extension.strikethrough = true;
    extension.table = true;
    extension.autolink = true;
    extension.tasklist = true;
    extension.footnotes = true;
    extension.alerts = true;
    extension.math_dollars = true;
    extension.math_code = true;
    extension.shortcodes = true;
    extension.multiline_block_quotes = true;
    extension.wikilinks_title_after_pipe = true;
    extension.spoiler = true;
    let arena = Arena::new();
    down(parse_document(&arena, text, &options), &mut take);
}

/// Says what of plain words is more: mentions, references and the like are found in what is parsed already. What we say
/// is made of letters, digits and the punctuation of prose.
fn unusual(text: &str) -> Option<String> {
    let is_prose = |c: char| c.is_alphanumeric() || " .,:;?!'\"()/+-=…→—".contains(c);
    let is_hash = |word: &str| word.len() >= 7 && word.bytes().all(|c| c.is_ascii_hexdigit());
    let is_live = text.contains("://")
        || text.contains("www.")
        || text.split(|c: char| !c.is_alphanumeric()).any(is_hash)
        || ["GH-", "GHSA-", "CVE-"].iter().any(|reference| text.contains(reference));
    (is_live || !text.chars().all(is_prose)).then(|| format!("words that are not ours: {text:?}"))
}

/// Says what of HTML is not ours.
fn unknown_html(html: &str) -> Option<String> {
    let mut rest = html.to_owned();
    let marks = ["<!-- orderform:plan ", "<!-- orderform:truncated "];
    let marked = marks.iter().find_map(|mark| html.strip_prefix(mark));
    if let Some((mark, after)) = marked.and_then(|html| html.split_once("-->")) {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || " -:=.,".contains(c);
        if mark.chars().all(is_plain) {
            rest = after.to_owned();
        }
    }
    for tag in TAGS {
        rest = rest.replace(tag, "");
    }
    let is_alive = |c: char| "<>@`[]*_~|\\$".contains(c);
    rest.contains(is_alive).then(|| format!("HTML that is not ours: {html:?}"))
}

/// Leaves out what stands between `<code>` and its end.
fn without_code(html: &str) -> String {
    let mut kept = String::new();
    let mut rest = html;
    while let Some((before, inside)) = rest.split_once("<code>") {
        kept.push_str(before);
        rest = inside.split_once("</code>").map_or("", |(_, after)| after);
        kept.push_str("<code/>");
    }
    kept + rest
}
