//! The same values in every form people keep them in.

use super::written::{KOPS, is_printed, is_sealed, own_file};
use super::{Change, Etcd};
use crate::config::syntax::command::starts_container;
use crate::config::syntax::unpack::{base64, gunzip};
use crate::config::{self, Configuration, Launcher, Setting, Source};
use crate::gather::Gather;
use crate::parameters::{Parameter, Unit};
use crate::report::Rendering;
use crate::search;

/// The drop-in that is made for a unit without one.
pub const NEW_DROP_IN: &str = "40-timing.conf";

fn etcd(changes: &[Change]) -> impl Iterator<Item = &Change> {
    changes.iter().filter(|change| change.parameter.is_etcd())
}

fn fleet(changes: &[Change]) -> impl Iterator<Item = &Change> {
    changes.iter().filter(|change| !change.parameter.is_etcd())
}

/// The key as the daemon's generation calls it: `peer-election-timeout` for etcd 0.4.
pub fn key(change: &Change) -> String {
    if change.is_of_04() { format!("peer-{}", change.parameter.key()) } else { change.parameter.key().to_owned() }
}

/// The environment variable as the daemon's generation calls it.
pub fn variable(change: &Change) -> String {
    if change.is_of_04() {
        search::replace(change.parameter.variable(), "ETCD_", "ETCD_PEER_")
    } else {
        change.parameter.variable().to_owned()
    }
}

/// As KubeKey or kops calls them.
pub fn camel(change: &Change, of_kops: bool) -> &'static str {
    match change.parameter == Parameter::ElectionTimeout {
        true if of_kops => "leaderElectionTimeout",
        true => "electionTimeout",
        false => "heartbeatInterval",
    }
}

/// The value as it is written.
pub fn value(change: &Change) -> String {
    change.parameter.written(change.value)
}

/// A whole cloud-config.
pub fn cloud_config(changes: &[Change]) -> String {
    let mut text = String::from("#cloud-config\n\ncoreos:\n");
    for section in ["etcd", "etcd2", "fleet"] {
        let mine: Vec<&Change> =
            changes.iter().filter(|change| config::section_of(change.parameter, change.etcd == Etcd::V04) == section).gather();
        if mine.is_empty() {
            continue;
        }
        text += &format!("  {section}:\n");
        text += &lines(mine, &|change| format!("    {}", entry(change)));
    }
    text
}

/// What each change is written as, one behind the other.
pub fn each<'a>(changes: impl IntoIterator<Item = &'a Change>, form: &dyn Fn(&Change) -> String) -> String {
    let mut text = String::new();
    for change in changes {
        text += &form(change);
    }
    text
}

fn lines<'a>(changes: impl IntoIterator<Item = &'a Change>, line: &dyn Fn(&Change) -> String) -> String {
    each(changes, &|change| line(change) + "\n")
}

/// `ETCD_ELECTION_TIMEOUT=1000`
pub fn assignment(change: &Change) -> String {
    format!("{}={}", variable(change), value(change))
}

/// `election-timeout=1000`, as a flag behind its dashes.
pub fn flag(change: &Change) -> String {
    format!("{}={}", key(change), value(change))
}

/// `election-timeout: 1000`
pub fn entry(change: &Change) -> String {
    format!("{}: {}", key(change), value(change))
}

/// Variables, one a line.
pub fn environment(changes: &[Change]) -> String {
    lines(changes, &assignment)
}

/// As k3s and RKE2 take them.
pub fn etcd_arg(changes: &[Change]) -> String {
    format!("etcd-arg:\n{}", lines(changes, &|change| format!("- {}", flag(change))))
}

/// As installers keep arguments: their values are words.
pub fn arguments(changes: &[Change]) -> String {
    lines(changes, &|change| format!("{}: \"{}\"", key(change), value(change)))
}

/// Where a unit's new drop-in goes.
pub fn drop_in_of(unit: &str) -> String {
    format!("/etc/systemd/system/{unit}.service.d/{NEW_DROP_IN}")
}

/// Every form that fits at least one of the changes.
pub fn all(changes: &[Change]) -> Vec<Rendering> {
    let of_unit = |change: &Change| format!("Environment=\"{}\"", assignment(change));
    let mut found = Vec::new();
    let mut add = |form: &'static str, file: &str, text: String| {
        if !text.is_empty() {
            found.push(Rendering { form, file: file.to_owned(), text });
        }
    };
    if changes.is_empty() {
        return found;
    }
    let etcd_04 = changes.iter().any(Change::is_of_04);
    let etcd_3 = etcd(changes).any(|change| change.etcd == Etcd::V3);
    if !etcd_3 {
        add("cloud-config", "user-data", cloud_config(changes));
    }
    let unit = if etcd_04 || etcd_3 { "etcd" } else { "etcd2" };
    let service = |text: String| if text.is_empty() { text } else { format!("[Service]\n{text}") };
    add("drop-in", &drop_in_of(unit), service(lines(etcd(changes), &of_unit)));
    add("drop-in", &drop_in_of("fleet"), service(lines(fleet(changes), &of_unit)));
    add("environment", "environment file", environment(changes));
    let dash = if etcd_04 { "-" } else { "--" };
    let flags: Vec<String> = etcd(changes).map(|change| format!("{dash}{}", flag(change))).gather();
    add("flags", "etcd", flags.join(" "));
    add(
        "fleet.conf",
        "/etc/fleet/fleet.conf",
        lines(fleet(changes), &|change| format!("{}={}", key(change).replace('-', "_"), quoted(change))),
    );
    if etcd_04 {
        return found;
    }
    let section = lines(etcd(changes), &|change| format!("  {}", entry(change).replace('-', "_")));
    add("container-linux-config", "config.yaml", if section.is_empty() { section } else { format!("etcd:\n{section}") });
    add("static-pod", "/etc/kubernetes/manifests/etcd.yaml", lines(etcd(changes), &|change| format!("    - --{}", flag(change))));
    found
}

