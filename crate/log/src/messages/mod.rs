//! Messages: the signatures of the catalogue, how a line is told to hold one, and what its holes catch.

pub mod pattern;
pub mod prefilter;
pub mod recognise;
pub mod signature;
