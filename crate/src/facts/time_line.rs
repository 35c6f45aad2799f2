//! One time line for logs whose stamps leave out the year, or the time zone.

use super::clusters::leader;
use super::voices::speaker;
use crate::gather::Gather;
use crate::log::event::{Clock, LogReading, Meaning, Time};
use crate::log::time::{DAY, YEAR, year_shift};
use crate::units::{Micros, S, human};

/// Zones differ by whole quarters of an hour.
const QUARTER: Micros = 900 * S;

/// Puts logs on one time line, so that they can be held against each other.
pub fn align(logs: &mut [LogReading]) {
    align_years(logs);
    align_turns(logs, Clock::NoYear, YEAR);
    align_turns(logs, Clock::TimeOfDay, DAY);
    align_zones(logs);
}

/// Puts logs that name no year, or no day, into the next one where that brings them beside the log that ends last: that
/// one, or the time between them, passes New Year or midnight.
fn align_turns(logs: &mut [LogReading], clock: Clock, period: Micros) {
    let span = |log: &LogReading| Some((log.first.as_ref()?.0.micros, log.last.as_ref()?.0.micros)).filter(|_| log.clock == clock);
    let Some((last_begins, last)) = logs.iter().filter_map(span).max_by_key(|(_, last)| *last) else { return };
    for log in logs.iter_mut() {
        let Some((first, ends)) = span(log) else { continue };
        let apart = |shift: Micros| (last_begins - ends - shift).max(first + shift - last).max(0);
        // An hour of a day, two weeks of a year (judgement).
        if apart(period) < apart(0) && apart(period) <= period / 24 {
            move_clock(log, period);
        }
    }
}

/// Puts right the clocks of machines. No member hears of a leader before that one itself: what seems so proves how far their
/// clocks differ at least (method 5.2). Half a second, beside what stamps cut off, is left, and so is what may be a time zone
/// (judgement).
pub fn align_clocks(logs: &mut [LogReading]) {
    const LEFT: Micros = S / 2;
    let known: Vec<Vec<Lead>> = logs.iter().map(leads).gather();
    let Some(reference) = (0..logs.len()).filter(|at| !known[*at].is_empty()).max_by_key(|at| known[*at].len()) else { return };
    for at in 0..logs.len() {
        let (mut least, mut most, mut likely) = (-QUARTER / 2, QUARTER / 2, Vec::new());
        for own in &known[at] {
            let Some(other) = known[reference].iter().find(|other| other.term == own.term && other.leader == own.leader) else { continue };
            let (ahead, cut_off) = (own.time.micros - other.time.micros, own.time.grain.max(other.time.grain));
            let hears = if own.leads { other } else { own };
            if own.leads {
                least = least.max(ahead - cut_off);
            } else if other.leads {
                most = most.min(ahead + cut_off);
            }
            if !hears.led_before {
                likely.push(ahead);
            }
        }
        if least > most || least <= LEFT && most >= -LEFT {
            continue;
        }
        let bound = if least > LEFT { least } else { most };
        let ahead = likely.into_iter().find(|ahead| (least..=most).contains(ahead)).unwrap_or(bound);
        let (main, parts) = (logs[at].document, logs.iter_mut());
        parts.filter(|log| log.document == main || log.joined == Some(main)).for_each(|log| move_clock(log, -ahead));
        logs[at].zone -= ahead;
    }
}

/// What a member first says of the leader of a term.
struct Lead {
    term: i64,
    leader: String,
    /// It is this member itself.
    leads: bool,
    /// This member led before, and may hear late that it does not any more.
    led_before: bool,
    time: Time,
}

/// The leaders that the log of one member names. A hundred terms tell enough of its clock.
fn leads(log: &LogReading) -> Vec<Lead> {
    let mut found: Vec<Lead> = Vec::new();
    let mut own = None;
    for event in &log.events {
        let (Some((term, leader)), Some(time), Some(who)) = (leader(event), event.time, speaker(event)) else { continue };
        if own.is_some_and(|own| own != who) || log.hosts.len() > 1 {
            return Vec::new();
        }
        own = Some(who);
        if found.len() < 100 && found.iter().all(|known| known.term != term) {
            let led_before = found.last().is_some_and(|before| before.leads);
            found.push(Lead { term, leader: leader.to_owned(), leads: leader == who, led_before, time });
        }
    }
    found
}

