//! Stalls of leaders: how long, proven by what.
//!
//! Every incident is a range. A late-heartbeat line measures it best (lab, section 4); a leader that
//! lost its place may print none, then the moment of its return tells (method 2.2).

mod guessed;
mod lost_ticks;
mod measured;
mod syncing;

pub use syncing::Meanwhile;

use guessed::{censored, from_return, grain, like_near_misses, soonest, speakers, told_on_return};
pub use lost_ticks::WAITING_TICKS;
use lost_ticks::lost_ticks;
use measured::{late_heartbeats, leader_at, name_leader, near_timeouts, slow_syncs};

use super::beside::time;
use super::voices::{Voice, only_member};
use super::{ChangeClass, EventId, Facts, LeaderChange, Spell};
use crate::gather::Gather;
use crate::log::event::{Event, LogReading, Meaning};
use crate::moments::Moments;
use crate::parameters::{NO_FAILOVER_TAKES, Parameter, SILENT_STREAM};
use crate::sort::{by_key, distinct, sort};
use crate::units::{Micros, Range};

/// The leader did not run for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Stall {
    /// Who: member id or host.
    pub member: String,
    /// Moment of waking, in microseconds.
    pub end: Option<Micros>,
    /// Its length.
    pub length: Range,
    /// The length to plan with: the high end where measured, a guess where not (method 2.3).
    pub planned: Micros,
    /// What measured it.
    pub kind: StallKind,
    /// Lines that show it, the telling one first.
    pub events: Vec<EventId>,
}

/// What measured a stall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StallKind {
    /// A late-heartbeat line: between X + H and X + 2H.
    LateHeartbeat,
    /// A slow sync of the leader's disk.
    SlowSync,
    /// etcd 0.4's `heartbeat near election timeout`.
    NearTimeout,
    /// Ticks of the leader's clock were lost: it is known how long at least.
    LostTicks,
    /// Guessed from when the old leader came back.
    Return,
    /// Guessed in the same way, of a leader that ran and said that it heard from no majority.
    CutOff,
    /// The leader ran, and its disk kept it from its heartbeats: a lower bound.
    Unwritten,
    /// Only a lower bound is known.
    Censored,
}

impl StallKind {
    /// A line measured it.
    pub fn is_measured(self) -> bool {
        matches!(self, StallKind::LateHeartbeat | StallKind::SlowSync | StallKind::NearTimeout | StallKind::LostTicks)
    }

    /// More than a lower bound of it is known.
    pub fn is_known(self) -> bool {
        !matches!(self, StallKind::Unwritten | StallKind::Censored)
    }

    /// It is known of a leader that did not run; one that was cut off ran, and what was silent lies elsewhere.
    pub fn stood_still(self) -> bool {
        self.is_known() && self != StallKind::CutOff
    }
}

impl Facts {
    /// The length to plan with for the longest stall of a leader; `None` where no stall is known.
    /// Measured ones and guesses come before bare lower bounds (method 2.3).
    pub fn longest_stall(&self) -> Option<&Stall> {
        self.longest_known().or_else(|| self.stalls.iter().max_by_key(|stall| stall.planned))
    }

    /// The longest of which more than a lower bound is known; while links were down one of a leader that ran only where there
    /// is no other.
    pub fn longest_known(&self) -> Option<&Stall> {
        let known = self.stalls.iter().filter(|stall| stall.kind.is_known());
        known.max_by_key(|stall| (!self.is_cut_off(stall), stall.planned))
    }

    /// The silence of a leader whose links were down: a timer would only make the others wait for the network.
    pub fn is_cut_off(&self, stall: &Stall) -> bool {
        stall.kind == StallKind::CutOff && self.links_down
    }

    /// The stall that explains a change.
    pub fn stall_of(&self, change: &LeaderChange) -> Option<&Stall> {
        self.stalls.get(change.stall?)
    }

    /// The stalls that explain needless changes, change by change.
    pub fn explaining(&self) -> impl Iterator<Item = &Stall> {
        self.needless().filter_map(|change| self.stall_of(change))
    }

