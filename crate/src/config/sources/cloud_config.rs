//! CoreOS cloud-config, as coreos-cloudinit v1.14.0 would apply it.

use super::flags;
use super::units::take_unit;
use crate::config::builder::{Builder, Class, GENERATED, Home, UnitState};
use crate::config::meaning::{keys, scalar};
use crate::config::syntax::command::start_of_etcd;
use crate::config::syntax::embedded::{HEADER, embedded};
use crate::config::syntax::mapped_text::MappedText;
use crate::config::syntax::unpack::{base64, gunzip};
use crate::config::syntax::variables::Variables;
use crate::config::syntax::words::{self, Word};
use crate::config::tree::TextTree;
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::yaml::{self, Entry, Node};
use crate::{search, template};

/// A section that becomes a drop-in: its key, unit, known keys, and prefix of its variables.
struct Section {
    key: &'static str,
    unit: &'static str,
    known: &'static [&'static str],
    prefix: &'static str,
}

/// Where the sections stand.
const UNDER_COREOS: &str = "under coreos";

const SECTIONS: [Section; 3] = [
    Section { key: "etcd", unit: "etcd.service", known: keys::ETCD, prefix: "ETCD" },
    Section { key: "etcd2", unit: "etcd2.service", known: keys::ETCD2, prefix: "ETCD" },
    Section { key: "fleet", unit: "fleet.service", known: keys::FLEET, prefix: "FLEET" },
];

/// Takes what a cloud-config states; strictly where it is YAML, else line by line.
pub fn take(builder: &mut Builder, text: &MappedText) {
    let tree = TextTree::of(builder, text);
    if text.is_document() {
        header(builder);
    }
    if let Some(root) = tree.documents.first() {
        take_root(builder, &tree, root);
    }
    let named = |second: &&Node| tree.get(second, "coreos").is_some() || tree.get(second, "write_files").is_some();
    if let Some(second) = tree.documents.get(1).filter(named) {
        let note = "Everything after the second `---` is left out: coreos-cloudinit reads only the first document; put it all into one.";
        builder.problem(RuleId::ConfigSecondDocument, tree.place(&(second.span.start..second.span.start + 1)), note.to_owned(), None);
    }
}

/// coreos/coreos-cloudinit@v1.14.0:config/config.go:53-60: the first line, trailing blanks cut, and nothing else.
fn header(builder: &mut Builder) {
    let first = builder.text.lines().next().unwrap_or("");
    let script = is_run(builder.text);
    // cloud-init, which k3s is set up with, fills in a file that is marked so (cloudinit/handlers/__init__.py).
    let jinja = first.starts_with("## template: jinja") && !search::has(builder.text, "\ncoreos:");
    if first.trim_end() == HEADER || jinja || (!script && builder.tolerant && embedded(builder.text).is_some()) {
        return;
    }
    let late = builder.text.lines().take(5).any(|line| line.trim_start_matches('\u{feff}').trim().replace(' ', "") == HEADER);
    let note = if script {
        "The first line begins with `#!`, so CoreOS runs the file as a script and reads no setting of it; make `#cloud-config` its first line."
    } else if first.starts_with('\u{feff}') {
        "A byte order mark stands in front of `#cloud-config`, so CoreOS refuses the file; save it without one."
    } else if late {
        "The first line must be exactly `#cloud-config`, without a space in it and with nothing above it; CoreOS refuses the file."
    } else {
        "The first line is not `#cloud-config`, so CoreOS refuses it as a file of its own. Add that line, or merge the text into a file that has it."
    };
    builder.problem(RuleId::ConfigHeaderMissing, 0..first.len(), note.to_owned(), None);
}

