//! Streaming: the same engine, fed in pieces of any size.

mod open;

use serde::Serialize;

use crate::answer::{self, Source, timeline};
use crate::config;
use crate::facts::Facts;
use crate::input::{Assumptions, Input};
use crate::report::Report;
use crate::text::DocumentId;
use open::{Open, read_one};

/// How far a session has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Bytes pushed.
    pub bytes: u64,
    /// Lines read.
    pub lines: u64,
    /// Lines that a signature recognised.
    pub recognised: u64,
    /// What was recognised so far, by the words of the time line's marks.
    pub signs: Vec<Sign>,
}

/// One kind of trouble seen so far: a count, no conclusion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sign {
    /// A kind of mark: `late-heartbeat`, `slow-disk`, ...
    pub kind: &'static str,
    /// Messages of it that were kept.
    pub count: u64,
}

/// An analysis that is fed in pieces. The report is the same for every way to cut the pieces.
///
/// What was read stays: `report` may be asked again with other assumptions, and a document may be
/// read anew, without reading the others again.
pub struct Session {
    assumptions: Assumptions,
    sources: Vec<Source>,
    /// For each document what is not yet read to its end.
    open: Vec<Option<Open>>,
    facts: Option<Facts>,
}

impl Session {
    /// Starts an analysis.
    pub fn new(assumptions: Assumptions) -> Session {
        Session { assumptions, sources: Vec::new(), open: Vec::new(), facts: None }
    }

    /// A session that has read a whole input.
    pub(crate) fn of(input: &Input) -> Session {
        let mut session = Session::new(input.assumptions.clone());
        for document in &input.documents {
            let id = session.open(document.name.clone());
            session.push(id, document.text.as_bytes());
        }
        session
    }

    /// Opens a further document and gives its index.
    pub fn open(&mut self, name: Option<String>) -> DocumentId {
        let id = self.sources.len();
        self.sources.push(Source::default());
        self.open.push(None);
        self.reopen(id, name);
        id
    }

    /// Forgets what was read of a document, which may then be pushed again. One that was never opened is ignored.
    pub fn reopen(&mut self, document: DocumentId, name: Option<String>) {
        let Some(source) = self.sources.get_mut(document) else { return };
        let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| format!("pasted text {}", document + 1));
        *source = Source { name, ..Source::default() };
        self.open[document] = Some(Open::new(document));
    }

    /// Takes a document out: what was read of it is forgotten, and the others stay as they were read. Its number is given to
    /// no other.
    pub fn remove(&mut self, document: DocumentId) {
        self.reopen(document, None);
        if let Some(source) = self.sources.get_mut(document) {
            source.removed = true;
        }
    }

    /// What the user states of the cluster, for the next report.
    pub fn assume(&mut self, assumptions: Assumptions) {
        self.assumptions = assumptions;
    }

    /// Feeds the next bytes of a document. Bytes for a document that is not open are ignored.
    pub fn push(&mut self, document: DocumentId, bytes: &[u8]) {
        let Some(Some(open)) = self.open.get_mut(document) else { return };
        open.push(bytes);
    }

    /// How much was read since the last report, over all documents.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for open in self.open.iter().flatten() {
            let (lines, recognised) = open.scanner.counts();
            counts.bytes += open.bytes;
            counts.lines += lines;
            counts.recognised += recognised;
            for event in open.scanner.events() {
                let Some(kind) = timeline::kind_so_far(event.meaning) else { continue };
                match counts.signs.iter_mut().find(|sign| sign.kind == kind) {
                    Some(sign) => sign.count += u64::from(event.repeat),
                    None => counts.signs.push(Sign { kind, count: u64::from(event.repeat) }),
                }
            }
        }
        counts
    }

    /// Ends the session and gives the report.
    pub fn finish(mut self) -> Report {
        self.report()
    }

    /// The report on all that was read so far. Documents may be opened anew after it.
    pub fn report(&mut self) -> Report {
        let facts = self.read();
        let report = answer::compose(&self.sources, &facts);
        self.facts = Some(facts);
        report
    }

    /// Tells configurations, logs and other texts apart, and gathers the facts.
    pub(crate) fn read(&mut self) -> Facts {
        let mut read = self.facts.take().map(Facts::into_read).unwrap_or_default();
        for (id, open) in self.open.iter_mut().enumerate() {
            if let Some(open) = open.take() {
                read.forget(id);
                if !self.sources[id].removed {
                    read_one(id, open, &mut self.sources[id], &mut read);
                }
            }
        }
        read.sort();
        let name = |document: DocumentId| self.sources[document].name.as_str();
        config::references::resolve(&mut read.configurations, &|document| self.sources[document].text.as_str());
        config::drop_ins::resolve(&mut read.configurations, &name);
        Facts::gather(read, self.assumptions.clone(), &name)
    }
}

