//! Compiles the catalogue, `crate/signatures/*.yaml`, into constant tables.
//!
//! A mistake in an entry stops the build with the file, the meaning and what was expected.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use serde::Deserialize;

/// Files of the catalogue, with the program that prints their messages.
const FILES: [(&str, &str); 4] = [("etcd", "Etcd"), ("fleet", "Fleet"), ("clients", "Client"), ("systemd", "System")];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    meaning: String,
    about: String,
    texts: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    text: String,
    versions: String,
    #[serde(default)]
    fields: std::collections::BTreeMap<String, String>,
    #[serde(default, rename = "source")]
    _source: String,
    samples: Vec<String>,
}

fn main() {
    println!("cargo::rerun-if-changed=crate/signatures");
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let mut meanings: Vec<(String, String)> = Vec::new();
    let mut table = String::new();
    let mut samples = String::new();
    for (file, program) in FILES {
        let path = Path::new(&root).join("crate/signatures").join(format!("{file}.yaml"));
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let entries: Vec<Entry> = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for entry in entries {
            for text in &entry.texts {
                signature(&mut table, &mut samples, &entry.meaning, program, text)
                    .unwrap_or_else(|why| panic!("{file}.yaml, {}: {why}", entry.meaning));
            }
            if !meanings.iter().any(|(meaning, _)| *meaning == entry.meaning) {
                meanings.push((entry.meaning, entry.about));
            }
        }
    }
    let places = places(&root, &meanings);
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("catalogue.rs");
    fs::write(out, format!("{}\n/// All declared messages.\npub static SIGNATURES: &[Signature] = &[\n{table}];\n/// Lines as they may stand in a log, per message; only tests need them.\n#[cfg(test)]\npub static SAMPLES: &[&[&str]] = &[\n{samples}];\n{places}", meaning_enum(&meanings))).expect("OUT_DIR is writable");
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Places {
    meaning: String,
    places: std::collections::BTreeMap<String, String>,
}

/// Where each message of fleetd stands in the source, per release.
fn places(root: &str, meanings: &[(String, String)]) -> String {
    let path = Path::new(root).join("crate/signatures/fleet_places.yaml");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let entries: Vec<Places> = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut table = String::new();
    let mut releases = BTreeSet::new();
    for entry in entries.iter().filter(|entry| meanings.iter().any(|(meaning, _)| *meaning == entry.meaning)) {
        for (place, ranges) in &entry.places {
            let spans: Vec<String> = ranges.split(", ").map(|range| span(range, &mut releases)).collect();
            let _ = writeln!(table, "    (Meaning::{}, {place:?}, &[{}]),", camel(&entry.meaning), spans.join(", "));
        }
    }
    let releases: Vec<String> = releases.into_iter().map(|(a, b, c)| format!("({a}, {b}, {c})")).collect();
    format!(
        "/// A place in fleet's source: meaning, `file.go:line`, first and last releases that print it there.\npub type SourcePlace = (Meaning, &'static str, &'static [((u16, u16, u16), (u16, u16, u16))]);\n/// Where each message of fleetd stands in the source.\npub static PLACES: &[SourcePlace] = &[\n{table}];\n/// The releases of fleet at which a place begins or ends.\npub static FLEET_RELEASES: &[(u16, u16, u16)] = &[{}];\n",
        releases.join(", ")
    )
}

/// `0.9.0 - 0.9.2` or `1.0.0`, as code.
fn span(range: &str, releases: &mut BTreeSet<(u16, u16, u16)>) -> String {
    let (first, last) = range.split_once(" - ").unwrap_or((range, range));
    for end in [first, last] {
        let numbers: Vec<u16> = end.split('.').map(|part| part.parse().unwrap_or_else(|_| panic!("`{end}` is no version"))).collect();
        releases.insert((numbers[0], numbers[1], numbers[2]));
    }
    format!("({}, {})", version(first).unwrap_or_default(), version(last).unwrap_or_default())
}

fn meaning_enum(meanings: &[(String, String)]) -> String {
    let mut variants = String::new();
    let mut ids = String::new();
    for (id, about) in meanings {
        let name = camel(id);
        let about = if about.is_empty() { id } else { about };
        let _ = writeln!(variants, "    /// `{id}`: {about}.\n    {name},");
        let _ = writeln!(ids, "            Meaning::{name} => {id:?},");
    }
    format!(
        "/// What a message means. One variant per `meaning` of the catalogue.\n#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum Meaning {{\n{variants}}}\n\nimpl Meaning {{\n    /// The id in the catalogue.\n    pub fn id(self) -> &'static str {{\n        match self {{\n{ids}        }}\n    }}\n}}\n"
    )
}

fn camel(id: &str) -> String {
    id.split('-').map(|part| part[..1].to_uppercase() + &part[1..]).collect()
}

fn signature(table: &mut String, samples: &mut String, meaning: &str, program: &str, text: &Text) -> Result<(), String> {
    let pieces = pieces(&text.text)?;
    let key = (0..pieces.len())
        .filter(|at| pieces[*at].is_literal())
        .max_by_key(|at| pieces[*at].weight())
        .ok_or("a text needs a literal part")?;
    let mut holes = BTreeSet::new();
    for hole in pieces.iter().filter_map(Piece::hole) {
        if !holes.insert(hole.to_owned()) {
            return Err(format!("the hole `{hole}` stands twice in `{}`", text.text));
        }
    }
    let pieces: Vec<String> = pieces.iter().map(Piece::code).collect();
    let fields: Result<Vec<String>, String> = text
        .fields
        .iter()
        .map(|(hole, field)| {
            let (name, kind) = field.rsplit_once(':').ok_or_else(|| format!("the field `{field}` needs a kind"))?;
            Ok(format!("({hole:?}, {name:?}, {})", kind_code(kind)?))
        })
        .collect();
    let (first, last) = text.versions.split_once(" - ").ok_or_else(|| format!("`{}` is no range of versions", text.versions))?;
    let quoted: Vec<String> = text.samples.iter().map(|sample| format!("{sample:?}")).collect();
    let _ = writeln!(
        table,
        "    Signature {{ meaning: Meaning::{}, program: Program::{program}, pieces: &[{}], key: {key}, fields: &[{}], versions: ({}, {}), }},",
        camel(meaning),
        pieces.join(", "),
        fields?.join(", "),
        version(first)?,
        version(last)?,
    );
    let _ = writeln!(samples, "    &[{}],", quoted.join(", "));
    Ok(())
}

fn version(text: &str) -> Result<String, String> {
    let numbers: Result<Vec<u16>, _> = text.split('.').map(str::parse).collect();
    match numbers.as_deref() {
        Ok([major, minor, patch]) => Ok(format!("({major}, {minor}, {patch})")),
        _ => Err(format!("`{text}` is no version like 2.3.8")),
    }
}

enum Piece {
    Literal(String),
    Hole(String, &'static str),
}

impl Piece {
    fn is_literal(&self) -> bool {
        matches!(self, Piece::Literal(_))
    }

    fn weight(&self) -> usize {
        match self {
            Piece::Literal(text) => text.len(),
            Piece::Hole(..) => 0,
        }
    }

    fn hole(&self) -> Option<&str> {
        match self {
            Piece::Hole(name, _) => Some(name),
            Piece::Literal(_) => None,
        }
    }

    fn code(&self) -> String {
        match self {
            Piece::Literal(text) => format!("Piece::Literal({text:?})"),
            Piece::Hole(name, kind) => format!("Piece::Hole({name:?}, {kind})"),
        }
    }
}

/// Cuts `... for {excess:duration}, to {to:id}` into parts.
fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = hole_start(rest) {
        if open > 0 {
            pieces.push(Piece::Literal(rest[..open].to_owned()));
        }
        let close = rest[open..].find('}').ok_or_else(|| format!("`{text}`: a hole is not closed"))? + open;
        let (name, kind) = rest[open + 1..close].split_once(':').ok_or_else(|| format!("`{text}`: a hole needs a name and a kind"))?;
        pieces.push(Piece::Hole(name.to_owned(), kind_code(kind)?));
        rest = &rest[close + 1..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest.to_owned()));
    }
    Ok(pieces)
}

/// A brace begins a hole when a name follows it directly; others belong to the message.
fn hole_start(text: &str) -> Option<usize> {
    text.match_indices('{').map(|(at, _)| at).find(|at| text[at + 1..].starts_with(|c: char| c.is_ascii_lowercase()))
}

fn kind_code(kind: &str) -> Result<&'static str, String> {
    Ok(match kind {
        "duration" => "Kind::Duration",
        "ms" => "Kind::Milliseconds",
        "number" => "Kind::Number",
        "id" => "Kind::Id",
        "word" => "Kind::Word",
        "text" => "Kind::Text",
        _ => return Err(format!("`{kind}` is none of duration, ms, number, id, word, text")),
    })
}
