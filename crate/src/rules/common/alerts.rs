//! What alerts of Prometheus say: told, not seen. Several rules fall back to them.

use crate::facts::{EventId, Facts, metrics};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::index::{self, Index};
use crate::log::event::{Event, Meaning};
use crate::log::messages::signature::signatures;
use crate::report::{Confidence, Severity};
use crate::rules::Finding;
use crate::search;
use crate::sort::by_key;

const STATES: [Meaning; 2] = [Meaning::AlertOver, Meaning::AlertFires];

/// What stands before each alert where all are one line of JSON, as a webhook is sent them, and whether it is over
/// (prometheus/alertmanager@00c8474:template/template.go, Data). In a row of its own it is not known of which alert it speaks.
const IN_JSON: [(&str, bool); 4] = [
    ("\"status\":\"resolved\"", true),
    ("\"status\": \"resolved\"", true),
    ("\"status\":\"firing\"", false),
    ("\"status\": \"firing\"", false),
];

/// What the alerts of etcd's own rules mean, by their names: in a title that stands alone
/// (etcd-io/etcd@0d0fc57:contrib/mixin/mixin.libsonnet; before 3.5 the quota's was etcdBackendQuotaLowSpace).
const NAMES: [(&str, Meaning); 14] = [
    ("etcdNoLeader", Meaning::AlertNoLeader),
    ("etcdInsufficientMembers", Meaning::AlertNoLeader),
    ("etcdMembersDown", Meaning::AlertMembersDown),
    ("etcdMemberCommunicationSlow", Meaning::AlertSlowMembers),
    ("etcdHighNumberOfLeaderChanges", Meaning::AlertLeaderChanges),
    ("etcdHighFsyncDurations", Meaning::AlertSyncs),
    ("etcdHighCommitDurations", Meaning::AlertCommits),
    ("etcdGRPCRequestsSlow", Meaning::AlertSlowRequests),
    ("etcdHighNumberOfFailedProposals", Meaning::AlertRequestsFailed),
    ("etcdHighNumberOfFailedGRPCRequests", Meaning::AlertRequestsFailed),
    ("etcdHighNumberOfFailedHTTPRequests", Meaning::AlertRequestsFailed),
    ("etcdDatabaseQuotaLowSpace", Meaning::AlertQuota),
    ("etcdBackendQuotaLowSpace", Meaning::AlertQuota),
    ("etcdExcessiveDatabaseGrowth", Meaning::AlertQuota),
];

/// Whether a line of this meaning is an alert of etcd's own, or tells in which state alerts are.
pub fn is_of_alerts(meaning: Meaning) -> bool {
    STATES.contains(&meaning) || NAMES.iter().any(|(_, alert)| *alert == meaning)
}

/// What the alerts of these meanings say; of those that go on, or where none does, of those that are over. `title` is made of the
/// one that measured most.
pub fn told(facts: &Facts, id: RuleId, severity: Severity, meanings: &[Meaning], title: &dyn Fn(&Event) -> String) -> Option<Finding> {
    let (going_on, over) = by_state(facts, meanings);
    let is_over = going_on.is_empty();
    let mut events = if is_over { over } else { going_on };
    by_key(&mut events, |id| std::cmp::Reverse(measured(facts.event(*id))));
    let first = facts.event(*events.first()?);
    let named = name(first).map(|(name, _)| name);
    let finding = if is_over {
        let title =
            named.map_or_else(|| format!("{}, said an alert that is over", title(first)), |name| format!("The alert {name} is over"));
        let what = "The alert is marked as resolved. etcd's own log of the minutes before it tells what raised it.";
        let advice = "Read etcd's own log of the minutes before the alert came, on all members.";
        Finding::new(id, Severity::Info, Confidence::Medium, title, what).advising(advice)
    } else {
        // What etcd's log shows of stalls and leaders weighs more.
        let severity = if facts.stalls.is_empty() && facts.changes.is_empty() { severity } else { Severity::Info };
        let title = named.map_or_else(|| format!("{}, says an alert", title(first)), |name| format!("The alert {name} goes on"));
        let what = "An alert says so. It looks at the minutes before it, and tells neither the moment nor the cause: etcd's own log of these minutes does.";
        Finding::new(id, severity, Confidence::Medium, title, what)
    };
    Some(finding.showing(facts, &events))
}

