//! What stands before each line of a text because of how it was shown: the `>` of a quotation, the line numbers of
//! `cat -n` and of editors, the path that `grep` puts before what it finds.

use crate::gather::Gather;

/// The text with blanks for its margins, each byte at its place; nothing where no line has one.
pub fn without_margins(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').gather();
    let margins: Vec<Option<Margin>> = lines.iter().map(|line| margin(line)).gather();
    if margins.iter().all(Option::is_none) {
        return None;
    }
    let goes_with = |at: usize, other: Option<usize>| {
        let other = other.and_then(|other| *margins.get(other)?);
        margins[at].zip(other).is_some_and(|(one, other)| one.goes_with(other))
    };
    let has_neighbour = |at: usize| goes_with(at, at.checked_sub(1)) || goes_with(at, Some(at + 1));
    // The ports of a list stand in one column and may go on by one, with nothing but comments behind them.
    let says = |at: usize| lines[at].get(margins[at].map_or(0, |margin| margin.width)..).is_some_and(|rest| !is_comment(rest));
    let are_counted = (0..lines.len()).any(|at| margins[at].is_some_and(Margin::is_number) && has_neighbour(at) && says(at));
    let mut clean = String::with_capacity(text.len());
    for (at, line) in lines.iter().enumerate() {
        // A quotation or a number on one line alone may be anything, and a path alone on it is a key: Salt's states have such names.
        let shows = |margin: &Margin| margin.kind == Kind::Path && margin.width < line.trim_end().len();
        let real = |margin: &Margin| shows(margin) || has_neighbour(at) && (are_counted || !margin.is_number());
        let width = margins[at].filter(real).map_or(0, |margin| margin.width);
        clean += &" ".repeat(width);
        clean.push_str(&line[width..]);
    }
    (clean != text).then_some(clean)
}

#[derive(Clone, Copy)]
struct Margin {
    /// Bytes, all of them ASCII.
    width: usize,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `> `
    Quote,
    /// A number and the column in which it ends: `     7` and a tab, ` 7 `.
    Number(u32, usize),
    /// `/etc/etcd/etcd.conf:12:`
    Path,
}

impl Margin {
    fn is_number(self) -> bool {
        matches!(self.kind, Kind::Number(..))
    }

    /// Whether a neighbour's margin is of the same kind. Numbers that stand in one column go on by one.
    fn goes_with(self, other: Margin) -> bool {
        match (self.kind, other.kind) {
            (Kind::Number(one, column), Kind::Number(other, same)) => column == same && one.abs_diff(other) == 1,
            (one, other) => one == other,
        }
    }
}

/// Whether a line says nothing: it is empty, or a comment.
fn is_comment(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#') || line.starts_with("//")
}

fn margin(line: &str) -> Option<Margin> {
    // Most lines of most texts have none.
    matches!(line.as_bytes().first()?, b'>' | b' ' | b'/' | b'.' | b'~' | b'0'..=b'9').then_some(())?;
    let line = line.trim_end_matches(['\r', '\n']);
    if line.starts_with('>') {
        return Some(Margin { width: if line.starts_with("> ") { 2 } else { 1 }, kind: Kind::Quote });
    }
    let indent = line.len() - line.trim_start_matches(' ').len();
    let column = indent + line[indent..].bytes().take_while(u8::is_ascii_digit).count();
    if let Ok(number) = line[indent..column].parse() {
        let ends = column == line.len() || line[column..].starts_with([' ', '\t']);
        return ends.then(|| Margin { width: line.len().min(column + 1), kind: Kind::Number(number, column) });
    }
    let (path, rest) = line.split_once(':')?;
    let is_path = path.starts_with(['/', '.', '~']) && path.contains('/') && path.bytes().all(|byte| byte.is_ascii_graphic());
    let number = rest.split_once(':').filter(|(number, _)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
    is_path.then(|| Margin { width: path.len() + 1 + number.map_or(0, |(number, _)| number.len() + 1), kind: Kind::Path })
}

#[cfg(test)]
mod tests {
    use super::without_margins;

    #[test]
    fn each_byte_stays_at_its_place() {
        for (shown, clean) in [
            ("> #cloud-config\n>\n> coreos:\n>   etcd2:\n", "  #cloud-config\n \n  coreos:\n    etcd2:\n"),
            ("  9 a:\n 10   b: 1\n 11\n 12 c\n", "    a:\n      b: 1\n   \n    c\n"),
            ("     1\ta:\r\n     2\t  b: 1\r\n", "       a:\r\n         b: 1\r\n"),
            ("/etc/x.conf:12:A=1\n/etc/x.conf:B=2\n", "               A=1\n            B=2\n"),
        ] {
            assert_eq!(without_margins(shown).as_deref(), Some(clean));
        }
    }

    #[test]
    fn what_only_looks_like_one() {
        for text in [
            "a: >\n  b\n> alone\nc: 1\n",
            "1 a\n3 b\n",
            "8 a\n 9 b\n",
            "10:00:01 a\n11:00:02 b\n",
            "http://192.0.2.1:2379 a\n",
            "- /etc:/etc\n- /x:/x\n",
            "ports = [\n    2379 # clients\n    2380 // members\n    2381\n];\n",
            "/etc/etcd.conf:\n  file.managed: []\n",
        ] {
            assert_eq!(without_margins(text), None, "{text}");
        }
    }
}
