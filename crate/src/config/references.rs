//! Values that refer to what another document sets: `${NAME:-100}` of docker-compose beside its `.env`, a flag
//! `${NAME}` of a unit beside the environment file, a template of Ansible beside the defaults of its role.

use super::configuration::{Configuration, Setting, Source};
use super::variables::referred;
use super::{env, scalar};
use crate::search;
use crate::template;
use crate::text::{DocumentId, Place, Span};

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
}

/// What another document says of the name that a value refers to, and where.
fn found<'t>(configurations: &[Configuration], setting: &Setting, text_of: &dyn Fn(DocumentId) -> &'t str) -> Option<(i64, Place)> {
    let (before, rest) = text_of(setting.place.document).split_at_checked(setting.place.span.start as usize)?;
    // Of what a variable falls back to only that stands as its value.
    let fallback = before.rsplit(['"', ' ', '\n', '=']).next().filter(|_| rest.contains('}'))?.trim_end_matches(['-', ':']);
    let fallback = before.ends_with('-').then(|| fallback.strip_prefix("${")).flatten();
    let inside =
        setting.raw.trim_matches(['"', '\'']).strip_prefix("{{").and_then(|raw| raw.strip_suffix("}}")?.split('|').next()).map(str::trim);
    let (name, by_shell) = match fallback.or_else(|| referred(&setting.raw)) {
        Some(name) => (name, true),
        None => (inside?, false),
    };
    // A shell's name is also one of Terraform's.
    let sets = |other: &Configuration| matches!(other.source, Source::Environment | Source::Prefixed);
    let beside = |other: &&Configuration| !by_shell || sets(other) && other.document != setting.place.document;
    configurations.iter().filter(|_| setting.effective).filter(beside).find_map(|other| {
        let (value, span) = stated(text_of(other.document), name)?;
        Some((scalar::daemon(setting.parameter, value).value?, Place { document: other.document, span }))
    })
}

/// The last value that a line of a text gives to a name, or the default of Terraform's variable.
fn stated<'t>(text: &'t str, name: &str) -> Option<(&'t str, Span)> {
    let gives = |line: &str, name: &str| env::assigned(&line.replacen(':', "=", 1)).is_some_and(|given| given == name);
    let given = text.lines().filter(|line| gives(line, name)).filter_map(literal).last();
    let value = given.or_else(|| {
        let (_, block) = search::split(text, &format!("variable \"{name}\""))?;
        block.split('}').next()?.lines().find(|line| gives(line, "default")).and_then(literal)
    })?;
    let start = value.as_ptr().addr() - text.as_ptr().addr();
    Some((value, Span::new(start, start + value.len())))
}

/// What stands behind the mark of a line, where it is a value and no reference.
fn literal(line: &str) -> Option<&str> {
    let value = line.split_once(['=', ':'])?.1.split(" #").next()?.trim().trim_matches(['"', '\'']);
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
            (vec![unit], None),
            (
                vec![
                    "#cloud-config\ncoreos:\n  etcd2:\n    election-timeout: ${etcd_election_timeout}\n",
                    "variable \"etcd_election_timeout\" {\n  default = 2500\n}\nvars {\n  etcd_election_timeout = \"${var.etcd_election_timeout}\"\n}\n",
                ],
                Some(2500),
            ),
            (vec!["ETCD_NAME=a\nETCD_ELECTION_TIMEOUT={{ etcd_election_timeout | int }}\n", template], Some(2500)),
        ] {
            assert_eq!(acting(&texts), [expected], "{texts:?}");
        }
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
