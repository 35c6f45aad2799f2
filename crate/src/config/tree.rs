//! A text that is YAML as a tree that knows its bytes in the document, and a word to the reader where it is none.

use std::ops::{Deref, Range};

use super::builder::Builder;
use super::embedded::embedded;
use super::mapped_text::MappedText;
use crate::template;
use crate::yaml::{self, Node, Tree};

/// The tree of a text: the document, or one that stands within it.
pub struct TextTree<'a> {
    tree: Tree,
    text: &'a MappedText,
}

impl Deref for TextTree<'_> {
    type Target = Tree;

    fn deref(&self) -> &Tree {
        &self.tree
    }
}

impl<'a> TextTree<'a> {
    /// Of a text; where that is no YAML it is read line by line, and of the document a template or an error is noted.
    pub fn of(builder: &mut Builder, text: &'a MappedText) -> Self {
        let tree = yaml::read(&text.text).unwrap_or_else(|error| {
            if text.is_document() {
                no_yaml(builder, &error);
            }
            yaml::read_tolerantly(&text.text)
        });
        TextTree { tree, text }
    }

    /// Where bytes of the text stand in the document.
    pub fn place(&self, span: &Range<usize>) -> Range<usize> {
        self.text.place(span.clone())
    }

    /// Where a scalar stands in the document, without its quotes.
    pub fn bare(&self, node: &Node) -> Range<usize> {
        self.text.place(node.within_quotes())
    }

    /// The text of a scalar.
    pub fn scalar(&self, node: &Node) -> Option<MappedText> {
        self.text.scalar(self.resolve(node))
    }

    /// The text itself.
    pub fn text(&self) -> &'a MappedText {
        self.text
    }
}

/// Notes why the document is no YAML: a template, or an error.
fn no_yaml(builder: &mut Builder, error: &yaml::YamlError) {
    builder.tolerant = true;
    if error.too_much {
        builder.limits.push(format!("A configuration has {}, so it was read line by line.", error.message));
        return;
    }
    // What is still wrong with a word in each place to fill in is no matter of the template. A script has marks of its own.
    let filled = template::filled(builder.text).filter(|_| !builder.text.starts_with("#!"));
    let broken = filled.and_then(|filled| yaml::read(&filled).err());
    let mark = template::first(builder.text);
    let word = builder.text.get(error.offset..).and_then(|rest| rest.split_whitespace().next());
    let placeholder = word.filter(|word| mark.is_none() && template::fills(word)).map(|_| error.offset);
    if let Some(header) = embedded(builder.text) {
        builder.problem(
            "config-template",
            header,
            "This configuration stands inside another text, so it was read line by line.".to_owned(),
            None,
        );
    } else if let Some(error) = broken.filter(|_| placeholder.is_none()) {
        let at = error.offset.min(builder.text.len());
        let note = format!("{} Nothing of the file is applied at boot.", error.sentence(builder.text));
        let end = builder.text[at..].chars().next().map_or(at, |symbol| at + symbol.len_utf8());
        builder.problem("config-yaml-error", at..end, note, None);
    } else if let Some(first) = mark.or(placeholder) {
        builder.problem(
            "config-template",
            first..first + 2,
            "This is a template, not finished YAML, so it was read line by line; values that the template fills in are not known."
                .to_owned(),
            None,
        );
    }
}
