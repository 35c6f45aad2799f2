//! Why a leader changed: a start, a plan, the end of the old leader, or needlessly.

use super::candidate::lone_candidate;
use super::old_leader::{came_back_retimed, lived_on, old_leader_ended, old_leader_started};
use super::{ChangeClass, LeaderChange};
use crate::facts::beside::time;
use crate::facts::links::BROKEN;
use crate::facts::voices::{NAME_LEADER, START_LINES, Voice, speaker};
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::index::Index;
use crate::log::event::{Event, Meaning};
use crate::search;
use crate::units::{Micros, S};

/// A transfer line this long before the new leader, or before the old one was lost, makes a change planned (method 3.2).
const PLANNED_WITHIN: Micros = 5 * S;

/// A member that loses a leader so long after its start had followed one, and the line that says so is not in
/// the input (judgement; elections take a few seconds).
const JUST_STARTED: Micros = 60 * S;

/// Tells of each change why it came; of a needless one also who raised it, and whether the old leader is seen to have lived.
pub fn tell_causes(facts: &Facts, voices: &[Voice], changes: &mut [LeaderChange]) {
    let outright = asked_outright(facts, voices);
    let transfers = facts.meaning(&[Meaning::LeaderTransfer]);
    let served = facts.times_of(&[Meaning::Published]).into_iter().min();
    for at in 0..changes.len() {
        let class = classify(facts, voices, changes, at, (&outright, &transfers, served));
        changes[at].class = class;
        if class == ChangeClass::Needless {
            let before = changes[..at].iter().rev().find(|change| change.elected.is_some());
            let led = before.filter(|before| before.new == changes[at].old).and_then(|before| before.elected);
            changes[at].raised_by = lone_candidate(facts, &changes[at], led);
            changes[at].lived = lived_on(facts, voices, changes, at);
        }
    }
}

/// Nobody tells of it but members that were starting anew, before their first write: all of them had been down.
fn while_starting(facts: &Facts, voices: &[Voice], change: &LeaderChange) -> bool {
    /// So soon a leader is lost as part of a start (judgement).
    const SOON: Micros = 5 * S;
    /// A member that waits for the others as it starts prints no more lines than these (judgement).
    const LINES: usize = 1000;
    // etcd 0.4 names no terms, and does not publish itself.
    if change.term.is_none() {
        return false;
    }
    // The last line before a member's report in which it starts or follows a leader: whether it starts, and when.
    let last = |voice: &Voice, report: usize| {
        let told = voice.events[report];
        let loses = matches!(facts.event(told).meaning, Meaning::LeaderLost | Meaning::LeaderChanged);
        let follows = |event: &Event| event.meaning == Meaning::Published || !loses && NAME_LEADER.contains(&event.meaning);
        let starts = |event: &Event| START_LINES.contains(&event.meaning);
        let soon = if loses { time(facts, told).map_or(report, |now| voice.since(now - SOON)) } else { 0 };
        let before = &voice.events[soon.min(report).max(report.saturating_sub(LINES))..report];
        let last = before.iter().rev().find(|id| starts(facts.event(**id)) || follows(facts.event(**id)))?;
        Some((starts(facts.event(*last)), time(facts, *last)))
    };
    let report = |voice: &Voice| change.events.iter().filter_map(|id| voice.events.binary_search(id).ok()).min();
    let tell = voices.iter().filter_map(|voice| Some((voice, last(voice, report(voice)?)))).gather();
    let started = tell.iter().filter_map(|(_, last)| *last).filter(|(starts, _)| *starts).gather();
    let since = started.iter().filter_map(|(_, time)| *time).min();
    // Where two of them start, an excerpt of another one that begins only then leaves its start out.
    let begins_later = |voice: &Voice| started.len() > 1 && since.is_some() && time(facts, voice.events[0]) > since;
    !started.is_empty() && tell.iter().all(|(voice, last)| last.map_or_else(|| begins_later(voice), |(starts, _)| starts))
}

/// A cluster that starts may elect more than once before it carries out the first write, with which a member publishes
/// itself: ticks are skipped at a start, and a slow network does the rest (etcd-io/etcd@v3.4.45:etcdserver/server.go,
/// adjustTicks). Soon after the first leader, that is (judgement).
fn not_yet_served(changes: &[LeaderChange], at: usize, served: Option<Micros>) -> bool {
    const SOON: Micros = 10 * S;
    let first = &changes[0];
    let (Some(began), Some(elected), Some(served)) = (first.elected, changes[at].elected, served) else { return false };
    at > 0 && first.class == ChangeClass::Start && elected < served && elected - began <= SOON
}

