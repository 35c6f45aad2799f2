//! From bytes to events: lines, recognition, order and time. Fed in pieces of any size.

use std::collections::HashMap;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::event::{Clock, Event, LogReading, Order, Time};
use super::header::{Header, header};
use super::pattern::{Match, Piece, json_field, match_at, value};
use super::signature::{Program, SIGNATURES};
use crate::sort::by_key;
use crate::text::{DocumentId, Span};
use crate::units::S;

/// A line is read up to this length; what is beyond is skipped and counted.
const LONGEST_LINE: usize = 64 << 10;
/// Characters of a line kept for evidence.
const SHOWN: usize = 400;
/// Events kept in all, so that memory does not grow with the file. Beyond it only the first and
/// rarer messages are kept.
const KEPT: usize = 60_000;
/// Beyond `KEPT` events, so many more of each message.
const KEPT_EACH: usize = 500;

/// Reads one log.
pub struct Scanner {
    reading: LogReading,
    /// The line not yet ended, up to `LONGEST_LINE`, and how long it really is.
    rest: Vec<u8>,
    rest_length: u64,
    ends_in_return: bool,
    began: bool,
    offset: u64,
    hosts: HashMap<String, u16>,
    programs: HashMap<Program, u64>,
    forms: HashMap<&'static str, u64>,
    each: HashMap<u16, usize>,
    clock: Clock,
    wide: Option<Vec<u8>>,
    pending: Option<(u64, Span, String)>,
    sticky_time: Option<(Time, Box<str>)>,
    sticky_host: Option<String>,
    too_long: u64,
    rising: u64,
    falling: u64,
    last_micros: Option<i64>,
    stamps: Vec<(Time, Box<str>)>,
}

/// Whether a text looks like a log: recognised messages, or headers on most lines.
pub fn looks_like_log(text: &str) -> bool {
    let mut headed = 0;
    let mut lines = 0;
    for line in text.lines().filter(|line| !line.trim().is_empty()).take(200) {
        lines += 1;
        let head = header(line, line.len());
        headed += u64::from(head.time.is_some() || head.source_line.is_some());
    }
    lines > 0 && headed * 2 >= lines
}

impl Scanner {
    /// Starts reading the document with this index.
    pub fn new(document: DocumentId) -> Scanner {
        Scanner {
            reading: LogReading { document, ..LogReading::default() },
            rest: Vec::new(),
            rest_length: 0,
            ends_in_return: false,
            began: false,
            offset: 0,
            hosts: HashMap::new(),
            programs: HashMap::new(),
            forms: HashMap::new(),
            each: HashMap::new(),
            clock: Clock::None,
            wide: None,
            pending: None,
            sticky_time: None,
            sticky_host: None,
            too_long: 0,
            rising: 0,
            falling: 0,
            last_micros: None,
            stamps: Vec::new(),
        }
    }

    /// Lines and recognised lines so far, for progress.
    pub fn counts(&self) -> (u64, u64) {
        (self.reading.lines, self.reading.recognised)
    }

