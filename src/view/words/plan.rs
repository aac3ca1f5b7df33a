//! The words for a plan: its verdict, its counts, and what is said about a step.
//!
//! **Invariant:** every [`Action`] and every [`Block`] has words of its own; a new one does not compile without.

use std::collections::BTreeSet;

use super::super::text::{count, escape, plural};
use super::{APPLY, Account, Medium, SENT_AGAIN, availabilities, settle, unavailable};
use crate::domain::{Freeze, LineItem, OrderName, OrderSpec, Timestamp};
use crate::plan::{Action, Block, Counts, Difference, Former, Held, Plan, Step};

/// The one character that says what would be, or was, done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::view) enum Symbol {
    /// Bought.
    Create,
    /// To be found out.
    Doubt,
    /// As it should be.
    Keep,
    /// Gets another name.
    Rename,
    /// Waits for a person.
    Blocked,
    /// Left alone, or left out.
    Aside,
    /// Not bought.
    Refused,
}

impl Symbol {
    /// Returns the character.
    pub(in crate::view) fn as_str(self) -> &'static str {
        match self {
            Self::Create => "+",
            Self::Doubt => "?",
            Self::Keep => "=",
            Self::Rename => ">",
            Self::Blocked => "!",
            Self::Aside => "-",
            Self::Refused => "x",
        }
    }
}

/// Returns the symbol of an action.
pub(in crate::view) fn action_symbol(action: &Action) -> Symbol {
    match action {
        Action::Create => Symbol::Create,
        Action::Settle { .. } => Symbol::Doubt,
        Action::Keep { .. } => Symbol::Keep,
        Action::Rename { .. } => Symbol::Rename,
        Action::Blocked(_) => Symbol::Blocked,
        Action::Orphan { .. } => Symbol::Aside,
    }
}

/// Says in one line what applying the plan would do.
pub(in crate::view) fn verdict(plan: &Plan) -> String {
    let counts = plan.counts();
    if plan.steps.is_empty() && plan.pins.as_ref().is_some_and(|pins| pins.outside.orders > 0) {
        return "Nothing to do: no order is selected".to_owned();
    }
    if plan.is_settled() {
        return settled(counts.keep);
    }
    let customers: BTreeSet<_> =
        plan.steps.iter().filter(|step| step.action == Action::Create).map(|step| step.customer_id).collect();
    let buy = format!(
        "{} to buy, {}, for {}",
        count(counts.create, "order"),
        plural(counts.create_seats, "seat"),
        count(customers.len(), "customer")
    );
    let parts = [
        (counts.settle, format!("{} to settle", counts.settle)),
        (counts.rename, format!("{} to rename", counts.rename)),
        (counts.blocked, format!("{} blocked", counts.blocked)),
    ];
    let parts: Vec<String> =
        parts.into_iter().filter(|(count, _)| *count > 0).map(|(_, text)| text).collect();
    match (counts.create, parts.is_empty()) {
        (0, _) => format!("Plan: nothing new to buy; {}", parts.join(", ")),
        (_, true) => format!("Plan: {buy}"),
        (_, false) => format!("Plan: {buy}; {}", parts.join(", ")),
    }
}

/// Says that so many orders need nothing.
pub(super) fn settled(kept: usize) -> String {
    match kept {
        0 => "Nothing to do: no manifest wants an order".to_owned(),
        1 => "Nothing to do: 1 order is as it should be".to_owned(),
        kept => format!("Nothing to do: {kept} orders are as they should be"),
    }
}

/// Returns the last line of a plan.
pub(in crate::view) fn counts(counts: &Counts) -> String {
    let rename = if counts.rename > 0 { format!("{} to rename, ", counts.rename) } else { String::new() };
    format!(
        "{} to buy, {} to settle, {rename}{} unchanged, {} blocked, {} without a manifest",
        counts.create, counts.settle, counts.keep, counts.blocked, counts.orphan
    )
}

/// Returns the term and the billing cycle as far as they are given.
pub(in crate::view) fn schedule(spec: &OrderSpec) -> String {
    let terms: BTreeSet<&str> =
        spec.line_items.iter().filter_map(|line| Some(line.term_duration.as_ref()?.as_str())).collect();
    let cycle = spec.billing_cycle.as_ref().map(|cycle| cycle.as_str());
    escape(&terms.into_iter().chain(cycle).collect::<Vec<_>>().join(" "))
}

/// Returns what a line buys: its offer, and what the partner calls it.
pub(in crate::view) fn line_item(line: &LineItem, medium: Medium) -> String {
    let offer = medium.text(line.offer_id.as_str());
    match &line.friendly_name {
        Some(name) => format!("{offer} ({})", medium.name(name)),
        None => offer,
    }
}

