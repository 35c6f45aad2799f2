//! One file per form in which a configuration comes: each takes what a text states and hands it to the builder.

mod cloud_config;
mod commands;
mod container_linux;
pub(crate) mod drop_in;
pub(crate) mod env;
pub(crate) mod etcd_toml;
mod etcd_yaml;
pub(crate) mod flags;
mod fleet_conf;
pub(crate) mod fragment;
mod ignition;
pub(crate) mod manifest;
pub(crate) mod prefixed;
pub(crate) mod program;
mod script;
pub(crate) mod units;

use super::builder::Builder;
use super::configuration::Source;
use super::syntax::mapped_text::MappedText;

/// Takes what a text states; `name` is its path, where it stands within the document.
pub(super) fn take(builder: &mut Builder, source: Source, name: &str, text: &MappedText) {
    match source {
        Source::CloudConfig => cloud_config::take(builder, text),
        Source::DropIn => {
            let (unit, file) = drop_in::path_of_unit(name).unwrap_or_default();
            drop_in::take(builder, text, &unit, &file);
        }
        Source::FleetConf => fleet_conf::take(builder, text),
        Source::Environment => env::take(builder, text),
        Source::Flags => commands::take(builder, text),
        Source::EtcdToml => etcd_toml::take(builder, text),
        Source::EtcdYaml => etcd_yaml::take(builder, text),
        Source::ContainerLinux => container_linux::take(builder, text),
        Source::Ignition => ignition::take(builder, text),
        Source::Manifest => manifest::take(builder, text),
        Source::Prefixed => prefixed::take(builder, text),
        Source::Program => program::take(builder, text),
        Source::Fragment => fragment::take(builder, text),
    }
}
