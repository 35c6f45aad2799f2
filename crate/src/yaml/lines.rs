//! A tolerant reader for templates and broken YAML: indentation, `key: value`, `- item`,
//! block scalars. What it does not understand it passes over.

use std::ops::Range;

use super::{Entry, Kind, MAX_DEPTH, Node, Style, Tree};
use crate::search;
use crate::template;

/// Reads what can be read of `text`; never fails.
pub fn read(text: &str) -> Tree {
    let mut reader = Reader { text, lines: lines(text), at: 0 };
    let mut documents = vec![reader.block(0, 0).unwrap_or_else(|| mapping(0..0, Vec::new()))];
    // An excerpt may begin in the middle of a list, and go on with the keys around it.
    while let Some(more) = reader.block(0, 0) {
        documents.push(more);
    }
    Tree { documents, anchors: Vec::new() }
}

/// A line: its indent in columns, the bytes of that indent, and its bytes without indent and line end.
#[derive(Clone)]
struct Line {
    indent: usize,
    lead: usize,
    bytes: Range<usize>,
}

/// YAML forbids tabs as indent; where someone used one, it looks like this many columns.
const TAB: usize = 8;
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

fn lines(text: &str) -> Vec<Line> {
    let mut start = 0;
    let mut found = Vec::new();
    // The quote in which a shell's variable holds these lines.
    let mut open = None;
    // Of bytes: built for size, each step over characters is a call.
    while start < text.len() {
        let raw = &text.as_bytes()[start..];
        let length = search::first(raw, b'\n').map_or(raw.len(), |end| end + 1);
        let whole = raw[..length].trim_ascii_end();
        let (mut skipped, mut end) = (0, whole.len());
        match open {
            None => {
                if let Some((at, quote)) = opened(whole) {
                    (skipped, open) = (at, Some(quote));
                }
            }
            Some(quote) if marks(whole, quote) % 2 == 1 => {
                end -= usize::from(whole.ends_with(&[quote]));
                open = None;
            }
            Some(_) => {}
        }
        let (start_of_line, content) = (start + skipped, without_statement(&whole[skipped..end]));
        let mut lead = 0;
        let (mut tabs, mut mark) = (0, 0);
        while let Some(byte) = content.get(lead) {
            match byte {
                b' ' => lead += 1,
                b'\t' => (lead, tabs) = (lead + 1, tabs + 1),
                _ if content[lead..].starts_with(BYTE_ORDER_MARK) => (lead, mark) = (lead + BYTE_ORDER_MARK.len(), BYTE_ORDER_MARK.len()),
                _ => break,
            }
        }
        // It indents nothing.
        found.push(Line { indent: lead + tabs * (TAB - 1) - mark, lead, bytes: start_of_line + lead..start_of_line + content.len() });
        start += length;
    }
    found
}

/// Where the text begins that a line assigns to a shell's variable, and its quote, which is closed on a later line.
fn opened(line: &[u8]) -> Option<(usize, u8)> {
    let equals = search::first(line, b'=')?;
    let quote = *line.get(equals + 1)?;
    let is_name = line[..equals].trim_ascii_start().iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let text = &line[equals + 2..];
    // A line that a program joins to others, or that holds nothing, is none.
    (equals > 0 && is_name && matches!(quote, b'"' | b'\'') && marks(text, quote) == 0 && text.ends_with(b":"))
        .then_some((equals + 2, quote))
}

/// How often a quote stands in a line, but behind a backslash.
fn marks(line: &[u8], quote: u8) -> usize {
    (0..line.len()).filter(|at| line[*at] == quote && (*at == 0 || line[at - 1] != b'\\')).count()
}

/// A line without the mark of a template at its end that prints nothing: `etcd: {{if stable}}`.
fn without_statement(line: &[u8]) -> &[u8] {
    let begins = |pair: &[u8]| matches!(pair, b"{{" | b"{%" | b"{#" | b"<%" | b"%{");
    let Some(at) = line.windows(2).rposition(begins).filter(|_| line.ends_with(b"}") || line.ends_with(b">")) else { return line };
    let mark = std::str::from_utf8(&line[at..]).unwrap_or("");
    let before = line[..at].trim_ascii_end();
    // What it ends may begin on this line, and be its value.
    if !before.trim_ascii().is_empty() && template::is_statement(mark) && !before.windows(2).any(begins) { before } else { line }
}

struct Reader<'a> {
    text: &'a str,
    lines: Vec<Line>,
    at: usize,
}

