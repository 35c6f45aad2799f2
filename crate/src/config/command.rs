//! How a line tells that it is a command, and that the command starts etcd.

/// The end of the word `etcd` or `.../etcd` where it is a command and no argument of one.
pub fn etcd_word(text: &str) -> Option<usize> {
    let (mut at, mut command) = (0, true);
    for word in text.split_inclusive(char::is_whitespace) {
        let body = word.trim_end();
        let proxy = || text[at + word.len()..].trim_start().starts_with("grpc-proxy");
        if command && matches!(body.rsplit('/').next(), Some("etcd" | "etcd2")) && !proxy() {
            return Some(at + body.len());
        }
        at += word.len();
        command = matches!(body, "exec" | "sudo" | "nohup" | "env" | "&&" | "||" | ";" | "then" | "do" | "")
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
    ["docker run", "podman run", "nerdctl run", "rkt run"].iter().any(|run| command.contains(run))
}

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
