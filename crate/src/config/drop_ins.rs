//! Drop-ins of one unit, or of one server's `config.yaml`, each a document of its own: they are read by name, and the last one
//! to set a value decides.

use super::configuration::{Configuration, Launcher, Setting, Source};
use crate::gather::Gather;
use crate::sort::groups;
use crate::text::DocumentId;

/// A file by its name among those that are read with it, and its place in the list of configurations.
type File<'t> = (&'t str, usize);

/// Gives what a later file sets again the value and the place of that one; a flag beats a variable, wherever it stands
/// (systemd.unit(5); etcd-io/etcd@v2.2.5:pkg/flags/flag.go:72). Drop-ins without numbers may be of two members.
pub fn resolve<'t>(configurations: &mut [Configuration], name_of: &dyn Fn(DocumentId) -> &'t str) {
    let place = |(at, each): (usize, &Configuration)| {
        let (folder, file) = numbered(each, name_of)?;
        Some(((each.source == Source::DropIn, folder), (file, at)))
    };
    for (_, files) in groups(configurations.iter().enumerate().filter_map(place).gather()) {
        files.iter().for_each(|file| begin_anew(configurations, &files, *file, name_of));
        files.iter().for_each(|file| give_winners(configurations, &files, *file));
    }
}

/// Takes back the options of a file below which another one has a command or a list of its own.
fn begin_anew<'t>(configurations: &mut [Configuration], files: &[File], (name, at): File, name_of: &dyn Fn(DocumentId) -> &'t str) {
    // Another one that is called as this one is of another machine.
    let of_machine = files.iter().filter(|(other, place)| *other != name || *place == at);
    let replacing = of_machine.clone().filter(|(other, place)| !other.is_empty() && configurations[*place].cluster.replaces);
    let main = replacing.max().or(of_machine.min().filter(|(first, _)| first.is_empty())).copied();
    let document = main.map(|(_, place)| configurations[place].document);
    let own = &mut configurations[at];
    own.cluster.adds_to = document;
    let Some(document) = document.filter(|_| main.is_some_and(|(other, _)| other > name)) else { return };
    let by_systemd = own.source == Source::DropIn;
    let what = if by_systemd { "a command" } else { "an etcd-arg" };
    let path = name_of(document);
    let why = format!("{} has {what} of its own, which takes the place of this one.", path.rsplit('/').next().unwrap_or(path));
    for setting in own.settings.iter_mut().filter(|setting| setting.effective && (setting.by_flag || !by_systemd)) {
        (setting.effective, setting.why) = (false, Some(why.clone()));
    }
}

fn give_winners(configurations: &mut [Configuration], files: &[File], (name, at): File) {
    let mut winners = Vec::new();
    for (number, setting) in configurations[at].settings.iter().enumerate().filter(|(_, setting)| setting.effective) {
        let again = |other: &&Setting| other.parameter == setting.parameter && other.etcd_04 == setting.etcd_04 && other.effective;
        let ranked = files.iter().filter_map(|(file, place)| {
            let found = configurations[*place].settings.iter().rev().find(again)?;
            Some(((found.by_flag, *file), found)).filter(|(rank, _)| *rank > (setting.by_flag, name))
        });
        winners.extend(ranked.max_by_key(|(rank, _)| *rank).map(|(_, winner)| (number, winner.value, winner.place)));
    }
    for (number, value, place) in winners {
        let lost = &mut configurations[at].settings[number];
        (lost.value, lost.set_by) = (value, Some(place));
    }
}

