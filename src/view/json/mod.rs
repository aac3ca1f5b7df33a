//! JSON for programs: a plan is one document, a run one object a line, a state one document.
//!
//! Keys are camelCase and in a fixed order; what is absent is left out. Within a format version fields may be added
//! and none changes its meaning. Every reason is an object with a stable `code` and its evidence. Characters that could
//! move a terminal, or that a CI runner would take for a command, are written as JSON's own `\u` escapes: what a
//! parser reads is unchanged.
//!
//! **Invariant:** nothing is shortened or put into words here, and nothing but JSON is written.

mod adoption;
mod changes;
mod checks;
mod cost;
mod deeds;
mod diagnostic;
mod drift;
mod limit;
mod notification;
mod order;
mod pins;
mod plan;
mod reason;
mod receipt;
mod run;
mod saved;
mod schema;
mod scope;
mod served;
mod state;
mod status;

use std::io::{self, Write};

use serde::Serialize;

pub(super) use diagnostic::CheckJson;
use diagnostic::ProblemJson;
pub use drift::refreshed_plan;
pub(super) use notification::notification;
pub use saved::{SavedError, failed_plan, is_saved_plan, read_plan, saved_plan};
pub use schema::{drift_schema, notification_schema, plan_schema, status_schema};
pub use served::{situation_document, status_event};
pub use status::{pass_object, read_status, status_document};

use super::{AdoptionReport, Situation, Trouble, View};
use crate::apply::{Event, Summary};
use crate::domain::receipt::Receipt;
use crate::domain::{OrderName, Place, State, is_harmful};
use crate::plan::{Accounts, Drift, Plan};
use crate::watch::{Manifests, Report};

/// The format of plans and states.
///
/// * `1.0`: the first.
pub(super) const FORMAT_VERSION: &str = "1.0";

/// The view for programs.
#[derive(Debug)]
pub struct Json<W> {
    out: W,
    exit_code: Option<u8>,
}

impl<W: Write> Json<W> {
    /// Makes a view that writes here.
    pub fn new(out: W) -> Self {
        Self { out, exit_code: None }
    }

    fn document(&mut self, value: &impl Serialize) -> io::Result<()> {
        self.out.write_all(text(value).as_bytes())?;
        self.out.flush()
    }

    fn line(&mut self, value: &impl Serialize) -> io::Result<()> {
        let text = serde_json::to_string(value)?;
        self.write(&text)
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", harmless(text))?;
        self.out.flush()
    }
}

impl<W: Write> View for Json<W> {
    fn plan(&mut self, plan: &Plan) -> io::Result<()> {
        self.document(&plan::PlanJson::from(plan))
    }

    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.line(&run::EventJson::from(event))
    }

    fn summary(&mut self, summary: &Summary) -> io::Result<()> {
        self.line(&run::summary(summary, self.exit_code))
    }

    fn state_list(&mut self, state: &State) -> io::Result<()> {
        self.document(&state::StateJson::from(state))
    }

    fn state_show(&mut self, name: &OrderName, state: &State) -> io::Result<()> {
        let order = state.orders.get(name).map(|recorded| state::RecordedJson::alone(name, recorded));
        self.document(&order)
    }

    fn adoption(&mut self, report: &AdoptionReport) -> io::Result<()> {
        self.document(&adoption::AdoptionJson::from(report))
    }

    fn receipt(&mut self, receipt: &Receipt, manifest: Option<&Place>) -> io::Result<()> {
        self.document(&receipt::ReceiptJson::new(receipt, manifest))
    }

    fn situation(&mut self, situation: &Situation<'_>) -> io::Result<()> {
        self.document(&status::SituationJson::from(situation))
    }

    fn drift(&mut self, drift: &Drift) -> io::Result<()> {
        self.document(&drift::DriftJson::from(drift))
    }

    fn accounts(&mut self, accounts: &Accounts) -> io::Result<()> {
        self.document(&drift::AccountsJson::from(accounts))
    }

    fn pass(&mut self, report: &Report, manifests: Manifests) -> io::Result<()> {
        let line = pass_object(report, manifests);
        self.write(&line)
    }

    fn trouble(&mut self, trouble: &Trouble<'_>) -> io::Result<()> {
        self.line(&diagnostic::TroubleJson::from(trouble))
    }

    fn set_exit_code(&mut self, code: u8) {
        self.exit_code = Some(code);
    }
}

/// Returns a document of its own, ending in a line break.
pub(crate) fn text(value: &impl Serialize) -> String {
    let json = serde_json::to_string_pretty(value).expect("keys are texts and numbers are finite");
    harmless(&json) + "\n"
}

/// Escapes in finished JSON what could do harm. Outside of strings JSON has none of it, and inside of them a `\u` escape
/// means the same character.
pub(crate) fn harmless(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    let mut before = ' ';
    for c in json.chars() {
        let twice = c == '#' && before == '#';
        if twice || (is_harmful(c) && c != '\n') {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            safe.push(c);
        }
        before = c;
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_harmless_still_says_the_same() {
        let text = "\u{1b}[2J \u{9b} \u{202e} \u{e0001} ##vso[x] \\u202e \\\u{202e} \n";
        let json = harmless(&serde_json::to_string(text).unwrap());
        assert!(json.chars().all(|c| c.is_ascii_graphic() || c == ' '), "{json}");
        assert!(!json.contains("##"));
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
