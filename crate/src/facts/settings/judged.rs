//! What other texts show to be without effect: keys of etcd 0.4 for a later etcd, lines of fleet.conf beside a variable.

use crate::config::{Configuration, Problem, Source};
use crate::facts::VersionRange;
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::parameters::Parameter;
use crate::version::version;

/// What is said of a timer that is written with etcd 0.4's key for a later etcd.
const OLD_KEY: &str = "It is written with the key of etcd 0.4, which etcd 2 and 3 ignore.";

/// Whether this etcd passes over the keys of 0.4: it warns of them and goes on (etcd-io/etcd@v2.0.0:etcdmain/config.go:48,
/// `ignored`, which is the same up to v3.7).
pub fn passes_over_old_keys(etcd: Option<VersionRange>) -> bool {
    etcd.is_some_and(|range| range.low >= version(2, 0, 0))
}

/// Voids the keys of 0.4 for a later etcd, which the logs tell of or, without them, options that 0.4 does not have.
/// A session may ask again with other logs, so what was judged before is undone.
pub fn judge_old_keys(configurations: &mut [Configuration], etcd: Option<VersionRange>) {
    for configuration in configurations {
        let void = if etcd.is_some() { passes_over_old_keys(etcd) } else { configuration.cluster.names_etcd_2 };
        configuration.problems.retain(|problem| problem.id != RuleId::ConfigOldKey);
        for setting in configuration.settings.iter_mut().filter(|setting| setting.etcd_04) {
            if setting.why.as_deref() == Some(OLD_KEY) {
                (setting.effective, setting.why) = (true, None);
            }
            if void && setting.effective {
                (setting.effective, setting.why) = (false, Some(OLD_KEY.to_owned()));
                let key = setting.parameter.key();
                let note = format!("peer-{key} is the name of etcd 0.4; etcd 2 and 3 warn of it and ignore it. Theirs is {key}.");
                let (place, parameter) = (setting.place, Some(setting.parameter));
                configuration.problems.push(Problem {
                    id: RuleId::ConfigOldKey,
                    place,
                    note,
                    parameter,
                    word: String::new(),
                    weak_pair: false,
                    assumes: None,
                });
            }
        }
    }
}

/// Why a line of fleet.conf does not act.
const BEATEN: &str = "Another of these texts sets it in the environment of fleet, and a variable beats fleet.conf.";

/// Voids in fleet.conf what another configuration sets in fleet's environment, as a section and a drop-in do
/// (coreos/fleet@v0.11.5:Godeps/_workspace/src/github.com/rakyll/globalconf/globalconf.go:105).
pub fn judge_fleet_conf(configurations: &mut [Configuration]) {
    let beats = |configuration: &&Configuration| !matches!(configuration.source, Source::FleetConf | Source::Fragment);
    let set = configurations.iter().filter(beats).flat_map(|configuration| &configuration.settings).filter(|setting| setting.effective);
    let set: Vec<Parameter> = set.map(|setting| setting.parameter).gather();
    for configuration in configurations.iter_mut().filter(|configuration| configuration.source == Source::FleetConf) {
        for setting in configuration.settings.iter_mut() {
            let (acts, told) = (setting.effective, setting.why.as_deref() == Some(BEATEN));
            if (acts || told) && set.contains(&setting.parameter) {
                (setting.effective, setting.why) = (false, Some(BEATEN.to_owned()));
            } else if told {
                (setting.effective, setting.why) = (true, None);
            }
        }
    }
}
