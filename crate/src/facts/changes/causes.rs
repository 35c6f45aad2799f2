//! Why a leader changed: a start, a plan, the end of the old leader, or needlessly.

use super::{ChangeClass, LeaderChange, OldLeader};
use crate::facts::beside::time;
use crate::facts::links::{BROKEN, peer};
use crate::facts::voices::{NAME_LEADER, START_LINES, Voice, speaker};
use crate::facts::{EventId, Facts, Generation};
use crate::gather::Gather;
use crate::index::Index;
use crate::log::event::{Event, Meaning};
use crate::parameters::NO_FAILOVER_TAKES;
use crate::search;
use crate::sort::{by_key, distinct, sort};
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
        let class = if not_yet_served(changes, at, served) {
            ChangeClass::Start
        } else {
            classify(facts, voices, changes, at, &outright, &transfers)
        };
        let class = if class == ChangeClass::Needless && while_starting(facts, voices, &changes[at]) { ChangeClass::Anew } else { class };
        let class =
            if class == ChangeClass::Needless && old_leader_started(facts, voices, &changes[at]) { ChangeClass::Wanted } else { class };
        // Its process ended to come back with other timers.
        let on_purpose = class == ChangeClass::Wanted && came_back_retimed(facts, voices, &changes[at]);
        let class = if on_purpose { ChangeClass::Planned } else { class };
        changes[at].class = class;
        if class == ChangeClass::Needless {
            let before = changes[..at].iter().rev().find(|change| change.elected.is_some());
            let led = before.filter(|before| before.new == changes[at].old).and_then(|before| before.elected);
            changes[at].raised_by = lone_candidate(facts, &changes[at], led);
            changes[at].lived = lived_on(facts, voices, changes, at);
        }
    }
}

