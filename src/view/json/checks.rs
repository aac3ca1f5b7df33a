//! What Partner Center was asked beforehand, and which availabilities were chosen: written, and read back.
//!
//! **Invariant:** words of outlooks and problems never change their meaning. Texts of the server are kept as they are; what
//! writes JSON makes them harmless.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::domain::{IdError, OfferId, OrderName};
use crate::plan::{Checks, Finding, Outlook, Problem};

/// What a check came to.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChecksJson<'a> {
    requests: u64,
    findings: Vec<FindingJson<'a>>,
}

/// One finding.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FindingJson<'a> {
    name: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    outlook: Cow<'a, str>,
    problem: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    #[serde(default)]
    asked: Cow<'a, str>,
    evidence: Vec<EvidenceJson<'a>>,
}

/// Something that was answered, or wanted.
#[derive(Debug, Serialize, Deserialize)]
struct EvidenceJson<'a> {
    name: Cow<'a, str>,
    value: Cow<'a, str>,
}

/// What is sent in place of an offer that leaves its availability out.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AvailabilityJson<'a> {
    line: usize,
    offer_id: Cow<'a, str>,
}

impl<'a> From<&'a Checks> for ChecksJson<'a> {
    fn from(checks: &'a Checks) -> Self {
        let findings = checks.findings.iter().flat_map(|(name, findings)| {
            findings.iter().map(move |finding| FindingJson {
                name: name.as_str().into(),
                line: finding.line,
                outlook: finding.outlook.word().into(),
                problem: finding.problem.word().into(),
                asked: finding.asked.as_str().into(),
                evidence: finding
                    .evidence
                    .iter()
                    .map(|(name, value)| EvidenceJson { name: name.into(), value: value.into() })
                    .collect(),
            })
        });
        Self { requests: checks.requests, findings: findings.collect() }
    }
}

impl ChecksJson<'_> {
    pub(super) fn read(self) -> Result<Checks, String> {
        let mut checks = Checks { requests: self.requests, ..Checks::default() };
        for finding in self.findings {
            let name = OrderName::parse(&finding.name).map_err(|error| error.to_string())?;
            let unknown = |word: &str| format!("`{word}` of `{name}` is not known");
            let outlook = Outlook::ALL.into_iter().find(|(_, word)| *word == finding.outlook);
            let problem = Problem::ALL.into_iter().find(|(_, word)| *word == finding.problem);
            let evidence = finding.evidence.into_iter();
            let finding = Finding {
                line: finding.line,
                outlook: outlook.ok_or_else(|| unknown(&finding.outlook))?.0,
                problem: problem.ok_or_else(|| unknown(&finding.problem))?.0,
                evidence: evidence.map(|one| (one.name.into_owned(), one.value.into_owned())).collect(),
                asked: finding.asked.into_owned(),
            };
            checks.findings.entry(name).or_default().push(finding);
        }
        Ok(checks)
    }
}

impl<'a> From<(&'a usize, &'a OfferId)> for AvailabilityJson<'a> {
    fn from((line, offer): (&'a usize, &'a OfferId)) -> Self {
        Self { line: *line, offer_id: offer.as_str().into() }
    }
}

impl AvailabilityJson<'_> {
    pub(super) fn read(self) -> Result<(usize, OfferId), IdError> {
        Ok((self.line, OfferId::parse(&self.offer_id)?))
    }
}
