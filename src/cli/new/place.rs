//! Where a new manifest may go: to where the other commands find it.
//!
//! **Invariant:** whatever passes is a file that is read with the project, and it is named as it is then.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::super::failure::Failure;

/// Takes a file below a directory, however it is spelt, and returns it as the directory's own.
pub(in crate::cli) fn within(directory: &Path, file: &Path) -> Result<PathBuf, Failure> {
    let shown = file.display();
    if !file.extension().is_some_and(|ext| ext == "yaml" || ext == "yml") {
        return Err(Failure::new(format!(
            "no command would read `{shown}`: manifests are `*.yaml` or `*.yml`"
        ))
        .hint("give it such a name"));
    }
    let real = |path: &Path| real(path).map_err(|error| Failure::of_file("find", path, &error));
    let below = real(file)?.strip_prefix(real(directory)?).map(Path::to_path_buf);
    let Ok(below) = below else {
        let directory = directory.display();
        return Err(Failure::new(format!(
            "`{shown}` is not below `{directory}`, so it would not be read with it"
        ))
        .hint("`--file` is named from the working directory; `--directory` names the project"));
    };
    if below.iter().any(|name| name.as_encoded_bytes().starts_with(b".")) {
        return Err(Failure::new(format!(
            "no command would read `{shown}`: it is hidden, or in a hidden directory"
        ))
        .hint("choose a path without a name that begins with a dot"));
    }
    Ok(directory.join(below))
}

/// Returns where a path really leads, as far as it is there, and the rest as it is written.
fn real(path: &Path) -> std::io::Result<PathBuf> {
    let mut rest = Vec::new();
    let mut there = std::path::absolute(path)?;
    while fs::symlink_metadata(&there).is_err() {
        let Some(Component::Normal(name)) = there.components().next_back() else { break };
        rest.push(name.to_owned());
        there.pop();
    }
    let mut found = fs::canonicalize(&there)?;
    found.extend(rest.iter().rev());
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_with_the_project_passes_however_it_is_spelt() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("project");
        fs::create_dir_all(root.join("sub")).unwrap();
        std::os::unix::fs::symlink("project", dir.path().join("link")).unwrap();
        let found = root.join("sub/new/a.yaml");
        for file in ["project/sub/new/a.yaml", "project/sub/../sub/new/a.yaml", "link/sub/new/a.yaml"] {
            assert_eq!(within(&root, &dir.path().join(file)).unwrap(), found, "{file}");
        }
        assert_eq!(within(&root, &root.join("a.yml")).unwrap(), root.join("a.yml"));
    }

    #[test]
    fn what_no_command_would_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("project");
        fs::create_dir_all(&root).unwrap();
        for file in [
            "note.txt",
            "note",
            ".a.yaml",
            ".github/a.yaml",
            "sub/.x/a.yaml",
            "../a.yaml",
            "sub/../../b.yaml",
            "/a.yaml",
        ] {
            assert!(within(&root, &root.join(file)).is_err(), "{file}");
        }
    }
}
