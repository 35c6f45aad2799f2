//! `etcd-own-trouble`: etcd names a trouble of its own that no other rule weighs.

mod ends;
mod said;

use std::cmp::Reverse;

use self::ends::ENDS;
use self::said::{SAID, Said};
use super::common::{longest_first, matching, near, says, span, with_etcd_stop};
use super::{Finding, Rule};
use crate::facts::stalls::WAITING_TICKS;
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::{Event, Meaning};
use crate::parameters::Parameter::HeartbeatInterval;
use crate::report::Confidence;
use crate::search;
use crate::sort::by_key;
use crate::units::{S, human};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdOwnTrouble,
    why: "What etcd says of itself tells more than what its clients see of it.",
    what_to_do: "Follow what the line names. No timer changes that.",
    references: &[
        "etcd-io/etcd@v3.0.17:etcdmain/etcd.go:328 (limit of open files)",
        "etcd-io/etcd@v3.3.27:raft/node.go:402 (missed ticks; 128 of them wait at most)",
        "etcd-io/etcd@v3.4.45:etcdserver/v3_server.go (maxGapBetweenApplyAndCommitIndex)",
        "etcd-io/etcd@v3.4.45:etcdserver/api/membership/cluster.go (mustDetectDowngrade)",
        "etcd-io/etcd@v3.4.45:etcdctl/ctlv3/command/ep_command.go (the health check)",
        "etcd-io/etcd@v3.4.45:etcdctl/ctlv3/command/check.go (the performance check)",
        "etcd-io/etcd@v3.4.45:etcdserver/api/rafthttp/snapshot_sender.go (a transfer that failed)",
        "etcd-io/etcd@v3.4.45:mvcc/backend/backend.go:343 (slow snapshot)",
        "etcd-io/etcd@v3.7.1:server/embed/config.go (DefaultMaxRequestBytes)",
        "etcd documentation: maintenance, defragmentation (it blocks reads and writes)",
        "etcd blog, 2025-03-27: how to prevent a key issue in the etcd 3.5 to 3.6 upgrade (etcd-io/etcd#19557)",
    ],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let mut heard: Vec<(&Said, Vec<EventId>)> = Vec::new();
    for (words, said) in ENDS {
        // A change that a member refuses ends no process, whatever its reason.
        let ends = |event: &Event| event.is_etcd_server() && event.meaning != Meaning::ReconfigRefused;
        let mut lines = facts.events_where(|event| ends(event) && says(event, &[words]));
        // A port that the process before it still held, or an address that came later: the next start had it. A member that
        // ends for a port of its metrics or for its version has said before that it starts, and does so each time.
        let passed = |id: &EventId| *words != "too many open files" && near(facts, *id, &[Meaning::Published], 0, 60 * S, 40);
        lines.retain(|id| !passed(id));
        if !lines.is_empty() {
            heard.push((said, lines));
        }
    }
    for said in SAID {
        if let Some(lines) = heard_of(facts, said) {
            heard.push((said, lines));
        }
    }
    // The same trouble in other words is told once.
    heard.dedup_by_key(|(said, _)| said.title);
    by_key(&mut heard, |(said, _)| Reverse(said.severity));
    let (gravest, _) = heard.first()?;
    let title = words(facts, gravest);
    let also: Vec<String> = heard[1..].iter().map(|(said, _)| words(facts, said)).gather();
    let also = if also.is_empty() { String::new() } else { format!(" Besides: {}.", also.join(". ")) };
    let events: Vec<EventId> = heard.iter().flat_map(|(_, events)| events.iter().copied()).gather();
    let finding = Finding::new(RULE.id, gravest.severity, Confidence::High, title, format!("{}{also}", gravest.what));
    Some(finding.showing(facts, &events).advising(gravest.advice))
}

/// What a member prints that has opened its ports and its data.
const STARTED: &[Meaning] = &[Meaning::StartMember, Meaning::Newraft, Meaning::Published];

/// Whether this rule tells why etcd ended with such a line.
pub fn is_told(event: &Event) -> bool {
    ENDS.iter().any(|(words, _)| says(event, &[words]))
}

/// The lines that say so, beside no stop of etcd.
fn heard_of(facts: &Facts, said: &Said) -> Option<Vec<EventId>> {
    let mut events = match said.meaning {
        // Short ones are not worth a word (judgement): a defragmentation that ends before etcd gives up on a request, which is after
        // five seconds at the earliest (etcd-io/etcd@v3.4.45:etcdserver/config.go, ReqTimeout), and a write of a health check.
        Meaning::Defrag => longest_first(facts, &[Meaning::Defrag]).filter(|(_, took)| *took >= 5 * S)?.0,
        Meaning::CtlHealth => longest_first(facts, &[Meaning::CtlHealth]).filter(|(_, took)| *took >= S)?.0,
        Meaning::CtlPerfSlowest => longest_first(facts, &[Meaning::CtlPerfSlowest]).filter(|(_, took)| *took > S / 2)?.0,
        Meaning::RaftSaveFailed => matching(facts, &[Meaning::RaftSaveFailed, Meaning::RaftSnapSaveFailed], |event| {
            !says(event, &["no space left", "too many open"])
        }),
        // Every start says that it opened the file, and how long that took.
        Meaning::DbOpenSlow => matching(facts, &[Meaning::DbOpenSlow], |event| {
            !says(event, &["opened backend"]) || event.duration("took").is_some_and(|took| took >= S)
        }),
        meaning => facts.events_where(|event| event.meaning == meaning || says(event, repeated(meaning))),
    };
    // Whoever promotes a learner asks again every few seconds until it has caught up, as kubeadm does; within the first minute
    // that is no trouble (judgement).
    let learns: Vec<EventId> = events.iter().copied().filter(|id| says(facts.event(*id), STILL_LEARNS)).gather();
    if span(facts, &learns).is_some_and(|asked| asked < 60 * S) {
        events.retain(|id| !learns.contains(id));
    }
    // A name that was known at last did no harm.
    events.retain(|id| said.meaning != Meaning::HostUnresolved || !near(facts, *id, STARTED, 0, 30 * S, 40));
    events.retain(|id| said.meaning == Meaning::LeaderTransferFailed || !with_etcd_stop(facts, *id));
    (!events.is_empty()).then_some(events)
}

/// The error that clients repeat in lines of their own.
const STILL_LEARNS: &[&str] = &["which is in sync with leader", "learner is not ready"];

fn repeated(meaning: Meaning) -> &'static [&'static str] {
    match meaning {
        Meaning::RequestTooLarge => &["etcdserver: request is too large"],
        Meaning::TooManyRequests => &["etcdserver: too many requests"],
        // What etcd took from its environment.
        Meaning::NoAddress => &["_ADVERTISE_CLIENT_URLS=http://:", "_ADVERTISE_PEER_URLS=http://:"],
        _ => &[],
    }
}

fn words(facts: &Facts, said: &Said) -> String {
    let length = match said.meaning {
        meaning @ (Meaning::Defrag | Meaning::CtlHealth | Meaning::CtlPerfSlowest) => {
            longest_first(facts, &[meaning]).map_or(0, |(_, took)| took)
        }
        _ => WAITING_TICKS * facts.value(HeartbeatInterval),
    };
    search::replace(said.title, "{}", &human(length))
}

#[cfg(test)]
mod tests;
