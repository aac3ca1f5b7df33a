//! What a pass was to do, or did, about which orders: a list short enough to be remembered.
//!
//! **Invariant:** what needs nothing is not in it, and it never holds more than [`MOST_DEEDS`]; the others are counted.

use crate::domain::{OrderName, Recorded, State};
use crate::plan::{Action, Plan, Step};

use super::Turn;

/// The most orders of a pass that are remembered by name.
pub const MOST_DEEDS: usize = 50;

/// What a pass was to do, or did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deeds {
    /// By name; what is blocked comes last.
    pub listed: Vec<(OrderName, Deed)>,
    /// How many more there were.
    pub more: usize,
}

/// What was to be done about an order, or what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// It was to be bought.
    Create,
    /// Its attempt was to be settled.
    Settle,
    /// It was to get another name.
    Rename,
    /// It is recorded now.
    Created,
    /// Its attempt is in doubt.
    InDoubt,
    /// It was not bought: it was refused, put off, or its turn never came.
    NotCreated,
    /// It has another name now.
    Renamed,
    /// A person, or a change, has to come first.
    Blocked,
}

impl Deed {
    /// All of them, by the word for each.
    pub const ALL: [(&str, Self); 8] = [
        ("create", Self::Create),
        ("settle", Self::Settle),
        ("rename", Self::Rename),
        ("created", Self::Created),
        ("inDoubt", Self::InDoubt),
        ("notCreated", Self::NotCreated),
        ("renamed", Self::Renamed),
        ("blocked", Self::Blocked),
    ];

    /// Returns the word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, deed)| *deed == self).map_or("", |(word, _)| word)
    }

    /// Finds what a word stands for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, deed)| *deed)
    }

    /// What a step says, where it was `applied` with what is recorded since.
    fn of(step: &Step, state: &State, applied: bool) -> Option<Self> {
        let recorded = state.orders.get(&step.name);
        let planned = match &step.action {
            Action::Create => Self::Create,
            Action::Settle { .. } => Self::Settle,
            Action::Rename { .. } => Self::Rename,
            Action::Blocked(_) => Self::Blocked,
            Action::Keep { .. } | Action::Orphan { .. } => return None,
        };
        Some(match (planned, recorded) {
            (planned, _) if !applied => planned,
            (Self::Create | Self::Settle, Some(Recorded::Created(_))) => Self::Created,
            (Self::Create | Self::Settle, Some(Recorded::Pending(_))) => Self::InDoubt,
            (Self::Create | Self::Settle, None) => Self::NotCreated,
            (Self::Rename, Some(_)) => Self::Renamed,
            (planned, _) => planned,
        })
    }
}

impl Deeds {
    /// Lists what a plan was to do, or did where it was carried out; `state` is what is recorded after that.
    #[must_use]
    pub fn of(plan: &Plan, state: &State, turn: &Turn) -> Self {
        let applied = matches!(turn, Turn::Applied(_));
        let deed = |step: &Step| Some((step.name.clone(), Deed::of(step, state, applied)?));
        let mut listed: Vec<(OrderName, Deed)> = plan.steps.iter().filter_map(deed).collect();
        // Blocked orders are the same pass after pass; they hide nothing that was done.
        listed.sort_by_key(|(_, deed)| *deed == Deed::Blocked);
        let more = listed.len().saturating_sub(MOST_DEEDS);
        listed.truncate(MOST_DEEDS);
        Self { listed, more }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::Tally;
    use crate::domain::samples::{attempt, order, spec};
    use crate::domain::{Evidence, Lineage, OrderId, PlacedOrder, Record, RecordKind};
    use crate::plan::Block;

    fn name(text: &str) -> OrderName {
        OrderName::parse(text).unwrap()
    }

    fn step(text: &str, action: Action) -> Step {
        let spec = spec(5);
        Step {
            name: name(text),
            customer_id: spec.customer_id,
            customer_name: None,
            spec,
            allow_duplicate: false,
            auto_renew: None,
            offers: std::collections::BTreeMap::new(),
            action,
        }
    }

    fn plan(steps: Vec<Step>) -> Plan {
        let (lineage, serial) = (Lineage::from_random(1), 1);
        Plan { lineage, serial, steps, pins: None, costs: None, checks: None, limits: Vec::new() }
    }

    /// A state with `bought` created, `renamed` created as `first`, and `sent` pending.
    fn state() -> State {
        let genesis = RecordKind::Genesis { lineage: Lineage::from_random(1), tool: "test".into() };
        let mut state = State::begin(&Record { serial: 1, time: None, kind: genesis }).unwrap();
        let intended = |text| RecordKind::Intended { name: name(text), attempt: Box::new(attempt(5, &[9])) };
        let created = |text, id| {
            let order = PlacedOrder::from(&order(id, 5));
            RecordKind::Created { name: name(text), order, evidence: Evidence::Answer }
        };
        let kinds = [
            intended("bought"),
            created("bought", "5cf72f146967"),
            intended("first"),
            created("first", "5cf72f146968"),
            RecordKind::Moved { from: name("first"), to: name("renamed") },
            intended("sent"),
        ];
        for (serial, kind) in (2..).zip(kinds) {
            state.fold(&Record { serial, time: None, kind }).unwrap();
        }
        state
    }

    #[test]
    fn what_was_carried_out_is_told_by_what_is_recorded_after_it() {
        let request_id = attempt(5, &[]).request_id;
        let order_id = OrderId::parse("5cf72f146967").unwrap();
        let plan = plan(vec![
            step("a-blocked", Action::Blocked(Block::PendingWithoutManifest)),
            step("bought", Action::Create),
            step("kept", Action::Keep { order_id: order_id.clone() }),
            step("refused", Action::Create),
            step("renamed", Action::Rename { from: name("first"), order_id: order_id.clone() }),
            step("sent", Action::Settle { request_id }),
            step("zz", Action::Rename { from: name("old"), order_id }),
        ]);
        let words = |turn: &Turn| {
            let deeds = Deeds::of(&plan, &state(), turn);
            assert_eq!(deeds.more, 0);
            deeds.listed.iter().map(|(name, deed)| format!("{name} {}", deed.word())).collect::<Vec<_>>()
        };
        let held = Turn::Held { why: vec![] };
        for turn in [Turn::Planned, held] {
            assert_eq!(
                words(&turn),
                [
                    "bought create",
                    "refused create",
                    "renamed rename",
                    "sent settle",
                    "zz rename",
                    "a-blocked blocked"
                ]
            );
        }
        let applied = Turn::Applied(Tally::default());
        assert_eq!(
            words(&applied),
            [
                "bought created",
                "refused notCreated",
                "renamed renamed",
                "sent inDoubt",
                "zz rename",
                "a-blocked blocked"
            ]
        );
    }

    #[test]
    fn a_large_pass_is_remembered_in_part_and_counted_whole() {
        let mut steps: Vec<Step> = (0..70)
            .map(|n| step(&format!("a-{n:02}"), Action::Blocked(Block::PendingWithoutManifest)))
            .collect();
        steps.push(step("z", Action::Create));
        let deeds = Deeds::of(&plan(steps), &state(), &Turn::Planned);
        assert_eq!((deeds.listed.len(), deeds.more), (MOST_DEEDS, 21));
        assert_eq!(deeds.listed[0], (name("z"), Deed::Create));
    }

    #[test]
    fn every_deed_has_one_word_and_is_found_by_it() {
        for (word, deed) in Deed::ALL {
            assert_eq!((Deed::parse(word), deed.word()), (Some(deed), word));
        }
        assert_eq!(Deed::parse("bought"), None);
    }
}
