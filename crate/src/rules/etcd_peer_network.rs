//! `etcd-peer-network`: members cannot reach each other.

use super::alerts;
use super::common::{
    MOST_EVIDENCE, REFUSED, TLS_TIMEOUT, at_the_end, blames_certificate, bursts, hosts, lines, listed, matching, near, plural, says, time,
    with_etcd_stop,
};
use super::{Finding, Rule};
use crate::facts::voices::{START_LINES, machines_of_members, speaker};
use crate::facts::{ChangeClass, EventId, Facts, LeaderChange, Stall, StallKind, tools};
use crate::gather::Gather;
use crate::log::event::{Event, Meaning};
use crate::moments::Moments;
use crate::parameters::SILENT_STREAM;
use crate::report::{Confidence, Severity};
use crate::search;
use crate::sort::{by_key, distinct, groups};
use crate::units::{Micros, S, human};

/// The rule.
pub const RULE: Rule = Rule {
    id: "etcd-peer-network",
    why: "A member that cannot reach its peers gets no heartbeats and no entries. With too few of them left the cluster stops.",
    what_to_do: "Check that each member is up and that all others can reach its peer port (2380, on old clusters 7001). Look at process, addresses, firewall and packet loss. No timer brings an unreachable member back.",
    references: &[
        "etcd-io/etcd@v2.3.8:rafthttp/peer_status.go",
        "etcd-io/etcd@v2.3.8:rafthttp/peer.go:37",
        "etcd-io/etcd@v3.7.1:server/etcdserver/api/rafthttp/probing_status.go:36",
    ],
    check,
};

/// So many recognised lines after a broken link its return is looked for.
const NEARBY: usize = 500;

/// For so long after its start a member's peers connect to it anew.
const AFTER_START: Micros = 20 * S;

/// A member that prints little may have lived on after the last line before its start, so that it was down for a minute
/// at most counts (judgement).
const LONGEST_DOWN: Micros = 60 * S;

const BROKEN: &[Meaning] = &[
    Meaning::PeerInactive,
    Meaning::PeerStreamLost,
    Meaning::PeerDialError,
    Meaning::PeerReadFailed,
    Meaning::ProberUnhealthy,
    Meaning::PeerVersion,
];

/// Lines with which a peer is shown to answer.
const UP: &[Meaning] = &[Meaning::PeerActive, Meaning::PeerStreamUp, Meaning::ClockDrift];

/// A member connects to its peers within seconds of its start.
const START: Micros = 30 * S;

fn check(facts: &Facts) -> Option<Finding> {
    let mut events = matching(facts, BROKEN, |event| !blames_other_cause(event));
    let first_start = facts.times_of(START_LINES).into_iter().min();
    events.retain(|id| !with_etcd_stop(facts, *id) && !part_of_a_start(facts, *id, first_start));
    if events.is_empty() {
        let title = |_: &Event| String::from("Members are down");
        let down = || alerts::told(facts, RULE.id, Severity::Warning, &[Meaning::AlertMembersDown], &title);
        return lost_packets(facts).or_else(down).or_else(|| slow_probes(facts));
    }
    without_the_end(facts, &mut events);
    by_key(&mut events, |id| std::cmp::Reverse(telling(facts.event(*id))));
    let finding = harmless(facts, &Around::of(facts), &events).unwrap_or_else(|| trouble(facts, &events));
    Some(finding.showing(facts, &events))
}

/// What the alert on probes between members says. A steady delay elects nobody (measured), so it is no cause by itself.
fn slow_probes(facts: &Facts) -> Option<Finding> {
    let title =
        |event: &Event| format!("One in a hundred probes between members took {} or more", human(event.duration("took").unwrap_or(0)));
    let finding = alerts::told(facts, RULE.id, Severity::Warning, &[Meaning::AlertSlowMembers], &title)?;
    let advice = "Ping each member from the others and state the round trip below: an election-timeout is at least ten of them.";
    Some(Finding { confidence: Confidence::Low, ..finding.advising(advice) })
}

/// What ping measured. One packet in a few is no loss yet, nor fewer than one in a hundred (judgement). Linux sends again
/// after 200 ms at the earliest (torvalds/linux:include/net/tcp.h, TCP_RTO_MIN).
fn lost_packets(facts: &Facts) -> Option<Finding> {
    let (line, sent, lost) = tools::lost_packets(facts).filter(|(_, sent, lost)| *lost > 1 && lost * 100 >= *sent)?;
    let finding = if lost == sent {
        let title = format!("None of {sent} pings was answered");
        let what = "The machine or the way to it is down, or something on the way drops pings and nothing else.";
        Finding::new(RULE.id, Severity::Info, Confidence::Low, title, what)
            .advising("Try the peer port itself: curl -m 2 http://PEER:2380/version.")
    } else {
        let title = format!("{lost} of {sent} pings were lost");
        let what = "What TCP has to send again comes a fifth of a second late or later. It counts if the ping went from member to member.";
        Finding::new(RULE.id, Severity::Warning, Confidence::Medium, title, what)
    };
    Some(finding.showing(facts, &[line]))
}

fn trouble(facts: &Facts, events: &[EventId]) -> Finding {
    let told = plural(lines(facts, events), "line tells", "lines tell");
    let severity = if stays_away(facts, events) && !back_at_the_end(facts, events) { Severity::Critical } else { Severity::Warning };
    let to = unreached(facts, events);
    let names: Vec<&str> = to.iter().map(String::as_str).gather();
    let between = listed(&names).map_or(String::from("between members"), |names| format!("to {names}"));
    let peers = distinct(events.iter().filter_map(|id| peer(facts.event(*id))));
    let one = peers.len() == 1 && events.iter().all(|id| peer(facts.event(*id)).is_some());
    let silent = cause(facts, events) == NO_ANSWER && events.iter().all(|id| is_silent(facts.event(*id)));
    if silent && !events.iter().take(MOST_EVIDENCE).any(|id| peer_ran(facts, *id)) {
        let title = match (one, hosts(facts, events).len()) {
            (true, _) => "A member gave no answer in time: it stood still, or was cut off",
            (_, 1) => "A member and its peers heard nothing of each other in time: it stood still, or was cut off",
            _ => "Members heard nothing of each other in time: they stood still, or were cut off",
        };
        let what = format!(
            "{told} of connections {between} that were there and fell silent. A process that stands still and a cut link leave the same lines."
        );
        let finding = Finding::new(RULE.id, severity, Confidence::Low, title, what);
        return finding.advising("Paste the logs of all members of these minutes: one that stood still printed nothing meanwhile, one that was cut off went on. Then look at its process and its disk, or at its link.");
    }
    let who = match (one, hosts(facts, events).len()) {
        (true, _) => "A member could not be reached",
        (_, 1) => "A member could not reach its peers",
        _ => "Members could not reach each other",
    };
    let title = format!("{who}: {}", cause(facts, events));
    Finding::new(RULE.id, severity, Confidence::High, title, format!("{told} of broken or refused connections {between}."))
}

