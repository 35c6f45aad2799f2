//! `etcd-restarted`: an etcd process ended again and again, by a fault, or was killed.

use super::common::{REMOVED, UNREADABLE, beside, is_clean, matching, near, plural, says, without_repeats};
use super::etcd_own_trouble::is_told;
use super::{Finding, Rule};
use crate::facts::settings::SETTINGS_REFUSED;
use crate::facts::voices::START_LINES;
use crate::facts::{ChangeClass, EventId, Facts, key_of_place};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::index::Index;
use crate::log::event::{Event, Meaning};
use crate::report::{Confidence, Severity};
use crate::search;
use crate::units::S;

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdRestarted,
    why: "A member that ends takes no part until it is back. Each return costs the others work and, up to 3.3, may start an election. No timer keeps a process alive.",
    what_to_do: "Find what ends it: memory, a full disk, a panic further up in the log, a watchdog or a deployment. Then look at the timers again.",
    references: &[
        "etcd-io/etcd@v2.2.5:etcdserver/raft.go:241 (a start skips most of the first election-timeout)",
        "systemd.service(5), Restart=",
        "golang/go@go1.20:src/runtime/panic.go (what a Go program prints when it ends by a fault)",
    ],
    check,
};

/// So many starts without a word of a stop are no maintenance.
const AGAIN_AND_AGAIN: usize = 3;

fn check(facts: &Facts) -> Option<Finding> {
    if let Some(ended) = ended_itself(facts) {
        return Some(ended);
    }
    // Leaders that ended have a finding of their own.
    if facts.count(ChangeClass::Wanted) > 0 {
        return None;
    }
    let mut killed: Vec<EventId> = facts.all_events().filter(|(_, event)| ends_etcd(event)).map(|(id, _)| id).gather();
    let mut starts = facts.restarts.clone();
    // So has a start that ends with a refused setting.
    killed.retain(|id| !near(facts, *id, SETTINGS_REFUSED, -30 * S, S, 20));
    starts.retain(|id| !near(facts, *id, SETTINGS_REFUSED, -S, 30 * S, 20));
    starts.retain(|id| !near(facts, *id, &[Meaning::EtcdShutdown], -600 * S, 0, 60) && !facts.retimed.contains(id));
    starts.retain(|id| !picked_alone(facts, *id));
    if killed.is_empty() && starts.len() < AGAIN_AND_AGAIN {
        return None;
    }
    let for_memory = killed.iter().any(|id| for_memory(facts.event(*id)));
    let by_probe = killed.iter().any(|id| facts.event(*id).meaning == Meaning::ProbeFailed);
    // One end makes several lines, and one of each kind; a status tells of the last one again.
    let is_status = |id: EventId| says(facts.event(id), &["ExecStart="]);
    let of_kind = |kind: Meaning| killed.iter().filter(|id| facts.event(**id).meaning == kind && !is_status(**id)).count();
    let of_containers = killed.iter().filter_map(|id| restarts(facts.event(*id))).max().unwrap_or(0);
    let of_processes = of_kind(Meaning::UnitProcessExited).max(of_kind(Meaning::UnitRestart)).max(of_kind(Meaning::OutOfMemoryKill));
    let ends = of_processes.max(of_containers);
    let title = match (for_memory, starts.len()) {
        (false, _) if by_probe => String::from("The kubelet ended etcd because it did not answer in time"),
        (true, 0) => String::from("The kernel killed etcd because memory ran out"),
        (true, many) => format!("The kernel killed etcd because memory ran out; it restarted {}", super::common::times(many as u64)),
        (false, 0) if ends > 1 => format!("etcd's process ended {}", super::common::times(ends as u64)),
        (false, 0) => String::from("etcd's process ended"),
        (false, many) => format!("etcd restarted {} without a word of a stop", super::common::times(many as u64)),
    };
    let what = match killed.len() as u64 {
        _ if by_probe => String::from("A failed liveness probe shows that etcd gave no good answer; why it did not, it does not show."),
        0 => String::from("Its log begins again, and nothing before it says that it was told to stop."),
        some => format!(
            "{} so, printed by the kernel, systemd, the kubelet, a shell or a list of containers.",
            plural(some, "line says", "lines say")
        ),
    };
    let count = starts.len().max(ends).max(1);
    let severity = if count >= AGAIN_AND_AGAIN { Severity::Critical } else { Severity::Warning };
    let events = without_repeats(killed.into_iter().chain(starts));
    Some(Finding::new(RULE.id, severity, Confidence::High, title, what).showing(facts, &events).counting(count))
}

