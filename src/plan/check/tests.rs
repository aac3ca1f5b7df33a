//! Laws of checks.

use super::*;
use crate::domain::samples::spec;
use crate::domain::{Eligibility, OfferedTerm, Profile, Promoted, TermDuration};

const OFFER: &str = "CFQ7TTC0LH18:0001:CFQ7TTC0K971";

fn offer(text: &str) -> OfferId {
    OfferId::parse(text).unwrap()
}

/// Five seats for a year, billed by the month, and a customer that it is sold to.
fn sold() -> (OrderSpec, Facts) {
    let mut wanted = spec(5);
    wanted.billing_cycle = Some(BillingCycle::Monthly);
    wanted.line_items[0].offer_id = offer(OFFER);
    wanted.line_items[0].term_duration = TermDuration::read("P1Y");
    let term = OfferedTerm { duration: TermDuration::read("P1Y"), cycle: Some(BillingCycle::Monthly) };
    let availability = Availability {
        offer: offer(OFFER),
        segment: Some("commercial".into()),
        country: Some("US".into()),
        is_purchasable: Some(true),
        terms: vec![term],
    };
    let sku = Sku {
        offer: "CFQ7TTC0LH18:0001".into(),
        title: "Business Basic".into(),
        minimum: Some(1),
        maximum: Some(300),
        prerequisites: vec!["MicrosoftCustomerAgreement".into()],
        ..Sku::default()
    };
    let shelf = Shelf { sku, availabilities: vec![availability] };
    let facts = Facts {
        profile: Ok(Profile { relationship: Some("reseller".into()), country: Some("US".into()) }),
        agreed: Ok(true),
        shelves: BTreeMap::from([("CFQ7TTC0LH18:0001".to_owned(), Ok(shelf))]),
        eligibilities: Ok(Vec::new()),
    };
    (wanted, facts)
}

fn shelf(facts: &mut Facts) -> &mut Shelf {
    facts.shelves.values_mut().next().unwrap().as_mut().unwrap()
}

#[test]
fn what_is_sold_as_it_is_wanted_has_no_finding() {
    let (wanted, facts) = sold();
    assert_eq!(check(&wanted, &facts), []);
}

#[test]
fn whatever_will_be_refused_is_found_and_nothing_else() {
    type Change = fn(&mut OrderSpec, &mut Facts);
    let changes: [(Change, Problem); 11] = [
        (
            |_, facts| facts.profile = Ok(Profile { relationship: Some("none".into()), country: None }),
            Problem::Relationship,
        ),
        (|_, facts| facts.agreed = Ok(false), Problem::Agreement),
        (
            |wanted, _| wanted.line_items[0].partner_id_on_record = Some("873452".into()),
            Problem::PartnerAttestation,
        ),
        (|_, facts| shelf(facts).sku.needs_attestation = true, Problem::OfferAttestation),
        (|_, facts| *shelf(facts) = Shelf::default(), Problem::Offer),
        (
            |_, facts| shelf(facts).availabilities[0].offer = offer("CFQ7TTC0LH18:0001:CFQ7TTC0NEXT"),
            Problem::Availability,
        ),
        (|_, facts| shelf(facts).availabilities[0].is_purchasable = Some(false), Problem::Purchasable),
        (|wanted, _| wanted.line_items[0].term_duration = TermDuration::read("P3Y"), Problem::Term),
        (|wanted, _| wanted.billing_cycle = Some(BillingCycle::Annual), Problem::Term),
        (|wanted, _| wanted.line_items[0].quantity = 301, Problem::Quantity),
        (|_, facts| shelf(facts).sku.minimum = Some(6), Problem::Quantity),
    ];
    for (at, (change, expected)) in changes.into_iter().enumerate() {
        let (mut wanted, mut facts) = sold();
        change(&mut wanted, &mut facts);
        let found: Vec<_> = check(&wanted, &facts).iter().map(|one| (one.outlook, one.problem)).collect();
        assert_eq!(found, [(Outlook::Refused, expected)], "change {at}");
    }
}

