//! What is not patched, or only to be looked over, and what is said instead.

use super::*;

/// Also where an editor put a byte order mark before it; nor is what the journal knows of a process.
#[test]
fn what_a_tool_prints_is_no_file_to_edit() {
    let printed =
        "[{\"Config\": {\"Image\": \"quay.io/coreos/etcd:v3.5.9\", \"Env\": [\"ETCD_ELECTION_TIMEOUT=1000\"], \"Cmd\": [\"etcd\"]}}]\n";
    let journal =
        "    _COMM=etcd\n    _CMDLINE=/usr/bin/etcd --name=a --election-timeout=1000\n    MESSAGE=ready to serve client requests\n";
    // The command line of a kernel is another.
    let script = "#!/bin/sh\ncat > /etc/default/grub <<EOF\nGRUB_CMDLINE_LINUX=quiet\nEOF\ncat > /etc/default/etcd <<EOF\nETCD_ELECTION_TIMEOUT=1000\nEOF\n";
    for (text, disposition) in [
        (printed.to_owned(), "refused"),
        (format!("\u{feff}{printed}"), "refused"),
        (journal.to_owned(), "refused"),
        (script.to_owned(), "safe"),
    ] {
        let configuration = config::read(0, &text).expect("a configuration");
        assert_eq!(patch(&[&text], &[configuration], &[ELECTION])[0].disposition, disposition, "{text}");
    }
}

#[test]
fn what_no_reader_would_find_is_not_written() {
    for text in [
        "etcd:\n  machines: [a]\n  election_timeout_in_milliseconds: null\n",
        "const t = `etcd\nargs:\n`\nargs := []string{\"--election-timeout=%d\", \"--heartbeat-interval=250\"}\n",
        "ETCD_NAME=a\nETCD_CONFIG_FILE=/etc/etcd.yml\nETCD_ELECTION_TIMEOUT=1000\n",
    ] {
        let configuration = config::read(0, text).expect("a configuration");
        assert_eq!(patch(&[text], &[configuration], &[ELECTION])[0].diff, None, "{text}");
    }
}

#[test]
fn etcd_3_is_not_set_up_by_a_cloud_config() {
    let of = |etcd| [HEARTBEAT, ELECTION].map(|change| Change { etcd, ..change });
    assert_eq!(snippet(&of(Etcd::V3)).text.as_deref(), Some("ETCD_HEARTBEAT_INTERVAL=250\nETCD_ELECTION_TIMEOUT=2500\n"));
    assert!(alternatives(&of(Etcd::V3), None, "etcd").iter().all(|form| form.form != "cloud-config" && !form.file.contains("etcd2")));
    assert!(snippet(&of(Etcd::V2)).text.is_some_and(|text| text.starts_with("#cloud-config")));
    // Nor is a section for it put beside that of fleet.
    let fleet = "#cloud-config\ncoreos:\n  fleet:\n    agent-ttl: 30s\n";
    let read = [config::read(0, fleet).expect("a configuration")];
    let place = |etcd| patch(&[fleet], &read, &of(etcd))[0].document.clone();
    assert_eq!((place(Etcd::V3), place(Etcd::V2)), (None, Some("d1".to_owned())));
    let etcd = "#cloud-config\ncoreos:\n  etcd2:\n    name: a\n";
    let read = [config::read(0, etcd).expect("a configuration")];
    let disposition = |etcd_of| patch(&[etcd], &read, &of(etcd_of))[0].disposition;
    assert_eq!((disposition(Etcd::V3), disposition(Etcd::V2)), ("refused", "safe"));
}

#[test]
fn a_new_drop_in_is_one_of_the_unit_that_runs() {
    let timeout = Change { parameter: Parameter::EtcdRequestTimeout, value: 5_000_000, etcd: Etcd::V2 };
    let files = alternatives(&[ELECTION, timeout], None, "etcd-member");
    let files: Vec<&str> = files.iter().filter(|form| form.form == "drop-in").map(|form| form.file.as_str()).collect();
    assert_eq!(files, ["etcd-member", "fleet"].map(|unit| format!("/etc/systemd/system/{unit}.service.d/40-timing.conf")));
}

