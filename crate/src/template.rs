//! The marks with which other tools fill a configuration in: Go's and Jinja's `{{ x }}`, ERB's `<%= x %>`,
//! Terraform's and the shell's `${x}`, Terraform's `%{ if x }`, Ruby's `#{x}`.

use crate::search;
use crate::text::floor;

/// A mark.
struct Mark {
    open: &'static str,
    close: &'static str,
    by: By,
}

/// Who fills a mark in, and so what else may have it.
#[derive(Clone, Copy, PartialEq)]
enum By {
    /// A template alone: what is left open may go over lines.
    Template,
    /// A template or a shell.
    Either,
    /// A shell or a program around it: units and scripts have it too, so alone it makes no template.
    Shell,
}

const MARKS: [Mark; 7] = [
    Mark { open: "{{", close: "}}", by: By::Template },
    Mark { open: "{%", close: "%}", by: By::Template },
    Mark { open: "<%", close: "%>", by: By::Template },
    Mark { open: "%{", close: "}", by: By::Template },
    Mark { open: "${", close: "}", by: By::Either },
    Mark { open: "$(", close: ")", by: By::Shell },
    Mark { open: "#{", close: "}", by: By::Shell },
];

/// How far a mark may reach.
const LONGEST: usize = 200;

/// Length of the mark that a text begins with.
pub fn length(text: &str) -> Option<usize> {
    // Asked at each byte of a command.
    // Behind the mark of a comment a template's own may stand: `#{% if x %}`.
    if !matches!(text.as_bytes(), [b'{' | b'<' | b'$' | b'%', ..] | [b'#', b'{', b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'@', ..]) {
        return None;
    }
    let Mark { open, close, .. } = MARKS.iter().find(|mark| text.starts_with(mark.open))?;
    let inside = text[open.len()..floor(text, LONGEST)].split('\n').next()?;
    let length = open.len() + search::find(inside, close)? + close.len();
    // Mustache: `{{{x}}}`.
    Some(length + usize::from(text.starts_with("{{{") && text[length..].starts_with('}')))
}

/// Whether the mark that begins a text is one; a mapping in braces begins with one brace.
pub fn begins(text: &str) -> bool {
    text.starts_with("{{") || text.starts_with("{%")
}

/// Where the first mark of a text stands that makes it a template.
pub fn first(text: &str) -> Option<usize> {
    MARKS.iter().filter(|mark| mark.by != By::Shell).filter_map(|mark| search::find(text, mark.open)).min()
}

/// Whether a template or a shell puts something into a value.
pub fn fills(value: &str) -> bool {
    if !value.bytes().any(|byte| matches!(byte, b'$' | b'{' | b'<' | b'@' | b'`' | b'%' | b'_')) {
        return false;
    }
    // make and docker-compose hand `$$X` on as `$X`.
    let name = value.trim_start_matches('$');
    let shell = name.len() < value.len() && name.starts_with(|c: char| c == '_' || c.is_ascii_alphanumeric());
    shell
        || value.starts_with('`')
        || search::any(value, &["${", "$(", "{{", "{%", "%{", "<%", "@@", "#{"])
        || (value.starts_with('<') && value.ends_with('>'))
        // Python's `str.format`, and Container Linux Config's `{HOSTNAME}`.
        || is_braced(value)
        // A program's `printf`.
        || is_printed(value)
        || value.starts_with(SOPS)
        || [("@", 1), ("%", 1), ("__", 2)]
            .iter()
            .any(|(mark, length)| value.len() > 2 * length && value.starts_with(mark) && value.ends_with(mark))
}

/// What a mark names for the case that nobody sets what it stands for, as Jinja's `{{ x | default(100) }}`, Helm's
/// `{{ .X | default 100 }}` and Salt's `{{ x.get('y', 100) }}` do.
pub fn fallback(value: &str) -> Option<&str> {
    /// What computes with it, or chooses: then the value is another one.
    const COMPUTES: &[&str] = &["*", "+", "~", "/", "%", " - ", " if ", "mul ", "add ", "div ", "sub ", "product("];
    if !value.starts_with("{{") || length(value) != Some(value.len()) || search::any(value, COMPUTES) {
        return None;
    }
    let (_, behind) =
        search::rsplit(value, "default").or_else(|| search::split(value, ".get(").and_then(|(_, rest)| rest.split_once(',')))?;
    let literal = behind.trim_start_matches(['(', ' ', '"', '\'']);
    let length = literal.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'.').count();
    literal.starts_with(|first: char| first.is_ascii_digit()).then(|| &literal[..length])
}

