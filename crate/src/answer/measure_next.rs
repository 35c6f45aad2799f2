//! What to measure to be sure, each with the command that does it.

use super::launched::{AtHand, at_hand, names, times_of_log};
use super::step::step;
use crate::facts::presence::gone;
use crate::facts::slow_requests::{by_defragmentation, large_reads};
use crate::facts::{Facts, LeaderChange, StallKind};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::plan::Plan;
use crate::report::{Step, Timing};
use crate::rules::{Finding, above_remarks, named, raised};
use crate::search;
use crate::verdict::{other_cause, unexplained};

/// What settles a cause. `DATA` and `HEALTH` stand for etcd's names on these machines, `STATUS`, `LAST` and `CTL` for
/// how its state and its last lines are read there and how etcdctl is called, `WHEN` for the minutes of the log.
struct Measurement {
    /// Findings that raise it.
    of: &'static [RuleId],
    text: &'static str,
    commands: &'static [&'static str],
    tells: &'static str,
}

const MEASUREMENTS: &[Measurement] = &[
    Measurement {
        of: &[RuleId::EtcdLeaderRestarted, RuleId::EtcdRestarted],
        text: "Find what ends etcd: its exit status, the kernel's out-of-memory killer, a watchdog, a deploy script.",
        commands: &["STATUS", "LAST", "journalctl -k WHEN | grep -iE 'oom|killed process'"],
        tells: "Who ended the process.",
    },
    Measurement {
        of: &[RuleId::EtcdSlowDisk, RuleId::EtcdHeartbeatLate, RuleId::EtcdSlowApply],
        text: "Measure the disk's syncs: 99 of 100 should stay under 10 ms. fio writes 22 MB: run it when the cluster can bear that. iostat only watches.",
        commands: &[
            "fio --name=sync --rw=write --ioengine=sync --fdatasync=1 --size=22m --bs=2300 --unlink=1 --directory=DATA",
            "iostat -x 1",
        ],
        tells: "Whether the disk stalls, and when.",
    },
    Measurement {
        of: &[RuleId::EtcdHeartbeatLate, RuleId::EtcdSlowApply, RuleId::HostCpuSteal],
        text: "Watch CPU steal and waiting on the machine that leads.",
        commands: &["vmstat 1"],
        tells: "Column st: time the hypervisor took; wa: waiting for the disk.",
    },
    Measurement {
        of: &[RuleId::EtcdPeerNetwork, RuleId::EtcdNoQuorum, RuleId::EtcdSendBufferFull],
        text: "Check that every member runs and reaches every other on the peer port.",
        commands: &["HEALTH", "ping -c 20 PEER", "curl -m 2 http://PEER:2380/version"],
        tells: "Which member is missing, whether the path is there, its round trip and its losses.",
    },
    Measurement {
        of: &[RuleId::EtcdUnreachable],
        text: "See whether etcd runs there and on which port it listens.",
        commands: &["STATUS", "ss -ltnp | grep -E '2379|4001'"],
        tells: "Whether the client's endpoints name a port that somebody serves.",
    },
    Measurement {
        of: &[RuleId::EtcdClusterIdMismatch, RuleId::EtcdMemberRemoved, RuleId::EtcdUnknownPeer, RuleId::EtcdDiscoveryFailed],
        text: "Compare what each side takes for its cluster.",
        commands: &["CTL member list", "ls DATA/member"],
        tells: "Which member has data of another cluster, or was removed.",
    },
    Measurement {
        of: &[RuleId::EtcdTls],
        text: "Read the certificate that the other side shows.",
        commands: &["openssl s_client -connect PEER:2380 </dev/null | openssl x509 -noout -dates -subject -issuer -ext subjectAltName"],
        tells: "Until when it is valid, who signed it, and for which names.",
    },
    Measurement {
        of: &[RuleId::EtcdDiskFull],
        text: "See what fills the file system of etcd's data.",
        commands: &["df -h DATA", "du -xsh DATA/*"],
        tells: "How much room is left, and who took it.",
    },
    Measurement {
        of: &[RuleId::EtcdDbSpace],
        text: "Ask etcd for its size and its alarms.",
        commands: &["CTL endpoint status --cluster -w table", "CTL alarm list"],
        tells: "How large the database is against its quota, and which member raised the alarm.",
    },
    Measurement {
        of: &[RuleId::EtcdDataDamaged],
        text: "Look at the data directory and at its disk, and whether the other members run.",
        commands: &["ls -l DATA/member/wal DATA/member/snap", "journalctl -k | grep -iE 'I/O error|ext4|xfs'", "HEALTH"],
        tells: "Whether files are missing or empty, whether the disk fails, and whether a majority is left to join again.",
    },
    Measurement {
        of: &[RuleId::EtcdClockSkew],
        text: "Check the clocks.",
        commands: &["timedatectl", "chronyc tracking || ntpq -p"],
        tells: "Whether the clocks agree within a second.",
    },
    Measurement {
        of: &[RuleId::FleetEngineLeaseStolen, RuleId::FleetDuplicateMachineId, RuleId::FleetDataDiverged],
        text: "Compare machine ids and fleet versions on all machines, and the data of all members.",
        commands: &["cat /etc/machine-id", "fleetd --version", "fleetctl list-machines -l", "curl -s http://MEMBER:2379/v2/stats/store"],
        tells: "Two equal ids, a version below 0.8.2, or a member with other data.",
    },
    Measurement {
        of: &[RuleId::FleetDaemonHung],
        text: "See on which machines fleetd lives, and which units run twice.",
        commands: &["systemctl status fleet", "fleetctl list-machines", "fleetctl list-units"],
        tells: "Which fleetd has to be restarted by hand.",
    },
    Measurement {
        of: &[RuleId::FleetEtcdError, RuleId::FleetEtcdRequestCancelled, RuleId::FleetRegistryTimeout],
        text: "Time a plain read and one through the leader at each endpoint that fleet uses.",
        commands: &[
            "curl -s -o /dev/null -m 20 -w '%{time_total}\\n' 'http://ENDPOINT/v2/keys/'",
            "curl -s -o /dev/null -m 20 -w '%{time_total}\\n' 'http://ENDPOINT/v2/keys/?quorum=true'",
        ],
        tells: "Slow plain reads point to that member alone; the first endpoint counts most, as fleet asks it first. Slow reads through the leader point to the cluster.",
    },
    Measurement {
        of: &[RuleId::ClientHttp500],
        text: "Ask for the health of etcd at the moment of an error.",
        commands: &["HEALTH"],
        tells: "Whether a member or the majority was missing then.",
    },
    Measurement {
        of: &[RuleId::FleetUnitMissingInRegistry],
        text: "Ask etcd for the unit that fleet missed.",
        commands: &["fleetctl list-unit-files", "journalctl -u fleet WHEN | grep -c 'No Unit found'"],
        tells: "Whether it is really gone, and how often a read fails.",
    },
];

