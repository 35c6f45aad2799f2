//! What a patch makes of configurations of every kind.

use super::*;
use crate::config;
use crate::ids::RuleId;
use crate::units::{MS, S};

const HEARTBEAT: Change = Change { parameter: Parameter::HeartbeatInterval, value: 250 * MS, etcd: Etcd::V2 };
const ELECTION: Change = Change { parameter: Parameter::ElectionTimeout, value: 2500 * MS, etcd: Etcd::V2 };
const REQUEST: Change = Change { parameter: Parameter::EtcdRequestTimeout, value: 5 * S, etcd: Etcd::V2 };
const TTL: Change = Change { parameter: Parameter::AgentTtl, value: 60 * S, etcd: Etcd::V2 };

fn patched(text: &str, changes: &[Change]) -> String {
    let configuration = config::read(0, text).expect("a configuration");
    let patches = patch(&[text], &[configuration], changes);
    assert_eq!(patches.len(), 1, "{text}");
    assert_ne!(patches[0].disposition, "refused", "{text}\n{:?}", patches[0].reason);
    let new = patches[0].text.clone().unwrap();
    let again = config::read(0, &new).unwrap();
    assert!(patch(&[&new], &[again], changes).is_empty(), "not idempotent:\n{new}");
    new
}

#[test]
fn what_reaches_no_etcd_is_handed_on() {
    let container = "docker run --name etcd quay.io/coreos/etcd:v3.5.9";
    for (text, expected) in [
        (
            "#!/bin/sh\n  ETCD_ELECTION_TIMEOUT=\"1000\"\netcd --name a\n",
            "#!/bin/sh\n  export ETCD_ELECTION_TIMEOUT=\"2500\"\netcd --name a\n".to_owned(),
        ),
        (
            "#!/bin/sh\nexport ETCD_ELECTION_TIMEOUT=1000\nsudo etcd --name a\n",
            "#!/bin/sh\nexport ETCD_ELECTION_TIMEOUT=1000\nsudo etcd --name a --election-timeout=2500\n".to_owned(),
        ),
        (
            &format!("[Service]\nEnvironment=ETCD_ELECTION_TIMEOUT=2500\nExecStart=/bin/{container}\n"),
            format!(
                "[Service]\nEnvironment=ETCD_ELECTION_TIMEOUT=2500\nExecStart=/bin/{}\n",
                container.replace("run", "run -e ETCD_ELECTION_TIMEOUT")
            ),
        ),
        (&format!("{container}\n"), format!("{}\n", container.replace("run", "run -e ETCD_ELECTION_TIMEOUT=2500"))),
    ] {
        assert_eq!(patched(text, &[ELECTION]), expected);
    }
}

#[test]
fn what_another_document_sets_is_changed_there() {
    let texts = |unit: &str, file: &str| {
        let texts = [format!("[Service]\nEnvironmentFile=/etc/etcd.conf\nExecStart=/usr/bin/etcd{unit}\n"), format!("ETCD_NAME=a\n{file}")];
        let mut all: Vec<Configuration> = (0..2).filter_map(|at| config::read(at, &texts[at])).collect();
        config::references::resolve(&mut all, &|document| texts[document].as_str());
        let patches = patch(&[&texts[0], &texts[1]], &all, &[ELECTION]);
        patches.into_iter().map(|patch| (patch.document.unwrap(), patch.disposition, patch.text.unwrap())).collect::<Vec<_>>()
    };
    let only = |disposition, file: &str| vec![("d2".to_owned(), disposition, format!("ETCD_NAME=a\n{file}\n"))];
    for (unit, file, expected) in [
        ("", "ETCD_ELECTION_TIMEOUT=1000\n", only("safe", "ETCD_ELECTION_TIMEOUT=2500")),
        (" --election-timeout=${ETCD_ELECTION_TIMEOUT}", "ETCD_ELECTION_TIMEOUT=1000\n", only("safe", "ETCD_ELECTION_TIMEOUT=2500")),
        (
            "\nEnvironment=ETCD_HEARTBEAT_INTERVAL=500",
            "ETCD_HEARTBEAT_INTERVAL=100\nETCD_ELECTION_TIMEOUT=1000\n",
            only("safe", "ETCD_HEARTBEAT_INTERVAL=100\nETCD_ELECTION_TIMEOUT=2500"),
        ),
        (" --election-timeout=${WAIT}", "WAIT=\"1000\"\n", only("review", "WAIT=\"2500\"")),
    ] {
        assert_eq!(texts(unit, file), expected, "{unit}");
    }
}

