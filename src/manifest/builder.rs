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
/// The most that anchors and aliases may copy, for each byte of the document: one for each key and value, and for each
/// [`BYTES_A_COPY`] of text.
const MAX_COPIES_PER_BYTE: usize = 2;
/// How much text costs as much as a key or a value.
const BYTES_A_COPY: usize = 16;

/// How much there is in a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Size {
    /// Its keys and values, itself included.
    nodes: usize,
    /// The bytes of its texts.
    bytes: usize,
}

impl Size {
    fn plus(self, other: Self) -> Self {
        Self { nodes: self.nodes + other.nodes, bytes: self.bytes + other.bytes }
    }

    fn minus(self, other: Self) -> Self {
        Self { nodes: self.nodes - other.nodes, bytes: self.bytes - other.bytes }
    }

    /// Returns what a copy of it costs.
    fn copies(self) -> usize {
        self.nodes + self.bytes / BYTES_A_COPY
    }
}

/// A collection that is not yet closed.
struct Open<'a> {
    node: Node<'a>,
    key: Option<Node<'a>>,
    anchor: usize,
    before: Size,
    height: usize,
}

/// Puts one document together from events, without recursion.
pub(super) struct Builder<'f, 'a> {
    line: usize,
    findings: &'f Findings,
    open: Vec<Open<'a>>,
    anchors: HashMap<usize, Anchored<'a>>,
    size: Size,
    /// How much may still be copied.
    copies_left: usize,
    /// Whether the document was given up: there is no point in taking more of it.
    pub(super) given_up: bool,
    pub(super) root: Option<Node<'a>>,
}

