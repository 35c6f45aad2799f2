//! What starts etcd on these machines, and the unit of systemd under which the journal has its lines.

use super::Facts;
use super::texts::says;
use crate::config::Launcher;
use crate::config::tools::{COMPOSE, MICROK8S, SWARM};
use crate::log::event::{Event, LogReading, Meaning};
use crate::log::messages::signature::Program;
use crate::search;
use crate::text::DocumentId;

/// What starts etcd.
#[derive(Clone, Copy, Debug, Default)]
pub struct Started {
    /// By what, where it is not systemd.
    pub launcher: Option<Launcher>,
    /// The unit whose lines were pasted, or within which it runs.
    pub unit: Option<&'static str>,
}

/// Who heads etcd's lines in a journal, and the unit of it. k3s runs etcd within itself, RKE2 does while it starts, and k0s
/// passes on what its etcd prints (k3s-io/k3s@fe733793:pkg/daemons/executor/etcd.go, k0sproject/k0s@e981e8c6:pkg/supervisor/logwriter.go).
const UNITS: &[(&[&str], &str, Option<Launcher>)] = &[
    (&[" k3s[", " k3s: "], "k3s", Some(Launcher::K3s)),
    (&[" rke2[", " rke2: "], RKE2, Some(Launcher::K3s)),
    (&[" k0s[", " k0s: "], K0S, Some(Launcher::Installer)),
    (&[" microk8s.daemon-etcd["], "snap.microk8s.daemon-etcd", Some(Launcher::Tool(&MICROK8S))),
    (&[" etcd-wrapper[", " etcd-member["], "etcd-member", None),
    (&[" etcd2[", " etcd2: "], "etcd2", None),
    (&[" etcd["], "etcd", None),
];

/// The unit of RKE2's servers.
pub const RKE2: &str = "rke2-server";
/// The unit of k0s' controllers.
pub const K0S: &str = "k0scontroller";

/// Where etcd has its data and its certificates, by who starts it (openshift/cluster-etcd-operator@02f0c50e:bindata/etcd/pod.yaml),
/// what the members of a workload are called (kubernetes.io, "DNS for Services and Pods"), and the fork of etcd's client that k3s and
/// RKE2 are built with (k3s-io/k3s: go.mod).
const PLACES: &[(&[&str], Option<&str>, Launcher)] = &[
    (&["/rancher/k3s/"], Some("k3s"), Launcher::K3s),
    (&["/rancher/rke2/"], Some(RKE2), Launcher::K3s),
    (&["-k3s1/"], None, Launcher::K3s),
    (&["/var/lib/k0s/"], None, Launcher::Installer),
    (&["/etc/kubernetes/static-pod-certs/"], None, Launcher::OpenShift),
    (&[".svc:", ".svc.cluster.local:", "/bitnami/etcd/"], None, Launcher::Workload),
];

/// Where the files of a pod of etcd lie, by their names: what `oc adm must-gather` gathers lies by namespace
/// (openshift/must-gather: README), and the kubelet has its logs in `NAMESPACE_POD_UID` and links `POD_NAMESPACE_CONTAINER` to them
/// (kubernetes/kubernetes@v1.29.0:pkg/kubelet/kuberuntime/helpers.go, BuildPodLogsDirectory; legacy.go).
const PATHS: &[(&[&str], Launcher)] =
    &[(&["namespaces/openshift-etcd/", "openshift-etcd_etcd-"], Launcher::OpenShift), (&["kube-system_etcd-"], Launcher::Kubelet)];

/// What starts etcd, as the names of its logs tell.
pub(super) fn by_path<'a>(logs: &[LogReading], name: &dyn Fn(DocumentId) -> &'a str) -> Option<Launcher> {
    let of_etcd = logs.iter().filter(|log| log.events.iter().any(Event::is_etcd_server));
    let told = |log: &LogReading| PATHS.iter().find(|(parts, _)| search::any(name(log.document), parts));
    of_etcd.filter_map(told).map(|(_, launcher)| *launcher).next()
}

/// Where OpenShift's API servers keep their objects, instead of below `/registry`.
const OBJECTS_OF_OPENSHIFT: &[&str] = &["/kubernetes.io/", "/openshift.io/"];

/// Signs of Kubernetes in what etcd logs: its keys, its files and machines, and the lines of a container's runtime
/// (kubernetes/kubernetes@v1.29.0:staging/src/k8s.io/apiserver, the prefix `/registry`; kubernetes/cri-api, the format of
/// its logs: `STAMP stderr F text`).
const KUBERNETES: &[&str] = &["/registry/", "kube", " stderr F "];

