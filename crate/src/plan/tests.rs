//! The values that an article of the field recommends, examined: 600/6000 for etcd, 10/5/120s for fleet.

use super::*;
use crate::Document;
use crate::input::{Assumptions, Input};
use crate::model::raft::loss_share;
use crate::report::Severity;
use crate::rules;
use crate::session::Session;
use crate::units::about;

const ARTICLE: &str = "\
#cloud-config
coreos:
  etcd2:
    heartbeat-interval: 600
    election-timeout: 6000
  fleet:
    engine-reconcile-interval: 10
    etcd-request-timeout: 5
    agent-ttl: 120s
";
const DEFAULTS: &str = "#cloud-config\ncoreos:\n  etcd2:\n    name: a\n";

fn read(text: &str, stall_ms: Option<f64>) -> Facts {
    let document = Document { name: None, text: text.to_owned() };
    let assumptions = Assumptions { stall_ms, ..Assumptions::default() };
    Session::of(&Input { documents: vec![document], assumptions }).read()
}

fn planned(text: &str, stall_ms: Option<f64>) -> Plan {
    let facts = read(text, stall_ms);
    plan(&facts, &rules::check(&facts))
}

fn starts(host: &str, beat: u32, wait: u32) -> String {
    format!(
        "Jun 02 08:00:00 {host} etcd[9]: etcd Version: 3.3.25\nJun 02 08:00:00 {host} etcd[9]: heartbeat = {beat}ms\nJun 02 08:00:00 {host} etcd[9]: election = {wait}ms\n"
    )
}

/// Method 5.3: with the log of etcd's leader at hand, what does not meet a stall has another cause.
#[test]
fn a_leader_that_ran_is_not_what_fleet_waited_for() {
    let etcd = |time: &str, text: &str| format!("Mar 04 10:{time} core-01 etcd2[9]: {text}\n");
    let member = |verb: &str| etcd("00:02", &format!("8e9e05c52164694d {verb} at term 2"));
    let leads = etcd("00:02", "raft.node: 8e9e05c52164694d elected leader 8e9e05c52164694d at term 2");
    let start = etcd("00:01", "etcd Version: 2.3.8") + &member("became candidate") + &member("became leader") + &leads;
    let failed = |minute: u32| {
        format!(
            "Mar 04 10:{minute}:20 core-02 fleetd[9]: ERROR engine.go:217: Engine leadership lost, renewal failed: context deadline exceeded\n"
        )
    };
    let failures = failed(11) + &failed(20) + &failed(31);
    let proposed = |log: String| planned(&log, None).of(Parameter::EtcdRequestTimeout).proposed;
    let goes_on = etcd("50:00", "saved snapshot at index 10001");
    assert_eq!(proposed(start.clone() + &failures + &goes_on), None);
    assert_eq!(proposed(start.clone() + &failures), Some(5 * S), "its log ends before");
    // etcd 2.2 prints no line for a stall.
    assert_eq!(proposed(start.replace("2.3.8", "2.2.5") + &failures + &goes_on), Some(5 * S));
}

/// A value above what the stalls ask for says whom it is owed to.
#[test]
fn a_value_owed_to_the_member_that_waits_longest_says_so() {
    let line = |second: u32, text: &str| format!("Jun 02 09:00:{second:02} a etcd[9]: {text}\n");
    let (own, other) = ("8211f1d0f64f3269", "91bc3c398fb3c146");
    let changed = line(1, &format!("raft.node: {own} elected leader {own} at term 2"))
        + &line(20, "failed to send out heartbeat on time (exceeded the 100ms timeout for 1.4s)")
        + &line(20, &format!("{own} [term: 2] received a MsgApp message with higher term from {other} [term: 3]"))
        + &line(20, &format!("raft.node: {own} lost leader {own} at term 3"))
        + &line(20, &format!("raft.node: {own} elected leader {other} at term 3"));
    let owed = |longest: u32| {
        let plan = planned(&(starts("b", 500, longest) + &starts("a", 100, 1000) + &changed), None);
        let wait = plan.of(Parameter::ElectionTimeout);
        (wait.proposed, wait.because.iter().any(|bound| bound.text.contains("the member waits that waits longest")))
    };
    assert_eq!(owed(5000), (Some(5000 * MS), true));
}

/// Method 6.5: above 15 s a wait is a matter for agent-ttl.
#[test]
fn no_request_waits_for_what_only_presence_rides_out() {
    let log: String = (10..23)
            .map(|second| format!("Mar 04 11:20:{second}.000412 core-01 fleetd[700]: ERROR engine.go:231: Engine leadership acquisition failed: timeout reached\n"))
            .collect();
    let plan = planned(&log, None);
    assert_eq!(plan.of(Parameter::EtcdRequestTimeout).proposed, Some(5 * S));
    assert_eq!(plan.of(Parameter::AgentTtl).proposed, Some(90 * S), "3 × 2 × 13 s");
}

