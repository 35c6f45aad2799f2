//! Environment files, `export` lines, and what `systemctl show -p Environment` prints.

use std::ops::Range;

use super::flags;
use super::script::Script;
use crate::config::builder::{Builder, Class, Home};
use crate::config::meaning::keys;
use crate::config::syntax::command::is_etcd;
use crate::config::syntax::embedded::{Body, here_documents};
use crate::config::syntax::mapped_text::MappedText;
use crate::config::syntax::values::without_inner_quotes;
use crate::config::syntax::variables::Variables;
use crate::config::syntax::words::{self, Word};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::parameters::Parameter;
use crate::search;
use crate::text::lines;

/// Takes the assignments of an environment file.
pub fn take(builder: &mut Builder, inner: &MappedText) {
    // What exports its variables or has `${NAME:-500}` is read by a shell, and `ENV` stands in a Dockerfile. The lines behind `define` of a
    // Makefile are a text, which make passes on as it is.
    let falls_back = |line: &str| search::split(line, "${").is_some_and(|(_, rest)| search::has(rest, ":-"));
    let exports = |line: &str| line.trim_start().starts_with("export ") || line.starts_with("ENV ") || falls_back(line);
    let defines = inner.text.lines().any(|line| line.starts_with("define "));
    let of_shell = inner.text.starts_with("#!") || (!defines && inner.text.lines().any(exports));
    let script = if of_shell { Script::of(inner) } else { Script::default() };
    let variables = if of_shell { script.variables.clone() } else { of_script(builder, inner) };
    let is_file = !of_shell && !is_mixed(&inner.text);
    byte_order_mark(builder, inner, &|name| keys::of_variable(name).map(|(parameter, _)| parameter));
    // An article shows the file of each member, one below the other.
    let members = members(&inner.text);
    let mut unit = builder.process(members.len() > 1);
    for (start, raw) in lines(&inner.text) {
        let line = raw.trim_start();
        if line.starts_with('#') || line.starts_with(';') {
            continue;
        }
        if members.iter().skip(1).any(|at| *at == start) {
            unit = builder.process(true);
        }
        let mut timer = None;
        let words = words::words(&inner.text, start..start + raw.len());
        let of_docker = match &words[..] {
            [env, name, value] if env.text == "ENV" && !name.text.contains('=') => Some((name, value)),
            _ => None,
        };
        if words.first().is_some_and(|word| word.text == "FROM") {
            builder.image(line);
        }
        let whole = || with_remainder(&words, &inner.text, start + raw.trim_end().len()).filter(|_| is_file);
        if let Some((name, value, span)) = parted(&words).filter(|_| !of_shell).or_else(whole) {
            flags::variable(builder, inner, (name, value, span), Home::new(&unit, Class::EnvironmentFile, ""), &variables);
            continue;
        }
        if let Some((name, value)) = of_docker.or_else(|| script.handed_on(&words)) {
            let home = Home::new("", Class::EnvironmentFile, "");
            flags::variable(builder, inner, (&name.text, &value.text, value.span_from(0)), home, &variables);
        }
        // A command in quotes: of Terraform's and Packer's `inline`, behind `ssh`.
        let commands =
            words.iter().filter(|word| search::has(&word.text, "echo ")).flat_map(|word| words::words(&inner.text, word.span_from(0)));
        let written = words.iter().filter(|word| word.text.starts_with("Environment=")).cloned();
        for word in commands.chain(written).gather() {
            enclosed(builder, inner, &word, &Home::new(&unit, Class::EnvironmentFile, ""));
        }
        for word in words {
            if word.text.starts_with('#') {
                if let Some(name) = timer.filter(|_| !of_shell) {
                    comment(builder, inner, name, word.span_from(0).start..start + raw.trim_end().len());
                }
                break;
            }
            let Some((name, value, span)) = word.assignment() else { continue };
            if flags::are_options(name, value) {
                if let Some((_, file)) = search::split(value, "-config-file") {
                    builder.starts_with_file(&unit, file.trim_start_matches(['=', ' ']).split(' ').next().unwrap_or(""));
                }
                flags::take(builder, inner, &words::words(&inner.text, span.clone()), &unit, "", &variables);
            }
            timer = keys::of_variable(name).map(|(parameter, _)| parameter);
            // `echo 'NAME="value"' >> FILE`
            let (value, span) = if search::has(line, "echo ") { without_inner_quotes(&inner.text, value, span) } else { (value, span) };
            flags::variable(builder, inner, (name, value, span), Home::new(&unit, Class::EnvironmentFile, ""), &variables);
        }
    }
}

