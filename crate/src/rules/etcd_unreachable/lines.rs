//! The lines that tell of an etcd out of reach.

use crate::facts::{EventId, Facts};
use crate::log::event::{Event, Meaning};
use crate::log::reader::foreign::{CLIENT_PORTS, PEER_PORTS};
use crate::rules::common::{
    REFUSED, UNEXPECTED_STATUS, blames_certificate, names_port, near, says, while_etcd_starts, with_etcd_stop, with_fleet_stop,
};
use crate::units::S;

const NOT_THERE: &[&str] = &[
    "peers are not reachable",
    "no such host",
    "server misbehaving",
    "o route to host",
    "etwork is unreachable",
    "cannot assign requested address",
    "could not be resolved",
    NO_ADDRESS_ANSWERS,
    // cilium/cilium@v1.15.0:pkg/kvstore/etcd.go (statusChecker)
    "not able to connect to any etcd endpoints",
];

/// What etcdctl says of a member that it asked at each address for clients (etcd-io/etcd@v3.5.33:
/// etcdctl/ctlv2/command/cluster_health.go:118).
pub const NO_ADDRESS_ANSWERS: &str = " are all unreachable";

/// What etcdctl says of an endpoint that took its request.
const ANSWERED: &[&str] = &["has no leader", "exceeded header timeout"];

/// An etcd that answered with an error, and the service through which a new cluster finds its members
/// (coreos/go-etcd@v2.0.0:etcd/requests.go, DefaultCheckRetry; etcd-io/etcd@v0.4.9:discovery).
const OTHERWISE: &[&str] = &[UNEXPECTED_STATUS, "discovery service["];

/// What the system says of a connection that nobody took, or whose other end fell silent (ETIMEDOUT, tcp(7)).
const SILENT: &[&str] = &["connection timed out"];

/// Whoever asks etcd for its health asks its port for clients, whichever number it has; members do not ask each other
/// (etcd-io/etcd@v3.4.45:etcdserver/api/etcdhttp/metrics.go, HandleHealth; kubernetes/kubernetes@v1.20.0:pkg/registry/core/componentstatus).
pub const ASKS_HEALTH: &[&str] = &["/health: dial", "/health\": dial"];

/// The lines of clients that etcd did not take in, and whether a member besides them never joined.
pub fn turned_away(facts: &Facts) -> (Vec<EventId>, bool) {
    let mut events: Vec<EventId> = facts.events_where(refused);
    events.retain(|id| !with_fleet_stop(facts, *id) && !with_etcd_stop(facts, *id) && !part_of_a_start(facts, *id));
    // etcdctl tries the old port too, in a row of its own below the first; what the other one answered is the trouble.
    if facts.any_event(|event| says(event, &["error #0: "]) && says(event, ANSWERED)) {
        events.retain(|id| !says(facts.event(*id), &["error #1: dial tcp 127.0.0.1:4001"]));
    }
    // etcdctl sums up what it said of each address of a member before (etcd-io/etcd@v3.5.33:etcdctl/ctlv2/command/cluster_health.go).
    if events.iter().any(|id| says(facts.event(*id), &[NO_ADDRESS_ANSWERS])) {
        events.retain(|id| !says(facts.event(*id), &["failed to check the health of member"]));
    }
    // A member that never joined refuses nobody.
    let all = events.len();
    if !events.iter().all(|id| has_no_address(facts.event(*id))) {
        events.retain(|id| !has_no_address(facts.event(*id)));
    }
    let never_joined = events.len() < all;
    (events, never_joined)
}

/// A client's line; members that cannot reach each other have a finding of their own.
pub fn refused(event: &Event) -> bool {
    let of_client = event.is_fleet()
        || event.meaning == Meaning::PeerDialError && (names_port(event, CLIENT_PORTS) || says(event, ASKS_HEALTH))
        || !event.is_etcd_server()
        || matches!(event.meaning, Meaning::ClientUnavailable | Meaning::CtlUnhealthy | Meaning::ProxyEndpoint | Meaning::ProxyZero);
    if says(event, OTHERWISE) {
        return false;
    }
    if event.meaning == Meaning::EtcdUnreachableClient || by_proxy(event) || has_no_address(event) {
        return true;
    }
    let by_the_way = says(event, ANSWERED) && says(event, &["dial tcp 127.0.0.1:4001"]);
    of_client
        && !by_the_way
        && (says(event, REFUSED) || says(event, NOT_THERE) || is_silent(event))
        && !blames_certificate(event)
        && !says(event, PEER_PORTS)
}

/// A member that was added and never joined, as etcdctl shows it.
pub fn has_no_address(event: &Event) -> bool {
    event.meaning == Meaning::CtlUnstarted || says(event, &["no available published client urls"])
}

/// A connection that nobody took; where more is told of the client, `fleet-etcd-error` gives it the reason.
pub fn is_silent(event: &Event) -> bool {
    says(event, SILENT) || event.meaning == Meaning::PeerDialError && says(event, &["i/o timeout"])
}

/// A proxy that could not connect, or has no endpoint left to try (etcd-io/etcd@v2.3.8:proxy/reverse.go:97 and 122).
pub fn by_proxy(event: &Event) -> bool {
    event.meaning == Meaning::ProxyZero || event.meaning == Meaning::ProxyEndpoint && says(event, &["dial tcp"])
}

/// fleet may be up some seconds before etcd; all is well once it has started its parts.
fn part_of_a_start(facts: &Facts, id: EventId) -> bool {
    near(facts, id, &[Meaning::FleetdVersion, Meaning::ServerEstablishing], -30 * S, 0, 20)
        && near(facts, id, &[Meaning::ServerStarting, Meaning::ServerBeatOk, Meaning::ServerRegisterOk], 0, 30 * S, 20)
        || while_etcd_starts(facts, id)
}
