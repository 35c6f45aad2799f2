//! What several rules need, by what it is about.

pub mod alerts;
mod finding;
mod in_force;
mod lines;
mod stops;
mod wording;

pub use crate::facts::beside::{beside, near, span, time};
pub use crate::facts::engine::{lease_moves, longest_pass};
pub use crate::facts::events::{longest_first, matching};
pub use crate::facts::failures::{after_fleet_stop, with_fleet_stop};
pub use crate::facts::texts::{
    BY_LEADER, CONNECT_TIMEOUT, GONE, LIMIT, REFUSED, REMOVED, TLS_ALERT, TLS_TIMEOUT, UNEXPECTED_STATUS, UNREADABLE, WITHOUT_LEADER,
    blames_certificate, is_clean, names_port, revisions_apart, says,
};
pub use finding::{MOST_EVIDENCE, graver, said_outright};
pub use in_force::{closes_silent_streams, doubtful, human_limit, knows_wait, last_printed, only_bounded};
pub use lines::{
    MANY_TERMS, WAITS, answered_soon, at_the_end, bursts, hosts, last_entry, last_entry_term, last_line, lines, only_quoted,
    publishes_soon, starts, waited, while_etcd_starts, without_repeats,
};
pub use stops::{TRANSFERS, ended_together, stopped_on_purpose, stopping, with_etcd_stop};
pub use wording::{listed, plural, range, times};
