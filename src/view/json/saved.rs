//! The file of a saved plan: written for people and programs to review, read to be applied.
//!
//! **Invariant:** what is read as a plan is, byte for byte, the file that this version would write for it: so nothing
//! that was changed in it by hand, left out or added is ever taken for what was reviewed.

use serde_json::Value;

use super::plan::{FailedJson, PlanJson};
use super::{FORMAT_VERSION, ProblemJson, text};
use crate::domain::Excerpt;
use crate::plan::Saved;
use crate::view::Trouble;

/// Why a text is not a plan that can be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SavedError {
    /// Not JSON, or cut short.
    #[error("it is not a whole JSON document: {0}")]
    NotJson(String),
    /// Another document.
    #[error("it is not a plan that was saved: {0}")]
    NotPlan(String),
    /// A format to come.
    #[error("its format is {found}, and this version reads {FORMAT_VERSION}")]
    Newer {
        /// The one that is written in it.
        found: String,
    },
    /// A plan that says itself why it cannot be applied.
    #[error("it says that it cannot be applied: {0}")]
    Failed(Excerpt),
    /// Its digest is not that of its content.
    #[error("its digest is `{written}`, and that of its content is `{computed}`")]
    Tampered {
        /// The digest that is written in it.
        written: Excerpt,
        /// The digest of what else is in it.
        computed: String,
    },
    /// It is not as it was written.
    #[error("it was changed after it was written")]
    Changed,
}

/// Writes a plan as a file keeps it. It is read back by [`read_plan`].
#[must_use]
pub fn saved_plan(saved: &Saved) -> String {
    text(&PlanJson::from(saved))
}

/// Writes a plan that cannot be applied, as far as it was made, and why. `code` never changes its meaning.
#[must_use]
pub fn failed_plan(saved: Option<&Saved>, code: &'static str, trouble: &Trouble<'_>) -> String {
    text(&FailedJson::new(saved, ProblemJson::new(code, trouble)))
}

/// Says whether a text is a plan that this program saved, of whatever version, or the reason why there was none.
#[must_use]
pub fn is_saved_plan(text: &str) -> bool {
    let document: Option<Value> = serde_json::from_str(text).ok();
    document.is_some_and(|document| {
        document["formatVersion"].is_string()
            && (document["problem"].is_object()
                || (document["steps"].is_array() && document["pins"].is_object()))
    })
}

