//! Values with one text in every place that a text of others can reach. Names and tenant ids cannot hold one; an id holds
//! it where it may.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use orderform::apply::{Ended, Event, Outcome, Skipped, Summary};
use orderform::domain::*;
use orderform::manifest::{self, Loaded, Sources};
use orderform::plan::{
    self, Changed, Changes, Limit, Measured, Pins, Plan, Present, Saved, Scope, Selection, Since,
};
use orderform::protocol::{Doubt, Obstacle};
use orderform::view::{Asked, Trouble};
use orderform::watch::{Deeds, Picture, Report, Standing, Status, Turn};

pub(super) const CUSTOMER: &str = "4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04";

/// Values that are full of one text.
pub(super) struct Stuffed {
    pub(super) text: String,
    causes: [String; 2],
    pub(super) state: State,
    /// A watcher that has made a plan.
    pub(super) status: Status,
    pub(super) saved: Saved,
    pub(super) summary: Summary,
    pub(super) events: Vec<Event>,
    changes: Changes,
    pub(super) loaded: Loaded,
}

impl Stuffed {
    pub(super) fn with(text: &str) -> Self {
        let state = state(text);
        let plan = plan(&state, text);
        let summary = summary(&plan, text);
        let at = Timestamp::from_unix_ms;
        Self {
            causes: [text.to_owned(), format!(" {text}")],
            events: events(&summary, text),
            changes: changes(&plan, &state, &format!("{text} before")),
            loaded: loaded(text),
            text: text.to_owned(),
            status: status(&plan, &state, text),
            saved: Saved { plan, created: at(0), expires: at(1) },
            state,
            summary,
        }
    }

    pub(super) fn plan(&self) -> &Plan {
        &self.saved.plan
    }

    /// A watcher whose passes failed and are held, and what somebody searched it for.
    pub(super) fn troubled(&self) -> (Status, Asked) {
        let mut status = self.status.clone();
        status.polls = Some(self.text.clone());
        status.holds = vec![self.text.clone()];
        let (at, took) = (Timestamp::from_unix_ms(0), Duration::ZERO);
        for turn in [Turn::Held { why: vec![self.text.clone()] }, Turn::Failed { why: self.text.clone() }] {
            let deeds = Deeds::default();
            status.add(Report { number: 1, at, took, counts: None, digest: None, deeds, turn }, None);
        }
        let query: String = self.text.bytes().map(|byte| format!("%{byte:02x}")).collect();
        (status, Asked::of_query(&format!("search={query}&show=blocked")))
    }

    /// Why a command ended early.
    pub(super) fn trouble(&self) -> Trouble<'_> {
        Trouble {
            exit_code: 1,
            message: &self.text,
            causes: &self.causes,
            hint: Some(&self.text),
            manifests: None,
            exceeded: &self.saved.plan.limits,
            changes: None,
        }
    }

    /// The same, because something has changed since it was reviewed.
    pub(super) fn stale(&self) -> Trouble<'_> {
        Trouble { changes: Some(&self.changes), ..self.trouble() }
    }

    /// The same, because the manifests are wrong.
    pub(super) fn wrong(&self) -> Trouble<'_> {
        Trouble { manifests: Some(&self.loaded), ..self.trouble() }
    }
}

fn name(name: &str) -> OrderName {
    OrderName::parse(name).unwrap()
}

pub(super) fn order_id(text: &str, otherwise: &str) -> OrderId {
    OrderId::parse(text).or_else(|_| OrderId::parse(otherwise)).unwrap()
}

fn line(text: &str, quantity: u32) -> LineItem {
    let otherwise = format!("CFQ7TTC0LH18:{:04}:CFQ7TTC0K971", text.len());
    // One that leaves its availability open is shown otherwise, and is not what this is about.
    let whole = OfferId::parse(text).ok().filter(|offer| !offer.leaves_availability_open());
    let offer = whole.unwrap_or_else(|| OfferId::parse(&otherwise).unwrap());
    LineItem {
        friendly_name: Some(text.to_owned()),
        term_duration: TermDuration::read(&format!("P{text}")),
        custom_term_end_date: Some(text.to_owned()),
        promotion_id: Some(text.to_owned()),
        partner_id_on_record: Some(text.to_owned()),
        // Digits only, in a manifest; a difference shows them as one list.
        additional_partner_ids_on_record: vec![text.replace(',', ";"); 2],
        attestation_accepted: Some(true),
        renews_to: TermDuration::read(&format!("P{text}")),
        provisioning_context: BTreeMap::from([(text.to_owned(), text.to_owned())]),
        ..LineItem::new(offer, quantity)
    }
}

