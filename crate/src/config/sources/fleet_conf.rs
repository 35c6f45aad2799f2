//! `/etc/fleet/fleet.conf`: INI, with its traps (coreos/fleet@v0.11.5, vendored globalconf and goini, executed).

use std::ops::Range;

use super::env;
use crate::config::builder::{Builder, Class, Home};
use crate::config::meaning::{keys, scalar};
use crate::config::syntax::mapped_text::MappedText;
use crate::ids::RuleId;
use crate::log::line_starts::is_prompt;
use crate::text::lines;

/// Takes what a fleet.conf states.
pub fn take(builder: &mut Builder, inner: &MappedText) {
    builder.cluster.has_fleet = true;
    let text = inner.text.as_str();
    env::byte_order_mark(builder, inner, &|name| keys::of_key(name).map(|(parameter, _)| parameter));
    // A text that was copied with an indent has blanks in its empty lines, too.
    let indented = lines(text).all(|(_, raw)| raw.starts_with([' ', '\t']) || raw.trim().is_empty());
    let mut section: Option<String> = None;
    let mut goes_on = false;
    for (start, raw) in lines(text) {
        let line = raw.trim();
        // What follows a backslash is the rest of the value before it.
        if std::mem::replace(&mut goes_on, line.ends_with('\\') && !line.starts_with(['#', ';'])) {
            continue;
        }
        if raw.starts_with([' ', '\t']) && line.is_empty() && !indented {
            let note = String::from("This line holds only blanks, and fleetd crashes as it reads it (index out of range). Take it out.");
            let blanks = raw.trim_end_matches(['\r', '\n']).len();
            builder.problem(RuleId::ConfigFleetConfRefused, inner.place(start..start + blanks), note, None);
        }
        if line.is_empty() || line.starts_with(['#', ';']) || is_prompt(line) {
            continue;
        }
        if line.starts_with('[') {
            section = Some(line.to_owned());
            continue;
        }
        let body = start + raw.len() - raw.trim_start().len();
        let Some(equals) = line.find('=') else {
            colon_line(builder, inner, line, body);
            continue;
        };
        let key = line[..equals].trim();
        let value_text = line[equals + 1..].trim_start();
        let from = body + line.len() - value_text.len();
        option(builder, inner, key, body, value(value_text, from), section.as_deref());
    }
}

/// A value without its comment and quotes, and its bytes. Quotes in front of a comment stay:
/// `"60s" # note` keeps them, and the duration cannot be read.
fn value(text: &str, from: usize) -> (String, Range<usize>) {
    let cut = text.find(['#', ';']).filter(|_| !is_quoted(text.trim_end()));
    let bare = text[..cut.unwrap_or(text.len())].trim_end();
    for quote in ['"', '\''] {
        if let Some(inside) = bare.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)).filter(|_| cut.is_none()) {
            return (inside.to_owned(), from + 1..from + 1 + inside.len());
        }
    }
    (bare.to_owned(), from..from + bare.len())
}

/// Whether nothing but quotes stands around it: a mark of a comment within them is none.
fn is_quoted(text: &str) -> bool {
    ['"', '\''].into_iter().any(|quote| text.len() > 1 && text.starts_with(quote) && text[1..].find(quote) == Some(text.len() - 2))
}

fn option(builder: &mut Builder, inner: &MappedText, key: &str, at: usize, (value, span): (String, Range<usize>), section: Option<&str>) {
    let name = key.to_ascii_lowercase();
    if name == "etcd_servers" {
        builder.fact_of_variable("FLEET_ETCD_SERVERS", value.trim_matches(['[', ']', '"']));
    }
    let span = inner.place(span);
    let Some(meant) = keys::of_key(&name).filter(|(parameter, _)| !parameter.is_etcd()) else {
        if !keys::FLEET.contains(&name.as_str()) && !name.contains('-') {
            builder.misspelt(key, keys::FLEET, inner.place(at..at + key.len()), "is no option of fleet and is ignored");
        }
        return;
    };
    builder.claim(meant, span, scalar::daemon(meant.0, &value), Home::new("fleet.service", Class::BelowVariables, "fleet.conf"));
    let ignored = if name.contains('-') {
        Some(format!("{key} is ignored: fleet.conf knows only underscores; write {}.", name.replace('-', "_")))
    } else {
        section.map(|section| format!("{key} stands below {section} and is ignored: options of fleet.conf stand outside of any section."))
    };
    if let Some(note) = ignored {
        builder.refuse_last(RuleId::ConfigFleetConfIgnored, inner.place(at..at + key.len()), note);
    }
}

