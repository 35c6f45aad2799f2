//! `fleet-leadership-churn`: the engine lease goes from one engine to another repeatedly.

use super::common::{after_fleet_stop, lease_moves, longest_pass, time, times, with_fleet_stop};
use super::{Finding, Rule};
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::parameters::Parameter::{EngineReconcileInterval, EtcdRequestTimeout};
use crate::report::{Confidence, Severity};
use crate::sort::{by_key, sort};
use crate::units::{Micros, S, human};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::FleetLeadershipChurn,
    why: "Each loss pauses scheduling until an engine holds the lease again. It stops no running unit, but new and failed ones wait.",
    what_to_do: "Fix what makes the lease fail: slow etcd, mixed fleet versions, or copied machine ids. A longer engine-reconcile-interval only makes the pause longer.",
    references: &[
        "coreos/fleet@v0.11.5:engine/engine.go:61",
        "lab: the lease changed hands at 12 of 21 deaths of an etcd leader where four intervals were shorter than request limit and failover; no unit moved",
    ],
    check,
};

/// Lines this close tell of one time: the force used, and the new leader's name on each machine.
const ONE_TIME: Micros = 5 * S;

fn check(facts: &Facts) -> Option<Finding> {
    let by_force = facts.meaning(&[Meaning::EngineLeaseStolen]);
    let mut taken = [lease_moves(facts), by_force.clone()].concat();
    // Who is told to stop gives it up, and another engine has it with its next pass.
    taken.retain(|id| !with_fleet_stop(facts, *id) && !after_fleet_stop(facts, *id));
    by_key(&mut taken, |id| time(facts, *id));
    let episodes = episodes(facts, &taken);
    if episodes < 2 {
        return lost_again(facts);
    }
    let interval = facts.value(EngineReconcileInterval);
    let late = longest_pass(facts).filter(|pass| by_force.is_empty() && *pass > interval);
    let title = format!("fleet's engine lease changed hands {}", times(episodes as u64));
    let what = match (by_force.len(), late) {
        (0, None) => String::from("Each time its holder had not renewed it in time, or was gone."),
        (0, Some(pass)) => format!(
            "A pass of the engine took up to {}, and the lease, which a pass renews once, lives for {}.",
            human(pass),
            human(5 * interval)
        ),
        (force, _) => format!("Another engine took it by force {}.", times(force as u64)),
    };
    let finding = Finding::new(RULE.id, Severity::Warning, Confidence::High, title, what)
        .showing(facts, &taken)
        .counting(episodes)
        .on(&[EtcdRequestTimeout, EngineReconcileInterval]);
    Some(match late {
        Some(_) => finding.advising("Make a pass shorter: fewer units, or fleet 0.12 and later, which reads all units in one request. Until then a longer engine-reconcile-interval keeps the lease."),
        None => finding,
    })
}

/// It was lost repeatedly, and who took it is not shown: a remark beside `fleet-engine-lease-lost`, which says why.
fn lost_again(facts: &Facts) -> Option<Finding> {
    let mut lost = facts.meaning(&[Meaning::EngineLeaseRenewFailed]);
    lost.retain(|id| !with_fleet_stop(facts, *id));
    let what = "A lease that is lost again had been taken again in between.";
    let finding = || Finding::new(RULE.id, Severity::Info, Confidence::High, "fleet's engine lease did not last", what);
    (lost.len() >= 2).then(|| finding().showing(facts, &lost).counting(lost.len()))
}

