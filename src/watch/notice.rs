//! What a pass is worth telling people who do not look: a value, and the memory that keeps it from being told twice.
//!
//! **Invariant:** no words, no format, no clock. Nothing is told of a pass that says what the last one said, however often
//! passes are made; waits and numbers of passes are no news. A pass that failed knows nothing of orders, so what was known
//! of them holds.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::{Discriminant, discriminant};

use super::care;
use super::status::{Manifests, Report, Turn};
use crate::apply::{Ended, Outcome, Skipped};
use crate::domain::{CustomerId, OrderName, Topic};
use crate::plan::{Action, Block, Plan, Step};

/// What a pass is worth telling.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// The pass.
    pub report: Report,
    /// What the manifests were like.
    pub manifests: Manifests,
    /// What it is about, the most urgent first; empty where nobody needs to know. Where [`Memory`] gave it back: what is
    /// new of that.
    pub topics: BTreeSet<Topic>,
    /// The orders that something is the matter with, new or not, the most urgent first.
    pub matters: Vec<Matter>,
}

/// One order of a notice.
#[derive(Debug, Clone, PartialEq)]
pub struct Matter {
    /// What it is about.
    pub topic: Topic,
    /// Its name.
    pub name: OrderName,
    /// The customer's tenant id.
    pub customer_id: CustomerId,
    /// What the manifests call the customer.
    pub customer_name: Option<String>,
    /// Its seats.
    pub seats: u64,
    /// What became of it, or would.
    pub what: What,
}

/// What became of an order, or would.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// How it ended in this pass.
    Ended(Box<Ended>),
    /// What the plan says, where it was not carried out.
    Planned(Box<Step>),
}

impl Notice {
    /// Makes one of a pass, its plan, and how orders ended in it.
    #[must_use]
    pub fn of(report: &Report, manifests: Manifests, plan: Option<&Plan>, ended: &[Ended]) -> Self {
        let mut matters: Vec<Matter> = match (&report.turn, plan) {
            (Turn::Applied(_), _) => ended.iter().map(Matter::ended).collect(),
            (_, Some(plan)) => plan.steps.iter().filter_map(Matter::planned).collect(),
            (_, None) => Vec::new(),
        };
        matters.sort_by(|a, b| (a.topic, &a.name).cmp(&(b.topic, &b.name)));
        let mut notice = Self { report: report.clone(), manifests, topics: BTreeSet::new(), matters };
        notice.topics = notice.topics_since(None, &notice.news(None));
        notice
    }

    /// Returns what there is to say: of which orders, and why as far as codes go.
    fn news(&self, last: Option<&News>) -> News {
        let why = match &self.report.turn {
            Turn::Held { why } => why.clone(),
            Turn::Failed { why } => vec![why.clone()],
            Turn::Planned | Turn::Applied(_) => Vec::new(),
        };
        let known = |name: &OrderName| last.and_then(|last| last.orders.get(name));
        let mut orders = match self.report.turn {
            Turn::Failed { .. } => last.map(|last| last.orders.clone()).unwrap_or_default(),
            Turn::Planned | Turn::Held { .. } | Turn::Applied(_) => BTreeMap::new(),
        };
        let open = self.matters.iter().filter(|matter| matter.topic != Topic::Bought);
        orders.extend(open.map(|matter| (matter.name.clone(), matter.manner().after(known(&matter.name)))));
        let manifests = match self.manifests {
            Manifests::Wrong { .. } => Some(self.manifests),
            Manifests::Unread | Manifests::Right { .. } => None,
        };
        News { why, orders, manifests }
    }

    /// Returns what of its news was not told last.
    fn topics_since(&self, last: Option<&News>, news: &News) -> BTreeSet<Topic> {
        let is_new_why = last.is_none_or(|last| last.why != news.why);
        let is_new_wrong = last.is_none_or(|last| last.manifests != news.manifests);
        let whole = [
            (matches!(self.report.turn, Turn::Failed { .. }) && is_new_why, Topic::Failed),
            (matches!(self.report.turn, Turn::Held { .. }) && is_new_why, Topic::Held),
            (news.manifests.is_some() && is_new_wrong, Topic::Invalid),
        ];
        let whole = whole.into_iter().filter(|(is_so, _)| *is_so).map(|(_, topic)| topic);
        let is_known = |matter: &&Matter| {
            let manner = |news: &News| news.orders.get(&matter.name).cloned();
            !matter.happens_once() && last.is_some_and(|last| manner(last) == manner(news))
        };
        let fresh = self.matters.iter().filter(|matter| !is_known(matter));
        whole.chain(fresh.map(|matter| matter.topic)).collect()
    }

