//! Finds where in a text a declared message may stand, without reading its lines.
//!
//! Each message has a key, its longest fixed text, and of that a mark: seven bytes. The text is
//! looked at in steps of four bytes. Wherever a mark stands, four bytes of it begin at such a step,
//! and so one look-up for every four bytes of text misses none: those four bytes are hashed, and a
//! table tells whether any mark has such a run. Only where it has is the mark itself compared.

use std::sync::OnceLock;

use super::signature::{Signature, signatures};
use crate::gather::Gather;

/// Bytes of a mark: a step and a run, less one. `build.rs` has the same number.
const MARK: usize = STEP + RUN - 1;
const STEP: usize = 4;
const RUN: usize = 4;
/// The places of the table are far more than the runs of all marks, four for each, so most other text finds none taken.
const HASH_BITS: u32 = 18;
const BUCKET_BITS: u32 = 11;
const NONE: u16 = u16::MAX;

/// The marks of all messages, for looking up.
pub struct Prefilter {
    /// One where a run has this hash. A byte for each: to pick a bit would take longer than all else, and the compiler
    /// counts four hashes at once where they need only be looked up.
    taken: Box<[u8; 1 << HASH_BITS]>,
    /// The first run of each bucket; the others follow by `Run::next`.
    buckets: Vec<u16>,
    runs: Vec<Run>,
    /// The mark of each signature.
    marks: Vec<u64>,
    /// For each signature the next one with the same mark.
    others: Vec<u16>,
}

/// Four bytes of a mark.
struct Run {
    bytes: u32,
    /// The first signature with this mark.
    signature: u16,
    next: u16,
    /// Where in the mark they stand.
    at: u8,
}

/// A place at which the mark of a message stands.
pub struct Hit {
    /// Whose.
    pub signature: u16,
    /// Where.
    pub at: usize,
}

/// The prefilter for the catalogue.
pub fn prefilter() -> &'static Prefilter {
    static BUILT: OnceLock<Prefilter> = OnceLock::new();
    BUILT.get_or_init(|| Prefilter::new(signatures()))
}

impl Prefilter {
    fn new(signatures: &[Signature]) -> Prefilter {
        let mut filter = Prefilter {
            taken: Box::new([0; 1 << HASH_BITS]),
            buckets: vec![NONE; 1 << BUCKET_BITS],
            runs: Vec::with_capacity(signatures.len() * STEP),
            marks: signatures.iter().map(|signature| seven(mark(signature), 0).unwrap_or(u64::MAX)).gather(),
            others: vec![NONE; signatures.len()],
        };
        for (number, signature) in signatures.iter().enumerate() {
            let mark_of = filter.marks[number];
            let first = filter.marks.iter().position(|mark| *mark == mark_of).unwrap_or(number);
            if first < number {
                let next = std::mem::replace(&mut filter.others[first], number as u16);
                filter.others[number] = next;
                continue;
            }
            for (at, window) in mark(signature).windows(RUN).enumerate() {
                let bytes = run(window);
                let hash = hash(bytes);
                filter.taken[hash] = 1;
                let bucket = &mut filter.buckets[hash >> (HASH_BITS - BUCKET_BITS)];
                let next = std::mem::replace(bucket, filter.runs.len() as u16);
                filter.runs.push(Run { bytes, signature: number as u16, next, at: at as u8 });
            }
        }
        filter
    }

    /// Where the first mark of any message stands, at or after `from`.
    pub fn first(&self, text: &[u8], from: usize) -> Option<usize> {
        self.hits(text, from).next().map(|hit| hit.at)
    }

    /// Every mark in `text` from `from` on.
    pub fn hits<'a>(&'a self, text: &'a [u8], from: usize) -> Hits<'a> {
        Hits { filter: self, text, at: from, bytes: 0, run: NONE, other: NONE, start: 0 }
    }

    /// The first step at or after `at` where four bytes stand that any mark may have; the end where none is.
    fn candidate(&self, text: &[u8], mut at: usize) -> usize {
        const AT_ONCE: usize = 8 * STEP;
        while let Some(block) = text.get(at..at + AT_ONCE) {
            // Written out: built for size, each step of a loop would be a call.
            let first = self.may_have(run(&block[..4])) | self.may_have(run(&block[4..8])) | self.may_have(run(&block[8..12]));
            let then = self.may_have(run(&block[12..16])) | self.may_have(run(&block[16..20])) | self.may_have(run(&block[20..24]));
            if (first | then | self.may_have(run(&block[24..28])) | self.may_have(run(&block[28..]))) != 0 {
                break;
            }
            at += AT_ONCE;
        }
        while let Some(bytes) = text.get(at..at + RUN) {
            if self.may_have(run(bytes)) != 0 {
                return at;
            }
            at += STEP;
        }
        text.len()
    }

