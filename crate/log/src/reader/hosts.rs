//! The machines that a log names, each with a number.

/// Hosts that are told apart; what comes after them counts as the last of them. More than the largest fleet known, and few
/// enough that what is asked of each pair of them takes no time (judgement).
pub const MOST_HOSTS: usize = 1_000;

/// Names and their numbers.
#[derive(Default)]
pub struct Hosts {
    /// By number, in the order in which they came.
    names: Vec<String>,
    /// The numbers, in the order of the names.
    sorted: Vec<u16>,
    /// Most lines name the machine of the line before.
    last: u16,
    /// One more came than are told apart.
    pub too_many: bool,
}

impl Hosts {
    /// The number of this name, which may be new.
    pub fn number(&mut self, name: &str) -> u16 {
        if self.names.get(usize::from(self.last)).is_some_and(|last| last == name) {
            return self.last;
        }
        let known = &self.names;
        let of = |number: &u16| known[usize::from(*number)].as_str();
        self.last = match self.sorted.binary_search_by(|number| of(number).cmp(name)) {
            Ok(at) => self.sorted[at],
            Err(at) => with_or_without_domain(name, &self.sorted, of).unwrap_or_else(|| self.add(name, at)),
        };
        self.last
    }

    /// The number of a new name, whose place in the order is `at`; the last one's where there are too many.
    fn add(&mut self, name: &str, at: usize) -> u16 {
        let number = self.names.len();
        if number == MOST_HOSTS {
            self.too_many = true;
            return MOST_HOSTS as u16 - 1;
        }
        self.sorted.insert(at, number as u16);
        self.names.push(name.to_owned());
        number as u16
    }

    /// All names, by number.
    pub fn into_names(self) -> Vec<String> {
        self.names
    }
}

/// A host goes by `core-01` in one line and by `core-01.example` in another, as before and after it learns its domain.
/// `known` are in the order of their names; what begins with a digit is an address.
fn with_or_without_domain<'a>(name: &str, known: &[u16], of: impl Fn(&u16) -> &'a str) -> Option<u16> {
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    if let Some((short, _)) = name.split_once('.') {
        return known.binary_search_by(|number| of(number).cmp(short)).ok().map(|at| known[at]);
    }
    let domain = format!("{name}.");
    let at = known.partition_point(|number| of(number) < domain.as_str());
    known.get(at).copied().filter(|number| of(number).starts_with(&domain))
}

#[cfg(test)]
mod tests {
    use super::{Hosts, MOST_HOSTS};

    #[test]
    fn a_host_is_one_with_and_without_its_domain() {
        let names = |named: &[&str]| {
            let mut hosts = Hosts::default();
            named.iter().for_each(|name| _ = hosts.number(name));
            hosts.into_names()
        };
        assert_eq!(names(&["core-01", "core-01.example", "core-01", "core-02"]), ["core-01", "core-02"]);
        assert_eq!(names(&["core-01.example", "core-01-b", "core-01", "core-010"]), ["core-01.example", "core-01-b", "core-010"]);
        let mut many = Hosts::default();
        let numbers = (0..=MOST_HOSTS).map(|host| many.number(&format!("core-{host}"))).fold(0, u16::max);
        assert_eq!((usize::from(numbers), many.too_many), (MOST_HOSTS - 1, true));
        assert_eq!(names(&["core.a.example", "core.b.example"]), ["core.a.example", "core.b.example"]);
    }
}
