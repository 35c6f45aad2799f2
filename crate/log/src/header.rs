//! What stands before a message: stamps, host, program - of any number of wrappers.

use super::event::Clock;
use super::pattern::json_field;
use super::plain::{Role, names};
use super::time::{Stamp, refined, stamp};
use crate::search;

/// What the prefix of a line tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header<'a> {
    /// When it happened: the innermost stamp, not when a collector took it, with what outer stamps add.
    pub time: Option<Stamp>,
    /// The stamp as written.
    pub stamp: Option<&'a str>,
    /// The host, where the line names one.
    pub host: Option<&'a str>,
    /// The program, where the line names one: `etcd2`, `fleetd`.
    pub program: Option<&'a str>,
    /// `engine.go:208`, where the line names it.
    pub source_line: Option<&'a str>,
    /// Where the message begins, as far as the prefix is understood.
    pub end: usize,
    /// In words, for the report.
    pub form: &'static str,
}

/// Words read at most: a header is short, and a line of text without one must stay cheap.
const WORDS: usize = 14;

/// Reads the header of `line`, at most up to the byte `limit` (where a message begins).
pub fn header(line: &str, limit: usize) -> Header<'_> {
    read(line, limit, &mut Trail::default())
}

/// What a header was read by.
#[derive(Default)]
struct Trail {
    /// Where the stamps stand, in their order.
    stamps: Vec<(usize, Stamp)>,
    /// The word that is no part of a header, and so ended it; none where the message did.
    ended_by: Option<usize>,
    /// Something was looked at that this does not tell.
    unknown: bool,
}

impl Trail {
    /// Whether only a tab parts the last stamp from what begins at `at`.
    fn ends_before_tab(&self, line: &str, at: usize) -> bool {
        self.stamps.last().is_some_and(|(from, stamp)| line[from + stamp.length..at] == *"\t")
    }
}

fn read<'a>(line: &'a str, limit: usize, trail: &mut Trail) -> Header<'a> {
    let header = Header { form: "plain lines", ..Header::default() };
    let mut reader = Reader { line, limit: limit.min(line.len()), at: 0, header, trail, ordered: false, passing: None };
    reader.words();
    let Reader { mut header, at, limit, passing, .. } = reader;
    json_stamps(line, &mut header);
    header.end = passing.unwrap_or(header.end.max(at.min(limit)));
    header
}

/// Goes through the words of a line as long as they belong to its header.
struct Reader<'a, 't> {
    line: &'a str,
    limit: usize,
    /// Where the next word begins, or what stands before it.
    at: usize,
    header: Header<'a>,
    trail: &'t mut Trail,
    /// RFC 5424: `<28>1 STAMP HOST PROGRAM PID - - message`.
    ordered: bool,
    /// Where the words began that tell nothing and stand before what is looked for.
    passing: Option<usize>,
}

