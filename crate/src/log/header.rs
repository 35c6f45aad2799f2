//! What stands before a message: stamps, host, program - of any number of wrappers.

use super::event::{Clock, Time};
use super::time::{Stamp, stamp};

/// What the prefix of a line tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header<'a> {
    /// The innermost stamp: when it happened, not when a collector took it.
    pub time: Option<Time>,
    /// How much of a clock that stamp carries.
    pub clock: Clock,
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
    let mut header = Header { form: "plain lines", ..Header::default() };
    let limit = limit.min(line.len());
    let mut at = 0;
    for _ in 0..WORDS {
        at = skip_decoration(line, at, limit);
        if at >= limit {
            break;
        }
        if let Some(read) = stamp(&line[at..limit]) {
            take_stamp(&mut header, line, at, &read);
            at += read.length;
            continue;
        }
        let word = word(&line[at..limit]);
        match classify(word, &line[at + word.len()..]) {
            Part::Raft(length) => {
                if let Some(read) = stamp(&line[at + length..limit]) {
                    take_stamp(&mut header, line, at + length, &read);
                    at += length + read.length;
                    continue;
                }
            }
            Part::Program(name) => {
                header.program = Some(name);
                header.form = if header.clock == Clock::None { "journal without times" } else { "journal or syslog" };
            }
            Part::Source(place) => header.source_line = Some(place),
            Part::Host(host) if header.host.is_none() => header.host = Some(host),
            Part::Host(_) | Part::Level => {}
            Part::Other => break,
        }
        at += word.len();
        header.end = at;
    }
    json_stamps(line, &mut header);
    header.end = header.end.max(at.min(limit));
    header
}

/// Inner stamps replace outer ones, but a stamp of day or date is not given up for a bare time of day.
fn take_stamp<'a>(header: &mut Header<'a>, line: &'a str, at: usize, read: &Stamp) {
    let poorer = read.clock == Clock::TimeOfDay && header.clock != Clock::None && header.clock != Clock::TimeOfDay;
    if poorer {
        return;
    }
    header.time = Some(read.time);
    header.clock = read.clock;
    header.stamp = line.get(at..at + read.length).map(str::trim_end);
    header.end = at + read.length;
}

/// `"ts":"2021-..."` or `"ts":1617.25` of zap, `"time":"..."` of Docker.
fn json_stamps<'a>(line: &'a str, header: &mut Header<'a>) {
    if !line.contains("\"ts\":") && !line.contains("\"time\":") {
        return;
    }
    for name in ["ts", "time"] {
        if let Some(text) = super::pattern::json_field(line, name) {
            if let Some(read) = stamp(text) {
                header.time = Some(read.time);
                header.clock = read.clock;
                header.stamp = Some(text);
                header.form = if name == "ts" { "etcd JSON log" } else { "Docker JSON log" };
                return;
            }
        }
    }
}

fn skip_decoration(line: &str, from: usize, limit: usize) -> usize {
    let rest = &line[from..limit];
    from + rest
        .find(|c: char| {
            !(c.is_whitespace() || matches!(c, '>' | '*' | '`' | '|' | '"' | '\'' | '-' | '•' | '$' | '#' | '~' | '+' | '\u{feff}'))
        })
        .unwrap_or(rest.len())
}

fn word(text: &str) -> &str {
    &text[..text.find(|c: char| c.is_whitespace() || c == '|').unwrap_or(text.len())]
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
    if is_level(word) || word.bytes().all(|byte| byte.is_ascii_digit()) || matches!(word, "stdout" | "stderr" | "F" | "P") {
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
    if program(self::word(next)).is_some() || after.trim_start_matches(' ').starts_with('|') {
        return Part::Host(word.trim_matches(['[', ']']));
    }
    Part::Other
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
    const KNOWN: [&str; 14] = [
        "etcd",
        "fleet",
        "systemd",
        "kernel",
        "dockerd",
        "docker",
        "k3s",
        "rke2",
        "kube",
        "hyperkube",
        "sh",
        "bash",
        "kubelet",
        "containerd",
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
        assert_eq!(read(line), (Some("E0822 21:25:09.084425"), Some("core-1"), Some("fleet"), Some("engine.go:128")));
        let raft = "raft2026/11/22 06:26:55 INFO: abc became follower at term 2";
        assert_eq!(read(raft).0, Some("2026/11/22 06:26:55"));
    }

    #[test]
    fn reads_json_and_container_prefixes() {
        assert_eq!(
            read(r#"{"level":"warn","ts":"2021-06-05T02:20:39.344Z","caller":"raft.go:1","msg":"x"}"#).0,
            Some("2021-06-05T02:20:39.344Z")
        );
        assert_eq!(read("etcd1  | 2015-10-16 10:12:51.344648 I | raft: x").1, Some("etcd1"));
        assert_eq!(read("> 2015-10-16 10:12:51.344648 I | raft: x").0, Some("2015-10-16 10:12:51.344648"));
    }

    #[test]
    fn a_stamp_ends_where_the_message_begins() {
        let line = "2015-10-16 12:53:20 +0000 became leader at term 3";
        assert_eq!(header(line, 21).stamp, Some("2015-10-16 12:53:20"));
        assert_eq!(header("@40000000562085ed148e8000 became leader at term 3", 1).stamp, None);
    }
}
