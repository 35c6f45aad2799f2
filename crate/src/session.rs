//! Streaming: the same engine, fed in pieces of any size.

use serde::Serialize;

use crate::answer::{self, Source};
use crate::config;
use crate::facts::Facts;
use crate::input::{Assumptions, Input};
use crate::log::scan::{Scanner, looks_like_log};
use crate::report::Report;
use crate::text::DocumentId;

/// A document up to this size may be a configuration and is held whole; a larger one is a log
/// and is read as it comes, in constant memory.
const HELD: usize = 2 << 20;

/// One document that is being read.
struct Open {
    name: String,
    held: Option<Vec<u8>>,
    scanner: Scanner,
    bytes: u64,
}

/// How far a session has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Bytes pushed.
    pub bytes: u64,
    /// Lines read.
    pub lines: u64,
    /// Lines that a signature recognised.
    pub recognised: u64,
}

/// An analysis that is fed in pieces. The report is the same for every way to cut the pieces.
pub struct Session {
    assumptions: Assumptions,
    documents: Vec<Open>,
}

impl Session {
    /// Starts an analysis.
    pub fn new(assumptions: Assumptions) -> Session {
        Session { assumptions, documents: Vec::new() }
    }

    /// A session that has read a whole input.
    pub(crate) fn of(input: &Input) -> Session {
        let mut session = Session::new(input.assumptions.clone());
        for document in &input.documents {
            let id = session.open(document.name.clone());
            session.push(id, document.text.as_bytes());
        }
        session
    }

    /// Opens a further document and gives its index.
    pub fn open(&mut self, name: Option<String>) -> DocumentId {
        let id = self.documents.len();
        let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| format!("pasted text {}", id + 1));
        self.documents.push(Open { name, held: Some(Vec::new()), scanner: Scanner::new(id), bytes: 0 });
        id
    }

    /// Feeds the next bytes of a document. Bytes for a document that was never opened are ignored.
    pub fn push(&mut self, document: DocumentId, bytes: &[u8]) {
        let Some(open) = self.documents.get_mut(document) else { return };
        open.bytes += bytes.len() as u64;
        open.scanner.push(bytes);
        if let Some(held) = &mut open.held {
            held.extend_from_slice(bytes);
            if held.len() > HELD {
                open.held = None;
            }
        }
    }

    /// How much was read so far, over all documents.
    pub fn counts(&self) -> Counts {
        let lines = self.documents.iter().map(|open| open.scanner.counts());
        let (lines, recognised) = lines.fold((0, 0), |sum, counts| (sum.0 + counts.0, sum.1 + counts.1));
        Counts { bytes: self.documents.iter().map(|open| open.bytes).sum(), lines, recognised }
    }

    /// Ends the session and gives the report.
    pub fn finish(self) -> Report {
        let (sources, facts) = self.read();
        answer::compose(&sources, &facts)
    }

    /// Tells configurations, logs and other texts apart, and gathers the facts.
    pub(crate) fn read(self) -> (Vec<Source>, Facts) {
        let (mut sources, mut configurations, mut logs, mut unknown) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (id, open) in self.documents.into_iter().enumerate() {
            let text = open.held.map(|bytes| crate::text::decode(&bytes).into_owned()).unwrap_or_default();
            let reading = open.scanner.finish();
            let is_log = text.is_empty() || looks_like_log(&text) || reading.recognised > 0;
            let configuration = if text.is_empty() { None } else { config::read(id, &text) };
            let lines = reading.lines;
            match configuration {
                Some(configuration) if !is_log || reading.recognised <= configuration.settings.len() as u64 => {
                    configurations.push(configuration);
                    sources.push(Source { name: open.name, text, lines });
                }
                _ if open.bytes == 0 || text.trim().is_empty() && reading.lines == 0 => {
                    unknown.push((id, format!("{} is empty.", open.name)));
                    sources.push(Source { name: open.name, text, lines });
                }
                _ if is_log && (reading.recognised > 0 || reading.foreign > 0) => {
                    logs.push(reading);
                    sources.push(Source { name: open.name, text: String::new(), lines });
                }
                _ => {
                    unknown.push((id, not_understood(&open.name, &text, lines)));
                    sources.push(Source { name: open.name, text, lines });
                }
            }
        }
        (sources, Facts::gather(configurations, logs, unknown, self.assumptions))
    }
}

fn not_understood(name: &str, text: &str, lines: u64) -> String {
    if text.contains('\0') {
        return format!("{name} holds binary data, not text. Paste the log or the configuration as text, or drop a .gz file as it is.");
    }
    let shape = if lines == 1 { String::from("1 line") } else { format!("{lines} lines") };
    format!("{name} ({shape}) is neither a log nor a configuration of etcd or fleet, as far as can be told from line 1, column 1 on.")
}
