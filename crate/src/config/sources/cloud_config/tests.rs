use crate::config::{Configuration, Source, read_as};
use crate::ids::RuleId;
use crate::text::DocumentId;
use crate::units::{MS, S};

fn read(document: DocumentId, text: &str) -> Configuration {
    read_as(Source::CloudConfig, document, text)
}

fn acting(text: &str) -> Vec<(&'static str, Option<i64>)> {
    read(0, text).settings.iter().filter(|s| s.effective).map(|s| (s.parameter.id(), s.value)).collect()
}

fn ids(text: &str) -> Vec<RuleId> {
    read(0, text).problems.iter().map(|problem| problem.id).collect()
}

/// systemd.exec(5): an empty `Environment=` takes back all before it, also those of a section's drop-in, 20-cloudinit.conf.
#[test]
fn an_empty_line_of_a_later_drop_in_takes_a_section_back() {
    let text = |file: &str| {
        format!(
            "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 300\n    election-timeout: 3000\n  units:\n    - name: etcd2.service\n      command: start\n      drop-ins:\n        - name: {file}\n          content: |\n            [Service]\n            Environment=\n"
        )
    };
    assert_eq!((acting(&text("30-a.conf")).len(), ids(&text("30-a.conf"))), (0, vec![RuleId::ConfigShadowed; 2]));
    assert_eq!((acting(&text("10-a.conf")).len(), ids(&text("10-a.conf"))), (2, vec![]));
}

#[test]
fn a_section_that_is_no_mapping_sets_nothing() {
    for section in
        ["\n    - heartbeat-interval: 300\n    - election-timeout: 3000", "\n    heartbeat-interval:300\n    election-timeout:3000"]
    {
        let text = format!("#cloud-config\ncoreos:\n  etcd2:{section}\n  units:\n    - name: etcd2.service\n      command: start\n");
        let values: Vec<_> = read(0, &text).settings.iter().map(|setting| (setting.value, setting.effective)).collect();
        assert_eq!((values, ids(&text).len()), (vec![(Some(300 * MS), false), (Some(3000 * MS), false)], 2), "{text}");
    }
}

/// A drop-in in which systemd, or another daemon, passes a value over.
#[test]
fn a_drop_in_that_sets_nothing() {
    let text = |unit: &str, file: &str, head: &str| {
        format!(
            "#cloud-config\ncoreos:\n  units:\n    - name: {unit}.service\n      command: start\n      drop-ins:\n        - name: {file}\n          content: |\n{head}            Environment=ETCD_ELECTION_TIMEOUT=2000\n"
        )
    };
    let service = "            [Service]\n";
    assert_eq!(acting(&text("etcd2", "10-a.conf", service)).len(), 1);
    let nameless = text("etcd2", "\"\"", service);
    assert!(read(0, &nameless).problems.iter().any(|problem| problem.note.starts_with("This drop-in has no name")));
    // What a template fills in may be the section.
    assert_eq!(acting(&text("etcd2", "10-a.conf", "            {{ head }}\n")).len(), 1);
    for (unit, file, head) in [("etcd2", "10-a.conf", ""), ("etcd2", "10-a", service), ("fleet", "10-a.conf", service)] {
        let text = text(unit, file, head);
        assert_eq!((acting(&text), ids(&text)), (vec![], vec![RuleId::ConfigWrongSection]), "{text}");
    }
}

#[test]
fn a_section_below_an_unknown_key_is_told() {
    let section = "  etcd2:\n    election-timeout: 2000\n  units:\n    - name: etcd2.service\n      command: start\n";
    for text in [format!("core-os:\n{section}"), "coreos:\n  update:\n    etcd2:\n      election-timeout: 2000\n".to_owned()] {
        assert_eq!(ids(&format!("#cloud-config\n{text}")).first(), Some(&RuleId::ConfigWrongSection), "{text}");
    }
}