/// What tells of them all: terms in which a vote was asked for outright, lines of transfers, and the first write.
type Signs<'a> = (&'a Index, &'a [EventId], Option<Micros>);

/// The first of the causes that the input shows.
fn classify(facts: &Facts, voices: &[Voice], changes: &[LeaderChange], at: usize, (outright, transfers, served): Signs) -> ChangeClass {
    let change = &changes[at];
    // A process that comes back with other timers was ended for them.
    let ended = || if came_back_retimed(facts, voices, change) { ChangeClass::Planned } else { ChangeClass::Wanted };
    if not_yet_served(changes, at, served) || is_start(facts, voices, changes, at) {
        return ChangeClass::Start;
    }
    let by_hand = is_planned(facts, change, transfers) || was_removed(facts, change);
    if by_hand || change.term.is_some_and(|term| outright.find(term).is_some()) {
        return ChangeClass::Planned;
    }
    if old_leader_ended(facts, voices, changes, at) {
        return ended();
    }
    if told_to_stop(facts, change) || closed_at_once(facts, change) && !lived_on(facts, voices, changes, at) {
        return ChangeClass::Planned;
    }
    if while_starting(facts, voices, change) {
        return ChangeClass::Anew;
    }
    if old_leader_started(facts, voices, change) { ended() } else { ChangeClass::Needless }
}

/// The first leader after start-up lines, or of a log in which nobody lost a leader before.
fn is_start(facts: &Facts, voices: &[Voice], changes: &[LeaderChange], at: usize) -> bool {
    let change = &changes[at];
    if at > 0 {
        return false;
    }
    // Members of a cluster that is not complete may ask for votes long before they get their first leader.
    let within = if change.lost.is_some() { JUST_STARTED } else { Micros::MAX };
    started_before(facts, voices, change, within) || change.old.is_none() && !campaigned_as_follower(facts, change)
}

/// A voice that reports the change had printed a start line before it, and followed nobody in between.
fn started_before(facts: &Facts, voices: &[Voice], change: &LeaderChange, within: Micros) -> bool {
    voices.iter().any(|voice| {
        let Some(report) = voice.events.iter().position(|id| change.events.contains(id)) else { return false };
        // Who loses a leader has had one since it started.
        if facts.event(voice.events[report]).meaning == Meaning::LeaderLost {
            return false;
        }
        let reported = time(facts, voice.events[report]);
        let just_before = |start: &EventId| match (time(facts, *start), reported) {
            (Some(start), Some(reported)) => reported - start <= within,
            _ => true,
        };
        voice.events[..report].iter().any(|id| START_LINES.contains(&facts.event(*id).meaning) && just_before(id))
    })
}

/// The excerpt begins with a campaign: somebody stopped hearing a leader whose name it does not show.
fn campaigned_as_follower(facts: &Facts, change: &LeaderChange) -> bool {
    let Some(won) = change.term.filter(|term| *term > 2) else { return false };
    // The first line of a campaign names the term that it ends.
    facts.events_of(&[Meaning::ElectionStart, Meaning::BecameCandidate]).any(|(_, event)| {
        let ends = i64::from(event.meaning == Meaning::ElectionStart);
        event.number("term").is_some_and(|term| term + ends == won)
    })
}

fn is_planned(facts: &Facts, change: &LeaderChange, transfers: &[EventId]) -> bool {
    // Who is to take over may be told to stop itself: then the next leader comes later.
    let mut moments = [change.lost, change.elected].into_iter().flatten();
    if moments.any(|moment| facts.events_between(&[Meaning::LeaderTransfer], moment - PLANNED_WITHIN, moment + S).next().is_some()) {
        return true;
    }
    // Without times the order of the lines tells.
    change.events.iter().any(|report| {
        let next = transfers.partition_point(|id| id < report);
        let near = |id: &&EventId| id.log == report.log && report.event.abs_diff(id.event) < 20;
        let untimed = |id: &EventId| change.elected.is_none() || facts.event(*id).time.is_none();
        // That it is finished the old leader says once the other one leads.
        let to_winner = |id: &EventId| facts.event(*id).word("to") == change.new.as_deref();
        transfers[..next].iter().rev().take_while(near).any(untimed)
            || change.new.is_some() && transfers[next..].iter().take_while(near).any(|id| untimed(id) && to_winner(id))
    })
}

