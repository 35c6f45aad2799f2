//! Advice on whole inputs, one for each kind of answer: what follows from what the reader states, a pair that its etcd
//! cannot carry, a stall beyond every timer, a near miss, values that are written so that they do not act, values
//! that are right and not in force, and what to do where Kubernetes or etcd 0.4 runs.

use timing_advisor::report::{Basis, Confidence, Recommendation, Report, Severity, Side, Timing};
use timing_advisor::{Assumptions, Document, Input, analyze};

const A: &str = "8e9e05c52164694d";
const B: &str = "91bc3c398fb3c145";
const C: &str = "fd422379fda50e48";

fn report(texts: &[&str], assumptions: Assumptions) -> Report {
    let documents = texts.iter().map(|text| Document { name: None, text: (*text).to_owned() }).collect();
    let report = analyze(&Input { documents, assumptions });
    let verdict = &report.verdict;
    assert!(verdict.headline.len() > 20 && verdict.why.len() > 10, "{verdict:?}");
    assert!(verdict.finding.iter().all(|id| report.findings.iter().any(|finding| finding.id == *id)), "{verdict:?}");
    assert!(report.recommendations.is_empty() || verdict.severity > Severity::Ok, "{verdict:?}");
    report
}

fn read(texts: &[&str]) -> Report {
    report(texts, Assumptions::default())
}

fn proposed(report: &Report) -> Vec<(&str, &str)> {
    report.recommendations.iter().map(|row| (row.parameter, row.proposed_text.as_str())).collect()
}

fn row<'a>(report: &'a Report, parameter: &str) -> &'a Recommendation {
    report.recommendations.iter().find(|row| row.parameter == parameter).expect("a proposal")
}

fn bounds(row: &Recommendation) -> String {
    row.because.iter().map(|bound| format!("{} ", bound.text)).collect()
}

fn severity(report: &Report, id: &str) -> Option<Severity> {
    report.findings.iter().find(|finding| finding.id == id).map(|finding| finding.severity)
}

/// A term of etcd 2.3 that ends because its leader stalled until `wakes` seconds after ten o'clock and was late by `late`.
fn stalled(term: u32, old: &str, new: &str, third: &str, campaign: f64, wakes: f64, late: &str) -> [String; 3] {
    let at = |seconds: f64| format!("2016-09-12 10:{:02}:{:09.6}", seconds as u32 / 60, seconds % 60.0);
    let (before, c, w) = (term - 1, at(campaign), at(wakes));
    [
        format!(
            "{w} W | etcdserver: failed to send out heartbeat on time (deadline exceeded for {late})\n\
             {w} I | raft: {old} [term: {before}] received a MsgApp message with higher term from {new} [term: {term}]\n\
             {w} I | raft: {old} became follower at term {term}\n\
             {w} I | raft: raft.node: {old} changed leader from {old} to {new} at term {term}\n"
        ),
        format!(
            "{c} I | raft: {new} is starting a new election at term {before}\n\
             {c} I | raft: {new} became candidate at term {term}\n\
             {c} I | raft: raft.node: {new} lost leader {old} at term {term}\n\
             {c} I | raft: {new} became leader at term {term}\n\
             {c} I | raft: raft.node: {new} elected leader {new} at term {term}\n"
        ),
        format!(
            "{c} I | raft: raft.node: {third} lost leader {old} at term {term}\n\
             {c} I | raft: raft.node: {third} elected leader {new} at term {term}\n"
        ),
    ]
}

fn start(heartbeat: u32, election: u32) -> String {
    format!(
        "2016-09-12 10:00:00.000100 I | etcdmain: etcd Version: 2.3.8\n\
         2016-09-12 10:00:00.000200 I | etcdserver: heartbeat = {heartbeat}ms\n\
         2016-09-12 10:00:00.000300 I | etcdserver: election = {election}ms\n"
    )
}

/// Logs of three members, the first of which leads and stalls once.
fn one_stall(heartbeat: u32, election: u32, stall: f64, late: &str) -> [String; 3] {
    let campaign = 600.0 + f64::from(election) * 1.15 / 1000.0;
    let lines = stalled(6, A, B, C, campaign, 600.0 + stall, late);
    let leads = |id: &str| format!("2016-09-12 10:00:05.000000 I | raft: raft.node: {id} elected leader {A} at term 5\n");
    let ids = [A, B, C];
    std::array::from_fn(|at| start(heartbeat, election) + &leads(ids[at]) + &lines[at])
}

fn logs(texts: &[String; 3]) -> [&str; 3] {
    [&texts[0], &texts[1], &texts[2]]
}

const VARIABLES: &str = "ETCD_NAME=a\nETCD_HEARTBEAT_INTERVAL=100\nETCD_ELECTION_TIMEOUT=1000\n";

/// What a configuration asks for by itself; once it is changed so, it asks for nothing more and has no new fault.
#[test]
fn a_changed_configuration_asks_for_nothing_more() {
    const BEAT: &str = "etcd.heartbeat-interval";
    const WAIT: &str = "etcd.election-timeout";
    let compose = |services: &str| format!("services:\n{services}").replace("IMAGE", "image: quay.io/coreos/etcd:v3.5.9");
    for (text, expected) in [
        // A tenth of the one is a whole number of milliseconds, and the other a whole number of beats.
        ("ETCD_HEARTBEAT_INTERVAL=300\nETCD_ELECTION_TIMEOUT=1005\n".to_owned(), vec![(BEAT, "100\u{a0}ms")]),
        ("ETCD_HEARTBEAT_INTERVAL=333\n".to_owned(), vec![(WAIT, "3330\u{a0}ms")]),
        ("ETCD_HEARTBEAT_INTERVAL=450\n".to_owned(), vec![(WAIT, "4500\u{a0}ms")]),
        ("ETCD_HEARTBEAT_INTERVAL=500\n".to_owned(), vec![(WAIT, "5000\u{a0}ms")]),
        ("ETCD_HEARTBEAT_INTERVAL=600.5\nETCD_ELECTION_TIMEOUT=6000\n".to_owned(), vec![(BEAT, "600\u{a0}ms")]),
        ("ETCD_HEARTBEAT_INTERVAL=0\nETCD_ELECTION_TIMEOUT=60000\n".to_owned(), vec![(BEAT, "250\u{a0}ms"), (WAIT, "2500\u{a0}ms")]),
        // The default, written so that its daemon does not start.
        ("ETCD_HEARTBEAT_INTERVAL=100ms\nETCD_ELECTION_TIMEOUT=1000\n".to_owned(), vec![(BEAT, "100\u{a0}ms")]),
        ("etcd_request_timeout=1\nagent_ttl=30\n".to_owned(), vec![("fleet.agent-ttl", "30s")]),
        // Nobody means so much.
        ("#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 9000000000000000000\n    election-timeout: 5000\n".to_owned(), vec![]),
        // Two members, of which the second has the default heartbeat.
        (
            compose(
                "  a:\n    IMAGE\n    command: etcd --heartbeat-interval=500 --election-timeout=5000\n  b:\n    IMAGE\n    command: etcd --election-timeout=1000\n",
            ),
            vec![],
        ),
        // An earlier mapping of a list wins, and one may merge another.
        (
            "x-a: &a {ETCD_HEARTBEAT_INTERVAL: \"500\", ETCD_ELECTION_TIMEOUT: \"5000\"}\nx-b: &b\n  ETCD_ELECTION_TIMEOUT: \"1000\"\n"
                .to_owned()
                + &compose("  a:\n    IMAGE\n    environment:\n      <<: [*a, *b]\n"),
            vec![],
        ),
        (
            "x-a: &a {ETCD_HEARTBEAT_INTERVAL: \"500\", ETCD_ELECTION_TIMEOUT: \"1000\"}\nx-b: &b\n  <<: *a\n".to_owned()
                + &compose("  a:\n    IMAGE\n    environment:\n      <<: *b\n"),
            vec![(BEAT, "100\u{a0}ms")],
        ),
    ] {
        let first = read(&[&text]);
        assert_eq!(proposed(&first), expected, "{text}");
        let ids = |report: &Report| report.findings.iter().map(|finding| finding.id).collect::<Vec<_>>();
        for patch in first.patches.iter().filter(|patch| !expected.is_empty() && patch.document.is_some()) {
            let second = read(&[patch.text.as_deref().expect("a text")]);
            assert_eq!(proposed(&second), [], "{text}");
            let new = ids(&second).into_iter().find(|id| !ids(&first).contains(id) && !text.contains("1005"));
            assert_eq!(new, None, "{text}");
        }
    }
}