#[test]
fn a_key_without_its_colon_is_pointed_at() {
    for word in ["coreos", "etcd2"] {
        let text = "#cloud-config\ncoreos:\n  etcd2:\n    election-timeout: 2000\n".replace(&format!("{word}:"), word);
        let problem = read(0, &text).problems.remove(0);
        assert_eq!((problem.id, problem.place.span.of(&text)), (RuleId::ConfigYamlError, word), "{}", problem.note);
    }
    // What begins a document or an item is no key.
    for text in ["---\n  @coreos: 1\n", "coreos:\n  units:\n  -\n    @name: etcd2.service\n"] {
        let problem = read(0, &format!("#cloud-config\n{text}")).problems.remove(0);
        assert!(problem.id == RuleId::ConfigYamlError && problem.note.starts_with("Not valid"), "{}", problem.note);
    }
}

#[test]
fn what_a_script_writes_is_whole() {
    let script = |name: &str| {
        format!(
            "#!/bin/sh\ncat > x <<EOF\n#cloud-config\ncoreos:\n  etcd2:\n    name: {name}\n    election-timeout: 1000\n  units:\n    - name: etcd2.service\n      command: start\nEOF\n"
        )
    };
    let told = |text: &str| {
        let problems = crate::config::read(0, text).expect("a cloud-config").problems;
        problems.iter().map(|problem| (problem.id, problem.place.span.start)).collect::<Vec<_>>()
    };
    let broken = script("${NAME}\n     heartbeat-interval: 100");
    assert_eq!(told(&broken).iter().map(|(id, _)| *id).collect::<Vec<_>>(), [RuleId::ConfigYamlError]);
    let line = broken[..told(&broken)[0].1 as usize].lines().count();
    assert_eq!(line, broken.lines().position(|line| line.contains("heartbeat")).unwrap_or(0) + 1);
    for name in ["\"http://\\$public_ipv4\"", "$(hostname -s)", "a\n    $MORE", "a\n    ${MORE}"] {
        assert!(!told(&script(name)).iter().any(|(id, _)| *id == RuleId::ConfigYamlError), "{name}");
    }
}

#[test]
fn sections_with_either_separator() {
    let text = "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat_interval: 600\n    election-timeout: 6000\n  fleet: {agent-ttl: 120s}\n  units:\n  - {name: etcd2.service, command: start}\n  - {name: fleet.service, command: start}\n";
    assert_eq!(
        acting(text),
        [("etcd.heartbeat-interval", Some(600 * MS)), ("etcd.election-timeout", Some(6000 * MS)), ("fleet.agent-ttl", Some(120 * S))]
    );
    assert!(ids(text).is_empty(), "{:?}", read(0, text).problems);
}

#[test]
fn commands_that_cloud_init_runs() {
    for commands in [
        "- nohup etcd --heartbeat-interval=200 --election-timeout 2000 &\n",
        "- [etcd, --heartbeat-interval, \"200\", --election-timeout=2000]\n",
        "- [sh, -c, \"echo ETCD_HEARTBEAT_INTERVAL=200 > /etc/etcd.env\"]\n- [sh, -c, \"echo ETCD_ELECTION_TIMEOUT=2000 >> /etc/etcd.env\"]\n",
        "- |\n  cat > /etc/default/etcd <<EOF\n  ETCD_HEARTBEAT_INTERVAL=200\n  ETCD_ELECTION_TIMEOUT=2000\n  EOF\n- systemctl restart etcd\n",
        "- curl -sfL https://get.k3s.io | INSTALL_K3S_EXEC=\"server --etcd-arg=heartbeat-interval=200 --etcd-arg=election-timeout=2000\" sh -\n",
    ] {
        let text = format!("#cloud-config\nruncmd:\n{commands}");
        let read = read(0, &text);
        let raw: Vec<_> = read.settings.iter().map(|setting| setting.place.span.of(&text)).collect();
        assert_eq!((raw, read.problems.len()), (vec!["200", "2000"], 0), "{text}: {:?}", read.problems);
        assert!(acting(&format!("{text}coreos: {{}}\n")).is_empty());
    }
}

#[test]
fn a_name_in_braces_is_filled_in() {
    let text = "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 500\n    election-timeout: {election}\n  units:\n  - name: etcd2.service\n    command: start\n";
    for text in [text.to_owned(), format!("CONFIG = \"\"\"{text}\"\"\"\n")] {
        assert_eq!(acting(&text).last(), Some(&("etcd.election-timeout", None)), "{text}");
        assert!(ids(&text).iter().all(|id| *id == RuleId::ConfigTemplate), "{:?}", ids(&text));
    }
}

