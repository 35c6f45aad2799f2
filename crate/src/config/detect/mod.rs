//! What a document is, told from its text alone, never from its name.

mod signs;

use crate::config::configuration::Source;
use crate::config::meaning::keys;
use crate::config::sources::manifest::k3s;
use crate::config::sources::{env, fragment, program};
use crate::config::syntax::embedded::HEADER;
use crate::text::{floor, line_start};
use crate::{search, template};
use signs::Signs;

/// Enough of a text to tell what it is.
const SAMPLE: usize = 64 * 1024;

/// Which configuration a text is; `None` where it is none (a log, prose, nothing).
pub fn configuration(text: &str) -> Option<Source> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let sample = head(text);
    let first = sample.lines().find(|line| !line.trim().is_empty())?.trim();
    if (first.starts_with('{') && !template::begins(first)) || first == "[" || first.starts_with("[{") {
        // In JSON every key has quotes; what else begins with a bracket may be a file of NixOS.
        let keyed = sample.trim_start().trim_start_matches(['{', '[']).trim_start().starts_with(['"', '{', '[', '}', ']']);
        if keyed {
            return json(sample);
        }
        if program::is_program(sample) {
            return Some(Source::Program);
        }
    }
    if first.replace(' ', "").eq_ignore_ascii_case(HEADER) {
        // RancherOS, k3OS and Kairos have the header of CoreOS, and other sections: services as those of docker-compose, or k3s'
        // arguments (rancher/k3os: README, `k3os.k3s_args`; kairos.io/docs/reference/configuration, `k3s`).
        let rancher = search::any(sample, &["\nrancher:", "\nk3os:", "\nk3s:"]) && !search::has(sample, "\ncoreos:");
        return Some(if rancher { Source::Manifest } else { Source::CloudConfig });
    }
    let signs = Signs::of(sample);
    if signs.log_like() {
        return None;
    }
    source(&signs).or_else(|| further(text.get(sample.len()..)?).filter(|_| signs.stamped == 0))
}

/// Whether keys of etcd or fleet stand in plain lines of it, whatever else it is.
pub fn has_plain_timers(text: &str) -> bool {
    is_fragment(&Signs::of(head(text)))
}

/// What a long text is around the first timer of etcd behind its beginning: the pod of etcd may be one of many.
fn further(rest: &str) -> Option<Source> {
    let places =
        ["lection-timeout", "LECTION_TIMEOUT", "eartbeat-interval", "EARTBEAT_INTERVAL"].iter().filter_map(|name| search::find(rest, name));
    let at = places.min()?;
    let sample = head(rest.get(line_start(rest, at.saturating_sub(SAMPLE / 2))..)?);
    let signs = Signs::of(sample);
    if signs.stamped > 0 { None } else { source(&signs) }
}

fn head(text: &str) -> &str {
    &text[..floor(text, SAMPLE)]
}

/// Ignition, etcd's JSON, or a log in JSON lines.
fn json(sample: &str) -> Option<Source> {
    let log = sample.lines().next().is_some_and(|line| search::any(line, &["\"level\":", "\"msg\":", "\"MESSAGE\""]));
    // Of zap's messages each field may have a row of its own.
    if log || search::has(sample, "\"level\":") && search::has(sample, "\"msg\":") {
        return None;
    }
    if search::has(sample, "\"ignition") {
        return Some(Source::Ignition);
    }
    let container = search::has(sample, "etcd") && search::any(sample, &["\"Env\"", "\"Cmd\"", "\"Args\"", "\"image\"", "\"command\""]);
    // Of a patch for a workload.
    let variables = search::any(sample, &["\"ETCD_HEARTBEAT_INTERVAL\"", "\"ETCD_ELECTION_TIMEOUT\""]);
    // An operation on a manifest, RFC 6902.
    let operation = || search::has(sample, "\"op\"") && search::any(sample, &["\"--heartbeat-interval", "\"--election-timeout"]);
    if search::has(sample, "extraArgs") || search::has(sample, "\"kind\"") || container || variables || operation() {
        return Some(Source::Manifest);
    }
    // Commands that write variables, as Packer has them.
    if search::has(sample, "echo ") && Signs::of(sample).assignments > 0 {
        return Some(Source::Environment);
    }
    // Variables for Ansible or Terraform, not their declaration.
    let is_set = |key| search::split(sample, key).is_some_and(|(_, value)| !value.trim_start_matches([':', ' ']).starts_with('{'));
    if is_set("\"etcd_heartbeat_interval\"") || is_set("\"etcd_election_timeout\"") {
        return Some(Source::Fragment);
    }
    // As keys; what stands within longer texts, as a cloud-config in a template of CloudFormation, is not looked into. Other
    // programs that elect a leader have timers of these names, and units behind them.
    let number =
        |value: &str| value.trim_start_matches([':', ' ', '"']).split(|c: char| !c.is_ascii_alphanumeric()).next()?.parse::<u32>().ok();
    let counts = |key| search::split(sample, key).is_some_and(|(_, value)| number(value).is_some() || search::has(sample, "etcd"));
    (search::has(sample, "\"initial-cluster\"") || counts("\"heartbeat-interval\"") || counts("\"election-timeout\""))
        .then_some(Source::EtcdYaml)
}

