//! What tools measured that `measure_next` asks for, and people paste: ping, fio, vmstat, iostat.

use super::{EventId, Facts};
use crate::gather::Gather;
use crate::log::event::{Event, Meaning};
use crate::log::messages::signature::Program;
use crate::log::reader::foreign::is_metric;
use crate::log::rows::table::FULL;
use crate::units::{MS, Micros};

impl Facts {
    /// Whether no log of etcd or fleet is here: configurations at most, what tools or etcd's metrics measured, and logs
    /// of other programs.
    pub fn without_log(&self) -> bool {
        let measured = |event: &Event| event.program() == Program::Tool || is_metric(event.meaning);
        self.logs.iter().all(|log| !log.other_store && log.events.iter().all(measured))
    }

    /// Whether nothing is here but what tools or metrics measured: neither a log nor a configuration.
    pub fn only_measured(&self) -> bool {
        self.configurations.is_empty() && self.without_log()
    }
}

/// The longest round trip that a ping measured, on average over its packets.
pub fn ping(facts: &Facts) -> Option<Micros> {
    let average = |id: EventId| milliseconds(facts.event(id).word("average")?);
    facts.meaning(&[Meaning::PingRoundTrip]).into_iter().filter_map(average).max()
}

fn milliseconds(text: &str) -> Option<Micros> {
    text.parse::<f64>().ok().map(|ms| (ms * MS as f64) as Micros)
}

/// The packets of one ping.
pub struct Pinged {
    /// The line that counts them.
    pub line: EventId,
    /// How many it sent.
    pub sent: i64,
    /// How many of them were not answered.
    pub lost: i64,
}

/// The ping that lost most.
pub fn lost_packets(facts: &Facts) -> Option<Pinged> {
    let counted = |line: EventId| {
        let (sent, received) = (facts.event(line).number("sent")?, facts.event(line).number("received")?);
        Some(Pinged { line, sent, lost: sent - received })
    };
    facts.meaning(&[Meaning::PingAnswers]).into_iter().filter_map(counted).max_by_key(|ping| ping.lost)
}

/// The largest share of the processor's time that the hypervisor took, in percent: its lines, and how much.
pub fn stolen(facts: &Facts) -> Option<(Vec<EventId>, i64)> {
    let mut events = facts.meaning(&[Meaning::ProcessorShares, Meaning::ProcessorLine]);
    crate::sort::by_key(&mut events, |id| std::cmp::Reverse(most_stolen(facts.event(*id))));
    let most = most_stolen(facts.event(*events.first()?))?;
    Some((events, most))
}

fn most_stolen(event: &Event) -> Option<i64> {
    event.number("steal").or_else(|| of_top(event, "st"))
}

/// A share in a line of top: `12.3 us,  5.4 sy`. The line fills a terminal, so the next one may be joined to it.
fn of_top(event: &Event, name: &str) -> Option<i64> {
    let share = |share: &str| {
        let share = share.trim_start();
        let number = share.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let named = number.trim_start_matches(['%', ' ']).starts_with(name);
        share[..share.len() - number.len()].parse::<f64>().ok().filter(|_| named)
    };
    event.word("shares")?.split(',').find_map(share).map(|share| share.round() as i64)
}

/// The lines of a processor that worked nearly all the time, and so hardly ever waited for the disk.
pub fn busy_processor(facts: &Facts) -> Option<EventId> {
    let of_top = |event: &Event| Some(100 - of_top(event, "id")? - of_top(event, "wa")? - of_top(event, "st")? >= FULL);
    let is_full = |event: &Event| match event.number("rows").zip(event.number("full")) {
        Some((rows, full)) => 2 * full > rows,
        None => of_top(event).unwrap_or(false),
    };
    let mut measured = facts.events_of(&[Meaning::ProcessorShares, Meaning::ProcessorLine]);
    measured.find(|(_, event)| is_full(event)).map(|(id, _)| id)
}

