//! The trouble in words: its title, what it means, and what to do where the rule's own advice does not fit.

use super::lines::{NO_ADDRESS_ANSWERS, by_proxy, has_no_address, is_silent};
use crate::facts::{EventId, Facts};
use crate::log::event::{Event, Meaning};
use crate::rules::common::{REFUSED, lines, plural, says};
use crate::search;

/// What Go says of a name server that answers with an error of its own (golang/go@go1.20:src/net/dnsclient_unix.go).
pub const NAME_SERVER: &[&str] = &["server misbehaving"];

/// What these lines say together, what that means, and what to do where the rule's own advice does not fit.
pub fn told(facts: &Facts, events: &[EventId], back: bool, over: &str) -> (String, &'static str, Option<String>) {
    let any = |says: &dyn Fn(&Event) -> bool| events.iter().any(|id| says(facts.event(*id)));
    let all = |says: &dyn Fn(&Event) -> bool| events.iter().all(|id| says(facts.event(*id)));
    let count = lines(facts, events);
    if all(&by_proxy) {
        // Another one may serve it.
        let missed = if any(&|event| event.meaning == Meaning::ProxyZero) { "reached no member" } else { "could not reach a member" };
        return (
            format!("A proxy {missed} of etcd ({}{over})", plural(count, "line", "lines")),
            "The proxy takes an endpoint out of use when it cannot connect to it. Without one its clients, fleet among them, get errors at once.",
            Some(String::from(
                "Check from the proxy's machine that the members run and that their client ports (2379; old ones 4001) can be reached.",
            )),
        );
    }
    let requests = plural(count, "request", "requests");
    if all(&|event| says(event, &[NO_ADDRESS_ANSWERS])) {
        // Go's word for a page where JSON was awaited.
        if facts.any_event(|event| says(event, &["invalid character '<'"])) {
            return (
                String::from("A web page answered etcdctl in place of etcd"),
                "The request went to a web proxy, or another program listens there.",
                Some(String::from("Put the members' addresses into no_proxy, and see that the port is etcd's.")),
            );
        }
        return (
            format!("etcdctl reached {} at none of the addresses for clients", plural(count, "member", "members")),
            "etcdctl asked each address that the member told its cluster. Either it does not run, or the way to it is closed.",
            Some(String::from(
                "See on that member's machine whether etcd runs, and what it logged last. If it runs, try its client port (2379; old ones 4001) from where you asked.",
            )),
        );
    }
    if all(&is_silent) {
        return (
            format!("etcd's client port did not answer {requests}{over}"),
            "The connection was not made, or went dead: that machine is off or stands still, or something on the way drops the packets.",
            None,
        );
    }
    if all(&has_no_address) {
        return (
            String::from("A member told its cluster no address for clients"),
            "etcdctl has no address to ask it at: it was added and never started, or has not yet joined. It counts for the majority all the same, unless it is a learner.",
            Some(String::from("Start it with what member add printed, or take it out again with etcdctl member remove.")),
        );
    }
    if all(&|event| says(event, NAME_SERVER)) {
        return (
            format!("The name server failed for {requests} to etcd{over}"),
            "The name of etcd's machine could not be looked up, so no connection was made. etcd itself may be well.",
            Some(String::from("Look at the name server that the line names, or give the client etcd's addresses in place of names.")),
        );
    }
    // Nobody was there to refuse it.
    if !any(&|event| says(event, REFUSED)) {
        return (
            format!("etcd's client port was out of reach for {requests}{over}"),
            "No connection was made: that machine is off, its name or address is wrong, or something on the way is closed.",
            None,
        );
    }
    let refused = format!("etcd's client port refused {requests}{over}");
    if all(&|event| says(event, &["dial tcp :"])) {
        let what = "The endpoint holds a port and no host: what was to be put in there is empty.";
        return (refused, what, None);
    }
    if let Some((here, there)) = listens_elsewhere(facts, events) {
        return (
            format!("{refused}: etcd listens on {there}, not on {here}"),
            "The client looked for etcd on its own machine, and etcd was told to listen on another of its addresses.",
            Some(format!("Give the client the endpoint {there} (etcdctl: --endpoints), or add {here} to etcd's listen-client-urls.")),
        );
    }
    let what = if back {
        "Nothing listened there for a while. Later no request was refused any more: etcd was down and came back, or nobody asked."
    } else {
        "Nothing listened where the client looked for etcd."
    };
    (refused, what, None)
}

/// What etcd prints before the addresses that it serves (etcd-io/etcd@v3.3.27:embed/etcd.go, v2.3.8:etcdmain/etcd.go).
const LISTENS: &[&str] = &["listening for client requests on ", "serving client requests on ", "serving insecure client requests on "];

/// Where a client asked its own machine, and where etcd says that it listens, if that is nowhere near.
fn listens_elsewhere<'a>(facts: &'a Facts, events: &[EventId]) -> Option<(&'a str, &'a str)> {
    let own = |socket: &&str| ["127.0.0.1:", "localhost:", "[::1]:"].iter().any(|own| socket.starts_with(own));
    let asked = |id: &EventId| socket_behind(facts.event(*id), &["dial tcp "]).filter(own);
    let here = asked(events.first()?)?;
    if !events.iter().all(|id| asked(id).is_some() && facts.event(*id).host == facts.event(events[0]).host) {
        return None;
    }
    let mut there = None;
    for (_, event) in facts.all_events().filter(|(_, event)| event.is_etcd_server()) {
        let Some(socket) = socket_behind(event, LISTENS).filter(|_| event.host == facts.event(events[0]).host) else { continue };
        if own(&socket) || ["0.0.0.0:", "[::]:", ":"].iter().any(|any| socket.starts_with(any)) {
            return None;
        }
        there = there.or(Some(socket));
    }
    Some((here, there?))
}

/// The address and port that stand behind one of these words, without a scheme.
fn socket_behind<'a>(event: &'a Event, words: &[&str]) -> Option<&'a str> {
    let (_, rest) = words.iter().find_map(|word| search::split(&event.text, word))?;
    let rest = rest.strip_prefix("http://").or(rest.strip_prefix("https://")).unwrap_or(rest);
    let ends = |letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '.' | ':' | '[' | ']' | '-'));
    rest.split(ends).next().map(|socket| socket.trim_end_matches(':')).filter(|socket| socket.contains(':'))
}
