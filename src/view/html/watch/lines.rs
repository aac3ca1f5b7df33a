//! What a watcher's page knows of each order: what is wanted and what is recorded, put together.
//!
//! A plan is made before its pass and the state is read after it, so an order that was to be bought may be there by now.
//!
//! **Invariant:** an order is on one line, whatever is known of it.

use std::cmp::Reverse;

use super::asked::{Asked, Show, Sort};
use crate::domain::{Attempt, Bought, CancelUntil, Recorded, Timestamp};
use crate::plan::{Action, Cost, Step};
use crate::watch::Picture;

/// What is known of an order.
pub(super) struct Line<'a> {
    pub(super) step: &'a Step,
    pub(super) stand: Stand,
    /// Its attempt, where it is in doubt.
    pub(super) attempt: Option<&'a Attempt>,
    pub(super) bought: Option<&'a Bought>,
    /// What it costs, where it is to be sent and somebody gave prices.
    pub(super) cost: Option<&'a Cost>,
    /// Until when it can be cancelled for credit, where that has not passed.
    pub(super) until: Option<CancelUntil>,
}

/// How an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stand {
    Buy,
    Doubt,
    Blocked,
    Rename,
    Recorded,
    Orphan,
}

/// Puts together what a pass was made of.
pub(super) fn lines(picture: &Picture, now: Timestamp) -> Vec<Line<'_>> {
    picture.plan.steps.iter().map(|step| Line::of(step, picture, now)).collect()
}

impl<'a> Line<'a> {
    fn of(step: &'a Step, picture: &'a Picture, now: Timestamp) -> Self {
        let recorded = picture.state.orders.get(&step.name);
        let (attempt, bought) = match recorded {
            Some(Recorded::Pending(attempt)) => (Some(&**attempt), None),
            Some(Recorded::Created(bought)) => (None, Some(&**bought)),
            None => (None, None),
        };
        let stand = match (&step.action, recorded) {
            (Action::Blocked(_), _) => Stand::Blocked,
            (Action::Orphan { .. }, _) => Stand::Orphan,
            (_, Some(Recorded::Pending(_))) => Stand::Doubt,
            (_, Some(Recorded::Created(_))) => Stand::Recorded,
            (Action::Rename { .. }, None) => Stand::Rename,
            (Action::Keep { .. }, None) => Stand::Recorded,
            // An attempt that was settled as not bought is wanted still.
            (Action::Create | Action::Settle { .. }, None) => Stand::Buy,
        };
        let until = bought.and_then(Bought::cancel_until).filter(|until| until.is_open(now));
        let cost = picture.plan.cost(&step.name);
        Self { step, stand, attempt, bought, cost, until }
    }

    pub(super) fn is_shown(&self, show: Show) -> bool {
        match show {
            Show::All => true,
            Show::Buy => self.stand == Stand::Buy,
            Show::Doubt => self.attempt.is_some(),
            Show::Blocked => self.stand == Stand::Blocked,
            Show::Rename => self.stand == Stand::Rename,
            Show::Recorded => self.bought.is_some(),
            Show::Orphans => self.stand == Stand::Orphan,
            Show::Cancellable => self.until.is_some(),
        }
    }

    /// The customer: its name in the manifests, or else its tenant id.
    fn customer(&self) -> String {
        self.step.customer_name.clone().unwrap_or_else(|| self.step.customer_id.to_string())
    }

    /// Everything by which it may be looked for, in lower case.
    fn text(&self) -> String {
        let step = self.step;
        let mut text = format!("{} {} {}", step.name, self.customer(), step.customer_id);
        let mut add = |more: &str| {
            text.push(' ');
            text.push_str(more);
        };
        for line in &step.spec.line_items {
            add(line.offer_id.as_str());
            add(line.friendly_name.as_deref().unwrap_or_default());
        }
        if let Some(bought) = self.bought {
            add(bought.order.order_id.as_str());
            bought.order.subscription_ids.iter().flatten().for_each(|id| add(id.as_str()));
        }
        let request = self.attempt.map(|attempt| attempt.request_id);
        if let Some(request) = request.or_else(|| self.bought?.request_id) {
            add(&request.to_string());
        }
        text.to_lowercase()
    }
}

/// Finds what is asked for, in the order that is asked for.
pub(super) fn found<'l, 'a>(lines: &'l [Line<'a>], asked: &Asked) -> Vec<&'l Line<'a>> {
    let search = asked.search.to_lowercase();
    let words: Vec<&str> = search.split_whitespace().collect();
    let has_words = |line: &&Line<'_>| {
        words.is_empty() || {
            let text = line.text();
            words.iter().all(|word| text.contains(word))
        }
    };
    let mut found: Vec<&Line<'_>> =
        lines.iter().filter(|line| line.is_shown(asked.show)).filter(has_words).collect();
    match asked.sort {
        // Steps come by name.
        Sort::Name => {}
        Sort::Customer => found.sort_by_cached_key(|line| line.customer().to_lowercase()),
        Sort::Seats => found.sort_by_key(|line| Reverse(line.step.spec.seats())),
        Sort::Until => found.sort_by(|a, b| {
            let day = |line: &Line<'_>| (line.until.is_none(), line.until);
            day(a).cmp(&day(b))
        }),
    }
    if asked.is_reversed {
        found.reverse();
    }
    found
}