/// A long agent-ttl may be owed to the tries at three endpoints, not to an outage.
#[test]
fn an_outage_is_blamed_only_for_what_it_asks() {
    let config = "#cloud-config\ncoreos:\n  fleet:\n    etcd-servers: http://192.0.2.1:2379,http://192.0.2.2:2379,http://192.0.2.3:2379\n    etcd-request-timeout: 5\n    agent-ttl: 60s\n";
    let failed = |minute: u32| {
        format!(
            "Mar 04 09:{minute}:11 core-01 fleetd[700]: ERROR job.go:109: failed fetching all Units from etcd: client: etcd cluster is unavailable or misconfigured; error #0: client: endpoint http://192.0.2.1:2379 exceeded header timeout\n"
        )
    };
    let log =
        format!("Mar 04 09:00:11 core-01 fleetd[700]: INFO fleetd.go:75: Starting fleetd version 0.13.0\n{}{}", failed(10), failed(40));
    let facts = crate::rules::testing::facts(&[config, &log]);
    let plan = plan(&facts, &rules::check(&facts));
    let ttl = plan.of(Parameter::AgentTtl);
    assert_eq!(ttl.proposed, Some(210 * S), "above 4 × 48 s");
    assert!(!ttl.because.iter().any(|bound| bound.text.contains("too long to ride out")));
}

#[test]
fn one_moment_of_failed_requests_bounds_nothing_and_two_do() {
    let cancelled = |time: &str| {
        format!("May 26 {time} core-01 fleetd[9]: INFO client.go:292: Failed getting response from http://localhost:4001/: cancelled\n")
    };
    let proposed = |log: String| planned(&log, None).of(Parameter::EtcdRequestTimeout).proposed;
    assert_eq!(proposed(cancelled("06:40:30")), None);
    assert_eq!(proposed(cancelled("06:40:30") + &cancelled("06:40:45")), Some(5 * S));
}

/// What etcd 0.4 was given is meant for the etcd that passes over it, but for what is shorter than its default.
#[test]
fn the_names_of_etcd_04_below_etcd2_mean_something() {
    let proposed = |beat: u32, wait: u32| {
        let file = format!(
            "#cloud-config\ncoreos:\n  etcd2:\n    peer-heartbeat-interval: {beat}\n    peer-election-timeout: {wait}\n  units:\n  - name: etcd2.service\n    command: start\n"
        );
        let plan = planned(&file, None);
        [Parameter::HeartbeatInterval, Parameter::ElectionTimeout].map(|parameter| plan.of(parameter).proposed)
    };
    assert_eq!(proposed(200, 2000), [Some(200 * MS), Some(2000 * MS)]);
    assert_eq!(proposed(50, 500), [None, None]);
}

/// A corrected file has nothing left that is not read, be it the default.
#[test]
fn a_review_writes_anew_what_is_dropped() {
    let file = |beat: &str| format!("#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: {beat}\n    election-timeout: \"2000\"\n");
    let beat = |text: &str| planned(text, None).of(Parameter::HeartbeatInterval).proposed;
    assert_eq!((beat(&file("\"100\"")), beat(&file("100"))), (Some(100 * MS), None));
}

#[test]
fn what_a_file_means_goes_below_no_default() {
    let file = |section: &str, key: &str| format!("#cloud-config\ncoreos:\n  {section}:\n    {key}\n");
    let planned = |text: String, parameter| planned(&text, None).of(parameter).clone();
    let wait = planned(file("etcd2", "election-timeout: \"500\""), Parameter::ElectionTimeout);
    assert_eq!(wait.proposed, Some(1000 * MS));
    assert!(
        wait.because[0].text.contains("means 500\u{a0}ms") && wait.because[1].text.contains("default, 1000\u{a0}ms"),
        "{:?}",
        wait.because
    );
    assert_eq!(planned(file("etcd2", "election-timeout: \"3000\""), Parameter::ElectionTimeout).proposed, Some(3000 * MS));
    let old = file("etcd", "peer-election-timeout: \"300\"");
    assert_eq!(planned(old, Parameter::ElectionTimeout).proposed, Some(500 * MS));
    for (key, parameter, default) in [
        ("agent-ttl: 20", Parameter::AgentTtl, "default, 30s"),
        ("etcd-request-timeout: 200ms", Parameter::EtcdRequestTimeout, "default, 1\u{a0}s"),
        ("engine-reconcile-interval: \"1\"", Parameter::EngineReconcileInterval, "default, 2\u{a0}s"),
    ] {
        let decision = planned(file("fleet", key), parameter);
        assert_eq!(decision.proposed, Some(parameter.default_value()), "{key}");
        assert!(decision.because[0].text.contains("The file means") && decision.because[1].text.contains(default), "{key}");
    }
}

