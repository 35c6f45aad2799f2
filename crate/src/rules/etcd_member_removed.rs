//! `etcd-member-removed`: this member was removed from its cluster.

use super::common::{REMOVED, said_outright, says};
use super::{Finding, Rule};
use crate::facts::{EventId, Facts};
use crate::ids::RuleId;

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdMemberRemoved,
    why: "The others refuse a removed member for good, and it exits. It cannot come back with its old data directory.",
    what_to_do: "To bring it back: remove its old data directory, add it to the cluster as a new member, and start it with initial-cluster-state existing.",
    references: &["etcd-io/etcd@v2.3.8:etcdserver/server.go:443", "etcd-io/etcd@v2.3.8:rafthttp/stream.go"],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let events: Vec<EventId> = facts.events_where(|event| says(event, REMOVED));
    said_outright(facts, RULE.id, &events, "This member was removed from its cluster", "The log says so itself. No timer changes that.")
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    #[test]
    fn the_log_says_so() {
        let log = "2016-07-13 16:59:33.017422 E | rafthttp: the member has been permanently removed from the cluster\n";
        assert!(find(&facts(&[log]), RuleId::EtcdMemberRemoved).is_some());
        // Asked for its status meanwhile, it ends by a fault.
        let panic = "panic: failed to find local ID in cluster members\n\ngoroutine 1358 [running]:\n";
        let facts = facts(&[&format!("2024-07-13T16:59:33.017422Z etcd[1]: {panic}")]);
        assert!(find(&facts, RuleId::EtcdMemberRemoved).is_some() && find(&facts, RuleId::EtcdRestarted).is_none());
    }
}
