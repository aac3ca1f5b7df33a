//! What of a text that is shown is alive.
//!
//! **Invariant:** nothing of the program is used here. Control and invisible characters are those of Unicode 16, commands
//! those that the runners of GitHub, Azure and TeamCity listen to, Markdown what a parser makes of it.

mod html;
mod markdown;

use serde_json::Value;

/// What a text is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text for a terminal or a log, without colours.
    Terminal,
    /// The same with colours.
    Colored,
    /// A comment for a pull request.
    Markdown,
    /// Markdown that is one fence.
    Fence,
    /// A page for a browser.
    Html,
    /// One JSON document, or one a line.
    Json,
    /// Annotations of GitHub Actions, and text.
    Github,
}

impl Kind {
    /// Says what is alive in a text. All of them may come to stand in the log of a pipeline.
    pub(crate) fn judge(self, shown: &str) -> Vec<String> {
        let plain = if self == Self::Colored { without_colors(shown) } else { shown.to_owned() };
        let mut found = harmful_characters(&plain);
        found.extend(commands(&plain, self == Self::Github));
        match self {
            Self::Markdown => found.extend(markdown::alive(&plain)),
            Self::Fence => found.extend(markdown::not_one_fence(&plain)),
            Self::Json => found.extend(documents(&plain).err()),
            Self::Html | Self::Terminal | Self::Colored | Self::Github => {}
        }
        found
    }

    /// Returns what a text is built of, without the texts of others in it.
    pub(crate) fn build(self, shown: &str) -> Vec<String> {
        match self {
            Self::Markdown | Self::Fence => markdown::build(shown),
            Self::Html => html::build(shown),
            Self::Json => {
                let mut found = Vec::new();
                let documents = documents(shown).unwrap_or_default();
                documents.iter().for_each(|document| shape(document, "", &mut found));
                found
            }
            Self::Terminal | Self::Colored | Self::Github => Vec::new(),
        }
    }
}

/// Returns every text in JSON, keys too.
pub(crate) fn texts_in_json(shown: &str) -> Vec<String> {
    fn collect(value: &Value, into: &mut Vec<String>) {
        match value {
            Value::String(text) => into.push(text.clone()),
            Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
            Value::Object(fields) => fields.iter().for_each(|(key, value)| {
                into.push(key.clone());
                collect(value, into);
            }),
            _ => {}
        }
    }
    let mut texts = Vec::new();
    documents(shown).unwrap().iter().for_each(|document| collect(document, &mut texts));
    texts
}

fn documents(shown: &str) -> Result<Vec<Value>, String> {
    let documents: Result<Vec<Value>, _> =
        serde_json::Deserializer::from_str(shown).into_iter::<Value>().collect();
    documents.map_err(|error| format!("no JSON: {error}"))
}

/// Collects the paths and types of a document. Keys that others chose stand as `*`.
fn shape(value: &Value, path: &str, into: &mut Vec<String>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "flag",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    };
    into.push(format!("{path}: {kind}"));
    match value {
        Value::Array(items) => items.iter().for_each(|item| shape(item, &format!("{path}[]"), into)),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            let key = if path.ends_with(".provisioningContext") { "*" } else { key };
            shape(value, &format!("{path}.{key}"), into);
        }),
        _ => {}
    }
}

/// Takes colours and weights away, which are ours; everything else that an escape begins stays.
fn without_colors(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        plain.push_str(&rest[..at]);
        let style = &rest[at + 2..];
        let end = style.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(style.len());
        match style[end..].strip_prefix('m') {
            Some(after) => rest = after,
            None => {
                plain.push('\u{1b}');
                rest = &rest[at + 1..];
            }
        }
    }
    plain + rest
}

fn harmful_characters(text: &str) -> Vec<String> {
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte) || byte == b'\n';
    if text.bytes().all(is_plain) {
        return Vec::new();
    }
    let found = text.chars().filter(|c| *c != '\n' && (c.is_control() || is_invisible(*c)));
    let found: std::collections::BTreeSet<char> = found.collect();
    found.into_iter().map(|c| format!("the character U+{:04X}", u32::from(c))).collect()
}

