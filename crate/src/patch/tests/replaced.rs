//! A value that stands there is replaced, and nothing else.

use super::*;

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
fn blanks_around_an_equals_sign_go() {
    for text in ["[Service]\nEnvironment=ETCD_ELECTION_TIMEOUT = 1000\n", "[Service]\nEnvironment=\"ETCD_ELECTION_TIMEOUT = 1000\"\n"] {
        assert_eq!(patched(text, &[ELECTION]), text.replace(" = 1000", "=2500"));
    }
}

/// etcd 2 passes over the names of 0.4, and a cloud-config drops them below etcd2.
#[test]
fn an_old_name_becomes_the_one_that_is_read() {
    let changes = [HEARTBEAT, ELECTION];
    let unit = "  units:\n  - {name: etcd2.service, command: start}\n";
    for (text, mark) in [
        (
            format!("#cloud-config\ncoreos:\n  etcd2:\n    peer-heartbeat-interval: 100 # ms\n    peer-election-timeout: 1000\n{unit}"),
            "peer-",
        ),
        (format!("#cloud-config\ncoreos:\n  etcd2:\n    peer_election_timeout: 1000\n    peer_heartbeat_interval: 100\n{unit}"), "peer_"),
    ] {
        let new = text.replace(mark, "").replace("1000", "2500").replace(" 100", " 250");
        assert_eq!(patched(&text, &changes), new);
    }
    let list = "services:\n  etcd:\n    image: quay.io/coreos/etcd:v3.4.0\n    command: [etcd, --listen-client-urls, \"http://0.0.0.0:2379\", -peer-election-timeout, \"1000\"]\n";
    let mut read = [config::read(0, list).expect("a service")];
    crate::facts::settings::judge_old_keys(&mut read, None);
    let patches = patch(&[list], &read, &[ELECTION]);
    assert_eq!(patches[0].text, Some(list.replace("peer-", "").replace("1000", "2500")), "{:?}", patches[0].reason);
    // What no longer etcd runs keeps them.
    let old = Change { etcd: Etcd::V04, ..ELECTION };
    let text = "#cloud-config\ncoreos:\n  etcd:\n    peer-election-timeout: 1000\n";
    assert_eq!(patched(text, &[old]), text.replace("1000", "2500"));
}

#[test]
fn a_timer_of_kops_gets_the_unit_that_it_lacks() {
    let text = "kind: Cluster\nspec:\n  etcdClusters:\n  - name: main\n    heartbeatInterval: 100\n    leaderElectionTimeout: 1000\n    manager:\n      env:\n      - {name: ETCD_SNAPSHOT_COUNT, value: \"100\"}\n";
    let expected = text.replace("1000", "2500ms").replace("Interval: 100", "Interval: 250ms");
    assert_eq!(patched(text, &[HEARTBEAT, ELECTION]), expected);
    let read = config::read(0, text).unwrap();
    assert!(read.problems.iter().all(|problem| problem.note.contains("write 100")), "{:?}", read.problems);
}

