//! The digest of a plan: one line that stands for everything in it.
//!
//! It covers the lineage, the serial, every step with all that is shown of it, and the pins. It covers no time, so that
//! an unchanged plan has an unchanged digest. What it is made of is spelt out here field by field: it depends neither on
//! how Rust prints a value nor on a file format.
//!
//! **Invariant:** every value goes in with its length, so no two plans are fed to the hash as the same bytes; a field
//! that is added to a step, an order or the pins does not compile before it is here.

use sha2::{Digest as _, Sha256};

use super::{
    Action, Block, Cost, Costs, Difference, Former, Gap, Held, Limit, LinePrice, OrderPrice, Plan, Step,
    Unavailable, Unpriced,
};
use crate::domain::{
    AllowedCustomer, Bound, Currency, Limits, LineItem, OrderId, OrderName, OrderSpec, Recovery,
    RecoveryMode, Rulebook,
};

/// What the hash is begun with; another number where what follows is encoded in another way.
const FORMAT: &str = "orderform plan 1";

impl Plan {
    /// Returns `sha256:…` over all decisions and all pins, so that a person can approve it and a record can name it.
    #[must_use]
    pub fn digest(&self) -> String {
        let Self { lineage, serial, steps, pins, costs, checks: _, limits: _ } = self;
        digest_of(|hash| {
            hash.text(FORMAT);
            hash.text(&lineage.to_string());
            hash.number(*serial);
            hash.number(steps.len() as u64);
            steps.iter().for_each(|step| hash.step(step));
            hash.flag(pins.is_some());
            pins.iter().for_each(|pins| hash.pins(pins));
            // Nothing at all without prices, so that such plans keep the digest they had.
            costs.iter().for_each(|costs| hash.costs(costs));
        })
    }
}

/// Returns `sha256:…` over what limits came to, which is no part of a plan's digest.
#[must_use]
pub fn limits_digest(limits: &[Limit]) -> String {
    digest_of(|hash| {
        for limit in limits {
            let Limit { rule, keeper, bound, value, customer, customer_name, names, exceeded, allowed } =
                limit;
            hash.text(rule.as_str());
            hash.text(keeper.as_str());
            hash.bound(bound);
            hash.text(&value.written());
            hash.optional(customer.map(|id| id.to_string()).as_deref());
            hash.optional(customer_name.as_deref());
            hash.names(names);
            hash.flag(*exceeded);
            hash.optional(allowed.as_deref());
        }
    })
}

