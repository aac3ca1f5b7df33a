//! What the body of an answer was: an order, a list, an error of Partner Center's own, or nothing we know.
//!
//! **Invariant:** what could be read in two ways is not read. An order that is in a list is in what is returned for
//! it, or the whole list is not read.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::convert::observed_order;
use super::wire;
use super::wire::fault::{Fault, Throttle};
use crate::domain::{AnswerBody, CustomerId, Excerpt, ObservedOrder, ServiceError};

/// How much of a body that cannot be read is looked at to show how it begins.
const BEGINNING_BYTES: usize = 2000;

/// Says what the body of an answer to a create was.
pub(super) fn classify(status: u16, body: &[u8]) -> AnswerBody {
    let value = match read(body) {
        Ok(value) => value,
        Err(why) => return AnswerBody::Unreadable(why),
    };
    if value.get("code").is_some() {
        return fault(status, value).map_or_else(|| unreadable(body), AnswerBody::Error);
    }
    if value.get("statusCode").is_some() {
        let throttle: Option<Throttle> = serde_json::from_value(value).ok();
        return throttle.map_or_else(
            || unreadable(body),
            |throttle| AnswerBody::Throttled(Excerpt::of(&throttle.message)),
        );
    }
    if !(200..300).contains(&status) {
        return unreadable(body);
    }
    match observed_order(value) {
        Ok(order) if order.customer_id.is_some() => AnswerBody::Order(Box::new(order)),
        Ok(_) => AnswerBody::Unreadable(Excerpt::of("not an order: no `referenceCustomerId`")),
        Err(why) => AnswerBody::Unreadable(Excerpt::of(&format!("not an order: {why}"))),
    }
}

/// Reads Partner Center's own error, where the body is one.
pub(super) fn read_fault(status: u16, body: &[u8]) -> Option<ServiceError> {
    fault(status, read(body).ok()?)
}

/// Reads a customer's orders; the first of several with one id.
///
/// Documented as one page with all of them ("Get all of a customer's orders"), so a list that says it is not all of
/// them is not read: an order that is missing from it would seem not to exist.
pub(super) fn read_orders(customer: CustomerId, body: &[u8]) -> Result<Vec<ObservedOrder>, Excerpt> {
    let list = read(body)?;
    let items = read_all_items(list)?;
    let mut orders = Vec::new();
    let mut ids = HashSet::new();
    for (position, item) in items.into_iter().enumerate() {
        let order = observed_order(item);
        let order = order.map_err(|why| Excerpt::of(&format!("order {position} of the list: {why}")))?;
        if order.customer_id.is_some_and(|id| id != customer) {
            let why = format!("order `{}` of the list is another customer's", order.id);
            return Err(Excerpt::of(&why));
        }
        if ids.insert(order.id.clone()) {
            orders.push(order);
        }
    }
    Ok(orders)
}

/// Takes the items out of the envelope of a list that has to be all there is: documented as one page, and not read where it
/// says that there is more.
pub(super) fn read_all_items(list: Value) -> Result<Vec<Value>, Excerpt> {
    if next_link(&list).is_some() || member(&list, "continuationToken").is_some() {
        return Err(Excerpt::of("the list has another page"));
    }
    let counted = counted(&list);
    let items = read_items(list)?;
    if counted.is_some_and(|counted| counted > items.len() as u64) {
        let why = format!("a list that shows {} items and counts more", items.len());
        return Err(Excerpt::of(&why));
    }
    Ok(items)
}

/// Takes the items out of the envelope of a list.
pub(super) fn read_items(mut list: Value) -> Result<Vec<Value>, Excerpt> {
    match list.get_mut("items").map(Value::take) {
        Some(Value::Array(items)) => Ok(items),
        None if counted(&list) == Some(0) => Ok(Vec::new()),
        _ => Err(Excerpt::of("not a list: no `items`")),
    }
}

/// Returns how many items a list says it shows.
fn counted(list: &Value) -> Option<u64> {
    list.get("totalCount").and_then(Value::as_u64)
}

/// Returns `links.next` of a list.
pub(super) fn next_link(list: &Value) -> Option<&Value> {
    member(member(list, "links")?, "next")
}

