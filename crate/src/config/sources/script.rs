//! Shell scripts and Makefiles: what they set, how they start etcd, and which of their variables it gets to see.

use std::ops::Range;

use crate::config::meaning::keys;
use crate::config::syntax::command::{hands_file, hands_more, runs_container, start_of_etcd, starts_container};
use crate::config::syntax::embedded::here_documents;
use crate::config::syntax::mapped_text::MappedText;
use crate::config::syntax::variables::{Variables, added_options, fallback};
use crate::config::syntax::words::{self, Word, exported_elsewhere, is_name};
use crate::gather::Gather;
use crate::{search, template};

/// What a script sets, and how its etcd is started.
#[derive(Default)]
pub struct Script {
    /// What its flags may refer to.
    pub variables: Variables,
    runs_etcd: bool,
    runs_container: bool,
    /// An etcd is started with no variable of the script.
    clears: bool,
    /// What else etcd may be handed is not known: `set -a`, a file that is read, `--env-file`.
    hands_more: bool,
    /// It reads a file that is not here, or hands one on.
    reads: bool,
    exported: Vec<String>,
    /// What a command that starts a container names alone: `-e NAME`.
    named: Vec<String>,
    /// Where a command that only sets a variable of etcd has its value.
    own: Vec<usize>,
    own_names: Vec<String>,
    /// How many conditions and loops are open.
    depth: usize,
}

impl Script {
    /// Reads the commands of a script.
    pub fn of(inner: &MappedText) -> Self {
        let text = inner.text.as_str();
        let bodies = here_documents(text);
        let variables = Variables::of_shell(bodies.clone());
        let mut script = Script { variables, ..Script::default() };
        let mut at = 0;
        for body in &bodies {
            script.take(inner, at..body.range.start);
            let depth = std::mem::take(&mut script.depth);
            // What becomes no file a shell may be given, here or elsewhere: `ssh a bash -s <<EOF`.
            script.runs_container |= body.path.is_empty() && runs_container(&text[body.range.clone()]);
            script.take(inner, body.range.clone());
            (script.depth, at) = (depth, body.range.end);
        }
        script.take(inner, at..text.len());
        let first = text.lines().next().unwrap_or("");
        let exports = search::split(first, " -").is_some_and(|(_, options)| options.contains('a'));
        if !is_shell(first) || exports || script.hands_more || !(script.runs_etcd || script.runs_container) {
            script.own.clear();
        }
        // A name that the script hands on by `$NAME` acts where it does.
        script.own_names.retain(|name| !["$", "${", "$("].iter().any(|mark| search::has(text, &format!("{mark}{name}"))));
        script
    }

    /// Whether a value at `at` is set for the script alone, though it starts an etcd: POSIX.1-2017, Shell Command Language,
    /// 2.9.1 and 2.12. `docker run -e NAME` hands on only what is exported, too (docker/cli#1780).
    pub fn keeps(&self, name: &str, at: usize) -> bool {
        let has = |names: &[String]| names.iter().any(|known| known == name);
        let handed = has(&self.exported) && !self.clears && (!self.in_container() || has(&self.named));
        self.own.binary_search(&at).is_ok() && !handed
    }

    /// Whether the etcd that it starts is handed a file that is not here.
    pub fn gets_more(&self) -> bool {
        self.reads && (self.runs_etcd || self.runs_container)
    }

    /// Whether all etcd that it starts runs in containers.
    pub fn in_container(&self) -> bool {
        self.runs_container && !self.runs_etcd
    }

    /// Why etcd does not get a variable that it keeps, and what to do.
    pub fn why_kept(&self, name: &str, value: &str) -> String {
        if self.in_container() {
            format!("{name} is set here, but the container does not get it; hand it over with `-e {name}={value}`.")
        } else if self.clears {
            format!("{name} is set here, but what starts etcd hands no variable on; with sudo write `sudo -E`, else set it as a flag.")
        } else {
            format!("{name} is set here for the script alone, so etcd does not get it; write `export` before it.")
        }
    }

