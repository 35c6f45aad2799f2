//! How to bring the values into force: steps in order, each with what it interrupts.

mod hand_out;
mod restart_etcd;

use self::hand_out::hand_out;
use self::restart_etcd::etcd_steps;
use crate::answer::launched::{log, names};
use crate::answer::step::step;
use crate::config::{Configuration, Launcher, Setting, Source};
use crate::facts::{Facts, Generation};
use crate::gather::Gather;
use crate::parameters::Parameter;
use crate::patch::Change;
use crate::plan::Plan;
use crate::report::{PatchReport, Step};
use crate::rules::{self, Finding};
use crate::units::human;
use crate::verdict::{beneath, in_sentence};
use crate::version::version;

/// Steps that bring the plan into force; empty where nothing changes.
pub fn rollout(facts: &Facts, findings: &[Finding], plan: &Plan, (changes, patches): (&[Change], &[PatchReport])) -> Vec<Step> {
    if !plan.proposes() {
        return Vec::new();
    }
    let mut steps: Vec<Step> = mend_first(findings, plan).into_iter().gather();
    steps.push(hand_out(facts, plan, (changes, patches)));
    // fleet's limits first: they take effect without an election, and with them fleet bears the ones below. But an etcd that
    // refuses its pair does not run, and no machine is listed without it.
    let (fleet, etcd) = (fleet_step(facts, plan), etcd_steps(facts, plan, patches));
    if facts.etcd_may_not_start() {
        steps.extend(etcd);
        steps.extend(fleet);
    } else {
        steps.extend(fleet);
        steps.extend(etcd);
    }
    steps.push(watch(facts, plan));
    steps
}

/// Where timing is only part of the cure: what lies beneath comes first.
fn mend_first(findings: &[Finding], plan: &Plan) -> Option<Step> {
    if let Some(cause) = beneath(findings) {
        let what_to_do = cause.what_to_do.clone().or_else(|| rules::rule(cause.id).map(|rule| rule.what_to_do.to_owned()))?;
        return Some(step(
            format!(
                "Fix the cause first: {}. {what_to_do} The values do not cure it; they soften what is left of it.",
                in_sentence(&cause.title)
            ),
            &[],
            "",
        ));
    }
    let text = match (plan.too_long, plan.costly().filter(|_| !plan.repairs)) {
        (Some(too_long), _) => {
            format!("no {} a stall of {}", too_long.limit.timer_outlasts(), human(too_long.stall))
        }
        (None, Some(election)) => format!("what takes an election-timeout of {} to outlast is not to be lived with", human(election)),
        (None, None) => return None,
    };
    Some(step(format!("Fix the cause first: {text}. The values do not cure it; what to measure next tells where it comes from."), &[], ""))
}

/// Whether a running fleetd can read new values (fleet@v0.12.0:fleetd/fleetd.go:110-135; up to 0.11.0 its list of
/// endpoints grows with each signal).
fn reload(facts: &Facts, plan: &Plan) -> &'static str {
    let is_changed = |setting: &Setting| setting.effective && !setting.parameter.is_etcd() && plan.of(setting.parameter).proposed.is_some();
    // All but fleet's own file set variables.
    let by_variable = |each: &Configuration| each.source != Source::FleetConf && each.settings.iter().any(is_changed);
    match facts.fleet {
        None => {
            " Use SIGHUP only if fleetd --version says 0.11.8 or older: from 0.12 on it leaves the old server running beside the new one."
        }
        Some(range) if range.high >= version(0, 12, 0) => " Do not use SIGHUP from fleet 0.12 on: the old server is not stopped.",
        Some(_) if facts.configurations.iter().any(by_variable) => "",
        Some(range) if range.low <= version(0, 11, 0) => {
            " A softer way in this version: write the values into /etc/fleet/fleet.conf, with underscores, and send SIGHUP; units keep running. It works only if no FLEET_ variable sets the same option, as a cloud-config does. Up to 0.11.0 each SIGHUP adds the list of endpoints once more, so restart at the next quiet hour."
        }
        Some(_) => {
            " A softer way in this version: write the values into /etc/fleet/fleet.conf, with underscores, and send SIGHUP; units keep running. It works only if no FLEET_ variable sets the same option, as a cloud-config does."
        }
    }
}

fn fleet_step(facts: &Facts, plan: &Plan) -> Option<Step> {
    if !plan.changes_any(false) {
        return None;
    }
    let together = if [Parameter::EtcdRequestTimeout, Parameter::AgentTtl].iter().all(|parameter| plan.of(*parameter).proposed.is_some()) {
        "Set etcd-request-timeout and agent-ttl together, never the first alone. "
    } else {
        ""
    };
    let mut text = format!("{together}Restart fleetd on one machine at a time, and go on when that machine is listed again.");
    text.push_str(reload(facts, plan));
    let by_file = facts.has_source(Source::FleetConf);
    let check = if by_file {
        "grep -v '^#' /etc/fleet/fleet.conf; systemctl show fleet -p Environment"
    } else {
        "systemctl show fleet -p Environment"
    };
    let in_force = if by_file {
        "The values are in force when the file has them and no FLEET_ variable sets the same option."
    } else {
        "The values are in force when the last command shows them."
    };
    Some(step(
        text,
        &["sudo systemctl restart fleet", "fleetctl list-machines", check],
        format!("All fleet units of that machine stop, and start there or elsewhere. {in_force}"),
    ))
}

fn watch(facts: &Facts, plan: &Plan) -> Step {
    // etcd-io/etcd@v0.4.9:server/peer_server.go: leader changed from '%v' to '%v'.
    let said = if facts.generation == Generation::V04 { "leader changed" } else { "lost leader|changed leader" };
    let changes = format!("{} | grep -cE '{said}'", log(facts, names(facts).unit));
    let timeouts = "journalctl -u fleet --since today | grep -cE 'timeout|deadline|cancelled'";
    let (etcd, fleet) = (plan.changes_any(true), plan.changes_any(false));
    let (text, commands): (&str, Vec<&str>) = match (etcd, fleet) {
        (true, false) => (
            "Watch for a week, at the busy hours too: no needless leader change. Late-heartbeat lines may go on, as they measure the stalls.",
            vec![&changes],
        ),
        (false, _) => {
            ("Watch for a week, at the busy hours too: no request that runs into fleet's limit, no lost presence.", vec![timeouts])
        }
        (true, true) => (
            "Watch for a week, at the busy hours too: no needless leader change, no request that runs into fleet's limit. Late-heartbeat lines may go on, as they measure the stalls.",
            vec![&changes, timeouts],
        ),
    };
    let back = match facts.started().launcher {
        Some(Launcher::OpenShift) => " To go back, set the hardware speed that it had.",
        _ if facts.etcd_may_not_start() || facts.fleet_may_not_start() => "",
        _ => " To go back, set the old values in the reverse order.",
    };
    step(text, &commands, format!("Nothing.{back}"))
}

#[cfg(test)]
mod tests;
