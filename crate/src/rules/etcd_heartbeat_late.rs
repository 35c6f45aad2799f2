//! `etcd-heartbeat-late`: a leader was late with its heartbeats.

use super::common::{human_limit, lines, plural, range, says, times};
use super::{Finding, Rule};
use crate::facts::clocks::by_clock;
use crate::facts::{Facts, Stall, StallKind, metrics};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::model::safe_stall;
use crate::parameters::Parameter::{ElectionTimeout, HeartbeatInterval};
use crate::replay::timers_in_force;
use crate::report::{Confidence, Severity};
use crate::sort::distinct;
use crate::units::human;

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdHeartbeatLate,
    why: "Followers start an election when they hear nothing from the leader for the election-timeout. A leader that stalls longer loses its place although it lives.",
    what_to_do: "Find what stops the leader: the disk first, then processor time taken by other work or by the host. Raise the election-timeout only if leaders really change because of it.",
    references: &[
        "etcd-io/etcd@v2.3.8:etcdserver/server.go:966",
        "etcd-io/etcd@v3.4.45:etcdserver/raft.go:460",
        "lab: over all measured pauses a stall lies between the printed excess plus one and plus two heartbeats",
    ],
    check,
};

const LATE: &[Meaning] = &[Meaning::HeartbeatLate, Meaning::Hb04NearElection, Meaning::Hb04Timeout, Meaning::HeartbeatTimedOut03];

fn check(facts: &Facts) -> Option<Finding> {
    let mut events = facts.meaning(LATE);
    let stalls: Vec<&Stall> =
        facts.stalls.iter().filter(|stall| stall.events.iter().any(|id| LATE.contains(&facts.event(*id).meaning))).gather();
    let longest = stalls.iter().max_by_key(|stall| stall.planned);
    let Some(longest) = longest else { return unanswered(facts, events) };
    let telling = *longest.events.iter().find(|id| LATE.contains(&facts.event(**id).meaning))?;
    events.retain(|id| *id != telling);
    events.insert(0, telling);
    let lasted = range(longest.length);
    let limit = human_limit(facts, ElectionTimeout);
    let follower_side = longest.kind == StallKind::NearTimeout;
    let title = match stalls.len() {
        1 => format!("A leader stalled once, for {lasted}"),
        many if follower_side => {
            format!("Followers heard nothing from the leader for up to {}, {}", human(longest.length.high), times(many as u64))
        }
        many => format!("The leader stalled {}, the longest for {lasted}", times(many as u64)),
    };
    let told = match stalls.len() as u64 {
        1 => String::from("it"),
        many => format!("{}. The longest lasted {lasted}", plural(many, "stall", "stalls")),
    };
    let what = format!(
        "{} of {told}; followers wait {limit}.{}",
        plural(lines(facts, &events), "line tells", "lines tell"),
        leaders(facts, &stalls),
    );
    let note = if follower_side {
        format!("the gap as the follower saw it: {}", human(longest.length.high))
    } else {
        format!("a stall of {lasted}: the time printed here plus one to two heartbeats")
    };
    // Once or twice, less than half of what followers bear, and the log shows a leader who stayed: any machine has such
    // moments (judgement).
    let stayed = !facts.changes.is_empty() && facts.needless().next().is_none();
    let slight = stayed && stalls.len() <= 2 && 2 * longest.planned <= facts.value(ElectionTimeout);
    let severity = if slight { Severity::Info } else { Severity::Warning };
    let finding = Finding::new(RULE.id, severity, Confidence::High, title, what)
        .showing(facts, &events)
        .counting(stalls.len())
        .noting(note)
        .on(&[ElectionTimeout, HeartbeatInterval]);
    Some(finding)
}

/// Lines that measure no stall: etcd 0.4 says that a peer did not answer a heartbeat.
fn unanswered(facts: &Facts, events: Vec<crate::facts::EventId>) -> Option<Finding> {
    if events.is_empty() {
        return by_metrics(facts);
    }
    let count = lines(facts, &events);
    if events.iter().all(|id| by_clock(facts, facts.event(*id))) {
        let title = format!(
            "{} as long as the clocks differ: a clock was set",
            plural(count, "late-heartbeat line is", "late-heartbeat lines are")
        );
        let what = "etcd up to 3.2 measures the time between heartbeats by the wall clock. When the clock is set, the step looks like a stall; none is shown.";
        let remark = Finding::new(RULE.id, Severity::Info, Confidence::Medium, title, what).showing(facts, &events);
        return Some(
            remark
                .because("Elections do not use the wall clock.")
                .advising("Keep the clocks in step by small corrections, as chrony and ntpd do."),
        );
    }
    let by_peer = events.iter().any(|id| {
        matches!(facts.event(*id).meaning, Meaning::Hb04Timeout | Meaning::HeartbeatTimedOut03)
            || says(facts.event(*id), &["time out peer", "timed out"])
    });
    let (title, what) = if by_peer {
        (
            format!("A leader's heartbeats got no answer {}", times(count)),
            String::from(
                "etcd 0.4 says that a heartbeat to a peer was not answered in time. The leader may be slow; the peer may as well be down or out of reach.",
            ),
        )
    } else {
        (
            format!("A leader was late with its heartbeats {}", times(count)),
            String::from("The lines give no length, so the stall is not measured."),
        )
    };
    let finding = Finding::new(RULE.id, Severity::Warning, if by_peer { Confidence::Medium } else { Confidence::High }, title, what)
        .showing(facts, &events)
        .on(&[ElectionTimeout, HeartbeatInterval]);
    Some(if by_peer {
        finding.advising("See whether the peer ran and could be reached then. If it did, look for what stopped the leader: its disk first, then its processor.")
    } else {
        finding
    })
}

