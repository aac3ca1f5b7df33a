//! How much may be bought: the rules there are, what each allows, and who may raise one.
//!
//! A [`Rule`] is a row of one table; [`Limits`] say what each rule allows as one file has it, a [`Rulebook`] is all that
//! is in force. What a plan comes to is measured by [`plan`](crate::plan).
//!
//! **Invariant:** values only. A rule that is absent is without limit.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::ids::{CustomerId, OfferId};
use super::money::{Currency, Money};
use super::order::TermDuration;

/// Whose purchases a rule adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// Those for all customers together.
    All,
    /// Those for each customer.
    EachCustomer,
}

/// What a rule adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Orders.
    Orders,
    /// Seats, all lines of an order together.
    Seats,
    /// All that is owed over the terms, by currency.
    Spend,
}

/// Over which time a rule adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Window {
    /// One run.
    Run,
    /// Any 60 minutes.
    Hour,
    /// Any 24 hours.
    Day,
}

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// An amount over a time.
    Amount(Whose, Measure, Window),
    /// What may be bought.
    AllowedOffers,
    /// For whom.
    AllowedCustomers,
    /// The longest term of a line, and of what a trial renews to.
    LongestTerm,
    /// Orders of one run, against what runs usually buy.
    TimesUsualRun,
    /// Recorded orders that have no manifest any more. It holds always: no file sets it.
    ManifestsLost,
}

macro_rules! amounts {
    ($($name:literal $constant:ident $whose:ident $measure:ident $window:ident;)*) => {
        impl Rule {
            $(
                #[doc = concat!("`", $name, "`.")]
                pub const $constant: Self = Self::Amount(Whose::$whose, Measure::$measure, Window::$window);
            )*

            /// Every rule, by the word for it below `spec.limits`.
            pub const ALL: &[(&str, Self)] = &[
                $(($name, Self::$constant),)*
                ("allowedOffers", Self::AllowedOffers),
                ("allowedCustomers", Self::AllowedCustomers),
                ("longestTerm", Self::LongestTerm),
                ("timesUsualRun", Self::TimesUsualRun),
                ("manifestsLost", Self::ManifestsLost),
            ];
        }
    };
}

amounts! {
    "ordersPerRun" ORDERS_PER_RUN All Orders Run;
    "ordersPerHour" ORDERS_PER_HOUR All Orders Hour;
    "ordersPerDay" ORDERS_PER_DAY All Orders Day;
    "seatsPerRun" SEATS_PER_RUN All Seats Run;
    "seatsPerHour" SEATS_PER_HOUR All Seats Hour;
    "seatsPerDay" SEATS_PER_DAY All Seats Day;
    "spendPerRun" SPEND_PER_RUN All Spend Run;
    "spendPerHour" SPEND_PER_HOUR All Spend Hour;
    "spendPerDay" SPEND_PER_DAY All Spend Day;
    "perCustomer.ordersPerRun" CUSTOMER_ORDERS_PER_RUN EachCustomer Orders Run;
    "perCustomer.ordersPerHour" CUSTOMER_ORDERS_PER_HOUR EachCustomer Orders Hour;
    "perCustomer.ordersPerDay" CUSTOMER_ORDERS_PER_DAY EachCustomer Orders Day;
    "perCustomer.seatsPerRun" CUSTOMER_SEATS_PER_RUN EachCustomer Seats Run;
    "perCustomer.seatsPerHour" CUSTOMER_SEATS_PER_HOUR EachCustomer Seats Hour;
    "perCustomer.seatsPerDay" CUSTOMER_SEATS_PER_DAY EachCustomer Seats Day;
    "perCustomer.spendPerRun" CUSTOMER_SPEND_PER_RUN EachCustomer Spend Run;
    "perCustomer.spendPerHour" CUSTOMER_SPEND_PER_HOUR EachCustomer Spend Hour;
    "perCustomer.spendPerDay" CUSTOMER_SPEND_PER_DAY EachCustomer Spend Day;
}

