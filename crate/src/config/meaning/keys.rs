//! Every spelling of the five parameters, and the keys that coreos-cloudinit knows.

use crate::gather::Gather;
use crate::parameters::Parameter;
use crate::search;
use crate::yaml::same_key;

/// The parameter of an environment variable, and whether it is etcd 0.4's name.
pub fn of_variable(name: &str) -> Option<(Parameter, bool)> {
    match name {
        "ETCD_PEER_HEARTBEAT_INTERVAL" => return Some((Parameter::HeartbeatInterval, true)),
        "ETCD_PEER_ELECTION_TIMEOUT" => return Some((Parameter::ElectionTimeout, true)),
        _ => {}
    }
    Parameter::ALL.into_iter().find(|parameter| parameter.variable() == name).map(|parameter| (parameter, false))
}

/// The parameter of a key or flag without dashes in front, `-` and `_` alike, and whether it is etcd 0.4's name.
pub fn of_key(key: &str) -> Option<(Parameter, bool)> {
    if !("agent-ttl".len().."engine-reconcile-interval".len() + 1).contains(&key.len()) {
        return None;
    }
    // `-peer-heartbeat-timeout` is 0.4's old alias: etcd-io/etcd@v0.4.9:config/config.go:269.
    for (name, parameter) in [
        ("peer-heartbeat-interval", Parameter::HeartbeatInterval),
        ("peer-heartbeat-timeout", Parameter::HeartbeatInterval),
        ("peer-election-timeout", Parameter::ElectionTimeout),
    ] {
        if same_key(key, name) {
            return Some((parameter, true));
        }
    }
    Parameter::ALL.into_iter().find(|parameter| same_key(key, parameter.key())).map(|parameter| (parameter, false))
}

/// As `of_key`, also behind the daemon's name: variables of other tools (`etcd_heartbeat_interval`), also as Puppet's
/// hiera has them (`profile::etcd::heartbeat_interval`).
pub fn of_prefixed(key: &str) -> Option<(Parameter, bool)> {
    let meant = |rest, etcd| of_key(rest).filter(|(parameter, _)| parameter.is_etcd() == etcd);
    for (class, etcd) in [("etcd::", true), ("fleet::", false)] {
        if let Some((_, name)) = search::split(key, class) {
            return meant(name, etcd);
        }
    }
    let behind = |daemon: &str| key.strip_prefix(daemon)?.strip_prefix(['_', '-']);
    of_key(key).or_else(|| meant(behind("etcd").or_else(|| behind("etcd2"))?, true)).or_else(|| meant(behind("fleet")?, false))
}

/// A timer as Cloud Foundry's etcd-release names it (jobs/etcd/spec, `etcd.election_timeout_in_milliseconds`).
pub fn of_bosh(key: &str) -> Option<(Parameter, bool)> {
    of_key(key.strip_suffix("_in_milliseconds")?).filter(|(parameter, _)| parameter.is_etcd())
}

/// Keys of `coreos.etcd`. coreos/coreos-cloudinit@v1.14.0:config/etcd.go.
pub const ETCD: &[&str] = &[
    "addr",
    "advertise_client_urls",
    "bind_addr",
    "ca_file",
    "cert_file",
    "cluster_active_size",
    "cluster_remove_delay",
    "cluster_sync_interval",
    "cors",
    "data_dir",
    "discovery",
    "discovery_fallback",
    "discovery_srv",
    "discovery_proxy",
    "discovery_url",
    "election_timeout",
    "force_new_cluster",
    "graphite_host",
    "heartbeat_interval",
    "http_read_timeout",
    "http_write_timeout",
    "initial_advertise_peer_urls",
    "initial_cluster",
    "initial_cluster_state",
    "initial_cluster_token",
    "key_file",
    "listen_client_urls",
    "listen_peer_urls",
    "max_result_buffer",
    "max_retry_attempts",
    "max_snapshots",
    "max_wals",
    "name",
    "peer_addr",
    "peer_bind_addr",
    "peer_ca_file",
    "peer_cert_file",
    "peer_election_timeout",
    "peer_heartbeat_interval",
    "peer_key_file",
    "peers",
    "peers_file",
    "proxy",
    "retry_interval",
    "snapshot",
    "snapshot_count",
    "trace",
    "verbose",
    "very_verbose",
    "very_very_verbose",
];

