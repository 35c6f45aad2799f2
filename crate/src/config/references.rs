//! Values that refer to what another document sets: `${NAME:-100}` of docker-compose beside its `.env`, a flag
//! `${NAME}` of a unit beside the environment file, a template of Ansible beside the defaults of its role.

use super::configuration::{Configuration, Setting, Source};
use crate::config::meaning::scalar;
use crate::config::sources::env;
use crate::config::syntax::variables::referred;
use crate::config::syntax::words::is_name;
use crate::text::{DocumentId, Place, Span, offset};
use crate::{search, template};

/// Gives each such value the meaning that another document has for it; what an earlier round gave is taken back.
pub fn resolve<'t>(configurations: &mut [Configuration], text_of: &dyn Fn(DocumentId) -> &'t str) {
    for at in 0..configurations.len() {
        for number in 0..configurations[at].settings.len() {
            let setting = &configurations[at].settings[number];
            let own = || scalar::daemon(setting.parameter, &setting.raw).value;
            let value = if setting.set_by.is_some() { own() } else { setting.value };
            let (value, set_by) = match found(configurations, setting, text_of) {
                Some((value, place)) => (Some(value), Some(place)),
                None => (value, None),
            };
            let setting = &mut configurations[at].settings[number];
            (setting.value, setting.set_by) = (value, set_by);
        }
    }
    for reader in 0..configurations.len() {
        for file in 0..configurations.len() {
            if configurations[file].source == Source::Environment && reads_a_file(&configurations[reader], text_of) {
                overrule(configurations, reader, file, text_of);
            }
        }
    }
}

/// Whether a unit, a file of docker-compose or a command of docker names a file with variables.
fn reads_a_file<'t>(reader: &Configuration, text_of: &dyn Fn(DocumentId) -> &'t str) -> bool {
    let text = || text_of(reader.document);
    match reader.source {
        Source::DropIn => search::has(text(), "EnvironmentFile="),
        Source::Manifest => search::has(text(), "env_file"),
        Source::Flags => search::has(text(), "--env-file"),
        _ => false,
    }
}

/// What both state, the one has that beats the other: a unit's file beats its `Environment=` and not its flags
/// (systemd.exec(5)); docker's own variables beat its `env_file`.
fn overrule<'t>(configurations: &mut [Configuration], reader: usize, file: usize, text_of: &dyn Fn(DocumentId) -> &'t str) {
    for at in 0..configurations[reader].settings.len() {
        let own = &configurations[reader].settings[at];
        let alike = |other: &Setting| other.parameter == own.parameter && other.etcd_04 == own.etcd_04 && other.effective;
        let Some(other) = configurations[file].settings.iter().position(alike).filter(|_| own.effective && own.set_by.is_none()) else {
            continue;
        };
        // Podman's own units are docker's kin.
        let by_systemd = configurations[reader].source == Source::DropIn && !search::has(text_of(own.place.document), "[Container]");
        let file_wins = by_systemd && !own.by_flag;
        let [winner, loser] = if file_wins { [(file, other), (reader, at)] } else { [(reader, at), (file, other)] };
        let (value, place) = (configurations[winner.0].settings[winner.1].value, configurations[winner.0].settings[winner.1].place);
        let lost = &mut configurations[loser.0].settings[loser.1];
        if lost.set_by.is_none() && place.document != lost.place.document {
            (lost.value, lost.set_by) = (value, Some(place));
        }
    }
}

