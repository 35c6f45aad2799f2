//! Time stamps as logs write them.

use crate::units::{MS, Micros, S};

/// Microseconds of a day.
pub const DAY: Micros = 86_400 * S;

/// A moment in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    /// Microseconds on the time line of the input. Where the log has a date, since 1970-01-01 UTC
    /// (a missing year is taken from other documents, or 1970); else since midnight.
    pub micros: Micros,
    /// How much may have been cut off: 1 000 000 for stamps of whole seconds, 1 for microseconds.
    pub grain: Micros,
}

/// How much of a clock the stamps carry, the poorest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Clock {
    /// No stamps.
    #[default]
    None,
    /// Time of day only.
    TimeOfDay,
    /// Day and month, no year.
    NoYear,
    /// Full date.
    Full,
}

/// A stamp and how it is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The moment.
    pub time: Time,
    /// How much of a clock it carries.
    pub clock: Clock,
    /// It names its zone; without one it is taken for UTC.
    pub zoned: bool,
    /// Bytes it takes at the start of the text.
    pub length: usize,
}

/// What is known of a moment from an outer stamp (a collector's) and an inner one (the program's).
/// The inner one says when it happened, but may carry less of a clock. `None`: the outer one stays.
pub fn refined(outer: &Stamp, inner: &Stamp) -> Option<Stamp> {
    const QUARTER: Micros = 900 * S;
    let (out, own) = (outer.time.micros, inner.time.micros);
    let at = |micros: Micros, clock: Clock| Stamp { time: Time { micros, ..inner.time }, clock, zoned: outer.zoned, length: inner.length };
    match (outer.clock, inner.clock) {
        (Clock::Full, Clock::Full) if outer.zoned && !inner.zoned => {
            // The program's clock shows local time: whole quarters of an hour beside the collector's. No zone lies less than
            // an hour beside UTC (IANA, tzdb): then the collector is late, by however much.
            let quarters = Some((own - out + QUARTER / 2).div_euclid(QUARTER)).filter(|quarters| quarters.abs() >= 4).unwrap_or(0);
            Some(at(own - quarters * QUARTER, Clock::Full))
        }
        (Clock::Full, Clock::NoYear) => {
            let shifted = own + year_shift(own, out);
            ((shifted - out).abs() <= 60 * S).then(|| at(shifted, Clock::Full))
        }
        (Clock::Full | Clock::NoYear, Clock::TimeOfDay) => None,
        _ => Some(*inner),
    }
}

/// Reads a stamp at the start of `text`.
pub fn stamp(text: &str) -> Option<Stamp> {
    let first = *text.as_bytes().first()?;
    match first {
        b'0'..=b'9' => {
            iso(text).or_else(|| epoch(text)).or_else(|| time_only(text)).or_else(|| numbered_month(text)).or_else(|| day_first(text))
        }
        b'A'..=b'Z' => syslog(text).or_else(|| glog(text)),
        b'a'..=b'z' => syslog(text),
        b'@' => tai(text),
        _ => None,
    }
}

