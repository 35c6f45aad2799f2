use crate::report::{Direction, Step};
use crate::{Document, Input, analyze};

const POD: &str = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [etcd, --heartbeat-interval=100, --election-timeout=1000]\n    image: registry.k8s.io/etcd:3.5.9-0\n";
const KUBEADM: &str = "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\netcd:\n  local:\n    extraArgs: {heartbeat-interval: \"100\", election-timeout: \"1000\"}\n";
const K3S: &str = "cluster-init: true\netcd-arg:\n- heartbeat-interval=100\n- election-timeout=1000\n";
const RKE: &str = "nodes: []\nservices:\n  etcd:\n    extra_args: {heartbeat-interval: \"100\", election-timeout: \"1000\"}\n";
const COMPOSE: &str =
    "services:\n  etcd:\n    image: quay.io/coreos/etcd:v3.5.7\n    command: [etcd, --heartbeat-interval=100, --election-timeout=1000]\n";
const OPENSHIFT: &str = "apiVersion: operator.openshift.io/v1\nkind: Etcd\nspec:\n  controlPlaneHardwareSpeed: Standard\n";
const FLAGS: &str = "ETCD_HEARTBEAT_INTERVAL=100\nETCD_ELECTION_TIMEOUT=1000\n";

/// The texts and commands of the roll-out and of what to measure, in one.
fn steps(configuration: &str) -> String {
    let change = "2024-05-03 01:11:04.120000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 1.4s)
2024-05-03 01:11:04.130000 I | raft: 8211f1d0f64f3269 became follower at term 8
2024-05-03 01:11:04.140000 I | raft: raft.node: 8211f1d0f64f3269 lost leader 8211f1d0f64f3269 at term 8
2024-05-03 01:11:04.150000 I | raft: raft.node: 8211f1d0f64f3269 elected leader 8e9e05c52164694d at term 8
";
    let texts = [configuration, change].map(str::to_owned);
    let documents = texts.map(|text| Document { name: None, text }).into();
    let report = analyze(&Input { documents, ..Input::default() });
    let written = |step: &Step| format!("{}\n{}\n{}\n", step.text, step.commands.join("\n"), step.effect);
    report.rollout.iter().chain(&report.measure_next).map(written).collect()
}

#[test]
fn there_is_no_way_back_to_what_etcd_refuses() {
    let goes_back = |configuration: &str| steps(configuration).contains("To go back");
    assert!(goes_back(FLAGS));
    assert!(!goes_back(&FLAGS.replace("1000", "400")));
}

/// Nothing runs with a value that its daemon refuses.
#[test]
fn what_does_not_start_has_no_today() {
    let told = |text: String| {
        let documents = vec![Document { name: None, text }];
        let report = analyze(&Input { documents, ..Input::default() });
        let costs = report.recommendations.iter().filter(|row| !row.proposed_text.is_empty()).map(|row| row.cost.as_str());
        let steps = report.rollout.iter().flat_map(|step| [step.text.as_str(), step.effect.as_str()]);
        report.verdict.pay.iter().map(String::as_str).chain(costs).chain(steps).collect::<Vec<_>>().join("\n")
    };
    let etcd = |beat: &str| told(format!("#!/bin/sh\nexec etcd --name a --heartbeat-interval={beat} --election-timeout=2500\n"));
    let fleet = |ttl: &str| told(format!("#cloud-config\ncoreos:\n  fleet:\n    agent-ttl: {ttl}\n    etcd-request-timeout: 5\n"));
    for (said, daemon) in [(etcd("500ms"), "etcd does not start"), (fleet("120"), "fleetd does not start")] {
        assert!(said.contains(daemon), "{said}");
        assert!(!said.contains("instead of") && !said.contains("still at") && !said.contains("To go back"), "{said}");
    }
    let zero = fleet("40s\n    engine-reconcile-interval: 1s");
    assert!(!zero.contains("0\u{a0}s"), "{zero}");
    let runs = fleet("40s");
    assert!(runs.contains("instead of") && runs.contains("To go back"), "{runs}");
}

