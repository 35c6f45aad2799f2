//! Messages that a line only speaks of: nothing printed them there.

use crate::messages::pattern::Match;
use crate::search;

/// So many words before a message make a sentence of the line (judgement): what a logger writes there is shorter, or holds
/// digits, colons and brackets. A question needs one: no program asks.
const WORDS: usize = 3;

/// What may stand around a word of a sentence, also as Markdown writes it.
const MARKS: &[char] = &['"', '\'', '`', '*', '_', '#', '>', '-', '(', ')', ',', '.', ';', '?', '!', '“', '”'];

/// Whether the line looks for this message, quotes it, or names it in the middle of a sentence, as people do who explain it.
/// `timed`: the line has a stamp, so it is one of a log.
pub fn is_spoken_of(line: &str, found: &Match, timed: bool) -> bool {
    let before = &line[..found.start];
    // Who names a member, a length or an address has seen it.
    if timed || line[found.start..found.end].contains(|c: char| c.is_ascii_digit()) {
        return looked_for(before).is_some();
    }
    // etcd's own name before its error is no sign that it printed it there.
    let (before, after) = (before.strip_suffix("etcdserver: ").unwrap_or(before), &line[found.end..]);
    let (words, asks) = (words(before), line.trim_end().ends_with('?'));
    let in_sentence = goes_on(after) || after.trim_end() == ".";
    looked_for(before).is_some() || asks && words > 0 || words >= WORDS && in_sentence || is_quoted(before, after)
}

/// What stands around a text that is quoted, or around one of the alternatives of an expression that is searched for.
const QUOTES: [char; 5] = ['"', '\'', '`', '/', '|'];

/// Whether all of the message stands in quotes, and no program puts them there: in a list, a search, a table, source code. Programs
/// do so behind a key (`"error":"…"`, `err="…"`, gRPC's `desc = "…"`, Python's `error: '…'`, of both `details = "…"` in
/// grpc/grpc:src/python/grpcio/grpc/_channel.py), in a bracket (kubectl) and in a field of a table (RFC 4180).
fn is_quoted(before: &str, after: &str) -> bool {
    let Some(quote) = before.chars().next_back().filter(|quote| QUOTES.contains(quote)) else { return false };
    let Some(after) = after.strip_prefix(QUOTES) else { return false };
    let before = before[..before.len() - 1].trim_end_matches('*');
    let ends = after.trim_matches(MARKS).trim().is_empty() && !after.starts_with([',', ')']);
    let alone = before.trim_matches(MARKS).trim().is_empty();
    let by_program = [":", "=", ",", ";", "desc = ", "details = ", " ("].iter().any(|key| before.ends_with(key));
    let behind_colon = before.ends_with(": ") && (ends || quote != '`');
    !(by_program || behind_colon || ends && alone)
}

/// The mark of the quotes behind `grep` that are open here: it prints the lines that hold this, and there may be none.
fn looked_for(before: &str) -> Option<u8> {
    let options = search::rsplit(before, "grep ")?.1.as_bytes();
    let quote = *options.iter().find(|byte| matches!(byte, b'"' | b'\''))?;
    (search::count(options, quote) % 2 == 1).then_some(quote)
}

/// What stands behind a text that is looked for: Ansible prints a command and its output in one line.
pub fn behind_search<'a>(line: &'a str, found: &Match) -> Option<&'a str> {
    let quote = looked_for(&line[..found.start])?;
    line[found.end..].split_once(char::from(quote)).map(|(_, rest)| rest)
}

/// How many words stand before the message; none where they are columns, or there is more than words.
fn words(before: &str) -> usize {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'\'') || !byte.is_ascii();
    let mut words = 0;
    for word in before.trim().split(' ') {
        let letters = word.trim_matches(MARKS);
        if word.is_empty() || !letters.bytes().all(is_letter) {
            return 0;
        }
        words += usize::from(!letters.is_empty());
    }
    words
}

/// Whether the sentence goes on behind the message.
fn goes_on(after: &str) -> bool {
    let next = after.trim_start_matches(MARKS).strip_prefix(' ').and_then(|rest| rest.chars().next());
    next.is_some_and(|next| next.is_ascii_alphabetic() || !next.is_ascii())
}

