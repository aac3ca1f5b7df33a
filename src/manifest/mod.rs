//! YAML text becomes desired orders and a project's settings, or every diagnostic at once.
//!
//! The walk: `source` finds and reads files (`encoding`, `shown`; [`Texts`] is what came of it) · `scan` looks for what no YAML parser explains · `tree`
//! (by `builder`) makes values with places of it, on all processors (`parallel`), or says why not (`syntax`) · `fields`
//! checks the keys against the `grammar`, `document` and its kinds (`order` with `line`, `project`, `defaults`) what stands
//! under them (`limits`: how much may be bought; `holding`: what not, and when), `validate`, `ids`, `number` and `plain` the values · `conflicts` what documents have to do with one another.
//! [`diagnostic`] is what was found, [`code`] its stable codes, [`explain`] what they mean, [`render`] how it is shown;
//! [`schema`] is the grammar for editors, [`mod@write`] the way back from an order to a manifest, and [`mod@format`] writes
//! manifests anew.
//!
//! **Invariant:** manifests with one error are no orders at all: [`Loaded::orders`] is empty then, so that nothing can
//! act on a part, and settings with one error are no settings. Nothing here knows the state, the network or the clock.

mod builder;
pub mod code;
mod conflicts;
mod defaults;
pub mod diagnostic;
mod document;
mod encoding;
pub mod explain;
mod fields;
pub mod format;
mod grammar;
mod holding;
mod ids;
mod limits;
mod line;
mod merge;
mod nearest;
mod notify;
mod number;
mod order;
mod origin;
mod parallel;
mod plain;
mod project;
pub mod render;
mod scan;
pub mod schema;
mod shown;
pub mod source;
mod sources;
mod syntax;
mod texts;
mod tree;
mod validate;
pub mod write;

use std::path::Path;

pub use code::{Code, Severity};
pub use diagnostic::{Diagnostic, Region, Related, Span};
pub use explain::Explanation;
pub(crate) use nearest::nearest;
pub use origin::Origins;
pub use sources::Sources;
pub use texts::Texts;
// For price lists, which are read with the same care.
pub(crate) use diagnostic::{Findings, shorten, spelt};
pub(crate) use source::read_each;

/// Reads an offer id, or says how one is written.
pub(crate) fn offer_id(text: &str) -> Result<OfferId, String> {
    ids::offer_of(text).map(|(offer, _)| offer)
}

/// Reads a currency, or says how one is written.
pub(crate) fn currency(text: &str) -> Result<Currency, String> {
    Currency::parse(text).map_err(|_| validate::currency_hint(text))
}

use crate::domain::{Currency, CustomerId, DesiredOrder, OfferId, Organisation, Place, Project};
use conflicts::Judged;
use defaults::Directories;
use document::{Document, Reading, Stray};
use sources::Source;
use tree::Part;

/// How much text is worth a turn of a thread.
const BATCH_BYTES: usize = 256 * 1024;

/// A customer that a manifest describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// What orders call it.
    pub name: String,
    /// Its tenant id, where that is right.
    pub customer_id: Option<CustomerId>,
    /// The currency that it is charged in, where the document says so.
    pub currency: Option<Currency>,
    /// Where it is described.
    pub place: Place,
}

/// What came of a set of manifests.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The orders, in the order of the files and lines; none where anything is wrong.
    pub orders: Vec<DesiredOrder>,
    /// The customers that are described, in the order of the files and lines, whatever else is wrong.
    pub customers: Vec<Customer>,
    /// Where the values of each order come from, order by order; empty unless somebody asked for it.
    pub origins: Vec<Origins>,
    /// The project's settings, where there are any and nothing is wrong in their file.
    pub project: Option<Project>,
    /// The organisation's limits, where [`load_organisation`] read them and nothing is wrong.
    pub organisation: Option<Organisation>,
    /// Everything that was found, by file, line, column and code.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts, for showing diagnostics.
    pub sources: Sources,
}

impl Loaded {
    /// Says whether nothing stands in the way of using the orders: there may be warnings, but no error.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        let warning = |diagnostic: &Diagnostic| diagnostic.severity() == Severity::Warning;
        self.diagnostics.iter().all(warning)
    }
}

/// Reads a file (and the `orderform.yaml` and `defaults.yaml` beside it), or every `*.yaml` and `*.yml` below a directory.
///
/// Hidden files and directories are passed over. A directory without manifests holds no orders, and that is valid.
/// Where the path lies inside a project, the `defaults.yaml` of the directories up to the project's count too.
#[must_use]
pub fn load(path: &Path) -> Loaded {
    read(path).parse()
}

/// Reads the texts that [`load`] would make orders of, for whoever wants to see first whether they have changed.
#[must_use]
pub fn read(path: &Path) -> Texts {
    let (sources, found) = source::read(path);
    Texts { sources, found }
}

/// Reads as [`load`] does, and notes where each value comes from: [`Loaded::origins`].
#[must_use]
pub fn load_with_origins(path: &Path) -> Loaded {
    let (sources, found) = source::read(path);
    parse_after(sources, found, true)
}

/// Reads as [`load`] does, as if there were one more file.
#[must_use]
pub fn load_with(path: &Path, name: &str, text: &str) -> Loaded {
    let (mut sources, found) = source::read(path);
    sources.add(name, text);
    parse_after(sources, found, false)
}

