//! From rows to events: which rows belong together, and what each line of a log says.

pub mod around;
mod broken;
pub mod foreign;
pub mod hosts;
pub mod log;
pub mod mention;
pub mod message;
pub mod one_behind_another;
pub mod order;

use self::around::{Around, Record};
use self::foreign::is_metric;
use self::log::Log;
use self::mention::{behind_search, is_spoken_of};
use self::message::Message;
use crate::event::{LogReading, Meaning, Value};
use crate::header::{Form, Header, Headers, header};
use crate::messages::pattern::{Match, values};
use crate::messages::recognise::recognise;
use crate::messages::signature::signature;
use crate::plain::plain;
use crate::rows::object::Object;
use crate::rows::records::{Field, field};
use crate::rows::table::Table;
use crate::rows::{GLUED, Held, Open, Row, glued, near, next_head, next_message, next_stamp, part};
use crate::search;
use crate::text::{DocumentId, Span};
use crate::time::{Stamp, refined};

/// A line is read up to this length; what is beyond is skipped and counted.
pub const LONGEST_LINE: usize = 64 << 10;
/// So much at the beginning is read line by line, and behind each message with a row for each field.
const CLOSELY: u64 = 256 << 10;

/// Reads the rows of one log.
pub struct Reader {
    log: Log,
    /// Whether the last line read had a header: lines passed over are taken to be like it.
    headed: bool,
    /// Some line names etcd or fleet.
    named: bool,
    headers: Headers,
    /// A table that is being read, and the event of its head.
    table: Option<(usize, Table)>,
    /// The line last read: the next row may be its rest.
    open: Option<Open>,
    /// A line that a container's logger wrote in parts, so far.
    parts: Option<Held>,
    wrapped: bool,
    /// A line of a mail that a soft line end broke, so far.
    soft: Option<Held>,
    /// Characters of the widest row to which another may belong, and how many are as wide.
    widest: (usize, u32),
    /// Full rows since the last one that was cut within a message.
    uncut: u32,
    /// A row that was not full went on in the next.
    by_words: bool,
    /// Up to here every line is read.
    closely: u64,
    around: Around,
    /// The object of JSON that is being read.
    object: Option<Object>,
}

impl Reader {
    /// Starts reading the document with this index.
    pub fn new(document: DocumentId) -> Reader {
        Reader {
            log: Log::new(document),
            headed: false,
            named: false,
            headers: Headers::default(),
            table: None,
            open: None,
            parts: None,
            wrapped: false,
            soft: None,
            widest: (0, 0),
            uncut: 0,
            by_words: false,
            closely: CLOSELY,
            around: Around::default(),
            object: None,
        }
    }

    /// What was read so far.
    pub fn so_far(&self) -> &LogReading {
        &self.log.reading
    }

    /// Whether the line behind the one that began at this byte is to be read whatever it holds: records and wrapped lines
    /// are more than one line.
    pub fn reads_all_from(&self, start: u64) -> bool {
        start < self.closely
            || self.wrapped
            || self.soft.is_some()
            || self.around.file.is_some()
            || self.around.record.is_some()
            || self.object.is_some()
    }

    /// So many lines are passed over: no message stands in them.
    pub fn pass(&mut self, lines: u64) {
        self.open = None;
        let like = if self.headed { &mut self.log.reading.foreign } else { &mut self.log.reading.unread };
        *like += lines;
    }

