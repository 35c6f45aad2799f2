//! Collects what a document states, and decides what acts: the precedence story.

use std::ops::Range;

use super::configuration::{Cluster, Configuration, Problem, Setting, Source};
use super::inner::Inner;
use super::keys;
use super::scalar::{self, Fate, Reading};
use crate::gather::Gather;
use crate::parameters::Parameter;
use crate::search;
use crate::sort::by_key;
use crate::template;
use crate::text::{DocumentId, LineIndex, Place, Span};
use crate::units::{MS, S};

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

#[derive(Debug)]
struct Claim {
    parameter: Parameter,
    raw: String,
    span: Range<usize>,
    reading: Reading,
    home: Home,
    etcd_04: bool,
    /// It never acts, for this reason.
    void: Option<String>,
}

/// What is known of a unit of the document.
#[derive(Clone, Debug, Default)]
struct UnitState {
    name: String,
    started: bool,
    own_content: bool,
}

/// A document being read.
pub struct Builder<'a> {
    /// Its text.
    pub text: &'a str,
    /// What it tells about the cluster.
    pub cluster: Cluster,
    /// Read line by line.
    pub tolerant: bool,
    /// A file of kops, which has keys of its own for the timers.
    pub kops: bool,
    /// A file of KubeKey, which has others.
    pub kubekey: bool,
    /// What was not read, in sentences.
    pub limits: Vec<String>,
    document: DocumentId,
    source: Source,
    claims: Vec<Claim>,
    processes: usize,
    /// Index of the claim that came last.
    last: usize,
    /// Claims that a later one took the place of.
    replaced: usize,
    problems: Vec<Problem>,
    /// How many problems of each kind.
    told: Vec<(&'static str, usize)>,
    units: Vec<UnitState>,
    sections: Vec<(&'static str, Range<usize>)>,
    /// Environment files that units read, and files that the document brings.
    read_files: Vec<String>,
    written_files: Vec<String>,
    lines: LineIndex,
}

/// With so many values listed, a further one takes the place of the last that it overrules anyway.
const MOST_CLAIMS: usize = 500;

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
            kops: false,
            kubekey: false,
            limits: Vec::new(),
            document,
            source,
            claims: Vec::new(),
            processes: 0,
            last: 0,
            replaced: 0,
            problems: Vec::new(),
            told: Vec::new(),
            units: Vec::new(),
            sections: Vec::new(),
            read_files: Vec::new(),
            written_files: Vec::new(),
            lines: LineIndex::new(text),
        }
    }

    /// Something is wrong at `span`.
    pub fn problem(&mut self, id: &'static str, span: Range<usize>, note: String, parameter: Option<Parameter>) {
        self.report(Problem { id, place: self.place(&span), note, parameter, weak_pair: false });
    }

    fn report(&mut self, problem: Problem) {
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
    pub fn told_enough(&self, id: &str) -> bool {
        self.told.iter().any(|(kind, count)| *kind == id && *count >= MOST_OF_A_KIND)
    }

    /// A value that a section, a file or a flag states.
    pub fn claim(&mut self, (parameter, etcd_04): (Parameter, bool), span: Range<usize>, reading: Reading, home: Home) {
        if parameter.is_etcd() {
            self.cluster.has_etcd = true;
        } else {
            self.cluster.has_fleet = true;
        }
        let raw = self.text.get(span.clone()).unwrap_or("").to_owned();
        if self.claims.len() >= MOST_CLAIMS {
            let same = |claim: &Claim| claim.parameter == parameter && claim.etcd_04 == etcd_04 && claim.home == home;
            if let Some(at) = self.claims.iter().rposition(same) {
                self.claims[at] = Claim { parameter, raw, span, reading, home, etcd_04, void: None };
                self.last = at;
                self.replaced += 1;
                return;
            }
        }
        self.last = self.claims.len();
        self.claims.push(Claim { parameter, raw, span, reading, home, etcd_04, void: None });
    }

    /// A name for the next process of a text that starts several; empty where it starts none.
    pub fn process(&mut self, starts: bool) -> String {
        if !starts {
            return String::new();
        }
        // So many, and the last ones count as one: values that overrule one another take the place of each other.
        self.processes = (self.processes + 1).min(MOST_PROCESSES);
        format!("process {}", self.processes)
    }

    /// The last claim never acts.
    pub fn void_last(&mut self, why: &str) {
        if let Some(claim) = self.claims.get_mut(self.last) {
            claim.void = Some(why.to_owned());
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

    /// An environment file of etcd or fleet that a unit reads and the document does not bring.
    fn absent_file(&self) -> Option<String> {
        let brought = self.claims.iter().any(|claim| claim.home.class == Class::EnvironmentFile);
        let ours = |path: &&String| (path.contains("etcd") || path.contains("fleet")) && !self.written_files.contains(path);
        self.read_files.iter().find(ours).filter(|_| !brought).cloned()
    }

    /// A section of a cloud-config that becomes a drop-in of `unit`.
    pub fn section(&mut self, unit: &'static str, span: Range<usize>) {
        self.sections.push((unit, span));
    }

    /// A unit the document names.
    pub fn unit(&mut self, name: &str, started: bool, own_content: bool) {
        self.units.push(UnitState { name: name.to_owned(), started, own_content });
        self.cluster.has_etcd |= is_etcd_unit(name);
        self.cluster.has_fleet |= name == "fleet.service" || name == "fleetd.service";
    }

    /// Whether the document brings its own text for a unit.
    pub fn replaces(&self, unit: &str) -> bool {
        self.units.iter().any(|state| state.name == unit && state.own_content)
    }

    /// `NAME=value` in the environment of a unit, `range` being the value in `inner`.
    pub fn variable(&mut self, inner: &Inner, name: &str, value: &str, range: Range<usize>, home: Home) {
        self.fact_of_variable(name, value);
        let Some(meant) = keys::of_variable(name) else { return };
        self.claim(meant, inner.place(range), scalar::daemon(meant.0, value), home);
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
                let size = value.split_once("size=").and_then(|(_, size)| size.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
                self.cluster.members = self.cluster.members.or(size);
            }
            "ETCD_PROXY" if matches!(value, "on" | "readonly") => self.cluster.proxy = true,
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
        self.cluster.names_etcd_2 |= self.source != Source::CloudConfig
            && matches!(name, "ETCD_INITIAL_CLUSTER" | "ETCD_LISTEN_PEER_URLS" | "ETCD_LISTEN_CLIENT_URLS" | "ETCD_ADVERTISE_CLIENT_URLS");
        self.image(value);
    }

    /// `.../etcd:v2.3.8` anywhere in a value.
    pub fn image(&mut self, value: &str) {
        let mut rest = value;
        while let Some((_, after)) = search::split(rest, "etcd:") {
            let tag: String = after.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).collect();
            self.version(&tag);
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

    fn place(&self, span: &Range<usize>) -> Place {
        Place { document: self.document, span: Span::new(span.start, span.end) }
    }

    fn line(&self, at: usize) -> u64 {
        self.lines.position(self.text, at).0
    }

    /// Decides what acts.
    pub fn finish(mut self, format: String) -> Configuration {
        if self.replaced > 0 {
            self.limits.push(format!("{} more values, each stated again further down, are not listed.", self.replaced));
        }
        self.void_hidden();
        self.void_unstarted();
        self.void_proxied();
        self.void_overridden();
        self.note_values();
        let settings = self.settings();
        self.check_pair(&settings);
        self.check_sections();
        self.cluster.absent_file = self.absent_file();
        let acts = |setting: &Setting| setting.etcd_04 && setting.effective;
        self.cluster.etcd_04 |= self.only_old_section() || (!self.cluster.names_etcd_2 && settings.iter().any(acts));
        by_key(&mut self.problems, |problem| problem.place.span);
        self.problems.dedup();
        Configuration {
            document: self.document,
            source: self.source,
            format,
            settings,
            problems: self.problems,
            cluster: self.cluster,
            tolerant: self.tolerant,
            limits: self.limits,
            part: None,
        }
    }

    /// Of etcd a cloud-config sets up 0.4 alone, which `coreos.etcd` is for, and starts no other.
    fn only_old_section(&self) -> bool {
        let section = |name: &str| self.sections.iter().any(|(unit, _)| *unit == name);
        section("etcd.service")
            && !section("etcd2.service")
            && !self.units.iter().any(|unit| unit.name != "etcd.service" && is_etcd_unit(&unit.name))
    }

    /// A drop-in of the same name in /etc hides the generated one. systemd.unit(5).
    fn void_hidden(&mut self) {
        let hiding: Vec<(String, usize)> = self
            .claims
            .iter()
            .filter(|claim| !claim.home.generated && claim.home.file == GENERATED)
            .map(|claim| (claim.home.unit.clone(), claim.span.start))
            .gather();
        for at in 0..self.claims.len() {
            let Some((unit, by)) = hiding.iter().find(|(unit, _)| self.claims[at].home.generated && *unit == self.claims[at].home.unit)
            else {
                continue;
            };
            let why =
                format!("The drop-in {GENERATED} of {unit} at line {} has the name of the generated one and hides it.", self.line(*by));
            self.problem("config-shadowed", self.claims[at].span.clone(), why.clone(), Some(self.claims[at].parameter));
            self.claims[at].void = Some(why);
        }
    }

    /// Of several etcd units only the started one counts; nothing is said where none is started.
    fn void_unstarted(&mut self) {
        let started: Vec<String> =
            self.units.iter().filter(|unit| unit.started && is_etcd_unit(&unit.name)).map(|unit| unit.name.clone()).gather();
        let Some(other) = started.first() else { return };
        for at in 0..self.claims.len() {
            let claim = &self.claims[at];
            if !claim.parameter.is_etcd() || claim.void.is_some() || claim.home.unit.is_empty() || started.contains(&claim.home.unit) {
                continue;
            }
            let why = format!("It is for {}, but {other} is the unit that is started.", claim.home.unit);
            self.problem("config-section-without-start", self.claims[at].span.clone(), why.clone(), Some(self.claims[at].parameter));
            self.claims[at].void = Some(why);
        }
    }

    /// A proxy takes part in no election.
    fn void_proxied(&mut self) {
        for at in 0..self.claims.len() {
            let claim = &self.claims[at];
            if !self.cluster.proxy || !claim.parameter.is_etcd() || claim.void.is_some() {
                continue;
            }
            let why = "This etcd is a proxy: it takes part in no election, so its timers do not act.";
            self.problem("config-proxy", self.claims[at].span.clone(), why.to_owned(), Some(self.claims[at].parameter));
            self.claims[at].void = Some(why.to_owned());
        }
    }

    /// Among values for one parameter of one unit, the one with the highest rank acts.
    fn void_overridden(&mut self) {
        let best = self.best_of_each_unit();
        let statements = self.statements();
        for at in 0..self.claims.len() {
            let claim = &self.claims[at];
            if !claim.competes() {
                continue;
            }
            let winner =
                best.iter().map(|index| &self.claims[*index]).filter(|other| claim.rivals(other)).max_by(|a, b| a.rank().cmp(&b.rank()));
            let Some(winner) = winner.filter(|winner| winner.rank() > claim.rank()) else { continue };
            let same_file = winner.home == claim.home;
            let value = winner.reading.value.map_or_else(|| format!("`{}`", winner.raw), |value| winner.parameter.human(value));
            let why = format!("{value} at line {} {}.", self.line(winner.span.start), how_it_wins(winner, claim));
            let id = if same_file { "config-duplicate-key" } else { "config-shadowed" };
            let (span, parameter) = (claim.span.clone(), claim.parameter);
            // Two branches of a template state it once.
            let next = statements.partition_point(|statement| *statement < span.end);
            let branches = statements.get(next).is_some_and(|statement| *statement < winner.span.start);
            if !(same_file && branches) {
                self.problem(id, span, format!("{} is set here, but {why}", parameter.key()), Some(parameter));
            }
            self.claims[at].void = Some(why);
        }
    }

    /// Where lines begin that hold nothing but a statement of a template.
    fn statements(&self) -> Vec<usize> {
        let mut at = 0;
        let mut statements = Vec::new();
        for line in self.text.split_inclusive('\n') {
            if template::is_statement(line) {
                statements.push(at);
            }
            at += line.len();
        }
        statements
    }

    /// The claims of the highest rank, one for each parameter and unit.
    fn best_of_each_unit(&self) -> Vec<usize> {
        let mut best: Vec<usize> = Vec::new();
        for (at, claim) in self.claims.iter().enumerate().filter(|(_, claim)| claim.competes()) {
            let same = |index: &&mut usize| {
                let other = &self.claims[**index];
                other.parameter == claim.parameter && other.etcd_04 == claim.etcd_04 && other.home.unit == claim.home.unit
            };
            match best.iter_mut().find(same) {
                Some(index) if self.claims[*index].rank() < claim.rank() => *index = at,
                Some(_) => {}
                None => best.push(at),
            }
        }
        best
    }

    /// Problems of single values.
    fn note_values(&mut self) {
        for at in 0..self.claims.len() {
            let claim = &self.claims[at];
            let (parameter, span, mut raw) = (claim.parameter, claim.span.clone(), claim.raw.clone());
            if raw.contains('\n') {
                // Of a folded text no bytes are the value's own.
                raw = "a value in folded text".to_owned();
            }
            let Some((id, note)) = value_problem(parameter, &raw, &claim.reading) else { continue };
            self.problem(id, span, note, Some(parameter));
        }
    }

    fn settings(&self) -> Vec<Setting> {
        let setting = |claim: &Claim| {
            let why = claim.void.clone().or_else(|| claim.fate_sentence());
            let effective = claim.void.is_none() && matches!(claim.reading.fate, Fate::Used | Fate::Zeroed | Fate::Template);
            Setting {
                parameter: claim.parameter,
                value: claim.reading.value,
                raw: claim.raw.clone(),
                place: self.place(&claim.span),
                effective,
                why,
                etcd_04: claim.etcd_04,
            }
        };
        let mut settings: Vec<Setting> = self.claims.iter().map(setting).gather();
        by_key(&mut settings, |setting| setting.place);
        settings.dedup();
        settings
    }

    /// What etcd refuses as a pair, with the default where only one is stated.
    fn check_pair(&mut self, settings: &[Setting]) {
        let acting = |parameter| settings.iter().rfind(|setting| setting.parameter == parameter && setting.effective && !setting.etcd_04);
        let (heartbeat, election) = (acting(Parameter::HeartbeatInterval), acting(Parameter::ElectionTimeout));
        let Some(stated) = election.or(heartbeat) else { return };
        // Read line by line, the other one may only have been missed.
        if self.tolerant && (heartbeat.is_none() || election.is_none()) {
            return;
        }
        if [heartbeat, election].iter().flatten().any(|setting| setting.value.is_none()) {
            return;
        }
        let value = |setting: Option<&Setting>, parameter: Parameter| {
            setting.and_then(|setting| setting.value).unwrap_or(parameter.default_value())
        };
        let (h, t) = (value(heartbeat, Parameter::HeartbeatInterval), value(election, Parameter::ElectionTimeout));
        let (h_text, t_text) = (Parameter::HeartbeatInterval.human(h), Parameter::ElectionTimeout.human(t));
        let (h_from, t_from) =
            (if heartbeat.is_some() { "" } else { " (the default)" }, if election.is_some() { "" } else { " (the default)" });
        let span = stated.place.span.range();
        let parameter = Some(stated.parameter);
        if h == 0 || t == 0 {
            // etcd-io/etcd 3.3 and later refuse zero; before, zero ends in a crash.
            self.problem("etcd-bad-config", span, "0 was found; etcd needs a number of milliseconds above 0.".to_owned(), parameter);
        } else if 5 * h > t {
            // etcd-io/etcd@v2.3.8:etcdmain/config.go:319.
            let note = format!(
                "election-timeout {t_text}{t_from} is below five times heartbeat-interval {h_text}{h_from}; etcd needs at least {}.",
                Parameter::ElectionTimeout.human(5 * h)
            );
            self.report(Problem { id: "etcd-bad-config", place: stated.place, note, parameter, weak_pair: true });
        } else if t > 50_000 * MS {
            self.problem(
                "etcd-bad-config",
                span,
                format!("election-timeout {t_text} is above 50000\u{a0}ms; etcd 2.1.2 and later refuse to start."),
                parameter,
            );
        } else if t % h != 0 {
            // The remainder is dropped: etcd-io/etcd@v2.3.8:etcdmain/config.go:342.
            let ticks = t / h;
            let note = format!(
                "election-timeout {t_text}{t_from} is no multiple of heartbeat-interval {h_text}{h_from}: etcd counts {ticks} whole beats, so {} act.",
                Parameter::ElectionTimeout.human(ticks * h)
            );
            self.problem("config-remainder", span, note, parameter);
        }
    }

    /// Sections whose unit nothing starts.
    fn check_sections(&mut self) {
        let started: Vec<String> = self.units.iter().filter(|unit| unit.started).map(|unit| unit.name.clone()).gather();
        let running = started.iter().find(|name| is_etcd_unit(name)).cloned();
        let sections = self.sections.clone();
        for (unit, span) in &sections {
            if started.iter().any(|name| name == unit) {
                continue;
            }
            let timed = self.claims.iter().find(|claim| claim.home.generated && claim.home.unit == *unit);
            let parameter = timed.map(|claim| claim.parameter);
            match &running {
                Some(other) if is_etcd_unit(unit) => {
                    let other_has_section = sections.iter().any(|(name, _)| name == other);
                    let told = self.problems.iter().any(|problem| problem.id == "config-section-without-start");
                    if !other_has_section && !told && !self.replaces(other) {
                        let note = format!(
                            "The section is for {unit}, but {other} is the unit that is started, so nothing in it acts; rename the section or start {unit}."
                        );
                        self.problem("config-section-without-start", span.clone(), note, parameter);
                    }
                }
                // Read line by line, a start may only have been missed.
                _ if parameter.is_some() && self.units.is_empty() && !self.tolerant => {
                    let note = format!(
                        "The section writes settings for {unit} but starts nothing; {unit} needs `command: start` under `coreos.units`, here or elsewhere."
                    );
                    self.problem("config-section-without-start", span.clone(), note, parameter);
                }
                _ => {}
            }
        }
    }
}

/// Why one claim beats another, as the end of a sentence.
fn how_it_wins(winner: &Claim, claim: &Claim) -> String {
    match winner.home.class {
        _ if winner.home == claim.home => "stands below it and wins".to_owned(),
        Class::ConfigFile => "stands in etcd's configuration file, with which flags and variables are ignored".to_owned(),
        Class::Flag => "is a flag, and a flag beats a variable".to_owned(),
        Class::EnvironmentFile => "comes from an EnvironmentFile, which beats Environment=".to_owned(),
        Class::Environment if claim.home.class == Class::BelowVariables => {
            format!("is a variable, and a variable beats {}", if claim.parameter.is_etcd() { "the file of etcd 0.4" } else { "fleet.conf" })
        }
        _ if winner.home.generated => format!("comes with the section's drop-in {GENERATED}, which is read later"),
        _ => format!("stands in {}, which is read later", if winner.home.file.is_empty() { "the unit" } else { &winner.home.file }),
    }
}

impl Claim {
    /// It could act.
    fn competes(&self) -> bool {
        self.void.is_none() && !self.silent()
    }

    /// Whether both state the same value of the same process.
    fn rivals(&self, other: &Claim) -> bool {
        let unit = other.home.unit == self.home.unit || other.home.unit.is_empty() || self.home.unit.is_empty();
        other.parameter == self.parameter && other.etcd_04 == self.etcd_04 && unit
    }

    /// coreos-cloudinit writes nothing for it.
    fn silent(&self) -> bool {
        match self.reading.fate {
            Fate::Dropped | Fate::Zero => true,
            Fate::Empty => self.home.generated || self.home.class == Class::ConfigFile,
            _ => false,
        }
    }

    fn rank(&self) -> (Class, &str, usize) {
        (self.home.class, &self.home.file, self.span.start)
    }

    fn fate_sentence(&self) -> Option<String> {
        let default =
            self.parameter.human(if self.etcd_04 { self.parameter.default_value_of_etcd_04() } else { self.parameter.default_value() });
        let daemon = if self.parameter.is_etcd() { "etcd" } else { "fleetd" };
        Some(match self.reading.fate {
            Fate::Used => return None,
            Fate::Dropped => format!("coreos-cloudinit leaves it out without a word, so the default of {default} acts."),
            Fate::Zero => format!("A zero is never written, so the default of {default} acts."),
            Fate::Empty => format!("It is empty, so the default of {default} acts."),
            Fate::Stops if self.home.file == TRANSPILED => "The transpiler of Container Linux Config refuses the file with it.".to_owned(),
            Fate::Stops => format!("{daemon} refuses to start with it."),
            Fate::Zeroed => "fleetd cannot read it, says nothing, and takes 0.".to_owned(),
            Fate::Template => "A template fills it in later, so its value is not known here.".to_owned(),
        })
    }
}

/// What is wrong with one value, in a sentence that says what was expected.
fn value_problem(parameter: Parameter, raw: &str, reading: &Reading) -> Option<(&'static str, String)> {
    let key = parameter.key();
    let bare = raw.trim_matches(['"', '\'']);
    Some(match reading.fate {
        Fate::Dropped => (
            "config-value-dropped",
            format!("{key}: {raw} is not a plain number, so CoreOS drops it without a word; write {}.", suggestion(parameter, bare)),
        ),
        Fate::Zero => ("config-zero", format!("{key}: {raw} is zero, which CoreOS never writes; leave it out or give a number above 0.")),
        Fate::Stops if parameter == Parameter::AgentTtl && !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_digit() || b == b'.') => (
            "config-agent-ttl-unit",
            format!("{key}: {bare} has no unit and fleetd refuses to start with it; write {bare}s for {bare} seconds."),
        ),
        Fate::Stops if parameter == Parameter::AgentTtl => (
            "config-agent-ttl-unit",
            format!("{key}: {bare} is no duration that fleetd can read; write a number with its unit, like 60s or 2m."),
        ),
        Fate::Stops => (
            "etcd-bad-config",
            format!(
                "{key}: {bare} is not a whole number of milliseconds and etcd refuses to start with it; write {}.",
                suggestion(parameter, bare)
            ),
        ),
        Fate::Zeroed => (
            "config-bad-float",
            format!("{key}: {bare} is not a plain number of seconds, so fleetd takes 0; write {}.", suggestion(parameter, bare)),
        ),
        Fate::Template => ("config-template", format!("{key}: {bare} is filled in by a template, so its value is not known here.")),
        Fate::Empty => return None,
        Fate::Used => return used_value_problem(parameter, bare, reading.value?),
    })
}

fn used_value_problem(parameter: Parameter, bare: &str, value: i64) -> Option<(&'static str, String)> {
    let key = parameter.key();
    if parameter.unit() == crate::parameters::Unit::Milliseconds {
        if let Some((octal, decimal)) = scalar::octal(bare) {
            return Some(("config-octal", format!("{key}: {bare} starts with a zero and is read as octal, {octal}; write {decimal}.")));
        }
    }
    let text = parameter.human(value);
    let note = match parameter {
        // Below 20 ms no network and no disk keeps up: seconds were meant.
        Parameter::HeartbeatInterval if value > 0 && value < 20 * MS => {
            format!(
                "{key}: {bare} means {text}; it is read as milliseconds, seconds may have been meant. The default is 100\u{a0}ms; so short a beat leaves no time for one sync to disk."
            )
        }
        Parameter::ElectionTimeout if value > 0 && value < 60 * MS => {
            format!(
                "{key}: {bare} means {text}; it is read as milliseconds, seconds may have been meant. The default is 1000\u{a0}ms; one slow sync to disk as long as that costs a leader its place."
            )
        }
        Parameter::EtcdRequestTimeout | Parameter::EngineReconcileInterval if value >= 500 * S => {
            format!("{key}: {bare} means {text}; it is read as seconds, milliseconds may have been meant.")
        }
        // etcd counts TTLs in whole seconds: below one second nothing is left.
        Parameter::AgentTtl if value < S => {
            format!("{key}: {bare} is below one second, which etcd cuts to 0, so no machine can stay registered; write at least 30s.")
        }
        _ => return None,
    };
    Some(("config-suspicious-unit", note))
}

/// The number that was probably meant, or what form is expected.
fn suggestion(parameter: Parameter, bare: &str) -> String {
    let seconds = parameter.unit() != crate::parameters::Unit::Milliseconds;
    let expected = if seconds { "a plain number of seconds, like 5" } else { "a plain number of milliseconds, like 600" };
    if scalar::yaml_number(bare).is_some() && !bare.is_empty() {
        return format!("{bare} without quotes or unit");
    }
    match crate::units::parse_go_duration(bare) {
        Ok(value) if value > 0 => format!("{} ({})", parameter.written(value), if seconds { "seconds" } else { "milliseconds" }),
        _ => expected.to_owned(),
    }
}

/// `etcd.service`, `etcd2.service`, `etcd-member.service`, `etcd3.service`: units that run etcd.
pub fn is_etcd_unit(name: &str) -> bool {
    matches!(name, "etcd.service" | "etcd2.service" | "etcd3.service" | "etcd-member.service")
        || name.starts_with("etcd@")
        || name.starts_with("etcd-member@")
}