/// Neither daemon starts with this file: etcd is told of first and comes back first, as fleetd does nothing without it.
#[test]
fn what_etcd_refuses_comes_before_what_fleet_refuses() {
    let file = "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 500\n    election-timeout: 1000\n  fleet:\n    agent-ttl: 30\n  units:\n  - {name: etcd2.service, command: start}\n  - {name: fleet.service, command: start}\n";
    let documents = vec![Document { name: None, text: file.to_owned() }];
    let report = analyze(&Input { documents, ..Input::default() });
    assert!(report.verdict.headline.starts_with("election-timeout 1000"), "{}", report.verdict.headline);
    let at = |words: &str| report.rollout.iter().position(|step| step.text.starts_with(words)).expect(words);
    assert!(at("Restart etcd") < at("Restart fleetd"));
    // fleetd reads no value there, neither this one nor the default.
    let ttl = report.recommendations.iter().find(|row| row.parameter == "fleet.agent-ttl").expect("to be written anew");
    assert_eq!((ttl.current.text.as_str(), ttl.current.evidence.as_ref().map(|at| at.line)), ("30", Some(7)));
    assert_eq!((ttl.direction, ttl.proposed_text.as_str()), (Direction::Set, "30s"));
    assert!(report.alternatives.iter().all(|form| form.form != "static-pod"), "no kubelet beside fleet");
}

/// Its operator undoes edits of the manifests.
#[test]
fn openshift_is_told_of_its_operator() {
    let steps = steps(OPENSHIFT);
    assert!(steps.contains("Set the hardware speed Slower") && steps.contains("\noc patch etcd/cluster"), "{steps}");
    assert!(!steps.contains("manifest on one control-plane machine"), "{steps}");
    assert!(!steps.contains("kubectl") && !steps.contains("Restart etcd with") && !steps.contains("old values"), "{steps}");
}

/// The corrected file holds both values, so the first pass says which one waits.
#[test]
fn two_passes_name_the_value_that_waits() {
    let steps = steps(&FLAGS.replace("1000", "800"));
    let first = steps.lines().find(|line| line.starts_with("First raise election-timeout alone")).expect("two passes");
    assert!(first.contains("leave heartbeat-interval at 100\u{a0}ms in the file"), "{first}");
    assert!(steps.contains("Then raise heartbeat-interval to "), "{steps}");
}

#[test]
fn an_alert_alone_is_of_an_etcd_of_today() {
    let alert = "description: etcd cluster \"kube-etcd\": 99th percentile fsync durations are 1.584s on etcd instance 192.0.2.7:2381.\n";
    let documents = vec![Document { name: None, text: alert.to_owned() }];
    let commands: String =
        analyze(&Input { documents, ..Input::default() }).measure_next.into_iter().flat_map(|step| step.commands).collect();
    assert!(commands.contains("/var/lib/etcd") && !commands.contains("etcd2"), "{commands}");
}

#[test]
fn what_fleetctl_says_is_of_an_etcd_of_its_time() {
    let text = "Error retrieving list of units from repository: googleapi: Error 503: fleet server unable to communicate with etcd\n";
    let documents = vec![Document { name: None, text: text.to_owned() }];
    let commands: String =
        analyze(&Input { documents, ..Input::default() }).measure_next.into_iter().flat_map(|step| step.commands).collect();
    assert!(commands.contains("cluster-health") && commands.contains("-u etcd2 -u fleet"), "{commands}");
}

