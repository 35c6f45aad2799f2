//! What was done to real clusters, against what is said of their logs. `runs/README.md` tells how they were made.

use std::fs;
use std::path::Path;

use timing_advisor::report::{Report, Severity, Timing};
use timing_advisor::{Assumptions, Document, Input, analyze};

/// The answer to all logs of a run.
fn read(run: &str) -> Report {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/runs").join(run);
    let mut paths: Vec<_> = fs::read_dir(folder).expect("a run").map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    let document = |path: &Path| Document {
        name: path.file_name().map(|name| name.to_string_lossy().into_owned()),
        text: fs::read_to_string(path).expect("a log"),
    };
    analyze(&Input { documents: paths.iter().map(|path| document(path)).collect(), assumptions: Assumptions::default() })
}

/// How often a leader lost its place needlessly, and how often a stall explains it.
fn needless(report: &Report) -> (u64, u64) {
    report.replay.as_ref().map_or((0, 0), |replay| (replay.needless_changes, replay.explained))
}

/// The proposed election-timeout, in milliseconds.
fn timeout(report: &Report) -> f64 {
    let row = report.recommendations.iter().find(|row| row.parameter == "etcd.election-timeout");
    row.and_then(|row| row.proposed).unwrap_or(0.0)
}

/// What is more than a remark.
fn warned(report: &Report) -> Vec<&str> {
    report.findings.iter().filter(|finding| finding.severity > Severity::Info).map(|finding| finding.id).collect()
}

/// A leader was stopped, its disk was frozen, or nothing it sent arrived, each time for longer than the others wait.
#[test]
fn leaders_that_lost_their_place_needlessly_are_counted_and_outlasted() {
    for (run, times, longest) in [
        ("etcd-2.2.5-disk-frozen", 5, 2870.0),
        ("etcd-3.2.26-stopped", 7, 1740.0),
        ("etcd-3.5.30-nothing-sent", 4, 3000.0),
        ("fleet-0.11.5-disk-frozen", 4, 4280.0),
    ] {
        let report = read(run);
        assert_eq!(needless(&report), (times, times), "{run}: {}", report.verdict.headline);
        assert!(timeout(&report) > longest && timeout(&report) < 3.0 * longest, "{run}: {}", timeout(&report));
        assert!(!report.limits.iter().any(|limit| limit.contains("cluster")), "{run}: one cluster");
    }
    // All three were stopped in turn, the leader five times, and lost its place three times.
    let report = read("etcd-3.3.25-members-stopped");
    assert_eq!((needless(&report), report.verdict.timing), ((3, 3), Timing::Remedy));
    assert!(timeout(&report) > 2160.0, "{}", timeout(&report));
}

#[test]
fn what_was_meant_is_no_trouble() {
    for run in ["etcd-3.4.23-to-3.5.1", "fleet-0.11.5-restarted"] {
        let report = read(run);
        assert_eq!((report.verdict.timing, warned(&report)), (Timing::NoneNeeded, vec![]), "{run}: {}", report.verdict.headline);
    }
}

/// One machine stood still for 40 s, longer than its agent-ttl of 30 s: fleet stopped its two units.
#[test]
fn a_machine_that_came_back_had_been_silent_for_too_long() {
    let report = read("fleet-0.11.5-machine-stopped");
    assert_eq!((report.verdict.timing, report.recommendations.len()), (Timing::Undecided, 0), "{}", report.verdict.headline);
    let stopped = report.findings.iter().find(|finding| finding.id == "fleet-units-restarted").expect("its units were stopped");
    assert!(stopped.title.starts_with("fleet stopped 2\u{a0}units"), "{}", stopped.title);
}

/// Six in ten packets from and to a follower were lost.
#[test]
fn a_bad_link_is_no_clock_and_no_timer() {
    let report = read("etcd-3.5.30-packets-lost");
    assert_eq!((report.verdict.timing, report.recommendations.len()), (Timing::NotTheRemedy, 0), "{}", report.verdict.headline);
    assert!(warned(&report).contains(&"etcd-peer-network") && !warned(&report).contains(&"etcd-clock-skew"), "{:?}", warned(&report));
}
