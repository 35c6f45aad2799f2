//! Kubernetes static pods, kubeadm `extraArgs` (map and list), RKE `extra_args`, k3s `etcd-arg`, Talos,
//! OpenShift's `etcd/cluster`, docker-compose files, and the services of RancherOS.
//!
//! Installers pass arguments on to an etcd that they start, so such a file configures etcd even where
//! it states none: `arguments_of` says where they would stand.

mod arguments;
pub(crate) mod containers;
mod environment;
mod held;
pub(crate) mod installer;
pub(crate) mod k3s;
pub(crate) mod operators;
mod spot;

use std::cell::OnceCell;

use super::{env, etcd_yaml, ignition};
use crate::config::builder::{Builder, Class, Home};
use crate::config::configuration::Launcher;
use crate::config::meaning::{keys, scalar};
use crate::config::syntax::command::{is_image, start_of_etcd};
use crate::config::syntax::mapped_text::MappedText;
use crate::config::tools::ECS;
use crate::config::tree::TextTree;
use crate::ids::RuleId;
use crate::parameters::{KUBEKEY, RANCHER};
use crate::yaml::{Entry, Node, Tree};
use crate::{search, template};
use arguments::{arguments, operation, words};
use containers::{commands, is_etcd_argument, is_proxy};
use environment::{environment, variable, variables};
use held::{data, is_file, secret, with_lines};
use installer::{Arguments, arguments_of, form_of, launcher};
use operators::of_openshift;
use spot::{Spot, shared};

/// Below these keys variables are taken as a whole.
const VARIABLES: [&str; 4] = ["env", "environment", "data", "stringData"];

/// Takes what all documents of a manifest state.
pub fn take(builder: &mut Builder, text: &MappedText) {
    let tree = &TextTree::of(builder, text);
    let stated = builder.stated();
    let named = &OnceCell::new();
    for root in &tree.documents {
        let has = |key: &str| tree.get(root, key).is_some();
        let (is_object, compose) = (has("apiVersion") && has("kind"), containers::services(tree, root).is_some() || has("rancher"));
        let word = |key: &str| tree.word(root, key).unwrap_or("");
        let form = form_of(word("apiVersion")).filter(|_| matches!(word("kind"), "ClusterConfiguration" | "KubeadmControlPlane"));
        // Of several objects each runs an etcd of its own; what is only data is for any of them.
        let own = tree.documents.len() > 1 && is_object && !matches!(word("kind"), "ConfigMap" | "Secret");
        let process = builder.process(own);
        let timed = operators::has_timers(tree, root);
        let k3s = k3s::is_server(root.entries().iter().map(Entry::name));
        let spot = Spot { tree, named, k3s, member: &process, below: "", depth: 0, timed, is_object, form, compose };
        if containers::services(tree, root).is_some_and(|services| services.span == root.span) {
            each_service(builder, Spot { depth: 2, ..spot }, root);
        } else {
            walk(builder, spot, root);
        }
        if word("kind").starts_with("Etcd") && !of_openshift(&text.text) {
            etcd_cluster(builder, spot, root);
        }
    }
    builder.enter("");
    // What Terraform writes as a here-document is YAML of its own.
    if builder.tolerant && text.is_document() {
        builder.holds_here_documents(text, false);
    }
    let starts = |root: &&Node| arguments_of(tree, root).is_some();
    let telling = tree.documents.iter().find(starts);
    let commands = commands(tree);
    let runs = telling.is_some() || !commands.is_empty();
    match telling.and_then(|root| arguments_of(tree, root)) {
        Some((path, _)) if matches!(path.last(), Some(&("etcd-arg" | "extra_args"))) => builder.cluster.own_pair = Some(&RANCHER),
        Some((_, Arguments::Timers)) => builder.cluster.own_pair = Some(&KUBEKEY),
        _ => {}
    }
    builder.cluster.has_etcd |= runs;
    let operated = of_openshift(&text.text).then_some(Launcher::OpenShift);
    // Other objects may stand beside the one that runs it.
    let holds = |root: &&Node| commands.first().is_none_or(|command| root.span.contains(&command.span.start));
    let started_by = operated.or_else(|| telling.or(tree.documents.iter().find(holds)).and_then(|root| launcher(tree, root)));
    let started_by = if started_by == Some(Launcher::K3s) { Some(k3s::launcher(builder.text)) } else { started_by };
    // What the document writes beside it may run other programs; and that kubelet starts it is said of what nothing else is known.
    // An object may hold an installer's file.
    let installed = matches!(started_by, Some(Launcher::Installer | Launcher::Kubeadm | Launcher::K3s)) && runs;
    let weak = |launcher: &Launcher| *launcher == Launcher::Kubelet || *launcher == Launcher::Workload && installed;
    let known = builder.cluster.launcher.filter(|launcher| !weak(launcher));
    builder.cluster.launcher =
        known.or(started_by.filter(|_| runs || text.is_document() || builder.stated() > stated)).or(builder.cluster.launcher);
}

