//! YAML with positions: a tree whose every node knows its bytes.
//!
//! This is the only place that names a YAML parser. `granit-parser` gives events with byte
//! ranges and caps the nesting; the tree is built without recursion, aliases are kept as
//! references, so neither deep nor self-multiplying input costs more than its own length.

mod lines;

use std::ops::Range;

use granit_parser::{Event, Options, Parser, ScalarStyle, StructureStyle};

use crate::search;
use crate::template;
use crate::text::{LineIndex, floor, line_start, offset};

pub use lines::read as read_tolerantly;

/// Deeper nesting is refused: no configuration needs it.
pub const MAX_DEPTH: usize = 64;

/// More values than this are not read strictly: 16 KiB of configuration hold some 3000, and each takes the
/// parser a few microseconds in a browser.
const MOST_NODES: usize = 20_000;

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'...'`
    Single,
    /// `"..."`
    Double,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// One node with its bytes. The span of a scalar covers its quotes; that of a mapping or
/// sequence runs from its first to its last child, or over its brackets.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Bytes in the document.
    pub span: Range<usize>,
    /// An anchor stands on it.
    pub anchor: Option<usize>,
    /// Its tag, e.g. `int` for `!!int`.
    pub tag: Option<String>,
    /// What it is.
    pub kind: Kind,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A value, decoded.
    Scalar {
        /// Without quotes and escapes.
        text: String,
        /// As written.
        style: Style,
    },
    /// A list.
    Sequence {
        /// Its items.
        items: Vec<Node>,
        /// In brackets.
        flow: bool,
    },
    /// Keys and values, in order, duplicates kept.
    Mapping {
        /// Its entries.
        entries: Vec<Entry>,
        /// In braces.
        flow: bool,
    },
    /// `*name`, with the number of its anchor.
    Alias(usize),
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Node,
    /// The value.
    pub value: Node,
}

impl Entry {
    /// The key as written, where it is a scalar.
    pub fn name(&self) -> &str {
        self.key.text().unwrap_or("")
    }
}

impl Node {
    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The bytes of a scalar without its quotes.
    pub fn within_quotes(&self) -> Range<usize> {
        let quote = usize::from(matches!(self.kind, Kind::Scalar { style: Style::Single | Style::Double, .. }));
        let start = self.span.start + quote;
        start..self.span.end.saturating_sub(quote).max(start)
    }

    /// The entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Mapping { entries, .. } => entries,
            _ => &[],
        }
    }

    /// The items of a sequence; none for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::Sequence { items, .. } => items,
            _ => &[],
        }
    }

    /// An empty value: nothing, `~` or `null`, unquoted.
    pub fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { text, style: Style::Plain } if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// A mapping or sequence in brackets.
    pub fn is_flow(&self) -> bool {
        matches!(self.kind, Kind::Mapping { flow: true, .. } | Kind::Sequence { flow: true, .. })
    }
}

/// A text as YAML: its documents, and what the anchors stand for.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// The roots, one per document.
    pub documents: Vec<Node>,
    anchors: Vec<(usize, Node)>,
}

impl Tree {
    /// The node itself, or what it is an alias of.
    pub fn resolve<'a>(&'a self, node: &'a Node) -> &'a Node {
        let mut node = node;
        for _ in 0..4 {
            let Kind::Alias(id) = node.kind else { return node };
            let Some((_, target)) = self.anchors.iter().find(|(anchor, _)| *anchor == id) else { return node };
            node = target;
        }
        node
    }

    /// All values that `map` holds for a key, in order: those of `<<` merges first, since a key
    /// of the mapping itself wins over them. `-` and `_` are one.
    pub fn all<'a>(&'a self, map: &'a Node, key: &str) -> Vec<&'a Entry> {
        let map = self.resolve(map);
        let mut found = Vec::new();
        self.each_merged(map, &mut |entry| found.extend(Some(entry).filter(|entry| same_key(entry.name(), key))));
        found.reverse();
        found.extend(map.entries().iter().filter(|entry| same_key(entry.name(), key)));
        found
    }

    /// The entries that `<<` brings into a mapping, where neither it nor a stronger one has the key.
    pub fn merged<'a>(&'a self, map: &'a Node) -> Vec<&'a Entry> {
        let map = self.resolve(map);
        let mut found: Vec<&Entry> = Vec::new();
        self.each_merged(map, &mut |entry| {
            let has = |other: &Entry| same_key(other.name(), entry.name());
            if !found.iter().any(|other| has(other)) && !map.entries().iter().any(has) {
                found.push(entry);
            }
        });
        found.reverse();
        found
    }

    /// Looks at what `<<` brings, the strongest first: of one mapping, or of a list of them, of which an earlier one wins
    /// (yaml.org/type/merge.html). They may merge others, an anchor even itself, so no more than these are looked at.
    fn each_merged<'a>(&'a self, map: &'a Node, look: &mut dyn FnMut(&'a Entry)) {
        const MOST: usize = 20;
        const MOST_ENTRIES: usize = 200;
        let (mut level, mut looked_at) = (vec![map], 0);
        for step in 0..MOST {
            let Some(node) = level.pop() else { break };
            let own = self.resolve(node).entries();
            let merged = own.iter().rev().filter(|entry| step > 0 && entry.name() != "<<");
            for entry in merged.take(MOST_ENTRIES - looked_at) {
                looked_at += 1;
                look(entry);
            }
            for merge in own.iter().filter(|entry| entry.name() == "<<").map(|entry| self.resolve(&entry.value)) {
                let sources = if merge.items().is_empty() { std::slice::from_ref(merge) } else { merge.items() };
                level.extend(sources.iter().take(MOST).rev());
            }
        }
    }

    /// The value that acts for a key: the last one, alias resolved.
    pub fn get<'a>(&'a self, map: &'a Node, key: &str) -> Option<&'a Node> {
        self.all(map, key).last().map(|entry| self.resolve(&entry.value))
    }

    /// Its text.
    pub fn word<'a>(&'a self, map: &'a Node, key: &str) -> Option<&'a str> {
        self.get(map, key).and_then(Node::text)
    }

    /// The items of the list at the end of a path of keys.
    pub fn list<'a>(&'a self, root: &'a Node, path: &[&str]) -> &'a [Node] {
        self.at(root, path).map_or(&[], Node::items)
    }

    /// The value at the end of a path of keys.
    pub fn at<'a>(&'a self, root: &'a Node, path: &[&str]) -> Option<&'a Node> {
        path.iter().try_fold(self.resolve(root), |node, key| self.get(node, key))
    }
}

/// Whether two keys are one after `-` has become `_`.
/// coreos/coreos-cloudinit@v1.14.0:config/config.go:65-72.
pub fn same_key(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).all(|(a, b)| a == b || matches!((a, b), (b'-', b'_') | (b'_', b'-')))
}

/// Why a text is no YAML, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlError {
    /// Byte offset.
    pub offset: usize,
    /// What the parser missed.
    pub message: String,
    /// It may be YAML, only more of it than is read.
    pub too_much: bool,
}

impl YamlError {
    /// A sentence with line and column.
    pub fn sentence(&self, text: &str) -> String {
        let lines = LineIndex::new(text);
        let (line, column) = lines.position(text, self.offset.min(text.len()));
        let letters = search::find(text, "\u{a0}").map(|at| {
            let (line, _) = lines.position(text, at);
            format!(" From line {line} on it holds spaces that YAML takes for letters (U+00A0), as they come from a web page or a word processor; make them spaces.")
        });
        format!("Not valid YAML at line {line}, column {column}: {}.{}", self.message.trim_end_matches('.'), letters.unwrap_or_default())
    }
}

/// About how many events a parser would give: two for each `: ` and for each `:` at the end of a line.
fn estimated_nodes(text: &str) -> usize {
    let (mut rest, mut colons) = (text.as_bytes(), 0);
    while let Some(at) = search::first(rest, b':') {
        rest = &rest[at + 1..];
        colons += usize::from(matches!(rest.first(), Some(b' ' | b'\n' | b'\r')));
    }
    2 * colons
}

/// Reads `text` strictly.
pub fn read(text: &str) -> Result<Tree, YamlError> {
    if estimated_nodes(text) > MOST_NODES {
        return Err(too_much(0));
    }
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.flow_nesting_limit = MAX_DEPTH;
    options.block_nesting_limit = MAX_DEPTH;
    let mut builder = Builder { text, ..Builder::default() };
    for step in Parser::new_from_str_with_options(text, options) {
        let (event, span) = step.map_err(|error| {
            let offset = floor(text, error.marker().byte_offset().unwrap_or(0));
            let message = error.info();
            let told = |offset, message: &str| YamlError { offset, message: message.to_owned(), too_much: false };
            match (opened_above(text, offset), joined_above(text, offset)) {
                (Some(at), _) if search::has(&message, "trailing content") => told(at, "unclosed quote"),
                (_, Some(at)) if search::has(&message, "mapping values") => told(at, "no space after the colon"),
                _ => told(offset, &message),
            }
        })?;
        let range = span.byte_range().unwrap_or(0..0);
        builder.take(event, floor(text, range.start)..floor(text, range.end))?;
    }
    Ok(builder.tree)
}

/// What Ruby fills in where YAML sees a comment and no value: `beat: #{x}`.
fn filled_by_ruby(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text[at..].lines().next()?;
    let mark = rest.trim_start_matches([':', ' ', '\t']);
    let start = at + rest.len() - mark.len();
    let length = template::length(mark).filter(|_| mark.starts_with("#{") && start > at)?;
    Some(start..start + length)
}

