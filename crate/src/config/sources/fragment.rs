//! Plain `key: value` lines without a home: people paste what matters. They are taken as in force.

use std::ops::Range;

use crate::config::builder::{Builder, Class, Home};
use crate::config::meaning::scalar::{Fate, Reading};
use crate::config::meaning::{keys, scalar};
use crate::config::syntax::mapped_text::MappedText;
use crate::parameters::{KUBESPRAY, Parameter};
use crate::search;
use crate::yaml::{self, Entry, Kind, Node, Style, Tree, same_key};

/// The variable that tells how Kubespray runs etcd (kubernetes-sigs/kubespray@33342988:docs/operations/etcd.md).
pub const KUBESPRAY_KEY: &str = "etcd_deployment_type";

/// How deep headings may stand in one another: BOSH has lists of jobs below lists of machines.
const DEEPEST: usize = 8;

/// Takes plain lines, also below headings such as `etcd2:` or `fleet:`.
pub fn take(builder: &mut Builder, inner: &MappedText) {
    let strict = yaml::read(&inner.text);
    let tolerant = strict.is_err();
    builder.tolerant |= tolerant && inner.is_document();
    let tree = strict.unwrap_or_else(|_| yaml::read_tolerantly(&inner.text));
    for root in &tree.documents {
        let is_object = tree.get(root, "apiVersion").is_some() && tree.get(root, "kind").is_some();
        let spot = Spot { tolerant, depth: 0, anothers: false, knows_fleet: !is_object || search::has(&inner.text, "fleet") };
        take_node(builder, inner, &tree, root, spot);
    }
}

/// Where in the tree it is read.
#[derive(Clone, Copy)]
struct Spot {
    tolerant: bool,
    depth: usize,
    /// Below the heading of another program, beside one of etcd's or fleet's.
    anothers: bool,
    /// What an object of Kubernetes tells a client of etcd may be named like fleet's.
    knows_fleet: bool,
}

fn take_node(builder: &mut Builder, inner: &MappedText, tree: &Tree, node: &Node, spot: Spot) {
    let Spot { tolerant, depth, .. } = spot;
    for item in node.items().iter().filter(|_| depth < DEEPEST) {
        take_node(builder, inner, tree, tree.resolve(item), Spot { depth: depth + 1, ..spot });
    }
    let heads = |entry: &Entry| search::has(entry.name(), "etcd") || search::has(entry.name(), "fleet");
    let parted = depth == 0 && node.entries().iter().any(|entry| heads(entry) && !entry.value.entries().is_empty());
    for entry in node.entries() {
        let value = tree.resolve(&entry.value);
        if depth < DEEPEST {
            take_node(builder, inner, tree, value, Spot { depth: depth + 1, anothers: spot.anothers || parted && !heads(entry), ..spot });
        }
        let Some(text) = value.text() else { continue };
        if entry.name() == KUBESPRAY_KEY {
            builder.cluster.has_etcd = true;
            builder.cluster.own_pair = Some(&KUBESPRAY);
        }
        if matches!(value.kind, Kind::Scalar { style: Style::Literal, .. }) && inner.is_document() {
            // A file that Salt or Ansible writes.
            builder.holds("", MappedText::of_scalar(&inner.text, value), false);
            continue;
        }
        let variable = entry.name().replace('-', "_").to_ascii_uppercase();
        builder.fact_of_variable(&format!("ETCD_{variable}"), text);
        if same_key(entry.name(), "etcd_servers") {
            builder.fact_of_variable("FLEET_ETCD_SERVERS", text);
        }
        let of_bosh = keys::of_bosh(entry.name());
        builder.cluster.has_etcd |= of_bosh.is_some();
        let Some(meant) =
            keys::of_prefixed(entry.name()).or_else(|| keys::of_variable(entry.name())).or_else(|| of_bosh.filter(|_| !value.is_null()))
        else {
            // Other programs run the words together.
            if entry.name().contains(['-', '_']) {
                let span = inner.place(entry.key.span.clone());
                builder.misspelt(entry.name(), &Parameter::ALL.map(Parameter::key), span, "is no key of etcd or fleet");
            }
            continue;
        };
        let named = keys::of_key(entry.name()).is_none();
        if !named && spot.anothers || !meant.0.is_etcd() && !spot.knows_fleet {
            continue;
        }
        let value = &if tolerant { without_comma(&inner.text, value) } else { value.clone() };
        let text = value.text().unwrap_or("");
        let known = !tolerant || text.is_empty() || text.starts_with(|first: char| first.is_ascii_digit());
        let reading = match named {
            // In a program it is an expression.
            _ if !known => Reading { value: None, fate: Fate::Template },
            false => alone(scalar::cloudinit(meant.0, &unquoted(value)), spot.depth == 0 && meant.0.is_etcd()),
            // Behind the daemon's name it is a variable, or becomes one.
            true => scalar::daemon(meant.0, text),
        };
        builder.claim(meant, inner.place(within_quotes(&entry.key, value)), reading, Home::new("", Class::Environment, ""));
    }
}

