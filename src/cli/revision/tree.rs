//! The manifests of a commit, written into a directory.
//!
//! **Invariant:** nothing is written outside of that directory: names that would lead out of it are refused, and links
//! are made last.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek as _, SeekFrom, Write as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Component, Path, PathBuf};

use tempfile::TempDir;

use super::super::failure::Failure;
use super::git::Git;
use crate::manifest::source::MAX_FILE_BYTES;

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Directory,
    Manifest,
    /// Any other file, and what is hidden: looked at only through a link.
    Other,
    Link,
    Submodule,
}

/// An entry of the commit's tree.
#[derive(Debug)]
struct Entry {
    kind: Kind,
    /// The object's id.
    id: String,
    /// The bytes of a file.
    size: u64,
    /// Where, from the directory that was asked for.
    path: PathBuf,
}

/// Writes what the directory held at a commit: its manifests, its links, and every directory.
pub(super) fn write(git: &Git, commit: &str) -> Result<TempDir, Failure> {
    let entries = list(git, commit)?;
    if let Some(module) = entries.iter().find(|entry| entry.kind == Kind::Submodule) {
        let path = module.path.display();
        return Err(Failure::new(format!(
            "`{path}` is a submodule, and what has changed in it cannot be told"
        ))
        .hint("select with `--only` instead"));
    }
    let failed = |error: io::Error| {
        Failure::new("cannot read the manifests of that commit").caused_by(error.to_string()).hint(
            "a partial or shallow clone may lack them: fetch the commit whole; otherwise mind the room for temporary files",
        )
    };
    let root = tempfile::Builder::new().prefix("orderform-").tempdir().map_err(failed)?;
    let of_kind = |kind| entries.iter().filter(move |entry: &&Entry| entry.kind == kind);
    for directory in of_kind(Kind::Directory) {
        fs::create_dir_all(root.path().join(&directory.path)).map_err(failed)?;
    }
    let links_a_file = of_kind(Kind::Link).any(|link| is_manifest(&link.path));
    let files = of_kind(Kind::Manifest).chain(of_kind(Kind::Other).filter(|_| links_a_file));
    // Of what is too large, the size says enough.
    let (large, mut wanted): (Vec<&Entry>, Vec<&Entry>) =
        files.partition(|entry| entry.size > MAX_FILE_BYTES);
    for entry in large {
        create(root.path(), &entry.path).and_then(|file| file.set_len(entry.size)).map_err(failed)?;
    }
    // Links last, so that nothing is written through one.
    wanted.extend(of_kind(Kind::Link));
    copy(git, &wanted, root.path(), &failed)?;
    Ok(root)
}

/// Lists what there is below the directory at a commit; nothing where it was not there yet.
fn list(git: &Git, commit: &str) -> Result<Vec<Entry>, Failure> {
    let mut arguments =
        ["ls-tree", "-r", "-t", "-z", "-l", "--full-tree", commit].map(OsString::from).to_vec();
    if !git.prefix.is_empty() {
        arguments.extend([OsString::from("--"), git.prefix.clone()]);
    }
    let listed = git.ask(arguments.iter().map(OsString::as_os_str))?;
    let listed =
        listed.map_err(|said| Failure::new("Git does not list the files of that commit").caused_by(said))?;
    let lines = listed.split(|byte| *byte == 0).filter(|line| !line.is_empty());
    let mut entries = Vec::new();
    for line in lines {
        let entry = entry(line, git.prefix.as_bytes()).map_err(|()| {
            let shown = String::from_utf8_lossy(line).into_owned();
            Failure::new("Git lists a file of that commit in a way that is not understood").caused_by(shown)
        })?;
        entries.extend(entry);
    }
    Ok(entries)
}

/// Reads `MODE TYPE ID SIZE<tab>PATH`; nothing where it is above the directory.
fn entry(line: &[u8], prefix: &[u8]) -> Result<Option<Entry>, ()> {
    let tab = line.iter().position(|byte| *byte == b'\t').ok_or(())?;
    let Some(path) = line[tab + 1..].strip_prefix(prefix).filter(|path| !path.is_empty()) else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&line[..tab]).map_err(|_| ())?;
    let [mode, _, id, size] = head.split_ascii_whitespace().collect::<Vec<_>>()[..] else { return Err(()) };
    let path = PathBuf::from(OsString::from_vec(path.to_vec()));
    if !path.components().all(|component| matches!(component, Component::Normal(_))) {
        return Err(());
    }
    let is_hidden = path.iter().any(|name| name.as_bytes().starts_with(b"."));
    let kind = match mode {
        "040000" => Kind::Directory,
        "120000" => Kind::Link,
        "160000" => Kind::Submodule,
        _ if !is_hidden && is_manifest(&path) => Kind::Manifest,
        _ => Kind::Other,
    };
    Ok(Some(Entry { kind, id: id.to_owned(), size: size.parse().unwrap_or(0), path }))
}

fn is_manifest(path: &Path) -> bool {
    path.extension().is_some_and(|ext| ext == "yaml" || ext == "yml")
}

/// Copies files and links out of the repository.
fn copy(
    git: &Git,
    entries: &[&Entry],
    root: &Path,
    failed: &dyn Fn(io::Error) -> Failure,
) -> Result<(), Failure> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut ids = tempfile::tempfile().map_err(failed)?;
    let text: String = entries.iter().map(|entry| format!("{}\n", entry.id)).collect();
    ids.write_all(text.as_bytes()).and_then(|()| ids.seek(SeekFrom::Start(0))).map_err(failed)?;
    let mut git = git.start(&["cat-file", "--batch"], ids)?;
    let out = git.stdout.take().ok_or_else(|| failed(io::Error::other("Git has no output")))?;
    let mut out = BufReader::new(out);
    let copied = entries.iter().try_for_each(|entry| copy_one(entry, &mut out, root));
    // It ends by itself where all was read, and with its output gone otherwise.
    drop(out);
    let ended = git.wait().map_err(failed)?;
    copied.map_err(failed)?;
    match ended.success() {
        true => Ok(()),
        false => Err(failed(io::Error::other("Git failed on the way"))),
    }
}

/// Reads `ID TYPE SIZE`, the bytes, and a line feed.
fn copy_one(entry: &Entry, out: &mut impl BufRead, root: &Path) -> io::Result<()> {
    let mut head = String::new();
    out.read_line(&mut head)?;
    let expected = format!("{} blob {}\n", entry.id, entry.size);
    if head != expected {
        return Err(io::Error::other(format!("`{}` is not in the repository", entry.path.display())));
    }
    let mut content = out.take(entry.size);
    if entry.kind == Kind::Link {
        let mut target = Vec::new();
        content.read_to_end(&mut target)?;
        std::os::unix::fs::symlink(OsStr::from_bytes(&target), root.join(&entry.path))?;
    } else {
        let copied = io::copy(&mut content, &mut create(root, &entry.path)?)?;
        if copied != entry.size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let mut end = [0];
    out.read_exact(&mut end)
}

fn create(root: &Path, path: &Path) -> io::Result<File> {
    File::create_new(root.join(path))
}
