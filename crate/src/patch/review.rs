//! Why a person should look an edited file over.

use super::edit::Edit;
use super::{Change, Etcd};
use crate::config::sources::env;
use crate::config::{Configuration, Source};
use crate::ids::RuleId;
use crate::text::line_start;
use crate::{search, template};

/// The gravest reason, if there is any.
pub fn reason(text: &str, configuration: &Configuration, wanted: &[Change], edits: &[Edit]) -> Option<&'static str> {
    let filled_in = configuration
        .settings
        .iter()
        .any(|setting| setting.effective && setting.value.is_none() && wanted.iter().any(|change| change.is_of(setting)));
    let is_new = |edit: &Edit| edit.start == edit.end;
    let is_told = |id: RuleId| configuration.has_problem(id);
    if is_told(RuleId::ConfigYamlError) {
        Some("The file is no valid YAML, so nothing in it applies, and neither does this change until that is fixed.")
    } else if is_told(RuleId::ConfigHeaderMissing) {
        Some(
            "As a file of its own CoreOS refuses this for its first line: nothing in it applies, and neither does this change until that is fixed.",
        )
    } else if search::has(text, "kubernetes.io/config.source: file") {
        Some("This is what the API server shows of a static pod; make the change in its manifest on each machine.")
    } else if configuration.tolerant {
        Some("This is no finished YAML, so it was read and changed line by line; look the change over.")
    } else if configuration.cluster.etcd_04
        && is_later(wanted)
        && edits.iter().any(|edit| is_new(edit) && search::has(&edit.text, "Environment="))
    {
        Some("CoreOS' own etcd.service is etcd 0.4, and the log is that of a later one; make sure that this unit runs it.")
    } else if matches!(configuration.source, Source::Environment | Source::FleetConf) && edits.iter().any(is_new) && env::is_mixed(text) {
        Some("Other lines than settings stand in this text; look the change over, and put only the settings on the machines.")
    } else if configuration.source == Source::DropIn && edits.iter().any(|edit| stands_in_run(text, edit)) {
        Some(
            "A file in /run is written anew at each boot: make the change in the cloud-config that it comes from, or in a file of a later name in /etc.",
        )
    } else if configuration.source == Source::DropIn && !text.lines().any(|line| line.contains('[') && line.trim_end().ends_with(']')) {
        Some("systemd ignores lines with no section above them: these belong below [Service] in a unit or a drop-in.")
    } else if configuration.source == Source::Program && edits.iter().any(is_new) {
        Some("What is new follows the form of what stands there; no reader of this language has checked it, so look it over.")
    } else if configuration.source == Source::DropIn
        && search::has(text, "\nEnvironmentFile=")
        && edits.iter().any(|edit| is_new(edit) && search::has(&edit.text, "Environment="))
    {
        Some("The unit also reads a file with EnvironmentFile=, which beats Environment=; make sure that it does not set these.")
    } else if configuration.cluster.hands_more && edits.iter().any(is_new) {
        // etcd-io/etcd@v3.4.45:pkg/flags/flag.go
        Some(
            "The daemon also gets a file or options that are not here; make sure that they do not set these: etcd 3.4 and later refuse to start where an option is both flag and variable.",
        )
    } else {
        let reasons = [
            (filled_in, "A value that a template fills in is now a number; the template's own value may be the better place."),
            (
                template::writes_lines(text),
                "A template fills in this file, and what becomes of it then was not checked; look the change over.",
            ),
            (
                edits.iter().any(|edit| falls_back(text, edit)),
                "The value stands behind a variable and counts only where that is not set; make sure that nothing sets it.",
            ),
        ];
        reasons.into_iter().find(|(holds, _)| *holds).map(|(_, reason)| reason)
    }
}

/// Whether an edit is within `${NAME:-500}`, of a shell or docker-compose, or the default that a template names.
fn falls_back(text: &str, edit: &Edit) -> bool {
    let before = text.get(line_start(text, edit.start)..edit.start).unwrap_or("");
    ["${", "{{"].iter().any(|mark| search::rsplit(before, mark).is_some_and(|(_, open)| !open.contains('}')))
}

/// Whether an edit is in a file that `systemctl cat` shows, with its path above it, and that lies in /run.
fn stands_in_run(text: &str, edit: &Edit) -> bool {
    let before = text.get(..edit.start).unwrap_or("");
    before.lines().rev().find(|line| line.starts_with("# /")).is_some_and(|line| line.starts_with("# /run/"))
}

fn is_later(wanted: &[Change]) -> bool {
    wanted.iter().any(|change| change.parameter.is_etcd() && change.etcd != Etcd::V04)
}
