//! `kind: Order`: one order. Property names inside `spec` are Partner Center's own ("Create an order").

use super::{
    ADDITIONAL_PARTNERS, BILLING_CYCLE, FREE_TEXT, Form, Key, MAX_QUANTITY, NAME, PARTNER_ID, Refused,
    STATUS, Shape, TENANT_ID, TERM, kind_key, version_key,
};

const FILLED: &str = "is filled in by Partner Center";
const REMOVE: &str = "remove it: what was answered is in the state (`orderform state show`)";
const TO_SPEC: &str = "move it to `spec`";

const ABOUT: &str = "One order: licences that one customer should have.";

/// An order's document.
pub(in crate::manifest) static ORDER: Shape = Shape {
    name: "order",
    about: ABOUT,
    keys: &[
        version_key(),
        kind_key("Order", ABOUT),
        Key::must(
            "metadata",
            Form::Mapping(&ORDER_METADATA),
            "What the order is known by; nothing of it is sent.",
        ),
        Key::must("spec", Form::Mapping(&ORDER_SPEC), "What is bought, in Partner Center's own words."),
    ],
    refused: &[STATUS],
};

pub(in crate::manifest) static ORDER_METADATA: Shape = Shape {
    name: "orderMetadata",
    about: "What an order is known by; nothing of it is sent to Partner Center.",
    keys: &[
        Key::must(
            "name",
            NAME,
            "The order's identity, unique across the manifests. To rename an order that was bought, give the old name as \
             `formerly`.",
        )
        .such_as(&["contoso-exchange"]),
        Key::may("labels", Form::Texts, "Free keys and texts, for selecting.").such_as(&["{ region: emea }"]),
        Key::may("formerly", NAME, "The name that the order was recorded under before it was renamed."),
        Key::may("allowDuplicate", Form::Boolean, "`true`: another order just like an existing one is meant."),
        Key::may(
            "autoRenewEnabled",
            Form::Boolean,
            "The decision about renewal, for terms of a year and more. Partner Center switches auto-renewal on for every \
             new subscription; `true` says that this is meant, `false` makes `plan` and `apply` remind you to switch it \
             off there, because orderform changes no subscription.",
        ),
    ],
    refused: &[Refused("annotations", "is not used here", "write `labels`, or a comment")],
};

pub(in crate::manifest) static ORDER_SPEC: Shape = Shape {
    name: "orderSpec",
    about: "What is bought.",
    keys: &[
        Key::may("customer", NAME, "Who it is for, by the name of a `kind: Customer`.").such_as(&["contoso"]),
        Key::may("customerId", TENANT_ID, "Who it is for, by tenant id (a GUID).")
            .such_as(&["4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04"]),
        Key::may(
            "billingCycle",
            BILLING_CYCLE,
            "How often the whole order is billed; Partner Center chooses where it is absent.",
        ),
        Key::may(
            "partnerOnRecordAttestationAccepted",
            Form::Boolean,
            "Whether the partner of record has attested; needed where a line names a reseller.",
        ),
        Key::must(
            "lineItems",
            Form::List { of: &Form::Mapping(&LINE_ITEM), least: 1, most: usize::MAX },
            "What is bought, one item an offer. `lineItemNumber` is the position, and is never written.",
        ),
    ],
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
        Refused(
            "autoRenewEnabled",
            "belongs to the metadata: it is not part of an order",
            "move it to `metadata`",
        ),
        Refused("offerId", "belongs to a line item", "put it under `lineItems:`, after `- `"),
        Refused("quantity", "belongs to a line item", "put it under `lineItems:`, beside `offerId`"),
        Refused("termDuration", "belongs to a line item", "put it under `lineItems:`, beside `offerId`"),
    ],
};

pub(in crate::manifest) static LINE_ITEM: Shape = Shape {
    name: "lineItem",
    about: "One line of an order.",
    keys: &[
        Key::must(
            "offerId",
            OFFER_ID,
            "What is bought: `Product:Sku` or `Product:Sku:Availability` of new commerce, a legacy offer's GUID, or \
             `MS-AZR-…`.",
        )
        .such_as(&["CFQ7TTC0LH18:0001", "84A03D81-6B37-4D66-8D4A-FAEA24541538"]),
        Key::must("quantity", Form::Whole(1, MAX_QUANTITY), "How many seats.").such_as(&["5"]),
        Key::may(
            "friendlyName",
            FREE_TEXT,
            "What you call it, as the customer sees it; the offer's title where it is absent.",
        )
        .such_as(&["office for everybody"]),
        Key::may("termDuration", TERM, "The term, where the offer has more than one."),
        Key::may(
            "customTermEndDate",
            Form::Text(
                "^[0-9]{4}-[0-9]{2}-[0-9]{2}",
                "a date is year, month and day, such as `2027-03-31` or `2027-03-31T00:00:00Z`",
            ),
            "The end of the first term, where it is to end together with another subscription's.",
        )
        .such_as(&["\"2027-06-30T00:00:00Z\""]),
        Key::may("promotionId", PROMOTION_ID, "A promotion, as `ProductId:SkuId:PromotionId`.")
            .such_as(&["39NFJQT1PJQB:0001:39NFJQT1Q5KN"]),
        Key::may(
            "partnerIdOnRecord",
            PARTNER_ID,
            "The indirect reseller's partner id (location), digits in quotes. Needs \
             `partnerOnRecordAttestationAccepted: true`.",
        )
        .such_as(&["\"4847383\""]),
        Key::may(
            "additionalPartnerIdsOnRecord",
            ADDITIONAL_PARTNERS,
            "Up to five more partner ids (EU and EFTA), digits in quotes.",
        ),
        Key::may("attestationAccepted", Form::Boolean, "Whether the offer's own terms are accepted, where it asks for that."),
        Key::may("renewsTo", Form::Mapping(&RENEWS_TO), "What a trial becomes when it ends."),
        Key::may("provisioningContext", Form::Texts, "What the SKU's `provisioningVariables` ask for."),
    ],
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
        Refused("autoRenewEnabled", "is one for the whole order, and not part of it", "move it to `metadata`"),
        Refused("billingCycle", "is one for the whole order", TO_SPEC),
        Refused("customerId", "is one for the whole order", TO_SPEC),
        Refused("partnerOnRecordAttestationAccepted", "is one for the whole order", TO_SPEC),
    ],
};

pub(in crate::manifest) static RENEWS_TO: Shape = Shape {
    name: "renewsTo",
    about: "What a trial becomes when it ends (\"Order resources\").",
    keys: &[Key::must(
        "termDuration",
        Form::Choice(&[("P1M", "One month."), ("P1Y", "One year.")]),
        "The term of the paid subscription.",
    )],
    refused: &[],
};

/// Product, SKU and perhaps availability; a GUID; or an Azure offer.
const OFFER_ID: Form = Form::Text(
    "^[A-Z0-9]{12}:[A-Z0-9]{4}(:[A-Z0-9]{12})?$|\
     ^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$|\
     ^MS-AZR-(?=.{1,60}$)[A-Z0-9]+(-[A-Z0-9]+)*$",
    "an offer id is `Product:Sku` or `Product:Sku:Availability` (such as `CFQ7TTC0LH18:0001`), a legacy GUID, or \
     `MS-AZR-…`",
);

const PROMOTION_ID: Form = Form::Text(
    "^[A-Z0-9]{12}:[A-Z0-9]{4}:[A-Z0-9]{12}$",
    "a promotion id is `ProductId:SkuId:PromotionId`, such as `39NFJQT1PJQB:0001:39NFJQT1Q5KN`",
);
