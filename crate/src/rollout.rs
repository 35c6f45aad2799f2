//! How to bring the values into force, in order, and what to measure next.

use crate::facts::{ChangeClass, Facts};
use crate::parameters::Parameter;
use crate::plan::Plan;
use crate::report::{Question, Step};
use crate::rules::Finding;
use crate::units::human;

fn step(text: impl Into<String>, commands: &[&str], effect: impl Into<String>) -> Step {
    Step { text: text.into(), commands: commands.iter().map(|command| (*command).to_owned()).collect(), effect: effect.into() }
}

/// Steps that bring the plan into force; empty where nothing changes.
pub fn rollout(facts: &Facts, plan: &Plan) -> Vec<Step> {
    if plan.changes().next().is_none() {
        return Vec::new();
    }
    let mut steps = vec![step(
        "Put the corrected file on every machine, with the same values everywhere. A cloud-config acts at the next boot; a drop-in acts at the next restart of its unit.",
        &["sudo systemctl daemon-reload"],
        "Nothing.",
    )];
    steps.extend(etcd_steps(facts, plan));
    steps.extend(fleet_steps(facts, plan));
    steps.push(step(
        "Watch for a day. Late-heartbeat lines may go on: they measure the stalls. Leader changes and fleet's timeouts should not.",
        &[
            "journalctl -u etcd2 --since today | grep -cE 'lost leader|changed leader'",
            "journalctl -u fleet --since today | grep -cE 'timeout|deadline|cancelled'",
        ],
        "To go back, set the old values in the reverse order.",
    ));
    steps
}

fn etcd_steps(facts: &Facts, plan: &Plan) -> Vec<Step> {
    let (heartbeat, election) = (plan.of(Parameter::HeartbeatInterval), plan.of(Parameter::ElectionTimeout));
    if heartbeat.proposed.is_none() && election.proposed.is_none() {
        return Vec::new();
    }
    let failover = human(plan.failover(facts));
    let interrupts = format!("One member at a time, for seconds. The leader's own restart costs one wanted election of up to {failover}.");
    let unit = if facts.etcd.is_some_and(|range| range.low >= (3, 0, 0)) { "etcd-member" } else { "etcd2" };
    let restart = format!("sudo systemctl restart {unit}");
    let check = format!("journalctl -u {unit} -b | grep -E 'heartbeat = |election = |heartbeat-interval'");
    let lowers = election.proposed.is_some_and(|value| value < election.current.value.unwrap_or(0));
    let old_quarter = election.current.value.unwrap_or(0) / 4;
    let commands = [restart.as_str(), "etcdctl cluster-health", check.as_str()];
    if lowers {
        return vec![
            step("Lower heartbeat-interval on all members first, followers before the leader.", &commands, interrupts.clone()),
            step("Then lower election-timeout, in the same order.", &commands, interrupts),
        ];
    }
    if heartbeat.value() > old_quarter {
        return vec![
            step(
                "Raise election-timeout on all members first: followers, then the leader. Wait for a full cluster before the next one.",
                &commands,
                interrupts.clone(),
            ),
            step(
                format!(
                    "Then raise heartbeat-interval in the same order. A beat every {} against followers that still wait the old time would leave few chances.",
                    human(heartbeat.value())
                ),
                &commands,
                interrupts,
            ),
        ];
    }
    vec![step(
        "Restart etcd with both values, followers first, the leader last. Wait for a full cluster before the next one.",
        &commands,
        interrupts,
    )]
}

fn fleet_steps(facts: &Facts, plan: &Plan) -> Vec<Step> {
    if !plan.changes().any(|decision| !decision.parameter.is_etcd()) {
        return Vec::new();
    }
    let mut text = String::from("Restart fleetd on one machine at a time, and go on when the machine is listed again.");
    if facts.fleet_before((0, 12, 0)) {
        text.push_str(" Up to fleet 0.11.8 a SIGHUP reads new values from /etc/fleet/fleet.conf without stopping units, if no FLEET_ variable sets the same option.");
    } else {
        text.push_str(" Do not use SIGHUP from fleet 0.12 on.");
    }
    vec![step(
        text,
        &["sudo systemctl restart fleet", "fleetctl list-machines"],
        "All fleet units of that machine stop, and start there or elsewhere.",
    )]
}

