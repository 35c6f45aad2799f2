//! From bytes to events: lines, recognition, order and time. Fed in pieces of any size.
//!
//! The first part of a log is read line by line, so that its form is known. Of the rest only the
//! lines are read in which a message may stand, and now and then one more.

use super::foreign::{is_borrowed, is_mention, is_metric, is_of_another_raft, is_ours};
use std::borrow::Cow;

use super::event::{Clock, Event, LogReading, Meaning, Time, Value};
use super::header::{Header, Headers, header};
use super::nested;
use super::object::Object;
use super::order::Stamps;
use super::pattern::{Match, Piece, json_field, value, values};
use super::plain::plain;
use super::prefilter::prefilter;
use super::recognise::recognise;
use super::records::{Field, field};
use super::rows::{GLUED, Open, ROWS, Row, glued, next_message, part};
use super::signature::{Program, Signature, signature};
use super::table::Table;
use super::time::{Stamp, refined};
use super::utf16::Utf16;
use crate::gather::Gather;
use crate::index::{Index, slot};
use crate::search;
use crate::text::{DocumentId, Span};
use crate::units::S;

/// A line is read up to this length; what is beyond is skipped and counted.
const LONGEST_LINE: usize = 64 << 10;
/// Characters of a line kept for evidence.
const SHOWN: usize = 400;
/// Events kept in all, so that memory does not grow with the file. Beyond it only the first and
/// rarer messages are kept.
const KEPT: usize = 30_000;
/// Hosts that are told apart; what comes after them counts as the last of them.
const MOST_HOSTS: usize = u16::MAX as usize;
/// Beyond `KEPT` events, so many more of each message of each host.
const KEPT_EACH: u32 = 500;
/// And no more than so many in all.
const KEPT_MOST: usize = 40_000;
/// So much at the beginning is read line by line, and behind each message with a row for each field.
const CLOSELY: u64 = 256 << 10;
/// From there on, every first line that begins after so many bytes.
const STRIDE: u64 = 64 << 10;

/// Reads one log.
pub struct Scanner {
    reading: LogReading,
    text: Encoding,
    /// The line not yet ended, up to `LONGEST_LINE`, and how long it really is.
    rest: Vec<u8>,
    rest_length: u64,
    ends_in_return: bool,
    /// Where the next line begins, and from where on the next one is read whatever it holds.
    offset: u64,
    look: u64,
    /// Whether the last line read had a header: lines passed over are taken to be like it.
    headed: bool,
    /// The hosts' numbers, in the order of their names.
    hosts: Vec<u16>,
    last_host: u16,
    programs: Vec<(Program, u64)>,
    /// Some line names etcd or fleet.
    named: bool,
    forms: Vec<(&'static str, u64)>,
    /// How often each message of each host came.
    each: Index,
    often: Vec<u32>,
    headers: Headers,
    /// A table that is being read, and the event of its head.
    table: Option<(usize, Table)>,
    /// The line last read: the next row may be its rest.
    open: Option<Open>,
    /// A line that a container's logger wrote in parts: number, place and text so far.
    parts: Option<(u64, Span, String)>,
    wrapped: bool,
    /// Up to here every line is read.
    closely: u64,
    record: Option<Record>,
    /// The object of JSON that is being read.
    object: Option<Object>,
    too_long: u64,
    /// Bytes beyond the length up to which a line is read.
    unheard: u64,
    last_micros: Option<i64>,
    stamps: Stamps,
    /// Those of recognised lines alone.
    own_stamps: Stamps,
}

/// How the text is written.
enum Encoding {
    /// Not known yet; these are its first bytes, fewer than two.
    Unknown(Vec<u8>),
    Utf8,
    Utf16(Utf16),
}

/// The record that is being read.
#[derive(Default)]
struct Record {
    time: Option<(Stamp, Box<str>)>,
    host: Option<String>,
    /// Which event it gave.
    event: Option<usize>,
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

/// Whether a text can hold no more than so many messages, told without reading its lines: by their
/// keys, since the marks alone stand in other words too (`#cloud-config` has that of `re-configuration`).
pub fn messages_at_most(text: &str, most: usize) -> bool {
    let mut keys = 0;
    for hit in prefilter().hits(text.as_bytes(), 0) {
        let signature = signature(hit.signature);
        let key = hit.at.checked_sub(signature.mark).and_then(|start| text.as_bytes().get(start..));
        keys += usize::from(key.is_some_and(|key| key.starts_with(signature.key_text().as_bytes())));
        if keys > most {
            break;
        }
    }
    keys <= most
}

impl Scanner {
    /// Starts reading the document with this index.
    pub fn new(document: DocumentId) -> Scanner {
        Scanner {
            reading: LogReading { document, ..LogReading::default() },
            text: Encoding::Unknown(Vec::new()),
            rest: Vec::new(),
            rest_length: 0,
            ends_in_return: false,
            offset: 0,
            look: 0,
            headed: false,
            hosts: Vec::new(),
            last_host: 0,
            programs: Vec::new(),
            named: false,
            forms: Vec::new(),
            each: Index::default(),
            often: Vec::new(),
            headers: Headers::default(),
            table: None,
            open: None,
            parts: None,
            wrapped: false,
            closely: CLOSELY,
            record: None,
            object: None,
            too_long: 0,
            unheard: 0,
            last_micros: None,
            stamps: Stamps::default(),
            own_stamps: Stamps::default(),
        }
    }

