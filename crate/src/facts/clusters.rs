//! Logs of more than one cluster, as of machines that run two etcds each: kOps runs a list of them
//! (kubernetes/kops@3eb4dda:pkg/apis/kops/cluster.go, EtcdClusters). Each cluster elects for itself, so one of them is
//! judged, and the logs of the others are set aside.

use super::members::{ids, is_id};
use super::voices::NAME_LEADER;
use super::{Facts, key_of_place};
use crate::gather::Gather;
use crate::index::{self, Index};
use crate::log::event::{Event, LogReading, Meaning};
use crate::log::messages::pattern::json_field;
use crate::search;
use crate::sort::{distinct, sort};

/// The lines of one host in one log: index of the log, and of the host within it.
pub type Place = (usize, Option<u16>);

/// Of several clusters the one with most of these is judged.
const TROUBLE: [Meaning; 4] = [Meaning::HeartbeatLate, Meaning::ElectionStart, Meaning::BecameCandidate, Meaning::LeaderLost];

/// What lines tell of the cluster that they are of.
struct Cluster {
    places: Vec<Place>,
    /// The members that they name, by id or address, and the cluster.
    ids: Vec<i64>,
    /// One of them names the cluster.
    is_named: bool,
    /// Terms and their leaders, in order.
    led: Vec<(i64, i64)>,
    trouble: usize,
}

impl Cluster {
    fn note(&mut self, event: &Event) {
        for cluster in names_of_cluster(event) {
            self.is_named = true;
            self.ids.push(key(cluster));
        }
        self.ids.extend(ids(event).map(key));
        self.note_addresses(event);
        self.led.extend(leader(event).map(|(term, leader)| (term, key(leader))));
        self.trouble += usize::from(TROUBLE.contains(&event.meaning));
    }

    /// Hosts and ports of the members with which a cluster begins. A member to which another token or scheme was given makes
    /// up other ids (etcd-io/etcd@v3.4.45:etcdserver/api/membership/cluster.go, genID), and yet belongs to the others.
    fn note_addresses(&mut self, event: &Event) {
        let hole = match event.meaning {
            Meaning::InitialCluster | Meaning::StartupZapConfig => "members",
            Meaning::MemberChange => "value",
            _ => return,
        };
        for member in event.word(hole).unwrap_or_default().split(',') {
            let Some((_, host)) = search::split(member, "://") else { continue };
            // Each machine has a loopback of its own.
            if !host.starts_with("127.") && !host.starts_with("localhost") {
                self.ids.push(key(host.trim_end_matches(']')));
            }
        }
    }

    fn take(&mut self, other: Cluster) {
        self.places.extend(other.places);
        self.is_named |= other.is_named;
        self.led.extend(other.led);
        self.trouble += other.trouble;
    }

    /// Whether this is another one, which shares no id with it: both are named, or a term has a leader in each.
    fn is_another(&self, other: &Cluster) -> bool {
        let leads_too = |(term, _): &(i64, i64)| {
            let from = other.led.partition_point(|(known, _)| known < term);
            other.led.get(from).is_some_and(|(known, _)| known == term)
        };
        self.is_named && other.is_named || self.led.iter().any(leads_too)
    }
}

fn key(id: &str) -> i64 {
    index::key(id)
}

/// The places that tell of other clusters than the one that is judged, in order.
pub(super) fn others(logs: &[LogReading]) -> Vec<Place> {
    if logs.len() == 1 && logs[0].hosts.len() < 2 {
        return Vec::new();
    }
    let mut clusters = united(by_place(logs));
    // What names nobody may be of any.
    clusters.retain(|cluster| cluster.is_named || !cluster.led.is_empty());
    let most = clusters.iter().map(|cluster| cluster.trouble).max();
    let Some(judged) = clusters.iter().find(|cluster| Some(cluster.trouble) == most) else { return Vec::new() };
    let others = clusters.iter().filter(|cluster| cluster.places != judged.places && cluster.is_another(judged));
    distinct(others.flat_map(|cluster| cluster.places.iter().copied()))
}

