//! Looking for an offer by its title.
//!
//! No page documents a search, so the list of products is read whole, in one request, and titles are compared here; SKUs and
//! their availabilities are asked for only of products that fit, until there is enough to show.
//!
//! **Invariant:** every request is counted, and what was not looked at is counted too.

use crate::apply::{Retries, patiently};
use crate::domain::{CustomerId, Hit, OfferId, Product, SearchResult};
use crate::ports::{Catalogue, ReadError, Timer};

/// The most products whose SKUs are asked for.
const MOST_PRODUCTS: usize = 10;

/// Looks for offers that a customer may buy, `limit` of them at the most.
///
/// # Errors
/// [`ReadError`] where something cannot be read: what is left would look like all there is.
pub async fn search<C: Catalogue, T: Timer>(
    catalogue: &C,
    timer: &T,
    customer: CustomerId,
    text: &str,
    limit: usize,
) -> Result<SearchResult, ReadError> {
    let mut result = SearchResult { customer, hits: Vec::new(), left_out: 0, requests: 0 };
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let (requests, retries) = (&mut result.requests, Retries::default());
    let products = patiently(timer, requests, &retries, || catalogue.products(customer)).await?;
    let candidates = candidates(products, &words);
    for (at, product) in candidates.iter().enumerate() {
        if at >= MOST_PRODUCTS || result.hits.len() >= limit {
            result.left_out += candidates.len() - at;
            break;
        }
        let skus =
            patiently(timer, requests, &retries, || catalogue.skus(customer, product.id.clone())).await?;
        for sku in skus {
            let whole = format!("{} {} {}", product.title, sku.title, sku.offer).to_lowercase();
            let Ok(offer) = OfferId::parse(&sku.offer) else { continue };
            if !words.iter().all(|word| whole.contains(word)) {
                continue;
            }
            if result.hits.len() >= limit {
                result.left_out += 1;
                break;
            }
            let found =
                patiently(timer, requests, &retries, || catalogue.availabilities(customer, offer.clone()))
                    .await?;
            let availabilities = found.map(|(_, listed)| listed).unwrap_or_default();
            result.hits.push(Hit { product: product.clone(), sku, availabilities });
        }
    }
    Ok(result)
}

/// Returns the products that can have a SKU with all of the words: those that have one of them, those with most of them first.
fn candidates(products: Vec<Product>, words: &[String]) -> Vec<Product> {
    let score = |product: &Product| {
        let whole = format!("{} {}", product.title, product.id).to_lowercase();
        let is_in = |word: &&String| whole.contains(*word) || word.starts_with(&product.id.to_lowercase());
        words.iter().filter(is_in).count()
    };
    let mut scored: Vec<(usize, Product)> = products
        .into_iter()
        .map(|product| (score(&product), product))
        .filter(|(score, _)| *score > 0)
        .collect();
    scored.sort_by(|(a, one), (b, other)| {
        b.cmp(a).then_with(|| (&one.title, &one.id).cmp(&(&other.title, &other.id)))
    });
    scored.into_iter().map(|(_, product)| product).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_most_of_the_words_is_looked_at_first_and_what_has_none_is_not() {
        let product = |id: &str, title: &str| Product { id: id.into(), title: title.into() };
        let products = vec![
            product("P3", "Visio"),
            product("P2", "Teams"),
            product("P1", "Teams Phone"),
            product("P4", "Phone"),
        ];
        let words = ["teams".to_owned(), "phone".to_owned()];
        let found: Vec<String> = candidates(products, &words).into_iter().map(|one| one.id).collect();
        assert_eq!(found, ["P1", "P4", "P2"]);
    }
}