/// The peers that these lines name: by host where the input tells whose the id is, by address where no line has an id.
fn unreached(facts: &Facts, events: &[EventId]) -> Vec<String> {
    let known = machines_of_members(facts);
    let name = |peer: &str| known.iter().find(|(id, _)| id == peer).map_or(peer, |(_, name)| name).to_owned();
    let named = |dialled: bool| {
        let fit = events.iter().map(|id| facts.event(*id)).filter(|event| (event.meaning == Meaning::PeerDialError) == dialled);
        distinct(fit.filter_map(|event| event.word("peer")).map(|peer| name(peer.trim_end_matches(':'))))
    };
    let ids = named(false);
    if ids.is_empty() { named(true) } else { ids }
}

/// What may have broken a link, by its moment.
struct Around<'a> {
    /// Places in the list of restarts.
    starts: Moments,
    /// Processes that were told to stop, and leaders that ended.
    ends: Moments,
    /// Places in the list of stalls: those in which a process stood still. One that is only assumed explains nothing: the
    /// broken link may be why the leader was missed; and of a leader that ran and was cut off the link is the cause.
    stalls: Moments,
    longest_stall: Micros,
    /// Places among the needless changes of leader.
    losses: Moments,
    needless: Vec<&'a LeaderChange>,
    /// Members whose own lines are in the input.
    speakers: Vec<&'a str>,
}

impl Around<'_> {
    fn of(facts: &Facts) -> Around<'_> {
        let stood_still = |stall: &&Stall| !matches!(stall.kind, StallKind::Censored | StallKind::CutOff);
        let needless: Vec<&LeaderChange> = facts.needless().gather();
        let wanted = facts.changes.iter().filter(|change| change.class == ChangeClass::Wanted);
        let ended = wanted.flat_map(|change| [change.lost, change.elected]);
        let stops = facts.times_of(&[Meaning::EtcdShutdown, Meaning::LeaderTransfer]);
        Around {
            starts: Moments::of(facts.restarts.iter().map(|start| time(facts, *start))),
            ends: Moments::of(ended.chain(stops.into_iter().map(Some))),
            stalls: Moments::of(facts.stalls.iter().map(|stall| Some(stall).filter(stood_still)?.end)),
            longest_stall: facts.stalls.iter().map(|stall| stall.length.high).max().unwrap_or(0),
            losses: Moments::of(needless.iter().map(|change| change.lost.or(change.elected))),
            needless,
            speakers: distinct(facts.all_events().filter(|(_, event)| event.is_etcd_server()).filter_map(|(_, event)| speaker(event))),
        }
    }
}

/// What these lines are where the network is not shown to be at fault: the first that fits.
fn harmless(facts: &Facts, around: &Around, events: &[EventId]) -> Option<Finding> {
    let lines = plural(lines(facts, events), "line", "lines");
    let remark = |confidence, title: &str, what| Finding::new(RULE.id, Severity::Info, confidence, title, what);
    if cut_off(facts, events) {
        let what =
            "A process that ends closes its connections. The logs stop within seconds after it, so they do not show whether it came back.";
        return Some(
            remark(Confidence::Medium, "Connections between members ended where the logs end", what)
                .because("A log that was cut or a cluster that was stopped ends like this.")
                .advising("Nothing, if the processes were stopped then; else paste the minutes after it."),
        );
    }
    if facts.heartbeats_come_too_late() && cause(facts, events) == NO_ANSWER {
        let title = format!("Connections between members were closed between two heartbeats ({lines})");
        let what = "They follow from a heartbeat-interval above 5\u{a0}s; the network is not shown to be at fault.";
        return Some(remark(Confidence::Medium, &title, what));
    }
    if events.iter().all(|id| follows_an_end_or_stall(facts, around, *id)) {
        let title = format!("Connections between members broke when a member ended or stalled ({lines})");
        let what = "Each of these lines stands beside a member that ended, restarted or stalled. They follow from that; the network is not shown to be at fault.";
        return Some(
            remark(Confidence::High, &title, what)
                .because("A member that does not run answers nobody.")
                .advising("See why the member ended or stalled; the connections come back by themselves."),
        );
    }
    if events.iter().all(|id| of_silent_leader(facts, around, *id) || follows_an_end_or_stall(facts, around, *id)) {
        let title = format!("Connections to the leader gave no answer in time ({lines})");
        let what = "The leader's own log is not here, and it answered again later: it stood still, or the link to it was cut. These lines look alike in both cases.";
        return Some(remark(Confidence::Medium, &title, what).advising("Paste the leader's log of that minute."));
    }
    if over_at_once(facts, events) {
        let what = "The lines end with an answer of the other member, as when it starts.";
        return Some(
            remark(Confidence::High, "Connections between members broke and were there again within seconds", what)
                .because("A member that starts refuses its peers for a moment.")
                .advising("Nothing, if that member was started then; else see its log of that minute."),
        );
    }
    if explain_few_losses(facts, events) {
        let title = format!("Connections between members broke, less than half as often as the leader changed ({lines})");
        let what = "They explain some of the changes of leader at most. The others have a cause that these lines do not show.";
        return Some(remark(Confidence::Medium, &title, what));
    }
    if events.iter().all(|id| is_late_probe(facts.event(*id))) {
        let title = format!("Health checks between members had no answer yet ({lines})");
        let what = "No connection failed: the checks were late, as they are when a member stands still for a moment.";
        return Some(remark(Confidence::Medium, &title, what));
    }
    None
}

