//! UTF-16, as it comes: text in pieces of any size, without holding the file.

/// Turns UTF-16 into UTF-8. What is no text becomes U+FFFD.
pub struct Utf16 {
    big_endian: bool,
    /// The first byte of a unit whose second has not come yet.
    byte: Option<u8>,
    /// The first unit of a pair whose second has not come yet.
    unit: Option<u16>,
}

impl Utf16 {
    /// The decoder for a text that begins so, and the length of its byte order mark. Without one two letters of ASCII tell
    /// it, each beside a zero: .NET's UnicodeEncoding may leave the mark away, and `iconv -t UTF-16LE` does.
    pub fn of(beginning: &[u8]) -> Option<(Utf16, usize)> {
        let letter = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
        let (big_endian, mark) = match *beginning {
            [0xFF, 0xFE, ..] => (false, 2),
            [0xFE, 0xFF, ..] => (true, 2),
            [one, 0, two, 0, ..] if letter(one) && letter(two) => (false, 0),
            [0, one, 0, two, ..] if letter(one) && letter(two) => (true, 0),
            _ => return None,
        };
        Some((Utf16 { big_endian, byte: None, unit: None }, mark))
    }

    /// The text of the next bytes.
    pub fn text(&mut self, bytes: &[u8]) -> String {
        let mut text = String::with_capacity(bytes.len());
        for byte in bytes {
            let Some(first) = self.byte.take() else {
                self.byte = Some(*byte);
                continue;
            };
            let pair = [first, *byte];
            self.add(if self.big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }, &mut text);
        }
        text
    }

    fn add(&mut self, unit: u16, text: &mut String) {
        let mut units = [unit; 2];
        let from = match self.unit.take() {
            Some(before) => {
                units[0] = before;
                0
            }
            None if (0xD800..0xDC00).contains(&unit) => {
                self.unit = Some(unit);
                return;
            }
            None => 1,
        };
        for character in char::decode_utf16(units[from..].iter().copied()) {
            match character {
                Ok(character) => text.push(character),
                // Half a pair may begin the next one.
                Err(half) if half.unpaired_surrogate() == unit && (0xD800..0xDC00).contains(&unit) => self.unit = Some(unit),
                Err(_) => text.push(char::REPLACEMENT_CHARACTER),
            }
        }
    }

    /// What stands for a text cut within a character.
    pub fn end(&mut self) -> &'static str {
        if self.unit.take().is_some() { "\u{FFFD}" } else { "" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_any_size_give_the_text_that_the_whole_gives() {
        let odd = [0xD800, 0xD83D, 0xDE00, 0xDC00, u16::from(b'z'), 0xD83D];
        let units: Vec<u16> = "\u{feff}aé😀\n".encode_utf16().chain(odd).collect();
        for big_endian in [false, true] {
            let bytes: Vec<u8> = units.iter().flat_map(|unit| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect();
            for step in 1..=bytes.len() {
                let (mut utf16, mark) = Utf16::of(&bytes).unwrap();
                let mut text: String = bytes[mark..].chunks(step).map(|piece| utf16.text(piece)).collect();
                text.push_str(utf16.end());
                assert_eq!(text, String::from_utf16_lossy(&units[1..]), "pieces of {step}");
            }
        }
    }

    #[test]
    fn without_a_mark_two_letters_tell_it() {
        for (bytes, expected) in [
            (&b"O\0c\0"[..], Some(false)),
            (b"\0O\0c", Some(true)),
            (b"#\0\n\0", Some(false)),
            (b"Oct 12", None),
            (b"O\0", None),
            // Numbers of four bytes, as in the head of many a binary file.
            (b"R\0\0\0", None),
            (b"\0\0\0R", None),
            (b"\x01\0\x02\0", None),
        ] {
            assert_eq!(Utf16::of(bytes).map(|(utf16, _)| utf16.big_endian), expected, "{bytes:?}");
        }
    }
}