/// What another document says of the name that a value refers to, and where.
fn found<'t>(configurations: &[Configuration], setting: &Setting, text_of: &dyn Fn(DocumentId) -> &'t str) -> Option<(i64, Place)> {
    let before = text_of(setting.place.document).get(..setting.place.span.start as usize)?;
    // Of what a variable falls back to only that stands as its value.
    let open = before.strip_suffix(['-', '=']).and_then(|open| search::rsplit(open.trim_end_matches(':'), "${"));
    let fallback = open.map(|(_, name)| name).filter(|name| is_name(name));
    let raw = setting.raw.trim_matches(['"', '\'']);
    // And of a template's default the name stands before it.
    let filled =
        || search::rsplit(before, "{{").map(|(_, open)| open).filter(|open| !search::has(open, "}}") && search::has(open, "default"));
    let whole = raw.strip_prefix("{{").and_then(|raw| raw.strip_suffix("}}")).or_else(filled);
    let inside = whole.and_then(|inside| inside.split('|').next()).map(str::trim);
    // A template's names are of all kinds; this one has to tell what it is for.
    let inside = inside.filter(|name| search::any(name, &["elect", "beat", "ttl", "request", "reconcile"]));
    // Of Terraform and Nomad.
    let declared = setting.raw.trim_matches(['"', '$', '{', '}']).strip_prefix("var.");
    let by_shell = fallback.or_else(|| referred(raw));
    let name = by_shell.or(declared).or(inside)?;
    let own = setting.place.document;
    let sets = |other: &&Configuration| match (by_shell.or(declared), other.document == own) {
        (Some(_), false) => matches!(other.source, Source::Environment | Source::Prefixed),
        (Some(_), true) => by_shell.is_none(),
        (None, _) => true,
    };
    configurations.iter().filter(|_| setting.effective).filter(sets).find_map(|other| {
        let text = text_of(other.document);
        let lines = if declared.is_some() && other.document == own { None } else { stated(text, name) };
        let value = lines.or_else(|| default_of(text, name))?;
        let start = offset(text, value);
        let place = Place { document: other.document, span: Span::new(start, start + value.len()) };
        Some((scalar::daemon(setting.parameter, value).value?, place))
    })
}

/// The last value that a line of a text gives to a name.
fn stated<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines().filter(|line| gives(line, name)).filter_map(literal).next_back()
}

/// The default of a variable of Terraform.
fn default_of<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (_, block) = search::split(text, &format!("variable \"{name}\""))?;
    block.split('}').next()?.lines().find(|line| gives(line, "default")).and_then(literal)
}

fn gives(line: &str, name: &str) -> bool {
    env::assigned(&line.replacen(':', "=", 1)).is_some_and(|given| given == name)
}

