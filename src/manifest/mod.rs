//! YAML text becomes desired orders and a project's settings, or every diagnostic at once.
//!
//! The walk: `source` finds and reads files · `scan` looks for what no YAML parser explains · `tree` (by `builder`) makes
//! values with places of it, on all processors (`parallel`) · `fields` checks the keys, `document` and its kinds (`order`,
//! `project`) what stands under them, `validate` and `number` the values · `conflicts` what documents have to do with one
//! another. [`mod@format`] writes manifests anew. [`diagnostic`] is what was found, [`code`] its stable codes, [`render`]
//! how it is shown.
//!
//! **Invariant:** manifests with one error are no orders at all: [`Loaded::orders`] is empty then, so that nothing can
//! act on a part, and settings with one error are no settings. Nothing here knows the state, the network or the clock.

mod builder;
pub mod code;
mod conflicts;
pub mod diagnostic;
mod document;
mod fields;
pub mod format;
mod number;
mod order;
mod parallel;
mod project;
pub mod render;
mod scan;
pub mod source;
mod tree;
mod validate;

use std::path::Path;

pub use code::{Code, Severity};
pub use diagnostic::{Diagnostic, Region, Related, Span};
pub use source::Sources;

use crate::domain::{DesiredOrder, Project};
use diagnostic::Findings;
use document::Document;
use source::Source;
use tree::Part;

/// How much text is worth a turn of a thread.
const BATCH_BYTES: usize = 256 * 1024;

/// What came of a set of manifests.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The orders, in the order of the files and lines; none where anything is wrong.
    pub orders: Vec<DesiredOrder>,
    /// The project's settings, where there are any and nothing is wrong in their file.
    pub project: Option<Project>,
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

/// Reads a file (and the `orderform.yaml` beside it), or every `*.yaml` and `*.yml` below a directory.
///
/// Hidden files and directories are passed over. A directory without manifests holds no orders, and that is valid.
#[must_use]
pub fn load(path: &Path) -> Loaded {
    let (sources, found) = source::read(path);
    parse_after(sources, found)
}

/// Reads manifests from texts, without touching any file.
#[must_use]
pub fn parse(sources: Sources) -> Loaded {
    parse_after(sources, Vec::new())
}

fn parse_after(sources: Sources, mut found: Vec<Diagnostic>) -> Loaded {
    let mut documents = Vec::new();
    for (read, diagnostics) in read_all(&sources, &mut found) {
        documents.extend(read);
        found.extend(diagnostics);
    }
    let all_read = !found.iter().any(|diagnostic| diagnostic.code.hides_documents());
    let judged = conflicts::judge(documents, sources.project_file(), all_read);
    found.extend(judged.diagnostics);
    found.sort_by(|a, b| (&a.region, a.code).cmp(&(&b.region, b.code)));
    let mut loaded = Loaded { orders: judged.orders, project: judged.project, diagnostics: found, sources };
    if !loaded.is_valid() {
        loaded.orders.clear();
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

/// Reads the documents of all files, in batches on all processors.
fn read_all(sources: &Sources, found: &mut Vec<Diagnostic>) -> Vec<(Vec<Document>, Vec<Diagnostic>)> {
    let mut batches: Vec<Vec<(&Source, Part<'_>)>> = Vec::new();
    let mut bytes = BATCH_BYTES;
    for source in sources.files() {
        let findings = Findings::of(&source.name);
        let readable = scan::is_readable(&source.text, &findings);
        found.extend(findings.into_diagnostics());
        for part in Part::cut(&source.text).filter(|_| readable) {
            if bytes >= BATCH_BYTES {
                batches.push(Vec::new());
                bytes = 0;
            }
            bytes += part.len();
            batches.last_mut().expect("a batch was just begun").push((source, part));
        }
    }
    parallel::map(&batches, |batch| read_batch(batch))
}

fn read_batch(batch: &[(&Source, Part<'_>)]) -> (Vec<Document>, Vec<Diagnostic>) {
    let (mut documents, mut found) = (Vec::new(), Vec::new());
    for (source, part) in batch {
        let findings = Findings::of(&source.name);
        tree::read(*part, &findings, |root| {
            documents.extend(document::read(root, &findings));
        });
        found.extend(findings.into_diagnostics());
    }
    (documents, found)
}