/// What to measure, the most telling first. Remarks raise nothing.
pub fn measure_next(facts: &Facts, findings: &[Finding], plan: &Plan, timing: Timing) -> Vec<Step> {
    let known = by_defragmentation(facts) || large_reads(facts).is_some();
    // Other clients of etcd get the error that has fleet's name, and ask at endpoints of their own.
    let trouble = |id: RuleId| if id == RuleId::FleetEtcdError && !facts.has_fleet() { RuleId::ClientHttp500 } else { id };
    let mut asking: Vec<RuleId> = above_remarks(findings).map(|finding| trouble(finding.id)).gather();
    // Where the slow requests themselves tell why, neither disk nor processor is in question.
    asking.retain(|id| !(known && *id == RuleId::EtcdSlowApply));
    let names = names(facts);
    let when = times_of_log(facts).unwrap_or_else(|| String::from("--since today"));
    let at_hand = at_hand(facts, names.unit);
    let filled = |command: &&str| {
        let mut text = (*command).to_owned();
        for (word, meant) in [
            ("STATUS", at_hand.status.as_str()),
            ("LAST", &at_hand.last),
            ("CTL", names.ctl),
            ("DATA", names.data),
            ("HEALTH", &names.health),
            ("WHEN", &when),
        ] {
            text = search::replace(&text, word, meant);
        }
        text
    };
    let mut steps = Vec::new();
    // What settles the cause that the verdict names, then the rest.
    let cause = other_cause(findings).map(|finding| trouble(finding.id));
    for first in [true, false] {
        for measurement in MEASUREMENTS {
            let settles = |id: &RuleId| measurement.of.contains(id);
            if cause.as_ref().is_some_and(settles) == first && asking.iter().any(settles) {
                let commands = measurement.commands.iter().map(filled).gather();
                steps.push(Step { text: measurement.text.to_owned(), commands, effect: measurement.tells.to_owned() });
            }
        }
    }
    if known && raised(findings, RuleId::EtcdSlowApply).is_some() {
        let status = format!("{} endpoint status --cluster -w table", names.ctl);
        steps.push(step(
            "Ask etcd how large its database is, and see in its log which keys the slow requests name.",
            &[&status, &at_hand.minutes],
            "Which client reads so much at once, and whether there is anything to defragment.",
        ));
    }
    steps.extend(silent_leader(facts, &at_hand));
    let mut logs: Vec<Step> = missing_logs(facts, findings, &at_hand).into_iter().chain(unseen_change(facts, &at_hand)).gather();
    // Trouble whose cause is not shown, also where no finding takes it up.
    let open = || above_remarks(findings).next().is_some() || unexplained(facts).is_some();
    let no_cause = || !plan.proposes() && other_cause(findings).is_none() && open();
    // The page tells anyway where a log is to be had, if none of these was here.
    let unread = facts.all_events().next().is_none() || facts.logs.iter().any(|log| log.other_store);
    if logs.is_empty() && !unread && (timing == Timing::Undecided || steps.is_empty() && !facts.without_log() && no_cause()) {
        logs.push(if gone(facts).is_empty() { around(facts, &at_hand) } else { silenced(facts) });
    }
    steps.extend(logs);
    if plan.proposes() && steps.is_empty() {
        let count = format!("{} | grep -cE 'lost leader|heartbeat on time'", at_hand.day);
        steps.push(step("Count leader changes and late heartbeats for a day.", &[&count], "Whether the values hold."));
    }
    steps
}

