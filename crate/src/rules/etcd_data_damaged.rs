//! `etcd-data-damaged`: a member's own data cannot be read, or does not fit what its peers know.

use super::common::{UNREADABLE, matching, says};
use super::{Finding, Rule};
use crate::facts::Facts;
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::report::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdDataDamaged,
    why: "etcd reads its write-ahead log and its snapshot at each start. It exits when they are cut, changed or older than what the cluster knows of it. A power loss, a full disk or a data directory that was copied, emptied or put back leave such a state.",
    what_to_do: "Keep a copy of the data directory. Where a majority runs without it, remove this member from the cluster, empty its data directory and add it as a new one. Else restore from a snapshot.",
    references: &[
        "etcd-io/etcd@v3.4.45:raft/log.go:203",
        "etcd-io/etcd@dee39bf:etcdserver/storage.go:81 (development of 3.4: read wal error)",
        "etcd-io/etcd@0211f5a:server/etcdserver/bootstrap.go, bootstrapWALFromSnapshot (development of 3.6: failed to read WAL)",
    ],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    // A full disk says so in the same place.
    let told = [Meaning::DataDamaged, Meaning::RaftLogCorrupt];
    let mut events = facts.events_where(|event| {
        told.contains(&event.meaning) && !says(event, &["no space left"])
            || says(event, &["etcdserver: corrupt cluster"])
            || event.meaning == Meaning::QuotaAlarm && says(event, &["CORRUPT"])
    });
    events.extend(matching(facts, &[Meaning::EtcdFatal, Meaning::EtcdPanic], |event| says(event, UNREADABLE)));
    let said = |words: &[&str]| events.iter().any(|id| says(facts.event(*id), words));
    let (title, what) = if events.is_empty() {
        return None;
    } else if said(&["tocommit(", "state.commit"]) {
        ("A member's log is shorter than what it had confirmed", "Entries that it once acknowledged are missing from its data directory.")
    } else if said(&["corrupt cluster", "data inconsistency", "CORRUPT", "hash"]) {
        ("Members hold different data", "etcd compared the hashes of its members, and they differ.")
    } else {
        ("etcd cannot read its own data", "What it found on its disk at the start is cut, damaged or missing.")
    };
    Some(Finding::new(RULE.id, Severity::Critical, Confidence::High, title, what).showing(facts, &events))
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    #[test]
    fn each_way_to_say_it() {
        for (line, title) in [
            (
                "{\"level\":\"info\",\"ts\":\"2022-05-05T16:17:29.122Z\",\"caller\":\"embed/etcd.go:308\",\"msg\":\"starting an etcd server\",\"etcd-version\":\"3.5.9\"}\npanic: assertion failed: Page expected to be: 23, but self identifies as 0\n",
                "cannot read",
            ),
            ("2016-08-11 07:26:55.000000 C | etcdserver: read wal error (walpb: crc mismatch) and cannot be repaired\n", "cannot read"),
            (
                "May 21 16:29:42 n etcd[5]: panic: tocommit(65) is out of range [lastIndex(0)]. Was the raft log corrupted, truncated, or lost?\n",
                "shorter",
            ),
            (
                "{\"level\":\"fatal\",\"ts\":\"2022-06-09T16:05:09.635Z\",\"msg\":\"failed to read WAL, cannot be repaired\",\"error\":\"x\"}\n",
                "cannot read",
            ),
            (
                "{\"level\":\"fatal\",\"ts\":\"2022-06-09T16:05:09.635Z\",\"caller\":\"etcdmain/etcd.go:204\",\"msg\":\"discovery failed\",\"error\":\"proto: wrong wireType = 1 for field X\"}\n",
                "cannot read",
            ),
            ("2019-03-02 10:00:00.000000 C | etcdmain: invalid database\n", "cannot read"),
            (
                "2019-03-02 10:00:00.000000 C | etcdmain: database file (n2.etcd/member/snap/db index 4) does not match with snapshot (index 5).\n",
                "cannot read",
            ),
            (
                "2019-03-02 10:00:00.000000 I | embed: ready to serve client requests\npanic: page 41 already freed\n\ngoroutine 7 [running]:\n",
                "cannot read",
            ),
            (
                "{\"level\":\"panic\",\"ts\":\"2022-06-09T16:05:09.635Z\",\"caller\":\"backend/backend.go:201\",\"msg\":\"failed to open database\",\"path\":\"/var/lib/etcd/member/snap/db\",\"error\":\"invalid database\"}\npanic: failed to open database\n\ngoroutine 124 [running]:\n",
                "cannot read",
            ),
            ("rpc error: code = DataLoss desc = etcdserver: corrupt cluster\n", "different data"),
            ("2019-05-18 21:30:16.000000 W | etcdserver: alarm CORRUPT raised by peer 91d25258d70ad868\n", "different data"),
            (
                "{\"level\":\"warn\",\"ts\":\"2022-06-09T16:05:09.635Z\",\"caller\":\"etcdserver/apply.go:753\",\"msg\":\"alarm raised\",\"alarm\":\"CORRUPT\",\"from\":\"91d25258d70ad868\"}\n",
                "different data",
            ),
            (
                "{\"level\":\"error\",\"ts\":\"2023-01-01T10:00:00.000Z\",\"caller\":\"etcdserver/corrupt.go:355\",\"msg\":\"failed compaction hash check\",\"revision\":7}\n",
                "different data",
            ),
            ("WARN[0052] Alarm on etcd member 9639983885888023861: CORRUPT \n", "different data"),
            (
                "{\"level\":\"warn\",\"ts\":\"2024-11-20T05:11:02.118Z\",\"caller\":\"etcdserver/util.go:123\",\"msg\":\"failed to apply request\",\"took\":\"3.1µs\",\"request\":\"header:<ID:1 > lease_grant:<ttl:15-second id:1 >\",\"response\":\"\",\"error\":\"etcdserver: corrupt cluster\"}\n",
                "different data",
            ),
        ] {
            let found = find(&facts(&[line]), RuleId::EtcdDataDamaged).expect("damaged");
            assert!(found.title.contains(title), "{line}: {}", found.title);
            assert!(
                !["\npanic: failed", "\npanic: page"].iter().any(|panic| line.contains(panic))
                    || find(&facts(&[line]), RuleId::EtcdRestarted).is_none(),
                "{line}"
            );
        }
    }

    #[test]
    fn what_another_program_cannot_open_is_no_data_of_etcd() {
        let log = "Feb 20 19:00:04 n1 etcd[1]: 2016-02-20 19:00:04.000000 I | raft: 8e9e05c52164694d became leader at term 2\n\
                   Feb 20 19:02:04 n1 dashboard[47]: level=error msg=\"failed to open database\" error=\"invalid database\"\n";
        let facts = facts(&[log]);
        assert!([RuleId::EtcdDataDamaged, RuleId::EtcdRestarted].into_iter().all(|id| find(&facts, id).is_none()));
    }

    #[test]
    fn an_end_for_another_reason_is_none() {
        let log = "{\"level\":\"fatal\",\"ts\":\"2022-06-09T16:05:09.635Z\",\"caller\":\"etcdmain/etcd.go:204\",\"msg\":\"discovery failed\",\"error\":\"listen tcp 192.0.2.9:2380: bind: cannot assign requested address\"}\n";
        assert!(find(&facts(&[log]), RuleId::EtcdDataDamaged).is_none());
    }

    #[test]
    fn a_check_that_went_well_is_none() {
        let log = "{\"level\":\"info\",\"ts\":\"2023-01-01T10:00:00.200Z\",\"caller\":\"etcdserver/corrupt.go:250\",\"msg\":\"finished compaction hash check\",\"number-of-hashes-checked\":1}\n";
        assert!(find(&facts(&[log]), RuleId::EtcdDataDamaged).is_none());
    }

    #[test]
    fn the_alarm_of_a_full_database_is_none() {
        let log = "2019-05-18 21:30:16.000000 W | etcdserver: alarm NOSPACE raised by peer 91d25258d70ad868\n";
        assert!(find(&facts(&[log]), RuleId::EtcdDataDamaged).is_none());
    }

    #[test]
    fn a_log_that_was_repaired_is_none() {
        let log = "2016-08-11 07:26:55.000000 I | etcdserver: repaired WAL error (unexpected EOF)\n";
        assert!(find(&facts(&[log]), RuleId::EtcdDataDamaged).is_none());
    }
}
