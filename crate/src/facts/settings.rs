//! Which value of each parameter was in force while the logs were written.
//!
//! The first that exists wins: a line of etcd that names it, a variable etcd says it used, what a
//! configuration states, what failing calls or a long heartbeat give away, the default (method, section 1.2).

use super::failures::{by_host, of_host};
use super::voices::speaker;
use super::{EventId, Facts, Generation, VersionRange};
use crate::config::{Configuration, Problem, Setting, Source};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::index::{self, Index};
use crate::log::event::{Event, LogReading, Meaning};
use crate::parameters::Parameter;
use crate::report::Provenance;
use crate::search;
use crate::sort::by_key;
use crate::text::Place;
use crate::units::{MS, Micros, S};
use crate::version::version;

/// The value of a parameter that was in force while the logs were written.
#[derive(Clone, Debug, PartialEq)]
pub struct InForce {
    /// The value; `None` where not even a default is known.
    pub value: Option<Micros>,
    /// Stated, inferred or default.
    pub provenance: Provenance,
    /// The place in a configuration that says so.
    pub place: Option<Place>,
    /// The log line that says so.
    pub event: Option<EventId>,
}

/// What is said of a timer that is written with etcd 0.4's key for a later etcd.
const OLD_KEY: &str = "It is written with the key of etcd 0.4, which etcd 2 and 3 ignore.";

/// Whether this etcd passes over the keys of 0.4: it warns of them and goes on (etcd-io/etcd@v2.0.0:etcdmain/config.go:48,
/// `ignored`, which is the same up to v3.7).
pub fn passes_over_old_keys(etcd: Option<VersionRange>) -> bool {
    etcd.is_some_and(|range| range.low >= version(2, 0, 0))
}

/// Voids the keys of 0.4 for a later etcd, which the logs tell of or, without them, options that 0.4 does not have.
/// A session may ask again with other logs, so what was judged before is undone.
pub fn judge_old_keys(configurations: &mut [Configuration], etcd: Option<VersionRange>) {
    for configuration in configurations {
        let void = if etcd.is_some() { passes_over_old_keys(etcd) } else { configuration.cluster.names_etcd_2 };
        configuration.problems.retain(|problem| problem.id != RuleId::ConfigOldKey);
        for setting in configuration.settings.iter_mut().filter(|setting| setting.etcd_04) {
            if setting.why.as_deref() == Some(OLD_KEY) {
                (setting.effective, setting.why) = (true, None);
            }
            if void && setting.effective {
                (setting.effective, setting.why) = (false, Some(OLD_KEY.to_owned()));
                let key = setting.parameter.key();
                let note = format!("peer-{key} is the name of etcd 0.4; etcd 2 and 3 warn of it and ignore it. Theirs is {key}.");
                let (place, parameter) = (setting.place, Some(setting.parameter));
                configuration.problems.push(Problem {
                    id: RuleId::ConfigOldKey,
                    place,
                    note,
                    parameter,
                    word: String::new(),
                    weak_pair: false,
                    assumes: None,
                });
            }
        }
    }
}

/// Why a line of fleet.conf does not act.
const BEATEN: &str = "Another of these texts sets it in the environment of fleet, and a variable beats fleet.conf.";

/// Voids in fleet.conf what another configuration sets in fleet's environment, as a section and a drop-in do
/// (coreos/fleet@v0.11.5:Godeps/_workspace/src/github.com/rakyll/globalconf/globalconf.go:105).
pub fn judge_fleet_conf(configurations: &mut [Configuration]) {
    let beats = |configuration: &&Configuration| !matches!(configuration.source, Source::FleetConf | Source::Fragment);
    let set = configurations.iter().filter(beats).flat_map(|configuration| &configuration.settings).filter(|setting| setting.effective);
    let set: Vec<Parameter> = set.map(|setting| setting.parameter).gather();
    for configuration in configurations.iter_mut().filter(|configuration| configuration.source == Source::FleetConf) {
        for setting in configuration.settings.iter_mut() {
            let (acts, told) = (setting.effective, setting.why.as_deref() == Some(BEATEN));
            if (acts || told) && set.contains(&setting.parameter) {
                (setting.effective, setting.why) = (false, Some(BEATEN.to_owned()));
            } else if told {
                (setting.effective, setting.why) = (true, None);
            }
        }
    }
}

