//! Which customers there are: one, or all of them in pages ("Get a list of customers").
//!
//! A page says with a `continuationToken` where the next one begins, which is asked for with `seekOperation=Next` and the
//! token in the header `MS-ContinuationToken`.
//!
//! **Invariant:** customers come by their tenant ids; a token is the last id of the page before.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::catalogue;
use super::faults::Refused;
use super::reply::{Refusal, Reply};
use super::view;
use super::world::World;
use super::{LastPage, SandboxError};
use crate::partner_center::wire::Collection;
use crate::partner_center::wire::customer::Customer;

/// How many customers a page has where nothing is said; the page's sample has 40.
const PAGE: usize = 40;

/// Reads customers from YAML: the name of a company for each tenant id, which counts in lower case.
///
/// # Errors
/// [`SandboxError::Companies`] with line and column, or the id that is none.
pub fn read_companies(text: &str) -> Result<BTreeMap<String, String>, SandboxError> {
    let read: Option<BTreeMap<String, String>> =
        serde_yaml::from_str(text).map_err(|error| SandboxError::Companies(error.to_string()))?;
    let read = read.unwrap_or_default();
    match read.keys().find(|id| !catalogue::is_guid(id)) {
        Some(id) => Err(SandboxError::Companies(format!("`{id}` is not a GUID"))),
        None => Ok(read.into_iter().map(|(id, name)| (id.to_ascii_lowercase(), name)).collect()),
    }
}

/// Which page is asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct PageQuery {
    /// `size`.
    pub(super) size: Option<usize>,
    /// `MS-ContinuationToken`, where `seekOperation` is `Next`.
    pub(super) after: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(flatten)]
    collection: Collection<Customer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    continuation_token: Option<String>,
}

impl World {
    /// Lists a page of the customers that are known: those who bought, those who have a name, and those who are refused
    /// something.
    pub(super) fn customers(&self, query: &PageQuery) -> Reply {
        let mut ids: BTreeSet<&str> = self.by_customer.keys().map(String::as_str).collect();
        ids.extend(self.rules.customers.keys().map(String::as_str));
        ids.extend(self.rules.faults.customers.keys().map(String::as_str));
        let after = query.after.as_deref().and_then(|token| token.split_once('@'));
        // The size is that of the first page.
        let size = after.and_then(|(size, _)| size.parse().ok()).or(query.size).unwrap_or(PAGE);
        let size = size.clamp(1, self.rules.page.max(1));
        let after = after.map_or("", |(_, id)| id);
        let rest: Vec<&str> = ids.into_iter().filter(|id| *id > after).collect();
        if rest.is_empty() && query.after.is_some() {
            return Reply::from(&Refusal::new(400, 2000, "There are no more customers."));
        }
        let page: Vec<&str> = rest.iter().copied().take(size).collect();
        let goes_on = page.len() < rest.len() || self.rules.last_page == LastPage::Refused;
        let token = page.last().filter(|_| goes_on).map(|last| format!("{size}@{last}"));
        let customers = page.into_iter().map(|id| self.profile(id)).collect();
        Reply::json(200, &Page { collection: Collection::of(customers), continuation_token: token })
    }

    /// Reads one customer; every GUID is one.
    pub(super) fn customer_by_id(&self, customer: &str) -> Result<Reply, Refusal> {
        let customer = self.customer(customer, false)?;
        Ok(Reply::json(200, &self.profile(&customer)))
    }

    fn profile(&self, id: &str) -> Customer {
        let refused = self.rules.faults.customers.get(id);
        let name = self.rules.customers.get(id).map(String::as_str);
        let country = self.market(id).tenant.country;
        view::customer(id, name, !refused.is_some_and(Refused::is_stranger), &country)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::sandbox::Options;

    fn world(last_page: LastPage) -> World {
        let named = |n: u8| (format!("00000000-0000-4000-8000-00000000000{n}"), format!("Company {n}"));
        let customers = (1..=5).map(named).collect();
        World::open(Options { customers, last_page, ..Options::default() }).unwrap()
    }

    /// Reads page after page, and returns the names with the status of the last answer.
    fn walk(world: &World) -> (Vec<Vec<String>>, u16) {
        let (mut pages, mut query) = (Vec::new(), PageQuery { size: Some(2), after: None });
        loop {
            let reply = world.customers(&query);
            let body: Value = serde_json::from_slice(&reply.body).unwrap();
            let Some(items) = body["items"].as_array() else { return (pages, reply.status.as_u16()) };
            let name = |item: &Value| item["companyProfile"]["companyName"].as_str().unwrap().to_owned();
            pages.push(items.iter().map(name).collect());
            match body["continuationToken"].as_str() {
                None => return (pages, reply.status.as_u16()),
                Some(token) => query = PageQuery { size: None, after: Some(token.to_owned()) },
            }
        }
    }

    #[test]
    fn every_customer_is_on_one_page_however_the_list_ends() {
        for (last_page, status) in [(LastPage::NoToken, 200), (LastPage::Refused, 400)] {
            let (pages, last) = walk(&world(last_page));
            assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1]);
            assert_eq!((pages.concat()[4].as_str(), last), ("Company 5", status));
        }
    }
}
