//! `etcd-restarted`: an etcd process ended again and again, or was killed.

use super::common::{near, plural, without_repeats};
use super::etcd_bad_config::REFUSED;
use super::{Finding, Rule};
use crate::facts::{ChangeClass, EventId, Facts};
use crate::gather::Gather;
use crate::log::event::{Event, Meaning};
use crate::report::{Confidence, Severity};
use crate::units::S;

/// The rule.
pub const RULE: Rule = Rule {
    id: "etcd-restarted",
    why: "A member that ends takes no part until it is back, and each return costs the others work and, up to 3.3, may start an election. No timer keeps a process alive.",
    what_to_do: "Find what ends it: memory, a full disk, a panic further up in the log, a watchdog or a deployment. Then look at the timers again.",
    references: &[
        "etcd-io/etcd@v2.2.5:etcdserver/raft.go:241 (a start skips most of the first election-timeout)",
        "systemd.service(5), Restart=",
    ],
    check,
};

/// So many starts without a word of a stop are no maintenance.
const AGAIN_AND_AGAIN: usize = 3;

fn check(facts: &Facts) -> Option<Finding> {
    // Leaders that ended have a finding of their own.
    if facts.changes.iter().any(|change| change.class == ChangeClass::Wanted) {
        return None;
    }
    let mut killed: Vec<EventId> = facts.all_events().filter(|(_, event)| ends_etcd(event)).map(|(id, _)| id).gather();
    let mut starts = facts.restarts.clone();
    // So has a start that ends with a refused setting.
    killed.retain(|id| !near(facts, *id, REFUSED, -30 * S, S, 20));
    starts.retain(|id| !near(facts, *id, REFUSED, -S, 30 * S, 20));
    starts.retain(|id| !near(facts, *id, &[Meaning::EtcdShutdown], -600 * S, 0, 60));
    if killed.is_empty() && starts.len() < AGAIN_AND_AGAIN {
        return None;
    }
    let for_memory = killed.iter().any(|id| for_memory(facts.event(*id)));
    let by_probe = killed.iter().any(|id| facts.event(*id).meaning == Meaning::ProbeFailed);
    let title = match (for_memory, starts.len()) {
        (false, _) if by_probe => String::from("The kubelet ended etcd because it did not answer in time"),
        (true, 0) => String::from("The kernel killed etcd for want of memory"),
        (true, many) => format!("The kernel killed etcd for want of memory; it started anew {}", super::common::times(many as u64)),
        (false, 0) => String::from("systemd saw etcd's process end"),
        (false, many) => format!("etcd started anew {} without a word of a stop", super::common::times(many as u64)),
    };
    let what = match killed.len() as u64 {
        _ if by_probe => String::from("A failed liveness probe shows that etcd gave no good answer; why it did not, it does not show."),
        0 => String::from("Its log begins anew, and nothing before it says that it was told to stop."),
        some => format!("{} of the kernel, systemd or the kubelet.", plural(some, "line tells it", "lines tell it")),
    };
    let count = starts.len().max(1);
    let severity = if count >= AGAIN_AND_AGAIN { Severity::Critical } else { Severity::Warning };
    let events = without_repeats(killed.into_iter().chain(starts).gather());
    Some(Finding::new(RULE.id, severity, Confidence::High, title, what).showing(facts, &events).counting(count))
}

fn for_memory(event: &Event) -> bool {
    event.meaning == Meaning::OutOfMemoryKill || event.meaning == Meaning::ContainerEnded && event.text.contains("OOMKilled")
}

/// The kernel, systemd or the kubelet says that an etcd process ended, not by its own will.
fn ends_etcd(event: &Event) -> bool {
    let of_etcd = |hole| event.word(hole).is_some_and(|name| name.starts_with("etcd"));
    match event.meaning {
        Meaning::OutOfMemoryKill => of_etcd("name"),
        // A list of pods names each; a description names its pod far above the reason.
        Meaning::ContainerEnded => for_memory(event) && (event.text.contains("etcd") || event.text.trim_start().starts_with("Reason:")),
        Meaning::ProbeFailed => event.text.contains("failed liveness probe") && event.text.contains("etcd"),
        Meaning::UnitProcessExited => of_etcd("unit") && !event.text.contains("status=0/"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::report::Severity;
    use crate::rules::testing::{facts, find};

    fn boot(hour: u32) -> String {
        format!(
            "Apr 20 {hour}:00:00 core-01 etcd2[815]: etcd Version: 2.3.8\nApr 20 {hour}:00:01 core-01 etcd2[815]: 8e9e05c52164694d became follower at term 4\n"
        )
    }

    #[test]
    fn again_and_again() {
        let log = boot(10) + &boot(11) + &boot(12) + &boot(13);
        let found = find(&facts(&[&log]), "etcd-restarted").expect("three restarts");
        assert_eq!((found.count, found.severity), (3, Severity::Critical));
    }

    #[test]
    fn a_refused_setting_is_why_it_starts_anew() {
        let refused = |hour: u32| {
            format!(
                "Apr 20 {hour}:00:00 core-01 etcd2[815]: etcd Version: 2.3.8\n\
                 Apr 20 {hour}:00:01 core-01 etcd2[815]: error verifying flags, -election-timeout[1000ms] should be at least as 5 times as -heartbeat-interval[300ms]. See 'etcd --help'.\n\
                 Apr 20 {hour}:00:01 core-01 systemd[1]: etcd2.service: Main process exited, code=exited, status=1/FAILURE\n"
            )
        };
        let log = refused(10) + &refused(11) + &refused(12) + &refused(13);
        let facts = facts(&[&log]);
        assert!(find(&facts, "etcd-restarted").is_none());
        assert!(find(&facts, "etcd-bad-config").is_some());
    }

    #[test]
    fn what_the_kubelet_says_of_etcds_container() {
        for (line, says) in [
            ("Normal  Killing  2m  kubelet  Container etcd failed liveness probe, will be restarted\n", Some("The kubelet ended etcd")),
            ("etcd-0   0/1     OOMKilled   3 (50s ago)   4m\n", Some("The kernel killed etcd")),
            ("Name:         etcd-master-1\n      Reason:       OOMKilled\n", Some("The kernel killed etcd")),
            ("etcd-0   1/1     Running     0   4m\nweb-5c8f   0/1     OOMKilled   3 (50s ago)   4m\n", None),
            ("Normal  Killing  2m  kubelet  Container web failed liveness probe, will be restarted\n", None),
            ("Name:         etcd-master-1\n      Exit Code:    0\n", None),
        ] {
            let found = find(&facts(&[line]), "etcd-restarted");
            assert_eq!(found.is_some(), says.is_some(), "{line}");
            assert!(found.is_none_or(|found| found.title.starts_with(says.unwrap_or(""))), "{line}");
        }
    }

    #[test]
    fn one_restart_or_a_stop_by_hand_is_none() {
        assert!(find(&facts(&[&(boot(10) + &boot(11))]), "etcd-restarted").is_none());
        let stop = |hour: u32| format!("Apr 20 {hour}:59:58 core-01 etcd2[815]: received terminated signal, shutting down...\n");
        let log = boot(10) + &stop(10) + &boot(11) + &stop(11) + &boot(12) + &stop(12) + &boot(13);
        assert!(find(&facts(&[&log]), "etcd-restarted").is_none());
    }
}
