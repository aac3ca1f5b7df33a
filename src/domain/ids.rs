//! Identities: ours (name, lineage, generation, request id) and Partner Center's.
//!
//! **Invariant:** an id that exists is well formed; every constructor that takes text checks it.

use std::fmt;

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Why a text is not the id it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not of the form `8-4-4-4-12` hexadecimal digits.
    #[error("`{0}` is not a GUID")]
    Guid(String),
    /// Not made of DNS-label characters, or too long.
    #[error("`{0}` is not a name: 1 to 63 of a-z, 0-9 and `-`, beginning and ending with a letter or digit")]
    Name(String),
    /// Empty, too long, or with characters that no id has.
    #[error("`{0}` is not an id: 1 to 100 visible ASCII characters without spaces, quotes or slashes")]
    Opaque(String),
}

/// Our identity of an order: `metadata.name`, unique across the manifests, 1 to 63 DNS-label characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderName(String);

impl OrderName {
    /// Takes a text that is a DNS label.
    ///
    /// # Errors
    /// [`IdError::Name`] for anything else.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let inner = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        let well_formed = (1..=63).contains(&text.len())
            && text.bytes().all(inner)
            && !text.starts_with('-')
            && !text.ends_with('-');
        if well_formed { Ok(Self(text.to_owned())) } else { Err(IdError::Name(text.to_owned())) }
    }

    /// Returns the name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OrderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A customer's tenant id. GUIDs change case between requests and answers, so this compares without case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomerId(Uuid);

impl CustomerId {
    /// Takes a hyphenated GUID in any case.
    ///
    /// # Errors
    /// [`IdError::Guid`] for anything else.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        parse_guid(text).map(Self)
    }
}

impl fmt::Display for CustomerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// What is bought: a legacy GUID, `MS-AZR-…`, `Product:Sku` or `Product:Sku:Availability`.
///
/// Kept as written; compared without case (legacy ids are GUIDs, modern ones upper case only).
/// Source: "Create an order" and "Order resources".
#[derive(Debug, Clone)]
pub struct OfferId(String);

impl OfferId {
    /// Takes any visible ASCII text of at most 100 characters; which shapes a manifest may use is a rule of manifests.
    ///
    /// # Errors
    /// [`IdError::Opaque`] for anything else.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        parse_opaque(text).map(Self)
    }

    /// Returns the id as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Says whether it is a licence of new commerce: `Product:Sku` of a product whose id begins as those of all licences in
    /// Microsoft's samples do. Reservations, software and marketplace products have other ids, and other windows.
    #[must_use]
    pub fn is_new_commerce_licence(&self) -> bool {
        self.0.contains(':') && self.0.to_ascii_uppercase().starts_with("CFQ7TTC")
    }

    /// Says whether both are of one product and SKU, whatever their availability; legacy ids are the same or are not.
    #[must_use]
    pub fn is_same_product(&self, other: &Self) -> bool {
        self.product().eq_ignore_ascii_case(other.product())
    }

    /// Returns the part that names product and SKU, without the availability; a legacy id is all of it.
    #[must_use]
    pub fn product(&self) -> &str {
        self.0.match_indices(':').nth(1).map_or(&self.0, |(at, _)| &self.0[..at])
    }

    /// Says whether an order line that shows `observed` can be what was asked for with this id.
    ///
    /// `Product:Sku` stands for each of its availabilities, which Partner Center reissues from time to time.
    #[must_use]
    pub fn covers(&self, observed: &Self) -> bool {
        let (asked, seen) = (self.0.as_bytes(), observed.0.as_bytes());
        if asked.eq_ignore_ascii_case(seen) {
            return true;
        }
        self.0.matches(':').count() == 1
            && seen.len() > asked.len()
            && seen[asked.len()] == b':'
            && seen[..asked.len()].eq_ignore_ascii_case(asked)
    }
}

impl PartialEq for OfferId {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}
impl Eq for OfferId {}

impl fmt::Display for OfferId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Partner Center's id of an order: a GUID (legacy), 12 hexadecimal digits or 33 mixed-case characters (modern).
///
/// GUIDs are kept in lower case, because Partner Center shows them in both; anything else is case-sensitive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId(String);

impl OrderId {
    /// Takes any visible ASCII text of at most 100 characters.
    ///
    /// # Errors
    /// [`IdError::Opaque`] for anything else.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let id = parse_opaque(text)?;
        Ok(Self(parse_guid(&id).map_or(id, |guid| guid.to_string())))
    }

    /// Returns the id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Partner Center's id of a subscription, kept as it was answered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionId(String);

impl SubscriptionId {
    /// Takes any visible ASCII text of at most 100 characters.
    ///
    /// # Errors
    /// [`IdError::Opaque`] for anything else.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        parse_opaque(text).map(Self)
    }

    /// Returns the id as answered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SubscriptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Which history a state belongs to: a GUID that `init` draws and pins in `orderform.yaml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lineage(Uuid);

impl Lineage {
    /// Takes a hyphenated GUID.
    ///
    /// # Errors
    /// [`IdError::Guid`] for anything else.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        parse_guid(text).map(Self)
    }

    /// Makes a lineage of 128 bits that somebody drew at random.
    #[must_use]
    pub fn from_random(bits: u128) -> Self {
        Self(uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid())
    }
}

impl fmt::Display for Lineage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Where a state's orders were bought: every sandbox is one place, every real origin another.
///
/// A state is bound to one, so that pretended orders are never taken for real ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndpointId {
    /// The embedded sandbox, or anything on loopback.
    Sandbox,
    /// A real origin such as `https://api.partnercenter.microsoft.com`.
    Origin(String),
}

