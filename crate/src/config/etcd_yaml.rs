//! etcd's own YAML or JSON file (`--config-file`): hyphens only, letter case ignored, unknown keys
//! passed over. While it is in use flags and variables are ignored
//! (etcd-io/etcd@v3.4.0:etcdmain/config.go:131, 292-316).

use super::builder::{Builder, Class, Home};
use super::configuration::{Configuration, Source};
use super::mapped_text::MappedText;
use super::tree::tree_of;
use super::{keys, scalar};
use crate::text::DocumentId;
use crate::yaml::{self, Node, Tree};

/// Reads an etcd configuration file that was pasted as it is.
pub fn read(document: DocumentId, text: &str) -> Configuration {
    let mut builder = Builder::new(document, Source::EtcdYaml, text);
    let tree = tree_of(&mut builder);
    builder.cluster.has_etcd = true;
    if let Some(root) = tree.documents.first() {
        take(&mut builder, &tree, root, |span| span);
    }
    builder.finish("etcd configuration file".to_owned())
}

/// Takes an etcd configuration file that another document writes.
pub fn take_inner(builder: &mut Builder, inner: &MappedText) {
    let tree = yaml::read(&inner.text).unwrap_or_else(|_| yaml::read_tolerantly(&inner.text));
    if let Some(root) = tree.documents.first() {
        take(builder, &tree, root, |span| inner.place(span));
    }
}

fn take(builder: &mut Builder, tree: &Tree, root: &Node, place: impl Fn(std::ops::Range<usize>) -> std::ops::Range<usize>) {
    for entry in tree.resolve(root).entries() {
        let name = entry.name().to_ascii_lowercase();
        let node = tree.resolve(&entry.value);
        if let Some(text) = node.text() {
            builder.fact_of_flag(&name, text);
        }
        let Some(meant) = keys::of_key(&name).filter(|(parameter, old)| parameter.is_etcd() && !old) else {
            let near =
                keys::nearest(&name, ["heartbeat-interval", "election-timeout"]).filter(|_| !builder.told_enough("config-unknown-key"));
            if let Some(near) = near {
                builder.problem(
                    "config-unknown-key",
                    place(entry.key.span.clone()),
                    format!("{name} is no key of etcd's file and is ignored; did you mean {near}?"),
                    keys::of_key(near).map(|(parameter, _)| parameter),
                );
            }
            continue;
        };
        builder.claim(meant, place(node.span.clone()), scalar::strict(meant.0, node), Home::new("", Class::ConfigFile, ""));
        if name.contains('_') {
            let note = format!("{name} is ignored: etcd's file knows only hyphens; write {}.", name.replace('_', "-"));
            builder.void_last(&note);
            builder.problem("config-unknown-key", place(entry.key.span.clone()), note, Some(meant.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::MS;

    #[test]
    fn strict_about_types_lax_about_case() {
        let read =
            read(0, "name: a\nHeartbeat-Interval: 0600\nelection_timeout: 6000\ninitial-cluster: a=http://x,b=http://y,c=http://z\n");
        assert_eq!((read.settings[0].value, read.settings[0].effective), (Some(384 * MS), true));
        assert!(!read.settings[1].effective);
        assert_eq!(read.cluster.members, Some(3));
        assert!(
            super::read(0, "name: a\nheartbeat-interval: \"600\"\ndata-dir: x\n")
                .problems
                .iter()
                .any(|problem| problem.id == "etcd-bad-config")
        );
    }
}