    /// One where any mark may have this run, else zero.
    // Built for size, a call would be made for every four bytes of a text.
    #[inline(always)]
    fn may_have(&self, bytes: u32) -> u8 {
        self.taken[hash(bytes)]
    }
}

/// Goes through the marks in a text.
pub struct Hits<'a> {
    filter: &'a Prefilter,
    text: &'a [u8],
    /// The next step.
    at: usize,
    /// The bytes at the step before it, and what else may have them.
    bytes: u32,
    run: u16,
    /// What else has the mark that begins at `start`.
    other: u16,
    start: usize,
}

impl Iterator for Hits<'_> {
    type Item = Hit;

    fn next(&mut self) -> Option<Hit> {
        let Hits { filter, text, .. } = *self;
        loop {
            if let Some(next) = filter.others.get(usize::from(self.other)) {
                let signature = std::mem::replace(&mut self.other, *next);
                return Some(Hit { signature, at: self.start });
            }
            let Some(run) = filter.runs.get(usize::from(self.run)) else {
                let at = filter.candidate(text, self.at);
                self.bytes = self::run(text.get(at..at + RUN)?);
                self.run = filter.buckets[hash(self.bytes) >> (HASH_BITS - BUCKET_BITS)];
                self.at = at + STEP;
                continue;
            };
            self.run = run.next;
            if run.bytes != self.bytes {
                continue;
            }
            let Some(start) = (self.at - STEP).checked_sub(usize::from(run.at)) else { continue };
            if seven(text, start) == Some(filter.marks[usize::from(run.signature)]) {
                (self.other, self.start) = (run.signature, start);
            }
        }
    }
}

fn mark(signature: &Signature) -> &'static [u8] {
    signature.key_text().as_bytes().get(signature.mark..signature.mark + MARK).unwrap_or(b"")
}

/// The bytes of a mark at `at`.
fn seven(text: &[u8], at: usize) -> Option<u64> {
    let mark = text.get(at..at + MARK)?;
    Some(u64::from(run(&mark[..RUN])) | u64::from(run(&mark[MARK - RUN..])) << 24)
}

#[inline(always)]
fn run(bytes: &[u8]) -> u32 {
    bytes.try_into().map_or(0, u32::from_le_bytes)
}

/// Knuth's multiplicative hash.
#[inline(always)]
fn hash(bytes: u32) -> usize {
    (bytes.wrapping_mul(0x9E37_79B1) >> (32 - HASH_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use aho_corasick::AhoCorasick;

    use super::*;
    use crate::messages::signature::SAMPLES;
    use crate::testing::dice;

    /// Samples, halves of samples and spoilt ones, one after the other without order.
    fn text(state: &mut u64) -> Vec<u8> {
        let mut text = vec![b'x'; dice(state, 9)];
        for _ in 0..dice(state, 12) {
            let samples = SAMPLES[dice(state, SAMPLES.len())];
            let sample = samples[dice(state, samples.len())].as_bytes();
            let (from, to) = (dice(state, sample.len() / 4), sample.len() - dice(state, sample.len() / 4));
            text.extend_from_slice(&sample[from..to]);
            if dice(state, 3) == 0 {
                let at = dice(state, text.len());
                text[at] = dice(state, 256) as u8;
            }
            text.extend([b'\n', b' '].iter().take(dice(state, 3)));
        }
        text
    }

    #[test]
    fn finds_the_keys_that_aho_corasick_finds() {
        let keys: Vec<&str> = signatures().iter().map(Signature::key_text).collect();
        let oracle = AhoCorasick::new(&keys).unwrap();
        let mut state = 5;
        let mut found = 0;
        for _ in 0..4000 {
            let text = text(&mut state);
            let mut expected: Vec<(usize, u16)> =
                oracle.find_overlapping_iter(&text).map(|hit| (hit.start(), hit.pattern().as_u32() as u16)).collect();
            let mut ours = Vec::new();
            for hit in prefilter().hits(&text, 0) {
                let signature = &signatures()[usize::from(hit.signature)];
                if let Some(key) =
                    hit.at.checked_sub(signature.mark).filter(|key| text[*key..].starts_with(signature.key_text().as_bytes()))
                {
                    ours.push((key, hit.signature));
                }
            }
            expected.sort_unstable();
            ours.sort_unstable();
            assert_eq!(ours, expected, "{}", String::from_utf8_lossy(&text));
            let first = prefilter().first(&text, 0);
            assert!(expected.is_empty() || first.is_some());
            found += expected.len();
        }
        assert!(found > 5_000, "only {found} keys: the texts show nothing");
    }

    #[test]
    fn marks_lie_within_keys_and_are_plain_in_json() {
        for signature in signatures() {
            let mark = mark(signature);
            assert_eq!(mark.len(), MARK, "{}", signature.meaning.id());
            assert!(!mark.iter().any(|byte| b"\"\\".contains(byte)), "{}: {}", signature.meaning.id(), String::from_utf8_lossy(mark));
        }
    }
}
