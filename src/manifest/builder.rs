//! Trees out of parser events, without recursion and within bounds.
//!
//! **Invariant:** no input makes this slow or deep: a document is given up beyond [`MAX_NODES`] and [`MAX_DEPTH`], and what
//! anchors and aliases copy is bounded by the length of the text, so that no few lines cost more than their length.

use std::collections::HashMap;

use saphyr_parser::{Event, ScalarStyle, Span as Marks};

use super::code::Code;
use super::diagnostic::{Findings, Span};
use super::merge;
use super::tree::{Entry, Kind, Node};

/// The most levels of a document.
const MAX_DEPTH: usize = 64;
/// The most keys and values of a document, aliases expanded.
const MAX_NODES: usize = 100_000;
/// The most keys and values that anchors and aliases may copy, for each byte of the document.
const MAX_COPIES_PER_BYTE: usize = 4;

/// A collection that is not yet closed.
struct Open<'a> {
    node: Node<'a>,
    key: Option<Node<'a>>,
    anchor: usize,
    nodes_before: usize,
    height: usize,
}

/// Puts one document together from events, without recursion.
pub(super) struct Builder<'f, 'a> {
    line: usize,
    findings: &'f Findings,
    open: Vec<Open<'a>>,
    anchors: HashMap<usize, Anchored<'a>>,
    nodes: usize,
    /// How many keys and values may still be copied.
    copies_left: usize,
    /// Whether the document was given up: there is no point in taking more of it.
    pub(super) given_up: bool,
    pub(super) root: Option<Node<'a>>,
}

/// A value that an alias can repeat.
struct Anchored<'a> {
    node: Node<'a>,
    nodes: usize,
    height: usize,
}

impl<'f, 'a> Builder<'f, 'a> {
    /// Begins a document of at most so many bytes, after so many lines.
    pub(super) fn new(line: usize, bytes: usize, findings: &'f Findings) -> Self {
        Self {
            line,
            findings,
            open: Vec::new(),
            anchors: HashMap::new(),
            nodes: 0,
            copies_left: bytes.saturating_mul(MAX_COPIES_PER_BYTE).min(MAX_NODES),
            given_up: false,
            root: None,
        }
    }

    /// Takes the next event of the document.
    pub(super) fn take(&mut self, event: Event<'a>, marks: Marks) {
        let span = self.span(marks);
        let tagged = matches!(
            event,
            Event::Scalar(_, _, _, Some(_))
                | Event::SequenceStart(_, Some(_))
                | Event::MappingStart(_, Some(_))
        );
        if tagged {
            self.refuse_tag(span);
        }
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let plain = style == ScalarStyle::Plain;
                let kind = Kind::Scalar { text, plain };
                self.close(Node { span, kind }, anchor, 1, 0);
            }
            Event::SequenceStart(anchor, _) => self.begin(span, Kind::Sequence(Vec::new()), anchor),
            Event::MappingStart(anchor, _) => self.begin(span, Kind::Mapping(Vec::new()), anchor),
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(mut open) = self.open.pop() {
                    if let Kind::Mapping(entries) = &mut open.node.kind {
                        merge::expand(entries, self.findings);
                    }
                    let nodes = self.nodes - open.nodes_before;
                    self.place(open.node, open.anchor, nodes, open.height + 1);
                }
            }
            Event::Alias(anchor) => self.repeat(anchor, span),
            _ => {}
        }
    }

    fn span(&self, marks: Marks) -> Span {
        Span {
            line: self.line + marks.start.line(),
            column: marks.start.col() + 1,
            length: marks.len().max(1),
        }
    }

    fn begin(&mut self, span: Span, kind: Kind<'a>, anchor: usize) {
        self.open.push(Open {
            node: Node { span, kind },
            key: None,
            anchor,
            nodes_before: self.nodes,
            height: 0,
        });
        self.nodes += 1;
        self.check_bounds(span, 0);
    }

    fn close(&mut self, node: Node<'a>, anchor: usize, nodes: usize, height: usize) {
        self.nodes += nodes;
        self.check_bounds(node.span, height);
        if !self.given_up {
            self.place(node, anchor, nodes, height);
        }
    }

    /// Puts a whole value where it belongs: under the pending key, in the list, or at the root.
    fn place(&mut self, node: Node<'a>, anchor: usize, nodes: usize, height: usize) {
        if anchor > 0 {
            if !self.may_copy(nodes, node.span) {
                return;
            }
            let node = node.clone();
            let anchored = Anchored { node, nodes, height };
            self.anchors.insert(anchor, anchored);
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        parent.height = parent.height.max(height);
        match &mut parent.node.kind {
            Kind::Sequence(items) => items.push(node),
            Kind::Mapping(entries) => match parent.key.take() {
                None => parent.key = Some(node),
                Some(key) => entries.push(Entry { key, value: node }),
            },
            Kind::Scalar { .. } => unreachable!("only collections are opened"),
        }
    }

    fn repeat(&mut self, anchor: usize, span: Span) {
        let Some(anchored) = self.anchors.get(&anchor) else {
            self.findings.report(
                Code::AliasOutside,
                span,
                "this alias stands inside the value that it repeats, or repeats one of another document",
                "write the value out",
            );
            self.given_up = true;
            return;
        };
        let (nodes, height) = (anchored.nodes, anchored.height);
        if !self.may_copy(nodes, span) {
            return;
        }
        let anchored = &self.anchors[&anchor];
        if self.nodes + nodes <= MAX_NODES && self.open.len() + height <= MAX_DEPTH {
            let node = anchored.node.clone();
            self.close(node, 0, nodes, height);
        } else {
            self.nodes += nodes;
            self.check_bounds(span, height);
        }
    }

    /// Counts what is copied; gives the document up where it is too much.
    fn may_copy(&mut self, nodes: usize, span: Span) -> bool {
        let left = self.copies_left.checked_sub(nodes);
        self.copies_left = left.unwrap_or(0);
        if left.is_none() && !self.given_up {
            self.given_up = true;
            let message = "the aliases of this document stand for too many values";
            let hint = "write the values out where they are used, or split the document: one order each";
            self.findings.report(Code::TooComplex, span, message, hint);
        }
        left.is_some()
    }

    fn check_bounds(&mut self, span: Span, height: usize) {
        let message = if self.open.len() + height > MAX_DEPTH {
            format!("the document is nested more than {MAX_DEPTH} levels deep")
        } else if self.nodes > MAX_NODES {
            format!("the document has more than {MAX_NODES} values, with aliases written out")
        } else {
            return;
        };
        self.given_up = true;
        let hint = "split it into several documents, one order each";
        self.findings.report(Code::TooComplex, span, message, hint);
    }

    fn refuse_tag(&self, span: Span) {
        let hint = "remove the tag: what a value is follows from its key";
        self.findings.report(Code::Tag, span, "YAML tags (`!…`) are not used here", hint);
    }
}
