//! The YAML server of editors: a pinned version, installed once.

use std::path::PathBuf;

use crate::tools::npm::Packages;

const SERVER: Packages = Packages {
    name: "yaml-language-server",
    package: include_str!("package.json"),
    lock: include_str!("package-lock.json"),
};

/// Installs the server where it is not yet, and returns its program; or says why it cannot be had here.
pub(super) fn installed() -> Result<PathBuf, String> {
    Ok(SERVER.installed()?.join("yaml-language-server/bin/yaml-language-server"))
}