#[test]
fn an_etcd_in_a_pod_is_offered_no_drop_in() {
    let forms = |launcher| alternatives(&[ELECTION], launcher, "etcd").into_iter().map(|form| form.form).collect::<Vec<_>>();
    assert_eq!(forms(Some(Launcher::Kubelet)), ["static-pod"]);
    assert!(forms(None).contains(&"drop-in"));
}

#[test]
fn a_drop_in_of_etcd_0_4_is_looked_over_beside_the_log_of_a_later_one() {
    let text = "#cloud-config\nwrite_files:\n  - path: /run/systemd/system/etcd.service.d/10-oem.conf\n    content: |\n      [Service]\n      Environment=ETCD_PEER_ELECTION_TIMEOUT=1200\n";
    let report = patch(&[text], &[config::read(0, text).expect("a cloud-config")], &[ELECTION]).remove(0);
    assert!(report.disposition == "review" && report.reason.is_some_and(|reason| reason.contains("is etcd 0.4")));
}

#[test]
fn what_keeps_etcd_from_its_start_is_told_beside_the_patch() {
    let of = |flag: &str| {
        let unit = format!("[Service]\nExecStart=/usr/bin/etcd --name a {flag}\n");
        patch(&[&unit], &[config::read(0, &unit).expect("a unit")], &[HEARTBEAT, ELECTION]).remove(0)
    };
    for flag in ["--heartbeat_interval=100", "\u{2013}heartbeat-interval=100"] {
        let report = of(flag);
        assert!(report.disposition == "review" && report.reason.is_some_and(|reason| reason.contains("still does not start")), "{flag}");
    }
    // What the patch itself mends is not.
    assert_eq!(of("--heartbeat-interval=100ms").disposition, "safe");
    let fleet = "#cloud-config\ncoreos:\n  fleet:\n    agent-ttl: 1 m\n    etcd-request-timeout: 1\n";
    let report = patch(&[fleet], &[config::read(0, fleet).expect("a cloud-config")], &[REQUEST]).remove(0);
    assert!(report.reason.is_some_and(|reason| reason.contains("fleetd still does not start")));
}

#[test]
fn options_of_etcd_2_in_the_section_of_0_4_ask_for_etcd_2() {
    let text = "#cloud-config\ncoreos:\n  etcd:\n    advertise-client-urls: http://a:2379\n";
    let added = "coreos:\n  etcd2:\n    heartbeat-interval: 250\n    election-timeout: 2500\n";
    assert_eq!(patched(text, &[HEARTBEAT, ELECTION]), text.replace("coreos:\n", added));
}

#[test]
fn beside_a_refused_file_stands_its_own_form() {
    for (text, expected) in [
        (
            "#cloud-config\ncoreos:\n  etcd2: &a\n    heartbeat-interval: 100\n  other: *a\n",
            "#cloud-config\n\ncoreos:\n  etcd2:\n    heartbeat-interval: 250\n",
        ),
        (
            "[Unit]\nAfter=etcd2.service\n[Install]\nWantedBy=etcd2.service\n[Service]\nExecStart=/usr/bin/etcd2 --name a\nExecStart=/usr/bin/etcd2 --heartbeat-interval=100\nExecStart=/usr/bin/etcd2 --heartbeat-interval=200\n",
            "[Service]\nEnvironment=\"ETCD_HEARTBEAT_INTERVAL=250\"\n",
        ),
        ("etcd1: etcd --name a\netcd2: etcd --name b\n", "--heartbeat-interval=250"),
        (
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: &c [etcd, --heartbeat-interval=100]\n  - args: *c\n",
            "    - --heartbeat-interval=250\n",
        ),
        ("name: a\ninitial-cluster: a=b\nheartbeat-interval: &h 100\nsnapshot-count: *h\n", "heartbeat-interval: 250\n"),
    ] {
        let configuration = config::read(0, text).expect("a configuration");
        let patches = patch(&[text], &[configuration], &[HEARTBEAT]);
        assert_eq!((patches[0].disposition, patches[0].text.as_deref()), ("refused", Some(expected)), "{text}");
    }
}

