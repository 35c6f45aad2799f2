//! Rounds of an election that nobody answered.

use crate::facts::links::{BROKEN, came_up, peer};
use crate::facts::voices::START_LINES;
use crate::facts::{EventId, Facts, LeaderChange};
use crate::index::{Index, slot};
use crate::log::event::{Event, Meaning};
use crate::parameters::Parameter;
use crate::rules::common::{MANY_TERMS, REFUSED, WAITS, last_entry_term, says, stopping, time, waited};
use crate::search;
use crate::sort::distinct;
use crate::units::{Micros, S};

/// So many recognised lines before a round its member's start is looked for.
const NEARBY: usize = 500;

/// So many rounds without an answer are several.
const ROUNDS: usize = 3;

/// Campaigns of one member that follow one another without any word from another member: several, or some at the end of its
/// log after which it could not publish itself either, whose members were all out of reach, or which go on from many that
/// the excerpt leaves out.
pub fn unanswered_rounds(facts: &Facts, publish: &[EventId]) -> Vec<EventId> {
    let mut longest: Vec<EventId> = Vec::new();
    let (mut voices, mut running) = (Index::default(), Vec::<Vec<EventId>>::new());
    for (id, event) in facts.all_events() {
        let rounds = slot(&mut running, voices.position(facts.voice(id)));
        // Where the log begins within a round, the first request for a vote stands for it.
        if event.meaning == Meaning::ElectionStart || event.meaning == Meaning::VoteSent && rounds.is_empty() {
            if !stopping(facts, id) {
                rounds.push(id);
            }
        } else if is_answer(event) {
            let rounds = std::mem::take(rounds);
            let more = rounds.len() >= ROUNDS && rounds.len() > longest.len();
            if more && !stood_still(facts, &rounds) && !part_of_a_start(facts, &rounds, id) && !leader_led_on(facts, &rounds) {
                longest = rounds;
            }
        }
    }
    for rounds in running {
        let in_vain = |round: &EventId| publish.iter().any(|id| id.log == round.log && id > round);
        let two = || rounds.len() > 1 && (goes_on(facts, rounds[0]) || none_in_reach(facts, rounds[0]));
        let enough = rounds.len() >= ROUNDS || rounds.first().is_some_and(in_vain) || two();
        if enough && rounds.len() > longest.len() && !leader_led_on(facts, &rounds) {
            longest = rounds;
        }
    }
    if shows_votes(facts, &longest) { longest } else { Vec::new() }
}

/// Whether the term had risen again and again before this round, without an entry of a leader.
fn goes_on(facts: &Facts, round: EventId) -> bool {
    let mut asks = facts.after(round, 20).filter(|event| event.meaning == Meaning::VoteSent);
    asks.any(|event| event.number("term").zip(last_entry_term(event)).is_some_and(|(term, entry)| term - entry >= MANY_TERMS))
}

/// Whether each member that it asks in this round refuses it, or is out of its reach, by the last that is said of the way to it.
fn none_in_reach(facts: &Facts, round: EventId) -> bool {
    /// Of a member that stays away etcd tells again within this time (etcd-io/etcd@v3.4.45:etcdserver/api/rafthttp/probing_status.go,
    /// statusMonitoringInterval).
    const TOLD_AGAIN: Micros = 30 * S;
    let asks = facts.after(round, 20).filter(|event| event.meaning == Meaning::VoteSent);
    let asked = distinct(asks.filter_map(|event| event.word("to")));
    let away = |event: &Event| BROKEN.contains(&event.meaning) && (says(event, REFUSED) || says(event, &["no route to host"]));
    let now = |event: &Event| event.time.zip(time(facts, round)).is_none_or(|(there, here)| (there.micros - here).abs() <= TOLD_AGAIN);
    let is_away = |who: &&str| {
        let of_it = |event: &&Event| peer(event) == Some(*who) && now(event) && (came_up(event) || away(event));
        facts.logs[round.log].events.iter().rfind(of_it).is_some_and(|event| !came_up(event))
    };
    !asked.is_empty() && asked.iter().all(is_away)
}

/// A candidate's own vote stands after every round in etcd's log; where none does, the answers were filtered out with it.
fn shows_votes(facts: &Facts, rounds: &[EventId]) -> bool {
    let vote = |event: &Event| matches!(event.meaning, Meaning::VoteReceived | Meaning::VoteSent);
    rounds.iter().any(|id| facts.logs[id.log].events[id.event..].iter().take(20).any(vote))
}

