//! Kubernetes static pods, kubeadm `extraArgs` (map and list), RKE `extra_args`, k3s `etcd-arg`, Talos,
//! OpenShift's `etcd/cluster`, docker-compose files, and the services of RancherOS.
//!
//! Installers pass arguments on to an etcd that they start, so such a file configures etcd even where
//! it states none: `arguments_of` says where they would stand.

use std::ops::Range;

use super::builder::{Builder, Class, Home};
use super::command::start_of_etcd;
use super::configuration::Launcher;
use super::containers::{commands, is_etcd_argument, is_proxy};
use super::embedded::hand_on_here_documents;
use super::installer::{Arguments, arguments_of, form_of, launcher};
use super::mapped_text::MappedText;
use super::operators::{self, of_openshift};
use super::script::Script;
use super::tree::TextTree;
use super::unpack::base64;
use super::variables::fallback;
use super::{env, etcd_yaml, flags, ignition, keys};
use crate::gather::Gather;
use crate::parameters::{KUBEKEY, RANCHER};
use crate::search;
use crate::template;
use crate::yaml::{Entry, Kind, Node, Style, Tree};

/// No mapping of variables has more to merge.
const MOST_MERGED: usize = 200;

/// Below these keys variables are taken as a whole.
const VARIABLES: [&str; 4] = ["env", "environment", "data", "stringData"];

/// Where in a document the walk is, and what is known of it.
#[derive(Clone, Copy)]
struct Spot<'a> {
    tree: &'a TextTree<'a>,
    /// The process that arguments here are for: each docker-compose service and each container is one.
    member: &'a str,
    /// The key that it stands below.
    below: &'a str,
    depth: usize,
    /// Files of kops and of KubeKey have keys of their own for the timers.
    kops: bool,
    kubekey: bool,
    /// An object that Kubernetes checks.
    is_object: bool,
    /// In which form kubeadm takes the arguments, where the document tells.
    form: Option<Arguments>,
    /// docker-compose fills in `${NAME:-500}` as a shell does.
    compose: bool,
}

