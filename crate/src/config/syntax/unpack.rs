//! Unpacks what a configuration holds packed: base64, gzip, and DEFLATE inside it (RFC 1951); and packs base64 again.
//!
//! What a cloud-config packs is small, so this is written for the engine's size: a library takes ten
//! times the room. The tests hold it against one.

use std::ops::Range;

use crate::search;
use crate::text::offset;

/// Decodes base64, standard or URL alphabet, blanks ignored.
pub fn base64(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut count) = (Vec::with_capacity(text.len() / 4 * 3), 0_u32, 0);
    for symbol in text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let value = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(bytes)
}

/// What base64 says that stands alone in these bytes, in quotes or as a `data:` URL, and where its letters are. Only what
/// packing gives again, letter by letter, counts, and of that only lines and numbers: short words may look like base64.
pub fn unpacked(whole: &str) -> Option<(Range<usize>, String)> {
    let body = whole.trim_matches(['"', '\'']).trim();
    let letters = if body.starts_with("data:") { search::split(body, ";base64,")?.1 } else { body };
    let inner = String::from_utf8(base64(letters)?).ok()?;
    let tells = inner.contains('\n') || inner.parse::<u32>().is_ok();
    let start = offset(whole, letters);
    (tells && to_base64(&inner, letters) == letters).then(|| (start..start + letters.len(), inner))
}

/// Encodes base64, RFC 4648, section 4, in rows as long and as far apart as those of another text.
pub fn to_base64(text: &str, like: &str) -> String {
    let letters = letters_of(text);
    let Some(row) = like.find(['\r', '\n']).filter(|row| *row > 0) else { return letters };
    let gap = &like[row..like.len() - like[row..].trim_start().len()];
    let mut rows = String::new();
    for (at, letter) in letters.char_indices() {
        if at > 0 && at % row == 0 {
            rows.push_str(gap);
        }
        rows.push(letter);
    }
    rows
}

fn letters_of(text: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut letters = String::with_capacity(text.len() / 3 * 4 + 4);
    for three in text.as_bytes().chunks(3) {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | u32::from(three.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let letter = ALPHABET[(bits >> (18 - 6 * at) & 63) as usize];
            letters.push(if at > three.len() { '=' } else { letter.into() });
        }
    }
    letters
}

/// Unpacks gzip, at most 1 MiB. RFC 1952.
pub fn gunzip(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.get(..3)? != [0x1f, 0x8b, 8] {
        return None;
    }
    let flags = *bytes.get(3)?;
    let mut rest = bytes.get(10..)?;
    if flags & 4 != 0 {
        let length = usize::from(*rest.first()?) | usize::from(*rest.get(1)?) << 8;
        rest = rest.get(2 + length..)?;
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            rest = rest.get(rest.iter().position(|byte| *byte == 0)? + 1..)?;
        }
    }
    if flags & 2 != 0 {
        rest = rest.get(2..)?;
    }
    inflate(rest, 1 << 20)
}

/// The text that `bytes` hold, or `None` where they are damaged or the text is longer than `limit`.
fn inflate(bytes: &[u8], limit: usize) -> Option<Vec<u8>> {
    let mut bits = Bits { bytes, at: 0 };
    let mut text = Vec::new();
    loop {
        let last = bits.number(1)? == 1;
        match bits.number(2)? {
            0 => stored(&mut bits, &mut text)?,
            1 => packed(&mut bits, &usual_codes(), &mut text, limit)?,
            2 => {
                let codes = own_codes(&mut bits)?;
                packed(&mut bits, &codes, &mut text, limit)?;
            }
            _ => return None,
        }
        if text.len() > limit {
            return None;
        }
        if last {
            return Some(text);
        }
    }
}

/// Bits, the lowest of each byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn number(&mut self, width: usize) -> Option<usize> {
        let mut number = 0;
        for place in 0..width {
            let byte = *self.bytes.get(self.at / 8)?;
            number |= usize::from(byte >> (self.at % 8) & 1) << place;
            self.at += 1;
        }
        Some(number)
    }
}

/// Longest code, in bits.
const LONGEST: usize = 15;

/// A Huffman code: how many codes there are of each length, and the symbols in the order of their codes.
struct Code {
    counts: [usize; LONGEST + 1],
    symbols: Vec<usize>,
}

impl Code {
    /// The code that follows from the length of each symbol's code; 0 is a symbol without one.
    fn new(lengths: &[usize]) -> Code {
        let mut code = Code { counts: [0; LONGEST + 1], symbols: Vec::new() };
        for length in 1..=LONGEST {
            for (symbol, its) in lengths.iter().enumerate() {
                if *its == length {
                    code.symbols.push(symbol);
                    code.counts[length] += 1;
                }
            }
        }
        code
    }

