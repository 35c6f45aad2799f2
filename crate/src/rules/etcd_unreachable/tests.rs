use crate::ids::RuleId;
use crate::report::Severity;
use crate::rules::testing::{facts, find};

#[test]
fn a_member_that_never_started_has_no_address_to_be_asked_at() {
    let log = "member 8e9e05c52164694d is unreachable: no available published client urls\ncluster is healthy\n";
    let list = "8e9e05c52164694d, started, n1, http://192.0.2.7:2380, http://192.0.2.7:2379, false\n91bc3c398fb3c146, unstarted, , http://192.0.2.8:2380, , false\n";
    for told in [log, list] {
        let found = find(&facts(&[told]), RuleId::EtcdUnreachable).expect("told");
        assert_eq!(found.title, "A member told its cluster no address for clients");
    }
    let refused = format!("Error: dial tcp 192.0.2.8:2379: getsockopt: connection refused\n{list}");
    let found = find(&facts(&[&refused]), RuleId::EtcdUnreachable).expect("told");
    assert_eq!((found.title.as_str(), found.what.contains("never joined")), ("etcd's client port refused 1\u{a0}request", true));
    assert!(find(&facts(&[&list[..list.find("91bc").unwrap_or(0)]]), RuleId::EtcdUnreachable).is_none());
}

#[test]
fn a_member_that_etcdctl_does_not_reach() {
    let away = |id: &str| format!("member {id} is unreachable: [http://192.0.2.8:2379] are all unreachable\n");
    let well = "member 8e9e05c52164694d is healthy: got healthy result from http://192.0.2.7:2379\n";
    let found = |log: String| find(&facts(&[&log]), RuleId::EtcdUnreachable).expect("told");
    let each = "failed to check the health of member 91bc3c398fb3c146 on http://192.0.2.8:2379: Get http://192.0.2.8:2379/health: dial tcp 192.0.2.8:2379: i/o timeout\n";
    let one = found(format!("{well}{each}{}cluster is degraded\n", away("91bc3c398fb3c146")));
    assert_eq!(one.title, "etcdctl reached 1\u{a0}member at none of the addresses for clients");
    assert_eq!(one.severity, Severity::Warning);
    let two = found(format!("{well}{}{}cluster is unhealthy\n", away("91bc3c398fb3c146"), away("fd422379fda50e48")));
    assert_eq!(two.severity, Severity::Critical);
}

#[test]
fn a_web_page_that_answers_etcdctl() {
    let log = "failed to check the health of member 8e9e05c52164694d on http://192.0.2.7:2379: invalid character '<' looking for beginning of value\n\
               member 8e9e05c52164694d is unreachable: [http://192.0.2.7:2379] are all unreachable\n";
    let found = find(&facts(&[log]), RuleId::EtcdUnreachable).expect("told");
    assert_eq!(found.title, "A web page answered etcdctl in place of etcd");
}

#[test]
fn a_name_server_that_does_not_know_etcd() {
    let log =
        "client: etcd cluster is unavailable or misconfigured; error #0: dial tcp: lookup etcd-0 on 192.0.2.10:53: server misbehaving\n";
    assert!(find(&facts(&[log]), RuleId::EtcdUnreachable).expect("told").title.starts_with("The name server failed for 1\u{a0}request"));
    // fleetd asks again; a name that is not known stays so.
    let fleet = "Oct 08 04:11:20 web-3 fleetd[702]: INFO client.go:292: Failed getting response from http://etcd.test:2379/: dial tcp: lookup etcd.test on 192.0.2.10:53: server misbehaving\n";
    let severity = |log: &str| find(&facts(&[log]), RuleId::EtcdUnreachable).expect("told").severity;
    assert_eq!(severity(fleet), Severity::Warning);
    assert_eq!(severity(&fleet.replace("server misbehaving", "no such host")), Severity::Critical);
}

#[test]
fn somebody_tried_the_port_with_curl() {
    let found = |port: u32| {
        let log = format!("$ curl 192.0.2.7:{port}/version\ncurl: (7) Failed to connect to 192.0.2.7 port {port}: Connection refused\n");
        find(&facts(&[&log]), RuleId::EtcdUnreachable).is_some()
    };
    assert!(found(2379) && found(4001));
    assert!(!found(8080) && !found(2380) && !found(23790));
}

