//! Availabilities: which one is bought where a manifest leaves it out, as `Product:Sku` does.
//!
//! Partner Center reissues availabilities, so a manifest is better off without one, and a body has to have one. It is
//! chosen before a plan is approved, so that whoever approves it sees which; from then on the body says it, and what is
//! recorded is what the manifest says, so that a reissued availability is no difference.
//!
//! **Invariant:** nothing is guessed: one availability fits, or the order is blocked. What is pending is left as it is: its
//! body was announced with the availability it has.

use std::collections::BTreeMap;

use super::{Action, Block, Pins, Plan, Step};
use crate::domain::{
    Availability, BillingCycle, CustomerId, Known, LineItem, OfferId, OfferedTerm, OrderName, OrderSpec,
    Prices, Shelf, State,
};

/// Why no availability was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unavailable {
    /// The customer's catalogue does not have it: not this SKU, not in its country, or not in its segment.
    NotListed,
    /// It is listed, and not sold.
    NotPurchasable,
    /// It is sold, but not for this term with this billing cycle.
    NotOffered {
        /// What it is sold for, as `P1Y monthly`.
        offered: Vec<String>,
    },
    /// More than one fits.
    Several(Vec<OfferId>),
    /// The catalogue could not be read.
    NotRead {
        /// Why.
        why: String,
    },
}

impl Unavailable {
    /// Returns the one word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::NotListed => "notListed",
            Self::NotPurchasable => "notPurchasable",
            Self::NotOffered { .. } => "notOffered",
            Self::Several(_) => "several",
            Self::NotRead { .. } => "notRead",
        }
    }
}

/// What was found of the lines that leave their availability open, by the names of orders and the positions of lines.
pub type Resolutions = BTreeMap<OrderName, BTreeMap<usize, Result<OfferId, Unavailable>>>;

impl Step {
    /// Returns the lines that will be bought and leave their availability open, with their positions.
    pub fn open_lines(&self) -> impl Iterator<Item = (usize, &LineItem)> {
        let lines = self.spec.line_items.iter().enumerate().filter(|_| self.action == Action::Create);
        lines.filter(|(at, line)| line.offer_id.leaves_availability_open() && !self.offers.contains_key(at))
    }

    /// Returns what is sent: what is wanted, with the availabilities that were chosen.
    #[must_use]
    pub fn sent(&self) -> OrderSpec {
        let mut spec = self.spec.clone();
        for (at, offer) in &self.offers {
            if let Some(line) = spec.line_items.get_mut(*at) {
                line.offer_id = offer.clone();
            }
        }
        spec
    }
}

impl Plan {
    /// Returns the steps that would send an offer without its availability.
    pub fn open_steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.open_lines().next().is_some())
    }

    /// Returns what has to be asked before it can be carried out: each SKU once for each customer.
    #[must_use]
    pub fn open_offers(&self) -> Vec<(CustomerId, OfferId)> {
        let mut asked = BTreeMap::new();
        for step in self.open_steps() {
            for (_, line) in step.open_lines() {
                let key = (step.customer_id, line.offer_id.product().to_ascii_uppercase());
                asked.entry(key).or_insert_with(|| line.offer_id.clone());
            }
        }
        asked.into_iter().map(|((customer, _), offer)| (customer, offer)).collect()
    }

    /// Returns what was found for it, so that another plan of the same orders can be made with the same.
    #[must_use]
    pub fn resolutions(&self) -> Resolutions {
        let found = self.steps.iter().map(|step| {
            let chosen = step.offers.iter().map(|(at, offer)| (*at, Ok(offer.clone())));
            let blocked = match &step.action {
                Action::Blocked(Block::Unavailable { line, why, .. }) => Some((*line, Err(why.clone()))),
                _ => None,
            };
            (step.name.clone(), chosen.chain(blocked).collect::<BTreeMap<_, _>>())
        });
        found.filter(|(_, lines)| !lines.is_empty()).collect()
    }

    /// Takes what was found into the plan, into what it costs by these prices, and into what it pins. An order of which a
    /// line was found not to be available is blocked; one that nobody asked about stays open.
    #[must_use]
    pub fn resolve(
        mut self,
        found: &Resolutions,
        state: &State,
        prices: Option<&Prices>,
        render: impl Fn(&OrderSpec) -> String,
    ) -> Self {
        if found.is_empty() {
            return self;
        }
        for step in &mut self.steps {
            if let Some(found) = found.get(&step.name) {
                resolve_step(step, found);
            }
        }
        // What is sent may have a price of its own, and what is blocked costs nothing.
        self.costs = prices.map(|prices| self.costs_by(prices));
        match self.pins.take() {
            Some(pins) => self.pin(state, render, Pins { sends: BTreeMap::new(), ..pins }),
            None => self,
        }
    }
}

