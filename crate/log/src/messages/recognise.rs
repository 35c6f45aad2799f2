//! Recognises the declared message in one line.

use std::sync::OnceLock;

use super::pattern::{Match, Piece, TELLING, match_at};
use super::prefilter::prefilter;
use super::signature::{Meaning, Signature, signature, signatures};
use crate::gather::Gather;
use crate::search;
use crate::sort::sort;

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
        (None, Some(kept)) => best(kept, true).or_else(|| opening(kept)).filter(|(number, found)| !may_be_another(kept, *number, found)),
        // A message that goes on up to the cut is more than one that ends before it.
        (Some((number, found)), Some(kept)) => {
            best(kept, true).filter(|(longer, of)| rank(kept, *longer, of) < rank(line, number, &found)).or(Some((number, found)))
        }
        (best, _) => best,
    }
}

/// A line without the mark of a cut at its end: `>` of a pager, an ellipsis.
fn before_cut(line: &str) -> Option<&str> {
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
        let stands = search::begins_with(rest.as_bytes(), signature.key_text().as_bytes()) || cut && signature.key_text().starts_with(rest);
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
    let known = openings();
    let mut best: Option<(u16, Match)> = None;
    let mut tried: Vec<u16> = Vec::new();
    for (at, opening) in kept.as_bytes().windows(TELLING).enumerate() {
        if at > 0 && kept.as_bytes()[at - 1].is_ascii_alphanumeric() {
            continue;
        }
        let first = first_bytes(opening);
        let from = known.partition_point(|(bytes, ..)| *bytes < first);
        let alike = known[from..].iter().take_while(|(bytes, ..)| *bytes == first);
        for (_, text, number) in alike {
            // The first place alone: a line may hold the same words thousands of times.
            if text.as_bytes() != opening || tried.contains(number) {
                continue;
            }
            tried.push(*number);
            let Some(found) = match_at(&signature(*number).pieces, 0, at, kept, true).filter(|found| found.cut) else { continue };
            if best.is_none_or(|(known, of)| rank(kept, *number, &found) < rank(kept, known, &of)) {
                best = Some((*number, found));
            }
        }
    }
    best
}

/// Whether what is left of a message may be the beginning of one that means something else: `Engine leadership acqui`.
fn may_be_another(kept: &str, number: u16, found: &Match) -> bool {
    let Some(opening) = kept.as_bytes().get(found.start..found.start + TELLING).filter(|_| found.cut) else { return false };
    let (known, first) = (openings(), first_bytes(opening));
    let from = known.partition_point(|(bytes, ..)| *bytes < first);
    let differs = |other: u16| signature(other).meaning != signature(number).meaning;
    known[from..].iter().take_while(|(bytes, ..)| *bytes == first).any(|(_, text, other)| {
        text.as_bytes() == opening
            && differs(*other)
            && match_at(&signature(*other).pieces, 0, found.start, kept, true).is_some_and(|found| found.cut)
    })
}

/// How a message begins: its first bytes, for looking up, and the words that tell it; and which message it is.
type Opening = (u64, &'static str, u16);

/// The messages that begin with fixed words, in the order of these.
fn openings() -> &'static [Opening] {
    static SORTED: OnceLock<Vec<Opening>> = OnceLock::new();
    SORTED.get_or_init(|| {
        let opening = |(number, signature): (u16, &Signature)| match signature.pieces.first() {
            Some(Piece::Literal(text)) => text.get(..TELLING).map(|text| (first_bytes(text.as_bytes()), text, number)),
            _ => None,
        };
        let mut openings = (0..).zip(signatures()).filter_map(opening).gather();
        sort(&mut openings);
        openings
    })
}

/// The first eight bytes, in their order.
fn first_bytes(text: &[u8]) -> u64 {
    text.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// A mere level, the word `panic`, a line of a trace or one of every start tells less than any other text. The error
/// that a JSON line tells with its message comes first where a collector has sorted the fields by name.
fn rank(line: &str, number: u16, found: &Match) -> (bool, bool, usize, usize, u16) {
    let weak = matches!(
        signature(number).meaning,
        Meaning::EtcdFatal
            | Meaning::EtcdError
            | Meaning::EtcdPanic
            | Meaning::StackFrame
            | Meaning::EtcdRoutine
            | Meaning::AlertOver
            | Meaning::AlertFires
            | Meaning::K3sStartFailed
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
