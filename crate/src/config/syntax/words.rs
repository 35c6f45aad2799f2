//! Words as a shell or systemd cuts them.

use std::ops::Range;

use crate::search;
use crate::template;
use crate::text::line_end;

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

    /// `NAME=value`, `NAME+=value` or `${NAME:=value}` cut in two, with the bytes of the value.
    pub fn assignment(&self) -> Option<(&str, &str, Range<usize>)> {
        let (name, value) = self.text.split_once('=')?;
        let start = self.span_from(name.len() + 1);
        let name = name.strip_suffix('+').unwrap_or(name);
        if let (Some(name), Some(value)) = (name.strip_prefix("${"), value.strip_suffix('}')) {
            return is_name(name.trim_end_matches(':'))
                .then(|| (name.trim_end_matches(':'), value, start.start..start.start + value.len()));
        }
        is_name(name).then_some((name, value, start))
    }
}

/// At the end of a line of a command that goes on below: of a shell, and of Windows' own.
pub const CONTINUES: [char; 2] = ['\\', '^'];

/// Whether a line is a comment of a unit: systemd passes over it where a line goes on, too (systemd/systemd@v252:
/// src/shared/conf-parser.c, config_parse).
pub fn is_unit_comment(line: &str) -> bool {
    line.trim_start_matches([' ', '\t']).starts_with(['#', ';'])
}

/// Whether a text can be the name of a variable.
pub fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Where a flag begins that stands right behind the tag of a service's arguments: `<arguments>--name`
/// (winsw/winsw:docs/xml-config-file.md). A page of the web has flags in tags of its own.
pub fn behind_tags(word: &str) -> usize {
    let tag = if word.starts_with('<') { search::find(word, ">-") } else { None };
    tag.filter(|end| ["arguments", "argument"].iter().any(|name| word[..*end].ends_with(name))).map_or(0, |end| end + 1)
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

fn cut(text: &str, range: Range<usize>, by_shell: bool) -> Vec<Word> {
    let end = range.end.min(text.len());
    Cutter { text, end, by_shell, found: Vec::new(), word: Word::default(), open: false, quote: None }.cut(range.start)
}

/// Blanks part, quotes join, a backslash before a line end continues. systemd.syntax(7) and shells agree so far.
struct Cutter<'a> {
    text: &'a str,
    end: usize,
    by_shell: bool,
    found: Vec<Word>,
    /// The word that is being read, and whether it has begun: it may be empty, in quotes.
    word: Word,
    open: bool,
    /// The mark that ends what is in quotes.
    quote: Option<u8>,
}

