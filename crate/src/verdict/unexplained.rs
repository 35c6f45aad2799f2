//! Trouble that no finding takes up: where there is some, or too little was seen, nothing is called fine.

use crate::facts::failures::{FAILED_REQUESTS, failed_otherwise, hit_limit, with_fleet_stop};
use crate::facts::fleet::FLEETCTL;
use crate::facts::texts::{WITHOUT_LEADER, is_clean, says};
use crate::facts::voices::START_LINES;
use crate::facts::{ChangeClass, EventId, Facts, metrics};
use crate::log::event::{Event, Meaning};
use crate::log::messages::signature::Program;
use crate::log::plain::HOLD_ETCD;
use crate::rules::common::{answered_soon, while_etcd_starts, with_etcd_stop};
use crate::search;
use crate::units::{Micros, S};

/// Nothing was recognised, most was not read, or nothing was there but measurements or ends of other units: silence of such an input proves nothing.
pub(super) fn saw_too_little(facts: &Facts) -> bool {
    if shows_only_a_state(facts) || keeps_elsewhere(facts) || facts.logs.iter().any(|log| log.mostly_unheard) {
        return true;
    }
    let recognised: u64 = facts.logs.iter().map(|log| log.recognised).sum();
    let nothing = recognised == 0 || facts.all_events().next().is_some() && !facts.any_event(|event| !is_of_others(event));
    facts.only_measured() || nothing && (facts.configurations.is_empty() || !facts.unknown.is_empty())
}

/// Another store answers Kubernetes, and no line is of a process of etcd or fleet.
pub(super) fn keeps_elsewhere(facts: &Facts) -> bool {
    facts.logs.iter().any(|log| log.other_store) && !facts.any_event(|event| event.is_etcd_server() || event.is_fleet())
}

/// Nothing but what etcd, etcdctl and fleetctl show of one moment, or etcdctl did to the database: that all is well then tells
/// nothing of timing.
pub fn shows_only_a_state(facts: &Facts) -> bool {
    const STATE: &[Meaning] = &[
        Meaning::CtlStatus,
        Meaning::CtlMembers,
        Meaning::CtlHealth,
        Meaning::CtlDisarm,
        Meaning::QuotaError,
        Meaning::Defrag,
        Meaning::FleetctlState,
        Meaning::TalosctlState,
        Meaning::OwnStatistics,
    ];
    let is_state = |event: &Event| STATE.contains(&event.meaning) && event.time.is_none();
    facts.configurations.is_empty() && facts.all_events().next().is_some() && !facts.any_event(|event| !is_state(event))
}

/// Lines that tell of trouble by themselves, and what they tell. Where no finding takes them up the input is not free of it.
const TELL_OF_TROUBLE: &[(&str, &[Meaning])] = &[
    ("a process or its container ended with an error", &[Meaning::UnitProcessExited, Meaning::UnitFailed, ENDED]),
    ("the kernel killed a process for want of memory", &[Meaning::OutOfMemoryKill]),
    ("the kernel saw a process hang", &[Meaning::KernelSawTaskHang]),
    ("the kernel saw a file system fail", &[Meaning::KernelFileSystemFailed]),
    ("a program crashed", &[Meaning::EtcdPanic, Meaning::StackFrame]),
    ("etcd could not write its files", &[Meaning::RaftSaveFailed, Meaning::RaftSnapSaveFailed, Meaning::WalPrealloc]),
    ("a check of etcd's health failed", &[Meaning::CtlUnhealthy]),
    ("a container gave no good answer when asked for its health", &[Meaning::ProbeFailed]),
    (LEADERLESS, &[Meaning::NoLeaderErr, Meaning::NoLeaderDropProposal, Meaning::NoLeaderDropRead]),
    ("a request of a client failed at an endpoint of etcd", &[Meaning::ClientUnavailable, Meaning::ProxyEndpoint]),
    ("a client's lease in etcd had run out", &[Meaning::LeaseNotFound]),
    ("fleetctl could not do what it was asked", FLEETCTL),
    ("kubeadm gave up on etcd", &[Meaning::KubeadmFailed]),
    ("etcd names an error", &[Meaning::EtcdError]),
    ("k3s or rke2 could not start its server", &[Meaning::K3sStartFailed]),
    ("fleet could not do what it was asked", FLEET),
    (REQUEST_FAILED, FAILED_REQUESTS),
    (REQUEST_FAILED, MORE_REQUESTS),
    ("fleetd could not register its machine at etcd", &[Meaning::ServerRegisterFailed]),
    ("fleetd could not start", &[Meaning::FleetdCreateFailed, Meaning::FleetdConfigBad]),
    ("the Kubernetes API server did not reach its etcd", &[Meaning::ApiserverClient]),
    ("the Kubernetes API server did not end a request in time", &[Meaning::ApiserverGaveUp]),
    ("a part of Kubernetes could not renew its lease at the API server", &[Meaning::KubernetesLeaseLost]),
    ("Patroni did not reach the store of its lock, etcd or another", &[Meaning::StoreUnreachable]),
    ("a member could not join its cluster", &[Meaning::Join04, Meaning::Standby04]),
    ("etcd does not know a flag that it was given", &[Meaning::FlagUnknown]),
];

