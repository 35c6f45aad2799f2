//! Timing Advisor: reads etcd and fleet logs and configurations, explains timing trouble, and
//! proposes values that follow from the evidence.
//!
//! The modules are the pipeline, from top to bottom: each depends only on those above it.

pub mod units;
pub mod text;
pub mod input;
pub mod parameters;
pub mod model;
pub mod report;
pub mod yaml;
pub mod detect;
pub mod config;
pub mod log;
pub mod facts;
pub mod rules;
pub mod patch;