/// What a disk took for one request on average, where that is long for one that etcd writes to: its row, how long, and for what.
pub fn slow_disk(facts: &Facts) -> Option<(EventId, Micros, &'static str)> {
    // etcd wants 99 of 100 syncs below 10 ms, so a mean above it is too much. Writes that nobody waits for may queue longer (judgement).
    let kinds = [("flush", 10 * MS), ("write", 50 * MS)];
    let rows = facts.meaning(&[Meaning::DiskWaits]);
    let slow = |(name, most): (&'static str, Micros)| {
        let took = rows.iter().filter_map(|id| Some((*id, facts.event(*id).number(name)?, name)));
        took.filter(|(_, took, _)| *took > most).max_by_key(|(_, took, _)| *took)
    };
    kinds.into_iter().find_map(slow)
}

/// How long the hypervisor stopped the machine: the longest first.
pub fn machine_stops(facts: &Facts) -> Vec<(Micros, EventId)> {
    let mut stops = facts.events_of(&[Meaning::MachineStopped]).filter_map(|(id, event)| Some((event.number("took")?, id))).gather();
    crate::sort::by_key(&mut stops, |(took, _)| std::cmp::Reverse(*took));
    stops
}

/// What 99 of 100 syncs stay below, of the slowest run of fio: its line, and how long.
pub fn synced(facts: &Facts) -> Option<(EventId, Micros)> {
    let mut slowest: Option<(EventId, Micros)> = None;
    let mut unit = None;
    for id in facts.meaning(&[Meaning::FioSyncs, Meaning::FioOthers, Meaning::FioHundredth]) {
        let event = facts.event(id);
        if event.meaning != Meaning::FioHundredth {
            unit = event.word("unit").and_then(micros);
        } else if let (Some(unit), Some(took)) = (unit, event.word("took").and_then(|took| took.parse::<f64>().ok())) {
            let took = (took * unit) as Micros;
            if slowest.is_none_or(|(_, most)| took > most) {
                slowest = Some((id, took));
            }
        }
    }
    slowest
}