/// Returns a member whose key is not among those that are read in their canonical case.
pub(super) fn member<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    let mut members = value.as_object()?.iter();
    members.find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value)
}

/// Reads JSON in which no object has a key twice, whatever its case; or says what is wrong, or how the body begins.
pub(super) fn read(body: &[u8]) -> Result<Value, Excerpt> {
    let value: Value = wire::read(body).map_err(|_| beginning(body))?;
    let plain = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    match serde_json::from_slice::<NoTwins>(plain) {
        Ok(NoTwins) => Ok(value),
        Err(why) => Err(Excerpt::of(&why.to_string())),
    }
}

/// Returns how a body begins.
pub(super) fn beginning(body: &[u8]) -> Excerpt {
    if body.is_empty() {
        return Excerpt::of("an empty body");
    }
    let beginning = &body[..body.len().min(BEGINNING_BYTES)];
    Excerpt::of(&String::from_utf8_lossy(beginning))
}

fn unreadable(body: &[u8]) -> AnswerBody {
    AnswerBody::Unreadable(beginning(body))
}

fn fault(status: u16, value: Value) -> Option<ServiceError> {
    let fault: Fault = serde_json::from_value(value).ok()?;
    Some(ServiceError {
        status,
        code: Excerpt::of(&fault.code.text()).as_str().to_owned(),
        description: Excerpt::of(&fault.description),
    })
}

/// JSON without a key that an object has twice. Who reads such a thing takes the first or the last of them, and
/// an order with two ids is not one to be recorded.
struct NoTwins;

impl<'de> Deserialize<'de> for NoTwins {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Walk)
    }
}

struct Walk;

impl<'de> Visitor<'de> for Walk {
    type Value = NoTwins;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<NoTwins, A::Error> {
        let mut keys = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if !keys.insert(key.to_ascii_lowercase()) {
                let why = format!("an object that has `{key}` twice");
                return Err(serde::de::Error::custom(why));
            }
            map.next_value::<NoTwins>()?;
        }
        Ok(NoTwins)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<NoTwins, A::Error> {
        while items.next_element::<NoTwins>()?.is_some() {}
        Ok(NoTwins)
    }

