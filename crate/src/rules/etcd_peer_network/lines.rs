//! Which lines tell of a link that broke, and what else ends one.

use crate::facts::links::{BROKEN, answered_within, peer, was_closed};
use crate::facts::{EventId, Facts};
use crate::log::event::{Event, Meaning};
use crate::log::reader::foreign::{CLIENT_PORTS, has_port};
use crate::rules::common::{REFUSED, at_the_end, blames_certificate, says, time};
use crate::rules::etcd_unreachable::ASKS_HEALTH;
use crate::sort::distinct;
use crate::units::{Micros, S};

/// Certificates, other clusters and removed members have findings of their own; a link that this member gave up itself
/// is no broken one (etcd-io/etcd@v3.5.16:server/etcdserver/api/rafthttp/stream.go, stop).
pub(super) fn blames_other_cause(event: &Event) -> bool {
    // A client's port is no peer's, unless a member names it while it dials another.
    let dials_client = event.word("peer").is_some_and(|peer| has_port(peer, CLIENT_PORTS));
    if event.meaning == Meaning::PeerDialError && (dials_client || says(event, ASKS_HEALTH)) {
        return true;
    }
    blames_certificate(event)
        || says(
            event,
            &[
                "cluster ID mismatch",
                "ID mismatch",
                "was removed",
                "permanently removed",
                "use of closed network connection",
                "request canceled",
                // The member itself gave the connection up, as it stops or takes a peer off its list.
                "context canceled",
            ],
        )
}

/// Members that were taken out of the cluster, and when.
pub(super) fn removed(facts: &Facts) -> Vec<(&str, Option<Micros>)> {
    let changes = facts.events_of(&[Meaning::MemberChange]).filter(|(_, event)| says(event, &["removed member"]));
    distinct(changes.filter_map(|(id, event)| Some((event.word("peer")?, time(facts, id)))))
}

/// A link to a member that is taken out within the minute, before or after, ends with it: whoever takes it out stops it (judgement).
/// What is stopped closes its connections; a machine that answers nothing was away before it was taken out.
pub(super) fn leaves(facts: &Facts, id: EventId, removed: &[(&str, Option<Micros>)]) -> bool {
    let (who, now) = (peer(facts.event(id)), time(facts, id));
    let longest = if says(facts.event(id), &["i/o timeout", "no route to host"]) { 0 } else { 60 * S };
    let soon = |then: Option<Micros>| then.zip(now).is_none_or(|(then, now)| (now - 60 * S..=now + longest).contains(&then));
    removed.iter().any(|(peer, then)| Some(*peer) == who && soon(*then))
}

/// Connections that end where the logs end tell of that end, not of what broke before it.
pub(super) fn without_the_end(facts: &Facts, events: &mut Vec<EventId>) {
    let with_it = |id: &EventId| {
        let event = facts.event(*id);
        closes_the_log(facts, *id) && was_closed(event) && !says(event, REFUSED) && !answered_within(facts, std::slice::from_ref(id), 5 * S)
    };
    if !events.iter().all(with_it) {
        events.retain(|id| !with_it(id));
    }
}

/// So many connections a process may close as it ends, without a time to tell (judgement).
const CLOSING: usize = 100;

/// Whether the line stands where the logs end; without a time, among the last lines of its document if all these tell of
/// connections and one of them that the other side closed it.
pub(super) fn closes_the_log(facts: &Facts, id: EventId) -> bool {
    let events = &facts.logs[id.log].events;
    let closes = |event: &&Event| event.time.is_none() && BROKEN.contains(&event.meaning) && was_closed(event);
    let last = || events.iter().rev().take(CLOSING).take_while(closes);
    let among = || events.len() - id.event <= CLOSING && events.len() - id.event <= last().count();
    at_the_end(facts, id) || among() && last().any(|event| says(event, &["EOF", "connection reset"]))
}

/// Lines that name a cause come before lines that only say that it broke.
pub(super) fn telling(event: &Event) -> bool {
    says(event, &["dial tcp", "no route", "refused", "timeout", "no such host", "unreachable"])
}