/// Decides the value in force for all five.
pub fn in_force(facts: &Facts) -> Vec<(Parameter, InForce)> {
    Parameter::ALL.iter().map(|parameter| (*parameter, decide(facts, *parameter))).gather()
}

fn decide(facts: &Facts, parameter: Parameter) -> InForce {
    from_log(facts, parameter)
        .or_else(|| from_another_pair(facts, parameter))
        .or_else(|| from_configuration(facts, parameter))
        .or_else(|| from_failing_calls(facts, parameter))
        .or_else(|| from_monitors(facts, parameter))
        .or_else(|| from_heartbeat(facts, parameter))
        .or_else(|| from_near_timeouts(facts, parameter))
        .unwrap_or_else(|| default(facts, parameter))
}

/// Every value that a member's own log names, in order of time.
pub fn said_by_members(facts: &Facts, parameter: Parameter) -> Vec<(EventId, Micros)> {
    let mut said = printed(facts, parameter);
    said.extend(facts.events_of(&[Meaning::EnvRecognized]).filter_map(|(id, event)| Some((id, variable(event, parameter)?))));
    in_order_of_time(facts, said)
}

/// By time where each line has one, else as they stand: the log of a later day may be pasted first.
fn in_order_of_time(facts: &Facts, mut said: Vec<(EventId, Micros)>) -> Vec<(EventId, Micros)> {
    let time = |(id, _): &(EventId, Micros)| facts.event(*id).time.map(|time| time.micros);
    let timed = said.iter().all(|each| time(each).is_some());
    by_key(&mut said, |each| (time(each).filter(|_| timed), each.0));
    said
}

/// Every value that a member prints when it starts, or, from 3.0 on, beside a late heartbeat
/// (etcd-io/etcd@v3.0.17:etcdserver/server.go:989).
pub fn printed(facts: &Facts, parameter: Parameter) -> Vec<(EventId, Micros)> {
    // Asked for two dozen times, of tens of thousands of late heartbeats.
    match parameter {
        Parameter::HeartbeatInterval => {
            let lines = [Meaning::StartupHeartbeat, Meaning::StartupZapConfig, Meaning::HeartbeatLate];
            facts.printed[0].get_or_init(|| printed_as(facts, parameter, "heartbeat", &lines)).clone()
        }
        Parameter::ElectionTimeout => {
            let lines = [Meaning::StartupElection, Meaning::StartupZapConfig];
            facts.printed[1].get_or_init(|| printed_as(facts, parameter, "election", &lines)).clone()
        }
        _ => Vec::new(),
    }
}

/// Lines with which etcd refuses its settings, the last of a start.
pub const SETTINGS_REFUSED: &[Meaning] = &[
    Meaning::SettingsRefused,
    Meaning::Ratio5x,
    Meaning::ElectionTooLong,
    Meaning::ValueZero,
    Meaning::EnvInvalidValue,
    Meaning::FlagsBad,
    Meaning::EnvConflict,
];

/// Lines with which etcd names the pair that it refuses.
const NAME_REFUSED: [Meaning; 3] = [Meaning::FlagsBad, Meaning::Ratio5x, Meaning::ElectionTooLong];

/// Whether the value of this line was refused: no member ever ran with it.
pub fn is_refused(facts: &Facts, id: EventId) -> bool {
    NAME_REFUSED.contains(&facts.event(id).meaning)
}

fn printed_as(facts: &Facts, parameter: Parameter, hole: &str, lines: &[Meaning]) -> Vec<(EventId, Micros)> {
    let mut said: Vec<(EventId, Micros)> = facts.events_of(lines).filter_map(|(id, event)| Some((id, event.duration(hole)?))).gather();
    said.extend(facts.events_of(&NAME_REFUSED).filter_map(|(id, event)| Some((id, refused_value(event, parameter)?))));
    in_order_of_time(facts, said)
}

/// Which member a line is of: by its machine, else by what it calls itself, else by its document.
pub struct Members {
    own: Vec<Option<String>>,
    known: Index,
}

