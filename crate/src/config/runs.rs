//! What starts etcd from a text that names no launcher of Kubernetes.

use super::configuration::{Launcher, Source};
use super::sources::program::{MOST_LOOKS, NIXOS};
use super::syntax::command::start_of_etcd;
use super::tools::{DOCKER, MICROK8S, NOMAD, PROCFILE, SENSU, SERVICE, SUPERVISOR, Tool};
use crate::search;
use crate::text::floor;

/// What starts etcd from such a text, where it is not systemd.
pub fn launcher_of(source: Source, text: &str) -> Option<Launcher> {
    if source == Source::Program && is_installed(text) { Some(Launcher::Installer) } else { tool_of(source, text).map(Launcher::Tool) }
}

/// Whether a program has a timer of etcd in a map of arguments, as Terraform, Pulumi and Go have those of RKE, Talos and Cluster
/// API: none of them runs etcd as a unit of systemd's. A list of that name, or another component's map, tells nothing; NixOS
/// runs a unit.
fn is_installed(text: &str) -> bool {
    /// A map of arguments is not longer.
    const LONGEST_MAP: usize = 2000;
    let has_timer = |from: usize| {
        let rest = text[from..floor(text, from + LONGEST_MAP)].trim_start_matches(['"', '\'']);
        let is_assigned = |to: &str| to.contains(['=', ':']) && !to.contains(['\n', ';', '"', '\'', ')']);
        let opened = search::split(rest, "{").filter(|(before, _)| is_assigned(before));
        let inside = opened.map_or("", |(_, inside)| inside);
        let mut open = 1;
        let end = inside.bytes().position(|byte| {
            open += i32::from(byte == b'{') - i32::from(byte == b'}');
            open == 0
        });
        search::any(&inside[..end.unwrap_or(inside.len())], &["heartbeat-interval", "election-timeout"])
    };
    let maps = ["extra_args", "extraArgs", "ExtraArgs"];
    !search::has(text, NIXOS) && maps.iter().any(|name| search::places(text, name).take(MOST_LOOKS).any(|at| has_timer(at + name.len())))
}

fn tool_of(source: Source, text: &str) -> Option<&'static Tool> {
    match source {
        Source::DropIn if search::has(text, "[program:") => Some(&SUPERVISOR),
        Source::Program | Source::Environment if search::has(text, "task \"") && search::has(text, "driver") => Some(&NOMAD),
        // docs.docker.com/reference/api/engine: POST /containers/create, and what Terraform calls it.
        Source::Program if search::any(text, &["createContainer", "\"docker_container\""]) => Some(&DOCKER),
        Source::Flags if search::has(text, "${SNAP") => Some(&MICROK8S),
        Source::Flags if is_procfile(text) => Some(&PROCFILE),
        Source::Fragment if search::has(text, "/sensu") => Some(&SENSU),
        Source::Flags | Source::Environment if of_service(text) => Some(&SERVICE),
        Source::Flags | Source::Environment | Source::Program if is_dockerfile(text) => Some(&DOCKER),
        _ => None,
    }
}

/// Whether a text is a Dockerfile: nothing but comments and `ARG` may stand before its `FROM`
/// (docs.docker.com/reference/dockerfile, FROM).
fn is_dockerfile(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with(['#', ' ', '\t']) && !line.starts_with("ARG "));
    first.is_some_and(|line| line.starts_with("FROM "))
}

/// Whether each line has a process with the command that starts it, and more than one does: `command: etcd …` alone stands in
/// many a file.
fn is_procfile(text: &str) -> bool {
    let named = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let lines = || text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let process = |line: &str| search::split(line, ": ").filter(|(name, _)| named(name)).is_some();
    let runs_etcd = |line: &str| search::split(line, ": ").is_some_and(|(_, command)| start_of_etcd(command).is_some());
    lines().all(process) && lines().count() > 1 && lines().any(runs_etcd)
}