/// A start is a dozen lines. Where one of them stands alone, a search picked it, and may have left out a word of a stop. Starts a few
/// minutes apart are no maintenance: the kubelet waits five at most (kubernetes/kubernetes@v1.20.0:pkg/kubelet/kubelet.go,
/// MaxContainerBackOff), and members whose lines stand mixed up start within a moment.
fn picked_alone(facts: &Facts, start: EventId) -> bool {
    let is_other = |event: &Event| event.meaning != facts.event(start).meaning;
    // Of another name it is another member's.
    let is_start = |event: &Event| !is_other(event) && event.word("name") == facts.event(start).word("name");
    let near = |from, to, fits: &dyn Fn(&Event) -> bool| beside(facts, start, from, to, 20, fits);
    facts.event(start).time.is_some() && !near(-5 * S, 5 * S, &is_other) && !near(-330 * S, -5 * S, &is_start)
}

/// Go's last words of etcd or fleetd, or etcd's own, where no other rule takes up what they say.
fn ended_itself(facts: &Facts) -> Option<Finding> {
    let open = |meaning| matching(facts, &[meaning], |event| !says(event, UNREADABLE) && !says(event, REMOVED) && !is_told(event));
    // fleetd says itself that it gives up on its parts, and ends so.
    let given_up = facts.has(&[Meaning::ServerShutdownTimeout]);
    let mut faults = if given_up { Vec::new() } else { open(Meaning::EtcdPanic) };
    let critical = |title: String, what: &str, events: &[EventId]| {
        Finding::new(RULE.id, Severity::Critical, Confidence::High, title, what).showing(facts, events)
    };
    // Before etcd ends itself it says why; the trace behind that line is no other fault.
    faults.retain(|id| !near(facts, *id, &[Meaning::EtcdFatal], -S, S, 2));
    if let Some(program) = program_of(facts, &mut faults) {
        // runtime: out of memory (golang/go@go1.20:src/runtime/mem_linux.go)
        let for_memory = faults.iter().any(|id| says(facts.event(*id), &["out of memory"]));
        let title =
            if for_memory { format!("{program} got no more memory, and ended") } else { format!("A fault in its program ended {program}") };
        let what = "The line, and the trace that follows it, are what Go prints when a program ends this way.";
        return Some(critical(title, what, &faults).advising(AFTER_A_FAULT));
    }
    let mut errors = open(Meaning::EtcdFatal);
    errors.retain(|id| !near(facts, *id, SETTINGS_REFUSED, -30 * S, S, 20));
    (!errors.is_empty()).then(|| {
        let what = "etcd prints such a line when it cannot go on, and ends.";
        critical(String::from("etcd ended with an error that it names"), what, &errors)
            .advising("Follow what the line says, and start etcd again. No timer changes that.")
    })
}

const AFTER_A_FAULT: &str = "Upgrade to the newest release of its series, and look among its issues for the first lines of the trace. The line names a lack of memory or of threads; a bus error (SIGBUS) points to the disk beneath the database.";

/// How a server names its packages in its lines; what clients quote is `etcdserver: ...`.
const PACKAGES_OF_SERVER: &[&str] = &["rafthttp", "| etcdserver", "etcdserver/"];