/// Connections that end where the logs end tell of that end, not of what broke before it.
fn without_the_end(facts: &Facts, events: &mut Vec<EventId>) {
    let with_it = |id: &EventId| {
        let event = facts.event(*id);
        at_the_end(facts, *id) && ended(event) && !says(event, REFUSED) && !back_within(facts, std::slice::from_ref(id), 5 * S)
    };
    if !events.iter().all(with_it) {
        events.retain(|id| !with_it(id));
    }
}

/// All of it stands in the last seconds of the input, as when the processes were stopped there.
fn cut_off(facts: &Facts, events: &[EventId]) -> bool {
    // A port that refuses from the first line on did not close where the logs end.
    let refuses = !ran_before(facts, events) && events.iter().any(|id| says(facts.event(*id), REFUSED));
    !refuses
        && !back_within(facts, events, 5 * S)
        && facts.logs.iter().any(|log| log.events.len() > events.len())
        && events.iter().all(|id| at_the_end(facts, *id) && ended(facts.event(*id)))
}

/// 2381 is where kubeadm has etcd tell its health.
const CLIENT_PORTS: [&str; 3] = [":2379", ":2381", ":4001"];

/// Certificates, other clusters and removed members have findings of their own; a link that this member gave up itself
/// is no broken one (etcd-io/etcd@v3.5.16:server/etcdserver/api/rafthttp/stream.go, stop).
fn blames_other_cause(event: &Event) -> bool {
    // A client's port is no peer's, unless a member names it while it dials another.
    let of_client = event.word("peer").is_some_and(|peer| CLIENT_PORTS.iter().any(|port| peer.contains(port)));
    if event.meaning == Meaning::PeerDialError && (of_client || says(event, &[":2379: ", ":2381: ", ":4001: "])) {
        return true;
    }
    blames_certificate(event)
        || says(
            event,
            &[
                "cluster ID mismatch",
                "ID mismatch",
                "was removed",
                "permanently removed",
                "use of closed network connection",
                "request canceled",
                // The member itself gave the connection up, as it stops or takes a peer off its list.
                "context canceled",
            ],
        )
}

/// A check that has neither succeeded nor failed: etcd prints the error of the last one, and there was none
/// (etcd-io/etcd@v3.4.45:etcdserver/api/rafthttp/probing_status.go:78; its JSON leaves the field out).
fn is_late_probe(event: &Event) -> bool {
    let without_error = event.text.contains('{') && !search::has(&event.text, "\"error\"");
    event.meaning == Meaning::ProberUnhealthy && (says(event, &["could not connect: <nil>"]) || without_error)
}

/// The other side answered, but not as a member does.
const NO_HEALTH: &str = "cannot unmarshal";

const NO_ANSWER: &str = "no answer in time";

/// What the most telling line says.
fn cause(facts: &Facts, events: &[EventId]) -> &'static str {
    const CAUSES: &[(&str, &str)] = &[
        ("no route to host", "no route to the host"),
        ("network is unreachable", "the network is unreachable"),
        ("no such host", "its name is not known"),
        // Go asks a name server before it dials.
        ("tcp: lookup ", "the name server did not answer"),
        ("connection refused", "its peer port refuses connections"),
        ("i/o timeout", NO_ANSWER),
        ("deadline exceeded", NO_ANSWER),
        (TLS_TIMEOUT, NO_ANSWER),
        ("EOF", "connections ended"),
        ("connection reset", "connections were reset"),
        ("broken pipe", "connections broke"),
        (NO_HEALTH, "what it got was no answer to a health check"),
    ];
    let said = |sign: &str| events.iter().any(|id| says(facts.event(*id), &[sign]));
    CAUSES.iter().find(|(sign, _)| said(sign)).map_or("connections broke", |(_, words)| words)
}

/// The peer's own log tells of something from the five seconds in which it was silent: it ran.
fn peer_ran(facts: &Facts, id: EventId) -> bool {
    let (Some(peer), Some(now)) = (peer(facts.event(id)), time(facts, id)) else { return false };
    let speaks = |event: &Event| event.is_etcd_server() && speaker(event) == Some(peer);
    let Some((own, spoke)) = facts.all_events().find(|(_, event)| speaks(event)) else { return false };
    let silent = now - SILENT_STREAM + S..=now - S;
    let of_peer = facts.logs[own.log].events.iter().filter(|event| event.host == spoke.host);
    of_peer.filter_map(|event| event.time).any(|time| silent.contains(&time.micros))
}

/// A connection that was there and fell silent, or what follows from that; none that could not be made, was refused or was closed.
fn is_silent(event: &Event) -> bool {
    let other = ["dial tcp", "refused", "EOF", "reset", "broken pipe", "no route", "unreachable", "no such host", "lookup", NO_HEALTH];
    !says(event, &other)
}

/// The other side closed the connection, or had just gone.
fn ended(event: &Event) -> bool {
    !says(event, &["timeout", "deadline", "no route", "unreachable", "no such host", NO_HEALTH])
}

/// Lines that name a cause come before lines that only say that it broke.
fn telling(event: &Event) -> bool {
    says(event, &["dial tcp", "no route", "refused", "timeout", "no such host", "unreachable"])
}

/// A refused peer within seconds of a start, on this member or its peers, when all was well after it. A stream that
/// falls silent was up before.
fn part_of_a_start(facts: &Facts, id: EventId, first_start: Option<Micros>) -> bool {
    let event = facts.event(id);
    if says(event, &["read tcp"]) && says(event, &["i/o timeout"]) {
        return false;
    }
    if near(facts, id, START_LINES, -START, 0, 60) {
        return well_after(facts, id);
    }
    let Some(now) = time(facts, id) else { return false };
    first_start.is_some_and(|start| (0..=START).contains(&(now - start))) && well_after(facts, id)
}