    /// Whether a variable that it keeps is named nowhere else, so that nothing comes of it.
    pub fn forgets(&self, name: &str) -> bool {
        self.own_names.iter().any(|own| own == name)
    }

    /// What a Makefile sets and hands on: `export NAME := 500`, or `NAME := 500` where it exports the name or all (GNU make
    /// manual, "Communicating Variables to a Sub-make"); and what csh and fish export.
    pub fn handed_on<'w>(&self, words: &'w [Word]) -> Option<(&'w Word, &'w Word)> {
        let is_timer = |(name, _): &(&Word, &Word)| keys::of_variable(&name.text).is_some();
        let bare: Vec<&Word> = words.iter().skip_while(|word| word.text == "export" || word.text.ends_with(':')).gather();
        of_make(&bare)
            .filter(|(name, _)| self.hands_more || self.exported.contains(&name.text))
            .or_else(|| exported_elsewhere(words))
            .filter(is_timer)
    }

    /// Takes the commands of a stretch, cut as a shell does.
    fn take(&mut self, inner: &MappedText, range: Range<usize>) {
        let (text, bytes) = (inner.text.as_str(), inner.text.as_bytes());
        let is_script = text.starts_with("#!");
        let (mut from, mut at, mut quote, mut chained) = (range.start, range.start, None, false);
        while at < range.end {
            let byte = bytes[at];
            let next = bytes.get(at + 1).copied();
            at += match (quote, byte) {
                (Some(b'\''), _) if byte != b'\'' && byte != b'\n' => 1,
                (_, b'\\') => {
                    if next == Some(b'\r') {
                        3
                    } else {
                        2
                    }
                }
                (_, b'$' | b'{' | b'<') if quote != Some(b'\'') => template::length(&text[at..range.end]).unwrap_or(1),
                // Only in a script a quote may go over lines: prose has apostrophes.
                (Some(_), b'\n') if is_script => 1,
                (Some(open), _) if byte != b'\n' => {
                    if byte == open {
                        quote = None;
                    }
                    1
                }
                (_, b'"' | b'\'') => {
                    quote = Some(byte);
                    1
                }
                (_, b'#') if at == from || bytes[at - 1].is_ascii_whitespace() => text[at..range.end].find('\n').unwrap_or(range.end - at),
                // `2>&1` and `&>` part nothing.
                (_, b'&') if next == Some(b'>') || at > from && bytes[at - 1] == b'>' => 1,
                (_, b'\n' | b';' | b'&' | b'|' | b'(' | b')') => {
                    quote = None;
                    let empty = text[from..at].trim().is_empty();
                    self.command(inner, from..at, chained);
                    let doubled = next == Some(byte);
                    // After `&&` and a line end the command follows still.
                    chained = byte == b'|' || (byte == b'&' && doubled) || (byte == b'\n' && empty && chained);
                    from = at + 1 + usize::from(doubled && byte != b'\n');
                    from - at
                }
                _ => 1,
            };
        }
        self.command(inner, from.min(range.end)..range.end, chained);
    }

    /// Takes one command; what stands behind `&&` runs under a condition.
    fn command(&mut self, inner: &MappedText, range: Range<usize>, chained: bool) {
        let text = inner.text.as_str();
        let mut body = text[range.clone()].trim_start();
        let mut first = first_word(body);
        while matches!(first, "if" | "while" | "until" | "then" | "else" | "elif" | "do" | "{" | "!") {
            self.depth += usize::from(matches!(first, "if" | "while" | "until"));
            body = body[first.len()..].trim_start();
            first = first_word(body);
        }
        match first {
            "for" | "select" | "case" | "ifeq" | "ifneq" | "ifdef" | "ifndef" => self.depth += 1,
            "fi" | "done" | "esac" | "endif" => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        let sets_otherwise = || {
            matches!(first, "read" | "for" | "select" | "getopts" | "unset" | "mapfile" | "readarray" | "let")
                || body.starts_with("printf -v")
        };
        let tells = matches!(first, "set" | "export" | "." | "source" | "eval" | ".EXPORT_ALL_VARIABLES:");
        if !(tells || body.contains('=') || search::has(body, "etcd") || search::has(body, "ETCD_") || sets_otherwise()) {
            return;
        }
        let at = range.end - body.len();
        let words = words::words(text, at..range.end);
        if sets_otherwise() {
            let most = if matches!(first, "for" | "select") { 1 } else { words.len() };
            let names = words.iter().skip(1).take(most).map(|word| word.text.split('=').next().unwrap_or(""));
            names.filter(|name| is_name(name)).for_each(|name| self.variables.set_once(name, None, at));
            return;
        }
        if self.variables.scope(at) == 0 {
            self.starts(body, &words);
            self.exports(first, &words);
        }
        // What it is under a condition of, etcd is too, where it is started behind it: `HB=500 && etcd`.
        let goes_on = chained && starts_behind(&text[range.end..]);
        self.assign(inner, &words, chained && !goes_on || self.depth > 0);
    }

    /// How a command starts etcd, where it does.
    fn starts(&mut self, body: &str, words: &[Word]) {
        if !search::has(body, "etcd") {
            return;
        }
        if starts_container(body) {
            self.runs_container |= runs_container(body);
            self.hands_more |= hands_more(body);
            self.reads |= hands_file(body);
            let names = words.iter().map(|word| word.text.strip_prefix("--env=").unwrap_or(&word.text));
            self.named.extend(names.filter(|name| keys::of_variable(name).is_some()).map(str::to_owned));
        } else if let Some(start) = start_of_etcd(body) {
            let asks = matches!(first_word(&body[start.end..]).trim_start_matches('-'), "version" | "help" | "h" | "v");
            self.runs_etcd |= !asks;
            self.clears |= start.clears;
        }
    }

    /// What a command hands on to all that the script starts.
    fn exports(&mut self, first: &str, words: &[Word]) {
        let all = |word: &Word| {
            let text = word.text.as_str();
            text == "allexport" || text.starts_with('-') && !text.starts_with("--") && text.contains('a')
        };
        self.hands_more |= match first {
            "." | "source" | "eval" | ".EXPORT_ALL_VARIABLES:" => true,
            "set" => words.iter().any(all),
            "export" => words.len() == 1 || words.iter().any(|word| word.text.starts_with('$')),
            _ => false,
        };
        self.reads |= matches!(first, "." | "source");
        let mut exports = false;
        for word in words {
            let declares = || matches!(first, "declare" | "typeset" | "local") && word.text.starts_with('-') && word.text.contains('x');
            exports |= word.text == "export" || declares();
            let name = word.text.split(['=', ':', '?']).next().unwrap_or("");
            if exports && keys::of_variable(name).is_some() && !self.exported.iter().any(|known| known == name) {
                self.exported.push(name.to_owned());
            }
        }
    }

    /// Takes what the words of a command set, where they do nothing else: `NAME=value`, also behind `export`; `NAME := value`
    /// of a Makefile; `: ${NAME:=value}`.
    fn assign(&mut self, inner: &MappedText, words: &[Word], under_condition: bool) {
        // The last two are Windows' cmd's, which does not mind the case.
        let leads = |word: &Word| matches!(word.text.as_str(), "export" | "readonly" | "local" | "declare" | "typeset" | "set" | "SET");
        let declares = words.first().is_some_and(leads);
        let skipped = |word: &&Word| leads(word) || word.text.starts_with('-') || word.text.ends_with(':');
        let words: Vec<&Word> = words.iter().skip_while(skipped).take_while(|word| !word.text.starts_with('#')).gather();
        if let Some((name, value)) = of_make(&words) {
            self.set(inner, (&name.text, &value.text, value.span_from(0)), under_condition || words.len() > 3);
            return;
        }
        // A name alone is one that is exported, or a command.
        if !words.iter().all(|word| assigned(word).is_some() || (declares && is_name(&word.text))) {
            return;
        }
        for (name, value, span) in words.into_iter().filter_map(assigned) {
            if keys::of_variable(name).is_some() && self.variables.scope(span.start) == 0 {
                self.own.push(span.start);
                if !self.own_names.iter().any(|own| own == name) {
                    self.own_names.push(name.to_owned());
                }
            }
            self.set(inner, (name, value, span), under_condition);
        }
    }

    /// A variable is set; not for sure, its value is not known.
    fn set(&mut self, inner: &MappedText, (name, value, span): (&str, &str, Range<usize>), unsure: bool) {
        let grows = inner.text.get(..span.start).is_some_and(|before| before.trim_end_matches(['"', '\'']).ends_with("+="));
        if let Some(options) = added_options(name, value, grows) {
            return self.variables.add(name, options, inner.place(span.end - options.len()..span.end));
        }
        let is_known = !unsure && !template::fills(value);
        self.variables.set_once(name, is_known.then(|| (value.to_owned(), inner.place(span.clone()))), span.start);
    }
}

