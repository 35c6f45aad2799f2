//! Patches: the reader's own bytes with the proposed values in, and nothing else changed.
//!
//! A patch is a list of byte edits. Each is tried, and believed only after the edited text was
//! read again as the machine would and, where it is YAML, parsed by a second, independent reader
//! whose result may differ from the original's by the plan and nothing more.

mod edit;
mod find;
mod home;
mod insert;
mod place;
#[cfg(test)]
mod property;
mod refuse;
mod render;
mod review;
mod shown;
#[cfg(test)]
mod tests;
mod twin;
mod verify;
mod written;

use crate::config::{self, Configuration, Launcher, Setting};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::parameters::Parameter;
use crate::report::{EditReport, PatchReport, Rendering, document_id};
use crate::search;
use crate::sort::by_key;
use crate::text::LineIndex;
use crate::units::Micros;

use place::Place;
use shown::as_shown;

pub use edit::{Edit, apply, diff};
pub use refuse::HardwareSpeed;

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
        setting.parameter == self.parameter && setting.etcd_04 == self.is_of_04()
    }

    /// Whether it is a timer of etcd 0.4, which has names of its own.
    fn is_of_04(&self) -> bool {
        self.etcd == Etcd::V04 && self.parameter.is_etcd()
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
    for of_document in configurations.chunk_by(|a, b| a.document == b.document) {
        let document = of_document[0].document;
        let Some(shown) = texts.get(document) else { continue };
        let mut edits = home::referred_to(shown, configurations, document, changes);
        let mut reason = (!edits.is_empty()).then(|| REFERRED_TO.to_owned());
        for configuration in of_document {
            let text = configuration.part.as_deref().unwrap_or(shown);
            for (tried, wanted) in tries(text, configuration, home::wanted(configurations, configuration, changes)) {
                match tried.and_then(|(more, why)| Ok((as_shown(shown, text, configuration.marks, more)?, why))) {
                    Ok((more, why)) => {
                        edits.extend(more);
                        reason = reason.or(why).or_else(|| configuration.part.as_ref().map(|_| WITHIN.to_owned()));
                    }
                    Err(why) => patches.push(refused(text, configuration, &wanted, why)),
                }
            }
        }
        by_key(&mut edits, |edit| (edit.start, edit.end));
        if !edits.is_empty() {
            patches.push(report(shown, document, edits, reason));
        }
    }
    let homeless: Vec<Change> = changes.iter().copied().filter(|change| !home::has(configurations, change)).gather();
    if !homeless.is_empty() {
        patches.push(snippet(&homeless));
    }
    patches
}

const REFERRED_TO: &str = "Another value here refers to this one by its name; make sure that nothing else does.";
const WITHIN: &str =
    "This text holds more than the configuration: look the change over, and give the machines only that part of it, if a tool does not.";

/// The edits of one configuration, and why a person should look them over; else why there are none.
type Tried = Result<(Vec<Edit>, Option<String>), String>;

/// One try with all changes. Where it fails, one for each daemon: what cannot be done for one does not keep the other from
/// its values.
fn tries(text: &str, configuration: &Configuration, wanted: Vec<Change>) -> Vec<(Tried, Vec<Change>)> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let all = patch_one(text, configuration, &wanted);
    let groups = [true, false].map(|etcd| wanted.iter().copied().filter(|change| change.parameter.is_etcd() == etcd).gather());
    if all.is_err() && groups.iter().all(|group: &Vec<Change>| !group.is_empty()) {
        let mut apart = groups.map(|group| (patch_one(text, configuration, &group), group));
        if let [(Ok((etcd, _)), _), (fleet, _)] = &mut apart
            && let Ok((more, _)) = fleet
        {
            let mut both = [&etcd[..], &more[..]].concat();
            by_key(&mut both, |edit| (edit.start, edit.end));
            if verify::check(text, configuration, &apply(text, &both), &wanted).is_err() {
                *fleet = Err("Its place is that of the other values; add it when they are in.".to_owned());
            }
        }
        if apart.iter().any(|(tried, _)| tried.is_ok()) {
            return apart.into();
        }
    }
    vec![(all, wanted)]
}

/// Providers take 16 to 64 KiB of user data; a much larger file is not worth the second reader's time.
const MOST_BYTES: usize = 512 * 1024;

fn patch_one(text: &str, configuration: &Configuration, wanted: &[Change]) -> Tried {
    if text.len() > MOST_BYTES {
        return Err("The file is too large to be checked after an edit.".to_owned());
    }
    let edits = find::edits(text, configuration, wanted)?;
    let reason =
        still_refused(text, configuration, &edits).or_else(|| review::reason(text, configuration, wanted, &edits).map(str::to_owned));
    Ok((edits, reason))
}

