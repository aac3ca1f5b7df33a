//! What a pass is worth telling people who do not look: a value, and the memory that keeps it from being told twice.
//!
//! **Invariant:** no words, no format, no clock. Nothing is told of a pass that says what the last one said, however often
//! passes are made; waits and numbers of passes are no news.

use std::collections::BTreeSet;
use std::mem::{Discriminant, discriminant};

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
    /// What it is about, the most urgent first; empty where nobody needs to know.
    pub topics: BTreeSet<Topic>,
    /// The orders that it is about, the most urgent first.
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
        let whole = [
            (matches!(report.turn, Turn::Failed { .. }), Topic::Failed),
            (matches!(report.turn, Turn::Held { .. }), Topic::Held),
            (matches!(manifests, Manifests::Wrong { .. }), Topic::Invalid),
        ];
        let whole = whole.into_iter().filter(|(is_so, _)| *is_so).map(|(_, topic)| topic);
        let topics = whole.chain(matters.iter().map(|matter| matter.topic)).collect();
        Self { report: report.clone(), manifests, topics, matters }
    }

    /// Returns what makes it differ from another: what it is about, of which orders, and why as far as codes go.
    fn news(&self) -> News {
        let why = match &self.report.turn {
            Turn::Held { why } => why.clone(),
            Turn::Failed { why } => vec![why.clone()],
            Turn::Planned | Turn::Applied(_) => Vec::new(),
        };
        let open = self.matters.iter().filter(|matter| matter.topic != Topic::Bought);
        let mut orders = open.map(|matter| (matter.name.clone(), matter.manner())).collect::<Vec<_>>();
        orders.sort_by(|a, b| a.0.cmp(&b.0));
        let manifests = match self.manifests {
            Manifests::Wrong { .. } => Some(self.manifests),
            Manifests::Unread | Manifests::Right { .. } => None,
        };
        News { why, orders, manifests }
    }

    fn is_trouble(&self) -> bool {
        [Topic::Failed, Topic::Held, Topic::Invalid].iter().any(|topic| self.topics.contains(topic))
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

    /// Returns the kind of what became of it, without waits and texts of servers, which differ from pass to pass. An order
    /// in doubt is the same news whether it was just sent, is too young to settle, or is left alone; and one that was
    /// refused is the same news as long as it waits.
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
                _ => return Manner::Waits,
            },
        };
        match block {
            Block::Held { .. } => Manner::Waits,
            block => Manner::Blocked(discriminant(block)),
        }
    }
}

/// What kind of news an order is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Manner {
    InDoubt,
    Waits,
    ToDo,
    Blocked(Discriminant<Block>),
}

/// What was told last.
#[derive(Debug, Clone, PartialEq)]
struct News {
    why: Vec<String>,
    orders: Vec<(OrderName, Manner)>,
    manifests: Option<Manifests>,
}

/// Remembers what was told, so that it is told once.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    last: Option<News>,
    was_trouble: bool,
}

impl Memory {
    /// Takes a notice in, and gives it back where it is news: something was bought, or something is otherwise than at the
    /// last pass. The first pass after trouble says that it is over.
    pub fn news(&mut self, mut notice: Notice) -> Option<Notice> {
        let news = notice.news();
        if self.was_trouble && !notice.is_trouble() {
            notice.topics.insert(Topic::Recovered);
        }
        self.was_trouble = notice.is_trouble();
        let is_same = self.last.as_ref() == Some(&news);
        self.last = Some(news);
        let says_something = notice.topics.contains(&Topic::Bought) || !is_same;
        (says_something && !notice.topics.is_empty()).then_some(notice)
    }
}

#[cfg(test)]
mod tests;
