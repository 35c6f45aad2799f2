//! Command lines, and the flags of etcd in them.

use std::cell::LazyCell;
use std::ops::Range;

use super::script::Script;
use crate::config::builder::{Builder, Class, Home};
use crate::config::configuration::{Launcher, Source};
use crate::config::meaning::{keys, scalar};
use crate::config::syntax::command::{is_drawn, is_etcd, is_tagged_image, runs_container, start_of_etcd};
use crate::config::syntax::mapped_text::MappedText;
use crate::config::syntax::values::{or_joined, replacements, without_inner_quotes};
use crate::config::syntax::variables::{Meaning, Variables};
use crate::config::syntax::words::CONTINUES;
use crate::config::syntax::words::{Word, words};
use crate::config::tools::DOCKER;
use crate::ids::RuleId;
use crate::parameters::{Parameter, RANCHER};
use crate::units::parse_go_duration;
use crate::{search, text};

/// A flag with its value.
pub struct Flag {
    /// Without dashes.
    pub name: String,
    /// The value, and its bytes.
    pub value: Option<(String, Range<usize>)>,
}

/// The flags among words: one dash or two, `=` or a blank.
pub fn flags(words: &[Word]) -> Vec<Flag> {
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let bare = word.text.trim_start_matches('-');
        let dashes = word.text.len() - bare.len();
        if !(1..=2).contains(&dashes) || !bare.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let flag = match bare.split_once('=') {
            Some((name, value)) => Flag { name: name.to_owned(), value: Some((value.to_owned(), word.span_from(dashes + name.len() + 1))) },
            None => {
                let next = words.get(at + 1).filter(|next| !next.text.starts_with('-'));
                Flag { name: bare.to_owned(), value: next.map(|next| (next.text.clone(), next.span_from(0))) }
            }
        };
        found.push(flag);
    }
    found
}

/// Takes the flags and assignments of a command line. `variables` are those to which `${NAME}` may refer.
pub fn take(builder: &mut Builder, inner: &MappedText, words: &[Word], unit: &str, file: &str, variables: &Variables) {
    Line { inner, unit, file, variables }.take(builder, words);
}

/// A command line in its surroundings.
#[derive(Clone, Copy)]
struct Line<'a> {
    inner: &'a MappedText,
    unit: &'a str,
    file: &'a str,
    variables: &'a Variables,
}

