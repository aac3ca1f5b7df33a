//! Ports in memory that remember everything and check what must hold at every moment: nothing is sent that was not
//! announced durably, nothing is shown that is not durable, no customer has two orders in flight.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use orderform::apply::{Event, Outcome};
use orderform::domain::*;
use orderform::ports::{Journal, JournalError, NoTurn, Outgoing, PartnerCenter, ReadError, Timer, Turn};
use tokio::time::{Instant, sleep};

/// What befalls a POST.
#[derive(Debug, Clone)]
pub(super) enum Fortune {
    Made,
    MadeAs(&'static str),
    MadeLater,
    Lost,
    Refused(u16),
    Gateway(u16),
    Throttled(Option<Duration>),
    NotYet(Duration),
}

type Fate<T> = Box<dyn FnMut(CustomerId, usize) -> T + Send>;

/// What all ports share.
pub(super) struct World {
    pub(super) posts: Vec<(Outgoing, Instant)>,
    pub(super) lists: Vec<CustomerId>,
    pub(super) finds: usize,
    pub(super) ledger: Vec<ObservedOrder>,
    pub(super) durable: Vec<Record>,
    pub(super) most_in_flight: usize,
    /// What befalls the n-th POST (from 0), of this customer.
    pub(super) post: Fate<Fortune>,
    /// What befalls the n-th list (from 0), of this customer.
    pub(super) list: Fate<Option<ReadError>>,
    /// What befalls whoever reads the audit log, which is empty.
    pub(super) audit: Option<ReadError>,
    /// What the subscription ids of an order are by the time it is read once more.
    pub(super) found: Vec<Option<SubscriptionId>>,
    /// Whether customers are answered at different speeds.
    pub(super) uneven: bool,
    /// From which POST on (from 0) the server's clock is so many seconds behind.
    pub(super) behind: Option<(usize, i64)>,
    in_flight: BTreeMap<CustomerId, usize>,
    bodies: BTreeMap<String, OrderSpec>,
    pub(super) begin: Instant,
    /// How long the n-th turn (from 0) takes to come, and whether it comes at all.
    pub(super) turn: Box<dyn FnMut(usize) -> (Duration, Option<NoTurn>) + Send>,
    /// How many turns were had.
    pub(super) turns: usize,
}

pub(super) type Shared = Arc<Mutex<World>>;

impl World {
    pub(super) fn new() -> Shared {
        Arc::new(Mutex::new(Self {
            posts: Vec::new(),
            lists: Vec::new(),
            finds: 0,
            ledger: Vec::new(),
            durable: Vec::new(),
            most_in_flight: 0,
            post: Box::new(|_, _| Fortune::Made),
            list: Box::new(|_, _| None),
            audit: None,
            found: Vec::new(),
            uneven: false,
            behind: None,
            in_flight: BTreeMap::new(),
            bodies: BTreeMap::new(),
            begin: Instant::now(),
            turn: Box::new(|_| (Duration::ZERO, None)),
            turns: 0,
        }))
    }

    pub(super) fn moment(&self) -> Moment {
        let ms = u64::try_from(self.begin.elapsed().as_millis()).unwrap();
        let behind =
            self.behind.filter(|(from, _)| self.posts.len() > *from).map_or(0, |(_, seconds)| seconds);
        let server = i64::try_from(1_700_000_000_000 + ms / 1000 * 1000).unwrap() - behind * 1000;
        let server = Timestamp::from_unix_ms(server);
        Moment { server: Some(server), boot_id: "boot".into(), boot_ms: ms }
    }

    fn announced(&self, request_id: RequestId) -> usize {
        let intended = self.durable.iter().find_map(|record| match &record.kind {
            RecordKind::Intended { name, attempt } if attempt.request_id == request_id => Some(name),
            _ => None,
        });
        let Some(ours) = intended else { return 0 };
        let again =
            |record: &&Record| matches!(&record.kind, RecordKind::Sending { name, .. } if name == ours);
        1 + self.durable.iter().filter(again).count()
    }

    fn latency(&self, customer: CustomerId) -> Duration {
        let last = customer.to_string().bytes().last().map_or(0, u64::from);
        Duration::from_millis(if self.uneven { 40 * (last % 7) } else { 200 })
    }