    /// Lines and recognised lines so far, for progress.
    pub fn counts(&self) -> (u64, u64) {
        (self.reading.lines, self.reading.recognised)
    }

    /// The messages kept so far, as they came.
    pub fn events(&self) -> &[Event] {
        &self.reading.events
    }

    /// Reads the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        match &mut self.text {
            Encoding::Utf8 => self.take(bytes),
            Encoding::Utf16(utf16) => {
                let text = utf16.text(bytes);
                self.take(text.as_bytes());
            }
            Encoding::Unknown(first) => {
                // Two bytes tell UTF-16 from the rest.
                first.extend_from_slice(bytes);
                if first.len() >= 2 {
                    self.begin();
                }
            }
        }
    }

    fn begin(&mut self) {
        let Encoding::Unknown(first) = std::mem::replace(&mut self.text, Encoding::Utf8) else { return };
        match Utf16::after_mark(&first) {
            Some(utf16) => {
                self.text = Encoding::Utf16(utf16);
                self.push(&first[2..]);
            }
            None => self.take(&first),
        }
    }

    /// Cuts text into the line begun before, whole lines, and a line not yet ended.
    fn take(&mut self, mut bytes: &[u8]) {
        if self.rest_length > 0 {
            let Some(length) = line_end(bytes) else { return self.hold(bytes) };
            self.hold(&bytes[..length]);
            self.end_line(1);
            bytes = &bytes[length + 1..];
        }
        let whole = search::last(bytes, b'\n').map_or(0, |last| last + 1);
        self.lines(&bytes[..whole]);
        self.hold(&bytes[whole..]);
    }

    /// Adds to the line not yet ended. Only what will be read is kept, so a text without line ends takes no more memory than
    /// one line. Of a list of records in one row those that are whole are read first.
    fn hold(&mut self, bytes: &[u8]) {
        let mut beyond = bytes;
        while !beyond.is_empty() {
            let room = LONGEST_LINE.saturating_sub(self.rest.len()).min(beyond.len());
            if room == 0 && (self.rest_length > LONGEST_LINE as u64 || !self.read_records()) {
                self.rest_length += beyond.len() as u64;
                break;
            }
            self.rest.extend_from_slice(&beyond[..room]);
            self.rest_length += room as u64;
            beyond = &beyond[room..];
        }
        self.ends_in_return = bytes.last().map_or(self.ends_in_return, |last| *last == b'\r');
    }

    /// Reads the records that the line not yet ended begins with, but for the last; whether there are any.
    fn read_records(&mut self) -> bool {
        let mut bytes = std::mem::take(&mut self.rest);
        let whole = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        let last = nested::last_record(whole).unwrap_or(0);
        let records = &whole[..last];
        if self.offset >= self.look || prefilter().first(records.as_bytes(), 0).is_some() {
            let span = Span { start: self.offset, end: self.offset + last as u64 };
            self.read_row(Row { raw: records, number: self.reading.lines + 1, span });
        }
        self.offset += last as u64;
        self.rest_length -= last as u64;
        bytes.drain(..last);
        self.rest = bytes;
        last > 0
    }

    fn end_line(&mut self, end_bytes: u64) {
        let mut bytes = std::mem::take(&mut self.rest);
        let length = std::mem::take(&mut self.rest_length);
        let ends_in_return = std::mem::take(&mut self.ends_in_return);
        if self.offset >= self.look || prefilter().first(&bytes, 0).is_some() {
            self.read_line(&bytes, length, ends_in_return, end_bytes);
        } else {
            self.pass(1, length + end_bytes);
        }
        bytes.clear();
        self.rest = bytes;
    }

    /// Reads whole lines: every one, or those that may hold a message.
    fn lines(&mut self, text: &[u8]) {
        let base = self.offset;
        let mut at = 0;
        while at < text.len() {
            if base + at as u64 >= self.look {
                at = self.read_line_of(text, at);
                continue;
            }
            // The first line that begins where one is read whatever it holds.
            let until = usize::try_from(self.look - base).map_or(text.len(), |look| look.min(text.len()));
            let until = until - 1 + line_end(&text[until - 1..]).map_or(0, |end| end + 1);
            self.skim(&text[at..until]);
            at = until;
        }
    }