/// What a daemon refuses to start with beside the values that were changed, such as a flag that it does not know.
fn still_refused(text: &str, configuration: &Configuration, edits: &[Edit]) -> Option<String> {
    let kinds = [(RuleId::EtcdBadConfig, "etcd"), (RuleId::ConfigAgentTtlUnit, "fleetd")];
    let mut told = kinds.into_iter().filter(|(id, _)| configuration.has_problem(*id)).peekable();
    told.peek()?;
    let after = config::read(configuration.document, &apply(text, edits))?;
    told.find_map(|(id, daemon)| {
        let problem = after.problems_of(id).next()?;
        Some(format!("With this change {daemon} still does not start, until this is mended too: {}", problem.note))
    })
}

/// A file that is not edited, with the values in its form beside it.
fn refused(text: &str, configuration: &Configuration, wanted: &[Change], reason: String) -> PatchReport {
    let beside = || Place::new(text, configuration).for_installer(wanted).unwrap_or_else(|| render::beside(text, configuration, wanted));
    PatchReport {
        document: Some(document_id(configuration.document)),
        disposition: "refused",
        reason: Some(reason),
        text: refuse::by_operator(text, wanted).is_none().then(beside),
        ..snippet(wanted)
    }
}

fn report(text: &str, document: usize, edits: Vec<Edit>, reason: Option<String>) -> PatchReport {
    let lines = LineIndex::new(text);
    PatchReport {
        document: Some(document_id(document)),
        disposition: if reason.is_some() { "review" } else { "safe" },
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
        parameters: edit.parameters.iter().map(|parameter| parameter.id()).gather(),
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
    PatchReport { document: None, disposition: "review", text: Some(text), diff: None, edits: Vec::new(), reason: Some(reason.to_owned()) }
}

/// The same in the form that what starts etcd takes.
pub fn for_launcher(changes: &[Change], launcher: Option<Launcher>) -> PatchReport {
    let form = |wanted: &str| render::all(changes).into_iter().find(|form| form.form == wanted).map_or_else(String::new, |form| form.text);
    let (text, reason) = match launcher {
        None => return snippet(changes),
        Some(Launcher::OpenShift) => {
            return PatchReport { disposition: "refused", text: None, reason: Some(HardwareSpeed::of(changes).said), ..snippet(changes) };
        }
        Some(Launcher::K3s) => (
            render::etcd_arg(changes),
            "Put these into the config.yaml of each server, below /etc/rancher/k3s, or /etc/rancher/rke2. etcd's variables do nothing there.",
        ),
        Some(Launcher::Installer) => (
            render::arguments(changes),
            "Put these among etcd's arguments in the file of what installs the cluster: Talos has them below cluster.etcd.extraArgs, k0s below spec.storage.etcd.extraArgs, RKE below services.etcd.extra_args.",
        ),
        Some(Launcher::Tool(_)) => (form("flags"), "Put these among etcd's arguments, in place of those that set the same."),
        Some(Launcher::Workload) => (
            render::environment(changes),
            "Set these in the environment of etcd's containers, in the values of the chart or the manifest that they come from; a flag or a configuration file of etcd that names them beats them.",
        ),
        Some(Launcher::Kubelet | Launcher::Kubeadm) => (
            form("static-pod"),
            "Put these among etcd's arguments in /etc/kubernetes/manifests/etcd.yaml, in place of those that set the same. Where another tool installed the cluster, as Talos, k0s or RKE2, give them to that tool.",
        ),
    };
    PatchReport { text: Some(text), reason: Some(reason.to_owned()), ..snippet(changes) }
}

/// The same values in every other form that what starts etcd can be given; `unit` is etcd's own of systemd.
pub fn alternatives(changes: &[Change], launcher: Option<Launcher>, unit: &str) -> Vec<Rendering> {
    let of_etcd = changes.iter().all(|change| change.parameter.is_etcd());
    let fits = |form: &Rendering| match launcher.filter(|_| of_etcd) {
        // Where fleet runs units, no kubelet runs etcd.
        None => of_etcd || form.form != "static-pod",
        Some(Launcher::Kubelet | Launcher::Kubeadm) => form.form == "static-pod",
        Some(Launcher::Workload | Launcher::Tool(_)) => matches!(form.form, "environment" | "flags"),
        Some(Launcher::K3s | Launcher::Installer) => form.form == "flags",
        Some(Launcher::OpenShift) => false,
    };
    let mut forms = render::all(changes).into_iter().filter(fits).gather();
    for form in forms.iter_mut().filter(|form| form.form == "drop-in" && search::has(&form.text, "\"ETCD_")) {
        form.file = render::drop_in_of(unit);
    }
    forms
}
