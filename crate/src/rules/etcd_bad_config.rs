//! `etcd-bad-config`: settings that etcd refuses, or that cannot work.

use super::common::{closes_silent_streams, near, says, starts};
use super::{At, Constraint, Evidence, Finding, Rule};
use crate::facts::beside::Reach;
use crate::facts::settings::SETTINGS_REFUSED;
use crate::facts::voices::{NAME_LEADER, etcd_voices};
use crate::facts::{EventId, Facts, Generation, InForce, settings};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::{Event, Meaning};
use crate::parameters::Parameter::{self, ElectionTimeout, HeartbeatInterval};
use crate::parameters::{LONGEST_ELECTION, SILENT_STREAM};
use crate::report::{Basis, Confidence, Provenance, Severity, Side};
use crate::units::S;
use crate::version::{Version, version};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdBadConfig,
    why: "With settings that it refuses, etcd does not start. With a pair that cannot work, it starts and never keeps a leader.",
    what_to_do: "Write both timers as bare numbers of milliseconds, the election-timeout at ten times the heartbeat-interval (at least five times), the same on all members.",
    references: &[
        "etcd-io/etcd@v2.3.8:etcdmain/config.go:319-323 (election-timeout at least five heartbeats, at most 50000 ms)",
        "etcd-io/etcd@v2.0.13:rafthttp/streamer.go (streams read with a limit of 5 s, without keep-alive messages)",
        "etcd-io/etcd#3118 (10000 and 50000 on 2.0: no leader lasts)",
    ],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let problems: Vec<_> = settings::problems(facts).filter(|problem| problem.id == RULE.id).gather();
    let (corrected, mut refused) = corrected(facts);
    let unknown = unknown_flags(facts);
    let no_timer = !unknown.is_empty() && refused.is_empty();
    refused.extend(unknown);
    let membership = !refused.is_empty() && refused.iter().all(|id| facts.event(*id).meaning == Meaning::SettingsRefused);
    let no_timer_refused = !refused.is_empty() && refused.iter().all(|id| names_no_timer(facts.event(*id)));
    let pair = pair(facts);
    let title = if let Some(problem) = problems.first() {
        sentence_start(&problem.note)
    } else if let Some((title, _)) = &pair {
        title.clone()
    } else if refused.is_empty() {
        return started_later(facts, &corrected);
    } else if membership {
        String::from("etcd did not start: its name, addresses or cluster state do not fit")
    } else {
        String::from("etcd refused its settings and did not start")
    };
    let what = match &pair {
        Some((_, what)) => what.clone(),
        None if membership => {
            String::from("Name, addresses and state of the cluster do not fit what the member or its peers have. etcd ends at its start.")
        }
        None if no_timer => String::from("This etcd has no flag of that name. It prints its usage and exits, each time it is started."),
        None => String::from("The value stands in the line. etcd ends when it reads such a setting."),
    };
    // What only etcd 2.0 cannot work with is no fault of an etcd of unknown age.
    let of_04 = facts.generation == Generation::V04;
    let unsure =
        problems.is_empty() && refused.is_empty() && facts.etcd.is_none() && !of_04 && facts.value(HeartbeatInterval) >= SILENT_STREAM;
    let only_weak = starts_anyway(facts) && problems.iter().all(|problem| problem.weak_pair) && refused.is_empty();
    let works = problems.is_empty() && refused.is_empty() && too_rare_but_works(facts);
    let (severity, confidence) = if unsure {
        (Severity::Warning, Confidence::Medium)
    } else if only_weak || works || of_04 && problems.is_empty() && refused.is_empty() {
        (Severity::Warning, Confidence::High)
    } else {
        (Severity::Critical, Confidence::High)
    };
    let mut finding = Finding::new(RULE.id, severity, confidence, title, what)
        .showing(facts, &shown(facts, refused, pair.is_some()))
        .on(&[HeartbeatInterval, ElectionTimeout]);
    finding.count = finding.count.max(1);
    if membership && pair.is_none() && problems.is_empty() {
        finding = finding.on(&[]).advising(
            "Compare the member's name and addresses with the initial cluster, on every machine. A member that lost its data is removed and added again, with initial-cluster-state existing.",
        );
    }
    if no_timer && pair.is_none() && problems.is_empty() {
        finding = finding
            .on(&[])
            .advising("Compare the flag with the usage that follows it: it is misspelt, or of another version of etcd. Correct it where etcd is started.");
    }
    if no_timer_refused && pair.is_none() && problems.is_empty() {
        finding = finding.on(&[]).advising("Correct what the line names where etcd is started. No timer is among it.");
    }
    for problem in problems {
        finding.evidence.push(Evidence { at: At::Place(problem.place), note: Some(problem.note.clone()) });
    }
    for parameter in [HeartbeatInterval, ElectionTimeout] {
        // A problem's place may be that of the value.
        let is_shown = |place| finding.evidence.iter().any(|shown| matches!(shown.at, At::Place(other) if other == place));
        if let (true, Some(place)) = (pair.is_some(), facts.in_force(parameter).place.filter(|place| !is_shown(*place))) {
            finding.evidence.push(Evidence { at: At::Place(place), note: None });
        }
    }
    Some(if pair.is_some() && !unsure && !works { finding.demanding(demands(facts)) } else { finding })
}

