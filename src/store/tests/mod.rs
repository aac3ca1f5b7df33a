//! The laws of the store, and a history in which everything that can happen happens.

mod damage;
mod faults;
mod opening;
mod round_trip;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::Holder;
use super::format::line::{Digest, seal};
use super::state_file;
use crate::domain::{
    Approval, Approved, Attempt, Baseline, BillingCycle, CustomerId, EndpointId, Evidence, Excerpt, Fate,
    Generation, LineItem, Lineage, Moment, NotOrdered, OfferId, OrderId, OrderName, OrderSpec, PlacedOrder,
    Record, RecordKind, RequestId, Sent, ServiceError, State, SubscriptionId, SubscriptionTerms,
    TermDuration, Timestamp,
};

pub(super) fn lineage() -> Lineage {
    Lineage::from_random(7)
}

pub(super) fn holder(command: &str) -> Holder {
    Holder {
        pid: 4711,
        host: "build-3".into(),
        user: "ada".into(),
        command: command.into(),
        started: Some(Timestamp::from_unix_ms(1_700_000_000_000)),
        tool: "0.1.0".into(),
    }
}

pub(super) fn name(text: &str) -> OrderName {
    OrderName::parse(text).unwrap()
}

fn moment(seconds: i64) -> Moment {
    Moment {
        server: Some(Timestamp::from_unix_ms(1_700_000_000_000 + seconds * 1000)),
        boot_id: "3c1b0f0e".into(),
        boot_ms: 5_000,
    }
}

fn plain_spec() -> OrderSpec {
    OrderSpec::new(
        CustomerId::parse("4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04").unwrap(),
        vec![LineItem::new(OfferId::parse("84A03D81-6B37-4D66-8D4A-FAEA24541538").unwrap(), 5)],
    )
}

fn full_spec() -> OrderSpec {
    let mut spec = plain_spec();
    spec.billing_cycle = Some(BillingCycle::OneTime);
    spec.partner_on_record_attestation_accepted = Some(true);
    let line = &mut spec.line_items[0];
    line.friendly_name = Some("quotes \" and \\ and \u{1b} and ünï 🦀".into());
    line.term_duration = TermDuration::read("P1Y");
    line.custom_term_end_date = Some("2026-12-31T00:00:00Z".into());
    line.promotion_id = Some("39NFJQT1PFPT:0001:39NFJQT1Q5K7".into());
    line.partner_id_on_record = Some("517285".into());
    line.additional_partner_ids_on_record = vec!["5357564".into(), "5357565".into()];
    line.attestation_accepted = Some(false);
    line.renews_to = TermDuration::read("P3Y");
    line.provisioning_context = BTreeMap::from([("domain".into(), "contoso".into())]);
    spec
}

pub(super) fn intended(order: &str, spec: OrderSpec) -> RecordKind {
    let body = format!("{{\"Id\":null,\"Name\":\"{order} \u{7f}\\u0000\"}}");
    let (name, generation) = (name(order), Generation::FIRST);
    let attempt = Attempt {
        generation,
        request_id: RequestId::derive(lineage(), &name, generation, &body),
        spec,
        body,
        baseline: Baseline { at: moment(0), order_ids: vec![OrderId::parse("b1a2c3d4e5f6").unwrap()] },
        plan: "a1b2".into(),
        sends: vec![Sent { at: Moment { server: None, ..moment(1) }, ended: None, fate: None }],
    };
    RecordKind::Intended { name, attempt: Box::new(attempt) }
}

pub(super) fn created(order: &str, id: &str, evidence: Evidence) -> RecordKind {
    RecordKind::Created { name: name(order), order: placed(id), evidence }
}

fn placed(id: &str) -> PlacedOrder {
    PlacedOrder {
        order_id: OrderId::parse(id).unwrap(),
        subscription_ids: vec![Some(SubscriptionId::parse("sub-1").unwrap()), None],
        etag: Some("eyJpZCI6ImEifQ==".into()),
        creation_date: Some("2026-11-22T10:00:00.123Z".into()),
        status: Some("completed".into()),
    }
}

/// What happened, one after another: every kind of record, and every variant inside of them.
fn kinds() -> Vec<RecordKind> {
    let refused =
        ServiceError { status: 400, code: "2000".into(), description: Excerpt::of(&"\u{1b}".repeat(80)) };
    let not_ordered = |order, reason| RecordKind::NotOrdered { name: name(order), reason };
    let mut kinds = vec![
        RecordKind::Genesis { lineage: lineage(), tool: "0.1.0".into() },
        RecordKind::Bound { endpoint: EndpointId::Origin("https://api.partnercenter.microsoft.com".into()) },
        RecordKind::Bound { endpoint: EndpointId::Sandbox },
        RecordKind::Rebuilt { at: moment(0) },
        RecordKind::Opened {
            by: "ada on build-3, 4711".into(),
            command: "apply".into(),
            tool: "0.1.0".into(),
            approved: None,
        },
        RecordKind::Allowed {
            by: "ada on build-3, 4711".into(),
            rule: "ordersPerRun".into(),
            keeper: "project".into(),
            reason: "quarter \" end".into(),
            limit: "20".into(),
            value: "25".into(),
        },
        approved(Approval::Person, None),
        approved(Approval::Flag, Some("2f1a5f0")),
        approved(Approval::SavedPlan, Some("2f1a5f0+")),
        approved(Approval::Watcher, None),
        intended("answered", full_spec()),
        created("answered", "c001", Evidence::Answer),
        intended("found", plain_spec()),
        RecordKind::SendEnded { name: name("found"), fate: Fate::NotNow("429".into()), at: moment(30) },
        RecordKind::Sending { name: name("found"), at: moment(60) },
        RecordKind::SendEnded {
            name: name("found"),
            fate: Fate::Unknown { why: "timeout".into(), order_id: None },
            at: moment(90),
        },
        created("found", "c002", Evidence::Match),
        intended("audited", plain_spec()),
        created("audited", "c003", Evidence::Audit),
        intended("told", plain_spec()),
        created("told", "c004", Evidence::Person),
        intended("refused", plain_spec()),
        not_ordered("refused", NotOrdered::Refused(refused)),
        intended("busy", plain_spec()),
        not_ordered("busy", NotOrdered::NotNow("429".into())),
        intended("nowhere", plain_spec()),
        not_ordered("nowhere", NotOrdered::ListedNowhere("refused, and listed nowhere".into())),
        intended("denied", plain_spec()),
        not_ordered("denied", NotOrdered::Person),
    ];
    kinds.extend(by_a_person());
    kinds
}

