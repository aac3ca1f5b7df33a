//! What we have recorded, by name: the journal, folded up.
//!
//! **Invariant:** [`State::fold`] is the only way to change one, and it refuses a record that cannot follow what
//! came before, so a state that exists is the outcome of a possible history.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::ids::{EndpointId, Generation, Lineage, OrderId, OrderName, RequestId};
use super::journal::{Attempt, Evidence, PlacedOrder, Record, RecordKind};
use super::moment::{Moment, Timestamp};
use super::order::{LineItem, OrderSpec};
use super::subscription::{CancelUntil, SubscriptionTerms};

/// How many runs are looked back at for what is usual.
const RUNS: usize = 10;

/// With fewer runs than this, nothing is usual yet.
const FEWEST_RUNS: usize = 3;

/// What we have recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Which history it belongs to.
    pub lineage: Lineage,
    /// How far it has come: the serial of its last record.
    pub serial: u64,
    /// Where its orders are bought, once the first run has fixed that.
    pub endpoint: Option<EndpointId>,
    /// When it was made again from what Partner Center listed, if it ever was.
    pub rebuilt: Option<Moment>,
    /// Orders that are pending or created.
    pub orders: BTreeMap<OrderName, Recorded>,
    /// The generation of the next attempt of names that have a past and nothing recorded.
    pub generations: BTreeMap<OrderName, Generation>,
    /// What was bought and forgotten since: it was bought all the same.
    pub forgotten: Vec<Bought>,
    /// Orders that were recorded once and dropped by a person, adopted ones too: somebody has bought them all the same.
    pub dropped: BTreeSet<OrderId>,
    /// How many orders each of the last runs bought that bought any, the latest last; see [`State::usual_run`].
    runs: VecDeque<u64>,
    /// Which name has which order: `orders` turned round, so that what one record costs does not grow with them.
    claims: BTreeMap<OrderId, OrderName>,
}

/// What is recorded of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// An attempt without a recorded result.
    Pending(Box<Attempt>),
    /// An order that exists.
    Created(Box<Bought>),
}

/// An order that exists, and how it came to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bought {
    /// What the manifest wanted.
    pub spec: OrderSpec,
    /// Which generation of the name it is.
    pub generation: Generation,
    /// The request id it was bought with; `None` where it was adopted.
    pub request_id: Option<RequestId>,
    /// The order.
    pub order: PlacedOrder,
    /// How long its subscriptions run, as far as Partner Center said.
    pub terms: Vec<SubscriptionTerms>,
    /// How we know.
    pub evidence: Evidence,
    /// The server's time when it was recorded.
    pub recorded: Option<Timestamp>,
}

impl Bought {
    /// Returns until when the order can be cancelled for credit: as Partner Center said, or else seven days after it was
    /// made, of licences of new commerce only. Of several subscriptions, the first to be over counts.
    #[must_use]
    pub fn cancel_until(&self) -> Option<CancelUntil> {
        if !self.terms.is_empty() {
            let said = self.terms.iter().filter_map(|terms| terms.cancellation_allowed_until.as_deref());
            return said.filter_map(CancelUntil::said).min();
        }
        let is_licence = |line: &LineItem| line.offer_id.is_new_commerce_licence();
        let made =
            self.order.creation_date.as_deref().filter(|_| self.spec.line_items.iter().all(is_licence));
        made.and_then(CancelUntil::reckoned)
    }
}

/// Why a record cannot follow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// A gap, a repetition or a swap.
    #[error("its serial is {found}, but {expected} comes next")]
    Serial {
        /// The one that had to come.
        expected: u64,
        /// The one that came.
        found: u64,
    },
    /// The journal does not begin with `genesis`, or has a second one.
    #[error("a journal begins with one `genesis` record and has no other")]
    Genesis,
    /// A record about a name that is not in the state it needs.
    #[error("`{name}` is {is}, so it cannot be {record}")]
    Impossible {
        /// Whose name.
        name: OrderName,
        /// What is recorded of it.
        is: &'static str,
        /// What the record says.
        record: &'static str,
    },
    /// An order that is recorded under another name already.
    #[error("order `{order_id}` is recorded as `{other}` already, so it cannot be `{name}` too")]
    Claimed {
        /// Whose name.
        name: OrderName,
        /// The order.
        order_id: OrderId,
        /// Who has it.
        other: OrderName,
    },
}

impl State {
    /// Makes the state after the first record.
    ///
    /// # Errors
    /// [`FoldError::Genesis`] where the record is not the `genesis` with serial 1.
    pub fn begin(record: &Record) -> Result<Self, FoldError> {
        match &record.kind {
            RecordKind::Genesis { lineage, .. } if record.serial == 1 => Ok(Self {
                lineage: *lineage,
                serial: 1,
                endpoint: None,
                rebuilt: None,
                orders: BTreeMap::new(),
                generations: BTreeMap::new(),
                forgotten: Vec::new(),
                dropped: BTreeSet::new(),
                runs: VecDeque::new(),
                claims: BTreeMap::new(),
            }),
            _ => Err(FoldError::Genesis),
        }
    }

