//! Environment files, `export` lines, and what `systemctl show -p Environment` prints.

use super::builder::{Builder, Class, Home};
use super::flags;
use super::inner::Inner;
use super::{Configuration, Source};
use crate::text::DocumentId;

/// Reads an environment file that was pasted as it is.
pub fn read(document: DocumentId, text: &str) -> Configuration {
    let mut builder = Builder::new(document, Source::Environment, text);
    take(&mut builder, &Inner::verbatim(text, 0..text.len()), "");
    builder.finish("environment file".to_owned())
}

/// Takes the assignments of an environment file that `unit` reads.
pub fn take(builder: &mut Builder, inner: &Inner, unit: &str) {
    let mut at = 0;
    for raw in inner.text.split_inclusive('\n') {
        let start = at;
        at += raw.len();
        let line = raw.trim_start();
        if line.starts_with('#') || line.starts_with(';') {
            continue;
        }
        for word in flags::words(&inner.text, start..at) {
            if word.text.starts_with('#') {
                break;
            }
            let Some((name, value, span)) = word.assignment() else { continue };
            if flags::are_options(name, value) {
                flags::take(builder, inner, &flags::words(&inner.text, span.clone()), unit, "", &[]);
            }
            builder.variable(inner, name, value, span, Home::new(unit, Class::EnvironmentFile, ""));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::Parameter;

    #[test]
    fn options_in_a_variable_beat_the_variables() {
        let text = "ETCD_ELECTION_TIMEOUT=\"1000\"\nDAEMON_ARGS=\"--heartbeat-interval 150 --election-timeout=1500\"\n";
        let read = read(0, text);
        let acting: Vec<_> = read.settings.iter().filter(|s| s.effective).map(|s| (s.parameter, s.raw.as_str())).collect();
        assert_eq!(acting, [(Parameter::HeartbeatInterval, "150"), (Parameter::ElectionTimeout, "1500")]);
    }

    #[test]
    fn branches_of_a_template_are_no_duplicates() {
        for branch in ["{{ .T }}", "3000"] {
            let text = format!(
                "ETCD_NAME={{{{ .N }}}}\n{{{{- if .T }}}}\nETCD_ELECTION_TIMEOUT={branch}\n{{{{- else }}}}\nETCD_ELECTION_TIMEOUT=5000\n{{{{- end }}}}\n"
            );
            let read = crate::config::read(0, &text).expect("a configuration");
            assert!(read.problems.iter().all(|problem| problem.id == "config-template"), "{:?}", read.problems);
            assert_eq!(read.settings.iter().map(|setting| setting.raw.as_str()).collect::<Vec<_>>(), [branch, "5000"]);
        }
        assert_eq!(read(0, "ETCD_ELECTION_TIMEOUT=1000\nETCD_ELECTION_TIMEOUT=2000\n").problems[0].id, "config-duplicate-key");
    }

    #[test]
    fn files_and_exports() {
        let text = "#ETCD_HEARTBEAT_INTERVAL=\"100\"\nETCD_HEARTBEAT_INTERVAL=\"500\"\nexport ETCD_ELECTION_TIMEOUT=5000 # why\nETCD_INITIAL_CLUSTER=\"a=http://x:2380,b=http://y:2380,c=http://z:2380\"\n";
        let read = read(0, text);
        let values: Vec<_> = read.settings.iter().map(|s| (s.parameter, s.raw.as_str(), s.effective)).collect();
        assert_eq!(values, [(Parameter::HeartbeatInterval, "500", true), (Parameter::ElectionTimeout, "5000", true)]);
        assert_eq!(read.cluster.members, Some(3));
    }
}
