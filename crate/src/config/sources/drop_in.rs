//! systemd units and drop-ins, alone or inside another file, and what `systemctl cat` prints; and the programs of supervisord.

use std::ops::Range;

use super::flags;
use super::script::Script;
use crate::config::builder::{Builder, Class, Home};
use crate::config::meaning::keys;
use crate::config::syntax::command::{hands_more, is_etcd, is_image, starts_container};
use crate::config::syntax::embedded::here_documents;
use crate::config::syntax::mapped_text::MappedText;
use crate::config::syntax::variables::Variables;
use crate::config::syntax::words::{self, Word, is_unit_comment};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::parameters::Parameter;
use crate::text::line_end;
use crate::{search, template};

/// One logical line: its key, and the bytes of its value with continuations.
struct Directive<'a> {
    key: &'a str,
    value: Range<usize>,
}

/// Takes what a unit text states; `unit` and `file` where the surroundings name them.
pub fn take(builder: &mut Builder, inner: &MappedText, unit: &str, file: &str) {
    let text = inner.text.as_str();
    // A script may write the environment file beside the unit.
    for body in here_documents(text) {
        builder.writes_file(&body.path);
        if !text[body.range.clone()].lines().any(|line| line.trim_start().starts_with('[')) {
            builder.holds(&body.path, Some(inner.part(body.range)), false);
        }
    }
    // Of a script that writes the unit; systemd itself fills nothing into Environment= (systemd.exec(5)).
    let of_script = if text.starts_with("#!") { Script::of(inner).variables } else { Variables::default() };
    let mut reader = Reader {
        builder,
        inner,
        unit: unit.to_owned(),
        file: file.to_owned(),
        in_service: true,
        in_program: false,
        of_etcd: false,
        variables: of_script.clone(),
        of_script,
        commands: Vec::new(),
    };
    let mut at = 0;
    while at < text.len() {
        at = reader.line(text, at) + 1;
    }
    reader.run();
}

/// Goes through the lines of a text of units.
struct Reader<'a, 'b> {
    builder: &'a mut Builder<'b>,
    inner: &'a MappedText,
    /// Whose lines these are.
    unit: String,
    file: String,
    in_service: bool,
    in_program: bool,
    /// The image of its container is etcd's.
    of_etcd: bool,
    of_script: Variables,
    variables: Variables,
    /// Of each its unit and file.
    commands: Vec<(String, String, Vec<Word>)>,
}

impl Reader<'_, '_> {
    /// Reads the line that begins here, with those on which it goes on, and gives its end.
    fn line(&mut self, text: &str, at: usize) -> usize {
        let end = line_end(text, at);
        let body = text[at..end].trim();
        if let Some(path) = body.strip_prefix("# /") {
            // `systemctl cat` heads each file with its path.
            if let Some((name, drop_in)) = path_of_unit(path) {
                (self.unit, self.file) = (name, drop_in);
            }
            return end;
        }
        if body.is_empty() || body.starts_with(['#', ';']) {
            return end;
        }
        if body.starts_with('[') {
            // podman's own units hand `Environment=` of their container on (podman-systemd.unit(5)), as do those of
            // systemd-nspawn (systemd.nspawn(5)).
            self.in_service = matches!(body, "[Service]" | "[Container]" | "[Exec]");
            self.in_program = false;
            if let Some(program) = body.strip_prefix("[program:") {
                (self.in_service, self.in_program, self.unit) = (true, true, program.trim_end_matches(']').to_owned());
            }
            return end;
        }
        let end = if self.in_program { indented_end(text, at) } else { logical_end(text, at) };
        if let Some(directive) = directive(text, at, end).filter(|directive| self.in_service || directive.key == "Environment") {
            self.directive(text, directive);
        }
        end
    }

