//! How a line tells that it is a command, and that the command starts etcd.

/// Commands that start the one behind them.
const STARTERS: [&str; 14] = [
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
];

/// Those that want one word before it, such as a user.
const OF_AN_OPERAND: [&str; 6] = ["gosu", "su-exec", "setuidgid", "s6-setuidgid", "envdir", "timeout"];

/// Whether a word stands behind this option of theirs: sudo(8), chpst(8), nice(1), ionice(1), env(1).
fn takes_operand(option: &str) -> bool {
    matches!(option, "-u" | "-U" | "-g" | "-e" | "-c" | "-n" | "-p" | "-m" | "-o" | "-C")
}

/// The end of the word `etcd` or `.../etcd` where it is a command and no argument of one.
pub fn etcd_word(text: &str) -> Option<usize> {
    let (mut at, mut command, mut options, mut operand, mut quoted) = (0, true, false, false, false);
    for word in text.split_inclusive(char::is_whitespace) {
        let end = at + word.trim_end().len();
        // What a shell is given stands in quotes: `su -c "etcd --name a"`.
        let body = word.trim_end().trim_matches(if quoted { &['"', '\''][..] } else { &[] });
        let proxy = || text[at + word.len()..].trim_start().starts_with("grpc-proxy");
        if command && !operand && matches!(body.rsplit('/').next(), Some("etcd" | "etcd2")) && !proxy() {
            return Some(end);
        }
        at += word.len();
        if body.is_empty() && !word.ends_with('\n') || body == "\\" {
            continue;
        }
        let shell = matches!(body, "-c" | "-lc");
        quoted |= shell;
        // `sudo -E`, `chpst -u etcd:etcd -e ./env`: what stands before the command, and whether a user or a file is next.
        let starter = command && STARTERS.contains(&body);
        let is_option = options && body.starts_with('-');
        let is_operand = std::mem::replace(&mut operand, starter && OF_AN_OPERAND.contains(&body) || is_option && takes_operand(body));
        options = starter || options && (is_option || is_operand);
        command = options
            || shell
            || matches!(body, "&&" | "||" | ";" | "then" | "do")
            || body.ends_with(';')
            // A variable before it, the name of a process in a Procfile, or the mark of a traced shell.
            || (command && (body.contains('=') || body.ends_with(':') || body.bytes().all(|byte| byte == b'+')))
            || (word.ends_with('\n') && body != "\\");
    }
    None
}

/// Whether a command starts a container of etcd: what stands at its end are etcd's flags.
pub fn runs_container(command: &str) -> bool {
    command.contains("etcd") && starts_container(command)
}

/// Whether a command starts any container: the variables around it do not reach what runs inside.
pub fn starts_container(command: &str) -> bool {
    CONTAINERS.iter().any(|run| command.contains(run)) || command.contains("rkt run")
}

/// What starts a container that is handed variables by `-e`.
pub const CONTAINERS: [&str; 3] = ["docker run", "podman run", "nerdctl run"];

/// Whether a command that starts a container hands on what does not stand here: a file, the whole environment, options
/// that a variable holds.
pub fn hands_more(command: &str) -> bool {
    let more =
        |word: &str| ["--env-file", "--env-host", "--inherit-env", "$"].iter().any(|lead| word.starts_with(lead)) || word.contains("ETCD*");
    command.split_whitespace().any(|word| more(word.trim_start_matches(['"', '\''])))
}

/// A row of a table, or of a box drawn with letters.
pub fn is_drawn(line: &str) -> bool {
    line.starts_with(|first: char| first == '|' || ('\u{2500}'..'\u{2580}').contains(&first))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("mv -u etcd /usr/bin/etcd", false),
        ] {
            assert_eq!(etcd_word(command).is_some(), starts, "{command}");
        }
    }
}
