//! What is read in manifests and files of installers.

use crate::config::{Configuration, Launcher, Source, read_as};
use crate::ids::RuleId;
use crate::text::DocumentId;
use crate::units::MS;

fn read(document: DocumentId, text: &str) -> Configuration {
    read_as(Source::Manifest, document, text)
}

fn raw(text: &str) -> Vec<(String, String)> {
    read(0, text)
        .settings
        .into_iter()
        .filter(|s| s.effective)
        .map(|s| (s.parameter.key().to_owned(), s.place.span.of(text).to_owned()))
        .collect()
}

#[test]
fn operations_on_a_manifest() {
    let path = "/spec/kubeadmConfigSpec/clusterConfiguration/etcd/local/extraArgs";
    let one = format!("- op: add\n  path: {path}/election-timeout\n  value: \"1000\"\n");
    for text in [
        format!(
            "kind: Kustomization\npatches:\n- target: {{kind: KubeadmControlPlane}}\n  patch: |-\n    {}\n",
            one.trim_end().replace('\n', "\n    ")
        ),
        one.clone(),
        format!("- op: replace\n  path: {path}\n  value:\n    election-timeout: \"1000\"\n"),
        "- op: add\n  path: /spec/containers/0/command/-\n  value: --election-timeout=1000\n".to_owned(),
    ] {
        let read = crate::config::read(0, &text).expect("operations");
        assert_eq!((read.settings.len(), read.settings[0].place.span.of(&text)), (1, "1000"), "{text}");
    }
    let other = one.replace("etcd/local", "scheduler");
    assert!(crate::config::read(0, &other).is_none_or(|read| read.settings.is_empty()));
}

#[test]
fn a_task_that_makes_a_container_makes_it_anew() {
    let launcher = |text: &str| read(0, text).cluster.launcher.map(|launcher| format!("{launcher:?}")).unwrap_or_default();
    let task = "- community.docker.docker_container:\n    image: quay.io/coreos/etcd:v3.5.9\n    command: etcd --election-timeout=2500\n";
    let play = format!("- hosts: etcd\n  tasks:\n  {}\n", task.trim_end().replace('\n', "\n  "));
    for text in [task, &play] {
        assert!(launcher(text).contains("docker stop"), "{text}");
    }
    assert_eq!(launcher(&task.replace("docker_container", "docker_image")), "");
}

#[test]
fn forms_of_salt_ansible_and_terraform() {
    for (text, expected) in [
        ("etcd:\n  service:\n    env:\n      - ETCD_ELECTION_TIMEOUT: '2500'\n", "2500"),
        ("- lineinfile: dest=/etc/etcd.env regexp='^ETCD_ELECTION_TIMEOUT=' line='ETCD_ELECTION_TIMEOUT=\"2500\"'\n", "2500"),
        (
            "kind: TalosControlPlane\nspec:\n  strategicPatches:\n  - |\n    cluster:\n      etcd:\n        extraArgs:\n          election-timeout: \"2500\"\n",
            "2500",
        ),
        ("- ini_file:\n    path: /etc/etcd/etcd.conf\n    section: null\n    option: ETCD_ELECTION_TIMEOUT\n    value: \"2500\"\n", "2500"),
        (
            "- community.general.ini_file:\n    path: /etc/systemd/system/etcd.service.d/a.conf\n    section: Service\n    option: Environment\n    value: ETCD_ELECTION_TIMEOUT=2500\n",
            "2500",
        ),
        ("a: &a {election-timeout: \"2500\"}\ncluster:\n  etcd:\n    extraArgs:\n      <<: *a\n", "2500"),
        ("resource \"a\" \"b\" {\n  config = <<EOF\ncni: x\netcd-arg: [ \"election-timeout=2500\" ]\nEOF\n}\n", "2500"),
    ] {
        assert_eq!(raw(text), [("election-timeout".to_owned(), expected.to_owned())], "{text}");
    }
}

#[test]
fn each_object_of_a_file_is_a_cluster() {
    let object = |wait: u32| {
        format!(
            "apiVersion: controlplane.cluster.x-k8s.io/v1beta1\nkind: KubeadmControlPlane\nspec:\n  kubeadmConfigSpec:\n    clusterConfiguration:\n      etcd:\n        local:\n          extraArgs:\n            election-timeout: \"{wait}\"\n"
        )
    };
    let read = read(0, &format!("{}---\n{}", object(1000), object(2500)));
    assert!(read.problems.is_empty() && read.settings.iter().all(|setting| setting.effective), "{read:?}");
}

