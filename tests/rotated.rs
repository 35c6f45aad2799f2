//! A log that is given in two documents, as rotation leaves it or as `kubectl logs --previous` gives the part before a
//! restart, tells the same as in one; and so do documents in another order.

use std::fs;
use std::path::Path;

use timing_advisor::{Assumptions, Document, Input, Report, Session, analyze};

/// What an answer comes to: the class of its verdict, its findings and its values.
fn gist(documents: &[String]) -> String {
    let document = |text: &String| Document { name: None, text: text.clone() };
    let report = analyze(&Input { documents: documents.iter().map(document).collect(), ..Input::default() });
    gist_of(&report)
}

fn gist_of(report: &Report) -> String {
    let values: Vec<_> = report.recommendations.iter().map(|row| (row.parameter, row.proposed_text.as_str())).collect();
    let mut findings: Vec<_> = report.findings.iter().map(|finding| (finding.id, format!("{:?}", finding.severity))).collect();
    findings.sort();
    format!("{:?} {:?} {values:?} {findings:?}", report.verdict.severity, report.verdict.timing)
}

/// A log up to a line, and from it on.
fn cut(text: &str, at: usize) -> [String; 2] {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    [lines[..at].concat(), lines[at..].concat()]
}

/// For each log and each of its lines the documents with that log cut there.
fn cuts(logs: &[String]) -> impl Iterator<Item = Vec<String>> {
    let each = (0..logs.len()).flat_map(move |log| (1..logs[log].lines().count()).map(move |at| (log, at)));
    each.map(move |(log, at)| [&logs[..log], &cut(&logs[log], at), &logs[log + 1..]].concat())
}

const A: &str = "91d25258d70ad868";
const B: &str = "2a0965170762fd09";

/// Lines of etcd 2.3 at these times of one day.
fn etcd(lines: &[(&str, &str)]) -> String {
    lines.iter().map(|(time, text)| format!("2016-04-20 {time} {}\n", text.replace('A', A).replace('B', B))).collect()
}

fn follower() -> String {
    etcd(&[
        ("09:00:00.000000", "I | raft: raft.node: B elected leader A at term 4"),
        ("10:00:01.000000", "I | raft: B is starting a new election at term 4"),
        ("10:00:01.000100", "I | raft: B became candidate at term 5"),
        ("10:00:01.000200", "I | raft: raft.node: B lost leader A at term 5"),
        ("10:00:01.002000", "I | raft: B became leader at term 5"),
        ("10:00:01.002100", "I | raft: raft.node: B elected leader B at term 5"),
    ])
}

/// The leader's process ends, and starts anew.
fn restarts() -> Vec<String> {
    let leader = etcd(&[
        ("08:00:00.000000", "I | raft: A became follower at term 3"),
        ("08:00:01.000000", "I | etcdmain: etcd Version: 2.3.8"),
        ("09:00:00.000000", "I | raft: A became leader at term 4"),
        ("09:00:00.000100", "I | raft: raft.node: A elected leader A at term 4"),
        ("10:00:03.000000", "I | etcdmain: etcd Version: 2.3.8"),
        ("10:00:03.500000", "I | raft: A became follower at term 4"),
        ("10:00:04.100000", "I | raft: raft.node: A elected leader B at term 5"),
    ]);
    vec![follower(), leader]
}

/// The leader stalls and loses its place.
fn stalls() -> Vec<String> {
    let leader = etcd(&[
        ("09:00:00.000000", "I | raft: A became leader at term 4"),
        ("09:00:00.000100", "I | raft: raft.node: A elected leader A at term 4"),
        ("10:00:01.500000", "W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 1.4s)"),
        ("10:00:01.500100", "W | etcdserver: server is likely overloaded"),
        ("10:00:01.501000", "I | raft: A [term: 4] received a MsgAppResp message with higher term from B [term: 5]"),
        ("10:00:01.501100", "I | raft: A became follower at term 5"),
        ("10:00:01.501200", "I | raft: raft.node: A lost leader A at term 5"),
        ("10:00:01.600000", "I | raft: raft.node: A elected leader B at term 5"),
    ]);
    vec![follower(), leader]
}

/// One leader is late again and again, and keeps its place; its later lines name nobody.
fn keeps_its_place() -> Vec<String> {
    let late = "W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 1.4s)";
    vec![etcd(&[
        ("08:00:05.000000", "I | raft: A became leader at term 4"),
        ("08:00:05.000100", "I | raft: raft.node: A elected leader A at term 4"),
        ("09:01:00.000000", late),
        ("09:05:00.000000", late),
        ("10:01:00.000000", late),
        ("10:05:00.000000", late),
    ])]
}

/// Nobody is named at all.
fn names_nobody() -> Vec<String> {
    let late = "W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 1.4s)";
    vec![etcd(&[("09:01:00.000000", late), ("09:05:00.000000", late), ("10:01:00.000000", late)])]
}

