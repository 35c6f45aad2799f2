//! How many members vote.

use super::Facts;
use crate::log::event::{Event, Meaning};
use crate::search;
use crate::sort::distinct;

/// How many members vote: stated, configured, or at least those that the logs name.
pub(super) fn members(facts: &Facts) -> Option<u32> {
    let stated = facts.assumptions.members;
    let configured = facts.configurations.iter().filter_map(|c| c.cluster.members).max();
    let logged = facts.events_of(&TELL_OF_ALL).filter_map(|(_, event)| counted(event)).max();
    let configured = configured.max(logged);
    // The first member of a cluster that grew names itself alone in initial-cluster, as that of kubeadm does for good
    // (kubernetes/kubernetes@0009808:cmd/kubeadm/app/phases/etcd/local.go, getEtcdCommand): what the logs name tells more,
    // and so does a late heartbeat, which is sent to others (etcd-io/etcd@v3.4.45:etcdserver/raft.go, processMessages).
    let grew = || ids_in(facts, &SPEAK_OF_OTHERS) > 1 || ids_in(facts, &[Meaning::MemberChange]) > 1 || sent_late(facts);
    let configured = configured.filter(|count| *count != 1 || !grew());
    stated.or(configured).or_else(|| named_members(facts))
}

fn sent_late(facts: &Facts) -> bool {
    facts.has(&[Meaning::HeartbeatLate])
}

/// Lines that count the members: with which the cluster began, or who votes.
const TELL_OF_ALL: [Meaning; 4] = [Meaning::InitialCluster, Meaning::StartupZapConfig, Meaning::TickAdvance, Meaning::Voters];

/// How many members such a line counts.
fn counted(event: &Event) -> Option<u32> {
    let count = match event.meaning {
        Meaning::TickAdvance => usize::from(search::has(&event.text, "single-node")),
        Meaning::Voters => event.word("voters")?.split(')').next()?.split_whitespace().count(),
        _ => event.word("members")?.split(',').filter(|member| member.contains('=')).count(),
    };
    (count > 0).then_some(count as u32)
}

/// Lines that name other members than the one that speaks.
const SPEAK_OF_OTHERS: [Meaning; 6] =
    [Meaning::VoteSent, Meaning::VoteCast, Meaning::VoteReceived, Meaning::LeaderElected, Meaning::LeaderChanged, Meaning::BecameLeader];

/// Names in a log are at least the members: an excerpt of one member's lines names few. Three and more
/// are taken as they are; fewer only where the log counts them, or shows one winning without asking anybody.
fn named_members(facts: &Facts) -> Option<u32> {
    let named = ids_in(facts, &SPEAK_OF_OTHERS);
    if named >= 3 {
        return Some(named);
    }
    let counted = ids_in(facts, &[Meaning::MemberChange]);
    if counted > 0 {
        return Some(named.max(counted));
    }
    let has = |meaning| facts.has(&[meaning]);
    // Somebody else's vote or term is no count of members: a removed one asks for votes too.
    let heard = ids_in(
        facts,
        &[
            Meaning::BecameLeader,
            Meaning::BecameFollower,
            Meaning::LeaderLost,
            Meaning::VoteIgnoredLease,
            Meaning::HigherTermMessage,
            Meaning::LowerTermIgnored,
        ],
    );
    let asked_nobody = has(Meaning::BecameCandidate) && has(Meaning::BecameLeader) && !has(Meaning::VoteSent);
    let alone = named == 1 && heard == 1 && asked_nobody && !sent_late(facts);
    // 0.4 names its members in plain words.
    let old = distinct(facts.events_of(&[Meaning::Leader04]).filter_map(|(_, event)| event.word("new")).filter(|name| !name.is_empty()));
    if alone { Some(1) } else { (old.len() >= 3).then_some(old.len() as u32) }
}

/// How many different raft ids these lines name, without those of members that were removed.
fn ids_in(facts: &Facts, meanings: &[Meaning]) -> u32 {
    let removes = |event: &Event| event.signature().key_text().starts_with("removed member");
    let removed = facts.events_of(&[Meaning::MemberChange]).filter(|(_, event)| removes(event));
    let removed = distinct(removed.filter_map(|(_, event)| event.word("peer")));
    let named = facts.events_of(meanings).flat_map(|(_, event)| ids(event));
    distinct(named.filter(|id| removed.binary_search(id).is_err())).len() as u32
}

