//! Reading configurations: one file per source, and what the machine would make of each.

mod builder;
mod cloud_config;
pub(crate) mod command;
mod configuration;
mod container_linux;
pub(crate) mod containers;
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
pub(crate) mod installer;
mod k3s;
pub(crate) mod keys;
mod manifest;
pub(crate) mod mapped_text;
pub(crate) mod operators;
pub(crate) mod precedence;
pub(crate) mod prefixed;
pub(crate) mod program;
pub mod references;
pub(crate) mod scalar;
mod script;
mod tree;
pub mod unpack;
mod values;
pub(crate) mod variables;
pub(crate) mod words;

pub use configuration::{Cluster, Configuration, Launcher, Marks, Problem, Setting, Source};
pub use keys::section_of;
pub use values::looks_like_another_unit;

use builder::Builder;
use mapped_text::MappedText;

use crate::search;
use crate::text::DocumentId;

/// Reads a document as configuration; `None` where it is none.
pub fn read(document: DocumentId, text: &str) -> Option<Configuration> {
    let source = detect::configuration(text)?;
    let read = read_as(source, document, text);
    // What has only words in common with a command or a manifest, and is no YAML, is some other text; so is JSON of another
    // program, whose keys are like etcd's further down.
    let vague = matches!(source, Source::Flags | Source::EtcdYaml) || (source == Source::Manifest && read.tolerant);
    let empty = vague && !read.cluster.has_etcd && read.settings.is_empty();
    if empty && program::is_program(text) {
        return Some(read_as(Source::Program, document, text));
    }
    (!empty).then_some(read)
}

/// Reads a document that is known for what it is, and then each text that stands within it.
fn read_as(source: Source, document: DocumentId, text: &str) -> Configuration {
    let mut builder = Builder::new(document, source, text);
    take(&mut builder, source, "", &MappedText::document(text));
    while let Some(part) = builder.next_part() {
        let source = files::source_of(&part.name, &part.text.text);
        let was_read = |source: &Source| part.read_by_line && matches!(source, Source::Environment | Source::Flags | Source::DropIn);
        if let Some(source) = source.filter(|source| !was_read(source)) {
            let stated = builder.stated();
            take(&mut builder, source, &part.name, &part.text);
            if source == Source::Environment {
                builder.variable_files.push((part.name, stated..builder.stated()));
            }
        }
    }
    let butane = source == Source::ContainerLinux && search::has(text, "variant:");
    builder.finish(if butane { "Butane configuration" } else { source.words() })
}

/// Takes what a text states; `name` is its path, where it stands within the document.
fn take(builder: &mut Builder, source: Source, name: &str, text: &MappedText) {
    match source {
        Source::CloudConfig => cloud_config::take(builder, text),
        Source::DropIn => {
            let (unit, file) = drop_in::path_of_unit(name).unwrap_or_default();
            drop_in::take(builder, text, &unit, &file);
        }
        Source::FleetConf => fleet_conf::take(builder, text),
        Source::Environment => env::take(builder, text),
        Source::Flags => flags::take_text(builder, text),
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
