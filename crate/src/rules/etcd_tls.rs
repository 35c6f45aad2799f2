//! `etcd-tls`: certificates are refused, expired or do not match.

use super::common::{TLS_ALERT, blames_certificate, lines, plural, says};
use super::{Finding, Rule};
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::{Event, Meaning};
use crate::report::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdTls,
    why: "A member or client whose certificate the other side refuses gets no connection.",
    what_to_do: "Read the end of the line: expired, signed by another authority, or without the name or address that was used. Issue a new certificate with the right names, on every machine.",
    references: &["etcd-io/etcd@v3.4.45:embed/config_logging.go:169", "golang/go@go1.12:src/crypto/x509/verify.go"],
    check,
};

/// How etcd names the machine itself where it refuses a connection.
const FROM_HERE: &[&str] = &[
    "rejected connection from \"127.0.0.1:",
    "rejected connection from \"[::1]:",
    "\"remote-addr\":\"127.0.0.1:",
    "\"remote-addr\":\"[::1]:",
];

fn check(facts: &Facts) -> Option<Finding> {
    let events: Vec<EventId> = facts.events_where(refuses);
    if events.is_empty() {
        return None;
    }
    if by_gateway(facts, &events) {
        let title = "etcd's own gateway is refused by etcd: the server's certificate is none for clients";
        let what = "The gateway for JSON asks etcd itself, and shows it the server's certificate. Only requests by JSON fail; members and other clients show their own.";
        let finding = Finding::new(RULE.id, Severity::Warning, Confidence::Medium, String::from(title), what).showing(facts, &events);
        return Some(finding.advising("Issue the server's certificate for clients too (extended key usage clientAuth), or turn the gateway off where nobody uses it (enable-grpc-gateway, 3.4 and later)."));
    }
    let said = |words: &[&str]| events.iter().any(|id| says(facts.event(*id), words));
    let cause = if said(&["expired"]) {
        // Later Go says which (golang/go@go1.15:src/crypto/x509/verify.go).
        match (said(&[" is after 20"]), said(&[" is before 20"])) {
            (true, false) => "a certificate has expired",
            (false, true) => NOT_YET,
            _ => "a certificate has expired or is not valid yet",
        }
    } else if said(&["unknown authority", "unknown certificate authority"]) {
        "a certificate was signed by an authority the other side does not know"
    } else if said(&["doesn't contain any IP SANs", "is valid for", "not valid for", "IP SANs"]) {
        "a certificate does not hold the name or address that was used"
    } else if said(&["oversized record", "does not look like a TLS handshake", "HTTP response to HTTPS", TLS_ALERT]) {
        ONE_SIDE
    } else {
        "a certificate was refused"
    };
    let count = plural(lines(facts, &events), "connection", "connections");
    // Members reach each other by other addresses; what asks from the machine itself is a probe or a client.
    let own = |id: &EventId| says(facts.event(*id), FROM_HERE);
    let severity = if events.iter().all(own) { Severity::Warning } else { Severity::Critical };
    let what = format!("{count} failed because of it. The connection is refused at once, so no timer changes that.");
    let finding = Finding::new(RULE.id, severity, Confidence::High, format!("TLS: {cause}"), what).showing(facts, &events);
    // Here no new certificate helps.
    Some(match cause {
        NOT_YET => finding.advising("Compare that machine's clock with the others' first, and run time synchronisation (NTP, chrony). Only where it is right, issue a new certificate."),
        ONE_SIDE => finding.advising("Compare http and https in the addresses of both sides: the client's endpoints, listen-client-urls, listen-peer-urls and initial-cluster. No new certificate helps."),
        _ => finding,
    })
}

const NOT_YET: &str = "a certificate is not valid yet, by the clock of the machine that refuses it";
const ONE_SIDE: &str = "one side speaks TLS and the other does not";

/// What gRPC within etcd prints of a connection to etcd itself, between etcd's own lines.
fn by_gateway(facts: &Facts, events: &[EventId]) -> bool {
    let dials = |event: &Event| says(event, &["WARNING: "]) && says(event, &["Failed to dial ", "createTransport failed to connect"]);
    let own = |event: &Event| event.is_etcd_server() && !refuses(event) && event.meaning != Meaning::PeerDialError;
    let of_etcd: Vec<bool> = facts.logs.iter().map(|log| log.events.iter().any(own)).gather();
    events.iter().all(|id| of_etcd[id.log] && dials(facts.event(*id)))
}