/// Takes the variable that stands in a word with more around it, as `echo 'Environment="NAME=value"'` writes it.
fn enclosed(builder: &mut Builder, inner: &MappedText, word: &Word, home: &Home) {
    let marks = ['\\', '"', '\''];
    let text = word.text.trim_end_matches(marks);
    let Some((before, value)) = text.rsplit_once('=') else { return };
    let (name, bare) = (before.rsplit([' ', '=', '"', '\'']).next().unwrap_or(""), value.trim_start_matches(marks));
    if keys::of_variable(name).is_some() {
        let start = word.span_from(text.len() - bare.len()).start;
        // A list on one line is one word, and the rest of the command stands in it too.
        let value = bare.split([' ', '\\', '"', '\'']).next().unwrap_or("");
        builder.variable(name, value, inner.place(start..start + value.len()), home.clone());
    }
}

/// The variables of the script that writes these lines, where it fills them in.
fn of_script(builder: &mut Builder, inner: &MappedText) -> Variables {
    if inner.is_document() {
        return if search::has(&inner.text, "<<") { Script::of(inner).variables } else { Variables::default() };
    }
    let start = inner.place(0..0).start;
    let fills = |body: &Body| body.range.contains(&start) && !body.quoted;
    if !(builder.text.starts_with("#!") && search::has(&inner.text, "=$") && here_documents(builder.text).iter().any(fills)) {
        return Variables::default();
    }
    let text = builder.text;
    builder.script.get_or_insert_with(|| Script::of(&MappedText::document(text)).variables.outside()).clone()
}

/// An assignment with blanks around its equals sign, which systemd passes over (systemd/systemd@v252:src/basic/env-file.c,
/// PRE_VALUE).
fn parted(words: &[Word]) -> Option<(&str, &str, Range<usize>)> {
    let [first, second, ..] = words else { return None };
    let (name, value, from) = match (first.text.strip_suffix('='), second.text.strip_prefix('=')) {
        (Some(name), _) => (name, second, 0),
        (None, Some("")) => (first.text.as_str(), words.get(2)?, 0),
        (None, Some(_)) => (first.text.as_str(), second, 1),
        (None, None) => return None,
    };
    let known = keys::of_variable(name).is_some() && !value.text.starts_with('#') && value.assignment().is_none();
    known.then(|| (name, &value.text[from..], value.span_from(from)))
}

/// A number with more behind it that is no comment: what reads the file takes the line to its end, and etcd refuses that
/// (systemd/systemd@v252:src/basic/env-file.c, VALUE; docker/cli: opts/file.go).
fn with_remainder<'t>(words: &'t [Word], text: &'t str, end: usize) -> Option<(&'t str, &'t str, Range<usize>)> {
    let [first, rest @ ..] = words else { return None };
    let (name, value, span) = first.assignment()?;
    let number = value.parse::<u32>().is_ok() && text.get(..span.start)?.ends_with('=') && text.get(span.end..)?.starts_with([' ', '\t']);
    let goes_on = rest.first()?.text.starts_with(|first: char| first.is_ascii_alphanumeric() || matches!(first, '/' | '('));
    let other = |word: &Word| word.assignment().is_some() || is_etcd(&word.text);
    (number && goes_on && keys::of_variable(name).is_some() && !rest.iter().any(other)).then_some((
        name,
        text.get(span.start..end)?,
        span.start..end,
    ))
}

/// In front of the first name of a file a byte order mark is a part of it, so the line is for nobody.
pub fn byte_order_mark(builder: &mut Builder, inner: &MappedText, known: &dyn Fn(&str) -> Option<Parameter>) {
    let Some((name, _)) = inner.text.strip_prefix('\u{feff}').and_then(|text| text.split_once('=')) else { return };
    if let Some(parameter) = known(name.trim()) {
        let note =
            format!("A byte order mark stands in front of {name}, so it is another name and ignored; save the file without the mark.");
        builder.problem(RuleId::ConfigUnknownKey, inner.place(0..'\u{feff}'.len_utf8() + name.len()), note, Some(parameter));
    }
}

/// Where the lines begin that name a member, where they name several.
pub fn members(text: &str) -> Vec<usize> {
    let (mut found, mut names) = (Vec::new(), Vec::new());
    for (at, line) in lines(text) {
        if assigned(line) == Some("ETCD_NAME") && !names.contains(&line.trim()) {
            found.push(at);
            names.push(line.trim());
        }
    }
    if found.len() > 1 { found } else { Vec::new() }
}