/// A small reader over bytes.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Reader { bytes: text.as_bytes(), at: 0 }
    }

    fn number(&mut self, digits: usize) -> Option<i64> {
        let slice = self.bytes.get(self.at..self.at + digits)?;
        let value = slice.iter().try_fold(0_i64, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))?;
        self.at += digits;
        Some(value)
    }

    fn one_of(&mut self, set: &[u8]) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        set.contains(&byte).then(|| {
            self.at += 1;
            byte
        })
    }

    /// Hours, minutes, seconds and a fraction: microseconds since midnight, and what may be cut off.
    fn clock(&mut self) -> Option<(Micros, Micros)> {
        let from = self.at;
        let hours = self.number(2).or_else(|| self.number(1))?;
        let digits = self.at - from;
        self.one_of(b":")?;
        let minutes = self.number(2)?;
        self.one_of(b":")?;
        let seconds = self.number(2)?;
        (hours < 24 && minutes < 60 && seconds < 61).then_some(())?;
        let (fraction, grain) = self.fraction();
        let hours = match self.half_of_day() {
            Some(half) => hours % 12 + half,
            None => Some(hours).filter(|_| digits == 2)?,
        };
        Some(((hours * 3600 + minutes * 60 + seconds) * S + fraction, grain))
    }

    /// `T101251.344`: the basic form of ISO 8601.
    fn without_colons(&mut self) -> Option<(Micros, Micros)> {
        self.one_of(b"T")?;
        let (hours, minutes, seconds) = (self.number(2)?, self.number(2)?, self.number(2)?);
        let (fraction, grain) = self.fraction();
        (hours < 24 && minutes < 60 && seconds < 61).then_some(((hours * 3600 + minutes * 60 + seconds) * S + fraction, grain))
    }

    /// ` am` or ` PM`, as Rancher's page writes it: the hours before that half of the day.
    fn half_of_day(&mut self) -> Option<i64> {
        let [b' ', half, b'm' | b'M', rest @ ..] = &self.bytes[self.at..] else { return None };
        let half = match half | 0x20 {
            b'a' => 0,
            b'p' => 12,
            _ => return None,
        };
        rest.first().is_none_or(|next| !next.is_ascii_alphanumeric()).then(|| {
            self.at += 3;
            half
        })
    }

    fn fraction(&mut self) -> (Micros, Micros) {
        let digits = |at: usize| self.bytes[at.min(self.bytes.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let separated = matches!(self.bytes.get(self.at), Some(b'.' | b',')) && digits(self.at + 1) > 0;
        if !separated {
            return (0, S);
        }
        let count = digits(self.at + 1);
        let text = &self.bytes[self.at + 1..self.at + 1 + count.min(6)];
        let value = text.iter().fold(0_i64, |sum, byte| sum * 10 + i64::from(byte - b'0')) * 10_i64.pow(6 - text.len() as u32);
        self.at += 1 + count;
        (value, if count >= 6 { 1 } else { 10_i64.pow(6 - count as u32) })
    }

    /// `Z`, `+02:00`, `+0200`, ` +0000 UTC`, ` UTC`: microseconds to subtract; `None` without zone.
    fn zone(&mut self) -> Option<Micros> {
        let from = self.at;
        if self.one_of(b"Z").is_some() {
            return Some(0);
        }
        let _ = self.one_of(b" ");
        if let Some(sign) = self.one_of(b"+-") {
            if let Some(offset) = self.offset() {
                return Some(if sign == b'-' { -offset } else { offset });
            }
        } else if self.bytes[self.at..].starts_with(b"UTC") || self.bytes[self.at..].starts_with(b"GMT") {
            self.at += 3;
            return Some(0);
        }
        self.at = from;
        None
    }

    /// The stamp that ends here: a time on a day since 1970, in the zone that stands behind it, if one does.
    fn on_day(mut self, day: i64, (clock, grain): (Micros, Micros), known: Clock) -> Stamp {
        let zone = self.zone();
        let micros = day * DAY + clock - zone.unwrap_or(0);
        Stamp { time: Time { micros, grain }, clock: known, zoned: zone.is_some(), length: self.at }
    }

    fn offset(&mut self) -> Option<Micros> {
        let hours = self.number(2)?;
        let _ = self.one_of(b":");
        let minutes = self.number(2)?;
        (hours < 15 && minutes < 60).then_some((hours * 60 + minutes) * 60 * S)
    }
}

/// `2015-10-16 10:12:51.344648`, `2015/10/16 ...`, `2015-10-16T10:12:51Z`, `2015-10-16_10:12:51.123`, `20151016T101251Z`.
fn iso(text: &str) -> Option<Stamp> {
    let mut reader = Reader::new(text);
    let year = reader.number(4)?;
    let separator = reader.one_of(b"-/");
    let month = reader.number(2)?;
    let (day, clock) = match separator {
        Some(separator) => {
            reader.one_of(&[separator])?;
            // Some collectors write no leading zero.
            let day = reader.number(2).or_else(|| reader.number(1))?;
            reader.one_of(b"T _")?;
            (day, reader.clock()?)
        }
        None => (reader.number(2)?, reader.without_colons()?),
    };
    Some(reader.on_day(days(year, month, day)?, clock, Clock::Full))
}

/// `Oct 16 10:12:51`, `Oct  6 10:12:51.123456`, `Oct 16, 2015 @ 10:12:51.344`, `October 16th 2015, 10:12:51.344`, `Thu Oct 16 10:12:51 2015`, `Thu 2015-10-16 10:12:51 UTC`.
fn syslog(text: &str) -> Option<Stamp> {
    if let Some(rest) = weekday(text) {
        let skipped = text.len() - rest.len();
        return stamp(rest).map(|stamp| Stamp { length: stamp.length + skipped, ..stamp });
    }
    let month = month(text.get(..3)?)?;
    let mut reader = Reader::new(text);
    // Kibana writes the whole name: `October 16th 2015, 10:12:51.344`.
    reader.at = 3;
    while reader.at < 10 && reader.bytes.get(reader.at).is_some_and(|byte| byte.is_ascii_lowercase() || *byte == b'.') {
        reader.at += 1;
    }
    day_and_clock(reader, month)
}

/// `10月 16 10:12:51`: Chinese, Japanese and Korean number their months.
fn numbered_month(text: &str) -> Option<Stamp> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let month = text[..digits].parse().ok().filter(|month| (1..=12).contains(month))?;
    let mut reader = Reader::new(text);
    reader.at = digits + ["月", "월"].iter().find(|sign| text[digits..].starts_with(**sign))?.len();
    day_and_clock(reader, month)
}