#[test]
fn etcd_that_prints_json_without_a_journal_runs_in_a_pod() {
    let line = r#"{"level":"warn","ts":"2026-11-27T03:14:21.231Z","caller":"etcdserver/raft.go:416","msg":"leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk","to":"6e3bd23ae5f1eae0","heartbeat-interval":"100ms","expected-duration":"200ms","exceeded-duration":"1.420123456s"}
{"level":"info","ts":"2026-11-27T03:20:41.131Z","logger":"raft","caller":"etcdserver/zap_raft.go:77","msg":"raft.node: 8e9e05c52164694d lost leader 6e3bd23ae5f1eae0 at term 12"}
{"level":"info","ts":"2026-11-27T03:20:42.331Z","logger":"raft","caller":"etcdserver/zap_raft.go:77","msg":"raft.node: 8e9e05c52164694d elected leader 8e9e05c52164694d at term 13"}
"#;
    let commands = |text: String| -> String {
        let documents = vec![Document { name: None, text }];
        analyze(&Input { documents, ..Input::default() }).measure_next.into_iter().flat_map(|step| step.commands).collect()
    };
    let slow = r#"{"level":"warn","ts":"2026-11-27T03:14:22.231Z","caller":"txn/util.go:93","msg":"apply request took too long","took":"310.1ms","expected-duration":"100ms","prefix":"read-only range ","request":"key:\"/registry/pods\"","response":"range_response_count:1 size:9"}
"#;
    let bare = commands(line.to_owned() + slow);
    assert!(bare.contains("kubectl -n kube-system logs") && !bare.contains("journalctl -u"), "{bare}");
    let unknown = commands(line.to_owned());
    assert!(!unknown.contains("kubectl"), "{unknown}");
    let headed = line.lines().map(|line| format!("Nov 27 03:20:42 core-1 etcd[815]: {line}\n")).collect();
    let headed = commands(headed);
    assert!(headed.contains("journalctl -u etcd") && !headed.contains("kubectl"), "{headed}");
}

/// Of a log alone the values come in the form that what starts etcd takes.
#[test]
fn a_log_tells_where_the_values_go() {
    let late = r#"{"level":"warn","ts":"2024-01-10T07:55:33.433Z","caller":"etcdserver/raft.go:416","msg":"leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk","to":"63b75c3d731594fc","heartbeat-interval":"100ms","expected-duration":"200ms","exceeded-duration":"1.31s"}
{"level":"info","ts":"2024-01-10T07:55:33.533Z","logger":"raft","caller":"etcdserver/zap_raft.go:77","msg":"1a1a1a1a1a1a1a1a [term: 7] received a MsgVote message with higher term from 63b75c3d731594fc [term: 8]"}
{"level":"info","ts":"2024-01-10T07:55:33.633Z","logger":"raft","caller":"etcdserver/zap_raft.go:77","msg":"raft.node: 1a1a1a1a1a1a1a1a elected leader 63b75c3d731594fc at term 8"}
{"level":"warn","ts":"2024-01-10T08:55:33.433Z","caller":"etcdserver/raft.go:416","msg":"leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk","to":"63b75c3d731594fc","heartbeat-interval":"100ms","expected-duration":"200ms","exceeded-duration":"1.31s"}
{"level":"warn","ts":"2024-01-10T08:55:44.433Z","caller":"txn/util.go:93","msg":"apply request took too long","took":"310.1ms","expected-duration":"100ms","prefix":"read-only range ","request":"key:\"/kubernetes.io/pods\"","response":"size:9"}
"#;
    let beside = |file: &str, head: &str| {
        let text = late.lines().map(|line| format!("{head}{line}\n")).collect();
        let documents = [text, file.to_owned()].map(|text| Document { name: None, text }).into();
        analyze(&Input { documents, ..Input::default() })
    };
    let report = |head: &str| beside("", head);
    let k3s = report("Jan 10 07:55:33 n1 k3s[85]: ");
    // Variables of etcd's are none of an etcd within k3s, its own file is.
    let patched = |file: &str| beside(file, "Jan 10 07:55:33 n1 k3s[85]: ").patches[0].document.is_some();
    assert!(!patched(FLAGS) && patched(K3S));
    let text = k3s.patches[0].text.as_deref().expect("a snippet");
    assert!(text.starts_with("etcd-arg:\n- heartbeat-interval="), "{text}");
    let commands: String = k3s.rollout.iter().chain(&k3s.measure_next).flat_map(|step| step.commands.clone()).collect();
    assert!(commands.contains("restart k3s") && commands.contains("journalctl -u k3s"), "{commands}");
    let rke2 = report("Jan 10 07:55:33 n1 rke2[85]: ");
    let commands: String = rke2.rollout.iter().chain(&rke2.measure_next).flat_map(|step| step.commands.clone()).collect();
    assert!(
        commands.contains("restart rke2-server") && commands.contains("logs --timestamps etcd-NODE") && !commands.contains("journalctl"),
        "{commands}"
    );
    let openshift = report("");
    let patch = &openshift.patches[0];
    assert!(patch.text.is_none() && patch.reason.as_deref().is_some_and(|why| why.contains("hardware speed Slower")), "{patch:?}");
}

