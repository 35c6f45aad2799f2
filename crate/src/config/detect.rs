//! What a document is, told from its text alone, never from its name.

use super::configuration::Source;
use crate::config::meaning::keys;
use crate::config::sources::flags::is_image;
use crate::config::sources::manifest::k3s;
use crate::config::sources::{env, etcd_toml, fragment, prefixed, program};
use crate::config::syntax::command::{is_drawn, runs_container, start_of_etcd};
use crate::config::syntax::embedded::{HEADER, here_documents};
use crate::config::syntax::words::{CONTINUES, exported_elsewhere, words};
use crate::log::line_starts::is_stamped;
use crate::text::line_start;
use crate::{search, template};

/// What kubectl and oc give the variables of a workload with.
const SET_ENV: &str = " set env ";

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
        // RancherOS has the header of CoreOS, and other sections: its services are those of docker-compose.
        let rancher = search::has(sample, "\nrancher:") && !search::has(sample, "\ncoreos:");
        return Some(if rancher { Source::Manifest } else { Source::CloudConfig });
    }
    let signs = Signs::of(sample);
    if signs.log_like() {
        return None;
    }
    signs.source(sample).or_else(|| further(text.get(sample.len()..)?).filter(|_| signs.stamped == 0))
}

/// What a long text is around the first timer of etcd behind its beginning: the pod of etcd may be one of many.
fn further(rest: &str) -> Option<Source> {
    let places =
        ["lection-timeout", "LECTION_TIMEOUT", "eartbeat-interval", "EARTBEAT_INTERVAL"].iter().filter_map(|name| search::find(rest, name));
    let at = places.min()?;
    let sample = head(rest.get(line_start(rest, at.saturating_sub(SAMPLE / 2))..)?);
    let signs = Signs::of(sample);
    if signs.stamped > 0 { None } else { signs.source(sample) }
}