/// Whether a service of OpenRC, FreeBSD or upstart is set so, or runit or daemontools run it. Other texts have such words
/// further on in a line, as in a comment.
fn of_service(text: &str) -> bool {
    let begins =
        |line: &str| ["command_args=", "etcd_flags=", "start on ", "chpst ", "exec chpst "].iter().any(|word| line.starts_with(word));
    text.lines().any(|line| begins(line.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_etcd_of_its_own_is_started_anew() {
        let restarts =
            |text: &str| crate::config::read(0, text).and_then(|read| read.cluster.launcher).map(|launcher| format!("{launcher:?}"));
        let etcd = "etcd1: bin/etcd --name a --election-timeout=2000\n";
        let procfile = restarts(&format!("# three\n{etcd}web: bin/web\n")).expect("a Procfile");
        assert!(procfile.contains("goreman"), "{procfile}");
        let sensu = restarts("state-dir: /var/lib/sensu/backend\netcd-election-timeout: 2000\n").expect("of Sensu");
        assert!(sensu.contains("sensu-backend"), "{sensu}");
        assert_eq!(restarts("etcd --name a --election-timeout=2000\n"), None);
        for other in [etcd.replace("etcd1", "command"), format!("As we run it:\n{etcd}"), format!("{etcd}    cpu: 2\n")] {
            assert_eq!(restarts(&other), None, "{other}");
        }
    }

    /// docs.siderolabs.com/talos, "talosctl": a machine of Talos has no systemctl. Of RKE etcd is a container.
    #[test]
    fn what_an_installer_runs_is_no_unit() {
        let installed = |text: &str| crate::config::read(0, text).expect("a configuration").cluster.launcher;
        let talos = "const patch = { cluster: { etcd: { extraArgs: {\n  \"election-timeout\": \"5000\",\n} } } };\n";
        assert_eq!(installed(talos), Some(Launcher::Installer));
        let rke = "resource \"rke_cluster\" \"a\" {\n  services {\n    etcd {\n      extra_args = {\n        election-timeout = \"5000\"\n      }\n    }\n  }\n}\n";
        assert_eq!(installed(rke), Some(Launcher::Installer));
        let nixos = "services.etcd.extraConf.ELECTION_TIMEOUT = \"2000\";\nservices.web.extraArgs = [ \"-v\" ];\n";
        assert_eq!(installed(nixos), None);
        let started = "function start(extraArgs) {\n  spawn('etcd', ['--election-timeout', '5000', ...extraArgs]);\n}\n";
        assert_eq!(installed(started), None);
        let beside = "kubelet_extra_args = { max-pods = \"50\" }\nenvironment = {\n  ETCD_HEARTBEAT_INTERVAL = \"500\"\n  ETCD_ELECTION_TIMEOUT = \"5000\"\n}\n# not heartbeat-interval\n";
        assert_eq!(installed(beside), None);
        let kubekey = "apiVersion: kubekey.kubesphere.io/v1\nkind: Config\nspec:\n  etcd:\n    env:\n      election_timeout: 5000\n";
        for text in [
            kubekey.to_owned(),
            kubekey.replace("v1\nkind: Config", "v1alpha2\nkind: Cluster").replace("env:\n      election_timeout", "electionTimeout"),
        ] {
            assert_eq!(installed(&text), None, "{text}");
            assert_eq!(installed(&text.replace("etcd:", "etcd:\n    type: kubeadm")), Some(Launcher::Kubeadm), "{text}");
        }
        let made = "docker.createContainer({ Env: [\n  'ETCD_HEARTBEAT_INTERVAL=500',\n  'ETCD_ELECTION_TIMEOUT=5000',\n] });\n";
        assert_eq!(installed(made), Some(Launcher::Tool(&DOCKER)));
    }

    #[test]
    fn a_dockerfile_begins_with_its_image() {
        let docker = |text: &str| tool_of(Source::Environment, text).is_some();
        assert!(docker("# syntax=docker/dockerfile:1\nARG TAG=v3.5.7\nFROM quay.io/coreos/etcd:$TAG\nENV ETCD_ELECTION_TIMEOUT=1000\n"));
        let command = "FROM quay.io/coreos/etcd:v3.5.7\nCMD [\"etcd\", \"--election-timeout=1000\"]\n";
        assert!(tool_of(Source::Program, command).is_some());
        assert!(!docker("ETCD_ELECTION_TIMEOUT=1000\npsql -c 'SELECT name\nFROM members'\n"));
    }
}
