//! The model answers: for fifteen inputs the verdict's class and the values that the method yields.
//! The inputs lie beside the repository; a clone without them has nothing to walk, and says so.

use std::fs;
use std::path::{Path, PathBuf};

use timing_advisor::report::{Report, Severity, Timing};
use timing_advisor::{Document, Input, analyze};

/// Input, severity, class, and the proposed values as they are written; an empty list leaves all.
type Answer = (&'static str, Severity, Timing, &'static [(&'static str, &'static str)]);

const RAISED_FOR_FLEET: &[(&str, &str)] = &[("fleet.etcd-request-timeout", "5\u{a0}s"), ("fleet.agent-ttl", "60s")];
const TO_2500: &[(&str, &str)] = &[("etcd.heartbeat-interval", "250\u{a0}ms"), ("etcd.election-timeout", "2500\u{a0}ms")];

const ANSWERS: [Answer; 15] = [
    ("logs/seed-fleet-cancelled", Severity::Warning, Timing::Partly, RAISED_FOR_FLEET),
    ("logs/seed-http-500", Severity::Warning, Timing::Undecided, &[]),
    ("logs/seed-fleet-lease", Severity::Warning, Timing::Undecided, &[]),
    ("logs/seed-fleet-registry", Severity::Critical, Timing::Partly, RAISED_FOR_FLEET),
    ("logs/etcd-6955-already-tuned-ansi", Severity::Warning, Timing::NotTheRemedy, &[]),
    ("logs/fleet-808-lost-own-leadership", Severity::Warning, Timing::Partly, RAISED_FOR_FLEET),
    (
        "logs/fleet-873-three-hosts",
        Severity::Critical,
        Timing::Partly,
        &[("fleet.etcd-request-timeout", "5\u{a0}s"), ("fleet.agent-ttl", "120s")],
    ),
    ("logs/zap-k3s-2853-seven-second-sync", Severity::Critical, Timing::NotTheRemedy, &[]),
    ("logs/etcd-8290-cluster-id", Severity::Critical, Timing::NotTheRemedy, &[]),
    ("logs/etcd-6038-planned-transfer", Severity::Ok, Timing::NoneNeeded, &[]),
    ("lab/pause1500-2.3.8-100-1000", Severity::Critical, Timing::Remedy, TO_2500),
    (
        "lab/fleet1.0.0-pause1500-etcdtuned",
        Severity::Warning,
        Timing::Remedy,
        &[("fleet.etcd-request-timeout", "3\u{a0}s"), ("fleet.agent-ttl", "60s")],
    ),
    ("lab/kill-2.3.8-600-6000", Severity::Critical, Timing::NotTheRemedy, &[]),
    ("lab/fsync1500-3.4.23-100-1000", Severity::Critical, Timing::Partly, TO_2500),
    ("cloud-config/article-", Severity::Warning, Timing::Undecided, &[]),
];

fn cases() -> Option<PathBuf> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases");
    cases.is_dir().then_some(cases)
}

fn document(path: &Path) -> Document {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Document { name: path.file_name().map(|name| name.to_string_lossy().into_owned()), text }
}

/// What a reader of the answer pasted: a log with its configuration, a run's logs with its cloud-config, or the article's two snippets.
fn documents(cases: &Path, name: &str) -> Vec<Document> {
    if name == "cloud-config/article-" {
        return ["etcd2.yaml", "fleet.yaml"].iter().map(|end| document(&cases.join(format!("{name}{end}")))).collect();
    }
    if name.starts_with("logs/") {
        let paths = [cases.join(format!("{name}.config.yaml")), cases.join(format!("{name}.log"))];
        return paths.iter().filter(|path| path.exists()).map(|path| document(path)).collect();
    }
    let truth: serde_json::Value =
        serde_json::from_str(&document(&cases.join(format!("{name}.json"))).text).expect("the truth of a run is JSON");
    let config = truth["cloud_config"].as_str().map(|text| Document { name: Some("cloud-config".into()), text: text.into() });
    let mut logs: Vec<PathBuf> = fs::read_dir(cases.join(name)).expect("a run is a folder").flatten().map(|entry| entry.path()).collect();
    logs.retain(|path| path.extension().is_some_and(|end| end == "log"));
    logs.sort();
    config.into_iter().chain(logs.iter().map(|path| document(path))).collect()
}

fn proposed(report: &Report) -> Vec<(&str, &str)> {
    report.recommendations.iter().map(|row| (row.parameter.as_str(), row.proposed_text.as_str())).collect()
}

#[test]
fn the_model_answers_hold() {
    let Some(cases) = cases() else {
        println!("../shared/cases is absent: the model answers have no inputs here");
        return;
    };
    let mut wrong = Vec::new();
    for (name, severity, timing, values) in ANSWERS {
        let report = analyze(&Input { documents: documents(&cases, name), ..Input::default() });
        let said = (report.verdict.severity, report.verdict.timing, proposed(&report));
        if said != (severity, timing, values.to_vec()) {
            wrong.push(format!("{name}: {said:?}\n    {}", report.verdict.headline));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