/// A form, and what tells it from those below it.
type Form = (Source, fn(&Signs) -> bool);

/// The first that fits decides.
const FORMS: &[Form] = &[
    (Source::CloudConfig, |signs| ["coreos", "write_files", "write-files"].iter().any(|key| signs.has(key))),
    (Source::ContainerLinux, |signs| signs.has("variant") && signs.has("version")),
    (Source::Manifest, is_manifest),
    (Source::ContainerLinux, is_container_linux),
    (Source::CloudConfig, |signs| signs.header && search::has(signs.sample, "<<") && search::has(signs.sample, "coreos:")),
    (Source::EtcdToml, |signs| signs.toml),
    (Source::DropIn, |signs| signs.unit_sections || signs.environment),
    (Source::Program, |signs| program::is_program(signs.sample)),
    (Source::EtcdYaml, |signs| signs.etcd_keys >= 1 || is_named_member(signs)),
    // A file of variables of which one holds etcd's options.
    (Source::Environment, |signs| {
        runs_etcd(signs) && signs.assignments > 0 && !search::has(signs.sample, "\\\n") && !env::is_mixed(signs.sample)
    }),
    (Source::Flags, runs_etcd),
    (Source::Prefixed, |signs| signs.prefixed && signs.assignments == 0),
    (Source::Environment, |signs| signs.assignments > 0 && signs.assignments >= signs.fleet_options && !is_mapped(signs)),
    (Source::Prefixed, |signs| signs.sectioned && signs.fleet_options + signs.etcd_options > 0),
    (Source::FleetConf, is_fleet_conf),
    (Source::Fragment, is_fragment),
];

fn source(signs: &Signs) -> Option<Source> {
    // TiDB's Pump sends a heartbeat every so many seconds (pingcap/tidb-binlog: pump/config.go).
    // And what etcd's logger writes beside a late heartbeat may have a row for each field.
    if signs.has("pd-urls") || signs.sample.lines().any(|line| line.trim_start().starts_with("exceeded-duration:")) {
        return None;
    }
    FORMS.iter().find(|(_, fits)| fits(signs)).map(|(source, _)| *source)
}

fn is_manifest(signs: &Signs) -> bool {
    let sample = signs.sample;
    signs.listed
        || (signs.imaged && signs.command)
        || (signs.charted && signs.timing_keys > 0)
        || signs.chart
        || (signs.contents && signs.destination && search::any(sample, &["etcd", "fleet"]))
        || search::any(sample, &["controlPlaneHardwareSpeed:", "extraArgs:"])
        // Kubespray has `kube_kubeadm_controller_extra_args`.
        // And k3s' own for Ansible are words in one text.
        || search::places(sample, "extra_args:").any(|at| !sample[..at].ends_with('_') && !begins_text(&sample[at + "extra_args:".len()..]))
        || k3s::is_server(signs.root_keys.iter().map(String::as_str))
        // Another program's cluster has timers where Talos has `extraArgs`.
        || (signs.has("cluster") && (signs.has("machine") || (search::has(sample, "\n  etcd:") && signs.timing_keys == 0)))
        || signs.has("rancher_kubernetes_engine_config")
        || (signs.has("k3os") && search::has(sample, "etcd-arg"))
        || (signs.has("services") && search::has(sample, "etcd"))
        // Of a pod's manifest, the head may be cut off.
        || ((signs.has("spec") || signs.has("apiVersion") && signs.has("kind")) && search::any(sample, &["etcd", "kind: Etcd", "kubeadm.k8s.io/"]))
}

/// Whether what is behind a key of YAML is a text.
fn begins_text(value: &str) -> bool {
    value.trim_start_matches(' ').starts_with(['>', '|', '"', '\''])
}