#[test]
fn what_starts_etcd_with_its_file_is_left_to_the_file() {
    let file = "name: a\ndata-dir: /x\nheartbeat-interval: 100\n";
    for starts in [
        "[Service]\nExecStart=/usr/bin/etcd --config-file /etc/etcd.yml\n",
        "ETCD_CONFIG_FILE=/etc/etcd.yml\nETCD_HEARTBEAT_INTERVAL=200\n",
    ] {
        let texts = [starts, file];
        let read = |texts: &[&str]| (0..texts.len()).map(|at| config::read(at, texts[at]).expect("a configuration")).collect::<Vec<_>>();
        let patches = patch(&texts, &read(&texts), &[HEARTBEAT]);
        assert_eq!(patches.iter().map(|patch| patch.document.as_deref()).collect::<Vec<_>>(), [Some("d2")], "{starts}");
        assert_eq!(patch(&texts[..1], &read(&texts[..1]), &[HEARTBEAT]).len(), 1, "{starts}");
    }
}

#[test]
fn a_change_in_a_file_that_is_refused_as_a_whole_is_not_safe() {
    let file = "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 100\n";
    for (above, expected) in [("", "safe"), ("#!/bin/sh\n", "review"), ("# ours\n", "review")] {
        let text = format!("{above}{file}");
        let patches = patch(&[&text], &[config::read(0, &text).expect("a configuration")], &[HEARTBEAT]);
        assert_eq!(patches[0].disposition, expected, "{text}");
    }
}

#[test]
fn a_refusal_says_why_and_what_to_do() {
    for (text, expected) in [
        ("#cloud-config\ncoreos:\n  etcd2:\n    proxy: on\n  units: [{name: etcd2.service, command: start}]\n", "is a proxy"),
        ("#cloud-config\ncoreos:\n  etcd2:\n    name: a\n  units: [{name: etcd2.service, mask: true}]\n", "is masked here"),
        (
            "apiVersion: kops.k8s.io/v1alpha2\nkind: Cluster\nspec:\n  etcdClusters:\n  - &main\n    name: main\n    leaderElectionTimeout: 2500ms\n",
            "kops knows them as heartbeatInterval",
        ),
        (
            "services:\n  etcd:\n    image: quay.io/coreos/etcd:v3.4.0\n    command: /run.sh\n    environment: [ETCD_NAME=a]\n",
            "each container",
        ),
        ("[Service]\nExecStart=/usr/bin/docker run quay.io/coreos/etcd:v2.3.8 -name a\n", "does not reach a container"),
        ("etcd1: etcd --name a\netcd2: etcd --name b\n", "each command"),
    ] {
        let patches = patch(&[text], &[config::read(0, text).expect("a configuration")], &[HEARTBEAT]);
        let reason = patches[0].reason.as_deref().unwrap_or("");
        assert!(patches[0].disposition == "refused" && reason.contains(expected), "{text}: {reason}");
    }
}

