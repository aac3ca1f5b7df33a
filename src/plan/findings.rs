//! What was found of an order before it is bought, as values.
//!
//! **Invariant:** a finding carries what was asked and what was answered, so that nobody has to take its word for it. It is in
//! no digest: what Partner Center says may change while the plan stays what it is.

use std::collections::BTreeMap;

use super::Plan;
use super::digest::digest_of;
use crate::domain::OrderName;

/// What a check of a plan came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checks {
    /// How many requests it took.
    pub requests: u64,
    /// What was found, of the orders of which something was.
    pub findings: BTreeMap<OrderName, Vec<Finding>>,
}

/// Something that was found about an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The position of the line it is about; `None` where it is about the order.
    pub line: Option<usize>,
    /// What will become of it.
    pub outlook: Outlook,
    /// What is the matter.
    pub problem: Problem,
    /// What was answered and what is wanted, under Partner Center's names.
    pub evidence: Vec<(String, String)>,
    /// What was asked, as method and path; empty where the manifest alone shows it.
    pub asked: String,
}

/// What will become of an order, or a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outlook {
    /// It will be refused.
    Refused,
    /// It will be bought otherwise than it is wanted.
    Altered,
    /// Nobody knows: it could not be checked.
    Unknown,
}

impl Outlook {
    /// All of them, each with its word.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Refused, "willBeRefused"), (Self::Altered, "willDiffer"), (Self::Unknown, "notChecked")];

    /// Returns the one word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.into_iter().find(|(outlook, _)| *outlook == self).map_or("", |(_, word)| word)
    }
}

/// What is the matter with an order, or a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// We are no reseller of the customer: 403/20002.
    Relationship,
    /// The Microsoft Customer Agreement is not confirmed: 403/13605.
    Agreement,
    /// A partner is named and has not attested: 400/900206.
    PartnerAttestation,
    /// The offer's own terms are not accepted: 400/900203.
    OfferAttestation,
    /// The customer's catalogue does not have it: 400/800004, 404/400013, 404/400018.
    Offer,
    /// The availability is not the one that is sold now: 400/800004.
    Availability,
    /// It is not sold any more: 400/800004, 403/2085.
    Purchasable,
    /// It is not sold for this term with this billing cycle: 400/400039.
    Term,
    /// It cannot be billed like this: 400/2004.
    BillingCycle,
    /// Fewer or more seats than one line may have: 400/2002.
    Quantity,
    /// The promotion is not given; the sale goes through without it ("Promotions").
    Promotion,
    /// Something has to be there before: 400/800086, 400/2012.
    Prerequisites,
    /// An integration sandbox has limits: 400/800018.
    SandboxLimits,
}

impl Problem {
    /// All of them, each with its word.
    pub const ALL: [(Self, &'static str); 13] = [
        (Self::Relationship, "relationship"),
        (Self::Agreement, "agreement"),
        (Self::PartnerAttestation, "partnerAttestation"),
        (Self::OfferAttestation, "offerAttestation"),
        (Self::Offer, "offer"),
        (Self::Availability, "availability"),
        (Self::Purchasable, "purchasable"),
        (Self::Term, "term"),
        (Self::BillingCycle, "billingCycle"),
        (Self::Quantity, "quantity"),
        (Self::Promotion, "promotion"),
        (Self::Prerequisites, "prerequisites"),
        (Self::SandboxLimits, "sandboxLimits"),
    ];

    /// Returns the one word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.into_iter().find(|(problem, _)| *problem == self).map_or("", |(_, word)| word)
    }
}

impl Plan {
    /// Returns what was found about an order.
    #[must_use]
    pub fn findings(&self, name: &OrderName) -> &[Finding] {
        self.checks.as_ref().and_then(|checks| checks.findings.get(name)).map_or(&[], Vec::as_slice)
    }

    /// Returns how many orders will be refused, as far as was found.
    #[must_use]
    pub fn will_be_refused(&self) -> usize {
        let refused = |findings: &&Vec<Finding>| findings.iter().any(|one| one.outlook == Outlook::Refused);
        self.checks.as_ref().map_or(0, |checks| checks.findings.values().filter(refused).count())
    }
}

/// Returns `sha256:…` over what a check came to, which is no part of a plan's digest.
#[must_use]
pub fn checks_digest(checks: &Checks) -> String {
    digest_of(|hash| {
        let Checks { requests, findings } = checks;
        hash.number(*requests);
        for (name, findings) in findings {
            hash.text(name.as_str());
            hash.number(findings.len() as u64);
            for Finding { line, outlook, problem, evidence, asked } in findings {
                hash.optional(line.map(|line| line.to_string()).as_deref());
                hash.text(outlook.word());
                hash.text(problem.word());
                hash.number(evidence.len() as u64);
                for (key, value) in evidence {
                    hash.text(key);
                    hash.text(value);
                }
                hash.text(asked);
            }
        }
    })
}