#[test]
fn a_masked_unit_never_starts() {
    let text = |mask: &str| {
        format!(
            "#cloud-config\ncoreos:\n  etcd2:\n    election-timeout: 5000\n  fleet:\n    agent-ttl: 60s\n  units:\n  - name: etcd2.service\n    command: start\n    mask: {mask}\n  - name: fleet.service\n    mask: {mask}\n"
        )
    };
    assert_eq!(acting(&text("false")).len(), 2);
    assert!(acting(&text("true")).is_empty());
    assert_eq!(ids(&text("true")), [RuleId::ConfigSectionWithoutStart; 2]);
}

#[test]
fn manifests_that_it_writes() {
    for (path, lines) in [
        ("/etc/kubeadm.yaml", "kind: ClusterConfiguration\n    etcd:\n      local:\n        extraArgs: {election-timeout: \"2000\"}\n"),
        (
            "/etc/kubernetes/manifests/etcd.yaml",
            "kind: Pod\n    spec:\n      containers:\n      - command: [etcd, --election-timeout=2000]\n",
        ),
    ] {
        let text = format!("#cloud-config\nwrite_files:\n- path: {path}\n  content: |\n    {lines}");
        let read = read(0, &text);
        assert_eq!(read.settings.iter().map(|setting| setting.place.span.of(&text)).collect::<Vec<_>>(), ["2000"], "{text}");
        assert!(read.cluster.launcher.is_some());
    }
}

#[test]
fn the_file_of_k3s_that_it_writes() {
    let file = |lines: &str| {
        format!(
            "#cloud-config\nwrite_files:\n- path: /etc/rancher/rke2/config.yaml\n  content: |\n    token: x\n    tls-san: [a]\n{lines}runcmd: [x]\n"
        )
    };
    let both = file("    etcd-arg:\n    - \"heartbeat-interval=400\"\n    - election-timeout=4000\n");
    assert_eq!(acting(&both), [("etcd.heartbeat-interval", Some(400 * MS)), ("etcd.election-timeout", Some(4000 * MS))]);
    let at: Vec<&str> = read(0, &both).settings.iter().map(|setting| &both[setting.place.span.range()]).collect();
    assert_eq!(at, ["400", "4000"]);
    let none = read(0, &file(""));
    assert!(none.cluster.has_etcd && none.cluster.launcher.is_some());
    assert!(!read(0, &file("    datastore-endpoint: mysql\n")).cluster.has_etcd);
}

#[test]
fn a_section_that_stands_twice_is_told() {
    let (one, other) = ("  etcd2:\n    heartbeat-interval: 100\n", "  etcd2:\n    election-timeout: 1000\n");
    let units = "  units: [{name: etcd2.service, command: start}]\n";
    for between in ["", "coreos:\n"] {
        let text = format!("#cloud-config\ncoreos:\n{one}{units}{between}{other}");
        assert_eq!(ids(&text), [RuleId::ConfigDuplicateKey], "{text}");
        assert_eq!(acting(&text).len(), 2);
    }
}

#[test]
fn what_is_dropped_does_not_act() {
    let text = "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: \"600\"\n    election-timeout: 6s\n  units: [{name: etcd2.service, command: start}]\n";
    assert!(acting(text).is_empty());
    assert_eq!(ids(text), [RuleId::ConfigValueDropped, RuleId::ConfigValueDropped]);
    let read = read(0, text);
    assert_eq!(read.settings[0].raw, "\"600\"");
    assert!(read.problems[1].note.contains("write 6000"), "{}", read.problems[1].note);
}

#[test]
fn a_half_dropped_pair_is_refused_by_etcd() {
    let text = "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 600\n    election-timeout: 6s\n  units: [{name: etcd2.service, command: start}]\n";
    assert!(ids(text).contains(&RuleId::EtcdBadConfig));
}

