//! One document: read as its bytes come, and told for what it is at its end.

use crate::answer::Source;
use crate::config::{self, Configuration, detect};
use crate::facts::{HOLDS_BINARY, OF_NO_KIND, OWN_REPORT, Read, TOO_LARGE, Unknown};
use crate::log::event::{Event, LogReading};
use crate::log::line_starts::{is_shown, may_be_several};
use crate::log::messages::signature::Program;
use crate::log::reader::foreign::is_metric;
use crate::log::scan::Scanner;
use crate::log::shape::{looks_like_log, messages_at_most};
use crate::text::{DocumentId, decode};
use crate::{parts, search};

/// A document up to this size may be a configuration and is held whole; a larger one is a log
/// and is read as it comes, in constant memory.
pub(super) const HELD: usize = 2 << 20;

/// Enough of a beginning to tell whether it is one of a configuration.
const SAMPLE: usize = 8 << 10;

/// One document that is being read.
pub(super) struct Open {
    held: Option<Vec<u8>>,
    /// Bytes of `held` that the scanner has not seen: a configuration is no log.
    unscanned: bool,
    /// It begins as a configuration and is too large to be held.
    too_large: bool,
    /// The beginning of what is too large to be held.
    begin: String,
    pub scanner: Scanner,
    pub bytes: u64,
}

impl Open {
    /// Nothing of the document with this index was read yet.
    pub fn new(document: DocumentId) -> Open {
        Open { held: Some(Vec::new()), unscanned: true, too_large: false, begin: String::new(), scanner: Scanner::new(document), bytes: 0 }
    }

    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        if self.held.as_ref().is_some_and(|held| held.len() + bytes.len() > HELD) {
            self.scan();
            let held = self.held.take().unwrap_or_default();
            let begin: Vec<u8> = held.iter().chain(bytes).copied().take(SAMPLE).collect();
            self.too_large = begins_configuration(&begin);
            self.begin = decode(&begin).into_owned();
        }
        // The scanner is spared what begins as a configuration; all else it reads as it comes.
        if self.held.as_ref().is_some_and(Vec::is_empty) {
            self.unscanned = begins_configuration(bytes);
        }
        if !self.unscanned {
            self.scanner.push(bytes);
        }
        if let Some(held) = &mut self.held {
            held.extend_from_slice(bytes);
        }
    }

    /// Has the scanner read what it was spared so far.
    fn scan(&mut self) {
        if let Some(held) = self.held.as_ref().filter(|_| self.unscanned) {
            self.scanner.push(held);
        }
        self.unscanned = false;
    }
}

/// Whether a document that begins so may be a configuration.
fn begins_configuration(bytes: &[u8]) -> bool {
    detect::configuration(&decode(&bytes[..bytes.len().min(SAMPLE)])).is_some()
}

