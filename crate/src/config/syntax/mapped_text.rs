//! Text within text, with the map back: a drop-in inside a block scalar, a unit inside a JSON string, a file in a
//! `data:` URL. Each knows where its bytes stand in the document, and how to write more there.

use std::ops::Range;

use crate::config::syntax::words::Word;
use crate::text::{line_start, lines};
use crate::yaml::{Kind, Node, Style};

/// How new text must be written to stand inside.
#[derive(Clone, Debug, PartialEq)]
pub enum Writing {
    /// As it is.
    Verbatim,
    /// Each line behind this indent.
    Indented(String),
    /// With JSON escapes.
    Quoted,
    /// Percent-encoded inside a JSON string.
    Percent,
    /// Not at all: folded over lines, base64 or compressed.
    Sealed,
}

/// A text and where its bytes come from.
#[derive(Clone, Debug)]
pub struct MappedText {
    /// The text.
    pub text: String,
    /// How it is embedded.
    pub writing: Writing,
    pieces: Vec<Piece>,
    whole: Range<usize>,
}

/// `inner` bytes of the text come from `outer` bytes of the document; equally long pieces are copies.
#[derive(Clone, Debug)]
struct Piece {
    inner: Range<usize>,
    outer: Range<usize>,
}

impl MappedText {
    /// The document itself.
    pub fn document(text: &str) -> Self {
        MappedText::verbatim(text, 0..text.len())
    }

    /// Whether it is the document itself.
    pub fn is_document(&self) -> bool {
        self.writing == Writing::Verbatim && self.whole.start == 0 && self.whole.end == self.text.len()
    }

    fn verbatim(text: &str, outer: Range<usize>) -> Self {
        let text = text.get(outer.clone()).unwrap_or("").to_owned();
        MappedText { pieces: vec![Piece { inner: 0..text.len(), outer: outer.clone() }], text, writing: Writing::Verbatim, whole: outer }
    }

    fn sealed(text: String, whole: Range<usize>) -> Self {
        MappedText { text, writing: Writing::Sealed, pieces: Vec::new(), whole }
    }

    /// What it holds packed; of that single bytes cannot be traced.
    pub fn unpacked(&self, bytes: Vec<u8>) -> Option<Self> {
        Some(MappedText::sealed(String::from_utf8(bytes).ok()?, self.whole.clone()))
    }

    /// A stretch of it.
    pub fn part(&self, range: Range<usize>) -> Self {
        self.within(MappedText::verbatim(&self.text, range))
    }

    /// A word of a command that stands in it, from byte `from` on.
    pub fn word(&self, word: &Word, from: usize) -> Self {
        let (mut pieces, text) = (Vec::<Piece>::new(), word.text[from..].to_owned());
        for at in 0..text.len() {
            let outer = word.span_from(from + at).start;
            match pieces.last_mut().filter(|piece| piece.outer.end == outer) {
                Some(piece) => (piece.inner.end, piece.outer.end) = (at + 1, outer + 1),
                None => pieces.push(Piece { inner: at..at + 1, outer: outer..outer + 1 }),
            }
        }
        // Where a quote is left within it, or one escaped, nothing is added to it.
        let writing = if pieces.len() > 1 { Writing::Sealed } else { Writing::Verbatim };
        self.within(MappedText { text, writing, pieces, whole: word.span_from(from) })
    }

    /// The text of a scalar that stands in it.
    pub fn scalar(&self, node: &Node) -> Option<Self> {
        MappedText::of_scalar(&self.text, node).map(|inner| self.within(inner))
    }

    /// A text that stands in this one, traced through both.
    fn within(&self, inner: MappedText) -> Self {
        if self.is_document() {
            return inner;
        }
        let mut pieces = Vec::new();
        for Piece { inner, outer } in inner.pieces {
            if inner.len() != outer.len() {
                pieces.extend(self.outer(outer).map(|outer| Piece { inner, outer }));
                continue;
            }
            // A copy, cut where the pieces of this text end.
            let first = self.pieces.partition_point(|own| own.inner.end <= outer.start);
            for own in self.pieces[first..].iter().take_while(|own| own.inner.start < outer.end) {
                let cut = own.inner.start.max(outer.start)..own.inner.end.min(outer.end);
                let to = |at: usize| inner.start + at - outer.start;
                pieces.extend(self.outer(cut.clone()).map(|outer| Piece { inner: to(cut.start)..to(cut.end), outer }));
            }
        }
        let writing = match (&self.writing, inner.writing) {
            (outer, Writing::Verbatim) => outer.clone(),
            (Writing::Verbatim, writing) => writing,
            (Writing::Indented(outer), Writing::Indented(indent)) => Writing::Indented(format!("{outer}{indent}")),
            _ => Writing::Sealed,
        };
        MappedText { text: inner.text, writing, pieces, whole: self.place(inner.whole) }
    }

