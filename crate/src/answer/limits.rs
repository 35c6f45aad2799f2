//! What limits the answer: what was not given, not read, or cannot be told.

use super::edge;
use crate::config::Source;
use crate::facts::clusters::Place;
use crate::facts::time_line::zone_words;
use crate::facts::{Facts, Generation, OF_NO_KIND, Unknown, twice, versions};
use crate::gather::Gather;
use crate::log::event::{Event, Meaning};
use crate::plan;
use crate::rules::common::{listed, plural};
use crate::units::S;
use crate::verdict::shows_only_a_state;

/// A sentence for each.
pub fn limits(facts: &Facts, sources: &[edge::Source]) -> Vec<String> {
    let mut limits = of_no_kind(facts, sources);
    for configuration in &facts.configurations {
        limits.extend(configuration.limits.iter().cloned());
        let pasted = facts.has_source(Source::Environment);
        if let Some(path) = configuration.cluster.absent_file.as_ref().filter(|_| !pasted) {
            limits.push(format!(
                "The unit reads {path}, which is not here. What it sets beats Environment=, so the values in force are not certain; paste it as well."
            ));
        }
    }
    limits.extend(of_others(facts, sources));
    for log in &facts.logs {
        limits.extend(log.limits.iter().cloned());
        limits.extend(zone_words(log));
    }
    limits.extend(of_other_clusters(facts, sources));
    limits.extend(twice::words(facts));
    limits.extend(versions::several(facts, |document| &sources[document].name));
    let tells_a_rate = !(facts.stalls.is_empty() && facts.changes.is_empty());
    if let Some(span) = facts.log_span().filter(|span| tells_a_rate && *span < 3600 * S) {
        limits.push(format!("The logs cover {}: how often it happens in a day they do not show.", plan::covered(span)));
    } else if facts.judged_logs().next().is_some() && facts.log_span().is_none() && !facts.without_log() && !shows_only_a_state(facts) {
        limits.push(String::from("The log lines carry no time, so nothing can be said about how often."));
    }
    if facts.searched() {
        limits.push(String::from(
            "The logs hold only some of the lines that etcd prints around an election, as a search leaves them. A restart or a stall may be among the others.",
        ));
    }
    // Where its version is known, `silence` tells.
    let unknown = facts.etcd.is_none() && facts.any_event(|event| event.is_etcd_server());
    let is_late = |event: &Event| event.meaning == Meaning::HeartbeatLate;
    if unknown && facts.generation == Generation::V2 && !facts.any_event(is_late) {
        limits.push(String::from("This may be etcd before 2.3, which prints no late-heartbeat line, so their absence says nothing."));
    }
    limits
}

/// Each of a few documents is named with what it lacks. A folder or an archive may hold thousands.
const A_FEW: usize = 5;

/// Texts that are no log and no configuration.
fn of_no_kind(facts: &Facts, sources: &[edge::Source]) -> Vec<String> {
    let (mut plain, others): (Vec<&Unknown>, Vec<&Unknown>) = facts.unknown.iter().partition(|each| each.why.ends_with(OF_NO_KIND));
    let names: Vec<&str> = plain.iter().map(|each| sources[each.document].name.as_str()).gather();
    let all = of_many(&names, "are neither a log nor a configuration of etcd or fleet");
    if all.is_some() {
        plain.clear();
    }
    others.iter().chain(&plain).map(|each| each.why.clone()).chain(all).gather()
}

/// Logs in which nothing is known.
fn of_others(facts: &Facts, sources: &[edge::Source]) -> Vec<String> {
    let logs = facts.logs.iter().filter(|log| log.recognised == 0);
    let names: Vec<&str> = logs.map(|log| sources[log.document].name.as_str()).gather();
    let each = |name: &&str| format!("{name} is a log, but no line of it is known to tell of etcd's or fleet's timing.");
    match of_many(&names, "are logs of which no line is known to tell of etcd's or fleet's timing") {
        Some(all) => vec![all],
        None => names.iter().map(each).gather(),
    }
}

/// One sentence for all, where they are more than a few.
fn of_many(names: &[&str], told: &str) -> Option<String> {
    let listed = listed(names).filter(|_| names.len() > A_FEW)?;
    Some(format!("{} {told}: {listed}.", plural(names.len() as u64, "document", "documents")))
}

