//! Texts of commands: scripts, Makefiles, and what somebody typed or an article shows.

use std::ops::Range;

use super::flags::{self, DAEMON_ARGS, Flag, flags, wants_value};
use super::script::Script;
use crate::config::builder::{Builder, Class, Home};
use crate::config::configuration::{Launcher, Source};
use crate::config::meaning::keys;
use crate::config::syntax::command::{each_command, is_drawn, runs_container, start_of_etcd};
use crate::config::syntax::mapped_text::MappedText;
use crate::config::syntax::words::{Word, words};
use crate::config::tools::DOCKER;
use crate::ids::RuleId;
use crate::search;
use crate::text::{line_end, line_start};
use crate::units::parse_go_duration;

/// What installs a server of k3s or RKE2, each time another one.
const INSTALLERS: [&str; 4] = ["k3sup ", "get.k3s.io", "get.rke2.io", "k3d cluster create"];

/// Takes the commands of a script.
pub fn take(builder: &mut Builder, inner: &MappedText) {
    let lines = if of_another_program(&inner.text) { "" } else { inner.text.as_str() };
    let script = Script::of(inner);
    builder.cluster.hands_more |= script.gets_more();
    if script.in_container() && inner.is_document() && builder.source == Source::Flags {
        builder.cluster.launcher = Some(Launcher::Tool(&DOCKER));
    }
    builder.holds_here_documents(inner, true);
    for range in each_command(lines) {
        let last = lines[line_start(lines, range.end)..range.end].trim_start();
        if !last.starts_with('#') && !is_drawn(last) {
            command(builder, inner, range, &script);
        }
    }
}

/// Whether a text has flags of another program that elects a leader: it names no etcd, and has units behind its timers or is
/// told a number for itself or a port, where etcd wants names and URLs.
fn of_another_program(text: &str) -> bool {
    let is_anothers = |flag: &Flag| {
        let value = flag.value.as_ref().map_or("", |(value, _)| value);
        let has_unit = keys::of_key(&flag.name).is_some() && parse_go_duration(value).is_ok_and(|length| length > 0);
        has_unit || flag.name == "id" || flag.name.ends_with("-id") || flag.name.ends_with("-port")
    };
    // Vitess has a `--heartbeat_interval`, and behind `--topo_implementation` the word etcd2.
    let mut before = "";
    let names_etcd = text.split_whitespace().any(|word| {
        let is_value = wants_value(std::mem::replace(&mut before, word));
        !is_value && !word.starts_with('-') && search::has(&word.to_ascii_lowercase(), "etcd")
    });
    // Such a number may be told k3s, which hands etcd its own.
    !names_etcd && !search::has(text, "etcd-arg") && text.lines().any(|line| flags(&words(line, 0..line.len())).iter().any(is_anothers))
}

/// Takes a command, where it is not that of another program with flags of the same name.
fn command(builder: &mut Builder, inner: &MappedText, range: Range<usize>, script: &Script) {
    let text = inner.text.get(range.clone()).unwrap_or("").trim_start();
    let installs = INSTALLERS.iter().any(|name| search::has(text, name));
    let process = builder.process(installs || runs_container(text) || start_of_etcd(text).is_some());
    let mut words = without_comments(&inner.text, words(&inner.text, range));
    words.retain(|word| !kept(builder, inner, word, script));
    hold_patches(builder, inner, &words);
    if let Some((name, value)) = script.handed_on(&words) {
        let home = Home::new("", Class::Environment, "");
        return flags::variable(builder, inner, (&name.text, &value.text, value.span_from(0)), home, &script.variables);
    }
    let flags_alone = words.first().is_some_and(|word| word.text.starts_with('-'));
    let tells =
        |word: &Word| search::has(&word.text.to_ascii_lowercase(), "etcd") || DAEMON_ARGS.iter().any(|name| word.text.starts_with(name));
    // The file may be named further up.
    let replaces = words.iter().any(|word| word.text == "sed") && search::has(&inner.text, "etcd");
    builder.cluster.written |= replaces;
    if replaces && search::has(text, "/kubernetes/manifests/") {
        builder.cluster.launcher = Some(Launcher::Kubelet);
    }
    if flags_alone || replaces || words.iter().any(tells) {
        builder.cluster.has_etcd = true;
        flags::take(builder, inner, &words, &process, "", &script.variables);
    }
}

/// Hands on what `talosctl patch mc -p`, `kubectl patch -p` and `curl -d` are given: JSON in quotes, also behind `--patch=`.
fn hold_patches(builder: &mut Builder, inner: &MappedText, words: &[Word]) {
    for word in words {
        let at = word.text.find(['{', '[']).filter(|at| *at == 0 || word.text[..*at].ends_with('='));
        if let Some(at) = at.filter(|at| search::has(&word.text[*at..], "\":")) {
            builder.holds("", Some(inner.word(word, at)), false);
        }
    }
}