impl fmt::Display for EndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sandbox => "sandbox",
            Self::Origin(origin) => origin,
        })
    }
}

/// How often an order of one name has been bought afresh on purpose; 1 for the first.
///
/// It grows only after a proven refusal, or when a person wants the same thing again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Generation(pub u32);

impl Generation {
    /// The first.
    pub const FIRST: Self = Self(1);

    /// Returns the one after this.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// The `MS-RequestId` of an attempt: the same for every send of it, whoever sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(Uuid);

impl RequestId {
    /// Derives the id from all that makes an attempt what it is, so that two appliers that race, or one that
    /// lost its journal, still send the same one, and one id never carries two bodies.
    #[must_use]
    pub fn derive(lineage: Lineage, name: &OrderName, generation: Generation, body: &str) -> Self {
        let generation = generation.0.to_be_bytes();
        Self(guid_of(&[b"request", lineage.0.as_bytes(), name.0.as_bytes(), &generation, body.as_bytes()]))
    }

    /// Takes a hyphenated GUID.
    ///
    /// # Errors
    /// [`IdError::Guid`] for anything else.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        parse_guid(text).map(Self)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The `MS-CorrelationId` of one send; known again after a crash, so that an audit record can be told for ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CorrelationId(Uuid);

impl CorrelationId {
    /// Derives the id of send number `send` (from 1) of the attempt with this request id.
    #[must_use]
    pub fn derive(request_id: RequestId, send: u32) -> Self {
        Self(guid_of(&[b"correlation", request_id.0.as_bytes(), &send.to_be_bytes()]))
    }

    /// Takes a hyphenated GUID.
    ///
    /// # Errors
    /// [`IdError::Guid`] for anything else.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        parse_guid(text).map(Self)
    }
}

impl fmt::Display for CorrelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

fn parse_guid(text: &str) -> Result<Uuid, IdError> {
    let hyphenated = text.len() == 36;
    Uuid::try_parse(text).ok().filter(|_| hyphenated).ok_or_else(|| IdError::Guid(text.to_owned()))
}

fn parse_opaque(text: &str) -> Result<String, IdError> {
    let well_formed = (1..=100).contains(&text.len())
        && text.bytes().all(|c| c.is_ascii_graphic() && !matches!(c, b'"' | b'\'' | b'/' | b'\\' | b'`'));
    if well_formed { Ok(text.to_owned()) } else { Err(IdError::Opaque(text.chars().take(120).collect())) }
}

/// Makes a version 4 GUID of SHA-256 over the parts, each preceded by its length so that none can pose as another.
fn guid_of(parts: &[&[u8]]) -> Uuid {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lineage() -> Lineage {
        Lineage::from_random(7)
    }

    #[test]
    fn a_request_id_depends_on_lineage_name_generation_and_body_and_on_nothing_else() {
        let name = OrderName::parse("contoso").unwrap();
        let id = |l, n: &OrderName, g, b| RequestId::derive(l, n, g, b);
        let first = id(lineage(), &name, Generation::FIRST, "{}");
        assert_eq!(first, id(lineage(), &name, Generation::FIRST, "{}"));
        let other = OrderName::parse("contosa").unwrap();
        for changed in [
            id(Lineage::from_random(8), &name, Generation::FIRST, "{}"),
            id(lineage(), &other, Generation::FIRST, "{}"),
            id(lineage(), &name, Generation::FIRST.next(), "{}"),
            id(lineage(), &name, Generation::FIRST, "{ }"),
        ] {
            assert_ne!(first, changed);
        }
    }

    /// Pinned: were this to change, an applier of another version would send another id for the same attempt.
    #[test]
    fn derived_ids_never_change_between_versions() {
        let name = OrderName::parse("contoso").unwrap();
        let request = RequestId::derive(lineage(), &name, Generation::FIRST, "{}");
        assert_eq!(request.to_string(), "c56cd521-e787-46b6-ba46-a08d4eb34503");
        assert_eq!(CorrelationId::derive(request, 1).to_string(), "4ab2a989-20d6-414a-b972-af39b9eb55b9");
        assert_ne!(CorrelationId::derive(request, 1), CorrelationId::derive(request, 2));
    }

    #[test]
    fn guids_compare_without_case_and_other_order_ids_with_it() {
        let upper = OrderId::parse("074BD849-9106-405C-9923-FA061839D487").unwrap();
        assert_eq!(upper, OrderId::parse("074bd849-9106-405c-9923-fa061839d487").unwrap());
        assert_ne!(OrderId::parse("Cs_jyTxub1").unwrap(), OrderId::parse("cs_jytxub1").unwrap());
    }

    #[test]
    fn a_product_and_sku_covers_its_availabilities_only() {
        let offer = |text| OfferId::parse(text).unwrap();
        assert!(offer("CFQ7TTC0LH18:0001").covers(&offer("CFQ7TTC0LH18:0001:CFQ7TTC0K971")));
        assert!(!offer("CFQ7TTC0LH18:0001").covers(&offer("CFQ7TTC0LH18:00011:CFQ7TTC0K971")));
        assert!(!offer("CFQ7TTC0LH18:0001:CFQ7TTC0K971").covers(&offer("CFQ7TTC0LH18:0001")));
    }

    #[test]
    fn names_are_dns_labels() {
        for good in ["a", "contoso-exchange", "0a", &"a".repeat(63)] {
            assert!(OrderName::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "A", "a.b", "a b", "ä", "a\u{1b}", &"a".repeat(64)] {
            assert!(OrderName::parse(bad).is_err(), "{bad}");
        }
    }
}
