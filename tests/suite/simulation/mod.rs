//! The shipped apply loop, protocol and state in a simulated world with a seed: crashes, power cuts, lost and late
//! answers, a lagging list, three ways to treat a request id, a clock that jumps.
//!
//! One seed is one world and one history; the same seed gives the same again. `ORDERFORM_SEEDS=FROM..TO` runs others.
//! The laws are checked after every life of the program. The mutations show that they can fail.

mod dice;
mod disk;
mod world;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use crate::virtual_time::pass;
use orderform::apply::{self, Session, Settings, Summary};
use orderform::domain::*;
use orderform::plan;
use orderform::protocol::Rules;
use tokio::sync::watch;

use dice::Dice;
use disk::{Disk, Mutation, SimulatedJournal};
use world::{Clock, Manners, RequestIds, Shared, Shop, World};

const MINUTE: Duration = Duration::from_secs(60);

/// What one simulation is made of.
struct Simulation {
    seed: u64,
    dice: Dice,
    world: Shared,
    disk: Disk,
    desired: Vec<DesiredOrder>,
    rules: Rules,
    mutation: Mutation,
    lineage: Lineage,
}

/// How a simulation ended, for counting.
#[derive(Debug, Default)]
struct Report {
    bought: usize,
    crashes: u64,
    in_doubt_at_rest: usize,
}

fn manners(dice: &mut Dice, request_ids: RequestIds) -> Manners {
    Manners {
        request_ids,
        list_lag: Duration::from_secs(dice.below(15 * 60)),
        audit_lag: match dice.below(3) {
            0 => None,
            _ => Some(Duration::from_secs(dice.below(40 * 60))),
        },
        trouble: *dice.pick(&[0, 10, 30, 60]),
        late: 14 * MINUTE,
        clock_jumps: dice.below(4) == 0,
        alters: dice.below(8) == 0,
        undated: dice.below(8) == 0,
    }
}

fn desired(dice: &mut Dice) -> Vec<DesiredOrder> {
    let customers = 1 + dice.below(4);
    let orders = 1 + dice.below(8);
    let order = |n: u64, dice: &mut Dice| {
        let twin = dice.below(5) == 0;
        let line = LineItem::new(
            OfferId::parse("CFQ7TTC0LH18:0001:CFQ7TTC0K971").unwrap(),
            if twin { 1000 } else { u32::try_from(n + 1).unwrap() },
        );
        let customer = format!("00000000-0000-0000-0000-00000000000{}", dice.below(customers));
        DesiredOrder {
            name: OrderName::parse(&format!("order-{n}")).unwrap(),
            spec: OrderSpec::new(CustomerId::parse(&customer).unwrap(), vec![line]),
            customer_name: None,
            formerly: None,
            allow_duplicate: twin,
            auto_renew: None,
            labels: BTreeMap::new(),
            place: Place { file: "orders.yaml".into(), line: 1 },
        }
    };
    (0..orders).map(|n| order(n, dice)).collect()
}

impl Simulation {
    fn new(seed: u64, request_ids: RequestIds, mode: RecoveryMode, mutation: Mutation) -> Self {
        let mut dice = Dice::new(seed ^ 0xdead_beef);
        let manners = manners(&mut dice, request_ids);
        let settle_after = if mutation == Mutation::NoWait { Duration::ZERO } else { 30 * MINUTE };
        let lineage = Lineage::from_random(u128::from(seed));
        Self {
            seed,
            world: World::new(seed, manners),
            disk: Disk::with_genesis(lineage),
            desired: desired(&mut dice),
            dice,
            rules: Rules { mode, settle_after },
            mutation,
            lineage,
        }
    }

