//! Which timers acted when: a log may tell of the time before somebody changed them as well as of the time after.

use super::settings::{Members, is_refused, said_by_members};
use super::{ChangeClass, EventId, Facts, LeaderChange, Stall};
use crate::gather::Gather;
use crate::model::raft::loss_share;
use crate::parameters::Parameter::{self, ElectionTimeout, HeartbeatInterval};
use crate::sort::{by_key, distinct};
use crate::units::{Micros, S};

/// etcd's pair, from a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spell {
    /// When it began to act. The first one acted already when the logs begin.
    pub since: Micros,
    /// heartbeat-interval.
    pub heartbeat: Micros,
    /// election-timeout: of members with unlike ones the least, as the one that waits least starts elections.
    pub election: Micros,
    /// The line that shows it first; none where the logs name no value.
    pub line: Option<EventId>,
}

impl Spell {
    fn is_as(&self, other: &Spell) -> bool {
        (self.heartbeat, self.election) == (other.heartbeat, other.election)
    }
}

/// The spells of the logs, by time; the last is the pair in force. It is the only one where nothing tells of another, or where
/// a line that does has no time.
pub fn spells(facts: &Facts) -> Vec<Spell> {
    let (heartbeat, election) = facts.pair();
    let now = Spell { since: Micros::MIN, heartbeat, election, line: None };
    let mut spells = shown(facts, &now);
    match spells.last_mut() {
        // What else the log gives away counts as well.
        Some(last) => *last = Spell { since: last.since, line: last.line, ..now },
        None => spells.push(now),
    }
    spells[0].since = Micros::MIN;
    spells
}

/// A value that a member's own log names.
struct Said {
    time: Micros,
    line: EventId,
    parameter: Parameter,
    value: Micros,
    /// Which one, from 0 on.
    member: usize,
}

/// All of them, by time; nothing where one has no time.
fn said(facts: &Facts) -> Vec<Said> {
    let mut members = Members::of(facts);
    let mut said: Vec<Said> = Vec::new();
    for parameter in [HeartbeatInterval, ElectionTimeout] {
        for (line, value) in said_by_members(facts, parameter) {
            if is_refused(facts, line) {
                continue;
            }
            let Some(time) = facts.event(line).time else { return Vec::new() };
            said.push(Said { time: time.micros, line, parameter, value, member: members.position(facts, line) });
        }
    }
    by_key(&mut said, |each| (each.time, each.line));
    said
}

/// Of each parameter the last value of each member.
#[derive(Default)]
struct Last([Vec<Option<Micros>>; 2]);

impl Last {
    /// Notes a value; returns the one before it.
    fn note(&mut self, said: &Said) -> Option<Micros> {
        let values = &mut self.0[usize::from(said.parameter == ElectionTimeout)];
        values.resize(values.len().max(said.member + 1), None);
        values[said.member].replace(said.value)
    }

    fn least(&self, parameter: Parameter) -> Option<Micros> {
        self.0[usize::from(parameter == ElectionTimeout)].iter().flatten().min().copied()
    }
}

/// The pair after each line that changes it.
fn shown(facts: &Facts, now: &Spell) -> Vec<Spell> {
    /// Lines of one start (judgement: they come within milliseconds, and a stamp may be of whole seconds).
    const MOMENT: Micros = S;
    let said = said(facts);
    let first = |parameter| said.iter().find(|each| each.parameter == parameter);
    let first_beat = first(HeartbeatInterval).map_or(now.heartbeat, |each| each.value);
    // The first timeout that a line names, and the heartbeat it goes together with.
    let (known_beat, known_wait) = first(ElectionTimeout).map_or((now.heartbeat, now.election), |wait| {
        let beat = said.iter().rfind(|each| each.parameter == HeartbeatInterval && each.time <= wait.time);
        (beat.map_or(first_beat, |beat| beat.value), wait.value)
    });
    let mut last = Last::default();
    let mut spells: Vec<Spell> = Vec::new();
    for each in &said {
        last.note(each);
        let heartbeat = last.least(HeartbeatInterval).unwrap_or(first_beat);
        // Before a line names it, the timeout was what the first one says; but beside another heartbeat it was another one,
        // of which etcd asks for five heartbeats at least.
        let unnamed = if heartbeat == known_beat { known_wait } else { ElectionTimeout.default_value().max(5 * heartbeat) };
        let spell = Spell { since: each.time, heartbeat, election: last.least(ElectionTimeout).unwrap_or(unnamed), line: Some(each.line) };
        match spells.last_mut() {
            Some(last) if last.is_as(&spell) => {}
            Some(last) if spell.since - last.since <= MOMENT => *last = Spell { since: last.since, ..spell },
            _ => spells.push(spell),
        }
    }
    spells
}

