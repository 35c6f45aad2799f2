//! What a machine makes of a value as written: the same text means different things to
//! coreos-cloudinit, to a daemon's environment, and to a strict parser.

use crate::parameters::{Parameter, Unit};
use crate::template;
use crate::units::{DurationError, MS, Micros, S, parse_go_duration, parse_number};
use crate::yaml::{Node, Style};

/// What becomes of a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// What the daemon gets; `None` where it gets nothing or no value.
    pub value: Option<Micros>,
    /// What happens to it.
    pub fate: Fate,
}

/// What happens to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is used.
    Used,
    /// It is left out without a word, the default acts.
    Dropped,
    /// It is zero, and zero is never written, the default acts.
    Zero,
    /// It is empty, the default acts.
    Empty,
    /// The daemon refuses to start on it.
    Stops,
    /// fleetd takes it for 0: it is no number, of which fleetd ignores the error, or not above 0.
    Zeroed,
    /// A template fills it in later.
    Template,
}

/// No timer is longer: more than a hundred years.
const LONGEST: Micros = i64::MAX / 1_000;

impl Reading {
    fn of(fate: Fate) -> Self {
        Reading { value: None, fate }
    }

    fn used(value: Micros) -> Self {
        // Sums of it stay in range.
        Reading { value: Some(value.clamp(-LONGEST, LONGEST)), fate: Fate::Used }
    }
}

/// A scalar of a cloud-config, as coreos-cloudinit 1.14 decodes it into the field's type.
/// Its go-yaml leaves out whatever does not fit, without an error (measured on v1.14.0).
pub fn cloudinit(parameter: Parameter, node: &Node) -> Reading {
    let text = match text_of(node, Fate::Dropped) {
        Ok(text) => text,
        Err(fate) => return Reading::of(fate),
    };
    if parameter.unit() == Unit::GoDuration {
        return duration(text);
    }
    let plain = is_plain(node);
    let Some(number) = plain.then(|| yaml_number(text)).flatten() else { return Reading::of(Fate::Dropped) };
    match parameter.unit() {
        Unit::Milliseconds => match whole(number) {
            None => Reading::of(Fate::Dropped),
            Some(0) => Reading::of(Fate::Zero),
            // Written as it is; etcd reads an unsigned number and stops.
            Some(negative) if negative < 0 => Reading::of(Fate::Stops),
            Some(millis) => Reading::used(millis.saturating_mul(MS)),
        },
        _ if number == 0.0 => Reading::of(Fate::Zero),
        _ => time(number),
    }
}

/// The text of a scalar, or what becomes of what is none. `{NAME}` is a mapping to YAML, and what a template fills in to
/// whoever wrote it.
fn text_of(node: &Node, otherwise: Fate) -> Result<&str, Fate> {
    match (node.text(), node.entries()) {
        (None, [one]) if node.is_flow() && one.value.is_null() => Err(Fate::Template),
        (None, _) => Err(otherwise),
        (Some(_), _) if node.is_null() => Err(Fate::Empty),
        (Some(text), _) if template::fills(text) => Err(Fate::Template),
        (Some(text), _) => Ok(text),
    }
}

/// Plain, or given a number's tag.
fn is_plain(node: &Node) -> bool {
    let plain = matches!(&node.kind, crate::yaml::Kind::Scalar { style: Style::Plain, .. });
    node.tag.as_deref().map_or(plain, |tag| matches!(tag, "int" | "float"))
}

/// The value of an environment variable or flag, as the daemon reads it.
pub fn daemon(parameter: Parameter, text: &str) -> Reading {
    if text.is_empty() {
        return Reading::of(Fate::Empty);
    }
    if template::fills(text) {
        return Reading::of(Fate::Template);
    }
    match parameter.unit() {
        Unit::Milliseconds => match go_integer(text) {
            Some(millis) if millis >= 0 => Reading::used(millis.saturating_mul(MS)),
            _ => Reading::of(Fate::Stops),
        },
        Unit::Seconds => time(parse_number(text).unwrap_or(0.0)),
        Unit::GoDuration => duration(text),
    }
}

