//! Cloud-configs that stand in a text in quotes, with `\n` for each line end: in Terraform, Go, JSON, and as the list of
//! texts that CloudFormation and Azure's templates join, in brackets or as items of YAML. Each text of such a list may be
//! a line of its own, where line ends join them.

use crate::config::meaning::keys;
use crate::config::syntax::embedded::HEADER;
use crate::search;
use std::ops::Range;

/// What stands behind its first line: the end of that line, or of a text that is the line.
const ENDS: [&str; 3] = ["\\n", "\"", "'"];

/// Of a list of lines one of these tells that it is a cloud-config.
const ROOTS: [&str; 3] = ["\ncoreos:", "\nwrite_files:", "\nwrite-files:"];

/// `{ "Ref": "DiscoveryURL" }` is no longer, nor is `variables('name')`.
const LONGEST_OBJECT: usize = 200;

/// A cloud-config in quotes.
pub struct Escaped {
    /// Its bytes, from the quote to the quote.
    pub range: Range<usize>,
    /// The same bytes as the machine reads them, each at its place: a blank stands for what an escape is longer.
    pub text: String,
}

/// Whether a text has one.
pub fn has_one(text: &str) -> bool {
    starts(text).next().is_some()
}

/// All of them; none of a text whose quote is not closed.
pub fn find(text: &str) -> Vec<Escaped> {
    let (mut found, mut from) = (Vec::new(), 0);
    for start in starts(text) {
        // What is joined to one may begin in the same way, and is read no second time, also where the last is not closed.
        if start >= from {
            found.extend(read(text, start, &mut from));
        }
    }
    found
}

fn starts(text: &str) -> impl Iterator<Item = usize> {
    let quoted = |at: &usize| {
        let before = text[..*at].strip_suffix(['"', '\'']);
        let after = &text[at + HEADER.len()..];
        before.is_some_and(|before| !before.ends_with('\\')) && ENDS.iter().any(|end| after.starts_with(end))
    };
    search::places(text, HEADER).filter(quoted)
}

fn read(text: &str, start: usize, reached: &mut usize) -> Option<Escaped> {
    let quote = &text[start - 1..start];
    // Of a list in brackets the next item goes on, as does the next argument of `concat(`.
    let list = ["[", "(", "-"].into_iter().find(|mark| text[..start - 1].trim_end().ends_with(mark)).unwrap_or("");
    let lines = text[start + HEADER.len()..].starts_with(quote);
    if lines && list.is_empty() {
        return None;
    }
    let (mut clean, mut at, mut end) = (String::new(), start, start);
    loop {
        *reached = at + 1;
        at += piece(&text[at..], quote, &mut clean)?;
        end = end.max(at);
        let Some(next) = joint(&text[at + 1..], quote, list) else { break };
        // Up to the next quote nothing is a part of it, but what a template puts there.
        let between = &text[at..at + 1 + next];
        if lines && sets_a_timer(between) {
            return None;
        }
        fill(between, lines, &mut clean);
        at += between.len();
    }
    clean.truncate(end - start);
    // Of a list that goes on with something else the rest would be missing.
    let closes = || list == "-" || text[end + 1..].trim_start_matches([',', ' ', '\r', '\n', '\t']).starts_with([']', ')']);
    if lines && !(search::any(&clean, &ROOTS) && closes()) {
        return None;
    }
    Some(Escaped { range: start..end, text: clean })
}

/// Reads up to the closing quote, which is as many bytes away as it says.
fn piece(text: &str, quote: &str, clean: &mut String) -> Option<usize> {
    let (mut at, mut inner_quotes) = (0, 0);
    loop {
        let rest = &text[at..];
        if rest.starts_with(quote) && !(quote == "'" && at > 0 && rest.starts_with("''")) {
            return Some(at);
        }
        let first = rest.chars().next().filter(|first| *first != '\n')?;
        let (length, read) = match rest.get(..2) {
            // A backslash before a line end stays right before it.
            Some("\\\\") if rest[2..].starts_with("\\n") => (4, "  \\\n"),
            Some("\\n") => (2, " \n"),
            Some("\\\\") => (2, " \\"),
            Some("\\r" | "\\t") => (2, "  "),
            Some("''") if quote == "'" => (2, " '"),
            Some("\\\"") => {
                inner_quotes += 1;
                (2, if inner_quotes % 2 == 1 { " \"" } else { "\" " })
            }
            _ if first == '\\' => return None,
            _ => (first.len_utf8(), &rest[..first.len_utf8()]),
        };
        clean.push_str(read);
        at += length;
    }
}

