//! Where no line tells of a link: what ping measured, and what alerts say.

use super::RULE;
use crate::facts::Facts;
use crate::facts::tools::{Pinged, lost_packets};
use crate::log::event::{Event, Meaning};
use crate::report::{Confidence, Severity};
use crate::rules::Finding;
use crate::rules::common::alerts;
use crate::units::human;

/// What ping measured. One packet in a few is no loss yet, nor fewer than one in a hundred (judgement). Linux sends again
/// after 200 ms at the earliest (torvalds/linux:include/net/tcp.h, TCP_RTO_MIN).
pub(super) fn pings_lost(facts: &Facts) -> Option<Finding> {
    let Pinged { line, sent, lost } = lost_packets(facts).filter(|ping| ping.lost > 1 && ping.lost * 100 >= ping.sent)?;
    let finding = if lost == sent {
        let title = format!("None of {sent} pings was answered");
        let what = "The machine or the way to it is down, or something on the way drops pings and nothing else.";
        Finding::new(RULE.id, Severity::Info, Confidence::Low, title, what)
            .advising("Try the peer port itself: curl -m 2 http://PEER:2380/version.")
    } else {
        let title = format!("{lost} of {sent} pings were lost");
        let what = "What TCP has to send again comes a fifth of a second late or later. It counts if the ping went from member to member.";
        Finding::new(RULE.id, Severity::Warning, Confidence::Medium, title, what)
    };
    Some(finding.showing(facts, &[line]))
}

/// What the alert on members that are down says.
pub(super) fn members_down(facts: &Facts) -> Option<Finding> {
    let title = |_: &Event| String::from("Members are down");
    alerts::told(facts, RULE.id, Severity::Warning, &[Meaning::AlertMembersDown], &title)
}

/// What the alert on probes between members says. A steady delay elects nobody (measured), so it is no cause by itself.
pub(super) fn slow_probes(facts: &Facts) -> Option<Finding> {
    let title =
        |event: &Event| format!("One in a hundred probes between members took {} or more", human(event.duration("took").unwrap_or(0)));
    let finding = alerts::told(facts, RULE.id, Severity::Warning, &[Meaning::AlertSlowMembers], &title)?;
    let advice = "Ping each member from the others and state the round trip below: an election-timeout is at least ten of them.";
    Some(Finding { confidence: Confidence::Low, ..finding.advising(advice) })
}
