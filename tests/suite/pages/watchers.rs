//! Watchers to make pages of: before any pass, standing by, in step, in trouble, with few orders and with thousands.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use orderform::apply::Tally;
use orderform::domain::*;
use orderform::plan::{self, Action, Pins};
use orderform::watch::{Deeds, Manifests, Picture, Report, Standing, Status, Turn};

use super::plans;

/// When the pages are made.
pub(crate) fn now() -> Timestamp {
    Timestamp::parse("2026-11-26T10:00:00Z").unwrap()
}

fn ago(minutes: u64) -> Timestamp {
    now().before(Duration::from_secs(minutes * 60))
}

/// Orders that are wanted, and what is recorded of them.
pub(crate) struct Shop {
    desired: Vec<DesiredOrder>,
    state: State,
    customers: usize,
}

impl Shop {
    pub(crate) fn new(customers: usize) -> Self {
        let genesis = RecordKind::Genesis { lineage: Lineage::from_random(7), tool: "test".into() };
        let state = State::begin(&Record { serial: 1, time: None, kind: genesis }).unwrap();
        Self { desired: Vec::new(), state, customers }
    }

    fn desire(&self, number: usize) -> DesiredOrder {
        let step = plans::step(number, self.customers, Action::Create);
        DesiredOrder {
            name: step.name,
            spec: step.spec,
            customer_name: step.customer_name,
            formerly: None,
            allow_duplicate: true,
            auto_renew: None,
            labels: BTreeMap::new(),
            place: Place { file: "orders.yaml".into(), line: 1 },
        }
    }

    fn record(&mut self, kind: RecordKind) {
        let (serial, time) = (self.state.serial + 1, Some(ago(60)));
        self.state.fold(&Record { serial, time, kind }).unwrap();
    }

    fn intend(&mut self, number: usize, minutes: &[u64], why: Option<&str>) {
        let DesiredOrder { name, spec, .. } = self.desire(number);
        let moment = |minutes| Moment { server: Some(ago(minutes)), boot_id: String::new(), boot_ms: 0 };
        let fate = why.map(|why| Fate::Unknown { why: why.to_owned(), order_id: None });
        let sent = |minutes: &u64| Sent { at: moment(*minutes), ended: None, fate: fate.clone() };
        let attempt = Attempt {
            generation: Generation::FIRST,
            request_id: RequestId::derive(self.state.lineage, &name, Generation::FIRST, "{}"),
            spec,
            body: "{}".to_owned(),
            baseline: Baseline { at: moment(60), order_ids: Vec::new() },
            plan: "sha256:0".to_owned(),
            sends: minutes.iter().map(sent).collect(),
        };
        self.record(RecordKind::Intended { name, attempt: Box::new(attempt) });
    }

    /// Wants orders that are recorded as they are wanted, made so many days ago.
    pub(crate) fn recorded(mut self, numbers: std::ops::Range<usize>, days: u64) -> Self {
        for number in numbers {
            self.intend(number, &[days * 24 * 60], None);
            let desired = self.desire(number);
            let order = PlacedOrder {
                order_id: OrderId::parse(&format!("{:012x}", 0x5cf7_2f14_0000_u64 + number as u64)).unwrap(),
                subscription_ids: vec![None],
                etag: None,
                creation_date: Some(ago(days * 24 * 60).to_string()),
                status: None,
            };
            let (name, evidence) = (desired.name.clone(), Evidence::Answer);
            self.record(RecordKind::Created { name, order, evidence });
            self.desired.push(desired);
        }
        self
    }

    /// Wants orders that are not recorded.
    pub(crate) fn wanted(mut self, numbers: std::ops::Range<usize>) -> Self {
        self.desired.extend(numbers.map(|number| self.desire(number)).collect::<Vec<_>>());
        self
    }

    /// Wants orders that were sent so many minutes ago, and whose answer was this.
    pub(crate) fn in_doubt(mut self, numbers: std::ops::Range<usize>, minutes: u64, why: &str) -> Self {
        for number in numbers {
            self.intend(number, &[minutes + 10, minutes], Some(why));
            self.desired.push(self.desire(number));
        }
        self
    }

    /// Wants recorded orders otherwise than they are.
    pub(crate) fn changed(mut self, numbers: std::ops::Range<usize>) -> Self {
        let first = self.desired.len();
        self = self.recorded(numbers, 40);
        for desired in &mut self.desired[first..] {
            desired.spec.line_items[0].quantity += 15;
            desired.spec.line_items[0].friendly_name = Some("for the board".into());
        }
        self
    }

    /// Has recorded orders that nobody wants any more.
    pub(crate) fn orphans(mut self, numbers: std::ops::Range<usize>) -> Self {
        let first = self.desired.len();
        self = self.recorded(numbers, 200);
        self.desired.truncate(first);
        self
    }