    /// One life of the program: it plans and applies until it ends or dies. Returns the summary if it ended.
    async fn live(&mut self, deadly: bool) -> Option<Summary> {
        let life = self.world.lock().unwrap().life;
        let mut state = self.disk.state();
        let plan = plan::build(&self.desired, &state);
        let per_thousand = if deadly { 60 } else { 0 };
        let mut journal =
            SimulatedJournal::new(self.disk.clone(), self.mutation, Arc::clone(&self.world), per_thousand);
        let killed = Arc::clone(&journal.killed);
        let (_keep, stop) = watch::channel(false);
        let session = Session {
            partner_center: Arc::new(Shop {
                world: Arc::clone(&self.world),
                life,
                blind: self.mutation == Mutation::NoLook && self.has_lost_its_state(),
            }),
            timer: Arc::new(Clock),
            journal: &mut journal,
            state: &mut state,
            stop,
            budget: plan::Budget::default(),
            settings: Settings {
                parallelism: 3,
                rules: self.rules.clone(),
                by: "somebody".into(),
                command: "apply".into(),
                tool: "test".into(),
                approval: Approval::Flag,
                commit: None,
            },
        };
        let mut nobody_watches = |_: &apply::Event| {};
        let lifetime = Duration::from_millis(self.dice.below(9_000));
        let summary = tokio::select! {
            biased;
            () = killed.notified() => None,
            () = pass(lifetime), if deadly => None,
            ended = apply::run(&plan, session, &mut nobody_watches) => ended.ok(),
        };
        self.world.lock().unwrap().life += 1;
        self.disk = journal.disk;
        summary
    }

    /// The power goes: what was not synced is gone, or some of it.
    fn cut_power(&mut self) {
        let kept = usize::try_from(self.dice.below(self.disk.cached.len() as u64 + 1)).unwrap();
        self.disk.cached.truncate(kept);
    }

    /// I1: no order is bought twice.
    fn check_once(&self, when: &str) -> Result<(), String> {
        let world = self.world.lock().unwrap();
        for wanted in &self.desired {
            let alike = |spec: &OrderSpec| *spec == wanted.spec;
            let allowed = self.desired.iter().filter(|other| alike(&other.spec)).count();
            let bought = world.ledger.iter().filter(|bought| alike(&bought.spec)).count();
            if bought > allowed {
                return Err(format!(
                    "seed {} {when}: {bought} bought of {allowed}: {}",
                    self.seed, wanted.name
                ));
            }
        }
        Ok(())
    }

    /// I1, and I2: none that was bought is lost.
    fn check(&self, when: &str) -> Result<(), String> {
        self.check_once(when)?;
        let world = self.world.lock().unwrap();
        let state = self.disk.state();
        for bought in &world.ledger {
            let recorded = state.orders.values().any(|recorded| match recorded {
                Recorded::Pending(attempt) => attempt.spec == bought.spec,
                Recorded::Created(created) => created.order.order_id == bought.order.id,
            });
            if !recorded {
                return Err(format!("seed {} {when}: {} is lost", self.seed, bought.order.id));
            }
        }
        Ok(())
    }

    /// Lives in trouble, then in peace, and checks the laws after each life.
    async fn play(mut self) -> Result<Report, String> {
        let mut report = Report::default();
        for life in 0..self.dice.below(7) {
            report.crashes += u64::from(self.live(true).await.is_none());
            if self.dice.below(2) == 0 {
                self.cut_power();
            }
            self.check(&format!("after life {life}"))?;
            let pause = *self.dice.pick(&[0, 0, 10, 20 * 60, 31 * 60, 90 * 60]);
            pass(Duration::from_secs(pause)).await;
            self.check(&format!("before life {}", life + 1))?;
        }
        self.world.lock().unwrap().manners.trouble = 0;
        let mut last = None;
        for _ in 0..5 {
            pass(60 * MINUTE).await;
            last = self.live(false).await;
            self.check("in peace")?;
            let told = last.as_ref().map_or(0, |summary| summary.ended.len() + summary.kept);
            if told != self.desired.len() {
                return Err(format!("seed {}: told of {told} of {} orders", self.seed, self.desired.len()));
            }
        }
        let tally = last.ok_or_else(|| format!("seed {}: a life in peace did not end", self.seed))?.tally();
        report.in_doubt_at_rest = tally.unknown;
        report.bought = self.world.lock().unwrap().ledger.len();
        self.check_rest(report.in_doubt_at_rest)?;
        let odd = |manners: &Manners| manners.alters || manners.undated;
        if odd(&self.world.lock().unwrap().manners) {
            // What comes back as something else, or without a date, is a person's to judge.
            report.in_doubt_at_rest = 0;
        }
        Ok(report)
    }

