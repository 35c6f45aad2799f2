//! What broken links are where the network is not shown to be at fault.

use super::RULE;
use super::lines::closes_the_log;
use super::trouble::{NO_ANSWER, cause};
use crate::facts::breaks::Breaks;
use crate::facts::links::{Links, answered_within, is_late_probe, was_closed};
use crate::facts::{EventId, Facts};
use crate::report::{Confidence, Severity};
use crate::rules::Finding;
use crate::rules::common::{REFUSED, bursts, lines, plural, says, time};
use crate::units::{Micros, S};

/// What these lines are where the network is not shown to be at fault: the first that fits.
pub(super) fn harmless(facts: &Facts, links: &Links, events: &[EventId]) -> Option<Finding> {
    let lines = plural(lines(facts, events), "line", "lines");
    let remark = |confidence, title: &str, what| Finding::new(RULE.id, Severity::Info, confidence, title, what);
    if cut_off(facts, events) {
        let what =
            "A process that ends closes its connections. The logs stop within seconds after it, so they do not show whether it came back.";
        return Some(
            remark(Confidence::Medium, "Connections between members ended where the logs end", what)
                .because("A log that was cut or a cluster that was stopped ends like this.")
                .advising("Nothing, if the processes were stopped then; else paste the minutes after it."),
        );
    }
    if facts.heartbeats_come_too_late() && cause(facts, events) == NO_ANSWER {
        let title = format!("Connections between members were closed between two heartbeats ({lines})");
        let what = "They follow from a heartbeat-interval above 5\u{a0}s; the network is not shown to be at fault.";
        return Some(remark(Confidence::Medium, &title, what));
    }
    let breaks = Breaks::of(facts);
    if events.iter().all(|id| breaks.follows_an_end_or_stall(*id)) {
        let title = format!("Connections between members broke when a member ended or stalled ({lines})");
        let what = "Each of these lines stands beside a member that ended, restarted or stalled. They follow from that; the network is not shown to be at fault.";
        return Some(
            remark(Confidence::High, &title, what)
                .because("A member that does not run answers nobody.")
                .advising("See why the member ended or stalled; the connections come back by themselves."),
        );
    }
    if events.iter().all(|id| breaks.is_of_silent_leader(*id) || breaks.follows_an_end_or_stall(*id)) {
        let title = format!("Connections to the leader gave no answer in time ({lines})");
        let what = "The leader's own log is not here, and it answered again later: it stood still, or the link to it was cut. These lines look alike in both cases.";
        return Some(remark(Confidence::Medium, &title, what).advising("Paste the leader's log of that minute."));
    }
    if links.are_up_at_once() {
        let what = "The lines end with an answer of the other member, as when it starts.";
        return Some(
            remark(Confidence::High, "Connections between members broke and were there again within seconds", what)
                .because("A member that starts refuses its peers for a moment.")
                .advising("Nothing, if that member was started then; else see its log of that minute."),
        );
    }
    if explain_few_losses(facts, events) {
        let title = format!("Connections between members broke, less than half as often as the leader changed ({lines})");
        let what = "They explain some of the changes of leader at most. The others have a cause that these lines do not show.";
        return Some(remark(Confidence::Medium, &title, what));
    }
    if events.iter().all(|id| is_late_probe(facts.event(*id))) {
        let title = format!("Health checks between members had no answer yet ({lines})");
        let what = "No connection failed: the checks were late, as they are when a member stands still for a moment.";
        return Some(remark(Confidence::Medium, &title, what));
    }
    None
}

/// All of it stands in the last seconds of the input, as when the processes were stopped there.
fn cut_off(facts: &Facts, events: &[EventId]) -> bool {
    // A port that refuses from the first line on did not close where the logs end.
    let refuses = !ran_before(facts, events) && events.iter().any(|id| says(facts.event(*id), REFUSED));
    !refuses
        && !answered_within(facts, events, 5 * S)
        && facts.logs.iter().any(|log| log.events.len() > events.len())
        && events.iter().all(|id| closes_the_log(facts, *id) && was_closed(facts.event(*id)))
}

/// The input shows the members some seconds before the first of these lines: it does not begin with them.
fn ran_before(facts: &Facts, events: &[EventId]) -> bool {
    let first = events.iter().filter_map(|id| time(facts, *id)).min();
    matches!((facts.log_ends(), first), (Some((begins, _)), Some(first)) if first - begins >= 5 * S)
}

/// A link that breaks costs a leader its place once at most: where links broke less than half as often as living leaders
/// lost theirs, they are not what most of it comes from (judgement).
fn explain_few_losses(facts: &Facts, events: &[EventId]) -> bool {
    // Streams that break together print within the 5 s after which a silent one is given up.
    const ONE_BREAK: Micros = 5 * S;
    bursts(facts, events, ONE_BREAK).is_some_and(|breaks| breaks * 2 < facts.needless().count() as u64)
}