fn head(text: &str) -> &str {
    let mut end = text.len().min(SAMPLE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
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
    let container = search::has(sample, "etcd") && search::any(sample, &["\"Env\"", "\"image\"", "\"command\""]);
    if search::has(sample, "extraArgs") || search::has(sample, "\"kind\"") || container {
        return Some(Source::Manifest);
    }
    // As keys; what stands within longer texts, as a cloud-config in a template of CloudFormation, is not looked into.
    search::any(sample, &["\"heartbeat-interval\"", "\"election-timeout\"", "\"initial-cluster\""]).then_some(Source::EtcdYaml)
}

/// What the lines of a text look like.
#[derive(Default)]
struct Signs {
    lines: usize,
    stamped: usize,
    root_keys: Vec<String>,
    /// How far the first key is indented, as an excerpt may be, and the keys that are no further.
    margin: Option<usize>,
    outer_keys: Vec<String>,
    etcd_keys: usize,
    timing_keys: usize,
    /// One of them says whose it is: `etcd_election_timeout`.
    named: bool,
    /// A key `etcd` stood further up.
    etcd: bool,
    /// A key such as `etcd_config` did, which is its own.
    homed: bool,
    fleet_options: usize,
    /// The like of etcd's, with an equals sign.
    etcd_options: usize,
    assignments: usize,
    commands: bool,
    /// What `etcd --help` prints, which shows each flag with its default (etcd-io/etcd@v2.3.8:etcdmain/help.go) or, in 0.4,
    /// with a word for its value (etcd-io/etcd@v0.4.9:server/usage.go).
    help: bool,
    toml: bool,
    prefixed: bool,
    /// A block of HCL becomes a section of a cloud-config.
    sectioned: bool,
    /// A list or a mapping of variables in YAML holds a timer of etcd.
    listed: bool,
    /// A key of YAML below which variables stand.
    variables: bool,
    /// A key of YAML has an image of etcd, as a container of Kubernetes, of docker-compose or of Ansible has.
    imaged: bool,
    /// A key of YAML has a command.
    command: bool,
    /// A value of a chart holds etcd's own file (bitnami/charts, bitnami/etcd/values.yaml: `configuration`).
    charted: bool,
    unit_sections: bool,
    environment: bool,
    /// The first line of a cloud-config stands somewhere, as in an indented here-document of Terraform.
    header: bool,
}

impl Signs {
    fn of(sample: &str) -> Self {
        let mut signs = Signs::default();
        let script = sample.starts_with("#!");
        let indent = |raw: &str| raw.len() - raw.trim_start().len();
        // An excerpt may be indented as a whole.
        let least = |text: &str| text.lines().filter(|raw| !raw.trim().is_empty()).map(indent).min().unwrap_or(0);
        let whole = least(sample);
        // So may what a here-document holds.
        let mut bodies = here_documents(sample).into_iter().map(|body| (least(&sample[body.range.clone()]), body.range)).peekable();
        for raw in sample.lines() {
            let line = raw.trim();
            let at = raw.as_ptr().addr() - sample.as_ptr().addr();
            while bodies.next_if(|(_, range)| range.end <= at).is_some() {}
            let outset = bodies.peek().filter(|(_, range)| range.contains(&at)).map_or(whole, |(least, _)| *least);
            if line.is_empty() {
                continue;
            }
            signs.lines += 1;
            signs.header |= line == HEADER;
            signs.stamped += usize::from(is_stamped(line));
            signs.unit_sections |= matches!(line, "[Unit]" | "[Service]" | "[Install]") || line.starts_with("[program:etcd");
            signs.toml |= line == etcd_toml::SECTION;
            signs.environment |= line.starts_with("Environment=") || line.starts_with("EnvironmentFile=") || line.starts_with("ExecStart=");
            signs.commands |= is_command(line) || (script || line.ends_with(CONTINUES)) && start_of_etcd(line).is_some();
            signs.help |= line.get(1..).is_some_and(|rest| rest.starts_with("ime (in milliseconds) of a heartbeat interval"))
                || (line.starts_with('-') && search::has(line, "heartbeat-interval=<"));
            signs.prefixed |= prefixed::declared(line).is_some();
            signs.sectioned |= prefixed::section(line).is_some();
            // Ansible names them by `key`, and has whole lines behind `line`.
            let item = line.trim_start_matches(['-', ' ', '{', '"']);
            signs.listed |= ["name", "Name", "key", "line:"].iter().any(|word| item.starts_with(word))
                && line.contains(':')
                && search::any(line, &["ETCD_HEARTBEAT_INTERVAL", "ETCD_ELECTION_TIMEOUT"]);
            signs.imaged |= item.strip_prefix("image:").is_some_and(|image| is_image(image.trim_matches([' ', '"', '\''])));
            // An option of RKE2 or k3s as a text, which Ansible writes to its file.
            signs.listed |= item.starts_with("etcd-arg:") && line.contains(['"', '\'']) && line.starts_with('-');
            // Of an operation on a manifest, RFC 6902.
            signs.listed |= item.starts_with("path: /") && search::has(line, "etcd") && search::has(line, "/extraArgs")
                || item.strip_prefix("value:").is_some_and(|value| is_command(value.trim_matches([' ', '"', '\''])));
            signs.listed |= signs.variables
                && line.starts_with('-')
                && ["ETCD_HEARTBEAT_INTERVAL=", "ETCD_ELECTION_TIMEOUT="].iter().any(|name| item.starts_with(name));
            signs.charted |= line.starts_with("configuration: |");
            if let Some((key, value)) = key_value(line) {
                // In quotes only where a number is behind it.
                let bare = key.trim_matches('"');
                let stated = value.trim_start_matches([' ', '"']).starts_with(|first: char| first.is_ascii_digit());
                let key = if stated { bare } else { key };
                let mut key = key;
                while let Some(item) = key.strip_prefix("- ") {
                    key = item;
                }
                signs.key(key.trim(), indent(raw) - outset);
                // An application of a bundle of Juju's.
                signs.homed |= key.trim() == "charm" && search::has(value, "etcd");
            }
            let assigned = line.strip_prefix("export ").unwrap_or(line);
            let assigned = assigned.strip_prefix("ENV ").unwrap_or(assigned);
            let assigned = assigned.strip_prefix("echo ").map_or(assigned, |text| text.trim_start_matches(['"', '\'']));
            // A Dockerfile may part them by a blank.
            let mark = if assigned.len() + "ENV ".len() == line.len() && !assigned.contains('=') { ' ' } else { '=' };
            if let Some((name, value)) = assigned.split_once(mark) {
                signs.assignment(name.trim(), value);
            }
            if line.starts_with("set")
                && let Some((name, value)) = exported_elsewhere(&words(line, 0..line.len()))
            {
                signs.assignment(&name.text, &value.text);
            }
        }
        signs
    }

    fn key(&mut self, key: &str, indent: usize) {
        let at_root = indent == 0;
        let word =
            !key.is_empty() && key.len() < 40 && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':'));
        if !word {
            return;
        }
        let lower = key.to_ascii_lowercase();
        if indent <= *self.margin.get_or_insert(indent) {
            self.outer_keys.push(lower.clone());
        }
        self.etcd |= lower == "etcd";
        self.homed |= lower.starts_with("etcd_") || lower.starts_with("etcd-");
        let bosh = self.etcd && keys::of_bosh(&lower).is_some();
        let timing = bosh || keys::of_prefixed(&lower).is_some();
        self.timing_keys += usize::from(timing);
        self.named |= timing && (bosh || lower.starts_with("etcd_") || search::has(&lower, "etcd::"));
        self.variables |= matches!(key, "env" | "environment");
        self.command |= matches!(key, "command" | "args");
        self.listed |= self.variables && !at_root && matches!(key, "ETCD_HEARTBEAT_INTERVAL" | "ETCD_ELECTION_TIMEOUT");
        if at_root {
            self.etcd_keys += usize::from(matches!(
                lower.as_str(),
                "initial-cluster"
                    | "listen-peer-urls"
                    | "listen-client-urls"
                    | "initial-advertise-peer-urls"
                    | "advertise-client-urls"
                    | "initial-cluster-state"
                    | "data-dir"
                    | "initial-cluster-token"
            ));
            self.root_keys.push(key.to_owned());
        }
    }

    fn assignment(&mut self, name: &str, value: &str) {
        // `$` in front of a name is Puppet's.
        let name = name.trim_start_matches(['#', ';', '$']).trim();
        // What clients of etcd are told says nothing of etcd itself.
        let of_client = search::has(name, "ENDPOINT") || search::has(value, "--endpoints");
        self.assignments += usize::from(!of_client && (name.starts_with("ETCD_") || name.starts_with("FLEET_")));
        let option = name.to_ascii_lowercase().replace('-', "_");
        if name.len() > 40 {
            return;
        }
        self.prefixed |= prefixed::named(name).is_some();
        self.etcd_options += usize::from(keys::of_key(&option).is_some_and(|(parameter, _)| parameter.is_etcd()));
        self.fleet_options += usize::from(keys::FLEET.contains(&option.as_str()) && !value.is_empty());
    }

    fn has(&self, key: &str) -> bool {
        self.root_keys.iter().any(|root| root == key)
    }

    /// Most lines begin with a time or are JSON records.
    fn log_like(&self) -> bool {
        self.stamped * 2 > self.lines && self.lines > 0
    }

    fn source(&self, sample: &str) -> Option<Source> {
        // TiDB's Pump sends a heartbeat every so many seconds (pingcap/tidb-binlog: pump/config.go).
        if self.has("pd-urls") {
            return None;
        }
        if self.has("coreos") || (self.has("write_files") || self.has("write-files")) {
            return Some(Source::CloudConfig);
        }
        if self.has("variant") && self.has("version") {
            return Some(Source::ContainerLinux);
        }
        let manifest = self.listed
            || (self.imaged && self.command)
            || (self.charted && self.timing_keys > 0)
            || search::any(sample, &["controlPlaneHardwareSpeed:", "extraArgs:"])
            // Kubespray has `kube_kubeadm_controller_extra_args`.
            || search::places(sample, "extra_args:").any(|at| !sample[..at].ends_with('_'))
            || k3s::is_server(self.root_keys.iter().map(String::as_str))
            // Another program's cluster has timers where Talos has `extraArgs`.
            || (self.has("cluster") && (self.has("machine") || (search::has(sample, "\n  etcd:") && self.timing_keys == 0)))
            || self.has("rancher_kubernetes_engine_config")
            || (self.has("services") && search::has(sample, "etcd"))
            // Of a pod's manifest, the head may be cut off.
            || ((self.has("spec") || self.has("apiVersion") && self.has("kind")) && (search::has(sample, "etcd") || search::has(sample, "kubeadm.k8s.io/")));
        if manifest {
            return Some(Source::Manifest);
        }
        let transpiled = self.has("systemd")
            || self.has("storage")
            || self.has("variant")
            || (self.has("etcd") && search::has(sample, "advertise_client_urls"));
        if transpiled {
            return Some(Source::ContainerLinux);
        }
        if self.has("etcd") && self.root_keys.len() == 1 && times_etcd(sample) {
            return Some(Source::ContainerLinux);
        }
        if self.header && search::has(sample, "<<") && search::has(sample, "coreos:") {
            return Some(Source::CloudConfig);
        }
        if self.toml {
            return Some(Source::EtcdToml);
        }
        if self.unit_sections || self.environment {
            return Some(Source::DropIn);
        }
        if program::is_program(sample) {
            return Some(Source::Program);
        }
        if self.etcd_keys >= 1 {
            return Some(Source::EtcdYaml);
        }
        // A file of variables of which one holds etcd's options.
        let variables = || self.assignments > 0 && !search::has(sample, "\\\n") && !env::is_mixed(sample);
        if self.commands && !self.help {
            if variables() {
                return Some(Source::Environment);
            }
            return Some(Source::Flags);
        }
        if self.prefixed && self.assignments == 0 {
            return Some(Source::Prefixed);
        }
        // A mapping of variables may hold a block of assignments.
        let mapped = self.outer_keys.iter().any(|key| key == "etcd_heartbeat_interval" || key == "etcd_election_timeout");
        if self.assignments > 0 && self.assignments >= self.fleet_options && !mapped {
            return Some(Source::Environment);
        }
        if self.sectioned && self.fleet_options + self.etcd_options > 0 {
            return Some(Source::Prefixed);
        }
        if self.fleet_options > 0 {
            return Some(Source::FleetConf);
        }
        let kubespray = self.outer_keys.iter().any(|key| key == fragment::KUBESPRAY_KEY);
        ((self.timing_keys > 0 || kubespray) && self.lines <= 400 && !self.of_another_program()).then_some(Source::Fragment)
    }

    /// Other programs elect leaders too and name their timers alike (Camunda, Consul). Their keys stand
    /// below roots that neither etcd nor fleet has.
    fn of_another_program(&self) -> bool {
        let ours = |key: &String| keys::of_key(key).is_some() || search::has(key, "etcd") || key.starts_with("fleet");
        !self.named && !self.homed && !self.outer_keys.is_empty() && !self.outer_keys.iter().any(ours)
    }
}

