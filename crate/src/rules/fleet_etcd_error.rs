//! `fleet-etcd-error`: etcd answered fleet with an error, or with nothing of use.

use super::common::{
    CONNECT_TIMEOUT, LIMIT, REFUSED, UNEXPECTED_STATUS, WITHOUT_LEADER, lines, plural, says, with_etcd_stop, with_fleet_stop,
};
use super::{Finding, Rule};
use crate::facts::{EventId, Facts};
use crate::ids::RuleId;
use crate::log::event::{Event, Meaning};
use crate::report::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::FleetEtcdError,
    why: "A listing that fails is tried again in the next pass and does no harm. A renewal or a sign of life that keeps failing costs a machine its units.",
    what_to_do: "Read etcd's log of the same seconds on all members, and ask each endpoint of fleet for its health.",
    references: &[
        "coreos/fleet@v0.10.2:etcd/client.go:292",
        "coreos/fleet@v0.11.5:agent/reconcile.go",
        "etcd-io/etcd@v3.7.1:server/etcdserver/errors/errors.go:35",
        "etcd-io/etcd@v3.4.45:etcdmain/config.go (enable-v2, off by default)",
        "etcd-io/etcd@v2.3.8:client/client.go (all endpoints failed; a member that has no leader)",
    ],
    check,
};

/// Lines of fleet, and what its etcd client says in any program, about a request that failed.
const FAILED: &[Meaning] = &[
    Meaning::AgentCurrentStateFailed,
    Meaning::AgentDesiredStateFailed,
    Meaning::AgentFetchMachineFailed,
    Meaning::ApiFailed,
    Meaning::ClientFailedResponse,
    Meaning::ClientRetrying,
    Meaning::ClientUnavailable,
    Meaning::ClientUnusableResponse,
    Meaning::EngineClusterStateFailed,
    Meaning::EngineFetchMachinesFailed,
    Meaning::EngineFetchScheduleFailed,
    Meaning::EngineFetchUnitsFailed,
    Meaning::EngineLeaseAcquireFailed,
    Meaning::EngineScheduleFailed,
    Meaning::FleetdCreateFailed,
    Meaning::NoLeaderErr,
    Meaning::RegistryFetchAllUnitsFailed,
];

/// What the client of fleet's API makes of an answer from etcd's port (coreos/fleet@v0.11.5:fleetctl/fleetctl.go, --driver). The
/// same client is that of Google's storage, which answers in other words.
const NOT_FLEET: &str = "googleapi: got HTTP response code 404 with body: 404 page not found";

/// etcdctl of an etcd that leaves `/v2/members` out (etcd-io/etcd@v3.4.45:client/members.go, assertStatusCode).
const NOT_V2: &str = "unexpected status code 404";

/// What an error says, in plain words.
struct Reason {
    signs: &'static [&'static str],
    reason: &'static str,
    what: &'static str,
    /// It does not pass by itself.
    lasts: bool,
}

