//! Collects what a document states; `precedence.rs` decides what of it acts.

mod daemon;
mod held;
mod problems;

use std::ops::Range;

use super::configuration::{Cluster, Problem, Source};
use crate::config::meaning::scalar::{self, Fate, Reading};
use crate::config::syntax::mapped_text::MappedText;
use crate::config::syntax::variables::Variables;
use crate::ids::RuleId;
use crate::parameters::Parameter;
use crate::template;
use crate::text::{DocumentId, LineIndex, Place, Span, offset};

/// Where a value takes its rank from; the largest acts. systemd.exec(5), systemd.unit(5) and the
/// daemons' own order: config file > flag > environment file > environment > fleet.conf and etcd 0.4's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// fleet.conf, and the file of etcd 0.4: any variable beats them.
    BelowVariables,
    /// `Environment=`.
    Environment,
    /// `EnvironmentFile=`.
    EnvironmentFile,
    /// On the command line.
    Flag,
    /// etcd's own file: with it all the others are ignored.
    ConfigFile,
}

/// The drop-in that a Container Linux Config's section becomes; its transpiler checks types itself.
pub const TRANSPILED: &str = "20-clct-etcd-member.conf";

/// The generated drop-in of a cloud-config section.
pub const GENERATED: &str = "20-cloudinit.conf";

/// Which unit and file a value belongs to, and its rank there.
#[derive(Clone, Debug, PartialEq)]
pub struct Home {
    /// `etcd2.service`; empty where the document does not say.
    pub unit: String,
    /// Rank.
    pub class: Class,
    /// File name of the drop-in, empty for the unit file: drop-ins are sorted by it.
    pub file: String,
    /// Made by coreos-cloudinit from a section.
    pub generated: bool,
}

impl Home {
    /// A value in `file` of `unit`.
    pub fn new(unit: &str, class: Class, file: &str) -> Self {
        Home { unit: unit.to_owned(), class, file: file.to_owned(), generated: false }
    }
}

/// A value that some place states, and what the daemon would make of it.
#[derive(Debug)]
pub(super) struct Claim {
    pub(super) parameter: Parameter,
    pub(super) raw: String,
    pub(super) span: Range<usize>,
    pub(super) reading: Reading,
    pub(super) home: Home,
    pub(super) etcd_04: bool,
    /// It never acts, for this reason.
    pub(super) void: Option<String>,
    /// What of a unit states it.
    pub(super) directive: &'static str,
    /// How many were stated before it.
    pub(super) number: usize,
}

/// An empty directive of a unit, which takes back what stands above it and in earlier drop-ins (systemd.exec(5),
/// systemd.service(5)).
pub(super) struct Reset {
    pub(super) unit: String,
    pub(super) file: String,
    pub(super) directive: &'static str,
    pub(super) at: usize,
}

/// What is known of a unit of the document.
#[derive(Clone, Debug, Default)]
pub(super) struct UnitState {
    pub(super) name: String,
    pub(super) started: bool,
    /// It can never start.
    pub(super) masked: bool,
    /// The document brings its text.
    pub(super) own_content: bool,
}

