//! Keys that operators and installers of Kubernetes have of their own for the two timers of etcd.

use super::containers::is_chart;
use crate::config::builder::{Builder, Class, Home};
use crate::config::meaning::scalar::{self, Fate, Reading};
use crate::config::tree::TextTree;
use crate::ids::RuleId;
use crate::parameters::Parameter;
use crate::search;
use crate::units::{MS, Micros, parse_go_duration};
use crate::yaml::{Entry, Node, Tree};

/// The two pairs that OpenShift's etcd operator knows, heartbeat-interval and election-timeout; without one it
/// takes the first, on Azure and IBM Cloud VPC the second. Red Hat's "Setting tuning parameters for etcd",
/// OpenShift 4.14 to 4.21, which says that they may change.
pub const HARDWARE_SPEEDS: [(&str, Micros, Micros); 2] = [("Standard", 100 * MS, 1000 * MS), ("Slower", 500 * MS, 2500 * MS)];

/// Whether OpenShift's operator runs this etcd: it writes the manifests itself, and undoes what others change there.
pub fn of_openshift(text: &str) -> bool {
    search::has(text, "operator.openshift.io/") || search::has(text, "namespace: openshift-etcd")
}

/// Takes the pair that a word stands for.
pub fn hardware_speed(builder: &mut Builder, tree: &TextTree, node: &Node) {
    builder.cluster.has_etcd = true;
    if node.is_null() || node.text() == Some("") {
        builder.limits.push(
            "controlPlaneHardwareSpeed is empty, so OpenShift chooses by the platform: 500/2500\u{a0}ms on Azure and IBM Cloud VPC, 100/1000\u{a0}ms elsewhere."
                .to_owned(),
        );
    }
    let Some((_, heartbeat, election)) = HARDWARE_SPEEDS.into_iter().find(|(name, _, _)| node.text() == Some(name)) else { return };
    for (parameter, value) in [(Parameter::HeartbeatInterval, heartbeat), (Parameter::ElectionTimeout, election)] {
        let reading = Reading { value: Some(value), fate: Fate::Used };
        builder.claim((parameter, false), tree.bare(node), reading, Home::new("", Class::Environment, ""));
    }
}

/// Whether etcd-druid runs this etcd: it writes the configuration itself, and its keys have other meanings.
pub fn of_druid(text: &str) -> bool {
    search::has(text, "druid.gardener.cloud/")
}

/// Whether an object has keys of its own for the timers: clusters of kops, what KubeKey installs, and whatever else calls
/// itself an etcd.
pub fn has_timers(tree: &Tree, root: &Node) -> bool {
    let version = tree.word(root, "apiVersion").unwrap_or("");
    let is_etcd = tree.word(root, "kind").is_some_and(|kind| kind.starts_with("Etcd"));
    // Of a chart that has etcd's image, and of KubeKey's defaults.
    let of_chart = || tree.get(root, "etcd").is_some_and(|etcd| is_chart(tree, etcd));
    tree.at(root, &["spec", "etcdClusters"]).is_some() || search::has(version, "kubekey.") || is_etcd && !of_druid(version) || of_chart()
}

/// Takes `heartbeatInterval` with the key that is beside it: kops states a duration (kubernetes/kops, EtcdClusterSpec), KubeKey a
/// number of milliseconds (kubesphere/kubekey, EtcdCluster; from v4 on below `etcd.env`, with underscores).
pub fn timer(builder: &mut Builder, tree: &TextTree, entry: &Entry, cluster: &str, of_kops: bool) {
    let Some(text) = entry.value.text().filter(|_| !entry.name().contains('-')) else { return };
    let parameter = if entry.name().starts_with('h') { Parameter::HeartbeatInterval } else { Parameter::ElectionTimeout };
    let value = parse_go_duration(text).ok();
    let reading = match value {
        None if !of_kops => scalar::daemon(parameter, text),
        None => Reading { value, fate: Fate::Empty },
        Some(_) => Reading { value, fate: Fate::Used },
    };
    let span = tree.bare(&entry.value);
    builder.claim((parameter, false), span.clone(), reading, Home::new(cluster, Class::Flag, ""));
    if of_kops && value.is_none() {
        let note = format!("kops takes {} as a duration, and refuses {text} without a unit; write {text}ms.", entry.name());
        builder.refuse_last(RuleId::ConfigUnquotedNumber, span, note);
    }
}