/// Of a Container Linux Config, beside those that alone tell it (coreos/container-linux-config-transpiler@v0.9.0:
/// config/types/config.go).
const SECTIONS: [&str; 6] = ["etcd", "flannel", "update", "docker", "locksmith", "passwd"];

fn is_container_linux(signs: &Signs) -> bool {
    ["systemd", "storage", "variant"].iter().any(|key| signs.has(key))
        || (signs.has("etcd") && search::has(signs.sample, "advertise_client_urls"))
        || (signs.has("etcd")
            && signs.root_keys.iter().all(|key| SECTIONS.contains(&key.as_str()))
            && times_etcd(signs.sample)
            && !beats_itself(signs))
}

/// Options that other programs have, too, are fleet's where nothing else is set, or the text names it.
fn is_fleet_conf(signs: &Signs) -> bool {
    signs.fleet_options > 0 && (signs.fleet_own || signs.strangers == 0 || search::has(signs.sample, "fleet"))
}

fn runs_etcd(signs: &Signs) -> bool {
    signs.commands && !signs.help
}

/// A member's name stands beside its timers; among arguments or variables it does not.
fn is_named_member(signs: &Signs) -> bool {
    // A worker of a queue may have a heartbeat as well; its other keys are none of etcd's.
    let is_etcds = |key: &String| key.contains('-') || matches!(key.as_str(), "logger" | "metrics") || keys::ETCD2.contains(&key.as_str());
    signs.has("name") && (signs.has("heartbeat-interval") || signs.has("election-timeout")) && signs.root_keys.iter().all(is_etcds)
}

/// A mapping of variables may hold a block of assignments.
fn is_mapped(signs: &Signs) -> bool {
    signs.outer_keys.iter().any(|key| key == "etcd_heartbeat_interval" || key == "etcd_election_timeout")
}

fn is_fragment(signs: &Signs) -> bool {
    let kubespray = signs.outer_keys.iter().any(|key| key == fragment::KUBESPRAY_KEY);
    (signs.timing_keys > 0 || kubespray) && signs.lines <= 400 && !of_another_program(signs) && !beats_itself(signs)
}

/// Whether one timer alone stands in the file of a program that is a client of etcd: what keeps a service registered has a
/// heartbeat of its own.
fn beats_itself(signs: &Signs) -> bool {
    signs.client && signs.timing_keys == 1 && !signs.named && !signs.homed
}

/// Other programs elect leaders too and name their timers alike (Camunda, Consul). Their keys stand
/// below roots that neither etcd nor fleet has.
fn of_another_program(signs: &Signs) -> bool {
    let ours = |key: &String| keys::of_key(key).is_some() || search::has(key, "etcd") || key.starts_with("fleet");
    // Openraft's ends (databendlabs/openraft: openraft/src/config/config.rs).
    let openraft = || signs.outer_keys.iter().any(|key| key == "election_timeout_min");
    // A file in braces names etcd or quotes one of its flags, where it is etcd that it sets up; Atomix names its timers alike.
    let of_etcd = ["etcd", "\"election-timeout", "\"heartbeat-interval", "'election-timeout", "'heartbeat-interval"];
    let in_braces = || !search::any(signs.sample, &of_etcd) && signs.sample.lines().any(|line| line.trim_end().ends_with(" {"));
    !signs.named
        && !signs.homed
        && !signs.outer_keys.is_empty()
        && (!signs.outer_keys.iter().any(ours) || openraft() || in_braces() || is_among_strangers(signs))
}

/// Whether one timer alone stands among keys that are mostly neither etcd's nor fleet's, in a text that names neither.
fn is_among_strangers(signs: &Signs) -> bool {
    let known = |key: &String| {
        let name = key.replace('-', "_");
        [keys::ETCD, keys::ETCD2, keys::FLEET].iter().any(|known| known.contains(&name.as_str()))
    };
    let strangers = signs.outer_keys.iter().filter(|key| !known(key)).count();
    signs.timing_keys == 1 && 2 * strangers > signs.outer_keys.len() && !search::any(signs.sample, &["etcd", "fleet", "coreos"])
}