/// Where the quoted value begins that ends before this byte, if that is on a line further up: its own end is missing there, and
/// the next quote of the text was taken for it.
fn opened_above(text: &str, offset: usize) -> Option<usize> {
    let before = text[..offset].trim_end();
    let quote = before.chars().next_back().filter(|last| matches!(last, '"' | '\''))?;
    let (before, _) = before.split_at(before.len() - 1);
    let open = before.rfind(quote)?;
    before[open..].contains('\n').then_some(open)
}

/// What stands behind the colon of a key on the line above, if no space is between them: both lines are one value then.
fn joined_above(text: &str, at: usize) -> Option<usize> {
    let above = text[..line_start(text, at)].lines().next_back()?;
    let (key, value) = above.split_once(':')?;
    let is_key = key.trim_start().bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let joined = is_key && value.starts_with(|first: char| first.is_ascii_alphanumeric()) && !search::has(value, ": ");
    joined.then(|| offset(text, value))
}

fn too_much(offset: usize) -> YamlError {
    YamlError { offset, message: format!("more than {MOST_NODES} values"), too_much: true }
}

/// Collections that are still open, innermost last.
#[derive(Default)]
struct Builder<'a> {
    text: &'a str,
    tree: Tree,
    open: Vec<Open>,
    nodes: usize,
}

