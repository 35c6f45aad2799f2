//! Logs of any shape, cut anywhere, spoilt in any way.

use std::path::Path;

use timing_advisor::log::event::{LogReading, Meaning};
use timing_advisor::log::scan::Scanner;

const LATE: &str = "failed to send out heartbeat on time (deadline exceeded for 237.022208ms)";

fn read_in(bytes: &[u8], step: usize) -> LogReading {
    let mut scanner = Scanner::new(0);
    bytes.chunks(step.max(1)).for_each(|piece| scanner.push(piece));
    scanner.finish()
}

fn read(text: &str) -> LogReading {
    read_in(text.as_bytes(), usize::MAX)
}

#[test]
fn merged_repeats_count() {
    for text in [
        format!("{LATE} [merged 5 repeated lines in 1s]"),
        format!("Oct 16 10:12:51 core-1 etcd2[815]: message repeated 5 times: [ {LATE}]"),
        format!("Oct 16 10:12:51 core-1 etcd2: {LATE}\nOct 16 10:13:51 core-1 last message repeated 4 times\n"),
        format!("      5 etcd2[815]: {LATE}"),
    ] {
        let log = read(&text);
        assert_eq!(log.events.iter().map(|event| event.repeat).collect::<Vec<_>>(), [5], "{text}");
        assert_eq!(log.events[0].duration("excess"), Some(237_022), "{text}");
    }
    // Lines with times are not alike: a pager numbers them so. Nor does every number stand for a count.
    for text in [format!("      5 2016-04-20 10:12:51.000000 W | etcdserver: {LATE}"), format!("   5 etcd2[815]: {LATE}")] {
        assert_eq!(read(&text).events[0].repeat, 1, "{text}");
    }
    // Nor where it grows with the lines.
    let repeats = |first: &str, second: &str| {
        let log = read(&format!("    {first} {LATE}\n    {second} server is likely overloaded\n"));
        (log.events[0].repeat, log.events[1].repeat)
    };
    assert_eq!((repeats("211", "212"), repeats("211", "198")), ((1, 1), (211, 198)));
    // `sort -n` puts the counts in order, and what stands once first.
    let log = read(&format!("      1 etcdserver: request timed out\n      4 {LATE}\n      5 server is likely overloaded\n"));
    assert_eq!(log.events.iter().map(|event| event.repeat).collect::<Vec<_>>(), [1, 4, 5]);
}

/// What a pager cut off is not made up: the message is known, its figures only where they are whole.
#[test]
fn lines_cut_by_a_pager() {
    let line = format!("Oct 16 10:12:51 core-1 etcd2[815]: {LATE}");
    for (end, mark) in [(70, ">"), (90, "…"), (100, "..."), (line.len() - 4, ">")] {
        let log = read(&format!("{}{mark}\n{line}\n", &line[..end]));
        let [cut, whole] = log.events.as_slice() else { panic!("cut at {end}: {:?}", log.events) };
        assert_eq!(
            (cut.meaning, cut.cut, cut.duration("excess"), cut.time.is_some()),
            (Meaning::HeartbeatLate, true, None, true),
            "cut at {end}"
        );
        assert_eq!((whole.cut, whole.duration("excess")), (false, Some(237_022)));
    }
    // Too little is left to tell what it was.
    assert_eq!(read(&format!("{}>\n", &line[..45])).events, []);
    // A number at the cut may have had more digits.
    assert_eq!(read("8e9e05c52164694d became leader at term 1>").events[0].number("term"), None);
}

#[test]
fn utf16_with_mark() {
    for big in [false, true] {
        let text = format!("\u{feff}Oct 16 10:12:51 core-1 etcd2[815]: {LATE}\r\n");
        let bytes: Vec<u8> = text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect();
        for step in [1, 3, usize::MAX] {
            assert_eq!(read_in(&bytes, step).recognised, 1, "big endian {big}, pieces of {step}");
        }
    }
}

