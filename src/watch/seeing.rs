//! Where hints come from: the file system's events on what is watched, or nothing, and then it is polled.
//!
//! Events are a hint and nothing more: they get lost, come twice and name other files than the changed ones. What has to
//! be watched is more than the directory: the path may lead through symbolic links that somebody swaps (git-sync), and the
//! directory itself may be deleted and made anew, after which the kernel tells of the old one for ever, which is nothing.
//!
//! **Invariant:** what is read here decides only how soon manifests are looked at. Our own reading (`Access` events)
//! and hidden directories (`.git`, the state) are no hint.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// How often it is looked where no events come, unless somebody says otherwise.
pub(super) const POLL: Duration = Duration::from_secs(5);

/// File systems that others write to without our kernel hearing of it: NFS, SMB, CIFS, SMB2, FUSE, 9p, Ceph, AFS, GFS2, Lustre.
const REMOTE: [u32; 10] = [
    0x6969,
    0x517B,
    0xFF53_4D42,
    0xFE53_4D42,
    0x6573_5546,
    0x0102_1997,
    0x00C3_6400,
    0x5346_414F,
    0x0116_1970,
    0x0BD0_0BD0,
];

/// How changes are noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// By events.
    Events,
    /// By looking every so often, for this reason.
    Polling {
        /// How often.
        every: Duration,
        /// Why.
        why: String,
    },
}

/// What is told of a hint, from a thread of its own.
type Tell = Arc<dyn Fn() + Send + Sync>;

/// Watches a path, as well as it can be watched.
pub struct Seeing {
    path: PathBuf,
    tell: Tell,
    sight: Sight,
    armed: Armed,
    watcher: Option<RecommendedWatcher>,
}

/// What the events are of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Armed {
    /// Where the path really leads, and which directory or file that is; `None` where there is none.
    target: Option<(PathBuf, u64, u64)>,
    /// The directories in which something on the way there may be swapped.
    parents: BTreeSet<PathBuf>,
}

impl Seeing {
    /// Begins to watch. `poll`: it is polled so often whatever the file system can do.
    pub fn open(path: &Path, poll: Option<Duration>, tell: impl Fn() + Send + Sync + 'static) -> Self {
        let mut seeing = Self {
            path: std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
            tell: Arc::new(tell),
            sight: Sight::Events,
            armed: Armed::default(),
            watcher: None,
        };
        let told = poll.map(|every| Sight::Polling { every, why: "it was asked for".to_owned() });
        let remote = || is_remote(path).then(|| polling("the file system is another machine's"));
        if let Some(sight) = told.or_else(remote) {
            seeing.sight = sight;
        } else {
            seeing.look_again();
        }
        seeing
    }

    /// Returns how changes are noticed.
    #[must_use]
    pub fn sight(&self) -> &Sight {
        &self.sight
    }

    /// Says whether git is just changing the tree that the path lies in: it then holds its index.
    #[must_use]
    pub fn git_is_at_work(&self) -> bool {
        let Ok(real) = fs::canonicalize(&self.path) else { return false };
        let Some(git) = real.ancestors().map(|dir| dir.join(".git")).find(|git| git.exists()) else {
            return false;
        };
        // In a linked working tree it is a file that says where the directory is.
        let linked = fs::read_to_string(&git).ok();
        let linked = linked.as_deref().and_then(|text| text.strip_prefix("gitdir:")).map(str::trim);
        let dir = linked.map_or_else(|| git.clone(), |dir| git.with_file_name("").join(dir));
        dir.join("index.lock").exists()
    }

    /// Watches anew where the path leads elsewhere by now. Says whether it did.
    pub fn look_again(&mut self) -> bool {
        if self.sight != Sight::Events {
            return false;
        }
        let armed = Armed::of(&self.path);
        if armed == self.armed && self.watcher.is_some() {
            return false;
        }
        // The old one is let go first: its directory may be gone, and the kernel has a limit.
        self.watcher = None;
        match arm(&armed, &self.path, &self.tell) {
            Ok(watcher) => {
                self.watcher = Some(watcher);
                self.armed = armed;
                true
            }
            // It went away in between: the next look finds out.
            Err(notify::Error { kind: notify::ErrorKind::PathNotFound, .. }) => false,
            Err(error) => {
                self.sight = polling(&error.to_string());
                true
            }
        }
    }
}

fn polling(why: &str) -> Sight {
    Sight::Polling { every: POLL, why: why.to_owned() }
}

impl Armed {
    fn of(path: &Path) -> Self {
        let identity = |real: PathBuf| {
            let metadata = fs::metadata(&real).ok()?;
            Some((real, metadata.dev(), metadata.ino()))
        };
        let target = fs::canonicalize(path).ok().and_then(identity);
        let mut parents = BTreeSet::new();
        let links = path.ancestors().filter(|part| fs::symlink_metadata(part).is_ok_and(|m| m.is_symlink()));
        for part in links.chain([path]) {
            let parent = part.parent().and_then(|parent| fs::canonicalize(parent).ok());
            parents.extend(parent);
        }
        Self { target, parents }
    }
}

fn arm(armed: &Armed, path: &Path, tell: &Tell) -> notify::Result<RecommendedWatcher> {
    let names = names_on_the_way(path);
    let root = armed.target.as_ref().map(|(root, ..)| root.clone());
    let tell = Arc::clone(tell);
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // An error, or a queue that overflowed: something was missed, which is a hint as well.
        if event.map_or(true, |event| event.need_rescan() || is_hint(&event, root.as_deref(), &names)) {
            tell();
        }
    })?;
    if let Some((root, ..)) = &armed.target {
        watcher.watch(root, RecursiveMode::Recursive)?;
    }
    for parent in &armed.parents {
        // A directory that lies within what is watched already is told of twice, which hurts nobody.
        watcher.watch(parent, RecursiveMode::NonRecursive)?;
    }
    Ok(watcher)
}

/// Returns the names by which something on the way to the path could be swapped.
fn names_on_the_way(path: &Path) -> BTreeSet<std::ffi::OsString> {
    path.components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_owned()),
            _ => None,
        })
        .collect()
}

fn is_hint(event: &notify::Event, root: Option<&Path>, names: &BTreeSet<std::ffi::OsString>) -> bool {
    if matches!(event.kind, EventKind::Access(_)) {
        return false;
    }
    event.paths.is_empty()
        || event.paths.iter().any(|path| match root.and_then(|root| path.strip_prefix(root).ok()) {
            Some(below) => !is_hidden(below),
            // Beside it: only what is on the way.
            None => path.file_name().is_some_and(|name| names.contains(name)),
        })
}

/// Says whether a path lies in a hidden directory, or is a hidden file. `..data` is how ConfigMaps are swapped.
fn is_hidden(below: &Path) -> bool {
    let hidden = |name: &OsStr| {
        let name = name.as_encoded_bytes();
        name.starts_with(b".") && !name.starts_with(b"..")
    };
    below.components().any(|part| hidden(part.as_os_str()))
}

fn is_remote(path: &Path) -> bool {
    let found = rustix::fs::statfs(path).ok();
    // As the kernel writes it: 32 bits, whatever the width of the field.
    let kind = found.and_then(|found| u32::try_from(found.f_type & 0xFFFF_FFFF).ok());
    kind.is_some_and(|kind| REMOTE.contains(&kind))
}

#[cfg(test)]
mod tests;
