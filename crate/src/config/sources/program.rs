//! Files of other tools and languages that hold etcd's flags or variables as words in quotes: Nomad's and
//! Terraform's HCL, NixOS, JavaScript, Python, Ruby. Only words, lists and assignments are looked at.

use std::ops::Range;

use super::flags;
use super::manifest::k3s;
use crate::config::builder::{Builder, Class, Home};
use crate::config::configuration::Source;
use crate::config::meaning::{keys, scalar};
use crate::config::syntax::command::start_of_etcd;
use crate::config::syntax::mapped_text::MappedText;
use crate::config::syntax::tokens::{PLIST, Token, tokens};
use crate::config::syntax::variables::Variables;
use crate::config::syntax::words::{self, Word};
use crate::parameters::{Parameter, RANCHER};
use crate::search;
use crate::text::{floor, line_start, offset};

/// What NixOS calls its module for etcd; below `extraConf` variables stand without `ETCD_`.
pub const NIXOS: &str = "services.etcd";

/// What k3s and RKE2 call the list of etcd's arguments.
const K3S: &str = "etcd-arg";

/// How a line ends within quotes.
const NEWLINE: &str = "\\n";

/// A list of arguments is not longer, in words and marks.
const LONGEST_LIST: usize = 200;

/// What is assigned is not longer, with a comment behind it.
const LONGEST_VALUE: usize = 200;

/// A name that stands so often in other places is not looked for further on.
pub const MOST_LOOKS: usize = 10;

/// Whether a text is such a file: it has a timer of etcd as a word in quotes and states a value for it.
pub fn is_program(sample: &str) -> bool {
    let named = ["-heartbeat-interval", "-election-timeout", "arg=heartbeat-interval", "arg=election-timeout"];
    let variables = ["ETCD_HEARTBEAT_INTERVAL", "ETCD_ELECTION_TIMEOUT"];
    let listed = if search::has(sample, K3S) { &["heartbeat-interval=", "election-timeout="][..] } else { &[] };
    let words = named.iter().chain(&["ETCD_HEARTBEAT_INTERVAL=", "ETCD_ELECTION_TIMEOUT="]).chain(listed);
    let quoted = words.into_iter().any(|word| search::places(sample, word).take(MOST_LOOKS).any(|at| stands_quoted(sample, at)));
    let assigned = variables.iter().any(|name| search::places(sample, name).any(|at| is_assigned(sample, at + name.len())));
    let homed = has_home(sample)
        && ["heartbeat_interval", "election_timeout", "heartbeat-interval", "election-timeout"]
            .iter()
            .chain(&keys::FLEET_TIMERS)
            .any(|name| search::has(sample, name));
    let keys = ["heartbeat-interval", "election-timeout"];
    let mapped = has_map(sample)
        && keys.iter().any(|name| search::places(sample, name).take(MOST_LOOKS).any(|at| is_assigned(sample, at + name.len())));
    let etcd = "\"etcd\",";
    let starts = |at: usize| sample[at + etcd.len()..].trim_start().starts_with("\"-");
    search::has(sample, NIXOS)
        || search::places(sample, etcd).take(MOST_LOOKS).any(starts)
        || (search::has(sample, PLIST)
            && search::places(sample, "<string>").any(|at| {
                let text = sample[at + "<string>".len()..].split('<').next().unwrap_or("");
                start_of_etcd(text).is_some()
            }))
        || (quoted || assigned || mapped || homed) && states_values(sample)
}

/// Whether a text has a map of arguments for etcd, as an installer's YAML: RKE's and Talos' in Terraform or Nix; or one
/// that becomes etcd's own file or a section of a cloud-config.
fn has_map(text: &str) -> bool {
    search::any(
        text,
        &[
            "extra_args",
            "extraArgs",
            "ExtraArgs",
            "initial-cluster",
            "listen-client-urls",
            "'etcd2': {",
            "\"etcd2\": {",
            "etcd2 = {",
            "etcd2\" = {",
        ],
    )
}