impl Line<'_> {
    fn take(self, builder: &mut Builder, words: &[Word]) {
        let mut outer: Vec<Word> = Vec::new();
        let (mut run, mut image, mut replaces) = (false, false, false);
        for (at, word) in words.iter().enumerate() {
            replaces |= word.text == "sed";
            if replaces {
                let (program, found) = (word.span_from(0), replacements(self.inner.text.get(word.span_from(0)).unwrap_or("")));
                let is_program = !found.is_empty() || word.text.starts_with('s');
                for range in found {
                    self.within(builder, program.start + range.start..program.start + range.end);
                }
                if is_program {
                    continue;
                }
            }
            // Of docker, podman and nerdctl.
            let is_run = word.text == "run";
            image = !is_run && (image || run && is_tagged_image(&word.text));
            run |= is_run;
            if let Some(command) = self.quoted(word, words) {
                self.take(builder, &command);
                continue;
            }
            if let Some((name, value, span)) = word.assignment() {
                // `echo "NAME=\"value\""`
                let (value, span) = without_inner_quotes(&self.inner.text, value, span);
                if are_options(name, value) {
                    self.within(builder, span);
                    continue;
                }
                let before = at.checked_sub(1).map_or("", |before| words[before].text.as_str());
                // `systemd-run -p Environment=NAME=value`
                let property = value.split_once('=').filter(|_| name == "Environment");
                let (name, value) = property.unwrap_or((name, value));
                let span = span.end - value.len()..span.end;
                self.assignment(builder, (name, value, span), if image { before } else { "" });
            }
            builder.image(&word.text);
            if word.text.ends_with("etcd2") && is_etcd(&word.text) {
                builder.is_etcd_2();
            }
            outer.push(word.clone());
        }
        self.flags(builder, &outer);
    }

    fn home(self, class: Class) -> Home {
        Home::new(self.unit, class, self.file)
    }

    /// Takes the command line that stands in these bytes.
    fn within(self, builder: &mut Builder, span: Range<usize>) {
        self.take(builder, &words(&self.inner.text, span));
    }

    /// The command in a word with blanks, as behind `sh -c`, in `INSTALL_K3S_EXEC="server --etcd-arg=..."`, or etcd's arguments
    /// in PowerShell.
    fn quoted(self, word: &Word, words: &[Word]) -> Option<Vec<Word>> {
        let assigned = word.assignment().filter(|(_, value, _)| search::has(value, " --")).map(|(_, _, span)| span);
        let quoted = assigned.unwrap_or_else(|| word.span_from(0));
        if !self.inner.text.get(quoted.clone())?.bytes().any(|byte| byte.is_ascii_whitespace()) {
            return None;
        }
        let within = self::words(&self.inner.text, quoted);
        let runs = |word: &Word| is_etcd(&word.text) || word.text.starts_with("--etcd-arg");
        let of_etcd = || word.text.starts_with('-') && words.iter().any(|word| is_etcd(&word.text));
        // `CMD="$ETCD_BIN --name a"`
        let by_name = |word: &Word| word.text.starts_with('$') && search::has(&word.text.to_ascii_lowercase(), "etcd");
        (within.len() > 1 && (within.iter().any(runs) || by_name(&within[0]) || of_etcd())).then_some(within)
    }

    /// Takes `NAME=value`; `behind_image` is the word before it, where both stand behind the image of a container.
    fn assignment(self, builder: &mut Builder, (name, value, span): (&str, &str, Range<usize>), behind_image: &str) {
        let claims = builder.stated();
        variable(builder, self.inner, (name, value, span.clone()), self.home(Class::Environment), self.variables);
        if matches!(behind_image, "-e" | "--env") && builder.stated() > claims {
            let note = format!(
                "{behind_image} {name} stands after the image, so etcd gets it as a flag that it does not know, and exits. Put it before the image."
            );
            builder.refuse_last(RuleId::EtcdBadConfig, self.inner.place(span), note);
        }
    }

    fn flags(self, builder: &mut Builder, words: &[Word]) {
        let inner = self.inner;
        // Another program may spell its flags with underscores.
        let runs = |(at, word): (usize, &Word)| {
            let before = at.checked_sub(1).map_or("", |before| &words[before].text);
            is_tagged_image(&word.text) || is_etcd(&word.text) && !wants_value(before)
        };
        let ours = LazyCell::new(|| words.iter().enumerate().any(runs));
        for flag in flags(words) {
            let Some((value, span)) = &flag.value else {
                builder.fact_of_flag(&flag.name, "true");
                continue;
            };
            // `kubectl create configmap --from-literal=NAME=VALUE`, `docker run --env=NAME=VALUE`, `rkt run --set-env=NAME=VALUE`,
            // `systemd-run --setenv=NAME=VALUE`.
            if let ("from-literal" | "env" | "set-env" | "setenv", Some((name, rest))) = (flag.name.as_str(), value.split_once('=')) {
                self.assignment(builder, (name, rest, span.end - rest.len()..span.end), "");
                // Of a ConfigMap.
                if flag.name == "from-literal" && keys::of_variable(name).is_some() {
                    builder.cluster.launcher = Some(Launcher::Workload);
                }
                continue;
            }
            let (name, value, span) = handed_on(builder, &flag.name, value, span);
            let (value, span) = without_inner_quotes(&inner.text, value, span);
            let (value, span) = or_joined(&inner.text, value, span);
            builder.fact_of_flag(name, value);
            if name == "config-file" && *ours {
                builder.starts_with_file(self.unit, value);
            }
            let is_ours = |(parameter, _): &(Parameter, bool)| parameter.is_etcd() && (!name.contains('_') || *ours);
            let known = keys::of_key(name);
            if known.is_none() && *ours {
                builder.unknown_flag(name, inner.place(span.clone()));
            }
            let Some(meant) = known.filter(is_ours) else { continue };
            let (value, span) = match self.variables.meaning(value, span.start) {
                Meaning::Value(value, outer) => (value, outer),
                Meaning::Fallback(value, from) => (value, inner.place(span.start + from..span.start + from + value.len())),
                // It repeats the variable of the same name, which has its own line.
                Meaning::Unknown(name) if keys::of_variable(name).is_some() && builder.claims(meant.0) => continue,
                Meaning::Unknown(_) | Meaning::Itself => (value, inner.place(span)),
            };
            builder.claim(meant, span, scalar::daemon(meant.0, value), self.home(Class::Flag));
            builder.misspelt_flag(name);
        }
        for (at, word) in words.iter().enumerate() {
            if let Some(name) = misdashed(&word.text).filter(|_| *ours) {
                let behind = word.text.rfind('=').map(|mark| word.span_from(mark + 1));
                let value = behind.or_else(|| Some(words.get(at + 1)?.span_from(0))).unwrap_or_default();
                refuse_misdashed(builder, (name, &word.text), inner.text.get(value.clone()), inner.place(value), self.unit);
            }
        }
        options_of_variables(builder, words, &self.home(Class::Flag), self.variables);
    }
}

