//! The `config.yaml` of k3s and RKE2, which run an etcd of their own.

use crate::yaml::{Entry, Node, Tree};

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
