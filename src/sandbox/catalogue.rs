//! What is for sale: anything whose id has the right shape, and a few offers whose title is known.
//!
//! Shapes are those of "Create an order" and "Product resources"; titles and maxima those of the pages' samples. An
//! availability that is left out is made up from the rest, always the same, because real ones are reissued.
//!
//! **Invariant:** total; the same id gives the same offer.

use uuid::Uuid;

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
    /// Seats of one line.
    pub(super) maximum: i64,
    /// Trials take no billing cycle but `none`.
    pub(super) is_trial: bool,
}

/// The maximum of the catalogue's samples where an offer has none worth the name.
const NO_MAXIMUM: i64 = 999_999_999;

/// Id (of modern ones product and SKU), availability, title, maximum, whether a trial.
const KNOWN: &[(&str, &str, &str, i64, bool)] = &[
    ("C0BD2E08-11AC-4836-BDC7-3712E744922F", "", "Office 365 Business Premium Trial", 25, true),
    ("MS-AZR-0145P", "", "Microsoft Azure", NO_MAXIMUM, false),
    ("CFQ7TTC0LH18:0001", "CFQ7TTC0K971", "Microsoft 365 Business Basic", 300, false),
    ("CFQ7TTC0LH0Z:0001", "CFQ7TTC0K18P", "AI Builder Capacity add-on", NO_MAXIMUM, false),
];

/// Finds an offer; `None` where the id has none of the shapes (400/800004).
pub(super) fn find(offer_id: &str) -> Option<Offer> {
    let parts: Vec<&str> = offer_id.split(':').collect();
    let (generation, key) = match parts.as_slice() {
        [id] if is_legacy(id) => (Generation::Legacy, (*id).to_owned()),
        [product, sku] if is_code(product, 12) && is_code(sku, 4) => {
            (Generation::Modern, format!("{product}:{sku}"))
        }
        [product, sku, availability]
            if is_code(product, 12) && is_code(sku, 4) && is_code(availability, 12) =>
        {
            (Generation::Modern, format!("{product}:{sku}"))
        }
        _ => return None,
    };
    let known = KNOWN.iter().find(|(id, ..)| id.eq_ignore_ascii_case(&key)).copied();
    let availability = match known {
        Some((_, availability, ..)) => availability.to_owned(),
        None => made_up_availability(&key),
    };
    let id = match parts.len() {
        2 => format!("{key}:{availability}"),
        _ => offer_id.to_owned(),
    };
    let (title, maximum, is_trial) = match known {
        Some((_, _, title, maximum, is_trial)) => (title.to_owned(), maximum, is_trial),
        None => (format!("Offer {key}"), NO_MAXIMUM, false),
    };
    Some(Offer { generation, id, title, maximum, is_trial })
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
}
