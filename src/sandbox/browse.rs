//! What is shown of what is for sale: products, SKUs, availabilities, offers, promotions, agreements.
//!
//! Asked for a customer, all of it is as the customer's country and segment have it; asked without one, it is commercial.
//! What is made up (any id of the right shape) can be looked at too, and is in no list.
//!
//! **Invariant:** whatever `shop` refuses because of the offer, this says beforehand, from the same table.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Tenant;
use super::catalogue::{self, Generation, Offer};
use super::goods::{GOODS, Good, Kind, PROMOTIONS, Promotion};
use super::reply::{Refusal, Reply};
use super::shop::Market;
use super::world::World;
use crate::partner_center::wire;
use crate::partner_center::wire::catalogue::{
    Agreement, AttestationProperties, Availability, Eligible, Items, Product, ProductType,
    PromotionEligibility, Sku, Term,
};
use crate::partner_center::wire::{Attributes, Collection, Link};

/// What is asked about promotions, of a line.
type Asked<'a> = (&'a str, &'a str);

/// Where somebody looks: a customer's market, and how its paths begin.
pub(super) struct Aisle {
    market: Market,
    path: String,
}

impl World {
    /// Returns where a customer looks, or anybody in a country.
    pub(super) fn aisle(&self, customer: Option<&str>, country: Option<&str>) -> Result<Aisle, Refusal> {
        match customer {
            Some(customer) => {
                let customer = self.customer(customer, false)?;
                Ok(Aisle { market: self.market(&customer), path: format!("/customers/{customer}") })
            }
            None => {
                let country = country.unwrap_or("US").to_owned();
                let tenant = Tenant { country, ..Tenant::default() };
                let market = Market { tenant, reissued: self.reissued, ..Market::default() };
                Ok(Aisle { market, path: String::new() })
            }
        }
    }

    /// Gives every availability another id, as happens from time to time ("Get an availability by ID").
    pub(super) fn reissue(&mut self) -> Reply {
        self.reissued += 1;
        Reply::json(200, &json!({ "reissued": self.reissued }))
    }

    /// Lists a customer's agreements ("Get confirmation of customer consent").
    pub(super) fn agreements_of(&self, customer: &str) -> Result<Reply, Refusal> {
        let customer = self.customer(customer, false)?;
        let refused =
            self.rules.faults.customers.get(&customer).is_some_and(|refused| refused.code == 13_605);
        let agreed = self.market(&customer).tenant.agreement && !refused;
        let agreement = self.agreements.get(&customer).cloned().unwrap_or_else(|| Agreement {
            template_id: "117a77b0-9360-443b-8795-c6dedc750cf9".to_owned(),
            date_agreed: "2018-06-14T00:00:00.000Z".to_owned(),
            kind: "MicrosoftCustomerAgreement".to_owned(),
            primary_contact: json!({ "firstName": "Tania", "lastName": "Carr", "email": "someone@example.com" }),
        });
        Ok(Reply::json(200, &Collection::of(agreed.then_some(agreement).into_iter().collect::<Vec<_>>())))
    }

    /// Confirms a customer's agreement; once is enough (400/600061).
    pub(super) fn agree(&mut self, customer: &str, body: &[u8]) -> Result<Reply, Refusal> {
        let customer = self.customer(customer, false)?;
        let agreement: Agreement =
            wire::read(body).map_err(|failure| Refusal::invalid_input(failure.to_string()))?;
        if self.market(&customer).tenant.agreement {
            return Err(Refusal::new(400, 600_061, "The agreement was confirmed before."));
        }
        self.agreements.insert(customer, agreement.clone());
        Ok(Reply::json(201, &agreement))
    }
}

impl Aisle {
    /// Lists the products ("Get a list of products"), of one segment.
    pub(super) fn products(&self, target_view: Option<&str>) -> Result<Reply, Refusal> {
        if !target_view.is_some_and(|view| view.eq_ignore_ascii_case("OnlineServices")) {
            return Err(Refusal::new(403, 400_036, "The target view is not supported."));
        }
        let mut products: Vec<Product> = Vec::new();
        for good in GOODS.iter().filter(|good| self.shows(good)) {
            if products.last().is_none_or(|last| last.id != good.product) {
                products.push(self.product_of(good.product, good.family));
            }
        }
        Ok(Reply::json(200, &Collection::of(products)))
    }

    /// Reads one product; 404/400013 where it is unknown.
    pub(super) fn product(&self, product: &str) -> Result<Reply, Refusal> {
        let known = GOODS.iter().find(|good| good.product.eq_ignore_ascii_case(product));
        let made_up = catalogue::find(&format!("{product}:0001")).map(|_| product);
        let title = known.map(|good| good.family).or(made_up).ok_or_else(no_product)?;
        Ok(Reply::json(200, &self.product_of(product, title)))
    }

