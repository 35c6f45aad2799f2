//! What several rules need: building a finding, telling a stop by hand from trouble, and the two
//! constraints that more than one rule states.

use super::{At, Basis, Confidence, Constraint, Evidence, Finding, Severity, Side};
use crate::facts::settings::{last_of_each, printed, said_by_members};
use crate::facts::voices::START_LINES;
use crate::facts::{ChangeClass, EventId, Facts, FleetFailure, LeaderChange, StallKind};
use crate::gather::Gather;
use crate::log::event::{Event, Meaning, Value};
use crate::parameters::Parameter;
use crate::report::Provenance;
use crate::search;
use crate::sort;
use crate::units::{Micros, Range, S, human};

/// Lines shown under one finding; its count is not capped.
pub const MOST_EVIDENCE: usize = 50;

/// Whether a value looks as if it was meant in another unit, so that no other is held against it.
pub fn doubtful(facts: &Facts, parameter: Parameter) -> bool {
    let mut problems = facts.configurations.iter().flat_map(|configuration| &configuration.problems);
    problems.any(|problem| problem.id == "config-suspicious-unit" && problem.parameter == Some(parameter))
}

impl Finding {
    /// A finding without evidence yet.
    pub fn new(id: &'static str, severity: Severity, confidence: Confidence, title: impl Into<String>, what: impl Into<String>) -> Finding {
        Finding {
            id,
            severity,
            confidence,
            title: title.into(),
            what: what.into(),
            why: None,
            what_to_do: None,
            count: 0,
            evidence: Vec::new(),
            parameters: Vec::new(),
            constraints: Vec::new(),
        }
    }

    /// Shows these lines, the first as the primary one, and counts them with their repeats.
    pub fn showing(mut self, facts: &Facts, events: &[EventId]) -> Finding {
        self.count = lines(facts, events);
        self.evidence = events.iter().take(MOST_EVIDENCE).map(|id| Evidence { at: At::Event(*id), note: None }).gather();
        self
    }

    /// Counts something else than lines, as its title does.
    pub fn counting(mut self, count: usize) -> Finding {
        self.count = count as u64;
        self
    }

    /// What to see in the primary line.
    pub fn noting(mut self, note: impl Into<String>) -> Finding {
        if let Some(first) = self.evidence.first_mut() {
            first.note = Some(note.into());
        }
        self
    }

    /// The parameters it bears on.
    pub fn on(mut self, parameters: &[Parameter]) -> Finding {
        self.parameters = parameters.to_vec();
        self
    }

    /// Why it matters here, where the input says more than the rule.
    pub fn because(mut self, why: impl Into<String>) -> Finding {
        self.why = Some(why.into());
        self
    }

    /// What to do here, where the input says more than the rule.
    pub fn advising(mut self, what: impl Into<String>) -> Finding {
        self.what_to_do = Some(what.into());
        self
    }

    /// What it demands of the values.
    pub fn demanding(mut self, constraints: Vec<Constraint>) -> Finding {
        self.constraints = constraints;
        self
    }
}

/// All events with one of these meanings.
pub fn all(facts: &Facts, meanings: &[Meaning]) -> Vec<EventId> {
    facts.meaning(meanings)
}

/// Events with one of these meanings that also satisfy `also`.
pub fn matching(facts: &Facts, meanings: &[Meaning], also: impl Fn(&Event) -> bool) -> Vec<EventId> {
    let mut events = facts.meaning(meanings);
    events.retain(|id| also(facts.event(*id)));
    events
}

/// The lines of one meaning, the one with the longest `took` first, and that length; `None` without any.
pub fn longest_first(facts: &Facts, meanings: &[Meaning]) -> Option<(Vec<EventId>, Micros)> {
    // What was refused for want of a leader was carried out neither fast nor slowly.
    let mut events = matching(facts, meanings, |event| !says(event, &[WITHOUT_LEADER]));
    let took = |id: EventId| facts.event(id).duration("took").unwrap_or(0);
    let at = (0..events.len()).max_by_key(|at| took(events[*at]))?;
    let length = took(events[at]);
    events[..=at].rotate_right(1);
    Some((events, length))
}