impl<'a> Reader<'a> {
    /// A mapping or sequence whose lines are indented by at least `least`.
    fn block(&mut self, least: usize, depth: usize) -> Option<Node> {
        let first = self.peek()?;
        if first.indent < least || depth > MAX_DEPTH {
            return None;
        }
        let (mut indent, mut listed) = (first.indent, false);
        let (mut entries, mut items) = (Vec::new(), Vec::new());
        while let Some(line) = self.peek() {
            let body = self.of(&line);
            let is_item = body.starts_with("- ") || body == "-";
            if entries.is_empty() && items.is_empty() {
                // What stands above the first key or item may be of another language.
                (indent, listed) = (line.indent, is_item);
            }
            if line.indent < least || line.indent < indent {
                break;
            }
            if listed && is_item {
                items.extend(self.item(&line, depth));
            } else if listed && line.indent <= indent {
                break;
            } else if let Some(key) = key_length(body) {
                entries.push(self.entry(&line, key, depth));
            } else {
                self.at += 1;
            }
        }
        let end = self.lines.get(self.at.saturating_sub(1)).map_or(self.text.len(), |line| line.bytes.end);
        let span = first.bytes.start..end.max(first.bytes.start);
        if listed && !entries.is_empty() {
            // Keys below an item that is none, as of a block in a list of an article.
            items.push(mapping(span.clone(), std::mem::take(&mut entries)));
        }
        Some(if listed { node(span, Kind::Sequence { items, flow: false }) } else { mapping(span, entries) })
    }

    /// `- ...`: the rest of the line is read as a line of its own, indented to where it stands.
    fn item(&mut self, line: &Line, depth: usize) -> Option<Node> {
        let rest = self.of(line)[1..].trim_start();
        let skipped = line.bytes.len() - rest.len();
        if rest.is_empty() {
            self.at += 1;
            return self.block(line.indent + 1, depth + 1);
        }
        if key_length(rest).is_none() {
            self.at += 1;
            if matches!(rest, "|" | "|-" | ">" | ">-") {
                return Some(self.literal(line.indent));
            }
            return Some(scalar(self.text, line.bytes.start + skipped..line.bytes.end));
        }
        if let Some(slot) = self.lines.get_mut(self.at) {
            slot.indent = line.indent + skipped;
            slot.bytes.start += skipped;
        }
        self.block(line.indent + 1, depth + 1)
    }

    fn entry(&mut self, line: &Line, key: usize, depth: usize) -> Entry {
        let start = line.bytes.start;
        let name = scalar(self.text, start..start + key);
        let body = self.of(line);
        let rest = body[key..].trim_ascii_start();
        let rest = rest.strip_prefix(':').unwrap_or(rest).trim_ascii_start();
        let value = start + body.len() - rest.len()..line.bytes.end;
        let (indent, begins_block) = (line.indent, matches!(rest.bytes().next(), Some(b'|' | b'>')));
        let empty = rest.is_empty() || rest.starts_with('#') && template::length(rest).is_none();
        self.at += 1;
        let value = if begins_block {
            self.literal(indent)
        } else if empty {
            let nested = self.peek().filter(|next| next.indent > indent || (next.indent == indent && self.of(next).starts_with("- ")));
            nested.and_then(|next| self.block(next.indent, depth + 1)).unwrap_or_else(|| scalar(self.text, start + key..start + key))
        } else {
            scalar(self.text, value)
        };
        Entry { key: name, value }
    }

    /// The lines below that are indented deeper than `indent`, or blank; conditions of a template may stand further out.
    fn literal(&mut self, indent: usize) -> Node {
        let first = self.at;
        let mut at = first;
        while let Some(line) = self.lines.get(at) {
            let body = self.of(line);
            let is_within = body.is_empty() || line.indent > indent;
            if !is_within && !template::is_statement(body) {
                break;
            }
            at += 1;
            if is_within {
                self.at = at;
            }
        }
        let body = &self.lines[first.min(self.at)..self.at];
        let cut = body.iter().filter(|line| !line.bytes.is_empty()).map(|line| line.indent).next().unwrap_or(0);
        let mut text = String::new();
        for line in body {
            let extra = line.indent.saturating_sub(cut).min(line.lead);
            // The blanks at a line's end are part of it.
            let blanks = self.text.as_bytes()[line.bytes.end..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            let end = line.bytes.end + blanks;
            let start = if line.bytes.is_empty() { (line.bytes.start + cut).min(end) } else { line.bytes.start.saturating_sub(extra) };
            text.push_str(self.text.get(start..end).unwrap_or(""));
            text.push('\n');
        }
        let start = body.iter().find(|line| !line.bytes.is_empty()).map_or(0, |line| line.bytes.start);
        let end = body.iter().rfind(|line| !line.bytes.is_empty()).map_or(start, |line| line.bytes.end);
        node(start..end, Kind::Scalar { text, style: Style::Literal })
    }

    /// The next line that is neither blank nor a comment nor a document mark.
    fn peek(&mut self) -> Option<Line> {
        loop {
            let line = self.lines.get(self.at)?.clone();
            let body = self.of(&line);
            if !(body.is_empty()
                || body.starts_with('#')
                || body == "---"
                || ["{{", "{%", "<%", "%{"].iter().any(|mark| body.starts_with(mark)))
            {
                return Some(line);
            }
            self.at += 1;
        }
    }

    fn of(&self, line: &Line) -> &'a str {
        self.text.get(line.bytes.clone()).unwrap_or("")
    }
}

