//! Every text of `tests/rules`, and of the field cases where they lie beside the repository, spoilt in
//! every way a paste can be: cut at any byte, fed in pieces, with other line ends, upside down, with
//! rubbish between. No answer may be a panic, and where the text says the same the answer is the same.
//!
//! A cut at every byte takes minutes: that is `./build.sh test --full`, else every sixty-first is tried.
//! Of a long text its beginning and its end are cut at every byte.

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use timing_advisor::session::Session;

fn read_in(bytes: &[u8], step: usize) -> Value {
    let mut session = Session::new(serde_json::from_value(json!({})).expect("assumptions"));
    let document = session.open(None);
    bytes.chunks(step.max(1)).for_each(|piece| session.push(document, piece));
    serde_json::to_value(session.finish()).expect("a report is JSON")
}

fn read(bytes: &[u8]) -> Value {
    read_in(bytes, usize::MAX)
}

/// What an answer says, without the places it points at.
fn says(report: &Value) -> Value {
    let each = |list: &str, fields: [&str; 3]| -> Vec<Value> {
        let items = report[list].as_array().expect("a list").iter();
        items.map(|item| Value::from(fields.map(|field| item[field].clone()).to_vec())).collect()
    };
    json!([
        report["verdict"]["timing"],
        each("findings", ["id", "severity", "count"]),
        each("recommendations", ["parameter", "proposed", "confidence"])
    ])
}

fn texts() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for rule in fs::read_dir(root.join("tests/rules")).expect("tests/rules").flatten() {
        found.extend(fs::read_dir(rule.path()).into_iter().flatten().flatten());
    }
    let field = root.join("../shared/cases/logs");
    match fs::read_dir(&field) {
        Ok(files) => found.extend(files.flatten()),
        Err(_) => eprintln!("no field cases at {}: not walked", field.display()),
    }
    let mut texts: Vec<_> = found
        .iter()
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|end| end == "log" || end == "yaml"))
        .map(|path| (path.display().to_string(), fs::read(&path).expect("a file")))
        .collect();
    texts.sort();
    texts
}

/// Names of the texts for which `holds` is false, or panics.
fn failing(holds: impl Fn(&[u8]) -> bool + std::panic::RefUnwindSafe) -> Vec<String> {
    let texts = texts();
    assert!(texts.len() > 100, "only {} texts were found", texts.len());
    let fails = |text: &[u8]| !catch_unwind(|| holds(text)).unwrap_or(false);
    texts.into_iter().filter(|(_, text)| fails(text)).map(|(name, _)| name).collect()
}

fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.strip_suffix(b"\n").unwrap_or(text).split(|byte| *byte == b'\n').collect()
}

const CLOSELY: usize = 4 << 10;

#[test]
fn no_cut_does_harm() {
    let step = if std::env::var_os("TIMING_ADVISOR_FULL").is_some() { 1 } else { 61 };
    let failed = failing(|text| {
        let closely = |end: &usize| *end < CLOSELY || *end + CLOSELY > text.len();
        for end in (0..text.len()).filter(|end| end % 61 == 0 || step == 1 && closely(end)) {
            read(&text[..end]);
        }
        true
    });
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn pieces_of_any_size_give_the_same_report() {
    let failed = failing(|text| {
        let whole = read(text);
        [1, 64 << 10].iter().all(|step| read_in(text, *step) == whole)
    });
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn line_ends_of_windows_change_nothing() {
    let failed = failing(|text| {
        let windows = lines(text).join(&b"\r\n"[..]);
        text.contains(&b'\r') || says(&read(&windows)) == says(&read(text))
    });
    assert!(failed.is_empty(), "{failed:?}");
}

/// A log upside down is put right where its stamps tell that it is.
#[test]
fn upside_down() {
    let order = |report: &Value| report["documents"][0]["order"].clone();
    let put_right = AtomicUsize::new(0);
    let failed = failing(|text| {
        let mut turned = lines(text);
        turned.reverse();
        let (right, turned) = (read(text), read(&turned.join(&b'\n')));
        let known = order(&right) == "oldest-first" && order(&turned) == "newest-first";
        put_right.fetch_add(usize::from(known), Ordering::Relaxed);
        !known || says(&right) == says(&turned)
    });
    assert!(failed.is_empty(), "{failed:?}");
    let put_right = put_right.into_inner();
    assert!(put_right > 20, "only {put_right} texts were put right");
}

/// Bytes of all kinds between the lines: as many messages are read as before.
#[test]
fn rubbish_between_the_lines() {
    let rubbish: Vec<u8> = (0..=255).filter(|byte| *byte != b'\n').collect();
    let recognised = |report: &Value| report["documents"][0]["recognised"].as_u64();
    let failed = failing(|text| {
        let spoilt = lines(text).join(&[b"\n", &rubbish[..], b"\n"].concat()[..]);
        recognised(&read(&spoilt)) >= recognised(&read(text))
    });
    assert!(failed.is_empty(), "{failed:?}");
}
