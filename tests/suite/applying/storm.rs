//! A storm: in the middle of a run everything is answered 429 for two minutes. All of it is real but for the time: the
//! loop, the client, HTTP, and the sandbox, which notes when it was asked for what.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use orderform::apply::{self, Event, Session, Settings, Summary};
use orderform::domain::*;
use orderform::partner_center::{AccessToken, Client, ClientSettings, Endpoint, RealTimer};
use orderform::plan::{self, Budget};
use orderform::ports::{Journal, JournalError};
use orderform::protocol::Rules;
use orderform::sandbox::{Asked, Clock, Faults, Occasion, Options, Sandbox, Witness};
use tokio::sync::watch;
use tokio::time::Instant;

use super::bench::order;
use crate::virtual_time::step_by_step;

/// How long a request may have been on its way when another one was rejected: a few steps of the clock.
const ON_ITS_WAY: Duration = Duration::from_millis(200);

const LATENCY: Duration = Duration::from_millis(100);

/// A disk that is there for as long as the test is.
struct Memory;

impl Journal for Memory {
    fn reserve(&mut self, _: usize) -> Result<(), JournalError> {
        Ok(())
    }

    fn append(&mut self, _: &[Record]) -> Result<(), JournalError> {
        Ok(())
    }

    fn checkpoint(&mut self, _: &State) -> Result<(), JournalError> {
        Ok(())
    }

    fn syncs(&self) -> u64 {
        0
    }
}

/// What came of a storm.
struct Weathered {
    summary: Summary,
    shown: Vec<Event>,
    asked: Vec<Asked>,
    /// The request ids of what was bought.
    bought: Vec<Option<String>>,
}

/// Buys so many orders, each of a customer of its own, at a sandbox that fails like this.
fn weather(orders: u32, parallelism: usize, faults: &str) -> Weathered {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().start_paused(true).build().unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&asked);
    let (summary, shown, bought) = runtime.block_on(step_by_step(async {
        let begin = Instant::now();
        let epoch = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let options = Options {
            faults: Faults::from_yaml(faults).unwrap(),
            clock: Clock::new(move || epoch + begin.elapsed()),
            latency: LATENCY,
            witness: Witness::new(move |asked| noted.lock().unwrap().push(asked.clone())),
            ..Options::default()
        };
        let sandbox = Sandbox::open(options).unwrap();
        let served = sandbox.clone().embed().await.unwrap();
        let endpoint = Endpoint::parse(&served.url()).unwrap();
        let token = AccessToken::parse("sandbox").unwrap();
        let client = Client::new(endpoint, token, ClientSettings::default()).unwrap();
        let (summary, shown) = buy(orders, parallelism, client).await;
        served.close().await.unwrap();
        let bought = sandbox.ledger().into_iter().map(|entry| entry.request_id).collect();
        (summary, shown, bought)
    }));
    let asked = std::mem::take(&mut *asked.lock().unwrap());
    Weathered { summary, shown, asked, bought }
}

async fn buy(orders: u32, parallelism: usize, client: Client) -> (Summary, Vec<Event>) {
    let desired: Vec<DesiredOrder> = (0..orders).map(|n| order(n, n, 5)).collect();
    let kind = RecordKind::Genesis { lineage: Lineage::from_random(7), tool: "test".into() };
    let mut state = State::begin(&Record { serial: 1, time: None, kind }).unwrap();
    let plan = plan::build(&desired, &state);
    let budget = Budget::new(&plan, &state, None, &[]);
    let (_stopper, stop) = watch::channel(false);
    let session = Session {
        partner_center: Arc::new(client),
        timer: Arc::new(RealTimer),
        journal: &mut Memory,
        state: &mut state,
        stop,
        budget,
        settings: Settings {
            parallelism,
            rules: Rules::default(),
            by: "somebody".into(),
            command: "apply".into(),
            tool: "test".into(),
            approval: Approval::Flag,
            commit: None,
        },
    };
    let mut shown = Vec::new();
    let summary = apply::run(&plan, session, &mut |event| shown.push(event.clone())).await.unwrap();
    (summary, shown)
}

