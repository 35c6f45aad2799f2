//! What the lines of a text look like.

use crate::config::meaning::keys;
use crate::config::sources::flags::{are_options, of_client};
use crate::config::sources::{etcd_toml, prefixed};
use crate::config::syntax::command::{is_drawn, is_image, is_repository, runs_container, start_of_etcd};
use crate::config::syntax::embedded::{HEADER, here_documents};
use crate::config::syntax::words::{CONTINUES, behind_tags, exported_elsewhere, words};
use crate::log::line_starts::is_stamped;
use crate::search;
use crate::text::offset;

/// What kubectl and oc give the variables of a workload with.
const SET_ENV: &str = " set env ";
/// Options of fleet whose names other programs have, too.
const COMMON: [&str; 5] = ["agent_ttl", "metadata", "public_ip", "token_limit", "verbosity"];
/// The timers as variables.
const VARIABLES: [&str; 2] = ["ETCD_HEARTBEAT_INTERVAL", "ETCD_ELECTION_TIMEOUT"];

/// What the lines of a text look like.
#[derive(Default)]
pub struct Signs<'a> {
    /// The text itself, or the beginning of a long one.
    pub sample: &'a str,
    /// Its first line names an interpreter.
    pub script: bool,
    pub lines: usize,
    pub stamped: usize,
    pub root_keys: Vec<String>,
    /// How far the first key is indented, as an excerpt may be, and the keys that are no further.
    pub margin: Option<usize>,
    pub outer_keys: Vec<String>,
    pub etcd_keys: usize,
    pub timing_keys: usize,
    /// One of them says whose it is: `etcd_election_timeout`.
    pub named: bool,
    /// A key `etcd` stood further up.
    pub etcd: bool,
    /// What stands below it is told a client of etcd: where its members are.
    pub client: bool,
    /// A key such as `etcd_config` did, which is its own.
    pub homed: bool,
    pub fleet_options: usize,
    /// One of them is fleet's alone; others are names that many a program has.
    pub fleet_own: bool,
    /// What else is assigned to.
    pub strangers: usize,
    /// The like of etcd's, with an equals sign.
    pub etcd_options: usize,
    pub assignments: usize,
    pub commands: bool,
    /// What `etcd --help` prints, which shows each flag with its default (etcd-io/etcd@v2.3.8:etcdmain/help.go) or, in 0.4,
    /// with a word for its value (etcd-io/etcd@v0.4.9:server/usage.go).
    pub help: bool,
    pub toml: bool,
    pub prefixed: bool,
    /// A block of HCL becomes a section of a cloud-config.
    pub sectioned: bool,
    /// A list or a mapping of variables in YAML holds a timer of etcd.
    pub listed: bool,
    /// A key of YAML below which variables stand.
    pub variables: bool,
    /// A key of YAML has an image of etcd, as a container of Kubernetes, of docker-compose or of Ansible has.
    pub imaged: bool,
    /// A key of YAML has a command.
    pub command: bool,
    /// The image of a chart is etcd's.
    pub chart: bool,
    /// A value of a chart holds etcd's own file (bitnami/charts, bitnami/etcd/values.yaml: `configuration`).
    pub charted: bool,
    /// A task of Ansible's, or what an installer writes, has the lines of a file, and its path.
    pub contents: bool,
    pub destination: bool,
    pub unit_sections: bool,
    pub environment: bool,
    /// The first line of a cloud-config stands somewhere, as in an indented here-document of Terraform.
    pub header: bool,
}