/// Lines that refuse, apart by whether the same machine started later on and followed a leader.
fn corrected(facts: &Facts) -> (Vec<EventId>, Vec<EventId>) {
    let starts = starts(facts);
    let follows = Reach::of(facts, NAME_LEADER);
    let refused = facts.meaning(SETTINGS_REFUSED);
    // Where members are mixed up in one log, the others start and follow: of this one a start shows only where all speak.
    let mixed = if refused.is_empty() { Vec::new() } else { etcd_voices(facts) };
    let one_is_silent = |id: &EventId| {
        let speak = mixed.iter().filter(|voice| voice.among && voice.log == id.log).count();
        speak > 0 && facts.event(*id).host.is_none() && facts.members.is_none_or(|members| speak < members as usize)
    };
    refused.into_iter().partition(|id| starts.after(facts, *id) && follows.after(facts, *id) && !one_is_silent(id))
}

fn started_later(facts: &Facts, corrected: &[EventId]) -> Option<Finding> {
    let title = String::from("etcd refused its settings, then started with others");
    let what = String::from("The value stands in the line. After it the same machine started and followed a leader, so it is mended.");
    let finding = || Finding::new(RULE.id, Severity::Info, Confidence::High, title, what).showing(facts, corrected);
    (!corrected.is_empty()).then(|| finding().advising("Nothing, if the values it runs with now are those you meant."))
}

/// Flags that etcd does not know: its usage follows (etcd-io/etcd@v2.3.8:etcdmain/config.go, Parse).
fn unknown_flags(facts: &Facts) -> Vec<EventId> {
    let mut flags = facts.meaning(&[Meaning::FlagUnknown]);
    flags.retain(|id| near(facts, *id, &[Meaning::Usage], 0, S, 1));
    flags
}

/// A check of the flags that says what it refuses, and speaks of neither timer.
fn names_no_timer(event: &Event) -> bool {
    let says_what = event.word("value").is_some() || says(event, &["\"error\":"]);
    event.meaning == Meaning::FlagsBad && says_what && !says(event, &["election", "heartbeat"])
}

/// Lines that refuse, then the start lines with the pair in force.
fn shown(facts: &Facts, refused: Vec<EventId>, pair: bool) -> Vec<EventId> {
    let mut events = refused;
    if pair {
        events.extend([HeartbeatInterval, ElectionTimeout].into_iter().filter_map(|parameter| facts.in_force(parameter).event));
    }
    events
}