/// Returns how many seats a line buys, of what and for how long.
pub(in crate::view) fn seats_of(line: &LineItem, medium: Medium) -> String {
    let term = line.term_duration.as_ref().map(|term| format!(", {}", medium.text(term.as_str())));
    let (seats, what) = (plural(line.quantity, "seat"), line_item(line, medium));
    format!("{seats} of {what}{}", term.unwrap_or_default())
}

/// Returns what else a line says that bears on what is paid, and for how long; empty where it says nothing more.
pub(in crate::view) fn line_terms(line: &LineItem, medium: Medium) -> String {
    let text = |text: &Option<String>| text.as_ref().map(|text| medium.text(text));
    let additional: Vec<String> =
        line.additional_partner_ids_on_record.iter().map(|id| medium.text(id)).collect();
    let given = [
        text(&line.custom_term_end_date).map(|date| format!("first term ends {date}")),
        text(&line.promotion_id).map(|id| format!("promotion {id}")),
        text(&line.partner_id_on_record).map(|id| format!("reseller {id}")),
        (!additional.is_empty()).then(|| format!("other partners {}", additional.join(", "))),
        line.attestation_accepted
            .map(|yes| format!("attestation {}", if yes { "accepted" } else { "not accepted" })),
        line.renews_to.as_ref().map(|term| format!("renews to {}", medium.text(term.as_str()))),
    ];
    let context = line
        .provisioning_context
        .iter()
        .map(|(key, value)| format!("{}: {}", medium.text(key), medium.text(value)));
    given.into_iter().flatten().chain(context).collect::<Vec<_>>().join(", ")
}

/// Says what a person needs to know about a step beyond what it buys, also about its renewal.
pub(in crate::view) fn step(step: &Step, medium: Medium) -> Account {
    let account = availabilities(step, action(&step.name, &step.action, medium), medium);
    match (&step.action, step.auto_renew) {
        (Action::Create, Some(false)) => account.detail(
            "Partner Center will renew it by itself, and the manifest says no: switch that off once it is bought",
        ),
        _ => account,
    }
}

/// Says what a person needs to know about an action beyond what it buys.
fn action(name: &OrderName, action: &Action, medium: Medium) -> Account {
    match action {
        Action::Create | Action::Keep { .. } => Account::default(),
        Action::Settle { request_id } => {
            let headline = "an earlier attempt has no answer; it is settled first";
            let request = medium.text(&request_id.to_string());
            Account::new(headline).detail(SENT_AGAIN).detail(format!("request {request}"))
        }
        Action::Rename { from, order_id } => Account::new(format!(
            "was {}, order {}; nothing is bought",
            medium.code(from.as_str()),
            medium.text(order_id.as_str())
        )),
        Action::Orphan { order_id } => {
            let id = medium.text(order_id.as_str());
            Account::new(format!("recorded as order {id}, no manifest; nothing will be cancelled"))
        }
        Action::Blocked(reason) => block(name, reason, medium),
    }
}

/// Says why the plan stops an order.
pub(super) fn block(name: &OrderName, block: &Block, medium: Medium) -> Account {
    match block {
        Block::PendingDiffers(differences) => {
            let mut account = Account::new("an earlier attempt that wanted something else has no answer yet");
            account.details = differences.iter().map(|d| difference(d, medium)).collect();
            account
                .hint(format!("undo the change and run {} to settle that attempt", medium.code(APPLY)))
                .hint(settle(name, medium))
        }
        Block::CreatedDiffers { order_id, differences } => {
            let id = medium.text(order_id.as_str());
            let mut account = Account::new(format!("order {id} is placed, and placed orders are not edited"));
            account.details = differences.iter().map(|d| difference(d, medium)).collect();
            account
                .hint("undo the change; to buy something in addition, write an order with a name of its own")
        }
        Block::PendingWithoutManifest => {
            Account::new("an attempt has no answer yet, and its manifest is gone")
                .hint(format!("put the manifest back and run {} to settle that attempt", medium.code(APPLY)))
                .hint(settle(name, medium))
        }
        Block::LooksRenamed { .. } | Block::FormerNamePending(_) | Block::FormerNameShared { .. } => {
            renaming(block, medium)
        }
        Block::NotReviewed { pending } => {
            let account = Account::new("not as it was reviewed, so it is left out");
            let account = match pending {
                true => account.detail("an attempt of it has no answer yet"),
                false => account,
            };
            account.hint(format!("run {} and have that reviewed", medium.code("orderform plan")))
        }
        Block::Unavailable { line, offer, why } => unavailable(*line, offer, why, medium),
        Block::Frozen { reason, until } => frozen(reason, *until, medium),
        Block::Held { pending, why } => {
            let account = Account::new(held(why));
            if *pending { account.detail("an attempt of it has no answer yet") } else { account }
        }
        Block::SameAs(others) => {
            let others = medium.names(others);
            Account::new(format!("says exactly the same as {others}, for the same customer"))
                .hint("remove the one that is there by mistake")
                .hint(format!(
                    "if each is meant, set {} in all of them",
                    medium.code("metadata.allowDuplicate: true")
                ))
        }
    }
}