/// etcd 0.4 prints no timer. What is guessed from the one in force grows with it, so the same log asks for more each time that
/// its answer is written into the file: that reading is told as well.
#[test]
fn a_stated_pair_was_in_force_and_may_be_the_answer() {
    let line = |time: &str, text: &str| format!("[etcd] Nov 22 06:{time} INFO      | {text}\n");
    let old = line("28:02.715", "n1: state changed from 'follower' to 'leader'.")
        + &line("28:02.715", "n1: leader changed from '' to 'n1'.")
        + &line("29:13.900", "n1: state changed from 'leader' to 'follower'.")
        + &line("29:13.900", "n1: term #2 started.")
        + &line("29:13.900", "n1: leader changed from 'n1' to 'n2'.");
    let new = line("28:58.125", "n2: state changed from 'initialized' to 'follower'.")
        + &line("29:13.099", "n2: state changed from 'follower' to 'candidate'.")
        + &line("29:13.099", "n2: leader changed from 'n1' to ''.")
        + &line("29:13.104", "n2: state changed from 'candidate' to 'leader'.")
        + &line("29:13.104", "n2: leader changed from '' to 'n2'.");
    let election = |pair: &str| {
        let file = format!("#cloud-config\ncoreos:\n  etcd:\n    name: core\n{pair}  units:\n  - name: etcd.service\n    command: start\n");
        let facts = crate::rules::testing::facts(&[&file, &old, &new]);
        plan(&facts, &rules::check(&facts)).of(Parameter::ElectionTimeout).clone()
    };
    let pair = |beat: u32, wait: u32| format!("    peer-heartbeat-interval: {beat}\n    peer-election-timeout: {wait}\n");
    assert_eq!(election("").proposed, Some(2000 * MS));
    let told = |row: &Decision| row.because.iter().any(|bound| bound.text.starts_with("If 2000\u{a0}ms was set only after this log"));
    let written = election(&pair(200, 2000));
    assert_eq!((written.proposed, told(&written)), (Some(5000 * MS), true), "{:?}", written.because);
    let other = election(&pair(500, 2000));
    assert_eq!((other.proposed, told(&other)), (Some(5000 * MS), false), "nobody wrote that after our answer");
}

/// A line of fleet tells no limit, so one that is stated is taken to have been in force (method 1.2); both readings are told.
#[test]
fn a_stated_limit_of_fleet_was_in_force() {
    let failed = |time: &str| {
        format!("May 26 {time} core-01 fleetd[9]: ERROR engine.go:217: Engine leadership lost, renewal failed: context deadline exceeded\n")
    };
    let log = failed("06:40:30") + &failed("06:52:45");
    let planned = |values: &str| {
        let file =
            format!("#cloud-config\ncoreos:\n  fleet:\n    metadata: a=b\n{values}  units:\n  - name: fleet.service\n    command: start\n");
        let facts = crate::rules::testing::facts(&[&file, &log]);
        let plan = plan(&facts, &rules::check(&facts));
        [Parameter::EtcdRequestTimeout, Parameter::AgentTtl].map(|parameter| plan.of(parameter).proposed)
    };
    assert_eq!(planned(""), [Some(5 * S), Some(60 * S)]);
    assert_eq!(planned("    etcd-request-timeout: 5\n    agent-ttl: 60s\n"), [Some(8 * S), Some(120 * S)]);
    assert_eq!(planned("    etcd-request-timeout: 5\n    agent-ttl: 120s\n"), [Some(8 * S), None]);
}

/// A rule states it, and the planner need not know which rule.
#[test]
fn a_value_that_breaks_a_stated_constraint_is_changed() {
    let file = "#cloud-config\ncoreos:\n  fleet:\n    agent-ttl: 90s\n  units:\n    - name: fleet.service\n      command: start\n";
    let facts = read(file, None);
    let planned = |severity, bound| {
        let because = String::from("Ten times what a beat takes.");
        let at_least = Constraint { parameter: Parameter::AgentTtl, side: Side::AtLeast, bound, basis: Basis::Source, because };
        let finding = Finding::new(RuleId::HostCpuSteal, severity, Confidence::High, String::new(), String::new());
        let decision = plan(&facts, &[finding.demanding(vec![at_least])]).of(Parameter::AgentTtl).clone();
        (decision.proposed, decision.because.iter().any(|bound| bound.text.starts_with("Ten times")))
    };
    assert_eq!(planned(Severity::Warning, 91 * S), (Some(120 * S), true));
    assert_eq!(planned(Severity::Warning, 60 * S), (None, true));
    assert_eq!(planned(Severity::Warning, 10 * S), (None, false), "twelve request timeouts ask for more");
    assert_eq!(planned(Severity::Info, 91 * S), (None, false));
}

