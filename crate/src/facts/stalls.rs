//! Stalls of leaders: how long, proven by what.
//!
//! Every incident is a range. A late-heartbeat line measures it best (lab, section 4); a leader that
//! lost its place may print none, then the moment of its return tells (method 2.2).

use super::beside::time;
use super::causes::heard_again;
use super::clocks::by_clock;
use super::lost_ticks::lost_ticks;
use super::voices::{START_LINES, Voice, speaker};
use super::{ChangeClass, EventId, Facts, Generation, LeaderChange, Spell, Stall, StallKind};
use crate::gather::Gather;
use crate::log::event::Meaning;
use crate::moments::Moments;
use crate::parameters::{Parameter, SILENT_STREAM};
use crate::sort::{by_key, distinct, sort};
use crate::units::{MS, Micros, Range};

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
    let longest_near = found.stalls.iter().filter(|stall| stall.kind == StallKind::NearTimeout).map(|stall| stall.length.high).max();
    let speakers = speakers(facts);
    for change in changes.iter_mut() {
        // Members that stood still with their leader count as having heard it: their clocks stood still too.
        if silent_throughout(facts, &found, change).is_some() {
            change.raised_by = None;
        }
        // A leader whom the others heard did not stall.
        let silent = change.class == ChangeClass::Needless && change.raised_by.is_none();
        if silent && explaining(facts, &found, change).is_none() {
            let stalled = !facts.heartbeats_come_too_late() && !drawn_out(facts, change);
            let guess = stalled.then(|| {
                from_return(facts, voices, change, &speakers, measured).or_else(|| like_near_misses(facts, longest_near?, change))
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

    /// A leader that ran while its links were silent for so long was cut off: a timer would only make the others wait for
    /// the network (judgement; rafthttp gives up a silent link after 5 s).
    pub fn is_cut_off(&self) -> bool {
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
                stall.length = stall.length.intersect(sync.length).unwrap_or(sync.length);
                stall.planned = stall.length.high;
                stall.kind = StallKind::SlowSync;
                stall.events.extend(sync.events);
                self.longest = self.longest.max(stall.length.high);
            }
            None => self.add(sync),
        }
    }
}

/// Who speaks of each term, sorted.
fn speakers(facts: &Facts) -> Vec<(i64, &str)> {
    distinct(facts.all_events().filter_map(|(_, event)| event.number("term").zip(event.word("id"))))
}

/// So many election-timeouts no failover takes: the slowest measured one took 2.7 (lab, section 2).
pub const NO_FAILOVER_TAKES: Micros = 4;

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

/// So long a leader is silent at least before a follower campaigns (lab, section 3).
fn soonest(facts: &Facts, then: Spell) -> Micros {
    let old = matches!(facts.generation, Generation::V2 | Generation::V04);
    then.election - if old { then.heartbeat } else { 2 * then.heartbeat }
}

/// Late lines of one voice, put together to incidents: the line reports a gap that reaches back
/// X + 2H, so a line within X + H of the one before speaks of the same stall (method 2.1).
fn late_heartbeats(facts: &Facts, voice: &Voice) -> Vec<Stall> {
    let mut incidents: Vec<(Stall, Micros)> = Vec::new();
    for id in &voice.events {
        let event = facts.event(*id);
        let (Meaning::HeartbeatLate, Some(excess)) = (event.meaning, event.duration("excess")) else { continue };
        if by_clock(facts, event) {
            continue;
        }
        let end = time(facts, *id);
        let beat = event.duration("heartbeat").unwrap_or_else(|| facts.spell(end).heartbeat);
        let length = Range { low: excess + beat, high: excess + 2 * beat };
        match incidents.last_mut().filter(|(stall, largest)| same_incident(stall, *largest, end, excess, beat)) {
            Some((stall, largest)) => {
                stall.events.push(*id);
                stall.end = stall.end.max(end);
                if excess > *largest {
                    *largest = excess;
                    stall.length = length;
                    stall.planned = length.high;
                    let telling = stall.events.len() - 1;
                    stall.events.swap(0, telling);
                }
            }
            None => {
                let member = voice.member.clone();
                incidents
                    .push((Stall { member, end, length, planned: length.high, kind: StallKind::LateHeartbeat, events: vec![*id] }, excess));
            }
        }
    }
    incidents.into_iter().map(|(stall, _)| stall).gather()
}

/// Only a leader prints that it was late. Where the lines name nobody, as those of a rotated log may, it is the one that led
/// then, if that one's own log does not tell of this moment.
fn name_leader(facts: &Facts, voices: &[Voice], changes: &[LeaderChange], leads: &Moments, stall: &mut Stall) {
    let led = || changes[leads.last(stall.end?)?.1].new.as_deref();
    let Some(leader) = led().filter(|_| facts.event(stall.events[0]).host.is_none() && stall.member == facts.host(stall.events[0])) else {
        return;
    };
    let tells = |voice: &Voice| voice.member == leader && stall.end.is_some_and(|end| (1..voice.events.len()).contains(&voice.since(end)));
    if !voices.iter().any(tells) {
        stall.member = leader.to_owned();
    }
}

/// So many lines of a few seconds are held against each of another kind; more tell nothing new (judgement).
pub const ENOUGH: usize = 200;

fn same_incident(before: &Stall, largest: Micros, end: Option<Micros>, excess: Micros, beat: Micros) -> bool {
    match (before.end, end) {
        // A clock that was set back does not bring all later lines to one moment.
        (Some(a), Some(b)) => (b - a).abs() < excess + beat,
        // Without times: lines of one stall differ only by the moment of printing.
        _ => (largest - excess).abs() < 5 * MS,
    }
}

/// Slow syncs of a member while it led: its main loop waited, so it sent nothing (etcd-io/etcd@v3.4.45:etcdserver/raft.go, start).
fn slow_syncs(facts: &Facts, voice: &Voice, changes: &[LeaderChange], leads: &Moments) -> Vec<Stall> {
    voice
        .events
        .iter()
        .filter_map(|id| {
            let event = facts.event(*id);
            let took = (event.meaning == Meaning::WalSyncSlow).then(|| event.duration("took"))??;
            let end = time(facts, *id)?;
            let leads = leads_at(changes, leads, &voice.member, end - took) || leaderless_beside(facts, voice, changes, end, took);
            leads.then_some(())?;
            let length = Range::exactly(took);
            Some(Stall {
                member: voice.member.clone(),
                end: Some(end),
                length,
                planned: took,
                kind: StallKind::SlowSync,
                events: vec![*id],
            })
        })
        .gather()
}

/// No line shows who led, but this member was without a leader while its disk slept, for longer than
/// followers wait. Leader or follower, its heartbeats or its votes were delayed beyond the timeout.
fn leaderless_beside(facts: &Facts, voice: &Voice, changes: &[LeaderChange], end: Micros, took: Micros) -> bool {
    let without_leader = || facts.events_between(&[Meaning::NoLeaderDropRead, Meaning::NoLeaderDropProposal], end - took, end + took);
    changes.is_empty() && took > facts.spell(Some(end)).election && without_leader().any(|(id, _)| voice.printed(facts, id))
}

/// The leader was lost while a disk slept; who followed is not in the log.
fn unseen_change(stall: &Stall) -> LeaderChange {
    LeaderChange {
        term: None,
        campaign: stall.end,
        elected: None,
        lost: None,
        old: None,
        new: None,
        class: ChangeClass::Needless,
        events: stall.events.clone(),
        stall: None,
        raised_by: None,
        lived: true,
    }
}

/// Whether `member` led at `time`, as far as the changes tell: the last one that was over by then, or the first one
/// after it by whom it names as the leader that was lost.
pub fn leads_at(changes: &[LeaderChange], leads: &Moments, member: &str, time: Micros) -> bool {
    let leader = match leads.last(time) {
        Some((_, at)) => changes[at].new.as_deref(),
        None => leads.between(time, Micros::MAX).first().and_then(|(_, at)| changes[*at].old.as_deref()),
    };
    leader == Some(member)
}

/// etcd 0.4's follower prints the gap itself.
fn near_timeouts(facts: &Facts) -> Vec<Stall> {
    facts
        .events_of(&[Meaning::Hb04NearElection])
        .filter_map(|(id, event)| {
            let gap = event.duration("gap")?;
            let beat = facts.spell(time(facts, id)).heartbeat;
            // Hardly longer than the heartbeat itself: the pair is at fault, and nothing stalled (judgement).
            if gap < beat * 5 / 4 {
                return None;
            }
            let length = Range { low: (gap - beat).max(0), high: gap };
            Some(Stall {
                member: String::from("the leader"),
                end: time(facts, id),
                length,
                planned: gap,
                kind: StallKind::NearTimeout,
                events: vec![id],
            })
        })
        .gather()
}

/// etcd 0.4 prints a gap only where it ended in time; the one that cost the lead prints none. Gaps near
/// the timeout in the same log say what it was like (judgement): at least the timeout, or the longest of them.
fn like_near_misses(facts: &Facts, longest: Micros, change: &LeaderChange) -> Option<Stall> {
    let wait = then(facts, change).election;
    Some(Stall {
        member: change.old.clone()?,
        end: change.campaign,
        length: Range { low: wait, high: 2 * wait },
        planned: longest.max(wait),
        kind: StallKind::Return,
        events: change.events.iter().take(1).copied().gather(),
    })
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

/// Whether the old leader alone tells of the change: it learned of it when its stall was over, and the others had campaigned
/// meanwhile. An answer to its next heartbeat tells it at the latest.
fn told_on_return(facts: &Facts, change: &LeaderChange) -> bool {
    change.old.is_some() && change.events.iter().all(|id| speaker(facts.event(*id)) == change.old.as_deref())
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

fn grain(facts: &Facts, change: &LeaderChange) -> Micros {
    change.events.iter().filter_map(|id| facts.event(*id).time).map(|time| time.grain).max().unwrap_or(0).max(5 * MS)
}

/// The old leader came back without having started anew: it slept from before its followers' timers
/// ran out until its first line after the campaign (method 2.2), or until its peers heard it lead on in its old term.
fn from_return(facts: &Facts, voices: &[Voice], change: &LeaderChange, speakers: &[(i64, &str)], stalled_before: bool) -> Option<Stall> {
    let (campaign, old) = (change.campaign?, change.old.as_deref()?);
    let slack = grain(facts, change);
    let after = |id: &EventId| time(facts, *id).is_some_and(|time| time >= campaign - slack);
    let Some(voice) = voices.iter().find(|voice| voice.member == old) else {
        let back = heard_again(facts, change, old).into_iter().find(after)?;
        return silent_until(facts, change, back, StallKind::Return);
    };
    // An excerpt that begins later does not show when it was back, nor whether it is of the process that led.
    if !voice.events.iter().any(|id| time(facts, *id).is_some_and(|time| time <= campaign)) {
        return None;
    }
    // Where nobody but the old leader tells of the change or speaks of the term, the moment of its return is held against
    // itself; that it stalled then follows from other stalls alone.
    let by_others = |new: i64| {
        let of_term = speakers[speakers.partition_point(|(term, _)| *term < new)..].iter().take_while(|(term, _)| *term == new);
        of_term.into_iter().any(|(_, id)| *id != old)
    };
    if (told_on_return(facts, change) || change.term.is_some_and(|new| !by_others(new))) && !stalled_before {
        return None;
    }
    let mut gave_up = false;
    let back = voice.events[voice.since(campaign - slack)..].iter().copied().find(|id| {
        let event = facts.event(*id);
        gave_up |= event.meaning == Meaning::QuorumInactiveStepdown;
        // Who asks it for its vote though another leads was cut off with it; what it answers raises its term too.
        let with_it = match event.meaning {
            Meaning::HigherTermMessage => event.word("value") == Some("MsgVote") && event.word("from") != change.new.as_deref(),
            Meaning::BecameFollower | Meaning::VoteCast | Meaning::VoteRejected => true,
            _ => false,
        };
        // A leader that gives way to a higher term is back then, though that round may have had no winner.
        let learned = event.number("term").is_some_and(|term| change.term.is_none_or(|new| term >= new))
            || change.term.is_none()
            || event.meaning == Meaning::HigherTermMessage;
        // The rounds of a leader that was cut off raise its term too, and nobody has answered them yet.
        let asks = matches!(
            event.meaning,
            Meaning::ElectionStart | Meaning::BecameCandidate | Meaning::BecamePreCandidate | Meaning::VoteSent | Meaning::VoteReceived
        );
        // Where one log has the lines of several members, those of another one do not tell of its return.
        learned
            && !asks
            && speaker(event).is_none_or(|who| who == old)
            && !(gave_up && with_it)
            && event.time.is_some_and(|time| time.micros >= campaign - slack)
            && !change.events.iter().any(|own| own == id && event.meaning == Meaning::BecameLeader)
    })?;
    if START_LINES.contains(&facts.event(back).meaning) {
        return None;
    }
    // A process that says it heard from no majority ran while it was silent.
    let until = time(facts, back)?.max(campaign);
    let steps_down = facts.events_between(&[Meaning::QuorumInactiveStepdown], campaign - 2 * then(facts, change).election, until);
    let ran = steps_down.into_iter().any(|(id, _)| voice.printed(facts, id));
    silent_until(facts, change, back, if ran { StallKind::CutOff } else { StallKind::Return })
}

/// The followers' timers ran out before the campaign, after one to two timeouts; the leader was silent until `back`.
fn silent_until(facts: &Facts, change: &LeaderChange, back: EventId, kind: StallKind) -> Option<Stall> {
    let end = time(facts, back)?;
    let gap = (end - change.campaign?).max(0);
    let then = then(facts, change);
    let wait = then.election;
    let length = Range { low: gap + soonest(facts, then), high: gap + 2 * wait };
    Some(Stall { member: change.old.clone()?, end: Some(end), length, planned: gap + wait + wait / 5, kind, events: vec![back] })
}

/// Nothing measures it: only that followers waited their time.
fn censored(facts: &Facts, change: &LeaderChange) -> Stall {
    let low = soonest(facts, then(facts, change)).max(0);
    Stall {
        member: change.old.clone().unwrap_or_else(|| String::from("the leader")),
        end: change.campaign,
        length: Range { low, high: 2 * low },
        planned: 2 * low,
        kind: StallKind::Censored,
        events: change.events.iter().take(1).copied().collect::<Vec<EventId>>(),
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::StallKind;
    use crate::rules::testing::facts;

    #[test]
    fn an_excerpt_of_the_leader_that_lost_its_place_to_a_slow_sync() {
        let log = |old: &str| {
            format!(
                "2020-04-20 10:00:05.200000 I | raft: raft.node: 91d25258d70ad868 changed leader from {old} to 2a0965170762fd09 at term 5\n\
                 2020-04-20 10:00:05.800000 W | wal: sync duration of 1.9s, expected less than 1s\n"
            )
        };
        let measured = |log: &str| facts(&[log]).stalls.iter().any(|stall| stall.kind == StallKind::SlowSync);
        assert!(measured(&log("91d25258d70ad868")));
        assert!(!measured(&log("ca93d269ec463a6b")));
    }

    /// A host that stops the leader and one follower: the third member asks alone, and that follower counts no time.
    #[test]
    fn members_that_stood_still_with_their_leader_did_not_hear_it() {
        let leader = |late: &str| {
            format!(
                "2020-04-20 09:59:00.000000 I | raft: raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4\n\
                 {late}2020-04-20 10:00:07.100000 I | raft: 91d25258d70ad868 [term: 4] received a MsgAppResp message with higher term from 2a0965170762fd09 [term: 8]\n"
            )
        };
        let asks: String = [(1, 5), (3, 6), (5, 7), (6, 8)]
            .map(|(second, term)| format!("2020-04-20 10:00:0{second}.500000 I | raft: 2a0965170762fd09 became candidate at term {term}\n"))
            .concat();
        let alone = "2020-04-20 10:00:01.600000 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5\n";
        let follower = "2020-04-20 10:00:07.050000 I | raft: ca93d269ec463a6b [logterm: 4, index: 9, vote: 91d25258d70ad868] ignored MsgVote from 2a0965170762fd09 [logterm: 4, index: 9] at term 4: lease is not expired (remaining ticks: 9)\n\
                        2020-04-20 10:00:08.000000 I | raft: ca93d269ec463a6b became candidate at term 9\n\
                        2020-04-20 10:00:08.100000 I | raft: ca93d269ec463a6b became leader at term 9\n";
        let read = |late: &str| {
            let facts = facts(&[&leader(late), &(asks.clone() + alone), follower]);
            let change = facts.needless().next().expect("one change");
            (change.raised_by.is_some(), change.stall.is_some_and(|at| facts.stalls[at].kind == StallKind::LateHeartbeat))
        };
        let late = "2020-04-20 10:00:07.000000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 6.822s, to 2a0965170762fd09)\n";
        assert_eq!(read(late), (false, true));
        assert_eq!(read(&late.replace("6.822s", "0.122s")), (true, false));
    }

    /// `docker-compose logs --no-log-prefix`: the lines of all members in one.
    #[test]
    fn a_leader_in_a_log_of_several_members_is_back_with_a_line_of_its_own() {
        let line = |second: &str, text: &str| format!("2020-04-20 10:{second} I | raft: {text}\n");
        let (old, new, third) = ("8e9e05c52164694d", "2a0965170762fd09", "ca93d269ec463a6b");
        let log = line("00:00.000000", &format!("{old} became leader at term 4"))
            + &line("01:01.000000", &format!("{new} is starting a new election at term 4"))
            + &line("01:01.000100", &format!("{new} became candidate at term 5"))
            + &line(
                "01:01.000200",
                &format!("{third} [logterm: 4, index: 9, vote: 0] cast MsgVote for {new} [logterm: 4, index: 9] at term 5"),
            )
            + &line("01:01.000300", &format!("raft.node: {new} lost leader {old} at term 5"))
            + &line("01:01.000400", &format!("{new} became leader at term 5"))
            + &line("01:41.000000", &format!("raft.node: {old} changed leader from {old} to {new} at term 5"));
        let facts = facts(&[&log]);
        let stall = facts.longest_stall().expect("it was silent");
        assert!(stall.planned > 40 * crate::units::S, "{}", stall.planned);
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_make_one_stall_of_two() {
        let late = |time: &str| {
            format!("2016-04-20 {time} W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 1.3s)\n")
        };
        let stalls = |times: &[&str]| facts(&[&times.iter().map(|time| late(time)).collect::<String>()]).stalls.len();
        assert_eq!(stalls(&["02:55:00.000000", "02:10:01.500000", "02:20:01.500000"]), 3);
        assert_eq!(stalls(&["02:55:00.000000", "02:55:00.000200"]), 1);
    }

    /// Which document stands first says nothing.
    #[test]
    fn without_times_a_late_line_counts_before_the_loss_in_its_own_document() {
        let leader = "etcd Version: 2.3.8\nheartbeat = 100ms\nelection = 1000ms\n\
            raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4\n\
            failed to send out heartbeat on time (deadline exceeded for 1.3s)\n\
            91d25258d70ad868 [term: 4] received a MsgAppResp message with higher term from 2a0965170762fd09 [term: 5]\n\
            raft.node: 91d25258d70ad868 lost leader 91d25258d70ad868 at term 5\n\
            raft.node: 91d25258d70ad868 elected leader 2a0965170762fd09 at term 5\n";
        let follower = "raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4\n\
            2a0965170762fd09 is starting a new election at term 4\n\
            raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5\n\
            raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5\n";
        for documents in [[leader, follower], [follower, leader]] {
            let facts = facts(&documents);
            let change = facts.needless().next().expect("one change");
            assert!(change.stall.is_some_and(|at| facts.stalls[at].kind == StallKind::LateHeartbeat), "{:?}", facts.stalls);
        }
    }

    /// Its own log is all there is: it says that it was late, and a moment later that another leads.
    #[test]
    fn the_old_leader_alone_tells_of_one_stall() {
        let line = |second: &str, text: &str| format!("2020-04-20 10:00:{second} I | raft: {text}\n");
        let kinds = |learned: &str| {
            let log = line("00.000000", "8e9e05c52164694d became leader at term 4")
                + "2020-04-20 10:00:07.000000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 1.3s)\n"
                + &line(learned, "raft.node: 8e9e05c52164694d lost leader 8e9e05c52164694d at term 5")
                + &line(learned, "raft.node: 8e9e05c52164694d elected leader 91bc3c398fb3c146 at term 5");
            let facts = facts(&["ETCD_HEARTBEAT_INTERVAL=100\nETCD_ELECTION_TIMEOUT=1000\n", &log]);
            facts.stalls.iter().map(|stall| stall.kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds("07.060000"), [StallKind::LateHeartbeat]);
        // It led on for half a minute: what took its place then is not this stall.
        assert_eq!(kinds("37.000000").len(), 2);
    }

    /// Another member speaks of the term, but none tells of the loss but the old leader, when it hears of it.
    #[test]
    fn the_old_leader_alone_does_not_tell_how_long_it_was_away() {
        let line = |second: &str, text: &str| format!("2020-04-20 10:00:{second} I | raft: {text}\n");
        let log = line("00.000000", "8e9e05c52164694d became leader at term 4")
            + &line("31.200000", "raft.node: 8e9e05c52164694d lost leader 8e9e05c52164694d at term 5")
            + &line("31.200000", "raft.node: 8e9e05c52164694d elected leader 91bc3c398fb3c146 at term 5")
            + &line("31.300000", "2a0965170762fd09 became follower at term 5");
        let facts = facts(&["ETCD_HEARTBEAT_INTERVAL=100\nETCD_ELECTION_TIMEOUT=1000\n", &log]);
        assert_eq!(facts.stalls.iter().map(|stall| stall.kind).collect::<Vec<_>>(), [StallKind::Censored]);
    }

    /// It stepped down, and its own rounds raised its term before anybody answered it.
    #[test]
    fn a_leader_that_was_cut_off_is_back_when_others_answer() {
        let line = |second: &str, text: &str| format!("2020-04-20 10:00:{second} I | raft: {text}\n");
        let follower = line("00.000000", "raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4")
            + &line("10.000000", "2a0965170762fd09 is starting a new election at term 4")
            + &line("10.000100", "raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5")
            + &line("10.001000", "2a0965170762fd09 became leader at term 5")
            + &line("10.001100", "raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5");
        let old = line("00.000000", "raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4")
            + &line("11.000000", "91d25258d70ad868 stepped down to follower since quorum is not active")
            + &line("12.000000", "91d25258d70ad868 is starting a new election at term 4")
            + &line("12.000100", "91d25258d70ad868 became candidate at term 5")
            + &line("22.000000", "91d25258d70ad868 [term: 5] received a MsgApp message with higher term from 2a0965170762fd09 [term: 6]");
        let facts = facts(&[&follower, &old]);
        let stall = facts.stalls.iter().find(|stall| stall.kind == StallKind::CutOff).expect("cut off");
        assert!(stall.length.low > 12 * crate::units::S, "{:?}", stall.length);
    }

    /// One of five was cut off with the leader: it asks for its vote, and is no sign that the others are back.
    #[test]
    fn a_leader_that_was_cut_off_with_another_is_not_back_when_that_one_asks() {
        let line = |second: &str, text: &str| format!("2020-04-20 10:00:{second} I | raft: {text}\n");
        let follower = line("00.000000", "raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4")
            + &line("10.000000", "2a0965170762fd09 is starting a new election at term 4")
            + &line("10.001000", "2a0965170762fd09 became leader at term 5")
            + &line("10.001100", "raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5");
        let asked = "91d25258d70ad868 [term: 4] received a MsgVote message with higher term from 134af6e5d3e35861 [term: 5]";
        let old = line("00.000000", "raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4")
            + &line("11.000000", "91d25258d70ad868 stepped down to follower since quorum is not active")
            + &line("12.000000", asked)
            + &line("12.000100", "91d25258d70ad868 became follower at term 5")
            + &line("22.000000", "raft.node: 91d25258d70ad868 elected leader 2a0965170762fd09 at term 6");
        let facts = facts(&[&follower, &old]);
        let stall = facts.stalls.iter().find(|stall| stall.kind == StallKind::CutOff).expect("cut off");
        assert!(stall.length.low > 12 * crate::units::S, "{:?}", stall.length);
    }

    /// It hears of a round that nobody won, and runs; the next round has a winner.
    #[test]
    fn a_leader_that_gives_way_to_a_round_without_a_winner_is_back_then() {
        let line = |second: &str, text: &str| format!("2020-04-20 10:00:{second} {text}\n");
        let log = line("00.000000", "I | raft: raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4")
            + &line(
                "09.800000",
                "W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 818ms, to 2a0965170762fd09)",
            )
            + &line(
                "10.900000",
                "I | raft: 91d25258d70ad868 [term: 4] received a MsgAppResp message with higher term from 2a0965170762fd09 [term: 5]",
            )
            + &line("10.900100", "I | raft: 91d25258d70ad868 became follower at term 5")
            + &line("10.900200", "I | raft: raft.node: 91d25258d70ad868 lost leader 91d25258d70ad868 at term 5")
            + &line("12.600000", "I | raft: 91d25258d70ad868 became follower at term 6")
            + &line("12.700000", "I | raft: raft.node: 91d25258d70ad868 elected leader 2a0965170762fd09 at term 6");
        let facts = facts(&["ETCD_HEARTBEAT_INTERVAL=100\nETCD_ELECTION_TIMEOUT=1000\n", &log]);
        assert!(facts.longest_stall().expect("a stall").planned <= 1_200 * crate::units::MS, "{:?}", facts.stalls);
    }

    /// The last lines of each member, which cover unlike spans of time.
    #[test]
    fn an_excerpt_that_begins_after_the_change_does_not_show_the_return() {
        let line = |minute: u32, text: &str| format!("2020-04-20 10:{minute:02}:10.000000 I | raft: {text}\n");
        let follower = line(0, "raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4")
            + &line(1, "2a0965170762fd09 is starting a new election at term 4")
            + &line(1, "raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5")
            + &line(1, "2a0965170762fd09 became leader at term 5")
            + &line(1, "raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5")
            + &line(3, "2a0965170762fd09 [term: 5] received a MsgVote message with higher term from ca93d269ec463a6b [term: 6]");
        let later = line(3, "91d25258d70ad868 [term: 5] received a MsgVote message with higher term from ca93d269ec463a6b [term: 6]");
        let longest = |old: &str| facts(&[&follower, old]).longest_stall().map(|stall| stall.planned);
        assert!(longest(&later) < Some(3 * crate::units::S));
        let before = line(0, "raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4");
        assert!(longest(&(before + &later)) > Some(60 * crate::units::S));
    }

    /// Back after two seconds, it is late by a moment once more; that is not what cost it its place.
    #[test]
    fn a_moment_of_lateness_after_the_election_explains_nothing() {
        let line = |second: &str, text: &str| format!("2020-04-20 10:00:{second} {text}\n");
        let follower = line("00.000000", "I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4")
            + &line("10.000000", "I | raft: 2a0965170762fd09 is starting a new election at term 4")
            + &line("10.000100", "I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5")
            + &line("10.001000", "I | raft: 2a0965170762fd09 became leader at term 5")
            + &line("10.001100", "I | raft: raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5");
        let old = |excess: &str| {
            line("00.000000", "I | raft: raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4")
                + &line(
                    "10.900000",
                    &format!(
                        "W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for {excess}, to 2a0965170762fd09)"
                    ),
                )
                + &line("10.900100", "I | raft: 91d25258d70ad868 became follower at term 5")
        };
        let kind = |excess: &str| {
            let facts = facts(&["ETCD_HEARTBEAT_INTERVAL=100\nETCD_ELECTION_TIMEOUT=1000\n", &follower, &old(excess)]);
            facts.stalls[facts.needless().next().and_then(|change| change.stall).expect("explained")].kind
        };
        assert_eq!((kind("1.7s"), kind("826ms"), kind("26ms")), (StallKind::LateHeartbeat, StallKind::LateHeartbeat, StallKind::Return));
    }
}
