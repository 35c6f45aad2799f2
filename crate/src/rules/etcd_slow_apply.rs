//! `etcd-slow-apply`: carrying out requests took long.

use super::common::{BY_LEADER, WAITS, alerts, bursts, lines, longest_first, plural, says};
use super::{Finding, Rule};
use crate::facts::slow_requests::{GIVEN_UP, by_defragmentation, large_reads};
use crate::facts::{EventId, Facts, metrics};
use crate::ids::RuleId;
use crate::log::event::{Event, Meaning};
use crate::report::{Confidence, Severity};
use crate::sort::sort;
use crate::units::{MS, Micros, S, decimal, human};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdSlowApply,
    why: "A request waits until etcd has carried it out. Large ranges, a slow disk or a busy processor make it slow; heartbeats and elections do not depend on it.",
    what_to_do: "See what the slow requests have in common. Large ranges are for the client to cut. Slow writes point to the disk. If all is slow, look at the processor. No timer changes that.",
    references: &["etcd-io/etcd@v3.4.45:etcdserver/util.go:30", "etcd-io/etcd@v3.7.1:server/etcdserver/txn/util.go"],
    check,
};

/// Above this a request is slow by any measure; etcd's own limit is 100 ms (10 ms in 3.0 to 3.1).
const CLEARLY_SLOW: Micros = 200 * MS;

/// One in so much time is what a busy moment leaves (judgement).
const SELDOM: Micros = 600 * S;

fn check(facts: &Facts) -> Option<Finding> {
    let Some((events, length)) = longest_first(facts, &[Meaning::ApplySlow]) else {
        return by_answers(facts).or_else(|| by_metrics(facts)).or_else(|| by_alert(facts));
    };
    let count = lines(facts, &events);
    // One or two lines just above the limit are a remark, and so are more that come seldom. What waits for one thing, as for a
    // compaction, is slow together, and comes once.
    let often = bursts(facts, &events, S).unwrap_or(count);
    let seldom = facts.log_span().is_some_and(|span| span >= often as Micros * SELDOM);
    let remark = length > 0 && length < CLEARLY_SLOW && (count < 3 || seldom);
    if let Some(waited) = by_answers(facts).filter(|_| remark) {
        return Some(waited);
    }
    let by_end = !remark && by_a_members_end(facts);
    let severity = if remark || by_end { Severity::Info } else { Severity::Warning };
    let given_up = says(facts.event(events[0]), GIVEN_UP) || says(facts.event(events[0]), BY_LEADER);
    let title = match length {
        _ if given_up && count == 1 => format!("A request to etcd was given up after {}", human(length)),
        _ if given_up => {
            format!("{} to etcd were slow, and the longest was given up after {}", plural(count, "request", "requests"), human(length))
        }
        0 => format!("etcd carried out {} slowly", plural(count, "request", "requests")),
        _ if count == 1 => format!("etcd took {} to carry out a request", human(length)),
        _ => format!("etcd carried out {} slowly, the longest in {}", plural(count, "request", "requests"), human(length)),
    };
    if by_defragmentation(facts) && !remark {
        // Shorter than etcd waits before it gives up on a request: what one takes (as in `etcd_own_trouble`).
        let severity = if length < 5 * S { Severity::Info } else { severity };
        let title = format!("{title}, while it defragmented its database");
        let what = "A member that defragments carries nothing out until it is done, however large the database is. Heartbeats go on, so no election follows.";
        let finding = Finding::new(RULE.id, severity, Confidence::High, title, what).showing(facts, &events);
        return Some(finding.advising("Defragment one member at a time, the leader last, at a quiet hour. Do it only where it frees much space: compare the database's size with the size in use."));
    }
    if by_end {
        let title = format!("{title}, as a member had just ended");
        let what = "What needs a leader or a majority waits until the members that are left have one.";
        let finding = Finding::new(RULE.id, severity, Confidence::Medium, title, what).showing(facts, &events);
        return Some(finding.advising("See why the member ended. The slow requests are its consequence."));
    }
    let what = if remark {
        String::from("This is just above etcd's own limit, and no trouble by itself.")
    } else if let Some(limit) = facts.event(events[0]).duration("limit") {
        format!("etcd prints such a line above {} here.", human(limit))
    } else {
        String::from("etcd's own limit for such a line is 100\u{a0}ms (10\u{a0}ms in 3.0 and 3.1).")
    };
    if let Some(((largest, smallest), false)) = large_reads(facts).map(|sizes| (sizes, remark)) {
        let what = format!("All of them read large ranges: the answers hold {} to {}. {what}", megabytes(smallest), megabytes(largest));
        let finding = Finding::new(RULE.id, severity, Confidence::High, title, what).showing(facts, &events);
        return Some(finding.advising("Find the client that lists so much at once, and let it read in pages (limit), from its own cache or by a watch. No timer changes that."));
    }
    Some(Finding::new(RULE.id, severity, Confidence::High, title, what).showing(facts, &events))
}

