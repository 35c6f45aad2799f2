//! Recognises the declared message in one line.

use super::pattern::{Match, Piece, TELLING, match_at};
use super::prefilter::prefilter;
use super::signature::{Meaning, signature, signatures};
use crate::search;

/// The declared message in a line: the one that begins first; of several the most telling. Of a line
/// that a pager cut, a message whose end is missing.
pub fn recognise(line: &str) -> Option<(u16, Match)> {
    let kept = before_cut(line);
    match (best(line, false), kept) {
        // A last hole that reaches up to the cut may be shortened by it.
        (Some((number, found)), Some(kept))
            if found.end >= kept.len() && matches!(signature(number).pieces.last(), Some(Piece::Hole(..))) =>
        {
            Some((number, Match { end: kept.len().max(found.start), cut: true, ..found }))
        }
        (None, Some(kept)) => best(kept, true).or_else(|| opening(kept)),
        // A message that goes on up to the cut is more than one that ends before it.
        (Some((number, found)), Some(kept)) => {
            best(kept, true).filter(|(longer, of)| rank(kept, *longer, of) < rank(line, number, &found)).or(Some((number, found)))
        }
        (best, _) => best,
    }
}

/// A line without the mark of a cut at its end: `>` of a pager, an ellipsis.
pub fn before_cut(line: &str) -> Option<&str> {
    let line = line.trim_end();
    // The last byte of each mark.
    line.as_bytes().last().filter(|last| b".>\xa6".contains(last))?;
    ["...", "…", ">"].iter().find_map(|mark| line.strip_suffix(mark))
}

fn best(line: &str, cut: bool) -> Option<(u16, Match)> {
    let mut best: Option<(u16, Match)> = None;
    for hit in prefilter().hits(line.as_bytes(), 0) {
        let signature = signature(hit.signature);
        let Some(key) = hit.at.checked_sub(signature.mark) else { continue };
        // The mark stands there; of a line that misses a message nearly, the key does not.
        let Some(rest) = line.get(key..) else { continue };
        let stands = rest.starts_with(signature.key_text()) || cut && signature.key_text().starts_with(rest);
        if !stands {
            continue;
        }
        let Some(found) = match_at(&signature.pieces, signature.key, key, line, cut) else { continue };
        let better = best.is_none_or(|(number, known)| rank(line, hit.signature, &found) < rank(line, number, &known));
        if better && at_boundary(line, found.start) {
            best = Some((hit.signature, found));
        }
    }
    best
}

/// A message of which the cut left only the beginning, before the bytes that the prefilter knows it by.
fn opening(kept: &str) -> Option<(u16, Match)> {
    let mut best: Option<(u16, Match)> = None;
    // Few of the messages begin with a letter that begins a word here.
    let mut begins = [false; 256];
    let mut before = b' ';
    for byte in kept.bytes() {
        begins[usize::from(byte)] |= !before.is_ascii_alphanumeric();
        before = byte;
    }
    for (number, signature) in (0u16..).zip(signatures()) {
        let Some(Piece::Literal(text)) = signature.pieces.first() else { continue };
        if !text.bytes().next().is_some_and(|first| begins[usize::from(first)]) {
            continue;
        }
        let Some(at) = text.get(..TELLING).and_then(|opening| search::find(kept, opening)) else { continue };
        let Some(found) = match_at(&signature.pieces, 0, at, kept, true).filter(|found| found.cut) else { continue };
        if at_boundary(kept, at) && best.is_none_or(|(known, of)| rank(kept, number, &found) < rank(kept, known, &of)) {
            best = Some((number, found));
        }
    }
    best
}

/// A mere level, the word `panic`, a line of a trace or one of every start tells less than any other text. The error
/// that a JSON line tells with its message comes first where a collector has sorted the fields by name.
fn rank(line: &str, number: u16, found: &Match) -> (bool, bool, usize, usize, u16) {
    let weak = matches!(
        signature(number).meaning,
        Meaning::EtcdFatal | Meaning::EtcdPanic | Meaning::StackFrame | Meaning::EtcdRoutine | Meaning::AlertState
    );
    (weak, line[..found.start].ends_with(r#""error":""#), found.start, usize::MAX - found.weight, number)
}

/// A message begins at the start of the line or after something that ends a word.
fn at_boundary(line: &str, start: usize) -> bool {
    line[..start].chars().next_back().is_none_or(|before| !before.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Collectors write the fields of a record in the order of their names.
    #[test]
    fn the_error_of_a_message_stands_before_it() {
        let line = r#"{"caller":"etcdserver/server.go:2075","error":"etcdserver: request timed out","message":"failed to publish local member to cluster through raft"}"#;
        let meaning = recognise(line).map(|(number, _)| signature(number).meaning);
        assert_eq!(meaning, Some(Meaning::PublishError));
    }
}