/// The connection came up after this line, or the excerpt ends too soon to tell.
fn well_after(facts: &Facts, id: EventId) -> bool {
    let Some(log) = facts.logs.get(id.log) else { return false };
    let event = facts.event(id);
    let later = || log.events.iter().skip(id.event).filter(|other| other.host == event.host);
    let up = later()
        .take(1_000)
        .any(|other| UP.contains(&other.meaning) || matches!(other.meaning, Meaning::LeaderElected | Meaning::BecameLeader));
    let last = later().next_back().and_then(|other| other.time).map(|time| time.micros);
    let covered = match (last, event.time) {
        (Some(last), Some(now)) => last - now.micros >= 5 * S,
        _ => later().nth(10).is_some(),
    };
    up || !covered
}

/// Within some seconds of a member's end or stall the lines only echo it.
fn follows_an_end_or_stall(facts: &Facts, around: &Around, id: EventId) -> bool {
    let Some(now) = time(facts, id) else { return beside_long_stall(facts, id) };
    let (before, after) = (20 * S, 15 * S);
    let starts = around.starts.between(now - AFTER_START, now + LONGEST_DOWN);
    let ended = !around.ends.between(now - before, now + after).is_empty()
        || starts.iter().any(|(_, at)| around_restart(facts, facts.restarts[*at], now));
    // A stall longer than the 5 s of a silent stream breaks it while it lasts.
    let stalls = around.stalls.between(now - before, now + after.max(around.longest_stall));
    ended || stalls.iter().any(|(end, at)| *end <= now + after || (end - facts.stalls[*at].length.high..=*end).contains(&now))
}

/// Without times: within 20 lines of a measured stall of the same document that outlasted a silent stream (judgement), or
/// one of another document, where the link came back.
fn beside_long_stall(facts: &Facts, id: EventId) -> bool {
    let who = peer(facts.event(id));
    let up = |event: &Event| came_up(event) && peer(event) == who;
    let back = facts.logs[id.log].events[id.event..].iter().take(NEARBY).any(up);
    let beside = |other: &EventId| if other.log == id.log { other.event.abs_diff(id.event) <= 20 } else { back };
    facts.stalls.iter().any(|stall| stall.kind.is_measured() && stall.length.low >= SILENT_STREAM && stall.events.iter().any(beside))
}

/// A link to a leader that lost its place within the minute was silent, and came up again; the leader's own log is not in
/// the input. rafthttp gives up a stream that was silent for 5 s (etcd-io/etcd@v3.4.45:etcdserver/api/rafthttp/peer.go:40),
/// whether the leader stood still or the network did.
fn of_silent_leader(facts: &Facts, around: &Around, id: EventId) -> bool {
    const ABOUT: Micros = 60 * S;
    let event = facts.event(id);
    let Some(peer) = event.word("peer") else { return false };
    let led = |change: &LeaderChange| change.old.as_deref() == Some(peer);
    let lost = match time(facts, id) {
        Some(now) => {
            let about = around.losses.between(now - ABOUT, now + ABOUT);
            about.iter().any(|(_, at)| led(around.needless[*at]))
                || around.needless.iter().any(|change| change.lost.or(change.elected).is_none() && led(change))
        }
        None => around.needless.iter().any(|change| led(change)),
    };
    let up = |event: &&Event| came_up(event) && event.word("peer") == Some(peer);
    let broke = says(event, &["EOF", "reset", "refused", "broken pipe", "no route", "unreachable", "no such host"]);
    !broke
        && lost
        && around.speakers.binary_search(&peer).is_err()
        && facts.logs[id.log].events[id.event..].iter().take(NEARBY).any(|event| up(&event))
}

/// Between a member's last line and some seconds after its new start.
fn around_restart(facts: &Facts, start: EventId, now: Micros) -> bool {
    let Some(began) = time(facts, start) else { return false };
    let host = facts.event(start).host;
    let before = facts.logs[start.log].events[..start.event].iter().rev().filter(|event| event.host == host);
    // What a start prints before its telling line is not the last line of the process before it.
    let last = before.filter_map(|event| event.time).map(|time| time.micros).find(|time| began - time > S);
    let down = last.map_or(0, |last| began - last).clamp(15 * S, LONGEST_DOWN);
    (-down..=AFTER_START).contains(&(now - began))
}

/// Each break lasts some seconds, no peer has two, and at the end of each the connection is there: peers that started.
/// What breaks again and again, or without an answer in time, is more than that.
fn over_at_once(facts: &Facts, events: &[EventId]) -> bool {
    const AT_ONCE: Micros = 10 * S;
    if !events.iter().all(|id| ended(facts.event(*id))) {
        return false;
    }
    if events.iter().all(|id| time(facts, *id).is_none()) {
        return events.iter().all(|id| back_next(facts, *id));
    }
    let mut inside = events.to_vec();
    by_key(&mut inside, |id| time(facts, *id));
    let apart = |a: &EventId, b: &EventId| matches!((time(facts, *a), time(facts, *b)), (Some(a), Some(b)) if b - a > AT_ONCE);
    let mut breaks = 0;
    let over = inside.chunk_by(|a, b| !apart(a, b)).all(|one| {
        breaks += 1;
        back_within(facts, one, AT_ONCE) && super::common::span(facts, one).is_some_and(|span| span <= AT_ONCE)
    });
    let peers = distinct(inside.iter().filter_map(|id| peer(facts.event(*id)))).len();
    over && breaks <= peers.max(1)
}

/// Without times: the link is there again within the next lines, and does not break once more after it.
fn back_next(facts: &Facts, id: EventId) -> bool {
    let who = peer(facts.event(id));
    let other = |event: &Event| who.is_some() && peer(event).is_some_and(|peer| Some(peer) != who);
    let after = || facts.logs[id.log].events[id.event + 1..].iter().filter(|event| !other(event));
    let up = after().take(20).position(came_up);
    up.is_some_and(|up| !after().skip(up).any(|event| BROKEN.contains(&event.meaning)))
}

/// A connection to a peer came up.
fn came_up(event: &Event) -> bool {
    matches!(event.meaning, Meaning::PeerActive | Meaning::PeerStreamUp)
}

/// The peer that a line names.
fn peer(event: &Event) -> Option<&str> {
    event.word("peer").or(event.word("value"))
}

/// A connection came up so soon after the last of these lines.
fn back_within(facts: &Facts, events: &[EventId], delay: Micros) -> bool {
    let Some(last) = events.iter().filter_map(|id| time(facts, *id)).max() else { return false };
    facts.events_between(UP, last, last + delay).any(|(id, _)| answers(facts, id))
}

