//! Variables named after the daemon (`fleet_agent_ttl = "120s"`), which another tool hands to a template: Terraform's `*.tf`
//! and `*.tfvars` files, Puppet's classes, Ansible's inventories. They act once that template writes them.

use crate::config::builder::{Builder, Class, Home};
use crate::config::meaning::keys;
use crate::config::meaning::scalar::{self, Fate, Reading};
use crate::config::syntax::mapped_text::MappedText;
use crate::parameters::Parameter;
use crate::text::lines;

/// Takes what such a file states.
pub fn take(builder: &mut Builder, inner: &MappedText) {
    let mut block = Block::default();
    for (start, raw) in lines(&inner.text) {
        let line = raw.trim();
        if line.starts_with('#') || line.starts_with("//") {
            continue;
        }
        block.follow(raw);
        let Some((name, right)) = assignment(line) else { continue };
        let Some(meant) = block.meaning(name) else { continue };
        let (value, quoted) = value(right);
        if value.is_empty() {
            continue;
        }
        let from = start + (raw.len() - raw.trim_start().len()) + line.len() - right.len() + usize::from(quoted);
        let refers = !quoted && value.starts_with(|c: char| c.is_ascii_alphabetic());
        let reading = if refers { Reading { value: None, fate: Fate::Template } } else { scalar::daemon(meant.0, value) };
        builder.claim(meant, inner.place(from..from + value.len()), reading, Home::new(&block.name, Class::Environment, ""));
    }
}

/// The block of Terraform or Puppet that a line stands in; each is for machines of its own.
#[derive(Default)]
struct Block {
    /// Its first line; all declarations of variables are one.
    name: String,
    /// What a block `variable "NAME"` declares, whose value it holds as its default.
    variable: Option<(Parameter, bool)>,
    /// The section of a cloud-config that a block within it becomes: its own line names the daemon.
    section: &'static str,
}

impl Block {
    /// Goes on to the block that a line opens, if it opens one.
    fn follow(&mut self, raw: &str) {
        let line = raw.trim();
        if raw.starts_with(|c: char| c.is_ascii_alphabetic()) && line.contains('{') {
            self.name = if line.starts_with("variable") { String::new() } else { line.to_owned() };
            self.variable = declared(line);
        }
        if line == "}" {
            self.section = "";
        }
        if let Some(section) = section(line) {
            self.section = section;
        }
    }

    /// The parameter that is assigned to by this name.
    fn meaning(&self, name: &str) -> Option<(Parameter, bool)> {
        match self.section {
            _ if name == "default" => self.variable,
            "" => named(name),
            section => keys::of_key(name).filter(|(parameter, _)| parameter.is_etcd() == section.starts_with("etcd")),
        }
    }
}

/// The name that a line assigns to, and what stands behind its `=`; `$` in front of a name is Puppet's.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let (left, right) = line.split_once('=')?;
    Some((left.trim_end().rsplit([' ', '\t', '{', '$']).next().unwrap_or(""), right.trim_start()))
}

/// The parameter of a name that begins with its daemon, and whether it is etcd 0.4's.
pub fn named(name: &str) -> Option<(Parameter, bool)> {
    keys::of_prefixed(name).filter(|_| keys::of_key(name).is_none())
}

/// The parameter that a line `variable "NAME" {` declares.
pub fn declared(line: &str) -> Option<(Parameter, bool)> {
    named(line.strip_prefix("variable")?.trim_start().strip_prefix('"')?.split('"').next()?)
}

/// The section that a line opens, as in `template_coreos_cloudinit` of a fork of Terraform's template provider.
pub fn section(line: &str) -> Option<&'static str> {
    ["etcd {", "etcd2 {", "fleet {"].into_iter().find(|section| line == *section)
}

/// The value in front of a comment or of what closes the block, and whether it stood in quotes.
fn value(text: &str) -> (&str, bool) {
    if let Some(quote @ ('"' | '\'')) = text.chars().next() {
        return (text[1..].split(quote).next().unwrap_or(""), true);
    }
    (text.split(['#', ' ', '\t', ',', '}']).next().unwrap_or(""), false)
}

#[cfg(test)]
mod tests {
    use crate::config::Source;
    use crate::units::{MS, S};

    fn acting(text: &str) -> Vec<(&'static str, Option<i64>, String)> {
        let read = crate::config::read(0, text).expect("a configuration");
        assert_eq!(read.source, Source::Prefixed);
        read.settings
            .iter()
            .filter(|setting| setting.effective)
            .map(|setting| (setting.parameter.key(), setting.value, setting.place.span.of(text).to_owned()))
            .collect()
    }

    #[test]
    fn arguments_defaults_and_variable_files() {
        let module = "module \"a\" {\n  fleet_agent_ttl = \"120s\" # patient\n  fleet_etcd_request_timeout = \"5.0\"\n}\nmodule \"b\" {\n  fleet_agent_ttl = var.ttl\n}\n";
        assert_eq!(
            acting(module),
            [
                ("agent-ttl", Some(120 * S), "120s".to_owned()),
                ("etcd-request-timeout", Some(5 * S), "5.0".to_owned()),
                ("agent-ttl", None, "var.ttl".to_owned())
            ]
        );
        let declared = "variable \"etcd_election_timeout\" {\n  default = \"3000\"\n}\nvariable \"other\" { default = \"7\" }\nvariable \"etcd_heartbeat_interval\" { default = 300 }\n";
        assert_eq!(
            acting(declared),
            [("election-timeout", Some(3000 * MS), "3000".to_owned()), ("heartbeat-interval", Some(300 * MS), "300".to_owned())]
        );
        assert_eq!(
            acting("class etcd::params {\n  $etcd_heartbeat_interval = 250\n}\n"),
            [("heartbeat-interval", Some(250 * MS), "250".to_owned())]
        );
        assert_eq!(
            acting("class etcd::params {\n  $etcd_peer_heartbeat_interval = '50'\n}\n"),
            [("heartbeat-interval", Some(50 * MS), "50".to_owned())]
        );
        assert_eq!(acting("etcd_heartbeat_interval = 250\n"), [("heartbeat-interval", Some(250 * MS), "250".to_owned())]);
        assert_eq!(
            acting(
                "data \"template_coreos_cloudinit\" \"a\" {\n  etcd2 {\n    heartbeat_interval = 500\n    election_timeout = 5000\n  }\n\n  fleet {\n    agent_ttl = \"60s\"\n  }\n  other {\n    election_timeout = 7\n  }\n}\n"
            ),
            [
                ("heartbeat-interval", Some(500 * MS), "500".to_owned()),
                ("election-timeout", Some(5000 * MS), "5000".to_owned()),
                ("agent-ttl", Some(60 * S), "60s".to_owned())
            ]
        );
        assert!(acting("variable \"fleet_agent_ttl\" {\n  default = \"\"\n}\n").is_empty());
    }
}
