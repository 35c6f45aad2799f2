//! Which file of an installer starts an etcd, and where in it the arguments of etcd stand or would.

use super::containers::services;
use super::k3s;
use crate::config::configuration::Launcher;
use crate::config::syntax::command::is_repository;
use crate::config::tools::{COMPOSE, DOCKER, KOPS, RANCHER_OS, SWARM};
use crate::search;
use crate::yaml::{Entry, Kind, Node, Tree};

/// How an installer's file lists arguments of etcd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arguments {
    /// `heartbeat-interval: "500"`; the values are strings.
    Map,
    /// `- name: heartbeat-interval` over `value: "500"`.
    Pairs,
    /// `- heartbeat-interval=500`
    Words,
    /// `heartbeatInterval: 500`
    Timers,
    /// `- name: ETCD_HEARTBEAT_INTERVAL` over `value: "500"`.
    Variables,
}

/// Where the arguments of etcd stand in an installer's file, or would; `None` where it starts no etcd.
///
/// kubeadm: `etcd.local.extraArgs`, a map up to v1beta3 and pairs from v1beta4 on; with `etcd.external` it
/// starts none. Cluster API wraps the same. RKE: `services.etcd.extra_args`. RKE2 and k3s: `etcd-arg`.
/// Talos: `cluster.etcd.extraArgs` of control plane nodes. k0s: `spec.storage.etcd.extraArgs`.
pub fn arguments_of(tree: &Tree, root: &Node) -> Option<(Vec<&'static str>, Arguments)> {
    let has = |path: &[&str]| tree.at(root, path).is_some();
    let word = |path: &[&str]| tree.at(root, path).and_then(Node::text).unwrap_or("");
    let kubeadm = match word(&["kind"]) {
        "ClusterConfiguration" => Some(vec!["etcd", "local", "extraArgs"]),
        "KubeadmControlPlane" => Some(vec!["spec", "kubeadmConfigSpec", "clusterConfiguration", "etcd", "local", "extraArgs"]),
        _ => None,
    };
    if let Some(path) = kubeadm {
        let etcd = &path[..path.len() - 2];
        if has(&[etcd, &["external"]].concat()) {
            return None;
        }
        let form = match tree.at(root, &path).map(|node| &node.kind) {
            Some(Kind::Sequence { .. }) => Arguments::Pairs,
            Some(Kind::Mapping { .. }) => Arguments::Map,
            _ => form_of(word(&["apiVersion"])).unwrap_or(Arguments::Map),
        };
        return Some((path, form));
    }
    // Netcracker/KubeMarine@007c8240:kubemarine/resources/configurations/defaults.yaml
    let kubemarine = ["services", "kubeadm"];
    if has(&kubemarine) && !has(&["services", "kubeadm", "image"]) {
        return Some(([&kubemarine[..], &["etcd", "local", "extraArgs"]].concat(), Arguments::Map));
    }
    for path in [&["services"][..], &["rancher_kubernetes_engine_config", "services"]] {
        // Also docker-compose has `services`, but never one of these.
        let rke = path.len() > 1 || ["kube-api", "kube-controller", "kubeproxy"].iter().any(|name| has(&["services", name]));
        if (rke || has(&["nodes"])) && has(path) {
            return Some(([path, &["etcd", "extra_args"]].concat(), Arguments::Map));
        }
    }
    if has(&["spec", "rkeConfig"]) {
        return Some((vec!["spec", "rkeConfig", "machineGlobalConfig", "etcd-arg"], Arguments::Words));
    }
    if k3s::is_server(root.entries().iter().map(Entry::name)) {
        return k3s::runs_etcd(tree, root).then(|| (vec!["etcd-arg"], Arguments::Words));
    }
    // k0sproject/k0s@00ab1ab2:pkg/apis/k0s/v1beta1/storage.go; k0sctl holds it as a whole.
    for held in [&[][..], &["spec", "k0s", "config"]] {
        let k0s = [held, &["spec", "storage", "etcd"]].concat();
        if word(&[held, &["kind"]].concat()) == "ClusterConfig" && has(&k0s) && !has(&[&k0s[..], &["externalCluster"]].concat()) {
            return Some(([&k0s[..], &["extraArgs"]].concat(), Arguments::Map));
        }
    }
    // kubesphere/kubekey, EtcdCluster.
    let kubekey = &["spec", "etcd"];
    if word(&["apiVersion"]).starts_with("kubekey.kubesphere.io/v1alpha")
        && has(kubekey)
        && matches!(word(&[&kubekey[..], &["type"]].concat()), "" | "kubekey")
    {
        return Some((kubekey.to_vec(), Arguments::Timers));
    }
    // bitnami/charts: bitnami/etcd/values.yaml, alone or within another chart.
    for chart in [&[][..], &["etcd"]] {
        let (image, variables) = ([chart, &["image", "repository"]].concat(), [chart, &["extraEnvVars"]].concat());
        if is_repository(word(&image)) && (search::has(word(&image), "bitnami") || has(&variables)) {
            return Some((variables, Arguments::Variables));
        }
    }
    let talos = has(&["cluster", "etcd"]) || matches!(word(&["machine", "type"]), "controlplane" | "init");
    (talos && !has(&["kind"])).then(|| (vec!["cluster", "etcd", "extraArgs"], Arguments::Map))
}

