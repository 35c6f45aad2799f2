//! Lines of a log inside one row: as one text of JSON, with `\n` for each line end, or as the records of one list, as
//! the interfaces of Kubernetes, of Docker and of log stores answer.

use std::borrow::Cow;
use std::ops::Range;

use super::{Role, names, unescape};
use crate::gather::Gather;
use crate::line_starts::is_stamped;
use crate::messages::pattern::json_field;
use crate::search::{self, places};

/// A line inside a row, and its bytes there.
type Line<'a> = (Range<usize>, Cow<'a, str>);

/// The lines inside a row; none where the row is one line itself. What a program quotes behind its own stamp is of its line.
pub fn lines(row: &str) -> Vec<Line<'_>> {
    // Each of its forms has quotes or escapes, and most rows have neither.
    if !search::has_any(row.as_bytes(), [b'"', b'\\']) {
        return Vec::new();
    }
    let records = if may_hold_lines(row.as_bytes()) { records(row) } else { Vec::new() };
    if records.is_empty() {
        let texts = texts(row);
        return if texts.is_empty() { strings(row) } else { texts };
    }
    let mut found: Vec<Line> = Vec::new();
    for record in records {
        let inner = texts(&row[record.clone()]);
        if inner.is_empty() {
            let line = &row[record.clone()];
            found.push((record, pair(line).map_or(Cow::Borrowed(line), Cow::Owned)));
        } else {
            found.extend(inner.into_iter().map(|(range, line)| (record.start + range.start..record.start + range.end, line)));
        }
    }
    found
}

/// Whether a row opens as one that holds lines.
pub fn may_hold_lines(row: &[u8]) -> bool {
    row.trim_ascii_start().first().is_some_and(|first| b"{[\"".contains(first))
}

/// Where the last record of a list begins, behind others.
pub fn last_record(row: &str) -> Option<usize> {
    let last = records(row).pop().filter(|_| may_hold_lines(row.as_bytes()))?;
    // The bracket of a pair is its own.
    Some(last.start - usize::from(row[..last.start].ends_with('[')))
}

/// The records of a list that stands in one row; none where it is no such list.
fn records(row: &str) -> Vec<Range<usize>> {
    let pairs = pairs(row);
    if !pairs.is_empty() {
        return pairs;
    }
    // Objects that each have a text: a line of a log, zap's message, what Prometheus says of an alert, or etcdctl of the health of a member.
    let has_text = |object: &str| names(Role::Text).chain(["msg", "annotations", "health"]).any(|name| json_field(object, name).is_some());
    let first = opening(row).filter(|at| !has_text(&row[..*at])).unwrap_or(0);
    let (mut starts, mut begin, mut text_before) = (vec![first], first, false);
    // Where one object ends and the next begins: `},{`.
    let joints = places(row, "},").filter_map(|at| {
        let next = row[at + 2..].trim_start_matches(' ');
        next.starts_with('{').then_some(row.len() - next.len())
    });
    for end in joints.chain([row.len()]) {
        // Most rows are one object, of which nothing is asked.
        let tells = (begin, end) != (0, row.len()) && has_text(&row[begin..end]);
        if tells && text_before {
            starts.push(begin);
        }
        text_before |= tells;
        begin = end;
    }
    if starts.len() == 1 && !(text_before && row.starts_with('[')) {
        return Vec::new();
    }
    let ends = starts[1..].iter().copied().chain([row.len()]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).gather()
}

/// Where the first object of a list begins: `[{`.
fn opening(row: &str) -> Option<usize> {
    let object = |at: usize| row[at + 1..].trim_start_matches(' ').strip_prefix('{').map(|rest| row.len() - rest.len() - 1);
    places(row, "[").find_map(object)
}

/// A time in nanoseconds and a text, as Loki answers: `["1556964001120000000","text"]`.
fn pairs(row: &str) -> Vec<Range<usize>> {
    const DIGITS: usize = 19;
    let pair = |at: usize| {
        let text = row[at + 2..].get(DIGITS..)?.strip_prefix("\",")?.trim_start_matches(' ').strip_prefix('"')?;
        let timed = row.as_bytes()[at + 2..at + 2 + DIGITS].iter().all(u8::is_ascii_digit);
        let end = quotes(row, row.len() - text.len(), row.len()).next().filter(|_| timed)?;
        Some(at + 1..end + 1)
    };
    places(row, "[\"").filter_map(pair).gather()
}