const ENDED: Meaning = Meaning::ContainerEnded;
const FLEET: &[Meaning] = &[
    Meaning::ApiFailed,
    Meaning::AgentCurrentStateFailed,
    Meaning::AgentTaskFailed,
    Meaning::AgentUnitstateDestroyFailed,
    Meaning::EngineTaskFailed,
    Meaning::EngineUnableToSchedule,
    Meaning::SystemdStartFailed,
    Meaning::SystemdStopFailed,
    Meaning::UnitStateFetchFailed,
];
/// What `FAILED_REQUESTS` lacks: fleet says so of other requests than those that a limit of its own ends.
const MORE_REQUESTS: &[Meaning] = &[
    Meaning::ClientUnusableResponse,
    Meaning::EngineScheduleFailed,
    Meaning::EngineUnscheduleFailed,
    Meaning::EngineVersionUpdateFailed,
    Meaning::HeartRetry,
];
const REQUEST_FAILED: &str = "a request of fleet to etcd failed";
const LEADERLESS: &str = "a member knew no leader";

/// A member that joins as a learner is asked again until it has caught up, as kubeadm does, and serves no client until then
/// (etcd-io/etcd@v3.5.33:api/v3rpc/rpctypes/error.go, ErrGRPCLearnerNotReady, ErrGRPCNotSupportedForLearner).
const STILL_LEARNS: [&str; 2] = ["can only promote a learner member which is in sync with leader", "rpc not supported for learner"];

/// systemd's or the kernel's word of a unit or a process that holds no etcd: such ones fail for themselves.
fn is_of_others(event: &Event) -> bool {
    event.program() == Program::System
        && (event.meaning == Meaning::ClockStepped
            || event.word("unit").or(event.word("name")).is_some_and(|name| !search::any(name, HOLD_ETCD)))
}

/// etcdctl's word that all is well, or a command or a task of Ansible that only asks for it, as `grep -q 'cluster is healthy'`:
/// one that failed says so. Or OpenShift's, of what was otherwise before.
fn is_healthy(event: &Event) -> bool {
    let text = event.text.trim_end_matches(['"', ' ']);
    let asks_or_tells =
        search::any(text, &["cluster is healthy", "is healthy: got healthy"]) && !search::any(text, &["FAILED", "check failed"]);
    event.meaning == Meaning::CtlUnhealthy && (asks_or_tells || text.ends_with("No unhealthy members found"))
}

const ENDS_AN_ELECTION: &[Meaning] = &[Meaning::BecameLeader, Meaning::LeaderElected, Meaning::LeaderChanged, Meaning::Published];

/// The first line that tells of trouble, of an election in which votes were refused, or of one whose end
/// is not in the input, and what it tells; asked where no finding is above a remark.
pub fn unexplained(facts: &Facts) -> Option<(EventId, &'static str)> {
    let shows_late = facts.has(&[Meaning::HeartbeatLate]);
    let first = facts.of_class(ChangeClass::Start).filter_map(|change| change.elected).max();
    let tells = |id, event| {
        by_itself(event, shows_late).unwrap_or_else(|| {
            let votes = lost_votes(facts, id, event, first).then_some("members refused their votes");
            votes.or_else(|| by_its_kind(facts, id, event))
        })
    };
    let told = facts.all_events().find_map(|(id, event)| Some((id, tells(id, event)?)));
    let leaderless = || Some((without_leader(facts)?, "none of the members leads"));
    let open =
        || Some(((0..facts.logs.len()).find_map(|log| open_election(facts, log))?, "a member held an election, and its end is not here"));
    told.or_else(leaderless).or_else(open)
}