#[test]
fn what_would_not_act_is_refused() {
    let old = Change { etcd: Etcd::V04, ..ELECTION };
    for (text, change, reason) in [
        ("ETCD_LISTEN_PEER_URLS=http://a:2380\nETCD_ELECTION_TIMEOUT=600\n", old, "sets up a later etcd"),
        ("etcd_election_timeout: 600\n", old, "sets up a later etcd"),
        ("#cloud-config\ncoreos:\n  etcd:\n    name: a\n", ELECTION, "No place"),
        // What is masked does not run.
        ("#cloud-config\ncoreos:\n  units:\n    - name: etcd2.service\n      mask: true\n", ELECTION, "is masked here"),
        ("+ etcd --election-timeout=600\n", ELECTION, "A shell printed"),
        ("++ ETCD_NAME=a\n+ etcd --name a\n", ELECTION, "A shell printed"),
    ] {
        let configuration = config::read(0, text).expect("a configuration");
        let patch = &patch(&[text], &[configuration], &[change])[0];
        assert_eq!(patch.disposition, "refused", "{text}");
        assert!(patch.reason.as_deref().is_some_and(|told| told.contains(reason)), "{patch:?}");
    }
}

#[test]
fn what_is_not_edited_has_the_form_of_its_reader_beside_it() {
    let pod = "kind: Pod\nmetadata: {namespace: openshift-etcd}\nspec:\n  containers:\n  - command: [etcd, --election-timeout=1000]\n";
    let druid = "apiVersion: druid.gardener.cloud/v1alpha1\nkind: Etcd\nspec:\n  replicas: 3\n  etcd: {heartbeatDuration: 10s, electionTimeout: 10s}\n";
    let own_file = "[Service]\nExecStart=/usr/bin/etcd --config-file /etc/etcd.yml --election-timeout=1000\n";
    for (text, beside) in [
        (
            "cluster-init: true\netcd-arg: election-timeout=1000\n",
            Some("etcd-arg:\n  - heartbeat-interval=250\n  - election-timeout=2500\n"),
        ),
        (
            "kind: ClusterConfiguration\netcd:\n  local:\n    extraArgs: &a {election-timeout: \"1000\"}\nb: *a\n",
            Some("etcd:\n  local:\n    extraArgs:\n      heartbeat-interval: \"250\"\n      election-timeout: \"2500\"\n"),
        ),
        (
            "apiVersion: kubekey.kubesphere.io/v1alpha2\nkind: Cluster\nspec:\n  etcd: &a {type: kubekey}\n  b: *a\n",
            Some("spec:\n  etcd:\n    heartbeatInterval: 250\n    electionTimeout: 2500\n"),
        ),
        (
            "image: {repository: bitnami/etcd}\nextraEnvVars: &a []\nb: *a\n",
            Some(
                "extraEnvVars:\n  - name: ETCD_HEARTBEAT_INTERVAL\n    value: \"250\"\n  - name: ETCD_ELECTION_TIMEOUT\n    value: \"2500\"\n",
            ),
        ),
        // Beside a variable the same as a flag keeps etcd from its start.
        (
            "kind: Pod\nspec:\n  containers:\n  - image: etcd:3.5.9\n    env: &a [{name: ETCD_ELECTION_TIMEOUT, value: \"1000\"}]\n  - env: *a\n",
            Some("ETCD_HEARTBEAT_INTERVAL=250\nETCD_ELECTION_TIMEOUT=2500\n"),
        ),
        // k3s writes it anew at each start.
        (
            "data-dir: /var/lib/rancher/k3s/server/db/etcd\nelection-timeout: 1000\nheartbeat-interval: 100\n",
            Some("etcd-arg:\n- heartbeat-interval=250\n- election-timeout=2500\n"),
        ),
        // Beside its own file etcd reads nothing else.
        (own_file, Some("heartbeat-interval: 250\nelection-timeout: 2500\n")),
        (
            "[Service]\nEnvironment=ETCD_ELECTION_TIMEOUT=1000 ETCD_CONFIG_FILE=/etc/etcd.yml\nExecStart=/usr/bin/etcd\n",
            Some("heartbeat-interval: 250\nelection-timeout: 2500\n"),
        ),
        (
            "kind: Pod\nspec:\n  containers:\n  - command: [etcd, --config-file=/etc/etcd.yml, --election-timeout=1000]\n",
            Some("heartbeat-interval: 250\nelection-timeout: 2500\n"),
        ),
        // Nothing would take them.
        (pod, None),
        (druid, None),
    ] {
        let patch = &patch(&[text], &[config::read(0, text).expect("a configuration")], &[HEARTBEAT, ELECTION])[0];
        assert_eq!((patch.disposition, patch.text.as_deref()), ("refused", beside), "{text}{patch:?}");
    }
}

