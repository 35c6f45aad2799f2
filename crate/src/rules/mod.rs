//! Rules: each looks at the facts and may conclude one finding. Rules never pick a value;
//! they state constraints, and the planner picks.

use crate::facts::{EventId, Facts};
use crate::parameters::Parameter;
use crate::report::{Confidence, Severity};
use crate::text::Place;
use crate::units::Micros;

/// One rule. Its id is its file's name, its page's name and its folder under `tests/rules/`.
pub struct Rule {
    /// Finding id.
    pub id: &'static str,
    /// Why such a thing matters: one or two sentences.
    pub why: &'static str,
    /// What to do: one or two sentences.
    pub what_to_do: &'static str,
    /// `repo@tag:path:line` and documents.
    pub references: &'static [&'static str],
    /// Looks; `None` where there is nothing to say.
    pub check: fn(&Facts) -> Option<Finding>,
}

/// One conclusion.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rule's id.
    pub id: &'static str,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// One line, with the number that matters.
    pub title: String,
    /// What happened, in sentences.
    pub what: String,
    /// Overrides the rule's `why` where this input says more.
    pub why: Option<String>,
    /// Overrides the rule's `what_to_do`.
    pub what_to_do: Option<String>,
    /// How many, as the title counts.
    pub count: u64,
    /// The lines; the first is the primary one.
    pub evidence: Vec<Evidence>,
    /// Parameters it bears on.
    pub parameters: Vec<Parameter>,
    /// What it demands of the values.
    pub constraints: Vec<Constraint>,
}

/// A line that shows it, with a note.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Where.
    pub at: At,
    /// What to see in it.
    pub note: Option<String>,
}

/// A place in a log or in a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// A recognised message.
    Event(EventId),
    /// A place in a configuration.
    Place(Place),
}

/// What an inequality rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Basis {
    /// Measured on real clusters.
    Measured,
    /// Read in the daemon's source.
    Source,
    /// Arithmetic over the two.
    Derived,
    /// Official documentation.
    Documentation,
    /// Our judgement.
    Judgement,
}

/// Which side of a parameter a constraint bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The value must not be smaller.
    AtLeast,
    /// The value must not be larger.
    AtMost,
}

/// An inequality on one parameter. The planner reconciles all of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Constraint {
    /// Which parameter.
    pub parameter: Parameter,
    /// Which side.
    pub side: Side,
    /// The bound.
    pub bound: Micros,
    /// What it rests on.
    pub basis: Basis,
    /// The sentence that names its evidence and its numbers.
    pub because: String,
}
