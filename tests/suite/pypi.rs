//! Programs and files from the Python Package Index that tests judge our files by, each installed once below the target
//! directory.
//!
//! **Invariant:** what is installed is what the requirements say, by their checksums; nothing is built, no script is run.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is installed together: a name for it, and its requirements with their hashes.
pub(crate) struct Packages {
    pub(crate) name: &'static str,
    pub(crate) requirements: &'static str,
}

impl Packages {
    /// Installs them where they are not yet, and returns the directory; or says why they cannot be had here.
    pub(crate) fn installed(&self) -> Result<PathBuf, String> {
        let found = pip().arg("--version").output();
        if !found.is_ok_and(|output| output.status.success()) {
            return Err("there is no `python3` with `pip`".to_owned());
        }
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        // Held to the end: whoever comes second, in this process or another, finds it installed.
        let turn = File::create(target.join(format!("{}.lock", self.name))).unwrap();
        turn.lock().unwrap();
        let directory = target.join(self.name);
        let complete = directory.join("complete");
        if fs::read_to_string(&complete).ok().as_deref() != Some(self.requirements) {
            self.install(&directory)?;
            fs::write(&complete, self.requirements).unwrap();
        }
        Ok(directory)
    }

    fn install(&self, directory: &Path) -> Result<(), String> {
        if directory.exists() {
            fs::remove_dir_all(directory).unwrap();
        }
        fs::create_dir_all(directory).unwrap();
        let requirements = directory.join("requirements.txt");
        fs::write(&requirements, self.requirements).unwrap();
        let mut pip = pip();
        pip.args([
            "install",
            "--quiet",
            "--no-deps",
            "--no-compile",
            "--only-binary=:all:",
            "--require-hashes",
        ]);
        pip.arg("--target").arg(directory).arg("--requirement").arg(&requirements);
        let output = pip.output().unwrap();
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        // No network is nobody's fault; other bytes than the pinned ones are.
        let other_bytes = said.contains("DO NOT MATCH THE HASHES");
        assert!(!other_bytes, "what the index sent is not what is pinned:\n{said}");
        let errors: Vec<&str> =
            said.lines().filter_map(|line| line.strip_prefix("ERROR: ")).take(3).collect();
        Err(format!("`pip install` failed ({})", errors.join(", ")))
    }
}

fn pip() -> Command {
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "--disable-pip-version-check", "--no-input"]);
    // Everything is below the target directory; that root did it is no surprise.
    pip.env("PIP_ROOT_USER_ACTION", "ignore");
    pip
}