/// Whether the commands behind one, joined to it by `&&`, start etcd.
fn starts_behind(rest: &str) -> bool {
    let lines = rest.split_inclusive('\n');
    let more = lines.scan(true, |goes_on, line| {
        let is_more = std::mem::replace(goes_on, line.trim_end().ends_with('\\'));
        is_more.then_some(line.len())
    });
    let chain = &rest[..more.sum()];
    chain.starts_with("&&") && start_of_etcd(&chain[2..]).is_some()
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or("")
}

/// Whether a shell runs a text with this first line.
fn is_shell(first: &str) -> bool {
    let mut words = first.split_whitespace().take(2).map(|word| word.rsplit('/').next().unwrap_or(""));
    first.starts_with("#!") && words.any(|word| matches!(word, "sh" | "bash" | "dash" | "ash" | "ksh" | "zsh"))
}

/// `NAME := value` of a Makefile, and what stands behind it.
fn of_make<'w>(words: &[&'w Word]) -> Option<(&'w Word, &'w Word)> {
    let [name, mark, value, ..] = words else { return None };
    (matches!(mark.text.as_str(), "=" | ":=" | "::=" | "?=") && is_name(&name.text)).then_some((name, value))
}

fn assigned(word: &Word) -> Option<(&str, &str, Range<usize>)> {
    let (name, value, span) = match word.assignment() {
        Some(assignment) => assignment,
        None => {
            let (name, value) = word.text.split_once('=')?;
            (name.trim_end_matches([':', '?', '+']), value, word.span_from(name.len() + 1))
        }
    };
    let (value, span) = match fallback(value) {
        Some((value, from)) => (value, span.start + from..span.start + from + value.len()),
        None => (value, span),
    };
    is_name(name).then_some((name, value, span))
}