impl Cutter<'_> {
    fn cut(mut self, start: usize) -> Vec<Word> {
        let mut at = start;
        while at < self.end {
            at = self.plain(at).or_else(|| self.escaped(at)).or_else(|| self.filled_in(at)).unwrap_or_else(|| self.mark(at));
        }
        if self.quote.is_some() {
            // A text in quotes goes on in the next line.
            self.word.text.truncate(self.word.text.trim_end_matches(['\r', '\n']).len());
            self.word.at.truncate(self.word.text.len());
        }
        self.close(at);
        self.found
    }

    /// Letters that mean themselves; each of these steps gives where the next one begins.
    fn plain(&mut self, at: usize) -> Option<usize> {
        let length = self.text.as_bytes()[at..self.end].iter().take_while(|byte| is_plain(**byte)).count();
        (length > 0).then(|| self.push(at..at + length))
    }

    fn escaped(&mut self, at: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        if !matches!(bytes[at], b'\\' | b'^') || self.quote == Some(b'\'') || at + 1 >= self.end {
            return None;
        }
        let skip = if bytes[at + 1] == b'\r' { 2 } else { 1 };
        if bytes.get(at + skip) == Some(&b'\n') {
            if self.quote.is_none() {
                self.close(at);
            }
            let mut next = at + skip + 1;
            while !self.by_shell && next < self.end && is_unit_comment(&self.text[next..self.end]) {
                next = (line_end(self.text, next) + 1).min(self.end);
            }
            return Some(next);
        }
        let means_itself = bytes[at] == b'\\' && matches!(bytes[at + 1], b'"' | b'\'' | b'\\' | b' ');
        means_itself.then(|| self.push(at + 1..at + 2))
    }

    /// What a template or a shell fills in is one word, whatever blanks and quotes stand in it.
    fn filled_in(&mut self, at: usize) -> Option<usize> {
        let rest = self.text.get(at..self.end)?;
        let length = template::length(rest).or_else(|| self.output(rest))?;
        Some(self.push(at..at + length))
    }

    /// A value that a command prints, "`cat /etc/timeout`". Other texts of programs begin with the same mark.
    fn output(&self, rest: &str) -> Option<usize> {
        let inside = rest.strip_prefix('`').filter(|_| self.by_shell)?.split('\n').next()?;
        let option = |word: &Word| word.text.starts_with('-') && !word.text.contains('=');
        let is_value = self.word.text.ends_with('=') || !self.open && self.found.last().is_some_and(option);
        let end = inside.find('`').filter(|_| is_value && !inside.starts_with([' ', '`']))?;
        Some(end + 2)
    }

    fn mark(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let byte = bytes[at];
        let mut next = at + 1;
        while !self.text.is_char_boundary(next) {
            next += 1;
        }
        let ends_command = || next >= self.end || bytes[next].is_ascii_whitespace();
        match self.quote {
            Some(mark) if byte == mark => {
                self.quote = None;
                self.word.end = at;
            }
            None if byte == b'"' || byte == b'\'' => {
                self.quote = Some(byte);
                self.open = true;
                self.word.end = at + 1;
            }
            None if matches!(byte, b';' | b'&') && self.by_shell && self.open && ends_command() => {}
            // Of a shell within the shell, or of what takes its output: `(etcd --election-timeout=1000|tee log)`.
            None if byte == b')' && self.by_shell && self.ends_flag() => self.close(at),
            // Of an array: `NAME+=(--flag 500)`.
            None if byte == b'(' && self.by_shell && self.word.text.ends_with('=') => self.close(at),
            None if matches!(byte, b';' | b'&' | b'|') && self.by_shell && self.open && self.ends_flag() => self.close(at),
            None if byte.is_ascii_whitespace() => self.close(at),
            _ => return self.push(at..next),
        }
        next
    }

    /// Whether the word is a flag with its number or what fills one in, or that of the flag before it.
    fn ends_flag(&self) -> bool {
        let word = self.word.text.as_str();
        let is_whole = |word: &str| word.matches('(').count() == word.matches(')').count();
        let is_flag = |word: &str| word.starts_with('-') && is_whole(word);
        let is_value = |word: &str| word.starts_with('$') && is_whole(word) || word.bytes().all(|byte| byte.is_ascii_digit());
        let of_flag = || is_value(word) && self.found.last().is_some_and(|before| is_flag(&before.text));
        let filled = || word.split_once('=').is_some_and(|(_, value)| value.starts_with('$'));
        (word.ends_with(|last: char| last.is_ascii_digit()) || filled()) && is_flag(word) || of_flag()
    }

    /// Adds to the word, and gives where that ends.
    fn push(&mut self, range: Range<usize>) -> usize {
        let end = range.end;
        self.open = true;
        let Some(part) = self.text.get(range.clone()) else { return end };
        let word = &mut self.word;
        let length = word.text.len();
        if length == 0 {
            word.start = range.start;
        } else if word.at.is_empty() && word.start + length != range.start {
            word.at.extend(word.start..word.start + length);
        }
        if !word.at.is_empty() {
            word.at.extend(range);
        }
        word.text.push_str(part);
        word.end = end;
        end
    }

    fn close(&mut self, at: usize) {
        if !self.open {
            return;
        }
        if self.word.end == 0 {
            self.word.end = at;
        }
        self.found.push(std::mem::take(&mut self.word));
        self.open = false;
    }
}

/// Whether a byte is a part of its word, whatever stands around it.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_=./:,".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_closes_a_shell_within_the_shell_is_no_part_of_a_flag() {
        for (command, last) in [
            ("(etcd --wait=${W:-1})", "--wait=${W:-1}"),
            ("(etcd --wait=$W)", "--wait=$W"),
            ("(etcd --wait $W)", "$W"),
            ("(etcd --wait 1)", "1"),
            ("--wait=*)", "--wait=*)"),
            ("etcd --wait=$(cat x)", "--wait=$(cat x)"),
            ("(etcd --wait=$(W))", "--wait=$(W)"),
            ("(etcd --wait=1)|tee", "|tee"),
            ("etcd --wait=1|tee", "tee"),
            ("etcd --wait=1;;", ";"),
        ] {
            let cut = words(command, 0..command.len());
            assert_eq!(cut.last().map(|word| word.text.as_str()), Some(last), "{command}");
        }
    }

    #[test]
    fn a_mark_of_a_template_is_one_word() {
        for text in [
            "A={{ .X }} B=1",
            "A=\"<%= x(\"y\") %>\" B=1",
            "A=${x:-a b} B=1",
            "A=#{ENV['X'] || 1} B=1",
            "A={% if x %}1{% else %}2{% endif %} B=1",
        ] {
            let cut = words(text, 0..text.len());
            assert_eq!((cut.len(), cut[1].text.as_str(), cut[1].span_from(0)), (2, "B=1", text.len() - 3..text.len()), "{text}: {cut:?}");
        }
        assert_eq!(words("A={{ x", 0..6).len(), 2);
        for (text, count) in
            [("A=`cat /x` B=1", 2), ("etcd --wait `cat /x` -v", 4), ("`etcd --wait=` + x", 4), ("run `etcd --wait=1 -v`", 4)]
        {
            assert_eq!(words(text, 0..text.len()).len(), count, "{text}");
        }
    }
}