#[test]
fn an_excerpt_is_no_broken_file() {
    let text = "    - --name={{ .Name }}\n    env:\n    - name: ETCD_ELECTION_TIMEOUT\n      value: \"1000\"\n  {{- if .Image }}\n    image: x\n  {{- end }}\n";
    let read = crate::config::read(0, text).expect("a manifest");
    assert_eq!(
        (read.settings.len(), read.problems.iter().map(|problem| problem.id).collect::<Vec<_>>()),
        (1, vec![RuleId::ConfigTemplate])
    );
}

#[test]
fn a_manifest_that_a_program_prints_is_a_template() {
    let text = "const patch = `kind: Pod\nspec:\n  containers:\n    - name: etcd\n      env:\n        - name: ETCD_ELECTION_TIMEOUT\n          value: \"%d\"`\n\tother := 1\n";
    let read = crate::config::read(0, text).expect("a manifest");
    assert_eq!((read.settings.len(), read.settings[0].value), (1, None));
    assert!(read.problems.iter().all(|problem| problem.id == RuleId::ConfigTemplate), "{:?}", read.problems);
}

#[test]
fn what_installers_say_of_version_and_members() {
    for (text, version, members) in [
        (
            "kind: ClusterConfiguration\ndns:\n  imageTag: v1.8.6\netcd:\n  local:\n    imageTag: 3.4.3-0\n    extraArgs: {election-timeout: \"2500\"}\n",
            "3.4.3-0",
            None,
        ),
        (
            "image:\n  repository: bitnami/etcd\n  tag: 3.5.9-debian-11-r4\nreplicaCount: 5\nextraEnvVars:\n- {name: ETCD_ELECTION_TIMEOUT, value: \"2500\"}\n",
            "3.5.9-debian-11-r4",
            Some(5),
        ),
        (
            "image:\n  repository: nginx\n  tag: 1.19.1\nreplicaCount: 2\nextraEnvVars:\n- {name: ETCD_ELECTION_TIMEOUT, value: \"2500\"}\n",
            "",
            None,
        ),
        (
            "nodes:\n- role: [controlplane, etcd]\n- role: [etcd]\n- role: [worker]\nsystem_images: {etcd: \"rancher/mirrored-coreos-etcd:v3.5.4\"}\nservices:\n  etcd: {extra_args: {election-timeout: 2500}}\n",
            "3.5.4",
            Some(2),
        ),
        ("etcd_version: v3.5.10\netcd_election_timeout: \"5000\"\n", "3.5.10", None),
    ] {
        let read = crate::config::read(0, text).expect("a configuration").cluster;
        assert_eq!((read.etcd_version.as_deref().unwrap_or(""), read.members), (version, members), "{text}");
    }
}

#[test]
fn what_only_names_a_key_is_no_manifest() {
    let source = "const (\n\t// The heartbeats:\n\t//\tETCD_HEARTBEAT_INTERVAL: 100ms\n\tSpeed = `json:\"controlPlaneHardwareSpeed\"`\n)\n";
    assert!(crate::config::read(0, source).is_none());
    let broken = "kind: ClusterConfiguration\netcd:\n  local:\n    extraArgs:\n      election-timeout: \"2500\"\n   x: [\n";
    assert_eq!(crate::config::read(0, broken).expect("broken, but one").problems[0].id, RuleId::ConfigYamlError);
}

#[test]
fn operators_hand_their_options_on() {
    let expected = [("heartbeat-interval".to_owned(), "200".to_owned()), ("election-timeout".to_owned(), "2000".to_owned())];
    for options in [
        "replicas: 5\n  options: {heartbeat-interval: '200', election-timeout: '2000'}\n",
        "size: 5\n  etcdOptions:\n  - --heartbeat-interval=200\n  - --election-timeout=2000\n",
    ] {
        let text = format!("apiVersion: a.example/v1alpha1\nkind: EtcdCluster\nspec:\n  {options}");
        assert_eq!(raw(&text), expected, "{text}");
        assert_eq!(read(0, &text).cluster.members, Some(5));
    }
}

