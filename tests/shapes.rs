//! One short history, written in every shape in which logs are pasted: the same events, times, hosts
//! and findings must come out of each.

use timing_advisor::log::event::{Clock, Event, LogReading, Value};
use timing_advisor::log::scan::Scanner;
use timing_advisor::{Assumptions, Session};

const S: i64 = 1_000_000;
/// 2015-10-16 12:53:20 UTC.
const START: i64 = 1_445_000_000 * S;

/// One message of a history.
struct Message {
    at: i64,
    level: char,
    /// What capnslog and zap print before the text.
    package: &'static str,
    text: &'static str,
    /// zap's further fields.
    fields: &'static str,
}

/// What one program on one machine says.
struct History {
    name: &'static str,
    program: &'static str,
    style: Style,
    messages: &'static [Message],
}

#[derive(Clone, Copy, PartialEq)]
enum Style {
    /// `2015-10-16 12:53:20.344648 W | etcdserver: text`; under systemd the text alone.
    Capnslog,
    /// JSON.
    Zap,
    /// `INFO client.go:292: text`, never with a time.
    Fleet,
    /// `E1016 12:53:20.344648 00603 engine.go:128] text`.
    Glog,
}

const fn m(at: i64, level: char, package: &'static str, text: &'static str) -> Message {
    Message { at, level, package, text, fields: "" }
}

const fn z(at: i64, level: char, package: &'static str, text: &'static str, fields: &'static str) -> Message {
    Message { at, level, package, text, fields }
}

const HISTORIES: &[History] = &[
    History {
        name: "etcd 2.3",
        program: "etcd2",
        style: Style::Capnslog,
        messages: &[
            m(344_648, 'W', "etcdserver", "failed to send out heartbeat on time (deadline exceeded for 1.237022208s)"),
            m(344_712, 'W', "etcdserver", "server is likely overloaded"),
            m(
                401_009,
                'I',
                "raft",
                "8e9e05c52164694d [term: 4] received a MsgVote message with higher term from 91bc3c398fb3c146 [term: 5]",
            ),
            m(401_050, 'I', "raft", "8e9e05c52164694d became follower at term 5"),
            m(401_090, 'I', "raft", "raft.node: 8e9e05c52164694d lost leader 8e9e05c52164694d at term 5"),
            m(2_512_007, 'I', "raft", "raft.node: 8e9e05c52164694d elected leader 91bc3c398fb3c146 at term 5"),
        ],
    },
    History {
        name: "etcd 3.4",
        program: "etcd",
        style: Style::Capnslog,
        messages: &[
            m(344_648, 'W', "wal", "sync duration of 1.412007001s, expected less than 1s"),
            m(
                344_700,
                'W',
                "etcdserver",
                "failed to send out heartbeat on time (exceeded the 100ms timeout for 1.237022208s, to 91bc3c398fb3c146)",
            ),
            m(344_712, 'W', "etcdserver", "server is likely overloaded"),
            m(401_050, 'I', "raft", "8e9e05c52164694d became follower at term 5"),
            m(401_090, 'I', "raft", "raft.node: 8e9e05c52164694d lost leader 8e9e05c52164694d at term 5"),
            m(2_512_007, 'I', "raft", "raft.node: 8e9e05c52164694d elected leader 91bc3c398fb3c146 at term 5"),
        ],
    },
    History {
        name: "etcd 3.5",
        program: "etcd",
        style: Style::Zap,
        messages: &[
            z(344_648, 'W', "wal/wal.go:805", "slow fdatasync", r#""took":"1.412007001s","expected-duration":"1s""#),
            z(
                344_700,
                'W',
                "etcdserver/raft.go:415",
                "leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk",
                r#""to":"91bc3c398fb3c146","heartbeat-interval":"100ms","expected-duration":"200ms","exceeded-duration":"1.237022208s""#,
            ),
            z(401_050, 'I', "raft", "8e9e05c52164694d became follower at term 5", ""),
            z(401_090, 'I', "raft", "raft.node: 8e9e05c52164694d lost leader 8e9e05c52164694d at term 5", ""),
            z(2_512_007, 'I', "raft", "raft.node: 8e9e05c52164694d elected leader 91bc3c398fb3c146 at term 5", ""),
        ],
    },
    History {
        name: "fleet 0.10",
        program: "fleetd",
        style: Style::Fleet,
        messages: &[
            m(344_648, 'I', "client.go:292", "Failed getting response from http://localhost:4001/: cancelled"),
            m(344_712, 'E', "engine.go:217", "Engine leadership lost, renewal failed: timeout reached"),
            m(2_401_009, 'E', "reconcile.go:120", "Failed fetching Units from Registry: timeout reached"),
            m(2_512_007, 'W', "job.go:272", "No Unit found in Registry for Job(web.service)"),
            m(2_612_007, 'I', "manager.go:138", "Triggered systemd unit web.service stop: job=4711"),
        ],
    },
    History {
        name: "fleet 0.6",
        program: "fleet",
        style: Style::Glog,
        messages: &[
            m(344_648, 'I', "client.go:278", "Failed getting response from http://localhost:4001/: cancelled"),
            m(344_712, 'E', "engine.go:128", "Engine leadership lost, renewal failed: timeout reached"),
            m(2_401_009, 'I', "client.go:278", "Failed getting response from http://localhost:4001/: cancelled"),
        ],
    },
];

// ---- the line as the program writes it -----------------------------------------------------------

/// Year, month, day, hour, minute, second, microsecond.
fn civil(micros: i64) -> (i64, i64, i64, i64, i64, i64, i64) {
    let (seconds, rest) = (micros.div_euclid(S), micros.rem_euclid(S));
    let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let z = days + 719_468;
    let (era, of_era) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * shifted + 2) / 5 + 1, if shifted < 10 { shifted + 3 } else { shifted - 9 });
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day, of_day / 3600, of_day / 60 % 60, of_day % 60, rest)
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `2015-10-16`, between its parts `dash`.
fn date(micros: i64, dash: &str) -> String {
    let (year, month, day, ..) = civil(micros);
    format!("{year}{dash}{month:02}{dash}{day:02}")
}

