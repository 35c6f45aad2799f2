//! From rows to events: what each row of a log says, and which rows belong together.

pub mod foreign;
pub mod hosts;
pub mod one_behind_another;
pub mod order;

use self::foreign::{is_borrowed, is_mention, is_metric, is_of_another_raft, is_ours};
use self::hosts::{Hosts, MOST_HOSTS};
use self::one_behind_another::name_members;
use self::order::Stamps;
use crate::event::{Clock, Event, LogReading, Meaning, Order, Time, Value};
use crate::gather::Gather;
use crate::header::{Form, Header, Headers, header};
use crate::index::{Index, slot};
use crate::messages::pattern::{Match, Piece, json_field, value, values};
use crate::messages::recognise::recognise;
use crate::messages::signature::{Program, Signature, signature};
use crate::plain::plain;
use crate::rows::object::Object;
use crate::rows::records::{Field, field};
use crate::rows::table::Table;
use crate::rows::{GLUED, Open, ROWS, Row, glued, is_open_json, next_message, part};
use crate::search;
use crate::text::{DocumentId, Span};
use crate::time::{Stamp, refined};
use crate::units::S;

/// A line is read up to this length; what is beyond is skipped and counted.
pub const LONGEST_LINE: usize = 64 << 10;
/// Characters of a line kept for evidence.
pub const SHOWN: usize = 400;
/// Events kept in all, so that memory does not grow with the file. Beyond it only the first and
/// rarer messages are kept.
const KEPT: usize = 30_000;
/// Beyond `KEPT` events, so many more of each message of each host.
const KEPT_EACH: u32 = 500;
/// And no more than so many in all.
const KEPT_MOST: usize = 40_000;
/// So much at the beginning is read line by line, and behind each message with a row for each field.
const CLOSELY: u64 = 256 << 10;

/// Reads the rows of one log.
pub struct Reader {
    reading: LogReading,
    /// Whether the last line read had a header: lines passed over are taken to be like it.
    headed: bool,
    hosts: Hosts,
    programs: Vec<(Program, u64)>,
    /// Some line names etcd or fleet.
    named: bool,
    forms: Vec<(Form, u64)>,
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
    /// Characters of the widest row to which another may belong.
    widest: usize,
    /// A row that was not full went on in the next.
    by_words: bool,
    /// Up to here every line is read.
    closely: u64,
    record: Option<Record>,
    /// Which of several files follows, as `tail` and `head` write it above its lines.
    file: Option<String>,
    /// The object of JSON that is being read.
    object: Option<Object>,
    last_micros: Option<i64>,
    stamps: Stamps,
    /// Those of recognised lines alone.
    own_stamps: Stamps,
}

/// The record that is being read.
#[derive(Default)]
struct Record {
    time: Option<(Stamp, Box<str>)>,
    host: Option<String>,
    /// Which event it gave.
    event: Option<usize>,
}

impl Reader {
    /// Starts reading the document with this index.
    pub fn new(document: DocumentId) -> Reader {
        Reader {
            reading: LogReading { document, ..LogReading::default() },
            headed: false,
            hosts: Hosts::default(),
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
            widest: 0,
            by_words: false,
            closely: CLOSELY,
            record: None,
            file: None,
            object: None,
            last_micros: None,
            stamps: Stamps::default(),
            own_stamps: Stamps::default(),
        }
    }

    /// What was read so far.
    pub fn so_far(&self) -> &LogReading {
        &self.reading
    }

    /// Whether the line behind the one that began at this byte is to be read whatever it holds: records and wrapped lines
    /// are more than one line.
    pub fn reads_all_from(&self, start: u64) -> bool {
        start < self.closely || self.wrapped || self.file.is_some() || self.record.is_some() || self.object.is_some()
    }

    /// So many lines are passed over: no message stands in them.
    pub fn pass(&mut self, lines: u64) {
        self.open = None;
        let like = if self.headed { &mut self.reading.foreign } else { &mut self.reading.unread };
        *like += lines;
    }

