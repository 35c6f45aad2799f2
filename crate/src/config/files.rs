//! Files that a configuration has the machine write: what each is, told from its path or its content.

use super::configuration::Source;
use super::detect;
use crate::config::sources::{drop_in, etcd_toml};
use crate::search;

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