    fn directive(&mut self, text: &str, directive: Directive) {
        let (empty, at) = (text[directive.value.clone()].trim().is_empty(), self.inner.place(directive.value.clone()).start);
        self.builder.directive = "Environment";
        match directive.key {
            "Environment" if self.in_service && empty => self.builder.reset("Environment", (&self.unit, &self.file), at),
            "Environment" => {
                let claims = self.builder.stated();
                self.environment(directive.value);
                if !self.in_service {
                    self.builder.void_from(claims, RuleId::ConfigWrongSection, &|parameter| {
                        format!("{} stands outside of [Service], where systemd passes Environment= over.", parameter.variable())
                    });
                }
            }
            // supervisord parts them by commas (supervisord.org, "[program:x] Section Settings").
            "environment" => between_commas(text, directive.value).into_iter().for_each(|value| self.environment(value)),
            "Image" => {
                self.of_etcd |= is_image(text[directive.value.clone()].trim());
                self.builder.image(&text[directive.value]);
            }
            "EnvironmentFile" => self.builder.reads_file(text[directive.value].trim().trim_start_matches('-')),
            "UnsetEnvironment" => {
                for name in Parameter::ALL.map(Parameter::variable) {
                    if text[directive.value.clone()].split_whitespace().any(|word| word == name) {
                        self.builder.reset(name, (&self.unit, &self.file), at);
                    }
                }
            }
            "ExecStart" if empty => {
                self.builder.cluster.replaces = true;
                self.builder.reset("ExecStart", (&self.unit, &self.file), at);
                self.commands.retain(|(of, ..)| *of != self.unit);
            }
            "ExecStart" | "Exec" | "Parameters" | "command" => {
                self.commands.push((self.unit.clone(), self.file.clone(), words::words_of_unit(text, directive.value)));
            }
            _ => {}
        }
    }

    /// Takes the assignments of an `Environment=`.
    fn environment(&mut self, value: Range<usize>) {
        let (unit, file) = (self.unit.as_str(), self.file.as_str());
        let words = words::words_of_unit(&self.inner.text, value);
        for (at, word) in words.iter().enumerate() {
            let Some((name, value, span)) = word.assignment() else {
                parted(self.builder, self.inner, &words[at..], Home::new(unit, Class::Environment, file));
                continue;
            };
            if flags::are_options(name, value) {
                let options = words::words(&self.inner.text, span.clone());
                flags::take(self.builder, self.inner, &options, unit, file, &self.variables);
            }
            self.variables.set(name, value.to_owned(), self.inner.place(span.clone()), span.start);
            // A variable of another daemon's unit reaches nobody.
            let reaches = unit.is_empty()
                || (name.starts_with("ETCD_") && search::has(unit, "etcd"))
                || (name.starts_with("FLEET_") && search::has(unit, "fleet"));
            if !reaches && keys::of_variable(name).is_none() {
                continue;
            }
            let stated = self.builder.stated();
            flags::variable(self.builder, self.inner, (name, value, span), Home::new(unit, Class::Environment, file), &self.of_script);
            if !reaches {
                self.builder.void_from(stated, RuleId::ConfigWrongSection, &|_| {
                    format!("{name} is set for {unit}, and no other daemon gets it; set it for the unit that starts its own.")
                });
            }
        }
    }

    /// Takes the commands, as the variables of all lines are known.
    fn run(self) {
        let (builder, inner) = (self.builder, self.inner);
        builder.directive = "ExecStart";
        // Of each unit that runs etcd in a container its commands.
        let mut contained: Vec<(String, String)> = Vec::new();
        for (unit, file, words) in self.commands {
            // Behind its image a container is given flags alone (podman-systemd.unit(5), `Exec=`).
            let of_image = self.of_etcd && words.first().is_some_and(|word| word.text.starts_with('-'));
            let runs_etcd = of_image || words.iter().any(names_etcd);
            let runs_fleet = words.first().is_some_and(|word| word.text.ends_with("fleetd"));
            builder.cluster.has_fleet |= runs_fleet;
            if runs_etcd && (unit.is_empty() || search::any(&unit, &["etcd", "k3s", "rke2"])) {
                builder.cluster.has_etcd |= words.iter().any(|word| word.text.split_whitespace().any(is_etcd_command));
                flags::take(builder, inner, &words, &unit, &file, &self.variables);
                let command = words.iter().map(|word| word.text.as_str()).gather().join(" ");
                if starts_container(&command) && !search::has(&command, "rkt run") {
                    match contained.last_mut().filter(|(of, _)| *of == unit) {
                        Some((_, commands)) => *commands += &format!(" {command}"),
                        None => contained.push((unit, command)),
                    }
                }
            }
        }
        for (unit, commands) in contained {
            // systemd-docker can hand all on.
            if !hands_more(&commands) && !search::has(&commands, "systemd-docker") {
                builder.void_in_container(&unit, &commands);
            }
        }
        builder.directive = "";
    }
}

