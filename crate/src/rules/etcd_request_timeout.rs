//! `etcd-request-timeout`: etcd gave up on requests.

use super::common::{
    BY_LEADER, CONNECT_TIMEOUT, REFUSED, alerts, answered_soon, human_limit, lines, near, plural, says, time, times, while_etcd_starts,
};
use super::{Finding, Rule};
use crate::facts::failures::hit_limit;
use crate::facts::links::BROKEN;
use crate::facts::publishing::{has_leader, unpublished};
use crate::facts::{ChangeClass, EventId, Facts, metrics};
use crate::ids::RuleId;
use crate::log::event::{Event, Meaning};
use crate::parameters::Parameter::ElectionTimeout;
use crate::report::{Confidence, Severity};
use crate::search;
use crate::units::S;
use crate::version::version;

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdRequestTimeout,
    why: "These requests failed for their clients. etcd waits 5 s and two election-timeouts, up to etcd 2.1 a fixed 6 s, so each one was stuck that long or belonged to a lost leader.",
    what_to_do: "Look at what happened in the seconds before: a change of leader, a stalled disk, members out of reach. Timers help only where stalls cost leaders their place.",
    references: &[
        "etcd-io/etcd@v2.3.8:etcdserver/config.go",
        "etcd-io/etcd@v2.0.13:etcdserver/etcdhttp/http.go:34",
        "etcd-io/etcd@v3.7.1:server/config/config.go:320",
    ],
    check,
};

const GAVE_UP: &[Meaning] = &[
    Meaning::ReqTimeout,
    Meaning::ReqTimeoutLeaderFail,
    Meaning::ReqTimeoutConnLost,
    Meaning::ReqTimeoutApplied,
    Meaning::ReadIndexTimeout,
    Meaning::ReadIndexSlow,
    Meaning::ReadIndexStale,
    Meaning::LeaderChangedErr,
];

/// A read that waits for its leader's word is not given up: etcd asks again after 500 ms, and the answer to what it
/// asked first comes too late (etcd-io/etcd@v3.5.33:server/etcdserver/v3_server.go). Before 3.4.20 it asked once, and such
/// an answer came to a read that was given up (etcd-io/etcd@v3.3.8:etcdserver/v3_server.go:652).
const WAITS_FOR_WORD: &[Meaning] = &[Meaning::ReadIndexSlow, Meaning::ReadIndexStale];

fn check(facts: &Facts) -> Option<Finding> {
    let mut events: Vec<EventId> = facts.events_where(gave_up);
    // The service through which a new cluster finds its members is asked by the same client, and etcd then says which step
    // failed (etcd-io/etcd@v2.3.8:discovery/discovery.go, logAndBackoffForRetry).
    let of_a_start = |id| {
        matches!(facts.event(id).meaning, Meaning::ClientDeadline | Meaning::ClientUnavailable)
            && (while_etcd_starts(facts, id) || near(facts, id, &[Meaning::DiscoveryProblem], -S, S, 2))
    };
    events.retain(|id| !passed_on(facts, *id) && !answered_soon(facts, *id) && !ended_by_plan(facts, *id) && !of_a_start(*id));
    if events.is_empty() {
        let title = |_: &Event| String::from("Requests to etcd failed");
        let by_alert = || alerts::told(facts, RULE.id, Severity::Warning, &[Meaning::AlertRequestsFailed], &title);
        return not_published(facts).or_else(|| by_metrics(facts)).or_else(by_alert);
    }
    let asks_again = facts.etcd.is_none_or(|range| range.high >= version(3, 4, 20));
    if asks_again && events.iter().all(|id| WAITS_FOR_WORD.contains(&facts.event(*id).meaning)) {
        return Some(waits_for_word(facts, &events));
    }
    let by_leader = events.iter().filter(|id| says(facts.event(**id), BY_LEADER)).count();
    let of_client = |event: &Event| {
        !event.is_etcd_server()
            || matches!(event.meaning, Meaning::ClientDeadline | Meaning::CtlUnhealthy)
            || says(event, &["exceeded header timeout"])
    };
    let requests = plural(lines(facts, &events), "request", "requests");
    let as_it_changed = if by_leader == events.len() { ", as its leader changed" } else { "" };
    let title = if events.iter().all(|id| of_client(facts.event(*id))) {
        format!("Clients gave up on {requests} to etcd{as_it_changed}")
    } else {
        format!("etcd gave up on {requests}{as_it_changed}")
    };
    let alone = one_of_several(facts, &events);
    let title = alone.map_or(title, |endpoint| format!("etcd at {endpoint} gave etcdctl no answer in time, others did"));
    let mut what = if alone.is_some() {
        String::from(
            "What etcdctl asks for needs a leader and a majority, and the others have both. So it is that member, or the way to it.",
        )
    } else if by_leader > 0 {
        let which = if by_leader == events.len() { "it" } else { "some of them" };
        format!("etcd itself blames a lost leader for {which}. The election-timeout in force is {}.", human_limit(facts, ElectionTimeout))
    } else if leaderless(facts) {
        String::from("The lines say that requests were not answered in time; others say that a member knew no leader.")
    } else {
        String::from("The lines say that requests were not answered in time, not why.")
    };
    // Until it has done so, etcd 3 answers no client on that member (etcd-io/etcd@v3.4.45:embed/serve.go, serve).
    if let Some(member) = not_published(facts) {
        what = format!("{what} {}, though it knew a leader.", member.title);
    }
    Some(Finding::new(RULE.id, Severity::Warning, Confidence::High, title, what).showing(facts, &events).on(&[ElectionTimeout]))
}

