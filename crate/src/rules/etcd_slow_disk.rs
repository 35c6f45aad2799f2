//! `etcd-slow-disk`: a write to etcd's log took longer than a second to reach the disk.

use super::common::{alerts, hosts, human_limit, lines, longest_first, plural, range, time, times};
use super::{Finding, Rule};
use crate::facts::stalls::{ENOUGH, Meanwhile};
use crate::facts::{EventId, Facts, Stall, StallKind, metrics, tools};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::{Event, Meaning};
use crate::parameters::Parameter::{ElectionTimeout, HeartbeatInterval};
use crate::report::{Confidence, Severity};
use crate::units::{MS, Micros, S, human};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdSlowDisk,
    why: "etcd's main loop waits for each sync of its log: no heartbeat, no vote and no commit in that time. On a leader that can cost its place; a slow follower causes no election (measured). etcd wants 99 of 100 syncs below 10 ms.",
    what_to_do: "Give etcd's data a fast disk of its own, with nothing else writing to it, and no shared network volume. A longer election-timeout only keeps the leader; writes wait as before.",
    references: &[
        "etcd-io/etcd@v3.4.45:wal/wal.go:806",
        "etcd-io/etcd@v3.4.45:etcdserver/raft.go:226",
        "etcd-io/etcd@v3.4.45:raft/log_unstable.go (entries that are not on disk yet)",
        "etcd documentation: hardware, disks; FAQ: 99 of 100 syncs below 10 ms, 99 of 100 commits below 25 ms",
    ],
    check,
};

/// etcd prints a sync that took longer.
const LIMIT: Micros = S;

/// Fewer stalls without a sync may be chance (judgement).
const FEW: u64 = 3;

fn check(facts: &Facts) -> Option<Finding> {
    let Some((events, length)) = longest_first(facts, &[Meaning::WalSyncSlow]) else {
        let of = |meaning, what, wants| by_metrics(facts, meaning, what, wants);
        return by_unwritten(facts)
            .or_else(|| of(Meaning::MetricWalSync, "syncs", 10 * MS))
            .or_else(|| of(Meaning::MetricCommit, "commits", 25 * MS))
            .or_else(|| by_fio(facts))
            .or_else(|| by_iostat(facts))
            .or_else(|| by_alert(facts));
    };
    let count = lines(facts, &events);
    let only_followers = facts.only_followers_synced();
    let disk = if only_followers { "a follower's disk" } else { "disk" };
    let title = match (length, count) {
        (0, count) => format!("{} to disk took longer than etcd's limit", plural(count, "sync", "syncs")),
        (_, 1) => format!("One sync to {disk} took {}; etcd wants 10\u{a0}ms", human(length)),
        (_, many) => format!("{many}\u{a0}syncs to {disk} took up to {}; etcd wants 10\u{a0}ms", human(length)),
    };
    let meanwhile = facts.while_syncing();
    if let Some(finding) = not_at_fault(facts, &events, &title, &meanwhile) {
        return Some(finding);
    }
    let waits = facts.value(ElectionTimeout);
    let known = facts.in_force(ElectionTimeout).event.is_some() || facts.in_force(ElectionTimeout).place.is_some();
    // Against a limit that is only assumed, twice as long is asked for.
    let over = length >= if known { waits } else { 2 * waits };
    // A single member has no followers.
    let compared = if only_followers {
        String::from(" None of them was the leader's, and a slow follower causes no election (measured).")
    } else if over && facts.members != Some(1) {
        format!(" Followers wait only {}.", human_limit(facts, ElectionTimeout))
    } else {
        String::new()
    };
    let hosts = hosts(facts, &events);
    let on = if hosts.len() > 1 { format!(" {} members are hit.", hosts.len()) } else { String::new() };
    let ran = if meanwhile.is_empty() || meanwhile.contains(&Meanwhile::StoodStill) {
        ""
    } else {
        " Meanwhile the leader took in another member's campaign: its process ran, and its disk held it up."
    };
    let what = format!("etcd prints such a line only above one second, so shorter waits are not shown.{compared}{on}{ran}");
    let harmed = !only_followers && (over || facts.needless().next().is_some());
    let severity = if harmed { Severity::Critical } else { Severity::Warning };
    let finding =
        Finding::new(RULE.id, severity, Confidence::High, title, what).showing(facts, &events).on(&[ElectionTimeout, HeartbeatInterval]);
    Some(match length {
        0 => finding,
        _ => finding.noting(format!("this member's main loop waited for {}: no heartbeat, no vote, no commit", human(length))),
    })
}

