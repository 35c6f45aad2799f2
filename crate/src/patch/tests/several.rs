//! Several members, processes or documents.

use super::*;

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
fn of_files_that_are_read_one_after_the_other_one_is_changed() {
    let patched = |texts: [&str; 2], names: [&'static str; 2]| {
        let mut all: Vec<Configuration> = (0..2).filter_map(|at| config::read(at, texts[at])).collect();
        config::drop_ins::resolve(&mut all, &|document| names[document]);
        patch(&texts, &all, &[ELECTION]).into_iter().map(|patch| (patch.document.unwrap(), patch.text.unwrap())).collect::<Vec<_>>()
    };
    let k3s = ["k3s/config.yaml", "k3s/config.yaml.d/10-a.yaml"];
    let (main, added) = ("token: a\ntls-san: [b]\netcd-arg: [election-timeout=1000]\n", "etcd-arg+: [quota-backend-bytes=9]\n");
    assert_eq!(patched([main, added], k3s), [("d1".to_owned(), main.replace("1000", "2500"))]);
    let (main, added) = ("token: a\ntls-san: [b]\n", "etcd-arg+: [election-timeout=1000]\n");
    assert_eq!(patched([main, added], k3s), [("d2".to_owned(), added.replace("1000", "2500"))]);
    let unit = "[Service]\nExecStart=/usr/bin/etcd\n";
    let both = patched([unit, unit], ["etcd.service", "etcd.service.d/10-a.conf"]);
    assert_eq!((both.len(), both[0].0.as_str()), (1, "d1"), "{both:?}");
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
fn a_service_that_others_take_over_counts_itself() {
    let text = "services:\n  a: &a\n    image: etcd\n    environment: {ETCD_ELECTION_TIMEOUT: 1000}\n    command: etcd --name a\n  b:\n    <<: *a\n    command: etcd --name b\n";
    assert_eq!(patched(text, &[ELECTION]), text.replace("1000", "2500"));
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
fn members_in_one_file_are_changed_together() {
    let text = "services:\n  a:\n    command: [etcd, --election-timeout=1000]\n  b:\n    command: [etcd, --election-timeout=1500]\n";
    assert_eq!(patched(text, &[ELECTION]), text.replace("1000", "2500").replace("1500", "2500"));
    let text = "etcd1: etcd --name a --election-timeout=1000\netcd2: etcd --name b --election-timeout=1500\n";
    assert_eq!(patched(text, &[ELECTION]), text.replace("1000", "2500").replace("1500", "2500"));
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
fn what_members_name_by_an_anchor_is_changed_at_it() {
    let text = "x-timers:\n  beat: &beat --heartbeat-interval=100\nservices:\n  a:\n    image: quay.io/coreos/etcd:v3.5.9\n    command: [etcd, *beat]\n  b:\n    image: quay.io/coreos/etcd:v3.5.9\n    command: [etcd, *beat]\n";
    assert_eq!(patched(text, &[HEARTBEAT]), text.replace("=100", "=250"));
    let number = text.replace("--heartbeat-interval=100", "100").replace("*beat", "--heartbeat-interval, *beat");
    let read = config::read(0, &number).expect("a configuration");
    assert_eq!(patch(&[&number], &[read], &[HEARTBEAT])[0].disposition, "refused");
}

#[test]
fn what_another_file_of_the_machine_has_is_changed_there_alone() {
    let cloud_config = "#cloud-config\ncoreos:\n  fleet:\n    agent-ttl: 30s\n  units:\n    - name: fleet.service\n      command: start\n";
    let unit = "[Service]\nEnvironmentFile=/etc/sysconfig/etcd\nExecStart=/usr/bin/etcd $ARGS --election-timeout=1000\n";
    let chart = "kind: StatefulSet\nspec:\n  containers:\n  - name: etcd\n    command:\n    - etcd\n    {{- range .Values.etcd.extraArgs }}\n    - {{ . }}\n    {{- end }}\n";
    let template = "#cloud-config\ncoreos:\n  fleet:\n    agent-ttl: \"${fleet_agent_ttl}\"\n    etcd-request-timeout: 1\n";
    for (texts, changes, expected) in [
        (
            [cloud_config, "etcd_request_timeout=2\nagent_ttl=90s\n"],
            [REQUEST, TTL],
            [cloud_config.replace("30s", "60s"), "etcd_request_timeout=5\nagent_ttl=90s\n".to_owned()],
        ),
        (
            [unit, "ETCD_OPTS=\"--name=a --heartbeat-interval=100\"\n"],
            [HEARTBEAT, ELECTION],
            [unit.replace("1000", "2500"), "ETCD_OPTS=\"--name=a --heartbeat-interval=250\"\n".to_owned()],
        ),
        (
            ["etcd:\n  extraArgs:\n  - --heartbeat-interval=100\n  - --election-timeout=1000\n", chart],
            [HEARTBEAT, ELECTION],
            ["etcd:\n  extraArgs:\n  - --heartbeat-interval=250\n  - --election-timeout=2500\n".to_owned(), chart.to_owned()],
        ),
        (
            [template, "vars {\n  fleet_agent_ttl = \"30s\"\n}\n"],
            [REQUEST, TTL],
            [template.replace(": 1\n", ": 5\n"), "vars {\n  fleet_agent_ttl = \"60s\"\n}\n".to_owned()],
        ),
    ] {
        let mut all: Vec<Configuration> = (0..2).map(|at| config::read(at, texts[at]).expect("a configuration")).collect();
        config::references::resolve(&mut all, &|document| texts[document]);
        crate::facts::settings::judge_fleet_conf(&mut all);
        let patches = patch(&texts, &all, &changes);
        let new = (0..2).map(|at| {
            let patch = patches.iter().find(|patch| patch.document == Some(document_id(at)));
            patch.map_or_else(|| texts[at].to_owned(), |patch| patch.text.clone().unwrap_or_default())
        });
        let new: Vec<String> = new.collect();
        assert_eq!(new, expected, "{:?}", patches.iter().map(|patch| &patch.reason).collect::<Vec<_>>());
    }
}

/// Which of them is read is not known.
#[test]
fn each_file_that_a_script_writes_gets_them() {
    let script = |more: &str, lines: &str| {
        format!(
            "if [ -n \"$X\" ]; then\n  cat > /etc/etcd/conf <<EOF\n{lines}{more}EOF\nelse\n  cat > /etc/etcd/conf <<EOF\n{lines}{more}EOF\nfi\n"
        )
    };
    for (lines, more) in [
        ("name: \"$N\"\ndata-dir: /x\ninitial-cluster: a=http://b:2380\n", "heartbeat-interval: 250\nelection-timeout: 2500\n"),
        ("ETCD_NAME=$N\nETCD_DATA_DIR=/x\n", "ETCD_HEARTBEAT_INTERVAL=250\nETCD_ELECTION_TIMEOUT=2500\n"),
    ] {
        assert_eq!(patched(&script("", lines), &[HEARTBEAT, ELECTION]), script(more, lines));
    }
}

/// A client has variables of the same beginning, and the names of its certificates.
#[test]
fn the_file_of_a_client_gets_none() {
    let script = |more: &str| {
        format!(
            "cat > /etc/etcd.env <<EOF\nETCD_NAME=a\n{more}EOF\ncat > /etc/calico.env <<EOF\nETCD_ENDPOINTS=http://192.0.2.7:2379\nETCD_CERT_FILE=/x\nEOF\n"
        )
    };
    let stated = "ETCD_HEARTBEAT_INTERVAL=250\n";
    assert_eq!(patched(&script(stated), &[ELECTION]), script(&format!("{stated}ETCD_ELECTION_TIMEOUT=2500\n")));
}
