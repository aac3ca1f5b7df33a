//! The texts that manifests are made of, by the names of their files.
//!
//! **Invariant:** a name stands for one text; a byte order mark is not part of it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// Texts by the names of their files.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
    by_name: HashMap<Arc<str>, usize>,
    project_file: Option<Arc<str>>,
    /// The defaults files of the directories above the one that was named, the outermost first.
    pub(super) above: Vec<Arc<str>>,
    /// The directory of the project that what was named lies in, where it is not the project's own.
    pub(super) project_above: Option<PathBuf>,
    /// Whether one file was named, beside which there may be others.
    pub(super) is_part: bool,
}

/// One file.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) name: Arc<str>,
    pub(super) text: String,
    /// Whether a byte order mark stood before the text.
    pub(super) has_mark: bool,
    /// Where lines begin; found when a line is first asked for.
    lines: OnceLock<Vec<usize>>,
}

impl Sources {
    /// Makes an empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file's text. A name that is there already keeps its first text.
    pub fn add(&mut self, name: &str, text: impl Into<String>) {
        let text: String = text.into();
        if self.by_name.contains_key(name) {
            return;
        }
        let name: Arc<str> = Arc::from(name);
        self.by_name.insert(Arc::clone(&name), self.files.len());
        let (text, has_mark) = match text.strip_prefix('\u{feff}') {
            Some(rest) => (rest.to_owned(), true),
            None => (text, false),
        };
        self.files.push(Source { name, text, has_mark, lines: OnceLock::new() });
    }

    /// Adds the text of the project's own file, the one that `kind: Project` stands in.
    pub fn add_project(&mut self, name: &str, text: impl Into<String>) {
        self.add(name, text);
        self.project_file = Some(Arc::from(name));
    }

    /// Returns a line of a file, counted from 1, without its end.
    #[must_use]
    pub fn line(&self, file: &str, line: usize) -> Option<&str> {
        let source = &self.files[*self.by_name.get(file)?];
        let starts = source.lines.get_or_init(|| {
            let ends = source.text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
            std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect()
        });
        let start = *starts.get(line.checked_sub(1)?)?;
        let end = starts.get(line).copied().unwrap_or(source.text.len());
        let text = source.text[start..end].trim_end_matches('\n');
        Some(text.strip_suffix('\r').unwrap_or(text))
    }

    /// Returns the text of a file, without a byte order mark.
    #[must_use]
    pub fn text(&self, file: &str) -> Option<&str> {
        Some(&self.files[*self.by_name.get(file)?].text)
    }

    /// Returns the names of the files, in the order they were added.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|source| source.name.as_ref())
    }

    /// Returns the files that every document is read with, and no others: the project's own, and defaults.
    #[must_use]
    pub fn settings(&self) -> Self {
        let mut settings = Self { above: self.above.clone(), ..Self::default() };
        for source in &self.files {
            if Some(&source.name) == self.project_file() {
                settings.add_project(&source.name, source.text.as_str());
            } else if super::defaults::is_defaults_file(&source.name) {
                settings.add(&source.name, source.text.as_str());
            }
        }
        settings
    }

    pub(super) fn files(&self) -> &[Source] {
        &self.files
    }

    /// Returns the directory of the project that what was named is only a part of.
    #[must_use]
    pub fn project_above(&self) -> Option<&Path> {
        self.project_above.as_deref()
    }

    pub(super) fn above(&self) -> impl Iterator<Item = &str> {
        self.above.iter().map(AsRef::as_ref)
    }

    pub(super) fn project_file(&self) -> Option<&Arc<str>> {
        self.project_file.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_by_number_with_any_line_end() {
        let mut sources = Sources::new();
        sources.add("a.yaml", "\u{feff}one\r\n\nthree");
        let line = |number| sources.line("a.yaml", number);
        assert_eq!([line(1), line(2), line(3)], [Some("one"), Some(""), Some("three")]);
        assert_eq!([line(0), line(4), sources.line("b.yaml", 1)], [None; 3]);
    }
}