    /// Lists the SKUs of a product.
    pub(super) fn skus(&self, product: &str) -> Result<Reply, Refusal> {
        let goods =
            GOODS.iter().filter(|good| good.product.eq_ignore_ascii_case(product) && self.shows(good));
        let skus: Vec<Sku> =
            goods.filter_map(|good| self.find(product, good.sku)).map(|o| self.sku_of(&o)).collect();
        if skus.is_empty() { Err(no_product()) } else { Ok(Reply::json(200, &Collection::of(skus))) }
    }

    /// Reads one SKU; 404/400018 where it is unknown.
    pub(super) fn sku(&self, product: &str, sku: &str) -> Result<Reply, Refusal> {
        let offer = self.find(product, sku).ok_or_else(no_sku)?;
        Ok(Reply::json(200, &self.sku_of(&offer)))
    }

    /// Lists the availabilities of a SKU: one, where it is shown to the customer at all.
    pub(super) fn availabilities(&self, product: &str, sku: &str) -> Result<Reply, Refusal> {
        let offer = self.find(product, sku).ok_or_else(no_sku)?;
        let shown = offer.good.is_none_or(|good| self.shows(good));
        let one = shown.then(|| self.availability_of(&offer));
        Ok(Reply::json(200, &Collection::of(one.into_iter().collect::<Vec<_>>())))
    }

    /// Reads one availability.
    pub(super) fn availability(&self, product: &str, sku: &str, id: &str) -> Result<Reply, Refusal> {
        let offer = self.find(product, sku).filter(|offer| offer.id.ends_with(id)).ok_or_else(no_sku)?;
        Ok(Reply::json(200, &self.availability_of(&offer)))
    }

    /// Answers about promotions, a line each ("Verify promotion eligibility").
    pub(super) fn eligibilities(body: &[u8]) -> Result<Reply, Refusal> {
        let asked: Items<PromotionEligibility> =
            wire::read(body).map_err(|failure| Refusal::invalid_input(failure.to_string()))?;
        let answer = |line: PromotionEligibility| {
            let id = line.promotion_id.clone().unwrap_or_default();
            let term = line.term_duration.clone().unwrap_or_default();
            let cycle = line.billing_cycle.clone().unwrap_or_default();
            let judged = eligible(id.trim(), &line.catalog_item_id, line.quantity, (&term, &cycle));
            let is_eligible = judged.is_ok();
            let errors = judged.err().unwrap_or_default();
            let one = Eligible { promotion_id: id, is_eligible, errors };
            PromotionEligibility { promotion_id: None, eligibilities: vec![one], ..line }
        };
        Ok(Reply::json(200, &Collection::of(asked.items.into_iter().map(answer).collect::<Vec<_>>())))
    }

    /// Lists the promotions of a country and segment.
    pub(super) fn promotions() -> Reply {
        Reply::json(200, &Collection::of(PROMOTIONS.iter().map(promotion).collect::<Vec<_>>()))
    }

    fn shows(&self, good: &Good) -> bool {
        good.kind != Kind::Education || self.market.tenant.segment == "education"
    }

    fn find(&self, product: &str, sku: &str) -> Option<Offer> {
        let offer = catalogue::find_after(&format!("{product}:{sku}"), self.market.reissued)?;
        let is_of_a_known_product = GOODS.iter().any(|good| good.product.eq_ignore_ascii_case(product));
        (offer.good.is_some() || !is_of_a_known_product).then_some(offer)
    }

    fn product_of(&self, id: &str, title: &str) -> Product {
        let path = format!("{}/products/{id}", self.path);
        let kind = "OnlineServicesNCE".to_owned();
        Product {
            id: id.to_owned(),
            title: title.to_owned(),
            description: format!("{title}, as it is sold in the sandbox"),
            product_type: Some(ProductType { id: kind.clone(), display_name: kind }),
            links: self.links(&[("self", path.clone()), ("skus", format!("{path}/skus"))]),
        }
    }

    fn sku_of(&self, offer: &Offer) -> Sku {
        let parts: Vec<&str> = offer.id.split(':').collect();
        let [product, id, _] = parts.as_slice() else { return Sku::default() };
        let path = format!("{}/products/{product}/skus/{id}", self.path);
        let kind = offer.good.map_or(Kind::Plain, |good| good.kind);
        let needed = if let Kind::Addon(base) = kind { vec![base] } else { Vec::new() };
        let mut cycles: Vec<String> = offer.terms().iter().map(|(_, cycle)| snake(cycle)).collect();
        cycles.sort();
        cycles.dedup();
        let attested =
            AttestationProperties { attestation_type: "Windows365".to_owned(), enforce_attestation: true };
        Sku {
            id: (*id).to_owned(),
            product_id: (*product).to_owned(),
            title: offer.title.clone(),
            minimum_quantity: Some(offer.minimum),
            maximum_quantity: Some(offer.maximum),
            is_trial: offer.is_trial,
            supported_billing_cycles: cycles,
            purchase_prerequisites: vec!["MicrosoftCustomerAgreement".to_owned()],
            dynamic_attributes: BTreeMap::from([
                ("isAddon".to_owned(), json!(!needed.is_empty())),
                ("prerequisiteSkus".to_owned(), json!(needed)),
            ]),
            attestation_properties: (kind == Kind::Attested).then_some(attested),
            links: self.links(&[("availabilities", format!("{path}/availabilities")), ("self", path)]),
        }
    }

