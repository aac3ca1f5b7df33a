//! What is for sale: anything whose id has the right shape, and the goods, of which more is known.
//!
//! Shapes are those of "Create an order" and "Product resources"; titles and maxima those of the pages' samples. An
//! availability that is left out is made up from the rest, always the same, because real ones are reissued.
//!
//! **Invariant:** total; the same id gives the same offer.

use uuid::Uuid;

use super::goods::{ALL_TERMS, GOODS, Good, Kind, NO_MAXIMUM, Terms};

/// The two kinds of orders there are; the shape of the offer id says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Generation {
    /// An offer that is a GUID or `MS-AZR-…`.
    Legacy,
    /// `Product:Sku:Availability`, new commerce.
    Modern,
}

/// What is known about an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) generation: Generation,
    /// The id, with its availability.
    pub(super) id: String,
    pub(super) title: String,
    /// The fewest seats of one line.
    pub(super) minimum: i64,
    /// The most.
    pub(super) maximum: i64,
    /// Trials take no billing cycle but `none`.
    pub(super) is_trial: bool,
    /// Where it stands in the table of goods.
    pub(super) good: Option<&'static Good>,
    /// Whether its availability was reissued since, so that it is one no more.
    pub(super) is_stale: bool,
}

/// The one legacy offer with a title, beside Azure: the trial of a page's sample.
const LEGACY: &[(&str, &str, i64, bool)] = &[
    ("C0BD2E08-11AC-4836-BDC7-3712E744922F", "Office 365 Business Premium Trial", 25, true),
    ("MS-AZR-0145P", "Microsoft Azure", NO_MAXIMUM, false),
];

/// Finds an offer as it was before anything was reissued; `None` where the id has none of the shapes (400/800004).
pub(super) fn find(offer_id: &str) -> Option<Offer> {
    find_after(offer_id, 0)
}

/// Finds an offer after availabilities were reissued so often.
pub(super) fn find_after(offer_id: &str, reissued: u32) -> Option<Offer> {
    let parts: Vec<&str> = offer_id.split(':').collect();
    match parts.as_slice() {
        [id] if is_legacy(id) => Some(legacy(id)),
        [product, sku] if is_code(product, 12) && is_code(sku, 4) => {
            Some(modern(product, sku, None, reissued))
        }
        [product, sku, availability]
            if is_code(product, 12) && is_code(sku, 4) && is_code(availability, 12) =>
        {
            Some(modern(product, sku, Some(availability), reissued))
        }
        _ => None,
    }
}

fn legacy(id: &str) -> Offer {
    let known = LEGACY.iter().find(|(known, ..)| known.eq_ignore_ascii_case(id));
    let (title, maximum, is_trial) = match known {
        Some((_, title, maximum, is_trial)) => ((*title).to_owned(), *maximum, *is_trial),
        None => (format!("Offer {id}"), NO_MAXIMUM, false),
    };
    let (id, generation) = (id.to_owned(), Generation::Legacy);
    Offer { generation, id, title, minimum: 1, maximum, is_trial, good: None, is_stale: false }
}

fn modern(product: &str, sku: &str, availability: Option<&str>, reissued: u32) -> Offer {
    let key = format!("{product}:{sku}");
    let good = GOODS
        .iter()
        .find(|good| good.product.eq_ignore_ascii_case(product) && good.sku.eq_ignore_ascii_case(sku));
    let was = |generation| availability_of(good, &key, generation);
    let is_stale =
        availability.is_some_and(|asked| (0..reissued).any(|before| was(before).eq_ignore_ascii_case(asked)));
    let (minimum, maximum) = good.map_or((1, NO_MAXIMUM), |good| (good.minimum, good.maximum));
    Offer {
        generation: Generation::Modern,
        id: format!("{key}:{}", availability.map_or_else(|| was(reissued), str::to_owned)),
        title: good.map_or_else(|| format!("Offer {key}"), |good| good.title.to_owned()),
        minimum,
        maximum,
        is_trial: good.is_some_and(|good| good.kind == Kind::Trial),
        good,
        is_stale,
    }
}

/// Returns the availability of a SKU after availabilities were reissued so often.
fn availability_of(good: Option<&Good>, key: &str, reissued: u32) -> String {
    match (good, reissued) {
        (Some(good), 0) => good.availability.to_owned(),
        (None, 0) => made_up_availability(key),
        (_, reissued) => made_up_availability(&format!("{key}#{reissued}")),
    }
}

impl Offer {
    /// Returns the terms it is sold for; anything made up is sold for all of them.
    pub(super) fn terms(&self) -> Terms {
        self.good.map_or(ALL_TERMS, |good| good.terms)
    }
}

fn is_legacy(id: &str) -> bool {
    let is_azure = id.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("MS-AZR-"));
    let is_azure_tail =
        |tail: &str| !tail.is_empty() && tail.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_guid(id) || (is_azure && is_azure_tail(&id[7..]))
}

/// Whether this is a GUID as Partner Center writes them: 36 characters, any case.
pub(super) fn is_guid(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

fn is_code(text: &str, length: usize) -> bool {
    text.len() == length && text.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Twelve characters that look like an availability, from FNV-1a of product and SKU.
fn made_up_availability(key: &str) -> String {
    let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte.to_ascii_uppercase())).wrapping_mul(0x0100_0000_01b3)
    });
    format!("CFQ7TTC{:05X}", hash & 0xf_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_of_an_offer_id_says_its_generation() {
        let generation = |id| find(id).map(|offer| offer.generation);
        assert_eq!(generation("84A03D81-6B37-4D66-8D4A-FAEA24541538"), Some(Generation::Legacy));
        assert_eq!(generation("MS-AZR-USGOV-0017P"), Some(Generation::Legacy));
        assert_eq!(generation("CFQ7TTC0LH0Z:0001:CFQ7TTC0K18P"), Some(Generation::Modern));
        for malformed in ["", "office", "CFQ7TTC0LH0Z", "CFQ7TTC0LH0Z:1", "MS-AZR-", "é-------"] {
            assert_eq!(find(malformed), None, "{malformed}");
        }
    }

    #[test]
    fn an_availability_that_is_left_out_is_always_the_same() {
        let known = find("CFQ7TTC0LH18:0001").unwrap();
        assert_eq!(known.id, "CFQ7TTC0LH18:0001:CFQ7TTC0K971");
        let unknown = find("DZH318Z0BQ3Q:0047").unwrap();
        assert_eq!(unknown, find("DZH318Z0BQ3Q:0047").unwrap());
        assert!(find(&unknown.id).is_some());
    }

    #[test]
    fn what_was_reissued_is_another_availability_and_the_old_one_is_none() {
        for offer in ["CFQ7TTC0LH18:0001", "DZH318Z0BQ3Q:0047"] {
            let (first, second) = (find(offer).unwrap(), find_after(offer, 1).unwrap());
            assert_ne!(first.id, second.id);
            assert!(find_after(&first.id, 1).unwrap().is_stale);
            assert!(!find_after(&second.id, 1).unwrap().is_stale);
            assert!(!find(&first.id).unwrap().is_stale);
        }
    }

    #[test]
    fn every_good_can_be_found_and_no_two_are_one() {
        let mut ids: Vec<String> =
            GOODS.iter().map(|good| find(&format!("{}:{}", good.product, good.sku)).unwrap().id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), GOODS.len());
    }
}
