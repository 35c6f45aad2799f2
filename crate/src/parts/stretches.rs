//! The stretches of a text: what stands between logs, fences and prompts, and what begins and ends inside another file.

use std::ops::Range;

use crate::config::Marks;
use crate::config::syntax::embedded::{HEADER, here_document};
use crate::config::syntax::words::CONTINUES;
use crate::log::header::header;
use crate::log::line_starts::{is_fence, is_hunk, is_prompt, is_stamped};
use crate::search;

/// A stretch of a text.
pub struct Stretch {
    /// Its bytes.
    pub range: Range<usize>,
    /// A shell's here-document or a text in quotes, which whatever is around it may fill in.
    pub embedded: bool,
    /// What its lines begin with beside their text.
    pub marks: Option<Marks>,
}

/// What ends a configuration that stands inside another file.
#[derive(Clone, Copy)]
enum End<'t> {
    /// The word of a here-document.
    Word(&'t str),
    /// A quote of Go, JavaScript or Python that reaches over lines.
    Mark(&'t str),
    /// A line that is indented less, as behind a block of YAML: `user_data: |`.
    Dedent(usize),
    /// The same, for code in an article.
    Code(usize),
    /// A quote in which others may stand, as where a shell fills in: what closes it closes more, or has none beside it.
    Quote(u8),
    /// What is no line of a diff, behind `@@ -1,2 +1,3 @@`.
    Hunk,
}

/// Where in its line a configuration begins inside another file, and what ends it.
fn opened<'t>(above: &Above<'t>, line: &str) -> Option<(usize, End<'t>)> {
    let body = line.trim_end();
    let indent = body.len() - body.trim_start().len();
    // Markdown's indented code: four blanks behind an empty line.
    if indent >= 4 && above.line.trim().is_empty() && is_prose(above.text) {
        return Some((0, End::Code(indent)));
    }
    let above = above.line;
    let head = [HEADER, "{"].into_iter().find_map(|head| body.strip_suffix(head))?;
    let quote = head.trim_end_matches(['`', '"', '\'']);
    let header = body.ends_with(HEADER);
    match here_document(above) {
        Some((_, word)) if head.trim().is_empty() => Some((head.len(), End::Word(word))),
        _ if header && head.trim().is_empty() && !head.is_empty() && may_indent(above) => Some((head.len(), End::Dedent(head.len()))),
        _ if header && head.is_empty() => quoted_above(above).map(|end| (0, end)),
        _ if quote.len() == head.len() => None,
        _ if head.ends_with('`') => Some((head.len(), End::Mark("`"))),
        _ => head.as_bytes().last().filter(|_| header).map(|quote| (head.len(), End::Quote(*quote))),
    }
}

/// The quote over lines that the line above opens: Go's, Python's.
fn quoted_above(line: &str) -> Option<End<'static>> {
    let line = line.trim_end();
    let python = ["\"\"\"", "'''"].into_iter().find(|quote| line.ends_with(quote) && line.len() > quote.len());
    python.or_else(|| (line.len() > 3 && line.ends_with('`') && !line.ends_with("``")).then_some("`")).map(End::Mark)
}

/// Whether what follows a line may be indented as a whole: a line of YAML that ends with the mark of a block
/// (`user_data: |`, `Fn::Base64: !Sub >-`), or the empty line before code in an article.
fn may_indent(line: &str) -> bool {
    line.trim().is_empty() || line.trim_end().trim_end_matches(['-', '+']).ends_with(['|', '>'])
}

/// Where a line closes the quote that was opened above, and more behind it: `start'`, `"}'`, `");`.
fn closed(line: &str, quote: u8) -> Option<usize> {
    let bytes = line.as_bytes();
    let last = bytes.iter().rposition(|byte| *byte == quote)?;
    let closes = |byte: &u8| matches!(byte, b'}' | b')' | b']' | b',' | b';' | b'"' | b'\'' | b' ' | b'\r' | b'\n');
    let alone = bytes.iter().filter(|byte| **byte == quote).count() % 2 == 1;
    (alone && bytes[last..].iter().all(closes) && !bytes[..last].ends_with(b"\\")).then_some(last)
}

