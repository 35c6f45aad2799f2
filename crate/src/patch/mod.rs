//! Patches: the reader's own bytes with the proposed values in, and nothing else changed.
//!
//! A patch is a list of byte edits. Each is tried, and believed only after the edited text was
//! read again as the machine would and, where it is YAML, parsed by a second, independent reader
//! whose result may differ from the original's by the plan and nothing more.

mod edit;
mod find;
mod insert;
mod place;
#[cfg(test)]
mod property;
mod render;
#[cfg(test)]
mod tests;
mod twin;
mod verify;

use std::ops::Range;

use crate::config::{self, Configuration, Launcher, Marks, Setting, Source, env};
use crate::gather::Gather;
use crate::parameters::Parameter;
use crate::parts::html;
use crate::report::{EditReport, PatchReport, Rendering};
use crate::search;
use crate::sort::by_key;
use crate::template;
use crate::text::{DocumentId, LineIndex, line_start};
use crate::units::Micros;

pub use edit::{Edit, apply, diff};

/// One value to be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which.
    pub parameter: Parameter,
    /// To what.
    pub value: Micros,
    /// Which etcd it is for.
    pub etcd: Etcd,
}

impl Change {
    /// Whether a setting is of this parameter, under the name that the daemon reads.
    fn is_of(&self, setting: &Setting) -> bool {
        setting.parameter == self.parameter && setting.etcd_04 == (self.etcd == Etcd::V04 && self.parameter.is_etcd())
    }
}

/// The generations of etcd that are set up in different places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Etcd {
    /// 0.4, whose options begin with `peer-`.
    V04,
    /// 2.x, which a cloud-config sets up; also where nothing tells.
    V2,
    /// 3.x, of which a cloud-config knows nothing.
    V3,
}

