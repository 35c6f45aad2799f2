//! What is wrong with a single value, and what was probably meant.

use super::scalar::{self, Fate, Reading};
use crate::ids::RuleId;
use crate::parameters::Parameter;
use crate::units::{MS, Micros, S};

/// What is wrong with one value, in a sentence that says what was expected.
pub fn value_problem(parameter: Parameter, raw: &str, reading: &Reading) -> Option<(RuleId, String)> {
    let key = parameter.key();
    let bare = raw.trim_matches(['"', '\'']);
    Some(match reading.fate {
        Fate::Dropped => (
            RuleId::ConfigValueDropped,
            format!("{key}: {raw} is not a plain number, so CoreOS drops it without a word; write {}.", suggestion(parameter, bare)),
        ),
        Fate::Zero => {
            (RuleId::ConfigZero, format!("{key}: {raw} is zero, which CoreOS never writes; leave it out or give a number above 0."))
        }
        Fate::Stops if parameter == Parameter::AgentTtl && is_plain_ttl(bare) => (
            RuleId::ConfigAgentTtlUnit,
            format!("{key}: {bare} has no unit and fleetd refuses to start with it; write {bare}s for {bare} seconds."),
        ),
        Fate::Stops if parameter == Parameter::AgentTtl => (
            RuleId::ConfigAgentTtlUnit,
            format!("{key}: {raw} is no duration that fleetd can read; write a number with its unit, like 60s or 2m."),
        ),
        Fate::Stops => (
            RuleId::EtcdBadConfig,
            format!(
                "{key}: {raw} is not a whole number of milliseconds and etcd refuses to start with it; write {}.",
                suggestion(parameter, bare)
            ),
        ),
        Fate::Zeroed => (
            RuleId::ConfigBadFloat,
            format!(
                "{key}: {bare} is no plain number of seconds above 0, so fleetd takes it for 0; write {}.",
                suggestion(parameter, bare)
            ),
        ),
        Fate::Template if bare.starts_with('$') => (
            RuleId::ConfigTemplate,
            format!("{key}: {bare} is a variable that is set elsewhere or in several ways, so its value is not known here."),
        ),
        Fate::Template => (RuleId::ConfigTemplate, format!("{key}: {bare} is filled in by a template, so its value is not known here.")),
        Fate::Empty => return None,
        Fate::Used => return used_value_problem(parameter, bare, reading.value?),
    })
}

/// A number without a unit that seconds make an agent-ttl of.
fn is_plain_ttl(bare: &str) -> bool {
    let digits = bare.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let seconds = bare.parse::<f64>().ok().filter(|_| digits);
    seconds.is_some_and(|seconds| !looks_like_another_unit(Parameter::AgentTtl, (seconds * S as f64) as Micros))
}

fn used_value_problem(parameter: Parameter, bare: &str, value: i64) -> Option<(RuleId, String)> {
    let key = parameter.key();
    if parameter.unit() == crate::parameters::Unit::Milliseconds {
        if let Some((octal, decimal)) = scalar::octal(bare) {
            return Some((
                RuleId::ConfigOctal,
                format!("{key}: {bare} starts with a zero and is read as octal, {octal}; write {decimal}."),
            ));
        }
    }
    let text = parameter.human(value);
    if !looks_like_another_unit(parameter, value) {
        return None;
    }
    let note = match parameter {
        Parameter::HeartbeatInterval => {
            format!(
                "{key}: {bare} means {text}; it is read as milliseconds, seconds may have been meant. The default is 100\u{a0}ms; so short a beat leaves no time for one sync to disk."
            )
        }
        Parameter::ElectionTimeout => {
            format!(
                "{key}: {bare} means {text}; it is read as milliseconds, seconds may have been meant. The default is 1000\u{a0}ms; one slow sync to disk as long as that costs a leader its place."
            )
        }
        Parameter::EtcdRequestTimeout | Parameter::EngineReconcileInterval => {
            format!("{key}: {bare} means {text}; it is read as seconds, milliseconds may have been meant.")
        }
        // No heartbeat ticks then, and the key has no end (coreos/fleet@v0.11.5, executed).
        Parameter::AgentTtl if value == 0 => {
            format!("{key}: {bare} is no limit at all, so fleet never notices that a machine is dead; write at least 30s.")
        }
        Parameter::AgentTtl if value < S => {
            format!("{key}: {bare} is below one second, which etcd cuts to 0, so no machine can stay registered; write at least 30s.")
        }
        Parameter::AgentTtl => {
            format!("{key}: {bare} means {text}; milliseconds may have been meant.")
        }
    };
    Some((RuleId::ConfigSuspiciousUnit, note))
}

/// Whether a value makes no sense in the unit in which it is read, but would in another (judgement).
pub fn looks_like_another_unit(parameter: Parameter, value: Micros) -> bool {
    match parameter {
        // Below 20 ms no network and no disk keeps up: seconds were meant.
        Parameter::HeartbeatInterval => value > 0 && value < 20 * MS,
        Parameter::ElectionTimeout => value > 0 && value < 60 * MS,
        Parameter::EtcdRequestTimeout | Parameter::EngineReconcileInterval => value >= 500 * S,
        // etcd counts TTLs in whole seconds: below one second nothing is left. A quarter of a day loses every dead machine's units.
        Parameter::AgentTtl => !(S..6 * 3600 * S).contains(&value),
    }
}

/// The number that was probably meant, or what form is expected.
fn suggestion(parameter: Parameter, bare: &str) -> String {
    if bare.contains(' ') && bare.contains('=') {
        return "each variable in quotes of its own".to_owned();
    }
    let seconds = parameter.unit() != crate::parameters::Unit::Milliseconds;
    let expected = if seconds { "a plain number of seconds, like 5" } else { "a plain number of milliseconds, like 600" };
    let unit = if seconds { S } else { MS };
    let sensible = |value: Micros| (1..3600 * S).contains(&value) && !looks_like_another_unit(parameter, value);
    if let Some(number) = scalar::yaml_number(bare).filter(|_| !bare.is_empty()) {
        let plain = sensible((number * unit as f64) as Micros) && (seconds || number.fract() == 0.0);
        return if plain { format!("{bare} without quotes or unit") } else { expected.to_owned() };
    }
    match crate::units::parse_go_duration(bare) {
        Ok(value) if sensible(value) => format!("{} ({})", parameter.written(value), if seconds { "seconds" } else { "milliseconds" }),
        _ => expected.to_owned(),
    }
}