/// Length of the key at the start of a line `key:` or `key: value`.
fn key_length(body: &str) -> Option<usize> {
    let body_bytes = body.as_bytes();
    if let Some(quote) = body_bytes.first().filter(|byte| matches!(byte, b'"' | b'\'')) {
        let end = body_bytes.iter().skip(1).position(|byte| byte == quote)? + 2;
        return body.get(end..)?.trim_start().starts_with(':').then_some(end);
    }
    let word = body_bytes.iter().position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b'<')))?;
    let rest = body.get(word..)?.trim_start();
    let after = rest.strip_prefix(':')?;
    (word > 0 && (after.is_empty() || after.starts_with([' ', '\t']))).then_some(word)
}

/// The scalar in `span`, without a trailing comment; quotes removed from the text, not from the span.
fn scalar(text: &str, span: Range<usize>) -> Node {
    let raw = text.get(span.clone()).unwrap_or("");
    for (quote, style) in [(b'"', Style::Double), (b'\'', Style::Single)] {
        let Some(inner) = raw.as_bytes().strip_prefix(&[quote]) else { continue };
        let Some(end) = search::first(inner, quote) else { continue };
        let kind = Kind::Scalar { text: raw[1..=end].to_owned(), style };
        return node(span.start..span.start + end + 2, kind);
    }
    // Within the quotes of a shell or a program.
    if let Some(inner) = raw.strip_prefix("\\\"").and_then(|rest| rest.strip_suffix("\\\"")) {
        return node(span.start + 1..span.start + raw.len() - 1, Kind::Scalar { text: inner.to_owned(), style: Style::Double });
    }
    let plain = search::find(raw, " #").map_or(raw, |at| &raw[..at]).trim_ascii_end();
    let own = super::without_closing(text, span.start..span.start + plain.len());
    node(own.clone(), Kind::Scalar { text: text[own].to_owned(), style: Style::Plain })
}

fn mapping(span: Range<usize>, entries: Vec<Entry>) -> Node {
    node(span, Kind::Mapping { entries, flow: false })
}