    fn availability_of(&self, offer: &Offer) -> Availability {
        let parts: Vec<&str> = offer.id.split(':').collect();
        let [product, sku, id] = parts.as_slice() else { return Availability::default() };
        let path = format!("{}/products/{product}/skus/{sku}/availabilities/{id}", self.path);
        let term = |(duration, cycle): &(&str, &str)| Term {
            duration: (*duration).to_owned(),
            description: format!("{duration}, billed {cycle}"),
            billing_cycle: Some((*cycle).to_owned()),
        };
        Availability {
            id: (*id).to_owned(),
            product_id: (*product).to_owned(),
            sku_id: (*sku).to_owned(),
            catalog_item_id: offer.id.clone(),
            segment: Some(self.market.tenant.segment.clone()),
            country: Some(self.market.tenant.country.clone()),
            is_purchasable: Some(self.market.sells(offer)),
            terms: offer.terms().iter().map(term).collect(),
            sku: Some(self.sku_of(offer)),
            links: self.links(&[("self", path)]),
        }
    }

    fn links(&self, links: &[(&str, String)]) -> BTreeMap<String, Link> {
        let country = &self.market.tenant.country;
        links
            .iter()
            .map(|(name, uri)| ((*name).to_owned(), Link::get(format!("{uri}?country={country}"))))
            .collect()
    }
}

/// Reads a legacy offer; 400/2100 where it is one of new commerce ("Error codes").
pub(super) fn offer(id: &str) -> Result<Reply, Refusal> {
    let found = catalogue::find(id).ok_or_else(|| Refusal::new(404, 600_001, "Offer not found."))?;
    if found.generation == Generation::Modern {
        return Err(Refusal::new(400, 2100, "The offer id is one of a product."));
    }
    let offer = wire::catalogue::Offer {
        id: found.id,
        name: found.title,
        minimum_quantity: Some(found.minimum),
        maximum_quantity: Some(found.maximum),
        supported_billing_cycles: match found.is_trial {
            true => vec!["none".to_owned()],
            false => {
                ["monthly", "annual", "none", "one_time", "biennial", "triennial"].map(str::to_owned).into()
            }
        },
        is_add_on: false,
        is_trial: found.is_trial,
        is_available_for_purchase: Some(true),
        prerequisite_offers: Vec::new(),
        attributes: Attributes::of("Offer"),
    };
    Ok(Reply::json(200, &offer))
}

/// Says why a promotion is not given; one that the sandbox does not know is given.
pub(super) fn eligible(
    id: &str,
    offer: &str,
    quantity: i64,
    (term, cycle): Asked<'_>,
) -> Result<(), Vec<Value>> {
    let Some(promotion) = PROMOTIONS.iter().find(|promotion| promotion.id.eq_ignore_ascii_case(id)) else {
        return Ok(());
    };
    let mut errors = Vec::new();
    if !offer.to_ascii_uppercase().starts_with(promotion.offer) {
        errors.push(json!({ "type": "Product", "requiredProduct": promotion.offer }));
    }
    let (least, most) = promotion.seats;
    if !(least..=most).contains(&quantity) {
        errors.push(json!({ "type": "SeatCount", "minRequiredSeats": least, "maxRequiredSeats": most }));
    }
    let (duration, billed) = promotion.term;
    if duration != term || !billed.eq_ignore_ascii_case(&cycle.replace('_', "")) {
        let terms = json!([{ "duration": duration, "billingCycle": billed }]);
        errors.push(json!({ "type": "Term", "eligibleTerms": terms }));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn promotion(promotion: &Promotion) -> Value {
    let (duration, cycle) = promotion.term;
    let (product, sku) = promotion.offer.split_once(':').unwrap_or((promotion.offer, ""));
    json!({
        "id": promotion.id,
        "name": promotion.name,
        "description": promotion.name,
        "startDate": "2021-09-23T00:00:00+00:00",
        "endDate": "9999-12-31T23:59:59+00:00",
        "properties": { "isAutoApplicable": false },
        "requiredProducts": [{
            "productId": product,
            "skuId": sku,
            "term": { "duration": duration, "billingCycle": cycle },
            "pricingPolicies": [{ "policyType": "PercentDiscount", "value": "0.05" }],
        }],
    })
}

fn snake(cycle: &str) -> String {
    match cycle {
        "OneTime" => "one_time".to_owned(),
        other => other.to_ascii_lowercase(),
    }
}

fn no_product() -> Refusal {
    Refusal::new(404, 400_013, "Product was not found.")
}

fn no_sku() -> Refusal {
    Refusal::new(404, 400_018, "SKU was not found.")
}