/// Whether a text has what Puppet and Chef call etcd or fleet: a class, an attribute, a resource.
fn has_home(text: &str) -> bool {
    let has = |homes: &[&str]| search::any(text, homes);
    // What a template of Chef's fills in has such a name, too.
    !search::has(text, "<%=") && has(&["etcd']['", "etcd2']['", "fleet']['", "etcd\"][\"", "fleet\"][\"", "etcd_service '"])
        || search::has(text, "class {") && has(&["{ 'etcd", "{'etcd", "{ '::etcd", "{ 'fleet", "{'fleet", "{ '::fleet"])
}

/// Whether the text in quotes around `at` is an item of a list, an argument, or a piece of a text: a shell parts words by
/// blanks alone.
fn stands_quoted(text: &str, at: usize) -> bool {
    let start = line_start(text, at);
    let line = text[start..].split('\n').next().unwrap_or("");
    let Some(word) = tokens(line).into_iter().find(|token| token.quoted && token.span.contains(&(at - start))) else { return false };
    let before = line[..word.span.start - 1].trim();
    let after = line[word.span.end + 1..].trim();
    // In backticks an article has its words; a program what it fills in, or a text as it stands.
    if line[..word.span.start].ends_with('`') && !search::has(word.text, "${") && !is_item(before, after) {
        return false;
    }
    let alone = matches!(before, "" | "+") && after.is_empty();
    before != "-"
        && (after.starts_with([',', ']', ')', '}', '+'])
            || alone
            || before.ends_with("printf")
            || before.ends_with("printf --")
            || before.ends_with("echo -e")
            // An item of a list of YAML, as a script writes it line by line.
            || before.ends_with("echo") && word.text.trim_start().starts_with("- ")
            || before.ends_with('+'))
}

/// Whether between these stands an item of a list or of a call; prose has a blank before its `(`.
fn is_item(before: &str, after: &str) -> bool {
    let opened = before.rfind(['[', '{', '(']).filter(|at| !before[*at..].contains([']', '}', ')']));
    match opened.map(|at| before.split_at(at)) {
        Some((name, inside)) if inside.starts_with('(') => name.ends_with(|last: char| last.is_ascii_alphanumeric()),
        // `[--name](address)` is a link.
        Some(_) => !after.starts_with("]("),
        None => before.is_empty() && after == ",",
    }
}

/// Whether a variable's name that ends at `end` is assigned to as no environment file can: with blanks, an arrow, or in quotes.
fn is_assigned(text: &str, end: usize) -> bool {
    let rest = text[end..].split('\n').next().unwrap_or("");
    let rest = &rest[..floor(rest, LONGEST_VALUE)];
    let rest = search::split(rest, "//").map_or(rest, |(before, _)| before).trim_end();
    let bare = rest.trim_start_matches(['"', '\'']);
    (bare.len() < rest.len() && !bare.trim_start().starts_with(':'))
        || bare.starts_with(" = ")
        || bare.trim_start().starts_with("=>")
        || (bare.starts_with(':') && bare.ends_with(','))
}

fn states_values(sample: &str) -> bool {
    let mut builder = Builder::new(0, Source::Program, sample);
    take(&mut builder, &MappedText::document(sample));
    // A program may have options of its own by such names.
    let is_etcds = search::has(sample, "etcd") || search::has(sample, "ETCD");
    builder.finish("").settings.iter().any(|setting| setting.effective && (is_etcds || setting.value.is_some()))
}