/// Keys of `coreos.etcd2`. coreos/coreos-cloudinit@v1.14.0:config/etcd2.go.
pub const ETCD2: &[&str] = &[
    "advertise_client_urls",
    "ca_file",
    "cert_file",
    "client_cert_auth",
    "cors",
    "data_dir",
    "debug",
    "discovery",
    "discovery_fallback",
    "discovery_srv",
    "discovery_proxy",
    "election_timeout",
    "enable_pprof",
    "force_new_cluster",
    "heartbeat_interval",
    "initial_advertise_peer_urls",
    "initial_cluster",
    "initial_cluster_state",
    "initial_cluster_token",
    "key_file",
    "listen_client_urls",
    "listen_peer_urls",
    "log_package_levels",
    "max_snapshots",
    "max_wals",
    "name",
    "peer_ca_file",
    "peer_cert_file",
    "peer_key_file",
    "peer_client_cert_auth",
    "peer_trusted_ca_file",
    "proxy",
    "proxy_dial_timeout",
    "proxy_failure_wait",
    "proxy_read_timeout",
    "proxy_refresh_interval",
    "proxy_write_timeout",
    "snapshot_count",
    "strict_reconfig_check",
    "trusted_ca_file",
    "wal_dir",
];

/// Keys of `coreos.fleet`. coreos/coreos-cloudinit@v1.14.0:config/fleet.go.
pub const FLEET: &[&str] = &[
    "agent_ttl",
    "authorized_keys_file",
    "disable_engine",
    "engine_reconcile_interval",
    "etcd_cafile",
    "etcd_certfile",
    "etcd_keyfile",
    "etcd_key_prefix",
    "etcd_request_timeout",
    "etcd_servers",
    "etcd_username",
    "etcd_password",
    "metadata",
    "public_ip",
    "token_limit",
    "verbosity",
    "verify_units",
];

/// Those of them that are timers.
pub const FLEET_TIMERS: [&str; 3] = ["agent_ttl", "engine_reconcile_interval", "etcd_request_timeout"];

/// So many edits away, a known key may still be meant.
const MOST_EDITS: usize = 2;

/// The known key that is nearest to an unknown one, where it is near enough to be meant.
pub fn nearest(key: &str, known: &[&'static str]) -> Option<&'static str> {
    if key.len() > 40 {
        return None;
    }
    let key = key.replace('-', "_").to_ascii_lowercase();
    let mut near: Option<(usize, &'static str)> = None;
    for &name in known {
        // Each letter more or less is an edit.
        if key.len() <= 4 || name.len().abs_diff(key.len()) > MOST_EDITS {
            continue;
        }
        let found = (distance(&key, &name.replace('-', "_").to_ascii_lowercase()), name);
        if found.0 <= MOST_EDITS && near.is_none_or(|near| found < near) {
            near = Some(found);
        }
    }
    near.map(|(_, name)| name)
}

/// Edits between two short words (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).gather();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// The section a parameter belongs to.
pub fn section_of(parameter: Parameter, etcd_04: bool) -> &'static str {
    match (parameter.is_etcd(), etcd_04) {
        (false, _) => "fleet",
        (true, true) => "etcd",
        (true, false) => "etcd2",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_meet_their_parameter() {
        assert_eq!(of_key("peer_election-timeout"), Some((Parameter::ElectionTimeout, true)));
        assert_eq!(of_key("agent_ttl"), Some((Parameter::AgentTtl, false)));
        assert_eq!(of_key("Agent-ttl"), None);
        assert_eq!(of_prefixed("etcd_heartbeat_interval"), Some((Parameter::HeartbeatInterval, false)));
        assert_eq!(of_prefixed("fleet-agent-ttl"), Some((Parameter::AgentTtl, false)));
        assert_eq!(of_prefixed("etcd_agent_ttl"), None);
        assert_eq!(of_prefixed("profile::etcd::heartbeat_interval"), Some((Parameter::HeartbeatInterval, false)));
        assert_eq!(of_prefixed("fleet::agent_ttl"), Some((Parameter::AgentTtl, false)));
        assert_eq!(of_prefixed("fleet::election_timeout"), None);
        assert_eq!(of_variable("FLEET_AGENT_TTL"), Some((Parameter::AgentTtl, false)));
    }

    #[test]
    fn a_slip_of_the_pen_finds_its_key() {
        assert_eq!(nearest("election-timout", ETCD2), Some("election_timeout"));
        assert_eq!(nearest("heartbeet_interval", ETCD2), Some("heartbeat_interval"));
        assert_eq!(nearest("something-else", ETCD2), None);
    }
}
