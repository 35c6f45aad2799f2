//! What is written, as a machine takes it: the spellings of a parameter, what becomes of a value, what is wrong with it.

pub(crate) mod keys;
pub(crate) mod scalar;
pub(crate) mod values;
