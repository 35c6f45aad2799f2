use super::*;
use crate::ids::RuleId;

fn stated(text: &str) -> Vec<(&'static str, String)> {
    let read = crate::config::read(0, text).expect("a configuration");
    assert_eq!(read.source, Source::Program, "{text}");
    assert!(read.problems.iter().all(|problem| problem.id == RuleId::ConfigTemplate), "{text}: {:?}", read.problems);
    read.settings.iter().map(|setting| (setting.parameter.key(), setting.place.span.of(text).to_owned())).collect()
}

#[test]
fn a_manifest_in_a_language_is_a_program() {
    let text = "new Set(\"etcd\", {\n  spec: { containers: [{\n    name: \"etcd\",\n    image: \"quay.io/coreos/etcd:v3.4.23\",\n    command: [\"etcd\", \"--election-timeout=1000\"],\n  }]}\n});\n";
    let read = crate::config::read(0, text).expect("a program");
    assert_eq!((read.source, read.settings.len()), (Source::Program, 1));
}

#[test]
fn keys_of_fleet_beside_those_of_etcd() {
    let text = "c.set('etcd2', {\n  \"listen-client-urls\": u,\n  \"election-timeout\": 1000,\n});\nc.set('FLEET', {\n  \"agent-ttl\": \"30s\",\n});\n";
    let count = |text: &str| crate::config::read(0, text).expect("a program").settings.len();
    assert_eq!((count(text), count(&text.replace("FLEET", "fleet"))), (1, 2));
}

