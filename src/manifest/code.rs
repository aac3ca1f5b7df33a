//! The stable codes of what can be wrong with manifests, one line each.
//!
//! **Invariant:** a code, once released, keeps its number and its meaning; a retired one is not given again.

use std::fmt;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is done until it is put right.
    Error,
    /// Something to look at; nothing is held up.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

macro_rules! codes {
    ($($name:ident $number:literal $severity:ident $summary:literal;)*) => {
        /// What is wrong, as a code that never changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $summary] $name,)*
        }

        impl Code {
            /// Every code, in the order of the numbers.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Returns the code, such as `OF0203`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $number,)* }
            }

            /// Returns what it stands for, in one line.
            #[must_use]
            pub fn summary(self) -> &'static str {
                match self { $(Self::$name => $summary,)* }
            }

            /// Returns how bad it is.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            /// Returns what it means, as Markdown; [`Explanation`](super::Explanation) takes it apart.
            #[must_use]
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$name => include_str!(concat!("explain/", $number, ".md")),)* }
            }
        }
    };
}

codes! {
    // --- files
    NoSuchPath "OF0001" Error "the path does not exist";
    Unreadable "OF0002" Error "a file or directory cannot be read";
    NotAFile "OF0003" Error "a manifest is a pipe, a device or a socket";
    TooLarge "OF0004" Error "a file is larger than a manifest may be";
    LinkRefused "OF0005" Error "a symbolic link leaves the directory, or leads to another directory";
    NotUtf8 "OF0006" Error "a file is not UTF-8";
    ForbiddenCharacter "OF0007" Error "a file holds a character that does not belong in YAML or misleads a reader";
    ConflictMarker "OF0008" Error "a merge conflict was left in the file";
    TooManyProblems "OF0009" Error "a file has more errors than are shown";
    // --- YAML
    Syntax "OF0101" Error "the file is not well-formed YAML";
    TooComplex "OF0102" Error "a document is nested too deeply or has too many values, or defaults have too many labels";
    Tag "OF0103" Error "YAML tags are not used here";
    MergeKey "OF0104" Error "a merge key does not merge a mapping";
    DuplicateKey "OF0105" Error "a key is written twice in one mapping";
    Directive "OF0106" Error "YAML directives are not used here";
    BadKey "OF0107" Error "a key is empty, or not a plain text";
    AliasOutside "OF0108" Error "an alias stands inside its own anchor, or in another document";
    // --- shape
    WrongType "OF0201" Error "a value is of another type than it should be";
    MissingKey "OF0202" Error "a required key is missing";
    MissingValue "OF0203" Error "a key has no value";
    UnknownKey "OF0204" Error "a key is not known";
    RefusedKey "OF0205" Error "a key of Partner Center's that no manifest may set, or that belongs elsewhere";
    UnknownApiVersion "OF0206" Error "the apiVersion is not known";
    UnknownKind "OF0207" Error "the kind is not known";
    NotText "OF0208" Error "a text is written like a number, a truth value or a date";
    // --- values
    Name "OF0301" Error "a name is not made of DNS-label characters";
    CustomerId "OF0302" Error "a customer id is not a tenant's GUID";
    OfferId "OF0303" Error "an offer id has none of the three shapes";
    Quantity "OF0304" Error "a quantity is not a whole number from 1 to 9999999";
    Boolean "OF0305" Error "a value is neither true nor false";
    BillingCycle "OF0306" Error "a billing cycle is not known";
    Term "OF0307" Error "a term is not one that Partner Center sells";
    PromotionId "OF0308" Error "a promotion id is not a triple ProductId:SkuId:PromotionId";
    PartnerId "OF0309" Error "a partner id is not made of digits";
    TooManyPartners "OF0310" Error "more than five additional partners are named";
    Date "OF0311" Error "a date is not written as RFC 3339";
    HarmfulText "OF0312" Error "a text holds control, invisible or bidirectional characters";
    NoLineItems "OF0313" Error "an order has no line items";
    NoAttestation "OF0314" Error "a reseller is named without the attestation that Partner Center demands";
    MixedOffers "OF0315" Error "legacy and new-commerce offers stand in one order";
    TwoCustomers "OF0316" Error "an order names its customer twice";
    Choice "OF0317" Error "a setting is none of its allowed values";
    Duration "OF0318" Error "a duration is not written like 90s, 30m or 2h";
    Limit "OF0319" Error "a limit is not a whole number";
    Lineage "OF0320" Error "a lineage is not a GUID";
    EarlySettling "OF0321" Warning "settleAfter is shorter than the order list lags";
    UndecidedRenewal "OF0322" Warning "a term of a year or more without a decision on its renewal";
    UnspecificBillingCycle "OF0323" Warning "the billing cycle `unknown` lets Partner Center choose";
    TermAgainstCycle "OF0324" Error "the term cannot be billed in this cycle";
    DuplicatePartner "OF0325" Error "a partner is named twice in one line";
    Currency "OF0326" Error "a currency is not a code of ISO 4217";
    DoubledOffer "OF0327" Warning "two lines of an order buy the same product with the same term";
    FreezeEnd "OF0328" Error "an instant has no offset, or is none";
    FreezeOfNobody "OF0329" Error "a freeze names no customer, or one that no document describes";
    Window "OF0330" Error "a window has no length, or a time of day that is none";
    TimeZone "OF0331" Error "a time zone is not one of the IANA database";
    FreezeOfNothing "OF0332" Warning "a freeze fits no order, so it holds nothing";
    Variable "OF0340" Error "a value does not name an environment variable";
    DuplicateReceiver "OF0341" Error "two receivers of notifications have the same name";
    // --- across documents
    DuplicateName "OF0401" Error "two orders, or two customers, have the same name";
    UnknownCustomer "OF0402" Error "an order names a customer that no document describes";
    FormerlyInUse "OF0403" Error "a former name is still, or more than once, in use";
    SameTenant "OF0404" Warning "two customers have the same tenant id";
    ProjectMisplaced "OF0405" Error "project settings stand elsewhere than in orderform.yaml, or something else in it";
    DuplicateProject "OF0406" Error "there is more than one project document";
    SameProduct "OF0407" Warning "two orders buy the same product with the same term for one customer";
    DefaultsMisplaced "OF0408" Error "defaults stand elsewhere than in a defaults.yaml, or something else in it";
    DuplicateDefaults "OF0409" Error "there is more than one defaults document in a file";
    TwoCurrencies "OF0410" Error "two customers have the same tenant id and different currencies";
    OrganisationMisplaced "OF0411" Error "an organisation's limits stand among manifests, or its file holds something else, or nothing";
    // --- price lists
    PriceList "OF0501" Error "a price list is neither CSV nor JSON of the columns that it should have";
    Price "OF0502" Error "a price is not a plain decimal number";
    TwoPrices "OF0503" Error "a price list has two prices for the same thing";
}

impl Code {
    /// Says whether documents may have gone unread because of it, with names that others refer to.
    pub(super) fn hides_documents(self) -> bool {
        self <= Self::TooComplex || matches!(self, Self::AliasOutside | Self::UnknownKind)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_order_and_their_summaries_in_house_style() {
        for pair in Code::ALL.windows(2) {
            assert!(pair[0].as_str() < pair[1].as_str());
        }
        for code in Code::ALL {
            assert!(code.as_str().starts_with("OF") && code.as_str().len() == 6);
            assert!(!code.summary().is_empty() && !code.summary().ends_with('.'));
        }
    }
}
