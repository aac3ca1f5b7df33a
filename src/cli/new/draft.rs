//! What `orderform new` asks for, and the manifest that the answers make.
//!
//! **Invariant:** an answer is judged by the reader of manifests, in a manifest that is right otherwise; there is no
//! second set of rules.

use crate::domain::CustomerId;
use crate::manifest::{self, Diagnostic, Loaded, Severity, Sources, write};

/// What somebody typed.
pub(super) type Answer = String;

/// One thing that a manifest has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    Name,
    Customer,
    Offer,
    Quantity,
    Term,
    BillingCycle,
    AutoRenew,
}

impl Question {
    /// Returns the flag that answers it.
    pub(super) fn flag(self) -> &'static str {
        match self {
            Self::Name => "NAME",
            Self::Customer => "--customer",
            Self::Offer => "--offer",
            Self::Quantity => "--quantity",
            Self::Term => "--term",
            Self::BillingCycle => "--billing-cycle",
            Self::AutoRenew => "--auto-renew",
        }
    }

    /// Says whether it may be left out: what an offer has one of, Partner Center chooses.
    pub(super) fn is_optional(self) -> bool {
        matches!(self, Self::Term | Self::BillingCycle | Self::AutoRenew)
    }

    /// Says whether it matters after the answers so far.
    pub(super) fn is_asked(self, answers: &[(Self, Answer)]) -> bool {
        let answer = |question| {
            answers.iter().find(|(asked, _)| *asked == question).map(|(_, answer)| answer.as_str())
        };
        match self {
            Self::Term => answer(Self::Offer).is_some_and(|offer| offer.contains(':')),
            Self::AutoRenew => matches!(answer(Self::Term), Some("P1Y" | "P3Y")),
            _ => true,
        }
    }

    /// Returns what stands before the cursor.
    pub(super) fn prompt(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Customer => "customer",
            Self::Offer => "offer",
            Self::Quantity => "seats",
            Self::Term => "term",
            Self::BillingCycle => "billing cycle",
            Self::AutoRenew => "renew",
        }
    }

    /// Says what is asked for.
    pub(super) fn explained(self, project: &Loaded) -> String {
        match self {
            Self::Name => "How shall the order be called?".to_owned(),
            Self::Customer => {
                let names: Vec<&str> = project.customers.iter().map(|one| one.name.as_str()).collect();
                let known = match names.as_slice() {
                    [] => "none is described yet: give its tenant id, or run `orderform new customer` first"
                        .to_owned(),
                    names if names.len() > 12 => {
                        format!("{} and {} more, or a tenant id", names[..12].join(", "), names.len() - 12)
                    }
                    names => format!("{}, or a tenant id", names.join(", ")),
                };
                format!("Who is it for? ({known})")
            }
            Self::Offer => {
                "What is bought? (such as CFQ7TTC0LH18:0001 from the price list, or a GUID)".to_owned()
            }
            Self::Quantity => "How many seats?".to_owned(),
            Self::Term => "For how long? (P1M, P1Y, P3Y; empty: the default or only term)".to_owned(),
            Self::BillingCycle => "Billed how often? (monthly, annual, …; empty: the default)".to_owned(),
            Self::AutoRenew => {
                "Renew by itself after the term? (true, false; empty: decide later)".to_owned()
            }
        }
    }
}

/// Finds what is wrong with an answer.
pub(super) fn problem(question: Question, answer: &str, project: &Loaded) -> Option<Diagnostic> {
    let mut answers = vec![
        (Question::Name, "a-name".to_owned()),
        (Question::Customer, "00000000-0000-4000-8000-000000000001".to_owned()),
        (Question::Offer, "CFQ7TTC0LH18:0001".to_owned()),
        (Question::Quantity, "1".to_owned()),
    ];
    answers.retain(|(asked, _)| *asked != question);
    answers.push((question, answer.to_owned()));
    let mut text = order(&answers);
    for known in &project.customers {
        text += &format!("---\n{}", write::customer(&known.name, "00000000-0000-4000-8000-000000000001"));
    }
    let mut sources = Sources::new();
    sources.add("the answer", text);
    let found = manifest::parse(sources).diagnostics;
    found.into_iter().find(|d| d.severity() == Severity::Error)
}

/// Writes the manifest that the answers make.
pub(super) fn order(answers: &[(Question, Answer)]) -> String {
    let answer =
        |question| answers.iter().find(|(asked, _)| *asked == question).map(|(_, answer)| answer.as_str());
    let line = |indent: &str, key: &str, value: Option<String>| {
        value.map_or(String::new(), |value| format!("{indent}{key}: {value}\n"))
    };
    let text = |question| answer(question).map(write::scalar);
    // Numbers and truth values as they were typed: the reader says what is wrong with them.
    let bare = |question| {
        answer(question).map(|typed| if is_bare(typed) { typed.to_owned() } else { write::scalar(typed) })
    };
    let is_id = answer(Question::Customer).is_some_and(|customer| CustomerId::parse(customer).is_ok());
    let customer = if is_id { "customerId" } else { "customer" };
    [
        "apiVersion: orderform/v1\nkind: Order\nmetadata:\n".to_owned(),
        line("  ", "name", text(Question::Name)),
        line("  ", "autoRenewEnabled", bare(Question::AutoRenew)),
        "spec:\n".to_owned(),
        line("  ", customer, text(Question::Customer)),
        line("  ", "billingCycle", text(Question::BillingCycle)),
        "  lineItems:\n".to_owned(),
        line("    - ", "offerId", text(Question::Offer)),
        line("      ", "quantity", bare(Question::Quantity)),
        line("      ", "termDuration", text(Question::Term)),
    ]
    .concat()
}

/// Says whether a text can stand without quotes and without being taken for anything but one value.
fn is_bare(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '_'))
}
