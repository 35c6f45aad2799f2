//! Changes of the leader that something counted: it tells neither when nor why.

use super::RULE;
use crate::facts::{EventId, Facts, metrics};
use crate::log::event::{Event, Meaning};
use crate::parameters::Parameter::{ElectionTimeout, HeartbeatInterval};
use crate::report::{Confidence, Severity};
use crate::rules::Finding;
use crate::rules::common::{alerts, lines, plural, times};
use crate::units::{Micros, S, human};

/// The first of these that counted.
pub(super) fn told(facts: &Facts) -> Option<Finding> {
    by_operator(facts).or_else(|| by_metrics(facts)).or_else(|| by_alert(facts))
}

/// What OpenShift's operator counted: how far a counter rose in five minutes, as Prometheus estimates it.
fn by_operator(facts: &Facts) -> Option<Finding> {
    let events = facts.meaning(&[Meaning::MetricOperatorChanges]);
    let most = events.iter().filter_map(|id| facts.event(*id).word("count")?.parse::<f64>().ok()).reduce(f64::max)?;
    let disks = |id: &EventId| {
        facts
            .event(*id)
            .word("disks")
            .unwrap_or("")
            .trim_end_matches('.')
            .split([',', '='])
            .filter_map(|part| part.parse().ok())
            .reduce(f64::max)
    };
    let slowest = events.iter().filter_map(disks).reduce(f64::max).map(|seconds: f64| (seconds * S as f64) as Micros);
    let title = format!("OpenShift's operator saw the leader change about {} in five minutes", times(most.round() as u64));
    let syncs = slowest
        .map_or(String::new(), |slowest| format!(" Of 100 syncs to disk 99 took up to {} then; etcd wants 10\u{a0}ms.", human(slowest)));
    let what =
        format!("{} so. It names neither the moment nor the cause.{syncs}", plural(lines(facts, &events), "event says", "events say"));
    let finding = Finding::new(RULE.id, Severity::Warning, Confidence::Medium, title, what);
    Some(finding.showing(facts, &events).on(&[ElectionTimeout, HeartbeatInterval]))
}

/// The counter of leaders that this member saw.
fn by_metrics(facts: &Facts) -> Option<Finding> {
    let (events, count) = metrics::counter(facts, Meaning::MetricLeaderChanges, metrics::MANY)?;
    let title = format!("The leader changed {}", times(count));
    let what = "A metric counts the changes since the process started; it tells neither when nor why. Over a year this may be maintenance, over a day it is trouble.";
    let finding = Finding::new(RULE.id, Severity::Warning, Confidence::Low, title, what);
    Some(finding.showing(facts, &events).counting(count as usize).on(&[ElectionTimeout, HeartbeatInterval]))
}

/// What the alert on that counter says.
fn by_alert(facts: &Facts) -> Option<Finding> {
    let title = |event: &Event| format!("The leader changed {}", times(metrics::value(event).unwrap_or(1)));
    let finding = alerts::told(facts, RULE.id, Severity::Warning, &[Meaning::AlertLeaderChanges], &title)?;
    Some(finding.on(&[ElectionTimeout, HeartbeatInterval]))
}