/// The old leader's log begins with the new one and then publishes itself, which a process does once, when it hears its first
/// leader (etcd-io/etcd@v3.4.45:etcdserver/server.go, publish): the excerpt begins below its start anew.
fn old_leader_started(facts: &Facts, voices: &[Voice], change: &LeaderChange) -> bool {
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
fn came_back_retimed(facts: &Facts, voices: &[Voice], change: &LeaderChange) -> bool {
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

/// The one member that missed the leader, where the others are seen to have heard it. Its votes are refused or
/// ignored, but its higher term makes the leader step down: in 2.x by the mere question, from 3.0 on when it
/// answers the leader (etcd-io/etcd@v2.3.8:raft/raft.go:405, etcd-io/etcd@v3.0.17:raft/raft.go:565).
fn lone_candidate(facts: &Facts, change: &LeaderChange, led: Option<Micros>) -> Option<String> {
    /// So many of its own rounds, while nobody else asked for votes.
    const ROUNDS: usize = 3;
    let (campaign, old) = (change.campaign?, change.old.as_deref()?);
    let then = facts.spell(Some(campaign));
    let wait = then.election;
    let before = |meaning, from| facts.events_between(&[meaning], campaign - from, campaign + S);
    // Nobody could miss a leader yet that was elected less than a follower's shortest wait ago: who made it give way had
    // asked in vain before, as a member does that was alone until the others were started again.
    let gave_way = gave_way(facts, change);
    let lost = gave_way.map_or(campaign, |gave_way| gave_way.min(campaign));
    if let Some(led) = led.filter(|led| lost - led < wait - 2 * then.heartbeat) {
        let mut higher = facts.events_between(&[Meaning::HigherTermMessage], led, campaign + S);
        if let Some((_, event)) = higher.find(|(_, event)| event.word("id") == Some(old)) {
            return event.word("from").map(str::to_owned);
        }
    }
    // A follower counts a tick per heartbeat-interval since it heard the leader, and prints how many are left
    // (etcd-io/etcd@v3.4.45:raft/raft.go, Step). After two it had just heard it; after more the leader was late for
    // it too (judgement).
    let fresh = wait / then.heartbeat.max(1) - 2;
    let ignored = before(Meaning::VoteIgnoredLease, 3 * wait).find(|(_, event)| {
        event.word("id").is_some_and(|id| id != old)
            && event.number("term").is_some_and(|term| change.term.is_some_and(|new| term < new))
            && event.number("remaining").is_some_and(|left| left >= fresh)
    });
    if let Some(from) = ignored.and_then(|(_, event)| event.word("from")).filter(|from| *from != old) {
        return Some(from.to_owned());
    }
    // The leader gave way to an answer of a term two rounds higher before anybody else asked for votes. One round is also
    // what a follower begins that missed a leader which stood still; in two the other one would miss it too, as none waits
    // for twice the election-timeout (etcd-io/etcd@v3.4.45:raft/raft.go, resetRandomizedElectionTimeout). The same member may win
    // the election after that; of more rounds than a failover takes it had held the others alone.
    let ahead = |event: &Event| event.number("term2").zip(event.number("term")).map_or(0, |(higher, own)| higher - own);
    let answered = before(Meaning::HigherTermMessage, 3 * wait).find(|(_, event)| {
        let asked_first = || event.time.is_some_and(|time| time.micros < campaign);
        let alone =
            if event.word("from") == change.new.as_deref() { ahead(event) > NO_FAILOVER_TAKES } else { ahead(event) > 1 && asked_first() };
        event.word("id") == Some(old) && event.word("value") == Some("MsgAppResp") && alone
    });
    if let Some(from) = answered.and_then(|(_, event)| event.word("from")) {
        return Some(from.to_owned());
    }
    let deposed = before(Meaning::HigherTermMessage, 3 * wait).find(|(_, event)| event.word("id") == Some(old));
    if let Some(from) = deposed.and_then(|(_, event)| event.word("from")).filter(|from| just_started(facts, from, campaign, 2 * wait)) {
        return Some(from.to_owned());
    }
    // Where nobody has won yet, the leader led until it gave way itself.
    let nobody_won = gave_way.filter(|_| change.new.is_none());
    let (led_until, until) = nobody_won.map_or((campaign, campaign + S), |time| (time, time));
    let mut rounds: Vec<(&str, Micros)> = facts
        .events_between(&[Meaning::BecameCandidate], campaign - 1000 * wait, until)
        .filter(|(_, event)| event.number("term").is_some_and(|term| change.term.is_some_and(|new| term < new)))
        .filter_map(|(_, event)| Some((event.word("id")?, event.time?.micros)))
        .gather();
    by_key(&mut rounds, |(_, time)| *time);
    let (who, last) = *rounds.last()?;
    let own = rounds.iter().rev().take_while(|(id, _)| *id == who).gather();
    let alone = Some(who) != change.new.as_deref() && who != old && led_until - last <= 4 * wait;
    (alone && own.len() >= ROUNDS && own.last().is_some_and(|(_, first)| led_until - first >= 3 * wait)).then(|| who.to_owned())
}

/// When the old leader says that it leads no more.
fn gave_way(facts: &Facts, change: &LeaderChange) -> Option<Micros> {
    let own = |event: &Event| event.meaning == Meaning::LeaderLost && event.word("id") == change.old.as_deref();
    change.events.iter().find(|id| own(facts.event(**id))).and_then(|id| time(facts, *id))
}

/// Whether its process was down a moment before, and then there: such a member may ask for votes before it has heard the leader,
/// as up to 3.3 a start skips most of the first election-timeout (etcd-io/etcd@v2.2.5:etcdserver/raft.go:241).
fn just_started(facts: &Facts, member: &str, until: Micros, within: Micros) -> bool {
    let of_it = |event: &Event| peer(event) == Some(member);
    let up = facts.events_between(&[Meaning::PeerActive], until - within, until).find(|(_, event)| of_it(event));
    let refuses = |event: &Event| of_it(event) && search::has(&event.text, "connection refused");
    let down = |up: Micros| facts.events_between(BROKEN, up - 10 * S, up).any(|(_, event)| refuses(event));
    up.and_then(|(_, event)| event.time.as_ref()).is_some_and(|up| down(up.micros))
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

fn classify(facts: &Facts, voices: &[Voice], changes: &[LeaderChange], at: usize, outright: &Index, transfers: &[EventId]) -> ChangeClass {
    let change = &changes[at];
    if is_start(facts, voices, changes, at) {
        return ChangeClass::Start;
    }
    let by_hand = is_planned(facts, change, transfers) || was_removed(facts, change);
    if by_hand || change.term.is_some_and(|term| outright.find(term).is_some()) {
        return ChangeClass::Planned;
    }
    if old_leader_ended(facts, voices, changes, at) {
        return ChangeClass::Wanted;
    }
    if told_to_stop(facts, change) || closed_at_once(facts, change) && !lived_on(facts, voices, changes, at) {
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

/// Whether the old leader's process ended: its own log says so, or, where that log is missing, its
/// peers saw the connection end at once and did not hear it again.
fn old_leader_ended(facts: &Facts, voices: &[Voice], changes: &[LeaderChange], at: usize) -> bool {
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
fn lived_on(facts: &Facts, voices: &[Voice], changes: &[LeaderChange], at: usize) -> bool {
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
        None => event.word("id").is_some() && event.time.is_some_and(|time| change.elected.is_some_and(|elected| time.micros > elected)),
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
        let at_least = |at: &usize| facts.event(voice.events[*at]).time.map(|time| time.micros) >= led.elected;
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
    let hands_over = matches!(facts.generation, Generation::V3 | Generation::PreVote);
    hands_over
        && facts
            .events_between(&[Meaning::PeerStreamLost], elected, elected + S)
            .any(|(_, event)| search::has(&event.text, "EOF") && search::has(&event.text, old))
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