#[test]
fn a_refusal_that_stands_before_a_stop() {
    let refused = "Unable to create storage backend: err (dial tcp 127.0.0.1:2379: connect: connection refused)\n";
    let stop = "2019-07-24 07:20:15.923272 N | pkg/osutil: received terminated signal, shutting down...\n";
    let found = |log: String| find(&facts(&[&log]), RuleId::EtcdUnreachable).is_some();
    assert!(found(format!("{refused}{stop}")), "it has no time, and the stop came after it");
    assert!(!found(format!("{stop}{refused}")));
}

#[test]
fn an_endpoint_without_a_host() {
    let refused = |socket: &str| format!("Error retrieving list of active machines: dial tcp {socket}: getsockopt: connection refused\n");
    let what = |log: String| find(&facts(&[&log]), RuleId::EtcdUnreachable).expect("refused").what;
    assert!(what(refused(":2379")).contains("no host"));
    assert!(!what(refused(":2379") + &refused("192.0.2.7:2379")).contains("no host"));
}

#[test]
fn a_client_port_that_does_not_answer() {
    let title = |port: u32| {
        let line = format!("Error: Get http://192.0.2.1:{port}/v2/keys/: dial tcp 192.0.2.1:{port}: i/o timeout\n");
        find(&facts(&[&line]), RuleId::EtcdUnreachable).map(|found| found.title)
    };
    assert!(title(2379).is_some_and(|title| title.contains("did not answer")));
    let dead = "{\"level\":\"warn\",\"ts\":\"2024-11-15T08:08:32.011Z\",\"logger\":\"etcd-client\",\"msg\":\"retrying of unary invoker failed\",\"error\":\"rpc error: code = Unavailable desc = error reading from server: read tcp 192.0.2.9:45274->192.0.2.1:2379: read: connection timed out\"}\n";
    let found = find(&facts(&[dead]), RuleId::EtcdUnreachable).expect("its other end is gone");
    assert!(found.title.contains("did not answer"), "{}", found.title);
    assert_eq!((title(2380), title(6443)), (None, None));
}

#[test]
fn a_gateway_gives_up_an_endpoint_that_does_not_answer() {
    let line = "{\"level\":\"warn\",\"ts\":\"2022-06-01T10:05:01.123Z\",\"caller\":\"tcpproxy/userspace.go:132\",\"msg\":\"deactivated endpoint\",\"address\":\"192.0.2.1:2379\",\"interval\":\"1m0s\",\"error\":\"dial tcp 192.0.2.1:2379: i/o timeout\"}\n";
    let found = find(&facts(&[line]), RuleId::EtcdUnreachable).expect("told");
    assert!(found.title.starts_with("A proxy could not reach a member"), "{}", found.title);
}

#[test]
fn a_proxy_that_learns_of_no_member() {
    let asks = "2016-05-10 16:20:25.335726 W | etcdmain: proxy: could not retrieve cluster information from the given urls\n";
    let of_20 = "2015/05/10 16:20:25 proxy: etcdserver: could not retrieve cluster information from the given urls\n";
    for log in [asks, of_20] {
        assert!(find(&facts(&[log]), RuleId::EtcdUnreachable).expect("told").title.starts_with("A proxy reached no member"));
    }
}

/// Another machine's etcd tells nothing of this one's.
#[test]
fn a_machine_is_back_when_its_own_lines_go_on() {
    let refused = |minute: u32| {
        format!(
            "Apr 20 10:{minute:02}:05 core-01 fleetd[615]: INFO client.go:292: Failed getting response from http://127.0.0.1:4001/: dial tcp 127.0.0.1:4001: connection refused\n"
        )
    };
    let log: String = (0..20).map(refused).collect();
    let well = |host: &str| format!("Apr 20 12:00:00 {host} etcd2[611]: saved snapshot at index 120001\n");
    let severity = |other: &str| find(&facts(&[&log, &well(other)]), RuleId::EtcdUnreachable).expect("told").severity;
    assert_eq!((severity("core-02"), severity("core-01")), (Severity::Critical, Severity::Warning));
}

#[test]
fn a_port_that_refuses() {
    let log = "\
2014/12/15 16:10:10 INFO client.go:278: Failed getting response from http://127.0.0.1:4001/: dial tcp 127.0.0.1:4001: connection refused
2014/12/15 16:10:10 ERROR client.go:200: Unable to get result for {Get /_coreos.com/fleet/machines}, retrying in 100ms
";
    assert!(find(&facts(&[log]), RuleId::EtcdUnreachable).is_some());
}

