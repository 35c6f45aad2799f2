//! The documents as read, before anything is concluded from them.

use crate::config::Configuration;
use crate::log::event::LogReading;
use crate::text::DocumentId;

/// A document that is neither a configuration nor a log.
#[derive(Debug)]
pub struct Unknown {
    /// Which one.
    pub document: DocumentId,
    /// A sentence that says why.
    pub why: String,
}

/// What is said of a document whose bytes are no text.
pub const HOLDS_BINARY: &str = "holds binary data, not text";

/// What is said of a document that begins as a configuration and is longer than one may be.
pub const TOO_LARGE: &str = "is too large to be read as a configuration";

/// What is said of a report of this advisor.
pub const OWN_REPORT: &str = "is a report of this advisor";

/// What is said of a text that tells of nothing known here.
pub const OF_NO_KIND: &str = "is neither a log nor a configuration of etcd or fleet.";

/// The documents as read, sorted by what they are.
#[derive(Default)]
pub struct Read {
    /// Configurations, in the order of the documents.
    pub configurations: Vec<Configuration>,
    /// Logs, in the order of the documents.
    pub logs: Vec<LogReading>,
    /// The others.
    pub unknown: Vec<Unknown>,
}

impl Read {
    /// Drops what was read of a document.
    pub fn forget(&mut self, document: DocumentId) {
        self.configurations.retain(|each| each.document != document);
        self.logs.retain(|each| each.document != document);
        self.unknown.retain(|each| each.document != document);
    }

    /// Brings all into the order of the documents.
    pub fn sort(&mut self) {
        crate::sort::by_key(&mut self.configurations, |each| each.document);
        crate::sort::by_key(&mut self.logs, |each| each.document);
        crate::sort::by_key(&mut self.unknown, |each| each.document);
    }
}
