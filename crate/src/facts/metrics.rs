//! Metrics of etcd that were pasted: histograms as ranges, counters as counts. A counter runs since the
//! process started, so it is a number and no rate.

use super::{EventId, Facts};
use crate::log::event::{Event, Meaning};
use crate::log::reader::foreign::CELL;
use crate::search;
use crate::units::{Micros, Range, S};

/// A counter below this is what any cluster gathers over months: starts, maintenance, a burst of work (judgement).
pub const MANY: u64 = 10;

/// One histogram: of one member, at one moment.
#[derive(Default)]
pub struct Histogram {
    /// Its lines.
    pub events: Vec<EventId>,
    /// Upper limits in microseconds, rising, each with how many took no longer. The last limit may be `Micros::MAX`.
    buckets: Vec<(Micros, f64)>,
}

impl Histogram {
    /// How many there are in all.
    pub fn total(&self) -> f64 {
        self.buckets.last().map_or(0.0, |(_, count)| *count)
    }

    /// Between which limits this share of them ends. Of what is beyond the last limit only the low end is known.
    pub fn quantile(&self, share: f64) -> Range {
        let at = self.buckets.iter().position(|(_, count)| *count >= share * self.total()).unwrap_or(0);
        let low = at.checked_sub(1).map_or(0, |below| self.buckets[below].0);
        let high = self.buckets.get(at).map_or(low, |(limit, _)| *limit);
        Range { low, high: if high == Micros::MAX { low } else { high } }
    }

    /// How many took longer than this, at least.
    pub fn over(&self, limit: Micros) -> f64 {
        let within = self.buckets.iter().find(|(upper, _)| *upper >= limit);
        within.map_or(0.0, |(_, count)| self.total() - count)
    }
}

/// The histogram of this meaning with the longest 99th percentile.
pub fn slowest(facts: &Facts, meaning: Meaning) -> Option<Histogram> {
    let mut all: Vec<Histogram> = Vec::new();
    let mut last = (0, String::new());
    for id in facts.meaning(&[meaning]) {
        let event = facts.event(id);
        let (Some(labels), Some(count)) = (event.word("labels"), event.word("count").and_then(number)) else { continue };
        let (series, limit) = search::rsplit(labels, "le=\"").unwrap_or(("", labels));
        let (limit, after) = limit.split_once('"').unwrap_or((limit, ""));
        let limit = match number(limit) {
            Some(seconds) => (seconds * S as f64) as Micros,
            None if limit == "+Inf" => Micros::MAX,
            None => continue,
        };
        let series = (id.log, [series, after].concat());
        // The limits of one series rise; where they begin anew, so does the next one.
        let goes_on = all.last().and_then(|open| open.buckets.last()).is_some_and(|(below, least)| *below < limit && *least <= count);
        if !goes_on || series != last {
            all.push(Histogram::default());
        }
        last = series;
        if let Some(open) = all.last_mut() {
            open.events.push(id);
            open.buckets.push((limit, count));
        }
    }
    all.retain(|histogram| histogram.buckets.len() > 1 && histogram.total() > 0.0);
    all.into_iter().max_by_key(|histogram| (histogram.quantile(0.99).low, histogram.over(S) as i64))
}

/// The lines of a counter that say at least so much, the highest first, and what that one says.
pub fn counter(facts: &Facts, meaning: Meaning, least: u64) -> Option<(Vec<EventId>, u64)> {
    let count = |id: &EventId| value(facts.event(*id)).unwrap_or(0);
    let mut events = facts.meaning(&[meaning]);
    events.retain(|id| count(id) >= least);
    crate::sort::by_key(&mut events, |id| std::cmp::Reverse(count(id)));
    let highest = count(events.first()?);
    Some((events, highest))
}

/// What a line of a counter says; of a row of a table, which has a column for each member, the most.
pub fn value(event: &Event) -> Option<u64> {
    cells(event).reduce(f64::max).map(|count| count as u64)
}

/// What a line says of each member.
pub fn cells(event: &Event) -> impl Iterator<Item = f64> {
    event.word("count").unwrap_or("").split('|').filter_map(|cell| number(&cell.trim_matches(CELL).replace(',', "")))
}

