//! Recognises the declared message in one line.

use super::pattern::{Match, match_at};
use super::prefilter::prefilter;
use super::signature::signature;

/// The declared message in a line: the one that begins first; of several the most telling.
pub fn recognise(line: &str) -> Option<(u16, Match)> {
    let mut best: Option<(u16, Match)> = None;
    prefilter().each_until(line.as_bytes(), 0, |hit| {
        let signature = signature(hit.signature);
        let Some(key) = hit.at.checked_sub(signature.mark) else { return false };
        let Some(found) = match_at(&signature.pieces, signature.key, key, line) else { return false };
        let better = best.is_none_or(|(number, known)| rank(hit.signature, &found) < rank(number, &known));
        if better && at_boundary(line, found.start) {
            best = Some((hit.signature, found));
        }
        false
    });
    best
}

fn rank(number: u16, found: &Match) -> (usize, usize, u16) {
    (found.start, usize::MAX - found.weight, number)
}

/// A message begins at the start of the line or after something that ends a word.
fn at_boundary(line: &str, start: usize) -> bool {
    line[..start].chars().next_back().is_none_or(|before| !before.is_alphanumeric())
}