/// Reads the organisation's file: [`Loaded::organisation`], or why there is none.
#[must_use]
pub fn load_organisation(path: &Path) -> Loaded {
    let (sources, mut found) = source::read_one(path);
    let mut first: Option<document::OrganisationDraft> = None;
    for batch in batches(sources.files().iter(), &mut found) {
        let (documents, diagnostics) = read_batch(&batch, &Directories::default(), false);
        found.extend(diagnostics);
        for document in documents {
            match document {
                Document::Organisation(draft) if first.is_none() => first = Some(*draft),
                other => {
                    found.push(document::misplaced(other.region().clone(), Stray::InOrganisationFile));
                }
            }
        }
    }
    if let (None, [], Some(source)) = (&first, found.as_slice(), sources.files().first()) {
        found.push(document::no_organisation(&source.name));
    }
    diagnostic::shorten(&mut found);
    let mut loaded = Loaded { diagnostics: found, sources, ..Loaded::default() };
    loaded.organisation = first.map(|draft| draft.organisation).filter(|_| loaded.is_valid());
    loaded
}

/// Reads manifests from texts, without touching any file.
#[must_use]
pub fn parse(sources: Sources) -> Loaded {
    parse_after(sources, Vec::new(), false)
}

fn parse_after(sources: Sources, mut found: Vec<Diagnostic>, with_origins: bool) -> Loaded {
    let is_default = |source: &&Source| defaults::is_defaults_file(&source.name);
    let directories = read_defaults(sources.files().iter().filter(is_default), &sources, &mut found);
    let mut documents = Vec::new();
    let others = sources.files().iter().filter(|source| !is_default(source));
    let batches = batches(others, &mut found);
    for (read, diagnostics) in parallel::map(&batches, |batch| read_batch(batch, &directories, with_origins))
    {
        documents.extend(read);
        found.extend(diagnostics);
    }
    let all_read = !found.iter().any(|diagnostic| diagnostic.code.hides_documents());
    let is_whole = !sources.is_part && !found.iter().any(|one| one.severity() == Severity::Error);
    let judged = conflicts::judge(documents, sources.project_file(), all_read, is_whole);
    found.extend(judged.diagnostics);
    found.sort_by(|a, b| (&a.region, a.code, &a.message).cmp(&(&b.region, b.code, &b.message)));
    // What stands in a value that aliases repeat is one mistake.
    found.dedup();
    diagnostic::shorten(&mut found);
    let Judged { orders, customers, origins, project, .. } = judged;
    let mut loaded =
        Loaded { orders, customers, origins, project, organisation: None, diagnostics: found, sources };
    if !loaded.is_valid() {
        loaded.orders.clear();
        loaded.origins.clear();
    }
    if loaded.diagnostics.iter().any(|one| is_error_of_project(one, &loaded.sources)) {
        loaded.project = None;
    }
    loaded
}

/// Says whether a diagnostic makes the project's settings unfit: a limit that cannot be read shall not be no limit.
fn is_error_of_project(diagnostic: &Diagnostic, sources: &Sources) -> bool {
    diagnostic.severity() == Severity::Error && Some(&diagnostic.region.file) == sources.project_file()
}

/// Reads the files that hold defaults, which every other document is read with.
fn read_defaults<'s>(
    files: impl Iterator<Item = &'s Source>,
    sources: &Sources,
    found: &mut Vec<Diagnostic>,
) -> Directories {
    let mut drafts = Vec::new();
    let batches = batches(files, found);
    for (documents, diagnostics) in
        batches.iter().map(|batch| read_batch(batch, &Directories::default(), false))
    {
        found.extend(diagnostics);
        for document in documents {
            match document {
                Document::Defaults(draft) => drafts.push(*draft),
                other => found.push(document::misplaced(other.region().clone(), Stray::InDefaultsFile)),
            }
        }
    }
    let above: Vec<&str> = sources.above().collect();
    Directories::of(drafts, &above, found)
}

/// Cuts files into documents, and makes batches of those that are worth parsing.
fn batches<'s>(
    files: impl Iterator<Item = &'s Source>,
    found: &mut Vec<Diagnostic>,
) -> Vec<Vec<(&'s Source, Part<'s>)>> {
    let mut batches: Vec<Vec<(&Source, Part<'_>)>> = Vec::new();
    let mut bytes = BATCH_BYTES;
    for source in files {
        let findings = Findings::of(&source.name);
        let readable = scan::is_readable(&source.text, &findings);
        found.extend(findings.into_diagnostics());
        for part in Part::cut(&source.text).filter(|part| readable && !part.is_blank()) {
            if bytes >= BATCH_BYTES {
                batches.push(Vec::new());
                bytes = 0;
            }
            bytes += part.len();
            batches.last_mut().expect("a batch was just begun").push((source, part));
        }
    }
    batches
}

fn read_batch(
    batch: &[(&Source, Part<'_>)],
    directories: &Directories,
    with_origins: bool,
) -> (Vec<Document>, Vec<Diagnostic>) {
    let (mut documents, mut found) = (Vec::new(), Vec::new());
    let mut errors = 0;
    let mut last: Option<&Source> = None;
    for (source, part) in batch {
        if last.is_none_or(|last| last.name != source.name) {
            last = Some(source);
            errors = 0;
        } else if errors > diagnostic::MAX_ERRORS {
            // Nothing of the rest would be shown, and reading it could be what a file is made for.
            continue;
        }
        let findings = Findings::of(&source.name);
        let reading = Reading { defaults: directories.of_file(&source.name), with_origins };
        tree::read(*part, &findings, |root| {
            documents.extend(document::read(root, &findings, &reading));
        });
        let diagnostics = findings.into_diagnostics();
        errors += diagnostics.iter().filter(|one| one.severity() == Severity::Error).count();
        if errors > diagnostic::MAX_ERRORS {
            found.extend(diagnostics.last().map(|one| diagnostic::more_than_shown(one.region.clone())));
        }
        found.extend(diagnostics);
    }
    (documents, found)
}
