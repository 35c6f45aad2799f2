//! For the tests of rules: real text, read as the engine reads it.

use super::{Finding, check};
use crate::facts::Facts;
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::input::{Document, Input};

/// The facts of these documents.
pub fn facts(texts: &[&str]) -> Facts {
    let documents = texts.iter().map(|text| Document { name: None, text: (*text).to_owned() }).gather();
    crate::session::Session::of(&Input { documents, ..Input::default() }).read()
}

/// The finding of this id.
pub fn find(facts: &Facts, id: RuleId) -> Option<Finding> {
    check(facts).into_iter().find(|finding| finding.id == id)
}