/// The name that a line assigns to, in an environment file or in fleet.conf.
pub fn assigned(line: &str) -> Option<&str> {
    let name = line.trim_start().split_once('=')?.0.trim_end();
    let named = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    (named && !name.is_empty()).then_some(name)
}

/// Whether other lines than assignments and comments stand in a text: it is shown in an article, or a part of a program.
pub fn is_mixed(text: &str) -> bool {
    let mut continued = false;
    text.lines().any(|line| {
        let was_continued = std::mem::replace(&mut continued, line.trim_end().ends_with('\\'));
        let line = line.trim_start_matches('\u{feff}').trim();
        let heading = || line.starts_with('[') && line.ends_with(']');
        let is_own = was_continued || line.is_empty() || line.starts_with(['#', ';', '{', '<']) || heading() || assigned(line).is_some();
        !is_own
    })
}

/// A comment behind a value. What reads the file is not known for sure, so the value is taken as it is meant.
fn comment(builder: &mut Builder, inner: &MappedText, parameter: Parameter, span: Range<usize>) {
    let note = format!("systemd hands `{}` on as a part of {}; put it on a line of its own.", &inner.text[span.clone()], parameter.key());
    builder.problem(RuleId::ConfigEnvComment, inner.place(span), note, Some(parameter));
}

#[cfg(test)]
mod tests {
    use crate::config::{Configuration, Source, read_as};
    use crate::ids::RuleId;
    use crate::parameters::Parameter;
    use crate::text::DocumentId;

    fn read(document: DocumentId, text: &str) -> Configuration {
        read_as(Source::Environment, document, text)
    }

    #[test]
    fn a_comment_behind_a_byte_order_mark_is_one() {
        assert!(!super::is_mixed("\u{feff}# etcd\nETCD_NAME=a\n") && super::is_mixed("\u{feff}Ours is\nETCD_NAME=a\n"));
    }

    #[test]
    fn blanks_around_an_equals_sign_are_passed_over() {
        let acting = |text: &str| read(0, text).settings.iter().map(|setting| (setting.raw.clone(), setting.effective)).collect::<Vec<_>>();
        for line in ["ETCD_ELECTION_TIMEOUT= \"500\"", "ETCD_ELECTION_TIMEOUT ='500'", "ETCD_ELECTION_TIMEOUT\t=  500"] {
            assert_eq!(acting(&format!("ETCD_NAME=a\n{line}\n")), [("500".to_owned(), true)], "{line}");
        }
        assert_eq!(acting("ETCD_ELECTION_TIMEOUT= # none\n")[0].0, "");
        assert_eq!(acting("ETCD_ELECTION_TIMEOUT= ETCD_NAME=a\n")[0].0, "");
    }

    #[test]
    fn more_behind_a_number_is_a_part_of_it() {
        for rest in ["ms", "// was 1000", "(5 s)"] {
            let text = format!("ETCD_NAME=a\nETCD_ELECTION_TIMEOUT=5000  {rest}\n");
            let read = crate::config::read(0, &text).expect("a file");
            assert_eq!((read.settings[0].raw.as_str(), read.settings[0].value), (&*format!("5000  {rest}"), None), "{rest}");
            assert_eq!(read.problems[0].id, RuleId::EtcdBadConfig);
        }
        for text in [
            "ETCD_NAME=a\nETCD_ELECTION_TIMEOUT=5000 ETCD_HEARTBEAT_INTERVAL=500\n",
            "Below it stands:\nETCD_ELECTION_TIMEOUT=5000 of course\n",
            "ETCD_ELECTION_TIMEOUT=5000; export ETCD_ELECTION_TIMEOUT\n",
            "ETCD_ELECTION_TIMEOUT=5000 etcd --name a\n",
        ] {
            assert!(crate::config::read(0, text).expect("a file").settings[0].effective, "{text}");
        }
    }

    #[test]
    fn a_byte_order_mark_hides_the_first_name() {
        for text in ["\u{feff}ETCD_ELECTION_TIMEOUT=5000\nETCD_NAME=a\n", "\u{feff}agent_ttl=60s\netcd_request_timeout=5\n"] {
            let read = crate::config::read(0, text).expect("a file");
            assert_eq!(read.problems.iter().map(|problem| problem.id).collect::<Vec<_>>(), [RuleId::ConfigUnknownKey], "{text}");
        }
        assert!(crate::config::read(0, "\u{feff}# etcd\nETCD_ELECTION_TIMEOUT=5000\n").expect("a file").problems.is_empty());
    }

