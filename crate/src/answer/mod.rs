//! The answer: facts, findings, plan and patches become the one report.
//!
//! One file for each part of the report that is more than a list: what the documents are, the values in force, what
//! was measured, how to bring the values into force, what to measure next.

mod assumptions;
mod documents;
mod edge;
mod launched;
mod limits;
mod measure_next;
mod measures;
mod questions;
mod rollout;
mod settings;
mod silence;
mod step;
pub mod timeline;
mod trade_off;

pub use edge::Source;

use edge::Edge;

use crate::config::Launcher;
use crate::facts::{Facts, Generation};
use crate::gather::Gather;
use crate::parameters::Parameter;
use crate::patch::{self, Change, Etcd};
use crate::plan::{self, Plan};
use crate::report::{ExpectedRange, PatchReport, Replay, Report, Step};
use crate::rules;
use crate::search;
use crate::verdict;

/// Composes the report.
pub fn compose(sources: &[Source], facts: &Facts) -> Report {
    let findings = rules::check(facts);
    let plan = plan::plan(facts, &findings);
    let edge = Edge::of(sources, facts);
    let changes = changes(facts, &plan);
    let patches = patches(sources, facts, &changes);
    let mut verdict = verdict::verdict(facts, &findings, &plan);
    let untold = verdict::untold(facts, &findings, &mut verdict);
    let mut measure_next = measure_next::measure_next(facts, &findings, &plan, verdict.timing);
    let mut rollout = rollout::rollout(facts, &findings, &plan, (&changes, &patches));
    explain_node(rollout.iter_mut().chain(&mut measure_next));
    Report {
        schema_version: 1,
        verdict,
        documents: documents::documents(sources, facts),
        settings: settings::settings(&edge),
        findings: findings.iter().chain(&untold).map(|finding| edge.finding(finding)).gather(),
        measures: measures::measures(facts),
        replay: replay_report(facts, &plan),
        recommendations: plan.changes().map(|decision| edge.recommendation(decision)).gather(),
        kept: plan.kept(facts).map(|decision| edge.recommendation(decision)).gather(),
        alternatives: patch::alternatives(&changes, facts.started().launcher, launched::names(facts).unit),
        rollout,
        patches,
        measure_next,
        questions: questions::questions(facts, &findings, &plan),
        model: trade_off::trade_off(facts, &plan),
        timeline: timeline::timeline(facts),
        not_found: silence::silence(facts, &findings),
        limits: limits::limits(facts, sources),
    }
}

/// Other words in capitals say what to put there; of a pod's name only a part is left open. Said once, where it comes first.
fn explain_node<'a>(mut steps: impl Iterator<Item = &'a mut Step>) {
    let named = |step: &&mut Step| step.commands.iter().any(|command| search::has(command, "NODE"));
    if let Some(step) = steps.find(named) {
        step.text.push_str(" In the commands NODE is the name of a member's machine.");
    }
}

fn replay_report(facts: &Facts, plan: &Plan) -> Option<Replay> {
    if facts.stalls.is_empty() && facts.fleet_failures.is_empty() && plan.replay.needless == 0 {
        return None;
    }
    let tied = facts.fleet_failures.iter().filter(|failure| failure.stall.is_some() || failure.change.is_some()).count();
    Some(Replay {
        needless_changes: plan.replay.needless,
        explained: plan.replay.explained,
        expected_now: ExpectedRange { low: plan.replay.expected.0, high: plan.replay.expected.1 },
        remaining: plan.remaining,
        fleet_tied: tied as u64,
    })
}

fn changes(facts: &Facts, plan: &Plan) -> Vec<Change> {
    let etcd = if facts.generation == Generation::V04 || facts.configures_etcd_04() {
        Etcd::V04
    } else if facts.generation.is_3_or_later() {
        Etcd::V3
    } else {
        Etcd::V2
    };
    let of = |parameter: Parameter| if parameter.is_etcd() { etcd } else { Etcd::V2 };
    plan.changes()
        .filter_map(|decision| Some(Change { parameter: decision.parameter, value: decision.proposed?, etcd: of(decision.parameter) }))
        .gather()
}

fn patches(sources: &[Source], facts: &Facts, changes: &[Change]) -> Vec<PatchReport> {
    if changes.is_empty() {
        return Vec::new();
    }
    // Where k3s logged it, the files are of another etcd unless one is k3s' own.
    let launcher = facts.started().launcher;
    let of_k3s = facts.configurations.iter().any(|configuration| configuration.cluster.launcher.is_some());
    if facts.configurations.is_empty() || launcher == Some(Launcher::K3s) && !of_k3s {
        return vec![patch::for_launcher(changes, launcher)];
    }
    let texts: Vec<&str> = sources.iter().map(|source| source.text.as_str()).gather();
    patch::patch(&texts, &facts.configurations, changes)
}