/// Says whether a character shows nothing, or turns around what stands beside it: the format characters of Unicode but
/// those that are seen, fillers, and selectors that pictures do without.
fn is_invisible(c: char) -> bool {
    matches!(u32::from(c),
        0xad | 0x34f | 0x61c | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f
        | 0x2028..=0x202e | 0x2060..=0x206f | 0x3164 | 0xfeff | 0xffa0 | 0xfff9..=0xfffb
        | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff)
}

/// Lists what a runner would obey. Annotations are ours where they say no more than where and what.
fn commands(text: &str, with_annotations: bool) -> Vec<String> {
    let mut found = Vec::new();
    if !text.contains("##") && !text.contains("::") {
        return found;
    }
    for line in text.split(['\n', '\r']) {
        let lower = line.to_ascii_lowercase();
        for command in ["##[", "##vso[", "##teamcity["] {
            if lower.contains(command) {
                found.push(format!("a command `{command}`: {line:?}"));
            }
        }
        let begun = line.trim_start();
        // `::: file` points at a second file; no runner has a command `:`.
        let is_command = begun.starts_with("::") && !begun.starts_with("::: ");
        if is_command && !(with_annotations && is_annotation(line)) {
            found.push(format!("a command `::`: {line:?}"));
        }
    }
    found
}

/// Says whether a line is an annotation whose properties are ours.
fn is_annotation(line: &str) -> bool {
    let Some((head, _)) = line.strip_prefix("::").and_then(|rest| rest.split_once("::")) else {
        return false;
    };
    let (kind, properties) = head.split_once(' ').unwrap_or((head, ""));
    let keys = properties.split(',').map(|property| property.split_once('=').unwrap_or((property, "")));
    let are_ours = keys.into_iter().all(|(key, value)| {
        ["file", "line", "col", "endColumn", "title"].contains(&key) && !value.contains(':')
    });
    ["error", "warning", "notice"].contains(&kind) && are_ours
}

#[test]
fn the_judge_sees_what_is_alive() {
    let alive = |kind: Kind, text: &str| !kind.judge(text).is_empty();
    for text in [
        "\u{1b}[2J",
        "a\rb",
        "\u{202e}",
        "\u{200b}",
        "\u{e0041}",
        "\u{3164}",
        " ::error::x",
        "##[x",
        "a ##VSO[b",
    ] {
        assert!(alive(Kind::Terminal, text), "{text:?}");
    }
    assert!(alive(Kind::Colored, "\u{1b}[2J") && !alive(Kind::Colored, "\u{1b}[1;31mred\u{1b}[0m\n"));
    assert!(alive(Kind::Json, "{\"a\":}") && !alive(Kind::Json, "{\"a\":1}\n{\"b\":2}\n"));
    assert!(!alive(Kind::Github, "::error file=a b.yaml,line=1,title=OF0101::out\nwords\n"));
    assert!(alive(Kind::Github, "::set-env name=x::y\n") && alive(Kind::Github, "::error evil=1::out"));
    for text in [
        "<b>",
        "a <img src=x>",
        "[a](b)",
        "![a](b)",
        "<http://a.b>",
        "http://a.example",
        "www.a.example",
        "*a*",
        "# a",
        "> a",
        "    code",
        "a @b",
        "a #12",
        "$a$",
        ":smile:",
        "~~a~~",
        "<!-- a -->",
        "***",
        "- [ ] a",
        "a@b.example",
        "[^1]\n\n[^1]: x",
    ] {
        assert!(alive(Kind::Markdown, text), "{text:?}");
    }
    assert!(!alive(
        Kind::Markdown,
        "<!-- orderform:plan x -->\n**Plan: 1 order**\n\n| a | `<b>@x` |\n|---|---|\n"
    ));
    assert!(alive(Kind::Fence, "```yaml\na\n```\n# b\n```\n") && !alive(Kind::Fence, "```yaml\na: b\n```\n"));
}
