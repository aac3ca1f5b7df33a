//! How the names of files are shown, and which files have none that can be.
//!
//! **Invariant:** no two files are shown, or taken, as one.

use std::path::Path;

use crate::domain::{Excerpt, is_harmful};

/// Shows a path as it was named, without a leading `./`, harmless to a terminal.
pub(super) fn display(path: &Path) -> String {
    let plain = path.strip_prefix(".").ok().filter(|rest| !rest.as_os_str().is_empty());
    let text = plain.unwrap_or(path).to_string_lossy();
    Excerpt::of(&text).as_str().to_owned()
}

/// Says why a path cannot be shown as what it is, and what to do about it.
pub(super) fn unfit(path: &Path) -> Option<(&'static str, &'static str)> {
    let Some(text) = path.to_str() else {
        return Some(("the name of this file is not UTF-8", "rename the file"));
    };
    if text.chars().any(is_harmful) {
        let message = "the name of this file holds control, invisible or bidirectional characters";
        return Some((message, "rename the file: what a reviewer sees should be what is read"));
    }
    let message = "the path of this file is longer than 300 characters";
    (Excerpt::of(text).as_str() != text).then_some((message, "move the file, or shorten its name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_below_the_working_directory_are_shown_without_it() {
        assert_eq!(display(Path::new("./orders/a.yaml")), "orders/a.yaml");
        assert_eq!(display(Path::new("../a.yaml")), "../a.yaml");
        assert_eq!(display(Path::new(".")), ".");
        assert_eq!(display(Path::new("a\u{1b}[2J.yaml")), "a\\u{1b}[2J.yaml");
        for wrong in ["a\u{1b}.yaml", "a\u{202e}lmay.yaml", "a\u{200b}.yaml", &"x".repeat(301)] {
            assert!(unfit(Path::new(wrong)).is_some(), "{wrong:?}");
        }
        assert_eq!(unfit(Path::new("ä b.yaml")), None);
    }
}
