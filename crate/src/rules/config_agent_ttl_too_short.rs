//! `config-agent-ttl-too-short`: the agent-ttl does not carry the etcd-request-timeout beside it.

use super::common::{GONE, doubtful, says};
use super::{At, Constraint, Evidence, Finding, Rule};
use crate::config::Setting;
use crate::facts::Facts;
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::{Event, Meaning};
use crate::parameters::Parameter::{AgentTtl, EtcdRequestTimeout};
use crate::report::{Basis, Confidence, Severity, Side};
use crate::units::human;

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::ConfigAgentTtlTooShort,
    why: "A machine says that it lives every half agent-ttl, and tries for a third of it. Each try may take two request timeouts. With fewer than twelve request timeouts one slow try uses up the time, and the machine is taken for dead.",
    what_to_do: "Raise agent-ttl to twelve request timeouts or more, or lower etcd-request-timeout. Change the two together.",
    references: &["coreos/fleet@v0.11.5:heart/monitor.go", "coreos/fleet@v0.11.5:registry/machine.go:64"],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let places: Vec<_> = [AgentTtl, EtcdRequestTimeout].into_iter().filter_map(|parameter| facts.in_force(parameter).place).gather();
    let (ttl, limit) = (facts.value(AgentTtl), facts.value(EtcdRequestTimeout));
    let beat = facts.slowest_beat(limit);
    let least = (12 * limit).max(4 * beat);
    // One that fleetd cannot read has a finding of its own, and the default in its place is nobody's choice.
    let unread = |setting: &Setting| setting.parameter == AgentTtl && setting.value.is_none();
    let mut settings = facts.settings();
    let chosen = facts.in_force(AgentTtl).place.is_some() || !settings.any(unread);
    // Defaults that nobody stated make no finding; a ttl of zero has one of its own.
    if places.is_empty() || ttl <= 0 || ttl >= least || !chosen || doubtful(facts, EtcdRequestTimeout) {
        return None;
    }
    let title =
        format!("agent-ttl {} is too short for an etcd-request-timeout of {}", AgentTtl.human(ttl), EtcdRequestTimeout.human(limit));
    let what =
        format!("It should be at least {}: twelve request timeouts, and more than four beats of up to {}.", human(least), human(beat));
    // Beside a log without trouble of fleet it is a remark.
    let gone = |event: &Event| event.is_fleet() && says(event, GONE) || event.meaning == Meaning::ServerMonitorTriggered;
    let trouble = facts.without_log() || !facts.fleet_failures.is_empty() || facts.any_event(gone);
    let severity = if trouble { Severity::Warning } else { Severity::Info };
    let demand = Constraint {
        parameter: AgentTtl,
        side: Side::AtLeast,
        bound: least,
        basis: Basis::Derived,
        because: format!("twelve request timeouts are {}", human(12 * limit)),
    };
    let mut finding = Finding::new(RULE.id, severity, Confidence::High, title, what)
        .counting(1)
        .on(&[AgentTtl, EtcdRequestTimeout])
        .demanding(vec![demand]);
    finding.evidence = places.into_iter().map(|place| Evidence { at: At::Place(place), note: None }).gather();
    Some(finding)
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    fn file(limit: u32, ttl: &str) -> String {
        format!(
            "#cloud-config\ncoreos:\n  fleet:\n    etcd-request-timeout: {limit}\n{ttl}  units:\n    - name: fleet.service\n      command: start\n"
        )
    }

    #[test]
    fn a_raised_limit_beside_the_default() {
        assert!(find(&facts(&[&file(5, "")]), RuleId::ConfigAgentTtlTooShort).is_some());
        assert!(find(&facts(&[&file(10, "    agent-ttl: 90s\n")]), RuleId::ConfigAgentTtlTooShort).is_some());
        assert!(find(&facts(&[&file(5, "    agent-ttl: 120\n")]), RuleId::ConfigAgentTtlTooShort).is_none());
        // Milliseconds were meant.
        assert!(find(&facts(&[&file(5000, "    agent-ttl: 60s\n")]), RuleId::ConfigAgentTtlTooShort).is_none());
    }

    #[test]
    fn beside_a_machine_that_was_declared_gone_it_is_no_remark() {
        let severity = |reason: &str| {
            let log = format!(
                "Jul 15 16:12:14 n1 fleetd[9]: INFO reconciler.go:161: EngineReconciler completed task: {{Type: UnscheduleUnit, JobName: a.service, MachineID: 1a03, Reason: \"{reason}\"}}\n"
            );
            find(&facts(&[&file(15, ""), &log]), RuleId::ConfigAgentTtlTooShort).expect("too short").severity
        };
        assert_eq!(severity("target Machine(1a03) went away"), super::Severity::Warning);
        assert_eq!(severity("target state inactive and unit scheduled"), super::Severity::Info);
    }

    #[test]
    fn pairs_that_fit() {
        for (limit, ttl) in [(1, ""), (2, ""), (5, "    agent-ttl: 60s\n"), (5, "    agent-ttl: 120s\n")] {
            assert!(find(&facts(&[&file(limit, ttl)]), RuleId::ConfigAgentTtlTooShort).is_none(), "{limit} {ttl}");
        }
    }

    /// An unknown fleet beats with two requests, however many endpoints it has: only from 0.13 on each is asked.
    #[test]
    fn endpoints_do_not_lengthen_the_beat_of_an_unknown_fleet() {
        let servers = "    agent-ttl: 75s\n    etcd-servers: http://10.0.0.1:2379,http://10.0.0.2:2379,http://10.0.0.3:2379\n";
        assert!(find(&facts(&[&file(5, servers)]), RuleId::ConfigAgentTtlTooShort).is_none());
        let newest = "Mar 02 10:15:00 a fleetd[9]: INFO fleetd.go:75: Starting fleetd version 1.0.0\n";
        assert!(find(&facts(&[&file(5, servers), newest]), RuleId::ConfigAgentTtlTooShort).is_some());
    }
}