/// Of Kubernetes alone: its API server, the leases that it keeps, and the probes of its kubelet.
const OF_KUBERNETES: &[Meaning] = &[Meaning::ApiserverClient, Meaning::ApiserverGaveUp, Meaning::KubernetesLeaseLost, Meaning::ProbeFailed];

impl Facts {
    /// What starts etcd: as a configuration says, else as the logs show.
    pub fn started(&self) -> Started {
        *self.started.get_or_init(|| started(self))
    }
}

/// How a journal, or syslog, heads a line in JSON: with a time, a machine and its program, which may have no number.
fn is_headed(text: &str) -> bool {
    search::split(text, ": {\"").is_some_and(|(head, _)| head.trim().contains(' ') && !head.contains('{'))
}

fn started(facts: &Facts) -> Started {
    let printed = |words: &[&str]| facts.any_event(|event| event.is_etcd_server() && says(event, words));
    let of_unit = UNITS.iter().find(|(words, ..)| printed(words));
    let unit = of_unit.map(|(_, unit, _)| *unit).or_else(|| told_by_systemd(facts));
    let configured = facts.configurations.iter().find_map(|configuration| configuration.cluster.launcher);
    if !facts.configurations.is_empty() || facts.has_fleet() {
        // What runs within k3s gets nothing of a unit or of variables of etcd's.
        let within = of_unit.and_then(|(_, _, launcher)| launcher.filter(|launcher| *launcher == Launcher::K3s));
        return Started { launcher: configured.or(within), unit };
    }
    if let Some((_, _, launcher)) = of_unit {
        return Started { launcher: *launcher, unit };
    }
    if let Some((_, unit, launcher)) = PLACES.iter().find(|(words, ..)| printed(words)) {
        return Started { launcher: Some(*launcher), unit: *unit };
    }
    let shown = if speaks(facts) { printing(facts) } else { asked_by_kubernetes(facts) };
    Started { launcher: facts.by_path.or(shown), unit }
}

/// The unit whose end or start systemd tells, or the kernel of its process.
fn told_by_systemd(facts: &Facts) -> Option<&'static str> {
    let is_of = |event: &Event, unit: &str| {
        let named = event.word("unit").or(event.word("name"));
        named.is_some_and(|named| named.trim_end_matches(['.', ':']).trim_end_matches(".service") == unit)
    };
    ["etcd2", "etcd-member"].into_iter().find(|unit| facts.any_event(|event| event.program() == Program::System && is_of(event, unit)))
}

/// Whether etcd itself does.
fn speaks(facts: &Facts) -> bool {
    facts.any_event(|event| event.is_etcd_server() && !by_kubectl(event) && !by_kubelet(event))
}

/// On a pod's output or a container's: lines that no journal has headed.
fn printing(facts: &Facts) -> Option<Launcher> {
    let shows = |words: &[&str]| facts.any_event(|event| says(event, words));
    let of_etcd = || facts.logs.iter().filter(|log| log.events.iter().any(Event::is_etcd_server));
    let in_json = |log: &LogReading| search::has(&log.format, "etcd JSON");
    // Another program's log may stand beside it.
    let heads = |by: Heads| facts.any_event(|event| event.is_etcd_server() && by(&event.text));
    if heads(is_headed) {
        return None;
    }
    if let Some(tool) = TOOLS.iter().find(|(by, _)| heads(*by)) {
        return Some(tool.1);
    }
    // OpenShift has its operator since its etcd prints JSON; an older one is no pod of a kubelet's that takes a manifest.
    if shows(OBJECTS_OF_OPENSHIFT) {
        return of_etcd().all(in_json).then_some(Launcher::OpenShift);
    }
    let is_bare = of_etcd().all(|log| in_json(log) || log.hosts.is_empty());
    if is_bare && shows(KUBERNETES) || heads(by_static_pod) {
        return Some(Launcher::Kubelet);
    }
    heads(|text| pod(text).is_some()).then_some(Launcher::Workload)
}

/// `kubectl logs --prefix` names the pod: `[pod/etcd-n1/etcd] ` (kubernetes/kubectl: pkg/cmd/logs/logs.go).
fn pod(text: &str) -> Option<&str> {
    text.strip_prefix("[pod/")?.split('/').next()
}

