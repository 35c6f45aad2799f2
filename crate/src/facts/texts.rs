//! Words within a line that tell one cause from another, where the message alone does not.

use super::Facts;
use crate::gather::Gather;
use crate::log::event::{Event, Value};
use crate::log::reader::foreign::has_port;
use crate::log::reader::message::SHOWN;
use crate::search;

/// How far the two revisions of a refused renewal lie apart: `101: Compare failed ([167 != 168])` is 1.
/// A pager may have cut the second number: without its bracket it is not whole.
pub fn revisions_apart(event: &Event) -> Option<i64> {
    let (ours, rest) = search::split(search::split(&event.text, "Compare failed ([")?.1, " != ")?;
    let theirs = search::split(rest, "])")?.0;
    Some(theirs.parse::<i64>().ok()? - ours.parse::<i64>().ok()?)
}

/// Whether the line holds one of these words. The text kept for a very long line is cut, so of one what the
/// holes caught is looked at too.
pub fn says(event: &Event, words: &[&str]) -> bool {
    is_in(event, &|text| search::any(text, words))
}

/// Whether it does with one of these ports.
pub fn names_port(event: &Event, ports: &[&str]) -> bool {
    is_in(event, &|text| has_port(text, ports))
}

/// Of a long line the text is cut, and what a signature caught is not.
fn is_in(event: &Event, fits: &dyn Fn(&str) -> bool) -> bool {
    let caught = || event.values.iter().any(|(_, value)| matches!(value, Value::Text(text) if fits(text)));
    fits(&event.text) || event.text.len() >= SHOWN && caught()
}

impl Facts {
    /// Whether this log holds etcd's remarks, which many a search for trouble leaves out.
    pub fn holds_remarks(&self, log: usize) -> bool {
        let remark = |event: &Event| says(event, &["\"level\":\"info\"", " I | "]);
        self.remarks.get_or_init(|| self.logs.iter().map(|log| log.events.iter().any(remark)).gather())[log]
    }
}

/// Texts with which a request of fleet says that it ran into its limit (fleet's clients of 0.5 to 1.0).
pub const LIMIT: &[&str] = &["cancelled", "timeout reached", "context deadline exceeded", "exceeded header timeout", "request timed out"];

/// The text with which etcd refuses a request while it has no leader (etcd-io/etcd@v3.7.1:server/etcdserver/errors/errors.go:35).
pub const WITHOUT_LEADER: &str = "etcdserver: no leader";

/// Texts with which etcd says that a request ended for a leader that was lost.
pub const BY_LEADER: &[&str] = &["previous leader failure", "etcdserver: leader changed"];

/// What Python's clients of etcd say where no connection was made in time (urllib3/urllib3@1.26.5:src/urllib3/connection.py).
pub const CONNECT_TIMEOUT: &str = "(connect timeout=";

/// What go-etcd says of an etcd that answered, but not with what it was asked for (coreos/go-etcd@v2.0.0:etcd/requests.go).
pub const UNEXPECTED_STATUS: &str = "last error: Unexpected HTTP status";

/// Texts of a port that nobody serves: the system's, also as an SSH tunnel passes it on, and that of Windows.
pub const REFUSED: &[&str] = &["onnection refused", "actively refused", "...refused", "…refused"];

/// Texts of a certificate that somebody refused.
const CERTIFICATE: &[&str] = &[
    "x509:",
    "bad certificate",
    "tls: ",
    "certificate has expired",
    "certificate required",
    "certificate signed by unknown authority",
    "TLS handshake",
    // What a server that speaks TLS answers to plain HTTP begins so: a TLS record of an alert.
    TLS_ALERT,
];

/// The first bytes of such an alert, as Go prints them (RFC 8446, section 5.1: type 21, version 3).
pub const TLS_ALERT: &str = "malformed HTTP response \"\\x15\\x03";

/// How Go's word begins for a peer that took the connection and then said nothing (golang/go@go1.12:src/net/http/transport.go,
/// `net/http: TLS handshake timeout`): it is late, and no certificate was seen. The line may be cut behind it.
pub const TLS_TIMEOUT: &str = "net/http: TLS handshake";

/// Whether a word of trouble with certificates stands in the line.
pub fn blames_certificate(event: &Event) -> bool {
    says(event, CERTIFICATE) && !says(event, &[TLS_TIMEOUT])
}

/// Words of the engine when a machine's presence has run out.
pub const GONE: &[&str] = &["went away", "gone away"];

/// Texts with which a removed member learns of it. The last ends it, when somebody asks for its status before it has heard
/// of its removal by others (etcd-io/etcd@v3.5.16:server/etcdserver/api/membership/cluster.go, IsLocalMemberLearner).
pub const REMOVED: &[&str] =
    &["permanently removed from the cluster", "removed during cluster re-configuration", "failed to find local ID"];

/// What the readers of etcd's files say of bytes that are not theirs, as the reason of an end at the start
/// (etcd-io/etcd@v3.5.33:server/wal/decoder.go, server/etcdserver/api/snap/snapshotter.go, golang/protobuf,
/// etcd-io/bbolt, of whose pages FastCheck asks for number and type).
pub const UNREADABLE: &[&str] = &[
    "illegal tag",
    "wrong wireType",
    "invalid wire-format",
    "unexpected EOF",
    "crc mismatch",
    "checksum error",
    "invalid database",
    "invalid freelist",
    "invalid page",
    "file size too small",
    "multiple references",
    "but self identifies as",
    "has unexpected type/flags",
    "snap: no available snapshot",
    "wal: file not found",
    "wal: slice bounds out of range",
    "failed to find database snapshot file",
    "does not match with snapshot",
];

/// Whether systemd tells of an end without an error; etcd passes on the signal by which it is told to stop
/// (etcd-io/etcd@v3.4.45:pkg/osutil/interrupt_unix.go).
pub fn is_clean(event: &Event) -> bool {
    says(event, &["status=0/", "code=killed, signal=TERM", "code=killed, status=15/TERM"])
}