    pub(crate) fn picture(&self) -> Picture {
        let project = [
            (Rule::ORDERS_PER_HOUR, Bound::Most(20)),
            (Rule::ORDERS_PER_DAY, Bound::Most(100)),
            (Rule::SEATS_PER_HOUR, Bound::Most(500)),
            (Rule::SEATS_PER_DAY, Bound::Most(2000)),
            (Rule::CUSTOMER_SEATS_PER_DAY, Bound::Most(300)),
            (Rule::LongestTerm, Bound::Term(TermDuration::read("P1Y").unwrap())),
        ];
        let pins = Pins {
            place: Some(EndpointId::Origin("https://api.partnercenter.microsoft.com".into())),
            recovery: Recovery { settle_after: Some(Duration::from_secs(1800)), ..Recovery::default() },
            limits: Rulebook { project: project.into_iter().collect(), organisation: None },
            head: "0".repeat(64),
            manifests: format!("sha256:{}", "1".repeat(64)),
            tool: "orderform 0.1.0".into(),
            ..Pins::default()
        };
        let plan = plan::build(&self.desired, &self.state).pin(&self.state, |_| "{}".to_owned(), pins);
        Picture::new(plan, Arc::new(self.state.clone()), None, now())
    }
}

/// A watcher that has not made a pass yet.
pub(crate) fn begun(buys: bool) -> Status {
    let who = "kim on build-1 (process 4242)".to_owned();
    Status::new(who, "orderform 0.1.0".into(), "licences".into(), ago(3 * 24 * 60 + 100), buys)
}

fn add(status: &mut Status, minutes: u64, picture: Option<&Picture>, turn: Turn) {
    let report = Report {
        number: status.totals.passes + 1,
        at: ago(minutes),
        took: Duration::from_millis(37 + minutes),
        counts: picture.map(|picture| picture.plan.counts()),
        digest: picture.map(|picture| picture.plan.digest()),
        deeds: picture.map(|picture| Deeds::of(&picture.plan, &picture.state, &turn)).unwrap_or_default(),
        turn,
    };
    status.add(report, Some(Duration::from_secs(60 * minutes + 45)));
}

/// A watcher that has made some passes over a shop.
pub(crate) fn watching(shop: &Shop, buys: bool) -> Status {
    let mut status = begun(buys);
    let picture = shop.picture();
    let made = Tally { created: 3, created_seats: 120, not_ordered: 1, ..Tally::default() };
    for (minutes, turn) in [
        (4000, Turn::Planned),
        (90, Turn::Applied(made)),
        (30, Turn::Failed { why: "no network: `https://api.partnercenter.microsoft.com` timed out".into() }),
        (12, Turn::Held { why: vec!["kim looks into it".into()] }),
        (2, if buys { Turn::Applied(Tally { created: 1, ..Tally::default() }) } else { Turn::Planned }),
    ] {
        let is_failed = matches!(turn, Turn::Failed { .. });
        add(&mut status, minutes, Some(&picture).filter(|_| !is_failed), turn);
    }
    status.totals.readings = 3120;
    status.totals.posts = 44;
    status.totals.reads = 391;
    status.manifests = Manifests::Right { orders: shop.desired.len() };
    status.picture = Some(Arc::new(picture));
    status
}

/// Some of everything.
pub(crate) fn mixed() -> Shop {
    Shop::new(7)
        .recorded(0..9, 3)
        .recorded(9..14, 30)
        .wanted(14..17)
        .in_doubt(17..19, 12, "no answer: timeout after 60 s")
        .changed(19..21)
        .orphans(21..22)
}

/// Thousands, most of them as they should be.
pub(crate) fn thousands(orders: usize) -> Shop {
    let part = orders / 100;
    Shop::new(orders / 12)
        .recorded(0..part * 90, 60)
        .recorded(part * 90..part * 94, 2)
        .wanted(part * 94..part * 97)
        .in_doubt(part * 97..part * 97 + 3, 40, "status 503 without a body")
        .changed(part * 98..part * 99)
        .orphans(part * 99..orders)
}

/// Every way in which a watcher can stand, each with what it is.
pub(crate) fn all() -> Vec<(&'static str, Status)> {
    let few = Shop::new(3).recorded(0..4, 2).wanted(4..5);
    let in_step = Shop::new(3).recorded(0..5, 12);
    let with = |shop: &Shop, change: &dyn Fn(&mut Status)| {
        let mut status = watching(shop, true);
        change(&mut status);
        status
    };
    let wrong = |holding| Manifests::Wrong { problems: 3, holding };
    let mut never_right = begun(true);
    add(&mut never_right, 1, None, Turn::Failed { why: "the manifests have 3 problems".into() });
    never_right.manifests = wrong(None);
    let mut stands_by = begun(true);
    let holder = Some("robin on build-2 (process 17)".to_owned());
    stands_by.standing = Standing::StandsBy { holder };
    vec![
        ("before any pass", begun(false)),
        ("standing by", stands_by),
        ("manifests never right", never_right),
        ("wrong manifests", with(&few, &|status| status.manifests = wrong(Some(5)))),
        ("failed", with(&few, &|status| add(status, 0, None, Turn::Failed { why: "no network".into() }))),
        ("held", with(&few, &|status| status.holds = vec!["kim looks into it".into(), "`freeze`".into()])),
        ("no order", watching(&Shop::new(1), false)),
        ("in step", watching(&in_step, true)),
        ("five orders", watching(&few, false)),
        ("some of everything", watching(&mixed(), true)),
        ("many in doubt", watching(&Shop::new(40).in_doubt(0..9, 50, "no answer"), true)),
        ("thousands", watching(&thousands(5000), true)),
        ("ended", with(&few, &|status| status.standing = Standing::Ended)),
    ]
}
