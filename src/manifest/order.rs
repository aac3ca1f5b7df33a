//! `kind: Order`: one order as a manifest writes it.
//!
//! Property names inside `spec` are Partner Center's own ("Create an order"); a new one is added to the
//! [grammar](super::grammar), here or in `line`, to [`LineItem`](crate::domain::LineItem) and to the wire types.
//!
//! **Invariant:** every rule of one order alone is kept here and in `line`; what depends on another document is in
//! `conflicts`.

use std::collections::{BTreeMap, HashMap};

use super::code::Code;
use super::defaults::Defaults;
use super::diagnostic::{Diagnostic, Region, Span, quoted};
use super::document::{Named, Reading, named};
use super::fields::{Fields, Value};
use super::grammar::{ORDER_METADATA, ORDER_SPEC};
use super::ids::OfferKind;
use super::line::{self, Line};
use super::number;
use super::origin::{Origins, Sourced, Taking};
use super::{ids, validate};
use crate::domain::{BillingCycle, CustomerId, LineItem, Place};

/// Who an order is for, as written.
#[derive(Debug, Clone)]
pub(super) enum CustomerRef {
    Id(CustomerId),
    Name(Named),
}

/// An order as far as it could be read; whole where its file has no mistake.
#[derive(Debug)]
pub(super) struct OrderDraft {
    pub(super) name: Option<Named>,
    pub(super) formerly: Option<Named>,
    pub(super) allow_duplicate: bool,
    pub(super) auto_renew: Option<bool>,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) customer: Option<CustomerRef>,
    pub(super) billing_cycle: Option<BillingCycle>,
    pub(super) attestation: Option<bool>,
    pub(super) lines: Vec<LineItem>,
    pub(super) region: Region,
    pub(super) place: Place,
    pub(super) origins: Option<Origins>,
}

/// Reads an order's metadata and spec.
pub(super) fn read(
    root: Value<'_>,
    metadata: Option<Value<'_>>,
    spec: Option<Value<'_>>,
    reading: &Reading<'_>,
) -> OrderDraft {
    let defaults = reading.defaults;
    let mut taking = Taking { findings: root.findings, origins: reading.with_origins.then(Origins::new) };
    let mut draft = OrderDraft {
        name: None,
        formerly: None,
        allow_duplicate: false,
        auto_renew: None,
        labels: BTreeMap::new(),
        customer: None,
        billing_cycle: None,
        attestation: None,
        lines: Vec::new(),
        region: root.findings.at(root.key),
        place: Place { file: root.findings.file().clone(), line: root.key.line },
        origins: None,
    };
    let (mut undecided, mut customer_is_astray) = (false, false);
    if let Some(fields) = metadata.and_then(|value| value.fields(&ORDER_METADATA)) {
        customer_is_astray = ["customerId", "customer"].iter().any(|key| fields.has_stray(key));
        undecided = fields.value("autoRenewEnabled").is_none() && defaults.auto_renew.is_none();
        read_metadata(&mut draft, &fields, &mut taking, defaults);
    }
    if let Some(value) = spec
        && let Some(fields) = value.fields(&ORDER_SPEC)
    {
        let terms = read_spec(&mut draft, value, &fields, &mut taking, defaults);
        if !customer_is_astray && !names_customer(&fields, defaults) {
            let message = "`spec` names no customer";
            let hint = "add `customerId: GUID`, or `customer: NAME` with the name of a `kind: Customer`";
            value.findings.report(Code::MissingKey, value.key, message, hint);
        }
        let long = terms.into_iter().find(|term| line::is_long(&term.value));
        if let (true, Some(term)) = (undecided && !defaults.have_gaps, long) {
            warn_undecided(&draft, &term, &taking);
        }
    }
    draft.origins = taking.origins;
    draft
}

fn read_metadata(draft: &mut OrderDraft, fields: &Fields<'_>, taking: &mut Taking<'_>, defaults: &Defaults) {
    const METADATA: &str = "metadata";
    draft.name = taking.take(fields, (METADATA, "name"), named, None);
    for (key, label) in &defaults.labels {
        taking.note("metadata.labels", key, || label.region.clone());
        draft.labels.insert(key.clone(), label.value.clone());
    }
    for (key, label) in fields.value("labels").into_iter().flat_map(sourced_texts) {
        taking.note("metadata.labels", &key, || label.region);
        draft.labels.insert(key, label.value);
    }
    draft.formerly = taking.take(fields, (METADATA, "formerly"), named, None);
    let flag = taking.take(fields, (METADATA, "allowDuplicate"), number::boolean, None);
    draft.allow_duplicate = flag == Some(true);
    let default = defaults.auto_renew.as_ref();
    draft.auto_renew = taking.take(fields, (METADATA, "autoRenewEnabled"), number::boolean, default);
}