/// A value is mended, and what is asked for beside it has its due at once.
#[test]
fn a_mended_value_carries_what_is_asked_for() {
    let asks = |stall: Option<f64>, text: &str| {
        let report = report(&[text], Assumptions { stall_ms: stall, ..Assumptions::default() });
        proposed(&report)
            .into_iter()
            .map(|(parameter, value)| format!("{parameter} {value}"))
            .collect::<Vec<_>>()
            .join(", ")
            .replace('\u{a0}', " ")
    };
    let pair =
        |stall: f64, beat: &str, wait: &str| asks(Some(stall), &format!("ETCD_HEARTBEAT_INTERVAL={beat}\nETCD_ELECTION_TIMEOUT={wait}\n"));
    assert_eq!(pair(11_000.0, "300", "6000ms"), "etcd.heartbeat-interval 2000 ms, etcd.election-timeout 20000 ms");
    assert_eq!(pair(2_400.0, "100", "60000"), "etcd.heartbeat-interval 400 ms, etcd.election-timeout 4000 ms");
    assert_eq!(pair(300.0, "$BEAT", "2500ms"), "etcd.election-timeout 2500 ms");
    let fleet = "etcd_request_timeout=10\nagent_ttl=2m\nengine_reconcile_interval=2s\n";
    assert_eq!(asks(None, fleet), "fleet.engine-reconcile-interval 3 s");
    assert_eq!(asks(None, &fleet.replace("2s", "5s")), "fleet.engine-reconcile-interval 5 s");
}

/// The default, where it is only written anew, has no price.
#[test]
fn what_is_only_written_anew_costs_nothing() {
    let report = read(&["etcd_request_timeout=1\nagent_ttl=30\n"]);
    assert_eq!((report.verdict.pay.len(), row(&report, "fleet.agent-ttl").cost.as_str()), (0, "Nothing."));
}

/// A limit on one half of the pair holds, whatever a template makes of the other.
#[test]
fn a_half_that_is_not_known_excuses_nothing() {
    let told = |wait: u32| {
        severity(&read(&[&format!("ETCD_HEARTBEAT_INTERVAL={{{{ beat }}}}\nETCD_ELECTION_TIMEOUT={wait}\n")]), "etcd-bad-config")
    };
    assert_eq!([told(300), told(5000), told(60_000)], [None, None, Some(Severity::Critical)]);
}

/// What a member waits that waits far too long is no measure for the mended pair.
#[test]
fn a_mended_pair_is_no_longer_too_long() {
    let assumptions = Assumptions { stall_ms: Some(2_400.0), ..Assumptions::default() };
    let log = start(10_000, 50_000).replace("2.3.8", "2.0.13");
    let report = report(&[&log], assumptions);
    assert_eq!(proposed(&report), [("etcd.heartbeat-interval", "400\u{a0}ms"), ("etcd.election-timeout", "4000\u{a0}ms")]);
}

/// Of several members each pair is looked at.
#[test]
fn a_member_that_does_not_start_is_told_beside_one_that_does() {
    let etcd = |beat: u32| format!("docker run quay.io/coreos/etcd:v3.5.9 etcd --heartbeat-interval={beat} --election-timeout=1000\n");
    let told = |texts: [String; 2]| severity(&read(&[&texts.concat()]), "etcd-bad-config");
    assert_eq!(told([etcd(100), etcd(200)]), None);
    assert_eq!(told([etcd(500), etcd(100)]), Some(Severity::Critical));
    assert_eq!(told([etcd(100), etcd(500)]), Some(Severity::Critical));
}

#[test]
fn what_the_reader_states_asks_by_itself() {
    let far = report(&[VARIABLES], Assumptions { peer_rtt_ms: Some(150.0), ..Assumptions::default() });
    assert_eq!(proposed(&far), [("etcd.heartbeat-interval", "150\u{a0}ms"), ("etcd.election-timeout", "1500\u{a0}ms")]);
    assert_eq!((far.verdict.severity, far.verdict.timing), (Severity::Info, Timing::Remedy));
    assert!(far.verdict.headline.contains("round trip"), "{}", far.verdict.headline);
    assert!(row(&far, "etcd.election-timeout").neighbours[0].contains("ten round trips"));
    // The election-timeout bears it, the heartbeat does not.
    let beat = VARIABLES.replace("=1000", "=2000");
    let half = report(&[&beat], Assumptions { peer_rtt_ms: Some(200.0), ..Assumptions::default() });
    assert_eq!(proposed(&half), [("etcd.heartbeat-interval", "200\u{a0}ms")]);
    assert!(half.verdict.headline.contains("heartbeat every 200"), "{}", half.verdict.headline);
    let near = report(&[&beat], Assumptions { peer_rtt_ms: Some(80.0), ..Assumptions::default() });
    assert_eq!((near.recommendations.len(), near.verdict.timing), (0, Timing::NoneNeeded));
    let stalls = report(&[VARIABLES], Assumptions { stall_ms: Some(1500.0), ..Assumptions::default() });
    assert!(stalls.verdict.headline.contains("stall") && stalls.verdict.headline.contains("2500"), "{}", stalls.verdict.headline);
}

/// Heartbeats of 10 s find the connections of etcd 2.0 closed: leaders are lost without a stall.
#[test]
fn rare_heartbeats_of_etcd_2_0_are_no_stalls() {
    let mut log = String::from("2015/07/21 06:00:00 etcdserver: heartbeat = 10000ms\n2015/07/21 06:00:00 etcdserver: election = 50000ms\n");
    for (round, term) in [(1, 2), (3, 4), (5, 6)] {
        log += &format!(
            "2015/07/21 06:{round:02}:10 raft: {A} became candidate at term {term}\n\
             2015/07/21 06:{round:02}:10 raft: {A} became leader at term {term}\n\
             2015/07/21 06:{round:02}:10 raft.node: {A} elected leader {A} at term {term}\n\
             2015/07/21 06:{round:02}:17 rafthttp: encountered error reading the client log stream: read tcp 10.0.0.12:2380: i/o timeout\n\
             2015/07/21 06:{round:02}:59 raft: {A} became follower at term {}\n\
             2015/07/21 06:{round:02}:59 raft.node: {A} lost leader {A} at term {}\n\
             2015/07/21 06:{round:02}:59 raft.node: {A} elected leader {B} at term {}\n",
            term + 1,
            term + 1,
            term + 1
        );
    }
    let report = read(&[&log]);
    assert_eq!(proposed(&report), [("etcd.heartbeat-interval", "250\u{a0}ms"), ("etcd.election-timeout", "2500\u{a0}ms")]);
    assert_eq!(report.verdict.timing, Timing::Remedy);
    assert!(report.verdict.headline.contains("far too long"), "{}", report.verdict.headline);
    // A dead leader is missed sooner than today: that is no price.
    assert!(report.verdict.gain.concat().ends_with("today 58\u{a0}s.") && report.verdict.pay.is_empty(), "{:?}", report.verdict);
    assert!(report.verdict.will_not_cure.is_empty(), "{:?}", report.verdict);
    assert!(!bounds(row(&report, "etcd.election-timeout")).contains("stall"));
    assert_ne!(severity(&report, "etcd-peer-network"), Some(Severity::Critical));
}

/// Later ones keep silent connections open: worth a word, and no alarm.
#[test]
fn rare_heartbeats_of_a_later_etcd_work() {
    let log = start(5000, 50_000) + &format!("2016-09-12 10:00:50.000000 I | raft: raft.node: {A} elected leader {A} at term 5\n");
    let report = read(&[&log]);
    assert_eq!(severity(&report, "etcd-bad-config"), Some(Severity::Warning));
    assert!(report.recommendations.is_empty());
}