impl Members {
    /// None is known yet.
    pub fn of(facts: &Facts) -> Members {
        let own_name = |log: &LogReading| log.events.iter().filter(|event| event.host.is_none()).find_map(speaker).map(str::to_owned);
        Members { own: facts.logs.iter().map(own_name).gather(), known: Index::default() }
    }

    /// The number of the member that prints this line, from 0 on in the order of asking.
    pub fn position(&mut self, facts: &Facts, id: EventId) -> usize {
        let own = self.own[id.log].as_deref().filter(|_| facts.event(id).host.is_none());
        self.known.position(own.map_or_else(|| index::key(&facts.host(id)), index::key))
    }
}

/// The last value of each member.
pub fn last_of_each(facts: &Facts, said: Vec<(EventId, Micros)>) -> Vec<(EventId, Micros)> {
    let (mut members, mut last) = (Members::of(facts), Vec::<(EventId, Micros)>::new());
    for (id, value) in said {
        match last.get_mut(members.position(facts, id)) {
            Some(known) => *known = (id, value),
            None => last.push((id, value)),
        }
    }
    last
}

/// `--election-timeout[1000ms] should be at least as 5 times as --heartbeat-interval[400ms]`: the pair that etcd was
/// started with and refused (etcd-io/etcd@v3.4.45:embed/config.go, Validate).
fn refused_value(event: &Event, parameter: Parameter) -> Option<Micros> {
    let (_, value) = search::split(&event.text, &format!("-{}[", parameter.key()))?;
    Some(milliseconds(search::split(value, "ms]")?.0.parse().ok()?))
}

fn variable(event: &Event, parameter: Parameter) -> Option<Micros> {
    let named = event.word("name")? == parameter.variable();
    let value: i64 = event.word("value").and_then(|text| text.trim_matches('"').parse().ok()).or_else(|| event.number("value"))?;
    (named && parameter.is_etcd()).then_some(milliseconds(value))
}

/// A number that a line names. Above an hour no timer works, and sums of it could overflow.
fn milliseconds(number: i64) -> Micros {
    number.clamp(0, 3_600_000) * MS
}

/// The values of members that run: one whose last value was refused does not. Where none runs, all.
fn of_running(facts: &Facts, said: Vec<(EventId, Micros)>) -> Vec<(EventId, Micros)> {
    let (mut members, mut stopped) = (Members::of(facts), Vec::<bool>::new());
    let member = said.iter().map(|(id, _)| members.position(facts, *id)).gather();
    for (at, (id, _)) in member.iter().zip(&said) {
        *index::slot(&mut stopped, *at) = is_refused(facts, *id);
    }
    let running = said.iter().zip(&member).filter(|(_, at)| !stopped[**at]).map(|(each, _)| *each).gather();
    if running.is_empty() { said } else { running }
}

/// Of members with unlike timers the one that waits least decides how long a leader may be silent; its heartbeat goes with it.
fn of_least_wait(facts: &Facts, parameter: Parameter) -> Option<(EventId, Micros)> {
    let said = of_running(facts, said_by_members(facts, parameter));
    let waits = last_of_each(facts, of_running(facts, said_by_members(facts, Parameter::ElectionTimeout)));
    let least = waits.into_iter().rev().min_by_key(|(_, wait)| *wait);
    if parameter == Parameter::ElectionTimeout {
        return least;
    }
    let mut members = Members::of(facts);
    let decides = least.map(|(id, _)| members.position(facts, id));
    let own = said.iter().rev().find(|(id, _)| Some(members.position(facts, *id)) == decides);
    own.or(said.last()).copied()
}

fn from_log(facts: &Facts, parameter: Parameter) -> Option<InForce> {
    let (id, value) = of_least_wait(facts, parameter)?;
    // A value that the configuration states as well stays "stated": the log confirms it.
    let stated = from_configuration(facts, parameter).filter(|stated| stated.value == Some(value));
    let is_default = value == default(facts, parameter).value.unwrap_or(0);
    let provenance = match (&stated, is_default) {
        (Some(_), _) => Provenance::Stated,
        (None, true) => Provenance::Default,
        (None, false) => Provenance::Inferred,
    };
    Some(InForce { value: Some(value), provenance, place: stated.and_then(|stated| stated.place), event: Some(id) })
}

