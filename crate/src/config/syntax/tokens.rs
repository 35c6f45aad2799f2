//! The words and marks of a program, in whatever language it is written, or of a property list.

use std::ops::Range;

use super::words::Word;
use crate::search;
use crate::text::{line_end, offset};

/// The root of a property list, as launchd reads it (launchd.plist(5)).
pub const PLIST: &str = "<plist";

/// A word, in quotes or bare, or one mark between words.
pub struct Token<'a> {
    /// Without its quotes.
    pub text: &'a str,
    /// Its bytes.
    pub span: Range<usize>,
    /// It stands in quotes.
    pub quoted: bool,
}

impl Token<'_> {
    /// Whether it is this word or mark, bare.
    pub fn is(&self, mark: &str) -> bool {
        !self.quoted && self.text == mark
    }

    /// Whether it is a mark.
    pub fn is_mark(&self) -> bool {
        !self.quoted && self.text.len() == 1 && is_mark(self.text.as_bytes()[0])
    }

    /// As a word of a command; a bare name stands for a value that is not known here.
    pub fn word(&self) -> Word {
        let known = self.quoted || !self.text.starts_with(|c: char| c.is_ascii_alphabetic());
        let text = if known { self.text.to_owned() } else { format!("${{{}}}", self.text) };
        Word::at(text, self.span.clone())
    }
}

fn is_mark(byte: u8) -> bool {
    matches!(byte, b'=' | b',' | b';' | b':' | b'[' | b']' | b'(' | b')' | b'{' | b'}' | b'>' | b'"' | b'\'' | b'`')
}

/// The words and marks of a text, without its comments.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    if search::has(text, PLIST) {
        return elements(text);
    }
    let bytes = text.as_bytes();
    let (mut found, mut at) = (Vec::new(), 0);
    // Looked for once a line: a text may be one line of many words.
    let mut line = line_end(text, 0);
    let mut ends = true;
    while let Some(byte) = bytes.get(at).copied() {
        let start = at;
        if line < at {
            line = line_end(text, at);
        }
        // Behind one that nothing ends, nothing ends another.
        let opens = ends && bytes[at..].starts_with(b"/*");
        let comment = if opens { block_comment(&text[at..]) } else { None };
        ends &= !opens || comment.is_some();
        if byte == b'#' || bytes[at..].starts_with(b"//") {
            at = line;
        } else if let Some(length) = comment {
            at += length;
        } else if byte.is_ascii_whitespace() {
            at += 1;
        } else if let (true, Some(length)) = (matches!(byte, b'"' | b'\'' | b'`'), closing(&bytes[at..line])) {
            at += length + 1;
            found.push(Token { text: &text[start + 1..at - 1], span: start + 1..at - 1, quoted: true });
        } else if is_mark(byte) {
            at += 1;
            found.push(Token { text: &text[start..at], span: start..at, quoted: false });
        } else {
            at += bytes[at..].iter().take_while(|byte| !byte.is_ascii_whitespace() && !is_mark(**byte)).count();
            found.push(Token { text: &text[start..at], span: start..at, quoted: false });
        }
    }
    found
}

/// The length of the comment that a text begins with and that may go over lines, as those of C, HCL, Nix and JavaScript do.
fn block_comment(text: &str) -> Option<usize> {
    let open = "/*";
    let inside = text.strip_prefix(open)?;
    Some(search::find(inside, "*/")? + 2 * open.len())
}

/// What stands between the marks of a property list: `<key>NAME</key><string>500</string>`.
fn elements(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once('<') {
        rest = behind;
        let Some((mark, after)) = behind.split_once('>') else { break };
        let start = offset(text, after);
        let (text, _) = after.split_once('<').unwrap_or((after, ""));
        match mark {
            "key" | "string" | "integer" => found.push(Token { text, span: start..start + text.len(), quoted: true }),
            "/key" => found.push(Token { text: ":", span: start..start, quoted: false }),
            "/string" | "/integer" => {}
            _ => found.push(Token { text: ";", span: start..start, quoted: false }),
        }
    }
    found
}

/// Where the quote that `line` begins with is closed.
fn closing(line: &[u8]) -> Option<usize> {
    let mut at = 1;
    while let Some(byte) = line.get(at) {
        match byte {
            b'\\' => at += 1,
            _ if *byte == line[0] => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}
