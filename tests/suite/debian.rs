//! Programs from Debian's packages, unpacked below the target directory; nothing is installed, and the machine's own lists
//! of packages stay as they are.
//!
//! **Invariant:** a package is one that Debian signed: `apt` holds it against the keys of this machine.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program, and the package it is in.
pub(crate) struct Program {
    pub(crate) package: &'static str,
    /// Where it is in the package.
    pub(crate) path: &'static str,
}

impl Program {
    /// Returns the one on the path, or unpacks it where it is not yet; or says why it cannot be had here.
    pub(crate) fn found(&self) -> Result<PathBuf, String> {
        let name = Path::new(self.path).file_name().expect("a program has a name");
        if Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success()) {
            return Ok(name.into());
        }
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let place = target.join(format!("debian-{}", self.package));
        // Held to the end: whoever comes second, in this process or another, finds it unpacked.
        let turn = File::create(target.join(format!("debian-{}.lock", self.package))).unwrap();
        turn.lock().unwrap();
        let program = place.join("root").join(self.path);
        if !place.join("complete").exists() {
            self.unpack(&place)?;
            assert!(program.is_file(), "`{}` has no `{}`", self.package, self.path);
            fs::write(place.join("complete"), "").unwrap();
        }
        Ok(program)
    }

    fn unpack(&self, place: &Path) -> Result<(), String> {
        if place.exists() {
            fs::remove_dir_all(place).unwrap();
        }
        for made in ["lists/partial", "cache/archives/partial", "downloaded", "root"] {
            fs::create_dir_all(place.join(made)).unwrap();
        }
        run(apt(place).arg("update"))?;
        run(apt(place).args(["download", self.package]).current_dir(place.join("downloaded")))?;
        let downloaded: Vec<_> = fs::read_dir(place.join("downloaded")).unwrap().collect();
        assert_eq!(downloaded.len(), 1, "`{}`", self.package);
        let package = downloaded[0].as_ref().unwrap().path();
        run(Command::new("dpkg-deb").arg("--extract").arg(package).arg(place.join("root")))?;
        // What is kept is the program alone.
        ["lists", "cache", "downloaded"]
            .iter()
            .for_each(|part| fs::remove_dir_all(place.join(part)).unwrap());
        Ok(())
    }
}

/// Returns `apt-get` with lists and a cache of its own.
fn apt(place: &Path) -> Command {
    let mut apt = Command::new("apt-get");
    apt.args(["--quiet=2", "--option", "APT::Sandbox::User=root", "--option", "Debug::NoLocking=true"]);
    for (key, part) in [("Dir::State::lists", "lists"), ("Dir::Cache", "cache")] {
        apt.arg("--option").arg(format!("{key}={}", place.join(part).display()));
    }
    apt
}

fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.env("LC_ALL", "C").output().map_err(|_| format!("there is no `{name}`"))?;
    match output.status.success() {
        true => Ok(()),
        false => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(format!("`{name}` failed ({})", said.lines().next().unwrap_or_default()))
        }
    }
}