#[cfg(test)]
mod tests {
    use super::open::HELD;
    use super::*;
    use crate::log::shape::messages_at_most;

    const CONFIG: &str = "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 100\n    election-timeout: 600\n";
    const LATE: &str = "2016-03-02 10:15:00.000000 W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 1.5s)\n";

    const LOST: &str = "\
Apr 20 10:00:01 n2 etcd2[5]: 2a0965170762fd09 is starting a new election at term 4
Apr 20 10:00:01 n2 etcd2[5]: 2a0965170762fd09 became candidate at term 5
Apr 20 10:00:01 n2 etcd2[5]: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5
Apr 20 10:00:01 n2 etcd2[5]: 2a0965170762fd09 became leader at term 5
Apr 20 10:00:01 n2 etcd2[5]: raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5
Apr 20 10:00:02 n1 etcd2[7]: failed to send out heartbeat on time (deadline exceeded for 1.5s)
Apr 20 10:00:02 n1 etcd2[7]: 91d25258d70ad868 [term: 4] received a MsgHeartbeatResp message with higher term from 2a0965170762fd09 [term: 5]
";

    fn kinds(text: &str, piece: usize) -> Vec<String> {
        let mut session = Session::new(Assumptions::default());
        session.open(None);
        for bytes in text.as_bytes().chunks(piece) {
            session.push(0, bytes);
        }
        let report = session.finish();
        assert_eq!(report.documents[0].lines, text.lines().count() as u64);
        report.findings.iter().map(|finding| finding.id.to_string()).collect()
    }

    #[test]
    fn a_report_of_this_advisor_is_no_input() {
        let made = |text: String| {
            let documents = vec![crate::Document { name: Some(String::from("ticket")), text }];
            crate::analyze(&crate::Input { documents, ..crate::Input::default() })
        };
        let report = made(LATE.to_owned());
        assert!(!report.findings.is_empty());
        for text in [serde_json::to_string(&report), serde_json::to_string_pretty(&report)] {
            let again = made(text.expect("a report is JSON"));
            assert!(
                again.findings.is_empty() && again.verdict.why.starts_with("ticket is a report of this advisor"),
                "{:?}",
                again.verdict
            );
        }
    }

    /// What was taken out leaves nothing behind, whatever stood before or after it.
    #[test]
    fn a_document_is_taken_out() {
        let documents = [("a.log", LOST), ("cloud-config.yaml", CONFIG), ("b.log", LATE)];
        for out in 0..documents.len() {
            let mut session = Session::new(Assumptions::default());
            for (name, text) in documents {
                let id = session.open(Some(name.to_owned()));
                session.push(id, text.as_bytes());
            }
            session.report();
            session.remove(out);
            let report = session.finish();
            let mut alone = Session::new(Assumptions::default());
            for (_, (name, text)) in documents.iter().enumerate().filter(|(at, _)| *at != out) {
                let id = alone.open(Some((*name).to_owned()));
                alone.push(id, text.as_bytes());
            }
            let alone = alone.finish();
            let told = |report: &Report| -> Vec<String> {
                let names = report.documents.iter().map(|document| format!("{} {}", document.name, document.lines));
                names.chain(report.findings.iter().map(|finding| finding.title.to_string())).chain(report.limits.clone()).collect()
            };
            assert_eq!(told(&report), told(&alone), "without {}", documents[out].0);
            assert_eq!(report.verdict.headline, alone.verdict.headline);
        }
    }

    /// A cloud-config is spared the scanner; what stands behind one is not, whatever the pieces.
    #[test]
    fn a_log_behind_a_cloud_config_is_read() {
        for piece in [1, 7, 1 << 20] {
            assert!(!kinds(CONFIG, piece).iter().any(|id| id == "etcd-heartbeat-late"));
            let both = format!("{CONFIG}{}", LATE.repeat(9));
            assert!(kinds(&both, piece).iter().any(|id| id == "etcd-heartbeat-late"), "{piece}");
        }
    }