/// The number that an alert tells.
fn measured(event: &Event) -> Option<i64> {
    let count = || metrics::value(event).map(|count| count as i64);
    event.duration("took").or_else(|| event.number("count")).or_else(count)
}

/// The alerts that go on, and those that are over. One that came several times is in the state that it came with last; one
/// without any state goes on.
fn by_state(facts: &Facts, meanings: &[Meaning]) -> (Vec<EventId>, Vec<EventId>) {
    let mut lines = facts.meaning(&[meanings, &STATES].concat());
    by_key(&mut lines, |id| (id.log, facts.event(*id).line, id.event));
    let states = signatures().iter().filter(|signature| STATES.contains(&signature.meaning));
    let words = states.map(|state| (state.key_text(), state.meaning == Meaning::AlertOver)).chain(IN_JSON).gather();
    let below = alerts_below(facts, &lines);
    // What stands above an alert, in its document; and the first alert that has no state yet from a row below it.
    let (mut above, mut since) = ((usize::MAX, false), 0);
    let mut alerts: Vec<(usize, EventId)> = Vec::new();
    let (mut known, mut last) = (Index::default(), Vec::<(EventId, bool)>::new());
    for (at, id) in lines.iter().copied().enumerate() {
        let event = facts.event(id);
        if STATES.contains(&event.meaning) {
            if search::has(event.signature().key_text(), "status") && begins_with_an_alert(facts, id.log) {
                for (at, alert) in &alerts[since..] {
                    if last[*at].0 == *alert {
                        last[*at].1 = ends_alerts(event);
                    }
                }
                since = alerts.len();
                continue;
            }
            above = (id.log, ends_alerts(event));
            // A title is an alert where none of its kind stands below.
            if below[at] || name(event).is_none_or(|(_, meaning)| !meanings.contains(&meaning)) {
                continue;
            }
        }
        let over = before_it(event, &words).unwrap_or(above == (id.log, true));
        let at = known.position(which(event));
        match last.get_mut(at) {
            Some(before) => *before = (id, over).max(*before),
            None => last.push((id, over)),
        }
        alerts.push((at, id));
    }
    let (mut going_on, mut over) = (Vec::new(), Vec::new());
    for (at, id) in alerts {
        if last[at].1 { over.push(id) } else { going_on.push(id) }
    }
    (going_on, over)
}

/// For each line whether an alert stands below it, before the next title of its document.
fn alerts_below(facts: &Facts, lines: &[EventId]) -> Vec<bool> {
    let mut below = vec![false; lines.len()];
    for at in (1..lines.len()).rev() {
        let next = facts.event(lines[at]);
        let under = lines[at].log == lines[at - 1].log && next.word("title").is_none();
        below[at - 1] = under && (below[at] || !STATES.contains(&next.meaning));
    }
    below
}

/// Sorted by its keys, JSON has the state of an alert below what it says.
fn begins_with_an_alert(facts: &Facts, log: usize) -> bool {
    let first = facts.logs[log].events.iter().find(|event| is_of_alerts(event.meaning));
    first.is_some_and(|event| !STATES.contains(&event.meaning))
}

/// The alert of etcd's own that a title names.
pub fn name(state: &Event) -> Option<(&'static str, Meaning)> {
    let title = state.word("title")?;
    NAMES.into_iter().find(|(name, _)| search::has(title, name))
}

/// Whether it says that the alerts below it are over. A title is one of etcd's where it names it: the name of the alert,
/// or the job that is watched.
fn ends_alerts(state: &Event) -> bool {
    state.meaning == Meaning::AlertOver && state.word("title").is_none_or(|title| search::has(title, "tcd"))
}

/// Whether the word of a state that stands last before the message, in its line, says that it is over.
fn before_it(event: &Event, words: &[(&str, bool)]) -> Option<bool> {
    let (before, _) = search::split(&event.text, event.signature().key_text())?;
    let stands = words.iter().filter_map(|(word, over)| Some((search::rfind(before, word)?, *over)));
    stands.max().map(|(_, over)| over)
}

