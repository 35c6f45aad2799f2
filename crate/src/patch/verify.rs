//! Believes an edited text only after reading it twice.

use std::fmt::{self, Formatter};

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Change, render};
use crate::config::meaning::keys;
use crate::config::syntax::unpack::unpacked;
use crate::config::syntax::variables;
use crate::config::{self, Configuration, Setting, Source};
use crate::gather::Gather;
use crate::text::BYTE_ORDER_MARK;
use crate::units::{parse_go_duration, parse_number};
use crate::yaml::{self, Kind, Node, Style, Tree};
use crate::{search, sort, template};

/// Whether the change is in force already.
pub fn holds(configuration: &Configuration, change: &Change) -> bool {
    let acts = |setting: &&Setting| setting.effective && change.is_of(setting);
    let mut acting = configuration.settings.iter().filter(acts).peekable();
    acting.peek().is_some() && acting.all(|setting| setting.value == Some(change.value))
}

/// Whether `new` differs from `old` by the changes and by nothing else, in the eyes of both readers; else a sentence.
pub fn check(old: &str, before: &Configuration, new: &str, changes: &[Change]) -> Result<(), String> {
    let unplanned = |reason| format!("The edited text was not what was planned: {reason}.");
    rereads(before, new, changes).map_err(unplanned)?;
    if before.tolerant || !before.source.is_yaml() {
        return Ok(());
    }
    // Then the edit is not to blame.
    let old = leaves(old).map_err(|reason| format!("No edit of this file can be checked: {reason}."))?;
    same_but_for(&old, new, changes).map_err(unplanned)
}

/// Whether the changes act in `new`, and all other values are as they were.
pub fn rereads(before: &Configuration, new: &str, changes: &[Change]) -> Result<(), String> {
    let after = config::read(before.document, new).filter(|after| after.source == before.source && (before.tolerant || !after.tolerant));
    let Some(after) = after else { return Err("the edited text reads as something else".to_owned()) };
    if let Some(change) = changes.iter().find(|change| !holds(&after, change)) {
        return Err(format!("{} would not apply after the edit", change.parameter.key()));
    }
    // What another document gives a value is not seen in this one alone.
    let given = |setting: &Setting| {
        before.settings.iter().any(|each| each.set_by.is_some() && each.parameter == setting.parameter && each.raw == setting.raw)
    };
    // Whether a key of etcd 0.4 acts, the logs tell and not the text; of a line of fleet.conf, the texts beside it.
    let told_elsewhere = |setting: &Setting| setting.etcd_04 || before.source == Source::FleetConf;
    let others = |configuration: &Configuration| -> Vec<_> {
        let untouched = |setting: &&Setting| !given(setting) && !changes.iter().any(|change| change.parameter == setting.parameter);
        configuration
            .settings
            .iter()
            .filter(untouched)
            .map(|setting| (setting.parameter, setting.raw.clone(), setting.value, setting.effective || told_elsewhere(setting)))
            .gather()
    };
    if others(before) != others(&after) {
        return Err("another value would change".to_owned());
    }
    Ok(())
}

/// Parses the new text with the independent reader; its leaves may differ from the old ones only as planned.
fn same_but_for(before: &[Leaf], new: &str, changes: &[Change]) -> Result<(), String> {
    let after = leaves(new)?;
    let (removed, added) = (only_in(before, &after), only_in(&after, before));
    let unplanned = added.iter().any(|leaf| !is_planned(leaf, &removed, changes))
        || removed.iter().any(|leaf| !may_go(leaf, &added, changes))
        || removed.len() > (changes.len() + 1).max(added.len());
    if unplanned { Err("a second YAML reader sees other differences than the planned ones".to_owned()) } else { Ok(()) }
}

/// Path without list positions, and the value as text.
type Leaf = (String, String);

/// What of `leaves` is not in `others`, each counted as often as it comes; both are sorted.
fn only_in<'a>(leaves: &'a [Leaf], others: &[Leaf]) -> Vec<&'a Leaf> {
    let mut only = Vec::new();
    let mut others = others.iter().peekable();
    for leaf in leaves {
        while others.next_if(|other| *other < leaf).is_some() {}
        if others.next_if_eq(&leaf).is_none() {
            only.push(leaf);
        }
    }
    only
}