#[test]
fn no_timer_outlasts_it() {
    let mut texts = one_stall(250, 2500, 25.1, "24.7s");
    // A follower's stream is silent for 5 s and breaks, long before the leader wakes.
    texts[1] +=
        &format!("2016-09-12 10:10:06.000000 E | rafthttp: failed to read {A} on stream Message (read tcp 10.0.0.2:4: i/o timeout)\n");
    let report = read(&logs(&texts));
    assert_eq!(report.verdict.timing, Timing::NotTheRemedy);
    assert!(report.verdict.headline.contains("25.2\u{a0}s") && report.verdict.headline.contains("no sensible timer"));
    assert_eq!(severity(&report, "etcd-peer-network"), Some(Severity::Info));
    let budget = Assumptions { failover_budget_ms: Some(2000.0), ..Assumptions::default() };
    let report = self::report(&logs(&one_stall(100, 1000, 1.52, "1.371s")), budget);
    assert!(report.recommendations.is_empty());
    assert!(report.verdict.headline.ends_with("no timer that keeps to your failover budget outlasts that."), "{}", report.verdict.headline);
    let kept = report.kept.iter().find(|row| row.parameter == "etcd.election-timeout").expect("it is kept");
    // The reason of what is kept, and only then what another value would need.
    assert!(kept.because[0].text.starts_with("No timer that keeps to your failover budget outlasts"), "{:?}", kept.because);
    let over = "Your budget of 2000\u{a0}ms for a failover; 2500\u{a0}ms takes";
    assert!(kept.because.iter().any(|bound| bound.text.starts_with(over)), "{:?}", kept.because);
}

/// The followers nearly gave up, again and again: a raise may prevent it, and is not sure.
#[test]
fn a_near_miss_is_low_in_confidence() {
    let late = |minute: u32, late: &str| {
        format!("2016-09-12 10:{minute:02}:00.000000 W | etcdserver: failed to send out heartbeat on time (deadline exceeded for {late})\n")
    };
    let log = start(100, 1000)
        + &format!("2016-09-12 10:00:05.000000 I | raft: raft.node: {A} elected leader {A} at term 5\n")
        + &[(2, "930ms"), (20, "920ms"), (40, "925ms"), (59, "928ms")].map(|(minute, by)| late(minute, by)).concat();
    let report = read(&[&log]);
    let row = row(&report, "etcd.election-timeout");
    assert_eq!(row.confidence, Confidence::Low);
    assert!(bounds(row).contains("no leader is seen to lose its place"));
    assert!(report.verdict.why.contains("of 100 cases") && report.verdict.gain.len() == 1, "{:?}", report.verdict);
    let long =
        read(&["2024-05-03 10:00:20.100000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 1.9s)\n"]);
    assert!(long.verdict.why.contains("its place nearly each time"), "{:?}", long.verdict);
}

/// etcd 3 draws a follower's wait once for each leader, etcd 2 at every tick.
#[test]
fn a_leader_that_outlasts_stalls_has_followers_that_drew_long_waits() {
    let late = |second: u32, by: &str| {
        let at = format!("2016-09-12 10:00:{second:02}.000000");
        format!("{at} W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for {by})\n")
    };
    let log = |version: &str, stalls: &[&str]| {
        start(100, 1000).replace("2.3.8", version)
            + &format!("2016-09-12 10:00:05.000000 I | raft: raft.node: {A} elected leader {A} at term 5\n")
            + &stalls.iter().zip([20, 40]).map(|(by, second)| late(second, by)).collect::<String>()
    };
    let says = |log: String| read(&[&log]).verdict.why.contains("draws its wait once for each leader");
    assert!(says(log("3.3.10", &["1.4s", "1.55s"])));
    assert!(!says(log("3.3.10", &["1.6s"])), "one stall may have met long waits by chance");
    assert!(!says(log("2.3.8", &["1.4s", "1.55s"])));
}

/// One stall longer than followers wait, and no leader lost: too little for a value, and not nothing.
#[test]
fn a_stall_beyond_the_wait_is_said_to_cost_a_leader_its_place_at_times() {
    let log = start(100, 1000).replace("2.3.8", "3.3.10")
        + &format!("2016-09-12 10:00:05.000000 I | raft: raft.node: {A} elected leader {A} at term 5\n")
        + "2016-09-12 10:00:20.000000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 1.2s)\n";
    let report = read(&[&log]);
    assert_eq!(report.verdict.timing, Timing::Undecided);
    assert!(report.verdict.why.contains("of 100 cases. \"Measure next\" names"), "{}", report.verdict.why);
    // Beside a change that no stall explains it says nothing of that one.
    let change = [("lost", B, 6), ("elected", C, 6)]
        .map(|(verb, who, term)| format!("2016-09-12 10:00:10.000000 I | raft: raft.node: {A} {verb} leader {who} at term {term}\n"));
    let changed =
        read(&[&(log.replace("for 1.2s", "for 5ms").replace(&format!("leader {A} at"), &format!("leader {B} at")) + &change.concat())]);
    assert_eq!(changed.verdict.timing, Timing::Undecided);
    assert!(!changed.verdict.why.contains("of 100 cases"), "{}", changed.verdict.why);
}

#[test]
fn what_the_hypervisor_took_is_where_to_begin() {
    let stalls = one_stall(100, 1000, 1.6, "");
    let top = "%Cpu(s):  5.1 us,  3.0 sy,  0.0 ni, 61.0 id,  0.2 wa,  0.0 hi,  0.4 si, 30.3 st\n";
    let stays = |texts: &[&str]| read(texts).verdict.will_not_cure.concat();
    let [first, second, third] = logs(&stalls);
    assert!(stays(&[first, second, third, top]).contains("The hypervisor took up to 30\u{a0}% of the processor's time: begin there."));
    assert!(!stays(&[first, second, third, &top.replace("30.3 st", " 0.3 st")]).contains("hypervisor"));
}

#[test]
fn values_that_are_not_read_as_written_are_written_anew() {
    let file = "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: \"600ms\"\n    election-timeout: 6000\n  fleet:\n    etcd-request-timeout: 5s\n    agent-ttl: 120\n  units:\n    - name: etcd2.service\n      command: start\n    - name: fleet.service\n      command: start\n";
    let report = read(&[file]);
    let values = [("etcd.heartbeat-interval", "600\u{a0}ms"), ("fleet.etcd-request-timeout", "5\u{a0}s"), ("fleet.agent-ttl", "120s")];
    assert_eq!(proposed(&report), values);
    assert_eq!((report.verdict.severity, report.verdict.timing), (Severity::Critical, Timing::Remedy));
    let corrected = report.patches[0].text.as_deref().expect("the corrected file");
    assert!(corrected.contains("heartbeat-interval: 600\n") && corrected.contains("agent-ttl: 120s\n"), "{corrected}");
    let again = read(&[corrected]);
    assert!(again.recommendations.is_empty(), "{:?}", proposed(&again));
}

/// Milliseconds where seconds are read: written anew, they would be hours.
#[test]
fn a_value_that_may_be_of_another_unit_is_not_written_anew() {
    let file = |value: &str| format!("#cloud-config\ncoreos:\n  fleet:\n    etcd-request-timeout: \"{value}\"\n");
    let values = |value: &str| proposed(&read(&[&file(value)])).iter().map(|(parameter, _)| (*parameter).to_owned()).collect::<Vec<_>>();
    assert_eq!(values("5000"), [] as [&str; 0]);
    assert_eq!(values("5"), ["fleet.etcd-request-timeout", "fleet.agent-ttl"]);
}

/// The half that acts cannot work alone; with what the file means it can.
#[test]
fn half_of_a_pair_that_acts_keeps_what_the_other_half_means() {
    let file = "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 600\n    election-timeout: 5s\n  units:\n    - name: etcd2.service\n      command: start\n";
    assert_eq!(proposed(&read(&[file])), [("etcd.election-timeout", "5000\u{a0}ms")]);
    let fleet = "etcd_servers=[\"http://127.0.0.1:2379\"]\netcd_request_timeout=5s\nagent_ttl=\"60s\"\n";
    assert_eq!(proposed(&read(&[fleet])), [("fleet.etcd-request-timeout", "5\u{a0}s")]);
}

/// What cannot work is not proposed, whoever meant it.
#[test]
fn a_meant_pair_that_cannot_work_is_mended() {
    let file =
        "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 600ms\n  units:\n    - name: etcd2.service\n      command: start\n";
    let report = read(&[file]);
    assert_eq!(proposed(&report), [("etcd.heartbeat-interval", "600\u{a0}ms"), ("etcd.election-timeout", "6000\u{a0}ms")]);
    let why = &row(&report, "etcd.election-timeout").because[0];
    assert_eq!((why.basis, why.value), (Basis::Source, Some(3000.0)), "{}", why.text);
}

