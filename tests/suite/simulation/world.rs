//! A Partner Center of a seed: it forgets to answer, answers late, lists late, and keeps a ledger that is always right.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use orderform::domain::*;
use orderform::ports::{Outgoing, PartnerCenter, ReadError, Timer};
use tokio::time::Instant;

use crate::virtual_time::pass;

use super::dice::Dice;

/// What a repeated `MS-RequestId` does; documented nowhere, so everything must hold under each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RequestIds {
    Replayed,
    Conflicting,
    Ignored,
}

/// How the world of one seed behaves.
#[derive(Debug, Clone)]
pub(super) struct Manners {
    pub(super) request_ids: RequestIds,
    /// How long a new order is missing in the list.
    pub(super) list_lag: Duration,
    /// How long its audit record takes; `None` where there is no audit log for us.
    pub(super) audit_lag: Option<Duration>,
    /// How many of a hundred requests go wrong in some way.
    pub(super) trouble: u64,
    /// The longest that a request whose answer was lost may live on before it takes effect.
    pub(super) late: Duration,
    /// Whether orders come back with a reissued availability and a promotion that nobody asked for.
    pub(super) alters: bool,
    /// Whether orders come back with the sentinel that stands for no date.
    pub(super) undated: bool,
    /// Whether the server's `Date` may jump forward by years.
    pub(super) clock_jumps: bool,
}

/// One order that was really made.
#[derive(Debug, Clone)]
pub(super) struct Bought {
    pub(super) order: ObservedOrder,
    pub(super) spec: OrderSpec,
    pub(super) request_id: RequestId,
    pub(super) correlation_id: CorrelationId,
    pub(super) at: Instant,
}

/// What all parts of a simulation share.
pub(super) struct World {
    pub(super) dice: Dice,
    pub(super) manners: Manners,
    pub(super) ledger: Vec<Bought>,
    pub(super) posts: u64,
    /// Which spec a body stands for.
    bodies: BTreeMap<String, OrderSpec>,
    begin: Instant,
    date_jump: Duration,
    /// Which life of the program is running; requests of an earlier one never leave.
    pub(super) life: u64,
}

pub(super) type Shared = Arc<Mutex<World>>;

impl World {
    pub(super) fn new(seed: u64, manners: Manners) -> Shared {
        Arc::new(Mutex::new(Self {
            dice: Dice::new(seed),
            manners,
            ledger: Vec::new(),
            posts: 0,
            bodies: BTreeMap::new(),
            begin: Instant::now(),
            date_jump: Duration::ZERO,
            life: 0,
        }))
    }

    pub(super) fn moment(&self) -> Moment {
        let since = self.begin.elapsed();
        let ms = |d: Duration| u64::try_from(d.as_millis()).unwrap();
        let date_s = (1_700_000_000_000 + ms(since + self.date_jump)) / 1000;
        let server = Some(Timestamp::from_unix_ms(i64::try_from(date_s * 1000).unwrap()));
        Moment { server, boot_id: "boot".into(), boot_ms: ms(since) }
    }

    /// Makes the order, unless its id is known and honoured. Returns what would be answered.
    fn execute(&mut self, send: &Outgoing) -> Answer {
        let known = self.ledger.iter().find(|bought| bought.request_id == send.request_id);
        match (known, self.manners.request_ids) {
            (Some(first), RequestIds::Replayed) => return created(first.order.clone()),
            (Some(_), RequestIds::Conflicting) => return fault(409, "800060"),
            _ => {}
        }
        let spec = self.bodies[&send.body].clone();
        let order = self.order(&spec);
        let at = Instant::now();
        let (request_id, correlation_id) = (send.request_id, send.correlation_id);
        self.ledger.push(Bought { order: order.clone(), spec, request_id, correlation_id, at });
        created(order)
    }