/// The same stall as a collector has it, two machines in one log.
fn journal() -> Vec<String> {
    let lines = [
        ("09:00:00", "core-01", "raft: A became leader at term 4"),
        ("09:00:00", "core-02", "raft: raft.node: B elected leader A at term 4"),
        ("10:00:01", "core-02", "raft: B is starting a new election at term 4"),
        ("10:00:01", "core-02", "raft: raft.node: B lost leader A at term 5"),
        ("10:00:01", "core-02", "raft: B became leader at term 5"),
        ("10:00:02", "core-01", "etcdserver: failed to send out heartbeat on time (deadline exceeded for 1.4s)"),
        ("10:00:02", "core-01", "raft: A became follower at term 5"),
    ];
    let line =
        |(time, host, text): (&str, &str, &str)| format!("Apr 20 {time} {host} etcd2[815]: {}\n", text.replace('A', A).replace('B', B));
    vec![lines.map(line).concat()]
}

#[test]
fn a_log_cut_in_two_tells_the_same() {
    let mut wrong = Vec::new();
    for logs in [restarts(), stalls(), keeps_its_place(), names_nobody(), journal()] {
        let whole = gist(&logs);
        for mut documents in cuts(&logs) {
            let cut = gist(&documents);
            documents.reverse();
            for other in [cut, gist(&documents)].into_iter().filter(|other| *other != whole) {
                wrong.push(format!("{whole}\n  -> {other}\n{}", documents.join("--\n")));
            }
        }
    }
    assert!(wrong.is_empty(), "{} times:\n{}", wrong.len(), wrong[0]);
}

/// What happens twice happens to two members only where two are seen.
#[test]
fn members_of_which_each_has_a_log_stay_two() {
    let late = |time| etcd(&[(time, "W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 1.4s)")]);
    let named = |who: &str, time| etcd(&[("08:00:00.000000", &format!("I | raft: {who} became follower at term 4"))]) + &late(time);
    let in_turn = |logs: &[String]| {
        let documents = logs.iter().map(|text| Document { name: None, text: text.clone() }).collect();
        let report = analyze(&Input { documents, ..Input::default() });
        report.findings.iter().any(|finding| finding.what.contains("2 members stalled in turn"))
    };
    assert!(in_turn(&[named("A", "09:00:00.000000"), named("B", "10:00:00.000000")]));
    assert!(in_turn(&[late("09:00:00.000000") + &late("11:00:00.000000"), late("10:00:00.000000")]));
    assert!(!in_turn(&[late("09:00:00.000000"), late("10:00:00.000000")]));
}

/// Each line is shown in its own document, and a document that is read anew takes its lines along.
#[test]
fn lines_stay_in_their_documents() {
    let logs = [follower(), cut(&stalls()[1], 4).concat()];
    let [first, second] = cut(&logs[1], 2);
    let mut session = Session::new(Assumptions::default());
    for text in [&logs[0], &second, &first] {
        let id = session.open(None);
        session.push(id, text.as_bytes());
    }
    let late = |report: &Report| {
        let found = report.findings.iter().find(|finding| finding.id == "etcd-heartbeat-late");
        found.map(|found| found.evidence.iter().map(|line| (line.document.clone(), line.line)).collect::<Vec<_>>())
    };
    let report = session.report();
    assert_eq!(late(&report), Some(vec![("d2".to_owned(), 1)]));
    assert_eq!(gist_of(&report), gist(&logs));
    session.reopen(1, None);
    session.push(1, late_again().as_bytes());
    assert_eq!(late(&session.report()), Some(vec![("d2".to_owned(), 2)]));
    session.reopen(2, None);
    session.push(2, b"# nothing\n");
    assert_eq!(late(&session.report()), Some(vec![("d2".to_owned(), 2)]));
}

fn late_again() -> String {
    etcd(&[
        ("09:30:00.000000", "I | raft: A became follower at term 4"),
        ("09:30:01.000000", "W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 1.4s)"),
    ])
}

/// The runs of the lab lie beside the repository; a clone without them has nothing to walk.
#[test]
fn the_runs_of_the_lab_tell_the_same_cut_in_two_and_in_any_order() {
    let Ok(runs) = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases/lab")) else { return };
    let mut wrong = Vec::new();
    for run in runs.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()) {
        let mut paths: Vec<_> = fs::read_dir(&run).expect("a folder").flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|end| end == "log"));
        paths.sort();
        let mut logs: Vec<String> = paths.iter().map(|path| fs::read_to_string(path).expect("a text")).collect();
        let whole = gist(&logs);
        let mut halves: Vec<String> = logs.iter().flat_map(|text| cut(text, text.lines().count() / 2)).collect();
        let in_order = gist(&halves);
        halves.reverse();
        logs.reverse();
        for (how, other) in [("cut", in_order), ("cut and reversed", gist(&halves)), ("reversed", gist(&logs))] {
            if other != whole {
                wrong.push(format!("{} {how}\n    {whole}\n -> {other}", run.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