    #[test]
    fn options_in_a_variable_beat_the_variables() {
        let text = "ETCD_ELECTION_TIMEOUT=\"1000\"\nDAEMON_ARGS=\"--heartbeat-interval 150 --election-timeout=1500\"\n";
        let read = read(0, text);
        let acting: Vec<_> = read.settings.iter().filter(|s| s.effective).map(|s| (s.parameter, s.raw.as_str())).collect();
        assert_eq!(acting, [(Parameter::HeartbeatInterval, "150"), (Parameter::ElectionTimeout, "1500")]);
    }

    #[test]
    fn beside_a_file_of_etcd_they_do_not_act() {
        let acts = |line: &str| read(0, &format!("ETCD_ELECTION_TIMEOUT=2000\n{line}\n")).settings[0].effective;
        assert!(!acts("ETCD_CONFIG_FILE=/etc/etcd.yml") && !acts("command_args=\"--config-file /etc/etcd.yml\""));
        assert!(acts("ETCD_CONFIG_FILE=") && acts("#ETCD_CONFIG_FILE=/etc/etcd.yml") && acts("command_args=\"--name a\""));
    }

    #[test]
    fn options_have_other_names_too() {
        assert_eq!(
            crate::config::read(0, "etcd_enable=\"YES\"\netcd_flags=\"--name a --election-timeout=1500\"\n")
                .expect("a file")
                .settings
                .len(),
            1
        );
        let text = "ETCD_NAME=a\ncommand_args=\"--heartbeat-interval=150 --election-timeout=1500\"\n";
        assert_eq!(read(0, text).settings.len(), 2);
    }

    #[test]
    fn a_comment_behind_a_value_is_a_part_of_it() {
        let told = |text: &str| {
            let read = crate::config::read(0, text).expect("a configuration");
            assert_eq!(read.settings[0].raw, "1000", "{text}");
            read.problems.iter().map(|problem| (problem.id, problem.place.span.of(text).to_owned())).collect::<Vec<_>>()
        };
        let comment = vec![(RuleId::ConfigEnvComment, "# was 500".to_owned())];
        assert_eq!(told("ETCD_NAME=a # one\nETCD_ELECTION_TIMEOUT=1000 # was 500\r\n"), comment);
        assert_eq!(told("ETCD_ELECTION_TIMEOUT=\"1000\" # was 500"), comment);
        assert_eq!(told("define FILE\nETCD_ELECTION_TIMEOUT=1000 # was 500\nendef\nexport FILE\nx:\n\t@echo \"$$FILE\" > x\n"), comment);
        for shell in [
            "export ETCD_ELECTION_TIMEOUT=1000 # was 500\n",
            "#!/bin/sh\nETCD_ELECTION_TIMEOUT=1000 # was 500\n",
            "# was 500\nETCD_ELECTION_TIMEOUT=1000\n",
        ] {
            assert_eq!(told(shell), [], "{shell}");
        }
    }

    #[test]
    fn names_that_are_written_wrong() {
        let told = |text: &str| crate::config::read(0, text).expect("a configuration").problems.into_iter().map(|problem| problem.note);
        let notes: Vec<String> = told("ETCD_NAME=a\nETCD_HEARTBEAT_INTERVALL=500\nETCD_ELECTION_TIMEOUT=5000\n").collect();
        let note = "ETCD_HEARTBEAT_INTERVALL is no variable of etcd and is ignored; did you mean ETCD_HEARTBEAT_INTERVAL?";
        assert_eq!(notes, [note]);
        assert_eq!(told("[Service]\nEnvironment=FLEET_AGENT_TLL=60s FLEET_PUBLIC_IP=192.0.2.1\n").count(), 1);
        for right in [
            "ETCD_NAME=a\nETCD_ELECTION_TICKS=10\nETCD_SNAPSHOT_COUNT=10\nETCD_ELECTION_TIMEOUT=5000\n",
            // A shell's own variable.
            "#!/bin/sh\nETCD_ELECTION_TIMEOUTS=5000\netcd --name a --election-timeout=$ETCD_ELECTION_TIMEOUTS\n",
        ] {
            assert_eq!(told(right).count(), 0, "{right}");
        }
    }

