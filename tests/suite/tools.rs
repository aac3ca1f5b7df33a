//! Programs that some tests need and some machines lack.
//!
//! A test that cannot run says so, and what nobody has tested then, on a stderr that the harness does not swallow.
//!
//! **Invariant:** under `CI=true` nothing is left out: a test that cannot run has failed.

use std::env;
use std::io::Write;

/// Ends a test that cannot run: loudly, and as a failure where `CI=true` says that everything has to be tested.
pub(crate) fn leave_out(why: &str, untested: &str) {
    match verdict(env::var("CI").ok().as_deref(), why, untested) {
        Ok(notice) => {
            let written = std::io::stderr().write_all(notice.as_bytes());
            written.expect("whoever runs tests has a stderr");
        }
        Err(failure) => panic!("{failure}"),
    }
}

/// Returns the notice, or the failure where nothing may be left out.
fn verdict(ci: Option<&str>, why: &str, untested: &str) -> Result<String, String> {
    let notice = format!("NOT TESTED: {untested}, because {why}");
    if ci == Some("true") {
        return Err(format!("{notice}; with CI=true in the environment, nothing may be left out"));
    }
    Ok(format!("\n{notice}\n"))
}

#[test]
fn a_test_that_cannot_run_passes_with_a_notice_except_in_ci() {
    let notice = "NOT TESTED: that the sun rises, because there is no `sun`";
    for ci in [None, Some(""), Some("false")] {
        let said = verdict(ci, "there is no `sun`", "that the sun rises").unwrap();
        assert_eq!(said.trim(), notice);
    }
    let failure = verdict(Some("true"), "there is no `sun`", "that the sun rises").unwrap_err();
    assert_eq!(failure, format!("{notice}; with CI=true in the environment, nothing may be left out"));
}