/// What each place tells.
fn by_place(logs: &[LogReading]) -> Vec<Cluster> {
    let (mut known, mut each) = (Index::default(), Vec::<Cluster>::new());
    for (log, reading) in logs.iter().enumerate() {
        for event in reading.events.iter().filter(|event| event.is_etcd_server()) {
            let at = known.position(key_of_place(log, event.host));
            if at == each.len() {
                let places = vec![(log, event.host)];
                each.push(Cluster { places, ids: Vec::new(), is_named: false, led: Vec::new(), trouble: 0 });
            }
            each[at].note(event);
        }
    }
    each
}

/// Puts together what names a member or a cluster in common.
fn united(each: Vec<Cluster>) -> Vec<Cluster> {
    let (mut ids, mut first) = (Index::default(), Vec::<usize>::new());
    // For each one of the same cluster before it, or itself.
    let mut same: Vec<usize> = (0..each.len()).gather();
    for (at, cluster) in each.iter().enumerate() {
        for id in &cluster.ids {
            let number = ids.position(*id);
            let before = *first.get(number).unwrap_or(&at);
            *index::slot(&mut first, number) = before;
            let (one, other) = (root(&same, before), root(&same, at));
            same[one.max(other)] = one.min(other);
        }
    }
    let mut clusters: Vec<Option<Cluster>> = Vec::new();
    for (at, cluster) in each.into_iter().enumerate() {
        match clusters.get_mut(root(&same, at)) {
            Some(Some(whole)) => {
                whole.take(cluster);
                clusters.push(None);
            }
            _ => clusters.push(Some(cluster)),
        }
    }
    let mut clusters = clusters.into_iter().flatten().gather();
    clusters.iter_mut().for_each(|cluster| sort(&mut cluster.led));
    clusters
}

fn root(same: &[usize], mut at: usize) -> usize {
    while same[at] != at {
        at = same[at];
    }
    at
}

/// The leader that a line names, with its term.
pub(super) fn leader(event: &Event) -> Option<(i64, &str)> {
    let leader = event.word(match event.meaning {
        Meaning::BecameLeader => "id",
        Meaning::LeaderElected => "leader",
        Meaning::LeaderChanged => "to",
        _ => return None,
    })?;
    Some((event.number("term")?, leader))
}

/// The ids of clusters that a line names: of its own, and of the one that a peer has in its place.
fn names_of_cluster(event: &Event) -> impl Iterator<Item = &str> {
    const NAMING: [Meaning; 4] = [Meaning::StartMember, Meaning::MemberChange, Meaning::Published, Meaning::ClusterIdMismatch];
    let names = NAMING.contains(&event.meaning).then(|| [event.word("value"), event.word("value2"), json_field(&event.text, "cluster-id")]);
    names.into_iter().flatten().flatten().filter(is_id)
}

/// What tells that lines of several clusters stand mixed up, and what that does to the answer. No term has two leaders, and
/// no cluster two ids.
pub fn several_clusters(facts: &Facts) -> Option<String> {
    let told = two_leaders(facts).or_else(|| two_ids(facts))?;
    Some(format!(
        "The logs are of more than one cluster: {told}. What befell them is counted together, and values fit the worst: give each cluster by itself."
    ))
}

fn two_leaders(facts: &Facts) -> Option<String> {
    let (mut terms, mut leaders) = (Index::default(), Vec::<&str>::new());
    for (_, event) in facts.events_of(NAME_LEADER) {
        let Some((term, leader)) = leader(event) else { continue };
        match leaders.get(terms.position(term)) {
            None => leaders.push(leader),
            Some(known) if *known != leader => return Some(format!("term {term} is led by {known} and by {leader}")),
            Some(_) => {}
        }
    }
    None
}

