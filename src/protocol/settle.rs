//! How an attempt in doubt is settled: by evidence only.
//!
//! *Proof* is an audit record that carries a correlation id of ours. *Match* is the one order in the customer's list
//! that can be the attempt's, once the last send is old enough for the list to count. Everything else leaves the
//! attempt in doubt, or to a person.

use std::time::Duration;

use crate::domain::{
    Attempt, AuditedOrder, CorrelationId, Fate, Likeness, Moment, ObservedOrder, OrderId, RecoveryMode,
    Timestamp,
};

use super::Rules;

/// What the customer's list says about an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// Exactly one order can be the attempt's, and surely is.
    Match(Box<ObservedOrder>),
    /// These could be; a person decides.
    Candidates(Vec<OrderId>),
    /// None can be.
    Nothing,
}

/// What may be done once the list shows nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absent {
    /// Send the same attempt again.
    SendAgain,
    /// It is over: its last send was refused, and those before it bought nothing.
    NotOrdered(String),
    /// Recovery is `strict`: a person decides.
    Strict,
    /// It has been sent as often as is allowed: a person decides.
    NoSendsLeft,
}

/// What the audit log says about an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// It ascribes this order to one of the attempt's sends.
    Ours(Box<ObservedOrder>),
    /// It ascribes these to one of them, and they are for somebody else or have other lines: a person decides.
    Contradiction(Vec<OrderId>),
    /// Nothing. That proves nothing: records may come late.
    Silence,
}

/// Looks for an order whose creation the audit log ascribes to one of the attempt's sends.
#[must_use]
pub fn proof(attempt: &Attempt, audited: &[AuditedOrder]) -> Proof {
    let ours = made_by(audited, attempt.correlation_ids());
    match ours.iter().find(|order| order.likeness(&attempt.spec) != Likeness::Different) {
        Some(order) => Proof::Ours(Box::new((*order).clone())),
        None if ours.is_empty() => Proof::Silence,
        None => Proof::Contradiction(ours.iter().map(|order| order.id.clone()).collect()),
    }
}

/// Returns the orders that the audit log ascribes to requests with these correlation ids.
pub fn made_by(audited: &[AuditedOrder], ids: impl Iterator<Item = CorrelationId>) -> Vec<&ObservedOrder> {
    let ids: Vec<CorrelationId> = ids.collect();
    let ours = |record: &&AuditedOrder| record.correlation_id.is_some_and(|id| ids.contains(&id));
    audited.iter().filter(ours).map(|record| &record.order).collect()
}

/// Returns how much longer the list proves nothing about the attempt; zero once it does.
#[must_use]
pub fn wait_left(attempt: &Attempt, now: &Moment, settle_after: Duration) -> Duration {
    attempt.last_sent().map_or(settle_after, |sent| settle_after.saturating_sub(now.age_since(sent)))
}

/// Compares the attempt with the orders that nobody has recorded.
#[must_use]
pub fn find(attempt: &Attempt, unclaimed: &[ObservedOrder]) -> Finding {
    let mut candidates: Vec<(&ObservedOrder, bool)> = unclaimed
        .iter()
        .filter(|order| !attempt.baseline.order_ids.contains(&order.id))
        .filter_map(|order| certainty(attempt, order).map(|certain| (order, certain)))
        .collect();
    candidates.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    match candidates[..] {
        [] => Finding::Nothing,
        [(order, true)] => Finding::Match(Box::new(order.clone())),
        _ => Finding::Candidates(candidates.iter().map(|(order, _)| order.id.clone()).collect()),
    }
}

/// Returns whether an order surely is the attempt's, and `None` where it cannot be.
///
/// One that says it was made before the baseline, and is not in it, was listed late or made by a machine whose clock
/// is another than the `Date` header's: it may be ours, so it is never overlooked, and never taken without a person.
fn certainty(attempt: &Attempt, order: &ObservedOrder) -> Option<bool> {
    let likeness = order.likeness(&attempt.spec);
    let later =
        order.created.zip(attempt.baseline.at.server).is_some_and(|(made, then)| not_before(made, then));
    (likeness != Likeness::Different).then_some(likeness == Likeness::Exact && later)
}

/// `Date` headers have whole seconds, so an order of the same second is not older.
fn not_before(made: Timestamp, baseline: Timestamp) -> bool {
    made >= baseline
}

