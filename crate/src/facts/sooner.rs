//! A file that the log contradicts: followers campaigned sooner than they would wait by it.

use super::settings::default;
use super::stalls::ENOUGH;
use super::voices::Voice;
use super::{ChangeClass, EventId, Facts, InForce, LeaderChange};
use crate::gather::Gather;
use crate::log::event::Meaning;
use crate::parameters::Parameter::{self, ElectionTimeout, HeartbeatInterval};
use crate::report::Provenance;
use crate::units::{MS, Micros};

/// Puts the default in the place of a pair that was not in force yet, or reaches no member. A leader prints when it wakes
/// how far beyond two heartbeats it sent nothing (etcd-io/etcd@v2.3.8:etcdserver/server.go:966); who campaigned meanwhile
/// had waited no longer. One such change may be chance, and so may many beside a leader that is late all the time and keeps
/// its place; most of several are none (judgement).
pub(super) fn mend_pair(facts: &mut Facts, voices: &[Voice], changes: &[LeaderChange]) -> bool {
    let stated = |parameter| {
        let known = facts.in_force(parameter);
        known.value.filter(|_| known.provenance == Provenance::Stated && known.event.is_none())
    };
    let Some(wait) = stated(ElectionTimeout) else { return false };
    let pair: Vec<Parameter> = [HeartbeatInterval, ElectionTimeout].into_iter().filter(|parameter| stated(*parameter).is_some()).gather();
    // A follower may campaign a heartbeat or two early (lab, section 3).
    let known = wait - 3 * facts.value(HeartbeatInterval);
    let [beat, wait] = [HeartbeatInterval, ElectionTimeout].map(|parameter| default(facts, parameter).value.unwrap_or(0));
    let least = wait - 4 * beat;
    let needless = changes.iter().filter(|change| change.class == ChangeClass::Needless).gather();
    let (mut sooner, mut beside) = (0, 0);
    for change in &needless {
        let late: Vec<(Micros, EventId)> = late_lines(facts, voices, change).filter(|(excess, _)| *excess >= least).gather();
        // The file explains this one, too.
        if late.iter().any(|(excess, _)| *excess >= known) {
            return false;
        }
        (sooner, beside) = (sooner + usize::from(!late.is_empty()), beside + late.len());
    }
    let long = facts.events_of(&[Meaning::HeartbeatLate]).filter(|(_, event)| event.duration("excess") >= Some(least));
    let long: Vec<EventId> = long.map(|(id, _)| id).gather();
    if sooner < 2 || sooner * 10 < needless.len() * 8 || long.len() > beside + sooner {
        return false;
    }
    for parameter in pair {
        let assumed = InForce { event: long.first().copied(), ..default(facts, parameter) };
        facts.in_force.iter_mut().filter(|(each, _)| *each == parameter).for_each(|(_, known)| *known = assumed.clone());
    }
    true
}

/// What the old leader printed of its stall when it woke, in which a follower campaigned.
fn late_lines<'a>(facts: &'a Facts, voices: &'a [Voice], change: &'a LeaderChange) -> impl Iterator<Item = (Micros, EventId)> + 'a {
    // A stamp may be cut off.
    const MOMENT: Micros = 5 * MS;
    let since = change.campaign.unwrap_or(Micros::MAX) - MOMENT;
    let voice = voices.iter().find(|voice| change.old.as_ref() == Some(&voice.member));
    let lines = voice.map_or(&[][..], |voice| &voice.events[voice.since(since)..]);
    lines.iter().take(ENOUGH).filter_map(move |id| {
        let event = facts.event(*id);
        let excess = event.duration("excess").filter(|_| event.meaning == Meaning::HeartbeatLate)?;
        (event.time?.micros - since <= excess + 2 * MOMENT).then_some((excess, *id))
    })
}
