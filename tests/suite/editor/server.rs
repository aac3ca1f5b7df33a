//! The YAML server of editors, installed once: a pinned version with everything it needs, below the target directory.
//!
//! **Invariant:** what runs is what `package-lock.json` says, by its checksums; no script of a package is run.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

const PACKAGE: &str = include_str!("package.json");
const LOCK: &str = include_str!("package-lock.json");

/// Installs the server where it is not yet, and returns its program; or says why it cannot be had here.
pub(super) fn installed() -> Result<PathBuf, String> {
    for tool in ["node", "npm"] {
        let found = Command::new(tool).arg("--version").output();
        if !found.is_ok_and(|output| output.status.success()) {
            return Err(format!("there is no `{tool}`"));
        }
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    // Held to the end: whoever comes second, in this process or another, finds it installed.
    let turn = File::create(target.join("yaml-language-server.lock")).unwrap();
    turn.lock().unwrap();
    let directory = target.join("yaml-language-server");
    let complete = directory.join("complete");
    if fs::read_to_string(&complete).ok().as_deref() != Some(LOCK) {
        install(&directory)?;
        fs::write(&complete, LOCK).unwrap();
    }
    Ok(directory.join("node_modules/yaml-language-server/bin/yaml-language-server"))
}

fn install(directory: &Path) -> Result<(), String> {
    if directory.exists() {
        fs::remove_dir_all(directory).unwrap();
    }
    fs::create_dir_all(directory).unwrap();
    fs::write(directory.join("package.json"), PACKAGE).unwrap();
    fs::write(directory.join("package-lock.json"), LOCK).unwrap();
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--omit=dev", "--ignore-scripts"]).current_dir(directory);
    let output = npm.output().unwrap();
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    // No network is nobody's fault; other bytes than the pinned ones are.
    assert!(!said.contains("EINTEGRITY"), "what the registry sent is not what is pinned:\n{said}");
    let errors: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("npm error ")).take(3).collect();
    Err(format!("`npm ci` failed ({})", errors.join(", ")))
}
