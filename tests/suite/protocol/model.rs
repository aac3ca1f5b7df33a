//! What really happened, and the laws it has to keep.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use orderform::domain::*;
use orderform::protocol::{Effect, Event, HELD_UP, Machine, Rules, TRUST_WINDOW, Verdict, Wanted};

use super::{Reply, Shown, Turn};

/// More steps than any run needs.
const MOST_STEPS: usize = 60;

/// A send as it really was.
#[derive(Debug, Clone, Copy)]
struct Left {
    at_ms: u64,
    /// Whether it may have bought something.
    open: bool,
    /// Whether a list that was late enough showed nothing of it.
    cleared: bool,
}

/// One name, through as many runs as it takes.
pub(crate) struct Model {
    rules: Rules,
    /// What is on disk.
    state: State,
    machine: Machine,
    /// What the machine waits for; `None` between runs.
    pending: Option<Effect>,
    now_ms: u64,
    jumped_ms: i64,
    dated: bool,
    sends: Vec<Left>,
    /// What stands in for the sends' common identity, by generation.
    identities: BTreeMap<Generation, (RequestId, String)>,
    shown: BTreeSet<OrderId>,
    steps: usize,
    orders: usize,
}

fn name() -> OrderName {
    OrderName::parse("contoso").unwrap()
}

fn announces(kinds: &[RecordKind]) -> bool {
    matches!(kinds.last(), Some(RecordKind::Intended { .. } | RecordKind::Sending { .. }))
}

fn spec() -> OrderSpec {
    let line = LineItem::new(OfferId::parse("CFQ7TTC0LH18:0001").unwrap(), 5);
    OrderSpec::new(CustomerId::parse("4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04").unwrap(), vec![line])
}

fn machine(state: &State, rules: &Rules) -> Machine {
    let (generation, body) = (state.next_generation(&name()), "{}".to_owned());
    let wanted = Wanted {
        name: name(),
        spec: spec(),
        allow_duplicate: false,
        request_id: RequestId::derive(state.lineage, &name(), generation, &body),
        body,
        generation,
        plan: "sha256:0".into(),
        rebuilt: None,
        dropped: Default::default(),
    };
    match state.orders.get(&name()) {
        Some(Recorded::Pending(attempt)) => {
            let (generation, request_id) = (attempt.generation, attempt.request_id);
            let wanted = Wanted { generation, request_id, ..wanted };
            Machine::settle(wanted, (**attempt).clone(), rules.clone())
        }
        _ => Machine::buy(wanted, rules.clone()),
    }
}

impl Model {
    pub(crate) fn new(mode: RecoveryMode) -> Self {
        let rules = Rules { mode, ..Rules::default() };
        let kind = RecordKind::Genesis { lineage: Lineage::from_random(1), tool: "test".into() };
        let state = State::begin(&Record { serial: 1, time: None, kind }).unwrap();
        Self {
            machine: machine(&state, &rules),
            rules,
            state,
            pending: None,
            now_ms: 1_000,
            jumped_ms: 0,
            dated: true,
            sends: Vec::new(),
            identities: BTreeMap::new(),
            shown: BTreeSet::new(),
            steps: 0,
            orders: 0,
        }
    }

    pub(crate) fn take(&mut self, turn: &Turn) {
        self.now_ms += turn.passes_ms;
        self.jumped_ms += turn.jump_ms;
        self.dated = turn.dated;
        if let Some(kept) = turn.crash {
            return self.crash(kept);
        }
        if turn.hold {
            self.machine.hold();
        }
        let event = match self.pending.take() {
            None => return self.begin(),
            Some(Effect::List) => self.list(turn.shown),
            Some(Effect::ReadAudit { .. }) => self.audit(turn.proof),
            Some(Effect::Record(kinds)) if turn.late && announces(&kinds) => {
                let now = self.moment();
                let effect = self.machine.announce_late(kinds, &now);
                return self.carry_out(effect);
            }
            Some(Effect::Record(kinds)) => self.record(kinds),
            Some(Effect::Send { .. }) => self.answer(turn.reply),
            Some(Effect::Wait(wait, _)) => {
                self.now_ms += u64::try_from(wait.as_millis()).unwrap();
                if turn.stop { Event::Stopped } else { Event::Waited }
            }
            Some(Effect::Finish(_)) => unreachable!("it was taken out at once"),
        };
        self.step(event);
    }

