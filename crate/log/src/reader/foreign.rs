//! Lines that match a message and are not etcd's or fleet's: another program printed them, or people only speak of them.
//! etcd borrows texts from Go, from the system and from gRPC, which other programs print as well: `dial tcp …`,
//! `context deadline exceeded`, `x509: …`, `no space left on device`, `panic: …`. Such a line counts only where something
//! shows that it is about etcd or fleet.

use crate::event::{Event, Meaning, Value};
use crate::header::header;
use crate::line_starts::is_prompt;
use crate::messages::pattern::{Kind, Piece};
use crate::search;
use crate::text::is_letter;

/// Where etcd serves clients: at 2379 from 2.0 on, at 4001 in 0.4, as 2.0 to 2.3 do as well (coreos/fleet@v0.9.2:etcd/client.go:31
/// asks 4001, @v0.10.2:etcd/client.go:33 both), and its health and metrics at 2381, where kubeadm sets it up. kops and Kubernetes on GCE
/// keep events in a second etcd, at 4002 (kubernetes/kops@1.9.0:pkg/model/components/apiserver.go, EtcdServersOverrides).
pub const CLIENT_PORTS: &[&str] = &[":2379", ":2381", ":4001", ":4002"];

/// And where other members: at 2380 from 2.0 on, at 7001 in 0.4, as 2.0 to 2.3 do as well.
pub const PEER_PORTS: &[&str] = &[":2380", ":7001"];

/// Whether one of these ports stands in `text`, not only the first digits of another: a client has one such as 40021.
pub fn has_port(text: &str, ports: &[&str]) -> bool {
    let ends = |at: usize| !text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    ports.iter().any(|port| search::places(text, port).any(|at| ends(at + port.len())))
}

/// Words of etcd and fleet in a line. The logger of etcd 2.1 to 3.4 writes date, time, one letter of `CEWNID`, ` | ` and the package
/// (etcd-io/etcd@v2.3.8, vendored github.com/coreos/pkg/capnslog/formatters.go). Members talk to each other below `/raft`
/// (etcd-io/etcd@v3.4.45:etcdserver/api/rafthttp/http.go, RaftPrefix), where others keep a `raft.go`, and k3s calls the etcd within it its data store (k3s-io/k3s@v1.20.6+k3s1:
/// pkg/cluster/managed.go, testClusterDB).
pub(super) const OURS: &[&str] = &[
    "etcd",
    "ETCD",
    "fleet",
    "rafthttp",
    "\"membership/",
    "/raft\"",
    "/raft:",
    "/raft/stream",
    "/raft/probing",
    "/raft/snapshot",
    "data store connection",
    " C | ",
    " E | ",
    " W | ",
    " N | ",
    " I | ",
];

/// Levels of HashiCorp's loggers (Consul, Nomad, Vault, rqlite), which neither etcd nor fleet prints
/// (hashicorp/go-hclog:intlogger.go:25, before its 1.0; `[ERR]` is older). Rancher, which asks its etcd, has them too.
const LEVELS: &[&str] = &["[ERR] ", "[ERROR] ", "[WARN] ", "[INFO] ", "[DEBUG] ", "[TRACE] "];

/// Calls of the Kubernetes API: its two roots of resources and its three health checks, what its clients say of one that they held
/// back themselves (kubernetes/client-go@v0.20.0:rest/request.go, tryThrottle), and what kubectl says of one that it could not make
/// (kubernetes/kubectl@v0.20.0:pkg/cmd/util/helpers.go, StandardErrorMessage).
const CALLS: &[&str] = &["/api/", "/apis/", "/healthz", "/readyz", "/livez", "client rate limiter", "Unable to connect to the server: "];

const DIALS_A_SOCKET: &str = "dial unix ";

/// Whether other programs print this text too.
pub fn is_borrowed(event: &Event) -> bool {
    match event.meaning {
        Meaning::AcceptFailed
        | Meaning::PeerDialError
        | Meaning::ClientDeadline
        | Meaning::DiskFull
        | Meaning::EtcdPanic
        | Meaning::EtcdFatal
        | Meaning::HostUnresolved
        | Meaning::AlertOver
        | Meaning::AlertFires
        | Meaning::ProbeFailed
        // Whoever holds etcd's raft library prints it, and it names no member.
        | Meaning::EntriesUnwritten
        | Meaning::ContainerEnded => true,
        // gRPC's words; the kubelet and its plugins dial sockets of the machine, and Consul its own servers.
        Meaning::ApiserverClient => search::has(&event.text, DIALS_A_SOCKET) || search::any(&event.text, LEVELS),
        Meaning::TlsRefused => !search::has(&event.text, "rejected connection"),
        _ => false,
    }
}