/// Patches every document that a change concerns. `texts` are indexed by document.
pub fn patch(texts: &[&str], configurations: &[Configuration], changes: &[Change]) -> Vec<PatchReport> {
    let mut patches = Vec::new();
    let mut at = 0;
    for of_document in configurations.chunk_by(|a, b| a.document == b.document) {
        let (document, mut reason) = (of_document[0].document, None);
        let mut edits = referred_to(texts.get(document).unwrap_or(&""), configurations, document, changes);
        if !edits.is_empty() {
            reason = Some("Another value here refers to this one by its name; make sure that nothing else does.".to_owned());
        }
        for configuration in of_document {
            let wanted = |change: &&Change| {
                belongs(configurations, at, change)
                    && !verify::holds(configuration, change)
                    && !is_handed_on(configurations, configuration, change)
            };
            let wanted: Vec<Change> = changes.iter().filter(wanted).copied().gather();
            at += 1;
            let Some(shown) = texts.get(configuration.document) else { continue };
            if wanted.is_empty() || runs_from(configurations, configuration, shown) {
                continue;
            }
            let text = configuration.part.as_deref().unwrap_or(shown);
            let within = || {
                let part = configuration.part.as_ref();
                part.map(|_| "This text holds more than the configuration; put only that part of it on the machines.".to_owned())
            };
            let of_daemon = |etcd: bool| wanted.iter().copied().filter(|change| change.parameter.is_etcd() == etcd).gather();
            let (of_etcd, of_fleet) = (of_daemon(true), of_daemon(false));
            let mut tried = vec![(patch_one(text, configuration, &wanted), wanted)];
            if tried[0].0.is_err() && !of_etcd.is_empty() && !of_fleet.is_empty() {
                // What cannot be done for one daemon does not keep the other from its values.
                let apart = [of_etcd, of_fleet].map(|changes| (patch_one(text, configuration, &changes), changes));
                tried = if apart.iter().any(|(result, _)| result.is_ok()) { apart.into() } else { tried };
            }
            for (result, wanted) in tried {
                match result.and_then(|(more, why)| Ok((as_shown(shown, text, configuration.marks, more)?, why))) {
                    // What a unit reads goes into the file that it reads.
                    Ok((more, _)) if reads_another(configurations, configuration, &more) => {}
                    Ok((more, why)) => {
                        edits.extend(more);
                        reason = reason.or(why).or_else(within);
                    }
                    Err(reason) => {
                        let document = Some(document_id(configuration.document));
                        let text = Some(render::beside(text, configuration, &wanted));
                        patches.push(PatchReport {
                            document,
                            disposition: "refused".to_owned(),
                            reason: Some(reason),
                            text,
                            ..snippet(&wanted)
                        });
                    }
                }
            }
        }
        by_key(&mut edits, |edit| (edit.start, edit.end));
        if let Some(text) = texts.get(of_document[0].document).filter(|_| !edits.is_empty()) {
            patches.push(report(text, of_document[0].document, edits, reason));
        }
    }
    let homeless: Vec<Change> =
        changes.iter().copied().filter(|change| !(0..configurations.len()).any(|at| belongs(configurations, at, change))).gather();
    if !homeless.is_empty() {
        patches.push(snippet(&homeless));
    }
    patches
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

/// What a document sets for values that refer to it, and is no value of etcd or fleet by its own name.
fn referred_to(text: &str, configurations: &[Configuration], document: DocumentId, changes: &[Change]) -> Vec<Edit> {
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

/// Whether a unit would be given variables that belong into the file that it reads, which is here too.
fn reads_another(configurations: &[Configuration], configuration: &Configuration, edits: &[Edit]) -> bool {
    let given = |other: &Configuration| other.source == Source::Environment && other.cluster.has_etcd == configuration.cluster.has_etcd;
    configuration.cluster.absent_file.is_some()
        && edits.iter().all(|edit| edit.start == edit.end && search::has(&edit.text, "Environment="))
        && configurations.iter().any(given)
}

/// Whether a unit or a command starts etcd with its own file, which is here too.
fn runs_from(configurations: &[Configuration], configuration: &Configuration, text: &str) -> bool {
    let is_file = |other: &Configuration| other.source == Source::EtcdYaml && other.document != configuration.document;
    matches!(configuration.source, Source::DropIn | Source::Flags)
        && search::has(text, "-config-file")
        && !configuration.settings.iter().any(|setting| setting.effective)
        && configurations.iter().any(is_file)
}

/// An etcd change goes to the documents that configure etcd, a fleet change to those that configure
/// fleet; one without such a document goes to the first cloud-config, where that can set it.
fn belongs(configurations: &[Configuration], at: usize, change: &Change) -> bool {
    let has = |configuration: &Configuration| {
        if change.parameter.is_etcd() {
            configuration.cluster.has_etcd && !configuration.cluster.proxy
        } else {
            configuration.cluster.has_fleet
        }
    };
    if configurations.iter().any(has) {
        return configurations.get(at).is_some_and(has);
    }
    if change.etcd == Etcd::V3 {
        return false;
    }
    let mut first = configurations.iter();
    let first = first.position(|configuration| configuration.source == Source::CloudConfig && configuration.cluster.launcher.is_none());
    first == Some(at)
}

/// Providers take 16 to 64 KiB of user data; a much larger file is not worth the second reader's time.
const MOST_BYTES: usize = 512 * 1024;

/// The edits of one configuration, and why a person should look them over; else why there are none.
fn patch_one(text: &str, configuration: &Configuration, wanted: &[Change]) -> Result<(Vec<Edit>, Option<String>), String> {
    if text.len() > MOST_BYTES {
        return Err("The file is too large to be checked after an edit.".to_owned());
    }
    let edits = find::edits(text, configuration, wanted)?;
    let filled_in = configuration
        .settings
        .iter()
        .any(|setting| setting.effective && setting.value.is_none() && wanted.iter().any(|change| change.is_of(setting)));
    let is_new = |edit: &Edit| edit.start == edit.end;
    let is_told = |id: &str| configuration.problems_of(id).next().is_some();
    let reason = if is_told("config-yaml-error") {
        Some("The file is no valid YAML, so nothing in it applies, and neither does this change until that is fixed.")
    } else if is_told("config-header-missing") {
        Some(
            "As a file of its own CoreOS refuses this for its first line: nothing in it applies, and neither does this change until that is fixed.",
        )
    } else if search::has(text, "kubernetes.io/config.source: file") {
        Some("This is what the API server shows of a static pod; make the change in its manifest on each machine.")
    } else if configuration.tolerant {
        Some("This is no finished YAML, so it was read and changed line by line; look the change over.")
    } else if configuration.cluster.etcd_04 && edits.iter().any(|edit| search::has(&edit.text, "drop-ins:")) && is_later(wanted) {
        Some("CoreOS' own etcd.service is etcd 0.4, and the log is that of a later one; make sure that this unit runs it.")
    } else if matches!(configuration.source, Source::Environment | Source::FleetConf) && edits.iter().any(is_new) && env::is_mixed(text) {
        Some("Other lines than settings stand in this text; look the change over, and put only the settings on the machines.")
    } else if configuration.source == Source::Program && edits.iter().any(is_new) {
        Some("What is new follows the form of what stands there; no reader of this language has checked it, so look it over.")
    } else if configuration.source == Source::DropIn
        && search::has(text, "\nEnvironmentFile=")
        && edits.iter().any(|edit| is_new(edit) && search::has(&edit.text, "Environment="))
    {
        Some("The unit also reads a file with EnvironmentFile=, which beats Environment=; make sure that it does not set these.")
    } else {
        let unchecked = || template::writes_lines(text);
        filled_in.then_some("A value that a template fills in is now a number; the template's own value may be the better place.").or_else(
            || unchecked().then_some("A template fills in this file, and what becomes of it then was not checked; look the change over."),
        )
    };
    Ok((edits, reason.map(str::to_owned)))
}

/// The edits of a text in quotes or of a page as they are written there.
fn as_shown(shown: &str, text: &str, marks: Option<Marks>, mut edits: Vec<Edit>) -> Result<Vec<Edit>, String> {
    // What packs files says how long each is, so that one that was changed in it could not be unpacked: POSIX, pax, `size`.
    if shown.contains('\0') {
        return Err(
            "This is an archive, or holds binary data. Unpack it and give the configuration by itself, or merge these by hand.".to_owned()
        );
    }
    for edit in edits.iter_mut().filter(|_| marks == Some(Marks::Html)) {
        let is_new = edit.start == edit.end;
        let [start, end] = [edit.start, edit.end].map(|at| html::around(shown, at));
        edit.end = end.map_or(edit.end, |(_, end)| end);
        edit.start = if is_new { edit.end } else { start.map_or(edit.start, |(start, _)| start) };
        edit.text = edit.text.replace('"', "&quot;");
    }
    for edit in edits.iter_mut().filter(|_| marks == Some(Marks::Escaped)) {
        let joint = joint_before(shown, text, edit.start);
        // A line ends before its escape, of which the line end of the text that was read is the second byte.
        if edit.start == edit.end && edit.start > 0 && shown.get(edit.start - 1..=edit.start) == Some("\\n") {
            edit.start -= 1;
            edit.end -= 1;
        }
        if shown.get(edit.start..edit.end) != text.get(edit.start..edit.end) {
            // A value in quotes, each with a backslash before it.
            let wider = edit.start.saturating_sub(1)..edit.end + 1;
            let quoted = |raw: &&str| raw.starts_with("\\\"") && raw.ends_with("\\\"");
            shown.get(wider.clone()).filter(quoted).ok_or("A value stands in escapes; change it by hand.")?;
            (edit.start, edit.end) = (wider.start, wider.end);
        }
        // Each line is a text of its own where those around it are.
        let (lead, joint) = (&text[joint.clone()], &shown[joint]);
        let lines = search::replace(&edit.text.replace('"', "\\\""), "\r\n", "\n").replace('\n', "\\n");
        edit.text = if lead.is_empty() { lines } else { search::replace(&lines, &format!("\\n{lead}"), &format!("\\n{joint}")) };
    }
    Ok(edits)
}

/// The bytes before a line that join it to the one above it, for which blanks are read.
fn joint_before(shown: &str, text: &str, at: usize) -> Range<usize> {
    let start = line_start(text, at);
    let blanks = text.get(start..at).map_or(0, |line| line.len() - line.trim_start_matches(' ').len());
    let quote = shown.get(start..start + blanks).and_then(|raw| raw.rfind(['"', '\'']));
    start..quote.map_or(start, |quote| start + quote + 1)
}

fn is_later(wanted: &[Change]) -> bool {
    wanted.iter().any(|change| change.parameter.is_etcd() && change.etcd != Etcd::V04)
}

fn document_id(document: usize) -> String {
    format!("d{}", document + 1)
}

fn report(text: &str, document: usize, edits: Vec<Edit>, reason: Option<String>) -> PatchReport {
    let lines = LineIndex::new(text);
    PatchReport {
        document: Some(document_id(document)),
        disposition: if reason.is_some() { "review" } else { "safe" }.to_owned(),
        diff: Some(diff(text, &edits)),
        text: Some(apply(text, &edits)),
        edits: edits.into_iter().map(|edit| edit_report(text, &lines, edit)).gather(),
        reason,
    }
}

fn edit_report(text: &str, lines: &LineIndex, edit: Edit) -> EditReport {
    let (line, column) = lines.position(text, edit.start);
    let (end_line, end_column) = lines.position(text, edit.end);
    EditReport {
        start: edit.start as u64,
        end: edit.end as u64,
        text: edit.text,
        line,
        column,
        end_line,
        end_column,
        parameters: edit.parameters.iter().map(|parameter| parameter.id().to_owned()).gather(),
    }
}

/// A text of its own, for where no configuration was given: a cloud-config, or variables where one cannot set them.
pub fn snippet(changes: &[Change]) -> PatchReport {
    let beyond_cloud_config = changes.iter().any(|change| change.etcd == Etcd::V3);
    let (text, reason) = if beyond_cloud_config {
        (
            render::environment(changes),
            "Set these in the environment of each member; a flag or a configuration file of etcd that names them beats them.",
        )
    } else {
        (render::cloud_config(changes), "Merge this into the configuration of each machine.")
    };
    PatchReport {
        document: None,
        disposition: "review".to_owned(),
        text: Some(text),
        diff: None,
        edits: Vec::new(),
        reason: Some(reason.to_owned()),
    }
}

/// The same for an etcd in a pod: the arguments of its manifest.
pub fn of_manifest(changes: &[Change]) -> PatchReport {
    let text = render::all(changes).into_iter().find(|form| form.form == "static-pod").map(|form| form.text);
    let reason = "Put these among etcd's arguments in /etc/kubernetes/manifests/etcd.yaml, in place of those that set the same.";
    PatchReport { text, reason: Some(reason.to_owned()), ..snippet(changes) }
}

/// The same values in every other form that what starts etcd can be given.
pub fn alternatives(changes: &[Change], launcher: Option<Launcher>) -> Vec<Rendering> {
    let fits = |form: &Rendering| match launcher.filter(|_| changes.iter().all(|change| change.parameter.is_etcd())) {
        None => true,
        Some(Launcher::Kubelet | Launcher::Kubeadm) => form.form == "static-pod",
        Some(Launcher::Compose) => matches!(form.form.as_str(), "environment" | "flags"),
        Some(Launcher::K3s | Launcher::Installer) => form.form == "flags",
        Some(Launcher::OpenShift) => false,
    };
    render::all(changes).into_iter().filter(fits).gather()
}
