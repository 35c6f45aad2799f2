//! The elections themselves: every term that rose.

use crate::facts::changes::BOOT_TERMS;
use crate::facts::voices::{NAME_LEADER, START_LINES};
use crate::facts::{ChangeClass, EventId, Facts, LeaderChange};
use crate::gather::Gather;
use crate::index::{Index, slot};
use crate::log::event::{Event, Meaning};
use crate::rules::common::{last_entry, near, says, starts, with_etcd_stop};
use crate::sort::{by_key, distinct};
use crate::units::{Micros, S};

/// A term that rose above the one its member had.
pub(super) struct Election {
    pub term: i64,
    pub time: Option<Micros>,
    pub event: EventId,
}

/// Every term that rose, once for the whole cluster, without starts, hand-overs, stops by hand and what timers of before cost.
pub(super) fn elections(facts: &Facts) -> Vec<Election> {
    let (mut voices, mut known) = (Index::default(), Vec::<Option<i64>>::new());
    let (mut terms, mut elections) = (Index::default(), Vec::<Election>::new());
    let boot = last_term_of_boot(facts);
    let planned = distinct(facts.changes.iter().filter(|change| change.is_asked_for()).filter_map(|change| change.term));
    let outgrown = facts.outgrown_terms();
    let starts = starts(facts);
    // Rounds while members that had all been down were starting.
    let anew = facts.changes.windows(2).filter(|two| two[1].class == ChangeClass::Anew).map(|two| (two[0].term, two[1].term)).gather();
    // An excerpt may begin within a start. Where the member fails to publish itself, elections may be why.
    let in_start = !facts.has(START_LINES);
    for (id, event) in facts.all_events() {
        let Some((term, rises)) = term_of(event) else { continue };
        let rises = rises && !(event.meaning == Meaning::LeaderLost && asked_first(facts, id, term));
        let highest = slot(&mut known, voices.position(facts.voice(id)));
        let before = *highest;
        *highest = before.max(Some(term));
        let rose = before.map_or(rises, |before| term > before) && !(before.is_none() && starts.before(facts, id));
        if !rose
            || planned.binary_search(&term).is_ok()
            || outgrown.ended(term).is_some_and(|ended| term > ended)
            || boot.is_some_and(|boot| term <= boot)
            || anew.iter().any(|(before, leads)| (*before..=*leads).contains(&Some(term)))
            || with_etcd_stop(facts, id)
            || in_start && near(facts, id, &[Meaning::Published], 0, 30 * S, 40)
        {
            continue;
        }
        let election = Election { term, time: event.moment(), event: id };
        match elections.get_mut(terms.position(term)) {
            Some(first) if election.time < first.time => *first = election,
            Some(_) => {}
            None => elections.push(election),
        }
    }
    // The first term that a member of 0.4 prints is not known to be new; its leaders are.
    let named = without_terms(facts);
    if named.len() > elections.len() {
        elections = named;
    }
    by_key(&mut elections, |election| (election.time, election.term));
    elections
}

/// The term a line speaks of, and whether it tells by itself that this term is new.
fn term_of(event: &Event) -> Option<(i64, bool)> {
    let rises = match event.meaning {
        Meaning::BecameCandidate | Meaning::LeaderLost | Meaning::LeaderChanged | Meaning::BecameLeader | Meaning::Term04 => true,
        // Whoever asks for votes, or counts them, has raised its term; to ask whether it may is no election yet.
        Meaning::VoteSent | Meaning::VoteReceived => !says(event, &["PreVote"]),
        // Each member begins in term 1, which nobody leads (etcd-io/etcd@v2.3.8:raft/node.go, StartNode).
        Meaning::BecameFollower if event.number("term") <= Some(1) => return None,
        // What a member had before it heard of a higher one is a term as well.
        // Who only asks whether it may be elected keeps its term, also as it gives its leader up.
        Meaning::BecameFollower | Meaning::BecamePreCandidate | Meaning::LeaderElected | Meaning::HigherTermMessage => false,
        _ => return None,
    };
    Some((event.number("term")?, rises))
}

/// Whether a member gave its leader up in the old term, as where it asks before it stands for election: the next leader
/// that it names has a higher one (etcd-io/raft@v3.6.0:raft.go, becomePreCandidate).
fn asked_first(facts: &Facts, id: EventId, term: i64) -> bool {
    // The next leader is named within a campaign's few lines.
    let mut next = facts.after(id, 100).filter(|event| NAME_LEADER.contains(&event.meaning));
    next.next().and_then(|event| event.number("term")).is_some_and(|next| next > term)
}

/// Lines in which a member names its last entry.
pub(super) const VOTES: &[Meaning] = &[Meaning::VoteSent, Meaning::VoteCast, Meaning::VoteRejected];

/// The term of the cluster's first leader; lower ones belong to its boot. Without a line of a start a leader of a
/// high term is only the first that the excerpt shows, and so is one whose voters have many entries.
pub(super) fn last_term_of_boot(facts: &Facts) -> Option<i64> {
    /// More than a cluster writes before it has had a few leaders (judgement).
    const MANY_ENTRIES: i64 = 1_000;
    let boots = facts.has(START_LINES);
    let wrote_much = facts.events_of(VOTES).any(|(_, event)| last_entry(event, "index: ") > Some(MANY_ENTRIES));
    let firsts = facts.of_class(ChangeClass::Start);
    firsts.filter_map(|change| change.term).filter(|term| boots || *term <= BOOT_TERMS && !wrote_much).max()
}

/// etcd 0.4 prints no term beside its leaders; where no line of its names a term, each change that
/// nobody planned is an election.
fn without_terms(facts: &Facts) -> Vec<Election> {
    let changes = facts
        .changes
        .iter()
        .filter(|change| change.term.is_none() && change.class != ChangeClass::Start && change.class != ChangeClass::Planned);
    changes.filter_map(|change| Some(Election { term: 0, time: change.elected, event: *change.events.first()? })).gather()
}

/// Whether a leader is shown to have won without being handed its place, and how many leaders came of the elections.
pub(super) fn leaders_of(facts: &Facts, elections: &[Election]) -> (bool, usize) {
    let unplanned = |change: &&LeaderChange| matches!(change.class, ChangeClass::Wanted | ChangeClass::Needless) && change.new.is_some();
    let shown = facts.changes.iter().filter(unplanned).count();
    if shown > 0 {
        return (true, shown);
    }
    // The first leader that an excerpt names may be one of them.
    let of_them = |change: &&LeaderChange| change.new.is_some() && elections.iter().any(|each| Some(each.term) == change.term);
    (false, lost_again(facts).min(elections.len()).max(facts.changes.iter().filter(of_them).count()))
}

/// A member that loses another leader than before had followed it in between, whatever lines the excerpt leaves out.
fn lost_again(facts: &Facts) -> usize {
    let (mut voices, mut known) = (Index::default(), Vec::<Option<(&str, usize)>>::new());
    for (id, event) in facts.events_of(&[Meaning::LeaderLost, Meaning::Leader04]) {
        let nobody_follows = event.word("new").is_none_or(str::is_empty);
        let lost = event.word("leader").or(event.word("old")).filter(|lost| nobody_follows && !lost.is_empty());
        let Some(lost) = lost else { continue };
        let last = slot(&mut known, voices.position(facts.voice(id)));
        *last = Some((lost, last.map_or(0, |(before, others)| others + usize::from(before != lost))));
    }
    known.iter().flatten().map(|(_, others)| *others).max().unwrap_or(0)
}
