//! Clients that are not ours, against the sandbox over TLS: Microsoft's `msal`, and `partnercenterservices`.
//!
//! What the sandbox says is only worth something if others read it as we do.

use std::path::Path;
use std::process::Command;

use crate::tools;

/// The exit code by which the script says that it could not make its environment.
const CANNOT: i32 = 77;

#[test]
fn microsofts_own_clients_sign_in_and_buy() {
    let untested = "that clients which are not ours can sign in and buy at the sandbox";
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/microsoft/clients.py");
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("microsoft");
    let mut python = Command::new("python3");
    let output = match python.arg(&script).arg(env!("CARGO_BIN_EXE_orderform")).arg(&place).output() {
        Ok(output) => output,
        Err(error) => return tools::leave_out(&format!("there is no `python3` ({error})"), untested),
    };
    let [said, complained] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    if output.status.code() == Some(CANNOT) {
        return tools::leave_out(complained.trim(), untested);
    }
    assert!(output.status.success(), "{said}{complained}");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines,
        [
            "msal: a token by secret, one by certificate, a wrong secret refused",
            "partnercenterservices: 2 orders bought once, listed, and read",
        ],
        "{complained}"
    );
}
