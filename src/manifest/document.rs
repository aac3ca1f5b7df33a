//! The kinds of documents a manifest has, and what stands in each.
//!
//! **Invariant:** a document is read whole, whatever is wrong with it. What it is known by (names, and the customer it
//! names) survives its other mistakes, so that one mistake never shows up as two.

use super::code::Code;
use super::diagnostic::{Diagnostic, Findings, Region, choices, nearest, quoted};
use super::fields::{Fields, Refused, Shape, Value, first_span};
use super::order::OrderDraft;
use super::tree::{Entry, Kind, Node};
use super::{order, project, validate};
use crate::domain::{CustomerId, OrderName, Project};

/// The only version of manifests there is.
const API_VERSION: &str = "orderform/v1";
const KINDS: [&str; 3] = ["Order", "Customer", "Project"];

pub(super) const DOCUMENT: Shape = Shape {
    keys: &["apiVersion", "kind", "metadata", "spec"],
    required: &["apiVersion", "kind", "metadata", "spec"],
    refused: &[Refused(
        "status",
        "is not part of a manifest",
        "remove it: what is recorded is in the state (`orderform state show`)",
    )],
};

const PROJECT_DOCUMENT: Shape = Shape { required: &["apiVersion", "kind"], ..DOCUMENT };

pub(super) const CUSTOMER_METADATA: Shape = Shape { keys: &["name"], required: &["name"], refused: &[] };

pub(super) const CUSTOMER_SPEC: Shape =
    Shape { keys: &["customerId"], required: &["customerId"], refused: &[] };

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
}

/// A customer as far as it could be read.
#[derive(Debug)]
pub(super) struct CustomerDraft {
    pub(super) name: Option<Named>,
    pub(super) id: Option<CustomerId>,
    pub(super) region: Region,
}

/// A project and where its document begins.
#[derive(Debug)]
pub(super) struct ProjectDraft {
    pub(super) project: Project,
    pub(super) region: Region,
}

/// Reads one document; an empty one is nothing.
pub(super) fn read(node: &Node<'_>, findings: &Findings) -> Option<Document> {
    let root = Value { node, name: "the document", key: first_span(node), findings };
    if node.is_null() {
        return None;
    }
    let kind = kind_of(root)?;
    let shape = if kind == "Project" { &PROJECT_DOCUMENT } else { &DOCUMENT };
    let fields = root.fields(shape)?;
    if let Some(version) = fields.value("apiVersion") {
        check_version(version);
    }
    let (metadata, spec) = (fields.value("metadata"), fields.value("spec"));
    Some(match kind {
        "Order" => Document::Order(Box::new(order::read(root, metadata, spec))),
        "Customer" => Document::Customer(read_customer(root, metadata, spec)),
        _ => Document::Project(Box::new(ProjectDraft {
            project: project::read(metadata, spec),
            region: findings.at(root.key),
        })),
    })
}

/// Finds out what kind of document it is; without one, nothing else in it can be judged.
fn kind_of(root: Value<'_>) -> Option<&'static str> {
    let Kind::Mapping(entries) = &root.node.kind else {
        let message = format!("a document should be a mapping, found {}", root.node.found());
        let hint = "begin with `apiVersion: orderform/v1` and `kind: Order`";
        root.report(Code::WrongType, message, hint);
        return None;
    };
    let is_kind = |entry: &&Entry<'_>| matches!(&entry.key.kind, Kind::Scalar { text, .. } if text == "kind");
    let found = entries.iter().find(is_kind).map(|entry| Value {
        node: &entry.value,
        name: "kind",
        key: entry.key.span,
        findings: root.findings,
    });
    let Some(kind) = found else {
        let message = "the document has no key `kind`";
        let hint = format!("add `kind: …` with {}", choices(KINDS));
        root.findings.report(Code::MissingKey, root.key, message, hint);
        return None;
    };
    let text = kind.text()?;
    let known = KINDS.into_iter().find(|known| *known == text);
    if known.is_none() {
        let hint = match nearest(text, KINDS) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("write {}", choices(KINDS)),
        };
        kind.report(Code::UnknownKind, format!("unknown kind {}", quoted(text)), hint);
    }
    known
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
    let message = format!("unknown apiVersion {}", quoted(text));
    version.report(Code::UnknownApiVersion, message, hint);
}

fn read_customer(root: Value<'_>, metadata: Option<Value<'_>>, spec: Option<Value<'_>>) -> CustomerDraft {
    let metadata = metadata.and_then(|value| value.fields(&CUSTOMER_METADATA));
    let spec = spec.and_then(|value| value.fields(&CUSTOMER_SPEC));
    CustomerDraft {
        name: metadata.and_then(|fields| named(&fields, "name")),
        id: spec.and_then(|fields| fields.value("customerId").and_then(validate::customer_id)),
        region: root.findings.at(root.key),
    }
}

/// Takes a name together with its place.
pub(super) fn named(fields: &Fields<'_>, key: &str) -> Option<Named> {
    let value = fields.value(key)?;
    let name = validate::name(value)?;
    let region = value.findings.at(value.node.span);
    Some(Named { name, region })
}

/// Reports a document that stands in the wrong file.
pub(super) fn misplaced(region: Region, is_project: bool) -> Diagnostic {
    let (message, hint) = if is_project {
        (
            "project settings stand in `orderform.yaml` at the root of the directory, and nowhere else",
            "move the document there",
        )
    } else {
        (
            "`orderform.yaml` holds the project's settings (`kind: Project`), and nothing else",
            "move this document to another file, such as `orders.yaml`",
        )
    };
    Diagnostic::new(Code::ProjectMisplaced, region, message).hint(hint)
}