#[test]
fn a_file_that_states_enough_only_has_to_come_into_force() {
    let file = "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 500\n    election-timeout: 5000\n  units:\n    - name: etcd2.service\n      command: start\n";
    let stalled = one_stall(100, 1000, 1.52, "1.371s");
    let [a, b, c] = logs(&stalled);
    let report = read(&[file, a, b, c]);
    assert_eq!(proposed(&report), [("etcd.heartbeat-interval", "500\u{a0}ms"), ("etcd.election-timeout", "5000\u{a0}ms")]);
    assert!(row(&report, "etcd.election-timeout").neighbours[0].starts_with("2500\u{a0}ms would do"));
    assert!(report.patches.is_empty() && report.rollout[0].text.contains("states these values already"));
    let less = file.replace("500\n", "200\n").replace("5000", "2000");
    assert_eq!(row(&read(&[&less, a, b, c]), "etcd.election-timeout").proposed, Some(2500.0), "too little is raised");
}

#[test]
fn kubernetes_runs_etcd_3_and_keeps_its_logs_elsewhere() {
    let file = "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\netcd:\n  local:\n    extraArgs:\n      heartbeat-interval: \"500\"\n      election-timeout: \"1000\"\n";
    let report = read(&[file]);
    let steps = report.rollout.iter().chain(&report.measure_next);
    let commands: String = steps.flat_map(|step| &step.commands).map(|command| format!("{command}\n")).collect();
    assert!(commands.contains("endpoint health") && commands.contains("crictl logs"), "{commands}");
    let restart = report.rollout.iter().find(|step| step.commands.iter().any(|command| command.contains("endpoint health")));
    let restart = restart.expect("no step restarts etcd").commands.join("\n");
    assert!(!restart.contains("kubectl"), "while etcd restarts, the API server answers none: {restart}");
    assert!(!commands.contains("journalctl") && !commands.contains("cluster-health"), "{commands}");
}

/// etcd 0.4 knows neither a ratio nor a highest value, and says its changes of leader in other words.
#[test]
fn etcd_0_4_is_spoken_of_in_its_own_words() {
    let mut log = String::new();
    for (at, (old, new)) in [("n1", "n2"), ("n2", "n3"), ("n3", "n1")].into_iter().enumerate() {
        let minute = 1 + 2 * at;
        log += &format!(
            "[etcd] Sep 03 10:{minute:02}:00.100 INFO      | n9: warning: heartbeat near election timeout: 171.2ms\n\
             [etcd] Sep 03 10:{minute:02}:20.100 INFO      | n9: leader changed from '{old}' to ''.\n\
             [etcd] Sep 03 10:{minute:02}:20.106 INFO      | n9: leader changed from '' to '{new}'.\n"
        );
    }
    let report = read(&[&log]);
    assert_eq!(severity(&report, "etcd-election-churn"), Some(Severity::Critical));
    for row in &report.recommendations {
        assert!(!bounds(row).contains("etcd refuses") && !bounds(row).contains("etcd accepts"), "{}", bounds(row));
    }
    let commands: Vec<&String> = report.rollout.iter().flat_map(|step| &step.commands).collect();
    assert!(commands.iter().any(|command| command.contains("'leader changed'")), "{commands:?}");
    assert!(report.questions.iter().any(|asked| asked.question.contains("near election timeout")));
}

/// No proposal goes below etcd 0.4's own heartbeat, nor below 500 ms for its election-timeout.
#[test]
fn a_pair_of_etcd_0_4_that_cannot_work_is_mended_above_its_defaults() {
    let (beat, wait) = ("etcd.heartbeat-interval", "etcd.election-timeout");
    for (stated, expected) in [
        ("-peer-heartbeat-interval=4000", vec![(beat, "50\u{a0}ms"), (wait, "500\u{a0}ms")]),
        ("-peer-heartbeat-interval=100 -peer-election-timeout=100", vec![(beat, "50\u{a0}ms"), (wait, "500\u{a0}ms")]),
        ("-peer-heartbeat-interval=50 -peer-election-timeout=70", vec![(wait, "500\u{a0}ms")]),
        ("-peer-heartbeat-interval=3000 -peer-election-timeout=3000", vec![(beat, "300\u{a0}ms")]),
    ] {
        let report = read(&[&format!("[Service]\nExecStart=/usr/bin/etcd -name a {stated}\n")]);
        assert_eq!(proposed(&report), expected, "{stated}");
        let costs: String =
            report.recommendations.iter().map(|row| row.cost.as_str()).chain(report.verdict.pay.iter().map(String::as_str)).collect();
        assert!(!costs.contains(" -"), "{costs}");
    }
}

#[test]
fn what_bears_on_the_worst_is_measured_first() {
    let mut log = format!("2021-10-04 17:30:00.000000 I | raft: raft.node: {A} lost leader {B} at term 44\n");
    for round in 0..20 {
        let at = format!("2021-10-04 17:30:{:02}", 2 * round + 1);
        let (before, term) = (44 + round, 45 + round);
        log += &format!(
            "{at}.000000 I | raft: {A} is starting a new election at term {before}\n\
             {at}.000100 I | raft: {A} became candidate at term {term}\n\
             {at}.000200 I | raft: {A} received MsgVoteResp from {A} at term {term}\n\
             {at}.000300 I | raft: {A} [logterm: 44, index: 9001] sent MsgVote request to {B} at term {term}\n\
             {at}.300000 W | rafthttp: health check for peer {B} could not connect: dial tcp 10.0.0.12:2380: connect: connection refused\n\
             {at}.400000 W | etcdserver: read-only range request \"key:\\\"/health\\\" \" with result \"error:etcdserver: no leader\" took too long (2.0001s) to execute\n"
        );
    }
    let report = read(&[&log]);
    assert_eq!(severity(&report, "etcd-no-quorum"), Some(Severity::Critical));
    assert!(report.measure_next[0].text.contains("every member runs"), "{}", report.measure_next[0].text);
}

#[test]
fn the_bound_that_decides_stands_first() {
    let file = "#cloud-config\ncoreos:\n  fleet:\n    etcd-request-timeout: 5\n    agent-ttl: 120s\n  units:\n    - name: fleet.service\n      command: start\n";
    let cancelled = |at: &str| {
        format!("Sep 20 {at} node fleetd[655]: INFO client.go:292: Failed getting response from http://localhost:2379/: cancelled\n")
    };
    let log = cancelled("06:40:30") + &cancelled("06:40:45") + &cancelled("06:52:10");
    let first = |report: &Report| row(report, "fleet.etcd-request-timeout").because[0].text.clone();
    let longer = read(&[file, &log]);
    assert_eq!(proposed(&longer), [("fleet.etcd-request-timeout", "8\u{a0}s")]);
    assert!(first(&longer).contains("1.25 × 5"), "{}", first(&longer));
    assert!(first(&read(&[&log])).contains("measured"), "{}", first(&read(&[&log])));
}

/// etcd 2 with a pair of which a template fills in one half: nothing is known against it.
#[test]
fn a_value_that_a_template_fills_in_is_not_held_against_another() {
    let file = |wait: &str| format!("name: n1\ndata-dir: /var/lib/etcd\nheartbeat-interval: 300\nelection-timeout: {wait}\n");
    let open = read(&[&file("<%= @election_timeout || 3000 %>")]);
    assert!(open.recommendations.is_empty() && severity(&open, "etcd-bad-config").is_none(), "{:?}", open.verdict);
    assert!(open.verdict.headline.contains("template"), "{}", open.verdict.headline);
    let known = read(&[&file("1000")]);
    assert_eq!(proposed(&known), [("etcd.heartbeat-interval", "100\u{a0}ms")]);
}

