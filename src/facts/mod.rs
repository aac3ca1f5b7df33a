//! What is asked of Partner Center before anything is bought: which availabilities there are, and what it would refuse.
//!
//! Everything is asked once for each customer, because the catalogue of a customer is that of its country and its segment, and
//! nothing but that catalogue says which segment it is in. Of a customer that is one request for each SKU where availabilities
//! are resolved, and two more where a plan is checked.
//!
//! **Invariant:** it asks, and decides nothing. What was not answered is known not to be; only a sign-in that is not accepted
//! ends it, because everything else would meet the same.

mod search;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinSet;

pub use search::search;

use crate::apply::{Retries, patiently};
use crate::domain::{CustomerId, Eligibility, Facts, Known, OfferId, OrderSpec, Promoted, Shelf, Sku};
use crate::plan::{self, Plan};
use crate::ports::{Catalogue, ReadError, Timer};

/// The most customers that are asked about at a time.
const AT_A_TIME: usize = 8;

/// "This resource doesn't support application-only authentication" ("Error codes", with status 403).
const USER_NEEDED: &str = "900329";

/// How much is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Availabilities of offers that leave them out.
    Availabilities,
    /// All that bears on whether an order will be refused.
    Everything,
}

/// What was learnt, and what it took.
#[derive(Debug, Default)]
pub struct Learnt {
    /// What is known, by customer.
    pub facts: BTreeMap<CustomerId, Facts>,
    /// How many requests were made.
    pub requests: u64,
}

impl Learnt {
    /// Returns what was found of the lines of a plan that leave their availability open.
    #[must_use]
    pub fn resolutions(&self, plan: &Plan) -> plan::Resolutions {
        plan::resolutions(plan, |customer, offer| self.facts.get(&customer)?.shelf(offer))
    }
}

