//! Versions of programs, in one number each: most of what is asked of them is which one is later.

use std::fmt;

/// A version: major, minor and patch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u64);

/// The version of these numbers.
pub const fn version(major: u16, minor: u16, patch: u16) -> Version {
    Version((major as u64) << 32 | (minor as u64) << 16 | patch as u64)
}

impl Version {
    /// `2.3.8`, `v0.10.2`, `3.5`, `3.4.3+git`.
    pub fn read(text: &str) -> Option<Version> {
        let bare = text.trim().trim_start_matches('v');
        let digits = |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<u16>().ok();
        let mut parts = bare.split('.');
        let major = digits(parts.next()?)?;
        let minor = parts.next().and_then(digits)?;
        Some(version(major, minor, parts.next().and_then(digits).unwrap_or(0)))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}.{}", self.0 >> 32, self.0 >> 16 & 0xFFFF, self.0 & 0xFFFF)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}