/// Whether a timer stands directly below the root key `etcd`, as in a Container Linux Config; other
/// installers have it deeper.
fn times_etcd(sample: &str) -> bool {
    let below = sample.lines().skip_while(|line| !line.starts_with("etcd:")).skip(1);
    let mut keys = below.filter(|line| !matches!(line.trim_start().as_bytes().first(), None | Some(b'#'))).peekable();
    let indent = keys.peek().map_or(0, |line| line.len() - line.trim_start().len());
    let named = |line: &str| {
        line.get(indent..).is_some_and(|key| ["heartbeat_interval:", "election_timeout:"].iter().any(|name| key.starts_with(name)))
    };
    keys.any(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_looked_at_where_a_timer_stands() {
        let others = |line: &str| line.repeat(SAMPLE / line.len() + 1);
        let maps = others("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b}\n---\n");
        let pod = "kind: Pod\nspec:\n  containers:\n  - image: etcd:3.5.0\n    command: [etcd, --election-timeout=2000]\n";
        assert_eq!((configuration(&maps), configuration(&(maps.clone() + pod + &maps))), (None, Some(Source::Manifest)));
        let comments = others("# a comment\n");
        assert_eq!(configuration(&(comments + "ETCD_NAME=a\nETCD_ELECTION_TIMEOUT=2000\n")), Some(Source::Environment));
        let log = others("2016-04-20 10:00:00.5 I | raft: x\nsome words\nand more\n");
        assert_eq!(configuration(&(log + "etcd --election-timeout=2000\n")), None);
    }

    #[test]
    fn content_tells_the_kind() {
        for (text, expected) in [
            ("#cloud-config\n", Some(Source::CloudConfig)),
            ("coreos:\n  fleet:\n    agent-ttl: 60s\n", Some(Source::CloudConfig)),
            ("[Service]\nEnvironment=A=1\n", Some(Source::DropIn)),
            ("agent_ttl=60s\n", Some(Source::FleetConf)),
            ("agent_ttl=60s\nenable_x=1\n", None),
            ("agent_ttl=60s\nengine_reconcile_intervall=5\n", Some(Source::FleetConf)),
            ("# of fleetd\nagent_ttl=60s\nenable_x=1\n", Some(Source::FleetConf)),
            ("public_ip=192.0.2.1\netcd_request_timeout=5\nenable_x=1\n", Some(Source::FleetConf)),
            ("AGENT_TTL=7200\nCACHE_TTL=60\n", None),
            ("PUBLIC_IP=192.0.2.1\n", None),
            ("[defaults]\nverbosity = 1\ninventory = hosts\n", None),
            ("let c = Config {\n    heartbeat_interval: 500,\n    election_timeout_min: 1500,\n};\n", None),
            ("let c = Config {\n    heartbeat_interval: 500,\n    election_timeout: 5000,\n};\n", None),
            ("management {\n  type: raft\n  election-timeout: 2500ms\n  heartbeat-interval: 250ms\n}\n", None),
            ("The mesh:\n\n- Election-Timeout: 250 to 500 ms\n- Promotion: a new term\n", None),
            (
                "  --heartbeat-interval <ms>   Time between heartbeats (default: 100)\n  --election-timeout <ms>  Time (default: 1000)\n",
                None,
            ),
            ("server: x\nport: 443\nheartbeat-interval: 500\nlog-level: debug\n", None),
            ("configMapGenerator:\n- name: a\n  literals:\n  - ETCD_ELECTION_TIMEOUT=5000\n", Some(Source::Manifest)),
            ("debug: true\nheartbeat-interval: 500\nlog-level: debug\n", Some(Source::Fragment)),
            (
                "scheme_version: 1\nos:\n  write_files:\n  - content: |\n      etcd-arg:\n      - election-timeout=5000\n    path: /etc/rancher/rke2/config.yaml.d/99-x.yaml\n",
                Some(Source::Manifest),
            ),
            ("ETCD_NAME=<%= node['etcd']['name'] %>\nETCD_ELECTION_TIMEOUT=<%= node['etcd']['wait'] %>\n", Some(Source::Environment)),
            ("systemd-run --unit=etcd --setenv=ETCD_ELECTION_TIMEOUT=5000 /usr/bin/etcd\n", Some(Source::Flags)),
            ("etcd:\n  heartbeat-interval: 500\n  election_timeout: 5000\nupdate:\n  group: stable\n", Some(Source::ContainerLinux)),
            ("ETCD_HEARTBEAT_INTERVAL=500\n", Some(Source::Environment)),
            ("etcd --heartbeat-interval 500\n", Some(Source::Flags)),
            ("podman run -d quay.io/coreos/etcd:v3.4.27 etcd --name a\n", Some(Source::Flags)),
            ("\u{2551} etcd: --election-timeout=5000 (5 s, default=1000) \u{2551}\n", None),
            ("name: a\ninitial-cluster: a=b\nheartbeat-interval: 100\n", Some(Source::EtcdYaml)),
            ("{\"ignition\":{\"version\":\"3.0.0\"}}", Some(Source::Ignition)),
            ("etcd:\n  heartbeat_interval: 500\n", Some(Source::ContainerLinux)),
            ("etcd:\n  port: 2379\n  env:\n    heartbeat_interval: 500\n", Some(Source::Fragment)),
            ("heartbeat-interval: 100\nelection-timeout: 1000\n", Some(Source::Fragment)),
            ("# of this member\nname: a\nelection-timeout: 1000\n", Some(Source::EtcdYaml)),
            ("name: worker\nheartbeat-interval: 30\nqueue: jobs\n", Some(Source::Fragment)),
            ("ETCD_HEARTBEAT_INTERVAL: \"100\"\nETCD_ENV: |-\n  ETCD_NAME=a\n", Some(Source::Fragment)),
            ("{\"level\":\"warn\",\"msg\":\"x heartbeat-interval\"}\n", None),
            ("Oct 10 03:45:01 core-1 etcd2[1]: election-timeout: x\n", None),
            ("2015/10/10 03:45:01 etcdserver: election = 1000ms\n", None),
            ("> Oct 10 03:45:01 n1 etcd[1]: run.sh: line 6: 24 Killed etcd --heartbeat-interval=500\n", None),
            ("  -peer-heartbeat-interval=<time> ms\n  -peer-election-timeout=<time> ms\n  -snapshot=false\n", None),
            ("", None),
            ("hello world\n", None),
            ("etcd_settings:\n  \"heartbeat-interval\": \"100\" # ms\n", Some(Source::Fragment)),
            ("    args_+: {\n      \"client-cert-auth\": true,\n      \"election-timeout\": \"1000\",\n    },\n", Some(Source::Fragment)),
            ("\"raft\": {\n  \"election-timeout\": %d,\n", None),
            ("    consumer:\n      group: a\n      heartbeat-interval: 5000\n", None),
            ("   ETCD_NAME: a\n   ETCD_ELECTION_TIMEOUT: \"1000\"\n   ETCD_ENV: |-\n     ETCD_NAME=a\n", Some(Source::Fragment)),
            ("cluster:\n  etcd:\n    advertisedSubnets: [10.0.0.0/8]\n", Some(Source::Manifest)),
            ("cluster:\n  etcd:\n    heartbeat_interval: 500\n    election_timeout: 5000\n", None),
            ("applications:\n  etcd:\n    charm: etcd\n    options:\n      election_timeout: 5000\n", Some(Source::Fragment)),
            ("all:\n  vars:\n    etcd_election_timeout: 2500\n", Some(Source::Fragment)),
            ("etcd_election_timeout: 5000\nkube_controller_extra_args:\n  kube-api-qps: 20\n", Some(Source::Fragment)),
            ("spec:\n  containers:\n  - command:\n    - etcd\n    - --name=a\n", Some(Source::Manifest)),
            ("other:\n  raft:\n    heartbeat-interval: 250ms\n    election-timeout: 2500ms\n", None),
            (
                "ETCD_ENDPOINTS=https://192.0.2.1:2379\nETCD_OPTS=\"--endpoints=$ETCD_ENDPOINTS\"\netcdctl $ETCD_OPTS endpoint status\n",
                None,
            ),
            ("etcd_args:\n  raft:\n    - \"--heartbeat-interval=500\"\n", Some(Source::Flags)),
            ("{% set ip = hosts[0] %}\nexec etcd \\\n  --name {{ name }}\n", Some(Source::Flags)),
            ("- docker_container:\n    image: quay.io/coreos/etcd:v3.5.0\n    command: \"etcd -debug\"\n", Some(Source::Manifest)),
            (
                "locals {\n  a = yamlencode({\n    \"initial-cluster-token\" = \"a\"\n    \"heartbeat-interval\" = 100\n  })\n}\n",
                Some(Source::Program),
            ),
            (
                "name: a\ninitial-cluster: {% for h in groups['etcd'] %}{{ h }}{% endfor %}\nelection-timeout: 1000\n",
                Some(Source::EtcdYaml),
            ),
            ("# of etcd\nETCD_OPTS=\"--name=a --election-timeout=2500\"\n", Some(Source::Environment)),
            ("- hosts: a\n  vars:\n    etcd_config:\n      election-timeout: 2500\n", Some(Source::Fragment)),
            ("a:\n  environment:\n    - ETCD_ELECTION_TIMEOUT=2500\n", Some(Source::Manifest)),
            ("docker run -d \\\n --env ETCD_ELECTION_TIMEOUT=5000 \\\n quay.io/coreos/etcd:v3.5.5 etcd\n", Some(Source::Flags)),
            ("kubectl set env sts/etcd ETCD_ELECTION_TIMEOUT=5000\n", Some(Source::Flags)),
            ("etcd:\n  election_timeout_in_milliseconds: null\n", Some(Source::Fragment)),
            ("data-dir: /x\npd-urls: http://a:2379\nheartbeat-interval: 2\n", None),
            ("port: 80\netcd:\n  endpoints: [\"http://a:2379\"]\nheartbeat_interval: 5\n", None),
            ("etcd:\n  hosts: a:2379\n  heartbeat_interval: 5\n", None),
            ("etcd:\n  version: 3.3.9\n  heartbeat_interval: 500\n", Some(Source::ContainerLinux)),
            ("all:\n  vars:\n    k3s_server:\n      etcd-arg:\n        - heartbeat-interval=500\n", Some(Source::Manifest)),
            ("cluster-init: true\netcd-election-timeout: 5000\n", Some(Source::Manifest)),
            ("extra_args: >-\n  --flannel-iface=eth0\nserver: >-\n  --etcd-arg election-timeout=5000\n", Some(Source::Flags)),
            ("#cloud-config\nhostname: a\nk3s:\n  args:\n  - --etcd-arg=election-timeout=5000\n", Some(Source::Manifest)),
            ("{\n  \"meta\": {\n    \"election-timeout\": \"1s\"\n  }\n}\n", None),
            ("{\n  \"region\": \"a\",\n  \"etcd_election_timeout\": 2500\n}\n", Some(Source::Fragment)),
            ("{\"variable\": {\"etcd_election_timeout\": {\"default\": 2500}}}\n", None),
            ("# exceeded-duration: 2s\nheartbeat-interval: 250\nname: a\n", Some(Source::EtcdYaml)),
            ("etcd-arg+:\n  - election-timeout=5000\n", Some(Source::Manifest)),
            ("- ini_file:\n    option: Environment\n    value: \"ETCD_ELECTION_TIMEOUT=5000\"\n", Some(Source::Manifest)),
            ("[{\"op\": \"add\", \"path\": \"/x/command/-\", \"value\": \"--election-timeout=5000\"}]\n", Some(Source::Manifest)),
            (
                "   CGroup: /system.slice/a.service\n           \u{2514}\u{2500}11 /usr/bin/etcd --election-timeout=5000\n",
                Some(Source::Flags),
            ),
            ("ETCD_NAME=a\0ETCD_ELECTION_TIMEOUT=5000\0", Some(Source::Environment)),
            ("[Container]\nImage=quay.io/coreos/etcd:v3.5.9\nExec=--election-timeout=2500\n", Some(Source::DropIn)),
            ("DAEMON=/usr/bin/etcd\nDAEMON_ARGS=\"--name $NAME --election-timeout=2500\"\n", Some(Source::Flags)),
            ("OPTIONS=\"--election-timeout=2500\"\n/usr/bin/raftd $OPTIONS\n", None),
            ("command = [\n  \"etcd\",\n  \"--data-dir=/x\"\n]\n", Some(Source::Program)),
            ("#!/bin/sh\ncat > /etc/x.yaml <<-EOF\n\ttoken: a\n\tetcd-arg:\n\t  - heartbeat-interval=200\n\tEOF\n", Some(Source::Manifest)),
            ("cat > /etc/x.yaml <<-'EOF'\n\tname: a\n\tdata-dir: /x\n\theartbeat-interval: 200\n\tEOF\n", Some(Source::EtcdYaml)),
            ("mkdir /x\nprintf \"ETCD_NAME=a\\nETCD_ELECTION_TIMEOUT=2000\\n\" > /etc/default/etcd\n", Some(Source::Program)),
            ("- name: etcd\n  docker_container:\n    env:\n      ETCD_HEARTBEAT_INTERVAL: \"250\"\n", Some(Source::Manifest)),
            ("services:\n  kv:\n    image: etcd\n    command: [--heartbeat-interval=250]\n", Some(Source::Manifest)),
        ] {
            assert_eq!(configuration(text), expected, "{text}");
        }
    }
}
