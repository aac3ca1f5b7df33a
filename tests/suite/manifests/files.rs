//! What is read of a directory, what is passed over, and what is refused.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::symlink;

use orderform::manifest::{self, Loaded};

use super::rendered;

/// Makes a directory in which every way of not being a readable file occurs.
#[cfg(unix)]
pub(super) fn unreadable_directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    fs::create_dir(at("sub")).unwrap();
    symlink(at("sub"), at("linked-inside")).unwrap();
    symlink("/usr", at("linked-outside")).unwrap();
    symlink(".hidden", at("linked-to-hidden")).unwrap();
    symlink("/dev/null", at("device.yaml")).unwrap();
    symlink(at("nowhere"), at("dangling.yaml")).unwrap();
    symlink("/etc/hostname", at("not-a-manifest")).unwrap();
    fs::write(at("latin.yaml"), b"a: b\nname: M\xfcller\n").unwrap();
    fs::write(at("utf16.yml"), b"\xff\xfea\0").unwrap();
    let large = fs::File::create(at("large.yaml")).unwrap();
    large.set_len(manifest::source::MAX_FILE_BYTES + 1).unwrap();
    let fifo = at("sub/pipe.yaml");
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    std::os::unix::net::UnixListener::bind(at("socket.yaml")).unwrap();
    fs::create_dir(at(".hidden")).unwrap();
    fs::write(at(".hidden/wrong.yaml"), "wrong").unwrap();
    fs::write(at(".wrong.yaml"), "wrong").unwrap();
    fs::write(at("notes.txt"), "wrong").unwrap();
    directory
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_named_and_never_waited_for() {
    let directory = unreadable_directory();
    let loaded = manifest::load(directory.path());
    let root = format!("{}/", directory.path().display());
    let shown = rendered(&loaded).replace(&root, "");
    insta::assert_snapshot!("unreadable", shown);
}

#[test]
fn a_directory_is_read_in_order_and_a_file_with_the_project_beside_it() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    let fixture =
        |name: &str| fs::read_to_string(format!("tests/fixtures/manifests/right/{name}.yaml")).unwrap();
    fs::create_dir(at("b")).unwrap();
    fs::write(at("c.yml"), fixture("smallest")).unwrap();
    fs::write(at("b/a.yaml"), fixture("every-property")).unwrap();
    fs::write(at("a.yaml"), fixture("several")).unwrap();
    fs::write(at("orderform.yaml"), fixture("project-everything")).unwrap();
    let names = |loaded: &Loaded| {
        let names = loaded.orders.iter().map(|order| order.name.to_string());
        names.collect::<Vec<_>>().join(" ")
    };
    let loaded = manifest::load(directory.path());
    assert_eq!(rendered(&loaded), "");
    assert_eq!(names(&loaded), "contoso-0 contoso-1 contoso-2 fabrikam-all contoso-exchange");
    assert!(loaded.project.is_some());

    let one = manifest::load(&at("c.yml"));
    assert_eq!(names(&one), "contoso-exchange");
    assert_eq!(one.project, loaded.project);
    let project = manifest::load(&at("orderform.yaml"));
    assert_eq!(project.project, loaded.project);
    assert!(project.is_valid());

    let empty = manifest::load(&at("b")).orders.len();
    assert_eq!(empty, 1);
    fs::remove_file(at("b/a.yaml")).unwrap();
    let empty = manifest::load(&at("b"));
    assert!(empty.is_valid() && empty.orders.is_empty() && empty.project.is_none());
}

/// The way Kubernetes mounts a ConfigMap: links into a hidden directory, which is exchanged as a whole.
#[cfg(unix)]
#[test]
fn a_link_that_stays_inside_the_directory_is_read_once() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    fs::create_dir(at("..2026_11_22")).unwrap();
    fs::copy("tests/fixtures/manifests/right/smallest.yaml", at("..2026_11_22/orders.yaml")).unwrap();
    symlink("..2026_11_22", at("..data")).unwrap();
    symlink("..data/orders.yaml", at("orders.yaml")).unwrap();
    let loaded = manifest::load(directory.path());
    assert_eq!(rendered(&loaded), "");
    assert_eq!(loaded.orders.len(), 1);
}
