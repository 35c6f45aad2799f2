//! Bytes and words in text, looked for sixteen bytes at a time.
//!
//! The standard library prepares each search of a word for the worst of texts, which takes longer than
//! looking through a line of a log. Here nothing is prepared; no word is long enough to make that matter.

const BLOCK: usize = 16;

/// How often `byte` stands in `text`.
pub fn count(text: &[u8], byte: u8) -> u64 {
    let mut count = 0;
    let mut rest = text;
    while let Some((block, after)) = rest.split_first_chunk::<BLOCK>() {
        count += u64::from(equal(block, byte).count_ones());
        rest = after;
    }
    for other in rest {
        count += u64::from(*other == byte);
    }
    count
}

/// Where `byte` first stands.
pub fn first(text: &[u8], byte: u8) -> Option<usize> {
    let mut at = 0;
    while let Some(block) = text[at..].first_chunk::<BLOCK>() {
        let marks = equal(block, byte);
        if marks != 0 {
            return Some(at + marks.trailing_zeros() as usize);
        }
        at += BLOCK;
    }
    while at < text.len() {
        if text[at] == byte {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// Whether any of these bytes stands in `text`.
pub fn has_any<const N: usize>(text: &[u8], bytes: [u8; N]) -> bool {
    let mut rest = text;
    while let Some((block, after)) = rest.split_first_chunk::<BLOCK>() {
        let mut marks = 0;
        for byte in bytes {
            marks |= equal(block, byte);
        }
        if marks != 0 {
            return true;
        }
        rest = after;
    }
    rest.iter().any(|byte| bytes.contains(byte))
}

/// Where `byte` last stands.
pub fn last(text: &[u8], byte: u8) -> Option<usize> {
    let mut end = text.len();
    while let Some(block) = text[..end].last_chunk::<BLOCK>() {
        let marks = equal(block, byte);
        if marks != 0 {
            return Some(end - BLOCK + 31 - marks.leading_zeros() as usize);
        }
        end -= BLOCK;
    }
    while end > 0 {
        end -= 1;
        if text[end] == byte {
            return Some(end);
        }
    }
    None
}

/// Where `word` first stands in `text`.
pub fn find(text: &str, word: &str) -> Option<usize> {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    let [first, .., last] = *word else {
        return word.first().map_or(Some(0), |only| self::first(text, *only));
    };
    // The places where it may begin are told by its first and its last byte.
    let reach = word.len() - 1;
    let places = text.len().checked_sub(reach)?;
    let mut at = 0;
    while at < places {
        // The last block may lie over the one before it.
        let from = at.min(places.saturating_sub(BLOCK));
        let (Some(begins), Some(ends)) = (block(text, from), block(text, from + reach)) else { break };
        let mut marks = equal(begins, first) & equal(ends, last);
        while marks != 0 {
            let place = from + marks.trailing_zeros() as usize;
            if begins_with(&text[place..], word) {
                return Some(place);
            }
            marks &= marks - 1;
        }
        at = from + BLOCK;
    }
    (at..places).find(|place| text[*place] == first && begins_with(&text[*place..], word))
}

/// Where `word` last stands in `text`.
pub fn rfind(text: &str, word: &str) -> Option<usize> {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    let Some(first) = word.first() else { return Some(text.len()) };
    let mut places = (text.len() + 1).checked_sub(word.len())?;
    loop {
        places = last(&text[..places], *first)?;
        if begins_with(&text[places..], word) {
            return Some(places);
        }
    }
}

/// Whether `text` begins with `word`.
// In WebAssembly the standard library compares byte by byte.
pub fn begins_with(text: &[u8], word: &[u8]) -> bool {
    let Some(text) = text.get(..word.len()) else { return false };
    let mut at = 0;
    while let (Some(one), Some(other)) = (block(text, at), block(word, at)) {
        if u128::from_ne_bytes(*one) != u128::from_ne_bytes(*other) {
            return false;
        }
        at += BLOCK;
    }
    while at < word.len() {
        if text[at] != word[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// Whether `word` stands in `text`.
pub fn has(text: &str, word: &str) -> bool {
    find(text, word).is_some()
}

/// Whether one of `words` does.
pub fn any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| has(text, word))
}

/// All places of `word`, which do not overlap.
pub fn places(text: &str, word: &str) -> impl Iterator<Item = usize> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + find(text.get(from..)?, word)?;
        from = at + word.len();
        Some(at)
    })
}

/// The text with `new` in each of these places.
pub fn replace(text: &str, word: &str, new: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = split(rest, word) {
        out += before;
        out += new;
        rest = after;
    }
    out + rest
}

/// What stands before and after the first `word`.
pub fn split<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let at = find(text, word)?;
    Some((text.get(..at)?, text.get(at + word.len()..)?))
}