/// Which alert it is: its name and what stands behind it, where it is a title; else its text, and the words of its sentence but for what was measured.
fn which(event: &Event) -> i64 {
    if let Some((name, _)) = name(event) {
        let (_, behind) = search::split(&event.text, name).unwrap_or_default();
        return index::joined(index::key(name), index::key(behind));
    }
    let (before, after) = search::split(&event.text, event.signature().key_text()).unwrap_or(("", ""));
    let before = &before[search::rfind(before, "cluster").unwrap_or(before.len())..];
    // In JSON a quote ends it.
    let after = after.split('"').next().unwrap_or("");
    let is_measured = |word: &&str| word.trim_matches(|c| "()s.%".contains(c)).parse::<f64>().is_ok();
    let words = before.split(' ').chain(after.split(' ')).filter(|word| !is_measured(word));
    words.fold(i64::from(event.signature), |key, word| index::joined(key, index::key(word)))
}

#[cfg(test)]
mod tests {
    use super::is_of_alerts;
    use crate::ids::RuleId;
    use crate::log::messages::signature::signatures;
    use crate::report::Severity;
    use crate::rules::testing::{facts, find};

    #[test]
    fn each_alert_of_the_catalogue_is_known_by_its_name() {
        let of_alerts = |id: &str| id.starts_with("alert-");
        let missing = signatures().iter().find(|each| of_alerts(each.meaning.id()) != is_of_alerts(each.meaning));
        assert!(missing.is_none(), "{missing:?}");
    }

    /// The severity of the finding, and how many alerts it shows.
    fn told(id: RuleId, text: &str) -> (Severity, u64) {
        let finding = find(&facts(&[text]), id).unwrap_or_else(|| panic!("{id:?}: {text}"));
        (finding.severity, finding.count)
    }

    fn without_leader(instance: &str) -> String {
        format!("etcd cluster \"kube-etcd\": member {instance} has no leader.\n")
    }

    #[test]
    fn an_alert_that_is_over_is_past() {
        let alert = without_leader("192.0.2.7:2381");
        let status = |status: &str| {
            format!("\"status\":\"{status}\",\"annotations\":{{\"description\":\"{}\"}}", alert.trim_end().replace('"', "\\\""))
        };
        for over in [
            format!("[RESOLVED] etcdNoLeader (critical)\n{alert}"),
            format!("[FIRING:1] etcdNoLeader (critical)\n{alert}[RESOLVED] etcdNoLeader (critical)\n{alert}"),
            format!("[FIRING:1, RESOLVED:1] etcdNoLeader\n**Firing**\nValue: A=1\n**Resolved**\n{alert}"),
            format!("[1] Resolved\nLabels\nalertname = etcdNoLeader\nmessage = {alert}"),
            format!(":white_check_mark: RESOLVED: etcdNoLeader: {alert}"),
            format!("{{{}}}\n", status("resolved")),
            format!("{{\"status\":\"firing\",\"alerts\":[{{{}}}]}}\n", status("resolved")),
        ] {
            assert_eq!(told(RuleId::EtcdNoQuorum, &over).0, Severity::Info, "{over}");
        }
        for going_on in [
            alert.clone(),
            format!("[FIRING:1, RESOLVED:2] etcdNoLeader: {alert}"),
            format!("[RESOLVED] etcdMembersDown\netcd cluster \"kube-etcd\": members are down (1).\n[FIRING:1] etcdNoLeader\n{alert}"),
            format!("RESOLVED: the disk of web-3 is full\nand still: {alert}"),
            format!("[RESOLVED] DiskFull (web critical)\nand still: {alert}"),
            format!("{{\"status\":\"resolved\",\"alerts\":[{{{}}}]}}\n", status("firing")),
        ] {
            assert_eq!(told(RuleId::EtcdNoQuorum, &going_on).0, Severity::Critical, "{going_on}");
        }
    }

    #[test]
    fn a_title_alone_is_an_alert() {
        for (id, title) in [
            (RuleId::EtcdNoQuorum, "etcdNoLeader (kube-etcd critical)"),
            (RuleId::EtcdSlowDisk, "etcdHighFsyncDurations kube-etcd (kube-system)"),
            (RuleId::EtcdElectionChurn, "etcdHighNumberOfLeaderChanges"),
            (RuleId::EtcdRequestTimeout, "etcdHighNumberOfFailedProposals (kube-etcd warning)"),
        ] {
            let (fires, over) = (format!("[FIRING:1] {title}\n"), format!("[RESOLVED] {title}\n"));
            assert!(told(id, &fires).0 > Severity::Info, "{fires}");
            assert_eq!(told(id, &over), (Severity::Info, 1));
            assert_eq!(told(id, &format!("{fires}{over}")), (Severity::Info, 2));
        }
        let below = format!("[FIRING:1] etcdNoLeader\n{}", without_leader("192.0.2.7:2381"));
        assert_eq!(told(RuleId::EtcdNoQuorum, &below), (Severity::Critical, 1));
        assert!(find(&facts(&["[FIRING:1] KubeNodeNotReady (etcd-1)\n"]), RuleId::EtcdNoQuorum).is_none());
    }

