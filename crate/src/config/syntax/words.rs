//! Words as a shell or systemd cuts them.

use std::ops::Range;

use crate::template;

/// A word without its quotes.
#[derive(Clone, Debug, Default)]
pub struct Word {
    /// The text.
    pub text: String,
    start: usize,
    /// The byte where each byte of it stands, where quotes or backslashes stand between them.
    at: Vec<usize>,
    end: usize,
}

impl Word {
    /// A word whose bytes stand at `span`.
    pub fn at(text: String, span: Range<usize>) -> Self {
        let at = if text.len() == span.len() { Vec::new() } else { span.clone().take(text.len()).collect() };
        Word { text, start: span.start, at, end: span.end }
    }

    /// Bytes of the part from byte `from` of the word to its end.
    pub fn span_from(&self, from: usize) -> Range<usize> {
        let place = |byte| if self.at.is_empty() { self.start + byte } else { self.at.get(byte).copied().unwrap_or(self.end) };
        let start = if from < self.text.len() { place(from) } else { self.end };
        let end = match self.text.len().checked_sub(1) {
            Some(last) if self.at.is_empty() => self.start + last + 1,
            _ => self.at.last().map_or(self.end, |last| last + 1),
        };
        start..end.max(start)
    }

    /// `NAME=value` or `${NAME:=value}` cut in two, with the bytes of the value.
    pub fn assignment(&self) -> Option<(&str, &str, Range<usize>)> {
        let (name, value) = self.text.split_once('=')?;
        let start = self.span_from(name.len() + 1);
        if let (Some(name), Some(value)) = (name.strip_prefix("${"), value.strip_suffix('}')) {
            return is_name(name.trim_end_matches(':'))
                .then(|| (name.trim_end_matches(':'), value, start.start..start.start + value.len()));
        }
        is_name(name).then_some((name, value, start))
    }
}

/// At the end of a line of a command that goes on below: of a shell, and of Windows' own.
pub const CONTINUES: [char; 2] = ['\\', '^'];

/// Whether a text can be the name of a variable.
pub fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// `setenv NAME 500` of csh (csh(1)), `set -gx NAME 500` of fish (fishshell.com/docs/current/cmds/set.html).
pub fn exported_elsewhere(words: &[Word]) -> Option<(&Word, &Word)> {
    let exports = |option: &Word| option.text == "--export" || !option.text.starts_with("--") && option.text.contains('x');
    let (command, rest) = words.split_first()?;
    let options = rest.iter().take_while(|word| word.text.starts_with('-')).count();
    let sets = command.text == "setenv" || command.text == "set" && rest[..options].iter().any(exports);
    let [name, value, ..] = &rest[options..] else { return None };
    (sets && is_name(&name.text)).then_some((name, value))
}

/// Cuts `range` of `text` into words as a shell does: what ends a command is no part of its last word.
pub fn words(text: &str, range: Range<usize>) -> Vec<Word> {
    cut(text, range, true)
}

/// As systemd does, for which a semicolon is one only between blanks (systemd.service(5), "Command lines").
pub fn words_of_unit(text: &str, range: Range<usize>) -> Vec<Word> {
    cut(text, range, false)
}

/// Blanks part, quotes join, a backslash before a line end continues. systemd.syntax(7) and shells agree so far.
fn cut(text: &str, range: Range<usize>, by_shell: bool) -> Vec<Word> {
    let (mut found, mut word, mut open, mut quote) = (Vec::new(), Word::default(), false, None);
    let bytes = text.as_bytes();
    let mut at = range.start;
    while at < range.end.min(bytes.len()) {
        let plain = bytes[at..range.end.min(bytes.len())].iter().take_while(|byte| is_plain(**byte)).count();
        if plain > 0 {
            push(&mut word, text, at..at + plain);
            open = true;
            at += plain;
            continue;
        }
        let byte = bytes[at];
        if matches!(byte, b'\\' | b'^') && quote != Some(b'\'') && at + 1 < range.end {
            let skip = if bytes[at + 1] == b'\r' { 2 } else { 1 };
            let ends_line = bytes.get(at + skip) == Some(&b'\n');
            if ends_line {
                if quote.is_none() {
                    close(&mut found, &mut word, &mut open, at);
                }
                at += skip + 1;
                continue;
            }
            if byte == b'\\' && matches!(bytes[at + 1], b'"' | b'\'' | b'\\' | b' ') {
                push(&mut word, text, at + 1..at + 2);
                open = true;
                at += 2;
                continue;
            }
        }
        // What a template or a shell fills in is one word, whatever blanks and quotes stand in it.
        if let Some(length) = text.get(at..range.end.min(bytes.len())).and_then(template::length) {
            push(&mut word, text, at..at + length);
            open = true;
            at += length;
            continue;
        }
        let mut end = at + 1;
        while !text.is_char_boundary(end) {
            end += 1;
        }
        match quote {
            Some(mark) if byte == mark => {
                quote = None;
                word.end = at;
            }
            None if byte == b'"' || byte == b'\'' => {
                quote = Some(byte);
                open = true;
                word.end = at + 1;
            }
            None if matches!(byte, b';' | b'&')
                && by_shell
                && open
                && (end >= range.end || bytes.get(end).is_none_or(u8::is_ascii_whitespace)) => {}
            None if byte.is_ascii_whitespace() => close(&mut found, &mut word, &mut open, at),
            _ => {
                push(&mut word, text, at..end);
                open = true;
            }
        }
        at = end;
    }
    if quote.is_some() {
        // A text in quotes goes on in the next line.
        word.text.truncate(word.text.trim_end_matches(['\r', '\n']).len());
        word.at.truncate(word.text.len());
    }
    close(&mut found, &mut word, &mut open, at);
    found
}

/// Whether a byte is a part of its word, whatever stands around it.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_=./:,".contains(&byte)
}

fn push(word: &mut Word, text: &str, range: Range<usize>) {
    let Some(part) = text.get(range.clone()) else { return };
    let length = word.text.len();
    if length == 0 {
        word.start = range.start;
    } else if word.at.is_empty() && word.start + length != range.start {
        word.at.extend(word.start..word.start + length);
    }
    if !word.at.is_empty() {
        word.at.extend(range.clone());
    }
    word.text.push_str(part);
    word.end = range.end;
}

fn close(found: &mut Vec<Word>, word: &mut Word, open: &mut bool, at: usize) {
    if !*open {
        return;
    }
    if word.end == 0 {
        word.end = at;
    }
    found.push(std::mem::take(word));
    *open = false;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_of_a_template_is_one_word() {
        for text in ["A={{ .X }} B=1", "A=\"<%= x(\"y\") %>\" B=1", "A=${x:-a b} B=1", "A={% if x %}1{% else %}2{% endif %} B=1"] {
            let cut = words(text, 0..text.len());
            assert_eq!((cut.len(), cut[1].text.as_str(), cut[1].span_from(0)), (2, "B=1", text.len() - 3..text.len()), "{text}: {cut:?}");
        }
        assert_eq!(words("A={{ x", 0..6).len(), 2);
    }
}
