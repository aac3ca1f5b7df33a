//! What Partner Center would refuse, by what it said when it was asked: worked out before anything is bought.
//!
//! Status and code of every refusal are those of "Error codes", and stand beside the [`Problem`] they belong to. What was
//! not answered is said, and concludes nothing: an order without findings may be refused all the same.
//!
//! **Invariant:** pure, and it decides nothing: a finding stops no order and lets none through.

use std::collections::BTreeMap;

use super::findings::{Finding, Outlook, Problem};
use super::resolve::{is_asked, offered};
use super::{Action, Block, Plan, Step};
use crate::domain::{
    Availability, BillingCycle, CustomerId, Facts, LineItem, OfferId, OrderName, OrderSpec, Recorded, Shelf,
    Sku, State,
};

/// Seats of a subscription in an integration sandbox ("Test and debug").
const SANDBOX_SEATS: u32 = 25;
/// Subscriptions of one of its customers.
const SANDBOX_SUBSCRIPTIONS: usize = 5;

/// Says whether a step is one that a check is about: it would be bought, or would be if its offer were available.
#[must_use]
pub fn is_checked(step: &Step) -> bool {
    matches!(step.action, Action::Create | Action::Blocked(Block::Unavailable { .. }))
}

/// Checks every order that would be bought. `is_integration_sandbox` says that the account has a sandbox's limits.
pub fn check_plan<'f>(
    plan: &Plan,
    state: &State,
    facts: impl Fn(CustomerId) -> Option<&'f Facts>,
    is_integration_sandbox: bool,
) -> BTreeMap<OrderName, Vec<Finding>> {
    let mut subscriptions: BTreeMap<CustomerId, usize> = BTreeMap::new();
    if is_integration_sandbox {
        for recorded in state.orders.values() {
            let spec = match recorded {
                Recorded::Pending(attempt) => &attempt.spec,
                Recorded::Created(bought) => &bought.spec,
            };
            *subscriptions.entry(spec.customer_id).or_default() += spec.line_items.len();
        }
    }
    let mut found = BTreeMap::new();
    for step in plan.steps.iter().filter(|step| is_checked(step)) {
        let Some(facts) = facts(step.customer_id) else { continue };
        let sent = step.sent();
        let mut findings = check(&sent, facts);
        if is_integration_sandbox {
            let before = subscriptions.entry(step.customer_id).or_default();
            *before += sent.line_items.len();
            findings.extend(sandbox_limits(&sent, *before));
        }
        if !findings.is_empty() {
            found.insert(step.name.clone(), findings);
        }
    }
    found
}

/// Checks one order, as it would be sent, against what is known.
#[must_use]
pub fn check(sent: &OrderSpec, facts: &Facts) -> Vec<Finding> {
    let mut findings = check_customer(sent, facts);
    for (at, line) in sent.line_items.iter().enumerate() {
        findings.extend(Line { at, line, sent, facts }.check());
    }
    findings
}

fn check_customer(sent: &OrderSpec, facts: &Facts) -> Vec<Finding> {
    let customer = sent.customer_id;
    let asked = format!("GET /v1/customers/{customer}");
    let finding = |outlook, problem, evidence: &[(&str, &str)], asked: &str| Finding {
        line: None,
        outlook,
        problem,
        evidence: written(evidence),
        asked: asked.to_owned(),
    };
    let mut findings = Vec::new();
    match &facts.profile {
        Ok(profile) => {
            let shown = profile.relationship.as_deref().unwrap_or("absent");
            if !shown.eq_ignore_ascii_case("reseller") {
                let evidence = [("relationshipToPartner", shown)];
                findings.push(finding(Outlook::Refused, Problem::Relationship, &evidence, &asked));
            }
        }
        Err(why) => {
            findings.push(finding(Outlook::Unknown, Problem::Relationship, &[("why", why)], &asked));
        }
    }
    let asked = format!("{asked}/agreements?agreementType=MicrosoftCustomerAgreement");
    match &facts.agreed {
        Ok(true) => {}
        Ok(false) => {
            findings.push(finding(Outlook::Refused, Problem::Agreement, &[("totalCount", "0")], &asked))
        }
        Err(why) => findings.push(finding(Outlook::Unknown, Problem::Agreement, &[("why", why)], &asked)),
    }
    let names_partner = |line: &LineItem| {
        line.partner_id_on_record.is_some() || !line.additional_partner_ids_on_record.is_empty()
    };
    if sent.line_items.iter().any(names_partner) && sent.partner_on_record_attestation_accepted != Some(true)
    {
        findings.push(finding(Outlook::Refused, Problem::PartnerAttestation, &[], ""));
    }
    findings
}