impl Rule {
    /// Returns the word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, rule)| *rule == self).map_or("", |(word, _)| word)
    }

    /// Finds the rule that a word stands for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, rule)| *rule)
    }

    /// Says whether less of a plan can only come to less of it, whatever else happened since.
    #[must_use]
    pub fn shrinks_with_the_plan(self) -> bool {
        // What an order costs may be more by other prices.
        let may_grow = self.is_spend() || matches!(self, Self::TimesUsualRun | Self::ManifestsLost);
        !self.is_by_time() && !may_grow
    }

    /// Says whether it is about money, so that it cannot be kept without prices.
    #[must_use]
    pub fn is_spend(self) -> bool {
        matches!(self, Self::Amount(_, Measure::Spend, _))
    }

    /// Says whether what it comes to depends on the time.
    #[must_use]
    pub fn is_by_time(self) -> bool {
        matches!(self, Self::Amount(_, _, Window::Hour | Window::Day))
    }
}

/// What a rule allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bound {
    /// So many at most; for [`Rule::TimesUsualRun`], so many times.
    Most(u64),
    /// So much at most, in these currencies; nothing in any other.
    Money(BTreeMap<Currency, Decimal>),
    /// These: products, products with their SKU, or whole ids.
    Offers(Vec<OfferId>),
    /// These customers.
    Customers(Vec<AllowedCustomer>),
    /// No term longer than this.
    Term(TermDuration),
    /// Half of what is recorded, and not all manifests.
    Half,
}

impl Bound {
    /// Returns it as a file has it, on one line.
    #[must_use]
    pub fn written(&self) -> String {
        let list = |items: Vec<String>| items.join(", ");
        match self {
            Self::Most(most) => most.to_string(),
            Self::Money(most) => money_written(most),
            Self::Offers(offers) => list(offers.iter().map(ToString::to_string).collect()),
            Self::Customers(customers) => list(customers.iter().map(AllowedCustomer::written).collect()),
            Self::Term(term) => term.to_string(),
            Self::Half => "half".to_owned(),
        }
    }

    /// Says whether an offer is one of those that may be bought, or of a product or SKU that is.
    #[must_use]
    pub fn takes_offer(&self, offer: &OfferId) -> bool {
        let Self::Offers(allowed) = self else { return true };
        let id = offer.as_str().as_bytes();
        allowed.iter().any(|allowed| {
            let part = allowed.as_str().as_bytes();
            let begins = id.len() >= part.len() && id[..part.len()].eq_ignore_ascii_case(part);
            begins && matches!(id.get(part.len()), None | Some(b':'))
        })
    }

    /// Says whether a customer is one of those that may be bought for.
    #[must_use]
    pub fn takes_customer(&self, id: CustomerId, name: Option<&str>) -> bool {
        let Self::Customers(allowed) = self else { return true };
        allowed.iter().any(|allowed| match allowed {
            AllowedCustomer::Id(allowed) => *allowed == id,
            AllowedCustomer::Name(allowed) => Some(allowed.as_str()) == name,
        })
    }
}

/// Writes amounts on one line; nothing is none of any.
#[must_use]
pub fn money_written(amounts: &BTreeMap<Currency, Decimal>) -> String {
    let written = amounts.iter().map(|(currency, amount)| Money { currency: *currency, amount: *amount });
    let written: Vec<String> = written.map(|money| money.to_string()).collect();
    if written.is_empty() { "nothing".to_owned() } else { written.join(" + ") }
}

/// A customer that may be bought for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedCustomer {
    /// By tenant id.
    Id(CustomerId),
    /// By the name that manifests give it. A tenant id is never taken for a name.
    Name(String),
}

impl AllowedCustomer {
    /// Takes a tenant id, or else a name.
    #[must_use]
    pub fn read(text: &str) -> Self {
        CustomerId::parse(text).map_or_else(|_| Self::Name(text.to_owned()), Self::Id)
    }

    /// Returns it as a file has it.
    #[must_use]
    pub fn written(&self) -> String {
        match self {
            Self::Id(id) => id.to_string(),
            Self::Name(name) => name.clone(),
        }
    }
}

/// How much may be bought, as one file has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits(BTreeMap<Rule, Bound>);

impl Limits {
    /// Adds what a rule allows.
    pub fn set(&mut self, rule: Rule, bound: Bound) {
        self.0.insert(rule, bound);
    }

    /// Returns what a rule allows.
    #[must_use]
    pub fn bound(&self, rule: Rule) -> Option<&Bound> {
        self.0.get(&rule)
    }

    /// Returns every rule there is, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (Rule, &Bound)> {
        self.0.iter().map(|(rule, bound)| (*rule, bound))
    }
}