/// A timer of etcd under a name that k3s and RKE2 do not have.
fn unknown_to_k3s(builder: &mut Builder, tree: &TextTree, entry: &Entry) {
    let (Some(meant), Some(text)) = (keys::of_prefixed(entry.name()), entry.value.text()) else { return };
    let key = meant.0.key();
    builder.claim(meant, tree.bare(&entry.value), scalar::daemon(meant.0, text), Home::new("", Class::Environment, ""));
    let note = format!("k3s and RKE2 know no {} and skip it; write it below etcd-arg, as - {key}={text}.", entry.name());
    builder.refuse_last(RuleId::ConfigUnknownKey, tree.place(&entry.key.span), note);
}

/// Of the etcd operators of CoreOS and etcd-io, which know `size` and `etcdOptions`, and of aenix, which knows `replicas` and
/// `options` (api/v1alpha1/etcdcluster_types.go of each).
fn etcd_cluster(builder: &mut Builder, spot: Spot, root: &Node) {
    let stated = |key: &str| spot.tree.at(root, &["spec", key]);
    let text = |key: &str| stated(key).and_then(Node::text);
    builder.cluster.has_etcd = true;
    builder.version(text("version").unwrap_or(""));
    let members = text("size").or(text("replicas")).and_then(|count| count.parse().ok());
    builder.cluster.members = builder.cluster.members.or(members);
    for options in ["options", "etcdOptions"].into_iter().filter_map(stated) {
        arguments(builder, spot, options);
    }
}

/// Looks for arguments anywhere in the tree; aliases are not followed, so it ends.
fn walk(builder: &mut Builder, spot: Spot, node: &Node) {
    let Spot { tree, depth, .. } = spot;
    if depth > crate::yaml::MAX_DEPTH {
        return;
    }
    if tree.get(node, "op").is_some() {
        operation(builder, spot, node);
    }
    let mut replicas = None;
    for entry in node.entries().iter().chain(shared(spot, node)) {
        // k3s adds `etcd-arg+` to the list of another file, and puts `etcd-arg` in its place.
        builder.cluster.replaces |= depth == 0 && entry.name() == "etcd-arg";
        let name = entry.name().replace(['-', '_', '+'], "").to_ascii_lowercase();
        // docker-compose reads of its extensions what a service takes over.
        let extension = depth == 0 && spot.compose && entry.name().starts_with("x-");
        if extension || processes(builder, spot, entry, &name) {
            continue;
        }
        // Of a chart whose image is etcd's.
        if depth == 0 && name == "replicacount" {
            replicas = entry.value.text();
        }
        value(builder, spot, node, entry, &name);
        walk(builder, Spot { below: entry.name(), depth: depth + 1, ..spot }, &entry.value);
    }
    if containers::is_chart(tree, node) {
        builder.cluster.has_etcd = true;
        builder.cluster.members = builder.cluster.members.or(replicas.and_then(|count| count.parse().ok()));
    }
    for item in node.items() {
        environment(builder, spot, item);
        let file = tree.scalar(item).filter(is_file);
        builder.cluster.written |= file.is_some();
        builder.holds("config.yaml", file, false);
        walk(builder, Spot { depth: depth + 1, ..spot }, item);
    }
}

/// Walks what runs as a process of its own, each service, each container and each cluster of kops; `false` where this entry
/// lists none.
fn processes(builder: &mut Builder, spot: Spot, entry: &Entry, name: &str) -> bool {
    let depth = spot.depth + 2;
    match name {
        // Of docker-compose at the root, of RancherOS below `rancher`.
        "services" if spot.depth <= 1 => each_service(builder, Spot { depth, ..spot }, &entry.value),
        "containers" | "initcontainers" | "containerdefinitions" | "etcdclusters" => {
            builder.cluster.has_etcd |= name == "etcdclusters";
            if name == "containerdefinitions" {
                builder.cluster.launcher = Some(Launcher::Tool(&ECS));
            }
            for item in entry.value.items().iter().filter(|item| !is_proxy(item)) {
                let process = format!("{} {}", spot.tree.word(item, "name").unwrap_or(""), item.span.start);
                builder.enter(&process);
                walk(builder, Spot { member: &process, below: entry.name(), depth, ..spot }, item);
            }
        }
        _ => return false,
    }
    builder.enter("");
    true
}

