//! Errors on the wire ("Error codes", "API throttling guidance").

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The error of the API proper: `{"code":800090,"description":"…","data":[],"source":"PartnerFD"}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Fault {
    /// Documented as text, on the wire a number: both are read.
    pub code: Code,
    /// Up to 1,024 characters, localised.
    #[serde(default)]
    pub description: String,
    /// Values of the description.
    #[serde(default)]
    pub data: Vec<Value>,
    /// `PartnerFD`.
    #[serde(default)]
    pub source: String,
}

/// A code, however it is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Code {
    /// As on the wire.
    Number(i64),
    /// As documented.
    Text(String),
}

impl Code {
    /// Returns the code as text.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// The error of the throttle gateway: `{"statusCode":429,"message":"…"}`, beside `Retry-After`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Throttle {
    /// 429.
    pub status_code: u16,
    /// "Rate limit is exceeded. Try again in 57 seconds."
    #[serde(default)]
    pub message: String,
}
