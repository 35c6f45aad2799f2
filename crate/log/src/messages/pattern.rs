//! Patterns: a message text with typed holes, and the small matcher for it.
//!
//! A message is looked for anywhere in a line, so that any prefix - journal, container, quoting -
//! may stand before it. Where it begins is known from its literal parts.

use crate::search;
use crate::units::{MS, Micros, S, parse_go_duration};

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

/// What a hole of a signature caught.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A length of time in microseconds.
    Duration(Micros),
    /// A whole number.
    Number(i64),
    /// Any other text: ids, names, units, addresses.
    Text(Box<str>),
}

/// Where a pattern matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// First byte in the line.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Bytes of literal text: the more, the more telling.
    pub weight: usize,
    /// The line ends within the message.
    pub cut: bool,
}

/// So many bytes of literal text tell a message whose end is cut off.
pub const TELLING: usize = 14;

/// What the holes of a pattern caught.
pub type Values = Vec<(&'static str, Value)>;

/// Matches `pieces` in `line`, with its literal part number `key` at byte `at`. Of a line that is
/// `cut` the message may lack its end.
pub fn match_at(pieces: &[Piece], key: usize, at: usize, line: &str, cut: bool) -> Option<Match> {
    let before = line.get(..at)?;
    match (pieces.first()?, pieces.get(1)) {
        (Piece::Literal(_), _) if key == 0 => match_over(pieces, at, at, line, cut),
        (Piece::Literal(first), _) => match_before(pieces, first, None, at, line, cut),
        (Piece::Hole(_, kind), _) if key == 1 => match_over(pieces, hole_start(*kind, before), at, line, cut),
        // A hole, then a literal that is not the key: find that literal, then the word before it.
        (Piece::Hole(_, kind), Some(Piece::Literal(second))) => match_before(pieces, second, Some(*kind), at, line, cut),
        _ => None,
    }
}

/// Matches a pattern whose key stands at `at`, and before it the text `opening`, which begins the
/// pattern, or follows the hole that does.
fn match_before(pieces: &[Piece], opening: &str, hole: Option<Kind>, at: usize, line: &str, cut: bool) -> Option<Match> {
    let mut before = line.get(..at)?;
    for _ in 0..4 {
        before = &before[..search::rfind(before, opening)?];
        let start = hole.map_or(before.len(), |kind| hole_start(kind, before));
        if let Some(found) = match_over(pieces, start, at, line, cut) {
            return Some(found);
        }
    }
    None
}

/// A match from `start` that lies over `at`, where the key stands.
fn match_over(pieces: &[Piece], start: usize, at: usize, line: &str, cut: bool) -> Option<Match> {
    match_from(pieces, start, line, cut, None).filter(|found| at < found.end.max(at + 1))
}

/// Where the hole that ends with `before` begins.
fn hole_start(kind: Kind, before: &str) -> usize {
    let mut start = before.len();
    while let Some(byte) = start.checked_sub(1).map(|at| before.as_bytes()[at]) {
        let fits = match kind {
            Kind::Id => byte.is_ascii_hexdigit(),
            Kind::Number | Kind::Milliseconds => byte.is_ascii_digit(),
            _ if !byte.is_ascii() => {
                let ends = before[..start].rfind(|c: char| c.is_whitespace() || matches!(c, '"' | '|'));
                return ends.map_or(0, |last| last + before[last..].chars().next().map_or(1, char::len_utf8));
            }
            _ => !matches!(byte, b'\t'..=b'\r' | b' ' | b'"' | b'|'),
        };
        if !fits {
            break;
        }
        start -= 1;
    }
    start
}

/// What the holes caught, of a pattern that matches from `start`. What reaches the end of a cut line
/// is not all there was, and is left out.
pub fn values(pieces: &'static [Piece], start: usize, line: &str, cut: bool) -> Values {
    let mut caught = Values::new();
    let _ = match_from(pieces, start, line, cut, Some(&mut caught));
    caught
}

fn match_from(pieces: &[Piece], start: usize, line: &str, cut: bool, mut caught: Option<&mut Values>) -> Option<Match> {
    let mut found = Match { start, end: start, weight: 0, cut: false };
    for (number, piece) in pieces.iter().enumerate() {
        let rest = line.get(found.end..)?;
        match piece {
            Piece::Literal(text) => {
                if cut && rest.len() < text.len() && text.starts_with(rest) {
                    found.weight += rest.len();
                    return ends_cut(found, line);
                }
                search::begins_with(rest.as_bytes(), text.as_bytes()).then_some(())?;
                found.end += text.len();
                found.weight += text.len();
            }
            Piece::Hole(name, kind) => {
                if cut && rest.is_empty() {
                    return ends_cut(found, line);
                }
                let length = hole_length(*kind, rest, pieces.get(number + 1))?;
                if cut && length == rest.len() {
                    return ends_cut(found, line);
                }
                let text = rest.get(..length)?;
                match &mut caught {
                    Some(caught) => caught.push((name, value(*kind, text)?)),
                    None => is_of_kind(*kind, text).then_some(())?,
                }
                found.end += length;
            }
        }
    }
    Some(found)
}

fn ends_cut(found: Match, line: &str) -> Option<Match> {
    (found.weight >= TELLING).then_some(Match { end: line.len(), cut: true, ..found })
}

/// Any text is a text; whether it is a number or a duration shows in reading it.
fn is_of_kind(kind: Kind, text: &str) -> bool {
    matches!(kind, Kind::Id | Kind::Word | Kind::Text) || value(kind, text).is_some()
}

/// How many bytes of `rest` a hole takes, given the part that must follow it.
fn hole_length(kind: Kind, rest: &str, next: Option<&Piece>) -> Option<usize> {
    let length = match kind {
        Kind::Word => up_to(rest, next, search::blank(rest)),
        Kind::Text => up_to(rest, next, rest.len()),
        _ => run(kind, rest.as_bytes()),
    };
    (length > 0 || kind == Kind::Text).then_some(length)
}

/// How many bytes of a number, an id or a duration there are.
fn run(kind: Kind, rest: &[u8]) -> usize {
    match kind {
        Kind::Id => rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count(),
        Kind::Duration => duration_run(rest),
        _ => rest.iter().take_while(|byte| byte.is_ascii_digit()).count(),
    }
}

fn duration_run(rest: &[u8]) -> usize {
    // A table moves it to the right.
    let mut length = rest.iter().take_while(|byte| **byte == b' ').count();
    while let Some(byte) = rest.get(length) {
        length += match byte {
            b'.' | b'-' => 1,
            _ if byte.is_ascii_alphanumeric() => 1,
            _ if ["µ", "μ", "Â"].iter().any(|sign| rest[length..].starts_with(sign.as_bytes())) => 2,
            _ => break,
        };
    }
    length
}

/// Up to the literal that follows, but no further than `most`.
fn up_to(rest: &str, next: Option<&Piece>, most: usize) -> usize {
    match next {
        Some(Piece::Literal(text)) => search::find(rest, text).map_or(most, |at| at.min(most)),
        _ => most,
    }
}

/// What a caught text is worth; `None` where it is not of the kind.
pub fn value(kind: Kind, text: &str) -> Option<Value> {
    Some(match kind {
        Kind::Duration => Value::Duration(parse_go_duration(text.trim()).ok().or_else(|| seconds(text.trim()))?),
        Kind::Milliseconds => Value::Duration(text.parse::<i64>().ok()?.checked_mul(MS)?),
        Kind::Number => Value::Number(text.parse().ok()?),
        Kind::Id | Kind::Word | Kind::Text => Value::Text(text.trim().into()),
    })
}

/// The value of a field in a JSON line or the JSON part of a console line: `"name":"text"`, `"name": 7`; or in brackets.
/// Works on cut lines as well; escapes inside the text stay as they are.
pub fn json_field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let mut from = 0;
    while let Some(at) = search::find(line.get(from..)?, name) {
        let (start, end) = (from + at, from + at + name.len());
        from = end;
        let (before, after) = (&line[..start], &line[end..]);
        let value = match (before.ends_with('"'), before.ends_with(['[', ' '])) {
            (true, _) => after.strip_prefix("\":").or_else(|| after.strip_prefix("\"=")),
            // The brackets of PD, TiDB and Milvus: `[took=1.2s]`, `["time spent"="..."]`; or logfmt, into which stores turn JSON.
            (_, true) => after.strip_prefix('='),
            _ => None,
        };
        let Some(value) = value else { continue };
        let rest = value.trim_start();
        return Some(match rest.strip_prefix('"') {
            Some(text) => &text[..closing_quote(text)],
            None => &rest[..rest.find([',', '}', ']', ' ']).unwrap_or(rest.len())],
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

/// The first encoders of zap wrote a length of time as a number of seconds: `0.003343559`, `3.3e-05`.
fn seconds(text: &str) -> Option<Micros> {
    text.parse::<f64>().ok().filter(|seconds| seconds.is_finite()).map(|seconds| (seconds * S as f64) as Micros)
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
        let found = match_at(LATE, 2, at, line, false).unwrap();
        assert_eq!(
            values(LATE, found.start, line, false),
            [("heartbeat", Value::Duration(100_000)), ("excess", Value::Duration(1_500_000))]
        );
        assert_eq!(&line[found.start..found.end][..6], "failed");
    }

    #[test]
    fn a_hole_may_come_first() {
        let line = "raft: abde6fb3fb46a68e became leader at term 12";
        let found = match_at(LED, 1, line.find(" became").unwrap(), line, false).unwrap();
        assert_eq!(values(LED, found.start, line, false), [("id", Value::Text("abde6fb3fb46a68e".into())), ("term", Value::Number(12))]);
    }

    #[test]
    fn a_cut_line_matches_only_where_it_is_known_to_be_cut() {
        let line = "failed to send out heartbeat on time (exceeded the 100ms timeout for 1.5";
        let key = line.find(" timeout").unwrap();
        assert_eq!(match_at(LATE, 2, key, line, false), None);
        // Where the line is known to be cut it does, without what the cut may have shortened.
        let found = match_at(LATE, 2, key, line, true).unwrap();
        assert_eq!(values(LATE, found.start, line, true), [("heartbeat", Value::Duration(100_000))]);
        assert!(found.cut && match_at(LATE, 0, 0, "failed to", true).is_none());
    }

    #[test]
    fn reads_fields_of_json_lines() {
        let line = r#"{"msg":"late","to":"8e","took": "1.5s","count":7,"error":"say \"no\"","cut":"ab"#;
        assert_eq!(json_field(line, "took"), Some("1.5s"));
        assert_eq!(json_field(line, "count"), Some("7"));
        assert_eq!(json_field(line, "error"), Some(r#"say \"no\""#));
        assert_eq!(json_field(line, "cut"), Some("ab"));
        assert_eq!(json_field(line, "none"), None);
        let brackets = r#"["took apart"] [took=1.5s] ["time spent"=2s] [error="say no"] [cut="ab"#;
        assert_eq!(json_field(brackets, "took"), Some("1.5s"));
        assert_eq!(json_field(brackets, "time spent"), Some("2s"));
        assert_eq!(json_field(brackets, "error"), Some("say no"));
        assert_eq!(json_field(brackets, "cut"), Some("ab"));
        let logfmt = r#"level=warn msg="it took long" took="2.4s" expected-duration=1s to=8e"#;
        assert_eq!(["took", "expected-duration", "to"].map(|name| json_field(logfmt, name)), [Some("2.4s"), Some("1s"), Some("8e")]);
    }
}