/// What lines tell whose numbers decide whether it is trouble; `None` of all others.
fn by_itself(event: &Event, shows_late: bool) -> Option<Option<&'static str>> {
    Some(match event.meaning {
        // etcd says so after a late heartbeat only, and how late it was is not in the input.
        Meaning::ServerOverloaded => (!shows_late).then_some("etcd calls itself overloaded"),
        Meaning::MetricHasLeader => metrics::cells(event).any(|leader| leader == 0.0).then_some(LEADERLESS),
        // A hand-over raises the term by one; more are elections that went wrong.
        Meaning::LowerTermIgnored => {
            let went_wrong = event.number("term") > event.number("term2").map(|old| old + 1);
            went_wrong.then_some("terms passed without a leader that a member heard of")
        }
        // Half as long as most clients of Kubernetes wait (judgement).
        Meaning::ApiserverRequestSlow => {
            let slow = event.duration("took").is_some_and(|took| took >= 5 * S);
            slow.then_some("a request to the Kubernetes API server took 5\u{a0}s or more")
        }
        // etcd 0.4 takes out a member that was silent for half an hour (etcd-io/etcd@v0.4.9:server/peer_server.go:889).
        Meaning::Peer04 => says(event, &["; last activity "]).then_some("a member was silent for half an hour"),
        _ => return None,
    })
}

/// Whether votes were refused. A first election may be split; one of two candidates of a term loses to the other; what a member
/// that was told to stop can no longer reach is its own port.
fn lost_votes(facts: &Facts, id: EventId, event: &Event, first: Option<Micros>) -> bool {
    let at_the_start = || matches!((event.time, first), (Some(time), Some(first)) if time.micros <= first);
    event.meaning == Meaning::VoteCount
        && event.number("count").is_some_and(|refused| refused > 0)
        && !at_the_start()
        && !with_etcd_stop(facts, id)
        && !lost_to_another(facts, id)
}

/// The term in which a member's votes were refused has a leader all the same, which it names in its next lines.
fn lost_to_another(facts: &Facts, id: EventId) -> bool {
    // Between its candidacy and the last vote stand a line or two of each other member.
    const NEAR: usize = 30;
    let (before, after) = facts.logs[id.log].events.split_at(id.event);
    let of_member = |event: &Event, meaning| event.meaning == meaning && event.word("id") == facts.event(id).word("id");
    let campaign = before.iter().rev().take(NEAR).find(|event| of_member(event, Meaning::BecameCandidate));
    let elected = |campaign: &Event| {
        let says_so = |event: &Event| of_member(event, Meaning::LeaderElected) && event.number("term") == campaign.number("term");
        after.iter().take(NEAR).any(says_so)
    };
    campaign.is_some_and(elected)
}

/// What a line tells by its kind or its words, where nothing takes it back.
fn by_its_kind(facts: &Facts, id: EventId, event: &Event) -> Option<&'static str> {
    let told = TELL_OF_TROUBLE.iter().find(|(_, meanings)| meanings.contains(&event.meaning)).map(|(said, _)| *said);
    let still_learns = event.meaning == Meaning::ClientUnavailable && says(event, &STILL_LEARNS);
    const ASKS: &[Meaning] = &[
        Meaning::ClientUnavailable,
        Meaning::ApiserverClient,
        Meaning::KubernetesLeaseLost,
        Meaning::StoreUnreachable,
        Meaning::HeartRetry,
    ];
    let asks = ASKS.contains(&event.meaning);
    told.or(says(event, &[WITHOUT_LEADER]).then_some(LEADERLESS)).filter(|_| {
        !is_clean(event)
            && event.number("code") != Some(0)
            && !says(event, &["context canceled", "operation was canceled"])
            && !still_learns
            && !(told == Some(REQUEST_FAILED) && (hit_limit(event) || failed_otherwise(event) || with_fleet_stop(facts, id)))
            && !is_healthy(event)
            && !is_of_others(event)
            && !answered_soon(facts, id)
            && !(asks && (with_etcd_stop(facts, id) || while_etcd_starts(facts, id)))
    })
}

/// The last election of a log, where it has no end in it.
fn open_election(facts: &Facts, log: usize) -> Option<EventId> {
    let events = &facts.logs[log].events;
    // etcd 0.4 says whom it was and is instead, and no term.
    let of_04 = |event: &Event| event.meaning == Meaning::State04;
    let begins = |event: &Event| event.meaning == Meaning::ElectionStart || of_04(event) && event.word("new") == Some("candidate");
    let at = events.iter().rposition(begins)?;
    // At its start a new cluster holds the first one.
    if !of_04(&events[at]) && events[at].number("term").is_none_or(|term| term <= 1) {
        return None;
    }
    // Others become followers of a term by the mere request for their votes.
    let who = events[at].word("id");
    let ends = |event: &Event| match event.meaning {
        Meaning::BecameFollower => event.word("id") == who,
        Meaning::Leader04 => event.word("new").is_some_and(|new| !new.is_empty()),
        Meaning::State04 => event.word("old") == Some("candidate"),
        meaning => ENDS_AN_ELECTION.contains(&meaning),
    };
    let decided = events[at..].iter().any(ends) || events[..at].iter().any(|event| START_LINES.contains(&event.meaning));
    (!decided).then_some(EventId { log, event: at })
}

