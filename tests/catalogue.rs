//! The catalogue held against the lists of messages that were read from the sources of etcd and fleet,
//! where these lists lie beside the repository. What the catalogue leaves out stands here, with the reason.

use std::path::Path;

use serde_json::Value as Json;
use timing_advisor::log::scan::Scanner;

/// Messages of the lists that have no entry of their own: id, format, why.
const LEFT_OUT: &[(&str, &str, &str)] = &[
    ("fleetd-fatal-err", "%v", "has no words of its own; the error it prints is recognised where it has"),
    ("fleetctl-create", "failed creating unit %s: %v", "printed within another message"),
    ("fleetctl-wait", "timed out waiting for unit %s to report state %s", "fleetctl waits for systemd here, not for etcd"),
    ("fleetctl-init", "Unable to initialize client: %v", "an address that cannot be read"),
];

/// Messages that are told under another id: texts of two places that cannot be told apart, or mean one thing.
const TOLD_AS: &[(&str, &str)] = &[
    ("agent-fetch-units-failed", "engine-fetch-units-failed"),
    ("agent-fetch-schedule-failed", "engine-fetch-schedule-failed"),
    ("fleetctl-create", "fleetctl-command-failed"),
    ("fleetctl-start", "fleetctl-command-failed"),
    ("fleetctl-wait", "fleetctl-command-failed"),
    ("v2-response-error", "req-timeout-leader-fail"),
];

/// What may stand for a `%v` or `%s`: a length of time, a text, a name, a number, one of etcd's own prefixes.
const FILLS: [&str; 5] = ["1.237022208s", "a text", "name", "41", "read-only range "];

/// All lines that a printf format may print.
fn lines(format: &str) -> Vec<String> {
    let Some((before, rest)) = format.split_once('%') else { return vec![format.to_owned()] };
    let verb = rest.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(0);
    let fills: &[&str] = match &rest[verb..=verb] {
        "d" => &["41"],
        "x" => &["8e9e05c52164691d"],
        "q" => &["\"text\""],
        "f" => &["2.5"],
        _ => &FILLS,
    };
    // Few verbs make few lines; of more verbs one filling after the other is enough.
    let ends = lines(&rest[verb + 1..]);
    let fill = |end: &String| fills.iter().map(|fill| format!("{before}{fill}{end}")).collect::<Vec<_>>();
    ends.iter().take(300).flat_map(fill).collect()
}

/// A zap record with the fields that the source gives it.
fn zap(message: &str, fields: &Json) -> String {
    let mut record = serde_json::json!({"level": "info", "ts": "2021-06-05T02:20:39.344Z", "caller": "x/y.go:1", "msg": message});
    for field in fields.as_array().into_iter().flatten().filter_map(Json::as_str) {
        let (name, kind) = field.split_once(':').unwrap_or((field, ""));
        record[name] = match kind {
            "Duration" => "2.5s".into(),
            "Int" | "Uint64" | "Int64" | "Uint" | "Uint32" => 100.into(),
            "Bool" => true.into(),
            "Strings" => serde_json::json!(["x"]),
            _ => "text".into(),
        };
    }
    record.to_string()
}

fn meaning(line: &str) -> Option<&'static str> {
    let mut scanner = Scanner::new(0);
    scanner.push(line.as_bytes());
    scanner.finish().events.first().map(|event| event.meaning.id())
}

fn told_as(id: &str) -> &str {
    TOLD_AS.iter().find(|(known, _)| *known == id).map_or(id, |(_, other)| other)
}

#[test]
fn every_format_of_the_sources_is_recognised_or_left_out_for_a_reason() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/knowledge");
    let mut wrong = Vec::new();
    let mut formats = 0;
    for (file, key) in [("etcd-messages.json", "text"), ("fleet-messages.json", "format")] {
        let Ok(text) = std::fs::read_to_string(folder.join(file)) else {
            eprintln!("{file} is not beside the repository; the catalogue is not held against it");
            continue;
        };
        let list: Json = serde_json::from_str(&text).expect("a list of messages");
        for message in list["messages"].as_array().expect("messages") {
            let id = message["id"].as_str().expect("id").replace(['.', '_'], "-");
            for format in message["formats"].as_array().expect("formats") {
                formats += 1;
                let template = format[key].as_str().expect("a format");
                let line = |text: String| if format["family"] == "zap" { zap(&text, &format["zap_fields"]) } else { text };
                let meanings: Vec<_> = lines(template).into_iter().map(|text| meaning(&line(text))).collect();
                let found = meanings.iter().any(|meaning| meaning.is_some_and(|meaning| meaning == id || meaning == told_as(&id)));
                let left_out = LEFT_OUT.iter().any(|(known, text, _)| *known == id && *text == template);
                if found == left_out {
                    wrong.push(format!("{id}: {template:?} is told as {:?}", meanings.iter().flatten().next()));
                }
            }
        }
    }
    eprintln!("{formats} formats, {} left out", LEFT_OUT.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
