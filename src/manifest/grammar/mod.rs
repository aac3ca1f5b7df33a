//! What a manifest may say: the kinds of documents, their keys in canonical order, and what each key takes.
//!
//! One description for everybody: the reader checks keys against it ([`fields`](super::fields)), the JSON Schemas are
//! written from it ([`schema`](super::schema)), and the formatter and the writer take their order of keys from it.
//!
//! **Invariant:** descriptions only; nothing here reads a text or knows a place. That the forms here are the ones the
//! reader takes is a law of the tests (`tests/suite/manifests/schemas.rs`): both accept and refuse the same corpus.

mod customer;
mod defaults;
mod holding;
mod limits;
mod notify;
mod order;
mod organisation;
mod project;

pub(super) use customer::{CUSTOMER, CUSTOMER_METADATA, CUSTOMER_SPEC};
pub(super) use defaults::{DEFAULTS, DEFAULTS_SPEC};
pub(super) use holding::{FREEZE, WINDOW};
pub(super) use limits::{LIMITS, PER_CUSTOMER};
pub(super) use notify::RECEIVER;
pub(super) use order::{LINE_ITEM, ORDER, ORDER_METADATA, ORDER_SPEC, RENEWS_TO};
pub(super) use organisation::{ORGANISATION, ORGANISATION_METADATA, ORGANISATION_SPEC};
pub(super) use project::{PROJECT, PROJECT_METADATA, PROJECT_SPEC, RECOVERY};

/// The only version of manifests there is.
pub(super) const API_VERSION: &str = "orderform/v1";

/// Every kind of document, with its keys.
pub(super) const KINDS: [(&str, &Shape); 5] = [
    ("Order", &ORDER),
    ("Customer", &CUSTOMER),
    ("Project", &PROJECT),
    ("Defaults", &DEFAULTS),
    ("Organisation", &ORGANISATION),
];

/// The keys of one kind of mapping.
#[derive(Debug)]
pub(super) struct Shape {
    /// What the schemas call it: `lineItem`.
    pub(super) name: &'static str,
    /// What it is, in one sentence.
    pub(super) about: &'static str,
    /// Every key it may have, in canonical order.
    pub(super) keys: &'static [Key],
    /// Keys that people try, and why they are not taken.
    pub(super) refused: &'static [Refused],
}

/// A key of a mapping.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    /// Whether the mapping cannot do without it.
    pub(super) required: bool,
    /// What its value looks like.
    pub(super) form: Form,
    /// What it means, in a sentence or two, for an editor to show.
    pub(super) about: &'static str,
    /// Values that show how it is written, as YAML; part of the description.
    pub(super) examples: &'static [&'static str],
}

