//! `etcd-discovery-failed`: bootstrap through a discovery service failed.

use super::common::{graver, plural, said_outright};
use super::{Finding, Rule};
use crate::facts::Facts;
use crate::facts::beside::Reach;
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::report::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdDiscoveryFailed,
    why: "A new cluster finds its first members through the discovery address. With a used, full or unknown token etcd never starts to serve.",
    what_to_do: "Get a new token with the right size for each new cluster, and start with empty data directories. An existing cluster needs no discovery: add the member and give initial-cluster.",
    references: &["etcd-io/etcd@v2.3.8:discovery/discovery.go", "etcd-io/etcd@v2.3.8:etcdmain/etcd.go:150"],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    graver(failed(facts), waits(facts))
}

fn failed(facts: &Facts) -> Option<Finding> {
    let mut events = facts.meaning(&[Meaning::DiscoveryProblem]);
    let answered = answered(facts);
    events.retain(|id| !answered.after(facts, *id));
    let title = "etcd could not start through its discovery service";
    let what = "The member found no cluster to form or to join. No timer changes that.";
    said_outright(facts, RULE.id, &events, title, what)
}

/// The last word of a member on its discovery is that others have not come yet.
fn waits(facts: &Facts) -> Option<Finding> {
    let mut events = facts.meaning(&[Meaning::DiscoveryWaits]);
    let (answered, failed) = (answered(facts), Reach::of(facts, &[Meaning::DiscoveryProblem]));
    events.retain(|id| !failed.after(facts, *id) && !answered.after(facts, *id));
    let missing = facts.event(*events.last()?).number("missing").unwrap_or(1).unsigned_abs();
    let title = format!("etcd waits for {} at its discovery service", plural(missing, "more member", "more members"));
    let what = "It starts when as many have come as the token was made for, and serves nobody until then.";
    let finding = Finding::new(RULE.id, Severity::Warning, Confidence::High, title, what).showing(facts, &events);
    Some(finding.advising("Start the others with the same discovery address, and see that they reach it. If there are to be fewer, get a token of that size and start all with empty data directories."))
}

/// The service answered later on, and etcd started.
fn answered(facts: &Facts) -> Reach {
    Reach::of(facts, &[Meaning::DiscoveryDone, Meaning::StartMember, Meaning::Newraft, Meaning::BecameFollower])
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    #[test]
    fn a_used_token() {
        let log = "Apr 28 16:25:31 host etcd2[1614]: discovery token https://discovery.example/abc was used, but failed to bootstrap the cluster.\n";
        assert!(find(&facts(&[log]), RuleId::EtcdDiscoveryFailed).is_some());
    }

    #[test]
    fn a_token_that_is_no_longer_needed_is_none() {
        let log = "2016-07-13 16:59:33.017422 W | etcdserver: discovery token ignored since a cluster has already been initialized. Valid log found at \"/var/lib/etcd2/member/wal\"\n";
        assert!(find(&facts(&[log]), RuleId::EtcdDiscoveryFailed).is_none());
    }

    #[test]
    fn a_service_that_answered_later_is_none() {
        let late = "Oct 04 21:56:00 core-01 etcd2[812]: waiting for other nodes: error connecting to https://discovery.example, retrying in 34m8s\n";
        assert!(find(&facts(&[late]), RuleId::EtcdDiscoveryFailed).is_some());
        let done = "Oct 04 22:30:09 core-01 etcd2[812]: found 3 needed peer(s)\n";
        assert!(find(&facts(&[&(late.to_owned() + done)]), RuleId::EtcdDiscoveryFailed).is_none());
    }

    #[test]
    fn a_member_that_waits_for_the_others() {
        let waits =
            |missing: u32| format!("Oct 04 21:56:00 core-01 etcd2[812]: found {} peer(s), waiting for {missing} more\n", 3 - missing);
        let both = waits(2) + &waits(1);
        let found = find(&facts(&[&both]), RuleId::EtcdDiscoveryFailed).expect("it waits");
        assert_eq!(found.title, "etcd waits for 1\u{a0}more member at its discovery service");
        let full = format!("{both}{}", "Oct 04 21:57:00 core-04 etcd2[812]: discovery: cluster is full\n");
        assert!(find(&facts(&[&full]), RuleId::EtcdDiscoveryFailed).expect("one is refused").title.contains("could not start"));
        let done = both + "Oct 04 21:58:00 core-01 etcd2[812]: found 3 needed peer(s)\n";
        assert!(find(&facts(&[&done]), RuleId::EtcdDiscoveryFailed).is_none());
    }
}