/// Says that an order is frozen, why, and until when.
fn frozen(reason: &str, until: Option<Timestamp>, medium: Medium) -> Account {
    let reason = medium.text(reason);
    let account = Account::new(match until {
        Some(until) => format!("frozen until {until}: {reason}"),
        None => format!("frozen: {reason}"),
    });
    let freeze = medium.code("spec.freeze");
    match until {
        Some(_) => account.hint(format!("wait, or take it out of {freeze} in a review")),
        None => account.hint(format!("to buy it, take that out of {freeze} in a review")),
    }
}

/// Says that orders are frozen, why, and until when, to be escaped by whoever shows it.
pub(in crate::view) fn freeze(freeze: &Freeze) -> String {
    let what = if freeze.is_of_everything() { "everything is frozen" } else { "orders are frozen" };
    let until = freeze.until.map_or_else(String::new, |until| format!(" until {until}"));
    format!("{what}{until}: {}", freeze.reason)
}

/// Says why a watcher leaves an order alone for now.
pub(in crate::view) fn held(why: &Held) -> String {
    match why {
        Held::Refused => "it was refused as it is wanted; it waits for a change of its manifest".to_owned(),
        Held::Resting => "something failed for its customer; it is tried again after a while".to_owned(),
        Held::ManyInDoubt { orders } => {
            format!("{} in doubt, so nothing new is bought", count(*orders, "order"))
        }
        Held::ManifestsWrong => "the manifests are wrong, so nothing new is bought".to_owned(),
        Held::OutsideWindows { opens } => {
            let when = opens.map_or_else(String::new, |opens| format!("; the next one opens at {opens}"));
            format!("it is outside of all windows, so nothing new is bought{when}")
        }
    }
}

fn renaming(block: &Block, medium: Medium) -> Account {
    match block {
        Block::LooksRenamed { from, was } => looks_renamed(from, *was, medium),
        Block::FormerNamePending(from) => {
            let from = medium.code(from.as_str());
            Account::new(format!("its former name {from} has an attempt without an answer"))
                .hint(format!("name it {from} again and run {} to settle that attempt", medium.code(APPLY)))
        }
        Block::FormerNameShared { from, with } => {
            let verb = if with.len() == 1 { "claims" } else { "claim" };
            let claim = medium.code(&format!("metadata.formerly: {from}"));
            Account::new(format!(
                "{} {verb} the former name {} too",
                medium.names(with),
                medium.code(from.as_str())
            ))
            .hint(format!("leave {claim} in one of them only"))
        }
        _ => Account::default(),
    }
}

/// Says of a new name that it may be a new name only.
fn looks_renamed(from: &[OrderName], was: Former, medium: Medium) -> Account {
    let (names, one) = (medium.names(from), from.len() == 1);
    let old = if one { from[0].as_str() } else { "OLD_NAME" };
    let formerly = medium.code(&format!("metadata.formerly: {old}"));
    let twice = "looks like a new name for it, and would be bought a second time";
    let account = match was {
        Former::Pending => Account::new(format!("the same as an attempt of {names} that has no answer yet"))
            .detail(twice)
            .hint(format!("put the manifest of {names} back and run {} to settle it", medium.code(APPLY)))
            .hint(format!("if it is a new name, set {formerly} after that")),
        Former::Changed => {
            let mv = medium.code(&format!("orderform state mv {old} NEW_NAME"));
            let say = if one { "says" } else { "say" };
            Account::new(format!("the same as recorded {names}, which {say} something else now"))
                .detail(twice)
                .hint(format!("put the manifest of {names} back, or, if it is a new name, run {mv}"))
        }
        Former::Orphan => {
            let have = if one { "has" } else { "have" };
            Account::new(format!("the same as recorded {names}, which {have} no manifest any more"))
                .detail(twice)
                .hint(format!("if it is a new name, set {formerly}"))
        }
    };
    account.hint(format!("if a second one is meant, set {}", medium.code("metadata.allowDuplicate: true")))
}

/// Says that a field differs: as recorded or reviewed, and as wanted.
pub(super) fn difference(difference: &Difference, medium: Medium) -> String {
    let value = |value: &Option<String>| match value {
        Some(value) => medium.text(value),
        None => "absent".to_owned(),
    };
    let field = medium.text(&difference.field);
    format!("{field}: {} → {}", value(&difference.recorded), value(&difference.desired))
}
