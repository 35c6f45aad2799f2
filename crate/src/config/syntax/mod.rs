//! How a text is cut: the words of a command or of a program, variables, and texts that stand within others, with the way back
//! to their bytes.

pub(crate) mod command;
pub(crate) mod embedded;
pub(crate) mod mapped_text;
pub(crate) mod tokens;
pub mod unpack;
pub(crate) mod values;
pub(crate) mod variables;
pub(crate) mod words;