#[test]
fn a_text_of_a_program_keeps_what_ends_it() {
    for text in [
        "const run = `docker run quay.io/coreos/etcd:v3.5.9 etcd\n  --name a\n  --election-timeout=1000`;\n",
        "etcd:\n  extraFlags:\n    - --heartbeat-interval=250\n  args: [\"--election-timeout=1000\"]\n",
        "OPTIONS=\"--name $NAME --election-timeout=1000\"\nexec /usr/bin/etcd $OPTIONS\n",
    ] {
        let changes = if text.starts_with("etcd:") { &[HEARTBEAT, ELECTION][..] } else { &[ELECTION] };
        assert_eq!(patched(text, changes), text.replace("1000", "2500"));
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
fn pieces_of_a_command_are_joined() {
    let text = "etcd = Etcd()\ncmd = \"/bin/etcd -addr=\" + ip + \":4001 -heartbeat-interval=100 -election-timeout=1000&\"\ncall(cmd)\n";
    assert_eq!(patched(text, &[HEARTBEAT, ELECTION]), text.replace("1000&", "2500&").replace("=100 ", "=250 "));
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

/// A variable is a text in Go, Python and JavaScript, so a number in place of a name has quotes.
#[test]
fn a_number_in_place_of_a_name_is_a_text() {
    for (text, expected) in [
        ("env := map[string]string{\n\t\"ETCD_ELECTION_TIMEOUT\": timeout,\n}\n", "\"2500\","),
        ("args = [\"etcd\", \"--election-timeout\", wait]\n", "\"2500\"]"),
        ("env {\n  ETCD_ELECTION_TIMEOUT = var.wait\n}\n", " 2500\n"),
    ] {
        let new = patched(text, &[ELECTION]);
        assert!(search::has(&new, expected), "{new}");
    }
    let both = patched("m := map[string]string{\n\t\"ETCD_ELECTION_TIMEOUT\": timeout,\n}\n", &[HEARTBEAT, ELECTION]);
    assert!(search::has(&both, "\"ETCD_HEARTBEAT_INTERVAL\": \"250\","), "{both}");
}

#[test]
fn what_is_packed_is_changed_within() {
    // "ETCD_NAME=a", "ETCD_HEARTBEAT_INTERVAL=100" and "ETCD_ELECTION_TIMEOUT=1000", a line each.
    let (old, new) = (
        "RVRDRF9OQU1FPWEKRVRDRF9IRUFSVEJFQVRfSU5URVJWQUw9MTAwCkVUQ0RfRUxFQ1RJT05fVElNRU9VVD0xMDAwCg==",
        "RVRDRF9OQU1FPWEKRVRDRF9IRUFSVEJFQVRfSU5URVJWQUw9MjUwCkVUQ0RfRUxFQ1RJT05fVElNRU9VVD0yNTAwCg==",
    );
    for text in [
        format!(
            "{{\"ignition\":{{\"version\":\"3.4.0\"}},\"storage\":{{\"files\":[{{\"path\":\"/etc/etcd/etcd.env\",\"contents\":{{\"source\":\"data:;base64,{old}\"}}}}]}}}}"
        ),
        format!("#cloud-config\nwrite_files:\n- path: /etc/etcd.env # packed\n  encoding: b64\n  content: '{old}'\n"),
        "apiVersion: v1\nkind: Secret\nmetadata: {name: etcd}\ndata:\n  ETCD_HEARTBEAT_INTERVAL: MTAw\n  ETCD_ELECTION_TIMEOUT: MTAwMA==\n"
            .to_owned(),
    ] {
        let expected = text.replace(old, new).replace("MTAwMA==", "MjUwMA==").replace("MTAw\n", "MjUw\n");
        assert_eq!(patched(&text, &[HEARTBEAT, ELECTION]), expected);
    }
    // In rows of one length it stays so.
    let rows = |letters: &str| letters.as_bytes().chunks(20).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\n    ");
    let file = |letters: &str| {
        format!("#cloud-config\nwrite_files:\n- path: /etc/etcd.env\n  encoding: b64\n  content: |\n    {}\n", rows(letters))
    };
    assert_eq!(patched(&file(old), &[HEARTBEAT, ELECTION]), file(new));
    // A letter that packing would not give again, and lines of letters.
    for text in [old.replace("Cg==", "Cg"), old.replacen("ElRE", "El\n    RE", 1).replacen("RVRD", "|\n    RVRD", 1)] {
        let text = format!("#cloud-config\nwrite_files:\n- path: /etc/etcd.env\n  encoding: b64\n  content: {text}\n");
        assert_eq!(patch(&[&text], &[config::read(0, &text).expect("a cloud-config")], &[HEARTBEAT])[0].disposition, "refused", "{text}");
    }
}
