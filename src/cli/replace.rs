//! A file is replaced in one step: whoever reads it sees the old text or the new one, also after a power cut.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::Path;

/// Puts a text in the place of a file, or where there is none.
pub(super) fn replace(file: &Path, text: &str, permissions: Permissions) -> io::Result<()> {
    let dir = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut temporary = tempfile::Builder::new().prefix(".orderform-").tempfile_in(dir)?;
    temporary.write_all(text.as_bytes())?;
    temporary.as_file().set_permissions(permissions)?;
    temporary.as_file().sync_all()?;
    temporary.persist(file).map_err(|error| error.error)?;
    File::open(dir)?.sync_all()
}

/// Puts a text in the place of the one that was read from a file before; keeps the file's mode. Of a symbolic link, the
/// file that it leads to is replaced.
///
/// Refuses a file that may not be written, and one that somebody else has written since.
pub(super) fn rewrite(file: &Path, before: &str, after: &str) -> io::Result<()> {
    let target = fs::canonicalize(file)?;
    // A rename asks the directory alone; a file that is protected shall stay as it is.
    let permissions = OpenOptions::new().write(true).open(&target)?.metadata()?.permissions();
    if fs::read(&target)? != before.as_bytes() {
        return Err(io::Error::other("it was changed by somebody else meanwhile"));
    }
    replace(&target, after, permissions)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_file_is_rewritten_through_a_link_and_keeps_its_mode() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("file"), dir.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o604)).unwrap();
        symlink("file", &link).unwrap();
        rewrite(&link, "old", "new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o604);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_file_that_somebody_else_wrote_meanwhile_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "newer").unwrap();
        assert!(rewrite(&file, "old", "new").is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), "newer");
    }
}
