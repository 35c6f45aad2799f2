//! The folders are the pipeline: no module of a crate depends on one that its `lib.rs` names below it, and no room of
//! the folders named here on one that depends on it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The code of a file without its tests; some stand in a file or a folder of their own.
fn code(file: &Path) -> String {
    if file.ends_with("tests.rs") || file.iter().any(|part| part == "tests") {
        return String::new();
    }
    let text = fs::read_to_string(file).expect("a file");
    text.split("#[cfg(test)]").next().unwrap_or("").to_owned()
}

/// The words behind `start`, also where a brace lists several: `start::{one, two}`.
fn named(code: &str, start: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_' || c.is_ascii_digit()).collect::<String>();
    code.match_indices(start)
        .flat_map(|(at, _)| {
            let rest = &code[at + start.len()..];
            match rest.strip_prefix('{').and_then(|list| list.split_once('}')) {
                Some((list, _)) => list.split(',').map(|name| word(name.trim())).collect(),
                None => vec![word(rest)],
            }
        })
        .collect()
}

#[test]
fn modules_depend_on_those_above_them() {
    let wrong = ["crate/src", "crate/log/src"].map(|source| upward(&root().join(source))).concat();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Where a module of this crate depends on one below it.
fn upward(source: &Path) -> Vec<String> {
    let lib = fs::read_to_string(source.join("lib.rs")).expect("lib.rs");
    let order: Vec<&str> = lib.lines().filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';')).collect();
    assert!(order.len() > 16, "{order:?}");
    let rank = |name: &str| order.iter().position(|module| *module == name);
    let mut wrong = Vec::new();
    for file in files(source) {
        let inside = file.strip_prefix(source).expect("a file of the core").to_path_buf();
        let module = inside.iter().next().and_then(|part| part.to_str()).unwrap_or("").trim_end_matches(".rs").to_owned();
        let Some(own) = rank(&module).filter(|_| !inside.ends_with("testing.rs")) else { continue };
        let below = named(&code(&file), "crate::").into_iter().filter(|name| rank(name).is_some_and(|other| other > own));
        wrong.extend(below.map(|name| format!("{} depends on {name}", inside.display())));
    }
    wrong
}

#[test]
fn rooms_of_one_folder_form_no_circle() {
    for (folder, least) in [
        ("crate/src/config", 20),
        ("crate/src/patch", 12),
        ("crate/src/answer", 12),
        ("crate/src/rules/common", 5),
        ("crate/log/src/messages", 4),
        ("crate/log/src/header", 4),
        ("crate/log/src/rows", 3),
        ("crate/log/src/reader", 7),
    ] {
        let rooms: BTreeMap<String, Vec<String>> = files(&root().join(folder))
            .iter()
            .map(|file| {
                let (name, code) = (file.file_stem().and_then(|stem| stem.to_str()).unwrap_or(""), code(file));
                let used = ["super::", "config::", "meaning::", "sources::", "manifest::", "syntax::"].iter();
                (name.to_owned(), used.flat_map(|start| named(&code, start)).collect())
            })
            .collect();
        assert!(rooms.len() > least, "{rooms:?}");
        let mut left: Vec<&String> = rooms.keys().filter(|room| *room != "mod").collect();
        // Rooms whose neighbours are all gone go, until none is left.
        loop {
            let stays = |room: &&String| rooms[*room].iter().any(|used| used != *room && left.contains(&used));
            let next: Vec<&String> = left.iter().copied().filter(|room| stays(room)).collect();
            if next.len() == left.len() {
                break;
            }
            left = next;
        }
        assert!(left.is_empty(), "a circle is among {left:?}");
    }
}