/// What a client waited for its answer in all; a request that takes this long is slow by any measure, whatever it asked for.
fn by_answers(facts: &Facts) -> Option<Finding> {
    // At the level of debugging each request has its line, however fast it was
    // (etcd-io/etcd@v3.5.1:server/etcdserver/api/v3rpc/interceptor.go, logUnaryRequestStats).
    let slow = |id: &EventId| facts.event(*id).duration("took").is_none_or(|took| took >= CLEARLY_SLOW);
    let (mut events, length) = longest_first(facts, &[Meaning::UnarySlow, Meaning::ApiserverSlow]).filter(|(_, length)| *length >= S)?;
    events.retain(slow);
    let title = match lines(facts, &events) {
        1 => format!("etcd took {} to answer a request", human(length)),
        many => format!("etcd answered {} slowly, the longest after {}", plural(many, "request", "requests"), human(length)),
    };
    let what = "This is the whole wait of a client: for the leader, the disk or the processor. The lines do not tell which.";
    Some(Finding::new(RULE.id, Severity::Warning, Confidence::Medium, title, what).showing(facts, &events))
}

/// Every slow request began within a second (judgement) after a connection to a member ended, or ran across its end;
/// nothing shows that a member stood still. A connection that ran into a time limit tells of no end.
fn by_a_members_end(facts: &Facts) -> bool {
    let (mut ends, mut limits): (Vec<Micros>, Vec<Micros>) = (Vec::new(), Vec::new());
    for (_, event) in facts.events_of(&[Meaning::PeerStreamLost, Meaning::PeerReadFailed]) {
        let Some(time) = event.time else { continue };
        let by_limit = says(event, &["timeout", "timed out", "deadline"]);
        if by_limit { limits.push(time.micros) } else { ends.push(time.micros) }
    }
    sort(&mut ends);
    sort(&mut limits);
    let next = |times: &[Micros], from: Micros| times.get(times.partition_point(|time| *time < from)).copied();
    // The reason stands in another line than the loss.
    ends.retain(|end| next(&limits, end - S + 1).is_none_or(|limit| limit >= end + S));
    let across = |event: &Event| {
        let Some((end, took)) = event.moment().zip(event.duration("took")) else { return false };
        next(&ends, end - took - S).is_some_and(|lost| lost <= end)
    };
    !facts.has(WAITS) && facts.events_of(&[Meaning::ApplySlow]).all(|(_, event)| across(event))
}

/// `9.1 MB`.
fn megabytes(bytes: i64) -> String {
    format!("{}\u{a0}MB", decimal(bytes, 1_000_000, 1))
}

/// The counter of such lines, without their length. Some are a remark.
fn by_metrics(facts: &Facts) -> Option<Finding> {
    let (events, count) = metrics::counter(facts, Meaning::MetricSlowApplies, metrics::MANY)?;
    let severity = if count < 1000 { Severity::Info } else { Severity::Warning };
    let title = format!("etcd carried out {} slowly", plural(count, "request", "requests"));
    let what = "A metric counts what took longer than 100\u{a0}ms since the process started; it tells neither when nor how long.";
    Some(Finding::new(RULE.id, severity, Confidence::Medium, title, what).showing(facts, &events).counting(count as usize))
}

/// What the alert on requests says.
fn by_alert(facts: &Facts) -> Option<Finding> {
    let title = |event: &Event| format!("One in a hundred requests took {} or more", human(event.duration("took").unwrap_or(0)));
    alerts::told(facts, RULE.id, Severity::Warning, &[Meaning::AlertSlowRequests], &title)
}

#[cfg(test)]
mod tests {
    use crate::facts::slow_requests::{by_defragmentation, waits_long};
    use crate::ids::RuleId;
    use crate::report::Severity;
    use crate::rules::testing::{facts, find};

    fn apply(took: &str) -> String {
        format!(
            "2020-06-25 20:48:27.245759 W | etcdserver: read-only range request \"key:\\\"/a\\\" \" with result \"range_response_count:0 size:4\" took too long ({took}) to execute\n"
        )
    }

