//! What a customer has already, with a text in every place that a text of others can reach.

use orderform::domain::{CustomerId, OrderName, SubscriptionId, SubscriptionTerms, TermDuration};
use orderform::plan::{Adoptee, Adoption, LeftOut, Origin, Why};
use orderform::view::{AdoptedCustomer, AdoptionReport};

use super::stuffed::{CUSTOMER, order_id, placed, spec};

pub(super) fn terms(text: &str) -> SubscriptionTerms {
    SubscriptionTerms {
        id: SubscriptionId::parse(text).or_else(|_| SubscriptionId::parse("s")).unwrap(),
        commitment_end: Some(text.to_owned()),
        cancellation_allowed_until: Some(text.to_owned()),
        auto_renew: Some(true),
        renewal_term: TermDuration::read(text).or_else(|| TermDuration::read("P1Y")),
    }
}

/// A report with every reason, of a customer that was read and one that was not.
pub(super) fn report(text: &str) -> AdoptionReport {
    let name = || OrderName::parse("a").unwrap();
    let adoptee = |origin| Adoptee {
        name: name(),
        spec: spec(text, &[5]),
        auto_renew: Some(true),
        order: placed(text, "a"),
        terms: vec![terms(text)],
        origin,
    };
    let orders = [Origin::New, Origin::Wanted, Origin::Recorded].map(adoptee);
    let reasons = [
        Why::Recorded(name()),
        Why::InDoubt(name()),
        Why::CouldBe(name()),
        Why::Cancelled,
        Why::Status(text.to_owned()),
        Why::Trial,
        Why::AddOn,
        Why::Usage,
        Why::NoSubscription,
        Why::NotListed,
        Why::Elsewhere(order_id(text, "b")),
        Why::NoOrder(terms(text).id),
        Why::Unwritable(text.to_owned()),
    ];
    let left_out = reasons.map(|why| LeftOut {
        order_id: Some(order_id(text, "c")),
        line: Some(1),
        title: Some(text.to_owned()),
        why,
    });
    let customer = |found| AdoptedCustomer {
        customer_id: CustomerId::parse(CUSTOMER).unwrap(),
        name: text.to_owned(),
        company: Some(text.to_owned()),
        found,
        file: Some(text.to_owned()),
    };
    let found = Adoption { orders: orders.into(), left_out: left_out.into() };
    AdoptionReport {
        customers: vec![customer(Ok(found)), customer(Err(text.to_owned()))],
        strangers: 1,
        remembered: 1,
        unread: 1,
        requests: 5,
        is_written: true,
        stopped: Some(text.to_owned()),
        ..AdoptionReport::default()
    }
}
