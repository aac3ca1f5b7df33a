//! Signing in as the environment says: which way, and with what.
//!
//! Every way is marked by variables of its own, and ways have ranks: what is ours goes before what is Azure's, and both before
//! what the platform offers. Two of one rank are an error that names both, and so is a way that lacks something.
//!
//! **Invariant:** no secret is an argument, and none is in an error: variables are named, never repeated.

mod build;
mod variables;

use std::sync::Arc;

use super::failure::Failure;
use crate::domain::Cloud;
use crate::partner_center::sign_in::Credential;
use variables::Variables;

/// Forces a way.
const WAY: &str = "ORDERFORM_SIGN_IN";

/// A way of signing in, as people name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    AccessToken,
    TokenCommand,
    RefreshToken,
    ClientSecret,
    Certificate,
    IdToken,
    WorkloadIdentity,
    GitHub,
    AzureDevOps,
    ManagedIdentity,
}

/// What marks a way, and how it ranks; 1 goes first.
const MARKS: [(u8, Method, &str); 15] = [
    (1, Method::AccessToken, "ORDERFORM_ACCESS_TOKEN"),
    (1, Method::AccessToken, "ORDERFORM_ACCESS_TOKEN_FILE"),
    (1, Method::TokenCommand, "ORDERFORM_TOKEN_COMMAND"),
    (2, Method::RefreshToken, "ORDERFORM_REFRESH_TOKEN"),
    (2, Method::RefreshToken, "ORDERFORM_REFRESH_TOKEN_FILE"),
    (3, Method::ClientSecret, "ORDERFORM_CLIENT_SECRET"),
    (3, Method::ClientSecret, "ORDERFORM_CLIENT_SECRET_FILE"),
    (3, Method::Certificate, "ORDERFORM_CLIENT_CERTIFICATE_PATH"),
    (3, Method::IdToken, "ORDERFORM_ID_TOKEN"),
    (4, Method::ClientSecret, "AZURE_CLIENT_SECRET"),
    (4, Method::Certificate, "AZURE_CLIENT_CERTIFICATE_PATH"),
    (4, Method::WorkloadIdentity, "AZURE_FEDERATED_TOKEN_FILE"),
    (5, Method::GitHub, "ACTIONS_ID_TOKEN_REQUEST_URL"),
    (5, Method::AzureDevOps, "SYSTEM_OIDCREQUESTURI"),
    (6, Method::ManagedIdentity, "IDENTITY_ENDPOINT"),
];

/// From here on a way is what the platform offers to everybody, so that it counts only where an application is named.
const OFFERED: u8 = 5;

impl Method {
    /// All of them, each with its word in `ORDERFORM_SIGN_IN`.
    pub(super) const ALL: [(Self, &'static str); 10] = [
        (Self::AccessToken, "access-token"),
        (Self::TokenCommand, "token-command"),
        (Self::RefreshToken, "refresh-token"),
        (Self::ClientSecret, "client-secret"),
        (Self::Certificate, "certificate"),
        (Self::IdToken, "id-token"),
        (Self::WorkloadIdentity, "workload-identity"),
        (Self::GitHub, "github"),
        (Self::AzureDevOps, "azure-devops"),
        (Self::ManagedIdentity, "managed-identity"),
    ];

    pub(super) fn word(self) -> &'static str {
        Self::ALL.iter().find(|(method, _)| *method == self).map_or("", |(_, word)| word)
    }

    /// Says whether it can stand for the secret of an application whose user has a refresh token.
    fn proves(self) -> bool {
        matches!(self, Self::ClientSecret | Self::Certificate | Self::IdToken | Self::WorkloadIdentity)
    }
}

/// Who signs in, and how that was found out.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) credential: Credential,
    pub(super) method: Method,
    /// Where its tokens are good.
    pub(super) cloud: Cloud,
    /// The variables that it is made of, by their names.
    pub(super) variables: Vec<String>,
}

/// Finds out how to sign in, from the environment of this process.
pub(super) fn find(cloud: Cloud) -> Result<Found, Failure> {
    find_in(&Variables::of_process(), cloud)
}

fn find_in(variables: &Variables, cloud: Cloud) -> Result<Found, Failure> {
    let method = choose(variables, |_| true)?.ok_or_else(|| none(variables))?;
    let credential = build::credential(method, variables, cloud)?;
    Ok(Found { credential, method, cloud, variables: variables.used() })
}

/// Returns the way of the first rank that has one, of those that fit; a word in `ORDERFORM_SIGN_IN` goes before.
fn choose(variables: &Variables, fits: impl Fn(Method) -> bool) -> Result<Option<Method>, Failure> {
    if let Some(word) = variables.text(WAY)? {
        let found = Method::ALL.iter().find(|(_, known)| *known == word);
        let (method, _) = found.ok_or_else(|| unknown_way(&word))?;
        if fits(*method) {
            return Ok(Some(*method));
        }
    }
    let named = variables.has("ORDERFORM_CLIENT_ID") || variables.has("AZURE_CLIENT_ID");
    let marks = MARKS.iter().filter(|(rank, method, variable)| {
        fits(*method) && variables.has(variable) && (*rank < OFFERED || named)
    });
    let mut first: Option<&(u8, Method, &str)> = None;
    for mark in marks {
        match first {
            None => first = Some(mark),
            Some(first) if mark.0 == first.0 && mark.1 != first.1 => return Err(both(first.2, mark.2)),
            Some(_) => {}
        }
    }
    Ok(first.map(|(_, method, _)| *method))
}

fn both(one: &str, other: &str) -> Failure {
    Failure::new(format!("`{one}` and `{other}` are two ways to sign in"))
        .hint(format!("unset one of them, or say which with `{WAY}`"))
}

fn unknown_way(word: &str) -> Failure {
    let words: Vec<String> = Method::ALL.iter().map(|(_, word)| format!("`{word}`")).collect();
    Failure::new(format!("`{WAY}` is `{word}`, which is no way to sign in"))
        .hint(format!("write one of {}", words.join(", ")))
}

fn none(variables: &Variables) -> Failure {
    let named = ["ORDERFORM_CLIENT_ID", "AZURE_CLIENT_ID"].into_iter().find(|name| variables.has(name));
    match named {
        Some(name) => Failure::new(format!("`{name}` is set, and nothing that it could sign in with")).hint(
            "set `ORDERFORM_CLIENT_SECRET`, `ORDERFORM_CLIENT_CERTIFICATE_PATH` or `ORDERFORM_REFRESH_TOKEN_FILE`, or \
             `ORDERFORM_SIGN_IN=managed-identity`",
        ),
        None => Failure::new("there is nothing to sign in to Partner Center with").hint(
            "set `ORDERFORM_TENANT_ID`, `ORDERFORM_CLIENT_ID` and `ORDERFORM_CLIENT_SECRET`, or put a bearer token for \
             `https://api.partnercenter.microsoft.com` into `ORDERFORM_ACCESS_TOKEN`, or try everything with `--sandbox` first",
        ),
    }
}

/// Says at once what a person should know of a refresh token.
fn notify() -> crate::partner_center::sign_in::Notify {
    Arc::new(|text: &str| super::terminal::say(text))
}

#[cfg(test)]
mod tests;
