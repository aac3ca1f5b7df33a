//! What stands in for a browser in tests: jsdom, which reads a page and runs its script, and axe, which judges it.
//!
//! **Invariant:** nothing is fetched: jsdom loads no resource of a page, and a page that names one fails its test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::npm::Packages;
use crate::tools;

const PACKAGES: Packages = Packages {
    name: "pages",
    package: include_str!("package.json"),
    lock: include_str!("package-lock.json"),
};

/// A browser without a window.
pub(super) struct Browser {
    modules: PathBuf,
}

impl Browser {
    /// Returns one, or leaves the test out where there is none.
    pub(super) fn open(untested: &str) -> Option<Self> {
        match PACKAGES.installed() {
            Ok(directory) => Some(Self { modules: directory.join("node_modules") }),
            Err(why) => {
                tools::leave_out(&why, untested);
                None
            }
        }
    }

    /// Has a page read, and returns what `browse.cjs` observes of it in a way of looking.
    pub(super) fn observe(&self, look: &str, page: &str) -> Value {
        self.observe_all(look, &[page], &[]).remove(0)
    }

    /// Has pages read one after the other, with words to be typed into each.
    pub(super) fn observe_all(&self, look: &str, pages: &[&str], words: &[&str]) -> Vec<Value> {
        let directory = tempfile::Builder::new().prefix("pages-").tempdir().unwrap();
        let file = directory.path().join("pages.json");
        fs::write(&file, json!({ "look": look, "pages": pages, "words": words }).to_string()).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/pages/browse.cjs");
        let mut node = Command::new("node");
        node.arg(script).arg(&file).env("NODE_PATH", &self.modules);
        let output = node.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{look}: {said}");
        assert_eq!(said, "", "{look}");
        let observed: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(observed.len(), pages.len(), "{look}");
        observed
    }
}
