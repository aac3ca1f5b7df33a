//! A secret text: given, or in a file that is read whenever it is needed, so that it can be replaced at any time.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use super::SignInError;

/// No secret is longer; a token with many groups in it comes near.
const MOST_BYTES: u64 = 1 << 20;

/// A secret, or where it is.
#[derive(Debug, Clone)]
pub enum Secret {
    /// The secret itself.
    Text(SecretString),
    /// A file that holds it, with or without white space around it.
    File(PathBuf),
}

impl Secret {
    /// Reads the secret.
    pub(super) fn read(&self) -> Result<SecretString, SignInError> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::File(file) => read_file(file),
        }
    }
}

/// Reads the secret in a file. No error repeats any of it.
pub(super) fn read_file(file: &Path) -> Result<SecretString, SignInError> {
    let failed = |why: &str| SignInError::failed(&format!("cannot read `{}`: {why}", file.display()));
    let length = std::fs::metadata(file).map_err(|error| failed(&error.to_string()))?.len();
    if length > MOST_BYTES {
        return Err(failed("it is too long for a secret"));
    }
    let text = std::fs::read_to_string(file).map_err(|error| failed(&error.to_string()))?;
    let text = SecretString::from(text);
    let trimmed = SecretString::from(text.expose_secret().trim());
    match trimmed.expose_secret().is_empty() {
        true => Err(failed("it is empty")),
        false => Ok(trimmed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_a_file_is_read_anew_each_time_and_shown_to_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("secret");
        let secret = Secret::File(file.clone());
        assert!(secret.read().is_err());
        std::fs::write(&file, " \n").unwrap();
        assert!(secret.read().unwrap_err().to_string().ends_with("it is empty"));
        for text in ["canary-one", "canary-two"] {
            std::fs::write(&file, format!("{text}\n")).unwrap();
            assert_eq!(secret.read().unwrap().expose_secret(), text);
        }
        let shown = format!("{:?}", Secret::Text("canary".into()));
        assert!(!shown.contains("canary"), "{shown}");
    }
}