fn approved(how: Approval, commit: Option<&str>) -> RecordKind {
    let approved = Approved { plan: "a1b2".into(), how, commit: commit.map(Into::into) };
    RecordKind::Opened {
        by: "ada on build-3, 4711".into(),
        command: "orderform apply".into(),
        tool: "0.1.0".into(),
        approved: Some(approved),
    }
}

fn all_terms() -> SubscriptionTerms {
    SubscriptionTerms {
        id: SubscriptionId::parse("sub-2").unwrap(),
        commitment_end: Some("2027-11-21T00:00:00Z".into()),
        cancellation_allowed_until: Some("2026-11-29T10:00:00.1234567Z".into()),
        auto_renew: Some(false),
        renewal_term: TermDuration::read("P1M"),
    }
}

fn no_terms() -> SubscriptionTerms {
    SubscriptionTerms {
        id: SubscriptionId::parse("sub-3").unwrap(),
        commitment_end: None,
        cancellation_allowed_until: None,
        auto_renew: None,
        renewal_term: None,
    }
}

fn by_a_person() -> Vec<RecordKind> {
    vec![
        RecordKind::Adopted { name: name("adopted"), spec: Box::new(full_spec()), order: placed("c005") },
        RecordKind::SubscriptionsKnown {
            name: name("adopted"),
            subscription_ids: vec![Some(SubscriptionId::parse("sub-2").unwrap())],
        },
        RecordKind::TermsKnown { name: name("adopted"), terms: vec![all_terms(), no_terms()] },
        RecordKind::Moved { from: name("adopted"), to: name("moved") },
        RecordKind::Forgotten { name: name("told") },
        intended("in-doubt", full_spec()),
        RecordKind::SendEnded {
            name: name("in-doubt"),
            fate: Fate::Refused("400/2000".into()),
            at: moment(40),
        },
        RecordKind::Sending { name: name("in-doubt"), at: moment(60) },
        RecordKind::SendEnded {
            name: name("in-doubt"),
            fate: Fate::Unknown { why: "reset".into(), order_id: OrderId::parse("c006").ok() },
            at: moment(90),
        },
    ]
}

/// Fails to compile when a kind is added: add it to [`kinds`], and a minor version to the format.
fn is_sampled(kind: &RecordKind) -> usize {
    match kind {
        RecordKind::Genesis { .. } => 0,
        RecordKind::Bound { .. } => 1,
        RecordKind::Rebuilt { .. } => 2,
        RecordKind::Opened { .. } => 3,
        RecordKind::Intended { .. } => 4,
        RecordKind::Sending { .. } => 5,
        RecordKind::SendEnded { .. } => 6,
        RecordKind::Created { .. } => 7,
        RecordKind::NotOrdered { .. } => 8,
        RecordKind::Adopted { .. } => 9,
        RecordKind::SubscriptionsKnown { .. } => 10,
        RecordKind::Moved { .. } => 11,
        RecordKind::Forgotten { .. } => 12,
        RecordKind::Allowed { .. } => 13,
        RecordKind::TermsKnown { .. } => 14,
    }
}

pub(super) fn number(kinds: impl IntoIterator<Item = RecordKind>, first: u64) -> Vec<Record> {
    let record = |(serial, kind)| Record {
        serial,
        time: (serial % 2 == 0).then(|| Timestamp::from_unix_ms(1_700_000_000_123)),
        kind,
    };
    (first..).zip(kinds).map(record).collect()
}

pub(super) fn history() -> Vec<Record> {
    number(kinds(), 1)
}

pub(super) fn fold(records: &[Record]) -> State {
    let mut state = State::begin(&records[0]).unwrap();
    for record in &records[1..] {
        state.fold(record).unwrap();
    }
    state
}

/// Seals records to the lines of a journal; returns them with the hash of each.
pub(super) fn lines(records: &[Record]) -> Vec<(Vec<u8>, Digest)> {
    let mut head = Digest::NONE;
    let sealed = |record| {
        let (line, hash) = seal(record, &head);
        head = hash;
        (line, hash)
    };
    records.iter().map(sealed).collect()
}

/// Writes a state directory as an orderly run leaves it, with the checkpoint as of the record with that serial.
pub(super) fn lay_out(dir: &Path, records: &[Record], checkpoint: Option<usize>) {
    let lines = lines(records);
    let journal: Vec<u8> = lines.iter().flat_map(|(line, _)| line.clone()).collect();
    fs::write(dir.join("journal.jsonl"), journal).unwrap();
    if let Some(serial) = checkpoint {
        let (state, head) = (fold(&records[..serial]), lines[serial - 1].1);
        state_file::replace(dir, &state, &head).unwrap();
    }
}
