//! Files and values that a configuration holds in base64: changed within, and packed again.

use std::ops::Range;

use super::edit::{Edit, apply};
use super::{Change, find, render};
use crate::config::syntax::unpack::base64;
use crate::config::{self, Configuration};
use crate::gather::Gather;
use crate::{search, text};

/// What base64 says that stands alone in these bytes, in quotes or as a `data:` URL, and where its letters are. Only what
/// packing gives again, letter by letter, counts, and of that only lines and numbers: short words may look like base64.
pub fn unpacked(whole: &str) -> Option<(Range<usize>, String)> {
    let body = whole.trim_matches(['"', '\'']);
    let letters = if body.starts_with("data:") { search::split(body, ";base64,")?.1 } else { body };
    let inner = String::from_utf8(base64(letters)?).ok()?;
    let tells = inner.contains('\n') || inner.parse::<u32>().is_ok();
    let start = text::offset(whole, letters);
    (tells && packed(&inner) == letters).then(|| (start..start + letters.len(), inner))
}

/// RFC 4648, section 4.
fn packed(text: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut letters = String::with_capacity(text.len() / 3 * 4 + 4);
    for three in text.as_bytes().chunks(3) {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | u32::from(three.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let letter = ALPHABET[(bits >> (18 - 6 * at) & 63) as usize];
            letters.push(if at > three.len() { '=' } else { letter.into() });
        }
    }
    letters
}

/// The edits of what is packed, with all changes for which that acts.
pub fn edits(text: &str, configuration: &Configuration, changes: &[Change]) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    for setting in configuration.settings.iter().filter(|setting| setting.effective) {
        let span = setting.place.span.range();
        let acts = |change: &&Change| configuration.settings.iter().any(|each| each.place == setting.place && change.is_of(each));
        let wanted: Vec<Change> = changes.iter().filter(acts).copied().gather();
        let told = edits.last().is_some_and(|edit| span.contains(&edit.start));
        let Some((letters, inner)) = text.get(span.clone()).and_then(unpacked).filter(|_| !told && !wanted.is_empty()) else { continue };
        let new = if inner.parse::<u32>().is_ok() {
            render::value(&wanted[0])
        } else {
            let within = config::read(configuration.document, &inner).and_then(|read| find::edits(&inner, &read, &wanted).ok());
            let Some(within) = within else { continue };
            apply(&inner, &within)
        };
        edits.push(Edit::new(span.start + letters.start..span.start + letters.end, packed(&new)).serving(&wanted));
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_what_it_unpacks() {
        for text in ["100", "1000\n", "ETCD_NAME=a\n", "\u{e4}\n"] {
            let letters = packed(text);
            assert_eq!(unpacked(&letters), Some((0..letters.len(), text.to_owned())));
            let url = format!("\"data:text/plain;base64,{letters}\"");
            let (place, inner) = unpacked(&url).expect("a URL");
            assert_eq!((&url[place], inner.as_str()), (letters.as_str(), text));
        }
        for other in ["name", "MTA w", "MTAwMA", "data:,MTAw", "", "MTAwCh=="] {
            assert_eq!(unpacked(other), None, "{other}");
        }
    }
}