impl Weathered {
    fn at_ms(&self) -> impl Iterator<Item = (i64, &Asked)> {
        self.asked.iter().map(|asked| (asked.at.as_millisecond(), asked))
    }

    /// Everything was bought, and nothing twice.
    fn check_bought(&self, orders: usize) {
        let ids: BTreeSet<_> = self.bought.iter().flatten().collect();
        assert_eq!((self.bought.len(), ids.len()), (orders, orders));
        assert_eq!(self.summary.tally().created, orders, "{:?}", self.summary.tally());
    }

    /// Nothing at all was asked before what a rejection asked to wait was over, but for what was on its way.
    fn check_floor(&self, retry_after: Duration) {
        let ms = |duration: Duration| i64::try_from(duration.as_millis()).unwrap();
        let rejected = self.at_ms().filter(|(_, asked)| asked.status == 429);
        for (at, by) in rejected {
            // The instants are those at which requests came; it was answered later.
            let (from, until) = (at + ms(LATENCY + ON_ITS_WAY), at + ms(LATENCY + retry_after));
            let early = self.at_ms().find(|(at, _)| (from..until).contains(at));
            assert_eq!(early, None, "within {retry_after:?} after {by:?}");
        }
    }

    fn check_rate(&self) {
        let instants: Vec<i64> = self.at_ms().map(|(at, _)| at).collect();
        for (first, from) in instants.iter().enumerate() {
            let within = instants[first..].iter().take_while(|at| **at < from + 60_000).count();
            assert!(within < 500, "{within} requests in the minute from {from}");
        }
    }

    fn count(&self, on: Occasion, status: u16) -> usize {
        self.asked.iter().filter(|asked| asked.on == on && asked.status == status).count()
    }
}

/// Checks all that must hold, of so many orders of which half have been bought when it begins.
fn check(orders: u32, parallelism: usize, retry_after: u64) {
    let storm = format!(
        "faults: [{{ on: any, after: {orders}, for: 2m, do: {{ status: 429, retryAfter: {retry_after} }} }}]"
    );
    let weathered = weather(orders, parallelism, &storm);
    weathered.check_bought(usize::try_from(orders).unwrap());
    weathered.check_floor(Duration::from_secs(retry_after));
    weathered.check_rate();
    let rejected = weathered.asked.iter().filter(|asked| asked.status == 429).count();
    assert!((1..=parallelism + 12).contains(&rejected), "{rejected} requests were rejected");
    let posts = weathered.count(Occasion::Create, 201) + weathered.count(Occasion::Create, 429);
    assert_eq!(weathered.summary.posts, posts as u64);
    assert!(posts <= orders as usize + parallelism + 12, "{posts} POST requests");
    let waited = weathered.summary.waited.as_secs();
    assert!((119..=240).contains(&waited), "it waited {waited} s");
    let told = weathered.shown.iter().filter(|event| matches!(event, Event::Paused { .. })).count();
    assert!((1..=9).contains(&told), "told {told} times");
    let alone = |event: &&Event| matches!(event, Event::Waiting { shared: false, .. });
    assert_eq!(weathered.shown.iter().find(alone), None);
}

/// That is at most 520 POST requests, where 550 would be a tenth more than orders.
#[test]
fn in_a_storm_500_orders_are_bought_once_each_and_nobody_asks_before_retry_after_is_over() {
    check(500, 8, 60);
}

#[test]
fn a_storm_that_asks_for_little_is_waited_for_as_long() {
    check(60, 8, 7);
    check(60, 8, 1);
}

#[test]
fn one_order_after_the_other_weathers_a_storm_too() {
    check(20, 1, 60);
    check(20, 1, 5);
    check(20, 1, 1);
}
