//! `etcd-send-buffer-full`: raft messages were dropped because a sending buffer was full.

use super::common::{lines, plural, says};
use super::{Finding, Rule};
use crate::facts::Facts;
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::report::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdSendBufferFull,
    why: "etcd drops messages to a peer that does not take them fast enough. Dropped heartbeats can start an election; dropped entries are sent again and add load.",
    what_to_do: "Look at the link to that peer and at the peer itself: bandwidth, packet loss, a member that hangs. If other traffic crowds it out, reserve bandwidth for etcd's peer port.",
    references: &["etcd-io/etcd@v2.3.8:rafthttp/peer.go:200", "etcd-io/etcd@v3.7.1:server/etcdserver/api/rafthttp/peer.go:267"],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let events = facts.meaning(&[Meaning::SendingBufferFull]);
    if events.is_empty() {
        return None;
    }
    // Lines of 2.3 to 3.4, and those of which only the message was pasted, do not name the kind.
    let named = |words: &[&str]| events.iter().filter(|id| says(facts.event(**id), words)).count();
    let title = format!("etcd dropped {} because the buffer to a peer was full", plural(lines(facts, &events), "message", "messages"));
    let what = if named(&["MsgHeartbeat"]) > 0 {
        "Heartbeats or their answers are among them."
    } else if named(&["dropped Msg", "dropping Msg", "message-type"]) == events.len() {
        "No heartbeat is among them."
    } else {
        "Which kind of message it was the lines do not say."
    };
    Some(Finding::new(RULE.id, Severity::Warning, Confidence::High, title, what).showing(facts, &events))
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    #[test]
    fn both_generations_of_the_text() {
        for text in [
            "2015/05/18 21:30:16 sender: dropping MsgHeartbeatResp because maximal number 64 of sender buffer entries to http://10.0.249.72:2380/raft has been reached\n",
            "2016-05-18 21:30:16.000000 W | rafthttp: dropped MsgHeartbeat to 91d25258d70ad868 since streamMsg's sending buffer is full\n",
        ] {
            assert!(find(&facts(&[text]), RuleId::EtcdSendBufferFull).is_some(), "{text}");
        }
    }

    #[test]
    fn what_a_line_does_not_name_may_be_a_heartbeat() {
        let what = |said: &str| {
            let line = format!("2018-05-18 21:30:16.000000 W | rafthttp: {said}\n");
            find(&facts(&[&line]), RuleId::EtcdSendBufferFull).expect("full").what
        };
        let to = "to 91d25258d70ad868 since streamMsg's sending buffer is full";
        assert!(what(&format!("dropped MsgHeartbeat {to}")).starts_with("Heartbeats"));
        assert!(what(&format!("dropped MsgApp {to}")).starts_with("No heartbeat"));
        assert!(what(&format!("dropped internal raft message {to} (bad/overloaded network)")).contains("do not say"));
    }

    #[test]
    fn a_connection_that_came_up_is_none() {
        assert!(
            find(
                &facts(&["2016-05-18 21:30:16.000000 I | rafthttp: the connection with 91d25258d70ad868 became active\n"]),
                RuleId::EtcdSendBufferFull
            )
            .is_none()
        );
    }
}
