//! etcd's own YAML or JSON file (`--config-file`): hyphens only, letter case ignored, unknown keys
//! passed over. While it is in use flags and variables are ignored
//! (etcd-io/etcd@v3.4.0:etcdmain/config.go:131, 292-316).

use crate::config::builder::{Builder, Class, Home};
use crate::config::configuration::Launcher;
use crate::config::meaning::{keys, scalar};
use crate::config::syntax::mapped_text::MappedText;
use crate::config::tree::TextTree;
use crate::ids::RuleId;
use crate::parameters::RANCHER;
use crate::yaml::Node;

/// Takes what such a file states.
pub fn take(builder: &mut Builder, text: &MappedText) {
    let tree = TextTree::of(builder, text);
    // Of JSON only its own keys tell whose it is.
    builder.cluster.has_etcd |= text.is_document() && !text.text.trim_start().starts_with('{');
    // Read line by line, a program's text may begin further in than the file that it holds; of YAML etcd reads the first document.
    let most = if builder.tolerant { tree.documents.len() } else { 1 };
    for root in tree.documents.iter().take(most) {
        let root = tree.resolve(root);
        take_keys(builder, &tree, root, &Home::new("", Class::ConfigFile, ""));
        // k3s-io/k3s: pkg/daemons/executor/executor.go, ToConfigFile: it writes `config` into this folder at each start.
        if tree.word(root, "data-dir").is_some_and(|folder| folder.ends_with("/server/db/etcd")) {
            (builder.cluster.launcher, builder.cluster.own_pair) = (Some(Launcher::K3s), Some(&RANCHER));
        }
    }
}

/// Takes etcd's options from a mapping that checks types; a Container Linux Config, in which they become flags, knows them
/// by underscores alone.
pub fn take_keys(builder: &mut Builder, tree: &TextTree, map: &Node, home: &Home) {
    let snake = home.class == Class::Flag;
    for entry in map.entries() {
        let name = if snake { entry.name().to_owned() } else { entry.name().to_ascii_lowercase() };
        let (node, span) = (tree.resolve(&entry.value), tree.place(&entry.key.span));
        if let Some(text) = node.text() {
            builder.fact_of_flag(&name, text);
            if snake && name == "version" {
                builder.version(text);
            }
        }
        let Some(meant) = keys::of_key(&name).filter(|(parameter, old)| parameter.is_etcd() && !old) else {
            if !snake {
                let timers = ["heartbeat-interval", "election-timeout"];
                builder.misspelt(&name, &timers, span, "is no key of etcd's file and is ignored");
            }
            continue;
        };
        builder.claim(meant, tree.place(&node.span), scalar::strict(meant.0, node), home.clone());
        if snake && name.contains('-') {
            let note = format!("{name} is no key here and is dropped: write {} with underscores.", name.replace('-', "_"));
            builder.refuse_last(RuleId::ConfigUnknownKey, span, note);
        } else if !snake && name.contains('_') {
            let note = format!("{name} is ignored: etcd's file knows only hyphens; write {}.", name.replace('_', "-"));
            builder.refuse_last(RuleId::ConfigUnknownKey, span, note);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Configuration, Source, read_as};
    use crate::ids::RuleId;
    use crate::text::DocumentId;
    use crate::units::MS;

    fn read(document: DocumentId, text: &str) -> Configuration {
        read_as(Source::EtcdYaml, document, text)
    }

    /// Go's and JavaScript's texts in backticks stand at the margin, the program further in.
    #[test]
    fn what_a_program_holds_at_the_margin_is_read() {
        let text = "\t\t\"etcd.yml\": `# of etcd\nname: 'a'\nheartbeat-interval: 100\nlisten-peer-urls: http://x\n`,\n";
        let read = crate::config::read(0, text).expect("of etcd");
        assert_eq!(read.settings.iter().map(|setting| setting.value).collect::<Vec<_>>(), [Some(100 * MS)]);
        assert!(self::read(0, "name: a\n---\nheartbeat-interval: 100\n").settings.is_empty());
    }

    #[test]
    fn json_of_another_program_is_none_of_etcd() {
        let nested = |key: &str| crate::config::read(0, &format!("{{\"socket\": {{\"{key}\": 30000, \"retry\": 5}}}}"));
        assert!(nested("heartbeat-interval").is_none() && nested("election-timeout").is_none());
        assert!(crate::config::read(0, "{\"data-dir\": \"/x\", \"heartbeat-interval\": 100}").is_some());
    }

    #[test]
    fn strict_about_types_lax_about_case() {
        let read =
            read(0, "name: a\nHeartbeat-Interval: 0600\nelection_timeout: 6000\ninitial-cluster: a=http://x,b=http://y,c=http://z\n");
        assert_eq!((read.settings[0].value, read.settings[0].effective), (Some(384 * MS), true));
        assert!(!read.settings[1].effective);
        assert_eq!(read.cluster.members, Some(3));
        assert!(
            self::read(0, "name: a\nheartbeat-interval: \"600\"\ndata-dir: x\n")
                .problems
                .iter()
                .any(|problem| problem.id == RuleId::EtcdBadConfig)
        );
    }
}