fn resolve_step(step: &mut Step, found: &BTreeMap<usize, Result<OfferId, Unavailable>>) {
    let open: Vec<(usize, OfferId)> =
        step.open_lines().map(|(at, line)| (at, line.offer_id.clone())).collect();
    for (line, offer) in open {
        match found.get(&line) {
            // What does not belong to the SKU is no availability of it, whoever says so.
            Some(Ok(chosen)) if offer.covers(chosen) && !chosen.leaves_availability_open() => {
                step.offers.insert(line, chosen.clone());
            }
            Some(Ok(_)) | None => {}
            Some(Err(why)) => {
                step.offers.clear();
                step.action = Action::Blocked(Block::Unavailable { line, offer, why: why.clone() });
                return;
            }
        }
    }
}

/// Works out what was found of each open line from what a customer's catalogue said.
pub fn resolutions<'k>(
    plan: &Plan,
    shelf: impl Fn(CustomerId, &OfferId) -> Option<&'k Known<Shelf>>,
) -> Resolutions {
    let mut found = Resolutions::new();
    for step in plan.open_steps() {
        let lines = step.open_lines().map(|(at, line)| {
            let known = shelf(step.customer_id, &line.offer_id);
            (at, choose(&step.spec, line, known))
        });
        found.insert(step.name.clone(), lines.collect());
    }
    found
}

fn choose(spec: &OrderSpec, line: &LineItem, known: Option<&Known<Shelf>>) -> Result<OfferId, Unavailable> {
    let not_read = |why: &str| Unavailable::NotRead { why: why.to_owned() };
    let shelf = known.ok_or_else(|| not_read("nobody asked"))?.as_ref().map_err(|why| not_read(why))?;
    choose_among(spec, line, &shelf.availabilities)
}

/// Chooses the one availability that a line can be bought of.
///
/// # Errors
/// [`Unavailable`] where none fits, or several do.
pub fn choose_among(
    spec: &OrderSpec,
    line: &LineItem,
    listed: &[Availability],
) -> Result<OfferId, Unavailable> {
    if listed.is_empty() {
        return Err(Unavailable::NotListed);
    }
    let sold: Vec<&Availability> = listed.iter().filter(|one| one.is_purchasable == Some(true)).collect();
    if sold.is_empty() {
        return Err(Unavailable::NotPurchasable);
    }
    let fits = |one: &&&Availability| one.terms.iter().any(|term| is_asked(spec, line, term));
    let fitting: Vec<&Availability> = sold.iter().filter(fits).copied().collect();
    match fitting.as_slice() {
        [] => Err(Unavailable::NotOffered { offered: offered(&sold) }),
        [one] => Ok(one.offer.clone()),
        several => Err(Unavailable::Several(several.iter().map(|one| one.offer.clone()).collect())),
    }
}

/// Says whether a term is the one that a line asks for, as far as it asks for one.
pub(super) fn is_asked(spec: &OrderSpec, line: &LineItem, term: &OfferedTerm) -> bool {
    let duration = line.term_duration.is_none() || line.term_duration == term.duration;
    let cycle = match (&spec.billing_cycle, &term.cycle) {
        (None | Some(BillingCycle::Unknown), _) | (_, None) => true,
        (asked, offered) => asked == offered,
    };
    duration && cycle
}

