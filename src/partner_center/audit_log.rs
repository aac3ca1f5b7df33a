//! The audit log: what was done to a customer's orders and subscriptions, page by page, in as many days as it may be asked for.
//!
//! **Invariant:** positive evidence only: what cannot be read, and what the log does not hold any more, is as good as nothing.

use std::time::Duration;

use reqwest::Url;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::client::{Client, read_error};
use super::{audit, body};
use crate::domain::{AuditedOperation, CustomerId, Timestamp};
use crate::ports::{PartnerCenter, ReadError};

const DAY: Duration = Duration::from_secs(86_400);

/// The most pages of one window: 500 records a page by the sample of "Get a record of Partner Center activity".
const MOST_PAGES: usize = 50;

/// How many days back it goes, and how many may be asked for at once ("Audit operations: gets audit records": the last 90 days,
/// 30 at the most), each a day less.
const REACH_DAYS: u32 = 89;
const WINDOW_DAYS: u32 = 29;

/// What the audit log says of a customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditLog {
    /// Everything that was done to orders and subscriptions, in the order of the log.
    pub operations: Vec<AuditedOperation>,
    /// How many requests that took.
    pub requests: u64,
    /// Whether that is all since the time that was asked for: not where that is longer ago than the log reaches, or there is
    /// more than this program reads.
    pub is_whole: bool,
}

/// The records of a window.
pub(super) struct Pages {
    pub(super) records: Vec<Value>,
    requests: u64,
    is_whole: bool,
}

impl Client {
    /// Reads what was done to a customer's orders and subscriptions since shortly before `since`.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn audit_log(&self, customer: CustomerId, since: Timestamp) -> Result<AuditLog, ReadError> {
        let Some(now) = self.now().server else { return Ok(AuditLog::default()) };
        let earliest = now.before(DAY * REACH_DAYS);
        let mut log = AuditLog { is_whole: since.before(DAY) >= earliest, ..AuditLog::default() };
        let mut from = since.before(DAY).max(earliest);
        loop {
            let until = from.after(DAY * WINDOW_DAYS);
            let is_last = until.after(DAY) >= now;
            let to = (!is_last).then_some(until);
            let pages = self.audit_pages(audit::window_url(&self.endpoint, customer, from, to)).await?;
            log.requests += pages.requests;
            log.is_whole &= pages.is_whole;
            log.operations
                .extend(pages.records.into_iter().filter_map(|one| audit::operation(customer, one)));
            if is_last {
                return Ok(log);
            }
            from = until.after(DAY);
        }
    }

    /// Reads all pages from one on.
    pub(super) async fn audit_pages(&self, first: Url) -> Result<Pages, ReadError> {
        let mut next = Some((first, HeaderMap::new()));
        let mut pages = Pages { records: Vec::new(), requests: 0, is_whole: true };
        for _ in 0..MOST_PAGES {
            let Some((url, extra)) = next.take() else { break };
            let page = url.clone();
            pages.requests += 1;
            let (whole, _) = self.read(url, extra, self.settings.list_limit_bytes).await?;
            if whole.status != 200 {
                return Err(read_error(&whole));
            }
            let list = body::read(&whole.body).map_err(ReadError::Failed)?;
            next = audit::next_page(&self.endpoint, &page, &list);
            pages.records.extend(body::read_items(list).map_err(ReadError::Failed)?);
        }
        pages.is_whole = next.is_none();
        Ok(pages)
    }
}
