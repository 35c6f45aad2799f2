//! Members that could not publish themselves to their cluster.

use super::beside::{NEIGHBOURS, near};
use super::events::matching;
use super::texts::says;
use super::voices::START_LINES;
use super::{EventId, Facts};
use crate::log::event::Meaning;
use crate::units::S;

/// Tries of a member to publish itself that stayed without success.
pub fn unpublished(facts: &Facts) -> Vec<EventId> {
    // A member that stops gives up its publishing too.
    let mut publish = matching(facts, &[Meaning::PublishError], |event| !says(event, &["request cancelled", "server stopped"]));
    // A member that started between two leaders publishes itself a moment later, and k3s reads from one that answers.
    publish.retain(|id| !near(facts, *id, &[Meaning::Published, Meaning::StoreAnswered], 0, 60 * S, 40));
    publish
}

/// Whether the member knew a leader, which a majority elected: it is far behind then, and is sent the database first
/// (etcd-io/etcd#3774). A database that came in the ten minutes before, or in the minute after, counts (judgement).
pub fn has_leader(facts: &Facts, id: EventId) -> bool {
    let host = facts.event(id).host;
    let own = |other: &&EventId| **other < id && facts.event(**other).host == host;
    let last = |meanings: &[Meaning]| meanings.iter().flat_map(|each| facts.around(*each, id, NEIGHBOURS)).filter(own).max();
    let knew = last(&[Meaning::LeaderElected, Meaning::LeaderChanged]);
    let lost = last(&[Meaning::LeaderLost, Meaning::ElectionStart]).max(last(START_LINES));
    knew > lost || near(facts, id, &[Meaning::SnapRecv, Meaning::SnapApply], -600 * S, 60 * S, 40)
}
