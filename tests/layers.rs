//! The folders are the pipeline: no module of a crate depends on one that its `lib.rs` names below it, and no room of
//! a folder on one that depends on it.

use std::collections::{BTreeMap, BTreeSet};
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
    if file.ends_with("tests.rs") || file.ends_with("testing.rs") || file.iter().any(|part| part == "tests") {
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
        let Some(own) = rank(&module) else { continue };
        let below = named(&code(&file), "crate::").into_iter().filter(|name| rank(name).is_some_and(|other| other > own));
        wrong.extend(below.map(|name| format!("{} depends on {name}", inside.display())));
    }
    wrong
}

#[test]
fn rooms_of_one_folder_form_no_circle() {
    let crates = ["crate/src", "crate/log/src"].map(|source| uses_by_folder(&root().join(source)));
    assert!(crates[0].len() > 15 && crates[0]["config/sources"].len() > 5, "{:?}", crates[0].keys());
    for (folder, uses) in crates.iter().flatten() {
        let circle = circle(uses);
        assert!(circle.is_empty(), "a circle in {folder}/ is among {circle:?}");
    }
}

/// Rooms, files or folders, each with those beside it that it uses.
type Uses = BTreeMap<String, BTreeSet<String>>;

/// Of each folder of a crate what its rooms use of one another, however deep within them.
fn uses_by_folder(source: &Path) -> BTreeMap<String, Uses> {
    let mut folders: BTreeMap<String, Uses> = BTreeMap::new();
    for file in files(source) {
        let inside = file.strip_prefix(source).expect("a file of the crate").with_extension("");
        let mut module: Vec<&str> = inside.iter().filter_map(|part| part.to_str()).collect();
        if module.last().is_some_and(|name| ["mod", "lib"].contains(name)) {
            module.pop();
        }
        for used in paths(&code(&file)).iter().filter_map(|path| absolute(path, &module)) {
            let common = module.iter().zip(&used).take_while(|(own, other)| own == other).count();
            let beside = used.get(common).filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase()));
            if let (Some(own), Some(other)) = (module.get(common), beside) {
                let rooms = folders.entry(module[..common].join("/")).or_default();
                rooms.entry((*own).to_owned()).or_default().insert(other.clone());
            }
        }
    }
    folders
}

/// The rooms that are left when those whose neighbours are all gone have gone, one after the other.
fn circle(uses: &Uses) -> BTreeSet<&String> {
    let mut left: BTreeSet<&String> = uses.keys().collect();
    loop {
        let stays = |room: &&String| uses[*room].iter().any(|used| left.contains(used));
        let next: BTreeSet<&String> = left.iter().copied().filter(stays).collect();
        if next.len() == left.len() {
            return left;
        }
        left = next;
    }
}

/// A path from the crate's root on; `None` where it is one of another crate.
fn absolute(path: &[String], module: &[&str]) -> Option<Vec<String>> {
    let ups = path.iter().take_while(|name| *name == "super").count();
    let start = match path[0].as_str() {
        "crate" => &[],
        "self" => module,
        "super" => &module[..module.len().checked_sub(ups)?],
        _ => return None,
    };
    Some(start.iter().map(|name| (*name).to_owned()).chain(path[ups.max(1)..].iter().cloned()).collect())
}

/// Every path that the code names from `crate`, `super` or `self` on; one for each name of a brace.
fn paths(code: &str) -> Vec<Vec<String>> {
    let code: String = code.lines().map(|line| line.split("//").next().unwrap_or("").to_owned() + "\n").collect();
    let starts = ["crate::", "super::", "self::"];
    let begins =
        |at: usize| starts.iter().any(|start| code[at..].starts_with(start)) && !code[..at].ends_with(|c| c == ':' || name_part(c));
    code.char_indices().filter(|(at, _)| begins(*at)).flat_map(|(at, _)| path(&code[at..]).0).collect()
}

fn name_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The paths at the start of a text, and what follows them.
fn path(text: &str) -> (Vec<Vec<String>>, &str) {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        let mut found = Vec::new();
        while !rest.trim_start().is_empty() && !rest.trim_start().starts_with('}') {
            let (more, behind) = path(rest);
            found.extend(more);
            // Up to the next name of the list: `as other` may stand between.
            rest = behind.trim_start_matches(|c| c != ',' && c != '}').trim_start_matches(',');
        }
        return (found, rest.trim_start().trim_start_matches('}'));
    }
    let end = text.find(|c| !name_part(c)).unwrap_or(text.len());
    let (name, rest) = (text[..end].to_owned(), &text[end..]);
    match rest.strip_prefix("::") {
        Some(inner) => {
            let (inner, rest) = path(inner);
            (inner.into_iter().map(|path| [vec![name.clone()], path].concat()).collect(), rest)
        }
        None => (vec![vec![name]], rest),
    }
}

#[test]
fn the_guides_name_files_that_are_there() {
    for guide in ["README.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(root().join(guide)).expect("a guide");
        let paths = text.split('`').filter(|word| ["crate/", "www/", "tests/"].iter().any(|start| word.starts_with(start)));
        // `tests/rules/ID/` stands for every rule's.
        let paths: Vec<&str> = paths.filter(|path| !path.contains(|c: char| c.is_ascii_uppercase() || " *".contains(c))).collect();
        assert!(paths.len() > 5, "{guide}: {paths:?}");
        let gone: Vec<&&str> = paths.iter().filter(|path| !root().join(path).exists()).collect();
        assert!(gone.is_empty(), "{guide} names {gone:?}");
    }
}