/// Restarts with other timers than the member had before: whoever changed them started it anew.
pub fn retimed(facts: &Facts) -> Vec<EventId> {
    let mut last = Last::default();
    let said = said(facts);
    let changed = said.iter().filter(|each| last.note(each).is_some_and(|before| before != each.value)).map(|each| each.line);
    let host = |id: EventId| facts.event(id).host;
    let start = |line: EventId| facts.restarts.iter().copied().filter(move |start| start.log == line.log && host(*start) == host(line));
    distinct(changed.filter_map(|line| start(line).filter(|start| *start <= line).max()))
}

/// Marks the needless changes that came under other timers, and that those in force would rather have prevented than not.
/// Where nothing tells how long a leader was silent, it was for twice as long as followers waited at least.
pub fn outgrow(facts: &mut Facts) {
    const HALF: u32 = 500_000;
    let last = facts.spells.len() - 1;
    let timers = facts.timers(facts.spells[last].heartbeat, facts.spells[last].election);
    let mut changes = std::mem::take(&mut facts.changes);
    for change in changes.iter_mut().filter(|change| change.class == ChangeClass::Needless && change.raised_by.is_none()) {
        let then = facts.spell(change.moment());
        if then.is_as(&facts.spells[last]) {
            continue;
        }
        let silent = facts.stall_of(change).map_or(2 * then.election, Stall::likely);
        if loss_share(&timers, silent, timers.heartbeat) < HALF {
            change.class = ChangeClass::Outgrown;
        }
    }
    facts.changes = changes;
}

/// Of each outgrown change the term that it ended and the one that it began, in order. Between them are rounds without a
/// winner.
pub struct OutgrownTerms(Vec<(i64, i64)>);

impl OutgrownTerms {
    /// The term that ended with the change to which this one led.
    pub fn ended(&self, term: i64) -> Option<i64> {
        self.0.get(self.0.partition_point(|(_, began)| *began < term)).map(|(ended, _)| *ended)
    }
}

impl LeaderChange {
    /// When it came about, as far as known.
    pub fn moment(&self) -> Option<Micros> {
        self.campaign.or(self.lost).or(self.elected)
    }
}

impl Facts {
    /// The timers that acted at a moment; those in force where it is not known.
    pub fn spell(&self, moment: Option<Micros>) -> Spell {
        let after = moment.map_or(self.spells.len(), |moment| self.spells.partition_point(|spell| spell.since <= moment));
        self.spells[after.max(1) - 1]
    }

    /// The terms of the outgrown changes.
    pub fn outgrown_terms(&self) -> OutgrownTerms {
        let terms = distinct(self.changes.iter().filter_map(|change| change.term));
        let before = |term: i64| terms[..terms.partition_point(|other| *other < term)].last().copied();
        let began = distinct(self.outgrown().filter_map(|change| change.term));
        OutgrownTerms(began.into_iter().map(|term| (before(term).unwrap_or(term - 1), term)).gather())
    }

    /// Needless leader changes of a time with other timers; see `ChangeClass::Outgrown`.
    pub fn outgrown(&self) -> impl Iterator<Item = &LeaderChange> {
        self.of_class(ChangeClass::Outgrown)
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::{ChangeClass, Facts};
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};
    use crate::units::MS;

    fn at(second: u32, text: &str) -> String {
        format!("2020-04-20 10:{:02}:{:02}.000000 {text}\n", second / 60, second % 60)
    }

    fn starts(second: u32, heartbeat: u32, election: u32) -> String {
        at(second, "I | etcdmain: etcd Version: 3.4.20")
            + &at(second, &format!("I | embed: heartbeat = {heartbeat}ms"))
            + &at(second, &format!("I | embed: election = {election}ms"))
    }

    /// The leader slept for 2.4 s, and the second member took its place.
    fn stall(second: u32, heartbeat: u32) -> String {
        at(second, "I | raft: 2a0965170762fd09 is starting a new election at term 4")
            + &at(second, "I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5")
            + &at(second, "I | raft: 2a0965170762fd09 became leader at term 5")
            + &at(second, "I | raft: raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5")
            + &late(second + 1, heartbeat)
    }

    fn late(second: u32, heartbeat: u32) -> String {
        let excess = 2_400 - 2 * heartbeat;
        let text = format!("exceeded the {heartbeat}ms timeout for {excess}ms, to 2a0965170762fd09");
        at(second, &format!("W | etcdserver: failed to send out heartbeat on time ({text})"))
    }

