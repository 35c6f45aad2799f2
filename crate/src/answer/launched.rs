//! What starts etcd on these machines, what it is called there, and which commands reach it.

use crate::config::Launcher;
use crate::facts::Facts;
use crate::facts::texts::says;
use crate::log::event::{Event, LogReading, Meaning};
use crate::search;
use crate::version::version;

/// What starts etcd where it is not systemd.
pub fn launcher(facts: &Facts) -> Option<Launcher> {
    let configured = facts.configurations.iter().find_map(|configuration| configuration.cluster.launcher);
    configured.or_else(|| in_a_pod(facts).then_some(Launcher::Kubelet))
}

/// Signs of Kubernetes in what etcd logs: its keys, its files and machines, and the lines of a container's runtime
/// (kubernetes/kubernetes@v1.29.0:staging/src/k8s.io/apiserver, the prefix `/registry`; OpenShift keeps its objects below
/// `/kubernetes.io`; kubernetes/cri-api, the format of its logs: `STAMP stderr F text`).
const KUBERNETES: &[&str] = &["/registry/", "/kubernetes.io/", "kube", " stderr F "];

/// k3s and RKE2 run etcd within their own process (k3s-io/k3s: pkg/etcd).
const WITHIN_K3S: &[&str] = &["k3s", "rke2", "rancher"];

/// Of Kubernetes alone: its API server, the leases that it keeps, and the probes of its kubelet.
const OF_KUBERNETES: &[Meaning] = &[Meaning::ApiserverClient, Meaning::ApiserverGaveUp, Meaning::KubernetesLeaseLost, Meaning::ProbeFailed];

/// What kubectl says of an answer, which may be etcd's own error (kubernetes/kubernetes@v1.20.0:staging/src/k8s.io/kubectl/pkg/cmd/util/helpers.go).
fn by_kubectl(event: &Event) -> bool {
    says(event, &["Error from server"])
}

/// Lines that no journal has headed, as `kubectl logs` and `crictl logs` print them, and a sign of Kubernetes: of etcd in
/// JSON, where it speaks (judgement: a plain `docker logs` looks the same). No configuration says otherwise.
fn in_a_pod(facts: &Facts) -> bool {
    let speaks = |event: &Event| event.is_etcd_server() && !by_kubectl(event);
    let mut speaking = facts.logs.iter().filter(|log| log.events.iter().any(speaks)).peekable();
    let bare = |log: &LogReading| log.hosts.is_empty() && search::has(&log.format, "etcd JSON");
    let of_kubernetes = |event: &Event| OF_KUBERNETES.contains(&event.meaning) || by_kubectl(event);
    let is_bare = match speaking.peek() {
        Some(_) => speaking.all(bare) && facts.any_event(|event| says(event, KUBERNETES)),
        None => facts.logs.iter().all(|log| log.hosts.is_empty()) && facts.any_event(of_kubernetes),
    };
    is_bare && facts.configurations.is_empty() && !facts.has_fleet() && !facts.any_event(|event| says(event, WITHIN_K3S))
}

/// What etcd is called on these machines: its systemd unit, its data directory, its commands.
pub struct Names {
    /// systemd unit.
    pub unit: &'static str,
    /// Data directory.
    pub data: &'static str,
    /// How etcdctl is called.
    pub ctl: &'static str,
    /// Asks all members whether they are well.
    pub health: String,
}