/// What a server prints every few minutes, and nobody quotes.
const SNAPSHOTS: &[Meaning] = &[Meaning::SnapStart, Meaning::SnapSaved, Meaning::SnapCompacted];

/// Which program the first of the faults ended. Those of others are left out.
fn program_of(facts: &Facts, faults: &mut Vec<EventId>) -> Option<&'static str> {
    if faults.is_empty() {
        return None;
    }
    let whose = whose(facts);
    faults.retain(|id| whose(*id).is_some());
    whose(*faults.first()?)
}

/// Which program a fault ended: its line names it, or the trace after it, or the log around it is that of a server. A client
/// of etcd prints its own faults beside its errors.
fn whose(facts: &Facts) -> impl Fn(EventId) -> Option<&'static str> {
    let fleet = around(facts, |event| event.is_fleet() || event.meaning == Meaning::StackFrame && says(event, &["coreos/fleet/"]));
    let server = around(facts, |event| {
        event.meaning == Meaning::StackFrame
            || event.is_etcd_server()
                && (event.word("id").is_some()
                    || START_LINES.contains(&event.meaning)
                    || SNAPSHOTS.contains(&event.meaning)
                    || says(event, PACKAGES_OF_SERVER))
    });
    move |id| {
        let (before, _) = search::split(&facts.event(id).text, ": ")?;
        let has = |places: &Index| places.find(facts.voice(id)).is_some();
        if search::has(before, "fleet") || has(&fleet) {
            return Some("fleetd");
        }
        (search::has(before, "etcd") || has(&server)).then_some("etcd")
    }
}

/// The machines, and the logs, in which a line fits.
fn around(facts: &Facts, fits: fn(&Event) -> bool) -> Index {
    let mut places = Index::default();
    for (id, _) in facts.all_events().filter(|(_, event)| fits(event)) {
        places.position(facts.voice(id));
        places.position(key_of_place(id.log, None));
    }
    places
}

fn for_memory(event: &Event) -> bool {
    event.meaning == Meaning::OutOfMemoryKill || event.meaning == Meaning::ContainerEnded && search::has(&event.text, "OOMKilled")
}

/// What the containers of others that only work for etcd or on its data are called by.
const HELPERS: &[&str] =
    &["operator", "druid", "backup", "-snapshot", "restore", "defrag", "guard", "proxy", "exporter", "keeper", "browser"];

/// How often a list says that a container was started anew.
fn restarts(event: &Event) -> Option<usize> {
    event.word("restarts")?.split(' ').next()?.parse().ok()
}

/// Whether a line of a list is etcd's: of a pod by its name, which stands before how many of its containers are ready, else by any
/// word. Neither `etcdctl` nor `netcd` is.
fn names_etcd(line: &str) -> bool {
    let is_ready =
        |word: &&str| word.split_once('/').is_some_and(|(some, all)| [some, all].iter().all(|count| count.parse::<u8>().is_ok()));
    let words: Vec<&str> = line.split_whitespace().gather();
    let pod = words.iter().position(is_ready).and_then(|at| at.checked_sub(1));
    let is_letter = |letter: char| letter.is_ascii_alphabetic();
    let of_etcd = |word: &&str| {
        let mut places = search::places(word, "etcd").map(|at| word.split_at(at));
        places.any(|(before, name)| !before.ends_with(is_letter) && !name["etcd".len()..].starts_with(is_letter))
    };
    pod.map_or(&words[..], |at| &words[at..=at]).iter().any(of_etcd)
}

