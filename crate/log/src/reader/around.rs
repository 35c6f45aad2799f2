//! What is told around a line: the record of several rows, or the file, in which it stands.

use crate::time::Stamp;

/// The surroundings of the line that is being read.
#[derive(Default)]
pub struct Around {
    /// The record that is being read.
    pub record: Option<Record>,
    /// Which of several files follows, as `tail` and `head` write it above its lines.
    pub file: Option<String>,
}

/// A message with a row for each field.
#[derive(Default)]
pub struct Record {
    /// Its time, as read and as written.
    pub time: Option<(Stamp, Box<str>)>,
    /// Its host.
    pub host: Option<String>,
    /// Which event it gave.
    pub event: Option<usize>,
}

impl Around {
    /// The host of the record, else the file.
    pub fn host(&self) -> Option<&str> {
        self.record.as_ref().and_then(|record| record.host.as_deref()).or(self.file.as_deref())
    }

    /// The time of the record.
    pub fn time(&self) -> Option<&(Stamp, Box<str>)> {
        self.record.as_ref().and_then(|record| record.time.as_ref())
    }

    /// The record whose time comes now. One that has its message may get its time last; one that has both is over.
    pub fn timed(&mut self) -> &mut Record {
        let over = self.record.as_ref().is_none_or(|record| record.time.is_some());
        if over { self.record.insert(Record::default()) } else { self.record.get_or_insert_default() }
    }
}