/// Takes what all documents of a manifest state.
pub fn take(builder: &mut Builder, text: &MappedText) {
    let tree = &TextTree::of(builder, text);
    let (kops, kubekey) = (search::has(&text.text, "etcdClusters"), search::has(&text.text, "kubekey."));
    for root in &tree.documents {
        let has = |key: &str| tree.get(root, key).is_some();
        let (is_object, compose) = (has("apiVersion") && has("kind"), has("services") || has("rancher"));
        let word = |key: &str| entry_text(tree, root, key).unwrap_or("");
        let form = form_of(word("apiVersion")).filter(|_| matches!(word("kind"), "ClusterConfiguration" | "KubeadmControlPlane"));
        let spot = Spot { tree, member: "", below: "", depth: 0, kops, kubekey, is_object, form, compose };
        walk(builder, spot, root);
        if word("kind") == "EtcdCluster" {
            etcd_cluster(builder, spot, root);
        }
        let runs_etcd = |etcd: &Node| entry_text(tree, etcd, "type").is_none_or(|by| by == "kubekey");
        if word("apiVersion").starts_with("kubekey.kubesphere.io/v1alpha") && tree.at(root, &["spec", "etcd"]).is_some_and(runs_etcd) {
            builder.cluster.own_pair = Some(&KUBEKEY);
            builder.cluster.has_etcd = true;
        }
    }
    let starts = |root: &&Node| arguments_of(tree, root).is_some();
    let telling = tree.documents.iter().find(starts);
    let runs = telling.is_some() || !commands(tree).is_empty();
    let path = telling.and_then(|root| arguments_of(tree, root)).map_or(Vec::new(), |(path, _)| path);
    if path.last().is_some_and(|key| matches!(*key, "etcd-arg" | "extra_args")) {
        builder.cluster.own_pair = Some(&RANCHER);
    }
    builder.cluster.has_etcd |= runs;
    let operated = of_openshift(&text.text).then_some(Launcher::OpenShift);
    let started_by = operated.or_else(|| telling.or(tree.documents.first()).and_then(|root| launcher(tree, root)));
    // What the document writes beside it may run other programs; and that kubelet starts it is said of what nothing else is known.
    let known = builder.cluster.launcher.filter(|launcher| *launcher != Launcher::Kubelet);
    builder.cluster.launcher = known.or(started_by.filter(|_| runs || text.is_document())).or(builder.cluster.launcher);
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
    let Spot { tree, below, depth, .. } = spot;
    if depth > crate::yaml::MAX_DEPTH {
        return;
    }
    let mut replicas = None;
    if tree.get(node, "op").is_some() {
        operation(builder, spot, node);
    }
    for entry in node.entries().iter().chain(shared(spot, node)) {
        // k3s adds `etcd-arg+` to the list of another file.
        let (name, stated) = (entry.name().replace(['-', '_', '+'], "").to_ascii_lowercase(), builder.stated());
        // Of docker-compose at the root, of RancherOS below `rancher`.
        if depth <= 1 && name == "services" {
            for service in entry.value.entries() {
                builder.enter(service.name());
                walk(builder, Spot { member: service.name(), below: service.name(), depth: depth + 2, ..spot }, &service.value);
            }
            builder.enter("");
            continue;
        }
        match name.as_str() {
            // Each container is a process of its own; so is each cluster of kops.
            "containers" | "initcontainers" | "containerdefinitions" | "etcdclusters" => {
                builder.cluster.has_etcd |= name == "etcdclusters";
                if name == "containerdefinitions" {
                    builder.cluster.launcher = Some(Launcher::Compose);
                }
                for item in entry.value.items().iter().filter(|item| !is_proxy(item)) {
                    let process = format!("{} {}", tree.get(item, "name").and_then(Node::text).unwrap_or(""), item.span.start);
                    builder.enter(&process);
                    walk(builder, Spot { member: &process, below: entry.name(), depth: depth + 2, ..spot }, item);
                }
                builder.enter("");
                continue;
            }
            // docker-compose reads of its extensions what a service takes over.
            _ if depth == 0 && spot.compose && entry.name().starts_with("x-") => continue,
            "heartbeatinterval" | "leaderelectiontimeout" if spot.kops => operators::duration(builder, tree, entry, spot.member),
            "heartbeatinterval" | "electiontimeout" if spot.kubekey => operators::number(builder, tree, entry),
            "controlplanehardwarespeed" if depth == 1 => operators::hardware_speed(builder, tree, &entry.value),
            "data" if entry_text(tree, node, "kind") == Some("Secret") => secret(builder, spot, &entry.value),
            "data" | "stringdata" if depth == 0 || tree.get(node, "kind").is_some() => data(builder, spot, &entry.value),
            // Of bitnami's chart, alone or within another: etcd's own file.
            "configuration" if depth == 0 || below == "etcd" => {
                with_lines(tree, &entry.value).iter().for_each(|inner| etcd_yaml::take(builder, inner));
            }
            // Of OpenShift's MachineConfig.
            "config" if tree.get(&entry.value, "ignition").is_some() => ignition::take_root(builder, tree, &entry.value),
            // Ansible's lineinfile.
            "line" if entry_text(tree, node, "state") != Some("absent") => {
                tree.scalar(&entry.value).iter().for_each(|inner| env::take(builder, inner));
            }
            "extraargs" => {
                arguments(builder, spot, tree.resolve(&entry.value));
                if matches!(
                    below,
                    "apiServer"
                        | "controllerManager"
                        | "scheduler"
                        | "kubelet"
                        | "kube-api"
                        | "kube_api"
                        | "kube-controller"
                        | "kube_controller"
                ) {
                    builder.void_from(stated, "config-wrong-section", |parameter| {
                        format!(
                            "{} stands among the arguments of {below}, which is not etcd; it belongs among those of etcd.",
                            parameter.key()
                        )
                    });
                }
            }
            // What docker inspect shows of a container once more (moby/moby@v20.10.24:api/types/types.go, ContainerJSONBase).
            "args" if tree.get(node, "Config").is_some() => {}
            "kubeadmconfigpatches" => entry.value.items().iter().for_each(|item| builder.holds("", tree.scalar(item), false)),
            "etcdarg" | "command" | "args" | "arg" | "cmd" | "entrypoint" if !runs_another(spot, node) => {
                if name == "etcdarg" {
                    builder.cluster.own_pair = Some(&RANCHER);
                }
                words(builder, spot, tree.resolve(&entry.value), name == "etcdarg");
            }
            "environment" | "env" => variables(builder, spot, &entry.value),
            "image" => image(builder, tree, &entry.value),
            // kubeadm's `etcd.local`, RKE's `system_images`.
            "local" => entry_text(tree, &entry.value, "imageTag").into_iter().for_each(|tag| builder.version(tag)),
            "systemimages" => entry_text(tree, &entry.value, "etcd").into_iter().for_each(|image| builder.image(image)),
            // Among the answers to a template of Rancher, and in other mappings of variables.
            _ if keys::of_variable(entry.name()).is_some() && !VARIABLES.contains(&below) => {
                let value = tree.resolve(&entry.value);
                value.text().into_iter().for_each(|text| variable(builder, spot, entry.name(), text, tree.bare(value)));
            }
            // Of a chart whose image is etcd's.
            "replicacount" if depth == 0 => replicas = entry.value.text(),
            "nodes" if depth == 0 => nodes(builder, tree, &entry.value),
            // The values of a chart (Argo CD, k3s), a file of docker-compose's `configs` or of Ansible, what a cloud's machine is given.
            "values" | "valuescontent" | "content" | "userdata" | "customdata" | "patch" => {
                let path = ["dest", "path"].into_iter().find_map(|key| entry_text(tree, node, key)).unwrap_or(entry.name());
                builder.holds(path, with_lines(tree, &entry.value), false);
            }
            _ => {}
        }
        walk(builder, Spot { below: entry.name(), depth: depth + 1, ..spot }, &entry.value);
    }
    if tree.at(node, &["image", "repository"]).and_then(Node::text).is_some_and(|name| name.ends_with("etcd")) {
        builder.cluster.members = builder.cluster.members.or(replicas.and_then(|count| count.parse().ok()));
    }
    for item in node.items() {
        environment(builder, spot, item);
        walk(builder, Spot { depth: depth + 1, ..spot }, item);
    }
}

/// What `<<` brings to a service of docker-compose, of which each is a process, where it says nothing of it itself.
fn shared<'t>(spot: Spot<'t>, node: &'t Node) -> impl Iterator<Item = &'t Entry> {
    let tree = spot.tree;
    let merged = tree.merged(node).filter(move |_| !spot.member.is_empty() && spot.compose).take(MOST_MERGED);
    merged.filter(|entry| acts(tree, node, entry))
}

/// Whether of all values of a key that a mapping has or merges this is the one that counts.
fn acts(tree: &Tree, node: &Node, entry: &Entry) -> bool {
    tree.all(node, entry.name()).last().is_some_and(|last| last.key.span == entry.key.span)
}