#[cfg(test)]
mod tests {
    use crate::scan::Scanner;

    fn is_printed(line: &str) -> bool {
        let mut scanner = Scanner::new(0);
        scanner.push(line.as_bytes());
        !scanner.finish().events.is_empty()
    }

    #[test]
    fn what_a_command_looks_for_was_not_printed() {
        for line in [
            "$ journalctl -u etcd2 | grep \"failed to send out heartbeat on time\"",
            "zgrep -c 'etcdserver: request timed out' /var/log/syslog",
            "kubectl logs etcd-0 | grep -E \"is starting|mvcc: database space exceeded\"",
        ] {
            assert!(!is_printed(line), "{line}");
        }
        // Found, below the command whose end was lost, and as Ansible prints both.
        assert!(is_printed("$ grep etcd x.log Error: etcdserver: request timed out"));
        let both =
            "{\"cmd\": \"etcdctl ls | grep -q 'cluster is healthy'\", \"rc\": 1, \"stderr\": \"Error: etcdserver: request timed out\"}";
        assert!(is_printed(both));
        // However often, it is looked for.
        assert!(!is_printed(&"grep \"etcdserver: request timed out\" ".repeat(20_000)));
    }

    #[test]
    fn what_is_quoted_as_no_program_does_was_not_printed() {
        for line in [
            "- Fix `etcdserver: request timed out` where a learner is promoted.",
            "sed -n '/mvcc: database space exceeded/p' etcd.log",
            "{app=\"etcd\"} |= \"etcdserver: mvcc: database space exceeded\" | json",
            "  \"etcdserver: leader changed\",",
            "\tErrNoLeader = errors.New(\"etcdserver: no leader\")",
            "| `etcdserver: request timed out` | It was not committed in time |",
            "slow=\"$(count_matches 'slow apply|etcdserver: request timed out|database space exceeded' \"${log}\")\"",
        ] {
            assert!(!is_printed(line), "{line}");
        }
        for line in [
            "`etcdserver: request timed out`",
            "What we get: \"etcdserver: request timed out\"",
            "\"took\":\"2.1s\",\"error\":\"etcdserver: leader changed\"",
            "\tdetails = \"etcdserver: request timed out\"",
            "core-1,\"etcdserver: request timed out\"",
            "core-1;\"etcdserver: request timed out\"",
            "rpc error: code = 4 desc = \"etcdserver: request timed out\"",
            "patroni.dcs.etcd3.Unavailable: <Unavailable error: 'etcdserver: no leader', code: 14>",
            "level=error error=\"etcdserver: mvcc: database space exceeded\" name=x",
            "2021-06-05 02:20:39 error \"etcdserver: request timed out\" of a writer",
            "Jun 05 02:20:31 core-1 app[12]: the writer of this state reports \"etcdserver: request ti\nmed out\" of shard 3",
        ] {
            assert!(is_printed(line), "{line}");
        }
    }

    #[test]
    fn what_an_article_explains_was_not_printed() {
        for line in [
            "#### What does \"mvcc: database space exceeded\" mean and how do I fix it?",
            "The usual sign of it is the message `etcdserver: leader changed`. It tells of an election.",
            "The error `etcdserver: mvcc: database space exceeded` tells that the quota is used up.",
            "If it skips two heartbeats, etcd warns that it failed to send out heartbeat on time.",
            "Why does it say \"request sent was ignored (cluster ID mismatch: peer[a], local[b])\"?",
        ] {
            assert!(!is_printed(line), "{line}");
        }
        for line in [
            "Error from server: etcdserver: leader changed",
            "Error from server (InternalError): an error on the server (\"etcdserver: request timed out\") has prevented it",
            "We saw this in our log: etcdserver: mvcc: database space exceeded, and then",
            "The logs have `the clock difference against peer 8e9e05c52164694d is too high [1.2s > 1s]` in them",
            "12m Normal Killing Container etcd failed liveness probe, will be restarted",
        ] {
            assert!(is_printed(line), "{line}");
        }
    }
}
