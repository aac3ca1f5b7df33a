//! The kinds of documents a manifest has, and what stands in each.
//!
//! **Invariant:** a document is read whole, whatever is wrong with it. What it is known by (names, and the customer it
//! names) survives its other mistakes, so that one mistake never shows up as two.

use super::code::Code;
use super::defaults::{self, Defaults, DefaultsDraft};
use super::diagnostic::{Diagnostic, Findings, Region, choices, did_you_mean, spelt};
use super::fields::{Role, Value, first_span};
use super::grammar::{API_VERSION, CUSTOMER_METADATA, CUSTOMER_SPEC, KINDS, ORDER, Shape};
use super::holding::FreezeDraft;
use super::nearest::nearest;
use super::order::OrderDraft;
use super::origin::Sourced;
use super::tree::{Entry, Kind, Node};
use super::{ids, limits, order, project, validate};
use crate::domain::{Currency, CustomerId, OrderName, Organisation, Project};

/// What is known before a document is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading<'t> {
    /// The defaults that hold for its file.
    pub(super) defaults: &'t Defaults,
    /// Whether somebody wants to know where each value comes from.
    pub(super) with_origins: bool,
}

/// A name and where it was written.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) name: OrderName,
    pub(super) region: Region,
}

/// One document, as far as it could be read.
#[derive(Debug)]
pub(super) enum Document {
    Order(Box<OrderDraft>),
    Customer(CustomerDraft),
    Project(Box<ProjectDraft>),
    Defaults(Box<DefaultsDraft>),
    Organisation(Box<OrganisationDraft>),
}

impl Document {
    /// Returns where it begins.
    pub(super) fn region(&self) -> &Region {
        match self {
            Self::Order(order) => &order.region,
            Self::Customer(customer) => &customer.region,
            Self::Project(project) => &project.region,
            Self::Defaults(defaults) => &defaults.region,
            Self::Organisation(organisation) => &organisation.region,
        }
    }
}

/// A customer as far as it could be read.
#[derive(Debug)]
pub(super) struct CustomerDraft {
    pub(super) name: Option<Named>,
    pub(super) id: Option<Sourced<CustomerId>>,
    pub(super) currency: Option<Currency>,
    pub(super) region: Region,
}

/// A project and where its document begins.
#[derive(Debug)]
pub(super) struct ProjectDraft {
    pub(super) project: Project,
    /// What is frozen: which customers are meant is up to other documents.
    pub(super) freezes: Vec<FreezeDraft>,
    pub(super) region: Region,
}

/// An organisation and where its document begins.
#[derive(Debug)]
pub(super) struct OrganisationDraft {
    pub(super) organisation: Organisation,
    pub(super) region: Region,
}

/// Reads one document; an empty one is nothing.
pub(super) fn read(node: &Node<'_>, findings: &Findings, reading: &Reading<'_>) -> Option<Document> {
    let root = Value { node, name: "the document", key: first_span(node), role: Role::Document, findings };
    if node.is_null() {
        return None;
    }
    let (kind, shape) = kind_of(root)?;
    let fields = root.fields(shape)?;
    if let Some(version) = fields.value("apiVersion") {
        check_version(version);
    }
    let (metadata, spec) = (fields.value("metadata"), fields.value("spec"));
    Some(match kind {
        "Order" => Document::Order(Box::new(order::read(root, metadata, spec, reading))),
        "Customer" => Document::Customer(read_customer(root, metadata, spec)),
        "Defaults" => Document::Defaults(Box::new(defaults::read(root, spec))),
        "Organisation" => Document::Organisation(Box::new(OrganisationDraft {
            organisation: limits::organisation(metadata, spec),
            region: findings.at(root.key),
        })),
        _ => {
            let (project, freezes) = project::read(metadata, spec);
            Document::Project(Box::new(ProjectDraft { project, freezes, region: findings.at(root.key) }))
        }
    })
}

/// Finds out what kind of document it is; without one, nothing else in it can be judged.
fn kind_of(root: Value<'_>) -> Option<(&'static str, &'static Shape)> {
    let Kind::Mapping(entries) = &root.node.kind else {
        let message = format!("a document should be a mapping, found {}", root.node.found());
        let hint = format!("begin with `apiVersion: {API_VERSION}` and `kind: Order`; {OTHER_FILES}");
        root.report(Code::WrongType, message, hint);
        return None;
    };
    let value_of = |name: &str| {
        let is_it = |entry: &&Entry<'_>| text_of(&entry.key) == Some(name);
        entries.iter().find(is_it).map(|entry| Value {
            node: &entry.value,
            name: "kind",
            key: entry.key.span,
            role: Role::Key(&ORDER.keys[1]),
            findings: root.findings,
        })
    };
    let is_ours = value_of("apiVersion")
        .and_then(|version| text_of(version.node))
        .is_some_and(|version| version.starts_with("orderform/"));
    let Some(kind) = value_of("kind") else {
        report_no_kind(root, entries, is_ours);
        return None;
    };
    let text = kind.text()?;
    let known = KINDS.into_iter().find(|(known, _)| *known == text);
    if known.is_none() {
        let hint = match nearest(text, kinds()) {
            Some(meant) => did_you_mean(text, meant),
            None if text == "List" => {
                "write each item as a document of its own, after a line `---`".to_owned()
            }
            None if is_ours => format!("write {}", choices(kinds())),
            None => format!("write {}; {OTHER_FILES}", choices(kinds())),
        };
        kind.report(Code::UnknownKind, format!("unknown kind {}", spelt(text)), hint);
    }
    known
}

