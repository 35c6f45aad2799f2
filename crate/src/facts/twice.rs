//! The same stretch of a log given twice: as two documents, or pasted twice into one. It counts once.

use super::EventId;
use crate::gather::Gather;
use crate::index::Index;
use crate::log::event::{Event, LogReading};

/// Leaves out what stands in the input for the second time, and puts back what was left out before: the document that
/// held it first may have been read anew.
pub(super) fn leave_out(logs: &mut [LogReading]) {
    for log in logs.iter_mut() {
        for (at, event) in std::mem::take(&mut log.twice) {
            log.events.insert(at.min(log.events.len()), event);
        }
    }
    let again = said_again(logs);
    for (log, again) in logs.iter_mut().zip(again).filter(|(_, again)| again.contains(&true)) {
        let (mut kept, mut twice) = (Vec::with_capacity(log.events.len()), Vec::new());
        for (at, event) in std::mem::take(&mut log.events).into_iter().enumerate() {
            if again[at] { twice.push((at, event)) } else { kept.push(event) }
        }
        (log.events, log.twice) = (kept, twice);
    }
}

/// What is said of it, as a limit.
pub fn words(logs: &[LogReading]) -> Option<String> {
    let lines: usize = logs.iter().map(|log| log.twice.len()).sum();
    let of_them = match lines {
        0 => return None,
        1 => String::from("1 line stands"),
        many => format!("{many} lines stand"),
    };
    Some(format!("{of_them} in the input a second time, with the same time and the same words, and counted once."))
}

/// For each log, which of its events were given before.
fn said_again(logs: &[LogReading]) -> Vec<Vec<bool>> {
    let mut again: Vec<Vec<bool>> = logs.iter().map(|log| vec![false; log.events.len()]).gather();
    // In the order in which they stand in the input; times say nothing of that.
    let all = logs.iter().enumerate().flat_map(|(log, reading)| (0..reading.events.len()).map(move |event| EventId { log, event }));
    let mut lines: Vec<EventId> = all.gather();
    crate::sort::by_key(&mut lines, |id| (id.log, logs[id.log].events[id.event].line));
    let event = |at: usize| &logs[lines[at].log].events[lines[at].event];
    let same = |a: usize, b: usize| is_same((&logs[lines[a].log], event(a)), (&logs[lines[b].log], event(b)));
    let (mut known, mut first) = (Index::default(), Vec::new());
    let mut at = 0;
    while at < lines.len() {
        let number = known.position(hash(event(at)));
        if number == first.len() {
            first.push(at);
        }
        let before = first[number];
        let most = (at - before).min(lines.len() - at);
        let length = (0..most).take_while(|step| same(before + step, at + step)).count();
        let whole = |length: usize| {
            let log = lines[at].log;
            log != lines[before].log && length == logs[log].events.len() && (at == 0 || lines[at - 1].log != log)
        };
        if length > 0 && (whole(length) || is_telling((at..at + length).map(event))) {
            for id in &lines[at..at + length] {
                again[id.log][id.event] = true;
            }
        }
        // What does not tell as a whole does not in part.
        at += length.max(1);
    }
    again
}

/// Two events that one line may stand for.
fn is_same((log, event): (&LogReading, &Event), (other_log, other): (&LogReading, &Event)) -> bool {
    let host = |log: &LogReading, event: &Event| event.host.map(|host| log.hosts[usize::from(host)].clone());
    event.signature == other.signature
        && event.values == other.values
        && event.stamp == other.stamp
        && event.repeat == other.repeat
        && host(log, event) == host(other_log, other)
}

/// Whether so many lines cannot have been printed twice. A program that tries again prints the same lines within one
/// second, but not once more after another second; and of stamps below a second two lines tell (judgement).
fn is_telling<'a>(mut stretch: impl Iterator<Item = &'a Event>) -> bool {
    let Some(first) = stretch.next().filter(|first| first.time.is_some()) else { return false };
    let fine = first.time.is_some_and(|time| time.grain < crate::units::S);
    stretch.any(|event| event.stamp != first.stamp || fine && (event.signature, &event.values) != (first.signature, &first.values))
}

/// FNV-1a, of 64 bits, over the stamp and the message.
fn hash(event: &Event) -> i64 {
    let bytes = event.stamp.iter().flat_map(|stamp| stamp.bytes()).chain(event.signature.to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)) as i64
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{facts, find};

    fn slow(second: u32) -> String {
        format!(
            "2019-05-04 10:00:{second:02}.301221 W | etcdserver: read-only range request \"key:\\\"/a\\\" \" took too long (2.18s) to execute\n"
        )
    }

    fn counted(texts: &[&str]) -> (u64, usize) {
        let facts = facts(texts);
        (find(&facts, "etcd-slow-apply").map_or(0, |found| found.count), facts.logs.iter().map(|log| log.twice.len()).sum())
    }

    #[test]
    fn an_excerpt_given_twice_counts_once() {
        let excerpt = slow(1) + &slow(2) + &slow(3);
        assert_eq!(counted(&[&excerpt]), (3, 0));
        assert_eq!(counted(&[&excerpt, &excerpt]), (3, 3));
        assert_eq!(counted(&[&format!("{excerpt}and once more:\n\n{excerpt}{}", slow(4))]), (4, 3));
        // The second one goes on where the first one ends.
        assert_eq!(counted(&[&excerpt, &format!("{}{}{}", slow(2), slow(3), slow(4))]), (4, 2));
    }

    #[test]
    fn what_a_program_repeats_counts_each_time() {
        let failed = "Apr 09 21:20:31 m1 fleetd[1]: INFO client.go:292: Failed getting response from http://192.0.2.7:4001/: cancelled\n";
        let other = failed.replace("192.0.2.7", "192.0.2.8");
        let log = format!("{failed}{other}{failed}{other}{failed}{failed}");
        let found = find(&facts(&[&log]), "fleet-etcd-request-cancelled").expect("a finding");
        assert_eq!(found.count, 6);
        // Members say the same, each on its machine.
        let on = |host: &str| {
            (1..4).map(|second| format!("Apr 09 21:20:0{second} {host} etcd2[1]: server is likely overloaded\n")).collect::<String>()
        };
        assert_eq!(facts(&[&on("a"), &on("b")]).logs[1].events.len(), 3);
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
