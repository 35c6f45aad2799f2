//! `etcd-db-space`: the quota of etcd 3's database is used up.

use super::common::{alerts, lines, plural, said_outright, says};
use super::{Finding, Rule};
use crate::facts::{EventId, Facts};
use crate::ids::RuleId;
use crate::log::event::{Event, Meaning};
use crate::report::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdDbSpace,
    why: "Above its quota etcd refuses all writes, on all members, until space is freed and the alarm is disarmed.",
    what_to_do: "Compact old revisions, defragment each member in turn, then disarm the alarm (etcdctl alarm disarm). Raise quota-backend-bytes only after that.",
    references: &[
        "etcd-io/etcd@v3.4.45:etcdserver/quota.go",
        "etcd-io/etcd@v3.4.45:etcdserver/apply.go",
        "etcd documentation: maintenance, space quota",
    ],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    // The same alarm also reports corruption, which is another matter.
    let mut events = facts.events_where(|event| {
        event.meaning == Meaning::QuotaAlarm && !says(event, &["CORRUPT"])
            || says(
                event,
                &[
                    "etcdserver: no space",
                    "mvcc: database space exceeded",
                    "alarm:NOSPACE",
                    "ALARM NOSPACE",
                    ": NOSPACE",
                    "\"alarm\":\"NOSPACE\"",
                ],
            )
    });
    let taken_back = taken_back(facts);
    // What was taken back was the other alarm.
    if events.is_empty() && facts.any_event(|event| says(event, &["CORRUPT"])) {
        return None;
    }
    events.retain(|id| !taken_back.iter().any(|(log, line)| id.log == *log && facts.event(*id).line <= *line));
    if !taken_back.is_empty() && events.is_empty() {
        let title = "etcd's database was full, and its alarm was disarmed";
        let what = "A line says that the alarm was disarmed. Nothing below it in the input says that the database is full again.";
        let advice = "Ask for the size of the database now and then (etcdctl endpoint status -w table), and let etcd compact old revisions by itself (auto-compaction-retention).";
        let past = facts.meaning(&[Meaning::CtlDisarm]);
        return Some(Finding::new(RULE.id, Severity::Info, Confidence::High, title, what).advising(advice).showing(facts, &past));
    }
    if events.is_empty() {
        let title = |_: &Event| String::from("etcd's database is close to its quota");
        return alerts::told(facts, RULE.id, Severity::Warning, &[Meaning::AlertQuota], &title);
    }
    let title = "etcd's database is full, and writes are refused";
    let what = format!("{}. It is the quota of the database, not the disk.", plural(lines(facts, &events), "line says so", "lines say so"));
    said_outright(facts, RULE.id, &events, title, &what)
}

