//! Ignition JSON, versions 1 to 3: units with drop-ins, files in `data:` URLs.

use super::units;
use crate::config::builder::Builder;
use crate::config::syntax::mapped_text::MappedText;
use crate::config::syntax::unpack::{base64, gunzip};
use crate::config::tree::TextTree;
use crate::search;
use crate::yaml::Node;

/// Takes what Ignition's JSON states, which is read as the YAML that it is.
pub fn take(builder: &mut Builder, text: &MappedText) {
    let tree = TextTree::of(builder, text);
    if let Some(root) = tree.documents.first() {
        take_root(builder, &tree, root);
    }
}

/// Takes the units and files of Ignition's tree: `systemd.units` with `contents` and `dropins`, `storage.files`.
pub fn take_root(builder: &mut Builder, tree: &TextTree, root: &Node) {
    for unit in tree.list(root, &["systemd", "units"]) {
        units::take_unit(builder, tree, tree.resolve(unit), "contents", &["dropins", "drop_ins"]);
    }
    // In version 1 they stand below their filesystems.
    let systems = tree.list(root, &["storage", "filesystems"]).iter();
    let files = systems.flat_map(|system| tree.list(system, &["files"]));
    tree.list(root, &["storage", "files"]).iter().chain(files).for_each(|file| take_file(builder, tree, tree.resolve(file)));
}

fn take_file(builder: &mut Builder, tree: &TextTree, file: &Node) {
    let Some(path) = tree.word(file, "path") else { return };
    builder.writes_file(path);
    // From version 3 on, files may be added to.
    for contents in tree.get(file, "contents").into_iter().chain(tree.list(file, &["append"])) {
        let packed = tree.word(contents, "compression") == Some("gzip");
        // As a Container Linux Config and Butane have it.
        let inline = tree.get(contents, "inline").and_then(|inline| tree.scalar(inline));
        let url = || tree.scalar(tree.get(contents, "source").unwrap_or(contents));
        builder.holds(path, inline.or_else(|| data_url(url()?, packed)), false);
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
