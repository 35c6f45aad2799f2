//! Templates and expressions.

use super::*;

/// Marks of a template may be YAML by chance; what they leave of it cannot be verified.
#[test]
fn what_a_template_fills_in_is_not_safe() {
    for (text, expected) in [
        ("#cloud-config\ncoreos:\n  fleet:\n    public-ip: 10.0.0.1\n", "safe"),
        ("#cloud-config\ncoreos:\n  fleet:\n    metadata: \"{{x}}\"\n", "safe"),
        ("#cloud-config\ncoreos:\n  {{ section }}:\n    public-ip: 10.0.0.1\n", "review"),
        ("#cloud-config\ncoreos:\n#{% if fleet %}\n  fleet:\n    public-ip: 10.0.0.1\n#{% endif %}\n", "review"),
    ] {
        let configuration = config::read(0, text).expect("a configuration");
        let patches = patch(&[text], &[configuration], &[TTL]);
        assert_eq!(patches[0].disposition, expected, "{text}");
    }
}

#[test]
fn templates_are_patched_for_review() {
    let text = "#cloud-config\ncoreos:\n  etcd2:\n    discovery: {{.Url}}x\n    election-timeout: 5000\n";
    let configuration = config::read(0, text).unwrap();
    let patches = patch(&[text], &[configuration], &[ELECTION]);
    assert_eq!((patches[0].disposition, patches[0].text.clone().unwrap()), ("review", text.replace("5000", "2500")));
}

#[test]
fn a_mark_of_a_template_is_replaced_as_a_whole() {
    let text = "ETCD_NAME={{ .Name }}\nETCD_HEARTBEAT_INTERVAL={{ .Beat }}\nETCD_ELECTION_TIMEOUT=\"{{ wait | replace(\"s\", \"\") }}\"\n";
    let expected = "ETCD_NAME={{ .Name }}\nETCD_HEARTBEAT_INTERVAL=250\nETCD_ELECTION_TIMEOUT=\"2500\"\n";
    assert_eq!(patched(text, &[HEARTBEAT, ELECTION]), expected);
}

/// As that of a shell's `${NAME:-1000}`.
#[test]
fn the_default_that_a_template_names_is_the_value() {
    for mark in [
        "{{ wait | default(1000) }}",
        "{{ wait|default('1000', true) | int }}",
        "{{ .Values.wait | default 1000 | quote }}",
        "{{ default 1000 .Values.wait }}",
        "{{ settings.get('wait', 1000) }}",
        "{{ wait | default(other | default(1000)) }}",
    ] {
        let text = format!("ETCD_NAME={{{{ name }}}}\nETCD_ELECTION_TIMEOUT={mark}\n");
        let configuration = config::read(0, &text).expect("a file of variables");
        assert_eq!(configuration.settings[0].raw, "1000", "{text}");
        let patch = &patch(&[&text], &[configuration], &[ELECTION])[0];
        assert_eq!((patch.disposition, patch.text.as_deref()), ("review", Some(text.replace("1000", "2500").as_str())));
    }
    for text in [
        "#cloud-config\ncoreos:\n  etcd2:\n    election-timeout: {{ wait | default(1000) }}\n",
        "services:\n  etcd:\n    environment:\n      ETCD_ELECTION_TIMEOUT: \"{{ wait | default('1000') }}\"\n",
        "etcd_election_timeout: \"{{ lookup('env', 'WAIT') | default(1000, true) }}\"\n",
    ] {
        assert_eq!(patched(text, &[ELECTION]), text.replace("1000", "2500"));
    }
    // What is computed from a default is another value.
    for mark in ["{{ (wait | default(5)) * 1000 }}", "{{ mul (default 5 .wait) 1000 }}", "{{ wait | default(5000) if big else 1000 }}"] {
        let text = format!("ETCD_NAME={{{{ name }}}}\nETCD_ELECTION_TIMEOUT={mark}\n");
        assert_eq!(config::read(0, &text).expect("a file of variables").settings[0].value, None, "{text}");
    }
}