/// Member C alone misses the leader A three times; the others heard it, so they ignore C's votes.
fn missed_by_one(remaining: u32) -> String {
    let mut log = format!(
        "2022-06-07 10:00:00.000000 I | etcdmain: etcd Version: 3.4.16\n\
         2022-06-07 10:00:01.000000 I | raft: raft.node: {A} elected leader {A} at term 7\n"
    );
    let (mut leader, mut next) = (A, B);
    for (at, term) in [(10, 8), (25, 9), (40, 10)] {
        let before = term - 1;
        log.push_str(&format!(
            "2022-06-07 10:{at}:00.000000 I | raft: {C} is starting a new election at term {before}\n\
             2022-06-07 10:{at}:00.000100 I | raft: {C} became candidate at term {term}\n\
             2022-06-07 10:{at}:00.000400 I | raft: {next} [logterm: {before}, index: 5044, vote: {leader}] ignored MsgVote from {C} [logterm: {before}, index: 5000] at term {before}: lease is not expired (remaining ticks: {remaining})\n\
             2022-06-07 10:{at}:00.002000 I | raft: {leader} became follower at term {term}\n\
             2022-06-07 10:{at}:00.002100 I | raft: raft.node: {leader} lost leader {leader} at term {term}\n\
             2022-06-07 10:{at}:01.100000 I | raft: {next} became candidate at term {term}\n\
             2022-06-07 10:{at}:01.102000 I | raft: {next} became leader at term {term}\n\
             2022-06-07 10:{at}:01.103000 I | raft: raft.node: {leader} elected leader {next} at term {term}\n"
        ));
        (leader, next) = (next, leader);
    }
    log
}

#[test]
fn one_member_that_misses_the_leader_raises_no_timer() {
    let report = read(&[&missed_by_one(9)]);
    assert_eq!(report.verdict.timing, Timing::NotTheRemedy);
    assert!(report.recommendations.is_empty());
    let lost = report.findings.iter().find(|finding| finding.id == "etcd-leader-lost").expect("lost");
    assert!(lost.what.contains(C) && lost.what_to_do.contains("pre-vote"), "{} {}", lost.what, lost.what_to_do);
    // A lease that had run for half its time or more tells that others missed the leader too.
    for remaining in [1, 5] {
        assert_ne!(read(&[&missed_by_one(remaining)]).verdict.timing, Timing::NotTheRemedy);
    }
}

#[test]
fn a_member_that_campaigned_alone_for_long_deposes_a_leader_that_runs() {
    let rounds = |seconds: u32| -> String {
        (0..seconds / 2)
            .map(|at| format!("2016-09-12 10:10:{:02}.000000 I | raft: {C} became candidate at term {}\n", 2 * at, 6 + at))
            .collect()
    };
    let log = |seconds: u32| {
        let term = 6 + seconds / 2;
        [
            start(100, 1000) + &format!("2016-09-12 10:00:05.000000 I | raft: raft.node: {A} elected leader {A} at term 5\n"),
            rounds(seconds),
            format!(
                "2016-09-12 10:10:{seconds:02}.300000 I | raft: {A} became follower at term {term}\n\
                 2016-09-12 10:10:{seconds:02}.300100 I | raft: raft.node: {A} lost leader {A} at term {term}\n\
                 2016-09-12 10:10:{:02}.400000 I | raft: {B} became candidate at term {term}\n\
                 2016-09-12 10:10:{:02}.400000 I | raft: {B} received vote from {B} at term {term}\n\
                 2016-09-12 10:10:{:02}.410000 I | raft: {B} became leader at term {term}\n\
                 2016-09-12 10:10:{:02}.420000 I | raft: raft.node: {A} elected leader {B} at term {term}\n",
                seconds + 1,
                seconds + 1,
                seconds + 1,
                seconds + 1
            ),
        ]
        .concat()
    };
    let stalls = |seconds: u32| read(&[&log(seconds)]).measures.iter().filter(|measure| measure.id == "etcd.leader-stall-ms").count();
    assert_eq!(stalls(40), 0, "it led all the while");
    assert_eq!(stalls(2), 1, "one round is how any stall begins");
}

#[test]
fn a_leader_that_was_cut_off_ran() {
    let lines = stalled(6, A, B, C, 601.1, 640.5, "40s");
    let old = lines[0].lines().filter(|line| !line.contains("heartbeat")).map(|line| format!("{line}\n")).collect::<String>();
    let down = format!(
        "2016-09-12 10:00:05.000000 I | raft: raft.node: {A} elected leader {A} at term 5\n\
         2016-09-12 10:10:01.900000 W | raft: {A} stepped down to follower since quorum is not active\n\
         2016-09-12 10:10:05.000000 E | rafthttp: failed to read {B} on stream Message (read tcp 10.0.0.1:338->10.0.0.2:2380: i/o timeout)\n"
    );
    let report = read(&[&(start(100, 1000).replace("2.3.8", "3.4.16") + &down + &old), &lines[1]]);
    assert_eq!(severity(&report, "etcd-peer-network"), Some(Severity::Warning), "{:?}", report.findings);
    let lost = report.findings.iter().find(|finding| finding.id == "etcd-leader-lost").expect("lost");
    assert!(lost.title.contains("silent") && lost.what.contains("cut off"), "{} {}", lost.title, lost.what);
    assert!(!report.verdict.headline.contains("stalled"), "{}", report.verdict.headline);
    assert_eq!((proposed(&report), report.verdict.timing), (vec![], Timing::NotTheRemedy));
}

#[test]
fn what_only_a_timer_above_ten_seconds_outlasts_is_partly_cured() {
    let logs = one_stall(100, 1000, 12.0, "11.9s");
    let report = read(&[&logs[0], &logs[1], &logs[2]]);
    assert_eq!((report.verdict.timing, row(&report, "etcd.election-timeout").proposed_text.as_str()), (Timing::Partly, "20000\u{a0}ms"));
    assert!(report.rollout[0].text.starts_with("Fix the cause first"), "{}", report.rollout[0].text);
    let logs = one_stall(100, 1000, 1.5, "1.35s");
    assert_eq!(read(&[&logs[0], &logs[1], &logs[2]]).verdict.timing, Timing::Remedy);
}

#[test]
fn a_stall_below_the_timeout_is_not_called_longer_than_it() {
    let lines = stalled(6, A, B, C, 602.3, 602.4, "1.4s");
    let led = format!("2016-09-12 10:00:05.000000 I | raft: raft.node: {A} elected leader {A} at term 5\n");
    let report = read(&[&(start(500, 2500) + &led + &lines[0]), &lines[1], &lines[2]]);
    assert!(report.verdict.headline.contains("from 2\u{a0}s on"), "{}", report.verdict.headline);
    assert!(!report.verdict.headline.contains("only"), "{}", report.verdict.headline);
}

/// fleetd does not start with a number that has no unit; where the length that it means is too short, a longer one is written.
#[test]
fn an_agent_ttl_that_cannot_be_read_does_not_stay() {
    let file = |limit: u32| {
        format!(
            "#cloud-config\ncoreos:\n  fleet:\n    agent-ttl: 20\n    etcd-request-timeout: {limit}\n  units:\n    - name: fleet.service\n      command: start\n"
        )
    };
    let text = |report: &Report| row(report, "fleet.agent-ttl").proposed_text.clone();
    assert_eq!(text(&read(&[&file(5)])), "60s");
    assert_eq!(text(&read(&[&file(1).replace("20", "90")])), "90s");
}

/// Whoever shows the report puts that finding first.
#[test]
fn the_headline_names_the_finding_that_it_tells() {
    let stalled = one_stall(100, 1000, 1.5, "1.35s");
    assert_eq!(read(&logs(&stalled)).verdict.finding, Some("etcd-leader-lost"));
    let pair = read(&["#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 600\n    election-timeout: 1000\n"]);
    assert_eq!(pair.verdict.finding, Some("etcd-bad-config"));
    assert_eq!(read(&[VARIABLES]).verdict.finding, None);
}

/// Without times a follower's loss of its leader cannot be tied to a stall of its own earlier leadership.
#[test]
fn without_times_no_more_is_claimed_than_the_lines_show() {
    let etcd = format!(
        "failed to send out heartbeat on time (deadline exceeded for 1.412123s)\n\
         raft.node: {A} lost leader {B} at term 5\n\
         {A} is starting a new election at term 5\n\
         {A} became candidate at term 6\n\
         {A} received vote from {C} at term 6\n\
         {A} became leader at term 6\n\
         raft.node: {A} elected leader {A} at term 6\n"
    );
    let fleet = "ERROR engine.go:149: Unable to determine cluster engine version\n\
                 ERROR engine.go:217: Engine leadership lost, renewal failed: timeout reached\n\
                 ERROR reconcile.go:120: Failed fetching Units from Registry: timeout reached\n\
                 ERROR reconcile.go:73: Unable to determine agent's desired state: timeout reached\n\
                 ERROR server.go:189: Server monitor triggered: Monitor timed out before successful heartbeat\n";
    let report = read(&[VARIABLES, &etcd, fleet]);
    let said = format!("{} {}", report.verdict.headline, report.verdict.why);
    assert!(said.contains("; the leader changed once, and fleet gave up"), "{said}");
    assert!(!said.contains("living leader") && !said.contains("explain 0"), "{said}");
}