/// What stands above a line.
#[derive(Default)]
struct Above<'t> {
    line: &'t str,
    /// The last line that is not empty.
    text: &'t str,
}

impl<'t> Above<'t> {
    fn pass(&mut self, line: &'t str) {
        self.line = line;
        if !line.trim().is_empty() {
            self.text = line;
        }
    }
}

/// Words of an article, at the margin: two of letters alone (judgement).
fn is_prose(line: &str) -> bool {
    let is_word = |word: &&str| word.trim_end_matches([':', '.', ',']).bytes().all(|byte| byte.is_ascii_alphabetic());
    line.starts_with(|first: char| first.is_ascii_alphabetic())
        && !line.contains('=')
        && line.trim_end().split(' ').filter(is_word).count() > 1
}

/// Whether a configuration begins inside another file.
pub fn opens_one(text: &str) -> bool {
    let mut above = Above::default();
    text.lines().any(|line| {
        let opens = opened(&above, line).is_some();
        above.pass(line);
        opens
    })
}

/// Whole lines between logs, fences and prompts, and what stands inside a file.
pub fn stretches(text: &str) -> Vec<Stretch> {
    let (mut found, mut start, mut at, mut open, mut above) = (Vec::new(), 0, 0, None, Above::default());
    let mut here = None;
    let mut close = |range: Range<usize>, open: Option<End>| {
        if !range.is_empty() {
            let marks = matches!(open, Some(End::Hunk)).then_some(Marks::Diff);
            let embedded = open.is_some_and(|open| !matches!(open, End::Code(_)));
            found.push(Stretch { range, embedded, marks });
        }
    };
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        if is_prompt(line) {
            here = here_document(line).map(|(_, word)| word);
        }
        let closed = match open {
            Some(End::Word(word)) => (word == line.trim()).then_some(0),
            Some(End::Mark(mark)) => search::find(line, mark),
            Some(End::Quote(quote)) => closed(line, quote),
            Some(End::Hunk) => (!line.starts_with([' ', '+', '-', '\\', '\r', '\n'])).then_some(0),
            Some(End::Dedent(least) | End::Code(least)) => {
                (!line.trim().is_empty() && line.len() - line.trim_start().len() < least).then_some(0)
            }
            // Also what ends the here-document that a prompt's line began.
            _ => here.is_some_and(|word| word == line.trim()).then_some(0),
        };
        let in_hunk = matches!(open, Some(End::Hunk));
        if is_hunk(line) {
            close(start..at, open.replace(End::Hunk));
            start = end;
        } else if let Some(inside) = closed.or((!in_hunk && is_border(line)).then_some(0)) {
            close(start..at + inside, open.take());
            // A command that goes on in the next line is read as a whole.
            start = if is_prompt(line) && line.trim_end().ends_with(CONTINUES) { at } else { end };
        } else if let Some((inside, ends)) = opened(&above, line).filter(|_| !in_hunk) {
            close(start..at, open.replace(ends));
            start = at + inside;
        } else if line.trim() == HEADER && !in_hunk || open.is_none() && above.line.trim().is_empty() && is_prose(line) {
            // Words behind an empty line are no more of the file above.
            close(start..at, open.take());
            start = at;
        }
        at = end;
        above.pass(line);
    }
    close(start..at, open);
    found
}

fn is_border(line: &str) -> bool {
    is_fence(line) || is_prompt(line) || is_of_log(line)
}

fn is_of_log(line: &str) -> bool {
    let line = line.trim();
    let head = || header(line, line.len());
    !line.is_empty() && (is_stamped(line) || head().time.is_some() || head().source_line.is_some())
}