/// All leaves of a text, sorted, as the second reader sees them. The first reader's tree leads it: it
/// must find the same mappings, lists and values in the same places, and no key twice.
fn leaves(text: &str) -> Result<Vec<Leaf>, String> {
    let refuses = |error: serde_yaml::Error| format!("a second YAML reader refuses the file: {error}");
    // A byte order mark is no part of the first key.
    let text = text.trim_start_matches(BYTE_ORDER_MARK);
    let tree = yaml::read(text).map_err(|error| error.message)?;
    let mut leaves = Vec::new();
    let mut roots = tree.documents.iter();
    for document in serde_yaml::Deserializer::from_str(text) {
        let walk = Walk { tree: &tree, node: roots.next().unwrap_or(&NOTHING), path: String::new(), leaves: &mut leaves };
        document.deserialize_newtype_struct("", Root(walk)).map_err(refuses)?;
    }
    sort::sort(&mut leaves);
    Ok(leaves)
}

/// Reads one node as the tree says it is, and keeps the leaves below it.
struct Walk<'a> {
    tree: &'a Tree,
    node: &'a Node,
    path: String,
    leaves: &'a mut Vec<Leaf>,
}

impl Walk<'_> {
    fn leaf(self, text: &str) {
        self.leaves.push((self.path, unpacked(text).map_or_else(|| text.to_owned(), |(_, inner)| inner)));
    }
}

/// What the first reader sees where the second one sees a document and the first does not: only an empty one may stand there.
static NOTHING: Node = Node { kind: Kind::Scalar { text: String::new(), style: Style::Plain }, span: 0..0, anchor: None, tag: None };

/// Steps into a document, so that a walk reads with one type of reader and is compiled once.
struct Root<'a>(Walk<'a>);

