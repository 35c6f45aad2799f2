//! Drop-ins of one unit, each a document of its own: systemd reads them by name, and the last one to set a variable decides.

use super::configuration::{Configuration, Setting, Source};
use crate::text::DocumentId;

/// Gives what a later drop-in sets again the value and the place of that one, as far as numbers in their names tell their
/// order (systemd.unit(5)). Without numbers they may be of two members.
pub fn resolve<'t>(configurations: &mut [Configuration], name_of: &dyn Fn(DocumentId) -> &'t str) {
    for at in 0..configurations.len() {
        let Some(own) = numbered(&configurations[at], name_of) else { continue };
        for number in 0..configurations[at].settings.len() {
            let setting = &configurations[at].settings[number];
            let again = |other: &&Setting| other.parameter == setting.parameter && other.etcd_04 == setting.etcd_04 && other.effective;
            let later = configurations.iter().filter_map(|other| {
                let name = numbered(other, name_of).filter(|name| name.0 == own.0 && name.1 > own.1)?;
                Some((name.1, other.settings.iter().rev().find(again)?))
            });
            let winner = later.max_by_key(|(file, _)| *file).map(|(_, winner)| (winner.value, winner.place));
            if let Some((value, place)) = winner.filter(|_| setting.effective) {
                let lost = &mut configurations[at].settings[number];
                (lost.value, lost.set_by) = (value, Some(place));
            }
        }
    }
}

/// The folder and the file name of a drop-in that begins with a number: `10-timers.conf`.
fn numbered<'t>(configuration: &Configuration, name_of: &dyn Fn(DocumentId) -> &'t str) -> Option<(&'t str, &'t str)> {
    let name = name_of(configuration.document);
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let number = file.strip_suffix(".conf")?.split_once('-')?.0;
    let ordered =
        configuration.source == Source::DropIn && configuration.part.is_none() && number.bytes().all(|byte| byte.is_ascii_digit());
    ordered.then_some((folder, file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::read;
    use crate::units::MS;

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