struct Open {
    node: Node,
    key: Option<Node>,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: Range<usize>) -> Result<(), YamlError> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err(too_much(span.start));
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                // An absent value comes as "~" without bytes.
                let absent = span.is_empty() && style == ScalarStyle::Plain;
                let (text, span) = match filled_by_ruby(self.text, span.start).filter(|_| absent) {
                    Some(mark) => (self.text[mark.clone()].to_owned(), mark),
                    None if absent => (String::new(), span),
                    None if style == ScalarStyle::Plain => {
                        let own = without_closing(self.text, span.clone());
                        let cut = text.len().saturating_sub(span.len() - own.len());
                        (text.get(..cut).unwrap_or(&text).to_owned(), own)
                    }
                    None => (text.into_owned(), span),
                };
                let tag = tag.map(|tag| tag.suffix().to_owned());
                self.add(node(span, anchor, tag, Kind::Scalar { text, style: style_of(style) }));
            }
            Event::Alias(id) => self.add(node(span, 0, None, Kind::Alias(id))),
            Event::SequenceStart(style, anchor, _) => {
                self.begin(node(span, anchor, None, Kind::Sequence { items: Vec::new(), flow: style == StructureStyle::Flow }))?;
            }
            Event::MappingStart(style, anchor, _) => {
                self.begin(node(span, anchor, None, Kind::Mapping { entries: Vec::new(), flow: style == StructureStyle::Flow }))?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.finish(span.end),
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, node: Node) -> Result<(), YamlError> {
        if self.open.len() >= MAX_DEPTH {
            return Err(YamlError { offset: node.span.start, message: format!("nested deeper than {MAX_DEPTH} levels"), too_much: false });
        }
        self.open.push(Open { node, key: None });
        Ok(())
    }

    fn finish(&mut self, end: usize) {
        let Some(mut open) = self.open.pop() else { return };
        // A block collection's end event stands at the next token; its own end is its last child's.
        let last = match &open.node.kind {
            Kind::Sequence { items, flow: false } => items.last().map(|item| item.span.end),
            Kind::Mapping { entries, flow: false } => entries.last().map(|entry| entry.value.span.end),
            _ => Some(end),
        };
        open.node.span.end = last.unwrap_or(end);
        if is_template_mark(&open.node) {
            let text = self.text.get(open.node.span.clone()).unwrap_or("").to_owned();
            open.node.kind = Kind::Scalar { text, style: Style::Plain };
        }
        self.add(open.node);
    }

    fn add(&mut self, node: Node) {
        if let Some(id) = node.anchor {
            self.tree.anchors.push((id, node.clone()));
        }
        let Some(open) = self.open.last_mut() else {
            self.tree.documents.push(node);
            return;
        };
        match &mut open.node.kind {
            Kind::Sequence { items, .. } => items.push(node),
            Kind::Mapping { entries, .. } => match open.key.take() {
                None => open.key = Some(node),
                Some(key) => entries.push(Entry { key, value: node }),
            },
            _ => {}
        }
    }
}

