//! The words for an attempt in doubt as it is recorded: since when, what was heard of it, and what comes next.
//!
//! **Invariant:** nothing is foretold that only Partner Center can say.

use std::time::Duration;

use super::super::text::{count, duration};
use super::{APPLY, Account, Medium, settle};
use crate::domain::{Attempt, Fate, OrderName, Recovery, RecoveryMode, Timestamp};

/// Says how an attempt stands at `now`; `buys`: whether somebody unattended settles it.
pub(in crate::view) fn doubt(
    name: &OrderName,
    attempt: &Attempt,
    recovery: &Recovery,
    now: Timestamp,
    buys: bool,
    medium: Medium,
) -> Account {
    let first = attempt.sends.first().and_then(|sent| sent.at.server);
    let since = first.map(|at| format!(" for {}", age(now.since(at)))).unwrap_or_default();
    let mut account = Account::new(format!("in doubt{since}: it may have been bought"));
    account.details = details(attempt, now, medium);
    account.hint(next(attempt, recovery, buys, medium)).hint(settle(name, medium))
}

fn details(attempt: &Attempt, now: Timestamp, medium: Medium) -> Vec<String> {
    let last = attempt.sends.last();
    let at = last.and_then(|sent| sent.at.server);
    let at = at.map(|at| format!(", last at {}, {} ago", moment(at), age(now.since(at)))).unwrap_or_default();
    let times = match attempt.sends.len() {
        1 => "once".to_owned(),
        times => format!("{times} times"),
    };
    let heard = match last.and_then(|sent| sent.fate.as_ref()) {
        None => "no answer came".to_owned(),
        Some(Fate::Unknown { why, .. }) => format!("what came settles nothing: {}", medium.text(why)),
        Some(Fate::Refused(why)) => format!("the last send was refused: {}", medium.text(why)),
        Some(Fate::NotNow(why)) => format!("the last send was put off: {}", medium.text(why)),
    };
    let request = medium.code(&attempt.request_id.to_string());
    vec![format!("sent {times}{at}"), heard, format!("request {request}")]
}

/// Says what comes next, where nobody has looked into it.
fn next(attempt: &Attempt, recovery: &Recovery, buys: bool, medium: Medium) -> String {
    let who = match buys {
        true => "it is settled without you".to_owned(),
        false => format!("run {} to settle it", medium.code(APPLY)),
    };
    let old = match recovery.settle_after {
        Some(wait) => duration(wait),
        None => medium.code("--settle-after"),
    };
    let evidence =
        format!("the audit log may prove it at once, the order list once the last send is older than {old}");
    let otherwise = match (recovery.mode, attempt.open_sends()) {
        (RecoveryMode::Strict, _) => Some(format!("recovery {} never sends it again", medium.code("strict"))),
        (_, Attempt::MOST_SENDS..) => Some("it was sent as often as is allowed".to_owned()),
        _ => None,
    };
    let otherwise = otherwise.map(|why| format!("; where neither does, you decide: {why}"));
    format!("{who}: {evidence}{}", otherwise.unwrap_or_default())
}

/// Writes an instant for people: `2026-11-26 02:00:00 UTC`.
pub(in crate::view) fn moment(at: Timestamp) -> String {
    let text = at.to_string();
    match text.split_once('T') {
        Some((day, time)) => {
            let time: String = time.chars().take_while(|c| c.is_ascii_digit() || *c == ':').collect();
            format!("{day} {time} UTC")
        }
        None => text,
    }
}

/// Says how old something is, rounded down: `37 s`, `12 min`, `5 h`, `3 days`.
pub(in crate::view) fn age(age: Duration) -> String {
    let seconds = age.as_secs();
    let days = usize::try_from(seconds / 86_400).unwrap_or(usize::MAX);
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3600),
        _ => count(days, "day"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::attempt;

    fn told(attempt: &Attempt, recovery: Recovery, buys: bool) -> Account {
        let name = OrderName::parse("contoso-e3").unwrap();
        doubt(&name, attempt, &recovery, Timestamp::from_unix_ms(820_000), buys, Medium::Terminal)
    }

    #[test]
    fn an_attempt_says_since_when_what_was_heard_and_what_comes_next() {
        let recovery = Recovery { settle_after: Some(Duration::from_secs(1800)), ..Recovery::default() };
        let mut twice = attempt(5, &[100, 700]);
        twice.sends[1].fate = Some(Fate::Unknown { why: "status 500\u{1b}".into(), order_id: None });
        let account = told(&twice, recovery, true);
        assert_eq!(account.headline, "in doubt for 12 min: it may have been bought");
        let request = format!("request `{}`", twice.request_id);
        assert_eq!(
            account.details,
            [
                "sent 2 times, last at 1970-01-01 00:11:40 UTC, 2 min ago".to_owned(),
                "what came settles nothing: status 500\\u{1b}".to_owned(),
                request,
            ]
        );
        assert_eq!(
            account.hints[0],
            "it is settled without you: the audit log may prove it at once, the order list once the last send is \
             older than 30 min"
        );
        assert!(account.hints[1].contains("orderform settle contoso-e3 --not-bought"));
    }

    #[test]
    fn where_a_person_has_to_decide_it_is_said() {
        let strict = Recovery { mode: RecoveryMode::Strict, ..Recovery::default() };
        let hint = |attempt: &Attempt, recovery| told(attempt, recovery, false).hints[0].clone();
        assert!(
            hint(&attempt(5, &[1]), strict).ends_with("you decide: recovery `strict` never sends it again")
        );
        let often = hint(&attempt(5, &[1, 2, 3]), Recovery::default());
        assert!(often.starts_with("run `orderform apply` to settle it: "), "{often}");
        assert!(often.ends_with("you decide: it was sent as often as is allowed"), "{often}");
        assert!(!hint(&attempt(5, &[1, 2]), Recovery::default()).contains("you decide"));
    }

    #[test]
    fn ages_are_rounded_down_and_instants_are_whole_seconds() {
        let texts = [0, 119, 120, 7_199, 7_200, 172_799, 172_800].map(|s| age(Duration::from_secs(s)));
        assert_eq!(texts, ["0 s", "119 s", "2 min", "119 min", "2 h", "47 h", "2 days"]);
        assert_eq!(moment(Timestamp::from_unix_ms(1_999)), "1970-01-01 00:00:01 UTC");
    }
}
