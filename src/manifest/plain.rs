//! Texts without quotes that other YAML readers take for something else.
//!
//! YAML 1.1 (Ruby, PyYAML, Ansible) and YAML 1.2 (Kubernetes' tools, editors) disagree about what an unquoted `no`, `012`
//! or `1e3` is. A text that any of them takes for something else is refused, so that everybody who reads a manifest
//! reads the same.
//!
//! **Invariant:** dates are left alone: where one stands here, a date is meant.

/// Says what a text without quotes is to some YAML readers: `a number`, `a truth value`. Nothing where it is a text to all.
pub(super) fn taken_for(text: &str) -> Option<&'static str> {
    if is_truth_value(text) {
        Some("a truth value")
    } else if is_number(text) {
        Some("a number")
    } else if is_date(text) {
        Some("a date")
    } else if text == "=" || text == "<<" {
        Some("a special value")
    } else {
        None
    }
}

/// YAML 1.1: "Boolean Language-Independent Type".
fn is_truth_value(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let spelt = text == lower || text == text.to_ascii_uppercase() || is_capitalised(text);
    spelt && matches!(lower.as_str(), "y" | "n" | "yes" | "no" | "true" | "false" | "on" | "off")
}

fn is_capitalised(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_uppercase()) && bytes.all(|b| b.is_ascii_lowercase())
}

/// YAML 1.1 and 1.2: integers in any base, floats, base 60, infinities and NaN.
fn is_number(text: &str) -> bool {
    let bare = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(bare, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let of_base = |prefix: &str, is_digit: fn(u8) -> bool| {
        let digits = bare.strip_prefix(prefix);
        digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b == b'_' || is_digit(b)))
    };
    of_base("0x", |b| b.is_ascii_hexdigit())
        || of_base("0o", |b| matches!(b, b'0'..=b'7'))
        || of_base("0b", |b| matches!(b, b'0' | b'1'))
        || is_decimal(bare)
        || is_base_60(bare)
}

/// `1`, `1_000`, `1.5`, `.5`, `1.`, and each with an exponent.
fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let whole = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let has_digit = mantissa.bytes().any(|b| b.is_ascii_digit());
    let starts = before.is_empty() || before.starts_with(|c: char| c.is_ascii_digit());
    let exponent = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    });
    has_digit && starts && whole(before) && whole(after) && exponent
}

/// `190:20:30`: the way YAML 1.1 writes hours and degrees.
fn is_base_60(text: &str) -> bool {
    let mut groups = text.split(':');
    let first = groups.next().unwrap_or_default();
    let digits = |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let sixtieth = |group: &str| {
        let group = group.split('.').next().unwrap_or_default();
        digits(group) && group.len() <= 2 && group.as_bytes()[0] <= b'5' || digits(group) && group.len() == 1
    };
    text.contains(':') && digits(first) && groups.all(sixtieth)
}

/// YAML 1.1: "Timestamp Language-Independent Type"; by its beginning.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let mut digits = |least: usize, most: usize, open_end: bool| {
        let part = parts.next().unwrap_or_default();
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let rest = &part[digits..];
        (least..=most).contains(&digits)
            && (rest.is_empty() || (open_end && rest.starts_with(['T', 't', ' '])))
    };
    digits(4, 4, false) && digits(1, 2, false) && digits(1, 2, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_some_yaml_reader_takes_for_something_else_is_known() {
        let numbers = [
            "0",
            "2024",
            "-1",
            "+5",
            "012",
            "0o17",
            "0x1F",
            "0b11",
            "1_000",
            "1e3",
            "84E03081",
            "1.5",
            ".5",
            "1.",
            "-.inf",
            ".NaN",
            "190:20:30",
            "1:30.5",
            "1E+5",
        ];
        for text in numbers {
            assert_eq!(taken_for(text), Some("a number"), "{text}");
        }
        for text in ["y", "N", "yes", "NO", "True", "FALSE", "on", "Off"] {
            assert_eq!(taken_for(text), Some("a truth value"), "{text}");
        }
        for text in ["2024-01-01", "2024-1-1", "2027-06-30T00:00:00Z", "2027-06-30 10:00:00"] {
            assert_eq!(taken_for(text), Some("a date"), "{text}");
        }
        assert_eq!(taken_for("="), Some("a special value"));
    }

    #[test]
    fn what_is_a_text_to_everybody_is_left_alone() {
        let texts = [
            "contoso",
            "a1",
            "1a",
            "1-2",
            "1.2.3",
            "e5",
            "1e",
            "e",
            ".",
            "-",
            "_",
            "yEs",
            "nope",
            "0x",
            "0xg",
            "office 365",
            "365 office",
            "12:75",
            "1:2:x",
            ":1",
            "2024-01",
            "2024-01-01x",
            "2024-001-1",
            "4d3cf487-70f4-4e1e",
            "Y1",
            "inf",
        ];
        for text in texts {
            assert_eq!(taken_for(text), None, "{text}");
        }
    }
}