    /// Passes over whole lines, but for those that may hold a message.
    fn skim(&mut self, text: &[u8]) {
        let mut from = 0;
        let mut passed = 0;
        while let Some(hit) = prefilter().first(text, from) {
            let start = search::last(&text[..hit], b'\n').map_or(0, |before| before + 1);
            let end = hit + line_end(&text[hit..]).unwrap_or(text.len() - hit);
            from = (end + 1).min(text.len());
            // A piece that ends within this line would hold no more of it, unless it is of records.
            let is_cut = end - start > LONGEST_LINE && !nested::may_hold_lines(&text[start..end]);
            if is_cut && prefilter().first(&text[start..start + LONGEST_LINE], 0).is_none() {
                continue;
            }
            self.pass(search::count(&text[passed..start], b'\n'), (start - passed) as u64);
            passed = self.read_line_of(text, start);
        }
        self.pass(search::count(&text[passed..], b'\n'), (text.len() - passed) as u64);
    }

    fn pass(&mut self, lines: u64, bytes: u64) {
        if lines == 0 {
            return;
        }
        self.offset += bytes;
        self.reading.lines += lines;
        self.open = None;
        let like = if self.headed { &mut self.reading.foreign } else { &mut self.reading.unread };
        *like += lines;
    }

    /// Reads the line that begins at `start`, and tells where the next one does.
    fn read_line_of(&mut self, text: &[u8], start: usize) -> usize {
        let rest = &text[start..];
        let line = &rest[..line_end(rest).unwrap_or(rest.len())];
        if line.len() > LONGEST_LINE {
            self.hold(line);
            self.end_line(1);
        } else {
            self.read_line(line, line.len() as u64, line.ends_with(b"\r"), 1);
        }
        (start + line.len() + 1).min(text.len())
    }

