//! Plans, ends and states that show every variant, for the tests of all views.

use std::time::Duration;

use crate::apply::{Ended, Event, Outcome, Skipped, Summary};
use crate::domain::samples::{attempt, order, spec};
use crate::domain::*;
use crate::plan::{
    Action, Block, Changed, Checks, Cost, Difference, Expression, Finding, Former, Gap, Holding, Limit,
    LinePrice, Measured, OrderPrice, Outlook, Outside, Pinned, PinnedPrices, Pins, Plan, Problem, Saved,
    Scope, Selection, Step, Unpriced,
};
use crate::protocol::{Doubt, Obstacle};

mod limits;

pub(super) use limits::{every_limit, rulebook};

pub(super) fn name(text: &str) -> OrderName {
    OrderName::parse(text).unwrap()
}

fn id(text: &str) -> OrderId {
    OrderId::parse(text).unwrap()
}

pub(super) fn request() -> RequestId {
    attempt(5, &[0]).request_id
}

/// A step for a named customer, of one modern line.
pub(super) fn step(text: &str, seats: u32, action: Action) -> Step {
    let mut spec = spec(seats);
    spec.billing_cycle = Some(BillingCycle::Monthly);
    spec.line_items[0].offer_id = OfferId::parse("CFQ7TTC0LH18:0001").unwrap();
    spec.line_items[0].term_duration = TermDuration::read("P1Y");
    Step {
        name: name(text),
        customer_id: spec.customer_id,
        customer_name: Some("contoso".into()),
        spec,
        allow_duplicate: false,
        auto_renew: None,
        offers: std::collections::BTreeMap::new(),
        action,
    }
}

fn differences() -> Vec<Difference> {
    let difference = |field: &str, recorded: Option<&str>, desired: Option<&str>| Difference {
        field: field.into(),
        recorded: recorded.map(Into::into),
        desired: desired.map(Into::into),
    };
    vec![
        difference("spec.lineItems[0].quantity", Some("5"), Some("10")),
        difference("spec.lineItems[0].friendlyName", None, Some("for the board")),
    ]
}

pub(super) fn blocks() -> Vec<(&'static str, Block)> {
    vec![
        ("b1-pending-differs", Block::PendingDiffers(differences())),
        (
            "b2-created-differs",
            Block::CreatedDiffers { order_id: id("5cf72f146967"), differences: differences() },
        ),
        ("b3-pending-without-manifest", Block::PendingWithoutManifest),
        ("b4-looks-renamed", Block::LooksRenamed { from: vec![name("old-e3")], was: Former::Orphan }),
        (
            "b5-looks-like-two",
            Block::LooksRenamed { from: vec![name("old-e3"), name("older-e3")], was: Former::Orphan },
        ),
        (
            "b4a-looks-like-an-attempt",
            Block::LooksRenamed { from: vec![name("old-e3")], was: Former::Pending },
        ),
        ("b4b-looks-swapped", Block::LooksRenamed { from: vec![name("old-e3")], was: Former::Changed }),
        ("b6-same-as", Block::SameAs(vec![name("contoso-e3"), name("contoso-e5")])),
        ("b7-former-name-pending", Block::FormerNamePending(name("old-e3"))),
        (
            "b8-former-name-shared",
            Block::FormerNameShared { from: name("old-e3"), with: vec![name("contoso-e5")] },
        ),
        ("b9-not-reviewed", Block::NotReviewed { pending: false }),
        (
            "ba-frozen",
            Block::Frozen {
                reason: "year-end audit".into(),
                until: Some(Timestamp::from_unix_ms(1_800_000_000_000)),
            },
        ),
        ("bb-frozen-for-good", Block::Frozen { reason: "under new owners".into(), until: None }),
    ]
    .into_iter()
    .chain(limits::unavailable())
    .collect()
}

/// A check that found everything, about the first order of a plan.
pub(super) fn checked(mut saved: Saved) -> Saved {
    let finding = |((outlook, _), problem): ((Outlook, &str), Problem)| Finding {
        line: (outlook != Outlook::Refused).then_some(0),
        outlook,
        problem,
        evidence: vec![("quantity".into(), "301".into())],
        asked: if outlook == Outlook::Altered { String::new() } else { "GET /v1/customers".into() },
    };
    let outlooks = Outlook::ALL.into_iter().cycle();
    let findings = outlooks.zip(Problem::ALL.map(|(problem, _)| problem)).map(finding).collect();
    let first = saved.plan.steps.iter().find(|step| step.is_sent()).unwrap().name.clone();
    saved.plan.checks = Some(Checks { requests: 7, findings: [(first, findings)].into() });
    saved
}