/// Below no heading a timer is one of etcd's own file, which is refused for a value that a cloud-config only drops.
fn alone(reading: Reading, at_root: bool) -> Reading {
    if at_root && reading.fate == Fate::Dropped { Reading { fate: Fate::Stops, ..reading } } else { reading }
}

/// Read line by line, a value may be one of a program: `etcd_election_timeout: 3000,`.
fn without_comma(document: &str, node: &Node) -> Node {
    if !document.get(node.span.clone()).is_some_and(|raw| raw.ends_with(',')) {
        return node.clone();
    }
    let span = node.span.start..node.span.end - 1;
    let text = document.get(span.clone()).unwrap_or("").trim_matches(['"', '\'']).to_owned();
    let style = if text.len() < span.len() { Style::Double } else { Style::Plain };
    Node { kind: Kind::Scalar { text, style }, span, ..node.clone() }
}

/// What a patch replaces. Who spells a key as a variable, behind its daemon's name or in quotes, hands its value on as a string, so the quotes stay;
/// beside a key of a cloud-config they go, as coreos-cloudinit drops quoted numbers.
fn within_quotes(key: &Node, value: &Node) -> Range<usize> {
    let Kind::Scalar { style, .. } = &value.kind else { return value.span.clone() };
    let quoted = !matches!(key.kind, Kind::Scalar { style: Style::Plain, .. });
    let variable = quoted || keys::of_key(key.text().unwrap_or("")).is_none();
    if variable && matches!(style, Style::Single | Style::Double) && value.span.len() >= 2 {
        value.span.start + 1..value.span.end - 1
    } else {
        value.span.clone()
    }
}

/// Quotes tell nothing where the home is not known: a drop-in or a flag allows them.
fn unquoted(node: &Node) -> Node {
    let text = node.text().unwrap_or("").to_owned();
    Node { kind: Kind::Scalar { text, style: Style::Plain }, ..node.clone() }
}

#[cfg(test)]
mod tests {
    use crate::config::{Configuration, Source, read_as};
    use crate::ids::RuleId;
    use crate::text::DocumentId;
    use crate::units::MS;

    fn read(document: DocumentId, text: &str) -> Configuration {
        read_as(Source::Fragment, document, text)
    }

    #[test]
    fn variables_of_kubespray_and_properties_of_bosh() {
        let kubespray = "---\netcd_data_dir: /x\netcd_deployment_type: host\n# etcd_election_timeout: \"5000\"\n";
        let read = crate::config::read(0, kubespray).expect("Kubespray's");
        assert_eq!((read.cluster.own_pair, read.settings.len()), (Some(&crate::parameters::KUBESPRAY), 0));
        // 5000 ms would be refused beside 1500 ms, and is not beside Kubespray's 250 ms.
        let told = |line: &str| crate::config::read(0, &format!("{kubespray}{line}\n")).expect("Kubespray's").problems.len();
        assert_eq!((told("etcd_election_timeout: \"1250\""), told("etcd_election_timeout: \"1000\"")), (0, 1));
        let jobs = "instance_groups:\n- name: db\n  jobs:\n  - name: etcd\n    properties:\n      etcd:\n";
        let timers = "        election_timeout_in_milliseconds: 2000\n        heartbeat_interval_in_milliseconds: null\n";
        let read = crate::config::read(0, &format!("{jobs}{timers}")).expect("of BOSH");
        assert_eq!(read.settings.iter().map(|setting| setting.value).collect::<Vec<_>>(), [Some(2000 * MS)]);
        assert!(crate::config::read(0, &format!("raft:\n{timers}")).is_none());
    }

    #[test]
    fn who_spells_a_variable_keeps_its_quotes() {
        for (text, kept) in [
            ("ETCD_HEARTBEAT_INTERVAL: \"100\"\n", "100"),
            ("etcd_heartbeat_interval: '100'\n", "100"),
            ("\"heartbeat-interval\": \"100\"\n", "100"),
            ("heartbeat-interval: \"100\"\n", "\"100\""),
        ] {
            let place = read(0, text).settings.remove(0).place;
            assert_eq!(&text[place.span.start as usize..place.span.end as usize], kept);
        }
    }

    #[test]
    fn a_unit_is_told_of_in_the_words_of_its_home() {
        for (heading, id) in [("", RuleId::EtcdBadConfig), ("etcd2:\n  ", RuleId::ConfigValueDropped)] {
            let read = read(0, &format!("{heading}election-timeout: 5s\n"));
            assert_eq!(read.problems.iter().map(|problem| problem.id).collect::<Vec<_>>(), [id]);
        }
    }

