//! The YAML server of editors, in a pinned version with everything it needs.

use std::path::PathBuf;

use crate::npm::Packages;

const SERVER: Packages = Packages {
    name: "yaml-language-server",
    package: include_str!("package.json"),
    lock: include_str!("package-lock.json"),
};

/// Returns the program, or says why it cannot be had here.
pub(super) fn installed() -> Result<PathBuf, String> {
    Ok(SERVER.installed()?.join("node_modules/yaml-language-server/bin/yaml-language-server"))
}
