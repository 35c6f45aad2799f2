//! Who raised a needless change: one member that alone missed the leader.

use super::LeaderChange;
use crate::facts::beside::time;
use crate::facts::links::{BROKEN, peer};
use crate::facts::{Facts, Spell};
use crate::gather::Gather;
use crate::log::event::{Event, Meaning};
use crate::parameters::NO_FAILOVER_TAKES;
use crate::search;
use crate::sort::by_key;
use crate::units::{Micros, S};

/// The one member that missed the leader, where the others are seen to have heard it. Its votes are refused or
/// ignored, but its higher term makes the leader step down: in 2.x by the mere question, from 3.0 on when it
/// answers the leader (etcd-io/etcd@v2.3.8:raft/raft.go:405, etcd-io/etcd@v3.0.17:raft/raft.go:565). `led` is when that leader
/// was elected.
pub(super) fn lone_candidate(facts: &Facts, change: &LeaderChange, led: Option<Micros>) -> Option<String> {
    let (campaign, old) = (change.campaign?, change.old.as_deref()?);
    let fall = Fall { facts, change, campaign, old, gave_way: gave_way(facts, change), then: facts.spell(Some(campaign)) };
    let who = fall
        .too_soon_for_others(led)
        .or_else(|| fall.ignored_by_others())
        .or_else(|| fall.rounds_ahead())
        .or_else(|| fall.had_just_started())
        .or_else(|| fall.alone_in_rounds());
    who.map(str::to_owned)
}

/// How a leader lost its place.
struct Fall<'a> {
    facts: &'a Facts,
    change: &'a LeaderChange,
    campaign: Micros,
    old: &'a str,
    /// When the old leader says that it leads no more.
    gave_way: Option<Micros>,
    /// The timers of that time.
    then: Spell,
}

impl<'a> Fall<'a> {
    /// Events of this meaning from three election-timeouts before the campaign on, until a second after it.
    fn before(&self, meaning: Meaning) -> impl Iterator<Item = &'a Event> + use<'a> {
        let from = self.campaign - 3 * self.then.election;
        self.facts.events_between(&[meaning], from, self.campaign + S).map(|(_, event)| event)
    }

    /// Whether a line names a term before the one that began.
    fn of_earlier_term(&self, event: &Event) -> bool {
        event.number("term").is_some_and(|term| self.change.term.is_some_and(|new| term < new))
    }

    /// Nobody could miss a leader yet that was elected less than a follower's shortest wait ago: who made it give way had
    /// asked in vain before, as a member does that was alone until the others were started again.
    fn too_soon_for_others(&self, led: Option<Micros>) -> Option<&'a str> {
        let lost = self.gave_way.map_or(self.campaign, |gave_way| gave_way.min(self.campaign));
        let led = led.filter(|led| lost - led < self.then.election - 2 * self.then.heartbeat)?;
        let mut higher = self.facts.events_between(&[Meaning::HigherTermMessage], led, self.campaign + S);
        higher.find(|(_, event)| event.word("id") == Some(self.old))?.1.word("from")
    }

    /// A follower counts a tick per heartbeat-interval since it heard the leader, and prints how many are left
    /// (etcd-io/etcd@v3.4.45:raft/raft.go, Step). After two it had just heard it; after more the leader was late for
    /// it too (judgement).
    fn ignored_by_others(&self) -> Option<&'a str> {
        let fresh = self.then.election / self.then.heartbeat.max(1) - 2;
        let ignored = self.before(Meaning::VoteIgnoredLease).find(|event| {
            event.word("id").is_some_and(|id| id != self.old)
                && self.of_earlier_term(event)
                && event.number("remaining").is_some_and(|left| left >= fresh)
        });
        ignored?.word("from").filter(|from| *from != self.old)
    }

    /// The leader gave way to an answer of a term two rounds higher before anybody else asked for votes. One round is also
    /// what a follower begins that missed a leader which stood still; in two the other one would miss it too, as none waits
    /// for twice the election-timeout (etcd-io/etcd@v3.4.45:raft/raft.go, resetRandomizedElectionTimeout). The same member may win
    /// the election after that; of more rounds than a failover takes it had held the others alone.
    fn rounds_ahead(&self) -> Option<&'a str> {
        let ahead = |event: &Event| event.number("term2").zip(event.number("term")).map_or(0, |(higher, own)| higher - own);
        let answered = self.before(Meaning::HigherTermMessage).find(|event| {
            let asked_first = || event.moment().is_some_and(|time| time < self.campaign);
            let wins = event.word("from") == self.change.new.as_deref();
            let alone = if wins { ahead(event) > NO_FAILOVER_TAKES } else { ahead(event) > 1 && asked_first() };
            event.word("id") == Some(self.old) && event.word("value") == Some("MsgAppResp") && alone
        });
        answered?.word("from")
    }

    /// The process that deposed it was down a moment before, and then there: such a member may ask for votes before it has heard
    /// the leader, as up to 3.3 a start skips most of the first election-timeout (etcd-io/etcd@v2.2.5:etcdserver/raft.go:241).
    fn had_just_started(&self) -> Option<&'a str> {
        let from = self.before(Meaning::HigherTermMessage).find(|event| event.word("id") == Some(self.old))?.word("from")?;
        let within = 2 * self.then.election;
        let of_it = |event: &Event| peer(event) == Some(from);
        let mut up = self.facts.events_between(&[Meaning::PeerActive], self.campaign - within, self.campaign);
        let up = up.find(|(_, event)| of_it(event))?.1.moment()?;
        let refuses = |event: &Event| of_it(event) && search::has(&event.text, "connection refused");
        self.facts.events_between(BROKEN, up - 10 * S, up).any(|(_, event)| refuses(event)).then_some(from)
    }

    /// One member asked for votes round after round, and nobody else did.
    fn alone_in_rounds(&self) -> Option<&'a str> {
        /// So many of its own.
        const ROUNDS: usize = 3;
        let wait = self.then.election;
        // Where nobody has won yet, the leader led until it gave way itself.
        let nobody_won = self.gave_way.filter(|_| self.change.new.is_none());
        let (led_until, until) = nobody_won.map_or((self.campaign, self.campaign + S), |time| (time, time));
        let asked = self.facts.events_between(&[Meaning::BecameCandidate], self.campaign - 1000 * wait, until);
        let of_earlier = asked.filter(|(_, event)| self.of_earlier_term(event));
        let mut rounds: Vec<(&str, Micros)> = of_earlier.filter_map(|(_, event)| Some((event.word("id")?, event.moment()?))).gather();
        by_key(&mut rounds, |(_, time)| *time);
        let (who, last) = *rounds.last()?;
        let own = rounds.iter().rev().take_while(|(id, _)| *id == who).gather();
        let alone = Some(who) != self.change.new.as_deref() && who != self.old && led_until - last <= 4 * wait;
        (alone && own.len() >= ROUNDS && own.last().is_some_and(|(_, first)| led_until - first >= 3 * wait)).then_some(who)
    }
}

/// When the old leader says that it leads no more.
fn gave_way(facts: &Facts, change: &LeaderChange) -> Option<Micros> {
    let own = |event: &Event| event.meaning == Meaning::LeaderLost && event.word("id") == change.old.as_deref();
    change.events.iter().find(|id| own(facts.event(**id))).and_then(|id| time(facts, *id))
}
