//! `etcd-peer-network`: members cannot reach each other.

mod harmless;
mod lines;
mod measured;
mod trouble;

use self::harmless::harmless;
use self::lines::{blames_other_cause, leaves, removed, telling, without_the_end};
use self::measured::{members_down, pings_lost, slow_probes};
use self::trouble::trouble;
use super::common::{matching, with_etcd_stop};
use super::{Finding, Rule};
use crate::facts::Facts;
use crate::facts::links::{BROKEN, Links, part_of_a_start};
use crate::facts::voices::START_LINES;
use crate::ids::RuleId;
use crate::sort::by_key;

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdPeerNetwork,
    why: "A member that cannot reach its peers gets no heartbeats and no entries. With too few of them left the cluster stops.",
    what_to_do: "Check that each member is up and that all others can reach its peer port (2380, on old clusters 7001). Look at process, addresses, firewall and packet loss. No timer brings an unreachable member back.",
    references: &[
        "etcd-io/etcd@v2.3.8:rafthttp/peer_status.go",
        "etcd-io/etcd@v2.3.8:rafthttp/peer.go:37",
        "etcd-io/etcd@v3.7.1:server/etcdserver/api/rafthttp/probing_status.go:36",
    ],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let mut events = matching(facts, BROKEN, |event| !blames_other_cause(event));
    let first_start = facts.times_of(START_LINES).into_iter().min();
    let gone = removed(facts);
    events.retain(|id| !with_etcd_stop(facts, *id) && !part_of_a_start(facts, *id, first_start) && !leaves(facts, *id, &gone));
    if events.is_empty() {
        return pings_lost(facts).or_else(|| members_down(facts)).or_else(|| slow_probes(facts));
    }
    without_the_end(facts, &mut events);
    by_key(&mut events, |id| std::cmp::Reverse(telling(facts.event(*id))));
    let links = Links::of(facts, &events);
    let finding = harmless(facts, &links, &events).unwrap_or_else(|| trouble(facts, &links, &events));
    Some(finding.showing(facts, &events))
}

#[cfg(test)]
mod tests;
