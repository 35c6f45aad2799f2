//! `etcd-discovery-failed`: bootstrap through a discovery service failed.

use super::common::{all, said_outright};
use super::{Finding, Rule};
use crate::facts::Facts;
use crate::log::event::Meaning;

/// The rule.
pub const RULE: Rule = Rule {
    id: "etcd-discovery-failed",
    why: "A new cluster finds its first members through the discovery address. With a used, full or unknown token etcd never starts to serve.",
    what_to_do: "Get a new token with the right size for each new cluster, and start with empty data directories. An existing cluster needs no discovery: add the member and give initial-cluster.",
    references: &["etcd-io/etcd@v2.3.8:discovery/discovery.go", "etcd-io/etcd@v2.3.8:etcdmain/etcd.go:150"],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let title = "etcd could not start through its discovery service";
    let what = "The member found no cluster to form or to join. No timer changes that.";
    said_outright(facts, RULE.id, &all(facts, &[Meaning::DiscoveryProblem]), title, what)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{facts, find};

    #[test]
    fn a_used_token() {
        let log = "Apr 28 16:25:31 host etcd2[1614]: discovery token https://discovery.example/abc was used, but failed to bootstrap the cluster.\n";
        assert!(find(&facts(&[log]), "etcd-discovery-failed").is_some());
    }

    #[test]
    fn a_token_that_is_no_longer_needed_is_none() {
        let log = "2016-07-13 16:59:33.017422 W | etcdserver: discovery token ignored since a cluster has already been initialized. Valid log found at \"/var/lib/etcd2/member/wal\"\n";
        assert!(find(&facts(&[log]), "etcd-discovery-failed").is_none());
    }
}
