//! The catalogue: the client as [`Catalogue`] has it.
//!
//! Everything is asked for one customer, so that country and segment are the customer's own and need not be known here.
//!
//! **Invariant:** one request a call, and none that buys; the one POST here asks about promotions and changes nothing.

use reqwest::Url;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::client::{Client, failed, read_error};
use super::exchange::Whole;
use super::wire::catalogue as wire;
use super::{body, shelves};
use crate::domain::{
    CustomerId, Eligibility, Listed, OfferId, Product, Profile, Promoted, ServiceError, Sku,
};
use crate::ports::{Catalogue, ReadError};

/// "Error codes", with status 403.
const NO_RELATIONSHIP: &str = "20002";

/// "Get a list of products": licences are among its online services.
const ONLINE_SERVICES: &str = "OnlineServices";

impl Catalogue for Client {
    async fn profile(&self, customer: CustomerId) -> Result<Profile, ReadError> {
        match self.one(self.of_customer(customer, &[])).await {
            Ok(Some(found)) => Ok(shelves::profile(found)),
            Ok(None) => Err(failed(&format!("Partner Center does not know customer {customer}"))),
            // It says of whom we may not even read that there is no relationship.
            Err(ReadError::Refused(fault)) if fault.code == NO_RELATIONSHIP => {
                Ok(Profile { relationship: Some("none".to_owned()), country: None })
            }
            Err(error) => Err(error),
        }
    }

    async fn agreed(&self, customer: CustomerId) -> Result<bool, ReadError> {
        let mut url = self.of_customer(customer, &["agreements"]);
        url.query_pairs_mut().append_pair("agreementType", "MicrosoftCustomerAgreement");
        let agreements: Vec<wire::Agreement> = self.listed(url).await?.unwrap_or_default();
        Ok(agreements.iter().any(|one| one.kind.eq_ignore_ascii_case("MicrosoftCustomerAgreement")))
    }

    async fn availabilities(
        &self,
        customer: CustomerId,
        offer: OfferId,
    ) -> Result<Option<Listed>, ReadError> {
        let url = self.sku_url(customer, &offer, &["availabilities"])?;
        let found: Option<Vec<wire::Availability>> = self.listed(url).await?;
        found.map(|found| shelves::availabilities(&offer, found).map_err(ReadError::Failed)).transpose()
    }

    async fn sku(&self, customer: CustomerId, offer: OfferId) -> Result<Option<Sku>, ReadError> {
        let found: Option<wire::Sku> = self.one(self.sku_url(customer, &offer, &[])?).await?;
        Ok(found.map(|sku| shelves::sku(offer.product(), sku)))
    }

    async fn skus(&self, customer: CustomerId, product: String) -> Result<Vec<Sku>, ReadError> {
        let found: Option<Vec<wire::Sku>> =
            self.listed(self.of_customer(customer, &["products", &product, "skus"])).await?;
        let named = |sku: wire::Sku| shelves::sku(&format!("{product}:{}", sku.id), sku);
        Ok(found.unwrap_or_default().into_iter().map(named).collect())
    }

    async fn products(&self, customer: CustomerId) -> Result<Vec<Product>, ReadError> {
        let mut url = self.of_customer(customer, &["products"]);
        url.query_pairs_mut().append_pair("targetView", ONLINE_SERVICES);
        let found: Vec<wire::Product> = self.listed(url).await?.unwrap_or_default();
        Ok(found.into_iter().map(|one| Product { id: one.id, title: one.title }).collect())
    }

    async fn legacy_offer(&self, offer: OfferId, country: String) -> Result<Option<Sku>, ReadError> {
        let url = self.endpoint.url(&["offers", offer.as_str()]);
        let mut url = url.ok_or_else(|| failed(&format!("`{offer}` is not an offer id")))?;
        url.query_pairs_mut().append_pair("country", &country);
        let found: Option<wire::Offer> = self.one(url).await?;
        Ok(found.map(|found| shelves::legacy(&offer, found)))
    }

    async fn eligibilities(
        &self,
        customer: CustomerId,
        lines: Vec<Promoted>,
    ) -> Result<Vec<Eligibility>, ReadError> {
        let url = self.of_customer(customer, &["promotionEligibilities"]);
        let asked = shelves::promoted(&lines);
        let question = serde_json::to_string(&asked).map_err(|error| failed(&error.to_string()))?;
        let (whole, _) = self.inquire(url, question, self.settings.list_limit_bytes).await?;
        if whole.status != 200 {
            return Err(read_error(&whole));
        }
        let found: Vec<wire::PromotionEligibility> = items(&whole)?;
        shelves::eligibilities(&lines, found).map_err(ReadError::Failed)
    }
}

impl Client {
    /// Returns where something of a customer's stands. What is not a path segment is left to the server to refuse.
    fn of_customer(&self, customer: CustomerId, rest: &[&str]) -> Url {
        let id = customer.to_string();
        let segments: Vec<&str> =
            ["customers", id.as_str()].into_iter().chain(rest.iter().copied()).collect();
        let fallback = || self.endpoint.url(&["customers", &id]).expect("a GUID is a path segment");
        self.endpoint.url(&segments).unwrap_or_else(fallback)
    }

    fn sku_url(&self, customer: CustomerId, offer: &OfferId, rest: &[&str]) -> Result<Url, ReadError> {
        let (product, sku) =
            offer.product_and_sku().ok_or_else(|| failed(&format!("`{offer}` has no product and SKU")))?;
        let id = customer.to_string();
        let mut segments = vec!["customers", &id, "products", product, "skus", sku];
        segments.extend(rest);
        self.endpoint.url(&segments).ok_or_else(|| failed(&format!("`{offer}` is not an offer id")))
    }

    /// Reads one resource; `None` where there is none.
    async fn one<T: DeserializeOwned>(&self, url: Url) -> Result<Option<T>, ReadError> {
        let limit = self.settings.order_limit_bytes;
        let Some(whole) = found(self.read(url, HeaderMap::new(), limit).await?.0)? else { return Ok(None) };
        let value = body::read(&whole.body).map_err(ReadError::Failed)?;
        serde_json::from_value(value).map(Some).map_err(|error| failed(&error.to_string()))
    }

    /// Reads a list; `None` where what it is of is not there.
    async fn listed<T: DeserializeOwned>(&self, url: Url) -> Result<Option<Vec<T>>, ReadError> {
        let limit = self.settings.list_limit_bytes;
        let Some(whole) = found(self.read(url, HeaderMap::new(), limit).await?.0)? else { return Ok(None) };
        items(&whole).map(Some)
    }
}

/// Returns the answer where there is what was asked for, and `None` where Partner Center says that there is not.
fn found(whole: Whole) -> Result<Option<Whole>, ReadError> {
    let fault: Option<ServiceError> =
        (whole.status == 404).then(|| body::read_fault(404, &whole.body)).flatten();
    match (whole.status, fault) {
        (200, _) => Ok(Some(whole)),
        (404, Some(_)) => Ok(None),
        _ => Err(read_error(&whole)),
    }
}

/// Reads the items of a list, each of which must be what it is taken for: of one that is cut, the one that is left could be
/// taken for the only one.
fn items<T: DeserializeOwned>(whole: &Whole) -> Result<Vec<T>, ReadError> {
    let list: Value = body::read(&whole.body).map_err(ReadError::Failed)?;
    let items = body::read_all_items(list).map_err(ReadError::Failed)?;
    let read = |item| serde_json::from_value(item).map_err(|error| failed(&error.to_string()));
    items.into_iter().map(read).collect()
}
