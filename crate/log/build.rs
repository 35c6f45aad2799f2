//! Compiles the catalogue, `crate/signatures/*.yaml`, into constant tables.
//!
//! A mistake in an entry stops the build with the file, the meaning and what was expected.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use serde::Deserialize;

/// Files of the catalogue, with the program that prints their messages.
const FILES: &[(&str, &str)] = &[
    ("etcd", "Etcd"),
    ("metrics", "Etcd"),
    ("fleet", "Fleet"),
    ("clients", "Client"),
    ("systemd", "System"),
    ("tools", "Tool"),
    ("alerts", "Tool"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    meaning: String,
    /// What it tells, where the meaning's name does not.
    #[serde(default)]
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
    println!("cargo::rerun-if-changed=signatures");
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let mut meanings: Vec<(String, String)> = Vec::new();
    let mut catalogue = Catalogue::default();
    let mut keys = Vec::new();
    for &(file, program) in FILES {
        let path = Path::new(&root).join("signatures").join(format!("{file}.yaml"));
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let entries: Vec<Entry> = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for entry in entries {
            for text in &entry.texts {
                let key = catalogue
                    .signature(&entry.meaning, program, text)
                    .unwrap_or_else(|why| panic!("{file}.yaml, {}: {why}", entry.meaning));
                keys.push(key);
            }
            if !meanings.iter().any(|(meaning, _)| *meaning == entry.meaning) {
                meanings.push((entry.meaning, entry.about));
            }
        }
    }
    let code = [catalogue.code(&marks(&keys)), meaning_enum(&meanings), places(&root, &meanings)].join("\n");
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("catalogue.rs");
    fs::write(out, code).expect("OUT_DIR is writable");
}

type Version = (u16, u16, u16);

/// A list of versions, as Rust.
fn list(versions: &[Version]) -> String {
    let each: Vec<String> = versions.iter().map(|version| format!("version{version:?}")).collect();
    format!("[{}]", each.join(", "))
}

/// The tables. Texts stand in one string, since a pointer and a length for each piece of text would
/// take more room in the engine than the texts themselves.
#[derive(Default)]
struct Catalogue {
    texts: String,
    heads: Vec<String>,
    versions: Vec<Version>,
    samples: String,
}

impl Catalogue {
    /// Adds a message and gives its key: its longest literal part.
    fn signature(&mut self, meaning: &str, program: &str, text: &Text) -> Result<String, String> {
        let pieces = pieces(&text.text)?;
        let key = pieces.iter().filter_map(Piece::literal).rev().max_by_key(|text| text.len()).ok_or("a text needs a literal part")?;
        if key.len() < MARK {
            return Err(format!("`{}` needs a literal part of {MARK} bytes", text.text));
        }
        let mut holes = BTreeSet::new();
        for hole in pieces.iter().filter_map(Piece::hole) {
            if !holes.insert(hole) {
                return Err(format!("the hole `{hole}` stands twice in `{}`", text.text));
            }
        }
        for piece in &pieces {
            match piece {
                Piece::Literal(text) => self.texts.push_str(text),
                Piece::Hole(name, kind) => self.texts.extend([*kind, name, END]),
            }
        }
        for (hole, field) in &text.fields {
            let (name, kind) = field.rsplit_once(':').ok_or_else(|| format!("the field `{field}` needs a kind"))?;
            self.texts.extend([FIELD, hole, END, kind_code(kind)?, name, END]);
        }
        self.texts.push('\n');
        let (first, last) = text.versions.split_once(" - ").ok_or_else(|| format!("`{}` is no range of versions", text.versions))?;
        let (first, last) = (self.version(first)?, self.version(last)?);
        self.heads.push(format!("(Meaning::{}, Program::{program}, {first}, {last}", camel(meaning)));
        let _ = writeln!(self.samples, "    &{:?},", text.samples);
        Ok(key.to_owned())
    }

    /// Its place in the list of versions.
    fn version(&mut self, text: &str) -> Result<usize, String> {
        let version = version(text)?;
        if !self.versions.contains(&version) {
            self.versions.push(version);
        }
        Ok(self.versions.iter().position(|known| *known == version).unwrap_or_default())
    }

    fn code(&self, marks: &[usize]) -> String {
        let heads: Vec<String> = self.heads.iter().zip(marks).map(|(head, mark)| format!("    {head}, {mark}),\n")).collect();
        format!(
            "/// The texts of all declared messages, one a line, holes and fields marked by control characters.\nstatic TEXTS: &str = {:?};\n/// Per message: meaning, program, first and last release, where in its key the mark stands.\nstatic HEADS: &[(Meaning, Program, u8, u8, u8)] = &[\n{}];\nstatic VERSIONS: &[Version] = &{};\n/// Lines as they may stand in a log, per message; only tests need them.\n#[cfg(test)]\npub static SAMPLES: &[&[&str]] = &[\n{}];\n",
            self.texts,
            heads.concat(),
            list(&self.versions),
            self.samples
        )
    }
}

/// Bytes of a key that the prefilter looks for; `crate/log/src/messages/prefilter.rs` has the same number.
const MARK: usize = 7;
/// So many of its bytes are looked up at once.
const RUN: usize = 4;
/// Texts that lines of all programs carry: of journals, of the kernel, of services that speak HTTP.
const EVERYWHERE: &[&str] = &[
    " systemd[1]: Started  Starting  Stopped  Stopping  Reached target ",
    " kernel: [ IN=eth0 OUT= SRC= DST= LEN= TTL= PROTO=TCP UDP ICMP DPT=",
    " dockerd[ containerd[ time=\"2016 level=info msg=\" warning error ",
    " sshd[ Accepted publickey for root from  port  ssh2 Disconnected Connection closed by  [preauth] session opened for user ",
    " kubelet[ CRON[ sudo: pam_unix NetworkManager dhclient timesyncd ntpd ",
    " localhost http://127.0.0.1 https:// /api/v1/ GET /v2/keys POST PUT HTTP/1.1 ",
    " request  response  status  client  server  service  connection  connected from  connect to ",
    " failed:  Failed to  cannot  unable to  timeout  error: ",
    " with  from  that  this  will  have  been  because  while  after  before ",
    " starting  started  stopping  stopped  running  loading  loaded  listening on  created  removed  updated  finished in ",
    " process  system  network  container  memory  version  directory  temporary  file  device  address  information ",
];

/// Where in each key its mark begins. A mark is of seldom bytes, so that other text rarely has it or a
/// run of it, and of none that JSON writes in another way, so that it is found inside JSON too. A word
/// that heads every line of a journal or stands in every second one is no mark, however seldom its bytes are.
fn marks(keys: &[String]) -> Vec<usize> {
    let mut counts = [1_u32; 256];
    keys.iter().flat_map(|key| key.bytes()).for_each(|byte| counts[usize::from(byte)] += 1);
    let is_everywhere = |part: &[u8]| EVERYWHERE.iter().any(|text| text.as_bytes().windows(part.len()).any(|common| common == part));
    let commonness = |mark: &[u8]| -> (usize, bool, usize, u64) {
        let escaped = mark.iter().filter(|byte| b"\"\\<>&".contains(byte) || !byte.is_ascii()).count();
        let common_runs = mark.windows(RUN).filter(|run| is_everywhere(run)).count();
        let common_bytes = mark.iter().map(|byte| u64::from(counts[usize::from(*byte)].ilog2())).sum();
        (escaped, is_everywhere(mark), common_runs, common_bytes)
    };
    keys.iter().map(|key| (0..=key.len() - MARK).min_by_key(|at| commonness(&key.as_bytes()[*at..at + MARK])).unwrap_or_default()).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Places {
    meaning: String,
    places: std::collections::BTreeMap<String, String>,
}

/// Where each message of fleetd stands in the source, per release, in bytes: message (two bytes),
/// number of places, then for each its file, line (two bytes), number of ranges, and each range's
/// first and last release.
fn places(root: &str, meanings: &[(String, String)]) -> String {
    let path = Path::new(root).join("signatures/fleet_places.yaml");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let entries: Vec<Places> = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    for entry in &entries {
        let known = meanings.iter().any(|(meaning, _)| same_text(meaning, &entry.meaning));
        assert!(known, "fleet_places.yaml, {}: no signature has this meaning", entry.meaning);
    }
    let mut entries: Vec<(&Places, usize)> = entries
        .iter()
        .flat_map(|entry| {
            meanings.iter().enumerate().filter(|(_, (meaning, _))| same_text(meaning, &entry.meaning)).map(move |(at, _)| (entry, at))
        })
        .collect();
    entries.sort_by_key(|(_, meaning)| *meaning);
    let (mut releases, mut files) = (BTreeSet::new(), Vec::new());
    for (place, ranges) in entries.iter().flat_map(|(entry, _)| &entry.places) {
        releases.extend(ranges.split(", ").flat_map(|range| <[Version; 2]>::from(span(range))));
        let file = place.split(':').next().unwrap_or_default();
        if !files.contains(&file) {
            files.push(file);
        }
    }
    let releases: Vec<Version> = releases.into_iter().collect();
    let release = |version| releases.iter().position(|known| *known == version).unwrap_or_default() as u8;
    let mut bytes: Vec<u8> = Vec::new();
    for (entry, meaning) in &entries {
        bytes.extend([(meaning >> 8) as u8, *meaning as u8, entry.places.len() as u8]);
        for (place, ranges) in &entry.places {
            let (file, line) = place.split_once(':').unwrap_or_else(|| panic!("`{place}` is no place"));
            let line: u16 = line.parse().unwrap_or_else(|_| panic!("`{place}` is no place"));
            let file = files.iter().position(|known| *known == file).unwrap_or_default() as u8;
            bytes.extend([file, (line >> 8) as u8, line as u8, ranges.split(", ").count() as u8]);
            for (first, last) in ranges.split(", ").map(span) {
                bytes.extend([release(first), release(last)]);
            }
        }
    }
    format!(
        "/// The files of fleet's source that print messages.\nstatic PLACE_FILES: &[&str] = &{files:?};\n/// Where they print them, as `build.rs` packs it.\nstatic PLACES: &[u8] = &{bytes:?};\n/// The releases of fleet at which a place begins or ends.\npub static FLEET_RELEASES: &[Version] = &{};\n",
        list(&releases)
    )
}

/// The agent and the engine print some messages with the same text.
fn same_text(a: &str, b: &str) -> bool {
    let tail = |id: &str| id.rsplit_once("fetch-").map(|(_, tail)| tail.to_owned());
    a == b || tail(a).is_some() && tail(a) == tail(b)
}

/// `0.9.0 - 0.9.2` or `1.0.0`.
fn span(range: &str) -> (Version, Version) {
    let (first, last) = range.split_once(" - ").unwrap_or((range, range));
    let read = |text| version(text).unwrap_or_else(|why| panic!("fleet_places.yaml: {why}"));
    (read(first), read(last))
}

fn meaning_enum(meanings: &[(String, String)]) -> String {
    let mut variants = String::new();
    let mut ids = String::new();
    for (id, about) in meanings {
        let name = camel(id);
        let colon = if about.is_empty() { "" } else { ": " };
        let _ = writeln!(variants, "    /// `{id}`{colon}{about}.\n    {name},");
        let _ = writeln!(ids, "            Meaning::{name} => {id:?},");
    }
    format!(
        "/// What a message means. One variant per `meaning` of the catalogue.\n#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum Meaning {{\n{variants}}}\n\nimpl Meaning {{\n    /// The id in the catalogue.\n    pub fn id(self) -> &'static str {{\n        match self {{\n{ids}        }}\n    }}\n}}\n"
    )
}

fn camel(id: &str) -> String {
    id.split('-').map(|part| part[..1].to_uppercase() + &part[1..]).collect()
}

fn version(text: &str) -> Result<Version, String> {
    let numbers: Result<Vec<u16>, _> = text.split('.').map(str::parse).collect();
    match numbers.as_deref() {
        Ok([major, minor, patch]) => Ok((*major, *minor, *patch)),
        _ => Err(format!("`{text}` is no version like 2.3.8")),
    }
}

// How holes and fields stand in the one text; `crate/log/src/messages/signature.rs` reads it.
/// Begins a field: hole, END, kind, name, END.
const FIELD: &str = "\u{8}";
/// Ends a name.
const END: &str = "\u{7}";

enum Piece {
    Literal(String),
    Hole(String, &'static str),
}

impl Piece {
    fn literal(&self) -> Option<&str> {
        match self {
            Piece::Literal(text) => Some(text),
            Piece::Hole(..) => None,
        }
    }

    fn hole(&self) -> Option<&str> {
        match self {
            Piece::Hole(name, _) => Some(name),
            Piece::Literal(_) => None,
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

/// The control character of a kind of hole.
fn kind_code(kind: &str) -> Result<&'static str, String> {
    Ok(match kind {
        "duration" => "\u{1}",
        "ms" => "\u{2}",
        "number" => "\u{3}",
        "id" => "\u{4}",
        "word" => "\u{5}",
        "text" => "\u{6}",
        _ => return Err(format!("`{kind}` is none of duration, ms, number, id, word, text")),
    })
}
