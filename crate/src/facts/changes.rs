//! Leader changes: one per new term that got a leader, told apart by why it came.

use super::voices::{START_LINES, Voice, time_of};
use super::{ChangeClass, EventId, Facts, LeaderChange, OldLeader};
use crate::gather::Gather;
use crate::index::{self, Index};
use crate::log::event::{Event, Meaning};
use crate::parameters::Parameter;
use crate::search;
use crate::sort::{by_key, distinct, sort};
use crate::units::{Micros, S};

/// A transfer line this long before the new leader makes a change planned (method 3.2).
const PLANNED_WITHIN: Micros = 5 * S;

/// A member that loses a leader so long after its start had followed one, and the line that says so is not in
/// the input (judgement; elections take a few seconds).
const JUST_STARTED: Micros = 60 * S;

/// Finds all leader changes, the first leader of a start among them, by term.
pub fn leader_changes(facts: &Facts, voices: &[Voice]) -> Vec<LeaderChange> {
    let mut changes = by_term(facts);
    changes.extend(without_terms(facts));
    link_old_leaders(&mut changes);
    let outright = asked_outright(facts, voices);
    let transfers = facts.meaning(&[Meaning::LeaderTransfer]);
    let served = facts.times_of(&[Meaning::Published]).into_iter().min();
    for at in 0..changes.len() {
        let class = if not_yet_served(&changes, at, served) {
            ChangeClass::Start
        } else {
            classify(facts, voices, &changes, at, &outright, &transfers)
        };
        changes[at].class = class;
        if class == ChangeClass::Needless {
            changes[at].raised_by = lone_candidate(facts, &changes[at]);
            changes[at].lived = lived_on(facts, voices, &changes, at);
        }
    }
    changes
}

/// The one member that missed the leader, where the others are seen to have heard it. Its votes are refused or
/// ignored, but its higher term makes the leader step down: in 2.x by the mere question, from 3.0 on when it
/// answers the leader (etcd-io/etcd@v2.3.8:raft/raft.go:405, etcd-io/etcd@v3.0.17:raft/raft.go:565).
fn lone_candidate(facts: &Facts, change: &LeaderChange) -> Option<String> {
    /// So many of its own rounds, while nobody else asked for votes.
    const ROUNDS: usize = 3;
    let (campaign, old) = (change.campaign?, change.old.as_deref()?);
    let wait = facts.value(Parameter::ElectionTimeout);
    let before = |meaning, from| facts.events_between(&[meaning], campaign - from, campaign + S);
    // A follower counts a tick per heartbeat-interval since it heard the leader, and prints how many are left
    // (etcd-io/etcd@v3.4.45:raft/raft.go, Step). After two it had just heard it; after more the leader was late for
    // it too (judgement).
    let fresh = wait / facts.value(Parameter::HeartbeatInterval).max(1) - 2;
    let ignored = before(Meaning::VoteIgnoredLease, 3 * wait).find(|(_, event)| {
        event.word("id").is_some_and(|id| id != old)
            && event.number("term").is_some_and(|term| change.term.is_some_and(|new| term < new))
            && event.number("remaining").is_some_and(|left| left >= fresh)
    });
    if let Some(from) = ignored.and_then(|(_, event)| event.word("from")).filter(|from| *from != old) {
        return Some(from.to_owned());
    }
    // The leader gave way to an answer of a term some rounds higher before anybody else asked for votes. One round is
    // also what a follower begins that missed a leader which stood still.
    let ahead = |event: &Event| event.number("term2").zip(event.number("term")).is_some_and(|(higher, own)| higher - own >= ROUNDS as i64);
    let answered = before(Meaning::HigherTermMessage, 3 * wait).find(|(_, event)| {
        event.word("id") == Some(old)
            && event.time.is_some_and(|time| time.micros < campaign)
            && event.word("value") == Some("MsgAppResp")
            && ahead(event)
    });
    if let Some(from) = answered.and_then(|(_, event)| event.word("from")).filter(|from| Some(*from) != change.new.as_deref()) {
        return Some(from.to_owned());
    }
    let mut rounds: Vec<(&str, Micros)> = before(Meaning::BecameCandidate, 1000 * wait)
        .filter(|(_, event)| event.number("term").is_some_and(|term| change.term.is_some_and(|new| term < new)))
        .filter_map(|(_, event)| Some((event.word("id")?, event.time?.micros)))
        .gather();
    by_key(&mut rounds, |(_, time)| *time);
    let (who, last) = *rounds.last()?;
    let own = rounds.iter().rev().take_while(|(id, _)| *id == who).gather();
    let alone = Some(who) != change.new.as_deref() && who != old && campaign - last <= 4 * wait;
    (alone && own.len() >= ROUNDS && own.last().is_some_and(|(_, first)| campaign - first >= 3 * wait)).then(|| who.to_owned())
}

