//! `etcd-clock-skew`: the clocks of members differ.

use super::common::{all, lines, times};
use super::{Finding, Rule};
use crate::facts::Facts;
use crate::log::event::{Event, Meaning};
use crate::report::{Confidence, Severity};
use crate::units::{Micros, human, parse_go_duration};

/// The rule.
pub const RULE: Rule = Rule {
    id: "etcd-clock-skew",
    why: "Leases and TTLs end at the wrong moment when clocks differ, and logs of several members cannot be laid side by side. Elections do not use the wall clock.",
    what_to_do: "Run time synchronisation (NTP, chrony) on all members and check that it is in step. No etcd or fleet timer bears on it.",
    references: &["etcd-io/etcd@v2.3.8:rafthttp/probing_status.go", "etcd-io/etcd@v3.7.1:server/etcdserver/api/rafthttp/probing_status.go"],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let events = all(facts, &[Meaning::ClockDrift]);
    if events.is_empty() {
        return None;
    }
    let largest = events.iter().filter_map(|id| difference(facts.event(*id))).max();
    let count = lines(facts, &events);
    let title = match largest {
        Some(largest) => format!("Clocks of members differ by up to {}", human(largest)),
        None => String::from("Clocks of members differ by more than etcd's limit"),
    };
    let what = format!("etcd measured it {}; its limit is one second.", times(count));
    Some(Finding::new(RULE.id, Severity::Warning, Confidence::High, title, what).showing(facts, &events))
}

/// The difference: a field of JSON, else the first length of time in `[a > b]`.
fn difference(event: &Event) -> Option<Micros> {
    let named = ["drift", "difference", "took"].into_iter().find_map(|hole| event.duration(hole));
    named.or_else(|| parse_go_duration(event.word("value")?).ok()).map(Micros::abs)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{facts, find};

    #[test]
    fn names_the_difference() {
        let log = "2016-07-13 16:59:59.776094 W | rafthttp: the clock difference against peer 4e8d454852097618 is too high [12.407738276s > 1s]\n";
        let found = find(&facts(&[log]), "etcd-clock-skew").expect("clocks differ");
        assert!(found.title.contains("12.4\u{a0}s"), "{}", found.title);
        let journal =
            "Jul 13 16:59:59 n1 etcd2[815]: the clock difference against peer 4e8d454852097618 is too high [12.407738276s > 1s]\n";
        assert_eq!(find(&facts(&[journal]), "etcd-clock-skew").expect("clocks differ").title, found.title);
    }

    #[test]
    fn a_peer_that_came_up_is_none() {
        assert!(
            find(
                &facts(&["2016-07-13 16:59:33.017422 I | rafthttp: the connection with d1e0e691ad5bb2e5 became active\n"]),
                "etcd-clock-skew"
            )
            .is_none()
        );
    }
}