/// Reads a spec; returns the terms of the lines that have one.
fn read_spec(
    draft: &mut OrderDraft,
    spec: Value<'_>,
    fields: &Fields<'_>,
    taking: &mut Taking<'_>,
    defaults: &Defaults,
) -> Vec<Sourced<crate::domain::TermDuration>> {
    const SPEC: &str = "spec";
    draft.customer = customer(spec, fields, taking, defaults);
    let (cycle, default) = (fields.value("billingCycle"), defaults.billing_cycle.as_ref());
    draft.billing_cycle = taking.take(fields, (SPEC, "billingCycle"), validate::billing_cycle, default);
    let cycle_region = cycle.map(|value| value.findings.at(value.node.span));
    let cycle_region = cycle_region.or_else(|| default.map(|default| default.region.clone()));
    let cycle =
        draft.billing_cycle.clone().zip(cycle_region).map(|(value, region)| Sourced { value, region });
    let attestation = fields.value("partnerOnRecordAttestationAccepted");
    let default = defaults.attestation.as_ref();
    draft.attestation =
        taking.take(fields, (SPEC, "partnerOnRecordAttestationAccepted"), number::boolean, default);
    let mut terms = Vec::new();
    for (item, line) in read_lines(fields, taking, defaults) {
        if let Some((key, region)) = &line.reseller
            && !defaults.have_gaps
        {
            check_attestation((key, region), item, attestation, draft.attestation);
        }
        if let Some(term) = line.term {
            // Where both are defaults of one file, it was said there.
            let is_said = |cycle: &&Sourced<BillingCycle>| {
                term.region.file == cycle.region.file && term.region.file != *taking.findings.file()
            };
            line::check_cycle(&term, cycle.as_ref().filter(|cycle| !is_said(cycle)), taking.findings);
            terms.push(term);
        }
        draft.lines.push(line.item);
    }
    terms
}

/// Reads the lines, and reports an order that has none or mixes what is sold in two ways.
fn read_lines<'t>(
    fields: &Fields<'t>,
    taking: &mut Taking<'_>,
    defaults: &Defaults,
) -> Vec<(Value<'t>, Line)> {
    let mut lines = Vec::new();
    let Some(list) = fields.value("lineItems") else {
        return lines;
    };
    let Some(items) = list.items() else {
        return lines;
    };
    if items.len() == 0 {
        let message = "an order has at least one line item";
        let hint = "add `- offerId: …` with a `quantity`";
        list.findings.report(Code::NoLineItems, list.key, message, hint);
    }
    let mut sold = None;
    let mut first_of = HashMap::new();
    for (number, item) in items.enumerate() {
        let prefix = taking.prefix(|| format!("spec.lineItems[{number}]"));
        let item = Value { name: "a line item", ..item };
        let Some(line) = line::read(item, &prefix, taking, defaults) else {
            continue;
        };
        if let Some((kind, span)) = line.offer {
            check_mixed(&mut sold, kind, span, item);
            warn_doubled(&mut first_of, &line.item, span, item);
        }
        lines.push((item, line));
    }
    lines
}

fn customer(
    spec: Value<'_>,
    fields: &Fields<'_>,
    taking: &mut Taking<'_>,
    defaults: &Defaults,
) -> Option<CustomerRef> {
    let (id, name) = (fields.value("customerId"), fields.value("customer"));
    if let Some(value) = id.or(name) {
        taking.note("spec", value.name, || value.findings.at(value.node.span));
    }
    match (id, name) {
        (Some(id), None) => ids::customer_id(id).map(CustomerRef::Id),
        (None, Some(name)) => named(name).map(CustomerRef::Name),
        (Some(id), Some(name)) => {
            spec.findings.add(two_customers(id, name));
            None
        }
        (None, None) => {
            let default = defaults.customer.as_ref().filter(|_| !fields.has("customerId"))?;
            let key = match default.value {
                CustomerRef::Id(_) => "customerId",
                CustomerRef::Name(_) => "customer",
            };
            taking.note("spec", key, || default.region.clone());
            Some(default.value.clone())
        }
    }
}

/// Says whether anything names the customer, be it wrongly.
fn names_customer(fields: &Fields<'_>, defaults: &Defaults) -> bool {
    fields.has("customerId") || fields.has("customer") || defaults.customer.is_some() || defaults.have_gaps
}