#[test]
fn members_with_unlike_timers_get_one_pair() {
    let pair = |log: String| {
        let plan = planned(&log, None);
        [Parameter::HeartbeatInterval, Parameter::ElectionTimeout].map(|each| (plan.of(each).current.value, plan.of(each).proposed))
    };
    let ms = |now: i64, then: i64| (Some(now * MS), Some(then * MS));
    let unlike = [("a", 500, 5000), ("b", 100, 1000), ("c", 100, 1000)];
    let log = |members: &[(&str, u32, u32)]| members.iter().map(|(host, beat, wait)| starts(host, *beat, *wait)).collect::<String>();
    assert_eq!(pair(log(&unlike)), [ms(100, 500), ms(1000, 5000)]);
    // Whichever member spoke last.
    let turned: Vec<_> = unlike.into_iter().rev().collect();
    assert_eq!(pair(log(&turned)), [ms(100, 500), ms(1000, 5000)]);
    assert_eq!(pair(log(&[("a", 100, 1000), ("b", 200, 1000)])), [ms(200, 100), (Some(1000 * MS), None)]);
    assert!(pair(log(&[("a", 100, 1000), ("b", 100, 1000)])).iter().all(|(_, proposed)| proposed.is_none()));
}

#[test]
fn a_timeout_below_the_default_is_raised_where_leaders_change() {
    let line = |second: u32, verb: &str, leader: &str, term: u32| {
        format!("Jun 02 09:00:{second:02} a etcd[9]: raft.node: 8211f1d0f64f3269 {verb} leader {leader} at term {term}\n")
    };
    let (b, c) = ("91bc3c398fb3c146", "fd422379fda50e48");
    let changes = String::from("Jun 02 09:00:01 a etcd[9]: 8211f1d0f64f3269 became follower at term 2\n")
        + &line(1, "elected", b, 2)
        + &line(20, "lost", b, 3)
        + &line(20, "elected", c, 3)
        + &line(50, "lost", c, 4)
        + &line(50, "elected", b, 4);
    let proposed =
        |beat: u32, wait: u32, log: &str| planned(&(starts("a", beat, wait) + log), None).of(Parameter::ElectionTimeout).proposed;
    assert_eq!(proposed(10, 50, &changes), Some(1000 * MS));
    assert_eq!(proposed(100, 1000, &changes), None);
    assert_eq!(proposed(10, 50, &line(1, "elected", b, 2)), None, "a quiet cluster");
}

/// Without times too it is seen that a leader kept its place, and said so by saying nothing.
#[test]
fn a_leader_that_keeps_its_place_in_a_log_without_times() {
    let starts = "etcd Version: 3.4.23\nheartbeat = 100ms\nelection = 1000ms\nraft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 2\n";
    let late = "failed to send out heartbeat on time (exceeded the 100ms timeout for 4.85s, to 2a0965170762fd09)\n";
    let goes_on = "saved snapshot at index 10001\n".repeat(40);
    let raises =
        |lost: &str| planned(&format!("{starts}{goes_on}{late}{lost}{goes_on}"), None).of(Parameter::ElectionTimeout).proposed.is_some();
    let lost = "raft.node: 91d25258d70ad868 lost leader 91d25258d70ad868 at term 3\nraft.node: 91d25258d70ad868 elected leader 2a0965170762fd09 at term 3\n";
    assert!(!raises(""));
    assert!(raises(lost));
}

/// Warnings alone: no line tells of an election, but only a leader prints these.
#[test]
fn members_that_stalled_in_turn_show_that_the_leader_changed() {
    let late = |minute: u32| {
        format!(
            "2016-04-20 10:{minute:02}:00.000000 W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 1.4{minute}s)\n"
        )
    };
    let named = |id: &str| format!("2016-04-20 10:09:00.000000 I | raft: raft.node: {id} elected leader {id} at term 9\n");
    let proposes = |documents: &[String]| {
        let texts: Vec<&str> = documents.iter().map(String::as_str).collect();
        let facts = crate::rules::testing::facts(&texts);
        plan(&facts, &rules::check(&facts)).of(Parameter::ElectionTimeout).proposed
    };
    let (one, two) = ([1, 3, 5, 7].map(late).concat(), [2, 4, 6, 8].map(late).concat());
    assert_eq!(proposes(&[one.clone(), two]), Some(3_000 * MS));
    // One leader, all along: the followers stood still too, or wait longer than is known.
    let kept = named("91d25258d70ad868");
    assert_eq!(proposes(&[one + &kept]), None);
}

