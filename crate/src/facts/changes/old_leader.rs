//! What became of the old leader: whether its process ended, or lived on.

use super::{LeaderChange, OldLeader};
use crate::facts::beside::time;
use crate::facts::links::BROKEN;
use crate::facts::voices::{NAME_LEADER, START_LINES, Voice};
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::log::event::{Event, Meaning};
use crate::search;
use crate::sort::{distinct, sort};
use crate::units::{Micros, S};

/// Whether the old leader's process ended: its own log says so, or, where that log is missing, its
/// peers saw the connection end at once and did not hear it again.
pub(super) fn old_leader_ended(facts: &Facts, voices: &[Voice], changes: &[LeaderChange], at: usize) -> bool {
    let change = &changes[at];
    let Some(old) = change.old.as_deref() else { return false };
    let led = changes[..at].iter().rev().find(|before| before.new == change.old).and_then(|before| before.elected);
    match voices.iter().find(|voice| voice.member == old) {
        Some(voice) => ended_in_own_log(facts, voice, changes, at).unwrap_or_else(|| peers_saw_it_end(facts, change, old, led)),
        None if !heard_again(facts, change, old).is_empty() => false,
        None => unnamed_one_stopped(facts, voices, change) || peers_saw_it_end(facts, change, old, led),
    }
}

/// A member that says nowhere which one it is was told to stop in the fifteen seconds before the new leader (judgement), and
/// all others have logs of their own: that one led. An excerpt from a stop on names no id.
fn unnamed_one_stopped(facts: &Facts, voices: &[Voice], change: &LeaderChange) -> bool {
    let (Some(elected), Some(members)) = (change.elected, facts.members) else { return false };
    let others = distinct(voices.iter().filter(|voice| voice.member != facts.host(voice.events[0])).map(|voice| &voice.member));
    if others.len() + 1 < members as usize {
        return false;
    }
    facts.events_between(&[Meaning::EtcdShutdown], elected - 15 * S, elected).any(|(id, event)| {
        let own = voices.iter().find(|voice| voice.log == id.log && voice.host == event.host);
        own.is_some_and(|voice| voice.member == facts.host(id))
    })
}

/// Whether the input shows that the old leader lived: its own log goes on, or its peers heard it again, and no search may
/// have left out its end.
pub(super) fn lived_on(facts: &Facts, voices: &[Voice], changes: &[LeaderChange], at: usize) -> bool {
    if facts.searched() {
        return false;
    }
    let change = &changes[at];
    let Some(old) = change.old.as_deref() else { return false };
    let goes_on = |voice: &Voice| ended_in_own_log(facts, voice, changes, at) == Some(false);
    // A leader that nobody lost may have been elected again because all were started anew.
    change.new.as_deref() == Some(old) && change.lost.is_some()
        || voices.iter().any(|voice| voice.member == old && goes_on(voice))
        || !heard_again(facts, change, old).is_empty()
}

/// Reads the old leader's own log from its leadership on: a start or shutdown line before any sign that it learned of the
/// new term means it ended; so does a leader that is new to it, as one that lives first loses the one it had, itself
/// (etcd-io/etcd@v2.3.8:raft/node.go:305), where losses are among the lines. `None` where its log stops.
fn ended_in_own_log(facts: &Facts, voice: &Voice, changes: &[LeaderChange], at: usize) -> Option<bool> {
    let change = &changes[at];
    let from = since_it_led(facts, voice, &changes[..at]);
    // etcd 0.4 names no terms there: what it says after the change tells.
    let learned = |event: &Event| match change.term {
        Some(new) => event.number("term").is_some_and(|term| term >= new),
        None => event.word("id").is_some() && event.moment() > change.elected && change.elected.is_some(),
    };
    let mut lost_none = from > 0 && change.lost.is_some();
    let lost = |event: &Event| match event.meaning {
        Meaning::LeaderLost => event.word("leader") == Some(&voice.member),
        Meaning::LeaderChanged => event.word("from") == Some(&voice.member),
        _ => false,
    };
    // An excerpt that begins after the election need not be of the process that led, unless it says that it lost itself: what
    // came before may have been its start.
    const NEXT: usize = 10;
    let begins_later = voice.events.first().and_then(|id| time(facts, *id)) > change.elected && change.elected.is_some();
    for (at, id) in voice.events.iter().enumerate().skip(from) {
        let event = facts.event(*id);
        if START_LINES.contains(&event.meaning) || event.meaning == Meaning::EtcdShutdown {
            return Some(true);
        }
        lost_none &= !lost(event);
        if learned(event) {
            if begins_later && !voice.events[at..].iter().take(NEXT).any(|id| lost(facts.event(*id))) {
                return None;
            }
            return Some(lost_none && event.meaning == Meaning::LeaderElected);
        }
    }
    None
}

