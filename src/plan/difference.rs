//! Where what is wanted differs from what is recorded, field by field, in Partner Center's own names.

use std::collections::BTreeMap;

use crate::domain::{BillingCycle, CustomerId, LineItem, OrderSpec, TermDuration};

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The path in the manifest, such as `spec.lineItems[0].quantity`.
    pub field: String,
    /// What is recorded; `None` where it was absent.
    pub recorded: Option<String>,
    /// What is wanted; `None` where it is absent.
    pub desired: Option<String>,
}

/// Lists the fields in which two specs differ, in the order of a manifest.
#[must_use]
pub fn differences(recorded: &OrderSpec, desired: &OrderSpec) -> Vec<Difference> {
    if recorded == desired {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut compare = |field: String, recorded: Option<String>, desired: Option<String>| {
        if recorded != desired {
            found.push(Difference { field, recorded, desired });
        }
    };
    let head = |spec: &OrderSpec| {
        [
            ("spec.customerId", Some(spec.customer_id.to_string())),
            ("spec.billingCycle", spec.billing_cycle.as_ref().map(ToString::to_string)),
            (
                "spec.partnerOnRecordAttestationAccepted",
                spec.partner_on_record_attestation_accepted.map(|b| b.to_string()),
            ),
        ]
    };
    for ((field, was), (_, is)) in head(recorded).into_iter().zip(head(desired)) {
        compare(field.to_owned(), was, is);
    }
    for index in 0..recorded.line_items.len().max(desired.line_items.len()) {
        let lines = [recorded, desired].map(|spec| spec.line_items.get(index));
        let [mut was, mut is] = lines.map(|line| line.map(fields).unwrap_or_default());
        if let [Some(one), Some(other)] = lines
            && (one.offer_id.covers(&other.offer_id) || other.offer_id.covers(&one.offer_id))
        {
            // Written with its availability or without: the same offer.
            [&mut was, &mut is].into_iter().for_each(|fields| drop(fields.remove("offerId")));
        }
        let names: std::collections::BTreeSet<&String> = was.keys().chain(is.keys()).collect();
        for name in names {
            let field = format!("spec.lineItems[{index}].{name}");
            compare(field, was.get(name).cloned(), is.get(name).cloned());
        }
    }
    found
}

/// Renders a line's fields that are given, by name. Offer ids compare without case.
pub(super) fn fields(line: &LineItem) -> BTreeMap<String, String> {
    let term = |term: &crate::domain::TermDuration| term.to_string();
    let additional = &line.additional_partner_ids_on_record;
    let mut fields = BTreeMap::from([
        ("offerId".to_owned(), line.offer_id.as_str().to_ascii_uppercase()),
        ("quantity".to_owned(), line.quantity.to_string()),
    ]);
    let optional = [
        ("friendlyName", line.friendly_name.clone()),
        ("termDuration", line.term_duration.as_ref().map(term)),
        ("customTermEndDate", line.custom_term_end_date.clone()),
        ("promotionId", line.promotion_id.clone()),
        ("partnerIdOnRecord", line.partner_id_on_record.clone()),
        ("additionalPartnerIdsOnRecord", (!additional.is_empty()).then(|| additional.join(", "))),
        ("attestationAccepted", line.attestation_accepted.map(|b| b.to_string())),
        ("renewsTo.termDuration", line.renews_to.as_ref().map(term)),
    ];
    fields.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    fields.extend(
        line.provisioning_context.iter().map(|(k, v)| (format!("provisioningContext.{k}"), v.clone())),
    );
    fields
}

/// What two specs share exactly when they would buy the same, whatever the order of their lines.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity<'a> {
    customer: CustomerId,
    cycle: Option<&'a BillingCycle>,
    attested: Option<bool>,
    lines: Vec<LineIdentity<'a>>,
}

/// What two lines share exactly when they would buy the same.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct LineIdentity<'a> {
    /// Product and SKU, in upper case: offer ids compare without case, and an availability is resolved, or reissued.
    offer: String,
    quantity: u32,
    /// Name, end of the first term, promotion and partner.
    texts: [Option<&'a str>; 4],
    /// The term, and the one that a trial renews to.
    terms: [Option<&'a TermDuration>; 2],
    additional_partners: &'a [String],
    attested: Option<bool>,
    context: &'a BTreeMap<String, String>,
}

/// Returns what a spec would buy.
pub(super) fn identity(spec: &OrderSpec) -> Identity<'_> {
    let OrderSpec { customer_id, billing_cycle, partner_on_record_attestation_accepted, line_items } = spec;
    let mut lines: Vec<LineIdentity<'_>> = line_items.iter().map(line_identity).collect();
    lines.sort_unstable();
    Identity {
        customer: *customer_id,
        cycle: billing_cycle.as_ref(),
        attested: *partner_on_record_attestation_accepted,
        lines,
    }
}

fn line_identity(line: &LineItem) -> LineIdentity<'_> {
    let LineItem {
        offer_id,
        quantity,
        friendly_name,
        term_duration,
        custom_term_end_date,
        promotion_id,
        partner_id_on_record,
        additional_partner_ids_on_record,
        attestation_accepted,
        renews_to,
        provisioning_context,
    } = line;
    let texts = [friendly_name, custom_term_end_date, promotion_id, partner_id_on_record];
    LineIdentity {
        offer: offer_id.product().to_ascii_uppercase(),
        quantity: *quantity,
        texts: texts.map(Option::as_deref),
        terms: [term_duration, renews_to].map(Option::as_ref),
        additional_partners: additional_partner_ids_on_record,
        attested: *attestation_accepted,
        context: provisioning_context,
    }
}