/// In which form kubeadm and Cluster API take `extraArgs` (kubernetes/kubernetes#119156, kubernetes-sigs/cluster-api#13339).
pub fn form_of(version: &str) -> Option<Arguments> {
    match version {
        "kubeadm.k8s.io/v1beta4" | "controlplane.cluster.x-k8s.io/v1beta2" => Some(Arguments::Pairs),
        "kubeadm.k8s.io/v1beta1" | "kubeadm.k8s.io/v1beta2" | "kubeadm.k8s.io/v1beta3" | "controlplane.cluster.x-k8s.io/v1beta1" => {
            Some(Arguments::Map)
        }
        _ => None,
    }
}

/// Whether services are deployed by Docker Swarm: docker-compose passes over these options (docs.docker.com/reference/compose-file/deploy).
fn is_stack(tree: &Tree, services: &Node) -> bool {
    services
        .entries()
        .iter()
        .filter_map(|service| tree.get(&service.value, "deploy"))
        .flat_map(Node::entries)
        .any(|option| matches!(option.name(), "endpoint_mode" | "placement" | "update_config") || option.value.text() == Some("global"))
}

/// Whether a task of Ansible's makes a container anew where its command or its variables changed.
fn makes_container(task: &Node) -> bool {
    task.entries().iter().any(|entry| ["docker_container", "podman_container"].iter().any(|module| entry.name().ends_with(module)))
}

/// What starts the etcd of a manifest.
pub fn launcher(tree: &Tree, root: &Node) -> Option<Launcher> {
    // KubeKey makes it a unit of systemd's (kubesphere/kubekey@3dd48dc8:cmd/kk/pkg/etcd/templates/etcd_service.go), or has kubeadm
    // make a pod, to which it hands no timer (kubesphere/kubekey@551844df:cmd/kk/pkg/kubernetes/templates/kubeadm_config.go).
    if tree.word(root, "apiVersion").is_some_and(|version| version.starts_with("kubekey.")) {
        let by_kubeadm = tree.at(root, &["spec", "etcd", "type"]).is_some_and(|kind| kind.text() == Some("kubeadm"));
        return by_kubeadm.then_some(Launcher::Kubeadm);
    }
    if tree.word(root, "apiVersion").is_some_and(|version| version.starts_with("kops")) {
        return Some(Launcher::Tool(&KOPS));
    }
    Some(match arguments_of(tree, root) {
        Some((path, _)) if path.starts_with(&["etcd", "local"]) => Launcher::Kubeadm,
        Some((path, _)) if path == ["etcd-arg"] => Launcher::K3s,
        Some((_, Arguments::Variables)) => Launcher::Workload,
        Some(_) => Launcher::Installer,
        None if tree.get(root, "rancher").is_some() => Launcher::Tool(&RANCHER_OS),
        None if tree.get(root, "rancherKubernetesEngineConfig").is_some() => Launcher::Installer,
        // k3OS and Kairos.
        None if ["k3os", "k3s"].iter().any(|key| tree.get(root, key).is_some()) => Launcher::K3s,
        None if tree.get(root, "services").is_some_and(|services| is_stack(tree, services)) => Launcher::Tool(&SWARM),
        None if services(tree, root).is_some() => Launcher::Tool(&COMPOSE),
        // A list is of Ansible's tasks, or what docker prints.
        // Operations are a patch for Talos or Cluster API, or for what has containers.
        None if root.items().iter().any(|item| tree.get(item, "op").is_some()) => {
            let on_containers = |item: &Node| tree.word(item, "path").is_some_and(|path| search::has(path, "/containers/"));
            if root.items().iter().any(on_containers) { Launcher::Workload } else { Launcher::Installer }
        }
        None if !root.items().is_empty() => {
            let plays = || root.items().iter().flat_map(|item| tree.list(item, &["tasks"]));
            return root.items().iter().chain(plays()).any(makes_container).then_some(Launcher::Tool(&DOCKER));
        }
        // The kubelet starts pods alone; a manifest may have lost its head.
        // kind hands its patches to kubeadm.
        // Its own file may have lost its head.
        None if tree.get(root, "kubeadmConfigPatches").is_some() || tree.at(root, &["etcd", "local"]).is_some() => Launcher::Kubeadm,
        None => match tree.word(root, "kind") {
            Some("Pod" | "PodList" | "List") => Launcher::Kubelet,
            // Its etcd is external.
            Some("ClusterConfiguration" | "KubeadmControlPlane") => return None,
            // OpenShift's operator hands it to the machines, one after the other.
            Some("MachineConfig" | "ClusterClass" | "KubeadmControlPlaneTemplate" | "KubeadmConfig" | "KubeadmConfigTemplate") => {
                Launcher::Installer
            }
            None if tree.at(root, &["spec", "template"]).is_some() => Launcher::Workload,
            None if ["spec", "containers", "command"].iter().any(|key| tree.get(root, key).is_some()) => Launcher::Kubelet,
            _ => Launcher::Workload,
        },
    })
}