/// Asks about what a plan would buy.
///
/// # Errors
/// [`ReadError::SignIn`] and nothing else.
pub async fn learn<C: Catalogue, T: Timer>(
    plan: &Plan,
    depth: Depth,
    catalogue: &Arc<C>,
    timer: &Arc<T>,
) -> Result<Learnt, ReadError> {
    let mut waiting = wishes(plan, depth);
    let (mut tasks, mut learnt) = (JoinSet::new(), Learnt::default());
    let (no_user, retries) = (Arc::new(Mutex::new(None)), Arc::new(Retries::default()));
    loop {
        while tasks.len() < AT_A_TIME
            && let Some((customer, specs)) = waiting.pop_first()
        {
            let asking = Asking {
                catalogue: Arc::clone(catalogue),
                timer: Arc::clone(timer),
                customer,
                depth,
                no_user: Arc::clone(&no_user),
                retries: Arc::clone(&retries),
                requests: 0,
            };
            tasks.spawn(asking.ask(specs));
        }
        let Some(done) = tasks.join_next().await else { return Ok(learnt) };
        let (customer, facts, requests) = match done {
            Ok(asked) => asked?,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        learnt.requests += requests;
        learnt.facts.insert(customer, facts);
    }
}

/// Sorts what is wished for by customer: specs in whole where everything is asked, else those that leave something open.
fn wishes(plan: &Plan, depth: Depth) -> BTreeMap<CustomerId, Vec<OrderSpec>> {
    let mut wishes: BTreeMap<CustomerId, Vec<OrderSpec>> = BTreeMap::new();
    let is_asked = |step: &&plan::Step| match depth {
        Depth::Availabilities => step.open_lines().next().is_some(),
        Depth::Everything => plan::is_checked(step),
    };
    for step in plan.steps.iter().filter(is_asked) {
        wishes.entry(step.customer_id).or_default().push(step.sent());
    }
    wishes
}

/// One customer being asked about.
struct Asking<C, T> {
    catalogue: Arc<C>,
    timer: Arc<T>,
    customer: CustomerId,
    depth: Depth,
    /// Why nobody but a user may ask for agreements, once that was said.
    no_user: Arc<Mutex<Option<String>>>,
    /// What all of them may ask again.
    retries: Arc<Retries>,
    requests: u64,
}

impl<C: Catalogue, T: Timer> Asking<C, T> {
    async fn ask(mut self, specs: Vec<OrderSpec>) -> Result<(CustomerId, Facts, u64), ReadError> {
        let nobody_asked = || "nobody asked".to_owned();
        let mut facts = Facts {
            profile: Err(nobody_asked()),
            agreed: Err(nobody_asked()),
            shelves: BTreeMap::new(),
            eligibilities: Ok(Vec::new()),
        };
        let all = self.depth == Depth::Everything;
        if all {
            let (shop, customer) = (Arc::clone(&self.catalogue), self.customer);
            let profile =
                patiently(&*self.timer, &mut self.requests, &self.retries, || shop.profile(customer)).await;
            facts.profile = known(profile)?;
            facts.agreed = self.agreed().await?;
        }
        let country = facts.profile.as_ref().ok().and_then(|profile| profile.country.clone());
        for offer in self.offers(&specs) {
            let shelf = match offer.product_and_sku() {
                Some(_) => self.shelf(&offer).await?,
                None => self.legacy(&offer, country.clone()).await?,
            };
            facts.shelves.insert(offer.product().to_ascii_uppercase(), shelf);
        }
        if all {
            facts.eligibilities = self.eligibilities(&specs, &facts).await?;
        }
        Ok((self.customer, facts, self.requests))
    }

    /// Returns the offers that are asked about, one of each SKU.
    fn offers(&self, specs: &[OrderSpec]) -> Vec<OfferId> {
        let lines = specs.iter().flat_map(|spec| &spec.line_items);
        let all = self.depth == Depth::Everything;
        let asked = lines.filter(|line| all || line.offer_id.leaves_availability_open());
        let by_product = asked.map(|line| (line.offer_id.product().to_ascii_uppercase(), &line.offer_id));
        by_product.collect::<BTreeMap<_, _>>().into_values().cloned().collect()
    }

    /// Asks for the agreement, unless it was said that this takes a user.
    async fn agreed(&mut self) -> Result<Known<bool>, ReadError> {
        if let Some(why) = self.no_user.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Ok(Err(why));
        }
        let (shop, customer) = (Arc::clone(&self.catalogue), self.customer);
        let agreed =
            patiently(&*self.timer, &mut self.requests, &self.retries, || shop.agreed(customer)).await;
        if let Err(ReadError::Refused(fault)) = &agreed
            && fault.code == USER_NEEDED
        {
            let why = "only a user may ask for agreements, and this sign-in is an application's".to_owned();
            *self.no_user.lock().unwrap_or_else(PoisonError::into_inner) = Some(why.clone());
            return Ok(Err(why));
        }
        known(agreed)
    }

    async fn shelf(&mut self, offer: &OfferId) -> Result<Known<Shelf>, ReadError> {
        let (shop, customer) = (Arc::clone(&self.catalogue), self.customer);
        let found = patiently(&*self.timer, &mut self.requests, &self.retries, || {
            shop.availabilities(customer, offer.clone())
        });
        let (sku, availabilities) = match known(found.await)? {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(Ok(Shelf::default())),
            Err(why) => return Ok(Err(why)),
        };
        let sku = match sku {
            Some(sku) => sku,
            None if self.depth == Depth::Availabilities => Sku::default(),
            None => {
                let asked = patiently(&*self.timer, &mut self.requests, &self.retries, || {
                    shop.sku(customer, offer.clone())
                });
                match known(asked.await)? {
                    Ok(sku) => sku.unwrap_or_default(),
                    Err(why) => return Ok(Err(why)),
                }
            }
        };
        Ok(Ok(Shelf { sku, availabilities }))
    }

    async fn legacy(&mut self, offer: &OfferId, country: Option<String>) -> Result<Known<Shelf>, ReadError> {
        let Some(country) = country else {
            return Ok(Err("the customer's country is not known".to_owned()));
        };
        let shop = Arc::clone(&self.catalogue);
        let asked = patiently(&*self.timer, &mut self.requests, &self.retries, || {
            shop.legacy_offer(offer.clone(), country.clone())
        });
        let of = |sku: Option<Sku>| Shelf { sku: sku.unwrap_or_default(), availabilities: Vec::new() };
        Ok(known(asked.await)?.map(of))
    }

    /// Asks about all promotions of the customer in one request.
    async fn eligibilities(
        &mut self,
        specs: &[OrderSpec],
        facts: &Facts,
    ) -> Result<Known<Vec<(Promoted, Eligibility)>>, ReadError> {
        let lines: Vec<Promoted> = specs.iter().flat_map(|spec| promoted(spec, facts)).collect();
        if lines.is_empty() {
            return Ok(Ok(Vec::new()));
        }
        let (shop, customer) = (Arc::clone(&self.catalogue), self.customer);
        let asked = patiently(&*self.timer, &mut self.requests, &self.retries, || {
            shop.eligibilities(customer, lines.clone())
        });
        Ok(known(asked.await)?.map(|answers| lines.into_iter().zip(answers).collect()))
    }
}

/// Returns the lines with a promotion that can be asked about: those whose availability is known.
fn promoted(spec: &OrderSpec, facts: &Facts) -> Vec<Promoted> {
    let of_line = |line: &crate::domain::LineItem| {
        let promotion = line.promotion_id.clone()?;
        let offer = match line.offer_id.leaves_availability_open() {
            false => line.offer_id.clone(),
            true => {
                let shelf = facts.shelf(&line.offer_id)?.as_ref().ok()?;
                plan::choose_among(spec, line, &shelf.availabilities).ok()?
            }
        };
        let (quantity, term) = (line.quantity, line.term_duration.clone());
        Some(Promoted { offer, quantity, term, cycle: spec.billing_cycle.clone(), promotion })
    };
    spec.line_items.iter().filter_map(of_line).collect()
}

/// Takes an answer, or why there is none; a sign-in that is not accepted is everybody's.
fn known<T>(asked: Result<T, ReadError>) -> Result<Known<T>, ReadError> {
    match asked {
        Ok(answer) => Ok(Ok(answer)),
        Err(error @ ReadError::SignIn(_)) => Err(error),
        Err(error) => Ok(Err(error.to_string())),
    }
}
