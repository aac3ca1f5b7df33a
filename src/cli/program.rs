//! A command that the environment names: it prints a token, or keeps one that it is handed.
//!
//! It is run without a shell, with a deadline. What it writes to stderr is shown where it fails, made harmless and without what it was handed.
//!
//! **Invariant:** what it prints is a secret and is shown nowhere; what it is handed goes to its stdin alone.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

use super::failure::Failure;
use crate::domain::Excerpt;
use crate::partner_center::sign_in::{Program, blot};

/// How long a command may take; `az` takes some seconds.
const DEADLINE: Duration = Duration::from_secs(60);

/// The most that is read of what it prints.
const MOST_BYTES: u64 = 1 << 20;

/// Takes the command of a variable, in words as a shell splits them.
pub(super) fn program(variable: &str, text: &str) -> Result<Program, Failure> {
    program_within(variable, text, DEADLINE)
}

fn program_within(variable: &str, text: &str, deadline: Duration) -> Result<Program, Failure> {
    let words = shlex::split(text).filter(|words| words.first().is_some_and(|word| !word.is_empty()));
    let words = words.ok_or_else(|| {
        Failure::new(format!("`{variable}` is no command")).hint(
            "write a program and its arguments, with quotes that end; for a pipe or a variable: `sh -c '…'`",
        )
    })?;
    Ok(Program::new(move |stdin| {
        let words = words.clone();
        Box::pin(async move {
            match tokio::time::timeout(deadline, run(&words, stdin)).await {
                Ok(printed) => printed,
                Err(_) => Err(Excerpt::of(&format!("it took longer than {} s", deadline.as_secs()))),
            }
        })
    }))
}

async fn run(words: &[String], handed: Option<SecretString>) -> Result<SecretString, Excerpt> {
    let why = |error: std::io::Error| Excerpt::of(&format!("`{}`: {error}", words[0]));
    let mut child = Command::new(&words[0])
        .args(&words[1..])
        .stdin(if handed.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(why)?;
    let (printed, said, status) = talk(&mut child, handed.as_ref()).await.map_err(why)?;
    if status.success() {
        return String::from_utf8(printed)
            .map(SecretString::from)
            .map_err(|_| Excerpt::of("it prints something else than text"));
    }
    // While it is whole: of what is shortened, a part would be left.
    let said = match &handed {
        Some(handed) => blot(handed, said),
        None => said,
    };
    let said = String::from_utf8_lossy(&said);
    let last = said.trim().lines().last().unwrap_or_default().trim();
    let colon = if last.is_empty() { "" } else { ": " };
    Err(Excerpt::of(&format!("{status}{colon}{last}")))
}

/// Hands over what there is, and reads both streams to their ends.
async fn talk(
    child: &mut Child,
    handed: Option<&SecretString>,
) -> std::io::Result<(Vec<u8>, Vec<u8>, ExitStatus)> {
    let stdin = child.stdin.take();
    let stdout = child.stdout.take().expect("it is a pipe").take(MOST_BYTES);
    let stderr = child.stderr.take().expect("it is a pipe").take(MOST_BYTES);
    let hand = async {
        if let (Some(mut stdin), Some(handed)) = (stdin, handed) {
            // Who does not read it says so by how it ends.
            let _ = stdin.write_all(handed.expose_secret().as_bytes()).await;
            let _ = stdin.write_all(b"\n").await;
        }
    };
    let ((), printed, said) = tokio::join!(hand, read(stdout), read(stderr));
    Ok((printed?, said?, child.wait().await?))
}

async fn read(mut stream: impl tokio::io::AsyncRead + Unpin) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partner_center::sign_in::{Credential, Notify, RefreshToken, Secret, Way};

    async fn signed_in(command: &str, deadline: Duration) -> Result<(), String> {
        let program = program_within("X", command, deadline).map_err(|failure| failure.message)?;
        let signed = Credential::by(Way::Command(program)).sign_in().await;
        signed.map(drop).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_command_prints_a_token_without_a_shell_between() {
        let long = Duration::from_secs(60);
        assert_eq!(signed_in("echo canary-token", long).await, Ok(()));
        assert_eq!(signed_in("printf '{\"accessToken\":\"%s\",\"expires_in\":60}' a.b", long).await, Ok(()));
        for (command, expected) in [
            ("", "`X` is no command"),
            ("echo 'open", "`X` is no command"),
            ("/no/such/at/all", "`/no/such/at/all`: No such file"),
            ("echo $HOME canary", "characters that no bearer token has"),
            (
                "sh -c 'echo canary; echo first >&2; printf \"log in\\033[2J\" >&2; exit 3'",
                "exit status: 3: log in\\u{1b}[2J",
            ),
            ("true", "the access token is empty"),
        ] {
            let error = signed_in(command, long).await.unwrap_err();
            assert!(error.contains(expected), "{command}: {error}");
            assert!(!error.contains("canary") && !error.contains("first"), "{error}");
        }
    }

    #[tokio::test]
    async fn a_command_that_never_ends_is_ended() {
        let error = signed_in("cat /dev/zero", Duration::from_millis(1)).await.unwrap_err();
        assert!(error.contains("it took longer than 0 s"), "{error}");
    }

    #[tokio::test]
    async fn what_a_command_says_does_not_repeat_what_it_was_handed() {
        let handed = SecretString::from("canary-".repeat(100));
        let echo = "sh -c 'read -r token; echo \"cannot keep $token, $token\" >&2; exit 1'";
        let Ok(program) = program("X", echo) else { panic!("it is a command") };
        let why = program.run(Some(handed)).await.unwrap_err().to_string();
        assert_eq!(why, "exit status: 1: cannot keep [token], [token]");
    }

    #[test]
    fn what_runs_or_keeps_a_token_shows_none() {
        let notify: Notify = std::sync::Arc::new(|_| ());
        let keeper = program("X", "cat canary").ok();
        let token = RefreshToken::new(Secret::Text("canary".into()), keeper, notify);
        assert!(!format!("{token:?}").contains("canary"));
    }
}
