//! Tables: a head that is recognised as a message, then rows, whose cells are added to the event of the head.

use super::Row;
use crate::event::{Event, Meaning, Value};
use crate::gather::Gather;

/// Percent of its time that a processor works which has none left (judgement).
pub const FULL: i64 = 95;

/// Where in the rows under a head the cells stand that tell something.
#[derive(Clone, Copy, Debug)]
pub enum Table {
    /// Members of etcd, between bars: their version, whether each leads, and the term.
    Members(Option<usize>, usize, Option<usize>),
    /// What the processor did, between blanks, in percent: the shares of doing nothing, of waiting for the disk, and the one
    /// that the hypervisor took.
    Processor(usize, usize, Option<usize>),
    /// Disks, between blanks: how long their writes and their flushes took on average, in milliseconds.
    Disks(usize, Option<usize>),
}

impl Table {
    /// The table that begins under this head.
    pub fn under(head: &Event, text: &str) -> Option<Table> {
        let cell = |name: &str| text.split('|').position(|cell| cell.trim() == name);
        // `avg-cpu:` names the row, and has no cell below it.
        let column = |names: &[&str]| text.split_whitespace().filter(|word| *word != "avg-cpu:").position(|word| names.contains(&word));
        match head.meaning {
            Meaning::CtlStatus => Some(Table::Members(cell("VERSION"), cell("IS LEADER")?, cell("RAFT TERM"))),
            Meaning::ProcessorShares => {
                Some(Table::Processor(column(&["id", "%idle"])?, column(&["wa", "%iowait"])?, column(&["st", "%steal"])))
            }
            Meaning::DiskWaits => Some(Table::Disks(column(&["w_await"])?, column(&["f_await"]))),
            _ => None,
        }
    }

    /// Adds a row to the event of the head; `false` where it is none.
    pub fn add(self, head: &mut Event, text: &str, row: Row) -> bool {
        match self {
            Table::Members(version, leader, term) => {
                let cell = |at: usize| text.split('|').nth(at).map(str::trim);
                let Some(leads) = cell(leader).filter(|_| text.starts_with('|')).and_then(|cell| cell.parse::<bool>().ok()) else {
                    return false;
                };
                // No cluster has so many members.
                if head.values.len() > 200 {
                    return false;
                }
                head.values.push((if leads { "leads" } else { "follows" }, Value::Number(1)));
                if let Some(version) = version.and_then(cell) {
                    head.values.push(("version", Value::Text(version.into())));
                }
                if let Some(term) = term.and_then(cell).and_then(|term| term.parse().ok()) {
                    head.values.push(("raft", Value::Number(term)));
                }
            }
            Table::Processor(idle, wait, steal) => {
                // A row begins with a number or a time, as those of iostat's devices do not.
                let is_row = text.starts_with(|first: char| first.is_ascii_digit());
                let share = |at: usize| text.split_whitespace().nth(at).and_then(percent).filter(|_| is_row);
                let (Some(idle), Some(wait)) = (share(idle), share(wait)) else { return false };
                let steal = steal.and_then(share).unwrap_or(0);
                let work = 100 - idle - wait - steal;
                let rows = head.number("rows").unwrap_or(0) + 1;
                let full = head.number("full").unwrap_or(0) + i64::from(work >= FULL);
                // The row that tells most stands for all.
                let mut most = head.number("steal").unwrap_or(-1);
                if steal > most {
                    most = steal;
                    stand_for_all(head, row);
                }
                let told = [("steal", most), ("rows", rows), ("full", full)];
                head.values = told.into_iter().map(|(name, number)| (name, Value::Number(number))).gather();
            }
            Table::Disks(write, flush) => {
                let cell =
                    |at: usize| text.split_whitespace().nth(at).and_then(|cell| cell.parse::<f64>().ok()).filter(|took| took.is_finite());
                let is_row = text.starts_with(|first: char| first.is_ascii_alphabetic());
                let Some(write) = cell(write).filter(|_| is_row) else { return false };
                let disks = head.number("disks").unwrap_or(0) + 1;
                head.values.retain(|(other, _)| *other != "disks");
                head.values.push(("disks", Value::Number(disks)));
                // The row that tells most of a kind stands for all.
                for (name, took) in [("write", Some(write)), ("flush", flush.and_then(cell))] {
                    let took = (took.unwrap_or(0.0) * 1000.0) as i64;
                    if took > head.number(name).unwrap_or(0) {
                        stand_for_all(head, row);
                        head.values.retain(|(other, _)| *other != name);
                        head.values.push((name, Value::Number(took)));
                    }
                }
            }
        }
        true
    }
}