#[test]
fn a_client_that_is_up_before_etcd_is_refused_at_first() {
    let refused = "W0210 08:00:01.200000       1 clientconn.go:1223] grpc: addrConn.createTransport failed to connect to {https://127.0.0.1:2379  <nil> 0 <nil>}. Err :connection error: desc = \"transport: Error while dialing dial tcp 127.0.0.1:2379: connect: connection refused\". Reconnecting...\n";
    let serves = |second: u32| {
        format!("I0210 08:{:02}:{:02}.400000       1 secure_serving.go:178] Serving securely on [::]:6443\n", second / 60, second % 60)
    };
    let start = "2021-02-10 08:00:01.100000 I | etcdmain: etcd Version: 3.3.10\n";
    let leads = "2021-02-10 08:00:02.900000 I | raft: 91d25258d70ad868 became leader at term 2\n";
    let found = |text: String| find(&facts(&[&text]), RuleId::EtcdUnreachable).is_some();
    assert!(!found(format!("{refused}{refused}{}", serves(8))));
    assert!(!found(format!("{start}{refused}{leads}")));
    assert!(found(refused.repeat(2)));
    assert!(found(format!("{refused}{refused}{}", serves(90))));
    assert!(found(format!("{start}{refused}{refused}")));
}

#[test]
fn a_container_that_starts_is_asked_before_it_serves() {
    let probe = |second: u32, kind: &str| {
        let at = format!("03:{:02}:{:02}", 14 + second / 60, second % 60);
        format!(
            "Nov 27 {at} cp1 kubelet[812]: I1127 {at}.000000     812 prober.go:107] \"Probe failed\" probeType=\"{kind}\" pod=\"kube-system/etcd-cp1\" containerName=\"etcd\" probeResult=\"failure\" output=\"Get \\\"http://127.0.0.1:2381/health\\\": dial tcp 127.0.0.1:2381: connect: connection refused\"\n"
        )
    };
    let found = |log: String| crate::rules::check(&facts(&[&log])).first().map(|finding| finding.id);
    assert_eq!(found(probe(0, "Startup") + &probe(10, "Startup")), None);
    assert_eq!(found(probe(0, "Startup") + &probe(300, "Startup")), Some(RuleId::EtcdUnreachable));
    assert_eq!(found(probe(0, "Liveness") + &probe(10, "Liveness")), Some(RuleId::EtcdUnreachable));
}

/// Up to 0.12 a fleetd that waits for etcd prints nothing while it does (coreos/fleet@v0.11.5:server/server.go:156-182).
#[test]
fn a_fleetd_that_never_started_its_parts_again_did_not_find_etcd() {
    let line = |minute: u32, host: &str, words: &str| format!("Apr 20 10:{minute:02}:10 {host} fleetd[9]: {words}\n");
    let log =
        line(1, "core-02", "ERROR engine.go:217: Engine leadership lost, renewal failed: dial tcp 127.0.0.1:2379: connection refused")
            + &line(2, "core-02", "ERROR server.go:189: Server monitor triggered: Monitor timed out before successful heartbeat")
            + &line(2, "core-02", "INFO server.go:157: Establishing etcd connectivity");
    let others = line(9, "core-01", "INFO engine.go:185: Engine leadership acquired");
    let back = line(3, "core-02", "INFO server.go:168: Starting server components");
    let severity = |texts: &[&str]| find(&facts(texts), RuleId::EtcdUnreachable).expect("refused").severity;
    assert_eq!(severity(&[&log, &others]), Severity::Critical);
    assert_eq!(severity(&[&(log.clone() + &back), &others]), Severity::Warning);
}

#[test]
fn a_client_that_asks_where_etcd_does_not_listen() {
    let refused =
        "Error:  client: etcd cluster is unavailable or misconfigured; error #0: dial tcp 127.0.0.1:2379: getsockopt: connection refused\n";
    let listens = |on: &str| format!("2017-12-04 03:45:16.155213 I | embed: listening for client requests on {on}:2379\n");
    let title = |log: String| find(&facts(&[&log]), RuleId::EtcdUnreachable).expect("refused").title;
    let told = title(listens("192.0.2.7") + refused);
    assert!(told.ends_with("etcd listens on 192.0.2.7:2379, not on 127.0.0.1:2379"), "{told}");
    for here in ["127.0.0.1", "0.0.0.0", "http://localhost"] {
        assert!(!title(listens("192.0.2.7") + &listens(here) + refused).contains("listens"), "{here}");
    }
    let remote = refused.replace("127.0.0.1", "192.0.2.8");
    assert!(!title(listens("192.0.2.7") + &remote).contains("listens"), "another machine's etcd may be down");
}

