//! `client-http-500`: a client got an HTTP 500 or 503.

use super::common::{lines, says, times};
use super::{Finding, Rule};
use crate::facts::{EventId, Facts};
use crate::ids::RuleId;
use crate::report::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::ClientHttp500,
    why: "The server behind it could not do its own read or write in etcd. The message is empty by design: only the server's log of the same moment tells the cause.",
    what_to_do: "Read fleetd's and etcd's log of that machine at that moment. A timeout there points to stalls or leader changes. A refused port, a certificate or a missing majority has nothing to do with timing.",
    references: &["coreos/fleet@v0.11.5:api/server.go", "coreos/fleet@v0.10.2:etcd/client.go:298"],
    check,
};

/// What fleetd's API says with a 503 until etcd has answered it once, and again after its monitor fired
/// (coreos/fleet@v0.11.5:api/server.go, Available).
const NOT_CONNECTED: &str = "fleet server unable to communicate with etcd";

const SIGNS: &[&str] = &[
    "HTTP response code 500",
    "HTTP response code 503",
    "googleapi: Error 500",
    "googleapi: Error 503",
    "Response 500",
    "Response 503",
    NOT_CONNECTED,
];

fn check(facts: &Facts) -> Option<Finding> {
    let events: Vec<EventId> = facts.events_where(|event| says(event, SIGNS));
    if events.is_empty() {
        return None;
    }
    if events.iter().all(|id| says(facts.event(*id), &[NOT_CONNECTED])) {
        let title = format!("fleetd had no etcd that answers it, {}", times(lines(facts, &events)));
        let what = "fleetd says so from its start until etcd has answered it once, and again after it gave up its presence.";
        let finding = Finding::new(RULE.id, Severity::Warning, Confidence::High, title, what).showing(facts, &events);
        let finding = finding.because("Without etcd fleetd answers nobody: it keeps nothing itself.");
        return Some(finding.advising("See whether etcd runs on that machine, and whether fleetd's etcd_servers name its client port. Then read fleetd's log of that moment."));
    }
    let from_etcd = events.iter().any(|id| says(facts.event(*id), &["Response 50"]));
    let title = format!("A client got an HTTP 500 or 503 {}", times(lines(facts, &events)));
    let what = if from_etcd {
        "fleetd got it from etcd: that member could not carry out the request."
    } else {
        "It proves that a request failed in fleetd or etcd, not why."
    };
    Some(Finding::new(RULE.id, Severity::Warning, Confidence::High, title, what).showing(facts, &events))
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    #[test]
    fn answers_of_fleetd_and_of_etcd() {
        for text in [
            "Error retrieving list of units from repository: googleapi: got HTTP response code 500 with body: {\"error\":{\"code\":500,\"message\":\"\"}}\n",
            "{\"error\":{\"code\":503,\"message\":\"fleet server unable to communicate with etcd\"}}\n",
            "Mar 03 23:15:47 core-02 fleetd[857]: INFO client.go:297: Response 500 Internal Server Error from http://localhost:4001/ unusable\n",
        ] {
            let title = find(&facts(&[text]), RuleId::ClientHttp500).expect(text).title;
            assert_eq!(title.starts_with("fleetd had no etcd"), text.contains("unable to communicate"), "{title}");
        }
    }

    #[test]
    fn a_job_number_is_no_answer() {
        assert!(
            find(&facts(&["INFO manager.go:138: Triggered systemd unit web.service stop: job=500\n"]), RuleId::ClientHttp500).is_none()
        );
    }
}