#[test]
fn an_option_of_rke2_may_be_a_text_of_ansible() {
    let text = "rke2_server_options:\n  - \"write-kubeconfig-mode: 0644\"\n  - \"etcd-arg: ['heartbeat-interval=200', 'election-timeout=2000']\"\n";
    let found = crate::config::read(0, text).expect("a configuration");
    let values: Vec<_> = found.settings.iter().map(|setting| setting.place.span.of(text)).collect();
    assert_eq!((found.source, values), (Source::Manifest, vec!["200", "2000"]));
    assert_eq!(found.cluster.own_pair, Some(&crate::parameters::RANCHER));
}

#[test]
fn what_stands_right_below_etcd_kubeadm_passes_over() {
    let text = "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\netcd:\n  extraArgs:\n    election-timeout: \"2000\"\n";
    let read = crate::config::read(0, text).expect("a configuration");
    assert_eq!((read.settings[0].effective, read.problems[0].id), (false, RuleId::ConfigWrongSection));
    // KubeKey, k0s and others have it there.
    assert_eq!(raw("kind: ClusterConfig\nspec: {storage: {etcd: {extraArgs: {election-timeout: \"2000\"}}}}\n").len(), 1);
}

#[test]
fn literals_of_kustomize() {
    let text = "kind: Kustomization\nconfigMapGenerator:\n- name: etcd\n  literals: [ETCD_HEARTBEAT_INTERVAL=200]\n";
    assert_eq!(raw(text).len(), 1);
}

#[test]
fn nodes_and_services_are_of_kubemarine_too() {
    let text = "nodes:\n- {name: a, roles: [control-plane]}\nservices:\n  kubeadm:\n    etcd: {local: {extraArgs: {election-timeout: \"2000\"}}}\n";
    let found = crate::config::read(0, text).expect("a configuration");
    assert_eq!((found.settings.len(), found.cluster.own_pair, found.problems.len()), (1, None, 0));
}

#[test]
fn an_excerpt_may_leave_lines_out() {
    let text = "- name: ETCD_ELECTION_TIMEOUT\n  value: \"1000\"\n  ...\n- name: ETCD_HEARTBEAT_INTERVAL\n  value: \"100\"\n";
    let found = crate::config::read(0, text).expect("a configuration");
    assert_eq!((found.settings.len(), found.problems.len()), (2, 0));
}

#[test]
fn docker_shows_the_words_of_a_command_twice() {
    let words = "[\"--name=a\", \"--election-timeout=2000\"]";
    let text = format!(
        "[{{\"Path\": \"etcd\", \"Args\": {words}, \"Config\": {{\"Image\": \"etcd:v3.4.3\", \"Env\": [], \"Cmd\": {words}, \"Entrypoint\": [\"etcd\"]}}}}]"
    );
    assert_eq!(raw(&text).len(), 1);
    assert!(read(0, &text).problems.is_empty());
}

#[test]
fn services_of_one_compose_file_do_not_overrule_each_other() {
    let text = "services:\n  a:\n    image: etcd\n    command: [--heartbeat-interval=250]\n  b:\n    image: etcd\n    environment: {ETCD_HEARTBEAT_INTERVAL: 500}\n";
    assert_eq!(raw(text).into_iter().map(|(_, value)| value).collect::<Vec<_>>(), ["250", "500"]);
}

#[test]
fn anchors_and_files_of_a_config_map_are_followed() {
    let services = "services:\n  a:\n    image: etcd\n    environment:\n      <<: *e\n      ETCD_NAME: a\n  b:\n    image: etcd\n    environment: {<<: *e, ETCD_ELECTION_TIMEOUT: 3000}\n";
    let merged = format!("x-env: &e\n  ETCD_HEARTBEAT_INTERVAL: \"200\"\n  ETCD_ELECTION_TIMEOUT: 2000\n{services}");
    assert_eq!(raw(&merged).into_iter().map(|(_, value)| value).collect::<Vec<_>>(), ["200", "2000", "3000"]);
    assert!(read(0, &merged).problems.is_empty());
    // A whole service that others take over: what one says anew overrules nothing of another.
    let services = "services:\n  a: {<<: *e}\n  b:\n    <<: *e\n    command: [etcd, --election-timeout=3000]\n";
    let whole = format!("x-etcd: &e\n  image: etcd\n  command: [etcd, --election-timeout=2000]\n{services}");
    assert_eq!(raw(&whole).into_iter().map(|(_, value)| value).collect::<Vec<_>>(), ["2000", "3000"]);
    assert!(read(0, &whole).problems.is_empty());
    let alias = "x-env: &e\n- ETCD_ELECTION_TIMEOUT=2000\nservices:\n  a:\n    image: etcd\n    environment: *e\n";
    assert_eq!(raw(alias).len(), 1);
    for file in [
        "  x.yml: |\n    all:\n      etcd_heartbeat_interval: 200\n      etcd_election_timeout: 2000\n",
        "  vars: |\n    etcd_heartbeat_interval: 200\n    etcd_election_timeout: 2000\n",
        "  run.sh: |\n    #!/bin/sh\n    exec etcd --name a --heartbeat-interval=200 \\\n      --election-timeout=2000\n",
        "  etcd.json: '{\"heartbeat-interval\": 200, \"election-timeout\": 2000}'\n",
        "  etcd.conf.yml: |\n    name: a\n    heartbeat-interval: 200\n    election-timeout: 2000\n",
        "  x.env: |\n    ETCD_HEARTBEAT_INTERVAL=200\n    ETCD_ELECTION_TIMEOUT=2000\n",
    ] {
        let text = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: etcd}}\ndata:\n{file}");
        assert_eq!(raw(&text).into_iter().map(|(_, value)| value).collect::<Vec<_>>(), ["200", "2000"], "{text}");
    }
}

