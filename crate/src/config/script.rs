//! Variables of shell scripts and Makefiles: which value a flag refers to, and which of them etcd gets to see.

use std::ops::Range;

use super::command::{etcd_word, runs_container};
use super::embedded::here_documents;
use super::keys;
use super::mapped_text::MappedText;
use super::words::{self, Word};
use crate::gather::Gather;
use crate::search;
use crate::template;

/// A variable that is set once, to a value that stands there: its name, the value, and its bytes in the document.
pub type Variable = (String, String, Range<usize>);

/// A script sets no more that matter.
const MOST_VARIABLES: usize = 100;

/// What a script sets, and how its etcd is started.
#[derive(Default)]
pub struct Script {
    /// What its flags may refer to.
    pub variables: Vec<Variable>,
    /// Bodies of here-documents: what is set there, another reads.
    bodies: Vec<Range<usize>>,
    runs_etcd: bool,
    /// `set -a`, or `export` without a name in a Makefile.
    exports_all: bool,
    exported: Vec<String>,
}

impl Script {
    /// Reads the lines of a script.
    pub fn of(inner: &MappedText) -> Self {
        let text = inner.text.as_str();
        let mut script = Script { bodies: here_documents(text), ..Script::default() };
        let mut several: Vec<String> = Vec::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let start = at;
            at += line.len();
            let body = line.trim();
            if body.starts_with('#') || several.len() + script.variables.len() > MOST_VARIABLES {
                continue;
            }
            script.runs_etcd |= runs_container(body) || (body.contains("etcd") && etcd_word(body).is_some());
            script.exports_all |= matches!(body, "set -a" | "set -o allexport" | "export") || body.starts_with("set -a ");
            if !body.contains('=') && !body.starts_with("export ") {
                continue;
            }
            let words = words::words(text, start..at);
            if words.first().is_some_and(|word| matches!(word.text.as_str(), "export" | "declare" | "typeset")) {
                let exports = words[0].text == "export" || words.get(1).is_some_and(|word| word.text == "-x");
                let names = words.iter().map(|word| word.text.split(['=', ':', '?']).next().unwrap_or("").to_owned());
                script.exported.extend(names.filter(|name| exports && keys::of_variable(name).is_some()));
            }
            for (name, value, span) in assignments(&words) {
                match script.variables.iter().position(|(known, _, _)| *known == name) {
                    Some(known) => {
                        script.variables.remove(known);
                        several.push(name);
                    }
                    None if several.contains(&name) => {}
                    None if template::fills(&value) => several.push(name),
                    None => script.variables.push((name, value, inner.place(span))),
                }
            }
        }
        script
    }

    /// Whether a line at `at` sets a variable of etcd for the script alone, though it starts an etcd: it stands before no
    /// command and is not exported. POSIX.1-2017, Shell Command Language, 2.9.1 and 2.12.
    pub fn keeps(&self, text: &str, words: &[Word], at: usize, name: &str) -> bool {
        self.runs_etcd
            && !self.exports_all
            && words.iter().all(|word| word.assignment().is_some())
            && !self.bodies.iter().any(|body| body.contains(&at))
            && !self.exported.iter().any(|exported| exported == name)
            && !["-e ", "--env "].iter().any(|option| search::has(text, &format!("{option}{name}")))
    }

    /// Whether a command refers to a variable, by `$NAME` or `${NAME}`.
    pub fn refers(text: &str, name: &str) -> bool {
        ["$", "${", "$("].iter().any(|mark| search::has(text, &format!("{mark}{name}")))
    }
}

/// What the words of a line set, where they do nothing else: `NAME=value`, also behind `export`; `NAME := value` of a
/// Makefile; `: ${NAME:=value}`.
fn assignments(words: &[Word]) -> Vec<(String, String, Range<usize>)> {
    if let [name, mark, value, ..] = words {
        if matches!(mark.text.as_str(), "=" | ":=" | "::=" | "?=") && is_name(&name.text) {
            return vec![(name.text.clone(), value.text.clone(), value.span_from(0))];
        }
    }
    let leads = |word: &Word| matches!(word.text.as_str(), "export" | "readonly" | "local" | "declare" | "typeset" | "-x" | "-r" | ":");
    let words: Vec<&Word> = words.iter().filter(|word| !leads(word)).take_while(|word| !word.text.starts_with('#')).gather();
    if !words.iter().all(|word| assigned(word).is_some()) {
        return Vec::new();
    }
    words.into_iter().filter_map(assigned).gather()
}