/// Puts logs without years on the time line of those with dates, so that they can be held against each other.
fn align_years(logs: &mut [LogReading]) {
    let dated = logs.iter().filter(|log| log.clock == Clock::Full).find_map(|log| log.first.as_ref());
    let Some(near) = dated.map(|(time, _)| time.micros) else { return };
    for log in logs.iter_mut().filter(|log| log.clock == Clock::NoYear) {
        let Some(moment) = log.first.as_ref().map(|(time, _)| time.micros) else { continue };
        move_clock(log, year_shift(moment, near));
    }
}

/// What other documents told before may no longer be so, as they may be longer now.
pub fn move_back(log: &mut LogReading) {
    move_clock(log, -log.moved);
    log.zone = 0;
}

fn move_clock(log: &mut LogReading, shift: Micros) {
    log.moved += shift;
    let stamps = [&mut log.first, &mut log.last].into_iter().flatten().map(|(time, _)| time);
    let aside = log.aside.iter_mut().map(|(_, event)| event);
    let times = log.events.iter_mut().chain(aside).filter_map(|event| event.time.as_mut());
    stamps.chain(times).for_each(|time| time.micros += shift);
}

/// Puts logs of members whose machines have different time zones on one time line. Members hear of a new leader within
/// moments of each other: where two of them always did so whole quarters of an hour apart, half a minute more or less
/// (judgement), the zone is what differs.
fn align_zones(logs: &mut [LogReading]) {
    // From UTC-12 to UTC+14 (IANA, tzdb). Further apart are other elections, as of another cluster.
    const FURTHEST: Micros = 26 * 3_600 * S;
    let known: Vec<Vec<Elected>> = logs.iter().map(elections).gather();
    let Some(reference) = (0..logs.len()).filter(|at| !known[*at].is_empty()).max_by_key(|at| (logs[*at].zoned, known[*at].len())) else {
        return;
    };
    for at in 0..logs.len() {
        if at == reference || logs[at].zoned {
            continue;
        }
        let seen = |term: i64| known[reference].iter().find(|other| other.term == term).map(|other| other.time);
        let apart: Vec<Micros> = known[at].iter().filter_map(|own| Some(seen(own.term)? - own.time)).gather();
        let Some(first) = apart.first() else { continue };
        let shift = (first + QUARTER / 2).div_euclid(QUARTER) * QUARTER;
        // One term alone may agree by chance: a member that starts anew hears of its leader late.
        if shift != 0 && shift.abs() <= FURTHEST && apart.len() > 1 && apart.iter().all(|apart| (apart - shift).abs() < 30 * S) {
            move_clock(&mut logs[at], shift);
            logs[at].zone = shift;
        }
    }
}

/// What is said of a log that lies in another time zone or has another clock, as a limit.
pub fn zone_words(log: &LogReading) -> Option<String> {
    let (far, word) = (human(log.zone.abs()), if log.zone < 0 { "later" } else { "earlier" });
    let why =
        if log.zone % QUARTER == 0 { "Its machine is taken to be in another time zone" } else { "The clocks of their machines differ" };
    let words = format!("A log tells of the same elections {far} {word} than another. {why}, and its times are moved.");
    (log.zone != 0).then_some(words)
}

/// When a log first tells of a term.
struct Elected {
    term: i64,
    time: Micros,
}