/// The log prints another heartbeat than the configuration states: then the other half of its pair is not in force
/// either, but the default, or what that heartbeat asks for.
fn from_another_pair(facts: &Facts, parameter: Parameter) -> Option<InForce> {
    let (id, heartbeat) = printed(facts, Parameter::HeartbeatInterval).pop()?;
    let (beat, wait) = (from_configuration(facts, Parameter::HeartbeatInterval), from_configuration(facts, Parameter::ElectionTimeout));
    let (beat, wait) = (beat?, wait?);
    let one_file = beat.place.zip(wait.place).is_some_and(|(beat, wait)| beat.document == wait.document);
    let other = parameter == Parameter::ElectionTimeout && one_file && beat.value != Some(heartbeat);
    other.then(|| from_heartbeat(facts, parameter).unwrap_or(InForce { event: Some(id), ..default(facts, parameter) }))
}

/// The value that acts in the configurations, in whatever order they are given: that of the kind that beats the others.
pub fn from_configuration(facts: &Facts, parameter: Parameter) -> Option<InForce> {
    let stating = || facts.configurations.iter().filter(|each| acting(each, parameter).is_some());
    let kind = stating().map(|each| each.source).max()?;
    let setting = if parameter.is_etcd() {
        of_members(facts, kind, parameter)?
    } else {
        acting(stating().rfind(|each| each.source == kind)?, parameter)?
    };
    let place = Some(setting.set_by.unwrap_or(setting.place));
    Some(InForce { value: setting.value, provenance: Provenance::Stated, place, event: None })
}

/// Files of one kind may be of several members: then the pair of the one that waits least acts, as in logs. What it does not
/// state, it has by default.
fn of_members(facts: &Facts, kind: Source, parameter: Parameter) -> Option<&Setting> {
    use Parameter::{ElectionTimeout, HeartbeatInterval};
    let of_kind = || facts.configurations.iter().filter(|each| each.source == kind);
    let parted = [HeartbeatInterval, ElectionTimeout].into_iter().all(|half| states_alone(facts, half));
    let by_default = |parameter| default(facts, parameter).value.filter(|_| !parted);
    let waits = |each: &Configuration| match acting(each, ElectionTimeout) {
        Some(stated) => stated.value,
        None => by_default(ElectionTimeout),
    };
    let key = |each: &&Configuration| {
        let beat = acting(each, HeartbeatInterval).and_then(|stated| stated.value);
        (waits(each).unwrap_or(Micros::MAX), std::cmp::Reverse(beat))
    };
    let pairs = of_kind().filter(|each| acting(each, HeartbeatInterval).or_else(|| acting(each, ElectionTimeout)).is_some());
    acting(pairs.min_by_key(key)?, parameter).or_else(|| {
        let mut others = of_kind().filter_map(|each| acting(each, parameter));
        others.find(|other| parted || other.value == by_default(parameter))
    })
}

/// Whether a configuration states this half of etcd's pair and not the other.
fn states_alone(facts: &Facts, half: Parameter) -> bool {
    let other = if half == Parameter::HeartbeatInterval { Parameter::ElectionTimeout } else { Parameter::HeartbeatInterval };
    facts.configurations.iter().any(|each| acting(each, half).is_some() && acting(each, other).is_none())
}

/// What is wrong with the configurations. Where one states the half of a pair that another leaves out, they are of one
/// machine, and what was said of the other half and a default falls away.
pub fn problems(facts: &Facts) -> impl Iterator<Item = &Problem> {
    let told = facts.configurations.iter().flat_map(|each| &each.problems);
    // What another place fills in is known.
    let known = |problem: &&Problem| {
        let mut settings = facts.configurations.iter().flat_map(|each| &each.settings);
        problem.id == RuleId::ConfigTemplate && settings.any(|each| each.set_by.is_some() && each.place == problem.place)
    };
    told.filter(|problem| problem.assumes.is_none_or(|half| !states_alone(facts, half))).filter(move |problem| !known(problem))
}

