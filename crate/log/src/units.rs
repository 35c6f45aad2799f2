//! One unit of time inside: microseconds, as whole numbers.
//!
//! etcd writes milliseconds, fleet writes seconds and Go durations. Those units appear only
//! here, in `parameters` and in output.

use serde::Serialize;

/// A length of time, in microseconds.
pub type Micros = i64;

/// One millisecond.
pub const MS: Micros = 1_000;
/// One second.
pub const S: Micros = 1_000_000;

/// Something measured: never one number, always a lowest and a highest value that the
/// evidence allows, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Range {
    /// The least it can have been.
    pub low: Micros,
    /// The most it can have been.
    pub high: Micros,
}

impl Range {
    /// A measured value without spread.
    pub fn exactly(value: Micros) -> Self {
        Range { low: value, high: value }
    }

    /// What both ranges allow; `None` where they contradict each other.
    pub fn intersect(self, other: Range) -> Option<Range> {
        let both = Range { low: self.low.max(other.low), high: self.high.min(other.high) };
        (both.low <= both.high).then_some(both)
    }
}

/// Why a text is no Go duration, in the words of Go's `time.ParseDuration`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DurationError {
    /// Nothing that looks like a duration at all.
    Invalid,
    /// A number that is not followed by a unit.
    MissingUnit,
    /// A unit that Go does not know.
    UnknownUnit(String),
}

/// Reads a duration as Go's `time.ParseDuration` does: `1h2m3.5s`, `237.022208ms`, `950µs`.
/// Both code points of the micro sign are units, and the two ways a log loses them (`us`, `Âµs`).
pub fn parse_go_duration(text: &str) -> Result<Micros, DurationError> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(DurationError::Invalid);
    }
    let mut nanos: i64 = 0;
    while !rest.is_empty() {
        let (number, after) = rest.split_at(run(rest, true));
        if number.is_empty() || number == "." || number.bytes().filter(|byte| *byte == b'.').count() > 1 {
            return Err(DurationError::Invalid);
        }
        let (unit, next) = after.split_at(run(after, false));
        if unit.is_empty() {
            return Err(DurationError::MissingUnit);
        }
        let scale = nanos_per(unit).ok_or_else(|| DurationError::UnknownUnit(unit.to_owned()))?;
        nanos = nanos.saturating_add(scaled(number, scale));
        rest = next;
    }
    let micros = nanos / 1_000;
    Ok(if negative { -micros } else { micros })
}

/// Bytes up to where the digits and dots end, or where the next ones begin.
fn run(text: &str, digits: bool) -> usize {
    let mut length = 0;
    for byte in text.bytes() {
        if (byte.is_ascii_digit() || byte == b'.') != digits {
            break;
        }
        length += 1;
    }
    length
}

fn nanos_per(unit: &str) -> Option<i64> {
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" | "Âµs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

/// `number` (digits with at most one dot) times `scale`, cut to a whole number.
fn scaled(number: &str, scale: i64) -> i64 {
    let mut digits = number.bytes();
    let mut whole: i64 = 0;
    for digit in digits.by_ref().take_while(|byte| *byte != b'.') {
        whole = times(whole, 10).saturating_add(i64::from(digit - b'0'));
    }
    // Of what is less than a whole no sum is too large.
    let (mut part, mut unit) = (0, scale);
    for digit in digits {
        unit /= 10;
        part += i64::from(digit - b'0') * unit;
    }
    times(whole, scale).saturating_add(part)
}

/// The product of two positive numbers, or the largest there is. The library's own takes one of 128 bits to tell, which
/// WebAssembly has to put together.
fn times(number: i64, factor: i64) -> i64 {
    // Nearly all are small, which is told without a division: no factor has more than 42 bits.
    if number >> 21 == 0 || number <= i64::MAX / factor { number * factor } else { i64::MAX }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_go_reads() {
        for (text, micros) in [
            ("120s", 120 * S),
            ("1m30s", 90 * S),
            ("1.5m", 90 * S),
            ("237.022208ms", 237_022),
            ("950.1µs", 950),
            ("1.2s", 1_200_000),
            ("2h45m0s", 9_900 * S),
            ("0", 0),
            ("-5ms", -5_000),
        ] {
            assert_eq!(parse_go_duration(text), Ok(micros), "{text}");
        }
    }

    #[test]
    fn refuses_what_go_refuses() {
        assert_eq!(parse_go_duration("120"), Err(DurationError::MissingUnit));
        assert_eq!(parse_go_duration("2min"), Err(DurationError::UnknownUnit("min".into())));
        assert_eq!(parse_go_duration("abc"), Err(DurationError::Invalid));
        assert_eq!(parse_go_duration(""), Err(DurationError::Invalid));
        assert_eq!(parse_go_duration(" 5s"), Err(DurationError::Invalid));
    }
}