/// `16 Oct 2015 10:12:51 +0000`, `16/Oct/2015:10:12:51`, `16-Oct-2015 10:12:51`, `16.10.2015 10:12:51`.
fn day_first(text: &str) -> Option<Stamp> {
    let mut reader = Reader::new(text);
    let day = reader.number(2).or_else(|| reader.number(1))?;
    let separator = reader.one_of(b" /-.")?;
    let month = if separator == b'.' {
        reader.number(2)?
    } else {
        reader.at += 3;
        month(text.get(reader.at - 3..reader.at)?)?
    };
    reader.one_of(&[separator])?;
    let year = reader.number(4)?;
    let _ = reader.one_of(b",:");
    let _ = reader.one_of(b" ");
    let clock = reader.clock()?;
    Some(reader.on_day(days(year, month, day)?, clock, Clock::Full))
}

/// What stands behind a month.
fn day_and_clock(mut reader: Reader, month: i64) -> Option<Stamp> {
    reader.one_of(b" ")?;
    let day = match reader.one_of(b" ") {
        Some(_) => reader.number(1)?,
        None => reader.number(2).or_else(|| reader.number(1))?,
    };
    if [&b"st "[..], b"nd ", b"rd ", b"th "].iter().any(|ending| reader.bytes[reader.at..].starts_with(ending)) {
        reader.at += 2;
    }
    let _ = reader.one_of(b",");
    reader.one_of(b" ")?;
    let year = year_ahead(&mut reader);
    let clock = reader.clock()?;
    let known = if year.is_some() { Clock::Full } else { Clock::NoYear };
    Some(reader.on_day(days(year.unwrap_or(NO_YEAR), month, day)?, clock, known))
}

/// The year that stands for "none": a leap year, so that every day exists in it.
const NO_YEAR: i64 = 1972;

/// The days before the first of March of that year, and the year's own.
pub const BEFORE_MARCH: Micros = 790 * DAY;
/// Days of the leap year that stands for a missing one.
pub const YEAR: Micros = 366 * DAY;

fn year_ahead(reader: &mut Reader) -> Option<i64> {
    let from = reader.at;
    let year = reader.number(4).filter(|year| (1990..2200).contains(year)).and_then(|year| {
        let _ = reader.one_of(b",");
        reader.one_of(b" ").map(|_| year)
    });
    // Kibana writes `Oct 16, 2015 @ 10:12:51.344`.
    if reader.bytes[reader.at..].starts_with(b"@ ") {
        reader.at += 2;
    }
    if year.is_none() {
        reader.at = from;
    }
    year
}

fn weekday(text: &str) -> Option<&str> {
    let is_day = matches!(text.as_bytes().first_chunk()?, b"Mon" | b"Tue" | b"Wed" | b"Thu" | b"Fri" | b"Sat" | b"Sun");
    let after = text.get(3..).filter(|_| is_day)?;
    after.strip_prefix(", ").or_else(|| after.strip_prefix(' '))
}

/// A month as journalctl shortens it, in English or in another language of the reader's machine.
fn month(name: &str) -> Option<i64> {
    let &[a, b, c] = name.as_bytes() else { return None };
    Some(match &[a | 0x20, b | 0x20, c | 0x20] {
        b"jan" | b"ene" | b"gen" => 1,
        b"feb" | b"fev" => 2,
        b"mar" | b"mrt" => 3,
        b"apr" | b"abr" => 4,
        b"may" | b"mai" | b"maj" | b"mei" | b"mag" => 5,
        b"jun" | b"giu" => 6,
        b"jul" | b"lug" => 7,
        b"aug" | b"ago" => 8,
        b"sep" | b"set" => 9,
        b"oct" | b"okt" | b"out" | b"ott" => 10,
        b"nov" => 11,
        b"dec" | b"dez" | b"des" | b"dic" => 12,
        _ => return None,
    })
}