#[test]
fn a_file_of_a_config_map_is_what_it_holds() {
    let map = |lines: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: etcd}}\ndata:\n  kubeadm.yaml: |\n{lines}");
    let kubeadm = map("    kind: ClusterConfiguration\n    etcd:\n      local:\n        extraArgs: {election-timeout: \"2000\"}\n");
    assert_eq!(raw(&kubeadm).len(), 1);
    // Another program's, beside etcd's name elsewhere.
    let consul = read(0, &map("    raft:\n      election-timeout: 5s\n"));
    assert!(consul.settings.is_empty() && consul.problems.is_empty(), "{consul:?}");
}

#[test]
fn variables_stand_in_other_mappings_too() {
    let secret = "apiVersion: v1\nkind: Secret\ndata:\n  ETCD_ELECTION_TIMEOUT: MjAwMA==\n  ETCD_HEARTBEAT_INTERVAL: MjAw\n";
    let values: Vec<_> = read(0, secret).settings.iter().map(|setting| setting.value).collect();
    assert_eq!(values, [Some(2000 * MS), Some(200 * MS)]);
    let text = "kind: Secret\nstringData:\n  ETCD_ELECTION_TIMEOUT: \"2000\"\n";
    assert_eq!((raw(text).len(), read(0, text).settings.len()), (1, 1));
    assert_eq!(raw("{\"kind\": \"template\", \"stacks\": [{\"answers\": {\"ETCD_ELECTION_TIMEOUT\": \"2000\"}}]}").len(), 1);
}

#[test]
fn a_flag_with_underscores_ends_etcd() {
    let told = |command: &str| {
        let text = format!("kind: Pod\nspec:\n  containers:\n  - name: etcd\n    command: [{command}]\n");
        let ids = |read: Configuration| read.problems.into_iter().map(|problem| problem.id).collect::<Vec<_>>();
        (raw(&text).len(), ids(read(0, &text)))
    };
    assert_eq!(told("etcd, --election_timeout=2000"), (0, vec![RuleId::EtcdBadConfig]));
    assert_eq!(told("tune-etcd, --election_timeout=2000"), (0, vec![]));
    assert_eq!(told("etcd, --hearbeat-interval=200"), (0, vec![RuleId::EtcdBadConfig]));
    assert_eq!(told("tune-etcd, --hearbeat-interval=200"), (0, vec![]));
}

#[test]
fn names_that_are_written_wrong() {
    let told = |text: &str| read(0, text).problems.into_iter().map(|problem| problem.id).collect::<Vec<_>>();
    let pod =
        "kind: Pod\nspec:\n  containers:\n  - name: etcd\n    command: [etcd]\n    env: [{name: ETCD_ELECTION_TIMOUT, value: \"2000\"}]\n";
    assert_eq!(told(pod), [RuleId::ConfigUnknownKey]);
    assert!(told(&pod.replace("TIMOUT", "TIMEOUT")).is_empty());
    let kubeadm = "kind: ClusterConfiguration\netcd: {local: {extraArgs: {hearbeat-interval: \"200\"}}}\n";
    assert_eq!(told(kubeadm), [RuleId::EtcdBadConfig]);
}