impl<'a> Reader<'a, '_> {
    fn words(&mut self) {
        // A header of so many words has no known end.
        self.trail.unknown = true;
        for _ in 0..WORDS {
            self.at = skip_decoration(self.line, self.at, self.limit);
            if self.at >= self.limit {
                self.trail.unknown = false;
                return;
            }
            let read = self.stamp() || self.passing.is_none() && (self.marking() || self.word());
            self.passing = self.passing.filter(|_| !read);
            if !(read || self.pass_word()) {
                self.trail.ended_by = Some(self.at);
                return;
            }
        }
    }

    fn rest(&self) -> &'a str {
        &self.line[self.at..self.limit]
    }

    /// Goes past so many bytes of the header.
    fn pass(&mut self, length: usize) {
        self.at += length;
        self.header.end = self.at;
    }

    fn stamp(&mut self) -> bool {
        // PD, TiDB and Milvus put it into brackets.
        let opened = usize::from(self.rest().starts_with('['));
        let stands = self.stamp_behind(opened);
        if stands && opened == 1 && self.rest().starts_with(']') {
            self.pass(1);
        }
        stands
    }

    /// A stamp behind so many bytes.
    fn stamp_behind(&mut self, skipped: usize) -> bool {
        let text = &self.rest()[skipped..];
        let Some(read) = stamp(text) else { return false };
        self.trail.stamps.push((self.at + skipped, read));
        take_stamp(&mut self.header, &text[..read.length], &read);
        self.pass(skipped + read.length);
        true
    }

    /// Passes a word that tells nothing by itself, where a message follows: a time or a host may stand behind it.
    fn pass_word(&mut self) -> bool {
        let known = self.header.time.is_some() && self.header.host.is_some();
        if known || self.limit == self.line.len() || self.line.trim_start().starts_with('{') {
            return false;
        }
        self.passing.get_or_insert(self.at);
        let word = word(self.rest());
        let next = self::word(self.line[self.at + word.len()..].trim_start());
        // `time=2026-11-22T06:23:26Z`, `{node="core-1"}`.
        if let Some((key, value)) = word.split_once('=') {
            let key = key.trim_start_matches('{');
            let bare = value.trim_start_matches('"');
            if stamp(bare).is_some() && self.stamp_behind(word.len() - bare.len()) {
                return true;
            }
            if names(Role::Host).any(|name| name == key) {
                self.header.host = Some(bare.trim_end_matches(['"', ',', '}']));
            }
        } else if self.header.host.is_none() && is_name(word) && next.contains('[') && program(next).is_some() {
            self.header.host = Some(word);
            self.passing = None;
        }
        self.at += word.len();
        true
    }

    /// What tools put before a line; such marks stand at the front.
    fn marking(&mut self) -> bool {
        let in_front = self.header.time.is_none() && self.header.host.is_none() && self.header.program.is_none();
        let Some(length) = in_front.then(|| marking(self.rest())).flatten() else { return false };
        self.ordered |= self.rest()[length..].starts_with("1 ");
        self.at += length;
        true
    }

    fn word(&mut self) -> bool {
        let word = word(self.rest());
        let after = &self.line[self.at + word.len()..];
        match self.part(word, after) {
            Part::Raft(length) if self.stamp_behind(length) => return true,
            Part::Other => return self.name(word, after),
            Part::Program(name) => self.program(name),
            Part::Source(place) => self.header.source_line = Some(place),
            Part::Host(host) if self.header.host.is_none() => self.header.host = Some(host),
            Part::Raft(_) | Part::Host(_) | Part::Level => {}
        }
        self.pass(word.len());
        true
    }

    /// What a word is in its place.
    fn part(&self, word: &'a str, after: &str) -> Part<'a> {
        let (no_host, no_program) = (self.header.host.is_none(), self.header.program.is_none());
        match classify(word, after) {
            // The head of a table, as etcdctl prints it.
            Part::Host(_) if self.line.starts_with('|') && after.trim_start().starts_with('|') => Part::Other,
            Part::Other | Part::Host(_) | Part::Program(_) if self.ordered && no_host => Part::Host(word),
            Part::Other | Part::Host(_) if self.ordered && no_program => Part::Program(word),
            // Columns of a log store: time, host, message.
            Part::Other if no_host && self.trail.ends_before_tab(self.line, self.at) && after.starts_with('\t') => Part::Host(word),
            part => part,
        }
    }

    fn program(&mut self, name: &'a str) {
        self.header.program = Some(name);
        self.header.form = match name {
            // Packages of etcd, which its own log names: `... W | etcdserver: message`.
            "etcdserver" | "etcdmain" | "etcdhttp" => self.header.form,
            _ if self.header.time.is_none() => "journal without times",
            _ => "journal or syslog",
        };
    }

    /// The name of a machine, of a pod or of a logger before the rest of the header. Beside a time or a host nothing
    /// further is looked at.
    fn name(&mut self, word: &'a str, after: &str) -> bool {
        // Behind a time, a column of its own.
        if self.header.host.is_some() || self.header.program.is_some() {
            self.trail.unknown = false;
            return false;
        }
        if let Some(node) = before_json(word, after) {
            self.header.host = Some(node);
            self.pass(word.len());
            return true;
        }
        if self.header.time.is_none() && before_pod(after) {
            self.at += word.len();
            return true;
        }
        let Some(length) = before_stamp(self.rest(), self.limit == self.line.len()) else {
            self.trail.unknown &= self.header.time.is_none();
            return false;
        };
        // Go's log package prints its logger's name before `2015/07/07`, skydns and its like in brackets: no machine's.
        let name = word.trim_matches(['[', ']', '(', ')', ':']);
        let logs = word.starts_with('[') || self.line.as_bytes().get(self.at + length + 4) == Some(&b'/');
        let logger = logs && name.bytes().all(|byte| byte.is_ascii_lowercase());
        self.header.host = Some(name).filter(|_| !logger);
        self.at += length;
        true
    }
}