/// How often it was taken: lines close together tell of one time, over all machines.
fn episodes(facts: &Facts, taken: &[EventId]) -> usize {
    let mut moments: Vec<Micros> = taken.iter().filter_map(|id| time(facts, *id)).gather();
    if moments.len() < taken.len() {
        // Without times one kind of line is counted alone, so that one time is not counted twice; nor is the one that several
        // machines tell of in a row.
        let of = |meaning: Meaning| {
            let (mut count, mut last) = (0, None);
            for event in taken.iter().map(|id| facts.event(*id)).filter(|event| event.meaning == meaning) {
                let moved = event.word("old").zip(event.word("new"));
                count += usize::from(moved.is_none() || moved != last);
                last = moved;
            }
            count
        };
        return of(Meaning::EngineLeaderChanged).max(of(Meaning::EngineLeaseStolen));
    }
    sort(&mut moments);
    let gaps = moments.windows(2).filter(|pair| pair[1] - pair[0] > ONE_TIME).count();
    if moments.is_empty() { 0 } else { gaps + 1 }
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::report::Severity;
    use crate::rules::testing::{facts, find};

    fn loss(at: &str) -> String {
        format!(
            "Apr 09 21:{at}:18 machine1 fleetd[21543]: ERROR engine.go:218: Engine leadership lost, renewal failed: 101: Compare failed ([13678688 != 13679370]) [13679371]\n\
             Apr 09 21:{at}:20 machine1 fleetd[21543]: INFO engine.go:205: Stole engine leadership from Machine(9c33fade6ddf46448fcbacd8ed8495a5)\n"
        )
    }

    #[test]
    fn again_and_again() {
        let log = loss("22") + &loss("23") + &loss("24");
        let found = find(&facts(&[&log]), RuleId::FleetLeadershipChurn).expect("churn");
        assert_eq!((found.count, found.severity), (3, Severity::Warning));
    }

    #[test]
    fn another_engine_that_acquires_it_is_a_move() {
        let acquired =
            |at: u32, host: &str| format!("Sep 02 10:{at}:00 {host} fleetd[744]: INFO engine.go:185: Engine leadership acquired\n");
        let lost = |at: u32, host: &str| {
            format!(
                "Sep 02 10:{at}:00 {host} fleetd[744]: ERROR engine.go:217: Engine leadership lost, renewal failed: 101: Compare failed ([881 != 977]) [978]\n"
            )
        };
        let hosts = |second: &str| {
            acquired(10, "core-01") + &lost(20, "core-01") + &acquired(21, second) + &lost(30, second) + &acquired(31, "core-01")
        };
        let found = find(&facts(&[&hosts("core-02")]), RuleId::FleetLeadershipChurn).expect("churn");
        assert_eq!(found.severity, Severity::Warning);
        // The same engine takes its own lease again: it moved nowhere, and did not last.
        let same = find(&facts(&[&hosts("core-01")]), RuleId::FleetLeadershipChurn).expect("lost twice");
        assert_eq!((same.severity, same.count), (Severity::Info, 2));
        assert!(find(&facts(&[&lost(20, "core-01")]), RuleId::FleetLeadershipChurn).is_none());
    }

    /// One machine after the other gets a new fleetd.
    #[test]
    fn a_lease_that_was_given_up_is_no_loss() {
        let line = |at: u32, second: u32, host: &str, words: &str| format!("Sep 02 10:{at}:{second:02} {host} fleetd[744]: INFO {words}\n");
        let turn = |at: u32, stops: &str, takes: &str| {
            let stop = line(at, 2, stops, "fleetd.go:113: Gracefully shutting down");
            (stop, line(at, 5, takes, "engine.go:185: Engine leadership acquired"))
        };
        let turns = [turn(10, "core-01", "core-02"), turn(20, "core-02", "core-03"), turn(30, "core-03", "core-01")];
        let found = |text: String| find(&facts(&[&text]), RuleId::FleetLeadershipChurn).is_some();
        let begins = line(1, 0, "core-01", "engine.go:185: Engine leadership acquired");
        assert!(!found(begins.clone() + &turns.clone().map(|(stop, taken)| stop + &taken).concat()));
        assert!(found(begins + &turns.map(|(_, taken)| taken).concat()));
    }

    #[test]
    fn one_move_that_three_machines_tell_of_without_times_is_one() {
        let moved =
            |host: &str, from: &str, to: &str| format!("{host}: INFO engine.go:81: Engine leadership changed from {from} to {to}\n");
        let told = |from: &str, to: &str| ["core-01", "core-02", "core-03"].map(|host| moved(host, from, to)).concat();
        let (one, other) = ("738002bf41ac44b9b93f123e972b7732", "8157948988ab4ab1a3cf6fe2b35df866");
        let found = |log: &str| find(&facts(&[log]), RuleId::FleetLeadershipChurn).map(|found| found.count);
        assert_eq!(found(&told(one, other)), None);
        assert_eq!(found(&(told(one, other) + &told(other, one))), Some(2));
    }

    #[test]
    fn one_loss_is_none() {
        assert!(find(&facts(&[&loss("22")]), RuleId::FleetLeadershipChurn).is_none());
    }
}