/// The flag of etcd that another program's flag holds, or the flag itself.
fn handed_on<'a>(builder: &mut Builder, flag: &'a str, value: &'a str, span: &Range<usize>) -> (&'a str, &'a str, Range<usize>) {
    match (flag, value.split_once('=')) {
        // k3s and RKE2 pass it on; behind `@` k3d names the nodes.
        ("etcd-arg", Some((name, rest))) => {
            builder.cluster.own_pair = Some(&RANCHER);
            builder.cluster.launcher = Some(Launcher::K3s);
            let (value, start) = (rest.split('@').next().unwrap_or(rest), span.end - rest.len());
            (name.trim_start_matches('-'), value, start..start + value.len())
        }
        // minikube hands `etcd.NAME=VALUE` to kubeadm's etcd.
        ("extra-config", Some((name, rest))) => {
            builder.cluster.launcher = Some(Launcher::Kubeadm);
            (name.strip_prefix("etcd.").unwrap_or(""), rest, span.end - rest.len()..span.end)
        }
        _ => (flag, value, span.clone()),
    }
}

/// The timer of etcd behind a dash that is no hyphen, as word processors and web pages write it.
pub fn misdashed(text: &str) -> Option<&str> {
    let is_dash = |letter: char| ('\u{2010}'..='\u{2015}').contains(&letter) || letter == '\u{2212}';
    let name = text.trim_start_matches('-').strip_prefix(is_dash)?.trim_start_matches(|letter| letter == '-' || is_dash(letter));
    let name = name.split('=').next().unwrap_or(name);
    ["heartbeat-interval", "election-timeout"].contains(&name).then_some(name)
}

/// etcd takes it for no flag: `'...' is not a valid flag` (etcd-io/etcd@v2.2.5:etcdmain/config.go:244).
pub fn refuse_misdashed(builder: &mut Builder, (name, word): (&str, &str), value: Option<&str>, place: Range<usize>, unit: &str) {
    let (Some(meant), Some(value)) = (keys::of_key(name), value) else { return };
    builder.claim(meant, place.clone(), scalar::daemon(meant.0, value), Home::new(unit, Class::Flag, ""));
    let note = format!("{word} begins with a dash that is no hyphen, so etcd takes it for no flag and ends; write --{name}.");
    builder.refuse_last(RuleId::EtcdBadConfig, place, note);
}

/// Takes the options that stand in a variable, `etcd $OPTIONS`; where its value is not known, as of `etcd "$@"`, it is noted.
fn options_of_variables(builder: &mut Builder, words: &[Word], home: &Home, variables: &Variables) {
    let of_etcd = words.iter().skip_while(|word| !is_etcd(&word.text));
    let mut wants_value = false;
    for word in of_etcd {
        let is_value = std::mem::replace(&mut wants_value, word.text.starts_with('-') && !word.text.contains('='));
        if is_value || !word.text.starts_with('$') {
            continue;
        }
        let Meaning::Value(text, place) = variables.meaning(&word.text, word.span_from(0).start) else {
            builder.cluster.hands_more = true;
            continue;
        };
        for flag in flags(&self::words(text, 0..text.len())) {
            let (Some((value, span)), Some(meant)) = (flag.value, keys::of_key(&flag.name)) else { continue };
            if meant.0.is_etcd() && place.len() == text.len() {
                let span = place.start + span.start..place.start + span.end;
                builder.claim(meant, span, scalar::daemon(meant.0, &value), home.clone());
            }
        }
    }
}