#[test]
fn sections_for_another_etcd_do_not_act() {
    let text = "#cloud-config\ncoreos:\n  etcd:\n    peer-heartbeat-interval: 500\n    peer-election-timeout: 2000\n  units:\n    - name: etcd2.service\n      command: start\n";
    assert!(acting(text).is_empty());
    assert!(ids(text).contains(&RuleId::ConfigSectionWithoutStart));
    assert_eq!(acting(&text.replace("etcd2.service", "etcd.service")).len(), 2);
    let filled_in = "#cloud-config\ncoreos:\n  fleet:\n    agent-ttl: 60s\n  units:\n    ${units}\n";
    assert!(!ids(filled_in).contains(&RuleId::ConfigSectionWithoutStart));
}

#[test]
fn wrong_places_and_slips() {
    let text = "#cloud-config\ncoreos:\n  etcd2:\n    election-timout: 6000\n    peer-heartbeat-interval: 5\n    agent-ttl: 60s\n  units: [{name: etcd2.service, command: start}]\n";
    assert_eq!(ids(text), [RuleId::ConfigUnknownKey, RuleId::ConfigWrongSection, RuleId::ConfigSuspiciousUnit, RuleId::ConfigWrongSection]);
    assert!(read(0, text).problems[0].note.contains("did you mean election-timeout?"));
}

#[test]
fn later_key_wins_and_says_so() {
    let text = "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat_interval: 500\n    heartbeat-interval: 600\n    election-timeout: 6000\n  units: [{name: etcd2.service, command: start}]\n";
    assert_eq!(acting(text)[0], ("etcd.heartbeat-interval", Some(600 * MS)));
    assert_eq!(ids(text), [RuleId::ConfigDuplicateKey]);
}

#[test]
fn drop_ins_beside_the_generated_one() {
    let with = |name: &str| {
        format!(
            "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 600\n    election-timeout: 6000\n  units:\n    - name: etcd2.service\n      command: start\n      drop-ins:\n        - name: {name}\n          content: |\n            [Service]\n            Environment=ETCD_HEARTBEAT_INTERVAL=500\n"
        )
    };
    let heartbeat = |text: &str| acting(text).iter().find(|(id, _)| *id == "etcd.heartbeat-interval").and_then(|(_, value)| *value);
    assert_eq!(heartbeat(&with("10-x.conf")), Some(600 * MS));
    assert_eq!(heartbeat(&with("30-x.conf")), Some(500 * MS));
    let hidden = with("20-cloudinit.conf");
    assert_eq!(acting(&hidden), [("etcd.heartbeat-interval", Some(500 * MS))]);
}

#[test]
fn files_are_looked_into() {
    let encoded = "W1NlcnZpY2VdCkVudmlyb25tZW50PUVUQ0RfSEVBUlRCRUFUX0lOVEVSVkFMPTUwMAo=";
    let text = format!(
        "#cloud-config\nwrite_files:\n  - path: /etc/fleet/fleet.conf\n    content: |\n      etcd_request_timeout=5\n  - path: /etc/systemd/system/etcd2.service.d/50.conf\n    encoding: base64\n    content: {encoded}\n"
    );
    assert_eq!(acting(&text), [("fleet.etcd-request-timeout", Some(5 * S)), ("etcd.heartbeat-interval", Some(500 * MS))]);
}

#[test]
fn headers_and_documents() {
    assert_eq!(ids("# cloud-config\ncoreos:\n  etcd2: {name: a}\n"), [RuleId::ConfigHeaderMissing]);
    // What a machine runs, it does not read; neither where a template fills it in.
    for script in ["#!/bin/bash\n#cloud-config\n", "#!/bin/bash\n\n", "#! x\n#cloud-config\n---\n"] {
        for name in ["a", "{{ name }}"] {
            let text = format!("{script}coreos:\n  etcd2: {{name: a}}\n  fleet:\n    public-ip: {name}\n");
            assert!(ids(&text).contains(&RuleId::ConfigHeaderMissing), "{text}");
        }
    }
    let file = "#cloud-config\nwrite_files:\n- {path: /x, content: a}\n";
    assert!(ids(&format!("## template: jinja\n{file}")).is_empty());
    assert!(!ids(&format!("#!/bin/sh\ncat > /x <<EOF\n{file}EOF\n")).contains(&RuleId::ConfigHeaderMissing));
    assert_eq!(
        ids("#cloud-config\n---\ncoreos:\n  etcd2: {name: a}\n---\ncoreos:\n  fleet: {agent-ttl: 60s}\n"),
        [RuleId::ConfigSecondDocument]
    );
    assert!(ids("#cloud-config\r\ncoreos:\r\n  etcd2: {name: a}\r\n").is_empty());
    assert!(ids("\u{feff}#cloud-config\ncoreos:\n  etcd2: {name: a}\n").contains(&RuleId::ConfigHeaderMissing));
}