/// The clocks are compared with the last answer, also where the probe just before had none
/// (etcd-io/etcd@v3.4.45:etcdserver/api/rafthttp/probing_status.go:62).
fn answers(facts: &Facts, id: EventId) -> bool {
    facts.event(id).meaning != Meaning::ClockDrift || !near(facts, id, &[Meaning::ProberUnhealthy], -S, S, 1)
}

/// The input shows the members some seconds before the first of these lines: it does not begin with them.
fn ran_before(facts: &Facts, events: &[EventId]) -> bool {
    let first = events.iter().filter_map(|id| time(facts, *id)).min();
    let begins = facts.logs.iter().filter_map(|log| log.first.as_ref()).map(|(first, _)| first.micros).min();
    matches!((begins, first), (Some(begins), Some(first)) if first - begins >= 5 * S)
}

/// A link that breaks costs a leader its place once at most: where links broke less than half as often as living leaders
/// lost theirs, they are not what most of it comes from (judgement).
fn explain_few_losses(facts: &Facts, events: &[EventId]) -> bool {
    // Streams that break together print within the 5 s after which a silent one is given up.
    const ONE_BREAK: Micros = 5 * S;
    bursts(facts, events, ONE_BREAK).is_some_and(|breaks| breaks * 2 < facts.needless().count() as u64)
}

/// The last line about each peer is an answer of it.
fn back_at_the_end(facts: &Facts, events: &[EventId]) -> bool {
    let ups = facts.meaning(UP).into_iter().filter(|id| answers(facts, *id)).map(|id| (id, true));
    let told = events.iter().map(|id| (*id, false)).chain(ups);
    let of_peers = groups(told.map(|(id, up)| (peer(facts.event(id)), (time(facts, id), up))).gather());
    of_peers.iter().all(|(_, told)| told.iter().max().is_some_and(|(_, up)| *up))
}

/// The trouble goes on for half a minute, without the peer being back in between.
fn stays_away(facts: &Facts, events: &[EventId]) -> bool {
    let mut inside = events.to_vec();
    by_key(&mut inside, |id| time(facts, *id));
    let mut ups = facts.meaning(UP);
    ups.retain(|id| answers(facts, *id));
    by_key(&mut ups, |id| time(facts, *id));
    let mut next = 0;
    let (mut before, mut since): (Option<&EventId>, Option<Micros>) = (None, None);
    inside.iter().any(|id| {
        let now = time(facts, *id);
        let mut back = false;
        while let Some(up) = ups.get(next).filter(|up| time(facts, **up) <= now) {
            back |= before.is_some_and(|before| peer(facts.event(*before)).is_some_and(|who| peer(facts.event(*up)) == Some(who)));
            next += 1;
        }
        // A stream that is read from was up, also where the log leaves remarks out.
        let new_break = since.is_some()
            && facts.changes.is_empty()
            && says(facts.event(*id), &["(read tcp "])
            && now > before.and_then(|before| time(facts, *before)).map(|time| time + 10 * S);
        if back || new_break || since.is_none() {
            since = now;
        }
        before = Some(id);
        matches!((since, now), (Some(since), Some(now)) if now - since >= 30 * S)
    })
}

#[cfg(test)]
mod tests {
    use super::{Confidence, RULE};
    use crate::report::Severity;
    use crate::rules::testing::{facts, find};

    #[test]
    fn a_port_that_refuses_from_the_first_line_on() {
        let refused = |error: &str| {
            format!(
                "{{\"level\":\"warn\",\"ts\":\"2022-03-17T17:22:36.188Z\",\"caller\":\"rafthttp/probing_status.go:68\",\"msg\":\"prober detected unhealthy status\",\"round-tripper-name\":\"ROUND_TRIPPER_SNAPSHOT\",\"remote-peer-id\":\"87e21aa89889ebe3\",\"rtt\":\"0s\",\"error\":\"{error}\"}}\n\
                 {{\"level\":\"info\",\"ts\":\"2022-03-17T17:22:39.567Z\",\"logger\":\"raft\",\"caller\":\"etcdserver/zap_raft.go:77\",\"msg\":\"fcfb4c91f4fc885c is starting a new election at term 68405\"}}\n"
            )
        };
        let severity = |error: &str| find(&facts(&[&refused(error)]), "etcd-peer-network").expect("said").severity;
        assert_eq!(severity("dial tcp 192.0.2.1:2380: connect: connection refused"), Severity::Warning);
        assert_eq!(severity("unexpected EOF"), Severity::Info);
    }

    #[test]
    fn who_is_not_reached_is_named() {
        let refused = "Apr 20 10:00:05 core-01 etcd2[815]: rafthttp: failed to dial 91d25258d70ad868 on stream Message (dial tcp 192.0.2.8:2380: no route to host)\n";
        let own = "Apr 20 09:59:01 core-02 etcd2[815]: raft: 91d25258d70ad868 became follower at term 4\n";
        let what = |log: &str| find(&facts(&[log]), "etcd-peer-network").expect("said").what;
        assert!(what(refused).ends_with("connections to 91d25258d70ad868."), "{}", what(refused));
        assert!(what(&format!("{own}{refused}")).ends_with("connections to core-02."));
        let dialled = "Apr 20 10:00:05 core-01 etcd2[815]: dial tcp 192.0.2.8:2380: connection refused\n";
        assert!(what(dialled).ends_with("connections to 192.0.2.8:2380."), "{}", what(dialled));
    }

