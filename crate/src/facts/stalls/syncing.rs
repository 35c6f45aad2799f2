//! Whether a leader's process ran while its disk took long over a sync.

use super::guessed::grain;
use super::{Stall, StallKind};
use crate::facts::voices::speaker;
use crate::facts::{Facts, LeaderChange};
use crate::gather::Gather;
use crate::log::event::{Event, Meaning};
use crate::units::{MS, Micros};

/// What a member prints at once when another one asks it for its vote or leads, though its disk waits: raft has a loop of its own
/// (etcd-io/etcd@v3.4.45:raft/node.go, run).
const AT_ONCE: &[Meaning] =
    &[Meaning::VoteIgnoredLease, Meaning::HigherTermMessage, Meaning::BecameFollower, Meaning::VoteCast, Meaning::VoteRejected];

/// A message of a campaign arrives within it, and a process that wakes prints all it has to say within it (judgement).
const MOMENT: Micros = 50 * MS;

/// What a leader did while a sync of its lasted and another member campaigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meanwhile {
    /// It took in the campaign: its disk alone was late.
    Ran,
    /// It took nothing in until the sync ended: its process stood still, and the sync with it.
    StoodStill,
}

impl Facts {
    /// What the leaders did that lost their place during a slow sync; as far as the lines tell.
    pub fn while_syncing(&self) -> Vec<Meanwhile> {
        self.needless().filter_map(|change| meanwhile(self, change, self.stall_of(change)?)).gather()
    }
}

fn meanwhile(facts: &Facts, change: &LeaderChange, stall: &Stall) -> Option<Meanwhile> {
    let (campaign, end) = (change.campaign?, stall.end.filter(|_| stall.kind == StallKind::SlowSync)?);
    let sync = stall.events.iter().find(|id| facts.event(**id).meaning == Meaning::WalSyncSlow)?;
    let own = |event: &Event| speaker(event) == Some(stall.member.as_str());
    let (id, first) = facts.events_between(AT_ONCE, campaign, end + MOMENT).find(|(_, event)| own(event))?;
    let first = first.time?;
    // Where raft prints whole seconds, as in 3.4, the campaign must have come for sure within the sync, and the order of the
    // lines tells what came behind it.
    let within = end - campaign > 5 * MOMENT + grain(facts, change);
    let behind = id.log == sync.log && id.event > sync.event || first.grain < MOMENT && first.micros >= end - MOMENT;
    match (within, behind) {
        (false, _) => None,
        (_, true) => Some(Meanwhile::StoodStill),
        _ => (first.micros + first.grain < end - MOMENT).then_some(Meanwhile::Ran),
    }
}