/// What to do with YAML that is none of ours.
const OTHER_FILES: &str =
    "what is no manifest belongs in another directory, or in one that begins with a dot";

fn text_of<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    match &node.kind {
        Kind::Scalar { text, .. } => Some(text),
        _ => None,
    }
}

/// Reports a document without `kind`, at the key that was probably meant for it.
fn report_no_kind(root: Value<'_>, entries: &[Entry<'_>], is_ours: bool) {
    let misspelt = entries.iter().find_map(|entry| {
        let text = text_of(&entry.key)?;
        nearest(text, ["kind"]).map(|_| (text, entry.key.span))
    });
    if let Some((text, span)) = misspelt {
        let message = format!("unknown key {}", spelt(text));
        root.findings.report(Code::UnknownKey, span, message, did_you_mean(text, "kind"));
        return;
    }
    let or = if is_ours { String::new() } else { format!("; {OTHER_FILES}") };
    let hint = format!("add `kind: …` with {}{or}", choices(kinds()));
    root.findings.report(Code::MissingKey, root.key, "the document has no key `kind`", hint);
}

/// Returns the kinds that people write.
fn kinds() -> impl Iterator<Item = &'static str> {
    KINDS.into_iter().map(|(kind, _)| kind)
}

fn check_version(version: Value<'_>) {
    let Some(text) = version.text().filter(|text| *text != API_VERSION) else {
        return;
    };
    let newer = text.starts_with("orderform/v");
    let hint = if newer {
        format!("this program reads `{API_VERSION}`; a newer one may be needed")
    } else {
        format!("write `{API_VERSION}`")
    };
    let message = format!("unknown apiVersion {}", spelt(text));
    version.report(Code::UnknownApiVersion, message, hint);
}

fn read_customer(root: Value<'_>, metadata: Option<Value<'_>>, spec: Option<Value<'_>>) -> CustomerDraft {
    let metadata = metadata.and_then(|value| value.fields(&CUSTOMER_METADATA));
    let spec = spec.and_then(|value| value.fields(&CUSTOMER_SPEC));
    let id = spec.as_ref().and_then(|fields| fields.value("customerId")).and_then(|value| {
        let region = value.findings.at(value.node.span);
        ids::customer_id(value).map(|value| Sourced { value, region })
    });
    CustomerDraft {
        name: metadata.and_then(|fields| fields.value("name")).and_then(named),
        id,
        currency: spec.as_ref().and_then(|fields| fields.value("currency")).and_then(validate::currency),
        region: root.findings.at(root.key),
    }
}

/// Takes a name together with its place.
pub(super) fn named(value: Value<'_>) -> Option<Named> {
    let name = validate::name(value)?;
    let region = value.findings.at(value.node.span);
    Some(Named { name, region })
}

/// What a document is, for one that stands in the wrong file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stray {
    /// Project settings elsewhere than in `orderform.yaml`.
    Project,
    /// Something else in `orderform.yaml`.
    InProjectFile,
    /// Defaults elsewhere than in a `defaults.yaml`.
    Defaults,
    /// Something else in a `defaults.yaml`.
    InDefaultsFile,
    /// An organisation's limits among manifests.
    Organisation,
    /// Something else in the organisation's file.
    InOrganisationFile,
}

/// Reports a document that stands in the wrong file.
pub(super) fn misplaced(region: Region, stray: Stray) -> Diagnostic {
    let (code, message, hint) = match stray {
        Stray::Project => (
            Code::ProjectMisplaced,
            "project settings stand in `orderform.yaml` at the root of the directory, and nowhere else",
            "move the document there",
        ),
        Stray::InProjectFile => (
            Code::ProjectMisplaced,
            "`orderform.yaml` holds the project's settings (`kind: Project`), and nothing else",
            "move this document to another file, such as `orders.yaml`",
        ),
        Stray::Defaults => (
            Code::DefaultsMisplaced,
            "defaults stand in a file named `defaults.yaml`, and nowhere else",
            "move the document to `defaults.yaml` in the directory that it is for; it holds for the directories below as well",
        ),
        Stray::InDefaultsFile => (
            Code::DefaultsMisplaced,
            "a `defaults.yaml` holds `kind: Defaults`, and nothing else",
            "move this document to another file, such as `orders.yaml`",
        ),
        Stray::Organisation => (
            Code::OrganisationMisplaced,
            "an organisation's limits stand in a file of their own, which manifests cannot override",
            "move the document out of the directory, and name its file with `--organisation FILE`",
        ),
        Stray::InOrganisationFile => (
            Code::OrganisationMisplaced,
            "the organisation's file holds one `kind: Organisation`, and nothing else",
            "remove this document",
        ),
    };
    Diagnostic::new(code, region, message).hint(hint)
}

/// Reports an organisation's file that has no limits in it.
pub(super) fn no_organisation(file: &std::sync::Arc<str>) -> Diagnostic {
    let message = "the organisation's file holds no `kind: Organisation`";
    let hint = "write its limits into it, or name the file that has them";
    Diagnostic::new(Code::OrganisationMisplaced, Region::file(file), message).hint(hint)
}