/// etcdctl shows three members or more, and none of them leads; of fewer the leader may not have been asked.
fn without_leader(facts: &Facts) -> Option<EventId> {
    let (mut members, mut leads, mut shown) = (0, 0, None);
    for (id, event) in facts.events_of(&[Meaning::CtlStatus]) {
        let said = event.word("leader");
        members += event.holes("leads") + event.holes("follows") + usize::from(said.is_some());
        leads += event.holes("leads") + usize::from(said == Some("true"));
        shown = shown.or(Some(id));
    }
    shown.filter(|_| members >= 3 && leads == 0)
}

#[cfg(test)]
mod tests {
    use super::unexplained;
    use crate::rules::testing::facts;

    #[test]
    fn an_error_that_nothing_here_knows_is_no_sign_of_health() {
        let told = |line: &str| {
            let ready = "{\"level\":\"info\",\"ts\":\"2024-03-01T10:00:00.000Z\",\"caller\":\"embed/serve.go:98\",\"msg\":\"ready to serve client requests\"}";
            unexplained(&facts(&[&format!("{ready}\n{line}\n")])).map(|(_, said)| said)
        };
        let json = "{\"level\":\"error\",\"ts\":\"2024-03-01T10:00:00.100Z\",\"caller\":\"etcdserver/server.go:2000\",\"msg\":\"a thing went wrong\"}";
        assert_eq!(told(json), Some("etcd names an error"));
        let k3s = "time=\"2024-03-01T10:00:00Z\" level=fatal msg=\"starting kubernetes: preparing server: a thing went wrong\"";
        assert_eq!(told(k3s), Some("k3s or rke2 could not start its server"));
        // A lower level, and another program's error.
        assert_eq!(told(&json.replace("error", "info")), None);
        assert_eq!(told(&json.replace("etcdserver", "controller")), None);
        assert_eq!(told(&k3s.replace("fatal", "info")), None);
    }

    #[test]
    fn an_error_of_fleet_that_no_rule_knows_is_no_sign_of_health() {
        let told = |line: &str| unexplained(&facts(&[&format!("Mar 10 04:20:01 core-1 fleetd[800]: {line}\n")])).map(|(_, said)| said);
        let said = Some("a request of fleet to etcd failed");
        assert_eq!(told("ERROR engine.go:218: Failed fetching Units from Registry: unexpected end of JSON input"), said);
        assert_eq!(told("ERROR engine.go:149: Engine leadership acquisition failed: 300: Raft Internal Error (stopped) [7]"), said);
        // A registry that nobody wrote to yet, and an engine that was faster.
        assert_eq!(told("ERROR engine.go:218: Failed fetching Units from Registry: 100: Key not found (/_coreos.com/fleet/job) [1]"), None);
        assert_eq!(told("ERROR engine.go:149: Engine leadership acquisition failed: 105: Key already exists (/x) [7]"), None);
    }

    #[test]
    fn an_election_of_04_has_an_end() {
        let line = |second: u32, said: &str| format!("[etcd] Mar  8 16:46:{second}.459 INFO      | n2: {said}.\n");
        let asks = line(40, "term #12 started") + &line(41, "state changed from 'follower' to 'candidate'");
        let open = |more: &str| unexplained(&facts(&[&format!("{asks}{more}")])).is_some();
        assert!(open("") && open(&line(42, "leader changed from 'n1' to ''")));
        assert!(!open(&line(42, "state changed from 'candidate' to 'leader'")) && !open(&line(42, "leader changed from '' to 'n3'")));
    }

    #[test]
    fn a_unit_within_which_etcd_runs_does_not_fail_for_itself() {
        let told = |unit: &str| {
            unexplained(&facts(&[&format!(
                "Mar 10 04:20:01 n1 systemd[1]: {unit}.service: Main process exited, code=exited, status=1/FAILURE\n"
            )]))
            .is_some()
        };
        assert!(told("k0scontroller") && told("k3s") && !told("nginx"));
    }
}
