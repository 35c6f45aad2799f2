//! What was measured, as ranges with their sample counts.

use crate::facts::{Facts, metrics};
use crate::gather::Gather;
use crate::log::event::{Event, Meaning};
use crate::report::Measure;
use crate::units::{MS, Micros, S};

/// Every measure the input allows.
pub fn measures(facts: &Facts) -> Vec<Measure> {
    let mut measures = Vec::new();
    measures.extend(leader_changes(facts));
    measures.extend(per_hour(facts));
    measures.extend(stalls(facts));
    measures.extend(failovers(facts));
    measures.extend(durations(facts, "etcd.fsync-ms", Meaning::WalSyncSlow, "Only syncs above a second are printed."));
    measures.extend(histogram(facts, "etcd.fsync-p99-ms", Meaning::MetricWalSync));
    measures.extend(histogram(facts, "etcd.commit-p99-ms", Meaning::MetricCommit));
    measures.extend(histogram(facts, "etcd.peer-rtt-p99-ms", Meaning::MetricRoundTrip));
    measures.extend(counter(facts, "etcd.leader-changes-seen", Meaning::MetricLeaderChanges));
    measures.extend(counter(facts, "etcd.heartbeats-late", Meaning::MetricHeartbeatsLate));
    measures.extend(durations(facts, "etcd.apply-ms", Meaning::ApplySlow, "Only slow ones are printed."));
    measures.extend(counted(facts, "fleet.lost-leases", |event| event.meaning == Meaning::EngineLeaseRenewFailed));
    measures.extend(fleet_timeouts(facts));
    measures
}

fn measure(id: &'static str, low: f64, high: f64, unit: &'static str, samples: usize, note: Option<&'static str>) -> Measure {
    Measure { id, low, high, unit, samples: samples as u64, note }
}

fn ms(value: Micros) -> f64 {
    value as f64 / MS as f64
}

fn leader_changes(facts: &Facts) -> Option<Measure> {
    let changed = completed(facts);
    (!facts.changes.is_empty()).then(|| {
        measure(
            "etcd.leader-changes",
            changed as f64,
            changed as f64,
            "count",
            changed,
            Some("Terms that got a leader, without the first at the start."),
        )
    })
}

/// Terms that got a leader, the first at a start not counted.
fn completed(facts: &Facts) -> usize {
    facts.after_start().filter(|change| change.new.is_some()).count()
}

/// A rate needs times and more than a moment of log; without them it is unknown, not zero.
fn per_hour(facts: &Facts) -> Option<Measure> {
    let span = facts.span_of_a_rate()?;
    let changed = completed(facts);
    let rate = |changes: f64| changes * 3600.0 * S as f64 / span as f64;
    let spread = (changed as f64).sqrt();
    (changed > 0).then(|| {
        measure(
            "etcd.leader-changes-per-hour",
            rate((changed as f64 - spread).max(0.0)),
            rate(changed as f64 + spread),
            "per-hour",
            changed,
            None,
        )
    })
}

fn stalls(facts: &Facts) -> Option<Measure> {
    let known: Vec<_> = facts.stalls.iter().filter(|stall| stall.kind.is_known()).gather();
    let longest = known.iter().max_by_key(|stall| stall.planned)?;
    let guess = (!longest.kind.is_measured()).then_some("Guessed from when the old leader came back; no line measures it.");
    Some(measure("etcd.leader-stall-ms", ms(longest.length.low), ms(longest.length.high), "ms", known.len(), guess))
}

fn failovers(facts: &Facts) -> Option<Measure> {
    let spans: Vec<Micros> = facts
        .after_start()
        .filter_map(|change| Some(change.elected? - change.lost.or(change.campaign)?))
        .filter(|span| *span >= 0)
        .gather();
    let (low, high) = (spans.iter().min()?, spans.iter().max()?);
    Some(measure(
        "etcd.leaderless-ms",
        ms(*low),
        ms(*high),
        "ms",
        spans.len(),
        Some("From the loss a follower logs to the next leader; the wait before it comes on top."),
    ))
}

fn durations(facts: &Facts, id: &'static str, meaning: Meaning, note: &'static str) -> Option<Measure> {
    let wanted = [meaning];
    let took: Vec<Micros> = facts.events_of(&wanted).filter_map(|(_, event)| event.duration("took")).gather();
    Some(measure(id, ms(*took.iter().min()?), ms(*took.iter().max()?), "ms", took.len(), Some(note)))
}

/// The 99th percentile of pasted metrics, of the slowest member.
fn histogram(facts: &Facts, id: &'static str, meaning: Meaning) -> Option<Measure> {
    let histogram = metrics::slowest(facts, meaning)?;
    let p99 = histogram.quantile(0.99);
    let note = "From metrics: 99 of 100 took no longer.";
    Some(measure(id, ms(p99.low), ms(p99.high), "ms", histogram.total() as usize, Some(note)))
}

fn counter(facts: &Facts, id: &'static str, meaning: Meaning) -> Option<Measure> {
    let (_, count) = metrics::counter(facts, meaning, 0)?;
    Some(measure(id, count as f64, count as f64, "count", count as usize, Some("From metrics: since the process started.")))
}

fn counted(facts: &Facts, id: &'static str, wanted: impl Fn(&Event) -> bool) -> Option<Measure> {
    let total: u64 = facts.all_events().filter(|(_, event)| wanted(event)).map(|(_, event)| u64::from(event.repeat)).sum();
    (total > 0).then(|| measure(id, total as f64, total as f64, "count", total as usize, None))
}

fn fleet_timeouts(facts: &Facts) -> Option<Measure> {
    let lines: usize = facts.fleet_failures.iter().map(|failure| failure.events.len()).sum();
    let moments = facts.fleet_failures.len();
    (moments > 0).then(|| {
        measure(
            "fleet.request-timeouts",
            moments as f64,
            lines as f64,
            "count",
            lines,
            Some("Moments, and the requests that failed in them."),
        )
    })
}