/// For each log the last line that an `etcdctl alarm disarm` printed: the alarms that it took back, one line each. k3s has named
/// them before.
fn taken_back(facts: &Facts) -> Vec<(usize, u64)> {
    let ends = |command: EventId| {
        let start = facts.event(command).line;
        if says(facts.event(command), &["Alarms disarmed", "alarm disarmed"]) {
            return Some((command.log, start));
        }
        let printed = facts.logs[command.log].events.iter().skip(command.event + 1);
        let alarms = printed.zip(start + 1..).take_while(|(event, line)| event.line == *line && says(event, &["alarm:NOSPACE"]));
        alarms.last().map(|(_, line)| (command.log, line))
    };
    // Whatever stands above the last one is past as well.
    let mut last: Vec<(usize, u64)> = Vec::new();
    for (log, line) in facts.meaning(&[Meaning::CtlDisarm]).into_iter().filter_map(ends) {
        match last.last_mut().filter(|(known, _)| *known == log) {
            Some(known) => known.1 = known.1.max(line),
            None => last.push((log, line)),
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::report::Severity;
    use crate::rules::testing::{facts, find};

    #[test]
    fn the_alarm_is_read() {
        let log = "2019-05-18 21:30:16.000000 W | etcdserver: alarm NOSPACE raised by peer 91d25258d70ad868\n";
        assert!(find(&facts(&[log]), RuleId::EtcdDbSpace).is_some());
        let k3s = "WARN[0052] Alarm on etcd member 9639983885888023861: NOSPACE \n";
        assert_eq!(find(&facts(&[k3s]), RuleId::EtcdDbSpace).expect("full").severity, Severity::Critical);
        let damaged = k3s.replace("NOSPACE", "CORRUPT") + "INFO[0052] Alarms disarmed on etcd server\n";
        assert!(find(&facts(&[&damaged]), RuleId::EtcdDbSpace).is_none());
        let cleared = format!("{k3s}INFO[0052] Alarms disarmed on etcd server\n");
        assert_eq!(find(&facts(&[&cleared]), RuleId::EtcdDbSpace).expect("past").severity, Severity::Info);
    }

    #[test]
    fn a_write_that_was_refused_for_it() {
        let put = |why: &str| {
            format!(
                "2021-12-01 09:16:41.000000 W | etcdserver: failed to apply request \"header:<ID:7 > put:<key:\\\"/a\\\" >\" with response \"\" took (12.1µs) to execute, err is {why}\n"
            )
        };
        assert_eq!(find(&facts(&[&put("etcdserver: no space").repeat(3)]), RuleId::EtcdDbSpace).expect("full").count, 3);
        assert!(find(&facts(&[&put("etcdserver: request is too large")]), RuleId::EtcdDbSpace).is_none());
    }

    #[test]
    fn the_reason_at_the_end_of_a_long_line_is_read() {
        let line = format!(
            "{{\"level\":\"warn\",\"ts\":\"2022-03-17T17:22:31.651-0700\",\"caller\":\"etcdserver/util.go:123\",\"msg\":\"failed to apply request\",\"took\":\"1.4µs\",\"request\":\"header:<ID:7 > txn:<compare:<key:\\\"/{}\\\" > >\",\"response\":\"\",\"error\":\"etcdserver: no space\"}}\n",
            "registry/".repeat(80)
        );
        assert!(find(&facts(&[&line]), RuleId::EtcdDbSpace).is_some());
        assert!(find(&facts(&[&line.replace("no space", "request is too large")]), RuleId::EtcdDbSpace).is_none());
    }

    #[test]
    fn a_client_that_repeats_it() {
        let line = "{\"level\":\"warn\",\"ts\":\"2022-08-23T15:46:51.939Z\",\"caller\":\"clientv3/retry_interceptor.go:62\",\"msg\":\"retrying of unary invoker failed\",\"error\":\"rpc error: code = ResourceExhausted desc = etcdserver: mvcc: database space exceeded\"}\n";
        assert!(find(&facts(&[line]), RuleId::EtcdDbSpace).is_some());
    }

    #[test]
    fn as_people_write_of_it() {
        assert!(find(&facts(&["we set a retention but usually get `mvcc: database space exceeded`\n"]), RuleId::EtcdDbSpace).is_some());
    }

    #[test]
    fn the_alarm_in_a_table_of_etcdctl() {
        let table = "\
| https://192.0.2.7:2379 | 8e9e05c52164694d |  3.5.9 | 2.1 GB |      true |  memberID:10276657743932975437 |\n\
|                        |                  |        |        |           |                 alarm:NOSPACE  |\n";
        assert!(find(&facts(&[table]), RuleId::EtcdDbSpace).is_some());
        for line in ["memberID:10276657743932975437 alarm:CORRUPT\n", "WARN[0052] Alarm on etcd member 9639983885888023861: CORRUPT \n"] {
            assert!(find(&facts(&[line]), RuleId::EtcdDbSpace).is_none());
        }
    }

    #[test]
    fn the_fields_of_the_alarm_alone() {
        let found = |alarm: &str| find(&facts(&[&format!("\"alarm\":\"{alarm}\",\"from\":\"8e9e05c52164694d\"}}\n")]), RuleId::EtcdDbSpace);
        assert!(found("NOSPACE").is_some());
        assert!(found("NONE").is_none() && found("CORRUPT").is_none());
    }

    /// etcd says so when no member has the alarm any more (etcd-io/etcd@v3.5.33:server/etcdserver/apply.go, Alarm).
    #[test]
    fn what_etcd_says_is_disarmed_is_over() {
        let line = |what: &str, alarm: &str| {
            format!(
                "{{\"level\":\"warn\",\"ts\":\"2024-03-01T10:05:00.000Z\",\"caller\":\"etcdserver/apply.go:780\",\"msg\":\"alarm {what}\",\"alarm\":\"{alarm}\",\"from\":\"8e9e05c52164694d\"}}\n"
            )
        };
        let severity = |log: &str| find(&facts(&[log]), RuleId::EtcdDbSpace).map(|finding| finding.severity);
        let (raised, disarmed) = (line("raised", "NOSPACE"), line("disarmed", "NOSPACE"));
        assert_eq!(severity(&disarmed), Some(Severity::Info));
        assert_eq!(severity(&format!("{raised}{disarmed}")), Some(Severity::Info));
        assert_eq!(severity(&format!("{disarmed}{raised}")), Some(Severity::Critical));
        assert_eq!(severity(&format!("{raised}{}", line("disarmed", "CORRUPT"))), Some(Severity::Critical));
    }

    #[test]
    fn an_alarm_that_was_taken_back_is_over() {
        let alarm = "memberID:10276657743932975437 alarm:NOSPACE\n";
        let disarmed = format!("$ etcdctl alarm list\n{alarm}$ etcdctl compact 7\ncompacted revision 7\n$ etcdctl alarm disarm\n{alarm}");
        let severity = |log: &str| find(&facts(&[log]), RuleId::EtcdDbSpace).expect("the alarm").severity;
        assert_eq!(severity(&disarmed), Severity::Info);
        assert_eq!(severity(&format!("{disarmed}$ etcdctl alarm list\n")), Severity::Info);
        assert_eq!(severity(&format!("{disarmed}$ etcdctl alarm list\n{alarm}")), Severity::Critical);
        // Nothing was taken back.
        assert_eq!(severity(&format!("$ etcdctl alarm disarm\n$ etcdctl alarm list\n{alarm}{alarm}")), Severity::Critical);
    }

    #[test]
    fn a_full_disk_is_another_matter() {
        let log = "2015/08/21 02:04:22 etcdserver: save state and entries error: write /var/etcd/data/member/wal/0.wal: no space left on device\n";
        assert!(find(&facts(&[log]), RuleId::EtcdDbSpace).is_none());
    }
}
