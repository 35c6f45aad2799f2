//! Takes lines out of what they are wrapped in: colours, JSON of journald, Docker and log stores,
//! cells of a table, marks of a page.

pub mod nested;

use std::borrow::Cow;

use crate::messages::pattern::json_field;
use crate::search;
use crate::time::stamp;

/// What a field of a record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The line that the program printed.
    Text,
    /// When.
    Time,
    /// On which machine.
    Host,
}

/// The fields of records: of journald, Docker, Loki, Elasticsearch, Splunk and Google's and Amazon's stores, of GELF, of syslog-ng, and what
/// the collectors of Kubernetes call a node and a pod.
const FIELDS: &[(&str, Role)] = &[
    ("MESSAGE", Role::Text),
    ("log", Role::Text),
    ("message", Role::Text),
    ("@message", Role::Text),
    ("line", Role::Text),
    ("_raw", Role::Text),
    ("textPayload", Role::Text),
    ("short_message", Role::Text),
    ("stringValue", Role::Text),
    ("__REALTIME_TIMESTAMP", Role::Time),
    ("time", Role::Time),
    ("@timestamp", Role::Time),
    ("timestamp", Role::Time),
    ("_time", Role::Time),
    ("timeUnixNano", Role::Time),
    ("ISODATE", Role::Time),
    ("_HOSTNAME", Role::Host),
    ("hostname", Role::Host),
    ("host", Role::Host),
    ("HOST", Role::Host),
    ("nodename", Role::Host),
    ("nodeName", Role::Host),
    ("pod_node_name", Role::Host),
    ("node", Role::Host),
    ("pod", Role::Host),
];

/// What the field with this name holds.
pub fn role(name: &str) -> Option<Role> {
    FIELDS.iter().find(|(known, _)| *known == name).map(|(_, role)| *role)
}

/// The names of the fields that hold this.
pub fn names(role: Role) -> impl Iterator<Item = &'static str> {
    FIELDS.iter().filter(move |(_, of)| *of == role).map(|(name, _)| *name)
}

/// What stands for signs in the source of a page, and what a blog, a wiki or a word processor makes of plain quotes and
/// blanks.
const STAND_INS: [(&str, &str); 18] = [
    ("&nbsp;", " "),
    ("&quot;", "\""),
    ("&#34;", "\""),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&amp;", "&"),
    ("“", "\""),
    ("”", "\""),
    ("„", "\""),
    ("’", "'"),
    ("\u{a0}", " "),
    ("\u{202f}", " "),
    // A word may be parted there; nothing is seen of it.
    ("\u{ad}", ""),
    ("\u{200b}", ""),
    ("\u{200e}", ""),
    ("\u{feff}", ""),
];

/// What each of them begins with.
const STAND_IN_BYTES: [u8; 4] = [b'&', "“".as_bytes()[0], "\u{a0}".as_bytes()[0], "\u{feff}".as_bytes()[0]];

/// Takes away what is not text of the log.
pub fn plain(text: &str) -> Cow<'_, str> {
    let mut plain = without_colours(text);
    if search::has_any(plain.as_bytes(), STAND_IN_BYTES) {
        for (stand_in, sign) in STAND_INS {
            if search::has(&plain, stand_in) {
                plain = Cow::Owned(search::replace(&plain, stand_in, sign));
            }
        }
    }
    if search::first(plain.as_bytes(), b'{').is_some() {
        plain = without_boxes(plain);
    }
    if is_row_of_cells(&plain) {
        plain = Cow::Owned(cells(&plain));
    }
    let kept = without_closing_marks(&plain).len();
    match &mut plain {
        Cow::Borrowed(text) => *text = &text[..kept],
        Cow::Owned(text) => text.truncate(kept),
    }
    plain
}

