//! The values that are stated or assumed, each with its place.

use super::edge::Edge;
use crate::config::meaning::scalar;
use crate::facts::InForce;
use crate::parameters::Parameter;
use crate::report::{Provenance, SettingReport, document_id};

/// What the configurations state, and what is known of the values that they do not.
pub fn settings(edge: &Edge) -> Vec<SettingReport> {
    let mut reports: Vec<SettingReport> = Vec::new();
    let own = |place| edge.facts.settings().any(|other| other.place == place);
    for configuration in &edge.facts.configurations {
        for setting in &configuration.settings {
            let (mut set_by, mut value, mut why) =
                (setting.set_by, setting.value, setting.why.clone().filter(|_| setting.set_by.is_none()));
            if let Some(winner) = setting.set_by.filter(|place| own(*place)) {
                // What refers to another one is shown there; a value of its own, here.
                value = scalar::daemon(setting.parameter, setting.raw.trim_matches(['"', '\''])).value;
                if value.is_none() {
                    continue;
                }
                set_by = None;
                why = edge
                    .place(winner, None)
                    .map(|at| format!("Line {} of {} acts in its place.", at.line, edge.end_of_path(winner.document)));
            }
            // What a variable of another document sets is shown there.
            let read = value.filter(|_| set_by.is_some());
            let place = set_by.unwrap_or(setting.place);
            let position = edge.place(place, None);
            reports.push(SettingReport {
                parameter: setting.parameter.id(),
                value: value.map(|value| setting.parameter.number(value)),
                raw: read.map_or_else(|| setting.raw.clone(), |value| setting.parameter.written(value)),
                provenance: Provenance::Stated,
                effective: setting.effective && set_by == setting.set_by,
                why,
                document: Some(document_id(place.document)),
                line: position.as_ref().map(|at| at.line),
                column: position.as_ref().map(|at| at.column),
                end_line: position.as_ref().and_then(|at| at.end_line),
                end_column: position.as_ref().and_then(|at| at.end_column),
            });
        }
    }
    for parameter in Parameter::ALL {
        let in_force = edge.facts.in_force(parameter);
        if in_force.place.is_none() {
            reports.push(from_elsewhere(edge, parameter, in_force));
        }
    }
    reports
}

/// A value that no configuration states: read off a log, or a default.
fn from_elsewhere(edge: &Edge, parameter: Parameter, in_force: &InForce) -> SettingReport {
    let line = in_force.event.map(|event| edge.event(event, None));
    let why = match (in_force.provenance, &line) {
        (_, Some(line)) => format!("Line {} of the log says so.", line.line),
        // A program may have been started with another one.
        (Provenance::Default, None) if edge.facts.configurations.is_empty() => {
            String::from("Nothing in the input states it; the default is assumed.")
        }
        (Provenance::Default, None) => match edge.facts.own_pair().filter(|_| parameter.is_etcd()) {
            Some(pair) => format!("Nothing states it; this is the default of {}.", pair.of),
            None => String::from("Nothing states it; this is the default."),
        },
        _ => String::from("Read off the log."),
    };
    SettingReport {
        parameter: parameter.id(),
        value: in_force.value.map(|value| parameter.number(value)),
        raw: in_force.value.map_or(String::new(), |value| parameter.written(value)),
        provenance: in_force.provenance,
        effective: true,
        why: Some(why),
        document: line.as_ref().map(|line| line.document.clone()),
        line: line.as_ref().map(|line| line.line),
        column: line.as_ref().map(|line| line.column),
        end_line: None,
        end_column: None,
    }
}
