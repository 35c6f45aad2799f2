//! What a patch makes of configurations of every kind.

mod inserted;
mod refused;
mod replaced;
mod several;
mod templates;

use super::*;
use crate::config;
use crate::ids::RuleId;
use crate::units::{MS, S};

const HEARTBEAT: Change = Change { parameter: Parameter::HeartbeatInterval, value: 250 * MS, etcd: Etcd::V2 };
const ELECTION: Change = Change { parameter: Parameter::ElectionTimeout, value: 2500 * MS, etcd: Etcd::V2 };
const REQUEST: Change = Change { parameter: Parameter::EtcdRequestTimeout, value: 5 * S, etcd: Etcd::V2 };
const TTL: Change = Change { parameter: Parameter::AgentTtl, value: 60 * S, etcd: Etcd::V2 };

fn patched(text: &str, changes: &[Change]) -> String {
    let configuration = config::read(0, text).expect("a configuration");
    let patches = patch(&[text], &[configuration], changes);
    assert_eq!(patches.len(), 1, "{text}");
    assert_ne!(patches[0].disposition, "refused", "{text}\n{:?}", patches[0].reason);
    let new = patches[0].text.clone().unwrap();
    let again = config::read(0, &new).unwrap();
    assert!(patch(&[&new], &[again], changes).is_empty(), "not idempotent:\n{new}");
    new
}
