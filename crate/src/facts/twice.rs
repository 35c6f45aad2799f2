//! The same stretch of a log given twice: as two documents, pasted twice into one, or each line twice, as where two
//! collectors write to one store. It counts once.

use super::voices::only_member;
use super::{EventId, Facts};
use crate::gather::Gather;
use crate::index::{self, Index, slot};
use crate::log::event::{Clock, Event, LogReading, Value};
use crate::units::{MS, S};

/// What is said of it, as a limit.
pub fn words(facts: &Facts) -> Option<String> {
    let of_them = match facts.twice {
        0 => return None,
        1 => String::from("1 line stands"),
        many => format!("{many} lines stand"),
    };
    Some(format!("{of_them} in the input a second time, with the same time and the same words, and counted once."))
}

/// So many earlier places of a line are compared with it: members print alike, and a cluster has seldom more (judgement).
const MOST_PLACES: usize = 7;

/// A line that may stand a second time.
struct Line<'a> {
    id: EventId,
    event: &'a Event,
    /// The same number for the same words.
    words: i64,
}

/// For each log, which of its events were given before.
pub(super) fn said_again(logs: &[LogReading]) -> Vec<Vec<bool>> {
    let mut again: Vec<Vec<bool>> = logs.iter().map(|log| vec![false; log.events.len()]).gather();
    // In the order in which they stand in the input; times say nothing of that.
    let mut lines: Vec<Line> = Vec::new();
    for (log, reading) in logs.iter().enumerate() {
        let line = |(at, event)| Line { id: EventId { log, event: at }, event, words: words_of(event) };
        lines.extend(reading.events.iter().enumerate().map(line));
    }
    // A journal has the lines of several programs, and the log of one of them may stand beside it.
    for each_program in [false, true] {
        let program = |line: &Line| if each_program { line.event.program() as usize } else { 0 };
        crate::sort::by_key(&mut lines, |line| (line.id.log, program(line), line.event.line));
        mark(logs, &lines, &mut again);
    }
    again
}

/// Marks what stands a second time, among lines in this order.
fn mark(logs: &[LogReading], lines: &[Line], again: &mut [Vec<bool>]) {
    let event = |at: usize| lines[at].event;
    // Members that start together print many a line alike, and stamps of milliseconds do not part them.
    let sole = logs.iter().map(only_member).gather();
    let of_two = |a: usize, b: usize| sole[a].is_some() && sole[b].is_some() && sole[a] != sole[b];
    let same = |a: usize, b: usize| {
        let (one, other) = (&lines[a], &lines[b]);
        one.words == other.words && !of_two(one.id.log, other.id.log) && of_one_machine(logs, one, other)
    };
    // The first places of lines with the same words: of several members the second may be the one that is given again.
    let (mut known, mut places) = (Index::default(), Vec::<Vec<usize>>::new());
    let pairs = in_pairs(lines.len(), same);
    if pairs.iter().all(|at| tells_its_printer(event(*at))) && is_telling(pairs.iter().map(|at| event(*at))) {
        for Line { id, .. } in pairs.iter().map(|at| &lines[*at]) {
            again[id.log][id.event] = true;
        }
        return;
    }
    let mut at = 0;
    while at < lines.len() {
        let number = known.position(lines[at].words);
        let earlier = slot(&mut places, number);
        let length = |before: usize| {
            let most = (at - before).min(lines.len() - at);
            (0..most).take_while(|step| same(before + step, at + step)).count()
        };
        let (length, before) = earlier.iter().map(|before| (length(*before), *before)).max().unwrap_or((0, at));
        if earlier.len() < MOST_PLACES {
            earlier.push(at);
        }
        let log_of = |at: usize| lines[at].id.log;
        let (log, other) = (log_of(at), log_of(before));
        let whole = || log != other && length == logs[log].events.len() && (at == 0 || log_of(at - 1) != log);
        let stretch = || (at..at + length).map(event);
        // Two members print the same, each in its log.
        let by_one = || stretch().any(tells_its_printer) || whole() && is_alike(&logs[log], &logs[other]);
        if length > 0 && by_one() && (whole() || is_telling(stretch())) {
            for Line { id, .. } in &lines[at..at + length] {
                again[id.log][id.event] = true;
            }
        }
        // What does not tell as a whole does not in part.
        at += length.max(1);
    }
}

