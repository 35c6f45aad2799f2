//! `etcd-unknown-peer`: members do not agree on who belongs to the cluster, or one was taken off their list.

use super::common::{REMOVED, beside, matching, near, plural, says, with_etcd_stop};
use super::{Finding, Rule};
use crate::facts::voices::START_LINES;
use crate::facts::{EventId, Facts};
use crate::ids::RuleId;
use crate::log::event::{Event, Meaning};
use crate::report::{Confidence, Severity};
use crate::search;
use crate::sort::distinct;
use crate::units::{Micros, S};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdUnknownPeer,
    why: "A member turns away those that are not on its list. They take no part there. Waiting longer puts none on the list.",
    what_to_do: "Compare etcdctl member list, asked on each member, with the ids in these lines. A member that was created again must be added again; one that was removed must be stopped.",
    references: &[
        "etcd-io/etcd@v3.4.45:etcdserver/api/rafthttp/http.go:456",
        "etcd-io/etcd@v3.7.1:server/etcdserver/api/rafthttp/http.go:425",
        "etcd-io/etcd@v3.7.1:server/etcdserver/api/rafthttp/http.go:438",
    ],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let turned_away = [Meaning::UnknownPeer, Meaning::PeerIdMismatch, Meaning::RemovedMember];
    let mut events = matching(facts, &turned_away, |event| {
        // Of a member that was removed itself another rule speaks.
        event.meaning != Meaning::RemovedMember || !says(event, REMOVED)
    });
    // Who falls behind hears of a new member some moments late (http.go:425, its comment), and so does one that starts: it reads
    // its list from its own log, while the others call already.
    let named_beside = |id: EventId, from: Micros, meanings: &[Meaning]| {
        let peer = facts.event(id).word("peer");
        let names = |event: &Event| meanings.contains(&event.meaning) && peer.is_some_and(|peer| search::has(&event.text, peer));
        beside(facts, id, from, 60 * S, 40, &names)
    };
    let taken_on = |id: EventId| {
        let changed = &[Meaning::MemberChange];
        named_beside(id, -60 * S, changed) || named_beside(id, 0, &[Meaning::PeerActive, Meaning::PeerStreamUp])
    };
    events.retain(|id| !with_etcd_stop(facts, *id) && !taken_on(*id));
    if events.is_empty() {
        return taken_off(facts);
    }
    let of = |meaning: Meaning| events.iter().any(|id| facts.event(*id).meaning == meaning);
    let (severity, title, what) = if of(Meaning::PeerIdMismatch) {
        (
            Severity::Warning,
            "A member is taken for another one, and turned away",
            "Its address belongs to a member of another id: it was created again there, or two addresses are mixed up.",
        )
    } else if of(Meaning::UnknownPeer) {
        let title = "A member turned away a peer that is not on its list of members";
        (Severity::Warning, title, "The two do not agree on who belongs to the cluster.")
    } else {
        (Severity::Info, "A member that was removed still calls the others", "They turn it away. For them it does no harm.")
    };
    Some(Finding::new(RULE.id, severity, Confidence::High, title, what).showing(facts, &events))
}

/// A remark: who misses a member, or a majority, may look here.
fn taken_off(facts: &Facts) -> Option<Finding> {
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

    const UNKNOWN: &str = "2019-08-09 10:57:50.500232 E | rafthttp: failed to find member 483051cc299afbd9 in cluster e9ba35e77aa595b\n";

    #[test]
    fn a_peer_that_is_not_on_the_list() {
        assert!(find(&facts(&[UNKNOWN]), RuleId::EtcdUnknownPeer).expect("unknown").title.contains("not on its list"));
    }

    #[test]
    fn a_member_that_was_just_added_is_none() {
        let added = "2019-08-09 10:57:53.500232 N | etcdserver/membership: added member 483051cc299afbd9 [https://192.0.2.1:2380] to cluster e9ba35e77aa595b\n";
        assert!(find(&facts(&[&(String::from(UNKNOWN) + added)]), RuleId::EtcdUnknownPeer).is_none());
        // That another one was added explains nothing.
        let other = added.replace("483051cc299afbd9", "8e9e05c52164694d");
        assert!(find(&facts(&[&(String::from(UNKNOWN) + &other)]), RuleId::EtcdUnknownPeer).is_some());
    }

    /// A log of warnings alone.
    #[test]
    fn a_peer_that_is_there_a_moment_later_called_a_member_that_was_starting() {
        let unknown = r#"{"level":"warn","ts":"2026-11-30T03:28:08.070Z","caller":"rafthttp/http.go:448","msg":"failed to find remote peer in cluster","local-member-id":"b3eac883acf615cb","remote-peer-id-stream-handler":"b3eac883acf615cb","remote-peer-id-from":"927c1d830e76c532","cluster-id":"40320dd63945565d"}"#;
        let up = |peer: &str| {
            format!(
                r#"{{"level":"warn","ts":"2026-11-30T03:28:08.095Z","caller":"rafthttp/stream.go:277","msg":"established TCP streaming connection with remote peer","stream-writer-type":"stream Message","local-member-id":"b3eac883acf615cb","remote-peer-id":"{peer}"}}"#
            )
        };
        let found = |peer: &str| find(&facts(&[&format!("{unknown}\n{}\n", up(peer))]), RuleId::EtcdUnknownPeer).is_some();
        assert!(!found("927c1d830e76c532"));
        assert!(found("8ed444ccf27e9aa6"));
    }

    #[test]
    fn a_removed_member_that_goes_on_calling() {
        let log = "2019-08-09 10:57:50.500232 W | rafthttp: rejected the stream from peer 483051cc299afbd9 since it was removed\n";
        let found = find(&facts(&[log]), RuleId::EtcdUnknownPeer).expect("removed");
        assert!(found.title.contains("was removed") && found.severity == Severity::Info, "{found:?}");
    }

    /// Of the member that was removed itself `etcd-member-removed` speaks.
    #[test]
    fn the_removal_of_another_is_a_remark() {
        let removed = "2016-07-13 16:59:33.017422 N | etcdserver: removed member 2eb57a48c2641c1d from cluster 53a2a5178aad20e1\n";
        let alone = facts(&[removed]);
        let found = find(&alone, RuleId::EtcdUnknownPeer).expect("a remark");
        assert_eq!((found.severity, &*found.title), (Severity::Info, "1\u{a0}member was removed from the cluster"));
        assert!(find(&alone, RuleId::EtcdMemberRemoved).is_none());
        let start = "2016-07-13 16:59:33.000000 I | etcdserver: starting member 8e9e05c52164694d in cluster 53a2a5178aad20e1\n";
        assert!(find(&facts(&[&(start.to_owned() + removed)]), RuleId::EtcdUnknownPeer).is_none());
    }

    /// An excerpt of the warnings alone has no line of the stop itself.
    #[test]
    fn a_member_that_gives_its_connections_up_is_stopping() {
        let gave_up = "2019-08-09 10:57:50.483514 E | rafthttp: failed to read 91d25258d70ad868 on stream MsgApp v2 (context canceled)\n";
        assert!(find(&facts(&[&(String::from(gave_up) + UNKNOWN)]), RuleId::EtcdUnknownPeer).is_none());
        assert!(find(&facts(&[&(gave_up.replace("10:57:50", "10:52:50") + UNKNOWN)]), RuleId::EtcdUnknownPeer).is_some());
    }
}
