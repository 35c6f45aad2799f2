//! `journalctl -o verbose` and `-o export`: a record is several lines, one field each.

use super::event::Time;
use super::time;

/// What one line of a record says.
pub enum Field<'a> {
    /// The record began: at this time, written so.
    Begins(Time, &'a str),
    /// Its host.
    Host(&'a str),
    /// Its message.
    Message(&'a str),
    /// Any other field.
    Other,
}

/// Reads a line of a record; `None` where it is none. `within` says that a record was seen before.
pub fn field(line: &str, within: bool) -> Option<Field<'_>> {
    let line = line.trim_start();
    if let Some(stamp) = line.strip_prefix("__REALTIME_TIMESTAMP=") {
        return Some(time::epoch(stamp).map_or(Field::Other, |read| Field::Begins(read.time, stamp)));
    }
    if line.ends_with(']') {
        if let Some(read) = time::stamp(line).filter(|read| line[read.length..].starts_with(" [s=")) {
            return Some(Field::Begins(read.time, &line[..read.length]));
        }
    }
    if let Some(host) = line.strip_prefix("_HOSTNAME=") {
        return Some(Field::Host(host.trim()));
    }
    if let Some(message) = line.strip_prefix("MESSAGE=") {
        return Some(Field::Message(message));
    }
    let (key, _) = line.split_once('=').filter(|_| within)?;
    let is_field = key.len() > 2 && key.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    is_field.then_some(Field::Other)
}
