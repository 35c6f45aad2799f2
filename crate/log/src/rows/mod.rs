//! Rows: a line of the log may stand in several, as a terminal or a container's logger broke it.

pub mod object;
pub mod records;
pub mod table;

use crate::header::Header;
use crate::messages::pattern::Match;
use crate::messages::recognise::recognise;
use crate::search;
use crate::text::{Span, floor, is_letter};
use crate::time::{self, Clock};

/// Rows of one line at most.
pub const ROWS: u32 = 8;
/// Terminals are not narrower than so many characters.
const NARROWEST: usize = 40;
/// Who breaks lines between words, as mail and forums do, keeps them shorter than this (judgement).
const WIDEST_OF_WORDS: usize = 120;

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

/// A row that is kept until those after it are read, or several of them put together.
pub struct Held {
    /// Its text.
    pub raw: String,
    /// Its number, from 1.
    pub number: u64,
    /// Its bytes.
    pub span: Span,
}

impl Held {
    /// With this text in place of its own.
    pub fn of(row: Row, raw: String) -> Held {
        Held { raw, number: row.number, span: row.span }
    }

    /// The row as it is to be read.
    pub fn row(&self) -> Row<'_> {
        Row { raw: &self.raw, number: self.number, span: self.span }
    }
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
    /// Whether an empty row follows.
    pub parted: bool,
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
            bare: head.end >= text.trim_end().len() || is_open_json(text),
            parted: false,
            length: text.len(),
            last: width,
        }
    }

    /// Its first row.
    pub fn first(&self) -> &str {
        &self.raw[..self.first]
    }

    /// A recognised line goes on where its JSON or its bracket is not closed, or where a full row ends within a message
    /// and a row follows that is not longer. No empty row parts what was cut at a width. `widest` are the characters of the widest row so far.
    pub fn is_unfinished(&self, row: &str, widest: usize) -> bool {
        let is_cut = !self.parted && self.last == self.width && self.width >= NARROWEST && row.chars().count() <= self.width;
        let closes = self.raw.rfind('(') > self.raw.rfind(')') && row.contains(')');
        is_open_json(&self.raw) || (is_cut || closes || self.had_no_room(row, widest)) && !is_mark(row)
    }

    /// Whether it shows that the next row was parted from this one where a blank stood.
    pub fn is_broken_between_words(&self, row: &str, widest: usize) -> bool {
        let pauses = self.raw.ends_with([':', ',']) && row.starts_with(is_letter);
        pauses || self.last < self.width || self.last < widest && self.had_no_room(row, widest)
    }

    /// Whether the first word of the next row had no room in the last one, if no row may be wider than this one would be.
    fn had_no_room(&self, row: &str, widest: usize) -> bool {
        let word = row.split(' ').next().unwrap_or_default().chars().count();
        !self.parted && widest <= WIDEST_OF_WORDS && widest.max(row.chars().count()) < self.last + 1 + word
    }

    /// A message that needs the new row: it lies over the joint, as one does that neither row holds alone, or follows one
    /// that is all header. A line that has its message takes any row, but for one that is `whole`.
    pub fn takes(&self, found: &Match, whole: bool, known: bool) -> bool {
        let longer = found.end > self.length;
        match self.event {
            Some(_) => !whole || longer,
            None => !known || longer && (found.start < self.length || self.bare),
        }
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

/// Whether a row begins JSON that it does not end.
pub fn is_open_json(row: &str) -> bool {
    search::has(row, "{\"") && !row.trim_end().ends_with('}')
}

/// Lines of the log in one row at most.
pub const GLUED: usize = 64;

/// The beginning of a row, in which a line of the log has its message as a rule (judgement).
pub fn near(text: &str) -> &str {
    &text[..floor(text, 4 << 10)]
}

/// Where in a row a further line begins that lost the line end before it: a stamp of etcd's logger, `2018-12-08
/// 06:57:11.726065`, straight behind a word. A mail may break the row behind its date.
pub fn glued(text: &str) -> Option<usize> {
    const STAMP: &[u8] = b"0000-00-00 00:00:00.000000";
    const DATE: usize = "0000-00-00".len();
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(at) = search::find(text.get(from..)?, "20").map(|at| from + at) {
        from = at + 2;
        let behind_word = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || b")]}.!".contains(&bytes[at - 1]));
        let rest = &bytes[at..];
        // Behind a dot a date ends the name of a file.
        let length = if rest.len() == DATE && bytes[at.saturating_sub(1)] != b'.' { DATE } else { STAMP.len() };
        let stamp = rest.get(..length).filter(|_| behind_word);
        let fits = |(byte, form): (&u8, &u8)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form };
        if stamp.is_some_and(|stamp| stamp.iter().zip(STAMP).all(fits)) {
            return Some(at);
        }
    }
    None
}