    /// Reads a row, which may be one of an object.
    fn whole_row(&mut self, row: Row) {
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
            return object.rows.iter().for_each(|held| self.one_line(held.row()));
        };
        let (Some(first), Some(last)) = (object.rows.first(), object.rows.last()) else { return };
        // The next one begins with a row that holds no message.
        self.closely = last.span.end + CLOSELY;
        self.open = None;
        self.log.reading.foreign += object.rows.len() as u64 - 1;
        self.one_line(Row { raw: &message, number: first.number, span: Span { end: last.span.end, ..first.span } });
    }

    fn one_line(&mut self, row: Row) {
        let text = plain(row.raw);
        // A quote marks its empty rows too.
        if text.trim_matches(|c: char| c == '>' || c.is_whitespace()).is_empty() {
            // Behind a fence another paste begins, or the prose around it.
            if text.trim().is_empty() && !row.raw.trim().is_empty() {
                self.open = None;
            } else if let Some(open) = &mut self.open {
                open.parted = true;
            }
            return;
        }
        if let Some(file) = text.strip_prefix("==> ").and_then(|rest| rest.strip_suffix(" <==")) {
            self.around.file = Some(file.to_owned());
            self.open = None;
            self.log.reading.foreign += 1;
            return;
        }
        self.named = self.named || search::has(&text, "etcd") || search::has(&text, "fleet");
        if let Some(field) = field(&text, self.around.record.is_some()) {
            return self.field(field, row);
        }
        match (part(&text), self.parts.take()) {
            (Some((false, rest)), None) => {
                let whole = format!("{}F {rest}", &text[..text.len() - rest.len() - 2]);
                self.parts = Some(Held::of(row, whole));
                self.wrapped = true;
            }
            (Some((last, rest)), Some(mut whole)) => {
                let room = LONGEST_LINE.saturating_sub(whole.raw.len()).min(rest.len());
                whole.raw.push_str(rest.get(..room).unwrap_or(""));
                if last {
                    return self.one_row(&whole.raw, whole.row());
                }
                self.parts = Some(whole);
            }
            (_, unfinished) => {
                if let Some(whole) = unfinished {
                    self.one_row(&whole.raw, whole.row());
                }
                self.one_row(&text, row);
            }
        }
    }

    /// A row of the paste, which may hold several lines of the log that lost what parted them.
    fn one_row<'a>(&mut self, mut text: &'a str, mut row: Row<'a>) {
        for _ in 0..GLUED {
            // Where a row holds many lines, all of them are not looked at for the first one's sake.
            let near = near(text);
            let mut found = None;
            let cut = glued(text).or_else(|| {
                found = recognise(near).or_else(|| recognise(text).filter(|_| near.len() < text.len()));
                let first = found?.1;
                // A message that ends with whatever comes would end with the lines below it.
                next_head(text).or_else(|| next_message(text, first.start)).or_else(|| next_stamp(text, first.start))
            });
            let Some(cut) = cut else {
                let found = if near.len() < text.len() { recognise(text) } else { found };
                return self.single_row(text, found, row);
            };
            let (before, after) = text.split_at(cut);
            // Where nothing was taken out of the line its parts are known to the byte.
            let middle = if row.raw.starts_with(before) { row.span.start + cut as u64 } else { row.span.start };
            let first = Span { end: if middle > row.span.start { middle } else { row.span.end }, ..row.span };
            // A viewer's own stamp, `4/11/2017 12:35:05 AM`, is no line, nor the rest of one.
            if before.bytes().any(|byte| byte.is_ascii_lowercase()) {
                self.single_row(before, recognise(before), Row { raw: before, span: first, ..row });
            }
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
        if let Some((_, found)) = found.filter(|(_, found)| is_spoken_of(text, found, head.time.is_some())) {
            let rest = behind_search(text, &found).filter(|_| head.time.is_none());
            return self.behind_mention(rest.unwrap_or_default(), row);
        }
        let untimed = self.log.is_untimed();
        let headed = head.time.is_some() || head.program.is_some() || head.source_line.is_some();
        let begins = if untimed { headed } else { head.time.is_some() };
        if begins {
            self.end_cut();
        }
        if !begins && self.goes_on(row.raw, found.is_some()) {
            return;
        }
        let event = match found {
            Some((number, found)) => {
                let event = self.recognised(&Message { number, found: &found, head: &head, text, row });
                self.table = event.and_then(|event| Some((event, Table::under(&self.log.reading.events[event], text)?)));
                event
            }
            None => {
                self.log.note_header(&head);
                self.headed = headed;
                self.log.reading.foreign += u64::from(headed);
                self.log.reading.unread += u64::from(!headed);
                None
            }
        };
        // What was recognised and not kept needs no rest.
        let stands_alone = found.is_some_and(|(number, _)| is_metric(signature(number).meaning));
        let stays = if found.is_some() { event.is_some() && !stands_alone } else { begins || untimed };
        let room = self.open.take().map(|open| open.raw).unwrap_or_default();
        self.open = stays.then(|| Open::new(row, text, &head, event, room));
        if let Some(width) = self.open.as_ref().map(|open| open.width).filter(|width| *width >= self.widest.0) {
            let before = if width == self.widest.0 { self.widest.1 } else { 0 };
            self.widest = (width, before.saturating_add(1));
        }
    }

    /// Passes over a line that only speaks of a message, unless its rest prints another.
    fn behind_mention(&mut self, mut rest: &str, row: Row) {
        /// So many searches stand in a command (judgement).
        const SEARCHES: usize = 4;
        for _ in 0..SEARCHES {
            let Some((number, found)) = recognise(rest) else { break };
            if !is_spoken_of(rest, &found, false) {
                return self.single_row(rest, Some((number, found)), row);
            }
            rest = behind_search(rest, &found).unwrap_or_default();
        }
        self.open = None;
        self.log.reading.unread += 1;
    }

    /// A rule of a table, or a row of one, which is added to the event of the head.
    fn is_of_table(&mut self, text: &str, row: Row) -> bool {
        let text = text.trim_start_matches(['>', ' ']);
        if text.starts_with("+--") {
            self.log.reading.unread += 1;
            return true;
        }
        let Some((event, table)) = self.table else { return false };
        let added = table.add(&mut self.log.reading.events[event], text, row);
        self.log.reading.recognised += u64::from(added);
        added
    }

    /// What a row of a record says of its message.
    fn field(&mut self, field: Field, row: Row) {
        self.open = None;
        match field {
            Field::Begins => self.around.record = Some(Record::default()),
            Field::Time(stamp, written) => self.time_of_record(stamp, written),
            Field::Host(host) => self.host_of_record(host.trim()),
            Field::Message(message) => {
                let Some((number, found)) = recognise(&message) else {
                    self.log.reading.foreign += 1;
                    return;
                };
                let head = header(&message, found.start);
                let event = self.recognised(&Message { number, found: &found, head: &head, text: &message, row });
                self.around.record.get_or_insert_default().event = event;
            }
            Field::Other => self.log.reading.foreign += 1,
        }
    }

    fn time_of_record(&mut self, stamp: Stamp, written: &str) {
        let record = self.around.timed();
        record.time = Some((stamp, written.into()));
        if let Some(event) = record.event.map(|at| &mut self.log.reading.events[at]) {
            let own = event.time.map(|time| Stamp { time, clock: event.clock, zoned: false, length: 0 });
            let known = own.and_then(|own| refined(&stamp, &own));
            if known.is_none() {
                event.stamp = Some(written.into());
            }
            let known = known.unwrap_or(stamp);
            (event.time, event.clock) = (Some(known.time), known.clock);
        }
        self.log.note_header(&Header { time: Some(stamp), stamp: Some(written), form: Form::Records, ..Header::default() });
    }

    /// The message may have come first.
    fn host_of_record(&mut self, host: &str) {
        let record = self.around.record.get_or_insert_default();
        record.host = Some(host.to_owned());
        if let Some(event) = record.event {
            let number = self.log.host(host);
            self.log.reading.events[event].host.get_or_insert(number);
        }
    }

    /// Takes note of a recognised message, and gives the place of its event, where one was kept.
    fn recognised(&mut self, message: &Message) -> Option<usize> {
        self.log.note_message(message);
        if message.signature().meaning != Meaning::Repeated {
            return self.log.keep(message, &self.around);
        }
        let times = values(&message.signature().pieces, message.found.start, message.text, false);
        if let (Some(event), Some((_, Value::Number(times)))) = (self.open.as_ref().and_then(|open| open.event), times.first()) {
            let repeat = &mut self.log.reading.events[event].repeat;
            *repeat = repeat.saturating_add(u32::try_from(*times).unwrap_or(u32::MAX));
        }
        None
    }

    /// Ends the reading, with what was held back.
    pub fn finish(mut self) -> LogReading {
        self.end_soft();
        self.end_object();
        self.end_cut();
        if let Some(whole) = self.parts.take() {
            self.one_row(&whole.raw, whole.row());
        }
        self.log.finish(self.named)
    }
}
