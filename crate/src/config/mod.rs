//! Reading configurations: one file per source, and what the machine would make of each.

mod builder;
mod configuration;
pub mod detect;
pub mod drop_ins;
pub(crate) mod files;
pub(crate) mod meaning;
pub(crate) mod precedence;
pub mod references;
mod runs;
pub(crate) mod sources;
pub(crate) mod syntax;
pub(crate) mod tools;
mod tree;

pub use configuration::{Cluster, Configuration, Launcher, Marks, Problem, Setting, Source};
pub use meaning::keys::section_of;
pub use meaning::values::looks_like_another_unit;
pub use sources::manifest::operators::HARDWARE_SPEEDS;

use builder::Builder;
use syntax::embedded::here_document;
use syntax::mapped_text::MappedText;

use crate::ids::RuleId;
use crate::search;
use crate::text::DocumentId;

/// Reads a document as configuration; `None` where it is none.
pub fn read(document: DocumentId, text: &str) -> Option<Configuration> {
    // What the kernel shows of a process ends each variable and each word with a zero: proc(5), `/proc/PID/environ`, `cmdline`.
    if of_kernel(text) {
        let end = if text.split('\0').next()?.contains('=') { "\n" } else { " " };
        return read(document, &search::replace(text, "\0", end));
    }
    let source = detect::configuration(text)?;
    let read = read_as(source, document, text);
    // What has only words in common with a command or a manifest, and is no YAML, is some other text; so is JSON of another
    // program, whose keys are like etcd's further down.
    let vague = matches!(source, Source::Flags | Source::EtcdYaml | Source::Manifest);
    let says_nothing = |read: &Configuration| !read.cluster.has_etcd && read.settings.is_empty();
    let empty = vague && says_nothing(&read);
    // Manifests in jsonnet or in a language stand in braces over lines.
    let opens = |line: &str| [" {", "[{", "({"].iter().any(|end| line.trim_end().ends_with(end));
    let braced = || read.has_problem(RuleId::ConfigYamlError) && text.lines().any(opens);
    if (empty || braced()) && sources::program::is_program(text) {
        return Some(read_as(Source::Program, document, text));
    }
    // A manifest of a kind that is not known may have etcd's timers as plain lines.
    let read = if empty && detect::has_plain_timers(text) { read_as(Source::Fragment, document, text) } else { read };
    // Lines that are another program's say nothing, but a slip of the pen among them is told.
    let may_be_empty = if read.source == Source::Fragment { !read.problems.is_empty() } else { !vague };
    (may_be_empty || !says_nothing(&read)).then_some(read)
}

/// Whether a text is one line that zeros part.
pub fn of_kernel(text: &str) -> bool {
    text.contains('\0') && !text.contains('\n')
}

/// Reads a document that is known for what it is, and then each text that stands within it.
fn read_as(source: Source, document: DocumentId, text: &str) -> Configuration {
    let mut builder = Builder::new(document, source, text);
    sources::take(&mut builder, source, "", &MappedText::document(text));
    while let Some(part) = builder.next_part() {
        let source = files::source_of(&part.name, &part.text.text);
        let was_read = |source: &Source| part.read_by_line && matches!(source, Source::Environment | Source::Flags | Source::DropIn);
        if let Some(source) = source.filter(|source| !was_read(source)) {
            let stated = builder.stated();
            sources::take(&mut builder, source, &part.name, &part.text);
            if source == Source::Environment {
                builder.variable_files.push((part.name, stated..builder.stated()));
            }
        }
    }
    builder.cluster.launcher = builder.cluster.launcher.or_else(|| runs::launcher_of(source, text));
    let is_mixed = || !text.starts_with("#!") && sources::env::is_mixed(text);
    builder.cluster.written = match source {
        Source::Manifest => builder.cluster.launcher.is_none() || builder.cluster.written,
        Source::Environment => here_document(text).is_some() || is_mixed(),
        Source::FleetConf | Source::DropIn | Source::EtcdYaml => here_document(text).is_some(),
        _ => builder.cluster.written,
    };
    let butane = source == Source::ContainerLinux && search::has(text, "variant:");
    builder.finish(if butane { "Butane configuration" } else { source.words() })
}
