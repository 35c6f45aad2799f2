//! Rows: a line of the log may stand in several, as a terminal or a container's logger broke it.

use super::header::Header;
use super::pattern::Match;
use crate::search;
use crate::text::Span;

/// Rows of one line at most.
pub const ROWS: u32 = 8;
/// Terminals are not narrower than so many characters.
const NARROWEST: usize = 40;

/// One row as it was written.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// Its text.
    pub raw: &'a str,
    /// Its number, from 1.
    pub number: u64,
    /// Its bytes.
    pub span: Span,
}

/// A line to which the next row may belong.
pub struct Open {
    /// Number of its first row.
    pub number: u64,
    /// Bytes of its first row.
    pub span: Span,
    /// All its rows so far.
    pub raw: String,
    /// Bytes of its first row.
    first: usize,
    /// How many.
    pub rows: u32,
    /// Characters of its first row.
    pub width: usize,
    /// Which event it gave.
    pub event: Option<usize>,
    /// Whether a header was read.
    pub headed: bool,
    /// Nothing but a header stands in it, or the beginning of JSON.
    bare: bool,
    /// Bytes of its text without its wrapping.
    length: usize,
    /// Characters of its last row.
    last: usize,
}

impl Open {
    /// A line that has one row so far, held in `room`.
    pub fn new(row: Row, text: &str, head: &Header, event: Option<usize>, mut room: String) -> Open {
        let width = row.raw.chars().count();
        room.clear();
        room.push_str(row.raw);
        Open {
            number: row.number,
            span: row.span,
            raw: room,
            first: row.raw.len(),
            rows: 1,
            width,
            event,
            headed: head.time.is_some() || head.program.is_some() || head.source_line.is_some(),
            bare: head.end >= text.trim_end().len() || search::has(text, "{\"") && !text.ends_with('}'),
            length: text.len(),
            last: width,
        }
    }

    /// Its first row.
    pub fn first(&self) -> &str {
        &self.raw[..self.first]
    }

    /// A recognised line goes on where its JSON is not closed, or where a full row ends within a message
    /// and a row follows that is not longer.
    pub fn is_unfinished(&self, row: &str) -> bool {
        let is_json = search::has(&self.raw, "\"msg\":") && !self.raw.trim_end().ends_with('}');
        is_json || self.last == self.width && self.width >= NARROWEST && row.chars().count() <= self.width && !is_mark(row)
    }

    /// A message that needs the new row: it lies over the joint, or follows one that is all header.
    pub fn takes(&self, found: &Match) -> bool {
        self.event.is_some() || found.end > self.length && (found.start < self.length || self.bare)
    }

    /// Adds a row: the line as it now is, without its wrapping too.
    pub fn add(&mut self, raw: String, text: &str, row: &str) {
        self.bare &= self.event.is_none();
        self.length = text.len();
        self.raw = raw;
        self.rows += 1;
        self.last = row.chars().count();
    }
}

/// `-- Reboot --`, a fence, a prompt: nothing that a program printed.
fn is_mark(row: &str) -> bool {
    let row = row.trim_start();
    row.starts_with(['-', '`', '$', '#', '=', '<', '[', '~', '{']) || row.contains("$ ") || row.contains('@')
}

/// A part of a line that a container's logger broke, as `STAMP stderr P text`: whether it is the last, and its text.
pub fn part(text: &str) -> Option<(bool, &str)> {
    text.as_bytes().first().filter(|first| first.is_ascii_digit())?;
    let (_, after) = search::split(text, " std").filter(|(before, _)| before.len() < 45)?;
    let rest = after.strip_prefix("out ").or_else(|| after.strip_prefix("err "))?;
    let last = rest.starts_with("F ");
    (last || rest.starts_with("P ")).then(|| (last, &rest[2..]))
}
