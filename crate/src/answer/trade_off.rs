//! The trade-off between needless elections and a late failover, as points of a curve.

use super::assumptions::assumptions;
use crate::facts::Facts;
use crate::gather::Gather;
use crate::model::curve;
use crate::parameters::Parameter;
use crate::plan::Plan;
use crate::replay;
use crate::report::{ExpectedRange, ModelPoint, ModelReport};
use crate::units::{MS, Range};

/// The curve under what was seen or assumed, with its points for now, proposed and the article's values; `None`
/// without etcd.
pub fn trade_off(facts: &Facts, plan: &Plan) -> Option<ModelReport> {
    if !facts.has_etcd() {
        return None;
    }
    let stalls: Vec<Range> =
        facts.stalls.iter().map(|stall| Range { low: stall.length.low, high: stall.planned.max(stall.length.low) }).gather();
    let stalls = match facts.assumptions.stall_ms {
        Some(ms) => vec![Range::exactly((ms * MS as f64) as i64)],
        None => stalls,
    };
    let per_day = facts.span_of_a_rate().and_then(|span| curve::stalls_per_day(stalls.len(), span));
    let met = curve::Met { rtt: facts.round_trip(), stalls: &stalls, per_day, failovers: &facts.failovers };
    let point = |heartbeat, election| model_point(&curve::point(&facts.timers(heartbeat, election), &met));
    let now = facts.pair();
    let proposed = (plan.of(Parameter::HeartbeatInterval).value(), plan.of(Parameter::ElectionTimeout).value());
    let timers = replay::timers_in_force(facts);
    // Without a stall nothing is spared by any timeout: there is a price, but no trade to draw.
    let points = match stalls.as_slice() {
        [] => Vec::new(),
        _ => curve::curve(timers.generation, timers.members, &met).iter().map(model_point).gather(),
    };
    Some(ModelReport {
        assumptions: assumptions(facts),
        points,
        // With a pair that etcd refuses no leader is elected at all.
        now: (!facts.etcd_may_not_start()).then(|| point(now.0, now.1)),
        proposed: (proposed != now).then(|| point(proposed.0, proposed.1)),
        article: Some(point(600 * MS, 6000 * MS)),
    })
}

fn model_point(point: &curve::Point) -> ModelPoint {
    let share = |ppm: u32| f64::from(ppm) / 1e6;
    let daily = |thousandths: u64| thousandths as f64 / 1e3;
    ModelPoint {
        heartbeat: point.heartbeat as f64 / MS as f64,
        election: point.election as f64 / MS as f64,
        needless_elections_per_day: point
            .per_day_low
            .zip(point.per_day_high)
            .map(|(low, high)| ExpectedRange { low: daily(low), high: daily(high) }),
        loss_per_stall: ExpectedRange { low: share(point.loss_low), high: share(point.loss_high) },
        failover_p50: point.failover_p50 as f64 / MS as f64,
        failover_p99: point.failover_p99 as f64 / MS as f64,
    }
}

#[cfg(test)]
mod tests {
    use crate::{Document, Input, analyze};

    #[test]
    fn a_pair_that_etcd_refuses_replaces_no_leader() {
        let report = |beat: u32| {
            let text = format!("ETCD_HEARTBEAT_INTERVAL={beat}\nETCD_ELECTION_TIMEOUT=1000\n");
            analyze(&Input { documents: vec![Document { name: None, text }], ..Input::default() })
        };
        let has_now = |beat| report(beat).model.expect("etcd").now.is_some();
        assert!(has_now(100) && !has_now(600));
    }
}
