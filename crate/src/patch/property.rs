//! Generated configurations and changes: no wrong patch, and next to none refused.
//!
//! What a right patch is does not come from the patcher: every foreign line stays, line ends and the
//! last line's end stay, the values that act are those of before with the planned ones in, the edits
//! make the text, and the same plan on the new text plans nothing.

use super::{Change, Edit, Etcd, apply, patch};
use crate::config;
use crate::parameters::Parameter;
use crate::report::PatchReport;
use crate::units::{MS, S};

/// xorshift64*: small, seeded, the same everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// A cloud-config of random shape, for etcd 2 or (`old`) for etcd 0.4.
fn cloud_config(dice: &mut Dice, old: bool) -> String {
    let step = dice.pick(&["  ", "    ", "   "]);
    let snake = dice.one_in(2);
    let key = |name: &str| if snake { name.replace('-', "_") } else { name.to_owned() };
    let mut text = String::from(dice.pick(&["#cloud-config\n", "#cloud-config\n\n", "#cloud-config\n---\n", "coreos-less"]));
    if text == "coreos-less" {
        text = "#cloud-config\n# made by hand\nhostname: core-01\n".to_owned();
    }
    text.push_str("coreos:\n");
    let etcd = if old { "etcd" } else { "etcd2" };
    for section in [etcd, "fleet"] {
        if dice.one_in(5) {
            continue;
        }
        section_of(dice, &mut text, section, step, &key);
    }
    units(dice, &mut text, step, etcd);
    if dice.one_in(3) {
        text.push_str(&format!(
            "write_files:\n{step}- path: /etc/motd\n{step}  content: |\n{step}    heartbeat-interval: 1\n{step}    say: {{hi}}\n"
        ));
    }
    finish(dice, text)
}

fn section_of(dice: &mut Dice, text: &mut String, section: &str, step: &str, key: &dyn Fn(&str) -> String) {
    let mut pairs = Vec::new();
    let names: &[&str] = if section == "etcd" {
        &["name", "peer-heartbeat-interval", "peer-election-timeout", "peer-addr"]
    } else if section == "etcd2" {
        &["name", "heartbeat-interval", "discovery", "election-timeout", "listen-peer-urls"]
    } else {
        &["public-ip", "agent-ttl", "metadata", "etcd-request-timeout", "engine-reconcile-interval"]
    };
    for name in names {
        if dice.one_in(2) {
            pairs.push((key(name), written(dice, name)));
        }
    }
    if pairs.is_empty() {
        text.push_str(&format!("{step}{section}:{}\n", dice.pick(&["", " {}", " ~", "   # nothing yet"])));
    } else if dice.one_in(4) {
        let inner: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        text.push_str(&format!("{step}{section}: {{{}}}\n", inner.join(", ")));
    } else {
        text.push_str(&format!("{step}{section}:\n"));
        for (name, value) in pairs {
            if dice.one_in(6) {
                text.push_str(&format!("{step}{step}# {name} is important\n"));
            }
            let tail = dice.pick(&["", "", "", "  # note: x", " "]);
            text.push_str(&format!("{step}{step}{name}: {value}{tail}\n"));
            if dice.one_in(9) {
                text.push('\n');
            }
        }
    }
}

fn written(dice: &mut Dice, name: &str) -> String {
    let choices: &[&str] = match name.trim_start_matches("peer-") {
        "heartbeat-interval" => &["100", "600", "\"600\"", "'500'", "600ms", "0600", "1_000", "6e2", "0", "+300"],
        "election-timeout" => &["1000", "6000", "\"6000\"", "6s", "6_000", "6e3", "0", "5000.0"],
        "agent-ttl" => &["30s", "\"120s\"", "'2m'", "120", "1m30s"],
        "etcd-request-timeout" => &["1", "5.0", "5s", "\"5\"", ".5", "1e1"],
        "engine-reconcile-interval" => &["2", "10", "\"10\"", "10s"],
        "name" => &["\"%H\"", "core-01"],
        "discovery" => &["https://discovery.etcd.io/<token>", "\"https://x/y\""],
        "metadata" => &["\"a=b,c=d\"", "region=eu"],
        _ => &["http://$private_ipv4:2380", "$public_ipv4"],
    };
    // Within braces these would end the value: the generator keeps to safe ones there.
    (*dice.pick(choices)).to_owned()
}