#[test]
fn an_expression_is_replaced_as_a_whole() {
    for (text, expression) in [
        ("task \"etcd\" {\n  env {\n    ETCD_ELECTION_TIMEOUT = tostring(var.wait[0])\n  }\n}\n", "tostring(var.wait[0])"),
        ("values = (\n  (\"ETCD_HEARTBEAT_INTERVAL\", \"250\"),\n  (\"ETCD_ELECTION_TIMEOUT\", str(WAIT)),\n)\n", "str(WAIT)"),
        (
            "run([\n  \"etcd\", \"--name\", name,\n  \"--election-timeout\", str(wait),\n  \"--heartbeat-interval\", \"250\",\n])\n",
            "str(wait)",
        ),
    ] {
        assert_eq!(patched(text, &[ELECTION]), text.replace(expression, "\"2500\""));
    }
}

#[test]
fn both_branches_of_a_template_are_changed() {
    let text = "#cloud-config\ncoreos:\n  etcd2:\n    name: {{ name }}\n    {% if slow %}\n    election-timeout: 2000\n    {% else %}\n    election-timeout: 1000\n    {% endif %}\n  units:\n    - name: etcd2.service\n      command: start\n";
    assert_eq!(patched(text, &[ELECTION]), text.replace("2000", "2500").replace("1000", "2500"));
    let read = config::read(0, text).expect("a cloud-config");
    assert!(read.settings.iter().filter_map(|setting| setting.why.as_deref()).all(|why| why.contains("another branch")));
}

#[test]
fn a_template_is_told_from_a_broken_file() {
    let ids = |text: &str| config::read(0, text).expect("a configuration").problems.iter().map(|problem| problem.id).collect::<Vec<_>>();
    let timers = "    heartbeat-interval: 100\n    election-timeout: 1000\n";
    for marks in [
        "{% if slow %}\n",
        "{{- if .Slow }}\n",
        "%{ if slow }\n",
        "    name: {{ name }}{% if x %}-x{% endif %}\n",
        "    name: {{ a }}-{{ b }}\n",
        "    {{/* timers */}}\n",
        "    name: @name@\n",
    ] {
        let head = "#cloud-config\ncoreos:\n  etcd2:\n";
        let units = "  units: [{name: etcd2.service, command: start}]\n";
        let text = format!("{head}{marks}{timers}{units}");
        let told = ids(&text);
        assert!(told.iter().all(|id| *id == RuleId::ConfigTemplate) && !told.is_empty(), "{text}: {told:?}");
        let broken = ids(&format!("{head}{marks}{timers}   x: 1\n{units}"));
        let is_told = broken.contains(&RuleId::ConfigYamlError);
        assert!(is_told || marks.contains('@') || marks.contains("endif"), "{text}: {broken:?}");
    }
    let quoted = "kind: Pod\nspec:\n  containers:\n  - name: etcd\n    env:\n    - name: ETCD_ELECTION_TIMEOUT\n      value: {{ .Values.wait | quote }}\n";
    assert_eq!(patched(quoted, &[ELECTION]), quoted.replace("{{ .Values.wait | quote }}", "\"2500\""));
}

#[test]
fn what_a_program_joins_to_a_flag_is_not_parted_from_it() {
    for text in [
        "args = [\"etcd\", \"--heartbeat-interval=\" + beat, \"--election-timeout=1000\"]\n",
        "run(etcd, \"--heartbeat-interval=\"+beat,\n  \"--election-timeout=1000\",\n  \"--proxy=off\")\n",
        "system('etcd --heartbeat-interval=' . $beat . ' --election-timeout=1000');\n",
        "os.execute(\"etcd --heartbeat-interval=\" .. beat)\n",
        "env = [\"ETCD_HEARTBEAT_INTERVAL=\" + beat, \"ETCD_ELECTION_TIMEOUT=1000\"]\n",
    ] {
        let configuration = config::read(0, text).expect("a configuration");
        assert!(configuration.problems.iter().all(|problem| problem.id == RuleId::ConfigTemplate), "{text}{:?}", configuration.problems);
        let patches = patch(&[text], &[configuration], &[HEARTBEAT]);
        assert_eq!((patches[0].disposition, &patches[0].diff), ("refused", &None), "{text}");
    }
    let ruby = "system(\"etcd --heartbeat-interval=#{beat} --election-timeout=1000\")\n";
    assert_eq!(patched(ruby, &[HEARTBEAT]), ruby.replace("#{beat}", "250"));
}

