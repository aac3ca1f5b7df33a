//! `kind: Defaults`: values for the orders of a directory and below that do not write them.
//!
//! **Invariant:** what is bought, and how much of it, is never a default; and nothing comes from the environment.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::code::{Code, Severity};
use super::diagnostic::{Diagnostic, Findings, Region};
use super::document::named;
use super::fields::{Fields, Value};
use super::grammar::DEFAULTS_SPEC;
use super::order::{self, CustomerRef};
use super::origin::Sourced;
use super::{ids, line, number, validate};
use crate::domain::{BillingCycle, TermDuration};

/// The file that defaults stand in.
pub(super) const DEFAULTS_FILE: &str = "defaults.yaml";

/// The most labels that a directory may have as defaults, those above it included.
const MAX_LABELS: usize = 32;
/// The most letters of all of them, keys and values.
const MAX_LABEL_LETTERS: usize = 1000;

/// What an order takes where it writes nothing itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Defaults {
    pub(super) labels: BTreeMap<String, Sourced<String>>,
    pub(super) auto_renew: Option<Sourced<bool>>,
    pub(super) customer: Option<Sourced<CustomerRef>>,
    pub(super) billing_cycle: Option<Sourced<BillingCycle>>,
    pub(super) attestation: Option<Sourced<bool>>,
    pub(super) term: Option<Sourced<TermDuration>>,
    pub(super) partner: Option<Sourced<String>>,
    pub(super) additional_partners: Option<Sourced<Vec<String>>>,
    /// Whether a mistake in a file kept some of them out, so that nobody can say what an order lacks.
    pub(super) have_gaps: bool,
}

/// A defaults document as far as it could be read.
#[derive(Debug)]
pub(super) struct DefaultsDraft {
    pub(super) defaults: Defaults,
    pub(super) region: Region,
}

/// The defaults of each directory that has some, those above it included.
#[derive(Debug, Default)]
pub(super) struct Directories {
    /// What holds for every file: from the directories above the one that was named.
    everywhere: Defaults,
    by_directory: HashMap<String, Defaults>,
}

impl Directories {
    /// Puts the drafts of all defaults files together. `above` names the files above the directory that was named, the
    /// outermost first; reports directories with two documents.
    pub(super) fn of(drafts: Vec<DefaultsDraft>, above: &[&str], found: &mut Vec<Diagnostic>) -> Self {
        let is_wrong = |d: &&Diagnostic| d.severity() == Severity::Error && is_defaults_file(&d.region.file);
        let wrong: HashSet<String> =
            found.iter().filter(is_wrong).map(|d| d.region.file.to_string()).collect();
        let mut by_file: BTreeMap<String, DefaultsDraft> = BTreeMap::new();
        for mut draft in drafts {
            let file = draft.region.file.to_string();
            if let Some(first) = by_file.get(&file) {
                found.push(twice(draft.region, first.region.clone()));
            } else {
                draft.defaults.have_gaps = wrong.contains(&file);
                by_file.insert(file, draft);
            }
        }
        for file in wrong {
            let gap = || Defaults { have_gaps: true, ..Defaults::default() };
            let region = Region::file(&file.as_str().into());
            by_file.entry(file).or_insert_with(|| DefaultsDraft { defaults: gap(), region });
        }
        let mut directories = Self::default();
        for file in above {
            if let Some(draft) = by_file.remove(*file) {
                let whole = draft.defaults.over(&directories.everywhere);
                directories.everywhere = whole.within_bounds(draft.region, found);
            }
        }
        // In this order, a directory comes before those below it.
        let by_path: BTreeMap<String, DefaultsDraft> =
            by_file.into_iter().map(|(file, draft)| (directory_of(&file).to_owned(), draft)).collect();
        for (directory, draft) in by_path {
            let whole = draft.defaults.over(directories.at(&directory));
            directories.by_directory.insert(directory, whole.within_bounds(draft.region, found));
        }
        directories
    }

    /// Finds the defaults that hold for a file.
    pub(super) fn of_file(&self, file: &str) -> &Defaults {
        self.at(directory_of(file))
    }

    fn at(&self, directory: &str) -> &Defaults {
        let mut directory = directory;
        loop {
            if let Some(found) = self.by_directory.get(directory) {
                return found;
            }
            if directory.is_empty() {
                return &self.everywhere;
            }
            directory = directory_of(directory);
        }
    }
}

/// Says whether a file is one that defaults stand in.
pub(super) fn is_defaults_file(file: &str) -> bool {
    file.rsplit('/').next() == Some(DEFAULTS_FILE)
}

fn directory_of(file: &str) -> &str {
    file.rfind('/').map_or("", |at| &file[..at])
}

fn twice(second: Region, first: Region) -> Diagnostic {
    Diagnostic::new(Code::DuplicateDefaults, second, "there is more than one `kind: Defaults` in this file")
        .related(first, "first written here")
        .hint("make one of them")
}

impl Defaults {
    /// Drops labels that are too much to be copied into every order below, and reports them.
    fn within_bounds(mut self, region: Region, found: &mut Vec<Diagnostic>) -> Self {
        let letters = |text: &str| text.chars().count();
        let all: usize = self.labels.iter().map(|(key, label)| letters(key) + letters(&label.value)).sum();
        if self.labels.len() > MAX_LABELS || all > MAX_LABEL_LETTERS {
            let message = format!(
                "every order below takes these labels: {MAX_LABELS} at the most, with {MAX_LABEL_LETTERS} letters together"
            );
            let hint =
                "write the long ones in the orders that need them; those of the directories above count too";
            found.push(Diagnostic::new(Code::TooComplex, region, message).hint(hint));
            self.labels.clear();
            self.have_gaps = true;
        }
        self
    }