/// A configuration beside a log may be the answer to it: the other reading is told too.
#[test]
fn a_limit_that_may_have_been_set_since_is_told_both_ways() {
    let line = |second: u32| {
        format!(
            "Mar 05 10:00:{second:02} a fleetd[9]: INFO client.go:292: Failed getting response from http://192.0.2.7:4001/: cancelled\n"
        )
    };
    let log = [line(1), line(31)].concat();
    let file = |limit: u32| format!("#cloud-config\ncoreos:\n  fleet:\n    etcd-request-timeout: {limit}\n    agent-ttl: 120s\n");
    let report = read(&[&file(5), &log]);
    let limit = row(&report, "fleet.etcd-request-timeout");
    assert_eq!(limit.proposed_text, "8\u{a0}s");
    assert!(bounds(limit).contains("right as it is"), "{}", bounds(limit));
    // Here more is asked for either way.
    let report = read(&[&file(3), &log]);
    assert!(!bounds(row(&report, "fleet.etcd-request-timeout")).contains("right as it is"));
}

/// No agent-ttl rides out minutes, but the request timeout that is raised still needs twelve times itself.
#[test]
fn an_outage_too_long_for_any_agent_ttl_leaves_no_limit_uncarried() {
    let log = "Mar 05 10:00:00 a fleetd[1]: ERROR engine.go:217: Engine leadership lost, renewal failed: context deadline exceeded\n\
               Mar 05 10:00:05 a fleetd[1]: ERROR reconcile.go:120: Failed fetching Units from Registry: context deadline exceeded\n\
               Mar 05 10:00:15 a fleetd[1]: ERROR server.go:189: Server monitor triggered: Monitor timed out before successful heartbeat\n\
               Mar 05 10:00:15 a fleetd[1]: INFO server.go:157: Establishing etcd connectivity\n\
               Mar 05 10:04:15 a fleetd[1]: INFO server.go:168: Starting server components\n";
    let report = read(&[log]);
    assert_eq!(proposed(&report), [("fleet.etcd-request-timeout", "5\u{a0}s"), ("fleet.agent-ttl", "60s")]);
    let bounds = bounds(row(&report, "fleet.agent-ttl"));
    assert!(bounds.contains("too long to ride out") && !bounds.contains("to be ridden out"), "{bounds}");
}

/// The stall at 10:10 bounds fleet's limit only where fleet's failures met it.
#[test]
fn one_failure_of_many_that_met_a_stall_does_not_bound_the_limit() {
    let etcd = one_stall(100, 1000, 2.0, "1.5s");
    let failed = |minute: u32| {
        let line = "fleetd[9]: INFO client.go:292: Failed getting response from http://192.0.2.7:4001/: cancelled";
        format!("Sep 12 10:{minute:02}:02 a {line}\n")
    };
    let limit = |minutes: std::ops::Range<u32>| {
        let fleet: String = minutes.map(failed).collect();
        let [a, b, c] = logs(&etcd);
        let report = read(&[a, b, c, &fleet]);
        report.recommendations.iter().find(|row| row.parameter == "fleet.etcd-request-timeout").map(bounds)
    };
    // The sum ends in milliseconds, so its parts do.
    let bound = limit(10..12).expect("a bound").replace('\u{a0}', " ");
    assert!(bound.contains("the stall that the requests waited for: 1.25 × 1700 ms = 2125 ms. Rounded up: 3 s."), "{bound}");
    assert_eq!(limit(10..30), None);
}

/// A host that stops all members stops their timers too: what its leader outlasted, no follower missed.
#[test]
fn a_leader_that_outlasted_every_timer_was_not_alone_in_standing_still() {
    let late = |second: u32, excess: &str| {
        format!(
            "2019-11-05 10:01:{second:02}.400000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for {excess}, to {B})\n"
        )
    };
    let elected = format!("2019-11-05 10:00:00.000000 I | raft: raft.node: {A} elected leader {A} at term 2\n");
    let goes_on = "2019-11-05 10:01:40.000000 I | etcdserver: saved snapshot at index 10001\n";
    let log = format!("{elected}{}{}", late(10, "4.312s"), late(20, "4.287s"));
    let frozen = read(&[&(log.clone() + goes_on)]);
    assert_eq!((proposed(&frozen), frozen.verdict.timing), (vec![], Timing::NotTheRemedy));
    // A leader that another one's term deposed as it woke did not keep its place.
    let deposed =
        format!("2019-11-05 10:01:10.900000 I | raft: {A} [term: 2] received a MsgAppResp message with higher term from {B} [term: 3]\n");
    let one = format!("{elected}{}{deposed}{goes_on}", late(10, "4.312s"));
    assert_eq!(proposed(&read(&[&one])).len(), 2);
    // Where the log ends with it nobody knows. What costs nearly every leader its place is no near miss either.
    let near = |excess: &str| read(&[&(elected.clone() + &late(10, excess) + goes_on)]);
    for excess in ["1.812s", "1.212s"] {
        let report = near(excess);
        assert_eq!((proposed(&report), report.verdict.timing), (vec![], Timing::NotTheRemedy), "{excess}");
    }
    assert_eq!(proposed(&read(&[&(elected + &late(10, "4.312s"))])).len(), 2);
}

/// The heartbeat beside a late line leaves the least that followers wait, not what they do wait: whether a stall outran
/// it shows only where the log goes on.
#[test]
fn a_timeout_that_is_only_bounded_is_not_nearly_missed() {
    let late = format!(
        "{{\"level\":\"warn\",\"ts\":\"2023-05-08T10:00:10.400Z\",\"caller\":\"etcdserver/raft.go:415\",\"msg\":\"leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk\",\"to\":\"{B}\",\"heartbeat-interval\":\"1s\",\"expected-duration\":\"2s\",\"exceeded-duration\":\"4.7s\"}}\n"
    );
    let goes_on = "{\"level\":\"info\",\"ts\":\"2023-05-08T10:00:40.000Z\",\"caller\":\"mvcc/index.go:214\",\"msg\":\"compact tree index\",\"revision\":42}\n";
    let told = |log: &str| {
        let report = read(&[log]);
        assert_eq!(proposed(&report), vec![], "{}", report.verdict.headline);
        report.verdict.timing
    };
    assert_eq!(told(&late), Timing::Undecided);
    assert_eq!(told(&(late.clone() + goes_on)), Timing::NotTheRemedy);
    assert_eq!(told(&late.replace("4.7s", "2.1s")), Timing::NotTheRemedy);
}

/// A machine that stood still lost its units, however the engine's own requests fared.
#[test]
fn units_of_a_machine_that_is_gone_were_not_stopped_by_a_slow_request() {
    let line = |second: u32, words: &str| format!("Apr 20 10:00:{second:02} core-01 fleetd[9]: {words}\n");
    let slow = line(4, "ERROR engine.go:217: Engine leadership lost, renewal failed: timeout reached")
        + &line(4, "INFO client.go:292: Failed getting response from http://192.0.2.7:4001/: cancelled")
        + &line(9, "INFO client.go:292: Failed getting response from http://192.0.2.7:4001/: cancelled");
    let gone = line(31, "INFO engine.go:256: Unscheduled Job(web.service) from Machine(8dea3b3e614716a90b0805ecbcbf2e56)")
        + &line(
            31,
            "INFO reconciler.go:161: EngineReconciler completed task: {Type: UnscheduleUnit, JobName: web.service, MachineID: 8dea3b3e614716a90b0805ecbcbf2e56, Reason: \"target Machine(8dea3b3e614716a90b0805ecbcbf2e56) went away\"}",
        );
    let report = read(&[&(slow + &gone)]);
    assert!(proposed(&report).iter().any(|(name, _)| *name == "fleet.etcd-request-timeout"));
    assert!(report.verdict.headline.contains("as a machine's presence ran out"), "{}", report.verdict.headline);
}

