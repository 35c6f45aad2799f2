//! Requests that etcd carried out slowly: how long they took, and what their lines tell of why.

use super::Facts;
use super::events::longest_first;
use super::texts::says;
use crate::gather::Gather;
use crate::log::event::{Event, Meaning, Value};
use crate::parameters::Parameter;
use crate::search;
use crate::units::{Micros, S};

/// How a line says that the request was not carried out in the end.
pub const GIVEN_UP: &[&str] = &["error:context ", "\"error\":\"context ", "etcdserver: request timed out"];

/// The longest that a request took to be carried out or answered.
pub fn longest_wait(facts: &Facts) -> Option<Micros> {
    longest_first(facts, &[Meaning::ApplySlow, Meaning::UnarySlow, Meaning::ApiserverSlow]).map(|(_, length)| length)
}

/// A client waited for its answer as long as followers wait for the leader, whose own log is not here: it may have been
/// missed meanwhile. A read first asks the leader how far it is, and etcd gives up on that after five seconds at the
/// earliest (etcd-io/etcd@v3.4.45:etcdserver/v3_server.go, Range; etcdserver/config.go, ReqTimeout); what a client gave up
/// sooner had no answer either.
pub fn waits_long(facts: &Facts) -> bool {
    let longest = longest_first(facts, &[Meaning::UnarySlow, Meaning::ApiserverSlow]).map(|(_, length)| length);
    let wait = facts.value(Parameter::ElectionTimeout);
    let stuck = |event: &Event| {
        let least = if says(event, GIVEN_UP) { wait } else { 5 * S };
        event.duration("took") >= Some(least) && says(event, &["read-only range"])
    };
    let waited = longest.is_some_and(|length| length >= wait)
        || large_reads(facts).is_none() && facts.events_of(&[Meaning::ApplySlow]).any(|(_, event)| stuck(event));
    waited && !facts.has(&[Meaning::BecameLeader])
}

/// Every slow request ended within a defragmentation or at its end. A member that defragments holds the lock of its
/// database (etcd-io/etcd@v3.4.45:mvcc/backend/backend.go:570).
pub fn by_defragmentation(facts: &Facts) -> bool {
    let spans: Vec<(Micros, Micros)> =
        facts.events_of(&[Meaning::Defrag]).filter_map(|(_, event)| Some((event.moment()?, event.duration("took")?))).gather();
    let within =
        |event: &Event| event.time.is_some_and(|time| spans.iter().any(|(end, took)| (end - took..=end + S).contains(&time.micros)));
    let slow: Vec<bool> = facts.events_of(&[Meaning::ApplySlow]).map(|(_, event)| within(event)).gather();
    !slow.is_empty() && !slow.contains(&false)
}

/// From so many bytes on the answer is why a read was slow (judgement); a small one waits for the leader or the disk
/// as a write does.
const LARGE: i64 = 1_000_000;

/// Every slow request is a read with a large answer: the sizes of the largest and of the smallest.
pub fn large_reads(facts: &Facts) -> Option<(i64, i64)> {
    let sizes = facts.events_of(&[Meaning::ApplySlow]).map(|(_, event)| answered(event).map(|size| (size, size)));
    let both = |a: Option<(i64, i64)>, b: Option<(i64, i64)>| a.zip(b).map(|(a, b)| (a.0.max(b.0), a.1.min(b.1)));
    sizes.reduce(both).flatten().filter(|(_, smallest)| *smallest >= LARGE)
}

/// `range_response_count:91 size:812345`, of a read.
fn answered(event: &Event) -> Option<i64> {
    let text = event.values.iter().find_map(|(_, value)| match value {
        Value::Text(text) if search::has(text, "range_response_count:") => Some(&**text),
        _ => None,
    });
    let (_, rest) = search::split(text.unwrap_or(&event.text), "range_response_count:")?;
    let (_, size) = search::split(rest, "size:")?;
    size.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}
