//! `etcd-peer-network`: members cannot reach each other.

use super::common::{
    MOST_EVIDENCE, REFUSED, TLS_TIMEOUT, alerts, at_the_end, blames_certificate, bursts, hosts, lines, listed, matching, plural, says,
    time, with_etcd_stop,
};
use super::etcd_unreachable::ASKS_HEALTH;
use super::{Finding, Rule};
use crate::facts::breaks::{Breaks, peer_ran};
use crate::facts::links::{BROKEN, Links, NO_HEALTH, answered_within, fell_silent, is_late_probe, part_of_a_start, peer, was_closed};
use crate::facts::tools::{Pinged, lost_packets};
use crate::facts::voices::{START_LINES, machines_of_members};
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::{Event, Meaning};
use crate::log::reader::foreign::{CLIENT_PORTS, has_port};
use crate::report::{Confidence, Severity};
use crate::sort::{by_key, distinct};
use crate::units::{Micros, S, human};

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

/// Certificates, other clusters and removed members have findings of their own; a link that this member gave up itself
/// is no broken one (etcd-io/etcd@v3.5.16:server/etcdserver/api/rafthttp/stream.go, stop).
fn blames_other_cause(event: &Event) -> bool {
    // A client's port is no peer's, unless a member names it while it dials another.
    let dials_client = event.word("peer").is_some_and(|peer| has_port(peer, CLIENT_PORTS));
    if event.meaning == Meaning::PeerDialError && (dials_client || says(event, ASKS_HEALTH)) {
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

/// Members that were taken out of the cluster, and when.
fn removed(facts: &Facts) -> Vec<(&str, Option<Micros>)> {
    let changes = facts.events_of(&[Meaning::MemberChange]).filter(|(_, event)| says(event, &["removed member"]));
    distinct(changes.filter_map(|(id, event)| Some((event.word("peer")?, time(facts, id)))))
}

/// A link to a member that is taken out within the minute, before or after, ends with it: whoever takes it out stops it (judgement).
/// What is stopped closes its connections; a machine that answers nothing was away before it was taken out.
fn leaves(facts: &Facts, id: EventId, removed: &[(&str, Option<Micros>)]) -> bool {
    let (who, now) = (peer(facts.event(id)), time(facts, id));
    let longest = if says(facts.event(id), &["i/o timeout", "no route to host"]) { 0 } else { 60 * S };
    let soon = |then: Option<Micros>| then.zip(now).is_none_or(|(then, now)| (now - 60 * S..=now + longest).contains(&then));
    removed.iter().any(|(peer, then)| Some(*peer) == who && soon(*then))
}

/// Connections that end where the logs end tell of that end, not of what broke before it.
fn without_the_end(facts: &Facts, events: &mut Vec<EventId>) {
    let with_it = |id: &EventId| {
        let event = facts.event(*id);
        closes_the_log(facts, *id) && was_closed(event) && !says(event, REFUSED) && !answered_within(facts, std::slice::from_ref(id), 5 * S)
    };
    if !events.iter().all(with_it) {
        events.retain(|id| !with_it(id));
    }
}

/// So many connections a process may close as it ends, without a time to tell (judgement).
const CLOSING: usize = 100;

/// Whether the line stands where the logs end; without a time, among the last lines of its document if all these tell of
/// connections and one of them that the other side closed it.
fn closes_the_log(facts: &Facts, id: EventId) -> bool {
    let events = &facts.logs[id.log].events;
    let closes = |event: &&Event| event.time.is_none() && BROKEN.contains(&event.meaning) && was_closed(event);
    let last = || events.iter().rev().take(CLOSING).take_while(closes);
    let among = || events.len() - id.event <= CLOSING && events.len() - id.event <= last().count();
    at_the_end(facts, id) || among() && last().any(|event| says(event, &["EOF", "connection reset"]))
}

/// Lines that name a cause come before lines that only say that it broke.
fn telling(event: &Event) -> bool {
    says(event, &["dial tcp", "no route", "refused", "timeout", "no such host", "unreachable"])
}

/// What these lines are where the network is not shown to be at fault: the first that fits.
fn harmless(facts: &Facts, links: &Links, events: &[EventId]) -> Option<Finding> {
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
    let breaks = Breaks::of(facts);
    if events.iter().all(|id| breaks.follows_an_end_or_stall(*id)) {
        let title = format!("Connections between members broke when a member ended or stalled ({lines})");
        let what = "Each of these lines stands beside a member that ended, restarted or stalled. They follow from that; the network is not shown to be at fault.";
        return Some(
            remark(Confidence::High, &title, what)
                .because("A member that does not run answers nobody.")
                .advising("See why the member ended or stalled; the connections come back by themselves."),
        );
    }
    if events.iter().all(|id| breaks.is_of_silent_leader(*id) || breaks.follows_an_end_or_stall(*id)) {
        let title = format!("Connections to the leader gave no answer in time ({lines})");
        let what = "The leader's own log is not here, and it answered again later: it stood still, or the link to it was cut. These lines look alike in both cases.";
        return Some(remark(Confidence::Medium, &title, what).advising("Paste the leader's log of that minute."));
    }
    if links.are_up_at_once() {
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

/// All of it stands in the last seconds of the input, as when the processes were stopped there.
fn cut_off(facts: &Facts, events: &[EventId]) -> bool {
    // A port that refuses from the first line on did not close where the logs end.
    let refuses = !ran_before(facts, events) && events.iter().any(|id| says(facts.event(*id), REFUSED));
    !refuses
        && !answered_within(facts, events, 5 * S)
        && facts.logs.iter().any(|log| log.events.len() > events.len())
        && events.iter().all(|id| closes_the_log(facts, *id) && was_closed(facts.event(*id)))
}

/// The input shows the members some seconds before the first of these lines: it does not begin with them.
fn ran_before(facts: &Facts, events: &[EventId]) -> bool {
    let first = events.iter().filter_map(|id| time(facts, *id)).min();
    matches!((facts.log_ends(), first), (Some((begins, _)), Some(first)) if first - begins >= 5 * S)
}

/// A link that breaks costs a leader its place once at most: where links broke less than half as often as living leaders
/// lost theirs, they are not what most of it comes from (judgement).
fn explain_few_losses(facts: &Facts, events: &[EventId]) -> bool {
    // Streams that break together print within the 5 s after which a silent one is given up.
    const ONE_BREAK: Micros = 5 * S;
    bursts(facts, events, ONE_BREAK).is_some_and(|breaks| breaks * 2 < facts.needless().count() as u64)
}

/// Members that are out of reach.
fn trouble(facts: &Facts, links: &Links, events: &[EventId]) -> Finding {
    let told = plural(lines(facts, events), "line tells", "lines tell");
    let away = links.stay_away_for(30 * S) && !links.are_up_at_the_end();
    let severity = if away { Severity::Critical } else { Severity::Warning };
    let to = unreached(facts, events);
    let names: Vec<&str> = to.iter().map(String::as_str).gather();
    let between = listed(&names).map_or(String::from("between members"), |names| format!("to {names}"));
    let cause = cause(facts, events);
    let silent = cause == NO_ANSWER && events.iter().all(|id| fell_silent(facts.event(*id)));
    let [silent_title, who] = titles(facts, events);
    // Who prints meanwhile did not stand still.
    if silent && !events.iter().take(MOST_EVIDENCE).any(|id| peer_ran(facts, *id, events)) {
        let what = format!(
            "{told} of connections {between} that were there and fell silent. A process that stands still and a cut link leave the same lines."
        );
        let finding = Finding::new(RULE.id, severity, Confidence::Low, silent_title, what);
        return finding.advising("Paste the logs of all members of these minutes: one that stood still printed nothing meanwhile, one that was cut off went on. Then look at its process and its disk, or at its link.");
    }
    let what = format!("{told} of broken or refused connections {between}.");
    Finding::new(RULE.id, severity, Confidence::High, format!("{who}: {cause}"), what)
}

/// Titles by how many members are meant: one that was silent or cut off, and one that was out of reach.
fn titles(facts: &Facts, events: &[EventId]) -> [&'static str; 2] {
    let peers = distinct(events.iter().map(|id| peer(facts.event(*id))));
    if peers.len() == 1 && peers[0].is_some() {
        return ["A member gave no answer in time: it stood still, or was cut off", "A member could not be reached"];
    }
    if hosts(facts, events).len() == 1 {
        return [
            "A member and its peers heard nothing of each other in time: it stood still, or was cut off",
            "A member could not reach its peers",
        ];
    }
    ["Members heard nothing of each other in time: they stood still, or were cut off", "Members could not reach each other"]
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

const NO_ANSWER: &str = "no answer in time";

/// What the most telling line says.
fn cause(facts: &Facts, events: &[EventId]) -> &'static str {
    const CAUSES: &[(&str, &str)] = &[
        ("no route to host", "no route to the host"),
        ("network is unreachable", "the network is unreachable"),
        ("no such host", "the name is not known"),
        // Go asks a name server before it dials.
        ("tcp: lookup ", "the name server did not answer"),
        ("connection refused", "the peer port refuses connections"),
        // A pager cuts its lines.
        ("i/o ti", NO_ANSWER),
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

/// What ping measured. One packet in a few is no loss yet, nor fewer than one in a hundred (judgement). Linux sends again
/// after 200 ms at the earliest (torvalds/linux:include/net/tcp.h, TCP_RTO_MIN).
fn pings_lost(facts: &Facts) -> Option<Finding> {
    let Pinged { line, sent, lost } = lost_packets(facts).filter(|ping| ping.lost > 1 && ping.lost * 100 >= ping.sent)?;
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

/// What the alert on members that are down says.
fn members_down(facts: &Facts) -> Option<Finding> {
    let title = |_: &Event| String::from("Members are down");
    alerts::told(facts, RULE.id, Severity::Warning, &[Meaning::AlertMembersDown], &title)
}

/// What the alert on probes between members says. A steady delay elects nobody (measured), so it is no cause by itself.
fn slow_probes(facts: &Facts) -> Option<Finding> {
    let title =
        |event: &Event| format!("One in a hundred probes between members took {} or more", human(event.duration("took").unwrap_or(0)));
    let finding = alerts::told(facts, RULE.id, Severity::Warning, &[Meaning::AlertSlowMembers], &title)?;
    let advice = "Ping each member from the others and state the round trip below: an election-timeout is at least ten of them.";
    Some(Finding { confidence: Confidence::Low, ..finding.advising(advice) })
}

#[cfg(test)]
mod tests {
    use super::{Confidence, RULE};
    use crate::ids::RuleId;
    use crate::report::Severity;
    use crate::rules::testing::{facts, find};

    /// etcd 2.0 prints an error of a post when it differs from the one before.
    #[test]
    fn a_post_to_a_peer_that_fails() {
        let line = |minute: u32, error: &str| {
            format!(
                "Feb 20 19:{minute:02}:04 n1 etcd[472]: 2015/02/20 19:{minute:02}:04 sender: error posting to 91d25258d70ad868: {error}\n"
            )
        };
        let log = line(1, "read tcp 192.0.2.8:7001: connection reset by peer") + &line(9, "read tcp 192.0.2.8:7001: i/o timeout");
        let found = find(&facts(&[&log]), RuleId::EtcdPeerNetwork).expect("told");
        assert!(found.title.contains("no answer in time") && found.what.contains("91d25258d70ad868"), "{} {}", found.title, found.what);
        let of_another = "Feb 20 19:01:04 n1 notifier[472]: error posting to https://hooks.example.com/: i/o timeout\n";
        assert!(find(&facts(&[of_another]), RuleId::EtcdPeerNetwork).is_none());
    }

    /// A process that ends closes its connections, with or without times.
    #[test]
    fn connections_that_close_below_all_else_tell_of_the_end() {
        let led = "91d25258d70ad868 became leader at term 4\nraft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4\nsaved snapshot at index 10001\n";
        let closed =
            "failed to read ca93d269ec463a6b on stream MsgApp v2 (unexpected EOF)\nthe connection with ca93d269ec463a6b became inactive\n";
        let severity = |log: &str| find(&facts(&[log]), RuleId::EtcdPeerNetwork).expect("said").severity;
        assert_eq!(severity(&format!("{led}{closed}")), Severity::Info);
        assert_eq!(severity(&format!("{led}{closed}saved snapshot at index 20001\n")), Severity::Warning);
        assert_eq!(severity(&format!("{led}{}", closed.replace("unexpected EOF", "i/o timeout"))), Severity::Warning);
    }

    #[test]
    fn a_port_that_refuses_from_the_first_line_on() {
        let refused = |error: &str| {
            format!(
                "{{\"level\":\"warn\",\"ts\":\"2022-03-17T17:22:36.188Z\",\"caller\":\"rafthttp/probing_status.go:68\",\"msg\":\"prober detected unhealthy status\",\"round-tripper-name\":\"ROUND_TRIPPER_SNAPSHOT\",\"remote-peer-id\":\"87e21aa89889ebe3\",\"rtt\":\"0s\",\"error\":\"{error}\"}}\n\
                 {{\"level\":\"info\",\"ts\":\"2022-03-17T17:22:39.567Z\",\"logger\":\"raft\",\"caller\":\"etcdserver/zap_raft.go:77\",\"msg\":\"fcfb4c91f4fc885c is starting a new election at term 68405\"}}\n"
            )
        };
        let severity = |error: &str| find(&facts(&[&refused(error)]), RuleId::EtcdPeerNetwork).expect("said").severity;
        assert_eq!(severity("dial tcp 192.0.2.1:2380: connect: connection refused"), Severity::Warning);
        assert_eq!(severity("unexpected EOF"), Severity::Info);
    }

    #[test]
    fn a_probe_whose_error_was_cut_off_is_no_late_one() {
        let probe = "{\"level\":\"warn\",\"ts\":\"2022-03-17T17:22:36.188Z\",\"caller\":\"rafthttp/probing_status.go:68\",\"msg\":\"prober detected unhealthy status\",\"remote-peer-id\":\"87e21aa89889ebe3\",\"rtt\":\"0s\"";
        let severity = |end: &str| find(&facts(&[&format!("{probe}{end}\n").repeat(2)]), RuleId::EtcdPeerNetwork).expect("said").severity;
        assert_eq!(["}", "} ", "} [n1]", ",\"err>"].map(severity), [Severity::Info, Severity::Info, Severity::Info, Severity::Warning]);
        // What is cut within Go's word for no answer blames no certificate.
        let late = "2021-08-20 14:11:27.747659 W | rafthttp: health check for peer b0c1d3f602268dc8 could not connect: net/http: TLS handshake ti>\n";
        assert!(find(&facts(&[late]), RuleId::EtcdTls).is_none());
    }

    #[test]
    fn who_is_not_reached_is_named() {
        let refused = "Apr 20 10:00:05 core-01 etcd2[815]: rafthttp: failed to dial 91d25258d70ad868 on stream Message (dial tcp 192.0.2.8:2380: no route to host)\n";
        let own = "Apr 20 09:59:01 core-02 etcd2[815]: raft: 91d25258d70ad868 became follower at term 4\n";
        let what = |log: &str| find(&facts(&[log]), RuleId::EtcdPeerNetwork).expect("said").what;
        assert!(what(refused).ends_with("connections to 91d25258d70ad868."), "{}", what(refused));
        assert!(what(&format!("{own}{refused}")).ends_with("connections to core-02."));
        let dialled = "Apr 20 10:00:05 core-01 etcd2[815]: dial tcp 192.0.2.8:2380: connection refused\n";
        assert!(what(dialled).ends_with("connections to 192.0.2.8:2380."), "{}", what(dialled));
        // A port for clients is no peer's, and 40021 is none for clients.
        assert!(what(&dialled.replace("2380", "40021")).ends_with("connections to 192.0.2.8:40021."));
        assert!(find(&facts(&[&dialled.replace("2380", "4002")]), RuleId::EtcdPeerNetwork).is_none());
    }

    /// An excerpt may hold systemd's words about the stop and not etcd's own.
    #[test]
    fn links_end_with_a_unit_that_systemd_was_told_to_stop() {
        let broke = "Jan 06 08:35:50 core-02 etcd2[815]: the connection with ca93d269ec463a6b became inactive\n";
        let systemd = |words: &str| format!("Jan 06 08:35:50 core-02 systemd[1]: {words}\n");
        let found =
            |log: String| find(&facts(&[&log]), RuleId::EtcdPeerNetwork).is_some_and(|finding| finding.severity == Severity::Warning);
        assert!(!found([broke, &systemd("Stopping etcd2..."), &systemd("Stopped etcd2.")].concat()));
        assert!(found([broke, &systemd("Stopped etcd2.")].concat()));
    }

    #[test]
    fn the_end_of_the_log_makes_no_trouble_of_what_was_none() {
        let late = "2026-01-06 08:35:50.831319 W | rafthttp: health check for peer ca93d269ec463a6b could not connect: <nil>\n";
        let end = "2026-01-06 08:36:40.000000 I | etcdserver: saved snapshot at index 10001\n\
                   2026-01-06 08:36:41.000000 E | rafthttp: failed to read 91d25258d70ad868 on stream Message (unexpected EOF)\n";
        assert_eq!(find(&facts(&[&format!("{late}{end}")]), RuleId::EtcdPeerNetwork).expect("said").severity, Severity::Info);
    }

    #[test]
    fn a_link_that_the_member_gave_up_itself_is_not_broken() {
        let gave_up = "2026-01-06 08:35:50.831319 E | rafthttp: failed to read ca93d269ec463a6b on stream Message (context canceled)\n\
                       2026-01-06 08:36:40.000000 I | etcdserver: saved snapshot at index 10001\n";
        assert!(find(&facts(&[gave_up]), RuleId::EtcdPeerNetwork).is_none());
    }

    #[test]
    fn a_link_ends_with_the_member_that_is_taken_out() {
        let line = |minute: u32, text: &str| format!("2018-08-10 07:{minute:02}:16.459532 {text}\n");
        let lost = line(58, "W | rafthttp: lost the TCP streaming connection with peer ca93d269ec463a6b (stream Message reader)");
        let out = |minute: u32| line(minute, "N | etcdserver/membership: removed member ca93d269ec463a6b from cluster 53a2a5178aad20e1");
        let goes_on = line(59, "I | etcdserver: saved snapshot at index 10001");
        let told = |out: &str| find(&facts(&[&format!("{lost}{out}{goes_on}")]), RuleId::EtcdPeerNetwork).is_some();
        assert!(!told(&out(58)));
        assert!(told(&out(58).replace("member ca93d269ec463a6b", "member 91d25258d70ad868")));
        assert!(
            find(&facts(&[&format!("{lost}{goes_on}{}", out(59).replace("07:", "08:"))]), RuleId::EtcdPeerNetwork).is_some(),
            "it was away for an hour"
        );
        let gone = |minute| {
            line(minute, "W | rafthttp: health check for peer ca93d269ec463a6b could not connect: dial tcp 192.0.2.9:2380: i/o timeout")
        };
        assert!(find(&facts(&[&format!("{}{}{goes_on}", gone(57), out(58))]), RuleId::EtcdPeerNetwork).is_some(), "its machine was gone");
        assert!(
            find(&facts(&[&format!("{}{}{goes_on}", out(58), gone(58))]), RuleId::EtcdPeerNetwork).is_none(),
            "it was taken out before"
        );
        let json = r#"{"level":"info","ts":"2018-08-10T07:58:17.000Z","caller":"membership/cluster.go:472","msg":"removed member","cluster-id":"53a2a5178aad20e1","local-member-id":"91d25258d70ad868","removed-remote-peer-id":"ca93d269ec463a6b"}"#;
        assert!(!told(&format!("{json}\n")));
    }

    #[test]
    fn a_peer_behind_a_firewall() {
        let log = "\
2018-11-06 08:35:50.831319 W | rafthttp: health check for peer ca93d269ec463a6b could not connect: dial tcp 10.233.65.4:2380: i/o timeout
2018-11-06 08:36:50.831319 W | rafthttp: health check for peer ca93d269ec463a6b could not connect: dial tcp 10.233.65.4:2380: i/o timeout
";
        assert_eq!(find(&facts(&[log]), RuleId::EtcdPeerNetwork).expect("out of reach").count, 2);
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
        let severity = |log: &str| find(&facts(&[log]), RuleId::EtcdPeerNetwork).expect("said").severity;
        assert_eq!(severity(&(broke.to_owned() + &changes)), Severity::Info);
        assert_eq!(severity(&(broke.to_owned() + changes.split_inclusive('\n').take(4).collect::<String>().as_str())), Severity::Warning);
    }

    #[test]
    fn a_name_server_that_refuses_is_no_peer_that_does() {
        let line = "2017-11-24 13:38:28.466859 W | rafthttp: health check for peer dd9ac7553c520ac2 could not connect: dial tcp: lookup n3.test on [::1]:53: read udp [::1]:46900->[::1]:53: read: connection refused\n";
        let title = find(&facts(&[line]), RuleId::EtcdPeerNetwork).expect("no name").title;
        assert!(title.ends_with("the name server did not answer"), "{title}");
        // It refuses to answer where the logs end: no process ended there.
        let refuses = "2017-11-24 13:38:20.000000 I | etcdserver: saved snapshot at index 10001\n".to_owned()
            + &line.replace("read udp [::1]:46900->[::1]:53: read: connection refused", "server misbehaving");
        assert_eq!(find(&facts(&[&refuses]), RuleId::EtcdPeerNetwork).expect("no name").severity, Severity::Warning);
    }

    #[test]
    fn a_connection_that_the_member_gave_up_itself_did_not_break() {
        let lost = |error: &str| {
            format!(
                "{{\"level\":\"warn\",\"ts\":\"2023-10-18T11:42:46.521Z\",\"caller\":\"rafthttp/peer_status.go:66\",\"msg\":\"peer became inactive (message send to peer failed)\",\"peer-id\":\"9382d72df1c17134\",\"error\":\"failed to read 9382d72df1c17134 on stream MsgApp v2 ({error})\"}}\n"
            )
        };
        assert!(find(&facts(&[&lost("context canceled")]), RuleId::EtcdPeerNetwork).is_none());
        assert!(find(&facts(&[&lost("EOF")]), RuleId::EtcdPeerNetwork).is_some());
    }

    #[test]
    fn neither_a_start_nor_a_certificate() {
        let start = "\
2016-04-20 10:00:04.000000 I | etcdmain: etcd Version: 2.3.8
2016-04-20 10:00:04.200000 E | rafthttp: failed to dial 91d25258d70ad868 on stream Message (dial tcp 10.0.0.2:2380: getsockopt: connection refused)
2016-04-20 10:00:06.200000 I | rafthttp: the connection with 91d25258d70ad868 became active
2016-04-20 10:05:06.200000 I | etcdserver: saved snapshot at index 10001
";
        assert!(find(&facts(&[start]), RuleId::EtcdPeerNetwork).is_none());
        let tls = "2018-11-06 08:35:50.831319 W | rafthttp: health check for peer ca93d269ec463a6b could not connect: x509: certificate has expired or is not yet valid\n";
        assert!(find(&facts(&[tls]), RuleId::EtcdPeerNetwork).is_none());
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