/// A kubelet names the pod of a manifest with its machine, a set its pods with numbers, and kops has a manager of its own
/// (kubernetes/kubernetes@v1.29.0:pkg/kubelet/config/common.go, generatePodName; kubernetes/kops: etcd-manager).
fn by_static_pod(text: &str) -> bool {
    let machine = pod(text).and_then(|pod| pod.strip_prefix("etcd-"));
    machine.is_some_and(|machine| !machine.starts_with("manager-") && !machine.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether something heads a line.
type Heads = fn(&str) -> bool;

/// What heads each line with the name of a service or the address of a machine.
const TOOLS: &[(Heads, Launcher)] =
    &[(by_swarm, Launcher::Tool(&SWARM)), (by_compose, Launcher::Tool(&COMPOSE)), (by_talosctl, Launcher::Installer)];

/// `etcd1-1  | ` (docs.docker.com/reference/cli/docker/compose/logs), where viewers write the number of a line. etcd's own `W | `
/// stands behind a stamp, which may be cut off.
fn by_compose(text: &str) -> bool {
    let name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'@');
    let is_service = |word: &str| word.len() > 1 && word.bytes().all(name) && word.bytes().any(|byte| byte.is_ascii_lowercase());
    search::split(text, " | ").is_some_and(|(service, _)| is_service(service.trim()))
}

/// `web_etcd.1.x7k@n1    | ` (docs.docker.com/reference/cli/docker/service/logs).
fn by_swarm(text: &str) -> bool {
    by_compose(text) && search::split(text, " | ").is_some_and(|(task, _)| task.contains('@'))
}

/// The address of the machine before each line (siderolabs/talos@09e3e39e:cmd/talosctl/cmd/talos/logs.go).
fn by_talosctl(text: &str) -> bool {
    let address = |node: &str| node.contains('.') && node.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit());
    search::split(text, ": {").is_some_and(|(node, _)| address(node))
}

/// Nothing but what Kubernetes says of its etcd, on a machine without k3s or RKE2.
fn asked_by_kubernetes(facts: &Facts) -> Option<Launcher> {
    let of_kubernetes = |event: &Event| OF_KUBERNETES.contains(&event.meaning) || by_kubectl(event) || by_kubelet(event);
    let by_k3s = |event: &Event| says(event, &["k3s", "rke2", "rancher"]);
    let is_bare = facts.logs.iter().all(|log| log.hosts.is_empty());
    (is_bare && facts.any_event(of_kubernetes) && !facts.any_event(by_k3s)).then_some(Launcher::Kubelet)
}

/// What kubectl says of an answer, which may be etcd's own error (kubernetes/kubernetes@v1.20.0:staging/src/k8s.io/kubectl/pkg/cmd/util/helpers.go).
fn by_kubectl(event: &Event) -> bool {
    says(event, &["Error from server"])
}

