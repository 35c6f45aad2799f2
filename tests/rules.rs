//! Every rule has a folder under `tests/rules/` with a bad case and a healthy one that looks alike. The rule
//! book shows them, so what it says of a rule is what the rule does.
//!
//! A case is one file, `bad.log` or `healthy.yaml`, or several that are read together: `bad-1.yaml`, `bad-2.log`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use timing_advisor::{Assumptions, Document, Input, Report, analyze, rules};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules")
}

/// The documents of one case, in the order of their names.
fn case(id: &str, kind: &str) -> Vec<Document> {
    let files = fs::read_dir(folder().join(id)).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = files.map(|file| file.path()).filter(|path| name(path).starts_with(kind)).collect();
    files.sort();
    let read = |path: &PathBuf| Document { name: Some(name(path)), text: fs::read_to_string(path).expect("a text") };
    files.iter().map(read).collect()
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn answer(documents: Vec<Document>) -> Report {
    analyze(&Input { documents, assumptions: Assumptions::default() })
}

#[test]
fn every_rule_speaks_of_its_bad_case_and_is_silent_on_its_healthy_one() {
    let mut wrong = Vec::new();
    for id in rules::all().map(|rule| rule.id.word()) {
        let found = |documents| answer(documents).findings.iter().any(|finding| finding.id == id);
        for (kind, wanted) in [("bad", true), ("healthy", false)] {
            let documents = case(id, kind);
            if documents.is_empty() {
                wrong.push(format!("tests/rules/{id} has no {kind} case"));
            } else if found(documents) != wanted {
                wrong.push(format!("{id} is {} on its {kind} case", if wanted { "silent" } else { "not silent" }));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_folder_is_a_rule() {
    let ids: BTreeSet<String> = rules::all().map(|rule| rule.id.word().to_owned()).collect();
    let folders = fs::read_dir(folder()).expect("tests/rules").flatten().map(|entry| name(&entry.path()));
    let strangers: Vec<String> = folders.filter(|name| !ids.contains(name)).collect();
    assert!(strangers.is_empty(), "no rule has the id {}", strangers.join(", "));
}