#[test]
fn a_section_in_a_wrong_place_acts_nowhere() {
    let root = "#cloud-config\netcd2:\n  election-timeout: 2000\nfleet: {agent-ttl: 60s}\ncoreos:\n  units: []\n";
    let nested = "#cloud-config\ncoreos:\n  etcd2:\n    name: a\n    fleet:\n      agent-ttl: 60s\n      public-ip: a\n";
    assert_eq!((ids(root), acting(root)), (vec![RuleId::ConfigWrongSection; 2], vec![]));
    assert_eq!(acting(nested), []);
    let notes = read(0, nested).problems.into_iter().map(|problem| problem.note).collect::<Vec<_>>().join(" ");
    assert!(notes.contains("agent-ttl stands under fleet under coreos.etcd2, where"), "{notes}");
}

#[test]
fn a_here_document_of_etcd_is_no_broken_file() {
    let text = "cat > /etc/etcd/etcd.yml <<'EOF'\nname: a\ndata-dir: /var/lib/etcd\nheartbeat-interval: 250\nelection-timeout: 2500\nEOF\n";
    let read = crate::config::read(0, text).expect("a configuration");
    assert_eq!(read.problems.iter().map(|problem| problem.id).collect::<Vec<_>>(), [RuleId::ConfigTemplate]);
    assert_eq!(read.settings.iter().filter(|setting| setting.effective).count(), 2);
}

#[test]
fn a_heredoc_is_no_broken_file() {
    let text = "resource \"x\" {\n  user_data = <<EOF\n#cloud-config\ncoreos:\n  etcd2:\n    election-timeout: 2000\n  units:\n  - name: etcd2.service\n    command: start\nEOF\n}\n";
    assert_eq!(ids(text), [RuleId::ConfigTemplate]);
    assert_eq!(acting(text), [("etcd.election-timeout", Some(2000 * MS))]);
}

#[test]
fn a_prompt_above_it_is_no_error_of_the_file() {
    assert_eq!(ids("core@core-01 ~ $ cat etcd.yaml\netcd:\n  name: a\n  advertise_client_urls: b\n"), [RuleId::ConfigTemplate]);
}

#[test]
fn a_script_in_a_broken_file_is_no_excuse() {
    let text = "#cloud-config\nwrite_files:\n  - path: /x\n    content: |\n      cat <<EOF\n      EOF\ncoreos:\n  fleet:\n    agent-ttl: 60s\n   public-ip: a\n";
    assert_eq!(ids(text), [RuleId::ConfigYamlError]);
}

#[test]
fn an_indent_is_no_matter_of_the_template() {
    let file = |place: &str, last: &str| format!("#cloud-config\ncoreos:\n  etcd2:\n    name: {place}\n{last}\n");
    for place in ["{{ name }}", "<%= name %>", "\"{{ a }}-{{ b }}\"", "a ${NAME}"] {
        assert_eq!(ids(&file(place, "   heartbeat-interval: 100")), [RuleId::ConfigYamlError], "{place}");
        assert!(!ids(&file(place, "    heartbeat-interval: 100")).contains(&RuleId::ConfigYamlError), "{place}");
    }
    // What is written there nobody can tell.
    assert_eq!(ids(&file("{{- include \"a\" . }}", "    \theartbeat-interval: 100")), [RuleId::ConfigTemplate]);
}

#[test]
fn broken_yaml_is_still_read() {
    let text = "#cloud-config\ncoreos:\n  etcd2:\n    election-timeout: 6000\n   heartbeat-interval: 600\n    x: : y\n";
    let read = read(0, text);
    assert!(read.tolerant);
    assert!(read.problems.iter().any(|problem| problem.id == RuleId::ConfigYamlError));
    assert!(read.settings.iter().any(|setting| setting.raw == "6000"));
}
