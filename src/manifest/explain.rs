//! What a code means, for whoever meets it for the first time.
//!
//! Each code has a Markdown file in `explain/`: a title, paragraphs, and two examples, `Wrong:` and, mended, `Right:`.
//! An example is YAML, or what was typed and came back (`console`). YAML is a manifest; the project's own file where it
//! begins with `# orderform.yaml`; several files where lines `# --- file: NAME` part it.
//!
//! **Invariant:** a code without its file does not compile, and every example does what it is there to show: the tests
//! read them all.

use super::code::Code;
use super::nearest::distance;

/// The groups of codes by their first letters, and what each is about, in the order of the numbers.
pub const GROUPS: [(&str, &str); 6] = [
    ("OF00", "files"),
    ("OF01", "YAML"),
    ("OF02", "shape"),
    ("OF03", "values"),
    ("OF04", "documents together"),
    ("OF05", "price lists"),
];

/// How many codes are named that may have been meant.
const MOST_MEANT: usize = 3;

/// The explanation of a code, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// Paragraphs of Markdown, broken into lines, without a newline at the end.
    pub prose: &'static str,
    /// What makes the diagnostic appear.
    pub wrong: Example,
    /// The same, mended.
    pub right: Example,
}

/// An example of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// `yaml` or `console`.
    pub language: &'static str,
    /// The lines, each with its newline.
    pub text: &'static str,
}

impl Explanation {
    /// Takes the explanation of a code apart.
    ///
    /// # Panics
    /// Never: how the texts are built is tested.
    #[must_use]
    pub fn of(code: Code) -> Self {
        parts(code.explanation()).expect("every text has a title, paragraphs, and two examples")
    }
}

fn parts(text: &'static str) -> Option<Explanation> {
    let (_title, rest) = text.split_once("\n\n")?;
    let (prose, rest) = rest.split_once("\n\nWrong:\n\n```")?;
    let (wrong, rest) = rest.split_once("```\n\nRight:\n\n```")?;
    let right = rest.strip_suffix("```\n")?;
    let example = |block: &'static str, kind: &str| {
        let (head, text) = block.split_once('\n')?;
        Some(Example { language: head.strip_suffix(kind)?.trim_end(), text })
    };
    Some(Explanation { prose, wrong: example(wrong, "wrong")?, right: example(right, "right")? })
}

impl Code {
    /// Finds a code by what people type: `OF0204`, `of0204`, `0204` or `204`.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        let written = spelt_out(text)?;
        Self::ALL.iter().copied().find(|code| code.as_str() == written)
    }

    /// Finds the codes that may have been meant: one digit away, the nearest numbers first.
    #[must_use]
    pub fn near(text: &str) -> Vec<Self> {
        let Some(written) = spelt_out(text) else { return Vec::new() };
        let number = |code: &str| code[2..].parse().unwrap_or(0_i32);
        let mut near: Vec<Self> =
            Self::ALL.iter().copied().filter(|code| is_near(&written, code.as_str())).collect();
        near.sort_by_key(|code| (number(code.as_str()) - number(&written)).abs());
        near.truncate(MOST_MEANT);
        near
    }

    /// Returns the group that it belongs to, such as `OF02`.
    #[must_use]
    pub fn group(self) -> &'static str {
        &self.as_str()[..4]
    }
}

/// Says whether two codes are one digit apart.
fn is_near(one: &str, other: &str) -> bool {
    let digits = |code: &str| code.chars().collect::<Vec<char>>();
    distance(&digits(one), &digits(other), 1) == Some(1)
}

/// Writes a code out, `OF` and four digits, where a text could be one.
fn spelt_out(text: &str) -> Option<String> {
    let upper = text.to_ascii_uppercase();
    let digits = upper.strip_prefix("OF").unwrap_or(&upper);
    let is_number = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| format!("OF{digits:0>4}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_however_it_is_typed() {
        for text in ["OF0204", "of0204", "Of0204", "0204", "204", "of204"] {
            assert_eq!(Code::named(text), Some(Code::UnknownKey), "{text}");
        }
        assert_eq!(Code::named("1"), Some(Code::NoSuchPath));
        for text in ["", "OF", "999", "00204", "OF02O4", "-204", "２０４", "unknown key"] {
            assert_eq!(Code::named(text), None, "{text}");
        }
    }

    #[test]
    fn the_codes_that_may_have_been_meant_are_one_digit_away() {
        assert_eq!(Code::near("240"), [Code::UnknownKey, Code::Variable]);
        assert_eq!(
            Code::near("OF0412"),
            [Code::OrganisationMisplaced, Code::TwoCurrencies, Code::UnknownCustomer]
        );
        assert_eq!(Code::near("OF9999"), []);
        assert_eq!(Code::near("unknown key"), []);
    }

    #[test]
    fn every_code_is_in_a_group() {
        let groups: Vec<&str> = GROUPS.iter().map(|(group, _)| *group).collect();
        let mut found: Vec<&str> = Code::ALL.iter().map(|code| code.group()).collect();
        found.dedup();
        assert_eq!(found, groups);
    }

    #[test]
    fn every_text_can_be_taken_apart() {
        for code in Code::ALL {
            assert!(parts(code.explanation()).is_some(), "{code}");
        }
    }
}
