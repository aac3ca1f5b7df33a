//! `state.json`: the journal folded up, one order a line, sorted by name.
//!
//! **Invariant:** it is written from a [`State`] and compared with one, and no state is ever made of it: whatever it
//! says, the journal decides.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::line::Digest;
use super::terms::TermsForm;
use super::values::{
    AttemptForm, BaselineForm, EvidenceForm, MomentForm, SentForm, SpecForm, write_subscriptions,
};
use super::{FORMAT_VERSION, FormatVersion, Refusal};
use crate::domain::{Bought, Lineage, Recorded, State};

/// What a checkpoint says about itself.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) lineage: Lineage,
    pub(crate) serial: u64,
    /// The hash of the journal's line with that serial, in hexadecimal digits.
    pub(crate) head: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HeaderForm {
    format_version: String,
    lineage: String,
    serial: u64,
    head: String,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CheckpointForm {
    #[serde(rename = "formatVersion")]
    _format_version: serde::de::IgnoredAny,
    lineage: String,
    serial: u64,
    head: String,
    #[serde(default)]
    endpoint: Option<String>,
    #[serde(default)]
    rebuilt: Option<MomentForm>,
    generations: BTreeMap<String, u32>,
    orders: BTreeMap<String, OrderForm>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
enum OrderForm {
    Pending {
        customer_id: String,
        request_id: String,
        generation: u32,
        plan: String,
        spec: SpecForm,
        body: String,
        baseline: BaselineForm,
        sends: Vec<SentForm>,
    },
    Created {
        customer_id: String,
        order_id: String,
        subscription_ids: Vec<Option<String>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        etag: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request_id: Option<String>,
        generation: u32,
        evidence: EvidenceForm,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        creation_date: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order_status: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recorded: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        terms: Vec<TermsForm>,
        spec: SpecForm,
    },
}

impl From<&Recorded> for OrderForm {
    fn from(recorded: &Recorded) -> Self {
        match recorded {
            Recorded::Pending(attempt) => {
                let form = AttemptForm::from(attempt.as_ref());
                Self::Pending {
                    customer_id: form.spec.customer_id.clone(),
                    request_id: form.request_id,
                    generation: form.generation,
                    plan: form.plan,
                    spec: form.spec,
                    body: form.body,
                    baseline: form.baseline,
                    sends: form.sends,
                }
            }
            Recorded::Created(bought) => Self::created(bought),
        }
    }
}

impl OrderForm {
    fn created(bought: &Bought) -> Self {
        let order = &bought.order;
        Self::Created {
            customer_id: bought.spec.customer_id.to_string(),
            order_id: order.order_id.to_string(),
            subscription_ids: write_subscriptions(&order.subscription_ids),
            etag: order.etag.clone(),
            request_id: bought.request_id.as_ref().map(ToString::to_string),
            generation: bought.generation.0,
            evidence: bought.evidence.into(),
            creation_date: order.creation_date.clone(),
            order_status: order.status.clone(),
            recorded: bought.recorded.as_ref().map(ToString::to_string),
            terms: bought.terms.iter().map(TermsForm::from).collect(),
            spec: SpecForm::from(&bought.spec),
        }
    }
}

/// Writes a state whose last record is on the journal's line with this hash.
pub(crate) fn write(out: &mut impl Write, state: &State, head: &Digest) -> io::Result<()> {
    writeln!(out, "{{")?;
    property(out, "formatVersion", &FORMAT_VERSION.to_string())?;
    property(out, "lineage", &state.lineage.to_string())?;
    property(out, "serial", &state.serial)?;
    property(out, "head", &head.to_string())?;
    if let Some(endpoint) = &state.endpoint {
        property(out, "endpoint", &endpoint.to_string())?;
    }
    if let Some(rebuilt) = &state.rebuilt {
        property(out, "rebuilt", &MomentForm::from(rebuilt))?;
    }
    let generations = state.generations.iter();
    table(out, "generations", generations.map(|(n, g)| (n.as_str(), g.0)))?;
    writeln!(out, ",")?;
    let orders = state.orders.iter();
    table(out, "orders", orders.map(|(n, r)| (n.as_str(), OrderForm::from(r))))?;
    writeln!(out, "\n}}")
}

/// Reads what a checkpoint says about itself, and makes sure that the rest is JSON.
pub(crate) fn read_header(bytes: &[u8]) -> Result<Header, Refusal> {
    let form: HeaderForm = serde_json::from_slice(bytes).map_err(|e| Refusal::of_json(&e))?;
    let damaged = |why: String| Refusal::Damaged(why);
    let version = FormatVersion::parse(&form.format_version)
        .ok_or_else(|| damaged(format!("`{}` is no format version", form.format_version)))?;
    if !FORMAT_VERSION.reads(version) {
        return Err(Refusal::Newer(format!("its format is {version}")));
    }
    Ok(Header {
        lineage: Lineage::parse(&form.lineage).map_err(|e| damaged(e.to_string()))?,
        serial: form.serial,
        head: form.head,
    })
}

/// Says where a checkpoint differs from what it is a checkpoint of: `None` where nowhere.
pub(crate) fn difference(bytes: &[u8], state: &State, head: &Digest) -> Result<Option<String>, Refusal> {
    let mut written = Vec::with_capacity(bytes.len());
    write(&mut written, state, head).expect("memory takes every write");
    if written == bytes {
        return Ok(None);
    }
    // Written by another version of the same format, or reformatted: what it means decides.
    let read = |bytes| serde_json::from_slice::<CheckpointForm>(bytes).map_err(|e| Refusal::of_json(&e));
    let (found, folded) = (read(bytes)?, read(&written)?);
    let names = found.orders.keys().chain(folded.orders.keys());
    let differs = |name: &&String| found.orders.get(*name) != folded.orders.get(*name);
    let order = names.filter(differs).min().map(|name| format!("order `{name}`"));
    Ok(order.or_else(|| (found != folded).then(|| "what precedes the orders".to_owned())))
}

fn property(out: &mut impl Write, name: &str, value: &impl Serialize) -> io::Result<()> {
    write!(out, "\"{name}\":")?;
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out, ",")
}

/// One entry a line, so that Git shows what changed and `grep` finds whole orders.
fn table<'a, V: Serialize>(
    out: &mut impl Write,
    name: &str,
    entries: impl Iterator<Item = (&'a str, V)>,
) -> io::Result<()> {
    write!(out, "\"{name}\":{{")?;
    for (number, (key, value)) in entries.enumerate() {
        write!(out, "{}\n\"{key}\":", if number == 0 { "" } else { "," })?;
        serde_json::to_writer(&mut *out, &value)?;
    }
    write!(out, "\n}}")
}
