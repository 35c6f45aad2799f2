//! `etcd-member-removed`: this member was removed from its cluster.

use super::common::{REMOVED, matching, near, plural, said_outright, says};
use super::{Finding, Rule};
use crate::facts::voices::START_LINES;
use crate::facts::{EventId, Facts};
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::report::{Confidence, Severity};
use crate::sort::distinct;
use crate::units::S;

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
        .or_else(|| another(facts))
}

/// A remark: who misses a member, or a majority, may look here.
fn another(facts: &Facts) -> Option<Finding> {
    let mut events = matching(facts, &[Meaning::MemberChange], |event| says(event, &["removed member"]));
    // A start carries out once more what its log holds.
    events.retain(|id| !near(facts, *id, START_LINES, -10 * S, 0, 60));
    let removed = distinct(events.iter().filter_map(|id| facts.event(*id).word("peer"))).len().max(1);
    let was = if removed == 1 { "was" } else { "were" };
    let title = format!("{} {was} removed from the cluster", plural(removed as u64, "member", "members"));
    let what = "etcd does so on command alone: somebody or a tool asked for it, as an operator, kubeadm reset or etcdctl member remove.";
    let finding = Finding::new(RULE.id, Severity::Info, Confidence::High, title, what).counting(removed);
    (!events.is_empty()).then(|| finding.showing(facts, &events).advising("If nobody meant it, look for the tool in the logs of that moment. To bring a member back: remove its old data directory, and add it as a new one."))
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::report::Severity;
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

    #[test]
    fn the_removal_of_another_is_a_remark() {
        let removed = "2016-07-13 16:59:33.017422 N | etcdserver: removed member 2eb57a48c2641c1d from cluster 53a2a5178aad20e1\n";
        let found = find(&facts(&[removed]), RuleId::EtcdMemberRemoved).expect("a remark");
        assert_eq!((found.severity, &*found.title), (Severity::Info, "1\u{a0}member was removed from the cluster"));
        let start = "2016-07-13 16:59:33.000000 I | etcdserver: starting member 8e9e05c52164694d in cluster 53a2a5178aad20e1\n";
        assert!(find(&facts(&[&(start.to_owned() + removed)]), RuleId::EtcdMemberRemoved).is_none());
    }
}