/// Where a further line of a journal begins in a row that lost its line ends: ` Jun 11 11:56:35 host etcd2[574]: ` behind the
/// words of a line that has such a head itself. A head straight behind another is of the same line.
pub fn next_head(text: &str) -> Option<usize> {
    const ENDS: &str = "]: ";
    let mut from = search::find(text, ENDS)? + ENDS.len();
    let first = from;
    while let Some(at) = search::find(text.get(from..)?, ENDS).map(|at| from + at) {
        from = at + ENDS.len();
        // Month, day, clock, machine, program; before a day of one digit stand two blanks.
        let begins = |words: usize| text[first..at].rsplitn(words + 1, ' ').nth(words).map(|before| first + before.len() + 1);
        let is_stamp = |begins: &usize| time::stamp(&text[*begins..]).is_some_and(|stamp| stamp.clock == Clock::NoYear);
        let begins = [5, 6].into_iter().filter_map(begins).find(is_stamp);
        let words = |begins: &usize| text[first..*begins].trim_end().ends_with(|c: char| !matches!(c, ':' | '|' | '"' | '`'));
        if let Some(begins) = begins.filter(words) {
            return Some(begins);
        }
    }
    None
}

/// Where behind a message that begins at `start` a line with another one begins: at a stamp that stands shortly before that. In JSON
/// a time is a field.
pub fn next_stamp(text: &str, start: usize) -> Option<usize> {
    /// No head of a line is longer, and no message names more moments (judgement).
    const HEAD: usize = 120;
    const MOMENTS: usize = 4;
    let (mut from, mut moments) = (start, 0);
    while moments < MOMENTS {
        let at = from + search::find(text.get(from..)?, ":")?;
        from = at + 1;
        let digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        if text.as_bytes().get(at + 3) != Some(&b':') || !digit(at + 1) || !digit(at + 4) {
            continue;
        }
        moments += 1;
        // A clock, behind a date or a month and a day as a rule; of one digit with two blanks. 3.4 writes `raft2018/11/06`.
        let word = |back: usize| text[start..at].rsplitn(back + 1, ' ').nth(back).map(|before| start + before.len() + 1);
        let is_stamp = |begins: &usize| {
            let rest = &text[*begins..];
            time::stamp(rest.strip_prefix("raft").unwrap_or(rest)).is_some_and(|stamp| begins + stamp.length > at)
        };
        let begins = [4, 3, 2, 1].into_iter().filter_map(word).find(is_stamp);
        let tells = |begins: &usize| recognise(near(&text[*begins..])).is_some_and(|(_, next)| next.start <= HEAD);
        if let Some(begins) = begins.filter(|_| !search::has(text, "{\"")).filter(tells) {
            return Some(begins);
        }
    }
    None
}

/// Where behind the place `end` in a message the next line of the log begins: `{"level":"`, the next member that etcdctl shows, or a level and a package,
/// `W | etcdserver: `, with or without a stamp before them.
pub fn next_message(text: &str, end: usize) -> Option<usize> {
    let tail = text.get(end..)?;
    if !search::has_any(tail.as_bytes(), [b'{', b'|']) {
        return None;
    }
    let mut from = 0;
    while let Some(at) = search::find(&tail[from..], "{\"").map(|at| from + at) {
        if ["{\"level\":\"", "{\"level\": \"", "{\"Endpoint\":\""].iter().any(|opening| tail[at..].starts_with(opening)) {
            return Some(end + at);
        }
        from = at + 2;
    }
    let (bytes, bar) = (text.as_bytes(), end + search::find(tail, " | ")?);
    let letter = bar.checked_sub(1).filter(|letter| *letter > end && b"CDEINW".contains(&bytes[*letter]) && bytes[letter - 1] == b' ')?;
    let (package, _) = search::split(&text[bar + 3..], ": ")?;
    let names = package.len() < 40 && package.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_".contains(&byte));
    // A date and a time are two words.
    let stamp = text[..letter].trim_end().rsplitn(3, ' ').take(2).map(str::len).sum::<usize>() + 1;
    let begins = letter.checked_sub(stamp + 1).filter(|begins| *begins >= end && time::stamp(&text[*begins..]).is_some());
    names.then_some(begins.unwrap_or(letter))
}