/// As long as the old election-timeout is in the file, followers wait that long for a leader that is restarted.
#[test]
fn a_pass_costs_an_election_of_the_values_that_are_in_force_in_it() {
    let document = |text: String| Document { name: None, text };
    let report = |text: String| analyze(&Input { documents: vec![document(text)], ..Input::default() });
    let costs = |text: String| -> Vec<String> {
        let steps = report(text).rollout.into_iter().filter(|step| step.text.contains("followers first"));
        steps.map(|step| step.effect).collect()
    };
    let long = report(FLAGS.replace("=100\n", "=5000\n").replace("=1000", "=50000"));
    let effect = |words: &str| long.rollout.iter().find(|step| step.text.starts_with(words)).expect(words).effect.clone();
    assert!(effect("First lower heartbeat-interval").ends_with("up to 75\u{a0}s."), "{}", effect("First lower heartbeat-interval"));
    assert!(effect("Then lower").ends_with("up to 3.75\u{a0}s."), "{}", effect("Then lower"));
    // It is replaced sooner than today, so that is no price.
    assert!(long.verdict.pay.is_empty() && long.verdict.gain.len() == 1, "{:?}", long.verdict);
    assert!(costs(FLAGS.replace("=100\n", "=500\n")).iter().all(|cost| cost.ends_with("up to 1.5\u{a0}s.")));
}

/// k3s and RKE2 read their own file as they start; systemd has a part only in the unit that hands them the values.
#[test]
fn what_k3s_reads_itself_needs_no_reload_of_systemd() {
    let said = steps(K3S);
    assert!(said.contains("restart k3s") && !said.contains("daemon-reload"), "{said}");
    assert!(steps(FLAGS).contains("daemon-reload"));
    let unit = "[Service]\nExecStart=/usr/local/bin/k3s server --etcd-arg=heartbeat-interval=100 --etcd-arg=election-timeout=1000\n";
    assert!(steps(unit).contains("restart k3s") && steps(unit).contains("daemon-reload"));
}

/// The other words in capitals say what to put there.
#[test]
fn what_node_stands_for_is_said_once() {
    let explained = |text: &str| steps(text).matches("NODE is the name").count();
    assert_eq!((explained(POD), explained(K3S), explained(FLAGS)), (1, 1, 0));
}

#[test]
fn a_corrected_file_is_spoken_of_only_where_there_is_one() {
    let stated_twice = format!("{K3S}- election-timeout=1000\n");
    for (configuration, corrected) in [(FLAGS, true), (K3S, true), (RKE, true), (COMPOSE, true), ("", false), (&stated_twice, false)] {
        let steps = steps(configuration);
        assert_eq!(
            (steps.contains("the corrected "), steps.contains("Merge the snippet into your file")),
            (corrected, !corrected),
            "{configuration}{steps}"
        );
    }
}