/// Those that last first, then the most telling (fleet's errors, from its etcd client).
const REASONS: &[Reason] = &[
    Reason {
        signs: &["forwarding request denied"],
        reason: "a proxy did not pass it on",
        what: "A proxy that keeps its settings from others denies such requests.",
        lasts: true,
    },
    // etcd-io/etcd@v2.3.8:proxy/proxy.go (NewReadonlyHandler)
    Reason {
        signs: &["501 Not Implemented"],
        reason: "the etcd proxy that it asks is read-only",
        what: "That proxy was started as readonly: it refuses each write, and fleet has to write. Set proxy to on.",
        lasts: true,
    },
    Reason {
        signs: &["invalid json"],
        reason: "what answered is not etcd",
        what: "The answer is not etcd's: another program, or a proxy's page, answers at that address.",
        lasts: true,
    },
    Reason {
        signs: &["404 page not found"],
        reason: "it does not serve the interface v2",
        what: "etcd 3.4 and 3.5 serve it only with enable-v2, 3.6 no more. Let the client speak v3 where it can (Patroni: a section `etcd3`).",
        lasts: true,
    },
    Reason {
        signs: &["no endpoints available"],
        reason: "no endpoint of etcd is set",
        what: "fleet 0.11.0 looks for etcd nowhere by itself: set etcd-servers (coreos/fleet@v0.11.0:fleetd/fleetd.go).",
        lasts: true,
    },
    Reason {
        signs: &[
            "has no leader",
            WITHOUT_LEADER,
            "/health false; no leader",
            "RAFT NO LEADER",
            "Raft Internal Error",
            "too many redirects",
        ],
        reason: "etcd had no leader",
        what: "The member that was asked knew no leader that could carry it out.",
        lasts: false,
    },
    Reason {
        signs: &["EOF", "connection reset", "broken pipe", "from etcd: closed", ": closed. Retrying"],
        reason: "the connection ended",
        what: "etcd ended, restarted or dropped the connection while it was asked.",
        lasts: false,
    },
    Reason {
        signs: &[UNEXPECTED_STATUS],
        reason: "it answered with an error of HTTP",
        what: "Each endpoint was tried twice. etcd answers so when it cannot carry a request out in time, as without a leader.",
        lasts: false,
    },
    // A command that was given by hand.
    Reason {
        signs: &[NOT_FLEET],
        reason: "it was asked for fleet's API",
        what: "etcd's port answers fleetctl so. Give it fleetd's address, or --driver=etcd.",
        lasts: false,
    },
    Reason {
        signs: &[NOT_V2],
        reason: "it does not serve the interface v2",
        what: "etcdctl asked for it: set ETCDCTL_API=3.",
        lasts: false,
    },
    // etcd-io/etcd@v2.3.8:client/client.go (httpClusterClient.Do): an answer of 5xx other than 500 and 503.
    Reason {
        signs: &["returns server error ["],
        reason: "what stands before etcd answered",
        what: "etcd's own proxy, a load balancer or a web proxy reached no member for it.",
        lasts: false,
    },
    Reason {
        signs: &["i/o timeout", CONNECT_TIMEOUT],
        reason: "no connection was made in time",
        what: "That machine is off, or something on the way drops the packets.",
        lasts: false,
    },
    Reason {
        signs: &["(Caused by "],
        reason: "no connection was made",
        what: "The line names the reason after `Caused by`: a certificate, for one.",
        lasts: false,
    },
    // Patroni's line, of which a pager or the journal cut the rest.
    Reason {
        signs: &["MaxRetryError("],
        reason: "no connection was made",
        what: "The line is cut before its reason: journalctl --no-pager shows it whole.",
        lasts: false,
    },
    Reason {
        signs: &["unavailable or misconfigured", "any configured etcd endpoint", "Unable to get result", "no healthy etcd endpoint"],
        reason: "none of its etcd endpoints could be used",
        what: "Each one refused, ended the connection or had no leader; the line does not tell which.",
        lasts: false,
    },
];

fn check(facts: &Facts) -> Option<Finding> {
    let said = |signs: &[&str]| {
        let mut events =
            facts.events_where(|event| failed(event) && says(event, signs) && (signs == [NOT_FLEET] || !says(event, &[NOT_FLEET])));
        events.retain(|id| !with_fleet_stop(facts, *id) && !with_etcd_stop(facts, *id));
        (!events.is_empty()).then_some(events)
    };
    let (reason, events): (&Reason, Vec<EventId>) = REASONS.iter().find_map(|reason| Some((reason, said(reason.signs)?)))?;
    // flannel and other clients of etcd print the same errors.
    let who = if events.iter().all(|id| facts.event(*id).is_fleet()) { "fleet" } else { "A client" };
    let title = format!("{who} got an error from etcd ({}): {}", plural(lines(facts, &events), "line", "lines"), reason.reason);
    let severity = if reason.lasts { Severity::Critical } else { Severity::Warning };
    Some(Finding::new(RULE.id, severity, Confidence::High, title, reason.what).showing(facts, &events))
}

fn failed(event: &Event) -> bool {
    // A watch that ends is asked for anew; of what is not etcd it gets nothing ever.
    let of_another = event.meaning == Meaning::RegistryWatchError && says(event, &["invalid json"]) || says(event, &[NOT_FLEET]);
    (FAILED.contains(&event.meaning) || of_another || says(event, &[UNEXPECTED_STATUS])) && !of_its_own(event)
}

/// A limit that was reached and a port that refused have rules of their own; beside a refusal another endpoint may
/// have answered that it has no leader.
fn of_its_own(event: &Event) -> bool {
    says(event, LIMIT)
        || says(event, &["timed out", "NewConnectionError"]) && !says(event, &[CONNECT_TIMEOUT])
        || says(event, REFUSED) && !says(event, &["has no leader"])
}

