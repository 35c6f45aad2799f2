//! What the start of a line tells: a line of a log, a fence, a prompt of a shell, a part of a diff. That shows where one
//! text of a paste ends and the next begins.

use crate::search;

/// Whether a text may hold more than one configuration: a fence, a prompt, or a line that begins as most lines of a
/// log do. Told without reading headers, which would be the longest part of reading a configuration.
pub fn may_be_several(text: &str) -> bool {
    text.lines().any(|line| is_fence(line) || is_prompt(line) || is_hunk(line) || is_stamped(line.trim_start()))
}

/// Whether a text shows something: behind a prompt of a shell, or in the fence of an article.
pub fn is_shown(text: &str) -> bool {
    text.lines().any(|line| is_fence(line) || is_prompt(line))
}

/// Whether a line begins as a line of a log does: a date, a month, a time of day, `level=`.
pub fn is_stamped(line: &str) -> bool {
    let bytes = line.strip_prefix('[').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(line).as_bytes();
    if !matches!(bytes.first(), Some(b'0'..=b'9' | b'A'..=b'Z' | b'[' | b'-' | b'{' | b'l')) {
        return false;
    }
    let digits = |range: std::ops::Range<usize>| bytes.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    let date = digits(0..4) && matches!(bytes.get(4), Some(b'-' | b'/')) && digits(5..7);
    let time = digits(0..2) && bytes.get(2) == Some(&b':') && digits(3..5) && bytes.get(5) == Some(&b':');
    let bracketed = line.starts_with("[etcd]") || line.starts_with("-- Logs begin");
    let month = ["Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ", "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec "]
        .iter()
        .any(|month| line.starts_with(month));
    let glog = matches!(bytes.first(), Some(b'I' | b'W' | b'E' | b'F')) && digits(1..5) && bytes.get(5) == Some(&b' ');
    let word = ["INFO ", "WARN ", "ERROR ", "DEBUG ", "level="].iter().any(|word| line.starts_with(word));
    // As zap writes it; in the source of a page blanks stand around what was a quote.
    let record = line.strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with("\"level\""));
    date || time || bracketed || month || glog || word || record
}

/// At the margin: what is indented may be text within a configuration.
pub fn is_fence(line: &str) -> bool {
    line.starts_with("```") || line.starts_with("~~~")
}

/// The line above the lines of a diff that belong together: `@@ -3,10 +3,14 @@`.
pub fn is_hunk(line: &str) -> bool {
    line.starts_with("@@ -")
}

/// `$ cat x`, `core@core-1 ~ $ cat x`, `[root@core-1 etc]# cat x`, or with nothing typed behind it. A comment behind an address
/// is none.
pub fn is_prompt(line: &str) -> bool {
    if !line.starts_with(|first: char| first.is_ascii_alphanumeric() || matches!(first, '$' | '[')) {
        return false;
    }
    let first = line.split(' ').next().unwrap_or("");
    let ends = |mark: &str| search::split(line, mark).is_some_and(|(before, _)| before.len() < 60);
    let is_bare = || line.len() < 60 && line.trim_end().ends_with(['$', '#']);
    line.starts_with("$ ") || first.contains('@') && !search::has(first, "://") && (ends("$ ") || ends("# ") || is_bare())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_may_have_nothing_behind_it() {
        for line in ["[root@node1 ~]#", "core@core-1 ~ $ ", "$ cat x", "root@a:/etc# cat x"] {
            assert!(is_prompt(line), "{line}");
        }
        assert!(!is_prompt("name: a # by admin@example.invalid") && !is_prompt("admin@example.invalid"));
    }
}