/// A pair in force, or stated, that cannot work.
fn pair(facts: &Facts) -> Option<(String, String)> {
    let (heartbeat, election) = (facts.in_force(HeartbeatInterval), facts.in_force(ElectionTimeout));
    // Where a template fills one in, nothing is known of the pair.
    if defaults_only(heartbeat, election) || heartbeat.value.is_none() || election.value.is_none() {
        return None;
    }
    let (beat, wait) = facts.pair();
    let of_04 = [heartbeat, election].into_iter().any(|value| of_etcd_04(facts, value));
    let both = format!("heartbeat-interval {} and election-timeout {}", HeartbeatInterval.human(beat), ElectionTimeout.human(wait));
    // etcd 0.4 checks no ratio (etcd-io/etcd@v0.4.9:config/config.go).
    if wait < 5 * beat && !of_04 {
        let title = format!("The election-timeout is less than five heartbeats: {both}");
        let what = match facts.etcd {
            Some(range) if range.high < RATIO_CHECKED => {
                "etcd before 2.0.6 starts with such a pair and loses its leader again and again; later ones refuse it."
            }
            Some(range) if range.low >= RATIO_CHECKED => "etcd refuses such a pair and does not start.",
            _ => "etcd 2.0.6 and later refuse such a pair; older ones start and lose their leader again and again.",
        };
        return Some((title, what.to_owned()));
    }
    // goraft draws each wait from one to two election-timeouts (etcd-io/etcd@v0.4.9:third_party/github.com/goraft/raft/server.go:672).
    if of_04 && facts.no_leader_lasts() {
        let title = format!("Followers hardly wait for one heartbeat: {both}");
        let what = "etcd 0.4 takes any pair. Its followers wait for one to two election-timeouts, so a heartbeat that is a little late costs the leader its place. Each write waits for the next heartbeat.";
        return Some((title, what.to_owned()));
    }
    if wait > LONGEST_ELECTION {
        return Some((
            // The heartbeat beside it may stand nowhere.
            format!("The election-timeout, {}, is above etcd's limit of 50000\u{a0}ms", ElectionTimeout.human(wait)),
            String::from("etcd 2.1.2 and later refuse it."),
        ));
    }
    if beat >= SILENT_STREAM {
        let closes = match facts.etcd {
            // etcd-io/etcd@v0.4.9: one sender for each peer appends on its ticker.
            _ if of_04 => {
                "etcd 0.4 sends what is written with its heartbeats, so each write waits for the next one. A leader that dies is missed only after the whole election-timeout."
            }
            Some(_) if closes_silent_streams(facts) => {
                "etcd 2.0 closes a connection between members that is silent for 5\u{a0}s, so heartbeats this rare find it closed."
            }
            Some(_) => {
                "etcd 2.1 and later keep silent connections open, so it works; but a leader that dies is missed only after the whole election-timeout."
            }
            None => {
                "If this is etcd 2.0, it closes connections between members that are silent for 5\u{a0}s, and no leader lasts. Later ones keep them open; there a leader that dies is missed only after the whole election-timeout."
            }
        };
        return Some((format!("The timers are far too long: {both}"), closes.to_owned()));
    }
    None
}

/// Heartbeats as rare as this, in an etcd that keeps silent connections and accepts the pair.
fn too_rare_but_works(facts: &Facts) -> bool {
    let (beat, wait) = facts.pair();
    facts.etcd.is_some() && !closes_silent_streams(facts) && beat >= SILENT_STREAM && wait >= 5 * beat && wait <= LONGEST_ELECTION
}

/// The first release that compares the two (etcd-io/etcd@v2.0.6:etcdmain/config.go).
const RATIO_CHECKED: Version = version(2, 0, 6);

/// This etcd does not compare the two, so it starts.
fn starts_anyway(facts: &Facts) -> bool {
    facts.etcd.is_some_and(|range| range.high < RATIO_CHECKED)
}

/// A value that a configuration of etcd 0.4 states.
fn of_etcd_04(facts: &Facts, value: &InForce) -> bool {
    let settings = facts.settings();
    value.place.is_some() && settings.into_iter().any(|setting| setting.etcd_04 && Some(setting.place) == value.place)
}

fn defaults_only(heartbeat: &InForce, election: &InForce) -> bool {
    heartbeat.provenance == Provenance::Default && election.provenance == Provenance::Default
}

/// What a pair that can work must meet.
fn demands(facts: &Facts) -> Vec<Constraint> {
    let beat = facts.value(HeartbeatInterval);
    let demand =
        |parameter: Parameter, side, bound, basis, because: &str| Constraint { parameter, side, bound, basis, because: because.to_owned() };
    let of_04 = facts.generation == Generation::V04;
    if of_04 && facts.no_leader_lasts() {
        // The limit for connecting is the heartbeat-interval: etcd-io/etcd@v0.4.9:etcd/etcd.go:165.
        let (own, least) = (HeartbeatInterval.default_value_of_etcd_04(), 10 * HeartbeatInterval.default_value_of_etcd_04());
        let four = "Four heartbeats in an election-timeout, as etcd 0.4 has by itself: 50 and 200\u{a0}ms.";
        let connects = "etcd 0.4's own 50\u{a0}ms: for no longer than one heartbeat-interval a member tries to connect to another.";
        let ten = "Ten heartbeats of 50\u{a0}ms, etcd 0.4's own.";
        return vec![
            demand(HeartbeatInterval, Side::AtMost, facts.value(ElectionTimeout).max(least) / 4, Basis::Source, four),
            demand(HeartbeatInterval, Side::AtLeast, own, Basis::Source, connects),
            demand(ElectionTimeout, Side::AtLeast, least, Basis::Judgement, ten),
        ];
    }
    if beat >= SILENT_STREAM {
        return vec![
            demand(
                HeartbeatInterval,
                Side::AtMost,
                SILENT_STREAM / 2,
                Basis::Derived,
                "Two heartbeats must fit into the 5\u{a0}s of silence after which etcd 2.0 closes a connection between members: 2.5\u{a0}s.",
            ),
            demand(
                ElectionTimeout,
                Side::AtMost,
                10 * SILENT_STREAM / 2,
                Basis::Judgement,
                "Ten heartbeats of at most 2.5\u{a0}s; a longer wait only makes a dead leader cost more.",
            ),
        ];
    }
    vec![
        demand(ElectionTimeout, Side::AtLeast, 5 * beat, Basis::Source, "etcd refuses an election-timeout below five heartbeats."),
        demand(ElectionTimeout, Side::AtMost, LONGEST_ELECTION, Basis::Source, "etcd refuses an election-timeout above 50000\u{a0}ms."),
    ]
}

