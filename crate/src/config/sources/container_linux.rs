//! Container Linux Config, Butane, and Ignition's tree written as YAML.

use super::{etcd_yaml, ignition};
use crate::config::builder::{Builder, Class, Home, TRANSPILED, UnitState};
use crate::config::syntax::mapped_text::MappedText;
use crate::config::tree::TextTree;
use crate::yaml::Node;

/// Takes what a Container Linux Config or a Butane file states.
pub fn take(builder: &mut Builder, text: &MappedText) {
    let tree = TextTree::of(builder, text);
    if let Some(root) = tree.documents.first() {
        take_etcd(builder, &tree, root);
        ignition::take_root(builder, &tree, root);
    }
}

/// The `etcd` section, which becomes flags of etcd-member.service. Keys in snake case only, types strict:
/// coreos/container-linux-config-transpiler@v0.9.0:config/types/etcd.go.
fn take_etcd(builder: &mut Builder, tree: &TextTree, root: &Node) {
    let Some(etcd) = tree.get(root, "etcd") else { return };
    builder.cluster.has_etcd = true;
    builder.unit(UnitState { name: String::from("etcd-member.service"), started: true, ..UnitState::default() });
    etcd_yaml::take_keys(builder, tree, etcd, &Home::new("etcd-member.service", Class::Flag, TRANSPILED));
}

#[cfg(test)]
mod tests {
    use crate::config::{Configuration, Source, read_as};
    use crate::text::DocumentId;
    use crate::units::MS;

    fn read(document: DocumentId, text: &str) -> Configuration {
        read_as(Source::ContainerLinux, document, text)
    }

    #[test]
    fn section_units_and_files() {
        let text = "etcd:\n  version: 3.3.9\n  heartbeat_interval: 500\n  election-timeout: 5000\nsystemd:\n  units:\n    - name: fleet.service\n      enabled: true\n      dropins:\n        - name: a.conf\n          contents: |\n            [Service]\n            Environment=FLEET_AGENT_TTL=60s\n";
        let read = read(0, text);
        assert_eq!((read.settings[0].value, read.settings[0].effective), (Some(500 * MS), true));
        assert!(!read.settings[1].effective);
        assert!(read.settings[2].effective);
        assert_eq!(read.cluster.etcd_version.as_deref(), Some("3.3.9"));
    }
}