#[test]
fn kubeadm_wants_the_form_of_its_version() {
    let (map, list) = ("{election-timeout: \"2000\"}", "[{name: election-timeout, value: \"2000\"}]");
    let told = |version: &str, arguments: &str| {
        let text = format!("apiVersion: {version}\nkind: ClusterConfiguration\netcd: {{local: {{extraArgs: {arguments}}}}}\n");
        let read = read(0, &text);
        assert_eq!(read.cluster.launcher, Some(Launcher::Kubeadm));
        (read.settings[0].effective, read.problems.into_iter().map(|problem| problem.id).collect::<Vec<_>>())
    };
    for version in ["kubeadm.k8s.io/v1beta3", "kubeadm.k8s.io/v1beta4"] {
        let (right, wrong) = if version.ends_with('4') { (list, map) } else { (map, list) };
        assert_eq!(told(version, right), (true, vec![]), "{version}");
        assert_eq!(told(version, wrong), (false, vec![RuleId::ConfigArgumentsForm]), "{version}");
        let number = right.replace('"', "");
        assert_eq!(told(version, &number), (false, vec![RuleId::ConfigUnquotedNumber]), "{version}");
    }
}

#[test]
fn kubernetes_wants_text_where_it_checks() {
    let told = |head: &str, key: &str, value: &str| {
        let text = format!("{head}image: etcd\n{key}:\n- name: ETCD_ELECTION_TIMEOUT\n  value: {value}\n");
        read(0, &text).problems.into_iter().map(|problem| problem.id).collect::<Vec<_>>()
    };
    let pod = "apiVersion: v1\nkind: Pod\n";
    assert_eq!(told(pod, "env", "2000"), [RuleId::ConfigUnquotedNumber]);
    let object = |rest: &str| read(0, &format!("{pod}{rest}")).problems.into_iter().map(|problem| problem.id).collect::<Vec<_>>();
    assert_eq!(object("data: {ETCD_ELECTION_TIMEOUT: 2000, ETCD_NAME: a}\n"), [RuleId::ConfigUnquotedNumber]);
    assert_eq!(object("command: [etcd, --election-timeout, 2000]\n"), [RuleId::ConfigUnquotedNumber]);
    assert!(object("command: [etcd, --election-timeout, '2000']\n").is_empty());
    // A chart, Ansible or a custom resource may quote it; text with a tag is text.
    for (head, key, value) in [("", "env", "2000"), (pod, "etcdEnv", "2000"), (pod, "env", "!!str 2000"), (pod, "env", "'2000'")] {
        assert!(told(head, key, value).is_empty(), "{head}{key} {value}");
    }
    assert_eq!(told(pod, "env", "inf"), [RuleId::EtcdBadConfig]);
}

#[test]
fn what_is_of_another_program_or_taken_out_is_not_read() {
    for text in [
        "kind: Pod\nspec:\n  containers:\n  - image: example/web:1\n    args: [--etcd=http://etcd:2379, --heartbeat-interval=30, --election-timeout=90]\n",
        "raft:\n  configuration: |\n    heartbeat-interval: 500\n    election-timeout: 2000\n",
        "- lineinfile: {path: /etc/etcd.env, line: ETCD_ELECTION_TIMEOUT=2000, state: absent}\n",
    ] {
        assert_eq!(raw(text), [], "{text}");
    }
    let chart = "etcd:\n  configuration: |\n    heartbeat-interval: 500\n    election-timeout: 5000\n";
    assert_eq!(raw(chart).len(), 2);
    // Below the kubelet an installer may set up etcd, too.
    assert_eq!(raw("kubelet:\n  etcd:\n    extraArgs: {election-timeout: \"2000\"}\n").len(), 1);
    let astray = read(0, "kubelet:\n  extraArgs: {election-timeout: \"2000\"}\n").problems;
    assert_eq!(astray[0].id, RuleId::ConfigWrongSection);
}

#[test]
fn a_flag_without_a_value_takes_none_of_the_next() {
    let text = "services:\n  etcd:\n    command: [etcd, --client-cert-auth, --heartbeat-interval=250, --pre-vote, --election-timeout, '2500', --debug]\n";
    assert_eq!(raw(text).into_iter().map(|(_, value)| value).collect::<Vec<_>>(), ["250", "2500"]);
    assert_eq!(read(0, text).cluster.pre_vote, Some(true));
}

