//! The catalogue of known messages, compiled from `crate/signatures/*.yaml` by `build.rs`.

use std::sync::OnceLock;

use super::pattern::{Kind, Piece};
use crate::version::{Version, version};

/// Which program prints a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Program {
    /// The etcd server.
    Etcd,
    /// fleetd.
    Fleet,
    /// A client: fleetctl, etcdctl, the Kubernetes API server.
    Client,
    /// systemd or the kernel, speaking about them.
    System,
    /// A tool that measures the machines: ping, fio.
    Tool,
}

/// One declared message.
#[derive(Debug)]
pub struct Signature {
    /// What it means.
    pub meaning: Meaning,
    /// Who prints it.
    pub program: Program,
    /// Its text.
    pub pieces: Vec<Piece>,
    /// Which part is looked for first: its longest literal one.
    pub key: usize,
    /// Where in the key the bytes stand that the prefilter looks for.
    pub mark: usize,
    /// Fields of a JSON line: hole, field name, kind.
    pub fields: Vec<(&'static str, &'static str, Kind)>,
    /// The releases that print it, first and last.
    pub versions: (Version, Version),
}

impl Signature {
    /// The text of the key.
    pub fn key_text(&self) -> &'static str {
        match self.pieces.get(self.key) {
            Some(Piece::Literal(text)) => text,
            _ => "",
        }
    }
}

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// All declared messages. They are unpacked when first asked for.
pub fn signatures() -> &'static [Signature] {
    static UNPACKED: OnceLock<Vec<Signature>> = OnceLock::new();
    UNPACKED.get_or_init(|| {
        let mut all = Vec::with_capacity(HEADS.len());
        for (text, head) in TEXTS.lines().zip(HEADS) {
            all.push(unpack(text, head));
        }
        all
    })
}

/// The message with this number.
pub fn signature(number: u16) -> &'static Signature {
    &signatures()[usize::from(number)]
}

/// Reads one line of the packed texts; `build.rs` tells how they are packed.
fn unpack(text: &'static str, head: &(Meaning, Program, u8, u8, u8)) -> Signature {
    let (meaning, program, first, last, mark) = *head;
    let versions = (VERSIONS[usize::from(first)], VERSIONS[usize::from(last)]);
    let (mut pieces, mut fields, mut key, mut longest) = (Vec::new(), Vec::new(), 0, 0);
    let mut rest = text;
    while let Some(control) = rest.bytes().next() {
        if control >= b' ' {
            let length = rest.bytes().position(|byte| byte < b' ').unwrap_or(rest.len());
            if length > longest {
                (key, longest) = (pieces.len(), length);
            }
            pieces.push(Piece::Literal(&rest[..length]));
            rest = &rest[length..];
            continue;
        }
        let (name, after) = name(&rest[1..]);
        rest = after;
        match kind(control) {
            Some(kind) => pieces.push(Piece::Hole(name, kind)),
            None => {
                let kind = after.bytes().next().and_then(kind).unwrap_or(Kind::Text);
                let (field, after) = self::name(after.get(1..).unwrap_or(""));
                fields.push((name, field, kind));
                rest = after;
            }
        }
    }
    Signature { meaning, program, pieces, key, mark: usize::from(mark), fields, versions }
}

fn name(text: &'static str) -> (&'static str, &'static str) {
    text.split_once('\u{7}').unwrap_or((text, ""))
}

fn kind(control: u8) -> Option<Kind> {
    Some(match control {
        1 => Kind::Duration,
        2 => Kind::Milliseconds,
        3 => Kind::Number,
        4 => Kind::Id,
        5 => Kind::Word,
        6 => Kind::Text,
        _ => return None,
    })
}

/// Who prints this message. Asked of every event by many rules, so it is looked up without unpacking.
pub fn program(index: u16) -> Program {
    HEADS[usize::from(index)].1
}

/// Which of `FLEET_RELEASES` print this message at `place` (`engine.go:208`), as a mark for each.
pub fn printed_at(meaning: Meaning, place: &str) -> Vec<bool> {
    let mut marks = vec![false; FLEET_RELEASES.len()];
    let Some((file, line)) = place.split_once(':') else { return marks };
    let (Some(file), Ok(line)) = (PLACE_FILES.iter().position(|known| *known == file), line.parse::<u16>()) else { return marks };
    let mut rest = PLACES;
    while let [high, low, count, after @ ..] = rest {
        let meant = u16::from_be_bytes([*high, *low]) == meaning as u16;
        rest = after;
        for _ in 0..*count {
            let [at, high, low, spans, after @ ..] = rest else { return marks };
            let (ranges, after) = after.split_at(usize::from(*spans) * 2);
            rest = after;
            if !meant || usize::from(*at) != file || u16::from_be_bytes([*high, *low]) != line {
                continue;
            }
            for range in ranges.chunks_exact(2) {
                marks[usize::from(range[0])..=usize::from(range[1])].fill(true);
            }
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::recognise::recognise;

    #[test]
    fn every_signature_has_samples_that_match_it_and_nothing_else() {
        let mut wrong = Vec::new();
        for (number, signature) in signatures().iter().enumerate() {
            if SAMPLES[number].is_empty() {
                wrong.push(format!("{} number {number} has no sample", signature.meaning.id()));
            }
            for sample in SAMPLES[number] {
                let found = recognise(sample).map(|(found, _)| usize::from(found));
                if found != Some(number) {
                    let instead = found.map_or("nothing", |found| signatures()[found].meaning.id());
                    wrong.push(format!("{} number {number}: matched {instead} {found:?}: {sample}", signature.meaning.id()));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
