//! What shall go wrong, and with which requests; as values, and as the YAML they are written in.
//!
//! **Invariant:** nothing here counts or draws: that is `script`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use super::SandboxError;
use super::catalogue;
use super::deed::{self, Deed};
use super::reply::Refusal;

/// Everything that goes wrong. By default nothing does.
///
/// ```yaml
/// seed: 7
/// faults:
///   - { on: create, at: 3, do: lose-answer-after }        # the third create
///   - { on: create, probability: 0.1, do: lose-answer-before }
///   - { on: list, probability: 0.05, do: { status: 429, retryAfter: 1 } }
///   - { on: create, match: { customer: 4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04 }, times: 2, do: hang-after }
///   - { on: get, do: { delay: 200ms } }
///   - { on: any, after: 100, for: 2m, do: { status: 429, retryAfter: 60 } }   # a storm behind the hundredth request
/// customers:
///   f81d98dd-c2f4-499e-a194-5619e260344e: { status: 403, code: 13605, description: agreement not confirmed }
/// ```
///
/// A customer is in the US, commercial, and has confirmed its agreement, unless `tenants` says otherwise:
/// `tenants: { GUID: { country: DE, segment: education, agreement: false } }`.
///
/// What can be done, as one word: `lose-answer-before`, `lose-answer-after`, `hang-before`, `hang-after`,
/// `html-before`, `html-after` (status 200), `cut-body`, `bom`, `doubled-headers`, `wrong-customer`, `execute-late`;
/// or with its details: `{ status: 503, when: after, html: true }`, `{ status: 500, code: 800005, description: … }`,
/// `{ status: 429, retryAfter: 1 }`, `{ delay: 200ms }`, `{ executeLate: 30s }`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Faults {
    /// What the draws of the rules start from.
    pub seed: u64,
    /// The rules; of those that fire for a request, the first is carried out.
    #[serde(rename = "faults")]
    pub rules: Vec<Rule>,
    /// Customers that are refused, by tenant id in lower case; every other GUID is a customer in good standing.
    #[serde(deserialize_with = "customers")]
    pub customers: BTreeMap<String, Refused>,
    /// Customers of whom something else is to be said than of all others, by tenant id in lower case.
    #[serde(deserialize_with = "customers")]
    pub tenants: BTreeMap<String, Tenant>,
}

impl Faults {
    /// Reads faults from YAML; empty text is none.
    ///
    /// # Errors
    /// [`SandboxError::Faults`] with line and column where a key, a value or a combination is not known.
    pub fn from_yaml(text: &str) -> Result<Self, SandboxError> {
        let faults: Option<Self> =
            serde_yaml::from_str(text).map_err(|error| SandboxError::Faults(error.to_string()))?;
        let faults = faults.unwrap_or_default();
        match faults.rules.iter().zip(1..).find_map(|(rule, n)| Some((n, rule.problem()?))) {
            Some((n, problem)) => Err(SandboxError::Faults(format!("rule {n}: {problem}"))),
            None => Ok(faults),
        }
    }
}

/// When something goes wrong, and what.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What is asked.
    pub on: Occasion,
    /// Who asks; everyone where absent.
    #[serde(default, rename = "match")]
    pub only: Only,
    /// Fires at this matching request only, the first being 1.
    #[serde(default)]
    pub at: Option<u64>,
    /// Does not fire before so many matching requests have come.
    #[serde(default)]
    pub after: Option<u64>,
    /// Fires for this long from the first time on, and then never again.
    #[serde(default, rename = "for", deserialize_with = "deed::optional_duration")]
    pub lasts: Option<Duration>,
    /// Fires for this part of the matching requests, 0 to 1.
    #[serde(default)]
    pub probability: Option<f64>,
    /// Fires this often at most.
    #[serde(default)]
    pub times: Option<u64>,
    /// What goes wrong.
    #[serde(rename = "do")]
    pub deed: Deed,
}