    fn is_trouble(&self) -> bool {
        matches!(self.report.turn, Turn::Failed { .. } | Turn::Held { .. })
            || matches!(self.manifests, Manifests::Wrong { .. })
    }
}

impl Matter {
    fn ended(ended: &Ended) -> Self {
        let topic = match &ended.outcome {
            Outcome::Created { .. } | Outcome::Renamed { .. } => Topic::Bought,
            Outcome::InDoubt(_) => Topic::Doubt,
            Outcome::Blocked(block) if block.is_in_doubt() => Topic::Doubt,
            Outcome::NotAttempted(Skipped::Interrupted | Skipped::CustomerInDoubt(_)) => Topic::Planned,
            Outcome::NotOrdered(_) | Outcome::NotAttempted(_) => Topic::Refused,
            Outcome::Stopped(_) | Outcome::Blocked(_) => Topic::Blocked,
        };
        Self {
            topic,
            name: ended.name.clone(),
            customer_id: ended.customer_id,
            customer_name: ended.customer_name.clone(),
            seats: ended.seats,
            what: What::Ended(Box::new(ended.clone())),
        }
    }

    fn planned(step: &Step) -> Option<Self> {
        let topic = match &step.action {
            Action::Create | Action::Rename { .. } => Topic::Planned,
            Action::Settle { .. } => Topic::Doubt,
            Action::Blocked(block) if block.is_in_doubt() => Topic::Doubt,
            Action::Blocked(_) => Topic::Blocked,
            Action::Keep { .. } | Action::Orphan { .. } => return None,
        };
        Some(Self {
            topic,
            name: step.name.clone(),
            customer_id: step.customer_id,
            customer_name: step.customer_name.clone(),
            seats: step.spec.seats(),
            what: What::Planned(Box::new(step.clone())),
        })
    }

    /// Says whether it is an event, not how things stand: a purchase, or a refusal, after which nobody tries again until
    /// something changes.
    fn happens_once(&self) -> bool {
        self.topic == Topic::Bought || self.manner() == Manner::Refused
    }

    /// Returns the kind of what became of it, without waits and texts of servers, which differ from pass to pass. An order
    /// in doubt is the same news whether it was just sent, is too young to settle, or is left alone.
    fn manner(&self) -> Manner {
        let block = match &self.what {
            _ if self.topic == Topic::Doubt => return Manner::InDoubt,
            What::Planned(step) => match &step.action {
                Action::Blocked(block) => block,
                _ => return Manner::ToDo,
            },
            What::Ended(ended) => match &ended.outcome {
                Outcome::Blocked(block) => block,
                _ if self.topic == Topic::Planned => return Manner::ToDo,
                _ if care::is_final(ended) => return Manner::Refused,
                _ => return Manner::PutOff,
            },
        };
        match block {
            Block::Held { .. } => Manner::Held,
            block => Manner::Blocked(discriminant(block)),
        }
    }
}

/// What kind of news an order is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Manner {
    InDoubt,
    /// It was not bought, and is tried again unasked.
    PutOff,
    /// It was not bought, and is not tried again as it is wanted.
    Refused,
    /// It is left out for now.
    Held,
    ToDo,
    Blocked(Discriminant<Block>),
}

impl Manner {
    /// Returns what it is after another: an order that was not bought is held from then on, which says nothing new of it.
    fn after(self, last: Option<&Self>) -> Self {
        match (self, last) {
            (Self::Held, Some(last @ (Self::PutOff | Self::Refused))) => last.clone(),
            (manner, _) => manner,
        }
    }
}

/// What was told last.
#[derive(Debug, Clone, PartialEq)]
struct News {
    why: Vec<String>,
    orders: BTreeMap<OrderName, Manner>,
    manifests: Option<Manifests>,
}

/// Remembers what was told, so that it is told once.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    last: Option<News>,
    was_trouble: bool,
}

impl Memory {
    /// Takes a notice in, and gives it back where it is news: something was bought or refused, or something is otherwise
    /// than at the last pass. The first pass after trouble says that it is over.
    pub fn news(&mut self, mut notice: Notice) -> Option<Notice> {
        let news = notice.news(self.last.as_ref());
        notice.topics = notice.topics_since(self.last.as_ref(), &news);
        if self.was_trouble && !notice.is_trouble() {
            notice.topics.insert(Topic::Recovered);
        }
        self.was_trouble = notice.is_trouble();
        self.last = Some(news);
        (!notice.topics.is_empty()).then_some(notice)
    }
}

#[cfg(test)]
mod tests;