/// Whether a member says that it has no leader to pass a request on to.
fn leaderless(facts: &Facts) -> bool {
    facts.any_event(|event| matches!(event.meaning, Meaning::NoLeaderDropRead | Meaning::NoLeaderDropProposal))
}

fn waits_for_word(facts: &Facts, events: &[EventId]) -> Finding {
    let title = format!("A member waited over 500\u{a0}ms for word from its leader, {}", times(lines(facts, events)));
    let what = match leaderless(facts) {
        true => "A read needs that word. The member then asks again; other lines say that a member knew no leader.",
        false => "A read needs that word. The member then asks again; the lines do not say why the leader was silent.",
    };
    Finding::new(RULE.id, Severity::Warning, Confidence::High, title, what)
        .because("Whoever reads waits as long. Such a read has not failed yet.")
        .showing(facts, events)
        .on(&[ElectionTimeout])
}

/// A member that knows a leader, and is not done with what it has to catch up.
fn not_published(facts: &Facts) -> Option<Finding> {
    let mut events = unpublished(facts);
    events.retain(|id| has_leader(facts, *id));
    if events.is_empty() {
        return None;
    }
    let title = format!("A member could not publish itself to the cluster, {}", times(lines(facts, &events)));
    let what = "It knows a leader, so a majority was there. It is far behind, still receives the database, or its disk holds up what it has to carry out. It tries again until it is done.";
    let finding = Finding::new(RULE.id, Severity::Warning, Confidence::Medium, title, what).showing(facts, &events);
    // etcd-io/etcd@v3.4.45:embed/serve.go, serve
    let finding = finding.because("Until it has done so, etcd 3 answers no client on that member.");
    Some(finding.advising("See whether it catches up: its log says when it received and applied a snapshot. A large database over a slow link or disk takes minutes."))
}

/// Counters of requests that failed or waited too long for word from the leader.
fn by_metrics(facts: &Facts) -> Option<Finding> {
    let (events, count) = metrics::counter(facts, Meaning::MetricRequestsFailed, metrics::MANY)?;
    let title = format!("etcd gave up on {}", plural(count, "request", "requests"));
    let what = "A metric counts them since the process started; it tells neither when nor why. Each loss of a leader makes some.";
    let finding = Finding::new(RULE.id, Severity::Warning, Confidence::Low, title, what);
    Some(finding.showing(facts, &events).counting(count as usize).on(&[ElectionTimeout]))
}