/// Takes what such a file states.
pub fn take(builder: &mut Builder, inner: &MappedText) {
    let text = inner.text.as_str();
    let tokens = tokens(text);
    builder.cluster.has_etcd = true;
    let (mut named, mut unit) = ("", builder.process(true));
    let (has_map, has_home) = (has_map(text), has_home(text));
    let names_fleet = search::any(text, &["'fleet'", "\"fleet\"", "fleet = {"]);
    // Puppet's last class.
    let mut class = "";
    // Words in a row, with commas or without, may be a command.
    let mut words: Vec<&Token> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.is_mark() {
            // A comma ends no list: of a long one each would look at all before it.
            let is_list = token.is("]") && words.len() > 1 && words.iter().any(|word| word.text == "etcd");
            if !token.is(",") {
                // What is assigned to is no word of it: `option('--heartbeat-interval', default=50)`.
                if token.is("=") && words.last().is_some_and(|name| !name.quoted) {
                    words.pop();
                }
                command(builder, inner, &words, &unit);
                words.clear();
            }
            // What stands in a block or a command of its own does not overrule another.
            if token.is("}") || is_list {
                unit = builder.process(true);
            }
            continue;
        }
        words.push(token);
        if token.quoted && at > 0 && tokens[at - 1].is("{") && tokens.get(at + 1).is_some_and(|next| next.is(":")) {
            class = token.text;
        }
        if let Some(value) = set_by_call(&tokens, at).or_else(|| set_by_dockerfile(&tokens, at, text)) {
            variable(builder, inner, token.text, value, &unit);
        }
        if token.quoted && line_of(token.text).strip_suffix(':') == Some(K3S) {
            // Each list of them is of a file of its own.
            let others = |next: &Token| next.quoted && !next.text.trim_start().starts_with("- ");
            let end = tokens[at + 1..].iter().position(others).unwrap_or(LONGEST_LIST);
            let own = builder.process(true);
            arguments(builder, inner, tokens.get(at..at + 1 + end).unwrap_or(&tokens[at..]), &own);
        }
        let value = assigned(&tokens, at);
        let meant = keys::of_prefixed(token.text).filter(|(parameter, _)| has_home && is_at_home(*parameter, class, &tokens[..at]));
        if let Some(meant) = meant {
            // A Chef resource has no mark between them.
            let next = || tokens.get(at + 1).filter(|next| next.text.starts_with(|first: char| first.is_ascii_digit()));
            if let Some(value) = value.or_else(next) {
                let key = meant.0.key();
                argument(builder, inner, &if meant.1 { format!("peer-{key}") } else { key.to_owned() }, value, &unit);
            }
            continue;
        }
        let Some(value) = value else { continue };
        match token.text {
            "name" => named = value.text,
            "value" => variable(builder, inner, std::mem::take(&mut named), value, &unit),
            K3S if value.is("[") => arguments(builder, inner, &tokens[at..], &unit),
            "initialCluster" if value.is("[") => members(builder, &tokens[at..]),
            // In a text of several lines it has no quotes of its own.
            name if (has_map || name.starts_with("--")) && name.contains('-') && (names_fleet || !of_fleet(name)) => {
                argument(builder, inner, name.trim_start_matches('-'), value, &unit);
            }
            // A path of Nix, or a field of an object, ends with the name.
            name => variable(builder, inner, name.rsplit('.').next().unwrap_or(name), value, &unit),
        }
    }
    command(builder, inner, &words, &unit);
}

fn of_fleet(name: &str) -> bool {
    keys::of_key(name).is_some_and(|(parameter, _)| !parameter.is_etcd())
}

/// Whether a parameter's name behind these tokens is that of its daemon, and not of another program's attribute or class:
/// `default['serf']['heartbeat_interval']`.
fn is_at_home(parameter: Parameter, class: &str, before: &[Token]) -> bool {
    let daemon = if parameter.is_etcd() { "etcd" } else { "fleet" };
    let (mut rest, mut is_path) = (before, false);
    while let [above @ .., owner, close, open] = rest {
        if !(open.is("[") && close.is("]")) {
            break;
        }
        if search::has(owner.text, daemon) {
            return true;
        }
        // The first name stands behind its own bracket.
        (rest, is_path) = (above, true);
    }
    // A resource of Chef's has neither.
    !is_path && (search::has(class, daemon) || class.is_empty() && parameter.is_etcd())
}

