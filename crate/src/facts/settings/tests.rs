use super::*;
use crate::ids::RuleId;
use crate::input::Assumptions;
use crate::parameters::Parameter;
use crate::rules::testing::facts;
use crate::units::{MS, S};

#[test]
fn a_pair_that_the_log_contradicts_is_not_in_force() {
    let pair = "ETCD_HEARTBEAT_INTERVAL=1000\nETCD_ELECTION_TIMEOUT=5000\n";
    let late = |beat: u32| {
        format!(
            "2023-04-29 06:06:16.087641 W | etcdserver: failed to send out heartbeat on time (exceeded the {beat}ms timeout for 6.1ms, to fa4ddfec63d549fc)\n"
        )
    };
    let wait = |beat: u32| facts(&[pair, &late(beat)]).value(Parameter::ElectionTimeout) / MS;
    assert_eq!((wait(100), wait(1000), wait(400)), (1000, 5000, 2000));
    // What a template fills in may be what the log prints.
    let filled_in = "ETCD_HEARTBEAT_INTERVAL={{ beat }}\nETCD_ELECTION_TIMEOUT=5000\n";
    assert_eq!(facts(&[filled_in, &late(400)]).value(Parameter::ElectionTimeout), 5000 * MS);
}

#[test]
fn the_order_of_the_files_decides_nothing() {
    let unit = "[Service]\nEnvironment=ETCD_HEARTBEAT_INTERVAL=500\n";
    let other = "[Service]\nEnvironment=ETCD_ELECTION_TIMEOUT=5000\n";
    let section = "#cloud-config\ncoreos:\n  etcd2: {heartbeat-interval: 600, election-timeout: 6000}\n";
    let (a, b, c) = (
        "ETCD_NAME=a\nETCD_HEARTBEAT_INTERVAL=100\nETCD_ELECTION_TIMEOUT=1000\n",
        "ETCD_NAME=b\nETCD_HEARTBEAT_INTERVAL=500\nETCD_ELECTION_TIMEOUT=5000\n",
        "ETCD_NAME=c\nETCD_HEARTBEAT_INTERVAL=500\n",
    );
    for (texts, pair, broken) in [
        // Halves of one machine's pair.
        ([unit, other], (500, 5000), false),
        ([unit, "ETCD_NAME=a\nETCD_ELECTION_TIMEOUT=5000\n"], (500, 5000), false),
        ([section, other], (600, 5000), false),
        // Members.
        ([a, b], (100, 1000), false),
        ([a, c], (500, 1000), true),
        ([b, c], (500, 1000), true),
        ([section, a], (100, 1000), false),
    ] {
        for texts in [texts, [texts[1], texts[0]]] {
            let facts = facts(&texts);
            let [beat, wait] = [Parameter::HeartbeatInterval, Parameter::ElectionTimeout].map(|each| facts.value(each) / MS);
            assert_eq!(((beat, wait), problems(&facts).any(|problem| problem.weak_pair)), (pair, broken), "{texts:?}");
        }
    }
}

#[test]
fn of_members_with_unlike_timers_the_one_that_waits_least_counts() {
    let starts = |own: &str, wait: u32| {
        format!(
            "2016-04-20 10:00:00.000100 I | etcdserver: election = {wait}ms\n2016-04-20 10:00:02.000000 I | raft: {own} became follower at term 2\n"
        )
    };
    let (a, b) = ("91d25258d70ad868", "2a0965170762fd09");
    let wait = |texts: &[&str]| facts(texts).value(Parameter::ElectionTimeout) / MS;
    assert_eq!(wait(&[&starts(a, 1000), &starts(b, 5000)]), 1000);
    assert_eq!(wait(&[&starts(b, 5000), &starts(a, 1000)]), 1000);
    // One member that was started anew, in its next file.
    assert_eq!(wait(&[&starts(a, 1000), &starts(a, 5000)]), 5000);
    assert!(crate::rules::testing::find(&facts(&[&starts(a, 1000), &starts(a, 5000)]), RuleId::ConfigValuesDiffer).is_none());
}

#[test]
fn calls_that_fail_one_behind_another_tell_the_limit_and_passes_do_not() {
    let limit = |step: u32| {
        let line = |nth: u32| {
            format!(
                "2015-11-20T08:01:{:02}.001000+0000 core-01 fleetd[9]: INFO client.go:292: Failed getting response from http://localhost:4001/: cancelled\n",
                step * nth
            )
        };
        facts(&[&(0..4).map(line).collect::<String>()]).value(Parameter::EtcdRequestTimeout) / S
    };
    assert_eq!([1, 2, 3, 5, 10].map(limit), [1, 1, 3, 1, 10]);
}