fn gave_up(event: &Event) -> bool {
    if GAVE_UP.contains(&event.meaning) {
        return true;
    }
    // A publish that timed out is a matter of quorum; fleet's limits have findings of their own.
    if event.is_fleet() || event.meaning == Meaning::PublishError {
        return false;
    }
    match event.meaning {
        // Also where the words are Go's, or cut.
        Meaning::ClientDeadline => true,
        Meaning::V2ResponseError | Meaning::ClientUnavailable => {
            // A connection that timed out lost its other end, or never had it.
            !says(event, &["connection timed out", CONNECT_TIMEOUT])
                && !search::split(&event.text, "dial tcp ").is_some_and(|(_, rest)| search::has(rest, "i/o timeout"))
                && says(event, &["timed out", "deadline exceeded", "exceeded header timeout"])
                || says(event, BY_LEADER)
                // The code alone, of a line that was cut behind it.
                || says(event, &["code = DeadlineExceeded"]) && !says(event, REFUSED) && !event.text.contains('}')
        }
        // Connections between members, probes, certificates, discovery and a hand-over of the lead fail by deadlines too.
        Meaning::HeartbeatLate | Meaning::DiscoveryProblem | Meaning::LeaderTransferFailed | Meaning::SnapSendFailed => false,
        broken if BROKEN.contains(&broken) => false,
        // It asked the API server; only etcd's own words come from etcd.
        Meaning::KubernetesLeaseLost => says(event, &["etcdserver: request timed out"]) || says(event, BY_LEADER),
        _ => says(event, &["context deadline exceeded", "etcdserver: request timed out"]) || says(event, BY_LEADER),
    }
}

/// The error of a request that its client's line told of just before, as k3s and rke2 print it: etcd's own client logs the
/// try, and its caller the same error (etcd-io/etcd@v3.5.33:client/v3/retry_interceptor.go).
fn passed_on(facts: &Facts, id: EventId) -> bool {
    let event = facts.event(id);
    let before = id.event.checked_sub(1).map(|at| &facts.logs[id.log].events[at]);
    // One request was tried at each endpoint, and each error stands on a line of its own
    // (etcd-io/etcd@v2.3.8:client/cluster_error.go).
    if says(event, &["; error #"]) && !says(event, &["; error #0"]) {
        return before.is_some_and(|before| before.host == event.host && (hit_limit(before) || gave_up(before)));
    }
    // etcdctl names each endpoint below what its client logs of the try.
    let names_it = |later: &Event| endpoint(later).is_some_and(|endpoint| gave_up(later) && search::has(&event.text, endpoint));
    if event.meaning == Meaning::ClientUnavailable && facts.after(id, 10).any(names_it) {
        return true;
    }
    event.meaning == Meaning::ClientDeadline
        && before.is_some_and(|before| {
            let soon = event.time.zip(before.time).is_none_or(|(now, then)| (0..=S).contains(&(now.micros - then.micros)));
            before.meaning == Meaning::ClientUnavailable && before.host == event.host && soon && gave_up(before)
        })
}

/// The endpoint that etcdctl's check speaks of (etcd-io/etcd@v3.4.45:etcdctl/ctlv3/command/ep_command.go, epHealthCommandFunc).
fn endpoint(event: &Event) -> Option<&str> {
    let (before, _) = search::split(&event.text, " is unhealthy: failed").or_else(|| search::split(&event.text, " is healthy: succ"))?;
    before.rsplit(['/', ' ']).next()
}

/// The only endpoint that gave etcdctl no answer, where others did.
fn one_of_several<'a>(facts: &'a Facts, events: &[EventId]) -> Option<&'a str> {
    let one = endpoint(facts.event(*events.first()?))?;
    let mut healthy = facts.events_of(&[Meaning::CtlHealth]).filter_map(|(_, event)| endpoint(event)).peekable();
    let same = events.iter().all(|id| endpoint(facts.event(*id)) == Some(one));
    (same && healthy.peek().is_some() && healthy.all(|other| other != one)).then_some(one)
}