/// What the kubelet says of a container, also as kubectl lists it; of a probe it quotes the error (kubernetes/kubernetes@v1.29.0:
/// pkg/kubelet/prober/prober.go, pkg/kubelet/kuberuntime/kuberuntime_manager.go).
fn by_kubelet(event: &Event) -> bool {
    says(event, &[" probe failed: ", "CrashLoopBackOff", "Back-off restarting failed container"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::facts;

    const LATE: &str = r#"{"level":"warn","ts":"2024-01-10T07:55:33.433Z","caller":"etcdserver/raft.go:416","msg":"leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk","to":"63b75c3d731594fc","heartbeat-interval":"100ms","expected-duration":"200ms","exceeded-duration":"1.31s"}"#;

    /// What etcd prints of a slow request for this key.
    fn slow(key: &str) -> String {
        format!(
            r#"{{"level":"warn","ts":"2024-01-10T07:55:34.433Z","caller":"txn/util.go:93","msg":"apply request took too long","took":"310.1ms","expected-duration":"100ms","prefix":"read-only range ","request":"key:\"{key}\"","response":"size:9"}}"#
        )
    }

    #[test]
    fn logs_tell_who_starts_etcd() {
        let (pods, of_openshift) = (slow("/registry/pods"), slow("/kubernetes.io/pods"));
        let before = |head: &str, line: &str| format!("{head}{LATE}\n{head}{line}\n");
        let k0s = format!(
            "Jan 10 07:55:33 n1 k0s[85]: time=\"2024-01-10 07:55:33\" level=info msg={} component=etcd stream=stderr\n",
            serde_json::json!(LATE)
        );
        let record = |identifier: &str| {
            let record = |line: &str| serde_json::json!({"_HOSTNAME": "n1", "SYSLOG_IDENTIFIER": identifier, "__REALTIME_TIMESTAMP": "1704873333433522", "MESSAGE": line});
            format!("{}\n{}\n", record(LATE), record(&pods))
        };
        let start = r#"{"level":"info","ts":"2024-01-10T07:55:31.433Z","caller":"embed/etcd.go:309","msg":"starting an etcd server","etcd-version":"3.5.9","name":"n1","data-dir":"/var/lib/rancher/rke2/server/db/etcd","heartbeat-interval":"100ms","election-timeout":"1s"}"#;
        let capnslog = "2020-06-23 09:58:46.519513 W | etcdserver: read-only range request \"";
        let took = " \" with result \"range_response_count:1 size:7\" took too long (974.821341ms) to execute\n";
        for (log, launcher, unit) in [
            (before("Jan 10 07:55:33 n1 k3s[85]: ", &pods), Some(Launcher::K3s), Some("k3s")),
            (before("Jan 10 07:55:33 n1 rke2[85]: ", &pods), Some(Launcher::K3s), Some(RKE2)),
            (k0s, Some(Launcher::Installer), Some(K0S)),
            (
                before("Jan 10 07:55:33 n1 microk8s.daemon-etcd[85]: ", &pods),
                Some(Launcher::Tool(&MICROK8S)),
                Some("snap.microk8s.daemon-etcd"),
            ),
            (before("Jan 10 07:55:33 n1 etcd-wrapper[85]: ", &pods), None, Some("etcd-member")),
            (before("Jan 10 07:55:33 n1 etcd[85]: ", &pods), None, Some("etcd")),
            ("Jan 10 07:55:33 n1 etcd2[85]: server is likely overloaded\n".repeat(2), None, Some("etcd2")),
            (before("", &pods), Some(Launcher::Kubelet), None),
            (before("[pod/etcd-n1/etcd] ", &pods), Some(Launcher::Kubelet), None),
            // No key of Kubernetes need stand beside it.
            (format!("[pod/etcd-n1/etcd] {LATE}\n"), Some(Launcher::Kubelet), None),
            (format!("[pod/etcd-0/etcd] {LATE}\n"), Some(Launcher::Workload), None),
            (format!("[pod/web-etcd-2/etcd] {LATE}\n"), Some(Launcher::Workload), None),
            (format!("[pod/etcd-manager-main-n1/etcd-manager] {LATE}\n"), Some(Launcher::Workload), None),
            (before("", &of_openshift), Some(Launcher::OpenShift), None),
            (before("10.5.0.2: ", &pods), Some(Launcher::Installer), None),
            (before("", start), Some(Launcher::K3s), Some(RKE2)),
            (before("", &start.replace("rke2", "k3s")), Some(Launcher::K3s), Some("k3s")),
            (before("", &start.replace("/var/lib/rancher/rke2/server/db/etcd", "/bitnami/etcd/data")), Some(Launcher::Workload), None),
            (
                "2018-11-06 08:35:50.831319 W | rafthttp: health check for peer ca93d269ec463a6b could not connect: dial tcp: lookup etcd-1.etcd.web.svc:2380: no such host\n".to_owned(),
                Some(Launcher::Workload),
                None,
            ),
            ("etcd-cp2   0/1   CrashLoopBackOff   212 (2m ago)   23d\n".to_owned(), Some(Launcher::Kubelet), None),
            (
                "2m  Warning  Unhealthy  pod/etcd-cp1  Startup probe failed: Get \"http://127.0.0.1:2381/health\": dial tcp 127.0.0.1:2381: connect: connection refused\n".to_owned(),
                Some(Launcher::Kubelet),
                None,
            ),
            ("Mar 03 12:00:01 n1 systemd[1]: etcd2.service: Main process exited, code=killed, status=9/KILL\n".to_owned(), None, Some("etcd2")),
            ("Mar 03 12:00:01 n1 kernel: Out of memory: Kill process 812 (etcd2) score 912 or sacrifice child\n".to_owned(), None, Some("etcd2")),
            ("Mar 03 12:00:01 n1 systemd[1]: etcd.service: Main process exited, code=killed, status=9/KILL\n".to_owned(), None, None),
            (record("k3s"), Some(Launcher::K3s), Some("k3s")),
            (record("etcd"), None, None),
            // docker's journal names the container.
            (before("Jan 10 07:55:33 n1 4f1d0f64f326[85]: ", &pods), None, None),
            (before("", &slow("/app/x")), None, None),
            // syslog without numbers of processes, and lines that a viewer numbers.
            (before("Jan 10 07:55:33 n1 etcd: ", &pods), None, None),
            (before("   12 | ", &slow("/app/x")), None, None),
            (format!("W | etcdserver: read-only range request \"key:\\\"/app\\\"{took}"), None, None),
            (before("etcd1_1  | ", &slow("/app/x")), Some(Launcher::Tool(&COMPOSE)), None),
            (before("web_etcd.1.x7k2@n1    | ", &slow("/app/x")), Some(Launcher::Tool(&SWARM)), None),
            (format!("{capnslog}key:\\\"/registry/pods\\\"{took}"), Some(Launcher::Kubelet), None),
            (format!("Jan 10 07:55:33 n1 dockerd[85]: {capnslog}key:\\\"/registry/pods\\\"{took}"), None, None),
            (format!("[pod/etcd-n1/etcd] {capnslog}key:\\\"/registry/pods\\\"{took}"), Some(Launcher::Kubelet), None),
            (format!("{capnslog}key:\\\"/kubernetes.io/pods\\\"{took}"), None, None),
            (format!("etcd1_1  | {capnslog}key:\\\"/app\\\"{took}"), Some(Launcher::Tool(&COMPOSE)), None),
        ] {
            let started = facts(&[&log]).started();
            assert_eq!((started.launcher, started.unit), (launcher, unit), "{log}");
        }
    }

    #[test]
    fn the_path_of_a_log_tells_where_nothing_else_does() {
        let launcher = |name: &str, text: &str| {
            let document = crate::Document { name: Some(name.to_owned()), text: text.to_owned() };
            let input = crate::Input { documents: vec![document], ..crate::Input::default() };
            crate::Session::of(&input).read().started().launcher
        };
        let gathered = "must-gather.local.7/quay-io-sha256-5f/namespaces/openshift-etcd/pods/etcd-m0/etcd/etcd/logs/current.log";
        assert_eq!(launcher(gathered, LATE), Some(Launcher::OpenShift));
        assert_eq!(launcher("pods/kube-system_etcd-n1_9c2f/etcd/0.log", LATE), Some(Launcher::Kubelet));
        assert_eq!(launcher("etcd-n1_kube-system_etcd-9c2f.log", LATE), Some(Launcher::Kubelet));
        assert_eq!(launcher("etcd-n1.log", LATE), None);
        // A journal of another etcd that somebody keeps there.
        assert_eq!(launcher(gathered, &format!("Jan 10 07:55:33 n1 etcd[85]: {LATE}\n")), None);
    }

    #[test]
    fn what_heads_a_client_of_etcd_heads_no_etcd() {
        let pod = format!("{LATE}\n{}\n", slow("/registry/pods"));
        let client = "web-1  | W0110 07:55:33.433000 1 clientconn.go:1208] grpc: addrConn.createTransport failed to connect to {https://127.0.0.1:2379  <nil> 0 <nil>}. Err :connection error: desc = \"transport: Error while dialing dial tcp 127.0.0.1:2379: connect: connection refused\". Reconnecting...\n";
        let facts = facts(&[&pod, client]);
        assert!(facts.any_event(|event| event.text.starts_with("web-1")));
        assert_eq!(facts.started().launcher, Some(Launcher::Kubelet));
    }

    /// They tell nothing where a configuration does.
    #[test]
    fn a_configuration_tells_it_better() {
        let log = format!("{LATE}\n{}\n", slow("/registry/pods"));
        for (configuration, launcher) in
            [("cluster-init: true\netcd-arg:\n- heartbeat-interval=100\n", Some(Launcher::K3s)), ("ETCD_HEARTBEAT_INTERVAL=100\n", None)]
        {
            assert_eq!(facts(&[configuration, &log]).started().launcher, launcher, "{configuration}");
        }
        // But what runs within k3s takes nothing from a file of etcd's.
        let within = format!("Jan 10 07:55:33 n1 k3s[85]: {LATE}\n");
        assert_eq!(facts(&["ETCD_HEARTBEAT_INTERVAL=100\n", &within]).started().launcher, Some(Launcher::K3s));
    }
}