/// Whether a container runs another program: neither its image nor its name or its command is etcd's.
fn runs_another(spot: Spot, container: &Node) -> bool {
    let text = |key: &str| entry_text(spot.tree, container, key);
    let Some(image) = text("image").filter(|image| !template::fills(image)) else { return false };
    let named = || [image, spot.member, text("name").unwrap_or("")].iter().any(|name| search::has(name, "etcd"));
    let is_etcd = |word: &str| start_of_etcd(word).is_some() || is_etcd_argument(word) || search::has(word, "etcd-arg");
    let commands = || container.entries().iter().filter(|entry| matches!(entry.name(), "command" | "args" | "entrypoint"));
    let words = |entry: &Entry| entry.value.text().is_some_and(is_etcd) || entry.value.items().iter().filter_map(Node::text).any(is_etcd);
    !named() && !commands().any(words)
}

fn entry_text<'t>(tree: &'t Tree, node: &'t Node, key: &str) -> Option<&'t str> {
    tree.get(node, key).and_then(Node::text)
}

/// `registry.k8s.io/etcd:3.5.9-0` in one word, or a chart's repository and tag.
fn image(builder: &mut Builder, tree: &Tree, node: &Node) {
    builder.image(node.text().unwrap_or(""));
    if entry_text(tree, node, "repository").is_some_and(|name| name.ends_with("etcd")) {
        builder.version(entry_text(tree, node, "tag").unwrap_or(""));
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

/// A ConfigMap's `data`: variables, and whole files.
fn data(builder: &mut Builder, spot: Spot, node: &Node) {
    variables(builder, spot, node);
    for entry in node.entries() {
        builder.holds(entry.name(), with_lines(spot.tree, &entry.value), false);
    }
}

/// A Secret's `data`, which is in base64.
fn secret(builder: &mut Builder, spot: Spot, node: &Node) {
    for entry in node.entries() {
        let packed = spot.tree.scalar(&entry.value);
        let Some(inner) = packed.and_then(|packed| packed.unpacked(base64(&packed.text)?)) else { continue };
        variable(builder, spot, entry.name(), inner.text.trim(), spot.tree.bare(&entry.value));
        builder.holds(entry.name(), Some(inner).filter(has_lines), false);
    }
}

fn with_lines(tree: &TextTree, node: &Node) -> Option<MappedText> {
    tree.scalar(node).filter(has_lines)
}

/// Several lines, or JSON.
fn has_lines(inner: &MappedText) -> bool {
    inner.text.contains('\n') || inner.text.starts_with('{')
}

/// `{heartbeat-interval: "500"}` or `[{name: heartbeat-interval, value: "500"}]`; quoted or not.
fn arguments(builder: &mut Builder, spot: Spot, node: &Node) {
    let (tree, stated) = (spot.tree, builder.stated());
    for entry in node.entries() {
        argument(builder, spot, entry.name(), tree.resolve(&entry.value));
    }
    for item in node.items() {
        let name = entry_text(tree, item, "name").unwrap_or("");
        if let Some(value) = tree.get(item, "value") {
            argument(builder, spot, name, value);
        }
    }
    // Cluster API's RKE2ControlPlane lists words.
    words(builder, Spot { member: "", ..spot }, node, true);
    let is_list = matches!(node.kind, Kind::Sequence { .. });
    if let Some(form) = spot.form.filter(|form| is_list != (*form == Arguments::Pairs)) {
        let wanted = if form == Arguments::Pairs { "a list, - name: {} over value: \"...\"" } else { "a mapping, {}: \"...\"" };
        builder.void_from(stated, "config-arguments-form", |parameter| {
            format!("The apiVersion of this file wants extraArgs as {}.", wanted.replace("{}", parameter.key()))
        });
    }
}

/// `{op: add, path: /spec/.../etcd/local/extraArgs/election-timeout, value: "1000"}`, RFC 6902.
fn operation(builder: &mut Builder, spot: Spot, node: &Node) {
    let (Some(path), Some(value)) = (entry_text(spot.tree, node, "path"), spot.tree.get(node, "value")) else { return };
    match path.rsplit_once("extraArgs") {
        Some((home, "")) if search::has(home, "etcd") => arguments(builder, spot, value),
        Some((home, key)) if search::has(home, "etcd") => argument(builder, spot, key.trim_start_matches('/'), value),
        Some(_) => {}
        None => words(builder, spot, value, false),
    }
}

fn argument(builder: &mut Builder, spot: Spot, name: &str, value: &Node) {
    let Some(text) = value.text() else { return };
    let stated = builder.stated();
    builder.flag(name, text, spot.tree.bare(value), Home::new("", Class::Flag, ""));
    if spot.form.is_some() {
        refuse_number(builder, stated, value);
    }
}

/// Where Kubernetes wants text it refuses a number.
fn refuse_number(builder: &mut Builder, stated: usize, value: &Node) {
    let text = value.text().unwrap_or("");
    let plain = matches!(value.kind, Kind::Scalar { style: Style::Plain, .. }) && value.tag.is_none();
    if plain && text.parse().is_ok_and(f64::is_finite) {
        builder.void_from(stated, "config-unquoted-number", |parameter| {
            format!("The value of {} is a number here, and Kubernetes takes only text; write \"{text}\" in quotes.", parameter.key())
        });
    }
}

/// Words of a command, `--flag=value` each; k3s writes them without dashes.
fn words(builder: &mut Builder, spot: Spot, node: &Node, bare: bool) {
    let items: Vec<&Node> = match &node.kind {
        Kind::Sequence { items, .. } => items.iter().map(|item| spot.tree.resolve(item)).gather(),
        Kind::Scalar { .. } => vec![node],
        _ => return,
    };
    // Another program has flags of its own, and may spell them with underscores.
    let ours = items.first().and_then(|item| item.text()).is_some_and(|word| start_of_etcd(word).is_some());
    let mut held: Option<String> = None;
    for item in items {
        let Some(inner) = spot.tree.scalar(item) else { continue };
        let text = inner.text.clone();
        if text.contains(char::is_whitespace) {
            // A whole command in one word, as after `sh -c`.
            let cut = flags::words(&text, 0..text.len());
            flags::take(builder, &inner, &cut, spot.member, "", &Script::of(&inner).variables);
            hand_on_here_documents(builder, &inner, true);
            continue;
        }
        if let Some(name) = held.take() {
            // A number below zero is a value.
            if !text.starts_with('-') || text[1..].starts_with(|c: char| c.is_ascii_digit()) {
                let stated = builder.stated();
                flag(builder, &inner, spot, &name, 0, ours);
                if spot.is_object {
                    refuse_number(builder, stated, item);
                }
                continue;
            }
            // It was a flag without a value, such as `--client-cert-auth`.
            builder.fact_of_flag(&name, "true");
        }
        // As k3s passes it on.
        let passed = text.trim_start_matches('-').strip_prefix("etcd-arg=").unwrap_or(&text);
        let stripped = passed.trim_start_matches('-');
        let dashes = text.len() - stripped.len();
        if dashes == 0 && !bare {
            builder.image(&text);
            continue;
        }
        match stripped.split_once('=') {
            Some((name, _)) => flag(builder, &inner, spot, name, dashes + name.len() + 1, ours),
            None => held = Some(stripped.to_owned()),
        }
    }
    if let Some(name) = held {
        builder.fact_of_flag(&name, "true");
    }
}

fn flag(builder: &mut Builder, inner: &MappedText, spot: Spot, name: &str, from: usize, ours: bool) {
    let value = inner.text.get(from..).unwrap_or("");
    if !ours && (name.contains('_') || keys::of_key(name).is_none()) {
        return builder.fact_of_flag(name, value);
    }
    let (value, start) = filled_in(spot, value);
    builder.flag(name, value, inner.place(from + start..from + start + value.len()), Home::new(spot.member, Class::Flag, ""));
}

/// What docker-compose fills in for `${NAME:-500}` where nobody sets the variable, and where it begins; else the value.
fn filled_in<'v>(spot: Spot, value: &'v str) -> (&'v str, usize) {
    fallback(value).filter(|_| spot.compose).unwrap_or((value, 0))
}

/// `- {name: ETCD_HEARTBEAT_INTERVAL, value: "500"}` below `env`; a list for Ansible may say `key`, and CloudFormation has
/// capitals.
fn environment(builder: &mut Builder, spot: Spot, item: &Node) {
    let name =
        ["name", "key", "Name"].into_iter().find_map(|key| entry_text(spot.tree, item, key)).filter(|name| name.starts_with("ETCD_"));
    let (Some(name), Some(value)) = (name, ["value", "Value"].into_iter().find_map(|key| spot.tree.get(item, key))) else { return };
    let Some(text) = value.text() else { return };
    let stated = builder.stated();
    variable(builder, spot, name, text, spot.tree.bare(value));
    if spot.is_object && spot.below == "env" {
        refuse_number(builder, stated, value);
    }
}

/// docker-compose's `environment`: a map, or words `NAME=value`.
fn variables(builder: &mut Builder, spot: Spot, node: &Node) {
    let tree = spot.tree;
    let node = tree.resolve(node);
    // What `<<` brings, where the mapping has no such key itself.
    let merged = tree.merged(node).take(MOST_MERGED);
    for entry in merged.filter(|entry| acts(tree, node, entry)).chain(node.entries()) {
        let value = tree.resolve(&entry.value);
        if let Some(text) = value.text() {
            let stated = builder.stated();
            variable(builder, spot, entry.name(), text, tree.bare(value));
            // Of a ConfigMap.
            if spot.is_object && spot.depth == 0 && spot.below.is_empty() {
                refuse_number(builder, stated, value);
            }
        }
    }
    for item in node.items() {
        let Some(inner) = tree.scalar(item) else { continue };
        let Some((name, value)) = inner.text.split_once('=') else { continue };
        variable(builder, spot, name, value, inner.place(name.len() + 1..inner.text.len()));
    }
}

fn variable(builder: &mut Builder, spot: Spot, name: &str, text: &str, place: Range<usize>) {
    if !name.starts_with("ETCD_") {
        return;
    }
    let (value, from) = if place.len() == text.len() { filled_in(spot, text) } else { (text, 0) };
    let place = if value.len() < text.len() { place.start + from..place.start + from + value.len() } else { place };
    builder.variable(name, value, place, Home::new(spot.member, Class::Environment, ""));
}

#[cfg(test)]
mod tests {
    use crate::config::Launcher;
    use crate::config::{Configuration, Source, read_as};
    use crate::text::DocumentId;
    use crate::units::MS;

    fn read(document: DocumentId, text: &str) -> Configuration {
        read_as(Source::Manifest, document, text)
    }

    fn raw(text: &str) -> Vec<(String, String)> {
        read(0, text)
            .settings
            .into_iter()
            .filter(|s| s.effective)
            .map(|s| (s.parameter.key().to_owned(), s.place.span.of(text).to_owned()))
            .collect()
    }

    #[test]
    fn operations_on_a_manifest() {
        let path = "/spec/kubeadmConfigSpec/clusterConfiguration/etcd/local/extraArgs";
        let one = format!("- op: add\n  path: {path}/election-timeout\n  value: \"1000\"\n");
        for text in [
            format!(
                "kind: Kustomization\npatches:\n- target: {{kind: KubeadmControlPlane}}\n  patch: |-\n    {}\n",
                one.trim_end().replace('\n', "\n    ")
            ),
            one.clone(),
            format!("- op: replace\n  path: {path}\n  value:\n    election-timeout: \"1000\"\n"),
            "- op: add\n  path: /spec/containers/0/command/-\n  value: --election-timeout=1000\n".to_owned(),
        ] {
            let read = crate::config::read(0, &text).expect("operations");
            assert_eq!((read.settings.len(), read.settings[0].place.span.of(&text)), (1, "1000"), "{text}");
        }
        let other = one.replace("etcd/local", "scheduler");
        assert!(crate::config::read(0, &other).is_none_or(|read| read.settings.is_empty()));
    }

    #[test]
    fn an_excerpt_is_no_broken_file() {
        let text = "    - --name={{ .Name }}\n    env:\n    - name: ETCD_ELECTION_TIMEOUT\n      value: \"1000\"\n  {{- if .Image }}\n    image: x\n  {{- end }}\n";
        let read = crate::config::read(0, text).expect("a manifest");
        assert_eq!((read.settings.len(), read.problems.iter().map(|problem| problem.id).collect::<Vec<_>>()), (1, vec!["config-template"]));
    }

    #[test]
    fn a_manifest_that_a_program_prints_is_a_template() {
        let text = "const patch = `kind: Pod\nspec:\n  containers:\n    - name: etcd\n      env:\n        - name: ETCD_ELECTION_TIMEOUT\n          value: \"%d\"`\n\tother := 1\n";
        let read = crate::config::read(0, text).expect("a manifest");
        assert_eq!((read.settings.len(), read.settings[0].value), (1, None));
        assert!(read.problems.iter().all(|problem| problem.id == "config-template"), "{:?}", read.problems);
    }

    #[test]
    fn what_installers_say_of_version_and_members() {
        for (text, version, members) in [
            (
                "kind: ClusterConfiguration\ndns:\n  imageTag: v1.8.6\netcd:\n  local:\n    imageTag: 3.4.3-0\n    extraArgs: {election-timeout: \"2500\"}\n",
                "3.4.3-0",
                None,
            ),
            (
                "image:\n  repository: bitnami/etcd\n  tag: 3.5.9-debian-11-r4\nreplicaCount: 5\nextraEnvVars:\n- {name: ETCD_ELECTION_TIMEOUT, value: \"2500\"}\n",
                "3.5.9-debian-11-r4",
                Some(5),
            ),
            (
                "image:\n  repository: nginx\n  tag: 1.19.1\nreplicaCount: 2\nextraEnvVars:\n- {name: ETCD_ELECTION_TIMEOUT, value: \"2500\"}\n",
                "",
                None,
            ),
            (
                "nodes:\n- role: [controlplane, etcd]\n- role: [etcd]\n- role: [worker]\nsystem_images: {etcd: \"rancher/mirrored-coreos-etcd:v3.5.4\"}\nservices:\n  etcd: {extra_args: {election-timeout: 2500}}\n",
                "3.5.4",
                Some(2),
            ),
            ("etcd_version: v3.5.10\netcd_election_timeout: \"5000\"\n", "3.5.10", None),
        ] {
            let read = crate::config::read(0, text).expect("a configuration").cluster;
            assert_eq!((read.etcd_version.as_deref().unwrap_or(""), read.members), (version, members), "{text}");
        }
    }

    #[test]
    fn what_only_names_a_key_is_no_manifest() {
        let source =
            "const (\n\t// The heartbeats:\n\t//\tETCD_HEARTBEAT_INTERVAL: 100ms\n\tSpeed = `json:\"controlPlaneHardwareSpeed\"`\n)\n";
        assert!(crate::config::read(0, source).is_none());
        let broken = "kind: ClusterConfiguration\netcd:\n  local:\n    extraArgs:\n      election-timeout: \"2500\"\n   x: [\n";
        assert_eq!(crate::config::read(0, broken).expect("broken, but one").problems[0].id, "config-yaml-error");
    }

    #[test]
    fn operators_hand_their_options_on() {
        let expected = [("heartbeat-interval".to_owned(), "200".to_owned()), ("election-timeout".to_owned(), "2000".to_owned())];
        for options in [
            "replicas: 5\n  options: {heartbeat-interval: '200', election-timeout: '2000'}\n",
            "size: 5\n  etcdOptions:\n  - --heartbeat-interval=200\n  - --election-timeout=2000\n",
        ] {
            let text = format!("apiVersion: a.example/v1alpha1\nkind: EtcdCluster\nspec:\n  {options}");
            assert_eq!(raw(&text), expected, "{text}");
            assert_eq!(read(0, &text).cluster.members, Some(5));
        }
    }

    #[test]
    fn docker_shows_the_words_of_a_command_twice() {
        let words = "[\"--name=a\", \"--election-timeout=2000\"]";
        let text = format!(
            "[{{\"Path\": \"etcd\", \"Args\": {words}, \"Config\": {{\"Image\": \"etcd:v3.4.3\", \"Env\": [], \"Cmd\": {words}, \"Entrypoint\": [\"etcd\"]}}}}]"
        );
        assert_eq!(raw(&text).len(), 1);
        assert!(read(0, &text).problems.is_empty());
    }

    #[test]
    fn services_of_one_compose_file_do_not_overrule_each_other() {
        let text = "services:\n  a:\n    image: etcd\n    command: [--heartbeat-interval=250]\n  b:\n    image: etcd\n    environment: {ETCD_HEARTBEAT_INTERVAL: 500}\n";
        assert_eq!(raw(text).into_iter().map(|(_, value)| value).collect::<Vec<_>>(), ["250", "500"]);
    }

    #[test]
    fn anchors_and_files_of_a_config_map_are_followed() {
        let services = "services:\n  a:\n    image: etcd\n    environment:\n      <<: *e\n      ETCD_NAME: a\n  b:\n    image: etcd\n    environment: {<<: *e, ETCD_ELECTION_TIMEOUT: 3000}\n";
        let merged = format!("x-env: &e\n  ETCD_HEARTBEAT_INTERVAL: \"200\"\n  ETCD_ELECTION_TIMEOUT: 2000\n{services}");
        assert_eq!(raw(&merged).into_iter().map(|(_, value)| value).collect::<Vec<_>>(), ["200", "2000", "3000"]);
        assert!(read(0, &merged).problems.is_empty());
        // A whole service that others take over: what one says anew overrules nothing of another.
        let services = "services:\n  a: {<<: *e}\n  b:\n    <<: *e\n    command: [etcd, --election-timeout=3000]\n";
        let whole = format!("x-etcd: &e\n  image: etcd\n  command: [etcd, --election-timeout=2000]\n{services}");
        assert_eq!(raw(&whole).into_iter().map(|(_, value)| value).collect::<Vec<_>>(), ["2000", "3000"]);
        assert!(read(0, &whole).problems.is_empty());
        let alias = "x-env: &e\n- ETCD_ELECTION_TIMEOUT=2000\nservices:\n  a:\n    image: etcd\n    environment: *e\n";
        assert_eq!(raw(alias).len(), 1);
        for file in [
            "  x.yml: |\n    all:\n      etcd_heartbeat_interval: 200\n      etcd_election_timeout: 2000\n",
            "  vars: |\n    etcd_heartbeat_interval: 200\n    etcd_election_timeout: 2000\n",
            "  run.sh: |\n    #!/bin/sh\n    exec etcd --name a --heartbeat-interval=200 \\\n      --election-timeout=2000\n",
            "  etcd.json: '{\"heartbeat-interval\": 200, \"election-timeout\": 2000}'\n",
            "  etcd.conf.yml: |\n    name: a\n    heartbeat-interval: 200\n    election-timeout: 2000\n",
            "  x.env: |\n    ETCD_HEARTBEAT_INTERVAL=200\n    ETCD_ELECTION_TIMEOUT=2000\n",
        ] {
            let text = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: etcd}}\ndata:\n{file}");
            assert_eq!(raw(&text).into_iter().map(|(_, value)| value).collect::<Vec<_>>(), ["200", "2000"], "{text}");
        }
    }

    #[test]
    fn a_file_of_a_config_map_is_what_it_holds() {
        let map = |lines: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: etcd}}\ndata:\n  kubeadm.yaml: |\n{lines}");
        let kubeadm = map("    kind: ClusterConfiguration\n    etcd:\n      local:\n        extraArgs: {election-timeout: \"2000\"}\n");
        assert_eq!(raw(&kubeadm).len(), 1);
        // Another program's, beside etcd's name elsewhere.
        let consul = read(0, &map("    raft:\n      election-timeout: 5s\n"));
        assert!(consul.settings.is_empty() && consul.problems.is_empty(), "{consul:?}");
    }

    #[test]
    fn variables_stand_in_other_mappings_too() {
        let secret = "apiVersion: v1\nkind: Secret\ndata:\n  ETCD_ELECTION_TIMEOUT: MjAwMA==\n  ETCD_HEARTBEAT_INTERVAL: MjAw\n";
        let values: Vec<_> = read(0, secret).settings.iter().map(|setting| setting.value).collect();
        assert_eq!(values, [Some(2000 * MS), Some(200 * MS)]);
        let text = "kind: Secret\nstringData:\n  ETCD_ELECTION_TIMEOUT: \"2000\"\n";
        assert_eq!((raw(text).len(), read(0, text).settings.len()), (1, 1));
        assert_eq!(raw("{\"kind\": \"template\", \"stacks\": [{\"answers\": {\"ETCD_ELECTION_TIMEOUT\": \"2000\"}}]}").len(), 1);
    }

    #[test]
    fn a_flag_with_underscores_ends_etcd() {
        let told = |command: &str| {
            let text = format!("kind: Pod\nspec:\n  containers:\n  - name: etcd\n    command: [{command}]\n");
            let ids = |read: Configuration| read.problems.into_iter().map(|problem| problem.id).collect::<Vec<_>>();
            (raw(&text).len(), ids(read(0, &text)))
        };
        assert_eq!(told("etcd, --election_timeout=2000"), (0, vec!["etcd-bad-config"]));
        assert_eq!(told("tune-etcd, --election_timeout=2000"), (0, vec![]));
        assert_eq!(told("etcd, --hearbeat-interval=200"), (0, vec!["etcd-bad-config"]));
        assert_eq!(told("tune-etcd, --hearbeat-interval=200"), (0, vec![]));
    }

    #[test]
    fn names_that_are_written_wrong() {
        let told = |text: &str| read(0, text).problems.into_iter().map(|problem| problem.id).collect::<Vec<_>>();
        let pod = "kind: Pod\nspec:\n  containers:\n  - name: etcd\n    command: [etcd]\n    env: [{name: ETCD_ELECTION_TIMOUT, value: \"2000\"}]\n";
        assert_eq!(told(pod), ["config-unknown-key"]);
        assert_eq!(told(&pod.replace("TIMOUT", "TIMEOUT")), [""; 0]);
        let kubeadm = "kind: ClusterConfiguration\netcd: {local: {extraArgs: {hearbeat-interval: \"200\"}}}\n";
        assert_eq!(told(kubeadm), ["etcd-bad-config"]);
    }

    #[test]
    fn kubeadm_wants_the_form_of_its_version() {
        let (map, list) = ("{election-timeout: \"2000\"}", "[{name: election-timeout, value: \"2000\"}]");
        let told = |version: &str, arguments: &str| {
            let text = format!("apiVersion: {version}\nkind: ClusterConfiguration\netcd: {{local: {{extraArgs: {arguments}}}}}\n");
            let read = read(0, &text);
            assert_eq!(read.cluster.launcher, Some(Launcher::Kubeadm));
            (read.settings[0].effective, read.problems.into_iter().map(|problem| problem.id).collect::<Vec<_>>())
        };
        for version in ["kubeadm.k8s.io/v1beta3", "kubeadm.k8s.io/v1beta4"] {
            let (right, wrong) = if version.ends_with('4') { (list, map) } else { (map, list) };
            assert_eq!(told(version, right), (true, vec![]), "{version}");
            assert_eq!(told(version, wrong), (false, vec!["config-arguments-form"]), "{version}");
            let number = right.replace('"', "");
            assert_eq!(told(version, &number), (false, vec!["config-unquoted-number"]), "{version}");
        }
    }

    #[test]
    fn kubernetes_wants_text_where_it_checks() {
        let told = |head: &str, key: &str, value: &str| {
            let text = format!("{head}image: etcd\n{key}:\n- name: ETCD_ELECTION_TIMEOUT\n  value: {value}\n");
            read(0, &text).problems.into_iter().map(|problem| problem.id).collect::<Vec<_>>()
        };
        let pod = "apiVersion: v1\nkind: Pod\n";
        assert_eq!(told(pod, "env", "2000"), ["config-unquoted-number"]);
        let object = |rest: &str| read(0, &format!("{pod}{rest}")).problems.into_iter().map(|problem| problem.id).collect::<Vec<_>>();
        assert_eq!(object("data: {ETCD_ELECTION_TIMEOUT: 2000, ETCD_NAME: a}\n"), ["config-unquoted-number"]);
        assert_eq!(object("command: [etcd, --election-timeout, 2000]\n"), ["config-unquoted-number"]);
        assert_eq!(object("command: [etcd, --election-timeout, '2000']\n"), [""; 0]);
        // A chart, Ansible or a custom resource may quote it; text with a tag is text.
        for (head, key, value) in [("", "env", "2000"), (pod, "etcdEnv", "2000"), (pod, "env", "!!str 2000"), (pod, "env", "'2000'")] {
            assert_eq!(told(head, key, value), [""; 0], "{head}{key} {value}");
        }
        assert_eq!(told(pod, "env", "inf"), ["etcd-bad-config"]);
    }

    #[test]
    fn what_is_of_another_program_or_taken_out_is_not_read() {
        for text in [
            "kind: Pod\nspec:\n  containers:\n  - image: example/web:1\n    args: [--etcd=http://etcd:2379, --heartbeat-interval=30, --election-timeout=90]\n",
            "raft:\n  configuration: |\n    heartbeat-interval: 500\n    election-timeout: 2000\n",
            "- lineinfile: {path: /etc/etcd.env, line: ETCD_ELECTION_TIMEOUT=2000, state: absent}\n",
        ] {
            assert_eq!(raw(text), [], "{text}");
        }
        let chart = "etcd:\n  configuration: |\n    heartbeat-interval: 500\n    election-timeout: 5000\n";
        assert_eq!(raw(chart).len(), 2);
        // Below the kubelet an installer may set up etcd, too.
        assert_eq!(raw("kubelet:\n  etcd:\n    extraArgs: {election-timeout: \"2000\"}\n").len(), 1);
        let astray = read(0, "kubelet:\n  extraArgs: {election-timeout: \"2000\"}\n").problems;
        assert_eq!(astray[0].id, "config-wrong-section");
    }

    #[test]
    fn a_flag_without_a_value_takes_none_of_the_next() {
        let text = "services:\n  etcd:\n    command: [etcd, --client-cert-auth, --heartbeat-interval=250, --pre-vote, --election-timeout, '2500', --debug]\n";
        assert_eq!(raw(text).into_iter().map(|(_, value)| value).collect::<Vec<_>>(), ["250", "2500"]);
        assert_eq!(read(0, text).cluster.pre_vote, Some(true));
    }

    #[test]
    fn services_of_rancheros_and_the_speed_of_openshift() {
        let text = "#cloud-config\nrancher:\n  services:\n    etcd:\n      image: etcd\n      command: [etcd, --heartbeat-interval=200]\n";
        let found = crate::config::read(0, text).expect("a configuration");
        assert_eq!((found.source, found.settings.len(), found.problems.len()), (Source::Manifest, 1, 0));
        let text = "apiVersion: operator.openshift.io/v1\nkind: Etcd\nspec:\n  controlPlaneHardwareSpeed: \"Slower\"\n";
        let found = crate::config::read(0, text).expect("a configuration");
        assert_eq!(found.settings.iter().map(|setting| setting.value).collect::<Vec<_>>(), [Some(500 * MS), Some(2500 * MS)]);
        let by_platform = read(0, &text.replace("Slower", ""));
        assert!(by_platform.settings.is_empty() && by_platform.limits[0].contains("Azure"), "{:?}", by_platform.limits);
        assert!(found.limits.is_empty());
    }

    #[test]
    fn pods_kubeadm_rke_k3s_compose() {
        let expected = [("heartbeat-interval".to_owned(), "500".to_owned()), ("election-timeout".to_owned(), "5000".to_owned())];
        for text in [
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: etcd\n      command: [etcd, --heartbeat-interval=500, \"--election-timeout=5000\"]\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: etcd\n      command:\n      - etcd\n      args: [--heartbeat-interval, '500', --election-timeout, '5000']\n",
            "kind: ClusterConfiguration\netcd:\n  local:\n    extraArgs: {heartbeat-interval: \"500\", election-timeout: \"5000\"}\n",
            "kind: ClusterConfiguration\netcd:\n  local:\n    extraArgs:\n    - {name: heartbeat-interval, value: \"500\"}\n    - name: election-timeout\n      value: \"5000\"\n",
            "services:\n  etcd:\n    extra_args:\n      heartbeat-interval: 500\n      election-timeout: 5000\n",
            "apiVersion: kubekey.kubesphere.io/v1alpha2\nkind: Cluster\nspec:\n  etcd:\n    heartbeatInterval: 500\n    electionTimeout: 5000\n",
            "kind: Pod\nspec:\n  containers:\n  - name: etcd\n    command:\n    - sh\n    - -c\n    - |\n      BEAT=500\n      exec etcd --heartbeat-interval=$BEAT \\\n        --election-timeout 5000\n",
            "apiVersion: kubekey.kubesphere.io/v1\nkind: Config\nspec:\n  etcd:\n    env:\n      heartbeat_interval: 500\n      election_timeout: 5000\n",
            "vars:\n  - {key: ETCD_HEARTBEAT_INTERVAL, value: \"500\"}\n  - {key: ETCD_ELECTION_TIMEOUT, value: 5000}\n",
            "- lineinfile:\n    line: 'ETCD_HEARTBEAT_INTERVAL=\"500\"'\n- lineinfile:\n    line: ETCD_ELECTION_TIMEOUT=5000\n",
            "configuration: |-\n  name: a\n  heartbeat-interval: 500\n  election-timeout: 5000\n",
            "kind: MachineConfig\napiVersion: machineconfiguration.openshift.io/v1\nspec:\n  config:\n    ignition: {version: 3.2.0}\n    systemd:\n      units:\n      - name: etcd.service\n        dropins:\n        - name: a.conf\n          contents: |\n            [Service]\n            Environment=ETCD_HEARTBEAT_INTERVAL=500 ETCD_ELECTION_TIMEOUT=5000\n",
            "Resources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n      - Image: etcd\n        Environment:\n        - Name: ETCD_HEARTBEAT_INTERVAL\n          Value: 500\n        - {Name: ETCD_ELECTION_TIMEOUT, Value: \"5000\"}\n",
            "services:\n  etcd:\n    command: [etcd, --heartbeat-interval, \"${BEAT:-500}\", \"--election-timeout=${WAIT-5000}\"]\n",
            "services:\n  etcd:\n    environment:\n      ETCD_HEARTBEAT_INTERVAL: ${BEAT:-500}\n      ETCD_ELECTION_TIMEOUT: \"${WAIT:-5000}\"\n",
            "apiVersion: k3d.io/v1alpha5\nkind: Simple\noptions:\n  k3s:\n    extraArgs:\n    - arg: --etcd-arg=heartbeat-interval=500\n      nodeFilters: [server:*]\n    - arg: '--etcd-arg=election-timeout=5000'\n",
            "apiVersion: controlplane.cluster.x-k8s.io/v1beta1\nkind: RKE2ControlPlane\nspec:\n  serverConfig:\n    etcd:\n      customConfig:\n        extraArgs: [\"heartbeat-interval=500\", election-timeout=5000]\n",
            "etcd-arg:\n  - heartbeat-interval=500\n  - election-timeout=5000\n",
            "etcd-arg: heartbeat-interval=500\netcd-arg+: [election-timeout=5000]\n",
            "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nkubeadmConfigPatches:\n- |\n  kind: ClusterConfiguration\n  etcd:\n    local:\n      extraArgs: {heartbeat-interval: \"500\", election-timeout: \"5000\"}\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kubeadm-config}\ndata:\n  ClusterConfiguration: |\n    apiVersion: kubeadm.k8s.io/v1beta3\n    kind: ClusterConfiguration\n    etcd:\n      local:\n        extraArgs:\n          heartbeat-interval: \"500\"\n          election-timeout: \"5000\"\n",
            "services:\n  etcd:\n    image: quay.io/coreos/etcd:v3.5.7\n    command:\n    - '--heartbeat-interval=500'\n    - '--election-timeout=5000'\n",
            "services:\n  etcd:\n    image: quay.io/coreos/etcd:v3.5.7\n    environment:\n      ETCD_HEARTBEAT_INTERVAL: 500\n      ETCD_ELECTION_TIMEOUT: \"5000\"\n",
            "services:\n  etcd:\n    environment:\n    - ETCD_HEARTBEAT_INTERVAL=500\n    - \"ETCD_ELECTION_TIMEOUT=5000\"\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: etcd\n    env:\n    - {name: ETCD_HEARTBEAT_INTERVAL, value: \"500\"}\n    - name: ETCD_ELECTION_TIMEOUT\n      value: '5000'\n",
        ] {
            assert_eq!(raw(text), expected, "{text}");
        }
    }
}