/// `E0822 21:25:09.084425`: glog and klog, without a year.
fn glog(text: &str) -> Option<Stamp> {
    let mut reader = Reader::new(text);
    reader.one_of(b"IWEFD")?;
    let month = reader.number(2)?;
    let day = reader.number(2)?;
    reader.one_of(b" ")?;
    let (clock, grain) = reader.clock()?;
    let micros = days(NO_YEAR, month, day)? * DAY + clock;
    Some(Stamp { time: Time { micros, grain }, clock: Clock::NoYear, zoned: false, length: reader.at })
}

/// `06:40:30`, `10:12:51.344648`.
fn time_only(text: &str) -> Option<Stamp> {
    let mut reader = Reader::new(text);
    let (micros, grain) = reader.clock()?;
    Some(Stamp { time: Time { micros, grain }, clock: Clock::TimeOfDay, zoned: false, length: reader.at })
}

/// From the first commit of etcd (2013-06) to where a clock of 32 bits ends. Ten digits beyond are sizes: a database of etcd
/// may hold 2147483648, 4294967296 or 8589934592 bytes. Sixteen and nineteen are ids of leases and members.
const SECONDS: std::ops::Range<i64> = 1_370_000_000..1 << 31;

/// Seconds since 1970 with a fraction, or whole milli-, micro- or nanoseconds.
pub fn epoch(text: &str) -> Option<Stamp> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let whole: i64 = text.get(..digits)?.parse().ok()?;
    let mut reader = Reader::new(text);
    reader.at = digits;
    let (micros, grain) = match digits {
        10 => {
            let (fraction, grain) = reader.fraction();
            (whole * S + fraction, grain)
        }
        13 => (whole * MS, MS),
        16 => (whole, 1),
        19 => (whole / 1000, 1),
        _ => return None,
    };
    let ends = text.as_bytes().get(reader.at).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    (ends && SECONDS.contains(&(micros / S))).then_some(Stamp {
        time: Time { micros, grain },
        clock: Clock::Full,
        zoned: true,
        length: reader.at,
    })
}

/// `@40000000` and sixteen further hexadecimal digits: runit's and daemontools' stamp.
fn tai(text: &str) -> Option<Stamp> {
    let hex = text.get(1..25)?;
    hex.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(())?;
    let seconds = i64::from_str_radix(hex.get(1..16)?, 16).ok()?;
    let nanos = i64::from_str_radix(hex.get(16..)?, 16).ok()?;
    // TAI began ten seconds ahead of UTC; the leap seconds since are left out, as svlogd does.
    let micros = (seconds - 10).checked_mul(S)?.checked_add(nanos / 1000)?;
    Some(Stamp { time: Time { micros, grain: 1 }, clock: Clock::Full, zoned: true, length: 25 })
}

/// What to add to a moment of a log without years so that it falls nearest to `near`, a moment of a
/// log with dates.
pub fn year_shift(moment: Micros, near: Micros) -> Micros {
    let first_of = |year: i64, month: i64| days(year, month, 1).unwrap_or(0) * DAY;
    // January and February lie before the leap day of the stand-in year, the other months after it.
    let month = if moment < first_of(NO_YEAR, 3) { 1 } else { 3 };
    let year = 1970 + near / (DAY * 1461 / 4);
    let shifts = (year - 1..=year + 1).map(|year| first_of(year, month) - first_of(NO_YEAR, month));
    shifts.min_by_key(|shift| (moment + shift - near).abs()).unwrap_or(0)
}