/// What stands behind the mark of a line, where it is a value and no reference.
fn literal(line: &str) -> Option<&str> {
    let value = line.split_once(['=', ':'])?.1;
    let value = search::split(value, " #").map_or(value, |(value, _)| value).trim().trim_matches(['"', '\'']);
    (!value.is_empty() && !template::fills(value)).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::read;
    use crate::units::MS;

    /// The values that act in the first of these documents, in milliseconds.
    fn acting(texts: &[&str]) -> Vec<Option<i64>> {
        let mut all: Vec<Configuration> = (0..texts.len()).filter_map(|at| read(at, texts[at])).collect();
        assert_eq!(all.len(), texts.len());
        // Twice gives the same.
        (0..2).for_each(|_| resolve(&mut all, &|document| texts[document]));
        all[0].settings.iter().filter(|setting| setting.effective).map(|setting| setting.value.map(|value| value / MS)).collect()
    }

    #[test]
    fn a_file_beats_a_variable_of_its_unit_however_it_is_quoted() {
        for line in ["ETCD_ELECTION_TIMEOUT=\"5000\"", "\"ETCD_ELECTION_TIMEOUT=5000\"", "ETCD_ELECTION_TIMEOUT=5000"] {
            let unit = format!("[Service]\nEnvironmentFile=/etc/etcd.env\nEnvironment={line}\nExecStart=/usr/bin/etcd\n");
            assert_eq!(acting(&[&unit, "ETCD_ELECTION_TIMEOUT=1000\n"]), [Some(1000)], "{line}");
        }
    }

    #[test]
    fn a_variable_has_the_value_that_another_document_gives_it() {
        let compose =
            "services:\n  kv:\n    image: quay.io/coreos/etcd:v3.5.9\n    environment:\n      - ETCD_ELECTION_TIMEOUT=${WAIT:-1000}\n";
        let unit = "[Service]\nEnvironmentFile=/etc/etcd.conf\nExecStart=/usr/bin/etcd --election-timeout=${WAIT}\n";
        let template = "etcd_data_dir: /x\netcd_election_timeout: 2500 # ms\n";
        let file = "ETCD_NAME=a\nWAIT=\"2500\"\n";
        for (texts, expected) in [
            (vec![compose, file], Some(2500)),
            (vec![compose], Some(1000)),
            (vec![compose, "ETCD_NAME=a\n#WAIT=2500\nWAIT_2=7\n"], Some(1000)),
            (vec![unit, file], Some(2500)),
            (vec!["#!/bin/sh\n. /etc/etcd.env\nexec etcd --election-timeout $WAIT\n", file], Some(2500)),
            (vec![unit], None),
            (vec!["args = [\"etcd\", \"--election-timeout\", var.wait]\nvariable \"wait\" {\n  default = 2500\n}\n"], Some(2500)),
            (
                vec![
                    "#cloud-config\ncoreos:\n  etcd2:\n    election-timeout: ${etcd_election_timeout}\n",
                    "variable \"etcd_election_timeout\" {\n  default = 2500\n}\nvars {\n  etcd_election_timeout = \"${var.etcd_election_timeout}\"\n}\n",
                ],
                Some(2500),
            ),
            (vec!["ETCD_NAME=a\nETCD_ELECTION_TIMEOUT={{ etcd_election_timeout | int }}\n", template], Some(2500)),
            (vec!["ETCD_NAME=a\nETCD_ELECTION_TIMEOUT={{ etcd_election_timeout | default('1000') }}\n", template], Some(2500)),
            (vec!["ETCD_NAME=a\nETCD_ELECTION_TIMEOUT={{ etcd_election_timeout | default('1000') }}\n"], Some(1000)),
        ] {
            assert_eq!(acting(&texts), [expected], "{texts:?}");
        }
    }

    #[test]
    fn what_two_documents_state_the_stronger_one_has() {
        let acting = |text: &str, file: &str| {
            let texts = [text, file];
            let mut all: Vec<Configuration> = (0..2).filter_map(|at| read(at, texts[at])).collect();
            (0..2).for_each(|_| resolve(&mut all, &|document| texts[document]));
            all.iter().map(|read| read.settings[0].value.map(|value| value / MS)).collect::<Vec<_>>()
        };
        let unit = |own: &str, flag: &str| format!("[Service]\n{own}EnvironmentFile=/etc/etcd.conf\nExecStart=/usr/bin/etcd{flag}\n");
        let compose = "services:\n  kv:\n    image: quay.io/coreos/etcd:v3.5.9\n    env_file: a.env\n    environment:\n      ETCD_ELECTION_TIMEOUT: \"1000\"\n";
        let file = "ETCD_ELECTION_TIMEOUT=2500\n";
        assert_eq!(acting(&unit("Environment=ETCD_ELECTION_TIMEOUT=1000\n", ""), file), [Some(2500), Some(2500)]);
        assert_eq!(acting(&unit("", " --election-timeout=1000"), file), [Some(1000), Some(1000)]);
        assert_eq!(acting(compose, file), [Some(1000), Some(1000)]);
        assert_eq!(
            acting("docker run --env-file a.env -e ETCD_ELECTION_TIMEOUT=1000 quay.io/coreos/etcd:v3.5.9\n", file),
            [Some(1000), Some(1000)]
        );
        assert_eq!(acting(&compose.replace("env_file", "extends"), file), [Some(1000), Some(2500)]);
    }

    #[test]
    fn a_document_that_is_gone_sets_nothing() {
        let texts = ["[Service]\nExecStart=/usr/bin/etcd --election-timeout=${WAIT}\n", "ETCD_NAME=a\nWAIT=2500\n"];
        let mut all: Vec<Configuration> = (0..2).filter_map(|at| read(at, texts[at])).collect();
        resolve(&mut all, &|document| texts[document]);
        assert_eq!(all[0].settings[0].value, Some(2500 * MS));
        all.pop();
        resolve(&mut all, &|document| texts[document]);
        assert_eq!((all[0].settings[0].value, all[0].settings[0].set_by), (None, None));
    }
}
