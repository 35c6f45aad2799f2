//! What a configuration states, as the rooms of its forms hand it on.

use super::tools::Tool;
use crate::ids::RuleId;
use crate::parameters::{OwnPair, Parameter};
use crate::text::{DocumentId, Place};
use crate::units::Micros;

/// Makes the list of kinds, with each one's words and whether it is YAML, of which JSON is a part.
macro_rules! sources {
    ($(#[$doc:meta])* $($name:ident = $words:literal, yaml: $yaml:literal;)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Source {
            $(#[doc = $words] $name,)*
        }

        impl Source {
            /// All of them.
            pub const ALL: &[Source] = &[$(Source::$name),*];

            /// In words.
            pub fn words(self) -> &'static str {
                match self {
                    $(Source::$name => $words,)*
                }
            }

            /// Whether it is YAML, of which JSON is a part.
            pub fn is_yaml(self) -> bool {
                match self {
                    $(Source::$name => $yaml,)*
                }
            }
        }
    };
}

sources! {
    /// What a document is, when it is a configuration. Of several for one machine a later kind beats an earlier one: variables
    /// beat fleet.conf and the file of etcd 0.4, a drop-in a section, an environment file both, a flag all of them, and with its
    /// own file etcd ignores the others (systemd.exec(5); etcd-io/etcd@v3.4.0:etcdmain/config.go:131). What has no home is first.
    FleetConf = "fleet.conf", yaml: false;
    EtcdToml = "configuration file of etcd 0.4", yaml: false;
    Fragment = "lines of a configuration", yaml: true;
    Prefixed = "variables of Terraform, Puppet or Ansible", yaml: false;
    Program = "settings of etcd or fleet in a file of another tool", yaml: false;
    ContainerLinux = "Container Linux Config", yaml: true;
    Ignition = "Ignition configuration", yaml: true;
    CloudConfig = "CoreOS cloud-config", yaml: true;
    DropIn = "systemd unit or drop-in", yaml: false;
    Environment = "environment file", yaml: false;
    Manifest = "Kubernetes manifest or installer configuration", yaml: true;
    Flags = "etcd command line", yaml: false;
    EtcdYaml = "etcd configuration file", yaml: true;
}

/// A parameter's value as one place states it.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Which.
    pub parameter: Parameter,
    /// What the daemon would read; `None` where the text is no value for it.
    pub value: Option<Micros>,
    /// As written.
    pub raw: String,
    /// The bytes of the value.
    pub place: Place,
    /// Whether the daemon would use it.
    pub effective: bool,
    /// Why not, in a sentence.
    pub why: Option<String>,
    /// It stands on etcd's command line.
    pub by_flag: bool,
    /// Written for etcd 0.4 (`peer-` keys, section `coreos.etcd`).
    pub etcd_04: bool,
    /// Where another document sets the variable that it refers to.
    pub set_by: Option<Place>,
    /// The process that it is for, where the document tells: a unit, a container, a command.
    pub process: String,
}

impl Setting {
    /// Whether one process may have both.
    pub fn may_share(&self, other: &Setting) -> bool {
        self.process == other.process || self.process.is_empty() || other.process.is_empty()
    }
}

/// Something wrong with a configuration; the rule of the same id holds the text for people.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Finding id, e.g. `config-header-missing`.
    pub id: RuleId,
    /// Where.
    pub place: Place,
    /// What was found, and what was expected, in one sentence.
    pub note: String,
    /// The parameter it bears on.
    pub parameter: Option<Parameter>,
    /// The word that stands there, such as a key; empty where it is more than a word.
    pub word: String,
    /// It is a pair with fewer than five heartbeats in an election-timeout, which etcd refuses from 2.0.6 on.
    pub weak_pair: bool,
    /// Of a pair: the half that nothing states here, so that its default was taken.
    pub assumes: Option<Parameter>,
}