#[test]
fn the_old_port_that_etcdctl_tries_too_is_no_trouble() {
    let log = |first: &str| {
        format!(
            "Error:  client: etcd cluster is unavailable or misconfigured; error #0: {first}\n; error #1: dial tcp 127.0.0.1:4001: getsockopt: connection refused\n"
        )
    };
    assert!(find(&facts(&[&log("client: endpoint http://127.0.0.1:2379 exceeded header timeout")]), RuleId::EtcdUnreachable).is_none());
    assert!(find(&facts(&[&log("dial tcp 127.0.0.1:2379: getsockopt: connection refused")]), RuleId::EtcdUnreachable).is_some());
}

#[test]
fn a_port_that_refuses_behind_a_tunnel() {
    let log = "INFO log.go:73: Failed getting response from http://127.0.0.1:4001/: ssh: rejected: connect failed (Connection refused)\n";
    assert!(find(&facts(&[log]), RuleId::EtcdUnreachable).is_some());
}

#[test]
fn two_endpoints_of_which_none_answers_are_not_back() {
    let failed = |minute: u32, error: &str| {
        format!("Apr 13 04:{minute}:19 m fleetd[10]: INFO client.go:291: Failed getting response from http://192.0.2.1:4001/: {error}\n")
    };
    let log = failed(26, "dial tcp 192.0.2.1:4001: connection refused")
        + &failed(26, "cancelled")
        + &failed(27, "dial tcp 192.0.2.1:4001: connection refused")
        + &failed(27, "cancelled");
    assert_eq!(find(&facts(&[&log]), RuleId::EtcdUnreachable).expect("refused").severity, Severity::Critical);
}

#[test]
fn a_proxy_that_reaches_no_member() {
    let log = "\
Nov 01 12:10:00 worker-7 etcd2[655]: proxy: failed to direct request to http://192.0.2.10:2379: dial tcp 192.0.2.10:2379: i/o timeout
Nov 01 12:10:00 worker-7 etcd2[655]: proxy: marked endpoint http://192.0.2.10:2379 unavailable
Nov 01 12:10:02 worker-7 etcd2[655]: proxy: zero endpoints currently available
";
    assert_eq!(find(&facts(&[log]), RuleId::EtcdUnreachable).expect("no member").severity, Severity::Critical);
    // A member that took the request and was slow.
    let slow = "Nov 01 12:10:00 worker-7 etcd2[655]: proxy: failed to direct request to http://192.0.2.10:2379: net/http: timeout awaiting response headers\n";
    assert!(find(&facts(&[slow]), RuleId::EtcdUnreachable).is_none());
}

#[test]
fn a_machine_that_is_off() {
    let log = "2024-11-15T16:08:35.082401449+08:00 stderr F }. Err: connection error: desc = \"transport: Error while dialing dial tcp 192.0.2.16:2379: connect: connection timed out\"\n";
    assert!(find(&facts(&[log]), RuleId::EtcdUnreachable).expect("off").title.starts_with("etcd's client port did not answer"));
}

#[test]
fn the_old_port_is_no_trouble_where_the_other_one_answers() {
    let log = |first: &str| {
        format!(
            "Error:  client: etcd cluster is unavailable or misconfigured; error #0: {first}; error #1: dial tcp 127.0.0.1:4001: getsockopt: connection refused\n"
        )
    };
    let found = |first: &str| find(&facts(&[&log(first)]), RuleId::EtcdUnreachable).is_some();
    assert!(!found("client: etcd member http://127.0.0.1:2379 has no leader"));
    assert!(found("dial tcp 127.0.0.1:2379: getsockopt: connection refused"));
}

#[test]
fn a_refusal_that_systemctl_shortened() {
    let log = "Jul 17 09:20:57 node-1 fleetd[857]: INFO client.go:292: Failed getting response from http://localhost:4001/: dial tcp 127....refused\n";
    assert!(find(&facts(&[log]), RuleId::EtcdUnreachable).is_some());
}