/// Walks the services of docker-compose.
fn each_service(builder: &mut Builder, spot: Spot, services: &Node) {
    for service in services.entries() {
        builder.enter(service.name());
        walk(builder, Spot { member: service.name(), below: service.name(), ..spot }, &service.value);
    }
}

/// Takes what an entry says by its name; `node` is the mapping that it stands in.
fn value(builder: &mut Builder, spot: Spot, node: &Node, entry: &Entry, name: &str) {
    let Spot { tree, below, depth, .. } = spot;
    match name {
        "heartbeatinterval" | "electiontimeout" | "leaderelectiontimeout" if spot.timed => {
            operators::timer(builder, tree, entry, spot.member, below == "etcdClusters");
        }
        "controlplanehardwarespeed" if depth == 1 => operators::hardware_speed(builder, tree, &entry.value),
        "data" if tree.word(node, "kind") == Some("Secret") => secret(builder, spot, &entry.value),
        "data" | "stringdata" if depth == 0 || tree.get(node, "kind").is_some() => data(builder, spot, &entry.value),
        // Of bitnami's chart, alone, within another or as values of Flux or Argo CD: etcd's own file.
        "configuration" if depth == 0 || matches!(below, "etcd" | "values" | "valuesObject") => {
            with_lines(tree, &entry.value).iter().for_each(|inner| etcd_yaml::take(builder, inner));
        }
        // Of OpenShift's MachineConfig.
        "config" if tree.get(&entry.value, "ignition").is_some() => ignition::take_root(builder, tree, &entry.value),
        // Ansible's lineinfile.
        "line" if tree.word(node, "state") != Some("absent") => {
            tree.scalar(&entry.value).iter().for_each(|inner| env::take(builder, inner));
        }
        // The same on one line: `lineinfile: path=/etc/etcd.env line='NAME=VALUE'`.
        _ if name.ends_with("lineinfile") && entry.value.text().is_some() => environment::on_one_line(builder, spot, &entry.value),
        // k3s skips a flag that it does not know (k3s-io/k3s: pkg/configfilearg/parser.go, stripInvalidFlags).
        _ if depth == 0 && spot.k3s && keys::of_prefixed(entry.name()).is_some() => unknown_to_k3s(builder, tree, entry),
        // Ansible's ini_file.
        _ if name.ends_with("inifile") => environment(builder, spot, &entry.value),
        "extraargs" => extra_args(builder, spot, &entry.value),
        // What docker inspect shows of a container once more (moby/moby@v20.10.24:api/types/types.go, ContainerJSONBase).
        "args" if tree.at(node, &["Config", "Cmd"]).is_some() => {}
        "kubeadmconfigpatches" => entry.value.items().iter().for_each(|item| builder.holds("", tree.scalar(item), false)),
        // Of a Taskfile, of GitLab's and GitHub's pipelines.
        "cmds" | "script" | "run" if entry.value.text().is_some() || !entry.value.items().is_empty() => {
            words(builder, spot, tree.resolve(&entry.value), false)
        }
        "etcdarg" | "command" | "args" | "k3sargs" | "arg" | "cmd" | "entrypoint" if !runs_another(spot, node) => {
            if name == "etcdarg" {
                builder.cluster.own_pair = Some(&RANCHER);
                // Among other variables it becomes a part of k3s' file.
                if depth > 0 && !spot.is_object && builder.cluster.launcher.is_none() {
                    builder.cluster.launcher = Some(k3s::launcher(builder.text));
                    builder.cluster.written = true;
                }
            }
            words(builder, spot, tree.resolve(&entry.value), name == "etcdarg");
        }
        // The last one is of a generator of Kustomize.
        "environment" | "env" | "literals" => variables(builder, spot, &entry.value, name),
        "image" => image(builder, tree, node, &entry.value),
        "envfrom" | "envfile" => {
            let names = [spot.member, tree.word(node, "image").unwrap_or("")];
            builder.cluster.hands_more |= names.iter().any(|name| search::has(name, "etcd"));
        }
        // kubeadm's `etcd.local`, RKE's `system_images`.
        "local" => tree.word(&entry.value, "imageTag").into_iter().for_each(|tag| builder.version(tag)),
        "systemimages" => tree.word(&entry.value, "etcd").into_iter().for_each(|image| builder.image(image)),
        // Among the answers to a template of Rancher, and in other mappings of variables.
        _ if keys::of_variable(entry.name()).is_some() && !VARIABLES.contains(&below) => {
            let value = tree.resolve(&entry.value);
            value.text().into_iter().for_each(|text| variable(builder, spot, entry.name(), text, tree.bare(value)));
        }
        "nodes" if depth == 0 => nodes(builder, tree, &entry.value),
        // The values of a chart (Argo CD, k3s), a file of docker-compose's `configs` or of Ansible, what a cloud's machine is given.
        "values" | "valuescontent" | "content" | "block" | "userdata" | "customdata" | "patch" => {
            let path = ["dest", "path"].into_iter().find_map(|key| tree.word(node, key)).unwrap_or(entry.name());
            builder.holds(path, with_lines(tree, &entry.value), false);
        }
        _ => {}
    }
}

