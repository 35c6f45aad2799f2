//! Believes an edited text only after reading it twice.

use std::collections::HashMap;

use serde::Deserialize;
use serde_yaml::Value;

use super::{Change, render};
use crate::config::keys;
use crate::config::{self, Configuration, Setting, Source};

/// Whether the change is in force already.
pub fn holds(configuration: &Configuration, change: &Change) -> bool {
    let mut acting = configuration.settings.iter().filter(|setting| setting.parameter == change.parameter && setting.effective).peekable();
    acting.peek().is_some() && acting.all(|setting| setting.value == Some(change.value))
}

/// Whether `new` differs from `old` by the changes and by nothing else, in the eyes of both readers; else what is off.
pub fn check(old: &str, before: &Configuration, new: &str, changes: &[Change]) -> Result<(), String> {
    rereads(before, new, changes)?;
    if before.tolerant || matches!(before.source, Source::DropIn | Source::FleetConf | Source::Environment | Source::Flags) {
        return Ok(());
    }
    same_but_for(old, new, changes)
}

/// Whether the changes act in `new`, and all other values are as they were.
pub fn rereads(before: &Configuration, new: &str, changes: &[Change]) -> Result<(), String> {
    let after = config::read(before.document, new).filter(|after| after.source == before.source && after.tolerant == before.tolerant);
    let Some(after) = after else { return Err("the edited text reads as something else".to_owned()) };
    if let Some(change) = changes.iter().find(|change| !holds(&after, change)) {
        return Err(format!("{} would not act after the edit", change.parameter.key()));
    }
    let others = |configuration: &Configuration| -> Vec<_> {
        let untouched = |setting: &&Setting| !changes.iter().any(|change| change.parameter == setting.parameter);
        configuration
            .settings
            .iter()
            .filter(untouched)
            .map(|setting| (setting.parameter, setting.raw.clone(), setting.value, setting.effective))
            .collect()
    };
    if others(before) != others(&after) {
        return Err("another value would change".to_owned());
    }
    Ok(())
}

/// Parses both texts with the independent reader; their leaves may differ only as planned.
fn same_but_for(old: &str, new: &str, changes: &[Change]) -> Result<(), String> {
    let (mut before, mut after) = (leaves(old)?, leaves(new)?);
    before.retain(|leaf, count| {
        let shared = after.get(leaf).copied().unwrap_or(0).min(*count);
        if shared > 0 {
            *count -= shared;
            if let Some(left) = after.get_mut(leaf) {
                *left -= shared;
            }
        }
        *count > 0
    });
    after.retain(|_, count| *count > 0);
    let removed: Vec<&Leaf> = before.keys().collect();
    let added: Vec<&Leaf> = after.keys().collect();
    let unplanned = added.iter().any(|leaf| !is_planned(leaf, &removed, changes))
        || removed.iter().any(|leaf| !may_go(leaf, &added, changes))
        || removed.len() > changes.len() + 1;
    if unplanned { Err("a second YAML reader sees other differences than the planned ones".to_owned()) } else { Ok(()) }
}

/// Path without list positions, and the value as text.
type Leaf = (String, String);

fn leaves(text: &str) -> Result<HashMap<Leaf, usize>, String> {
    let mut found = HashMap::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        let value = Value::deserialize(document).map_err(|error| format!("a second YAML reader refuses the file: {error}"))?;
        collect(&value, String::new(), &mut found);
    }
    Ok(found)
}

fn collect(value: &Value, path: String, found: &mut HashMap<Leaf, usize>) {
    let text = match value {
        Value::Mapping(map) if !map.is_empty() => {
            for (key, value) in map {
                let name = key.as_str().map_or_else(|| format!("{key:?}"), str::to_owned);
                collect(value, format!("{path}/{name}"), found);
            }
            return;
        }
        Value::Sequence(items) if !items.is_empty() => {
            items.iter().for_each(|item| collect(item, format!("{path}/*"), found));
            return;
        }
        Value::Null | Value::Mapping(_) | Value::Sequence(_) => String::new(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Tagged(tagged) => format!("{tagged:?}"),
    };
    *found.entry((path, text)).or_default() += 1;
}

fn last_key(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or("")
}

fn is_planned((path, text): &Leaf, removed: &[&Leaf], changes: &[Change]) -> bool {
    changes.iter().any(|change| {
        let named = keys::of_key(last_key(path))
            .or_else(|| keys::of_variable(last_key(path)))
            .is_some_and(|(parameter, _)| parameter == change.parameter);
        let whole =
            *text == render::value(change) || text.parse::<f64>().is_ok_and(|number| number == change.parameter.number(change.value));
        whole && (named || removed.iter().any(|(old, _)| old == path) || last_key(path) == "value") || spelled(text, change)
    }) && nested_lines_are_planned(path, text, removed, changes)
        || (last_key(path) == "name" && (text == super::insert::NEW_DROP_IN || changes.iter().any(|change| *text == render::key(change))))
}

/// A text that holds the parameter by name and the value.
fn spelled(text: &str, change: &Change) -> bool {
    let value = render::value(change);
    let lower = text.to_ascii_lowercase().replace('_', "-");
    (lower.contains(change.parameter.key()) || text.lines().count() > 1 || text.starts_with("data:")) && text.contains(&value)
}

/// In a text within the text, only lines that hold a planned value may be new.
fn nested_lines_are_planned(path: &str, text: &str, removed: &[&Leaf], changes: &[Change]) -> bool {
    let olds: Vec<&str> = removed.iter().filter(|(old, _)| old == path).map(|(_, old)| old.as_str()).collect();
    if olds.is_empty() || text.lines().count() < 2 {
        return true;
    }
    olds.iter().any(|old| {
        let known: Vec<&str> = old.lines().collect();
        let new: Vec<&str> = text.lines().filter(|line| !known.contains(line)).collect();
        new.len() <= changes.len() && new.iter().all(|line| changes.iter().any(|change| line.contains(&render::value(change))))
    })
}

fn may_go((path, text): &Leaf, added: &[&Leaf], changes: &[Change]) -> bool {
    let replaced = added.iter().any(|(new, _)| new == path);
    let filled = text.is_empty() && added.iter().any(|(new, _)| new.starts_with(&format!("{path}/")));
    let named = keys::of_key(last_key(path)).is_some_and(|(parameter, _)| changes.iter().any(|change| change.parameter == parameter));
    replaced || filled || named
}