#[cfg(test)]
mod tests {
    use super::{RULE, Severity};
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    #[test]
    fn a_member_that_tells_of_itself_that_it_has_no_leader() {
        let title = |log: &str| find(&facts(&[log]), RULE.id).map(|finding| finding.title);
        let logged = "{\"level\":\"warn\",\"ts\":\"2026-02-11T03:12:44.101Z\",\"caller\":\"etcdhttp/health.go:232\",\"msg\":\"serving /health false; no leader\"}\n";
        let answer = "{\"health\":\"false\",\"reason\":\"RAFT NO LEADER\"}\n";
        for log in [logged, answer] {
            assert_eq!(title(log).as_deref(), Some("A client got an error from etcd (1\u{a0}line): etcd had no leader"));
        }
        assert_eq!(title("{\"health\":\"true\",\"reason\":\"\"}\n"), None);
    }

    #[test]
    fn an_interface_that_is_not_served_at_that_port() {
        for (log, end) in [
            (
                "$ fleetctl list-units\nError retrieving list of units from repository: googleapi: got HTTP response code 404 with body: 404 page not found\n",
                "it was asked for fleet's API",
            ),
            (
                "cluster may be unhealthy: failed to list members\nError:  unexpected status code 404\n",
                "it does not serve the interface v2",
            ),
        ] {
            let found = find(&facts(&[log]), RULE.id).expect(log);
            assert!(found.title.ends_with(end), "{log}: {}", found.title);
            assert_eq!(found.severity, Severity::Warning, "a command by hand, and no trouble of the cluster");
        }
        let backup = "2016/11/22 06:26:57 upload of the backup failed: googleapi: got HTTP response code 404 with body: No such bucket\n";
        assert!(find(&facts(&[backup]), RULE.id).is_none());
    }

    #[test]
    fn a_line_of_patroni_that_the_journal_cut() {
        let lines = |port| {
            let line = format!(
                "Sep 27 07:15:07 db3 patroni[3086]: 2019-09-27 07:15:07,558 ERROR: Request to server https://192.0.2.7:{port} failed: MaxRetryError(\"HTTPSConnectionPool(host='192.0.2.7', port=2\n"
            );
            find(&facts(&[&line]), RULE.id).map(|finding| finding.title)
        };
        assert_eq!(lines(2379).as_deref(), Some("A client got an error from etcd (1\u{a0}line): no connection was made"));
        assert_eq!(lines(443), None, "the API of Kubernetes");
        let whole = "2024-03-22 14:19:24,088 ERROR: Request to server http://192.0.2.7:2379 failed: MaxRetryError(\"HTTPConnectionPool(host='192.0.2.7', port=2379): Max retries exceeded with url: /v3/kv/range (Caused by NewConnectionError('Failed to establish a new connection: [Errno 113] No route to host'))\")\n";
        assert!(find(&facts(&[whole]), RULE.id).is_none(), "its reason is another finding");
        assert!(find(&facts(&[whole]), RuleId::EtcdUnreachable).is_some());
        let certificate = whole.replace(
            "NewConnectionError('Failed to establish a new connection: [Errno 113] No route to host')",
            "SSLError(1, '[SSL: WRONG_VERSION_NUMBER] wrong version number')",
        );
        let told = find(&facts(&[&certificate]), RULE.id).expect("an error").what;
        assert!(told.contains("Caused by") && !told.contains("is cut"), "{told}");
    }

    /// Neither was out of reach, and in the first case the request was not waited for.
    #[test]
    fn an_etcd_that_answered_with_an_error_and_one_that_took_no_connection() {
        let api = "E0619 20:37:50.685032       5 errors.go:62] apiserver received an error that is not an api.Status: 501: All the given peers are not reachable (failed to propose on members [http://127.0.0.1:4001] twice [last error: Unexpected HTTP status code]) [0]\n";
        let python = "2024-03-22 14:19:24,088 ERROR: Request to server http://n1.test:2379 failed: MaxRetryError(\"HTTPConnectionPool(host='n1.test', port=2379): Max retries exceeded with url: /v3/kv/range (Caused by ConnectTimeoutError(<urllib3.connection.HTTPConnection object at 0x7f>, 'Connection to n1.test timed out. (connect timeout=1.67)'))\")\n";
        for (log, reason) in [(api, "it answered with an error of HTTP"), (python, "no connection was made in time")] {
            let facts = facts(&[log]);
            assert!(find(&facts, RULE.id).expect(log).title.ends_with(reason), "{log}");
            assert!([RuleId::EtcdUnreachable, RuleId::EtcdRequestTimeout].into_iter().all(|id| find(&facts, id).is_none()), "{log}");
        }
    }

