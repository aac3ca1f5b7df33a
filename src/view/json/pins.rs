//! What a saved plan pins, and until when it is good.
//!
//! **Invariant:** every pin of [`Pins`] is written and read back; who adds one adds it here.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::limit::{AllowanceJson, LimitsJson, OrganisationJson, read_rulebook, rulebook};
use super::scope::ScopeJson;
use crate::domain::{
    Currency, EndpointId, Generation, OrderName, Recovery, RecoveryMode, RequestId, Timestamp,
};
use crate::plan::{
    Checks, Holding, Limit, Outside, Pinned, PinnedPrices, Pins, Saved, checks_digest, limits_digest,
};

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PinsJson<'a> {
    created_at: String,
    expires_at: String,
    tool: Cow<'a, str>,
    place: String,
    scope: ScopeJson<'a>,
    journal: JournalJson<'a>,
    manifests: Cow<'a, str>,
    limits: LimitsJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<OrganisationJson>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    allowed: Vec<AllowanceJson>,
    recovery: RecoveryJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prices: Option<PricesJson<'a>>,
    /// Over `limits` of the plan, which are not in its digest because some depend on the time.
    judged: String,
    /// Over `checks` of the plan, which are not in its digest because they are what Partner Center says.
    #[serde(skip_serializing_if = "Option::is_none")]
    checked: Option<String>,
    sends: Vec<SendJson<'a>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct JournalJson<'a> {
    lineage: String,
    serial: u64,
    head: Cow<'a, str>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecoveryJson<'a> {
    mode: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settle_after_ms: Option<u64>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PricesJson<'a> {
    list: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<Cow<'a, str>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SendJson<'a> {
    name: Cow<'a, str>,
    request_id: String,
    generation: u32,
    body: Cow<'a, str>,
}

impl<'a> PinsJson<'a> {
    /// Takes the pins of a plan; `None` where it has none.
    pub(super) fn of(saved: &'a Saved) -> Option<Self> {
        // What is left of another plan is carried out and never saved.
        let Pins {
            place,
            scope,
            outside: _,
            head,
            manifests,
            limits,
            allowed,
            recovery,
            prices,
            tool,
            sends,
            rest_of: _,
            // Of the manifests that it is applied with.
            holding: _,
        } = saved.plan.pins.as_ref()?;
        let (limits, organisation) = rulebook(limits);
        let mode = RecoveryMode::ALL.into_iter().find(|(_, mode)| *mode == recovery.mode);
        Some(Self {
            created_at: saved.created.to_string(),
            expires_at: saved.expires.to_string(),
            tool: tool.into(),
            place: place.as_ref().map(ToString::to_string).unwrap_or_default(),
            scope: ScopeJson::asked(scope),
            journal: JournalJson {
                lineage: saved.plan.lineage.to_string(),
                serial: saved.plan.serial,
                head: head.into(),
            },
            manifests: manifests.into(),
            limits,
            organisation,
            allowed: allowed.iter().map(AllowanceJson::from).collect(),
            recovery: RecoveryJson {
                mode: mode.map_or("", |(word, _)| word).into(),
                settle_after_ms: recovery.settle_after.map(super::reason::wait_ms),
            },
            prices: prices.as_ref().map(PricesJson::from),
            judged: limits_digest(&saved.plan.limits),
            checked: saved.plan.checks.as_ref().map(checks_digest),
            sends: sends.iter().map(SendJson::from).collect(),
        })
    }

    /// Refuses what is said of a check where it is not as it was written.
    pub(super) fn vouch_for(&self, checks: Option<&Checks>) -> Result<(), String> {
        match self.checked == checks.map(checks_digest) {
            true => Ok(()),
            false => Err("its `checks` are not as they were found".to_owned()),
        }
    }

    /// Reads pins, when they were made and when they end to be good. What is outside of their scope, and the limits as they
    /// were judged, stand elsewhere.
    pub(super) fn read(
        self,
        outside: Outside,
        limits: &[Limit],
    ) -> Result<(Pins, Timestamp, Timestamp), String> {
        let mode = RecoveryMode::ALL.into_iter().find(|(word, _)| *word == self.recovery.mode);
        let (_, mode) = mode.ok_or("its `pins.recovery.mode` is not known")?;
        if self.judged != limits_digest(limits) {
            return Err("its `limits` are not as they were judged".to_owned());
        }
        let allowed: Result<_, String> = self.allowed.into_iter().map(AllowanceJson::read).collect();
        let sends: Result<_, String> = self.sends.into_iter().map(SendJson::read).collect();
        let pins = Pins {
            place: match self.place.as_str() {
                "" => None,
                "sandbox" => Some(EndpointId::Sandbox),
                _ => Some(EndpointId::Origin(self.place)),
            },
            scope: self.scope.read()?,
            outside,
            head: self.journal.head.into_owned(),
            manifests: self.manifests.into_owned(),
            limits: read_rulebook(&self.limits, self.organisation.as_ref())?,
            allowed: allowed?,
            recovery: Recovery {
                mode,
                settle_after: self.recovery.settle_after_ms.map(Duration::from_millis),
            },
            prices: self.prices.map(PricesJson::read).transpose()?,
            tool: self.tool.into_owned(),
            sends: sends?,
            holding: Holding::default(),
            rest_of: None,
        };
        let time = |text: &str| Timestamp::parse(text).ok_or_else(|| "a time in it is none".to_owned());
        Ok((pins, time(&self.created_at)?, time(&self.expires_at)?))
    }
}

impl<'a> From<&'a PinnedPrices> for PricesJson<'a> {
    fn from(prices: &'a PinnedPrices) -> Self {
        let currency = prices.currency.as_ref().map(|currency| currency.as_str().into());
        Self { list: (&prices.list).into(), currency }
    }
}

impl PricesJson<'_> {
    fn read(self) -> Result<PinnedPrices, String> {
        let currency = self.currency.map(|code| Currency::parse(&code).map_err(|error| error.to_string()));
        Ok(PinnedPrices { list: self.list.into_owned(), currency: currency.transpose()? })
    }
}

impl<'a> From<(&'a OrderName, &'a Pinned)> for SendJson<'a> {
    fn from((name, pinned): (&'a OrderName, &'a Pinned)) -> Self {
        Self {
            name: name.as_str().into(),
            request_id: pinned.request_id.to_string(),
            generation: pinned.generation.0,
            body: (&pinned.body).into(),
        }
    }
}

impl SendJson<'_> {
    fn read(self) -> Result<(OrderName, Pinned), String> {
        let name = OrderName::parse(&self.name).map_err(|error| error.to_string())?;
        let request_id = RequestId::parse(&self.request_id).map_err(|error| error.to_string())?;
        let generation = Generation(self.generation);
        Ok((name, Pinned { request_id, generation, body: self.body.into_owned() }))
    }
}