fn units(dice: &mut Dice, text: &mut String, step: &str, etcd: &str) {
    text.push_str(&format!("{step}units:\n"));
    for name in [&format!("{etcd}.service"), "fleet.service"] {
        let dash = if dice.one_in(2) { step.to_owned() } else { format!("{step}{step}") };
        let dash = if name == "fleet.service" {
            text.lines()
                .rfind(|line| line.trim_start().starts_with("- name"))
                .map_or(dash.clone(), |line| line[..line.len() - line.trim_start().len()].to_owned())
        } else {
            dash
        };
        text.push_str(&format!("{dash}- name: {name}\n{dash}  command: start\n"));
        if dice.one_in(4) {
            let variable = match name {
                "etcd.service" => "ETCD_PEER_ELECTION_TIMEOUT=4000",
                "etcd2.service" => "ETCD_ELECTION_TIMEOUT=4000",
                _ => "FLEET_AGENT_TTL=90s",
            };
            let line = match dice.below(3) {
                0 => format!("Environment={variable}"),
                1 => format!("Environment=\"{variable}\""),
                _ => format!("Environment=\"A=1\" \"{variable}\""),
            };
            let file = dice.pick(&["10-x.conf", "40-x.conf"]);
            text.push_str(&format!(
                "{dash}  drop-ins:\n{dash}  - name: {file}\n{dash}    content: |\n{dash}      [Service]\n{dash}      {line}\n"
            ));
        }
    }
}

fn finish(dice: &mut Dice, mut text: String) -> String {
    if dice.one_in(5) {
        text.truncate(text.trim_end().len());
    }
    if dice.one_in(4) {
        text = text.replace('\n', "\r\n");
    }
    text
}

/// Texts that are no YAML, and small YAML of other kinds.
fn other(dice: &mut Dice) -> String {
    let h = dice.pick(&["100", "600", "250"]);
    let t = dice.pick(&["1000", "6000", "2500"]);
    let text = match dice.below(10) {
        0 => format!("[Unit]\nDescription=x\n\n[Service]\nEnvironment=\"ETCD_HEARTBEAT_INTERVAL={h}\"\nExecStart=/usr/bin/etcd2\n"),
        1 => format!("[Service]\nExecStart=/usr/bin/etcd2 \\\n  --heartbeat-interval={h} \\\n  --election-timeout={t}\n"),
        2 => format!("etcd --name a -heartbeat-interval {h} -election-timeout {t}\n"),
        3 => format!("ETCD_NAME=a\nETCD_ELECTION_TIMEOUT=\"{t}\"\n"),
        4 => format!("name: a\ninitial-cluster: a=http://x:2380\nheartbeat-interval: {h}\n"),
        5 => format!("etcd:\n  version: 3.3.9\n  heartbeat_interval: {h}\n"),
        6 => format!("kind: ClusterConfiguration\netcd:\n  local:\n    extraArgs:\n      heartbeat-interval: \"{h}\"\n"),
        7 => format!(
            "{{\"ignition\":{{\"version\":\"2.2.0\"}},\"systemd\":{{\"units\":[{{\"name\":\"etcd2.service\",\"enabled\":true,\"dropins\":[{{\"name\":\"a.conf\",\"contents\":\"[Service]\\nEnvironment=ETCD_HEARTBEAT_INTERVAL={h}\\n\"}}]}}]}}}}"
        ),
        8 => installer(dice),
        _ => format!("heartbeat-interval: {h}\nelection-timeout: {t}\n"),
    };
    finish(dice, text)
}