/// Whether a word of a command may tell that it runs etcd: what another program is told of where etcd listens does not.
fn names_etcd(word: &Word) -> bool {
    let text = word.text.as_str();
    search::has(text, "etcd") && (search::has(text, "etcd-arg") || !text.starts_with('-') && !text.starts_with("http"))
}

fn is_etcd_command(word: &str) -> bool {
    is_etcd(word) || word.ends_with("etcd-wrapper") || search::has(word, "etcd:v")
}

/// An assignment with blanks around its equals sign: systemd says `Invalid environment assignment, ignoring`
/// (systemd/systemd@v252:src/core/load-fragment.c, config_parse_environ).
fn parted(builder: &mut Builder, inner: &MappedText, words: &[Word], home: Home) {
    let (name, value) = match words {
        [name, mark, value, ..] if mark.text == "=" => (name.text.as_str(), (value.text.as_str(), value.span_from(0))),
        [word, ..] => {
            let Some((name, value)) = search::split(&word.text, " =") else { return };
            let value = value.trim_start();
            (name.trim_end(), (value, word.span_from(word.text.len() - value.len())))
        }
        [] => return,
    };
    let (Some(_), (value, span)) = (keys::of_variable(name), value) else { return };
    builder.variable(name, value, inner.place(span.clone()), home);
    let note = format!("systemd ignores {name} for the spaces around its equals sign, and the default applies; write {name}={value}.");
    builder.refuse_last(RuleId::ConfigValueDropped, inner.place(span), note);
}

/// What stands between commas outside of quotes.
fn between_commas(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let (mut found, mut from, mut quote) = (Vec::new(), range.start, None);
    for at in range.clone() {
        match (quote, text.as_bytes()[at]) {
            (None, b',') => {
                found.push(from..at);
                from = at + 1;
            }
            (None, byte @ (b'"' | b'\'')) => quote = Some(byte),
            (Some(open), byte) if byte == open => quote = None,
            _ => {}
        }
    }
    found.push(from..range.end);
    found
}

fn directive(text: &str, at: usize, end: usize) -> Option<Directive<'_>> {
    let line = &text[at..end];
    let equals = line.find('=')?;
    let value = at + equals + 1;
    Some(Directive { key: line[..equals].trim(), value: value..end })
}

/// End of a line with all lines it continues on. A mark of a template between them is gone once the template is filled in.
fn logical_end(text: &str, at: usize) -> usize {
    let (mut last, mut end) = (at, line_end(text, at));
    let mut goes_on = text[last..end].trim_end_matches('\r').ends_with('\\');
    while end < text.len() && goes_on {
        (last, end) = (end + 1, line_end(text, end + 1));
        let line = text[last..end].trim_end_matches('\r');
        goes_on = line.ends_with('\\') || template::is_statement(line) || is_unit_comment(line);
    }
    end
}

/// For supervisord a value goes on in the lines that are indented.
fn indented_end(text: &str, at: usize) -> usize {
    let mut end = line_end(text, at);
    while text.get(end + 1..).is_some_and(|rest| rest.starts_with([' ', '\t'])) {
        end = line_end(text, end + 1);
    }
    end
}

