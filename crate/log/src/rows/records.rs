//! Records of several lines, one field each: `journalctl -o verbose`, `-o export` and `-o json-pretty`.

use std::borrow::Cow;

use crate::plain::{Role, role, unescape};
use crate::time::{self, Clock, Stamp};

/// What one line of a record says.
pub enum Field<'a> {
    /// A record begins.
    Begins,
    /// Its time, written so.
    Time(Stamp, &'a str),
    /// Its host.
    Host(&'a str),
    /// Its message.
    Message(Cow<'a, str>),
    /// Any other field.
    Other,
}

/// Reads a line of a record; `None` where it is none. `within` says that a record was seen before.
pub fn field(line: &str, within: bool) -> Option<Field<'_>> {
    let line = line.trim();
    if line.ends_with('{') && line.trim_matches(['[', ',', '}', '{', ' ']).is_empty() {
        return Some(Field::Begins);
    }
    if line.ends_with(']') {
        if let Some(read) = time::stamp(line).filter(|read| line[read.length..].starts_with(" [s=")) {
            return Some(Field::Time(Stamp { clock: Clock::Full, ..read }, &line[..read.length]));
        }
    }
    if let Some((key, value)) = pretty(line) {
        let value_of = |role| match role {
            Role::Text => Some(Field::Message(Cow::Owned(unescape(value)))),
            // The fields of what opens there stand in the next rows.
            Role::Host => Some(Field::Host(value)).filter(|_| !value.ends_with('{')),
            Role::Time => time::stamp(value).map(|read| Field::Time(read, value)),
        };
        // What a webhook is sent of an alert (prometheus/alertmanager@00c8474:template/template.go, Data).
        if within && ["status", "description"].contains(&key) {
            return Some(Field::Message(Cow::Owned([key, ": ", &unescape(value)].concat())));
        }
        // The messages alone may have been taken out of their records.
        return (within || key == "MESSAGE").then(|| role(key).and_then(value_of).unwrap_or(Field::Other));
    }
    // A name in capitals stands before the sign; other lines are told apart by their first letters.
    let is_of_name = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    let (key, value) = line.split_at(line.bytes().take_while(is_of_name).count());
    let value = value.strip_prefix('=')?;
    Some(match key {
        "__REALTIME_TIMESTAMP" => time::epoch(value).map_or(Field::Other, |read| Field::Time(read, value)),
        "_HOSTNAME" => Field::Host(value),
        "MESSAGE" => Field::Message(Cow::Borrowed(value)),
        _ => (within && key.len() > 2).then_some(Field::Other)?,
    })
}

/// `"KEY" : "value",`, with nothing before or after.
fn pretty(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.strip_prefix('"')?.split_once('"')?;
    let value = value.trim_start().strip_prefix(':')?.trim().trim_end_matches(',');
    let text = value.strip_prefix('"').map_or(value, |text| text.strip_suffix('"').unwrap_or(text));
    Some((key, text))
}
