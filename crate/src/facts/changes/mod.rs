//! Leader changes: one per new term that got a leader. `causes.rs` tells them apart by why they came,
//! `old_leader.rs` whether the leader of before lived on, `candidate.rs` who took its place away.

mod by_term;
mod candidate;
mod causes;
mod old_leader;
mod without_terms;

use by_term::by_term;
use causes::tell_causes;
use without_terms::without_terms;

pub use old_leader::heard_again;

use super::voices::Voice;
use super::{EventId, Facts};
use crate::gather::Gather;
use crate::log::event::{Event, Meaning};
use crate::sort::by_key;
use crate::units::Micros;

/// Why a leader changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeClass {
    /// The first leader after the start.
    Start,
    /// Handed over on purpose.
    Planned,
    /// The old leader's process ended.
    Wanted,
    /// Members that had all been down elected it as they started anew.
    Anew,
    /// None of these: nothing shows that the old leader ended.
    Needless,
    /// Needless under the timers of its time; with those in force it would not come.
    Outgrown,
}

/// A new term with a new leader.
#[derive(Clone, Debug, PartialEq)]
pub struct LeaderChange {
    /// Its term, where the log tells.
    pub term: Option<i64>,
    /// When the winner's campaign began.
    pub campaign: Option<Micros>,
    /// When the new leader was there.
    pub elected: Option<Micros>,
    /// When the old leader was last heard of, or its loss was logged.
    pub lost: Option<Micros>,
    /// The old leader, as id or name.
    pub old: Option<String>,
    /// The new leader.
    pub new: Option<String>,
    /// Why.
    pub class: ChangeClass,
    /// Lines that show it.
    pub events: Vec<EventId>,
    /// Index of the stall that explains it.
    pub stall: Option<usize>,
    /// The one member that missed the leader while the others heard it; the term that it raised took the lead away.
    pub raised_by: Option<String>,
    /// The old leader's own log goes on, or its peers heard it again.
    pub lived: bool,
}

impl LeaderChange {
    /// One of which no more is known than its term.
    pub fn of_term(term: Option<i64>) -> LeaderChange {
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

    /// No line names a leader: only that a member had none.
    pub fn is_unseen(&self) -> bool {
        self.term.is_none() && self.old.is_none() && self.new.is_none()
    }

    /// Nobody missed a leader: it handed over, or all members started anew.
    pub fn is_asked_for(&self) -> bool {
        matches!(self.class, ChangeClass::Planned | ChangeClass::Anew)
    }

    /// Whether the input shows that the old leader lived, rather than only not that it ended.
    pub fn shows_alive(&self) -> bool {
        self.lived || self.stall.is_some() || self.raised_by.is_some()
    }
}

impl Facts {
    /// Whether each change that counts as needless is shown to be so: the old leader lived, or leads again.
    pub fn shows_all_needless(&self) -> bool {
        self.needless().all(|change| change.shows_alive() || change.old == change.new)
    }
}

/// A message of a leader whose term was over, as a member ignored it.
#[derive(Clone, Copy, Debug)]
pub struct OldLeader {
    /// The term in which it led.
    pub led: Option<i64>,
    /// The term of the member that ignored it.
    pub term: Option<i64>,
    /// The highest such term up to here.
    pub latest: Option<i64>,
    /// The line.
    pub event: EventId,
}

impl Facts {
    /// Leader changes of one class.
    pub fn of_class(&self, class: ChangeClass) -> impl Iterator<Item = &LeaderChange> {
        self.changes.iter().filter(move |change| change.class == class)
    }

    /// Leader changes that no start, plan or death explains.
    pub fn needless(&self) -> impl Iterator<Item = &LeaderChange> {
        self.of_class(ChangeClass::Needless)
    }

    /// How many leader changes are of one class.
    pub fn count(&self, class: ChangeClass) -> u64 {
        self.of_class(class).count() as u64
    }

    /// Leader changes after the start.
    pub fn after_start(&self) -> impl Iterator<Item = &LeaderChange> {
        self.changes.iter().filter(|change| change.class != ChangeClass::Start)
    }

    /// Whether a leader changed after the start.
    pub fn leader_changed(&self) -> bool {
        self.after_start().next().is_some()
    }

    /// Leader changes in which one member took the place of a leader that the others heard.
    pub fn raised(&self) -> usize {
        self.changes.iter().filter(|change| change.raised_by.is_some()).count()
    }
}

/// A new cluster has its first leader after no more rounds than this (judgement).
pub const BOOT_TERMS: i64 = 10;

/// Finds all leader changes, the first leader of a start among them, by term.
pub fn leader_changes(facts: &Facts, voices: &[Voice]) -> Vec<LeaderChange> {
    let mut changes = by_term(facts);
    changes.extend(without_terms(facts));
    link_old_leaders(&mut changes);
    tell_causes(facts, voices, &mut changes);
    changes
}

fn earlier(a: Option<Micros>, b: Option<Micros>) -> Option<Micros> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
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

#[cfg(test)]
mod tests;