/// The name of a node before etcd's JSON: talosctl puts the node before each line
/// (siderolabs/talos@09e3e39:cmd/talosctl/cmd/talos/logs.go), stern the pod and its container (stern/stern: README,
/// `--template`).
fn before_json<'a>(word: &'a str, after: &str) -> Option<&'a str> {
    let node = if after.starts_with(" {\"") { word.strip_suffix(':') } else { Some(word).filter(|_| after.starts_with(" etcd {\"")) };
    node.filter(|name| name.contains(|c: char| c == '.' || c.is_ascii_digit()))
}

/// Whether a namespace stood before this, as stern puts it before the pod and its container: `kube-system etcd-1 etcd 2015-...`.
fn before_pod(after: &str) -> bool {
    let pod = word(after.trim_start_matches(' '));
    let Some((_, rest)) = after.split_at_checked(1 + pod.len()) else { return false };
    let message = rest.strip_prefix(" etcd ");
    is_name(pod) && pod.contains('-') && message.is_some_and(|text| text.starts_with("{\"") || stamp(text).is_some())
}

/// Reads the headers of a log. Its lines begin alike but for their stamps, so most headers are the one of
/// the line before with other stamps.
#[derive(Default)]
pub struct Headers {
    /// What was looked at of the line whose header is known.
    text: String,
    /// Where its message begins; none where a word ended the header.
    limit: Option<usize>,
    stamps: Vec<(usize, Stamp)>,
    parts: [Option<(usize, usize)>; 3],
    end: usize,
    form: &'static str,
}

impl Headers {
    /// The header of `line`, as `header` reads it.
    pub fn header<'a>(&mut self, line: &'a str, limit: usize) -> Header<'a> {
        // The stamps of a JSON line may stand anywhere.
        if search::first(line.as_bytes(), b'{').is_some() {
            return header(line, limit);
        }
        if let Some(header) = self.again(line, limit) {
            return header;
        }
        let mut trail = Trail { stamps: std::mem::take(&mut self.stamps), ..Trail::default() };
        trail.stamps.clear();
        let header = read(line, limit, &mut trail);
        self.note(line, limit, &header, trail);
        header
    }

    /// The known header with the stamps of this line, where all else that was looked at is the same.
    fn again<'a>(&self, line: &'a str, limit: usize) -> Option<Header<'a>> {
        let alike = self.limit.map_or(limit > self.text.len(), |known| known == limit);
        let (known, bytes) = (self.text.as_bytes(), line.as_bytes());
        if !alike || known.is_empty() || bytes.len() < known.len() {
            return None;
        }
        let mut header = Header { form: self.form, end: self.end, ..Header::default() };
        let mut at = 0;
        for (start, stamped) in &self.stamps {
            if !search::begins_with(&bytes[at..], &known[at..*start]) {
                return None;
            }
            let read = stamp(line.get(*start..limit)?)?;
            let same_form = (read.length, read.clock, read.zoned) == (stamped.length, stamped.clock, stamped.zoned);
            at = start + read.length;
            if !same_form || bytes[*start] != known[*start] || !differ_in_digits(&bytes[*start..at], &known[*start..at]) {
                return None;
            }
            take_stamp(&mut header, line.get(*start..at)?, &read);
        }
        if !search::begins_with(&bytes[at..], &known[at..]) {
            return None;
        }
        [header.host, header.program, header.source_line] = self.parts.map(|part| part.and_then(|(from, to)| line.get(from..to)));
        Some(header)
    }

    /// Keeps what was looked at: up to the end of the first word that belongs to no header, and of the word
    /// after it, which tells a host from other words.
    fn note(&mut self, line: &str, limit: usize, header: &Header, trail: Trail) {
        self.text.clear();
        self.stamps = trail.stamps;
        let ends = |from: usize| -> Option<usize> {
            let begin = line.get(from..)?.bytes().position(|byte| !byte.is_ascii_whitespace())? + from;
            Some(line.get(begin..)?.bytes().position(|byte| byte.is_ascii_whitespace())? + begin + 1)
        };
        let seen = match trail.ended_by {
            // A word that may begin a stamp was read as far as that.
            Some(word) if line.as_bytes()[word].is_ascii_lowercase() => ends(word).and_then(ends).filter(|seen| *seen < limit),
            Some(_) => None,
            None => ends(limit),
        };
        // Behind a `<` its end was looked for, however far.
        let is_all = |text: &&str| !trail.unknown && text.is_ascii() && search::first(text.as_bytes(), b'<').is_none();
        let Some(text) = seen.and_then(|seen| line.get(..seen)).filter(is_all) else { return };
        let place = |part: &str| (part.as_ptr() as usize - line.as_ptr() as usize, part.len());
        self.parts = [header.host, header.program, header.source_line].map(|part| part.map(place).map(|(at, length)| (at, at + length)));
        self.text.push_str(text);
        self.limit = trail.ended_by.is_none().then_some(limit);
        (self.end, self.form) = (header.end, header.form);
    }
}