/// fio's units, in microseconds.
fn micros(unit: &str) -> Option<f64> {
    match unit {
        "nsec" => Some(0.001),
        "usec" => Some(1.0),
        "msec" => Some(1_000.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Severity;
    use crate::rules::testing::facts;
    use crate::rules::{Finding, check};
    use crate::{Document, Input, analyze};

    const FIO: &str = "\
sync: (groupid=0, jobs=1): err= 0: pid=814: Mon Mar  2 10:00:00 2026
  write: IOPS=448, BW=1006KiB/s (1031kB/s)(22.0MiB/22381msec); 0 zone resets
    clat (nsec): min=1973, max=3828.8k, avg=14191.03, stdev=49677.92
    clat percentiles (msec):
     |  1.00th=[    3],  5.00th=[    4], 10.00th=[    4], 20.00th=[    6],
     | 99.00th=[   43], 99.50th=[   53], 99.90th=[   91], 99.95th=[  141],
     | 99.99th=[ 3032]
  fsync/fdatasync/sync_file_range:
    sync (usec): min=60, max=79997, avg=2212.92, stdev=2480.55
    sync percentiles (usec):
     |  1.00th=[   72],  5.00th=[   92], 10.00th=[  112], 20.00th=[  157],
     | 99.00th=[ 8029], 99.50th=[ 9110], 99.90th=[23200], 99.95th=[31589],
     | 99.99th=[69731]
";

    const PING: &str = "\
PING 192.0.2.7 (192.0.2.7) 56(84) bytes of data.
64 bytes from 192.0.2.7: icmp_seq=1 ttl=57 time=24.6 ms

--- 192.0.2.7 ping statistics ---
20 packets transmitted, 20 received, 0% packet loss, time 19024ms
rtt min/avg/max/mdev = 24.600/25.500/31.201/1.103 ms
";

    fn findings(text: &str) -> Vec<Finding> {
        check(&facts(&[text]))
    }

    #[test]
    fn fio_tells_how_long_syncs_take() {
        let slow = |text: &str| findings(text).into_iter().map(|finding| finding.title).collect::<Vec<_>>();
        assert_eq!(synced(&facts(&[FIO])).map(|(_, took)| took), Some(8_029));
        assert_eq!(slow(FIO), [""; 0], "reads and writes need not reach the disk");
        assert_eq!(
            slow(&FIO.replace("[ 8029]", "[14091]")),
            ["One in a hundred syncs took 14\u{a0}ms or more in fio; etcd wants 10\u{a0}ms"]
        );
        assert!(slow(&FIO.replace("sync percentiles (usec)", "sync percentiles (nsec)")).is_empty());
    }

    #[test]
    fn top_tells_what_the_hypervisor_took() {
        let share = |line: &str| stolen(&facts(&[line])).map(|(_, most)| most);
        assert_eq!(share("%Cpu(s):  5.1 us,  3.0 sy,  0.0 ni, 61.0 id, 10.2 wa,  0.0 hi,  0.4 si, 20.3 st\n"), Some(20));
        // It is as wide as the terminal.
        let below =
            "%Cpu(s): 12.1 us,  8.2 sy,  0.0 ni, 31.0 id, 22.4 wa,  0.0 hi,  0.3 si, 26.0 st\nKiB Mem :  8010012 total,   121012 free\n";
        assert_eq!(share(below), Some(26));
        assert_eq!(share("Cpu(s):  5.1%us,  3.0%sy,  0.0%ni, 61.0%id, 30.2%wa,  0.0%hi,  0.4%si,  0.3%st\n"), Some(0));
    }

    #[test]
    fn ping_tells_the_round_trip_and_what_was_lost() {
        assert_eq!(facts(&[PING]).measured_round_trip(), Some(25_500));
        assert!(findings(PING).is_empty());
        let lost = |received: &str| findings(&PING.replace("20 received", received)).first().map(|finding| finding.severity);
        assert_eq!(lost("19 received"), None, "one packet");
        assert_eq!(lost("17 packets received"), Some(Severity::Warning));
        assert_eq!(lost("0 received, +3 errors"), Some(Severity::Info));
    }

    #[test]
    fn the_round_trip_of_metrics_bounds_the_default() {
        let metrics = |low: u32| {
            format!(
                "etcd_network_peer_round_trip_time_seconds_bucket{{To=\"8e9e05c52164694d\",le=\"0.0064\"}} {low}\n\
                 etcd_network_peer_round_trip_time_seconds_bucket{{To=\"8e9e05c52164694d\",le=\"0.2048\"}} 1000\n\
                 etcd_network_peer_round_trip_time_seconds_bucket{{To=\"8e9e05c52164694d\",le=\"+Inf\"}} 1000\n"
            )
        };
        let proposed = |low: u32| {
            let documents = vec![Document { name: None, text: metrics(low) }];
            let report = analyze(&Input { documents, ..Input::default() });
            report.recommendations.iter().map(|row| row.proposed_text.clone()).gather()
        };
        assert_eq!(proposed(0), ["250\u{a0}ms", "2500\u{a0}ms"]);
        assert_eq!(proposed(990), [""; 0]);
    }

    #[test]
    fn the_round_trip_of_a_ping_bounds_the_values_of_a_file() {
        let file = "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 100\n    election-timeout: 1000\n";
        let advice = |ping: &str| {
            let documents = [file, ping].map(|text| Document { name: None, text: text.to_owned() }).into();
            let values = analyze(&Input { documents, ..Input::default() }).recommendations;
            values.into_iter().map(|value| value.proposed_text).collect::<Vec<_>>()
        };
        assert_eq!(advice(PING), [""; 0], "ten round trips of 25.5 ms fit");
        assert_eq!(advice(&PING.replace("/25.500/", "/182.400/")), ["200\u{a0}ms", "2000\u{a0}ms"]);
    }

    #[test]
    fn a_measurement_is_no_log() {
        assert!(facts(&[PING, FIO]).without_log());
        assert!(!facts(&[PING, "2026-03-02 10:00:00.000000 I | raft: 8e9e05c52164694d became leader at term 7\n"]).without_log());
    }
}