    /// Where leaders lost their place while their disk kept them: the lines that show it.
    pub fn kept_by_disk(&self) -> Vec<EventId> {
        let unwritten = self.stalls.iter().filter(|stall| stall.kind == StallKind::Unwritten);
        unwritten.flat_map(|stall| stall.events.iter().copied()).gather()
    }

    /// Needless changes that a measured or estimated stall explains.
    pub fn explained(&self) -> usize {
        self.explaining().filter(|stall| stall.kind.is_known()).count()
    }

    /// Members that printed a late-heartbeat line. Only a leader prints it, so two of them prove a change of
    /// leader in between (method 2.4).
    pub fn leaders_stalled(&self) -> usize {
        let late = self.stalls.iter().filter(|stall| stall.kind == StallKind::LateHeartbeat);
        distinct(late.map(|stall| stall.member.as_str())).len()
    }

    /// Whether the leader changed though no line tells of it, as in a log of warnings alone.
    pub fn changed_unseen(&self) -> bool {
        self.leaders_stalled() > 1 && !self.leader_changed()
    }

    /// Whether the log shows who led, and none of the slow syncs in it was the leader's: no follower missed a heartbeat
    /// for them.
    pub fn only_followers_synced(&self) -> bool {
        let anybody = |event: &Event| event.meaning == Meaning::WalSyncSlow && event.host.is_none();
        let unnamed = |log: &LogReading| only_member(log).is_none() && log.events.iter().any(anybody);
        let led = |(id, event): (EventId, &Event)| {
            let end = time(self, id)?;
            leader_at(&self.changes, &self.elected, end - event.duration("took").unwrap_or(0))
        };
        !self.changes.is_empty()
            && self.events_of(&[Meaning::WalSyncSlow]).all(|sync| led(sync).is_some())
            && self.stalls.iter().all(|stall| stall.kind != StallKind::SlowSync)
            && !self.logs.iter().any(unnamed)
    }
}

/// Finds the stalls of leaders, by time, and ties each needless change to the stall that explains it.
pub fn stalls(facts: &Facts, voices: &[Voice], changes: &mut Vec<LeaderChange>) -> Vec<Stall> {
    let leads = Moments::of(changes.iter().map(|change| change.elected));
    let mut late = voices.iter().flat_map(|voice| late_heartbeats(facts, voice)).gather();
    late.iter_mut().for_each(|stall| name_leader(facts, voices, changes, &leads, stall));
    let mut found = Found::of(late);
    for sync in voices.iter().flat_map(|voice| slow_syncs(facts, voice, changes, &leads)) {
        found.merge(sync);
    }
    if changes.is_empty() {
        changes.extend(found.stalls.iter().filter(|stall| stall.kind == StallKind::SlowSync).map(unseen_change));
    }
    let ticks = voices.iter().flat_map(|voice| lost_ticks(facts, voice, changes, &leads)).gather();
    ticks.into_iter().chain(near_timeouts(facts)).for_each(|stall| found.add(stall));
    let measured = !found.stalls.is_empty();
    let alone = changes.iter().filter(|change| change.class == ChangeClass::Needless).count() == 1;
    let longest_near = found.stalls.iter().filter(|stall| stall.kind == StallKind::NearTimeout).map(|stall| stall.length.high).max();
    let speakers = speakers(facts);
    let searched = facts.searched();
    for change in changes.iter_mut() {
        // Members that stood still with their leader count as having heard it: their clocks stood still too.
        if silent_throughout(facts, &found, change).is_some() {
            change.raised_by = None;
        }
        // A leader whom the others heard did not stall, and one whose start a search may have left out need not have lived.
        let silent = change.class == ChangeClass::Needless && change.raised_by.is_none() && !searched;
        if silent && explaining(facts, &found, change).is_none() {
            let stalled = !facts.heartbeats_come_too_late() && !drawn_out(facts, change);
            let guess = stalled.then(|| {
                from_return(facts, voices, change, &speakers, measured, alone).or_else(|| like_near_misses(facts, longest_near?, change))
            });
            found.add(guess.flatten().unwrap_or_else(|| censored(facts, change)));
        }
    }
    by_key(&mut found.stalls, |stall| (stall.end, stall.events.first().copied()));
    found = Found::of(found.stalls);
    for change in changes.iter_mut().filter(|change| change.class == ChangeClass::Needless) {
        change.stall = explaining(facts, &found, change);
    }
    found.stalls
}