/// What SOPS writes in place of a value that it encrypts (getsops/sops: aes/cipher.go).
pub const SOPS: &str = "ENC[AES256_GCM,";

/// A name in one pair of braces: as a value of YAML it would be a mapping.
fn is_braced(value: &str) -> bool {
    let inside = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    inside.is_some_and(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
}

/// What a program's `printf` fills in, with an argument of its own for it.
pub fn is_printed(value: &str) -> bool {
    matches!(value, "%d" | "%s" | "%v" | "%u")
}

/// `{% if tls %}`, `{{- end }}`, `<% end %>`, `%{ if tls }`, `{{/* why */}}`: a line of a template that prints nothing itself. What
/// it prints is no keyword.
pub fn is_statement(line: &str) -> bool {
    let line = line.trim();
    let word = |open: &str| line.strip_prefix(open).and_then(|rest| rest.trim_start_matches('-').split_whitespace().next());
    let closes = |close: &str| line.ends_with(close);
    line.starts_with("{%") && closes("%}")
        || line.starts_with("%{") && closes("}") && matches!(directive(line), "if" | "else" | "endif" | "for" | "endfor")
        || line.starts_with("<%") && !line.starts_with("<%=") && closes("%>")
        || line.starts_with("{#") && closes("#}")
        || closes("}}")
            && (line.starts_with("{{#")
                || line.starts_with("{{^")
                || line.starts_with("{{/")
                || matches!(word("{{"), Some("if" | "else" | "end" | "range" | "with" | "define" | "end}}" | "else}}"))
                || line.trim_start_matches(['{', '-', ' ']).starts_with("/*"))
}

/// The word of a directive of Terraform's.
fn directive(line: &str) -> &str {
    line.trim_start_matches(['%', '{', '~', ' ']).split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("")
}

/// So many places, from the last one back, are asked whether a condition holds them: each is asked of all lines above it.
pub const MOST_PLACES: usize = 50;

/// Whether what is written behind these lines is written whenever what is before them is: each condition that they open they close.
pub fn keeps_branch(lines: &str) -> bool {
    let mut depth = 0_isize;
    for line in lines.lines().filter(|line| is_statement(line)) {
        let word = line.trim().trim_start_matches(['{', '%', '<', '-', '~', ' ']);
        let first = word.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
        let closes = first.starts_with("end") || word.starts_with('}') || word.starts_with('/') && !word.starts_with("/*");
        let mustache = ["{{#", "{{^"].iter().any(|open| line.trim().starts_with(open));
        let opens =
            mustache || matches!(first, "if" | "unless" | "for" | "range" | "with" | "define" | "block" | "macro" | "filter" | "raw");
        if closes {
            depth -= 1;
        } else if (opens || search::has(word, " do ")) && !ends_itself(line) {
            depth += 1;
        }
        if depth < 0 || depth == 0 && first.starts_with("els") {
            return false;
        }
    }
    depth == 0
}

/// Whether a line ends what it begins: `{% if tls %}s{% endif %}`.
fn ends_itself(line: &str) -> bool {
    let last = MARKS.iter().filter_map(|mark| search::rfind(line, mark.open)).max();
    last.is_some_and(|at| line[at + 2..].trim_start_matches(['-', '~', ' ']).starts_with("end"))
}

/// The text with a word as long in the place of each mark, and nothing for one that has a line of its own. `None` where another
/// one may write or take away lines.
pub fn filled(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let own_line = length(line.trim()) == Some(line.trim().len());
        // That writes no other line.
        let closed = ends_itself(line);
        let mut at = 0;
        while let Some(symbol) = line[at..].chars().next() {
            let Some(length) = length(&line[at..]) else {
                out.push(symbol);
                at += symbol.len_utf8();
                continue;
            };
            let mark = &line[at..at + length];
            // The `-` of Go and Jinja eats line ends, and a comment leaves nothing.
            let trims = search::any(mark, &["{-", "-}", "%-", "-%", "#", "/*"]);
            if (trims || is_statement(mark) && !closed) && !own_line {
                return None;
            }
            out.push_str(&(if own_line { " " } else { "x" }).repeat(length));
            at += length;
        }
    }
    let left_open = MARKS.iter().any(|mark| mark.by == By::Template && search::has(&out, mark.open));
    (!left_open).then_some(out)
}