fn node(span: Range<usize>, kind: Kind) -> Node {
    Node { span, anchor: None, tag: None, kind }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_may_be_a_value() {
        for value in ["{% if x %}100{% else %}200{% endif %}", "%{HB}", "#{hb}"] {
            let text = format!("etcd2:\n  beat: {value}\n  wait: 1000\n");
            let tree = read(&text);
            assert_eq!(tree.at(&tree.documents[0], &["etcd2", "beat"]).and_then(Node::text), Some(value));
        }
    }

    #[test]
    fn lines_above_the_first_key_may_be_of_another_language() {
        let tree = read("        text = \"\"\"---\na: 1\nb: 2\n\"\"\"\n");
        assert_eq!(tree.documents[0].entries().len(), 2);
    }

    #[test]
    fn a_byte_order_mark_indents_nothing() {
        let tree = read("\u{feff}a: {{ x }}\nb:\n  c: 1\n");
        assert_eq!(tree.at(&tree.documents[0], &["b", "c"]).and_then(Node::text), Some("1"));
    }

    #[test]
    fn a_statement_at_the_end_of_a_line_is_no_value() {
        let tree = read("coreos: {{if eq .channel \"stable\"}}\n  etcd:\n    election-timeout: 1000{{else}}\n    name: {{.name}}\n");
        let etcd = tree.at(&tree.documents[0], &["coreos", "etcd"]).expect("a section");
        let text = |key| tree.word(etcd, key);
        assert_eq!((text("election-timeout"), text("name")), (Some("1000"), Some("{{.name}}")));
    }

    #[test]
    fn a_comment_of_a_template_is_no_value() {
        for comment in ["{{/* beats */}}", "{{- /* beats */ -}}", "{# beats #}"] {
            let tree = read(&format!("coreos:\n  etcd2: {comment}\n    election-timeout: 1000\n"));
            assert!(tree.at(&tree.documents[0], &["coreos", "etcd2", "election_timeout"]).is_some(), "{comment}");
        }
    }

    #[test]
    fn a_block_of_lines_may_be_an_item_and_hold_conditions() {
        let tree =
            read("command:\n- sh\n- |\n  exec etcd \\\n{{- if .x }}\n    --debug \\\n{{- end }}\n    --name a\n{{ end }}\nenv: []\n");
        let list = tree.get(&tree.documents[0], "command").expect("a list");
        let text = list.items()[1].text().unwrap_or("");
        assert!(text.ends_with("--name a\n") && text.contains("--debug"), "{text}");
        assert!(tree.get(&tree.documents[0], "env").is_some());
    }

    #[test]
    fn what_a_variable_of_a_shell_holds_is_read() {
        let tree = read(
            "if old; then\n  ARGS='    extraArgs:\n      a: \"1\"\n      b: 2'\nelse\n  ARGS=\"    extraArgs:\n    - name: a\n      value: \\\"1\\\"\"\nfi\n",
        );
        let text = |at: usize, path: &[&str]| tree.at(&tree.documents[at], path).and_then(Node::text).map(str::to_owned);
        assert_eq!((text(0, &["extraArgs", "a"]), text(0, &["extraArgs", "b"])), (Some("1".to_owned()), Some("2".to_owned())));
        let item = tree.get(&tree.documents[1], "extraArgs").map(|list| &list.items()[0]);
        assert_eq!(item.and_then(|item| tree.get(item, "value")).and_then(Node::text), Some("1"));
    }

    /// A value ends before what closes a text of Nix, Go or a shell; a quote of its own is its own.
    #[test]
    fn what_closes_the_text_around_it_is_no_value() {
        for (text, value) in [
            ("x.text = ''\n  a: 1\n  b: 2'';\n", "2"),
            ("x := `a: 1\nb: 2`\n", "2"),
            ("y(\"\"\"a: 1\nb: 2\"\"\")\n", "2"),
            ("a: 'x'\nb: 2'\n", "2'"),
            ("# don't\na: \nb: 2'\n", "2'"),
        ] {
            let read = read(text);
            let found = read.documents.iter().find_map(|root| read.get(root, "b"));
            assert_eq!(found.map(|found| &text[found.span.clone()]), Some(value), "{text}");
        }
    }

    #[test]
    fn an_excerpt_may_begin_within_a_list() {
        let tree = read("    - --name={{ .Name }}\n    - --debug\n    env:\n    - name: A\n      value: \"1\"\n");
        assert_eq!((tree.documents[0].items().len(), tree.get(&tree.documents[1], "env").map(|env| env.items().len())), (2, Some(1)));
    }

    #[test]
    fn reads_through_template_marks() {
        let text = "#cloud-config\ncoreos:\n  etcd2:\n    discovery: {{.Url}}\n    election-timeout: 5000 # ms\n  units:\n    - name: a.service\n      command: start\n      {{if .X}}\n    - name: b.service\n      content: |\n        [Service]\n          X=1\n      {{end}}\n";
        let tree = read(text);
        let coreos = tree.at(&tree.documents[0], &["coreos"]).unwrap();
        let value = tree.at(coreos, &["etcd2", "election_timeout"]).unwrap();
        assert_eq!(&text[value.span.clone()], "5000");
        let units = tree.get(coreos, "units").unwrap();
        assert_eq!(units.items().len(), 2);
        assert_eq!(tree.get(&units.items()[1], "content").unwrap().text(), Some("[Service]\n  X=1\n"));
    }

    #[test]
    fn quotes_within_the_quotes_of_a_shell() {
        let text = "FILE=\"\netcd-arg:\n- \\\"election-timeout=2000\\\"\n\"\n";
        let tree = read(text);
        let list = tree.get(&tree.documents[0], "etcd-arg").expect("a list");
        assert_eq!(
            (list.items()[0].text(), &text[list.items()[0].within_quotes()]),
            (Some("election-timeout=2000"), "election-timeout=2000")
        );
    }

    #[test]
    fn tolerates_anything() {
        for text in ["", "\0", ":", "- - - a", "a: |", "\t- x:\n y", "é: ü\n  ö", "'", "\"a", "- "] {
            read(text);
        }
    }
}
