//! The model answers: for fifteen inputs the verdict's class, the findings and the values that the method yields,
//! and every sum in the text done again.
//! The inputs lie beside the repository; a clone without them has nothing to walk, and says so.

use std::fs;
use std::path::{Path, PathBuf};

use timing_advisor::report::{Basis, Recommendation, Report, Severity, Side, Timing};
use timing_advisor::units::{MS, Micros, S, about, human};
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

use Severity::{Critical, Info, Warning};

/// The findings of each answer, in order and with their severity.
///
/// Where they differ from the written answer: a header that is missing is said of a pasted piece too; members whose
/// connections end with the log are a remark; one engine that moved once is no churn, a lease that was lost
/// repeatedly a remark; the limits of Kubernetes' own client are no lines of etcd.
const FINDINGS: [(&str, &[(&str, Severity)]); 15] = [
    ("logs/seed-fleet-cancelled", &[("fleet-etcd-request-cancelled", Warning)]),
    ("logs/seed-http-500", &[("client-http-500", Warning)]),
    ("logs/seed-fleet-lease", &[("fleet-engine-lease-lost", Warning), ("fleet-engine-lease-stolen", Warning)]),
    (
        "logs/seed-fleet-registry",
        &[
            ("fleet-units-restarted", Critical),
            ("fleet-engine-version-unknown", Warning),
            ("fleet-etcd-request-cancelled", Warning),
            ("fleet-registry-timeout", Warning),
            ("fleet-unit-missing-in-registry", Warning),
        ],
    ),
    (
        "logs/etcd-6955-already-tuned-ansi",
        &[
            ("config-header-missing", Warning),
            ("etcd-heartbeat-late", Warning),
            ("config-election-costs-fleet-requests", Info),
            ("config-section-without-start", Info),
            ("etcd-overloaded", Info),
        ],
    ),
    ("logs/fleet-808-lost-own-leadership", &[("fleet-engine-lease-lost", Warning), ("fleet-etcd-request-cancelled", Warning)]),
    (
        "logs/fleet-873-three-hosts",
        &[
            ("fleet-agent-heartbeat-lost", Critical),
            ("fleet-units-restarted", Critical),
            ("fleet-engine-lease-lost", Warning),
            ("fleet-etcd-request-cancelled", Warning),
            ("fleet-registry-timeout", Warning),
            ("etcd-heartbeat-late", Warning),
        ],
    ),
    ("logs/zap-k3s-2853-seven-second-sync", &[("etcd-slow-disk", Critical), ("etcd-slow-apply", Warning)]),
    ("logs/etcd-8290-cluster-id", &[("etcd-cluster-id-mismatch", Critical)]),
    ("logs/etcd-6038-planned-transfer", &[]),
    (
        "lab/pause1500-2.3.8-100-1000",
        &[
            ("etcd-election-churn", Critical),
            ("etcd-leader-lost", Critical),
            ("etcd-heartbeat-late", Warning),
            ("etcd-request-timeout", Warning),
            ("etcd-overloaded", Info),
            ("etcd-peer-network", Info),
        ],
    ),
    (
        "lab/fleet1.0.0-pause1500-etcdtuned",
        &[
            ("etcd-heartbeat-late", Warning),
            ("fleet-engine-lease-lost", Warning),
            ("fleet-engine-version-unknown", Warning),
            ("fleet-registry-timeout", Warning),
            ("etcd-overloaded", Info),
            ("etcd-peer-network", Info),
            ("fleet-leadership-churn", Info),
        ],
    ),
    (
        "lab/kill-2.3.8-600-6000",
        &[
            ("etcd-leader-restarted", Critical),
            ("etcd-leader-lost", Warning),
            ("etcd-request-timeout", Warning),
            ("etcd-peer-network", Info),
        ],
    ),
    (
        "lab/fsync1500-3.4.23-100-1000",
        &[
            ("etcd-election-churn", Critical),
            ("etcd-leader-lost", Critical),
            ("etcd-slow-disk", Critical),
            ("etcd-heartbeat-late", Warning),
            ("etcd-request-timeout", Warning),
            ("etcd-overloaded", Info),
            ("etcd-peer-network", Info),
        ],
    ),
    (
        "cloud-config/article-",
        &[("config-header-missing", Warning), ("config-election-costs-fleet-requests", Info), ("config-section-without-start", Info)],
    ),
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
    report.recommendations.iter().map(|row| (row.parameter, row.proposed_text.as_str())).collect()
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

fn report(cases: &Path, name: &str) -> Report {
    analyze(&Input { documents: documents(cases, name), ..Input::default() })
}

#[test]
fn each_answer_has_its_findings_and_no_other() {
    let Some(cases) = cases() else { return };
    let mut wrong = Vec::new();
    for (name, findings) in FINDINGS {
        let report = report(&cases, name);
        let said: Vec<(&str, Severity)> = report.findings.iter().map(|finding| (finding.id, finding.severity)).collect();
        let missing: Vec<_> = findings.iter().filter(|finding| !said.contains(finding)).collect();
        let more: Vec<_> = said.iter().filter(|finding| !findings.contains(finding)).collect();
        if !missing.is_empty() || !more.is_empty() {
            wrong.push(format!("{name}: missing {missing:?}, more {more:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// `1595 ms`, `2.06 s`, `60s`, `1.25`: the number in microseconds, or a bare factor, and by how much its last digit may be off.
fn number(text: &str) -> Option<(f64, f64)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let digits = text[..end].trim_end_matches('.');
    let value: f64 = digits.parse().ok()?;
    let places = digits.split_once('.').map_or(0, |(_, after)| after.len() as i32);
    let unit = match text[end..].trim_matches(|c: char| c == '\u{a0}' || c == '.' || c == ',' || c == ';' || c == ':') {
        "ms" => MS as f64,
        "s" => S as f64,
        "" => 1.0,
        _ => return None,
    };
    // A bare number is a factor, written in full.
    Some((value * unit, if unit > 1.0 { 0.5 * unit * 10_f64.powi(-places) } else { 0.0 }))
}

/// Every `a × b + c × d = e` of a text, done again. Returns how many there were.
fn sums(text: &str) -> usize {
    let words: Vec<&str> = text.split(' ').collect();
    let mut done = 0;
    for equals in (0..words.len()).filter(|at| words[*at] == "=") {
        let mut from = equals - 1;
        while from >= 2 && matches!(words[from - 1], "×" | "+" | "/") {
            from -= 2;
        }
        let (mut sum, mut slack, mut at) = (0.0, 0.0, from);
        while at < equals {
            let (mut term, mut off) = number(words[at]).unwrap_or_else(|| panic!("{text}: {}", words[at]));
            while at + 1 < equals && words[at + 1] != "+" {
                let (factor, _) = number(words[at + 2]).unwrap_or_else(|| panic!("{text}: {}", words[at + 2]));
                let by_time = number(words[at + 2]).is_some_and(|(_, off)| off > 0.0);
                let other = number(words[at + 2]).map_or(0.0, |(_, off)| off);
                off = if words[at + 1] == "×" { off * factor + other * term } else { off / factor };
                term = if words[at + 1] == "×" { term * factor } else { term / factor };
                assert!(words[at + 1] == "×" || !by_time, "{text}: a time in a divisor");
                at += 2;
            }
            sum += term;
            slack += off;
            at += 2;
        }
        let (said, off) = number(words[equals + 1]).unwrap_or_else(|| panic!("{text}: {}", words[equals + 1]));
        assert!((sum - said).abs() <= slack + off + 1.0, "{text}: {sum} is said to be {said}");
        done += 1;
    }
    done
}

#[test]
fn every_sum_in_the_text_is_right() {
    assert_eq!(sums("Margin: 1.25 × 1595\u{a0}ms + 2 × 250\u{a0}ms = 2494\u{a0}ms. Then 120s / 12 = 10\u{a0}s."), 2);
    let Some(cases) = cases() else { return };
    let mut done = 0;
    for (name, ..) in ANSWERS {
        let report = report(&cases, name);
        for row in report.recommendations.iter().chain(&report.kept) {
            let bounds = row.because.iter().map(|bound| &bound.text);
            done += bounds.chain(&row.neighbours).chain([&row.cost]).map(|text| sums(text)).sum::<usize>();
        }
    }
    assert!(done >= 30, "{done}");
}

/// A proposed value in microseconds, or the one that stays; nothing of fleet where only etcd is seen.
fn value(report: &Report, parameter: &str) -> Micros {
    let number = |row: &Recommendation| row.proposed.or(row.current.value).expect("a value");
    let row = report.recommendations.iter().chain(&report.kept).find(|row| row.parameter == parameter).map_or(0.0, number);
    (row * if parameter.starts_with("etcd.") { MS as f64 } else { S as f64 }) as Micros
}

/// Each proposed value follows from its bounds: it meets them, and the rung below does not.
#[test]
fn each_value_follows_from_what_bound_it() {
    let Some(cases) = cases() else { return };
    for (name, ..) in ANSWERS {
        let report = report(&cases, name);
        let [beat, wait, limit, ttl, interval] = [
            "etcd.heartbeat-interval",
            "etcd.election-timeout",
            "fleet.etcd-request-timeout",
            "fleet.agent-ttl",
            "fleet.engine-reconcile-interval",
        ]
        .map(|parameter| value(&report, parameter));
        let stall =
            report.measures.iter().find(|measure| measure.id == "etcd.leader-stall-ms").map(|measure| (measure.high * MS as f64) as Micros);
        for row in &report.recommendations {
            for bound in row.because.iter().filter(|bound| bound.value.is_some()) {
                let (set, at) = (row.proposed.expect("a proposal"), bound.value.expect("filtered"));
                // The margin of the election-timeout is a judgement and bears 2 %.
                let slack = if row.parameter == "etcd.election-timeout" && bound.basis == Basis::Judgement { 1.02 } else { 1.0 };
                match bound.side {
                    Side::AtLeast => assert!(set * slack >= at, "{name}: {} {set} against {}", row.parameter, bound.text),
                    _ => assert!(set <= at, "{name}: {} {set} against {}", row.parameter, bound.text),
                }
            }
            let model = report.model.as_ref();
            match row.parameter {
                "etcd.heartbeat-interval" => {
                    assert_eq!(beat * 10, wait, "{name}");
                    let unseen = format!("below {} leaves no late-heartbeat line, one below {} ", human(beat), human(2 * beat));
                    assert!(row.cost.contains(&unseen), "{name}: {}", row.cost);
                    assert!(!row.cost.contains("heartbeats a second"), "{name}: fewer messages are no cost");
                }
                "etcd.election-timeout" => {
                    let stall = stall.expect("a stall asked for it");
                    let below = wait - 500 * MS;
                    assert!(stall * 5 / 4 + below / 5 > below * 102 / 100, "{name}: {below} would have done");
                    let model = model.expect("etcd is there");
                    for point in [&model.now, &model.proposed] {
                        let p50 = about((point.as_ref().expect("both").failover_p50 * MS as f64).round() as Micros);
                        assert!(row.cost.contains(&p50), "{name}: {p50} in {}", row.cost);
                    }
                    assert!(row.cost.contains(&human(5 * S + 2 * wait)), "{name}: {}", row.cost);
                }
                "fleet.etcd-request-timeout" => {
                    assert!(row.cost.contains(&human(2 * limit)), "{name}: a beat of two requests in {}", row.cost);
                    if let Some(stall) = stall.filter(|_| report.replay.as_ref().is_some_and(|replay| replay.fleet_tied > 0)) {
                        assert!(limit * 4 >= stall * 5 && (limit - S) * 4 < stall * 5, "{name}: {limit} for {stall}");
                    }
                }
                "fleet.agent-ttl" => {
                    assert!(ttl >= 12 * limit && ttl > 8 * limit, "{name}");
                    assert!(row.cost.contains(&human(ttl + interval)), "{name}: {}", row.cost);
                }
                other => panic!("{name}: no answer changes {other}"),
            }
        }
    }
}
