//! The log as it is read: its events, and what all its lines tell of who wrote it, when, and in which form.

use super::around::Around;
use super::foreign::{is_borrowed, is_mention, is_of_another_raft, is_ours, is_tagged_by_another};
use super::hosts::{Hosts, MOST_HOSTS};
use super::message::Message;
use super::one_behind_another::name_members;
use super::order::Stamps;
use crate::event::{Clock, Event, LogReading, Meaning, Order, Time};
use crate::gather::Gather;
use crate::header::{Form, Header};
use crate::index::{Index, slot};
use crate::messages::signature::Program;
use crate::text::DocumentId;
use crate::time::refined;
use crate::units::S;

/// Events kept in all, so that memory does not grow with the file. Beyond it only the first and
/// rarer messages are kept.
const KEPT: usize = 30_000;
/// Beyond `KEPT` events, so many more of each message of each host.
const KEPT_EACH: u32 = 500;
/// And no more than so many in all.
const KEPT_MOST: usize = 40_000;
/// Places in the source of fleet that are kept as fingerprints of its version.
const PRINTS: usize = 1000;

/// What is known of a log so far.
pub struct Log {
    /// Its events and counts.
    pub reading: LogReading,
    hosts: Hosts,
    programs: Vec<(Program, u64)>,
    forms: Vec<(Form, u64)>,
    /// How often each message of each host came.
    each: Index,
    often: Vec<u32>,
    last_micros: Option<i64>,
    stamps: Stamps,
    /// Those of recognised lines alone.
    own_stamps: Stamps,
}

impl Log {
    /// Nothing of this document was read yet.
    pub fn new(document: DocumentId) -> Log {
        Log {
            reading: LogReading { document, ..LogReading::default() },
            hosts: Hosts::default(),
            programs: Vec::new(),
            forms: Vec::new(),
            each: Index::default(),
            often: Vec::new(),
            last_micros: None,
            stamps: Stamps::default(),
            own_stamps: Stamps::default(),
        }
    }

    /// No line had a stamp yet.
    pub fn is_untimed(&self) -> bool {
        self.stamps.clock == Clock::None
    }

    /// The number of this host.
    pub fn host(&mut self, name: &str) -> u16 {
        self.hosts.number(name)
    }

    /// Takes note of what stands before any line.
    pub fn note_header(&mut self, head: &Header) {
        count(&mut self.forms, head.form);
        self.stamps.note(head);
    }

    /// Takes note of a recognised line, kept or not.
    pub fn note_message(&mut self, message: &Message) {
        self.reading.recognised += 1;
        self.note_header(message.head);
        // They are asked for only where none has a date.
        if self.own_stamps.clock <= Clock::TimeOfDay {
            self.own_stamps.note(message.head);
        }
        count(&mut self.programs, message.signature().program);
    }

    /// Keeps a recognised message and gives the place of its event, where there is room for it.
    pub fn keep(&mut self, message: &Message, around: &Around) -> Option<usize> {
        let host = self.host_of(message.head, around);
        if let Some(place) = message.head.source_line.filter(|_| message.signature().program == Program::Fleet) {
            self.fingerprint(host, message.number, place);
        }
        if !self.has_room(message.number, host) {
            self.reading.dropped += 1;
            self.moment(message.head, around);
            return None;
        }
        let event = self.event(message, host, around);
        self.reading.events.push(event);
        Some(self.reading.events.len() - 1)
    }

    /// The event that a message tells.
    pub fn event(&mut self, message: &Message, host: Option<u16>, around: &Around) -> Event {
        let (time, clock, own) = self.moment(message.head, around);
        let stamp = if own { message.head.stamp.map(Box::from) } else { around.time().map(|(_, written)| written.clone()) };
        Event {
            document: self.reading.document,
            line: message.row.number,
            span: message.row.span,
            message: message.span(),
            time,
            clock,
            stamp,
            host,
            meaning: message.signature().meaning,
            signature: message.number,
            values: message.values(),
            cut: message.found.cut,
            repeat: message.repeats(),
            source_line: message.head.source_line.map(Box::from),
            text: message.shown().into(),
        }
    }

    /// The host that the line names, or what stands around it.
    pub fn host_of(&mut self, head: &Header, around: &Around) -> Option<u16> {
        head.host.or_else(|| around.host()).map(|host| self.hosts.number(host))
    }

    /// When it happened, by the line and by the record around it, and whether the line's own stamp tells it.
    fn moment(&mut self, head: &Header, around: &Around) -> (Option<Time>, Clock, bool) {
        let outer = around.time().map(|(stamp, _)| *stamp);
        let (stamp, own) = match (head.time, outer) {
            (Some(own), Some(outer)) => match refined(&outer, &own) {
                Some(refined) => (refined, true),
                None => (outer, false),
            },
            (Some(own), None) => (own, true),
            (None, Some(outer)) => (outer, false),
            (None, None) => return (None, Clock::None, false),
        };
        (Some(self.pulled_up(stamp.time)), stamp.clock, own)
    }

    /// One host, or one message, that fills the memory leaves room for the others.
    fn has_room(&mut self, number: u16, host: Option<u16>) -> bool {
        let each = self.each.position(i64::from(host.unwrap_or(u16::MAX)) << 16 | i64::from(number));
        let often = slot(&mut self.often, each);
        *often += 1;
        let kept = self.reading.events.len();
        kept < KEPT || kept < KEPT_MOST && *often <= KEPT_EACH
    }

