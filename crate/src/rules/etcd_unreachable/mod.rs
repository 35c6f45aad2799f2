//! `etcd-unreachable`: etcd's client port refuses connections or is not there.

mod lines;
mod words;

use super::common::{LIMIT, at_the_end, hosts, says, time};
use super::{Finding, Rule};
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::{Event, Meaning};
use crate::report::{Confidence, Severity};
use crate::sort::{groups, sort};
use crate::units::{Micros, S, human};
pub use lines::ASKS_HEALTH;
use lines::{refused, turned_away};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdUnreachable,
    why: "Where no etcd can be reached, a longer timeout only waits longer for nothing. A refused port means that none listens there.",
    what_to_do: "See whether etcd runs on that machine and on which port it listens (2379; old ones 4001), and that the client's endpoints say the same.",
    references: &[
        "coreos/fleet@v0.10.2:etcd/client.go:33",
        "coreos/fleet@v0.11.1:fleetd/fleetd.go",
        "etcd-io/etcd@v2.3.8:etcdmain/config.go",
    ],
    check,
};

/// How the kubelet words a check of a container that starts (kubernetes/kubernetes@v1.29.0:pkg/kubelet/prober/prober.go).
const STARTUP: &[&str] = &["probeType=\"Startup\"", "Startup probe failed"];

/// kubeadm's etcd has 24 tries of ten seconds (kubernetes/kubernetes@v1.29.0:cmd/kubeadm/app/util/staticpod/utils.go, StartupProbe).
const STARTS_WITHIN: Micros = 240 * S;

fn check(facts: &Facts) -> Option<Finding> {
    let (events, never_joined) = turned_away(facts);
    let besides = if never_joined { " Besides, a member was added that never joined." } else { "" };
    let span = super::common::span(facts, &events).unwrap_or(0);
    let starts = events.iter().all(|id| facts.event(*id).meaning == Meaning::PeerDialError && says(facts.event(*id), STARTUP));
    if events.is_empty() || starts && span < STARTS_WITHIN {
        return None;
    }
    let over = if span >= S { format!(" within {}", human(span)) } else { String::new() };
    let back = came_back(facts, &events);
    // A client of gRPC that is refused once tries again; fleetd may wait and say nothing, but for a name server that failed once.
    let waits = |event: &Event| event.is_fleet() && !says(event, words::NAME_SERVER);
    let once = super::common::lines(facts, &events) == 1 && !waits(facts.event(events[0]));
    let severity = if back || once { Severity::Warning } else { Severity::Critical };
    let (title, what, advice) = words::told(facts, &events, back, &over);
    let finding = Finding::new(RULE.id, severity, Confidence::High, title, format!("{what}{besides}")).showing(facts, &events);
    Some(match advice {
        Some(advice) => finding.advising(advice),
        None => finding,
    })
}

/// On each machine that was refused, lines that tell of no failed request go on for ten seconds and more without a further
/// refusal. Refusals in the last seconds of the whole input do not count beside earlier ones: there the excerpt ends, not the trouble.
fn came_back(facts: &Facts, events: &[EventId]) -> bool {
    if hosts(facts, events).iter().any(|host| facts.waits_for_etcd(host)) {
        return false;
    }
    let earlier = events.iter().filter(|id| !at_the_end(facts, **id));
    let mut last = groups(earlier.filter_map(|id| Some((facts.host(*id), time(facts, *id)?))).gather());
    last.iter_mut().for_each(|(_, times)| sort(times));
    let served = |event: &Event| !refused(event) && !says(event, LIMIT);
    let mut later = facts.all_events().filter(|(_, event)| served(event));
    // A machine that is well again is not asked for any more.
    !last.is_empty()
        && later.any(|(id, _)| {
            let Some(now) = time(facts, id) else { return false };
            let host = facts.host(id);
            last.retain(|(other, times)| *other != host || times.last().is_none_or(|last| now - last < 10 * S));
            last.is_empty()
        })
}

#[cfg(test)]
mod tests;
