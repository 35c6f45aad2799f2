//! Pastes in which configurations stand beside a log: an article, a question in a forum, one file copied
//! behind another. Each stretch of lines that is no log is looked at by itself.

use std::ops::Range;

use crate::config::embedded::{HEADER, here_document};
use crate::config::{self, Configuration, Source, detect};
use crate::log::border::{is_fence, is_prompt, is_stamped};
use crate::log::header::header;
use crate::text::DocumentId;

/// So many stretches that may be configurations are looked at; an article has a few.
const MOST: usize = 8;

/// The configurations that stand in a text beside a log, each with its bytes at their places.
pub fn configurations(document: DocumentId, text: &str) -> Vec<Configuration> {
    let stretches = stretches(text);
    let named = stretches.into_iter().filter(|stretch| names_a_parameter(&text[stretch.clone()])).take(MOST);
    named.filter_map(|stretch| read(document, text, stretch)).collect()
}

fn read(document: DocumentId, text: &str, stretch: Range<usize>) -> Option<Configuration> {
    let alone = &text[stretch.clone()];
    let source = detect::configuration(alone)?;
    // A sentence may name flags as well: as advice, or as what was tried.
    if source == Source::Flags && !alone.lines().any(is_command) {
        return None;
    }
    let blank = text[..stretch.start].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' });
    let part: String = blank.chain(alone.chars()).collect();
    let mut read = config::read(document, &part).filter(|read| !read.settings.is_empty())?;
    // An excerpt need not show the first line of its file.
    read.problems.retain(|problem| problem.id != "config-header-missing");
    Some(Configuration { part: Some(part), ..read })
}

/// Byte ranges of whole lines between logs, fences and prompts.
fn stretches(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut start, mut at, mut here) = (Vec::new(), 0, 0, None);
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        if is_prompt(line) {
            here = here_document(line).map(|(_, word)| word);
        }
        // Also what ends the here-document that a prompt's line began.
        if is_border(line) || here.is_some_and(|word| word == line.trim()) {
            found.push(start..at);
            start = end;
        } else if line.trim() == HEADER {
            found.push(start..at);
            start = at;
        }
        at = end;
    }
    found.push(start..at);
    found.retain(|stretch| !stretch.is_empty());
    found
}

fn is_border(line: &str) -> bool {
    is_fence(line) || is_prompt(line) || is_of_log(line)
}

fn is_of_log(line: &str) -> bool {
    let line = line.trim();
    let head = || header(line, line.len());
    !line.is_empty() && (is_stamped(line) || head().time.is_some() || head().source_line.is_some())
}

/// Words that one of the five parameters is written with in every source.
fn names_a_parameter(stretch: &str) -> bool {
    let lower = stretch.to_ascii_lowercase();
    ["heartbeat", "election", "agent", "reconcile", "request"].iter().any(|word| crate::search::has(&lower, word))
}

/// A command as it is called, or as `ps` shows it.
fn is_command(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or("");
    first.starts_with('-') || matches!(first, "etcd" | "etcd2" | "docker" | "exec") || line.contains("/etcd")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::border::may_be_several;
    use crate::parameters::Parameter::{self, AgentTtl, ElectionTimeout};
    use crate::units::{MS, Micros, S};

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
        assert!(configurations(0, &text)[0].problems.iter().all(|problem| problem.id != "config-header-missing"));
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
        ] {
            assert_eq!(stated(&format!("{text}{LOG}")), [], "{text}");
        }
    }
}