pub(super) fn spec(text: &str, quantities: &[u32]) -> OrderSpec {
    let lines = quantities.iter().map(|quantity| line(text, *quantity)).collect();
    let cycle = Some(BillingCycle::Other(text.to_owned()));
    OrderSpec { billing_cycle: cycle, ..OrderSpec::new(CustomerId::parse(CUSTOMER).unwrap(), lines) }
}

fn wanted(order: &str, spec: OrderSpec, text: &str) -> DesiredOrder {
    DesiredOrder {
        name: name(order),
        spec,
        customer_name: Some(text.to_owned()),
        formerly: None,
        allow_duplicate: true,
        auto_renew: Some(false),
        labels: BTreeMap::from([(text.to_owned(), text.to_owned())]),
        place: Place { file: text.into(), line: 1 },
    }
}

pub(super) fn placed(text: &str, otherwise: &str) -> PlacedOrder {
    PlacedOrder {
        order_id: order_id(text, otherwise),
        subscription_ids: vec![
            SubscriptionId::parse(text).or_else(|_| SubscriptionId::parse("s")).ok(),
            None,
        ],
        etag: Some(text.to_owned()),
        creation_date: Some(text.to_owned()),
        status: Some(text.to_owned()),
    }
}

fn moment() -> Moment {
    Moment { server: Some(Timestamp::from_unix_ms(0)), boot_id: String::new(), boot_ms: 0 }
}

/// An attempt that was sent twice, of which the first ended in this text.
fn attempt(order: &str, text: &str) -> Attempt {
    let body = "{}".to_owned();
    let lineage = Lineage::from_random(1);
    let sent = |fate| Sent { at: moment(), ended: Some(moment()), fate };
    Attempt {
        generation: Generation::FIRST,
        request_id: RequestId::derive(lineage, &name(order), Generation::FIRST, &body),
        spec: spec(text, &[9]),
        body,
        baseline: Baseline { at: moment(), order_ids: Vec::new() },
        plan: text.to_owned(),
        sends: vec![sent(Some(Fate::Unknown { why: text.to_owned(), order_id: None })), sent(None)],
    }
}

/// A state with an order that is as it should be, one that is not, one without a manifest and two attempts.
fn state(text: &str) -> State {
    let genesis = RecordKind::Genesis { lineage: Lineage::from_random(1), tool: text.to_owned() };
    let mut state = State::begin(&Record { serial: 1, time: None, kind: genesis }).unwrap();
    let mut take = |kind| {
        let serial = state.serial + 1;
        state.fold(&Record { serial, time: Some(Timestamp::from_unix_ms(0)), kind }).unwrap();
    };
    for (order, id, quantities) in
        [("b-kept", "b", &[1, 2][..]), ("c-differs", text, &[3]), ("d-orphan", "d", &[4])]
    {
        let (spec, order_placed) = (Box::new(spec(text, quantities)), placed(id, order));
        take(RecordKind::Adopted { name: name(order), spec, order: order_placed });
        take(RecordKind::TermsKnown { name: name(order), terms: vec![super::adopted::terms(text)] });
    }
    for order in ["e-pending", "f-pending-differs"] {
        take(RecordKind::Intended { name: name(order), attempt: Box::new(attempt(order, text)) });
    }
    state
}

/// A watcher, named and placed by a text, that stands by for one that is.
fn status(plan: &Plan, state: &State, text: &str) -> Status {
    let text = || text.to_owned();
    let mut status = Status::new(text(), text(), text(), Timestamp::from_unix_ms(0), true);
    status.standing = Standing::StandsBy { holder: Some(text()) };
    status.picture =
        Some(Arc::new(Picture::new(plan.clone(), Arc::new(state.clone()), None, Timestamp::from_unix_ms(0))));
    status
}