/// Leaders lost their place, and no line measured a stall: the process or the link was silent, of the leader or of the
/// one member that missed it.
fn silent_leader(facts: &Facts, at_hand: &AtHand) -> Option<Step> {
    let raised = facts.raised() > 0;
    let silent = || facts.explaining().next().is_some() && facts.explaining().all(|stall| stall.kind == StallKind::Return);
    if facts.needless().next().is_none() || !raised && !silent() {
        return None;
    }
    let text = if raised {
        "Watch the member that asked for votes, and its link to the leader."
    } else {
        "Watch the link between the members, and the processor and disk of the one that leads."
    };
    let broken = format!("{} | grep -E 'lost the TCP|became inactive|i/o timeout'", at_hand.day);
    Some(step(text, &["ping -c 300 -i 0.2 PEER", "vmstat 1", &broken], "Whether packets were late or lost, or the process stood still."))
}

/// Two members led, and no line tells how the one followed the other.
fn unseen_change(facts: &Facts, at_hand: &AtHand) -> Option<Step> {
    facts.changed_unseen().then(|| {
        step(
            format!("Paste the logs of all members{}: between them the leader changed.", minutes(facts)),
            &[&at_hand.minutes],
            "Who lost the leader, and whether a process restarted or froze for longer.",
        )
    })
}

/// From when to when the logs speak, where their lines say.
fn minutes(facts: &Facts) -> String {
    let ends = facts.judged_logs().filter_map(|log| log.first.as_ref().zip(log.last.as_ref()));
    let mut only = ends.map(|((_, first), (_, last))| (first, last));
    match (only.next(), only.next()) {
        (Some((first, last)), None) if first == last => format!(" of {first}"),
        (Some((first, last)), None) => format!(" from {first} to {last}"),
        _ => String::from(" for the same minutes"),
    }
}

/// What happened in etcd at the time.
fn around(facts: &Facts, at_hand: &AtHand) -> Step {
    let text = format!("Paste the log of etcd from all members{}, and a few minutes around it.", minutes(facts));
    step(text, &[&at_hand.minutes], "Whether a leader was lost, a disk was slow or a member was missing while its clients waited.")
}

/// Why a machine sent no heartbeat: etcd's log tells nothing of that.
fn silenced(facts: &Facts) -> Step {
    let kernel = format!("journalctl -k {}", times_of_log(facts).unwrap_or_default());
    let text = "Find out what silenced the machine that was declared gone, and ask its hypervisor, too.".to_owned();
    step(text, &["last -x reboot shutdown", kernel.trim_end()], "Whether it was down, stood still or was cut off, and for how long.")
}

