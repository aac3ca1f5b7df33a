//! `limits` of a project and of an organisation: how much may be bought.

use super::{Form, Key, MAX_LIMIT, Shape, TERM};

const MOST: Form = Form::Whole(0, MAX_LIMIT);

/// A product, with its SKU and availability where those matter; a GUID; or an Azure offer.
const OFFERS: Form = Form::List {
    of: &Form::Text(
        "^[A-Z0-9]{12}(:[A-Z0-9]{4}(:[A-Z0-9]{12})?)?$|\
         ^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$|\
         ^MS-AZR-(?=.{1,60}$)[A-Z0-9]+(-[A-Z0-9]+)*$",
        "an offer here is `Product`, `Product:Sku`, `Product:Sku:Availability`, a legacy GUID, or `MS-AZR-…`",
    ),
    least: 0,
    most: usize::MAX,
};

/// A tenant id, or the name of a `kind: Customer`.
pub(super) const CUSTOMER: Form = Form::Text(
    "^(?!0{8}-0{4}-0{4}-0{4}-0{12}$)[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$|\
     ^(?!0{8}-0{4}-0{4}-0{4}-0{12}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    "a customer here is a tenant id, or the name of a `kind: Customer`",
);

const CUSTOMERS: Form = Form::List { of: &CUSTOMER, least: 0, most: usize::MAX };

const SPEND_RUN: &str = "What is owed for the orders of one run over their terms, by currency; nothing in others, and no order of unknown price.";
const SPEND_HOUR: &str = "What is owed for the orders of any 60 minutes over their terms, by currency.";
const SPEND_DAY: &str = "What is owed for the orders of any 24 hours over their terms, by currency.";

pub(in crate::manifest) static LIMITS: Shape = Shape {
    name: "limits",
    about: "How much may be bought.",
    keys: &[
        Key::may("ordersPerRun", MOST, "Orders in one run."),
        Key::may("ordersPerHour", MOST, "Orders in any 60 minutes."),
        Key::may("ordersPerDay", MOST, "Orders in any 24 hours."),
        Key::may("seatsPerRun", MOST, "Seats in one run, all lines together."),
        Key::may("seatsPerHour", MOST, "Seats in any 60 minutes."),
        Key::may("seatsPerDay", MOST, "Seats in any 24 hours."),
        Key::may("spendPerRun", Form::Money, SPEND_RUN).such_as(&["{ EUR: \"5000.00\" }"]),
        Key::may("spendPerHour", Form::Money, SPEND_HOUR),
        Key::may("spendPerDay", Form::Money, SPEND_DAY),
        Key::may("perCustomer", Form::Mapping(&PER_CUSTOMER), "The same for each customer."),
        Key::may("allowedOffers", OFFERS, "What may be bought. A product stands for all its SKUs.")
            .such_as(&["[CFQ7TTC0LH18, CFQ7TTC0LH0Z:0001]"]),
        Key::may(
            "allowedCustomers",
            CUSTOMERS,
            "For whom: tenant ids, or names. An organisation's file takes tenant ids only: what a name stands for is up to \
             the manifests.",
        )
        .such_as(&["[contoso, fabrikam]"]),
        Key::may("longestTerm", TERM, "No line has a longer term than this, and no trial renews to one."),
        Key::may(
            "timesUsualRun",
            Form::Whole(1, MAX_LIMIT),
            "Orders in one run, as so many times the median of the last ten runs that bought something.",
        )
        .such_as(&["3"]),
    ],
    refused: &[],
};

pub(in crate::manifest) static PER_CUSTOMER: Shape = Shape {
    name: "limitsPerCustomer",
    about: "How much may be bought for each customer.",
    keys: &[
        Key::may("ordersPerRun", MOST, "Orders in one run."),
        Key::may("ordersPerHour", MOST, "Orders in any 60 minutes."),
        Key::may("ordersPerDay", MOST, "Orders in any 24 hours."),
        Key::may("seatsPerRun", MOST, "Seats in one run, all lines together."),
        Key::may("seatsPerHour", MOST, "Seats in any 60 minutes."),
        Key::may("seatsPerDay", MOST, "Seats in any 24 hours."),
        Key::may("spendPerRun", Form::Money, SPEND_RUN),
        Key::may("spendPerHour", Form::Money, SPEND_HOUR),
        Key::may("spendPerDay", Form::Money, SPEND_DAY),
    ],
    refused: &[],
};
