//! Patterns: a message text with typed holes, and the small matcher for it.
//!
//! A message is looked for anywhere in a line, so that any prefix - journal, container, quoting -
//! may stand before it. Where it begins is known from its literal parts.

use super::event::Value;
use crate::units::{MS, parse_go_duration};

/// What a hole may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A Go duration: `237.022208ms`.
    Duration,
    /// A number of milliseconds without unit: the `600` of `600ms`.
    Milliseconds,
    /// A whole number.
    Number,
    /// A member id: hexadecimal digits.
    Id,
    /// Characters without blank.
    Word,
    /// Any text up to the next literal part.
    Text,
}

/// One part of a pattern.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Piece {
    /// These characters.
    Literal(&'static str),
    /// A hole: its name and what it may hold.
    Hole(&'static str, Kind),
}

/// Where a pattern matched, and what its holes caught.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// First byte in the line.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Bytes of literal text: the more, the more telling.
    pub weight: usize,
    /// The holes.
    pub values: Vec<(&'static str, Value)>,
}

/// Matches `pieces` in `line`, with its literal part number `key` at byte `at`.
pub fn match_at(pieces: &'static [Piece], key: usize, at: usize, line: &str) -> Option<Match> {
    let starts: Vec<usize> = if key == 0 { vec![at] } else { starts_before(pieces, key, at, line) };
    starts.into_iter().find_map(|start| match_from(pieces, start, line).filter(|found| found.start <= at && at < found.end.max(at + 1)))
}

/// Places at which a pattern whose key part stands at `at` may begin: the first literal part before
/// it, or the word before the key where the pattern begins with a hole.
fn starts_before(pieces: &[Piece], key: usize, at: usize, line: &str) -> Vec<usize> {
    let before = &line[..at];
    match pieces.first() {
        Some(Piece::Literal(first)) => before.rmatch_indices(first).take(4).map(|(start, _)| start).collect(),
        Some(Piece::Hole(_, kind)) if key == 1 => vec![hole_start(*kind, before)],
        // A hole, then a literal that is not the key: find that literal, then the word before it.
        Some(Piece::Hole(_, kind)) => match pieces.get(1) {
            Some(Piece::Literal(second)) => {
                before.rmatch_indices(second).take(4).map(|(start, _)| hole_start(*kind, &line[..start])).collect()
            }
            _ => Vec::new(),
        },
        None => Vec::new(),
    }
}

/// Where the hole that ends with `before` begins.
fn hole_start(kind: Kind, before: &str) -> usize {
    let fits = |c: char| match kind {
        Kind::Id => c.is_ascii_hexdigit(),
        Kind::Number | Kind::Milliseconds => c.is_ascii_digit(),
        _ => !c.is_whitespace() && !matches!(c, '"' | '|'),
    };
    before.rfind(|c: char| !fits(c)).map_or(0, |last| last + before[last..].chars().next().map_or(1, char::len_utf8))
}

fn match_from(pieces: &'static [Piece], start: usize, line: &str) -> Option<Match> {
    let mut found = Match { start, end: start, weight: 0, values: Vec::new() };
    for (number, piece) in pieces.iter().enumerate() {
        let rest = line.get(found.end..)?;
        match piece {
            Piece::Literal(text) => {
                rest.starts_with(text).then_some(())?;
                found.end += text.len();
                found.weight += text.len();
            }
            Piece::Hole(name, kind) => {
                let length = hole_length(*kind, rest, pieces.get(number + 1))?;
                found.values.push((name, value(*kind, rest.get(..length)?)?));
                found.end += length;
            }
        }
    }
    Some(found)
}

/// How many bytes of `rest` a hole takes, given the part that must follow it.
fn hole_length(kind: Kind, rest: &str, next: Option<&Piece>) -> Option<usize> {
    let run = |fits: fn(char) -> bool| rest.find(|c: char| !fits(c)).unwrap_or(rest.len());
    let length = match kind {
        Kind::Number | Kind::Milliseconds => run(|c| c.is_ascii_digit()),
        Kind::Id => run(|c| c.is_ascii_hexdigit()),
        Kind::Duration => run(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | 'µ' | 'μ' | 'Â' | '-')),
        Kind::Word => up_to(rest, next, run(|c| !c.is_whitespace())),
        Kind::Text => up_to(rest, next, rest.len()),
    };
    (length > 0 || kind == Kind::Text).then_some(length)
}