/// A stamp's zone may reach into what a hole at the start of a message takes.
#[test]
fn a_stamp_that_reaches_into_the_message() {
    for text in ["2015-10-16 12:53:20 +0000 became leader at term 3", "Oct 16 12:53:20 +0000 became follower at term 3"] {
        read(text);
    }
}

/// Most years have no 29 February, and one that has shows it.
#[test]
fn the_first_of_march_follows_the_last_of_february() {
    let span = |days: &[&str]| {
        let line = |day: &&str| format!("{day} core-01 etcd2[612]: failed to send out heartbeat on time (deadline exceeded for 1.5s)\n");
        let log = read(&days.iter().map(line).collect::<String>());
        let time = |at: usize| log.events[at].time.expect("a time").micros;
        let ends = log.last.as_ref().expect("a stamp").0.micros - log.first.as_ref().expect("a stamp").0.micros;
        assert_eq!(ends, time(days.len() - 1) - time(0));
        ends / 1_000_000
    };
    assert_eq!(span(&["Feb 28 23:59:58", "Mar  1 00:00:01"]), 3);
    assert_eq!(span(&["Feb 28 23:59:58", "Feb 29 12:00:00", "Mar  1 00:00:01"]), 86_403);
    assert_eq!(span(&["Mar  1 00:00:01", "Mar  1 00:00:09"]), 8);
    assert_eq!(span(&["Dec 31 23:59:58", "Jan  1 00:00:01", "Feb 28 23:59:58", "Mar  1 00:00:01"]), 59 * 86_400 + 3);
}

/// The joined halves of a wrapped line are told where the first half stands.
#[test]
fn a_wrapped_line_keeps_its_place() {
    let log = read("noise\nOct 16 10:12:51 h etcd2[8]: failed to send out heartbeat on time (deadline exce\neded for 1.5s)\n");
    let event = &log.events[0];
    assert_eq!((event.line, event.span.start), (2, 6));
}

/// A made-up generator: the same bytes on every machine.
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % below.max(1)
    }
}

/// Fragments put together at random: headers, messages, halves of both, bytes of all kinds.
#[test]
fn no_text_does_harm_and_no_cut_changes_it() {
    const PARTS: [&str; 34] = [
        "2015-10-16 12:53:20",
        " +0000",
        " UTC",
        "Z",
        "Oct 16 10:12:51 ",
        "Thu ",
        "E0822 21:25:09.084425 ",
        "@40000000562085ed148e8000",
        "1445000000.3",
        "10:12:51",
        "core-1 ",
        "etcd2[815]: ",
        "fleetd[1]: INFO engine.go:208: ",
        "raft2026/11/22 06:26:55 INFO: ",
        "{\"log\":\"",
        "\\n\",\"time\":\"2020-01-01T00:00:00Z\"}",
        "{\"MESSAGE\":\"",
        "\"}",
        "__REALTIME_TIMESTAMP=1445000000344648\n",
        "MESSAGE=",
        "\u{1b}[3",
        "é",
        "\u{feff}",
        "\r",
        "\n",
        "\0",
        " became leader at term ",
        "7",
        "8e9e05c52164694d",
        "failed to send out heartbeat on time (",
        "exceeded the 100ms timeout for ",
        "99999999999999999999h)",
        "[merged 99999999999 repeated",
        "> `",
    ];
    let mut dice = Dice(7);
    let mut panics = Vec::new();
    let mut unequal = Vec::new();
    for _ in 0..6000 {
        let mut bytes: Vec<u8> = Vec::new();
        for _ in 0..dice.next(14) {
            bytes.extend_from_slice(PARTS[dice.next(PARTS.len())].as_bytes());
            if dice.next(12) == 0 {
                bytes.push(dice.next(256) as u8);
            }
        }
        let step = 1 + dice.next(9);
        let both = std::panic::catch_unwind(|| (read_in(&bytes, usize::MAX), read_in(&bytes, step)));
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        match both {
            Err(_) => panics.push(shown),
            Ok((whole, pieces)) if whole != pieces => unequal.push(shown),
            Ok(_) => {}
        }
    }
    assert!(
        panics.is_empty() && unequal.is_empty(),
        "{} panics, e.g. {:?}; {} cut-dependent, e.g. {:?}",
        panics.len(),
        &panics[..panics.len().min(3)],
        unequal.len(),
        &unequal[..unequal.len().min(3)]
    );
}