/// An installer's file whose list of etcd's arguments is missing, empty, or holds others.
fn installer(dice: &mut Dice) -> String {
    let (head, path, form): (&str, &[&str], usize) = match dice.below(6) {
        0 => ("apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\n", &["etcd", "local", "extraArgs"], 0),
        1 => ("apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n", &["etcd", "local", "extraArgs"], 1),
        2 => ("nodes:\n- address: 192.0.2.1\n  role: [etcd]\ncluster_name: blue\n", &["services", "etcd", "extra_args"], 0),
        3 => ("machine:\n  type: controlplane\nversion: v1alpha1\n", &["cluster", "etcd", "extraArgs"], 0),
        4 => ("token: <token>\ntls-san:\n- blue.example\n", &["etcd-arg"], 2),
        _ => return static_pod(dice),
    };
    let mut text = head.to_owned();
    // RKE and Talos are told by these keys; the others may end anywhere.
    let least = usize::from(matches!(path[0], "services" | "cluster"));
    let depth = least + dice.below(path.len() + 1 - least);
    for (level, key) in path[..depth].iter().enumerate() {
        text.push_str(&format!("{}{key}:\n", "  ".repeat(level)));
    }
    if depth == path.len() {
        let indent = "  ".repeat(depth);
        let empty = if form == 0 { " {}" } else { " []" };
        let filled = match form {
            0 => format!("{indent}quota-backend-bytes: \"8\"\n"),
            1 => format!("{indent}- name: quota-backend-bytes\n{indent}  value: \"8\"\n"),
            _ => format!("{indent}- quota-backend-bytes=8\n"),
        };
        match dice.below(3) {
            0 => {}
            1 => text.insert_str(text.len() - 1, empty),
            _ => text.push_str(&filled),
        }
    }
    text
}

fn static_pod(dice: &mut Dice) -> String {
    let head = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: etcd\n    image: etcd\n";
    let command = dice.pick(&[
        "    command: [etcd, --data-dir=/x]\n",
        "    command: [\"etcd\", \"--data-dir=/x\"]\n",
        "    command:\n    - etcd\n    - --data-dir=/x\n",
        "    args:\n    - --data-dir=/x\n    - --initial-cluster=a=http://x:2380\n",
        "    command:\n    - /bin/sh\n    - -c\n    - exec etcd --data-dir=/x\n",
    ]);
    format!("{head}{command}")
}

fn changes(dice: &mut Dice, fleet: bool, etcd_04: bool) -> Vec<Change> {
    let etcd = if etcd_04 { Etcd::V04 } else { Etcd::V2 };
    let change = |parameter, value| Change { parameter, value, etcd };
    let mut found = Vec::new();
    for (parameter, value) in [
        (Parameter::HeartbeatInterval, [250, 350, 400][dice.below(3)] * MS),
        (Parameter::ElectionTimeout, [2500, 3500, 4000][dice.below(3)] * MS),
        (Parameter::EtcdRequestTimeout, [3, 8, 15][dice.below(3)] * S),
        (Parameter::AgentTtl, [60, 180][dice.below(2)] * S),
        (Parameter::EngineReconcileInterval, [4, 5][dice.below(2)] * S),
    ] {
        if (fleet || parameter.is_etcd()) && dice.one_in(2) {
            found.push(change(parameter, value));
        }
    }
    found
}