fn selection(text: &str) -> Selection {
    let changed = Changed { commit: text.to_owned(), names: [name("a-new")].into() };
    Selection { changed: Some(changed), ..Selection::default() }
}

/// A plan with everything: what is bought, kept, blocked, settled and without a manifest.
fn plan(state: &State, text: &str) -> Plan {
    let other = |quantities: &[u32]| {
        let mut spec = spec(text, quantities);
        spec.line_items[0].friendly_name = Some(format!("{text} other"));
        spec.line_items[0].promotion_id = None;
        spec
    };
    let desired = [
        wanted("a-new", spec(text, &[5]), text),
        wanted("a-new-of-two", spec(text, &[6, 7]), text),
        wanted("b-kept", spec(text, &[1, 2]), text),
        wanted("c-differs", other(&[8]), text),
        wanted("e-pending", spec(text, &[9]), text),
        wanted("f-pending-differs", other(&[10]), text),
    ];
    let pins = Pins {
        place: Some(EndpointId::Origin(text.to_owned())),
        scope: Scope { path: text.to_owned(), selection: selection(text) },
        tool: text.to_owned(),
        head: "0".repeat(64),
        manifests: format!("sha256:{}", "0".repeat(64)),
        allowed: vec![Allowance { rule: Rule::ORDERS_PER_DAY, reason: text.to_owned() }],
        ..Pins::default()
    };
    let freeze = Freeze {
        reason: text.to_owned(),
        until: None,
        customers: Default::default(),
        labels: [("frozen".to_owned(), text.to_owned())].into(),
    };
    let mut frozen = wanted("g-frozen", spec(text, &[11]), text);
    frozen.labels.clone_from(&freeze.labels);
    let desired = [&desired[..], &[frozen]].concat();
    let (built, _) =
        plan::frozen(plan::build(&desired, state), &desired, &[freeze], Timestamp::from_unix_ms(0));
    let plan = built.pin(state, |_| "{}".to_owned(), pins);
    Plan { limits: limits(text), ..plan }
}

/// A limit that holds a plan back, and one that somebody allowed it to go beyond.
fn limits(text: &str) -> Vec<Limit> {
    let limit = |allowed: Option<&str>| Limit {
        rule: Rule::CUSTOMER_ORDERS_PER_RUN,
        keeper: Keeper::Project,
        bound: Bound::Most(1),
        value: Measured::Amount(2),
        customer: CustomerId::parse(CUSTOMER).ok(),
        customer_name: Some(text.to_owned()),
        names: vec![name("a-new")],
        exceeded: true,
        allowed: allowed.map(str::to_owned),
    };
    vec![limit(None), limit(Some(text))]
}

/// What has changed since a plan was reviewed that was made for something else altogether.
fn changes(now: &Plan, state: &State, before: &str) -> Changes {
    let mut plan = plan(&self::state(before), before);
    plan.steps.remove(0);
    let at = Timestamp::from_unix_ms;
    let before = Saved { plan, created: at(0), expires: at(1) };
    plan::changes(&before, &Present { plan: now, state, since: Since::default(), now: at(9) })
}