#[test]
fn lists_and_assignments_of_other_languages() {
    let expected = [("heartbeat-interval", "200".to_owned()), ("election-timeout", "2000".to_owned())];
    for text in [
        "spawn('etcd', [\n  '--name', 'a', // the first's name\n  /*\n  '--heartbeat-interval', '500', */ /* \"--election-timeout=5000\", */\n  '--heartbeat-interval', '200',\n  '--election-timeout', '2000',\n]);\n",
        "subprocess.Popen([\"etcd\", \"--heartbeat-interval\", str(200), \"--election-timeout=2000\"])\n",
        "systemd.services.etcd.environment = {\n  ETCD_HEARTBEAT_INTERVAL = lib.mkForce \"200\";\n  ETCD_ELECTION_TIMEOUT = toString 2000;\n};\n",
        "env = {\n  \"ETCD_HEARTBEAT_INTERVAL\": str(200),\n  \"ETCD_ELECTION_TIMEOUT\": \"2000\",\n}\n",
        "{\n  services.etcd.extraConf.HEARTBEAT_INTERVAL = \"200\";\n  services.etcd.extraConf.ELECTION_TIMEOUT = \"2000\";\n}\n",
        "{\n  systemd.services.etcd.environment.ETCD_HEARTBEAT_INTERVAL = \"200\";\n  systemd.services.etcd.environment.ETCD_ELECTION_TIMEOUT = \"2000\";\n}\n",
        "task \"etcd\" {\n  config {\n    command = \"etcd\"\n    args = [\n      \"--heartbeat-interval=200\",\n      \"--election-timeout=2000\",\n    ]\n  }\n}\n",
        "{\n  services.etcd.extraConf = {\n    HEARTBEAT_INTERVAL = \"200\";\n    \"ELECTION_TIMEOUT\" = \"2000\";\n  };\n}\n",
        "print(f'ETCD_HEARTBEAT_INTERVAL=\"200\"', file=file)\nprint(f'ETCD_ELECTION_TIMEOUT=\"2000\"', file=file)\n",
        "Etcd: &ETCDService{\n\tExtraArgs: map[string]string{\n\t\t\"heartbeat-interval\": \"200\",\n\t\t\"election-timeout\":   \"2000\",\n\t},\n},\n",
        "Env: [\n  'ETCD_HEARTBEAT_INTERVAL=200', // ms\n  'ETCD_ELECTION_TIMEOUT=2000',\n],\n",
        "echo -e \"[Service]\\nEnvironment=ETCD_HEARTBEAT_INTERVAL=200\\nEnvironment=ETCD_ELECTION_TIMEOUT=2000\" > /etc/systemd/system/etcd.service.d/a.conf\n",
        "cloud = {\n    'coreos': {\n        'etcd2': {\n            'heartbeat-interval': 200,\n            'election-timeout': 2000,\n        },\n    }\n}\n",
        "docker \"run -d\" +\n  \" -e ETCD_HEARTBEAT_INTERVAL=200\" +\n  \" -e ETCD_ELECTION_TIMEOUT=2000\" +\n  \" quay.io/coreos/etcd\"\n",
        "k3s_config = {\n  etcd-arg = [\n    \"heartbeat-interval=200\",\n    \"election-timeout=2000\",\n  ]\n}\n",
        "new Container(\"quay.io/coreos/etcd\")\n  .withEnv(\"ETCD_HEARTBEAT_INTERVAL\", \"200\")\n  .withEnv(\"ETCD_ELECTION_TIMEOUT\", \"2000\");\n",
        "const x = {\n  env: [\n    { name: \"ETCD_HEARTBEAT_INTERVAL\", value: \"200\" },\n    { name: \"ETCD_ELECTION_TIMEOUT\", value: \"2000\" },\n  ],\n};\n",
        "rke_config {\n  etcd {\n    extra_args = {\n      heartbeat-interval = \"200\"\n      election-timeout = \"2000\"\n    }\n  }\n}\n",
        "config = {\n    \"etcd\": {\n        \"extraArgs\": {\n            \"heartbeat-interval\": 200,\n            \"election-timeout\": 2000\n        }\n    }\n}\n",
        "m := map[string]string{\n\t\"ETCD_HEARTBEAT_INTERVAL\": \"200\",  // ms\n\t\"ETCD_ELECTION_TIMEOUT\":   \"2000\", // ms\n}\n",
        "cmd = (\"{binary} --name a \"\n    + \"--heartbeat-interval=200 \"\n    + \"--election-timeout=2000\"\n    + more)\n",
        "environment = [\n  { name = \"ETCD_HEARTBEAT_INTERVAL\", value = \"200\" },\n  { name = \"ETCD_ELECTION_TIMEOUT\", value = \"2000\" },\n]\n",
        "docker_container 'etcd' do\n  env 'ETCD_HEARTBEAT_INTERVAL' => '200', 'ETCD_ELECTION_TIMEOUT' => '2000'\nend\n",
        "default[\"etcd\"][\"heartbeat_interval\"] = 200\ndefault[\"etcd\"][\"election_timeout\"] = 2000\n",
        "data['coreos']['etcd2']['heartbeat-interval'] = 200\ndata['coreos']['etcd2']['election-timeout'] = 2000\n",
        "local base = import \"base.jsonnet\";\n{\n  services +: {\n    etcd: base + {\n      environment: {\n        ETCD_HEARTBEAT_INTERVAL: \"200\",\n        ETCD_ELECTION_TIMEOUT: \"2000\",\n      },\n    },\n  },\n}\n",
        "class { 'etcd':\n  ensure             => latest,\n  heartbeat_interval => 200,\n  election_timeout   => 2000,\n}\n",
        "default['etcd']['heartbeat_interval'] = 200\ndefault['etcd']['election_timeout'] = '2000'\n",
        "node['etcd']['heartbeat_interval'] = 200\nif node['etcd']['election_timeout'] == 500\n  node['etcd']['election_timeout'] = 2000\nend\n",
        "etcd_service 'a' do\n  heartbeat_interval 200\n  election_timeout 2000\n  action :start\nend\n",
        "env {\n  ETCD_HEARTBEAT_INTERVAL = 200\n  ETCD_ELECTION_TIMEOUT = \"2000\"\n}\n",
        "run('etcd',['--heartbeat-interval','200','--election-timeout','2000'])\n",
        "units = []Dropin{\n\t{Name: \"a.conf\", Contents: \"[Service]\\nEnvironment=ETCD_HEARTBEAT_INTERVAL=200\\nEnvironment=ETCD_ELECTION_TIMEOUT=2000\\n\"},\n}\n",
        "<plist version=\"1.0\">\n<dict>\n  <key>EnvironmentVariables</key>\n  <dict>\n    <key>ETCD_HEARTBEAT_INTERVAL</key><string>200</string>\n  </dict>\n  <key>ProgramArguments</key>\n  <array>\n    <string>/opt/etcd/bin/etcd</string>\n    <string>--election-timeout</string>\n    <string>2000</string>\n  </array>\n</dict>\n</plist>\n",
        "FROM quay.io/coreos/etcd:v3.5.9\nENV ETCD_HEARTBEAT_INTERVAL 200\nCMD [\"etcd\", \"--election-timeout=2000\"]\n",
        "default['a']['etcd']['heartbeat_interval'] = 200\ndefault['a']['etcd']['election_timeout'] = 2000\n",
        "subprocess.run(\n    ['etcd', '--heartbeat-interval', '200', '--election-timeout', '2000'])\n",
    ] {
        assert_eq!(stated(text), expected, "{text}");
    }
}

