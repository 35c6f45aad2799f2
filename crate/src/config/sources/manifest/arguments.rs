//! Flags of etcd in a manifest: as a mapping, as pairs, as words of a command, or added by an operation.

use super::environment::environment;
use super::installer::Arguments;
use super::spot::{Spot, filled_in, named, refuse_number};
use crate::config::builder::{Builder, Class, Home};
use crate::config::meaning::keys;
use crate::config::sources::flags;
use crate::config::sources::script::Script;
use crate::config::syntax::command::start_of_etcd;
use crate::config::syntax::mapped_text::MappedText;
use crate::config::syntax::words;
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::search;
use crate::yaml::{Kind, Node};

/// `{heartbeat-interval: "500"}` or `[{name: heartbeat-interval, value: "500"}]`; quoted or not.
pub(super) fn arguments(builder: &mut Builder, spot: Spot, node: &Node) {
    let (tree, stated) = (spot.tree, builder.stated());
    for entry in tree.merged(node).into_iter().chain(node.entries()) {
        argument(builder, spot, entry.name(), tree.resolve(&entry.value));
    }
    for item in node.items() {
        let name = tree.word(item, "name").unwrap_or("");
        if let Some(value) = tree.get(item, "value") {
            argument(builder, spot, name, value);
        }
    }
    // Cluster API's RKE2ControlPlane lists words.
    words(builder, spot, node, true);
    let is_list = matches!(node.kind, Kind::Sequence { .. });
    if let Some(form) = spot.form.filter(|form| is_list != (*form == Arguments::Pairs)) {
        let wanted = if form == Arguments::Pairs { "a list, - name: {} over value: \"...\"" } else { "a mapping, {}: \"...\"" };
        builder.void_from(stated, RuleId::ConfigArgumentsForm, &|parameter| {
            format!("The apiVersion of this file wants extraArgs as {}.", search::replace(wanted, "{}", parameter.key()))
        });
    }
}

/// `{op: add, path: /spec/.../etcd/local/extraArgs/election-timeout, value: "1000"}`, RFC 6902.
pub(super) fn operation(builder: &mut Builder, spot: Spot, node: &Node) {
    let (Some(path), Some(value)) = (spot.tree.word(node, "path"), spot.tree.get(node, "value")) else { return };
    match search::rsplit(path, "extraArgs") {
        Some((home, "")) if search::has(home, "etcd") => arguments(builder, spot, value),
        Some((home, key)) if search::has(home, "etcd") => argument(builder, spot, key.trim_start_matches('/'), value),
        Some(_) => {}
        None => {
            environment(builder, spot, value);
            words(builder, spot, value, false);
        }
    }
}

pub(super) fn argument(builder: &mut Builder, spot: Spot, name: &str, value: &Node) {
    let Some(text) = value.text() else { return };
    let stated = builder.stated();
    builder.flag(name, text, spot.tree.bare(value), Home::new(spot.member, Class::Flag, ""));
    if spot.form.is_some() {
        refuse_number(builder, stated, value);
    }
}

/// Words of a command, `--flag=value` each; k3s writes them without dashes.
pub(super) fn words(builder: &mut Builder, spot: Spot, node: &Node, bare: bool) {
    let items: Vec<&Node> = match &node.kind {
        Kind::Sequence { items, .. } => items.iter().map(|item| spot.tree.resolve(item)).gather(),
        Kind::Scalar { .. } => vec![node],
        _ => return,
    };
    // Another program has flags of its own, and may spell them with underscores.
    let ours = items.first().and_then(|item| item.text()).is_some_and(|word| start_of_etcd(word).is_some());
    let mut held: Option<String> = None;
    for item in items {
        let Some(inner) = spot.tree.scalar(item) else { continue };
        let text = inner.text.clone();
        if text.contains(char::is_whitespace) {
            // A whole command in one word, as after `sh -c`.
            let cut = words::words(&text, 0..text.len());
            let script = Script::of(&inner);
            builder.cluster.hands_more |= script.gets_more();
            flags::take(builder, &inner, &cut, spot.member, "", &script.variables);
            builder.holds_here_documents(&inner, true);
            continue;
        }
        if let Some(name) = held.take() {
            // What k3s passes on may be a word of its own.
            if let Some((passed, _)) = text.trim_start_matches('-').split_once('=').filter(|_| name == "etcd-arg") {
                let from = text.len() - text.trim_start_matches('-').len() + passed.len() + 1;
                flag(builder, &inner, spot, passed, from, ours);
                continue;
            }
            // A number below zero is a value.
            if !text.starts_with('-') || text[1..].starts_with(|c: char| c.is_ascii_digit()) {
                let stated = builder.stated();
                flag(builder, &inner, spot, &name, 0, ours);
                if spot.is_object {
                    refuse_number(builder, stated, item);
                }
                continue;
            }
            // It was a flag without a value, such as `--client-cert-auth`.
            builder.fact_of_flag(&name, "true");
        }
        // As k3s passes it on.
        let passed = text.trim_start_matches('-').strip_prefix("etcd-arg=").unwrap_or(&text);
        let stripped = passed.trim_start_matches('-');
        let dashes = text.len() - stripped.len();
        if dashes == 0 && !bare {
            builder.image(&text);
            if let (Some(name), Some((head, value))) = (flags::misdashed(&text).filter(|_| ours), text.split_once('=')) {
                let place = inner.place(head.len() + 1..text.len());
                flags::refuse_misdashed(builder, (name, &text), Some(value), place, spot.member);
            }
            continue;
        }
        match stripped.split_once('=') {
            Some((name, _)) => flag(builder, &inner, spot, name, dashes + name.len() + 1, ours),
            None => held = Some(stripped.to_owned()),
        }
    }
    if let Some(name) = held {
        builder.fact_of_flag(&name, "true");
    }
}

pub(super) fn flag(builder: &mut Builder, inner: &MappedText, spot: Spot, name: &str, from: usize, ours: bool) {
    let value = inner.text.get(from..).unwrap_or("");
    if !ours && (name.contains('_') || keys::of_key(name).is_none()) {
        return builder.fact_of_flag(name, value);
    }
    if let Some((value, place)) = named(spot, value) {
        return builder.flag(name, value, place, Home::new(spot.member, Class::Flag, ""));
    }
    let (value, start) = filled_in(spot, value);
    builder.flag(name, value, inner.place(from + start..from + start + value.len()), Home::new(spot.member, Class::Flag, ""));
}
