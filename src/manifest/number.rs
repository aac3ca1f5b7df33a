//! Texts as numbers, truth values and durations.
//!
//! **Invariant:** nothing is guessed. `010`, `1e3`, `yes` and `"5"` are refused with the spelling that is meant, because
//! YAML's readers disagree about them and every one of them would be money.

use std::time::Duration;

use super::code::Code;
use super::diagnostic::{quoted, spelt};
use super::fields::Value;
use super::grammar::{MAX_LIMIT, MAX_QUANTITY};

pub(super) fn quantity(value: Value<'_>) -> Option<u32> {
    let number = whole_number(value, Code::Quantity, MAX_QUANTITY)?;
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
    whole_number(value, Code::Limit, MAX_LIMIT)
}

/// Takes `0` or `[1-9][0-9]*` up to a bound, and nothing else that some YAML reader would take for a number.
fn whole_number(value: Value<'_>, code: Code, most: u64) -> Option<u64> {
    let (text, plain) = value.scalar()?;
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let bare = text.trim_start_matches('0');
    let (message, hint) = if digits && !plain {
        (format!("{} is a text here, not a number", quoted(text)), "write it without quotes".to_owned())
    } else if digits && text.len() > 1 && text.starts_with('0') && (!bare.is_empty() || code == Code::Limit) {
        (
            format!("{} begins with 0, which some YAML readers take for octal", quoted(text)),
            format!("write {}", quoted(if bare.is_empty() { "0" } else { bare })),
        )
    } else if digits {
        match text.parse().ok().filter(|number| *number <= most) {
            Some(number) => return Some(number),
            None => (format!("{} is more than {most}", quoted(text)), "look for a digit too many".to_owned()),
        }
    } else {
        not_a_number(text, code)
    };
    value.report(code, message, hint);
    None
}

fn not_a_number(text: &str, code: Code) -> (String, String) {
    let based = ["0x", "0o", "0b", "0X"].iter().any(|prefix| text.starts_with(prefix));
    let number = |rest: &str| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit());
    if text.strip_prefix('-').is_some_and(number) {
        let hint = match code {
            Code::Quantity => "write a number without a sign: an order only adds seats",
            _ => "write a number without a sign",
        };
        return (format!("{} is negative", quoted(text)), hint.to_owned());
    }
    let grouped = text.replace(['_', ',', '\'', ' ', '+'], "");
    if number(&grouped) {
        return (format!("{} is not a plain number", quoted(text)), format!("write {}", quoted(&grouped)));
    }
    let (whole, thousands) = text.split_once('.').unwrap_or((text, ""));
    let hint = if based {
        "write it in decimal digits".to_owned()
    } else if number(whole) && thousands.len() == 3 && number(thousands) {
        let grouped = format!("{whole}{thousands}");
        format!("write {}, or {} if the dot is a decimal point", quoted(&grouped), quoted(whole))
    } else if number(whole) && number(thousands) {
        format!("write {}, or the whole number that is meant", quoted(whole))
    } else if text.chars().any(|c| c.is_numeric() && !c.is_ascii()) {
        "write it with the digits 0 to 9".to_owned()
    } else if code == Code::Limit && !text.bytes().any(|b| b.is_ascii_digit()) {
        "write digits only, such as `5`; for no limit, leave the key out".to_owned()
    } else {
        "write digits only, such as `5`".to_owned()
    };
    (format!("{} is not a whole number", spelt(text)), hint)
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
        _ => format!("{} is neither `true` nor `false`", spelt(text)),
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
            format!("{} is not a duration of at most a week", spelt(text)),
            "write a whole number and `s`, `m` or `h`, such as `90s`, `30m` or `2h`",
        );
    }
    found.map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::manifest::diagnostic::{Findings, Span};
    use crate::manifest::fields::Role;
    use crate::manifest::tree::{Kind, Node};

    /// Reads one scalar; gives the value, or the hint.
    fn read<T>(text: &str, plain: bool, of: impl Fn(Value<'_>) -> Option<T>) -> Result<T, String> {
        let findings = Findings::of(&Arc::from("t.yaml"));
        let span = Span { line: 1, column: 1, length: 1 };
        let kind = Kind::Scalar { text: text.into(), plain };
        let node = Node { span, kind };
        let value =
            of(Value { node: &node, name: "quantity", key: span, role: Role::Free, findings: &findings });
        let hint = findings.into_diagnostics().pop().and_then(|d| d.hint);
        assert_eq!(value.is_some(), hint.is_none(), "{text}");
        value.ok_or_else(|| hint.unwrap())
    }

    #[test]
    fn a_quantity_is_written_in_plain_digits_and_nothing_else() {
        for (text, number) in [("1", 1), ("9999999", 9_999_999), ("10", 10)] {
            assert_eq!(read(text, true, quantity), Ok(number));
        }
        let almost = [
            ("010", "write `10`"),
            ("1_000", "write `1000`"),
            ("1,000", "write `1000`"),
            ("0x1F", "write it in decimal digits"),
            ("0o17", "write it in decimal digits"),
            ("+5", "write `5`"),
            ("5.0", "write `5`, or the whole number that is meant"),
            ("1.000", "write `1000`, or `1` if the dot is a decimal point"),
            (".5", "write digits only, such as `5`"),
            (".inf", "write digits only, such as `5`"),
            ("٥", "write it with the digits 0 to 9"),
            ("5 # five", "write digits only, such as `5`"),
            ("-1", "write a number without a sign: an order only adds seats"),
            ("10000000", "look for a digit too many"),
            ("99999999999999999999999", "look for a digit too many"),
        ];
        for (text, hint) in almost {
            assert_eq!(read(text, true, quantity), Err(hint.to_owned()), "{text}");
        }
        let endless = read(&"0".repeat(100_000), true, quantity).unwrap_err();
        assert!(endless.len() < 100, "{endless}");
        let quoted = read("5", false, quantity);
        assert_eq!(quoted, Err("write it without quotes".to_owned()));
        for none in ["0", "00", "", "~", "null"] {
            assert!(read(none, true, quantity).is_err(), "{none}");
        }
    }

    #[test]
    fn a_limit_may_be_zero() {
        assert_eq!(read("0", true, limit), Ok(0));
        assert!(read("00", true, limit).is_err());
        assert!(read("1000000000", true, limit).is_err());
    }

    #[test]
    fn truth_is_true_or_false_without_quotes() {
        assert_eq!(read("true", true, boolean), Ok(true));
        assert_eq!(read("false", true, boolean), Ok(false));
        for (text, hint) in [("yes", "write `true`"), ("Off", "write `false`"), ("TRUE", "write `true`")] {
            assert_eq!(read(text, true, boolean), Err(hint.to_owned()));
        }
        assert!(read("true", false, boolean).is_err());
    }

    #[test]
    fn a_duration_has_one_unit_and_is_a_week_at_most() {
        for (text, seconds) in [("90s", 90), ("30m", 1800), ("2h", 7200), ("168h", 604_800), ("0s", 0)] {
            assert_eq!(read(text, true, duration), Ok(Duration::from_secs(seconds)));
        }
        for text in ["30", "1.5h", "1h30m", "2d", "169h", "-1s", "m", "+5m", "9999999s", "٥m"] {
            assert!(read(text, true, duration).is_err(), "{text}");
        }
    }
}
