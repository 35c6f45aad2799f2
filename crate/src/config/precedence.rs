//! What of a configuration acts: which value beats which, and which reaches nobody.

use super::builder::{Builder, Claim, Class, GENERATED, TRANSPILED, is_etcd_unit};
use super::configuration::{Configuration, Setting, Source};
use crate::config::meaning::scalar::Fate;
use crate::config::meaning::values::value_problem;
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::parameters::{LONGEST_ELECTION, Parameter};
use crate::sort::by_key;
use crate::text::lines;
use crate::units::Micros;
use crate::{search, template};

impl Builder<'_> {
    /// Decides what acts.
    pub fn finish(mut self, format: &str) -> Configuration {
        if self.replaced > 0 {
            self.limits.push(format!("{} more values that are stated here are not listed.", self.replaced));
        }
        self.void_reset();
        self.void_hidden();
        self.void_beside_files();
        self.void_unstarted();
        self.void_proxied();
        self.void_handed_on();
        self.void_unread();
        self.void_overridden();
        self.note_values();
        let settings = self.settings();
        self.check_pairs(&settings);
        self.check_sections();
        self.cluster.absent_file = self.absent_file();
        self.cluster.has_member_unit =
            self.sets_up("etcd-member.service") || search::any(self.text, &["coreos/etcd-wrapper", "etcd-member.service.d"]);
        // Members may be called etcd2 as well.
        self.cluster.has_etcd2_unit = self.sets_up("etcd2.service") || search::any(self.text, &["etcd2.service", "bin/etcd2", "lib/etcd2"]);
        self.cluster.hands_more |= self.cluster.absent_file.is_some();
        let acts = |setting: &Setting| setting.etcd_04 && setting.effective;
        self.cluster.etcd_04 |= self.only_old_section() || (!self.cluster.names_etcd_2 && settings.iter().any(acts));
        by_key(&mut self.problems, |problem| problem.place.span);
        self.problems.dedup();
        Configuration {
            document: self.document,
            source: self.source,
            format: format.to_owned(),
            settings,
            problems: self.problems,
            cluster: self.cluster,
            tolerant: self.tolerant,
            limits: self.limits,
            marks: None,
            part: None,
        }
    }

    /// Whether a unit of this name is set up, or a section or a value is for it.
    fn sets_up(&self, name: &str) -> bool {
        let units = self.units.iter().filter(|unit| !unit.masked).map(|unit| unit.name.as_str());
        let sections = self.sections.iter().map(|(unit, _)| *unit);
        units.chain(sections).chain(self.claims.iter().map(|claim| claim.home.unit.as_str())).any(|unit| unit == name)
    }

    /// Of etcd a cloud-config sets up 0.4 alone, which `coreos.etcd` is for, and starts no other.
    fn only_old_section(&self) -> bool {
        let section = |name: &str| self.sections.iter().any(|(unit, _)| *unit == name);
        section("etcd.service")
            && !section("etcd2.service")
            && !self.units.iter().any(|unit| unit.name != "etcd.service" && is_etcd_unit(&unit.name))
    }

    /// An environment file of etcd or fleet that a unit reads and the document does not bring.
    fn absent_file(&self) -> Option<String> {
        let brought = self.claims.iter().any(|claim| claim.home.class == Class::EnvironmentFile);
        let ours = |path: &&String| search::any(path, &["etcd", "fleet"]) && !self.written_files.contains(path);
        self.read_files.iter().find(ours).filter(|_| !brought).cloned()
    }

    /// What an empty directive takes back. A new command is what such a line is for; of variables it is told.
    fn void_reset(&mut self) {
        for reset in std::mem::take(&mut self.resets) {
            // UnsetEnvironment= takes away what any line or file sets (systemd.exec(5)).
            let unset = Parameter::ALL.into_iter().find(|parameter| parameter.variable() == reset.directive);
            let what = if unset.is_some() { "UnsetEnvironment=".to_owned() } else { format!("An empty {}=", reset.directive) };
            let note = format!("{what} at line {} takes it back.", self.line(reset.at));
            for at in 0..self.claims.len() {
                let Claim { home, directive, span, void, parameter, .. } = &self.claims[at];
                // A section becomes a drop-in of such lines.
                let directive = if home.generated { "Environment" } else { directive };
                let is_unset = unset == Some(*parameter) && home.class <= Class::EnvironmentFile;
                let is_before = directive == reset.directive && (&home.file, span.start) < (&reset.file, reset.at);
                if home.unit != reset.unit || void.is_some() || !(is_before || is_unset) {
                    continue;
                }
                if is_unset || directive == "Environment" {
                    self.void(at, RuleId::ConfigShadowed, note.clone());
                }
                self.claims[at].void = Some(note.clone());
            }
        }
    }

    /// A drop-in of the same name in /etc hides the generated one. systemd.unit(5).
    fn void_hidden(&mut self) {
        self.void_where(RuleId::ConfigShadowed, &|builder, claim| {
            let unit = Some(&claim.home.unit).filter(|_| claim.home.generated)?;
            let hides = |other: &&Claim| !other.home.generated && other.home.file == GENERATED && other.home.unit == *unit;
            let line = builder.line(builder.claims.iter().find(hides)?.span.start);
            Some(format!("The drop-in {GENERATED} of {unit} at line {line} has the name of the generated one and hides it."))
        });
    }

    /// Of several etcd units only the started one counts; nothing is said where none is started. What is masked never starts,
    /// whatever is written for it (coreos/coreos-cloudinit@v1.14.0:system/systemd.go, MaskUnit: its file becomes /dev/null).
    fn void_unstarted(&mut self) {
        self.void_where(RuleId::ConfigSectionWithoutStart, &|builder, claim| {
            let unit = Some(&claim.home.unit).filter(|unit| claim.void.is_none() && !unit.is_empty())?;
            if builder.units.iter().any(|state| state.masked && state.name == *unit) {
                return Some(format!("{unit} is masked here, so it never starts."));
            }
            let is_etcd = |name: &str| claim.parameter.is_etcd() && is_etcd_unit(name);
            let mut started = builder.units.iter().filter(|unit| unit.started && is_etcd(&unit.name)).map(|unit| &unit.name);
            let other = started.next()?;
            (other != unit && started.all(|name| name != unit))
                .then(|| format!("It is for {unit}, but {other} is the unit that is started."))
        });
    }

    /// A proxy takes part in no election.
    fn void_proxied(&mut self) {
        let proxies = std::mem::take(&mut self.proxies);
        if proxies.is_empty() {
            return;
        }
        let acts = |claim: &Claim| claim.parameter.is_etcd() && claim.void.is_none();
        let of_proxy = |claim: &Claim| proxies.iter().any(|process| process.is_empty() || *process == claim.home.unit);
        // Another member may stand beside it.
        self.cluster.proxy &= self.claims.iter().all(|claim| !acts(claim) || of_proxy(claim));
        let why = "This etcd is a proxy: it takes part in no election, so its timers do not apply.";
        self.void_where(RuleId::ConfigProxy, &|_, claim| (acts(claim) && of_proxy(claim)).then(|| why.to_owned()));
    }

    /// In a language a value may only hand another one on: `beat: node['etcd']['heartbeat_interval']`.
    fn void_handed_on(&mut self) {
        if !matches!(self.source, Source::Program | Source::Prefixed) {
            return;
        }
        for at in 0..self.claims.len() {
            let claim = &self.claims[at];
            let named = || search::has(&claim.raw.replace('_', "-"), claim.parameter.key());
            if claim.void.is_some() || claim.reading.fate != Fate::Template || !named() {
                continue;
            }
            let stated = self.claims.iter().find(|other| other.competes() && other.reading.value.is_some() && other.rivals(claim));
            let why = stated.map(|other| format!("{HANDS_ON} line {} states.", self.line(other.span.start)));
            self.claims[at].void = why;
        }
    }

    /// A file of variables that no unit here reads says nothing against what a unit is given. A shipped unit may read the
    /// file of its distribution.
    fn void_unread(&mut self) {
        for (path, claims) in std::mem::take(&mut self.variable_files) {
            let shipped = ["/default/", "/sysconfig/", "etcd.conf", "fleet.conf"].iter().any(|part| search::has(&path, part));
            if shipped || !path.starts_with('/') || self.read_files.iter().any(|read| *read == path || read.contains(['*', '%', '$'])) {
                continue;
            }
            for at in 0..self.claims.len() {
                let claim = &self.claims[at];
                let given = |other: &Claim| other.competes() && !other.home.unit.is_empty() && other.rivals(claim);
                if claims.contains(&claim.number) && claim.competes() && self.claims.iter().any(given) {
                    let note = format!("{} is set in {path}, which no unit here reads.", claim.parameter.key());
                    self.void(at, RuleId::ConfigShadowed, note);
                }
            }
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
            let line = self.line(winner.span.start);
            let otherwise = format!("{value} at line {line} {}.", how_it_wins(winner, claim));
            let id = if same_file { RuleId::ConfigDuplicateKey } else { RuleId::ConfigShadowed };
            let (span, parameter) = (claim.span.clone(), claim.parameter);
            // Two branches of a template state it once.
            let next = statements.partition_point(|statement| *statement < span.end);
            let branches = statements.get(next).is_some_and(|statement| *statement < winner.span.start);
            let branches = same_file && branches;
            let why = if branches {
                format!("{BRANCH} line {line}, which has {value}; which of the two applies is not known here.")
            } else {
                otherwise
            };
            if !branches {
                self.problem(id, span, format!("{} is set here, but {why}", parameter.key()), Some(parameter));
            }
            self.claims[at].void = Some(why);
        }
    }

    /// Where lines begin that hold nothing but a statement of a template, or a shell's word between two branches.
    fn statements(&self) -> Vec<usize> {
        let is_statement = |line: &str| {
            let word = line.trim();
            template::is_statement(line) || matches!(word, "else" | ";;") || word.starts_with("elif ")
        };
        lines(self.text).filter(|(_, line)| is_statement(line)).map(|(at, _)| at).gather()
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
            if claim.void.as_ref().is_some_and(|why| why.starts_with(HANDS_ON)) {
                continue;
            }
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
        // A block of a program may hold one half of a pair, and the next one the other.
        let in_blocks = matches!(self.source, Source::Program | Source::Prefixed);
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
                by_flag: claim.home.class == Class::Flag,
                etcd_04: claim.etcd_04,
                set_by: None,
                process: if in_blocks { String::new() } else { claim.home.unit.clone() },
            }
        };
        let mut settings: Vec<Setting> = self.claims.iter().map(setting).gather();
        by_key(&mut settings, |setting| setting.place);
        // What stands in one place for several processes is one setting, for any of them.
        settings.dedup_by(|other, one| {
            let same = Setting { process: one.process.clone(), ..other.clone() } == *one;
            if same && other.process != one.process {
                one.process.clear();
            }
            same
        });
        settings
    }

    /// What etcd refuses as a pair, with the default where only one is stated.
    fn check_pairs(&mut self, settings: &[Setting]) {
        let acts = |setting: &&Setting| setting.parameter.is_etcd() && setting.effective && !setting.etcd_04;
        let mut told: Vec<&str> = Vec::new();
        // What is for any process stands beside the others.
        for one in settings.iter().rev().filter(acts) {
            let of_any = one.process.is_empty() && settings.iter().filter(acts).any(|other| !other.process.is_empty());
            if of_any || told.contains(&one.process.as_str()) || told.len() > MOST_PAIRS {
                continue;
            }
            told.push(&one.process);
            let last = |parameter| settings.iter().filter(acts).rfind(|other| other.parameter == parameter && other.may_share(one));
            self.check_pair(last(Parameter::HeartbeatInterval), last(Parameter::ElectionTimeout));
        }
    }

    fn check_pair(&mut self, heartbeat: Option<&Setting>, election: Option<&Setting>) {
        let Some(stated) = election.or(heartbeat) else { return };
        // Read line by line, the other one may only have been missed.
        if self.tolerant && (heartbeat.is_none() || election.is_none()) {
            return;
        }
        // What a template fills in fits, or not; a limit on the other half alone holds all the same.
        let known = [heartbeat, election].iter().flatten().all(|setting| setting.value.is_some());
        let stated =
            if known { stated } else { [heartbeat, election].into_iter().flatten().find(|each| each.value.is_some()).unwrap_or(stated) };
        let own_pair = self.cluster.own_pair;
        let default = |parameter: Parameter| own_pair.map_or(parameter.default_value(), |pair| pair.value(parameter));
        let value = |setting: Option<&Setting>, parameter: Parameter| {
            setting.and_then(|setting| setting.value).unwrap_or_else(|| default(parameter))
        };
        // Of a half that is not known the default breaks nothing.
        let (h, t) = (value(heartbeat, Parameter::HeartbeatInterval), value(election, Parameter::ElectionTimeout));
        let unstated = own_pair.map_or(" (the default)".to_owned(), |pair| format!(" (the default of {})", pair.of));
        let from = |setting: Option<&Setting>| if setting.is_some() { "" } else { &*unstated };
        let Some((id, note)) = pair_fault((h, from(heartbeat)), (t, from(election)), known) else { return };
        let halves = [(heartbeat, Parameter::HeartbeatInterval), (election, Parameter::ElectionTimeout)];
        // What is wrong with the stated half alone assumes nothing.
        let alone = h == 0 || t == 0 || t > LONGEST_ELECTION;
        let assumes = halves.into_iter().find(|(stated, _)| stated.is_none() && !alone).map(|(_, half)| half);
        let told = self.problems.len();
        self.problem(id, stated.place.span.range(), note, Some(stated.parameter));
        for problem in &mut self.problems[told..] {
            (problem.assumes, problem.weak_pair) = (assumes, known && h > 0 && t > 0 && 5 * h > t);
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
                    let told = self.problems.iter().any(|problem| problem.id == RuleId::ConfigSectionWithoutStart);
                    if !other_has_section && !told && !self.replaces(other) {
                        let note = format!(
                            "The section is for {unit}, but {other} is the unit that is started, so nothing in it applies; rename the section or start {unit}."
                        );
                        self.problem(RuleId::ConfigSectionWithoutStart, span.clone(), note, parameter);
                    }
                }
                // Read line by line, a start may only have been missed.
                _ if parameter.is_some() && self.units.is_empty() && !self.tolerant => {
                    let note = format!(
                        "The section writes settings for {unit} but starts nothing; {unit} needs `command: start` under `coreos.units`, here or elsewhere."
                    );
                    self.problem(RuleId::ConfigSectionWithoutStart, span.clone(), note, parameter);
                }
                _ => {}
            }
        }
    }
}

