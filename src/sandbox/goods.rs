//! The goods: a few dozen products with SKUs, made up in the shapes of the pages' samples.
//!
//! Titles are made up but for those of samples; what matters is that there is one of each kind: several terms and cycles,
//! one that is not sold any more, a trial, an add-on, one with terms of its own, one for schools.
//!
//! **Invariant:** a table; what follows from it is decided elsewhere.

/// One SKU of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Good {
    /// Product and SKU, as in an offer id.
    pub(super) product: &'static str,
    pub(super) sku: &'static str,
    /// The availability before anything was reissued.
    pub(super) availability: &'static str,
    /// What the product is called.
    pub(super) family: &'static str,
    /// What the SKU is called.
    pub(super) title: &'static str,
    pub(super) minimum: i64,
    pub(super) maximum: i64,
    pub(super) terms: Terms,
    pub(super) kind: Kind,
}

/// Term and billing cycle, as availabilities write them.
pub(super) type Terms = &'static [(&'static str, &'static str)];

/// What is particular about a SKU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    /// Free for a while.
    Trial,
    /// Adds to another SKU.
    Addon(&'static str),
    /// Has terms of its own, which have to be accepted.
    Attested,
    /// For schools only.
    Education,
    /// Not sold any more.
    Withdrawn,
}

/// The maximum of the catalogue's samples where an offer has none worth the name.
pub(super) const NO_MAXIMUM: i64 = 999_999_999;

/// What licences are sold for, and what anything made up is.
pub(super) const ALL_TERMS: Terms = &[
    ("P1M", "Monthly"),
    ("P1Y", "Monthly"),
    ("P1Y", "Annual"),
    ("P3Y", "Monthly"),
    ("P3Y", "Annual"),
    ("P3Y", "Triennial"),
];
const UP_TO_A_YEAR: Terms = &[("P1M", "Monthly"), ("P1Y", "Monthly"), ("P1Y", "Annual")];
const A_YEAR: Terms = &[("P1Y", "Monthly"), ("P1Y", "Annual")];
const TRIAL: Terms = &[("P1M", "None")];