/// An excerpt without a start: who chose the heartbeat chose the other half too, and no leader changed.
#[test]
fn beside_a_chosen_heartbeat_no_default_is_missed_by_an_inch() {
    let proposed = |beat: u32, excess: &str| {
        let log = format!(
            "2020-04-20 10:00:05.000000 W | etcdserver: failed to send out heartbeat on time (exceeded the {beat}ms timeout for {excess}, to 2a0965170762fd09)\n"
        );
        let plan = planned(&log, None);
        plan.decisions.iter().find(|decision| decision.parameter == Parameter::ElectionTimeout).and_then(|decision| decision.proposed)
    };
    assert_eq!(proposed(200, "1.6s"), None);
    assert!(proposed(100, "1.8s").is_some(), "the default pair, as far as is told");
}

/// A number that was mangled on the way reads as three centuries.
#[test]
fn a_stall_of_any_length_is_answered_at_once() {
    let log = "Nov 22 06:22:19 core-01 fleetd[19246]: ERROR engine.go:169: Unable to determine cluster engine version\n\
                   2026-11-22 06:22:42.766436 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 9223372036854775807.3s, to c5db4243cef05d6)\n";
    assert!(planned(log, None).of(Parameter::AgentTtl).proposed <= Some(180 * S));
}

#[test]
fn six_thousand_costs_seven_seconds_and_several_times_the_lost_requests() {
    let facts = read(ARTICLE, None);
    let at = |election| facts.failover(&facts.timers(election / 10, election)).p50;
    let (article, defaults) = (at(6_000 * MS), at(1_000 * MS));
    assert!((6_500 * MS..7_500 * MS).contains(&article), "{article}");
    // Measured: 8.8 lost requests for each death at 6000 ms, 1.6 at 1000 ms; they go with the time without a leader.
    assert!(article >= 5 * defaults, "{article} {defaults}");
    let plan = planned(ARTICLE, None);
    let election = plan.of(Parameter::ElectionTimeout);
    assert!(!plan.proposes(), "nothing is known of stalls, so nothing is changed");
    assert!(election.cost.contains(&about(article)), "{}", election.cost);
    assert!(election.neighbours.iter().any(|text| text.contains("2500") && text.contains(&about(at(2_500 * MS)))));
    assert!(rules::check(&facts).iter().any(|finding| finding.id == RuleId::ConfigElectionCostsFleetRequests));
    assert!(plan.of(Parameter::EtcdRequestTimeout).neighbours[0].contains("lost at 1, 5 and 10"));
}

#[test]
fn six_thousand_is_right_for_stalls_above_three_and_a_half_seconds() {
    for (stall, election) in [(1_500.0, 2_500), (2_000.0, 3_500), (2_500.0, 4_000), (3_100.0, 5_000), (3_500.0, 6_000), (3_800.0, 6_000)] {
        let plan = planned(DEFAULTS, Some(stall));
        assert_eq!(plan.of(Parameter::ElectionTimeout).proposed, Some(election * MS), "{stall}");
        assert_eq!(plan.of(Parameter::HeartbeatInterval).proposed, Some(election * MS / 10), "{stall}");
    }
    let alternative = |stall| planned(ARTICLE, Some(stall)).of(Parameter::ElectionTimeout).neighbours.join(" ");
    assert!(alternative(1_500.0).contains("2500"));
    assert_eq!(alternative(3_500.0), "", "there it is worth its price");
    let timers = replay::timers_in_force(&read(ARTICLE, None));
    assert_eq!(loss_share(&timers, 5_300 * MS, timers.heartbeat), 0);
    assert!(loss_share(&timers, 8_000 * MS, timers.heartbeat) > 500_000);
}

#[test]
fn a_pair_that_is_mended_outlasts_the_stalls_too() {
    let broken = "ETCD_HEARTBEAT_INTERVAL=300\nETCD_ELECTION_TIMEOUT=1000\n";
    for (stall, beat, wait) in [(None, 100, None), (Some(3_800.0), 600, Some(6_000))] {
        let plan = planned(broken, stall);
        let proposed = |parameter| plan.of(parameter).proposed.map(|value| value / MS);
        assert_eq!((proposed(Parameter::HeartbeatInterval), proposed(Parameter::ElectionTimeout)), (Some(beat), wait));
    }
}

