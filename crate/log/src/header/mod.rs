//! What stands before a message: stamps, host, program - of any number of wrappers.

mod alike;
mod tools;
mod words;

use crate::messages::pattern::json_field;
use crate::plain::{Role, names};
use crate::search;
use crate::time::{Stamp, refined, stamp};
pub use alike::Headers;
use tools::{before_json, before_pod, before_stamp, marking};
use words::{Part, classify, is_name, program, skip_decoration, word};

/// What the prefix of a line tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header<'a> {
    /// When it happened: the innermost stamp, not when a collector took it, with what outer stamps add.
    pub time: Option<Stamp>,
    /// The stamp as written.
    pub stamp: Option<&'a str>,
    /// The host, where the line names one.
    pub host: Option<&'a str>,
    /// The program, where the line names one: `etcd2`, `fleetd`.
    pub program: Option<&'a str>,
    /// `engine.go:208`, where the line names it.
    pub source_line: Option<&'a str>,
    /// Where the message begins, as far as the prefix is understood.
    pub end: usize,
    /// How it is written.
    pub form: Form,
}

/// How the lines of a log are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// What a container's logger made of it, or another that names the stamp `time`.
    Docker,
    /// zap's JSON.
    Json,
    /// With the program before the message.
    Journal,
    /// One field a row.
    Records,
    /// With the program, and no time.
    Untimed,
    /// None of these.
    #[default]
    Plain,
}

impl Form {
    /// In words, for the report.
    pub fn words(self) -> &'static str {
        match self {
            Form::Docker => "Docker JSON log",
            Form::Json => "etcd JSON log",
            Form::Journal => "journal or syslog",
            Form::Records => "journal records",
            Form::Untimed => "journal without times",
            Form::Plain => "plain lines",
        }
    }
}

/// Words read at most: a header is short, and a line of text without one must stay cheap.
const WORDS: usize = 14;

/// Reads the header of `line`, at most up to the byte `limit` (where a message begins).
pub fn header(line: &str, limit: usize) -> Header<'_> {
    read(line, limit, &mut Trail::default())
}

/// What a header was read by.
#[derive(Default)]
struct Trail {
    /// Where the stamps stand, in their order.
    stamps: Vec<(usize, Stamp)>,
    /// The word that is no part of a header, and so ended it; none where the message did.
    ended_by: Option<usize>,
    /// Something was looked at that this does not tell.
    unknown: bool,
}

impl Trail {
    /// Whether only a tab parts the last stamp from what begins at `at`.
    fn ends_before_tab(&self, line: &str, at: usize) -> bool {
        self.stamps.last().is_some_and(|(from, stamp)| line[from + stamp.length..at] == *"\t")
    }
}

fn read<'a>(line: &'a str, limit: usize, trail: &mut Trail) -> Header<'a> {
    let header = Header::default();
    let mut reader = Reader { line, limit: limit.min(line.len()), at: 0, header, trail, ordered: false, passing: None };
    reader.words();
    let Reader { mut header, at, limit, passing, .. } = reader;
    json_stamps(line, &mut header);
    header.end = passing.unwrap_or(header.end.max(at.min(limit)));
    // Behind its name the program writes the time itself: `[etcd] Oct 16 10:12:51.344`.
    if header.form == Form::Untimed && header.time.is_some() {
        header.form = Form::Plain;
    }
    header
}

/// Goes through the words of a line as long as they belong to its header.
struct Reader<'a, 't> {
    line: &'a str,
    limit: usize,
    /// Where the next word begins, or what stands before it.
    at: usize,
    header: Header<'a>,
    trail: &'t mut Trail,
    /// RFC 5424: `<28>1 STAMP HOST PROGRAM PID - - message`.
    ordered: bool,
    /// Where the words began that tell nothing and stand before what is looked for.
    passing: Option<usize>,
}