fn of_other_clusters(facts: &Facts, sources: &[edge::Source]) -> Option<String> {
    let name = |(log, host): &Place| match host {
        Some(host) => facts.logs[*log].hosts[usize::from(*host)].as_str(),
        None => sources[facts.logs[*log].document].name.as_str(),
    };
    let names = listed(&facts.other_clusters.iter().map(name).gather())?;
    Some(format!(
        "The logs are of more than one etcd cluster. This answer is about the one with most trouble; those of {names} are of another and left out. For an answer about it give them by themselves."
    ))
}

#[cfg(test)]
mod tests {
    use crate::{Document, Input, analyze};

    fn report(text: &str) -> crate::Report {
        analyze(&Input { documents: vec![Document { name: None, text: text.to_owned() }], ..Input::default() })
    }

    /// A folder holds thousands of them; what is to be done about a single one is told of each.
    #[test]
    fn many_documents_that_tell_nothing_are_told_in_a_sentence() {
        let late = "2016-04-20 10:00:03.000000 W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 1.5s)\n";
        let limits = |others: usize| {
            let document = |name: String, text: &str| Document { name: Some(name), text: text.to_owned() };
            let mut documents = vec![document(String::from("etcd.log"), late), document(String::from("empty.log"), "\n  \n")];
            documents.extend((0..others).map(|at| document(format!("pod-{at}.yaml"), "kind: Pod\nname: a\n")));
            documents.extend((0..others).map(|at| document(format!("web-{at}.log"), "2016-04-20 10:00:03.000000 GET /index.html 200\n")));
            analyze(&Input { documents, ..Input::default() }).limits
        };
        let told = |limits: &[String], what: &str| limits.iter().filter(|limit| limit.contains(what)).count();
        for (others, sentences) in [(3, 3), (300, 1)] {
            let limits = limits(others);
            assert_eq!(told(&limits, "neither a log"), sentences, "{limits:?}");
            assert_eq!(told(&limits, "known to tell"), sentences, "{limits:?}");
            assert_eq!(told(&limits, "empty.log is empty"), 1);
        }
        assert!(limits(300).iter().any(|limit| limit.starts_with("300\u{a0}documents") && limit.contains("and 297 more")));
    }

    /// Neither is its time one in which etcd was watched, nor is it passed over in silence.
    #[test]
    fn a_log_of_other_programs_is_named_and_gives_no_time() {
        let late =
            "2016-04-20 10:00:01.000000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 712.5ms)\n";
        let other = "2016-03-01T10:00:00Z web-1 nginx[12]: GET /index.html 200\n2016-05-01T10:00:00Z web-1 nginx[12]: stop\n";
        let document = |text: &str, name: &str| Document { name: Some(name.to_owned()), text: text.to_owned() };
        let documents = vec![document(late, "etcd.log"), document(other, "web.log")];
        let report = analyze(&Input { documents, ..Input::default() });
        assert!(report.limits.iter().any(|limit| limit.starts_with("web.log is a log, but no line of it")), "{:?}", report.limits);
        let timeline = report.timeline.expect("one line has a time");
        assert_eq!(timeline.start, timeline.end);
        let told = |text: &str| self::report(text).limits.iter().any(|limit| limit.contains("carry no time"));
        assert!(!told(other));
    }

    /// Nobody expects a time in them.
    #[test]
    fn metrics_and_states_are_no_lines_without_a_time() {
        let told = |text: &str| report(text).limits.iter().any(|limit| limit.contains("carry no time"));
        assert!(told("etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 712.5ms)\n"));
        assert!(!told("etcd_server_leader_changes_seen_total 42\n"));
        assert!(!told("http://192.0.2.7:2379, 8e9e05c52164694d, 3.0.15, 11 GB, true, 2868, 59480228\n"));
    }

    #[test]
    fn late_lines_that_are_cut_are_none_that_are_missing() {
        let doubts = |text: &str| {
            let line = format!("Mar 02 10:00:01 core-1 etcd2[812]: {text}\n");
            report(&line).limits.iter().any(|limit| limit.contains("their absence"))
        };
        assert!(doubts("the clock difference against peer 8e9e05c5…"));
        assert!(!doubts("failed to send out heartbeat on ti…"));
    }

    #[test]
    fn a_rate_is_doubted_only_where_one_is_told() {
        let doubts =
            |line: &str| report(&format!("2016-04-20 10:00:01.000000 {line}\n")).limits.iter().any(|limit| limit.contains("in a day"));
        assert!(doubts("W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 712.5ms)"));
        assert!(!doubts("I | etcdmain: etcd Version: 2.3.8"));
    }
}
