//! Which document a value belongs into.

use super::edit::{Edit, apply};
use super::written::own_file;
use super::{Change, Etcd, render, verify};
use crate::config::{self, Configuration, Setting, Source};
use crate::gather::Gather;
use crate::sort::by_key;
use crate::text::DocumentId;

/// The changes that this configuration is to have.
pub fn wanted(configurations: &[Configuration], configuration: &Configuration, changes: &[Change]) -> Vec<Change> {
    if runs_from(configurations, configuration) {
        return Vec::new();
    }
    let is_wanted = |change: &&Change| {
        belongs(configurations, configuration, change)
            && !verify::holds(configuration, change)
            && !is_handed_on(configurations, configuration, change)
            && !stands_elsewhere(configurations, configuration, change)
    };
    changes.iter().filter(is_wanted).copied().gather()
}

/// Whether a value is a reference to another document, or this document has what another one's value refers to.
fn is_handed_on(configurations: &[Configuration], configuration: &Configuration, change: &Change) -> bool {
    let own = || configuration.settings.iter().filter(|each| change.is_of(each));
    let here = |each: &Setting| each.set_by.is_some_and(|place| place.document == configuration.document);
    let all = || configurations.iter().flat_map(|other| &other.settings);
    let mut acting = own().filter(|each| each.effective).peekable();
    acting.peek().is_some() && acting.all(|each| each.set_by.is_some())
        || own().next().is_none() && all().any(|each| change.is_of(each) && here(each))
}

/// Whether another document of the same machine has the value, and this one would only overrule it, be overruled, or have
/// no reader for it. What nobody states yet goes into the file of variables that the daemon is given.
fn stands_elsewhere(configurations: &[Configuration], configuration: &Configuration, change: &Change) -> bool {
    let states = |each: &Configuration| each.settings.iter().any(|setting| setting.effective && change.is_of(setting));
    let alike = |other: &Configuration| other.cluster.has_etcd == configuration.cluster.has_etcd;
    // What none of the files states that are read one after the other goes into the first.
    let main = configuration.cluster.adds_to;
    let of_server =
        |other: &Configuration| main.is_some() && other.cluster.adds_to == main && (states(other) || main == Some(other.document));
    let beside = |other: &Configuration| match (other.source, configuration.source) {
        _ if of_server(other) => true,
        (Source::FleetConf, source) => source != Source::FleetConf && states(other),
        // Variables of a template.
        (_, Source::FleetConf | Source::Prefixed) => states(other),
        // The values of a template.
        (Source::Manifest, Source::Manifest) => configuration.tolerant && !other.tolerant && states(other),
        // One as a flag and as a variable etcd 3.4 and later refuse to start with (etcd-io/etcd@v3.4.45:pkg/flags/flag.go).
        (Source::Environment, Source::DropIn | Source::Flags | Source::Manifest) => {
            configuration.cluster.hands_more && (states(other) || alike(other))
        }
        (Source::DropIn | Source::Flags | Source::Manifest, Source::Environment) => other.cluster.hands_more && states(other),
        _ => false,
    };
    !states(configuration) && configurations.iter().any(|other| other.document != configuration.document && beside(other))
}

/// What a document sets for values that refer to it, and is no value of etcd or fleet by its own name.
pub fn referred_to(text: &str, configurations: &[Configuration], document: DocumentId, changes: &[Change]) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    let all = || configurations.iter().flat_map(|other| &other.settings);
    for (setting, place) in all().filter_map(|setting| Some((setting, setting.set_by?))) {
        let span = place.span.range();
        let here = |own: &Setting| own.place.document == document && own.place.span.range().contains(&span.start);
        let change = changes.iter().find(|change| change.is_of(setting) && setting.effective && setting.value != Some(change.value));
        let told = || edits.iter().any(|edit| edit.start == span.start);
        if let Some(change) = change.filter(|_| place.document == document && !all().any(here) && !told()) {
            edits.push(Edit::new(span, render::value(change)).serving(&[*change]));
        }
    }
    by_key(&mut edits, |edit| edit.start);
    // The document's own values are what they were.
    let same = |alone| verify::rereads(&alone, &apply(text, &edits), &[]).is_ok();
    if edits.is_empty() || config::read(document, text).is_some_and(same) { edits } else { Vec::new() }
}

/// Whether a unit or a command starts etcd with its own file, which is here too.
fn runs_from(configurations: &[Configuration], configuration: &Configuration) -> bool {
    let is_file = |other: &Configuration| other.source == Source::EtcdYaml && other.document != configuration.document;
    matches!(configuration.source, Source::DropIn | Source::Flags | Source::Environment)
        && own_file(configuration).is_some()
        && configurations.iter().any(is_file)
}

/// Whether any document is to be changed for it, or would be if it did not hold the value already.
pub fn has(configurations: &[Configuration], change: &Change) -> bool {
    configurations.iter().any(|configuration| belongs(configurations, configuration, change))
}

/// An etcd change goes to the documents that configure etcd, a fleet change to those that configure
/// fleet; one without such a document goes to the first cloud-config, where that can set it.
fn belongs(configurations: &[Configuration], configuration: &Configuration, change: &Change) -> bool {
    let has = |configuration: &Configuration| {
        if change.parameter.is_etcd() {
            configuration.cluster.has_etcd && !configuration.cluster.proxy
        } else {
            configuration.cluster.has_fleet
        }
    };
    if configurations.iter().any(has) {
        return has(configuration);
    }
    if change.etcd == Etcd::V3 {
        return false;
    }
    let takes = |each: &&Configuration| each.source == Source::CloudConfig && each.cluster.launcher.is_none();
    configurations.iter().find(takes).is_some_and(|first| std::ptr::eq(first, configuration))
}
