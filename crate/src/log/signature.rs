//! The catalogue of known messages, compiled from `crate/signatures/*.yaml` by `build.rs`.

use super::event::Event;
use super::pattern::{Kind, Piece};

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
}

/// One declared message.
#[derive(Debug)]
pub struct Signature {
    /// What it means.
    pub meaning: Meaning,
    /// Who prints it.
    pub program: Program,
    /// Its text.
    pub pieces: &'static [Piece],
    /// Which part is looked for first: its longest literal one.
    pub key: usize,
    /// Fields of a JSON line: hole, field name, kind.
    pub fields: &'static [(&'static str, &'static str, Kind)],
    /// The releases that print it, first and last.
    pub versions: ((u16, u16, u16), (u16, u16, u16)),
}

impl Signature {
    /// The etcd server prints it.
    pub fn is_etcd_server(&self) -> bool {
        self.program == Program::Etcd
    }

    /// fleetd prints it.
    pub fn is_fleet(&self) -> bool {
        self.program == Program::Fleet
    }
}

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

impl Event {
    /// The declared message that this event is.
    pub fn signature(&self) -> &'static Signature {
        &SIGNATURES[usize::from(self.signature)]
    }
}

#[cfg(test)]
mod tests {
    use super::super::scan::recognise;
    use super::*;

    #[test]
    fn every_signature_has_samples_that_match_it_and_nothing_else() {
        let mut wrong = Vec::new();
        for (number, signature) in SIGNATURES.iter().enumerate() {
            if SAMPLES[number].is_empty() {
                wrong.push(format!("{} number {number} has no sample", signature.meaning.id()));
            }
            for sample in SAMPLES[number] {
                let found = recognise(sample).map(|(found, _)| usize::from(found));
                if found != Some(number) {
                    let instead = found.map_or("nothing", |found| SIGNATURES[found].meaning.id());
                    wrong.push(format!("{} number {number}: matched {instead} {found:?}: {sample}", signature.meaning.id()));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn every_pattern_has_a_literal_part_to_look_for() {
        for signature in SIGNATURES {
            let Piece::Literal(text) = signature.pieces[signature.key] else { panic!("{} has no literal key", signature.meaning.id()) };
            assert!(text.len() >= 4, "{}: `{text}` is too short to look for", signature.meaning.id());
        }
    }
}
