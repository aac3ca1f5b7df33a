//! `kind: Order`: one order as a manifest writes it.
//!
//! Property names inside `spec` are Partner Center's own ("Create an order"); a new one is added to the shape here, to
//! [`LineItem`](crate::domain::LineItem) and to the wire types.
//!
//! **Invariant:** every rule of one order alone is kept here; what depends on another document is in `conflicts`.

use std::collections::BTreeMap;

use super::code::Code;
use super::diagnostic::{Diagnostic, Region, Span};
use super::document::{Named, named};
use super::fields::{Fields, Refused, Shape, Value};
use super::number;
use super::validate::{self, OfferKind};
use crate::domain::{BillingCycle, CustomerId, LineItem, Place};

/// The most additional partners of a line ("Order resources").
const MAX_ADDITIONAL_PARTNERS: usize = 5;

const FILLED: &str = "is filled in by Partner Center";
const REMOVE: &str = "remove it: what was answered is in the state (`orderform state show`)";

pub(super) const METADATA: Shape = Shape {
    keys: &["name", "labels", "formerly", "allowDuplicate"],
    required: &["name"],
    refused: &[Refused("annotations", "is not used here", "write `labels`, or a comment")],
};

pub(super) const SPEC: Shape = Shape {
    keys: &["customerId", "customer", "billingCycle", "partnerOnRecordAttestationAccepted", "lineItems"],
    required: &["lineItems"],
    refused: &[
        Refused("id", FILLED, REMOVE),
        Refused("alternateId", FILLED, REMOVE),
        Refused("status", FILLED, REMOVE),
        Refused("creationDate", FILLED, REMOVE),
        Refused("transactionType", FILLED, REMOVE),
        Refused("totalPrice", FILLED, REMOVE),
        Refused("currencySymbol", FILLED, REMOVE),
        Refused("currencyCode", "is decided by the customer's market", "remove it"),
        Refused("client", FILLED, REMOVE),
        Refused("links", FILLED, REMOVE),
        Refused("attributes", FILLED, REMOVE),
        Refused(
            "referenceCustomerId",
            "is sent for you, from `customerId`",
            "write `customerId`, or `customer` with the name of a `kind: Customer`",
        ),
        Refused("offerId", "belongs to a line item", "put it under `lineItems:`, after `- `"),
        Refused("quantity", "belongs to a line item", "put it under `lineItems:`, beside `offerId`"),
        Refused("termDuration", "belongs to a line item", "put it under `lineItems:`, beside `offerId`"),
    ],
};

pub(super) const LINE: Shape = Shape {
    keys: &[
        "offerId",
        "quantity",
        "friendlyName",
        "termDuration",
        "customTermEndDate",
        "promotionId",
        "partnerIdOnRecord",
        "additionalPartnerIdsOnRecord",
        "attestationAccepted",
        "renewsTo",
        "provisioningContext",
    ],
    required: &["offerId", "quantity"],
    refused: &[
        Refused(
            "lineItemNumber",
            "is the line's position, counted from 0",
            "remove it, and put the lines in the order they should have",
        ),
        Refused("id", FILLED, REMOVE),
        Refused("status", FILLED, REMOVE),
        Refused("subscriptionId", FILLED, REMOVE),
        Refused("transactionType", FILLED, REMOVE),
        Refused("pricing", FILLED, REMOVE),
        Refused("links", FILLED, REMOVE),
        Refused("attributes", FILLED, REMOVE),
        Refused(
            "parentSubscriptionId",
            "is taken only when an order is changed (PATCH), never when it is created",
            "remove it; add-ons to a placed order are not supported",
        ),
        Refused("billingCycle", "is one for the whole order", "move it to `spec`"),
        Refused("customerId", "is one for the whole order", "move it to `spec`"),
        Refused("partnerOnRecordAttestationAccepted", "is one for the whole order", "move it to `spec`"),
    ],
};

pub(super) const RENEWS_TO: Shape =
    Shape { keys: &["termDuration"], required: &["termDuration"], refused: &[] };

/// Who an order is for, as written.
#[derive(Debug)]
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
    pub(super) labels: BTreeMap<String, String>,
    pub(super) customer: Option<CustomerRef>,
    pub(super) billing_cycle: Option<BillingCycle>,
    pub(super) attestation: Option<bool>,
    pub(super) lines: Vec<LineItem>,
    pub(super) region: Region,
    pub(super) place: Place,
}

/// Reads an order's metadata and spec.
pub(super) fn read(root: Value<'_>, metadata: Option<Value<'_>>, spec: Option<Value<'_>>) -> OrderDraft {
    let mut draft = OrderDraft {
        name: None,
        formerly: None,
        allow_duplicate: false,
        labels: BTreeMap::new(),
        customer: None,
        billing_cycle: None,
        attestation: None,
        lines: Vec::new(),
        region: root.findings.at(root.key),
        place: Place { file: root.findings.file().clone(), line: root.key.line },
    };
    if let Some(fields) = metadata.and_then(|value| value.fields(&METADATA)) {
        draft.name = named(&fields, "name");
        draft.formerly = named(&fields, "formerly");
        let flag = fields.value("allowDuplicate").and_then(number::boolean);
        draft.allow_duplicate = flag == Some(true);
        draft.labels = fields.value("labels").map(texts).unwrap_or_default();
    }
    if let Some(value) = spec
        && let Some(fields) = value.fields(&SPEC)
    {
        read_spec(&mut draft, value, &fields);
    }
    draft
}