/// The words of a command that stand in no comment, which goes to the end of its line. Behind no more than names the mark is a
/// prompt's: `host:~ # etcd`.
fn without_comments(text: &str, mut words: Vec<Word>) -> Vec<Word> {
    let (mut comment, mut begun) = (0, false);
    words.retain(|word| {
        let at = word.span_from(0).start;
        let before = text.get(..at).unwrap_or("");
        // Up to the last blank alone: a line may be as long as the file.
        let bare = before.trim_end_matches([' ', '\t']);
        let behind = bare.len() < before.len() && (begun || bare.is_empty() || bare.ends_with('\n')) || begun && bare.ends_with('\n');
        if at >= comment && behind && text[at..].starts_with('#') {
            comment = line_end(text, at);
        }
        begun |= word.text.starts_with('-') || word.text.contains('=');
        at >= comment
    });
    words
}

/// Whether a word sets a timer of etcd in the script alone: it acts where a command refers to it.
fn kept(builder: &mut Builder, inner: &MappedText, word: &Word, script: &Script) -> bool {
    let Some((name, value, span)) = word.assignment().filter(|(name, _, span)| script.keeps(name, span.start)) else { return false };
    if script.forgets(name) {
        builder.variable(name, value, inner.place(span.clone()), Home::new("", Class::Environment, ""));
        let note = script.why_kept(name, value);
        builder.refuse_last(RuleId::ConfigNotExported, inner.place(span), note);
    }
    true
}

#[cfg(test)]
mod tests {
    use crate::config::{Configuration, Source, read_as};
    use crate::ids::RuleId;
    use crate::text::DocumentId;
    use crate::units::MS;

    fn read(document: DocumentId, text: &str) -> Configuration {
        read_as(Source::Flags, document, text)
    }

    #[test]
    fn json_that_a_command_is_given() {
        use crate::config::Launcher::{Installer, Workload};
        let operation = r#"[{"op":"add","path":"/cluster/etcd/extraArgs","value":{"election-timeout":"5000"}}]"#;
        let variable =
            r#"[{"op":"add","path":"/spec/template/spec/containers/0/env/-","value":{"name":"ETCD_ELECTION_TIMEOUT","value":"5000"}}]"#;
        let pods =
            r#"{"spec":{"template":{"spec":{"containers":[{"name":"etcd","env":[{"name":"ETCD_ELECTION_TIMEOUT","value":"5000"}]}]}}}}"#;
        let cluster =
            r#"{"rancherKubernetesEngineConfig":{"services":{"etcd":{"extraArgs":{"election-timeout":5000}}}},"name":"'"$NAME"'"}"#;
        for (text, launcher) in [
            (format!("talosctl -n 192.0.2.1 patch mc -p '{operation}'\n"), Installer),
            (format!("talosctl patch mc -p \"{}\"\n", operation.replace('"', "\\\"")), Installer),
            (
                format!("talosctl gen config a https://192.0.2.1:6443 \\\n  --config-patch-control-plane '{operation}' \\\n  --force\n"),
                Installer,
            ),
            (format!("kubectl patch statefulset a --type=json -p='{variable}'\n"), Workload),
            (format!("kubectl patch statefulset a -p '{pods}'\n"), Workload),
            (format!("docker run --rm curl -s --data-binary '{cluster}' https://192.0.2.1/v3/cluster\n"), Installer),
        ] {
            let read = crate::config::read(0, &text).expect("a command");
            let values: Vec<_> = read.settings.iter().map(|setting| setting.place.span.of(&text)).collect();
            assert_eq!((values, read.cluster.launcher), (vec!["5000"], Some(launcher)), "{text}");
        }
        // What a log quotes is none.
        let quoted = "it says \"{\\\"level\\\":\\\"warn\\\",\\\"heartbeat-interval\\\":\\\"100ms\\\"}\"\n";
        assert!(crate::config::read(0, quoted).is_none());
        // Another program may have a timer of this name.
        assert!(crate::config::read(0, "curl -d '{\"heartbeat-interval\": 100}' https://192.0.2.1/app\n").is_none());
    }

    #[test]
    fn a_command_may_go_on_below_and_not_be_finished() {
        let values = |text: &str| -> Vec<String> {
            let read = read(0, text);
            read.settings.iter().map(|setting| setting.raw.clone()).collect()
        };
        // A blank stands behind the backslash.
        assert_eq!(values("etcd --name a --heartbeat-interval=200 \\ \n  --election-timeout=2000\n"), ["200", "2000"]);
        assert_eq!(values("etcd --election-timeout=2000\netcd --election-timeout=3000 \\\n"), ["2000", "3000"]);
    }

    #[test]
    fn a_proxy_beside_a_member_voids_nothing_of_it() {
        let member = "--name a --election-timeout=2000";
        for text in [
            format!("a: bin/etcd {member}\nproxy: bin/etcd --proxy=on --election-timeout=3000\n"),
            format!(
                "services:\n  a:\n    image: etcd\n    command: etcd {member}\n  b:\n    image: etcd\n    command: etcd --proxy on --election-timeout=3000\n"
            ),
            format!(
                "spec:\n  containers:\n  - command: [etcd, {}]\n  - command: [etcd, --proxy=on, --election-timeout=3000]\n",
                member.replace(' ', ", ")
            ),
        ] {
            let read = crate::config::read(0, &text).expect("commands");
            let acts: Vec<_> = read.settings.iter().map(|setting| (setting.value, setting.effective)).collect();
            assert_eq!((acts, read.cluster.proxy), (vec![(Some(2000 * MS), true), (Some(3000 * MS), false)], false), "{text}");
        }
        assert!(crate::config::read(0, "etcd --proxy=on --election-timeout=3000\n").expect("a command").cluster.proxy);
    }