/// The log that would decide what this input leaves open.
fn missing_logs(facts: &Facts, findings: &[Finding], at_hand: &AtHand) -> Option<Step> {
    let with_fleet = |command: &str| if at_hand.journal { search::replace(command, " -o", " -u fleet -o") } else { command.to_owned() };
    let etcd_seen = facts.all_events().any(|(_, event)| event.is_etcd_server());
    if facts.without_log() && !facts.configurations.is_empty() {
        let text = "Paste a day of logs from all members.";
        let tells = "Without a log no stall is known, and no value can be called too low or too high.";
        return Some(step(text, &[&with_fleet(&at_hand.day)], tells));
    }
    let client = named(findings, RuleId::ClientHttp500).is_some();
    // Only etcd's clients speak.
    let unheard = !etcd_seen && !client && !facts.has_fleet() && named(findings, RuleId::EtcdRequestTimeout).is_some();
    if unheard && !facts.without_log() {
        return Some(around(facts, at_hand));
    }
    if (facts.has_fleet() || client) && !facts.without_log() && !etcd_seen {
        let text = if client && !facts.has_fleet() {
            String::from("Paste fleetd's and etcd's logs of the machine that answered, for the same minutes.")
        } else if facts.logs.iter().all(|log| log.first.is_none()) {
            String::from("Paste the log of etcd from all members for the same minutes, and fleet's with times.")
        } else {
            format!("Paste the log of etcd from all members{}, and a few minutes around it.", minutes(facts))
        };
        let tells = "Stalls and leader changes: they decide etcd's timers and tell what fleet waited for. A refused port, certificates or a missing majority would point elsewhere.";
        return Some(step(text, &[&with_fleet(&at_hand.minutes)], tells));
    }
    let explained = |change: &LeaderChange| facts.stall_of(change).is_some_and(|stall| stall.kind.is_known());
    let unexplained = facts.needless().filter(|change| change.raised_by.is_none() && !explained(change)).count();
    // A member that alone makes up its cluster wins its elections from nobody: then no finding tells of a loss.
    let lost = above_remarks(findings).next().is_some();
    // Where its disk kept a leader, its own log has told so.
    (lost && unexplained > facts.kept_by_disk().len()).then(|| {
        let text = if facts.searched() {
            "Paste the whole logs of all members for the same minutes, not the lines that a search finds."
        } else {
            "Paste the logs of all members for the same minutes; the old leader's tells most."
        };
        step(text, &[&at_hand.minutes], "Whether the old leader stalled, for how long, or ended.")
    })
}

#[cfg(test)]
mod tests {
    use super::MEASUREMENTS;
    use crate::{Document, Input, analyze, rules};

    #[test]
    fn each_measurement_has_a_rule_and_a_command() {
        for measurement in MEASUREMENTS {
            assert!(measurement.of.iter().all(|id| rules::rule(*id).is_some()), "{:?}", measurement.of);
            assert!(!measurement.commands.is_empty() && measurement.text.ends_with('.') && measurement.tells.ends_with('.'));
        }
    }

    /// The answer then says that this list names the logs that would decide.
    #[test]
    fn what_is_not_decided_asks_for_a_log() {
        for text in [
            "2021-02-03 11:20:31.120000 E | etcdserver/api/v2http: etcdserver: request timed out\n",
            "{\"level\":\"warn\",\"ts\":\"2024-01-10T07:55:33.433Z\",\"caller\":\"etcdserver/v3_server.go:897\",\"msg\":\"waiting for ReadIndex response took too long, retrying\",\"sent-request-id\":7,\"retry-timeout\":\"500ms\"}\n",
            "2021-02-03 11:20:31.120000 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 7\n",
            "$ etcdctl member list\nError:  context deadline exceeded\n",
            "Warning  BackOff  2m  kubelet  Back-off restarting failed container etcd in pod etcd-0\n",
            "2021-02-03 11:20:31.120000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 1.2s)\n",
        ] {
            let documents = vec![Document { name: None, text: text.to_owned() }];
            let report = analyze(&Input { documents, ..Input::default() });
            assert_eq!(report.verdict.timing, crate::report::Timing::Undecided, "{text}");
            assert!(report.measure_next.iter().any(|step| step.text.starts_with("Paste the log")), "{text}");
        }
    }

    #[test]
    fn a_machine_that_was_gone_is_looked_at_itself() {
        let text = "Apr 20 10:00:00 core-01 etcd2[8]: raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 2\n\
            Apr 20 10:00:11 core-01 fleetd[9]: INFO reconciler.go:161: EngineReconciler completed task: {Type: UnscheduleUnit, JobName: web.service, MachineID: 8dea3b3e614716a90b0805ecbcbf2e56, Reason: \"target Machine(8dea3b3e614716a90b0805ecbcbf2e56) went away\"}\n";
        let documents = vec![Document { name: None, text: text.to_owned() }];
        let steps = analyze(&Input { documents, ..Input::default() }).measure_next;
        let step = steps.iter().find(|step| step.text.contains("declared gone")).expect("what to look at");
        assert!(step.commands[1].starts_with("journalctl -k --since 'YYYY-04-20 09:59'"), "{:?}", step.commands);
    }

