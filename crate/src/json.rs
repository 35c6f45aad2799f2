//! A report as JSON.

use std::io::{Result, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// Writes an answer as JSON on one line.
pub fn write(answer: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    // Neither can fail: memory takes every byte, and all keys of a report are texts.
    let _ = answer.serialize(&mut Serializer::with_formatter(&mut bytes, Decimals));
    String::from_utf8(bytes).unwrap_or_default()
}

/// Numbers with at most six decimals: a report measures microseconds and parts per million. To print
/// all 17 digits of a number would take the engine another ten kilobytes of powers.
struct Decimals;

const PARTS: u64 = 1_000_000;

impl Formatter for Decimals {
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> Result<()> {
        let size = value.abs();
        let parts = (size.fract() * PARTS as f64 + 0.5) as u64;
        let (whole, parts) = (size as u64 + parts / PARTS, parts % PARTS);
        if value < 0.0 && (whole, parts) != (0, 0) {
            writer.write_all(b"-")?;
        }
        self.write_u64(writer, whole)?;
        if parts == 0 {
            return Ok(());
        }
        // The leading one keeps the zeros after the dot.
        let digits = (PARTS + parts).to_string();
        writer.write_all(b".")?;
        writer.write_all(digits[1..].trim_end_matches('0').as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_exact_to_a_millionth() {
        let numbers = [0.0, -0.0, 1.0, 0.1, 2.5, -1.25, 0.05, 1.999_999_7, 123_456.789, 1e-9, 9.2e15];
        assert_eq!(write(&numbers), "[0,0,1,0.1,2.5,-1.25,0.05,2,123456.789,0,9200000000000000]");
    }

    #[test]
    fn what_is_no_number_is_null() {
        assert_eq!(write(&[f64::NAN, f64::INFINITY]), "[null,null]");
    }
}