/// The raft ids that one line names.
pub(super) fn ids(event: &Event) -> impl Iterator<Item = &str> {
    let named = ["id", "leader", "old", "new", "from", "to", "peer"].into_iter().filter_map(|hole| event.word(hole));
    named.filter(is_id)
}

/// An id of a member or a cluster; zeros stand for nobody.
pub(super) fn is_id(text: &&str) -> bool {
    (8..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit()) && text.bytes().any(|b| b != b'0')
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::facts;

    #[test]
    fn the_first_member_of_a_cluster_that_grew_is_not_alone() {
        let unit = "[Service]\nExecStart=/usr/bin/etcd --name m1 --initial-cluster m1=http://192.0.2.1:2380\n";
        let elected = "2021-05-04 10:00:01.120345 I | raft: raft.node: 91d25258d70ad868 elected leader 2a0965170762fd09 at term 5\n";
        let late =
            "2021-05-04 10:00:01.120345 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 1.5s)\n";
        assert_eq!(facts(&[unit, elected]).members, None);
        assert_eq!(facts(&[unit, late]).members, None);
        let alone = elected.replace("2a0965170762fd09", "91d25258d70ad868");
        assert_eq!(facts(&[unit, &alone]).members, Some(1));
        assert_eq!(facts(&[&unit.replace("2380\n", "2380,m2=http://192.0.2.2:2380\n"), elected]).members, Some(2));
    }

    #[test]
    fn a_member_that_was_replaced_does_not_count() {
        let elected = |second: u32, who: &str, leader: &str| {
            format!("2021-05-04 10:00:{second:02}.1 I | raft: raft.node: {who} elected leader {leader} at term {second}\n")
        };
        let (a, b, c, d) = ("91d25258d70ad868", "2a0965170762fd09", "ca93d269ec463a6b", "8e9e05c52164694d");
        let log = elected(1, a, b) + &elected(2, b, c) + &elected(4, c, d);
        let removed = format!("2021-05-04 10:00:03.1 I | etcdserver/membership: removed member {a} from cluster 7e27652122e8b2ae\n");
        assert_eq!((facts(&[&log]).members, facts(&[&(log.clone() + &removed)]).members), (Some(4), Some(3)));
        // A start tells of members that are long gone.
        let others = ["1", "2", "3"].map(|last| removed.replace(a, &format!("343c1c56a3296f5{last}"))).concat();
        assert_eq!(facts(&[&(others + &log)]).members, Some(4));
    }

    #[test]
    fn a_member_that_followed_another_is_not_alone() {
        let line = |what: &str| format!("2021-05-04 10:00:01.1 I | raft: 91d25258d70ad868 {what} at term 5\n");
        let wins = line("became candidate") + &line("became leader");
        let followed = line("lost leader 2a0965170762fd09").replace("raft: 91", "raft: raft.node: 91");
        assert_eq!((facts(&[&wins]).members, facts(&[&(followed + &wins)]).members), (Some(1), None));
    }

    #[test]
    fn a_log_counts_the_members_at_its_start() {
        let members = |log: &str| facts(&[log]).members;
        let alone = "2021-05-04 10:00:01.1 I | etcdserver: initial cluster = m1=http://192.0.2.1:2380\n";
        let elected = "2021-05-04 10:00:01.2 I | raft: raft.node: 91d25258d70ad868 elected leader 2a0965170762fd09 at term 5\n";
        let zap = |msg: &str| format!("{{\"level\":\"info\",\"ts\":\"2021-06-05T02:20:39.344Z\",\"caller\":\"x.go:1\",\"msg\":\"{msg}}}\n");
        let voters = |who: &str| zap(&format!("91d25258d70ad868 switched to configuration voters=({who})\""));
        assert_eq!(members(alone), Some(1));
        assert_eq!(members(&(alone.to_owned() + elected)), None);
        assert_eq!(members(&zap("started as single-node; fast-forwarding election ticks\"")), Some(1));
        assert_eq!(
            members(&zap("starting an etcd server\",\"initial-cluster\":\"a=http://192.0.2.1:2380,b=http://192.0.2.2:2380\"")),
            Some(2)
        );
        assert_eq!(
            members(&(voters("") + &voters("10501334649042878790") + &voters("10501334649042878790 9372538179322589801 1"))),
            Some(3)
        );
    }
}
