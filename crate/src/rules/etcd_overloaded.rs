//! `etcd-overloaded`: etcd calls itself overloaded.

use super::common::{lines, matching, says, times};
use super::{Finding, Rule};
use crate::facts::Facts;
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::report::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdOverloaded,
    why: "etcd prints this fixed text with every late heartbeat. It measures nothing: no load, no disk.",
    what_to_do: "Read the late-heartbeat line beside it: that one tells the time. Look at disk and processor before you believe it.",
    references: &["etcd-io/etcd@v2.3.8:etcdserver/server.go:967", "etcd-io/etcd@v3.7.1:server/etcdserver/raft.go:389"],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let events = matching(facts, &[Meaning::ServerOverloaded, Meaning::HeartbeatLate], |event| {
        event.meaning == Meaning::ServerOverloaded || says(event, &["is overloaded"])
    });
    if events.is_empty() {
        return None;
    }
    let title = format!("etcd calls itself overloaded, {}", times(lines(facts, &events)));
    let what = "The text stands beside each late heartbeat.";
    Some(Finding::new(RULE.id, Severity::Info, Confidence::High, title, what).showing(facts, &events))
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::report::Severity;
    use crate::rules::testing::{facts, find};

    #[test]
    fn both_wordings_are_a_remark_only() {
        for text in [
            "2016-04-20 10:00:00.500100 W | etcdserver: server is likely overloaded\n",
            r#"{"level":"warn","ts":"2022-08-30T09:17:30.387Z","caller":"etcdserver/raft.go:369","msg":"leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk","to":"63b75c3d731594fc","heartbeat-interval":"100ms","expected-duration":"200ms","exceeded-duration":"37.1ms"}"#,
        ] {
            assert_eq!(find(&facts(&[text]), RuleId::EtcdOverloaded).expect("said so").severity, Severity::Info);
        }
    }

    #[test]
    fn older_late_lines_do_not_say_it() {
        let late = "2016-04-20 10:00:00.500000 W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 237.022208ms)\n";
        assert!(find(&facts(&[late]), RuleId::EtcdOverloaded).is_none());
    }
}
