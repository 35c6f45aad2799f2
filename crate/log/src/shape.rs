//! What a text looks like, told without reading it as a log.

use crate::header::header;
use crate::messages::prefilter::prefilter;
use crate::messages::signature::signature;

/// Whether a text looks like a log: headers on most lines. A line without one that is set in goes on with what is above it,
/// as `systemctl status` tells of a unit before it shows the last lines of its log.
pub fn looks_like_log(text: &str) -> bool {
    let mut headed = 0;
    let mut lines = 0;
    for line in text.lines().filter(|line| !line.trim().is_empty()).take(200) {
        let head = header(line, line.len());
        let has_head = head.time.is_some() || head.source_line.is_some();
        headed += u64::from(has_head);
        lines += u64::from(has_head || !line.starts_with([' ', '\t']));
    }
    lines > 0 && headed * 2 >= lines
}

/// Whether a text can hold no more than so many messages, told without reading its lines: by their
/// keys, since the marks alone stand in other words too (`#cloud-config` has that of `re-configuration`).
pub fn messages_at_most(text: &str, most: usize) -> bool {
    let mut keys = 0;
    for hit in prefilter().hits(text.as_bytes(), 0) {
        let signature = signature(hit.signature);
        let key = hit.at.checked_sub(signature.mark).and_then(|start| text.as_bytes().get(start..));
        keys += usize::from(key.is_some_and(|key| key.starts_with(signature.key_text().as_bytes())));
        if keys > most {
            break;
        }
    }
    keys <= most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_of_a_unit_that_systemctl_shows() {
        let status = "\u{25cf} etcd.service - etcd\n   Loaded: loaded (/usr/lib64/systemd/system/etcd.service; static)\n   \
                      Active: active (running) since Sun 2015-02-08 15:07:43 UTC; 11min ago\n Main PID: 623 (etcd)\n\n";
        let joins =
            "Feb 08 15:07:48 n1 etcd[623]: [etcd] Feb  8 15:07:48.932 INFO      | Send Join Request to http://192.0.2.7:7001/join\n";
        assert!(!looks_like_log(status));
        assert!(looks_like_log(&(status.to_owned() + joins)));
        assert!(!looks_like_log(&format!("coreos:\n  etcd2:\n    name: n1\nunits:\nwrite_files:\n{joins}")));
    }
}
