//! Telling a stop by hand from trouble.

use crate::facts::beside::{beside, near, time};
use crate::facts::texts::says;
use crate::facts::voices::{START_LINES, speaker};
use crate::facts::{ChangeClass, EventId, Facts, LeaderChange};
use crate::log::event::{Event, Meaning};
use crate::parameters::Parameter;
use crate::sort::distinct;
use crate::units::{Micros, S};

/// So many recognised lines before one a stop is looked for.
const NEARBY: usize = 500;

/// Lines of a leadership that is handed over on purpose.
pub const TRANSFERS: &[Meaning] = &[Meaning::LeaderTransfer, Meaning::LeaderTransferProgress];

/// Whether the old leader of this change was told to stop: some log says so in the half minute and
/// the three election-timeouts before the next leader.
pub fn stopped_on_purpose(facts: &Facts, change: &LeaderChange) -> bool {
    let Some(elected) = change.elected.filter(|_| change.class == ChangeClass::Wanted) else { return false };
    let within = 30 * S + 3 * facts.value(Parameter::ElectionTimeout);
    // A stop before the leader before was elected is none of this one.
    let of_this = |stop: Micros| elected - stop <= within && facts.elected.between(stop, elected - 1).is_empty();
    facts.last_time(Meaning::EtcdShutdown, elected).is_some_and(of_this)
}

/// Whether all members had ended with the leader: each started anew in the quarter of a minute before the next one was there,
/// or the second after (judgement). Who restarts one after the other waits for each.
pub fn ended_together(facts: &Facts, change: &LeaderChange) -> bool {
    let (Some(elected), Some(members)) = (change.elected, facts.members) else { return false };
    let then = |start: &&EventId| time(facts, **start).is_some_and(|time| (elected - 15 * S..=elected + S).contains(&time));
    let started = distinct(facts.restarts.iter().filter(then).map(|start| facts.host(*start)));
    change.class == ChangeClass::Wanted && members > 1 && started.len() >= members as usize
}

/// Whether an etcd process was stopped on purpose around this line, or handed its leadership over.
pub fn with_etcd_stop(facts: &Facts, id: EventId) -> bool {
    let stops = [Meaning::EtcdShutdown, Meaning::LeaderTransfer, Meaning::LeaderTransferProgress];
    let stop = |event: &Event| stops.contains(&event.meaning) || gave_up_itself(event);
    // Without a time, what stands before a stop did not come of it.
    let beside = if time(facts, id).is_none() { facts.before(id, 20).any(stop) } else { beside(facts, id, -10 * S, S, 20, &stop) };
    beside || hands_over_in_vain(facts, id)
}

/// Whether this member had been told to stop and had not ended yet: a leader first waits for its hand-over, and where all
/// are stopped at once, it asks others that are gone. Where lines of several members stand mixed up, none tells who was told.
pub fn stopping(facts: &Facts, id: EventId) -> bool {
    let here = facts.event(id);
    let before = || facts.before(id, NEARBY);
    let ends = |event: &&Event| event.meaning == Meaning::EtcdShutdown || START_LINES.contains(&event.meaning);
    let alone = || before().all(|event| speaker(event).is_none_or(|who| speaker(here) == Some(who)));
    before().find(ends).is_some_and(|event| event.meaning == Meaning::EtcdShutdown) && alone() || hands_over_in_vain(facts, id)
}

/// Whether this member says in the seconds after that its hand-over failed. It tries one only as it stops, for five seconds and
/// two election-timeouts (etcd-io/etcd@v3.4.45:etcdserver/server.go, TransferLeadership; etcdserver/config.go, ReqTimeout);
/// that it was told to stop need not be in an excerpt.
fn hands_over_in_vain(facts: &Facts, id: EventId) -> bool {
    let longest = 5 * S + 3 * facts.value(Parameter::ElectionTimeout);
    near(facts, id, &[Meaning::LeaderTransferFailed], 0, longest, 40)
}

/// A member that stops gives its connections up itself, and says so among the warnings too.
fn gave_up_itself(event: &Event) -> bool {
    matches!(event.meaning, Meaning::PeerDialError | Meaning::PeerReadFailed | Meaning::PeerInactive)
        && says(event, &["(context canceled)"])
}