impl Rule {
    fn problem(&self) -> Option<&'static str> {
        let is_part = |part: f64| (0.0..=1.0).contains(&part);
        if self.at == Some(0) {
            Some("`at` counts from 1")
        } else if self.at.is_some() && self.probability.is_some() {
            Some("`at` and `probability` exclude each other")
        } else if self.at.is_some() && (self.after.is_some() || self.lasts.is_some()) {
            Some("`at` is one request: `after` and `for` say nothing about it")
        } else if !self.probability.is_none_or(is_part) {
            Some("`probability` is between 0 and 1")
        } else if matches!(self.deed, Deed::Late(_)) && self.on != Occasion::Create {
            Some("only a create can be executed late")
        } else {
            None
        }
    }
}

/// Whose requests a rule is about.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Only {
    /// The customer's tenant id, in any case.
    pub customer: Option<String>,
}

/// What is asked of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Occasion {
    /// A POST of an order.
    Create,
    /// A customer's orders.
    List,
    /// One order.
    Get,
    /// Subscriptions, all or one.
    Subscriptions,
    /// Customers, all or one.
    Customers,
    /// Audit records.
    Audit,
    /// A token.
    Token,
    /// Products, SKUs, availabilities, offers, promotions.
    Catalogue,
    /// A customer's agreements.
    Agreements,
    /// All of them.
    Any,
}

/// How a customer is refused.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// The status.
    pub status: u16,
    /// Partner Center's code.
    pub code: i64,
    /// Its text.
    #[serde(default)]
    pub description: String,
}

impl Refused {
    /// Whether nothing at all can be asked about this customer: no relationship (403/20002), or not there (404).
    /// Others can be read, and just not sold to.
    #[must_use]
    pub fn is_stranger(&self) -> bool {
        self.status == 404 || self.code == 20_002
    }
}

/// Who a customer is, as far as it bears on what it is sold.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tenant {
    /// By its code in ISO 3166.
    pub country: String,
    /// `commercial`, `education`, `government`, `nonprofit`.
    pub segment: String,
    /// Whether the Microsoft Customer Agreement was confirmed for it; orders are refused where it was not (403/13605).
    pub agreement: bool,
}

impl Default for Tenant {
    fn default() -> Self {
        Self { country: "US".to_owned(), segment: "commercial".to_owned(), agreement: true }
    }
}

impl From<&Refused> for Refusal {
    fn from(refused: &Refused) -> Self {
        Self::new(refused.status, refused.code, refused.description.clone())
    }
}

fn customers<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<BTreeMap<String, T>, D::Error> {
    let customers = BTreeMap::<String, T>::deserialize(from)?;
    if let Some(other) = customers.keys().find(|id| !catalogue::is_guid(id)) {
        return Err(D::Error::custom(format!("`{other}` is not a GUID")));
    }
    Ok(customers.into_iter().map(|(id, how)| (id.to_ascii_lowercase(), how)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_as_they_are_documented() {
        let yaml: String = include_str!("faults.rs")
            .lines()
            .skip_while(|line| *line != "/// ```yaml")
            .skip(1)
            .take_while(|line| *line != "/// ```")
            .map(|line| format!("{}\n", line.trim_start_matches("/// ")))
            .collect();
        let faults = Faults::from_yaml(&yaml).unwrap();
        assert_eq!((faults.seed, faults.rules.len(), faults.customers.len()), (7, 6, 1));
        assert_eq!(faults.rules[3].times, Some(2));
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for (yaml, expected) in [
            ("sed: 7", "unknown field `sed`"),
            ("faults: [{ on: create, do: explode }]", "no fault is called `explode`"),
            ("faults: [{ on: create, do: { status: 503, delay: 1s } }]", "exactly one of"),
            ("faults: [{ on: create, do: { delay: 1 } }]", "a duration"),
            ("faults: [{ on: create, at: 0, do: bom }]", "rule 1: `at` counts from 1"),
            ("faults: [{ on: list, at: 1, after: 1, do: bom }]", "rule 1: `at` is one request"),
            ("faults: [{ on: list, for: 10, do: bom }]", "a duration"),
            ("faults: [{ on: list, do: execute-late }]", "rule 1: only a create"),
            ("faults: [{ on: list, probability: 1.5, do: bom }]", "between 0 and 1"),
            ("customers: { contoso: { status: 403, code: 1 } }", "not a GUID"),
        ] {
            let error = Faults::from_yaml(yaml).unwrap_err().to_string();
            assert!(error.contains(expected), "{yaml}: {error}");
        }
        assert!(Faults::from_yaml("").unwrap().rules.is_empty());
    }
}