/// Reads a plan that was saved.
///
/// # Errors
/// [`SavedError`], where it is not the whole and unchanged file of a plan that can be applied.
pub fn read_plan(file: &str) -> Result<Saved, SavedError> {
    let document: Value = serde_json::from_str(file).map_err(|e| SavedError::NotJson(e.to_string()))?;
    let not_a_plan = |why: &str| SavedError::NotPlan(Excerpt::of(why).to_string());
    let format = document["formatVersion"].as_str().ok_or_else(|| not_a_plan("no `formatVersion`"))?;
    if format != FORMAT_VERSION {
        return Err(SavedError::Newer { found: Excerpt::of(format).to_string() });
    }
    if let Some(problem) = document.get("problem") {
        return Err(SavedError::Failed(Excerpt::of(problem["message"].as_str().unwrap_or("no reason"))));
    }
    let plan: PlanJson<'_> = serde_json::from_value(document).map_err(|e| not_a_plan(&e.to_string()))?;
    let written = plan.digest.clone();
    let saved = plan.read().map_err(|why| not_a_plan(&why))?;
    let computed = saved.plan.digest();
    if written != computed {
        return Err(SavedError::Tampered { written: Excerpt::of(&written), computed });
    }
    if saved_plan(&saved) != file {
        return Err(SavedError::Changed);
    }
    Ok(saved)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Action;
    use crate::view::samples::{checked, every_step, priced, saved_plan_of, step};

    fn saved() -> Saved {
        saved_plan_of(every_step())
    }

    #[test]
    fn a_plan_that_is_read_back_is_the_plan_that_was_written() {
        for saved in [saved(), priced(saved()), checked(saved())] {
            assert_eq!(read_plan(&saved_plan(&saved)).as_ref(), Ok(&saved));
        }
        let saved = saved();
        assert!(is_saved_plan(&saved_plan(&saved)));
    }

    #[test]
    fn whatever_is_changed_in_a_file_it_is_refused() {
        let text = saved_plan(&checked(priced(saved())));
        let lines: Vec<&str> = text.lines().collect();
        for at in 0..lines.len() {
            let mut fewer = lines.clone();
            fewer.remove(at);
            assert!(read_plan(&(fewer.join("\n") + "\n")).is_err(), "without line {at}: {}", lines[at]);
        }
        for (at, digit) in text.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()).step_by(7) {
            let other = if digit == '7' { '8' } else { '7' };
            let changed = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            // Times are not covered by the digest, and another time is another plan of the same orders.
            let is_time = |line: &&str| line.contains("createdAt") || line.contains("expiresAt");
            let line = text[..at].lines().count().saturating_sub(1);
            if !is_time(&lines[line]) {
                assert!(read_plan(&changed).is_err(), "`{digit}` of {}", lines[line]);
            }
        }
        let renamed = text.replace("\"customerName\": \"contoso\"", "\"customerName\": \"fabrikam\"");
        assert!(
            matches!(read_plan(&renamed), Err(SavedError::NotPlan(_))),
            "the limits name the customer too"
        );
        let later = text.replace("\"serial\": 41", "\"serial\": 42");
        assert!(matches!(read_plan(&later), Err(SavedError::Tampered { .. })));
        let more = text.replace("\"pins\": {", "\"more\": 1,\n  \"pins\": {");
        assert_eq!(read_plan(&more), Err(SavedError::Changed));
        let miscounted = text.replace("\"create\": 3", "\"create\": 1");
        assert_eq!(read_plan(&miscounted), Err(SavedError::Changed));
    }

    #[test]
    fn a_file_that_ends_early_is_refused_wherever_it_ends() {
        let text = saved_plan(&saved());
        assert!(read_plan(&text[..text.len() - 1]).is_err(), "without its last line break");
        for (at, _) in text.char_indices().step_by(5) {
            assert!(read_plan(&text[..at]).is_err(), "{at}");
        }
    }

    #[test]
    fn another_document_and_another_version_are_told_apart() {
        let other = |text: &str| read_plan(text).unwrap_err();
        assert!(matches!(other(""), SavedError::NotJson(_)));
        assert!(matches!(other("[]"), SavedError::NotPlan(_)));
        assert!(matches!(other("{\"formatVersion\":\"1.0\",\"orders\":[]}"), SavedError::NotPlan(_)));
        let newer = saved_plan(&saved()).replace("\"formatVersion\": \"1.0\"", "\"formatVersion\": \"1.1\"");
        assert_eq!(other(&newer), SavedError::Newer { found: "1.1".into() });
        assert!(!is_saved_plan("{\"formatVersion\":\"1.0\",\"orders\":[]}"));
    }

    #[test]
    fn what_is_only_shown_cannot_be_applied() {
        let shown = text(&PlanJson::from(&saved().plan));
        assert!(matches!(read_plan(&shown), Err(SavedError::NotPlan(_))));
    }

    #[test]
    fn a_plan_that_failed_says_why() {
        let trouble = Trouble {
            exit_code: 5,
            message: "too much",
            causes: &[],
            hint: None,
            manifests: None,
            exceeded: &crate::view::samples::every_limit(),
            changes: None,
        };
        for saved in [None, Some(&saved())] {
            let text = failed_plan(saved, "limits", &trouble);
            assert_eq!(read_plan(&text), Err(SavedError::Failed(Excerpt::of("too much"))));
            assert!(is_saved_plan(&text));
        }
    }

    #[test]
    fn times_are_the_only_difference_between_two_files_of_one_plan() {
        let (first, mut second) = (saved(), saved());
        second.created = second.created.after(std::time::Duration::from_secs(5));
        second.expires = second.expires.after(std::time::Duration::from_secs(5));
        let (a, b) = (saved_plan(&first), saved_plan(&second));
        let differing = a.lines().zip(b.lines()).filter(|(a, b)| a != b).map(|(a, _)| a.trim());
        let keys: Vec<&str> = differing.filter_map(|line| line.split('"').nth(1)).collect();
        assert_eq!(keys, ["createdAt", "expiresAt"]);
        assert_eq!(first.plan.digest(), second.plan.digest());
    }

    #[test]
    fn hostile_texts_survive_the_way_there_and_back() {
        let mut saved = saved();
        let text = "\u{1b}[2J ##vso[x] \u{202e} \\u0041 \" \r\n::error::";
        let mut hostile = step("hostile", 5, Action::Create);
        hostile.customer_name = Some(text.into());
        hostile.spec.line_items[0].friendly_name = Some(text.into());
        saved.plan.steps.push(hostile);
        saved.plan.steps.sort_by(|a, b| a.name.cmp(&b.name));
        assert_eq!(read_plan(&saved_plan(&saved)), Ok(saved));
    }
}
