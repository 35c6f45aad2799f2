//! Counts, ranges and lists in words.

use crate::units::{Range, human};

/// `a`, `a and b`, `a, b, c and 2 more`; nothing of none.
pub fn listed(names: &[&str]) -> Option<String> {
    const MOST: usize = 3;
    match names {
        [] => None,
        [only] => Some((*only).to_owned()),
        [first @ .., last] if names.len() <= MOST => Some(format!("{} and {last}", first.join(", "))),
        _ => Some(format!("{} and {} more", names[..MOST].join(", "), names.len() - MOST)),
    }
}

/// `1 line`, `7 lines`.
pub fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{count}\u{a0}{}", if count == 1 { one } else { many })
}

/// `once`, `twice`, `7 times`.
pub fn times(count: u64) -> String {
    match count {
        1 => String::from("once"),
        2 => String::from("twice"),
        many => format!("{many}\u{a0}times"),
    }
}

/// `1.44 to 1.54 s`, or one value where both ends print alike.
pub fn range(range: Range) -> String {
    let (low, high) = (human(range.low), human(range.high));
    if low == high {
        return high;
    }
    match (low.split_once('\u{a0}'), high.split_once('\u{a0}')) {
        (Some((number, unit)), Some((_, other))) if unit == other => format!("{number} to {high}"),
        _ => format!("{low} to {high}"),
    }
}
