//! Names for what has none: customers after their companies, orders after customer and product.
//!
//! **Invariant:** a name is a DNS label and nobody else's; the same that is there gives the same names.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{CustomerId, ObservedCustomer, OrderName};

/// How long the part of a name is that says whose it is.
const LONGEST_CUSTOMER: usize = 30;

/// How long a name is before a number is put behind it.
const LONGEST: usize = 58;

/// Names customers: as manifests describe them, or else after their companies, in the order of their tenant ids. Where a company's
/// name has letters that no name may have, its domain speaks for it.
#[must_use]
pub fn customer_names(
    customers: &[ObservedCustomer],
    described: &BTreeMap<CustomerId, String>,
) -> BTreeMap<CustomerId, String> {
    let mut taken: BTreeSet<String> = described.values().cloned().collect();
    let mut sorted: Vec<&ObservedCustomer> = customers.iter().collect();
    sorted.sort_by_key(|customer| customer.id);
    let mut names = BTreeMap::new();
    for customer in sorted {
        let name = match described.get(&customer.id) {
            Some(name) => name.clone(),
            None => free(&customer_slug(customer), |name| taken.contains(name)),
        };
        taken.insert(name.clone());
        names.insert(customer.id, name);
    }
    names
}

/// Names an order after its customer and what was bought.
pub(super) fn order_name(customer: &str, title: &str, taken: &BTreeSet<OrderName>) -> OrderName {
    let base = match (shortened(&slug(customer), LONGEST_CUSTOMER), slug(title)) {
        (customer, title) if title.is_empty() => format!("{customer}-order"),
        (customer, title) => format!("{customer}-{title}"),
    };
    let is_taken = |name: &str| OrderName::parse(name).is_ok_and(|name| taken.contains(&name));
    let name = free(&shortened(&base, LONGEST), is_taken);
    OrderName::parse(&name).expect("letters, digits and dashes between them, 63 at the most")
}

fn customer_slug(customer: &ObservedCustomer) -> String {
    let plain = customer.company_name.as_deref().filter(|name| name.is_ascii()).map(slug);
    let label = || customer.domain.as_deref().and_then(|domain| domain.split('.').next()).map(slug);
    let named = plain.filter(|name| !name.is_empty()).or_else(label).filter(|name| !name.is_empty());
    let named = named.unwrap_or_else(|| format!("customer-{:.8}", customer.id.to_string()));
    shortened(&named, LONGEST_CUSTOMER)
}

/// Writes a text as a DNS label: what no label may have becomes a dash, many of them one.
fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

/// Takes as many whole words as fit.
fn shortened(slug: &str, longest: usize) -> String {
    if slug.len() <= longest {
        return slug.to_owned();
    }
    let cut = &slug[..longest];
    let whole = if slug[longest..].starts_with('-') {
        cut
    } else {
        cut.rsplit_once('-').map_or(cut, |(whole, _)| whole)
    };
    whole.trim_end_matches('-').to_owned()
}

/// Returns the name, or the first of `-2`, `-3` and so on behind it that is not taken.
fn free(base: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number: u32| format!("{base}-{number}"));
    let mut all = std::iter::once(base.to_owned()).chain(numbered);
    all.find(|name| !is_taken(name)).expect("there is a number for everybody")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customer(n: u32, name: &str, domain: &str) -> ObservedCustomer {
        ObservedCustomer {
            id: CustomerId::parse(&format!("00000000-0000-4000-8000-{n:012}")).unwrap(),
            company_name: Some(name.to_owned()).filter(|name| !name.is_empty()),
            domain: Some(domain.to_owned()).filter(|domain| !domain.is_empty()),
            relationship: Some("reseller".into()),
        }
    }

    #[test]
    fn customers_are_named_after_their_companies_whoever_is_asked_first() {
        let customers = [
            customer(3, "Contoso Ltd.", ""),
            customer(1, "CONTOSO, LTD", "contoso.example"),
            customer(2, "Müller GmbH", "mueller.onmicrosoft.com"),
            customer(4, "三菱", ""),
            customer(5, "A very long name of a company that goes on and on", ""),
            customer(6, "whatever", ""),
        ];
        let described = BTreeMap::from([(customers[5].id, "known".to_owned())]);
        let names = customer_names(&customers, &described);
        let all: Vec<&str> = names.values().map(String::as_str).collect();
        let long = "a-very-long-name-of-a-company";
        assert_eq!(all, ["contoso-ltd", "mueller", "contoso-ltd-2", "customer-00000000", long, "known"]);
        let mut backwards = customers.to_vec();
        backwards.reverse();
        assert_eq!(customer_names(&backwards, &described), names);
    }

    #[test]
    fn a_name_is_a_label_and_nobody_elses() {
        let mut taken = BTreeSet::new();
        let mut name = |customer: &str, title: &str| {
            let name = order_name(customer, title, &taken);
            taken.insert(name.clone());
            name.to_string()
        };
        assert_eq!(name("contoso", "Exchange Online (Plan 1)"), "contoso-exchange-online-plan-1");
        assert_eq!(name("contoso", "Exchange Online (Plan 1)"), "contoso-exchange-online-plan-1-2");
        assert_eq!(name("contoso", "\u{1b}[2J"), "contoso-2j");
        assert_eq!(name("contoso", "—"), "contoso-order");
        let long = name("a-customer-with-quite-a-long-name", &"word ".repeat(40));
        assert!(long.len() <= LONGEST, "{long}");
    }
}