fn empty(term: Option<i64>) -> LeaderChange {
    LeaderChange {
        term,
        campaign: None,
        elected: None,
        lost: None,
        old: None,
        new: None,
        class: ChangeClass::Needless,
        events: Vec::new(),
        stall: None,
        raised_by: None,
        lived: false,
    }
}

/// etcd 2 and later: every line names its term, so members merge by it.
fn by_term(facts: &Facts) -> Vec<LeaderChange> {
    let mut terms = Terms::default();
    let mut campaigns: Vec<(i64, &str, Micros)> = Vec::new();
    let mut losses: Vec<(i64, EventId, &str)> = Vec::new();
    let telling = [Meaning::BecameLeader, Meaning::LeaderElected, Meaning::LeaderChanged, Meaning::LeaderLost, Meaning::BecameCandidate];
    for (id, event) in facts.events_of(&telling) {
        let Some(term) = event.number("term") else { continue };
        let time = time_of(facts, id);
        match event.meaning {
            Meaning::BecameLeader => terms.note(term, id, time, event.word("id")),
            Meaning::LeaderElected => terms.note(term, id, time, event.word("leader")),
            Meaning::LeaderChanged => {
                terms.note(term, id, time, event.word("to"));
                losses.extend(event.word("from").map(|leader| (term, id, leader)));
            }
            Meaning::LeaderLost => losses.extend(event.word("leader").map(|leader| (term, id, leader))),
            Meaning::BecameCandidate => {
                if let (Some(time), Some(who)) = (time, event.word("id")) {
                    campaigns.push((term, who, time));
                }
            }
            _ => {}
        }
    }
    let led = terms.changes.iter().filter(|change| change.new.is_some()).filter_map(|change| change.term);
    let led = distinct(led);
    for (term, id, leader) in losses {
        let time = time_of(facts, id);
        if let Some(term) = terms.begun_by_loss(&led, term, time, leader) {
            terms.lost(term, id, time, leader);
        }
    }
    for (term, who, time) in campaigns {
        terms.campaign(term, who, time);
    }
    let mut changes = terms.changes;
    by_key(&mut changes, |change| change.term);
    hand_on_losses(&mut changes);
    name_late_leaders(facts, &mut changes);
    // A lost leader without a successor counts only at the end of the log, and only where the leader
    // itself lived to say so; before a later leader it is a round that failed.
    let last = changes.iter().rev().find(|change| change.new.is_some()).map_or(Some(0), |change| change.term);
    let unfinished = changes.iter().find(|change| change.term > last && said_by_old_leader(facts, change)).map(|change| change.term);
    changes.retain(|change| change.new.is_some() || Some(change.term) == unfinished && !without_majority(facts, change));
    changes
}

/// The leader that was lost in a round without a winner is the one whom the next winner follows.
fn hand_on_losses(changes: &mut [LeaderChange]) {
    for at in 1..changes.len() {
        let (before, after) = changes.split_at_mut(at);
        let (failed, next) = (&before[at - 1], &mut after[0]);
        if failed.new.is_none() && (next.old.is_none() || next.old == failed.old) {
            next.old = failed.old.clone();
            next.lost = earlier(failed.lost, next.lost);
            next.events.extend(&failed.events);
        }
    }
}

/// The old leader prints that it is leader no more: it lives.
fn said_by_old_leader(facts: &Facts, change: &LeaderChange) -> bool {
    change.events.iter().any(|id| {
        let event = facts.event(*id);
        event.meaning == Meaning::LeaderLost && event.word("id").is_some() && event.word("id") == event.word("leader")
    })
}

/// The old leader gave up its place as no majority answered it: nobody is shown to have taken it.
fn without_majority(facts: &Facts, change: &LeaderChange) -> bool {
    facts
        .events_of(&[Meaning::QuorumInactiveStepdown])
        .any(|(down, _)| change.events.iter().any(|id| id.log == down.log && id.event.abs_diff(down.event) <= 20))
}

/// Changes under way, one per term.
#[derive(Default)]
struct Terms {
    index: Index,
    changes: Vec<LeaderChange>,
    /// By change: when a member last named its leader.
    named: Vec<Option<Micros>>,
}

impl Terms {
    fn change(&mut self, term: i64) -> &mut LeaderChange {
        let at = self.index.position(term);
        if at == self.changes.len() {
            self.changes.push(empty(Some(term)));
            self.named.push(None);
        }
        &mut self.changes[at]
    }

    fn note(&mut self, term: i64, id: EventId, time: Option<Micros>, leader: Option<&str>) {
        let change = self.change(term);
        change.new = change.new.take().or(leader.map(str::to_owned));
        change.elected = earlier(change.elected, time);
        change.events.push(id);
        let at = self.index.position(term);
        self.named[at] = self.named[at].max(time);
    }

