//! The `config.yaml` of k3s and RKE2, which run an etcd of their own.

use super::builder::{Builder, Class, Home};
use super::configuration::Launcher;
use super::mapped_text::MappedText;
use super::{keys, scalar};
use crate::yaml::{self, Entry, Node, Tree};

/// Takes the `config.yaml` of k3s or RKE2 that another document writes.
pub fn take(builder: &mut Builder, inner: &MappedText) {
    let tree = yaml::read(&inner.text).unwrap_or_else(|_| yaml::read_tolerantly(&inner.text));
    let Some(root) = tree.documents.first() else { return };
    if !runs_etcd(&tree, root) {
        return;
    }
    builder.cluster.has_etcd = true;
    builder.cluster.launcher = Some(Launcher::K3s);
    // One alone may stand without a list, and `etcd-arg+` adds to those of another file.
    let entries = ["etcd-arg", "etcd-arg+"].into_iter().flat_map(|key| tree.all(root, key));
    let listed =
        entries.flat_map(|entry| if entry.value.text().is_some() { std::slice::from_ref(&entry.value) } else { entry.value.items() });
    for item in listed {
        let Some((name, value)) = item.text().and_then(|text| text.split_once('=')) else { continue };
        let name = name.trim_start_matches('-');
        builder.fact_of_flag(name, value);
        let Some(meant) = keys::of_key(name).filter(|(parameter, _)| parameter.is_etcd() && !name.contains('_')) else { continue };
        let end = item.within_quotes().end;
        let span = inner.place(end.saturating_sub(value.len())..end);
        builder.claim(meant, span, scalar::daemon(meant.0, value), Home::new("", Class::Flag, ""));
    }
}

/// Whether a server keeps its data in its own etcd, and in no other store.
pub fn runs_etcd(tree: &Tree, root: &Node) -> bool {
    let word = |key: &str| tree.get(root, key).and_then(Node::text);
    is_server(root.entries().iter().map(Entry::name))
        && tree.get(root, "datastore-endpoint").is_none()
        && word("disable-etcd") != Some("true")
}

/// Whether root keys are those of a server of k3s or RKE2.
pub fn is_server<'a>(keys: impl Iterator<Item = &'a str>) -> bool {
    let (mut token, mut server) = (false, false);
    for key in keys {
        if key.starts_with("etcd-arg") || key == "etcd-expose-metrics" || key.starts_with("etcd-snapshot-") || key.starts_with("etcd-s3") {
            return true;
        }
        token |= key.starts_with("token");
        server |= key == "tls-san" || key == "cluster-init";
    }
    token && server
}
