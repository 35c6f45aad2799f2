//! What tools put before a line of another program.

use super::words::{is_name, skip_decoration, word};
use crate::search;
use crate::time::{Clock, stamp};

/// What tools put before each line: the length of a tag (`<28>`, `<pre><code>`), of a number
/// (`12. `, `117:`), of the kernel's seconds since the boot (`[    0.257977]`) or of a file's name before a stamp
/// (`/var/log/messages:`).
pub(super) fn marking(text: &str) -> Option<usize> {
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

/// The name of a node before etcd's JSON: talosctl puts the node before each line
/// (siderolabs/talos@09e3e39:cmd/talosctl/cmd/talos/logs.go), stern the pod and its container (stern/stern: README,
/// `--template`).
pub(super) fn before_json<'a>(word: &'a str, after: &str) -> Option<&'a str> {
    let node = if after.starts_with(" {\"") { word.strip_suffix(':') } else { Some(word).filter(|_| after.starts_with(" etcd {\"")) };
    node.filter(|name| name.contains(|c: char| c == '.' || c.is_ascii_digit()))
}

/// How much stands before a stamp and belongs to it: the name of etcd's classic raft logger, or the level of the plain lines that etcd's
/// gRPC writes between the JSON.
fn glued(text: &str) -> usize {
    match text {
        _ if text.starts_with("raft2") => 4,
        _ if text.starts_with("WARNING: 2") => 9,
        _ => 0,
    }
}

/// Whether a namespace stood before this, as stern puts it before the pod and its container: `kube-system etcd-1 etcd 2015-...`.
pub(super) fn before_pod(after: &str) -> bool {
    let pod = word(after.trim_start_matches(' '));
    let Some((_, rest)) = after.split_at_checked(1 + pod.len()) else { return false };
    let message = rest.strip_prefix(" etcd ");
    is_name(pod) && pod.contains('-') && message.is_some_and(|text| text.starts_with("{\"") || stamp(&text[glued(text)..]).is_some())
}

/// Names of a machine, a pod, a container, and then a dated stamp: `core-1: 2015-...`, `core-1 etcd 2015-...`;
/// etcd's tests put member and process into brackets before it: `(member-2) (19803): raft 2024/...`; talosctl facility and
/// level of the kernel's log: `192.0.2.8: user: warning: [2024-...]: `.
/// The length up to the stamp. `ends` says that no message follows the text: a stamp at its end is the date of an article or
/// of a form, and what stands before it its key.
pub(super) fn before_stamp(text: &str, ends: bool) -> Option<usize> {
    let mut at = 0;
    let kernel = search::has(text, ": [20");
    for _ in 0..2 + usize::from(text.starts_with('(') || kernel) {
        let name = word(&text[at..]);
        at = skip_decoration(text, at + name.len(), text.len());
        if !is_name(name) || at >= text.len() {
            return None;
        }
        let glued = if kernel && text[at..].starts_with('[') { 1 } else { glued(&text[at..]) };
        if let Some(read) = stamp(&text[at + glued..]).filter(|read| read.clock != Clock::TimeOfDay) {
            return (!ends || !text[at + glued + read.length..].trim().is_empty()).then_some(at);
        }
    }
    None
}