    /// Buys, loses the state at any instant, makes it again, and goes on: nothing is bought twice for that.
    async fn play_with_a_lost_state(mut self) -> Result<(), String> {
        self.live(true).await;
        pass(Duration::from_secs(self.dice.below(40 * 60))).await;
        let now = self.world.lock().unwrap().moment();
        self.disk = Disk::rebuilt(self.lineage, now);
        for life in 0..6 {
            self.live(life < 3).await;
            self.check_once("after the state was lost")?;
            pass(Duration::from_secs(self.dice.below(40 * 60))).await;
        }
        Ok(())
    }

    /// Says whether this life is the first after the state was lost: nothing is pending, so every list is a look.
    fn has_lost_its_state(&self) -> bool {
        self.disk.state().rebuilt.is_some() && self.disk.state().serial == 2
    }

    /// At rest everything wanted is recorded, unless a person has to decide.
    fn check_rest(&self, in_doubt: usize) -> Result<(), String> {
        let state = self.disk.state();
        let created =
            state.orders.values().filter(|recorded| matches!(recorded, Recorded::Created(_))).count();
        if in_doubt == 0 && created != self.desired.len() {
            return Err(format!("seed {}: {created} of {} at rest", self.seed, self.desired.len()));
        }
        Ok(())
    }
}

fn play<F: Future<Output = T>, T>(simulation: impl FnOnce() -> F) -> T {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async { simulation().await })
}

fn seeds(default: Range<u64>) -> Range<u64> {
    let Ok(text) = std::env::var("ORDERFORM_SEEDS") else { return default };
    let (from, to) = text.split_once("..").expect("ORDERFORM_SEEDS is FROM..TO");
    from.parse().unwrap()..to.parse().unwrap()
}

const WAYS: [RequestIds; 3] = [RequestIds::Replayed, RequestIds::Conflicting, RequestIds::Ignored];

fn run_all(mode: RecoveryMode, ways: &[RequestIds], range: Range<u64>) -> Report {
    let mut total = Report::default();
    for seed in seeds(range) {
        for way in ways {
            let one = || Simulation::new(seed, *way, mode, Mutation::None).play();
            let report = play(one).unwrap_or_else(|law| panic!("{mode:?}, request ids {way:?}: {law}"));
            total.bought += report.bought;
            total.crashes += report.crashes;
            total.in_doubt_at_rest += report.in_doubt_at_rest;
        }
    }
    total
}

#[test]
fn in_verify_mode_no_order_is_bought_twice_or_lost_whatever_the_request_id_does() {
    let report = run_all(RecoveryMode::Verify, &WAYS, 0..400);
    assert!(report.crashes > 1000 && report.bought > 3000, "the worlds were too calm: {report:?}");
    // "Ask a person" must not be the answer to everything.
    assert!(report.in_doubt_at_rest * 20 < report.bought, "{report:?}");
}

#[test]
fn in_strict_mode_no_order_is_bought_twice_or_lost_whatever_the_request_id_does() {
    run_all(RecoveryMode::Strict, &WAYS, 0..100);
}

#[test]
fn in_trust_mode_no_order_is_bought_twice_or_lost_where_the_request_id_is_honoured() {
    run_all(RecoveryMode::Trust, &[RequestIds::Replayed, RequestIds::Conflicting], 0..100);
}

#[test]
fn a_state_that_was_lost_and_made_again_buys_nothing_twice() {
    // The last one has a clock that jumps between the rebuild and an order that is executed late.
    for seed in seeds(0..300).chain([739]) {
        let one = || {
            Simulation::new(seed, RequestIds::Ignored, RecoveryMode::Verify, Mutation::None)
                .play_with_a_lost_state()
        };
        play(one).unwrap_or_else(|law| panic!("{law}"));
    }
}

#[test]
fn the_same_seed_gives_the_same_history() {
    let history = |seed| {
        play(|| async move {
            let simulation = Simulation::new(seed, RequestIds::Ignored, RecoveryMode::Verify, Mutation::None);
            let world = Arc::clone(&simulation.world);
            let report = simulation.play().await;
            let world = world.lock().unwrap();
            format!(
                "{report:?} {} {:?}",
                world.posts,
                world.ledger.iter().map(|b| &b.order).collect::<Vec<_>>()
            )
        })
    };
    for seed in 0..20 {
        assert_eq!(history(seed), history(seed), "seed {seed}");
    }
}

mod teeth;