pub(super) fn plan(steps: Vec<Step>) -> Plan {
    Plan {
        lineage: Lineage::from_random(1),
        serial: 41,
        steps,
        pins: None,
        costs: None,
        checks: None,
        limits: Vec::new(),
    }
}

/// A plan with every action and every block.
pub(super) fn every_step() -> Plan {
    let mut named = step("contoso-e3", 25, Action::Create);
    named.spec.line_items[0].friendly_name = Some("new offer".into());
    named.spec.line_items[0].promotion_id = Some("39NFJQT1PJPQ:0001:39NFJQT1Q5KL".into());
    named.spec.line_items[0].custom_term_end_date = Some("2027-06-30T00:00:00Z".into());
    named.spec.line_items[0]
        .provisioning_context
        .insert("domainName".into(), "contoso.onmicrosoft.com".into());
    let mut two = step("contoso-exchange", 0, Action::Create);
    two.customer_name = None;
    two.spec = spec(5);
    let other =
        LineItem {
            friendly_name: Some("Büro 日本".into()), quantity: 40, ..spec(1).line_items[0].clone()
        };
    two.spec.line_items.push(other);
    let mut steps = vec![
        step("a-kept", 7, Action::Keep { order_id: id("5cf72f146960") }),
        named,
        two,
        step("contoso-pending", 1, Action::Settle { request_id: request() }),
        step("contoso-renamed", 3, Action::Rename { from: name("old-e5"), order_id: id("5cf72f146961") }),
        step("zz-orphan", 2, Action::Orphan { order_id: id("5cf72f146962") }),
    ];
    let mut resolved = step("contoso-resolved", 4, Action::Create);
    resolved.offers.insert(0, OfferId::parse("CFQ7TTC0LH18:0001:CFQ7TTC0K971").unwrap());
    steps.push(resolved);
    steps.extend(blocks().into_iter().map(|(name, block)| step(name, 5, Action::Blocked(block))));
    steps.sort_by(|a, b| a.name.cmp(&b.name));
    Plan { limits: every_limit(), ..plan(steps) }
}

/// A selection of every kind.
pub(super) fn selection() -> Selection {
    let expressions = |texts: &[&str]| texts.iter().map(|text| Expression::parse(text).unwrap()).collect();
    let names = [name("contoso-e3"), name("contoso-gone")].into();
    Selection {
        only: expressions(&["contoso-*", "customer=contoso,label.owner!=a\\,b|<`@org`>"]),
        except: expressions(&["label.hold=*"]),
        changed: Some(Changed { commit: "0123456789".repeat(4), names }),
    }
}

/// A plan as it is saved, with every pin.
pub(super) fn saved_plan_of(mut plan: Plan) -> Saved {
    let pinned = Pinned {
        request_id: request(),
        generation: Generation(3),
        body: format!("sha256:{}", "0".repeat(64)),
    };
    let sent = plan.steps.iter().filter(|step| step.is_sent());
    let sends = sent.map(|step| (step.name.clone(), pinned.clone())).collect();
    plan.pins = Some(Pins {
        place: Some(EndpointId::Origin("https://api.partnercenter.microsoft.com".into())),
        scope: Scope { path: "contoso \u{202e}.yaml".into(), selection: selection() },
        outside: Outside { orders: 3, in_doubt: vec![name("contoso-doubt")] },
        head: "0".repeat(64),
        manifests: format!("sha256:{}", "1".repeat(64)),
        limits: rulebook(),
        allowed: vec![Allowance { rule: Rule::ORDERS_PER_RUN, reason: "quarter \u{202e} end".into() }],
        recovery: Recovery { mode: RecoveryMode::Strict, settle_after: Some(Duration::from_secs(1800)) },
        prices: None,
        tool: "orderform 0.1.0".into(),
        sends,
        rest_of: None,
        holding: Holding::default(),
    });
    let at = |hours: i64| Timestamp::from_unix_ms(hours * 3_600_000);
    Saved { plan, created: at(490_000), expires: at(490_024) }
}