/// Every line of the old text is in the new one, and no other, but for those with a timing name or value of ours
/// and the keys that lead to them.
fn keeps_foreign_lines(old: &str, new: &str) -> bool {
    let names = ["interval", "timeout", "ttl", "INTERVAL", "TIMEOUT", "TTL", "fleet:", "etcd2:", "etcd:", "value: \""];
    let keys = ["drop-ins:", "- name: 40-timing.conf", "content: |", "[Service]", "services:", "cluster:", "local:"];
    let arguments = ["extraArgs:", "extra_args:", "etcd-arg:", "command: ["];
    let foreign = |text: &str| -> Vec<String> {
        text.lines()
            .map(str::trim_end)
            .filter(|line| !line.trim().is_empty() && !names.iter().any(|name| line.contains(name)))
            .filter(|line| !keys.contains(&line.trim()) && !arguments.iter().any(|key| line.trim().starts_with(key)))
            .filter(|line| !line.trim().starts_with("- exec etcd "))
            .map(str::to_owned)
            .collect()
    };
    foreign(old) == foreign(new)
}

/// What is wrong with a patch, if anything.
fn fault(text: &str, changes: &[Change], report: &PatchReport) -> Option<&'static str> {
    let new = report.text.as_deref().unwrap_or_default();
    let edits: Vec<Edit> = report.edits.iter().map(|edit| Edit::new(edit.start as usize..edit.end as usize, edit.text.clone())).collect();
    let mut expected = acting(text);
    for change in changes {
        expected.retain(|(id, _)| *id != change.parameter.id());
        expected.push((change.parameter.id(), change.value));
    }
    expected.sort();
    let again = || config::read(0, new).is_some_and(|again| patch(&[new], &[again], changes).is_empty());
    [
        ("the edits do not make the text", apply(text, &edits) == new),
        ("foreign lines changed", keeps_foreign_lines(text, new)),
        ("other line ends", text.contains("\r\n") == new.contains("\r\n")),
        ("mixed line ends", !text.contains("\r\n") || !new.replace("\r\n", "").contains('\n')),
        ("another end of the last line", text.ends_with('\n') == new.ends_with('\n')),
        ("wrong values", acting(new) == expected),
        ("not idempotent", again()),
    ]
    .into_iter()
    .find_map(|(fault, right)| (!right).then_some(fault))
}

/// A few thousand; 200,000 with `./build.sh test --full`.
fn rounds() -> u32 {
    if std::env::var("TIMING_ADVISOR_FULL").is_ok_and(|value| value == "1") { 200_000 } else { 3_000 }
}

#[test]
fn no_generated_patch_is_wrong() {
    let mut dice = Dice(0x5EED_0F71_A1B2_C3D4);
    let (mut patched, mut wrong, mut refused) = (0, Vec::new(), Vec::new());
    let rounds = rounds();
    for _ in 0..rounds {
        let generated = dice.below(4) > 0;
        let old = generated && dice.one_in(4);
        let text = if generated { cloud_config(&mut dice, old) } else { other(&mut dice) };
        let changes = changes(&mut dice, generated, old);
        let Some(configuration) = config::read(0, &text) else { panic!("not recognised:\n{text}") };
        for report in patch(&[&text], std::slice::from_ref(&configuration), &changes) {
            patched += 1;
            let new = report.text.as_deref().unwrap_or_default();
            if report.disposition == "refused" {
                refused.push(format!("{}\n{text}\n{changes:?}", report.reason.unwrap_or_default()));
            } else if let Some(fault) = fault(&text, &changes, &report) {
                wrong.push(format!("{fault}:\n{text}\n---\n{new}"));
            }
        }
    }
    println!("{rounds} configurations: {patched} patches, {} wrong, {} refused", wrong.len(), refused.len());
    assert!(patched > rounds / 2, "only {patched} patches");
    assert!(wrong.is_empty(), "{} of {patched} are wrong, the first: {}", wrong.len(), wrong[0]);
    assert!(refused.len() * 100 <= patched as usize, "{} of {patched} are refused, the first: {}", refused.len(), refused[0]);
}

fn acting(text: &str) -> Vec<(&'static str, i64)> {
    let read = config::read(0, text).expect("a configuration");
    let mut values: Vec<_> = read
        .settings
        .iter()
        .filter(|setting| setting.effective)
        .filter_map(|setting| Some((setting.parameter.id(), setting.value?)))
        .collect();
    values.sort();
    values
}
