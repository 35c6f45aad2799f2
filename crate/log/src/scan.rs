//! From bytes to lines. Fed in pieces of any size.
//!
//! The first part of a log is read line by line, so that its form is known. Of the rest only the
//! lines are read in which a message may stand, and now and then one more.

use std::borrow::Cow;

use crate::event::{Event, LogReading};
use crate::messages::prefilter::prefilter;
use crate::plain::nested;
use crate::reader::{LONGEST_LINE, Reader};
use crate::rows::Row;
use crate::search;
use crate::text::{DocumentId, Span};
use crate::utf16::Utf16;

/// From where on not every line is read, each first one that begins after so many bytes is.
const STRIDE: u64 = 64 << 10;

/// Reads one log.
pub struct Scanner {
    text: Encoding,
    /// The line not yet ended, up to `LONGEST_LINE`, and how long it really is.
    rest: Vec<u8>,
    rest_length: u64,
    ends_in_return: bool,
    /// Where the next line begins, and from where on the next one is read whatever it holds.
    offset: u64,
    look: u64,
    lines: u64,
    too_long: u64,
    /// Bytes beyond the length up to which a line is read.
    unheard: u64,
    reader: Reader,
}

/// How the text is written.
enum Encoding {
    /// Not known yet; these are its first bytes, fewer than four.
    Unknown(Vec<u8>),
    Utf8,
    Utf16(Utf16),
}

impl Scanner {
    /// Starts reading the document with this index.
    pub fn new(document: DocumentId) -> Scanner {
        Scanner {
            text: Encoding::Unknown(Vec::new()),
            rest: Vec::new(),
            rest_length: 0,
            ends_in_return: false,
            offset: 0,
            look: 0,
            lines: 0,
            too_long: 0,
            unheard: 0,
            reader: Reader::new(document),
        }
    }

    /// Lines and recognised lines so far, for progress.
    pub fn counts(&self) -> (u64, u64) {
        (self.lines, self.reader.so_far().recognised)
    }