    /// Reads a row, which may be one of an object.
    pub fn row(&mut self, row: Row) {
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
        self.closely = last.end + CLOSELY;
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
            } else if let Some(open) = &mut self.open {
                open.parted = true;
            }
            return;
        }
        if let Some(file) = text.strip_prefix("==> ").and_then(|rest| rest.strip_suffix(" <==")) {
            self.file = Some(file.to_owned());
            self.open = None;
            self.reading.foreign += 1;
            return;
        }
        self.named = self.named || search::has(&text, "etcd") || search::has(&text, "fleet");
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
                    return self.one_row(&whole, Row { raw: &whole, number, span });
                }
                self.parts = Some((number, span, whole));
            }
            (_, unfinished) => {
                if let Some((number, span, whole)) = unfinished {
                    self.one_row(&whole, Row { raw: &whole, number, span });
                }
                self.one_row(&text, row);
            }
        }
    }

    /// A row of the paste, which may hold several lines of the log that lost what parted them.
    fn one_row<'a>(&mut self, mut text: &'a str, mut row: Row<'a>) {
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
        self.widest = self.open.as_ref().map_or(self.widest, |open| open.width.max(self.widest));
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
                self.note_header(&Header { time: Some(stamp), stamp: Some(written), form: Form::Records, ..Header::default() });
            }
            Field::Host(host) => {
                // The message may have come first.
                let host = host.trim();
                if let Some(event) = self.record.as_ref().and_then(|record| record.event) {
                    let number = self.hosts.number(host);
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
        if open.event.is_some() && (known || !open.is_unfinished(row, self.widest)) || open.rows == ROWS {
            return false;
        }
        // A message that ends with fixed words is whole where its row ends with them, unless a longer one begins so. In
        // JSON its fields follow.
        let whole = open.event.map(|event| &self.reading.events[event]).is_some_and(|event| {
            !event.cut && event.message.end == event.span.end && matches!(event.signature().pieces.last(), Some(Piece::Literal(_)))
        }) && !search::has(&open.raw, "\"msg\":");
        let bare = row.trim_start_matches(|c: char| c == '>' || c.is_whitespace());
        // A terminal cuts full rows anywhere, mail breaks them between words.
        self.by_words |= open.is_broken_between_words(row, self.widest);
        let mut joints = [("", row), ("", bare), (" ", bare)];
        if self.by_words {
            joints.rotate_right(1);
        }
        if let Some((joined, number, found)) = weightiest(&open.raw, joints, &|found| open.takes(found, whole, known)) {
            return self.rewrite(open, row, joined, number, &found);
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

    /// Puts the message that a line gives with this row in place of what it gave alone; not where that had ended with its row.
    fn rewrite(&mut self, mut open: Open, row: &str, joined: String, number: u16, found: &Match) -> bool {
        let text = plain(&joined);
        let head = header(&text, found.start);
        let line = Row { raw: open.first(), number: open.number, span: open.span };
        match open.event {
            Some(event) => {
                let host = self.host_of(&head);
                let whole = self.event(number, found, &head, host, &text, line);
                // What follows is the prose around a paste.
                if is_mention(&whole) && !is_open_json(&joined) {
                    return false;
                }
                self.reading.events[event] = whole;
            }
            None => {
                let counted = if open.headed { &mut self.reading.foreign } else { &mut self.reading.unread };
                *counted -= 1;
                open.event = self.recognised(number, found, &head, &text, line);
            }
        }
        self.wrapped = true;
        open.add(joined.clone(), &text, row);
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
        let event = self.event(number, found, head, host, text, row);
        self.reading.events.push(event);
        Some(self.reading.events.len() - 1)
    }

    fn event(&mut self, number: u16, found: &Match, head: &Header, host: Option<u16>, text: &str, row: Row) -> Event {
        let signature = signature(number);
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

    /// The host that the line names, or the record around it; else the file that it stands in.
    fn host_of(&mut self, head: &Header) -> Option<u16> {
        let of_record = || self.record.as_ref().and_then(|record| record.host.as_deref());
        let host = head.host.or_else(of_record).or(self.file.as_deref())?;
        Some(self.hosts.number(host))
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

    /// Ends the reading: what was held back, the order, the totals.
    pub fn finish(mut self) -> LogReading {
        self.end_object();
        if let Some((number, span, whole)) = self.parts.take() {
            self.one_row(&whole, Row { raw: &whole, number, span });
        }
        self.drop_foreign();
        let mut reading = self.reading;
        // Of a log that writes no dates, a date in the text around it tells nothing.
        let dateless = self.own_stamps.clock == Clock::TimeOfDay;
        let stamps = if dateless { self.own_stamps } else { self.stamps };
        reading.order = stamps.order();
        if reading.order == Order::OldestFirst {
            name_members(&mut reading.events, &mut self.hosts);
        }
        if self.hosts.too_many {
            reading.limits.push(format!(
                "A log names more than {MOST_HOSTS} machines. What the others wrote is counted to the last of them; for an answer about those give their logs by themselves."
            ));
        }
        reading.hosts = self.hosts.into_names();
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
                "Lines understood with a time and no date: {dateless}. Each is put on the day that brings it next to the lines with dates."
            ));
        }
        reading
    }
}

/// Of the ways to join a row to the line before, the one that gives the weightiest message.
fn weightiest(before: &str, joints: [(&str, &str); 3], fits: &dyn Fn(&Match) -> bool) -> Option<(String, u16, Match)> {
    let mut best: Option<(String, u16, Match)> = None;
    for (joint, rest) in joints {
        let joined = format!("{before}{joint}{rest}");
        let Some((number, found)) = recognise(&plain(&joined)).filter(|(_, found)| fits(found)) else { continue };
        if best.as_ref().is_none_or(|(_, _, known)| found.weight > known.weight) {
            best = Some((joined, number, found));
        }
    }
    best
}

fn count<T: PartialEq>(counts: &mut Vec<(T, u64)>, what: T) {
    match counts.iter_mut().find(|(known, _)| *known == what) {
        Some((_, count)) => *count += 1,
        None => counts.push((what, 1)),
    }
}

/// Where the message stands in the line as it was written. Escapes within it leave the whole line.
fn message_span(text: &str, raw: &str, found: &Match, line: Span) -> Span {
    let start = if search::begins_with(raw.as_bytes(), text.as_bytes()) {
        Some(found.start)
    } else {
        search::find(raw, &text[found.start..found.end])
    };
    match start {
        Some(start) => {
            Span { start: line.start + start as u64, end: (line.start + (start + found.end - found.start) as u64).min(line.end) }
        }
        None => line,
    }
}

/// What the holes caught, and the fields of a JSON line.
fn caught(signature: &'static Signature, found: &Match, text: &str) -> crate::messages::pattern::Values {
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
    if !search::has(text, "repeated ") {
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

fn format_words(seen: &[(Program, u64)], forms: &[(Form, u64)]) -> String {
    let names = programs(seen).join(" and ");
    let form = forms.iter().max_by_key(|(form, count)| (*count, *form)).map_or(Form::Plain, |(form, _)| *form).words();
    if names.is_empty() { format!("log, {form}") } else { format!("{names} log, {form}") }
}