/// A scalar of a file whose reader refuses a wrong type as a whole (etcd's YAML, Container Linux Config).
pub fn strict(parameter: Parameter, node: &Node) -> Reading {
    let text = match text_of(node, Fate::Stops) {
        Ok(text) => text,
        Err(fate) => return Reading::of(fate),
    };
    let number = is_plain(node).then(|| yaml_number(text)).flatten();
    match number.filter(|number| number.fract() == 0.0).and_then(whole) {
        Some(millis) if millis >= 0 && parameter.unit() == Unit::Milliseconds => Reading::used(millis.saturating_mul(MS)),
        _ => Reading::of(Fate::Stops),
    }
}

fn duration(text: &str) -> Reading {
    match parse_go_duration(text) {
        Ok(value) => Reading::used(value),
        Err(DurationError::MissingUnit | DurationError::UnknownUnit(_) | DurationError::Invalid) => Reading::of(Fate::Stops),
    }
}

/// A plain scalar as the YAML 1.1 reader of coreos-cloudinit sees a number: octal with a leading
/// zero, `0x`, `0b`, underscores, floats; no base 60.
pub fn yaml_number(text: &str) -> Option<f64> {
    let text = text.replace('_', "");
    if let Some(whole) = go_integer(&text) {
        return Some(whole as f64);
    }
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    if let Some(bits) = digits.strip_prefix("0b") {
        let value = i64::from_str_radix(bits, 2).ok()? as f64;
        return Some(if negative { -value } else { value });
    }
    parse_number(&text)
}

/// Go's `strconv.ParseInt(text, 0, 64)`: `0x` hexadecimal, leading `0` octal, else decimal.
pub fn go_integer(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let value = if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        i64::from_str_radix(hex.strip_prefix(['+', '-']).map_or(hex, |_| "x"), 16).ok()?
    } else if digits.len() > 1 && digits.starts_with('0') {
        i64::from_str_radix(&digits[1..], 8).ok()?
    } else {
        digits.parse().ok()?
    };
    Some(if negative { -value } else { value })
}

/// Whether a number starts with a zero that makes it octal, and what it then is.
pub fn octal(text: &str) -> Option<(i64, &str)> {
    let digits = text.strip_prefix('0')?;
    let decimal = digits.trim_start_matches('0');
    if digits.is_empty() || decimal.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value = i64::from_str_radix(digits, 8).ok()?;
    Some((value, decimal))
}

fn whole(number: f64) -> Option<i64> {
    (number.abs() < 9.0e18).then_some(number as i64)
}