/// Days since 1970-01-01 of a date in the Gregorian calendar (Howard Hinnant's well-known sum).
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let of_days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    Some(era * 146_097 + of_days - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(text: &str) -> Option<(Micros, Micros)> {
        stamp(text).map(|stamp| (stamp.time.micros, stamp.time.grain))
    }

    #[test]
    fn months_of_other_languages() {
        let june = micros("Jun 06 14:35:44 n etcd[1]: x");
        assert!(june.is_some());
        for text in ["giu 06 14:35:44 n etcd[1]: x", "6月 06 14:35:44 n etcd[1]: x", "6월 06 14:35:44 n etcd[1]: x", "06月  6 14:35:44"]
        {
            assert_eq!(micros(text), june, "{text}");
        }
        assert_eq!(micros("13月 06 14:35:44"), None);
    }

    #[test]
    fn one_moment_in_many_shapes() {
        let moment = 1_445_000_000 * S + 344_648;
        for text in [
            "2015-10-16 12:53:20.344648 I | etcdserver",
            "2015-10-16T12:53:20.344648Z",
            "2015-10-16T14:53:20.344648+02:00",
            "2015-10-16T14:53:20.344648+0200",
            "20151016T125320.344648Z",
            "20151016T145320.344648+0200",
            "2015-10-16 12:53:20.344648 +0000 UTC",
            "1445000000.344648 host",
            "1445000000344648",
        ] {
            assert_eq!(micros(text), Some((moment, 1)), "{text}");
        }
        assert_eq!(micros("2015/10/16 12:53:20 raft:"), Some((1_445_000_000 * S, S)));
        // Sizes of a database.
        assert!(["1073741824", "2147483648", "8589934592"].into_iter().all(|size| micros(size).is_none()));
        assert!(["7587838787223751", "7587838787223751041", "1111111111111111"].into_iter().all(|id| micros(id).is_none()));
        assert_eq!(micros("October 16th 2015, 12:53:20.344\tnode"), Some((1_445_000_000 * S + 344 * MS, MS)));
        assert_eq!(micros("May 2nd 2015, 12:53:20.344"), micros("May 2, 2015 @ 12:53:20.344"));
        assert_eq!(micros("2015/10/6 12:53:20 etcd"), micros("2015/10/06 12:53:20 etcd"));
        assert_eq!(micros("2015/1/06 12:53:20 etcd"), None);
        assert_eq!(micros("Fri, Oct 16 2015 3:53:20 pm | etcd"), micros("2015-10-16 15:53:20 etcd"));
        assert_eq!(micros("Fri, Oct 16 2015 12:53:20 am | etcd"), micros("2015-10-16 00:53:20 etcd"));
        assert_eq!(micros("Fri, Oct 16 2015 3:53:20 | etcd"), None);
        assert_eq!(micros("Thu 2015-10-16 12:53:20 UTC [s=1]"), Some((1_445_000_000 * S, S)));
        assert_eq!(micros("2021-06-05T02:20:39.344Z").map(|(_, grain)| grain), Some(MS));
    }

    /// A collector may be late by minutes; zones differ by an hour or more from UTC.
    #[test]
    fn a_late_collector_is_no_time_zone() {
        let read = |outer: &str, inner: &str| refined(&stamp(outer).unwrap(), &stamp(inner).unwrap()).unwrap().time.micros;
        let ten = micros("2020-04-20T10:00:00Z").unwrap().0;
        for (outer, inner) in [
            ("2020-04-20T10:00:02.000000+00:00", "2020-04-20 10:00:00.000000"),
            ("2020-04-20T10:07:40.000000+00:00", "2020-04-20 10:00:00.000000"),
            ("2020-04-20T10:38:00.000000+00:00", "2020-04-20 10:00:00.000000"),
            ("2020-04-20T10:00:02.000000+00:00", "2020-04-20 15:45:00.000000"),
            ("2020-04-20T10:00:02.000000+00:00", "2020-04-20 06:30:00.000000"),
        ] {
            assert_eq!(read(outer, inner), ten, "{outer} {inner}");
        }
    }

    #[test]
    fn partial_clocks_say_so() {
        assert_eq!(stamp("06:40:30 host").map(|stamp| stamp.clock), Some(Clock::TimeOfDay));
        assert_eq!(stamp("Oct  6 06:40:30 host").map(|stamp| stamp.clock), Some(Clock::NoYear));
        assert_eq!(stamp("E0822 21:25:09.084425 00603 engine.go:128]").map(|stamp| stamp.clock), Some(Clock::NoYear));
        assert_eq!(stamp("feb 16 12:46:06 mnode2").map(|stamp| stamp.time), stamp("Feb 16 12:46:06").map(|stamp| stamp.time));
        assert_eq!(stamp("Okt 16 12:46:06 knoten").map(|stamp| stamp.time), stamp("Oct 16 12:46:06").map(|stamp| stamp.time));
        assert_eq!(stamp("Feb 29 06:40:30").map(|stamp| stamp.clock), Some(Clock::NoYear));
    }

    #[test]
    fn a_missing_year_is_taken_from_the_neighbour() {
        for (partial, whole) in [
            ("Nov 22 06:49:23", "2026-11-22 06:49:23"),
            ("Jan 02 00:00:00", "2025-01-02 00:00:00"),
            ("Dec 31 23:00:00", "2025-12-31 23:00:00"),
        ] {
            let (partial, whole) = (stamp(partial).unwrap().time.micros, stamp(whole).unwrap().time.micros);
            assert_eq!(partial + year_shift(partial, whole + 3600 * S), whole);
        }
    }

    #[test]
    fn refuses_what_is_none() {
        for text in
            ["20151016T256000Z", "20151016125320", "2015-13-16 12:53:20", "25:00:00", "12:53", "Oct 16", "1445", "etcd: x", "@40000"]
        {
            assert_eq!(stamp(text), None, "{text}");
        }
    }
}
