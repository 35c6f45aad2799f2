//! One time line for logs whose stamps leave out the year, or the time zone.

use crate::gather::Gather;
use crate::log::event::{Clock, LogReading, Meaning};
use crate::log::time::year_shift;
use crate::units::{Micros, S, human};

/// Puts logs on one time line, so that they can be held against each other.
pub fn align(logs: &mut [LogReading]) {
    align_years(logs);
    align_zones(logs);
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
    const QUARTER: Micros = 900 * S;
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

/// What is said of a log that lies in another time zone, as a limit.
pub fn zone_words(log: &LogReading) -> Option<String> {
    let (far, word) = (human(log.zone.abs()), if log.zone < 0 { "later" } else { "earlier" });
    let words = format!(
        "A log tells of the same elections {far} {word} than another. Its machine is taken to be in another time zone, and its times are moved."
    );
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