/// The second of each two lines that are the same, where nearly all lines stand so: nine of ten, and four pairs at least
/// (judgement). None otherwise; a program that tries again prints many alike. For the streams of a link etcd prints two: then four
/// stand together among the pairs.
fn in_pairs(count: usize, same: impl Fn(usize, usize) -> bool) -> Vec<usize> {
    let (mut pairs, mut at, mut alone) = (Vec::new(), 0, 0);
    while at < count {
        let run = 1 + (at + 1..count).take_while(|next| same(at, *next)).count();
        alone += usize::from(run == 2);
        let end = at + run;
        while run % 2 == 0 && at < end {
            pairs.push(at + 1);
            at += 2;
        }
        at = end;
    }
    if alone >= 4 && alone * 2 >= pairs.len() && pairs.len() * 20 >= count * 9 { pairs } else { Vec::new() }
}

/// Whether one machine may have printed two lines with the same words.
fn of_one_machine(logs: &[LogReading], line: &Line, other: &Line) -> bool {
    if line.id.log == other.id.log && line.event.host == other.event.host {
        return true;
    }
    let host = |line: &Line| line.event.host.map(|host| logs[line.id.log].hosts[usize::from(host)].as_str());
    let (host, other_host) = (host(line), host(other));
    // A collector may leave the machine out; no two machines print one line in one moment finer than a second.
    let unnamed = (host.is_none() || other_host.is_none()) && line.event.time.is_some_and(|time| time.grain < S);
    unnamed || host == other_host
}

/// Whether no two processes print such a line: it names its machine, or a day and a moment finer than a second (judgement).
fn tells_its_printer(event: &Event) -> bool {
    event.host.is_some() || event.clock > Clock::TimeOfDay && event.time.is_some_and(|time| time.grain < S)
}

/// Whether two logs are one, as far as they were read.
fn is_alike(log: &LogReading, other: &LogReading) -> bool {
    let read = |log: &LogReading| (log.lines, log.recognised, log.foreign, log.unread);
    read(log) == read(other) && (&log.first, &log.last) == (&other.first, &other.last)
}

/// Whether so many lines cannot have been printed twice. A program that tries again prints the same lines within one
/// second, but not once more after another second; and of stamps below a millisecond two lines tell (judgement): within one,
/// etcd begins a link with the same lines for each of its streams.
fn is_telling<'a>(mut stretch: impl Iterator<Item = &'a Event>) -> bool {
    let Some(first) = stretch.next().filter(|first| first.time.is_some()) else { return false };
    let fine = first.time.is_some_and(|time| time.grain < MS);
    stretch.any(|event| event.stamp != first.stamp || fine && (event.signature, &event.values) != (first.signature, &first.values))
}

