//! Reading configurations: one file per source, and what the machine would make of each.

mod builder;
mod cloud_config;
pub(crate) mod command;
mod configuration;
mod container_linux;
pub mod detect;
mod drop_in;
pub(crate) mod embedded;
pub(crate) mod env;
pub(crate) mod etcd_toml;
mod etcd_yaml;
pub(crate) mod files;
pub(crate) mod flags;
mod fleet_conf;
mod fragment;
mod ignition;
mod k3s;
pub(crate) mod keys;
pub(crate) mod manifest;
pub(crate) mod mapped_text;
mod precedence;
pub(crate) mod program;
pub(crate) mod scalar;
pub(crate) mod script;
pub(crate) mod terraform;
mod tree;
mod unpack;
mod values;
mod words;

pub use configuration::{Cluster, Configuration, Launcher, Marks, PROBLEM_IDS, Problem, Setting, Source};
pub use keys::section_of;

use crate::text::DocumentId;

/// Reads a document as configuration; `None` where it is none.
pub fn read(document: DocumentId, text: &str) -> Option<Configuration> {
    let source = detect::configuration(text)?;
    let read = match source {
        Source::CloudConfig => cloud_config::read(document, text),
        Source::DropIn => drop_in::read(document, text),
        Source::FleetConf => fleet_conf::read(document, text),
        Source::Environment => env::read(document, text),
        Source::Flags => flags::read(document, text),
        Source::EtcdToml => etcd_toml::read(document, text),
        Source::EtcdYaml => etcd_yaml::read(document, text),
        Source::ContainerLinux => container_linux::read(document, text),
        Source::Ignition => ignition::read(document, text),
        Source::Manifest => manifest::read(document, text),
        Source::Terraform => terraform::read(document, text),
        Source::Program => program::read(document, text),
        Source::Fragment => fragment::read(document, text),
    };
    // What has only words in common with a command or a manifest, and is no YAML, is some other text.
    let vague = source == Source::Flags || (source == Source::Manifest && read.tolerant);
    let empty = vague && !read.cluster.has_etcd && read.settings.is_empty();
    if empty && program::is_program(text) {
        return Some(program::read(document, text));
    }
    (!empty).then_some(read)
}
