//! What etcd's own lines say of the timers.

use super::stated::from_configuration;
use super::{InForce, default};
use crate::facts::voices::speaker;
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::index::Index;
use crate::log::event::{Event, LogReading, Meaning};
use crate::parameters::Parameter;
use crate::report::Provenance;
use crate::sort::{by_key, distinct};
use crate::units::{MS, Micros};
use crate::{index, search};

/// Every value that a member's own log names, in order of time.
pub fn said_by_members(facts: &Facts, parameter: Parameter) -> Vec<(EventId, Micros)> {
    let mut said = printed(facts, parameter);
    said.extend(facts.events_of(&[Meaning::EnvRecognized]).filter_map(|(id, event)| Some((id, variable(event, parameter)?))));
    in_order_of_time(facts, said)
}

/// By time where each line has one, else as they stand: the log of a later day may be pasted first.
fn in_order_of_time(facts: &Facts, mut said: Vec<(EventId, Micros)>) -> Vec<(EventId, Micros)> {
    let time = |(id, _): &(EventId, Micros)| facts.event(*id).moment();
    let timed = said.iter().all(|each| time(each).is_some());
    by_key(&mut said, |each| (time(each).filter(|_| timed), each.0));
    said
}

/// Every value that a member prints when it starts, or, from 3.0 on, beside a late heartbeat
/// (etcd-io/etcd@v3.0.17:etcdserver/server.go:989).
pub fn printed(facts: &Facts, parameter: Parameter) -> Vec<(EventId, Micros)> {
    // Asked for two dozen times, of tens of thousands of late heartbeats.
    match parameter {
        Parameter::HeartbeatInterval => {
            let lines = [Meaning::StartupHeartbeat, Meaning::StartupZapConfig, Meaning::HeartbeatLate];
            facts.printed[0].get_or_init(|| printed_as(facts, parameter, "heartbeat", &lines)).clone()
        }
        Parameter::ElectionTimeout => {
            let lines = [Meaning::StartupElection, Meaning::StartupZapConfig];
            facts.printed[1].get_or_init(|| printed_as(facts, parameter, "election", &lines)).clone()
        }
        _ => Vec::new(),
    }
}

/// From 3.4 on a member that starts tells how many ticks it skips, and of how many and how long its timeout is: of an excerpt that
/// begins below the line of its settings this is left (etcd-io/etcd@v3.4.45:etcdserver/server.go, adjustTicks).
fn advanced(event: &Event, parameter: Parameter) -> Option<Micros> {
    let election = event.duration("election")?;
    match parameter {
        Parameter::ElectionTimeout => Some(election),
        _ => event.number("ticks").filter(|ticks| *ticks > 0).map(|ticks| election / ticks),
    }
}

/// Lines with which etcd refuses its settings, the last of a start.
pub const SETTINGS_REFUSED: &[Meaning] = &[
    Meaning::SettingsRefused,
    Meaning::Ratio5x,
    Meaning::ElectionTooLong,
    Meaning::ValueZero,
    Meaning::EnvInvalidValue,
    Meaning::FlagsBad,
    Meaning::EnvConflict,
];

/// Lines with which etcd names the pair that it refuses.
const NAME_REFUSED: [Meaning; 3] = [Meaning::FlagsBad, Meaning::Ratio5x, Meaning::ElectionTooLong];

/// Whether the value of this line was refused: no member ever ran with it.
pub fn is_refused(facts: &Facts, id: EventId) -> bool {
    NAME_REFUSED.contains(&facts.event(id).meaning)
}

fn printed_as(facts: &Facts, parameter: Parameter, hole: &str, lines: &[Meaning]) -> Vec<(EventId, Micros)> {
    let mut said: Vec<(EventId, Micros)> = facts.events_of(lines).filter_map(|(id, event)| Some((id, event.duration(hole)?))).gather();
    if said.is_empty() {
        said.extend(facts.events_of(&[Meaning::TickAdvance]).filter_map(|(id, event)| Some((id, advanced(event, parameter)?))));
    }
    said.extend(facts.events_of(&NAME_REFUSED).filter_map(|(id, event)| Some((id, refused_value(event, parameter)?))));
    in_order_of_time(facts, said)
}

/// Which member a line is of: by its machine, else by what it calls itself, else by its document.
pub struct Members {
    own: Vec<Option<String>>,
    /// By document what members mixed up in it say as they start: the heartbeat, the event, and whose turn it was.
    turns: Vec<Vec<(Option<Micros>, usize, i64)>>,
    known: Index,
}

impl Members {
    /// None is known yet.
    pub fn of(facts: &Facts) -> Members {
        let own_name = |log: &LogReading| log.events.iter().filter(|event| event.host.is_none()).find_map(speaker).map(str::to_owned);
        let turns = (0..facts.logs.len()).map(|log| turns(facts, log)).gather();
        Members { own: facts.logs.iter().map(own_name).gather(), turns, known: Index::default() }
    }

    /// The number of the member that prints this line, from 0 on in the order of asking.
    pub fn position(&mut self, facts: &Facts, id: EventId) -> usize {
        let nameless = facts.event(id).host.is_none();
        let own = self.own[id.log].as_deref().filter(|_| nameless);
        let key = own.map_or_else(|| index::key(&facts.host(id)), index::key);
        // What a leader prints beside a late heartbeat is the value of whoever started with it.
        let (late, beat) = (facts.event(id).meaning == Meaning::HeartbeatLate, facts.event(id).duration("heartbeat"));
        let turns = &self.turns[id.log];
        let up_to = turns.partition_point(|(other, event, _)| (*other, *event) <= (beat, id.event));
        let turn = turns[..up_to].last().filter(|(other, event, _)| nameless && (*event == id.event || late && *other == beat));
        self.known.position(turn.map_or(key, |(.., turn)| index::joined(key, *turn)))
    }
}