fn assigned(word: &Word) -> Option<(String, String, Range<usize>)> {
    let (name, from) = match word.text.split_once('=')? {
        (name, _) if name.starts_with("${") => (name.trim_start_matches("${").trim_end_matches(':'), name.len() + 1),
        (name, _) => (name.trim_end_matches([':', '?']), name.len() + 1),
    };
    if !is_name(name) {
        return None;
    }
    let value = word.text[from..].trim_end_matches('}');
    let (value, skipped) = fallback(&word.text[from..]).unwrap_or((value, 0));
    let start = word.span_from(from + skipped).start;
    Some((name.to_owned(), value.to_owned(), start..start + value.len()))
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// What `${NAME:-250}` stands for where nobody sets the variable, and how far within it that begins.
pub fn fallback(value: &str) -> Option<(&str, usize)> {
    let inside = value.strip_prefix("${")?.strip_suffix('}')?;
    let (name, rest) = inside.split_once('-')?;
    let literal = is_name(name.trim_end_matches(':')) && !template::fills(rest);
    literal.then_some((rest, "${".len() + name.len() + 1))
}

#[cfg(test)]
mod tests {
    use crate::config::read;

    /// The values that act, as they stand, and the ids of what is wrong.
    fn acting(text: &str) -> (Vec<&str>, Vec<&'static str>) {
        let read = read(0, text).expect("a configuration");
        let acting = read.settings.iter().filter(|setting| setting.effective);
        (acting.map(|setting| setting.place.span.of(text)).collect(), read.problems.iter().map(|problem| problem.id).collect())
    }

    #[test]
    fn a_flag_refers_to_what_is_set_once() {
        for text in [
            "#!/bin/sh\nHB=250\nET=\"2500\" # ms\nexec etcd --name a --heartbeat-interval $HB --election-timeout=${ET}\n",
            "#!/bin/sh\nreadonly HB=250; export ET=2500;\nsudo etcd --heartbeat-interval=\"$HB\" --election-timeout \"$ET\"\n",
            "HB=${HB:-250}\n: \"${ET:=2500}\"\ndocker run -d quay.io/coreos/etcd:v3.5.9 etcd --heartbeat-interval=$HB --election-timeout=$ET\n",
            "#!/bin/sh\nHB=250\nexec env ETCD_HEARTBEAT_INTERVAL=$HB ETCD_ELECTION_TIMEOUT=2500 etcd --data-dir /x\n",
            "etcd --name a --heartbeat-interval=${HB:-250} --election-timeout=${ET:-2500}\n",
            "HB := 250\nET ?= 2500\nrun:\n\tdocker run quay.io/coreos/etcd etcd --heartbeat-interval $(HB) --election-timeout ${ET}\n",
            "ETCD_HEARTBEAT_INTERVAL=250\nET=2500\ndocker run -e ETCD_HEARTBEAT_INTERVAL=$ETCD_HEARTBEAT_INTERVAL -e ETCD_ELECTION_TIMEOUT=${ET} quay.io/coreos/etcd\n",
            "#cloud-config\nwrite_files:\n- path: /opt/run\n  content: |\n    #!/bin/sh\n    HB=250\n    ET=2500\n    etcd --heartbeat-interval=$HB --election-timeout=$ET\n",
        ] {
            assert_eq!(acting(text), (vec!["250", "2500"], vec![]), "{text}");
        }
    }

    #[test]
    fn what_is_set_twice_or_elsewhere_is_not_known() {
        for above in ["", "if slow; then\n  HB=500\nelse\n  HB=100\nfi\n", "HB=$((100 * 2))\n", "HB=$1\n"] {
            let text = format!("#!/bin/sh\n{above}etcd --heartbeat-interval=$HB\n");
            assert_eq!(acting(&text), (vec!["$HB"], vec!["config-template"]), "{text}");
        }
    }

    /// POSIX, Shell Command Language, 2.9.1.
    #[test]
    fn what_is_not_exported_stays_in_the_script() {
        for (above, below, acts) in [
            ("", "", false),
            ("export ", "", true),
            ("", "export ETCD_ELECTION_TIMEOUT\n", true),
            ("set -a\n", "set +a\n", true),
            ("", "cat > /etc/etcd.env <<EOF\nETCD_NAME=a\nEOF\n", false),
            ("cat > /etc/etcd.env <<EOF\n", "EOF\n", true),
        ] {
            let text = format!("#!/bin/sh\n{above}ETCD_ELECTION_TIMEOUT=2500\n{below}etcd --data-dir /x\n");
            let expected = if acts { (vec!["2500"], vec![]) } else { (vec![], vec!["config-not-exported"]) };
            assert_eq!(acting(&text), expected, "{text}");
        }
        assert_eq!(acting("#!/bin/sh\nETCD_ELECTION_TIMEOUT=2500 etcd\n"), (vec!["2500"], vec![]));
        // What starts no etcd is read by another.
        assert_eq!(acting("#!/bin/sh\nETCD_ELECTION_TIMEOUT=2500\n"), (vec!["2500"], vec![]));
    }
}
