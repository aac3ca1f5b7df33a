//! How an order came to be recorded as it is: what the journal says of it, from the first record to the last.
//!
//! A name that an order got later is followed back to the one it had before, so that a receipt is about an order, not about
//! a name.
//!
//! **Invariant:** nothing is judged here: each entry is a record, with the run that wrote it.

use std::sync::Arc;

use super::ids::{CorrelationId, OrderName, RequestId};
use super::journal::{Approved, Record, RecordKind};
use super::moment::Timestamp;

/// All that the journal says of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its name now, or the one it had last.
    pub name: OrderName,
    /// The names it had before, the first one first.
    pub formerly: Vec<OrderName>,
    /// What happened, one after another; never empty.
    pub entries: Vec<Entry>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The record of it.
    pub record: Record,
    /// The run that wrote it; `None` where a state was made together with it.
    pub run: Option<Arc<Run>>,
    /// `MS-RequestId` and `MS-CorrelationId` of the send that it is about, where it is about one.
    pub sent: Option<(RequestId, CorrelationId)>,
}

/// Who wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The serial of the record that it begins with.
    pub serial: u64,
    /// The server's time then, where it was known.
    pub time: Option<Timestamp>,
    /// Who: user, host and process.
    pub by: String,
    /// What they ran.
    pub command: String,
    /// With which version of this program.
    pub tool: String,
    /// What they approved, where it was to buy something.
    pub approved: Option<Approved>,
}

impl Receipt {
    /// Reads the receipt of a name from the records of a journal, in their order; `None` where they never name it.
    #[must_use]
    pub fn of(name: &OrderName, records: &[Record]) -> Option<Self> {
        let (mut called, mut formerly, mut about) = (name, Vec::new(), Vec::new());
        for record in records.iter().rev() {
            match &record.kind {
                RecordKind::Moved { from, to } if to == called => {
                    about.push(record);
                    formerly.insert(0, from.clone());
                    called = from;
                }
                kind if kind.name() == Some(called) => about.push(record),
                _ => {}
            }
        }
        let runs: Vec<Arc<Run>> = records.iter().filter_map(run).collect();
        let mut sends = Sends::default();
        let entries: Vec<Entry> = about
            .into_iter()
            .rev()
            .map(|record| Entry {
                record: record.clone(),
                run: runs.iter().rfind(|run| run.serial < record.serial).cloned(),
                sent: sends.of(&record.kind),
            })
            .collect();
        (!entries.is_empty()).then(|| Self { name: name.clone(), formerly, entries })
    }
}

fn run(record: &Record) -> Option<Arc<Run>> {
    let RecordKind::Opened { by, command, tool, approved } = &record.kind else { return None };
    Some(Arc::new(Run {
        serial: record.serial,
        time: record.time,
        by: by.clone(),
        command: command.clone(),
        tool: tool.clone(),
        approved: approved.clone(),
    }))
}

/// Which attempt is under way, and how often it was sent.
#[derive(Debug, Default)]
struct Sends(Option<(RequestId, u32)>);

impl Sends {
    /// Returns the ids of the send that a record announces, or that it is the end of.
    fn of(&mut self, kind: &RecordKind) -> Option<(RequestId, CorrelationId)> {
        match kind {
            RecordKind::Intended { attempt, .. } => self.0 = Some((attempt.request_id, 1)),
            RecordKind::Sending { .. } => self.0 = self.0.map(|(id, number)| (id, number + 1)),
            RecordKind::SendEnded { .. } | RecordKind::Created { .. } | RecordKind::NotOrdered { .. } => {}
            _ => return None,
        }
        let (id, number) = self.0?;
        Some((id, CorrelationId::derive(id, number)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::journal::{Approval, NotOrdered};
    use super::super::samples::{attempt, moment};
    use super::*;

    fn name(text: &str) -> OrderName {
        OrderName::parse(text).unwrap()
    }

    fn opened(by: &str) -> RecordKind {
        let approved = Approved { plan: "sha256:0".into(), how: Approval::Flag, commit: None };
        let (command, tool) = ("orderform apply".into(), "orderform".into());
        RecordKind::Opened { by: by.into(), command, tool, approved: Some(approved) }
    }

    fn history(kinds: Vec<RecordKind>) -> Vec<Record> {
        let number = |(serial, kind)| Record { serial, time: None, kind };
        (1..).zip(kinds).map(number).collect()
    }

    fn intended(of: &str) -> RecordKind {
        RecordKind::Intended { name: name(of), attempt: Box::new(attempt(5, &[0])) }
    }

    #[test]
    fn a_receipt_has_every_record_of_its_order_with_the_run_that_wrote_it() {
        let records = history(vec![
            opened("ada"),
            intended("contoso"),
            intended("fabrikam"),
            opened("grace"),
            RecordKind::Sending { name: name("contoso"), at: moment(60) },
            RecordKind::NotOrdered { name: name("contoso"), reason: NotOrdered::Person },
        ]);
        let receipt = Receipt::of(&name("contoso"), &records).unwrap();
        let told: Vec<(u64, &str)> = receipt
            .entries
            .iter()
            .map(|entry| (entry.record.serial, entry.run.as_ref().unwrap().by.as_str()))
            .collect();
        assert_eq!(told, [(2, "ada"), (5, "grace"), (6, "grace")]);
        let id = attempt(5, &[]).request_id;
        let correlation: Vec<_> = receipt.entries.iter().map(|entry| entry.sent.unwrap().1).collect();
        assert_eq!(correlation, [1, 2, 2].map(|number| CorrelationId::derive(id, number)));
        assert_eq!(Receipt::of(&name("nobody"), &records), None);
    }

    #[test]
    fn a_renamed_order_keeps_its_receipt_and_takes_none_of_who_had_the_name_before() {
        let records = history(vec![
            intended("new"),
            RecordKind::NotOrdered { name: name("new"), reason: NotOrdered::Person },
            intended("old"),
            RecordKind::Moved { from: name("old"), to: name("new") },
            RecordKind::Forgotten { name: name("new") },
        ]);
        let serials = |of: &str| -> Vec<u64> {
            Receipt::of(&name(of), &records).unwrap().entries.iter().map(|e| e.record.serial).collect()
        };
        assert_eq!(serials("new"), [3, 4, 5]);
        assert_eq!(serials("old"), [3, 4]);
        assert_eq!(Receipt::of(&name("new"), &records).unwrap().formerly, [name("old")]);
    }
}