    /// A leader that stood still for longer than 5 s and one that was cut off leave the same lines in a follower's log.
    #[test]
    fn a_link_to_a_leader_that_lost_its_place() {
        const LOST: &str = "\
2020-04-20 10:00:00.000000 I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4
2020-04-20 10:01:01.000000 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5
2020-04-20 10:01:01.100000 I | raft: raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5
";
        let silent = |peer: &str| {
            format!(
                "2020-04-20 10:01:05.000000 E | rafthttp: failed to read {peer} on stream Message (read tcp 192.0.2.7:46508->192.0.2.8:2380: i/o timeout)\n"
            )
        };
        let up = "2020-04-20 10:01:10.000000 I | rafthttp: peer 91d25258d70ad868 became active\n";
        let severity = |logs: &[&str]| find(&facts(logs), "etcd-peer-network").expect("said").severity;
        let own = format!("{LOST}{}{up}", silent("91d25258d70ad868"));
        assert_eq!(severity(&[&own]), Severity::Info);
        // It did not come back, it was another member, or the leader's own log tells that it ran.
        assert_eq!(severity(&[&own.replace(up, "")]), Severity::Warning);
        assert_eq!(severity(&[&format!("{LOST}{}{up}", silent("8e9e05c52164694d"))]), Severity::Warning);
        let ran = "2020-04-20 10:01:02.000000 W | raft: 91d25258d70ad868 stepped down to follower since quorum is not active\n\
                   2020-04-20 10:01:10.000000 I | raft: 91d25258d70ad868 became follower at term 5\n";
        assert_eq!(severity(&[&own, ran]), Severity::Warning);
    }

    #[test]
    fn a_link_that_is_back_was_not_cut_off_by_the_end_of_the_log() {
        let started = "2026-01-06 08:35:40.000000 I | raft: 8e9e05c52164694d became leader at term 7\n";
        let broke = "2026-01-06 08:35:50.831319 E | rafthttp: failed to write ca93d269ec463a6b on pipeline (write tcp 192.0.2.7:43210->192.0.2.9:2380: write: connection reset by peer)\n";
        let back = "2026-01-06 08:35:51.600000 I | rafthttp: peer ca93d269ec463a6b became active\n";
        let title = |log: String| find(&facts(&[&log]), "etcd-peer-network").expect("said").title;
        assert!(title(format!("{started}{broke}")).contains("where the logs end"));
        assert!(title(format!("{started}{broke}{back}")).contains("were there again"));
    }

    /// An excerpt may hold systemd's words about the stop and not etcd's own.
    #[test]
    fn links_end_with_a_unit_that_systemd_was_told_to_stop() {
        let broke = "Jan 06 08:35:50 core-02 etcd2[815]: the connection with ca93d269ec463a6b became inactive\n";
        let systemd = |words: &str| format!("Jan 06 08:35:50 core-02 systemd[1]: {words}\n");
        let found = |log: String| find(&facts(&[&log]), "etcd-peer-network").is_some_and(|finding| finding.severity == Severity::Warning);
        assert!(!found([broke, &systemd("Stopping etcd2..."), &systemd("Stopped etcd2.")].concat()));
        assert!(found([broke, &systemd("Stopped etcd2.")].concat()));
    }

    #[test]
    fn a_stream_that_falls_silent_soon_after_a_start_is_no_part_of_it() {
        let log = |error: &str| {
            format!(
                "2016-04-20 09:59:40.000000 I | etcdmain: etcd Version: 2.3.8\n\
                 2016-04-20 09:59:41.000000 I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4\n\
                 2016-04-20 10:00:05.000000 E | rafthttp: failed to read ca93d269ec463a6b on stream MsgApp v2 ({error})\n\
                 2016-04-20 10:00:40.000000 I | rafthttp: the connection with ca93d269ec463a6b became active\n"
            )
        };
        let silent = find(&facts(&[&log("read tcp 10.0.0.1:338->10.0.0.2:2380: i/o timeout")]), "etcd-peer-network").expect("said");
        assert_eq!(silent.severity, Severity::Warning);
        assert!(find(&facts(&[&log("dial tcp 10.0.0.2:2380: connection refused")]), "etcd-peer-network").is_none());
    }

    #[test]
    fn a_check_that_is_late_is_no_broken_link() {
        let check = |error: &str| {
            format!("2026-01-06 08:35:50.831319 W | rafthttp: health check for peer ca93d269ec463a6b could not connect: {error}\n")
        };
        let severity = |log: &str| find(&facts(&[log]), "etcd-peer-network").expect("said").severity;
        assert_eq!(severity(&check("<nil>")), Severity::Info);
        assert_eq!(severity(&(check("<nil>") + &check("dial tcp 10.233.65.4:2380: connect: no route to host"))), Severity::Warning);
    }

    #[test]
    fn the_end_of_the_log_makes_no_trouble_of_what_was_none() {
        let late = "2026-01-06 08:35:50.831319 W | rafthttp: health check for peer ca93d269ec463a6b could not connect: <nil>\n";
        let end = "2026-01-06 08:36:40.000000 I | etcdserver: saved snapshot at index 10001\n\
                   2026-01-06 08:36:41.000000 E | rafthttp: failed to read 91d25258d70ad868 on stream Message (unexpected EOF)\n";
        assert_eq!(find(&facts(&[&format!("{late}{end}")]), "etcd-peer-network").expect("said").severity, Severity::Info);
    }

    #[test]
    fn a_link_that_the_member_gave_up_itself_is_not_broken() {
        let gave_up = "2026-01-06 08:35:50.831319 E | rafthttp: failed to read ca93d269ec463a6b on stream Message (context canceled)\n\
                       2026-01-06 08:36:40.000000 I | etcdserver: saved snapshot at index 10001\n";
        assert!(find(&facts(&[gave_up]), "etcd-peer-network").is_none());
    }

    #[test]
    fn a_port_refuses_as_long_as_its_member_is_known_to_be_down() {
        let member = |seconds: u32| {
            format!(
                "2026-01-06 08:30:00.000000 I | etcdmain: etcd Version: 3.4.23\n\
                 2026-01-06 08:35:00.000000 I | etcdserver: saved snapshot at index 10001\n\
                 2026-01-06 08:35:{seconds}.000000 W | pkg/flags: recognized and used environment variable ETCD_NAME=n2\n\
                 2026-01-06 08:35:{seconds}.010000 I | etcdmain: etcd Version: 3.4.23\n"
            )
        };
        let peer = "2026-01-06 08:35:10.000000 W | rafthttp: health check for peer ca93d269ec463a6b could not connect: dial tcp 10.0.0.2:2380: connect: connection refused\n\
                    2026-01-06 08:36:40.000000 I | etcdserver: saved snapshot at index 10001\n";
        let severity = |texts: &[&str]| find(&facts(texts), "etcd-peer-network").expect("said").severity;
        assert_eq!(severity(&[&member(40), peer]), Severity::Info);
        assert_eq!(severity(&[peer]), Severity::Warning);
    }