/// The names that fit what the input shows.
pub fn names(facts: &Facts) -> Names {
    let runs = |program: &str| facts.logs.iter().any(|log| log.programs.iter().any(|seen| seen == program));
    let launcher = launcher(facts);
    // What launches pods launches etcd 3; only a service of docker-compose may be older.
    // Alerts, measurements and what clients print tell no version; without a sign of etcd 2 it is one of today.
    let of_today = || facts.configurations.is_empty() && !facts.has_fleet() && !runs("etcd2");
    let has_member_unit = facts.configurations.iter().any(|configuration| configuration.cluster.has_member_unit);
    let third = facts.etcd.map_or_else(|| has_member_unit || launcher.is_some() || of_today(), |range| range.low >= version(3, 0, 0));
    let ctl = match launcher {
        // kubernetes.io, "Operating etcd clusters for Kubernetes": kubeadm's certificates, in the pod as on the machine.
        Some(Launcher::Kubelet | Launcher::Kubeadm) => {
            "kubectl -n kube-system exec etcd-NODE -- etcdctl --cacert /etc/kubernetes/pki/etcd/ca.crt --cert /etc/kubernetes/pki/etcd/server.crt --key /etc/kubernetes/pki/etcd/server.key"
        }
        Some(Launcher::Workload) => "kubectl -n NAMESPACE exec POD -- etcdctl",
        // Red Hat's "Backing up and restoring etcd data": the pod's container of this name has the certificates set.
        Some(Launcher::OpenShift) => "oc -n openshift-etcd rsh -c etcdctl etcd-NODE etcdctl",
        Some(Launcher::Tool(tool)) => tool.ctl,
        Some(Launcher::K3s | Launcher::Installer) | None => "etcdctl",
    };
    let health = match launcher {
        // k3s ships no etcdctl, and installers differ; the API server asks etcd for all of them.
        Some(Launcher::K3s | Launcher::Installer) => String::from("kubectl get --raw /readyz/etcd"),
        // An etcd in a pod has the flags of etcd 3, as above.
        _ if third || matches!(launcher, Some(Launcher::Kubelet | Launcher::Kubeadm | Launcher::OpenShift | Launcher::Workload)) => {
            format!("{ctl} endpoint health --cluster")
        }
        _ => format!("{ctl} cluster-health"),
    };
    let (unit, data) = if runs("k3s") || launcher == Some(Launcher::K3s) {
        ("k3s", "/var/lib/rancher/k3s/server/db/etcd")
    } else if runs("etcd-wrapper") || runs("etcd-member") || has_member_unit {
        ("etcd-member", "/var/lib/etcd")
    } else if third || facts.etcd.is_some_and(|range| range.high < version(2, 0, 0)) {
        ("etcd", "/var/lib/etcd")
    } else {
        ("etcd2", "/var/lib/etcd2")
    };
    Names { unit, data, ctl, health }
}

/// Starts a member anew; nothing where that happens by itself.
pub fn restart(facts: &Facts, unit: &str) -> Option<String> {
    match launcher(facts) {
        None => Some(format!("sudo systemctl restart {unit}")),
        Some(Launcher::K3s) => Some(String::from("sudo systemctl restart k3s || sudo systemctl restart rke2-server")),
        Some(Launcher::Tool(tool)) => Some(tool.restart.to_owned()),
        Some(Launcher::Kubelet | Launcher::Kubeadm | Launcher::Installer | Launcher::Workload | Launcher::OpenShift) => None,
    }
}

/// Prints what a member logged.
pub fn log(facts: &Facts, unit: &str) -> String {
    match launcher(facts) {
        None => format!("journalctl -u {unit} --since today"),
        Some(Launcher::K3s) => String::from("journalctl -u k3s --since today"),
        Some(Launcher::Tool(tool)) => tool.log.to_owned(),
        Some(Launcher::OpenShift) => String::from("oc -n openshift-etcd logs -c etcd etcd-NODE"),
        Some(Launcher::Workload) => String::from("kubectl -n NAMESPACE logs POD"),
        Some(Launcher::Kubelet | Launcher::Kubeadm) => String::from("kubectl -n kube-system logs etcd-NODE"),
        // Of Cluster API a pod, of Talos a service of its own, of RKE a container of docker's.
        Some(Launcher::Installer) => {
            String::from("(kubectl -n kube-system logs etcd-NODE || talosctl -n NODE logs etcd || docker logs etcd 2>&1)")
        }
    }
}