/// The values in the form of a file that is not edited, to be merged into it by hand.
pub fn beside(text: &str, configuration: &Configuration, changes: &[Change]) -> String {
    let sealed = |setting: &&Setting| changes.iter().any(|change| change.is_of(setting)) && is_sealed(setting);
    if let Some((text, file)) = configuration.settings.iter().find(sealed).and_then(packed) {
        return beside(&text, &file, changes);
    }
    // kops has keys of its own.
    if configuration.source == Source::Manifest && search::has(text, KOPS) {
        return lines(etcd(changes), &|change| format!("    {}: {}ms", camel(change, true), value(change)));
    }
    if own_file(configuration).is_some() {
        return lines(changes, &entry);
    }
    let form = match configuration.source {
        // What a unit sets reaches no container that it starts.
        Source::CloudConfig | Source::DropIn if starts_container(text) => "flags",
        // Of supervisord.
        Source::DropIn if matches!(configuration.cluster.launcher, Some(Launcher::Tool(_))) => "flags",
        _ if is_printed(text) => "flags",
        // The file that it writes for k3s or RKE2 lists words.
        Source::CloudConfig if configuration.cluster.launcher.is_some() => "static-pod",
        Source::CloudConfig => "cloud-config",
        Source::DropIn | Source::Ignition => "drop-in",
        Source::FleetConf => "fleet.conf",
        Source::Flags | Source::Program => "flags",
        Source::ContainerLinux => "container-linux-config",
        // etcd 3.4 and later refuse to start where an option is both flag and variable (etcd-io/etcd@v3.4.45:pkg/flags/flag.go).
        Source::Manifest if etcd(changes).any(|change| search::has(text, change.parameter.variable())) => "environment",
        Source::Manifest => "static-pod",
        Source::EtcdYaml if configuration.cluster.launcher == Some(Launcher::K3s) => {
            return etcd_arg(changes);
        }
        Source::EtcdYaml | Source::Fragment => return lines(changes, &entry),
        Source::Environment | Source::EtcdToml | Source::Prefixed => "environment",
    };
    let text = all(changes).into_iter().filter(|each| each.form == form).map(|each| each.text).gather().join("\n");
    // A form of one daemon may leave out what the other one reads.
    if changes.iter().all(|change| search::has(&text, &value(change))) { text } else { environment(changes) }
}

/// The file that stands in base64 where a setting was read; Ignition has a data URL.
fn packed(setting: &Setting) -> Option<(String, Configuration)> {
    let raw = setting.raw.trim_matches(['"', '\'']);
    let bytes = base64(search::rsplit(raw, ";base64,").map_or(raw, |(_, data)| data))?;
    let text = String::from_utf8(gunzip(&bytes).unwrap_or(bytes)).ok()?;
    let file = config::read(0, &text)?;
    Some((text, file))
}

fn quoted(change: &Change) -> String {
    match change.parameter.unit() {
        Unit::GoDuration => format!("\"{}\"", value(change)),
        _ => value(change),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{MS, S};

    #[test]
    fn every_rendering_reads_back() {
        for etcd in [Etcd::V04, Etcd::V2, Etcd::V3] {
            let changes = [
                Change { parameter: Parameter::HeartbeatInterval, value: 250 * MS, etcd },
                Change { parameter: Parameter::ElectionTimeout, value: 2500 * MS, etcd },
                Change { parameter: Parameter::EtcdRequestTimeout, value: 1500 * MS, etcd: Etcd::V2 },
                Change { parameter: Parameter::AgentTtl, value: 60 * S, etcd: Etcd::V2 },
            ];
            let forms = all(&changes);
            assert_eq!(forms.len(), [6, 8, 7][etcd as usize]);
            for form in forms.iter().filter(|form| form.form != "static-pod") {
                let text = if form.form == "flags" { format!("etcd {}", form.text) } else { form.text.clone() };
                let read = config::read(0, &text).unwrap_or_else(|| panic!("{text}"));
                assert!(!read.settings.is_empty(), "{text}");
                for setting in &read.settings {
                    let change = changes.iter().find(|change| change.parameter == setting.parameter).unwrap();
                    assert_eq!((setting.value, setting.effective), (Some(change.value), true), "{text}");
                }
            }
        }
    }
}
