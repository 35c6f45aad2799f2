//! Collects what a document states; `precedence.rs` decides what of it acts.

use std::ops::Range;

use super::configuration::{Cluster, Problem, Source};
use crate::config::meaning::keys;
use crate::config::meaning::scalar::{self, Reading};
use crate::config::syntax::embedded::here_documents;
use crate::config::syntax::mapped_text::MappedText;
use crate::ids::RuleId;
use crate::parameters::Parameter;
use crate::text::{DocumentId, LineIndex, Place, Span};
use crate::{search, template};

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
            resets: Vec::new(),
            document,
            source,
            claims: Vec::new(),
            stated: 0,
            processes: 0,
            process: String::new(),
            proxies: Vec::new(),
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

    /// A text stands within the document: a file that it writes, a value that is one. It is read once what it stands in is.
    pub fn holds(&mut self, name: &str, text: Option<MappedText>, read_by_line: bool) {
        let Some(text) = text else { return };
        self.held += 1;
        if self.held <= MOST_PARTS && self.depth < DEEPEST_PART {
            self.parts.push(Part { name: name.to_owned(), text, read_by_line, depth: self.depth + 1 });
        }
    }

    /// Hands on what a script writes. Who reads the script line by line may have taken assignments and commands from it already.
    pub fn holds_here_documents(&mut self, script: &MappedText, read_by_line: bool) {
        for body in here_documents(&script.text) {
            self.holds(&body.path, Some(script.part(body.range)), read_by_line);
        }
    }

    /// The next of these texts.
    pub fn next_part(&mut self) -> Option<Part> {
        if self.parts.is_empty() {
            return None;
        }
        let part = self.parts.remove(0);
        self.depth = part.depth;
        Some(part)
    }

    /// Something is wrong at `span`.
    pub fn problem(&mut self, id: RuleId, span: Range<usize>, note: String, parameter: Option<Parameter>) {
        let is_word = |text: &&str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
        let word = self.text.get(span.clone()).filter(is_word).unwrap_or("").to_owned();
        self.report(Problem { id, place: self.place(&span), note, parameter, word, weak_pair: false, assumes: None });
    }

    pub(super) fn report(&mut self, problem: Problem) {
        if self.told_enough(problem.id) {
            return;
        }
        match self.told.iter_mut().find(|(id, _)| *id == problem.id) {
            Some((_, count)) => *count += 1,
            None => self.told.push((problem.id, 1)),
        }
        self.problems.push(problem);
    }

    /// Whether one more problem of this kind would not be told.
    pub fn told_enough(&self, id: RuleId) -> bool {
        self.told.iter().any(|(kind, count)| *kind == id && *count >= MOST_OF_A_KIND)
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

    /// The last claim never acts, for what is wrong at `span`.
    pub fn refuse_last(&mut self, id: RuleId, span: Range<usize>, note: String) {
        let claim = self.claims.get_mut(self.last);
        let parameter = claim.map(|claim| {
            claim.void = Some(note.clone());
            claim.parameter
        });
        self.problem(id, span, note, parameter);
    }

    /// A key that is none of the known ones, of which one may be meant; `is_none` says so.
    pub fn misspelt(&mut self, name: &str, known: &[&'static str], span: Range<usize>, is_none: &str) {
        if let Some(near) = keys::nearest(name, known).filter(|_| !self.told_enough(RuleId::ConfigUnknownKey)) {
            let parameter = keys::of_key(near).map(|(parameter, _)| parameter);
            self.problem(RuleId::ConfigUnknownKey, span, format!("{name} {is_none}; did you mean {near}?"), parameter);
        }
    }

    /// No claim acts for which there is a reason against it, which is told.
    pub(super) fn void_where(&mut self, id: RuleId, why: &dyn Fn(&Self, &Claim) -> Option<String>) {
        for at in 0..self.claims.len() {
            if let Some(note) = why(self, &self.claims[at]) {
                self.void(at, id, note);
            }
        }
    }

    /// No claim acts that was stated after the first `stated` ones, for this reason.
    pub fn void_from(&mut self, stated: usize, id: RuleId, why: &dyn Fn(Parameter) -> String) {
        self.void_where(id, &|_, claim| (claim.number >= stated).then(|| why(claim.parameter)));
    }

    /// Nothing that a unit sets acts beside etcd's file, also not what was stated after the first `stated` claims.
    pub fn void_beside_file(&mut self, unit: &str, stated: usize) {
        self.void_where(RuleId::ConfigShadowed, &|_, claim| {
            let of_unit = claim.home.unit == unit && claim.home.class < Class::ConfigFile || claim.number >= stated;
            let key = claim.parameter.key();
            (claim.parameter.is_etcd() && claim.void.is_none() && of_unit)
                .then(|| format!("etcd is given --config-file, and with it ignores {key} and all its other flags and variables."))
        });
    }

    /// The variables of a unit reach no etcd in a container but those that its command names.
    pub fn void_in_container(&mut self, unit: &str, command: &str) {
        self.void_where(RuleId::ConfigNotExported, &|_, claim| {
            let name = claim.parameter.variable();
            let of_unit = claim.home.unit == unit && claim.home.class == Class::Environment && claim.void.is_none();
            (of_unit && claim.parameter.is_etcd() && !search::has(command, name)).then(|| {
                format!("{name} is set for what starts the container, which gets only what its command names; add `-e {name}` there.")
            })
        });
    }

    /// The last claim is for a flag that etcd does not know: Go's flags have one spelling.
    pub fn misspelt_flag(&mut self, name: &str) {
        if name.contains('_') && self.last < self.claims.len() {
            let note = format!("etcd knows no flag {name}, prints its usage and ends; write {}.", name.replace('_', "-"));
            self.void(self.last, RuleId::EtcdBadConfig, note);
        }
    }

    /// A flag that etcd does not know, if one of its two timers may be meant.
    pub fn unknown_flag(&mut self, name: &str, span: Range<usize>) {
        if let Some(near) =
            keys::nearest(name, &["heartbeat-interval", "election-timeout"]).filter(|_| !self.told_enough(RuleId::EtcdBadConfig))
        {
            let note = format!("etcd knows no flag {name}, prints its usage and ends; {near} may be meant.");
            self.problem(RuleId::EtcdBadConfig, span, note, keys::of_key(near).map(|(parameter, _)| parameter));
        }
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

    pub(super) fn void(&mut self, at: usize, id: RuleId, note: String) {
        let (parameter, span) = (self.claims[at].parameter, self.claims[at].span.clone());
        self.claims[at].void = Some(note.clone());
        self.problem(id, span, note, Some(parameter));
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

    /// `NAME=value` in the environment of a daemon; `span` has the value.
    pub fn variable(&mut self, name: &str, value: &str, span: Range<usize>, home: Home) {
        self.fact_of_variable(name, value);
        match keys::of_variable(name) {
            Some(meant) => self.claim(meant, span, scalar::daemon(meant.0, value), home),
            None => self.misspelt_variable(name, span),
        }
    }

    /// A flag that etcd is started with; `span` has the value.
    pub fn flag(&mut self, name: &str, value: &str, span: Range<usize>, home: Home) {
        self.fact_of_flag(name, value);
        match keys::of_key(name) {
            Some(meant) if meant.0.is_etcd() => {
                self.claim(meant, span, scalar::daemon(meant.0, value), home);
                self.misspelt_flag(name);
            }
            Some(_) => {}
            None => self.unknown_flag(name, span),
        }
    }

    /// A variable that no daemon knows, if one of the five may be meant.
    fn misspelt_variable(&mut self, name: &str, span: Range<usize>) {
        let daemon = if name.starts_with("ETCD_") { "etcd" } else { "fleet" };
        if !name.starts_with("ETCD_") && !name.starts_with("FLEET_") || self.told_enough(RuleId::ConfigUnknownKey) {
            return;
        }
        let near = |parameter: &Parameter| keys::nearest(name, &[parameter.variable()]).is_some();
        if let Some(meant) = Parameter::ALL.into_iter().find(near) {
            let note = format!("{name} is no variable of {daemon} and is ignored; did you mean {}?", meant.variable());
            self.problem(RuleId::ConfigUnknownKey, span, note, Some(meant));
        }
    }

    /// What a flag of etcd, or a key of its file, says about the cluster.
    pub fn fact_of_flag(&mut self, name: &str, value: &str) {
        self.fact_of_variable(&format!("ETCD_{}", name.replace('-', "_").to_ascii_uppercase()), value);
    }

    /// What a variable says about the cluster.
    pub fn fact_of_variable(&mut self, name: &str, value: &str) {
        let template = template::fills(value);
        match name {
            "ETCD_INITIAL_CLUSTER" if !template && value.contains('=') && !value.contains(['%', '{', '$']) => {
                let named = value.split(',').filter(|member| member.contains('=')).count();
                self.cluster.members = Some(named as u32);
            }
            "ETCD_DISCOVERY" => {
                let size =
                    search::split(value, "size=").and_then(|(_, size)| size.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
                self.cluster.members = self.cluster.members.or(size);
            }
            "ETCD_PROXY" if matches!(value, "on" | "readonly") => {
                self.cluster.proxy = true;
                if self.proxies.len() < MOST_CLAIMS {
                    self.proxies.push(self.process.clone());
                }
            }
            "FLEET_ETCD_SERVERS" if !value.is_empty() => {
                self.cluster.fleet_endpoints = Some(value.split(',').filter(|part| !part.trim().is_empty()).count() as u32);
            }
            "ETCD_IMAGE_TAG" | "ETCD_ETCD_VERSION" => self.version(value),
            "ETCD_PRE_VOTE" => self.cluster.pre_vote = value.parse().ok(),
            _ => {}
        }
        self.cluster.has_etcd |= name.starts_with("ETCD_")
            && matches!(&name[5..], "NAME" | "DATA_DIR" | "LISTEN_PEER_URLS" | "INITIAL_CLUSTER" | "LISTEN_CLIENT_URLS");
        self.cluster.has_fleet |= name.starts_with("FLEET_");
        if matches!(name, "ETCD_INITIAL_CLUSTER" | "ETCD_LISTEN_PEER_URLS" | "ETCD_LISTEN_CLIENT_URLS" | "ETCD_ADVERTISE_CLIENT_URLS") {
            self.is_etcd_2();
        }
        self.image(value);
    }

    /// The etcd that it sets up is not 0.4. A cloud-config may set up both.
    pub fn is_etcd_2(&mut self) {
        self.cluster.names_etcd_2 |= self.source != Source::CloudConfig;
    }

    /// `.../etcd:v2.3.8` anywhere in a value.
    pub fn image(&mut self, value: &str) {
        let mut rest = value;
        while let Some((_, after)) = search::split(rest, "etcd:") {
            let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-')));
            self.version(&after[..end.unwrap_or(after.len())]);
            rest = after;
        }
    }

    /// The version of etcd, where it is one.
    pub fn version(&mut self, text: &str) {
        let text = text.trim().trim_start_matches('v');
        if text.starts_with(|c: char| c.is_ascii_digit()) && text.contains('.') {
            self.cluster.etcd_version = Some(text.to_owned());
        }
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