/// Of fleet's seconds: without any a request fails at once, and a pause is none.
fn time(number: f64) -> Reading {
    match (number * S as f64).round() as i64 {
        ..=0 => Reading { value: Some(0), fate: Fate::Zeroed },
        value => Reading::used(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    fn read(parameter: Parameter, written: &str) -> Reading {
        let text = format!("k: {written}\n");
        let tree = yaml::read(&text).unwrap();
        cloudinit(parameter, tree.get(&tree.documents[0], "k").unwrap())
    }

    /// Measured on coreos-cloudinit v1.14.0.
    #[test]
    fn cloudinit_whole_numbers() {
        let used = |millis: i64| Reading::used(millis * MS);
        for (written, expected) in [
            ("600", used(600)),
            ("\"600\"", Reading::of(Fate::Dropped)),
            ("'600'", Reading::of(Fate::Dropped)),
            ("600ms", Reading::of(Fate::Dropped)),
            ("600.5", used(600)),
            ("600.0", used(600)),
            ("6e3", used(6000)),
            ("6_000", used(6000)),
            ("0600", used(384)),
            ("0900", used(900)),
            ("0x10", used(16)),
            ("0b1111101000", used(1000)),
            ("+600", used(600)),
            ("0", Reading::of(Fate::Zero)),
            ("-5", Reading::of(Fate::Stops)),
            ("12345678901234567890", Reading::of(Fate::Dropped)),
            ("1:30", Reading::of(Fate::Dropped)),
            ("yes", Reading::of(Fate::Dropped)),
            (".inf", Reading::of(Fate::Dropped)),
            ("", Reading::of(Fate::Empty)),
            ("~", Reading::of(Fate::Empty)),
            ("[600]", Reading::of(Fate::Dropped)),
            ("$HEARTBEAT", Reading::of(Fate::Template)),
            ("${heartbeat}", Reading::of(Fate::Template)),
        ] {
            assert_eq!(read(Parameter::HeartbeatInterval, written), expected, "{written}");
        }
    }

    #[test]
    fn cloudinit_fractions_and_durations() {
        for (written, millis) in [("5", 5000), ("5.0", 5000), ("5.", 5000), (".5", 500), ("1e1", 10_000)] {
            assert_eq!(read(Parameter::EtcdRequestTimeout, written), Reading::used(millis * MS), "{written}");
        }
        for written in ["5s", "\"5\"", "1:30", "'10'"] {
            assert_eq!(read(Parameter::EngineReconcileInterval, written), Reading::of(Fate::Dropped), "{written}");
        }
        assert_eq!(read(Parameter::EtcdRequestTimeout, "0"), Reading::of(Fate::Zero));
        for written in ["120s", "\"120s\"", "2m"] {
            assert_eq!(read(Parameter::AgentTtl, written), Reading::used(120 * S), "{written}");
        }
        for written in ["120", "2min", "abc", "\"120 s\""] {
            assert_eq!(read(Parameter::AgentTtl, written).fate, Fate::Stops, "{written}");
        }
        assert_eq!(read(Parameter::AgentTtl, "~").fate, Fate::Empty);
    }

    /// etcd reads whole numbers with Go's base detection; fleet's float flag keeps 0 on an error.
    #[test]
    fn daemons_read_their_environment() {
        let etcd = |text| daemon(Parameter::HeartbeatInterval, text);
        assert_eq!(etcd("600"), Reading::used(600 * MS));
        assert_eq!(etcd("0600"), Reading::used(384 * MS));
        for text in ["600ms", "600.5", "6e3", "-5", " 600", "0900"] {
            assert_eq!(etcd(text).fate, Fate::Stops, "{text}");
        }
        let fleet = |text| daemon(Parameter::EtcdRequestTimeout, text);
        assert_eq!(fleet("1.5"), Reading::used(1500 * MS));
        for text in ["5s", "2,5", " 5"] {
            assert_eq!(fleet(text), Reading { value: Some(0), fate: Fate::Zeroed }, "{text}");
        }
        assert_eq!(fleet("").fate, Fate::Empty);
    }

    /// A reading in a word: the number in the parameter's unit, or what becomes of it.
    fn shown(parameter: Parameter, reading: Reading) -> String {
        match (reading.fate, reading.value) {
            (Fate::Used, Some(value)) => parameter.number(value).to_string(),
            (fate, _) => format!("{fate:?}").to_ascii_lowercase(),
        }
    }

    /// Every form in which people write a value, and what each reader makes of it. `?`: not known, so not claimed.
    ///
    /// - cloud-config: executed on coreos/coreos-cloudinit@v1.14.0, whose go-yaml reads numbers as YAML 1.1 does
    ///   but for base 60, and leaves out silently what does not fit the field (config/etcd2.go, config/fleet.go).
    /// - etcd, variable or flag: whole numbers with Go's base detection, etcd-io/etcd@v2.2.5:etcdmain/config.go:160-161.
    ///   Anything else ends 2.x and 3.3+ with `invalid value`; 3.0 to 3.2 take 0 instead (@v3.1.20:pkg/flags/flag.go:80-82),
    ///   which their own checks or the first division by it then end. Empty counts as unset.
    /// - etcd's file, 3.0+: strict about types, executed with the YAML package of etcd-io/etcd@v3.2.32.
    /// - fleetd, variable or fleet.conf: a bad float is 0 (coreos/fleet@v1.0.0:vendor/github.com/rakyll/globalconf/globalconf.go:105-117),
    ///   a bad duration ends it (fleetd/fleetd.go).
    #[test]
    fn every_form_in_every_reader() {
        use Parameter::{AgentTtl, EtcdRequestTimeout, HeartbeatInterval};
        // As written: cloud-config whole, float, text; etcd's variable, etcd's file; fleetd's float, duration.
        for (written, expected) in [
            ("600", ["600", "600", "stops", "600", "600", "600", "stops"]),
            ("+600", ["600", "600", "stops", "?", "600", "600", "stops"]),
            ("0600", ["384", "384", "stops", "384", "384", "600", "stops"]),
            ("0x258", ["600", "600", "stops", "600", "600", "?", "stops"]),
            ("0o600", ["dropped", "dropped", "stops", "?", "?", "zeroed", "stops"]),
            ("0b1111101000", ["1000", "1000", "stops", "?", "1000", "zeroed", "stops"]),
            ("1_000", ["1000", "1000", "stops", "?", "1000", "zeroed", "stops"]),
            ("6e3", ["6000", "6000", "stops", "stops", "6000", "6000", "stops"]),
            ("5.5", ["5", "5.5", "stops", "stops", "stops", "5.5", "stops"]),
            ("5.", ["5", "5", "stops", "stops", "?", "5", "stops"]),
            ("1:30", ["dropped", "dropped", "stops", "stops", "stops", "zeroed", "stops"]),
            ("\"600\"", ["dropped", "dropped", "stops", "600", "stops", "600", "stops"]),
            ("'600'", ["dropped", "dropped", "stops", "600", "stops", "600", "stops"]),
            ("600ms", ["dropped", "dropped", "0.6", "stops", "stops", "zeroed", "0.6"]),
            ("5s", ["dropped", "dropped", "5", "stops", "stops", "zeroed", "5"]),
            ("\"120s\"", ["dropped", "dropped", "120", "stops", "stops", "zeroed", "120"]),
            ("1m30s", ["dropped", "dropped", "90", "stops", "stops", "zeroed", "90"]),
            ("120", ["120", "120", "stops", "120", "120", "120", "stops"]),
            ("0", ["zero", "zero", "?", "0", "0", "zeroed", "?"]),
            ("!!str 600", ["dropped", "dropped", "stops", "?", "stops", "?", "?"]),
            ("-5", ["stops", "zeroed", "stops", "stops", "stops", "zeroed", "stops"]),
            ("12345678901234567890", ["dropped", "?", "stops", "stops", "stops", "?", "stops"]),
            ("true", ["dropped", "dropped", "stops", "stops", "stops", "zeroed", "stops"]),
            (".inf", ["dropped", "?", "stops", "stops", "stops", "zeroed", "stops"]),
            ("~", ["empty", "empty", "empty", "stops", "empty", "zeroed", "stops"]),
            ("", ["empty", "empty", "empty", "empty", "empty", "empty", "empty"]),
            ("\"\"", ["dropped", "dropped", "?", "empty", "stops", "empty", "empty"]),
            ("[600]", ["dropped", "dropped", "?", "stops", "stops", "zeroed", "stops"]),
            ("$X", ["template", "template", "template", "template", "template", "template", "template"]),
        ] {
            let text = format!("k: {written}\n");
            let tree = yaml::read(&text).unwrap();
            let node = tree.get(&tree.documents[0], "k").unwrap();
            let bare = written.trim_matches(['"', '\'']);
            let actual = [
                shown(HeartbeatInterval, cloudinit(HeartbeatInterval, node)),
                shown(EtcdRequestTimeout, cloudinit(EtcdRequestTimeout, node)),
                shown(AgentTtl, cloudinit(AgentTtl, node)),
                shown(HeartbeatInterval, daemon(HeartbeatInterval, bare)),
                shown(HeartbeatInterval, strict(HeartbeatInterval, node)),
                shown(EtcdRequestTimeout, daemon(EtcdRequestTimeout, bare)),
                shown(AgentTtl, daemon(AgentTtl, bare)),
            ];
            let known = actual.iter().zip(expected).all(|(actual, expected)| expected == "?" || actual == expected);
            assert!(known, "{written}\nexpected {expected:?}\nactual   {actual:?}");
        }
    }

    #[test]
    fn octal_tells_both_readings() {
        assert_eq!(octal("0600"), Some((384, "600")));
        assert_eq!(octal("0900"), None);
        assert_eq!(octal("600"), None);
        assert_eq!(octal("0"), None);
    }
}