/// When the first of these rounds began, and the last.
fn first_and_last(facts: &Facts, rounds: &[EventId]) -> Option<(Micros, Micros)> {
    time(facts, *rounds.first()?).zip(time(facts, *rounds.last()?))
}

/// Whether members that answered in the end stood still meanwhile: a late heartbeat or a slow sync reaches
/// over half of the rounds. Then they were there, and late.
fn stood_still(facts: &Facts, rounds: &[EventId]) -> bool {
    let Some((first, last)) = first_and_last(facts, rounds) else { return false };
    facts.events_of(WAITS).filter_map(|(_, event)| waited(event)).any(|(from, end)| {
        let within = end.min(last) - from.max(first);
        within > 0 && 2 * within >= last - first
    })
}

/// Whether the leader's own log goes on, through the rounds without a word of its loss. From 3.0 on a leader that hears from no majority
/// steps down within two election-timeouts (etcd-io/etcd@v3.4.45:raft/raft.go, MsgCheckQuorum), so it had one, and this
/// member alone was cut off.
fn leader_led_on(facts: &Facts, rounds: &[EventId]) -> bool {
    let Some((first, last)) = first_and_last(facts, rounds) else { return false };
    let elected = |change: &&LeaderChange| change.elected.is_some_and(|elected| elected < first);
    let term = facts.changes.iter().filter(elected).max_by_key(|change| change.elected).and_then(|change| change.term);
    let leads = |event: &Event| term.is_some() && event.number("term") == term;
    let Some((id, _)) = facts.events_of(&[Meaning::BecameLeader]).find(|(_, event)| leads(event)) else { return false };
    let after = || facts.after(id, usize::MAX);
    let later = |event: &Event, than: Micros| event.moment().is_some_and(|time| time > than + 2 * facts.value(Parameter::ElectionTimeout));
    let lost = |event: &&Event| {
        let ends = matches!(event.meaning, Meaning::LeaderLost | Meaning::EtcdShutdown) || START_LINES.contains(&event.meaning);
        // The member that asked in vain brings its higher term along when it is back, and the leader gives way to it.
        ends && event.moment().is_some_and(|time| time < last - facts.value(Parameter::ElectionTimeout))
            || event.meaning == Meaning::QuorumInactiveStepdown && !later(event, last)
    };
    // What a process says that was started anew, some of it before its telling line, the one before it did not live to say.
    let start = after().find(|event| START_LINES.contains(&event.meaning)).and_then(Event::moment);
    let of_it = |event: &Event| event.time.is_some_and(|time| start.is_none_or(|start| start - time.micros > S));
    let steps_down = facts.generation.is_3_or_later();
    steps_down && after().any(|event| later(event, first) && of_it(event)) && !after().any(|event| lost(&event))
}

/// Whether this member asked from its start on and had its answer within ten seconds of it (judgement): its peers were
/// started after it.
fn part_of_a_start(facts: &Facts, rounds: &[EventId], answer: EventId) -> bool {
    const WITHIN: Micros = 10 * S;
    let Some(first) = rounds.first() else { return false };
    let told =
        |event: &&Event| START_LINES.contains(&event.meaning) || matches!(event.meaning, Meaning::LeaderElected | Meaning::BecameLeader);
    let Some(start) = facts.before(*first, usize::MAX).take(NEARBY).find(told).filter(|event| START_LINES.contains(&event.meaning)) else {
        return false;
    };
    match (start.time.as_ref(), time(facts, answer)) {
        (Some(start), Some(end)) => end - start.micros <= WITHIN,
        // Without times: each round lasted a timeout.
        _ => rounds.len() as Micros * facts.value(Parameter::ElectionTimeout) <= WITHIN,
    }
}

/// Whether another member spoke, or a leader was found.
fn is_answer(event: &Event) -> bool {
    match event.meaning {
        Meaning::BecameLeader
        | Meaning::LeaderElected
        | Meaning::LeaderChanged
        | Meaning::VoteCast
        | Meaning::VoteRejected
        | Meaning::HigherTermMessage
        | Meaning::LowerTermIgnored
        | Meaning::SnapRecv
        | Meaning::SnapApply => true,
        // A member votes for itself at once.
        Meaning::VoteReceived => match (event.word("id"), event.word("from")) {
            (Some(own), Some(from)) => own != from,
            _ => search::split(&event.text, " from ").is_some_and(|(before, after)| {
                let from = after.split(' ').next().unwrap_or("");
                !from.is_empty() && !search::has(before, from)
            }),
        },
        _ => false,
    }
}
