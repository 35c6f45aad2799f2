//! Texts that stand within the document and are read once what they stand in is.

use super::{Builder, DEEPEST_PART, MOST_PARTS, Part};
use crate::config::syntax::embedded::here_documents;
use crate::config::syntax::mapped_text::MappedText;

impl Builder<'_> {
    /// A text stands within the document: a file that it writes, a value that is one. It is read once what it stands in is.
    pub fn holds(&mut self, name: &str, text: Option<MappedText>, read_by_line: bool) {
        let Some(text) = text else { return };
        self.held += 1;
        if self.held <= MOST_PARTS && self.depth < DEEPEST_PART {
            self.parts.push(Part { name: name.to_owned(), text, read_by_line, depth: self.depth + 1 });
        }
    }

    /// Hands on what a script writes. Who reads the script line by line may have taken assignments and commands from it already.
    pub fn holds_here_documents(&mut self, script: &MappedText, read_by_line: bool) {
        for body in here_documents(&script.text) {
            self.holds(&body.path, Some(script.part(body.range)), read_by_line);
        }
    }

    /// The next of these texts.
    pub fn next_part(&mut self) -> Option<Part> {
        if self.parts.is_empty() {
            return None;
        }
        let part = self.parts.remove(0);
        self.depth = part.depth;
        Some(part)
    }
}