/// No sync is told of, but leaders lost their place while their disk kept them.
fn by_unwritten(facts: &Facts) -> Option<Finding> {
    let events = facts.kept_by_disk();
    let title = format!("The leader's disk kept it waiting when it lost its place, {}", times(events.len() as u64));
    let what = "Its process ran, as it took in the next leader's entries at once, but entries of its own were not on disk yet. A leader sends no heartbeat while a write to its log waits. How long the disk took is not in the log.";
    let finding = || Finding::new(RULE.id, Severity::Critical, Confidence::Medium, title, what).showing(facts, &events);
    (!events.is_empty()).then(|| finding().advising("See what holds up the disk at those moments: a snapshot or a backup that freezes the file system, a shared volume, other writers. A longer election-timeout only keeps the leader; writes wait as before."))
}

/// What kept the syncs waiting, where it was not the disk.
fn not_at_fault(facts: &Facts, syncs: &[EventId], title: &str, meanwhile: &[Meanwhile]) -> Option<Finding> {
    // As many stalls of a leader that no sync accounts for, though each of their length would be printed: the process got no
    // time to run, and a sync that was under way waited with it. Measured on real clusters: where the leader's processor was
    // throttled, 9, 8, 11 and 10 such stalls beside 9, 5, 1 and 4 syncs; where its disk was slow, at most 1 beside 17 and 30.
    let mut told: Vec<Micros> = syncs.iter().filter_map(|id| time(facts, *id)).gather();
    told.sort_unstable();
    let without = facts.stalls.iter().filter(|stall| is_without(stall, &told)).count() as u64;
    let stood_still = if without >= lines(facts, syncs).max(FEW) {
        format!("{without} stalls of a leader came without such a line: its process got no time to run, and the syncs waited with it.")
    } else if !meanwhile.is_empty() && !meanwhile.contains(&Meanwhile::Ran) {
        String::from("The leader took in no other member's campaign until they ended: its process stood still, and the syncs with it.")
    } else {
        String::new()
    };
    if !stood_still.is_empty() {
        let what = format!("{stood_still} The disk is not shown to be at fault.");
        let finding = Finding::new(RULE.id, Severity::Info, Confidence::Medium, title, what).showing(facts, syncs);
        return Some(
            finding
                .advising("Find what stops the process or its machine: a hypervisor, a paused container, a processor without time left."),
        );
    }
    if let Some(busy) = tools::busy_processor(facts) {
        let title = format!("The processor had no time left, and {}{}", title[..1].to_ascii_lowercase(), &title[1..]);
        let what = "The processor worked all the time and hardly waited for the disk, as was measured: etcd came late to see that its syncs were done. The disk is not shown to be at fault.";
        let advice =
            "Find what takes the processor's time on etcd's machines, and give etcd more of it: a larger share, or a machine of its own.";
        let finding = Finding::new(RULE.id, Severity::Warning, Confidence::Medium, title, what).advising(advice);
        return Some(finding.showing(facts, &[&[busy], syncs].concat()));
    }
    stopped_with_machine(facts, syncs).then(|| {
        let what =
            "The hypervisor had stopped the machine, and the syncs that were under way with it. The disk is not shown to be at fault.";
        let finding = Finding::new(RULE.id, Severity::Info, Confidence::High, title, what).showing(facts, syncs);
        finding.advising("See why the hypervisor stops the machine. A faster disk changes nothing here.")
    })
}

/// Whether a sync that kept the leader so long would have been told of, and none was: `told` are their times, in order.
fn is_without(stall: &Stall, told: &[Micros]) -> bool {
    let measured = matches!(stall.kind, StallKind::LateHeartbeat | StallKind::Return) && stall.planned > LIMIT;
    let Some(end) = stall.end.filter(|_| measured) else { return false };
    // A stamp of whole seconds may be that much too early.
    let first = told.partition_point(|at| *at < end - stall.planned - S);
    told.get(first).is_none_or(|at| *at > end + S)
}

