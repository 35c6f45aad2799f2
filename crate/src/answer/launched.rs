//! What etcd is called where it was started, and which commands reach it.

use crate::config::{Cluster, Launcher};
use crate::facts::Facts;
use crate::facts::fleet::FLEETCTL;
use crate::facts::started::{K0S, RKE2};
use crate::log::event::{Clock, Meaning};
use crate::units::{S, minute};
use crate::version::version;

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
    let started = facts.started();
    let launcher = started.launcher;
    // What launches pods launches etcd 3; only a service of docker-compose may be older.
    // Alerts, measurements, what clients print and most files tell no version; without a sign of etcd 2 it is one of today.
    // Behind fleetctl stands an etcd that fleet can speak to, of 2 or earlier.
    let of_fleet = || facts.has_fleet() || facts.events_of(FLEETCTL).chain(facts.events_of(&[Meaning::ClientHttp500])).next().is_some();
    let sets_up = |unit: fn(&Cluster) -> bool| facts.configurations.iter().any(|configuration| unit(&configuration.cluster));
    let is_named = || sets_up(|cluster| cluster.has_etcd2_unit) || started.unit == Some("etcd2");
    let of_today = || !of_fleet() && !is_named() && !facts.configures_etcd_04();
    let has_member_unit = sets_up(|cluster| cluster.has_member_unit);
    let of_second = || facts.etcd.is_some_and(|range| range.low >= version(2, 0, 0) && range.high < version(3, 0, 0));
    let third = facts.etcd.map_or_else(|| has_member_unit || launcher.is_some() || of_today(), |range| range.low >= version(3, 0, 0));
    let ctl = match launcher {
        // kubernetes.io, "Operating etcd clusters for Kubernetes": kubeadm's certificates, in the pod as on the machine. kubectl
        // would ask the API server, which waits for etcd; and who changes a manifest is on its machine.
        Some(Launcher::Kubelet | Launcher::Kubeadm) => {
            "sudo crictl exec $(sudo crictl ps -q --name etcd) etcdctl --cacert /etc/kubernetes/pki/etcd/ca.crt --cert /etc/kubernetes/pki/etcd/server.crt --key /etc/kubernetes/pki/etcd/server.key"
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
    let unit = started.unit.unwrap_or(if launcher == Some(Launcher::K3s) {
        "k3s"
    } else if has_member_unit {
        "etcd-member"
    } else if !third && !facts.configures_etcd_04() && (of_second() || !of_today()) {
        // CoreOS alone calls it so.
        "etcd2"
    } else {
        "etcd"
    });
    let data = match unit {
        "k3s" => "/var/lib/rancher/k3s/server/db/etcd",
        RKE2 => "/var/lib/rancher/rke2/server/db/etcd",
        K0S => "/var/lib/k0s/etcd",
        "etcd2" => "/var/lib/etcd2",
        _ => "/var/lib/etcd",
    };
    Names { unit, data, ctl, health }
}

/// Whether systemd starts etcd, or the process within which it runs, and the journal has its lines. RKE2 lets the kubelet run it
/// as a static pod (docs.rke2.io/architecture).
fn in_journal(facts: &Facts) -> bool {
    let started = facts.started();
    match started.launcher {
        None => true,
        Some(Launcher::K3s) => started.unit != Some(RKE2),
        launcher => launcher == Some(Launcher::Installer) && started.unit.is_some(),
    }
}

/// Starts a member anew; nothing where that happens by itself.
pub fn restart(facts: &Facts, unit: &str) -> Option<String> {
    let started = facts.started();
    match started.launcher {
        Some(Launcher::K3s) if started.unit.is_none() => {
            Some(String::from("sudo systemctl restart k3s || sudo systemctl restart rke2-server"))
        }
        Some(Launcher::K3s) => Some(format!("sudo systemctl restart {unit}")),
        Some(Launcher::Tool(tool)) => Some(tool.restart.to_owned()),
        _ => in_journal(facts).then(|| format!("sudo systemctl restart {unit}")),
    }
}

/// Prints what a member logged, with the times of its container where it runs in one.
pub fn log(facts: &Facts, unit: &str) -> String {
    if in_journal(facts) {
        let journal = format!("journalctl -u {unit} --since today");
        // A file of k3s may as well be RKE2's, whose etcd is a pod (docs.rke2.io/reference/logging).
        let either = facts.started().launcher == Some(Launcher::K3s) && facts.started().unit.is_none();
        return if either { format!("(kubectl -n kube-system logs --timestamps etcd-NODE || {journal})") } else { journal };
    }
    String::from(match facts.started().launcher {
        Some(Launcher::Tool(tool)) => tool.log,
        Some(Launcher::OpenShift) => "oc -n openshift-etcd logs -c etcd --timestamps etcd-NODE",
        Some(Launcher::Workload) => "kubectl -n NAMESPACE logs --timestamps POD",
        // Of Cluster API a pod, of Talos a service of its own, of RKE a container of docker's, of k0s a part of it.
        Some(Launcher::Installer) => {
            "(kubectl -n kube-system logs --timestamps etcd-NODE || talosctl -n NODE logs etcd || docker logs -t etcd 2>&1 || journalctl -u k0scontroller --since today)"
        }
        _ => "kubectl -n kube-system logs --timestamps etcd-NODE",
    })
}

/// How this etcd is looked at: by the journal, or by what holds its container. The container's own tool answers also
/// while the API server, which kubectl asks, waits for etcd.
pub struct AtHand {
    /// Whether it runs.
    pub status: String,
    /// Its last lines.
    pub last: String,
    /// The minutes of the log.
    pub minutes: String,
    /// A day.
    pub day: String,
    /// Whether fleet may run beside it.
    pub journal: bool,
}

/// The same of this unit.
pub fn at_hand(facts: &Facts, unit: &str) -> AtHand {
    if in_journal(facts) {
        let when = times_of_log(facts);
        let of_last = when.as_deref().unwrap_or("--since today");
        let of_log = when.as_deref().unwrap_or("--since '1 hour ago'");
        return AtHand {
            status: format!("systemctl status {unit}"),
            last: format!("journalctl -u {unit} {of_last} | tail -n 100"),
            minutes: format!("journalctl -u {unit} -o short-precise {of_log}"),
            day: format!("journalctl -u {unit} -o short-precise --since yesterday"),
            journal: true,
        };
    }
    let log = log(facts, unit);
    let (status, last) = match facts.started().launcher {
        Some(Launcher::Tool(tool)) => (tool.log, None),
        Some(Launcher::OpenShift) => ("oc -n openshift-etcd get pods -l app=etcd", None),
        Some(Launcher::Workload) => ("kubectl -n NAMESPACE get pods", None),
        Some(Launcher::Installer) => {
            ("(sudo crictl ps -a --name etcd || talosctl -n NODE service etcd || docker ps -a --filter name=etcd)", None)
        }
        _ => ("sudo crictl ps -a --name etcd", Some("sudo crictl logs --tail 100 $(sudo crictl ps -aq --name etcd | head -n 1)")),
    };
    AtHand {
        status: status.to_owned(),
        last: last.map_or_else(|| format!("{log} | tail -n 100"), str::to_owned),
        minutes: log.clone(),
        day: log,
        journal: false,
    }
}

/// A minute more on both sides of what the logs cover, as journalctl takes it; nothing where a log has no dates. A year
/// that no log says is left to be filled in.
pub fn times_of_log(facts: &Facts) -> Option<String> {
    const AROUND: i64 = 60 * S;
    let logs = || facts.judged_logs().filter(|log| log.first.is_some());
    if logs().any(|log| log.clock < Clock::NoYear) {
        return None;
    }
    let (first, last) = facts.log_ends()?;
    // Stamps without a zone are the machine's own time, as journalctl takes it; the others were brought to UTC.
    let zone = if logs().all(|log| log.zoned) { " UTC" } else { "" };
    let dated = logs().any(|log| log.clock == Clock::Full);
    let moment = |time| if dated { minute(time) } else { format!("YYYY{}", &minute(time)[4..]) };
    Some(format!("--since '{}{zone}' --until '{}{zone}'", moment(first - AROUND), moment(last + 2 * AROUND)))
}

#[cfg(test)]
mod tests {
    use super::names;
    use crate::rules::testing::facts;

    /// CoreOS alone calls a unit etcd2; members may have that name anywhere.
    #[test]
    fn the_unit_is_that_of_the_file() {
        let unit = |text: &str| names(&facts(&[text])).unit;
        let service =
            |program: &str| format!("[Service]\nExecStart={program} --name etcd2 --heartbeat-interval=500 --election-timeout=2000\n");
        assert_eq!(unit(&service("/usr/local/bin/etcd")), "etcd");
        assert_eq!(unit(&service("/usr/bin/etcd2")), "etcd2");
        assert_eq!(unit("ETCD_NAME=etcd2\nETCD_HEARTBEAT_INTERVAL=500\nETCD_ELECTION_TIMEOUT=2000\n"), "etcd");
        assert_eq!(unit("#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 500\n    election-timeout: 2000\n"), "etcd2");
        assert_eq!(unit("#cloud-config\ncoreos:\n  etcd:\n    peer-heartbeat-interval: 500\n    peer-election-timeout: 2000\n"), "etcd");
        let drop_in =
            "cat > /etc/systemd/system/etcd-member.service.d/20-x.conf <<EOF\n[Service]\nEnvironment=ETCD_ELECTION_TIMEOUT=2000\nEOF\n";
        assert_eq!(unit(drop_in), "etcd-member");
    }

    /// k3s prints what its etcd says, RKE2 runs it as a pod, and k0s passes it on.
    #[test]
    fn the_log_is_where_the_file_s_reader_has_it() {
        let log = |text: &str| super::log(&facts(&[text]), names(&facts(&[text])).unit);
        let k3s = log("cluster-init: true\netcd-arg:\n- heartbeat-interval=500\n- election-timeout=5000\n");
        assert!(k3s.contains("logs --timestamps etcd-NODE || journalctl -u k3s "), "{k3s}");
        let k0s = log(
            "apiVersion: k0s.k0sproject.io/v1beta1\nkind: ClusterConfig\nspec:\n  storage:\n    etcd:\n      extraArgs:\n        election-timeout: \"5000\"\n",
        );
        assert!(k0s.ends_with("|| journalctl -u k0scontroller --since today)"), "{k0s}");
    }

    #[test]
    fn health_is_asked_in_the_words_of_its_etcdctl() {
        let health = |text: &str| names(&facts(&[text])).health;
        assert_eq!(
            health("name: n1\ndata-dir: /var/lib/etcd\nheartbeat-interval: 500\nelection-timeout: 2000\n"),
            "etcdctl endpoint health --cluster"
        );
        assert_eq!(
            health("name = \"n1\"\nelection_timeout = 900\n\n[peer]\naddr = \"192.0.2.11:7001\"\nheartbeat_interval = 100\n"),
            "etcdctl cluster-health"
        );
        let late = "Mar 02 10:00:01 core-1 etcd2[812]: failed to send out heartbeat on time (deadline exceeded for 1.2s)\n";
        assert_eq!(health(late), "etcdctl cluster-health");
    }
}