    /// The term that follows from this loss; `led` are the terms that got a leader. A member that steps down, or that asks first whether it would be voted for,
    /// drops the leader of the term that its line still names (etcd-io/etcd@v3.4.45:raft/raft.go:729, becomePreCandidate).
    /// `None` where it took the same leader back.
    fn begun_by_loss(&self, led: &[i64], term: i64, time: Option<Micros>, leader: &str) -> Option<i64> {
        let Some(at) = self.index.find(term).filter(|at| self.changes[*at].new.as_deref() == Some(leader)) else { return Some(term) };
        if time.is_none() || time <= self.changes[at].elected {
            return Some(term);
        }
        let next = led.get(led.partition_point(|other| *other <= term)).copied();
        (time > self.named[at]).then(|| next.unwrap_or(term + 1))
    }

    fn lost(&mut self, term: i64, id: EventId, time: Option<Micros>, leader: &str) {
        let change = self.change(term);
        change.old = change.old.take().or(Some(leader.to_owned()));
        change.lost = earlier(change.lost, time);
        change.events.push(id);
    }

    /// When the member that won a term began to ask for votes.
    fn campaign(&mut self, term: i64, who: &str, time: Micros) {
        let change = self.index.find(term).map(|at| &mut self.changes[at]);
        if let Some(change) = change.filter(|change| change.new.as_deref() == Some(who)) {
            change.campaign = Some(time);
        }
    }
}

fn earlier(a: Option<Micros>, b: Option<Micros>) -> Option<Micros> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// etcd 0.4 names leaders but prints no term beside them: reports of the same new leader within
/// two seconds are one change, and so is one of the last leader that came in the place of another: who stood still
/// hears of it later. A member first reports its leader lost (`to ''`), then the next one.
fn without_terms(facts: &Facts) -> Vec<LeaderChange> {
    const SAME: Micros = 2 * S;
    let mut reports: Vec<(EventId, &Event)> = facts.events_of(&[Meaning::Leader04]).gather();
    by_key(&mut reports, |(id, event)| (event.time.map(|time| time.micros), *id));
    let mut changes: Vec<LeaderChange> = Vec::new();
    // The last change to each leader.
    let (mut names, mut of_name) = (Index::default(), Vec::<usize>::new());
    let mut lost: Option<(EventId, &str)> = None;
    // The last leader was lost since.
    let mut gone = false;
    for (id, event) in reports {
        let (old, new) = (event.word("old").unwrap_or(""), event.word("new").unwrap_or(""));
        gone |= changes.last().is_some_and(|last| last.new.as_deref() == Some(old));
        if new.is_empty() {
            lost = (!old.is_empty()).then_some((id, old));
            continue;
        }
        let time = time_of(facts, id);
        let near = |change: &LeaderChange| matches!((change.elected, time), (Some(a), Some(b)) if b - a <= SAME);
        let name = names.position(index::key(new.bytes()));
        let repeats = of_name.get(name).copied().filter(|at| near(&changes[*at]));
        let followed = if old.is_empty() { lost.map_or("", |(_, old)| old) } else { old };
        let heard_late = !gone && !followed.is_empty() && changes.last().is_some_and(|last| last.new.as_deref() == Some(new));
        let repeats = repeats.or_else(|| heard_late.then(|| changes.len() - 1));
        let at = repeats.unwrap_or_else(|| {
            gone = false;
            changes.push(empty(None));
            changes.len() - 1
        });
        *index::slot(&mut of_name, name) = at;
        let change = &mut changes[at];
        change.new = Some(new.to_owned());
        change.elected = earlier(change.elected, time);
        change.old = change.old.take().or_else(|| (!old.is_empty()).then(|| old.to_owned()));
        change.events.push(id);
        if let Some((report, old)) = lost.take().filter(|_| repeats.is_none() && change.old.is_none()) {
            change.old = Some(old.to_owned());
            change.lost = time_of(facts, report);
            change.events.push(report);
        }
    }
    changes.into_iter().map(|change| LeaderChange { campaign: change.lost.or(change.elected), ..change }).gather()
}

