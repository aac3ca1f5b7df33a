//! The words for how an order ended.
//!
//! **Invariant:** whatever did not end in a recorded order says what to do next.

use super::super::text::duration;
use super::plan::{Symbol, block};
use super::{APPLY, Account, Medium, SENT_AGAIN, limit_of, settle, subscriptions, way_out};
use crate::apply::{Ended, Outcome, Skipped};
use crate::domain::{
    Attempt, CancelUntil, Evidence, NotOrdered, OrderName, PlacedOrder, ServiceError, SignInProblem,
};
use crate::protocol::{Doubt, Obstacle};

/// Returns the symbol of an outcome.
pub(in crate::view) fn symbol(outcome: &Outcome) -> Symbol {
    match outcome {
        Outcome::Created { .. } => Symbol::Create,
        Outcome::NotOrdered(_) => Symbol::Refused,
        Outcome::InDoubt(_) => Symbol::Doubt,
        Outcome::Stopped(_) | Outcome::Blocked(_) => Symbol::Blocked,
        Outcome::Renamed { .. } => Symbol::Rename,
        Outcome::NotAttempted(_) => Symbol::Aside,
    }
}

/// Says how an order ended, why, and what to do next, also about its renewal.
pub(in crate::view) fn ended(ended: &Ended, medium: Medium) -> Account {
    let mut account = outcome(&ended.name, &ended.outcome, medium);
    account.details.extend(ended.cancel_until.map(cancel_until));
    match (&ended.outcome, ended.auto_renew) {
        (Outcome::Created { .. }, Some(false)) => account.hint(
            "switch auto-renewal off in Partner Center: the manifest wants it off, and orderform changes no subscription",
        ),
        _ => account,
    }
}

/// Says how an order ended, why, and what to do next.
pub(in crate::view) fn outcome(name: &OrderName, outcome: &Outcome, medium: Medium) -> Account {
    match outcome {
        Outcome::Created { order, evidence } => created(order, *evidence, medium),
        Outcome::NotOrdered(reason) => not_ordered(name, reason, medium),
        Outcome::InDoubt(doubt) => in_doubt(name, doubt, medium),
        Outcome::Stopped(obstacle) => stopped(name, obstacle, medium),
        Outcome::Blocked(reason) => {
            let account = block(name, reason, medium);
            Account { headline: format!("blocked: {}", account.headline), ..account }
        }
        Outcome::Renamed { from } => {
            Account::new(format!("renamed from {}; nothing was bought", medium.code(from.as_str())))
        }
        Outcome::NotAttempted(skipped) => not_attempted(name, skipped, medium),
    }
}

/// Says until when an order can be cancelled.
pub(in crate::view) fn cancel_until(until: CancelUntil) -> String {
    format!("can be cancelled for a prorated credit until {until}")
}

/// Says how we know of an order, where it was not by the answer to our request.
pub(in crate::view) fn evidence(evidence: Evidence) -> Option<&'static str> {
    match evidence {
        Evidence::Answer => None,
        Evidence::Audit => Some("found in the audit log"),
        Evidence::Match => Some("found in the order list"),
        Evidence::Person => Some("a person said so"),
    }
}

fn created(order: &PlacedOrder, known: Evidence, medium: Medium) -> Account {
    let id = medium.text(order.order_id.as_str());
    let how = evidence(known).map(|how| format!(" ({how})")).unwrap_or_default();
    Account { details: subscriptions(order, medium), ..Account::new(format!("created: order {id}{how}")) }
}

fn not_ordered(name: &OrderName, reason: &NotOrdered, medium: Medium) -> Account {
    let again = medium.code(APPLY);
    match reason {
        NotOrdered::Refused(error) => Account::new("refused: nothing was bought")
            .detail(format!("Partner Center says {}", medium.text(&error.to_string())))
            .hint(refusal_hint(error, medium)),
        NotOrdered::NotNow(why) => Account::new("put off: nothing was bought")
            .detail(medium.text(why))
            .hint(format!("run {again} again")),
        NotOrdered::ListedNowhere(why) => Account::new("refused: nothing was bought")
            .detail(format!("its last send was refused: {}", medium.text(why)))
            .detail("no earlier send bought anything: it is listed nowhere")
            .hint(format!("correct the manifest, then run {again} again")),
        NotOrdered::Person => Account::new("settled as not bought: a person said so")
            .hint(format!("run {again} again to buy {}", medium.code(name.as_str()))),
    }
}

fn refusal_hint(error: &ServiceError, medium: Medium) -> String {
    let again = medium.code(APPLY);
    match (error.status, error.code.as_str()) {
        (403, "20002") => format!("ask the customer for a reseller relationship, then run {again} again"),
        (403, "13605") => format!(
            "have the customer's acceptance of the Microsoft Customer Agreement confirmed in Partner Center, then run {again} \
             again"
        ),
        (400, "800004") => format!(
            "the offer, or its availability, is not sold: {} shows what is, and a saved plan is made anew with {}",
            medium.code("orderform catalog search"),
            medium.code("plan --check --out")
        ),
        (401 | 403, _) => match SignInProblem::of_service(error) {
            Some(problem) => way_out(problem).to_owned(),
            None => format!(
                "check the sign-in and its roles, and the customer's standing, then run {again} again"
            ),
        },
        (404, _) => format!("check the customer's tenant id, then run {again} again"),
        _ => format!("correct the manifest, then run {again} again"),
    }
}