#[test]
fn what_starts_etcd_is_what_is_spoken_of() {
    for (configuration, said, unsaid) in [
        (POD, "edit configmap kubeadm-config", "systemctl"),
        (POD, "kubelet", "systemctl"),
        (KUBEADM, "/etc/kubernetes/manifests/etcd.yaml", "systemctl"),
        (K3S, "restart k3s", "kubelet"),
        (RKE, "rke up", "systemctl"),
        (COMPOSE, "docker compose up", "kubelet"),
        (&format!("{COMPOSE}    deploy: {{mode: global}}\n"), "docker stack deploy", "compose"),
        (&format!("{COMPOSE}    deploy: {{replicas: 1}}\n"), "docker compose up", "stack"),
        (
            "#cloud-config\nrancher:\n  services:\n    etcd:\n      image: quay.io/coreos/etcd:v3.3.10\n      command: etcd --election-timeout=1000\n",
            "ros service up",
            "docker compose",
        ),
        ("FROM quay.io/coreos/etcd:v3.5.7\nENV ETCD_ELECTION_TIMEOUT=1000\n", "build the image anew", "systemctl"),
        (
            "kind: Cluster\nspec:\n  k0s:\n    config:\n      kind: ClusterConfig\n      spec:\n        storage:\n          etcd: {extraArgs: {election-timeout: \"1000\"}}\n",
            "k0sctl apply",
            "systemctl",
        ),
        (
            "data:\n  user: |\n    #cloud-config\n    coreos:\n      etcd2:\n        election-timeout: 1000\n",
            "see in its plan that it makes none of them anew",
            "kubelet",
        ),
        (
            "Ours:\n```\n#cloud-config\ncoreos:\n  etcd2:\n    election-timeout: 1000\n```\nand\n```\n2024-05-03 01:11:04.120000 W | etcdserver: server is likely overloaded\n```\n",
            "applied at the next boot",
            "in its plan",
        ),
        (
            "curl x | INSTALL_K3S_EXEC=\"server --etcd-arg=heartbeat-interval=100 --etcd-arg=election-timeout=1000\" sh -\n",
            "restart k3s",
            "etcd2",
        ),
        (
            "curl x | INSTALL_K3S_EXEC=\"server --etcd-arg=heartbeat-interval=100 --etcd-arg=election-timeout=1000\" sh -\n",
            "the installer starts k3s anew itself",
            "on every server",
        ),
        ("x = {\n  etcd-arg = [\n    \"heartbeat-interval=100\",\n    \"election-timeout=1000\",\n  ]\n}\n", "restart k3s", "restart etcd"),
        (
            "machine_global_config = yamlencode({\n  etcd-arg = [\n    \"heartbeat-interval=100\",\n    \"election-timeout=1000\",\n  ]\n})\n",
            "kubectl apply",
            "systemctl",
        ),
        ("minikube start --extra-config=etcd.heartbeat-interval=100\n", "kubeadm", "systemctl"),
        (&format!("kind: Service\n---\n{POD}"), "kubelet", "NAMESPACE"),
        (&POD.replace("kind: Pod", "kind: StatefulSet"), "kubectl -n NAMESPACE exec POD", "kubelet"),
        (
            "kind: EtcdCluster\nspec:\n  pod:\n    etcdEnv:\n    - name: ETCD_ELECTION_TIMEOUT\n      value: \"1000\"\n",
            "helm upgrade",
            "etcd-NODE",
        ),
        ("etcd:\n  extraEnvVars:\n  - name: ETCD_ELECTION_TIMEOUT\n    value: \"1000\"\n", "helm upgrade", "systemctl"),
        (FLAGS, "systemctl restart etcd", "kubelet"),
        ("docker run -d quay.io/coreos/etcd:v3.5.7 etcd --election-timeout=1000\n", "docker rm NAME", "systemctl"),
        (
            "ssh a bash -s <<END\ndocker run -d quay.io/coreos/etcd:v3.5.7 etcd --election-timeout=1000\nEND\n",
            "docker rm NAME",
            "systemctl",
        ),
        ("    etcd:\n      local:\n        extraArgs:\n          election-timeout: \"1000\"\n", "kubeadm", "helm"),
        ("[program:etcd]\ncommand=/usr/bin/etcd --election-timeout=1000\n", "supervisorctl update", "systemctl"),
        ("--data-dir=${SNAP_COMMON}/etcd\n--election-timeout=1000\n", "snap restart microk8s", "systemctl"),
        (
            "task \"etcd\" {\n  driver = \"docker\"\n  config {\n    args = [\"etcd\", \"--election-timeout=1000\"]\n  }\n}\n",
            "nomad job run",
            "systemctl",
        ),
        (
            "[{\"op\": \"add\", \"path\": \"/cluster/etcd/extraArgs\", \"value\": {\"election-timeout\": \"1000\"}}]\n",
            "talosctl",
            "systemctl",
        ),
        (
            "variant: flatcar\nversion: 1.0.0\nsystemd:\n  units:\n  - name: etcd-member.service\n    dropins:\n    - name: a.conf\n      contents: |\n        [Service]\n        Environment=ETCD_ELECTION_TIMEOUT=1000\n",
            "restart etcd-member",
            "on every machine",
        ),
        (
            "#cloud-config\npackages: [etcd-server]\nwrite_files:\n- path: /etc/default/etcd\n  content: |\n    ETCD_ELECTION_TIMEOUT=1000\n",
            "cloud-init writes its files only when",
            "applied at the next boot",
        ),
        ("{\"containerDefinitions\": [{\"name\": \"etcd\", \"command\": [\"etcd\", \"--election-timeout=1000\"]}]}\n", "aws ecs", "docker"),
        ("IMAGE=quay.io/coreos/etcd\ndocker run $IMAGE:v3.5.7 etcd --election-timeout=1000\n", "docker rm NAME", "systemctl"),
        ("etcd_flags=\"--name a --election-timeout=1000\"\n", "rc-service etcd restart", "systemctl"),
        ("start on runlevel [2345]\nexec /usr/bin/etcd --name a --election-timeout=1000\n", "rc-service etcd restart", "systemctl"),
        ("#!/bin/sh\nexec chpst -u etcd etcd --name a --election-timeout=1000\n", "sv restart etcd", "systemctl"),
        ("#!/bin/sh\n# to start on boot\nexec etcd --name a --election-timeout=1000\n", "systemctl restart etcd", "rc-service"),
        (
            "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\netcd:\n  external:\n    endpoints: [\"https://192.0.2.1:2379\"]\n",
            "systemctl restart etcd",
            "kubectl",
        ),
        ("kubectl create configmap etcd --from-literal=ETCD_ELECTION_TIMEOUT=1000\n", "helm upgrade", "systemctl"),
        (
            "- lineinfile:\n    path: /etc/etcd/etcd.conf\n    line: ETCD_ELECTION_TIMEOUT=1000\n",
            "Where a script or a tool makes",
            "on every machine",
        ),
        (
            "cat > /etc/default/etcd <<EOF\nETCD_NAME=a\nETCD_ELECTION_TIMEOUT=1000\nEOF\n",
            "Where a script or a tool makes",
            "on every machine",
        ),
        (
            "etcd:\n  image: quay.io/coreos/etcd:v2.3.7\n  command: -name a -election-timeout 1000\n  ports: [\"2379\"]\n",
            "docker compose up",
            "kubectl",
        ),
        (".PHONY: etcd\nrun:\n\tdocker run quay.io/coreos/etcd:v3.5.7 etcd --election-timeout=1000\n", "docker rm NAME", "systemctl"),
        ("etcd_election_timeout: 1000\n", "Where a script or a tool makes", "on every machine"),
    ] {
        let steps = steps(configuration);
        assert!(steps.contains(said) && !steps.contains(unsaid), "{configuration}{steps}");
    }
}

