//! Configurations read as the machine would read them: fixtures of our own, and field cases where they are at hand.
//!
//! A fixture `NAME` stands beside `NAME.expect`, which lists what was read: one line per value, per
//! problem and one for the cluster, and then what a plan changes in it. `BLESS=1 cargo test --test configs`
//! writes them anew; `tests/node` holds the built engine against the same files.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use timing_advisor::config::{self, Configuration, Source};
use timing_advisor::parameters::Parameter;
use timing_advisor::patch::{self, Change, Etcd};
use timing_advisor::text::LineIndex;
use timing_advisor::units::{MS, S, parse_go_duration};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Files of a folder by name, without those that describe others.
fn cases(folder: &Path) -> Vec<(String, String)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<_> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let name = path.file_name()?.to_str()?.to_owned();
            let about_another = [".peer.txt", ".source.txt", ".expect", ".expect.json", ".log"].iter().any(|end| name.ends_with(end));
            (!about_another).then(|| Some((name, fs::read_to_string(path).ok()?)))?
        })
        .collect();
    found.sort();
    found
}

fn described(text: &str, read: &Configuration) -> String {
    let lines = LineIndex::new(text);
    let at = |offset: u64| {
        let (line, column) = lines.position(text, offset as usize);
        format!("{line}:{column}")
    };
    let mut out = format!("{}{}\n", read.format, if read.tolerant { " (tolerant)" } else { "" });
    let cluster = &read.cluster;
    let _ = writeln!(
        out,
        "members {:?} endpoints {:?} etcd {:?} proxy {}",
        cluster.members,
        cluster.fleet_endpoints,
        cluster.etcd_version.as_deref().unwrap_or("-"),
        cluster.proxy
    );
    for setting in &read.settings {
        let value = setting.value.map_or("-".to_owned(), |value| setting.parameter.written(value));
        let _ = write!(out, "{} {} {value} from {}", at(setting.place.span.start), setting.parameter.id(), setting.raw);
        let _ = writeln!(
            out,
            "{}{}",
            if setting.effective { " acts" } else { " does not act" },
            setting.why.as_deref().map(|why| format!(": {why}")).unwrap_or_default()
        );
    }
    for problem in &read.problems {
        let _ = writeln!(out, "{} {}: {}", at(problem.place.span.start), problem.id.word(), problem.note);
    }
    out
}

/// The same plan for every fixture, and what it changes.
fn planned(read: &Configuration) -> Vec<Change> {
    let etcd = if read.cluster.etcd_04 { Etcd::V04 } else { Etcd::V2 };
    let change = |parameter, value| Change { parameter, value, etcd };
    let changes = [
        change(Parameter::HeartbeatInterval, 250 * MS),
        change(Parameter::ElectionTimeout, 2500 * MS),
        change(Parameter::EtcdRequestTimeout, 6 * S),
        change(Parameter::AgentTtl, 90 * S),
    ];
    let has = |change: &Change| if change.parameter.is_etcd() { read.cluster.has_etcd } else { read.cluster.has_fleet };
    changes.into_iter().filter(has).collect()
}

fn changed(text: &str, read: &Configuration) -> String {
    let changes = planned(read);
    let mut out = String::new();
    let reports = patch::patch(&[text], std::slice::from_ref(read), &changes);
    let refused = reports.iter().any(|report| report.disposition == "refused");
    for report in reports {
        let _ = writeln!(out, "planned: {} {}", report.disposition, report.reason.unwrap_or_default());
        let lines = report.diff.unwrap_or_default();
        lines.lines().filter(|line| line.starts_with(['-', '+']) && !line.starts_with("---") && !line.starts_with("+++")).for_each(
            |line| {
                let _ = writeln!(out, "{line}");
            },
        );
        if report.disposition != "refused" && report.document.is_some() {
            let new = report.text.unwrap_or_default();
            let again = config::read(0, &new).expect("still a configuration");
            let left = patch::patch(&[&new], &[again], &changes);
            assert!(left.iter().all(|again| again.disposition == "refused" && refused), "not idempotent:\n{new}");
        }
    }
    out
}

/// Every source has a fixture that is well and one that is not.
#[test]
fn fixtures_read_as_expected() {
    let folder = root().join("tests/cases/config");
    let found = cases(&folder);
    assert!(found.len() >= 10, "the fixtures are gone");
    let bless = std::env::var("BLESS").is_ok();
    let mut seen = Vec::new();
    for (name, text) in found {
        let read = config::read(0, &text).unwrap_or_else(|| panic!("{name} is not recognised"));
        let actual = described(&text, &read) + &changed(&text, &read);
        seen.push((read.source, read.problems.is_empty()));
        let path = folder.join(format!("{name}.expect"));
        if bless {
            fs::write(&path, &actual).unwrap();
        }
        assert_eq!(actual, fs::read_to_string(&path).unwrap_or_default(), "{name}");
    }
    for &source in Source::ALL {
        for well in [true, false] {
            assert!(seen.contains(&(source, well)), "no fixture of {source:?} that is {}", if well { "well" } else { "not well" });
        }
    }
}

