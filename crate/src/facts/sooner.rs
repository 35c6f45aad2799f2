//! A file that the log contradicts: followers campaigned sooner than they would wait by it.

use super::settings::default;
use super::stalls::ENOUGH;
use super::voices::Voice;
use super::{ChangeClass, EventId, Facts, InForce, LeaderChange};
use crate::log::event::{Event, Meaning};
use crate::parameters::Parameter::{self, ElectionTimeout, HeartbeatInterval};
use crate::report::Provenance;
use crate::units::{MS, Micros};

/// Puts the default in the place of a pair that was not in force yet, or reaches no member. A leader prints when it wakes
/// how far beyond two heartbeats it sent nothing (etcd-io/etcd@v2.3.8:etcdserver/server.go:966); who campaigned meanwhile
/// had waited no longer. One such change may be chance, and so may many beside a leader that is late all the time and keeps
/// its place (judgement); half of those who lose it print nothing (lab, section 4).
pub(super) fn mend_pair(facts: &mut Facts, voices: &[Voice], changes: &[LeaderChange]) -> bool {
    let stated = |parameter| {
        let known = facts.in_force(parameter);
        known.value.filter(|_| known.provenance == Provenance::Stated && known.event.is_none())
    };
    let Some(wait) = stated(ElectionTimeout) else { return false };
    let beat = stated(HeartbeatInterval);
    let assumed = |parameter: Parameter| default(facts, parameter).value.unwrap_or(0);
    // A follower may campaign a heartbeat or two early (lab, section 3).
    let known = wait - 3 * facts.value(HeartbeatInterval);
    let least = assumed(ElectionTimeout) - 4 * assumed(HeartbeatInterval);
    let (mut told, mut sooner, mut lines) = (0, 0, Vec::new());
    for change in changes.iter().filter(|change| change.class == ChangeClass::Needless) {
        let before = lines.len();
        let Some(longest) = late_lines(facts, voices, change, least, &mut lines) else { continue };
        // The file explains this one, too.
        if longest >= known {
            return false;
        }
        told += 1;
        sooner += usize::from(lines.len() > before);
    }
    let long = facts.events_of(&[Meaning::HeartbeatLate]).filter(|(_, event)| excess(event) >= Some(least)).count();
    if sooner < 2 || sooner * 2 < told || long > lines.len() + sooner {
        return false;
    }
    for parameter in [HeartbeatInterval, ElectionTimeout] {
        if parameter == ElectionTimeout || beat.is_some() {
            facts.in_force[parameter.place()] = InForce { event: lines.first().copied(), ..default(facts, parameter) };
        }
    }
    true
}

fn excess(event: &Event) -> Option<Micros> {
    if event.meaning == Meaning::HeartbeatLate { event.duration("excess") } else { None }
}

/// Adds what the old leader printed of its stall when it woke, in which a follower campaigned; gives the longest, where its
/// log is here.
fn late_lines(facts: &Facts, voices: &[Voice], change: &LeaderChange, least: Micros, lines: &mut Vec<EventId>) -> Option<Micros> {
    // Alone it tells of the campaign what it learned when it was awake: an answer's time later (judgement).
    const MOMENT: Micros = 200 * MS;
    let (since, old) = (change.campaign? - MOMENT, change.old.as_ref()?);
    let voice = voices.iter().find(|voice| voice.member == *old)?;
    let mut longest = 0;
    for id in voice.events[voice.since(since)..].iter().take(ENOUGH) {
        let event = facts.event(*id);
        if let (Some(excess), Some(time)) = (excess(event).filter(|excess| *excess >= least), event.time)
            && time.micros - since <= excess + MOMENT
        {
            lines.push(*id);
            longest = longest.max(excess);
        }
    }
    Some(longest)
}