/// Unit and drop-in of a path: `.../etcd2.service.d/40-x.conf`, `.../etcd2.service`.
pub fn path_of_unit(path: &str) -> Option<(String, String)> {
    let mut parts = path.trim().rsplit('/');
    let last = parts.next()?;
    if last.ends_with(".service") {
        return Some((last.to_owned(), String::new()));
    }
    let unit = parts.next()?.strip_suffix(".d")?;
    (last.ends_with(".conf") && unit.ends_with(".service")).then(|| (unit.to_owned(), last.to_owned()))
}

#[cfg(test)]
mod tests {
    use crate::config::{Configuration, Source, read_as};
    use crate::ids::RuleId;
    use crate::parameters::Parameter;
    use crate::text::DocumentId;

    fn read(document: DocumentId, text: &str) -> Configuration {
        read_as(Source::DropIn, document, text)
    }

    fn acting(text: &str) -> Vec<(Parameter, String)> {
        read(0, text).settings.into_iter().filter(|s| s.effective).map(|s| (s.parameter, s.raw)).collect()
    }

    #[test]
    fn a_file_that_the_script_writes_is_here() {
        let file = "cat > /etc/etcd/etcd.conf <<EOF\nETCD_NAME=a\nEOF\n";
        let unit = "#!/bin/sh\nsudo bash -c 'cat > /etc/systemd/system/etcd.service' <<EOF\n[Service]\nEnvironmentFile=-/etc/etcd/etcd.conf\nExecStart=/usr/bin/etcd\nEOF\n";
        let absent = |text: &str| crate::config::read(0, text).expect("a unit").cluster.absent_file;
        assert_eq!((absent(unit), absent(&format!("{unit}{file}"))), (Some("/etc/etcd/etcd.conf".to_owned()), None));
    }

    #[test]
    fn a_program_that_is_told_where_etcd_listens_runs_none() {
        for told in ["--etcd-endpoints=http://192.0.2.1:2379", "--servers http://etcd:2379"] {
            let text = format!("[Service]\nExecStart=/usr/bin/agentd --heartbeat-interval=30s {told}\n");
            assert!(read(0, &text).settings.is_empty(), "{text}");
        }
    }

    #[test]
    fn every_quoting_of_environment() {
        for line in [
            "Environment=ETCD_HEARTBEAT_INTERVAL=500",
            "Environment=\"ETCD_HEARTBEAT_INTERVAL=500\"",
            "Environment='ETCD_HEARTBEAT_INTERVAL=500'",
            "Environment=ETCD_HEARTBEAT_INTERVAL='500'",
            "Environment=\"A=1\" \"ETCD_HEARTBEAT_INTERVAL=500\" B=2",
            "Environment=A=1 \\\n  ETCD_HEARTBEAT_INTERVAL=500",
            "Environment=A=1 \\\n# ETCD_HEARTBEAT_INTERVAL=600\n  ; ETCD_HEARTBEAT_INTERVAL=700 \\\n  ETCD_HEARTBEAT_INTERVAL=500",
            "ExecStart=/usr/bin/etcd \\\n  # --heartbeat-interval=600 \\\n  --heartbeat-interval=500 \\\n  # --heartbeat-interval=700",
        ] {
            let text = format!("[Service]\n{line}\n");
            assert_eq!(acting(&text), [(Parameter::HeartbeatInterval, "500".to_owned())], "{line}");
        }
        assert_eq!(acting("[Container]\nExec=etcd --election-timeout=5000\n"), [(Parameter::ElectionTimeout, "5000".to_owned())]);
        let image = "[Container]\nExec=--election-timeout=5000\nImage=quay.io/coreos/etcd:v3.5.9\n";
        assert_eq!(acting(image), [(Parameter::ElectionTimeout, "5000".to_owned())]);
        assert!(acting(&image.replace("coreos/etcd", "a/raft")).is_empty());
        assert_eq!(acting("[Exec]\nEnvironment=ETCD_HEARTBEAT_INTERVAL=500\n"), [(Parameter::HeartbeatInterval, "500".to_owned())]);
        for program in [
            "[program:etcd]\ncommand=/usr/bin/etcd --name a\nenvironment = ETCD_INITIAL_CLUSTER=\"a=http://x:2380,b=http://y:2380\",ETCD_ELECTION_TIMEOUT='5000'\n",
            "[program:etcd]\ncommand=/usr/bin/etcd\n  --name a\n  --election-timeout=5000\n[program:web]\nenvironment=ETCD_ELECTION_TIMEOUT=1\n",
        ] {
            assert_eq!(acting(program), [(Parameter::ElectionTimeout, "5000".to_owned())], "{program}");
            assert_eq!(crate::config::read(0, program).expect("a configuration").source, Source::DropIn);
        }
        for parted in ["ETCD_HEARTBEAT_INTERVAL = 500", "\"ETCD_HEARTBEAT_INTERVAL = 500\""] {
            let read = read(0, &format!("[Service]\nEnvironment=A=1 {parted}\n"));
            assert_eq!((read.problems[0].id, read.settings[0].effective), (RuleId::ConfigValueDropped, false), "{parted}");
        }
        // A semicolon ends a command only between blanks.
        assert!(acting("[Service]\nEnvironment=ETCD_HEARTBEAT_INTERVAL=500;\n").is_empty());
        assert!(acting("[Service]\n# Environment=ETCD_HEARTBEAT_INTERVAL=500\n").is_empty());
        assert!(acting("[Install]\nEnvironment=ETCD_HEARTBEAT_INTERVAL=500\n").is_empty());
    }