/// What sets the value in this configuration. Of several processes of etcd, which is that of the one that waits least.
fn acting(configuration: &Configuration, parameter: Parameter) -> Option<&Setting> {
    let of = |parameter: Parameter| configuration.settings.iter().filter(move |each| each.effective && each.parameter == parameter);
    let Some(last) = of(parameter).next_back().filter(|_| parameter.is_etcd()) else { return of(parameter).next_back() };
    let waits = || of(Parameter::ElectionTimeout).rev();
    let Some(least) = waits().filter(|each| each.value.is_some()).min_by_key(|each| each.value) else { return Some(last) };
    // One that another replaces in the same process does not act.
    let decides = waits().find(|each| each.process == least.process).unwrap_or(least);
    of(parameter).rfind(|each| each.may_share(decides))
}

/// fleet calls that fail one straight after the other, each after the same time, give the request
/// timeout away: each used exactly its limit (method 1.2). Two equal steps are asked for. A pass whose first call fails ends,
/// and the next one begins an interval after its start, of the agent 5 s (coreos/fleet@v0.11.5:pkg/reconcile.go:56-91,
/// agent/reconcile.go:31): such steps tell nothing of the limit.
fn from_failing_calls(facts: &Facts, parameter: Parameter) -> Option<InForce> {
    if parameter != Parameter::EtcdRequestTimeout {
        return None;
    }
    let interval = from_configuration(facts, Parameter::EngineReconcileInterval).and_then(|stated| stated.value);
    let passes = [5 * S, interval.unwrap_or(Parameter::EngineReconcileInterval.default_value())];
    for reading in 0..facts.logs.len() {
        let moments: Vec<(EventId, Micros)> = facts
            .events_of(&[Meaning::ClientFailedResponse])
            .filter(|(id, _)| id.log == reading)
            .filter_map(|(id, event)| event.time.filter(|time| time.grain < 100 * MS).map(|time| (id, time.micros)))
            .gather();
        let steps: Vec<(EventId, Micros)> = moments.windows(2).map(|pair| (pair[0].0, pair[1].1 - pair[0].1)).gather();
        for pair in steps.windows(2) {
            let (first, second) = (pair[0].1, pair[1].1);
            let seconds = (first + S / 2) / S;
            let steady = (first - second).abs() < 20 * MS && (first - seconds * S).abs() < 20 * MS;
            if steady && (1..=15).contains(&seconds) && !passes.contains(&(seconds * S)) {
                return Some(InForce { value: Some(seconds * S), provenance: Provenance::Inferred, place: None, event: Some(pair[0].0) });
            }
        }
    }
    None
}

/// When fleet's monitor gives up gives agent-ttl away. It ticks every half of it from the start of fleet's parts on, and
/// gives up a third of it after a tick, or when the try that runs then ends (coreos/fleet@v0.11.5:heart/monitor.go). Where
/// that cannot be the default, it is the one of the usual values whose third ends at each of these moments (120s looks like
/// the default).
fn from_monitors(facts: &Facts, parameter: Parameter) -> Option<InForce> {
    const USUAL: [Micros; 3] = [60 * S, 90 * S, 180 * S];
    /// For so long the clock of a log and the ticks stay together (judgement).
    const TOGETHER: Micros = 6 * 3600 * S;
    if parameter != Parameter::AgentTtl {
        return None;
    }
    let limit = [from_configuration, from_failing_calls].into_iter().find_map(|from| from(facts, Parameter::EtcdRequestTimeout)?.value);
    let starts = by_host(facts, Meaning::ServerStarting);
    let given_up: Vec<(EventId, Micros)> = facts
        .events_of(&[Meaning::ServerMonitorTriggered])
        .filter_map(|(id, event)| {
            let now = event.time?.micros;
            let starts = of_host(&starts, &facts.host(id));
            let began = starts[..starts.partition_point(|start| *start <= now)].last()?;
            Some((id, now - began)).filter(|(_, after)| *after <= TOGETHER)
        })
        .gather();
    let fits = |ttl: Micros, late: Micros| {
        given_up.iter().all(|(_, after)| {
            let since = (after + S - ttl / 3) % (ttl / 2);
            after + S >= ttl / 2 + ttl / 3 && since <= 2 * S + late
        })
    };
    let event = given_up.first()?.0;
    let mut other = USUAL.into_iter().filter(|ttl| !fits(30 * S, 2 * limit.unwrap_or(S)) && fits(*ttl, 0));
    let ttl = other.next()?;
    other.next().is_none().then_some(InForce { value: Some(ttl), provenance: Provenance::Inferred, place: None, event: Some(event) })
}