    fn order(&self, spec: &OrderSpec) -> ObservedOrder {
        let number = self.ledger.len() + 1;
        let alters = self.manners.alters;
        let line = |line: &LineItem| ObservedLine {
            offer_id: if alters {
                OfferId::parse("CFQ7TTC0LH18:0001:REISSUED").unwrap()
            } else {
                line.offer_id.clone()
            },
            quantity: line.quantity,
            friendly_name: line.friendly_name.clone().or_else(|| Some("from the catalogue".into())),
            term_duration: line.term_duration.clone(),
            promotion_id: alters.then(|| "CFQ7TTC0LH18:0001:ADDED".to_owned()),
            partner_id_on_record: None,
            subscription_id: SubscriptionId::parse(&format!("subscription-{number}")).ok(),
        };
        ObservedOrder {
            id: OrderId::parse(&format!("order-{number}")).unwrap(),
            customer_id: Some(spec.customer_id),
            billing_cycle: Some(BillingCycle::Monthly),
            lines: spec.line_items.iter().map(line).collect(),
            created: if self.manners.undated {
                Timestamp::parse("0001-01-01T00:00:00")
            } else {
                self.moment().server
            },
            creation_date: None,
            status: Some("pending".into()),
            etag: None,
        }
    }

    fn visible(&self, customer: CustomerId, lag: Duration) -> impl Iterator<Item = &Bought> {
        let shown = move |b: &&Bought| b.spec.customer_id == customer && b.at.elapsed() >= lag;
        self.ledger.iter().filter(shown)
    }
}

/// The port, for one life of the program.
pub(super) struct Shop {
    pub(super) world: Shared,
    pub(super) life: u64,
    /// Shows empty lists, as if nobody looked.
    pub(super) blind: bool,
}

/// What befalls a POST.
#[derive(Debug, Clone, Copy)]
enum Fortune {
    Answered,
    Unreached,
    Throttled,
    LostBefore,
    LostAfter,
    LostAndLate,
    ServerErrorBefore,
    ServerErrorAfter,
    Refused,
    SignInRenewed,
    NotSignedIn,
}

impl Shop {
    fn draw(&self) -> (Fortune, Duration, Duration) {
        let mut world = self.world.lock().unwrap();
        let latency = Duration::from_millis(5 + world.dice.below(3000));
        let late_ms = u64::try_from(world.manners.late.as_millis()).unwrap().max(1);
        let late = Duration::from_millis(world.dice.below(late_ms));
        let trouble = world.manners.trouble;
        if world.dice.below(100) >= trouble {
            return (Fortune::Answered, latency, late);
        }
        let fortunes = [
            Fortune::Unreached,
            Fortune::Throttled,
            Fortune::LostBefore,
            Fortune::LostAfter,
            Fortune::LostAndLate,
            Fortune::ServerErrorBefore,
            Fortune::ServerErrorAfter,
            Fortune::Refused,
            Fortune::SignInRenewed,
            Fortune::NotSignedIn,
        ];
        (*world.dice.pick(&fortunes), latency, late)
    }

    async fn alive(&self) {
        if self.world.lock().unwrap().life != self.life {
            std::future::pending::<()>().await;
        }
    }

    async fn read_trouble(&self) -> Result<(), ReadError> {
        self.alive().await;
        let (latency, fails) = {
            let mut world = self.world.lock().unwrap();
            let trouble = world.manners.trouble;
            (world.dice.below(500), world.dice.below(100) < trouble / 2)
        };
        pass(Duration::from_millis(latency)).await;
        if fails { Err(ReadError::Failed(Excerpt::of("reset"))) } else { Ok(()) }
    }
}

impl PartnerCenter for Shop {
    fn endpoint(&self) -> EndpointId {
        EndpointId::Sandbox
    }

    fn render(&self, spec: &OrderSpec) -> String {
        let body = format!("{spec:?}");
        self.world.lock().unwrap().bodies.insert(body.clone(), spec.clone());
        body
    }

    fn now(&self) -> Moment {
        self.world.lock().unwrap().moment()
    }