    #[test]
    fn an_empty_directive_takes_back_what_stands_before_it() {
        let text = "[Service]\nEnvironment=ETCD_HEARTBEAT_INTERVAL=500 ETCD_ELECTION_TIMEOUT=5000\nEnvironment=\nEnvironment=ETCD_ELECTION_TIMEOUT=2000\n";
        assert_eq!(acting(text), [(Parameter::ElectionTimeout, "2000".to_owned())]);
        assert_eq!(read(0, text).problems.iter().map(|problem| problem.id).collect::<Vec<_>>(), [RuleId::ConfigShadowed; 2]);
        let unset =
            "[Service]\nUnsetEnvironment=A ETCD_HEARTBEAT_INTERVAL\nEnvironment=ETCD_HEARTBEAT_INTERVAL=500 ETCD_ELECTION_TIMEOUT=5000\n";
        assert_eq!(acting(unset), [(Parameter::ElectionTimeout, "5000".to_owned())]);
        // Drop-ins are read in the order of their names, after the unit.
        let unit = |drop_in: &str, options: &str| {
            format!(
                "#cloud-config\ncoreos:\n  units:\n  - name: etcd2.service\n    command: start\n    drop-ins:\n    - name: {drop_in}\n      content: |\n        [Service]\n        ExecStart=\n        ExecStart=/usr/bin/etcd2 --name a $OPTIONS\n    - name: 30-x.conf\n      content: |\n        [Service]\n        ExecStart=/usr/bin/etcd2 --heartbeat-interval=500\n        Environment=\"ETCD_OPTS={options}\"\n"
            )
        };
        let flags = |text: &str| {
            let read = crate::config::read(0, text).expect("a configuration");
            read.settings.into_iter().filter(|setting| setting.effective).map(|setting| setting.raw).collect::<Vec<_>>()
        };
        assert_eq!(flags(&unit("40-x.conf", "")), Vec::<String>::new());
        assert_eq!(flags(&unit("20-x.conf", "")), ["500"]);
        assert_eq!(flags(&unit("40-x.conf", "--election-timeout=5000")), ["5000"]);
    }

