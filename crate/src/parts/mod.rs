//! Texts in which configurations stand beside or inside something else: an article, a question in a forum, one file
//! copied behind another, a script or a program that writes one. Each stretch that is no log is looked at by itself.

pub mod escaped;
pub mod html;
pub mod margin;
mod stretches;

use std::borrow::Cow;

use self::margin::without_margins;
use self::stretches::{Stretch, opens_one, stretches};
use crate::config::syntax::embedded::HEADER;
use crate::config::{self, Configuration, Marks, Problem, Source, detect};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::Event;
use crate::parameters::Parameter;
use crate::search;
use crate::text::DocumentId;
use crate::units::Micros;

/// So many stretches that may be configurations are looked at; an article has a few.
const MOST: usize = 8;

/// The configurations that stand in a text beside a log, each with its bytes at their places.
pub fn configurations(document: DocumentId, text: &str) -> Vec<Configuration> {
    let page = html::shown(text);
    let (source, shown) = (text, page.as_deref().unwrap_or(text));
    let clean = without_margins(shown);
    let text = clean.as_deref().unwrap_or(shown);
    let may_be_one = |stretch: &Stretch| {
        let text = &text[stretch.range.clone()];
        stretch.embedded || text.starts_with(HEADER) || names_a_parameter(text) || is_whole_pod(text)
    };
    let in_margin = |stretch: &Stretch| shown[stretch.range.clone()] != text[stretch.range.clone()];
    let in_page = |stretch: &Stretch| source[stretch.range.clone()] != shown[stretch.range.clone()];
    let marked = |stretch: Stretch| {
        let margin = in_margin(&stretch).then_some(Marks::Margin);
        Stretch { marks: stretch.marks.or(margin).or(in_page(&stretch).then_some(Marks::Html)), ..stretch }
    };
    let lines = stretches(text).into_iter().filter(may_be_one).take(MOST).filter_map(|stretch| {
        let lines = &text[stretch.range.clone()];
        let stretch = marked(stretch);
        let alone = if stretch.marks == Some(Marks::Diff) { Cow::Owned(applied(lines)) } else { without_marks(lines) };
        read(document, text, stretch, alone)
    });
    let quoted = escaped::find(source).into_iter().take(MOST).filter_map(|escaped::Escaped { range, text }| {
        let stretch = Stretch { range, embedded: true, marks: Some(Marks::Escaped) };
        read(document, source, stretch, Cow::Owned(text))
    });
    lines.chain(quoted).collect()
}

/// Said where [`without_what_came_later`] left one out.
const LATER: &str =
    "A configuration below the log states other values than the one above it. It was read as a later change, not as what was in force.";

/// Said where one below the log is kept.
const BELOW: &str = "The configuration stands below the log and was read as what was in force. If it came after, as an article's cure does, its values were not.";

/// Leaves out what an article ends with, its cure: a configuration below the last message that states other values than
/// one of its kind above (judgement). With none above, one below may have been in force, as where a question ends with it.
pub fn without_what_came_later(parts: &mut Vec<Configuration>, events: &[Event]) {
    let last = events.iter().map(|event| event.span.start).max().unwrap_or(0);
    let acting = |part: &Configuration, above: bool| -> Vec<(Parameter, Option<Micros>)> {
        let settings = part.settings.iter().filter(|setting| setting.effective && (setting.place.span.start < last) == above);
        settings.map(|setting| (setting.parameter, setting.value)).gather()
    };
    let above: Vec<_> = parts.iter().map(|part| (part.source, acting(part, true))).gather();
    let changes = |part: &Configuration| {
        let below = acting(part, false);
        let differs = |(parameter, before): &(Parameter, Option<Micros>)| below.iter().any(|(of, now)| of == parameter && now != before);
        above.iter().any(|(source, settings)| *source == part.source && settings.iter().any(differs))
    };
    let stands_above = |parameter: Parameter| above.iter().any(|(_, settings)| settings.iter().any(|(of, _)| *of == parameter));
    let only_below = |part: &&mut Configuration| {
        let acts = |(of, value): &(Parameter, Option<Micros>)| *value != Some(of.default_value()) && !stands_above(*of);
        !events.is_empty() && acting(part, false).iter().any(acts)
    };
    if let Some(below) = parts.iter_mut().find(only_below) {
        below.limits.push(String::from(BELOW));
    }
    let all = parts.len();
    parts.retain(|part| !changes(part));
    let kept = parts.len();
    if let Some(above) = parts.first_mut().filter(|_| kept < all) {
        above.limits.push(String::from(LATER));
    }
}