impl Stall {
    /// The length to hold against timers: the high end where measured, the guess where not, never below what is proven.
    pub fn likely(&self) -> Micros {
        self.length.high.min(self.planned.max(self.length.low))
    }

    /// A leader that ran was cut off for longer than rafthttp keeps a silent link.
    pub fn outlasts_a_link(&self) -> bool {
        self.kind == StallKind::CutOff && self.length.low > SILENT_STREAM
    }
}

/// Stalls found so far, and when they ended.
struct Found {
    stalls: Vec<Stall>,
    ends: Moments,
    /// The longest that one of them may have lasted.
    longest: Micros,
    /// Late lines without a time, and the stall that each tells of.
    unstamped: Vec<(EventId, usize)>,
}

impl Found {
    fn of(stalls: Vec<Stall>) -> Found {
        let late = |stall: &Stall| stall.end.is_none() && stall.kind == StallKind::LateHeartbeat;
        let lines = |at: usize| stalls[at].events.iter().map(move |id| (*id, at));
        let mut unstamped: Vec<(EventId, usize)> = (0..stalls.len()).filter(|at| late(&stalls[*at])).flat_map(lines).gather();
        sort(&mut unstamped);
        let ends = Moments::of(stalls.iter().map(|stall| stall.end));
        let longest = stalls.iter().map(|stall| stall.length.high).max().unwrap_or(0);
        Found { stalls, ends, longest, unstamped }
    }

    fn add(&mut self, stall: Stall) {
        self.longest = self.longest.max(stall.length.high);
        if let Some(end) = stall.end {
            self.ends.add(end, self.stalls.len());
        }
        self.stalls.push(stall);
    }

    /// Stalls that ended from `from` to `to`, by time.
    fn ended(&self, from: Micros, to: Micros) -> impl Iterator<Item = usize> {
        self.ends.between(from, to).iter().take(ENOUGH).map(|(_, at)| *at)
    }

    /// Adds a sync to the late-heartbeat incident it belongs to, or as a stall of its own.
    fn merge(&mut self, sync: Stall) {
        let (Some(end), took) = (sync.end, sync.length.high) else { return };
        let known = self.ended(end - took, end + took).filter(|at| self.stalls[*at].member == sync.member).min();
        match known {
            Some(at) => {
                let stall = &mut self.stalls[at];
                // A beat that is later than the sync took waited for more than the disk.
                let longer = if stall.length.low > took { stall.length } else { sync.length };
                stall.length = stall.length.intersect(sync.length).unwrap_or(longer);
                stall.planned = stall.length.high;
                stall.kind = StallKind::SlowSync;
                stall.events.extend(sync.events);
                self.longest = self.longest.max(stall.length.high);
            }
            None => self.add(sync),
        }
    }
}

/// The others had lost the leader and found no other one for longer than a silent leader makes them: what kept them
/// from it is not that one's silence. A member that was cut off or stood still hears of all the rounds at once, and each
/// of them lasted a timeout.
fn drawn_out(facts: &Facts, change: &LeaderChange) -> bool {
    let begun = change.events.iter().map(|id| facts.event(*id)).filter(|event| event.meaning == Meaning::LeaderLost);
    let failed = begun.filter_map(|event| Some(change.term? - event.number("term")?)).max();
    failed > Some(NO_FAILOVER_TAKES)
        || matches!((change.lost, change.elected), (Some(lost), Some(elected)) if elected - lost > NO_FAILOVER_TAKES * then(facts, change).election)
}