    #[test]
    fn slow_requests_warn_and_one_near_the_limit_is_a_remark() {
        assert_eq!(find(&facts(&[&apply("2.285637356s")]), RuleId::EtcdSlowApply).expect("slow").severity, Severity::Warning);
        assert_eq!(find(&facts(&[&apply("112.5ms")]), RuleId::EtcdSlowApply).expect("a remark").severity, Severity::Info);
        // Five at once: by themselves, in a log of twenty minutes, and every two minutes in it.
        let five =
            |apart: usize| (0..5).map(|at| apply("112.5ms").replace(":48:27", &format!(":{:02}:27", at * apart))).collect::<String>();
        let end = "2020-06-25 20:20:27.245759 I | etcdserver: saved snapshot at index 10001\n";
        let severity = |log: String| find(&facts(&[&log]), RuleId::EtcdSlowApply).expect("said").severity;
        assert_eq!(severity(five(0)), Severity::Warning);
        assert_eq!(severity(five(0) + end), Severity::Info);
        assert_eq!(severity(five(2) + end), Severity::Warning);
    }

    /// `--log-level debug`: each request has its line.
    #[test]
    fn fast_requests_are_not_counted_with_the_slow_ones() {
        let line = |second: u32, level: &str, took: &str| {
            format!(
                r#"{{"level":"{level}","ts":"2021-06-05T02:20:{second:02}.344Z","caller":"v3rpc/interceptor.go:182","msg":"request stats","start time":"2021-06-05T02:20:38.211Z","time spent":"{took}"}}"#
            ) + "\n"
        };
        let log = (0..9).map(|second| line(second, "debug", "1.9ms")).collect::<String>() + &line(40, "warn", "1.237022208s");
        assert_eq!(find(&facts(&[&log]), RuleId::EtcdSlowApply).expect("slow").title, "etcd took 1.24\u{a0}s to answer a request");
    }

    /// Kubernetes' installers set other limits than etcd's own; the line names the one that acts.
    #[test]
    fn the_limit_is_the_one_that_the_line_names() {
        let line = r#"{"level":"warn","ts":"2025-02-11T07:14:22.231Z","caller":"txn/util.go:93","msg":"apply request took too long","took":"412.5ms","expected-duration":"200ms","prefix":"","request":"header:<ID:7 > txn:<>","response":"size:18"}"#;
        let what = |log: &str| find(&facts(&[log]), RuleId::EtcdSlowApply).expect("slow").what;
        assert_eq!(what(&format!("{line}\n")), "etcd prints such a line above 200\u{a0}ms here.");
        assert!(what(&apply("412.5ms")).starts_with("etcd's own limit"));
    }

    #[test]
    fn what_was_given_up_was_not_carried_out() {
        let given_up = apply("2.000566423s").replace("range_response_count:0 size:4", "error:context canceled");
        let title = |log: &str| find(&facts(&[log]), RuleId::EtcdSlowApply).expect("slow").title;
        assert_eq!(title(&given_up), "A request to etcd was given up after 2\u{a0}s");
        assert_eq!(title(&(apply("1.5s") + &given_up)), "2\u{a0}requests to etcd were slow, and the longest was given up after 2\u{a0}s");
        let by_leader = given_up.replace("context canceled", "etcdserver: leader changed");
        assert_eq!(title(&by_leader), title(&given_up));
        assert_eq!(title(&(apply("2.5s") + &given_up)), "etcd carried out 2\u{a0}requests slowly, the longest in 2.5\u{a0}s");
    }

    #[test]
    fn a_read_without_an_answer_may_have_missed_the_leader() {
        let given_up = apply("2.000566423s").replace("range_response_count:0 size:4", "error:context canceled");
        assert!(waits_long(&facts(&[&given_up])));
        assert!(!waits_long(&facts(&[&given_up.replace("2.0005", "0.5005")])));
        assert!(!waits_long(&facts(&[&apply("2.000566423s")])));
    }

    #[test]
    fn what_waits_because_a_member_ended_is_a_consequence() {
        let lost = |second: u32, error: &str| {
            format!("2020-06-25 20:48:{second:02}.100000 E | rafthttp: failed to read 91d25258d70ad868 on stream Message ({error})\n")
        };
        let sync = "2020-06-25 20:48:27.240000 W | wal: sync duration of 1.3s, expected less than 1s\n";
        let found = |before: &str| find(&facts(&[&(before.to_owned() + &apply("1.33s"))]), RuleId::EtcdSlowApply).expect("slow");
        let by_end = found(&lost(26, "EOF"));
        assert!(by_end.severity == Severity::Info && by_end.title.ends_with("as a member had just ended"), "{}", by_end.title);
        // What it was by stands in a line of its own.
        let silent = "2020-06-25 20:48:26.099000 W | rafthttp: lost the TCP streaming connection with peer 91d25258d70ad868 (stream Message reader)\n"
            .to_owned()
            + &lost(26, "read tcp 192.0.2.1:2380: i/o timeout");
        for before in [lost(14, "EOF"), lost(26, "read tcp 192.0.2.1:2380: i/o timeout"), silent, lost(26, "EOF") + sync] {
            assert_eq!(found(&before).severity, Severity::Warning, "{before}");
        }
    }