    #[test]
    fn a_peer_behind_a_firewall() {
        let log = "\
2018-11-06 08:35:50.831319 W | rafthttp: health check for peer ca93d269ec463a6b could not connect: dial tcp 10.233.65.4:2380: i/o timeout
2018-11-06 08:36:50.831319 W | rafthttp: health check for peer ca93d269ec463a6b could not connect: dial tcp 10.233.65.4:2380: i/o timeout
";
        assert_eq!(find(&facts(&[log]), "etcd-peer-network").expect("out of reach").count, 2);
    }

    #[test]
    fn a_link_that_costs_a_leader_follows_from_no_stall() {
        let lost = |second: u32, term: u32| {
            format!(
                "2020-02-03 05:58:{second}.000000 E | rafthttp: failed to read 91d25258d70ad868 on stream Message (read tcp 10.0.0.1:338->10.0.0.2:2380: i/o timeout)\n\
                 2020-02-03 05:58:{}.000000 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term {term}\n\
                 2020-02-03 05:58:{}.100000 I | raft: raft.node: 2a0965170762fd09 elected leader ca93d269ec463a6b at term {term}\n",
                second + 2,
                second + 2
            )
        };
        let found = find(&facts(&[&(lost(10, 7) + &lost(40, 9))]), "etcd-peer-network").expect("a link");
        assert_eq!(found.severity, Severity::Critical);
    }

    #[test]
    fn a_link_that_breaks_once_does_not_explain_three_losses() {
        let broke = "2020-02-03 05:58:00.000000 E | rafthttp: failed to read 91d25258d70ad868 on stream Message (read tcp 10.0.0.1:338->10.0.0.2:2380: i/o timeout)\n";
        let changes: String = (1..=3)
            .map(|minute| {
                format!(
                    "2020-02-03 06:0{minute}:05.000000 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term {}\n\
                     2020-02-03 06:0{minute}:05.100000 I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term {}\n",
                    minute + 7,
                    minute + 7
                )
            })
            .collect();
        let severity = |log: &str| find(&facts(&[log]), "etcd-peer-network").expect("said").severity;
        assert_eq!(severity(&(broke.to_owned() + &changes)), Severity::Info);
        assert_eq!(severity(&(broke.to_owned() + changes.split_inclusive('\n').take(4).collect::<String>().as_str())), Severity::Warning);
    }

    #[test]
    fn a_peer_that_starts_is_a_remark_and_one_that_flaps_is_not() {
        let refused = |at: &str| {
            format!(
                "2019-06-05 {at}.000000 W | rafthttp: health check for peer ca93d269ec463a6b could not connect: dial tcp 10.0.0.2:2380: connect: connection refused\n\
                 2019-06-05 {at}.900000 I | rafthttp: peer ca93d269ec463a6b became active\n"
            )
        };
        let end = "2019-06-05 03:20:39.000000 I | etcdserver: saved snapshot at index 10001\n";
        let severity = |log: &str| find(&facts(&[log]), "etcd-peer-network").expect("refused").severity;
        assert_eq!(severity(&(refused("02:09:03") + end)), Severity::Info);
        assert_eq!(severity(&(refused("02:09:03") + &refused("02:20:03") + end)), Severity::Warning);
        // Where two members start one after the other each of them is away once.
        let other = refused("02:20:03").replace("ca93d269ec463a6b", "91d25258d70ad868");
        assert_eq!(severity(&(refused("02:09:03") + &other + end)), Severity::Info);
        let away = refused("02:09:03").lines().next().expect("refused").to_owned() + "\n";
        let minute = away.clone() + &away.replace("02:09:03", "02:09:40");
        assert_eq!(severity(&format!("{minute}{end}")), Severity::Critical);
        // Its clock is compared, so it answers, unless the probe beside it failed.
        let clock = |at: &str| {
            format!("2019-06-05 {at} W | rafthttp: the clock difference against peer ca93d269ec463a6b is too high [2.1s > 1s]\n")
        };
        assert_eq!(severity(&[&away, &clock("02:09:08.000000"), end].concat()), Severity::Info);
        assert_eq!(severity(&[&minute, &clock("02:20:40.000000"), end].concat()), Severity::Warning);
        assert_eq!(severity(&[&minute, &clock("02:09:40.000100"), end].concat()), Severity::Critical);
    }

    /// `journalctl -o cat` prints no times.
    #[test]
    fn a_link_that_came_back_in_a_log_without_times() {
        let broke = "the connection with ca93d269ec463a6b became inactive\nlost the TCP streaming connection with peer ca93d269ec463a6b (stream Message reader)\n";
        let back = "the connection with ca93d269ec463a6b became active\n";
        let severity = |log: String| find(&facts(&[&log]), "etcd-peer-network").expect("said").severity;
        assert_eq!(severity(format!("{broke}{back}")), Severity::Info);
        assert_eq!(severity(format!("{broke}{back}{broke}{back}")), Severity::Warning);
        assert_eq!(severity(broke.to_owned()), Severity::Warning);
        // Another peer that breaks later is another break.
        let other = |lines: &str| lines.replace("ca93d269ec463a6b", "91d25258d70ad868");
        assert_eq!(severity(format!("{broke}{back}{}{}", other(broke), other(back))), Severity::Info);
        assert_eq!(severity(format!("{broke}{}{}", other(broke), other(back))), Severity::Warning);
        // A stream that breaks beside a stall of 5 s or more follows from it.
        let late = |excess: &str| format!("failed to send out heartbeat on time (deadline exceeded for {excess})\n{broke}");
        assert_eq!(severity(late("7.5s")), Severity::Info);
        assert_eq!(severity(late("1.5s")), Severity::Warning);
        let other = |lines: &str| {
            let late = "failed to send out heartbeat on time (deadline exceeded for 7.5s)\n";
            find(&facts(&[late, lines]), "etcd-peer-network").expect("said").severity
        };
        assert_eq!(other(&[broke, back, broke, back].concat()), Severity::Info);
        assert_eq!(other(broke), Severity::Warning);
    }

