//! Finds where in a text a declared message may stand, without reading its lines.
//!
//! Each message has a key, its longest fixed text, and of that a mark: seven bytes. The text is
//! looked at in steps of four bytes. Wherever a mark stands, four bytes of it begin at such a step,
//! and so one look-up for every four bytes of text misses none: those four bytes are hashed, and one
//! bit tells whether any mark has such a run. Only where it has is the mark itself compared.

use std::sync::OnceLock;

use super::signature::{Signature, signatures};
use crate::gather::Gather;

/// Bytes of a mark: a step and a run, less one.
const MARK: usize = STEP + RUN - 1;
const STEP: usize = 4;
const RUN: usize = 4;
/// The bits of the table are far more than the runs of all marks (some 2000), so most other text finds none set.
const HASH_BITS: u32 = 16;
const BUCKET_BITS: u32 = 11;
const NONE: u16 = u16::MAX;

/// The marks of all messages, for looking up.
pub struct Prefilter {
    bits: Box<[u64; 1 << (HASH_BITS - 6)]>,
    /// The first run of each bucket; the others follow by `Run::next`.
    buckets: Vec<u16>,
    runs: Vec<Run>,
    /// The mark of each signature.
    marks: Vec<u64>,
}

/// Four bytes of a mark.
struct Run {
    bytes: u32,
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
            bits: Box::new([0; 1 << (HASH_BITS - 6)]),
            buckets: vec![NONE; 1 << BUCKET_BITS],
            runs: Vec::with_capacity(signatures.len() * STEP),
            marks: signatures.iter().map(|signature| seven(mark(signature), 0).unwrap_or(u64::MAX)).gather(),
        };
        for (number, signature) in signatures.iter().enumerate() {
            for (at, window) in mark(signature).windows(RUN).enumerate() {
                let bytes = run(window);
                let hash = hash(bytes);
                filter.bits[hash >> 6] |= 1 << (hash & 63);
                let bucket = &mut filter.buckets[hash >> (HASH_BITS - BUCKET_BITS)];
                let next = std::mem::replace(bucket, filter.runs.len() as u16);
                filter.runs.push(Run { bytes, signature: number as u16, next, at: at as u8 });
            }
        }
        filter
    }

    /// Where the first mark of any message stands, at or after `from`.
    pub fn first(&self, text: &[u8], from: usize) -> Option<usize> {
        let mut first = None;
        self.each_until(text, from, |hit| {
            first = Some(hit.at);
            true
        });
        first
    }

    /// Calls `each` for every mark in `text` from `from` on, until it says that it is enough.
    pub fn each_until(&self, text: &[u8], from: usize, mut each: impl FnMut(Hit) -> bool) {
        const AT_ONCE: usize = 4 * STEP;
        let Some(rest) = text.get(from..) else { return };
        let blocks = rest.chunks_exact(AT_ONCE);
        let last = text.len() - blocks.remainder().len();
        let mut at = from;
        for block in blocks {
            let any = self.bit(run(&block[..4])) | self.bit(run(&block[4..8])) | self.bit(run(&block[8..12])) | self.bit(run(&block[12..]));
            if any & 1 != 0 && self.block(text, at, at + AT_ONCE, &mut each) {
                return;
            }
            at += AT_ONCE;
        }
        self.block(text, last, text.len(), &mut each);
    }

    /// The marks with a run that begins at a step between `from` and `to`.
    fn block(&self, text: &[u8], from: usize, to: usize, each: &mut impl FnMut(Hit) -> bool) -> bool {
        let mut at = from;
        while at < to {
            let Some(bytes) = text.get(at..at + RUN) else { return false };
            let bytes = run(bytes);
            let mut next = if self.bit(bytes) & 1 != 0 { self.buckets[hash(bytes) >> (HASH_BITS - BUCKET_BITS)] } else { NONE };
            while let Some(run) = self.runs.get(usize::from(next)) {
                next = run.next;
                let Some(start) = at.checked_sub(usize::from(run.at)) else { continue };
                let is_hit = run.bytes == bytes && seven(text, start) == Some(self.marks[usize::from(run.signature)]);
                if is_hit && each(Hit { signature: run.signature, at: start }) {
                    return true;
                }
            }
            at += STEP;
        }
        false
    }

    /// In the lowest bit: whether any mark may have this run.
    // Built for size, a call would be made for every four bytes of a text.
    #[inline(always)]
    fn bit(&self, bytes: u32) -> u64 {
        let hash = hash(bytes);
        self.bits[hash >> 6] >> (hash & 63)
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

/// How many lines end in `text`.
pub fn line_ends(text: &[u8]) -> u64 {
    let blocks = text.chunks_exact(16);
    let rest = blocks.remainder().iter().filter(|byte| **byte == b'\n').count();
    let mut ends = rest as u64;
    for block in blocks {
        ends += u64::from(ends_of_16(block));
    }
    ends
}

#[cfg(target_feature = "simd128")]
fn ends_of_16(block: &[u8]) -> u32 {
    use std::arch::wasm32::{i8x16_bitmask, i8x16_eq, i8x16_splat, u64x2};
    let (low, high) = halves(block);
    i8x16_bitmask(i8x16_eq(u64x2(low, high), i8x16_splat(b'\n' as i8))).count_ones()
}

#[cfg(not(target_feature = "simd128"))]
fn ends_of_16(block: &[u8]) -> u32 {
    let (low, high) = halves(block);
    ends_of_8(low) + ends_of_8(high)
}

fn halves(block: &[u8]) -> (u64, u64) {
    let half = |bytes: Option<&[u8]>| bytes.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes);
    (half(block.get(..8)), half(block.get(8..16)))
}

/// Line ends among eight bytes: a byte that differs has a bit set below its highest or at it.
#[cfg(not(target_feature = "simd128"))]
fn ends_of_8(bytes: u64) -> u32 {
    const LOW: u64 = u64::MAX / 255 * 0x7F;
    let differs = bytes ^ (u64::MAX / 255 * b'\n' as u64);
    (!(((differs & LOW) + LOW) | differs | LOW)).count_ones()
}

#[cfg(test)]
mod tests {
    use aho_corasick::AhoCorasick;

    use super::*;
    use crate::log::signature::SAMPLES;

    /// The same numbers on every machine.
    fn dice(state: &mut u64, below: usize) -> usize {
        *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((*state >> 33) as usize) % below.max(1)
    }

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
            prefilter().each_until(&text, 0, |hit| {
                let signature = &signatures()[usize::from(hit.signature)];
                if let Some(key) =
                    hit.at.checked_sub(signature.mark).filter(|key| text[*key..].starts_with(signature.key_text().as_bytes()))
                {
                    ours.push((key, hit.signature));
                }
                false
            });
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

    #[test]
    fn counts_line_ends() {
        let mut state = 1;
        for length in 0..200 {
            let text: Vec<u8> = (0..length).map(|_| b"\n\x0b\x8a\x0aa\0\xff\n"[dice(&mut state, 8)]).collect();
            assert_eq!(line_ends(&text), text.iter().filter(|byte| **byte == b'\n').count() as u64);
        }
    }
}
