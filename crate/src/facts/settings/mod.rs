//! Which value of each parameter was in force while the logs were written.
//!
//! The first that exists wins: a line of etcd that names it, a variable etcd says it used, what a
//! configuration states, what failing calls or a long heartbeat give away, the default (method, section 1.2).

mod inferred;
mod judged;
mod printed;
mod stated;

pub use judged::{judge_fleet_conf, judge_old_keys, passes_over_old_keys};
pub use printed::{Members, SETTINGS_REFUSED, is_refused, last_of_each, printed, said_by_members};
pub use stated::{from_configuration, problems, winning};

use self::inferred::{from_another_pair, from_failing_calls, from_heartbeat, from_monitors, from_near_timeouts};
use self::printed::from_log;
use crate::facts::{EventId, Facts, Generation};
use crate::gather::Gather;
use crate::parameters::Parameter;
use crate::report::Provenance;
use crate::text::Place;
use crate::units::Micros;

/// The value of a parameter that was in force while the logs were written.
#[derive(Clone, Debug, PartialEq)]
pub struct InForce {
    /// The value; `None` where not even a default is known.
    pub value: Option<Micros>,
    /// Stated, inferred or default.
    pub provenance: Provenance,
    /// The place in a configuration that says so.
    pub place: Option<Place>,
    /// The log line that says so.
    pub event: Option<EventId>,
}

impl InForce {
    /// A value that a log line gives away.
    pub fn inferred(value: Micros, event: EventId) -> InForce {
        InForce { value: Some(value), provenance: Provenance::Inferred, place: None, event: Some(event) }
    }
}

/// Decides the value in force for all five.
pub fn in_force(facts: &Facts) -> Vec<InForce> {
    Parameter::ALL.iter().map(|parameter| decide(facts, *parameter)).gather()
}

fn decide(facts: &Facts, parameter: Parameter) -> InForce {
    from_log(facts, parameter)
        .or_else(|| from_another_pair(facts, parameter))
        .or_else(|| from_configuration(facts, parameter))
        .or_else(|| from_failing_calls(facts, parameter))
        .or_else(|| from_monitors(facts, parameter))
        .or_else(|| from_heartbeat(facts, parameter))
        .or_else(|| from_near_timeouts(facts, parameter))
        .unwrap_or_else(|| default(facts, parameter))
}

/// What acts where nothing is stated.
pub fn default(facts: &Facts, parameter: Parameter) -> InForce {
    let old = facts.generation == Generation::V04 || facts.configures_etcd_04();
    let value = match (old, facts.own_pair()) {
        (true, _) => parameter.default_value_of_etcd_04(),
        (_, Some(pair)) => pair.value(parameter),
        _ => parameter.default_value(),
    };
    InForce { value: Some(value), provenance: Provenance::Default, place: None, event: None }
}

#[cfg(test)]
mod tests;
