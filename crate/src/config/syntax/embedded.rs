//! Configurations inside other texts: in a script, in a here-document, between the marks of a Markdown fence, behind
//! a shell's prompt.

use std::ops::Range;

use super::words::is_name;
use crate::log::line_starts::is_prompt;
use crate::search;
use crate::text::{lines, offset};

/// The first line of every cloud-config.
pub const HEADER: &str = "#cloud-config";

/// Bytes of a `#cloud-config` line that stands inside a script or another tool's file, or of the mark with
/// which a shell's here-document or a Markdown fence begins, or of a prompt's line. A file that begins with the line
/// may write such a script.
pub fn embedded(text: &str) -> Option<Range<usize>> {
    if text.trim_start().starts_with(HEADER) {
        return None;
    }
    let fence = || search::find(text, "```").map(|at| at..at + 3);
    let here = || here_document(text).map(|(mark, _)| mark);
    header_inside(text).or_else(here).or_else(fence).or_else(|| raw_string(text)).or_else(|| prompt(text))
}

/// The mark with which a program begins a text of several lines: Go's and JavaScript's, Python's, and a shell's in a variable.
fn raw_string(text: &str) -> Option<Range<usize>> {
    for (at, line) in lines(text) {
        let opens = |mark: &&&str| !line.trim_start().starts_with('#') && search::places(line, mark).count() % 2 == 1;
        if let Some(found) = ["`", "\"\"\""].iter().find(opens).and_then(|mark| search::find(line, mark)) {
            return Some(at + found..at + found + 1);
        }
        let holds = |equals: &usize| {
            let text = &line.as_bytes()[equals + 1..];
            is_name(line[..*equals].trim_ascii_start()) && text.iter().filter(|byte| **byte == text[0]).count() % 2 == 1
        };
        if let Some(found) = ["='", "=\""].iter().filter_map(|mark| search::find(line, mark)).find(holds) {
            return Some(at + found..at + found + 1);
        }
    }
    None
}

fn prompt(text: &str) -> Option<Range<usize>> {
    let line = text.lines().find(|line| is_prompt(line))?;
    let at = offset(text, line);
    Some(at..at + line.len())
}

fn header_inside(text: &str) -> Option<Range<usize>> {
    let ends_its_line = |at: &usize| text[at + HEADER.len()..].lines().next().is_none_or(|rest| rest.trim().is_empty());
    let at = search::places(text, HEADER).find(ends_its_line)?;
    let before = text[..at].lines().any(|line| !line.trim().is_empty() && (!line.starts_with('#') || line.starts_with("#!")));
    before.then(|| at..at + HEADER.len())
}

/// Where `<<EOF`, `<<'EOF'` or `<<-EOF` stands, and the word that ends it.
pub fn here_document(text: &str) -> Option<(Range<usize>, &str)> {
    let at = search::find(text, "<<")?;
    let word = text[at + 2..].trim_start_matches(['-', ' ', '\'', '"', '\\']);
    let word = word.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()?;
    word.starts_with(|first: char| first.is_ascii_alphabetic()).then(|| (at..at + 2, word))
}

/// What a shell's here-document holds.
#[derive(Clone)]
pub struct Body {
    /// Its lines.
    pub range: Range<usize>,
    /// Its end is named in quotes, so the shell fills nothing in.
    pub quoted: bool,
    /// The file that it becomes; empty where its line names none.
    pub path: String,
    /// A shell takes it as its commands.
    script: bool,
}

/// The bodies of a shell script's here-documents. What a shell is handed to do is no text of its own, but those in it are:
/// `sudo -s <<EOF`.
pub fn here_documents(text: &str) -> Vec<Body> {
    let mut found = Vec::new();
    for body in outermost(text) {
        let inner = if body.script { outermost(&text[body.range.clone()]) } else { Vec::new() };
        if inner.is_empty() {
            found.push(body);
            continue;
        }
        let start = body.range.start;
        found.extend(inner.into_iter().map(|each| Body {
            range: start + each.range.start..start + each.range.end,
            quoted: each.quoted && body.quoted,
            ..each
        }));
    }
    found
}

fn outermost(text: &str) -> Vec<Body> {
    let (mut found, mut open) = (Vec::new(), None::<(&str, Body)>);
    for (start, line) in lines(text) {
        let at = start + line.len();
        match open.take() {
            Some((end, body)) if line.trim() == end => found.push(Body { range: body.range.start..start, ..body }),
            Some(still) => open = Some(still),
            None => {
                open = here_document(line).map(|(mark, word)| {
                    let before = line[mark.end..].trim_start_matches(['-', ' ']);
                    let quoted = before.starts_with(['\'', '"', '\\']);
                    let path = written(line).to_owned();
                    let script = path.is_empty() && is_for_shell(line);
                    (word, Body { range: at..at, quoted, path, script })
                });
            }
        }
    }
    found
}

/// Whether a command that is given a text does what it says.
fn is_for_shell(line: &str) -> bool {
    let has = |names: &[&str]| line.split([' ', '\'', '"', '/', '\t']).any(|word| names.contains(&word));
    has(&["sh", "bash", "su", "ssh"]) || has(&["sudo"]) && has(&["-s", "-i"])
}

/// The file that a command writes: `cat > FILE <<EOF`, `tee FILE`.
fn written(line: &str) -> &str {
    let to = line.rsplit_once('>').or_else(|| search::rsplit(line, "tee ")).map_or("", |(_, to)| to);
    to.split_whitespace().find(|word| !word.starts_with('-')).unwrap_or("").trim_matches(['"', '\''])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_of_a_shell_may_hold_a_text() {
        assert!(embedded("set -e\n  CONF='name: a\nx: 1'\n").is_some());
        assert!(embedded("name: a\nx: b='c\nNAME='a'\n").is_none());
    }

    /// What is handed to a shell are commands, which may write files; what is handed to another program is one text.
    #[test]
    fn here_documents_in_the_commands_of_a_shell() {
        let inner = "cat > /etc/default/etcd << EOL\nETCD_NAME=a\nEOL\ncat > /etc/x << EOL\nx\nEOL\n";
        let paths = |command: &str| {
            let text = format!("set -e\n{command} <<EOF\n{inner}EOF\ncat > /etc/y <<EOF\ny\nEOF\n");
            let bodies = here_documents(&text);
            bodies.into_iter().map(|body| (body.path, text[body.range].to_owned())).collect::<Vec<_>>()
        };
        let [default, x, y] = [("/etc/default/etcd", "ETCD_NAME=a\n"), ("/etc/x", "x\n"), ("/etc/y", "y\n")]
            .map(|(path, text)| (path.to_owned(), text.to_owned()));
        for command in ["sudo -E -s", "ssh root@a", "sudo /bin/bash", "ssh a 'bash -s'"] {
            assert_eq!(paths(command), [default.clone(), x.clone(), y.clone()], "{command}");
        }
        for command in ["kubectl apply -f -", "cat > install.sh", "curl -s -d @- http://a"] {
            assert_eq!(paths(command).len(), 2, "{command}");
        }
    }
}