/// `{{ x }}`: to YAML a mapping whose key is a mapping, to everyone who writes it what a template fills in.
fn is_template_mark(node: &Node) -> bool {
    let Kind::Mapping { entries, flow: true } = &node.kind else { return false };
    let [only] = entries.as_slice() else { return false };
    // Mustache has three braces, within which two are one.
    let is_mark = matches!(only.key.kind, Kind::Mapping { flow: true, .. }) || only.key.text().is_some_and(template::begins);
    is_mark && only.key.span.start == node.span.start + 1
}

/// A plain scalar without what closes the text that it ends, as that of a shell or of Nix: `CONF='name: a`, a line further
/// `heartbeat-interval: 200'`.
fn without_closing(text: &str, span: Range<usize>) -> Range<usize> {
    let bytes = text.as_bytes();
    let before = |end: usize| bytes[..end].last().copied().unwrap_or(b'\n');
    let mut end = span.end;
    while matches!(before(end), b';' | b',' | b')') {
        end -= 1;
    }
    let quote = before(end);
    if end <= span.start || !matches!(quote, b'"' | b'\'' | b'`') {
        return span;
    }
    while before(end) == quote {
        end -= 1;
    }
    let Some(open) = bytes[..span.start].iter().rposition(|byte| *byte == quote) else { return span };
    let mut head = open;
    while before(head) == quote {
        head -= 1;
    }
    // One that closes stands behind a word, and one of the scalar's own within it.
    let opens = matches!(before(head), b'=' | b'(' | b' ' | b',' | b'\n' | b'"' | b'\'');
    let around = end > span.start && search::first(&bytes[span.start..end], quote).is_none();
    if opens && around && search::first(&bytes[open..span.start], b'\n').is_some() { span.start..end } else { span }
}