    fn symbol(&self, bits: &mut Bits) -> Option<usize> {
        let (mut code, mut first, mut before) = (0, 0, 0);
        for count in &self.counts[1..] {
            code |= bits.number(1)?;
            if code < first + count {
                return self.symbols.get((before + code).checked_sub(first)?).copied();
            }
            before += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        None
    }
}

/// The codes of letters and lengths, and of distances.
type Codes = (Code, Code);

fn usual_codes() -> Codes {
    let letters = [vec![8; 144], vec![9; 112], vec![7; 24], vec![8; 8]].concat();
    (Code::new(&letters), Code::new(&[5; 30]))
}

/// Codes that the block brings along, as lengths that are packed themselves.
fn own_codes(bits: &mut Bits) -> Option<Codes> {
    let (letters, distances, count) = (bits.number(5)? + 257, bits.number(5)? + 1, bits.number(4)? + 4);
    let mut lengths = vec![0; 19];
    for at in &[16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15][..count] {
        lengths[*at] = bits.number(3)?;
    }
    let code = Code::new(&lengths);
    lengths.clear();
    while lengths.len() < letters + distances {
        let (length, times) = match code.symbol(bits)? {
            16 => (*lengths.last()?, 3 + bits.number(2)?),
            17 => (0, 3 + bits.number(3)?),
            18 => (0, 11 + bits.number(7)?),
            length => (length, 1),
        };
        lengths.resize(lengths.len() + times, length);
    }
    Some((Code::new(&lengths[..letters]), Code::new(&lengths[letters..letters + distances])))
}

fn stored(bits: &mut Bits, text: &mut Vec<u8>) -> Option<()> {
    bits.at = bits.at.next_multiple_of(8);
    let length = bits.number(16)?;
    let _complement = bits.number(16)?;
    let start = bits.at / 8;
    text.extend_from_slice(bits.bytes.get(start..start + length)?);
    bits.at += 8 * length;
    Some(())
}

fn packed(bits: &mut Bits, (letters, distances): &Codes, text: &mut Vec<u8>, limit: usize) -> Option<()> {
    while text.len() <= limit {
        match letters.symbol(bits)? {
            letter @ 0..=255 => text.push(letter as u8),
            256 => return Some(()),
            symbol => {
                let length = if symbol == 285 { 258 } else { 3 + stepped(bits, symbol - 257, 4)? };
                let symbol = distances.symbol(bits)?;
                let start = text.len().checked_sub(1 + stepped(bits, symbol, 2)?)?;
                // The copy may reach into what it has just written.
                for at in start..start + length {
                    text.push(text[at]);
                }
            }
        }
    }
    None
}

/// A number in steps that double every `per` symbols, and the bits between two steps.
fn stepped(bits: &mut Bits, symbol: usize, per: usize) -> Option<usize> {
    if symbol < 2 * per {
        return Some(symbol);
    }
    let width = symbol / per - 1;
    Some(((per + symbol % per) << width) + bits.number(width)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::random::Random;
    use miniz_oxide::deflate::compress_to_vec;

    #[test]
    fn packs_what_it_unpacks() {
        for text in ["100", "1000\n", "ETCD_NAME=a\n", "\u{e4}\n"] {
            for like in ["", "abcde\n    ", "abc\r\n"] {
                let letters = to_base64(text, like);
                assert_eq!(unpacked(&letters), Some((0..letters.len(), text.to_owned())));
            }
            let letters = to_base64(text, "");
            let url = format!("\"data:text/plain;base64,{letters}\"");
            let (place, inner) = unpacked(&url).expect("a URL");
            assert_eq!((&url[place], inner.as_str()), (letters.as_str(), text));
        }
        for other in ["name", "MTA w", "MTAwMA", "data:,MTAw", "", "MTAwCh=="] {
            assert_eq!(unpacked(other), None, "{other}");
        }
    }

    #[test]
    fn unpacks_what_a_library_packs() {
        let mut random = Random::of_run(3);
        for (length, letters) in [(0, 1), (1, 1), (40, 3), (3_000, 2), (70_000, 256), (90_000, 20), (200_000, 1)] {
            let text: Vec<u8> = (0..length).map(|_| random.below(letters) as u8).collect();
            let text = [&text[..], &text[length / 2..]].concat();
            for level in [0, 1, 6, 9] {
                let packed = compress_to_vec(&text, level);
                assert!(inflate(&packed, text.len()).as_ref() == Some(&text), "{length} {letters} {level}");
                assert!(text.is_empty() || inflate(&packed, text.len() - 1).is_none());
            }
        }
    }

    #[test]
    fn damaged_bytes_give_nothing_or_something_but_no_panic() {
        let text = "[Service]\nEnvironment=ETCD_HEARTBEAT_INTERVAL=100\n".repeat(9);
        let packed = compress_to_vec(text.as_bytes(), 9);
        for at in 0..packed.len() {
            assert!(inflate(&packed[..at], 1 << 20).is_none());
            for bit in 0..8 {
                let mut damaged = packed.clone();
                damaged[at] ^= 1 << bit;
                let _ = inflate(&damaged, 1 << 20);
            }
        }
        let mut random = Random::of_run(4);
        for _ in 0..2_000 {
            let noise: Vec<u8> = (0..200).map(|_| random.below(256) as u8).collect();
            let _ = inflate(&noise, 1 << 12);
        }
    }

    #[test]
    fn decodes_base64_and_gzip() {
        assert_eq!(base64("aGk=").unwrap(), b"hi");
        assert!(base64("a!").is_none());
        let packed = base64("H4sIAAAAAAACA8vIBACsKpPYAgAAAA==").unwrap();
        assert_eq!(gunzip(&packed).unwrap(), b"hi");
        assert!(gunzip(b"\x1f\x8b\x08").is_none());
    }
}