/// The folder and the file name of a drop-in that begins with a number: `10-timers.conf`; of its unit there is only the first.
/// k3s and RKE2 read their `config.yaml` and then what is in `config.yaml.d` beside it (docs.k3s.io/installation/configuration,
/// "Multiple Config Files").
fn numbered<'t>(configuration: &Configuration, name_of: &dyn Fn(DocumentId) -> &'t str) -> Option<(&'t str, &'t str)> {
    let name = name_of(configuration.document);
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let is_numbered = || file.split_once('-').is_some_and(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()));
    let of_k3s = configuration.cluster.launcher == Some(Launcher::K3s) && configuration.source == Source::Manifest;
    let of_systemd = configuration.source == Source::DropIn;
    let place = match folder.strip_suffix(".d").map(|unit| unit.strip_suffix("config.yaml").unwrap_or(unit).trim_end_matches('/')) {
        _ if of_k3s && file == "config.yaml" => (folder, ""),
        _ if of_systemd && file.ends_with(".service") => (name, ""),
        Some(unit) if of_k3s || of_systemd && is_numbered() => (unit, file),
        None if (of_k3s || of_systemd && file.ends_with(".conf")) && is_numbered() => (folder, file),
        _ => return None,
    };
    configuration.part.is_none().then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::read;
    use crate::units::MS;

    #[test]
    fn a_server_reads_its_file_and_then_those_beside_it() {
        let texts = ["token: a\ntls-san: [b]\netcd-arg: [election-timeout=1000]\n", "etcd-arg+: [election-timeout=2000]\n"];
        let read = |names: [&'static str; 2]| {
            let mut all: Vec<Configuration> = (0..2).filter_map(|at| read(at, texts[at])).collect();
            resolve(&mut all, &|document| names[document]);
            all.iter().map(|each| (each.settings[0].value.map(|value| value / MS), each.cluster.adds_to)).collect::<Vec<_>>()
        };
        assert_eq!(read(["k3s/config.yaml", "k3s/config.yaml.d/10-a.yaml"]), [(Some(2000), Some(0)); 2]);
        assert_eq!(read(["config.yaml", "10-a.yaml"]), [(Some(2000), Some(0)); 2]);
        assert_eq!(read(["n1/config.yaml", "n2/config.yaml.d/a.yaml"]), [(Some(1000), Some(0)), (Some(2000), None)]);
        assert_eq!(read(["config.yaml", "config.yaml"]), [(Some(1000), Some(0)), (Some(2000), Some(1))], "of two machines");
    }

    #[test]
    fn a_later_command_or_list_takes_the_place_of_the_one_before() {
        let read = |texts: [&str; 2], names: [&'static str; 2]| {
            let mut all: Vec<Configuration> = (0..2).filter_map(|at| read(at, texts[at])).collect();
            resolve(&mut all, &|document| names[document]);
            let acting = all.iter().flat_map(|each| &each.settings).filter(|setting| setting.effective && setting.set_by.is_none());
            (acting.map(|setting| setting.raw.clone()).collect::<Vec<_>>(), all[0].cluster.adds_to)
        };
        let k3s = ["k3s/config.yaml", "k3s/config.yaml.d/10-a.yaml"];
        let main = "token: a\ntls-san: [b]\netcd-arg: [election-timeout=1000]\n";
        assert_eq!(read([main, "etcd-arg: [quota-backend-bytes=9]\n"], k3s), (vec![], Some(1)));
        assert_eq!(read([main, "etcd-arg+: [quota-backend-bytes=9]\n"], k3s), (vec!["1000".to_owned()], Some(0)));
        let unit = "[Service]\nEnvironment=ETCD_HEARTBEAT_INTERVAL=200\nExecStart=/usr/bin/etcd --election-timeout=1000\n";
        let drop_in = "[Service]\nEnvironment=ETCD_ELECTION_TIMEOUT=5000\nExecStart=\nExecStart=/usr/bin/etcd --name a\n";
        let names = ["etcd.service", "etcd.service.d/10-x.conf"];
        assert_eq!(read([unit, drop_in], names), (vec!["200".to_owned(), "5000".to_owned()], Some(1)));
    }

    #[test]
    fn a_flag_of_the_unit_beats_a_variable_of_its_drop_in() {
        let texts = [
            "[Service]\nEnvironment=ETCD_HEARTBEAT_INTERVAL=100\nExecStart=/usr/bin/etcd --election-timeout=1000\n",
            "[Service]\nEnvironment=ETCD_HEARTBEAT_INTERVAL=500 ETCD_ELECTION_TIMEOUT=5000\n",
        ];
        let values = |names: [&'static str; 2]| {
            let mut all: Vec<Configuration> = (0..2).filter_map(|at| read(at, texts[at])).collect();
            resolve(&mut all, &|document| names[document]);
            all.iter().flat_map(|each| each.settings.iter().map(|setting| setting.value.map(|value| value / MS))).collect::<Vec<_>>()
        };
        assert_eq!(values(["a/etcd.service", "a/etcd.service.d/10-x.conf"]), [Some(500), Some(1000), Some(500), Some(1000)]);
        assert_eq!(values(["a/etcd.service", "b/etcd.service.d/10-x.conf"]), [Some(100), Some(1000), Some(500), Some(5000)]);
    }

    #[test]
    fn the_last_drop_in_by_name_decides() {
        let unit = |wait: u32| format!("[Service]\nEnvironment=ETCD_ELECTION_TIMEOUT={wait}\n");
        let values = |names: [&'static str; 3]| {
            let mut all: Vec<Configuration> = (0..3).filter_map(|at| read(at, &unit(1000 * (at as u32 + 1)))).collect();
            resolve(&mut all, &|document| names[document]);
            all.iter().map(|each| each.settings[0].value.map(|value| value / MS)).collect::<Vec<_>>()
        };
        let stated = [Some(1000), Some(2000), Some(3000)];
        assert_eq!(values(["10-a.conf", "30-c.conf", "20-b.conf"]), [Some(2000); 3]);
        assert_eq!(values(["n1/10-a.conf", "n2/30-c.conf", "n3/20-b.conf"]), stated);
        assert_eq!(values(["n1.conf", "n2.conf", "n3.conf"]), stated);
        assert_eq!(values(["10-a.conf", "10-a.conf", "10-a.conf"]), stated, "of three members");
    }
}