/// Members name the cluster's id when they start (etcd-io/etcd@v3.4.45:etcdserver/raft.go:554).
fn two_ids(facts: &Facts) -> Option<String> {
    let ids = distinct(facts.events_of(&[Meaning::StartMember]).flat_map(|(_, event)| names_of_cluster(event)));
    let [first, second, ..] = ids[..] else { return None };
    Some(format!("members start in {first} and in {second}"))
}

#[cfg(test)]
mod tests {
    use super::several_clusters;
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    const A: &str = "91d25258d70ad868";
    const B: &str = "2a0965170762fd09";
    const C: &str = "5c1954e5cd7a3e68";
    const D: &str = "9b7aaee97a50e7e9";

    fn line(second: u32, text: &str) -> String {
        format!("2019-05-04 10:00:{second:02}.120345 I | {text}\n")
    }

    fn elected(second: u32, own: &str, leader: &str, term: u32) -> String {
        line(second, &format!("raft: raft.node: {own} elected leader {leader} at term {term}"))
    }

    fn starts(member: &str, cluster: &str) -> String {
        line(0, &format!("etcdserver: starting member {member} in cluster {cluster}"))
    }

    #[test]
    fn of_two_clusters_the_one_in_trouble_is_judged() {
        let calm = starts(C, "3874a7ad2d3c8b9f") + &elected(1, C, D, 5);
        let late = line(9, "etcdserver: failed to send out heartbeat on time (exceeded the 600ms timeout for 2.5s, to 9b7aaee97a50e7e9)");
        let troubled = starts(A, "46ae44e5f3b2d9c8") + &elected(1, A, B, 5) + &late.replace(D, B);
        for order in [[&calm, &troubled], [&troubled, &calm]] {
            let facts = facts(&order.map(String::as_str));
            let calm_at = order.iter().position(|text| **text == calm).expect("a log");
            assert_eq!(facts.other_clusters, [(calm_at, None)]);
            assert!(find(&facts, RuleId::EtcdHeartbeatLate).is_some() && several_clusters(&facts).is_none());
            assert_eq!(facts.changes.len(), 1);
        }
        // The term alone tells, and what speaks of nobody stays.
        let other = elected(1, C, D, 5);
        assert_eq!(facts(&[&elected(1, A, B, 5), &other, &late.replace(", to 9b7aaee97a50e7e9", "")]).other_clusters, [(1, None)]);
        assert_eq!(facts(&[&elected(1, A, B, 5), &elected(9, C, D, 6)]).other_clusters, [], "five members, of which two and two speak");
        assert_eq!(facts(&[&elected(1, A, B, 5), &other, &elected(1, A, D, 7)]).other_clusters, [], "the third log names both");
    }

    /// A cluster that was made anew, and a member that came with the data of another: their logs name both.
    #[test]
    fn a_log_that_names_two_clusters_parts_nothing() {
        let (one, other) = ("46ae44e5f3b2d9c8", "3874a7ad2d3c8b9f");
        assert_eq!(facts(&[&starts(A, one), &(starts(B, one) + &starts(C, other)), &starts(D, other)]).other_clusters, []);
        let refused = line(2, &format!("rafthttp: request sent was ignored (cluster ID mismatch: remote[{C}]={other}, local={one})"));
        assert_eq!(facts(&[&(starts(A, one) + &refused), &starts(C, other)]).other_clusters, []);
        let zap = |cluster: &str, member: &str| {
            format!(
                r#"{{"level":"info","ts":"2021-06-05T02:20:39.344Z","caller":"etcdserver/raft.go:448","msg":"starting local member","local-member-id":"{member}","cluster-id":"{cluster}"}}"#
            )
        };
        assert_eq!(facts(&[&zap(one, A), &zap(other, C)]).other_clusters, [(1, None)]);
        assert_eq!(facts(&[&zap(one, A), &zap(one, C)]).other_clusters, []);
        // One of them was told to speak TLS with the others, which gives it other ids.
        let begins = |scheme: &str, hosts: [&str; 2]| {
            let [a, b] = hosts.map(|host| format!("{host}={scheme}://{host}.example.com:2380"));
            format!(
                r#"{{"level":"info","ts":"2021-06-05T02:20:39.144Z","caller":"embed/etcd.go:303","msg":"starting an etcd server","etcd-version":"3.5.1","initial-cluster":"{a},{b}"}}"#
            ) + "\n"
        };
        let with = |hosts: [&str; 2]| facts(&[&(begins("http", ["n1", "n2"]) + &zap(one, A)), &(begins("https", hosts) + &zap(other, C))]);
        assert_eq!(with(["n2", "n1"]).other_clusters, []);
        assert_eq!(with(["n3", "n4"]).other_clusters, [(1, None)]);
        let adds =
            |member: &str, cluster: &str, url: &str| line(0, &format!("etcdserver: added member {member} [{url}] to cluster {cluster}"));
        let with = |url: &str| facts(&[&adds(A, one, "http://192.0.2.1:2380"), &adds(C, other, url)]);
        assert_eq!(with("https://192.0.2.1:2380").other_clusters, []);
        assert_eq!(with("https://192.0.2.2:2380").other_clusters, [(1, None)]);
        assert!(several_clusters(&facts(&[&(zap(one, A) + "\n" + &zap(other, C))])).is_some(), "mixed up in one log");
    }

