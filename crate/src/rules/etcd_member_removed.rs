//! `etcd-member-removed`: this member was removed from its cluster.

use super::common::{said_outright, says};
use super::{Finding, Rule};
use crate::facts::{EventId, Facts};

/// The rule.
pub const RULE: Rule = Rule {
    id: "etcd-member-removed",
    why: "The others refuse a removed member for good, and it exits. It cannot come back with its old data directory.",
    what_to_do: "To bring it back: remove its old data directory, add it to the cluster as a new member, and start it with initial-cluster-state existing.",
    references: &["etcd-io/etcd@v2.3.8:etcdserver/server.go:443", "etcd-io/etcd@v2.3.8:rafthttp/stream.go"],
    check,
};

/// Texts with which a removed member learns of it.
pub const REMOVED: &[&str] = &["permanently removed from the cluster", "removed during cluster re-configuration"];

fn check(facts: &Facts) -> Option<Finding> {
    let events: Vec<EventId> = facts.events_where(|event| says(event, REMOVED));
    said_outright(facts, RULE.id, &events, "This member was removed from its cluster", "The log says so itself. No timer changes that.")
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{facts, find};

    #[test]
    fn the_log_says_so() {
        let log = "2016-07-13 16:59:33.017422 E | rafthttp: the member has been permanently removed from the cluster\n";
        assert!(find(&facts(&[log]), "etcd-member-removed").is_some());
    }

    #[test]
    fn the_removal_of_another_is_none() {
        assert!(
            find(
                &facts(&["2016-07-13 16:59:33.017422 N | etcdserver: removed member 2eb57a48c2641c1d from cluster 53a2a5178aad20e1\n"]),
                "etcd-member-removed"
            )
            .is_none()
        );
    }
}