    fn read_line(&mut self, bytes: &[u8], length: u64, ends_in_return: bool, end_bytes: u64) {
        let start = self.offset;
        self.offset += length + end_bytes;
        self.reading.lines += 1;
        self.too_long += u64::from(length > LONGEST_LINE as u64);
        self.unheard += length.saturating_sub(LONGEST_LINE as u64);
        let span = Span { start, end: start + length - u64::from(ends_in_return) };
        let shown = (span.end - start).min(bytes.len() as u64) as usize;
        // Nearly all lines are text, which this tells many bytes at a time.
        let bytes = &bytes[..shown];
        let raw = std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed);
        self.read_row(Row { raw: &raw, number: self.reading.lines, span });
    }

    /// Reads a row, or the lines of the log in it.
    fn read_row(&mut self, row: Row) {
        let (start, nested) = (row.span.start, nested::lines(row.raw));
        if nested.is_empty() {
            self.line(row);
        }
        for (range, line) in &nested {
            let span = Span { start: start + range.start as u64, end: start + range.end as u64 };
            self.line(Row { raw: line, span, ..row });
        }
        // Records and wrapped lines are more than one line: there all are read.
        let closely = start < self.closely || self.wrapped || self.record.is_some() || self.object.is_some();
        if start >= self.look {
            self.look = if closely { 0 } else { (start / STRIDE + 1) * STRIDE };
        }
    }

    /// A row that may be one of an object.
    fn line(&mut self, row: Row) {
        if let Some(next) = Object::begun_by(row) {
            self.end_object();
            self.object = Some(next);
        } else if self.object.as_mut().is_some_and(|object| object.add(row)) {
            self.end_object();
        } else if self.object.is_none() {
            self.one_line(row);
        }
    }

    /// Reads the object whose rows were held back: as one message, or row by row.
    fn end_object(&mut self) {
        let Some(object) = self.object.take() else { return };
        let Some(message) = object.message() else {
            return object.rows.iter().for_each(|(raw, number, span)| self.one_line(Row { raw, number: *number, span: *span }));
        };
        let (Some((_, number, first)), Some((_, _, last))) = (object.rows.first(), object.rows.last()) else { return };
        // The next one begins with a row that holds no message.
        self.closely = self.offset + CLOSELY;
        self.open = None;
        self.reading.foreign += object.rows.len() as u64 - 1;
        self.one_line(Row { raw: &message, number: *number, span: Span { end: last.end, ..*first } });
    }

    fn one_line(&mut self, row: Row) {
        let text = plain(row.raw);
        if text.trim().is_empty() {
            // Behind a fence another paste begins, or the prose around it.
            if !row.raw.trim().is_empty() {
                self.open = None;
            }
            return;
        }
        self.named = self.named || text.contains("etcd") || text.contains("fleet");
        if let Some(field) = field(&text, self.record.is_some()) {
            return self.field(field, row);
        }
        match (part(&text), self.parts.take()) {
            (Some((false, rest)), None) => {
                let whole = format!("{}F {rest}", &text[..text.len() - rest.len() - 2]);
                self.parts = Some((row.number, row.span, whole));
                self.wrapped = true;
            }
            (Some((last, rest)), Some((number, span, mut whole))) => {
                let room = LONGEST_LINE.saturating_sub(whole.len()).min(rest.len());
                whole.push_str(rest.get(..room).unwrap_or(""));
                if last {
                    return self.row(&whole, Row { raw: &whole, number, span });
                }
                self.parts = Some((number, span, whole));
            }
            (_, unfinished) => {
                if let Some((number, span, whole)) = unfinished {
                    self.row(&whole, Row { raw: &whole, number, span });
                }
                self.row(&text, row);
            }
        }
    }

    /// A row of the paste, which may hold several lines of the log that lost what parted them.
    fn row<'a>(&mut self, mut text: &'a str, mut row: Row<'a>) {
        for _ in 0..GLUED {
            let mut found = None;
            let cut = glued(text).or_else(|| {
                found = recognise(text);
                next_message(text, found?.1.end)
            });
            let Some(cut) = cut else { return self.single_row(text, found, row) };
            let (before, after) = text.split_at(cut);
            // Where nothing was taken out of the line its parts are known to the byte.
            let middle = if row.raw.starts_with(before) { row.span.start + cut as u64 } else { row.span.start };
            let first = Span { end: if middle > row.span.start { middle } else { row.span.end }, ..row.span };
            self.single_row(before, recognise(before), Row { raw: before, span: first, ..row });
            row = Row { raw: after, span: Span { start: middle, ..row.span }, ..row };
            text = after;
        }
        self.single_row(text, recognise(text), row);
    }

    /// A row is a line of the log, or what a terminal wrapped of the line before.
    fn single_row(&mut self, text: &str, found: Option<(u16, Match)>, row: Row) {
        if found.is_none() && self.is_of_table(text, row) {
            self.open = None;
            return;
        }
        let head = self.headers.header(text, found.map_or(text.len(), |(_, found)| found.start));
        let untimed = self.stamps.clock == Clock::None;
        let headed = head.time.is_some() || head.program.is_some() || head.source_line.is_some();
        let begins = if untimed { headed } else { head.time.is_some() };
        if !begins && self.goes_on(row.raw, found.is_some()) {
            return;
        }
        let event = match found {
            Some((number, found)) => {
                let event = self.recognised(number, &found, &head, text, row);
                self.table = event.and_then(|event| Some((event, Table::under(&self.reading.events[event], text)?)));
                event
            }
            None => {
                self.note_header(&head);
                self.headed = headed;
                self.reading.foreign += u64::from(headed);
                self.reading.unread += u64::from(!headed);
                None
            }
        };
        // What was recognised and not kept needs no rest.
        let stands_alone = found.is_some_and(|(number, _)| is_metric(signature(number).meaning));
        let stays = if found.is_some() { event.is_some() && !stands_alone } else { begins || untimed };
        let room = self.open.take().map(|open| open.raw).unwrap_or_default();
        self.open = stays.then(|| Open::new(row, text, &head, event, room));
    }

    /// A rule of a table, or a row of one, which is added to the event of the head.
    fn is_of_table(&mut self, text: &str, row: Row) -> bool {
        let text = text.trim_start_matches(['>', ' ']);
        if text.starts_with("+--") {
            self.reading.unread += 1;
            return true;
        }
        let Some((event, table)) = self.table else { return false };
        let added = table.add(&mut self.reading.events[event], text, row);
        self.reading.recognised += u64::from(added);
        added
    }

    fn field(&mut self, field: Field, row: Row) {
        self.open = None;
        match field {
            Field::Begins => self.record = Some(Record::default()),
            Field::Time(stamp, written) => {
                // A record that has its message may get its time last; one that has both is over.
                let over = self.record.as_ref().is_none_or(|record| record.time.is_some());
                let record = if over { self.record.insert(Record::default()) } else { self.record.get_or_insert_default() };
                record.time = Some((stamp, written.into()));
                if let Some(event) = record.event.map(|at| &mut self.reading.events[at]) {
                    let own = event.time.map(|time| Stamp { time, clock: event.clock, zoned: false, length: 0 });
                    let known = own.and_then(|own| refined(&stamp, &own));
                    if known.is_none() {
                        event.stamp = Some(written.into());
                    }
                    let known = known.unwrap_or(stamp);
                    (event.time, event.clock) = (Some(known.time), known.clock);
                }
                self.note_header(&Header { time: Some(stamp), stamp: Some(written), form: "journal records", ..Header::default() });
            }
            Field::Host(host) => {
                // The message may have come first.
                let host = host.trim();
                if let Some(event) = self.record.as_ref().and_then(|record| record.event) {
                    let number = self.host(host);
                    self.reading.events[event].host.get_or_insert(number);
                }
                self.record.get_or_insert_default().host = Some(host.to_owned());
            }
            Field::Message(message) => {
                let Some((number, found)) = recognise(&message) else {
                    self.reading.foreign += 1;
                    return;
                };
                let head = header(&message, found.start);
                let event = self.recognised(number, &found, &head, &message, row);
                self.record.get_or_insert_default().event = event;
            }
            Field::Other => self.reading.foreign += 1,
        }
    }

    /// Whether this row is the rest of the line before, which a terminal wrapped; then it is added there.
    fn goes_on(&mut self, row: &str, known: bool) -> bool {
        let Some(mut open) = self.open.take() else { return false };
        if open.event.is_some() && (known || !open.is_unfinished(row)) || open.rows == ROWS {
            return false;
        }
        // A message that ends with fixed words is whole where its row ends with them, unless a longer one begins so. In
        // JSON its fields follow.
        let whole = open.event.map(|event| &self.reading.events[event]).is_some_and(|event| {
            !event.cut && event.message.end == event.span.end && matches!(event.signature().pieces.last(), Some(Piece::Literal(_)))
        }) && !search::has(&open.raw, "\"msg\":");
        let bare = row.trim_start_matches(|c: char| c == '>' || c.is_whitespace());
        for (joint, rest) in [("", row), ("", bare), (" ", bare)] {
            let joined = format!("{}{joint}{rest}", open.raw);
            let text = plain(&joined);
            let Some((number, found)) = recognise(&text).filter(|(_, found)| open.takes(found, whole)) else { continue };
            let head = header(&text, found.start);
            let line = Row { raw: open.first(), number: open.number, span: open.span };
            match open.event {
                Some(event) => {
                    let whole = self.event(number, &found, &head, &text, line);
                    // The message ended with its row: what follows is the prose around a paste.
                    if is_mention(&whole) {
                        return false;
                    }
                    self.reading.events[event] = whole;
                }
                None => {
                    let counted = if open.headed { &mut self.reading.foreign } else { &mut self.reading.unread };
                    *counted -= 1;
                    open.event = self.recognised(number, &found, &head, &text, line);
                }
            }
            self.wrapped = true;
            open.add(joined.clone(), &text, row);
            self.open = Some(open);
            return true;
        }
        if known || whole {
            return false;
        }
        // No message yet. Rows of equal length were cut anywhere, others between words.
        let joined = if row.chars().count() == open.width { format!("{}{row}", open.raw) } else { format!("{} {bare}", open.raw) };
        self.reading.unread += 1;
        let text = plain(&joined).into_owned();
        open.add(joined, &text, row);
        self.open = Some(open);
        true
    }

    /// Takes note of a recognised message, and gives the place of its event, where one was kept.
    fn recognised(&mut self, number: u16, found: &Match, head: &Header, text: &str, row: Row) -> Option<usize> {
        let signature = signature(number);
        self.reading.recognised += 1;
        self.note_header(head);
        // They are asked for only where none has a date.
        if self.own_stamps.clock <= Clock::TimeOfDay {
            self.own_stamps.note(head);
        }
        count(&mut self.programs, signature.program);
        if signature.meaning == Meaning::Repeated {
            let times = values(&signature.pieces, found.start, text, false);
            if let (Some(event), Some((_, Value::Number(times)))) = (self.open.as_ref().and_then(|open| open.event), times.first()) {
                let repeat = &mut self.reading.events[event].repeat;
                *repeat = repeat.saturating_add(u32::try_from(*times).unwrap_or(u32::MAX));
            }
            return None;
        }
        let host = self.host_of(head);
        if let Some(place) = head.source_line.filter(|_| signature.program == Program::Fleet) {
            self.fingerprint(host, number, place);
        }
        if !self.has_room(number, host) {
            self.reading.dropped += 1;
            self.moment(head);
            return None;
        }
        let event = self.event(number, found, head, text, row);
        self.reading.events.push(event);
        Some(self.reading.events.len() - 1)
    }

    fn event(&mut self, number: u16, found: &Match, head: &Header, text: &str, row: Row) -> Event {
        let signature = signature(number);
        let host = self.host_of(head);
        let (time, clock, own) = self.moment(head);
        let stamp = if own {
            head.stamp.map(Box::from)
        } else {
            self.record.as_ref().and_then(|record| record.time.clone()).map(|(_, written)| written)
        };
        Event {
            document: self.reading.document,
            line: row.number,
            span: row.span,
            message: message_span(text, row.raw, found, row.span),
            time,
            clock,
            stamp,
            host,
            meaning: signature.meaning,
            signature: number,
            values: caught(signature, found, text),
            cut: found.cut,
            repeat: repeats(text),
            source_line: head.source_line.map(Box::from),
            text: shortened(text).into(),
        }
    }

    /// The host that the line names, or the record around it.
    fn host_of(&mut self, head: &Header) -> Option<u16> {
        if let Some(host) = head.host {
            return Some(self.host(host));
        }
        let host = self.record.as_ref()?.host.clone()?;
        Some(self.host(&host))
    }

    /// When it happened, by the line and by the record around it, and whether the line's own stamp tells it.
    fn moment(&mut self, head: &Header) -> (Option<Time>, Clock, bool) {
        let outer = self.record.as_ref().and_then(|record| record.time.as_ref()).map(|(stamp, _)| *stamp);
        let (stamp, own) = match (head.time, outer) {
            (Some(own), Some(outer)) => match refined(&outer, &own) {
                Some(refined) => (refined, true),
                None => (outer, false),
            },
            (Some(own), None) => (own, true),
            (None, Some(outer)) => (outer, false),
            (None, None) => return (None, Clock::None, false),
        };
        (Some(self.pulled_up(stamp.time)), stamp.clock, own)
    }

    /// One host, or one message, that fills the memory leaves room for the others.
    fn has_room(&mut self, number: u16, host: Option<u16>) -> bool {
        let each = self.each.position(i64::from(host.unwrap_or(u16::MAX)) << 16 | i64::from(number));
        let often = slot(&mut self.often, each);
        *often += 1;
        let kept = self.reading.events.len();
        kept < KEPT || kept < KEPT_MOST && *often <= KEPT_EACH
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
        if self.reading.hosts.get(usize::from(self.last_host)).is_some_and(|last| last == name) {
            return self.last_host;
        }
        let known = &self.reading.hosts;
        let of = |number: &u16| known[usize::from(*number)].as_str();
        self.last_host = match self.hosts.binary_search_by(|number| of(number).cmp(name)) {
            Ok(at) => self.hosts[at],
            Err(_) if let Some(number) = with_or_without_domain(name, &self.hosts, of) => number,
            Err(_) if known.len() == MOST_HOSTS => u16::MAX - 1,
            Err(at) => {
                let number = known.len() as u16;
                self.hosts.insert(at, number);
                self.reading.hosts.push(name.to_owned());
                number
            }
        };
        self.last_host
    }

    fn fingerprint(&mut self, host: Option<u16>, number: u16, place: &str) {
        let prints = &mut self.reading.fingerprints;
        let known = prints.iter().any(|(on, other, at)| *other == number && *on == host && &**at == place);
        if !known && prints.len() < 1000 {
            prints.push((host, number, place.into()));
        }
    }

    fn note_header(&mut self, head: &Header) {
        count(&mut self.forms, head.form);
        self.stamps.note(head);
    }

    /// Takes back what another program printed in words that etcd prints too.
    fn drop_foreign(&mut self) {
        let named = self.named || self.reading.events.iter().any(|event| !is_borrowed(event) && !is_of_another_raft(event));
        let (reading, programs) = (&mut self.reading, &mut self.programs);
        reading.events.retain(|event| {
            let keep = !is_mention(event) && !is_of_another_raft(event) && (!is_borrowed(event) || is_ours(event, named));
            if !keep {
                reading.recognised -= 1;
                reading.foreign += 1;
                let program = event.program();
                programs.iter_mut().filter(|(known, _)| *known == program).for_each(|(_, count)| *count -= 1);
            }
            keep
        });
        programs.retain(|(_, count)| *count > 0);
    }

    /// Ends the reading: the last line, the order, the totals.
    pub fn finish(mut self) -> LogReading {
        match &mut self.text {
            Encoding::Unknown(_) => self.begin(),
            Encoding::Utf16(utf16) => {
                let end = utf16.end();
                self.take(end.as_bytes());
            }
            Encoding::Utf8 => {}
        }
        if self.rest_length > 0 {
            self.look = 0;
            self.end_line(0);
        }
        self.end_object();
        if let Some((number, span, whole)) = self.parts.take() {
            self.row(&whole, Row { raw: &whole, number, span });
        }
        self.drop_foreign();
        let mut reading = self.reading;
        // Of a log that writes no dates, a date in the text around it tells nothing.
        let dateless = self.own_stamps.clock == Clock::TimeOfDay;
        let mut stamps = if dateless { self.own_stamps } else { self.stamps };
        reading.order = stamps.order();
        stamps.sort(&mut reading.events, reading.hosts.len());
        reading.clock = stamps.clock;
        reading.zoned = !stamps.unzoned;
        reading.format = format_words(&self.programs, &self.forms);
        reading.programs = programs(&self.programs);
        (reading.first, reading.last) = stamps.span(&reading.events);
        if reading.dropped > 0 {
            reading.limits.push(format!("{} more lines of kinds already seen often were counted, not kept.", reading.dropped));
        }
        let dateless = reading.events.iter().filter(|event| event.clock == Clock::TimeOfDay).count();
        if dateless > 0 && reading.clock > Clock::TimeOfDay {
            reading.limits.push(format!(
                "{dateless} of the lines understood carry a time without a date: each is put on the day that brings it next to the lines with dates."
            ));
        }
        reading.mostly_unheard = self.unheard * 2 > self.offset;
        if self.too_long > 0 {
            let too_long = match self.too_long {
                1 => String::from("1 line is longer than 64 KiB and was"),
                many => format!("{many} lines are longer than 64 KiB and were"),
            };
            reading.limits.push(format!("{too_long} read only up to there."));
        }
        reading
    }
}

