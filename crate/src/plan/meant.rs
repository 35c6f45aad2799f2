//! Values that a file means and that do not act, as they are written in a form that is not read.

use crate::config::looks_like_another_unit;
use crate::config::scalar::yaml_number;
use crate::facts::Facts;
use crate::parameters::{Parameter, Unit};
use crate::units::{MS, Micros, S, parse_go_duration};

/// Nobody means a longer one (judgement).
const LONGEST: Micros = 6 * 3600 * S;

/// Problems of a value whose text is not read.
const UNREAD: [&str; 7] = [
    "config-value-dropped",
    "config-agent-ttl-unit",
    "config-bad-float",
    "config-unquoted-number",
    "etcd-bad-config",
    "config-not-exported",
    "config-arguments-form",
];

/// What a value means that is not read as it is written, `600ms`, `"5"` or `120`, where no other one acts.
pub fn meant(facts: &Facts, parameter: Parameter) -> Option<Micros> {
    let mut meant = None;
    for configuration in &facts.configurations {
        for setting in &configuration.settings {
            if setting.parameter != parameter {
                continue;
            }
            if setting.effective && setting.value != Some(0) {
                return None;
            }
            for problem in &configuration.problems {
                if problem.place == setting.place && UNREAD.contains(&problem.id) {
                    meant = reading(parameter, setting.raw.trim_matches(['"', '\'']));
                }
            }
        }
    }
    // What is below a thousandth of a second no proposal writes; nor does it what lasts for hours.
    let meant = meant.map(|value| value / MS * MS);
    meant.filter(|value| (1..LONGEST).contains(value) && !looks_like_another_unit(parameter, *value))
}

fn reading(parameter: Parameter, text: &str) -> Option<Micros> {
    let unit = if parameter.unit() == Unit::Milliseconds { MS } else { S };
    match yaml_number(text) {
        Some(number) => Some((number * unit as f64) as Micros),
        None => parse_go_duration(text).ok(),
    }
}