/// Whether marks stand where they may hide or write whole lines: they can happen to be YAML.
pub fn writes_lines(text: &str) -> bool {
    // A line that is one mark: `${join("\n", units)}` of Terraform.
    let alone = |line: &str| line.starts_with("${") && length(line) == Some(line.len());
    let begins = |line: &str| ["{{", "%{"].iter().any(|mark| line.trim_start().starts_with(mark)) || alone(line.trim());
    search::any(text, &["{%", "<%", ": {{", "- {{"]) || text.lines().any(begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_ends_where_it_is_closed() {
        for (text, expected) in [
            ("{{ .X }}:2380", Some(8)),
            ("{{{x}}}:2380", Some(7)),
            ("<%= @x %>\n", Some(9)),
            ("${x:-a b} c", Some(9)),
            ("$(hostname -s)", Some(14)),
            ("{{ x", None),
            ("{{ x\n}}", None),
            ("$x", None),
            ("#{x}", Some(4)),
            ("#{@x}", Some(5)),
            ("#{[a]}", None),
            ("{a: b}", None),
        ] {
            assert_eq!(length(text), expected, "{text}");
        }
    }

    #[test]
    fn what_writes_lines_is_not_filled_in() {
        assert_eq!(filled("a: {{ x }} # ${y}\n").as_deref(), Some("a: xxxxxxx # xxxx\n"));
        assert_eq!(filled("a: b{% if x %}c{% endif %}\n").as_deref(), Some("a: bxxxxxxxxxxcxxxxxxxxxxx\n"));
        assert_eq!(filled("a:\n  {{ x }}\n{% if x %}\n").as_deref(), Some("a:\n         \n          \n"));
        for lines in ["a: {{if x}}", "a: <% if x %>", "a: {{- x }}", "a: {{/* x */}}", "a: {{ x"] {
            assert_eq!(filled(lines), None, "{lines}");
        }
    }

    #[test]
    fn conditions_that_are_opened_and_closed() {
        for kept in [
            "a\nb\n",
            "{% if x %}\na\n{% else %}\nb\n{% endif %}\n",
            "{{- range .X }}\n{{ end }}\n{{/* why */}}\n",
            "<% if @x -%>\na\n<% end -%>\n<% @y.each do |y| -%>\n<% end %>\n",
            "%{ if x }\na\n%{ endif }\n",
            "{{#x}}\na\n{{/x}}\n",
            "{% set x = 1 %}\n{# why #}\n{% if x %}a{% endif %}\n",
        ] {
            assert!(keeps_branch(kept), "{kept}");
        }
        for left in ["{% if x %}\na\n", "{% else %}\nb\n", "{{ end }}\n{{ if .x }}\n", "{{^x}}\n", "<% @y.each do |y| %>\n"] {
            assert!(!keeps_branch(left), "{left}");
        }
    }

    #[test]
    fn values_that_are_filled_in() {
        for filled in [
            "%HB%", "%d", "__HB__", "$X", "${X}", "{{ x }}", "<%= x %>", "<token>", "@@x@@", "@x@", "10${x}", "$$X", "$1", "$(cat x)",
            "`cat x`", "{x}",
        ] {
            assert!(fills(filled), "{filled}");
        }
        for plain in ["100", "6_000", "%m", "%%", "____", "a@b", "<", "$", "{}", "{a: b}"] {
            assert!(!fills(plain), "{plain}");
        }
    }
}