    #[test]
    fn a_file_that_no_unit_reads_beats_nothing() {
        let acting = |path: &str, unit: &str| {
            let text = format!(
                "#cloud-config\nwrite_files:\n- path: {path}\n  content: |\n    ETCD_ELECTION_TIMEOUT=9000\ncoreos:\n  etcd2: {{election-timeout: 1000}}\n  units:\n  - name: etcd2.service\n    command: start\n{unit}"
            );
            let read = crate::config::read(0, &text).expect("a configuration");
            read.settings.into_iter().filter(|setting| setting.effective).map(|setting| setting.raw).collect::<Vec<_>>()
        };
        let reads = "    drop-ins:\n    - name: 40-x.conf\n      content: |\n        [Service]\n        EnvironmentFile=-/etc/x.env\n";
        assert_eq!(acting("/etc/profile.d/etcdctl.sh", ""), ["1000"]);
        assert_eq!(acting("/etc/x.env", reads), ["9000"]);
        assert_eq!(acting("/etc/y.env", reads), ["1000"]);
        assert_eq!(acting("/etc/default/etcd", ""), ["9000"]);
    }

    #[test]
    fn drop_ins_of_systemctl_cat_are_ranked_by_name() {
        let text = "# /usr/lib/systemd/system/etcd2.service\n[Service]\nExecStart=/usr/bin/etcd2\n\n# /run/systemd/system/etcd2.service.d/20-cloudinit.conf\n[Service]\nEnvironment=\"ETCD_ELECTION_TIMEOUT=6000\"\n\n# /etc/systemd/system/etcd2.service.d/10-mine.conf\n[Service]\nEnvironment=ETCD_ELECTION_TIMEOUT=3000\n";
        assert_eq!(acting(text), [(Parameter::ElectionTimeout, "6000".to_owned())]);
    }

    #[test]
    fn marks_of_a_template_do_not_end_a_command() {
        for (open, close) in [("{% if tls %}", "{% endif %}"), ("{{- if .TLS }}", "{{ end }}"), ("<% if @tls -%>", "<% end -%>")] {
            let text = format!(
                "[Service]\nExecStart=/usr/bin/etcd --name a \\\n{open}\n  --cert-file=x \\\n{close}\n  --heartbeat-interval=500 \\\n  --election-timeout=5000\nRestart=always\n"
            );
            let both = [(Parameter::HeartbeatInterval, "500".to_owned()), (Parameter::ElectionTimeout, "5000".to_owned())];
            assert_eq!(acting(&text), both, "{open}");
        }
    }

    #[test]
    fn beside_etcds_file_no_variable_acts_either() {
        let text = "[Service]\nEnvironment=ETCD_HEARTBEAT_INTERVAL=250\nExecStart=/usr/bin/etcd --config-file=/etc/etcd.yml --election-timeout=2500\n";
        let told: Vec<_> = read(0, text).problems.iter().map(|problem| problem.id).collect();
        assert_eq!((acting(text), told), (vec![], vec![RuleId::ConfigShadowed; 2]));
    }

    /// docker/cli#1780.
    #[test]
    fn a_container_is_handed_what_its_command_names() {
        for (options, acts) in [("", false), ("-e ETCD_ELECTION_TIMEOUT", true), ("--env-file /etc/x", true), ("$OPTIONS", true)] {
            let run = format!("ExecStart=/usr/bin/docker run --rm {options} quay.io/coreos/etcd:v3.5.9\n");
            let read = read(0, &format!("[Service]\nEnvironment=ETCD_ELECTION_TIMEOUT=5000\n{run}"));
            let told: Vec<_> = read.problems.iter().map(|problem| problem.id).collect();
            assert_eq!(
                (read.settings[0].effective, told),
                (acts, if acts { vec![] } else { vec![RuleId::ConfigNotExported] }),
                "{options}"
            );
        }
    }

    #[test]
    fn flags_may_name_variables() {
        let text = "[Service]\nEnvironment=HB=500\nExecStart=/usr/bin/etcd2 --name %m \\\n  -heartbeat-interval ${HB} \\\n  --election-timeout=5000\n";
        assert_eq!(acting(text), [(Parameter::HeartbeatInterval, "500".to_owned()), (Parameter::ElectionTimeout, "5000".to_owned())]);
        let cleared = "[Service]\nExecStart=/usr/bin/etcd2 --election-timeout=9000\nExecStart=\nExecStart=/usr/bin/etcd2\n";
        assert!(acting(cleared).is_empty());
    }
}