/// Takes words in a row as a command, where one of them can be a flag, an assignment or an image.
fn command(builder: &mut Builder, inner: &MappedText, words: &[&Token], unit: &str) {
    // Most rows of a program are neither, and it may have a million.
    let flag = |text: &str| text.starts_with('-') && text.trim_start_matches('-').starts_with(|first: char| first.is_ascii_alphabetic());
    let told = |word: &&Token| flag(word.text) || (word.quoted && (word.text.contains('=') || search::has(word.text, "etcd")));
    // A list that begins within its quotes, as the end of a log line that was wrapped: its commas stand in them, its flags outside.
    let turned = || words.iter().any(|word| word.quoted && word.text == ",") && words.iter().any(|word| !word.quoted && flag(word.text));
    if words.iter().any(told) && !turned() {
        // A piece of a command line: `" -e ETCD_ELECTION_TIMEOUT=1000" +`.
        let is_piece = |word: &Token| {
            word.quoted && (word.text.trim_start().starts_with('-') && word.text.contains(' ') || search::has(word.text, " -"))
        };
        let mut cut: Vec<Word> = Vec::new();
        for word in words {
            if is_piece(word) {
                cut.extend(words::words(&inner.text, word.span.clone()));
            } else if word.quoted && search::has(word.text, NEWLINE) {
                cut.extend(lines(word));
            } else {
                let place = expression(&inner.text, word);
                let called = place.len() > word.span.len();
                let called = called.then(|| known(&inner.text, place));
                cut.push(called.map_or_else(|| word.word(), |(text, place)| Word::at(text, place)));
            }
        }
        let words = cut;
        flags::take(builder, inner, &words, unit, "", &Variables::default());
    }
}

/// The lines of a text in quotes, `"[Service]\nEnvironment=NAME=500\n"`, each a word.
fn lines(token: &Token) -> Vec<Word> {
    let (mut found, mut at, mut rest) = (Vec::new(), token.span.start, Some(token.text));
    while let Some(text) = rest {
        let (line, more) = search::split(text, NEWLINE).map_or((text, None), |(line, more)| (line, Some(more)));
        rest = more;
        let bare = line.strip_prefix("Environment=").unwrap_or(line);
        let start = at + line.len() - bare.len();
        found.push(Word::at(bare.to_owned(), start..start + bare.len()));
        at += line.len() + NEWLINE.len();
    }
    found
}

/// The value behind `NAME =`, `NAME:`, `NAME =>`, or `['NAME'] =`.
fn assigned<'t, 'a>(tokens: &'t [Token<'a>], at: usize) -> Option<&'t Token<'a>> {
    let assigns = |token: &&Token| !token.quoted && matches!(token.text.as_bytes(), [b'=' | b':' | b'>']);
    let closed = tokens[at].quoted && tokens.get(at + 1).is_some_and(|token| token.is("]"));
    let rest = tokens.get(at + 1 + usize::from(closed)..)?;
    let marks = rest.iter().take_while(assigns).count();
    let compares = rest.len() > 1 && rest[0].is("=") && rest[1].is("=");
    if marks == 0 || compares || tokens[at].is_mark() { None } else { rest.get(marks) }
}

/// The value of a call that names a variable first: `withEnv("NAME", "500")`.
fn set_by_call<'t, 'a>(tokens: &'t [Token<'a>], at: usize) -> Option<&'t Token<'a>> {
    let [comma, value, end] = tokens.get(at + 1..at + 4)? else { return None };
    // Behind the value's name an argument begins, as in `("NAME", str(VALUE))`.
    let ends = end.is(")") || end.is("(");
    let call = tokens[at].quoted && comma.is(",") && ends && at > 0 && tokens[at - 1].is("(");
    call.then_some(value)
}

/// The value behind `ENV NAME 500` of a Dockerfile, which has no mark between them.
fn set_by_dockerfile<'t, 'a>(tokens: &'t [Token<'a>], at: usize, text: &str) -> Option<&'t Token<'a>> {
    let value = tokens.get(at + 1)?;
    let env = at > 0 && tokens[at - 1].is("ENV") && (at == 1 || text[..tokens[at - 1].span.start].ends_with('\n'));
    (env && !value.is_mark() && !text[tokens[at].span.end..value.span.start].contains('\n')).then_some(value)
}

/// What a value says, and its bytes; that of an expression, `toString 200` or `5 * 1000`, is not known here.
fn stated(text: &str, value: &Token) -> (String, Range<usize>) {
    let place = expression(text, value);
    let rest = text.get(place.end..).and_then(|rest| rest.lines().next()).unwrap_or("");
    let goes_on =
        rest.trim_start().starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '(' | '"' | '*' | '+' | '-' | '?' | '|'));
    if value.quoted || !goes_on || rest.trim_start().len() == rest.len() {
        return if place.len() > value.span.len() { known(text, place) } else { (value.word().text, place) };
    }
    let end = rest.find([',', ';', '}', ']', '#']).unwrap_or(rest.len());
    known(text, place.start..place.end + rest[..end].trim_end().len())
}