/// When this log first tells of each term's leader, or of the loss of the one before. A hundred terms tell the zone.
fn elections(log: &LogReading) -> Vec<Elected> {
    let mut found: Vec<Elected> = Vec::new();
    for event in log.events.iter().filter(|event| matches!(event.meaning, Meaning::LeaderElected | Meaning::LeaderLost)) {
        let Some((term, time)) = event.number("term").zip(event.time.as_ref()) else { continue };
        if found.len() == 100 {
            break;
        }
        if found.iter().all(|known| known.term != term) {
            found.push(Elected { term, time: time.micros });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::facts;
    use crate::units::S;

    /// A document may be read anew, and then tell another zone.
    #[test]
    fn a_time_zone_is_told_anew_for_each_report() {
        let log = |own: &str, hour: u32| -> String {
            let line = |term: u32| {
                format!("2020-04-20 {hour}:{term}0:07.000000 I | raft: raft.node: {own} elected leader 91d25258d70ad868 at term {term}\n")
            };
            (2..5).map(line).collect()
        };
        let mut session = crate::Session::new(crate::Assumptions::default());
        for hour in [10, 15] {
            let id = session.open(None);
            session.push(id, log("2a0965170762fd09", hour).as_bytes());
        }
        let is_moved = |session: &mut crate::Session| session.report().limits.iter().any(|limit| limit.contains("time zone"));
        assert!(is_moved(&mut session) && is_moved(&mut session));
        session.reopen(0, None);
        session.push(0, log("91d25258d70ad868", 15).as_bytes());
        assert!(!is_moved(&mut session));
    }

    /// Its clock goes wrong by some seconds; that the old leader hears late of the next one is not part of it.
    #[test]
    fn a_clock_that_differs_is_put_right() {
        let line = |second: f64, text: &str| {
            let text = text.replace('A', "91d25258d70ad868").replace('F', "2a0965170762fd09");
            format!("2016-04-20 10:{:02}:{:09.6} I | raft: {text}\n", second as u32 / 60, second % 60.0)
        };
        let follower = line(60.0, "raft.node: F elected leader A at term 4")
            + &line(120.0, "F is starting a new election at term 4")
            + &line(120.001, "F became candidate at term 5")
            + &line(120.002, "raft.node: F lost leader A at term 5")
            + &line(120.003, "F became leader at term 5");
        let leader = |ahead: f64| {
            line(60.0 + ahead, "A became leader at term 4")
                + &line(120.3 + ahead, "A [term: 4] received a MsgAppResp message with higher term from F [term: 5]")
                + &line(120.3 + ahead, "raft.node: A lost leader A at term 5")
                + &line(120.32 + ahead, "raft.node: A elected leader F at term 5")
        };
        for ahead in [-40.0, -3.2, 0.0, 3.2, 40.0] {
            for documents in [[leader(ahead), follower.clone()], [follower.clone(), leader(ahead)]] {
                let facts = facts(&documents.each_ref().map(String::as_str));
                let planned = facts.longest_stall().expect("it was silent").planned;
                assert!((1_400_000..1_600_000).contains(&planned), "{ahead} {planned}");
                assert_eq!(facts.logs.iter().any(|log| super::zone_words(log).is_some()), ahead != 0.0);
            }
        }
        // Both cannot have been the first to know: the clock was set between.
        let set = line(63.2, "A became leader at term 4") + &line(119.0, "raft.node: A elected leader F at term 5");
        assert!(facts(&[&follower, &set]).logs.iter().all(|log| log.zone == 0));
    }

    /// Two journals across New Year, and two logs of times alone across midnight.
    #[test]
    fn a_log_that_begins_after_midnight_stands_beside_the_one_that_passes_it() {
        let apart = |texts: [&str; 2]| {
            let facts = facts(&texts);
            facts.logs[1].first.as_ref().expect("a time").0.micros - facts.logs[0].first.as_ref().expect("a time").0.micros
        };
        let late = "n1 etcd2[612]: failed to send out heartbeat on time (deadline exceeded for 1.8s)\n";
        let (old, new) = (format!("Dec 31 23:50:00 {late}Jan  1 00:30:00 {late}"), format!("Jan  1 00:00:00 {}", late.replace("n1", "n2")));
        assert_eq!((apart([&old, &new]), apart([&new, &old])), (600 * S, -600 * S));
        let late = "failed to send out heartbeat on time (deadline exceeded for 1.8s)\n";
        let (old, new) = (format!("23:50:00 {late}00:30:00 {late}"), format!("00:00:00 {late}"));
        assert_eq!((apart([&old, &new]), apart([&new, &old])), (600 * S, -600 * S));
        // In the morning, and in the evening.
        assert_eq!(apart([&format!("08:00:00 {late}"), &format!("21:30:00 {late}")]), 48_600 * S);
    }

    /// etcd 2 and 3.4 print local time.
    #[test]
    fn machines_with_other_time_zones_are_put_on_one_time_line() {
        let log = |own: &str, year: u32, hour: u32, terms: &[u32]| -> String {
            let line = |term: &u32| {
                format!(
                    "{year}-04-20 {hour:02}:{:02}:07.00000{term} I | raft: raft.node: {own} elected leader 91d25258d70ad868 at term {term}\n",
                    10 * term
                )
            };
            terms.iter().map(line).collect()
        };
        let apart = |year: u32, hour: u32, terms: &[u32]| {
            let facts = facts(&[&log("91d25258d70ad868", 2020, 10, &[2, 3, 4]), &log("2a0965170762fd09", year, hour, terms)]);
            let first = |at: usize| facts.logs[at].events[0].time.as_ref().expect("a time").micros;
            (first(1) - first(0), usize::from(super::zone_words(&facts.logs[1]).is_some()))
        };
        assert_eq!(apart(2020, 15, &[2, 3]), (0, 1));
        assert_eq!(apart(2020, 10, &[2, 3]), (0, 0));
        // One term alone may be one that a member heard of late.
        assert_eq!(apart(2020, 15, &[2]), (5 * 3_600 * crate::units::S, 0));
        assert_eq!(apart(2021, 10, &[2, 3]), (365 * 86_400 * crate::units::S, 0), "no zone is that far away");
    }
}