    /// A stamp of whole seconds is cut off: within a file it cannot lie before the line above it.
    fn pulled_up(&mut self, time: Time) -> Time {
        let before = self.last_micros;
        let pulled = match before {
            Some(before) if time.grain >= S && before >= time.micros && before - time.micros < S => Time { micros: before, ..time },
            _ => time,
        };
        self.last_micros = Some(pulled.micros);
        pulled
    }

    fn fingerprint(&mut self, host: Option<u16>, number: u16, place: &str) {
        let prints = &mut self.reading.fingerprints;
        let known = prints.iter().any(|(on, other, at)| *other == number && *on == host && &**at == place);
        if !known && prints.len() < PRINTS {
            prints.push((host, number, place.into()));
        }
    }

    /// Takes back what another program printed in words that etcd prints too. `named`: some line names etcd or fleet. That a
    /// lease of Kubernetes was lost does not: any controller has one, and asks the API server alone; Patroni's store need be none.
    fn drop_foreign(&mut self, named: bool) {
        let of_another = |event: &Event| event.meaning == Meaning::OtherStore || is_of_another_raft(event);
        let counts = |event: &Event| !is_mention(event) && !of_another(event) && !is_tagged_by_another(event);
        let of_client = |event: &Event| matches!(event.meaning, Meaning::KubernetesLeaseLost | Meaning::StoreUnreachable);
        let names = |event: &Event| !is_borrowed(event) && !of_another(event) && !of_client(event) && !is_tagged_by_another(event);
        // Who holds etcd's raft library names it in the places of its source.
        let named = named && !self.reading.events.iter().any(of_another) || self.reading.events.iter().any(names);
        let (reading, programs) = (&mut self.reading, &mut self.programs);
        reading.events.retain(|event| {
            reading.other_store |= event.meaning == Meaning::OtherStore;
            let keep = counts(event) && (!is_borrowed(event) || is_ours(event, named));
            if !keep {
                reading.recognised -= 1;
                reading.foreign += 1;
                let program = event.program();
                programs.iter_mut().filter(|(known, _)| *known == program).for_each(|(_, count)| *count -= 1);
            }
            keep
        });
        programs.retain(|(_, count)| *count > 0);
    }

    /// Ends the reading: the order, the totals.
    pub fn finish(mut self, named: bool) -> LogReading {
        self.drop_foreign(named);
        let mut reading = self.reading;
        number_lines(&mut reading.events);
        // Of a log that writes no dates, a date in the text around it tells nothing.
        let dateless = self.own_stamps.clock == Clock::TimeOfDay;
        let stamps = if dateless { self.own_stamps } else { self.stamps };
        reading.order = stamps.order();
        if reading.order == Order::OldestFirst {
            name_members(&mut reading.events, &mut self.hosts);
        }
        let too_many = self.hosts.too_many;
        reading.hosts = self.hosts.into_names();
        stamps.sort(&mut reading.events, reading.hosts.len());
        reading.clock = stamps.clock;
        reading.zoned = !stamps.unzoned;
        reading.format = format_words(&self.programs, &self.forms);
        reading.programs = programs(&self.programs);
        (reading.first, reading.last) = stamps.span(&reading.events);
        reading.limits = limits(&reading, too_many);
        reading
    }
}

/// Numbers that grow by one with each line are those of `less -N` or `cat -n`, which stand where `uniq -c` counts.
fn number_lines(events: &mut [Event]) {
    let mut before = events.iter().map(|event| i64::from(event.repeat) - event.line as i64);
    let first = before.next();
    if events.len() > 1 && before.all(|other| Some(other) == first) {
        events.iter_mut().for_each(|event| event.repeat = 1);
    }
}

/// What was cut or guessed, as sentences.
fn limits(reading: &LogReading, too_many_hosts: bool) -> Vec<String> {
    let mut limits = Vec::new();
    if too_many_hosts {
        limits.push(format!(
            "A log names more than {MOST_HOSTS} machines. What the others wrote is counted to the last of them; for an answer about those give their logs by themselves."
        ));
    }
    if reading.dropped > 0 {
        limits.push(format!("{} more lines of kinds already seen often were counted, not kept.", reading.dropped));
    }
    let dateless = reading.events.iter().filter(|event| event.clock == Clock::TimeOfDay).count();
    if dateless > 0 && reading.clock > Clock::TimeOfDay {
        limits.push(format!(
            "Lines understood with a time and no date: {dateless}. Each is put on the day that brings it next to the lines with dates."
        ));
    }
    limits
}

fn count<T: PartialEq>(counts: &mut Vec<(T, u64)>, what: T) {
    match counts.iter_mut().find(|(known, _)| *known == what) {
        Some((_, count)) => *count += 1,
        None => counts.push((what, 1)),
    }
}

fn programs(seen: &[(Program, u64)]) -> Vec<String> {
    let all = [
        (Program::Etcd, "etcd"),
        (Program::Fleet, "fleet"),
        (Program::Client, "clients"),
        (Program::System, "systemd"),
        (Program::Tool, "measurement"),
    ];
    all.iter().filter(|(program, _)| seen.iter().any(|(known, _)| known == program)).map(|(_, name)| (*name).to_owned()).gather()
}

fn format_words(seen: &[(Program, u64)], forms: &[(Form, u64)]) -> String {
    let names = programs(seen).join(" and ");
    let form = forms.iter().max_by_key(|(form, count)| (*count, *form)).map_or(Form::Plain, |(form, _)| *form).words();
    if names.is_empty() { format!("log, {form}") } else { format!("{names} log, {form}") }
}