    fn begin_post(&mut self, send: &Outgoing) -> Fortune {
        let sent = self.posts.iter().filter(|(post, _)| post.request_id == send.request_id).count();
        assert!(self.announced(send.request_id) > sent, "sent without a durable announcement: {send:?}");
        for (post, _) in self.posts.iter().filter(|(post, _)| post.request_id == send.request_id) {
            assert_eq!(post.body, send.body, "one request id, two bodies");
        }
        let own = self.in_flight.entry(send.customer).or_default();
        *own += 1;
        assert_eq!(*own, 1, "two orders of one customer in flight");
        let all: usize = self.in_flight.values().sum();
        self.most_in_flight = self.most_in_flight.max(all);
        self.posts.push((send.clone(), Instant::now()));
        (self.post)(send.customer, self.posts.len() - 1)
    }

    fn end_post(&mut self, send: &Outgoing, fortune: Fortune) -> Answer {
        *self.in_flight.get_mut(&send.customer).unwrap() -= 1;
        match fortune {
            Fortune::Made => {
                let id = format!("made-{}", self.ledger.len());
                order_answer(self.make(send, &id))
            }
            Fortune::MadeAs(id) => order_answer(self.make(send, id)),
            Fortune::MadeLater => {
                let id = format!("made-{}", self.ledger.len());
                let mut order = self.make(send, &id);
                order.lines[0].subscription_id = None;
                order_answer(order)
            }
            Fortune::Lost => Answer::Lost(Excerpt::of("reset")),
            Fortune::Refused(status) => {
                let error = ServiceError { status, code: "1".into(), description: Excerpt::of("no") };
                Answer::Response { status, retry_after: None, body: AnswerBody::Error(error) }
            }
            Fortune::Gateway(status) => {
                let body = AnswerBody::Unreadable(Excerpt::of("<html>"));
                Answer::Response { status, retry_after: None, body }
            }
            Fortune::Throttled(retry_after) => {
                let body = AnswerBody::Throttled(Excerpt::of("busy"));
                Answer::Response { status: 429, retry_after, body }
            }
            Fortune::NotYet(wait) => Answer::NotYet { wait },
        }
    }

    fn make(&mut self, send: &Outgoing, id: &str) -> ObservedOrder {
        let order = observed(&self.bodies[&send.body], id, self.moment().server);
        self.ledger.push(order.clone());
        order
    }

    /// Whatever an event says is durable by then.
    pub(super) fn check_shown(&self, event: &Event) {
        let kinds = |name: &OrderName| {
            let about = move |record: &&Record| record.kind.name() == Some(name);
            self.durable.iter().filter(about).map(|record| &record.kind).collect::<Vec<_>>()
        };
        match event {
            Event::Sending { request_id, number, .. } => {
                assert!(self.announced(*request_id) >= usize::try_from(*number).unwrap(), "{event:?}");
            }
            Event::Ended(ended) => match &ended.outcome {
                Outcome::Created { order, .. } => {
                    let said = |kind: &&RecordKind| matches!(kind, RecordKind::Created { order: o, .. } if o == order);
                    assert!(kinds(&ended.name).iter().any(said), "{event:?}");
                }
                Outcome::NotOrdered(reason) => {
                    let said = |kind: &&RecordKind| matches!(kind, RecordKind::NotOrdered { reason: r, .. } if r == reason);
                    assert!(kinds(&ended.name).iter().any(said), "{event:?}");
                }
                Outcome::InDoubt(_) => assert!(!kinds(&ended.name).is_empty(), "{event:?}"),
                Outcome::Renamed { from } => {
                    let said = |kind: &&RecordKind| matches!(kind, RecordKind::Moved { to, .. } if *to == ended.name);
                    assert!(kinds(from).iter().any(said), "{event:?}");
                }
                _ => {}
            },
            Event::SubscriptionsKnown { name, subscription_ids: ids } => {
                let said = |kind: &&RecordKind| matches!(kind, RecordKind::SubscriptionsKnown { subscription_ids, .. } if subscription_ids == ids);
                assert!(kinds(name).iter().any(said), "{event:?}");
            }
            _ => {}
        }
    }
}

/// The order that a spec buys.
pub(super) fn observed(spec: &OrderSpec, id: &str, created: Option<Timestamp>) -> ObservedOrder {
    let line = |line: &LineItem| ObservedLine {
        offer_id: line.offer_id.clone(),
        quantity: line.quantity,
        friendly_name: line.friendly_name.clone(),
        term_duration: line.term_duration.clone(),
        promotion_id: line.promotion_id.clone(),
        partner_id_on_record: line.partner_id_on_record.clone(),
        subscription_id: SubscriptionId::parse(&format!("subscription-{id}")).ok(),
    };
    ObservedOrder {
        id: OrderId::parse(id).unwrap(),
        customer_id: Some(spec.customer_id),
        billing_cycle: spec.billing_cycle.clone(),
        lines: spec.line_items.iter().map(line).collect(),
        created,
        creation_date: None,
        status: None,
        etag: None,
    }
}

fn order_answer(order: ObservedOrder) -> Answer {
    Answer::Response { status: 201, retry_after: None, body: AnswerBody::Order(Box::new(order)) }
}

/// Partner Center.
pub(super) struct Shop(pub(super) Shared);

impl PartnerCenter for Shop {
    fn endpoint(&self) -> EndpointId {
        EndpointId::Sandbox
    }