/// A finding that needs no weighing: critical and sure as soon as one line says so.
pub fn said_outright(facts: &Facts, id: &'static str, events: &[EventId], title: &str, what: &str) -> Option<Finding> {
    (!events.is_empty()).then(|| Finding::new(id, Severity::Critical, Confidence::High, title, what).showing(facts, events))
}

/// How many lines these are, with the ones that the logger merged.
pub fn lines(facts: &Facts, events: &[EventId]) -> u64 {
    events.iter().map(|id| u64::from(facts.event(*id).repeat.max(1))).sum()
}

/// `a`, `a and b`, `a, b, c and 2 more`; nothing of none.
pub fn listed(names: &[&str]) -> Option<String> {
    const MOST: usize = 3;
    match names {
        [] => None,
        [only] => Some((*only).to_owned()),
        [first @ .., last] if names.len() <= MOST => Some(format!("{} and {last}", first.join(", "))),
        _ => Some(format!("{} and {} more", names[..MOST].join(", "), names.len() - MOST)),
    }
}

/// The machines or documents these lines come from.
pub fn hosts(facts: &Facts, events: &[EventId]) -> Vec<String> {
    sort::distinct(events.iter().map(|id| facts.host(*id)))
}

/// The lines in their order, each once.
pub fn without_repeats(events: Vec<EventId>) -> Vec<EventId> {
    let first = sort::groups(events.into_iter().enumerate().map(|(at, id)| (id, at)).gather());
    let mut first: Vec<(usize, EventId)> = first.into_iter().filter_map(|(id, places)| Some((*places.first()?, id))).gather();
    sort::sort(&mut first);
    first.into_iter().map(|(_, id)| id).gather()
}

/// One key per speaker: a log, and the machine within it.
pub fn voice(facts: &Facts, id: EventId) -> i64 {
    (id.log as i64) << 17 | facts.event(id).host.map_or(0, |host| i64::from(host) + 1)
}

/// When an event happened.
pub fn time(facts: &Facts, id: EventId) -> Option<Micros> {
    facts.event(id).time.map(|time| time.micros)
}

/// Whether a check of Talos that failed was passed within half a minute, as where etcd has just started (judgement).
pub fn answered_soon(facts: &Facts, id: EventId) -> bool {
    facts.event(id).meaning == Meaning::ProbeFailed && near(facts, id, &[Meaning::ProbeAnswered], 0, 30 * S, 2)
}

/// What a member says when it had stood still, at the end of it.
pub const WAITS: &[Meaning] = &[Meaning::HeartbeatLate, Meaning::WalSyncSlow];

/// From when to when a member stood still, as one of these lines tells.
pub fn waited(event: &Event) -> Option<(Micros, Micros)> {
    let end = event.time?.micros;
    Some((end - event.duration("took").or(event.duration("excess"))?, end))
}

/// From the first to the last of these events.
pub fn span(facts: &Facts, events: &[EventId]) -> Option<Micros> {
    let times: Vec<Micros> = events.iter().filter_map(|id| time(facts, *id)).gather();
    Some(times.iter().max()? - times.iter().min()?)
}

/// `1 line`, `7 lines`.
pub fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{count}\u{a0}{}", if count == 1 { one } else { many })
}

/// `once`, `twice`, `7 times`.
pub fn times(count: u64) -> String {
    match count {
        1 => String::from("once"),
        2 => String::from("twice"),
        many => format!("{many}\u{a0}times"),
    }
}

/// `1.44 to 1.54 s`, or one value where both ends print alike.
pub fn range(range: Range) -> String {
    let (low, high) = (human(range.low), human(range.high));
    if low == high {
        return high;
    }
    match (low.split_once('\u{a0}'), high.split_once('\u{a0}')) {
        (Some((number, unit)), Some((_, other))) if unit == other => format!("{number} to {high}"),
        _ => format!("{low} to {high}"),
    }
}

/// How far the two revisions of a refused renewal lie apart: `101: Compare failed ([167 != 168])` is 1.
/// A pager may have cut the second number: without its bracket it is not whole.
pub fn revisions_apart(event: &Event) -> Option<i64> {
    let (ours, rest) = event.text.split_once("Compare failed ([")?.1.split_once(" != ")?;
    let theirs = rest.split_once("])")?.0;
    Some(theirs.parse::<i64>().ok()? - ours.parse::<i64>().ok()?)
}