/// Keys of other programs' sections, where the arguments are not etcd's.
const OTHER_PROGRAMS: [&str; 8] =
    ["apiServer", "controllerManager", "scheduler", "kubelet", "kube-api", "kube_api", "kube-controller", "kube_controller"];

/// kubeadm's and RKE's arguments for a program.
fn extra_args(builder: &mut Builder, spot: Spot, list: &Node) {
    let (stated, below) = (builder.stated(), spot.below);
    arguments(builder, spot, spot.tree.resolve(list));
    // kubeadm passes over what stands right below `etcd` or `external` (apis/kubeadm/v1beta3/types.go, Etcd, ExternalEtcd).
    if matches!(below, "etcd" | "external") && spot.form.is_some() {
        builder.void_from(stated, RuleId::ConfigWrongSection, &|parameter| {
            format!("kubeadm knows extraArgs of etcd only below etcd.local, so it passes over {} here.", parameter.key())
        });
    }
    if OTHER_PROGRAMS.contains(&below) {
        builder.void_from(stated, RuleId::ConfigWrongSection, &|parameter| {
            format!("{} stands among the arguments of {below}, which is not etcd; it belongs among those of etcd.", parameter.key())
        });
    }
}

/// Whether a container runs another program: neither its image nor its name or its command is etcd's.
fn runs_another(spot: Spot, container: &Node) -> bool {
    let text = |key: &str| spot.tree.word(container, key);
    let Some(image) = text("image").filter(|image| !template::fills(image)) else { return false };
    let named = || [image, spot.member, text("name").unwrap_or("")].iter().any(|name| search::has(name, "etcd"));
    let is_etcd = |word: &str| start_of_etcd(word).is_some() || is_etcd_argument(word) || search::has(word, "etcd-arg");
    let commands = || container.entries().iter().filter(|entry| matches!(entry.name(), "command" | "args" | "entrypoint"));
    let words = |entry: &Entry| entry.value.text().is_some_and(is_etcd) || entry.value.items().iter().filter_map(Node::text).any(is_etcd);
    !named() && !commands().any(words)
}

/// `registry.k8s.io/etcd:3.5.9-0` in one word, or a chart's repository and tag.
fn image(builder: &mut Builder, tree: &Tree, container: &Node, node: &Node) {
    let text = node.text().unwrap_or("");
    builder.image(text);
    // Read line by line, it may be of any program; and a command may be that of etcdctl.
    let alone = || !containers::has_command(tree, container);
    builder.cluster.has_etcd |= !builder.tolerant && is_image(text) && alone();
    if tree.word(node, "repository").is_some_and(|name| name.ends_with("etcd")) {
        builder.version(tree.word(node, "tag").unwrap_or(""));
    }
}

/// RKE's machines: those with the role etcd are its members.
fn nodes(builder: &mut Builder, tree: &Tree, list: &Node) {
    let has_role = |node: &&Node| tree.get(node, "role").is_some_and(|role| role.items().iter().any(|role| role.text() == Some("etcd")));
    let members = list.items().iter().filter(has_role).count() as u32;
    if members > 0 {
        builder.cluster.members = Some(members);
    }
}

#[cfg(test)]
mod tests;
