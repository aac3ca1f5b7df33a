//! A Rust file as text: its code without comments and tests, and the paths in it.

/// One file.
pub(super) struct Source {
    /// From the root of the project, with `/`.
    pub(super) name: String,
    /// Every line.
    pub(super) lines: Vec<String>,
    /// Every line, empty where there is no code that is shipped.
    pub(super) code: Vec<String>,
    /// Modules that are declared here for tests alone.
    pub(super) test_modules: Vec<String>,
}

impl Source {
    pub(super) fn new(name: &str, text: &str) -> Self {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let (code, test_modules) = shipped(&lines);
        Self { name: name.to_owned(), lines, code, test_modules }
    }

    /// Returns the path of its module below `src`, such as `["plan", "table"]`; empty for the crate's root.
    pub(super) fn module(&self) -> Vec<&str> {
        let path = self.name.strip_prefix("src/").unwrap_or(&self.name).trim_end_matches(".rs");
        let mut module: Vec<&str> = path.split('/').collect();
        if matches!(module.last(), Some(&"mod" | &"lib")) {
            module.pop();
        }
        module
    }
}

/// Blanks comments and everything under `#[cfg(test)]`. The code is formatted, so an item ends where its indent says.
fn shipped(lines: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut code, mut test_modules) = (Vec::new(), Vec::new());
    let mut skipped: Option<usize> = None;
    for line in lines {
        let indent = line.len() - line.trim_start().len();
        let text = line.split("// ").next().filter(|_| !line.trim_start().starts_with("//")).unwrap_or("");
        if let Some(start) = skipped {
            let declared = line.trim().strip_prefix("mod ").or(line.trim().strip_prefix("pub(crate) mod "));
            test_modules.extend(declared.and_then(|rest| rest.strip_suffix(';')).map(str::to_owned));
            let ends = line.trim_end().ends_with([';', '}']) && !line.trim().starts_with("#[");
            if indent == start && ends {
                skipped = None;
            }
            code.push(String::new());
        } else if line.trim() == "#[cfg(test)]" {
            skipped = Some(indent);
            code.push(String::new());
        } else {
            code.push(text.to_owned());
        }
    }
    (code, test_modules)
}

/// Finds every path that begins with `start` and `::`, groups expanded, each with its line from 1.
pub(super) fn paths(code: &[String], start: &str) -> Vec<(usize, String)> {
    let text = code.join("\n");
    let prefix = format!("{start}::");
    let mut found = Vec::new();
    for (at, _) in text.match_indices(&prefix) {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        expand(&text, at + prefix.len(), "", &mut found);
    }
    let line = |at: usize| text[..at].matches('\n').count() + 1;
    found.into_iter().map(|(at, path)| (line(at), path)).collect()
}

/// Expands what stands at `at`: `a::b`, or a group of such; returns where it ends.
fn expand(text: &str, at: usize, prefix: &str, found: &mut Vec<(usize, String)>) -> usize {
    if text[at..].starts_with('{') {
        let mut at = at + 1;
        loop {
            at += text[at..].len()
                - text[at..].trim_start_matches(|c: char| c.is_whitespace() || c == ',').len();
            if at >= text.len() || text[at..].starts_with('}') {
                return at + 1;
            }
            let end = expand(text, at, prefix, found);
            if end == at {
                return at;
            }
            at = end + text[end..].find([',', '}']).unwrap_or(0);
        }
    }
    let word = text[at..].find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len() - at);
    let path = match &text[at..at + word] {
        "self" => prefix.to_owned(),
        name if prefix.is_empty() => name.to_owned(),
        name => format!("{prefix}::{name}"),
    };
    let end = at + word;
    match text[end..].strip_prefix("::") {
        Some(rest) if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '{') => {
            expand(text, end + 2, &path, found)
        }
        _ => {
            found.push((at, path));
            end
        }
    }
}