#[test]
fn ten_five_and_a_hundred_and_twenty_hold_with_room() {
    let facts = read(ARTICLE, None);
    let plan = planned(ARTICLE, None);
    let (limit, ttl) = (5 * S, 120 * S);
    assert_eq!(facts.slowest_beat(limit), 10 * S);
    assert_eq!(facts.rides_out(ttl, limit), 25 * S, "the window of the tries, against a failover of 9 s");
    assert_eq!(plan.failover(&facts), 9 * S);
    let values = |parameter| plan.of(parameter).because.iter().filter_map(|bound| bound.value).collect::<Vec<f64>>();
    assert_eq!(values(Parameter::AgentTtl), [60.0, 41.0, 40.0]);
    assert_eq!(values(Parameter::EtcdRequestTimeout), [10.0]);
    assert_eq!(values(Parameter::EngineReconcileInterval), [3.5], "(5 + 9) / 4");
    assert!(plan.of(Parameter::AgentTtl).neighbours[0].starts_with("60s would do"));
    assert!(plan.of(Parameter::EngineReconcileInterval).neighbours[0].starts_with("4\u{a0}s would do"));
    assert!(plan.of(Parameter::AgentTtl).cost.contains("2\u{a0}min 10\u{a0}s"));
}

/// What one sentence says of a dead machine the other says too, with the interval that is proposed.
#[test]
fn the_price_of_a_dead_machine_counts_the_new_interval() {
    let text = "#cloud-config\ncoreos:\n  fleet:\n    etcd-request-timeout: 5\n    engine-reconcile-interval: 0.5\n";
    let plan = planned(text, None);
    assert_eq!(plan.of(Parameter::EngineReconcileInterval).proposed, Some(2 * S));
    let cost = &plan.of(Parameter::AgentTtl).cost;
    assert!(cost.contains("62\u{a0}s instead of 30.5\u{a0}s"), "{cost}");
}

#[test]
fn a_pair_of_which_nothing_can_stay_says_where_the_new_one_comes_from() {
    let text = DEFAULTS.to_owned() + "    heartbeat-interval: 6000\n    election-timeout: 60000\n";
    let plan = planned(&text, None);
    let election = plan.of(Parameter::ElectionTimeout);
    assert_eq!(election.proposed, Some(2500 * MS));
    assert!(election.because.iter().any(|bound| bound.text.contains("1600\u{a0}ms with margin")), "{:?}", election.because);
}

#[test]
fn values_that_stand_in_each_others_place_change_places() {
    let proposed = |heartbeat: u32, election: u32| {
        let text = format!("{DEFAULTS}    heartbeat-interval: {heartbeat}\n    election-timeout: {election}\n");
        let plan = planned(&text, None);
        [Parameter::HeartbeatInterval, Parameter::ElectionTimeout].map(|parameter| plan.of(parameter).proposed.map(|value| value / MS))
    };
    assert_eq!(proposed(1000, 100), [Some(100), Some(1000)]);
    assert_eq!(proposed(1000, 500), [None, Some(10_000)], "they are no pair the other way round either");
    assert_eq!(proposed(1000, 2), [None, Some(10_000)]);
}

/// No stall asks for a shorter wait (method 6.3): what broke is mended, and no more.
#[test]
fn of_a_pair_that_is_too_long_only_the_half_that_breaks_is_changed() {
    let proposed = |heartbeat: u32, election: u32| {
        let text = format!("{DEFAULTS}    heartbeat-interval: {heartbeat}\n    election-timeout: {election}\n");
        let plan = planned(&text, None);
        let election = plan.of(Parameter::ElectionTimeout);
        (plan.of(Parameter::HeartbeatInterval).proposed, election.proposed, election.neighbours.join(" ").contains("An alternative: 2500"))
    };
    assert_eq!(proposed(6000, 30_000), (Some(3000 * MS), None, true), "etcd 2.0 bears the heartbeat");
    assert_eq!(proposed(600, 60_000), (None, Some(6000 * MS), false), "etcd takes no more than 50000");
    assert_eq!(proposed(10_000, 50_000), (Some(250 * MS), Some(2500 * MS), false), "a tenth is too rare itself");
}

/// The limit without the agent-ttl beside it: the pair is mended, and only that far.
/// Twelve minutes of agent-ttl for a limit of a minute would leave the units of a dead machine waiting.
#[test]
fn a_limit_above_all_that_is_proposed_is_lowered() {
    let of = |limit: u32, ttl: &str| {
        let plan = planned(&format!("#cloud-config\ncoreos:\n  fleet:\n    etcd-request-timeout: {limit}\n    agent-ttl: {ttl}\n"), None);
        [Parameter::EtcdRequestTimeout, Parameter::AgentTtl].map(|parameter| plan.of(parameter).value() / S)
    };
    for ((limit, ttl), expected) in [
        ((60, "60s"), [5, 60]),
        ((20, "30s"), [5, 60]),
        ((20, "120s"), [10, 120]),
        ((20, "180s"), [15, 180]),
        // What fits is left alone, and below 15 s agent-ttl follows.
        ((20, "240s"), [20, 240]),
        ((10, "30s"), [10, 120]),
    ] {
        assert_eq!(of(limit, ttl), expected, "{limit} {ttl}");
    }
}