/// Reports a customer that is named in both ways.
pub(super) fn two_customers(id: Value<'_>, name: Value<'_>) -> Diagnostic {
    let findings = id.findings;
    let message = "the customer is named twice, by `customerId` and by `customer`";
    let (first, second) = (id.key.min(name.key), id.key.max(name.key));
    Diagnostic::new(Code::TwoCustomers, findings.at(second), message)
        .related(findings.at(first), "first named here")
        .hint("keep one of them")
}

/// Takes a mapping of free texts.
pub(super) fn texts(value: Value<'_>) -> BTreeMap<String, String> {
    sourced_texts(value).map(|(key, text)| (key, text.value)).collect()
}

/// Takes a mapping of free texts, each with its place.
pub(super) fn sourced_texts(value: Value<'_>) -> impl Iterator<Item = (String, Sourced<String>)> {
    let pairs = value.pairs().into_iter().flatten();
    pairs.filter_map(|pair| {
        let harmless = validate::check_free_text(pair, pair.name, pair.key);
        let value = validate::free_text(pair)?;
        let region = pair.findings.at(pair.node.span);
        harmless.then(|| (pair.name.to_owned(), Sourced { value, region }))
    })
}

/// Reports an order that mixes what Partner Center sells in two ways.
fn check_mixed(sold: &mut Option<(OfferKind, Span)>, kind: OfferKind, span: Span, item: Value<'_>) {
    let (first_kind, first) = *sold.get_or_insert((kind, span));
    if first_kind == kind {
        return;
    }
    let findings = item.findings;
    let message = "legacy and new-commerce offers cannot stand in one order";
    let diagnostic = Diagnostic::new(Code::MixedOffers, findings.at(span), message)
        .related(findings.at(first), "the first line is of the other kind");
    findings.add(diagnostic.hint("make two orders of it"));
}

/// Warns of a product that an order buys in two lines with the same term: a line that was copied, or seats to be added up.
fn warn_doubled(
    first_of: &mut HashMap<(String, Option<String>), Span>,
    line: &LineItem,
    span: Span,
    item: Value<'_>,
) {
    let product = line.offer_id.product();
    let term = line.term_duration.as_ref().map(|term| term.as_str().to_owned());
    let first = *first_of.entry((product.to_ascii_uppercase(), term)).or_insert(span);
    if first == span {
        return;
    }
    let findings = item.findings;
    let message = format!("this order buys {} in two lines with the same term", quoted(product));
    let diagnostic = Diagnostic::new(Code::DoubledOffer, findings.at(span), message)
        .related(findings.at(first), "the first of them");
    findings.add(diagnostic.hint("add the seats up in one line, or remove the line that is too many"));
}

/// Reports a reseller without the attestation ("Create an order"; otherwise refused with 400/900206).
fn check_attestation(
    (key, reseller): (&str, &Region),
    item: Value<'_>,
    written: Option<Value<'_>>,
    accepted: Option<bool>,
) {
    let wrongly_written = written.is_some() && accepted.is_none();
    if accepted == Some(true) || wrongly_written {
        return;
    }
    let findings = item.findings;
    if reseller.file != *findings.file() && written.is_none() {
        // One mistake, however many orders it reaches.
        let message = format!("`{key}` names a reseller for orders that are not attested");
        let diagnostic = Diagnostic::new(Code::NoAttestation, reseller.clone(), message);
        findings.add(diagnostic.hint(
            "write `partnerOnRecordAttestationAccepted: true` beside it, or in the `spec` of each order; Partner Center \
             refuses the orders without it (400/900206)",
        ));
        return;
    }
    let message = format!("`{key}` names a reseller, but the order is not attested");
    let mut diagnostic = Diagnostic::new(Code::NoAttestation, reseller.clone(), message);
    if let Some(written) = written {
        diagnostic = diagnostic.related(findings.at(written.node.span), "not accepted here");
    }
    findings.add(diagnostic.hint(
        "write `partnerOnRecordAttestationAccepted: true` in `spec`; Partner Center refuses the order without it (400/900206)",
    ));
}

/// Warns of a long term that nobody has said about whether it shall renew.
fn warn_undecided(draft: &OrderDraft, term: &Sourced<crate::domain::TermDuration>, taking: &Taking<'_>) {
    let named = draft.name.as_ref().map_or(&draft.region, |named| &named.region);
    let region = if term.region.file == *taking.findings.file() { &term.region } else { named };
    let message = format!("a term of `{}` renews by itself, and nobody has decided about that", term.value);
    let diagnostic = Diagnostic::new(Code::UndecidedRenewal, region.clone(), message);
    taking.findings.add(diagnostic.hint(
        "write `autoRenewEnabled: true` in `metadata` if it shall renew, or `false` to be reminded to switch it off in \
         Partner Center after the purchase",
    ));
}