/// fleet.conf does not overrule a variable, so it is no softer way where one is changed.
#[test]
fn a_signal_helps_where_no_variable_is_set() {
    let log = "Mar 04 10:00:00 core-01 fleetd[9]: INFO fleetd.go:64: Starting fleetd version 0.9.2\nMar 04 10:11:20 core-01 fleetd[9]: INFO client.go:292: Failed getting response from http://127.0.0.1:4001/: cancelled\nMar 04 10:21:20 core-01 fleetd[9]: INFO client.go:292: Failed getting response from http://127.0.0.1:4001/: cancelled\n";
    let told = |configuration: &str| {
        let documents = [configuration, log].map(|text| Document { name: None, text: text.to_owned() }).into();
        let report = analyze(&Input { documents, ..Input::default() });
        report.rollout.iter().map(|step| step.text.clone()).collect::<Vec<_>>().join("\n")
    };
    assert!(told("# fleet.conf\netcd_request_timeout=2\nagent_ttl=\"30s\"\n").contains("SIGHUP"));
    let variables =
        told("#cloud-config\ncoreos:\n  fleet:\n    etcd-request-timeout: 2\n  units:\n  - {name: fleet.service, command: start}\n");
    assert!(variables.contains("Restart fleetd") && !variables.contains("SIGHUP"), "{variables}");
}

/// Each cluster of kops' is brought up by kops.
#[test]
fn kops_hands_its_clusters_on() {
    let kops = "apiVersion: kops.k8s.io/v1alpha2\nkind: Cluster\nspec:\n  etcdClusters:\n  - name: main\n    heartbeatInterval: 100ms\n    leaderElectionTimeout: 1000ms\n";
    assert!(steps(kops).contains("kops rolling-update cluster --yes"), "{}", steps(kops));
    assert!(!steps(POD).contains("kops"));
}
