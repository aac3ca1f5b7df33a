//! Laws of limits: whatever is wanted, recorded and answered, at whatever times, what is bought stays within them.

use std::collections::BTreeMap;

use orderform::domain::*;
use orderform::plan::{self, Action, Budget, Pins, Plan, Step};
use proptest::prelude::*;

/// What becomes of an order that was let through.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Created,
    CreatedAndForgotten,
    Refused,
    InDoubt,
}

/// One order that is wanted, in one of several runs.
#[derive(Debug, Clone)]
struct Wanted {
    customer: u8,
    seats: u32,
    fate: Fate,
    /// How long after the one before it, and how long until it is recorded.
    after_s: i64,
    takes_s: i64,
    begins_a_run: bool,
}

fn wanted() -> impl Strategy<Value = Vec<Wanted>> {
    let fate = prop_oneof![
        4 => Just(Fate::Created),
        1 => Just(Fate::CreatedAndForgotten),
        1 => Just(Fate::Refused),
        1 => Just(Fate::InDoubt),
    ];
    let one = (0..3u8, 1..8u32, fate, 0..5000i64, 0..600i64, any::<bool>());
    let one = one.prop_map(|(customer, seats, fate, after_s, takes_s, begins_a_run)| Wanted {
        customer,
        seats,
        fate,
        after_s,
        takes_s,
        begins_a_run,
    });
    proptest::collection::vec(one, 1..40)
}

/// Spend has no bound of this kind.
fn is_counted(rule: Rule) -> bool {
    matches!(rule, Rule::Amount(_, Measure::Orders | Measure::Seats, _))
}

/// Some of the rules by amount, each with a small bound.
fn rules() -> impl Strategy<Value = BTreeMap<Rule, u64>> {
    let amounts = Rule::ALL.iter().map(|(_, rule)| *rule).filter(|rule| is_counted(*rule));
    let amounts: Vec<Rule> = amounts.collect();
    proptest::collection::btree_map(proptest::sample::select(amounts), 0..25u64, 1..5)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_ms((1_700_000_000 + seconds) * 1000)
}

fn spec(wanted: &Wanted) -> OrderSpec {
    let customer =
        CustomerId::parse(&format!("00000000-0000-0000-0001-00000000000{}", wanted.customer)).unwrap();
    let offer = OfferId::parse("CFQ7TTC0LH18:0001:CFQ7TTC0K971").unwrap();
    OrderSpec::new(customer, vec![LineItem::new(offer, wanted.seats)])
}

fn step(n: usize, wanted: &Wanted) -> Step {
    let spec = spec(wanted);
    Step {
        name: OrderName::parse(&format!("order-{n}")).unwrap(),
        customer_id: spec.customer_id,
        customer_name: None,
        spec,
        allow_duplicate: false,
        auto_renew: None,
        offers: std::collections::BTreeMap::new(),
        action: Action::Create,
    }
}

/// What was bought, or may have been: in which run, when at the earliest, and what.
struct Purchase {
    run: usize,
    at_s: i64,
    customer: u8,
    seats: u64,
}

/// A history in which a budget let through what it lets through.
struct History {
    state: State,
    plan: Plan,
    now_s: i64,
    bought: Vec<Purchase>,
}

impl History {
    fn new(rules: &BTreeMap<Rule, u64>) -> Self {
        let kind = RecordKind::Genesis { lineage: Lineage::from_random(1), tool: "test".into() };
        let state = State::begin(&Record { serial: 1, time: None, kind }).unwrap();
        let project = rules.iter().map(|(rule, most)| (*rule, Bound::Most(*most))).collect();
        let pins = Pins { limits: Rulebook { project, organisation: None }, ..Pins::default() };
        let plan = Plan { pins: Some(pins), ..plan::build(&[], &state) };
        Self { state, plan, now_s: 0, bought: Vec::new() }
    }

    fn push(&mut self, kind: RecordKind) {
        let time = Some(at(self.now_s));
        self.state.fold(&Record { serial: self.state.serial + 1, time, kind }).unwrap();
    }

