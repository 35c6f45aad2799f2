//! etcd 0.4's TOML file (`/etc/etcd/etcd.conf` or `-config`): the timers are whole numbers in its section
//! `[peer]`, with underscores. Variables and flags beat it (etcd-io/etcd@v0.4.9:config/config.go:86-87, Load);
//! keys it does not know are passed over.

use crate::config::builder::{Builder, Class, Home};
use crate::config::meaning::{keys, scalar};
use crate::config::syntax::mapped_text::MappedText;
use crate::ids::RuleId;
use crate::text::lines;

/// The section the timers belong to.
pub const SECTION: &str = "[peer]";

/// Takes what such a file states.
pub fn take(builder: &mut Builder, inner: &MappedText) {
    builder.cluster.has_etcd = true;
    builder.cluster.etcd_04 |= inner.is_document();
    let mut section = String::new();
    for (at, raw) in lines(&inner.text) {
        let start = at + raw.len() - raw.trim_start().len();
        let line = raw.trim();
        if line.starts_with('[') {
            section = line.split('#').next().unwrap_or("").trim().to_owned();
            continue;
        }
        let Some((key, rest)) = line.split_once('=').filter(|_| !line.starts_with('#')) else { continue };
        let key = key.trim_end();
        let value = rest.split('#').next().unwrap_or("").trim();
        let from = start + line.len() - rest.trim_start().len();
        let span = inner.place(from..from + value.len());
        let Some((parameter, old)) = keys::of_key(key).filter(|(parameter, _)| parameter.is_etcd()) else { continue };
        builder.claim((parameter, true), span, scalar::daemon(parameter, value), Home::new("", Class::BelowVariables, ""));
        if section == SECTION && !old && !key.contains('-') {
            continue;
        }
        let right = parameter.key().replace('-', "_");
        let note = format!("{key} is ignored here: etcd 0.4 reads {right} in its section {SECTION}.");
        builder.refuse_last(RuleId::ConfigUnknownKey, inner.place(start..start + key.len()), note);
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Source;
    use crate::ids::RuleId;
    use crate::units::MS;

    #[test]
    fn timers_stand_in_the_section_of_peers() {
        let text = "addr = \"127.0.0.1:4001\"\nheartbeat_interval = 30\n[peer]\naddr = \"127.0.0.1:7001\"\nheartbeat_interval = 100 # ms\nelection_timeout = \"500\"\n[cluster]\nactive_size = 9\n";
        let read = crate::config::read(0, text).expect("a configuration");
        assert_eq!(read.source, Source::EtcdToml);
        let values: Vec<_> = read.settings.iter().map(|s| (s.raw.as_str(), s.value, s.effective, s.etcd_04)).collect();
        assert_eq!(values, [("30", Some(30 * MS), false, true), ("100", Some(100 * MS), true, true), ("\"500\"", None, false, true)]);
        assert_eq!(read.problems.iter().map(|p| p.id).collect::<Vec<_>>(), [RuleId::ConfigUnknownKey, RuleId::EtcdBadConfig]);
    }
}