/// Who led before: the leader of the change before, where no line says it.
fn link_old_leaders(changes: &mut [LeaderChange]) {
    by_key(changes, |change| (change.term, change.elected));
    for at in 1..changes.len() {
        if changes[at].old.is_none() {
            changes[at].old = changes[at - 1].new.clone();
        }
    }
    for change in changes {
        // The campaign of an unseen winner began at the latest when followers dropped the old leader.
        change.campaign = change.campaign.or(change.lost).or(change.elected);
    }
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

fn classify(facts: &Facts, voices: &[Voice], changes: &[LeaderChange], at: usize, outright: &Index, transfers: &[EventId]) -> ChangeClass {
    let change = &changes[at];
    if is_start(facts, voices, changes, at) {
        return ChangeClass::Start;
    }
    if is_planned(facts, change, transfers) || change.term.is_some_and(|term| outright.find(term).is_some()) {
        return ChangeClass::Planned;
    }
    if old_leader_ended(facts, voices, changes, at) {
        return ChangeClass::Wanted;
    }
    if told_to_stop(facts, change) {
        return ChangeClass::Planned;
    }
    ChangeClass::Needless
}

/// The first leader after start-up lines, or of a log in which nobody lost a leader before.
fn is_start(facts: &Facts, voices: &[Voice], changes: &[LeaderChange], at: usize) -> bool {
    let change = &changes[at];
    if at > 0 {
        return false;
    }
    // Members of a cluster that is not complete may ask for votes long before they get their first leader.
    let within = if change.lost.is_some() && change.old.is_some() { JUST_STARTED } else { Micros::MAX };
    let started = started_before(facts, voices, change, within);
    if change.lost.is_some() && change.old.is_some() && !started {
        return false;
    }
    started || change.old.is_none() && !campaigned_as_follower(facts, change)
}

/// A voice that reports the change had printed a start line before it, and followed nobody in between.
fn started_before(facts: &Facts, voices: &[Voice], change: &LeaderChange, within: Micros) -> bool {
    let reporters: Vec<&Voice> = voices.iter().filter(|voice| change.events.iter().any(|id| voice.events.contains(id))).gather();
    !reporters.is_empty()
        && reporters.iter().any(|voice| {
            let report = voice.events.iter().position(|id| change.events.contains(id)).unwrap_or(0);
            let reported = voice.events.get(report).and_then(|id| time_of(facts, *id));
            let just_before = |start: &EventId| match (time_of(facts, *start), reported) {
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
    if let Some(elected) = change.elected {
        if facts.events_between(&[Meaning::LeaderTransfer], elected - PLANNED_WITHIN, elected + S).next().is_some() {
            return true;
        }
    }
    // Without times the order of the lines tells.
    change.events.iter().any(|report| {
        let next = transfers.partition_point(|id| id < report);
        let before = transfers[..next].iter().rev().take_while(|id| id.log == report.log && report.event - id.event < 20);
        before.into_iter().any(|id| change.elected.is_none() || facts.event(*id).time.is_none())
    })
}

/// Terms for which a member was asked for its vote outright, where members ask for a pre-vote first: only one that the
/// leader hands over to goes without (etcd-io/etcd@v3.5.16:raft/raft.go, campaignTransfer). A member of 3.4 within an
/// upgrade does too.
fn asked_outright(facts: &Facts, voices: &[Voice]) -> Index {
    let (mut terms, mut pre_vote) = (Index::default(), false);
    for voice in voices {
        // Who asked for a pre-vote since a leader was last named; `None` before the first is.
        let mut asked: Option<Vec<&str>> = None;
        for id in &voice.events {
            let event = facts.event(*id);
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

/// Whether the old leader's process ended: its own log says so, or, where that log is missing, its
/// peers saw the connection end at once and did not hear it again.
fn old_leader_ended(facts: &Facts, voices: &[Voice], changes: &[LeaderChange], at: usize) -> bool {
    let change = &changes[at];
    let Some(old) = change.old.as_deref() else { return false };
    match voices.iter().find(|voice| voice.member == old) {
        Some(voice) => ended_in_own_log(facts, voice, changes, at).unwrap_or_else(|| peers_saw_it_end(facts, change, old)),
        None if !heard_again(facts, change, old).is_empty() => false,
        None => unnamed_one_stopped(facts, voices, change) || peers_saw_it_end(facts, change, old),
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

/// Whether the input shows that the old leader lived: its own log goes on, or its peers heard it again.
fn lived_on(facts: &Facts, voices: &[Voice], changes: &[LeaderChange], at: usize) -> bool {
    let change = &changes[at];
    let Some(old) = change.old.as_deref() else { return false };
    let goes_on = |voice: &Voice| ended_in_own_log(facts, voice, changes, at) == Some(false);
    change.new.as_deref() == Some(old)
        || voices.iter().any(|voice| voice.member == old && goes_on(voice))
        || !heard_again(facts, change, old).is_empty()
}

/// Reads the old leader's own log from its leadership on: a start or shutdown line before any sign
/// that it learned of the new term means it ended. `None` where its log stops.
fn ended_in_own_log(facts: &Facts, voice: &Voice, changes: &[LeaderChange], at: usize) -> Option<bool> {
    let change = &changes[at];
    let from = since_it_led(facts, voice, &changes[..at]);
    // etcd 0.4 names no terms there: what it says after the change tells.
    let learned = |event: &Event| match change.term {
        Some(new) => event.number("term").is_some_and(|term| term >= new),
        None => event.word("id").is_some() && event.time.is_some_and(|time| change.elected.is_some_and(|elected| time.micros > elected)),
    };
    for id in &voice.events[from..] {
        let event = facts.event(*id);
        if START_LINES.contains(&event.meaning) || event.meaning == Meaning::EtcdShutdown {
            return Some(true);
        }
        if learned(event) {
            return Some(false);
        }
    }
    None
}

/// Where in its own log a member's last leadership begins; past the lines of its first start where the log does not show it.
fn since_it_led(facts: &Facts, voice: &Voice, before: &[LeaderChange]) -> usize {
    let led = before.iter().rev().find(|change| change.new.as_deref() == Some(&voice.member));
    let said = led.and_then(|led| {
        let at_least = |at: &usize| facts.event(voice.events[*at]).time.map(|time| time.micros) >= led.elected;
        voice.naming_leader_of(led.term).find(at_least)
    });
    let by_time = || led?.elected.map(|elected| voice.since(elected)).filter(|at| *at < voice.events.len());
    let speaks = |event: &Event| event.number("term").is_some() && !START_LINES.contains(&event.meaning);
    let running = || voice.events.iter().position(|id| speaks(facts.event(*id)));
    said.map(|at| at + 1).or_else(by_time).or_else(running).unwrap_or(0)
}

/// A line that names a new leader.
fn took_it(event: &Event) -> bool {
    matches!(event.meaning, Meaning::BecameLeader | Meaning::LeaderElected | Meaning::LeaderChanged)
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

/// What members ignored of leaders of old terms (etcd-io/etcd@v3.4.45:raft/raft.go:496, sent by leaders alone), by the
/// term in which they led.
pub fn old_leaders(facts: &Facts) -> Vec<OldLeader> {
    let by_leader = |event: &Event| event.word("value").is_some_and(|message| ["MsgApp", "MsgHeartbeat"].contains(&message));
    let ignored = facts.events_of(&[Meaning::LowerTermIgnored]).filter(|(_, event)| by_leader(event));
    let mut heard: Vec<OldLeader> =
        ignored.map(|(id, event)| OldLeader { led: event.number("term2"), term: event.number("term"), latest: None, event: id }).gather();
    by_key(&mut heard, |heard| heard.led);
    let mut latest = None;
    for heard in &mut heard {
        latest = heard.term.max(latest);
        heard.latest = latest;
    }
    heard
}

/// An excerpt that begins within an election names the old leader only where its late messages are ignored.
fn name_late_leaders(facts: &Facts, changes: &mut [LeaderChange]) {
    let mut heard = facts.old_leaders.iter().map(|heard| (heard.event, heard.led)).gather();
    sort(&mut heard);
    for (id, led) in heard {
        let after = changes.partition_point(|change| change.term <= led);
        let next = changes[after..].iter_mut().find(|change| change.new.is_some());
        if let Some(change) = next.filter(|change| change.old.is_none() && led.is_some()) {
            change.old = facts.event(id).word("from").map(str::to_owned);
        }
    }
}

/// Peers saw the old leader's connections end within the fifteen seconds before the new leader, or its port refuse them
/// until a second after: nobody listens where a process has ended.
fn peers_saw_it_end(facts: &Facts, change: &LeaderChange, old: &str) -> bool {
    let Some(elected) = change.elected else { return false };
    facts.events_between(LINKS, elected - 15 * S, elected + S).any(|(id, event)| {
        let Some(time) = event.time else { return false };
        let says = |sign: &str| search::has(&event.text, sign);
        let refused = says("connection refused");
        let until = if refused { S } else { 0 };
        // Within one second of a journal the order of the lines tells.
        let told_before = |report: &EventId| report.log == id.log && report.event < id.event && took_it(facts.event(*report));
        (refused || (says("EOF") || says("connection reset")) && !change.events.iter().any(told_before))
            && (-until..=15 * S).contains(&(elected - time.micros))
            && (event.text.contains(old) || event.word("peer").is_none())
    })
}

/// The old leader answered soon after the election that it knows this member no more: it had handed over and was
/// stopping, as its own log would say (etcd-io/etcd@v3.4.45:etcdserver/api/rafthttp/stream.go, dial: the answer of a
/// server whose peers are taken out of it; one that starts gives it too, but has ended before the election).
fn told_to_stop(facts: &Facts, change: &LeaderChange) -> bool {
    let (Some(elected), Some(old)) = (change.elected, change.old.as_deref()) else { return false };
    let answer = format!("peer {old} failed to find local node");
    facts.events_between(LINKS, elected - S, elected + PLANNED_WITHIN).any(|(_, event)| {
        let soon = event.time.is_some_and(|time| (-time.grain..=PLANNED_WITHIN).contains(&(time.micros - elected)));
        soon && search::has(&event.text, &answer)
    })
}

/// Lines that tell of the connection to a peer.
const LINKS: &[Meaning] =
    &[Meaning::PeerStreamLost, Meaning::PeerInactive, Meaning::PeerDialError, Meaning::PeerVersion, Meaning::PeerReadFailed];

#[cfg(test)]
mod tests {
    use crate::facts::{ChangeClass, StallKind};
    use crate::rules::testing::{facts, find};
    use crate::units::MS;

    /// A follower of etcd 2.3 that wins the place of 91d25258d70ad868, from its own log alone.
    const WON: &str = "\
2016-04-20 09:59:00.000000 I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4
2016-04-20 10:00:01.000000 I | raft: 2a0965170762fd09 is starting a new election at term 4
2016-04-20 10:00:01.000100 I | raft: 2a0965170762fd09 became candidate at term 5
2016-04-20 10:00:01.000200 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5
2016-04-20 10:00:01.002000 I | raft: 2a0965170762fd09 became leader at term 5
2016-04-20 10:00:01.002100 I | raft: raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5
";
    const BROKE: &str = " E | rafthttp: failed to read 91d25258d70ad868 on stream Message (unexpected EOF)\n";

    #[test]
    fn a_member_that_names_itself_nowhere_and_stops_was_the_leader() {
        let stop = |at: &str| format!("2016-04-20 {at}.000000 N | osutil: received terminated signal, shutting down...\n");
        let third = "2016-04-20 10:00:01.003000 I | raft: raft.node: ca93d269ec463a6b changed leader from 91d25258d70ad868 to 2a0965170762fd09 at term 5\n";
        let class = |texts: &[&str]| facts(texts).changes.last().expect("a change").class;
        assert_eq!(class(&[WON, third, &stop("09:59:58")]), ChangeClass::Wanted);
        assert_eq!(class(&[WON, third, &stop("09:50:00")]), ChangeClass::Needless);
        assert_eq!(class(&[WON, &stop("09:59:58")]), ChangeClass::Needless, "it may be a third one that stopped");
    }

    #[test]
    fn a_leader_that_its_peers_hear_again_lived() {
        let again = |message: &str| {
            format!(
                "2016-04-20 10:00:01.600000 I | raft: 2a0965170762fd09 [term: 5] ignored a {message} message with lower term from 91d25258d70ad868 [term: 4]\n"
            )
        };
        let before = format!("2016-04-20 09:59:59.900000{BROKE}{WON}");
        assert_eq!(facts(&[&before]).changes[1].class, ChangeClass::Wanted);
        assert_eq!(facts(&[&(before.clone() + &again("MsgAppResp"))]).changes[1].class, ChangeClass::Wanted);
        let lived = facts(&[&(before + &again("MsgHeartbeat"))]);
        assert_eq!(lived.changes[1].class, ChangeClass::Needless);
        let stall = &lived.stalls[0];
        assert_eq!((stall.kind, stall.planned), (StallKind::Return, 1_800 * MS - 100));
    }

    #[test]
    fn an_excerpt_that_begins_within_an_election() {
        let log = "\
2016-04-20 10:00:01.002000 I | raft: 2a0965170762fd09 became leader at term 5
2016-04-20 10:00:01.600000 I | raft: 2a0965170762fd09 [term: 5] ignored a MsgApp message with lower term from 91d25258d70ad868 [term: 4]
";
        let change = &facts(&[log]).changes[0];
        assert_eq!((change.old.as_deref(), change.class, change.lived), (Some("91d25258d70ad868"), ChangeClass::Needless, true));
    }

    #[test]
    fn what_breaks_after_an_election_is_not_why_it_was_held() {
        let after = |line: &str| facts(&[&format!("{WON}2016-04-20 10:00:01.300000{line}")]).changes[1].class;
        assert_eq!(after(BROKE), ChangeClass::Needless);
        // Where nobody listens the process has ended, whenever somebody finds out.
        let refused = " E | rafthttp: failed to dial 91d25258d70ad868 on stream Message (dial tcp 10.0.0.2:2380: connection refused)\n";
        assert_eq!(after(refused), ChangeClass::Wanted);
    }

    /// A journal stamps whole seconds; a cluster that is stopped right after an election closes its connections too.
    #[test]
    fn within_whole_seconds_the_order_of_the_lines_tells_what_came_first() {
        let journal = |second: u32, message: &str| format!("Apr 20 10:00:{second:02} core-02 etcd2[612]: {message}\n");
        let led = journal(1, "raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4");
        let broke = |second| journal(second, "failed to read 91d25258d70ad868 on stream Message (unexpected EOF)");
        let next = journal(42, "raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5")
            + &journal(42, "raft.node: 2a0965170762fd09 elected leader ca93d269ec463a6b at term 5");
        let class = |log: String| facts(&[&log]).changes[1].class;
        assert_eq!(class(led.clone() + &broke(42) + &next), ChangeClass::Wanted);
        assert_eq!(class(led.clone() + &next + &broke(42)), ChangeClass::Needless);
        assert_eq!(class(led + &next + &broke(43)), ChangeClass::Needless);
    }

    #[test]
    fn a_member_that_asks_before_it_raises_the_term_lost_the_leader_of_that_term() {
        let log = "\
2021-03-02 09:59:00.000000 I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4
2021-03-02 09:59:30.000000 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 4
2021-03-02 09:59:30.100000 I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4
2021-03-02 10:00:01.000000 I | raft: 2a0965170762fd09 became pre-candidate at term 4
2021-03-02 10:00:01.000100 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 4
2021-03-02 10:00:01.002000 I | raft: 2a0965170762fd09 became leader at term 5
";
        let read = facts(&[log]);
        let (first, second) = (&read.changes[0], &read.changes[1]);
        assert_eq!((first.old.as_deref(), first.lost), (None, None));
        assert_eq!((second.old.as_deref(), second.campaign), (Some("91d25258d70ad868"), second.lost));
        assert_eq!(second.elected.zip(second.lost).map(|(elected, lost)| elected - lost), Some(1_900));
    }

    /// A follower of etcd 3.5 that gives its vote to 2a0965170762fd09, as its own log tells.
    #[test]
    fn where_members_ask_first_a_vote_outright_is_a_handover() {
        const F: &str = "ca93d269ec463a6b";
        const NEW: &str = "2a0965170762fd09";
        let raft = |second: u32, message: &str| {
            format!(
                "{{\"level\":\"info\",\"ts\":\"2023-03-02T10:00:{second:02}.000Z\",\"logger\":\"raft\",\"caller\":\"etcdserver/zap_raft.go:77\",\"msg\":\"{message}\"}}\n"
            )
        };
        let cast = |second, what: &str, term: u32| {
            raft(second, &format!("{F} [logterm: 2, index: 9, vote: 0] cast {what} for {NEW} [logterm: 2, index: 9] at term {term}"))
        };
        let start = raft(1, &format!("{F} became follower at term 1"))
            + &cast(2, "MsgPreVote", 1)
            + &raft(2, &format!("raft.node: {F} elected leader 91d25258d70ad868 at term 2"));
        let vote = raft(30, &format!("{F} [term: 2] received a MsgVote message with higher term from {NEW} [term: 3]"))
            + &cast(30, "MsgVote", 3)
            + &raft(30, &format!("raft.node: {F} lost leader 91d25258d70ad868 at term 3"))
            + &raft(30, &format!("raft.node: {F} elected leader {NEW} at term 3"));
        let class = |log: String| facts(&[&log]).changes.last().expect("a change").class;
        assert_eq!(class(start.clone() + &vote), ChangeClass::Planned);
        assert_eq!(class(start.clone() + &cast(29, "MsgPreVote", 2) + &vote), ChangeClass::Needless);
        // A member that had just started was not there to be asked first.
        let newly = raft(29, &format!("newRaft {F} [peers: [], term: 2, commit: 9, applied: 0, lastindex: 9, lastterm: 2]"));
        assert_eq!(class(start.clone() + &newly + &vote), ChangeClass::Needless);
        // Where nobody is seen to ask first, the flag may be off.
        assert_eq!(class(raft(2, &format!("raft.node: {F} elected leader 91d25258d70ad868 at term 2")) + &vote), ChangeClass::Needless);
    }

    #[test]
    fn a_leader_of_etcd_0_4_that_starts_anew_had_ended() {
        let line = |second: u32, words: &str| format!("[etcd] Sep 03 14:00:{second:02}.500 INFO      | {words}\n");
        let start = |second| {
            line(second, "etcd server [name n1, listen on :4001, advertised url http://10.0.0.1:4001]")
                + &line(second, "n1 starting in peer mode")
                + &line(second, "n1: state changed from 'initialized' to 'follower'.")
        };
        let led = start(1) + &line(2, "n1: leader changed from '' to 'n1'.");
        let next = line(3, "n2: leader changed from '' to 'n1'.")
            + &line(30, "n2: leader changed from 'n1' to ''.")
            + &line(30, "n2: leader changed from '' to 'n2'.");
        let class = |own: &str| facts(&[own, &next]).changes.last().expect("a change").class;
        assert_eq!(class(&(led.clone() + &start(35))), ChangeClass::Wanted);
        assert_eq!(class(&(led.clone() + &line(35, "n1: leader changed from 'n1' to 'n2'.") + &start(50))), ChangeClass::Needless);
        assert_eq!(class(&led), ChangeClass::Needless);
        // Its own start, in the moment in which it began to lead, is not what ended it.
        let at_once = led.replace("14:00:02", "14:00:01") + &line(31, "n1: leader changed from 'n1' to 'n2'.");
        assert_eq!(class(&at_once), ChangeClass::Needless);
    }

    /// A member of 0.4 that only loses leaders may never say who came next.
    #[test]
    fn a_leader_of_etcd_0_4_that_comes_back_to_its_place_is_another_change() {
        let line = |second: u32, old: &str, new: &str| {
            format!("[etcd] Sep 03 14:00:{second:02}.500 INFO      | n3: leader changed from '{old}' to '{new}'.\n")
        };
        let first = line(1, "", "n1") + &line(10, "n1", "") + &line(10, "", "n2");
        let changes = |rest: &[String]| facts(&[&(first.clone() + &rest.concat())]).changes.len();
        assert_eq!(changes(&[]), 2);
        assert_eq!(changes(&[line(30, "n2", ""), line(40, "n1", ""), line(40, "", "n2")]), 3);
        let stood_still = "[etcd] Sep 03 14:00:16.500 INFO      | n1: leader changed from 'n1' to 'n2'.\n";
        assert_eq!(changes(&[String::from(stood_still)]), 2);
    }

    #[test]
    fn a_leader_that_knows_its_peers_no_more_was_told_to_stop() {
        let after = |second: u32| {
            let log = format!(
                "{WON}2016-04-20 10:00:{second:02}.300000 E | rafthttp: failed to dial 91d25258d70ad868 on stream Message (peer 91d25258d70ad868 failed to find local node 2a0965170762fd09)\n"
            );
            facts(&[&log]).changes[1].class
        };
        assert_eq!(after(1), ChangeClass::Planned);
        assert_eq!(after(30), ChangeClass::Needless);
    }

    #[test]
    fn a_cluster_that_starts_may_elect_twice() {
        let elected = |second: u32, who: &str, term: u32| {
            format!("2020-04-20 10:00:{second:02}.000000 I | raft: raft.node: 2a0965170762fd09 elected leader {who} at term {term}\n")
        };
        let down = "2020-04-20 10:00:03.000000 W | raft: 2a0965170762fd09 stepped down to follower since quorum is not active\n\
                    2020-04-20 10:00:03.000000 I | raft: raft.node: 2a0965170762fd09 lost leader 2a0965170762fd09 at term 2\n";
        let published = |second: u32| {
            format!(
                "2020-04-20 10:00:{second:02}.000000 I | etcdserver: published {{Name:n1 ClientURLs:[http://10.0.0.1:2379]}} to cluster 7e27652122e8b2ae\n"
            )
        };
        let start = "2020-04-20 10:00:01.000000 I | etcdmain: etcd Version: 3.4.23\n".to_owned() + &elected(2, "2a0965170762fd09", 2);
        let class = |log: String| facts(&[&log]).changes[1].class;
        let second = down.to_owned() + &elected(4, "91d25258d70ad868", 3);
        assert_eq!(class(format!("{start}{second}{}", published(5))), ChangeClass::Start);
        assert!(find(&facts(&[&format!("{start}{second}{}", published(5))]), "etcd-leader-lost").is_none());
        assert_eq!(class(format!("{start}{}{second}", published(2))), ChangeClass::Needless);
    }

    /// A member that was cut off is back: the leader gives way to its term, and others elect the next one in a term of their own.
    #[test]
    fn a_leader_that_gives_way_to_a_higher_term_did_not_stall() {
        let line = |second: &str, text: &str| format!("2020-04-20 10:00:{second} I | raft: {text}\n");
        let follower = line("00.000000", "raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4")
            + &line("31.500000", "2a0965170762fd09 is starting a new election at term 4")
            + &line("31.500100", "2a0965170762fd09 became candidate at term 5")
            + &line("31.500200", "raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5")
            + &line("31.501000", "2a0965170762fd09 became leader at term 5")
            + &line("31.501100", "raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5");
        let old = |second: &str| {
            line("00.000000", "raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4")
                + &line(
                    second,
                    "91d25258d70ad868 [term: 4] received a MsgAppResp message with higher term from ca93d269ec463a6b [term: 11]",
                )
                + &line(second, "raft.node: 91d25258d70ad868 lost leader 91d25258d70ad868 at term 11")
        };
        let raised = |old: String| facts(&[&follower, &old]).changes.iter().any(|change| change.raised_by.is_some());
        assert!(raised(old("30.400000")));
        assert!(!raised(old("31.900000")), "it woke up after the others had missed it");
        assert!(!raised(old("30.400000").replace("term: 11", "term: 5")), "a follower that missed it asked once");
    }
}
