//! The words for orders that are accounted for, or not.
//!
//! **Invariant:** every [`Entry`] has words of its own.

use super::super::text::{count, plural};
use super::Medium;
use crate::plan::{Account, Accounts, Entry};

/// Says in one line what it came to.
pub(in crate::view) fn accounts_verdict(accounts: &Accounts) -> String {
    let open = accounts.orders.iter().filter(|account| !account.entry.is_accounted_for()).count();
    let total = accounts.orders.len();
    let unread = match accounts.unread.len() {
        0 => String::new(),
        unread => format!("; {} could not be read", count(unread, "customer")),
    };
    match open {
        0 => format!("Accounted for: {}{unread}", count(total, "order")),
        open => format!("Not accounted for: {open} of {}{unread}", count(total, "order")),
    }
}

/// Returns the last lines: how many there are of each kind, and what it took.
pub(in crate::view) fn accounts_counts(accounts: &Accounts) -> String {
    let kinds = Entry::ALL.into_iter().map(|entry| (entry, accounts.count(entry)));
    let kinds: Vec<String> = kinds
        .filter(|(_, count)| *count > 0)
        .map(|(entry, count)| format!("{count} {}", short(entry)))
        .collect();
    let requests = plural(accounts.requests, "request");
    kinds.into_iter().chain([requests]).collect::<Vec<_>>().join(", ")
}

fn short(entry: Entry) -> &'static str {
    match entry {
        Entry::Recorded => "recorded and listed",
        Entry::NotListedYet => "recorded and not listed yet",
        Entry::Forgotten => "forgotten",
        Entry::Others => "of others",
        Entry::OthersVanished => "of others and not listed any more",
        Entry::NotListed => "recorded and not listed",
        Entry::Unrecorded => "ours and not recorded",
        Entry::Twice => "bought twice",
        Entry::Elsewhere => "of another journal",
        Entry::Unexplained => "unexplained",
        Entry::Vanished => "ours and gone",
        Entry::Pending => "in doubt",
    }
}

/// Says what an order is.
pub(in crate::view) fn entry(account: &Account, medium: Medium) -> String {
    let name = account.name.as_ref().map(|name| medium.code(name.as_str())).unwrap_or_default();
    match account.entry {
        Entry::Recorded => format!("recorded as {name}, and listed"),
        Entry::NotListedYet => format!("recorded as {name}, and so young that it need not be listed yet"),
        Entry::Forgotten => "recorded once, and forgotten since".to_owned(),
        Entry::Others => "made by others".to_owned(),
        Entry::OthersVanished => "made by others, and not listed any more".to_owned(),
        Entry::NotListed => format!("recorded as {name}, and not listed any more"),
        Entry::Unrecorded => format!("made by a request of ours for {name}, and not recorded"),
        Entry::Twice => format!("made by a request of ours for {name}, which another order is recorded of"),
        Entry::Elsewhere => "made by this program, by no attempt of this journal".to_owned(),
        Entry::Unexplained => {
            "neither the journal nor the audit log, which keeps 90 days, says who made it".to_owned()
        }
        Entry::Vanished => format!("made by a request of ours for {name}, and neither recorded nor listed"),
        Entry::Pending => format!("an attempt of {name} that nobody knows the end of"),
    }
}

/// Says what to do about it.
pub(in crate::view) fn hint_of(account: &Account, medium: Medium) -> super::Account {
    let mut told = super::Account::default();
    told.hints.extend(way_out(account, medium));
    told
}

fn way_out(account: &Account, medium: Medium) -> Option<String> {
    let id = account.order_id.as_ref().map(ToString::to_string).unwrap_or_default();
    let name = account.name.as_ref().map_or("NAME", |name| name.as_str());
    let adopt = || medium.code(&format!("orderform adopt {name} {id}"));
    match account.entry {
        Entry::NotListed => Some(format!("{} says what became of it", medium.code("orderform drift"))),
        Entry::Unrecorded => {
            Some(format!("{} settles an attempt in doubt; else {}", medium.code(super::APPLY), adopt()))
        }
        Entry::Twice => Some("cancel one of them in Partner Center while that is possible".to_owned()),
        Entry::Elsewhere | Entry::Unexplained => Some(format!("if it belongs here, {}", adopt())),
        Entry::Vanished => Some("ask Partner Center's support, with its request id".to_owned()),
        Entry::Pending => Some(format!("{} settles it", medium.code(super::APPLY))),
        _ => None,
    }
}