/// `agent_ttl: 60s` ends fleetd with a syntax error.
fn colon_line(builder: &mut Builder, inner: &MappedText, line: &str, at: usize) {
    let Some((key, value)) = line.split_once(':') else { return };
    let Some((parameter, _)) = keys::of_key(&key.trim().to_ascii_lowercase()) else { return };
    let note =
        format!("{line} has a colon, and fleetd stops with a syntax error; write {}={}.", key.trim().replace('-', "_"), value.trim());
    builder.problem(RuleId::ConfigFleetConfRefused, inner.place(at..at + line.len()), note, Some(parameter));
}

#[cfg(test)]
mod tests {
    use crate::config::{Configuration, Source, read_as};
    use crate::ids::RuleId;
    use crate::parameters::Parameter;
    use crate::text::DocumentId;
    use crate::units::S;

    fn read(document: DocumentId, text: &str) -> Configuration {
        read_as(Source::FleetConf, document, text)
    }

    #[test]
    fn the_traps() {
        let text = "etcd_request_timeout=5\nagent-ttl=60s\nENGINE_RECONCILE_INTERVAL = 3 # fine\nagent_ttl=\"60s\" # keeps quotes\n[x]\nagent_ttl=90s\n";
        let read = read(0, text);
        let of = |raw: &str| read.settings.iter().find(|setting| setting.raw == raw).unwrap();
        assert!(of("5").effective);
        assert!(!of("60s").effective);
        assert_eq!((of("3").value, of("3").effective), (Some(3 * S), true));
        assert!(!of("\"60s\"").effective);
        assert!(!of("90s").effective);
        assert_eq!(of("5").parameter, Parameter::EtcdRequestTimeout);
        // glacjay/goini: ini.go, regNoQuote and regDoubleQuote.
        let raw = |text: &str| super::tests::read(0, text).settings[0].raw.clone();
        assert_eq!((raw("agent_ttl=60s#note\n"), raw("agent_ttl = \"60s;\"\n")), ("60s".to_owned(), "60s;".to_owned()));
        assert_eq!(read.problems.iter().filter(|problem| problem.id == RuleId::ConfigFleetConfIgnored).count(), 2);
    }

    #[test]
    fn what_fleetd_does_not_start_with() {
        let refused = |text: &str| read(0, text).problems.iter().filter(|problem| problem.id == RuleId::ConfigFleetConfRefused).count();
        assert_eq!(refused("agent_ttl=60s\n \t\netcd_request_timeout=5\n"), 1);
        assert_eq!(refused("agent_ttl=60s\nengine_reconcile_interval: 10\n"), 1);
        assert_eq!(refused("agent_ttl=60s\r\n\r\n\n# etcd: slow\netcd_request_timeout=5\n"), 0);
        assert_eq!(refused("    agent_ttl=60s\n    \n    etcd_request_timeout=5\n"), 0);
    }

    #[test]
    fn a_line_behind_a_backslash_belongs_to_the_value_before_it() {
        let read = read(0, "agent_ttl=60s \\\netcd_request_timeout=5\nengine_reconcile_interval=3\n");
        let acts: Vec<_> = read.settings.iter().map(|setting| (setting.raw.as_str(), setting.effective)).collect();
        assert_eq!(acts, [("60s \\", false), ("3", true)]);
    }

    #[test]
    fn a_bad_float_becomes_zero() {
        let read = read(0, "etcd_request_timeout=5s\nagent_ttl=\"120s\"\n");
        assert_eq!((read.settings[0].value, read.settings[0].effective), (Some(0), true));
        assert!(read.problems.iter().any(|problem| problem.id == RuleId::ConfigBadFloat));
        assert_eq!(read.settings[1].value, Some(120 * S));
    }
}
