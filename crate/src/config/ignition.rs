//! Ignition JSON, versions 1 to 3: units with drop-ins, files in `data:` URLs.

use super::builder::Builder;
use super::files;
use super::mapped_text::MappedText;
use super::tree::TextTree;
use super::unpack::{base64, gunzip};
use crate::gather::Gather;
use crate::search;
use crate::yaml::Node;

/// Takes what Ignition's JSON states, which is read as the YAML that it is.
pub fn take(builder: &mut Builder, text: &MappedText) {
    let tree = TextTree::of(builder, text);
    if let Some(root) = tree.documents.first() {
        take_root(builder, &tree, root);
    }
}

/// Takes the units and files of Ignition's tree.
pub fn take_root(builder: &mut Builder, tree: &TextTree, root: &Node) {
    take_units(builder, tree, root);
    files(builder, tree, root);
}

/// `systemd.units` with `contents` and `dropins`, as JSON or YAML.
pub fn take_units(builder: &mut Builder, tree: &TextTree, root: &Node) {
    for unit in tree.at(root, &["systemd", "units"]).map_or(&[][..], Node::items) {
        files::take_unit(builder, tree, tree.resolve(unit), "contents", &["dropins", "drop_ins"]);
    }
}

fn files(builder: &mut Builder, tree: &TextTree, root: &Node) {
    let version_1 = tree
        .at(root, &["storage", "filesystems"])
        .map_or(&[][..], Node::items)
        .iter()
        .flat_map(|system| tree.get(tree.resolve(system), "files").map_or(&[][..], Node::items));
    let listed: Vec<Node> = tree.at(root, &["storage", "files"]).map_or(&[][..], Node::items).iter().chain(version_1).cloned().gather();
    for file in &listed {
        let file = tree.resolve(file);
        let Some(path) = tree.get(file, "path").and_then(Node::text).map(str::to_owned) else { continue };
        builder.writes_file(&path);
        // From version 3 on, files may be added to.
        let appended = tree.get(file, "append").map_or(&[][..], Node::items);
        for contents in tree.get(file, "contents").into_iter().chain(appended) {
            let packed = tree.get(contents, "compression").and_then(Node::text) == Some("gzip");
            let url = tree.scalar(tree.get(contents, "source").unwrap_or(contents));
            builder.holds(&path, url.and_then(|inner| data_url(inner, packed)), false);
        }
    }
}

/// What a `data:` URL holds (RFC 2397); other texts as they are, other URLs not at all.
fn data_url(inner: MappedText, packed: bool) -> Option<MappedText> {
    let Some(rest) = inner.text.strip_prefix("data:") else {
        return (!search::has(&inner.text, "://")).then_some(inner);
    };
    let comma = rest.find(',')?;
    if !rest[..comma].ends_with(";base64") {
        return (!packed).then(|| inner.percent_decoded(5 + comma + 1));
    }
    let bytes = base64(&inner.percent_decoded(5 + comma + 1).text)?;
    let bytes = if packed { gunzip(&bytes)? } else { bytes };
    inner.unpacked(bytes)
}

#[cfg(test)]
mod tests {
    use crate::config::{Configuration, Source, read_as};
    use crate::text::DocumentId;

    fn read(document: DocumentId, text: &str) -> Configuration {
        read_as(Source::Ignition, document, text)
    }

    #[test]
    fn units_and_data_urls() {
        let text = r#"{"ignition":{"version":"2.2.0"},"systemd":{"units":[{"name":"fleet.service","enabled":true,
 "dropins":[{"name":"40-t.conf","contents":"[Service]\nEnvironment=FLEET_ETCD_REQUEST_TIMEOUT=5\n"}]}]},
 "storage":{"files":[{"path":"/etc/systemd/system/etcd2.service.d/a.conf","contents":{"source":"data:,%5BService%5D%0AEnvironment%3DETCD_ELECTION_TIMEOUT%3D5000%0A"}},
 {"path":"/etc/fleet/fleet.conf","contents":{"source":"data:;base64,YWdlbnRfdHRsPTYwcwo="}}]}}"#;
        let read = read(0, text);
        let raw: Vec<_> = read.settings.iter().filter(|s| s.effective).map(|s| (s.parameter.key(), s.place.span.of(text).len())).collect();
        assert_eq!(
            raw,
            [("etcd-request-timeout", 1), ("election-timeout", 4), ("agent-ttl", "\"data:;base64,YWdlbnRfdHRsPTYwcwo=\"".len())]
        );
    }
}
