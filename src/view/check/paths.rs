//! The names of files as a service knows them that looks at the repository, not at this directory.
//!
//! **Invariant:** names only: no file is looked at, and nothing is asked of the environment.

use std::path::{Component, Path, PathBuf};

/// Where this program runs, and the root of the repository around it, if there is one.
#[derive(Debug, Clone, Default)]
pub struct Paths(Option<(PathBuf, PathBuf)>);

impl Paths {
    /// Names files from the root of a repository; both directories are absolute and without symbolic links.
    #[must_use]
    pub fn within(repository: PathBuf, working_directory: PathBuf) -> Self {
        Self(Some((repository, working_directory)))
    }

    /// Returns a file's path from the root of the repository; of a file that is not below it, the name as it was found.
    pub(super) fn of(&self, file: &str) -> String {
        self.below(file).unwrap_or_else(|| file.to_owned())
    }

    fn below(&self, file: &str) -> Option<String> {
        let (repository, working_directory) = self.0.as_ref()?;
        let path = plain(&working_directory.join(file));
        let below = path.strip_prefix(repository).ok()?.to_str()?;
        Some(if below.is_empty() { ".".to_owned() } else { below.to_owned() })
    }
}

/// Returns a path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_from_the_root_of_the_repository() {
        let paths = Paths::within("/repo/shop".into(), "/repo/shop/licences".into());
        assert_eq!(paths.of("a.yaml"), "licences/a.yaml");
        assert_eq!(paths.of("../b.yaml"), "b.yaml");
        assert_eq!(paths.of("."), "licences");
        assert_eq!(paths.of(".."), ".");
        assert_eq!(paths.of("/repo/shop/c.yaml"), "c.yaml");
    }

    #[test]
    fn what_is_not_below_it_keeps_its_name() {
        let paths = Paths::within("/repo/shop".into(), "/repo/shop/licences".into());
        assert_eq!(paths.of("../../shopping/a.yaml"), "../../shopping/a.yaml");
        assert_eq!(paths.of("/repo/shopping/a.yaml"), "/repo/shopping/a.yaml");
        assert_eq!(Paths::default().of("../a.yaml"), "../a.yaml");
    }
}