/// Whether each of these syncs ended within a second after the hypervisor had stopped the machine for most of it.
fn stopped_with_machine(facts: &Facts, syncs: &[EventId]) -> bool {
    let stops: Vec<(Micros, Option<Micros>)> = tools::machine_stops(facts).into_iter().map(|(took, id)| (took, time(facts, id))).gather();
    let with = |sync: &EventId| {
        let (took, end) = (facts.event(*sync).duration("took").unwrap_or(0), time(facts, *sync));
        stops
            .iter()
            .take(ENOUGH)
            .any(|(stop, over)| 2 * stop >= took && matches!((end, over), (Some(end), Some(over)) if (0..=S).contains(&(end - over))))
    };
    !stops.is_empty() && syncs.iter().all(with)
}

/// What a histogram shows: the 99th percentile wholly above what etcd wants, or waits that a leader's followers feel.
fn by_metrics(facts: &Facts, meaning: Meaning, what: &str, wants: Micros) -> Option<Finding> {
    let histogram = metrics::slowest(facts, meaning)?;
    let (p99, total) = (histogram.quantile(0.99), histogram.total());
    let (long, half) = (histogram.over(LIMIT), histogram.over(LIMIT / 2));
    // Half a second is half of what followers wait by default; one in ten thousand comes every few hours (judgement).
    let felt = long >= 1.0 || half >= 10.0 && half >= total / 10_000.0;
    if !felt && p99.low < wants {
        return None;
    }
    let title = if long >= 1.0 {
        format!("{} of {} {what} to disk took longer than a second", long as u64, total as u64)
    } else if felt {
        format!("{} of {} {what} to disk took longer than half a second", half as u64, total as u64)
    } else {
        format!("One in a hundred {what} to disk takes {} or more; etcd wants {}", human(p99.low), human(wants))
    };
    let what = format!(
        "Metrics count all {what} since the process started, not when they came. The slowest hundredth takes {} and more.",
        range(p99)
    );
    let finding = Finding::new(RULE.id, Severity::Warning, Confidence::High, title, what);
    Some(finding.showing(facts, &histogram.events).on(&[ElectionTimeout, HeartbeatInterval]))
}

/// What fio measured.
fn by_fio(facts: &Facts) -> Option<Finding> {
    let (line, took) = tools::synced(facts).filter(|(_, took)| *took > 10 * MS)?;
    let title = format!("One in a hundred syncs took {} or more in fio; etcd wants 10\u{a0}ms", human(took));
    let what = "fio wrote as etcd writes. It counts if that was the disk of etcd's data, at a time as busy as any.";
    let finding = Finding::new(RULE.id, Severity::Warning, Confidence::Medium, title, what);
    Some(finding.showing(facts, &[line]).on(&[ElectionTimeout, HeartbeatInterval]))
}

/// What iostat measured of the machine's disks.
fn by_iostat(facts: &Facts) -> Option<Finding> {
    let (line, took, request) = tools::slow_disk(facts)?;
    let title = format!("A disk took {} for a {request} on average in iostat; etcd wants 10\u{a0}ms for a sync", human(took));
    let what = "It counts if etcd's data are on that disk. The first rows that iostat prints are of the time since the machine started.";
    // Of several it may be another one than etcd's.
    let confidence = if facts.event(line).number("disks") == Some(1) { Confidence::Medium } else { Confidence::Low };
    let finding = Finding::new(RULE.id, Severity::Warning, confidence, title, what);
    Some(finding.showing(facts, &[line]).on(&[ElectionTimeout, HeartbeatInterval]))
}