fn outcomes(plan: &Plan, text: &str) -> Vec<Outcome> {
    let why = || text.to_owned();
    let wait = Duration::from_secs(60);
    let error =
        ServiceError { status: 400, code: text.to_owned(), description: Excerpt::of(&format!(" {text}")) };
    let ids = || vec![order_id(text, "x"), order_id("y", "y")];
    let blocked = plan.steps.iter().filter_map(|step| match &step.action {
        plan::Action::Blocked(block) => Some(Outcome::Blocked(block.clone())),
        _ => None,
    });
    let mut all = vec![
        Outcome::Created { order: placed(text, "x"), evidence: Evidence::Answer },
        Outcome::NotOrdered(NotOrdered::Refused(error)),
        Outcome::NotOrdered(NotOrdered::NotNow(why())),
        Outcome::NotOrdered(NotOrdered::ListedNowhere(why())),
        Outcome::InDoubt(Doubt::Unanswered { why: why() }),
        Outcome::InDoubt(Doubt::TooYoung { wait }),
        Outcome::InDoubt(Doubt::Candidates(ids())),
        Outcome::InDoubt(Doubt::Unlisted { why: why() }),
        Outcome::Stopped(Obstacle::AlreadyBought(ids())),
        Outcome::Stopped(Obstacle::LostState(ids())),
        Outcome::Stopped(Obstacle::Unlisted { why: why() }),
        Outcome::Stopped(Obstacle::Unaudited { why: why() }),
        Outcome::NotAttempted(Skipped::SignIn(SignInRefused::saying(&why()))),
        Outcome::NotAttempted(Skipped::NoRoom(why())),
    ];
    all.extend(blocked);
    all
}

/// A run with every end that holds a text.
fn summary(plan: &Plan, text: &str) -> Summary {
    let ended = outcomes(plan, text).into_iter().enumerate().map(|(number, outcome)| Ended {
        name: name(&format!("order-{number}")),
        customer_id: CustomerId::parse(CUSTOMER).unwrap(),
        customer_name: Some(text.to_owned()),
        cancel_until: None,
        seats: 5,
        auto_renew: Some(false),
        request_id: Some(attempt("x", text).request_id),
        outcome,
    });
    Summary { ended: ended.collect(), kept: 1, interrupted: true, ..Summary::default() }
}

/// Every event that holds a text.
fn events(summary: &Summary, text: &str) -> Vec<Event> {
    let (name, request_id) = (|| name("x"), attempt("x", text).request_id);
    let mut events = vec![
        Event::Waiting { name: name(), wait: Duration::from_secs(1), why: text.to_owned(), shared: false },
        Event::SubscriptionsKnown { name: name(), subscription_ids: placed(text, "x").subscription_ids },
        Event::Unrecorded { name: name(), request_id, answer: text.to_owned() },
    ];
    events.extend(summary.ended.iter().cloned().map(Event::Ended));
    events
}

/// Manifests with the text in every value, in keys, in names and in comments, which they are wrong for; what is said of
/// them depends on it.
fn loaded(text: &str) -> Loaded {
    let quoted = serde_json::to_string(text).unwrap();
    let order = |name: &str, customer: &str, more: &str| {
        format!(
            "apiVersion: orderform/v1\nkind: Order\nmetadata:\n  name: {name}\nspec:\n  {customer}\n  lineItems:\n  \
             - offerId: CFQ7TTC0LH18:0001\n    quantity: 5\n{more}"
        )
    };
    let known = format!("customerId: {CUSTOMER}");
    let mut sources = Sources::new();
    let mut add = |what: &str, yaml: String| sources.add(&format!("{text}{what}.yaml"), yaml);
    add("name", order(&quoted, &known, ""));
    add("customer", order("a", &format!("customer: {quoted}"), ""));
    add("tenant", order("b", &format!("customerId: {quoted}"), ""));
    add("comment", format!("# {text}\n{}", order("c", &known, "    quantity: 5\n")));
    for key in ["friendlyName", "termDuration", "customTermEndDate", "promotionId", "partnerIdOnRecord"] {
        add(key, order(&key.to_lowercase(), &known, &format!("    {key}: {quoted}\n")));
    }
    add("context", order("d", &known, &format!("    provisioningContext: {{ {quoted}: {quoted} }}\n")));
    add("key", order("e", &known, &format!("    {quoted}: {quoted}\n")));
    add("kind", format!("apiVersion: {quoted}\nkind: {quoted}\n"));
    add("labels", order("f\n  labels: [", &known, ""));
    add("label", order(&format!("g\n  labels: {{ {quoted}: {quoted} }}"), &known, ""));
    add("raw", text.to_owned());
    add("raw value", format!("kind: {text}\nmetadata: {text}"));
    add("same", order("g", &known, &format!("    friendlyName: {quoted}\n")));
    manifest::parse(sources)
}