/// Whether the line holds one of these words. The text kept for a very long line is cut, so what the
/// holes caught is looked at too.
pub fn says(event: &Event, words: &[&str]) -> bool {
    let caught = |word: &str| event.values.iter().any(|(_, value)| matches!(value, Value::Text(text) if search::has(text, word)));
    words.iter().any(|word| search::has(&event.text, word) || caught(word))
}

/// Texts with which a request of fleet says that it ran into its limit (fleet's clients of 0.5 to 1.0).
pub const LIMIT: &[&str] = &["cancelled", "timeout reached", "context deadline exceeded", "exceeded header timeout", "request timed out"];

/// Whether etcd is known, and may be one that drops silent streams.
pub fn closes_silent_streams(facts: &Facts) -> bool {
    facts.etcd.is_some_and(|range| range.low < (2, 1, 0))
}

/// The text with which etcd refuses a request while it has no leader (etcd-io/etcd@v3.7.1:server/etcdserver/errors/errors.go:35).
pub const WITHOUT_LEADER: &str = "etcdserver: no leader";

/// Texts with which etcd says that a request ended for a leader that was lost.
pub const BY_LEADER: &[&str] = &["previous leader failure", "etcdserver: leader changed"];

/// Texts of a port that nobody serves: the system's, also as an SSH tunnel passes it on, and that of Windows.
pub const REFUSED: &[&str] = &["onnection refused", "actively refused", "...refused", "…refused"];

/// Texts of a certificate that somebody refused.
pub const CERTIFICATE: &[&str] = &[
    "x509:",
    "bad certificate",
    "tls: ",
    "certificate has expired",
    "certificate required",
    "certificate signed by unknown authority",
    "TLS handshake",
    // What a server that speaks TLS answers to plain HTTP begins so: a TLS record of an alert.
    TLS_ALERT,
];

/// The first bytes of such an alert, as Go prints them (RFC 8446, section 5.1: type 21, version 3).
pub const TLS_ALERT: &str = "malformed HTTP response \"\\x15\\x03";

/// Go's word for a peer that took the connection and then said nothing (golang/go@go1.12:src/net/http/transport.go):
/// it is late, and no certificate was seen.
pub const TLS_TIMEOUT: &str = "TLS handshake timeout";

/// Whether a word of trouble with certificates stands in the line.
pub fn blames_certificate(event: &Event) -> bool {
    says(event, CERTIFICATE) && !says(event, &[TLS_TIMEOUT])
}

/// Whether this line came with the end of its process on purpose: within two seconds, on the same
/// host of the same document, fleetd says that it was told to stop (coreos/fleet@v0.11.5:fleetd/fleetd.go:113).
pub fn with_fleet_stop(facts: &Facts, id: EventId) -> bool {
    let stops = [Meaning::FleetdGracefulShutdown, Meaning::ServerMonitorShutdown, Meaning::FleetdReload, Meaning::FleetdRestartComponents];
    near(facts, id, &stops, -2 * S, 2 * S, 6)
}

/// A fleetd that is told to stop deletes its presence itself, and the engine takes its units away within its next pass
/// (coreos/fleet@v0.11.5:server/server.go, Purge; engine/reconciler.go:98 words it as for a machine that is lost).
pub fn after_fleet_stop(facts: &Facts, id: EventId) -> bool {
    let stops = [Meaning::FleetdGracefulShutdown];
    let now = time(facts, id);
    let soon = |stop: Micros| now.is_some_and(|now| (-S..=30 * S).contains(&(now - stop)));
    facts.times_of(&stops).into_iter().any(soon) || near(facts, id, &stops, -30 * S, 0, 30)
}

/// So many recognised lines are looked at on either side; more in so short a time tell nothing new.
const NEIGHBOURS: usize = 2_000;

/// Whether a line of `meanings` stands on the same host of the same document within [from, to] of
/// this one; without time stamps, within so many recognised lines.
pub fn near(facts: &Facts, id: EventId, meanings: &[Meaning], from: Micros, to: Micros, lines: usize) -> bool {
    beside(facts, id, from, to, lines, &|event| meanings.contains(&event.meaning))
}

