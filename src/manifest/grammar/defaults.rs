//! `kind: Defaults`: what the orders of a directory and below have in common.

use super::{
    ADDITIONAL_PARTNERS, BILLING_CYCLE, Form, Key, NAME, PARTNER_ID, Refused, STATUS, Shape, TENANT_ID, TERM,
    kind_key, version_key,
};

const ABOUT: &str = "What the orders of this directory and below have in common. It stands in `defaults.yaml`; what an order \
            writes itself goes before it, and so do the defaults of a directory nearer to the order.";

/// The document of a `defaults.yaml`.
pub(in crate::manifest) static DEFAULTS: Shape = Shape {
    name: "defaults",
    about: ABOUT,
    keys: &[
        version_key(),
        kind_key("Defaults", ABOUT),
        Key::must("spec", Form::Mapping(&DEFAULTS_SPEC), "The values."),
    ],
    refused: &[STATUS, Refused("metadata", "is not used here", "remove it: defaults have no name")],
};

/// The values.
pub(in crate::manifest) static DEFAULTS_SPEC: Shape = Shape {
    name: "defaultsSpec",
    about: "Values for orders that do not write them.",
    keys: &[
        Key::may(
            "labels",
            Form::Texts,
            "Labels for every order; an order's own label of the same key goes before it.",
        ),
        Key::may(
            "autoRenewEnabled",
            Form::Boolean,
            "Whether the subscriptions shall renew by themselves; see `metadata.autoRenewEnabled` of an order.",
        ),
        Key::may("customer", NAME, "The customer, by the name of a `kind: Customer`.").such_as(&["contoso"]),
        Key::may("customerId", TENANT_ID, "The customer, by tenant id."),
        Key::may("billingCycle", BILLING_CYCLE, "How often the orders are billed."),
        Key::may(
            "partnerOnRecordAttestationAccepted",
            Form::Boolean,
            "Whether the partner of record has attested; Partner Center asks for it where a reseller is named.",
        ),
        Key::may("termDuration", TERM, "The term of every new-commerce line."),
        Key::may(
            "partnerIdOnRecord",
            PARTNER_ID,
            "The indirect reseller's partner id of every line, digits only.",
        )
        .such_as(&["\"4847383\""]),
        Key::may(
            "additionalPartnerIdsOnRecord",
            ADDITIONAL_PARTNERS,
            "Up to five more partner ids of every line.",
        ),
    ],
    refused: &[
        Refused("offerId", "is never a default", "write it in each order: a review shows what is bought"),
        Refused("quantity", "is never a default", "write it in each order: a review shows what is bought"),
        Refused(
            "lineItems",
            "are never a default",
            "write the lines in each order; `termDuration` and the reseller can stand here",
        ),
        Refused("promotionId", "is never a default", "write it in each line: a promotion is of one offer"),
    ],
};
