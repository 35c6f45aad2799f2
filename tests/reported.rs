//! Cases that readers reported with the page's "This answer is wrong", one file each in `tests/cases/reported/`.
//! What they said the answer should have been is what it has to be.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use timing_advisor::{Input, analyze, rules};

fn words(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|each| each.as_str().map(str::to_owned)).collect()
}

/// The texts stand line by line in the file.
fn input(case: &Value) -> Input {
    let documents = case["documents"].as_array().expect("documents").iter();
    let documents: Vec<Value> = documents.map(|each| json!({ "name": each["name"], "text": words(&each["lines"]).join("\n") })).collect();
    let assumptions = if case["assumptions"].is_null() { json!({}) } else { case["assumptions"].clone() };
    serde_json::from_value(json!({ "documents": documents, "assumptions": assumptions })).expect("an input")
}

/// What is wrong with the answer to one case; empty where nothing is.
fn wrong(case: &Value) -> Vec<String> {
    let report = serde_json::to_value(analyze(&input(case))).expect("a report is JSON");
    let found: Vec<&str> = report["findings"].as_array().expect("findings").iter().filter_map(|each| each["id"].as_str()).collect();
    let mut out = Vec::new();
    for (field, wanted) in [("findingsExpected", true), ("notExpected", false)] {
        for id in words(&case[field]) {
            if !rules::all().any(|rule| rule.id.word() == id) {
                out.push(format!("{field}: no rule has the id {id}"));
            } else if found.contains(&id.as_str()) != wanted {
                out.push(format!("{id} is {}", if wanted { "missing" } else { "there" }));
            }
        }
    }
    let timing = &report["verdict"]["timing"];
    if case["timing"] != Value::Null && case["timing"] != *timing {
        out.push(format!("timing is {timing}, should be {}", case["timing"]));
    }
    out
}

#[test]
fn every_reported_case_has_the_answer_its_reader_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/reported");
    let mut walked = 0;
    let mut failed = Vec::new();
    for file in fs::read_dir(&folder).expect("tests/cases/reported").flatten() {
        let text = fs::read_to_string(file.path()).expect("a text");
        let case: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.path().display()));
        walked += 1;
        failed.extend(wrong(&case).into_iter().map(|each| format!("{}: {each}", file.file_name().to_string_lossy())));
    }
    assert!(walked > 0, "no case was walked");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn a_case_that_is_answered_otherwise_fails() {
    let case = json!({
        "findingsExpected": ["etcd-slow-disk", "no-such-rule"],
        "notExpected": ["etcd-heartbeat-late"],
        "timing": "none-needed",
        "documents": [{ "name": "a.log", "lines": [
            "Mar 02 11:40:12 blue-1 etcd2[801]: failed to send out heartbeat on time (deadline exceeded for 1.612345678s)",
            ""
        ] }]
    });
    assert_eq!(wrong(&case).len(), 4);
}
