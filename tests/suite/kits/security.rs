//! The units for systemd, judged by systemd's own `verify` and `security`, where they are.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use super::text;
use super::units::UNITS;
use crate::tools;

/// The exposure that is too much, in tenths; 0 is a service that can do nothing at all, 100 one without a sandbox.
const EXPOSED: u32 = 15;

/// Says whether there is a `systemd-analyze` that judges files without a running system (since 250).
fn judge(untested: &str) -> Option<()> {
    let version = Command::new("systemd-analyze").arg("--version").output().ok();
    let version = version.and_then(|output| {
        String::from_utf8_lossy(&output.stdout).split_whitespace().nth(1)?.parse::<u32>().ok()
    });
    match version {
        Some(250..) => Some(()),
        _ => {
            tools::leave_out("there is no `systemd-analyze` of 250 or later", untested);
            None
        }
    }
}

/// Lays out the files as they are copied, with programs for what the units start.
fn system(changed: impl Fn(&str, String) -> String) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let units = root.path().join("etc/systemd/system");
    fs::create_dir_all(units.join("orderform.service.d")).unwrap();
    for name in UNITS {
        let place = if name == "buying.conf" { "orderform.service.d/buying.conf" } else { name };
        fs::write(units.join(place), changed(name, text(&format!("systemd/{name}")))).unwrap();
    }
    for program in ["usr/bin/orderform", "usr/bin/git", "bin/kill"] {
        let path = root.path().join(program);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "#!/bin/sh\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    root
}

fn analyze(root: &Path, arguments: &[&str]) -> Output {
    let mut analyze = Command::new("systemd-analyze");
    let root = format!("--root={}", root.display());
    analyze.arg(root).args(arguments).args(["orderform.service", "orderform-pull.service"]);
    analyze.env("LC_ALL", "C").output().unwrap()
}

fn verify(root: &Path) -> String {
    let output = analyze(root, &["verify", "--man=no", "--recursive-errors=no", "orderform-pull.timer"]);
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    format!("{}{}", said.concat(), if output.status.success() { "" } else { "failed" })
}

#[test]
fn systemd_verifies_the_units_and_sees_what_is_wrong() {
    let Some(()) = judge("that systemd takes the units") else { return };
    let ours = system(|_, text| text);
    assert_eq!(verify(ours.path()), "");
    let wrong = system(|name, text| match name {
        "orderform.service" => text.replace("ProtectClock", "ProtectClocks"),
        "orderform-pull.service" => text.replace("/usr/bin/git", "/usr/bin/gitt"),
        _ => text,
    });
    let said = verify(wrong.path());
    for expected in ["ProtectClocks", "/usr/bin/gitt"] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

#[test]
fn systemd_finds_the_sandbox_tight_and_sees_one_that_is_not() {
    let Some(()) = judge("how tight systemd finds the sandbox") else { return };
    let security =
        |root: &Path| analyze(root, &["security", "--offline=true", &format!("--threshold={EXPOSED}")]);
    let tight = security(system(|_, text| text).path());
    assert!(tight.status.success(), "{}", String::from_utf8_lossy(&tight.stdout));
    let loose = system(|_, text| text.replace("SystemCallFilter=@system-service\n", ""));
    assert!(!security(loose.path()).status.success());
}
