//! Streaming: the same engine, fed in pieces of any size.

use crate::answer::{self, Source};
use crate::facts::Facts;
use crate::input::Assumptions;
use crate::log::scan::{Scanner, looks_like_log};
use crate::report::Report;
use crate::text::DocumentId;
use crate::config;

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

    /// Opens a further document and gives its index.
    pub fn open(&mut self, name: Option<&str>) -> DocumentId {
        let id = self.documents.len();
        let name = name.filter(|name| !name.is_empty()).map_or_else(|| format!("pasted text {}", id + 1), str::to_owned);
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

    /// Bytes read so far, over all documents.
    pub fn bytes(&self) -> u64 {
        self.documents.iter().map(|open| open.bytes).sum()
    }

    /// Reads what was pushed and gives the report.
    pub fn finish(self) -> Report {
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
        let facts = Facts::gather(configurations, logs, unknown, self.assumptions);
        answer::compose(&sources, &facts)
    }
}

fn not_understood(name: &str, text: &str, lines: u64) -> String {
    if text.contains('\0') {
        return format!("{name} holds binary data, not text. Paste the log or the configuration as text, or drop a .gz file as it is.");
    }
    let shape = if lines == 1 { String::from("1 line") } else { format!("{lines} lines") };
    format!("{name} ({shape}) is neither a log nor a configuration of etcd or fleet, as far as can be told from line 1, column 1 on.")
}