    #[test]
    fn what_was_set_aside_comes_back_when_the_other_log_goes() {
        let mut session = crate::Session::new(crate::Assumptions::default());
        let late = line(9, "etcdserver: failed to send out heartbeat on time (exceeded the 600ms timeout for 2.5s)");
        for text in [elected(1, A, B, 5) + &late, elected(1, C, D, 5) + &late.repeat(2)] {
            let id = session.open(Some(format!("of {}", if text.contains(A) { "a" } else { "c" })));
            session.push(id, text.as_bytes());
        }
        let report = session.report();
        let shown = |report: &crate::Report| {
            report.findings.iter().find(|found| found.id == "etcd-heartbeat-late").map(|found| found.evidence[0].document.clone())
        };
        assert!(report.limits.iter().any(|limit| limit.contains("those of of a are of another")), "{:?}", report.limits);
        assert!(report.verdict.why.contains("left out"));
        assert!(report.documents[0].format.ends_with("of another cluster, left out"), "{}", report.documents[0].format);
        assert_eq!(shown(&report).as_deref(), Some("d2"));
        session.reopen(1, None);
        session.push(1, b"nothing");
        let report = session.report();
        assert!(!report.verdict.why.contains("left out"));
        assert_eq!(shown(&report).as_deref(), Some("d1"));
    }

    #[test]
    fn two_leaders_of_one_term_are_of_two_clusters() {
        let heard =
            |own: &str, leader: &str| format!("2019-05-04 10:00:01.120345 I | raft: raft.node: {own} elected leader {leader} at term 5\n");
        let (a, b, c) = ("91d25258d70ad868", "2a0965170762fd09", "ca93d269ec463a6b");
        let (d, e) = ("5c1954e5cd7a3e68", "9b7aaee97a50e7e9");
        let said = |text: &str| several_clusters(&facts(&[text]));
        assert!(said(&(heard(a, b) + &heard(d, e))).is_some_and(|said| said.contains("term 5 is led by")));
        assert_eq!(said(&(heard(a, b) + &heard(c, b))), None);
        // Five members of one cluster, of which two and two speak.
        assert_eq!(said(&(heard(a, b) + &heard(d, e).replace("term 5", "term 7"))), None);
        let starts = |cluster: &str| format!("2019-05-04 10:00:01.120345 I | etcdserver: starting member {a} in cluster {cluster}\n");
        assert!(said(&(starts("3874a7ad2d3c8b9f") + &starts("46ae44e5f3b2d9c8"))).is_some());
        assert_eq!(said(&starts("3874a7ad2d3c8b9f").repeat(2)), None);
    }
}