    fn first_leader() -> String {
        at(1, "I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4")
    }

    fn pairs(facts: &Facts) -> Vec<(i64, i64)> {
        facts.spells.iter().map(|spell| (spell.heartbeat / MS, spell.election / MS)).collect()
    }

    fn outgrown(facts: &Facts) -> Vec<ChangeClass> {
        facts.changes.iter().map(|change| change.class).filter(|class| *class != ChangeClass::Start).collect()
    }

    /// Asked whether the longer timers work, an operator gives the log from before them on.
    #[test]
    fn what_happened_under_shorter_timers_is_not_held_against_those_in_force() {
        let before = starts(0, 100, 1000) + &first_leader() + &stall(20, 100);
        let told = |log: &str| {
            let facts = facts(&[log]);
            let found = [RuleId::EtcdLeaderLost, RuleId::EtcdTimersChanged].map(|id| find(&facts, id).is_some());
            (pairs(&facts), outgrown(&facts), found)
        };
        assert_eq!(told(&before), (vec![(100, 1000)], vec![ChangeClass::Needless], [true, false]));
        let raised = before.clone() + &starts(60, 600, 6000) + &late(90, 600);
        assert_eq!(told(&raised), (vec![(100, 1000), (600, 6000)], vec![ChangeClass::Outgrown], [false, true]));
        // Not far enough: the same stall would cost it again.
        let little = before + &starts(60, 150, 1500);
        assert_eq!(told(&little), (vec![(100, 1000), (150, 1500)], vec![ChangeClass::Needless], [true, false]));
        // The other way round they are what acts.
        let lowered = starts(0, 600, 6000) + &first_leader() + &starts(10, 100, 1000) + &stall(20, 100);
        assert_eq!(told(&lowered), (vec![(600, 6000), (100, 1000)], vec![ChangeClass::Needless], [true, false]));
    }

    /// Two boxes of the page, the later log of this member in the first.
    #[test]
    fn the_time_of_a_line_counts_not_its_place() {
        let (before, after) = (starts(0, 100, 1000) + &first_leader() + &stall(20, 100), starts(60, 600, 6000) + &first_leader());
        let facts = facts(&[&after, &before]);
        assert_eq!(pairs(&facts), [(100, 1000), (600, 6000)]);
    }

    /// Up to the restart only the late lines name the heartbeat, and it was the default one.
    #[test]
    fn an_excerpt_that_begins_in_the_middle() {
        let facts = facts(&[&(first_leader() + &stall(20, 100) + &starts(60, 600, 6000))]);
        assert_eq!((pairs(&facts), outgrown(&facts)), (vec![(100, 1000), (600, 6000)], vec![ChangeClass::Outgrown]));
    }

    /// No stop is logged, as with many a container.
    #[test]
    fn a_member_that_comes_back_with_other_timers_was_started_anew_on_purpose() {
        let line = |second: u32, text: &str| at(second, &format!("I | raft: {text}"));
        let old = |heartbeat: u32| {
            starts(0, 100, 1000)
                + &line(1, "91d25258d70ad868 became leader at term 4")
                + &starts(60, heartbeat, 10 * heartbeat)
                + &line(62, "raft.node: 91d25258d70ad868 elected leader 2a0965170762fd09 at term 5")
        };
        let other = line(1, "raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4")
            + &line(58, "2a0965170762fd09 is starting a new election at term 4")
            + &line(58, "raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5")
            + &line(58, "2a0965170762fd09 became leader at term 5");
        let class = |heartbeat: u32| facts(&[&old(heartbeat), &other]).changes.last().map(|change| change.class);
        assert_eq!((class(100), class(600)), (Some(ChangeClass::Wanted), Some(ChangeClass::Planned)));
        // It had ended before that by itself.
        let twice = old(600).replace(&starts(60, 600, 6000), &(starts(59, 100, 1000) + &starts(70, 600, 6000)));
        assert_eq!(facts(&[&twice, &other]).changes.last().map(|change| change.class), Some(ChangeClass::Wanted));
    }

    /// The one that waits least decides all along.
    #[test]
    fn members_with_unlike_timers_are_no_change_of_timers() {
        let (one, two) = (starts(0, 100, 1000), starts(0, 600, 6000));
        assert_eq!(pairs(&facts(&[&(one + &first_leader() + &stall(20, 100)), &two])), [(100, 1000)]);
    }
}