/// A key that is not taken, why, and what to do instead.
#[derive(Debug)]
pub(super) struct Refused(pub(super) &'static str, pub(super) &'static str, pub(super) &'static str);

/// What a value looks like.
#[derive(Debug)]
pub(super) enum Form {
    /// This one text.
    Exactly(&'static str),
    /// A text that matches a regular expression (ECMA 262, without flags), and what that asks for, in words.
    Text(&'static str, &'static str),
    /// One of a few words, each with its meaning.
    Choice(&'static [(&'static str, &'static str)]),
    /// A whole number within these bounds.
    Whole(u64, u64),
    /// `true` or `false`.
    Boolean,
    /// A mapping with free keys and texts.
    Texts,
    /// A mapping of currencies to amounts.
    Money,
    /// A list of so many values of one form.
    List { of: &'static Form, least: usize, most: usize },
    /// A mapping of a shape.
    Mapping(&'static Shape),
}

impl Shape {
    /// Returns the names of its keys.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> + Clone + use<> {
        self.keys.iter().map(|key| key.name)
    }

    /// Says whether it has a key.
    pub(super) fn has(&self, name: &str) -> bool {
        self.keys.iter().any(|key| key.name == name)
    }

    /// Finds the key that is refused with a reason, in whatever case it is written.
    pub(super) fn refuses(&self, name: &str) -> Option<&'static Refused> {
        self.refused.iter().find(|refused| refused.0.eq_ignore_ascii_case(name))
    }
}

/// Where a key belongs that stands elsewhere in its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    /// Beside `kind`.
    Document,
    /// Below this key; the other is the outermost key on the way there.
    Key(&'static str, &'static str),
    /// In an item of the list below this key.
    Item(&'static str, &'static str),
}

impl Home {
    /// Returns the key of the document that it is below.
    pub(super) fn outermost(self) -> Option<&'static str> {
        match self {
            Self::Document => None,
            Self::Key(_, outermost) | Self::Item(_, outermost) => Some(outermost),
        }
    }
}

/// Finds where in the same kind of document a key belongs that this shape has not.
pub(super) fn home_of(key: &str, shape: &Shape) -> Option<Home> {
    let is_in =
        |root: &Shape| root.name == shape.name || path_to(root, &|below| below.name == shape.name).is_some();
    let (_, root) = KINDS.into_iter().find(|(_, root)| is_in(root))?;
    if root.has(key) { Some(Home::Document) } else { path_to(root, &|below| below.has(key)) }
}

/// Finds the nearest shape below a root that is the one, level by level.
fn path_to(root: &Shape, is_it: &dyn Fn(&Shape) -> bool) -> Option<Home> {
    let mut level: Vec<(&Key, &'static str)> = root.keys.iter().map(|key| (key, key.name)).collect();
    while !level.is_empty() {
        let mut next = Vec::new();
        for (key, outermost) in level {
            let (below, home) = match &key.form {
                Form::Mapping(below) => (below, Home::Key(key.name, outermost)),
                Form::List { of: Form::Mapping(below), .. } => (below, Home::Item(key.name, outermost)),
                _ => continue,
            };
            if is_it(below) {
                return Some(home);
            }
            next.extend(below.keys.iter().map(|key| (key, outermost)));
        }
        level = next;
    }
    None
}

/// Words that people write for a key, from Partner Center's other pages and from everyday language.
const OTHER_WORDS: [(&str, &str); 21] = [
    ("seats", "quantity"),
    ("count", "quantity"),
    ("licenses", "quantity"),
    ("licences", "quantity"),
    ("catalogItemId", "offerId"),
    ("catalogueItemId", "offerId"),
    ("offer", "offerId"),
    ("term", "termDuration"),
    ("endDate", "customTermEndDate"),
    ("promotion", "promotionId"),
    ("promoId", "promotionId"),
    ("partnerId", "partnerIdOnRecord"),
    ("mpnId", "partnerIdOnRecord"),
    ("resellerId", "partnerIdOnRecord"),
    ("additionalPartnerIds", "additionalPartnerIdsOnRecord"),
    ("lines", "lineItems"),
    ("items", "lineItems"),
    ("tenantId", "customerId"),
    ("billingFrequency", "billingCycle"),
    ("autoRenew", "autoRenewEnabled"),
    ("stateDirectory", "stateDir"),
];

/// Finds the key of a shape that another word is often used for.
pub(super) fn meant_by(word: &str, shape: &Shape) -> Option<&'static str> {
    let (_, meant) =
        OTHER_WORDS.iter().find(|(other, meant)| other.eq_ignore_ascii_case(word) && shape.has(meant))?;
    Some(meant)
}

impl Key {
    /// Makes a key that may be left out.
    const fn may(name: &'static str, form: Form, about: &'static str) -> Self {
        Self { name, required: false, form, about, examples: &[] }
    }

    /// Makes a key that has to be there.
    const fn must(name: &'static str, form: Form, about: &'static str) -> Self {
        Self { name, required: true, form, about, examples: &[] }
    }

    const fn such_as(mut self, examples: &'static [&'static str]) -> Self {
        self.examples = examples;
        self
    }
}

/// Makes the two keys that every document begins with.
const fn version_key() -> Key {
    Key::must("apiVersion", Form::Exactly(API_VERSION), "The version of the format.")
}

const fn kind_key(kind: &'static str, about: &'static str) -> Key {
    Key::must("kind", Form::Exactly(kind), about)
}

const STATUS: Refused = Refused(
    "status",
    "is not part of a manifest",
    "remove it: what is recorded is in the state (`orderform state show`)",
);

/// 1 to 63 of a-z, 0-9 and `-`, with a letter or digit at both ends.
const NAME: Form = Form::Text(
    "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    "a name is 1 to 63 of a-z, 0-9 and `-`, with a letter or digit at both ends",
);

/// A GUID with hyphens that is not all zeros.
const TENANT_ID: Form = Form::Text(
    "^(?!0{8}-0{4}-0{4}-0{4}-0{12}$)[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$",
    "a tenant id is a GUID such as `4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04`; for a name, write `customer: NAME`",
);

/// Digits only.
const PARTNER_ID: Form = Form::Text(
    "^[0-9]{1,20}$",
    "a partner id is digits only, such as `4847383`: the location's id in the partner program",
);

