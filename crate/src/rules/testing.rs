//! For the tests of rules: real text, read as the engine reads it.

use super::{Finding, check};
use crate::facts::Facts;
use crate::input::Assumptions;
use crate::log::scan::Scanner;

/// The facts of these documents: configurations where they read as such, else logs.
pub fn facts(texts: &[&str]) -> Facts {
    let (mut configurations, mut logs) = (Vec::new(), Vec::new());
    for (id, text) in texts.iter().enumerate() {
        let mut scanner = Scanner::new(id);
        scanner.push(text.as_bytes());
        let reading = scanner.finish();
        match crate::config::read(id, text) {
            Some(configuration) if reading.recognised == 0 => configurations.push(configuration),
            _ => logs.push(reading),
        }
    }
    Facts::gather(configurations, logs, Vec::new(), Assumptions::default())
}

/// The finding of this id.
pub fn find(facts: &Facts, id: &str) -> Option<Finding> {
    check(facts).into_iter().find(|finding| finding.id == id)
}