#[test]
fn when_the_monitor_gives_up_tells_the_agent_ttl() {
    let line = |second: u32, words: &str| format!("Nov 20 08:{:02}:{:02} core-01 fleetd[9]: {words}\n", second / 60, second % 60);
    let start = line(10, "INFO server.go:168: Starting server components");
    let given_up =
        |after: u32| line(10 + after, "ERROR server.go:189: Server monitor triggered: Monitor timed out before successful heartbeat");
    let ttl = |log: String| facts(&[&log]).value(Parameter::AgentTtl) / S;
    // After two ticks of 15 s, at the end of a try: the default.
    assert_eq!(ttl(start.clone() + &given_up(41)), 30);
    assert_eq!(ttl(start.clone() + &given_up(50)), 60);
    assert_eq!(ttl(start.clone() + &given_up(75)), 90);
    assert_eq!(ttl(start.clone() + &given_up(100)), 30);
    // Neither: the machine stood still, or nobody knows why.
    assert_eq!(ttl(start.clone() + &given_up(48)), 30);
    assert_eq!(ttl(given_up(50)), 30);
    let file = "#cloud-config\ncoreos:\n  fleet:\n    agent-ttl: 90s\n";
    assert_eq!(facts(&[file, &(start + &given_up(50))]).value(Parameter::AgentTtl) / S, 90);
}

#[test]
fn a_gap_that_ended_in_time_tells_the_least_that_etcd_0_4_waits() {
    let near = |gap: &str| format!("[etcd] Sep 15 02:44:51.632 INFO      | n2: warning: heartbeat near election timeout: {gap}\n");
    let wait = |log: &str| facts(&[log]).value(Parameter::ElectionTimeout) / MS;
    let two = near("1.3070834s") + &near("953.1ms");
    assert_eq!((wait(&near("213.0834ms")), wait(&near("1.3070834s")), wait(&two)), (200, 200, 653));
    assert_eq!(wait(&(near("213.0834ms") + &two)), 200);
    assert_eq!(facts(&["ETCD_PEER_ELECTION_TIMEOUT=1500\n", &two]).value(Parameter::ElectionTimeout) / MS, 1500);
}

const OLD: &str = "ETCD_PEER_HEARTBEAT_INTERVAL=200\nETCD_PEER_ELECTION_TIMEOUT=900\n";

#[test]
fn so_it_does_where_the_file_itself_is_for_a_later_etcd() {
    let later = "etcd -name a -peer-heartbeat-interval=200 -listen-client-urls http://0.0.0.0:2379\n";
    let told = |text: &str| facts(&[text]).configurations[0].problems.iter().map(|problem| problem.id).gather();
    assert_eq!(told(later), [RuleId::ConfigOldKey]);
    assert_eq!(facts(&[later]).value(Parameter::HeartbeatInterval), 100 * MS);
    assert!(told("etcd -name a -peer-heartbeat-interval=200 -peers b:7001\n").is_empty());
    assert_eq!(told("[Service]\nExecStart=/usr/bin/etcd2 -peer-heartbeat-interval=200\n"), [RuleId::ConfigOldKey]);
    let drop_in = "# /etc/systemd/system/etcd2.service.d/10.conf\n[Service]\nEnvironment=ETCD_PEER_HEARTBEAT_INTERVAL=200\n";
    assert_eq!(told(drop_in), [RuleId::ConfigOldKey]);
    assert!(told(&drop_in.replace("etcd2", "etcd")).is_empty());
    // A cloud-config may have a section for each.
    let both = "#cloud-config\ncoreos:\n  etcd:\n    peer-heartbeat-interval: 200\n  etcd2:\n    listen-client-urls: http://0.0.0.0:2379\n  units:\n  - {name: etcd.service, command: start}\n";
    assert!(told(both).is_empty());
}

#[test]
fn the_environment_beats_fleet_conf() {
    let (unit, file) = ("[Service]\nEnvironment=FLEET_AGENT_TTL=90s\n", "agent_ttl=30s\netcd_request_timeout=3\n");
    for texts in [[unit, file], [file, unit]] {
        let facts = facts(&texts);
        assert_eq!([Parameter::AgentTtl, Parameter::EtcdRequestTimeout].map(|each| facts.value(each) / S), [90, 3]);
    }
}