/// Real logs: each is read, forwards, in pieces and reversed. The folder stands beside the repository.
#[test]
fn field_logs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(std::env::var("FIELD_LOGS").unwrap_or("../shared/cases/logs".into()));
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("no field logs at {}: not walked", folder.display());
        return;
    };
    let (mut walked, mut silent, mut quiet, mut uneven) = (0, Vec::new(), Vec::new(), Vec::new());
    for path in entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "log")) {
        let bytes = std::fs::read(&path).unwrap_or_default();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let whole = read_in(&bytes, usize::MAX);
        walked += 1;
        // A log of a quiet hour may hold no telling line, but its lines are seen to be a log's.
        if whole.recognised == 0 {
            if whole.foreign > 0 { quiet.push(name.clone()) } else { silent.push(name.clone()) }
        }
        if [1, 7, 4096].iter().any(|step| read_in(&bytes, *step) != whole) {
            uneven.push(name);
        }
    }
    eprintln!("{walked} field logs; without a telling line: {quiet:?}");
    assert!(silent.is_empty() && uneven.is_empty(), "not read as logs: {silent:?}; cut-dependent: {uneven:?}");
}

/// Beyond its first part a log is not read line by line; no cut may change what is seen.
#[test]
fn a_long_log_gives_the_same_reading_in_any_pieces() {
    let mut text = String::new();
    for number in 0..30_000 {
        let second = number / 20;
        let stamp = format!("Oct 16 10:{:02}:{:02} core-{} ", second / 60 % 60, second % 60, number % 3);
        text.push_str(&stamp);
        match number % 40 {
            7 => text.push_str(&format!("etcd2[815]: {LATE}\n")),
            9 => text.push_str("etcd2[815]: failed to send out heartbeat on time (deadline exce\n"),
            11 => text.push_str("etcd2[815]: ne\u{e9}ded\r\n\n"),
            13 if number % 1000 == 13 => text.push_str(&format!("{}{LATE}\n", "x".repeat(70_000))),
            _ => text.push_str("systemd[1]: Started Cleanup of Temporary Directories.\n"),
        }
    }
    let whole = read(&text);
    assert_eq!(whole.recognised, 30_000 / 40);
    assert_eq!(whole.lines, text.bytes().filter(|byte| *byte == b'\n').count() as u64);
    let place = text.rfind(LATE).unwrap() as u64;
    assert!(whole.events.iter().all(|event| text[event.message.range()] == *LATE));
    assert!(whole.events.last().unwrap().message.start <= place);
    for step in [1, 97, 64 << 10, 1 << 20] {
        assert_eq!(read_in(text.as_bytes(), step), whole, "pieces of {step}");
    }
}

/// As a chat or a page leaves them, with a message that ends with whatever comes, and lines between that tell nothing.
#[test]
fn lines_that_were_joined_by_blanks_are_read_each() {
    let plain = |at: u32, said: &str| format!("2016-04-20 10:00:{at:02}.100000 I | {said}");
    let told = [
        "raft: raft.node: 8e9e05c52164694d lost leader 91bc3c398fb3c146 at term 6",
        "etcdserver: publish error: etcdserver: request timed out",
    ];
    let lines: Vec<String> =
        (0..24).map(|at| plain(at, if at % 8 < 2 { told[at as usize % 2] } else { "example: nothing that is known" })).collect();
    assert_eq!(read(&lines.join(" ")).recognised, 6);
    let object = |at: u32, rest: &str| format!("{{\"level\":\"info\",\"ts\":\"2021-06-05T02:20:{at:02}.344Z\",{rest}}}");
    let known = r#""msg":"publish error: etcdserver: request timed out","#;
    let objects: Vec<String> =
        (0..24).map(|at| object(at, &if at % 8 < 2 { known.replace("\",", "\"") } else { String::from("\"msg\":\"x\"") })).collect();
    assert_eq!(read(&objects.join(" ")).recognised, 6);
}