    #[test]
    fn commands_of_one_text_do_not_overrule_each_other() {
        let text = "etcd1: bin/etcd --name a --election-timeout=2000\netcd2: bin/etcd --name b --election-timeout=3000\n#proxy: bin/etcd grpc-proxy start\n";
        let read = read(0, text);
        let raw: Vec<_> = read.settings.iter().map(|setting| (setting.raw.as_str(), setting.effective)).collect();
        assert_eq!((raw, read.problems.len()), (vec![("2000", true), ("3000", true)], 0));
    }

    #[test]
    fn commands_behind_a_prompt_are_shown_one_instead_of_the_other() {
        let text = "Set them by flags:\n$ etcd --heartbeat-interval=100 --election-timeout=500\nor by variables:\n$ ETCD_HEARTBEAT_INTERVAL=100 ETCD_ELECTION_TIMEOUT=500 etcd\n";
        let read = crate::config::read(0, text).expect("commands");
        assert_eq!((read.settings.iter().filter(|setting| setting.effective).count(), read.problems.len()), (4, 0));
    }

    #[test]
    fn each_server_that_is_installed_has_its_own_flags() {
        let server = |name: &str| format!("k3sup {name} \\\n  --k3s-extra-args \"--tls-san a --etcd-arg=--election-timeout=3000\"\n");
        let read = crate::config::read(0, &[server("install"), server("join")].concat()).expect("commands");
        assert_eq!((read.settings.iter().filter(|setting| setting.effective).count(), read.problems.len()), (2, 0));
    }

    #[test]
    fn not_every_command_of_a_long_text_is_kept() {
        let text = "etcd --election-timeout=2000\n".repeat(3000);
        assert!(read(0, &text).settings.len() <= 600);
    }

    #[test]
    fn of_a_long_text_the_right_values_are_void() {
        let acts =
            |text: &str| crate::config::read(0, text).expect("a configuration").settings.iter().any(|s| s.raw == "3000" && s.effective);
        let commands = "etcd --election-timeout=2000\n".repeat(600);
        assert!(acts(&format!("{commands}etcd --election-timeout=3000\n")));
        assert!(!acts(&format!("{commands}etcd --election_timeout=3000\n")));
        let units = "Environment=ETCD_ELECTION_TIMEOUT=2000\n".repeat(600);
        assert!(acts(&format!("[Service]\n{units}Environment=ETCD_ELECTION_TIMEOUT=3000\n")));
        assert!(!acts(&format!("[Service]\n{units}[Install]\nEnvironment=ETCD_ELECTION_TIMEOUT=3000\n")));
    }

    #[test]
    fn the_help_of_etcd_sets_nothing() {
        let help = "  --heartbeat-interval '100'\n    Time (in milliseconds) of a heartbeat interval.\n  --election-timeout '1000'\n    Time (in milliseconds) for an election to timeout.\n";
        assert!(crate::config::read(0, help).is_none());
        let commented = format!("# {}\netcd --heartbeat-interval=250\n", help.lines().nth(1).unwrap_or("").trim());
        assert_eq!(crate::config::read(0, &commented).expect("a command").settings.len(), 1);
    }

    #[test]
    fn the_value_of_another_programs_flag_starts_no_etcd() {
        for command in [
            "vttablet --topo_implementation etcd2 --topo_global_server_address 192.0.2.1:2379 --heartbeat_interval 250ms\n",
            "--topo_implementation etcd2 --heartbeat_interval 1s --heartbeat_enable\n",
        ] {
            assert!(crate::config::read(0, command).is_none(), "{command}");
        }
        let read = crate::config::read(0, "/usr/bin/etcd --heartbeat_interval 250ms\n").expect("a command");
        assert_eq!(read.problems[0].id, RuleId::EtcdBadConfig);
    }

    #[test]
    fn a_flag_of_another_program_is_not_read() {
        assert!(crate::config::read(0, "agentd serve --heartbeat-interval=30s\n").is_none());
        assert!(crate::config::read(0, "each node's flags:\n  - -election-timeout-min=400ms\n  - -heartbeat-interval=150ms\n").is_none());
        assert!(crate::config::read(0, "--heartbeat-interval 150\n").is_some());
        assert!(crate::config::read(0, "k3s server --https-listen-port 6444 --etcd-arg=heartbeat-interval=150\n").is_some());
        assert!(crate::config::read(0, "W=3000\n./raft \\\n  --id=$ID --rpc-port=7000 --election-timeout=${W}\n").is_none());
        let read = read(0, "agentd serve \\\n  --heartbeat-interval=30s\n");
        assert!(read.settings.is_empty() && !read.cluster.has_etcd);
    }
}
