//! Counts the lines that hold one of many keys, by the DFA of the crate `aho-corasick`.

use std::sync::{Mutex, OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind};

static INPUT: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static AUTOMATON: OnceLock<AhoCorasick> = OnceLock::new();

/// Where the next input of this many bytes is to be written.
#[unsafe(no_mangle)]
pub extern "C" fn room(length: usize) -> *mut u8 {
    let mut input = INPUT.lock().expect("one thread");
    input.resize(length, 0);
    input.as_mut_ptr()
}

/// Takes the input as keys, one a line.
#[unsafe(no_mangle)]
pub extern "C" fn prepare() {
    let input = INPUT.lock().expect("one thread");
    let keys = input.split(|byte| *byte == b'\n').filter(|key| !key.is_empty());
    let automaton = AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(keys).expect("an automaton");
    AUTOMATON.set(automaton).expect("prepared once");
}

/// How many lines of the input hold a key.
#[unsafe(no_mangle)]
pub extern "C" fn count() -> usize {
    let input = INPUT.lock().expect("one thread");
    let automaton = AUTOMATON.get().expect("prepared");
    let (mut lines, mut from) = (0, 0);
    while let Some(hit) = automaton.find(&input[from..]) {
        lines += 1;
        let end = from + hit.end();
        from = input[end..].iter().position(|byte| *byte == b'\n').map_or(input.len(), |rest| end + rest + 1);
    }
    lines
}