#[test]
fn what_a_list_of_variables_states_is_changed_there() {
    let text = "- hosts: a\n  vars:\n    etcd_election_timeout: 1000\n  tasks:\n    - docker_container:\n        image: quay.io/coreos/etcd:v3.5.9\n        env:\n          ETCD_ELECTION_TIMEOUT: \"{{ etcd_election_timeout | string }}\"\n";
    let mut all = vec![config::read(0, text).expect("a play")];
    config::references::resolve(&mut all, &|_| text);
    let patches = patch(&[text], &all, &[ELECTION]);
    assert_eq!(patches[0].text.as_deref(), Some(&*text.replace("1000", "2500")));
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
fn within_the_quotes_of_a_program_no_others_are_put() {
    for (before, after) in [("create --data \"", "\"\n"), ("text = \"\ncat <<EOF > x\n", "EOF\n\"\n")] {
        let unit = "#cloud-config\ncoreos:\n  units:\n    - name: etcd2.service\n      command: start\n";
        let new = patched(&format!("{before}{unit}{after}"), &[Change { etcd: Etcd::V3, ..ELECTION }]);
        assert!(new.contains("\n            Environment=ETCD_ELECTION_TIMEOUT=2500\n"), "{new}");
    }
    let unit = "text = \"\n[Service]\nExecStart=/usr/bin/etcd\n\"\n";
    assert_eq!(patched(unit, &[ELECTION]), unit.replace("ice]\n", "ice]\nEnvironment=ETCD_ELECTION_TIMEOUT=2500\n"));
}

#[test]
fn etcd_3_is_not_set_up_by_a_cloud_config() {
    let of = |etcd| [HEARTBEAT, ELECTION].map(|change| Change { etcd, ..change });
    assert_eq!(snippet(&of(Etcd::V3)).text.as_deref(), Some("ETCD_HEARTBEAT_INTERVAL=250\nETCD_ELECTION_TIMEOUT=2500\n"));
    assert!(alternatives(&of(Etcd::V3), None).iter().all(|form| form.form != "cloud-config" && !form.file.contains("etcd2")));
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
fn a_container_linux_config_has_one_unit_for_etcd() {
    let text = "systemd:\n  units:\n    - name: etcd-member.service\n      dropins:\n        - name: 40-etcd.conf\n          contents: |\n            [Service]\n            Environment=\"ETCD_NAME=a\"\n";
    let added = format!("{text}            Environment=\"ETCD_ELECTION_TIMEOUT=2500\"\n");
    assert_eq!(patched(text, &[ELECTION]), added);
}

#[test]
fn the_source_of_a_page_stays_one() {
    let cloud_config = "#cloud-config\ncoreos:\n  etcd2:\n    name: \"a\"\n    heartbeat-interval: \"100\"\n";
    let added = "heartbeat-interval: 250\n    election-timeout: 2500\n";
    let cloud_config = (cloud_config, cloud_config.replace("heartbeat-interval: \"100\"\n", added));
    let variables = "ETCD_NAME=\"a\"\nETCD_HEARTBEAT_INTERVAL=\"100\"\nETCD_ELECTION_TIMEOUT='1000'\n";
    let unit = "[Service]\nEnvironment=\"ETCD_HEARTBEAT_INTERVAL=100\" \"ETCD_ELECTION_TIMEOUT=1000\"\n";
    let pod = "spec:\n  containers:\n  - command: [etcd, \"--heartbeat-interval=100\", \"--election-timeout=1000\"]\n";
    let others = [variables, unit, pod].map(|text| (text, text.replace("1000", "2500").replace("=100", "=250").replace("\"100", "\"250")));
    for (text, expected) in others.into_iter().chain([cloud_config]) {
        let page = |text: &str| format!("<p>Ours:</p>\n<pre><code>{}</code></pre>\n", text.replace('"', "&quot;").replace('\'', "&#39;"));
        let text = page(text);
        let patches = patch(&[&text], &crate::parts::configurations(0, &text), &[HEARTBEAT, ELECTION]);
        assert_eq!(patches[0].text, Some(page(&expected)), "{:?}", patches[0].reason);
    }
}

#[test]
fn what_a_variable_falls_back_to_is_changed_within_it() {
    let text = "services:\n  kv:\n    image: etcd\n    environment:\n      ETCD_HEARTBEAT_INTERVAL: ${BEAT:-100}\n";
    assert_eq!(patched(text, &[HEARTBEAT]), text.replace("-100", "-250"));
    let script = "#!/bin/sh\nBEAT=100\nWAIT=${WAIT:-1000}\netcd --heartbeat-interval=$BEAT --election-timeout=$WAIT\n";
    assert_eq!(patched(script, &[HEARTBEAT, ELECTION]), script.replace("=100\n", "=250\n").replace("-1000", "-2500"));
}

#[test]
fn what_members_share_is_changed_for_all() {
    let member = |name: &str| {
        format!("  {name}:\n    image: etcd\n    command: [etcd, --name, {name}]\n    environment: {{<<: *env, ETCD_NAME: {name}}}\n")
    };
    let text = format!("x-env: &env\n  ETCD_ELECTION_TIMEOUT: \"1000\"\nservices:\n{}{}", member("a"), member("b"));
    assert_eq!(patched(&text, &[ELECTION]), text.replace("1000", "2500"));
    // One that does not share it would keep its own.
    let text = text + "  c:\n    image: etcd\n    command: [etcd, --name, c]\n";
    let refused = patch(&[&text], &[config::read(0, &text).expect("a configuration")], &[ELECTION]);
    assert_eq!(refused[0].disposition, "refused");
}

#[test]
fn an_etcd_in_a_pod_is_offered_no_drop_in() {
    let forms = |launcher| alternatives(&[ELECTION], launcher).into_iter().map(|form| form.form).collect::<Vec<_>>();
    assert_eq!(forms(Some(Launcher::Kubelet)), ["static-pod"]);
    assert!(forms(None).contains(&"drop-in"));
}

#[test]
fn a_number_that_kubernetes_refuses_gets_its_quotes() {
    let text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: etcd\n    env:\n    - name: ETCD_ELECTION_TIMEOUT\n      value: 1000 # ms\n";
    assert_eq!(patched(text, &[ELECTION]), text.replace("1000", "\"2500\""));
}

#[test]
fn quotes_that_fleet_conf_keeps_go() {
    assert_eq!(patched("agent_ttl=\"30s\" # note\nverbosity=1\n", &[TTL]), "agent_ttl=60s # note\nverbosity=1\n");
    assert_eq!(patched("agent_ttl=\"30s\"\nverbosity=1\n", &[TTL]), "agent_ttl=\"60s\"\nverbosity=1\n");
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
}

#[test]
fn quotes_that_do_no_harm_stay() {
    let text = "etcd:\n  extra:\n    heartbeat-interval: \"100\"\n    election-timeout: '1000'\n";
    assert_eq!(patched(text, &[HEARTBEAT, ELECTION]), text.replace("\"100\"", "\"250\"").replace("1000", "2500"));
}

#[test]
fn a_variable_of_a_container_is_changed_where_it_stands() {
    let text = "kind: StatefulSet\nspec:\n  containers:\n  - name: etcd\n    env:\n    - name: WAIT\n      value: \"1000\"\n    command: [etcd, --election-timeout=$(WAIT)]\n";
    assert_eq!(patched(text, &[ELECTION]), text.replace("1000", "2500"));
}

#[test]
fn a_command_that_goes_over_lines() {
    for begin in [">\n      etcd", ">-\r\n      etcd", "etcd", "\"etcd"] {
        let quote = if begin.starts_with('"') { "\"" } else { "" };
        let text = format!(
            "services:\n  kv:\n    image: etcd\n    command: {begin} --name a\n      --heartbeat-interval=100\n      --election-timeout 1000{quote}\n    ports: []\n"
        );
        let expected = text.replace("=100\n", "=250\n").replace("1000", "2500");
        assert_eq!(patched(&text, &[HEARTBEAT, ELECTION]), expected);
    }
    let unit = "#cloud-config\ncoreos:\n  units:\n    - name: etcd2.service\n      command: start\n      drop-ins:\n        - name: a.conf\n          content: >\n            [Service]\n\n            Environment=ETCD_ELECTION_TIMEOUT=1000\n";
    assert_eq!(patched(unit, &[ELECTION]), unit.replace("1000", "2500"));
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
fn a_byte_order_mark_is_no_part_of_a_key() {
    let text = "\u{feff}name: a\ndata-dir: /x\nheartbeat-interval: 100\nelection-timeout: 1000\n";
    assert_eq!(patched(text, &[HEARTBEAT, ELECTION]), text.replace("1000", "2500").replace("100", "250"));
}

#[test]
fn kubernetes_gets_text_where_a_text_stood() {
    let text = "kind: ClusterConfiguration\napiVersion: kubeadm.k8s.io/v1beta3\netcd:\n  local:\n    extraArgs:\n      heartbeat-interval: \"100\"\n      election-timeout: 6000ms\n";
    assert_eq!(patched(text, &[HEARTBEAT, ELECTION]), text.replace("100", "250").replace("6000ms", "\"2500\""));
}

#[test]
fn what_starts_etcd_with_its_file_is_left_to_the_file() {
    let texts = ["[Service]\nExecStart=/usr/bin/etcd --config-file /etc/etcd.yml\n", "name: a\ndata-dir: /x\nheartbeat-interval: 100\n"];
    let read = |texts: &[&str]| (0..texts.len()).map(|at| config::read(at, texts[at]).expect("a configuration")).collect::<Vec<_>>();
    let patches = patch(&texts, &read(&texts), &[HEARTBEAT]);
    assert_eq!(patches.iter().map(|patch| patch.document.as_deref()).collect::<Vec<_>>(), [Some("d2")]);
    assert_eq!(patch(&texts[..1], &read(&texts[..1]), &[HEARTBEAT]).len(), 1);
}

#[test]
fn replaces_the_value_and_nothing_else() {
    let text = "\u{feff}#cloud-config\r\ncoreos:\r\n  etcd2:\r\n    heartbeat-interval: 600 # ms\r\n    election-timeout: \"6000\"\r\n";
    let expected = text.replace("600 #", "250 #").replace("\"6000\"", "2500");
    assert_eq!(patched(text, &[HEARTBEAT, ELECTION]), expected);
}

#[test]
fn keys_that_a_later_etcd_passes_over_are_in_nobodys_way() {
    let text = "#cloud-config\ncoreos:\n  etcd:\n    peer-election-timeout: 2000\n  fleet:\n    agent-ttl: 30s\n  units: [{name: etcd.service, command: start}, {name: fleet.service, command: start}]\n";
    let mut read = [config::read(0, text).expect("a configuration")];
    read[0].settings[0].effective = false;
    assert_eq!(patch(&[text], &read, &[TTL])[0].text, Some(text.replace("30s", "60s")));
}

#[test]
fn one_daemon_does_not_wait_for_the_other() {
    let text = "[Service]\nEnvironment=ETCD_ELECTION_TIMEOUT=600\nEnvironment=FLEET_AGENT_TTL=30s\n";
    let read = [config::read(0, text).expect("a configuration")];
    let patches = patch(&[text], &read, &[Change { etcd: Etcd::V04, ..ELECTION }, TTL]);
    let told: Vec<_> = patches.iter().map(|patch| patch.disposition).collect();
    assert_eq!((told, patches[1].text.clone()), (vec!["refused", "safe"], Some(text.replace("30s", "60s"))));
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
fn variables_come_behind_the_others_where_a_text_shows_them() {
    let lines = "ETCD_NAME=a\n#ETCD_HEARTBEAT_INTERVAL=100\nETCD_DATA_DIR=\"/var/x\"\n";
    let added = format!("{lines}ETCD_HEARTBEAT_INTERVAL=250\n");
    let indented = |text: &str| text.lines().map(|line| format!("    {line}\n")).collect::<String>();
    for (text, expected, disposition) in [
        (lines.to_owned(), added.clone(), "safe"),
        (format!("[member]\n{lines}{{{{ more }}}}\n"), format!("[member]\n{lines}{{{{ more }}}}\nETCD_HEARTBEAT_INTERVAL=250\n"), "review"),
        (format!("```\n$ cat x\n{lines}```\n"), format!("```\n$ cat x\n{added}```\n"), "review"),
        (format!("Ours:\n\n{lines}\nand so on\n"), format!("Ours:\n\n{added}\nand so on\n"), "review"),
        (format!("Ours:\n\n{}\nand so on\n", indented(lines)), format!("Ours:\n\n{}\nand so on\n", indented(&added)), "review"),
    ] {
        let patches = patch(&[&text], &[config::read(0, &text).expect("a configuration")], &[HEARTBEAT]);
        assert_eq!((patches[0].text.as_deref(), patches[0].disposition), (Some(expected.as_str()), disposition));
    }
    let fleet = "```\n[core@a ~]$ cat x\nmetadata=\"a=b\"\npublic_ip=10.0.0.1\n```\nand so on\n";
    assert_eq!(patched(fleet, &[TTL]), fleet.replace("10.0.0.1\n", "10.0.0.1\nagent_ttl=60s\n"));
}

#[test]
fn a_refusal_says_why_and_what_to_do() {
    for (text, expected) in [
        ("#cloud-config\ncoreos:\n  etcd2:\n    proxy: on\n  units: [{name: etcd2.service, command: start}]\n", "is a proxy"),
        ("#cloud-config\ncoreos:\n  etcd2:\n    name: a\n  units: [{name: etcd2.service, mask: true}]\n", "is masked here"),
        (
            "apiVersion: kops.k8s.io/v1alpha2\nkind: Cluster\nspec:\n  etcdClusters:\n  - name: main\n    leaderElectionTimeout: 2500ms\n",
            "kops knows them as heartbeatInterval",
        ),
        ("services:\n  etcd:\n    image: quay.io/coreos/etcd:v3.4.0\n    environment: [ETCD_NAME=a]\n", "each container"),
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
fn a_chart_and_an_installer_with_keys_of_its_own_take_more() {
    let kubekey = "apiVersion: kubekey.kubesphere.io/v1alpha2\nkind: Cluster\nspec:\n  etcd:\n    type: kubekey\n";
    let more = "    heartbeatInterval: 250\n    electionTimeout: 2500\n";
    assert_eq!(patched(kubekey, &[HEARTBEAT, ELECTION]), format!("{kubekey}{more}"));
    let chart = "etcd:\n  image:\n    repository: bitnami/etcd\n  extraEnvVars: []\n";
    let variable = "{name: ETCD_ELECTION_TIMEOUT, value: \"2500\"}";
    assert_eq!(patched(chart, &[ELECTION]), chart.replace("[]", &format!("[{variable}]")));
}

#[test]
fn what_is_not_edited_has_the_form_of_its_reader_beside_it() {
    let pod = "kind: Pod\nmetadata: {namespace: openshift-etcd}\nspec:\n  containers:\n  - command: [etcd, --election-timeout=1000]\n";
    let druid = "apiVersion: druid.gardener.cloud/v1alpha1\nkind: Etcd\nspec:\n  replicas: 3\n  etcd: {heartbeatDuration: 10s, electionTimeout: 10s}\n";
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

/// Marks of a template may be YAML by chance; what they leave of it cannot be verified.
#[test]
fn what_a_template_fills_in_is_not_safe() {
    for (text, expected) in [
        ("#cloud-config\ncoreos:\n  fleet:\n    public-ip: 10.0.0.1\n", "safe"),
        ("#cloud-config\ncoreos:\n  fleet:\n    metadata: \"{{x}}\"\n", "safe"),
        ("#cloud-config\ncoreos:\n  {{ section }}:\n    public-ip: 10.0.0.1\n", "review"),
        ("#cloud-config\ncoreos:\n#{% if fleet %}\n  fleet:\n    public-ip: 10.0.0.1\n#{% endif %}\n", "review"),
    ] {
        let configuration = config::read(0, text).expect("a configuration");
        let patches = patch(&[text], &[configuration], &[TTL]);
        assert_eq!(patches[0].disposition, expected, "{text}");
    }
}

#[test]
fn inserts_beside_its_twin() {
    let both = [HEARTBEAT, ELECTION];
    for (text, expected) in [
        (
            "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat_interval: 600\n",
            "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat_interval: 250\n    election_timeout: 2500\n",
        ),
        (
            "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat_interval: 600",
            "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat_interval: 250\n    election_timeout: 2500",
        ),
        (
            "#cloud-config\ncoreos:\n  etcd2: {heartbeat-interval: 600}\n",
            "#cloud-config\ncoreos:\n  etcd2: {heartbeat-interval: 250, election-timeout: 2500}\n",
        ),
        (
            "[Service]\nEnvironment=\"ETCD_HEARTBEAT_INTERVAL=600\"\n",
            "[Service]\nEnvironment=\"ETCD_HEARTBEAT_INTERVAL=250\"\nEnvironment=\"ETCD_ELECTION_TIMEOUT=2500\"\n",
        ),
        ("etcd --heartbeat-interval=600 --name a\n", "etcd --heartbeat-interval=250 --election-timeout=2500 --name a\n"),
        ("etcd -heartbeat-interval 600 -name a\n", "etcd -heartbeat-interval 250 -election-timeout 2500 -name a\n"),
        (
            "etcd \\\n  --heartbeat-interval 600 \\\n  --name a\n",
            "etcd \\\n  --heartbeat-interval 250 \\\n  --election-timeout 2500 \\\n  --name a\n",
        ),
        (
            "FROM alpine\nENV ETCD_HEARTBEAT_INTERVAL 600\nCMD [\"/run.sh\"]\n",
            "FROM alpine\nENV ETCD_HEARTBEAT_INTERVAL 250\nENV ETCD_ELECTION_TIMEOUT 2500\nCMD [\"/run.sh\"]\n",
        ),
        ("ETCD_HEARTBEAT_INTERVAL=600\n", "ETCD_HEARTBEAT_INTERVAL=250\nETCD_ELECTION_TIMEOUT=2500\n"),
        (
            "#cloud-config\ncoreos: {{if old}}\n  etcd2:\n    name: a\n    heartbeat-interval: 600{{else}}\n    name: b\n{{end}}\n",
            "#cloud-config\ncoreos: {{if old}}\n  etcd2:\n    name: a\n    election-timeout: 2500\n    heartbeat-interval: 250{{else}}\n    name: b\n{{end}}\n",
        ),
        (
            "services.k3s.extraFlags = [\n  \"--etcd-arg=heartbeat-interval=600\"\n  \"--tls-san=a\"\n];\n",
            "services.k3s.extraFlags = [\n  \"--etcd-arg=heartbeat-interval=250\"\n  \"--etcd-arg=election-timeout=2500\"\n  \"--tls-san=a\"\n];\n",
        ),
        ("etcd_heartbeat_interval: 600\nx: 1\n", "etcd_heartbeat_interval: 250\netcd_election_timeout: 2500\nx: 1\n"),
        ("etcd-heartbeat-interval: \"600\"\n", "etcd-heartbeat-interval: \"250\"\netcd-election-timeout: \"2500\"\n"),
        ("profile::etcd::heartbeat_interval: 600\n", "profile::etcd::heartbeat_interval: 250\nprofile::etcd::election_timeout: 2500\n"),
        (
            "# Install\n\n    # cat /etc/etcd.conf\n    ETCD_NAME=a\n    #ETCD_HEARTBEAT_INTERVAL=100\n\n    # systemctl start etcd\n",
            "# Install\n\n    # cat /etc/etcd.conf\n    ETCD_NAME=a\n    ETCD_HEARTBEAT_INTERVAL=250\n    ETCD_ELECTION_TIMEOUT=2500\n    #ETCD_HEARTBEAT_INTERVAL=100\n\n    # systemctl start etcd\n",
        ),
        ("export ETCD_HEARTBEAT_INTERVAL='600' # x\n", "export ETCD_HEARTBEAT_INTERVAL='250' # x\nexport ETCD_ELECTION_TIMEOUT='2500'\n"),
        ("name: a\nheartbeat-interval: 600\ndata-dir: /x\n", "name: a\nheartbeat-interval: 250\nelection-timeout: 2500\ndata-dir: /x\n"),
        (
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command:\n    - etcd\n    - --heartbeat-interval=600\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command:\n    - etcd\n    - --heartbeat-interval=250\n    - --election-timeout=2500\n",
        ),
        (
            "kind: ClusterConfiguration\netcd:\n  local:\n    extraArgs:\n      heartbeat-interval: \"600\"\n",
            "kind: ClusterConfiguration\netcd:\n  local:\n    extraArgs:\n      heartbeat-interval: \"250\"\n      election-timeout: \"2500\"\n",
        ),
        (
            "kind: ClusterConfiguration\netcd:\n  local:\n    extraArgs:\n    - name: heartbeat-interval\n      value: \"600\"\n",
            "kind: ClusterConfiguration\netcd:\n  local:\n    extraArgs:\n    - name: heartbeat-interval\n      value: \"250\"\n    - name: election-timeout\n      value: \"2500\"\n",
        ),
        (
            "ETCD_HEARTBEAT_INTERVAL='600' # ms\r\nETCD_NAME=a\r\n",
            "ETCD_HEARTBEAT_INTERVAL='250'\r\n# ms\r\nETCD_ELECTION_TIMEOUT='2500'\r\nETCD_NAME=a\r\n",
        ),
        (
            "#cloud-config\nwrite_files:\n- path: /etc/etcd.env\n  content: |\n    ETCD_HEARTBEAT_INTERVAL=600 # ms\n    ETCD_ELECTION_TIMEOUT=600\n",
            "#cloud-config\nwrite_files:\n- path: /etc/etcd.env\n  content: |\n    ETCD_HEARTBEAT_INTERVAL=250\n    # ms\n    ETCD_ELECTION_TIMEOUT=2500\n",
        ),
        ("etcd:\n  heartbeat_interval: 600\n", "etcd:\n  heartbeat_interval: 250\n  election_timeout: 2500\n"),
    ] {
        assert_eq!(patched(text, &both), expected);
    }
    // A key of 0.4 is none of a later etcd's.
    assert_eq!(
        patched("ETCD_PEER_HEARTBEAT_INTERVAL=50\nETCD_NAME=a\n", &both),
        "ETCD_PEER_HEARTBEAT_INTERVAL=50\nETCD_NAME=a\nETCD_HEARTBEAT_INTERVAL=250\nETCD_ELECTION_TIMEOUT=2500\n"
    );
    let unit = |name: &str| {
        format!("#cloud-config\ncoreos:\n  etcd:\n    peer-heartbeat-interval: 50\n  units:\n    - name: {name}\n      command: start\n")
    };
    assert!(patched(&unit("etcd2.service"), &both).contains("\n  etcd2:\n    heartbeat-interval: 250\n    election-timeout: 2500\n"));
    let drop_in = "\n            Environment=\"ETCD_HEARTBEAT_INTERVAL=250\"\n            Environment=\"ETCD_ELECTION_TIMEOUT=2500\"\n";
    assert!(patched(&unit("etcd.service"), &both).contains(drop_in));
    let of_old = unit("etcd.service");
    let reason = patch(&[&of_old], &[config::read(0, &of_old).expect("a configuration")], &both)[0].reason.clone();
    assert!(reason.is_some_and(|told| told.contains("is etcd 0.4")));
    // etcd2.service runs no etcd 0.4.
    let later = "#cloud-config\ncoreos:\n  units:\n    - name: etcd2.service\n      command: start\n";
    let old = [HEARTBEAT, ELECTION].map(|change| Change { etcd: Etcd::V04, ..change });
    let read = [config::read(0, later).expect("a configuration")];
    assert_eq!(patch(&[later], &read, &old)[0].disposition, "refused");
    let old = |change: Change| Change { etcd: Etcd::V04, ..change };
    assert_eq!(
        patched("ETCD_PEER_HEARTBEAT_INTERVAL=50\n", &[old(HEARTBEAT), old(ELECTION)]),
        "ETCD_PEER_HEARTBEAT_INTERVAL=250\nETCD_PEER_ELECTION_TIMEOUT=2500\n"
    );
    assert_eq!(
        patched("#cloud-config\ncoreos:\n  etcd:\n    peer-heartbeat-interval: 50\n", &[old(HEARTBEAT), old(ELECTION)]),
        "#cloud-config\ncoreos:\n  etcd:\n    peer-heartbeat-interval: 250\n    peer-election-timeout: 2500\n"
    );
    assert_eq!(patched("agent_ttl=\"30s\"\n", &[REQUEST, TTL]), "agent_ttl=\"60s\"\netcd_request_timeout=\"5\"\n");
}

#[test]
fn inserts_into_sections_of_every_shape() {
    for (text, expected) in [
        (
            "#cloud-config\ncoreos:\n  fleet:\n    metadata: a=b\n  units: []\n",
            "#cloud-config\ncoreos:\n  fleet:\n    metadata: a=b\n    etcd-request-timeout: 5\n    agent-ttl: 60s\n  units: []\n",
        ),
        (
            "#cloud-config\ncoreos:\n  fleet:\n    public_ip: $private_ipv4",
            "#cloud-config\ncoreos:\n  fleet:\n    public_ip: $private_ipv4\n    etcd_request_timeout: 5\n    agent_ttl: 60s",
        ),
        (
            "#cloud-config\ncoreos:\n  fleet:\n  units: []\n",
            "#cloud-config\ncoreos:\n  fleet:\n    etcd-request-timeout: 5\n    agent-ttl: 60s\n  units: []\n",
        ),
        ("#cloud-config\ncoreos:\n  fleet: {}\n", "#cloud-config\ncoreos:\n  fleet: {etcd-request-timeout: 5, agent-ttl: 60s}\n"),
        (
            "#cloud-config\ncoreos:\n  fleet: {verbosity: 1}\n",
            "#cloud-config\ncoreos:\n  fleet: {verbosity: 1, etcd-request-timeout: 5, agent-ttl: 60s}\n",
        ),
        (
            "#cloud-config\r\ncoreos:\r\n    units:\r\n    - name: fleet.service\r\n      command: start\r\n",
            "#cloud-config\r\ncoreos:\r\n    fleet:\r\n        etcd-request-timeout: 5\r\n        agent-ttl: 60s\r\n    units:\r\n    - name: fleet.service\r\n      command: start\r\n",
        ),
        (
            "#cloud-config\nhostname: a\nwrite_files:\n  - path: /x\n    content: |\n      y",
            "#cloud-config\ncoreos:\n  fleet:\n    etcd-request-timeout: 5\n    agent-ttl: 60s\nhostname: a\nwrite_files:\n  - path: /x\n    content: |\n      y",
        ),
    ] {
        assert_eq!(patched(text, &[REQUEST, TTL]), expected);
    }
}

#[test]
fn inserts_into_units_and_files() {
    let unit = "#cloud-config\ncoreos:\n  units:\n    - name: etcd.service\n      command: start\n      content: |\n        [Service]\n        Environment=ETCD_NAME=%m\n        ExecStart=/usr/bin/etcd\n";
    assert!(patched(unit, &[HEARTBEAT, ELECTION]).contains("        Environment=ETCD_NAME=%m\n        Environment=\"ETCD_HEARTBEAT_INTERVAL=250\"\n        Environment=\"ETCD_ELECTION_TIMEOUT=2500\"\n        ExecStart"));
    let bare = "#cloud-config\ncoreos:\n  units:\n    - name: etcd-member.service\n      enable: true\n";
    assert_eq!(patched(bare, &[ELECTION]), bare.replace("      enable", "      drop-ins:\n        - name: 40-timing.conf\n          content: |\n            [Service]\n            Environment=\"ETCD_ELECTION_TIMEOUT=2500\"\n      enable"));
    let json = "{\"ignition\":{\"version\":\"2.0.0\"},\"systemd\":{\"units\":[{\"name\":\"etcd2.service\",\"enable\":true,\"dropins\":[{\"name\":\"a.conf\",\"contents\":\"[Service]\\nEnvironment=ETCD_HEARTBEAT_INTERVAL=600\"}]}]}}";
    assert_eq!(patched(json, &[HEARTBEAT, ELECTION]), json.replace("600", "250\\nEnvironment=ETCD_ELECTION_TIMEOUT=2500"));
    assert_eq!(
        patched("[Service]\nExecStart=/usr/bin/etcd2\n", &[ELECTION]),
        "[Service]\nEnvironment=\"ETCD_ELECTION_TIMEOUT=2500\"\nExecStart=/usr/bin/etcd2\n"
    );
    assert_eq!(patched("verbosity=1", &[TTL]), "verbosity=1\nagent_ttl=60s");
}

/// Installers pass arguments on to etcd: into a list that holds others, is empty, or is not there.
#[test]
fn inserts_arguments_where_none_are() {
    let three = "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\n";
    let four = "kind: Init\n---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n";
    let rke = "nodes: []\nservices:\n  etcd:\n";
    let pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: etcd\n";
    for (head, before, after) in [
        (three, "", "etcd:\n  local:\n    extraArgs:\n      election-timeout: \"2500\"\n"),
        (three, "etcd:\n  local: {}\n", "etcd:\n  local: {extraArgs: {election-timeout: \"2500\"}}\n"),
        (three, "etcd:\n  local:\n    extraArgs:\n", "etcd:\n  local:\n    extraArgs:\n      election-timeout: \"2500\"\n"),
        (three, "etcd:\n  local:\n    extraArgs: {}\n", "etcd:\n  local:\n    extraArgs: {election-timeout: \"2500\"}\n"),
        (
            four,
            "etcd:\n  local:\n    dataDir: /x",
            "etcd:\n  local:\n    dataDir: /x\n    extraArgs:\n      - name: election-timeout\n        value: \"2500\"",
        ),
        (four, "etcd:\n  local:\n    extraArgs: []\n", "etcd:\n  local:\n    extraArgs: [{name: election-timeout, value: \"2500\"}]\n"),
        (
            four,
            "etcd:\n  local:\n    extraArgs:\n    - name: a\n      value: b\n",
            "etcd:\n  local:\n    extraArgs:\n    - name: a\n      value: b\n    - name: election-timeout\n      value: \"2500\"\n",
        ),
        (rke, "    snapshot: true\n", "    snapshot: true\n    extra_args:\n      election-timeout: \"2500\"\n"),
        (rke, "    extra_args: ~\n", "    extra_args: {election-timeout: \"2500\"}\n"),
        ("cluster-init: true\ntoken: x\n", "", "etcd-arg:\n  - election-timeout=2500\n"),
        ("", "etcd-arg: []\n", "etcd-arg: [\"election-timeout=2500\"]\n"),
        ("", "etcd-arg:\n- \"a=b\"\n", "etcd-arg:\n- \"a=b\"\n- election-timeout=2500\n"),
        (
            "machine:\n  type: controlplane\n",
            "cluster:\n  etcd:\n",
            "cluster:\n  etcd:\n    extraArgs:\n      election-timeout: \"2500\"\n",
        ),
        (pod, "    command: [\"etcd\", \"--a=b\"]\n", "    command: [\"etcd\", \"--election-timeout=2500\", \"--a=b\"]\n"),
        (pod, "    command:\n    - etcd\n    - --a=b\n", "    command:\n    - etcd\n    - --election-timeout=2500\n    - --a=b\n"),
        (pod, "    args:\n    - --initial-cluster=x\n", "    args:\n    - --initial-cluster=x\n    - --election-timeout=2500\n"),
        (pod, "    command: [sh, -c, 'exec etcd --a=b']\n", "    command: [sh, -c, 'exec etcd --election-timeout=2500 --a=b']\n"),
        (
            pod,
            "    command: [sh, -c, 'mkdir -p /var/lib/etcd; etcd --a=b']\n",
            "    command: [sh, -c, 'mkdir -p /var/lib/etcd; etcd --election-timeout=2500 --a=b']\n",
        ),
        ("services:\n  e:\n    image: etcd\n", "    command: etcd --a b\n", "    command: etcd --election-timeout=2500 --a b\n"),
    ] {
        assert_eq!(patched(&format!("{head}{before}"), &[ELECTION]), format!("{head}{after}"));
    }
    let json = "{\n  \"name\": \"a\",\n  \"initial-cluster\": \"a=http://x:2380\"\n}\n";
    assert_eq!(patched(json, &[ELECTION]), json.replace("2380\"", "2380\",\n  \"election-timeout\": 2500"));
}

#[test]
fn members_in_one_file_are_changed_together() {
    let text = "services:\n  a:\n    command: [etcd, --election-timeout=1000]\n  b:\n    command: [etcd, --election-timeout=1500]\n";
    assert_eq!(patched(text, &[ELECTION]), text.replace("1000", "2500").replace("1500", "2500"));
    let text = "etcd1: etcd --name a --election-timeout=1000\netcd2: etcd --name b --election-timeout=1500\n";
    assert_eq!(patched(text, &[ELECTION]), text.replace("1000", "2500").replace("1500", "2500"));
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
        "{\n  services.etcd = {\n    extraConf = { ELECTION_TIMEOUT = toString 2000; };\n  };\n}\n",
        "const etcd = {\n  env: { ETCD_HEARTBEAT_INTERVAL: 200, ETCD_ELECTION_TIMEOUT: 2 * 1000 },\n};\n",
        // What the mark writes may be the same lines.
        "cat <<EOF\napiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\netcd:\n  local:\n${ARGUMENTS}\nEOF\n",
        // A section for CoreOS reaches no etcd of RKE2.
        "#cloud-config\nwrite_files:\n- path: /etc/rancher/rke2/config.yaml\n  content: |\n    token: x\n    tls-san: [a]\n",
        "#cloud-config\nwrite_files:\n  - path: /etc/systemd/system/etcd2.service.d/50.conf\n    encoding: base64\n    content: W1NlcnZpY2VdCkVudmlyb25tZW50PUVUQ0RfRUxFQ1RJT05fVElNRU9VVD01MDAwCg==\n",
    ] {
        let configuration = config::read(0, text).unwrap();
        let patches = patch(&[text], &[configuration], &[ELECTION]);
        assert_eq!(patches[0].disposition, "refused", "{text}\n{:?}", patches[0].text);
        assert!(patches[0].text.as_deref().unwrap().contains("2500"));
        assert!(patches[0].reason.is_some());
    }
}

#[test]
fn podman_hands_a_container_what_its_own_section_sets() {
    let unit = |added: &str| format!("[Container]\nImage=quay.io/coreos/etcd:v3.5.9\n{added}Exec=etcd\n[Service]\nRestart=always\n");
    let set = "Environment=ETCD_NAME=a\n";
    let expected = unit(&format!("{set}Environment=\"ETCD_ELECTION_TIMEOUT=2500\"\n"));
    assert_eq!(patched(&unit(set), &[ELECTION]), expected);
}

#[test]
fn an_item_of_a_list_takes_no_flags() {
    let text = "tasks:\n- shell: etcd --name a\n- \"--etcd-arg=heartbeat-interval=100\"\n- \"- x\"\n";
    let patches = patch(&[text], &[config::read(0, text).unwrap()], &[ELECTION]);
    assert!(!patches[0].text.as_ref().unwrap().contains("x\" --"), "{:?}", patches[0].text);
}

#[test]
fn k0s_and_sed_and_xml() {
    let k0s = "kind: ClusterConfig\nspec:\n  storage:\n    etcd:\n      peerAddress: 192.0.2.1\n";
    assert_eq!(patched(k0s, &[ELECTION]), format!("{k0s}      extraArgs:\n        election-timeout: \"2500\"\n"));
    let sed = "sed -i 's/^ETCD_ELECTION_TIMEOUT=.*/ETCD_ELECTION_TIMEOUT=1000/' /etc/default/etcd\n";
    assert_eq!(patched(sed, &[ELECTION]), sed.replace("=1000", "=2500"));
    let read = config::read(0, sed).unwrap();
    assert_eq!(patch(&[sed], &[read], &[HEARTBEAT, ELECTION])[0].disposition, "refused");
    let xml = "<s><executable>C:\\etcd\\etcd.exe</executable><arguments>--name a --election-timeout=1000</arguments></s>\n";
    assert_eq!(patched(xml, &[HEARTBEAT, ELECTION]), xml.replace("=1000", "=2500 --heartbeat-interval=250"));
}

#[test]
fn kubespray_takes_its_variables_from_any_of_its_files() {
    let text = "---\netcd_data_dir: /x\netcd_deployment_type: host";
    assert_eq!(patched(text, &[HEARTBEAT, ELECTION]), format!("{text}\netcd_heartbeat_interval: \"250\"\netcd_election_timeout: \"2500\""));
}

#[test]
fn what_is_refused_gets_the_form_that_its_etcd_reads() {
    let beside = |text: &str| patch(&[text], &[config::read(0, text).unwrap()], &[ELECTION])[0].text.clone().unwrap();
    // A packed file of etcd's own, beside which it ignores its variables: `name: a`, `election-timeout: 1000`.
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: etcd}\ndata:\n  etcd.yml: bmFtZTogYQplbGVjdGlvbi10aW1lb3V0OiAxMDAwCg==\n";
    assert_eq!(beside(secret), "election-timeout: 2500\n");
    let container = "[Service]\nExecStart=/usr/bin/docker run --name etcd quay.io/coreos/etcd:v2.3.8\n";
    assert_eq!(beside(container), "--election-timeout=2500");
    let printed = "ExecStart={ path=/usr/bin/etcd ; argv[]=/usr/bin/etcd --election-timeout=2000 ; pid=812 }\n";
    assert_eq!(beside(printed), "--election-timeout=2500");
    let kops = "apiVersion: kops.k8s.io/v1alpha2\nkind: Cluster\nspec:\n  etcdClusters:\n  - name: main\n";
    assert_eq!(beside(kops), "    leaderElectionTimeout: 2500ms\n");
}

#[test]
fn a_program_gets_no_bare_lines_at_its_end() {
    let text = "    configure('etcd2', {\n        \"name\": node.id,\n        \"peer-election-timeout\": 500,\n    });\n";
    let patches = patch(&[text], &[config::read(0, text).unwrap()], &[ELECTION]);
    assert_eq!(patches[0].disposition, "refused", "{:?}", patches[0].text);
}

#[test]
fn templates_are_patched_for_review() {
    let text = "#cloud-config\ncoreos:\n  etcd2:\n    discovery: {{.Url}}x\n    election-timeout: 5000\n";
    let configuration = config::read(0, text).unwrap();
    let patches = patch(&[text], &[configuration], &[ELECTION]);
    assert_eq!((patches[0].disposition, patches[0].text.clone().unwrap()), ("review", text.replace("5000", "2500")));
}

#[test]
fn a_mark_of_a_template_is_replaced_as_a_whole() {
    let text = "ETCD_NAME={{ .Name }}\nETCD_HEARTBEAT_INTERVAL={{ .Beat }}\nETCD_ELECTION_TIMEOUT=\"{{ wait | default(\"5\") }}\"\n";
    let expected = "ETCD_NAME={{ .Name }}\nETCD_HEARTBEAT_INTERVAL=250\nETCD_ELECTION_TIMEOUT=\"2500\"\n";
    assert_eq!(patched(text, &[HEARTBEAT, ELECTION]), expected);
}

/// Read line by line, a file is not checked by a second reader, so nothing may be made twice.
#[test]
fn what_two_changes_need_is_made_once() {
    let text =
        "cat <<EOF > x.yaml\napiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\netcd:\n  local:\n    dataDir: /x\nEOF\n";
    let expected = text.replace("/x\n", "/x\n    extraArgs:\n      heartbeat-interval: \"250\"\n      election-timeout: \"2500\"\n");
    assert_eq!(patched(text, &[HEARTBEAT, ELECTION]), expected);
}

#[test]
fn flags_go_to_the_command_that_runs_etcd() {
    let text = "# start etcd\nsudo etcd --name a \\\n  --data-dir x\necho \"etcd is started\"\nsystemctl status etcd\n";
    assert_eq!(patched(text, &[ELECTION]), text.replace("dir x", "dir x --election-timeout=2500"));
    let text = "docker run -d quay.io/coreos/etcd:v2.3.8 \\\n  -name a\necho \"etcd: please run it\"\n";
    assert_eq!(patched(text, &[ELECTION]), text.replace("name a", "name a --election-timeout=2500"));
}

#[test]
fn changes_find_their_document() {
    let etcd = "#cloud-config\ncoreos:\n  etcd2:\n    election-timeout: 1000\n";
    let fleet = "#cloud-config\ncoreos:\n  fleet:\n    agent-ttl: 30s\n";
    let read = [config::read(0, etcd).unwrap(), config::read(1, fleet).unwrap()];
    let patches = patch(&[etcd, fleet], &read, &[ELECTION, TTL]);
    let ids: Vec<_> = patches.iter().map(|patch| (patch.document.as_deref(), patch.edits.len())).collect();
    assert_eq!(ids, [(Some("d1"), 1), (Some("d2"), 1)]);
    // Without a document for fleet the change goes into the cloud-config.
    let patches = patch(&[etcd], &read[..1], &[TTL]);
    assert!(patches[0].text.as_deref().unwrap().contains("  fleet:\n    agent-ttl: 60s\n"));
    assert_eq!(patch(&[], &[], &[TTL])[0].document, None);
}

/// Each kind of text within each that can hold it: its bytes are found through every layer, and written back as they were.
#[test]
fn texts_within_texts_are_changed_where_they_stand() {
    let indented = |text: &str, by: usize| text.lines().map(|line| format!("{:by$}{line}\n", "")).collect::<String>();
    let escaped = |text: &str| text.replace('"', "\\\"").replace('\n', "\\n");
    let percent = |text: &str| text.replace('"', "%22").replace('\\', "%5C").replace('=', "%3D").replace(' ', "%20").replace('\n', "%0A");
    let pod =
        "kind: Pod\nspec:\n  containers:\n  - name: etcd\n    command: [etcd, --heartbeat-interval=100, \"--election-timeout=1000\"]\n";
    let compose = "services:\n  etcd:\n    environment:\n      ETCD_HEARTBEAT_INTERVAL: \"100\"\n      ETCD_ELECTION_TIMEOUT: \"1000\"\n";
    let file = "name: a\ndata-dir: /x\nheartbeat-interval: 100\nelection-timeout: 1000\n";
    for (path, inner) in [
        ("/etc/kubernetes/manifests/etcd.yaml", pod),
        ("/opt/kv/compose.yml", compose),
        ("/etc/etcd/etcd.conf.yml", file),
        (
            "/etc/kubeadm.yml",
            "kind: ClusterConfiguration\netcd:\n  local:\n    extraArgs: {heartbeat-interval: \"100\", election-timeout: \"1000\"}\n",
        ),
        ("/etc/etcd.env", "ETCD_HEARTBEAT_INTERVAL=\"100\"\nETCD_ELECTION_TIMEOUT=1000\n"),
        ("/etc/systemd/system/etcd.service", "[Service]\nExecStart=/usr/bin/etcd --heartbeat-interval=100 --election-timeout=1000\n"),
        ("/opt/run.sh", "#!/bin/sh\nexec etcd --heartbeat-interval=100 \\\n  --election-timeout 1000\n"),
    ] {
        let map = "apiVersion: v1\nkind: ConfigMap\ndata:\n";
        let script = |text: &str| format!("#!/bin/sh\ncat > {path} <<'END'\n{text}END\n");
        let written = |text: &str| format!("#cloud-config\nwrite_files:\n- path: {path}\n  content: |\n{}", indented(text, 4));
        let holders: [&dyn Fn(&str) -> String; 8] = [
            &written,
            &|text| format!("#cloud-config\nwrite_files:\n- path: /opt/x.sh\n  content: |\n{}", indented(&script(text), 4)),
            &|text| format!("#cloud-config\nruncmd:\n- |\n{}", indented(&script(text), 2)),
            &|text| {
                format!(
                    "variant: fcos\nversion: 1.5.0\nstorage:\n  files:\n  - path: {path}\n    contents:\n      inline: |\n{}",
                    indented(text, 8)
                )
            },
            &|text| {
                let url = percent(text);
                format!(
                    "{{\"ignition\": {{}}, \"storage\": {{\"files\": [{{\"path\": \"{path}\", \"contents\": {{\"source\": \"data:,{url}\"}}}}]}}}}\n"
                )
            },
            &|text| format!("{map}  {}: |\n{}", path.rsplit('/').next().unwrap_or(""), indented(text, 4)),
            &|text| format!("{map}  {}: \"{}\"\n", path.rsplit('/').next().unwrap_or(""), escaped(&text.replace('\\', "\\\\"))),
            &|text| format!("{map}  user-data: |\n{}", indented(&written(text), 4)),
        ];
        for holder in holders {
            let changed = inner.replace("1000", "2500").replace("100", "250");
            assert_eq!(patched(&holder(inner), &[HEARTBEAT, ELECTION]), holder(&changed));
        }
    }
}

#[test]
fn a_program_that_states_one_of_the_pair_is_given_the_other() {
    for (text, line) in [
        ("args = [\n  \"--name\", \"a\",\n  \"--heartbeat-interval=100\",\n]\n", "  \"--election-timeout=2500\",\n"),
        ("run([\n    \"etcd\",\n    \"--heartbeat-interval\", \"100\",\n    \"--debug\",\n])\n", "    \"--election-timeout\", \"2500\",\n"),
        ("task \"etcd\" {\n  env {\n    ETCD_HEARTBEAT_INTERVAL = \"100\"\n  }\n}\n", "    ETCD_ELECTION_TIMEOUT = \"2500\"\n"),
        ("{ services.etcd.extraConf = {\n  \"HEARTBEAT_INTERVAL\" = \"100\";\n}; }\n", "  \"ELECTION_TIMEOUT\" = \"2500\";\n"),
    ] {
        let stated = text.lines().find(|line| line.contains("100")).unwrap_or("").replace("100", "250") + "\n";
        let expected = text.replace("100", "250").replace(&stated, &format!("{stated}{line}"));
        assert_eq!(patched(text, &[HEARTBEAT, ELECTION]), expected);
    }
    // Whether a class of Puppet or a module of Terraform has such a parameter, the file does not tell; and a property list has marks.
    for text in [
        "class { 'etcd':\n  heartbeat_interval => 100,\n}\n",
        "module \"a\" {\n  etcd_heartbeat_interval = 100\n}\n",
        "<plist><array>\n<string>etcd</string>\n<string>--heartbeat-interval=100</string>\n</array></plist>\n",
    ] {
        let read = config::read(0, text).expect("a configuration");
        assert_eq!(patch(&[text], &[read], &[HEARTBEAT, ELECTION])[0].disposition, "refused", "{text}");
    }
}

#[test]
fn what_has_its_name_beside_it_is_added_with_its_own() {
    let terraform = |item: &str, mark: &str| item.replace("NAME", "ETCD_HEARTBEAT_INTERVAL").replace("1000", "250") + mark;
    for (lead, item, joint, rest) in [
        ("env = [\n", "  {\n    name  = \"NAME\"\n    value = \"1000\"\n  }", ",\n", "\n]\n"),
        ("env = [", "{ name = \"NAME\", value = \"1000\" }", ", ", "]\n"),
        ("container {\n", "  env {\n    name  = \"NAME\"\n    value = \"1000\"\n  }", "\n", "\n}\n"),
        ("{\"image\": \"etcd\", \"env\": [\n", "  {\"name\": \"NAME\", \"value\": \"1000\"}", ",\n", "\n]}\n"),
        ("kind: Pod\nspec:\n  containers:\n  - name: etcd\n    env:\n", "    - {name: NAME, value: \"1000\"}", "\n", "\n"),
    ] {
        let stated = item.replace("NAME", "ETCD_ELECTION_TIMEOUT");
        let expected = format!("{lead}{}{}{rest}", terraform(item, joint), stated.replace("1000", "2500"));
        assert_eq!(patched(&format!("{lead}{stated}{rest}"), &[HEARTBEAT, ELECTION]), expected);
    }
    let list =
        |items: &str| format!("kind: EtcdCluster\nspec:\n  pod:\n    etcdEnv:\n{items}    - name: ETCD_DEBUG\n      value: \"false\"\n");
    let items = "    - name: ETCD_HEARTBEAT_INTERVAL\n      value: \"100\"\n";
    let added = items.replace("100", "250") + "    - name: ETCD_ELECTION_TIMEOUT\n      value: \"2500\"\n";
    assert_eq!(patched(&list(items), &[HEARTBEAT, ELECTION]), list(&added));
}

#[test]
fn flags_go_into_the_quotes_of_their_command() {
    for (command, more) in [
        ("sh -c \"exec etcd --name a\"", "sh -c \"exec etcd --name a --election-timeout=2500\""),
        ("sh -c 'etcd --name \"a\"'", "sh -c 'etcd --name \"a\" --election-timeout=2500'"),
        ("etcd --name \"a b\"", "etcd --name \"a b\" --election-timeout=2500"),
    ] {
        assert_eq!(patched(&format!("{command}\n"), &[ELECTION]), format!("{more}\n"));
    }
    // Lines behind what an article or a script holds are no part of it.
    let script = "cat << EOF | tee etcd\nETCD_OPTS=\"--name=a \\\\\n  --initial-cluster-state=new\"\nEOF\n";
    let read = config::read(0, script).expect("options");
    assert_eq!(patch(&[script], &[read], &[ELECTION])[0].disposition, "refused");
}

#[test]
fn pieces_of_a_command_are_joined() {
    let text = "etcd = Etcd()\ncmd = \"/bin/etcd -addr=\" + ip + \":4001 -heartbeat-interval=100 -election-timeout=1000&\"\ncall(cmd)\n";
    assert_eq!(patched(text, &[HEARTBEAT, ELECTION]), text.replace("1000&", "2500&").replace("=100 ", "=250 "));
}

#[test]
fn an_expression_is_replaced_as_a_whole() {
    for (text, expression) in [
        ("task \"etcd\" {\n  env {\n    ETCD_ELECTION_TIMEOUT = tostring(var.wait[0])\n  }\n}\n", "tostring(var.wait[0])"),
        ("values = (\n  (\"ETCD_HEARTBEAT_INTERVAL\", \"250\"),\n  (\"ETCD_ELECTION_TIMEOUT\", str(WAIT)),\n)\n", "str(WAIT)"),
    ] {
        assert_eq!(patched(text, &[ELECTION]), text.replace(expression, "2500"));
    }
}

#[test]
fn both_branches_of_a_template_are_changed() {
    let text = "#cloud-config\ncoreos:\n  etcd2:\n    name: {{ name }}\n    {% if slow %}\n    election-timeout: 2000\n    {% else %}\n    election-timeout: 1000\n    {% endif %}\n  units:\n    - name: etcd2.service\n      command: start\n";
    assert_eq!(patched(text, &[ELECTION]), text.replace("2000", "2500").replace("1000", "2500"));
    let read = config::read(0, text).expect("a cloud-config");
    assert!(read.settings.iter().filter_map(|setting| setting.why.as_deref()).all(|why| why.contains("another branch")));
}

#[test]
fn both_branches_of_a_shell_are_changed() {
    let text = "#!/bin/bash\nif [ $MINOR -ge 31 ]; then\n  ARGS='    extraArgs:\n    - name: election-timeout\n      value: \"1000\"'\nelse\n  ARGS='    extraArgs:\n      election-timeout: \"1000\"'\nfi\ncat <<EOF > /tmp/k.yaml\nkind: ClusterConfiguration\netcd:\n  local:\n$ARGS\nnetworking:\n  podSubnet: 10.244.0.0/16\nEOF\n";
    assert_eq!(patched(text, &[ELECTION]), text.replace("1000", "2500"));
    assert!(config::read(0, text).expect("a manifest").problems.iter().all(|problem| problem.id == RuleId::ConfigTemplate));
}

#[test]
fn the_files_of_several_members_are_changed_together() {
    let file = |name: &str, lines: &str| format!("On {name}:\n\nETCD_NAME={name}\nETCD_DATA_DIR=/x\n{lines}\n");
    let both = |lines: &str| file("a", lines) + &file("b", lines);
    let added = "ETCD_HEARTBEAT_INTERVAL=250\nETCD_ELECTION_TIMEOUT=2500\n";
    assert_eq!(patched(&both(""), &[HEARTBEAT, ELECTION]), both(added));
    assert_eq!(patched(&both("ETCD_HEARTBEAT_INTERVAL=100\n"), &[HEARTBEAT, ELECTION]), both(added));
    assert_eq!(patched(&both(&added.replace("25", "20")), &[HEARTBEAT, ELECTION]), both(added));
}

#[test]
fn a_file_that_a_cloud_config_writes_is_given_more() {
    let of = Change { etcd: Etcd::V3, ..ELECTION };
    let file = |path: &str, lines: &str| {
        format!(
            "#cloud-config\npackages: [etcd-server]\nwrite_files:\n  - path: {path}\n    content: |\n{lines}runcmd:\n  - systemctl restart etcd\n"
        )
    };
    let (variables, unit) = ("      ETCD_NAME=\"a\"\n", "      [Service]\n      Environment=ETCD_NAME=a\n");
    let added = format!("{variables}      ETCD_ELECTION_TIMEOUT=2500\n");
    assert_eq!(patched(&file("/etc/default/etcd", variables), &[of]), file("/etc/default/etcd", &added));
    let path = "/etc/systemd/system/etcd.service.d/a.conf";
    let added = format!("{unit}      Environment=\"ETCD_ELECTION_TIMEOUT=2500\"\n");
    assert_eq!(patched(&file(path, unit), &[of]), file(path, &added));
}

#[test]
fn what_members_name_by_an_anchor_is_changed_at_it() {
    let text = "x-timers:\n  beat: &beat --heartbeat-interval=100\nservices:\n  a:\n    image: quay.io/coreos/etcd:v3.5.9\n    command: [etcd, *beat]\n  b:\n    image: quay.io/coreos/etcd:v3.5.9\n    command: [etcd, *beat]\n";
    assert_eq!(patched(text, &[HEARTBEAT]), text.replace("=100", "=250"));
    let number = text.replace("--heartbeat-interval=100", "100").replace("*beat", "--heartbeat-interval, *beat");
    let read = config::read(0, &number).expect("a configuration");
    assert_eq!(patch(&[&number], &[read], &[HEARTBEAT])[0].disposition, "refused");
}

#[test]
fn what_is_missing_is_added_for_each_member() {
    let service = |name: &str, rest: &str| format!("  {name}:\n    image: quay.io/coreos/etcd:v3.5.9\n{rest}");
    let both = |rest: &str| format!("services:\n{}{}", service("a", rest), service("b", rest));
    let variables = "    environment:\n      ETCD_HEARTBEAT_INTERVAL: \"100\"\n";
    let added = variables.replace("100", "250") + "      ETCD_ELECTION_TIMEOUT: \"2500\"\n";
    assert_eq!(patched(&both(variables), &[HEARTBEAT, ELECTION]), both(&added));
    let command = "    command: etcd --debug\n";
    assert_eq!(patched(&both(command), &[ELECTION]), both(&command.replace("etcd", "etcd --election-timeout=2500")));
    let mixed = format!("services:\n{}{}", service("a", "    command: etcd --election-timeout=1000\n"), service("b", command));
    let read = config::read(0, &mixed).expect("a configuration");
    assert_eq!(patch(&[&mixed], &[read], &[ELECTION])[0].disposition, "refused");
}

#[test]
fn a_template_is_told_from_a_broken_file() {
    let ids = |text: &str| config::read(0, text).expect("a configuration").problems.iter().map(|problem| problem.id).collect::<Vec<_>>();
    let timers = "    heartbeat-interval: 100\n    election-timeout: 1000\n";
    for marks in [
        "{% if slow %}\n",
        "{{- if .Slow }}\n",
        "%{ if slow }\n",
        "    name: {{ name }}{% if x %}-x{% endif %}\n",
        "    name: {{ a }}-{{ b }}\n",
        "    {{/* timers */}}\n",
        "    name: @name@\n",
    ] {
        let head = "#cloud-config\ncoreos:\n  etcd2:\n";
        let units = "  units: [{name: etcd2.service, command: start}]\n";
        let text = format!("{head}{marks}{timers}{units}");
        let told = ids(&text);
        assert!(told.iter().all(|id| *id == RuleId::ConfigTemplate) && !told.is_empty(), "{text}: {told:?}");
        let broken = ids(&format!("{head}{marks}{timers}   x: 1\n{units}"));
        let is_told = broken.contains(&RuleId::ConfigYamlError);
        assert!(is_told || marks.contains('@') || marks.contains("endif"), "{text}: {broken:?}");
    }
    let quoted = "kind: Pod\nspec:\n  containers:\n  - name: etcd\n    env:\n    - name: ETCD_ELECTION_TIMEOUT\n      value: {{ .Values.wait | quote }}\n";
    assert_eq!(patched(quoted, &[ELECTION]), quoted.replace("{{ .Values.wait | quote }}", "\"2500\""));
}

#[test]
fn a_list_of_processes_is_not_changed() {
    let disposition = |text: &str| patch(&[text], &[config::read(0, text).expect("a command")], &[HEARTBEAT])[0].disposition;
    let command = "/usr/bin/etcd --name a --heartbeat-interval=100";
    for before in ["etcd  812  2.1  1.0 ", "812 ", "root 812 1 0 10:00 ? 00:00:01 "] {
        assert_eq!(disposition(&format!("{before}{command}\n")), "refused", "{before}");
    }
    for before in ["timeout 5 ", "ionice -c 2 nice -n 5 ", "exec "] {
        assert_eq!(disposition(&format!("{before}{command}\n")), "safe", "{before}");
    }
}

#[test]
fn what_a_container_is_handed_is_added_as_it_stands() {
    let unit =
        |more: &str| format!("[Service]\nExecStart=/usr/bin/docker run -e ETCD_ELECTION_TIMEOUT=1000{more} quay.io/coreos/etcd:v2.3.8\n");
    assert_eq!(patched(&unit(""), &[HEARTBEAT]), unit(" -e ETCD_HEARTBEAT_INTERVAL=250"));
}

#[test]
fn values_of_a_chart_and_files_of_compose_are_texts_too() {
    let values = "extraEnvVars:\n- name: ETCD_ELECTION_TIMEOUT\n  value: \"1000\"\n".replace('\n', "\n        ");
    let application = format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    helm:\n      values: |\n        {}\n",
        values.trim_end()
    );
    let compose = "services:\n  kv: {image: etcd, command: etcd --config-file /x}\nconfigs:\n  x:\n    content: |\n      data-dir: /d\n      election-timeout: 1000\n";
    let ignition = r#"{"ignition": {}, "storage": {"files": [{"path": "/etc/etcd.env", "append": [{"source": "data:,ETCD_ELECTION_TIMEOUT%3D1000%0A"}]}]}}"#;
    for text in [&application, compose, ignition] {
        assert_eq!(patched(text, &[ELECTION]), text.replace("1000", "2500"));
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

#[test]
fn what_csh_and_fish_export_is_changed_in_place() {
    for (text, expected) in [
        (
            "#!/usr/bin/fish\nset -gx ETCD_HEARTBEAT_INTERVAL 100\nexec etcd --data-dir /x\n",
            "#!/usr/bin/fish\nset -gx ETCD_HEARTBEAT_INTERVAL 250\nexec etcd --data-dir /x --election-timeout=2500\n",
        ),
        (
            "setenv ETCD_HEARTBEAT_INTERVAL 100\nsetenv ETCD_ELECTION_TIMEOUT \"1000\"\n",
            "setenv ETCD_HEARTBEAT_INTERVAL 250\nsetenv ETCD_ELECTION_TIMEOUT \"2500\"\n",
        ),
    ] {
        assert_eq!(patched(text, &[HEARTBEAT, ELECTION]), expected);
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
