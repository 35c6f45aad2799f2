//! Events: recognised log messages, with what they say.

use crate::messages::pattern::{Kind, Piece};
use crate::messages::signature::{Program, Signature, program, signature};
use crate::text::{DocumentId, Span};
use crate::units::Micros;

pub use crate::messages::pattern::Value;
pub use crate::messages::signature::Meaning;
pub use crate::time::{Clock, Time};

/// One recognised message.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Which document.
    pub document: DocumentId,
    /// Line number, from 1.
    pub line: u64,
    /// The bytes of the whole line, without its end.
    pub span: Span,
    /// Bytes of the message within the line: the telling part.
    pub message: Span,
    /// When, corrected for order; `None` without a stamp.
    pub time: Option<Time>,
    /// How much of a clock the stamp carries.
    pub clock: Clock,
    /// The stamp as written.
    pub stamp: Option<Box<str>>,
    /// Index into `LogReading::hosts`; `None` where the line names none.
    pub host: Option<u16>,
    /// What it means.
    pub meaning: Meaning,
    /// Index into the signature table.
    pub signature: u16,
    /// Named holes and what they caught.
    pub values: Vec<(&'static str, Value)>,
    /// The line ends within the message, so that its text is not known whole.
    pub cut: bool,
    /// How often it happened: 1, or more where the logger merged repeats.
    pub repeat: u32,
    /// `file.go:NNN` of the line, where the log prints it.
    pub source_line: Option<Box<str>>,
    /// The line as shown in evidence, shortened where very long.
    pub text: Box<str>,
}

impl Event {
    /// The length of time that the hole `name` caught.
    pub fn duration(&self, name: &str) -> Option<Micros> {
        match self.value(name)? {
            Value::Duration(micros) => Some(*micros),
            _ => None,
        }
    }

    /// The number that the hole `name` caught.
    pub fn number(&self, name: &str) -> Option<i64> {
        match self.value(name)? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The text that the hole `name` caught.
    pub fn word(&self, name: &str) -> Option<&str> {
        match self.value(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// All texts that holes of this name caught: a table has one for each row.
    pub fn words<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.values.iter().filter_map(move |(hole, value)| match value {
            Value::Text(text) if *hole == name => Some(&**text),
            _ => None,
        })
    }

    /// How often a hole of this name stands in it.
    pub fn holes(&self, name: &str) -> usize {
        self.values.iter().filter(|(hole, _)| *hole == name).count()
    }

    /// When it happened, in microseconds.
    pub fn moment(&self) -> Option<Micros> {
        self.time.map(|time| time.micros)
    }

    /// The declared message that this event is.
    pub fn signature(&self) -> &'static Signature {
        signature(self.signature)
    }

    /// Who printed it.
    pub fn program(&self) -> Program {
        program(self.signature)
    }

    /// Nothing of its line but the stamps, the host, numbers and ids of members tells it from others of its message: no
    /// hole holds a word, and the line ends with it.
    pub fn tells_only_numbers(&self) -> bool {
        let is_id = |hole: &&str| self.signature().pieces.iter().any(|piece| matches!(piece, Piece::Hole(name, Kind::Id) if name == hole));
        let wordless = self.values.iter().all(|(hole, value)| !matches!(value, Value::Text(_)) || is_id(hole));
        wordless && !self.cut && self.ends_its_line()
    }

    /// Nothing stands behind the message in its line.
    pub fn ends_its_line(&self) -> bool {
        self.message.end == self.span.end
    }

    /// The etcd server printed it.
    pub fn is_etcd_server(&self) -> bool {
        self.program() == Program::Etcd
    }

    /// fleetd printed it.
    pub fn is_fleet(&self) -> bool {
        self.program() == Program::Fleet
    }

    fn value(&self, name: &str) -> Option<&Value> {
        self.values.iter().find(|(hole, _)| *hole == name).map(|(_, value)| value)
    }
}

/// In which direction the lines of a log run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// No two different times, or none at all.
    #[default]
    Unknown,
    /// As written.
    OldestFirst,
    /// As `journalctl -r` prints; events are put right, line numbers stay.
    NewestFirst,
}

/// One document, read as a log. Events stand in order of time, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogReading {
    /// Which document.
    pub document: DocumentId,
    /// In words: `journal, short form`, `etcd zap JSON`, ...
    pub format: String,
    /// Direction of the lines.
    pub order: Order,
    /// How much of a clock.
    pub clock: Clock,
    /// Every stamp names its zone; others are taken for UTC.
    pub zoned: bool,
    /// Programs seen: `etcd`, `fleetd`, ...
    pub programs: Vec<String>,
    /// Hosts seen, in order of appearance.
    pub hosts: Vec<String>,
    /// All lines, also empty ones.
    pub lines: u64,
    /// Lines that a signature recognised.
    pub recognised: u64,
    /// Lines of a known shape (a log header was read) that no signature knows.
    pub foreign: u64,
    /// Other lines that are not empty.
    pub unread: u64,
    /// By how much its times were moved, to lie on one time line with the other documents.
    pub moved: Micros,
    /// How much of that because its machine is taken to be in another time zone, or its clock to differ.
    pub zone: Micros,
    /// Stamp of the earliest line.
    pub first: Option<(Time, Box<str>)>,
    /// Stamp of the latest line.
    pub last: Option<(Time, Box<str>)>,
    /// The recognised messages, oldest first.
    pub events: Vec<Event>,
    /// What was set aside before anything is judged, each with its place among the events.
    pub aside: Vec<(usize, Event)>,
    /// The document whose log this one continues, or begins: its events stand there.
    pub joined: Option<DocumentId>,
    /// `file.go:NNN` with its message's signature and the host that printed it, for version fingerprints.
    pub fingerprints: Vec<(Option<u16>, u16, Box<str>)>,
    /// Messages dropped because there were too many, with their number.
    pub dropped: u64,
    /// Most of the text stands in lines that are too long to be read to their end.
    pub mostly_unheard: bool,
    /// kine or dqlite speak in it, which answer Kubernetes in place of etcd.
    pub other_store: bool,
    /// Anything cut or guessed, as sentences.
    pub limits: Vec<String>,
}