fn in_doubt(name: &OrderName, doubt: &Doubt, medium: Medium) -> Account {
    let account = Account::new("in doubt: it may have been bought");
    let again = medium.code(APPLY);
    let person = settle(name, medium);
    match doubt {
        Doubt::Unanswered { why } => account
            .detail(medium.text(why))
            .detail(SENT_AGAIN)
            .hint(format!(
                "run {again} again: the audit log may prove it at once, the order list once the last send is \
                 older than {}",
                medium.code("--settle-after")
            ))
            .hint(person),
        Doubt::TooYoung { wait } => account
            .detail("no proof in the audit log, and too young for the order list to prove anything")
            .hint(format!("run {again} again in {}", duration(*wait)))
            .hint(person),
        Doubt::Candidates(ids) => account
            .detail(format!("each of these orders could be it: {}", medium.orders(ids)))
            .hint(format!("look at them in Partner Center; {person}")),
        Doubt::Strict => account
            .detail(format!("it is listed nowhere, and recovery {} never sends again", medium.code("strict")))
            .hint(person),
        Doubt::NoSendsLeft => account
            .detail(format!(
                "it is listed nowhere, and was sent {} times, the most there are",
                Attempt::MOST_SENDS
            ))
            .hint(format!("look in Partner Center; {person}")),
        Doubt::Unlisted { why } => account
            .detail(format!("the customer's orders could not be listed: {}", medium.text(why)))
            .hint(format!("mend what it says, or wait where Partner Center was down, then run {again} again"))
            .hint(person),
    }
}

fn stopped(name: &OrderName, obstacle: &Obstacle, medium: Medium) -> Account {
    let again = medium.code(APPLY);
    match obstacle {
        Obstacle::AlreadyBought(ids) => {
            let (adopt, orders, that) = match ids.as_slice() {
                [id] => (format!("orderform adopt {name} {id}"), "an order", "that"),
                _ => (format!("orderform adopt {name} ORDER_ID"), "orders", "one of them"),
            };
            Account::new("blocked: it looks bought already; nothing was sent")
                .detail(format!(
                    "the customer has {orders} with the same lines that nobody recorded: {}",
                    medium.orders(ids)
                ))
                .hint(format!("if {that} is it, {}", medium.code(&adopt)))
                .hint(format!(
                    "if another one is meant, set {}",
                    medium.code("metadata.allowDuplicate: true")
                ))
        }
        Obstacle::LostState(ids) => Account::new("blocked: a state that was lost may have bought it; nothing was sent")
            .detail(format!("orders that nobody recorded: {}", medium.orders(ids)))
            .hint(format!("if one of them is it, {}", medium.code(&format!("orderform adopt {name} ORDER_ID"))))
            .hint("if not, write a manifest for each of them and adopt it under its own name"),
        Obstacle::RebuiltLately { wait } => {
            Account::new("blocked: the state was rebuilt lately; nothing was sent")
                .detail("orders that were not listed by then may be missing in it")
                .hint(format!("run {again} again in {}", duration(*wait)))
        }
        Obstacle::Unlisted { why } => Account::new(
            "blocked: the customer's orders could not be listed; nothing was sent",
        )
        .detail(medium.text(why))
        .hint(format!(
            "mend what it says, or wait where Partner Center was down, then run {again} again: nothing is sent \
                     before somebody could look"
        )),
        Obstacle::Unaudited { why } => {
            Account::new("blocked: the audit log could not be read; nothing was sent")
                .detail(medium.text(why))
                .detail("the customer has an order with the same lines, and only the audit log tells whether it is this one")
                .hint(format!(
                    "mend what it says, or wait where Partner Center was down, then run {again} again"
                ))
                .hint(format!(
                    "if the order that is there is it, {}",
                    medium.code(&format!("orderform adopt {name} ORDER_ID"))
                ))
        }
    }
}

fn not_attempted(name: &OrderName, skipped: &Skipped, medium: Medium) -> Account {
    let again = medium.code(APPLY);
    match skipped {
        Skipped::Interrupted => Account::new("not attempted: interrupted").hint(format!("run {again} again")),
        Skipped::CustomerInDoubt(other) => {
            let other = medium.code(other.as_str());
            Account::new(format!("not attempted: {other} of the same customer is in doubt"))
                .hint(format!("settle {other}, then run {again} again"))
        }
        Skipped::SignIn(refused) => {
            let account = Account::new("not attempted: Partner Center did not accept the sign-in")
                .detail(medium.text(refused.why.as_str()));
            match refused.problem {
                Some(problem) => account.hint(way_out(problem)),
                None => account.hint(format!("check the sign-in, then run {again} again")),
            }
        }
        Skipped::NoRoom(why) => {
            Account::new("not attempted: the disk has no room to record what would come of it")
                .detail(medium.text(why))
                .hint(format!("make room, then run {again} again"))
        }
        Skipped::Held(block) => Account {
            hints: vec![format!("run {again} again then")],
            ..super::plan::block(name, block, medium)
        },
        Skipped::Paused { left } => Account::new(format!(
            "not attempted: Partner Center asked everybody to wait {}, which is longer than a run does",
            duration(*left)
        ))
        .hint(format!("run {again} again then")),
        Skipped::OverLimit(limit) => Account::new("not attempted: it would go beyond a limit")
            .detail(limit_of(limit, None, medium))
            .hint("wait until less was bought lately, or have the limit raised in a review"),
    }
}