/// What the alerts on these metrics say.
fn by_alert(facts: &Facts) -> Option<Finding> {
    let title = |event: &Event| {
        let (what, wants) = if event.meaning == Meaning::AlertSyncs { ("syncs", "10\u{a0}ms") } else { ("commits", "25\u{a0}ms") };
        format!("One in a hundred {what} to disk took {} or more (etcd wants {wants})", human(event.duration("took").unwrap_or(0)))
    };
    let finding = alerts::told(facts, RULE.id, Severity::Warning, &[Meaning::AlertSyncs, Meaning::AlertCommits], &title)?;
    Some(finding.on(&[ElectionTimeout, HeartbeatInterval]))
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::report::{Confidence, Severity};
    use crate::rules::testing::{facts, find};

    /// What else had stopped the process: a processor without time, a hypervisor.
    #[test]
    fn a_sync_that_came_late_for_another_reason_is_no_slow_disk() {
        let sync = "2024-03-05 06:10:00.310000 W | wal: sync duration of 3.5s, expected less than 1s\n";
        let head = " r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st\n";
        let row = |shares: &str| format!("41  0      0 211232  10232 822332    0    0     0    40 9155 21532 {shares}\n");
        let stop = "2024-03-05T06:10:00.200Z| vcpu-0| I120: Checkpoint_Unstun: vm stopped for 3600000 us\n";
        let found = |beside: &str| find(&facts(&[sync, beside]), RuleId::EtcdSlowDisk).expect("a sync");
        let severity = |beside: &str| found(beside).severity;
        let busy = |rows: String| found(&(head.to_owned() + &rows)).title.starts_with("The processor");
        assert!(busy(row("83 17  0  0  0").repeat(2)));
        assert!(!busy(row("23 17  4 56  0").repeat(2)));
        assert!(!busy(row("83 17  0  0  0") + &row("23 17 60  0  0")));
        assert_eq!(severity(stop), Severity::Info);
        assert!(found(stop).what_to_do.is_some_and(|advice| advice.contains("hypervisor")));
        assert!(severity(&stop.replace("06:10", "05:10")) > Severity::Info);
    }

    #[test]
    fn iostat_tells_how_long_a_disk_takes() {
        let found = |write: &str, flush: &str, other: &str| {
            let text = format!(
                "Linux 5.15.0-91-generic (m1) 	11/29/2026 	_x86_64_	(4 CPU)\n\nDevice  r/s  w/s  w_await  f/s  f_await  %util\nsda  0.40  58.00  {write}  31.00  {flush}  99.80\n{other}"
            );
            find(&facts(&[&text]), RuleId::EtcdSlowDisk)
        };
        let title = |write: &str, flush: &str| found(write, flush, "").map(|finding| finding.title);
        let confidence = |other: &str| found("181.20", "0.00", other).expect("slow").confidence;
        assert_eq!(confidence(""), Confidence::Medium);
        assert_eq!(confidence("sdb  0.40  58.00  0.30  31.00  0.20  9.80\n"), Confidence::Low, "either may be etcd's");
        assert_eq!(title("4.10", "2.20"), None);
        assert!(title("4.10", "640.10").is_some_and(|title| title.starts_with("A disk took 640\u{a0}ms for a flush")));
        assert!(title("181.20", "0.00").is_some_and(|title| title.starts_with("A disk took 181\u{a0}ms for a write")));
    }

    #[test]
    fn a_measured_sync_is_named_with_its_length() {
        let log = r#"{"level":"warn","ts":"2021-01-25T06:42:36.000+0100","caller":"wal/wal.go:806","msg":"slow fdatasync","took":"7.454439372s","expected-duration":"1s"}"#;
        let found = find(&facts(&[log]), RuleId::EtcdSlowDisk).expect("slow");
        assert!(found.title.contains("7.45\u{a0}s"), "{}", found.title);
        assert_eq!(found.severity, Severity::Critical);
    }

    /// Stalls of one length, and syncs that some of them caught: the disk did not make the other three.
    #[test]
    fn a_sync_that_was_caught_in_a_stall_blames_no_disk() {
        let late = |minute: u32| {
            format!(
                "2024-05-03 01:{minute:02}:04.120000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 1.4s, to fd422379fda50e48)\n"
            )
        };
        let sync = "2024-05-03 01:01:04.119000 W | wal: sync duration of 1.55s, expected less than 1s\n";
        let stalls: String = [late(1), late(11), late(21), late(31)].concat();
        let severity = |log: &str| find(&facts(&[log]), RuleId::EtcdSlowDisk).expect("told").severity;
        assert_eq!(severity(&(sync.to_owned() + &stalls)), Severity::Info);
        assert!(severity(&(sync.to_owned() + &late(1) + &late(11))) > Severity::Info);
        let caught = |minute: u32| sync.replace("01:01", &format!("01:{minute:02}")) + &late(minute);
        let four = [caught(1), caught(11), caught(21), caught(31)].concat();
        assert!(severity(&(four.clone() + &late(41) + &late(42) + &late(43))) > Severity::Info);
        assert_eq!(severity(&(four + &late(41) + &late(42) + &late(43) + &late(44))), Severity::Info);
    }

    /// The leader changed for its own stalls; the disk that is slow is another member's.
    #[test]
    fn a_slow_disk_of_a_follower_costs_no_leader_its_place() {
        let line = |second: u32, text: &str| format!("2024-05-03 10:00:{second:02}.100000 {text}\n");
        let (a, b, c) = ("2a0965170762fd09", "91d25258d70ad868", "fd422379fda50e48");
        let elected = |second: u32, of: &str, who: &str, term: u32| {
            line(second, &format!("I | raft: raft.node: {of} elected leader {who} at term {term}"))
        };
        let lost = |second: u32, of: &str| line(second, &format!("I | raft: raft.node: {of} lost leader {a} at term 3"));
        let leader = elected(1, a, a, 2)
            + &line(20, "W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 1.9s)")
            + &lost(20, a)
            + &elected(20, a, b, 3);
        let follower =
            elected(1, c, a, 2) + &line(10, "W | wal: sync duration of 3.3s, expected less than 1s") + &lost(19, c) + &elected(19, c, b, 3);
        let found = find(&facts(&[&leader, &follower]), RuleId::EtcdSlowDisk).expect("slow");
        assert_eq!(found.severity, Severity::Warning);
        assert!(found.title.contains("a follower's disk") && !found.what.contains("Followers wait"), "{} {}", found.title, found.what);
    }

    /// Who led before it stepped down, no line says; it may be the one whose disk was slow.
    #[test]
    fn of_no_known_leader_no_sync_is_a_followers() {
        let line = |second: u32, text: &str| format!("2024-05-03 10:00:{second:02}.100000 {text}\n");
        let a = "2a0965170762fd09";
        let log = line(10, "W | wal: sync duration of 1.3s, expected less than 1s")
            + &line(12, &format!("W | raft: {a} stepped down to follower since quorum is not active"))
            + &line(12, &format!("I | raft: {a} became follower at term 2"))
            + &line(14, &format!("I | raft: raft.node: {a} elected leader 91d25258d70ad868 at term 3"));
        let found = find(&facts(&[&log]), RuleId::EtcdSlowDisk).expect("slow");
        assert!(found.title.starts_with("One sync to disk"), "{}", found.title);
    }

    /// A file system that a backup freezes lets no sync begin, so none is told of.
    #[test]
    fn a_leader_that_ran_and_held_unwritten_entries_waited_for_its_disk() {
        let line = |at: &str, text: &str| format!("2026-11-30 09:53:{at} I | raft: {text}\n");
        let (a, b) = ("2a0965170762fd09", "91d25258d70ad868");
        let next = line("07.110000", &format!("{b} is starting a new election at term 2"))
            + &line("07.110100", &format!("{b} became candidate at term 3"))
            + &line("07.110200", &format!("raft.node: {b} lost leader {a} at term 3"))
            + &line("07.112000", &format!("{b} became leader at term 3"));
        let led = line("01.000000", &format!("{a} became leader at term 2"));
        let old = |at: &str, dropped: &str| {
            led.clone()
                + &line(at, &format!("{a} [term: 2] received a MsgApp message with higher term from {b} [term: 3]"))
                + &line(at, &format!("{a} became follower at term 3"))
                + &line(at, dropped)
                + &line(at, &format!("raft.node: {a} changed leader from {a} to {b} at term 3"))
        };
        let kept = "truncate the unstable entries before index 120";
        let found = |log: String| find(&facts(&[&log, &next]), RuleId::EtcdSlowDisk);
        let told = found(old("07.115000", kept)).expect("its disk");
        assert_eq!(told.severity, Severity::Critical);
        assert!(told.title.ends_with("when it lost its place, once"), "{}", told.title);
        // Who woke up, or was cut off, hears of it later; and what was on disk is replaced.
        assert!(found(old("07.900000", kept)).is_none());
        assert!(found(old("07.115000", "replace the unstable entries from index 120")).is_none());
        // Nor does one wait for its disk that a question for a vote took from its work.
        assert!(found(old("07.115000", kept).replace("MsgApp ", "MsgVote ")).is_none());
    }

    /// What the leader says to a campaign within the sync tells the disk from a process that stood still.
    #[test]
    fn a_leader_that_answers_within_the_sync_ran_and_one_that_does_not_stood_still() {
        let line = |at: &str, text: &str| format!("2026-11-30 10:21:{at} {text}\n");
        let (a, b) = ("2a0965170762fd09", "91d25258d70ad868");
        let next = line("08.100000", &format!("I | raft: {b} is starting a new election at term 2"))
            + &line("08.100100", &format!("I | raft: {b} became candidate at term 3"))
            + &line("08.100200", &format!("I | raft: raft.node: {b} lost leader {a} at term 3"))
            + &line("08.102000", &format!("I | raft: {b} became leader at term 3"));
        let led = line("01.000000", &format!("I | raft: {a} became leader at term 2"));
        let sync = line("08.900000", "W | wal: sync duration of 1.95s, expected less than 1s");
        let gave_way = |at: &str| {
            line(at, &format!("I | raft: {a} [term: 2] received a MsgApp message with higher term from {b} [term: 3]"))
                + &line(at, &format!("I | raft: {a} became follower at term 3"))
        };
        let found = |log: String| find(&facts(&[&log, &next]), RuleId::EtcdSlowDisk).expect("slow");
        let ran = found(led.clone() + &gave_way("08.103000") + &sync);
        assert!(ran.severity == Severity::Critical && ran.what.ends_with("its disk held it up."), "{}", ran.what);
        let slept = found(led.clone() + &sync + &gave_way("08.900800"));
        assert!(slept.severity == Severity::Info && slept.what.contains("stood still"), "{}", slept.what);
        let silent = found(led.clone() + &sync);
        assert!(silent.severity == Severity::Critical && !silent.what.contains("Meanwhile"), "{}", silent.what);
        // raft may print whole seconds where the sync does not.
        let seconds = |text: &str| text.lines().map(|line| line.replacen(&line[19..26], "", 1) + "\n").collect::<String>();
        let found = |log: String| find(&facts(&[&(seconds(&led) + &log), &seconds(&next)]), RuleId::EtcdSlowDisk).expect("slow");
        let sync = sync.replace("08.9", "09.9").replace("1.95s", "2.95s");
        assert_eq!(found(sync.clone() + &seconds(&gave_way("09.900800"))).severity, Severity::Info);
        assert!(found(seconds(&gave_way("08.103000")) + &sync).what.ends_with("its disk held it up."));
    }

    #[test]
    fn words_about_a_disk_measure_none() {
        let log = r#"{"level":"warn","ts":"2022-08-30T09:17:30.387Z","caller":"etcdserver/raft.go:369","msg":"leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk","to":"63b75c3d731594fc","heartbeat-interval":"100ms","expected-duration":"200ms","exceeded-duration":"37.1ms"}"#;
        assert!(find(&facts(&[log]), RuleId::EtcdSlowDisk).is_none());
    }

    #[test]
    fn a_single_member_has_nobody_who_waits() {
        let sync = "2021-05-04 10:00:01.1 W | wal: sync duration of 2.513s, expected less than 1s\n";
        let alone = "2021-05-04 09:00:01.1 I | etcdserver: initial cluster = m1=http://192.0.2.1:2380\n";
        let waits = |log: &str| find(&facts(&[log]), RuleId::EtcdSlowDisk).expect("slow").what.contains("Followers wait");
        assert!(waits(sync) && !waits(&(alone.to_owned() + sync)));
    }
}