impl<'a> Reader<'a, '_> {
    fn words(&mut self) {
        // A header of so many words has no known end.
        self.trail.unknown = true;
        for _ in 0..WORDS {
            self.at = skip_decoration(self.line, self.at, self.limit);
            // Within an object of JSON nothing but its own stamp belongs to the header.
            if self.at >= self.limit || self.rest().starts_with("{\"") {
                self.trail.unknown = false;
                return;
            }
            let read = self.stamp() || self.passing.is_none() && (self.marking() || self.word());
            self.passing = self.passing.filter(|_| !read);
            if !(read || self.pass_word()) {
                self.trail.ended_by = Some(self.at);
                return;
            }
        }
    }

    fn rest(&self) -> &'a str {
        &self.line[self.at..self.limit]
    }

    /// Goes past so many bytes of the header.
    fn pass(&mut self, length: usize) {
        self.at += length;
        self.header.end = self.at;
    }

    fn stamp(&mut self) -> bool {
        // PD, TiDB and Milvus put it into brackets.
        let opened = usize::from(self.rest().starts_with('['));
        let stands = self.stamp_behind(opened);
        if stands && opened == 1 && self.rest().starts_with(']') {
            self.pass(1);
        }
        stands
    }

    /// A stamp behind so many bytes.
    fn stamp_behind(&mut self, skipped: usize) -> bool {
        let text = &self.rest()[skipped..];
        let Some(read) = stamp(text) else { return false };
        self.trail.stamps.push((self.at + skipped, read));
        take_stamp(&mut self.header, &text[..read.length], &read);
        self.pass(skipped + read.length);
        true
    }

    /// Passes a word that tells nothing by itself, where a message follows: a time or a host may stand behind it.
    fn pass_word(&mut self) -> bool {
        let known = self.header.time.is_some() && self.header.host.is_some();
        if known || self.limit == self.line.len() || self.line.trim_start().starts_with('{') {
            return false;
        }
        self.passing.get_or_insert(self.at);
        let word = word(self.rest());
        let next = self::word(self.line[self.at + word.len()..].trim_start());
        // `time=2026-11-22T06:23:26Z`, `{node="core-1"}`.
        if let Some((key, value)) = word.split_once('=') {
            let key = key.trim_start_matches('{');
            let bare = value.trim_start_matches('"');
            if stamp(bare).is_some() && self.stamp_behind(word.len() - bare.len()) {
                return true;
            }
            if names(Role::Host).any(|name| name == key) {
                self.header.host = Some(bare.trim_end_matches(['"', ',', '}']));
            }
        } else if self.header.host.is_none() && is_name(word) && next.contains('[') && program(next).is_some() {
            self.header.host = Some(word);
            self.passing = None;
        }
        self.at += word.len();
        true
    }

    /// What tools put before a line; such marks stand at the front.
    fn marking(&mut self) -> bool {
        let in_front = self.header.time.is_none() && self.header.host.is_none() && self.header.program.is_none();
        let Some(length) = in_front.then(|| marking(self.rest())).flatten() else { return false };
        self.ordered |= self.rest()[length..].starts_with("1 ");
        self.at += length;
        true
    }

    fn word(&mut self) -> bool {
        let word = word(self.rest());
        let after = &self.line[self.at + word.len()..];
        match self.part(word, after) {
            Part::Raft(length) if self.stamp_behind(length) => return true,
            Part::Other => return self.name(word, after),
            Part::Program(name) => self.program(name),
            Part::Source(place) => self.header.source_line = Some(place),
            Part::Host(host) if self.header.host.is_none() => self.header.host = Some(host),
            Part::Raft(_) | Part::Host(_) | Part::Level => {}
        }
        self.pass(word.len());
        true
    }

    /// What a word is in its place.
    fn part(&self, word: &'a str, after: &str) -> Part<'a> {
        let (no_host, no_program) = (self.header.host.is_none(), self.header.program.is_none());
        match classify(word, after) {
            // The head of a table, as etcdctl prints it.
            Part::Host(_) if self.line.starts_with('|') && after.trim_start().starts_with('|') => Part::Other,
            Part::Other | Part::Host(_) | Part::Program(_) if self.ordered && no_host => Part::Host(word),
            Part::Other | Part::Host(_) if self.ordered && no_program => Part::Program(word),
            // Columns of a log store: time, host, message.
            Part::Other if no_host && self.trail.ends_before_tab(self.line, self.at) && after.starts_with('\t') => Part::Host(word),
            part => part,
        }
    }

    fn program(&mut self, name: &'a str) {
        self.header.program = Some(name);
        self.header.form = match name {
            // Packages of etcd, which its own log names: `... W | etcdserver: message`.
            "etcdserver" | "etcdmain" | "etcdhttp" => self.header.form,
            _ if self.header.time.is_none() => Form::Untimed,
            _ => Form::Journal,
        };
    }

    /// The name of a machine, of a pod or of a logger before the rest of the header. Beside a time or a host nothing
    /// further is looked at.
    fn name(&mut self, word: &'a str, after: &str) -> bool {
        // Behind a time, a column of its own.
        if self.header.host.is_some() || self.header.program.is_some() {
            self.trail.unknown = false;
            return false;
        }
        if let Some(node) = before_json(word, after) {
            self.header.host = Some(node);
            self.pass(word.len());
            return true;
        }
        if self.header.time.is_none() && before_pod(after) {
            self.at += word.len();
            return true;
        }
        let Some(length) = before_stamp(self.rest(), self.limit == self.line.len()) else {
            self.trail.unknown &= self.header.time.is_none();
            return false;
        };
        // Go's log package prints its logger's name before `2015/07/07`, skydns and its like in brackets: no machine's.
        let name = word.trim_matches(['[', ']', '(', ')', ':']);
        let logs = word.starts_with('[') || self.line.as_bytes().get(self.at + length + 4) == Some(&b'/');
        let logger = logs && name.bytes().all(|byte| byte.is_ascii_lowercase());
        let counts_lines = name.bytes().all(|byte| byte.is_ascii_digit());
        self.header.host = Some(name).filter(|_| !logger && !counts_lines);
        self.at += length;
        true
    }
}

fn take_stamp<'a>(header: &mut Header<'a>, text: &'a str, read: &Stamp) {
    let better = match &header.time {
        Some(outer) => refined(outer, read),
        None => Some(*read),
    };
    if let Some(better) = better {
        header.time = Some(better);
        // glog writes the level before the date, without a space: `E0822`.
        let bare = text.strip_prefix(['I', 'W', 'E', 'F', 'D']).filter(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
        header.stamp = Some(bare.unwrap_or(text).trim_end());
    }
}

/// `"ts":"2021-..."` or `"ts":1617.25` of zap, `"time":"..."` of others.
fn json_stamps<'a>(line: &'a str, header: &mut Header<'a>) {
    let Some(json) = search::first(line.as_bytes(), b'{').map(|at| &line[at..]) else { return };
    for name in ["ts", "time", "timestamp"] {
        if let Some(text) = json_field(json, name) {
            if let Some(read) = stamp(text) {
                take_stamp(header, text, &read);
                header.form = if name == "ts" { Form::Json } else { Form::Docker };
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests;
