//! `etcd-cluster-id-mismatch`: members of two separately created clusters talk to each other.

use super::common::{lines, plural, said_outright};
use super::{Finding, Rule};
use crate::facts::Facts;
use crate::ids::RuleId;
use crate::log::event::Meaning;

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdClusterIdMismatch,
    why: "The id is made when a cluster is created. Two ids mean two creations: an old data directory, a used discovery token, or addresses of another cluster. Such members refuse each other forever.",
    what_to_do: "Find the odd side with etcdctl member list on both; the cluster that holds your data wins. On the other: stop etcd, keep a copy of its data directory, remove it, add the member again, and start with initial-cluster-state existing. Never remove the data on the side that holds yours; a new cluster needs a new discovery token.",
    references: &["etcd-io/etcd@v2.3.8:rafthttp/http.go", "etcd-io/etcd@v3.4.45:etcdserver/api/rafthttp/http.go"],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let events = facts.meaning(&[Meaning::ClusterIdMismatch]);
    let ids = events.iter().map(|id| facts.event(*id)).find_map(|event| Some((event.word("value")?, event.word("value2")?)));
    let ids = ids.map_or(String::new(), |(theirs, ours)| format!(": {theirs} there, {ours} here"));
    let what = format!(
        "{} of requests ignored because the cluster ids differ{ids}. No timer changes that.",
        plural(lines(facts, &events), "line tells", "lines tell")
    );
    said_outright(facts, RULE.id, &events, "Two members belong to separately created clusters and refuse each other", &what)
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    #[test]
    fn two_ids() {
        let log = "2016-07-13 16:59:33.017422 E | rafthttp: request sent was ignored (cluster ID mismatch: remote[9ff20c095faac8b0]=2eecb227327d67ae, local=7c6b2a785a0c3169)\n";
        assert!(find(&facts(&[log]), RuleId::EtcdClusterIdMismatch).is_some());
    }

    #[test]
    fn a_member_that_joins_is_none() {
        assert!(find(&facts(&["2016-07-13 16:59:33.017422 N | etcdserver: added member 2eb57a48c2641c1d [http://10.0.0.1:2380] to cluster 53a2a5178aad20e1\n"]), RuleId::EtcdClusterIdMismatch).is_none());
    }
}