/// The note as a title. The name of a parameter keeps the letters that a file needs.
fn sentence_start(note: &str) -> String {
    let mut sentence = note.trim_end_matches('.').to_owned();
    let named = Parameter::ALL.iter().any(|parameter| note.starts_with(parameter.key()));
    if let Some(first) = sentence.get_mut(..1).filter(|_| !named) {
        first.make_ascii_uppercase();
    }
    sentence
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::report::Severity;
    use crate::rules::Side;
    use crate::rules::testing::{facts, find};

    fn start(heartbeat: u32, election: u32) -> String {
        format!("2015/07/14 01:46:34 etcdserver: heartbeat = {heartbeat}ms\n2015/07/14 01:46:34 etcdserver: election = {election}ms\n")
    }

    #[test]
    fn no_line_is_shown_twice() {
        let refused = facts(&["ETCD_HEARTBEAT_INTERVAL=500\nETCD_ELECTION_TIMEOUT=1000\n"]);
        let finding = find(&refused, RuleId::EtcdBadConfig).expect("a refused pair");
        assert_eq!(finding.evidence.len(), 2);
    }

    #[test]
    fn etcd_0_4_with_one_heartbeat_in_an_election_timeout() {
        let unit = "[Service]\nExecStart=/usr/bin/etcd -peer-election-timeout=5000 -peer-heartbeat-interval=5000 -name x\n";
        let read = crate::config::read(0, unit).expect("a unit");
        let read = crate::facts::Read { configurations: vec![read], ..Default::default() };
        let facts = crate::facts::Facts::gather(read, crate::input::Assumptions::default(), &|_| "");
        let found = find(&facts, RuleId::EtcdBadConfig).expect("a pair that hardly works");
        assert!(found.title.starts_with("Followers hardly wait"), "{}", found.title);
        let at_most = found.constraints.iter().find(|constraint| constraint.side == Side::AtMost);
        assert_eq!(at_most.map(|constraint| constraint.bound), Some(1_250_000));
    }

    #[test]
    fn timers_that_outlive_their_connections_are_to_be_lowered() {
        let found = find(&facts(&[&start(10_000, 50_000)]), RuleId::EtcdBadConfig).expect("far too long");
        assert!(found.constraints.iter().all(|constraint| constraint.side == Side::AtMost));
    }

    #[test]
    fn long_timers_of_an_etcd_of_unknown_age_are_no_crime() {
        let unit = "[Service]\nExecStart=/usr/local/bin/etcd --heartbeat-interval=6000 --election-timeout=30000\n";
        let found = find(&facts(&[unit]), RuleId::EtcdBadConfig).expect("worth a word");
        assert_eq!((found.severity, found.constraints.len()), (crate::report::Severity::Warning, 0));
    }

    #[test]
    fn etcd_0_4_checks_no_ratio() {
        let file = "#cloud-config\ncoreos:\n  etcd:\n    peer-heartbeat-interval: 1000\n    peer-election-timeout: 4000\n  units:\n    - name: etcd.service\n      command: start\n";
        assert!(find(&facts(&[file]), RuleId::EtcdBadConfig).is_none());
    }

    /// etcd compares the two from 2.0.6 on.
    #[test]
    fn an_old_etcd_starts_with_a_weak_pair() {
        use crate::report::Severity::{Critical, Warning};
        for (version, severity, word) in
            [("2.0.3", Warning, "starts"), ("2.0.6", Critical, "does not start"), ("3.5.9", Critical, "does not start")]
        {
            let command = format!("docker run quay.io/coreos/etcd:v{version} -heartbeat-interval 500 -election-timeout 2000\n");
            let found = find(&facts(&[&command]), RuleId::EtcdBadConfig).expect("too few heartbeats");
            assert_eq!(found.severity, severity, "{version}");
            assert!(found.what.contains(word), "{version}: {}", found.what);
        }
    }

    #[test]
    fn less_than_five_heartbeats() {
        assert!(find(&facts(&[&start(600, 1000)]), RuleId::EtcdBadConfig).is_some());
        let refused = "2016-04-20 10:00:00.500000 E | etcdmain: error verifying flags, -election-timeout[1000ms] should be at least as 5 times as -heartbeat-interval[600ms]. See 'etcd --help'.\n";
        assert!(find(&facts(&[refused]), RuleId::EtcdBadConfig).is_some());
    }

    #[test]
    fn a_refused_setting_that_is_no_timer() {
        let on = |reason: &str| {
            let log = format!("2018-05-04 10:00:00.100000 E | etcdmain: error verifying flags, {reason}. See 'etcd --help'.\n");
            find(&facts(&[&log]), RuleId::EtcdBadConfig).expect("refused").parameters.len()
        };
        assert_eq!(on("expected IP in URL for binding (http://node:2380)"), 0);
        assert_eq!(on("-election-timeout[1000ms] should be at least as 5 times as -heartbeat-interval[600ms]"), 2);
    }

    #[test]
    fn a_flag_that_etcd_does_not_know() {
        let flag = "flag provided but not defined: -hartbeat\n";
        let found =
            find(&facts(&[&format!("{flag}usage: etcd [flags]\n       start an etcd server\n")]), RuleId::EtcdBadConfig).expect("it ends");
        assert!(found.what.contains("no flag of that name") && found.parameters.is_empty(), "{found:?}");
        assert!(find(&facts(&[&format!("{flag}Usage of app:\n")]), RuleId::EtcdBadConfig).is_none());
        assert!(find(&facts(&["usage: etcd [flags]\n       start an etcd server\n"]), RuleId::EtcdBadConfig).is_none());
    }

    #[test]
    fn sound_pairs_are_left_alone() {
        for (heartbeat, election) in [(100, 1000), (250, 7500), (600, 6000), (1000, 5000)] {
            assert!(find(&facts(&[&start(heartbeat, election)]), RuleId::EtcdBadConfig).is_none(), "{heartbeat}/{election}");
        }
    }

    #[test]
    fn an_address_that_the_cluster_does_not_know() {
        let log = "Oct 05 16:49:43 n1 etcd[29377]: --initial-cluster must include n1=https://192.0.2.1:2380 given --initial-advertise-peer-urls=https://192.0.2.1:2380\n";
        let found = find(&facts(&[log]), RuleId::EtcdBadConfig).expect("refused");
        assert!(found.title.contains("do not fit"), "{}", found.title);
    }

    /// As `docker compose logs --no-log-prefix` mixes them: the others start, and one does not.
    #[test]
    fn of_members_mixed_up_one_that_never_speaks_did_not_start_later() {
        let refused = r#"2020-04-20 10:00:01.000000 C | etcdmain: couldn't find local name "n3" in the initial cluster configuration"#;
        let start = "2020-04-20 10:00:02.000000 I | etcdmain: etcd Version: 3.3.10\n2020-04-20 10:00:02.000100 I | etcdserver: initial cluster = n1=http://192.0.2.1:2380,n2=http://192.0.2.2:2380,n3=http://192.0.2.3:2380\n";
        let follows =
            |member: &str| format!("2020-04-20 10:00:05.000000 I | raft: raft.node: {member} elected leader 91d25258d70ad868 at term 2\n");
        let severity = |members: &[&str]| {
            let log = format!("{refused}\n{start}{}", members.iter().map(|member| follows(member)).collect::<String>());
            find(&facts(&[&log]), RuleId::EtcdBadConfig).map(|found| found.severity)
        };
        assert_eq!(severity(&["91d25258d70ad868", "2a0965170762fd09"]), Some(Severity::Critical));
        assert_eq!(severity(&["91d25258d70ad868", "2a0965170762fd09", "ca93d269ec463a6b"]), Some(Severity::Info));
    }
}