    fn render(&self, spec: &OrderSpec) -> String {
        let body = format!("{spec:?}");
        self.0.lock().unwrap().bodies.insert(body.clone(), spec.clone());
        body
    }

    fn now(&self) -> Moment {
        self.0.lock().unwrap().moment()
    }

    async fn turn(&self) -> Result<Turn, NoTurn> {
        let (wait, none) = {
            let mut world = self.0.lock().unwrap();
            let n = world.turns;
            (world.turn)(n)
        };
        if !wait.is_zero() {
            sleep(wait).await;
        }
        self.0.lock().unwrap().turns += usize::from(none.is_none());
        none.map_or_else(|| Ok(Turn::free()), Err)
    }

    async fn create_order(&self, send: Outgoing) -> Answer {
        let fortune = self.0.lock().unwrap().begin_post(&send);
        let latency = self.0.lock().unwrap().latency(send.customer);
        sleep(latency).await;
        self.0.lock().unwrap().end_post(&send, fortune)
    }

    async fn list_orders(&self, customer: CustomerId) -> Result<Listing, ReadError> {
        let trouble = {
            let mut world = self.0.lock().unwrap();
            let n = world.lists.len();
            world.lists.push(customer);
            (world.list)(customer, n)
        };
        sleep(Duration::from_millis(50)).await;
        let world = self.0.lock().unwrap();
        let orders = world.ledger.iter().filter(|order| order.customer_id == Some(customer)).cloned();
        trouble.map_or(Ok(Listing { orders: orders.collect(), at: world.moment() }), Err)
    }

    async fn find_order(&self, _: CustomerId, id: OrderId) -> Result<Option<ObservedOrder>, ReadError> {
        let mut world = self.0.lock().unwrap();
        world.finds += 1;
        let ids = world.found.clone();
        let mut found = world.ledger.iter().find(|order| order.id == id).cloned();
        if let Some(order) = &mut found {
            let ids = ids.into_iter().chain(std::iter::repeat(None));
            order.lines.iter_mut().zip(ids).for_each(|(line, id)| line.subscription_id = id);
        }
        Ok(found)
    }

    async fn audited_orders(&self, _: CustomerId, _: Moment) -> Result<Vec<AuditedOrder>, ReadError> {
        self.0.lock().unwrap().audit.clone().map_or(Ok(Vec::new()), Err)
    }
}

/// A disk that never forgets, and fails when told to.
pub(super) struct Memory {
    pub(super) world: Shared,
    pub(super) appends: usize,
    /// The append (from 0) that fails, and all after it.
    pub(super) fails_at: Option<usize>,
    /// How many orders there is room for.
    pub(super) room: usize,
}

impl Journal for Memory {
    fn reserve(&mut self, orders: usize) -> Result<(), JournalError> {
        if orders > self.room { Err(JournalError::Poisoned) } else { Ok(()) }
    }

    fn append(&mut self, records: &[Record]) -> Result<(), JournalError> {
        self.appends += 1;
        if self.fails_at.is_some_and(|n| self.appends > n) {
            return Err(JournalError::Poisoned);
        }
        self.world.lock().unwrap().durable.extend_from_slice(records);
        Ok(())
    }

    fn checkpoint(&mut self, _: &State) -> Result<(), JournalError> {
        Ok(())
    }

    fn syncs(&self) -> u64 {
        self.appends as u64
    }
}

/// Virtual patience.
pub(super) struct Clock;

impl Timer for Clock {
    async fn sleep(&self, duration: Duration) {
        sleep(duration).await;
    }
}