/// Returns `sha256:…` over what is fed to it.
pub(super) fn digest_of(feed: impl FnOnce(&mut Encoder)) -> String {
    let mut encoder = Encoder(Sha256::new());
    feed(&mut encoder);
    let hex: String = encoder.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// Feeds values to a hash.
pub(super) struct Encoder(Sha256);

impl Encoder {
    /// Takes bytes as they are: only where nothing else goes in.
    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(super) fn number(&mut self, number: u64) {
        self.0.update(number.to_be_bytes());
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.update(text);
    }

    pub(super) fn flag(&mut self, flag: bool) {
        self.0.update([u8::from(flag)]);
    }

    pub(super) fn optional(&mut self, text: Option<&str>) {
        self.flag(text.is_some());
        text.iter().for_each(|text| self.text(text));
    }

    pub(super) fn optional_flag(&mut self, flag: Option<bool>) {
        self.optional(flag.map(|flag| if flag { "true" } else { "false" }));
    }

    pub(super) fn texts<'t>(&mut self, texts: impl ExactSizeIterator<Item = &'t str>) {
        self.number(texts.len() as u64);
        texts.for_each(|text| self.text(text));
    }

    pub(super) fn limits(&mut self, limits: &Limits) {
        self.number(limits.iter().count() as u64);
        for (rule, bound) in limits.iter() {
            self.text(rule.as_str());
            self.bound(bound);
        }
    }

    fn bound(&mut self, bound: &Bound) {
        match bound {
            Bound::Most(most) => {
                self.text("most");
                self.number(*most);
            }
            Bound::Money(most) => {
                self.text("money");
                self.number(most.len() as u64);
                for (currency, amount) in most {
                    self.text(currency.as_str());
                    self.text(&amount.normalize().to_string());
                }
            }
            Bound::Offers(offers) => {
                self.text("offers");
                self.texts(offers.iter().map(|offer| offer.as_str()));
            }
            Bound::Customers(customers) => {
                self.text("customers");
                let written: Vec<String> = customers.iter().map(AllowedCustomer::written).collect();
                self.texts(written.iter().map(String::as_str));
            }
            Bound::Term(term) => {
                self.text("term");
                self.text(term.as_str());
            }
            Bound::Half => self.text("half"),
        }
    }

    pub(super) fn rulebook(&mut self, rules: &Rulebook) {
        let Rulebook { project, organisation } = rules;
        self.limits(project);
        self.flag(organisation.is_some());
        if let Some(organisation) = organisation {
            self.limits(&organisation.limits);
            self.texts(organisation.may_be_raised.iter().map(|rule| rule.as_str()));
        }
    }

    pub(super) fn recovery(&mut self, recovery: &Recovery) {
        let Recovery { mode, settle_after } = recovery;
        self.text(match mode {
            RecoveryMode::Verify => "verify",
            RecoveryMode::Trust => "trust",
            RecoveryMode::Strict => "strict",
        });
        self.optional(settle_after.map(|wait| wait.as_millis().to_string()).as_deref());
    }

    pub(super) fn spec(&mut self, spec: &OrderSpec) {
        let OrderSpec { customer_id, billing_cycle, partner_on_record_attestation_accepted, line_items } =
            spec;
        self.text(&customer_id.to_string());
        self.optional(billing_cycle.as_ref().map(|cycle| cycle.as_str()));
        self.optional_flag(*partner_on_record_attestation_accepted);
        self.number(line_items.len() as u64);
        line_items.iter().for_each(|line| self.line(line));
    }

    fn line(&mut self, line: &LineItem) {
        let LineItem {
            offer_id,
            quantity,
            friendly_name,
            term_duration,
            custom_term_end_date,
            promotion_id,
            partner_id_on_record,
            additional_partner_ids_on_record,
            attestation_accepted,
            renews_to,
            provisioning_context,
        } = line;
        self.text(offer_id.as_str());
        self.number((*quantity).into());
        self.optional(friendly_name.as_deref());
        self.optional(term_duration.as_ref().map(|term| term.as_str()));
        self.optional(custom_term_end_date.as_deref());
        self.optional(promotion_id.as_deref());
        self.optional(partner_id_on_record.as_deref());
        self.texts(additional_partner_ids_on_record.iter().map(String::as_str));
        self.optional_flag(*attestation_accepted);
        self.optional(renews_to.as_ref().map(|term| term.as_str()));
        self.number(provisioning_context.len() as u64);
        for (key, value) in provisioning_context {
            self.text(key);
            self.text(value);
        }
    }

    fn step(&mut self, step: &Step) {
        let Step { name, customer_id, customer_name, spec, allow_duplicate, auto_renew, offers, action } =
            step;
        self.text(name.as_str());
        self.text(&customer_id.to_string());
        self.optional(customer_name.as_deref());
        self.spec(spec);
        self.flag(*allow_duplicate);
        self.optional_flag(*auto_renew);
        self.text(action.word());
        match action {
            Action::Create => {}
            Action::Settle { request_id } => self.text(&request_id.to_string()),
            Action::Keep { order_id } | Action::Orphan { order_id } => self.order(order_id),
            Action::Rename { from, order_id } => {
                self.text(from.as_str());
                self.order(order_id);
            }
            Action::Blocked(block) => self.block(block),
        }
        // Nothing at all where manifests say all of it, so that such plans keep the digest they had.
        if !offers.is_empty() {
            self.text("availabilities");
            self.number(offers.len() as u64);
            for (line, offer) in offers {
                self.number(*line as u64);
                self.text(offer.as_str());
            }
        }
    }

    fn costs(&mut self, costs: &Costs) {
        self.text("costs");
        self.number(costs.len() as u64);
        for (name, cost) in costs {
            self.text(name.as_str());
            match cost {
                Cost::Known(OrderPrice { currency, lines }) => {
                    self.text(currency.as_str());
                    self.number(lines.len() as u64);
                    lines.iter().for_each(|line| self.line_price(line));
                }
                Cost::Unknown(gaps) => {
                    self.text("unknown");
                    self.number(gaps.len() as u64);
                    gaps.iter().for_each(|gap| self.gap(gap));
                }
            }
        }
    }

    fn line_price(&mut self, price: &LinePrice) {
        let LinePrice { unit_price, quantity, payments, term_months } = price;
        self.text(&unit_price.normalize().to_string());
        self.number((*quantity).into());
        self.number((*payments).into());
        self.optional(term_months.map(|months| months.to_string()).as_deref());
    }

    fn gap(&mut self, gap: &Gap) {
        let Gap { line, why } = gap;
        self.number(*line as u64);
        self.text(why.word());
        match why {
            Unpriced::SeveralCurrencies(currencies) => {
                self.texts(currencies.iter().map(Currency::as_str));
            }
            Unpriced::CurrencyNotListed(currency) => self.text(currency.as_str()),
            Unpriced::CycleOpen
            | Unpriced::NotListed
            | Unpriced::TermNotListed
            | Unpriced::SeveralTerms
            | Unpriced::TermOpen
            | Unpriced::TermAgainstCycle
            | Unpriced::Promotion
            | Unpriced::ShortenedTerm
            | Unpriced::TooLarge => {}
        }
    }

    fn order(&mut self, id: &OrderId) {
        self.text(id.as_str());
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::PendingDiffers(differences) => {
                self.text("pendingDiffers");
                self.differences(differences);
            }
            Block::CreatedDiffers { order_id, differences } => {
                self.text("createdDiffers");
                self.order(order_id);
                self.differences(differences);
            }
            Block::PendingWithoutManifest => self.text("pendingWithoutManifest"),
            Block::LooksRenamed { from, was } => {
                self.text("looksRenamed");
                self.names(from);
                self.text(match was {
                    Former::Pending => "pending",
                    Former::Changed => "changed",
                    Former::Orphan => "orphan",
                });
            }
            Block::SameAs(others) => {
                self.text("sameAs");
                self.names(others);
            }
            Block::FormerNamePending(from) => {
                self.text("formerNamePending");
                self.text(from.as_str());
            }
            Block::FormerNameShared { from, with } => {
                self.text("formerNameShared");
                self.text(from.as_str());
                self.names(with);
            }
            Block::NotReviewed { pending } => {
                self.text("notReviewed");
                self.flag(*pending);
            }
            Block::Unavailable { line, offer, why } => {
                self.text("unavailable");
                self.number(*line as u64);
                self.text(offer.as_str());
                self.unavailable(why);
            }
            Block::Frozen { reason, until } => {
                self.text("frozen");
                self.text(reason);
                self.optional(until.map(|until| until.to_string()).as_deref());
            }
            Block::Held { pending, why } => {
                self.text("held");
                self.flag(*pending);
                self.text(why.word());
                if let Held::OutsideWindows { opens } = why {
                    self.optional(opens.map(|opens| opens.to_string()).as_deref());
                }
            }
        }
    }

    fn unavailable(&mut self, why: &Unavailable) {
        self.text(why.word());
        match why {
            Unavailable::NotListed | Unavailable::NotPurchasable => {}
            Unavailable::NotOffered { offered } => self.texts(offered.iter().map(String::as_str)),
            Unavailable::Several(offers) => self.texts(offers.iter().map(|offer| offer.as_str())),
            Unavailable::NotRead { why } => self.text(why),
        }
    }

    fn names(&mut self, names: &[OrderName]) {
        self.texts(names.iter().map(OrderName::as_str));
    }

    fn differences(&mut self, differences: &[Difference]) {
        self.number(differences.len() as u64);
        for Difference { field, recorded, desired } in differences {
            self.text(field);
            self.optional(recorded.as_deref());
            self.optional(desired.as_deref());
        }
    }
}