/// Every timing variable that coreos-cloudinit would write is read, acting, with that value.
#[test]
fn field_configurations_agree_with_cloudinit() {
    let folder = root().join("../shared/cases/cloud-config");
    let found = cases(&folder);
    if found.is_empty() {
        println!("no field cases at {}: skipped", folder.display());
        return;
    }
    let (mut values, mut alarms) = (0, Vec::new());
    for (name, text) in &found {
        let read = config::read(0, text).unwrap_or_else(|| panic!("{name} is not recognised"));
        let peer = fs::read_to_string(folder.join(format!("{name}.peer.txt"))).unwrap_or_default();
        for (variable, raw) in peer.lines().filter_map(|line| line.strip_prefix("Environment=\"")?.strip_suffix('"')?.split_once('=')) {
            let Some(parameter) = Parameter::ALL.into_iter().find(|parameter| parameter.variable() == variable.replace("_PEER_", "_"))
            else {
                continue;
            };
            values += 1;
            let expected = match parameter {
                Parameter::AgentTtl => parse_go_duration(raw).unwrap(),
                _ => (raw.parse::<f64>().unwrap() * if parameter.is_etcd() { MS } else { S } as f64) as i64,
            };
            let ok =
                read.settings.iter().any(|setting| setting.parameter == parameter && setting.effective && setting.value == Some(expected));
            assert!(ok, "{name}: {variable}={raw} was not read");
        }
        alarms.extend(
            read.problems
                .iter()
                .filter(|problem| {
                    !matches!(problem.id.word(), "config-template" | "config-section-without-start" | "config-header-missing")
                })
                .map(|problem| format!("{name}: {}", problem.note)),
        );
    }
    assert!(values > 0);
    assert!(alarms.is_empty(), "false alarms: {alarms:#?}");
    println!("{} files, {values} values", found.len());
}

/// New values go into every field configuration that has a place for them, and only there.
#[test]
fn field_configurations_can_be_patched() {
    let found = cases(&root().join("../shared/cases/cloud-config"));
    for (name, text) in &found {
        let Some(read) = config::read(0, text) else { continue };
        let mine = planned(&read);
        for report in patch::patch(&[text], &[read], &mine) {
            println!("{name}: {} {}", report.disposition, report.reason.unwrap_or_default());
            if report.disposition == "refused" {
                continue;
            }
            let new = report.text.unwrap();
            let again = config::read(0, &new).unwrap();
            assert!(patch::patch(&[&new], &[again], &mine).is_empty(), "{name} is not idempotent");
        }
    }
}

/// Hostile texts get an answer, and a value that stands plainly before the trouble is still read. How long
/// that takes is for `./build.sh bench` to tell.
#[test]
fn hostile_texts_get_an_answer() {
    let header = "#cloud-config\ncoreos:\n  etcd2:\n    election-timeout: 3000\n";
    let keys = if cfg!(debug_assertions) { 20_000 } else { 200_000 };
    let bomb =
        (1..40).fold("a0: &a0 [x, x]\n".to_owned(), |text, at| text + &format!("a{at}: &a{at} [*a{0}, *a{0}, *a{0}, *a{0}]\n", at - 1));
    let deep: String = (0..10_000).map(|depth| format!("{}k:\n", " ".repeat(depth % 300))).collect();
    let texts = [
        format!("{header}x: {}", "[".repeat(100_000)),
        format!("{header}{bomb}"),
        format!("{header}{deep}"),
        format!("{header}x: {}\n", "y".repeat(1 << 20)),
        (0..keys).fold(header.to_owned(), |text, at| text + &format!("k{at}: 1\n")),
        format!("{header}\0\0\0: \0\n").repeat(50),
        format!("{header}  units:\n{}", "  - name: etcd2.service\n    content: |\n      [Service]\n      Environment=\"A=\n".repeat(2000)),
        format!("etcd --heartbeat-interval=500 {}", "\\\n".repeat(50_000)),
        format!("[Service]\nExecStart=/usr/bin/etcd2 {}", "\"'".repeat(50_000)),
        format!("[Service]\n{}", "Environment=ETCD_HEARTBEAT_INTERVAL=500\n".repeat(5_000)),
        format!("#cloud-config\ncoreos:\n  etcd2:\n{}", "    election-timeout: 3000\n".repeat(5_000)),
        "\u{fffd}\u{feff}coreos:\n".repeat(1000),
    ];
    let change = Change { parameter: Parameter::ElectionTimeout, value: 2500 * MS, etcd: Etcd::V2 };
    for (at, text) in texts.iter().enumerate() {
        let read = config::read(0, text);
        if let Some(read) = &read {
            patch::patch(&[text], std::slice::from_ref(read), &[change]);
        }
        let found = read.iter().flat_map(|read| &read.settings).any(|setting| setting.value == Some(3000 * MS));
        assert_eq!(found, text.starts_with("#cloud-config"), "text {at}");
    }
}