/// The pairs of more processes are not looked at.
const MOST_PAIRS: usize = 20;

/// How it is said of a value that refers to another one.
const HANDS_ON: &str = "It hands on what";

/// What etcd does with a pair that does not fit; each half with the words that say where it comes from. What is not `known`
/// may be any value.
fn pair_fault((h, h_from): (Micros, &str), (t, t_from): (Micros, &str), known: bool) -> Option<(RuleId, String)> {
    // etcd-io/etcd 3.3 and later refuse zero; before, zero ends in a crash.
    if h == 0 || t == 0 {
        return Some((RuleId::EtcdBadConfig, "0 was found; etcd needs a number of milliseconds above 0.".to_owned()));
    }
    let human = |value| Parameter::ElectionTimeout.human(value);
    let (heartbeat, election) = (format!("heartbeat-interval {}{h_from}", human(h)), format!("election-timeout {}", human(t)));
    if known && 5 * h > t {
        // etcd-io/etcd@v2.3.8:etcdmain/config.go:319.
        let note = format!("{election}{t_from} is below five times {heartbeat}; etcd needs at least {}.", human(5 * h));
        return Some((RuleId::EtcdBadConfig, note));
    }
    if t > LONGEST_ELECTION {
        return Some((RuleId::EtcdBadConfig, format!("{election} is above 50000\u{a0}ms; etcd 2.1.2 and later refuse to start.")));
    }
    // The remainder is dropped: etcd-io/etcd@v2.3.8:etcdmain/config.go:342.
    (known && t % h != 0).then(|| {
        let (ticks, applies) = (t / h, human(t / h * h));
        let counts = format!("etcd counts {ticks} whole beats, so {applies} apply.");
        (RuleId::ConfigRemainder, format!("{election}{t_from} is no multiple of {heartbeat}: {counts}"))
    })
}

/// How it is said of a value that a template writes in place of another one.
pub const BRANCH: &str = "It stands in another branch than";

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
    pub(super) fn rivals(&self, other: &Claim) -> bool {
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
            Fate::Dropped => format!("coreos-cloudinit leaves it out without a word, so the default of {default} applies."),
            Fate::Zero => format!("A zero is never written, so the default of {default} applies."),
            Fate::Empty => format!("It is empty, so the default of {default} applies."),
            Fate::Stops if self.home.file == TRANSPILED => "The transpiler of Container Linux Config refuses the file with it.".to_owned(),
            Fate::Stops => format!("{daemon} refuses to start with it."),
            Fate::Zeroed => "fleetd takes it for 0 and says nothing.".to_owned(),
            Fate::Template => "It is filled in later, so its value is not known here.".to_owned(),
        })
    }
}