/// Up to the literal that follows, but no further than `most`.
fn up_to(rest: &str, next: Option<&Piece>, most: usize) -> usize {
    match next {
        Some(Piece::Literal(text)) => rest.find(text).map_or(most, |at| at.min(most)),
        _ => most,
    }
}

/// What a caught text is worth; `None` where it is not of the kind.
pub fn value(kind: Kind, text: &str) -> Option<Value> {
    Some(match kind {
        Kind::Duration => Value::Duration(parse_go_duration(text).ok()?),
        Kind::Milliseconds => Value::Duration(text.parse::<i64>().ok()?.checked_mul(MS)?),
        Kind::Number => Value::Number(text.parse().ok()?),
        Kind::Id | Kind::Word | Kind::Text => Value::Text(text.trim().into()),
    })
}

/// The value of a field in a JSON line or the JSON part of a console line: `"name":"text"`, `"name": 7`.
/// Works on cut lines as well; escapes inside the text stay as they are.
pub fn json_field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let mut from = 0;
    while let Some(at) = line.get(from..)?.find(name) {
        let (start, end) = (from + at, from + at + name.len());
        from = end;
        let quoted = line[..start].ends_with('"') && line[end..].starts_with("\":");
        if !quoted {
            continue;
        }
        let rest = line[end + 2..].trim_start();
        return Some(match rest.strip_prefix('"') {
            Some(text) => &text[..closing_quote(text)],
            None => &rest[..rest.find([',', '}', ']']).unwrap_or(rest.len())],
        });
    }
    None
}

fn closing_quote(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'\\' if !escaped => escaped = true,
            b'"' if !escaped => return at,
            _ => escaped = false,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATE: &[Piece] = &[
        Piece::Literal("failed to send out heartbeat on time (exceeded the "),
        Piece::Hole("heartbeat", Kind::Duration),
        Piece::Literal(" timeout for "),
        Piece::Hole("excess", Kind::Duration),
        Piece::Literal(")"),
    ];
    const LED: &[Piece] = &[Piece::Hole("id", Kind::Id), Piece::Literal(" became leader at term "), Piece::Hole("term", Kind::Number)];

    #[test]
    fn catches_typed_holes_after_any_prefix() {
        let line = "> Oct 16 host etcd[8]: failed to send out heartbeat on time (exceeded the 100ms timeout for 1.5s)";
        let at = line.find(" timeout for ").unwrap();
        let found = match_at(LATE, 2, at, line).unwrap();
        assert_eq!(found.values, [("heartbeat", Value::Duration(100_000)), ("excess", Value::Duration(1_500_000))]);
        assert_eq!(&line[found.start..found.end][..6], "failed");
    }

    #[test]
    fn a_hole_may_come_first() {
        let line = "raft: abde6fb3fb46a68e became leader at term 12";
        let found = match_at(LED, 1, line.find(" became").unwrap(), line).unwrap();
        assert_eq!(found.values, [("id", Value::Text("abde6fb3fb46a68e".into())), ("term", Value::Number(12))]);
    }

    #[test]
    fn a_cut_line_does_not_match() {
        let line = "failed to send out heartbeat on time (exceeded the 100ms timeout for 1.5";
        assert_eq!(match_at(LATE, 2, line.find(" timeout").unwrap(), line), None);
    }

    #[test]
    fn reads_fields_of_json_lines() {
        let line = r#"{"msg":"late","to":"8e","took": "1.5s","count":7,"error":"say \"no\"","cut":"ab"#;
        assert_eq!(json_field(line, "took"), Some("1.5s"));
        assert_eq!(json_field(line, "count"), Some("7"));
        assert_eq!(json_field(line, "error"), Some(r#"say \"no\""#));
        assert_eq!(json_field(line, "cut"), Some("ab"));
        assert_eq!(json_field(line, "none"), None);
    }
}