fn read(document: DocumentId, text: &str, Stretch { range, embedded, marks }: Stretch, alone: Cow<str>) -> Option<Configuration> {
    let in_diff = marks == Some(Marks::Diff);
    let source = detect::configuration(&alone)?;
    // A sentence may name flags as well: as advice, or as what was tried.
    if source == Source::Flags && !alone.lines().any(is_command) {
        return None;
    }
    let part = blanked(&text[..range.start]) + &alone;
    // One without a value may be given some, where it is whole: quoted, a file may be cut.
    let may_be_given_more = |read: &Configuration| {
        let is_file = !read.tolerant && (alone.starts_with(HEADER) || source == Source::EtcdYaml || is_whole_pod(&alone));
        (embedded || is_file) && (read.cluster.has_etcd || read.cluster.has_fleet)
    };
    let mut read = config::read(document, &part).filter(|read| !read.settings.is_empty() || may_be_given_more(read))?;
    // An excerpt need not show the first line of its file, and what stands around it is no line of blanks in it.
    let made_blank = |problem: &Problem| {
        let is_blank = |text: &str| text.get(problem.place.span.range()).is_some_and(|shown| shown.trim().is_empty());
        is_blank(&part) && !is_blank(text)
    };
    read.problems.retain(|problem| {
        problem.id != RuleId::ConfigHeaderMissing && !(in_diff && problem.id == RuleId::ConfigSectionWithoutStart) && !made_blank(problem)
    });
    // What a script writes is whole, so an error in it is one.
    let is_error = |problem: &Problem| problem.id == RuleId::ConfigYamlError;
    let is_broken = |read: &Configuration| read.problems.iter().any(is_error);
    let excused = embedded && is_broken(&read) && !config::read(document, text).as_ref().is_some_and(is_broken);
    for problem in read.problems.iter_mut().filter(|problem| excused && is_error(problem)) {
        problem.id = RuleId::ConfigTemplate;
        problem.note = "This configuration stands inside another text, so it was read line by line.".to_owned();
    }
    Some(Configuration { part: Some(part), marks, ..read })
}

/// A blank for each byte, and the line ends.
fn blanked(text: &str) -> String {
    text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect()
}

/// What stands for lines that an article leaves out becomes blanks: in YAML it ends a document.
fn without_marks(lines: &str) -> Cow<'_, str> {
    if !lines.lines().any(|line| line.trim() == "...") {
        return without_shifted_mark(lines);
    }
    let shown = |line: &str| if line.trim() == "..." { blanked(line) } else { line.to_owned() };
    Cow::Owned(lines.split_inclusive('\n').map(shown).collect())
}

/// Indented as a whole, a file loses the mark that its first document begins with: it becomes blanks.
fn without_shifted_mark(lines: &str) -> Cow<'_, str> {
    let is_above = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let at = lines.split_inclusive('\n').take_while(is_above).map(str::len).sum();
    let mark = lines[at..].lines().next().unwrap_or("");
    if !mark.starts_with(' ') || mark.trim() != "---" {
        return Cow::Borrowed(lines);
    }
    Cow::Owned([&lines[..at], &" ".repeat(mark.len()), &lines[at + mark.len()..]].concat())
}

/// The new side of a diff's lines, each byte at its place.
fn applied(lines: &str) -> String {
    let side = |line: &str| match line.as_bytes().first() {
        Some(b'-' | b'\\') => blanked(line),
        Some(b'+') => format!(" {}", &line[1..]),
        _ => line.to_owned(),
    };
    lines.split_inclusive('\n').map(side).collect()
}

