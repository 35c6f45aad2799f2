//! How a line tells that it is a command, and that the command starts etcd.

use std::ops::Range;

use super::words::CONTINUES;
use crate::search;
use crate::text::lines;

/// Commands that start the one behind them.
const LAUNCHERS: [&str; 15] = [
    "exec",
    "sudo",
    "nohup",
    "env",
    "chpst",
    "setsid",
    "nice",
    "ionice",
    "gosu",
    "su-exec",
    "setuidgid",
    "s6-setuidgid",
    "envdir",
    "timeout",
    "systemd-run",
];

/// Those that want one word before it, such as a user.
const OF_AN_OPERAND: [&str; 6] = ["gosu", "su-exec", "setuidgid", "s6-setuidgid", "envdir", "timeout"];

/// Whether a word stands behind this option of theirs: sudo(8), chpst(8), nice(1), ionice(1), env(1).
fn takes_operand(option: &str) -> bool {
    matches!(option, "-u" | "-U" | "-g" | "-e" | "-c" | "-n" | "-p" | "-m" | "-o" | "-C")
}

/// Whether a repository of images is etcd's: `bitnami/etcd`, `rancher/mirrored-coreos-etcd`. What is kept beside it has names
/// of its own, like `backup-etcd`.
pub fn is_repository(name: &str) -> bool {
    let last = name.rsplit('/').next();
    last.is_some_and(|last| last == "etcd" || last.ends_with("coreos-etcd"))
}

/// Whether an image is etcd's: `bitnami/etcd:3.5`.
pub fn is_image(name: &str) -> bool {
    is_repository(name.split_at(end_of_repository(name)).0)
}

/// The same of a word among others, of which only a tag or a digest tells that it is an image.
pub fn is_tagged_image(word: &str) -> bool {
    let (repository, tag) = word.split_at(end_of_repository(word));
    is_repository(repository) && tag.len() > 1 && !search::has(repository, "http")
}

/// Where the tag or the digest of an image begins; before a port stands a host, `localhost:5000/etcd`.
fn end_of_repository(name: &str) -> usize {
    let last = name.rfind('/').map_or(0, |at| at + 1);
    name[last..].find([':', '@']).map_or(name.len(), |at| last + at)
}

/// How a command starts etcd.
pub struct Start {
    /// The end of the word `etcd` or `.../etcd`.
    pub end: usize,
    /// Whether what launches it gives it variables of its own: sudoers(5), `env_reset`; su(1), `--login`; env(1).
    pub clears: bool,
}

/// What a word of a command line may be.
#[derive(Clone, Copy, PartialEq)]
enum Expected {
    /// A command.
    Command,
    /// An option of a launcher, or the command that it starts.
    Launched,
    /// A user or a file that a launcher is told.
    Operand,
    /// An argument of another program.
    Argument,
}

/// How etcd is started, where it is a command and no argument of one: `sudo -E -u etcd env A=1 etcd`.
pub fn start_of_etcd(text: &str) -> Option<Start> {
    if !search::has(text, "etcd") {
        return None;
    }
    let (mut at, mut expected, mut launcher, mut clears, mut quoted) = (0, Expected::Command, "", false, false);
    for word in text.split_inclusive(char::is_whitespace) {
        let end = at + word.trim_end().len();
        // What a shell is given stands in quotes: `su -c "etcd --name a"`.
        let body = word.trim_end().trim_matches(if quoted { &['"', '\''][..] } else { &[] });
        at += word.len();
        let may_start = matches!(expected, Expected::Command | Expected::Launched);
        let rest = text[at..].trim_start();
        // etcd takes options alone: behind the name another word is a proxy of its or a sentence of someone who tells of it. A program
        // that changes the user is told one of this name. And a program may have such a variable: `etcd = Etcd()`.
        let tells = !word.ends_with('\n') && rest.starts_with(|first: char| first == '=' || first.is_ascii_lowercase());
        // A variable's value may end like it: `IMAGE=quay.io/coreos/etcd`.
        if may_start && is_etcd(body) && !body.contains('=') && (!tells || rest.starts_with("etcd")) {
            return Some(Start { end, clears });
        }
        if body.is_empty() && !word.ends_with('\n') || body == "\\" {
            continue;
        }
        clears = match (launcher, body) {
            _ if may_start && body == "sudo" => true,
            // A list of options may hold it, as `-nE`.
            ("sudo", option) if option.starts_with("--preserve-env") => false,
            ("sudo", option) if option.starts_with('-') && !option.starts_with("--") && option.contains('E') => false,
            ("su", "-" | "-l" | "--login") | ("env", "-" | "-i" | "--ignore-environment") => true,
            _ => clears,
        };
        quoted |= is_shell_option(body);
        expected = if word.ends_with('\n') { Expected::Command } else { behind(expected, body) };
        launcher = match expected {
            Expected::Launched | Expected::Operand if LAUNCHERS.contains(&body) => body,
            // It starts what a shell is given, and its user may have the name of a command.
            Expected::Argument if may_start && body == "su" => body,
            Expected::Command => "",
            _ => launcher,
        };
    }
    None
}