/// As `near`, of lines that `fit`.
fn beside(facts: &Facts, id: EventId, from: Micros, to: Micros, lines: usize, fit: &dyn Fn(&Event) -> bool) -> bool {
    let Some(log) = facts.logs.get(id.log) else { return false };
    let here = facts.event(id);
    // Whole-second stamps put lines of one moment in any order, so both sides are looked at.
    let in_reach = |(at, event): &(usize, &Event)| match (event.time, here.time) {
        (Some(there), Some(now)) => (from.min(0)..=to.max(0)).contains(&(there.micros - now.micros)),
        _ => at.abs_diff(id.event) <= lines,
    };
    let fits = |(_, event): (usize, &Event)| {
        let in_time = match (event.time, here.time) {
            (Some(there), Some(now)) => (from..=to).contains(&(there.micros - now.micros)),
            _ => true,
        };
        in_time && event.host == here.host && fit(event)
    };
    let events = || log.events.iter().enumerate();
    let before = events().take(id.event + 1).rev().take(NEIGHBOURS).take_while(in_reach).any(fits);
    before || events().skip(id.event).take(NEIGHBOURS).take_while(in_reach).any(fits)
}

/// One line of the server alone, without a stamp or a program, beside other text: the title of a question, or a
/// quotation. etcd prints no line so, and what followed it is not in the input.
pub fn only_quoted(facts: &Facts) -> bool {
    let mut events = facts.all_events();
    let Some((id, event)) = events.next().filter(|_| events.next().is_none()) else { return false };
    let log = &facts.logs[id.log];
    let bare = event.time.is_none() && event.host.is_none() && !event.text.contains("]: ");
    bare && event.is_etcd_server() && event.meaning != Meaning::FlagUnknown && log.unread > 0 && log.foreign == 0
}

/// When the last line of all logs was written.
pub fn last_line(facts: &Facts) -> Option<Micros> {
    facts.logs.iter().filter_map(|log| log.last.as_ref()).map(|(last, _)| last.micros).max()
}

/// Whether the line stands in the last five seconds of the whole input, so that its outcome is cut off.
pub fn at_the_end(facts: &Facts, id: EventId) -> bool {
    matches!((time(facts, id), last_line(facts)), (Some(now), Some(last)) if last - now <= 5 * S)
}

/// Whether a start line stands before this line, from the same host of the same document.
pub fn started_before(facts: &Facts, id: EventId) -> bool {
    let Some(log) = facts.logs.get(id.log) else { return false };
    let host = facts.event(id).host;
    log.events.iter().take(id.event).any(|event| event.host == host && START_LINES.contains(&event.meaning))
}

/// Lines of a leadership that is handed over on purpose.
pub const TRANSFERS: &[Meaning] = &[Meaning::LeaderTransfer, Meaning::LeaderTransferProgress];

/// Whether the old leader of this change was told to stop: some log says so in the half minute and
/// the three election-timeouts before the next leader.
pub fn stopped_on_purpose(facts: &Facts, change: &LeaderChange) -> bool {
    let Some(elected) = change.elected.filter(|_| change.class == ChangeClass::Wanted) else { return false };
    let within = 30 * S + 3 * facts.value(Parameter::ElectionTimeout);
    // A stop before the leader before was elected is none of this one.
    let of_this = |stop: Micros| elected - stop <= within && facts.elected.between(stop, elected - 1).is_empty();
    facts.last_time(Meaning::EtcdShutdown, elected).is_some_and(of_this)
}

/// Whether an etcd process was stopped on purpose around this line, or handed its leadership over.
pub fn with_etcd_stop(facts: &Facts, id: EventId) -> bool {
    let stops = [Meaning::EtcdShutdown, Meaning::LeaderTransfer, Meaning::LeaderTransferProgress];
    beside(facts, id, -10 * S, S, 20, &|event| stops.contains(&event.meaning) || gave_up_itself(event))
}