impl<'a> Signs<'a> {
    /// Of each line of a text.
    pub fn of(sample: &'a str) -> Self {
        let mut signs = Signs { sample, script: sample.starts_with("#!"), ..Signs::default() };
        // An excerpt may be indented as a whole.
        let whole = margin(sample);
        // So may what a here-document holds.
        let mut bodies = here_documents(sample).into_iter().map(|body| (margin(&sample[body.range.clone()]), body.range)).peekable();
        for raw in sample.lines().filter(|raw| !raw.trim().is_empty()) {
            let at = offset(sample, raw);
            while bodies.next_if(|(_, range)| range.end <= at).is_some() {}
            let outset = bodies.peek().filter(|(_, range)| range.contains(&at)).map_or(whole, |(margin, _)| *margin);
            let line = raw.trim();
            signs.line(line);
            signs.item(line);
            if let Some(key) = key_of(line) {
                signs.key(key, indent(raw) - outset);
            }
            if let Some((name, value)) = assignment_of(line) {
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

    /// What a line is as a whole.
    fn line(&mut self, line: &str) {
        self.lines += 1;
        self.header |= line == HEADER;
        // Within a quote, too.
        self.stamped += usize::from(is_stamped(line.trim_start_matches(['>', ' '])));
        self.unit_sections |= matches!(line, "[Unit]" | "[Service]" | "[Install]" | "[Container]") || line.starts_with("[program:etcd");
        self.toml |= line == etcd_toml::SECTION;
        self.environment |= ["Environment=", "EnvironmentFile=", "ExecStart="].iter().any(|key| line.starts_with(key));
        self.commands |= is_command(line) || (self.script || line.ends_with(CONTINUES)) && start_of_etcd(line).is_some();
        // Of a script that starts it by its path, as Debian's and OpenRC's do.
        let options = |(name, value): (&str, &str)| has_timer(value) && are_options(name, unquoted(value));
        self.commands |= line.split_once('=').is_some_and(options) && search::has(self.sample, "/etcd");
        self.help |= line.get(1..).is_some_and(|rest| rest.starts_with("ime (in milliseconds) of a heartbeat interval"))
            || (line.starts_with('-') && search::has(line, "heartbeat-interval=<"))
            || (search::has(line, "heartbeat-interval <") && search::has(line, "(default"));
        self.prefixed |= prefixed::declared(line).is_some();
        self.sectioned |= prefixed::section(line).is_some();
        self.charted |= line.starts_with("configuration: |");
    }

    /// What an item of a list or an entry of a mapping holds.
    fn item(&mut self, line: &str) {
        let item = line.trim_start_matches(['-', ' ', '{', '"']);
        // An application of a bundle of Juju's.
        self.homed |= item.strip_prefix("charm:").is_some_and(|charm| search::has(charm, "etcd"));
        self.imaged |= item.strip_prefix("image:").is_some_and(|image| is_image(unquoted(image)));
        let repository = search::split(line, "repository:").and_then(|(_, name)| name.split([',', '}']).next());
        self.chart |= repository.is_some_and(|name| is_repository(unquoted(name)));
        // Ansible names variables by `key`, its ini_file by `option`, and it has whole lines behind `line`.
        let named =
            ["name", "Name", "key", "option:", "line:", "lineinfile:"].iter().any(|word| item.starts_with(word)) && line.contains(':');
        // An option of RKE2 or k3s as a text, which Ansible writes to its file.
        let option = item.starts_with("etcd-arg:") && line.contains(['"', '\'']) && line.starts_with('-');
        // Of an operation on a manifest, RFC 6902.
        let path = item.starts_with("path: /") && search::has(line, "etcd") && search::has(line, "/extraArgs");
        // Of an ini_file of Ansible's, the variable of a unit.
        let sets = |value: &str| VARIABLES.iter().any(|name| value.strip_prefix(name).is_some_and(|rest| rest.starts_with('=')));
        let value = item.strip_prefix("value:").map(unquoted).is_some_and(|value| is_command(value) || sets(value));
        let variable = self.variables
            && line.starts_with('-')
            && VARIABLES.iter().any(|name| item.starts_with(name) && item[name.len()..].starts_with('='));
        self.listed |= named && search::any(line, &VARIABLES) || option || path || value || variable;
    }

    fn key(&mut self, key: &str, indent: usize) {
        let at_root = indent == 0;
        // k3s adds it to the list of another file.
        let key = if key == "etcd-arg+" { "etcd-arg" } else { key };
        let word =
            !key.is_empty() && key.len() < 40 && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':'));
        if !word {
            return;
        }
        let lower = key.to_ascii_lowercase();
        if indent <= *self.margin.get_or_insert(indent) {
            self.outer_keys.push(lower.clone());
        }
        self.client |= self.etcd && !at_root && matches!(lower.as_str(), "endpoints" | "hosts");
        self.etcd |= lower == "etcd";
        self.contents |= matches!(key, "content" | "block") && !at_root;
        self.destination |= matches!(key, "dest" | "path") && !at_root;
        self.homed |= lower.starts_with("etcd_") || lower.starts_with("etcd-");
        let bosh = self.etcd && keys::of_bosh(&lower).is_some();
        let timing = bosh || keys::of_prefixed(&lower).is_some();
        self.timing_keys += usize::from(timing);
        self.named |= timing && (bosh || lower.starts_with("etcd_") || search::has(&lower, "::"));
        // The last one is of a generator of Kustomize.
        self.variables |= matches!(key, "env" | "environment" | "literals");
        self.command |= matches!(key, "command" | "args");
        // In the variables of a role for Ansible; no other program has such a list.
        self.listed |= key == "etcd-arg" && !at_root;
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
        // Capitals are those of some program's variables.
        let of_fleet = keys::FLEET.contains(&name.replace('-', "_").as_str());
        self.fleet_options += usize::from(of_fleet && !value.is_empty());
        self.fleet_own |= of_fleet && !COMMON.contains(&option.as_str());
        // A slip of the pen is no other program's.
        self.strangers += usize::from(!of_fleet && !name.contains(' ') && keys::nearest(name, keys::FLEET).is_none());
    }

    /// A key at the root.
    pub fn has(&self, key: &str) -> bool {
        self.root_keys.iter().any(|root| root == key)
    }

    /// Most lines begin with a time or are JSON records.
    pub fn log_like(&self) -> bool {
        self.stamped * 2 > self.lines && self.lines > 0
    }
}

fn unquoted(text: &str) -> &str {
    text.trim_matches([' ', '"', '\''])
}

fn indent(raw: &str) -> usize {
    raw.len() - raw.trim_start().len()
}

/// How far the line that is indented least is.
fn margin(text: &str) -> usize {
    text.lines().filter(|raw| !raw.trim().is_empty()).map(indent).min().unwrap_or(0)
}

/// The key of a line of YAML or JSON, of which `:=` is no part; in quotes only where a number is behind it.
fn key_of(line: &str) -> Option<&str> {
    let (key, value) = key_value(line)?;
    let stated = value.trim_start_matches([' ', '"']).starts_with(|first: char| first.is_ascii_digit());
    let mut key = if stated { key.trim_matches('"') } else { key };
    while let Some(item) = key.strip_prefix("- ") {
        key = item;
        // A word of an article that begins like a sentence: `- Election-Timeout: 250 to 500 ms`.
        if matches!(key.as_bytes(), [b'A'..=b'Z', b'a'..=b'z', ..]) {
            return None;
        }
    }
    Some(key.trim())
}

/// A key with what is behind its colon; Puppet's has colons in it (`etcd::election_timeout`).
fn key_value(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':').filter(|(_, value)| !line.starts_with('#') && !value.starts_with('='))?;
    if value.starts_with(':') { search::split(line, ": ").or_else(|| Some((line.strip_suffix(':')?, ""))) } else { Some((key, value)) }
}