    #[test]
    fn what_the_slow_ones_have_in_common() {
        let put = "2020-06-25 20:48:29.245759 W | etcdserver: request \"header:<ID:7 > put:<>\" with result \"size:4\" took too long (912.5ms) to execute\n";
        let what = |log: &str| find(&facts(&[log]), RuleId::EtcdSlowApply).expect("slow").what;
        let large = apply("912.5ms").replace("size:4", "size:9100222");
        assert!(what(&(large.clone() + &large)).contains("9.1\u{a0}MB"));
        // A small answer, or a write, waits for something else.
        assert!(!what(&(large.clone() + &apply("912.5ms"))).contains("MB"));
        assert!(!what(&(large + put)).contains("MB"));
        let zap = |second: u32, fields: &str| {
            format!("{{\"level\":\"warn\",\"ts\":\"2023-02-02T04:00:{second:02}.300Z\",\"caller\":\"etcdserver/util.go:166\",{fields}}}\n")
        };
        let defrag = zap(9, "\"msg\":\"finished defragmenting directory\",\"took\":\"9.301s\"");
        let slow = |second: u32| {
            zap(
                second,
                "\"msg\":\"apply request took too long\",\"took\":\"9.21s\",\"expected-duration\":\"100ms\",\"prefix\":\"read-only range \"",
            )
        };
        assert!(what(&(defrag.clone() + &slow(9))).contains("defragments"));
        let severity = |log: &str| find(&facts(&[log]), RuleId::EtcdSlowApply).expect("slow").severity;
        assert_eq!(severity(&(defrag.clone() + &slow(9))), Severity::Warning);
        let short = (defrag.clone() + &slow(9)).replace("9.301s", "1.501s").replace("9.21s", "1.31s");
        assert_eq!(severity(&short), Severity::Info);
        assert!(!what(&(defrag.clone() + &slow(9) + &slow(40))).contains("defragments"));
        assert!(!by_defragmentation(&facts(&[&defrag])), "nothing was slow");
    }

    #[test]
    fn a_late_heartbeat_is_no_slow_request() {
        let late = "2016-04-20 10:00:00.500000 W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 237.022208ms)\n";
        assert!(find(&facts(&[late]), RuleId::EtcdSlowApply).is_none());
    }

    #[test]
    fn what_a_client_waited_for_its_answer() {
        let stats = |spent: &str| {
            format!("{{\"level\":\"warn\",\"ts\":\"2022-03-17T17:23:36.482Z\",\"msg\":\"request stats\",\"time spent\":\"{spent}\"}}\n")
        };
        let trace = "I0214 08:59:00.574743       1 trace.go:116] Trace[41]: \"GuaranteedUpdate etcd3\" type:*coordination.Lease (started: 2020-02-14 08:58:53.573418987 +0000 UTC) (total time: 7.001283601s):\n";
        let found = find(&facts(&[&(stats("2.9s") + trace)]), RuleId::EtcdSlowApply).expect("slow answers");
        assert!(found.count == 2 && found.title.ends_with("7\u{a0}s"), "{}", found.title);
        assert!(find(&facts(&[&stats("310ms")]), RuleId::EtcdSlowApply).is_none());
        // Of a whole request only the part that names etcd waits for it.
        let whole = "Trace[41]: \"Update\" url:/apis/a,verb:PUT (24-Apr-2026 11:33:11.050) (total time: 9001ms):\n\
                     Trace[41]: [\"GuaranteedUpdate etcd3\" audit-id:7,key:/leases/a,type:*coordination.Lease 7002ms (11:33:11.053)\n";
        assert!(find(&facts(&[whole]), RuleId::EtcdSlowApply).expect("slow").title.ends_with("7\u{a0}s to answer a request"));
        assert!(find(&facts(&[whole.lines().next().expect("a line")]), RuleId::EtcdSlowApply).is_none());
        // Most of that wait passed before it was carried out.
        let beside = find(&facts(&[&(apply("112.5ms") + &stats("2.9s"))]), RuleId::EtcdSlowApply).expect("a slow answer");
        assert!(beside.severity == Severity::Warning && beside.title.contains("2.9\u{a0}s"), "{}", beside.title);
    }
}
