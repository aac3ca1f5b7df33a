//! Who signed in, as a token tells; and why somebody is not let in, by the sign-in server or by Partner Center.
//!
//! What is known by a code of its own can be mended in a way of its own; the words for that live in `view`.
//!
//! **Invariant:** told by codes alone, never by texts, which are localised.

use std::fmt;

use super::answer::{Excerpt, ServiceError};

/// What stands between us and Partner Center.
///
/// Sources: "Partner Center REST error codes" for those with a status, "Microsoft Entra authentication and
/// authorization error codes" for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInProblem {
    /// The token is for another service, such as Azure AD Graph.
    WrongAudience,
    /// Partner Center takes no such token: malformed, expired, or none at all.
    TokenRefused,
    /// The user signed in without a second factor, or an access policy asks for more.
    MfaMissing,
    /// The application or user has no role that may do this.
    RoleMissing,
    /// The application alone may not do this: a user has to be signed in.
    UserNeeded,
    /// The client secret is not the application's.
    WrongSecret,
    /// The client secret has expired.
    SecretExpired,
    /// The application has to prove itself, and no secret, certificate or federated token came.
    SecretMissing,
    /// The tenant does not know the application.
    UnknownApplication,
    /// There is no such tenant.
    UnknownTenant,
    /// The refresh token has expired, was revoked, or was replaced by another one.
    RefreshTokenEnded,
    /// Nobody has consented to the application's permissions.
    ConsentMissing,
    /// No federated credential of the application fits the issuer, subject or audience of the token.
    FederationMismatch,
    /// The certificate is not registered with the application.
    UnknownCertificate,
    /// An assertion is outside of its time: clocks differ.
    ClockSkew,
}

impl SignInProblem {
    /// All of them, each with its codes: status and code of Partner Center, or a number of Microsoft Entra.
    pub const ALL: [(Self, &'static [&'static str]); 15] = [
        (Self::WrongAudience, &["401/900420", "AADSTS500011"]),
        (Self::TokenRefused, &["401/800001", "401/400"]),
        (
            Self::MfaMissing,
            &["403/900309", "AADSTS50076", "AADSTS50079", "AADSTS50074", "AADSTS50078", "AADSTS53003"],
        ),
        (Self::RoleMissing, &["403/900308"]),
        (Self::UserNeeded, &["403/900329"]),
        (Self::WrongSecret, &["AADSTS7000215"]),
        (Self::SecretExpired, &["AADSTS7000222"]),
        (Self::SecretMissing, &["AADSTS7000218"]),
        (Self::UnknownApplication, &["AADSTS700016"]),
        (Self::UnknownTenant, &["AADSTS90002", "AADSTS900023"]),
        (Self::RefreshTokenEnded, &["AADSTS700082", "AADSTS70008", "AADSTS50173", "AADSTS70000"]),
        (Self::ConsentMissing, &["AADSTS65001"]),
        (Self::FederationMismatch, &["AADSTS70021", "AADSTS700211", "AADSTS700212", "AADSTS700213"]),
        (Self::UnknownCertificate, &["AADSTS700027"]),
        (Self::ClockSkew, &["AADSTS700024"]),
    ];

    /// Knows an error of Partner Center by its status and code.
    #[must_use]
    pub fn of_service(error: &ServiceError) -> Option<Self> {
        Self::find(&format!("{}/{}", error.status, error.code))
    }

    /// Knows an error of Microsoft Entra by its numbers (`error_codes`); the last one known is the most exact.
    #[must_use]
    pub fn of_entra(numbers: &[u64]) -> Option<Self> {
        numbers.iter().rev().find_map(|number| Self::find(&format!("AADSTS{number}")))
    }

    fn find(code: &str) -> Option<Self> {
        let known = Self::ALL.iter().find(|(_, codes)| codes.contains(&code));
        known.map(|(problem, _)| *problem)
    }
}

/// A sign-in that was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInRefused {
    /// What was said, made harmless.
    pub why: Excerpt,
    /// What it is, where its code is known.
    pub problem: Option<SignInProblem>,
}

impl SignInRefused {
    /// Takes what was said of a refusal that nobody knows the code of.
    #[must_use]
    pub fn saying(why: &str) -> Self {
        Self { why: Excerpt::of(why), problem: None }
    }
}

impl From<&ServiceError> for SignInRefused {
    fn from(error: &ServiceError) -> Self {
        Self { why: Excerpt::of(&error.to_string()), problem: SignInProblem::of_service(error) }
    }
}

impl fmt::Display for SignInRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.why.fmt(f)
    }
}

/// Whose token it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Principal {
    /// An application's alone (app-only).
    Application,
    /// A user's, by way of an application (app and user).
    User,
}

/// What an access token says of itself ("Access token claims reference"); nothing is decided by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// `aud`: the service it is for.
    pub audience: Option<Excerpt>,
    /// `tid`: the tenant.
    pub tenant: Option<Excerpt>,
    /// `appid`, or `azp` in v2: the application.
    pub application: Option<Excerpt>,
    /// `app_displayname`: its name.
    pub application_name: Option<Excerpt>,
    /// `upn`, `preferred_username` or `unique_name`: the user.
    pub user: Option<Excerpt>,
    /// Whose it is: a user's where it has scopes.
    pub principal: Principal,
    /// `roles`: what an application may do.
    pub roles: Vec<Excerpt>,
    /// `scp`: what an application may do in a user's name.
    pub scopes: Vec<Excerpt>,
    /// Whether `amr` has `mfa`; `None` where the token does not say how the user signed in.
    pub mfa: Option<bool>,
    /// `exp`: until when, in seconds since 1970.
    pub expires_at: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_known_by_each_of_its_codes_and_no_code_is_that_of_two() {
        let mut seen = Vec::new();
        for (problem, codes) in SignInProblem::ALL {
            for code in codes {
                assert!(!seen.contains(code), "{code}");
                seen.push(code);
                let known = match code.strip_prefix("AADSTS") {
                    Some(number) => SignInProblem::of_entra(&[70002, number.parse().unwrap()]),
                    None => {
                        let (status, code) = code.split_once('/').unwrap();
                        let (status, code) = (status.parse().unwrap(), code.to_owned());
                        let description = Excerpt::of("");
                        SignInProblem::of_service(&ServiceError { status, code, description })
                    }
                };
                assert_eq!(known, Some(problem), "{code}");
            }
        }
        assert_eq!(SignInProblem::of_entra(&[50126]), None);
    }

    #[test]
    fn the_same_code_under_another_status_is_another_error() {
        let error = ServiceError { status: 403, code: "900420".into(), description: Excerpt::of("") };
        assert_eq!(SignInProblem::of_service(&error), None);
    }
}