/// A host goes by `core-01` in one line and by `core-01.example` in another, as before and after it learns its domain.
/// `known` are in the order of their names; what begins with a digit is an address.
fn with_or_without_domain<'a>(name: &str, known: &[u16], of: impl Fn(&u16) -> &'a str) -> Option<u16> {
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    if let Some((short, _)) = name.split_once('.') {
        return known.binary_search_by(|number| of(number).cmp(short)).ok().map(|at| known[at]);
    }
    let domain = format!("{name}.");
    let at = known.partition_point(|number| of(number) < domain.as_str());
    known.get(at).copied().filter(|number| of(number).starts_with(&domain))
}

fn line_end(text: &[u8]) -> Option<usize> {
    search::first(text, b'\n')
}

fn count<T: PartialEq>(counts: &mut Vec<(T, u64)>, what: T) {
    match counts.iter_mut().find(|(known, _)| *known == what) {
        Some((_, count)) => *count += 1,
        None => counts.push((what, 1)),
    }
}

/// Where the message stands in the line as it was written. Escapes within it leave the whole line.
fn message_span(text: &str, raw: &str, found: &Match, line: Span) -> Span {
    let start = if raw.starts_with(text) { Some(found.start) } else { search::find(raw, &text[found.start..found.end]) };
    match start {
        Some(start) => {
            Span { start: line.start + start as u64, end: (line.start + (start + found.end - found.start) as u64).min(line.end) }
        }
        None => line,
    }
}

