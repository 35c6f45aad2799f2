//! Takes lines out of what they are wrapped in: colours, Docker's and journald's JSON, UTF-16.

use std::borrow::Cow;

use super::pattern::json_field;

/// Takes away what is not text of the log: colour escapes, the wrapping of Docker's and journald's JSON.
pub fn plain(text: &str) -> Cow<'_, str> {
    let mut plain = Cow::Borrowed(text);
    if text.contains('\u{1b}') {
        plain = Cow::Owned(without_escapes(text));
    }
    for field in ["\"log\"", "\"MESSAGE\""] {
        if plain.trim_start().starts_with('{') && plain.contains(field) {
            if let Some(inner) = unboxed(&plain, field.trim_matches('"')) {
                plain = Cow::Owned(inner);
            }
        }
    }
    plain
}

/// The text of a field, and before it what the other fields say of time and host.
fn unboxed(line: &str, field: &str) -> Option<String> {
    let inner = unescape(json_field(line, field)?);
    let time = json_field(line, "time").or_else(|| json_field(line, "__REALTIME_TIMESTAMP")).unwrap_or("");
    let host = json_field(line, "_HOSTNAME")
        .map(|host| format!("{host} {}: ", json_field(line, "SYSLOG_IDENTIFIER").unwrap_or("etcd")))
        .unwrap_or_default();
    Some(format!("{time} {host}{}", inner.trim_end()))
}

fn without_escapes(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        clean.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let end = after.find(|c: char| c.is_ascii_alphabetic()).map_or(after.len(), |end| end + 1);
        rest = &after[end..];
    }
    clean.push_str(rest);
    clean
}

fn unescape(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        if c != '\\' {
            clean.push(c);
            continue;
        }
        match characters.next() {
            Some('n') => clean.push('\n'),
            Some('t') => clean.push('\t'),
            Some('u') => {
                let code: String = characters.by_ref().take(4).collect();
                clean.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
            }
            Some(other) => clean.push(other),
            None => {}
        }
    }
    clean
}