/// A document being read.
pub struct Builder<'a> {
    /// Its text.
    pub text: &'a str,
    /// What it tells about the cluster.
    pub cluster: Cluster,
    /// Read line by line.
    pub tolerant: bool,
    /// What was not read, in sentences.
    pub limits: Vec<String>,
    /// The directive of a unit that is read; empty elsewhere.
    pub directive: &'static str,
    /// What the document sets as a script, once it is asked for.
    pub script: Option<Variables>,
    pub(super) resets: Vec<Reset>,
    pub(super) document: DocumentId,
    pub(super) source: Source,
    pub(super) claims: Vec<Claim>,
    /// How many claims were stated, also those that found no place.
    stated: usize,
    processes: usize,
    /// The process that is read, and those that are proxies; empty where the text is not parted into processes.
    process: String,
    pub(super) proxies: Vec<String>,
    /// Units and processes whose etcd has a file of its own.
    pub(super) with_files: Vec<String>,
    /// Index of the claim that came last.
    last: usize,
    /// Claims that a later one took the place of, and those that are too many.
    pub(super) replaced: usize,
    pub(super) problems: Vec<Problem>,
    /// How many problems of each kind.
    told: Vec<(RuleId, usize)>,
    pub(super) units: Vec<UnitState>,
    pub(super) sections: Vec<(&'static str, Range<usize>)>,
    /// Environment files that units read, and files that the document brings.
    pub(super) read_files: Vec<String>,
    pub(super) written_files: Vec<String>,
    /// Files of variables that the document brings, each with the numbers of its claims.
    pub(super) variable_files: Vec<(String, Range<usize>)>,
    /// Texts that stand within the document and are still to be read.
    parts: Vec<Part>,
    /// How many texts the one that is read stands within, and how many there were.
    depth: usize,
    held: usize,
    lines: LineIndex,
}

/// A text that stands within the document.
pub struct Part {
    /// Its path, or the key that it is the value of; empty where it has none.
    pub name: String,
    /// The text.
    pub text: MappedText,
    /// Assignments and commands in it were read with the script that it stands in.
    pub read_by_line: bool,
    depth: usize,
}

/// No document has more texts in it, nor one in the other.
const MOST_PARTS: usize = 200;
const DEEPEST_PART: usize = 4;

/// With so many values listed, a further one takes the place of the last that it overrules anyway, or none.
const MOST_CLAIMS: usize = 500;

/// Which claim is overruled is looked for among so many of them.
const MOST_LOOKED_AT: usize = 40;

/// More processes of one text are not told apart.
const MOST_PROCESSES: usize = 20;

/// More problems of one kind are not told one by one.
const MOST_OF_A_KIND: usize = 50;

impl<'a> Builder<'a> {
    /// Begins to read.
    pub fn new(document: DocumentId, source: Source, text: &'a str) -> Self {
        Builder {
            text,
            cluster: Cluster::default(),
            tolerant: false,
            limits: Vec::new(),
            directive: "",
            script: None,
            resets: Vec::new(),
            document,
            source,
            claims: Vec::new(),
            stated: 0,
            processes: 0,
            process: String::new(),
            proxies: Vec::new(),
            with_files: Vec::new(),
            last: 0,
            replaced: 0,
            problems: Vec::new(),
            told: Vec::new(),
            units: Vec::new(),
            sections: Vec::new(),
            read_files: Vec::new(),
            written_files: Vec::new(),
            variable_files: Vec::new(),
            parts: Vec::new(),
            depth: 0,
            held: 0,
            lines: LineIndex::new(text),
        }
    }

    /// A value that a section, a file or a flag states.
    pub fn claim(&mut self, (parameter, etcd_04): (Parameter, bool), span: Range<usize>, reading: Reading, home: Home) {
        if parameter.is_etcd() {
            self.cluster.has_etcd = true;
            if matches!(home.unit.as_str(), "etcd2.service" | "etcd3.service" | "etcd-member.service") {
                self.is_etcd_2();
            }
        } else {
            self.cluster.has_fleet = true;
        }
        let (span, reading) = self.by_default(parameter, span, reading);
        let raw = self.text.get(span.clone()).unwrap_or("").to_owned();
        let claim = Claim { parameter, raw, span, reading, home, etcd_04, void: None, directive: self.directive, number: self.stated };
        self.stated += 1;
        // A flag may hand on a variable that acts already: its value stands in one place.
        let same =
            |other: &Claim| other.span == claim.span && other.void.is_none() && other.reading == claim.reading && other.rivals(&claim);
        if let Some(at) = self.claims.iter().position(same) {
            self.last = at;
            self.claims[at].home.class = self.claims[at].home.class.max(claim.home.class);
            return;
        }
        if self.claims.len() >= MOST_CLAIMS {
            let same = |other: &Claim| other.parameter == parameter && other.etcd_04 == etcd_04 && other.home == claim.home;
            self.replaced += 1;
            let recent = self.claims.len() - MOST_LOOKED_AT..self.claims.len();
            self.last = recent.rev().find(|at| same(&self.claims[*at])).unwrap_or(usize::MAX);
            if let Some(last) = self.claims.get_mut(self.last) {
                *last = claim;
            }
            return;
        }
        self.last = self.claims.len();
        self.claims.push(claim);
    }

