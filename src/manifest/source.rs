//! The texts that manifests are made of: found, read, and looked through before any YAML is.
//!
//! **Invariant:** the only place of `manifest` that touches the file system. Nothing is opened that could block or act
//! (pipes, devices, sockets), and nothing outside the directory that was named is read through a link.

use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::code::Code;
use super::defaults::DEFAULTS_FILE;
use super::diagnostic::{Diagnostic, Region, Span};
use super::encoding::{self, Misread};
use super::parallel;
use super::shown::{display, unfit};
use super::sources::Sources;

/// The file of a directory's root that holds the project's settings.
pub(super) const PROJECT_FILE: &str = "orderform.yaml";

/// The most bytes of one file: room for 100,000 orders.
pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// How many files are worth a turn of a thread.
const FILES_A_TURN: usize = 64;

/// Reads a file and the project's settings beside it, or all manifests of a directory.
pub(super) fn read(path: &Path) -> (Sources, Vec<Diagnostic>) {
    let mut reader = Reader::default();
    reader.path(path, Reader::file_and_project);
    (reader.sources, reader.found)
}

/// Reads each file, and nothing beside it, or all manifests of each directory; a file that is named twice once.
pub(crate) fn read_each(paths: &[PathBuf]) -> (Sources, Vec<Diagnostic>) {
    let mut reader = Reader::default();
    for path in paths {
        reader.path(path, |reader, path| reader.file(path, false));
    }
    (reader.sources, reader.found)
}

/// Reads one file, which has to be one.
pub(super) fn read_one(path: &Path) -> (Sources, Vec<Diagnostic>) {
    let mut reader = Reader::default();
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            reader.refuse(Code::NoSuchPath, path, "this file does not exist", "name the file that is meant");
        }
        _ => reader.file(path, false),
    }
    (reader.sources, reader.found)
}

#[derive(Default)]
struct Reader {
    sources: Sources,
    found: Vec<Diagnostic>,
}

impl Reader {
    fn refuse(&mut self, code: Code, path: &Path, message: &str, hint: &str) {
        let region = Region::file(&Arc::from(display(path)));
        self.found.push(Diagnostic::new(code, region, message).hint(hint));
    }