    /// The text of a scalar of `document`.
    pub fn of_scalar(document: &str, node: &Node) -> Option<Self> {
        let Kind::Scalar { text, style } = &node.kind else { return None };
        let made = match style {
            Style::Plain | Style::Single => {
                let quote = usize::from(*style == Style::Single);
                let span = node.span.start + quote..node.span.end.saturating_sub(quote).max(node.span.start + quote);
                Some(MappedText::verbatim(document, span))
            }
            Style::Double => unescaped(document, node.span.start + 1..node.span.end.saturating_sub(1)),
            Style::Literal => Some(literal(document, node.span.clone())),
            Style::Folded => None,
        };
        let same = |inner: &MappedText| inner.text.trim_end() == text.trim_end();
        let span = node.span.clone();
        Some(made.filter(same).or_else(|| folded(document, span.clone(), text)).unwrap_or_else(|| MappedText::sealed(text.clone(), span)))
    }

    /// Percent decoding on top of a text that is itself embedded (`data:,...`), from byte `from` on.
    pub fn percent_decoded(&self, from: usize) -> Self {
        let bytes = self.text.as_bytes();
        let (mut decoded, mut pieces, mut at) = (Vec::new(), Vec::new(), from);
        while let Some(byte) = bytes.get(at) {
            let hex = self.text.get(at + 1..at + 3).filter(|_| *byte == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
            let length = if hex.is_some() { 3 } else { 1 };
            if let Some(outer) = self.outer(at..at + length) {
                pieces.push(Piece { inner: decoded.len()..decoded.len() + 1, outer });
            }
            decoded.push(hex.unwrap_or(*byte));
            at += length;
        }
        let text = String::from_utf8_lossy(&decoded).into_owned();
        if text.len() != decoded.len() {
            return MappedText::sealed(text, self.whole.clone());
        }
        MappedText {
            text,
            writing: if self.writing == Writing::Quoted { Writing::Percent } else { Writing::Sealed },
            pieces,
            whole: self.whole.clone(),
        }
    }

    /// Where `range` of the text stands in the document; the whole scalar where that cannot be told.
    pub fn place(&self, range: Range<usize>) -> Range<usize> {
        self.outer(range).unwrap_or(self.whole.clone())
    }

    /// Where `range` of the text stands in the document, exactly.
    pub fn outer(&self, range: Range<usize>) -> Option<Range<usize>> {
        if range.is_empty() {
            let at = self.start_of(range.start).or_else(|| self.end_of(range.start))?;
            return Some(at..at);
        }
        let span = self.start_of(range.start)?..self.end_of(range.end)?;
        (span.start <= span.end).then_some(span)
    }

    fn start_of(&self, at: usize) -> Option<usize> {
        let index = self.pieces.partition_point(|piece| piece.inner.end <= at);
        let piece = self.pieces.get(index).filter(|piece| piece.inner.start <= at)?;
        if piece.inner.start == at {
            return Some(piece.outer.start);
        }
        (piece.inner.len() == piece.outer.len()).then(|| piece.outer.start + at - piece.inner.start)
    }

    fn end_of(&self, at: usize) -> Option<usize> {
        let index = self.pieces.partition_point(|piece| piece.inner.end < at);
        let piece = self.pieces.get(index).filter(|piece| piece.inner.start < at || at == 0)?;
        if piece.inner.end == at {
            return Some(piece.outer.end);
        }
        (piece.inner.len() == piece.outer.len()).then(|| piece.outer.start + at - piece.inner.start)
    }

    /// `text` as it must be written inside, with the line end of the document; `None` where nothing can be written.
    pub fn encode(&self, text: &str, line_end: &str) -> Option<String> {
        Some(match &self.writing {
            Writing::Verbatim => text.replace('\n', line_end),
            Writing::Indented(indent) => text.replace('\n', &format!("{line_end}{indent}")),
            Writing::Quoted => text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"),
            Writing::Percent => text.bytes().map(percent).collect(),
            Writing::Sealed => return None,
        })
    }
}

fn percent(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'/' | b':') {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

/// A literal block: its lines without the indent of the first.
fn literal(document: &str, span: Range<usize>) -> MappedText {
    let line_start = line_start(document, span.start.min(document.len()));
    let indent = document.get(line_start..span.start).unwrap_or("").to_owned();
    let body = document.get(line_start..span.end).unwrap_or("");
    let (mut text, mut pieces) = (String::new(), Vec::new());
    for (at, raw) in lines(body) {
        let at = line_start + at;
        let cut = if raw.starts_with(&indent) { indent.len() } else { raw.len() - raw.trim_start_matches(' ').len() };
        let content = raw[cut..].trim_end_matches(['\n', '\r']);
        let start = text.len();
        text.push_str(content);
        pieces.push(Piece { inner: start..text.len(), outer: at + cut..at + cut + content.len() });
        if raw.ends_with('\n') {
            text.push('\n');
            pieces.push(Piece { inner: text.len() - 1..text.len(), outer: at + cut + content.len()..at + raw.len() });
        }
    }
    pieces.retain(|piece| !piece.inner.is_empty());
    MappedText { text, writing: Writing::Indented(indent), pieces, whole: span }
}

/// A text that goes over lines which its reader joins, in a folded block or without one: its words stand in the document as
/// they are, and blanks between them.
fn folded(document: &str, span: Range<usize>, text: &str) -> Option<MappedText> {
    let raw = document.get(..span.end)?;
    let quote = raw[span.start..].starts_with(['"', '\'']);
    let (mut pieces, mut inner, mut outer) = (Vec::new(), 0, span.start + usize::from(quote));
    while inner < text.len() {
        let blank = text.len() - text[inner..].trim_start().len() - inner;
        let blanks = raw[outer..].len() - raw[outer..].trim_start().len();
        if blank > 0 {
            pieces.push(Piece { inner: inner..inner + blank, outer: outer..outer + blanks });
        }
        (inner, outer) = (inner + blank, outer + blanks);
        let word = text[inner..].split(char::is_whitespace).next()?;
        if !raw[outer..].starts_with(word) {
            return None;
        }
        if !word.is_empty() {
            pieces.push(Piece { inner: inner..inner + word.len(), outer: outer..outer + word.len() });
        }
        (inner, outer) = (inner + word.len(), outer + word.len());
    }
    Some(MappedText { text: text.to_owned(), writing: Writing::Sealed, pieces, whole: span })
}

/// The text of a double-quoted scalar on one line, with JSON's escapes.
fn unescaped(document: &str, span: Range<usize>) -> Option<MappedText> {
    let raw = document.get(span.clone())?;
    let (mut text, mut pieces) = (String::new(), Vec::new());
    let mut at = 0;
    while let Some(symbol) = raw[at..].chars().next() {
        let (decoded, length) = if symbol == '\\' { escape(&raw[at..])? } else { (symbol, symbol.len_utf8()) };
        let start = text.len();
        text.push(decoded);
        pieces.push(Piece { inner: start..text.len(), outer: span.start + at..span.start + at + length });
        at += length;
    }
    Some(MappedText { text, writing: Writing::Quoted, pieces, whole: span.start - 1..span.end + 1 })
}

fn escape(raw: &str) -> Option<(char, usize)> {
    let letter = raw.get(1..)?.chars().next()?;
    Some(match letter {
        'n' => ('\n', 2),
        't' => ('\t', 2),
        'r' => ('\r', 2),
        'b' => ('\u{8}', 2),
        'f' => ('\u{c}', 2),
        'u' => (char::from_u32(u32::from_str_radix(raw.get(2..6)?, 16).ok()?)?, 6),
        '"' | '\\' | '/' | ' ' => (letter, 2),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    #[test]
    fn literal_bytes_are_traced() {
        let text = "content: |\r\n    [Service]\r\n\r\n    A=1\r\nx: 1\r\n";
        let tree = yaml::read(text).unwrap();
        let inner = MappedText::of_scalar(text, tree.get(&tree.documents[0], "content").unwrap()).unwrap();
        let at = inner.text.find("A=1").unwrap();
        assert_eq!(&text[inner.outer(at + 2..at + 3).unwrap()], "1");
        assert_eq!(inner.encode("a\nb", "\r\n").unwrap(), "a\r\n    b");
    }

    #[test]
    fn json_and_data_urls_are_traced() {
        let text = r#"{"a": "[S]\nX=\u0041%31b", "s": "data:,X%3D500%0A"}"#;
        let tree = yaml::read(text).unwrap();
        let root = &tree.documents[0];
        let inner = MappedText::of_scalar(text, tree.get(root, "a").unwrap()).unwrap();
        assert_eq!(inner.text, "[S]\nX=A%31b");
        assert_eq!(&text[inner.outer(6..7).unwrap()], "\\u0041");
        let url = MappedText::of_scalar(text, tree.get(root, "s").unwrap()).unwrap().percent_decoded(6);
        assert_eq!(url.text, "X=500\n");
        assert_eq!(&text[url.outer(2..5).unwrap()], "500");
        assert_eq!(url.encode("A=\"1\"", "\n").unwrap(), "A%3D%221%22");
    }
}
