//! The `config.yaml` of k3s and RKE2, which run an etcd of their own.

use crate::config::configuration::Launcher;
use crate::search;
use crate::yaml::{Entry, Node, Tree};

/// Whether a server keeps its data in its own etcd, and in no other store.
pub fn runs_etcd(tree: &Tree, root: &Node) -> bool {
    let word = |key: &str| tree.word(root, key);
    is_server(root.entries().iter().map(Entry::name))
        && tree.get(root, "datastore-endpoint").is_none()
        && word("disable-etcd") != Some("true")
}

/// What starts a server. Rancher hands `etcd-arg` to its machines itself, all or some of them (rancher2_cluster_v2 of Terraform).
pub fn launcher(document: &str) -> Launcher {
    if search::any(document, &["machine_global_config", "machine_selector_config"]) { Launcher::Installer } else { Launcher::K3s }
}

/// Whether root keys are those of a server of k3s or RKE2.
pub fn is_server<'a>(keys: impl Iterator<Item = &'a str>) -> bool {
    let (mut token, mut server) = (false, false);
    for key in keys {
        if key.starts_with("etcd-arg")
            || key == "cluster-init"
            || key == "etcd-expose-metrics"
            || key.starts_with("etcd-snapshot-")
            || key.starts_with("etcd-s3")
        {
            return true;
        }
        token |= key.starts_with("token");
        server |= key == "tls-san";
    }
    token && server
}

#[cfg(test)]
mod tests {
    use super::Launcher;
    use crate::config::read;
    use crate::ids::RuleId;

    #[test]
    fn rancher_hands_it_to_its_machines_itself() {
        for (text, launcher) in [
            ("machine_global_config = <<EOF\ncni: calico\netcd-arg: [ \"election-timeout=1000\" ]\nEOF\n", Launcher::Installer),
            (
                "machine_selector_config {\n  config = yamlencode({\n    etcd-arg = [\"election-timeout=1000\"]\n  })\n}\n",
                Launcher::Installer,
            ),
            ("etcd-arg: [ \"election-timeout=1000\" ]\n", Launcher::K3s),
        ] {
            assert_eq!(read(0, text).expect("a configuration").cluster.launcher, Some(launcher), "{text}");
        }
    }

    #[test]
    fn a_flag_that_it_does_not_know_is_skipped() {
        let read = read(0, "cluster-init: true\netcd-election-timeout: 5000\n").expect("a configuration");
        assert!(!read.settings[0].effective && read.problems[0].id == RuleId::ConfigUnknownKey, "{read:?}");
    }

    /// k3s-io/k3s@001bb933:pkg/etcd/etcd.go, rancher/rke@00ecd611:cluster/defaults.go: 500 and 5000 ms.
    #[test]
    fn what_is_not_stated_is_the_pair_of_the_launcher() {
        let told =
            |text: &str| read(0, text).expect("a configuration").problems.into_iter().map(|problem| problem.note).collect::<Vec<_>>();
        for text in [
            "cluster-init: true\netcd-arg:\n- heartbeat-interval=250\n",
            "curl -sfL https://x.invalid | INSTALL_K3S_EXEC=\"server --etcd-arg=heartbeat-interval=250\" sh -\n",
            "services:\n  kube-api: {}\n  etcd:\n    extra_args:\n      heartbeat-interval: \"250\"\n",
        ] {
            assert!(told(text).is_empty(), "{text}: {:?}", told(text));
            let short = text
                .replace("heartbeat-interval=250", "election-timeout=2000")
                .replace("heartbeat-interval: \"250\"", "election-timeout: \"2000\"");
            assert!(told(&short)[0].contains("500\u{a0}ms (the default of k3s and RKE)"), "{short}: {:?}", told(&short));
        }
    }
}