    /// Takes the next record in.
    ///
    /// # Errors
    /// [`FoldError`] where it cannot follow; the state is then as before.
    pub fn fold(&mut self, record: &Record) -> Result<(), FoldError> {
        let expected = self.serial + 1;
        if record.serial != expected {
            return Err(FoldError::Serial { expected, found: record.serial });
        }
        match &record.kind {
            RecordKind::Genesis { .. } => return Err(FoldError::Genesis),
            RecordKind::Bound { endpoint } => self.endpoint = Some(endpoint.clone()),
            RecordKind::Rebuilt { at } => self.rebuilt = Some(at.clone()),
            RecordKind::Opened { .. } => self.begin_run(),
            RecordKind::Allowed { .. } => {}
            RecordKind::Intended { name, attempt } => self.intend(name, attempt)?,
            RecordKind::Sending { name, at } => {
                let sent = super::journal::Sent { at: at.clone(), ended: None, fate: None };
                self.pending(name, "sent")?.sends.push(sent);
            }
            RecordKind::SendEnded { name, fate, at } => {
                if let Some(sent) = self.pending(name, "answered")?.sends.last_mut() {
                    sent.fate = Some(fate.clone());
                    sent.ended = Some(at.clone());
                }
            }
            RecordKind::Created { name, order, evidence } => {
                self.create(name, order, *evidence, record.time)?
            }
            RecordKind::NotOrdered { name, reason } => {
                let generation = self.pending(name, "not ordered")?.generation;
                let next = if reason.spends_the_generation() { generation.next() } else { generation };
                self.orders.remove(name);
                self.generations.insert(name.clone(), next);
            }
            RecordKind::Adopted { name, spec, order } => self.adopt(name, spec, order, record.time)?,
            RecordKind::SubscriptionsKnown { name, subscription_ids } => {
                self.bought(name, "given subscription ids")?
                    .order
                    .subscription_ids
                    .clone_from(subscription_ids);
            }
            RecordKind::TermsKnown { name, terms } => {
                self.bought(name, "given terms")?.terms.clone_from(terms);
            }
            RecordKind::Moved { from, to } => self.rename(from, to)?,
            RecordKind::Forgotten { name } => {
                let bought = self.bought(name, "forgotten")?;
                let (generation, order_id) = (bought.generation, bought.order.order_id.clone());
                if let Some(Recorded::Created(bought)) = self.orders.remove(name)
                    && bought.request_id.is_some()
                {
                    self.forgotten.push(*bought);
                }
                self.claims.remove(&order_id);
                self.dropped.insert(order_id);
                self.generations.insert(name.clone(), generation.next());
            }
        }
        self.serial = expected;
        Ok(())
    }

    /// Returns the generation that the next attempt of a name buys.
    #[must_use]
    pub fn next_generation(&self, name: &OrderName) -> Generation {
        self.generations.get(name).copied().unwrap_or(Generation::FIRST)
    }

    /// Returns the name under which an order is recorded.
    #[must_use]
    pub fn name_of(&self, order_id: &OrderId) -> Option<&OrderName> {
        self.claims.get(order_id)
    }

    /// Returns how many orders a run buys that buys any: the lower median of the last ten. `None` where there were fewer
    /// than three.
    #[must_use]
    pub fn usual_run(&self) -> Option<u64> {
        let bought = self.runs.iter().rev().copied().filter(|bought| *bought > 0);
        let mut bought: Vec<u64> = bought.take(RUNS).collect();
        bought.sort_unstable();
        (bought.len() >= FEWEST_RUNS).then(|| bought[(bought.len() - 1) / 2])
    }

    /// Everything that was bought by this state, whether or not it is recorded still.
    pub fn purchases(&self) -> impl Iterator<Item = &Bought> {
        let recorded = self.orders.values().filter_map(|recorded| match recorded {
            Recorded::Created(bought) if bought.request_id.is_some() => Some(bought.as_ref()),
            _ => None,
        });
        recorded.chain(&self.forgotten)
    }

    /// Returns what can still be cancelled for credit, those of the first day ahead.
    #[must_use]
    pub fn cancellable(&self, now: Timestamp) -> Vec<(CancelUntil, &OrderName)> {
        let until = self.orders.iter().filter_map(|(name, recorded)| match recorded {
            Recorded::Created(bought) => Some((bought.cancel_until()?, name)),
            Recorded::Pending(_) => None,
        });
        let mut open: Vec<(CancelUntil, &OrderName)> =
            until.filter(|(until, _)| until.is_open(now)).collect();
        // By the day: which of one day is over a second earlier matters to nobody.
        open.sort_by_cached_key(|(until, name)| (until.day(), *name));
        open
    }