/// Whether a configuration stands inside another file, or marks before its lines.
pub fn embeds(text: &str) -> bool {
    html::shown(text).is_some() || without_margins(text).is_some() || escaped::has_one(text) || opens_one(text)
}

/// A pod's manifest from its first line to behind its containers, where a static pod has its volumes: etcd keeps its data in one.
fn is_whole_pod(text: &str) -> bool {
    text.starts_with("apiVersion:") && ["\nkind: Pod\n", "etcd", "\n  volumes:\n"].iter().all(|part| search::has(text, part))
}

/// Words that one of the five parameters is written with in every source.
fn names_a_parameter(stretch: &str) -> bool {
    let lower = stretch.to_ascii_lowercase();
    ["heartbeat", "election", "agent", "reconcile", "request"].iter().any(|word| crate::search::has(&lower, word))
}

/// A command as it is called, or as `ps` shows it.
fn is_command(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or("");
    first.starts_with('-') || matches!(first, "etcd" | "etcd2" | "docker" | "exec") || search::has(line, "/etcd")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::line_starts::may_be_several;
    use crate::parameters::Parameter::{AgentTtl, ElectionTimeout};
    use crate::units::{MS, S};

    const LOG: &str = "Apr 20 10:00:29 core-01 etcd2[815]: failed to send out heartbeat on time (deadline exceeded for 2.237022208s)\n";

    fn stated(text: &str) -> Vec<(Parameter, Option<Micros>, &str)> {
        let found = configurations(0, text);
        let settings = found.into_iter().flat_map(|each| each.settings);
        settings.map(|setting| (setting.parameter, setting.value, &text[setting.place.span.range()])).collect()
    }

    #[test]
    fn an_article_with_fences() {
        let text = format!(
            "Ours is this:\n\n```yaml\n#cloud-config\ncoreos:\n  etcd2:\n    election-timeout: 2000\n```\n\nand later\n\n```\n{LOG}```\nso we tried\n```\n  fleet:\n    agent-ttl: 60s\n```\n"
        );
        assert_eq!(stated(&text), [(ElectionTimeout, Some(2000 * MS), "2000"), (AgentTtl, Some(60 * S), "60s")]);
        assert!(configurations(0, &text)[0].problems.iter().all(|problem| problem.id != RuleId::ConfigHeaderMissing));
    }

    #[test]
    fn a_quote_ends_where_it_is_closed() {
        for (open, close) in
            [("UD='", "'\naws run \"$UD\"\n"), ("UD=\"", "\"\n"), ("ud = \"\"\"\n", "\"\"\"\n"), ("ud = \"\"\"\n", "\n\"\"\"\n")]
        {
            let text =
                format!("{open}#cloud-config\ncoreos:\n  fleet:\n    metadata: '\"$ROLE\"'\n  etcd2:\n    election-timeout: 2000{close}");
            assert_eq!(stated(&text), [(ElectionTimeout, Some(2000 * MS), "2000")], "{text}");
        }
    }

    #[test]
    fn what_an_article_leaves_out_ends_no_document() {
        let text = "Ours:\n```yaml\n...\nspec:\n  containers:\n  - command:\n    - etcd\n    - --election-timeout=1000\n...\n```\n";
        let found = configurations(0, text);
        let change = crate::patch::Change { parameter: ElectionTimeout, value: 2000 * MS, etcd: crate::patch::Etcd::V3 };
        let patches = crate::patch::patch(&[text], &found, &[change]);
        assert_eq!(patches[0].text.as_deref(), Some(&*text.replace("1000", "2000")), "{:?}", patches[0].reason);
    }

    /// fleetd crashes at a line of blanks; the prose around its file is none.
    #[test]
    fn the_prose_around_a_file_is_no_line_of_blanks() {
        let text = |empty: &str| format!("Ours is this:\n\n```\n# fleet.conf\n{empty}\nagent_ttl=\"30s\"\netcd_request_timeout=5.0\n```\n");
        let lines = |text: &str| configurations(0, text).iter().flat_map(|read| &read.problems).count();
        assert_eq!(stated(&text("")).len(), 2);
        assert_eq!((lines(&text("")), lines(&text("   "))), (0, 1));
    }

    #[test]
    fn the_size_of_a_database_is_no_stamp() {
        let text = "So:\n\n```yaml\ncluster:\n  etcd:\n    extraArgs:\n      quota-backend-bytes: \"8589934592\" # 8 GiB\n      election-timeout: \"2000\"\n```\n";
        assert_eq!((configurations(0, text).len(), configurations(0, text)[0].source), (1, Source::Manifest));
    }

    /// What etcd was started with stands in its log under the names of a configuration.
    #[test]
    fn a_log_in_the_source_of_a_page_is_no_configuration() {
        let start = r#"{"level":"info","ts":"2022-08-30T09:17:30.387Z","caller":"embed/etcd.go:308","msg":"starting an etcd server","heartbeat-interval":"100ms","election-timeout":"1s"}"#;
        let quoted = start.replace('"', "&quot;");
        for text in [format!("<pre>{quoted}\n{quoted}\n</pre>\n"), format!("<p>{quoted}<br>\n{quoted}</p>\n")] {
            assert_eq!(stated(&text), [], "{text}");
        }
    }

    #[test]
    fn what_a_script_writes_may_be_broken() {
        let ids = |lines: &str| {
            let text = format!("#!/bin/sh\ncat > x <<EOF\n#cloud-config\ncoreos:\n  etcd2:\n    name: ${{NAME}}\n{lines}EOF\n");
            configurations(0, &text).iter().flat_map(|read| read.problems.iter().map(|problem| problem.id)).collect::<Vec<_>>()
        };
        assert!(ids("     election-timeout: 2000\n").contains(&RuleId::ConfigYamlError));
        assert!(!ids("    election-timeout: 2000\n").contains(&RuleId::ConfigYamlError));
    }

    #[test]
    fn the_cure_that_an_article_ends_with_was_not_in_force() {
        let file = |wait: u32| format!("```\n#cloud-config\ncoreos:\n  etcd2:\n    election-timeout: {wait}\n```\n");
        let read = |text: &str| {
            let mut parts = configurations(0, text);
            let mut scanner = crate::log::scan::Scanner::new(0);
            scanner.push(text.as_bytes());
            without_what_came_later(&mut parts, &scanner.finish().events);
            parts
        };
        let kept = |text: String| {
            let parts = read(&text);
            let left_out = parts.iter().any(|part| part.limits.iter().any(|limit| limit == LATER));
            (parts.into_iter().flat_map(|part| part.settings).filter_map(|setting| setting.value).collect::<Vec<_>>(), left_out)
        };
        let (old, new) = (file(1000), file(6000));
        assert_eq!(kept(format!("Ours:\n{old}{LOG}Now:\n{new}")), (vec![1000 * MS], true));
        // The same again, another file above too, or none above.
        assert_eq!(kept(format!("Ours:\n{old}{LOG}Again:\n{old}")), (vec![1000 * MS, 1000 * MS], false));
        assert_eq!(kept(format!("One:\n{old}Other:\n{new}{LOG}")), (vec![1000 * MS, 6000 * MS], false));
        assert_eq!(kept(format!("{LOG}Ours:\n{old}")), (vec![1000 * MS], false));
        // Below the log alone, it is said how it was read.
        let said = |text: String| read(&text).iter().any(|part| part.limits.iter().any(|limit| limit == BELOW));
        assert!(said(format!("{LOG}Ours:\n{new}")) && !said(format!("Ours:\n{new}{LOG}")) && !said(format!("{LOG}Ours:\n{old}")));
        // Also where one above states something else.
        let fleet = "```\n#cloud-config\ncoreos:\n  fleet:\n    agent-ttl: 120s\n```\n";
        assert!(said(format!("Ours:\n{new}{LOG}{fleet}")));
    }

    #[test]
    fn words_behind_an_empty_line_end_a_file() {
        let pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command:\n    - etcd\n    - --election-timeout=2000\n";
        for words in ["kubectl logs -n kube-system etcd-1", "and these are the logs of that machine"] {
            let text = format!("{pod}\n{words}\n\n{LOG}");
            assert_eq!(stated(&text), [(ElectionTimeout, Some(2000 * MS), "2000")], "{text}");
            assert!(configurations(0, &text)[0].problems.is_empty(), "{words}");
        }
    }

    /// It may be given the flags that it has not; one that is cut may have them below.
    #[test]
    fn a_whole_manifest_without_timers() {
        let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: etcd\nspec:\n  containers:\n  - command:\n    - etcd\n    - --name=m1\n    image: etcd:3.5.10\n  volumes:\n  - name: data\n";
        let cut = pod.replace("  volumes:\n  - name: data\n", "");
        for (text, found) in [(format!("{LOG}{pod}"), 1), (format!("{pod}{LOG}"), 1), (format!("{LOG}{cut}"), 0)] {
            assert_eq!(configurations(0, &text).len(), found, "{text}");
        }
        let text = format!("{LOG}{pod}");
        let change = crate::patch::Change { parameter: ElectionTimeout, value: 2000 * MS, etcd: crate::patch::Etcd::V3 };
        let patched = crate::patch::patch(&[&text], &configurations(0, &text), &[change]).remove(0).text;
        assert_eq!(patched, Some(text.replace("- etcd\n", "- etcd\n    - --election-timeout=2000\n")));
    }

    /// Markdown's other way to show code, where no first line tells what it is.
    #[test]
    fn an_article_with_indented_code() {
        let text = "Ours is:\n\n    coreos:\n      etcd2:\n        election-timeout: 2000\n      fleet:\n        agent-ttl: 60s\n\nand it is not enough.\n";
        assert!(embeds(text));
        assert_eq!(stated(text), [(ElectionTimeout, Some(2000 * MS), "2000"), (AgentTtl, Some(60 * S), "60s")]);
        assert!(!embeds("#cloud-config\nwrite_files:\n  - path: /x\n    content: |\n      Some words here\n\n      coreos:\n"));
    }

    #[test]
    fn what_a_shell_printed() {
        for printed in [
            "$ cat /etc/systemd/system/etcd2.service.d/20.conf\n[Service]\nEnvironment=ETCD_ELECTION_TIMEOUT=2000\n$ journalctl -u etcd2\n",
            "[root@core-01 ~]# ps aux\netcd  1234  2.0  1.0 10620 ?  Ssl  10:00   1:00 /usr/bin/etcd2 --name n1 --election-timeout=2000\n[root@core-01 ~]# journalctl\n",
        ] {
            assert_eq!(stated(&format!("{printed}{LOG}")), [(ElectionTimeout, Some(2000 * MS), "2000")], "{printed}");
            assert_eq!(stated(&format!("{LOG}{printed}")).len(), 1, "{printed}");
        }
        // A command that goes on below is read from its prompt on.
        let command = "$ docker run -d \\\n    -e ETCD_ELECTION_TIMEOUT=2000 \\\n    quay.io/coreos/etcd:v3.2.0\n";
        let found = configurations(0, &format!("{command}{LOG}"));
        assert!(matches!(found[0].cluster.launcher, Some(config::Launcher::Tool(_))), "{:?}", found[0].cluster);
    }

    /// What stands around it has keys, braces and indents of its own.
    #[test]
    fn inside_a_script_or_a_program() {
        let file = |indent: &str| {
            [
                "#cloud-config",
                "coreos:",
                "  units: [{name: etcd2.service, command: start}]",
                "  etcd2:",
                "    name: a",
                "    election-timeout: 2000",
            ]
            .map(|line| format!("{indent}{line}\n"))
            .concat()
        };
        let plain = file("");
        for text in [
            format!("curl -d '{{\"name\": \"a\",\n     \"region\": \"b\",\n     \"user_data\":\n\"{}\"}}'\n", plain.trim_end()),
            format!("{{\n  :steps => proc {{|x| \"\ncat <<EOF > /x.yml\n{plain}EOF\n\"}},\n}}\n"),
            format!("\tadd(test{{\n\t\tName: \"a\",\n\t\tData: `{}`,\n\t\tMore: `x: {{`,\n\t}})\n", plain.trim_end()),
            format!("resource \"a\" \"b\" {{\n  user_data = <<-EOF\n{}    EOF\n  size: {{}}\n}}\n", file("    ")),
            format!("var a = `\n{plain}`\n"),
            format!("a = \"\"\"\n{plain}\"\"\"\n"),
            format!("It looks like this:\n\n{}\nAny ideas?\n", file("    ").replace("fig\n", "fig\n    ---\n")),
            format!("heat:\n  node:\n    user_data:\n      template: |\n{}      params: {{a: b}}\n", file("        ")),
            format!("cat > 1 <<EOF\n#cloud-config\nhostname: a\nEOF\ncat > 2 <<EOF\n{plain}EOF\n"),
        ] {
            assert!(embeds(&text), "{text}");
            assert_eq!(stated(&text), [(ElectionTimeout, Some(2000 * MS), "2000")], "{text}");
            let found = configurations(0, &text);
            assert!(found[0].problems.is_empty(), "{:?}", found[0].problems);
        }
        assert!(!embeds(&plain) && !embeds("a: `{`\nb: {\n"));
        // Whole in an article it may be given values as well; cut, it is some text.
        let shown = |file: &str| configurations(0, &format!("Ours:\n```\n{file}```\n")).len();
        let timeless = plain.replace("election-timeout: 2000", "data-dir: /x");
        assert_eq!((shown(&timeless), shown(&timeless.replace("    data", "   data"))), (1, 0));
        // One without a value may be given some; what is around it may fill it in.
        let empty = format!("cat <<EOF\n{}  $MORE\nEOF\n", plain.replace("    election-timeout: 2000\n", ""));
        let found = configurations(0, &empty);
        let problems: Vec<_> = found[0].problems.iter().map(|problem| problem.id).collect();
        assert_eq!((found.len(), found[0].cluster.has_etcd, problems), (1, true, vec![RuleId::ConfigTemplate]));
        let ignition = "var a = `{\n  \"ignition\": {\"version\": \"2.0.0\"},\n  \"systemd\": {\"units\": [{\"name\": \"etcd2.service\", \"dropins\": [{\"name\": \"a.conf\",\n    \"contents\": \"[Service]\\nEnvironment=ETCD_ELECTION_TIMEOUT=2000\"}]}]}\n}`\n";
        assert_eq!(stated(ignition), [(ElectionTimeout, Some(2000 * MS), "2000")]);
    }

    #[test]
    fn the_new_side_of_a_diff() {
        let text = "diff --git a/u b/u\n--- a/u\n+++ b/u\n@@ -1,6 +1,6 @@\n #cloud-config\n coreos:\n   etcd2:\n     name: a\n-    election-timeout: 3000\n+    election-timeout: 2000\n@@ -20,2 +20,3 @@ x\n   fleet:\n     public-ip: a\n+    agent-ttl: 60s\n";
        assert!(may_be_several(text));
        assert_eq!(stated(text), [(ElectionTimeout, Some(2000 * MS), "2000"), (AgentTtl, Some(60 * S), "60s")]);
        let found = configurations(0, text);
        assert!(found.iter().all(|each| each.marks == Some(Marks::Diff) && each.problems.is_empty()), "{:?}", found[0].problems);
        let change = crate::patch::Change { parameter: AgentTtl, value: 90 * S, etcd: crate::patch::Etcd::V2 };
        assert_eq!(crate::patch::patch(&[text], &found, &[change])[0].disposition, "refused");
    }

    /// What it is shown with is not its text, and no line of ours would have it.
    #[test]
    fn with_a_margin() {
        let file = "#cloud-config\ncoreos:\n  units: [{name: etcd2.service, command: start}]\n  etcd2:\n    election-timeout: 2000\n";
        let each = |margin: fn(usize) -> String| file.lines().enumerate().map(|(at, line)| format!("{}{line}\n", margin(at + 1))).collect();
        let quoted: String = each(|_| "> ".to_owned());
        let numbered: String = each(|number| format!("{number:6}\t"));
        let found_by_grep = "$ grep -rn ELECTION /etc/etcd\n/etc/etcd/etcd.conf:12:ETCD_ELECTION_TIMEOUT=\"2000\"\n".to_owned();
        for text in [quoted.clone(), format!("Ours:\n\n{quoted}\nand then\n"), numbered, found_by_grep] {
            assert!(embeds(&text), "{text}");
            assert_eq!(stated(&text), [(ElectionTimeout, Some(2000 * MS), "2000")], "{text}");
            let found = configurations(0, &text);
            assert!(found[0].problems.is_empty(), "{:?}", found[0].problems);
            let change = crate::patch::Change { parameter: ElectionTimeout, value: 2500 * MS, etcd: crate::patch::Etcd::V2 };
            assert_eq!(crate::patch::patch(&[&text], &found, &[change])[0].disposition, "refused");
        }
    }

    /// In Terraform, Go, JSON: one text, or several that are joined. The patch is written as its text is.
    #[test]
    fn in_quotes_with_escapes() {
        use crate::patch::{Change, Etcd, patch};
        let file = "#cloud-config\n\ncoreos:\n  etcd2:\n    name: \"a\"\n    election-timeout: 2000\n  units:\n  - name: etcd2.service\n    command: start\n    drop-ins:\n    - name: a.conf\n      content: |\n        [Service]\n        Environment=ETCD_NAME=b\n";
        let escape = |text: &str| text.replace('"', "\\\"").replace('\n', "\\n");
        let change = |parameter, value| Change { parameter, value: value * MS, etcd: Etcd::V2 };
        let changes = [change(Parameter::HeartbeatInterval, 250), change(ElectionTimeout, 2500)];
        let whole = format!("x \"y\" {{\n  size = \"s\"\n  user_data = \"{}\"\n}}\n", escape(file));
        assert!(embeds(&whole));
        assert_eq!(stated(&whole), [(ElectionTimeout, Some(2000 * MS), "2000")]);
        let found = configurations(0, &whole);
        assert!(found[0].problems.is_empty(), "{:?}", found[0].problems);
        let patches = patch(&[&whole], &found, &changes);
        let expected = whole.replace("2000\\n", "2500\\n    heartbeat-interval: 250\\n");
        assert_eq!((patches[0].text.as_deref(), patches[0].disposition), (Some(expected.as_str()), "review"));
        let joined = file.lines().map(|line| format!("          \"{}\\n\"", escape(line))).collect::<Vec<_>>().join(",\n");
        let joined = format!("{{\"Fn::Join\": [\"\", [\n{joined}\n]]}}\n").replace("name: \\\"a\\\"", "name: \", {\"Ref\": \"Name\"}, \"");
        assert_eq!(stated(&joined), [(ElectionTimeout, Some(2000 * MS), "2000")], "{joined}");
        let patched = |text: &str| patch(&[text], &configurations(0, text), &changes).remove(0).text;
        // A line that is new is a text of its own there, so it is read again as it is meant.
        let longer = joined.replace("2000\\n\",\n", "2500\\n\",\n          \"    heartbeat-interval: 250\\n\",\n");
        assert_eq!(stated(&longer).len(), 2);
        assert_eq!(patched(&joined), Some(longer));
        let dropped = whole.replace("2000", "\\\"2000\\\"");
        assert_eq!(patched(&dropped), Some(expected));
    }

    /// Line ends may join a list of lines. What is new is a line of that list.
    #[test]
    fn in_a_list_of_lines() {
        use crate::patch::{Change, Etcd, patch};
        let lines = [
            "#cloud-config",
            "coreos:",
            "  etcd2:",
            "    election-timeout: 2000",
            "  units:",
            "  - name: etcd2.service",
            "    command: start",
        ];
        let change = |parameter, value| Change { parameter, value: value * MS, etcd: Etcd::V2 };
        let changes = [change(Parameter::HeartbeatInterval, 250), change(ElectionTimeout, 2500)];
        let list = |gap: &str| lines.map(|line| format!("\"{line}\"")).join(gap);
        for (before, gap, after) in [
            ("{\"UserData\": {\"Fn::Join\": [\"\\n\", [\n  ", ",\n  ", "\n]]}}\n"),
            ("  Fn::Join:\n  - \"\\n\"\n  - - ", "\n    - ", "\n"),
            ("user_data = join(\"\\n\", [\n  ", ",\n  ", ",\n])\n"),
        ] {
            let text = format!("{before}{}{after}", list(gap));
            assert_eq!(stated(&text), [(ElectionTimeout, Some(2000 * MS), "2000")], "{text}");
            let patches = patch(&[&text], &configurations(0, &text), &changes);
            let expected = text.replace("2000\"", &format!("2500\"{gap}\"    heartbeat-interval: 250\""));
            assert_eq!(
                (patches[0].text.as_deref(), patches[0].disposition),
                (Some(expected.as_str()), "review"),
                "{:?}",
                patches[0].reason
            );
        }
        assert_eq!(stated(&format!("headers = [{}]\n", list(", ").replace("coreos:", "other:"))), []);
        // What a program works out stays its own, and behind what a template puts together nothing is added.
        let joined = list(", ").replace("2000\"", "\" + wait");
        let made = list(", ").replace("2000\",", "2000\", {\"Fn::Join\": [\"\", [\"    name: \", {\"Ref\": \"Name\"}]]},");
        for text in [joined, made].map(|list| format!("lines = [{list}]\n")) {
            let patches = patch(&[&text], &configurations(0, &text), &changes);
            assert_eq!(patches[0].disposition, "refused", "{:?}", patches[0].text);
        }
    }

    #[test]
    fn a_here_document_behind_a_prompt() {
        let text = "Like this:\n\n```console\n$ cat << EOF > env.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: etcd}\ndata:\n  ETCD_ELECTION_TIMEOUT: \"2000\"\nEOF\n```\n";
        assert_eq!(stated(text), [(ElectionTimeout, Some(2000 * MS), "2000")]);
        assert!(configurations(0, text)[0].problems.is_empty());
    }

    #[test]
    fn without_a_log() {
        let pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [etcd, --election-timeout=2000]\n";
        let shown = format!("[root@m1 ~]# kubectl get pod etcd -o yaml\n{pod}");
        assert!(may_be_several(&shown));
        assert_eq!(stated(&shown), [(ElectionTimeout, Some(2000 * MS), "2000")]);
        assert!(configurations(0, &shown)[0].problems.is_empty());
        for whole in [pod, "write_files:\n- content: |\n    ```\n    $ x\n    a@b # c\n", "email: a@b.example # of $ c\n"] {
            assert!(!may_be_several(whole), "{whole}");
        }
    }

    #[test]
    fn advice_and_logs_configure_nothing() {
        for text in [
            "Try etcd --election-timeout=5000 there.\n",
            "2016-04-20 10:00:00.0 I | flags: recognized and used environment variable ETCD_ELECTION_TIMEOUT=600\n",
            "recognized and used environment variable ETCD_ELECTION_TIMEOUT=600\n",
            "{\"level\":\"info\",\"ts\":\"2021-06-05T02:20:39.344Z\",\"msg\":\"starting an etcd server\",\"election-timeout\":\"1s\"}\n",
            "  to: \"91d25258d70ad868\"\n  heartbeat-interval: \"100ms\"\n  expected-duration: \"200ms\"\n  exceeded-duration: \"95.5ms\"\n",
        ] {
            assert_eq!(stated(&format!("{text}{LOG}")), [], "{text}");
        }
    }
}