/// A key with what is behind its colon; Puppet's has colons in it (`etcd::election_timeout`).
fn key_value(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':').filter(|_| !line.starts_with('#'))?;
    if value.starts_with(':') { search::split(line, ": ").or_else(|| Some((line.strip_suffix(':')?, ""))) } else { Some((key, value)) }
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

/// A command line that runs etcd, or a lone timing flag.
fn is_command(line: &str) -> bool {
    if line.starts_with(['#', '`'])
        || is_drawn(line)
        || !(line.as_bytes().contains(&b'-') || runs_container(line) || search::has(line, SET_ENV))
    {
        return false;
    }
    let perhaps = line.starts_with('-') || search::has(line, "etcd") || search::has(line, "ETCD");
    let timing = perhaps
        && line.split_whitespace().any(|word| {
            let word = word.trim_start_matches(['"', '\'']);
            let bare = word.trim_start_matches('-');
            word.len() > bare.len()
                && word.len() - bare.len() <= 2
                && keys::of_key(bare.split('=').next().unwrap_or("")).is_some_and(|(parameter, _)| parameter.is_etcd())
        });
    let runs = || search::has(line, " -") && start_of_etcd(line).is_some();
    let replaces = || {
        line.split_whitespace().any(|word| word == "sed")
            && search::any(line, &["ETCD_HEARTBEAT_INTERVAL=", "ETCD_ELECTION_TIMEOUT=", "heartbeat-interval=", "election-timeout="])
    };
    let passed_on = search::any(line, &["etcd-arg", "extra-config=etcd.", "extra-config etcd."])
        && search::any(line, &["heartbeat-interval=", "election-timeout="]);
    timing
        || passed_on
        || runs()
        || replaces()
        || runs_container(line)
        || search::any(line, &["-e ETCD_", "--env=ETCD_", "--env ETCD_", "--from-literal=ETCD_"])
        || (search::has(line, SET_ENV) && search::any(line, &["ETCD_HEARTBEAT_INTERVAL=", "ETCD_ELECTION_TIMEOUT="]))
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
            ("ETCD_HEARTBEAT_INTERVAL=500\n", Some(Source::Environment)),
            ("etcd --heartbeat-interval 500\n", Some(Source::Flags)),
            ("podman run -d quay.io/coreos/etcd:v3.4.27 etcd --name a\n", Some(Source::Flags)),
            ("\u{2551} etcd: --election-timeout=5000 (5 s, default=1000) \u{2551}\n", None),
            ("name: a\ninitial-cluster: a=b\nheartbeat-interval: 100\n", Some(Source::EtcdYaml)),
            ("{\"ignition\":{\"version\":\"3.0.0\"}}", Some(Source::Ignition)),
            ("etcd:\n  heartbeat_interval: 500\n", Some(Source::ContainerLinux)),
            ("etcd:\n  port: 2379\n  env:\n    heartbeat_interval: 500\n", Some(Source::Fragment)),
            ("heartbeat-interval: 100\nelection-timeout: 1000\n", Some(Source::Fragment)),
            ("ETCD_HEARTBEAT_INTERVAL: \"100\"\nETCD_ENV: |-\n  ETCD_NAME=a\n", Some(Source::Fragment)),
            ("{\"level\":\"warn\",\"msg\":\"x heartbeat-interval\"}\n", None),
            ("Oct 10 03:45:01 core-1 etcd2[1]: election-timeout: x\n", None),
            ("2015/10/10 03:45:01 etcdserver: election = 1000ms\n", None),
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
            ("# of etcd\nETCD_OPTS=\"--name=a --election-timeout=2500\"\n", Some(Source::Environment)),
            ("- hosts: a\n  vars:\n    etcd_config:\n      election-timeout: 2500\n", Some(Source::Fragment)),
            ("a:\n  environment:\n    - ETCD_ELECTION_TIMEOUT=2500\n", Some(Source::Manifest)),
            ("docker run -d \\\n --env ETCD_ELECTION_TIMEOUT=5000 \\\n quay.io/coreos/etcd:v3.5.5 etcd\n", Some(Source::Flags)),
            ("kubectl set env sts/etcd ETCD_ELECTION_TIMEOUT=5000\n", Some(Source::Flags)),
            ("etcd:\n  election_timeout_in_milliseconds: null\n", Some(Source::Fragment)),
            ("data-dir: /x\npd-urls: http://a:2379\nheartbeat-interval: 2\n", None),
            ("cluster-init: true\netcd-election-timeout: 5000\n", Some(Source::Manifest)),
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
