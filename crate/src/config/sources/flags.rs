//! Command lines, and the flags of etcd in them.

use std::cell::LazyCell;
use std::ops::Range;

use crate::config::builder::{Builder, Class, Home};
use crate::config::configuration::Launcher;
use crate::config::meaning::{keys, scalar};
use crate::config::syntax::command::{is_etcd, is_tagged_image};
use crate::config::syntax::mapped_text::MappedText;
use crate::config::syntax::values::{or_joined, replacements, without_inner_quotes};
use crate::config::syntax::variables::{Meaning, Variables};
use crate::config::syntax::words::{Word, behind_tags, words};
use crate::ids::RuleId;
use crate::parameters::{Parameter, RANCHER};
use crate::search;

/// How the flags begin that tell a client where the members of etcd are; etcd itself has none of these.
const OF_CLIENT: [&str; 5] = ["etcd-endpoint", "etcd-server", "etcd-addr", "etcd-url", "etcd-host"];

/// Whether a word is such a flag.
pub fn of_client(word: &str) -> bool {
    let dashed = word.trim_start_matches(['"', '\'', '[']);
    let name = dashed.trim_start_matches('-');
    name.len() < dashed.len() && OF_CLIENT.iter().any(|flag| name.replace('_', "-").starts_with(flag))
}

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
        let tag = behind_tags(&word.text);
        let bare = word.text[tag..].trim_start_matches('-');
        let dashes = word.text.len() - tag - bare.len();
        if !(1..=2).contains(&dashes) || !bare.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let flag = match bare.split_once('=') {
            Some((name, value)) => {
                Flag { name: name.to_owned(), value: Some((value.to_owned(), word.span_from(tag + dashes + name.len() + 1))) }
            }
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
        // What keeps its data in etcd may elect a leader of its own.
        if words.iter().any(|word| of_client(&word.text)) && !*ours {
            return;
        }
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
        let known = match variables.meaning(&word.text, word.span_from(0).start) {
            Meaning::Value(text, place) => Some((text, place)),
            _ => None,
        };
        builder.cluster.hands_more |= known.is_none();
        for (text, place) in known.into_iter().chain(variables.added(&word.text).map(|(text, place)| (text, place.clone()))) {
            for flag in flags(&self::words(text, 0..text.len())) {
                let (Some((value, span)), Some(meant)) = (flag.value, keys::of_key(&flag.name)) else { continue };
                if meant.0.is_etcd() && place.len() == text.len() {
                    let span = place.start + span.start..place.start + span.end;
                    builder.claim(meant, span, scalar::daemon(meant.0, &value), home.clone());
                }
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
pub(super) const DAEMON_ARGS: [&str; 4] = ["DAEMON_ARGS", "command_args", "OPTIONS", "EXTRA_ARGS"];

/// Whether a variable holds options for etcd's command line: `ETCD_OPTS`, and what Debian's unit passes on.
pub fn are_options(name: &str, value: &str) -> bool {
    let value = value.trim_start();
    // Also behind what the variable held before.
    let options = value.starts_with('-') || value.starts_with('$') && search::has(value, " --");
    // Of what starts a container.
    let handed = search::any(value, &["-e ETCD_", "--env ETCD_", "--env=ETCD_"]);
    handed || (name.to_ascii_uppercase().starts_with("ETCD_") || DAEMON_ARGS.contains(&name)) && options
}

/// Whether what stands behind this word is its value.
pub(super) fn wants_value(word: &str) -> bool {
    word.starts_with("--") && !word.contains('=')
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

    /// `set` of Windows' cmd, which fills in `%NAME%`.
    #[test]
    fn a_variable_of_cmd_is_filled_in() {
        let text = "@echo off\nset WAIT=2000\netcd.exe --name a ^\n  --election-timeout %WAIT% ^\n  --data-dir C:\\etcd\n";
        let told =
            |text: &str| read(0, text).settings.iter().map(|each| (each.place.span.of(text).to_owned(), each.value)).collect::<Vec<_>>();
        for text in [text, &text.replace("set ", "SET ")] {
            assert_eq!(told(text), [("2000".to_owned(), Some(2000 * MS))]);
        }
        assert_eq!(told(&text.replace("set WAIT", "set OTHER")), [("%WAIT%".to_owned(), None)]);
    }

    /// A scheduler that elects a leader of its own, and is told where etcd is.
    #[test]
    fn a_client_of_etcd_has_timers_of_its_own() {
        let flags = "--heartbeat-interval=500 --election-timeout=5000 --etcd-endpoints=http://a:2379";
        let list = flags.replace(' ', "\", \"");
        for text in [
            format!("#!/bin/sh\nexec /usr/bin/scheduler {flags}\n"),
            format!("docker run -d example/scheduler:1 {flags}\n"),
            format!("spawn(\"scheduler\", [\"{list}\"])\n"),
        ] {
            assert!(crate::config::read(0, &text).is_none(), "{text}");
            let own = text.replace("scheduler", "etcd").replace("etcd-endpoints", "listen-client-urls");
            assert_eq!(crate::config::read(0, &own).expect("etcd's").settings.len(), 2, "{own}");
        }
        // One line may start both.
        let both = "etcd --heartbeat-interval=500 --election-timeout=5000 & apiserver --etcd-servers=http://a:2379\n";
        assert_eq!(crate::config::read(0, both).expect("etcd's").settings.len(), 2);
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
    fn a_tag_beside_a_flag_is_no_part_of_it() {
        for arguments in ["--name a --election-timeout=2000", "--election-timeout=2000 --name a", "--election-timeout=2000"] {
            let text = format!("<service><executable>C:\\etcd\\etcd.exe</executable><arguments>{arguments}</arguments></service>\n");
            let read = crate::config::read(0, &text).expect("a command");
            assert_eq!((read.settings[0].value, read.settings[0].place.span.of(&text), read.problems.len()), (Some(2000 * MS), "2000", 0));
        }
        let page = "<p>Start etcd with <code>--heartbeat-interval=1000</code> and <code>--election-timeout=2000</code>.</p>\n";
        assert!(crate::config::read(0, page).is_none());
    }

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

    /// docker takes what stands behind the image as the command of the container.
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
            "etcd --heartbeat-interval=500 \\\n# --heartbeat-interval=600 \\\n  --name a",
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
            "#!/bin/bash\nETCD_ARGS=()\nETCD_ARGS+=(--heartbeat-interval \"500\")\nexec etcd \"${ETCD_ARGS[@]}\"\n",
            "#!/bin/sh\nRUN=\"--net host\"\nRUN+=\" -e ETCD_HEARTBEAT_INTERVAL=500\"\ndocker run $RUN quay.io/coreos/etcd:v3.5.9\n",
            "#!/bin/sh\nOPTS=\"--name a\"\nOPTS=\"$OPTS --heartbeat-interval=500\"\nexec etcd $OPTS\n",
            "#!/bin/bash\nOPTS=\"--name $(hostname)\"\nOPTS+=\" --debug\"\nOPTS+=\" --heartbeat-interval 500\"\nexec etcd ${OPTS}\n",
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
    fn options_that_echo_prints_in_quotes_are_read() {
        let text = "echo \"ETCD_OPTS=\\\"-debug=true -election-timeout=3000 -heartbeat-interval=300\\\"\" | tee -a /etc/default/etcd\n";
        let read = crate::config::read(0, text).expect("a script");
        assert_eq!(read.settings.iter().map(|setting| setting.place.span.of(text)).collect::<Vec<_>>(), ["3000", "300"]);
    }

    #[test]
    fn k3d_names_its_nodes_behind_a_value() {
        let text = "k3d cluster create x \\\n  --k3s-arg \"--etcd-arg=election-timeout=5000@server:*\"\n";
        let read = read(0, text);
        assert_eq!((read.settings[0].raw.as_str(), read.settings[0].value), ("5000", Some(5000 * MS)));
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
