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

/// Numbers with at most six decimals: a report measures microseconds and parts per million.
struct Decimals;

impl Formatter for Decimals {
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> Result<()> {
        // A zero is added, as one below zero is written as such.
        let rounded = (value * 1e6).round() / 1e6 + 0.0;
        writer.write_all(rounded.to_string().as_bytes())
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