#[test]
fn what_was_not_answered_is_said_and_concludes_nothing() {
    let (mut wanted, mut facts) = sold();
    wanted.line_items[0].promotion_id = Some("39NFJQT1PJQB:0001:39NFJQT1Q5KN".into());
    facts.profile = Err("no answer".into());
    facts.agreed = Err("no answer".into());
    facts.eligibilities = Err("no answer".into());
    shelf(&mut facts).sku.prerequisites.push("CFQ7TTC0EX01:0001".into());
    let found: Vec<_> = check(&wanted, &facts).iter().map(|one| (one.outlook, one.problem)).collect();
    let expected = [Problem::Relationship, Problem::Agreement, Problem::Prerequisites, Problem::Promotion];
    assert_eq!(found, expected.map(|problem| (Outlook::Unknown, problem)));
    facts.shelves.clear();
    assert!(check(&wanted, &facts).iter().all(|one| one.outlook == Outlook::Unknown));
}

/// "Promotions": one that does not fit is dropped, and the sale goes through at the full price.
#[test]
fn a_promotion_that_is_not_given_alters_an_order_and_does_not_stop_it() {
    let (mut wanted, mut facts) = sold();
    let promotion = "39NFJQT1PJQB:0001:39NFJQT1Q5KN".to_owned();
    wanted.line_items[0].promotion_id = Some(promotion.clone());
    let line = Promoted {
        offer: offer(OFFER),
        quantity: 5,
        term: TermDuration::read("P1Y"),
        cycle: Some(BillingCycle::Monthly),
        promotion: promotion.clone(),
    };
    let answer =
        |is_eligible| Eligibility { promotion: promotion.clone(), is_eligible, why: vec!["Term".into()] };
    facts.eligibilities = Ok(vec![(line.clone(), answer(true))]);
    assert_eq!(check(&wanted, &facts), []);
    facts.eligibilities = Ok(vec![(line.clone(), answer(false))]);
    let found = check(&wanted, &facts);
    assert_eq!((found[0].outlook, found[0].problem), (Outlook::Altered, Problem::Promotion));
    // An answer about another quantity is none about this one.
    facts.eligibilities = Ok(vec![(Promoted { quantity: 6, ..line }, answer(true))]);
    assert_eq!(check(&wanted, &facts)[0].outlook, Outlook::Unknown);
}

#[test]
fn a_legacy_trial_takes_no_cycle_but_its_own() {
    let (mut wanted, mut facts) = sold();
    let id = "C0BD2E08-11AC-4836-BDC7-3712E744922F";
    wanted.line_items[0].offer_id = offer(id);
    wanted.billing_cycle = Some(BillingCycle::Unknown);
    let sku = Sku { offer: id.into(), is_trial: true, cycles: vec![BillingCycle::None], ..Sku::default() };
    facts.shelves.insert(id.into(), Ok(Shelf { sku, availabilities: Vec::new() }));
    assert_eq!(check(&wanted, &facts)[0].problem, Problem::BillingCycle);
    wanted.billing_cycle = Some(BillingCycle::None);
    assert_eq!(check(&wanted, &facts), []);
    facts.shelves.insert(id.into(), Ok(Shelf::default()));
    assert_eq!(check(&wanted, &facts)[0].problem, Problem::Offer);
}

#[test]
fn the_limits_of_a_sandbox_count_what_was_bought_and_what_is_planned() {
    let (mut wanted, _) = sold();
    assert_eq!(sandbox_limits(&wanted, 5), []);
    assert_eq!(sandbox_limits(&wanted, 6).len(), 1);
    wanted.line_items[0].quantity = 26;
    let found = sandbox_limits(&wanted, 6);
    assert_eq!((found[0].line, found[1].line), (Some(0), None));
}

#[test]
fn every_finding_shows_what_was_asked_or_that_the_manifest_shows_it() {
    let (mut wanted, mut facts) = sold();
    wanted.line_items[0].quantity = 301;
    facts.agreed = Ok(false);
    for finding in check(&wanted, &facts) {
        assert!(finding.asked.starts_with("GET /v1/customers/"), "{finding:?}");
        assert!(!finding.evidence.is_empty(), "{finding:?}");
    }
}
