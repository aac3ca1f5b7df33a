//! Orders written as manifests read back the same.

use orderform::domain::DesiredOrder;
use orderform::manifest::{self, Sources, write};
use proptest::prelude::*;

use super::oracle::mutated;
use super::{fixtures, parse};

/// Writes an order and reads it back; what differs by design is made equal.
fn again(order: &DesiredOrder) -> DesiredOrder {
    let text = write::yaml(order, &|_| None);
    let mut sources = Sources::new();
    sources.add("a.yaml", text.clone());
    let loaded = manifest::parse(sources);
    assert!(loaded.is_valid(), "{text}\n{:?}", loaded.diagnostics);
    let mut read = loaded.orders.into_iter().next().unwrap();
    read.customer_name.clone_from(&order.customer_name);
    read.place.clone_from(&order.place);
    read
}

#[test]
fn what_was_read_and_written_is_read_as_the_same_order() {
    let mut compared = 0;
    for order in fixtures("right").iter().flat_map(|path| parse(path).orders) {
        assert_eq!(again(&order), order);
        compared += 1;
    }
    assert!(compared >= 10);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_that_can_be_read_can_be_written_and_read_again(text in mutated()) {
        let mut sources = Sources::new();
        sources.add("a.yaml", text);
        for order in manifest::parse(sources).orders {
            prop_assert_eq!(again(&order), order);
        }
    }

    #[test]
    fn any_text_is_written_so_that_it_reads_back(name in "[ -~äé\u{1f600}]{1,20}", key in "[ -~]{1,8}") {
        let path = std::path::Path::new("tests/fixtures/manifests/right/smallest.yaml");
        let mut order = parse(path).orders.remove(0);
        order.spec.line_items[0].friendly_name = Some(name.clone());
        order.labels.insert(key, name);
        prop_assert_eq!(again(&order), order);
    }
}