#[cfg(test)]
mod tests {
    use crate::config::read;
    use crate::ids::RuleId;

    /// The values that act, as they stand, and the ids of what is wrong.
    fn acting(text: &str) -> (Vec<&str>, Vec<RuleId>) {
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
            "HB=${OWN_HB:-\"250\"}\netcd --name a --heartbeat-interval=${HB} --election-timeout=${ET:-'2500'}\n",
            "#!/bin/sh\nHB=250\nput <<-EOF > /etc/systemd/system/etcd.service.d/a.conf\n\t[Service]\n\tEnvironment=ETCD_HEARTBEAT_INTERVAL=$HB\n\tEnvironment=ETCD_ELECTION_TIMEOUT=2500\n\tEOF\n",
            "CMD IP=$(hostname -i) && \\\n  export HB=250 ET=2500 && \\\n  etcd --name $IP --heartbeat-interval $HB --election-timeout $ET\n",
            "HB := 250\nET ?= 2500\nrun:\n\tdocker run quay.io/coreos/etcd etcd --heartbeat-interval $(HB) --election-timeout ${ET}\n",
            "ETCD_HEARTBEAT_INTERVAL=250\nET=2500\ndocker run -e ETCD_HEARTBEAT_INTERVAL=$ETCD_HEARTBEAT_INTERVAL -e ETCD_ELECTION_TIMEOUT=${ET} quay.io/coreos/etcd\n",
            "#!/bin/sh\nETCD_HEARTBEAT_INTERVAL=250\nexport ETCD_ELECTION_TIMEOUT=2500\netcd --heartbeat-interval=$ETCD_HEARTBEAT_INTERVAL --election-timeout ${ETCD_ELECTION_TIMEOUT}\n",
            "#!/bin/sh\nHB=250\netcd --name a --heartbeat-interval=${HB:-100} --election-timeout=${ET-2500}\n",
            "#!/bin/sh\nHB=250\ncat > run <<'EOF'\nHB=900\nEOF\nif slow; then sleep 1; fi\nmain() {\n  ET=2500\n  etcd --heartbeat-interval=$HB --election-timeout=$ET\n}\n",
            "#!/bin/sh\nHB=250\ncat > /etc/etcd.env <<EOF\nETCD_HEARTBEAT_INTERVAL=$HB\nETCD_ELECTION_TIMEOUT=${ET:-2500}\nEOF\netcd --version\n",
            "#!/bin/sh\nHB=250\nput /etc/default/etcd <<EOF\nETCD_NAME=a\nETCD_HEARTBEAT_INTERVAL=${HB}\nETCD_ELECTION_TIMEOUT=2500\nEOF\nput /etc/systemd/system/etcd.service <<EOF\n[Service]\nEnvironmentFile=/etc/default/etcd\nExecStart=/usr/bin/etcd\nEOF\n",
            "run() {\n  cat <<EOF | tee /etc/default/etcd\nETCD_NAME=a\nETCD_HEARTBEAT_INTERVAL=$HB\nETCD_ELECTION_TIMEOUT=$ET\nEOF\n}\nHB=250\nET=2500\nrun\n",
            "docker run -e ETCD_HEARTBEAT_INTERVAL=${HB:-250} -e ETCD_ELECTION_TIMEOUT=${ET:=2500} quay.io/coreos/etcd:v3.5.9\n",
            "#cloud-config\nwrite_files:\n- path: /opt/run\n  content: |\n    #!/bin/sh\n    HB=250\n    ET=2500\n    etcd --heartbeat-interval=$HB --election-timeout=$ET\n",
        ] {
            assert_eq!(acting(text), (vec!["250", "2500"], vec![]), "{text}");
        }
    }

    #[test]
    fn a_file_whose_end_is_in_quotes_is_not_filled_in() {
        let text = "#!/bin/sh\nHB=250\nput /etc/default/etcd <<'EOF'\nETCD_NAME=a\nETCD_HEARTBEAT_INTERVAL=$HB\nEOF\ncat > /etc/systemd/system/etcd.service <<EOF\n[Service]\nExecStart=/usr/bin/etcd\nEOF\n";
        assert_eq!(acting(text), (vec!["$HB"], vec![RuleId::ConfigTemplate]));
    }

    #[test]
    fn what_hands_a_variable_on_by_its_own_name_is_no_second_value() {
        let text = "#!/bin/sh\nif wan; then\n  ETCD_ELECTION_TIMEOUT=5000\nelse\n  ETCD_ELECTION_TIMEOUT=2000\nfi\ncat > .env <<EOF\nNODE=1\nETCD_ELECTION_TIMEOUT=${ETCD_ELECTION_TIMEOUT}\nEOF\n";
        assert_eq!(acting(text), (vec!["2000"], vec![]));
    }

    #[test]
    fn what_is_set_twice_or_elsewhere_is_not_known() {
        for above in [
            "",
            "if slow; then\n  HB=500\nelse\n  HB=100\nfi\n",
            "HB=$((100 * 2))\n",
            "HB=$1\n",
            "HB=100\n[ \"$WAN\" = 1 ] && HB=500\n",
            "HB=100\nmake || \\\n  HB=500\n",
            "case $1 in\n  far) HB=500;;\nesac\n",
            "HB=100\nwhile getopts h: HB; do :; done\n",
            "HB=100\nread -r HB < /etc/beat\n",
            "for HB in 100; do\n",
            "HB=100\nprintf -v HB %s \"$1\"\n",
            "HB=100\nHB+=0\n",
            "cat > run <<EOF\nHB=100\nEOF\n",
        ] {
            let text = format!("#!/bin/sh\n{above}etcd --heartbeat-interval=$HB\n");
            assert_eq!(acting(&text), (vec!["$HB"], vec![RuleId::ConfigTemplate]), "{text}");
        }
    }

    #[test]
    fn a_shell_alone_fills_in_what_stands_for_an_absent_variable() {
        for text in [
            "[Service]\nExecStart=/usr/bin/etcd --heartbeat-interval=${HB:-250}\n",
            "#!/bin/sh\ncat > /etc/systemd/system/etcd.service <<'EOF'\n[Service]\nExecStart=/usr/bin/etcd --heartbeat-interval=${HB:-250}\nEOF\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: etcd\n    env: [{name: ETCD_HEARTBEAT_INTERVAL, value: \"${HB:-250}\"}]\n",
        ] {
            assert_eq!(acting(text), (vec!["${HB:-250}"], vec![RuleId::ConfigTemplate]), "{text}");
        }
        assert_eq!(acting("services:\n  etcd: {environment: {ETCD_HEARTBEAT_INTERVAL: \"${HB:-250}\"}}\n").0, ["250"]);
    }

    #[test]
    fn make_hands_on_what_it_exports() {
        let run = "run:\n\tetcd --name a\n";
        for text in ["export ETCD_ELECTION_TIMEOUT := 2500\n", "ETCD_ELECTION_TIMEOUT := 2500\nexport ETCD_ELECTION_TIMEOUT\n"] {
            assert_eq!(acting(&format!("{text}{run}")), (vec!["2500"], vec![]), "{text}");
        }
        assert_eq!(acting(&format!("ETCD_ELECTION_TIMEOUT := 2500\n{run}")), (vec![], vec![]));
    }

    #[test]
    fn other_shells_export_in_their_own_words() {
        for text in [
            "#!/usr/bin/env fish\nset -gx ETCD_HEARTBEAT_INTERVAL 250\nset --global --export ETCD_ELECTION_TIMEOUT '2500'\nexec etcd --data-dir /x\n",
            "#!/bin/csh -f\nsetenv ETCD_HEARTBEAT_INTERVAL 250\nsetenv ETCD_ELECTION_TIMEOUT \"2500\" # ms\netcd --data-dir /x\n",
            "set -Ux ETCD_NAME a\nset -Ux ETCD_HEARTBEAT_INTERVAL 250\nset -Ux ETCD_ELECTION_TIMEOUT 2500\n",
            "# of etcd\nsetenv ETCD_HEARTBEAT_INTERVAL 250\nsetenv ETCD_ELECTION_TIMEOUT 2500;\n",
        ] {
            assert_eq!(acting(text), (vec!["250", "2500"], vec![]), "{text}");
        }
        assert_eq!(acting("#!/usr/bin/env fish\nset ETCD_ELECTION_TIMEOUT 2500\nexec etcd --data-dir /x\n").0, [""; 0]);
    }

    /// POSIX, Shell Command Language, 2.9.1.
    #[test]
    fn what_is_not_exported_stays_in_the_script() {
        for (above, below, acts) in [
            ("", "", false),
            ("export ", "", true),
            ("", "export ETCD_ELECTION_TIMEOUT\n", true),
            ("set -a\n", "set +a\n", true),
            ("", "export ETCD_NAME \\\n  ETCD_ELECTION_TIMEOUT\n", true),
            ("", "for name in ETCD_ELECTION_TIMEOUT; do export \"$name\"; done\n", true),
            ("typeset -rx ", "", true),
            ("set -ae\n", "", true),
            ("set -o allexport; ", "", true),
            ("set -eu\n", "", false),
            (". /etc/profile.d/etcd.sh\n", "", true),
            ("echo \"ETCD_NAME=a\n", "\" > /etc/etcd.env\n", true),
            ("echo \"ETCD_NAME=a\" > /etc/etcd.env\n", "", false),
            ("", "cat > /etc/etcd.env <<EOF\nETCD_NAME=a\nEOF\n", false),
            ("cat > /etc/etcd.env <<EOF\n", "EOF\n", true),
        ] {
            let text = format!("#!/bin/sh\n{above}ETCD_ELECTION_TIMEOUT=2500\n{below}etcd --data-dir /x\n");
            let expected = if acts { (vec!["2500"], vec![]) } else { (vec![], vec![RuleId::ConfigNotExported]) };
            assert_eq!(acting(&text), expected, "{text}");
        }
        assert_eq!(acting("#!/bin/sh\nETCD_ELECTION_TIMEOUT=2500 etcd\n"), (vec!["2500"], vec![]));
        let container = |options: &str| format!("#!/bin/sh\nETCD_ELECTION_TIMEOUT=2500\ndocker run {options} quay.io/coreos/etcd:v3.5.9\n");
        for (options, acts) in [
            ("-d", false),
            // docker/cli#1780: a name alone hands on what is exported.
            ("-d -e ETCD_ELECTION_TIMEOUT", false),
            ("--env=ETCD_ELECTION_TIMEOUT", false),
            ("--env-file etcd.env", true),
            ("$OPTIONS", true),
            ("-e ETCD_ELECTION_TIMEOUT=$ETCD_ELECTION_TIMEOUT", true),
            ("-e ETCD_ELECTION_TIMEOUT\\\n -e ETCD_NAME", false),
        ] {
            let expected = if acts { (vec!["2500"], vec![]) } else { (vec![], vec![RuleId::ConfigNotExported]) };
            assert_eq!(acting(&container(options)), expected, "{options}");
        }
        for (options, acts) in [("-d", false), ("-e ETCD_ELECTION_TIMEOUT", true)] {
            let text = container(options).replace("ETCD_ELECTION_TIMEOUT=2500", "export ETCD_ELECTION_TIMEOUT=2500");
            assert_eq!(acting(&text).0.is_empty(), !acts, "{text}");
        }
        // sudoers(5), `env_reset`; su(1), `--login`.
        for (start, acts) in [
            ("sudo etcd", false),
            ("sudo -E -u etcd etcd", true),
            ("sudo -nE etcd", true),
            ("sudo --preserve-env etcd", true),
            ("chpst -u etcd:etcd /usr/bin/etcd", true),
            ("su etcd -c 'exec etcd'", true),
            ("su - etcd -c 'exec etcd'", false),
            ("env -i etcd", false),
        ] {
            let text = format!("#!/bin/sh\nexport ETCD_ELECTION_TIMEOUT=2500\n{start}\n");
            let expected = if acts { (vec!["2500"], vec![]) } else { (vec![], vec![RuleId::ConfigNotExported]) };
            assert_eq!(acting(&text), expected, "{start}");
        }
        // What is no script may be shown in an article, and what starts no etcd is read by another.
        assert_eq!(acting("ETCD_ELECTION_TIMEOUT=2500\netcd --data-dir /x\n"), (vec!["2500"], vec![]));
        assert_eq!(acting("#!/bin/sh\nETCD_ELECTION_TIMEOUT=2500\netcd --version\n"), (vec!["2500"], vec![]));
        assert_eq!(acting("#!/bin/sh\nETCD_ELECTION_TIMEOUT=2500\n"), (vec!["2500"], vec![]));
    }
}
