//! The timing model against real clusters: etcd 0.4.9 to 3.5.1 whose leaders were killed or
//! stalled, figures in `fixtures/lab.json`.

use std::collections::BTreeMap;

use serde::Deserialize;
use timing_advisor::model::raft::{BUSY_GAP, expected_losses, loss_share};
use timing_advisor::model::{Failovers, Generation, Timers, planning_failover, safe_stall};
use timing_advisor::units::{MS, Micros, Range};

/// Three members on loopback: a round trip of about 0.1 ms.
const MEMBERS: u32 = 3;
const ROUND_TRIP: Micros = MS / 10;

#[derive(Deserialize)]
struct Lab {
    medians: Vec<Median>,
    failovers: Vec<Deaths>,
    curves: Vec<Curve>,
    runs: Vec<Run>,
}

/// Median time to a new leader of one version and pair.
#[derive(Deserialize)]
struct Median {
    etcd: String,
    generation: String,
    heartbeat: i64,
    election: i64,
    p50: i64,
}

/// Single times to a new leader.
#[derive(Deserialize)]
struct Deaths {
    generation: String,
    election: i64,
    failovers: Vec<i64>,
}

/// Leaders lost by the length of their stall; H = T / 10.
#[derive(Deserialize)]
struct Curve {
    etcd: String,
    generation: String,
    /// From and to in units of T, stalls, leaders lost.
    bins: Vec<(f64, f64, u32, u32)>,
}

/// One run with its stalls in order.
#[derive(Deserialize)]
struct Run {
    run: String,
    etcd: String,
    generation: String,
    heartbeat: i64,
    election: i64,
    /// Term, length in ms, 1 where the leader lost its place.
    stalls: Vec<(i64, i64, u32)>,
}

fn lab() -> Lab {
    serde_json::from_str(include_str!("fixtures/lab.json")).expect("the fixture is what this test reads")
}

fn generation(name: &str) -> Generation {
    match name {
        "v04" => Generation::V04,
        "v2" => Generation::V2,
        "v3" => Generation::V3,
        "pre-vote" => Generation::PreVote,
        other => panic!("unknown generation {other}"),
    }
}

fn timers(name: &str, heartbeat: i64, election: i64) -> Timers {
    Timers { heartbeat: heartbeat * MS, election: election * MS, generation: generation(name), members: MEMBERS }
}

fn within_a_fifth(model: f64, seen: f64) -> bool {
    (model - seen).abs() <= 0.2 * seen
}

impl Run {
    fn timers(&self) -> Timers {
        timers(&self.generation, self.heartbeat, self.election)
    }

    fn lost(&self) -> f64 {
        self.stalls.iter().map(|&(_, _, lost)| f64::from(lost)).sum()
    }

    fn expected(&self) -> f64 {
        let mut terms: BTreeMap<i64, Vec<Range>> = BTreeMap::new();
        for &(term, length, _) in &self.stalls {
            terms.entry(term).or_default().push(Range::exactly(length * MS));
        }
        let terms: Vec<_> = terms.into_values().collect();
        expected_losses(&self.timers(), &terms).0 as f64 / 1e6
    }

    fn share(&self, length: i64) -> f64 {
        f64::from(loss_share(&self.timers(), length * MS, BUSY_GAP)) / 1e6
    }
}

#[test]
fn median_failover_is_within_a_fifth() {
    let medians = lab().medians;
    assert!(medians.len() >= 17);
    for Median { etcd, generation, heartbeat, election, p50 } in medians {
        let model = Failovers::default().of(&timers(&generation, heartbeat, election), ROUND_TRIP);
        let (model, seen) = (model.p50 as f64 / 1e3, p50 as f64);
        assert!(within_a_fifth(model, seen), "etcd {etcd} {heartbeat}/{election}: model {model} ms, seen {seen} ms");
    }
}

#[test]
fn the_failover_to_plan_with_is_hardly_exceeded() {
    let (mut all, mut longer) = (0, 0);
    for Deaths { generation: name, election, failovers } in lab().failovers {
        let planned = planning_failover(generation(&name), election * MS);
        all += failovers.len();
        longer += failovers.iter().filter(|&&time| time * MS > planned).count();
    }
    assert!(all >= 180, "{all}");
    assert!(longer * 100 <= all * 2, "{longer} of {all}");
}