    /// The messages kept so far, as they came.
    pub fn events(&self) -> &[Event] {
        &self.reader.so_far().events
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
                // Two letters tell UTF-16 from the rest.
                first.extend_from_slice(bytes);
                if first.len() >= 4 {
                    self.begin();
                }
            }
        }
    }

    fn begin(&mut self) {
        let Encoding::Unknown(first) = std::mem::replace(&mut self.text, Encoding::Utf8) else { return };
        match Utf16::of(&first) {
            Some((utf16, mark)) => {
                self.text = Encoding::Utf16(utf16);
                self.push(&first[mark..]);
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
            self.read_row(Row { raw: records, number: self.lines + 1, span });
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
        self.lines += lines;
        self.reader.pass(lines);
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
        self.lines += 1;
        self.too_long += u64::from(length > LONGEST_LINE as u64);
        self.unheard += length.saturating_sub(LONGEST_LINE as u64);
        let span = Span { start, end: start + length - u64::from(ends_in_return) };
        let shown = (span.end - start).min(bytes.len() as u64) as usize;
        // Nearly all lines are text, which this tells many bytes at a time.
        let bytes = &bytes[..shown];
        let raw = std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed);
        self.read_row(Row { raw: &raw, number: self.lines, span });
    }

    /// Reads a row, or the lines of the log in it.
    fn read_row(&mut self, row: Row) {
        let (start, nested) = (row.span.start, nested::lines(row.raw));
        if nested.is_empty() {
            self.reader.row(row);
        }
        for (range, line) in &nested {
            let span = Span { start: start + range.start as u64, end: start + range.end as u64 };
            self.reader.row(Row { raw: line, span, ..row });
        }
        if start >= self.look {
            self.look = if self.reader.reads_all_from(start) { 0 } else { (start / STRIDE + 1) * STRIDE };
        }
    }

    /// Ends the reading with the last line.
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
        let mut reading = self.reader.finish();
        reading.lines = self.lines;
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

fn line_end(text: &[u8]) -> Option<usize> {
    search::first(text, b'\n')
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

    /// As k3s has them in the journal: the API server's lines have a stamp of their own, the rest of a trace has none.
    #[test]
    fn whole_seconds_beside_finer_stamps_are_no_steps_back() {
        let line = |second: u32, said: &str| format!("Jan 27 09:18:{second} n1 k3s[20]: {said}\n");
        let stamped = |second: u32, micros: u32| {
            let own = format!(
                "E0127 09:18:{second}.{micros} 20 leaderelection.go:325] error retrieving resource lock x: etcdserver: request timed out"
            );
            line(second, &own)
        };
        let rest = |second| line(second, "Trace[16]: [2.798420512s] END");
        assert_eq!(read(&(stamped(24, 353_457) + &stamped(24, 353_736) + &rest(24) + &rest(24))).order, Order::OldestFirst);
        assert_eq!(read(&(stamped(24, 353_457) + &rest(24) + &stamped(25, 353_736) + &rest(25))).order, Order::OldestFirst);
        assert_eq!(read(&(stamped(25, 353_736) + &rest(25) + &stamped(24, 353_457) + &rest(24))).order, Order::NewestFirst);
    }

    #[test]
    fn newest_first_is_put_right_and_keeps_its_line_numbers() {
        let log = read(
            "Apr 09 21:20:31 m fleetd[1]: INFO engine.go:205: Stole engine leadership from Machine(9c33)\nApr 09 21:20:30 m fleetd[1]: ERROR engine.go:218: Engine leadership lost, renewal failed: 101: Compare failed\n",
        );
        assert_eq!(log.order, Order::NewestFirst);
        assert_eq!(log.events.iter().map(|event| event.line).collect::<Vec<_>>(), [2, 1]);
    }

    /// A store writes its stamp before the program's, in its reader's zone or a moment later.
    #[test]
    fn of_two_stamps_in_each_line_each_is_held_against_its_own() {
        let line =
            |store: &str, own: &str| format!("Mon, Jan 10 2022 {store} | 2022-01-10 {own} W | etcdserver: server is likely overloaded\n");
        let lines = [
            line("11:40:35", "04:40:35.1"),
            line("11:40:36", "04:40:36.2"),
            line("11:40:50", "04:40:50.3"),
            line("11:41:10", "04:41:10.4"),
        ];
        assert_eq!(read(&lines.concat()).order, Order::OldestFirst);
        let turned: String = lines.iter().rev().map(String::as_str).collect();
        assert_eq!(read(&turned).order, Order::NewestFirst);
        // One that comes late turns no log round.
        let late = |time: &str| format!("2022-01-10 04:40:{time} W | etcdserver: server is likely overloaded\n");
        assert_eq!(read(&["13.1", "11.7", "11.8", "12.0"].map(late).concat()).order, Order::OldestFirst);
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
    fn wrapped_and_coloured_and_boxed_lines_are_read() {
        let coloured = format!("\u{1b}[33m{}\u{1b}[0m", LATE.trim_end().replace("failed", "\u{1b}[1mfailed"));
        let docker = r#"{"log":"2015-10-16 10:12:51.344648 W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 1.5s)\n","stream":"stderr","time":"2015-10-16T10:12:51.345Z"}"#;
        let both = format!("{{\"log\":\"{}\\n\",\"stream\":\"stderr\"}}", coloured.replace('\u{1b}', "\\u001b"));
        let wrapped = "Oct 16 10:12:51 h etcd2[8]: failed to send out heartbeat on time (deadline exce\neded for 1.5s)";
        for text in [coloured.as_str(), docker, &both, wrapped] {
            let log = read(text);
            assert_eq!(log.events.iter().map(|event| event.meaning).collect::<Vec<_>>(), [Meaning::HeartbeatLate], "{text}");
        }
    }

    /// Breaks lines between words, as mail does.
    fn as_mailed(text: &str, width: usize) -> String {
        let mut mailed = String::new();
        for line in text.lines() {
            let mut row = 0;
            for word in line.split(' ') {
                let breaks = row > 0 && row + 1 + word.len() > width;
                mailed.push_str(if row == 0 {
                    ""
                } else if breaks {
                    "\n"
                } else {
                    " "
                });
                mailed.push_str(word);
                row = if row == 0 || breaks { word.len() } else { row + 1 + word.len() };
            }
            mailed.push('\n');
        }
        mailed
    }

    #[test]
    fn lines_that_mail_broke_between_words_are_read() {
        let log = [
            "2016-04-22 03:04:09.678778 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 185.9ms)",
            "2016-04-22 03:04:09.680486 W | etcdserver: server is likely overloaded",
            "2016-04-22 03:04:10.000000 E | etcdserver: publish error: etcdserver: request timed out, possibly due to previous leader failure",
            r#"{"log":"2016-04-22 03:04:10.1 W | etcdserver: server is likely overloaded\n","stream":"stderr","time":"2016-04-22T03:04:10.1Z"}"#,
            r#"{"level":"warn","ts":"2022-08-30T09:17:30.387Z","caller":"etcdserver/raft.go:369","msg":"leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk","to":"63b75c3d731594fc","heartbeat-interval":"100ms","expected-duration":"200ms","exceeded-duration":"61.1ms"}"#,
        ];
        let told = |text: &str| read(text).events.iter().map(|event| (event.meaning, event.values.clone())).collect::<Vec<_>>();
        for width in [60, 72, 76, 100] {
            // Of one row alone it is open how it was parted from the next.
            for line in log.iter().filter(|line| !line.contains("publish")) {
                assert_eq!(told(&as_mailed(line, width)), told(line), "{width}: {line}");
            }
            assert_eq!(told(&as_mailed(&log.join("\n"), width)), told(&log.join("\n")), "{width}");
        }
    }

    #[test]
    fn a_length_that_was_cut_is_none() {
        let line = r#"{"level":"warn","ts":"2024-11-15T08:08:32.011Z","msg":"apply request took too long","took":"1.5ms","expected-duration":"100ms"}"#;
        let took = |end: &str| read(line.split_inclusive(end).next().unwrap_or("")).events[0].duration("took");
        assert_eq!([took("1.5ms\""), took("1.5m"), took("1.5"), took("}")], [Some(1500), None, None, Some(1500)]);
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
