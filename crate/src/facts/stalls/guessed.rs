//! Stalls that no line measures: what the change of leader beside them tells of their length.

use super::{Stall, StallKind, then};
use crate::facts::beside::time;
use crate::facts::changes::heard_again;
use crate::facts::links::peer;
use crate::facts::voices::{START_LINES, Voice, speaker};
use crate::facts::{EventId, Facts, LeaderChange, Spell};
use crate::gather::Gather;
use crate::log::event::Meaning;
use crate::parameters::SILENT_STREAM;
use crate::sort::distinct;
use crate::units::{MS, Micros, Range};

/// etcd 0.4 prints a gap only where it ended in time; the one that cost the lead prints none. Gaps near
/// the timeout in the same log say what it was like (judgement): at least the timeout, or the longest of them.
pub(super) fn like_near_misses(facts: &Facts, longest: Micros, change: &LeaderChange) -> Option<Stall> {
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

/// The old leader came back without having started anew: it slept from before its followers' timers
/// ran out until its first line after the campaign (method 2.2), or until its peers heard it lead on in its old term.
pub(super) fn from_return(
    facts: &Facts,
    voices: &[Voice],
    change: &LeaderChange,
    speakers: &[(i64, &str)],
    stalled_before: bool,
    alone: bool,
) -> Option<Stall> {
    let (campaign, old) = (change.campaign?, change.old.as_deref()?);
    if came_up_anew(facts, change, old, campaign) {
        return None;
    }
    let slack = grain(facts, change);
    let after = |id: &EventId| time(facts, *id).is_some_and(|time| time >= campaign - slack);
    let Some(voice) = voices.iter().find(|voice| voice.member == old) else {
        let back = heard_again(facts, change, old).into_iter().find(after)?;
        // A leader that ran is heard at each heartbeat. One that is heard so soon after the only campaign need not have been
        // silent before; where leaders come and go, some wake up just then (lab: pauses of 1.5 s).
        let may_have_run = alone && time(facts, back)? - campaign <= 2 * then(facts, change).heartbeat;
        return if may_have_run { None } else { silent_until(facts, change, back, StallKind::Return) };
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
    if let Some(unwritten) = dropped_unwritten(facts, voice, change) {
        return Some(Stall { kind: StallKind::Unwritten, events: vec![unwritten], ..censored(facts, change) });
    }
    let back = first_return(facts, &voice.events[voice.since(campaign - slack)..], change, campaign - slack)?;
    if START_LINES.contains(&facts.event(back).meaning) {
        return None;
    }
    // A process that says it heard from no majority, or that asks for votes again and again, ran while it was silent.
    let until = time(facts, back)?.max(campaign);
    let steps_down = facts.events_between(&[Meaning::QuorumInactiveStepdown], campaign - 2 * then(facts, change).election, until);
    let rounds = facts.events_between(&[Meaning::ElectionStart], campaign, until).filter(|(id, _)| voice.printed(facts, *id));
    let ran = rounds.count() > 1 || steps_down.into_iter().any(|(id, _)| voice.printed(facts, id));
    let asked = asked_in_vain(facts, voice, change, back);
    let kind = if ran || asked.is_some() { StallKind::CutOff } else { StallKind::Return };
    silent_until(facts, change, asked.or_else(|| held_back(facts, change, old, back)).unwrap_or(back), kind)
}

/// When the others first got what the old leader had sent while it led, if that was after it knew of its loss: its messages wait
/// until its disk has taken the entries (etcd-io/etcd@v2.2.5:etcdserver/raft.go, start), and a link may hold them back.
fn held_back(facts: &Facts, change: &LeaderChange, old: &str, back: EventId) -> Option<EventId> {
    let known = time(facts, back)? + 2 * then(facts, change).heartbeat;
    let first = heard_again(facts, change, old).into_iter().min_by_key(|id| time(facts, *id))?;
    (time(facts, first)? > known).then_some(first)
}

/// The old leader took in what the next one sent as soon as it led, so its process ran, and dropped entries that its disk had not
/// taken. etcd sends no heartbeat and counts no tick while a write to its log waits (etcd-io/etcd@v3.4.45:etcdserver/raft.go,
/// start). Measured on 3.4.23: of 31 leaders with frozen disks 29 dropped such entries, of a hundred that were paused or cut
/// off none; of 22 paused under heavy writes 4 did, later, and with a line that measures the stall. How long the disk waited
/// stands nowhere. A leader that a mere question deposes, as in 2.x any does, may do so in the middle of its work
/// (etcd-io/etcd@v2.3.8:raft/raft.go:405): its entries are on their way then.
fn dropped_unwritten(facts: &Facts, voice: &Voice, change: &LeaderChange) -> Option<EventId> {
    let (from, slack) = (change.campaign?, grain(facts, change));
    let until = change.elected.unwrap_or(from) + 2 * then(facts, change).heartbeat;
    let own = |meaning| facts.events_between(&[meaning], from - slack, until + slack).filter(|(id, _)| voice.printed(facts, *id));
    let asked = || own(Meaning::HigherTermMessage).any(|(_, event)| event.word("value") == Some("MsgVote"));
    let dropped = own(Meaning::EntriesUnwritten).map(|(id, _)| id).next().filter(|_| !voice.among)?;
    (!asked()).then_some(dropped)
}

/// The links to the old leader came up anew sooner after its last heartbeat than rafthttp gives up a silent one: they had been
/// closed, as by a process that ends, whose start an excerpt may leave out.
fn came_up_anew(facts: &Facts, change: &LeaderChange, old: &str, campaign: Micros) -> bool {
    let wait = then(facts, change).election;
    facts
        .events_between(&[Meaning::PeerActive], campaign - wait, campaign - 2 * wait + SILENT_STREAM)
        .any(|(_, event)| peer(event) == Some(old))
}

/// When the old leader, back as a follower, heard of others after several rounds in which it asked for votes and had no
/// answer: what it sent did not arrive, so until then it was not back, though it had heard who took its place.
fn asked_in_vain(facts: &Facts, voice: &Voice, change: &LeaderChange, back: EventId) -> Option<EventId> {
    let wait = 2 * then(facts, change).election;
    let (mut rounds, mut last) = (0, (time(facts, back)?, back));
    for id in &voice.events[voice.since(last.0)..] {
        let (event, Some(now)) = (facts.event(*id), time(facts, *id)) else { continue };
        let heard = match event.meaning {
            Meaning::VoteReceived => event.word("from") != event.word("id"),
            Meaning::LeaderElected | Meaning::LeaderChanged | Meaning::VoteCast | Meaning::VoteRejected | Meaning::HigherTermMessage => {
                rounds > 0
            }
            _ => false,
        };
        // The next round begins within two election-timeouts, or is of another silence.
        if now - last.0 > wait {
            break;
        }
        if heard || event.meaning == Meaning::ElectionStart {
            last = (now, *id);
        }
        if heard {
            break;
        }
        rounds += usize::from(event.meaning == Meaning::ElectionStart);
    }
    (rounds > 1).then_some(last.1)
}

/// The first line in which the old leader knows of its loss, or works on after it.
fn first_return(facts: &Facts, lines: &[EventId], change: &LeaderChange, since: Micros) -> Option<EventId> {
    let mut gave_up = false;
    lines.iter().copied().find(|id| {
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
        learned
            && !asks
            && !(gave_up && with_it)
            && event.moment().is_some_and(|time| time >= since)
            && !change.events.iter().any(|own| own == id && event.meaning == Meaning::BecameLeader)
    })
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
pub(super) fn censored(facts: &Facts, change: &LeaderChange) -> Stall {
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

/// So long a leader is silent at least before a follower campaigns (lab, section 3).
pub(super) fn soonest(facts: &Facts, then: Spell) -> Micros {
    then.election - if facts.generation.is_3_or_later() { 2 * then.heartbeat } else { then.heartbeat }
}

/// Whether the old leader alone tells of the change: it learned of it when its stall was over, and the others had campaigned
/// meanwhile. An answer to its next heartbeat tells it at the latest.
pub(super) fn told_on_return(facts: &Facts, change: &LeaderChange) -> bool {
    change.old.is_some() && change.events.iter().all(|id| speaker(facts.event(*id)) == change.old.as_deref())
}

pub(super) fn grain(facts: &Facts, change: &LeaderChange) -> Micros {
    change.events.iter().filter_map(|id| facts.event(*id).time).map(|time| time.grain).max().unwrap_or(0).max(5 * MS)
}

/// Who speaks of each term, sorted.
pub(super) fn speakers(facts: &Facts) -> Vec<(i64, &str)> {
    distinct(facts.all_events().filter_map(|(_, event)| event.number("term").zip(event.word("id"))))
}
