//! What of the bytes of a word is the value that etcd is given.

use std::ops::Range;

use crate::gather::Gather;
use crate::search;

/// What is joined to a value is not longer.
const LONGEST: usize = 200;

/// A value without the quotes that a shell within the command takes away: `sh -c "etcd --name=\\"a\\""`.
pub fn without_inner_quotes<'v>(text: &str, value: &'v str, span: Range<usize>) -> (&'v str, Range<usize>) {
    // Of a text in XML the tag behind it is no part of it, nor is what ends a text of JavaScript or Go.
    let end = ["</", "`"].into_iter().filter_map(|mark| search::find(value, mark)).filter(|end| *end > 0).min();
    let (value, span) = end.map_or((value, span.clone()), |end| (&value[..end], span.start..span.start + end));
    let Some(inside) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return (value, span) };
    let escape = usize::from(text.get(..span.end - 1).is_some_and(|before| before.ends_with('\\')));
    (inside, span.start + 1..(span.end - 1 - escape).max(span.start + 1))
}

/// The value, and its bytes. What a program joins to a flag or a variable without one is not known, `"--election-timeout=" +
/// wait`: by `+`, in PHP and Perl by a dot, in Lua by two.
pub fn or_joined<'v>(text: &str, value: &'v str, span: Range<usize>) -> (&'v str, Range<usize>) {
    let Some(behind) = text.get(span.start..) else { return (value, span) };
    let rest = if value.is_empty() { behind.trim_start_matches(['"', '\'']).trim_start_matches(' ') } else { behind };
    if !(rest.starts_with('+') || value.is_empty() && (rest.starts_with(". ") || rest.starts_with(".."))) {
        return (value, span);
    }
    let start = span.start + behind.len() - rest.len();
    let ends = |letter: char| matches!(letter, ',' | ')' | ']' | ';' | '\n');
    let length = rest.chars().take(LONGEST).take_while(|letter| !ends(*letter)).map(char::len_utf8).sum::<usize>();
    ("${}", start..start + length)
}

/// What sed puts in place of something, `s/.../here/`, several behind one another, or beside a line, `/.../a here`.
pub fn replacements(program: &str) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < program.len() {
        at = behind_address(program, program.len() - program[at..].trim_start().len());
        let command = &program[at..];
        // Its text goes to the end, with `\n` for a line's (GNU sed's manual, "a text").
        let beside = command.strip_prefix(['a', 'i', 'c']).filter(|text| text.starts_with(['\\', ' ']));
        if let Some(text) = beside {
            let mut from = program.len() - text.trim_start_matches(['\\', ' ', '\r', '\n']).len();
            while let Some(length) = search::find(&program[from..], "\\n") {
                found.push(from..from + length);
                from += length + 2;
            }
            found.push(from..program.len());
            break;
        }
        let mark = command.strip_prefix('s').and_then(|rest| rest.chars().next()).filter(char::is_ascii_punctuation);
        if let Some(mark) = mark {
            let bounds =
                program[at..].match_indices(mark).map(|(offset, _)| at + offset).filter(|bound| !program[..*bound].ends_with('\\'));
            let [_, from, to] = bounds.take(3).gather()[..] else { break };
            found.push(from + 1..to);
            at = to;
        }
        at += program[at..].find(';').map_or(program.len(), |end| end + 1);
    }
    found
}

/// Where a command of sed begins behind the lines that it is for: `/x/`, `/x/,$`, `3`.
fn behind_address(program: &str, mut at: usize) -> usize {
    loop {
        let rest = &program[at..];
        let pattern = rest.strip_prefix('/').and_then(|inside| {
            let ends = |at: &usize| inside.as_bytes()[*at] == b'/' && !inside[..*at].ends_with('\\');
            (0..inside.len()).find(ends).map(|end| end + 2)
        });
        at += pattern.unwrap_or_else(|| rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'$').count());
        if !program[at..].starts_with(',') {
            return program.len() - program[at..].trim_start_matches([' ', '!']).len();
        }
        at += 1;
    }
}