/// Takes `NAME=value`, where the value may be another variable.
pub fn variable(
    builder: &mut Builder,
    inner: &MappedText,
    (name, value, span): (&str, &str, Range<usize>),
    home: Home,
    variables: &Variables,
) {
    let (value, span) = or_joined(&inner.text, value, span);
    let Some(meant) = keys::of_variable(name) else {
        // A shell may have variables of its own by such names.
        return if variables.by_shell {
            builder.fact_of_variable(name, value)
        } else {
            builder.variable(name, value, inner.place(span), home)
        };
    };
    match variables.meaning(value, span.start) {
        Meaning::Value(value, outer) => builder.claim(meant, outer, scalar::daemon(meant.0, value), home),
        Meaning::Fallback(value, from) => {
            builder.variable(name, value, inner.place(span.start + from..span.start + from + value.len()), home);
        }
        // It hands on what stands further up.
        Meaning::Unknown(same) if same == name && builder.claims(meant.0) => {}
        Meaning::Unknown(_) | Meaning::Itself => builder.variable(name, value, inner.place(span), home),
    }
}

/// Names for the options of a daemon: Debian's, OpenRC's, and those that distributions' units pass on.
const DAEMON_ARGS: [&str; 4] = ["DAEMON_ARGS", "command_args", "OPTIONS", "EXTRA_ARGS"];

/// What installs a server of k3s or RKE2, each time another one.
const INSTALLERS: [&str; 4] = ["k3sup ", "get.k3s.io", "get.rke2.io", "k3d cluster create"];

/// Whether a variable holds options for etcd's command line: `ETCD_OPTS`, and what Debian's unit passes on.
pub fn are_options(name: &str, value: &str) -> bool {
    let value = value.trim_start();
    // Also behind what the variable held before.
    let options = value.starts_with('-') || value.starts_with('$') && search::has(value, " --");
    (name.to_ascii_uppercase().starts_with("ETCD_") || DAEMON_ARGS.contains(&name)) && options
}

