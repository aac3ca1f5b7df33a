//! The kill switch as a file: while it is there nothing is bought.
//!
//! **Invariant:** where nobody can tell whether it is there, it is.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::ports::KillSwitch;

/// The most bytes of the file that are shown as the reason.
const LONGEST: u64 = 200;

/// A file that stops everything.
#[derive(Debug, Clone)]
pub struct StopFile(PathBuf);

impl StopFile {
    /// Makes one of a path, whether it is there or not.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Returns where it would be.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Returns its first line, where it has one.
    fn reason(&self) -> Option<String> {
        let file = fs::metadata(&self.0)
            .ok()
            .filter(fs::Metadata::is_file)
            .and_then(|_| fs::File::open(&self.0).ok())?;
        let mut bytes = Vec::new();
        file.take(LONGEST).read_to_end(&mut bytes).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        text.lines().next().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned)
    }
}

impl KillSwitch for StopFile {
    fn pulled(&self) -> Option<String> {
        let path = self.0.display();
        match fs::symlink_metadata(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => Some(format!("nobody can tell whether the kill switch `{path}` is there: {error}")),
            Ok(_) => Some(match self.reason() {
                Some(reason) => format!("the kill switch `{path}` is there: {reason}"),
                None => format!("the kill switch `{path}` is there"),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_pulled_while_it_is_there_and_where_nobody_can_tell() {
        let dir = tempfile::tempdir().unwrap();
        let switch = StopFile::new(dir.path().join("stop"));
        assert_eq!(switch.pulled(), None);
        fs::write(switch.path(), "").unwrap();
        assert!(switch.pulled().is_some_and(|why| why.ends_with("is there")));
        fs::write(switch.path(), "kim looks into it\nmore").unwrap();
        assert!(switch.pulled().is_some_and(|why| why.ends_with(": kim looks into it")));
        fs::remove_file(switch.path()).unwrap();
        assert_eq!(switch.pulled(), None);
        std::os::unix::fs::symlink("nowhere", switch.path()).unwrap();
        assert!(switch.pulled().is_some());
        // A file where a directory should be: `NotADirectory`.
        fs::write(dir.path().join("file"), "").unwrap();
        assert!(StopFile::new(dir.path().join("file/stop")).pulled().is_some());
    }
}