/// The line out of the JSON that a logger or a store put around it.
fn without_boxes(mut plain: Cow<'_, str>) -> Cow<'_, str> {
    // What names neither a time nor a machine, as the `data: ` of a stream of events, goes with the box.
    let at = box_at(&plain);
    if at > 0 && !plain[..at].bytes().any(|byte| byte.is_ascii_digit()) && unboxed(&plain[at..]).is_some() {
        plain = Cow::Owned(plain[at..].to_owned());
    }
    // A logger around etcd may quote its JSON: `msg="{\"level\":\"warn\",…}" component=etcd`, or in JSON of its own.
    let in_json = plain.trim_start().starts_with('{');
    let quoted = |at: &usize| !in_json || plain[..*at].ends_with("\"msg\":\"");
    if let Some(at) = search::find(&plain, "{\\\"level\\\":").filter(quoted) {
        let before = if in_json { "" } else { &plain[..at] };
        plain = Cow::Owned([before, &unescape(&plain[at..])].concat());
    }
    // A log store may hold Docker's JSON. What a record says of time and host stays before the text in it.
    let mut told = box_at(&plain);
    for _ in 0..2 {
        let Some((head, inner)) = unboxed(&plain[told..]) else { break };
        plain = Cow::Owned([&plain[..told], &head, without_colours(&inner).trim_end()].concat());
        told += head.len();
    }
    plain
}

/// Where a record may begin: behind few words, or with the line.
fn box_at(line: &str) -> usize {
    search::find(line, "{\"").filter(|at| *at < 40 && !line[..*at].contains('"')).unwrap_or(0)
}

/// What the other fields of a record say of time and host, and its text.
fn unboxed(line: &str) -> Option<(String, String)> {
    // etcd's own JSON is none; a logger of its embedder may name the text `message`.
    let own = |field| search::has(line, field);
    let record = line.trim_start().starts_with('{') && !own("\"msg\":") && !own("\"caller\":");
    if !record {
        return None;
    }
    // What Filebeat tells of a file is named `log` too, an object.
    let first =
        |role: Role| names(role).find_map(|name| json_field(line, name).filter(|value| role == Role::Host || !value.starts_with("{\"")));
    let inner = unescape(first(Role::Text)?);
    let host = first(Role::Host).map(|host| json_field(host, "name").unwrap_or(host));
    let mut head = first(Role::Time).unwrap_or("").to_owned();
    if let Some(host) = host {
        head.extend([" ", host, " ", program(line), ":"]);
    }
    head.push(' ');
    Some((head, inner))
}

/// What the names of etcd and fleet begin with, and of what etcd runs within.
pub const HOLD_ETCD: &[&str] = &["etcd", "fleet", "k3s", "rke2", "k0s"];

/// Who printed it: as journald says, where that is one of these; else taken for etcd.
fn program(line: &str) -> &str {
    let named = json_field(line, "SYSLOG_IDENTIFIER").filter(|name| !name.contains(' '));
    named.filter(|name| HOLD_ETCD.iter().any(|known| name.starts_with(known))).unwrap_or("etcd")
}

/// A row of comma-separated values: a quoted cell, or a stamp and then one, or a name and a message without a comma: what holds
/// one is quoted.
fn is_row_of_cells(text: &str) -> bool {
    let text = text.trim_start();
    if let Some(cell) = text.strip_prefix('"') {
        // `"KEY" : "value",` is a field of a record. A cell alone may be a line of a log in a list, which a stamp begins; a text
        // without one is of a program's source.
        let is_row =
            |(cell, after): (&str, &str)| after.starts_with([',', '"']) && (after.len() > 1 || cell.contains(|c: char| c.is_ascii_digit()));
        return cell.split_once('"').is_some_and(is_row);
    }
    let near = &text.as_bytes()[..text.len().min(40)];
    let behind = search::first(near, b',').and_then(|_| text[stamp(text)?.length..].strip_prefix(','));
    behind.is_some_and(|cells| {
        let named = || cells.split_once(',').is_some_and(|(name, message)| !name.contains(' ') && !search::has(message, ", "));
        cells.starts_with('"') || search::has(cells, ",\"") || named()
    })
}

/// The cells of a row, with tabs between them.
fn cells(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                clean.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => clean.push('\t'),
            _ => clean.push(c),
        }
    }
    clean
}

/// Without what a page puts after a line: backticks, `</code></pre>`.
fn without_closing_marks(text: &str) -> &str {
    // Most lines end in a letter, a digit or a bracket.
    if text.as_bytes().last().is_some_and(|last| last.is_ascii_alphanumeric() || b").}".contains(last)) {
        return text;
    }
    let mut kept = text;
    loop {
        let shorter = kept.trim_end();
        let shorter = match shorter.strip_suffix('`') {
            Some(before) => before,
            None if shorter.ends_with('>') => &shorter[..search::rfind(shorter, "</").unwrap_or(shorter.len())],
            None => shorter,
        };
        if shorter.len() == kept.trim_end().len() {
            return if kept.len() == text.len() { text } else { kept };
        }
        kept = shorter;
    }
}

/// How an escape is shown: by rsyslog (its `parser.controlCharacterEscapePrefix`), by `cat -v` and in strings of programs.
const SHOWN_ESCAPES: [&str; 5] = ["#033", "^[", "\\x1b", "\\u001b", "␛"];

/// Without what tells a terminal the colours, also where the escape before it went missing or is shown in signs, as rsyslog
/// writes `#033[31m`.
fn without_colours(text: &str) -> Cow<'_, str> {
    let escaped = search::first(text.as_bytes(), b'\x1b').is_some();
    // Who sets a colour takes it back.
    if !escaped && !search::has(text, "[0m") {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c == '\u{1b}' || c == '[' && !escaped) {
        let after = &rest[at + 1..];
        // A link or a title ends as ECMA-48 says, 8.3.89, or with a bell, a colour with its letter.
        let end = if after.starts_with(']') { after.find(['\u{7}', '\\']) } else { after.find(|c: char| c.is_ascii_alphabetic()) };
        let end = end.map_or(after.len(), |end| end + 1);
        let sets = || after[..end].strip_suffix('m').is_some_and(|set| set.bytes().all(|byte| byte == b';' || byte.is_ascii_digit()));
        if escaped || sets() {
            clean.push_str(&rest[..at]);
            let kept = SHOWN_ESCAPES.iter().find_map(|shown| clean.strip_suffix(shown)).map_or(clean.len(), str::len);
            clean.truncate(kept);
            rest = &after[end..];
        } else {
            clean.push_str(&rest[..=at]);
            rest = after;
        }
    }
    clean.push_str(rest);
    Cow::Owned(clean)
}

/// A JSON string without its escapes.
pub fn unescape(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        if c != '\\' {
            clean.push(c);
            continue;
        }
        match characters.next() {
            Some('n') => clean.push('\n'),
            Some('t') => clean.push('\t'),
            Some('r') => {}
            Some('u') => {
                let code: String = characters.by_ref().take(4).collect();
                clean.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
            }
            Some(other) => clean.push(other),
            None => {}
        }
    }
    clean
}