/// `-- Reboot --`, a fence, a prompt, the number of an empty line (`13:`): nothing that a program printed.
fn is_mark(row: &str) -> bool {
    let row = row.trim_start();
    let number = row.trim_end().strip_suffix(':');
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        || row.starts_with(['-', '`', '$', '#', '=', '<', '[', '~', '{'])
        || search::has(row, "$ ")
        || row.contains('@')
}

/// A part of a line that a container's logger broke, as `STAMP stderr P text`: whether it is the last, and its text.
pub fn part(text: &str) -> Option<(bool, &str)> {
    text.as_bytes().first().filter(|first| first.is_ascii_digit())?;
    let (_, after) = search::split(text, " std").filter(|(before, _)| before.len() < 45)?;
    let rest = after.strip_prefix("out ").or_else(|| after.strip_prefix("err "))?;
    let last = rest.starts_with("F ");
    (last || rest.starts_with("P ")).then(|| (last, &rest[2..]))
}

/// A row that a soft line end of a mail breaks, without it: `=` at its end, and no more than 76 characters with it (RFC 2045, 6.7).
/// Who writes it fills the row.
pub fn soft(row: &str) -> Option<&str> {
    row.strip_suffix('=').filter(|part| (69..76).contains(&part.len()) && part.contains(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_lost_their_end_are_parted() {
        for (row, parts) in [
            (
                "became follower at term 112018-12-08 07:00:20.198352 I | raft: x",
                &["became follower at term 11", "2018-12-08 07:00:20.198352 I | raft: x"][..],
            ),
            ("lost leader 45ac11b837bb4860 at term 112018-12-08", &["lost leader 45ac11b837bb4860 at term 11", "2018-12-08"]),
            ("saved to /var/backup/etcd.2018-12-08", &["saved to /var/backup/etcd.2018-12-08"]),
            ("2018-12-08 07:00:20.198352 I | raft: x", &["2018-12-08 07:00:20.198352 I | raft: x"]),
            (
                "Dec 08 07:00:20 n etcd[7]: 2018-12-08 07:00:20.198352 I | raft: x",
                &["Dec 08 07:00:20 n etcd[7]: 2018-12-08 07:00:20.198352 I | raft: x"],
            ),
        ] {
            let mut rest = row;
            let mut found = Vec::new();
            while let Some(at) = glued(rest) {
                found.push(&rest[..at]);
                rest = &rest[at..];
            }
            found.push(rest);
            assert_eq!(found, parts);
        }
        let line = |second: u32| format!("Jun  4 11:56:0{second} core-1 fleetd[574]: INFO client.go:291: cancelled");
        let joined = [line(1), line(2), line(3)].join(" ");
        assert_eq!(next_head(&joined), Some(line(1).len() + 1));
        assert_eq!(next_head(&joined[line(1).len() + 1..]), Some(line(2).len() + 1));
        // Words before the first one, and a line that another program passes on.
        assert_eq!(next_head(&format!("as you see: {}", line(1))), None);
        assert_eq!(next_head(&format!("Jun 14 11:56:01 relay dockerd[7]: {}", line(1))), None);
        let next = |text: &'static str, after: &str| next_message(text, after.len()).map(|at| &text[at..]);
        assert_eq!(next("server is slow. W | etcdserver: next", "server is slow"), Some("W | etcdserver: next"));
        assert_eq!(next("slow 2018-12-08 07:00:20.1 W | wal: next", "slow"), Some("2018-12-08 07:00:20.1 W | wal: next"));
        assert_eq!(next(r#"{"msg":"slow"} {"level":"warn","msg":"next"}"#, r#"{"msg":"slow"#), Some(r#"{"level":"warn","msg":"next"}"#));
        assert_eq!(next("slow (a W | b)", "slow"), None);
    }
}