/// The same plan with prices: one order that has one, and one for each reason why another has none.
pub(super) fn priced(mut saved: Saved) -> Saved {
    let eur = Currency::parse("EUR").unwrap();
    let words = [
        "cycleOpen",
        "notListed",
        "termNotListed",
        "severalTerms",
        "termOpen",
        "termAgainstCycle",
        "promotion",
        "shortenedTerm",
        "tooLarge",
    ];
    let mut whys: Vec<Unpriced> = words.iter().map(|word| Unpriced::named(word, &[]).unwrap()).collect();
    whys.push(Unpriced::SeveralCurrencies([eur, Currency::parse("USD").unwrap()].into()));
    whys.push(Unpriced::CurrencyNotListed(eur));
    let gaps = whys.into_iter().enumerate().map(|(line, why)| Gap { line, why }).collect();
    let mut unknown = Some(Cost::Unknown(gaps));
    let sent = saved.plan.steps.iter().filter(|step| step.is_sent());
    let costs = sent.map(|step| {
        let line = |item: &LineItem| {
            LinePrice::new(crate::domain::parse_price("10.333").unwrap(), item.quantity, 12, Some(12))
                .unwrap()
        };
        let lines = step.spec.line_items.iter().map(line).collect();
        let known = Cost::Known(OrderPrice { currency: eur, lines });
        (step.name.clone(), unknown.take().unwrap_or(known))
    });
    saved.plan.costs = Some(costs.collect());
    let list = format!("sha256:{}", "2".repeat(64));
    let pins = saved.plan.pins.as_mut().unwrap();
    pins.prices = Some(PinnedPrices { list, currency: Some(eur) });
    saved
}

pub(super) fn placed(subscriptions: &[Option<&str>]) -> PlacedOrder {
    let ids = subscriptions.iter().map(|id| id.map(|id| SubscriptionId::parse(id).unwrap()));
    let mut placed = PlacedOrder::from(&order("5cf72f146967", 5));
    placed.subscription_ids = ids.collect();
    placed.creation_date = Some("2026-11-22T10:00:00Z".into());
    placed.etag = Some("eyJ2IjoxfQ==".into());
    placed.status = Some("completed".into());
    placed
}

const SUBSCRIPTION: &str = "1DA3295E-C59A-476C-A7E7-D7E981FE79BE";

fn refusal(status: u16, code: &str, description: &str) -> NotOrdered {
    let description = Excerpt::of(description);
    NotOrdered::Refused(ServiceError { status, code: code.into(), description })
}

/// Every way in which an order can end.
pub(super) fn outcomes() -> Vec<(&'static str, Outcome)> {
    let created = |subscriptions: &[Option<&str>], evidence| Outcome::Created {
        order: placed(subscriptions),
        evidence,
    };
    let why = || "no answer: timeout after 60 s".to_owned();
    let unlisted = || "status 503 without a body".to_owned();
    let wait = Duration::from_secs(1740);
    let mut all = vec![
        ("c1-answered", created(&[Some(SUBSCRIPTION)], Evidence::Answer)),
        ("c2-audited", created(&[None], Evidence::Audit)),
        ("c3-matched", created(&[Some(SUBSCRIPTION), None, None], Evidence::Match)),
        ("c4-person", created(&[], Evidence::Person)),
        ("d1-unanswered", Outcome::InDoubt(Doubt::Unanswered { why: why() })),
        ("d2-too-young", Outcome::InDoubt(Doubt::TooYoung { wait })),
        ("d3-candidates", Outcome::InDoubt(Doubt::Candidates(vec![id("5cf72f146963"), id("5cf72f146964")]))),
        ("d4-strict", Outcome::InDoubt(Doubt::Strict)),
        ("d5-no-sends-left", Outcome::InDoubt(Doubt::NoSendsLeft)),
        ("d6-unlisted", Outcome::InDoubt(Doubt::Unlisted { why: unlisted() })),
        ("n1-refused", Outcome::NotOrdered(refusal(400, "800002", "The offer was not found"))),
        ("n2-sign-in", Outcome::NotOrdered(refusal(403, "1", "Forbidden"))),
        ("n3-no-customer", Outcome::NotOrdered(refusal(404, "600009", "No such customer"))),
        ("n4-not-now", Outcome::NotOrdered(NotOrdered::NotNow("Partner Center is throttling (429)".into()))),
        (
            "n5-listed-nowhere",
            Outcome::NotOrdered(NotOrdered::ListedNowhere("400/800002: The offer was not found".into())),
        ),
        ("n6-person", Outcome::NotOrdered(NotOrdered::Person)),
        ("o0-lost-state", Outcome::Stopped(Obstacle::LostState(vec![id("5cf72f146964")]))),
        ("o1-already-bought", Outcome::Stopped(Obstacle::AlreadyBought(vec![id("5cf72f146965")]))),
        (
            "o2-bought-twice",
            Outcome::Stopped(Obstacle::AlreadyBought(vec![id("5cf72f146965"), id("5cf72f146966")])),
        ),
        ("o3-rebuilt-lately", Outcome::Stopped(Obstacle::RebuiltLately { wait })),
        ("o4-unlisted", Outcome::Stopped(Obstacle::Unlisted { why: unlisted() })),
        ("o5-unaudited", Outcome::Stopped(Obstacle::Unaudited { why: unlisted() })),
        ("r1-renamed", Outcome::Renamed { from: name("old-e5") }),
        ("s1-interrupted", Outcome::NotAttempted(Skipped::Interrupted)),
        ("s2-customer-in-doubt", Outcome::NotAttempted(Skipped::CustomerInDoubt(name("d1-unanswered")))),
        (
            "s3-sign-in",
            Outcome::NotAttempted(Skipped::SignIn(SignInRefused::saying("401/1: the token has expired"))),
        ),
        (
            "s4-no-room",
            Outcome::NotAttempted(Skipped::NoRoom("cannot reserve room in `journal.jsonl`".into())),
        ),
        ("s6-paused", Outcome::NotAttempted(Skipped::Paused { left: Duration::from_secs(3600) })),
        ("s5-over-limit", Outcome::NotAttempted(Skipped::OverLimit(Box::new(every_limit()[3].clone())))),
    ];
    all.extend(blocks().into_iter().map(|(name, block)| (name, Outcome::Blocked(block))));
    all.sort_by_key(|(name, _)| *name);
    all
}