/// How far behind a closing quote the next text begins: behind `+`, or in a list behind `,` or `-`, with objects between.
fn joint(text: &str, quote: &str, list: &str) -> Option<usize> {
    let (brackets, items) = (matches!(list, "[" | "("), list == "-");
    let mut rest = text.trim_start();
    let mut parts = 0;
    loop {
        if let Some(next) = rest.strip_prefix(quote).filter(|_| parts > 0) {
            return Some(text.len() - next.len());
        }
        let mark = rest.chars().next()?;
        let length = match mark {
            '+' => 1,
            ',' if brackets => 1,
            '-' if items && rest[1..].trim_start().starts_with(quote) => 1,
            // `- Ref: DiscoveryURL`
            '-' if items => first_of(rest, b"\n")?,
            // `!Ref DiscoveryURL`
            '!' if brackets => first_of(rest, b",]\n")?,
            '{' if brackets => closed(rest, 0)?,
            'a'..='z' if brackets => called(rest).or_else(|| name(rest))?,
            // Python's `"a: %s" % b`.
            '%' if brackets => 1,
            _ => return None,
        };
        parts += 1;
        rest = rest[length..].trim_start();
    }
}

/// Where one of these stands first, as near as an object ends.
fn first_of(text: &str, ends: &[u8]) -> Option<usize> {
    text.bytes().take(LONGEST_OBJECT).position(|byte| ends.contains(&byte))
}

/// Length of a call with its arguments: `variables('name')`.
fn called(text: &str) -> Option<usize> {
    closed(text, text.bytes().position(|byte| !byte.is_ascii_alphanumeric())?)
}

/// Length of a name that is joined to a text: `"a: " + b`.
fn name(text: &str) -> Option<usize> {
    text.bytes().take(LONGEST_OBJECT).position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')))
}

/// Where what a bracket opens is closed again.
fn closed(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate().take(LONGEST_OBJECT).skip(open) {
        depth += i32::from(matches!(byte, b'(' | b'{')) - i32::from(matches!(byte, b')' | b'}'));
        if depth <= 0 {
            return matches!(byte, b')' | b'}').then_some(at + 1);
        }
    }
    None
}

/// Whether a line that a template puts together sets a timer: nothing of such a line is read.
fn sets_a_timer(between: &str) -> bool {
    let name = |text: &str| text.split(':').next().is_some_and(|name| keys::of_key(name.trim()).is_some());
    between.split(['"', '\'']).any(name)
}

