//! `new` writes to where the other commands read, and judges what it writes as they do.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use super::stage::Stage;
use super::words::{CONTOSO, OFFER};

const ORDER: [&str; 10] =
    ["new", "order", "office", "--customer", CONTOSO, "--offer", OFFER, "--quantity", "5", "--file"];

fn new(file: &str) -> Vec<&str> {
    [&ORDER[..], &[file, "--term", "P1Y", "--auto-renew", "true"]].concat()
}

#[test]
fn a_manifest_that_no_command_would_read_is_not_written() {
    let stage = Stage::new();
    stage.write("project/orderform.yaml", "apiVersion: orderform/v1\nkind: Project\n");
    for file in ["note.txt", ".hidden.yaml", ".github/office.yaml", "../office.yaml", "/office.yaml"] {
        assert_eq!(stage.run(&new(file)).code, 1, "{file}");
    }
    assert_eq!(stage.run(&[&new("office.yaml")[..], &["--directory", "project"]].concat()).code, 1);
    assert!(!stage.path("office.yaml").exists() && !stage.path("note.txt").exists());
    assert_transcript!(stage);
}

#[test]
fn a_file_is_judged_with_the_defaults_of_its_directory_however_it_is_spelt() {
    let stage = Stage::new();
    stage.write(
        "resold/defaults.yaml",
        "apiVersion: orderform/v1\nkind: Defaults\nspec:\n  billingCycle: triennial\n",
    );
    for file in ["resold/office.yaml", stage.path("resold/office.yaml").to_str().unwrap()] {
        let ran = stage.run(&new(file));
        assert!(ran.code == 3 && ran.stderr.contains("OF0324"), "{file}: {}", ran.stderr);
    }
    let absolute = stage.path("other/office.yaml");
    assert_eq!(stage.run(&new(absolute.to_str().unwrap())).code, 0);
    assert!(absolute.exists());
    assert_transcript!(stage);
}

#[test]
fn what_the_system_refuses_is_told_with_the_name_of_the_file() {
    let stage = Stage::new();
    stage.write("file.yaml", "");
    let ran = stage.run(&new("file.yaml/office.yaml"));
    assert!(ran.code == 1 && ran.stderr.contains("`file.yaml"), "{}", ran.stderr);
    fs::create_dir(stage.path("closed")).unwrap();
    fs::set_permissions(stage.path("closed"), Permissions::from_mode(0o555)).unwrap();
    // Whoever may do anything is refused nothing.
    let ran = stage.quietly(&new("closed/office.yaml"));
    assert!(ran.code == 0 || ran.stderr.contains("`closed/office.yaml`"), "{}", ran.stderr);
}