/// The old leader was taken out of the cluster in the fifteen seconds before (judgement), which somebody asked for.
fn was_removed(facts: &Facts, change: &LeaderChange) -> bool {
    let (Some(elected), Some(old)) = (change.elected, change.old.as_deref()) else { return false };
    let mut removals = facts.events_between(&[Meaning::MemberChange, Meaning::RemovedMember], elected - 15 * S, elected + S);
    removals.any(|(_, event)| event.word("peer") == Some(old) && search::has(&event.text, "removed"))
}

/// Terms for which a member was asked for its vote outright, where members ask for a pre-vote first: only one that the
/// leader hands over to goes without (etcd-io/etcd@v3.5.16:raft/raft.go, campaignTransfer). A member of 3.4 within an
/// upgrade does too.
fn asked_outright(facts: &Facts, voices: &[Voice]) -> Index {
    let (mut terms, mut pre_vote) = (Index::default(), false);
    for voice in voices {
        // Who asked for a pre-vote since a leader was last named; `None` before the first is.
        let mut asked: Option<Vec<&str>> = None;
        // Where members are mixed up, each has its own lines in a voice of its own.
        let of_one = |event: &&Event| speaker(event).is_none_or(|who| who == voice.member);
        for event in voice.events.iter().map(|id| facts.event(*id)).filter(of_one) {
            match event.meaning {
                Meaning::LeaderElected | Meaning::LeaderChanged => asked = Some(Vec::new()),
                // A process that was not there heard nobody ask.
                meaning if START_LINES.contains(&meaning) => asked = None,
                Meaning::VoteCast | Meaning::VoteRejected | Meaning::VoteIgnoredLease | Meaning::VoteSent
                    if search::has(&event.text, "MsgPreVote") =>
                {
                    pre_vote = true;
                    let who = event.word(if event.meaning == Meaning::VoteCast { "to" } else { "from" });
                    if let (Some(asked), Some(who)) = (&mut asked, who) {
                        if !asked.contains(&who) {
                            asked.push(who);
                        }
                    }
                }
                Meaning::HigherTermMessage if event.word("value") == Some("MsgVote") => {
                    if let (Some(asked), Some(from), Some(term)) = (&asked, event.word("from"), event.number("term2")) {
                        if !asked.contains(&from) {
                            terms.position(term);
                        }
                    }
                }
                _ => {}
            }
        }
    }
    if pre_vote { terms } else { Index::default() }
}

/// The old leader answered soon after the election that it knows this member no more: it had handed over and was
/// stopping, as its own log would say (etcd-io/etcd@v3.4.45:etcdserver/api/rafthttp/stream.go, dial: the answer of a
/// server whose peers are taken out of it; one that starts gives it too, but has ended before the election).
fn told_to_stop(facts: &Facts, change: &LeaderChange) -> bool {
    let (Some(elected), Some(old)) = (change.elected, change.old.as_deref()) else { return false };
    let answer = format!("peer {old} failed to find local node");
    facts.events_between(BROKEN, elected - S, elected + PLANNED_WITHIN).any(|(_, event)| {
        let soon = event.time.is_some_and(|time| (-time.grain..=PLANNED_WITHIN).contains(&(time.micros - elected)));
        soon && search::has(&event.text, &answer)
    })
}

/// The old leader closed its connections within a second after the election, as etcd does from 3.1 on once it has handed
/// over to stop (etcd-io/etcd@v3.4.45:etcdserver/server.go, Stop). A process that stands still and then ends takes longer
/// (judgement).
fn closed_at_once(facts: &Facts, change: &LeaderChange) -> bool {
    let (Some(elected), Some(old)) = (change.elected, change.old.as_deref()) else { return false };
    let hands_over = facts.generation.is_3_or_later();
    hands_over
        && facts
            .events_between(&[Meaning::PeerStreamLost], elected, elected + S)
            .any(|(_, event)| search::has(&event.text, "EOF") && search::has(&event.text, old))
}