/// The ids of etcd's members are 64 bits of a hash: one of fewer digits than this does not occur.
const SHORTEST_ID: usize = 8;

/// Whether the line names any member by its id.
fn names_a_member(event: &Event) -> bool {
    let is_id = |text: &str| text.len() >= SHORTEST_ID && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    event.values.iter().any(|(_, value)| matches!(value, Value::Text(text) if is_id(text)))
}

/// Whether a line comes from the raft library of etcd in another program: Docker Swarm, whose logger quotes
/// the message, or Dgraph, CockroachDB and Quorum, whose members have small numbers.
pub fn is_of_another_raft(event: &Event) -> bool {
    if !event.signature().pieces.contains(&Piece::Hole("id", Kind::Id)) {
        return false;
    }
    let short = event.word("id").is_some_and(|id| id.len() < SHORTEST_ID);
    short || search::has(&event.text, "module=raft") || search::has(&event.text, " level=info msg=\"") && !search::has(&event.text, "etcd")
}

/// How a command begins that runs etcdctl.
const COMMANDS: [&str; 6] = ["etcdctl", "ETCDCTL_", "sudo ", "kubectl ", "docker ", "crictl "];

/// What stands around a value in a table of Markdown.
pub const CELL: [char; 4] = [' ', '`', '|', '*'];

/// Whether a line only speaks of a message, as people do: of a late heartbeat without its bracket and with
/// more text after it; of a slow sync without its length; of a deadline in the middle of a sentence.
pub fn is_mention(event: &Event) -> bool {
    let bare = event.values.is_empty() && !event.cut;
    let ends_in = |words: &str| event.text.trim_end_matches(['.', '"', '\'', '`', ' ', '}']).ends_with(words);
    match event.meaning {
        Meaning::HeartbeatLate => {
            let bracket = || search::split(&event.text, "heartbeat on time (").is_some_and(|(_, rest)| rest.contains(')'));
            bare && !bracket() && !ends_in("heartbeat on time") && !ends_in("likely from slow disk")
        }
        Meaning::WalSyncSlow => bare && event.time.is_none() && !event.text.contains(['{', '=']) && !ends_in("slow fdatasync"),
        // The name of a metric, in its explanation or in a query; an alert's rule.
        meaning if is_metric(meaning) || meaning == Meaning::AlertLeaderChanges => {
            let said = event.word("count").unwrap_or("");
            let said = said.rsplit_once('}').map_or(said, |(_, value)| value);
            // Of a query, before its range, the number is what it came to.
            event.word("labels").is_some_and(|labels| labels.starts_with('['))
                || !said.trim_start_matches(CELL).starts_with(|c: char| c.is_ascii_digit())
        }
        // Kubernetes and Docker have versions too.
        Meaning::PeerVersion => bare && search::has(&event.text, "msg=\"") && !search::any(&event.text, OURS),
        Meaning::ApplySlow => bare && event.time.is_none() && !event.text.contains(['{', '=', '[']),
        // etcd's own source.
        Meaning::ServerOverloaded => search::has(&event.text, "(\"server is"),
        // `I see rejected connection again`: etcd's own line has its fields in braces, or names the other side.
        Meaning::TlsRefused => bare && search::has(&event.text, "rejected connection") && !event.text.contains('{'),
        // talosctl lists what befell a service, the newest first: what stands below is over.
        Meaning::ClientDeadline if search::has(&event.text, "]: Health check failed: ") => !event.text.starts_with("EVENTS"),
        Meaning::ClientDeadline => event.time.is_none() && within_a_sentence(&event.text, "context deadline exceeded"),
        // What an article tells people to enter.
        Meaning::CtlDisarm => {
            let command = event.text.trim_start_matches(['$', '#', ' ']);
            let entered = is_prompt(&event.text) || COMMANDS.iter().any(|known| command.starts_with(known));
            // etcd's own line has it behind `msg`.
            !entered && search::has(&event.text, "alarm disarm") && !search::has(&event.text, "\"msg\":\"alarm disarmed\"")
        }
        // Other programs have clusters too, and name theirs: `redis cluster is unavailable`. etcdctl begins a line with it, in Ansible's JSON too.
        Meaning::CtlUnhealthy => search::split(&event.text, "cluster is ").is_some_and(|(before, _)| {
            let before = before.trim_end();
            before.ends_with(is_letter) && !["etcd", "\\n"].iter().any(|ours| before.ends_with(ours))
        }),
        // The reason that Google's own interfaces give; fleet's gives none.
        Meaning::ClientHttp500 => search::has(&event.text, "backendError"),
        Meaning::EtcdPanic => !["panic: ", "fatal error: "].iter().any(|words| begins_with(&event.text, words)),
        // crictl lists what ended with what runs: after one or two starts anew that is no trouble (judgement).
        Meaning::ContainerEnded => {
            let restarts = event.word("restarts").and_then(|words| words.split(' ').next());
            search::has(&event.text, "Exited")
                && restarts.is_some_and(|restarts| restarts.parse::<u32>().is_ok_and(|restarts| restarts < 3))
        }
        // etcd's own line has the error in a field; rkt says it of an image.
        Meaning::EtcdFatal => bare && search::has(&event.text, "discovery failed"),
        // zap puts a trace into each line of level error (etcd 3.6).
        Meaning::StackFrame => {
            let frame = event.text.split(' ').find(|word| word.contains('('));
            event.text.contains('"') || !begins_with(&event.text, frame.unwrap_or_default())
        }
        _ => false,
    }
}

