//! A message in its line: where it stands, and what it says.

use crate::header::Header;
use crate::messages::pattern::{Kind, Match, Values, json_field, value, values};
use crate::messages::signature::{Signature, signature};
use crate::rows::Row;
use crate::search;
use crate::text::Span;

/// Characters of a line kept for evidence.
pub const SHOWN: usize = 400;

/// A line in which a message was found.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    /// Which message: its index in the signature table.
    pub number: u16,
    /// Where it stands in `text`.
    pub found: &'a Match,
    /// What stands before it.
    pub head: &'a Header<'a>,
    /// The line without what wraps it.
    pub text: &'a str,
    /// The row of the paste.
    pub row: Row<'a>,
}

impl Message<'_> {
    /// The declared message.
    pub fn signature(&self) -> &'static Signature {
        signature(self.number)
    }

    /// Where it stands in the line as it was written. Escapes within it leave the whole line.
    pub fn span(&self) -> Span {
        let (Row { raw, span: line, .. }, found) = (self.row, self.found);
        let start = if search::begins_with(raw.as_bytes(), self.text.as_bytes()) {
            Some(found.start)
        } else {
            search::find(raw, &self.text[found.start..found.end])
        };
        match start {
            Some(start) => {
                Span { start: line.start + start as u64, end: (line.start + (start + found.end - found.start) as u64).min(line.end) }
            }
            None => line,
        }
    }

    /// What the holes caught, and the fields of a JSON line.
    pub fn values(&self) -> Values {
        let (signature, found) = (self.signature(), self.found);
        let text = &self.text[..if found.cut { found.end } else { self.text.len() }];
        let mut caught = values(&signature.pieces, found.start, text, found.cut);
        // Of an object that was cut within a length or a number there is less than was written: `1.5m` of `1.5ms`.
        let is_whole = |text: &str, kind| matches!(kind, Kind::Text | Kind::Word) || !self.text.ends_with(text) || !self.text.contains('{');
        for (hole, field, kind) in &signature.fields {
            let field = json_field(self.text, field).filter(|text| is_whole(text, *kind));
            if let Some(value) = field.and_then(|text| value(*kind, text)) {
                caught.push((hole, value));
            }
        }
        caught
    }

    /// How often it happened, by `[merged 12 repeated lines in 1.02s]` of etcd, `message repeated 5 times: [` of rsyslog or what
    /// `uniq -c` puts before a line that it found again.
    pub fn repeats(&self) -> u32 {
        if !search::has(self.text, "repeated ") {
            return self.counted().unwrap_or(1);
        }
        let after = |mark: &&str| search::split(self.text, mark)?.1.split_once(' ')?.0.parse().ok();
        ["[merged ", "message repeated "].iter().find_map(after).unwrap_or(1)
    }

    /// A number that ends in the seventh column, and a blank (coreutils/coreutils@v9.4:src/uniq.c, writeline). Lines with
    /// times are not alike, so before these it is the number of a line.
    fn counted(&self) -> Option<u32> {
        let (number, after) = self.row.raw.split_at_checked(7).filter(|_| self.head.time.is_none())?;
        after.strip_prefix(' ').filter(|text| !text.starts_with(' '))?;
        number.strip_prefix(' ')?.trim_start().parse().ok()
    }

    /// The line as evidence shows it.
    pub fn shown(&self) -> &str {
        if self.text.len() <= SHOWN {
            return self.text;
        }
        self.text.char_indices().nth(SHOWN).map_or(self.text, |(end, _)| &self.text[..end])
    }
}
