//! One thing that can go wrong with a request, and how it is written: a word, or a map with its details.
//!
//! **Invariant:** values; `deliver` does what they say.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};

/// How long an order that is executed late takes, where nothing is said.
const LATE: Duration = Duration::from_secs(30);

/// Before or after a request takes effect. Reading has none: both are the same there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// It does not take effect.
    #[default]
    Before,
    /// It takes effect first.
    After,
}

/// Whether an error is told in Partner Center's JSON or on a front door's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Html {
    /// JSON.
    No,
    /// A page.
    Yes,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// The connection is closed without a byte of an answer.
    LoseAnswer(When),
    /// No answer comes, and the connection stays open.
    Hang(When),
    /// Another answer than the true one.
    Substitute(Substitute),
    /// A page with status 200, as a captive portal gives it.
    Html(When),
    /// The request takes effect, and half of the answer's body arrives.
    CutBody,
    /// The answer starts with a byte order mark.
    Bom,
    /// Echoed headers come twice in one value, `v,v`.
    DoubledHeaders,
    /// The answer is about another customer.
    WrongCustomer,
    /// The request takes effect, its answer takes this long.
    Slow(Duration),
    /// 504 at once; the order takes effect this much later, and until then is in no list.
    Late(Duration),
}

/// An answer that is told instead of the true one; 429 in JSON has the throttle gateway's body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Substitute {
    /// The status.
    pub status: u16,
    /// Whether the request takes effect first.
    pub when: When,
    /// The code of Partner Center's error body.
    pub code: i64,
    /// Its text.
    pub description: String,
    /// Whether it is a page instead.
    pub html: Html,
    /// `Retry-After`, in seconds.
    pub retry_after_secs: Option<u64>,
}

impl<'de> Deserialize<'de> for Deed {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(DeedVisitor)
    }
}

struct DeedVisitor;

impl<'de> Visitor<'de> for DeedVisitor {
    type Value = Deed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word such as `lose-answer-after`, or a map such as `{ status: 503 }`")
    }

    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Deed, E> {
        Ok(match word {
            "lose-answer-before" => Deed::LoseAnswer(When::Before),
            "lose-answer-after" => Deed::LoseAnswer(When::After),
            "hang-before" => Deed::Hang(When::Before),
            "hang-after" => Deed::Hang(When::After),
            "html-before" => Deed::Html(When::Before),
            "html-after" => Deed::Html(When::After),
            "cut-body" => Deed::CutBody,
            "bom" => Deed::Bom,
            "doubled-headers" => Deed::DoubledHeaders,
            "wrong-customer" => Deed::WrongCustomer,
            "execute-late" => Deed::Late(LATE),
            other => return Err(E::custom(format!("no fault is called `{other}`"))),
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Deed, A::Error> {
        let details = Details::deserialize(MapAccessDeserializer::new(map))?;
        details.deed().map_err(A::Error::custom)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Details {
    status: Option<u16>,
    #[serde(default)]
    when: When,
    code: Option<i64>,
    description: Option<String>,
    #[serde(default)]
    html: bool,
    retry_after: Option<u64>,
    delay: Option<String>,
    execute_late: Option<String>,
}

impl Details {
    fn deed(self) -> Result<Deed, &'static str> {
        match (self.status, self.delay.as_deref(), self.execute_late.as_deref()) {
            (Some(200..=599), None, None) => Ok(Deed::Substitute(self.into_substitute())),
            (Some(_), None, None) => Err("`status` is between 200 and 599"),
            (None, Some(delay), None) => Ok(Deed::Slow(duration(delay)?)),
            (None, None, Some(late)) => Ok(Deed::Late(duration(late)?)),
            _ => Err("exactly one of `status`, `delay` and `executeLate` is expected"),
        }
    }

    fn into_substitute(self) -> Substitute {
        Substitute {
            status: self.status.unwrap_or(500),
            when: self.when,
            code: self.code.unwrap_or(0),
            description: self
                .description
                .unwrap_or_else(|| "The service has encountered an unknown error".to_owned()),
            html: if self.html { Html::Yes } else { Html::No },
            retry_after_secs: self.retry_after,
        }
    }
}

/// Reads a duration that may be absent.
pub(super) fn optional_duration<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    let text = serde_yaml::Value::deserialize(from)?;
    let text = text.as_str().unwrap_or_default();
    duration(text).map(Some).map_err(D::Error::custom)
}

/// Reads `200ms`, `90s`, `30m` or `2h`.
fn duration(text: &str) -> Result<Duration, &'static str> {
    let expected = "a duration is written `200ms`, `90s`, `30m` or `2h`";
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let number: u64 = digits.parse().map_err(|_| expected)?;
    let unit_ms = match &text[digits.len()..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(expected),
    };
    Ok(Duration::from_millis(number.saturating_mul(unit_ms)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deed(text: &str) -> Deed {
        serde_yaml::from_str(text).unwrap()
    }

    #[test]
    fn a_deed_is_a_word_or_a_map() {
        assert_eq!(deed("hang-after"), Deed::Hang(When::After));
        assert_eq!(deed("{ delay: 200ms }"), Deed::Slow(Duration::from_millis(200)));
        assert_eq!(deed("{ executeLate: 2h }"), Deed::Late(Duration::from_secs(7200)));
        assert!(matches!(
            deed("{ status: 503, when: after, html: true }"),
            Deed::Substitute(Substitute { status: 503, when: When::After, html: Html::Yes, .. })
        ));
    }
}
