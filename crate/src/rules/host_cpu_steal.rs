//! `host-cpu-steal`: the hypervisor ran other machines while this one had work to do, or stopped it.

use super::common::{graver, matching, says, times};
use super::{Finding, Rule};
use crate::facts::{EventId, Facts, tools};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::parameters::Parameter::{ElectionTimeout, HeartbeatInterval};
use crate::report::{Confidence, Severity};
use crate::units::{MS, Micros, human};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::HostCpuSteal,
    why: "While the hypervisor runs others, nothing of this machine runs: etcd sends no heartbeat and counts no time. No log of the machine itself can show it.",
    what_to_do: "Move the machine to a host with room, reserve processors for it, or see whether a burstable instance has used up its credits. A longer election-timeout only keeps the leader; requests wait as before.",
    references: &[
        "Cormac Hogan, When and why do we stun a virtual machine: a few 100 ms are usual",
        "Linux: Documentation/admin-guide/lockup-watchdogs.rst",
        "Linux: kernel/time/clocksource.c, clocksource_watchdog",
        "vmstat(8): st, time stolen from a virtual machine",
        "Linux: Documentation/filesystems/proc.rst, /proc/stat, steal",
    ],
    check,
};

/// Percent of the processor's time. A few are usual where machines share a host (judgement).
const MUCH: i64 = 10;

fn check(facts: &Facts) -> Option<Finding> {
    graver(graver(stopped(facts), stolen(facts)), stuck(facts)).or_else(|| jumped(facts))
}

/// A clock that counts on while the machine stands still runs away from one that does not. Some machines have such a clock
/// without ever standing still, so beside no trouble of etcd it is a remark.
fn jumped(facts: &Facts) -> Option<Finding> {
    let events = facts.meaning(&[Meaning::KernelClockJumped]);
    events.first()?;
    // A machine that boots says so too, and its etcd elects at its start.
    let trouble = !facts.stalls.is_empty() || facts.needless().next().is_some();
    let severity = if trouble { Severity::Warning } else { Severity::Info };
    let title = format!("The kernel saw its clocks disagree {}, as where a virtual machine stands still", times(events.len() as u64));
    let what = "A hypervisor that stops or moves a machine leaves such lines, and so does a clock of poor quality. It counts if this machine runs etcd.";
    let finding = Finding::new(RULE.id, severity, Confidence::Low, title, what);
    let advice = "See in the hypervisor's log whether it stopped or moved the machine then, as for a snapshot or a backup.";
    Some(finding.advising(advice).showing(facts, &events).on(&[HeartbeatInterval, ElectionTimeout]))
}

/// A processor on which the kernel itself ran for twenty seconds and more, and nobody else.
fn stuck(facts: &Facts) -> Option<Finding> {
    let events = matching(facts, &[Meaning::KernelSawTaskHang], |event| !says(event, &["blocked for more"]));
    events.first()?;
    let longest = events.iter().filter_map(|id| facts.event(*id).number("seconds")).max();
    // RCU tells no seconds, and waits for 21 of them at least (Linux: Documentation/RCU/stallwarn.rst).
    let long = longest.map_or(String::from("20\u{a0}s and more"), |longest| format!("up to {longest}\u{a0}s"));
    let title = format!("A processor was stuck for {long}, says the kernel");
    let what = "Nothing else ran on it meanwhile. On a virtual machine this is mostly a hypervisor that did not run it; on hardware a driver or a fault. It counts if this machine runs etcd.";
    let finding = Finding::new(RULE.id, Severity::Warning, Confidence::Medium, title, what);
    Some(finding.showing(facts, &events).on(&[HeartbeatInterval, ElectionTimeout]))
}

/// VMware stops a machine to take a snapshot, to drop one and to move it. What followers bear is a remark at most.
fn stopped(facts: &Facts) -> Option<Finding> {
    const USUAL: Micros = 500 * MS;
    let stops = tools::machine_stops(facts);
    let longest = stops.first().map(|(took, _)| *took).filter(|took| *took >= USUAL)?;
    let borne = facts.value(ElectionTimeout) - 2 * facts.value(HeartbeatInterval);
    let severity = if longest < borne { Severity::Info } else { Severity::Warning };
    let long: Vec<EventId> = stops.iter().filter(|(took, _)| *took >= USUAL).map(|(_, id)| *id).gather();
    let title = format!("The hypervisor stopped the machine {}, for up to {}", times(long.len() as u64), human(longest));
    let what = "VMware stops a machine as it takes or drops a snapshot of it, as a backup does, and as it moves it to another host. It counts if this machine runs etcd.";
    let finding = Finding::new(RULE.id, severity, Confidence::High, title, what);
    let advice = "Leave etcd's machines out of snapshot backups, and save etcd itself (etcdctl snapshot save). Move one member at a time, the leader last. A longer election-timeout only keeps the leader; requests wait as before.";
    Some(finding.advising(advice).showing(facts, &long).on(&[HeartbeatInterval, ElectionTimeout]))
}