    /// A message whose longest fixed text stands in every configuration would have all of them read as logs, too.
    #[test]
    fn no_message_is_told_by_words_of_every_configuration() {
        let unit = "[Unit]\nDescription=etcd2\nAfter=network-online.target\n[Service]\nType=notify\nUser=etcd\nEnvironmentFile=-/run/x\nEnvironment=ETCD_NAME=%m\nExecStartPre=/bin/true\nExecStart=/usr/bin/etcd2 --name a\nRestart=always\nRestartSec=10s\nLimitNOFILE=40000\n[Install]\nWantedBy=multi-user.target\n";
        let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: etcd\nspec:\n  containers:\n  - command:\n    - etcd\n    - --election-timeout=1000\n    livenessProbe:\n      httpGet:\n        path: /health\n";
        for text in [unit, pod, CONFIG] {
            assert!(messages_at_most(text, 0), "{text}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_the_first_thing_said() {
        let mut session = Session::new(Assumptions::default());
        session.open(Some("core.bin".to_owned()));
        session.push(0, &[0, 1, 2, 3, 10, 7]);
        let report = session.finish();
        assert!(report.verdict.why.starts_with("core.bin holds binary data"));
        assert_eq!((report.documents[0].lines, report.documents[0].kind), (0, "unknown"));
    }

    /// A program has its own messages in it, and those of others in the same words.
    #[test]
    fn a_program_is_no_log() {
        let read = |text: String| {
            let report = crate::analyze(&crate::Input { documents: vec![crate::Document { name: None, text }], ..crate::Input::default() });
            (report.documents[0].kind, report.findings.len())
        };
        for zeros in ["\0".to_owned(), "\0".repeat(HELD)] {
            assert_eq!(read(format!("\u{7f}ELF\u{2}\u{1}\u{1}\0\n{LATE}{zeros}")), ("unknown", 0));
            // What a machine did not write before it stopped.
            assert_eq!(read(format!("{zeros}{LATE}{LATE}")).0, "log");
        }
    }

    #[test]
    fn a_configuration_that_is_too_large_is_told_of() {
        let large = format!("{CONFIG}write_files:\n  - path: /x\n    content: |\n{}", "      nothing of ours\n".repeat(HELD / 20));
        for (text, in_verdict) in [(large.clone(), true), (format!("{large}{}", LATE.repeat(3)), false)] {
            for piece in [1000, 64 << 10, 8 << 20] {
                let mut session = Session::new(Assumptions::default());
                session.open(Some("dump.yaml".to_owned()));
                text.as_bytes().chunks(piece).for_each(|bytes| session.push(0, bytes));
                let report = session.finish();
                let said = |text: &str| text.starts_with("dump.yaml begins as a configuration, but is too large");
                assert_eq!((said(&report.verdict.why), report.limits.iter().any(|limit| said(limit))), (in_verdict, true), "{piece}");
            }
        }
    }

    /// A message quoted in a configuration is none of a log, also where a first piece does not tell yet what it begins.
    #[test]
    fn a_small_first_piece_decides_nothing() {
        let text = CONFIG
            .replace("600", "600 # 10:15:00.000000 W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 1.5s)");
        assert_eq!(kinds(&text, 7), kinds(&text, 1 << 20));
        assert!(!kinds(&text, 7).iter().any(|id| id == "etcd-heartbeat-late"));
    }

    /// Metrics, alerts and what tools print have no times.
    #[test]
    fn a_measurement_beside_a_configuration_is_read() {
        let alert = "etcd cluster \"kube-etcd\": 6 leader changes within the last 15 minutes. Frequent elections may be a sign of";
        for (told, id) in [("etcd_server_leader_changes_seen_total 41", "etcd-election-churn"), (alert, "etcd-election-churn")] {
            let text = format!("We see\n\n{told}\n\nand have\n```yaml\n{CONFIG}```\n");
            assert!(kinds(&text, 1 << 20).iter().any(|found| found == id), "{told}");
            let asked = text.replace(" 41", "").replace("6 leader", "{{ $value }} leader");
            assert!(!kinds(&asked, 1 << 20).iter().any(|found| found == id), "{asked}");
        }
    }

    /// Too little of a log to be read as one: what is left out because of it is said all the same.
    #[test]
    fn a_cure_below_a_quoted_message_is_said_to_be_left_out() {
        let file = |wait: u32| {
            format!(
                "```yaml\n#cloud-config\ncoreos:\n  etcd2:\n    name: a\n    heartbeat-interval: 100\n    election-timeout: {wait}\n```\n"
            )
        };
        let told = "```\nfailed to send out heartbeat on time (deadline exceeded for 237.022208ms)\n```\n";
        let text = format!("Ours\n{}and\n{told}now\n{}", file(1000), file(2000));
        let documents = vec![crate::Document { name: None, text }];
        let report = crate::analyze(&Input { documents, ..Input::default() });
        assert!(report.limits.iter().any(|limit| limit.contains("below the log")), "{:?}", report.limits);
    }

    /// The same where the log carries no time: fenced beside a configuration it is a log all the same.
    #[test]
    fn a_log_without_times_beside_a_configuration_is_read() {
        let lines = "fleetd[9]: ERROR reconcile.go:120: Failed fetching Units from Registry: timeout reached\n\
                     fleetd[9]: INFO client.go:292: Failed getting response from http://192.0.2.7:4001/: cancelled\n";
        let file = "#cloud-config\ncoreos:\n  fleet:\n    etcd-request-timeout: 3\n    agent-ttl: 60s\n";
        for text in [format!("```\n{lines}```\nours:\n```\n{file}```\n"), format!("```\n{file}```\nand\n```\n{lines}```\n")] {
            assert!(kinds(&text, 1 << 20).iter().any(|id| id == "fleet-registry-timeout"), "{text}");
        }
        let quoted = format!("```\n{}```\n", CONFIG.replace("coreos:", "# failed to send out heartbeat on time\ncoreos:"));
        assert!(!kinds(&quoted, 1 << 20).iter().any(|id| id == "etcd-heartbeat-late"));
    }

    /// One paste with both: the values of the one bear on the other, and the patch changes the paste where they stand.
    #[test]
    fn a_configuration_within_a_paste_is_read_and_patched_in_place() {
        let text = format!("Ours:\n```\n{CONFIG}```\nand the log\n```\n{LOST}```\n").replace("600", "1200");
        let read = |step: usize| {
            let mut session = Session::new(Assumptions::default());
            session.open(None);
            text.as_bytes().chunks(step).for_each(|piece| session.push(0, piece));
            session.finish()
        };
        let report = read(text.len());
        for step in [1, 7] {
            assert_eq!(read(step).patches[0].diff, report.patches[0].diff, "pieces of {step}");
        }
        let stated: Vec<_> = report.settings.iter().filter_map(|setting| Some((setting.value?, setting.line))).collect();
        assert!(stated.contains(&(1200.0, Some(7))), "{stated:?}");
        let (new, edits) = (report.patches[0].text.as_deref().expect("a text"), &report.patches[0].edits);
        assert_eq!((report.patches[0].document.as_deref(), edits.len()), (Some("d1"), 2));
        let kept = |text: &str| text.lines().filter(|line| !line.contains("interval:") && !line.contains("timeout:")).count();
        assert!(new.starts_with("Ours:\n```\n#cloud-config\n") && new.ends_with("```\n") && kept(new) == kept(&text), "{new}");
    }

    /// What is shown has lines that no machine has, also where it states no value yet.
    #[test]
    fn a_patch_of_a_text_that_shows_a_file_is_not_safe() {
        let file = "[Service]\nEnvironment=ETCD_NAME=a\nEnvironment=ETCD_ELECTION_TIMEOUT=1200\n";
        let other = "[Service]\nEnvironment=ETCD_NAME=a\n";
        let yaml = "name: a\ninitial-cluster: a=http://192.0.2.1:2380,b=http://192.0.2.2:2380\n# heartbeat-interval: 100\n";
        for (text, expected) in [
            (file.to_owned(), "safe"),
            (other.to_owned(), "safe"),
            (format!("$ cat x\n{other}"), "review"),
            (format!("```\n{other}```\n"), "review"),
            (format!("```\n$ cat x\n{yaml}```\nAny ideas?\n"), "review"),
            // As tar packs it.
            (format!("a.yaml\0\00000644\0ustar\0\0{CONFIG}\0\0"), "refused"),
        ] {
            let mut session = Session::new(Assumptions::default());
            for (at, text) in [text.as_str(), LOST].into_iter().enumerate() {
                session.open(None);
                session.push(at, text.as_bytes());
            }
            let patches = session.finish().patches;
            assert_eq!((patches[0].document.as_deref(), patches[0].disposition), (Some("d1"), expected), "{text}");
        }
    }

    /// A report may be asked for again, and is the same.
    #[test]
    fn a_log_without_years_stays_where_it_was_put() {
        let mut session = Session::new(Assumptions::default());
        for text in [LATE, LOST] {
            let id = session.open(None);
            session.push(id, text.as_bytes());
        }
        let mut said = || serde_json::to_string(&session.report()).expect("JSON");
        assert_eq!(said(), said());
    }
}