/// k3s and RKE2 read a file of YAML, which a script or a program may write line by line.
#[test]
fn lines_of_the_file_of_k3s() {
    let script = "#!/bin/sh\n{\n  echo \"token: \\\"$TOKEN\\\"\"\n  echo \"etcd-arg:\"\n  echo \"  - heartbeat-interval=300\"\n  echo '  - election-timeout=3000'\n} > /etc/rancher/k3s/config.yaml\n";
    let program = "if server:\n    lines += [\n        \"etcd-arg:\",\n        \"  - heartbeat-interval=300\",\n        \"  - election-timeout=3000\",\n    ]\n";
    for text in [script, program] {
        assert_eq!(stated(text), [("heartbeat-interval", "300".to_owned()), ("election-timeout", "3000".to_owned())], "{text}");
    }
    // Two files, each with its own.
    for text in [script.replace("#!/bin/sh\n", &script.replace("config.yaml", "config.yaml.d/a.yaml")), program.repeat(2)] {
        let read = crate::config::read(0, &text).expect("a configuration");
        assert_eq!((read.settings.len(), read.settings.iter().filter(|setting| setting.effective).count()), (4, 4), "{text}");
        assert!(read.problems.is_empty(), "{:?}", read.problems);
    }
    // A list of another component's arguments, also below one of etcd's, and a sentence.
    let below = script.replace("\"etcd-arg:\"", "\"etcd-arg:\"\n  echo \"  - quota-backend-bytes=8589934592\"\n  echo \"kubelet-arg:\"");
    for other in
        [script.replace("etcd-arg:", "kubelet-arg:"), below, "echo \"  - heartbeat-interval=300 of etcd-arg is the default\"\n".to_owned()]
    {
        assert!(crate::config::read(0, &other).is_none_or(|read| read.settings.is_empty()), "{other}");
    }
}

#[test]
fn blocks_do_not_overrule_each_other() {
    let block = |name: &str, beat: u32| {
        format!(
            "func {name}() map[string]string {{\n\treturn map[string]string{{\n\t\t\"ETCD_HEARTBEAT_INTERVAL\": \"{beat}\",\n\t}}\n}}\n"
        )
    };
    let text = [block("fast", 100), block("slow", 200)].concat();
    assert_eq!(stated(&text), [("heartbeat-interval", "100".to_owned()), ("heartbeat-interval", "200".to_owned())]);
    assert!(crate::config::read(0, "[meta]\n  election-timeout = \"1s\"\n  heartbeat-timeout = \"1s\"\n").is_none());
}

#[test]
fn a_name_is_a_value_that_is_not_known() {
    let text = "args = [\n  \"etcd\",\n  \"--heartbeat-interval\", var.beat,\n  \"--election-timeout=${var.wait}\",\n]\n";
    assert_eq!(stated(text), [("heartbeat-interval", "var.beat".to_owned()), ("election-timeout", "${var.wait}".to_owned())]);
}

#[test]
fn a_proxy_beside_a_member_is_another_process() {
    let text = "a = [\"etcd\", \"--election-timeout=2000\"]\nb = [\"etcd\", \"--proxy=on\"]\n";
    assert_eq!(stated(text), [("election-timeout", "2000".to_owned())]);
    assert!(crate::config::read(0, text).is_some_and(|read| read.settings[0].effective));
}

#[test]
fn what_hands_a_value_on_does_not_overrule_it() {
    let text = "default['etcd']['election_timeout'] = 2000\ntemplate '/x' do\n  variables(\n    etcd_election_timeout: node['etcd']['election_timeout']\n  )\nend\n";
    let read = crate::config::read(0, text).expect("a recipe");
    let acting: Vec<&str> = read.settings.iter().filter(|setting| setting.effective).map(|setting| setting.raw.as_str()).collect();
    assert_eq!((acting, read.problems.len()), (vec!["2000"], 0));
}

#[test]
fn attributes_of_another_program_are_not_read() {
    let text = "default['etcd']['election_timeout'] = 2000\ndefault['serf']['heartbeat_interval'] = 60\n";
    assert_eq!(stated(text), [("election-timeout", "2000".to_owned())]);
    let puppet =
        "class { 'serf':\n  heartbeat_interval => 60,\n}\nclass { 'etcd':\n  config => {\n    'election-timeout' => 2000,\n  },\n}\n";
    assert_eq!(stated(puppet), [("election-timeout", "2000".to_owned())]);
    let old = crate::config::read(0, "class { 'etcd':\n  peer_election_timeout => 500,\n}\n").expect("a class");
    assert!(old.settings[0].etcd_04);
}

