//! A text that is YAML as a tree that knows its bytes in the document, and a word to the reader where it is none.

use std::ops::{Deref, Range};

use super::builder::Builder;
use crate::config::syntax::embedded::{HEADER, embedded, here_documents};
use crate::config::syntax::mapped_text::MappedText;
use crate::ids::RuleId;
use crate::text::{line_start, offset};
use crate::yaml::{self, Node, Tree};
use crate::{search, template};

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

/// The cloud-config that a script writes as a here-document, and where it begins: as the shell leaves it, each byte at its
/// place. `None` where the shell may put lines into it.
fn written_by_script(text: &str) -> Option<(usize, String)> {
    let body = here_documents(text).into_iter().find(|body| text[body.range.clone()].trim_start().starts_with(HEADER))?;
    let mut lines = text[body.range.clone()].to_owned();
    if lines.lines().any(|line| line.starts_with('\t') || line.trim_start().starts_with('$')) {
        return None;
    }
    for (escape, left) in [("\\$", "x$"), ("\\`", "x`"), ("\\\\", "x\\")] {
        if !body.quoted {
            lines = search::replace(&lines, escape, left);
        }
    }
    Some((body.range.start, lines))
}

/// The word that stands alone on the line above, and is less indented: a key without its colon.
fn without_colon(text: &str, at: usize) -> Option<&str> {
    let start = line_start(text, at);
    let indent = |line: &str| line.len() - line.trim_start().len();
    let above = text[..start].lines().rfind(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))?;
    let word = above.trim();
    let is_key = word.starts_with(|first: char| first.is_ascii_alphabetic())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    (is_key && indent(above) < indent(&text[start..])).then_some(word)
}

/// Notes why the document is no YAML: a template, or an error.
fn no_yaml(builder: &mut Builder, error: &yaml::YamlError) {
    builder.tolerant = true;
    if error.too_much {
        builder.limits.push(format!("A configuration has {}, so it was read line by line.", error.message));
        return;
    }
    // What is still wrong with a word in each place to fill in is no matter of the template. An excerpt may begin anywhere.
    let begins_within = builder.text.lines().find(|line| !line.trim().is_empty()).is_some_and(|line| line.starts_with([' ', '\t']));
    let leaves_out = || builder.text.lines().any(|line| matches!(line.trim(), "..." | "[...]" | "\u{2026}" | "[\u{2026}]"));
    let is_excerpt = begins_within || leaves_out();
    let written = written_by_script(builder.text);
    let filled = match &written {
        Some((_, text)) => template::filled(text),
        // A script has marks of its own.
        None => template::filled(builder.text).filter(|_| !is_excerpt && !builder.text.starts_with("#!")),
    };
    let from = written.map_or(0, |(from, _)| from);
    let broken = filled.and_then(|filled| yaml::read(&filled).err());
    let broken = broken.map(|error| yaml::YamlError { offset: from + error.offset, ..error });
    let mark = template::first(builder.text);
    let word = builder.text.get(error.offset..).and_then(|rest| rest.split_whitespace().next());
    let placeholder = word.filter(|word| mark.is_none() && template::fills(word)).map(|_| error.offset);
    if let Some(header) = embedded(builder.text).filter(|_| from == 0 || broken.is_none()) {
        builder.problem(
            RuleId::ConfigTemplate,
            header,
            "This configuration stands inside another text, so it was read line by line.".to_owned(),
            None,
        );
    } else if let Some(error) = broken.filter(|_| placeholder.is_none()) {
        let at = error.offset.min(builder.text.len());
        let mut note = format!("{} Nothing of the file is applied at boot.", error.sentence(builder.text));
        let mut place = at..builder.text[at..].chars().next().map_or(at, |symbol| at + symbol.len_utf8());
        if let Some(word) = without_colon(builder.text, at) {
            note = format!("No colon stands behind {word}. {note}");
            let start = offset(builder.text, word);
            place = start..start + word.len();
        }
        builder.problem(RuleId::ConfigYamlError, place, note, None);
    } else if let Some(first) = mark.or(placeholder) {
        builder.problem(
            RuleId::ConfigTemplate,
            first..first + 2,
            "This is a template, not finished YAML, so it was read line by line; values that the template fills in are not known."
                .to_owned(),
            None,
        );
    }
}
