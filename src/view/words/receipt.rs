//! What a receipt says: a title for each record, and the facts in it.

use super::{Medium, evidence, seats_of, subscriptions};
use crate::domain::receipt::{Entry, Run};
use crate::domain::{
    Approval, Approved, Attempt, Evidence, Fate, NotOrdered, OrderSpec, PlacedOrder, RecordKind,
    SubscriptionTerms,
};

/// A label, and what it is about.
pub(in crate::view) type Fact = (&'static str, String);

/// Says what happened.
pub(in crate::view) fn title(kind: &RecordKind) -> &'static str {
    match kind {
        RecordKind::Intended { .. } => "announced before it was sent",
        RecordKind::Sending { .. } => "announced again before it was sent again",
        RecordKind::SendEnded { fate: Fate::Unknown { .. }, .. } => {
            "sent: nobody knew whether it bought anything"
        }
        RecordKind::SendEnded { fate: Fate::Refused(_), .. } => "sent and refused",
        RecordKind::SendEnded { fate: Fate::NotNow(_), .. } => "put off: that send bought nothing",
        RecordKind::Created { .. } => "bought",
        RecordKind::NotOrdered { .. } => "over: nothing was bought",
        RecordKind::Adopted { .. } => "adopted: it existed already",
        RecordKind::SubscriptionsKnown { .. } => "subscription ids arrived",
        RecordKind::TermsKnown { .. } => "terms of its subscriptions were read",
        RecordKind::Moved { .. } => "given another name",
        RecordKind::Forgotten { .. } => "dropped from the state: nothing was cancelled",
        RecordKind::Genesis { .. }
        | RecordKind::Bound { .. }
        | RecordKind::Rebuilt { .. }
        | RecordKind::Opened { .. }
        | RecordKind::Allowed { .. } => "recorded",
    }
}

/// Says all that the record of an entry holds, but for the bytes that were sent.
pub(in crate::view) fn facts(entry: &Entry, medium: Medium) -> Vec<Fact> {
    let mut facts = match &entry.record.kind {
        RecordKind::Intended { attempt, .. } => intended(attempt, medium),
        RecordKind::SendEnded { fate, .. } => fate_facts(fate, medium),
        RecordKind::Created { order, evidence, .. } => placed(order, *evidence, medium),
        RecordKind::NotOrdered { reason, .. } => vec![("because", not_ordered(reason, medium))],
        RecordKind::Adopted { order, spec, .. } => {
            [buys(spec, medium), placed(order, Evidence::Person, medium)].concat()
        }
        RecordKind::SubscriptionsKnown { subscription_ids, .. } => {
            let ids = subscription_ids.iter().flatten();
            ids.map(|id| ("subscription", medium.code(id.as_str()))).collect()
        }
        RecordKind::TermsKnown { terms, .. } => {
            terms.iter().map(|one| ("terms", term(one, medium))).collect()
        }
        RecordKind::Moved { from, to } => {
            vec![("from", medium.code(from.as_str())), ("to", medium.code(to.as_str()))]
        }
        _ => Vec::new(),
    };
    if let Some((request, correlation)) = entry.sent {
        facts.push(("request", medium.code(&request.to_string())));
        facts.push(("correlation", medium.code(&correlation.to_string())));
    }
    facts
}

/// Says who wrote, and what they approved.
pub(in crate::view) fn run(run: &Run, medium: Medium) -> Vec<Fact> {
    let (by, command, tool) = (medium.text(&run.by), medium.code(&run.command), medium.text(&run.tool));
    let mut facts = vec![("run", format!("{command} by {by}, with {tool}"))];
    if let Some(Approved { plan, how, commit }) = &run.approved {
        let how = match how {
            Approval::Person => "by a person who read it",
            Approval::Flag => "by `--auto-approve`",
            Approval::SavedPlan => "by a person, as a saved plan",
            Approval::Watcher => "by a watcher's settings (`watch --auto-apply`)",
        };
        facts.push(("approved", how.to_owned()));
        facts.push(("plan", medium.code(plan)));
        facts.push(("commit", commit.as_deref().map_or("none known".to_owned(), |id| at(id, medium))));
    }
    facts
}

fn at(commit: &str, medium: Medium) -> String {
    match commit.strip_suffix('+') {
        Some(commit) => format!("{}, and manifests that were not committed", medium.code(commit)),
        None => medium.code(commit),
    }
}

fn intended(attempt: &Attempt, medium: Medium) -> Vec<Fact> {
    let before = match attempt.baseline.order_ids.len() {
        1 => "1 order before".to_owned(),
        count => format!("{count} orders before"),
    };
    let mut facts = buys(&attempt.spec, medium);
    facts.push(("generation", attempt.generation.0.to_string()));
    facts.push(("customer had", before));
    facts
}

fn buys(spec: &OrderSpec, medium: Medium) -> Vec<Fact> {
    let customer = ("customer", medium.code(&spec.customer_id.to_string()));
    let lines = spec.line_items.iter().map(|line| ("buys", seats_of(line, medium)));
    std::iter::once(customer).chain(lines).collect()
}

fn fate_facts(fate: &Fate, medium: Medium) -> Vec<Fact> {
    match fate {
        Fate::Refused(why) | Fate::NotNow(why) => vec![("because", medium.text(why))],
        Fate::Unknown { why, order_id } => {
            let named = order_id.as_ref().map(|id| ("named", medium.code(id.as_str())));
            std::iter::once(("because", medium.text(why))).chain(named).collect()
        }
    }
}

fn placed(order: &PlacedOrder, known: Evidence, medium: Medium) -> Vec<Fact> {
    let how = evidence(known).unwrap_or("answered by Partner Center");
    let mut facts = vec![("order", format!("{} ({how})", medium.code(order.order_id.as_str())))];
    facts.extend(subscriptions(order, medium).into_iter().map(|line| ("", line)));
    let optional = [("made", &order.creation_date), ("status", &order.status), ("etag", &order.etag)];
    let given = optional.into_iter().filter_map(|(label, value)| Some((label, medium.text(value.as_ref()?))));
    facts.extend(given);
    facts
}

fn not_ordered(reason: &NotOrdered, medium: Medium) -> String {
    match reason {
        NotOrdered::Refused(error) => {
            format!("Partner Center refused it: {}", medium.text(&error.to_string()))
        }
        NotOrdered::NotNow(why) => medium.text(why),
        NotOrdered::ListedNowhere(why) => {
            format!("its last send was refused ({}), and it was listed nowhere", medium.text(why))
        }
        NotOrdered::Person => "a person said so".to_owned(),
    }
}

fn term(terms: &SubscriptionTerms, medium: Medium) -> String {
    let mut said = vec![medium.code(terms.id.as_str())];
    let dated = |what: &str, date: &Option<String>| Some(format!("{what} {}", medium.text(date.as_ref()?)));
    said.extend(dated("can be cancelled for credit until", &terms.cancellation_allowed_until));
    said.extend(dated("committed until", &terms.commitment_end));
    said.extend(
        terms.auto_renew.map(|on| if on { "renews itself" } else { "does not renew itself" }.to_owned()),
    );
    said.join(", ")
}