/// A client may be up some seconds before etcd; all is well once etcd has a leader, or the API server of Kubernetes serves.
pub fn while_etcd_starts(facts: &Facts, id: EventId) -> bool {
    let within = |meanings: &[Meaning], from: Micros| near(facts, id, meanings, from, 30 * S, 20);
    within(&[Meaning::ApiserverServes], 0)
        || within(START_LINES, -30 * S) && within(&[Meaning::BecameLeader, Meaning::LeaderElected], -30 * S)
}

/// A member that stops gives its connections up itself, and says so among the warnings too.
fn gave_up_itself(event: &Event) -> bool {
    matches!(event.meaning, Meaning::PeerDialError | Meaning::PeerReadFailed | Meaning::PeerInactive)
        && says(event, &["(context canceled)"])
}

/// Needless leader changes that a measured or estimated stall explains.
pub fn explained(facts: &Facts) -> usize {
    let known = |stall: usize| facts.stalls.get(stall).is_some_and(|stall| stall.kind != StallKind::Censored);
    facts.needless().filter(|change| change.stall.is_some_and(known)).count()
}

/// What the stalls of leaders demand of the election-timeout. Both bounds are written for a heartbeat
/// of a tenth of it: no needless election was measured while T >= S + 2H (lab), so T >= S / 0.8; with
/// a quarter more for the stall not yet seen, T >= 1.25 S / 0.8.
pub fn outlast_stalls(facts: &Facts) -> Vec<Constraint> {
    let Some(stall) = facts.longest_stall() else { return Vec::new() };
    let longest = stall.planned;
    let seen = match stall.kind {
        StallKind::Censored => format!(
            "followers missed the leader for at least {}, which only bounds its stall from below; {} is assumed",
            human(stall.length.low),
            human(longest)
        ),
        StallKind::Return | StallKind::CutOff => {
            format!("the longest silence of a leader is estimated at {} from when it came back", human(longest))
        }
        _ => format!("the longest stall of a leader lasted {}", range(stall.length)),
    };
    let bare = if stall.kind == StallKind::Censored { Basis::Judgement } else { Basis::Measured };
    vec![
        Constraint {
            parameter: Parameter::ElectionTimeout,
            side: Side::AtLeast,
            bound: longest * 5 / 4,
            basis: bare,
            because: format!(
                "{seen}; no election came in measured clusters while the election-timeout was at least the stall and two heartbeats"
            ),
        },
        Constraint {
            parameter: Parameter::ElectionTimeout,
            side: Side::AtLeast,
            bound: longest * 25 / 16,
            basis: Basis::Judgement,
            because: format!(
                "a margin of a quarter over {} for a stall this log does not show, and two heartbeats of a tenth",
                human(longest)
            ),
        },
    ]
}

/// What failed requests demand of fleet's etcd-request-timeout: requests that met a stall of a leader
/// are served when it wakes, so the limit must outlast the stall (lab). Requests begun between a
/// leader's death and the next leader are lost in etcd whatever the limit is, so these demand nothing.
pub fn outlast_requests(facts: &Facts) -> Vec<Constraint> {
    let curable: Vec<&FleetFailure> = facts.fleet_failures.iter().filter(|failure| !by_death(facts, failure)).gather();
    // One burst alone proves too little: it is as well a hiccup of one second.
    if curable.len() < 2 {
        return Vec::new();
    }
    let stalls = curable.iter().filter_map(|failure| facts.stalls.get(failure.stall?)).map(|stall| stall.planned);
    let at_least =
        |bound, basis, because| Constraint { parameter: Parameter::EtcdRequestTimeout, side: Side::AtLeast, bound, basis, because };
    let tied = curable.iter().filter(|failure| failure.stall.is_some()).count();
    if let (Some(longest), true) = (stalls.max(), tied * 5 >= curable.len() * 4) {
        return vec![at_least(
            longest * 5 / 4,
            Basis::Measured,
            format!(
                "{tied} of {} failed bursts met a stall of etcd's leader, the longest {}; a request survives a stall when its limit is longer",
                curable.len(),
                human(longest)
            ),
        )];
    }
    let mut demands = vec![at_least(
        5 * S,
        Basis::Judgement,
        String::from(
            "each failed request only says that etcd took longer than the limit; 5\u{a0}s was measured to silence stalls of 1.5\u{a0}s",
        ),
    )];
    let wait = crate::facts::failures::proven_wait(facts).unwrap_or(0);
    if wait > facts.value(Parameter::EtcdRequestTimeout) {
        demands.push(at_least(
            wait * 5 / 4,
            Basis::Measured,
            format!("requests failed one straight after the other for {}, so etcd gave no answer for at least that long", human(wait)),
        ));
    }
    demands
}

