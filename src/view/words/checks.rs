//! The words for availabilities, and for what Partner Center said beforehand.
//!
//! **Invariant:** every [`Problem`] has words and a way out of its own, and every finding shows what was asked and answered.

use super::super::text::{count, plural};
use super::{Account, Medium};
use crate::domain::OfferId;
use crate::plan::{Finding, Outlook, Plan, Problem, Step, Unavailable};

/// Says which availabilities are bought where the manifest leaves them out, or that this is still open.
pub(super) fn availabilities(step: &Step, account: Account, medium: Medium) -> Account {
    let open = step
        .open_lines()
        .map(|(_, line)| format!("{} (availability resolved at apply)", medium.text(line.offer_id.as_str())));
    let chosen = step.offers.iter().filter_map(|(at, offer)| {
        let asked = medium.text(step.spec.line_items.get(*at)?.offer_id.as_str());
        Some(format!("{asked} is bought as {}", medium.text(offer.as_str())))
    });
    open.chain(chosen).fold(account, Account::detail)
}

/// Says why no availability was chosen for an order.
pub(super) fn unavailable(line: usize, offer: &OfferId, why: &Unavailable, medium: Medium) -> Account {
    let offer = medium.text(offer.as_str());
    let account = |what: &str| Account::new(format!("line {line}: {offer} {what}"));
    match why {
        Unavailable::NotListed => account("is not in this customer's catalogue")
            .hint(format!("look for what is sold in its country and segment: {}", search(medium))),
        Unavailable::NotPurchasable => {
            account("is not sold any more").hint(format!("choose another product: {}", search(medium)))
        }
        Unavailable::NotOffered { offered } => {
            let offered: Vec<String> = offered.iter().map(|term| medium.text(term)).collect();
            account("is not sold for this term with this billing cycle")
                .detail(format!("sold for: {}", offered.join(", ")))
                .hint(format!(
                    "set {} and {} to one of these",
                    medium.code("termDuration"),
                    medium.code("billingCycle")
                ))
        }
        Unavailable::Several(offers) => account("can be bought in several ways, and none is guessed")
            .detail(medium.list(offers.iter().map(OfferId::as_str)))
            .hint("write the one that is meant, with all three parts, or say term and billing cycle"),
        Unavailable::NotRead { why } => account("could not be looked up in this customer's catalogue")
            .detail(medium.text(why))
            .hint("try again, or write the offer with all three parts"),
    }
}

/// Adds what a check found about an order.
pub(in crate::view) fn with_findings(
    mut account: Account,
    plan: &Plan,
    step: &Step,
    medium: Medium,
) -> Account {
    for finding in plan.findings(&step.name) {
        let place = finding.line.map_or_else(String::new, |line| format!("line {line}: "));
        let (what, way_out) = words(finding.problem);
        let said = match finding.outlook {
            Outlook::Refused => format!("will be refused: {place}{what}"),
            Outlook::Altered => format!("will be bought otherwise: {place}{what}"),
            Outlook::Unknown => format!("could not be checked: {place}{}", unknown(finding.problem)),
        };
        account = account.detail(said).detail(evidence(finding, medium));
        if finding.outlook != Outlook::Unknown && !account.hints.iter().any(|hint| hint == way_out) {
            account = account.hint(way_out);
        }
    }
    account
}

/// Says what a check came to, and how many requests it took; `None` where nothing was checked.
pub(in crate::view) fn checks(plan: &Plan) -> Option<String> {
    let checks = plan.checks.as_ref()?;
    let requests = plural(checks.requests, "request");
    let of = |outlook| {
        let has = |findings: &&Vec<Finding>| findings.iter().any(|one| one.outlook == outlook);
        checks.findings.values().filter(has).count()
    };
    let parts = [
        (Outlook::Refused, "will be refused"),
        (Outlook::Altered, "will be bought otherwise"),
        (Outlook::Unknown, "could not be checked in full"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(outlook, _)| of(*outlook) > 0)
        .map(|(outlook, words)| format!("{} {words}", count(of(outlook), "order")))
        .collect();
    Some(match parts.is_empty() {
        true => format!("Checked with {requests}: nothing was found that Partner Center would refuse"),
        false => format!("Checked with {requests}: {}", parts.join(", ")),
    })
}

/// Shows what was asked and answered.
fn evidence(finding: &Finding, medium: Medium) -> String {
    let pairs = finding.evidence.iter().map(|(name, value)| format!("{name}: {}", medium.text(value)));
    let said = pairs.collect::<Vec<_>>().join(", ");
    match (finding.asked.as_str(), said.is_empty()) {
        ("", true) => "seen in the manifest".to_owned(),
        ("", false) => said,
        (asked, true) => format!("asked: {}", medium.code(asked)),
        (asked, false) => format!("{said}; asked: {}", medium.code(asked)),
    }
}

/// Says what is the matter, and what to do about it.
fn words(problem: Problem) -> (&'static str, &'static str) {
    match problem {
        Problem::Relationship => (
            "we are no reseller of this customer (403/20002)",
            "have the customer accept a reseller relationship in Partner Center",
        ),
        Problem::Agreement => (
            "the Microsoft Customer Agreement is not confirmed (403/13605)",
            "confirm the customer's acceptance in Partner Center, under its account",
        ),
        Problem::PartnerAttestation => (
            "a partner is named and has not attested (400/900206)",
            "set spec.partnerOnRecordAttestationAccepted to true, once that is so",
        ),
        Problem::OfferAttestation => (
            "the offer has terms of its own that are not accepted (400/900203)",
            "read them, then set attestationAccepted to true in that line",
        ),
        Problem::Offer => (
            "this customer's catalogue does not have the offer (400/800004)",
            "look for what is sold in its country and segment with orderform catalog search",
        ),
        Problem::Availability => (
            "this availability is not the one that is sold now (400/800004)",
            "write the offer as Product:Sku, and apply finds the availability",
        ),
        Problem::Purchasable => (
            "the offer is not sold any more (400/800004)",
            "choose another one with orderform catalog search",
        ),
        Problem::Term => (
            "it is not sold for this term with this billing cycle (400/400039)",
            "set termDuration and billingCycle to what it is sold for",
        ),
        Problem::BillingCycle => {
            ("it cannot be billed like this (400/2004)", "set billingCycle to one that it supports")
        }
        Problem::Quantity => {
            ("the quantity is out of its range (400/2002)", "set the quantity to one within its range")
        }
        Problem::Promotion => (
            "the promotion is not given, and the sale goes through at the full price",
            "leave the promotion out, or make the line fit it",
        ),
        Problem::Prerequisites => {
            ("something has to be there before (400/800086)", "buy what it needs first")
        }
        Problem::SandboxLimits => (
            "an integration sandbox has 5 subscriptions a customer and 25 seats a subscription (400/800018)",
            "buy fewer, or use another customer of the sandbox",
        ),
    }
}

/// Says what could not be checked.
fn unknown(problem: Problem) -> &'static str {
    match problem {
        Problem::Relationship => "whether we are its reseller",
        Problem::Agreement => "whether the Microsoft Customer Agreement is confirmed",
        Problem::Promotion => "whether the promotion is given",
        Problem::Prerequisites => "whether the customer has what it needs",
        _ => "what the catalogue says of the offer",
    }
}

/// The command that finds an offer.
fn search(medium: Medium) -> String {
    medium.code("orderform catalog search TEXT --customer NAME")
}
