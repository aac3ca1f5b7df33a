//! Texts as numbers, truth values and durations.
//!
//! **Invariant:** nothing is guessed. `010`, `1e3`, `yes` and `"5"` are refused with the spelling that is meant, because
//! YAML's readers disagree about them and every one of them would be money.

use std::time::Duration;

use super::code::Code;
use super::diagnostic::quoted;
use super::fields::Value;

pub(super) fn quantity(value: Value<'_>) -> Option<u32> {
    let number = whole_number(value, Code::Quantity, 9_999_999)?;
    if number == 0 {
        value.report(
            Code::Quantity,
            "a quantity is at least 1",
            "to buy nothing, remove the line; an order that was placed is not cancelled by that",
        );
        return None;
    }
    u32::try_from(number).ok()
}

pub(super) fn limit(value: Value<'_>) -> Option<u64> {
    whole_number(value, Code::Limit, 999_999_999)
}

/// Takes `0` or `[1-9][0-9]*` up to a bound, and nothing else that some YAML reader would take for a number.
fn whole_number(value: Value<'_>, code: Code, most: u64) -> Option<u64> {
    let (text, plain) = value.scalar()?;
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let bare = text.trim_start_matches('0');
    let (message, hint) = if digits && !plain {
        (format!("{} is a text here, not a number", quoted(text)), "write it without quotes".to_owned())
    } else if digits && text.len() > 1 && text.starts_with('0') {
        (
            format!("{} begins with 0, which some YAML readers take for octal", quoted(text)),
            format!("write `{}`", if bare.is_empty() { "0" } else { bare }),
        )
    } else if digits {
        match text.parse().ok().filter(|number| *number <= most) {
            Some(number) => return Some(number),
            None => (format!("{} is more than {most}", quoted(text)), "look for a digit too many".to_owned()),
        }
    } else {
        not_a_number(text)
    };
    value.report(code, message, hint);
    None
}

fn not_a_number(text: &str) -> (String, String) {
    let based = ["0x", "0o", "0b", "0X"].iter().any(|prefix| text.starts_with(prefix));
    let number = |rest: &str| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit());
    let grouped = text.replace(['_', ',', '\'', ' '], "");
    if text.strip_prefix('-').is_some_and(number) {
        let message = format!("{} is negative", quoted(text));
        let hint = "write a number without a sign: orders only add seats";
        return (message, hint.to_owned());
    }
    if number(&grouped) {
        let message = format!("{} is not a plain number", quoted(text));
        return (message, format!("write `{grouped}`"));
    }
    let message = format!("{} is not a whole number", quoted(text));
    let hint = if based { "write it in decimal digits" } else { "write digits only, such as `5`" };
    (message, hint.to_owned())
}

pub(super) fn boolean(value: Value<'_>) -> Option<bool> {
    let (text, plain) = value.scalar()?;
    let hint = match (text, plain) {
        ("true", true) => return Some(true),
        ("false", true) => return Some(false),
        ("true" | "false", false) => "write it without quotes".to_owned(),
        _ => match text.to_ascii_lowercase().as_str() {
            "yes" | "y" | "on" | "1" | "true" => "write `true`".to_owned(),
            "no" | "n" | "off" | "0" | "false" => "write `false`".to_owned(),
            _ => "write `true` or `false`".to_owned(),
        },
    };
    let message = match (text, plain) {
        ("true" | "false", false) => format!("{} is a text here, not a truth value", quoted(text)),
        _ => format!("{} is neither `true` nor `false`", quoted(text)),
    };
    value.report(Code::Boolean, message, hint);
    None
}

/// Takes `90s`, `30m` or `2h`, at most a week.
pub(super) fn duration(value: Value<'_>) -> Option<Duration> {
    const WEEK_S: u64 = 7 * 24 * 3600;
    let text = value.text()?;
    let units = [('s', 1), ('m', 60), ('h', 3600)];
    let found = units.iter().find_map(|(unit, seconds)| {
        let digits = text.strip_suffix(*unit)?;
        let plain = digits.bytes().all(|b| b.is_ascii_digit()) && digits.len() <= 6;
        let number: u64 = digits.parse().ok().filter(|_| plain)?;
        Some(number * seconds).filter(|seconds| *seconds <= WEEK_S)
    });
    if found.is_none() {
        value.report(
            Code::Duration,
            format!("{} is not a duration of at most a week", quoted(text)),
            "write a whole number and `s`, `m` or `h`, such as `90s`, `30m` or `2h`",
        );
    }
    found.map(Duration::from_secs)
}
