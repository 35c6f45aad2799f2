//! What is wrong, and which values never act because of it.

use std::ops::Range;

use super::{Builder, Claim, Class, MOST_OF_A_KIND};
use crate::config::configuration::Problem;
use crate::config::meaning::keys;
use crate::ids::RuleId;
use crate::parameters::Parameter;
use crate::search;

impl Builder<'_> {
    /// Something is wrong at `span`.
    pub fn problem(&mut self, id: RuleId, span: Range<usize>, note: String, parameter: Option<Parameter>) {
        let is_word = |text: &&str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
        let word = self.text.get(span.clone()).filter(is_word).unwrap_or("").to_owned();
        self.report(Problem { id, place: self.place(&span), note, parameter, word, weak_pair: false, assumes: None });
    }

    pub(in crate::config) fn report(&mut self, problem: Problem) {
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
    pub(in crate::config) fn void_where(&mut self, id: RuleId, why: &dyn Fn(&Self, &Claim) -> Option<String>) {
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

    /// Nothing that a unit or a process sets acts beside etcd's file (etcd-io/etcd@v3.4.0:etcdmain/config.go:131).
    pub(in crate::config) fn void_beside_files(&mut self) {
        let units = std::mem::take(&mut self.with_files);
        self.void_where(RuleId::ConfigShadowed, &|_, claim| {
            let of_unit = claim.home.class < Class::ConfigFile && units.contains(&claim.home.unit);
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

    pub(in crate::config) fn void(&mut self, at: usize, id: RuleId, note: String) {
        let (parameter, span) = (self.claims[at].parameter, self.claims[at].span.clone());
        self.claims[at].void = Some(note.clone());
        self.problem(id, span, note, Some(parameter));
    }

    /// A variable that no daemon knows, if one of the five may be meant.
    pub(super) fn misspelt_variable(&mut self, name: &str, span: Range<usize>) {
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
}
