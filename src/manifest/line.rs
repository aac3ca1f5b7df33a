//! One line item of an order, and the rules of a line alone.
//!
//! **Invariant:** every value of a line is read before the line is given up, so that every mistake of it is reported.

use std::collections::HashMap;

use super::code::Code;
use super::defaults::Defaults;
use super::diagnostic::{Diagnostic, Findings, Region, Span, choices, quoted};
use super::fields::{Fields, Value};
use super::grammar::{LINE_ITEM, MAX_ADDITIONAL_PARTNERS, RENEWS_TO};
use super::ids::OfferKind;
use super::number;
use super::order::texts;
use super::origin::{Sourced, Taking};
use super::{ids, validate};
use crate::domain::{BillingCycle, LineItem, TermDuration};

/// A line, and what the rules of its order have to know of it.
pub(super) struct Line {
    pub(super) item: LineItem,
    /// How the offer is sold, and where it is named.
    pub(super) offer: Option<(OfferKind, Span)>,
    /// Which key names a reseller, and where.
    pub(super) reseller: Option<(&'static str, Region)>,
    /// The term and where it was written.
    pub(super) term: Option<Sourced<TermDuration>>,
}

/// Reads a line; `prefix` is its path.
pub(super) fn read(
    value: Value<'_>,
    prefix: &str,
    taking: &mut Taking<'_>,
    defaults: &Defaults,
) -> Option<Line> {
    let fields = value.fields(&LINE_ITEM)?;
    let offer_value = fields.value("offerId");
    let offer = taking.take(&fields, (prefix, "offerId"), ids::offer_id, None);
    let span = offer_value.map_or(value.key, |offer| offer.node.span);
    let (offer_id, kind) = offer.unzip();
    // A legacy offer has no term; an unreadable one may have.
    let default_term = defaults.term.as_ref().filter(|_| kind != Some(OfferKind::Legacy));
    let quantity = taking.take(&fields, (prefix, "quantity"), number::quantity, None);
    let term = taking.take(&fields, (prefix, "termDuration"), validate::term, default_term);
    let mut text =
        |key, read: fn(Value<'_>) -> Option<String>| taking.take(&fields, (prefix, key), read, None);
    let friendly_name = text("friendlyName", validate::free_text);
    let custom_term_end_date = text("customTermEndDate", validate::date);
    let promotion_id = text("promotionId", ids::promotion_id);
    let (partner, additional) = partners_of(&fields, prefix, taking, defaults);
    let attestation = taking.take(&fields, (prefix, "attestationAccepted"), number::boolean, None);
    let renews_to = taking.take(&fields, (prefix, "renewsTo"), renews_to, None);
    let context = taking.take(&fields, (prefix, "provisioningContext"), |value| Some(texts(value)), None);
    let region = |key: &str| fields.value(key).map(|value| value.findings.at(value.node.span));
    let term_region = region("termDuration").or_else(|| default_term.map(|default| default.region.clone()));
    let item = LineItem {
        offer_id: offer_id.unwrap_or_else(ids::no_offer),
        quantity: quantity.unwrap_or(1),
        friendly_name,
        term_duration: term.clone(),
        custom_term_end_date,
        promotion_id,
        partner_id_on_record: partner,
        additional_partner_ids_on_record: additional,
        attestation_accepted: attestation,
        renews_to,
        provisioning_context: context.unwrap_or_default(),
    };
    Some(Line {
        item,
        offer: kind.map(|kind| (kind, span)),
        reseller: reseller(&fields, defaults),
        term: term.zip(term_region).map(|(value, region)| Sourced { value, region }),
    })
}

/// Takes the reseller and the additional partners, and reports one who is named twice.
fn partners_of(
    fields: &Fields<'_>,
    prefix: &str,
    taking: &mut Taking<'_>,
    defaults: &Defaults,
) -> (Option<String>, Vec<String>) {
    const PARTNER: &str = "partnerIdOnRecord";
    const ADDITIONAL: &str = "additionalPartnerIdsOnRecord";
    let (first, others) = (defaults.partner.as_ref(), defaults.additional_partners.as_ref());
    let partner = taking.take(fields, (prefix, PARTNER), ids::partner_id, first);
    let additional = taking.take(fields, (prefix, ADDITIONAL), |value| Some(partners(value)), others);
    let place = |key| fields.value(key).map(|value| value.findings.at(value.node.span));
    let partner_place = place(PARTNER).or_else(|| first.map(|default| default.region.clone()));
    let others_place = place(ADDITIONAL).or_else(|| others.map(|default| default.region.clone()));
    let sourced = |value: &String, region| Sourced { value: value.clone(), region };
    if let (Some(partner), Some(region), Some(additional), Some(place)) =
        (&partner, partner_place, &additional, others_place)
        // Where both are defaults of one file, it was said there.
        && (region.file != place.file || region.file == *taking.findings.file())
    {
        let additional = Sourced { value: additional.clone(), region: place };
        check_partners(&sourced(partner, region), &additional, taking.findings);
    }
    (partner, additional.unwrap_or_default())
}

/// Reports a reseller who is among the additional partners as well.
pub(super) fn check_partners(
    partner: &Sourced<String>,
    additional: &Sourced<Vec<String>>,
    findings: &Findings,
) {
    if !additional.value.contains(&partner.value) {
        return;
    }
    let message = format!("partner {} is the partner on record already", quoted(&partner.value));
    let diagnostic = Diagnostic::new(Code::DuplicatePartner, additional.region.clone(), message);
    let diagnostic = diagnostic.related(partner.region.clone(), "named here");
    findings.add(diagnostic.hint("name each partner once: remove it from the list"));
}

/// Finds the key that names a reseller: in the line, or by default.
fn reseller(fields: &Fields<'_>, defaults: &Defaults) -> Option<(&'static str, Region)> {
    let written = |key: &'static str| fields.value(key).map(|value| (key, value.findings.at(value.key)));
    let partner = defaults.partner.as_ref().map(|default| default.region.clone());
    let additional = defaults.additional_partners.as_ref().map(|default| default.region.clone());
    written("partnerIdOnRecord")
        .or_else(|| partner.map(|region| ("partnerIdOnRecord", region)))
        .or_else(|| written("additionalPartnerIdsOnRecord"))
        .or_else(|| additional.map(|region| ("additionalPartnerIdsOnRecord", region)))
}

/// Takes a list of partner ids, each named once.
pub(super) fn partners(value: Value<'_>) -> Vec<String> {
    let Some(items) = value.items() else {
        return Vec::new();
    };
    let count = items.len();
    if count > MAX_ADDITIONAL_PARTNERS {
        let message =
            format!("{count} additional partners are named; Partner Center takes {MAX_ADDITIONAL_PARTNERS}");
        let hint = format!("name {MAX_ADDITIONAL_PARTNERS} at the most");
        value.findings.report(Code::TooManyPartners, value.key, message, hint);
    }
    let mut partners: Vec<String> = Vec::new();
    let mut first_of: HashMap<String, Span> = HashMap::new();
    for item in items {
        let Some(partner) = ids::partner_id(item) else { continue };
        if let Some(first) = first_of.get(&partner) {
            let findings = item.findings;
            let message = format!("partner {} is named twice", quoted(&partner));
            let diagnostic = Diagnostic::new(Code::DuplicatePartner, findings.at(item.node.span), message);
            let diagnostic = diagnostic.related(findings.at(*first), "first named here");
            findings.add(diagnostic.hint("name each partner once"));
            continue;
        }
        first_of.insert(partner.clone(), item.node.span);
        // More were reported, and shall not be copied to every line that they are a default of.
        if partners.len() < MAX_ADDITIONAL_PARTNERS {
            partners.push(partner);
        }
    }
    partners
}

fn renews_to(value: Value<'_>) -> Option<TermDuration> {
    let fields = value.fields(&RENEWS_TO)?;
    fields.value("termDuration").and_then(validate::renewal_term)
}

/// Reports a billing period that does not fit into the term a whole number of times.
pub(super) fn check_cycle(
    term: &Sourced<TermDuration>,
    cycle: Option<&Sourced<BillingCycle>>,
    findings: &Findings,
) {
    let Some(cycle) = cycle else { return };
    if can_be_billed(&term.value, &cycle.value) {
        return;
    }
    let message = format!("a term of {} cannot be billed `{}`", quoted(term.value.as_str()), cycle.value);
    // In the file that is read, whichever of the two stands there.
    let (here, there, label) = if term.region.file == *findings.file() {
        (&term.region, &cycle.region, "the billing cycle")
    } else {
        (&cycle.region, &term.region, "the term")
    };
    let has_period = |cycle: &&BillingCycle| months_of_cycle(cycle).is_some();
    let fitting =
        BillingCycle::KNOWN.iter().filter(has_period).filter(|cycle| can_be_billed(&term.value, cycle));
    let hint =
        format!("with this term, write {} as `billingCycle`", choices(fitting.map(BillingCycle::as_str)));
    let diagnostic = Diagnostic::new(Code::TermAgainstCycle, here.clone(), message);
    findings.add(diagnostic.related(there.clone(), label).hint(hint));
}

/// Says whether the billing periods fill the term; where there are none, nothing is against it.
pub(super) fn can_be_billed(term: &TermDuration, cycle: &BillingCycle) -> bool {
    match (months_of_term(term), months_of_cycle(cycle)) {
        (Some(term), Some(cycle)) => term % cycle == 0,
        _ => true,
    }
}

fn months_of_term(term: &TermDuration) -> Option<u32> {
    match term.as_str() {
        "P1M" => Some(1),
        "P1Y" => Some(12),
        "P3Y" => Some(36),
        _ => None,
    }
}

fn months_of_cycle(cycle: &BillingCycle) -> Option<u32> {
    match cycle {
        BillingCycle::Monthly => Some(1),
        BillingCycle::Annual => Some(12),
        BillingCycle::Biennial => Some(24),
        BillingCycle::Triennial => Some(36),
        BillingCycle::Unknown | BillingCycle::None | BillingCycle::OneTime | BillingCycle::Other(_) => None,
    }
}

/// Says whether a term is so long that its renewal is worth a decision.
pub(super) fn is_long(term: &TermDuration) -> bool {
    months_of_term(term).is_some_and(|months| months >= 12)
}
