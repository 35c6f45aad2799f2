//! Leader changes of etcd 2 and later: every line names its term, so members merge by it.

use super::{LeaderChange, earlier};
use crate::facts::beside::time;
use crate::facts::clusters::leader;
use crate::facts::voices::NAME_LEADER;
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::index::Index;
use crate::log::event::{Event, Meaning};
use crate::sort::{by_key, distinct, sort};
use crate::units::Micros;

/// One for each term that got a leader, by term.
pub(super) fn by_term(facts: &Facts) -> Vec<LeaderChange> {
    let mut terms = Terms::default();
    let mut campaigns: Vec<(i64, &str, Micros)> = Vec::new();
    let mut losses: Vec<(i64, EventId, &str)> = Vec::new();
    let telling = [NAME_LEADER, &[Meaning::LeaderLost, Meaning::BecameCandidate]].concat();
    for (id, event) in facts.events_of(&telling) {
        let Some(term) = event.number("term") else { continue };
        let time = time(facts, id);
        if NAME_LEADER.contains(&event.meaning) {
            terms.note(term, id, time, leader(event).map(|(_, leader)| leader));
        }
        match event.meaning {
            Meaning::LeaderChanged => losses.extend(event.word("from").map(|leader| (term, id, leader))),
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
        let time = time(facts, id);
        if let Some(term) = terms.begun_by_loss(&led, term, time, leader, before_a_vote(facts, id)) {
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

/// Whether the member asks first whether it would be voted for, and so loses the leader of the term that it names.
fn before_a_vote(facts: &Facts, id: EventId) -> bool {
    let lost = facts.event(id);
    let asks = |event: &Event| event.meaning == Meaning::BecamePreCandidate;
    facts.before(id, 10).any(|event| asks(event) && event.word("id") == lost.word("id") && event.number("term") == lost.number("term"))
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
            self.changes.push(LeaderChange::of_term(Some(term)));
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
    fn begun_by_loss(&self, led: &[i64], term: i64, time: Option<Micros>, leader: &str, asks_first: bool) -> Option<i64> {
        let Some(at) = self.index.find(term).filter(|at| self.changes[*at].new.as_deref() == Some(leader)) else { return Some(term) };
        if time.is_none() || time <= self.changes[at].elected && !asks_first {
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