    /// Puts these over those of the directory above.
    fn over(self, above: &Self) -> Self {
        let mut labels = above.labels.clone();
        labels.extend(self.labels);
        Self {
            labels,
            auto_renew: self.auto_renew.or_else(|| above.auto_renew.clone()),
            customer: self.customer.or_else(|| above.customer.clone()),
            billing_cycle: self.billing_cycle.or_else(|| above.billing_cycle.clone()),
            attestation: self.attestation.or_else(|| above.attestation.clone()),
            term: self.term.or_else(|| above.term.clone()),
            partner: self.partner.or_else(|| above.partner.clone()),
            additional_partners: self.additional_partners.or_else(|| above.additional_partners.clone()),
            have_gaps: self.have_gaps || above.have_gaps,
        }
    }
}

/// Reads the spec of a defaults document.
pub(super) fn read(root: Value<'_>, spec: Option<Value<'_>>) -> DefaultsDraft {
    let region = root.findings.at(root.key);
    let fields = spec.and_then(|value| value.fields(&DEFAULTS_SPEC));
    let defaults = fields.map(|fields| read_spec(root.findings, &fields)).unwrap_or_default();
    DefaultsDraft { defaults, region }
}

fn read_spec(findings: &Findings, fields: &Fields<'_>) -> Defaults {
    fn sourced<T>(
        fields: &Fields<'_>,
        key: &str,
        read: impl FnOnce(Value<'_>) -> Option<T>,
    ) -> Option<Sourced<T>> {
        let value = fields.value(key)?;
        let region = value.findings.at(value.node.span);
        read(value).map(|value| Sourced { value, region })
    }
    let labels = fields.value("labels").into_iter().flat_map(order::sourced_texts).collect();
    let customer = match (fields.value("customerId"), fields.value("customer")) {
        (Some(id), Some(name)) => {
            findings.add(order::two_customers(id, name));
            None
        }
        (Some(_), None) => sourced(fields, "customerId", |id| ids::customer_id(id).map(CustomerRef::Id)),
        (None, Some(_)) => sourced(fields, "customer", |name| named(name).map(CustomerRef::Name)),
        (None, None) => None,
    };
    let defaults = Defaults {
        labels,
        auto_renew: sourced(fields, "autoRenewEnabled", number::boolean),
        customer,
        billing_cycle: sourced(fields, "billingCycle", validate::billing_cycle),
        attestation: sourced(fields, "partnerOnRecordAttestationAccepted", number::boolean),
        term: sourced(fields, "termDuration", validate::term),
        partner: sourced(fields, "partnerIdOnRecord", ids::partner_id),
        additional_partners: sourced(fields, "additionalPartnerIdsOnRecord", |value| {
            Some(line::partners(value))
        }),
        have_gaps: false,
    };
    if let (Some(term), Some(cycle)) = (&defaults.term, &defaults.billing_cycle) {
        line::check_cycle(term, Some(cycle), findings);
    }
    if let (Some(partner), Some(additional)) = (&defaults.partner, &defaults.additional_partners) {
        line::check_partners(partner, additional, findings);
    }
    defaults
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn draft(file: &str, partner: Option<&str>, label: &str) -> DefaultsDraft {
        let region = Region::file(&Arc::from(file));
        let sourced = |text: &str| Sourced { value: text.to_owned(), region: region.clone() };
        let labels = BTreeMap::from([(label.to_owned(), sourced(file))]);
        let defaults = Defaults { partner: partner.map(sourced), labels, ..Defaults::default() };
        DefaultsDraft { defaults, region }
    }

    #[test]
    fn the_nearest_directory_goes_before_those_above_it_key_by_key() {
        let drafts = vec![
            draft("a/b/defaults.yaml", None, "x"),
            draft("defaults.yaml", Some("1"), "x"),
            draft("a/defaults.yaml", Some("2"), "y"),
            draft("../defaults.yaml", Some("0"), "z"),
        ];
        let mut found = Vec::new();
        let directories = Directories::of(drafts, &["../defaults.yaml"], &mut found);
        let of = |file| {
            let defaults = directories.of_file(file);
            let labels = defaults.labels.iter().map(|(key, label)| format!("{key}={}", label.value));
            (defaults.partner.as_ref().unwrap().value.clone(), labels.collect::<Vec<_>>().join(" "))
        };
        assert_eq!(of("o.yaml"), ("1".into(), "x=defaults.yaml z=../defaults.yaml".into()));
        assert_eq!(of("ab/o.yaml").0, "1");
        assert_eq!(
            of("a/o.yaml"),
            ("2".into(), "x=defaults.yaml y=a/defaults.yaml z=../defaults.yaml".into())
        );
        let deepest = "x=a/b/defaults.yaml y=a/defaults.yaml z=../defaults.yaml";
        assert_eq!(of("a/b/c/d/o.yaml"), ("2".into(), deepest.into()));
        assert_eq!(found, []);
    }

    #[test]
    fn a_mistake_in_one_file_leaves_gaps_there_and_below() {
        let region = Region::file(&Arc::from("a/defaults.yaml"));
        let mut found = vec![Diagnostic::new(Code::Syntax, region, "wrong")];
        let directories = Directories::of(vec![draft("defaults.yaml", None, "x")], &[], &mut found);
        let gaps = ["o.yaml", "a/o.yaml", "a/b/o.yaml"].map(|file| directories.of_file(file).have_gaps);
        assert_eq!(gaps, [false, true, true]);
    }
}
