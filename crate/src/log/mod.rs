//! Reading logs: from bytes to events.

pub mod event;
pub mod header;
pub mod pattern;
pub mod scan;
pub mod signature;
pub mod time;
