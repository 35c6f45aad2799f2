//! Values that a file means and that do not act, as they are written in a form that is not read.

use crate::config::meaning::scalar::{octal, yaml_number};
use crate::config::{Problem, Setting, looks_like_another_unit};
use crate::facts::{Facts, Generation};
use crate::ids::RuleId;
use crate::parameters::{Parameter, Unit};
use crate::units::{MS, Micros, S, parse_go_duration};

/// Nobody means a longer one (judgement).
const LONGEST: Micros = 6 * 3600 * S;

/// Problems of a value for which its reader refuses all that it reads.
const REFUSED: [RuleId; 4] = [RuleId::ConfigAgentTtlUnit, RuleId::ConfigUnquotedNumber, RuleId::EtcdBadConfig, RuleId::ConfigArgumentsForm];

/// Problems of a value that is passed over, so that the default acts.
const PASSED_OVER: [RuleId; 3] = [RuleId::ConfigValueDropped, RuleId::ConfigBadFloat, RuleId::ConfigNotExported];

/// What a value means that is not read as it is written, `600ms`, `"5"` or `120`, where no other one acts.
pub fn meant(facts: &Facts, parameter: Parameter) -> Option<Micros> {
    if let Some(value) = misread(facts, parameter) {
        return Some(value);
    }
    let later = facts.generation != Generation::V04;
    let setting = unread(facts, parameter, &|setting, problem| {
        is_at(setting, problem) && (REFUSED.contains(&problem.id) || PASSED_OVER.contains(&problem.id)) || later && is_old(setting, problem)
    })?;
    // What is below a thousandth of a second no proposal writes; nor does it what lasts for hours.
    let meant = reading(parameter, setting.raw.trim_matches(['"', '\'']))? / MS * MS;
    // The values of etcd 0.4 were shorter than what later ones have by default.
    let least = if setting.etcd_04 && later { parameter.default_value() } else { 1 };
    Some(meant).filter(|value| (least..LONGEST).contains(value) && !looks_like_another_unit(parameter, *value))
}

/// What the value in force means that is read as another number: one with a leading zero, or milliseconds where fleet reads
/// seconds.
fn misread(facts: &Facts, parameter: Parameter) -> Option<Micros> {
    let known = facts.in_force(parameter);
    let (place, now) = (known.place?, known.value?);
    let acts = |setting: &&Setting| setting.place == place && setting.parameter == parameter;
    let raw = &facts.configurations.iter().flat_map(|each| &each.settings).find(acts)?.raw;
    let told = |id| facts.configurations.iter().flat_map(|each| &each.problems).any(|problem| problem.id == id && problem.place == place);
    let value = if told(RuleId::ConfigOctal) {
        let (_, decimal) = octal(raw.trim_matches(['"', '\'']))?;
        decimal.parse::<i64>().ok()? * MS
    } else if told(RuleId::ConfigSuspiciousUnit) && matches!(parameter, Parameter::EtcdRequestTimeout | Parameter::EngineReconcileInterval)
    {
        now / 1000
    } else {
        return None;
    };
    Some(value).filter(|value| (MS..LONGEST).contains(value) && !looks_like_another_unit(parameter, *value))
}

/// A value that is refused as it is written, where no other one acts.
pub(super) fn refused(facts: &Facts, parameter: Parameter) -> Option<&Setting> {
    unread(facts, parameter, &|setting, problem| is_at(setting, problem) && REFUSED.contains(&problem.id))
}

fn is_at(setting: &Setting, problem: &Problem) -> bool {
    problem.place == setting.place
}

/// Whether a key of etcd 0.4 stands where a later etcd, or what sets it up, passes over it.
fn is_old(setting: &Setting, problem: &Problem) -> bool {
    setting.etcd_04
        && problem.parameter == Some(setting.parameter)
        && matches!(problem.id, RuleId::ConfigOldKey | RuleId::ConfigWrongSection)
}

/// The last value of these problems, where none acts.
fn unread<'f>(facts: &'f Facts, parameter: Parameter, problems: &dyn Fn(&Setting, &Problem) -> bool) -> Option<&'f Setting> {
    let mut unread = None;
    for configuration in &facts.configurations {
        for setting in configuration.settings.iter().filter(|setting| setting.parameter == parameter) {
            if setting.effective && setting.value != Some(0) {
                return None;
            }
            let told = configuration.problems.iter().any(|problem| problems(setting, problem));
            unread = Some(setting).filter(|_| told).or(unread);
        }
    }
    unread
}

fn reading(parameter: Parameter, text: &str) -> Option<Micros> {
    // A comma behind it, or a comment without a blank before it, makes a text of a number.
    let text = text.split('#').next().unwrap_or(text).trim().trim_end_matches(',');
    let unit = if parameter.unit() == Unit::Milliseconds { MS } else { S };
    match yaml_number(text) {
        Some(number) => Some((number * unit as f64) as Micros),
        None => parse_go_duration(text).ok().or_else(|| {
            // `60 seconds`, `2 min`
            let word = text.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == ' ');
            let unit = match word {
                "s" | "sec" | "secs" | "second" | "seconds" => S,
                "m" | "min" | "mins" | "minute" | "minutes" => 60 * S,
                _ => return None,
            };
            text[..text.len() - word.len()].trim().parse::<u32>().ok().map(|count| i64::from(count) * unit)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_slip_of_the_pen_means() {
        for (text, meant) in [
            ("300,", Some(300 * MS)),
            ("300# ms", Some(300 * MS)),
            ("300ms", Some(300 * MS)),
            ("3,5", None),
            ("x", None),
            ("2 sec", Some(2 * S)),
            ("2 hours", None),
        ] {
            assert_eq!(reading(Parameter::HeartbeatInterval, text), meant, "{text}");
        }
    }
}