/// A pair as a record with names.
fn pair(line: &str) -> Option<String> {
    let (time, text) = search::split(line.strip_prefix('"')?, "\",")?;
    Some([r#"{"timestamp":""#, time, r#"","line":"#, text, "}"].concat())
}

/// The strings of a list of which one begins as a line of a log does: `["line","line"]`.
fn strings(row: &str) -> Vec<Line<'_>> {
    for at in places(row, "[\"") {
        let mut found: Vec<Line> = Vec::new();
        let mut next = Some(at + 2);
        while let Some(start) = next {
            let end = quotes(row, start, row.len()).next().unwrap_or(row.len());
            found.push((start..end, Cow::Owned(unescape(&row[start..end]))));
            let behind = row.get(end + 1..).and_then(|rest| rest.trim_start().strip_prefix(',')?.trim_start().strip_prefix('"'));
            next = behind.map(|rest| row.len() - rest.len());
        }
        if found.len() > 1 && found.iter().any(|(_, line)| is_stamped(line)) {
            return found;
        }
    }
    Vec::new()
}

/// The lines of the texts with `\n` in them of which one begins as a line of a log does.
fn texts(row: &str) -> Vec<Line<'_>> {
    let mut found: Vec<Line> = Vec::new();
    let mut from = 0;
    while let Some(at) = joints(row, from).next() {
        // One at the end is how Docker writes each line.
        if row[at + 2..].starts_with('"') {
            from = at + 2;
            continue;
        }
        // Where no quote is open, a row that begins as a line is the text itself, as it stands.
        let is_bare = from == 0 && is_stamped(row) && quotes(row, 0, at).count() % 2 == 0;
        // Ansible names the host before its JSON.
        if !(is_bare || may_hold_lines(row.as_bytes()) || search::has(&row[..at], " => {\"")) {
            break;
        }
        let start = quotes(row, from, at).last().filter(|_| !is_bare).map_or(from, |quote| quote + 1);
        let end = quotes(row, at, row.len()).next().filter(|_| !is_bare).unwrap_or(row.len());
        let mut piece = start;
        let ends = joints(row, start).take_while(|next| *next < end).chain([end]);
        let pieces = ends.map(|next| std::mem::replace(&mut piece, (next + 2).min(end))..next).filter(|piece| !piece.is_empty()).gather();
        // The first piece of a row begins as the row does.
        if pieces.len() > 1 && pieces[usize::from(is_bare)..].iter().any(|piece| begins_a_line(&row[piece.clone()])) {
            let line =
                |piece: &Range<usize>| if is_bare { Cow::Borrowed(&row[piece.clone()]) } else { Cow::Owned(unescape(&row[piece.clone()])) };
            found.extend(pieces.iter().map(|piece| (piece.clone(), line(piece))));
        }
        from = end;
    }
    found
}

/// Where `\n` stands, and no backslash before it.
fn joints(row: &str, from: usize) -> impl Iterator<Item = usize> {
    places(&row[from..], "\\n").map(move |at| from + at).filter(|at| !row[..*at].ends_with('\\'))
}

/// Where between two places a quote stands, and no backslash before it.
fn quotes(row: &str, from: usize, to: usize) -> impl Iterator<Item = usize> {
    row[from..to].match_indices('"').map(move |(at, _)| from + at).filter(|at| !row[..*at].ends_with('\\'))
}

fn begins_a_line(text: &str) -> bool {
    let opening: String = text.chars().take(24).collect();
    is_stamped(&unescape(&opening))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(row: &str) -> Vec<String> {
        lines(row).into_iter().map(|(_, line)| line.into_owned()).collect()
    }

    #[test]
    fn a_text_of_several_lines() {
        let (a, b) = ("2019-05-04 10:00:01.120345 I | raft: a", "2019-05-04 10:00:02.120345 W | wal: \"b\"");
        let text = format!("{a}\\n{}\\n", b.replace('"', "\\\""));
        for row in [
            format!("{{\"log\":\"{text}\"}}"),
            format!("  \"logs\": \"{text}\","),
            format!("{{\"status\":\"ok\",\"data\":\"{text}\",\"more\":1}}"),
        ] {
            assert_eq!(inside(&row).iter().filter(|line| !line.is_empty()).collect::<Vec<_>>(), [a, b], "{row}");
        }
        let row = format!("{{\"log\":\"{text}\"}}");
        assert_eq!(&row[lines(&row)[0].0.clone()], a);
    }

    #[test]
    fn the_records_of_a_list() {
        let spaced = r#"{"events": [{"message": "a"}, {"message": "b"}]}"#;
        assert_eq!(inside(spaced), [r#"{"message": "a"}, "#, r#"{"message": "b"}]}"#]);
        let cloudwatch = r#"{"events":[{"timestamp":1556964001120,"message":"a"},{"timestamp":1556964001121,"message":"b"}]}"#;
        assert_eq!(inside(cloudwatch), [r#"{"timestamp":1556964001120,"message":"a"},"#, r#"{"timestamp":1556964001121,"message":"b"}]}"#]);
        assert_eq!(inside(r#"[{"message": "a"}]"#), [r#"{"message": "a"}]"#]);
        // A list without its beginning, whose first record holds another one.
        let cut = r#"{"log":"x","owners":[{"name":"a"}]},{"log":"y"}]"#;
        assert_eq!(inside(cut), [r#"{"log":"x","owners":[{"name":"a"}]},"#, r#"{"log":"y"}]"#]);
        let loki =
            r#"{"data":{"result":[{"stream":{"pod":"etcd-0"},"values":[["1556964001120000000", "a"],["1556964001121000000","b"]]}]}}"#;
        let records = [r#"{"timestamp":"1556964001120000000","line": "a"}"#, r#"{"timestamp":"1556964001121000000","line":"b"}"#];
        assert_eq!(inside(loki), records);
    }

    #[test]
    fn one_line_stays_one() {
        for row in [
            r#"{"log":"2015-10-16 10:12:51.344648 W | etcdserver: x\n","stream":"stderr","time":"2015-10-16T10:12:51.345Z"}"#,
            r#"{"level":"error","ts":"2026-07-05T12:46:29.438550Z","msg":"x","stacktrace":"go.etcd.io/etcd.(*A).b\n\t/go/a.go:7\nmain.main\n"}"#,
            r#"{"log":"x","kubernetes":{"owners":[{"name":"a"},{"name":"b"}]}}"#,
            "2015-10-16 10:12:51.344648 W | etcdserver: x",
            // What another program quotes, once with the sign that some languages quote with.
            r#"Nov 27 03:14:20 cp1 kubelet[812]: "Probe failed" output="2023-02-03 10:00:00.1 W | etcdserver: a\n2023-02-03 10:00:01.1 W | wal: b\n""#,
            r"a: '2019-05-04 10:00:01.1 W | wal: a\n2019-05-04 10:00:02.1 W | etcdserver: b'",
        ] {
            assert!(lines(row).is_empty(), "{row}");
        }
    }
}