/// The event of the head shows this row.
fn stand_for_all(head: &mut Event, row: Row) {
    (head.line, head.span, head.message) = (row.number, row.span, row.span);
    head.text = row.raw.into();
}

/// A share in whole percent.
fn percent(text: &str) -> Option<i64> {
    text.parse::<f64>().ok().filter(|share| (0.0..=100.0).contains(share)).map(|share| share.round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Scanner;

    fn cells(text: &str) -> Vec<(&'static str, Value)> {
        let mut scanner = Scanner::new(0);
        scanner.push(text.as_bytes());
        scanner.finish().events.into_iter().flat_map(|event| event.values).collect()
    }

    #[test]
    fn members_of_etcdctl() {
        let told = cells(
            "+------------------------+------------------+---------+---------+-----------+\n\
             |        ENDPOINT        |        ID        | VERSION | DB SIZE | IS LEADER |\n\
             +------------------------+------------------+---------+---------+-----------+\n\
             | http://192.0.2.7:2379  | 8e9e05c52164694d |  3.4.13 |   25 kB |      true |\n\
             | http://192.0.2.8:2379  | 91bc3c398fb3c146 |  3.4.14 |   25 kB |     false |\n\
             +------------------------+------------------+---------+---------+-----------+\n\
             | http://192.0.2.9:2379 | not of it |\n",
        );
        let text = |version: &str| ("version", Value::Text(version.into()));
        assert_eq!(told, [("leads", Value::Number(1)), text("3.4.13"), ("follows", Value::Number(1)), text("3.4.14")]);
    }

    #[test]
    fn shares_of_the_processor() {
        let told = |text: &str| {
            let mut scanner = Scanner::new(0);
            scanner.push(text.as_bytes());
            scanner.finish().events.iter().map(|event| (event.line, event.number("steal"))).collect::<Vec<_>>()
        };
        let vmstat = "procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----\n \
                      r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st\n \
                      5  0      0 822860 121124 156462    0    0   792  2368  465 1179 42  6 51  0  1\n \
                      9  1      0 822860 121124 156462    0    0   792  2368  465 1179 22  6 20 14 38\n \
                      5  0      0 822860 121124 156462    0    0   792  2368  465 1179 42  6 51  0  2\n\
                      that was the backup\n";
        assert_eq!(told(vmstat), [(4, Some(38))]);
        let full = vmstat.replace("42  6 51", "88 11  0");
        assert_eq!(cells(&full), [("steal", Value::Number(38)), ("rows", Value::Number(3)), ("full", Value::Number(2))]);
        let iostat = "avg-cpu:  %user   %nice %system %iowait  %steal   %idle\n          12.31    0.00    5.42   41.22    9.81   31.24\n\n\
                      Device            r/s     w/s     rkB/s     wkB/s  %util\nvda              1.20  212.30     22.10     12.20   99.98\n";
        assert_eq!(told(iostat), [(2, Some(10))]);
        let disks = |head: &str, row: &str| cells(&format!("{head}\nvda  {row}\nvdb  1.00  2.00  3.00  0.40  0.10\n\nvdc 9 9 9 9 9\n"));
        let number = |name, number| (name, Value::Number(number));
        assert_eq!(
            disks("Device            r/s     w/s     w_await     f_await  %util", "1.20  212.30     22.10     12.20   99.98"),
            [number("write", 22_100), number("flush", 12_200), number("disks", 3)]
        );
        assert_eq!(
            disks("Device:  r/s  w/s  r_await  w_await  %util", "1.20  212.30  5.0  22.10   99.98"),
            [number("write", 22_100), number("disks", 3)]
        );
        let sar = "12:00:01 AM     CPU     %user     %nice   %system   %iowait    %steal     %idle\n\
                   12:10:01 AM     all      2.10      0.00      1.20      0.40     22.60     73.70\n";
        assert_eq!(told(sar), [(2, Some(23))]);
    }
}
