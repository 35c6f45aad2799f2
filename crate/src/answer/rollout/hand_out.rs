//! How the corrected file reaches the machines.

use crate::answer::step::step;
use crate::config::{Configuration, Launcher, Source};
use crate::facts::Facts;
use crate::facts::settings::from_configuration;
use crate::gather::Gather;
use crate::patch::{Change, HardwareSpeed};
use crate::plan::{Decision, Plan};
use crate::report::{PatchReport, Step};
use crate::version::version;

/// What goes wrong when the values are written by hand.
fn spelling(facts: &Facts, plan: &Plan) -> &'static str {
    if facts.configurations.is_empty() && plan.changes_any(false) {
        " fleet's seconds are bare numbers, only agent-ttl carries its unit: without one fleetd does not start, and a 5s elsewhere counts as 0."
    } else if facts.etcd.is_some_and(|range| range.high >= version(3, 4, 0)) {
        // etcd-io/etcd@v3.4.45:pkg/flags/flag.go
        " Never set an option both as flag and as variable: etcd 3.4 and later refuse to start."
    } else {
        ""
    }
}

/// kubeadm: kubernetes.io, "Reconfiguring a kubeadm cluster": its file reaches no running member by itself.
fn hand_to(facts: &Facts, launcher: Launcher, patches: &[PatchReport]) -> Step {
    let in_tool = |each: &Configuration| matches!(each.source, Source::Flags | Source::Program | Source::Prefixed) || each.cluster.written;
    let by_tool = facts.configurations.iter().any(in_tool);
    let (text, commands): (&str, &[&str]) = match launcher {
        Launcher::Kubelet => (
            "Change only these lines of the manifest, on one control-plane machine at a time, as below: the kubelet restarts etcd as soon as the file changes. If kubeadm wrote the manifest, its next upgrade writes it anew: change kubeadm's own copy too (etcd.local.extraArgs).",
            &["kubectl -n kube-system edit configmap kubeadm-config"],
        ),
        Launcher::Kubeadm => (
            "kubeadm reads its file only when it sets up or upgrades a machine. For the members that run, write the same values as flags into /etc/kubernetes/manifests/etcd.yaml. Do one control-plane machine at a time, as below: the kubelet restarts etcd as soon as that file changes. For upgrades to come, change kubeadm's own copy too.",
            &["kubectl -n kube-system edit configmap kubeadm-config"],
        ),
        // k3s-io/k3s: install.sh, service_enable_and_start.
        Launcher::K3s if by_tool => (
            "Where an installer or a tool makes a server's unit or its config.yaml of it (get.k3s.io, Ansible, Terraform, NixOS), run that on one server after the other, as below: the installer starts k3s anew itself.",
            &[],
        ),
        Launcher::K3s => {
            let in_unit = facts.has_source(Source::DropIn);
            ("It applies at the next restart of k3s or RKE2.", if in_unit { &["sudo systemctl daemon-reload"] } else { &[] })
        }
        Launcher::Installer => (
            "Give it to what installs the cluster (rke up, talosctl apply-config, k0sctl apply, terraform apply, kubectl apply). It restarts etcd itself, so see that it takes one member at a time, as below.",
            &[],
        ),
        Launcher::Workload | Launcher::OpenShift => (
            "Give it to what runs these pods (helm upgrade, kubectl apply, pulumi up, an operator). It starts them anew, so see that it takes one member at a time, as below.",
            &[],
        ),
        Launcher::Tool(tool) => (tool.before, &[]),
    };
    let first = match launcher {
        Launcher::Kubelet | Launcher::Kubeadm | Launcher::OpenShift => String::new(),
        Launcher::K3s if !by_tool => put(patches, " on every server"),
        Launcher::K3s | Launcher::Installer | Launcher::Workload | Launcher::Tool(_) => put(patches, ""),
    };
    // k3s reads its file only as it starts, and systemd the unit only when told.
    let interrupts = if launcher == Launcher::K3s && !by_tool { "Nothing." } else { "Nothing until the file changes." };
    step(format!("{first}{text}"), commands, interrupts)
}

/// Why nothing takes the values, where an operator writes etcd's configuration; it may name values of its own that come near.
pub(super) fn by_operator(patches: &[PatchReport]) -> Option<&str> {
    patches.iter().find(|patch| patch.text.is_none())?.reason.as_deref()
}

