//! What each document was taken for, and how much of it was read.

use super::edge::Source;
use crate::config::Configuration;
use crate::facts::{Facts, versions};
use crate::gather::Gather;
use crate::log::event::{LogReading, Order};
use crate::report::{DocumentReport, Software, document_id};

/// Every document that was not taken out again, in the order given.
pub fn documents(sources: &[Source], facts: &Facts) -> Vec<DocumentReport> {
    sources.iter().enumerate().filter(|(_, source)| !source.removed).map(|(at, source)| document(at, source, facts)).gather()
}

fn document(at: usize, source: &Source, facts: &Facts) -> DocumentReport {
    let blank = DocumentReport {
        id: document_id(at),
        name: source.name.clone(),
        kind: "unknown",
        format: String::from("not recognised"),
        order: None,
        software: Vec::new(),
        hosts: Vec::new(),
        lines: source.lines,
        recognised: 0,
        foreign: 0,
        unread: source.lines,
        first: None,
        last: None,
    };
    let configuration = facts.configurations.iter().find(|configuration| configuration.document == at);
    if let Some((number, log)) = facts.logs.iter().enumerate().find(|(_, log)| log.document == at) {
        // What continues another document's log is of the same processes.
        let whole = facts.logs.iter().find(|whole| Some(whole.document) == log.joined).unwrap_or(log);
        let mut document = DocumentReport { software: versions::software(whole), ..log_document(blank, log) };
        if facts.other_clusters.iter().any(|(other, _)| *other == number) {
            document.format.push_str(if log.events.is_empty() { ", of another cluster, left out" } else { ", in part of another cluster" });
        }
        if let Some(configuration) = configuration {
            document.format = format!("{}, and {}", document.format, configuration.format);
            if let Some(stated) = stated(configuration, facts) {
                document.software.retain(|software| software.name != stated.name);
                document.software.insert(0, stated);
            }
            // As a log, indented lines count as nothing.
            let beside = lines_beside(facts, at).min(document.lines.saturating_sub(document.recognised + document.foreign));
            document.recognised += beside;
            document.unread = document.unread.saturating_sub(beside);
        }
        return document;
    }
    if let Some(configuration) = configuration {
        return configuration_document(blank, configuration, facts);
    }
    // Of a text that was not kept the lines are known; what is binary has a text, and no lines.
    if source.text.trim().is_empty() && (source.lines == 0 || !source.text.is_empty()) {
        return DocumentReport { kind: "empty", format: String::from("empty"), ..blank };
    }
    blank
}

/// How many lines of configurations stand beside the log of a document.
fn lines_beside(facts: &Facts, at: usize) -> u64 {
    let parts = facts.configurations.iter().filter(|configuration| configuration.document == at).filter_map(|part| part.part.as_ref());
    parts.map(|part| part.lines().filter(|line| !line.trim().is_empty()).count() as u64).sum()
}

/// The etcd that a configuration names. The logs may be those of another; then what is configured is not what ran.
fn stated(configuration: &Configuration, facts: &Facts) -> Option<Software> {
    let stated = versions::stated(configuration.cluster.etcd_version.as_deref()).filter(|stated| facts.etcd == Some(*stated));
    stated.map(|range| Software { name: "etcd", versions: versions::words(range) })
}

fn log_document(blank: DocumentReport, log: &LogReading) -> DocumentReport {
    let order = match log.order {
        Order::Unknown => "unknown",
        Order::OldestFirst => "oldest-first",
        Order::NewestFirst => "newest-first",
    };
    DocumentReport {
        kind: "log",
        format: log.format.clone(),
        order: Some(order),
        hosts: log.hosts.clone(),
        lines: log.lines,
        recognised: log.recognised,
        foreign: log.foreign,
        unread: log.unread,
        first: log.first.as_ref().map(|(_, stamp)| stamp.to_string()),
        last: log.last.as_ref().map(|(_, stamp)| stamp.to_string()),
        ..blank
    }
}

fn configuration_document(blank: DocumentReport, configuration: &Configuration, facts: &Facts) -> DocumentReport {
    let read_by_line = if configuration.tolerant { ", read line by line" } else { "" };
    let format = format!("{}{read_by_line}", configuration.format);
    let software = stated(configuration, facts).into_iter().gather();
    DocumentReport { kind: "configuration", format, software, recognised: blank.lines, unread: 0, ..blank }
}

#[cfg(test)]
mod tests {
    use crate::{Document, Input, analyze};

    fn report(texts: &[&str]) -> crate::Report {
        let documents = texts.iter().map(|text| Document { name: None, text: (*text).to_owned() }).collect();
        analyze(&Input { documents, ..Input::default() })
    }

    /// What stands on top of the page is the version of the image, where the log allows it.
    #[test]
    fn a_configuration_tells_its_etcd_where_the_log_is_of_that_one() {
        let pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [etcd]\n    image: registry.k8s.io/etcd:3.5.12-0\n";
        let log = |caller: &str| {
            format!(
                "{{\"level\":\"warn\",\"ts\":\"2026-11-27T03:14:21.231Z\",\"caller\":\"{caller}\",\"msg\":\"leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk\",\"to\":\"6e3bd23ae5f1eae0\",\"heartbeat-interval\":\"100ms\",\"expected-duration\":\"200ms\",\"exceeded-duration\":\"1.42s\"}}\n"
            )
        };
        let of = |log: &str| report(&[pod, log]).documents[0].software.iter().map(|software| software.versions.clone()).collect::<Vec<_>>();
        assert_eq!(of(&log("etcdserver/raft.go:416")), ["3.5.12"]);
        assert_eq!(of("2016-04-20 10:00:01.5 I | etcdmain: etcd Version: 2.3.8\n"), [""; 0]);
        // In one text with it, its lines are read as well.
        let whole = format!("{pod}  volumes:\n  - name: data\n");
        let both = &report(&[&(log("etcdserver/raft.go:416") + &whole)]).documents[0];
        assert_eq!((both.lines, both.recognised, both.unread), (9, 9, 0));
        assert_eq!(both.software[0].versions, "3.5.12");
    }
}