/// A number for the stamp and the message with what it caught. Of a hundred thousand lines two others get one number once
/// in some billions of logs.
fn words_of(event: &Event) -> i64 {
    let stamp = index::key(event.stamp.as_deref().unwrap_or_default());
    let mut words = index::joined(index::joined(stamp, i64::from(event.signature)), i64::from(event.repeat));
    for (_, value) in &event.values {
        let caught = match value {
            Value::Duration(number) | Value::Number(number) => *number,
            Value::Text(text) => index::key(text),
        };
        words = index::joined(words, caught);
    }
    words
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    fn slow(second: u32) -> String {
        format!(
            "2019-05-04 10:00:{second:02}.301221 W | etcdserver: read-only range request \"key:\\\"/a\\\" \" took too long (2.18s) to execute\n"
        )
    }

    fn counted(texts: &[&str]) -> (u64, usize) {
        let facts = facts(texts);
        (find(&facts, RuleId::EtcdSlowApply).map_or(0, |found| found.count), facts.twice)
    }

    #[test]
    fn an_excerpt_given_twice_counts_once() {
        let excerpt = slow(1) + &slow(2) + &slow(3);
        assert_eq!(counted(&[&excerpt]), (3, 0));
        assert_eq!(counted(&[&excerpt, &excerpt]), (3, 3));
        assert_eq!(counted(&[&format!("{excerpt}and once more:\n\n{excerpt}{}", slow(4))]), (4, 3));
        // Of two members that print alike the second one is given again.
        let (one, two) = (excerpt.replace("2.18s", "2.19s"), excerpt.clone() + &slow(4));
        assert_eq!(counted(&[&one, &two, &two]), (7, 4));
        // The second one goes on where the first one ends.
        assert_eq!(counted(&[&excerpt, &format!("{}{}{}", slow(2), slow(3), slow(4))]), (4, 2));
    }

    /// The journal of a machine, and the file of its container.
    #[test]
    fn copies_of_which_one_names_the_machine_count_once() {
        let excerpt = slow(1) + &slow(2) + &slow(3);
        let wrapped = |head: &str| excerpt.lines().map(|line| format!("{head}{line}\n")).collect::<String>();
        let journal = wrapped("May 04 10:00:09 core-01 docker[900]: ");
        assert_eq!(counted(&[&journal, &excerpt]), (3, 3));
        assert_eq!(counted(&[&excerpt, &journal]), (3, 3));
        assert_eq!(counted(&[&journal, &journal.replace("core-01", "core-02")]), (6, 0));
    }

    /// The journal of a machine, and the journal of one of its units.
    #[test]
    fn what_stands_among_lines_of_another_program_counts_once() {
        let line = |second: u32, program: &str, text: &str| format!("Apr 09 21:20:{second:02} m1 {program}[7]: {text}\n");
        let failed = |second| line(second, "fleetd", "INFO client.go:292: Failed getting response from http://192.0.2.7:4001/: cancelled");
        let etcd = |second| line(second, "etcd2", "server is likely overloaded");
        let fleet = [10, 20, 30].map(failed).concat();
        let journal: String = [10, 20, 30].map(|second| etcd(second) + &failed(second)).concat();
        let count = |texts: &[&str]| find(&facts(texts), RuleId::FleetEtcdRequestCancelled).map_or(0, |found| found.count);
        assert_eq!((count(&[&journal]), count(&[&journal, &fleet]), count(&[&fleet, &journal])), (3, 3, 3));
        assert_eq!(count(&[&journal, &fleet.replace("m1", "m2")]), 6);
    }

    #[test]
    fn what_a_program_repeats_counts_each_time() {
        let failed = "Apr 09 21:20:31 m1 fleetd[1]: INFO client.go:292: Failed getting response from http://192.0.2.7:4001/: cancelled\n";
        let other = failed.replace("192.0.2.7", "192.0.2.8");
        let log = format!("{failed}{other}{failed}{other}{failed}{failed}");
        let found = find(&facts(&[&log]), RuleId::FleetEtcdRequestCancelled).expect("a finding");
        assert_eq!(found.count, 6);
        // Members say the same, each on its machine.
        let on = |host: &str| {
            (1..4).map(|second| format!("Apr 09 21:20:0{second} {host} etcd2[1]: server is likely overloaded\n")).collect::<String>()
        };
        assert_eq!(facts(&[&on("a"), &on("b")]).logs[1].events.len(), 3);
    }

    /// Without hosts it is open who printed what happened within one second, or at one time of an unknown day.
    #[test]
    fn what_two_members_print_alike_counts_for_each() {
        let overloaded = |stamp: &str| -> String {
            (1..6).map(|second| format!("{stamp}10:00:0{second} etcdserver: server is likely overloaded\n")).collect()
        };
        let follows = |id: &str| format!("2019/05/04 09:59:00 raft: {id} became follower at term 3\n");
        let left_out = |texts: &[&str]| facts(texts).twice;
        let (a, b) = (follows("91d25258d70ad868"), follows("2a0965170762fd09"));
        let same = overloaded("2019/05/04 ");
        assert_eq!(left_out(&[&(a.clone() + &same), &(b + &same)]), 0);
        assert_eq!(left_out(&[&(a.clone() + &same), &same]), 0);
        assert_eq!(left_out(&[&same, &(same.clone() + "2019/05/04 10:00:09 etcdserver: something else\n")]), 0);
        // The same file once more.
        assert_eq!(left_out(&[&(a.clone() + &same), &(a + &same)]), 6);
        // Within one millisecond, each in its own log; a log that holds both may be given beside one of them.
        let both = |id: &str| [1, 2].map(|at| format!("2019-05-04 10:00:00.00{at} I | raft: {id} became follower at term 3\n")).concat();
        let alike = "2019-05-04 10:00:00.120 I | etcdserver/api: enabled capabilities for version 3.4\n\
                     2019-05-04 10:00:00.121 I | etcdserver: setting up the initial cluster version to 3.4\n\
                     2019-05-04 10:00:00.131 W | etcdserver: server is likely overloaded\n";
        let (a, b) = (both("91d25258d70ad868"), both("2a0965170762fd09"));
        assert_eq!(left_out(&[&(a.clone() + alike), &(b.clone() + alike)]), 0);
        assert_ne!(left_out(&[&(a.clone() + &b + alike), &(b + alike)]), 0);
        // A link of one member, with two streams.
        let link = "2019-05-04 10:00:00.120 I | rafthttp: starting peer 2a0965170762fd09...\n2019-05-04 10:00:00.120 I | rafthttp: started streaming with peer 2a0965170762fd09 (writer)\n";
        assert_eq!(left_out(&[&link.repeat(2)]), 0);
        let fine = overloaded("").replace(" etcdserver", ".120345 W | etcdserver");
        assert_eq!(left_out(&[&fine.repeat(2)]), 0, "once on each of two days");
    }

    #[test]
    fn lines_that_each_stand_twice_count_once() {
        let twice = |text: &str| text.lines().flat_map(|line| [line, "\n", line, "\n"]).collect::<String>();
        let four = slow(1) + &slow(2) + &slow(3) + &slow(4);
        assert_eq!(counted(&[&(twice(&four))]), (4, 4));
        // Two streams of a link, in one millisecond.
        let links = "2019-05-04 10:00:00.120 I | rafthttp: started streaming with peer 2a0965170762fd09 (writer)\n".repeat(2);
        assert_eq!(counted(&[&(twice(&(links + &four)))]), (4, 6));
        // A message that a program repeats stands among others.
        assert_eq!(counted(&[&(slow(1) + &twice(&slow(2)) + &slow(3) + &slow(4))]), (5, 0));
        // So often within each second: a program that tries again.
        let repeated: String =
            (1..5).map(|second| format!("Oct 16 10:12:0{second} h etcd2[8]: server is likely overloaded\n").repeat(6)).collect();
        assert_eq!(counted(&[&repeated]).1, 0);
        let without_times = "etcdserver: server is likely overloaded\n".repeat(10);
        assert_eq!(counted(&[&without_times]).1, 0);
    }

    /// What was left out because of a document comes back when that one is given anew.
    #[test]
    fn a_document_that_is_read_anew_gives_back_what_it_held() {
        let excerpt = slow(1) + &slow(2);
        let mut session = crate::Session::new(crate::Assumptions::default());
        for text in [&excerpt, &excerpt] {
            let id = session.open(None);
            session.push(id, text.as_bytes());
        }
        let count = |session: &mut crate::Session| {
            session.report().findings.iter().find(|found| found.id == "etcd-slow-apply").map(|found| found.count)
        };
        assert_eq!(count(&mut session), Some(2));
        session.reopen(0, None);
        session.push(0, slow(5).as_bytes());
        assert_eq!(count(&mut session), Some(3));
    }
}
