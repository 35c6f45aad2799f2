//! Units and files that a configuration has the machine write: what each is, told from its name or path.

use super::builder::Builder;
use super::configuration::Source;
use super::mapped_text::MappedText;
use super::{detect, drop_in, env, etcd_toml, etcd_yaml, flags, fleet_conf, k3s};
use crate::yaml::{Node, Tree};

/// One unit of a list, in cloud-config's or Ignition's words.
pub fn take_unit(builder: &mut Builder, tree: &Tree, unit: &Node, content_key: &str, drop_in_keys: &[&str]) {
    let Some(name) = tree.get(unit, "name").and_then(Node::text).map(str::to_owned) else { return };
    let word = |key: &str| tree.get(unit, key).and_then(Node::text);
    let truth = |key: &str| is_true(tree, unit, key);
    let started = !truth("mask")
        && (matches!(word("command"), Some("start" | "restart" | "reload-or-restart")) || truth("enable") || truth("enabled"));
    let scalar = |node, key: &str| tree.get(node, key).filter(|content| content.text().is_some() && !content.is_null());
    let content = scalar(unit, content_key);
    builder.unit(&name, started, content.is_some());
    if !(name.contains("etcd") || name.contains("fleet")) {
        return;
    }
    if let Some(inner) = content.and_then(|content| MappedText::of_scalar(builder.text, content)) {
        drop_in::take(builder, &inner, &name, "");
    }
    for key in drop_in_keys {
        for item in tree.get(unit, key).map_or(&[][..], Node::items) {
            let item = tree.resolve(item);
            let file = tree.get(item, "name").and_then(Node::text).unwrap_or("");
            if let Some(inner) = scalar(item, content_key).and_then(|content| MappedText::of_scalar(builder.text, content)) {
                drop_in::take(builder, &inner, &name, file);
            }
        }
    }
}

/// Whether a unit of such a list has this key, and it is true: `mask`, `enable`.
pub fn is_true(tree: &Tree, unit: &Node, key: &str) -> bool {
    let text = tree.get(unit, key).and_then(Node::text);
    text.is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "on"))
}

/// A file that the configuration writes, by its path.
pub fn take_file(builder: &mut Builder, path: &str, inner: &MappedText) {
    builder.writes_file(path);
    if path.ends_with("fleet.conf") {
        fleet_conf::take(builder, inner);
        return;
    }
    if let Some((unit, file)) = drop_in::path_of_unit(path) {
        if unit.contains("etcd") || unit.contains("fleet") {
            drop_in::take(builder, inner, &unit, &file);
        }
        return;
    }
    if path.ends_with("etcd.conf") && inner.text.contains(etcd_toml::SECTION) {
        etcd_toml::take(builder, inner);
        return;
    }
    if path.contains("/rancher/") && path.ends_with(".yaml") {
        k3s::take(builder, inner);
        return;
    }
    let etcd_yaml = path.contains("etcd") && [".yml", ".yaml", ".json"].iter().any(|end| path.ends_with(end));
    let environment = path.contains("/environment")
        || path.ends_with(".env")
        || path.contains("/sysconfig/")
        || path.contains("/default/")
        || path.ends_with("etcd.conf");
    if etcd_yaml {
        etcd_yaml::take_inner(builder, inner);
    } else if environment && (inner.text.contains("ETCD_") || inner.text.contains("FLEET_")) {
        env::take(builder, inner, "");
    } else if inner.text.starts_with("#!") && detect::configuration(&inner.text) == Some(Source::Flags) {
        flags::take_text(builder, inner);
    }
}
