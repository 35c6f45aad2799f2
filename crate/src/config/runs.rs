//! What starts etcd from a text that names no launcher of Kubernetes.

use super::configuration::Source;
use super::tools::{DOCKER, MICROK8S, NOMAD, SERVICE, SUPERVISOR, Tool};
use crate::search;

/// What starts etcd from such a text, where it is neither systemd nor Kubernetes.
pub fn tool_of(source: Source, text: &str) -> Option<&'static Tool> {
    match source {
        Source::DropIn if search::has(text, "[program:") => Some(&SUPERVISOR),
        Source::Program | Source::Environment if search::has(text, "task \"") && search::has(text, "driver") => Some(&NOMAD),
        Source::Flags if search::has(text, "${SNAP") => Some(&MICROK8S),
        Source::Flags | Source::Environment if of_service(text) => Some(&SERVICE),
        // A Dockerfile.
        Source::Flags | Source::Environment if text.lines().any(|line| line.starts_with("FROM ")) => Some(&DOCKER),
        _ => None,
    }
}

/// Whether a service of OpenRC, FreeBSD or upstart is set so, or runit or daemontools run it. Other texts have such words
/// further on in a line, as in a comment.
fn of_service(text: &str) -> bool {
    let begins =
        |line: &str| ["command_args=", "etcd_flags=", "start on ", "chpst ", "exec chpst "].iter().any(|word| line.starts_with(word));
    text.lines().any(|line| begins(line.trim_start()))
}