    #[test]
    fn all_alerts_of_one_row_are_read() {
        let alert = |instance: u32, status: &str| {
            format!(
                r#"{{"status":"{status}","labels":{{"alertname":"etcdNoLeader"}},"annotations":{{"description":"{}","summary":"No leader."}},"startsAt":"2026-03-01T10:00:00Z"}}"#,
                without_leader(&format!("192.0.2.{instance}:2381")).trim_end().replace('"', "\\\"")
            )
        };
        let webhook = |second: &str| {
            format!(r#"{{"receiver":"team","status":"firing","alerts":[{},{}],"version":"4"}}"#, alert(7, "firing"), alert(8, second))
        };
        assert_eq!(told(RuleId::EtcdNoQuorum, &webhook("firing")), (Severity::Critical, 2));
        assert_eq!(told(RuleId::EtcdNoQuorum, &webhook("resolved")), (Severity::Critical, 1));
        // As `jq` prints it.
        let pretty = webhook("resolved").replace('{', "{\n").replace("},", "\n},\n").replace("\",\"", "\",\n\"");
        assert_eq!(told(RuleId::EtcdNoQuorum, &pretty), (Severity::Critical, 1));
        // With sorted keys, beside an alert of another kind.
        let sorted = |instance: u32, says: &str, status: &str| {
            format!(
                "{{\n\"annotations\": {{\n\"description\": \"etcd cluster \\\"e\\\": member 192.0.2.{instance}:2381 {says}.\"\n}},\n\"status\": \"{status}\"\n}},\n"
            )
        };
        let commits = "99th percentile commit durations 0.32s on etcd instance";
        let both = |first: &str, second: &str| {
            let alerts = sorted(6, commits, first) + &sorted(7, "has no leader", second);
            told(RuleId::EtcdNoQuorum, &format!("{{\n\"alerts\": [\n{alerts}],\n\"status\": \"firing\"\n}}\n"))
        };
        assert_eq!(both("resolved", "firing"), (Severity::Critical, 1));
        assert_eq!(both("firing", "resolved"), (Severity::Info, 1));
    }

    /// Each member has an alert of its own, and each cluster.
    #[test]
    fn an_alert_that_is_over_ends_no_other() {
        let (a, b) = (without_leader("192.0.2.7:2381"), without_leader("192.0.2.8:2381"));
        assert_eq!(told(RuleId::EtcdNoQuorum, &format!("[2] Firing\n{a}{b}[1] Resolved\n{a}")), (Severity::Critical, 1));
        assert_eq!(told(RuleId::EtcdNoQuorum, &format!("[2] Firing\n{a}{b}[2] Resolved\n{a}{b}")), (Severity::Info, 4));
        let down = |cluster: &str, count: u32| format!("etcd cluster \"{cluster}\": members are down ({count}).\n");
        let text = format!("[FIRING:1] etcd\n{}[RESOLVED] etcd\n{}", down("a", 1), down("b", 1));
        assert_eq!(told(RuleId::EtcdPeerNetwork, &text), (Severity::Warning, 1));
        // What was measured changes from time to time.
        let text = format!("[FIRING:1] etcd\n{}[RESOLVED] etcd\n{}", down("a", 2), down("a", 1));
        assert_eq!(told(RuleId::EtcdPeerNetwork, &text), (Severity::Info, 2));
        let syncs = |instance: u32, took: &str| {
            format!("etcd cluster \"a\": 99th percentile fsync durations are {took} on etcd instance 192.0.2.{instance}:2381.\n")
        };
        let text = format!("[2] Firing\n{}{}[1] Resolved\n{}", syncs(7, "3.2s"), syncs(8, "1.1s"), syncs(7, "2.5s"));
        let finding = find(&facts(&[&text]), RuleId::EtcdSlowDisk).expect("one goes on");
        assert!(finding.title.contains("1.1\u{a0}s") && finding.count == 1, "{}", finding.title);
    }
}
