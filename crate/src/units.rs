//! Units of time, as the reading of logs has them, and how times are told to people.

pub use timing_advisor_log::units::{DurationError, MS, Micros, Range, S, parse_go_duration};

/// Reads a number such as `600`, `-1.5`, `.5` or `6e3`; nothing else may stand in the text, also not `inf` or `nan`.
pub fn parse_number(text: &str) -> Option<f64> {
    let is_of_number = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    text.parse().ok().filter(|number: &f64| number.is_finite() && text.bytes().all(is_of_number))
}

/// Prints a time for people: `950 µs`, `12 ms`, `1.6 s`, `2 min 5 s`. Number and unit are
/// joined by a no-break space, so they never part.
pub fn human(time: Micros) -> String {
    let magnitude = time.unsigned_abs() as i64;
    let sign = if time < 0 { "-" } else { "" };
    let text = if (1..MS).contains(&magnitude) {
        format!("{magnitude}\u{a0}µs")
    } else if (MS..S).contains(&magnitude) {
        format!("{}\u{a0}ms", (magnitude + MS / 2) / MS)
    } else if magnitude < 10 * S {
        format!("{}\u{a0}s", decimal(magnitude, S, 2))
    } else if magnitude < 120 * S {
        format!("{}\u{a0}s", decimal(magnitude, S, 1))
    } else if magnitude < 7200 * S {
        match (magnitude / (60 * S), magnitude / S % 60) {
            (minutes, 0) => format!("{minutes}\u{a0}min"),
            (minutes, seconds) => format!("{minutes}\u{a0}min {seconds}\u{a0}s"),
        }
    } else {
        format!("{}\u{a0}h", decimal(magnitude, 3600 * S, 1))
    };
    format!("{sign}{text}")
}

/// As [`human`], with two digits: `3.5 s`, `14 s`. For what a model says, which knows no more.
pub fn about(time: Micros) -> String {
    let mut step = 1;
    while time.abs() / step >= 100 {
        step *= 10;
    }
    human((time + time.signum() * step / 2) / step * step)
}

/// `value / unit` with at most `places` decimals, rounded, without trailing zeros. Neither is negative.
pub fn decimal(value: i64, unit: i64, places: u32) -> String {
    let scale = 10_i64.pow(places);
    let part = (value % unit * scale * 2 + unit) / (2 * unit);
    let (whole, part) = (value / unit + part / scale, part % scale);
    if part == 0 {
        return whole.to_string();
    }
    let text = format!("{whole}.{part:0width$}", width = places as usize);
    text.trim_end_matches('0').to_owned()
}

/// `2016-03-02 10:15`: a moment as microseconds since 1970, cut to its minute.
pub fn minute(time: Micros) -> String {
    let minutes = time.div_euclid(60 * S);
    let (day, of_day) = (minutes.div_euclid(1_440), minutes.rem_euclid(1_440));
    // Howard Hinnant's civil_from_days: eras of 400 years that begin in March.
    let shifted = day + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let of_years = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * of_years + of_years / 4 - of_years / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = of_years + era * 400 + i64::from(month <= 2);
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", of_day / 60, of_day % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_by_the_calendar() {
        for (seconds, written) in [
            (0, "1970-01-01 00:00"),
            (-1, "1969-12-31 23:59"),
            (951_782_399, "2000-02-28 23:59"),
            (951_782_400, "2000-02-29 00:00"),
            (1_456_913_759, "2016-03-02 10:15"),
            (1_483_228_799, "2016-12-31 23:59"),
            (4_107_542_400, "2100-03-01 00:00"),
        ] {
            assert_eq!(minute(seconds * S), written);
        }
    }

    #[test]
    fn reads_numbers() {
        for (text, number) in
            [("600", 600.0), ("-1.5", -1.5), (".5", 0.5), ("5.", 5.0), ("6e3", 6000.0), ("1e-3", 0.001), ("+2.25E+1", 22.5)]
        {
            assert_eq!(parse_number(text), Some(number), "{text}");
        }
        for text in ["", ".", "e3", "1e", "5s", " 5", "--5", "1.2.3", "inf", "nan", "1e999"] {
            assert_eq!(parse_number(text), None, "{text}");
        }
    }

    #[test]
    fn prints_for_people() {
        assert_eq!([decimal(1_999, 1_000, 2), decimal(5, 1_000, 2), decimal(2_500, 1_000, 0)], ["2", "0.01", "3"]);
        assert_eq!(human(1_595_400), "1.6\u{a0}s");
        assert_eq!(human(1_545_000), "1.55\u{a0}s");
        assert_eq!(human(237_022), "237\u{a0}ms");
        assert_eq!(human(125 * S), "2\u{a0}min 5\u{a0}s");
        assert_eq!(human(9_000 * S), "2.5\u{a0}h");
        assert_eq!(
            [3_472, 1_156, 996, 99, 0].map(|time| about(time * MS)),
            ["3.5\u{a0}s", "1.2\u{a0}s", "1\u{a0}s", "99\u{a0}ms", "0\u{a0}s"]
        );
    }
}
