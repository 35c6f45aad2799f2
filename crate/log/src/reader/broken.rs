//! Lines that stand in several rows, as a terminal, a mail or a forum broke them, or in a part of one.

use super::foreign::{OURS, is_mention};
use super::mention::is_spoken_of;
use super::message::Message;
use super::{LONGEST_LINE, Reader};
use crate::header::header;
use crate::messages::pattern::{Match, Piece};
use crate::messages::recognise::recognise;
use crate::plain::plain;
use crate::rows::{Held, Open, ROWS, Row, is_open_json, soft};
use crate::search;
use crate::time::stamp;

impl Reader {
    /// Reads a row, which a mail may have broken.
    pub fn row(&mut self, row: Row) {
        // A line of a log may end so by itself, as base64 does: then the next one begins with its own time.
        if self.soft.is_some() && stamp(row.raw).is_some() {
            self.end_soft();
        }
        let begun = self.soft.take();
        if begun.is_none() && soft(row.raw).is_none() {
            return self.whole_row(row);
        }
        let mut whole = begun.unwrap_or_else(|| Held::of(row, String::new()));
        whole.span.end = row.span.end;
        match soft(row.raw).filter(|_| whole.raw.len() < LONGEST_LINE) {
            Some(part) => {
                whole.raw.push_str(part);
                self.log.reading.foreign += 1;
                self.soft = Some(whole);
            }
            None => {
                whole.raw.push_str(row.raw);
                self.wrapped = true;
                self.whole_row(Row { raw: &search::replace(&whole.raw, "=3D", "="), ..whole.row() });
            }
        }
    }

    /// Reads a line that does not go on.
    pub(super) fn end_soft(&mut self) {
        if let Some(whole) = self.soft.take() {
            self.log.reading.foreign -= 1;
            self.whole_row(whole.row());
        }
    }

    /// Reads the row before as one that a terminal cut without a mark: another is as wide, none is wider, and the next one does not
    /// go on with it.
    pub(super) fn end_cut(&mut self) {
        /// After so many full rows in vain no terminal cut this log (judgement): to look for openings takes longer than to read a row.
        const IN_VAIN: u32 = 256;
        let (widest, several) = self.widest;
        if self.uncut > IN_VAIN {
            return;
        }
        let fits = |open: &mut Open| open.headed && open.rows == 1 && open.width == widest && several > 1 && !search::has(&open.raw, "{\"");
        let Some(open) = self.open.take_if(fits) else { return };
        // What was read keeps its values, and a message that goes up to the end of its row is taken to be whole.
        let events = &self.log.reading.events;
        let is_whole = open.event.is_some_and(|event| events[event].ends_its_line() || !events[event].values.is_empty());
        // Few words are left of a message: those of another program's may be the same.
        if is_whole || !search::any(&open.raw, OURS) {
            return;
        }
        let text = format!("{}…", plain(&open.raw));
        self.uncut += 1;
        let Some((number, found)) = recognise(&text).filter(|(_, found)| found.cut) else { return };
        self.uncut = 0;
        let head = header(&text, found.start);
        let row = Row { raw: &open.raw, number: open.number, span: open.span };
        let message = Message { number, found: &found, head: &head, text: &text, row };
        if let Some(event) = open.event {
            let host = self.log.host_of(&head, &self.around);
            self.log.reading.events[event] = self.log.event(&message, host, &self.around);
        } else {
            self.first_of_line(open.headed, &message);
        }
    }

    /// Takes note of a message in a line that was counted as one without.
    fn first_of_line(&mut self, headed: bool, message: &Message) -> Option<usize> {
        let counted = if headed { &mut self.log.reading.foreign } else { &mut self.log.reading.unread };
        *counted -= 1;
        self.recognised(message)
    }

    /// Whether this row is the rest of the line before, which a terminal wrapped; then it is added there.
    pub(super) fn goes_on(&mut self, row: &str, known: bool) -> bool {
        let Some(mut open) = self.open.take() else { return false };
        if open.event.is_some() && (known || !open.is_unfinished(row, self.widest.0)) || open.rows == ROWS {
            return false;
        }
        // A message that ends with fixed words is whole where its row ends with them, unless a longer one begins so. In
        // JSON its fields follow.
        let whole =
            open.event.map(|event| &self.log.reading.events[event]).is_some_and(|event| {
                !event.cut && event.ends_its_line() && matches!(event.signature().pieces.last(), Some(Piece::Literal(_)))
            }) && !search::has(&open.raw, "\"msg\":");
        let bare = row.trim_start_matches(|c: char| c == '>' || c.is_whitespace());
        // A terminal cuts full rows anywhere, mail breaks them between words.
        self.by_words |= open.is_broken_between_words(row, self.widest.0);
        let mut joints = [("", row), ("", bare), (" ", bare)];
        if self.by_words {
            joints.rotate_right(1);
        }
        if let Some((joined, number, found)) = weightiest(&open.raw, joints, &|found| open.takes(found, whole, known)) {
            return self.rewrite(open, row, joined, number, &found);
        }
        if known || whole {
            return false;
        }
        // No message yet. Rows of equal length were cut anywhere, others between words.
        let joined = if row.chars().count() == open.width { format!("{}{row}", open.raw) } else { format!("{} {bare}", open.raw) };
        self.log.reading.unread += 1;
        let text = plain(&joined).into_owned();
        open.add(joined, &text, row);
        self.open = Some(open);
        true
    }