/// Lists what availabilities are sold for, each once.
pub(super) fn offered(sold: &[&Availability]) -> Vec<String> {
    let mut offered: Vec<String> = Vec::new();
    for term in sold.iter().flat_map(|one| &one.terms) {
        let parts =
            [term.duration.as_ref().map(ToString::to_string), term.cycle.as_ref().map(ToString::to_string)];
        let text = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        if !offered.contains(&text) {
            offered.push(text);
        }
    }
    offered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::spec;
    use crate::domain::{
        DesiredOrder, Generation, Lineage, Place, Record, RecordKind, RequestId, TermDuration,
    };
    use crate::plan::build;

    fn offer(text: &str) -> OfferId {
        OfferId::parse(text).unwrap()
    }

    fn availability(id: &str, terms: &[(&str, BillingCycle)]) -> Availability {
        let term = |(duration, cycle): &(&str, BillingCycle)| OfferedTerm {
            duration: TermDuration::read(duration),
            cycle: Some(cycle.clone()),
        };
        Availability {
            offer: offer(&format!("CFQ7TTC0LH18:0001:{id}")),
            segment: Some("commercial".into()),
            country: Some("US".into()),
            is_purchasable: Some(true),
            terms: terms.iter().map(term).collect(),
        }
    }

    fn wanted(term: Option<&str>, cycle: Option<BillingCycle>) -> OrderSpec {
        let mut wanted = spec(5);
        wanted.billing_cycle = cycle;
        wanted.line_items[0].offer_id = offer("CFQ7TTC0LH18:0001");
        wanted.line_items[0].term_duration = term.and_then(TermDuration::read);
        wanted
    }

    fn chosen(spec: &OrderSpec, listed: &[Availability]) -> Result<String, Unavailable> {
        choose_among(spec, &spec.line_items[0], listed).map(|offer| offer.as_str().to_owned())
    }

    #[test]
    fn the_one_that_is_sold_for_the_term_and_cycle_is_chosen_and_nothing_is_guessed() {
        let monthly = availability("CFQ7TTC0AAAA", &[("P1M", BillingCycle::Monthly)]);
        let yearly =
            availability("CFQ7TTC0BBBB", &[("P1Y", BillingCycle::Monthly), ("P1Y", BillingCycle::Annual)]);
        let both = [monthly.clone(), yearly.clone()];
        let asked = wanted(Some("P1Y"), Some(BillingCycle::Annual));
        assert_eq!(chosen(&asked, &both).unwrap(), "CFQ7TTC0LH18:0001:CFQ7TTC0BBBB");
        let several = chosen(&wanted(None, Some(BillingCycle::Monthly)), &both);
        assert!(matches!(several, Err(Unavailable::Several(ids)) if ids.len() == 2));
        let none = chosen(&wanted(Some("P1M"), Some(BillingCycle::Annual)), &both);
        let offered = vec!["P1M monthly".into(), "P1Y monthly".into(), "P1Y annual".into()];
        assert_eq!(none, Err(Unavailable::NotOffered { offered }));
        let withdrawn = Availability { is_purchasable: Some(false), ..monthly.clone() };
        assert_eq!(chosen(&wanted(None, None), &[withdrawn]), Err(Unavailable::NotPurchasable));
        let silent = Availability { is_purchasable: None, ..monthly };
        assert_eq!(chosen(&wanted(None, None), &[silent]), Err(Unavailable::NotPurchasable));
        assert_eq!(chosen(&asked, &[]), Err(Unavailable::NotListed));
    }

    fn state() -> State {
        let genesis = RecordKind::Genesis { lineage: Lineage::from_random(1), tool: "test".into() };
        State::begin(&Record { serial: 1, time: None, kind: genesis }).unwrap()
    }

    fn order(spec: OrderSpec) -> DesiredOrder {
        DesiredOrder {
            name: OrderName::parse("a").unwrap(),
            spec,
            customer_name: None,
            formerly: None,
            allow_duplicate: false,
            auto_renew: None,
            labels: BTreeMap::new(),
            place: Place { file: "a.yaml".into(), line: 1 },
        }
    }

    fn render(spec: &OrderSpec) -> String {
        spec.line_items.iter().map(|line| line.offer_id.as_str()).collect()
    }

    fn found(result: Result<&str, Unavailable>) -> Resolutions {
        let name = OrderName::parse("a").unwrap();
        BTreeMap::from([(name, BTreeMap::from([(0, result.map(offer))]))])
    }

    fn pinned(state: &State) -> Plan {
        build(&[order(wanted(Some("P1Y"), None))], state).pin(state, render, Pins::default())
    }

    #[test]
    fn the_body_and_the_pins_say_the_availability_and_the_wish_does_not() {
        let state = state();
        let open = pinned(&state);
        assert_eq!(open.open_offers().len(), 1);
        let plan = open.clone().resolve(&found(Ok("CFQ7TTC0LH18:0001:CFQ7TTC0AAAA")), &state, None, render);
        assert_eq!(plan.open_steps().count(), 0);
        let body = "CFQ7TTC0LH18:0001:CFQ7TTC0AAAA";
        let name = &plan.steps[0].name;
        let id = RequestId::derive(state.lineage, name, Generation(1), body);
        assert_eq!(plan.pins.as_ref().unwrap().sends[name].request_id, id);
        assert_eq!(plan.not_as_pinned(&state, render), None);
        assert_eq!(plan.steps[0].spec.line_items[0].offer_id.as_str(), "CFQ7TTC0LH18:0001");
        assert_ne!(plan.digest(), open.digest(), "whoever approves one has not approved the other");
        let again = open.resolve(&plan.resolutions(), &state, None, render);
        assert_eq!(again, plan, "what was reviewed can be made again without asking");
    }

    #[test]
    fn what_is_not_available_is_blocked_and_nothing_of_it_is_sent() {
        let state = state();
        let plan = pinned(&state).resolve(&found(Err(Unavailable::NotListed)), &state, None, render);
        assert!(matches!(plan.steps[0].action, Action::Blocked(Block::Unavailable { line: 0, .. })));
        assert_eq!(pinned(&state).resolve(&plan.resolutions(), &state, None, render), plan);
        assert!(plan.pins.unwrap().sends.is_empty());
    }

    #[test]
    fn an_availability_of_something_else_is_not_taken() {
        let state = state();
        for other in
            ["CFQ7TTC0LH18:0002:CFQ7TTC0AAAA", "CFQ7TTC0LH18:0001", "84A03D81-6B37-4D66-8D4A-FAEA24541538"]
        {
            let plan = pinned(&state).resolve(&found(Ok(other)), &state, None, render);
            assert_eq!(plan.open_steps().count(), 1, "{other}");
        }
    }

    /// A pending attempt is sent with the availability it was announced with, whatever is sold by now.
    #[test]
    fn what_is_pending_is_never_resolved_again() {
        let mut state = state();
        let mut attempt = crate::domain::samples::attempt(5, &[0]);
        attempt.spec = wanted(Some("P1Y"), None);
        attempt.body = "CFQ7TTC0LH18:0001:CFQ7TTC0AAAA".into();
        let name = OrderName::parse("a").unwrap();
        let kind = RecordKind::Intended { name: name.clone(), attempt: Box::new(attempt.clone()) };
        state.fold(&Record { serial: 2, time: None, kind }).unwrap();
        let plan = pinned(&state);
        assert!(matches!(plan.steps[0].action, Action::Settle { .. }));
        assert!(plan.open_offers().is_empty());
        let plan = plan.resolve(&found(Ok("CFQ7TTC0LH18:0001:CFQ7TTC0BBBB")), &state, None, render);
        assert!(plan.steps[0].offers.is_empty());
        assert_eq!(plan.pins.unwrap().sends[&name].request_id, attempt.request_id);
    }

    #[test]
    fn a_reissued_availability_is_no_difference() {
        let mut state = state();
        let mut attempt = crate::domain::samples::attempt(5, &[0]);
        attempt.spec = wanted(Some("P1Y"), None);
        attempt.body = "CFQ7TTC0LH18:0001:CFQ7TTC0AAAA".into();
        let name = OrderName::parse("a").unwrap();
        let mut order_of = crate::domain::samples::order("1", 5);
        order_of.lines[0].offer_id = offer("CFQ7TTC0LH18:0001:CFQ7TTC0AAAA");
        for (serial, kind) in [
            (2, RecordKind::Intended { name: name.clone(), attempt: Box::new(attempt) }),
            (
                3,
                RecordKind::Created {
                    name,
                    order: crate::domain::PlacedOrder::from(&order_of),
                    evidence: crate::domain::Evidence::Answer,
                },
            ),
        ] {
            state.fold(&Record { serial, time: None, kind }).unwrap();
        }
        let plan = pinned(&state).resolve(&found(Ok("CFQ7TTC0LH18:0001:CFQ7TTC0BBBB")), &state, None, render);
        assert!(matches!(plan.steps[0].action, Action::Keep { .. }));
    }
}