    #[test]
    fn each_error_in_its_words() {
        for (error, expected) in [
            ("client: etcd cluster is unavailable or misconfigured", "none of its etcd endpoints"),
            (
                "client: etcd cluster is unavailable or misconfigured; error #0: client: etcd member http://192.0.2.1:2379 has no leader",
                "no leader",
            ),
            (
                "client: etcd cluster is unavailable or misconfigured; error #0: client: etcd member http://192.0.2.1:2379 has no leader; error #1: dial tcp 192.0.2.1:4001: getsockopt: connection refused",
                "no leader",
            ),
            ("300: Raft Internal Error (Unable to write) [12]", "no leader"),
            (
                "client: etcd cluster is unavailable or misconfigured; error #0: client: etcd member http://192.0.2.1:2379 returns server error [Bad Gateway]",
                "what stands before etcd answered",
            ),
            ("unexpected EOF", "the connection ended"),
            ("Response 501 Not Implemented from http://localhost:2379/ unusable", "read-only"),
            ("EtcdException('Bad response : 404 page not found\\n',)", "the interface v2"),
            ("[lua] v3.lua:247: _request_uri(): http://192.0.2.7:2379: closed. Retrying", "the connection ended"),
            ("[lua] config_etcd.lua:568: no healthy etcd endpoint available, next retry after 2s", "none of its etcd endpoints"),
        ] {
            let log = format!("Jul 02 08:02:30 node fleetd[615]: ERROR reconcile.go:120: Failed fetching Units from Registry: {error}\n");
            let title = find(&facts(&[&log]), RuleId::FleetEtcdError).expect(error).title;
            assert!(title.contains(expected), "{error}: {title}");
        }
        // What does not pass is told before what may.
        let line = |error: &str| {
            format!("Jul 02 08:02:30 node fleetd[615]: ERROR reconcile.go:120: Failed fetching Units from Registry: {error}\n")
        };
        let both = line("too many redirects") + &line("Response 501 Not Implemented from http://localhost:2379/ unusable");
        assert_eq!(find(&facts(&[&both]), RuleId::FleetEtcdError).expect("two errors").severity, Severity::Critical);
    }

    /// The end of a connection tells more than that a result is not there.
    #[test]
    fn the_telling_reason_stands_before_the_general_one() {
        let log = "fleetd[9]: INFO client.go:278: Failed getting response from https://192.0.2.7/: unexpected EOF\n\
                   fleetd[9]: ERROR client.go:200: Unable to get result for {Watch /_coreos.com/fleet/job}, retrying in 100ms\n";
        assert!(find(&facts(&[log]), RuleId::FleetEtcdError).expect("an end").title.contains("the connection ended"));
        let none = "fleetd[9]: FATAL fleetd.go:90: Failed creating Server: client: no endpoints available\n";
        assert!(find(&facts(&[none]), RuleId::FleetEtcdError).expect("none").title.contains("no endpoint of etcd is set"));
    }

    #[test]
    fn what_does_not_pass_by_itself_is_no_matter_of_timing() {
        let log = "2019-11-10 05:52:59,676 ERROR: Failed to get list of machines from http://192.0.2.7:2379/v2: EtcdException('Bad response : 404 page not found\\n',)\n";
        let found = find(&facts(&[log]), RuleId::FleetEtcdError).expect("told");
        assert_eq!(found.severity, Severity::Critical);
        assert_eq!(crate::verdict::other_cause(&[found]).map(|cause| cause.id), Some(RULE.id));
    }

    #[test]
    fn a_client_that_quotes_etcd() {
        for line in [
            "java.util.concurrent.ExecutionException: io.grpc.StatusRuntimeException: UNAVAILABLE: etcdserver: no leader\n",
            "2022-03-03 11:00:00,100 WARN  watch ended: rpc error: code = Unavailable desc = etcdserver: no leader\n",
            "{\"level\":\"warn\",\"ts\":\"2022-08-23T15:46:51.939Z\",\"caller\":\"clientv3/retry_interceptor.go:62\",\"msg\":\"retrying of unary invoker failed\",\"error\":\"rpc error: code = Unavailable desc = etcdserver: no leader\"}\n",
        ] {
            let found = find(&facts(&[line]), RuleId::FleetEtcdError).expect(line);
            assert!(found.title.starts_with("A client got an error from etcd") && found.title.ends_with("no leader"), "{}", found.title);
        }
    }

    #[test]
    fn what_other_rules_tell_is_none() {
        for error in ["timeout reached", "dial tcp 192.0.2.1:4001: connection refused", "100: Key not found (/x) [7]"] {
            let log = format!("Jul 02 08:02:30 node fleetd[615]: ERROR reconcile.go:120: Failed fetching Units from Registry: {error}\n");
            assert!(find(&facts(&[&log]), RuleId::FleetEtcdError).is_none(), "{error}");
        }
    }
}