/// A member that runs with a long heartbeat cannot run with the default election timeout: etcd refuses
/// less than five heartbeats, from 2.0.6 on. Five is then the least that is in force.
fn from_heartbeat(facts: &Facts, parameter: Parameter) -> Option<InForce> {
    let (id, heartbeat) = said_by_members(facts, Parameter::HeartbeatInterval).pop()?;
    let least = 5 * heartbeat;
    let is_more = parameter == Parameter::ElectionTimeout && Some(least) > default(facts, parameter).value;
    is_more.then_some(InForce { value: Some(least), provenance: Provenance::Inferred, place: None, event: Some(id) })
}

/// A follower of etcd 0.4 waits less than twice its timeout, and prints a gap above four fifths of it that ended in time
/// (etcd-io/etcd@v0.4.9: third_party/github.com/goraft/raft/server.go, followerLoop): it waits at least half of the
/// longest gap. A follower that stood still itself prints a longer one; then the others do not fit beside it.
fn from_near_timeouts(facts: &Facts, parameter: Parameter) -> Option<InForce> {
    let gaps = || facts.events_of(&[Meaning::Hb04NearElection]).filter_map(|(id, event)| Some((event.duration("gap")?, id)));
    let (gap, id) = gaps().max()?;
    let fit = gaps().count() >= 2 && gaps().all(|(other, _)| other > gap * 4 / 10);
    let least = gap / 2 / MS * MS;
    let is_more = parameter == Parameter::ElectionTimeout && Some(least) > default(facts, parameter).value;
    (fit && is_more).then_some(InForce { value: Some(least), provenance: Provenance::Inferred, place: None, event: Some(id) })
}