/// Decides what to do about an attempt that is old enough and listed nowhere.
#[must_use]
pub fn absent(attempt: &Attempt, rules: &Rules) -> Absent {
    // What was put off says nothing about the sends before it.
    let told = attempt.sends.iter().rev().find(|sent| !matches!(sent.fate, Some(Fate::NotNow(_))));
    if let Some(Fate::Refused(why)) = told.and_then(|sent| sent.fate.as_ref()) {
        return Absent::NotOrdered(why.clone());
    }
    if rules.mode == RecoveryMode::Strict {
        return Absent::Strict;
    }
    if attempt.open_sends() >= Attempt::MOST_SENDS { Absent::NoSendsLeft } else { Absent::SendAgain }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::BillingCycle;
    use crate::domain::samples::{attempt, moment, order};

    #[test]
    fn an_audit_record_with_our_correlation_id_is_proof_and_another_is_not() {
        let attempt = attempt(5, &[0]);
        let record = |correlation_id, order| AuditedOrder { correlation_id: Some(correlation_id), order };
        let ours = CorrelationId::derive(attempt.request_id, 1);
        let not_sent_yet = CorrelationId::derive(attempt.request_id, 2);
        assert_eq!(proof(&attempt, &[record(ours, order("1", 5))]), Proof::Ours(Box::new(order("1", 5))));
        assert_eq!(proof(&attempt, &[record(not_sent_yet, order("1", 5))]), Proof::Silence);
        let contradiction = Proof::Contradiction(vec![order("1", 6).id]);
        assert_eq!(proof(&attempt, &[record(ours, order("1", 6))]), contradiction);
        assert_eq!(
            proof(&attempt, &[AuditedOrder { correlation_id: None, order: order("1", 5) }]),
            Proof::Silence
        );
    }

    #[test]
    fn the_wait_counts_from_the_last_send() {
        let attempt = attempt(5, &[100, 400]);
        let left = |now| wait_left(&attempt, &moment(now), Duration::from_secs(60));
        assert_eq!(left(401), Duration::from_secs(60));
        assert_eq!(left(441), Duration::from_secs(20));
        assert_eq!(left(461), Duration::ZERO);
    }

    #[test]
    fn one_new_order_with_the_same_lines_is_a_match() {
        assert_eq!(
            find(&attempt(5, &[0]), &[order("2", 5), order("3", 6)]),
            Finding::Match(Box::new(order("2", 5)))
        );
    }

    #[test]
    fn what_was_there_before_is_not_ours() {
        let mut attempt = attempt(5, &[0]);
        attempt.baseline.order_ids.push(order("2", 5).id);
        assert_eq!(find(&attempt, &[order("2", 5)]), Finding::Nothing);
    }

    /// Each of these could be a portal purchase, or ours: to guess either way costs money.
    #[test]
    fn whatever_is_not_certain_is_left_to_a_person() {
        let attempt = attempt(5, &[0]);
        let several = [order("3", 5), order("2", 5)];
        assert_eq!(find(&attempt, &several), Finding::Candidates(vec![order("2", 5).id, order("3", 5).id]));
        let skewed = |o: &mut ObservedOrder| o.created = Some(Timestamp::from_unix_ms(-10_000));
        let of_another_clock = |o: &mut ObservedOrder| o.created = Some(Timestamp::from_unix_ms(-86_400_000));
        let undated = |o: &mut ObservedOrder| o.created = None;
        let cancelled = |o: &mut ObservedOrder| o.lines[0].quantity = 0;
        let cycle_hidden = |o: &mut ObservedOrder| o.billing_cycle = None;
        for change in [skewed as fn(&mut _), of_another_clock, undated, cancelled, cycle_hidden] {
            let mut uncertain = order("2", 5);
            change(&mut uncertain);
            let mut attempt = attempt.clone();
            attempt.spec.billing_cycle = Some(BillingCycle::Monthly);
            assert_eq!(find(&attempt, &[uncertain.clone()]), Finding::Candidates(vec![uncertain.id]));
        }
    }

    #[test]
    fn an_absent_attempt_is_sent_three_times_at_most_and_never_when_strict() {
        let rules = |mode| Rules { mode, ..Rules::default() };
        assert_eq!(absent(&attempt(5, &[0, 1]), &rules(RecoveryMode::Verify)), Absent::SendAgain);
        assert_eq!(absent(&attempt(5, &[0, 1, 2]), &rules(RecoveryMode::Verify)), Absent::NoSendsLeft);
        assert_eq!(absent(&attempt(5, &[0]), &rules(RecoveryMode::Strict)), Absent::Strict);
        let mut refused = attempt(5, &[0, 1]);
        refused.sends[1].fate = Some(Fate::Refused("400/2002".into()));
        assert_eq!(absent(&refused, &rules(RecoveryMode::Strict)), Absent::NotOrdered("400/2002".into()));
        let mut put_off = attempt(5, &[0, 1]);
        put_off.sends[1].fate = Some(Fate::NotNow("429".into()));
        assert_eq!(absent(&put_off, &rules(RecoveryMode::Strict)), Absent::Strict);
        assert_eq!(absent(&put_off, &rules(RecoveryMode::Verify)), Absent::SendAgain);
    }
}