impl<'de> Visitor<'de> for Root<'_> {
    type Value = ();

    fn expecting(&self, sentence: &mut Formatter) -> fmt::Result {
        sentence.write_str("a document")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        self.0.deserialize(reader)
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(mut self, reader: D) -> Result<(), D::Error> {
        self.node = self.tree.resolve(self.node);
        match &self.node.kind {
            Kind::Mapping { .. } => reader.deserialize_map(self),
            Kind::Sequence { .. } => reader.deserialize_seq(self),
            // A template's mark: the second reader sees mappings or a comment in it.
            Kind::Scalar { text, style: Style::Plain } if ["{{", "#{"].iter().any(|mark| text.starts_with(mark)) => {
                IgnoredAny::deserialize(reader)?;
                self.leaf(text);
                Ok(())
            }
            _ if self.node.is_null() => reader.deserialize_unit(self),
            _ => reader.deserialize_str(self),
        }
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, sentence: &mut Formatter) -> fmt::Result {
        sentence.write_str("what the first reader sees")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut names = Vec::new();
        for entry in self.node.entries() {
            let mut key = Vec::new();
            let name = Walk { tree: self.tree, node: &entry.key, path: String::new(), leaves: &mut key };
            map.next_key_seed(name)?.ok_or_else(|| A::Error::custom("a key is missing"))?;
            let name = key.into_iter().map(|(path, text)| path + &text).collect::<String>();
            let path = format!("{}/{name}", self.path);
            map.next_value_seed(Walk { tree: self.tree, node: &entry.value, path, leaves: self.leaves })?;
            names.push(name);
        }
        let entries = names.len();
        if sort::distinct(names).len() < entries {
            return Err(A::Error::custom("a key stands twice"));
        }
        if entries == 0 {
            self.leaf("");
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        for item in self.node.items() {
            let path = format!("{}/*", self.path);
            let item = Walk { tree: self.tree, node: item, path, leaves: self.leaves };
            list.next_element_seed(item)?.ok_or_else(|| A::Error::custom("an item is missing"))?;
        }
        if self.node.items().is_empty() {
            self.leaf("");
        }
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.leaf("");
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.leaf(text);
        Ok(())
    }
}

fn last_key(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or("")
}

fn is_planned((path, text): &Leaf, removed: &[&Leaf], changes: &[Change]) -> bool {
    changes.iter().any(|change| {
        let named = keys::of_prefixed(last_key(path))
            .or_else(|| keys::of_variable(last_key(path)))
            .is_some_and(|(parameter, _)| parameter == change.parameter)
            || [false, true].iter().any(|of_kops| last_key(path) == render::camel(change, *of_kops));
        let default = || template::fallback(text).unwrap_or(text);
        let text = variables::fallback(text).map_or_else(default, |(value, _)| value);
        let whole = text == render::value(change)
            || parse_number(text).is_some_and(|number| number == change.parameter.number(change.value))
            || parse_go_duration(text) == Ok(change.value);
        whole && (named || removed.iter().any(|(old, _)| old == path) || last_key(path).eq_ignore_ascii_case("value"))
            || spelled(text, change)
    }) && nested_lines_are_planned(path, text, removed, changes)
        || (last_key(path).eq_ignore_ascii_case("name")
            && (text == render::NEW_DROP_IN
                || changes.iter().any(|change| *text == render::key(change) || *text == render::variable(change))))
        // A flag that is a word of its own has lost what etcd 0.4 had before it.
        || removed.iter().any(|(from, old)| from == path && search::replace(old, "peer-", "") == *text)
}

/// A text that holds the parameter by name and the value.
fn spelled(text: &str, change: &Change) -> bool {
    let value = render::value(change);
    let lower = text.to_ascii_lowercase().replace('_', "-");
    (search::has(&lower, change.parameter.key()) || text.lines().count() > 1 || text.starts_with("data:")) && search::has(text, &value)
}

/// In a text within the text, only lines that hold a planned value may be new.
fn nested_lines_are_planned(path: &str, text: &str, removed: &[&Leaf], changes: &[Change]) -> bool {
    let olds: Vec<&str> = removed.iter().filter(|(old, _)| old == path).map(|(_, old)| old.as_str()).gather();
    if olds.is_empty() || text.lines().count() < 2 {
        return true;
    }
    olds.iter().any(|old| {
        let known: Vec<&str> = old.lines().gather();
        // A comment may have got a line of its own.
        let moved = |line: &str| line.starts_with('#') && search::has(old, line);
        let new: Vec<&str> = text.lines().filter(|line| !known.contains(line) && !moved(line)).gather();
        new.len() <= changes.len() && new.iter().all(|line| changes.iter().any(|change| search::has(line, &render::value(change))))
    })
}

fn may_go((path, text): &Leaf, added: &[&Leaf], changes: &[Change]) -> bool {
    let replaced = added.iter().any(|(new, _)| new == path);
    let filled = text.is_empty() && added.iter().any(|(new, _)| new.starts_with(&format!("{path}/")));
    let named = keys::of_key(last_key(path)).is_some_and(|(parameter, _)| changes.iter().any(|change| change.parameter == parameter));
    replaced || filled || named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_have_their_paths() {
        let text = "a: &x {b: 1, c: ~}\nd: ['2', *x, []]\ne:\n";
        let found = leaves(text).unwrap();
        let expected = [("/a/b", "1"), ("/a/c", ""), ("/d/*", ""), ("/d/*", "2"), ("/d/*/b", "1"), ("/d/*/c", ""), ("/e", "")];
        assert_eq!(found, expected.map(|(path, text)| (path.to_owned(), text.to_owned())));
        assert_eq!(leaves("").unwrap(), [(String::new(), String::new())]);
    }

    #[test]
    fn a_key_twice_is_refused() {
        assert!(leaves("a: 1\nb: 2\na: 3\n").unwrap_err().contains("a key stands twice"));
    }

    #[test]
    fn a_file_that_was_wrong_before_the_edit_is_named_as_such() {
        let twice = "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 100\ncoreos:\n  fleet:\n    agent-ttl: 30s\n";
        let before = config::read(0, twice).unwrap();
        let said = check(twice, &before, twice, &[]).unwrap_err();
        assert!(said.starts_with("No edit of this file can be checked: ") && said.contains("a key stands twice"), "{said}");
    }

    #[test]
    fn what_one_text_has_more_of() {
        let list = |texts: &[&str]| texts.iter().map(|text| (String::new(), (*text).to_owned())).collect::<Vec<Leaf>>();
        let (one, other) = (list(&["a", "b", "b", "d"]), list(&["b", "c", "d"]));
        assert_eq!(only_in(&one, &other), [&one[0], &one[2]]);
        assert_eq!(only_in(&other, &one), [&other[1]]);
    }
}
