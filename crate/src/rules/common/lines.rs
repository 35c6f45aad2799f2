//! Choosing, counting and placing lines: what stands beside which, when, and of which machine.

use crate::facts::beside::{Reach, near, time};
use crate::facts::voices::START_LINES;
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::index::Index;
use crate::log::event::{Event, Meaning};
use crate::search;
use crate::sort;
use crate::units::{Micros, S};

/// How many lines these are, with the ones that the logger merged.
pub fn lines(facts: &Facts, events: &[EventId]) -> u64 {
    events.iter().map(|id| u64::from(facts.event(*id).repeat.max(1))).sum()
}

/// The machines or documents these lines come from.
pub fn hosts(facts: &Facts, events: &[EventId]) -> Vec<String> {
    sort::distinct(events.iter().map(|id| facts.host(*id)))
}

/// The lines in their order, each once.
pub fn without_repeats(events: impl Iterator<Item = EventId>) -> Vec<EventId> {
    let mut seen = Index::default();
    events.filter(|id| seen.is_new((id.log as i64) << 40 | id.event as i64)).gather()
}

/// Whether what failed went well within half a minute, as where etcd has just started (judgement): a check of Talos, or
/// the registration of a machine, which fleet 1.0 tries again every few seconds.
pub fn answered_soon(facts: &Facts, id: EventId) -> bool {
    let (answer, lines) = match facts.event(id).meaning {
        Meaning::ProbeFailed => (Meaning::ProbeAnswered, 2),
        Meaning::ServerRegisterFailed => (Meaning::ServerRegisterOk, 20),
        _ => return false,
    };
    near(facts, id, &[answer], 0, 30 * S, lines)
}

/// A try to publish itself fails after 5 s and two election-timeouts (etcd-io/etcd@v3.4.45:etcdserver/config.go, ReqTimeout); then
/// the next one begins.
const PUBLISHES_WITHIN: Micros = 10 * S;

/// Whether the process had just started: it publishes itself when it hears its first leader, and tries until that is done.
pub fn publishes_soon(facts: &Facts, id: EventId) -> bool {
    near(facts, id, &[Meaning::Published, Meaning::PublishError], 0, 30 * S, 40)
        || near(facts, id, &[Meaning::PublishError], -PUBLISHES_WITHIN, 0, 40)
}

/// What a member says when it had stood still, at the end of it.
pub const WAITS: &[Meaning] = &[Meaning::HeartbeatLate, Meaning::WalSyncSlow];

/// From when to when a member stood still, as one of these lines tells.
pub fn waited(event: &Event) -> Option<(Micros, Micros)> {
    let end = event.moment()?;
    Some((end - event.duration("took").or(event.duration("excess"))?, end))
}

/// How often these events came, where those within `length` of a first one are one; `None` where one of them has no time.
pub fn bursts(facts: &Facts, events: &[EventId], length: Micros) -> Option<u64> {
    let mut times: Vec<Micros> = events.iter().filter_map(|id| time(facts, *id)).gather();
    sort::sort(&mut times);
    let (mut count, mut over) = (0, Micros::MIN);
    for time in &times {
        if *time > over {
            (count, over) = (count + 1, time + length);
        }
    }
    (times.len() == events.len()).then_some(count)
}

/// One line of the server alone, without a stamp or a program, beside other text: the title of a question, or a
/// quotation. etcd prints no line so, and what followed it is not in the input.
pub fn only_quoted(facts: &Facts) -> bool {
    let mut events = facts.all_events();
    let Some((id, event)) = events.next().filter(|_| events.next().is_none()) else { return false };
    let log = &facts.logs[id.log];
    let bare = event.time.is_none() && event.host.is_none() && !search::has(&event.text, "]: ");
    bare && event.is_etcd_server() && event.meaning != Meaning::FlagUnknown && log.unread > 0 && log.foreign == 0
}

/// A number of the speaker's last entry, after these words: `[logterm: 898, index: 137970097, vote: 0]`.
pub fn last_entry(event: &Event, words: &str) -> Option<i64> {
    let (_, rest) = search::split(&event.text, words)?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// A term that rises by so many without a leader is more than a vote that was split (judgement).
pub const MANY_TERMS: i64 = 10;

/// The term of the speaker's last entry.
pub fn last_entry_term(event: &Event) -> Option<i64> {
    last_entry(event, "logterm: ")
}

/// When the last line of all logs was written.
pub fn last_line(facts: &Facts) -> Option<Micros> {
    facts.log_ends().map(|(_, last)| last)
}

/// Whether the line stands in the last five seconds of the whole input, so that its outcome is cut off.
pub fn at_the_end(facts: &Facts, id: EventId) -> bool {
    matches!((time(facts, id), last_line(facts)), (Some(now), Some(last)) if last - now <= 5 * S)
}

/// Where each machine prints what a process prints only when it starts.
pub fn starts(facts: &Facts) -> Reach {
    Reach::of(facts, START_LINES)
}

/// A client may be up some seconds before etcd; all is well once etcd has a leader, the API server of Kubernetes serves, or
/// k3s or rke2 was answered, which asks every five seconds from its start on, and then no more.
pub fn while_etcd_starts(facts: &Facts, id: EventId) -> bool {
    let within = |meanings: &[Meaning], from: Micros| near(facts, id, meanings, from, 30 * S, 20);
    within(&[Meaning::ApiserverServes, Meaning::StoreAnswered], 0)
        || within(START_LINES, -30 * S) && within(&[Meaning::BecameLeader, Meaning::LeaderElected], -30 * S)
}
