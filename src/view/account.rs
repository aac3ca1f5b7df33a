//! Who signed in, and what that is enough for: what `auth check` shows.
//!
//! **Invariant:** of a token only what it says of itself is shown, and of the environment only names.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use super::json::harmless;
use super::text::{self, duration};
use super::words::way_out;
use crate::domain::{Claims, EndpointId, Excerpt, Principal, SignInProblem, SignInRefused, Timestamp};

/// The application id of Partner Center's API, which a token of v1 may name instead of its address.
const PARTNER_CENTER: &str = "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd";

/// Who signed in, and what Partner Center said to it.
#[derive(Debug, Clone, Copy)]
pub struct SignedIn<'a> {
    /// Where.
    pub endpoint: &'a EndpointId,
    /// By which way, as it is named in `ORDERFORM_SIGN_IN`.
    pub way: &'a str,
    /// The names of the variables that it was made of.
    pub variables: &'a [String],
    /// What the token should be for.
    pub wanted_audience: &'a str,
    /// What the token says of itself, where it can be read.
    pub claims: Option<&'a Claims>,
    /// How long it lives, where that is known.
    pub life: Option<Duration>,
    /// Whether Partner Center says that the user had a second factor.
    pub mfa: Option<bool>,
    /// How Partner Center refused to be read.
    pub refused: Option<&'a SignInRefused>,
}

/// Whether a sign-in is enough for something.
struct Verdict {
    purpose: &'static str,
    word: &'static str,
    is_enough: bool,
    says: String,
    way_out: Option<&'static str>,
}