impl FromIterator<(Rule, Bound)> for Limits {
    fn from_iter<I: IntoIterator<Item = (Rule, Bound)>>(rules: I) -> Self {
        Self(rules.into_iter().collect())
    }
}

/// What an organisation allows, whatever a project says (`kind: Organisation`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Organisation {
    /// How much may be bought.
    pub limits: Limits,
    /// The rules that whoever plans may raise for once.
    pub may_be_raised: BTreeSet<Rule>,
}

/// Who keeps a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keeper {
    /// This program: no file sets it.
    Program,
    /// `orderform.yaml`.
    Project,
    /// The organisation's file.
    Organisation,
}

impl Keeper {
    /// All of them, by the word for each.
    pub const ALL: [(&str, Self); 3] =
        [("program", Self::Program), ("project", Self::Project), ("organisation", Self::Organisation)];

    /// Returns the word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, keeper)| *keeper == self).map_or("", |(word, _)| word)
    }
}

/// Every limit that is in force.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rulebook {
    /// The project's.
    pub project: Limits,
    /// The organisation's, where its file was named.
    pub organisation: Option<Organisation>,
}

impl Rulebook {
    /// Returns the limits that files set, the project's first.
    pub fn iter(&self) -> impl Iterator<Item = (Keeper, Rule, &Bound)> {
        let project = self.project.iter().map(|(rule, bound)| (Keeper::Project, rule, bound));
        let organisation = self.organisation.iter().flat_map(|organisation| organisation.limits.iter());
        project.chain(organisation.map(|(rule, bound)| (Keeper::Organisation, rule, bound)))
    }

    /// Says whether what any limit comes to depends on the time.
    #[must_use]
    pub fn is_by_time(&self) -> bool {
        self.iter().any(|(_, rule, _)| rule.is_by_time())
    }

    /// Says whether a limit may be raised for once by whoever plans.
    #[must_use]
    pub fn may_be_raised(&self, keeper: Keeper, rule: Rule) -> bool {
        let organisation = self.organisation.as_ref();
        keeper != Keeper::Organisation || organisation.is_some_and(|one| one.may_be_raised.contains(&rule))
    }
}

/// A rule that may be broken in one run, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Allowance {
    /// Which one.
    pub rule: Rule,
    /// Why, in a person's words.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::CUSTOMER;

    #[test]
    fn every_rule_has_one_word_and_is_found_by_it() {
        for (word, rule) in Rule::ALL {
            assert_eq!((Rule::parse(word), rule.as_str()), (Some(*rule), *word));
        }
        assert_eq!(Rule::parse("ordersPerYear"), None);
    }

    #[test]
    fn a_product_stands_for_its_skus_and_no_part_of_a_word_does() {
        let offers = ["CFQ7TTC0LH18", "CFQ7TTC0LH0Z:0001", "84A03D81-6B37-4D66-8D4A-FAEA24541538"];
        let bound = Bound::Offers(offers.iter().map(|offer| OfferId::parse(offer).unwrap()).collect());
        let takes = |offer| bound.takes_offer(&OfferId::parse(offer).unwrap());
        assert!(takes("CFQ7TTC0LH18:0001") && takes("CFQ7TTC0LH18:0001:CFQ7TTC0K971"));
        assert!(takes("CFQ7TTC0LH0Z:0001:CFQ7TTC0K971") && takes("84a03d81-6b37-4d66-8d4a-faea24541538"));
        for other in ["CFQ7TTC0LH1", "CFQ7TTC0LH189:0001", "CFQ7TTC0LH0Z:0002", "CFQ7TTC0LH0Z:00011"] {
            assert!(!takes(other), "{other}");
        }
    }

    /// Else a manifest could give a tenant id as a name to another tenant.
    #[test]
    fn a_tenant_id_is_never_taken_for_a_name() {
        let bound =
            Bound::Customers(vec![AllowedCustomer::read(CUSTOMER), AllowedCustomer::read("fabrikam")]);
        let own = CustomerId::parse(CUSTOMER).unwrap();
        let other = CustomerId::parse("f81d98dd-c2f4-499e-a194-5619e260344e").unwrap();
        assert!(bound.takes_customer(own, None));
        assert!(bound.takes_customer(other, Some("fabrikam")));
        assert!(!bound.takes_customer(other, Some(CUSTOMER)));
        assert!(!bound.takes_customer(other, None));
    }
}
