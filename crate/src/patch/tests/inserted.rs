//! Values that nothing states yet, each where its reader looks.

use super::*;

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
fn a_container_linux_config_has_one_unit_for_etcd() {
    let text = "systemd:\n  units:\n    - name: etcd-member.service\n      dropins:\n        - name: 40-etcd.conf\n          contents: |\n            [Service]\n            Environment=\"ETCD_NAME=a\"\n";
    let added = format!("{text}            Environment=\"ETCD_ELECTION_TIMEOUT=2500\"\n");
    assert_eq!(patched(text, &[ELECTION]), added);
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
fn a_chart_and_an_installer_with_keys_of_its_own_take_more() {
    let kubekey = "apiVersion: kubekey.kubesphere.io/v1alpha2\nkind: Cluster\nspec:\n  etcd:\n    type: kubekey\n";
    let more = "    heartbeatInterval: 250\n    electionTimeout: 2500\n";
    assert_eq!(patched(kubekey, &[HEARTBEAT, ELECTION]), format!("{kubekey}{more}"));
    let chart = "etcd:\n  image:\n    repository: bitnami/etcd\n  extraEnvVars: []\n";
    let variable = "{name: ETCD_ELECTION_TIMEOUT, value: \"2500\"}";
    assert_eq!(patched(chart, &[ELECTION]), chart.replace("[]", &format!("[{variable}]")));
}

/// What a shell or a program holds in quotes may end with a value: the quote that closes it stays the last one.
#[test]
fn within_the_quotes_of_the_text_around_it() {
    for (text, heartbeat) in [
        (
            "ARGS='    extraArgs:\n      election-timeout: \"2000\"'\ncat <<EOF > x\nkind: ClusterConfiguration\netcd:\n  local:\n$ARGS\nEOF\n",
            "      heartbeat-interval: \"250\"",
        ),
        (
            "ARGS='    extraArgs:\n    - name: election-timeout\n      value: \"2000\"'\ncat <<EOF > x\nkind: ClusterConfiguration\netcd:\n  local:\n$ARGS\nEOF\n",
            "    - name: heartbeat-interval\n      value: \"250\"",
        ),
        ("ENVS='ETCD_NAME=a\nETCD_ELECTION_TIMEOUT=2000'\necho \"$ENVS\" > /etc/etcd.env\n", "ETCD_HEARTBEAT_INTERVAL=250"),
        ("CONF='name: a\ndata-dir: /x\nelection-timeout: 2000'\necho \"$CONF\" > /etc/etcd.yml\n", "heartbeat-interval: 250"),
        ("unit = \"\"\"[Service]\nEnvironment=ETCD_ELECTION_TIMEOUT=2000\"\"\"\n", "Environment=ETCD_HEARTBEAT_INTERVAL=250"),
    ] {
        let at = text.find("2000").unwrap() + 4;
        let own = usize::from(text[at..].starts_with('"') && !text[at..].starts_with("\"\""));
        let expected = format!("{}\n{heartbeat}{}", &text[..at + own], &text[at + own..]).replace("2000", "2500");
        assert_eq!(patched(text, &[HEARTBEAT, ELECTION]), expected);
    }
    let list = "CFG = '''\napiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\netcd:\n  local:\n    dataDir: /x'''\n";
    let expected = list.replace("/x'''", "/x\n    extraArgs:\n      election-timeout: \"2500\"'''");
    assert_eq!(patched(list, &[ELECTION]), expected);
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
fn podman_hands_a_container_what_its_own_section_sets() {
    let unit = |added: &str| format!("[Container]\nImage=quay.io/coreos/etcd:v3.5.9\n{added}Exec=etcd\n[Service]\nRestart=always\n");
    let set = "Environment=ETCD_NAME=a\n";
    let expected = unit(&format!("{set}Environment=\"ETCD_ELECTION_TIMEOUT=2500\"\n"));
    assert_eq!(patched(&unit(set), &[ELECTION]), expected);
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
        ("sh -c \"etcd --name a\" &", "sh -c \"etcd --name a --election-timeout=2500\" &"),
        ("sh -c 'etcd --name \"a\" &'", "sh -c 'etcd --name \"a\" --election-timeout=2500 &'"),
        ("sh -c 'exec etcd' &", "sh -c 'exec etcd --election-timeout=2500' &"),
        ("if x; then etcd --name \"a b\"; fi", "if x; then etcd --name \"a b\" --election-timeout=2500; fi"),
        ("(etcd --heartbeat-interval=250) &", "(etcd --heartbeat-interval=250 --election-timeout=2500) &"),
        ("(etcd --election-timeout 1000) &", "(etcd --election-timeout 2500) &"),
        ("sh -c 'etcd --name a;'", "sh -c 'etcd --name a --election-timeout=2500;'"),
        ("sh -c 'etcd --name \"a\" > log' 2>&1", "sh -c 'etcd --name \"a\" --election-timeout=2500 > log' 2>&1"),
        ("sh -c \"etcd --heartbeat-interval 250\"", "sh -c \"etcd --heartbeat-interval 250 --election-timeout 2500\""),
        ("sh -c 'etcd --heartbeat-interval=\"250\"'", "sh -c 'etcd --heartbeat-interval=\"250\" --election-timeout=\"2500\"'"),
        ("CMD='etcd --heartbeat-interval=250'", "CMD='etcd --heartbeat-interval=250 --election-timeout=2500'"),
        ("etcd \"--heartbeat-interval=250\"", "etcd \"--heartbeat-interval=250\" \"--election-timeout=2500\""),
        ("etcd --name \"a b\"", "etcd --name \"a b\" --election-timeout=2500"),
        ("etcd --name a\\\"", "etcd --name a\\\" --election-timeout=2500"),
    ] {
        assert_eq!(patched(&format!("{command}\n"), &[ELECTION]), format!("{more}\n"));
    }
    // Lines behind what an article or a script holds are no part of it.
    let script = "cat << EOF | tee etcd\nETCD_OPTS=\"--name=a \\\\\n  --initial-cluster-state=new\"\nEOF\n";
    let read = config::read(0, script).expect("options");
    assert_eq!(patch(&[script], &[read], &[ELECTION])[0].disposition, "refused");
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
fn a_container_without_a_command_takes_variables() {
    let list = "    environment:\n      - ALLOW_NONE_AUTHENTICATION=yes\n";
    let map = "    environment:\n      ALLOW_NONE_AUTHENTICATION: \"yes\"\n";
    let pod = "      env:\n        - name: ALLOW_NONE_AUTHENTICATION\n          value: \"yes\"\n";
    for (head, variables, added) in [
        ("services:\n  a:\n    image: bitnami/etcd:3.5\n", list, "      - ETCD_ELECTION_TIMEOUT=2500\n"),
        ("services:\n  web:\n    image: web\n  a:\n    image: bitnami/etcd\n", map, "      ETCD_ELECTION_TIMEOUT: \"2500\"\n"),
        (
            "kind: Pod\nspec:\n  containers:\n    - image: bitnami/etcd:3.5\n",
            pod,
            "        - name: ETCD_ELECTION_TIMEOUT\n          value: \"2500\"\n",
        ),
    ] {
        let text = format!("{head}{variables}");
        assert_eq!(patched(&text, &[ELECTION]), format!("{text}{added}"));
    }
    // The image may come from a mapping that services share.
    let shared = |added: &str| {
        let service = |name: &str| format!("  {name}:\n    <<: *kv\n    environment:\n      ETCD_NAME: {name}\n{added}");
        format!("x-kv: &kv\n  image: bitnami/etcd:3.5\nservices:\n{}{}", service("a"), service("b"))
    };
    assert_eq!(patched(&shared(""), &[ELECTION]), shared("      ETCD_ELECTION_TIMEOUT: \"2500\"\n"));
    let both = format!("services:\n  a:\n    image: bitnami/etcd:3.5\n{map}  b:\n    image: bitnami/etcd:3.5\n    command: /run.sh\n{map}");
    assert_eq!(patch(&[&both], &[config::read(0, &both).expect("services")], &[ELECTION])[0].disposition, "refused");
}

#[test]
fn what_a_container_is_handed_is_added_as_it_stands() {
    let unit =
        |more: &str| format!("[Service]\nExecStart=/usr/bin/docker run -e ETCD_ELECTION_TIMEOUT=1000{more} quay.io/coreos/etcd:v2.3.8\n");
    assert_eq!(patched(&unit(""), &[HEARTBEAT]), unit(" -e ETCD_HEARTBEAT_INTERVAL=250"));
}

#[test]
fn an_item_in_quotes_has_a_twin_in_quotes() {
    for item in ["\"ETCD_HEARTBEAT_INTERVAL=250\"", "'ETCD_HEARTBEAT_INTERVAL=250'", "\"--heartbeat-interval=250\""] {
        let list = if item.contains("--") { "command" } else { "environment" };
        let text = format!("services:\n  kv:\n    image: etcd:3.5.9\n    {list}:\n      - {item}\n      - A=b\n");
        let twin =
            item.replace("HEARTBEAT_INTERVAL=250", "ELECTION_TIMEOUT=2500").replace("heartbeat-interval=250", "election-timeout=2500");
        assert_eq!(patched(&text, &[ELECTION]), text.replace(item, &format!("{item}\n      - {twin}")));
    }
}

#[test]
fn within_another_text_a_section_keeps_the_step_of_its_own_lines() {
    let text =
        "Ours is this, and it is long:\n\n```\n#cloud-config\ncoreos:\n    fleet:\n        public-ip: 10.0.0.1\n    units: []\n```\n";
    assert_eq!(patched(text, &[ELECTION]), text.replace("coreos:\n", "coreos:\n    etcd2:\n        election-timeout: 2500\n"));
}

#[test]
fn among_variables_of_a_container_a_variable_comes() {
    let text = "Add these:\n\n```\n  -e ETCD_NAME=a\n  -e ETCD_SNAPSHOT_COUNT=50000\n```\n";
    assert_eq!(patched(text, &[ELECTION]), text.replace("50000", "50000 -e ETCD_ELECTION_TIMEOUT=2500"));
    // Behind the image it would be a flag.
    let whole = |more: &str| format!("docker run{more} \\\n  -e ETCD_DATA_DIR=/x \\\n  -e ETCD_NAME=a quay.io/coreos/etcd:v2.3.8\n");
    assert_eq!(patched(&whole(""), &[ELECTION]), whole(" -e ETCD_ELECTION_TIMEOUT=2500"));
}

/// Before docker-compose had `services`, they stood at the root.
#[test]
fn services_at_the_root_are_those_of_compose() {
    let member =
        |name: &str| format!("{name}:\n  image: quay.io/coreos/etcd:v2.3.7\n  command: -name {name} -election-timeout 1000\n  net: host\n");
    let text = member("a") + &member("b");
    let read = config::read(0, &text).expect("services");
    assert!(read.problems.is_empty() && read.settings.iter().all(|setting| setting.effective), "{read:?}");
    assert_eq!(patched(&text, &[ELECTION]), text.replace("1000", "2500"));
}

/// What is behind the words of a command is none of them.
#[test]
fn flags_come_before_a_redirection_a_comment_and_the_next_command() {
    for (command, rest) in [
        ("exec etcd --name a", " >> /var/log/etcd.log 2>&1 &"),
        ("nohup ./bin/etcd --name a", " &> etcd.log &"),
        ("etcd --name a", " # starts it"),
        ("etcd --name a", "; sleep 1"),
        ("etcd --name a", " 2>&1 | tee etcd.log"),
        ("(cd /x && exec ./etcd --name a", " &)"),
        ("(cd /x && exec ./etcd --name a --heartbeat-interval=$BEAT", ") &"),
        ("(cd /x && exec ./etcd --name $(hostname)", ") 2>&1 | tee etcd.log"),
        ("etcd --name a --heartbeat-interval=100", "|tee etcd.log"),
        ("etcd --name a --heartbeat-interval=100", ";;"),
        ("etcd --name a \\\n  --data-dir /x", " \\\n  > etcd.log"),
        ("etcd --name \"a & b\" --discovery <url>", ""),
        ("mkdir -p x && docker run quay.io/coreos/etcd:v3.5.7 etcd --name a", " > /dev/null"),
    ] {
        let text = format!("#!/bin/sh\n{command}{rest}\n");
        assert_eq!(patched(&text, &[ELECTION]), text.replace(command, &format!("{command} --election-timeout=2500")), "{text}");
    }
}

#[test]
fn two_sections_in_one_place_are_not_made_at_once() {
    let text = "#cloud-config\ncoreos: {}\n";
    let patches = patch(&[text], &[config::read(0, text).expect("a cloud-config")], &[ELECTION, TTL]);
    let told: Vec<_> = patches.iter().map(|patch| (patch.disposition, patch.text.clone().unwrap_or_default())).collect();
    assert_eq!(told[1], ("safe", "#cloud-config\ncoreos: {etcd2: {election-timeout: 2500}}\n".to_owned()));
    assert_eq!(told[0].0, "refused");
}

#[test]
fn a_file_for_another_daemon_takes_no_value() {
    let text = "#cloud-config\ncoreos:\n  units:\n    - name: etcd.service\n      command: start\nwrite_files:\n  - path: /opt/conf/fleetd.conf\n    content: |\n      [Service]\n      ExecStart=\n      ExecStart=/opt/bin/fleetd\n";
    let new = patched(text, &[Change { etcd: Etcd::V3, ..ELECTION }]);
    assert!(new.ends_with(&text[text.find("write_files").expect("files")..]) && new.contains("ETCD_ELECTION_TIMEOUT=2500"), "{new}");
    let etcd = text.replace("fleetd", "etcd");
    let new = patched(&etcd, &[Change { etcd: Etcd::V3, ..ELECTION }]);
    assert_eq!(new, etcd.replace("[Service]\n", "[Service]\n      Environment=\"ETCD_ELECTION_TIMEOUT=2500\"\n"));
}

#[test]
fn below_other_keys_nothing_is_appended_at_the_root() {
    let text = "properties:\n  etcd:\n    election_timeout_in_milliseconds: 1000\n";
    let patches = patch(&[text], &[config::read(0, text).expect("of BOSH")], &[HEARTBEAT]);
    assert_eq!((patches[0].disposition, &patches[0].diff), ("refused", &None));
}

#[test]
fn a_unit_is_etcds_by_any_part_of_its_name() {
    let text = |more: &str| {
        format!(
            "#cloud-config\nwrite_files:\n  - path: /etc/systemd/system/kube-etcd.service\n    content: |\n      [Service]\n{more}      ExecStart=/usr/bin/etcd --name a\n"
        )
    };
    let new = patched(&text(""), &[Change { etcd: Etcd::V3, ..ELECTION }]);
    assert_eq!(new, text("      Environment=\"ETCD_ELECTION_TIMEOUT=2500\"\n"));
}

#[test]
fn into_the_file_that_a_task_writes() {
    for (key, path, lines, new) in [
        ("content", "/etc/default/etcd", "ETCD_NAME=a", "\n      ETCD_ELECTION_TIMEOUT=2500"),
        ("block", "/etc/default/etcd", "ETCD_NAME=a", "\n      ETCD_ELECTION_TIMEOUT=2500"),
        (
            "content",
            "/etc/systemd/system/etcd.service.d/a.conf",
            "[Service]\n      Environment=ETCD_NAME=a",
            "\n      Environment=\"ETCD_ELECTION_TIMEOUT=2500\"",
        ),
    ] {
        let text = |more: &str| format!("- copy:\n    dest: {path}\n    {key}: |\n      {lines}{more}\n");
        assert_eq!(patched(&text(""), &[ELECTION]), text(new), "{key} {path}");
    }
}

#[test]
fn behind_json_no_line_is_appended() {
    let text = "{\"inline\": [\"echo ETCD_HEARTBEAT_INTERVAL=250 >> /etc/etcd.env\"]}\n";
    let patches = patch(&[text], &[config::read(0, text).expect("a command in JSON")], &[ELECTION]);
    assert_eq!((patches[0].disposition, &patches[0].diff), ("refused", &None));
}

/// kubernetes/kops: EtcdClusterSpec, of which a cluster has one for its own etcd and one for events.
#[test]
fn each_cluster_of_kops_has_timers_of_its_own() {
    let head = "apiVersion: kops.k8s.io/v1alpha2\nkind: Cluster\nspec:\n  etcdClusters:\n";
    let new = "    heartbeatInterval: 250ms\n    leaderElectionTimeout: 2500ms\n";
    let clusters = |new: &str| {
        format!(
            "{head}  - etcdMembers:\n    - instanceGroup: m\n      name: a\n    name: main\n{new}  - name: events\n{new}    etcdMembers:\n    - instanceGroup: m\n      name: a\n"
        )
    };
    assert_eq!(patched(&clusters(""), &[HEARTBEAT, ELECTION]), clusters(new));
    let one = format!("{head}  - name: main\n    leaderElectionTimeout: 2500ms\n");
    assert_eq!(patched(&one, &[HEARTBEAT]), format!("{one}    heartbeatInterval: 250ms\n"));
}

/// A bare `60s` is no value in any language; a number needs no quotes.
#[test]
fn a_duration_stands_in_quotes_in_a_program() {
    let python = "config = {\n    'coreos': {\n        'etcd2': {'election-timeout': 2000},\n        'fleet': {'etcd-request-timeout': 3.0},\n    }\n}\n";
    assert_eq!(patched(python, &[REQUEST, TTL]), python.replace("3.0", "5, 'agent-ttl': '60s'"));
    let terraform =
        "locals {\n  coreos = {\n    etcd2 = { \"election-timeout\" = 2000 }\n    fleet = { \"agent-ttl\" = \"30s\" }\n  }\n}\n";
    let configuration = config::read(0, terraform).expect("a configuration");
    assert!(patch(&[terraform], &[configuration], &[REQUEST]).iter().all(|patch| patch.disposition == "refused"));
}
