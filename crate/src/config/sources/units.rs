//! Units that a configuration lists, in cloud-config's or Ignition's words.

use super::drop_in;
use crate::config::builder::{Builder, UnitState};
use crate::config::tree::TextTree;
use crate::ids::RuleId;
use crate::yaml::{Node, Tree};
use crate::{search, template};

/// One unit of a list: whether it is started, and what its drop-ins set.
pub fn take_unit(builder: &mut Builder, tree: &TextTree, unit: &Node, content_key: &str, drop_in_keys: &[&str]) {
    let Some(name) = tree.word(unit, "name") else { return };
    let truth = |key: &str| is_true(tree, unit, key);
    let masked = truth("mask");
    let started = !masked
        && (matches!(tree.word(unit, "command"), Some("start" | "restart" | "reload-or-restart")) || truth("enable") || truth("enabled"));
    let scalar = |node, key: &str| tree.get(node, key).filter(|content| content.text().is_some() && !content.is_null());
    let content = scalar(unit, content_key);
    builder.unit(UnitState { name: name.to_owned(), started, masked, own_content: content.is_some() });
    if !search::any(name, &["etcd", "fleet"]) {
        return;
    }
    if let Some(inner) = content.and_then(|content| tree.scalar(content)) {
        drop_in::take(builder, &inner, name, "");
    }
    for key in drop_in_keys {
        for item in tree.list(unit, &[key]) {
            let item = tree.resolve(item);
            let file = tree.word(item, "name").unwrap_or("");
            if let Some(inner) = scalar(item, content_key).and_then(|content| tree.scalar(content)) {
                let stated = builder.stated();
                drop_in::take(builder, &inner, name, file);
                if let Some(why) = passed_over(file, &inner.text) {
                    builder.void_from(stated, RuleId::ConfigWrongSection, &|_| why.clone());
                }
            }
        }
    }
}

/// Why systemd reads nothing of a drop-in: src/basic/conf-files.c, files_add, and src/shared/conf-parser.c, parse_line ("Assignment
/// outside of section. Ignoring.").
fn passed_over(file: &str, text: &str) -> Option<String> {
    if template::first(file).is_some() || template::first(text).is_some() {
        return None;
    }
    if file.is_empty() {
        return Some(String::from("This drop-in has no name, and systemd reads only those that end with .conf; call it 10-timing.conf."));
    }
    if !file.ends_with(".conf") {
        return Some(format!("systemd reads only drop-ins whose name ends with .conf, so it passes over {file}; call it {file}.conf."));
    }
    let has_section = text.lines().any(|line| line.trim_start().starts_with('['));
    (!has_section).then(|| format!("No [Service] stands in {file}, and systemd passes over what stands outside of a section."))
}

/// Whether a unit of such a list has this key, and it is true: `mask`, `enable`.
pub fn is_true(tree: &Tree, unit: &Node, key: &str) -> bool {
    let text = tree.word(unit, key);
    text.is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "on"))
}
