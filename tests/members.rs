//! Values that several members, several files or several starts state: which of them act, and what follows.

use timing_advisor::report::{Report, Severity};
use timing_advisor::{Assumptions, Document, Input, analyze};

fn read(texts: &[&str]) -> Report {
    let documents = texts.iter().map(|text| Document { name: None, text: (*text).to_owned() }).collect();
    analyze(&Input { documents, assumptions: Assumptions::default() })
}

fn proposed(report: &Report) -> Vec<(&str, &str)> {
    report.recommendations.iter().map(|row| (row.parameter, row.proposed_text.as_str())).collect()
}

fn severity(report: &Report, id: &str) -> Option<Severity> {
    report.findings.iter().find(|finding| finding.id == id).map(|finding| finding.severity)
}

/// The start of a member that runs with this pair and follows a leader.
fn starts(host: &str, minute: u32, heartbeat: u32, election: u32) -> String {
    let line = |text: &str| format!("Jun 02 08:{minute:02}:00 {host} etcd[9]: {text}\n");
    line("etcd Version: 3.3.25")
        + &line(&format!("heartbeat = {heartbeat}ms"))
        + &line(&format!("election = {election}ms"))
        + &line("raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4")
}

fn refused(host: &str, minute: u32, words: &str) -> String {
    format!("Jun 02 08:{minute:02}:00 {host} etcd[9]: etcd Version: 3.3.25\nJun 02 08:{minute:02}:00 {host} etcd[9]: {words}\n")
}

const TOO_LONG: &str = "--election-timeout[60000ms] is too long, and should be set less than 50000ms";
const TOO_SHORT: &str = "--election-timeout[1000ms] should be at least as 5 times as --heartbeat-interval[400ms]";

#[test]
fn what_etcd_refused_is_proposed_to_nobody() {
    let running = starts("a", 0, 100, 1000) + &starts("b", 1, 100, 1000);
    let of_one = read(&[&(running.clone() + &refused("c", 2, TOO_LONG))]);
    assert_eq!(proposed(&of_one), [("etcd.election-timeout", "1000\u{a0}ms")]);
    assert_eq!(severity(&of_one, "etcd-bad-config"), Some(Severity::Critical));
    let longer = starts("a", 0, 250, 2500) + &starts("b", 1, 250, 2500);
    let shorter = read(&[&(longer + &refused("c", 2, TOO_SHORT))]);
    assert_eq!(proposed(&shorter), [("etcd.heartbeat-interval", "250\u{a0}ms"), ("etcd.election-timeout", "2500\u{a0}ms")]);
    // Where nobody runs, the refused pair is what is to be mended.
    let alone = read(&[&refused("c", 2, TOO_SHORT)]);
    assert_eq!(proposed(&alone), [("etcd.heartbeat-interval", "100\u{a0}ms")]);
    // No number is too large to be read.
    let huge = TOO_SHORT.replace("400", "9223372036854775807");
    assert_eq!(proposed(&read(&[&refused("c", 2, &huge)])), [("etcd.heartbeat-interval", "100\u{a0}ms")]);
}

#[test]
fn a_start_that_was_refused_and_mended_is_a_remark() {
    let mended = read(&[&(refused("c", 0, TOO_SHORT) + &starts("c", 5, 100, 1000))]);
    assert_eq!((severity(&mended, "etcd-bad-config"), mended.verdict.severity), (Some(Severity::Info), Severity::Ok));
    let of_another = read(&[&(refused("c", 0, TOO_SHORT) + &starts("a", 5, 100, 1000))]);
    assert_eq!(severity(&of_another, "etcd-bad-config"), Some(Severity::Critical));
}

/// Half of a roll-out from 100 and 1000 to 250 and 2500.
#[test]
fn a_pair_is_that_of_one_member() {
    for [first, second] in [["a", "b"], ["b", "a"]] {
        let pairs = |host: &str| if host == "a" { (100, 1000) } else { (250, 2500) };
        let [one, two] = [first, second].map(pairs);
        let report = read(&[&(starts(first, 0, one.0, one.1) + &starts(second, 1, two.0, two.1))]);
        assert_eq!(severity(&report, "etcd-bad-config"), None, "{first} first");
        assert_eq!(proposed(&report), [("etcd.heartbeat-interval", "250\u{a0}ms"), ("etcd.election-timeout", "2500\u{a0}ms")]);
    }
}

#[test]
fn of_the_files_of_members_the_order_does_not_count() {
    let file =
        |heartbeat: u32| format!("ETCD_NAME=m{heartbeat}\nETCD_HEARTBEAT_INTERVAL={heartbeat}\nETCD_ELECTION_TIMEOUT={}\n", 10 * heartbeat);
    let in_force = |files: [u32; 2]| {
        let [one, two] = files.map(file);
        let report = read(&[&one, &two]);
        report.model.and_then(|model| model.now).map(|now| (now.heartbeat, now.election))
    };
    assert_eq!(in_force([100, 500]), Some((100.0, 1000.0)));
    assert_eq!(in_force([500, 100]), Some((100.0, 1000.0)));
}

#[test]
fn a_refused_pair_is_replaced_in_one_step() {
    let report = read(&["ETCD_HEARTBEAT_INTERVAL=6000\nETCD_ELECTION_TIMEOUT=60000\n"]);
    let steps: String = report.rollout.iter().map(|step| step.text.as_str()).collect();
    assert!(steps.contains("etcd does not start with what is written now") && !steps.contains("still at"), "{steps}");
}

/// A stall of 40 s, beside which fleet gives up again and again.
#[test]
fn no_limit_is_raised_that_saves_no_request() {
    let raft = |second: &str, text: &str| format!("2016-04-20 10:00:{second} I | raft: {text}\n");
    let follower = raft("00.000000", "raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4")
        + &raft("01.000000", "2a0965170762fd09 is starting a new election at term 4")
        + &raft("01.000200", "raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5")
        + &raft("01.002000", "2a0965170762fd09 became leader at term 5")
        + &raft("01.002100", "raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5");
    let leader = raft("00.000000", "91d25258d70ad868 became leader at term 4")
        + &raft("40.600000", "91d25258d70ad868 [term: 4] received a MsgAppResp message with higher term from 2a0965170762fd09 [term: 5]")
        + &raft("40.600100", "raft.node: 91d25258d70ad868 lost leader 91d25258d70ad868 at term 5")
        + &raft("40.700000", "raft.node: 91d25258d70ad868 elected leader 2a0965170762fd09 at term 5");
    let gave_up = |second: u32| {
        format!(
            "2016-04-20T10:00:{second:02}+0000 core-01 fleetd[9]: INFO client.go:292: Failed getting response from http://localhost:4001/: cancelled\n"
        )
    };
    let fleet: String = (1..10).map(|nth| gave_up(4 * nth)).collect();
    assert_eq!(proposed(&read(&[&follower, &leader, &fleet])), [] as [(&str, &str); 0]);
}