/// Members whose lines stand mixed up and name no machine start one after the other: what each says as it starts, where one
/// says another value than the one before it.
fn turns(facts: &Facts, log: usize) -> Vec<(Option<Micros>, usize, i64)> {
    const SAY: [Meaning; 3] = [Meaning::StartupHeartbeat, Meaning::StartupElection, Meaning::StartupZapConfig];
    let events = &facts.logs[log].events;
    let says = |event: usize| (events[event].duration("heartbeat"), events[event].duration("election"));
    let mut said: [Vec<usize>; 3] = Default::default();
    for (id, event) in facts.events_of(&SAY).filter(|(id, event)| id.log == log && event.host.is_none()) {
        SAY.iter().position(|meaning| *meaning == event.meaning).into_iter().for_each(|at| said[at].push(id.event));
    }
    if said.iter().all(|said| said.windows(2).all(|two| says(two[0]) == says(two[1]))) {
        return Vec::new();
    }
    let mut speakers = events.iter().filter(|event| event.host.is_none()).filter_map(speaker).gather();
    speakers.dedup();
    let spoke = speakers.len();
    let members = distinct(speakers).len();
    // One that lost its data speaks under another id from then on.
    if spoke <= members {
        return Vec::new();
    }
    distinct(said.iter().flat_map(|said| said.iter().enumerate().map(|(at, event)| (says(*event).0, *event, (at % members) as i64))))
}

/// The last value of each member.
pub fn last_of_each(facts: &Facts, said: Vec<(EventId, Micros)>) -> Vec<(EventId, Micros)> {
    let (mut members, mut last) = (Members::of(facts), Vec::<(EventId, Micros)>::new());
    for (id, value) in said {
        match last.get_mut(members.position(facts, id)) {
            Some(known) => *known = (id, value),
            None => last.push((id, value)),
        }
    }
    last
}

/// `--election-timeout[1000ms] should be at least as 5 times as --heartbeat-interval[400ms]`: the pair that etcd was
/// started with and refused (etcd-io/etcd@v3.4.45:embed/config.go, Validate).
fn refused_value(event: &Event, parameter: Parameter) -> Option<Micros> {
    let (_, value) = search::split(&event.text, &format!("-{}[", parameter.key()))?;
    Some(milliseconds(search::split(value, "ms]")?.0.parse().ok()?))
}

pub(super) fn variable(event: &Event, parameter: Parameter) -> Option<Micros> {
    let named = event.word("name")? == parameter.variable();
    let value: i64 = event.word("value").and_then(|text| text.trim_matches('"').parse().ok()).or_else(|| event.number("value"))?;
    (named && parameter.is_etcd()).then_some(milliseconds(value))
}

/// A number that a line names. Above an hour no timer works, and sums of it could overflow.
fn milliseconds(number: i64) -> Micros {
    number.clamp(0, 3_600_000) * MS
}

/// The values of members that run: one whose last value was refused does not. Where none runs, all.
fn of_running(facts: &Facts, said: Vec<(EventId, Micros)>) -> Vec<(EventId, Micros)> {
    let (mut members, mut stopped) = (Members::of(facts), Vec::<bool>::new());
    let member = said.iter().map(|(id, _)| members.position(facts, *id)).gather();
    for (at, (id, _)) in member.iter().zip(&said) {
        *index::slot(&mut stopped, *at) = is_refused(facts, *id);
    }
    let running = said.iter().zip(&member).filter(|(_, at)| !stopped[**at]).map(|(each, _)| *each).gather();
    if running.is_empty() { said } else { running }
}

/// Of members with unlike timers the one that waits least decides how long a leader may be silent; its heartbeat goes with it.
fn of_least_wait(facts: &Facts, parameter: Parameter) -> Option<(EventId, Micros)> {
    let said = of_running(facts, said_by_members(facts, parameter));
    let waits = last_of_each(facts, of_running(facts, said_by_members(facts, Parameter::ElectionTimeout)));
    let least = waits.into_iter().rev().min_by_key(|(_, wait)| *wait);
    if parameter == Parameter::ElectionTimeout {
        return least;
    }
    let mut members = Members::of(facts);
    let decides = least.map(|(id, _)| members.position(facts, id));
    let own = said.iter().rev().find(|(id, _)| Some(members.position(facts, *id)) == decides);
    own.or(said.last()).copied()
}

pub(super) fn from_log(facts: &Facts, parameter: Parameter) -> Option<InForce> {
    let (id, value) = of_least_wait(facts, parameter)?;
    // A value that the configuration states as well stays "stated": the log confirms it.
    let stated = from_configuration(facts, parameter).filter(|stated| stated.value == Some(value));
    let is_default = value == default(facts, parameter).value.unwrap_or(0);
    let provenance = match (&stated, is_default) {
        (Some(_), _) => Provenance::Stated,
        (None, true) => Provenance::Default,
        (None, false) => Provenance::Inferred,
    };
    Some(InForce { value: Some(value), provenance, place: stated.and_then(|stated| stated.place), event: Some(id) })
}