/// Whether two texts of one length are the same but for which digits stand in them.
fn differ_in_digits(a: &[u8], b: &[u8]) -> bool {
    a.iter().zip(b).all(|(a, b)| a == b || a.is_ascii_digit() && b.is_ascii_digit())
}

fn take_stamp<'a>(header: &mut Header<'a>, text: &'a str, read: &Stamp) {
    let better = match &header.time {
        Some(outer) => refined(outer, read),
        None => Some(*read),
    };
    if let Some(better) = better {
        header.time = Some(better);
        // glog writes the level before the date, without a space: `E0822`.
        let bare = text.strip_prefix(['I', 'W', 'E', 'F', 'D']).filter(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
        header.stamp = Some(bare.unwrap_or(text).trim_end());
    }
}

/// `"ts":"2021-..."` or `"ts":1617.25` of zap, `"time":"..."` of others.
fn json_stamps<'a>(line: &'a str, header: &mut Header<'a>) {
    let Some(json) = search::first(line.as_bytes(), b'{').map(|at| &line[at..]) else { return };
    for name in ["ts", "time", "timestamp"] {
        if let Some(text) = json_field(json, name) {
            if let Some(read) = stamp(text) {
                take_stamp(header, text, &read);
                header.form = if name == "ts" { "etcd JSON log" } else { "Docker JSON log" };
                return;
            }
        }
    }
}