/// What may stand behind a word.
fn behind(expected: Expected, word: &str) -> Expected {
    let may_start = matches!(expected, Expected::Command | Expected::Launched);
    let is_option = expected == Expected::Launched && word.starts_with('-');
    if expected == Expected::Operand {
        Expected::Launched
    } else if may_start && OF_AN_OPERAND.contains(&word) || is_option && takes_operand(word) {
        Expected::Operand
    } else if may_start && LAUNCHERS.contains(&word) || is_option {
        Expected::Launched
    } else if is_shell_option(word)
        || matches!(word, "&&" | "||" | ";" | "then" | "do")
        || word.ends_with(';')
        // A variable before it, the name of a process in a Procfile, or the mark of a traced shell or of its prompt. Behind
        // `.PHONY:` make has names of its own.
        || may_start && (word.contains('=') || word.ends_with(':') && !word.starts_with('.') || word.bytes().all(|byte| matches!(byte, b'+' | b'$')))
    {
        Expected::Command
    } else {
        Expected::Argument
    }
}

/// Behind it a shell is given a command.
fn is_shell_option(word: &str) -> bool {
    matches!(word, "-c" | "-lc" | "/c" | "/C")
}

/// Whether a command runs etcd: `etcd`, `/usr/bin/etcd2`, `C:\etcd\etcd.exe`.
pub fn is_etcd(command: &str) -> bool {
    let folder = ["etcd", "etcd2", "etcd.exe"].iter().find_map(|name| command.strip_suffix(name));
    folder.is_some_and(|folder| matches!(folder.as_bytes().last(), None | Some(b'/' | b'\\')))
}

/// Whether a command starts a container of etcd: what stands at its end are etcd's flags. What a container of another
/// program is given may speak of it, as JSON.
pub fn runs_container(command: &str) -> bool {
    let is_json = |word: &str| search::has(word, "{\"") || search::has(word, "{\\\"");
    starts_container(command) && command.split_whitespace().any(|word| search::has(word, "etcd") && !is_json(word))
}

/// Whether a command starts any container: the variables around it do not reach what runs inside.
pub fn starts_container(command: &str) -> bool {
    search::any(command, &CONTAINERS) || search::has(command, "rkt run")
}

/// What starts a container that is handed variables by `-e`.
pub const CONTAINERS: [&str; 3] = ["docker run", "podman run", "nerdctl run"];

/// Whether a command that starts a container hands on what does not stand here: a file, the whole environment, options
/// that a variable holds.
pub fn hands_more(command: &str) -> bool {
    let more = |word: &str| word.starts_with('$') || search::has(word, "ETCD*");
    hands_file(command) || command.split_whitespace().any(|word| more(word.trim_start_matches(['"', '\''])))
}

/// Whether it hands on a file of variables, or all that it has itself.
pub fn hands_file(command: &str) -> bool {
    search::any(command, &["--env-file", "--env-host", "--inherit-env"])
}