pub(super) fn ended(text: &str, outcome: Outcome) -> Ended {
    let attempted = !matches!(
        outcome,
        Outcome::Blocked(_) | Outcome::Stopped(_) | Outcome::Renamed { .. } | Outcome::NotAttempted(_)
    );
    Ended {
        name: name(text),
        customer_id: spec(1).customer_id,
        customer_name: Some("contoso".into()),
        seats: 5,
        auto_renew: None,
        request_id: attempted.then(request),
        cancel_until: None,
        outcome,
    }
}

/// A summary with every end.
pub(super) fn every_end() -> Summary {
    Summary {
        ended: outcomes().into_iter().map(|(name, outcome)| ended(name, outcome)).collect(),
        kept: 2,
        orphans: 1,
        posts: 14,
        reads: 1,
        waited: Duration::from_secs(37),
        syncs: 9,
        interrupted: true,
        sign_in_failed: false,
    }
}

/// Every event but the ends.
pub(super) fn every_event() -> Vec<Event> {
    let name = || name("contoso-e3");
    vec![
        Event::Started { orders: 3, seats: 70 },
        Event::Sending { name: name(), request_id: request(), number: 1 },
        Event::Sending { name: name(), request_id: request(), number: 2 },
        Event::Waiting {
            name: name(),
            wait: Duration::from_secs(37),
            why: "Partner Center is throttling (429)".into(),
            shared: false,
        },
        Event::Paused { wait: Duration::from_secs(37) },
        Event::SubscriptionsKnown {
            name: name(),
            subscription_ids: vec![SubscriptionId::parse(SUBSCRIPTION).ok(), None],
        },
        Event::Stopping { in_flight: 2 },
        Event::Stopping { in_flight: 0 },
        Event::Unrecorded {
            name: name(),
            request_id: request(),
            answer: "201 with order 5cf72f146967".into(),
        },
    ]
}

/// A state with an order that was bought, one that was adopted and one that is pending.
pub(super) fn state() -> State {
    let genesis = RecordKind::Genesis { lineage: Lineage::from_random(1), tool: "test".into() };
    let mut state = State::begin(&Record { serial: 1, time: None, kind: genesis }).unwrap();
    let mut push = |kind| {
        let (serial, time) = (state.serial + 1, Some(Timestamp::from_unix_ms(1_763_805_600_000)));
        state.fold(&Record { serial, time, kind }).unwrap();
    };
    let mut pending = attempt(5, &[100, 2000]);
    pending.sends[0].fate = Some(Fate::Unknown { why: "no answer: timeout".into(), order_id: None });
    push(RecordKind::Intended { name: name("contoso-e3"), attempt: Box::new(attempt(25, &[0])) });
    push(RecordKind::Created {
        name: name("contoso-e3"),
        order: placed(&[Some(SUBSCRIPTION)]),
        evidence: Evidence::Answer,
    });
    push(RecordKind::Intended { name: name("contoso-pending"), attempt: Box::new(pending) });
    let mut adopted = placed(&[None]);
    adopted.order_id = id("5cf72f146968");
    let spec = Box::new(step("a", 3, Action::Create).spec);
    push(RecordKind::Adopted { name: name("fabrikam-visio"), spec, order: adopted });
    state
}
