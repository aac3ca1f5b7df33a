//! One run on the bench: what is wanted, what is recorded, and what may go wrong.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::virtual_time::pass;
use orderform::apply::{self, ApplyError, Event, Session, Settings, Summary};
use orderform::domain::*;
use orderform::plan::{self, Pins, Plan};
use orderform::protocol::Rules;
use tokio::sync::watch;

use super::world::{Clock, Memory, Shared, Shop, World};

/// What a run is made of.
pub(super) struct Bench {
    pub(super) desired: Vec<DesiredOrder>,
    pub(super) state: State,
    pub(super) world: Shared,
    pub(super) parallelism: usize,
    pub(super) mode: RecoveryMode,
    pub(super) fails_at: Option<usize>,
    pub(super) room: usize,
    /// When the user asks to stop.
    pub(super) stop_after: Option<Duration>,
    /// How much may be sent.
    pub(super) limits: Limits,
    /// What is done to the plan between planning and applying.
    pub(super) alter: fn(Plan, &State) -> Plan,
}

/// What came of it.
pub(super) struct Ran {
    pub(super) result: Result<Summary, ApplyError>,
    pub(super) shown: Vec<Event>,
    pub(super) state: State,
    pub(super) world: Shared,
}

pub(super) fn name(n: u32) -> OrderName {
    OrderName::parse(&format!("order-{n:04}")).unwrap()
}

pub(super) fn customer(n: u32) -> CustomerId {
    CustomerId::parse(&format!("00000000-0000-0000-0000-{n:012}")).unwrap()
}

pub(super) fn order(n: u32, of: u32, quantity: u32) -> DesiredOrder {
    let line = LineItem::new(OfferId::parse("CFQ7TTC0LH18:0001:CFQ7TTC0K971").unwrap(), quantity);
    DesiredOrder {
        name: name(n),
        spec: OrderSpec::new(customer(of), vec![line]),
        customer_name: None,
        formerly: None,
        allow_duplicate: false,
        auto_renew: None,
        labels: BTreeMap::new(),
        place: Place { file: "orders.yaml".into(), line: 1 },
    }
}

/// Runs in virtual time.
pub(super) fn play<T>(test: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().start_paused(true).build().unwrap().block_on(test)
}

/// The state after these records, of which the first is the genesis.
pub(super) fn folded(records: &[Record]) -> State {
    let mut state = State::begin(&records[0]).unwrap();
    records[1..].iter().for_each(|record| state.fold(record).unwrap());
    state
}

impl Bench {
    pub(super) fn new(desired: Vec<DesiredOrder>) -> Self {
        let kind = RecordKind::Genesis { lineage: Lineage::from_random(7), tool: "test".into() };
        let genesis = Record { serial: 1, time: None, kind };
        let (state, world) = (State::begin(&genesis).unwrap(), World::new());
        world.lock().unwrap().durable.push(genesis);
        Self {
            desired,
            state,
            world,
            parallelism: 8,
            mode: RecoveryMode::Verify,
            fails_at: None,
            room: usize::MAX,
            stop_after: None,
            limits: Limits::default(),
            alter: |plan, _| plan,
        }
    }

    pub(super) async fn run(mut self) -> Ran {
        let mut plan = (self.alter)(plan::build(&self.desired, &self.state), &self.state);
        if self.limits != Limits::default() {
            let limits = Rulebook { project: self.limits.clone(), organisation: None };
            let pins = Pins { limits, ..Pins::default() };
            plan = plan.pin(&self.state, |spec| format!("{spec:?}"), pins);
        }
        let budget = plan::Budget::new(&plan, &self.state, None, &[]);
        let (world, fails_at, room) = (Arc::clone(&self.world), self.fails_at, self.room);
        let mut journal = Memory { world, appends: 0, fails_at, room };
        let (stopper, stop) = watch::channel(false);
        let session = Session {
            partner_center: Arc::new(Shop(Arc::clone(&self.world))),
            timer: Arc::new(Clock),
            journal: &mut journal,
            state: &mut self.state,
            stop,
            budget,
            settings: Settings {
                parallelism: self.parallelism,
                rules: Rules { mode: self.mode, ..Rules::default() },
                by: "somebody".into(),
                command: "apply".into(),
                tool: "test".into(),
                approval: Approval::Flag,
                commit: None,
            },
        };
        let mut shown = Vec::new();
        let mut show = |event: &Event| {
            self.world.lock().unwrap().check_shown(event);
            shown.push(event.clone());
        };
        let stopping = async {
            pass(self.stop_after.unwrap_or(Duration::from_secs(86_400))).await;
            let _ = stopper.send(self.stop_after.is_some());
            std::future::pending::<()>().await;
        };
        let result = tokio::select! {
            result = apply::run(&plan, session, &mut show) => result,
            () = stopping => unreachable!(),
        };
        let recorded = folded(&self.world.lock().unwrap().durable);
        if result.is_ok() {
            assert_eq!(self.state, recorded, "the state is the journal, folded up");
        }
        Ran { result, shown, state: recorded, world: self.world }
    }
}

impl Ran {
    /// Another run in the same world, after this one.
    pub(super) fn again(self, desired: Vec<DesiredOrder>) -> Bench {
        Bench { state: self.state, world: self.world, ..Bench::new(desired) }
    }
}