    fn visit_bool<E>(self, _: bool) -> Result<NoTwins, E> {
        Ok(NoTwins)
    }
    fn visit_i64<E>(self, _: i64) -> Result<NoTwins, E> {
        Ok(NoTwins)
    }
    fn visit_u64<E>(self, _: u64) -> Result<NoTwins, E> {
        Ok(NoTwins)
    }
    fn visit_f64<E>(self, _: f64) -> Result<NoTwins, E> {
        Ok(NoTwins)
    }
    fn visit_str<E>(self, _: &str) -> Result<NoTwins, E> {
        Ok(NoTwins)
    }
    fn visit_unit<E>(self) -> Result<NoTwins, E> {
        Ok(NoTwins)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUSTOMER: &str = "4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04";

    fn orders(body: &str) -> Result<Vec<String>, String> {
        let customer = CustomerId::parse(CUSTOMER).unwrap();
        let orders = read_orders(customer, body.as_bytes()).map_err(|why| why.to_string())?;
        Ok(orders.iter().map(|order| order.id.to_string()).collect())
    }

    fn item(id: &str) -> String {
        format!(r#"{{"id":"{id}","lineItems":[{{"offerId":"A","quantity":1}}]}}"#)
    }

    #[test]
    fn of_a_list_that_is_cut_nothing_is_read() {
        let items = |body: &str| read_all_items(read(body.as_bytes()).unwrap()).map(|items| items.len());
        assert_eq!(items(r#"{"totalCount":1,"items":[{"id":"a"}]}"#), Ok(1));
        for cut in [
            r#"{"totalCount":2,"items":[{"id":"a"}]}"#,
            r#"{"items":[{"id":"a"}],"links":{"next":{"uri":"/x"}}}"#,
            r#"{"items":[{"id":"a"}],"ContinuationToken":"t"}"#,
        ] {
            assert!(items(cut).is_err(), "{cut}");
        }
    }

    #[test]
    fn a_list_is_read_whatever_its_envelope() {
        let (a, b) = (item("a"), item("b"));
        for body in [
            format!(r#"{{"totalCount":2,"items":[{a},{b}],"attributes":{{"objectType":"Collection"}}}}"#),
            format!(r#"{{"items":[{a},{b}]}}"#),
            format!("\u{feff}{{\"TotalCount\":1,\"Items\":[{a},{b},{a}],\"links\":{{\"self\":{{}}}}}}"),
        ] {
            assert_eq!(orders(&body), Ok(vec!["a".to_owned(), "b".to_owned()]), "{body}");
        }
        assert_eq!(orders(r#"{"totalCount":0,"items":[]}"#), Ok(vec![]));
        assert_eq!(orders(r#"{"totalCount":0,"items":null}"#), Ok(vec![]));
    }

    /// Absence from a list is evidence, so a list that may lack an order is no list.
    #[test]
    fn a_list_that_may_lack_an_order_is_not_read() {
        let a = item("a");
        for (body, why) in [
            ("{}".to_owned(), "no `items`"),
            ("[]".to_owned(), "no `items`"),
            ("<html>sign in</html>".to_owned(), "<html>sign in"),
            (String::new(), "an empty body"),
            (format!(r#"{{"items":[{a},{{}}]}}"#), "order 1 of the list: no `id`"),
            (format!(r#"{{"items":[{a},null]}}"#), "order 1 of the list: not an object"),
            (format!(r#"{{"items":[{a}],"totalCount":2}}"#), "counts more"),
            (format!(r#"{{"items":[{a}],"links":{{"Next":{{}}}}}}"#), "another page"),
            (format!(r#"{{"items":[{a}],"continuationToken":"x"}}"#), "another page"),
            (format!(r#"{{"items":[{a}],"Items":[]}}"#), "`Items` twice"),
            (r#"{"items":[{"id":"a"}]}"#.to_owned(), "no lines"),
            (
                r#"{"items":[{"id":"a","referenceCustomerId":"00000000-0000-0000-0000-000000000001",
                    "lineItems":[{"offerId":"A","quantity":1}]}]}"#
                    .to_owned(),
                "another customer's",
            ),
        ] {
            let error = orders(&body).unwrap_err();
            assert!(error.contains(why), "{body}: {error}");
        }
    }

    #[test]
    fn an_order_or_error_cut_anywhere_is_neither() {
        let order = item("a").replace("{\"id\"", &format!("{{\"referenceCustomerId\":\"{CUSTOMER}\",\"id\""));
        let fault = r#"{"code":800002,"description":"wrong","data":[],"source":"PartnerFD"}"#;
        assert!(matches!(classify(201, order.as_bytes()), AnswerBody::Order(_)));
        assert!(matches!(classify(400, fault.as_bytes()), AnswerBody::Error(_)));
        for whole in [order.as_str(), fault] {
            for end in 0..whole.len() {
                let cut = classify(201, &whole.as_bytes()[..end]);
                assert!(matches!(cut, AnswerBody::Unreadable(_)), "{cut:?}");
            }
        }
    }

    proptest::proptest! {
        /// Whatever one byte of an answer is changed to, nothing panics and no failure becomes an order.
        #[test]
        fn any_body_is_told_apart(at in 0_usize..60, byte: u8, junk: Vec<u8>, status in 100_u16..600) {
            let mut body = item("a").into_bytes();
            let at = at % body.len();
            body[at] = byte;
            for body in [body, junk] {
                let order = matches!(classify(status, &body), AnswerBody::Order(_));
                proptest::prop_assert!(!order, "it has no customer");
            }
        }
    }

    #[test]
    fn an_object_that_has_a_key_twice_is_not_read() {
        for body in [r#"{"id":1,"id":1}"#, r#"[{"a":{"Id":1,"iD":2}}]"#] {
            assert!(read(body.as_bytes()).unwrap_err().as_str().contains("twice"));
        }
        assert!(read(br#"{"a":{"id":1},"b":[{"id":null},{"id":1.5}],"id":true}"#).is_ok());
    }
}
