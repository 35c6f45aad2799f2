//! Reading logs: from bytes to events.

mod borrowed;
pub mod event;
pub mod header;
pub mod order;
pub mod pattern;
pub mod plain;
pub mod prefilter;
pub mod recognise;
pub mod records;
pub mod rows;
pub mod scan;
pub mod signature;
pub mod time;
pub mod wide;
