//! `kind: Customer`: a name for a tenant id.

use super::{CURRENCY, Form, Key, NAME, STATUS, Shape, TENANT_ID, kind_key, version_key};

const ABOUT: &str = "A name for a customer's tenant id, so that orders can say `customer: NAME`.";

/// A customer's document.
pub(in crate::manifest) static CUSTOMER: Shape = Shape {
    name: "customer",
    about: ABOUT,
    keys: &[
        version_key(),
        kind_key("Customer", ABOUT),
        Key::must("metadata", Form::Mapping(&CUSTOMER_METADATA), "What the customer is known by."),
        Key::must("spec", Form::Mapping(&CUSTOMER_SPEC), "Who the customer is."),
    ],
    refused: &[STATUS],
};

pub(in crate::manifest) static CUSTOMER_METADATA: Shape = Shape {
    name: "customerMetadata",
    about: "What a customer is known by.",
    keys: &[Key::must("name", NAME, "The name that orders use; unique across the manifests.")
        .such_as(&["contoso"])],
    refused: &[],
};

pub(in crate::manifest) static CUSTOMER_SPEC: Shape = Shape {
    name: "customerSpec",
    about: "Who a customer is.",
    keys: &[
        Key::must(
            "customerId",
            TENANT_ID,
            "The customer's tenant id, a GUID. In Partner Center: Customers, the customer, Account, Microsoft ID.",
        )
        .such_as(&["4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04"]),
        Key::may(
            "currency",
            CURRENCY,
            "The currency that this customer is charged in, where the price list has several.",
        )
        .such_as(&["EUR"]),
    ],
    refused: &[],
};