/// The counter of such lines. A few since the process started are what any cluster has (judgement).
fn by_metrics(facts: &Facts) -> Option<Finding> {
    let (events, count) = metrics::counter(facts, Meaning::MetricHeartbeatsLate, metrics::MANY)?;
    let title = format!("A leader was late with its heartbeats {}", times(count));
    let what = "A metric counts them since the process started; it tells neither when nor how late.";
    let finding = Finding::new(RULE.id, Severity::Warning, Confidence::Medium, title, what);
    Some(finding.showing(facts, &events).counting(count as usize).on(&[ElectionTimeout, HeartbeatInterval]))
}

/// Which members stalled, where more than one did: only a leader prints this line.
fn leaders(facts: &Facts, stalls: &[&Stall]) -> String {
    match distinct(stalls.iter().map(|stall| stall.member.as_str())).len() {
        0 | 1 => String::new(),
        many if facts.changed_unseen() && stalls.iter().all(|stall| stall.planned < safe_stall(&timers_in_force(facts))) => format!(
            " {many} members stalled in turn, each while it led. So the leader changed in between, which these lines do not show and stalls this short cannot do. Look for a restart or a longer freeze."
        ),
        many => format!(" {many} members stalled in turn, each while it led."),
    }
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::report::Severity;
    use crate::rules::testing::{facts, find};

    const LATE: &str = "\
2016-04-20 10:00:00.500000 W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 237.022208ms)
2016-04-20 10:00:00.500100 W | etcdserver: server is likely overloaded
2016-04-20 10:05:00.500000 W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 1.395s)
";

    #[test]
    fn says_how_long_the_leader_stalled() {
        let found = find(&facts(&[LATE]), RuleId::EtcdHeartbeatLate).expect("two stalls");
        assert_eq!(found.count, 2);
        assert!(found.title.contains("1.5 to 1.6\u{a0}s") || found.title.contains("1.5\u{a0}s to 1.6\u{a0}s"), "{}", found.title);
    }

    #[test]
    fn a_clock_that_was_set_is_no_stall() {
        let log = |version: &str, drift: &str| {
            format!(
                "2018-07-07 05:00:00.000000 I | etcdmain: etcd Version: {version}\n\
                 2018-07-07 05:59:59.000000 W | rafthttp: the clock difference against peer 4e8d454852097618 is too high [{drift} > 1s]\n\
                 2018-07-07 06:00:40.000000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 31.9s)\n"
            )
        };
        let stalls = |log: String| facts(&[&log]).stalls.len();
        assert_eq!(stalls(log("3.2.17", "32.1s")), 0);
        let found = find(&facts(&[&log("3.2.17", "32.1s")]), RuleId::EtcdHeartbeatLate).expect("a remark");
        assert_eq!(found.severity, Severity::Info);
        // Or a time service says that it set it, at that moment.
        let set = |at: &str, by: &str| {
            log("3.2.17", "1.1s") + &format!("Jul 07 {at} n1 chronyd[601]: System clock was stepped by {by} seconds\n")
        };
        assert_eq!((stalls(set("06:00:40", "31.801233")), stalls(set("06:00:40", "2.801233"))), (0, 1));
        assert_eq!((stalls(set("06:09:40", "31.801233")), stalls(set("05:30:40", "31.801233"))), (1, 1));
        // Found only afterwards: an answer may have waited for half a minute, not for an hour.
        let later = |gap: &str, drift: &str| {
            format!(
                "2016-06-01 02:13:07.000000 W | etcdserver: failed to send out heartbeat on time (deadline exceeded for {gap})\n\
                 2016-06-01 02:13:30.000000 W | rafthttp: the clock difference against peer 91bc3c398fb3c146 is too high [{drift} > 1s]\n"
            )
        };
        assert_eq!((stalls(later("1h0m2.512s", "1h0m1.9s")), stalls(later("31.9s", "31.2s"))), (0, 1));
        // Another length, or a version that measures by a clock nobody sets.
        assert_eq!(stalls(log("3.2.17", "12.1s")), 1);
        assert_eq!(stalls(log("3.3.12", "32.1s")), 1);
    }

    /// It may be the peer that is slow, so the advice begins with it.
    #[test]
    fn a_peer_that_did_not_answer_is_looked_at_first() {
        let log = "[etcd] Apr 20 10:00:00.500 WARNING   | transporter.streaming: heartbeat timed out for peer: core-2\n\
                   [etcd] Apr 20 10:00:00.500 INFO      | core-1: warning: heartbeat time out peer=\"core-2\" missed=1 backoff=\"2s\"\n";
        let cut = &log[log.find("[etcd] Apr 20 10:00:00.500 INFO").expect("the second")..log.len() - 30];
        assert!(find(&facts(&[cut]), RuleId::EtcdHeartbeatLate).is_some(), "cut by the journal: {cut}");
        let advice = find(&facts(&[log]), RuleId::EtcdHeartbeatLate).expect("no answer").what_to_do.expect("its own");
        assert!(advice.starts_with("See whether the peer ran"), "{advice}");
    }

    #[test]
    fn a_calm_log_has_none() {
        assert!(
            find(&facts(&["2016-04-20 10:00:00.500000 I | etcdserver: saved snapshot at index 10001\n"]), RuleId::EtcdHeartbeatLate)
                .is_none()
        );
    }
}