    #[test]
    fn of_another_programs_log_nothing_is_to_be_measured() {
        let text = "Nov 12 03:04:21 web-1 nginx[12]: GET /index.html 200\nNov 12 03:05:21 web-1 nginx[12]: stop\n";
        let documents = vec![Document { name: None, text: text.to_owned() }];
        assert!(analyze(&Input { documents, ..Input::default() }).measure_next.is_empty());
    }

    /// A stamp of syslog has no year; a command must not name another hour than the log.
    #[test]
    fn a_log_is_asked_for_at_its_own_time() {
        let line =
            "Oct 05 17:35:39 core-01 fleetd[913]: INFO client.go:292: Failed getting response from http://localhost:4001/: cancelled\n";
        let documents = vec![Document { name: None, text: line.to_owned() }];
        let steps = analyze(&Input { documents, ..Input::default() }).measure_next;
        let step = steps.iter().find(|step| step.text.contains(" of Oct 05 17:35:39,")).expect("etcd's log is missing");
        assert!(step.commands[0].ends_with("--since 'YYYY-10-05 17:34' --until 'YYYY-10-05 17:37'"), "{:?}", step.commands);
    }

    /// kubectl quotes etcd, and no unit of systemd need be there.
    #[test]
    fn an_answer_of_the_api_server_asks_for_the_pods_log() {
        let documents = vec![Document { name: None, text: "Error from server: etcdserver: request timed out\n".to_owned() }];
        let steps = analyze(&Input { documents, ..Input::default() }).measure_next;
        assert!(steps[0].commands[0].starts_with("kubectl -n kube-system logs"), "{steps:?}");
    }

    /// fleet's endpoints are none of flannel's, and of what is fine no log is asked for.
    #[test]
    fn who_is_not_here_is_not_asked() {
        let asked = |text: &str| {
            let documents = vec![Document { name: None, text: text.to_owned() }];
            analyze(&Input { documents, ..Input::default() }).measure_next
        };
        let error = "network.go:53] Failed to retrieve network config: client: etcd cluster is unavailable or misconfigured\n";
        let steps = asked(&format!("E1128 21:32:20.011544       1 {error}E1128 21:32:51.013408       1 {error}"));
        assert!(steps.iter().any(|step| step.text.contains("health")) && !format!("{steps:?}").contains("fleet"), "{steps:?}");
        let alone = |said: &str| format!("2022-03-16 20:31:00.333000 I | raft: {said}\n");
        let won = ["became candidate at term 41", "received MsgVoteResp from 8e9e05c52164694d at term 41", "became leader at term 41"];
        let log: String = won.iter().map(|said| alone(&format!("8e9e05c52164694d {said}"))).collect();
        assert!(asked(&(log + &alone("raft.node: 8e9e05c52164694d elected leader 8e9e05c52164694d at term 41"))).is_empty());
    }

    /// RKE runs etcd in a container of docker's, Talos as a service of its own.
    #[test]
    fn an_installers_etcd_is_no_pod_for_sure() {
        let text = "nodes: []\nservices:\n  etcd:\n    extra_args: {heartbeat-interval: \"100\", election-timeout: \"1000\"}\n";
        let documents = vec![Document { name: None, text: text.to_owned() }];
        let steps = analyze(&Input { documents, ..Input::default() }).measure_next;
        assert!(["docker logs", "talosctl"].iter().all(|tool| steps[0].commands[0].contains(tool)), "{steps:?}");
    }

    #[test]
    fn what_settles_the_named_cause_comes_first() {
        let text = "2021-02-03 11:20:31.120000 W | rafthttp: health check for peer 8e9e05c52164694d could not connect: dial tcp 10.0.0.3:2380: i/o timeout
2021-02-03 11:20:33.420000 W | etcdserver: read-only range request \"key:\\\"/registry/a\\\" \" with result \"range_response_count:1 size:7\" took too long (912.5ms) to execute
2021-02-03 11:20:36.120000 W | rafthttp: health check for peer 8e9e05c52164694d could not connect: dial tcp 10.0.0.3:2380: i/o timeout
";
        let documents = vec![Document { name: None, text: text.to_owned() }];
        let steps = analyze(&Input { documents, ..Input::default() }).measure_next;
        assert!(steps.len() > 1 && steps[0].text.contains("peer port"), "{steps:?}");
    }

    #[test]
    fn each_cause_that_no_timer_touches_can_be_measured() {
        for cause in crate::verdict::other_causes() {
            assert!(MEASUREMENTS.iter().any(|measurement| measurement.of.contains(&cause)), "{cause:?}");
        }
    }
}