/// Takes the commands of a script.
pub fn take_text(builder: &mut Builder, inner: &MappedText) {
    let lines = if of_another_program(&inner.text) { "" } else { inner.text.as_str() };
    let script = Script::of(inner);
    builder.cluster.hands_more |= script.gets_more();
    if script.in_container() && inner.is_document() && builder.source == Source::Flags {
        builder.cluster.launcher = Some(Launcher::Tool(&DOCKER));
    }
    builder.holds_here_documents(inner, true);
    for (start, line) in text::lines(lines) {
        if line.trim_start().starts_with('#') || is_drawn(line.trim_start()) || line.trim_end().ends_with(CONTINUES) {
            continue;
        }
        // A continued command begins further up: walk back over the lines that end in a backslash.
        let mut from = start;
        while from > 0 {
            let above = inner.text[..from].trim_end_matches(['\n', '\r']);
            if !above.ends_with(CONTINUES) {
                break;
            }
            from = text::line_start(above, above.len());
        }
        command(builder, inner, from..start + line.len(), &script);
    }
    if lines.trim_end().ends_with(CONTINUES) {
        command(builder, inner, 0..lines.len(), &script);
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

/// Whether what stands behind this word is its value.
fn wants_value(word: &str) -> bool {
    word.starts_with("--") && !word.contains('=')
}

/// Takes a command, where it is not that of another program with flags of the same name.
fn command(builder: &mut Builder, inner: &MappedText, range: Range<usize>, script: &Script) {
    let text = inner.text.get(range.clone()).unwrap_or("").trim_start();
    let installs = INSTALLERS.iter().any(|name| search::has(text, name));
    let process = builder.process(installs || runs_container(text) || start_of_etcd(text).is_some());
    let mut words = words(&inner.text, range);
    // A comment goes to the end of its line. Behind no more than names the mark is a prompt's: `host:~ # etcd`.
    let (mut comment, mut begun) = (0, false);
    words.retain(|word| {
        let at = word.span_from(0).start;
        let before = inner.text.get(..at).unwrap_or("");
        // Up to the last blank alone: a line may be as long as the file.
        let bare = before.trim_end_matches([' ', '\t']);
        let behind = bare.len() < before.len() && (begun || bare.is_empty() || bare.ends_with('\n'));
        if at >= comment && behind && inner.text[at..].starts_with('#') {
            comment = at + inner.text[at..].find('\n').unwrap_or(inner.text.len() - at);
        }
        begun |= word.text.starts_with('-') || word.text.contains('=');
        at >= comment && !kept(builder, inner, word, script)
    });
    hold_patches(builder, inner, &words);
    if let Some((name, value)) = script.handed_on(&words) {
        let home = Home::new("", Class::Environment, "");
        return variable(builder, inner, (&name.text, &value.text, value.span_from(0)), home, &script.variables);
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
        take(builder, inner, &words, &process, "", &script.variables);
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
    use crate::parameters::Parameter;
    use crate::text::DocumentId;
    use crate::units::MS;

    fn read(document: DocumentId, text: &str) -> Configuration {
        read_as(Source::Flags, document, text)
    }

    #[test]
    fn a_command_that_a_variable_holds_may_name_etcd_by_another() {
        let text = "CMD=\"${ETCD_BIN} --name $NAME \\\n  --heartbeat-interval 200 \\\n  --election-timeout 2000\"\nscreen -X stuff \"${CMD}\\n\"\n";
        let read = crate::config::read(0, text).expect("a script");
        let values: Vec<_> = read.settings.iter().map(|setting| setting.place.span.of(text)).collect();
        assert_eq!(values, ["200", "2000"]);
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
    }

    #[test]
    fn what_sed_puts_beside_a_line() {
        let manifest =
            "sed -i '/- etcd$/a\\    - --heartbeat-interval=500\\n    - --election-timeout=5000' /etc/kubernetes/manifests/etcd.yaml\n";
        let file = "sed -i '/^#/,$d; /ETCD_NAME/i ETCD_HEARTBEAT_INTERVAL=500' /etc/etcd/etcd.conf\nsed -i \"3a ETCD_ELECTION_TIMEOUT=5000\" /etc/etcd/etcd.conf\n";
        for (text, launcher) in [(manifest, Some(crate::config::Launcher::Kubelet)), (file, None)] {
            let read = crate::config::read(0, text).expect("a command");
            let values: Vec<_> = read.settings.iter().map(|setting| setting.place.span.of(text)).collect();
            assert_eq!((values, read.cluster.launcher, read.cluster.written), (vec!["500", "5000"], launcher, true), "{text}");
        }
    }

    #[test]
    fn what_sed_puts_in_place_of_something() {
        let manifest =
            "M=/etc/kubernetes/manifests/etcd.yaml\nsudo sed -i 's/--election-timeout=[0-9]*/--election-timeout=5000/g' $M || true\n";
        let several = "sed -i -e 's/a: .*/a: 20/;s|^#\\?ETCD_ELECTION_TIMEOUT=.*|ETCD_ELECTION_TIMEOUT=\"5000\"|' /etc/default/etcd\n";
        for text in [manifest, several] {
            let read = crate::config::read(0, text).expect("a script");
            let values: Vec<_> = read.settings.iter().map(|setting| setting.place.span.of(text)).collect();
            assert_eq!(values, ["5000"], "{text}");
        }
        assert_eq!(super::replacements("s/a/b/;s/c\\/d/e/g"), [4..5, 14..15]);
        assert!(super::replacements("s").is_empty() && super::replacements("s/a/b").is_empty());
    }

    #[test]
    fn a_tag_behind_a_value_is_no_part_of_it() {
        let text =
            "<service><executable>C:\\etcd\\etcd.exe</executable><arguments>--name a --election-timeout=2000</arguments></service>\n";
        let read = crate::config::read(0, text).expect("a command");
        assert_eq!((read.settings[0].value, read.problems.len()), (Some(2000 * MS), 0));
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

    /// docker takes what stands behind the image as the command of the container.
    #[test]
    fn arguments_of_powershell() {
        let text = "Start-Process -FilePath \"C:\\etcd\\etcd.exe\" -ArgumentList \"--name a --election-timeout=2000\"\n";
        assert_eq!(crate::config::read(0, text).expect("a command").settings.len(), 1);
    }

    #[test]
    fn commands_of_windows() {
        let text = "start /b cmd /c .\\etcd\\etcd.exe --name a ^\r\n  --heartbeat-interval 200 ^\r\n  --election-timeout 2000\r\n";
        let read = crate::config::read(0, text).expect("a command");
        assert_eq!(read.settings.iter().map(|setting| setting.raw.as_str()).collect::<Vec<_>>(), ["200", "2000"]);
        assert!(crate::config::read(0, &text.replace("heartbeat-interval", "a").replace("election-timeout", "b")).is_some());
    }

    #[test]
    fn a_variable_behind_the_image_is_none() {
        let acts = |text: &str| {
            let read = read(0, text);
            (read.settings[0].effective, read.problems.iter().map(|problem| problem.id).collect::<Vec<_>>())
        };
        assert_eq!(acts("docker run -d -e ETCD_ELECTION_TIMEOUT=5000 quay.io/coreos/etcd:v2.3.8 -name a\n"), (true, vec![]));
        let behind = "docker run -d quay.io/coreos/etcd:v2.3.8 \\\n -e ETCD_NAME=a \\\n -e ETCD_ELECTION_TIMEOUT=5000\n";
        assert_eq!(acts(behind), (false, vec![RuleId::EtcdBadConfig]));
    }

    #[test]
    fn every_way_to_write_a_flag() {
        for command in [
            "etcd --heartbeat-interval=500",
            "etcd -heartbeat-interval=500",
            "etcd --heartbeat-interval 500 --name a",
            "etcd --heartbeat-interval=500 # not --heartbeat-interval=600",
            "core-1:~ # etcd --heartbeat-interval=500 # not --heartbeat-interval=600",
            "etcd \\\n  -heartbeat-interval \"500\" \\\n  --name x",
            "docker run -d quay.io/coreos/etcd:v2.3.8 \\\r\n -heartbeat-interval '500'",
            "ETCD_HEARTBEAT_INTERVAL=500 etcd",
            "docker run -e ETCD_HEARTBEAT_INTERVAL=500 quay.io/coreos/etcd:v2.3.8",
            "sh -c \"GOMAXPROCS=2 etcd --name=\\\"${NAME}\\\" --heartbeat-interval=500\"",
            "--heartbeat-interval=500",
            "sh -c \"etcd --heartbeat-interval=\\\"500\\\" --name=a\"",
            "curl -sfL https://x.invalid | INSTALL_K3S_EXEC=\"server --etcd-arg=heartbeat-interval=500\" sh -",
            "k3s server '--etcd-arg' 'heartbeat-interval=500'",
            "kubectl create configmap etcd --from-literal=ETCD_HEARTBEAT_INTERVAL=500",
            "docker run --env=ETCD_HEARTBEAT_INTERVAL=500 quay.io/coreos/etcd:v2.3.8",
            "rkt run --set-env=ETCD_HEARTBEAT_INTERVAL=500 quay.io/coreos/etcd:v2.3.8",
            "systemd-run --unit=etcd --setenv=ETCD_HEARTBEAT_INTERVAL=500 /usr/bin/etcd --name a",
            "systemd-run --unit=etcd -p Environment=ETCD_HEARTBEAT_INTERVAL=500 /usr/bin/etcd --name a",
            "minikube start --nodes 3 --extra-config=etcd.heartbeat-interval=500",
            "#!/bin/sh\n# starts etcd\nDAEMON_ARGS=\"--name a --heartbeat-interval=500\"\n/usr/bin/etcd $DAEMON_ARGS\n",
            "#!/bin/sh\nTIMERS=\"--debug --heartbeat-interval=500\"\ndocker run quay.io/coreos/etcd:v3.5.9 etcd $TIMERS\n",
            "#!/bin/sh\nETCD_ARGS=\"--name a\"\nETCD_ARGS=\"$ETCD_ARGS --heartbeat-interval=500\"\nexec etcd $ETCD_ARGS\n",
            "#!/bin/sh\n: \"${ETCD_HEARTBEAT_INTERVAL:=500}\"\nexport ETCD_HEARTBEAT_INTERVAL\nexec etcd \"$@\"\n",
        ] {
            let read = read(0, command);
            let setting = read.settings.iter().find(|s| s.parameter == Parameter::HeartbeatInterval).unwrap_or_else(|| panic!("{command}"));
            assert_eq!(setting.value, Some(500 * MS), "{command}");
            assert_eq!(setting.place.span.of(command), "500", "{command}");
            assert!(setting.effective, "{command}");
        }
    }

    #[test]
    fn flags_in_one_word_are_taken_once() {
        let text = "additional_options = \"--etcd-arg=heartbeat-interval=120 --etcd-arg=election-timeout=1200\" # see there\n";
        let read = crate::config::read(0, text).expect("a configuration");
        let raw: Vec<_> = read.settings.iter().map(|setting| (setting.raw.as_str(), setting.effective)).collect();
        assert_eq!((raw, read.problems.len()), (vec![("120", true), ("1200", true)], 0));
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
    fn options_that_echo_prints_in_quotes_are_read() {
        let text = "echo \"ETCD_OPTS=\\\"-debug=true -election-timeout=3000 -heartbeat-interval=300\\\"\" | tee -a /etc/default/etcd\n";
        let read = crate::config::read(0, text).expect("a script");
        assert_eq!(read.settings.iter().map(|setting| setting.place.span.of(text)).collect::<Vec<_>>(), ["3000", "300"]);
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
    fn k3d_names_its_nodes_behind_a_value() {
        let text = "k3d cluster create x \\\n  --k3s-arg \"--etcd-arg=election-timeout=5000@server:*\"\n";
        let read = read(0, text);
        assert_eq!((read.settings[0].raw.as_str(), read.settings[0].value), ("5000", Some(5000 * MS)));
    }

    #[test]
    fn the_help_of_etcd_sets_nothing() {
        let help = "  --heartbeat-interval '100'\n    Time (in milliseconds) of a heartbeat interval.\n  --election-timeout '1000'\n    Time (in milliseconds) for an election to timeout.\n";
        assert!(crate::config::read(0, help).is_none());
        let commented = format!("# {}\netcd --heartbeat-interval=250\n", help.lines().nth(1).unwrap_or("").trim());
        assert_eq!(crate::config::read(0, &commented).expect("a command").settings.len(), 1);
    }

    /// Go's flag package knows a flag by its one name.
    #[test]
    fn a_flag_that_etcd_does_not_know_ends_it() {
        let told = |text: &str| read(0, text).problems.iter().map(|problem| problem.id).collect::<Vec<_>>();
        assert_eq!(told("etcd --name a --election_timeout=2000\n"), [RuleId::EtcdBadConfig]);
        assert_eq!(told("etcd --name a --hearbeat-interval=500 --election-timeout=5000\n"), [RuleId::EtcdBadConfig]);
        assert!(told("tune-etcd.py --hearbeat-interval=500 --election-timeout=5000\n").is_empty());
        let other = read(0, "tune-etcd.py --election_timeout=2000\n");
        assert!(other.settings.is_empty() && other.problems.is_empty());
    }

    #[test]
    fn a_dash_that_is_no_hyphen_makes_no_flag() {
        for text in [
            "/usr/bin/etcd --name a \u{2013}election-timeout=2000\n",
            "etcd \u{2014}election-timeout 2000 --name a\n",
            "kind: Pod\nspec:\n  containers:\n  - command:\n    - etcd\n    - \u{2013}\u{2013}election-timeout=2000\n",
        ] {
            let read = crate::config::read(0, text).expect("a command");
            assert_eq!((read.settings[0].place.span.of(text), read.settings[0].effective), ("2000", false), "{text}");
            assert_eq!(read.problems[0].id, RuleId::EtcdBadConfig);
        }
        assert!(crate::config::read(0, "etcd --name a # \u{2013} one\n").expect("a command").problems.is_empty());
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

    #[test]
    fn beside_a_file_flags_are_passed_over() {
        let read = read(0, "etcd --config-file /etc/etcd.yml --election-timeout=5000\n");
        assert_eq!((read.problems[0].id, read.settings[0].effective), (RuleId::ConfigShadowed, false));
    }

    #[test]
    fn a_flag_shadows_a_variable() {
        let text = "ETCD_ELECTION_TIMEOUT=3000 etcd --election-timeout=5000";
        let read = read(0, text);
        let acting: Vec<_> = read.settings.iter().filter(|s| s.effective).map(|s| s.raw.as_str()).collect();
        assert_eq!(acting, ["5000"]);
        assert!(read.problems.iter().any(|problem| problem.id == RuleId::ConfigShadowed));
    }
}