    #[test]
    fn branches_of_a_template_are_no_duplicates() {
        for branch in ["{{ .T }}", "3000"] {
            let text = format!(
                "ETCD_NAME={{{{ .N }}}}\n{{{{- if .T }}}}\nETCD_ELECTION_TIMEOUT={branch}\n{{{{- else }}}}\nETCD_ELECTION_TIMEOUT=5000\n{{{{- end }}}}\n"
            );
            let read = crate::config::read(0, &text).expect("a configuration");
            assert!(read.problems.iter().all(|problem| problem.id == RuleId::ConfigTemplate), "{:?}", read.problems);
            assert_eq!(read.settings.iter().map(|setting| setting.raw.as_str()).collect::<Vec<_>>(), [branch, "5000"]);
        }
        assert_eq!(read(0, "ETCD_ELECTION_TIMEOUT=1000\nETCD_ELECTION_TIMEOUT=2000\n").problems[0].id, RuleId::ConfigDuplicateKey);
    }

    #[test]
    fn variables_of_a_dockerfile_and_lines_that_a_shell_writes() {
        for text in [
            "FROM alpine\nENV ETCD_HEARTBEAT_INTERVAL 200 \nENV ETCD_ELECTION_TIMEOUT=2000\nCMD [\"/run.sh\"]\n",
            "#!/bin/sh\necho \"ETCD_HEARTBEAT_INTERVAL=200\" >> /etc/etcd.conf\necho 'ETCD_ELECTION_TIMEOUT=2000' | tee -a /etc/etcd.conf\n",
            "echo 'ETCD_HEARTBEAT_INTERVAL=\"200\"' | sudo tee -a /etc/default/etcd\necho 'ETCD_ELECTION_TIMEOUT=\"2000\"' | sudo tee -a /etc/default/etcd\n",
            "NODES=3\nETCD_HEARTBEAT_INTERVAL=\"${ETCD_HEARTBEAT_INTERVAL:-200}\"\nETCD_ELECTION_TIMEOUT=${ETCD_ELECTION_TIMEOUT:-2000}\n",
            "@echo off\r\nset ETCD_HEARTBEAT_INTERVAL=200\r\nset \"ETCD_ELECTION_TIMEOUT=2000\"\r\netcd.exe\r\n",
            "inline = [\n  \"echo 'ETCD_HEARTBEAT_INTERVAL=200' >> /tmp/etcd.env\",\n  \"echo 'Environment=ETCD_ELECTION_TIMEOUT=2000' | tee a\"\n]\n",
            "{\"inline\": [\n\"echo 'ETCD_HEARTBEAT_INTERVAL=200' >> a\",\n\"echo 'ETCD_ELECTION_TIMEOUT=2000' >> a\"\n]}\n",
            "{\"inline\": [\"echo ETCD_HEARTBEAT_INTERVAL=200 >> a\"],\n\"more\": [\"echo 'ETCD_ELECTION_TIMEOUT=2000' >> a\"]\n}\n",
            "ssh $H \"echo 'ETCD_HEARTBEAT_INTERVAL=\\\"200\\\"' >> $F\"\nssh $H \"echo 'ETCD_ELECTION_TIMEOUT=\\\"2000\\\"' >> $F\"\n",
            "echo '[Service]' > a\necho 'Environment=\"ETCD_HEARTBEAT_INTERVAL=200\"' >> a\necho Environment=ETCD_ELECTION_TIMEOUT=2000 >> a\n",
        ] {
            let read = crate::config::read(0, text).expect("a configuration");
            let raw: Vec<_> = read.settings.iter().map(|setting| setting.place.span.of(text)).collect();
            assert_eq!((raw, read.problems.len()), (vec!["200", "2000"], 0), "{text}");
        }
    }

    #[test]
    fn files_and_exports() {
        let text = "#ETCD_HEARTBEAT_INTERVAL=\"100\"\nETCD_HEARTBEAT_INTERVAL=\"500\"\nexport ETCD_ELECTION_TIMEOUT=5000 # why\nETCD_INITIAL_CLUSTER=\"a=http://x:2380,b=http://y:2380,c=http://z:2380\"\n";
        let read = read(0, text);
        let values: Vec<_> = read.settings.iter().map(|s| (s.parameter, s.raw.as_str(), s.effective)).collect();
        assert_eq!(values, [(Parameter::HeartbeatInterval, "500", true), (Parameter::ElectionTimeout, "5000", true)]);
        assert_eq!(read.cluster.members, Some(3));
    }
}