/// Whether it is a line of etcd's metrics, which stands by itself.
pub fn is_metric(meaning: Meaning) -> bool {
    matches!(
        meaning,
        Meaning::MetricWalSync
            | Meaning::MetricCommit
            | Meaning::MetricRoundTrip
            | Meaning::MetricLeaderChanges
            | Meaning::MetricHeartbeatsLate
            | Meaning::MetricSlowApplies
            | Meaning::MetricRequestsFailed
            | Meaning::MetricHasLeader
    )
}

/// Whether a word stands before the message, as in `I get this …`, and no sign that something printed it.
fn within_a_sentence(text: &str, message: &str) -> bool {
    let before = search::split(text, message).map_or("", |(before, _)| before.trim_end_matches([' ', '`', '"', '\'', '*']));
    before.ends_with(|c: char| is_letter(c) || c.is_ascii_digit() || c == ',') && !search::has(before, ": ")
}

/// Programs on etcd's machines that end by faults of their own.
const NEIGHBOURS: [&str; 7] = ["kube", "kernel", "systemd", "containerd", "dockerd", "flannel", "locksmith"];

/// Programs that serve more than etcd: what Go's server says of a handshake comes from their own port, as etcd has its servers
/// say nothing (etcd-io/etcd@v3.4.45:embed/serve.go, ErrorLog; k3s-io/k3s@v1.20.6+k3s1:pkg/cluster/https.go).
const SERVE_MORE: [&str; 4] = ["k3s", "rke2", "kube", "microk8s"];

/// Whether the line names one of these programs before the byte `at`.
fn is_printed_by(text: &str, at: usize, programs: &[&str]) -> bool {
    header(text, at).program.is_some_and(|program| programs.iter().any(|known| program.starts_with(known)))
}

/// Whether these words open the message, as Go's do when a process ends: behind a stamp, a host and the name of a program
/// that holds etcd. Who only tells of a fault, or caught it, has words before.
fn begins_with(text: &str, words: &str) -> bool {
    let Some(at) = search::find(text, words) else { return false };
    !is_printed_by(text, at, &NEIGHBOURS) && text[header(text, at).end.min(at)..at].trim().is_empty()
}

/// Servers beside etcd whose clients refuse a certificate: k3s' and rke2's own one (k3s-io/k3s@v1.20.6+k3s1:pkg/cluster/https.go), and
/// those of Kubernetes, whose logger puts a place and a bracket before what Go's server says.
const OTHER_SERVERS: &[&str] = &["Cluster-Http-Server", "] http: TLS handshake error"];

fn is_of_another_server(text: &str) -> bool {
    let at = search::find(text, "http: TLS handshake error");
    search::any(text, OTHER_SERVERS) || at.is_some_and(|at| is_printed_by(text, at, &SERVE_MORE))
}

