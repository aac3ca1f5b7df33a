//! Diagnostics of manifests, and errors: those of `validate` as a document, those of another command in its error, and
//! that error in the file of a plan that failed.

use serde::Serialize;

use super::FORMAT_VERSION;
use super::changes::ChangesJson;
use super::limit::LimitJson;
use crate::manifest::{Diagnostic, Loaded, Region, Sources};
use crate::view::Trouble;
use crate::view::check::{Check, end_column};

/// What `validate` found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::view) struct CheckJson<'a> {
    format_version: &'static str,
    /// Whether the exit code is 0.
    valid: bool,
    orders: usize,
    diagnostics: Vec<DiagnosticJson<'a>>,
}

/// Why a command ended early.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TroubleJson<'a> {
    r#type: &'static str,
    exit_code: u8,
    message: &'a str,
    causes: &'a [String],
    hint: Option<&'a str>,
    #[serde(flatten)]
    evidence: EvidenceJson<'a>,
}

/// Why a saved plan cannot be applied.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProblemJson<'a> {
    code: &'static str,
    message: &'a str,
    causes: &'a [String],
    hint: Option<&'a str>,
    #[serde(flatten)]
    evidence: EvidenceJson<'a>,
}

/// What a command ended early for, as data.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct EvidenceJson<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    exceeded: Vec<LimitJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<ChangesJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnostics: Option<Vec<DiagnosticJson<'a>>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct DiagnosticJson<'a> {
    code: &'static str,
    severity: String,
    /// What the code stands for, whatever is wrong here.
    summary: &'static str,
    message: &'a str,
    hint: Option<&'a str>,
    place: PlaceJson<'a>,
    related: Vec<RelatedJson<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RelatedJson<'a> {
    message: &'a str,
    place: PlaceJson<'a>,
}

/// A place in a file: lines and columns from 1, columns in characters; `null` where the file itself is meant.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PlaceJson<'a> {
    file: &'a str,
    line: Option<usize>,
    column: Option<usize>,
    /// In characters, up to the end of the line at the most.
    length: Option<usize>,
    /// The column behind the last character.
    end_column: Option<usize>,
}

impl<'a> From<&Check<'a>> for CheckJson<'a> {
    fn from(check: &Check<'a>) -> Self {
        let loaded = check.loaded();
        Self {
            format_version: FORMAT_VERSION,
            valid: check.passes(),
            orders: loaded.orders.len(),
            diagnostics: diagnostics(loaded),
        }
    }
}

impl<'a> From<&Trouble<'a>> for TroubleJson<'a> {
    fn from(trouble: &Trouble<'a>) -> Self {
        Self {
            r#type: "error",
            exit_code: trouble.exit_code,
            message: trouble.message,
            causes: trouble.causes,
            hint: trouble.hint,
            evidence: trouble.into(),
        }
    }
}

impl<'a> ProblemJson<'a> {
    pub(super) fn new(code: &'static str, trouble: &Trouble<'a>) -> Self {
        let Trouble { message, causes, hint, .. } = *trouble;
        Self { code, message, causes, hint, evidence: trouble.into() }
    }
}

impl<'a> From<&Trouble<'a>> for EvidenceJson<'a> {
    fn from(trouble: &Trouble<'a>) -> Self {
        Self {
            exceeded: trouble.exceeded.iter().map(LimitJson::from).collect(),
            changes: trouble.changes.map(ChangesJson::from),
            diagnostics: trouble.manifests.map(diagnostics),
        }
    }
}

fn diagnostics(loaded: &Loaded) -> Vec<DiagnosticJson<'_>> {
    loaded.diagnostics.iter().map(|one| diagnostic(one, &loaded.sources)).collect()
}

fn diagnostic<'a>(diagnostic: &'a Diagnostic, sources: &Sources) -> DiagnosticJson<'a> {
    let related = diagnostic.related.iter();
    let related =
        related.map(|one| RelatedJson { message: &one.message, place: place(&one.region, sources) });
    DiagnosticJson {
        code: diagnostic.code.as_str(),
        severity: diagnostic.severity().to_string(),
        summary: diagnostic.code.summary(),
        message: &diagnostic.message,
        hint: diagnostic.hint.as_deref(),
        place: place(&diagnostic.region, sources),
        related: related.collect(),
    }
}

fn place<'a>(region: &'a Region, sources: &Sources) -> PlaceJson<'a> {
    let end_column = end_column(region, sources);
    PlaceJson {
        file: &region.file,
        line: region.span.map(|span| span.line),
        column: region.span.map(|span| span.column),
        length: region.span.zip(end_column).map(|(span, end)| end - span.column),
        end_column,
    }
}