/// What may stand around it in a command.
const MARKS: [char; 3] = ['\\', '"', '\''];

/// The name and the value of an assignment. A Dockerfile may part them by a blank.
fn assignment_of(line: &str) -> Option<(&str, &str)> {
    // `set` is cmd's of Windows.
    let assigned = line.strip_prefix("export ").or_else(|| line.strip_prefix("set ")).unwrap_or(line);
    if let Some(assigned) = assigned.strip_prefix("ENV ") {
        return assigned.split_once(if assigned.contains('=') { '=' } else { ' ' });
    }
    // A command may stand in quotes: of Terraform's and Packer's `inline`, behind `ssh`.
    let echoed = search::split(assigned, "echo ").map(|(_, text)| text.trim_start_matches(MARKS).trim_start_matches("Environment="));
    echoed.map_or(assigned, |text| text.trim_start_matches(MARKS)).split_once('=')
}

/// A command line that runs etcd, or a lone timing flag.
fn is_command(line: &str) -> bool {
    // What runs etcd or sets its timers names one of these; most lines of most texts are done with here.
    if !search::any(line, &["etcd", "ETCD", "heartbeat", "election"]) {
        return false;
    }
    if line.starts_with(['#', '`'])
        || is_drawn(line)
        || has_timer(line) && line.split_whitespace().any(of_client) && start_of_etcd(line).is_none()
        || !(line.as_bytes().contains(&b'-') || runs_container(line) || search::has(line, SET_ENV))
    {
        return false;
    }
    let perhaps = line.starts_with('-') || search::has(line, "etcd") || search::has(line, "ETCD");
    let runs = || search::has(line, " -") && start_of_etcd(line).is_some();
    let replaces = || {
        line.split_whitespace().any(|word| word == "sed")
            && search::any(line, &["ETCD_HEARTBEAT_INTERVAL=", "ETCD_ELECTION_TIMEOUT=", "heartbeat-interval=", "election-timeout="])
    };
    // What kubectl, talosctl and curl are given: JSON.
    let patches = search::any(line, &["patch", "curl", "--data"])
        && search::any(line, &["'{\"", "'[{\"", "\"{\\\"", "\"[{\\\""])
        && (search::has(line, "etcd") && search::any(line, &["heartbeat-interval", "election-timeout"])
            || VARIABLES.iter().any(|name| search::has(line, name)));
    let passed_on = search::any(line, &["etcd-arg", "extra-config=etcd.", "extra-config etcd."])
        && search::any(line, &["heartbeat-interval=", "election-timeout="]);
    perhaps && has_timer(line)
        || passed_on
        || patches
        || runs()
        || replaces()
        || runs_container(line)
        || search::any(
            line,
            &["-e ETCD_", "--env=ETCD_", "--env ETCD_", "--from-literal=ETCD_", "-p Environment=ETCD_", "-p \"Environment=ETCD_"],
        )
        || (search::has(line, SET_ENV) && search::any(line, &["ETCD_HEARTBEAT_INTERVAL=", "ETCD_ELECTION_TIMEOUT="]))
}

/// Whether a flag of etcd's timers is one of these words.
fn has_timer(words: &str) -> bool {
    words.split_whitespace().any(|word| {
        let word = word[behind_tags(word)..].trim_start_matches(['"', '\'']);
        let bare = word.trim_start_matches('-');
        matches!(word.len() - bare.len(), 1 | 2)
            && keys::of_key(bare.split('=').next().unwrap_or("")).is_some_and(|(parameter, _)| parameter.is_etcd())
    })
}