/// What acts where nothing is stated.
pub fn default(facts: &Facts, parameter: Parameter) -> InForce {
    let old = facts.generation == Generation::V04 || facts.configures_etcd_04();
    let value = match (old, facts.own_pair()) {
        (true, _) => parameter.default_value_of_etcd_04(),
        (_, Some(pair)) => pair.value(parameter),
        _ => parameter.default_value(),
    };
    InForce { value: Some(value), provenance: Provenance::Default, place: None, event: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Assumptions;
    use crate::rules::testing::facts;

    #[test]
    fn a_pair_that_the_log_contradicts_is_not_in_force() {
        let pair = "ETCD_HEARTBEAT_INTERVAL=1000\nETCD_ELECTION_TIMEOUT=5000\n";
        let late = |beat: u32| {
            format!(
                "2023-04-29 06:06:16.087641 W | etcdserver: failed to send out heartbeat on time (exceeded the {beat}ms timeout for 6.1ms, to fa4ddfec63d549fc)\n"
            )
        };
        let wait = |beat: u32| facts(&[pair, &late(beat)]).value(Parameter::ElectionTimeout) / MS;
        assert_eq!((wait(100), wait(1000), wait(400)), (1000, 5000, 2000));
    }

    #[test]
    fn the_order_of_the_files_decides_nothing() {
        let unit = "[Service]\nEnvironment=ETCD_HEARTBEAT_INTERVAL=500\n";
        let other = "[Service]\nEnvironment=ETCD_ELECTION_TIMEOUT=5000\n";
        let section = "#cloud-config\ncoreos:\n  etcd2: {heartbeat-interval: 600, election-timeout: 6000}\n";
        let (a, b, c) = (
            "ETCD_NAME=a\nETCD_HEARTBEAT_INTERVAL=100\nETCD_ELECTION_TIMEOUT=1000\n",
            "ETCD_NAME=b\nETCD_HEARTBEAT_INTERVAL=500\nETCD_ELECTION_TIMEOUT=5000\n",
            "ETCD_NAME=c\nETCD_HEARTBEAT_INTERVAL=500\n",
        );
        for (texts, pair, broken) in [
            // Halves of one machine's pair.
            ([unit, other], (500, 5000), false),
            ([unit, "ETCD_NAME=a\nETCD_ELECTION_TIMEOUT=5000\n"], (500, 5000), false),
            ([section, other], (600, 5000), false),
            // Members.
            ([a, b], (100, 1000), false),
            ([a, c], (500, 1000), true),
            ([b, c], (500, 1000), true),
            ([section, a], (100, 1000), false),
        ] {
            for texts in [texts, [texts[1], texts[0]]] {
                let facts = facts(&texts);
                let [beat, wait] = [Parameter::HeartbeatInterval, Parameter::ElectionTimeout].map(|each| facts.value(each) / MS);
                assert_eq!(((beat, wait), problems(&facts).any(|problem| problem.weak_pair)), (pair, broken), "{texts:?}");
            }
        }
    }

    #[test]
    fn of_members_with_unlike_timers_the_one_that_waits_least_counts() {
        let starts = |own: &str, wait: u32| {
            format!(
                "2016-04-20 10:00:00.000100 I | etcdserver: election = {wait}ms\n2016-04-20 10:00:02.000000 I | raft: {own} became follower at term 2\n"
            )
        };
        let (a, b) = ("91d25258d70ad868", "2a0965170762fd09");
        let wait = |texts: &[&str]| facts(texts).value(Parameter::ElectionTimeout) / MS;
        assert_eq!(wait(&[&starts(a, 1000), &starts(b, 5000)]), 1000);
        assert_eq!(wait(&[&starts(b, 5000), &starts(a, 1000)]), 1000);
        // One member that was started anew, in its next file.
        assert_eq!(wait(&[&starts(a, 1000), &starts(a, 5000)]), 5000);
        assert!(crate::rules::testing::find(&facts(&[&starts(a, 1000), &starts(a, 5000)]), RuleId::ConfigValuesDiffer).is_none());
    }

    #[test]
    fn calls_that_fail_one_behind_another_tell_the_limit_and_passes_do_not() {
        let limit = |step: u32| {
            let line = |nth: u32| {
                format!(
                    "2015-11-20T08:01:{:02}.001000+0000 core-01 fleetd[9]: INFO client.go:292: Failed getting response from http://localhost:4001/: cancelled\n",
                    step * nth
                )
            };
            facts(&[&(0..4).map(line).collect::<String>()]).value(Parameter::EtcdRequestTimeout) / S
        };
        assert_eq!([1, 2, 3, 5, 10].map(limit), [1, 1, 3, 1, 10]);
    }

    #[test]
    fn when_the_monitor_gives_up_tells_the_agent_ttl() {
        let line = |second: u32, words: &str| format!("Nov 20 08:{:02}:{:02} core-01 fleetd[9]: {words}\n", second / 60, second % 60);
        let start = line(10, "INFO server.go:168: Starting server components");
        let given_up =
            |after: u32| line(10 + after, "ERROR server.go:189: Server monitor triggered: Monitor timed out before successful heartbeat");
        let ttl = |log: String| facts(&[&log]).value(Parameter::AgentTtl) / S;
        // After two ticks of 15 s, at the end of a try: the default.
        assert_eq!(ttl(start.clone() + &given_up(41)), 30);
        assert_eq!(ttl(start.clone() + &given_up(50)), 60);
        assert_eq!(ttl(start.clone() + &given_up(75)), 90);
        assert_eq!(ttl(start.clone() + &given_up(100)), 30);
        // Neither: the machine stood still, or nobody knows why.
        assert_eq!(ttl(start.clone() + &given_up(48)), 30);
        assert_eq!(ttl(given_up(50)), 30);
        let file = "#cloud-config\ncoreos:\n  fleet:\n    agent-ttl: 90s\n";
        assert_eq!(facts(&[file, &(start + &given_up(50))]).value(Parameter::AgentTtl) / S, 90);
    }

    #[test]
    fn a_gap_that_ended_in_time_tells_the_least_that_etcd_0_4_waits() {
        let near = |gap: &str| format!("[etcd] Sep 15 02:44:51.632 INFO      | n2: warning: heartbeat near election timeout: {gap}\n");
        let wait = |log: &str| facts(&[log]).value(Parameter::ElectionTimeout) / MS;
        let two = near("1.3070834s") + &near("953.1ms");
        assert_eq!((wait(&near("213.0834ms")), wait(&near("1.3070834s")), wait(&two)), (200, 200, 653));
        assert_eq!(wait(&(near("213.0834ms") + &two)), 200);
        assert_eq!(facts(&["ETCD_PEER_ELECTION_TIMEOUT=1500\n", &two]).value(Parameter::ElectionTimeout) / MS, 1500);
    }

    const OLD: &str = "ETCD_PEER_HEARTBEAT_INTERVAL=200\nETCD_PEER_ELECTION_TIMEOUT=900\n";

    #[test]
    fn so_it_does_where_the_file_itself_is_for_a_later_etcd() {
        let later = "etcd -name a -peer-heartbeat-interval=200 -listen-client-urls http://0.0.0.0:2379\n";
        let told = |text: &str| facts(&[text]).configurations[0].problems.iter().map(|problem| problem.id).gather();
        assert_eq!(told(later), [RuleId::ConfigOldKey]);
        assert_eq!(facts(&[later]).value(Parameter::HeartbeatInterval), 100 * MS);
        assert!(told("etcd -name a -peer-heartbeat-interval=200 -peers b:7001\n").is_empty());
        assert_eq!(told("[Service]\nExecStart=/usr/bin/etcd2 -peer-heartbeat-interval=200\n"), [RuleId::ConfigOldKey]);
        let drop_in = "# /etc/systemd/system/etcd2.service.d/10.conf\n[Service]\nEnvironment=ETCD_PEER_HEARTBEAT_INTERVAL=200\n";
        assert_eq!(told(drop_in), [RuleId::ConfigOldKey]);
        assert!(told(&drop_in.replace("etcd2", "etcd")).is_empty());
        // A cloud-config may have a section for each.
        let both = "#cloud-config\ncoreos:\n  etcd:\n    peer-heartbeat-interval: 200\n  etcd2:\n    listen-client-urls: http://0.0.0.0:2379\n  units:\n  - {name: etcd.service, command: start}\n";
        assert!(told(both).is_empty());
    }

    #[test]
    fn the_environment_beats_fleet_conf() {
        let (unit, file) = ("[Service]\nEnvironment=FLEET_AGENT_TTL=90s\n", "agent_ttl=30s\netcd_request_timeout=3\n");
        for texts in [[unit, file], [file, unit]] {
            let facts = facts(&texts);
            assert_eq!([Parameter::AgentTtl, Parameter::EtcdRequestTimeout].map(|each| facts.value(each) / S), [90, 3]);
        }
    }

    #[test]
    fn a_later_etcd_passes_over_the_keys_of_0_4() {
        let timers = |facts: &Facts| [Parameter::HeartbeatInterval, Parameter::ElectionTimeout].map(|each| facts.value(each) / MS);
        let told = |facts: &Facts| facts.configurations[0].problems.len();
        let alone = facts(&[OLD]);
        assert_eq!((timers(&alone), told(&alone)), ([200, 900], 0));
        let later = facts(&[OLD, "2016-04-20 10:00:00.000000 I | etcdmain: etcd Version: 2.3.8\n"]);
        assert_eq!((timers(&later), told(&later)), ([100, 1000], 2));
        // What was judged is undone where the reader states another etcd.
        let mut read = alone.into_read();
        for (version, expected) in [("2.3.8", ([100, 1000], 2)), ("0.4.9", ([200, 900], 0)), ("3.5.9", ([100, 1000], 2))] {
            let assumed = Assumptions { etcd_version: Some(version.to_owned()), ..Assumptions::default() };
            let facts = Facts::gather(read.configurations, read.logs, read.unknown, assumed);
            assert_eq!((timers(&facts), told(&facts)), expected, "{version}");
            read = facts.into_read();
        }
    }
}
