//! A YAML configuration as a tree, and a word to the reader where it is none.

use super::builder::Builder;
use super::embedded::embedded;
use crate::template;
use crate::yaml::{self, Tree};

/// The tree of the whole text; where it is no YAML, a template or an error is noted.
pub fn tree_of(builder: &mut Builder) -> Tree {
    let error = match yaml::read(builder.text) {
        Ok(tree) => return tree,
        Err(error) => error,
    };
    builder.tolerant = true;
    if error.too_much {
        builder.limits.push(format!("A configuration has {}, so it was read line by line.", error.message));
        return yaml::read_tolerantly(builder.text);
    }
    let at = error.offset.min(builder.text.len());
    if let Some(header) = embedded(builder.text) {
        builder.problem(
            "config-template",
            header,
            "This configuration stands inside another text, so it was read line by line.".to_owned(),
            None,
        );
    } else if let Some(first) = template::first(builder.text) {
        builder.problem(
            "config-template",
            first..first + 2,
            "This is a template, not finished YAML, so it was read line by line; values that the template fills in are not known."
                .to_owned(),
            None,
        );
    } else {
        let note = format!("{} Nothing of the file is applied at boot.", error.sentence(builder.text));
        let end = builder.text[at..].chars().next().map_or(at, |symbol| at + symbol.len_utf8());
        builder.problem("config-yaml-error", at..end, note, None);
    }
    yaml::read_tolerantly(builder.text)
}
