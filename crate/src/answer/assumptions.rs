//! Every number the answer rests on that the user may state, and where it comes from.

use crate::facts::{Facts, VersionRange, versions};
use crate::plan;
use crate::report::Assumption;
use crate::units::{MS, decimal};

/// The rows of the form.
pub fn assumptions(facts: &Facts) -> Vec<Assumption> {
    let row = |id: &'static str, label: &'static str, value: String, from: &str| Assumption { id, label, value, from: from.into() };
    let given = &facts.assumptions;
    let from = |stated: bool, else_from: &'static str| if stated { "stated" } else { else_from };
    let members =
        match (facts.configurations.iter().any(|c| c.cluster.members.is_some_and(|count| Some(count) == facts.members)), facts.members) {
            (true, _) => "read in the configuration",
            (false, Some(_)) => "counted in the logs",
            (false, None) => "assumed",
        };
    let version = |range: Option<VersionRange>| {
        range.map_or((String::from("unknown"), "no line tells"), |range| (versions::words(range), "read off the logs"))
    };
    let (mut etcd, mut fleet) = (version(facts.etcd), version(facts.fleet));
    if facts.etcd.is_some_and(|range| range.low == range.high && versions::etcd(&facts.logs, &[]) != Some(range)) {
        etcd.1 = "read in the configuration";
    }
    if facts.fleet.is_none() {
        fleet.1 = "no line tells; taken for 0.12";
    }
    let stall = match (given.stall_ms, facts.longest_stall()) {
        (Some(ms), _) => ((ms.round() as i64).to_string(), "stated"),
        (None, Some(stall)) => (decimal(stall.planned, MS, 0), "longest in the logs"),
        (None, None) => (String::from("none seen"), "longest in the logs"),
    };
    let budget = given.failover_budget_ms.map_or((String::from("none"), "not stated"), |ms| (ms.to_string(), "stated"));
    let mut rows = vec![
        row("members", "Voting members", facts.members.unwrap_or(3).to_string(), from(given.members.is_some(), members)),
        row(
            "peerRttMs",
            "Round trip between members, ms",
            decimal(facts.round_trip(), MS, 1),
            from(given.peer_rtt_ms.is_some(), if facts.knows_round_trip() { "measured" } else { "assumed: one site" }),
        ),
        row("stallMs", "Stall to survive, ms", stall.0, stall.1),
        row("stalls", "Stalls in the logs", facts.stalls.len().to_string(), &how_stalls_are_known(facts)),
        row("failoverBudgetMs", "Longest failover accepted, ms", budget.0, budget.1),
        row("etcdVersion", "etcd", etcd.0, from(given.etcd_version.is_some(), etcd.1)),
    ];
    if facts.has_fleet() {
        let (machines, units) = (plan::load::machines(facts), plan::load::units(facts));
        rows.push(row("fleetVersion", "fleet", fleet.0, from(given.fleet_version.is_some(), fleet.1)));
        rows.push(row("machines", "Machines with fleet", machines.0.to_string(), machines.1));
        rows.push(row("units", "Units in the cluster", units.0.to_string(), units.1));
    }
    rows
}

/// Only those that a line measures have a finding of their own.
fn how_stalls_are_known(facts: &Facts) -> String {
    let measured = facts.stalls.iter().filter(|stall| stall.kind.is_measured()).count();
    match (measured, facts.stalls.len() - measured) {
        (_, 0) => String::from("counted in the logs"),
        (0, _) => String::from("inferred from leader changes, none is measured"),
        (measured, inferred) => format!("{measured} measured by a line, {inferred} inferred from leader changes"),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Document, Input, analyze};

    fn report(texts: &[&str]) -> crate::Report {
        let documents = texts.iter().map(|text| Document { name: None, text: (*text).to_owned() }).collect();
        analyze(&Input { documents, ..Input::default() })
    }

    const LATE: &str =
        "2016-04-20 10:00:01.000000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 712.5ms)\n";

    /// One to survive that is stated is none of the logs.
    #[test]
    fn stalls_in_the_logs_are_counted_whatever_is_stated() {
        let documents = vec![Document { name: None, text: LATE.repeat(2).replacen("10:00:01", "10:05:01", 1) }];
        let assumptions = crate::Assumptions { stall_ms: Some(2500.0), ..Default::default() };
        let model = analyze(&Input { documents, assumptions }).model.expect("a model");
        let row = |id: &str| model.assumptions.iter().find(|row| row.id == id).map(|row| (row.value.as_str(), row.from.as_str()));
        assert_eq!(row("stalls"), Some(("2", "counted in the logs")));
        assert_eq!(row("stallMs"), Some(("2500", "stated")));
    }

    /// Only a stall that a line measures has a finding; a leader that came back late is another.
    #[test]
    fn stalls_that_were_measured_and_those_that_were_inferred_are_told_apart() {
        let line = |second: &str, text: &str| format!("2020-04-20 10:00:{second} I | raft: {text}\n");
        let follower = line("00.000000", "raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4")
            + &line("20.000000", "2a0965170762fd09 is starting a new election at term 4")
            + &line("20.000100", "raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5")
            + &line("20.001000", "2a0965170762fd09 became leader at term 5")
            + &line("20.001100", "raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5");
        let old = line("00.000000", "raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4")
            + "2020-04-20 10:00:10.000000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 300ms)\n"
            + &line(
                "21.000000",
                "91d25258d70ad868 [term: 4] received a MsgAppResp message with higher term from 2a0965170762fd09 [term: 5]",
            );
        let stalls = |texts: &[&str]| {
            let model = report(texts).model.expect("a model");
            let row = model.assumptions.into_iter().find(|row| row.id == "stalls").expect("a row");
            (row.value, row.from)
        };
        assert_eq!(stalls(&[&follower, &old]), ("2".to_owned(), "1 measured by a line, 1 inferred from leader changes".to_owned()));
        assert_eq!(stalls(&[LATE]), ("1".to_owned(), "counted in the logs".to_owned()));
    }
}
