//! What came of looking at what customers have already, as a value to be shown.

use crate::domain::CustomerId;
use crate::plan::{Adoption, Counts, Origin, Why};

/// What was found, and how far it got.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AdoptionReport {
    /// The customers that were asked about.
    pub customers: Vec<AdoptedCustomer>,
    /// How many customers have no reseller relationship, so that nothing can be bought for them.
    pub strangers: usize,
    /// How many customers an earlier run was done with, so that they were not asked about.
    pub remembered: usize,
    /// How many customers were not come to.
    pub unread: usize,
    /// How many requests were made.
    pub requests: u64,
    /// Whether it was recorded, and manifests written.
    pub is_written: bool,
    /// What the next plan has to do, worked out after all was written.
    pub next: Option<Counts>,
    /// Why it ended before all customers were asked about.
    pub stopped: Option<String>,
}

/// What a customer has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdoptedCustomer {
    /// The tenant id.
    pub customer_id: CustomerId,
    /// What manifests call it.
    pub name: String,
    /// Its company's name, where Partner Center was asked for it.
    pub company: Option<String>,
    /// What of it is adopted, or why it could not be read.
    pub found: Result<Adoption, String>,
    /// The file that was written.
    pub file: Option<String>,
}

/// How much came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AdoptionTally {
    /// Orders that are adopted.
    pub adopted: usize,
    /// Orders and lines that are not.
    pub left_out: usize,
    /// Orders that were recorded before, with a manifest.
    pub recorded: usize,
    /// Customers that could not be read.
    pub failed: usize,
    /// Files that were written.
    pub files: usize,
}

impl AdoptionReport {
    /// Counts.
    #[must_use]
    pub fn tally(&self) -> AdoptionTally {
        let mut tally = AdoptionTally::default();
        for customer in &self.customers {
            tally.files += usize::from(customer.file.is_some());
            let Ok(found) = &customer.found else {
                tally.failed += 1;
                continue;
            };
            let recorded = found.left_out.iter().filter(|one| matches!(one.why, Why::Recorded(_))).count();
            tally.recorded += recorded;
            tally.left_out += found.left_out.len() - recorded;
            tally.adopted += found.orders.len();
        }
        tally
    }
}

/// Returns the one word for what there is of an adopted order.
pub(super) fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::New => "new",
        Origin::Wanted => "wanted",
        Origin::Recorded => "recorded",
    }
}
