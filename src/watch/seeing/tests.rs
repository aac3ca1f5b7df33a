//! The sequences by which directories are changed in earnest, each played on a real file system.

use std::os::unix::fs::symlink;
use std::sync::mpsc::{self, Receiver};

use super::*;

/// Longer than any machine takes to tell of an event; it is never waited for where one comes.
const PATIENCE: Duration = Duration::from_secs(20);

struct Watched {
    _dir: tempfile::TempDir,
    root: PathBuf,
    seeing: Seeing,
    hints: Receiver<()>,
}

impl Watched {
    /// Makes a directory as told, and watches `path` in it.
    fn new(path: &str, make: impl FnOnce(&Path)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().to_owned();
        make(&root);
        let (send, hints) = mpsc::channel();
        let seeing = Seeing::open(&root.join(path), None, move || {
            // The test may be over.
            let _ = send.send(());
        });
        assert_eq!(*seeing.sight(), Sight::Events);
        Self { _dir: dir, root, seeing, hints }
    }

    fn expect_hint(&mut self, deed: impl FnOnce(&Path)) {
        while self.hints.try_recv().is_ok() {}
        deed(&self.root);
        self.hints.recv_timeout(PATIENCE).expect("nothing hinted at it");
        self.seeing.look_again();
    }

    /// Makes sure that a deed is no hint: another one behind it is, and it is the only one.
    fn expect_none(&mut self, deed: impl FnOnce(&Path), mark: &str) {
        while self.hints.try_recv().is_ok() {}
        deed(&self.root);
        let mark = self.root.join(mark);
        fs::create_dir(&mark).unwrap();
        self.hints.recv_timeout(PATIENCE).expect("nothing hinted at the mark");
        assert!(self.hints.try_recv().is_err(), "it hinted at what is none of ours");
    }
}

fn write(path: PathBuf) {
    fs::write(path, "text").unwrap();
}

#[test]
fn an_editors_temporary_file_and_its_renaming_are_seen() {
    let mut watched = Watched::new("m", |root| {
        fs::create_dir(root.join("m")).unwrap();
        write(root.join("m/a.yaml"));
    });
    watched.expect_hint(|root| {
        write(root.join("m/.a.yaml.swp"));
        fs::rename(root.join("m/.a.yaml.swp"), root.join("m/a.yaml")).unwrap();
    });
    watched.expect_hint(|root| write(root.join("m/a.yaml")));
    watched.expect_hint(|root| {
        fs::create_dir_all(root.join("m/deep/deeper")).unwrap();
    });
    watched.expect_hint(|root| fs::remove_file(root.join("m/a.yaml")).unwrap());
}

#[test]
fn a_config_map_that_is_swapped_is_seen() {
    let mut watched = Watched::new("m", |root| {
        fs::create_dir_all(root.join("m/..2026_1")).unwrap();
        write(root.join("m/..2026_1/a.yaml"));
        symlink("..2026_1", root.join("m/..data")).unwrap();
        symlink("..data/a.yaml", root.join("m/a.yaml")).unwrap();
    });
    for version in ["..2026_2", "..2026_3"] {
        watched.expect_hint(|root| {
            fs::create_dir(root.join("m").join(version)).unwrap();
            write(root.join("m").join(version).join("a.yaml"));
            symlink(version, root.join("m/..data_tmp")).unwrap();
            fs::rename(root.join("m/..data_tmp"), root.join("m/..data")).unwrap();
        });
    }
}

#[test]
fn a_link_that_is_swapped_is_seen_and_what_it_leads_to_then_is_watched() {
    let mut watched = Watched::new("current/licences", |root| {
        for version in ["one", "two"] {
            fs::create_dir_all(root.join(version).join("licences")).unwrap();
        }
        symlink("one", root.join("current")).unwrap();
    });
    watched.expect_hint(|root| {
        symlink("two", root.join("next")).unwrap();
        fs::rename(root.join("next"), root.join("current")).unwrap();
    });
    watched.expect_hint(|root| write(root.join("two/licences/a.yaml")));
}

#[test]
fn a_directory_that_is_made_anew_or_renamed_whole_is_watched_again() {
    let mut watched = Watched::new("m", |root| fs::create_dir(root.join("m")).unwrap());
    watched.expect_hint(|root| fs::remove_dir(root.join("m")).unwrap());
    watched.expect_hint(|root| fs::create_dir(root.join("m")).unwrap());
    watched.expect_hint(|root| write(root.join("m/a.yaml")));
    watched.expect_hint(|root| {
        fs::create_dir(root.join("new")).unwrap();
        fs::rename(root.join("m"), root.join("old")).unwrap();
        fs::rename(root.join("new"), root.join("m")).unwrap();
    });
    watched.expect_hint(|root| write(root.join("m/b.yaml")));
}

#[test]
fn reading_git_and_the_state_are_no_hint() {
    let mut watched = Watched::new("", |root| {
        fs::create_dir_all(root.join(".git")).unwrap();
        fs::create_dir_all(root.join(".orderform")).unwrap();
        write(root.join("a.yaml"));
    });
    watched.expect_none(|root| drop(fs::read(root.join("a.yaml")).unwrap()), "one");
    watched.expect_none(|root| write(root.join(".git/index.lock")), "two");
    watched.expect_none(|root| write(root.join(".orderform/journal.jsonl")), "three");
}

#[test]
fn whoever_wants_it_polled_gets_it_polled() {
    let every = Duration::from_secs(1);
    let seeing = Seeing::open(Path::new("."), Some(every), || {});
    assert!(matches!(seeing.sight(), Sight::Polling { every: found, .. } if *found == every));
}

#[test]
fn git_at_work_is_noticed_from_below_and_in_a_linked_tree() {
    let watched = Watched::new("m/deep", |root| {
        fs::create_dir_all(root.join("m/deep")).unwrap();
        fs::create_dir(root.join("m/.git")).unwrap();
    });
    assert!(!watched.seeing.git_is_at_work());
    write(watched.root.join("m/.git/index.lock"));
    assert!(watched.seeing.git_is_at_work());

    let linked = Watched::new("m", |root| {
        fs::create_dir(root.join("m")).unwrap();
        fs::create_dir(root.join("elsewhere")).unwrap();
        fs::write(root.join("m/.git"), "gitdir: ../elsewhere\n").unwrap();
    });
    assert!(!linked.seeing.git_is_at_work());
    write(linked.root.join("elsewhere/index.lock"));
    assert!(linked.seeing.git_is_at_work());
}

#[test]
fn what_is_none_of_ours_is_no_hint() {
    let names = names_on_the_way(Path::new("/git/current"));
    let root = Path::new("/git/one");
    let hint = |kind: EventKind, path: &str| {
        is_hint(&notify::Event::new(kind).add_path(PathBuf::from(path)), Some(root), &names)
    };
    let changed = EventKind::Modify(notify::event::ModifyKind::Any);
    let read = EventKind::Access(notify::event::AccessKind::Any);
    assert!(
        hint(changed, "/git/one/a.yaml") && hint(changed, "/git/one/..data") && hint(changed, "/git/current")
    );
    for path in ["/git/one/.git/index", "/git/one/.orderform/journal.jsonl", "/git/one/.a.swp", "/git/other"]
    {
        assert!(!hint(changed, path), "{path}");
    }
    assert!(!hint(read, "/git/one/a.yaml"));
}
