//! What a value that refers to a variable stands for.

use std::ops::Range;

use super::embedded::Body;
use super::words::is_name;
use crate::index::{self, Index};
use crate::template;

/// A script adds to its variables less often.
const MOST_ADDED: usize = 100;

/// Variables by their names. What a here-document sets is another's.
#[derive(Clone, Default)]
pub struct Variables {
    index: Index,
    /// The value and its bytes in the document; nothing where it is set in several ways or only under a condition.
    values: Vec<Option<(String, Range<usize>)>>,
    /// What a script puts behind the options that a variable holds, each with the variable's name.
    added: Vec<(String, String, Range<usize>)>,
    bodies: Vec<Body>,
    /// A shell fills in `${NAME:-500}`; systemd does not (systemd/systemd@v252:src/basic/env-util.c, replace_env_n).
    pub by_shell: bool,
}

impl Variables {
    /// What a value that stands at `at` stands for.
    pub fn meaning<'a>(&'a self, value: &'a str, at: usize) -> Meaning<'a> {
        let Some(name) = referred(value) else { return Meaning::Itself };
        let scope = self.scope(at);
        let quoted = scope > 0 && self.bodies[scope - 1].quoted;
        // Within a here-document the shell fills its own variables in, but where its end is in quotes.
        let found = [if quoted { scope } else { 0 }, scope].into_iter().find_map(|scope| self.index.find(key(scope, name)));
        match found.map(|found| &self.values[found]) {
            Some(Some((value, place))) => Meaning::Value(value, place.clone()),
            None if self.by_shell && !quoted => {
                fallback(value).map_or(Meaning::Unknown(name), |(value, from)| Meaning::Fallback(value, from))
            }
            _ => Meaning::Unknown(name),
        }
    }

    /// Of a text with these here-documents, which a shell reads.
    pub fn of_shell(bodies: Vec<Body>) -> Self {
        Variables { bodies, by_shell: true, ..Variables::default() }
    }

    /// What is set outside of here-documents, for a text whose place among them is not told.
    pub fn outside(self) -> Self {
        Variables { bodies: Vec::new(), ..self }
    }

    /// A variable has this value; a later one takes its place.
    pub fn set(&mut self, name: &str, value: String, place: Range<usize>, at: usize) {
        *self.slot(name, at) = Some((value, place));
    }

    /// A variable is set; where not for the first time, its value is not known.
    pub fn set_once(&mut self, name: &str, value: Option<(String, Range<usize>)>, at: usize) {
        let known = self.values.len();
        *self.slot(name, at) = None;
        if self.values.len() > known {
            *self.slot(name, at) = value;
        }
    }

    /// Options stand behind what a variable holds: `NAME+=" --flag"`, `NAME="$NAME --flag"`.
    pub fn add(&mut self, name: &str, options: &str, place: Range<usize>) {
        // All are looked at for each command that has the variable.
        if self.added.len() < MOST_ADDED {
            self.added.push((name.to_owned(), options.to_owned(), place));
        }
    }

    /// What was put behind the variable that a value refers to, with its bytes in the document.
    pub fn added(&self, value: &str) -> impl Iterator<Item = (&str, &Range<usize>)> {
        let name = referred(value);
        self.added.iter().filter(move |added| name == Some(&added.0)).map(|(_, options, place)| (options.as_str(), place))
    }

    fn slot(&mut self, name: &str, at: usize) -> &mut Option<(String, Range<usize>)> {
        let found = self.index.position(key(self.scope(at), name));
        index::slot(&mut self.values, found)
    }

    /// The number of the here-document at `at`, counted from one.
    pub fn scope(&self, at: usize) -> usize {
        let next = self.bodies.partition_point(|body| body.range.start <= at);
        if next > 0 && at < self.bodies[next - 1].range.end { next } else { 0 }
    }
}

/// What a value stands for.
pub enum Meaning<'a> {
    /// Itself: it refers to nothing.
    Itself,
    /// The value of a variable, and its bytes in the document.
    Value(&'a str, Range<usize>),
    /// What it names for the case that nobody sets the variable, and how far within it that begins.
    Fallback(&'a str, usize),
    /// A variable of this name, whose value is not known.
    Unknown(&'a str),
}

fn key(scope: usize, name: &str) -> i64 {
    index::joined(index::key(name), scope as i64)
}

/// The variable that `$NAME`, `${NAME}`, `${NAME:-500}`, `$(NAME)` of a Makefile, or `%NAME%` of Windows' cmd stands for.
pub fn referred(value: &str) -> Option<&str> {
    if let Some(name) = value.strip_prefix('%').and_then(|rest| rest.strip_suffix('%')) {
        return Some(name).filter(|name| is_name(name));
    }
    let name = value.strip_prefix('$')?;
    let within = |open, close| name.strip_prefix(open)?.strip_suffix(close);
    let name = match within('{', '}') {
        // `${NAME:-x}`, `${NAME=x}` and `${NAME?x}` are the variable where it is set.
        Some(inside) => {
            let (name, rest) = inside.split_at(inside.find([':', '-', '=', '?']).unwrap_or(inside.len()));
            let rest = rest.strip_prefix(':').unwrap_or(rest);
            if rest.is_empty() || rest.starts_with(['-', '=', '?']) { name } else { "" }
        }
        None => within('(', ')').unwrap_or(name),
    };
    is_name(name).then_some(name)
}

/// The options that a shell puts behind those that a variable holds, from where they begin.
pub fn added_options<'v>(name: &str, value: &'v str, grows: bool) -> Option<&'v str> {
    let behind = value.split_once(' ').filter(|(own, _)| referred(own) == Some(name)).map(|(_, behind)| behind);
    behind.or(grows.then_some(value)).map(str::trim_start).filter(|options| options.starts_with('-'))
}

/// What `${NAME:-250}` stands for where nobody sets the variable, and how far within it that begins.
pub fn fallback(value: &str) -> Option<(&str, usize)> {
    let inside = value.strip_prefix("${")?.strip_suffix('}')?;
    let (name, rest) = inside.split_once(['-', '='])?;
    let literal = is_name(name.trim_end_matches(':')) && !template::fills(rest);
    // The shell takes quotes away here, too.
    let bare = ['"', '\''].into_iter().find_map(|mark| rest.strip_prefix(mark)?.strip_suffix(mark)).unwrap_or(rest);
    literal.then_some((bare, "${".len() + name.len() + 1 + (rest.len() - bare.len()) / 2))
}