/// An answer of a log store is one row, however long; a text in it may be etcd's own JSON.
#[test]
fn records_of_a_row_that_is_longer_than_a_line() {
    let late = r#"{"level":"warn","ts":"2024-05-04T10:00:05.120Z","msg":"leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk","heartbeat-interval":"100ms","expected-duration":"200ms","exceeded-duration":"1.2s"}"#;
    let other = r#"{"level":"info","ts":"2024-05-04T10:00:06.120Z","msg":"of no matter, né"}"#;
    let said = |number: u32| serde_json::to_string(if number % 400 == 7 { late } else { other }).unwrap();
    let each = |record: &dyn Fn(u32) -> String| (0..2000).map(record).collect::<Vec<_>>().join(",");
    let records = each(&|number| format!(r#"{{"_source":{{"message":{},"pod":"etcd-1"}}}}"#, said(number)));
    let pairs = each(&|number| format!(r#"["17148168050000{:05}",{}]"#, number, said(number)));
    for row in [format!(r#"{{"hits":[{records}]}}"#), format!(r#"{{"data":[{{"values":[{pairs}]}}]}}"#)] {
        let text = format!("{row}\n{}\n", "a line of another program\n".repeat(9000));
        // Also where no line is read but those that may hold a message.
        for text in [text.clone(), format!("{}{text}", "a line of another program\n".repeat(12_000))] {
            let whole = read(&text);
            assert_eq!((whole.recognised, whole.events.len(), whole.limits.len()), (5, 5, 0));
            assert!(whole.events.iter().all(|event| text[event.span.range()].contains("exceeded-duration")));
            for step in [97, 64 << 10] {
                assert_eq!(read_in(text.as_bytes(), step), whole, "pieces of {step}");
            }
        }
    }
}

/// Go's and the system's words count for etcd only where something names it.
#[test]
fn what_other_programs_say_in_the_same_words() {
    for text in [
        "2015/12/21 10:42:48 [ERR] raft: Failed to make RequestVote RPC to 192.0.2.4:8300: dial tcp 192.0.2.4:8300: connection refused\n",
        "E0320 20:46:08.223079 53319 leaderelection.go:367] Failed to update lock: Put \"https://127.0.0.1:16443/apis/coordination.k8s.io/v1/x\": context deadline exceeded\n",
        "Unable to connect to the server: x509: certificate signed by unknown authority\n",
        "nginx: [emerg] open() \"/var/log/nginx/access.log\" failed (28: no space left on device)\n",
    ] {
        let log = read(text);
        assert_eq!((log.recognised, log.programs.len()), (0, 0), "{text}");
    }
    for text in [
        "Error: dial tcp 192.0.2.4:2379: connect: connection refused\n",
        "2016-04-20 10:00:04.000000 I | http: TLS handshake error from 192.0.2.4:5000: remote error: bad certificate\n",
        "$ etcdctl endpoint health\nError: context deadline exceeded\n",
    ] {
        assert_eq!(read(text).recognised, 1, "{text}");
    }
}

/// A row tells of its own pod or container; one of another program may bear the name of a machine of etcd.
#[test]
fn rows_of_pods_and_containers() {
    let recognised = |row: &str| read(&format!("etcd-1   1/1   Running   0   40d\n{row}\n")).recognised;
    for (row, times) in [
        ("etcd-2             0/1     CrashLoopBackOff   12 (3m ago)   40d", 1),
        ("kube-system/etcd-2 0/1     CrashLoopBackOff   12 (3m ago)   40d", 1),
        ("web-etcd-0         0/1     Error              12 (3m ago)   40d", 1),
        ("etcd-2             2/3     Error              12 (3m ago)   40d", 1),
        ("kube-proxy-etcd-1  0/1     Error              12 (3m ago)   40d", 0),
        ("coredns-5d78c9     0/1     CrashLoopBackOff   12 (3m ago)   40d", 0),
        ("      Reason:       CrashLoopBackOff", 1),
        ("8c1d2e   86b6af   2 minutes ago   Exited   etcd             41   1a2b3c   etcd-1", 1),
        ("8c1d2e   86b6af   2 minutes ago   Exited   etcd             1    1a2b3c   etcd-1", 0),
        ("8c1d2e   86b6af   2 minutes ago   Exited   kube-apiserver   41   1a2b3c   kube-apiserver-etcd-1", 0),
    ] {
        assert_eq!(recognised(row), times, "{row}");
    }
}

/// The message without its bracket is one where it ends the line; a sentence about it is none.
#[test]
fn a_late_heartbeat_as_articles_shorten_it() {
    let log = read("etcd2[1203]: failed to send out heartbeat on time\n");
    assert_eq!(log.events.iter().map(|event| event.meaning).collect::<Vec<_>>(), [Meaning::HeartbeatLate]);
    assert_eq!(read("{\"level\":\"warn\",\"msg\":\"etcdserver: failed to send out heartbeat on time\"}\n").recognised, 1);
    assert_eq!(read("failed to send out heartbeat on time (exceeded the 100ms timeout for ~2.9s)\n").recognised, 1);
    assert_eq!(read("What does the etcd warning \"failed to send out heartbeat on time\" mean?\n").recognised, 0);
    let quoted = "leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk";
    assert_eq!(read(&format!("\"{quoted}\"\n")).recognised, 1);
    assert_eq!(read(&format!("If you see \"{quoted}\", measure the disk first\n")).recognised, 0);
    for prose in
        ["With 258 kB/s we saw \"apply request took too long\" warnings.\n", "\t\tplog.Warningf(\"server is likely overloaded\")\n"]
    {
        assert_eq!(read(prose).recognised, 0, "{prose}");
    }
}

/// A terminal leaves no empty row within a line that it cuts.
#[test]
fn what_stands_behind_an_empty_row_is_no_rest_of_the_line() {
    let lost = "ERROR engine.go:217: Engine leadership lost, renewal failed: 101: Compare failed ([378 != 377]) [377]";
    for (between, text) in [("\n\n", lost.to_owned()), ("\n", format!("{lost}192.0.2.9 shows"))] {
        let log = read(&format!("192.0.2.8 shows\n{lost}{between}192.0.2.9 shows\n"));
        assert_eq!(log.events.iter().map(|event| &*event.text).collect::<Vec<_>>(), [&*text]);
    }
}

/// As mail and Markdown quote an answer, and as editors number lines.
#[test]
fn an_empty_row_with_a_mark_is_no_rest_of_the_line() {
    let elected = "2019-01-16 08:25:04.123456 I | raft: raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 6\n";
    for text in [format!("> {elected}> \n> Does that help?\n"), format!("1: {elected}2: \n"), format!("[1] {elected}[2] \n")] {
        let log = read(&text);
        assert_eq!((log.events[0].number("term"), log.hosts.len()), (Some(6), 0), "{text}");
    }
}

/// A logger around etcd quotes its JSON; fields and the inner stamp are read all the same.
#[test]
fn json_within_quotes() {
    let json = r#"{\"level\":\"warn\",\"ts\":\"2022-12-24T08:51:36.932Z\",\"caller\":\"wal/wal.go:805\",\"msg\":\"slow fdatasync\",\"took\":\"1.5s\",\"expected-duration\":\"1s\"}"#;
    let log = read(&format!("Dec 24 08:51:37 n1 k0s[2455]: time=\"2022-12-24 08:51:36\" level=info msg=\"{json}\" component=etcd\n"));
    let [event] = log.events.as_slice() else { panic!("{:?}", log.events) };
    assert_eq!((event.meaning, event.duration("took")), (Meaning::WalSyncSlow, Some(1_500_000)));
    assert_eq!(event.stamp.as_deref(), Some("2022-12-24T08:51:36.932Z"));
    let log = read(&format!("{{\"level\":\"info\",\"msg\":\"{json}\",\"time\":\"2022-12-24T08:59:06Z\"}}\n"));
    let [event] = log.events.as_slice() else { panic!("{:?}", log.events) };
    assert_eq!((event.duration("took"), event.stamp.as_deref()), (Some(1_500_000), Some("2022-12-24T08:51:36.932Z")));
}

/// The raft library of etcd also runs in other programs.
#[test]
fn raft_of_other_programs() {
    for text in [
        "Mar 28 15:08:16 n1 dockerd[11255]: time=\"2018-03-28T15:08:16.136010990Z\" level=info msg=\"26eb09ce1c2e6f1e became follower at term 29\" module=raft node.id=x7pkp21hsytl\n",
        "time=\"2017-02-13T14:42:38.281509334+08:00\" level=info msg=\"5692ad0219730292 became follower at term 0\"\n",
        "2017/08/02 01:44:29 raft.go:506: INFO: 1 became candidate at term 10\n",
        "2017/08/02 01:44:29 node.go:302: INFO: raft.node: 1 elected leader 1 at term 10\n",
    ] {
        assert_eq!(read(text).events, [], "{text}");
    }
    // What such a program cannot reach is no member of etcd, though the places of its source name it.
    for text in [
        "I210304 14:12:08.112299 312 vendor/go.etcd.io/etcd/raft/v3/raft.go:700  [n1,s1] 8 1 became pre-candidate at term 12\n\
         E210304 14:12:14.112233 312 2@rpc/context.go:1104  [n1] 12 dial tcp 192.0.2.2:26257: connect: connection refused\n",
        "2020-05-11 08:12:31.118 UTC [orderer.consensus.etcdraft] logSendFailure -> ERRO 05a Failed to send StepRequest to 3, because: dial tcp 192.0.2.7:7050: connect: connection refused channel=one node=1\n",
        "time=\"2021-03-04T14:12:08Z\" level=info msg=\"truncate the unstable entries before index 120\" module=raft node.id=x7p\n\
         time=\"2021-03-04T14:12:09Z\" level=error msg=\"dial tcp 192.0.2.2:2377: connect: connection refused\"\n",
    ] {
        assert_eq!(read(text).events, [], "{text}");
    }
    let k0s = "time=\"2022-12-24 08:51:36\" level=info msg=\"26eb09ce1c2e6f1e became follower at term 29\" component=etcd\n";
    assert_eq!(read(k0s).recognised, 1);
}

/// An embedder of etcd may name the keys of its JSON otherwise.
#[test]
fn json_with_other_keys() {
    let log = read(
        "{\"severity\":\"warning\",\"timestamp\":\"2023-02-16T17:50:31.100Z\",\"caller\":\"etcdserver/util.go:166\",\"message\":\"apply request took too long\",\"took\":\"1.204s\"}\n",
    );
    let [event] = log.events.as_slice() else { panic!("{:?}", log.events) };
    assert_eq!((event.duration("took"), event.stamp.as_deref()), (Some(1_204_000), Some("2023-02-16T17:50:31.100Z")));
}

/// People speak of a message in sentences; only what a program printed counts.
#[test]
fn words_in_a_sentence_are_no_message() {
    let about = "etcd 3.5 on three machines\n";
    for said in ["From the log, we can see `slow fdatasync` and more of the kind", "Now and then I get this context deadline exceeded."] {
        assert_eq!(read(&format!("{about}{said}\n")).events, [], "{said}");
    }
    for printed in [
        "slow fdatasync took 1.307701648s expected-duration 1s",
        "{\"level\":\"warn\",\"msg\":\"slow fdatasync\",\"took\":\"1.3s\"}",
        "Error: context deadline exceeded",
        "context deadline exceeded",
    ] {
        assert_eq!(read(&format!("{about}{printed}\n")).events.len(), 1, "{printed}");
    }
}

#[test]
fn a_fence_ends_a_line() {
    let late =
        "2023-04-29 06:06:16.087641 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 6.1ms, to fa4d)";
    let log = read(&format!("```\n{late}\n```\n\nThe disk was slow, as it seems\n"));
    assert_eq!(&*log.events[0].text, late);
}
