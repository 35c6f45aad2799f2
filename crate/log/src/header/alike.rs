//! Headers of lines that begin alike.

use super::{Form, Header, Trail, header, read, take_stamp};
use crate::search;
use crate::text::offset;
use crate::time::{Stamp, stamp};

/// Reads the headers of a log. Its lines begin alike but for their stamps, so most headers are the one of
/// the line before with other stamps.
#[derive(Default)]
pub struct Headers {
    /// What was looked at of the line whose header is known, with the stamps of the last one like it.
    text: Vec<u8>,
    /// Where its message begins; none where a word ended the header.
    limit: Option<usize>,
    stamps: Vec<(usize, Stamp)>,
    parts: [Option<(usize, usize)>; 3],
    end: usize,
    form: Form,
}

impl Headers {
    /// The header of `line`, as `header` reads it.
    pub fn header<'a>(&mut self, line: &'a str, limit: usize) -> Header<'a> {
        // The stamps of a JSON line may stand anywhere.
        if search::first(line.as_bytes(), b'{').is_some() {
            return header(line, limit);
        }
        if let Some(header) = self.again(line, limit) {
            return header;
        }
        let mut trail = Trail { stamps: std::mem::take(&mut self.stamps), ..Trail::default() };
        trail.stamps.clear();
        let header = read(line, limit, &mut trail);
        self.note(line, limit, &header, trail);
        header
    }

    /// The known header with the stamps of this line, where all else that was looked at is the same.
    fn again<'a>(&mut self, line: &'a str, limit: usize) -> Option<Header<'a>> {
        let alike = self.limit.map_or(limit > self.text.len(), |known| known == limit);
        let (known, bytes) = (&mut self.text, line.as_bytes());
        if !alike || known.is_empty() || bytes.len() < known.len() {
            return None;
        }
        let mut header = Header { form: self.form, end: self.end, ..Header::default() };
        let mut at = 0;
        for (start, stamped) in &mut self.stamps {
            let (start, end) = (*start, *start + stamped.length);
            // Many lines are of one moment; of others the last digit differs most often.
            let is_known = bytes[end - 1] == known[end - 1] && search::begins_with(&bytes[at..], &known[at..end]);
            if !is_known {
                if !search::begins_with(&bytes[at..], &known[at..start]) {
                    return None;
                }
                let read = stamp(line.get(start..limit)?)?;
                let same_form = (read.length, read.clock, read.zoned) == (stamped.length, stamped.clock, stamped.zoned);
                if !same_form || bytes[start] != known[start] || !differ_in_digits(&bytes[start..end], &known[start..end]) {
                    return None;
                }
                known[start..end].copy_from_slice(&bytes[start..end]);
                *stamped = read;
            }
            at = end;
            take_stamp(&mut header, line.get(start..at)?, stamped);
        }
        if !search::begins_with(&bytes[at..], &known[at..]) {
            return None;
        }
        [header.host, header.program, header.source_line] = self.parts.map(|part| part.and_then(|(from, to)| line.get(from..to)));
        Some(header)
    }

    /// Keeps what was looked at: up to the end of the first word that belongs to no header, and of the word
    /// after it, which tells a host from other words.
    fn note(&mut self, line: &str, limit: usize, header: &Header, trail: Trail) {
        self.text.clear();
        self.stamps = trail.stamps;
        let ends = |from: usize| -> Option<usize> {
            let begin = line.get(from..)?.bytes().position(|byte| !byte.is_ascii_whitespace())? + from;
            Some(line.get(begin..)?.bytes().position(|byte| byte.is_ascii_whitespace())? + begin + 1)
        };
        let seen = match trail.ended_by {
            // A word that may begin a stamp was read as far as that.
            Some(word) if line.as_bytes()[word].is_ascii_lowercase() => ends(word).and_then(ends).filter(|seen| *seen < limit),
            Some(_) => None,
            None => ends(limit),
        };
        // Behind a `<` its end was looked for, however far.
        let is_all = |text: &&str| !trail.unknown && text.is_ascii() && search::first(text.as_bytes(), b'<').is_none();
        let Some(text) = seen.and_then(|seen| line.get(..seen)).filter(is_all) else { return };
        let place = |part: &str| (offset(line, part), offset(line, part) + part.len());
        self.parts = [header.host, header.program, header.source_line].map(|part| part.map(place));
        self.text.extend_from_slice(text.as_bytes());
        self.limit = trail.ended_by.is_none().then_some(limit);
        (self.end, self.form) = (header.end, header.form);
    }
}

/// Whether two texts of one length are the same but for which digits stand in them.
fn differ_in_digits(a: &[u8], b: &[u8]) -> bool {
    a.iter().zip(b).all(|(a, b)| a == b || a.is_ascii_digit() && b.is_ascii_digit())
}