    fn moment(&self) -> Moment {
        let ms = 1_700_000_000_000 + i64::try_from(self.now_ms).unwrap() + self.jumped_ms;
        let server = self.dated.then(|| Timestamp::from_unix_ms(ms / 1000 * 1000));
        Moment { server, boot_id: "boot".into(), boot_ms: self.now_ms }
    }

    /// A new run, unless the order is there.
    fn begin(&mut self) {
        if matches!(self.state.orders.get(&name()), Some(Recorded::Created(_))) {
            return;
        }
        self.machine = machine(&self.state, &self.rules);
        self.steps = 0;
        self.step(Event::Start);
    }

    fn crash(&mut self, kept: usize) {
        if let Some(Effect::Record(kinds)) = self.pending.take() {
            kinds.into_iter().take(kept).for_each(|kind| self.fold(kind));
        }
    }

    fn step(&mut self, event: Event) {
        self.steps += 1;
        assert!(self.steps < MOST_STEPS, "the run does not end");
        let now = self.moment();
        let effect = self.machine.step(event, &now);
        self.carry_out(effect);
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Send { number } => {
                self.check_send(usize::try_from(number).unwrap());
                self.sends.push(Left { at_ms: self.now_ms, open: true, cleared: false });
                self.pending = Some(Effect::Send { number });
            }
            Effect::Finish(verdict) => self.check_end(&verdict),
            effect => self.pending = Some(effect),
        }
    }

    fn fold(&mut self, kind: RecordKind) {
        match &kind {
            RecordKind::Intended { .. } => {
                assert!(self.unsettled() == 0, "a new attempt while the old one may have bought");
                self.sends.clear();
                self.shown.clear();
            }
            RecordKind::Created { order, .. } => {
                assert!(self.shown.contains(&order.order_id), "nobody ever showed {}", order.order_id);
            }
            RecordKind::NotOrdered { .. } => {
                assert!(self.unsettled() == 0, "not ordered, though a send is open: {:?}", self.sends);
            }
            _ => {}
        }
        let record = Record { serial: self.state.serial + 1, time: None, kind };
        self.state.fold(&record).expect("every record follows from those before");
    }

    fn record(&mut self, kinds: Vec<RecordKind>) -> Event {
        kinds.into_iter().for_each(|kind| self.fold(kind));
        Event::Durable
    }

    fn unsettled(&self) -> usize {
        self.sends.iter().filter(|sent| sent.open && !sent.cleared).count()
    }

    fn check_send(&mut self, number: usize) {
        let Some(Recorded::Pending(attempt)) = self.state.orders.get(&name()) else {
            panic!("send {number} without an intent")
        };
        assert_eq!(attempt.sends.len(), number, "send {number} is not announced");
        assert_eq!(attempt.sends[number - 1].fate, None, "send {number} has an end already");
        let identity = (attempt.request_id, attempt.body.clone());
        let first = self.identities.entry(attempt.generation).or_insert_with(|| identity.clone());
        assert_eq!(*first, identity, "two identities of one generation");
        let open = self.sends.iter().filter(|sent| sent.open).count();
        assert!(open < Attempt::MOST_SENDS, "{open} sends are open and another one leaves");
        let Some(first) = self.sends.iter().find(|sent| sent.open) else { return };
        let age = Duration::from_millis(self.now_ms - self.sends[0].at_ms);
        match self.rules.mode {
            RecoveryMode::Strict => panic!("sent again in strict mode, beside {first:?}"),
            RecoveryMode::Trust if age < TRUST_WINDOW + HELD_UP => {}
            _ => assert_eq!(self.unsettled(), 0, "sent again at {} beside {:?}", self.now_ms, self.sends),
        }
    }

    fn check_end(&self, verdict: &Verdict) {
        let recorded = self.state.orders.get(&name());
        match verdict {
            Verdict::Created { order, .. } => {
                let Some(Recorded::Created(bought)) = recorded else { panic!("{verdict:?} is not recorded") };
                assert_eq!(bought.order, *order);
            }
            Verdict::NotOrdered(_) | Verdict::Blocked(_) => assert_eq!(recorded, None, "{verdict:?}"),
            Verdict::InDoubt(_) => assert!(matches!(recorded, Some(Recorded::Pending(_))), "{verdict:?}"),
        }
    }

    fn order(&mut self, quantity: u32) -> ObservedOrder {
        self.orders += 1;
        let line = ObservedLine {
            offer_id: OfferId::parse("CFQ7TTC0LH18:0001:CFQ7TTC0K971").unwrap(),
            quantity,
            friendly_name: None,
            term_duration: None,
            promotion_id: None,
            partner_id_on_record: None,
            subscription_id: None,
        };
        let order = ObservedOrder {
            id: OrderId::parse(&format!("order-{}", self.orders)).unwrap(),
            customer_id: Some(spec().customer_id),
            billing_cycle: None,
            lines: vec![line],
            created: self.moment().server,
            creation_date: None,
            status: None,
            etag: None,
        };
        self.shown.insert(order.id.clone());
        order
    }

    fn list(&mut self, shown: Shown) -> Event {
        let at = self.moment();
        let unclaimed = match shown {
            Shown::Failed => return Event::ListFailed("down".into()),
            Shown::Nothing => vec![],
            Shown::One => vec![self.order(5)],
            Shown::Two => vec![self.order(5), self.order(5)],
            Shown::Unlike => vec![self.order(6)],
        };
        let wait = self.rules.settle_after - HELD_UP;
        let late_enough = |sent: &Left| Duration::from_millis(self.now_ms - sent.at_ms) >= wait;
        if matches!(shown, Shown::Nothing | Shown::Unlike) && self.sends.iter().all(late_enough) {
            self.sends.iter_mut().for_each(|sent| sent.cleared = true);
        }
        let order_ids = unclaimed.iter().map(|order| order.id.clone()).collect();
        Event::Listed { at, order_ids, unclaimed }
    }

    fn audit(&mut self, proof: bool) -> Event {
        let Some(Recorded::Pending(attempt)) = self.state.orders.get(&name()) else { panic!("no attempt") };
        let correlation_id = attempt.correlation_ids().last();
        let audited = proof.then(|| AuditedOrder { correlation_id, order: self.order(5) });
        Event::Audited(audited.into_iter().collect())
    }

    fn answer(&mut self, reply: Reply) -> Event {
        let response = |status, retry_after, body| Answer::Response { status, retry_after, body };
        let error = |status| {
            AnswerBody::Error(ServiceError { status, code: "1".into(), description: Excerpt::of("no") })
        };
        let last = self.sends.last_mut().expect("something was sent");
        last.open = !matches!(
            reply,
            Reply::Refused(_)
                | Reply::Throttled(_)
                | Reply::Unreached
                | Reply::NotYet(_)
                | Reply::SignInRenewed
                | Reply::NotSignedIn
        );
        Event::Answered(match reply {
            Reply::Made => response(201, None, AnswerBody::Order(Box::new(self.order(5)))),
            Reply::MadeForAnother => response(201, None, AnswerBody::Order(Box::new(self.order(6)))),
            Reply::Lost => Answer::Lost(Excerpt::of("reset")),
            Reply::Refused(status) | Reply::Fault(status) => response(status, None, error(status)),
            Reply::Throttled(s) => response(429, Some(Duration::from_secs(s)), error(429)),
            Reply::NotYet(s) => Answer::NotYet { wait: Duration::from_secs(s) },
            Reply::Unreached => Answer::NotSent(NotSent(Excerpt::of("refused"))),
            Reply::NotSignedIn => Answer::NotSignedIn(SignInRefused::saying("expired")),
            Reply::SignInRenewed => {
                let (code, description) = ("800001".into(), Excerpt::of("old"));
                Answer::SignInRenewed(ServiceError { status: 401, code, description })
            }
        })
    }
}
