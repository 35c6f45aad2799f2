//! Byte ranges in a document, and the lines and columns people see.
//!
//! Inside the engine a place is always a byte range. Line and UTF-16 column are made
//! at the edge, because browsers count UTF-16 units and files are made of bytes.

use crate::search;
use crate::utf16::Utf16;

use std::borrow::Cow;
use std::ops::Range;

/// A half-open byte range in one document. 64 bits wide, since a dropped journal may be
/// larger than a 32-bit address space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
}

impl Span {
    /// The range `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        Span { start: start as u64, end: end as u64 }
    }

    /// The range as an index into the document's text.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The bytes of `text` that this span covers.
    pub fn of(self, text: &str) -> &str {
        &text[self.range()]
    }
}

/// Bytes as text: UTF-8, or UTF-16 where its beginning says so. What is no text becomes U+FFFD,
/// so nothing of the rest is lost.
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match Utf16::of(bytes) {
        Some((mut utf16, mark)) => {
            let text = utf16.text(&bytes[mark..]);
            Cow::Owned(text + utf16.end())
        }
        None => String::from_utf8_lossy(bytes),
    }
}

/// What editors may put in front of a text; no part of it.
pub const BYTE_ORDER_MARK: char = '\u{feff}';

/// Which document of the input: its index.
pub type DocumentId = usize;

/// A byte range in a given document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Index of the document in the input.
    pub document: DocumentId,
    /// Where in it.
    pub span: Span,
}

/// Finds the line and the UTF-16 column of a byte offset.
pub struct LineIndex {
    starts: Vec<usize>,
    /// Before each step of so many bytes, the UTF-16 units so far: a text may be one line, and many places of it asked for.
    units: Vec<usize>,
}

const STEP: usize = 1024;

impl LineIndex {
    /// Reads the line starts of `text` once.
    pub fn new(text: &str) -> Self {
        let (mut starts, mut at) = (vec![0], 0);
        while let Some(length) = search::first(&text.as_bytes()[at..], b'\n') {
            at += length + 1;
            starts.push(at);
        }
        let mut units = vec![0];
        for step in text.as_bytes().chunks(STEP) {
            units.push(units[units.len() - 1] + units_of(step));
        }
        LineIndex { starts, units }
    }

    /// Line (from 1) and UTF-16 column (from 1) of the byte `offset` of `text`.
    pub fn position(&self, text: &str, offset: usize) -> (u64, u64) {
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        let before = |at: usize| self.units[at / STEP] + units_of(&text.as_bytes()[at / STEP * STEP..at]);
        (line as u64 + 1, (before(offset.min(text.len())) - before(self.starts[line])) as u64 + 1)
    }

    /// Byte offset at which line `number` (from 1) starts, if the text has that many lines.
    pub fn line_start(&self, number: u64) -> Option<usize> {
        self.starts.get((number as usize).checked_sub(1)?).copied()
    }
}

/// UTF-16 units of characters that begin in these bytes of UTF-8: two for those of four bytes.
fn units_of(bytes: &[u8]) -> usize {
    bytes.iter().map(|byte| usize::from(byte & 0xC0 != 0x80) + usize::from(*byte >= 0xF0)).sum()
}

/// Where each line begins, and the line with its end.
pub fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut end = 0;
    text.split_inclusive('\n').map(move |line| {
        end += line.len();
        (end - line.len(), line)
    })
}

/// Where the line of a byte begins.
pub fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

/// Where the line of a byte ends.
pub fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |newline| at + newline)
}

/// The nearest place at or before `at` where a character begins, or the text ends.
pub fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Where a part of a text begins in it.
pub fn offset(text: &str, part: &str) -> usize {
    part.as_ptr().addr() - text.as_ptr().addr()
}

/// Whether a character is a letter, as far as the blocks of Unicode tell: its table of all letters is larger than what asks.
pub fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '\u{c0}'..='\u{1fff}' | '\u{3040}'..='\u{d7ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_utf16_units() {
        let text = "a\nx😀y\r\nlast";
        let lines = LineIndex::new(text);
        assert_eq!(lines.position(text, 0), (1, 1));
        assert_eq!(lines.position(text, text.find('y').unwrap()), (2, 4));
        assert_eq!(lines.position(text, text.len()), (3, 5));
        assert_eq!(lines.line_start(3), Some(text.find("last").unwrap()));
        assert_eq!(lines.line_start(4), None);
        let long = "x😀é".repeat(STEP);
        let lines = LineIndex::new(&long);
        for (at, _) in long.char_indices() {
            assert_eq!(lines.position(&long, at).1, long[..at].encode_utf16().count() as u64 + 1);
        }
    }
}
