//! What is set aside before anything is judged: lines given twice, and the logs of other clusters.

use super::clusters::{Place, others};
use super::twice::said_again;
use crate::log::event::{Event, LogReading};

/// What was set aside.
pub struct Aside {
    /// So many lines stood in the input a second time.
    pub twice: usize,
    /// These tell of other clusters.
    pub other_clusters: Vec<Place>,
}

/// Sets aside what is not to be judged. First puts back what was set aside before: a document because of which it was
/// may have been read anew.
pub(super) fn set_aside(logs: &mut [LogReading]) -> Aside {
    logs.iter_mut().for_each(put_back);
    let again = said_again(logs);
    let other_clusters = others(logs);
    let mut twice = 0;
    for (number, (log, again)) in logs.iter_mut().zip(again).enumerate() {
        let goes = |at: usize, event: &Event| again[at] || other_clusters.binary_search(&(number, event.host)).is_ok();
        // The list would stand in memory twice.
        if !log.events.iter().enumerate().any(|(at, event)| goes(at, event)) {
            continue;
        }
        let (mut kept, mut aside) = (Vec::with_capacity(log.events.len()), Vec::new());
        for (at, event) in std::mem::take(&mut log.events).into_iter().enumerate() {
            if goes(at, &event) { aside.push((at, event)) } else { kept.push(event) }
        }
        (log.events, log.aside) = (kept, aside);
        twice += again.into_iter().filter(|again| *again).count();
    }
    Aside { twice, other_clusters }
}

fn put_back(log: &mut LogReading) {
    if log.aside.is_empty() {
        return;
    }
    let (kept, mut aside) = (std::mem::take(&mut log.events), std::mem::take(&mut log.aside).into_iter().peekable());
    log.events.reserve(kept.len() + aside.len());
    for event in kept {
        while let Some((_, event)) = aside.next_if(|(at, _)| *at <= log.events.len()) {
            log.events.push(event);
        }
        log.events.push(event);
    }
    log.events.extend(aside.map(|(_, event)| event));
}
