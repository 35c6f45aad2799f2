//! What configurations state, of one machine or of several members.

use super::{InForce, default};
use crate::config::{Configuration, Problem, Setting, Source};
use crate::facts::Facts;
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::parameters::Parameter;
use crate::report::Provenance;
use crate::units::Micros;

/// What the files of the kind that beats the others state for a parameter.
pub fn winning(facts: &Facts, parameter: Parameter) -> Vec<&Setting> {
    let acts = move |setting: &&Setting| setting.effective && setting.parameter == parameter && setting.value.is_some();
    let kind = facts.configurations.iter().filter(|each| each.settings.iter().any(|each| acts(&each))).map(|each| each.source).max();
    facts.configurations.iter().filter(|each| Some(each.source) == kind).flat_map(|each| &each.settings).filter(acts).gather()
}

/// The value that acts in the configurations, in whatever order they are given: that of the kind that beats the others.
pub fn from_configuration(facts: &Facts, parameter: Parameter) -> Option<InForce> {
    let stating = || facts.configurations.iter().filter(|each| acting(each, parameter).is_some());
    let kind = stating().map(|each| each.source).max()?;
    let setting = if parameter.is_etcd() {
        of_members(facts, kind, parameter)?
    } else {
        acting(stating().rfind(|each| each.source == kind)?, parameter)?
    };
    let place = Some(setting.set_by.unwrap_or(setting.place));
    Some(InForce { value: setting.value, provenance: Provenance::Stated, place, event: None })
}

/// Files of one kind may be of several members: then the pair of the one that waits least acts, as in logs. What it does not
/// state, it has by default.
fn of_members(facts: &Facts, kind: Source, parameter: Parameter) -> Option<&Setting> {
    use Parameter::{ElectionTimeout, HeartbeatInterval};
    let of_kind = || facts.configurations.iter().filter(|each| each.source == kind);
    let parted = [HeartbeatInterval, ElectionTimeout].into_iter().all(|half| states_alone(facts, half));
    let by_default = |parameter| default(facts, parameter).value.filter(|_| !parted);
    let waits = |each: &Configuration| match acting(each, ElectionTimeout) {
        Some(stated) => stated.value,
        None => by_default(ElectionTimeout),
    };
    let key = |each: &&Configuration| {
        let beat = acting(each, HeartbeatInterval).and_then(|stated| stated.value);
        (waits(each).unwrap_or(Micros::MAX), std::cmp::Reverse(beat))
    };
    let pairs = of_kind().filter(|each| acting(each, HeartbeatInterval).or_else(|| acting(each, ElectionTimeout)).is_some());
    acting(pairs.min_by_key(key)?, parameter).or_else(|| {
        let mut others = of_kind().filter_map(|each| acting(each, parameter));
        others.find(|other| parted || other.value == by_default(parameter))
    })
}

/// Whether a configuration states this half of etcd's pair and not the other.
fn states_alone(facts: &Facts, half: Parameter) -> bool {
    let other = if half == Parameter::HeartbeatInterval { Parameter::ElectionTimeout } else { Parameter::HeartbeatInterval };
    facts.configurations.iter().any(|each| acting(each, half).is_some() && acting(each, other).is_none())
}

/// What is wrong with the configurations. Where one states the half of a pair that another leaves out, they are of one
/// machine, and what was said of the other half and a default falls away.
pub fn problems(facts: &Facts) -> impl Iterator<Item = &Problem> {
    let told = facts.configurations.iter().flat_map(|each| &each.problems);
    // What another place fills in is known.
    let known = |problem: &&Problem| {
        let mut settings = facts.settings();
        problem.id == RuleId::ConfigTemplate && settings.any(|each| each.set_by.is_some() && each.place == problem.place)
    };
    told.filter(|problem| problem.assumes.is_none_or(|half| !states_alone(facts, half))).filter(move |problem| !known(problem))
}

/// What sets the value in this configuration. Of several processes of etcd, which is that of the one that waits least.
fn acting(configuration: &Configuration, parameter: Parameter) -> Option<&Setting> {
    let of = |parameter: Parameter| configuration.settings.iter().filter(move |each| each.effective && each.parameter == parameter);
    let Some(last) = of(parameter).next_back().filter(|_| parameter.is_etcd()) else { return of(parameter).next_back() };
    let waits = || of(Parameter::ElectionTimeout).rev();
    let Some(least) = waits().filter(|each| each.value.is_some()).min_by_key(|each| each.value) else { return Some(last) };
    // One that another replaces in the same process does not act.
    let decides = waits().find(|each| each.process == least.process).unwrap_or(least);
    of(parameter).rfind(|each| each.may_share(decides))
}
