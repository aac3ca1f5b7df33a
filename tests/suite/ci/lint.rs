//! The files for GitHub, judged by GitHub's own parser (npm: `@actions/workflow-parser`) and by actionlint; the one for
//! GitLab by GitLab's schema, which `gitlab-ci-local` ships. Nobody ships the schema of Azure Pipelines: `shape.rs` has what
//! of it is used.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::npm::Packages;
use crate::tools;

const LINTERS: Packages = Packages {
    name: "ci-linters",
    package: include_str!("package.json"),
    lock: include_str!("package-lock.json"),
};

/// Returns where the linters are; nothing where they cannot be had.
fn linters(untested: &str) -> Option<PathBuf> {
    LINTERS.installed().map_err(|why| tools::leave_out(&why, untested)).ok()
}

/// Returns what the linters for GitHub say of files below a directory.
fn problems(below: &Path, files: &[&str]) -> Option<String> {
    let directory = linters("that GitHub takes the workflows of the kit")?;
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

/// Returns whether GitLab's schema holds for a text, and what is said of it.
fn judged_for_gitlab(text: &str) -> Option<(bool, String)> {
    let directory = linters("that GitLab takes the pipeline of the kit")?;
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join(".gitlab-ci.yml"), text).unwrap();
    // It is made for a later Node.js, of which it needs this much.
    let later = "data:text/javascript,Set.prototype.union=Set.prototype.union||function(other){return new Set([...this,...other])}";
    let mut node = Command::new("node");
    node.args(["--import", later]).arg(directory.join("node_modules/gitlab-ci-local/dist/index.js"));
    node.arg("--list").current_dir(place.path()).env("HOME", place.path());
    let output = node.output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    Some((output.status.success(), said))
}

#[test]
fn the_schema_of_gitlab_holds_for_the_kit_and_not_for_what_is_wrong() {
    let kit = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ci/gitlab/.gitlab-ci.yml");
    let kit = fs::read_to_string(kit).unwrap();
    let Some((holds, said)) = judged_for_gitlab(&kit) else { return };
    assert!(holds && said.contains("json schema validated"), "{said}");
    let wrong = kit.replace("resource_group: partner-center", "resource_group: [partner-center]");
    let (holds, said) = judged_for_gitlab(&wrong.replace("interruptible", "interruptable")).unwrap();
    assert!(!holds && said.contains("'interruptable' property is not expected"), "{said}");
    assert!(said.contains("apply.resource_group"), "{said}");
}