    fn begin_run(&mut self) {
        if self.runs.back() == Some(&0) {
            return;
        }
        self.runs.push_back(0);
        if self.runs.len() > RUNS + 1 {
            self.runs.pop_front();
        }
    }

    fn intend(&mut self, name: &OrderName, attempt: &Attempt) -> Result<(), FoldError> {
        self.require_absent(name, "intended")?;
        self.generations.remove(name);
        self.orders.insert(name.clone(), Recorded::Pending(Box::new(attempt.clone())));
        Ok(())
    }

    fn create(
        &mut self,
        name: &OrderName,
        order: &PlacedOrder,
        evidence: Evidence,
        recorded: Option<Timestamp>,
    ) -> Result<(), FoldError> {
        self.require_unclaimed(name, &order.order_id)?;
        let attempt = self.pending(name, "created")?;
        let bought = Bought {
            spec: attempt.spec.clone(),
            generation: attempt.generation,
            request_id: Some(attempt.request_id),
            order: order.clone(),
            terms: Vec::new(),
            evidence,
            recorded,
        };
        if let Some(run) = self.runs.back_mut().filter(|_| evidence != Evidence::Person) {
            *run += 1;
        }
        self.claims.insert(order.order_id.clone(), name.clone());
        self.dropped.remove(&order.order_id);
        self.orders.insert(name.clone(), Recorded::Created(Box::new(bought)));
        Ok(())
    }

    fn adopt(
        &mut self,
        name: &OrderName,
        spec: &OrderSpec,
        order: &PlacedOrder,
        recorded: Option<Timestamp>,
    ) -> Result<(), FoldError> {
        self.require_absent(name, "adopted")?;
        self.require_unclaimed(name, &order.order_id)?;
        let generation = self.generations.remove(name).unwrap_or(Generation::FIRST);
        let bought = Bought {
            spec: spec.clone(),
            generation,
            request_id: None,
            order: order.clone(),
            terms: Vec::new(),
            evidence: Evidence::Person,
            recorded,
        };
        self.claims.insert(order.order_id.clone(), name.clone());
        self.dropped.remove(&order.order_id);
        self.orders.insert(name.clone(), Recorded::Created(Box::new(bought)));
        Ok(())
    }

    fn rename(&mut self, from: &OrderName, to: &OrderName) -> Result<(), FoldError> {
        self.require_absent(to, "the new name of another")?;
        let past = self.generations.get(to).copied().unwrap_or(Generation::FIRST);
        let bought = self.bought(from, "moved")?;
        let (order_id, next) = (bought.order.order_id.clone(), bought.generation.next());
        bought.generation = bought.generation.max(past);
        self.claims.insert(order_id, to.clone());
        if let Some(recorded) = self.orders.remove(from) {
            self.orders.insert(to.clone(), recorded);
            self.generations.remove(to);
            // Both names have a past: whatever is bought under either later has another request id.
            self.generations.insert(from.clone(), next);
        }
        Ok(())
    }

    fn pending(&mut self, name: &OrderName, record: &'static str) -> Result<&mut Attempt, FoldError> {
        let is = self.describe(name);
        match self.orders.get_mut(name) {
            Some(Recorded::Pending(attempt)) => Ok(attempt),
            _ => Err(FoldError::Impossible { name: name.clone(), is, record }),
        }
    }

    fn bought(&mut self, name: &OrderName, record: &'static str) -> Result<&mut Bought, FoldError> {
        let is = self.describe(name);
        match self.orders.get_mut(name) {
            Some(Recorded::Created(bought)) => Ok(bought),
            _ => Err(FoldError::Impossible { name: name.clone(), is, record }),
        }
    }

    fn require_absent(&self, name: &OrderName, record: &'static str) -> Result<(), FoldError> {
        if self.orders.contains_key(name) {
            return Err(FoldError::Impossible { name: name.clone(), is: self.describe(name), record });
        }
        Ok(())
    }

    fn require_unclaimed(&self, name: &OrderName, order_id: &OrderId) -> Result<(), FoldError> {
        match self.name_of(order_id) {
            Some(other) if other != name => Err(FoldError::Claimed {
                name: name.clone(),
                order_id: order_id.clone(),
                other: other.clone(),
            }),
            _ => Ok(()),
        }
    }

    fn describe(&self, name: &OrderName) -> &'static str {
        match self.orders.get(name) {
            None => "absent",
            Some(Recorded::Pending(_)) => "pending",
            Some(Recorded::Created(_)) => "created",
        }
    }
}
