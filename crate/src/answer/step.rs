//! A step of the answer.

use crate::gather::Gather;
use crate::report::Step;

/// One step, with its commands.
pub fn step(text: impl Into<String>, commands: &[&str], effect: impl Into<String>) -> Step {
    Step { text: text.into(), commands: commands.iter().map(|command| (*command).to_owned()).gather(), effect: effect.into() }
}