/// A value that an alias can repeat.
struct Anchored<'a> {
    node: Node<'a>,
    size: Size,
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
            size: Size::default(),
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
                let size = Size { nodes: 1, bytes: text.len() };
                let kind = Kind::Scalar { text, plain };
                self.close(Node { span, kind }, anchor, size, 0);
            }
            Event::SequenceStart(anchor, _) => self.begin(span, Kind::Sequence(Vec::new()), anchor),
            Event::MappingStart(anchor, _) => self.begin(span, Kind::Mapping(Vec::new()), anchor),
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(mut open) = self.open.pop() {
                    if let Kind::Mapping(entries) = &mut open.node.kind {
                        merge::expand(entries, self.findings);
                    }
                    let size = self.size.minus(open.before);
                    self.place(open.node, open.anchor, size, open.height + 1);
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
        self.open.push(Open { node: Node { span, kind }, key: None, anchor, before: self.size, height: 0 });
        self.size.nodes += 1;
        self.check_bounds(span, 0);
    }

    fn close(&mut self, node: Node<'a>, anchor: usize, size: Size, height: usize) {
        self.size = self.size.plus(size);
        self.check_bounds(node.span, height);
        if !self.given_up {
            self.place(node, anchor, size, height);
        }
    }

    /// Puts a whole value where it belongs: under the pending key, in the list, or at the root.
    fn place(&mut self, node: Node<'a>, anchor: usize, size: Size, height: usize) {
        if anchor > 0 {
            if !self.may_copy(size, node.span) {
                return;
            }
            let node = node.clone();
            let anchored = Anchored { node, size, height };
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
        let (size, height) = (anchored.size, anchored.height);
        if !self.may_copy(size, span) {
            return;
        }
        let anchored = &self.anchors[&anchor];
        if self.size.nodes + size.nodes <= MAX_NODES && self.open.len() + height <= MAX_DEPTH {
            let node = anchored.node.clone();
            self.close(node, 0, size, height);
        } else {
            self.size = self.size.plus(size);
            self.check_bounds(span, height);
        }
    }

    /// Counts what is copied; gives the document up where it is too much.
    fn may_copy(&mut self, size: Size, span: Span) -> bool {
        let left = self.copies_left.checked_sub(size.copies());
        self.copies_left = left.unwrap_or(0);
        if left.is_none() && !self.given_up {
            self.given_up = true;
            let message = "the anchors and aliases of this document stand for too much";
            let hint = "write the values out where they are used, or split the document: one order each";
            self.findings.report(Code::TooComplex, span, message, hint);
        }
        left.is_some()
    }

    fn check_bounds(&mut self, span: Span, height: usize) {
        let message = if self.open.len() + height > MAX_DEPTH {
            format!("the document is nested more than {MAX_DEPTH} levels deep")
        } else if self.size.nodes > MAX_NODES {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use saphyr_parser::Parser;

    use super::*;

    /// Counts what is held: every key and value, and the bytes of their texts.
    fn held(node: &Node<'_>) -> Size {
        let own = Size { nodes: 1, bytes: 0 };
        match &node.kind {
            Kind::Scalar { text, .. } => Size { bytes: text.len(), ..own },
            Kind::Sequence(items) => items.iter().map(held).fold(own, Size::plus),
            Kind::Mapping(entries) => {
                let parts = entries.iter().flat_map(|entry| [&entry.key, &entry.value]);
                parts.map(held).fold(own, Size::plus)
            }
        }
    }

    /// Reads a text as far as the builder goes; gives all that it holds at the end, and whether it gave up.
    fn build(text: &str) -> (Size, bool) {
        let findings = Findings::of(&Arc::from("t.yaml"));
        let mut builder = Builder::new(0, text.len(), &findings);
        let mut parser = Parser::new_from_str(text);
        while !builder.given_up
            && let Some(Ok((event, marks))) = parser.next_event()
        {
            if event == Event::StreamEnd {
                break;
            }
            builder.take(event, marks);
        }
        let open = builder.open.iter().flat_map(|open| std::iter::once(&open.node).chain(&open.key));
        let anchored = builder.anchors.values().map(|anchored| &anchored.node);
        let all = open.chain(anchored).chain(&builder.root).map(held).fold(Size::default(), Size::plus);
        (all, builder.given_up)
    }

    fn laughs(first: &str, next: impl Fn(usize) -> String) -> String {
        let lines = (1..40).map(|i| format!("a{i}: &a{i} {}\n", next(i - 1)));
        format!("a0: &a0 {first}\n{}", lines.collect::<String>())
    }

    /// What one line of the text may cost is bounded by its length, whatever it stands for.
    #[test]
    fn no_bomb_holds_more_than_its_own_length_allows() {
        let list = |i| format!("[{}]", vec![format!("*a{i}"); 10].join(", "));
        let mapping = |i| format!("{{ a: *a{i}, b: *a{i}, c: *a{i}, d: *a{i} }}");
        let merge = |i| format!("{{ <<: [{}], k{i}: 1 }}", vec![format!("*a{i}"); 10].join(", "));
        let anchors = |items: usize| {
            let open: String = (0..60).map(|i| format!("&a{i} [")).collect();
            format!("a: {open}{}{}\n", vec!["x"; items].join(", "), "]".repeat(60))
        };
        let keys: Vec<String> = (0..3000).map(|i| format!("k{i}: 1")).collect();
        let long = |quote: &str, aliases: usize| {
            let text = "\\x41".repeat(25_000);
            format!("a: &a {quote}{text}{quote}\nb: [{}]\n", vec!["*a"; aliases].join(", "))
        };
        let bombs = [
            ("lists", laughs("[x, x, x, x, x, x, x, x, x, x]", list)),
            ("mappings", laughs("{ a: 1, b: 1, c: 1, d: 1 }", mapping)),
            ("merge keys", laughs("{ a: 1, b: 1, c: 1, d: 1 }", merge)),
            ("padded", laughs("[x, x, x, x, x, x, x, x, x, x]", list) + "#" + &"x".repeat(200_000)),
            ("nested anchors", anchors(3_000)),
            ("more nested anchors", anchors(100_000)),
            ("one long text", long("\"", 20_000)),
            ("one long plain text", long("", 20_000)),
            (
                "wide merge",
                format!("a: &a {{{}}}\nb: {{<<: [{}]}}", keys.join(", "), vec!["*a"; 9000].join(", ")),
            ),
        ];
        for (name, bomb) in bombs {
            let (held, given_up) = build(&bomb);
            assert!(given_up, "{name} is none");
            // What is written, and what is copied.
            assert!(
                held.nodes <= bomb.len() * (1 + MAX_COPIES_PER_BYTE),
                "{name}: {held:?} of {}",
                bomb.len()
            );
            assert!(held.nodes <= 2 * MAX_NODES + 1, "{name}: {held:?}");
            let most_bytes = bomb.len() + MAX_NODES * BYTES_A_COPY;
            assert!(held.bytes <= most_bytes, "{name}: {held:?} of {}", bomb.len());
        }
    }

    #[test]
    fn what_people_repeat_is_far_below_the_bounds() {
        let line =
            "    - &line\n      offerId: CFQ7TTC0LH18:0001\n      quantity: 5\n      friendlyName: office\n";
        let text = format!("spec:\n  lineItems:\n{line}{}", "    - *line\n".repeat(500));
        let (held, given_up) = build(&text);
        assert!(!given_up);
        assert_eq!(held.nodes, 5 + 501 * 7 + 7);
    }

    #[test]
    fn ten_thousand_anchors_are_nothing_special() {
        let text: String = (0..10_000).map(|i| format!("- &a{i} v\n- *a{i}\n")).collect();
        let (held, given_up) = build(&text);
        assert!(!given_up);
        assert_eq!(held.nodes, 1 + 20_000 + 10_000);
    }
}
