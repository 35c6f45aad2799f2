//! `etcd-slow-apply`: carrying out requests took long.

use super::common::{lines, longest_first, plural};
use super::{Finding, Rule};
use crate::facts::{Facts, metrics};
use crate::log::event::Meaning;
use crate::report::{Confidence, Severity};
use crate::units::{MS, Micros, human};

/// The rule.
pub const RULE: Rule = Rule {
    id: "etcd-slow-apply",
    why: "A request waits until etcd has carried it out. Large ranges, a slow disk or a busy processor make it slow; heartbeats and elections do not depend on it.",
    what_to_do: "See what the slow requests have in common: large ranges are for the client to cut; writes point to the disk, everything at once to the processor. No timer bears on it.",
    references: &["etcd-io/etcd@v3.4.45:etcdserver/util.go:30", "etcd-io/etcd@v3.7.1:server/etcdserver/txn/util.go"],
    check,
};

/// Above this a request is slow by any measure; etcd's own limit is 100 ms (10 ms in 3.0 to 3.1).
const CLEARLY_SLOW: Micros = 200 * MS;

fn check(facts: &Facts) -> Option<Finding> {
    let Some((events, length)) = longest_first(facts, Meaning::ApplySlow) else { return by_metrics(facts) };
    let count = lines(facts, &events);
    // One or two lines just above the limit are a remark.
    let remark = length > 0 && length < CLEARLY_SLOW && count < 3;
    let severity = if remark { Severity::Info } else { Severity::Warning };
    let title = match length {
        0 => format!("etcd carried out {} slowly", plural(count, "request", "requests")),
        _ if count == 1 => format!("etcd took {} to carry out a request", human(length)),
        _ => format!("etcd carried out {} slowly, the longest in {}", plural(count, "request", "requests"), human(length)),
    };
    let what = if remark {
        "This is just above etcd's own limit, and no trouble by itself."
    } else {
        "etcd's own limit for such a line is 100\u{a0}ms (10\u{a0}ms in 3.0 and 3.1)."
    };
    Some(Finding::new(RULE.id, severity, Confidence::High, title, what).showing(facts, &events))
}

/// The counter of such lines, without their length. Some are a remark.
fn by_metrics(facts: &Facts) -> Option<Finding> {
    let (events, count) = metrics::counter(facts, Meaning::MetricSlowApplies, metrics::MANY)?;
    let severity = if count < 1000 { Severity::Info } else { Severity::Warning };
    let title = format!("etcd carried out {} slowly", plural(count, "request", "requests"));
    let what = "A metric counts what took longer than 100\u{a0}ms since the process started; it tells neither when nor how long.";
    Some(Finding::new(RULE.id, severity, Confidence::Medium, title, what).showing(facts, &events).counting(count as usize))
}

#[cfg(test)]
mod tests {
    use crate::report::Severity;
    use crate::rules::testing::{facts, find};

    fn apply(took: &str) -> String {
        format!(
            "2020-06-25 20:48:27.245759 W | etcdserver: read-only range request \"key:\\\"/a\\\" \" with result \"range_response_count:0 size:4\" took too long ({took}) to execute\n"
        )
    }

    #[test]
    fn slow_requests_warn_and_one_near_the_limit_is_a_remark() {
        assert_eq!(find(&facts(&[&apply("2.285637356s")]), "etcd-slow-apply").expect("slow").severity, Severity::Warning);
        assert_eq!(find(&facts(&[&apply("112.5ms")]), "etcd-slow-apply").expect("a remark").severity, Severity::Info);
        assert_eq!(find(&facts(&[&apply("112.5ms").repeat(5)]), "etcd-slow-apply").expect("many").severity, Severity::Warning);
    }

    #[test]
    fn a_late_heartbeat_is_no_slow_request() {
        let late = "2016-04-20 10:00:00.500000 W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 237.022208ms)\n";
        assert!(find(&facts(&[late]), "etcd-slow-apply").is_none());
    }
}