/// A row of a list of pods speaks of its pod alone: of etcd's, and not of one that bears the name of its machine, as
/// `kube-proxy-etcd-1` does. The pod stands before how many of its containers are ready.
fn is_of_another_pod(event: &Event) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut pod = "";
    for word in event.text.split(' ').filter(|word| !word.is_empty() && event.meaning == Meaning::ContainerEnded) {
        if word.split_once('/').is_some_and(|(ready, all)| digits(ready) && digits(all)) {
            return !search::has(pod, "etcd") || pod.starts_with("kube-");
        }
        pod = word.rsplit('/').next().unwrap_or(word);
    }
    false
}

/// Whether another program speaks of itself, beside lines of etcd: who dials, asks or serves somewhere that is no place of etcd's, or
/// names itself in the head of the line. Then only its words can make the line etcd's.
fn is_of_a_neighbour(event: &Event) -> bool {
    let text = &event.text;
    match event.meaning {
        Meaning::PeerDialError => true,
        // logrus and others name the fields of a line, and what asks over HTTP names the address.
        Meaning::ClientDeadline | Meaning::TlsRefused | Meaning::AcceptFailed | Meaning::DiskFull => {
            search::any(text, &["://", "msg=\"", "\"logger\":\""]) || names_a_program(text)
        }
        _ => false,
    }
}

/// Whether the head of a line names a program, as syslog does, or a place in its source, as Kubernetes' logger does.
fn names_a_program(text: &str) -> bool {
    let program = header(text, text.len()).program;
    let tagged = || program.is_some_and(|name| !RUN_ETCD.contains(&name)) || program.is_none() && is_number_before(text, SYSLOG);
    is_number_before(text, ("] ", ':')) || tagged()
}

/// Who runs etcd for a unit, and passes on what it prints.
const RUN_ETCD: [&str; 4] = ["docker", "rkt", "sh", "bash"];

/// How syslog's number of a process ends, and how it begins.
const SYSLOG: (&str, char) = ("]: ", '[');