#[test]
fn fleet_has_attributes_and_a_class_too() {
    let expected = [("agent-ttl", "60s".to_owned()), ("etcd-request-timeout", "3.0".to_owned())];
    for text in [
        "default['fleet']['agent_ttl'] = '60s'\ndefault['fleet']['etcd_request_timeout'] = 3.0\n",
        "default['a']['fleet']['agent_ttl'] = '60s'\ndefault['a']['fleet']['etcd_request_timeout'] = 3.0\n",
        "class { 'fleet':\n  agent_ttl            => '60s',\n  etcd_request_timeout => 3.0,\n}\n",
        "default['fleet']['agent_ttl'] = '60s'\ndefault['fleet']['etcd_request_timeout'] = 3.0\ndefault['mcollective']['agent_ttl'] = 9\n",
    ] {
        assert_eq!(stated(text), expected, "{text}");
    }
}

#[test]
fn an_option_that_a_program_declares_has_no_value() {
    for text in [
        "@click.option('--heartbeat-interval', default=50, help='ms')\n",
        "parser.add_argument('--election-timeout', type=int, default=2000)\nprint('etcd')\n",
        "program.option('--election-timeout <ms>', 'how long', 2000)\n",
    ] {
        assert!(crate::config::read(0, text).is_none(), "{text}");
    }
}

#[test]
fn texts_in_backticks() {
    for text in [
        "const args = [`--heartbeat-interval=100`, `--election-timeout=1000`];\nspawn(\"etcd\", args)\n",
        "cmd := exec.Command(\"etcd\", `--heartbeat-interval=100`, `--election-timeout=1000`)\n",
        "args := []string{\n\t`--heartbeat-interval=100`,\n\t`--election-timeout=1000`,\n}\n",
    ] {
        let read = crate::config::read(0, text).expect("a program");
        assert_eq!(read.settings.len(), 2, "{text}");
    }
}

#[test]
fn prose_and_shell_are_none() {
    let words = "With the defaults (`--heartbeat-interval 250`, `--election-timeout 1000`) etcd bears it.\n\n- Set `--election-timeout` above the longest stall.\n";
    assert!(crate::config::read(0, words).is_none());
    let link = "See [`--heartbeat-interval=250`](https://example.com/a) and [`--election-timeout=1000`](https://example.com/b).\n";
    assert!(crate::config::read(0, link).is_none());
    let article = "   - Between regions the timers of etcd have to be longer. Set it to\n     `--etcd-arg=heartbeat-interval=200 --etcd-arg=election-timeout=2000`\n     Measured latency: 0.7ms\n";
    assert!(crate::config::read(0, article).is_none());
    assert!(crate::config::read(0, "The flags of etcd are \"--heartbeat-interval\", \"--election-timeout\".\n").is_none());
    let shell = crate::config::read(0, "docker run quay.io/coreos/etcd:v3.5.0 etcd \"--heartbeat-interval=200\"\n").expect("a command");
    assert_eq!(shell.source, Source::Flags);
}

/// The last row of a list that etcd 3.5 logs at its start, as a terminal wraps it.
#[test]
fn a_list_that_begins_within_quotes_states_nothing() {
    let row = "w\",\"--heartbeat-interval\",\"100\",\"--election-timeout\",\"1000\",\"--enable-v2\"]}\n";
    assert!(crate::config::read(0, row).is_none());
    let whole = crate::config::read(0, &format!("[\"etcd\",\"--name\",\"{row}")).expect("a list");
    assert_eq!(whole.settings.len(), 2);
    // A program may put its peers together with one.
    let python = "subprocess.Popen([\"etcd\", \"--election-timeout\", \"300\", \"--initial-cluster\", \",\".join(peers)])\n";
    assert_eq!(crate::config::read(0, python).expect("a program").settings.len(), 1);
}

/// `printf` writes the end of each line, and `--` stands before a text that begins with a dash.
#[test]
fn lines_that_printf_writes_for_k3s() {
    let text = "#!/bin/sh\nF=/etc/rancher/k3s/config.yaml\nprintf 'etcd-arg:\\n' >> $F\nprintf -- '- heartbeat-interval=300\\n' >> $F\nprintf -- '- election-timeout=3000\\n' >> $F\n";
    let read = crate::config::read(0, text).expect("a script");
    assert_eq!(read.settings.iter().map(|setting| setting.place.span.of(text)).collect::<Vec<_>>(), ["300", "3000"]);
    assert!(crate::config::read(0, &text.replace("etcd-arg", "raft-arg")).is_none());
}