/// `Oct 16`.
fn month_day(micros: i64) -> String {
    let (_, month, day, ..) = civil(micros);
    format!("{} {day:2}", MONTHS[month as usize - 1])
}

/// `12:53:20` and so many digits of a fraction.
fn clock(micros: i64, digits: usize) -> String {
    let (.., hour, minute, second, rest) = civil(micros);
    let fraction = format!("{rest:06}000");
    let fraction = if digits == 0 { String::new() } else { format!(".{}", &fraction[..digits]) };
    format!("{hour:02}:{minute:02}:{second:02}{fraction}")
}

fn iso(micros: i64, digits: usize, zone: &str) -> String {
    format!("{}T{}{zone}", date(micros, "-"), clock(micros, digits))
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

impl Message {
    fn time(&self) -> i64 {
        START + self.at
    }

    fn level_word(&self) -> &'static str {
        match self.level {
            'E' => "ERROR",
            'W' => "WARN",
            _ => "INFO",
        }
    }

    /// As journald keeps it.
    fn journal(&self, style: Style) -> String {
        match style {
            Style::Capnslog => self.text.to_owned(),
            _ => self.own(style),
        }
    }

    /// As it goes to a terminal or a file.
    fn own(&self, style: Style) -> String {
        let at = self.time();
        match style {
            Style::Capnslog => format!("{} {} {} | {}: {}", date(at, "-"), clock(at, 6), self.level, self.package, self.text),
            Style::Fleet => format!("{} {}: {}", self.level_word(), self.package, self.text),
            Style::Glog => {
                let (_, month, day, ..) = civil(at);
                format!("{}{month:02}{day:02} {} 00603 {}] {}", self.level, clock(at, 6), self.package, self.text)
            }
            Style::Zap => self.zap(&quoted(&iso(at, 6, "Z"))),
        }
    }

    fn zap(&self, stamp: &str) -> String {
        let place = if self.package == "raft" {
            String::from(r#""logger":"raft","caller":"etcdserver/zap_raft.go:77""#)
        } else {
            format!(r#""caller":"{}""#, self.package)
        };
        let fields = if self.fields.is_empty() { String::new() } else { format!(",{}", self.fields) };
        format!(r#"{{"level":"{}","ts":{stamp},{place},"msg":{}{fields}}}"#, self.level_word().to_lowercase(), quoted(self.text))
    }

    fn console(&self) -> String {
        let fields = if self.fields.is_empty() {
            String::new()
        } else {
            format!("\t{{{}}}", self.fields.replace("\":", "\": ").replace(",\"", ", \""))
        };
        format!("{}\t{}\t{}\t{}{fields}", iso(self.time(), 6, "Z"), self.level_word().to_lowercase(), self.package, self.text)
    }
}

// ---- the shapes ----------------------------------------------------------------------------------

/// What of a moment a shape keeps.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Kept {
    /// Down to so many microseconds.
    Date(i64),
    /// Day and month, no year.
    NoYear(i64),
    /// Time of day alone.
    Day(i64),
    Nothing,
}

struct Shape {
    name: &'static str,
    kept: Kept,
    /// Whether it names the machine.
    host: bool,
    /// For which histories.
    fits: fn(Style) -> bool,
    write: fn(&History) -> Vec<u8>,
}

fn any(_: Style) -> bool {
    true
}

/// A program that prints its own full time.
fn dated(style: Style) -> bool {
    matches!(style, Style::Capnslog | Style::Zap)
}

fn untimed(style: Style) -> bool {
    matches!(style, Style::Capnslog | Style::Fleet)
}

fn lines(history: &History, line: impl Fn(&Message) -> String) -> Vec<u8> {
    history.messages.iter().map(|message| line(message) + "\n").collect::<String>().into_bytes()
}

/// The journal's short form, with this stamp.
fn journal(history: &History, stamp: impl Fn(i64) -> String) -> Vec<u8> {
    lines(history, |message| format!("{} core-1 {}[815]: {}", stamp(message.time()), history.program, message.journal(history.style)))
}

/// As the program writes it, each line put through `wrap`.
fn own(history: &History, wrap: impl Fn(String, i64) -> String) -> Vec<u8> {
    lines(history, |message| wrap(message.own(history.style), message.time()))
}

fn short(history: &History) -> String {
    String::from_utf8(journal(history, |at| format!("{} {}", month_day(at), clock(at, 0)))).unwrap()
}

/// Lines cut into rows of a terminal.
fn wrapped(text: &str, columns: usize) -> Vec<u8> {
    let mut rows = String::new();
    for line in text.lines() {
        let characters: Vec<char> = line.chars().collect();
        for row in characters.chunks(columns) {
            rows.extend(row);
            rows.push('\n');
        }
    }
    rows.into_bytes()
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    format!("\u{feff}{text}").encode_utf16().flat_map(bytes).collect()
}

const SHAPES: &[Shape] = &[
    Shape { name: "short", kept: Kept::NoYear(S), host: true, fits: any, write: |h| short(h).into_bytes() },
    Shape { name: "short-iso", kept: Kept::Date(S), host: true, fits: any, write: |h| journal(h, |at| iso(at, 0, "+0000")) },
    Shape {
        name: "short-iso of newer systemd, another zone",
        kept: Kept::Date(S),
        host: true,
        fits: any,
        write: |h| journal(h, |at| iso(at + 7200 * S, 0, "+02:00")),
    },
    Shape { name: "short-iso-precise", kept: Kept::Date(1), host: true, fits: any, write: |h| journal(h, |at| iso(at, 6, "+0000")) },
    Shape {
        name: "short-precise",
        kept: Kept::NoYear(1),
        host: true,
        fits: any,
        write: |h| journal(h, |at| format!("{} {}", month_day(at), clock(at, 6))),
    },
    Shape {
        name: "short-unix",
        kept: Kept::Date(1),
        host: true,
        fits: any,
        write: |h| journal(h, |at| format!("{}.{:06}", at / S, at % S)),
    },
    Shape {
        name: "short-full",
        kept: Kept::Date(S),
        host: true,
        fits: any,
        write: |h| journal(h, |at| format!("Fri {} {} UTC", date(at, "-"), clock(at, 0))),
    },
    Shape {
        name: "verbose",
        kept: Kept::Date(1),
        host: true,
        fits: any,
        write: |h| {
            lines(h, |m| {
                format!(
                    "Fri {} {} UTC [s=ab3;i=1f;b=77;m=9;t=52;x=1]\n    _TRANSPORT=journal\n    PRIORITY=4\n    _HOSTNAME=core-1\n    SYSLOG_IDENTIFIER={}\n    _PID=815\n    MESSAGE={}\n    PACKAGE={}",
                    date(m.time(), "-"),
                    clock(m.time(), 6),
                    h.program,
                    m.journal(h.style),
                    m.package
                )
            })
        },
    },
    Shape {
        name: "json",
        kept: Kept::Date(1),
        host: true,
        fits: any,
        write: |h| {
            lines(h, |m| {
                format!(
                    r#"{{"__CURSOR":"s=ab3;i=1f","__REALTIME_TIMESTAMP":"{}","__MONOTONIC_TIMESTAMP":"9","_HOSTNAME":"core-1","PRIORITY":"4","SYSLOG_IDENTIFIER":"{}","_PID":"815","MESSAGE":{}}}"#,
                    m.time(),
                    h.program,
                    quoted(&m.journal(h.style))
                )
            })
        },
    },
    Shape {
        name: "json-pretty",
        kept: Kept::Date(1),
        host: true,
        fits: any,
        write: |h| {
            lines(h, |m| {
                format!(
                    "{{\n\t\"__CURSOR\" : \"s=ab3;i=1f\",\n\t\"__REALTIME_TIMESTAMP\" : \"{}\",\n\t\"SYSLOG_IDENTIFIER\" : \"{}\",\n\t\"MESSAGE\" : {},\n\t\"_HOSTNAME\" : \"core-1\",\n\t\"_PID\" : \"815\"\n}}",
                    m.time(),
                    h.program,
                    quoted(&m.journal(h.style))
                )
            })
        },
    },
    Shape {
        name: "json-pretty, time last",
        kept: Kept::Date(1),
        host: true,
        fits: any,
        write: |h| {
            lines(h, |m| {
                format!(
                    "{{\n\t\"_HOSTNAME\" : \"core-1\",\n\t\"MESSAGE\" : {},\n\t\"_PID\" : \"815\",\n\t\"__REALTIME_TIMESTAMP\" : \"{}\"\n}}",
                    quoted(&m.journal(h.style)),
                    m.time()
                )
            })
        },
    },
    Shape { name: "cat", kept: Kept::Nothing, host: false, fits: untimed, write: |h| lines(h, |m| m.journal(h.style)) },
    Shape {
        name: "export",
        kept: Kept::Date(1),
        host: true,
        fits: any,
        write: |h| {
            lines(h, |m| {
                format!(
                    "__CURSOR=s=ab3;i=1f\n__REALTIME_TIMESTAMP={}\n__MONOTONIC_TIMESTAMP=9\n_HOSTNAME=core-1\nPRIORITY=4\nSYSLOG_IDENTIFIER={}\n_PID=815\nMESSAGE={}\n",
                    m.time(),
                    h.program,
                    m.journal(h.style)
                )
            })
        },
    },
    Shape {
        name: "syslog without pid",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| lines(h, |m| format!("{} {} core-1 {}: {}", month_day(m.time()), clock(m.time(), 0), h.program, m.journal(h.style))),
    },
    Shape {
        name: "syslog with priority, RFC 5424",
        kept: Kept::Date(1),
        host: true,
        fits: any,
        write: |h| lines(h, |m| format!("<28>1 {} core-1 {} 815 - - {}", iso(m.time(), 6, "Z"), h.program, m.journal(h.style))),
    },
    Shape { name: "rsyslog's file", kept: Kept::Date(1), host: true, fits: any, write: |h| journal(h, |at| iso(at, 6, "+00:00")) },
    Shape { name: "journal with times cut by hand", kept: Kept::Day(S), host: true, fits: any, write: |h| journal(h, |at| clock(at, 0)) },
    Shape {
        name: "the journal's two prefixes, capnslog within",
        kept: Kept::Date(1),
        host: true,
        fits: dated,
        write: |h| lines(h, |m| format!("{} {} core-1 etcd-wrapper[815]: {}", month_day(m.time()), clock(m.time(), 0), m.own(h.style))),
    },
    Shape { name: "as written", kept: Kept::Date(1), host: false, fits: dated, write: |h| own(h, |line, _| line) },
    Shape {
        name: "glog as written",
        kept: Kept::NoYear(1),
        host: false,
        fits: |style| style == Style::Glog,
        write: |h| own(h, |line, _| line),
    },
    Shape {
        name: "capnslog, time only",
        kept: Kept::Day(1),
        host: false,
        fits: |style| style == Style::Capnslog,
        write: |h| own(h, |line, _| line[11..].to_owned()),
    },
    Shape {
        name: "capnslog, whole seconds, no date",
        kept: Kept::Day(S),
        host: false,
        fits: |style| style == Style::Capnslog,
        write: |h| lines(h, |m| format!("{} {}: {}", clock(m.time(), 0), m.package, m.text)),
    },
    Shape {
        name: "capnslog, no time",
        kept: Kept::Nothing,
        host: false,
        fits: |style| style == Style::Capnslog,
        write: |h| own(h, |line, _| line[27..].to_owned()),
    },
    Shape {
        name: "capnslog with its source line",
        kept: Kept::Date(1),
        host: false,
        fits: |style| style == Style::Capnslog,
        write: |h| own(h, |line, _| line.replacen(" W |", " [server.go:966] W |", 1)),
    },
    Shape {
        name: "Go's log",
        kept: Kept::Date(S),
        host: false,
        fits: |style| style == Style::Capnslog,
        write: |h| lines(h, |m| format!("{} {} {}: {}", date(m.time(), "/"), clock(m.time(), 0), m.package, m.text)),
    },
    Shape {
        name: "zap, epoch stamps",
        kept: Kept::Date(1),
        host: false,
        fits: |style| style == Style::Zap,
        write: |h| lines(h, |m| m.zap(&format!("{}.{:06}", m.time() / S, m.time() % S))),
    },
    Shape {
        name: "zap, another zone",
        kept: Kept::Date(1000),
        host: false,
        fits: |style| style == Style::Zap,
        write: |h| lines(h, |m| m.zap(&quoted(&iso(m.time() - 18_000 * S, 3, "-0500")))),
    },
    Shape {
        name: "zap console",
        kept: Kept::Date(1),
        host: false,
        fits: |style| style == Style::Zap,
        write: |h| lines(h, Message::console),
    },
    Shape {
        name: "zap console, tabs made blanks",
        kept: Kept::Date(1),
        host: false,
        fits: |style| style == Style::Zap,
        write: |h| lines(h, |m| m.console().replace('\t', "    ")),
    },
    Shape {
        name: "Docker's json-file",
        kept: Kept::Date(1),
        host: false,
        fits: any,
        write: |h| own(h, |line, at| format!(r#"{{"log":{},"stream":"stderr","time":"{}"}}"#, quoted(&(line + "\n")), iso(at, 9, "Z"))),
    },
    Shape {
        name: "docker logs -t",
        kept: Kept::Date(1),
        host: false,
        fits: any,
        write: |h| own(h, |line, at| format!("{} {line}", iso(at, 9, "Z"))),
    },
    Shape {
        name: "CRI",
        kept: Kept::Date(1),
        host: false,
        fits: any,
        write: |h| own(h, |line, at| format!("{} stderr F {line}", iso(at, 9, "Z"))),
    },
    Shape {
        name: "CRI with an offset",
        kept: Kept::Date(1),
        host: false,
        fits: any,
        write: |h| own(h, |line, at| format!("{} stderr F {line}", iso(at + 7200 * S, 9, "+02:00"))),
    },
    Shape {
        name: "CRI, lines in parts",
        kept: Kept::Date(1),
        host: false,
        fits: any,
        write: |h| {
            own(h, |line, at| {
                let (first, second) = line.split_at(line.len() / 2);
                format!("{} stderr P {first}\n{} stderr F {second}", iso(at, 9, "Z"), iso(at, 9, "Z"))
            })
        },
    },
    Shape {
        name: "kubectl logs with prefixes",
        kept: Kept::Date(1),
        host: true,
        fits: dated,
        write: |h| own(h, |line, _| format!("[pod/core-1/etcd] {line}")),
    },
    Shape {
        name: "kubectl logs with prefixes and times",
        kept: Kept::Date(1),
        host: true,
        fits: any,
        write: |h| own(h, |line, at| format!("[pod/core-1/etcd] {} {line}", iso(at, 9, "Z"))),
    },
    Shape {
        name: "docker-compose",
        kept: Kept::Date(1),
        host: true,
        fits: dated,
        write: |h| own(h, |line, _| format!("core-1  | {line}")),
    },
    Shape {
        name: "docker-compose in colours",
        kept: Kept::Date(1),
        host: true,
        fits: dated,
        write: |h| own(h, |line, _| format!("\u{1b}[36mcore-1     |\u{1b}[0m {line}")),
    },
    Shape {
        name: "svlogd's stamp",
        kept: Kept::Date(10),
        host: false,
        fits: any,
        write: |h| own(h, |line, at| format!("{}_{} {line}", date(at, "-"), clock(at, 5))),
    },
    Shape {
        name: "TAI64N",
        kept: Kept::Date(1),
        host: false,
        fits: any,
        write: |h| own(h, |line, at| format!("@4{:015x}{:08x} {line}", at / S + 10, at % S * 1000)),
    },
    Shape {
        name: "epoch seconds",
        kept: Kept::Date(S),
        host: false,
        fits: untimed,
        write: |h| lines(h, |m| format!("{} {}", m.time() / S, m.journal(h.style))),
    },
    Shape {
        name: "epoch milliseconds",
        kept: Kept::Date(1000),
        host: false,
        fits: untimed,
        write: |h| lines(h, |m| format!("{} {}", m.time() / 1000, m.journal(h.style))),
    },
    Shape {
        name: "quoted",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| short(h).lines().map(|line| format!("> {line}\n")).collect::<String>().into_bytes(),
    },
    Shape {
        name: "quoted twice",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| short(h).lines().map(|line| format!("> > {line}\n")).collect::<String>().into_bytes(),
    },
    Shape {
        name: "bullets",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| short(h).lines().map(|line| format!("- `{line}`\n")).collect::<String>().into_bytes(),
    },
    Shape {
        name: "numbered",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| short(h).lines().enumerate().map(|(at, line)| format!("{}. {line}\n", at + 1)).collect::<String>().into_bytes(),
    },
    Shape {
        name: "line numbers of an editor or grep -n",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| short(h).lines().enumerate().map(|(at, line)| format!("{}:{line}\n", at + 117)).collect::<String>().into_bytes(),
    },
    Shape {
        name: "grep over files",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| short(h).lines().map(|line| format!("/var/log/messages:{line}\n")).collect::<String>().into_bytes(),
    },
    Shape {
        name: "fenced and indented",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| format!("```\n{}```\n", short(h).lines().map(|line| format!("    {line}\n")).collect::<String>()).into_bytes(),
    },
    Shape {
        name: "an HTML page's code",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| format!("<pre><code>{}</code></pre>\n", short(h)).into_bytes(),
    },
    Shape {
        name: "colours",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| short(h).lines().map(|line| format!("\u{1b}[1;39m\u{1b}[1;33m{line}\u{1b}[0m\n")).collect::<String>().into_bytes(),
    },
    Shape {
        name: "Windows line ends",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| short(h).replace('\n', "\r\n").into_bytes(),
    },
    Shape {
        name: "UTF-8 with mark",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| format!("\u{feff}{}", short(h)).into_bytes(),
    },
    Shape {
        name: "UTF-16, little end first",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| utf16(&short(h).replace('\n', "\r\n"), u16::to_le_bytes),
    },
    Shape { name: "UTF-16, big end first", kept: Kept::NoYear(S), host: true, fits: any, write: |h| utf16(&short(h), u16::to_be_bytes) },
    Shape {
        name: "shell prompt",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| {
            format!("core@core-1 ~ $ journalctl -u {} --no-pager\n-- Logs begin at Thu 2015-10-15 09:00:01 UTC, end at Fri 2015-10-16 13:00:00 UTC. --\n{}core@core-1 ~ $ \n", h.program, short(h)).into_bytes()
        },
    },
    Shape {
        name: "tail -f over files",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| format!("==> /var/log/etcd.log <==\n{}\n==> /var/log/other.log <==\n", short(h)).into_bytes(),
    },
    Shape {
        name: "reboot marks",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| {
            format!("-- Logs begin at Thu 2015-10-15 09:00:01 UTC, end at Fri 2015-10-16 13:00:00 UTC. --\n{}-- Reboot --\n", short(h))
                .into_bytes()
        },
    },
    Shape {
        name: "journal's newer head",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| {
            format!("-- Journal begins at Thu 2015-10-15 09:00:01 UTC, ends at Fri 2015-10-16 13:00:00 UTC. --\n{}-- Boot 52c1c1b6a7de4d0c8dbb6f5a1a4dca1b --\n", short(h)).into_bytes()
        },
    },
    Shape {
        name: "newest first",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| {
            let mut all: Vec<String> = short(h).lines().map(|line| format!("{line}\n")).collect();
            all.reverse();
            all.concat().into_bytes()
        },
    },
    Shape { name: "wrapped at 80 columns", kept: Kept::NoYear(S), host: true, fits: any, write: |h| wrapped(&short(h), 80) },
    Shape { name: "wrapped at 60 columns", kept: Kept::NoYear(S), host: true, fits: any, write: |h| wrapped(&short(h), 60) },
    Shape {
        name: "as written, wrapped at 80 columns",
        kept: Kept::Date(1),
        host: false,
        fits: dated,
        write: |h| wrapped(&String::from_utf8(own(h, |line, _| line)).unwrap(), 80),
    },
    Shape {
        name: "Loki's download",
        kept: Kept::Date(1),
        host: true,
        fits: any,
        write: |h| {
            lines(h, |m| {
                format!(
                    r#"{{"line":{},"timestamp":"{}","fields":{{"hostname":"core-1","unit":"etcd.service"}}}}"#,
                    quoted(&m.journal(h.style)),
                    m.time() * 1000
                )
            })
        },
    },
    Shape {
        name: "Grafana's text",
        kept: Kept::Date(1),
        host: false,
        fits: any,
        write: |h| lines(h, |m| format!("{}\t{}\t{}", m.time() * 1000, iso(m.time(), 6, "Z"), m.journal(h.style))),
    },
    Shape {
        name: "logcli",
        kept: Kept::Date(1),
        host: false,
        fits: any,
        write: |h| lines(h, |m| format!("{} {{unit=\"etcd.service\"}} {}", iso(m.time(), 6, "Z"), m.journal(h.style))),
    },
    Shape {
        name: "Elasticsearch",
        kept: Kept::Date(1),
        host: true,
        fits: any,
        write: |h| {
            lines(h, |m| {
                format!(
                    r#"{{"_index":"logs-2015.10.16","_id":"a1","_source":{{"@timestamp":"{}","message":{},"host":{{"name":"core-1"}}}}}}"#,
                    iso(m.time(), 6, "Z"),
                    quoted(&m.journal(h.style))
                )
            })
        },
    },
    Shape {
        name: "CSV",
        kept: Kept::Date(1),
        host: true,
        fits: any,
        write: |h| {
            [
                b"@timestamp,host,message\n".to_vec(),
                lines(h, |m| format!("\"{}\",\"core-1\",\"{}\"", iso(m.time(), 6, "Z"), m.journal(h.style).replace('"', "\"\""))),
            ]
            .concat()
        },
    },
    Shape {
        name: "CSV, quoted where it must be",
        kept: Kept::Date(1),
        host: true,
        fits: any,
        write: |h| {
            lines(h, |m| {
                let message = m.journal(h.style);
                let cell = if message.contains([',', '"']) { format!("\"{}\"", message.replace('"', "\"\"")) } else { message };
                format!("{},core-1,{cell}", iso(m.time(), 6, "Z"))
            })
        },
    },
    Shape {
        name: "CSV of Kibana",
        kept: Kept::Date(1000),
        host: false,
        fits: any,
        write: |h| {
            [
                b"\"@timestamp\",message\n".to_vec(),
                lines(h, |m| format!("\"{} @ {}\",\"{}\"", "Oct 16, 2015", clock(m.time(), 3), m.journal(h.style).replace('"', "\"\""))),
            ]
            .concat()
        },
    },
    Shape {
        name: "Filebeat",
        kept: Kept::Date(1),
        host: true,
        fits: any,
        write: |h| {
            lines(h, |m| {
                format!(
                    r#"{{"@timestamp":"{}","log":{{"offset":4711,"file":{{"path":"/var/log/etcd.log"}}}},"message":{},"host":{{"name":"core-1"}}}}"#,
                    iso(m.time(), 6, "Z"),
                    quoted(&m.journal(h.style))
                )
            })
        },
    },
    Shape {
        name: "syslog-ng's JSON",
        kept: Kept::Date(S),
        host: true,
        fits: any,
        write: |h| {
            lines(h, |m| {
                format!(
                    r#"{{"PROGRAM":"{}","PID":"815","MESSAGE":{},"HOST":"core-1","ISODATE":"{}"}}"#,
                    h.program,
                    quoted(&m.journal(h.style)),
                    iso(m.time(), 0, "+00:00")
                )
            })
        },
    },
    Shape {
        name: "colours whose escapes are lost",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| short(h).lines().map(|line| line.replacen("]: ", "]: [0;1;39m", 1) + "[0m\n").collect::<String>().into_bytes(),
    },
    Shape {
        name: "colours as rsyslog escapes them",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| short(h).lines().map(|line| line.replacen("]: ", "]: #033[31m", 1) + "#033[0m\n").collect::<String>().into_bytes(),
    },
    Shape {
        name: "links of a terminal",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| {
            let linked = |line| format!("\u{1b}]8;;file://core-1/log\u{1b}\\{line}\u{1b}]8;;\u{1b}\\\n");
            short(h).lines().map(linked).collect::<String>().into_bytes()
        },
    },
    Shape {
        name: "blanks and joints of a page",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| short(h).replace(' ', "&nbsp;").replace("ea", "e\u{ad}a").into_bytes(),
    },
    Shape {
        name: "line ends in two letters",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| short(h).trim_end().replace('\n', "\\n").into_bytes(),
    },
    Shape {
        name: "Ansible's answer in one row",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| {
            let text = short(h);
            let rows: Vec<&str> = text.lines().collect();
            format!(
                r#"core-1 | SUCCESS => {{"changed": true, "stdout": {}, "stdout_lines": {}}}"#,
                quoted(text.trim_end()),
                serde_json::to_string(&rows).unwrap()
            )
            .into_bytes()
        },
    },
    Shape {
        name: "strings of one list",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| serde_json::to_string(&short(h).lines().collect::<Vec<_>>()).unwrap().into_bytes(),
    },
    Shape {
        name: "zap's objects in one list",
        kept: Kept::Date(1),
        host: false,
        fits: |style| style == Style::Zap,
        write: |h| format!("[{}]", String::from_utf8(own(h, |line, _| line)).unwrap().trim_end().replace('\n', ",")).into_bytes(),
    },
    Shape {
        name: "the day first, as RFC 1123 has it",
        kept: Kept::Date(S),
        host: true,
        fits: any,
        write: |h| journal(h, |at| format!("Fri, 16 Oct 2015 {} GMT", clock(at, 0))),
    },
    Shape {
        name: "the day first, as web servers write it",
        kept: Kept::Date(S),
        host: true,
        fits: any,
        write: |h| journal(h, |at| format!("16/Oct/2015:{} +0000", clock(at, 0))),
    },
    Shape {
        name: "the day first, in numbers",
        kept: Kept::Date(S),
        host: true,
        fits: any,
        write: |h| journal(h, |at| format!("16.10.2015 {}", clock(at, 0))),
    },
    Shape {
        name: "a French month",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| journal(h, |at| format!("oct. 16 {}", clock(at, 0))),
    },
    Shape {
        name: "a month that is not known",
        kept: Kept::Day(S),
        host: true,
        fits: any,
        write: |h| journal(h, |at| format!("жовт. 16 {}", clock(at, 0))),
    },
    Shape {
        name: "a zone that is not known",
        kept: Kept::Date(S),
        host: true,
        fits: any,
        write: |h| journal(h, |at| format!("Fri {} {} EDT", date(at, "-"), clock(at, 0))),
    },
    Shape {
        name: "grep -C, with numbers",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| short(h).lines().enumerate().map(|(at, line)| format!("{}-{line}\n", at + 117)).collect::<String>().into_bytes(),
    },
    Shape {
        name: "grep -C over files",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| short(h).lines().map(|line| format!("/var/log/the-messages-{line}\n")).collect::<String>().into_bytes(),
    },
    Shape {
        name: "words before the stamp",
        kept: Kept::NoYear(S),
        host: true,
        fits: any,
        write: |h| {
            short(h).lines().map(|line| format!("Notice: /Stage[main]/Exec[log]/returns: {line}\n")).collect::<String>().into_bytes()
        },
    },
    Shape {
        name: "keys and values",
        kept: Kept::Date(1),
        host: true,
        fits: |style| style == Style::Capnslog,
        write: |h| lines(h, |m| format!("ts={} node=core-1 unit=etcd.service msg={}", iso(m.time(), 6, "Z"), quoted(&m.journal(h.style)))),
    },
    Shape {
        name: "a stream of events",
        kept: Kept::Date(1),
        host: true,
        fits: any,
        write: |h| {
            lines(h, |m| {
                format!(
                    r#"data: {{"__REALTIME_TIMESTAMP":"{}","_HOSTNAME":"core-1","MESSAGE":{}}}{}"#,
                    m.time(),
                    quoted(&m.journal(h.style)),
                    "\n"
                )
            })
        },
    },
    Shape {
        name: "facility and severity",
        kept: Kept::Date(S),
        host: true,
        fits: any,
        write: |h| lines(h, |m| format!("{} core-1 daemon.info {}[815]: {}", iso(m.time(), 0, "Z"), h.program, m.journal(h.style))),
    },
    Shape {
        name: "a store's columns, newest first, a row for the stamp",
        kept: Kept::Date(1),
        host: false,
        fits: dated,
        write: |h| {
            let rows = own(h, |line, at| format!("Oct 16, 2015 @ {}\t{line}", clock(at, 3)));
            let mut rows: Vec<String> = String::from_utf8(rows).unwrap().lines().map(|row| row.replace('\t', "\n") + "\n").collect();
            rows.reverse();
            rows.concat().into_bytes()
        },
    },
];

// ---- what must come out --------------------------------------------------------------------------

fn read_in(bytes: &[u8], step: usize) -> LogReading {
    let mut scanner = Scanner::new(0);
    bytes.chunks(step.max(1)).for_each(|piece| scanner.push(piece));
    scanner.finish()
}

fn said(event: &Event) -> String {
    let mut values: Vec<String> = event
        .values
        .iter()
        .map(|(name, value)| match value {
            Value::Duration(micros) => format!("{name}={micros}us"),
            Value::Number(number) => format!("{name}={number}"),
            Value::Text(text) => format!("{name}={text}"),
        })
        .collect();
    values.sort();
    format!("{} {}", event.meaning.id(), values.join(" "))
}

/// The part of a moment that a shape keeps.
fn kept(micros: i64, kept: Kept) -> Option<i64> {
    match kept {
        Kept::Date(grain) | Kept::NoYear(grain) => Some(micros / grain * grain),
        Kept::Day(grain) => Some(micros % (86_400 * S) / grain * grain),
        Kept::Nothing => None,
    }
}

/// Days between the real year and the stand-in of a log without years, for this date.
fn without_year(log: &LogReading, micros: i64) -> i64 {
    if log.clock != Clock::NoYear {
        return micros;
    }
    // 1972-10-16 and 2015-10-16.
    micros + (START / (86_400 * S) - 1_019) * 86_400 * S
}

fn findings(bytes: &[u8]) -> Vec<&'static str> {
    let mut session = Session::new(Assumptions::default());
    let document = session.open(None);
    session.push(document, bytes);
    let report = session.finish();
    let mut ids: Vec<&'static str> = report.findings.into_iter().map(|finding| finding.id).collect();
    ids.sort();
    ids.dedup();
    ids
}

#[test]
fn every_shape_says_the_same() {
    let mut wrong = Vec::new();
    let mut held = 0;
    for history in HISTORIES {
        let plain = journal(history, |at| iso(at, 6, "+0000"));
        let expected: Vec<String> = read_in(&plain, usize::MAX).events.iter().map(said).collect();
        let found = findings(&plain);
        assert_eq!(expected.len(), history.messages.len(), "{}", history.name);
        for shape in SHAPES.iter().filter(|shape| (shape.fits)(history.style)) {
            held += 1;
            let bytes = (shape.write)(history);
            let log = read_in(&bytes, usize::MAX);
            let mut say = |what: &str, detail: String| wrong.push(format!("{} / {}: {what}: {detail}", history.name, shape.name));
            let events: Vec<String> = log.events.iter().map(said).collect();
            if events != expected {
                let first = events.iter().zip(&expected).position(|(a, b)| a != b).unwrap_or(events.len().min(expected.len()));
                say(
                    "events",
                    format!("{} for {}, first other: {:?} for {:?}", events.len(), expected.len(), events.get(first), expected.get(first)),
                );
                continue;
            }
            // Programs with a clock of their own keep it in any wrapping.
            let keeps = match (history.style, shape.kept) {
                (Style::Zap, Kept::NoYear(_) | Kept::Day(_)) => Kept::Date(1),
                (Style::Zap, Kept::Date(grain)) if grain != 1000 || shape.name.starts_with("CSV") => Kept::Date(1),
                (Style::Glog, Kept::NoYear(_) | Kept::Day(_)) => Kept::NoYear(1),
                (Style::Glog, Kept::Date(_)) => Kept::Date(1),
                (Style::Capnslog, Kept::Date(10)) => Kept::Date(1),
                (_, kept) => kept,
            };
            for (event, message) in log.events.iter().zip(history.messages) {
                let got = event.time.map(|time| without_year(&log, time.micros));
                let want = kept(message.time(), keeps);
                if got != want {
                    say("time", format!("{got:?} for {want:?} at {} ({:?})", event.text, event.stamp));
                    break;
                }
            }
            let hosts: Vec<&str> =
                log.events.iter().map(|event| event.host.map_or("", |host| log.hosts[usize::from(host)].as_str())).collect();
            let wanted = if shape.host { "core-1" } else { "" };
            if hosts.iter().any(|host| *host != wanted) {
                say("hosts", format!("{hosts:?}"));
            }
            let ids = findings(&bytes);
            if ids != found {
                say("findings", format!("{ids:?} for {found:?}"));
            }
            for step in [1, 7] {
                if read_in(&bytes, step) != log {
                    say("pieces", format!("of {step} bytes"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {held}:\n{}", wrong.len(), wrong.join("\n"));
}