/// Lines with which fleet's engine lease went from one machine to another: one that names the new engine, or an engine
/// that acquires it after another one did.
pub fn lease_moves(facts: &Facts) -> Vec<EventId> {
    let named = all(facts, &[Meaning::EngineLeaderChanged]);
    let mut acquired = all(facts, &[Meaning::EngineLeaseAcquired]);
    acquired.retain(|id| time(facts, *id).is_some());
    sort::by_key(&mut acquired, |id| time(facts, *id));
    let moves = acquired.windows(2).filter(|pair| voice(facts, pair[0]) != voice(facts, pair[1]) && !with_fleet_stop(facts, pair[0]));
    let moved: Vec<EventId> = moves.map(|pair| pair[1]).gather();
    // Both kinds tell of the same moves.
    if moved.len() > named.len() { moved } else { named }
}

/// The longest pass of fleet's engine that is logged: it warns when one takes longer than its interval
/// (coreos/fleet@v0.11.5:engine/engine.go:115).
pub fn longest_pass(facts: &Facts) -> Option<Micros> {
    facts.events_of(&[Meaning::EngineReconcileDuration]).filter_map(|(_, event)| event.duration("took")).max()
}

/// Whether the failure fell into the time after a leader's death.
fn by_death(facts: &Facts, failure: &FleetFailure) -> bool {
    failure.stall.is_none() && failure.change.and_then(|at| facts.changes.get(at)).is_some_and(|change| change.class == ChangeClass::Wanted)
}

/// Whether of the election-timeout only the least is known that the heartbeat leaves.
pub fn only_bounded(facts: &Facts) -> bool {
    let known = facts.in_force(Parameter::ElectionTimeout);
    let tells = [Meaning::HeartbeatLate, Meaning::Hb04NearElection];
    known.provenance == Provenance::Inferred && known.event.is_some_and(|id| tells.contains(&facts.event(id).meaning))
}

/// Whether followers are known to wait as long as is assumed: a heartbeat that is not the default one is no half of the
/// default pair.
pub fn knows_wait(facts: &Facts) -> bool {
    let [beat, wait] = [Parameter::HeartbeatInterval, Parameter::ElectionTimeout].map(|parameter| facts.in_force(parameter));
    let printed = !said_by_members(facts, Parameter::ElectionTimeout).is_empty();
    let assumed = wait.provenance == Provenance::Default && wait.place.is_none() && !printed;
    !(assumed && beat.event.is_some() && beat.value != Some(Parameter::HeartbeatInterval.default_value()))
}

/// The last value of each member that its own log prints.
pub fn last_printed(facts: &Facts, parameter: Parameter) -> Vec<(EventId, Micros)> {
    last_of_each(facts, printed(facts, parameter))
}

/// A limit for sentences: its value, and whether it is the default, or the least that a heartbeat or a gap leaves. What
/// else may be doubted of it the verdict says, once.
pub fn human_limit(facts: &Facts, parameter: Parameter) -> String {
    let known = facts.in_force(parameter);
    let note = match (known.event, known.place) {
        (Some(_), _) if parameter == Parameter::ElectionTimeout && only_bounded(facts) => " or more",
        _ if parameter == Parameter::ElectionTimeout && !knows_wait(facts) => " (the default)",
        _ if parameter.is_etcd() && distinct_values(&last_printed(facts, parameter)) > 1 => " (not on all members)",
        (None, None) => " (the default)",
        // The log prints its heartbeat, and no timeout.
        (Some(id), None) if known.provenance == Provenance::Default && facts.event(id).meaning == Meaning::HeartbeatLate => {
            " (the default)"
        }
        _ => "",
    };
    format!("{}{note}", parameter.human(facts.value(parameter)))
}

fn distinct_values(printed: &[(EventId, Micros)]) -> usize {
    sort::distinct(printed.iter().map(|(_, value)| *value)).len()
}
