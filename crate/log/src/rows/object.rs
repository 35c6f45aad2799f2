//! A message of zap that stands in several rows, one field each, as `jq` prints it and as stores of logs show it.

use super::{Held, Row};
use crate::search;

/// A message has no more rows, and no more bytes.
const MOST_ROWS: usize = 60;
const MOST_BYTES: usize = 16 << 10;

/// The rows of an object that is not closed yet.
pub struct Object {
    /// As they were written.
    pub rows: Vec<Held>,
    bytes: usize,
}

impl Object {
    /// The object that begins with this row, if one does: `{`, `}, {`, `"jsonPayload": {`.
    pub fn begun_by(row: Row) -> Option<Object> {
        let before = row.raw.trim_end().strip_suffix('{')?.trim();
        let is_key = before.starts_with('"') && before.ends_with(':');
        let is_joint = before.bytes().all(|byte| b"[]{}, ".contains(&byte));
        (is_key || is_joint).then(|| Object { rows: vec![Held::of(row, row.raw.to_owned())], bytes: 0 })
    }

    /// Adds a row; whether the object ends with it, closed or too long to be a message.
    pub fn add(&mut self, row: Row) -> bool {
        self.bytes += row.raw.len();
        self.rows.push(Held::of(row, row.raw.to_owned()));
        row.raw.trim_start().starts_with('}') || self.rows.len() > MOST_ROWS || self.bytes > MOST_BYTES
    }

    /// The message in one row, where it is one of zap's.
    pub fn message(&self) -> Option<String> {
        let [_, fields @ .., last] = &self.rows[..] else { return None };
        let mut text = String::from("{");
        fields.iter().for_each(|row| text.push_str(row.raw.trim()));
        let is_whole = last.raw.trim_start().starts_with('}') && search::has(&text, "\"level\":") && search::has(&text, "\"msg\":");
        text.push('}');
        is_whole.then_some(text)
    }
}
