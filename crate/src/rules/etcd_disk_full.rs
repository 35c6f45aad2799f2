//! `etcd-disk-full`: the file system is full.

use super::common::{lines, matching, plural, said_outright, says};
use super::{Finding, Rule};
use crate::facts::{EventId, Facts};
use crate::ids::RuleId;
use crate::log::event::{Event, Meaning};
use crate::log::plain::HOLD_ETCD;
use crate::report::{Confidence, Severity};
use crate::search;

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdDiskFull,
    why: "etcd exits when it cannot write its log. Restarted, it exits again until there is room.",
    what_to_do: "Free space on the file system that holds etcd's data, and see what filled it. Do not delete etcd's own files by hand.",
    references: &["etcd-io/etcd@v2.3.8:etcdserver/raft.go:190", "etcd-io/etcd@v2.3.8:wal/wal.go"],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    // What fleet or a client of etcd could not write lies on other file systems.
    let of_etcd = |event: &Event| event.meaning == Meaning::DiskFull || event.is_etcd_server() && says(event, &["no space left on device"]);
    let events: Vec<EventId> = facts.events_where(of_etcd);
    let what = format!("{} that a write found no room on its disk.", plural(lines(facts, &events), "line says", "lines say"));
    said_outright(facts, RULE.id, &events, "The disk is full, so etcd cannot write its log", &what).or_else(|| by_df(facts))
}

/// What df shows, without a word of etcd: only of a file system on which its data may lie.
fn by_df(facts: &Facts) -> Option<Finding> {
    let events = matching(facts, &[Meaning::FileSystemFull], may_hold_data);
    let what = "df shows it as full. Nothing here shows that etcd found no room there.";
    let finding =
        || Finding::new(RULE.id, Severity::Warning, Confidence::Medium, "A file system on which etcd's data may lie is full", what);
    (!events.is_empty()).then(|| finding().showing(facts, &events))
}

/// Images are full by their nature: those of snap and of discs, and the root of Fedora CoreOS and of OpenShift from 4.19 on
/// (okd-project/okd#2300).
const IMAGES: &[&str] = &["/dev/loop", "/dev/sr", "composefs", "squashfs", "erofs", "iso9660"];

/// Whether it is a row of df, with the size, the used and the free room behind the name, and etcd may write there.
fn may_hold_data(event: &Event) -> bool {
    let Some((row, mount)) = search::split(&event.text, "100% /") else { return false };
    let figures = row.split_whitespace().rev().take_while(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    // The next row may follow at once, as what a terminal wrapped does.
    let mount = search::split(mount, "/dev/").map_or(mount, |(mount, _)| mount).split(char::is_whitespace).next().unwrap_or("");
    let is_row = figures.count() >= 3 && !search::any(row, IMAGES);
    is_row && (["", "var", "var/lib"].contains(&mount) || search::any(mount, HOLD_ETCD) && !search::has(mount, "backup"))
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::report::Severity;
    use crate::rules::testing::{facts, find};

    #[test]
    fn a_write_without_room() {
        let log = "2015/08/21 02:04:22 etcdserver: save state and entries error: write /var/etcd/data/member/wal/0.wal: no space left on device\n";
        assert!(find(&facts(&[log]), RuleId::EtcdDiskFull).is_some());
        let quota = "Mar 02 10:00:00 n1 etcd[8]: write /var/lib/etcd/member/wal/0.wal: disk quota exceeded\n";
        assert!(find(&facts(&[quota]), RuleId::EtcdDiskFull).is_some());
        let fleet = "Mar 02 10:00:00 n1 fleetd[615]: ERROR reconcile.go:330: AgentReconciler task failed: type=LoadUnit job=a.service reason=\"unit scheduled here but not loaded\" err=open /run/fleet/units/a.service: no space left on device\n";
        assert!(find(&facts(&[fleet]), RuleId::EtcdDiskFull).is_none());
    }

    #[test]
    fn df_shows_a_full_disk_where_etcds_data_may_lie() {
        let full = |mount: &str| {
            let table = format!(
                "Filesystem      Size  Used Avail Use% Mounted on\n/dev/vda1        40G   40G   20K 100% {mount}\n/dev/vdb1        10G    1G    9G  10% /srv\n"
            );
            find(&facts(&[&table]), RuleId::EtcdDiskFull).map(|found| found.severity)
        };
        for mount in ["/", "/var/lib", "/mnt/etcd-data", "/var/lib/rancher/k3s"] {
            assert_eq!(full(mount), Some(Severity::Warning), "{mount}");
        }
        for mount in ["/snap/core20/1405", "/boot", "/home", "/mnt/etcd-backup"] {
            assert_eq!(full(mount), None, "{mount}");
        }
        for row in ["composefs 5.8M 5.8M 0 100% /", "/dev/loop0 56M 56M 0 100% /snap/etcd/250", "snapshot.db 100% /var/lib/etcd/db"] {
            assert!(find(&facts(&[&format!("{row}\n")]), RuleId::EtcdDiskFull).is_none(), "{row}");
        }
        let wrapped = "/dev/mapper/vg0-root\n  103080888 103080888 0 100% /\n";
        assert!(find(&facts(&[wrapped]), RuleId::EtcdDiskFull).is_some());
        let rows = "/dev/vda1 40G 40G 20K 100% /var/lib\n/dev/vdb1 10G 1G 9G 10% /srv\n";
        assert!(find(&facts(&[rows]), RuleId::EtcdDiskFull).is_some());
    }

    #[test]
    fn the_quota_is_another_matter() {
        assert!(
            find(
                &facts(&["2019-05-18 21:30:16.000000 W | etcdserver: alarm NOSPACE raised by peer 91d25258d70ad868\n"]),
                RuleId::EtcdDiskFull
            )
            .is_none()
        );
    }
}