#[test]
fn services_of_rancheros_and_the_speed_of_openshift() {
    let text = "#cloud-config\nrancher:\n  services:\n    etcd:\n      image: etcd\n      command: [etcd, --heartbeat-interval=200]\n";
    let found = crate::config::read(0, text).expect("a configuration");
    assert_eq!((found.source, found.settings.len(), found.problems.len()), (Source::Manifest, 1, 0));
    let text = "apiVersion: operator.openshift.io/v1\nkind: Etcd\nspec:\n  controlPlaneHardwareSpeed: \"Slower\"\n";
    let found = crate::config::read(0, text).expect("a configuration");
    assert_eq!(found.settings.iter().map(|setting| setting.value).collect::<Vec<_>>(), [Some(500 * MS), Some(2500 * MS)]);
    let by_platform = read(0, &text.replace("Slower", ""));
    assert!(by_platform.settings.is_empty() && by_platform.limits[0].contains("Azure"), "{:?}", by_platform.limits);
    assert!(found.limits.is_empty());
}

/// Of several documents each has its own keys: those of a queue beside an etcd are none of etcd's.
#[test]
fn the_timers_of_another_object_are_not_etcds() {
    let queue = "kind: Queue\nspec:\n  heartbeatInterval: 30\n  electionTimeout: 60\n";
    assert_eq!(raw(&format!("kind: EtcdCluster\nspec:\n  size: 3\n---\n{queue}")), []);
    let stated = "kind: EtcdCluster\nspec:\n  electionTimeout: 5000\n";
    assert_eq!(raw(&format!("{stated}---\n{queue}")), [("election-timeout".to_owned(), "5000".to_owned())]);
}