/// The stall that explains a change.
fn explaining(facts: &Facts, found: &Found, change: &LeaderChange) -> Option<usize> {
    if drawn_out(facts, change) { silent_throughout(facts, found, change) } else { overlapping(facts, found, change) }
}

/// The measured stall of the old leader that reaches from before its loss to within two election-timeouts of the next
/// leader.
fn silent_throughout(facts: &Facts, found: &Found, change: &LeaderChange) -> Option<usize> {
    let (lost, elected, old) = (change.lost?, change.elected?, change.old.as_deref()?);
    let (wait, slack) = (then(facts, change).election, grain(facts, change));
    let throughout = |at: &usize| {
        let stall = &found.stalls[*at];
        stall.kind.is_measured()
            && stall.member == old
            && stall.length.low >= wait
            && stall.end.is_some_and(|end| end - stall.length.high <= lost + slack)
    };
    found.ended(elected - 2 * wait - slack, lost + slack + found.longest).filter(throughout).min()
}

/// The timers under which a change came.
fn then(facts: &Facts, change: &LeaderChange) -> Spell {
    facts.spell(change.moment())
}

/// Some line or file says how long followers wait; a heartbeat alone does not.
fn wait_is_told(facts: &Facts) -> bool {
    let known = facts.in_force(Parameter::ElectionTimeout);
    known.place.is_some() || known.event.is_some_and(|id| facts.event(id).meaning != Meaning::HeartbeatLate)
}

/// So many lines of a few seconds are held against each of another kind; more tell nothing new (judgement).
pub const ENOUGH: usize = 200;

/// The leader was lost while a disk slept; who followed is not in the log.
fn unseen_change(stall: &Stall) -> LeaderChange {
    LeaderChange { campaign: stall.end, events: stall.events.clone(), lived: true, ..LeaderChange::of_term(None) }
}

/// The stall of the then leader that overlaps the two election-timeouts before the campaign (method 4.3).
fn overlapping(facts: &Facts, found: &Found, change: &LeaderChange) -> Option<usize> {
    let Some(campaign) = change.campaign else { return just_before(found, change) };
    let then = then(facts, change);
    let (slack, soonest, told) = (grain(facts, change), soonest(facts, then), wait_is_told(facts));
    let before = if told_on_return(facts, change) { slack.max(2 * then.heartbeat) } else { slack };
    let fits = |at: &usize| {
        let stall = &found.stalls[*at];
        let by_old = change.old.as_deref().is_none_or(|old| stall.member == old || stall.kind == StallKind::NearTimeout);
        // A moment's lateness after the campaign is not what the others missed, if it is known how long they wait.
        let long = stall.kind == StallKind::NearTimeout || stall.length.high >= soonest || !told;
        by_old && long && stall.kind.is_known() && stall.end.is_some_and(|end| end - stall.length.high <= campaign + slack)
    };
    let fitting = found.ended(campaign - before, campaign + found.longest + slack).filter(fits);
    fitting.max_by_key(|at| (found.stalls[*at].length.high, std::cmp::Reverse(*at)))
}

/// Without times the order of the lines tells: a late line of the old leader, and soon after it, in the same document, the
/// loss of its place.
fn just_before(found: &Found, change: &LeaderChange) -> Option<usize> {
    // A follower's few lines of one change of leader (judgement).
    const SOON: usize = 8;
    let old = change.old.as_deref()?;
    let stall_before = |lost: &EventId| {
        let soon = |late: EventId| late.log == lost.log && lost.event - late.event <= SOON;
        let before = &found.unstamped[..found.unstamped.partition_point(|(late, _)| late < lost)];
        let near = before.iter().rev().take_while(|(late, _)| soon(*late)).map(|(_, at)| *at);
        near.filter(|at| found.stalls[*at].member == old).max()
    };
    let first_there = |lost: &&EventId| !change.events.iter().any(|other| other.log == lost.log && other < *lost);
    change.events.iter().filter(first_there).filter_map(stall_before).max()
}

#[cfg(test)]
mod tests;