/// Reads one document to its end, and puts it where it belongs.
pub(super) fn read_one(id: DocumentId, mut open: Open, source: &mut Source, read: &mut Read) {
    source.text = open.held.as_ref().map(|bytes| decode(bytes).into_owned()).unwrap_or_default();
    let text = source.text.as_str();
    if is_own_report(text) {
        source.lines = search::count(text.as_bytes(), b'\n');
        let why =
            format!("{} {OWN_REPORT}, which shows a few lines of each text. Give the logs and configurations themselves.", source.name);
        return read.unknown.push(Unknown { document: id, why });
    }
    let configuration = if text.is_empty() { None } else { config::read(id, text) };
    let several = may_be_several(text) || parts::embeds(text);
    // Asked again of the whole: a first piece may be a few bytes.
    let begins = || open.held.as_deref().is_some_and(begins_configuration);
    match configuration {
        // Whatever else it says, it states more values than it can hold messages.
        Some(configuration) if !several && messages_at_most(text, configuration.settings.len()) && begins() => {
            source.lines = search::count(text.as_bytes(), b'\n') + u64::from(!text.ends_with('\n'));
            return read.configurations.push(configuration);
        }
        _ => open.scan(),
    }
    let mut reading = open.scanner.finish();
    if open.too_large {
        source.lines = reading.lines;
        let sentence = too_large(&source.name);
        if reading.recognised == 0 {
            return read.unknown.push(Unknown { document: id, why: sentence });
        }
        reading.limits.push(sentence);
        return read.logs.push(reading);
    }
    let begin = if text.is_empty() { open.begin.as_str() } else { text };
    let zero = begin.find('\0');
    // A program has messages in it too, and a zero behind the mark of its kind. A log has some of what its machine did not write
    // before it stopped.
    let is_program = zero.is_some_and(|at| (1..16).contains(&at) && !begin[..at].contains('\n'));
    let is_log = !is_program && (text.is_empty() || reading.recognised > 0 || looks_like_log(text));
    source.lines = reading.lines;
    let timed = reading.recognised > 0 && reading.first.is_some();
    let mut parts = if timed || several { parts::configurations(id, text) } else { Vec::new() };
    if !parts.is_empty() {
        let has_log = timed || is_log_beside(&reading, &parts);
        parts::without_what_came_later(&mut parts, &reading.events);
        read.configurations.extend(parts);
        if has_log {
            read.logs.push(reading);
        }
        return;
    }
    match configuration {
        Some(configuration) if reading.recognised <= configuration.settings.len() as u64 => {
            // Of what is only shown, the text as a whole is not what the machine has.
            let part = is_shown(text).then(|| text.to_owned());
            read.configurations.push(Configuration { part, ..configuration });
        }
        _ if open.bytes == 0 || !text.is_empty() && text.trim().is_empty() => {
            read.unknown.push(Unknown { document: id, why: format!("{} is empty.", source.name) });
        }
        _ if is_log && (reading.recognised > 0 || reading.foreign > 0) => {
            read.logs.push(reading);
            // Of a log only its events are kept.
            source.text = String::new();
        }
        _ => {
            read.unknown.push(Unknown { document: id, why: not_understood(&source.name, zero.is_some(), source.lines) });
            // What is no text has no lines that could have been understood.
            if zero.is_some() && !text.is_empty() {
                source.lines = 0;
            }
        }
    }
}

/// Whether a text is what the page or the command makes of a report: Markdown, whose table of values has this head, or JSON.
fn is_own_report(text: &str) -> bool {
    text.starts_with("# ") && search::has(text, "\n| parameter | now | proposed | | why | what it costs |\n")
        || text.starts_with('{') && text[1..].trim_start().starts_with("\"schemaVersion\"") && search::has(text, "\"measureNext\"")
}

/// Whether lines without times beside configurations are a log: a few messages may be quoted there. More of them than
/// settings are one, and so is a line with its place in the source. What was measured has no times.
fn is_log_beside(reading: &LogReading, parts: &[Configuration]) -> bool {
    let stated: usize = parts.iter().map(|part| part.settings.len()).sum();
    let tells = |event: &Event| event.source_line.is_some() || event.program() == Program::Tool || is_metric(event.meaning);
    reading.recognised > stated as u64 || reading.events.iter().any(tells)
}

fn too_large(name: &str) -> String {
    let most = HELD >> 20;
    format!(
        "{name} begins as a configuration, but {TOO_LARGE}: at most {most}\u{a0}MiB. Only lines of a log were looked for in it. Paste the part that sets etcd and fleet."
    )
}

fn not_understood(name: &str, binary: bool, lines: u64) -> String {
    if binary {
        return format!(
            "{name} {HOLDS_BINARY}. Paste the log or the configuration as text, not as a picture. Unpack archives first: only .gz and .tar are opened."
        );
    }
    let shape = if lines == 1 { String::from("1 line") } else { format!("{lines} lines") };
    format!("{name} ({shape}) {OF_NO_KIND}")
}