#[test]
fn five_alone_asks_for_sixty() {
    let alone = ARTICLE.replace("    agent-ttl: 120s\n", "");
    assert_eq!(planned(&alone, None).of(Parameter::AgentTtl).proposed, Some(60 * S));
}

/// A pass renews the lease once: passes that outlast the interval, and a lease that goes from hand to hand (method 6.7).
#[test]
fn the_interval_outlasts_the_passes_of_an_engine_that_loses_its_lease() {
    let line =
        |second: u32, host: &str, text: &str| format!("Apr 11 08:{:02}:{:02} {host} fleetd[611]: {text}\n", second / 60, second % 60);
    let pass = |second: u32| line(second, "core-1", "WARN engine.go:115: Engine completed reconciliation in 3.2s");
    let moves = |second: u32, host: &str| line(second, host, "INFO engine.go:185: Engine leadership acquired");
    let lost = |second: u32, host: &str| {
        line(second, host, "ERROR engine.go:217: Engine leadership lost, renewal failed: 101: Compare failed ([7 != 8]) [9]")
    };
    let log = moves(0, "core-1")
        + &pass(10)
        + &lost(15, "core-1")
        + &moves(20, "core-2")
        + &lost(300, "core-2")
        + &moves(305, "core-1")
        + &pass(320);
    let interval = |log: &str| planned(log, None).of(Parameter::EngineReconcileInterval).clone();
    let decided = interval(&log);
    assert_eq!(decided.proposed, Some(5 * S), "{:?}", decided.because);
    assert!(decided.because[0].text.contains("1.5 × 3.2\u{a0}s = 4.8\u{a0}s"), "{}", decided.because[0].text);
    assert_eq!(interval(&log.replace("3.2s", "1.2s")).proposed, None);
    assert_eq!(interval(&(moves(0, "core-1") + &pass(10) + &pass(320))).proposed, None, "nobody lost the lease");
}

/// Its operator takes no other pair than its own two, so nothing else is proposed; where a stall is too long for both, the
/// longer one is proposed as long as it keeps some leaders.
#[test]
fn openshift_gets_a_pair_that_its_operator_knows() {
    let of = |speed: &str, stall: f64| {
        let file = format!("apiVersion: operator.openshift.io/v1\nkind: Etcd\nspec:\n  controlPlaneHardwareSpeed: {speed}\n");
        let plan = planned(&file, Some(stall));
        let [beat, wait] = [Parameter::HeartbeatInterval, Parameter::ElectionTimeout].map(|parameter| plan.of(parameter).proposed);
        let said = &plan.of(Parameter::ElectionTimeout).because[0].text;
        // 2500 ms are more than 1.8 s, and with two heartbeats less than enough.
        let doubts = said.starts_with("No timer that OpenShift's operator knows is sure to outlast");
        assert_eq!(doubts, plan.too_long.is_some(), "{said}");
        // What the stall needs is counted with the heartbeat of that pair, so it is more than the pair has.
        assert!(plan.too_long.is_none_or(|too_long| too_long.need > 2500 * MS), "{:?}", plan.too_long);
        (beat.zip(wait), plan.too_long.is_some_and(|too_long| too_long.limit == Limit::Operator))
    };
    let slower = Some((500 * MS, 2500 * MS));
    assert_eq!(of("Standard", 500.0), (None, false));
    assert_eq!(of("Standard", 1200.0), (slower, false));
    assert_eq!(of("Standard", 1800.0), (slower, true));
    assert_eq!(of("Standard", 2900.0), (slower, true));
    assert_eq!(of("Standard", 5500.0), (None, true));
    assert_eq!(of("Slower", 2900.0), (None, true));
}