#[test]
fn pods_kubeadm_rke_k3s_compose() {
    let expected = [("heartbeat-interval".to_owned(), "500".to_owned()), ("election-timeout".to_owned(), "5000".to_owned())];
    for text in [
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: etcd\n      command: [etcd, --heartbeat-interval=500, \"--election-timeout=5000\"]\n",
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: etcd\n      command:\n      - etcd\n      args: [--heartbeat-interval, '500', --election-timeout, '5000']\n",
        "kind: ClusterConfiguration\netcd:\n  local:\n    extraArgs: {heartbeat-interval: \"500\", election-timeout: \"5000\"}\n",
        "kind: ClusterConfiguration\netcd:\n  local:\n    extraArgs:\n    - {name: heartbeat-interval, value: \"500\"}\n    - name: election-timeout\n      value: \"5000\"\n",
        "services:\n  etcd:\n    extra_args:\n      heartbeat-interval: 500\n      election-timeout: 5000\n",
        "apiVersion: kubekey.kubesphere.io/v1alpha2\nkind: Cluster\nspec:\n  etcd:\n    heartbeatInterval: 500\n    electionTimeout: 5000\n",
        "kind: EtcdCluster\nspec:\n  heartbeatInterval: 500\n  electionTimeout: 5000\n",
        "kind: HelmRelease\nspec:\n  chart: etcd\n  values:\n    configuration: |\n      heartbeat-interval: 500\n      election-timeout: 5000\n",
        "kind: Pod\nspec:\n  containers:\n  - name: etcd\n    command:\n    - sh\n    - -c\n    - |\n      BEAT=500\n      exec etcd --heartbeat-interval=$BEAT \\\n        --election-timeout 5000\n",
        "apiVersion: kubekey.kubesphere.io/v1\nkind: Config\nspec:\n  etcd:\n    env:\n      heartbeat_interval: 500\n      election_timeout: 5000\n",
        "version: '3'\ntasks:\n  etcd:\n    env:\n      ETCD_HEARTBEAT_INTERVAL: 500\n    cmds:\n    - etcd --name a --election-timeout 5000\n",
        "etcd:\n  image: {repository: example/etcd, tag: v3.5.9}\n  heartbeatInterval: 500\n  electionTimeout: 5000\n",
        "vars:\n  - {key: ETCD_HEARTBEAT_INTERVAL, value: \"500\"}\n  - {key: ETCD_ELECTION_TIMEOUT, value: 5000}\n",
        "- lineinfile:\n    line: 'ETCD_HEARTBEAT_INTERVAL=\"500\"'\n- lineinfile:\n    line: ETCD_ELECTION_TIMEOUT=5000\n",
        "configuration: |-\n  name: a\n  heartbeat-interval: 500\n  election-timeout: 5000\n",
        "apiVersion: apps/v1\nkind: StatefulSet\nspec:\n  containers:\n  - name: etcd\n    image: \"{{ .Values.image }}\"\n{{- if .Values.env }}\n{{ toYaml .Values.env | indent 4 }}\n{{- end }}\n    command:\n    - sh\n    - -ec\n    - |\n      exec etcd --name $(hostname) \\\n        --heartbeat-interval=500 \\\n        --election-timeout=5000\n",
        "kind: MachineConfig\napiVersion: machineconfiguration.openshift.io/v1\nspec:\n  config:\n    ignition: {version: 3.2.0}\n    systemd:\n      units:\n      - name: etcd.service\n        dropins:\n        - name: a.conf\n          contents: |\n            [Service]\n            Environment=ETCD_HEARTBEAT_INTERVAL=500 ETCD_ELECTION_TIMEOUT=5000\n",
        "Resources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n      - Image: etcd\n        Environment:\n        - Name: ETCD_HEARTBEAT_INTERVAL\n          Value: 500\n        - {Name: ETCD_ELECTION_TIMEOUT, Value: \"5000\"}\n",
        "services:\n  etcd:\n    command: [etcd, --heartbeat-interval, \"${BEAT:-500}\", \"--election-timeout=${WAIT-5000}\"]\n",
        "services:\n  etcd:\n    environment:\n      ETCD_HEARTBEAT_INTERVAL: ${BEAT:-500}\n      ETCD_ELECTION_TIMEOUT: \"${WAIT:-5000}\"\n",
        "apiVersion: k3d.io/v1alpha5\nkind: Simple\noptions:\n  k3s:\n    extraArgs:\n    - arg: --etcd-arg=heartbeat-interval=500\n      nodeFilters: [server:*]\n    - arg: '--etcd-arg=election-timeout=5000'\n",
        "apiVersion: controlplane.cluster.x-k8s.io/v1beta1\nkind: RKE2ControlPlane\nspec:\n  serverConfig:\n    etcd:\n      customConfig:\n        extraArgs: [\"heartbeat-interval=500\", election-timeout=5000]\n",
        "etcd-arg:\n  - heartbeat-interval=500\n  - election-timeout=5000\n",
        "k3os:\n  k3s_args:\n  - server\n  - --etcd-arg\n  - heartbeat-interval=500\n  - \"--etcd-arg=election-timeout=5000\"\n",
        "etcd-arg: heartbeat-interval=500\netcd-arg+: [election-timeout=5000]\n",
        "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nkubeadmConfigPatches:\n- |\n  kind: ClusterConfiguration\n  etcd:\n    local:\n      extraArgs: {heartbeat-interval: \"500\", election-timeout: \"5000\"}\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kubeadm-config}\ndata:\n  ClusterConfiguration: |\n    apiVersion: kubeadm.k8s.io/v1beta3\n    kind: ClusterConfiguration\n    etcd:\n      local:\n        extraArgs:\n          heartbeat-interval: \"500\"\n          election-timeout: \"5000\"\n",
        "services:\n  etcd:\n    image: quay.io/coreos/etcd:v3.5.7\n    command:\n    - '--heartbeat-interval=500'\n    - '--election-timeout=5000'\n",
        "services:\n  etcd:\n    image: quay.io/coreos/etcd:v3.5.7\n    environment:\n      ETCD_HEARTBEAT_INTERVAL: 500\n      ETCD_ELECTION_TIMEOUT: \"5000\"\n",
        "services:\n  etcd:\n    environment:\n    - ETCD_HEARTBEAT_INTERVAL=500\n    - \"ETCD_ELECTION_TIMEOUT=5000\"\n",
        "kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\nconfigMapGenerator:\n- name: etcd\n  literals:\n  - ETCD_HEARTBEAT_INTERVAL=500\n  - ETCD_ELECTION_TIMEOUT=\"5000\"\n",
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: etcd\n    env:\n    - {name: ETCD_HEARTBEAT_INTERVAL, value: \"500\"}\n    - name: ETCD_ELECTION_TIMEOUT\n      value: '5000'\n",
    ] {
        assert_eq!(raw(text), expected, "{text}");
    }
}

/// A note about an etcd, and an object that one owns, have timers of their own.
#[test]
fn only_an_object_that_is_an_etcd_has_its_timers() {
    let timers = |object: &str| {
        let text = format!("{object}spec:\n  electionTimeout: 2000\n---\nkind: Pod\nspec:\n  containers:\n  - command: [etcd, --name=a]\n");
        crate::config::read(0, &text).map_or(0, |read| read.settings.len())
    };
    assert_eq!(timers("apiVersion: example.com/v1\nkind: EtcdCluster\n"), 1);
    let owned = "metadata:\n  ownerReferences:\n  - kind: EtcdCluster\n";
    assert_eq!(timers(&format!("apiVersion: example.com/v1\nkind: Queue\n{owned}")), 0);
}

#[test]
fn what_k3os_and_kairos_start_is_k3s() {
    for text in [
        "k3os:\n  k3s_args: [server, --etcd-arg=heartbeat-interval=500]\n",
        "#cloud-config\nk3s:\n  args: [--etcd-arg=heartbeat-interval=500]\n",
    ] {
        assert_eq!(crate::config::read(0, text).and_then(|read| read.cluster.launcher), Some(crate::config::Launcher::K3s), "{text}");
    }
}

#[test]
fn an_image_of_etcd_runs_it() {
    let pod = "kind: Pod\nspec:\n  containers:\n  - image: bitnami/etcd:3.5\n    env: [{name: A, value: b}]\n";
    assert!(crate::config::read(0, pod).is_some_and(|read| read.cluster.has_etcd));
    assert!(crate::config::read(0, &pod.replace("etcd:", "etcd-backup:")).is_none());
    let backup = pod.replace("env:", "command: [etcdctl, snapshot, save]\n    env:");
    assert!(crate::config::read(0, &backup).is_none());
    let program = "local kube = import \"kube\";\n{\n  etcd: kube.Set() {\n    spec+: {\n      image: \"a/etcd:v3\",\n      args_+: {\n        \"election-timeout\": \"2000\",\n      },\n    },\n  },\n}\n";
    assert_eq!(crate::config::read(0, program).map(|read| read.settings.len()), Some(1));
}

#[test]
fn who_holds_an_installer_s_file_does_not_start_etcd() {
    let talos = "spec:\n  strategicPatches:\n  - |\n    cluster:\n      etcd:\n        extraArgs: {election-timeout: \"2500\"}\n";
    let kubeadm = "data:\n  a: |\n    kind: ClusterConfiguration\n    etcd: {local: {extraArgs: {election-timeout: \"2500\"}}}\n";
    for (text, launcher) in
        [(format!("kind: TalosControlPlane\n{talos}"), Launcher::Installer), (format!("kind: ConfigMap\n{kubeadm}"), Launcher::Kubeadm)]
    {
        assert_eq!(crate::config::read(0, &text).expect("a manifest").cluster.launcher, Some(launcher), "{text}");
    }
}

#[test]
fn files_that_ansible_copies() {
    let text = "- hosts: core\n  tasks:\n  - copy:\n      dest: /etc/systemd/system/etcd2.service.d/40-timing.conf\n      content: |\n        [Service]\n        Environment=\"ETCD_ELECTION_TIMEOUT=1000\"\n  - copy:\n      dest: /etc/fleet/fleet.conf\n      content: \"agent_ttl=60s\\netcd_request_timeout=2\\n\"\n";
    let read = crate::config::read(0, text).expect("tasks");
    let found: Vec<_> = read.settings.iter().filter(|setting| setting.effective).map(|setting| setting.place.span.of(text)).collect();
    assert_eq!((found, read.problems.len()), (vec!["1000", "60s", "2"], 0));
}

/// A role for Ansible makes k3s' file of its variables; another's may hold arguments of etcd's as well.
#[test]
fn variables_of_a_role_become_a_file_of_k3s() {
    let role = "k3s_state: installed\nk3s_server:\n  disable: [traefik]\n  etcd-arg:\n    - election-timeout=5000\n";
    let read = crate::config::read(0, role).expect("variables");
    assert_eq!((read.cluster.launcher, read.cluster.written), (Some(Launcher::K3s), true));
    assert_eq!(read.settings.iter().map(|setting| setting.place.span.of(role)).collect::<Vec<_>>(), ["5000"]);
    let own = crate::config::read(0, "cluster-init: true\netcd-arg:\n- election-timeout=5000\n").expect("k3s' file");
    assert_eq!((own.cluster.launcher, own.cluster.written), (Some(Launcher::K3s), false));
    assert!(crate::config::read(0, &role.replace("etcd-arg", "raft-arg")).is_none());
}