#[test]
fn a_later_etcd_passes_over_the_keys_of_0_4() {
    let timers = |facts: &Facts| [Parameter::HeartbeatInterval, Parameter::ElectionTimeout].map(|each| facts.value(each) / MS);
    let told = |facts: &Facts| facts.configurations[0].problems.len();
    let alone = facts(&[OLD]);
    assert_eq!((timers(&alone), told(&alone)), ([200, 900], 0));
    let later = facts(&[OLD, "2016-04-20 10:00:00.000000 I | etcdmain: etcd Version: 2.3.8\n"]);
    assert_eq!((timers(&later), told(&later)), ([100, 1000], 2));
    // What was judged is undone where the reader states another etcd.
    let mut read = alone.into_read();
    for (version, expected) in [("2.3.8", ([100, 1000], 2)), ("0.4.9", ([200, 900], 0)), ("3.5.9", ([100, 1000], 2))] {
        let assumed = Assumptions { etcd_version: Some(version.to_owned()), ..Assumptions::default() };
        let facts = Facts::gather(read, assumed, &|_| "");
        assert_eq!((timers(&facts), told(&facts)), expected, "{version}");
        read = facts.into_read();
    }
}

/// As `kubectl logs -l component=etcd` gives them: who says it is told by nothing but the turn.
#[test]
fn members_that_stand_mixed_up_start_in_turn() {
    let start = |second: u32, beat: u32, wait: u32| {
        format!(
            "2020-04-20 10:00:{second:02}.000100 I | embed: heartbeat = {beat}ms\n2020-04-20 10:00:{second:02}.000200 I | embed: election = {wait}ms\n"
        )
    };
    let follows = |second: u32, id: &str| format!("2020-04-20 10:00:{second:02}.000000 I | raft: {id} became follower at term 2\n");
    let (a, b) = ("91d25258d70ad868", "2a0965170762fd09");
    let spoke = |second: u32| follows(second, a) + &follows(second, b) + &follows(second, a);
    let pair = |text: &str| {
        let facts = facts(&[text]);
        (
            facts.value(Parameter::HeartbeatInterval) / MS,
            facts.value(Parameter::ElectionTimeout) / MS,
            facts.spells.len(),
            facts.retimed.len(),
        )
    };
    let unlike = start(1, 100, 1000) + &start(1, 500, 5000) + &spoke(3);
    assert_eq!(pair(&unlike), (100, 1000, 1, 0));
    // All of them were started anew, with other timers.
    let anew = start(1, 100, 1000) + &start(1, 100, 1000) + &spoke(3) + &start(20, 500, 5000) + &start(25, 500, 5000) + &spoke(30);
    assert_eq!(pair(&anew).0, 500);
    // One member, that lost its data in between.
    let alone = start(1, 100, 1000) + &follows(3, a) + &start(20, 500, 5000) + &follows(22, b);
    assert_eq!(pair(&alone).1, 5000);
}

/// An excerpt that begins below the line of the settings.
#[test]
fn ticks_that_a_start_skips_tell_the_pair() {
    let skips = |text: &str| {
        format!(
            r#"{{"level":"info","ts":"2024-09-03T02:19:36.339Z","caller":"etcdserver/server.go:738","msg":"{text}; fast-forwarding election ticks","local-member-id":"7e5052d402a551ba","forward-ticks":8,"forward-duration":"4s","election-ticks":10,"election-timeout":"5s"}}"#
        ) + "\n"
    };
    let pair = |log: &str| {
        let facts = facts(&[log]);
        [Parameter::HeartbeatInterval, Parameter::ElectionTimeout].map(|each| facts.value(each) / MS)
    };
    assert_eq!(pair(&skips("initialized peer connections")), [500, 5000]);
    assert_eq!(pair(&skips("started as single-node")), [500, 5000]);
    let late = r#"{"level":"warn","ts":"2024-09-03T02:29:36.339Z","msg":"leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk","to":"63b75c3d731594fc","heartbeat-interval":"500ms","expected-duration":"1s","exceeded-duration":"1.31s"}"#;
    assert_eq!(pair(&(skips("initialized peer connections") + late)), [500, 5000]);
    // Alone it tells no more than that five of it fit.
    assert_eq!(pair(late), [500, 2500]);
}