/// Where the file could not be corrected, or was not given, there is a snippet. The corrected file is of one machine: of several
/// each has names and addresses of its own.
fn put(patches: &[PatchReport], place: &str) -> String {
    let corrected = patches.iter().any(|patch| patch.document.is_some() && patch.disposition != "refused");
    match (corrected, place) {
        (true, "") => String::from("Replace your file with the corrected one. "),
        (true, _) => format!("Make the change of the corrected file{place}, and only that: each keeps its own name and addresses. "),
        (false, _) => format!("Merge the snippet into your file{place}. "),
    }
}

/// The first step: the file, changed where it is kept.
pub(super) fn hand_out(facts: &Facts, plan: &Plan, (changes, patches): (&[Change], &[PatchReport])) -> Step {
    let states =
        |decision: &Decision| from_configuration(facts, decision.parameter).is_some_and(|stated| stated.value == decision.proposed);
    if plan.changes().all(states) {
        return step(
            "The file states these values already. See that it is the file that each member starts from, and that no flag, variable or drop-in overrides it.",
            &[],
            "Nothing.",
        );
    }
    let is = |source| facts.has_source(source);
    if let Some(why) = by_operator(patches) {
        if facts.started().launcher != Some(Launcher::OpenShift) {
            return step(why, &[], "");
        }
        let HardwareSpeed { said, command } = HardwareSpeed::of(changes);
        let shown = ["oc get etcd/cluster -o jsonpath='{.spec.controlPlaneHardwareSpeed}'", "oc -n openshift-etcd get pods -l app=etcd"];
        let commands = command.as_deref().into_iter().chain(shown).gather();
        return step(said, &commands, if command.is_some() { "One member at a time, for seconds." } else { "" });
    }
    if let Some(launcher) = facts.started().launcher {
        return hand_to(facts, launcher, patches);
    }
    let (place, when) = if facts.configurations.iter().any(|configuration| configuration.cluster.by_cloud_init) {
        (
            "",
            "cloud-init writes its files only when a machine boots for the first time. On machines that run, make the same change in the file that it wrote: it applies at the next restart of its daemon.",
        )
    } else if is(Source::CloudConfig) || facts.configurations.is_empty() && facts.has_fleet() {
        (
            " on every machine",
            "A cloud-config is applied at the next boot. To go without one, add the drop-in: it applies at the next restart of its unit.",
        )
    } else if is(Source::ContainerLinux) || is(Source::Ignition) {
        // coreos.github.io/ignition/rationale, "Ignition runs only on the first boot"
        (
            "",
            "Ignition applies it to a machine only when that boots for the first time. To machines that run, add the drop-in: it applies at the next restart of its unit.",
        )
    } else if is(Source::Fragment)
        || is(Source::Prefixed)
        || is(Source::Program)
        || facts.configurations.iter().any(|configuration| configuration.cluster.written)
    {
        (
            "",
            "Where a script or a tool makes the machines' files of it (Ansible, Puppet, Terraform, NixOS), run that without its restart of etcd. It applies at the next restart of its daemon.",
        )
    } else {
        (" on every machine", "It applies at the next restart of its daemon.")
    };
    let text = format!("{}{when}{}{}", put(patches, place), by_tool(facts), spelling(facts, plan));
    step(text, &["sudo systemctl daemon-reload"], "Nothing.")
}

/// A template, and what stands in a file of another tool, goes through that tool. For changed user-data Terraform and CloudFormation
/// may replace a machine or start it anew (terraform-provider-digitalocean: docs/resources/droplet.md, user_data;
/// docs.aws.amazon.com: AWS::EC2::Instance, UserData).
fn by_tool(facts: &Facts) -> &'static str {
    let is_first = |source| matches!(source, Source::CloudConfig | Source::ContainerLinux | Source::Ignition);
    // What stands beside a log is of an article or a paste, not of a tool's file.
    let in_article = |each: &Configuration| facts.logs.iter().any(|log| log.document == each.document);
    let in_tool = |each: &Configuration| each.tolerant || each.part.is_some() && !in_article(each);
    if facts.configurations.iter().any(|each| is_first(each.source) && in_tool(each)) {
        " Where a tool hands it to the machines (Terraform, CloudFormation, Heat), see in its plan that it makes none of them anew: their data would be gone."
    } else {
        ""
    }
}