/// What hands the one value behind it on as it is: of Python, Nix, Terraform, JavaScript and Go.
const AS_IT_IS: [&str; 7] = ["str", "toString", "tostring", "String", "Itoa", "mkForce", "mkDefault"];

/// What an expression says: the number in `str(200)` and `lib.mkForce "200"`, else nothing that is known here.
fn known(text: &str, place: Range<usize>) -> (String, Range<usize>) {
    let whole = &text[place.clone()];
    let number = whole.split_once(['(', ' ']).and_then(|(name, value)| {
        let value = value.trim_matches([' ', '(', ')', '"']);
        let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        (is_number && AS_IT_IS.contains(&name.rsplit('.').next()?)).then_some(value)
    });
    match number {
        Some(number) => (number.to_owned(), offset(text, number)..offset(text, number) + number.len()),
        None => (format!("${{{whole}}}"), place),
    }
}

/// The bytes of a value: a bare name may call or index something, `tostring(var.x)`, and is replaced with it.
fn expression(text: &str, value: &Token) -> Range<usize> {
    let (mut depth, mut end) = (0_usize, value.span.end);
    let rest = text.as_bytes()[end..].iter().take(if value.quoted { 0 } else { LONGEST_VALUE });
    for (at, byte) in rest.enumerate() {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' if depth == 1 => (depth, end) = (0, value.span.end + at + 1),
            b')' | b']' if depth > 1 => depth -= 1,
            b'\n' => break,
            _ if depth == 0 => break,
            _ => {}
        }
    }
    value.span.start..end
}

fn variable(builder: &mut Builder, inner: &MappedText, name: &str, value: &Token, unit: &str) {
    let prefixed = format!("ETCD_{name}");
    let nixos = keys::of_variable(&prefixed).is_some() && search::has(builder.text, NIXOS);
    let name = if nixos { &prefixed } else { name };
    if name.starts_with("ETCD_") && !value.is_mark() {
        let (text, place) = stated(&inner.text, value);
        builder.variable(name, &text, inner.place(place), Home::new(unit, Class::Environment, ""));
    }
}

/// `extra_args = { heartbeat-interval = "500" }`
fn argument(builder: &mut Builder, inner: &MappedText, name: &str, value: &Token, unit: &str) {
    if value.is_mark() {
        return;
    }
    let (text, place) = stated(&inner.text, value);
    builder.fact_of_flag(name, &text);
    if let Some(meant) = keys::of_key(name) {
        builder.cluster.has_fleet |= !meant.0.is_etcd();
        builder.claim(meant, inner.place(place), scalar::daemon(meant.0, &text), Home::new(unit, Class::Flag, ""));
    }
}

/// `etcd-arg = [ "heartbeat-interval=500" ]`, or the lines of its file: `"etcd-arg:"` and `"  - heartbeat-interval=500"`.
fn arguments(builder: &mut Builder, inner: &MappedText, tokens: &[Token], unit: &str) {
    // What starts it is looked for in the whole text.
    if builder.cluster.own_pair.replace(&RANCHER).is_none() {
        builder.cluster.launcher = Some(k3s::launcher(&inner.text));
    }
    for token in tokens.iter().take(LONGEST_LIST).take_while(|token| !token.is("]")).filter(|token| token.quoted) {
        let line = line_of(token.text);
        let end = token.span.end - (token.text.len() - line.len());
        let Some((name, value)) = line.trim_start_matches([' ', '-']).split_once('=') else { continue };
        builder.flag(name, value, inner.place(end - value.len()..end), Home::new(unit, Class::Flag, ""));
    }
}

/// A line without its end, as `printf` has one.
fn line_of(text: &str) -> &str {
    text.strip_suffix(NEWLINE).unwrap_or(text)
}

/// `initialCluster = [ "a=http://..." "b=http://..." ]` of NixOS.
fn members(builder: &mut Builder, tokens: &[Token]) {
    let list = tokens.iter().take_while(|token| !token.is("]")).filter(|token| token.quoted && token.text.contains('='));
    let list: Vec<&str> = list.map(|token| token.text).collect();
    builder.fact_of_variable("ETCD_INITIAL_CLUSTER", &list.join(","));
}

#[cfg(test)]
mod tests;