/// What a condition writes may be missing, and its options with it.
#[test]
fn new_values_stand_outside_of_a_templates_conditions() {
    let both = [HEARTBEAT, ELECTION];
    let lines = "heartbeat-interval: 250\nelection-timeout: 2500\n";
    let file = |more: &str| format!("name: {{{{ name }}}}\ndata-dir: /x\n{more}{{% if tls %}}\nauto-tls: true\n{{% endif %}}\n");
    assert_eq!(patched(&file(""), &both), file(lines));
    let section = |more: &str| {
        format!(
            "#cloud-config\ncoreos:\n  etcd2:\n    name: {{{{ name }}}}\n{more}{{% if found %}}\n    discovery: {{{{ found }}}}\n{{% endif %}}\n  units:\n    - name: etcd2.service\n      command: start\n"
        )
    };
    assert_eq!(patched(&section(""), &both), section("    heartbeat-interval: 250\n    election-timeout: 2500\n"));
    // A section that a condition writes has them in it.
    let whole = |more: &str| {
        format!(
            "#cloud-config\ncoreos:\n{{% if etcd %}}\n  etcd2:\n    name: {{{{ name }}}}\n    discovery: x\n{more}{{% endif %}}\n  units: []\n"
        )
    };
    assert_eq!(patched(&whole(""), &both), whole("    heartbeat-interval: 250\n    election-timeout: 2500\n"));
    // Nor beside one that a condition writes.
    let twin = |more: &str| section(more).replace("discovery: {{ found }}", "heartbeat-interval: {{ found }}");
    assert_eq!(patched(&twin(""), &[ELECTION]), twin("    election-timeout: 2500\n"));
    let program = |more: &str| {
        format!(
            "var Env = `# etcd {{{{ .Tag }}}}\nETCD_NAME={{{{ .Name }}}}\n{more}{{{{- if .Arch }}}}\nETCD_UNSUPPORTED_ARCH={{{{ .Arch }}}}\n{{{{ end }}}}\n`\n"
        )
    };
    assert_eq!(patched(&program(""), &[ELECTION]), program("ETCD_ELECTION_TIMEOUT=2500\n"));
}

/// Behind its end the line would be written where nothing else of etcd's is.
#[test]
fn a_condition_around_the_whole_file_takes_new_values_along() {
    let file = |more: &str| format!("{{% if etcd %}}\nETCD_NAME={{{{ name }}}}\nETCD_HEARTBEAT_INTERVAL=250\n{more}{{% endif %}}\n");
    assert_eq!(patched(&file(""), &[ELECTION]), file("ETCD_ELECTION_TIMEOUT=2500\n"));
    let defined = |more: &str| {
        format!(
            "{{{{- define \"env\" -}}}}\nETCD_NAME={{{{ .name }}}}\nETCD_DATA_DIR=/x\n{more}{{{{- end -}}}}\n{{{{- define \"other\" -}}}}\nX=1\n{{{{- end -}}}}\n"
        )
    };
    assert_eq!(patched(&defined(""), &[ELECTION]), defined("ETCD_ELECTION_TIMEOUT=2500\n"));
}

/// A block whose lines end in blanks is read as it stands, so a line can be added to it.
#[test]
fn blanks_at_the_end_of_lines_change_nothing() {
    let file = |more: &str| {
        format!(
            "systemd:\n  units:\n    - name: etcd2.service\n      dropins:\n        - name: a.conf\n          contents: |\n            [Service] \n              \n{more}            ExecStart=/usr/bin/etcd2 --discovery={{{{.x}}}} \n{{{{ if .y }}}}\npasswd: {{}}\n{{{{ end }}}}\n"
        )
    };
    let new = "            Environment=ETCD_ELECTION_TIMEOUT=2500 \n";
    let patched = patched(&file(""), &[ELECTION]);
    assert!(search::has(&patched, new.trim_end()), "{patched}");
}

#[test]
fn a_value_that_something_fills_in_is_replaced_as_a_whole() {
    for value in ["{% if x %}100{% else %}200{% endif %}", "%{HB}", "#{hb}"] {
        let text = format!("#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: {value}\n    name: a\n");
        let report = patch(&[&text], &[config::read(0, &text).expect("a cloud-config")], &[HEARTBEAT]).remove(0);
        assert_eq!((report.disposition, report.text), ("review", Some(text.replace(value, "250"))));
    }
}