    fn play(&mut self, all: &[Wanted]) {
        let mut budget = Budget::new(&self.plan, &self.state, None, &[]);
        let mut run = 0;
        for (n, wanted) in all.iter().enumerate() {
            self.now_s += wanted.after_s;
            if wanted.begins_a_run {
                run += 1;
                budget = Budget::new(&self.plan, &self.state, None, &[]);
            }
            let step = step(n, wanted);
            if budget.admit(&step, Some(at(self.now_s))).is_ok() {
                self.carry_out(run, &step, wanted);
            }
        }
    }

    fn carry_out(&mut self, run: usize, step: &Step, wanted: &Wanted) {
        let moment = Moment { server: Some(at(self.now_s)), boot_id: String::new(), boot_ms: 0 };
        let name = step.name.clone();
        let attempt = Attempt {
            generation: Generation::FIRST,
            request_id: RequestId::derive(Lineage::from_random(1), &name, Generation::FIRST, "{}"),
            spec: step.spec.clone(),
            body: "{}".into(),
            baseline: Baseline { at: moment.clone(), order_ids: vec![] },
            plan: String::new(),
            sends: vec![Sent { at: moment, ended: None, fate: None }],
        };
        self.push(RecordKind::Intended { name: name.clone(), attempt: Box::new(attempt) });
        let (at_s, customer, seats) = (self.now_s, wanted.customer, step.spec.seats());
        self.now_s += wanted.takes_s;
        let order = PlacedOrder {
            order_id: OrderId::parse(name.as_str()).unwrap(),
            subscription_ids: vec![],
            etag: None,
            creation_date: None,
            status: None,
        };
        match wanted.fate {
            Fate::InDoubt => {}
            Fate::Refused => {
                return self.push(RecordKind::NotOrdered { name, reason: NotOrdered::Person });
            }
            Fate::Created => {
                self.push(RecordKind::Created { name, order, evidence: Evidence::Answer });
            }
            Fate::CreatedAndForgotten => {
                self.push(RecordKind::Created { name: name.clone(), order, evidence: Evidence::Answer });
                self.push(RecordKind::Forgotten { name });
            }
        }
        self.bought.push(Purchase { run, at_s, customer, seats });
    }

    /// The most that was ever bought within what a rule adds up.
    fn most(&self, rule: Rule) -> u64 {
        let Rule::Amount(whose, measure, window) = rule else { return 0 };
        let length_s = match window {
            Window::Run => None,
            Window::Hour => Some(3600),
            Window::Day => Some(24 * 3600),
        };
        let together = |last: &Purchase, other: &Purchase| {
            let of_them = whose == Whose::All || other.customer == last.customer;
            let within = match length_s {
                None => other.run == last.run,
                Some(length_s) => other.at_s <= last.at_s && last.at_s - other.at_s <= length_s,
            };
            of_them && within
        };
        let amount = |purchase: &Purchase| if measure == Measure::Orders { 1 } else { purchase.seats };
        let sums = self
            .bought
            .iter()
            .map(|last| self.bought.iter().filter(|other| together(last, other)).map(amount).sum::<u64>());
        sums.max().unwrap_or(0)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_bought_at_whatever_times_never_exceeds_a_limit(all in wanted(), rules in rules()) {
        let mut history = History::new(&rules);
        history.play(&all);
        for (rule, most) in &rules {
            prop_assert!(history.most(*rule) <= *most, "{}: {} of {most}", rule.as_str(), history.most(*rule));
        }
    }

    /// A budget that lets nothing through would keep every limit.
    #[test]
    fn what_is_within_every_limit_is_let_through(all in wanted()) {
        let generous = Rule::ALL.iter().map(|(_, rule)| *rule).filter(|rule| is_counted(*rule));
        let mut history = History::new(&generous.map(|rule| (rule, 1_000_000)).collect());
        history.play(&all);
        let refused = all.iter().filter(|one| matches!(one.fate, Fate::Refused)).count();
        prop_assert_eq!(history.bought.len() + refused, all.len());
    }
}