/// What stands before and after the last `word`.
pub fn rsplit<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let at = rfind(text, word)?;
    Some((text.get(..at)?, text.get(at + word.len()..)?))
}

/// Where the first blank stands, or the end.
pub fn blank(text: &str) -> usize {
    // A byte of a character beyond ASCII may belong to a blank: then all characters are looked at.
    let mut end = 0;
    for byte in text.bytes() {
        if byte <= b' ' || !byte.is_ascii() {
            return end + text[end..].find(char::is_whitespace).unwrap_or(text.len() - end);
        }
        end += 1;
    }
    end
}

#[inline(always)]
fn block(text: &[u8], at: usize) -> Option<&[u8; BLOCK]> {
    text.get(at..)?.first_chunk()
}

/// A bit for each byte that is `byte`, the first one in the lowest.
#[cfg(target_feature = "simd128")]
#[inline(always)]
pub fn equal(block: &[u8; BLOCK], byte: u8) -> u32 {
    use std::arch::wasm32::{i8x16_bitmask, i8x16_eq, u8x16_splat, u64x2};
    // The compiler makes one load of the two halves.
    u32::from(i8x16_bitmask(i8x16_eq(u64x2(half(&block[..8]), half(&block[8..])), u8x16_splat(byte))))
}

/// A bit for each byte that is `byte`, the first one in the lowest.
#[cfg(not(target_feature = "simd128"))]
#[inline(always)]
pub fn equal(block: &[u8; BLOCK], byte: u8) -> u32 {
    const ONES: u64 = u64::MAX / 255;
    const LOW: u64 = ONES * 0x7F;
    let marks = |half: u64| {
        // A byte that differs has a bit set below its highest or at it.
        let differs = half ^ (ONES * u64::from(byte));
        let same = !(((differs & LOW) + LOW) | differs | LOW);
        // The eight marks, a byte apart, moved together.
        ((same >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32
    };
    marks(half(&block[..8])) | marks(half(&block[8..])) << 8
}

#[inline(always)]
fn half(bytes: &[u8]) -> u64 {
    bytes.try_into().map_or(0, u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::dice;

    #[test]
    fn finds_bytes_where_the_standard_library_finds_them() {
        let mut state = 1;
        for length in 0..300 {
            let text: Vec<u8> = (0..length).map(|_| b"\n\x0b\x8a\x0aa\0\xff\x09"[dice(&mut state, 8)]).collect();
            for byte in [b'\n', 0, 0xff, b'z'] {
                assert_eq!(count(&text, byte), text.iter().filter(|other| **other == byte).count() as u64);
                assert_eq!(first(&text, byte), text.iter().position(|other| *other == byte));
                assert_eq!(last(&text, byte), text.iter().rposition(|other| *other == byte));
                assert_eq!(has_any(&text, [byte, b'y']), text.contains(&byte));
            }
        }
    }

    #[test]
    fn finds_words_where_the_standard_library_finds_them() {
        let mut state = 2;
        let mut found = 0;
        for length in 0..4000 {
            let mut letters = |length: usize| -> String { (0..length).map(|_| ['a', 'b', 'é'][dice(&mut state, 3)]).collect() };
            let (text, word) = (letters(length % 90), letters(length % 7));
            assert_eq!(find(&text, &word), text.find(&word), "{word} in {text}");
            assert_eq!(rfind(&text, &word), text.rfind(&word), "{word} in {text}");
            assert_eq!(begins_with(text.as_bytes(), word.as_bytes()), text.starts_with(&word), "{word} in {text}");
            let half = &text.as_bytes()[..text.len() / 2];
            assert!(begins_with(text.as_bytes(), half) && !begins_with(text.as_bytes(), &[half, b"c"].concat()));
            assert_eq!(split(&text, &word), text.split_once(&word));
            found += usize::from(has(&text, &word));
        }
        assert!(found > 500, "only {found} words were found");
    }
}