/// Makes a row.
const fn good(
    ids: (&'static str, &'static str, &'static str),
    (family, title): (&'static str, &'static str),
    (minimum, maximum): (i64, i64),
    terms: Terms,
    kind: Kind,
) -> Good {
    let (product, sku, availability) = ids;
    Good { product, sku, availability, family, title, minimum, maximum, terms, kind }
}

const ANY: (i64, i64) = (1, NO_MAXIMUM);
const SMALL: (i64, i64) = (1, 300);

const BASIC: (&str, &str) = ("Microsoft 365 Business Basic", "Microsoft 365 Business Basic");
const STANDARD: &str = "Microsoft 365 Business Standard";
const PREMIUM: &str = "Microsoft 365 Business Premium";
const EXCHANGE: &str = "Exchange Online";
const TEAMS: &str = "Teams";
const DESKTOP: &str = "Cloud desktop";
const SCHOOL: &str = "Office for schools";
const BUILDER: (&str, &str) = ("AI Builder", "AI Builder Capacity add-on");

const REPORTS: (&str, &str) = ("Power BI", "Power BI Pro");

/// All of them, by product and SKU.
pub(super) const GOODS: &[Good] = &[
    good(("CFQ7TTC0LH18", "0001", "CFQ7TTC0K971"), BASIC, SMALL, ALL_TERMS, Kind::Plain),
    good(("CFQ7TTC0LH0Z", "0001", "CFQ7TTC0K18P"), BUILDER, ANY, ALL_TERMS, Kind::Plain),
    good(("CFQ7TTC0HL8W", "0001", "CFQ7TTC0K6LC"), REPORTS, ANY, ALL_TERMS, Kind::Plain),
    good(("CFQ7TTC0ST01", "0001", "CFQ7TTC0A101"), (STANDARD, STANDARD), SMALL, ALL_TERMS, Kind::Plain),
    good(
        ("CFQ7TTC0ST01", "0002", "CFQ7TTC0A102"),
        (STANDARD, "Microsoft 365 Business Standard Trial"),
        (1, 25),
        TRIAL,
        Kind::Trial,
    ),
    good(("CFQ7TTC0PR01", "0001", "CFQ7TTC0A201"), (PREMIUM, PREMIUM), SMALL, UP_TO_A_YEAR, Kind::Plain),
    good(
        ("CFQ7TTC0PR01", "0002", "CFQ7TTC0A202"),
        (PREMIUM, "Microsoft 365 Business Premium Trial"),
        (1, 25),
        TRIAL,
        Kind::Trial,
    ),
    good(
        ("CFQ7TTC0EX01", "0001", "CFQ7TTC0A301"),
        (EXCHANGE, "Exchange Online (Plan 1)"),
        ANY,
        ALL_TERMS,
        Kind::Plain,
    ),
    good(
        ("CFQ7TTC0EX01", "0002", "CFQ7TTC0A302"),
        (EXCHANGE, "Exchange Online (Plan 2)"),
        ANY,
        A_YEAR,
        Kind::Plain,
    ),
    good(
        ("CFQ7TTC0EX02", "0001", "CFQ7TTC0A303"),
        ("Exchange Online Archiving", "Exchange Online Archiving"),
        ANY,
        UP_TO_A_YEAR,
        Kind::Addon("CFQ7TTC0EX01:0001"),
    ),
    good(
        ("CFQ7TTC0TE01", "0001", "CFQ7TTC0A401"),
        (TEAMS, "Teams Essentials"),
        SMALL,
        ALL_TERMS,
        Kind::Plain,
    ),
    good(
        ("CFQ7TTC0TE01", "0002", "CFQ7TTC0A402"),
        (TEAMS, "Teams Phone"),
        (5, NO_MAXIMUM),
        A_YEAR,
        Kind::Plain,
    ),
    good(("CFQ7TTC0TE01", "0003", "CFQ7TTC0A403"), (TEAMS, "Teams Premium"), ANY, UP_TO_A_YEAR, Kind::Plain),
    good(
        ("CFQ7TTC0WD01", "0001", "CFQ7TTC0A501"),
        (DESKTOP, "Cloud desktop Business"),
        SMALL,
        UP_TO_A_YEAR,
        Kind::Attested,
    ),
    good(
        ("CFQ7TTC0WD01", "0002", "CFQ7TTC0A502"),
        (DESKTOP, "Cloud desktop Enterprise"),
        ANY,
        A_YEAR,
        Kind::Attested,
    ),
    good(
        ("CFQ7TTC0SC01", "0001", "CFQ7TTC0A601"),
        (SCHOOL, "Office A3 for faculty"),
        ANY,
        A_YEAR,
        Kind::Education,
    ),
    good(
        ("CFQ7TTC0SC01", "0002", "CFQ7TTC0A602"),
        (SCHOOL, "Office A3 for students"),
        ANY,
        A_YEAR,
        Kind::Education,
    ),
    good(
        ("CFQ7TTC0OL01", "0001", "CFQ7TTC0A701"),
        ("Skype for Business Online", "Skype for Business Online (Plan 2)"),
        ANY,
        A_YEAR,
        Kind::Withdrawn,
    ),
    good(("CFQ7TTC0VI01", "0001", "CFQ7TTC0A801"), ("Visio", "Visio Plan 1"), ANY, ALL_TERMS, Kind::Plain),
    good(("CFQ7TTC0VI01", "0002", "CFQ7TTC0A802"), ("Visio", "Visio Plan 2"), ANY, ALL_TERMS, Kind::Plain),
    good(("CFQ7TTC0PJ01", "0001", "CFQ7TTC0A901"), ("Project", "Project Plan 3"), ANY, A_YEAR, Kind::Plain),
    good(("CFQ7TTC0PJ01", "0002", "CFQ7TTC0A902"), ("Project", "Project Plan 5"), ANY, A_YEAR, Kind::Plain),
    good(("CFQ7TTC0IN01", "0001", "CFQ7TTC0AA01"), ("Intune", "Intune Plan 1"), ANY, ALL_TERMS, Kind::Plain),
    good(
        ("CFQ7TTC0DF01", "0001", "CFQ7TTC0AB01"),
        ("Defender for Business", "Defender for Business"),
        SMALL,
        UP_TO_A_YEAR,
        Kind::Plain,
    ),
    good(
        ("CFQ7TTC0CO01", "0001", "CFQ7TTC0AC01"),
        ("Copilot", "Copilot for Microsoft 365"),
        (1, 300),
        A_YEAR,
        Kind::Addon("CFQ7TTC0ST01:0001"),
    ),
];

/// A promotion: its id, the SKU it is of, its one term and cycle, the seats it takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Promotion {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) offer: &'static str,
    pub(super) term: (&'static str, &'static str),
    pub(super) seats: (i64, i64),
}

/// All of them; the first is the one of "Get promotion by ID".
pub(super) const PROMOTIONS: &[Promotion] = &[
    Promotion {
        id: "39NFJQT1PJQB:0001:39NFJQT1Q5KN",
        name: "Visio Plan 1",
        offer: "CFQ7TTC0VI01:0001",
        term: ("P1Y", "Annual"),
        seats: (1, 500),
    },
    Promotion {
        id: "39NFJQT1PJQT:0001:39NFJQT1Q5KT",
        name: "Teams Phone for the many",
        offer: "CFQ7TTC0TE01:0002",
        term: ("P1Y", "Monthly"),
        seats: (25, 500),
    },
];