/// What a configuration tells about its cluster beside the five values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cluster {
    /// Members named in `initial-cluster`, or the discovery size.
    pub members: Option<u32>,
    /// Endpoints given to fleet.
    pub fleet_endpoints: Option<u32>,
    /// Version of etcd, as written (image tag, `version:`).
    pub etcd_version: Option<String>,
    /// Version of fleet, as written.
    pub fleet_version: Option<String>,
    /// The etcd this configures is 0.4.
    pub etcd_04: bool,
    /// It names a unit, a program or options that came with etcd 2.0, outside of a cloud-config, which may set up both.
    pub names_etcd_2: bool,
    /// It sets up etcd-member.service, CoreOS' etcd 3.
    pub has_member_unit: bool,
    /// It sets up etcd2.service, CoreOS' etcd 2, or names its program or its data.
    pub has_etcd2_unit: bool,
    /// It configures fleet.
    pub has_fleet: bool,
    /// It configures etcd.
    pub has_etcd: bool,
    /// A file with variables of etcd or fleet that a unit reads and that is not part of the document.
    pub absent_file: Option<String>,
    /// The file of its own that an etcd is started with.
    pub own_file: Option<String>,
    /// etcd or fleet are handed more than the document shows: such a file, or options that a variable holds.
    pub hands_more: bool,
    /// The first of the files that one server reads one after the other, this one among them; if a later one has a command or a
    /// list of its own, that.
    pub adds_to: Option<DocumentId>,
    /// Its command, or its list of etcd's options, takes the place of those of the files before it.
    pub replaces: bool,
    /// Whether it switches pre-vote on or off, a flag that etcd has from 3.4 on (etcd-io/etcd@v3.4.45:embed/config.go:446).
    pub pre_vote: Option<bool>,
    /// This etcd is a proxy, so its timers do not apply.
    pub proxy: bool,
    /// It is for cloud-init, which writes a machine's files only once.
    pub by_cloud_init: bool,
    /// It stands in a script or in a task of another tool, which writes the machine's file of it.
    pub written: bool,
    /// What starts etcd, where a manifest or an installer's file tells; else systemd does.
    pub launcher: Option<Launcher>,
    /// What starts it has a pair of timers of its own.
    pub own_pair: Option<&'static OwnPair>,
}

/// One document, read as configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Configuration {
    /// Which document.
    pub document: DocumentId,
    /// What it is.
    pub source: Source,
    /// In words: `CoreOS cloud-config`.
    pub format: String,
    /// Every value of the five, also those that do not act.
    pub settings: Vec<Setting>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
    /// What it tells about the cluster.
    pub cluster: Cluster,
    /// It was no valid YAML (a template, an error) and was read line by line.
    pub tolerant: bool,
    /// What was not read, in sentences.
    pub limits: Vec<String>,
    /// Where the document holds a log as well: the text up to the end of this configuration, with all before it blank.
    pub part: Option<String>,
    /// What stands before its lines, so that no edit may go into them.
    pub marks: Option<Marks>,
}

impl Configuration {
    /// Its problems of this kind.
    pub fn problems_of(&self, id: RuleId) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(move |problem| problem.id == id)
    }

    /// Whether it has one of this kind.
    pub fn has_problem(&self, id: RuleId) -> bool {
        self.problems_of(id).next().is_some()
    }
}

/// What a configuration may be shown with beside its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marks {
    /// The signs of a diff, which counts its lines.
    Diff,
    /// A quotation's `>`, a line's number, a file's path.
    Margin,
    /// Quotes around it, and `\n` for each line end.
    Escaped,
    /// `&quot;` for each quote, as in the source of a page.
    Html,
}

/// What starts etcd and hands it its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Launcher {
    /// The kubelet, from a manifest on the machine.
    Kubelet,
    /// kubeadm writes that manifest, from its own file.
    Kubeadm,
    /// k3s or RKE2, from the machine's `config.yaml`.
    K3s,
    /// RKE, Rancher, Talos or Cluster API, for all machines.
    Installer,
    /// A StatefulSet, an operator or a chart, as a workload of a cluster.
    Workload,
    /// OpenShift's etcd operator, which writes the manifests itself.
    OpenShift,
    /// docker and what runs its containers, Nomad, supervisord, a snap, an init of another kind.
    Tool(&'static Tool),
}