#[test]
fn leaders_lost_over_the_stall_lengths_are_within_a_fifth() {
    let curves = lab().curves;
    assert_eq!(curves.len(), 4);
    for Curve { etcd, generation, bins } in curves {
        let timers = timers(&generation, 100, 1000);
        let model: f64 = bins
            .iter()
            .map(|&(from, to, stalls, _)| {
                let middle = ((from + to) / 2.0 * timers.election as f64) as Micros;
                f64::from(stalls) * f64::from(loss_share(&timers, middle, BUSY_GAP)) / 1e6
            })
            .sum();
        let seen: f64 = bins.iter().map(|&(_, _, _, lost)| f64::from(lost)).sum();
        assert!(within_a_fifth(model, seen), "etcd {etcd}: model {model:.1}, seen {seen}");
    }
}

#[test]
fn leaders_lost_in_single_runs_are_within_a_fifth_for_every_version() {
    let mut versions: BTreeMap<(String, String), (f64, f64)> = BTreeMap::new();
    for run in lab().runs {
        let sums = versions.entry((run.etcd.clone(), run.generation.clone())).or_default();
        sums.0 += run.expected();
        sums.1 += run.lost();
    }
    assert_eq!(versions.len(), 6, "0.4.9, 2.0.13, 2.3.8, 3.4.23, 3.4.23 with pre-vote, 3.5.1");
    for (version, (model, seen)) in versions {
        assert!(within_a_fifth(model, seen), "{version:?}: model {model:.1}, seen {seen}");
    }
}

/// The short and the long stalls decide themselves; these are the ones in doubt.
#[test]
fn stalls_in_doubt_are_within_a_fifth() {
    let mut generations: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for run in lab().runs {
        let sums = generations.entry(run.generation.clone()).or_default();
        for part in 1..=run.stalls.len() {
            let (_, length, lost) = run.stalls[part - 1];
            if !(0.05..0.95).contains(&run.share(length)) {
                continue;
            }
            let until = |end: usize| Run { stalls: run.stalls[..end].to_vec(), ..run.clone_settings() }.expected();
            sums.0 += until(part) - until(part - 1);
            sums.1 += f64::from(lost);
        }
    }
    for (generation, (model, seen)) in generations {
        assert!(within_a_fifth(model, seen), "{generation}: model {model:.1}, seen {seen}");
    }
}

impl Run {
    fn clone_settings(&self) -> Run {
        Run {
            run: self.run.clone(),
            etcd: self.etcd.clone(),
            generation: self.generation.clone(),
            heartbeat: self.heartbeat,
            election: self.election,
            stalls: Vec::new(),
        }
    }
}

/// On 3.x a leader that survived a stall survives the shorter ones of the same term. If stalls
/// were independent, several of these would have cost it its place.
#[test]
fn one_draw_serves_a_term() {
    let (mut shorter, mut lost_seen, mut lost_if_independent) = (0, 0, 0.0);
    for run in lab().runs.iter().filter(|run| generation(&run.generation).draws_once_per_term()) {
        let mut survived: BTreeMap<i64, i64> = BTreeMap::new();
        for &(term, length, lost) in &run.stalls {
            let longest = survived.entry(term).or_default();
            if length <= *longest {
                shorter += 1;
                lost_seen += lost;
                lost_if_independent += run.share(length);
            }
            *longest = length.max(*longest);
        }
    }
    assert!(shorter >= 30, "{shorter}");
    assert!(f64::from(lost_seen) * 4.0 < lost_if_independent, "{lost_seen} of {shorter}, independent {lost_if_independent:.1}");
}

#[test]
fn no_stall_below_the_safe_one_ever_elected() {
    let mut safe = 0;
    for run in lab().runs {
        for &(term, length, lost) in &run.stalls {
            if length * MS < safe_stall(&run.timers()) {
                safe += 1;
                assert_eq!(lost, 0, "{} term {term}: {length} ms", run.run);
            }
        }
    }
    assert!(safe >= 150, "{safe}");
}

/// The thirty points that a browser must show too: the test of the built package reads the same fixture.
#[test]
fn the_curve_is_the_one_that_the_built_engine_gives() {
    let fixture: serde_json::Value = serde_json::from_str(include_str!("fixtures/curve.json")).expect("the fixture is JSON");
    for case in fixture["cases"].as_array().expect("cases") {
        let text = case["text"].as_str().expect("a log").to_owned();
        let document = timing_advisor::Document { name: None, text };
        let report = timing_advisor::analyze(&timing_advisor::Input { documents: vec![document], ..Default::default() });
        let model = serde_json::to_value(report.model.expect("etcd is in the log")).expect("a report is JSON");
        assert_eq!(model["points"], case["points"], "{}", model["points"]);
        assert_eq!(model["points"].as_array().map(Vec::len), Some(30));
    }
}