/// A request that etcd ended because its leader had just handed over on purpose; clients try such a one again.
fn ended_by_plan(facts: &Facts, id: EventId) -> bool {
    let now = time(facts, id);
    let mut planned = facts.of_class(ChangeClass::Planned).filter_map(|change| change.elected);
    says(facts.event(id), BY_LEADER) && now.is_some_and(|now| planned.any(|elected| (-S..=5 * S).contains(&(now - elected))))
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    #[test]
    fn a_discovery_service_that_does_not_answer_is_no_etcd() {
        let log = "2015/09/14 11:11:33 discovery: error #0: context deadline exceeded\n\
                   2015/09/14 11:11:33 discovery: cluster status check: error connecting to https://discovery.example, retrying in 2s\n";
        assert!(find(&facts(&[log]), RuleId::EtcdDiscoveryFailed).is_some());
        assert!(find(&facts(&[log]), RuleId::EtcdRequestTimeout).is_none());
    }

    #[test]
    fn a_member_without_a_leader_is_why() {
        let waits = "2024-02-17 09:53:15.911826 W | etcdserver: waiting for ReadIndex response took too long, retrying (sent-request-id: 7, retry-timeout: 500ms)\n";
        let none = "2024-02-17 09:53:15.928352 I | raft: ac4ec652f10e5b49 no leader at term 3; dropping index reading msg\n";
        let found = |log: &str| find(&facts(&[log]), RuleId::EtcdRequestTimeout).expect("waits");
        assert!(found(waits).why.is_some_and(|why| why.contains("not failed")));
        let what = |log: &str| found(log).what;
        assert!(what(waits).ends_with("why the leader was silent."));
        assert!(what(&(waits.to_owned() + none)).ends_with("knew no leader."));
    }

    #[test]
    fn a_line_that_was_cut_behind_the_code_tells_of_a_deadline() {
        let cut = "Dec 23 21:39:58 n1 rke2[31]: {\"level\":\"warn\",\"ts\":\"2020-12-23T21:39:58.800Z\",\"caller\":\"clientv3/retry_interceptor.go:62\",\"msg\":\"retrying of unary invoker failed\",\"target\":\"endpoint://x/127.0.0.1:2379\",\"attempt\":0,\"error\":\"rpc error: code = DeadlineExceeded desc = la";
        assert!(find(&facts(&[cut]), RuleId::EtcdRequestTimeout).is_some());
        let refused = format!("{cut}test balancer error: dial tcp 127.0.0.1:2379: connect: connection refu");
        assert!(find(&facts(&[&refused]), RuleId::EtcdRequestTimeout).is_some());
        assert!(find(&facts(&[&format!("{refused}sed")]), RuleId::EtcdRequestTimeout).is_none());
    }

    #[test]
    fn a_discovery_service_that_does_not_answer_is_no_client() {
        let log = "Oct 26 10:37:23 n1 etcd2[921]: failed to join discovery cluster (context deadline exceeded)\n";
        assert!(find(&facts(&[log]), RuleId::EtcdRequestTimeout).is_none());
        assert!(find(&facts(&[log]), RuleId::EtcdDiscoveryFailed).is_some());
    }

    #[test]
    fn a_stale_answer_is_of_a_read_that_old_ones_gave_up_and_new_ones_asked_again() {
        let old = "2018-04-03 19:58:13.103725 W | etcdserver: ignored out-of-date read index response (want [1 9], got [1 8])\n";
        let new = "{\"level\":\"warn\",\"ts\":\"2024-01-10T07:55:33.933832Z\",\"caller\":\"etcdserver/v3_server.go:888\",\"msg\":\"ignored out-of-date read index response; local node read indexes queueing up and waiting to be in sync with leader\"}\n";
        let title = |log: &str| find(&facts(&[log]), RuleId::EtcdRequestTimeout).expect("a finding").title;
        assert!(title(old).starts_with("etcd gave up on 1"), "{}", title(old));
        assert!(title(new).contains("500"), "{}", title(new));
    }

    #[test]
    fn requests_given_up() {
        for text in [
            "2016-04-20 10:00:00.500000 E | etcdhttp: got unexpected response error (etcdserver: request timed out, possibly due to previous leader failure)\n",
            "Apr 29 18:05:23 master etcd[1167]: etcdserver: request timed out, possibly due to previous leader failure\n",
            "2018-04-20 10:00:00.500000 W | etcdserver: timed out waiting for read index response\n",
            "Error from server: etcdserver: leader changed\n",
            "Jan 13 20:18:43 n3 etcd[7]: read-only range request \"key:\\\"/a\\\" \" with result \"error:etcdserver: leader changed\" took too long (4.85s) to execute\n",
        ] {
            assert!(find(&facts(&[text]), RuleId::EtcdRequestTimeout).is_some(), "{text}");
        }
    }

    #[test]
    fn a_request_that_a_hand_over_ended() {
        let line = |at: &str, said: &str| format!("2023-02-03 10:00:0{at}00000 I | {said}\n");
        let (a, b) = ("2a0965170762fd09", "91d25258d70ad868");
        let handed = line("1.0", &format!("raft: {a} [term 5] starts to transfer leadership to {b}"))
            + &line("1.2", &format!("raft: raft.node: {a} lost leader {a} at term 6"))
            + &line("1.3", &format!("raft: raft.node: {a} elected leader {b} at term 6"));
        let error = |at: &str| line(at, "etcdserver: etcdserver: leader changed");
        assert!(find(&facts(&[&(handed.clone() + &error("1.4"))]), RuleId::EtcdRequestTimeout).is_none());
        assert!(find(&facts(&[&(handed + &error("9.4"))]), RuleId::EtcdRequestTimeout).is_some());
    }

    #[test]
    fn a_check_of_talos_that_is_passed_soon_after() {
        let line = |second: u32, said: &str| {
            format!("192.0.2.8: user: warning: [2024-08-12T10:21:{second}.2Z]: [talos] service[etcd](Running): Health check {said}\n")
        };
        let failed = line(10, "failed: context deadline exceeded");
        let found = |text: &str| find(&facts(&[text]), RuleId::EtcdRequestTimeout).is_some();
        assert!(found(&failed));
        assert!(!found(&(failed.clone() + &line(15, "successful"))));
        assert!(found(&(failed + &line(55, "successful"))));
    }

    #[test]
    fn a_client_that_gives_up_and_one_that_lost_its_server() {
        let retry = |error: &str| {
            format!(
                "{{\"level\":\"warn\",\"ts\":\"2024-11-15T08:08:32.011Z\",\"logger\":\"etcd-client\",\"msg\":\"retrying of unary invoker failed\",\"error\":\"rpc error: {error}\"}}\n"
            )
        };
        let found = find(&facts(&[&retry("code = DeadlineExceeded desc = context deadline exceeded")]), RuleId::EtcdRequestTimeout);
        assert!(found.expect("given up").title.starts_with("Clients gave up"));
        let by_leader = find(&facts(&[&retry("code = Unavailable desc = etcdserver: leader changed")]), RuleId::EtcdRequestTimeout);
        assert!(by_leader.expect("given up").title.ends_with("as its leader changed"));
        for lost in [
            "code = Unavailable desc = error reading from server: read: connection timed out",
            "code = DeadlineExceeded desc = latest balancer error: connection error: desc = \\\"transport: Error while dialing: dial tcp 192.0.2.7:2379: i/o timeout\\\"",
        ] {
            assert!(find(&facts(&[&retry(lost)]), RuleId::EtcdRequestTimeout).is_none(), "{lost}");
        }
    }

    #[test]
    fn one_endpoint_of_several() {
        let tried = |host: u32| {
            format!(
                "{{\"level\":\"warn\",\"ts\":\"2023-04-24T17:11:59.984Z\",\"logger\":\"client\",\"caller\":\"v3/retry_interceptor.go:62\",\"msg\":\"retrying of unary invoker failed\",\"target\":\"etcd-endpoints://0xc0/192.0.2.{host}:2379\",\"attempt\":0,\"error\":\"rpc error: code = DeadlineExceeded desc = context deadline exceeded\"}}\n"
            )
        };
        let healthy = |host: u32| format!("https://192.0.2.{host}:2379 is healthy: successfully committed proposal: took = 7.12757ms\n");
        let dead = |host: u32| format!("https://192.0.2.{host}:2379 is unhealthy: failed to commit proposal: context deadline exceeded\n");
        let found = |log: String| find(&facts(&[&log]), RuleId::EtcdRequestTimeout).expect("no answer");
        let one = found(tried(6) + &healthy(8) + &healthy(7) + &dead(6));
        assert!(one.title.starts_with("etcd at 192.0.2.6:2379 gave") && one.count == 1, "{} {}", one.title, one.count);
        for (log, count) in [(tried(6) + &dead(6), 1), (healthy(7) + &dead(6) + &dead(8), 2), (dead(6) + &healthy(6), 1)] {
            let found = found(log);
            assert_eq!((found.title.starts_with("Clients gave up"), found.count), (true, count), "{}", found.title);
        }
    }

    #[test]
    fn a_client_port_that_falls_silent() {
        let title =
            |said: &str| find(&facts(&[&format!("2015/08/19 11:02:13 {said}\n")]), RuleId::EtcdRequestTimeout).map(|found| found.title);
        let gave_up = Some(String::from("Clients gave up on 1\u{a0}request to etcd"));
        assert_eq!(title("Engine error: read tcp 10.1.0.7:40112->10.1.0.5:4001: i/o timeout"), gave_up);
        assert_eq!(title("Get http://10.1.0.5:2379/v2/keys/app: read tcp 10.1.0.5:2379: i/o timeout"), gave_up);
        assert_eq!(title("Get \"https://10.1.0.5:2379/health\": net/http: TLS handshake timeout"), gave_up);
        assert_eq!(
            title("[warn] 54#54: *1 [lua] v3.lua:247: _request_uri(): http://10.1.0.5:2379: timeout. Retrying, context: ngx.timer"),
            gave_up
        );
        assert_eq!(title("read tcp 10.1.0.7:40112->10.1.0.5:5432: i/o timeout"), None);
        assert_eq!(title("Get https://10.1.0.5:6443/api: net/http: TLS handshake timeout"), None);
        assert_eq!(title("after https://10.1.0.5:2379 it asks: Get https://10.1.0.5:6443/api: net/http: TLS handshake timeout"), None);
    }

    #[test]
    fn what_k3s_starts_need_not_answer_at_once() {
        let line = |second: u32, said: &str| {
            format!("Nov 14 13:57:{second:02} n1 rke2[85]: time=\"2023-11-14T13:57:{second:02}Z\" level=info msg=\"{said}\"\n")
        };
        let tried = line(4, "Failed to get etcd status: context deadline exceeded");
        let found = |text: &str| find(&facts(&[text]), RuleId::EtcdRequestTimeout).is_some();
        assert!(found(&tried));
        assert!(!found(&(tried.clone() + &line(15, "etcd data store connection OK"))));
        assert!(found(&(tried + &line(50, "etcd data store connection OK"))));
        let publish = "Nov 14 13:57:06 n1 rke2[85]: {\"level\":\"warn\",\"ts\":\"2023-11-14T13:57:06.100Z\",\"msg\":\"failed to publish local member to cluster through raft\",\"error\":\"etcdserver: request timed out\"}\n";
        let elected = "Nov 14 13:57:01 n1 rke2[85]: {\"level\":\"info\",\"ts\":\"2023-11-14T13:57:01.100Z\",\"msg\":\"raft.node: 1a1a1a1a1a1a1a1a elected leader 2b2b2b2b2b2b2b2b at term 8\"}\n";
        assert!(found(&format!("{elected}{publish}")));
        let both = find(&facts(&[&format!("{elected}{publish}Error: etcdserver: request timed out\n")]), RuleId::EtcdRequestTimeout);
        assert!(both.expect("told").what.ends_with("A member could not publish itself to the cluster, once, though it knew a leader."));
        assert!(!found(&format!("{elected}{publish}{}", line(15, "etcd data store connection OK"))), "it reads from the member");
    }

    #[test]
    fn a_request_that_the_caller_tells_of_too_is_one() {
        let retry = "{\"level\":\"warn\",\"ts\":\"2024-11-15T08:08:32.011Z\",\"logger\":\"etcd-client\",\"msg\":\"retrying of unary invoker failed\",\"error\":\"rpc error: code = DeadlineExceeded desc = context deadline exceeded\"}\n";
        let caller = "ERRO[0040] Failed to check local etcd status for learner management: context deadline exceeded\n";
        let again = retry.replace("32.011", "33.011");
        let found = find(&facts(&[&format!("{retry}{caller}{again}{caller}")]), RuleId::EtcdRequestTimeout).expect("given up");
        assert_eq!(found.title, "Clients gave up on 2\u{a0}requests to etcd");
        assert_eq!(find(&facts(&[caller]), RuleId::EtcdRequestTimeout).expect("given up").count, 1);
    }

    /// fleet prints the error of each endpoint on a line of its own.
    #[test]
    fn what_was_tried_at_each_endpoint_is_one_request() {
        let line = |text: &str| format!("Mar 04 09:10:11 core-01 fleetd[700]: {text}\n");
        let slow = |number: u32| format!("; error #{number}: client: endpoint http://192.0.2.{number}:2379 exceeded header timeout");
        let call = "ERROR job.go:109: failed fetching all Units from etcd: client: etcd cluster is unavailable or misconfigured";
        let all = line(&format!("{call}{}", slow(0))) + &line(&slow(1)) + &line(&slow(2));
        assert!(find(&facts(&[&all]), RuleId::EtcdRequestTimeout).is_none());
        let one = line(&format!("{call}; error #0: dial tcp 192.0.2.1:2379: connection refused")) + &line(&slow(1)) + &line(&slow(2));
        assert_eq!(find(&facts(&[&one]), RuleId::EtcdRequestTimeout).expect("slow").count, 1);
    }

    #[test]
    fn the_reason_may_stand_far_into_the_line() {
        let line = format!(
            "fatal: [n1]: FAILED! => {{\"cmd\": \"{}\", \"stderr\": \"Error:  client: etcd cluster is unavailable or misconfigured; error #0: client: endpoint https://192.0.2.7:2379 exceeded header timeout\"}}\n",
            "etcdctl ".repeat(60)
        );
        assert!(find(&facts(&[&line]), RuleId::EtcdRequestTimeout).expect("given up").title.starts_with("Clients gave up"));
    }

    #[test]
    fn a_read_that_asks_its_leader_again_is_not_given_up() {
        let line = "{\"level\":\"warn\",\"ts\":\"2024-01-10T07:55:33.433Z\",\"caller\":\"etcdserver/v3_server.go:897\",\"msg\":\"waiting for ReadIndex response took too long, retrying\",\"sent-request-id\":41,\"retry-timeout\":\"500ms\"}\n";
        let found = find(&facts(&[line, line]), RuleId::EtcdRequestTimeout).expect("waits");
        assert!(found.title.starts_with("A member waited"), "{}", found.title);
        let late = "2021-05-14 16:49:00.439600 W | etcdserver: ignored out-of-date read index response; local node read indexes queueing up and waiting to be in sync with leader (request ID want 35, got 30)\n";
        assert!(find(&facts(&[late]), RuleId::EtcdRequestTimeout).expect("waited").title.starts_with("A member waited"));
    }

    #[test]
    fn another_service_of_talos_is_no_client() {
        let health = |service: &str| {
            format!(
                "192.0.2.2: user: warning: [2022-01-25T10:40:42.081Z]: [talos] service[{service}](Running): Health check failed: context deadline exceeded\n"
            )
        };
        let leads = "2022-01-25 10:40:40.100000 I | raft: 8e9e05c52164694d became leader at term 2\n";
        let found = |service: &str| find(&facts(&[&(leads.to_owned() + &health(service))]), RuleId::EtcdRequestTimeout).is_some();
        assert!(found("etcd") && !found("containerd"));
    }

    #[test]
    fn what_befell_a_service_of_talos_before_is_over() {
        let events = "ID       etcd\nSTATE    Running\nEVENTS   [Running]: Health check successful (1m55s ago)\n         [Running]: Health check failed: context deadline exceeded (1m58s ago)\n         [Running]: Started task etcd (PID 2002) for container etcd (2m1s ago)\n";
        assert!(find(&facts(&[events]), RuleId::EtcdRequestTimeout).is_none());
        let newest = events.replace("[Running]: Health check successful (1m55s ago)\n         ", "");
        assert!(find(&facts(&[&newest]), RuleId::EtcdRequestTimeout).is_some());
    }

    #[test]
    fn etcdctl_that_cannot_connect() {
        let told = "192.0.2.7:2379 is unhealthy: failed to connect: grpc: timed out when dialing\n";
        assert!(find(&facts(&[told]), RuleId::EtcdRequestTimeout).is_some());
    }

    #[test]
    fn a_late_heartbeat_is_no_request() {
        let late = "2016-04-20 10:00:00.500000 W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 237.022208ms)\n";
        assert!(find(&facts(&[late]), RuleId::EtcdRequestTimeout).is_none());
    }
}