/// A line that blames a certificate, and not one that only names the files in use.
fn refuses(event: &Event) -> bool {
    blames_certificate(event) && !says(event, &["TLS: cert", "client-cert-auth ="])
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    #[test]
    fn a_refused_certificate() {
        let log = "Aug  9 12:57:26 master etcd: rejected connection from \"192.168.0.12:34990\" (error \"remote error: tls: bad certificate\", ServerName \"\")\n";
        assert!(find(&facts(&[log]), RuleId::EtcdTls).is_some());
    }

    /// A probe without a certificate is no reason why a member lacks its peers.
    #[test]
    fn a_client_on_the_machine_itself_comes_after_peers_that_are_down() {
        let refused =
            |from: &str| format!("2021-06-05 02:20:{from}:41102\" (error \"remote error: tls: bad certificate\", ServerName \"\")\n");
        let here = refused("39.100000 I | embed: rejected connection from \"127.0.0.1");
        let peer = |second: u32| {
            format!(
                "2021-06-05 02:{second}:39.200000 W | rafthttp: health check for peer ca93d269ec463a6b could not connect: dial tcp 192.0.2.9:2380: connect: connection refused\n"
            )
        };
        let findings = crate::rules::check(&facts(&[&(here + &peer(20) + &peer(25))]));
        assert_eq!(crate::verdict::other_cause(&findings).map(|cause| cause.id), Some(RuleId::EtcdPeerNetwork));
        let other = refused("39.100000 I | embed: rejected connection from \"192.0.2.9");
        assert_eq!(find(&facts(&[&other]), RuleId::EtcdTls).expect("told").severity, crate::report::Severity::Critical);
    }

    #[test]
    fn a_gateway_that_etcd_itself_refuses() {
        let refused = "WARNING: 2018/06/11 19:24:21 Failed to dial 127.0.0.1:2379: connection error: desc = \"transport: authentication handshake failed: remote error: tls: bad certificate\"; please retry.\n";
        let leads = "2018-06-11 19:24:21.100000 I | raft: 8e9e05c52164694d became leader at term 2\n";
        let found = find(&facts(&[&(leads.to_owned() + refused)]), RuleId::EtcdTls).expect("told");
        assert!(found.severity == crate::report::Severity::Warning && found.title.contains("gateway"), "{}", found.title);
        assert!(find(&facts(&[refused]), RuleId::EtcdTls).expect("a client").severity == crate::report::Severity::Critical);
    }

    /// k3s' own port and that of the API server stand in the same log.
    #[test]
    fn a_client_of_another_server_on_the_machine_is_none_of_etcd() {
        let etcd = "2020-11-24 16:55:57.094303 I | raft: 8e9e05c52164694d became leader at term 2\n";
        let refused = |server: &str| {
            let line = format!("{server} http: TLS handshake error from 192.0.2.9:37208: remote error: tls: bad certificate\n");
            find(&facts(&[&(etcd.to_owned() + &line)]), RuleId::EtcdTls).is_some()
        };
        assert!(!refused("time=\"2020-11-24T16:56:00Z\" level=info msg=\"Cluster-Http-Server 2020/11/24 16:56:00"));
        assert!(!refused("I1124 16:56:00.000000       1 log.go:184]"));
        assert!(!refused("Nov 24 16:56:00 n1 k3s[1706]:"));
        assert!(refused("Nov 24 16:56:00 n1 etcd[1706]:"));
        assert!(refused("2020-11-24 16:56:00.000000 I |"));
    }

    #[test]
    fn plain_http_to_a_port_that_speaks_tls() {
        let log = "2015/01/29 01:13:55 INFO client.go:278: Failed getting response from http://127.0.0.1:4001/: malformed HTTP response \"\\x15\\x03\\x01\\x00\\x02\\x02\"\n";
        let told = find(&facts(&[log]), RuleId::EtcdTls).expect("told");
        assert!(told.title.contains("one side speaks TLS"));
        assert!(told.what_to_do.is_some_and(|advice| advice.contains("http and https")));
    }

    #[test]
    fn a_clock_that_is_behind_makes_a_certificate_too_young() {
        let log = "2020-11-24 16:56:00.000000 I | embed: rejected connection from \"192.0.2.9:34990\" (error \"x509: certificate has expired or is not yet valid: current time 2020-11-24T16:56:00Z is before 2020-11-25T00:00:00Z\", ServerName \"\")\n";
        let told = find(&facts(&[log]), RuleId::EtcdTls).expect("told");
        assert!(told.what_to_do.is_some_and(|advice| advice.contains("clock")), "{}", told.title);
    }

    #[test]
    fn a_handshake_that_is_late_shows_no_certificate() {
        let late = "2021-01-22 14:47:56.488124 W | rafthttp: health check for peer f3fad06a45945961 could not connect: net/http: TLS handshake timeout\n";
        let facts = facts(&[late]);
        assert!(find(&facts, RuleId::EtcdTls).is_none());
        assert!(find(&facts, RuleId::EtcdPeerNetwork).expect("out of reach").title.contains("no answer in time"));
    }

    #[test]
    fn who_speaks_of_refused_connections_is_no_etcd() {
        let log = "When I restart it the log shows rejected connection again, bad certificate or not\nApr 26 16:32:31 etcd1 etcd[140]: peer 7196e1d26380cfc5 became active\n";
        assert_eq!(facts(&[log]).all_events().count(), 1);
    }

    #[test]
    fn a_probe_that_hangs_up_is_none() {
        let log = "2019-05-18 21:30:16.000000 I | embed: rejected connection from \"10.0.0.9:34990\" (error \"EOF\", ServerName \"\")\n";
        assert!(find(&facts(&[log]), RuleId::EtcdTls).is_none());
    }
}
