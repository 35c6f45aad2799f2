//! Where in a manifest the walk is, and what is known there.

use std::cell::OnceCell;
use std::ops::Range;

use super::installer::Arguments;
use crate::config::builder::Builder;
use crate::config::syntax::variables::{fallback, referred};
use crate::config::tree::TextTree;
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::sort::by_key;
use crate::yaml::{Entry, Kind, Node, Style};

/// Where in a document the walk is, and what is known of it.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    pub(super) tree: &'a TextTree<'a>,
    /// The variables of all containers, once one of them is asked for.
    pub(super) named: &'a OnceCell<Vec<Variable>>,
    /// The process that arguments here are for: each docker-compose service and each container is one.
    pub(super) member: &'a str,
    /// The key that it stands below.
    pub(super) below: &'a str,
    pub(super) depth: usize,
    /// It has keys of its own for the timers.
    pub(super) timed: bool,
    /// The file of a server of k3s or RKE2.
    pub(super) k3s: bool,
    /// An object that Kubernetes checks.
    pub(super) is_object: bool,
    /// In which form kubeadm takes the arguments, where the document tells.
    pub(super) form: Option<Arguments>,
    /// docker-compose fills in `${NAME:-500}` as a shell does.
    pub(super) compose: bool,
}

/// Where Kubernetes wants text it refuses a number.
pub(super) fn refuse_number(builder: &mut Builder, stated: usize, value: &Node) {
    let text = value.text().unwrap_or("");
    let plain = matches!(value.kind, Kind::Scalar { style: Style::Plain, .. }) && value.tag.is_none();
    if plain && text.parse().is_ok_and(f64::is_finite) {
        builder.void_from(stated, RuleId::ConfigUnquotedNumber, &|parameter| {
            format!("The value of {} is a number here, and Kubernetes takes only text; write \"{text}\" in quotes.", parameter.key())
        });
    }
}

/// What docker-compose fills in for `${NAME:-500}` where nobody sets the variable, and where it begins; else the value.
pub(super) fn filled_in<'v>(spot: Spot, value: &'v str) -> (&'v str, usize) {
    fallback(value).filter(|_| spot.compose).unwrap_or((value, 0))
}

/// What Kubernetes puts in place of `$(NAME)`: the variable of the container. With several of this name in the document it is
/// not told which is meant.
pub(super) fn named<'t>(spot: Spot<'t>, value: &str) -> Option<(&'t str, Range<usize>)> {
    let name = referred(value).filter(|_| value.starts_with("$("))?;
    let all = spot.named.get_or_init(|| named_values(spot.tree));
    let from = all.partition_point(|variable| variable.name.as_str() < name);
    let mut found = all[from..].iter().take_while(|variable| variable.name == name);
    let (Some(variable), None) = (found.next(), found.next()) else { return None };
    Some((&variable.value, variable.place.clone()))
}

/// A variable of a container.
pub(super) struct Variable {
    name: String,
    value: String,
    /// The bytes of the value.
    place: Range<usize>,
}

/// What stands as `name: NAME` beside its `value:`, by name.
fn named_values(tree: &TextTree) -> Vec<Variable> {
    let (mut found, mut level) = (Vec::new(), tree.documents.iter().gather());
    while let Some(node) = level.pop() {
        let value = tree.get(node, "value").and_then(|value| Some((value.text()?, tree.bare(value))));
        if let (Some(name), Some((value, place))) = (tree.word(node, "name"), value) {
            found.push(Variable { name: name.to_owned(), value: value.to_owned(), place });
        }
        level.extend(node.items().iter().chain(node.entries().iter().map(|entry| &entry.value)));
    }
    by_key(&mut found, |variable| variable.name.clone());
    found
}

/// What `<<` brings to a service of docker-compose, of which each is a process, where it says nothing of it itself.
pub(super) fn shared<'t>(spot: Spot<'t>, node: &'t Node) -> Vec<&'t Entry> {
    let shares = !spot.member.is_empty() && spot.compose;
    if shares { spot.tree.merged(node) } else { Vec::new() }
}