/// Whether a machine would run the lines of a cloud-config as a script: coreos/coreos-cloudinit@v1.14.0:config/script.go
/// asks for `#!` alone, as cloud-init does (cloudinit/handlers/__init__.py). A script that writes one has commands above it.
fn is_run(text: &str) -> bool {
    let key =
        |line: &str| line.split_once(':').is_some_and(|(name, _)| name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_'));
    let content = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#'));
    text.starts_with("#!") && content.is_some_and(|line| line.starts_with("---") || key(line))
}

/// A mapping or list that stands a second time. cloudinit decodes it over the first (measured on v1.14.0).
fn doubled(builder: &mut Builder, tree: &TextTree, map: &Node, keys: &[&str]) {
    for key in keys {
        let Some(again) = map.entries().iter().filter(|entry| yaml::same_key(entry.name(), key)).nth(1) else { continue };
        let note = format!(
            "{key} is written twice. CoreOS lays the second over the first, so the later value of a key applies. Other readers of YAML drop the first or refuse the file. Put them together."
        );
        builder.problem(RuleId::ConfigDuplicateKey, tree.place(&again.key.span), note, None);
    }
}

/// Takes what a root mapping with `coreos` and `write_files` states.
fn take_root(builder: &mut Builder, tree: &TextTree, root: &Node) {
    doubled(builder, tree, tree.resolve(root), &["coreos", "write_files"]);
    misplaced(builder, tree, tree.resolve(root).entries(), "at the top level");
    for entry in tree.all(root, "coreos") {
        let coreos = tree.resolve(&entry.value);
        doubled(builder, tree, coreos, &["etcd", "etcd2", "fleet", "units"]);
        misplaced(builder, tree, coreos.entries(), UNDER_COREOS);
        units(builder, tree, coreos);
        for section in &SECTIONS {
            for entry in tree.all(coreos, section.key) {
                take_section(builder, tree, section, entry);
            }
        }
        for entry in coreos.entries().iter().take(200) {
            if matches!(entry.name(), "etcd" | "etcd2" | "fleet" | "units") {
                continue;
            }
            let span = tree.place(&entry.key.span);
            builder.misspelt(entry.name(), &["etcd2", "fleet", "units"], span, "is no section that CoreOS knows");
        }
    }
    for file in tree.list(root, &["write_files"]) {
        write_file(builder, tree, tree.resolve(file));
    }
    // coreos-cloudinit runs none of these (coreos/coreos-cloudinit@v1.14.0:config/config.go).
    // cloudinit.readthedocs.io, "Module frequency": write_files runs once per instance.
    let has = |key: &&str| tree.get(root, key).is_some();
    builder.cluster.by_cloud_init = ["runcmd", "bootcmd", "packages"].iter().any(has) && !has(&"coreos");
    let commands = ["bootcmd", "runcmd"].into_iter().filter_map(|key| tree.get(root, key)).filter(|_| tree.get(root, "coreos").is_none());
    commands.flat_map(Node::items).for_each(|command| run(builder, tree, tree.resolve(command)));
}

/// A command of cloud-init: a line or more for a shell, or a list of words.
fn run(builder: &mut Builder, tree: &TextTree, command: &Node) {
    builder.holds("", tree.scalar(command), false);
    // A shell's: `[sh, -c, "etcd --name a"]`.
    let is_line = |item: &&Node| item.text().is_some_and(|text| text.contains(char::is_whitespace));
    command.items().iter().filter(is_line).for_each(|line| run(builder, tree, line));
    let words = command.items().iter().filter_map(|item| Some(Word::at(item.text()?.to_owned(), item.within_quotes()))).gather();
    if words.first().is_some_and(|word: &Word| start_of_etcd(&word.text).is_some()) {
        flags::take(builder, tree.text(), &words, "", "", &Variables::default());
    }
}

fn take_section(builder: &mut Builder, tree: &TextTree, section: &Section, entry: &Entry) {
    let map = tree.resolve(&entry.value);
    builder.section(section.unit, tree.place(&entry.key.span));
    if section.prefix == "ETCD" {
        builder.cluster.has_etcd = true;
    } else {
        builder.cluster.has_fleet = true;
    }
    // A mapping alone is decoded into a section (measured on v1.14.0).
    let items = map.items().iter().flat_map(Node::entries);
    let listed = format!("in a list under coreos.{}", section.key);
    items.for_each(|entry| misplaced_key(builder, tree, entry, &listed));
    joined(builder, tree, section, map);
    // A key of the mapping itself replaces a merged one, as YAML means it.
    for entry in tree.merged(map).into_iter().chain(map.entries().iter().filter(|entry| entry.name() != "<<")) {
        key(builder, tree, section, entry);
    }
}

/// Keys without a space behind their colons, which make the section a text.
fn joined(builder: &mut Builder, tree: &TextTree, section: &Section, node: &Node) {
    let Some(inner) = tree.scalar(node) else { return };
    for word in words::words(&inner.text, 0..inner.text.len()) {
        let Some((name, value)) = word.text.split_once(':') else { continue };
        let Some(meant) = keys::of_key(name) else { continue };
        let place = inner.place(word.span_from(name.len() + 1));
        builder.claim(meant, place.clone(), scalar::daemon(meant.0, value), Home::new(section.unit, Class::Environment, GENERATED));
        let note = format!("{name}:{value} is no key of coreos.{}, so the default applies; write a space after the colon.", section.key);
        builder.refuse_last(RuleId::ConfigValueDropped, place, note);
    }
}

fn key(builder: &mut Builder, tree: &TextTree, section: &Section, entry: &Entry) {
    let node = tree.resolve(&entry.value);
    let Some((parameter, old)) = keys::of_key(entry.name()) else {
        let name = entry.name().replace('-', "_");
        let known = section.known.contains(&name.as_str());
        if let (true, Some(text)) = (known, node.text()) {
            builder.fact_of_variable(&format!("{}_{}", section.prefix, name.to_ascii_uppercase()), text);
        }
        if !known && entry.key.text().is_some() && !builder.told_enough(RuleId::ConfigUnknownKey) {
            unknown(builder, tree, section, entry);
            misplaced(builder, tree, std::slice::from_ref(entry), &format!("under coreos.{}", section.key));
        }
        return;
    };
    let mut home = Home::new(section.unit, Class::Environment, GENERATED);
    home.generated = true;
    builder.claim((parameter, old), tree.place(&node.span), scalar::cloudinit(parameter, node), home);
    let right = if !parameter.is_etcd() {
        "fleet"
    } else if old {
        "etcd"
    } else {
        "etcd2"
    };
    // A unit of its own may run any etcd, whatever the section is called.
    if right == section.key || (section.key == "etcd" && builder.replaces("etcd.service")) {
        return;
    }
    let note = if right == "etcd2" && section.key == "etcd" {
        format!("{} is an option of etcd 2; etcd 0.4, which section etcd configures, knows peer-{}.", entry.name(), parameter.key())
    } else if right == "etcd" && section.key == "etcd2" {
        format!("{} is an option of etcd 0.4; etcd2 knows {}.", entry.name(), parameter.key())
    } else {
        format!("{} belongs under coreos.{right}, not under coreos.{}.", entry.name(), section.key)
    };
    builder.refuse_last(RuleId::ConfigWrongSection, tree.place(&entry.key.span), note);
}

fn unknown(builder: &mut Builder, tree: &TextTree, section: &Section, entry: &Entry) {
    let name = entry.name();
    let (text, parameter) = match keys::nearest(name, section.known) {
        Some(near) => {
            let near = if name.contains('_') { near.to_owned() } else { near.replace('_', "-") };
            let parameter = keys::of_key(&near).map(|(parameter, _)| parameter);
            (format!("{name} is no key of coreos.{} and is left out without a word; did you mean {near}?", section.key), parameter)
        }
        None => (format!("{name} is no key of coreos.{} and is left out without a word.", section.key), None),
    };
    builder.problem(RuleId::ConfigUnknownKey, tree.place(&entry.key.span), text, parameter);
}

/// Timing keys where no section is, and those of a section that stands in a wrong place.
fn misplaced(builder: &mut Builder, tree: &TextTree, entries: &[Entry], at: &str) {
    for entry in entries {
        misplaced_key(builder, tree, entry, at);
        if is_section(entry) && at != UNDER_COREOS {
            let at = format!("under {} {at}", entry.name());
            entry.value.entries().iter().for_each(|inside| misplaced_key(builder, tree, inside, &at));
        } else if !matches!(entry.name(), "coreos" | "units") {
            // By a wrong indent, or by a slip of the pen in the key above.
            let at = format!("under {} {at}", entry.name());
            entry.value.entries().iter().filter(|inside| is_section(inside)).for_each(|inside| {
                misplaced(builder, tree, std::slice::from_ref(inside), &at);
            });
        }
    }
}

fn is_section(entry: &Entry) -> bool {
    SECTIONS.iter().any(|section| section.key == entry.name())
}

fn misplaced_key(builder: &mut Builder, tree: &TextTree, entry: &Entry, at: &str) {
    // Where an indent is wrong, nothing acts anyhow, and what is below what is not known.
    let Some((parameter, old)) =
        keys::of_key(entry.name()).filter(|_| builder.problems.iter().all(|told| told.id != RuleId::ConfigYamlError))
    else {
        return;
    };
    let section = keys::section_of(parameter, old);
    let note = format!("{} stands {at}, where CoreOS passes it over; it belongs under coreos.{section}.", entry.name());
    builder.claim(
        (parameter, old),
        tree.place(&entry.value.span),
        scalar::cloudinit(parameter, &entry.value),
        Home::new("", Class::BelowVariables, ""),
    );
    builder.refuse_last(RuleId::ConfigWrongSection, tree.place(&entry.key.span), note);
}

fn units(builder: &mut Builder, tree: &TextTree, coreos: &Node) {
    if let Some(mark) = tree.word(coreos, "units").filter(|text| template::first(text).is_some()) {
        // A template fills them in, so what is started is not known.
        builder.unit(UnitState { name: mark.to_owned(), ..UnitState::default() });
    }
    for unit in tree.list(coreos, &["units"]) {
        take_unit(builder, tree, tree.resolve(unit), "content", &["drop_ins"]);
    }
}

fn write_file(builder: &mut Builder, tree: &TextTree, file: &Node) {
    let Some(path) = tree.word(file, "path") else { return };
    let Some(inner) = tree.get(file, "content").and_then(|content| tree.scalar(content)) else { return };
    let encoding = tree.word(file, "encoding").unwrap_or("");
    let inner = match encoding {
        "" | "text/plain" => Some(inner),
        "b64" | "base64" => base64(&inner.text).and_then(|bytes| inner.unpacked(bytes)),
        "gz" | "gzip" => gunzip(inner.text.as_bytes()).and_then(|bytes| inner.unpacked(bytes)),
        _ if encoding.starts_with("gz") => base64(&inner.text).and_then(|bytes| gunzip(&bytes)).and_then(|bytes| inner.unpacked(bytes)),
        _ => None,
    };
    builder.writes_file(path);
    builder.holds(path, inner, false);
}

#[cfg(test)]
mod tests;