/// What tools put before each line: the length of a tag (`<28>`, `<pre><code>`), of a number
/// (`12. `, `117:`), of the kernel's seconds since the boot (`[    0.257977]`) or of a file's name before a stamp
/// (`/var/log/messages:`).
fn marking(text: &str) -> Option<usize> {
    if text.starts_with('<') {
        return text.find('>').filter(|end| *end < 40).map(|end| end + 1);
    }
    if let Some(clock) = text.strip_prefix('[') {
        let clock = clock.split_once(']')?.0;
        let is_clock =
            clock.len() < 20 && clock.contains('.') && clock.trim_start().bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        return is_clock.then_some(clock.len() + 2);
    }
    // What a terminal shows of Ctrl-C (termios(3), ECHOCTL) stands before the program's next line.
    if text.starts_with("^C") {
        return Some(2);
    }
    // logrus, as Docker, Traefik and Swarm print it.
    if text.starts_with("time=\"") {
        return Some(6);
    }
    // Notepad++ lists what it found as `Line 117: `.
    let before = if text.starts_with("Line ") { 5 } else { 0 };
    let digits = text.as_bytes()[before..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    if (1..8).contains(&digits) {
        let number = before + digits;
        // `grep -C` writes a hyphen for the lines around what it found.
        let around = || text[number..].starts_with('-') && stamp(&text[number + 1..]).is_some();
        return (matches!(text.as_bytes()[number..], [b':', ..] | [b'.' | b')', b' ', ..]) || around()).then_some(number + 1);
    }
    let around = |(at, _): (usize, &str)| stamp(&text[at + 1..]).filter(|read| read.clock > Clock::TimeOfDay).map(|_| at);
    let at = word(text).match_indices('-').find_map(around).or_else(|| text.find(':'))?;
    let (name, rest) = (&text[..at], &text[at + 1..]);
    let is_file = name.len() < 200 && name.contains(['/', '.']) && !name.contains(char::is_whitespace) && !name.ends_with(".go");
    // A line's number, which is no name: words with colons in a row are not walked down one inside the other.
    let numbered = || rest.starts_with(|first: char| first.is_ascii_digit()) && marking(rest).is_some();
    let stamped = || stamp(rest.strip_prefix('[').unwrap_or(rest)).is_some();
    let follows = || stamped() || rest.starts_with('{') || numbered();
    (is_file && follows()).then_some(name.len() + 1)
}

/// Names of a machine, a pod, a container, and then a dated stamp: `core-1: 2015-...`, `core-1 etcd 2015-...`;
/// etcd's tests put member and process into brackets before it: `(member-2) (19803): raft 2024/...`; talosctl facility and
/// level of the kernel's log: `192.0.2.8: user: warning: [2024-...]: `.
/// The length up to the stamp. `ends` says that no message follows the text: a stamp at its end is the date of an article or
/// of a form, and what stands before it its key.
fn before_stamp(text: &str, ends: bool) -> Option<usize> {
    let mut at = 0;
    let kernel = search::has(text, ": [20");
    for _ in 0..2 + usize::from(text.starts_with('(') || kernel) {
        let name = word(&text[at..]);
        at = skip_decoration(text, at + name.len(), text.len());
        if !is_name(name) || at >= text.len() {
            return None;
        }
        let glued = match &text[at..] {
            rest if kernel && rest.starts_with('[') => 1,
            rest if rest.starts_with("raft2") => 4,
            // etcd's gRPC writes plain lines between the JSON.
            rest if rest.starts_with("WARNING: 2") => 9,
            _ => 0,
        };
        if let Some(read) = stamp(&text[at + glued..]).filter(|read| read.clock != Clock::TimeOfDay) {
            return (!ends || !text[at + glued + read.length..].trim().is_empty()).then_some(at);
        }
    }
    None
}

/// A name of a machine, of a pod or of a container.
fn is_name(word: &str) -> bool {
    word.len() < 80 && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._:/[]()".contains(&byte))
}

fn skip_decoration(line: &str, from: usize, limit: usize) -> usize {
    let rest = &line[from..limit];
    // Most words follow one blank.
    let blank = usize::from(rest.starts_with(' '));
    if rest.as_bytes().get(blank).is_some_and(u8::is_ascii_alphanumeric) {
        return from + blank;
    }
    from + rest
        .find(|c: char| {
            !(c.is_whitespace()
                || matches!(c, '>' | '*' | ',' | '`' | '|' | '"' | '\'' | '-' | '•' | '$' | '#' | '~' | '+' | '\\' | '\u{feff}'))
        })
        .unwrap_or(rest.len())
}

fn word(text: &str) -> &str {
    // A byte of a character beyond ASCII may belong to a blank: then all characters are looked at.
    let end = text.bytes().position(|byte| byte <= b' ' || byte == b'|' || !byte.is_ascii()).unwrap_or(text.len());
    let rest = text[end..].find(|c: char| c.is_whitespace() || c == '|').unwrap_or(text.len() - end);
    &text[..end + rest]
}

enum Part<'a> {
    /// `raft2026/11/22 ...`: the classic raft logger glues its name to the stamp.
    Raft(usize),
    Program(&'a str),
    Source(&'a str),
    Host(&'a str),
    Level,
    Other,
}

fn classify<'a>(word: &'a str, after: &str) -> Part<'a> {
    if word.starts_with("raft2") {
        return Part::Raft(4);
    }
    if let Some(pod) = pod(word) {
        return Part::Host(pod);
    }
    if is_level(word)
        || is_priority(word)
        || word.bytes().all(|byte| byte.is_ascii_digit())
        || matches!(word, "stdout" | "stderr" | "F" | "P")
    {
        return Part::Level;
    }
    if let Some(place) = source_line(word) {
        return Part::Source(place);
    }
    if let Some(name) = program(word) {
        return Part::Program(name);
    }
    // A host stands before the program: `host etcd2[815]:`; compose and kubectl print it alone, before a bar.
    let next = after.trim_start();
    // What opens a JSON object stands before `etcdserver:` too, as does `Error:`, and is none.
    let next_word = self::word(next);
    let named = program(next_word).is_some() || is_priority(next_word) || after.trim_start_matches(' ').starts_with('|');
    if named && !word.starts_with('{') && !word.ends_with(':') {
        return Part::Host(word.trim_matches(['[', ']']));
    }
    Part::Other
}

/// The pod that kubectl (`[pod/etcd-1/etcd]`), kail (`kube-system/etcd-1[etcd]:`) or kubetail (`[etcd-1]`) names before a line
/// (boz/kail: writer.go; johanhaleby/kubetail). A process has a number in its brackets.
fn pod(word: &str) -> Option<&str> {
    if let Some(named) = word.strip_prefix("[pod/") {
        return named.split(['/', ']']).next();
    }
    if let Some((named, container)) = word.strip_suffix("]:").and_then(|word| word.split_once('[')) {
        let (_, pod) = named.split_once('/')?;
        return (container.bytes().any(|byte| byte.is_ascii_lowercase()) && !pod.contains('/')).then_some(pod);
    }
    word.strip_prefix("[etcd-")?.strip_suffix(']')?;
    Some(&word[1..word.len() - 1])
}

/// `daemon.info`: facility and severity, as syslogs write them behind the host (RFC 3164, 4.1.1).
fn is_priority(word: &str) -> bool {
    const SEVERITIES: [&str; 9] = [".emerg", ".alert", ".crit", ".err", ".warn", ".warning", ".notice", ".info", ".debug"];
    ["daemon.", "user.", "local", "syslog.", "kern."].iter().any(|known| word.starts_with(known))
        && SEVERITIES.iter().any(|severity| word.ends_with(severity))
}

fn is_level(word: &str) -> bool {
    let bare = word.trim_matches([':', '[', ']', '|']);
    matches!(
        bare,
        "C" | "E"
            | "W"
            | "N"
            | "I"
            | "D"
            | "T"
            | "DEBUG"
            | "INFO"
            | "WARN"
            | "WARNING"
            | "ERROR"
            | "FATAL"
            | "CRITICAL"
            | "info"
            | "warn"
            | "error"
            | "debug"
            | "fatal"
    )
}

/// `engine.go:208:`, `client.go:292]`, `[raft.go:12]`.
fn source_line(word: &str) -> Option<&str> {
    let bare = word.trim_matches([':', ']', '[']);
    let (file, number) = bare.rsplit_once(':')?;
    (file.ends_with(".go") && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(bare)
}

/// `fleetd[23463]:`, `etcd2[815]:`, `etcd:`, `[etcd]`: the programs this crate knows, by the first letters of their names.
fn program(word: &str) -> Option<&str> {
    const KNOWN: [&str; 19] = [
        "etcd",
        "fleet",
        "systemd",
        "kernel",
        "dockerd",
        "docker",
        "k3s",
        "k0s",
        "microk8s",
        "rke2",
        "kube",
        "hyperkube",
        "sh",
        "bash",
        "kubelet",
        "containerd",
        "flannel",
        "locksmith",
        "rkt",
    ];
    let (name, closed) = match word.split_once('[') {
        Some(("", rest)) => (rest.strip_suffix(']')?, true),
        Some((name, rest)) => (name, rest.trim_end_matches(':').ends_with(']')),
        None => (word.strip_suffix(':')?, true),
    };
    let bare = name.rsplit('/').next().unwrap_or(name);
    (closed && KNOWN.iter().any(|known| bare.starts_with(known)) && bare.len() < 40).then_some(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> (Option<&str>, Option<&str>, Option<&str>, Option<&str>) {
        let header = header(line, line.len());
        (header.stamp, header.host, header.program, header.source_line)
    }

    /// Each word with a colon began a search inside the last, down to the end of the stack.
    #[test]
    fn a_line_of_words_with_colons_has_an_end() {
        for text in ["a: 1 ", "a.b:", "/x:1:"] {
            assert_eq!(header(&text.repeat(200_000), usize::MAX).time, None);
        }
    }

    #[test]
    fn reads_journal_and_syslog() {
        assert_eq!(
            read("Apr 09 21:20:31 machine1 fleetd[21543]: INFO engine.go:208: Waiting 25s for"),
            (Some("Apr 09 21:20:31"), Some("machine1"), Some("fleetd"), Some("engine.go:208"))
        );
        assert_eq!(
            read("06:40:30 host fleetd[23463]: INFO client.go:292: Failed"),
            (Some("06:40:30"), Some("host"), Some("fleetd"), Some("client.go:292"))
        );
        assert_eq!(read("fleetd[615]: ERROR reconcile.go:120: Failed fetching"), (None, None, Some("fleetd"), Some("reconcile.go:120")));
    }

    #[test]
    fn inner_stamp_wins_and_keeps_the_outer_host() {
        let line = "Aug 22 21:25:15 core-1 fleet[603]: E0822 21:25:09.084425 00603 engine.go:128] Engine leadership lost";
        assert_eq!(read(line), (Some("0822 21:25:09.084425"), Some("core-1"), Some("fleet"), Some("engine.go:128")));
        let raft = "raft2026/11/22 06:26:55 INFO: abc became follower at term 2";
        assert_eq!(read(raft).0, Some("2026/11/22 06:26:55"));
    }

    #[test]
    fn reads_json_and_container_prefixes() {
        assert_eq!(
            read(r#"{"level":"warn","ts":"2021-06-05T02:20:39.344Z","caller":"raft.go:1","msg":"x"}"#).0,
            Some("2021-06-05T02:20:39.344Z")
        );
        let bare = r#"{"level":"warn","msg":"etcdserver: request timed out"}"#;
        assert_eq!(header(bare, bare.find("etcdserver").unwrap_or(0)).host, None);
        assert_eq!(read("etcd1  | 2015-10-16 10:12:51.344648 I | raft: x").1, Some("etcd1"));
        assert_eq!(read("> 2015-10-16 10:12:51.344648 I | raft: x").0, Some("2015-10-16 10:12:51.344648"));
        assert_eq!(read("a/pd-1.log:[2021/01/18 14:14:30.452 +00:00] [INFO] x").0, Some("2021/01/18 14:14:30.452 +00:00"));
        let found = "\tLine 3519: Mar 13 05:51:20 n2 etcd[779]: x";
        assert_eq!((read(found).0, read(found).1), (Some("Mar 13 05:51:20"), Some("n2")));
    }

    #[test]
    fn the_node_that_talosctl_names() {
        let json = r#"{"level":"warn","ts":"2021-06-05T02:20:39.344Z","msg":"x"}"#;
        for (node, host) in [("192.0.2.7", Some("192.0.2.7")), ("cp-1", Some("cp-1")), ("Output", None)] {
            let line = format!("{node}: {json}");
            assert_eq!(read(&line), (Some("2021-06-05T02:20:39.344Z"), host, None, None));
        }
        assert_eq!(read(&format!("etcd-cp-1 etcd {json}")).1, Some("etcd-cp-1"), "stern");
        for plain in ["raft2026/11/22 06:26:55 INFO: x", "WARNING: 2026/11/22 06:26:55 [core] grpc: x"] {
            let line = format!("etcd-cp-1 etcd {plain}");
            assert_eq!((read(&line).0, read(&line).1), (Some("2026/11/22 06:26:55"), Some("etcd-cp-1")));
        }
    }

    #[test]
    fn the_pod_that_tools_of_kubernetes_name() {
        for (prefix, pod) in [
            ("[pod/etcd-n1/etcd]", "etcd-n1"),
            ("[etcd-n1]", "etcd-n1"),
            ("kube-system/etcd-n1[etcd]:", "etcd-n1"),
            ("kube-system etcd-n1 etcd", "etcd-n1"),
        ] {
            let line = format!("{prefix} 2015-10-16 10:12:51.344648 I | raft: x");
            assert_eq!((read(&line).0, read(&line).1), (Some("2015-10-16 10:12:51.344648"), Some(pod)), "{line}");
            let mut headers = Headers::default();
            for line in [line.clone(), line.replace("n1", "n2")] {
                assert_eq!(headers.header(&line, 50), header(&line, 50), "{line}");
            }
        }
        let json = "kube-system etcd-n1 etcd {\"level\":\"warn\",\"ts\":\"2021-06-05T02:20:39.344Z\",\"msg\":\"x\"}";
        assert_eq!((read(json).0, read(json).1), (Some("2021-06-05T02:20:39.344Z"), Some("etcd-n1")));
        // A process, and etcd 0.4's own name of itself.
        assert_eq!(read("Oct 16 10:12:51 n1 /usr/bin/etcd[815]: x").2, Some("etcd"));
        assert_eq!(read("[etcd] Oct 16 10:12:51.344 INFO      | n1: x").2, Some("etcd"));
    }

    #[test]
    fn the_kernels_log_as_talosctl_shows_it() {
        let line = "192.0.2.8: user: warning: [2024-08-12T10:21:02.227217999Z]: [talos] service[etcd](Running): Health check failed: x";
        assert_eq!(read(line), (Some("2024-08-12T10:21:02.227217999Z"), Some("192.0.2.8"), None, None));
    }

    #[test]
    fn the_key_of_a_date_is_no_host() {
        assert_eq!(read("date:   2015-10-16 10:12:51"), (None, None, None, None));
        assert_eq!(read("lastmod: 2015-10-16T10:12:51Z"), (None, None, None, None));
        assert_eq!(read("core-1: 2015-10-16 10:12:51 x").1, Some("core-1"));
    }

    #[test]
    fn a_stamp_in_brackets() {
        let line = "[2021/01/18 14:14:30.452 +00:00] [INFO] [raft.go:923] [\"2a0965170762fd09 became leader at term 3\"]";
        assert_eq!(read(line), (Some("2021/01/18 14:14:30.452 +00:00"), None, None, Some("raft.go:923")));
        let mut headers = Headers::default();
        for second in ["30", "31"] {
            let line = line.replace("14:30", &format!("14:{second}"));
            assert_eq!(headers.header(&line, 59).time, header(&line, 59).time);
        }
    }

    #[test]
    fn columns_of_a_log_store_are_time_and_host() {
        let line = "October 16th 2015, 12:53:20.344\ttest-1-node-192.0.2.7\tINFO engine.go:256: Unscheduled Job(a) from Machine(b)";
        assert_eq!(read(line), (Some("October 16th 2015, 12:53:20.344"), Some("test-1-node-192.0.2.7"), None, Some("engine.go:256")));
        // zap's own columns.
        assert_eq!(read("2019-10-16T12:53:20.344Z\twarn\traft\tetcdserver/util.go:1\tapply request took too long").1, None);
    }

    #[test]
    fn the_kernels_clock_is_no_host() {
        for clock in ["[188748.190381]", "[    0.257977]"] {
            let line = format!("{clock} etcd[4]: 2015/08/18 14:10:08 raft: x");
            assert_eq!(read(&line), (Some("2015/08/18 14:10:08"), None, Some("etcd"), None), "{line}");
        }
    }

    #[test]
    fn member_and_process_in_brackets() {
        assert_eq!(read("(member-2) (803): 2024-02-17 09:53:17.913724 W | etcdserver: x").0, Some("2024-02-17 09:53:17.913724"));
        let raft = read("(member-2) (803): raft 2024/02/17 09:53:17 INFO: x");
        assert_eq!((raft.0, raft.1), (Some("2024/02/17 09:53:17"), Some("member-2")));
    }

    #[test]
    fn the_name_of_a_logger_is_no_host() {
        assert_eq!(read("scout 2015/07/07 10:11:12 etcdserver: request timed out").1, None);
        assert_eq!(read("[scout] Nov  6 15:29:17.964 INFO      | etcdserver: request timed out").1, None);
        assert_eq!(read("core-1 2015/07/07 10:11:12 etcdserver: request timed out").1, Some("core-1"));
    }

    #[test]
    fn the_stamp_of_logrus() {
        let line = "time=\"2016-03-31T21:47:16Z\" level=error msg=\"Discovery error: example\"";
        assert_eq!(read(line).0, Some("2016-03-31T21:47:16Z"));
    }

    #[test]
    fn what_a_terminal_shows_of_a_key_is_no_host() {
        let (stamp, host, program, place) = read("^C^CINFO client.go:291: Failed getting response from http://localhost:4001/: cancelled");
        assert_eq!((stamp, host, program, place), (None, None, None, Some("client.go:291")));
    }

    #[test]
    fn a_host_stands_before_a_program_that_holds_etcd() {
        let line = "Oct 16 12:53:20 n1 k0s[2455]: {\"level\":\"info\",\"msg\":\"example\"}";
        assert_eq!(read(line), (Some("Oct 16 12:53:20"), Some("n1"), Some("k0s"), None));
    }

    #[test]
    fn the_half_of_the_day_is_no_host() {
        let line = "Fri, Oct 16 2015 3:53:20 pm | {\"level\":\"info\",\"msg\":\"example\"}";
        assert_eq!(read(line), (Some("Fri, Oct 16 2015 3:53:20 pm"), None, None, None));
    }

    #[test]
    fn a_column_of_a_table_is_no_host() {
        assert_eq!(read("|    ENDPOINT    |        ID        | VERSION |").1, None);
        assert_eq!(read("etcd-1    | 2015-10-16 12:53:20.344648 I | raft: x").1, Some("etcd-1"));
    }

    #[test]
    fn a_stamp_ends_where_the_message_begins() {
        let line = "2015-10-16 12:53:20 +0000 became leader at term 3";
        assert_eq!(header(line, 21).stamp, Some("2015-10-16 12:53:20"));
        assert_eq!(header("@40000000562085ed148e8000 became leader at term 3", 1).stamp, None);
    }
}