/// What to measure to be sure, each with the command that does it.
pub fn measure_next(facts: &Facts, findings: &[Finding], plan: &Plan) -> Vec<Step> {
    let has = |id: &str| findings.iter().any(|finding| finding.id == id);
    let mut steps = Vec::new();
    if has("etcd-leader-restarted") {
        steps.push(step(
            "Find what ends etcd: the exit status, the kernel's out-of-memory killer, a watchdog, a deploy script.",
            &["journalctl -u etcd2 -b", "journalctl -k | grep -iE 'oom|killed process'"],
            "Who ended the process.",
        ));
    }
    if has("etcd-slow-disk") || has("etcd-heartbeat-late") {
        steps.push(step(
            "Measure the disk's syncs: 99 of 100 should stay under 10 ms.",
            &["fio --name=sync --rw=write --ioengine=sync --fdatasync=1 --size=22m --bs=2300 --directory=/var/lib/etcd2", "iostat -x 1"],
            "Whether the disk stalls.",
        ));
    }
    if has("etcd-heartbeat-late") || facts.changes.iter().any(|change| change.class == ChangeClass::Needless) {
        steps.push(step(
            "Watch CPU steal and waiting on the machine that leads.",
            &["vmstat 1"],
            "Column st: time the hypervisor took; wa: waiting for the disk.",
        ));
    }
    if has("etcd-peer-network") || has("etcd-no-quorum") {
        steps.push(step(
            "Check that every member reaches every other on the peer port.",
            &["ping -c 20 PEER", "curl -m 2 http://PEER:2380/version"],
            "Whether the path is there, and its round trip.",
        ));
    }
    if has("fleet-engine-lease-stolen") || has("fleet-duplicate-machine-id") {
        steps.push(step(
            "Compare machine ids and fleet versions on all machines.",
            &["cat /etc/machine-id", "fleetctl list-machines -l", "fleetd --version"],
            "Two equal ids, or a version below 0.8.2.",
        ));
    }
    if has("etcd-clock-skew") {
        steps.push(step("Check the clocks.", &["timedatectl", "ntpq -p"], "Whether the clocks agree within a second."));
    }
    let only_fleet = facts.has_fleet() && !facts.logs.is_empty() && !facts.any_event(|event| event.signature().is_etcd_server());
    if only_fleet || has("client-http-500") {
        steps.push(step(
            "Paste the log of etcd from all members for the same minutes, with fleet's.",
            &["journalctl -u etcd2 -u fleet -o short-precise --since '1 hour ago'"],
            "Stalls and leader changes: they bound etcd's timers and tell what fleet waited for.",
        ));
    }
    if facts.logs.is_empty() && !facts.configurations.is_empty() {
        steps.push(step(
            "Paste a day of logs from all members.",
            &["journalctl -u etcd2 -u fleet -o short-precise --since yesterday"],
            "Without a log no stall is known, and no value can be called too low or too high.",
        ));
    }
    if plan.changes().next().is_some() && steps.is_empty() {
        steps.push(step(
            "Count leader changes and late heartbeats for a day.",
            &["journalctl -u etcd2 --since yesterday | grep -cE 'lost leader|heartbeat on time'"],
            "Whether the values hold.",
        ));
    }
    steps
}

/// Answers to what people ask in such a case, when the evidence raises the question.
pub fn questions(facts: &Facts, findings: &[Finding], plan: &Plan) -> Vec<Question> {
    let has = |id: &str| findings.iter().any(|finding| finding.id == id);
    let mut asked = Vec::new();
    let mut ask = |question: &str, answer: String| asked.push(Question { question: question.to_owned(), answer });
    if has("etcd-heartbeat-late") {
        let answer = if plan.replay.needless > 0 {
            String::from("Dangerous here: the stalls it measures cost a living leader its place.")
        } else {
            format!(
                "A warning, no damage: the stall stayed below what followers wait, {}. It shows that the machine of the leader does not run for a while.",
                human(facts.value(Parameter::ElectionTimeout))
            )
        };
        ask("Is \"failed to send out heartbeat on time\" dangerous or noise?", answer);
        ask(
            "Is it my setting or the machine?",
            String::from(
                "The line is printed by the leader about itself: its process did not run or waited for its disk. A setting decides whether a stall costs the leader its place, not whether the stall happens.",
            ),
        );
    }
    if has("fleet-units-restarted") {
        let answer = if has("fleet-unit-missing-in-registry") {
            String::from(
                "One read of the unit from etcd failed. fleet before 0.12 then takes the unit for deleted and stops it. agent-ttl has no part in that.",
            )
        } else {
            String::from(
                "The machine's presence in etcd ran out, so the engine gave its units to others. That depends on agent-ttl and on how long etcd was out of reach.",
            )
        };
        ask("Why did fleet stop my units?", answer);
    }
    if has("fleet-engine-lease-lost") {
        ask(
            "Does a lost engine lease stop units?",
            String::from("No. Scheduling pauses until some engine has the lease again; running units go on."),
        );
    }
    if has("client-http-500") {
        ask(
            "Why does etcdctl work while fleetctl gives an error 500 or 503?",
            String::from(
                "A plain read of etcd is answered by any member, also without a leader. fleetd needs writes and some reads that go through the leader.",
            ),
        );
    }
    if has("config-differs-from-log") {
        ask(
            "I raised the values and nothing changed. Why?",
            String::from(
                "The log shows other values in force than the file states. A cloud-config acts only at boot, and a running daemon keeps its old values until it restarts.",
            ),
        );
    }
    if plan.changes().any(|decision| decision.parameter.is_etcd()) {
        ask(
            "Can I change the values one member at a time?",
            String::from(
                "Yes, in the order of the roll-out: when raising, election-timeout before heartbeat-interval, followers before the leader.",
            ),
        );
    }
    asked
}
