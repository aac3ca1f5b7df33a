//! What is read of a directory, what is passed over, and what is refused.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::symlink;

use orderform::manifest::{self, Code, Loaded, Sources};

use super::rendered;

/// Writes a text with so many bytes a character.
#[cfg(unix)]
fn wide(text: &str, mark: bool, big: bool, width: usize) -> Vec<u8> {
    let mark = mark.then_some('\u{feff}');
    let unit = |c: char| {
        let bytes = u32::from(c).to_be_bytes();
        let mut unit = bytes[4 - width..].to_vec();
        if !big {
            unit.reverse();
        }
        unit
    };
    mark.into_iter().chain(text.chars()).flat_map(unit).collect()
}

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
    for (name, mark, big, width) in [
        ("utf-16-little-endian", true, false, 2),
        ("utf-16-big-endian", true, true, 2),
        ("utf-16-little-endian-without-a-mark", false, false, 2),
        ("utf-16-big-endian-without-a-mark", false, true, 2),
        ("utf-32-little-endian", true, false, 4),
        ("utf-32-big-endian-without-a-mark", false, true, 4),
    ] {
        fs::write(at(&format!("{name}.yml")), wide("apiVersion: orderform/v1\n", mark, big, width)).unwrap();
    }
    fs::write(at("windows-1252.yaml"), b"name: \x93Contoso\x94\n").unwrap();
    fs::write(at("cut-character.yaml"), b"# \xe2\x82").unwrap();
    fs::write(at("right-to-\u{202e}left.yaml"), "").unwrap();
    fs::write(at("zero\u{200b}width.yaml"), "").unwrap();
    fs::write(at("bell\u{7}.yaml"), "").unwrap();
    symlink("loop-b.yaml", at("loop-a.yaml")).unwrap();
    symlink("loop-a.yaml", at("loop-b.yaml")).unwrap();
    symlink("itself.yaml", at("itself.yaml")).unwrap();
    symlink(".", at("here")).unwrap();
    symlink("..", at("above.yaml")).unwrap();
    symlink("../../../../../../../../../../../../etc/hostname", at("sub/climbing.yaml")).unwrap();
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
    // The number of an error is the system's.
    let shown =
        rendered(&loaded).replace(&root, "").replace(" (os error 40)", "").replace(" (os error 62)", "");
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

/// Whoever may read everything reads this too.
#[cfg(unix)]
#[test]
fn a_file_without_permissions_is_refused_and_not_passed_over() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("secret.yaml");
    fs::copy("tests/fixtures/manifests/right/smallest.yaml", &path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    let loaded = manifest::load(directory.path());
    if fs::File::open(&path).is_ok() {
        assert_eq!(loaded.orders.len(), 1);
    } else {
        let codes: Vec<_> = loaded.diagnostics.iter().map(|d| d.code).collect();
        assert_eq!(codes, [manifest::Code::Unreadable]);
        assert!(loaded.diagnostics[0].message.contains("ermission denied"));
    }
}

#[test]
fn a_directory_may_be_named_like_a_manifest_and_what_is_hidden_is_passed_over() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    for hidden in [".hidden", "shown.yaml/.git", "..data"] {
        fs::create_dir_all(at(hidden)).unwrap();
        fs::write(at(hidden).join("wrong.yaml"), "wrong").unwrap();
    }
    fs::write(at("shown.yaml/.wrong.yml"), "wrong").unwrap();
    for other in ["wrong.yaml~", "wrong.yaml.bak", "#wrong.yaml#", "yaml", "wrong.json"] {
        fs::write(at(other), "wrong").unwrap();
    }
    fs::copy("tests/fixtures/manifests/right/smallest.yaml", at("shown.yaml/order.yml")).unwrap();
    let loaded = manifest::load(directory.path());
    assert_eq!(rendered(&loaded), "");
    assert_eq!(loaded.orders.len(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_text_is_refused_and_not_passed_over() {
    use std::os::unix::ffi::OsStrExt;
    let directory = tempfile::tempdir().unwrap();
    let name = std::ffi::OsStr::from_bytes(b"M\xfcller.yaml");
    fs::copy("tests/fixtures/manifests/right/smallest.yaml", directory.path().join(name)).unwrap();
    let loaded = manifest::load(directory.path());
    assert_eq!(loaded.diagnostics.len(), 1);
    assert_eq!(loaded.diagnostics[0].message, "the name of this file is not UTF-8");
}

/// A project whose freeze has a label that its one order has not.
pub(super) fn freeze_of_no_order() -> Loaded {
    let mut sources = Sources::new();
    sources.add("a.yaml", crate::transcripts::words::order("a", crate::transcripts::words::CONTOSO, 5));
    let project = "apiVersion: orderform/v1\nkind: Project\nspec:\n  freeze: [{ reason: audit, labels: { region: emae } }]\n";
    sources.add_project("orderform.yaml", project);
    manifest::parse(sources)
}

/// It may be the order that is wrong, and not the freeze.
#[test]
fn a_freeze_that_fits_no_order_is_warned_of_where_all_orders_are_right() {
    let codes = |loaded: &Loaded| loaded.diagnostics.iter().map(|one| one.code).collect::<Vec<_>>();
    let loaded = freeze_of_no_order();
    assert_eq!((codes(&loaded), loaded.orders.len()), (vec![Code::FreezeOfNothing], 1));
    let mut sources = loaded.sources;
    sources.add("b.yaml", "apiVersion: orderform/v1\nkind: Order\n");
    assert!(!codes(&manifest::parse(sources)).contains(&Code::FreezeOfNothing));
}
