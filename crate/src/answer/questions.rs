//! Answers to what people ask about such input, when the evidence raises the question.

use crate::config::Source;
use crate::facts::{Facts, Generation};
use crate::ids::RuleId;
use crate::model::safe_stall;
use crate::parameters::Parameter;
use crate::plan::Plan;
use crate::replay::timers_in_force;
use crate::report::{Provenance, Question};
use crate::rules::{Finding, named};
use crate::units::{MS, about, human};

/// The questions this input raises, answered.
pub fn questions(facts: &Facts, findings: &[Finding], plan: &Plan) -> Vec<Question> {
    let has = |id: RuleId| named(findings, id).is_some();
    let mut asked = Vec::new();
    let mut ask = |question: &str, answer: String| asked.push(Question { question: question.to_owned(), answer });
    if has(RuleId::EtcdHeartbeatLate) && facts.longest_known().is_some() {
        let line =
            if facts.generation == Generation::V04 { "heartbeat near election timeout" } else { "failed to send out heartbeat on time" };
        ask(&format!("Is \"{line}\" dangerous or noise?"), dangerous(facts, plan));
        ask(
            "Is it my setting or the machine?",
            String::from(
                "The machine stalls: its process did not run, or waited for its disk. A setting only decides whether a stall costs the leader its place. A processor at 100\u{a0}% alone makes no stall: 16 busy processes on two cores gave no late line and no election (measured).",
            ),
        );
    }
    if plan.replay.needless > 0 && facts.generation.draws_once_per_term() {
        ask(
            "Equal stalls cost the leader its place only sometimes. Why?",
            String::from(
                "From etcd 3.0 on a follower draws its timer once a term. A leader that survived one stall survives all that are not longer until the term ends. In another term it may lose to the same stall.",
            ),
        );
        ask(
            "Does pre-vote help?",
            String::from(
                "It ends the slow failovers, 2 to 2.7 election-timeouts in one of ten, and is the default from 3.5 on. It hardly protects a leader that stalls: at a stall of 1.5 election-timeouts 80 of 100 leaders are lost with it, 85 without (model of the timers).",
            ),
        );
    }
    if has(RuleId::FleetUnitsRestarted) {
        ask("Why did fleet stop my units?", why_stopped(&has));
    }
    if has(RuleId::FleetAgentHeartbeatLost) {
        ask(
            "Does a spent agent-ttl stop units?",
            String::from(
                "Not by itself: units go on running on their machine. But as soon as it can use etcd, the engine gives them to other machines. The old machine stops its copies when it is back.",
            ),
        );
    }
    if has(RuleId::FleetEngineLeaseLost) || has(RuleId::FleetEngineLeaseStolen) {
        ask(
            "Does a lost engine lease stop units?",
            String::from("No. Scheduling pauses until some engine has the lease again; running units go on."),
        );
    }
    if has(RuleId::ClientHttp500) {
        ask(
            "Why does etcdctl work while fleetctl gives an error 500 or 503?",
            String::from(
                "A plain read of etcd is answered by any member, also without a leader. fleetd needs writes, and from 0.12 on reads, that go through the leader.",
            ),
        );
    }
    if let Some(answer) = nothing_changed(facts, &has) {
        ask("I raised the values and nothing changed. Why?", answer);
    }
    if facts.without_log() && facts.has_etcd() || facts.knows_round_trip() {
        ask("Which values fit my round trip, cloud or disk?", which_values(facts));
    }
    if facts.has_etcd() && (plan.changes_any(true) || stated_high(facts)) {
        ask("What do higher values cost?", what_they_cost(facts, plan));
    }
    if plan.changes_any(true) {
        ask(
            "Can I change the values one member at a time?",
            String::from("Yes, in the order of the roll-out. Members with different values live together for a while."),
        );
    }
    asked
}

fn dangerous(facts: &Facts, plan: &Plan) -> String {
    let waits = Parameter::ElectionTimeout.human(facts.value(Parameter::ElectionTimeout));
    let longest = facts.longest_stall().map_or(0, |stall| stall.planned);
    if plan.replay.needless > 0 {
        return String::from("Dangerous here: stalls cost a living leader its place.");
    }
    let timers = timers_in_force(facts);
    let safe = human(safe_stall(&timers));
    if longest * 5 / 4 + 2 * timers.heartbeat <= timers.election {
        return format!("A warning, no damage: the longest stall, {}, is outlasted with margin; followers wait {waits}.", human(longest));
    }
    if longest < safe_stall(&timers) {
        return format!(
            "A warning, no damage: no stall below {safe} can cause an election here, and the longest was {}. The margin of a quarter is not there.",
            human(longest)
        );
    }
    format!("A warning: from {safe} on a stall can cost the leader its place here, and the longest was up to {}.", human(longest))
}