#[test]
fn what_reached_nobody_was_not_refused() {
    for log in [
        "2021/03/29 08:51:52 [error] 49#49: *2 [lua] config_etcd.lua:530: failed to fetch data from etcd: etcd.ns.svc.cluster.local could not be resolved (3: Host not found),  etcd key: /apisix/proto, context: ngx.timer\n",
        "E0727 01:27:04.232156 32680 fleetctl.go:141] error attempting to check latest fleet version in Registry: 501: All the given peers are not reachable (Tried to connect to each peer twice and failed) [0]\n",
        "2019-04-04 14:22:42,710 ERROR: Failed to get list of machines from http://192.0.2.6:4001/v2: MaxRetryError(\"HTTPConnectionPool(host=u'192.0.2.6', port=4001): Max retries exceeded with url: /v2/machines (Caused by NewConnectionError('Failed to establish a new connection: [Errno 113] No route to host',))\",)\n",
    ] {
        let title = find(&facts(&[log]), RuleId::EtcdUnreachable).expect(log).title;
        assert!(title.contains("out of reach"), "{title}");
    }
}

#[test]
fn a_discovery_service_is_no_client_port() {
    let log = "Dec 08 07:20:56 n2 etcd[208]: [etcd] Dec  8 07:20:56.488 WARNING   | n2 failed to connect discovery service[https://discovery.example/17]: 501: All the given peers are not reachable (Tried to connect to each peer twice and failed) [0]\n";
    assert!(find(&facts(&[log]), RuleId::EtcdUnreachable).is_none());
}

#[test]
fn a_python_client_and_only_of_etcds_port() {
    let refused = |port: u32| {
        format!(
            "2019-07-31 10:26:23,208 ERROR: Request to server http://192.0.2.7:{port} failed: MaxRetryError(\"HTTPConnectionPool(host='192.0.2.7', port={port}): Max retries exceeded with url: /v2/keys/a (Caused by NewConnectionError('Failed to establish a new connection: [Errno 111] Connection refused'))\")\n"
        )
    };
    assert!(find(&facts(&[&refused(2379)]), RuleId::EtcdUnreachable).is_some());
    assert!(find(&facts(&[&refused(8008)]), RuleId::EtcdUnreachable).is_none());
}

#[test]
fn an_etcd_that_is_told_to_stop_refuses_for_a_moment() {
    let log = "\
2018-12-07 15:45:13.287671 N | pkg/osutil: received terminated signal, shutting down...
WARNING: 2018/12/07 15:45:13 grpc: addrConn.resetTransport failed to create client transport: connection error: desc = \"transport: Error while dialing dial tcp 192.0.2.1:2379: getsockopt: connection refused\"; Reconnecting to {192.0.2.1:2379 0  <nil>}
";
    assert!(find(&facts(&[log]), RuleId::EtcdUnreachable).is_none());
}

#[test]
fn a_slow_answer_is_no_refusal() {
    let log = "Nov 28 12:41:28 node fleetd[577]: INFO client.go:278: Failed getting response from http://localhost:4001/: cancelled\n";
    assert!(find(&facts(&[log]), RuleId::EtcdUnreachable).is_none());
}

/// kops keeps events in an etcd of their own, and `kubectl get componentstatuses` asks each for its health.
#[test]
fn what_asks_for_health_asks_the_port_for_clients() {
    for port in [2379, 4002, 32379] {
        let rows = format!(
            "etcd-1               Unhealthy   Get http://127.0.0.1:{port}/health: dial tcp 127.0.0.1:{port}: getsockopt: connection refused\n\
             etcd-0               Healthy     {{\"health\": \"true\"}}\n"
        );
        let facts = facts(&[&rows]);
        assert!(find(&facts, RuleId::EtcdUnreachable).is_some_and(|found| found.title.contains("refused 1")), "{port}");
        assert!(find(&facts, RuleId::EtcdPeerNetwork).is_none(), "{port}");
    }
}

#[test]
fn other_words_for_an_etcd_that_is_not_there() {
    let title = |text: &str| find(&facts(&[text]), RuleId::EtcdUnreachable).map(|found| found.title);
    let quoted = "\"Failed to load the cache, etcd cluster is unavailable or misconfigured; error #0: dial tcp 192.0.2.7:6666: getsockopt: connection refused\"\n";
    assert!(title(quoted).is_some_and(|title| title.contains("refused")));
    let cilium = "KVStore:                Failure   Err: not able to connect to any etcd endpoints\n";
    assert!(title(cilium).is_some_and(|title| title.contains("out of reach")));
}