fn read_spec(draft: &mut OrderDraft, spec: Value<'_>, fields: &Fields<'_>) {
    draft.customer = customer(spec, fields);
    draft.billing_cycle = fields.value("billingCycle").and_then(validate::billing_cycle);
    let attestation = fields.value("partnerOnRecordAttestationAccepted");
    draft.attestation = attestation.and_then(number::boolean);
    let Some(list) = fields.value("lineItems") else {
        return;
    };
    let Some(items) = list.items() else {
        return;
    };
    if items.len() == 0 {
        let message = "an order has at least one line item";
        let hint = "add `- offerId: …` with a `quantity`";
        list.findings.report(Code::NoLineItems, list.key, message, hint);
    }
    let mut sold = None;
    for item in items {
        let Some(line) = line_item(Value { name: "a line item", ..item }) else {
            continue;
        };
        if let Some((kind, span)) = line.offer {
            check_mixed(&mut sold, kind, span, item);
        }
        if let Some(reseller) = line.reseller {
            check_attestation(reseller, attestation, draft.attestation);
        }
        draft.lines.push(line.item);
    }
}

fn customer(spec: Value<'_>, fields: &Fields<'_>) -> Option<CustomerRef> {
    let (id, name) = (fields.value("customerId"), fields.value("customer"));
    match (id, name) {
        (Some(id), None) => validate::customer_id(id).map(CustomerRef::Id),
        (None, Some(_)) => named(fields, "customer").map(CustomerRef::Name),
        (None, None) => {
            let message = "`spec` names no customer";
            let hint = "add `customerId: GUID`, or `customer: NAME` with the name of a `kind: Customer`";
            spec.findings.report(Code::MissingKey, spec.key, message, hint);
            None
        }
        (Some(id), Some(name)) => {
            let findings = spec.findings;
            let message = "the customer is named twice, by `customerId` and by `customer`";
            let (first, second) = (id.key.min(name.key), id.key.max(name.key));
            let diagnostic = Diagnostic::new(Code::TwoCustomers, findings.at(second), message)
                .related(findings.at(first), "first named here");
            findings.add(diagnostic.hint("keep one of them"));
            None
        }
    }
}

/// A line, and what the rules of its order have to know of it.
struct Line<'t> {
    item: LineItem,
    offer: Option<(OfferKind, Span)>,
    reseller: Option<Value<'t>>,
}

fn line_item(value: Value<'_>) -> Option<Line<'_>> {
    let fields = value.fields(&LINE)?;
    let offer_value = fields.value("offerId");
    let offer = offer_value.and_then(validate::offer_id);
    let span = offer_value.map_or(value.key, |offer| offer.node.span);
    let partner = fields.value("partnerIdOnRecord");
    let additional = fields.value("additionalPartnerIdsOnRecord");
    let take = |key, read: fn(Value<'_>) -> Option<String>| fields.value(key).and_then(read);
    let (offer_id, kind) = offer.unzip();
    // Everything is read before anything is given up, so that every mistake of the line is reported.
    let quantity = fields.value("quantity").and_then(number::quantity);
    let item = LineItem {
        offer_id: offer_id.unwrap_or_else(validate::no_offer),
        quantity: quantity.unwrap_or(1),
        friendly_name: take("friendlyName", validate::free_text),
        term_duration: fields.value("termDuration").and_then(validate::term),
        custom_term_end_date: take("customTermEndDate", validate::date),
        promotion_id: take("promotionId", validate::promotion_id),
        partner_id_on_record: partner.and_then(validate::partner_id),
        additional_partner_ids_on_record: additional.map(additional_partners).unwrap_or_default(),
        attestation_accepted: fields.value("attestationAccepted").and_then(number::boolean),
        renews_to: fields.value("renewsTo").and_then(renews_to),
        provisioning_context: fields.value("provisioningContext").map(texts).unwrap_or_default(),
    };
    Some(Line { item, offer: kind.map(|kind| (kind, span)), reseller: partner.or(additional) })
}

fn additional_partners(value: Value<'_>) -> Vec<String> {
    let Some(items) = value.items() else {
        return Vec::new();
    };
    let count = items.len();
    if count > MAX_ADDITIONAL_PARTNERS {
        let message =
            format!("{count} additional partners are named; Partner Center takes {MAX_ADDITIONAL_PARTNERS}");
        value.findings.report(Code::TooManyPartners, value.key, message, "remove some");
    }
    items.filter_map(validate::partner_id).collect()
}

fn renews_to(value: Value<'_>) -> Option<crate::domain::TermDuration> {
    let fields = value.fields(&RENEWS_TO)?;
    fields.value("termDuration").and_then(validate::renewal_term)
}

/// Takes a mapping of free texts.
fn texts(value: Value<'_>) -> BTreeMap<String, String> {
    let pairs = value.pairs().into_iter().flatten();
    let read = pairs.filter_map(|pair| {
        let harmless = validate::check_free_text(pair, pair.name);
        let text = validate::free_text(pair)?;
        harmless.then(|| (pair.name.to_owned(), text))
    });
    read.collect()
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

/// Reports a reseller without the attestation ("Create an order"; otherwise refused with 400/900206).
fn check_attestation(reseller: Value<'_>, written: Option<Value<'_>>, accepted: Option<bool>) {
    let wrongly_written = written.is_some() && accepted.is_none();
    if accepted == Some(true) || wrongly_written {
        return;
    }
    let findings = reseller.findings;
    let message = format!("`{}` names a reseller, but the order is not attested", reseller.name);
    let mut diagnostic = Diagnostic::new(Code::NoAttestation, findings.at(reseller.key), message);
    if let Some(written) = written {
        diagnostic = diagnostic.related(findings.at(written.node.span), "not accepted here");
    }
    findings.add(diagnostic.hint(
        "write `partnerOnRecordAttestationAccepted: true` in `spec`; Partner Center refuses the order without it (400/900206)",
    ));
}