fn why_stopped(has: &dyn Fn(RuleId) -> bool) -> String {
    String::from(if has(RuleId::FleetUnitMissingInRegistry) {
        "One read of the unit from etcd failed. fleet before 0.12 then takes the unit for deleted and stops it. agent-ttl has no part in that."
    } else {
        "The machine's presence in etcd ran out, so the engine gave its units to others. That depends on agent-ttl and on how long etcd was out of reach."
    })
}

fn nothing_changed(facts: &Facts, has: &dyn Fn(RuleId) -> bool) -> Option<String> {
    if has(RuleId::ConfigDiffersFromLog) {
        let boot = facts.has_source(Source::CloudConfig);
        let boot = if boot { " A cloud-config is applied only at boot." } else { "" };
        return Some(format!(
            "The log shows other values in force than the file states. A running daemon keeps its old values until it restarts.{boot}"
        ));
    }
    // etcd tuned, fleet left alone: fleet's errors follow its own limit, not the leader changes (lab, section 5).
    let tied = facts.fleet_failures.iter().any(|failure| failure.stall.is_some());
    (tied && stated_high(facts) && facts.needless().next().is_none()).then(|| {
        format!(
            "They did: no leader lost its place. But fleet gives up by its own limit, {}, which a longer election-timeout does not change.",
            Parameter::EtcdRequestTimeout.human(facts.value(Parameter::EtcdRequestTimeout))
        )
    })
}

/// Somebody raised the election-timeout above twice its default.
fn stated_high(facts: &Facts) -> bool {
    let election = facts.in_force(Parameter::ElectionTimeout);
    election.provenance == Provenance::Stated && facts.value(Parameter::ElectionTimeout) > 2_000 * MS
}

fn which_values(facts: &Facts) -> String {
    let rtt = facts.round_trip();
    let known = match (facts.assumptions.peer_rtt_ms, facts.knows_round_trip()) {
        (Some(_), _) => "you state",
        (None, true) => "measured",
        _ => "assumed, as within one site",
    };
    format!(
        "A round trip of {} ({known}) asks for an election-timeout of at least {} and a heartbeat-interval of about {}. The defaults are 1000 and 100\u{a0}ms. A steady delay causes no election (60 to 600\u{a0}ms one way: no election, measured); it makes each write slower and so uses up fleet's etcd-request-timeout. Clouds and disks make stalls, and only a log or a measurement tells how long they are.",
        human(rtt),
        human(10 * rtt),
        human(rtt)
    )
}

fn what_they_cost(facts: &Facts, plan: &Plan) -> String {
    let pair = |heartbeat, election| about(facts.failover(&facts.timers(heartbeat, election)).p50);
    let now = timers_in_force(facts);
    let (heartbeat, election) = (plan.of(Parameter::HeartbeatInterval).value(), plan.of(Parameter::ElectionTimeout).value());
    let mut answer = String::from("Each real death of a leader: about ");
    let mut said = 0;
    // In rising order; of one election-timeout the pair that comes first.
    for _ in 0..3 {
        let pairs = [(now.election, now.heartbeat), (election, heartbeat), (6_000 * MS, 600 * MS)];
        let Some((election, heartbeat)) = pairs.into_iter().filter(|(election, _)| *election > said).min_by_key(|(election, _)| *election)
        else {
            break;
        };
        let (before, without) = if said == 0 { ("", " without one") } else { (", ", "") };
        answer.push_str(&format!("{before}{}{without} at {}", pair(heartbeat, election), Parameter::ElectionTimeout.human(election)));
        said = election;
    }
    answer.push_str(". Higher values bring calm, not shorter pauses: while the leader stalls, writes wait as before.");
    if facts.has_fleet() {
        answer.push_str(" fleet 1.0 lost 1.6 requests for each death at 1000\u{a0}ms, 3.9 at 2500 and 8.8 at 6000 (measured).");
    }
    answer
}