/// How long to wait does not follow from an etcd that never came back.
#[test]
fn no_agent_ttl_waits_for_an_etcd_that_is_down() {
    let line = |second: u32, words: &str| format!("Apr 20 10:00:{second:02} core-02 fleetd[9]: {words}\n");
    let refused =
        |second| line(second, "ERROR engine.go:217: Engine leadership lost, renewal failed: dial tcp 127.0.0.1:2379: connection refused");
    let given_up = line(16, "ERROR server.go:189: Server monitor triggered: Monitor timed out before successful heartbeat")
        + &line(16, "INFO server.go:157: Establishing etcd connectivity");
    let log = refused(4) + &refused(6) + &refused(8) + &refused(12) + &given_up;
    let down = read(&[&log]);
    assert_eq!((proposed(&down), down.verdict.timing), (vec![], Timing::NotTheRemedy));
    let back = read(&[&(log + &line(31, "INFO server.go:168: Starting server components"))]);
    assert_eq!(proposed(&back), [("fleet.agent-ttl", "120s")]);
}

/// Where a member hears of many rounds at once, it is not the old leader's silence that kept the others from a new one.
#[test]
fn rounds_without_a_winner_are_no_stall_of_the_old_leader() {
    let elected = format!("2016-04-20 10:00:00.000000 I | raft: raft.node: {C} elected leader {A} at term 2\n");
    let round = |term: u32| {
        format!(
            "2016-04-20 10:02:00.100000 I | raft: {C} [term: {}] received a MsgVote message with higher term from {B} [term: {term}]\n2016-04-20 10:02:00.100000 I | raft: {C} became follower at term {term}\n",
            term - 1
        )
    };
    let lost = format!("2016-04-20 10:02:00.100100 I | raft: raft.node: {C} lost leader {A} at term 3\n");
    let change = |last: u32| {
        let rounds: String = (4..=last).map(round).collect();
        let won = format!("2016-04-20 10:02:00.200000 I | raft: raft.node: {C} elected leader {B} at term {last}\n");
        let heard = format!(
            "2016-04-20 10:02:00.700000 I | raft: {C} [term: {last}] ignored a MsgHeartbeat message with lower term from {A} [term: 2]\n"
        );
        read(&[&[elected.as_str(), &round(3), &lost, &rounds, &won, &heard].concat()])
    };
    assert_eq!(proposed(&change(4)).len(), 2);
    assert_eq!(proposed(&change(12)), vec![]);
}

/// The interval that somebody stated is too short for the request timeout beside it, and the lease went from hand to hand.
#[test]
fn a_stated_interval_that_does_not_keep_the_lease() {
    let changed = |minute: u32, from: &str, to: &str| {
        format!("Apr 20 10:{minute:02}:00 core-01 fleetd[9]: INFO engine.go:81: Engine leadership changed from {from} to {to}\n")
    };
    let (a, b) = ("8dea3b3e614716a90b0805ecbcbf2e56", "263261969ded0c3538fd3a99405d917b");
    let log = changed(1, a, b) + &changed(5, b, a);
    let file = |interval: u32| {
        format!(
            "#cloud-config\ncoreos:\n  fleet:\n    agent-ttl: 60s\n    etcd-request-timeout: 5\n    engine-reconcile-interval: {interval}\n  units:\n    - name: fleet.service\n      command: start\n"
        )
    };
    assert_eq!(proposed(&read(&[&file(1), &log])), [("fleet.engine-reconcile-interval", "2\u{a0}s")]);
    assert_eq!(proposed(&read(&[&file(4), &log])), vec![]);
    assert_eq!(proposed(&read(&[&log])), vec![]);
}

/// A remark about a small stall does not come before what failed.
#[test]
fn a_stall_that_is_a_remark_is_not_the_first_sentence() {
    let late = "2016-04-20 10:00:10.000000 W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 11.5ms)\n";
    let failed = "2016-04-20 10:00:40.000000 E | etcdhttp: got unexpected response error (etcdserver: request timed out)\n";
    let elected = format!("2016-04-20 10:00:00.000000 I | raft: raft.node: {A} elected leader {A} at term 2\n");
    let report = read(&[&(elected + late + failed + failed + failed)]);
    assert_eq!(severity(&report, "etcd-heartbeat-late"), Some(Severity::Info));
    assert!(report.verdict.headline.starts_with("etcd gave up on"), "{}", report.verdict.headline);
}

/// What etcd refused at its start is a pair that somebody stated.
#[test]
fn a_pair_that_only_the_refusal_names_is_mended() {
    let flags = "2019-11-05 10:00:00.500000 E | etcdmain: error verifying flags, --election-timeout[2000ms] should be at least as 5 times as --heartbeat-interval[700ms]. See 'etcd --help'.\n";
    let json = "{\"level\":\"warn\",\"ts\":\"2023-05-08T10:00:00.500Z\",\"caller\":\"etcdmain/etcd.go:74\",\"msg\":\"failed to verify flags\",\"error\":\"--election-timeout[2000ms] should be at least as 5 times as --heartbeat-interval[700ms]\"}\n";
    for refused in [flags, json] {
        let report = read(&[refused]);
        assert_eq!(proposed(&report), [("etcd.heartbeat-interval", "200\u{a0}ms")]);
        assert_eq!(report.verdict.timing, Timing::Remedy);
    }
    let long = "{\"level\":\"warn\",\"ts\":\"2023-05-08T10:00:00.500Z\",\"caller\":\"etcdmain/etcd.go:74\",\"msg\":\"failed to verify flags\",\"error\":\"--election-timeout[90000ms] is too long, and should be set less than 50000ms\"}\n";
    assert!(proposed(&read(&[long])).contains(&("etcd.election-timeout", "2500\u{a0}ms")));
}

/// One short stall of a leader who stays is what any machine has; many of them, or one near the timeout, are not.
#[test]
fn a_slight_stall_is_a_remark() {
    let log = |excess: &str, times: u32| {
        let late = |minute: u32| {
            format!(
                "2019-11-05 10:{minute:02}:10.400000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for {excess}, to {B})\n"
            )
        };
        format!(
            "2019-11-05 10:00:00.000000 I | raft: raft.node: {A} elected leader {A} at term 2\n{}",
            (1..=times).map(late).collect::<String>()
        )
    };
    let found = |excess, times| severity(&read(&[&log(excess, times)]), "etcd-heartbeat-late");
    assert_eq!(found("48ms", 1), Some(Severity::Info));
    assert_eq!(found("48ms", 5), Some(Severity::Warning));
    assert_eq!(found("480ms", 1), Some(Severity::Warning));
}

/// The votes of a first election may be split; what cannot be reached after a stop on purpose is the member's own port.
#[test]
fn a_start_and_a_stop_are_no_trouble() {
    let start = format!(
        "2019-11-05 10:00:00.000000 I | etcdmain: etcd Version: 3.4.23\n\
         2019-11-05 10:00:01.000000 I | raft: {A} has received 1 MsgVoteResp votes and 1 vote rejections\n\
         2019-11-05 10:00:02.000000 I | raft: raft.node: {A} elected leader {B} at term 3\n"
    );
    let stop = "2019-11-05 10:05:00.000000 N | pkg/osutil: received terminated signal, shutting down...\n\
                WARNING: 2019/11/05 10:05:00 grpc: addrConn.createTransport failed to connect to {192.0.2.7:2379  <nil> 0 <nil>}. Err :connection error: desc = \"transport: Error while dialing dial tcp 192.0.2.7:2379: connect: connection refused\". Reconnecting...\n";
    assert_eq!(read(&[&(start + stop)]).verdict.timing, Timing::NoneNeeded);
}

/// Two members of a new cluster may ask for votes in the same moment: one wins the term, the other follows it.
#[test]
fn who_lost_a_term_to_another_is_no_trouble() {
    let winner = format!("2019-11-05 10:00:00.183100 I | raft: raft.node: {A} elected leader {A} at term 2\n");
    let lost = format!(
        "2019-11-05 10:00:00.183000 I | raft: {B} became candidate at term 2\n\
         2019-11-05 10:00:00.184000 I | raft: {B} has received 1 MsgVoteResp votes and 2 vote rejections\n"
    );
    let follows = |term: u32| format!("2019-11-05 10:00:00.184100 I | raft: raft.node: {B} elected leader {A} at term {term}\n");
    let loser = |term| lost.clone() + &follows(term);
    assert_eq!(read(&[&winner, &loser(2)]).verdict.timing, Timing::NoneNeeded);
    assert_eq!(read(&[&winner, &lost]).verdict.timing, Timing::Undecided);
    assert_eq!(read(&[&winner, &loser(3)]).verdict.timing, Timing::Undecided);
    // Of members whose lines stand mixed up each speaks for itself.
    let mixed = lost.replace(
        "became candidate at term 2\n",
        &format!("became candidate at term 2\n2019-11-05 10:00:00.183050 I | raft: {A} became candidate at term 3\n"),
    );
    let other = follows(3).replacen(B, A, 1);
    assert_eq!(read(&[&winner, &(mixed + &other)]).verdict.timing, Timing::Undecided);
}