#[test]
fn a_broken_file_is_told_of() {
    let text = "#cloud-config\ncoreos:\n  etcd2:\n    election-timeout: 600\n   x: y\n";
    let configuration = config::read(0, text).expect("a configuration");
    let patch = &patch(&[text], &[configuration], &[ELECTION])[0];
    assert!(patch.reason.as_deref().is_some_and(|reason| reason.contains("no valid YAML")), "{patch:?}");
}

#[test]
fn refuses_what_it_cannot_be_sure_of() {
    for text in [
        "#cloud-config\nx: &e {election-timeout: 1000}\ncoreos:\n  etcd2: *e\n",
        "#cloud-config\ncoreos:\n  etcd2:\n    election-timeout: 1000\n    election-timeout: 2000\n",
        "services:\n  a:\n    command: [etcd, --election-timeout=1000]\n  b:\n    command: [etcd]\n",
        "etcd-arg: &e [election-timeout=1000]\nother: *e\n",
        // The second one merges the first, and its command states none.
        "services:\n  a: &b\n    image: etcd\n    command: [etcd, --election-timeout=1000]\n  c:\n    <<: *b\n    command: [etcd, --name=c]\n",
        // The variables of a unit do not reach a container, nor is a line of a file an instruction of a Dockerfile.
        "[Service]\nExecStart=/usr/bin/docker run --name etcd quay.io/coreos/etcd:v2.3.8\n",
        "FROM alpine\nENV ETCD_NAME=a\n",
        "#!/bin/sh\nexport ETCD_NAME=a\n",
        "etcd1: etcd --name a\netcd2: etcd --name b\n",
        // The file that the script writes names the other one alone.
        "#!/bin/sh\nETCD_HEARTBEAT_INTERVAL=100\ncat > .env <<EOF\nNODE=1\nETCD_HEARTBEAT_INTERVAL=${ETCD_HEARTBEAT_INTERVAL}\nEOF\n",
        "{\n  services.etcd = {\n    extraConf = { ELECTION_TIMEOUT = toString (2 * 1000); };\n  };\n}\n",
        "const etcd = {\n  env: { ETCD_HEARTBEAT_INTERVAL: 200, ETCD_ELECTION_TIMEOUT: 2 * 1000 },\n};\n",
        // What the mark writes may be the same lines.
        "cat <<EOF\napiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\netcd:\n  local:\n${ARGUMENTS}\nEOF\n",
        // A section for CoreOS reaches no etcd of RKE2.
        "#cloud-config\nwrite_files:\n- path: /etc/rancher/rke2/config.yaml\n  content: |\n    token: x\n    tls-san: [a]\n",
        "#cloud-config\nwrite_files:\n  - path: /etc/systemd/system/etcd2.service.d/50.conf\n    encoding: base64\n    content: |\n      W1NlcnZpY2VdCkVudmlyb25tZW50PUVUQ0Rf\n      RU\n      xFQ1RJT05fVElNRU9VVD01MDAwCg==\n",
    ] {
        let configuration = config::read(0, text).unwrap();
        let patches = patch(&[text], &[configuration], &[ELECTION]);
        assert_eq!(patches[0].disposition, "refused", "{text}\n{:?}", patches[0].text);
        assert!(patches[0].text.as_deref().unwrap().contains("2500"));
        assert!(patches[0].reason.is_some());
    }
}

#[test]
fn an_item_of_a_list_takes_no_flags() {
    let text = "tasks:\n- shell: etcd --name a\n- \"--etcd-arg=heartbeat-interval=100\"\n- \"- x\"\n";
    let patches = patch(&[text], &[config::read(0, text).unwrap()], &[ELECTION]);
    assert!(!patches[0].text.as_ref().unwrap().contains("x\" --"), "{:?}", patches[0].text);
}

