//! Byte edits, and the unified diff they are.

use std::ops::Range;

use super::Change;
use crate::gather::Gather;
use crate::parameters::Parameter;

/// Replace the bytes `start..end` by `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// First byte.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// What comes there.
    pub text: String,
    /// What it sets.
    pub parameters: Vec<Parameter>,
}

impl Edit {
    /// Replaces a range.
    pub fn new(range: Range<usize>, text: String) -> Self {
        Edit { start: range.start, end: range.end, text, parameters: Vec::new() }
    }

    /// Inserts at a byte.
    pub fn insert(at: usize, text: String) -> Self {
        Edit::new(at..at, text)
    }

    /// For these changes.
    pub fn serving(mut self, changes: &[Change]) -> Self {
        self.parameters = changes.iter().map(|change| change.parameter).gather();
        self
    }
}

/// The text with all edits; they stand in order and do not overlap.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut new = String::with_capacity(text.len() + 64 * edits.len());
    let mut at = 0;
    for edit in edits {
        new.push_str(text.get(at..edit.start).unwrap_or(""));
        new.push_str(&edit.text);
        at = edit.end;
    }
    new.push_str(text.get(at..).unwrap_or(""));
    new
}

/// Lines around a change that a unified diff shows.
const CONTEXT: usize = 3;

/// A stretch of whole lines with its new text.
struct Block {
    /// Old lines, from and to (exclusive).
    lines: Range<usize>,
    new: Vec<String>,
}

/// The unified diff of the edits.
pub fn diff(text: &str, edits: &[Edit]) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').gather();
    let mut starts = vec![0];
    starts.extend(lines.iter().scan(0, |at, line| {
        *at += line.len();
        Some(*at)
    }));
    let blocks = blocks(text, &lines, &starts, edits);
    let mut out = String::from("--- before\n+++ after\n");
    let (mut at, mut shift) = (0, 0_isize);
    while at < blocks.len() {
        let mut last = at;
        while last + 1 < blocks.len() && blocks[last + 1].lines.start <= blocks[last].lines.end + 2 * CONTEXT {
            last += 1;
        }
        shift = hunk(&mut out, &lines, &blocks[at..=last], shift);
        at = last + 1;
    }
    out
}

/// Edits joined where they touch the same lines, cut to the lines that really differ.
fn blocks(text: &str, lines: &[&str], starts: &[usize], edits: &[Edit]) -> Vec<Block> {
    let line_of = |at: usize| starts.partition_point(|start| *start <= at).saturating_sub(1).min(lines.len().saturating_sub(1));
    let mut found: Vec<Block> = Vec::new();
    let mut at = 0;
    while at < edits.len() {
        let from = line_of(edits[at].start);
        let mut to = line_of(edits[at].end);
        let mut last = at;
        while last + 1 < edits.len() && line_of(edits[last + 1].start) <= to {
            last += 1;
            to = to.max(line_of(edits[last].end));
        }
        let (begin, end) = (starts[from], starts.get(to + 1).copied().unwrap_or(text.len()));
        let moved: Vec<Edit> =
            edits[at..=last].iter().map(|edit| Edit::new(edit.start - begin..edit.end - begin, edit.text.clone())).gather();
        let changed = apply(text.get(begin..end).unwrap_or(""), &moved);
        let mut new: Vec<String> = changed.split_inclusive('\n').map(str::to_owned).gather();
        let mut range = from..(to + 1).min(lines.len());
        while !range.is_empty() && new.first().is_some_and(|line| line == lines[range.start]) {
            new.remove(0);
            range.start += 1;
        }
        while !range.is_empty() && new.last().is_some_and(|line| line == lines[range.end - 1]) {
            new.pop();
            range.end -= 1;
        }
        match found.last_mut() {
            Some(above) if above.lines.end == range.start => {
                above.lines.end = range.end;
                above.new.extend(new);
            }
            _ => found.push(Block { lines: range, new }),
        }
        at = last + 1;
    }
    found
}

/// One hunk; gives back how far new line numbers are ahead of old ones after it.
fn hunk(out: &mut String, lines: &[&str], blocks: &[Block], shift: isize) -> isize {
    let (Some(first), Some(last)) = (blocks.first(), blocks.last()) else { return shift };
    let from = first.lines.start.saturating_sub(CONTEXT);
    let to = (last.lines.end + CONTEXT).min(lines.len());
    let gained: isize = blocks.iter().map(|block| block.new.len() as isize - block.lines.len() as isize).sum();
    let (old, new) = (to - from, (to - from) as isize + gained);
    let number = |start: usize, count: usize| if count == 0 { start } else { start + 1 };
    out.push_str(&format!(
        "@@ -{},{old} +{},{new} @@\n",
        number(from, old),
        number((from as isize + shift).max(0) as usize, new.max(0) as usize)
    ));
    let mut at = from;
    for block in blocks {
        lines[at..block.lines.start].iter().for_each(|line| push(out, ' ', line));
        lines[block.lines.clone()].iter().for_each(|line| push(out, '-', line));
        block.new.iter().for_each(|line| push(out, '+', line));
        at = block.lines.end;
    }
    lines[at..to].iter().for_each(|line| push(out, ' ', line));
    shift + gained
}

fn push(out: &mut String, mark: char, line: &str) {
    out.push(mark);
    out.push_str(line);
    if !line.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diff_of_a_replacement_and_an_insertion() {
        let text = "a\nb: 1\nc\nd\ne\n";
        let edits = [Edit::new(5..6, "2".into()), Edit::insert(13, "f\n".into())];
        assert_eq!(apply(text, &edits), "a\nb: 2\nc\nd\ne\nf\n");
        assert_eq!(diff(text, &edits), "--- before\n+++ after\n@@ -1,5 +1,6 @@\n a\n-b: 1\n+b: 2\n c\n d\n e\n+f\n");
    }

    #[test]
    fn neighbouring_changes_are_one_block() {
        let edits = [Edit::new(0..1, "x".into()), Edit::new(2..3, "y".into())];
        assert_eq!(diff("a\nb\n", &edits), "--- before\n+++ after\n@@ -1,2 +1,2 @@\n-a\n-b\n+x\n+y\n");
    }

    #[test]
    fn a_missing_last_newline_is_told() {
        assert_eq!(
            diff("a", &[Edit::insert(1, "\nb".into())]),
            "--- before\n+++ after\n@@ -1,1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n\\ No newline at end of file\n"
        );
    }
}