impl SignedIn<'_> {
    /// Says whether it is enough to read and to buy.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        self.verdicts().iter().all(|verdict| verdict.is_enough)
    }

    /// Writes it for people.
    #[must_use]
    pub fn human(&self) -> String {
        let mut page = format!("{} by {}\n", self.endpoint, self.way);
        let mut row = |label: &str, value: &str| {
            let _ = writeln!(page, "  {label:<14} {}", text::escape(value));
        };
        if !self.variables.is_empty() {
            row("from", &self.variables.join(", "));
        }
        match self.claims {
            None => row("token", "opaque: it says nothing of itself"),
            Some(claims) => self.describe(claims, &mut row),
        }
        if let (None, Some(life)) = (self.expiry(), self.life) {
            row("valid for", &duration(life));
        }
        page.push('\n');
        for verdict in self.verdicts() {
            let sign = if verdict.is_enough { '✓' } else { '✗' };
            let _ = writeln!(page, "  {sign} {:<29} {}", verdict.purpose, text::escape(&verdict.says));
            if let Some(way_out) = verdict.way_out {
                let _ = writeln!(page, "      {way_out}");
            }
        }
        page.push_str("\nPartner Center was asked once, for one customer\n");
        page
    }

    fn describe(&self, claims: &Claims, row: &mut impl FnMut(&str, &str)) {
        let said = |text: &Option<Excerpt>| text.as_ref().map_or("not said", Excerpt::as_str).to_owned();
        let name = claims.application_name.as_ref().map_or(String::new(), |name| format!(" ({name})"));
        row("application", &(said(&claims.application) + &name));
        if claims.principal == Principal::User {
            row("user", &said(&claims.user));
        }
        row("tenant", &said(&claims.tenant));
        row("audience", &said(&claims.audience));
        let list = |texts: &[Excerpt]| match texts {
            [] => "none in the token".to_owned(),
            texts => texts.iter().map(Excerpt::as_str).collect::<Vec<_>>().join(", "),
        };
        match claims.principal {
            Principal::Application => row("roles", &list(&claims.roles)),
            Principal::User => {
                row("scopes", &list(&claims.scopes));
                row("second factor", yes_or_no(claims.mfa));
                row("compliant", yes_or_no(self.mfa));
            }
        }
        if let Some(expiry) = self.expiry() {
            row("valid until", &expiry.to_string());
        }
    }

    fn expiry(&self) -> Option<Timestamp> {
        let seconds = i64::try_from(self.claims?.expires_at?).ok()?;
        Some(Timestamp::from_unix_ms(seconds.saturating_mul(1000)))
    }

    fn is_for_another_service(&self) -> bool {
        let audience = self.claims.and_then(|claims| claims.audience.as_ref());
        audience.is_some_and(|audience| {
            let audience = audience.as_str().trim_end_matches('/');
            audience != self.wanted_audience && audience != PARTNER_CENTER
        })
    }

    fn verdicts(&self) -> [Verdict; 3] {
        [
            Verdict {
                purpose: "plan, why, audit verify",
                word: "plan",
                is_enough: true,
                says: "needs nothing".to_owned(),
                way_out: None,
            },
            self.reading(),
            self.buying(),
        ]
    }

    /// Of commands that ask Partner Center and buy nothing.
    fn reading(&self) -> Verdict {
        let (is_enough, says, way_out) = match self.refused {
            None => (true, "Partner Center lets us read".to_owned(), None),
            Some(refused) => (false, refused.to_string(), refused.problem.map(way_out)),
        };
        Verdict { purpose: "drift, plan --refresh, adopt", word: "read", is_enough, says, way_out }
    }

    fn buying(&self) -> Verdict {
        let verdict = |is_enough, says: &str, problem: Option<SignInProblem>| Verdict {
            purpose: "apply, watch --auto-apply",
            word: "apply",
            is_enough,
            says: says.to_owned(),
            way_out: problem.map(way_out),
        };
        if self.is_for_another_service() {
            let problem = SignInProblem::WrongAudience;
            return verdict(false, "the token is for another service", Some(problem));
        }
        if self.refused.is_some() {
            return verdict(false, "not while it cannot be read", None);
        }
        if self.mfa == Some(false) {
            let problem = SignInProblem::MfaMissing;
            return verdict(false, "the user signed in without a second factor", Some(problem));
        }
        match self.claims.map(|claims| claims.principal) {
            Some(Principal::Application) => verdict(
                true,
                "nothing is missing but for customers of an indirect reseller, whose orders need a user",
                None,
            ),
            _ => verdict(true, "nothing is known to be missing", None),
        }
    }

    /// Writes it for programs: one document.
    #[must_use]
    pub fn json(&self) -> String {
        let text = |text: &Option<Excerpt>| text.as_ref().map(|text| text.as_str().to_owned());
        let all = |texts: &[Excerpt]| texts.iter().map(|text| text.as_str().to_owned()).collect();
        let claims = self.claims;
        let verdicts = self.verdicts();
        let document = Document {
            format_version: "1.0",
            ok: self.is_enough(),
            endpoint: self.endpoint.to_string(),
            way: self.way,
            variables: self.variables,
            principal: claims.map(|claims| match claims.principal {
                Principal::Application => "application",
                Principal::User => "user",
            }),
            application: claims.and_then(|claims| text(&claims.application)),
            user: claims.and_then(|claims| text(&claims.user)),
            tenant: claims.and_then(|claims| text(&claims.tenant)),
            audience: claims.and_then(|claims| text(&claims.audience)),
            roles: claims.map(|claims| all(&claims.roles)).unwrap_or_default(),
            scopes: claims.map(|claims| all(&claims.scopes)).unwrap_or_default(),
            mfa: claims.and_then(|claims| claims.mfa),
            is_mfa_compliant: self.mfa,
            valid_until: self.expiry().map(|expiry| expiry.to_string()),
            checks: verdicts.iter().map(Check::of).collect(),
        };
        let json = serde_json::to_string_pretty(&document).expect("keys are texts");
        harmless(&json) + "\n"
    }
}

fn yes_or_no(answer: Option<bool>) -> &'static str {
    match answer {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not said",
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    format_version: &'static str,
    ok: bool,
    endpoint: String,
    way: &'a str,
    variables: &'a [String],
    principal: Option<&'static str>,
    application: Option<String>,
    user: Option<String>,
    tenant: Option<String>,
    audience: Option<String>,
    roles: Vec<String>,
    scopes: Vec<String>,
    mfa: Option<bool>,
    is_mfa_compliant: Option<bool>,
    valid_until: Option<String>,
    checks: Vec<Check<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Check<'a> {
    r#for: &'static str,
    ok: bool,
    says: &'a str,
    hint: Option<&'static str>,
}

impl<'a> Check<'a> {
    fn of(verdict: &'a Verdict) -> Self {
        let Verdict { word, is_enough, says, way_out, .. } = verdict;
        Self { r#for: word, ok: *is_enough, says, hint: *way_out }
    }
}