    async fn create_order(&self, send: Outgoing) -> Answer {
        self.alive().await;
        let (fortune, latency, late) = self.draw();
        if matches!(fortune, Fortune::Unreached) {
            return Answer::NotSent(NotSent(Excerpt::of("connection refused")));
        }
        if matches!(fortune, Fortune::NotSignedIn) {
            return Answer::NotSignedIn(SignInRefused::saying("expired"));
        }
        // From here on it happens whether or not anybody is left to hear of it.
        let world = Arc::clone(&self.world);
        let handling = tokio::spawn(async move {
            world.lock().unwrap().posts += 1;
            pass(latency).await;
            if matches!(fortune, Fortune::LostAndLate) {
                tokio::spawn(async move {
                    pass(late).await;
                    world.lock().unwrap().execute(&send);
                });
                return Answer::Lost(Excerpt::of("timeout"));
            }
            let mut world = world.lock().unwrap();
            match fortune {
                Fortune::LostBefore => Answer::Lost(Excerpt::of("reset")),
                Fortune::ServerErrorBefore => fault(500, "800005"),
                Fortune::Refused => fault(400, "2002"),
                Fortune::SignInRenewed => {
                    let (code, description) = ("800001".into(), Excerpt::of("simulated"));
                    Answer::SignInRenewed(ServiceError { status: 401, code, description })
                }
                Fortune::Throttled => {
                    let body = AnswerBody::Throttled(Excerpt::of("busy"));
                    Answer::Response { status: 429, retry_after: Some(Duration::from_secs(2)), body }
                }
                Fortune::LostAfter => {
                    world.execute(&send);
                    Answer::Lost(Excerpt::of("cut"))
                }
                Fortune::ServerErrorAfter => {
                    world.execute(&send);
                    fault(502, "0")
                }
                _ => world.execute(&send),
            }
        });
        handling.await.unwrap()
    }

    async fn list_orders(&self, customer: CustomerId) -> Result<Listing, ReadError> {
        self.read_trouble().await?;
        let mut world = self.world.lock().unwrap();
        if world.manners.clock_jumps && world.dice.below(10) == 0 {
            world.date_jump += Duration::from_secs(365 * 86_400);
        }
        if self.blind {
            return Ok(Listing { orders: Vec::new(), at: world.moment() });
        }
        let lag = world.manners.list_lag;
        let orders = world.visible(customer, lag).map(|bought| bought.order.clone()).collect();
        Ok(Listing { orders, at: world.moment() })
    }

    async fn find_order(
        &self,
        customer: CustomerId,
        id: OrderId,
    ) -> Result<Option<ObservedOrder>, ReadError> {
        self.read_trouble().await?;
        let world = self.world.lock().unwrap();
        let mut visible = world.visible(customer, world.manners.list_lag);
        Ok(visible.find(|bought| bought.order.id == id).map(|bought| bought.order.clone()))
    }

    async fn audited_orders(
        &self,
        customer: CustomerId,
        _since: Moment,
    ) -> Result<Vec<AuditedOrder>, ReadError> {
        self.read_trouble().await?;
        let world = self.world.lock().unwrap();
        let Some(lag) = world.manners.audit_lag else { return Ok(Vec::new()) };
        let audited = world.visible(customer, lag).map(|bought| AuditedOrder {
            correlation_id: Some(bought.correlation_id),
            order: bought.order.clone(),
        });
        Ok(audited.collect())
    }
}

/// Virtual patience.
pub(super) struct Clock;

impl Timer for Clock {
    async fn sleep(&self, duration: Duration) {
        pass(duration).await;
    }
}

fn created(order: ObservedOrder) -> Answer {
    Answer::Response { status: 201, retry_after: None, body: AnswerBody::Order(Box::new(order)) }
}

fn fault(status: u16, code: &str) -> Answer {
    let error = ServiceError { status, code: code.into(), description: Excerpt::of("simulated") };
    Answer::Response { status, retry_after: None, body: AnswerBody::Error(error) }
}