#[test]
fn what_is_refused_gets_the_form_that_its_etcd_reads() {
    let beside = |text: &str| patch(&[text], &[config::read(0, text).unwrap()], &[ELECTION])[0].text.clone().unwrap();
    // A packed file of etcd's own, which packing would not give again and beside which it ignores its variables: `name: a`, `election-timeout: 1000`.
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: etcd}\ndata:\n  etcd.yml: bmFtZTogYQplbGVjdGlvbi10aW1lb3V0OiAxMDAwCg\n";
    assert_eq!(beside(secret), "election-timeout: 2500\n");
    let container = "[Service]\nExecStart=/usr/bin/docker run --name etcd quay.io/coreos/etcd:v2.3.8\n";
    assert_eq!(beside(container), "--election-timeout=2500");
    let printed = "ExecStart={ path=/usr/bin/etcd ; argv[]=/usr/bin/etcd --election-timeout=2000 ; pid=812 }\n";
    assert_eq!(beside(printed), "--election-timeout=2500");
    let kops = "apiVersion: kops.k8s.io/v1alpha2\nkind: Cluster\nspec:\n  etcdClusters:\n  - &main\n    name: main\n";
    assert_eq!(beside(kops), "    leaderElectionTimeout: 2500ms\n");
}

#[test]
fn a_program_gets_no_bare_lines_at_its_end() {
    let text = "    configure('etcd2', {\n        \"name\": node.id,\n        \"peer-election-timeout\": 500,\n    });\n";
    let patches = patch(&[text], &[config::read(0, text).unwrap()], &[ELECTION]);
    assert_eq!(patches[0].disposition, "refused", "{:?}", patches[0].text);
}

#[test]
fn a_list_of_processes_is_not_changed() {
    let disposition = |text: &str| patch(&[text], &[config::read(0, text).expect("a command")], &[HEARTBEAT])[0].disposition;
    let command = "/usr/bin/etcd --name a --heartbeat-interval=100";
    for before in ["etcd  812  2.1  1.0 ", "812 ", "root 812 1 0 10:00 ? 00:00:01 ", "   \u{2514}\u{2500}812 "] {
        assert_eq!(disposition(&format!("{before}{command}\n")), "refused", "{before}");
    }
    for before in ["timeout 5 ", "ionice -c 2 nice -n 5 ", "exec "] {
        assert_eq!(disposition(&format!("{before}{command}\n")), "safe", "{before}");
    }
}

