//! Members that are out of reach: whom the lines name, and what the most telling of them says.

use super::RULE;
use crate::facts::breaks::peer_ran;
use crate::facts::links::{Links, NO_HEALTH, fell_silent, peer};
use crate::facts::voices::machines_of_members;
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::log::event::Meaning;
use crate::report::{Confidence, Severity};
use crate::rules::Finding;
use crate::rules::common::{MOST_EVIDENCE, TLS_TIMEOUT, hosts, lines, listed, plural, says};
use crate::sort::distinct;
use crate::units::S;

/// Members that are out of reach.
pub(super) fn trouble(facts: &Facts, links: &Links, events: &[EventId]) -> Finding {
    let told = plural(lines(facts, events), "line tells", "lines tell");
    let away = links.stay_away_for(30 * S) && !links.are_up_at_the_end();
    let severity = if away { Severity::Critical } else { Severity::Warning };
    let to = unreached(facts, events);
    let names: Vec<&str> = to.iter().map(String::as_str).gather();
    let between = listed(&names).map_or(String::from("between members"), |names| format!("to {names}"));
    let cause = cause(facts, events);
    let silent = cause == NO_ANSWER && events.iter().all(|id| fell_silent(facts.event(*id)));
    let [silent_title, who] = titles(facts, events);
    // Who prints meanwhile did not stand still.
    if silent && !events.iter().take(MOST_EVIDENCE).any(|id| peer_ran(facts, *id, events)) {
        let what = format!(
            "{told} of connections {between} that were there and fell silent. A process that stands still and a cut link leave the same lines."
        );
        let finding = Finding::new(RULE.id, severity, Confidence::Low, silent_title, what);
        return finding.advising("Paste the logs of all members of these minutes: one that stood still printed nothing meanwhile, one that was cut off went on. Then look at its process and its disk, or at its link.");
    }
    let what = format!("{told} of broken or refused connections {between}.");
    Finding::new(RULE.id, severity, Confidence::High, format!("{who}: {cause}"), what)
}

/// Titles by how many members are meant: one that was silent or cut off, and one that was out of reach.
fn titles(facts: &Facts, events: &[EventId]) -> [&'static str; 2] {
    let peers = distinct(events.iter().map(|id| peer(facts.event(*id))));
    if peers.len() == 1 && peers[0].is_some() {
        return ["A member gave no answer in time: it stood still, or was cut off", "A member could not be reached"];
    }
    if hosts(facts, events).len() == 1 {
        return [
            "A member and its peers heard nothing of each other in time: it stood still, or was cut off",
            "A member could not reach its peers",
        ];
    }
    ["Members heard nothing of each other in time: they stood still, or were cut off", "Members could not reach each other"]
}

/// The peers that these lines name: by host where the input tells whose the id is, by address where no line has an id.
fn unreached(facts: &Facts, events: &[EventId]) -> Vec<String> {
    let known = machines_of_members(facts);
    let name = |peer: &str| known.iter().find(|(id, _)| id == peer).map_or(peer, |(_, name)| name).to_owned();
    let named = |dialled: bool| {
        let fit = events.iter().map(|id| facts.event(*id)).filter(|event| (event.meaning == Meaning::PeerDialError) == dialled);
        distinct(fit.filter_map(|event| event.word("peer")).map(|peer| name(peer.trim_end_matches(':'))))
    };
    let ids = named(false);
    if ids.is_empty() { named(true) } else { ids }
}

pub(super) const NO_ANSWER: &str = "no answer in time";

/// What the most telling line says.
pub(super) fn cause(facts: &Facts, events: &[EventId]) -> &'static str {
    const CAUSES: &[(&str, &str)] = &[
        ("no route to host", "no route to the host"),
        ("network is unreachable", "the network is unreachable"),
        ("no such host", "the name is not known"),
        // Go asks a name server before it dials.
        ("tcp: lookup ", "the name server did not answer"),
        ("connection refused", "the peer port refuses connections"),
        // A pager cuts its lines.
        ("i/o ti", NO_ANSWER),
        ("deadline exceeded", NO_ANSWER),
        (TLS_TIMEOUT, NO_ANSWER),
        ("EOF", "connections ended"),
        ("connection reset", "connections were reset"),
        ("broken pipe", "connections broke"),
        (NO_HEALTH, "what it got was no answer to a health check"),
    ];
    let said = |sign: &str| events.iter().any(|id| says(facts.event(*id), &[sign]));
    CAUSES.iter().find(|(sign, _)| said(sign)).map_or("connections broke", |(_, words)| words)
}
