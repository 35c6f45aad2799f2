//! Variables of a container in a manifest.

use std::ops::Range;

use super::spot::{Spot, filled_in, refuse_number};
use crate::config::builder::{Builder, Class, Home};
use crate::config::syntax::values::without_inner_quotes;
use crate::config::syntax::words;
use crate::yaml::Node;

/// `- {name: ETCD_HEARTBEAT_INTERVAL, value: "500"}` below `env`; a list for Ansible may say `key`, its
/// `ini_file` says `option`, and CloudFormation has capitals.
pub(super) fn environment(builder: &mut Builder, spot: Spot, item: &Node) {
    let is_ours = |name: &&str| name.starts_with("ETCD_") || *name == "Environment";
    let name = ["name", "key", "Name", "option"].into_iter().find_map(|key| spot.tree.word(item, key)).filter(is_ours);
    let (Some(name), Some(value)) = (name, ["value", "Value"].into_iter().find_map(|key| spot.tree.get(item, key))) else { return };
    let (Some(text), place) = (value.text(), spot.tree.bare(value)) else { return };
    let stated = builder.stated();
    match text.split_once('=').filter(|_| name == "Environment") {
        // Of a unit's file.
        Some((name, text)) => variable(builder, spot, name, text, place.end - text.len()..place.end),
        None => variable(builder, spot, name, text, place),
    }
    if spot.is_object && spot.below == "env" {
        refuse_number(builder, stated, value);
    }
}

/// `path=/etc/etcd.env line='NAME=VALUE'` of Ansible.
pub(super) fn on_one_line(builder: &mut Builder, spot: Spot, node: &Node) {
    let Some(inner) = spot.tree.scalar(node) else { return };
    for word in words::words(&inner.text, 0..inner.text.len()) {
        let Some(("line", line, span)) = word.assignment() else { continue };
        if let Some((name, value)) = line.split_once('=') {
            let (value, span) = without_inner_quotes(&inner.text, value, span.end - value.len()..span.end);
            variable(builder, spot, name, value, inner.place(span));
        }
    }
}

/// docker-compose's `environment`: a map, or words `NAME=value`.
pub(super) fn variables(builder: &mut Builder, spot: Spot, node: &Node, name_of_list: &str) {
    let tree = spot.tree;
    let node = tree.resolve(node);
    // What `<<` brings, where the mapping has no such key itself.
    for entry in tree.merged(node).into_iter().chain(node.entries()) {
        let value = tree.resolve(&entry.value);
        if let Some(text) = value.text() {
            let stated = builder.stated();
            variable(builder, spot, entry.name(), text, tree.bare(value));
            // Of a ConfigMap.
            if spot.is_object && spot.depth == 0 && spot.below.is_empty() {
                refuse_number(builder, stated, value);
            }
        }
    }
    for item in node.items() {
        // Salt has mappings of one key each.
        for entry in item.entries() {
            let value = tree.resolve(&entry.value);
            value.text().into_iter().for_each(|text| variable(builder, spot, entry.name(), text, tree.bare(value)));
        }
        let Some(inner) = tree.scalar(item) else { continue };
        let Some((name, value)) = inner.text.split_once('=') else { continue };
        // A generator of Kustomize takes quotes away (kubernetes-sigs/kustomize: api/kv/kv.go, parseLiteralSource).
        let bare = if name_of_list == "literals" { value.trim_matches(['"', '\'']) } else { value };
        let start = name.len() + 1 + (value.len() - value.trim_start_matches(['"', '\'']).len()).min(value.len() - bare.len());
        variable(builder, spot, name, bare, inner.place(start..start + bare.len()));
    }
}

pub(super) fn variable(builder: &mut Builder, spot: Spot, name: &str, text: &str, place: Range<usize>) {
    if !name.starts_with("ETCD_") {
        return;
    }
    let (value, from) = if place.len() == text.len() { filled_in(spot, text) } else { (text, 0) };
    let place = if value.len() < text.len() { place.start + from..place.start + from + value.len() } else { place };
    builder.variable(name, value, place, Home::new(spot.member, Class::Environment, ""));
}