/// Where in its own log a member's last leadership begins; past the lines of its first start where the log does not show it.
fn since_it_led(facts: &Facts, voice: &Voice, before: &[LeaderChange]) -> usize {
    let led = before.iter().rev().find(|change| change.new.as_deref() == Some(&voice.member));
    let said = led.and_then(|led| {
        let at_least = |at: &usize| facts.event(voice.events[*at]).moment() >= led.elected;
        voice.naming_leader_of(led.term).find(at_least)
    });
    let by_time = || led?.elected.map(|elected| voice.since(elected)).filter(|at| *at < voice.events.len());
    let speaks = |event: &Event| event.number("term").is_some() && !START_LINES.contains(&event.meaning);
    let running = || voice.events.iter().position(|id| speaks(facts.event(*id)));
    said.map(|at| at + 1).or_else(by_time).or_else(running).unwrap_or(0)
}

/// Peers saw the old leader's connections end within the fifteen seconds before the new leader, or its port refuse them
/// until a second after: nobody listens where a process has ended.
fn peers_saw_it_end(facts: &Facts, change: &LeaderChange, old: &str, led: Option<Micros>) -> bool {
    let Some(elected) = change.elected else { return false };
    facts.events_between(BROKEN, elected - 15 * S, elected + S).any(|(id, event)| {
        let Some(time) = event.time else { return false };
        let says = |sign: &str| search::has(&event.text, sign);
        let refused = says("connection refused");
        // A process that ends closes its connections while it leads, before anybody misses it; those that the network cut are
        // reset when it is back.
        let in_time = led.is_none_or(|led| time.micros >= led) && change.lost.is_none_or(|lost| time.micros <= lost + time.grain);
        let until = if refused { S } else { 0 };
        // Within one second of a journal the order of the lines tells.
        let told_before =
            |report: &EventId| report.log == id.log && report.event < id.event && NAME_LEADER.contains(&facts.event(*report).meaning);
        (refused || in_time && (says("EOF") || says("connection reset")) && !change.events.iter().any(told_before))
            && (-until..=15 * S).contains(&(elected - time.micros))
            && (search::has(&event.text, old) || event.word("peer").is_none())
    })
}

/// The old leader's log begins with the new one and then publishes itself, which a process does once, when it hears its first
/// leader (etcd-io/etcd@v3.4.45:etcdserver/server.go, publish): the excerpt begins below its start anew.
pub(super) fn old_leader_started(facts: &Facts, voices: &[Voice], change: &LeaderChange) -> bool {
    /// What it says meanwhile are a few lines (judgement).
    const NEXT: usize = 10;
    let is = |id: &EventId, meanings: &[Meaning]| meanings.contains(&facts.event(*id).meaning);
    let publishes = |voice: &Voice| {
        let first = voice.events.iter().position(|id| is(id, NAME_LEADER));
        let of_new = first.filter(|first| voice.naming_leader_of(change.term).any(|at| at == *first));
        of_new.is_some_and(|at| voice.events[at..].iter().take(NEXT).any(|id| is(id, &[Meaning::Published])))
    };
    change.term.is_some() && voices.iter().any(|voice| Some(&voice.member) == change.old.as_ref() && publishes(voice))
}

/// Whether the old leader's next start is one with other timers. Its peers miss it after at most two election-timeouts; a
/// stop may take up to a minute and a half, systemd's limit, and the start follows at once.
pub(super) fn came_back_retimed(facts: &Facts, voices: &[Voice], change: &LeaderChange) -> bool {
    const STOPS_WITHIN: Micros = 90 * S;
    let (Some(moment), Some(old), false) = (change.moment(), change.old.as_deref(), facts.retimed.is_empty()) else { return false };
    let may_follow = moment - 2 * facts.spell(Some(moment)).election..=moment + STOPS_WITHIN;
    let mut leaders = voices.iter().filter(|voice| voice.member == old);
    leaders.any(|voice| {
        let starts = facts.restarts.iter().filter(|start| voice.printed(facts, **start));
        let next = starts.filter_map(|start| Some((time(facts, *start).filter(|time| may_follow.contains(time))?, start))).min();
        next.is_some_and(|(_, start)| facts.retimed.contains(start))
    })
}

/// Moments at which peers got entries or heartbeats of the old leader after the change: it was silent, and led on in its
/// old term. A process that ended comes back as a follower.
pub fn heard_again(facts: &Facts, change: &LeaderChange, old: &str) -> Vec<EventId> {
    let Some(new) = change.term else { return Vec::new() };
    let from_before = &facts.old_leaders[..facts.old_leaders.partition_point(|heard| heard.led < Some(new))];
    let heard = from_before.iter().rev().take_while(|heard| heard.latest >= Some(new));
    let by_old = |heard: &&OldLeader| heard.term >= Some(new) && facts.event(heard.event).word("from") == Some(old);
    let mut events: Vec<EventId> = heard.filter(by_old).map(|heard| heard.event).gather();
    sort(&mut events);
    events
}