/// Text without control, invisible and bidirectional characters; the ones beyond U+FFFF are left to the reader, because
/// not every regular expression counts them as one.
/// A currency; which codes there are, only the reader knows.
const CURRENCY: Form =
    Form::Text("^[A-Z]{3}$", "a currency is three capital letters of ISO 4217, such as `EUR`");

pub(super) const FREE_TEXT: Form = Form::Text(
    r"^[^\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+$",
    "a text here is one line, not empty, without control, invisible and bidirectional characters",
);

/// The most additional partners of a line ("Order resources").
pub(super) const MAX_ADDITIONAL_PARTNERS: usize = 5;

/// The most seats of a line.
pub(super) const MAX_QUANTITY: u64 = 9_999_999;

/// The highest limit.
pub(super) const MAX_LIMIT: u64 = 999_999_999;

const ADDITIONAL_PARTNERS: Form = Form::List { of: &PARTNER_ID, least: 0, most: MAX_ADDITIONAL_PARTNERS };

/// How often an order is billed ("Order resources").
const BILLING_CYCLE: Form = Form::Choice(&[
    ("monthly", "Every month."),
    ("annual", "Every year, in advance."),
    ("biennial", "Every two years."),
    ("triennial", "Every three years, in advance."),
    ("one_time", "Once, for what has no term."),
    ("none", "Not at all: trials."),
    ("unknown", "Partner Center chooses; refused for trials. Better say which one is meant."),
]);

/// The terms that Partner Center sells.
const TERM: Form = Form::Choice(&[("P1M", "One month."), ("P1Y", "One year."), ("P3Y", "Three years.")]);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::notify;
    use crate::domain::project::{Cloud, RecoveryMode};
    use crate::domain::{BillingCycle, TermDuration};

    fn words(form: &Form) -> Vec<&str> {
        let Form::Choice(all) = form else { panic!("{form:?} is no choice") };
        all.iter().map(|(word, _)| *word).collect()
    }

    fn form_of(shape: &Shape, name: &str) -> &'static Form {
        &shape.keys.iter().find(|key| key.name == name).unwrap().form
    }

    #[test]
    fn the_words_of_the_grammar_are_the_words_of_the_domain() {
        let mut cycles: Vec<&str> = BillingCycle::KNOWN.iter().map(BillingCycle::as_str).collect();
        let mut described = words(&BILLING_CYCLE);
        cycles.sort_unstable();
        described.sort_unstable();
        assert_eq!(described, cycles);
        assert_eq!(words(&TERM), TermDuration::KNOWN);
        assert_eq!(words(form_of(&PROJECT_SPEC, "cloud")), Cloud::ALL.map(|(word, _)| word));
        assert_eq!(words(form_of(&RECOVERY, "mode")), RecoveryMode::ALL.map(|(word, _)| word));
        assert_eq!(words(form_of(&RECEIVER, "shape")), notify::Shape::ALL.map(|(word, _)| word));
        let Form::List { of: topic, .. } = form_of(&RECEIVER, "on") else { panic!("a list") };
        assert_eq!(words(topic), notify::Topic::ALL.map(|(word, _)| word));
    }

    #[test]
    fn a_key_that_stands_elsewhere_is_sent_home() {
        assert_eq!(home_of("allowDuplicate", &ORDER_SPEC), Some(Home::Key("metadata", "metadata")));
        assert_eq!(home_of("promotionId", &ORDER_SPEC), Some(Home::Item("lineItems", "spec")));
        assert_eq!(home_of("seatsPerRun", &PROJECT_SPEC), Some(Home::Key("limits", "spec")));
        assert_eq!(home_of("kind", &LINE_ITEM), Some(Home::Document));
        assert_eq!(home_of("seatsPerRun", &ORDER_SPEC), None);
        for (word, meant) in OTHER_WORDS {
            let known = KINDS.iter().any(|(_, root)| path_to(root, &|below| below.has(meant)).is_some());
            assert!(known, "no shape has {meant}");
            assert_ne!(word, meant);
        }
    }

    #[test]
    fn every_key_is_described_once_and_is_not_refused_as_well() {
        fn check(shape: &Shape) {
            for (at, key) in shape.keys.iter().enumerate() {
                assert!(key.about.ends_with('.'), "{}.{}", shape.name, key.name);
                assert!(shape.keys[..at].iter().all(|other| other.name != key.name), "{}", key.name);
                assert!(shape.refuses(key.name).is_none(), "{}.{}", shape.name, key.name);
                match &key.form {
                    Form::Mapping(below) | Form::List { of: Form::Mapping(below), .. } => check(below),
                    _ => {}
                }
            }
        }
        KINDS.iter().for_each(|(_, shape)| check(shape));
    }
}