/// Blanks, and a mark of a template in the place of what is joined between two texts. Between two lines it is one of its own, for
/// which a comment stands; the next one begins behind its quote. What `+` joins to a line is the end of that line.
fn fill(between: &str, lines: bool, clean: &mut String) {
    let inner = between[1..between.len() - 1].trim();
    let (ends_a_line, goes_on) = (inner.starts_with('+'), inner.is_empty() || inner.ends_with('+'));
    let lines = lines && !goes_on;
    let is_part = |byte: u8| !(byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b',' | b'+'));
    let first = if ends_a_line { 0 } else { between.bytes().position(is_part).unwrap_or(0) };
    let last = between.bytes().rposition(is_part).unwrap_or(0);
    for at in 0..between.len() {
        clean.push(match at {
            _ if lines && at == between.len() - 1 => '\n',
            _ if lines && !ends_a_line && at == first && last > first => '#',
            _ if lines && !ends_a_line && at > first && at < last => 'x',
            _ if lines && !ends_a_line => ' ',
            _ if last < first + 2 || at < first || at > last => ' ',
            _ if at == first => '$',
            _ if at == first + 1 => '{',
            _ if at == last => '}',
            _ => 'x',
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chain without an end is gone through once.
    #[test]
    fn what_is_joined_and_not_closed_is_read_once() {
        let text = "\"#cloud-config\\n\"+".repeat(60_000) + "\"#cloud-config\\n";
        assert!(find(&text).is_empty());
    }

    #[test]
    fn each_byte_is_at_its_place() {
        for (text, expected) in [
            (r##"user_data = "#cloud-config\n\ncoreos:\n  a: \"b\"\n""##, "#cloud-config \n \ncoreos: \n  a:  \"b\"  \n"),
            (r##"x := "#cloud-config\n" + y"##, "#cloud-config \n"),
            (r##"x := "#cloud-config\n" + "a: 1\\\n""##, "#cloud-config \n     a: 1  \\\n"),
            (r##"[concat('#cloud-config\na: ', variables('b'), '\nc: ''d'' e')]"##, "#cloud-config \na:    ${xxxxxxxxxxx}    \nc:  'd ' e"),
            (r##"["#cloud-config\n", "a: ", {"Ref": "B"}, "\n"]"##, "#cloud-config \n    a:    ${xxxxxxxxx}    \n"),
            (r##"["#cloud-config\n", "a: ", !Ref B, "\n"]"##, "#cloud-config \n    a:    ${xxx}    \n"),
            (
                "- - \"#cloud-config\\n\"\n  - \"a: \"\n  - Ref: B\n  - \"\\n\"\n  Image: \"x\"\n",
                "#cloud-config \n       a:     ${xxxxxxxxx}   \n",
            ),
        ] {
            let found = find(text);
            let [one] = &found[..] else { panic!("{text}") };
            assert_eq!(one.text, expected, "{text}");
            assert_eq!(one.range.len(), one.text.len());
        }
        for (text, expected) in [
            (
                r##"["#cloud-config", "coreos:", {"Fn::Join": ["", ["a: ", {"Ref": "B"}]]}, " c: 1"]"##,
                "#cloud-config   \ncoreos:   #xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx   \n c: 1",
            ),
            ("- - '#cloud-config'\n  - 'coreos:'\n  - ' a: 1'\n", "#cloud-config      \ncoreos:      \n a: 1"),
            (
                "- - '#cloud-config'\n  - 'coreos:'\n  - !Sub \" b: ${C}\"\n  - ' a: 1'\n",
                "#cloud-config      \ncoreos:    #xxxxxxxxxxxxxxxxxxx  \n a: 1",
            ),
            ("['#cloud-config', 'coreos:', ' b: ' + c, ' a: 1']", "#cloud-config   \ncoreos:   \n b: ${xx}  \n a: 1"),
            ("['#cloud-config', 'coreos:', ' b: ' + c + 's', ' a: 1']", "#cloud-config   \ncoreos:   \n b: ${xx}    s   \n a: 1"),
            ("['#cloud-config', 'coreos:', ' b: %s' % c.d, ' a: 1']", "#cloud-config   \ncoreos:   \n b: %s  #xxx   \n a: 1"),
        ] {
            let found = find(text);
            let [one] = &found[..] else { panic!("{text}") };
            assert_eq!(one.text, expected, "{text}");
        }
        let cut = "[\"#cloud-config\", \"coreos:\", *more, \" a: 1\"]";
        // A timer would be called unset.
        let hidden = r##"["#cloud-config", "coreos:", {"Fn::Join": ["", ["  election-timeout: ", {"Ref": "B"}]]}, " c: 1"]"##;
        for text in ["x in [\"#cloud-config\", \"#!\"]", "x = \"#cloud-config\"", cut, hidden] {
            assert!(find(text).is_empty(), "{text}");
        }
        for text in ["#cloud-config\\n", "\"#cloud-config\\n", "\\\"#cloud-config\\n\\\"", "\"#cloud-config\n\""] {
            assert!(find(text).is_empty(), "{text}");
        }
    }
}