    /// Reads the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        if let Some(wide) = &mut self.wide {
            wide.extend_from_slice(bytes);
            return;
        }
        if self.began {
            return self.take_lines(bytes);
        }
        // Two bytes tell UTF-16 from the rest.
        self.rest.extend_from_slice(bytes);
        if self.rest.len() >= 2 {
            self.begin();
        }
    }

    fn begin(&mut self) {
        self.began = true;
        let first = std::mem::take(&mut self.rest);
        if matches!(first.as_slice(), [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) {
            self.wide = Some(first);
            return;
        }
        self.take_lines(&first);
    }

    fn take_lines(&mut self, mut bytes: &[u8]) {
        while let Some(length) = bytes.iter().position(|byte| *byte == b'\n') {
            self.hold(&bytes[..length]);
            self.end_line(1);
            bytes = &bytes[length + 1..];
        }
        self.hold(bytes);
    }

    /// Adds to the line not yet ended. Only what will be read is kept, so a text without line ends
    /// takes no more memory than one line.
    fn hold(&mut self, bytes: &[u8]) {
        let room = LONGEST_LINE.saturating_sub(self.rest.len());
        self.rest.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.rest_length += bytes.len() as u64;
        self.ends_in_return = bytes.last().map_or(self.ends_in_return, |last| *last == b'\r');
    }

    fn end_line(&mut self, end_bytes: u64) {
        let mut bytes = std::mem::take(&mut self.rest);
        let length = std::mem::take(&mut self.rest_length);
        let ends_in_return = std::mem::take(&mut self.ends_in_return);
        let start = self.offset;
        self.offset += length + end_bytes;
        self.reading.lines += 1;
        self.too_long += u64::from(length > LONGEST_LINE as u64);
        let span = Span { start, end: start + length - u64::from(ends_in_return) };
        let shown = (span.end - start).min(bytes.len() as u64) as usize;
        let text = plain(&String::from_utf8_lossy(&bytes[..shown]));
        self.line(&text, span);
        bytes.clear();
        self.rest = bytes;
    }

    fn line(&mut self, text: &str, span: Span) {
        if text.trim().is_empty() {
            return;
        }
        if self.record_field(text, span) {
            return;
        }
        if self.recognised(text, self.reading.lines, span) {
            self.pending = None;
            return;
        }
        let head = header(text, text.len());
        let headed = head.time.is_some() || head.program.is_some() || head.source_line.is_some();
        if !headed && self.joins_pending(text) {
            return;
        }
        self.note_header(&head);
        self.reading.foreign += u64::from(headed);
        self.reading.unread += u64::from(!headed);
        self.pending = headed.then(|| (self.reading.lines, span, text.to_owned()));
    }

    /// Fields of `journalctl -o verbose` and `-o export`: the message is one of several lines.
    fn record_field(&mut self, text: &str, span: Span) -> bool {
        let field = text.trim_start();
        if let Some(stamp) = field.strip_prefix("__REALTIME_TIMESTAMP=") {
            self.sticky_time = super::time::epoch(stamp).map(|read| (read.time, stamp.into()));
            self.clock = Clock::Full;
            return true;
        }
        if let Some(read) = super::time::stamp(field).filter(|read| field[read.length..].starts_with(" [s=")) {
            self.sticky_time = Some((read.time, field[..read.length].into()));
            self.note_header(&header(field, read.length));
            return true;
        }
        if let Some(host) = field.strip_prefix("_HOSTNAME=") {
            self.sticky_host = Some(host.trim().to_owned());
            return true;
        }
        if let Some(message) = field.strip_prefix("MESSAGE=") {
            if !self.recognised(message, self.reading.lines, span) {
                self.reading.foreign += 1;
            }
            return true;
        }
        let is_field = field
            .split_once('=')
            .is_some_and(|(key, _)| key.len() > 2 && key.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'));
        if is_field && self.sticky_time.is_some() {
            self.reading.foreign += 1;
            return true;
        }
        false
    }

    /// A line that a terminal wrapped: its second half has no header of its own.
    fn joins_pending(&mut self, text: &str) -> bool {
        let Some((line, span, first)) = self.pending.take() else { return false };
        let joined = format!("{first}{}", text.trim_start());
        if !self.recognised(&joined, line, span) {
            return false;
        }
        self.reading.foreign -= 1;
        self.reading.recognised += 1;
        true
    }

    fn recognised(&mut self, text: &str, line: u64, span: Span) -> bool {
        let Some((number, found)) = recognise(text) else { return false };
        let head = header(text, found.start);
        self.note_header(&head);
        self.reading.recognised += 1;
        let signature = &SIGNATURES[usize::from(number)];
        *self.programs.entry(signature.program).or_default() += 1;
        if let Some(place) = head.source_line.filter(|_| signature.is_fleet()) {
            self.fingerprint(number, place);
        }
        let each = self.each.entry(number).or_default();
        *each += 1;
        if self.reading.events.len() >= KEPT && *each > KEPT_EACH {
            self.reading.dropped += 1;
            return true;
        }
        let event = Event { line, ..self.event(number, found, &head, text, span) };
        self.reading.events.push(event);
        true
    }

    fn event(&mut self, number: u16, found: Match, head: &Header, text: &str, span: Span) -> Event {
        let signature = &SIGNATURES[usize::from(number)];
        let mut values = found.values;
        for (hole, field, kind) in signature.fields {
            if let Some(caught) = json_field(text, field).and_then(|text| value(*kind, text)) {
                values.push((hole, caught));
            }
        }
        let time = head.time.map(|time| self.pulled_up(time)).or(self.sticky_time.as_ref().map(|(time, _)| *time));
        let stamp = head.stamp.map(Box::from).or(self.sticky_time.as_ref().map(|(_, stamp)| stamp.clone()));
        let host = head.host.map(str::to_owned).or_else(|| self.sticky_host.clone()).map(|host| self.host(&host));
        Event {
            document: self.reading.document,
            line: self.reading.lines,
            span,
            message: Span { start: span.start + found.start as u64, end: span.start + found.end as u64 },
            time,
            stamp,
            host,
            meaning: signature.meaning,
            signature: number,
            values,
            repeat: repeats(text),
            source_line: head.source_line.map(Box::from),
            text: text.chars().take(SHOWN).collect::<String>().into(),
        }
    }

    /// A stamp of whole seconds is cut off: within a file it cannot lie before the line above it.
    fn pulled_up(&mut self, time: Time) -> Time {
        let before = self.last_micros;
        let pulled = match before {
            Some(before) if time.grain >= S && before >= time.micros && before - time.micros < S => Time { micros: before, ..time },
            _ => time,
        };
        self.last_micros = Some(pulled.micros);
        pulled
    }

    fn host(&mut self, name: &str) -> u16 {
        if let Some(known) = self.hosts.get(name) {
            return *known;
        }
        let number = self.reading.hosts.len().min(u16::MAX as usize - 1) as u16;
        self.hosts.insert(name.to_owned(), number);
        self.reading.hosts.push(name.to_owned());
        number
    }

    fn fingerprint(&mut self, number: u16, place: &str) {
        let known = self.reading.fingerprints.iter().any(|(other, at)| *other == number && &**at == place);
        if !known && self.reading.fingerprints.len() < 1000 {
            self.reading.fingerprints.push((number, place.into()));
        }
    }

    fn note_header(&mut self, head: &Header) {
        *self.forms.entry(head.form).or_default() += 1;
        let (Some(time), Some(stamp)) = (head.time, head.stamp) else { return };
        if self.clock == Clock::None || head.clock == Clock::Full {
            self.clock = head.clock;
        }
        if let Some((last, _)) = self.stamps.last() {
            self.rising += u64::from(time.micros > last.micros);
            self.falling += u64::from(time.micros < last.micros);
        }
        // First, last, earliest and latest are all that is asked of the stamps.
        self.stamps.truncate(3);
        let extremes = &mut self.stamps;
        if extremes.is_empty() {
            extremes.extend([(time, Box::from(stamp)), (time, Box::from(stamp))]);
        }
        if time.micros < extremes[0].0.micros {
            extremes[0] = (time, stamp.into());
        }
        if time.micros > extremes[1].0.micros {
            extremes[1] = (time, stamp.into());
        }
        extremes.truncate(2);
        extremes.push((time, stamp.into()));
    }

    /// Ends the reading: the last line, the order, the totals.
    pub fn finish(mut self) -> LogReading {
        if let Some(wide) = self.wide.take() {
            self.take_lines(crate::text::decode(&wide).as_bytes());
        } else if !self.began {
            self.begin();
        }
        if self.rest_length > 0 {
            self.end_line(0);
        }
        self.order();
        let mut reading = self.reading;
        reading.clock = self.clock;
        reading.format = format_words(&self.programs, &self.forms);
        reading.programs = programs(&self.programs);
        reading.first = self.stamps.first().cloned();
        reading.last = self.stamps.get(1).cloned();
        if reading.dropped > 0 {
            reading.limits.push(format!("{} more lines of kinds already seen often were counted, not kept.", reading.dropped));
        }
        if self.too_long > 0 {
            reading.limits.push(format!("{} lines are longer than 64 KiB and were read only up to there.", self.too_long));
        }
        reading
    }

    /// Puts the events in order of time: turns a newest-first log round, and lets the line order rule else.
    fn order(&mut self) {
        self.reading.order = match (self.rising, self.falling) {
            (0, 0) => Order::Unknown,
            (up, down) if down > up => Order::NewestFirst,
            _ => Order::OldestFirst,
        };
        if self.reading.order == Order::NewestFirst {
            self.reading.events.reverse();
        }
        if self.clock == Clock::TimeOfDay {
            past_midnight(&mut self.reading.events);
        }
        let several = self.reading.hosts.len() > 1;
        if several {
            // Collectors mix hosts up; within one host the line order stays.
            by_key(&mut self.reading.events, |event| event.time.map(|time| time.micros));
        }
    }
}

/// Times of day that fall by more than half a day have passed midnight.
fn past_midnight(events: &mut [Event]) {
    const DAY: i64 = 86_400 * S;
    let mut days = 0;
    let mut last = 0;
    for event in events {
        let Some(time) = &mut event.time else { continue };
        if last - time.micros > DAY / 2 {
            days += 1;
        }
        last = time.micros;
        time.micros += days * DAY;
    }
}

/// `[merged 12 repeated lines in 1.02s]`.
fn repeats(text: &str) -> u32 {
    let count = text.rsplit_once("[merged ").and_then(|(_, rest)| rest.split_once(' ')).and_then(|(count, _)| count.parse().ok());
    count.unwrap_or(1)
}

fn programs(seen: &HashMap<Program, u64>) -> Vec<String> {
    let all = [(Program::Etcd, "etcd"), (Program::Fleet, "fleet"), (Program::Client, "clients"), (Program::System, "systemd")];
    all.iter().filter(|(program, _)| seen.contains_key(program)).map(|(_, name)| (*name).to_owned()).collect()
}

fn format_words(seen: &HashMap<Program, u64>, forms: &HashMap<&'static str, u64>) -> String {
    let names = programs(seen).join(" and ");
    let form = forms.iter().max_by_key(|(form, count)| (**count, **form)).map_or("plain lines", |(form, _)| *form);
    if names.is_empty() { format!("log, {form}") } else { format!("{names} log, {form}") }
}

/// Takes away what is not text of the log: colour escapes, the wrapping of Docker's and journald's JSON.
fn plain(text: &str) -> String {
    let mut plain = if text.contains('\u{1b}') { without_escapes(text) } else { text.to_owned() };
    for field in ["log", "MESSAGE"] {
        let start = plain.trim_start();
        if start.starts_with('{') && start.contains(&format!("\"{field}\"")) {
            if let Some(inner) = json_field(&plain, field).map(unescape) {
                let outer = json_field(&plain, "time").or_else(|| json_field(&plain, "__REALTIME_TIMESTAMP")).unwrap_or("").to_owned();
                let host = json_field(&plain, "_HOSTNAME")
                    .map(|host| format!("{host} {}: ", json_field(&plain, "SYSLOG_IDENTIFIER").unwrap_or("etcd")))
                    .unwrap_or_default();
                plain = format!("{outer} {host}{}", inner.trim_end());
            }
        }
    }
    plain
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

/// The literal parts to look for, and the signatures that each belongs to.
struct Prefilter {
    automaton: AhoCorasick,
    owners: Vec<Vec<u16>>,
}

fn prefilter() -> Option<&'static Prefilter> {
    static PREFILTER: OnceLock<Option<Prefilter>> = OnceLock::new();
    PREFILTER.get_or_init(build_prefilter).as_ref()
}

fn build_prefilter() -> Option<Prefilter> {
    let mut texts: Vec<&'static str> = Vec::new();
    let mut owners: Vec<Vec<u16>> = Vec::new();
    for (number, signature) in SIGNATURES.iter().enumerate() {
        let Some(Piece::Literal(text)) = signature.pieces.get(signature.key) else { continue };
        match texts.iter().position(|known| known == text) {
            Some(at) => owners[at].push(number as u16),
            None => {
                texts.push(text);
                owners.push(vec![number as u16]);
            }
        }
    }
    AhoCorasick::new(&texts).ok().map(|automaton| Prefilter { automaton, owners })
}

/// The declared message in a line: the one that begins first; of several the most telling.
pub fn recognise(line: &str) -> Option<(u16, Match)> {
    let filter = prefilter()?;
    let mut best: Option<(u16, Match)> = None;
    for hit in filter.automaton.find_overlapping_iter(line) {
        for number in &filter.owners[hit.pattern().as_usize()] {
            let signature = &SIGNATURES[usize::from(*number)];
            let Some(found) = match_at(signature.pieces, signature.key, hit.start(), line) else { continue };
            if !at_boundary(line, found.start) {
                continue;
            }
            let better =
                best.as_ref().is_none_or(|(_, known)| (found.start, usize::MAX - found.weight) < (known.start, usize::MAX - known.weight));
            if better {
                best = Some((*number, found));
            }
        }
    }
    best
}

/// A message begins at the start of the line or after something that ends a word.
fn at_boundary(line: &str, start: usize) -> bool {
    line[..start].chars().next_back().is_none_or(|before| !before.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::event::Meaning;

    fn read(text: &str) -> LogReading {
        let mut scanner = Scanner::new(0);
        scanner.push(text.as_bytes());
        scanner.finish()
    }

    const LATE: &str =
        "2015-10-16 10:12:51.344648 W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 237.022208ms)\n";

    #[test]
    fn any_cut_gives_the_same_reading() {
        let text = format!("\u{feff}{LATE}garbage\r\n{LATE}\r\n> {LATE}no end: x became leader at term 7");
        let whole = read(&text);
        assert_eq!(whole.recognised, 3);
        for step in [1, 2, 3, 7, 64] {
            let mut scanner = Scanner::new(0);
            text.as_bytes().chunks(step).for_each(|piece| scanner.push(piece));
            assert_eq!(scanner.finish(), whole, "pieces of {step}");
        }
    }

    #[test]
    fn newest_first_is_put_right_and_keeps_its_line_numbers() {
        let log = read(
            "Apr 09 21:20:31 m fleetd[1]: INFO engine.go:205: Stole engine leadership from Machine(9c33)\nApr 09 21:20:30 m fleetd[1]: ERROR engine.go:218: Engine leadership lost, renewal failed: 101: Compare failed\n",
        );
        assert_eq!(log.order, Order::NewestFirst);
        assert_eq!(log.events.iter().map(|event| event.line).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn wrapped_and_coloured_and_boxed_lines_are_read() {
        let coloured = format!("\u{1b}[33m{}\u{1b}[0m", LATE.trim_end());
        let docker = r#"{"log":"2015-10-16 10:12:51.344648 W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 1.5s)\n","stream":"stderr","time":"2015-10-16T10:12:51.345Z"}"#;
        let wrapped = "Oct 16 10:12:51 h etcd2[8]: failed to send out heartbeat on time (deadline exce\neded for 1.5s)";
        for text in [coloured.as_str(), docker, wrapped] {
            let log = read(text);
            assert_eq!(log.events.iter().map(|event| event.meaning).collect::<Vec<_>>(), [Meaning::HeartbeatLate], "{text}");
        }
    }

    #[test]
    fn hostile_bytes_do_no_harm() {
        for bytes in [&b"\0\0\0\xff\xfe"[..], b"\xff\xfeA\0", b"{\"log\":\"", b"\n\n\n", &[b'['; 100_000]] {
            let mut scanner = Scanner::new(0);
            scanner.push(bytes);
            assert_eq!(scanner.finish().recognised, 0);
        }
    }
}