/// etcd 3.4 and later refuse to start where an option is both flag and variable, and what is not here may hold the variable.
#[test]
fn what_is_new_beside_a_file_that_is_not_here_is_to_be_looked_over() {
    let disposition = |text: &str| {
        let configuration = config::read(0, text).expect("a configuration");
        patch(&[text], &[configuration], &[HEARTBEAT, ELECTION]).remove(0).disposition
    };
    let pod = |more: &str| format!("kind: Pod\nspec:\n  containers:\n  - image: quay.io/coreos/etcd:v3.5.9\n{more}");
    for (text, expected) in [
        ("#!/bin/sh\nset -a\n. /etc/etcd.env\nexec etcd --name a\n".to_owned(), "review"),
        ("#!/bin/sh\nset -a\n. /etc/etcd.env\nexec etcd --heartbeat-interval=100 --election-timeout=1000\n".to_owned(), "safe"),
        ("#!/bin/sh\nset -e\nexec etcd --name a\n".to_owned(), "safe"),
        // Of `systemctl cat` and `systemctl show`.
        (
            "# /run/systemd/system/etcd2.service.d/20-cloudinit.conf\n[Service]\nEnvironment=ETCD_HEARTBEAT_INTERVAL=100 ETCD_ELECTION_TIMEOUT=1000\n".to_owned(),
            "review",
        ),
        (
            "# /etc/systemd/system/etcd2.service.d/a.conf\n[Service]\nEnvironment=ETCD_HEARTBEAT_INTERVAL=100 ETCD_ELECTION_TIMEOUT=1000\n".to_owned(),
            "safe",
        ),
        ("Environment=ETCD_HEARTBEAT_INTERVAL=100 ETCD_ELECTION_TIMEOUT=1000\n".to_owned(), "review"),
        ("docker run --env-file /etc/etcd.env quay.io/coreos/etcd:v3.5.9 etcd --name=a\n".to_owned(), "review"),
        ("docker run -v $PWD:/data quay.io/coreos/etcd:v3.5.9 etcd --name=a\n".to_owned(), "safe"),
        ("[Service]\nEnvironmentFile=/etc/etcd.env\nExecStart=/usr/bin/etcd --heartbeat-interval=100\n".to_owned(), "review"),
        (pod("    envFrom: [{configMapRef: {name: etcd}}]\n    command: [etcd, --name=a]\n"), "review"),
        (pod("    command: [sh, -c, \". /etc/etcd.env; exec etcd --name=a\"]\n"), "review"),
        (pod("    command: [etcd, --name=a]\n"), "safe"),
        ("#cloud-config\ncoreos:\n  etcd2: {name: a}\n  units:\n    ${join(\"x\", units)}\n".to_owned(), "review"),
    ] {
        assert_eq!(disposition(&text), expected, "{text}");
    }
}

/// A flag beside the variable of a file that is here too would keep etcd 3.4 and later from starting.
#[test]
fn a_file_that_is_here_is_changed_alone() {
    let file = "ETCD_HEARTBEAT_INTERVAL=100\nETCD_ELECTION_TIMEOUT=1000\nETCD_DATA_DIR=/x\n";
    for start in [
        "#!/bin/sh\nset -a\n. ./etcd.env\nexec etcd --name a\n",
        "docker run --env-file etcd.env quay.io/coreos/etcd:v3.5.9 etcd --name=a\n",
        "services:\n  etcd:\n    image: quay.io/coreos/etcd:v3.5.9\n    env_file: [etcd.env]\n    command: etcd --name a\n",
    ] {
        let texts = [start, file];
        let all: Vec<Configuration> = (0..2).filter_map(|at| config::read(at, texts[at])).collect();
        let patches = patch(&texts, &all, &[HEARTBEAT, ELECTION]);
        let changed: Vec<_> = patches.iter().map(|patch| patch.document.as_deref()).collect();
        assert_eq!(changed, [Some("d2")], "{start}");
    }
}

#[test]
fn beside_a_program_of_supervisord_stand_flags() {
    let text = "config = \"\"\"\\\n[program:etcd]\ncommand=env -i /bin/etcd --data-dir /x\n\"\"\"\nwrite(config)\n";
    let configuration = config::read(0, text).expect("a configuration");
    let patches = patch(&[text], &[configuration], &[ELECTION]);
    let shown = patches[0].text.as_deref().unwrap_or("");
    assert!(!search::has(shown, "[Service]"), "{:?}", patches[0]);
}

/// `systemctl show` has no section, as a drop-in of which only some lines are shown.
#[test]
fn what_systemctl_shows_is_no_file() {
    let shown = "Environment=ETCD_NAME=a ETCD_HEARTBEAT_INTERVAL=200 ETCD_ELECTION_TIMEOUT=2000\n";
    let refused = |text: &str| {
        let configuration = config::read(0, text).expect("a configuration");
        patch(&[text], &[configuration], &[HEARTBEAT, ELECTION])[0].disposition == "refused"
    };
    assert!(refused(&format!("{shown}EnvironmentFiles=/etc/etcd.env (ignore_errors=no)\n")));
    assert!(!refused(&format!("{shown}EnvironmentFile=/etc/etcd.env\n")));
}