fn node(span: Range<usize>, anchor: usize, tag: Option<String>, kind: Kind) -> Node {
    Node { span, anchor: (anchor != 0).then_some(anchor), tag, kind }
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_cover_the_written_bytes() {
        let text = "\u{feff}#cloud-config\r\ncoreos:\r\n  etcd2: {a: 1, \"b\": 'x'}\r\n  fleet:\r\n  c: 2 # two\r\n";
        let tree = read(text).unwrap();
        let coreos = tree.at(&tree.documents[0], &["coreos"]).unwrap();
        let b = tree.at(coreos, &["etcd2", "b"]).unwrap();
        assert_eq!((&text[b.span.clone()], b.text()), ("'x'", Some("x")));
        assert!(tree.get(coreos, "fleet").unwrap().is_null());
        assert_eq!(&text[tree.get(coreos, "c").unwrap().span.clone()], "2");
    }

    #[test]
    fn aliases_and_merges_are_followed() {
        let tree = read("base: &b {x: 1, y: 2}\nmine:\n  <<: *b\n  y: 3\nother: *b\n").unwrap();
        let root = &tree.documents[0];
        assert_eq!(tree.at(root, &["mine", "x"]).unwrap().text(), Some("1"));
        assert_eq!(tree.at(root, &["mine", "y"]).unwrap().text(), Some("3"));
        assert_eq!(tree.at(root, &["other", "y"]).unwrap().text(), Some("2"));
    }

    #[test]
    fn of_merged_mappings_the_first_wins_and_each_may_merge_others() {
        let tree =
            read("a: &a {x: 1, y: 1}\nb: &b\n  <<: *a\n  y: 2\nc: &c {x: 3, z: 3}\nmine:\n  <<: [*b, *c]\nself: &s\n  <<: *s\n  x: 4\n")
                .unwrap();
        let root = &tree.documents[0];
        let text = |path: [&str; 2]| tree.at(root, &path).and_then(Node::text);
        assert_eq!([text(["mine", "x"]), text(["mine", "y"]), text(["mine", "z"])], [Some("1"), Some("2"), Some("3")]);
        assert_eq!(text(["self", "x"]), Some("4"));
    }

    #[test]
    fn a_mark_of_a_template_is_its_text() {
        let tree = read("a: {{ x | default(100) }}\nb: { {c: 1}: 2 }\n").unwrap();
        let value = |key| tree.get(&tree.documents[0], key).unwrap();
        assert_eq!(value("a").text(), Some("{{ x | default(100) }}"));
        assert_eq!(value("b").text(), None);
        let three = read("a: {{{x.y}}}\n").unwrap();
        assert_eq!(three.get(&three.documents[0], "a").and_then(Node::text), Some("{{{x.y}}}"));
    }

    #[test]
    fn what_ruby_fills_in_is_no_comment() {
        let tree = read("a: #{x * 2} # y\nb: #x\nc: # {x}\nd: 1 #{x}\n").unwrap();
        let text = |key| tree.get(&tree.documents[0], key).and_then(Node::text);
        assert_eq!(["a", "b", "c", "d"].map(text), ["#{x * 2}", "", "", "1"].map(Some));
    }

    #[test]
    fn an_error_says_line_and_column() {
        let text = "coreos:\n  etcd2:\n   a: 1\n  b\n";
        let sentence = read(text).unwrap_err().sentence(text);
        assert!(sentence.starts_with("Not valid YAML at line ") && !sentence.contains("U+00A0"), "{sentence}");
        let pasted = "coreos:\n  etcd2:\n \u{a0} \u{a0}a: 1\n  b: 2\n";
        let sentence = read(pasted).unwrap_err().sentence(pasted);
        assert!(sentence.contains("From line 3 on it holds spaces that YAML takes for letters"), "{sentence}");
    }

    #[test]
    fn a_quote_that_is_not_closed_is_named_where_it_opens() {
        let line = |text: &str| read(text).map_err(|error| text[..error.offset].lines().count()).unwrap_err();
        assert_eq!(line("a: 1\nb: \"core\nc: 2\nd: \"x\"\n"), 2);
        assert_eq!(line("a: 1\nb: 'core\nc: 2\nd: 'x'\n"), 2);
        assert_eq!(line("a: 1\nb: \"core\" x\n"), 2);
        assert_eq!(line("a: 'x\n  y' z\nb: 1\n"), 1);
        assert_eq!(line("a:\n  beat:300\n  wait: 3000\n"), 2);
        assert_eq!(line("a:\n  beat: 300\n   wait: 3000\n"), 3);
    }

    #[test]
    fn hostile_input_ends_soon() {
        let bomb: String =
            (1..60).fold("a0: &a0 [x, x]\n".to_owned(), |text, at| text + &format!("a{at}: &a{at} [*a{0}, *a{0}, *a{0}]\n", at - 1));
        let deep: String = (0..10_000).map(|depth| format!("{}k:\n", " ".repeat(depth.min(200)))).collect();
        for text in ["[".repeat(100_000), bomb, deep, "a: \0\n".repeat(1000), "- ".repeat(20_000)] {
            let _ = read(&text);
            let _ = read_tolerantly(&text);
        }
    }
}
