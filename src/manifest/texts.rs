//! Manifests as they were read at one time, before anything is made of them.
//!
//! Two of them are held against each other by [`Texts::digest`], and what is parsed is exactly what was read.
//!
//! **Invariant:** the digest covers every name, every text, and whatever could not be read; no times, no inodes.

use sha2::{Digest as _, Sha256};

use super::diagnostic::Diagnostic;
use super::{Loaded, Sources, parse_after};

/// The texts that were found at a path, and what was wrong with finding them.
#[derive(Debug, Default)]
pub struct Texts {
    pub(super) sources: Sources,
    pub(super) found: Vec<Diagnostic>,
}

impl Texts {
    /// Returns the SHA-256 of all that was read.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        for source in self.sources.files() {
            part(source.name.as_bytes());
            part(&[u8::from(source.has_mark)]);
            part(source.text.as_bytes());
        }
        part(format!("{:?}", self.sources.project_file()).as_bytes());
        part(format!("{:?}", self.sources.above().collect::<Vec<_>>()).as_bytes());
        part(format!("{:?}", self.sources.project_above()).as_bytes());
        part(format!("{:?}", self.found).as_bytes());
        hash.finalize().into()
    }

    /// Makes orders of it, or diagnostics.
    #[must_use]
    pub fn parse(self) -> Loaded {
        parse_after(self.sources, self.found, false)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::read;

    #[test]
    fn the_digest_is_of_names_and_texts_and_of_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let digest = || read(dir.path()).digest();
        let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
        let empty = digest();
        write("a.yaml", "one");
        let one = digest();
        assert_ne!(empty, one);
        // Written again, and something that is no manifest: the same.
        write("a.yaml", "one");
        write("notes.txt", "hello");
        assert_eq!(digest(), one);
        fs::rename(dir.path().join("a.yaml"), dir.path().join("b.yaml")).unwrap();
        assert_ne!(digest(), one);
        fs::rename(dir.path().join("b.yaml"), dir.path().join("a.yaml")).unwrap();
        assert_eq!(digest(), one);
        // What cannot be read is something else than what is not there.
        std::os::unix::fs::symlink("nowhere", dir.path().join("c.yaml")).unwrap();
        assert_ne!(digest(), one);
    }
}