    /// Puts the message that a line gives with this row in place of what it gave alone; not where that had ended with its row.
    fn rewrite(&mut self, mut open: Open, row: &str, joined: String, number: u16, found: &Match) -> bool {
        let text = plain(&joined);
        let head = header(&text, found.start);
        let row_of_line = Row { raw: open.first(), number: open.number, span: open.span };
        let message = Message { number, found, head: &head, text: &text, row: row_of_line };
        match open.event {
            Some(event) => {
                let host = self.log.host_of(&head, &self.around);
                let whole = self.log.event(&message, host, &self.around);
                // What follows is the prose around a paste, or what stands before another line of it: `13: ` behind a term.
                let tells_less = whole.values.len() < self.log.reading.events[event].values.len();
                if tells_less || is_mention(&whole) && !is_open_json(&joined) {
                    return false;
                }
                self.log.reading.events[event] = whole;
            }
            None => open.event = self.first_of_line(open.headed, &message),
        }
        self.wrapped = true;
        open.add(joined.clone(), &text, row);
        self.open = Some(open);
        true
    }
}

/// Of the ways to join a row to the line before, the one that gives the weightiest message.
fn weightiest(before: &str, joints: [(&str, &str); 3], fits: &dyn Fn(&Match) -> bool) -> Option<(String, u16, Match)> {
    let mut best: Option<(String, u16, Match)> = None;
    for (joint, rest) in joints {
        let joined = format!("{before}{joint}{rest}");
        let text = plain(&joined);
        let is_spoken = |found: &Match| is_spoken_of(&text, found, header(&text, found.start).time.is_some());
        let Some((number, found)) = recognise(&text).filter(|(_, found)| fits(found) && !is_spoken(found)) else { continue };
        if best.as_ref().is_none_or(|(_, _, known)| found.weight > known.weight) {
            best = Some((joined, number, found));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use crate::event::{Event, Meaning};
    use crate::scan::Scanner;
    use crate::time::DAY;

    fn events(text: &str) -> Vec<Event> {
        let mut scanner = Scanner::new(0);
        scanner.push(text.as_bytes());
        scanner.finish().events
    }

    /// RFC 2045: `=` ends a row that goes on, and `=3D` is that letter.
    #[test]
    fn a_mail_breaks_lines_with_soft_ends() {
        let text = "Mar 02 10:00:01 core-1 etcd2[812]: failed to send out heartbeat on time (de=\nadline exceeded for 1.402311s) n=3D1\n\
                    Mar 02 10:00:01 core-1 etcd2[812]: raft.node: ce2a822cea30bfca elected lead=\ner 8211f1d0f64f3269 at term 8\n";
        let found = events(text);
        assert_eq!(found.iter().map(|event| event.meaning).collect::<Vec<_>>(), [Meaning::HeartbeatLate, Meaning::LeaderElected]);
        assert_eq!(found[0].duration("excess"), Some(1_402_311));
        assert!(found[0].text.ends_with("n=1"), "{}", found[0].text);
        assert_eq!((found[0].line, found[1].line), (1, 3));
        assert_eq!(&text[found[1].span.range()], &text[text.find("Mar 02 10:00:01 core-1 etcd2[812]: raft").unwrap_or(0)..text.len() - 1]);
    }

    /// As it is copied from Rancher's page.
    #[test]
    fn a_stamp_that_a_viewer_glued_to_a_line_is_no_rest_of_the_one_before() {
        let line = |text: &str| format!("4/11/2017 12:35:05 AM2017-04-11 05:35:05.618654 {text}\n");
        let asks = line("I | raft: 30c19612dc90d9d [logterm: 18, index: 101] sent vote request to ad12df73ee6f967 at term 2280");
        let found = events(&(asks + &line("I | raft: 30c19612dc90d9d became follower at term 2281")));
        assert_eq!(found.iter().map(|event| event.number("term")).collect::<Vec<_>>(), [Some(2280), Some(2281)]);
    }

    /// As a page shows a paste that nobody fenced.
    #[test]
    fn a_journal_that_stands_in_one_row_is_read_line_by_line() {
        let lines = [
            "Jun 11 11:56:35 core-1 etcd2[574]: raft.node: ce2a822cea30bfca lost leader 8211f1d0f64f3269 at term 8",
            "Jun 11 11:56:36 core-1 systemd[1]: Started Session 5 of user core.",
            "Jun 11 11:56:37 core-2 etcd2[575]: raft.node: 91bc3c398fb3c146 elected leader 91bc3c398fb3c146 at term 8",
        ];
        let row = lines.join(" ");
        let found = events(&format!("{row}\n"));
        assert_eq!(found.iter().map(|event| &row[event.span.range()]).collect::<Vec<_>>(), [&format!("{} ", lines[0]), lines[2]]);
        assert_eq!(found.iter().map(|event| event.host).collect::<Vec<_>>(), [Some(0), Some(1)]);
        assert_eq!(found[1].time.expect("stamped").micros - found[0].time.expect("stamped").micros, 2_000_000);
    }

    #[test]
    fn so_are_lines_with_heads_of_other_kinds() {
        for lines in [
            [
                "[etcd] Jun 11 12:24:04.234 INFO      | n1: warning: heartbeat near election timeout: 226.92ms",
                "[etcd] Jun 11 12:24:05.243 INFO      | n1: warning: heartbeat near election timeout: 232.75ms",
            ],
            [
                "E0706 10:41:37.004924       1 leaderelection.go:320] error retrieving resource lock a/b: etcdserver: request timed out",
                "E0706 16:19:09.312682       1 leaderelection.go:320] error retrieving resource lock a/b: etcdserver: leader changed",
            ],
            [
                "raft2018/11/06 08:35:40 INFO: 11a9e4af9b8c6982 became candidate at term 141",
                "raft2018/11/06 08:35:42 INFO: 11a9e4af9b8c6982 became candidate at term 142",
            ],
            [
                "Nov  8 17:16:44 moss etcd: health check for peer 76a752ea9233d534 could not connect: dial tcp 172.6.0.51:2380: i/o timeout",
                "Nov  8 17:16:48 moss etcd: timed out waiting for read index response (local node might have slow network)",
            ],
        ] {
            let found = events(&(lines.join(" ") + "\n"));
            assert_eq!(found.len(), 2, "{lines:?}");
            let length = found[1].time.expect("stamped").micros - found[0].time.expect("stamped").micros;
            assert!((1_000_000..DAY).contains(&length), "{lines:?}");
        }
        // One line may hold what two messages say.
        assert_eq!(events("2019-08-09 10:57:50.500232 E | etcdserver: publish error: etcdserver: request timed out\n").len(), 1);
    }

    #[test]
    fn what_ends_so_before_a_line_with_its_own_time_is_no_soft_end() {
        let key = format!("Mar 02 10:00:01 core-1 app[9]: key {}=", "A".repeat(40));
        let late = "Mar 02 10:00:31 core-1 etcd2[812]: failed to send out heartbeat on time (deadline exceeded for 1.402311s)";
        let found = events(&format!("{key}\n{late}\n"));
        assert_eq!(found.iter().map(|event| (event.line, event.text.to_string())).collect::<Vec<_>>(), [(2, late.to_owned())]);
    }

    /// As `cut -c1-80`, `less -S` and a copied screen leave them.
    #[test]
    fn lines_cut_at_the_width_of_a_terminal_show_what_is_left_of_a_message() {
        let lines = [
            "Mar 02 10:00:01 core-1 etcd2[812]: failed to send out heartbeat on time (deadline exceeded for 1.402311s)",
            "Mar 02 10:00:01 core-1 etcd2[812]: raft.node: ce2a822cea30bfca lost leader ce2a822cea30bfca at term 8",
            "Mar 02 10:00:01 core-1 sshd[1]: x",
            "Mar 02 10:00:02 core-1 fleetd[701]: INFO client.go:292: Failed getting response from http://localhost:2379/: cancelled",
        ];
        let cut = lines.map(|line| &line[..line.len().min(80)]).join("\n");
        let found = events(&cut);
        // The first of them may be as long as it is by itself.
        assert_eq!(found.iter().map(|event| (event.line, event.cut)).collect::<Vec<_>>(), [(2, true), (4, true)]);
        // Another program's words are its own.
        assert!(events(&cut.replace("etcd2[", "app-1[").replace("fleetd[", "app-22[")).is_empty());
        // One wrapped at that width is whole.
        let wrapped = lines.map(|line| line.as_bytes().chunks(80).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\n")).join("\n");
        assert!(events(&wrapped).iter().all(|event| !event.cut));
    }
}
