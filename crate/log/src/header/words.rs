//! The words of a header, one by one.

/// A name of a machine, of a pod or of a container.
pub(super) fn is_name(word: &str) -> bool {
    word.len() < 80 && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._:/[]()".contains(&byte))
}

pub(super) fn skip_decoration(line: &str, from: usize, limit: usize) -> usize {
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

pub(super) fn word(text: &str) -> &str {
    // A byte of a character beyond ASCII may belong to a blank: then all characters are looked at.
    let end = text.bytes().position(|byte| byte <= b' ' || byte == b'|' || !byte.is_ascii()).unwrap_or(text.len());
    let rest = text[end..].find(|c: char| c.is_whitespace() || c == '|').unwrap_or(text.len() - end);
    &text[..end + rest]
}

pub(super) enum Part<'a> {
    /// `raft2026/11/22 ...`: the classic raft logger glues its name to the stamp.
    Raft(usize),
    Program(&'a str),
    Source(&'a str),
    Host(&'a str),
    Level,
    Other,
}

pub(super) fn classify<'a>(word: &'a str, after: &str) -> Part<'a> {
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
            | "warning"
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
pub(super) fn program(word: &str) -> Option<&str> {
    const KNOWN: &[&str] = &[
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
        "patroni",
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