/// Whether a number stands before this mark, behind that letter.
fn is_number_before(text: &str, (mark, opens): (&str, char)) -> bool {
    let before = search::split(text, mark).and_then(|(before, _)| before.rsplit_once(opens));
    before.is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What a leader or a disk that is late makes etcd print: no other program has these texts, whatever name an etcd built into it has
/// (`atomic-openshift-master`).
const UNMISTAKABLE: &[Meaning] = &[Meaning::HeartbeatLate, Meaning::ServerOverloaded, Meaning::WalSyncSlow, Meaning::ApplySlow];

/// Whether syslog says that a program printed the line which neither is etcd or fleet nor is known to pass on what these print, and
/// nothing in the line is theirs: `mqtt[812]: publish error: not connected`. The lines of etcd's raft and of its links name a member, and
/// zap's JSON the place in the source.
pub fn is_tagged_by_another(event: &Event) -> bool {
    let text = &event.text;
    let theirs = || [OURS, CLIENT_PORTS, PEER_PORTS, &["\"caller\":\""]].iter().any(|words| search::any(text, words));
    (event.is_etcd_server() || event.is_fleet())
        && is_number_before(text, SYSLOG)
        && !UNMISTAKABLE.contains(&event.meaning)
        && !names_a_member(event)
        && !theirs()
        && header(text, text.len()).program.is_none()
}

/// Whether a borrowed text is about etcd or fleet. `named` says that the rest of its document is.
pub fn is_ours(event: &Event, named: bool) -> bool {
    let has = |words: &[&str]| search::any(&event.text, words);
    // What MicroK8s keeps its objects in answers as etcd does, and is none; nor is what orders the blocks of Fabric
    // (hyperledger/fabric@v2.2.0:orderer/consensus/etcdraft).
    if has(&["dqlite", "etcdraft", DIALS_A_SOCKET]) || is_of_another_server(&event.text) || is_of_another_pod(event) {
        return false;
    }
    // Talos names the service that it speaks of: `service[containerd](Running): Health check failed: …`.
    let of_another = search::split(&event.text, "service[").is_some_and(|(_, name)| !name.starts_with("etcd]"));
    let by_words = || has(OURS) || named && !is_of_a_neighbour(event);
    let by_port = [CLIENT_PORTS, PEER_PORTS].iter().any(|ports| has_port(&event.text, ports));
    !of_another && (by_port || !has(LEVELS) && !has(CALLS) && by_words())
}

#[cfg(test)]
mod tests {
    use crate::event::Meaning;
    use crate::scan::Scanner;

    fn told(text: &str) -> Vec<Meaning> {
        let mut scanner = Scanner::new(0);
        scanner.push(text.as_bytes());
        scanner.finish().events.iter().map(|event| event.meaning).filter(|meaning| *meaning != Meaning::SnapSaved).collect()
    }

    /// A journal of one machine, or two logs in one paste.
    #[test]
    fn what_others_say_of_their_own_connections_beside_etcd() {
        for line in [
            "Jun 03 10:20:31 n1 prometheus[33]: level=warn msg=\"scrape failed\" err=\"Get http://192.0.2.9:9100/metrics: dial tcp 192.0.2.9:9100: connect: connection refused\"",
            "Jun 03 10:20:32 n1 web[34]: dial tcp 192.0.2.9:8080: connect: connection refused",
            "Jun 03 10:20:32 n1 web[34]: dial tcp 192.0.2.9:40021: connect: connection refused",
            "E0603 10:20:31.123456       1 hook.go:11] failed calling webhook: Post https://hook.test:443/?timeout=30s: dial tcp 192.0.2.9:443: i/o timeout",
            "E0603 10:20:31.123456       1 hook.go:11] failed calling webhook: Post https://hook.test:443/?timeout=30s: context deadline exceeded",
            "Jun 03 10:20:31 n1 dockerd[812]: pulling an image: context deadline exceeded",
            "Jun 03 10:20:31 n1 cockroach[34]: W210603 10:20:31.12 412 kv/kvserver/raft.go:1 slow heartbeat took 3.0s; err=context deadline exceeded",
            "2021/06/03 10:20:31 [INFO] agent: asking failed: context deadline exceeded",
            "time=\"2021-06-03T10:20:31Z\" level=error msg=\"push failed\" error=\"context deadline exceeded\"",
            "{\"level\":\"error\",\"ts\":\"2021-06-03T10:20:31.000Z\",\"logger\":\"controller\",\"msg\":\"Reconciler error\",\"error\":\"context deadline exceeded\"}",
            "Jun 03 10:20:31 n1 dockerd[34]: Get https://registry.test/v2/: x509: certificate signed by unknown authority",
            "E0603 10:20:31.123456       1 auth.go:63] Unable to authenticate the request: x509: certificate has expired or is not yet valid",
            "Jun 03 10:20:31 n1 dockerd[34]: time=\"2021-06-03T10:20:31Z\" level=error msg=\"Failed to log: write /var/lib/docker/containers/1/1-json.log: no space left on device\"",
            "E0603 10:20:31.123456     900 remote_image.go:113] PullImage \"web\" failed: write /var/lib/docker/tmp/1: no space left on device",
            "Jun 03 10:20:31 n1 metrics[34]: http: Accept error: accept tcp [::]:9090: accept4: too many open files; retrying in 1s",
            "2021-06-03T10:20:31.123Z [WARN] agent: grpc: addrConn.createTransport failed to connect to {dc1-192.0.2.9:8300 0 server-0 }. Err :connection error: desc = \"transport: Error while dialing dial tcp ->192.0.2.9:8300: operation was canceled\". Reconnecting...",
            "Jun 03 10:20:31 n1 etcd-wrapper[812]: run: discovery failed",
            "W0603 10:20:31.123456     812 clientconn.go:1223] grpc: addrConn.createTransport failed to connect to {/run/csi.sock  <nil> 0 <nil>}. Err :connection error: desc = \"transport: Error while dialing dial unix /run/csi.sock: connect: connection refused\". Reconnecting...",
        ] {
            let beside = format!("2021-06-03 10:20:30.123456 I | etcdserver: saved snapshot at index 10001\n{line}\n");
            assert_eq!(told(&beside), [], "{line}");
        }
    }

    #[test]
    fn words_that_others_use_too() {
        for line in [
            "Jun 03 10:20:31 n1 mqtt[812]: publish error: not connected",
            "Jun 03 10:20:31 n1 app[812]: unexpected error: read timed out",
            "Jun 03 10:20:31 n1 thermald[812]: temperature alarm raised",
            "Jun 03 10:20:31 n1 postgres[812]: failed to fsync file base/1",
            "Jun 03 10:20:31 n1 app[812]: mysql: error connecting to db.test:3306, retrying in 5s",
            "Jun 03 10:20:31 n1 app[812]: invalid value x for flag -port: parse error",
            "Jun 03 10:20:31 n1 app[812]: Timed out waiting for server to shut down",
            "time=\"2021-06-03T10:20:31Z\" level=error msg=\"failed to get version: EOF\"",
            "the node has already been bootstrapped",
            "redis cluster is unavailable, trying again",
            "Unable to connect to the server: x509: certificate signed by unknown authority",
            "E0603 10:20:31.123456       1 gce.go:11] googleapi: Error 503: The service is currently unavailable., backendError",
            "Jun 03 10:20:31 n1 mon[812]: ceph cluster is degraded",
        ] {
            assert_eq!(told(&format!("2021-06-03 10:20:30.123456 I | etcdserver: saved snapshot at index 10001\n{line}\n")), [], "{line}");
            assert_eq!(told(&format!("{line}\n")), [], "{line}");
        }
    }

    /// Programs that hold etcd, or pass on what it prints, name themselves in the head.
    #[test]
    fn what_is_etcds_under_another_name() {
        for (line, meaning) in [
            (
                "Jun 03 10:20:31 n1 localkube[812]: 2017-06-03 10:20:31.123456 E | etcdserver: publish error: etcdserver: request timed out",
                Meaning::PublishError,
            ),
            (
                "Jun 03 10:20:31 n1 k3s[812]: {\"level\":\"warn\",\"ts\":\"2021-06-03T10:20:31.000Z\",\"caller\":\"txn/util.go:93\",\"msg\":\"apply request took too long\",\"took\":\"1.2s\",\"expected-duration\":\"100ms\"}",
                Meaning::ApplySlow,
            ),
            (
                "Jun 03 10:20:31 n1 atomic-openshift-master[812]: failed to send out heartbeat on time (exceeded the 100ms timeout for 1.3s)",
                Meaning::HeartbeatLate,
            ),
            ("Jun 03 10:20:31 n1 start.sh[812]: sync duration of 1.775391175s, expected less than 1s", Meaning::WalSyncSlow),
            ("Jun 03 10:20:31 n1 my-kv[812]: the connection with 91bc3c398fb3c146 became inactive", Meaning::PeerInactive),
            ("Jun 03 10:20:31 n1 openshift[812]: raft.node: 8e9e05c52164694d lost leader 91bc3c398fb3c146 at term 6", Meaning::LeaderLost),
            (
                "fatal: [n1]: FAILED! => {\"stdout\": \"member 8e9e05c52164694d is unhealthy\\ncluster is unavailable\"}",
                Meaning::CtlUnhealthy,
            ),
        ] {
            assert!(told(&format!("{line}\n")).contains(&meaning), "{line}");
        }
    }

    #[test]
    fn what_the_line_itself_lays_at_etcds_door() {
        for (line, meaning) in [
            (
                "time=\"2021-06-03T10:20:31Z\" level=info msg=\"Failed to test data store connection: context deadline exceeded\"",
                Meaning::ClientDeadline,
            ),
            ("time=\"2021-06-03T10:20:31Z\" level=fatal msg=\"ETCD join failed: context deadline exceeded\"", Meaning::ClientDeadline),
            ("no space left on device", Meaning::DiskFull),
            (
                "Jun 03 10:20:31 n1 k3s[34]: write /var/lib/rancher/k3s/server/db/etcd/member/wal/0.tmp: no space left on device",
                Meaning::DiskFull,
            ),
            ("Error: context deadline exceeded", Meaning::ClientDeadline),
            ("Jun 03 10:20:32 n1 web[34]: dial tcp 192.0.2.9:2379: connect: connection refused", Meaning::PeerDialError),
            (
                "2021/06/03 10:20:32 stream: error posting to \"http://192.0.2.9:42/raft\": dial tcp 192.0.2.9:42: connection refused",
                Meaning::PeerDialError,
            ),
            (
                "2021/06/03 10:20:31 [INFO] Waiting on etcd startup: Get https://localhost:2379/health: x509: certificate has expired or is not yet valid",
                Meaning::TlsRefused,
            ),
            ("Jun 03 10:20:31 n1 etcd[34]: x509: certificate has expired or is not yet valid", Meaning::TlsRefused),
            (
                "Jun 03 10:20:31 n1 docker[34]: 2021/06/03 10:20:31 http: TLS handshake error from 192.0.2.9:52370: remote error: bad certificate",
                Meaning::TlsRefused,
            ),
        ] {
            let beside = format!("2021-06-03 10:20:30.123456 I | etcdserver: saved snapshot at index 10001\n{line}\n");
            assert_eq!(told(&beside), [meaning], "{line}");
        }
    }
}