/// What the holes caught, and the fields of a JSON line.
fn caught(signature: &'static Signature, found: &Match, text: &str) -> super::pattern::Values {
    let mut caught = values(&signature.pieces, found.start, &text[..if found.cut { found.end } else { text.len() }], found.cut);
    for (hole, field, kind) in &signature.fields {
        if let Some(value) = json_field(text, field).and_then(|text| value(*kind, text)) {
            caught.push((hole, value));
        }
    }
    caught
}

fn shortened(text: &str) -> &str {
    if text.len() <= SHOWN {
        return text;
    }
    text.char_indices().nth(SHOWN).map_or(text, |(end, _)| &text[..end])
}

/// `[merged 12 repeated lines in 1.02s]` of etcd, `message repeated 5 times: [` of rsyslog.
fn repeats(text: &str) -> u32 {
    if search::first(text.as_bytes(), b'[').is_none() {
        return 1;
    }
    let count = ["[merged ", "message repeated "].iter().find_map(|mark| search::split(text, mark)?.1.split_once(' ')?.0.parse().ok());
    count.unwrap_or(1)
}

fn programs(seen: &[(Program, u64)]) -> Vec<String> {
    let all = [
        (Program::Etcd, "etcd"),
        (Program::Fleet, "fleet"),
        (Program::Client, "clients"),
        (Program::System, "systemd"),
        (Program::Tool, "measurement"),
    ];
    all.iter().filter(|(program, _)| seen.iter().any(|(known, _)| known == program)).map(|(_, name)| (*name).to_owned()).gather()
}