/// Followers that lost a silent leader elect the next one within three timeouts. Where they need longer something else
/// keeps them from it, and the leader's silence bounds nothing.
#[test]
fn an_election_that_takes_long_is_not_explained_by_a_silent_leader() {
    let lost = |second: f64| {
        format!(
            "2021-09-12 10:00:00.000000 I | raft: raft.node: {B} elected leader {A} at term 5\n\
             2021-09-12 10:10:{second:09.6} I | raft: {B} is starting a new election at term 5\n\
             2021-09-12 10:10:{second:09.6} I | raft: {B} became candidate at term 6\n\
             2021-09-12 10:10:{second:09.6} I | raft: raft.node: {B} lost leader {A} at term 6\n\
             2021-09-12 10:10:20.000000 I | raft: {B} is starting a new election at term 6\n\
             2021-09-12 10:10:20.000000 I | raft: {B} became candidate at term 7\n\
             2021-09-12 10:10:20.000000 I | raft: {B} received vote from {B} at term 7\n\
             2021-09-12 10:10:20.100000 I | raft: {B} became leader at term 7\n\
             2021-09-12 10:10:20.100000 I | raft: raft.node: {B} elected leader {B} at term 7\n\
             2021-09-12 10:20:00.000000 I | etcdserver: saved snapshot at index 10001\n"
        )
    };
    let old = format!(
        "2021-09-12 10:00:00.000000 I | raft: raft.node: {A} elected leader {A} at term 5\n\
         2021-09-12 10:10:20.300000 I | raft: {A} [term: 5] received a MsgVote message with higher term from {B} [term: 7]\n\
         2021-09-12 10:10:20.300000 I | raft: {A} became follower at term 7\n\
         2021-09-12 10:10:20.300000 I | raft: raft.node: {A} changed leader from {A} to {B} at term 7\n"
    );
    assert_eq!(proposed(&read(&[&old, &lost(18.5)])).len(), 2);
    let long = read(&[&old, &lost(12.0)]);
    assert_eq!((proposed(&long), long.verdict.timing), (vec![], Timing::Undecided), "{}", long.verdict.headline);
}

/// One line of etcd 3.4 prints both halves of the pair: neither is a guess.
#[test]
fn a_timeout_beside_its_heartbeat_in_one_line_is_known() {
    let start = r#"{"level":"info","ts":"2026-09-12T10:00:00.000Z","caller":"embed/etcd.go:307","msg":"starting an etcd server","etcd-version":"3.4.23","name":"a","heartbeat-interval":"200ms","election-timeout":"1s","initial-election-tick-advance":true}"#;
    let late = r#"{"level":"warn","ts":"2026-09-12T10:05:16.000Z","caller":"etcdserver/raft.go:415","msg":"leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk","to":"91bc3c398fb3c145","heartbeat-interval":"200ms","expected-duration":"400ms","exceeded-duration":"2.7s"}"#;
    let doubted = |text: &str| read(&[text]).verdict.why.contains("How long followers wait is not in the input");
    assert!(!doubted(&format!("{start}\n{late}\n")));
    assert!(doubted(&format!("{late}\n")));
}

/// What etcd is handed beside the text may set the timers.
#[test]
fn defaults_hold_only_where_all_is_here() {
    for (text, all) in [
        ("etcd --name a --data-dir $DIR\n", true),
        ("#!/bin/sh\nOPTIONS=--debug\netcd --name a $OPTIONS\n", true),
        ("#!/bin/sh\netcd --name a $OPTIONS\n", false),
        ("#!/bin/sh\nexec etcd \"$@\"\n", false),
        ("[Service]\nEnvironmentFile=/etc/etcd.env\nExecStart=/usr/bin/etcd --name a\n", false),
    ] {
        let headline = read(&[text]).verdict.headline;
        assert_eq!(headline.contains("so the defaults apply"), all, "{text}: {headline}");
    }
}

/// What ran had another pair than the file that etcd refuses; its stalls are outlasted, and told.
#[test]
fn a_refused_pair_beside_stalls_is_mended_to_one_that_outlasts_them() {
    let file = "etcd_extra_args: [\"--heartbeat-interval=250\", \"--election-timeout=1000\"]\n";
    // Without the lines that print the timers.
    let stalled = one_stall(100, 1000, 1.52, "1.371s").map(|log| {
        let rest = log.split_inclusive('\n').filter(|line| !line.contains("heartbeat = ") && !line.contains("election = "));
        rest.collect::<String>()
    });
    let [a, b, c] = logs(&stalled);
    let report = read(&[file, a, b, c]);
    let changed = proposed(&report);
    assert_eq!(changed[1].0, "etcd.election-timeout", "{changed:?}");
    let why = &report.verdict.why;
    assert!(why.contains("cannot work together") && why.contains("outlast a stall of"), "{why}");
    let bounds: Vec<_> = row(&report, "etcd.election-timeout").because.iter().filter(|bound| bound.side == Side::AtMost).collect();
    assert_eq!(bounds.len(), 1, "{bounds:?}");
}

/// A review of a file: nothing happened that could happen again, and the two work, though without the margin.
#[test]
fn values_that_do_not_fit_are_told_without_a_log() {
    let report = read(&[
        "#cloud-config\ncoreos:\n  fleet:\n    etcd_request_timeout: 3\n    agent_ttl: 30s\n  units:\n  - name: fleet.service\n    command: start\n",
    ]);
    assert!(report.verdict.why.contains("do not fit each other"), "{:?}", report.verdict);
    let why = bounds(row(&report, "fleet.agent-ttl"));
    assert!(why.contains("no log shows what this cluster needs") && !why.contains("how often"), "{why}");
}

/// The outage that a sum takes is another number than the one in the headline.
#[test]
fn what_the_outage_to_ride_out_is_stands_beside_its_number() {
    let failed = |second: u32| {
        format!(
            "Apr 09 21:20:{second:02} m1 fleetd[7]: INFO client.go:278: Failed getting response from http://192.0.2.7:4001/: cancelled\n"
        )
    };
    let report = read(&[&[10, 11, 12].map(failed).concat()]);
    let why = bounds(row(&report, "fleet.agent-ttl"));
    assert!(why.contains("to ride out, twice the wait that is proven: 3 × 6\u{a0}s = 18\u{a0}s."), "{why}");
}

/// Two members take turns, each stalling while it leads; of the last change nothing shows whether the old leader lived.
#[test]
fn what_stalls_explain_is_called_needless_only_where_each_is_shown_to_be() {
    let at = |minute: u32, text: String| format!("2016-09-12 10:{minute:02}:20.000000 {text}\n");
    let mut logs = [at(0, format!("I | raft: {A} became leader at term 2")), String::new()];
    for minute in 1..5 {
        let term = minute + 2;
        let (old, new, turn) = if minute % 2 == 1 { (A, B, 0) } else { (B, A, 1) };
        logs[turn] += &[
            "W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 1.4s)".to_owned(),
            format!("I | raft: {old} became follower at term {term}"),
            format!("I | raft: raft.node: {old} changed leader from {old} to {new} at term {term}"),
        ]
        .map(|text| at(minute, text))
        .concat();
        logs[1 - turn] += &[
            format!("I | raft: {new} became leader at term {term}"),
            format!("I | raft: raft.node: {new} elected leader {new} at term {term}"),
        ]
        .map(|text| at(minute, text))
        .concat();
    }
    let why = |logs: &[String; 2]| read(&[&logs[0], &logs[1]]).verdict.why;
    assert!(why(&logs).contains("4 needless leader changes"), "{}", why(&logs));
    logs[1] += &(at(6, format!("I | raft: raft.node: {B} lost leader {A} at term 7"))
        + &at(6, format!("I | raft: raft.node: {B} elected leader ca93d269ec463a6b at term 7")));
    assert!(why(&logs).contains("4 of 5 leader changes"), "{}", why(&logs));
}
