//! Leader changes of etcd 0.4, which names leaders but prints no term beside them.

use super::{LeaderChange, earlier};
use crate::facts::beside::time;
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::index::{self, Index};
use crate::log::event::{Event, Meaning};
use crate::sort::by_key;
use crate::units::{Micros, S};

/// Reports of the same new leader within
/// two seconds are one change, and so is one of the last leader that came in the place of another: who stood still
/// hears of it later. A member first reports its leader lost (`to ''`), then the next one.
pub(super) fn without_terms(facts: &Facts) -> Vec<LeaderChange> {
    const SAME: Micros = 2 * S;
    let mut reports: Vec<(EventId, &Event)> = facts.events_of(&[Meaning::Leader04]).gather();
    by_key(&mut reports, |(id, event)| (event.moment(), *id));
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
        let now = time(facts, id);
        let near = |change: &LeaderChange| matches!((change.elected, now), (Some(a), Some(b)) if b - a <= SAME);
        let name = names.position(index::key(new));
        let repeats = of_name.get(name).copied().filter(|at| near(&changes[*at]));
        let followed = if old.is_empty() { lost.map_or("", |(_, old)| old) } else { old };
        let heard_late = !gone && !followed.is_empty() && changes.last().is_some_and(|last| last.new.as_deref() == Some(new));
        let repeats = repeats.or_else(|| heard_late.then(|| changes.len() - 1));
        let at = repeats.unwrap_or_else(|| {
            gone = false;
            changes.push(LeaderChange::of_term(None));
            changes.len() - 1
        });
        *index::slot(&mut of_name, name) = at;
        let change = &mut changes[at];
        change.new = Some(new.to_owned());
        change.elected = earlier(change.elected, now);
        change.old = change.old.take().or_else(|| (!old.is_empty()).then(|| old.to_owned()));
        change.events.push(id);
        if let Some((report, old)) = lost.take().filter(|_| repeats.is_none() && change.old.is_none()) {
            change.old = Some(old.to_owned());
            change.lost = time(facts, report);
            change.events.push(report);
        }
    }
    changes.into_iter().map(|change| LeaderChange { campaign: change.lost.or(change.elected), ..change }).gather()
}
