//! `etcd-clock-skew`: the clocks of members differ.

use super::common::{WAITS, lines, time, times, waited};
use super::{Finding, Rule};
use crate::facts::clocks::{by_clock, clock_difference};
use crate::facts::stalls::ENOUGH;
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::{Event, Meaning};
use crate::moments::Moments;
use crate::report::{Confidence, Severity};
use crate::units::{Micros, S, human};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdClockSkew,
    why: "Leases and TTLs end at the wrong moment when clocks differ, and logs of several members cannot be compared. Elections do not use the wall clock.",
    what_to_do: "Run time synchronisation (NTP, chrony) on all members and check that it works. No timer of etcd or fleet changes that.",
    references: &["etcd-io/etcd@v2.3.8:rafthttp/probing_status.go", "etcd-io/etcd@v3.7.1:server/etcdserver/api/rafthttp/probing_status.go"],
    check,
};

/// A member stood still where a wait of at least half the difference ended so long before the line, or goes on. etcd takes
/// what its clock is ahead of the time in an answer (xiang90/probing:status.go, record), so an answer that
/// waits adds its wait; what it found it prints every half minute.
const LATELY: Micros = 60 * S;

/// Clocks that differ are found to differ again every half minute: so many lines are no accident (judgement).
const LASTS: u64 = 3;

fn check(facts: &Facts) -> Option<Finding> {
    let every = facts.meaning(&[Meaning::ClockDrift]);
    if every.is_empty() {
        return None;
    }
    let waits: Vec<_> = facts.events_of(WAITS).filter(|(_, event)| !by_clock(facts, event)).filter_map(|(_, event)| waited(event)).gather();
    let ends = Moments::of(waits.iter().map(|(_, end)| Some(*end)));
    let in_a_wait = |id: EventId| {
        let (Some(now), Some(difference)) = (time(facts, id), clock_difference(facts.event(id))) else { return false };
        let mut not_over = ends.between(now - LATELY, Micros::MAX).iter().take(ENOUGH).map(|(_, at)| waits[*at]);
        not_over.any(|(from, end)| 2 * (end - from) >= difference && from <= now)
    };
    let events: Vec<EventId> = every.iter().copied().filter(|id| !slow_answer(facts.event(*id)) && !in_a_wait(*id)).gather();
    if events.is_empty() {
        let what = "etcd measured it only while members or their links stood still, and an answer that waits looks like a clock that differs. Clocks are not shown to differ.";
        let title = format!("etcd took answers that came late for clocks that differ, {}", times(lines(facts, &every)));
        let finding = Finding::new(RULE.id, Severity::Info, Confidence::Medium, title, what).showing(facts, &every);
        return Some(finding.advising("See why these answers waited: a member that stood still, or the network. If such lines come at quiet times too, check the clocks."));
    }
    let largest = events.iter().filter_map(|id| clock_difference(facts.event(*id))).max();
    let count = lines(facts, &events);
    let title = match largest {
        Some(largest) => format!("Clocks of members differ by up to {}", human(largest)),
        None => String::from("Clocks of members differ by more than etcd's limit"),
    };
    // What TCP has to send again comes a second or two late (judgement; measured 1.33 s where three in ten packets were lost).
    let may_be_late = count < LASTS && largest.is_some_and(|largest| largest < 3 * S);
    let doubt = if may_be_late { " An answer that comes so late over a bad link looks the same." } else { "" };
    let what = format!("etcd measured it {}; its limit is one second.{doubt}", times(count));
    let confidence = if may_be_late { Confidence::Medium } else { Confidence::High };
    Some(Finding::new(RULE.id, Severity::Warning, confidence, title, what).showing(facts, &events))
}

/// The answer took as long itself: etcd prints a mean of round trips in which the last one weighs an eighth
/// (xiang90/probing:status.go, record). Measured on 3.5: 3.69 s beside a mean of 625 ms, where six in ten packets were lost.
fn slow_answer(event: &Event) -> bool {
    matches!((event.duration("rtt"), clock_difference(event)), (Some(mean), Some(difference)) if 8 * mean >= difference)
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::report::Severity;
    use crate::rules::testing::{facts, find};

    #[test]
    fn names_the_difference() {
        let log = "2016-07-13 16:59:59.776094 W | rafthttp: the clock difference against peer 4e8d454852097618 is too high [12.407738276s > 1s]\n";
        let found = find(&facts(&[log]), RuleId::EtcdClockSkew).expect("clocks differ");
        assert!(found.title.contains("12.4\u{a0}s"), "{}", found.title);
        let line = |second: u32| log.replace("59:59", &format!("59:{second:02}")).replace("12.407738276s", "1.333596492s");
        let what = |log: &str| find(&facts(&[log]), RuleId::EtcdClockSkew).expect("clocks differ").what;
        assert!(what(&line(1)).contains("looks the same") && !what(log).contains("looks the same"));
        assert!(!what(&(line(1) + &line(31) + &line(59))).contains("looks the same"), "it lasts");
        let journal =
            "Jul 13 16:59:59 n1 etcd2[815]: the clock difference against peer 4e8d454852097618 is too high [12.407738276s > 1s]\n";
        assert_eq!(find(&facts(&[journal]), RuleId::EtcdClockSkew).expect("clocks differ").title, found.title);
    }

    #[test]
    fn a_member_that_stood_still_has_no_other_clock_for_it() {
        let drift = |second: u32, by: &str| {
            format!(
                "2016-07-13 16:59:{second:02}.776094 W | rafthttp: the clock difference against peer 4e8d454852097618 is too high [{by} > 1s]\n"
            )
        };
        let sync = "2016-07-13 16:59:20.000000 W | wal: sync duration of 15.6s, expected less than 1s\n";
        let severity = |log: &str| find(&facts(&[log]), RuleId::EtcdClockSkew).expect("said").severity;
        assert_eq!(severity(&(drift(10, "8.57s") + sync + &drift(40, "14.69s"))), Severity::Info);
        // Longer than anything stood still, or before it did.
        assert_eq!(severity(&(String::from(sync) + &drift(40, "45s"))), Severity::Warning);
        assert_eq!(severity(&(drift(1, "8.57s") + sync)), Severity::Warning);
    }

    #[test]
    fn an_answer_that_was_slow_tells_of_no_clock() {
        let severity = |drift: &str, rtt: &str| {
            let log = format!(
                "{{\"level\":\"warn\",\"ts\":\"2021-06-05T02:20:39.344Z\",\"caller\":\"rafthttp/probing_status.go:82\",\"msg\":\"prober found high clock drift\",\"remote-peer-id\":\"4e8d454852097618\",\"clock-drift\":\"{drift}\",\"rtt\":\"{rtt}\"}}\n"
            );
            find(&facts(&[&log]), RuleId::EtcdClockSkew).expect("said").severity
        };
        assert_eq!(severity("3.689966541s", "624.895057ms"), Severity::Info);
        assert_eq!(severity("3.689966541s", "369.036µs"), Severity::Warning);
        assert_eq!(severity("20m4s", "1.9s"), Severity::Warning);
    }

    #[test]
    fn a_peer_that_came_up_is_none() {
        assert!(
            find(
                &facts(&["2016-07-13 16:59:33.017422 I | rafthttp: the connection with d1e0e691ad5bb2e5 became active\n"]),
                RuleId::EtcdClockSkew
            )
            .is_none()
        );
    }
}