/// A reader who does the sum is to end at the value.
#[test]
fn a_value_above_its_sum_is_said_to_be_rounded_up() {
    let of = |text: &str, stall_ms| {
        let because = planned(text, stall_ms).of(Parameter::ElectionTimeout).because.clone();
        because.into_iter().map(|bound| bound.text.replace('\u{a0}', " ")).collect::<Vec<_>>()
    };
    let ends = |because: &[String], end: &str| assert!(because[0].ends_with(end), "{because:?}");
    ends(&of(DEFAULTS, Some(1440.0)), "= 2300 ms. Rounded up: 2500 ms.");
    ends(&of(DEFAULTS, Some(3200.0)), "ms.");
    assert!(!of(DEFAULTS, Some(3200.0)).concat().contains("Rounded"));
    // Ten heartbeats are no rounding of five, and where a stall asks for more, that is what was rounded.
    let refused = "[Service]\nExecStart=/usr/bin/etcd --heartbeat-interval=300 --election-timeout=1000\n";
    assert!(!of(refused, None).concat().contains("Rounded"), "{:?}", of(refused, None));
    let stalled = of(refused, Some(1700.0));
    let rounded: Vec<&String> = stalled.iter().filter(|text| text.contains("Rounded")).collect();
    assert!(rounded.len() == 1 && rounded[0].ends_with("= 2725 ms. Rounded up: 3000 ms."), "{stalled:?}");
}

/// Beside other bounds the least that one of them asks for is no value that would do.
#[test]
fn what_an_outage_takes_is_said_as_a_bound() {
    let because = planned(ARTICLE, None).of(Parameter::AgentTtl).because.clone();
    let ride = because.iter().find(|bound| bound.text.starts_with("The monitor must not fire")).expect("a bound");
    assert!(ride.text.contains(", which takes at least "), "{}", ride.text);
}

/// The bound that decides is read first, whether the stall or the round trip asks for more.
#[test]
fn what_asks_for_most_comes_first() {
    let first = |peer_rtt_ms: f64| {
        let document = Document { name: None, text: DEFAULTS.to_owned() };
        let assumptions = Assumptions { stall_ms: Some(1500.0), peer_rtt_ms: Some(peer_rtt_ms), ..Assumptions::default() };
        let facts = Session::of(&Input { documents: vec![document], assumptions }).read();
        let plan = plan(&facts, &rules::check(&facts));
        plan.of(Parameter::ElectionTimeout).because[0].text.clone()
    };
    assert!(first(300.0).starts_with("Ten round trips"), "{}", first(300.0));
    assert!(first(100.0).starts_with("A quarter more"), "{}", first(100.0));
}

/// What waits longer than any limit that is proposed is no reason to keep calling the limit in force enough.
#[test]
fn a_wait_beyond_every_limit_is_told() {
    let file = "#cloud-config\ncoreos:\n  fleet:\n    etcd-request-timeout: 5\n    agent-ttl: 60s\n  units:\n  - {name: fleet.service, command: start}\n";
    let failed = |times: &[&str]| -> String {
        times.iter().map(|time| format!("Mar 04 10:{time} core-01 fleetd[9]: INFO client.go:292: Failed getting response from http://127.0.0.1:4001/: cancelled\n")).collect()
    };
    let decided = |times: &[&str]| {
        let documents = [file, &failed(times)].map(|text| Document { name: None, text: text.to_owned() }).into();
        let facts = Session::of(&Input { documents, assumptions: Assumptions::default() }).read();
        let plan = plan(&facts, &rules::check(&facts));
        let decision = plan.of(Parameter::EtcdRequestTimeout);
        (decision.proposed, decision.because[0].text.clone())
    };
    let (proposed, why) = decided(&["11:00", "11:05", "11:10", "31:00"]);
    assert!(proposed.is_none() && why.contains("any sensible limit"), "{why}");
    assert!(decided(&["11:00", "11:05", "31:00"]).0 > Some(5 * S));
}

/// A leading zero and milliseconds in the place of fleet's seconds leave no doubt about what was meant.
#[test]
fn what_is_read_as_another_number_is_written_anew() {
    let section = |key: &str, lines: &str| {
        format!("#cloud-config\ncoreos:\n  {key}:\n{lines}  units:\n  - {{name: {key}.service, command: start}}\n")
    };
    let etcd = |beat: &str, wait: &str| {
        let text = section("etcd2", &format!("    heartbeat-interval: {beat}\n    election-timeout: {wait}\n"));
        [Parameter::HeartbeatInterval, Parameter::ElectionTimeout].map(|parameter| planned(&text, None).of(parameter).proposed)
    };
    assert_eq!(etcd("0600", "06000"), [Some(600 * MS), Some(6000 * MS)]);
    assert_eq!(etcd("0100", "1000"), [Some(100 * MS), None]);
    assert_eq!(etcd("600", "6000"), [None, None]);
    let fleet = |limit: &str| {
        let text = section("fleet", &format!("    etcd-request-timeout: {limit}\n    agent-ttl: 120s\n"));
        planned(&text, None).of(Parameter::EtcdRequestTimeout).proposed
    };
    assert_eq!((fleet("5000"), fleet("5")), (Some(5 * S), None));
}