/// `41`, `7.031156e+06`; of `{instance="…"} 41` what follows the labels.
fn number(text: &str) -> Option<f64> {
    let text = text.rsplit_once('}').map_or(text, |(_, value)| value).trim_start();
    let mut end = 0;
    for (at, byte) in text.bytes().enumerate() {
        // A sign stands only behind the `e`, and a number ends in a digit.
        match byte {
            b'0'..=b'9' => end = at + 1,
            b'.' | b'e' => {}
            b'+' | b'-' if text[..at].ends_with('e') => {}
            _ => break,
        }
    }
    text[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RuleId;
    use crate::rules::testing::facts;
    use crate::units::MS;

    #[test]
    fn a_histogram_gives_ranges() {
        let line = |le: &str, count: &str| format!("etcd_disk_wal_fsync_duration_seconds_bucket{{instance=\"n1\",le=\"{le}\"}} {count}\n");
        let quick = [line("0.001", "900"), line("0.002", "1000"), line("+Inf", "1000")].concat();
        let slow =
            [line("0.016", "5e+02"), line("0.032", "980"), line("0.064", "996"), line("1.024", "998"), line("+Inf", "1000")].concat();
        let facts = facts(&[&(quick + "# HELP x\n" + &slow)]);
        let worst = slowest(&facts, Meaning::MetricWalSync).expect("two histograms");
        assert_eq!(worst.quantile(0.99), Range { low: 32 * MS, high: 64 * MS });
        assert_eq!((worst.total() as u64, worst.over(S) as u64, worst.events.len()), (1000, 2, 5));
        // What is beyond the last limit has no upper end.
        assert_eq!(worst.quantile(0.999), Range { low: 1024 * MS, high: 1024 * MS });
    }

    #[test]
    fn a_counter_is_read_with_labels_and_without() {
        let facts = facts(&[
            "# HELP etcd_server_leader_changes_seen_total The number of changes.\n# TYPE etcd_server_leader_changes_seen_total counter\netcd_server_leader_changes_seen_total 3\netcd_server_leader_changes_seen_total{instance=\"192.0.2.7:2379\"} 1.2e+01\n",
        ]);
        let (events, highest) = counter(&facts, Meaning::MetricLeaderChanges, 1).expect("a counter");
        assert_eq!((events.len(), highest), (2, 12));
        assert!(counter(&facts, Meaning::MetricLeaderChanges, 13).is_none());
    }

    #[test]
    fn a_table_of_markdown_has_a_column_for_each_member() {
        let most = |row: &str| counter(&facts(&[row]), Meaning::MetricLeaderChanges, 1).map(|(_, most)| most);
        assert_eq!(most("| `etcd_server_leader_changes_seen_total` | 1,284 | **24** | 24 |\n"), Some(1284));
        assert_eq!(most("etcd_server_leader_changes_seen_total | 284\n"), Some(284));
        assert_eq!(most("| `etcd_server_leader_changes_seen_total` | counts changes | 3.0 |\n"), None, "an explanation");
    }

    #[test]
    fn an_alert_is_told_and_the_rule_behind_it_is_none() {
        let told = |said: &str| {
            let log = format!("description: etcd cluster \"kube-etcd\": {said}\nseverity: critical\n");
            crate::rules::check(&facts(&[&log])).into_iter().map(|finding| (finding.id, finding.title)).collect::<Vec<_>>()
        };
        let of = "on etcd instance 192.0.2.7:2381";
        let rule = "on etcd instance {{ $labels.instance }}";
        for (alert, id, title) in [
            ("99th percentile fsync durations are 1.584s OF.", RuleId::EtcdSlowDisk, "syncs to disk took 1.58\u{a0}s or more"),
            ("99th percentile commit durations 0.3071999s OF.", RuleId::EtcdSlowDisk, "commits to disk took 307\u{a0}ms or more"),
            ("5.0000001 leader changes within the last 15 minutes. Frequent", RuleId::EtcdElectionChurn, "changed 5\u{a0}times"),
            ("99th percentile of gRPC requests is 0.49s OF for Range method.", RuleId::EtcdSlowApply, "took 490\u{a0}ms or more"),
            ("member 192.0.2.7:2381 has no leader.", RuleId::EtcdNoQuorum, "has no leader"),
            ("insufficient members (1).", RuleId::EtcdNoQuorum, "Too few members"),
            ("members are down (1).", RuleId::EtcdPeerNetwork, "Members are down"),
            ("database size exceeds the defined quota OF, please defrag", RuleId::EtcdDbSpace, "close to its quota"),
        ] {
            let found = told(&alert.replace("OF", of));
            assert!(found.len() == 1 && found[0].0 == id && found[0].1.contains(title), "{alert}: {found:?}");
            // The same words with the holes of the rule in place of values.
            let words = alert.replace("OF", rule).replace("192.0.2.7:2381 has", "{{ $labels.instance }} has");
            let asked: String = words
                .split_inclusive([' ', '(', ')'])
                .map(|word| if word.starts_with(|c: char| c.is_ascii_digit()) && !word.starts_with("99th") { "{{ $value }}" } else { word })
                .collect();
            assert_eq!(told(&asked), [], "{asked}");
        }
    }

    #[test]
    fn beside_a_log_that_shows_stalls_an_alert_is_a_remark() {
        let alert = "etcd cluster \"kube-etcd\": member 192.0.2.7:2381 has no leader.\n\n";
        let late = "{\"level\":\"warn\",\"ts\":\"2026-03-01T08:00:01.200Z\",\"caller\":\"etcdserver/raft.go:416\",\"msg\":\"leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk\",\"to\":\"8e9e05c52164694d\",\"heartbeat-interval\":\"100ms\",\"expected-duration\":\"200ms\",\"exceeded-duration\":\"1.6s\"}\n";
        let severity = |log: &str| {
            let findings = crate::rules::check(&facts(&[log]));
            findings.into_iter().find(|finding| finding.id == RuleId::EtcdNoQuorum).map(|finding| finding.severity)
        };
        assert_eq!(severity(alert), Some(crate::report::Severity::Critical));
        assert_eq!(severity(&[alert, late].concat()), Some(crate::report::Severity::Info));
    }

    #[test]
    fn late_heartbeats_of_unknown_length_leave_timing_open_beside_slow_requests() {
        let text = "| metric | n1 | n2 |\n|---|---|---|\n| `etcd_server_heartbeat_send_failures_total` | 0 | **499** |\n| `etcd_server_slow_apply_total` | 7,784 | 5,740 |\n";
        let report = crate::analyze(&crate::Input {
            documents: vec![crate::Document { name: None, text: text.to_owned() }],
            ..crate::Input::default()
        });
        assert_eq!(report.findings.iter().map(|finding| finding.id).collect::<Vec<_>>(), ["etcd-heartbeat-late", "etcd-slow-apply"]);
        assert_eq!(report.verdict.timing, crate::report::Timing::Undecided);
    }

    const HEALTHY: &str = "\
etcd_disk_wal_fsync_duration_seconds_bucket{le=\"0.002\"} 90000
etcd_disk_wal_fsync_duration_seconds_bucket{le=\"0.008\"} 99900
etcd_disk_wal_fsync_duration_seconds_bucket{le=\"0.512\"} 99999
etcd_disk_wal_fsync_duration_seconds_bucket{le=\"+Inf\"} 99999
etcd_disk_backend_commit_duration_seconds_bucket{le=\"0.016\"} 990
etcd_disk_backend_commit_duration_seconds_bucket{le=\"+Inf\"} 999
etcd_network_peer_round_trip_time_seconds_bucket{To=\"8e9e05c52164694d\",le=\"0.0016\"} 80
etcd_network_peer_round_trip_time_seconds_bucket{To=\"8e9e05c52164694d\",le=\"0.0032\"} 99
etcd_server_leader_changes_seen_total 2
etcd_server_heartbeat_send_failures_total 1
etcd_server_slow_apply_total 4
etcd_server_proposals_failed_total 3
etcd_server_has_leader 1
";

    #[test]
    fn healthy_metrics_give_no_alarm_and_others_name_what_they_count() {
        let ids = |log: &str| crate::rules::check(&facts(&[log])).iter().map(|finding| finding.id).collect::<Vec<_>>();
        assert!(ids(HEALTHY).is_empty());
        assert_eq!(facts(&[HEALTHY]).round_trip(), 1600);
        for (healthy, sick, id) in [
            ("{le=\"0.008\"} 99900", "{le=\"0.016\"} 91000", RuleId::EtcdSlowDisk),
            (
                "{le=\"0.016\"} 990\n",
                "{le=\"0.016\"} 700\netcd_disk_backend_commit_duration_seconds_bucket{le=\"0.032\"} 720\n",
                RuleId::EtcdSlowDisk,
            ),
            ("changes_seen_total 2", "changes_seen_total 38", RuleId::EtcdElectionChurn),
            ("send_failures_total 1", "send_failures_total 499", RuleId::EtcdHeartbeatLate),
            ("slow_apply_total 4", "slow_apply_total 4096", RuleId::EtcdSlowApply),
            ("failed_total 3", "failed_total 300", RuleId::EtcdRequestTimeout),
        ] {
            assert_eq!(ids(&HEALTHY.replace(healthy, sick)), [id], "{sick}");
        }
    }
}
