//! Logs of several members that stand one behind the other in a text, of lines that name no machine, as
//! `kubectl logs -l component=etcd` gives them: a line is of the member that speaks around it.

use super::hosts::Hosts;
use crate::event::{Event, Meaning};
use crate::gather::Gather;
use crate::messages::signature::Program;
use crate::sort::distinct;

/// The lines between two of which one member speaks, and no other.
struct Run {
    first: usize,
    last: usize,
    member: String,
}

/// Gives each line the id of its member for a machine, where each member speaks in one run of lines and it shows where its
/// log begins. Where they speak in turns it is open whose the lines between are.
pub fn name_members(events: &mut [Event], hosts: &mut Hosts) {
    let mut events = events.iter_mut().filter(|event| event.host.is_none()).gather();
    let runs = runs(&events);
    if runs.len() < 2 || distinct(runs.iter().map(|run| run.member.as_str())).len() < runs.len() {
        return;
    }
    let mut ends = runs.windows(2).filter_map(|pair| begin(&events, pair[0].last + 1, pair[1].first)).gather();
    ends.push(events.len());
    if ends.len() < runs.len() {
        return;
    }
    let mut from = 0;
    for (run, end) in runs.iter().zip(ends) {
        let host = hosts.number(&run.member);
        events[from..end].iter_mut().for_each(|event| event.host = Some(host));
        from = end;
    }
}

fn runs(events: &[&mut Event]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, event) in events.iter().enumerate().filter(|(_, event)| event.program() == Program::Etcd) {
        let Some(member) = event.word("id") else { continue };
        match runs.last_mut() {
            Some(run) if run.member == member => run.last = at,
            _ => runs.push(Run { first: at, last: at, member: member.to_owned() }),
        }
    }
    runs
}

/// Where from `from` to `first`, in which the next member speaks, its log begins: where time falls most, else where a
/// process starts.
fn begin(events: &[&mut Event], from: usize, first: usize) -> Option<usize> {
    let rise = |at: &usize| match (&events[at - 1].time, &events[*at].time) {
        (Some(before), Some(time)) => time.micros - before.micros,
        _ => 0,
    };
    let falls = (from..=first).min_by_key(rise).filter(|at| rise(at) < 0);
    let starts = || (from..first).find(|at| events[*at].meaning == Meaning::EtcdVersion);
    falls.or_else(starts)
}

#[cfg(test)]
mod tests {
    use crate::scan::Scanner;

    /// The machine of each line.
    fn hosts(text: &str) -> Vec<Option<String>> {
        let mut scanner = Scanner::new(0);
        scanner.push(text.as_bytes());
        let log = scanner.finish();
        let mut events: Vec<_> = log.events.iter().map(|event| (event.line, event.host)).collect();
        events.sort();
        events.iter().map(|(_, host)| host.map(|host| log.hosts[usize::from(host)].clone())).collect()
    }

    const A: &str = "91d25258d70ad868";
    const B: &str = "2a0965170762fd09";

    fn line(second: u32, words: &str) -> String {
        format!("2016-04-20 10:00:{second:02}.000100 {words}\n")
    }

    fn follows(second: u32, member: &str) -> String {
        line(second, &format!("I | raft: {member} became follower at term 2"))
    }

    fn overloaded(second: u32) -> String {
        line(second, "W | etcdserver: server is likely overloaded")
    }

    #[test]
    fn a_line_is_of_the_member_that_speaks_around_it() {
        let of = |members: &[&str]| members.iter().map(|member| Some((*member).to_owned())).collect::<Vec<_>>();
        // The log of the second begins where time falls.
        let falls = follows(1, A) + &overloaded(9) + &overloaded(2) + &follows(3, B) + &overloaded(4);
        assert_eq!(hosts(&falls), of(&[A, A, B, B, B]));
        // It was started later.
        let later = follows(1, A) + &overloaded(2) + &line(5, "I | etcdmain: etcd Version: 2.3.8") + &follows(6, B);
        assert_eq!(hosts(&later), of(&[A, A, B, B]));
    }

    #[test]
    fn it_is_open_whose_a_line_is_where_members_speak_in_turns() {
        let mixed = follows(1, A) + &overloaded(2) + &follows(3, B) + &overloaded(4) + &follows(5, A);
        assert_eq!(hosts(&mixed), [None, None, None, None, None]);
        let once_each = follows(1, A) + &follows(2, B) + &overloaded(3);
        assert_eq!(hosts(&once_each), [None, None, None]);
        assert_eq!(hosts(&(follows(1, A) + &overloaded(2))), [None, None], "one member");
    }

    #[test]
    fn tail_names_the_file_of_its_lines() {
        let shown = format!("==> n1/etcd.log <==\n{}\n==> n2/etcd.log <==\n{}", overloaded(9), overloaded(2));
        assert_eq!(hosts(&shown), [Some("n1/etcd.log".to_owned()), Some("n2/etcd.log".to_owned())]);
    }
}