fn stolen(facts: &Facts) -> Option<Finding> {
    let (events, most) = tools::stolen(facts).filter(|(_, most)| *most >= MUCH)?;
    let title = format!("The hypervisor took up to {most}\u{a0}% of the processor's time");
    let what = "It counts if this machine runs etcd, and if the measurement was taken when heartbeats came late.";
    let finding = Finding::new(RULE.id, Severity::Warning, Confidence::Medium, title, what);
    Some(finding.showing(facts, &events).on(&[HeartbeatInterval, ElectionTimeout]))
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::report::Severity;
    use crate::rules::testing::{facts, find};

    #[test]
    fn a_machine_that_vmware_stops() {
        let stop = |took: u32| format!("2024-03-05T06:10:00.200Z| vcpu-0| I120: Checkpoint_Unstun: vm stopped for {took} us\n");
        let found = |log: String| find(&facts(&[&log]), RuleId::HostCpuSteal).map(|found| (found.severity, found.count));
        assert_eq!(found(stop(3_600_000) + &stop(120_500) + &stop(700_000)), Some((Severity::Warning, 2)));
        assert_eq!(found(stop(700_000)), Some((Severity::Info, 1)));
        assert_eq!(found(stop(120_500)), None);
    }

    #[test]
    fn a_processor_that_is_stuck() {
        let lockup = "Mar 05 06:12:00 cp1 kernel: watchdog: BUG: soft lockup - CPU#1 stuck for 23s! [kworker/1:2:311]\n";
        let etcd = "Mar 05 06:12:01 cp1 etcd[815]: server is likely overloaded\n";
        let hung = "Mar 05 06:12:00 cp1 kernel: INFO: task etcd:815 blocked for more than 120 seconds.\n";
        let found = |log: &str| find(&facts(&[&(log.to_owned() + etcd)]), RuleId::HostCpuSteal).map(|found| found.title);
        assert!(found(lockup).is_some_and(|title| title.contains("23\u{a0}s")));
        // A short stop of the machine is a remark, and takes no place before it.
        let stop = "2024-03-05T06:10:00.200Z| vcpu-0| I120: Checkpoint_Unstun: vm stopped for 700000 us\n";
        assert!(found(&(stop.to_owned() + lockup)).is_some_and(|title| title.contains("23\u{a0}s")));
        assert_eq!(found(hung), None);
        let rcu = "Mar 05 06:12:00 cp1 kernel: INFO: rcu_sched self-detected stall on CPU { 1}  (t=5250 jiffies g=1201 c=1200 q=231)\n";
        assert!(found(rcu).is_some_and(|title| title.contains("20\u{a0}s and more")));
    }

    #[test]
    fn clocks_that_disagree_count_beside_trouble_of_etcd() {
        let jump = "Feb 27 13:32:19 n3 kernel: clocksource: timekeeping watchdog on CPU1: Marking clocksource 'tsc' as unstable because the skew is too large:\n";
        let change = "Feb 27 13:32:20 n3 etcd[812]: raft.node: 8e9e05c52164694d changed leader from 8e9e05c52164694d to 91bc3c398fb3c146 at term 5\n";
        let severity = |log: &str| find(&facts(&[log]), RuleId::HostCpuSteal).map(|found| found.severity);
        assert_eq!(severity(jump), Some(Severity::Info));
        assert_eq!(severity(&(jump.to_owned() + change)), Some(Severity::Warning));
        let start = "Feb 27 13:32:30 n3 etcd[812]: etcd Version: 3.3.25\nFeb 27 13:32:31 n3 etcd[812]: 8e9e05c52164694d became candidate at term 2\nFeb 27 13:32:31 n3 etcd[812]: 8e9e05c52164694d became leader at term 2\n";
        assert_eq!(severity(&(jump.to_owned() + start)), Some(Severity::Info));
    }
}
