//! What a ConfigMap or a Secret holds: variables, and whole files.

use super::environment::{variable, variables};
use super::spot::Spot;
use crate::config::builder::Builder;
use crate::config::syntax::mapped_text::MappedText;
use crate::config::syntax::unpack::base64;
use crate::config::tree::TextTree;
use crate::search;
use crate::yaml::Node;

/// A ConfigMap's `data`: variables, and whole files.
pub(super) fn data(builder: &mut Builder, spot: Spot, node: &Node) {
    variables(builder, spot, node, "");
    for entry in node.entries() {
        builder.holds(entry.name(), with_lines(spot.tree, &entry.value), false);
    }
}

/// A Secret's `data`, which is in base64.
pub(super) fn secret(builder: &mut Builder, spot: Spot, node: &Node) {
    for entry in node.entries() {
        let packed = spot.tree.scalar(&entry.value);
        let Some(inner) = packed.and_then(|packed| packed.unpacked(base64(&packed.text)?)) else { continue };
        variable(builder, spot, entry.name(), inner.text.trim(), spot.tree.bare(&entry.value));
        builder.holds(entry.name(), Some(inner).filter(has_lines), false);
    }
}

pub(super) fn with_lines(tree: &TextTree, node: &Node) -> Option<MappedText> {
    tree.scalar(node).filter(has_lines)
}

/// An item of a list that is a file of an installer: RKE2's, or a patch for Talos' (siderolabs/cluster-api-control-plane-provider-talos:
/// `strategicPatches`). A script begins with a command.
pub(super) fn is_file(inner: &MappedText) -> bool {
    let first = inner.text.lines().find(|line| !line.starts_with('#')).unwrap_or("");
    first.starts_with("etcd-arg:") || first.ends_with(':') && !first.contains(' ') && search::has(&inner.text, "extraArgs:")
}

/// Several lines, or JSON.
pub(super) fn has_lines(inner: &MappedText) -> bool {
    inner.text.contains('\n') || inner.text.starts_with('{')
}