    #[test]
    fn a_variable_is_read_as_its_daemon_does() {
        let read = read(0, "ETCD_HEARTBEAT_INTERVAL: 100ms\n");
        assert_eq!((read.problems[0].id, read.settings[0].effective), (RuleId::EtcdBadConfig, false));
    }

    #[test]
    fn an_expression_of_a_program_is_not_known() {
        let text = "variables(\n  etcd_heartbeat_interval: node['etcd']['beat'],\n  etcd_election_timeout: 2000,\n)\n";
        let read = read(0, text);
        let raw: Vec<_> = read.settings.iter().map(|setting| (setting.place.span.of(text), setting.value)).collect();
        assert_eq!(raw, [("node['etcd']['beat']", None), ("2000", Some(2000 * MS))]);
        assert!(read.problems.iter().all(|problem| problem.id == RuleId::ConfigTemplate), "{:?}", read.problems);
    }

    #[test]
    fn keys_of_hiera_name_their_class() {
        for text in ["profile::etcd::heartbeat_interval: 200\n", "etcd::config:\n  heartbeat-interval: 200\n"] {
            let read = crate::config::read(0, text).expect("lines of a configuration");
            assert_eq!((read.settings[0].value, read.problems.len()), (Some(200 * MS), 0));
        }
        assert!(crate::config::read(0, "raft::config:\n  heartbeat-interval: 250\n").is_none());
    }

    #[test]
    fn a_slip_of_the_pen_is_told() {
        let read =
            crate::config::read(0, "Write this:\n\n\tname: a\n\theartbeat-intervall: 200\n\telection-timeout: 2000\n").expect("lines");
        assert_eq!(
            read.problems.iter().map(|problem| (problem.id, problem.word.as_str())).collect::<Vec<_>>(),
            [(RuleId::ConfigUnknownKey, "heartbeat-intervall")]
        );
        assert!(self::read(0, "election-timeout: 2000\nheartbeat-interval-ms: 200\n").problems.is_empty());
    }

    #[test]
    fn plain_lines_in_a_manifest_of_another_kind_are_read() {
        let cluster = "kind: Cluster\nspec:\n  etcd:\n    deployment_type: host\n";
        let read = crate::config::read(0, &format!("{cluster}etcd_election_timeout: 5000\n")).expect("lines of a configuration");
        assert_eq!(read.settings[0].value, Some(5000 * MS));
        assert!(crate::config::read(0, cluster).is_none());
        assert!(crate::config::read(0, &format!("{cluster}broker:\n  raft:\n    election-timeout: 5s\n")).is_none());
    }

    #[test]
    fn what_other_programs_are_told_is_none_of_etcds() {
        let others = "kafka:\n  heartbeat-interval: 3000\nraft:\n  election-timeout: 1000\n";
        assert!(crate::config::read(0, &format!("{others}etcd:\n  endpoints: http://a:2379\n")).is_none());
        let read = crate::config::read(0, &format!("{others}etcd:\n  election-timeout: 2000\n")).expect("lines");
        assert_eq!(read.settings.iter().map(|setting| setting.value).collect::<Vec<_>>(), [Some(2000 * MS)]);
        let map = "apiVersion: v1\nkind: ConfigMap\ndata:\n  etcd-request-timeout: \"10s\"\n";
        assert!(crate::config::read(0, map).is_none());
        assert!(crate::config::read(0, &map.replace("data:", "metadata: {name: fleet}\ndata:")).is_some());
    }

    #[test]
    fn a_block_in_a_list_is_read() {
        let text = "- **Timers:**\n  ```yaml\n  election-timeout: \"2000\"  # 2s\n  heartbeat-interval: 200\n  ```\n- Disks\n";
        assert_eq!(crate::config::read(0, text).expect("lines").settings.len(), 2);
    }

    #[test]
    fn a_file_that_a_task_writes_is_read() {
        for (text, problems) in [
            (
                "etcd-config:\n  file.managed:\n    - contents: |\n        data-dir: /x\n        heartbeat-interval: 200\n        election-timeout: 2000\n",
                0,
            ),
            (
                "{% set e = {} %}\netcd-config:\n  file.managed:\n    - contents: |\n        data-dir: /x\n        heartbeat-interval: {{ e.get('beat') }}\n        election-timeout: 2000\n",
                1,
            ),
        ] {
            let read = crate::config::read(0, text).expect("lines");
            assert_eq!(
                (read.settings.len(), read.settings[1].value, read.problems.len()),
                (2, Some(2000 * MS), problems),
                "{text}: {:?}",
                read.problems
            );
            assert_eq!(read.settings[1].place.span.of(text), "2000");
        }
    }

    #[test]
    fn bare_lines_count() {
        let read = read(0, "heartbeat-interval: 100\nelection-timeout: 1000\n");
        assert_eq!(read.settings[1].value, Some(1000 * MS));
        assert!(read.settings.iter().all(|setting| setting.effective));
        assert!(read.problems.is_empty());
    }
}