    fn path(&mut self, path: &Path, file: impl FnOnce(&mut Self, &Path)) {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => self.directory(path),
            Ok(_) => file(self, path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let hint = "name a file, or a directory with manifests";
                self.refuse(Code::NoSuchPath, path, "this path does not exist", hint);
            }
            Err(error) => {
                let message = format!("cannot read this path: {error}");
                self.refuse(Code::Unreadable, path, &message, "look at its permissions");
            }
        }
    }

    fn file_and_project(&mut self, path: &Path) {
        let directory = path.parent().unwrap_or(Path::new(""));
        let above = above(directory);
        // As far as the project reaches, and without one, as far as the directory does.
        let root = above.last().map_or(directory, |root| root);
        let root = fs::canonicalize(non_empty(root)).unwrap_or_default();
        let project = path.with_file_name(PROJECT_FILE);
        let is_project = path.file_name().is_some_and(|name| name == PROJECT_FILE);
        self.file(path, is_project);
        if !is_project {
            self.beside(&project, &root, true);
        }
        let defaults = path.with_file_name(DEFAULTS_FILE);
        if path != defaults {
            self.beside(&defaults, &root, false);
        }
        self.defaults_of(&above);
        self.sources.is_part = true;
    }

    /// Reads the defaults of the directories above, the outermost first.
    fn defaults_of(&mut self, above: &[PathBuf]) {
        let Some(root) = above.last() else { return };
        self.sources.project_above = Some(non_empty(root).to_path_buf());
        let real_root = fs::canonicalize(non_empty(root)).unwrap_or_default();
        for path in above.iter().rev().map(|directory| directory.join(DEFAULTS_FILE)) {
            if self.beside(&path, &real_root, false) {
                self.sources.above.push(Arc::from(display(&path)));
            }
        }
    }

    /// Reads a file that nobody named, if it is there and does not lead out of the project.
    fn beside(&mut self, path: &Path, root: &Path, is_project: bool) -> bool {
        let Ok(metadata) = fs::symlink_metadata(path) else { return false };
        let leaves = || fs::canonicalize(path).is_ok_and(|target| !target.starts_with(root));
        if metadata.is_symlink() && leaves() {
            let message = "this symbolic link leaves the project";
            self.refuse(Code::LinkRefused, path, message, "put the file itself here");
        } else {
            self.file(path, is_project);
        }
        true
    }

    fn directory(&mut self, root: &Path) {
        let Ok(real_root) = fs::canonicalize(root) else {
            self.refuse(
                Code::Unreadable,
                root,
                "cannot find out where this directory is",
                "look at its permissions",
            );
            return;
        };
        let mut paths = Vec::new();
        let mut waiting = vec![root.to_path_buf()];
        while let Some(directory) = waiting.pop() {
            match entries(&directory) {
                Ok(found) => {
                    for (path, kind) in found {
                        self.sort_out(path, kind, &real_root, &mut waiting, &mut paths);
                    }
                }
                Err(error) => {
                    let message = format!("cannot read this directory: {error}");
                    self.refuse(Code::Unreadable, &directory, &message, "look at its permissions");
                }
            }
        }
        self.defaults_of(&above(root));
        paths.sort_unstable();
        let project = root.join(PROJECT_FILE);
        let batches: Vec<&[PathBuf]> = paths.chunks(FILES_A_TURN).collect();
        let read =
            parallel::map(&batches, |batch| batch.iter().map(|path| text_of(path)).collect::<Vec<_>>());
        for (path, text) in paths.iter().zip(read.into_iter().flatten()) {
            self.take(path, text, *path == project);
        }
    }

    /// Decides what an entry of a directory is: to be searched, to be read, refused, or none of ours.
    fn sort_out(
        &mut self,
        path: PathBuf,
        kind: FileType,
        root: &Path,
        waiting: &mut Vec<PathBuf>,
        paths: &mut Vec<PathBuf>,
    ) {
        let is_manifest = path.extension().is_some_and(|ext| ext == "yaml" || ext == "yml");
        if kind.is_dir() {
            waiting.push(path);
        } else if kind.is_symlink() {
            self.follow(path, is_manifest, root, paths);
        } else if is_manifest {
            paths.push(path);
        }
    }

    fn follow(&mut self, path: PathBuf, is_manifest: bool, root: &Path, paths: &mut Vec<PathBuf>) {
        const HINT: &str = "put the files themselves here, or name their directory on the command line";
        let target = match fs::canonicalize(&path) {
            Ok(target) => target,
            Err(_) if !is_manifest => return,
            Err(error) => {
                let message = format!("cannot follow this symbolic link: {error}");
                self.refuse(Code::Unreadable, &path, &message, "remove the link, or mend it");
                return;
            }
        };
        let is_directory = target.is_dir();
        if is_directory && is_searched(&target, root) {
            // Its files are found where they really are.
        } else if is_directory {
            let message = "a symbolic link to a directory is not followed";
            self.refuse(Code::LinkRefused, &path, message, HINT);
        } else if is_manifest && !target.starts_with(root) {
            let message = "this symbolic link leaves the directory";
            self.refuse(Code::LinkRefused, &path, message, HINT);
        } else if is_manifest {
            paths.push(path);
        }
    }

    fn file(&mut self, path: &Path, is_project: bool) {
        self.take(path, text_of(path), is_project);
    }

    /// Takes in what came of reading a file.
    fn take(&mut self, path: &Path, text: Result<String, Refusal>, is_project: bool) {
        match text {
            Ok(text) if is_project => self.sources.add_project(&display(path), text),
            Ok(text) => self.sources.add(&display(path), text),
            Err(Refusal::Unfit { message, hint }) => self.refuse(Code::Unreadable, path, message, hint),
            Err(Refusal::Io(error)) => {
                let message = format!("cannot read this file: {error}");
                self.refuse(Code::Unreadable, path, &message, "look at its permissions");
            }
            Err(Refusal::NotAFile) => {
                let message =
                    "a manifest is a regular file; this is a pipe, a device, a socket or a directory";
                self.refuse(Code::NotAFile, path, message, "write the manifest to a file first");
            }
            Err(Refusal::TooLarge) => {
                let message = format!("this file is larger than {} MiB", MAX_FILE_BYTES / 1024 / 1024);
                self.refuse(Code::TooLarge, path, &message, "split it into several files");
            }
            Err(Refusal::NotUtf8(misread)) => self.not_utf8(path, misread),
        }
    }

    fn not_utf8(&mut self, path: &Path, misread: Misread) {
        let mut region = Region::file(&Arc::from(display(path)));
        region.span = misread.place.map(|(line, column)| Span { line, column, length: 1 });
        let diagnostic = Diagnostic::new(Code::NotUtf8, region, misread.message);
        self.found.push(diagnostic.hint(misread.hint));
    }
}

