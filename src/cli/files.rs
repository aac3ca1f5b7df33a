//! Files that a command writes for others to read: replaced in one step, mode 0644, and nothing else ever overwritten.
//!
//! **Invariant:** what is replaced is a regular file of the same kind that we wrote, or empty; no link is followed.

use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::replace::replace;

/// A file to be written, and how one of its kind is known.
pub(super) struct Output<'a> {
    /// Where.
    pub(super) path: &'a Path,
    /// What it is, for people.
    pub(super) kind: &'static str,
    /// Says whether a text is of that kind.
    pub(super) is_ours: fn(&str) -> bool,
}

impl Output<'_> {
    /// Refuses a path that this would not be written to, before anything is done.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let path = self.path.display();
        let dir = directory(self.path);
        if !dir.is_dir() {
            return Err(Failure::new(format!("there is no directory `{}` for `{path}`", dir.display())));
        }
        let found = match fs::symlink_metadata(self.path) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(self.failed("look at", &error)),
        };
        if !found.is_file() {
            return Err(Failure::new(format!("`{path}` is no regular file, so nothing is written there")));
        }
        let text = fs::read(self.path).map_err(|error| self.failed("read", &error))?;
        let is_ours = text.is_empty() || std::str::from_utf8(&text).is_ok_and(self.is_ours);
        if is_ours {
            return Ok(());
        }
        let kind = self.kind;
        Err(Failure::new(format!("`{path}` is there and is not {kind}, so it is not overwritten"))
            .hint("name another file, or remove that one"))
    }

    /// Writes the file, in one step.
    pub(super) fn write(&self, text: &str) -> Result<(), Failure> {
        self.check()?;
        replace(self.path, text, Permissions::from_mode(0o644)).map_err(|error| self.failed("write", &error))
    }

    fn failed(&self, action: &str, error: &std::io::Error) -> Failure {
        let mut failure = Failure::new(format!("cannot {action} `{}`", self.path.display()));
        failure.causes.push(error.to_string());
        failure
    }
}

fn directory(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(path: &Path) -> Output<'_> {
        Output { path, kind: "a letter", is_ours: |text| text.starts_with("Dear ") }
    }

    #[test]
    fn only_a_file_of_the_same_kind_is_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("letter");
        for (there, is_replaced) in [("", true), ("Dear Kim", true), ("secrets", false), ("\u{fffd}", false)]
        {
            fs::write(&path, there).unwrap();
            assert_eq!(output(&path).write("Dear Pat").is_ok(), is_replaced, "{there}");
            let expected = if is_replaced { "Dear Pat" } else { there };
            assert_eq!(fs::read_to_string(&path).unwrap(), expected);
        }
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn neither_a_link_nor_a_directory_is_written_to() {
        let dir = tempfile::tempdir().unwrap();
        let (target, link) = (dir.path().join("target"), dir.path().join("link"));
        fs::write(&target, "Dear Kim").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        for path in [&link, &dir.path().to_owned(), &dir.path().join("no/such")] {
            assert!(output(path).write("Dear Pat").is_err(), "{}", path.display());
        }
        assert_eq!(fs::read_to_string(&target).unwrap(), "Dear Kim");
    }

    #[test]
    fn everybody_may_read_what_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("letter");
        output(&path).write("Dear Pat").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
    }
}