    /// What a template names for the case that nothing else is known is the value.
    fn by_default(&self, parameter: Parameter, span: Range<usize>, reading: Reading) -> (Range<usize>, Reading) {
        let literal = self.text.get(span.clone()).filter(|_| reading.fate == Fate::Template).and_then(template::fallback);
        match literal {
            Some(literal) => (offset(self.text, literal)..offset(self.text, literal) + literal.len(), scalar::daemon(parameter, literal)),
            None => (span, reading),
        }
    }

    /// How many claims were stated so far.
    pub fn stated(&self) -> usize {
        self.stated
    }

    /// A name for the next process of a text that starts several; empty where it starts none.
    pub fn process(&mut self, starts: bool) -> String {
        // So many, and the last ones count as one: values that overrule one another take the place of each other.
        self.processes = (self.processes + usize::from(starts)).min(MOST_PROCESSES);
        let name = if starts { format!("process {}", self.processes) } else { String::new() };
        self.enter(&name);
        name
    }

    /// What follows is said of this process.
    pub fn enter(&mut self, process: &str) {
        process.clone_into(&mut self.process);
    }

    /// An empty directive of a unit.
    pub fn reset(&mut self, directive: &'static str, (unit, file): (&str, &str), at: usize) {
        let reset = Reset { unit: unit.to_owned(), file: file.to_owned(), directive, at };
        let same = |last: &&mut Reset| (&last.unit, &last.file, last.directive) == (&reset.unit, &reset.file, reset.directive);
        match self.resets.last_mut().filter(same) {
            Some(last) => *last = reset,
            None => self.resets.push(reset),
        }
    }

    /// Whether a value for `parameter` was claimed.
    pub fn claims(&self, parameter: Parameter) -> bool {
        self.claims.iter().any(|claim| claim.parameter == parameter)
    }

    /// A unit reads its variables from this file, too.
    pub fn reads_file(&mut self, path: &str) {
        self.read_files.push(path.to_owned());
    }

    /// The document writes this file.
    pub fn writes_file(&mut self, path: &str) {
        self.written_files.push(path.to_owned());
    }

    /// A section of a cloud-config that becomes a drop-in of `unit`.
    pub fn section(&mut self, unit: &'static str, span: Range<usize>) {
        self.sections.push((unit, span));
    }

    /// A unit the document names.
    pub(super) fn unit(&mut self, unit: UnitState) {
        self.cluster.has_etcd |= is_etcd_unit(&unit.name);
        self.cluster.has_fleet |= unit.name == "fleet.service" || unit.name == "fleetd.service";
        self.units.push(unit);
    }

    /// Whether the document brings its own text for a unit.
    pub fn replaces(&self, unit: &str) -> bool {
        self.units.iter().any(|state| state.name == unit && state.own_content)
    }

    pub(super) fn place(&self, span: &Range<usize>) -> Place {
        Place { document: self.document, span: Span::new(span.start, span.end) }
    }

    pub(super) fn line(&self, at: usize) -> u64 {
        self.lines.position(self.text, at).0
    }
}

/// `etcd.service`, `etcd2.service`, `etcd-member.service`, `etcd3.service`: units that run etcd.
pub fn is_etcd_unit(name: &str) -> bool {
    matches!(name, "etcd.service" | "etcd2.service" | "etcd3.service" | "etcd-member.service")
        || name.starts_with("etcd@")
        || name.starts_with("etcd-member@")
}
