//! What is known of the limits in force, and how a sentence names them.

use crate::facts::settings::{self, last_of_each, printed, said_by_members};
use crate::facts::{EventId, Facts};
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::parameters::Parameter;
use crate::report::Provenance;
use crate::sort;
use crate::units::Micros;
use crate::version::version;

/// Whether a value looks as if it was meant in another unit, so that no other is held against it.
pub fn doubtful(facts: &Facts, parameter: Parameter) -> bool {
    let mut problems = facts.configurations.iter().flat_map(|configuration| &configuration.problems);
    problems.any(|problem| problem.id == RuleId::ConfigSuspiciousUnit && problem.parameter == Some(parameter))
}

/// Whether etcd is known, and may be one that drops silent streams.
pub fn closes_silent_streams(facts: &Facts) -> bool {
    facts.etcd.is_some_and(|range| range.low < version(2, 1, 0))
}

/// Whether of the election-timeout only the least is known that the heartbeat leaves.
pub fn only_bounded(facts: &Facts) -> bool {
    let known = facts.in_force(Parameter::ElectionTimeout);
    let tells = [Meaning::HeartbeatLate, Meaning::Hb04NearElection];
    known.provenance == Provenance::Inferred && known.event.is_some_and(|id| tells.contains(&facts.event(id).meaning))
}

/// Whether followers are known to wait as long as is assumed: a heartbeat that is not the default one is no half of the
/// default pair.
pub fn knows_wait(facts: &Facts) -> bool {
    let (beat, wait) = (facts.in_force(Parameter::HeartbeatInterval), facts.in_force(Parameter::ElectionTimeout));
    let printed = !said_by_members(facts, Parameter::ElectionTimeout).is_empty();
    let assumed = wait.provenance == Provenance::Default && wait.place.is_none() && !printed;
    !(assumed && beat.event.is_some() && beat.value != settings::default(facts, Parameter::HeartbeatInterval).value)
}

/// The last value of each member that its own log prints.
pub fn last_printed(facts: &Facts, parameter: Parameter) -> Vec<(EventId, Micros)> {
    last_of_each(facts, printed(facts, parameter))
}

/// A limit for sentences: its value, and whether it is the default, or the least that a heartbeat or a gap leaves. What
/// else may be doubted of it the verdict says, once.
pub fn human_limit(facts: &Facts, parameter: Parameter) -> String {
    let known = facts.in_force(parameter);
    let note = match (known.event, known.place) {
        (Some(_), _) if parameter == Parameter::ElectionTimeout && only_bounded(facts) => " or more",
        _ if parameter == Parameter::ElectionTimeout && !knows_wait(facts) => " (the default)",
        _ if parameter.is_etcd() && distinct_values(&last_printed(facts, parameter)) > 1 => " on some members",
        (None, None) => " (the default)",
        _ if known.value.is_none() => " (the default, as the stated value is not known)",
        // The log prints its heartbeat, and no timeout.
        (Some(id), None) if known.provenance == Provenance::Default && facts.event(id).meaning == Meaning::HeartbeatLate => {
            " (the default)"
        }
        _ => "",
    };
    format!("{}{note}", parameter.human(facts.value(parameter)))
}

fn distinct_values(printed: &[(EventId, Micros)]) -> usize {
    sort::distinct(printed.iter().map(|(_, value)| *value)).len()
}
