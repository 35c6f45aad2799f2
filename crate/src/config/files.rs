//! Units and files that a configuration has the machine write: what each is, told from its name or path.

use super::builder::{Builder, UnitState};
use super::configuration::Source;
use super::detect;
use super::tree::TextTree;
use crate::config::sources::{drop_in, etcd_toml};
use crate::search;
use crate::yaml::{Node, Tree};

/// One unit of a list, in cloud-config's or Ignition's words.
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
                drop_in::take(builder, &inner, name, file);
            }
        }
    }
}

/// Whether a unit of such a list has this key, and it is true: `mask`, `enable`.
pub fn is_true(tree: &Tree, unit: &Node, key: &str) -> bool {
    let text = tree.word(unit, key);
    text.is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "on"))
}

/// What a text within a document is: its path or its key may tell, else its content does.
pub fn source_of(name: &str, text: &str) -> Option<Source> {
    let ends = |endings: &[&str]| endings.iter().any(|end| name.ends_with(end));
    let has = |words: &[&str]| search::any(text, words);
    // Nothing reads it as a configuration.
    if ends(&[".md", ".txt", ".example", ".sample", ".bak"]) {
        return None;
    }
    if ends(&["fleet.conf"]) {
        return Some(Source::FleetConf);
    }
    if let Some((unit, _)) = drop_in::path_of_unit(name) {
        return search::any(&unit, &["etcd", "fleet"]).then_some(Source::DropIn);
    }
    let told = detect::configuration(text);
    let environment = search::any(name, &["/environment", "/sysconfig/", "/default/"]) || ends(&[".env", "etcd.conf"]);
    match told {
        // Its here-documents are read one by one.
        Some(source) if source.is_yaml() && text.starts_with("#!") => Some(Source::Flags),
        Some(Source::Manifest) => told,
        _ if ends(&["etcd.conf"]) && has(&[etcd_toml::SECTION]) => Some(Source::EtcdToml),
        _ if search::has(name, "etcd") && ends(&[".yml", ".yaml", ".json"]) => Some(Source::EtcdYaml),
        _ if environment && has(&["ETCD_", "FLEET_"]) => Some(Source::Environment),
        Some(Source::Fragment) if search::has(name, "etcd") => Some(Source::EtcdYaml),
        // Other programs have timers of the same names, and commands that only stand in a file are no script.
        Some(Source::Fragment) if !has(&["etcd", "fleet"]) => None,
        told => told,
    }
}
