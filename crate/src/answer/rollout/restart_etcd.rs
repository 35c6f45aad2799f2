//! How the members of etcd come to run with new values: in which order, and how that shows.

use super::hand_out::by_operator;
use crate::answer::launched::{log, names, restart};
use crate::answer::step::step;
use crate::config::Launcher;
use crate::facts::{Facts, Generation};
use crate::gather::Gather;
use crate::model::planning_failover;
use crate::parameters::Parameter;
use crate::plan::{Decision, Plan};
use crate::report::{PatchReport, Step};
use crate::units::{Micros, human};
use crate::version::version;

/// A step for each pass over the members; none where etcd keeps its values.
pub fn etcd_steps(facts: &Facts, plan: &Plan, patches: &[PatchReport]) -> Vec<Step> {
    let (heartbeat, election) = (plan.of(Parameter::HeartbeatInterval), plan.of(Parameter::ElectionTimeout));
    let unchanged = heartbeat.proposed.is_none() && election.proposed.is_none();
    if unchanged || by_operator(patches).is_some() {
        return Vec::new();
    }
    let names = names(facts);
    let restart = restart(facts, names.unit);
    let check = check(facts, names.unit);
    let mut commands: Vec<&str> = Vec::new();
    commands.extend(restart.as_deref());
    commands.push(&names.health);
    commands.push(&check.command);
    let interrupts = |wait| {
        let failover = human(planning_failover(facts.generation, wait));
        format!("One member at a time, for seconds. The leader's own restart costs one wanted election, up to {failover}.")
    };
    let (first, last) = passes(facts, heartbeat, election);
    let last = format!("{last} {}{}", check.says(heartbeat.value(), election.value()), if first.is_none() { pre_vote(facts) } else { "" });
    // In a pass before the last one followers wait for the longer of the two.
    let first = first.map(|text| step(text, &commands, interrupts(election.value().max(was(facts, election)))));
    first.into_iter().chain([step(last, &commands, interrupts(election.value()))]).gather()
}

/// What it is today. Of a value that is not known the default stands for it.
fn was(facts: &Facts, decision: &Decision) -> Micros {
    decision.current.value.unwrap_or_else(|| facts.value(decision.parameter))
}

/// What is done in one pass over the members, or in two: the first, where one is not enough, and the last.
fn passes(facts: &Facts, heartbeat: &Decision, election: &Decision) -> (Option<String>, String) {
    const ORDER: &str = "followers first, the leader last, waiting for a full cluster before the next one";
    let (old, new) = (
        |decision: &Decision| decision.parameter.human(was(facts, decision)),
        |decision: &Decision| decision.parameter.human(decision.value()),
    );
    let both = [heartbeat, election].iter().all(|decision| decision.value() != was(facts, decision));
    let refused = facts.etcd_may_not_start();
    if both && election.value() < was(facts, election) && !refused {
        let first = format!(
            "First lower heartbeat-interval alone on all members. The patch has both values, so leave election-timeout at {} in the file for this round: {ORDER}.",
            old(election)
        );
        return (Some(first), format!("Then lower election-timeout to {} in the same order.", new(election)));
    }
    // A leader that beats this rarely leaves followers with the old timeout few chances to hear it.
    if both && heartbeat.value() > was(facts, election) / 4 && !refused {
        let first = format!(
            "First raise election-timeout alone on all members. The patch has both values, so leave heartbeat-interval at {} in the file for this round: {ORDER}.",
            old(heartbeat)
        );
        let last = format!(
            "Then raise heartbeat-interval to {} in the same order. A beat so rare leaves followers that still wait {} few chances to hear it.",
            new(heartbeat),
            old(election)
        );
        return (Some(first), last);
    }
    let one_pass = if refused {
        String::from(" One pass is enough: etcd does not start with what is written now, so no member waits for another with it.")
    } else if both {
        format!(" One pass is enough: members that still wait {} hear a beat every {} often enough.", old(election), new(heartbeat))
    } else {
        String::new()
    };
    (None, format!("Restart etcd with the new values: {ORDER}.{one_pass}"))
}

/// How a member shows the values that it runs with.
struct Check {
    command: String,
    /// The sentence around the values.
    shown: &'static str,
    /// What the values are called there.
    names: [&'static str; 2],
}

impl Check {
    fn says(&self, heartbeat: Micros, election: Micros) -> String {
        let [of_heartbeat, of_election] = self.names;
        format!(
            "The values are in force when {} {of_heartbeat}{} and {of_election}{}.",
            self.shown,
            Parameter::HeartbeatInterval.human(heartbeat),
            Parameter::ElectionTimeout.human(election)
        )
    }
}

/// 0.4 prints its values nowhere (etcd-io/etcd@v0.4.9:config/config.go, Load: a file, then the environment, then flags).
/// 2.0 to 3.4 print a line for each when they start (etcd-io/etcd@v2.0.13:etcdserver/config.go:126,
/// etcd-io/etcd@v3.3.27:etcdserver/config.go:246), 3.4 in JSON and all later ones name both in one
/// (etcd-io/etcd@v3.4.45:embed/etcd.go:309).
fn check(facts: &Facts, unit: &str) -> Check {
    let launcher = facts.started().launcher;
    if facts.generation == Generation::V04 && launcher.is_none() {
        return Check {
            command: String::from(
                "pid=$(pidof etcd); sudo cat /proc/$pid/environ /proc/$pid/cmdline | tr '\\0' '\\n' | grep -i -A1 'peer.[he]'",
            ),
            shown: "each running etcd was given them, as etcd 0.4 prints neither; a flag wins over a variable, and a variable over the file:",
            names: ["peer-heartbeat-interval ", "peer-election-timeout "],
        };
    }
    let lines = match facts.etcd {
        Some(range) if range.high < version(3, 4, 0) => "'heartbeat = |election = '",
        Some(range) if range.low >= version(3, 5, 0) => "heartbeat-interval",
        // What launches pods launches an etcd of today.
        None if launcher.is_some() => "heartbeat-interval",
        _ => "'heartbeat = |election = |heartbeat-interval'",
    };
    let (log, last, shown) = match launcher {
        // It is back before the API server is, which kubectl would ask.
        Some(Launcher::Kubelet | Launcher::Kubeadm) => {
            (String::from("sudo crictl logs $(sudo crictl ps -q --name etcd) 2>&1"), "", "the first lines of each member name")
        }
        Some(_) => (log(facts, unit), "", "the first lines of each member name"),
        None => (format!("journalctl -u {unit} -b"), " | tail -n 2", "the last start lines of each member name"),
    };
    Check { command: format!("{log} | grep -E {lines}{last}"), shown, names: ["", ""] }
}

/// etcd has pre-vote from 3.4 on, where it is off, and on from 3.5 on (lab, section 8.1).
fn pre_vote(facts: &Facts) -> &'static str {
    let may_have_it = facts.etcd.is_some_and(|range| range.high >= version(3, 4, 0));
    if may_have_it && facts.generation == Generation::V3 {
        " --pre-vote=true may go with it, which etcd 3.4 leaves off and 3.5 has on. It ends the slow failovers and keeps a member that lags from raising terms. It hardly protects a leader that stalls."
    } else {
        ""
    }
}
