//! The environment, as far as signing in goes, and which of it was used.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use secrecy::SecretString;

use crate::cli::failure::Failure;

/// Variables that are set. An empty one is not, as CI systems set those that they have no value for; but for the token itself.
pub(super) struct Variables {
    all: BTreeMap<String, OsString>,
    used: RefCell<Vec<String>>,
}

impl Variables {
    pub(super) fn of_process() -> Self {
        Self::of(std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value))))
    }

    pub(super) fn of(all: impl IntoIterator<Item = (String, OsString)>) -> Self {
        let is_set =
            |(name, value): &(String, OsString)| !value.is_empty() || name == "ORDERFORM_ACCESS_TOKEN";
        Self { all: all.into_iter().filter(is_set).collect(), used: RefCell::default() }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.all.contains_key(name)
    }

    /// Returns the text of a variable, which is used from now on.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Failure> {
        let Some(value) = self.all.get(name) else { return Ok(None) };
        let text = value.clone().into_string().map_err(|_| Failure::new(format!("`{name}` is no UTF-8")))?;
        self.note(name);
        Ok(Some(text.trim().to_owned()))
    }

    /// Returns the first of several variables that is set, with its name.
    pub(super) fn first(&self, names: &[&'static str]) -> Result<Option<(&'static str, String)>, Failure> {
        let Some(name) = names.iter().find(|name| self.has(name)) else { return Ok(None) };
        Ok(self.text(name)?.map(|text| (*name, text)))
    }

    /// Returns the first of several variables that is set, or says that all of them are missing for `what`.
    pub(super) fn needed(&self, names: &[&'static str], what: &str) -> Result<String, Failure> {
        let missing = || {
            Failure::new(format!("signing in with {what} lacks `{}`", names[0]))
                .hint(format!("set `{}`", names.join("` or `")))
        };
        self.first(names)?.map(|(_, text)| text).ok_or_else(missing)
    }

    pub(super) fn secret(&self, name: &str) -> Result<Option<SecretString>, Failure> {
        Ok(self.text(name)?.map(SecretString::from))
    }

    pub(super) fn path(&self, name: &str) -> Option<PathBuf> {
        let path = self.all.get(name).map(PathBuf::from)?;
        self.note(name);
        Some(path)
    }

    /// Returns the names of those that were used, in the order of the alphabet.
    pub(super) fn used(&self) -> Vec<String> {
        let mut used = self.used.borrow().clone();
        used.sort();
        used.dedup();
        used
    }

    fn note(&self, name: &str) {
        self.used.borrow_mut().push(name.to_owned());
    }
}
