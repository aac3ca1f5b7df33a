//! What a run tells while it goes on, and what it says at the end: values, for views to put into words.

use std::time::Duration;

use crate::domain::{
    CustomerId, Evidence, NotOrdered, OrderName, PlacedOrder, RequestId, SignInRefused, SubscriptionId,
};
use crate::plan::{Block, Limit};
use crate::protocol::{Doubt, Obstacle};

/// Something that happened in a run. Whatever it says is durable by then.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The run begins.
    Started {
        /// How many orders are to be bought or settled.
        orders: usize,
        /// The seats of those together.
        seats: u64,
    },
    /// An order leaves; its intent is on disk.
    Sending {
        /// Whose name.
        name: OrderName,
        /// The `MS-RequestId` it carries.
        request_id: RequestId,
        /// Which send of the attempt it is, from 1.
        number: u32,
    },
    /// An order waits before it is sent again.
    Waiting {
        /// Whose name.
        name: OrderName,
        /// How long.
        wait: Duration,
        /// Why.
        why: String,
    },
    /// An order came to its end for this run.
    Ended(Ended),
    /// Subscription ids of a recorded order have arrived.
    SubscriptionsKnown {
        /// Whose name.
        name: OrderName,
        /// By line.
        subscription_ids: Vec<Option<SubscriptionId>>,
    },
    /// The user asked to stop: nothing new begins, what is in flight is waited for and recorded.
    Stopping {
        /// How many orders are in flight.
        in_flight: usize,
    },
    /// An answer came that could not be recorded, because the journal had failed. The journal knows the attempt.
    Unrecorded {
        /// Whose name.
        name: OrderName,
        /// The `MS-RequestId` it carried.
        request_id: RequestId,
        /// What came, for a person to note down.
        answer: String,
    },
}

/// How an order ended for this run.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// Its name.
    pub name: OrderName,
    /// The customer's tenant id.
    pub customer_id: CustomerId,
    /// What the manifests call the customer.
    pub customer_name: Option<String>,
    /// Its seats.
    pub seats: u64,
    /// What the manifest says about the renewal of the subscriptions.
    pub auto_renew: Option<bool>,
    /// The `MS-RequestId` of its attempt, where there was one.
    pub request_id: Option<RequestId>,
    /// How it ended.
    pub outcome: Outcome,
}

/// The end.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It exists and is recorded.
    Created {
        /// As what.
        order: PlacedOrder,
        /// How we know.
        evidence: Evidence,
    },
    /// Nothing was bought.
    NotOrdered(NotOrdered),
    /// It may exist.
    InDoubt(Doubt),
    /// The look before the first send stopped it.
    Stopped(Obstacle),
    /// The plan stopped it.
    Blocked(Block),
    /// It has its new name.
    Renamed {
        /// The old one.
        from: OrderName,
    },
    /// Its turn never came.
    NotAttempted(Skipped),
}

/// Why an order's turn never came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skipped {
    /// The user asked to stop.
    Interrupted,
    /// This order of the same customer is in doubt.
    CustomerInDoubt(OrderName),
    /// The sign-in was not accepted.
    SignIn(SignInRefused),
    /// The disk has no room for what would come of it.
    NoRoom(String),
    /// It would go beyond this limit.
    OverLimit(Box<Limit>),
    /// It is not to be bought for now, by the server's clock.
    Held(Block),
}

/// What a run came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// Every order that was to be done something about, sorted by name.
    pub ended: Vec<Ended>,
    /// How many were as they should be.
    pub kept: usize,
    /// How many are recorded without a manifest.
    pub orphans: usize,
    /// How many orders were sent: POST requests.
    pub posts: u64,
    /// How much was read: GET requests.
    pub reads: u64,
    /// How many syncs the journal cost.
    pub syncs: u64,
    /// Whether the user asked to stop.
    pub interrupted: bool,
    /// Whether Partner Center did not accept the sign-in, so that nothing more was tried.
    pub sign_in_failed: bool,
}

/// How many orders ended in each way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Exist and are recorded by this run.
    pub created: usize,
    /// The seats of those together.
    pub created_seats: u64,
    /// Surely not bought.
    pub not_ordered: usize,
    /// In doubt.
    pub unknown: usize,
    /// Stopped by the plan or by the look before the first send.
    pub blocked: usize,
    /// Got another name.
    pub renamed: usize,
    /// Never had their turn.
    pub not_attempted: usize,
}

impl Summary {
    /// Says whether an order may have been bought that is not recorded: one of this run, or one that the plan left pending.
    #[must_use]
    pub fn has_doubt(&self) -> bool {
        self.ended.iter().any(|ended| match &ended.outcome {
            Outcome::InDoubt(_) => true,
            Outcome::Blocked(block) => block.is_in_doubt(),
            _ => false,
        })
    }

    /// Says whether all there is to tell is what the plan said: nothing was sent, nobody was asked.
    #[must_use]
    pub fn is_as_planned(&self) -> bool {
        let is_blocked = |ended: &Ended| matches!(ended.outcome, Outcome::Blocked(_));
        self.posts + self.reads == 0 && !self.interrupted && self.ended.iter().all(is_blocked)
    }

    /// Counts the ends.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for ended in &self.ended {
            match ended.outcome {
                Outcome::Created { .. } => {
                    tally.created += 1;
                    tally.created_seats += ended.seats;
                }
                Outcome::NotOrdered(_) => tally.not_ordered += 1,
                Outcome::InDoubt(_) => tally.unknown += 1,
                Outcome::Stopped(_) | Outcome::Blocked(_) => tally.blocked += 1,
                Outcome::Renamed { .. } => tally.renamed += 1,
                Outcome::NotAttempted(_) => tally.not_attempted += 1,
            }
        }
        tally
    }
}