/// The commands of a text, each with all lines that it goes on over and without the blanks behind it.
pub fn each_command(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut from) = (Vec::new(), 0);
    for (at, line) in lines(text) {
        let (body, next) = (line.trim_end(), at + line.len());
        if !body.ends_with(CONTINUES) || next == text.len() {
            found.push(from..at + body.len());
            from = next;
        }
    }
    found
}

/// A row of a table, or of a box drawn with letters. A process of a tree of them, as `systemctl status` prints, is none.
pub fn is_drawn(line: &str) -> bool {
    let is_line = |letter: char| ('\u{2500}'..'\u{2580}').contains(&letter);
    let number = line.trim_start_matches(is_line);
    let is_process = number.trim_start_matches(|first: char| first.is_ascii_digit()).starts_with(' ') && !number.starts_with(' ');
    line.starts_with(|first: char| first == '|' || is_line(first)) && !is_process
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_behind_a_word_of_make_start_nothing() {
        assert!(start_of_etcd(".PHONY: etcd test").is_none());
        assert!(start_of_etcd("member: etcd --name a").is_some());
    }

    #[test]
    fn a_sentence_that_begins_with_its_name_starts_nothing() {
        for text in
            ["etcd keeps ending - what can I do?", "etcd health check failed: sudo -E etcdctl", "etcd gateway start", "etcd = Etcd()"]
        {
            assert!(start_of_etcd(text).is_none(), "{text}");
        }
        for text in ["etcd", "etcd $OPTS", "su-exec etcd etcd -name a", "etcd \\\n  --name a", "exec etcd\nexit 0", "etcd > /x/log"] {
            assert!(start_of_etcd(text).is_some(), "{text}");
        }
    }

    #[test]
    fn what_is_kept_beside_etcd_is_no_etcd() {
        for image in ["etcd", "bitnami/etcd:3.5", "localhost:5000/etcd", "quay.io/coreos/etcd:v3@sha256:ab", "$X/etcd:${TAG:-3}"] {
            assert!(is_image(image), "{image}");
        }
        assert!(!["example/backup-etcd:3", "example/etcd-backup", "etcd/backup:3"].into_iter().any(is_image));
        for word in ["rancher/mirrored-coreos-etcd:v3", "docker://quay.io/coreos/etcd:v2.3.8", "etcd@sha256:ab"] {
            assert!(is_tagged_image(word), "{word}");
        }
        assert!(!["etcd", "etcd:", "quay.io/coreos/etcd", "http://etcd:2379", "/usr/bin/etcd"].into_iter().any(is_tagged_image));
    }

    #[test]
    fn a_container_of_another_program_is_none_of_etcd() {
        assert!(runs_container("docker run -d \"quay.io/coreos/etcd:${TAG}\""));
        assert!(!runs_container("docker run curl -d \"{\\\"services\\\":{\\\"etcd\\\":{}}}\" https://192.0.2.1"));
    }

    #[test]
    fn what_starts_etcd_may_have_options() {
        for (command, starts) in [
            ("sudo -E -u etcd etcd --name a", true),
            ("sudo -u etcd \\\n  /usr/bin/etcd --name a", true),
            ("exec chpst -u etcd:etcd -e ./env /usr/local/bin/etcd", true),
            ("nohup nice -n 5 env A=1 etcd", true),
            ("gosu etcd etcd --name a", true),
            ("su - etcd -c \"nohup etcd --name a &\"", true),
            ("sh -c 'exec etcd'", true),
            ("sudo -u etcd mkdir /x", false),
            ("gosu etcd mkdir etcd", false),
            ("chown -R etcd  etcd", false),
            ("etcd = Etcd(config)", false),
            ("IMAGE=quay.io/coreos/etcd", false),
            ("$ etcd --name a", true),
            ("A=/x/etcd etcd", true),
            ("systemd-run --unit=etcd -p Nice=5 --setenv=A=1 /usr/bin/etcd", true),
            ("mv -u etcd /usr/bin/etcd", false),
        ] {
            assert_eq!(start_of_etcd(command).is_some(), starts, "{command}");
        }
    }
}