/// Finds the directories above one that lies inside a project, the nearest first, the project's own last; none where it is
/// the project's itself, or in no project.
fn above(directory: &Path) -> Vec<PathBuf> {
    let Ok(real) = fs::canonicalize(non_empty(directory)) else { return Vec::new() };
    let is_root = |directory: &&Path| directory.join(PROJECT_FILE).is_file();
    let Some(root) = real.ancestors().find(is_root).filter(|root| *root != real) else { return Vec::new() };
    let mut named = directory.to_path_buf();
    let mut above = Vec::new();
    for parent in real.ancestors().skip(1).take_while(|parent| parent.starts_with(root)) {
        // As short as it can be written, unless a symbolic link makes that another directory.
        let is_it = |short: &PathBuf| fs::canonicalize(non_empty(short)).is_ok_and(|short| short == parent);
        named = parent_of(&named).filter(is_it).unwrap_or_else(|| named.join(".."));
        above.push(named.clone());
    }
    above
}

/// Returns the directory above, as it can be written from here.
fn parent_of(directory: &Path) -> Option<PathBuf> {
    match directory.components().next_back() {
        Some(Component::Normal(_)) => directory.parent().map(Path::to_path_buf),
        Some(Component::ParentDir) => Some(directory.join("..")),
        Some(Component::CurDir) | None => Some(PathBuf::from("..")),
        Some(Component::RootDir | Component::Prefix(_)) => None,
    }
}

fn non_empty(directory: &Path) -> &Path {
    if directory.as_os_str().is_empty() { Path::new(".") } else { directory }
}

/// Lists a directory without what is hidden.
fn entries(directory: &Path) -> io::Result<Vec<(PathBuf, FileType)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            // As the directory says, which saves asking the file; removed since it was listed, it was never there.
            let Ok(kind) = entry.file_type() else { continue };
            // From the entry's own name: `.` as the root shall not stand before every file.
            found.push((directory.join(entry.file_name()), kind));
        }
    }
    Ok(found)
}

/// Says whether a directory is below the root and not hidden, so that its files are found anyway.
fn is_searched(directory: &Path, root: &Path) -> bool {
    directory.strip_prefix(root).is_ok_and(|below| {
        let mut names = below.components();
        names.all(|name| !name.as_os_str().as_encoded_bytes().starts_with(b"."))
    })
}

/// Why a file has no text.
enum Refusal {
    Unfit { message: &'static str, hint: &'static str },
    Io(io::Error),
    NotAFile,
    TooLarge,
    NotUtf8(Misread),
}

fn text_of(path: &Path) -> Result<String, Refusal> {
    if let Some((message, hint)) = unfit(path) {
        return Err(Refusal::Unfit { message, hint });
    }
    check(&fs::metadata(path).map_err(Refusal::Io)?)?;
    let file = open(path).map_err(Refusal::Io)?;
    // Again, of what was opened: it may have been exchanged in between.
    let metadata = file.metadata().map_err(Refusal::Io)?;
    check(&metadata)?;
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(Refusal::Io)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(Refusal::TooLarge);
    }
    encoding::text_of(bytes).map_err(Refusal::NotUtf8)
}

fn check(metadata: &Metadata) -> Result<(), Refusal> {
    if !metadata.is_file() {
        return Err(Refusal::NotAFile);
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Err(Refusal::TooLarge);
    }
    Ok(())
}

/// Opens a file for reading, without waiting for anybody should it turn out to be a pipe.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NONBLOCK.bits();
        options.custom_flags(i32::try_from(flags).unwrap_or(0));
    }
    options.open(path)
}