/// The kernel, systemd or the kubelet says that an etcd process ended, not by its own will.
fn ends_etcd(event: &Event) -> bool {
    // The name of a unit or of a process, or a command, which may begin with a shell: `/bin/sh -c /usr/bin/etcd`.
    let of_etcd = |hole| {
        let is_etcd = |word: &str| word.rsplit('/').next().is_some_and(|name| name.starts_with("etcd"));
        event.word(hole).is_some_and(|name| name.split(' ').filter(|word| !word.starts_with('-')).take(2).any(is_etcd))
    };
    match event.meaning {
        Meaning::OutOfMemoryKill => of_etcd("name"),
        // A list of pods or containers names each; a description names its pod far above the reason. Docker keeps a container that
        // ended once beside the one that runs.
        Meaning::ContainerEnded => {
            let failed = event.number("status").is_some_and(|status| status != 0);
            let again = || failed || restarts(event).is_some();
            let named = names_etcd(&event.text) && !says(event, HELPERS);
            named && (for_memory(event) || again()) || for_memory(event) && event.text.trim_start().starts_with("Reason:")
        }
        Meaning::ProbeFailed => search::has(&event.text, "failed liveness probe") && search::has(&event.text, "etcd"),
        Meaning::UnitProcessExited => of_etcd("unit") && !is_clean(event),
        // Only a process that ended without being told to is started anew so.
        Meaning::UnitRestart => of_etcd("unit"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::report::Severity;
    use crate::rules::testing::{facts, find};

    #[test]
    fn a_status_and_a_shell_tell_that_it_was_killed() {
        let title = |line: &str| find(&facts(&[line]), RuleId::EtcdRestarted).map(|found| found.title);
        let status = "● etcd2.service - etcd2\n  Process: 1121 ExecStart=/usr/bin/etcd2 (code=killed, signal=KILL)\n";
        let shell = "./start.sh: line 12:  4411 Killed                  /usr/local/bin/etcd --name m1\n";
        assert_eq!(title(status).as_deref(), Some("etcd's process ended"));
        assert_eq!(title(shell).as_deref(), Some("etcd's process ended"));
        assert!(title(&status.replace("etcd2 (code", "etcd --name n1 --data-dir=/var/lib/n1 (code")).is_some());
        assert!(title(&status.replace("=/usr", "=/bin/sh -c /usr")).is_some());
        assert_eq!(title(&status.replace("/etcd2 (code", "/consul --data-dir=/var/lib/etcd (code")), None);
        assert_eq!(title(&status.replace("code=killed, signal=KILL", "code=exited, status=0/SUCCESS")), None);
        assert_eq!(title(&status.replace("signal=KILL", "signal=TERM")), None, "as it is told to stop");
        let journal = "Feb 03 10:00:01 n1 systemd[1]: etcd2.service: Main process exited, code=killed, status=9/KILL\n";
        assert_eq!(title(&format!("{status}\n{journal}")).as_deref(), Some("etcd's process ended"), "told twice");
        assert_eq!(title(&shell.replace("bin/etcd", "bin/consul")), None);
    }

    fn boot(hour: u32) -> String {
        format!(
            "Apr 20 {hour}:00:00 core-01 etcd2[815]: etcd Version: 2.3.8\nApr 20 {hour}:00:01 core-01 etcd2[815]: 8e9e05c52164694d became follower at term 4\n"
        )
    }

    /// `grep Version`: a word of a stop is not what it looks for.
    #[test]
    fn what_a_search_picked_does_not_show_how_it_ended() {
        let found = |log: &str| find(&facts(&[log]), RuleId::EtcdRestarted).is_some();
        let picked = |log: &str| log.lines().filter(|line| line.contains("Version")).map(|line| format!("{line}\n")).collect::<String>();
        let log: String = (10..14).map(boot).collect();
        assert!(found(&log));
        assert!(!found(&picked(&log)));
        // Minutes apart they are no maintenance; a moment apart they are several members.
        let quick =
            |step: &str| (0..4).map(|at| picked(&boot(10)).replace("10:00:", &step.replace('N', &at.to_string()))).collect::<String>();
        assert!(found(&quick("10:0N:")));
        assert!(!found(&quick("10:00:0N").replace("0000 ", "00 ")));
        // One member after the other, a minute apart.
        let one = |at: u32, name: u32| {
            format!(
                "{{\"level\":\"info\",\"ts\":\"2021-05-04T10:0{at}:00.000Z\",\"caller\":\"embed/etcd.go:308\",\"msg\":\"starting an etcd server\",\"etcd-version\":\"3.5.9\",\"name\":\"n{name}\"}}\n"
            )
        };
        assert!(found(&(0..5).map(|at| one(at, 1)).collect::<String>()));
        assert!(!found(&(0..5).map(|at| one(at, at)).collect::<String>()));
    }

    #[test]
    fn systemd_that_sees_it_end_again_and_again() {
        let ends = |minute: u32| {
            format!(
                "Feb 03 10:0{minute}:01 n1 systemd[1]: etcd.service: Main process exited, code=exited, status=1/FAILURE\n\
                 Feb 03 10:0{minute}:01 n1 systemd[1]: etcd.service: Failed with result 'exit-code'.\n\
                 Feb 03 10:0{minute}:11 n1 systemd[1]: etcd.service: Scheduled restart job, restart counter is at {minute}.\n"
            )
        };
        let found = |text: &str| find(&facts(&[text]), RuleId::EtcdRestarted).map(|found| (found.count, found.severity));
        assert_eq!(found(&ends(1)), Some((1, Severity::Warning)));
        assert_eq!(found(&(1..6).map(ends).collect::<String>()), Some((5, Severity::Critical)));
    }

    #[test]
    fn again_and_again() {
        let log = boot(10) + &boot(11) + &boot(12) + &boot(13);
        let found = find(&facts(&[&log]), RuleId::EtcdRestarted).expect("three restarts");
        assert_eq!((found.count, found.severity), (3, Severity::Critical));
    }

    /// The lines of one start that name a term stand between two that only a start prints.
    #[test]
    fn an_excerpt_may_begin_within_a_start() {
        let member = "\
2016-04-20 10:00:00.000000 I | etcdserver: data dir = n1.etcd
2016-04-20 10:00:00.000100 I | etcdserver: starting member 8e9e05c52164694d in cluster 7e27652122e8b2ae
2016-04-20 10:00:00.000200 I | raft: 8e9e05c52164694d became follower at term 0
2016-04-20 10:00:00.000300 I | raft: 8e9e05c52164694d became follower at term 1
2016-04-20 10:00:00.006000 I | etcdserver: starting server... [version: 2.3.8, cluster version: to_be_decided]
";
        // Three members, each in a document of its own.
        let of = |text: &str| ["8e9e05c52164694d", "91d25258d70ad868", "ca93d269ec463a6b"].map(|id| text.replace("8e9e05c52164694d", id));
        let restarted = |text: &str| find(&facts(&of(text).each_ref().map(String::as_str)), RuleId::EtcdRestarted).is_some();
        assert!(!restarted(member));
        assert!(restarted(&format!("2016-04-20 09:00:00.000000 I | raft: 8e9e05c52164694d became follower at term 1\n{member}")));
    }

    #[test]
    fn a_refused_setting_is_why_it_starts_anew() {
        let refused = |hour: u32| {
            format!(
                "Apr 20 {hour}:00:00 core-01 etcd2[815]: etcd Version: 2.3.8\n\
                 Apr 20 {hour}:00:01 core-01 etcd2[815]: error verifying flags, -election-timeout[1000ms] should be at least as 5 times as -heartbeat-interval[300ms]. See 'etcd --help'.\n\
                 Apr 20 {hour}:00:01 core-01 systemd[1]: etcd2.service: Main process exited, code=exited, status=1/FAILURE\n"
            )
        };
        let log = refused(10) + &refused(11) + &refused(12) + &refused(13);
        let facts = facts(&[&log]);
        assert!(find(&facts, RuleId::EtcdRestarted).is_none());
        assert!(find(&facts, RuleId::EtcdBadConfig).is_some());
    }

    #[test]
    fn systemd_starts_anew_what_ended() {
        let restart = |unit: &str| format!("Apr 20 10:00:10 core-01 systemd[1]: {unit} holdoff time over, scheduling restart.\n");
        assert!(find(&facts(&[&restart("etcd.service")]), RuleId::EtcdRestarted).is_some());
        assert!(find(&facts(&[&restart("web.service")]), RuleId::EtcdRestarted).is_none());
    }

    #[test]
    fn what_the_kubelet_says_of_etcds_container() {
        for (line, says) in [
            ("Normal  Killing  2m  kubelet  Container etcd failed liveness probe, will be restarted\n", Some("The kubelet ended etcd")),
            ("etcd-0   0/1     OOMKilled   3 (50s ago)   4m\n", Some("The kernel killed etcd")),
            ("Name:         etcd-master-1\n      Reason:       OOMKilled\n", Some("The kernel killed etcd")),
            ("etcd-0   0/1     CrashLoopBackOff   14 (50s ago)   62m\n", Some("etcd's process ended 14\u{a0}times")),
            ("etcd-n1                 2/3     Error       7          6h\n", Some("etcd's process ended 7\u{a0}times")),
            ("8c1d2e3f   86b6af7d   2 minutes ago   Exited   etcd   41   1a2b3c4d   etcd-n1\n", Some("etcd's process ended 41\u{a0}times")),
            (
                "a1a4ca1e   etcd:v3.5.9   \"/usr/local/bin/etcd\"   3 days ago   Restarting (1) 12 seconds ago   kv\n",
                Some("etcd's process ended"),
            ),
            ("kube-system   kv-etcd-0   0/1     CrashLoopBackOff   14 (50s ago)   62m\n", Some("etcd's process ended 14\u{a0}times")),
            ("etcd-operator-5c8f   0/1     CrashLoopBackOff   14 (50s ago)   62m\n", None),
            ("openshift-etcd   installer-3-n1   0/1     Error     0          2d\n", None),
            ("netcd-0   0/1     CrashLoopBackOff   9 (50s ago)   62m\netcd-0   1/1     Running   0   4m\n", None),
            ("a1a4ca1e   busybox   \"sh -c 'etcdctl get x'\"   3 days ago   Restarting (1) 12 seconds ago   a\n", None),
            ("CrashLoopBackOff   of etcd\n", None),
            ("etcd-0   1/1     Running     14 (3d ago)   90d\nweb-5c8f   0/1     CrashLoopBackOff   9   4m\n", None),
            ("a1a4ca1e   etcd:v3.5.9   \"/usr/local/bin/etcd\"   3 weeks ago   Exited (137) 3 weeks ago   old\n", None),
            ("Name:         etcd-master-1\n      Reason:       CrashLoopBackOff\n", None),
            ("etcd-0   1/1     Running     0   4m\nweb-5c8f   0/1     OOMKilled   3 (50s ago)   4m\n", None),
            ("Normal  Killing  2m  kubelet  Container web failed liveness probe, will be restarted\n", None),
            ("Name:         etcd-master-1\n      Exit Code:    0\n", None),
        ] {
            let found = find(&facts(&[line]), RuleId::EtcdRestarted);
            assert_eq!(found.is_some(), says.is_some(), "{line}");
            assert!(found.is_none_or(|found| found.title.starts_with(says.unwrap_or(""))), "{line}");
        }
    }

    const FAULT: &str = "panic: runtime error: invalid memory address or nil pointer dereference\n";
    const TRACE: &str = "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x8a640e]\n\ngoroutine 91 [running]:\n";

    #[test]
    fn a_fault_of_its_program() {
        let stamped = |program: &str| format!("Apr 20 10:00:00 core-01 {program}[815]: {FAULT}");
        let of_server =
            format!("{FAULT}{TRACE}go.etcd.io/etcd/etcdserver.(*EtcdServer).run(0xc0001a2000)\n\t/tmp/etcd/server.go:991 +0x7d\n");
        for (log, program) in [
            (boot(10) + FAULT + TRACE, "etcd"),
            (of_server, "etcd"),
            (
                format!(
                    "2022-08-29 06:29:02.702707 E | rafthttp: failed to read 88d5d8ebd854df5a on stream Message (unexpected EOF)\n{FAULT}"
                ),
                "etcd",
            ),
            (stamped("etcd"), "etcd"),
            (stamped("fleetd"), "fleetd"),
            (boot(10) + "fatal error: concurrent map iteration and map write\n", "etcd"),
            (format!("% ./fleetd x\n{FAULT}\nmain.main()\n\t/opt/src/github.com/coreos/fleet/fleetd/fleetd.go:55 +0x14b2\n"), "fleetd"),
        ] {
            let found = find(&facts(&[&log]), RuleId::EtcdRestarted).expect(&log);
            assert_eq!((found.title, found.severity), (format!("A fault in its program ended {program}"), Severity::Critical), "{log}");
        }
    }

    #[test]
    fn a_process_that_got_no_more_memory() {
        let log = "2015/03/07 08:20:54 etcdserver: compacted log at index 50005\nfatal error: runtime: out of memory\n";
        assert_eq!(find(&facts(&[log]), RuleId::EtcdRestarted).expect("ended").title, "etcd got no more memory, and ended");
    }

    #[test]
    fn a_fault_of_another_or_one_that_people_tell_of_is_none() {
        for log in [
            // A client of etcd, which ended.
            format!(
                "rpc error: code = Unavailable desc = etcdserver: request timed out\n{FAULT}{TRACE}k8s.io/apiserver/pkg/storage/etcd3.(*store).Get(0xc0)\n"
            ),
            boot(10) + "2016-04-20 10:00:04 I | http: panic serving 192.0.2.7:443: runtime error: index out of range\n",
            boot(10) + "Apr 20 10:00:01 core-01 kube-apiserver[7]: " + FAULT,
            boot(10) + "Apr 20 10:00:01 core-01 app[7]: the last release fixed a panic: runtime error in etcd\n",
            boot(10) + "cc: fatal error: no input files\n",
        ] {
            assert!(find(&facts(&[&log]), RuleId::EtcdRestarted).is_none(), "{log}");
        }
    }

    #[test]
    fn an_error_that_ends_it() {
        for log in [
            "{\"level\":\"fatal\",\"ts\":\"2022-06-09T16:05:09.635Z\",\"caller\":\"etcdmain/etcd.go:204\",\"msg\":\"discovery failed\",\"error\":\"example\"}\n",
            "{\"level\":\"panic\",\"ts\":\"2022-06-09T16:05:09.635Z\",\"caller\":\"etcdserver/raft.go:452\",\"msg\":\"failed to create WAL\",\"error\":\"sync member: invalid argument\"}\n",
            "2016-04-20 10:00:04.000000 C | etcdmain: listen tcp 192.0.2.9:2380: bind: permission denied\n",
        ] {
            assert!(find(&facts(&[log]), RuleId::EtcdRestarted).expect(log).title.starts_with("etcd ended with an error"));
        }
        let told = "2016-04-20 10:00:04.000000 C | etcdmain: listen tcp 192.0.2.1:2380: bind: address already in use\n";
        assert!(find(&facts(&[told]), RuleId::EtcdRestarted).is_none());
    }

    #[test]
    fn one_restart_or_a_stop_by_hand_is_none() {
        assert!(find(&facts(&[&(boot(10) + &boot(11))]), RuleId::EtcdRestarted).is_none());
        let stop = |hour: u32| format!("Apr 20 {hour}:59:58 core-01 etcd2[815]: received terminated signal, shutting down...\n");
        let log = boot(10) + &stop(10) + &boot(11) + &stop(11) + &boot(12) + &stop(12) + &boot(13);
        assert!(find(&facts(&[&log]), RuleId::EtcdRestarted).is_none());
    }
}