fn sandbox_limits(sent: &OrderSpec, subscriptions: usize) -> Vec<Finding> {
    let finding = |line, evidence: Vec<(String, String)>| Finding {
        line,
        outlook: Outlook::Refused,
        problem: Problem::SandboxLimits,
        evidence,
        asked: String::new(),
    };
    let too_many = |(at, line): (usize, &LineItem)| {
        let evidence = [("quantity", line.quantity.to_string()), ("most", SANDBOX_SEATS.to_string())];
        (line.quantity > SANDBOX_SEATS).then(|| finding(Some(at), owned(evidence)))
    };
    let mut findings: Vec<Finding> = sent.line_items.iter().enumerate().filter_map(too_many).collect();
    if subscriptions > SANDBOX_SUBSCRIPTIONS {
        let evidence =
            [("subscriptions", subscriptions.to_string()), ("most", SANDBOX_SUBSCRIPTIONS.to_string())];
        findings.push(finding(None, owned(evidence)));
    }
    findings
}

/// A line with all that it is checked against.
struct Line<'a> {
    at: usize,
    line: &'a LineItem,
    sent: &'a OrderSpec,
    facts: &'a Facts,
}

impl Line<'_> {
    fn check(&self) -> Vec<Finding> {
        let shelf = match self.facts.shelf(&self.line.offer_id) {
            Some(Ok(shelf)) => shelf,
            Some(Err(why)) => {
                return vec![self.finding(Outlook::Unknown, Problem::Offer, [("why", why.clone())])];
            }
            None => {
                return vec![self.finding(
                    Outlook::Unknown,
                    Problem::Offer,
                    [("why", "nobody asked".into())],
                )];
            }
        };
        let mut findings = match self.line.offer_id.product_and_sku() {
            Some(_) => self.check_modern(shelf),
            None => self.check_legacy(&shelf.sku),
        };
        findings.extend(self.check_sku(&shelf.sku));
        findings.extend(self.check_promotion());
        findings
    }

    /// Checks the availability and its terms.
    fn check_modern(&self, shelf: &Shelf) -> Vec<Finding> {
        let offer = &self.line.offer_id;
        if shelf.availabilities.is_empty() {
            return vec![self.finding(Outlook::Refused, Problem::Offer, [("totalCount", "0".to_owned())])];
        }
        if offer.leaves_availability_open() {
            // Why none was chosen stands in the block.
            return Vec::new();
        }
        let Some(one) = shelf.availabilities.iter().find(|one| one.offer == *offer) else {
            let sold: Vec<&str> = shelf.availabilities.iter().map(|one| one.offer.as_str()).collect();
            let evidence = [("catalogItemId", sold.join(", ")), ("offerId", offer.to_string())];
            return vec![self.finding(Outlook::Refused, Problem::Availability, evidence)];
        };
        if one.is_purchasable != Some(true) {
            let shown = one.is_purchasable.map_or("absent".to_owned(), |sold| sold.to_string());
            return vec![self.finding(Outlook::Refused, Problem::Purchasable, [("isPurchasable", shown)])];
        }
        self.check_terms(one).into_iter().collect()
    }

    fn check_terms(&self, one: &Availability) -> Option<Finding> {
        if one.terms.is_empty() || one.terms.iter().any(|term| is_asked(self.sent, self.line, term)) {
            return None;
        }
        let asked = [
            self.line.term_duration.as_ref().map(ToString::to_string),
            self.sent.billing_cycle.as_ref().map(ToString::to_string),
        ];
        let asked = asked.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let evidence = [("terms", offered(&[one]).join(", ")), ("asked", asked)];
        Some(self.finding(Outlook::Refused, Problem::Term, evidence))
    }

    fn check_legacy(&self, sku: &Sku) -> Vec<Finding> {
        if sku.offer.is_empty() {
            return vec![self.finding(Outlook::Refused, Problem::Offer, [("status", "404".to_owned())])];
        }
        if sku.is_purchasable == Some(false) {
            let evidence = [("isAvailableForPurchase", "false".to_owned())];
            return vec![self.finding(Outlook::Refused, Problem::Purchasable, evidence)];
        }
        let asked = self.sent.billing_cycle.clone().unwrap_or(BillingCycle::Unknown);
        let chosen_for_us = asked == BillingCycle::Unknown && !sku.is_trial;
        if sku.cycles.is_empty() || chosen_for_us || sku.cycles.contains(&asked) {
            return Vec::new();
        }
        let offered: Vec<&str> = sku.cycles.iter().map(BillingCycle::as_str).collect();
        let evidence =
            [("supportedBillingCycles", offered.join(", ")), ("billingCycle", asked.as_str().to_owned())];
        vec![self.finding(Outlook::Refused, Problem::BillingCycle, evidence)]
    }

    /// Checks what a SKU and a legacy offer have in common.
    fn check_sku(&self, sku: &Sku) -> Vec<Finding> {
        let mut findings = Vec::new();
        let quantity = u64::from(self.line.quantity);
        if sku.minimum.is_some_and(|least| quantity < least)
            || sku.maximum.is_some_and(|most| quantity > most)
        {
            let bound = |bound: Option<u64>| bound.map_or("absent".to_owned(), |bound| bound.to_string());
            let evidence = [
                ("minimumQuantity", bound(sku.minimum)),
                ("maximumQuantity", bound(sku.maximum)),
                ("quantity", quantity.to_string()),
            ];
            findings.push(self.finding(Outlook::Refused, Problem::Quantity, evidence));
        }
        if sku.needs_attestation && self.line.attestation_accepted != Some(true) {
            let evidence = [("enforceAttestation", "true".to_owned())];
            findings.push(self.finding(Outlook::Refused, Problem::OfferAttestation, evidence));
        }
        // Agreements are asked for by themselves.
        let is_agreement = |text: &&String| text.ends_with("Agreement");
        let needed: Vec<&str> =
            sku.prerequisites.iter().filter(|one| !is_agreement(one)).map(String::as_str).collect();
        if !needed.is_empty() {
            let evidence = [("prerequisites", needed.join(", "))];
            findings.push(self.finding(Outlook::Unknown, Problem::Prerequisites, evidence));
        }
        findings
    }

    fn check_promotion(&self) -> Option<Finding> {
        let promotion = self.line.promotion_id.as_ref()?;
        let asked = format!("POST /v1/customers/{}/promotionEligibilities", self.sent.customer_id);
        let finding = |outlook, why: String| Finding {
            line: Some(self.at),
            outlook,
            problem: Problem::Promotion,
            evidence: owned([("promotionId", promotion.clone()), ("why", why)]),
            asked: asked.clone(),
        };
        let answers = match &self.facts.eligibilities {
            Ok(answers) => answers,
            Err(why) => return Some(finding(Outlook::Unknown, why.clone())),
        };
        let own = answers.iter().find(|(line, _)| {
            line.promotion == *promotion
                && line.offer == self.line.offer_id
                && line.quantity == self.line.quantity
                && line.term == self.line.term_duration
                && line.cycle == self.sent.billing_cycle
        });
        match own {
            None => Some(finding(Outlook::Unknown, "nobody asked".to_owned())),
            Some((_, answer)) if answer.is_eligible => None,
            Some((_, answer)) => Some(finding(Outlook::Altered, answer.why.join("; "))),
        }
    }

    fn finding<const N: usize>(
        &self,
        outlook: Outlook,
        problem: Problem,
        evidence: [(&str, String); N],
    ) -> Finding {
        let asked = asked_for(self.sent.customer_id, &self.line.offer_id, problem);
        Finding { line: Some(self.at), outlook, problem, evidence: owned(evidence), asked }
    }
}

/// Returns what was asked about an offer.
fn asked_for(customer: CustomerId, offer: &OfferId, problem: Problem) -> String {
    let Some((product, sku)) = offer.product_and_sku() else {
        return format!("GET /v1/offers/{offer}");
    };
    let sku = format!("GET /v1/customers/{customer}/products/{product}/skus/{sku}");
    match problem {
        Problem::Quantity | Problem::OfferAttestation | Problem::Prerequisites => sku,
        _ => format!("{sku}/availabilities"),
    }
}

fn written(evidence: &[(&str, &str)]) -> Vec<(String, String)> {
    evidence.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn owned<const N: usize>(evidence: [(&str, String); N]) -> Vec<(String, String)> {
    evidence.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests;
