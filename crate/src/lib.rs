//! Timing Advisor: reads etcd and fleet logs and configurations, explains timing trouble, and
//! proposes values that follow from the evidence.
//!
//! ```
//! use timing_advisor::{Document, Input, analyze};
//!
//! let log = "Apr 20 10:00:01 core-01 etcd2[815]: failed to send out heartbeat on time (deadline exceeded for 1.2s)\n";
//! let documents = vec![Document { name: Some("etcd.log".into()), text: log.into() }];
//! let report = analyze(&Input { documents, ..Input::default() });
//! assert_eq!(report.findings[0].id, "etcd-heartbeat-late");
//! ```
//!
//! Files that do not fit into memory are fed to a [`Session`] in pieces, as `crate/examples/check.rs` does:
//! `cargo run --example check -- cloud-config.yaml fleet.log`.
//!
//! The modules are the pipeline, from top to bottom: each depends only on those above it.

pub use timing_advisor_log as log;
pub use timing_advisor_log::{gather, index, moments, search, sort, text, version};
pub mod ids;
pub mod units;
pub mod input;
pub mod parameters;
pub mod model;
pub mod report;
pub mod template;
pub mod yaml;
pub mod config;
pub mod parts;
pub mod facts;
pub mod replay;
pub mod rules;
pub mod plan;
pub mod patch;
pub mod verdict;
pub mod answer;
pub mod session;
pub mod json;
#[cfg(target_arch = "wasm32")]
mod web;

pub use input::{Assumptions, Document, Input};
pub use report::Report;
pub use session::{Counts, Session};

/// Reads all documents and gives the answer. Pure: no clock, no I/O, no randomness without a fixed seed.
pub fn analyze(input: &Input) -> Report {
    Session::of(input).finish()
}