fn format_words(seen: &[(Program, u64)], forms: &[(&'static str, u64)]) -> String {
    let names = programs(seen).join(" and ");
    let form = forms.iter().max_by_key(|(form, count)| (*count, *form)).map_or("plain lines", |(form, _)| *form);
    if names.is_empty() { format!("log, {form}") } else { format!("{names} log, {form}") }
}
#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Meaning, Order};

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

    /// etcd 0.4's own logger writes no year, Go's in the same process does.
    #[test]
    fn two_forms_of_stamps_lie_on_one_line() {
        let log = read(
            "[etcd] Aug 27 00:37:16.981 INFO      | n1: leader changed from '' to 'n1'.\n2014/08/27 00:40:10 http: Accept error: accept tcp [::]:4001: too many open files; retrying in 5ms\n[etcd] Aug 27 00:41:16.953 INFO      | n1: snapshot of 10005 events at index 10005 completed\n",
        );
        let written = |noted: Option<(crate::event::Time, Box<str>)>| noted.map(|(_, text)| text.into_string());
        assert_eq!(written(log.first).as_deref(), Some("Aug 27 00:37:16.981"));
        assert_eq!(written(log.last).as_deref(), Some("Aug 27 00:41:16.953"));
        // The year may stand in a line that holds no message.
        let log = read(
            "2015/07/17 09:20:49 Calling unit command \"start\" on \"fleet.service\"\nJul 17 09:20:57 core-01 etcd2[815]: failed to send out heartbeat on time\n",
        );
        assert_eq!(log.last.map(|(time, _)| time.micros), Some(1_437_124_857_000_000));
    }

    #[test]
    fn a_host_is_one_with_and_without_its_domain() {
        let hosts = |names: &[&str]| {
            let line = |name: &&str| format!("Apr 20 10:00:29 {name} etcd2[815]: failed to send out heartbeat on time\n");
            read(&names.iter().map(line).collect::<String>()).hosts
        };
        assert_eq!(hosts(&["core-01", "core-01.example", "core-01", "core-02"]), ["core-01", "core-02"]);
        assert_eq!(hosts(&["core-01.example", "core-01-b", "core-01", "core-010"]), ["core-01.example", "core-01-b", "core-010"]);
        assert_eq!(hosts(&["core.a.example", "core.b.example"]), ["core.a.example", "core.b.example"]);
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
    fn the_source_of_a_page_is_read() {
        let line =
            r#"{"level":"warn","ts":"2024-11-15T08:08:32.011Z","msg":"apply request took too long","took":"1.5s","response":"size:<7>"}"#;
        let escaped = line.replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        let set_as_prose: String = line
            .split('"')
            .zip(["", "“", "”"].into_iter().chain(["“", "”"].into_iter().cycle()))
            .flat_map(|(part, quote)| [quote, part])
            .collect();
        for shown in [escaped, set_as_prose] {
            let (read, there) = (read(&shown), read(line));
            assert_eq!((&read.events[0].values, read.events[0].time), (&there.events[0].values, there.events[0].time), "{shown}");
        }
        // A wiki keeps blanks from being broken.
        let told = |text: &str| read(text).events.iter().map(|event| (event.values.clone(), event.time, event.host)).collect::<Vec<_>>();
        let journal = "Oct 16 10:12:51 h etcd2[8]: failed to send out heartbeat on time (deadline exceeded for 1.5s)\n".repeat(2);
        assert_eq!(told(&journal.replace(' ', "\u{a0}")), told(&journal));
        assert_eq!(told(&journal).len(), 2);
    }

    #[test]
    fn a_message_without_its_bracket_ends_where_its_row_does() {
        let late = "10:12:51.344648 W | etcdserver: failed to send out heartbeat on time\n";
        let pasted = format!("{late}\nthis shows that etcd is slow\n");
        let said = "Nov 02 10:12:51 h app[1]: an article on failed to send out heartbeat on time and its causes\n";
        assert_eq!(read(&pasted).events.len(), 1);
        assert!(read(said).events.is_empty());
    }

    /// What stands below a message that ends with fixed words is no more of it.
    #[test]
    fn prose_below_a_whole_message_is_no_part_of_it() {
        let slow =
            "2019-05-04 10:00:01.301221 W | etcdserver: read-only range request \"key:\\\"/a\\\" \" took too long (2.18s) to execute";
        let log = read(&format!("{slow}\nafter that: connection refused\n"));
        assert_eq!(&*log.events[0].text, slow);
    }

    /// Of a log that writes no dates, a date in the text around it tells nothing.
    #[test]
    fn times_of_day_stay_without_a_date() {
        let log =
            read("Posted 2019-11-20 09:10:00\n10:12:51.344648 W | etcdserver: server is likely overloaded\n2019-11-20 09:10:00 was bad\n");
        assert_eq!(log.first.map(|(_, stamp)| stamp.into_string()).as_deref(), Some("10:12:51.344648"));
    }

    #[test]
    fn a_message_with_a_row_for_each_field_is_one() {
        let line = r#"{"level":"warn","ts":"2023-02-03T10:00:04.000Z","caller":"wal/wal.go:805","msg":"slow fdatasync","took":"1.4s","expected-duration":"1s"}"#;
        let rows = line.replace("{", "{\n  ").replace(",\"", ",\n  \"").replace("\":", "\": ").replace("}", "\n}\n");
        let told = |text: &str| read(text).events.iter().map(|event| (event.values.clone(), event.time)).collect::<Vec<_>>();
        assert_eq!(told(&rows), told(line));
        let stored = format!("[\n {{\n  \"insertId\": \"x\",\n  \"jsonPayload\": {}  ,\n  \"severity\": \"ERROR\"\n }}\n]\n", rows);
        assert_eq!(told(&stored), told(line));
        assert_eq!(read(&rows).events[0].span.end, rows.trim_end().len() as u64);
        assert_eq!(told(&rows[..rows.len() - 4]), [], "not closed");
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