    /// An excerpt of the warnings alone does not show that a connection came back; that it could break again does.
    #[test]
    fn a_stream_that_breaks_again_was_up_in_between() {
        let broke = |minute: u32, error: &str| {
            format!("2020-02-03 05:{minute}:10.000000 E | rafthttp: failed to read 91d25258d70ad868 on stream Message ({error})\n")
        };
        let severity = |error: &str| find(&facts(&[&(broke(10, error) + &broke(11, error))]), "etcd-peer-network").expect("broke").severity;
        assert_eq!(severity("read tcp 10.0.0.1:338->10.0.0.2:2380: i/o timeout"), Severity::Warning);
        assert_eq!(severity("dial tcp 10.0.0.2:2380: i/o timeout"), Severity::Critical);
    }

    #[test]
    fn streams_that_broke_beside_the_own_stall_and_to_a_silent_leader() {
        let silent = |at: &str, peer: &str| {
            format!(
                "2020-04-20 {at} E | rafthttp: failed to read {peer} on stream Message (read tcp 192.0.2.7:46508->192.0.2.8:2380: i/o timeout)\n\
                     2020-04-20 {at} I | rafthttp: peer {peer} became active\n"
            )
        };
        let late = "2020-04-20 10:05:00.000000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 7.8s, to 91d25258d70ad868)\n";
        let log = |own: &str| {
            String::from(
                "2020-04-20 10:00:00.000000 I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4\n\
                 2020-04-20 10:01:01.000000 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5\n\
                 2020-04-20 10:01:01.100000 I | raft: raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5\n",
            ) + &silent("10:01:05.000000", "91d25258d70ad868")
                + own
                + &silent("10:05:00.100000", "ca93d269ec463a6b")
        };
        let severity = |own: &str| find(&facts(&[&log(own)]), "etcd-peer-network").expect("said").severity;
        assert_eq!(severity(late), Severity::Info);
        assert_ne!(severity(""), Severity::Info);
    }

    #[test]
    fn a_name_server_that_refuses_is_no_peer_that_does() {
        let line = "2017-11-24 13:38:28.466859 W | rafthttp: health check for peer dd9ac7553c520ac2 could not connect: dial tcp: lookup n3.test on [::1]:53: read udp [::1]:46900->[::1]:53: read: connection refused\n";
        let title = find(&facts(&[line]), "etcd-peer-network").expect("no name").title;
        assert!(title.ends_with("the name server did not answer"), "{title}");
    }

    #[test]
    fn a_connection_that_the_member_gave_up_itself_did_not_break() {
        let lost = |error: &str| {
            format!(
                "{{\"level\":\"warn\",\"ts\":\"2023-10-18T11:42:46.521Z\",\"caller\":\"rafthttp/peer_status.go:66\",\"msg\":\"peer became inactive (message send to peer failed)\",\"peer-id\":\"9382d72df1c17134\",\"error\":\"failed to read 9382d72df1c17134 on stream MsgApp v2 ({error})\"}}\n"
            )
        };
        assert!(find(&facts(&[&lost("context canceled")]), "etcd-peer-network").is_none());
        assert!(find(&facts(&[&lost("EOF")]), "etcd-peer-network").is_some());
    }

    #[test]
    fn neither_a_start_nor_a_certificate() {
        let start = "\
2016-04-20 10:00:04.000000 I | etcdmain: etcd Version: 2.3.8
2016-04-20 10:00:04.200000 E | rafthttp: failed to dial 91d25258d70ad868 on stream Message (dial tcp 10.0.0.2:2380: getsockopt: connection refused)
2016-04-20 10:00:06.200000 I | rafthttp: the connection with 91d25258d70ad868 became active
2016-04-20 10:05:06.200000 I | etcdserver: saved snapshot at index 10001
";
        assert!(find(&facts(&[start]), "etcd-peer-network").is_none());
        let tls = "2018-11-06 08:35:50.831319 W | rafthttp: health check for peer ca93d269ec463a6b could not connect: x509: certificate has expired or is not yet valid\n";
        assert!(find(&facts(&[tls]), "etcd-peer-network").is_none());
    }

    /// A process that stands still and a cut link look alike to its peers; its own log tells that it ran.
    #[test]
    fn a_silent_peer_is_not_said_to_be_out_of_reach() {
        let silent = |minute: u32| {
            format!(
                "2020-02-03 05:{minute}:10.000000 W | rafthttp: lost the TCP streaming connection with peer 91d25258d70ad868 (stream Message reader)\n\
                 2020-02-03 05:{minute}:10.000100 E | rafthttp: failed to read 91d25258d70ad868 on stream Message (read tcp 10.0.0.1:338->10.0.0.2:2380: i/o timeout)\n"
            )
        };
        let log = silent(10) + &silent(12);
        let own =
            |second: u32| format!("2020-02-03 05:10:{second:02}.000000 I | raft: 91d25258d70ad868 is starting a new election at term 7\n");
        let title = |logs: &[&str]| find(&facts(logs), "etcd-peer-network").expect("silent").title;
        assert!(title(&[&log]).ends_with("it stood still, or was cut off"));
        assert!(title(&[&log, &own(1)]).ends_with("it stood still, or was cut off"));
        assert!(title(&[&log, &own(7)]).starts_with("A member could not be reached"));
        let dialed = log.replace("read tcp 10.0.0.1:338->10.0.0.2:2380", "dial tcp 10.0.0.2:2380");
        assert!(title(&[&dialed]).starts_with("A member could not be reached"));
    }

    #[test]
    fn slow_probes_between_members_are_told_and_blamed_for_nothing() {
        let alert = "etcd cluster \"e\": member communication with 6e3bd23ae5f1eae0 is taking 0.3968s on etcd instance 192.0.2.7:2381.\n";
        let finding = find(&facts(&[alert]), RULE.id).expect("a finding");
        assert_eq!(finding.title, "One in a hundred probes between members took 397\u{a0}ms or more, says an alert");
        assert_eq!((finding.severity, finding.confidence), (Severity::Warning, Confidence::Low));
        assert!(find(&facts(&["[FIRING:1] etcdMemberCommunicationSlow (e)\n"]), RULE.id).is_some());
    }
}
