//! Texts that were copied from the source of a page: `&quot;` for each quote, `<pre>` before the first line.

use crate::search;

/// A text that has one of these is looked at.
const SIGNS: [&str; 7] = ["&quot;", "&#34;", "&#39;", "&lt;", "&gt;", "<pre", "</pre"];

const ENTITIES: [(&str, char); 9] = [
    ("&quot;", '"'),
    ("&#34;", '"'),
    ("&#39;", '\''),
    ("&#x27;", '\''),
    ("&apos;", '\''),
    ("&lt;", '<'),
    ("&gt;", '>'),
    ("&amp;", '&'),
    ("&nbsp;", ' '),
];

/// Tags that begin or end a line as a page shows it; `<code>` does beside `<pre>`.
const BREAKS: [&str; 4] = ["pre", "p", "div", "br"];

/// A tag with its attributes is no longer.
const LONGEST_TAG: usize = 200;

/// The text as the page shows it, each byte at its place: blanks stand for what an entity is longer, and a tag becomes
/// blanks and a line end. Nothing where the text is no such source.
pub fn shown(text: &str) -> Option<String> {
    if !SIGNS.iter().any(|sign| search::has(text, sign)) {
        return None;
    }
    let mut clean = without_entities(text);
    let mut at = 0;
    while let Some(next) = search::find(&clean[at..], "<") {
        at += next;
        let Some(length) = tag(&clean, at) else {
            at += 1;
            continue;
        };
        clean.replace_range(at..at + length, &format!("{}\n", " ".repeat(length - 1)));
        at += length;
    }
    (clean != text).then_some(clean)
}

fn without_entities(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let (mut at, mut is_open, mut is_assigned) = (0, false, false);
    while let Some(next) = search::find(&text[at..], "&") {
        let before = &text[at..at + next];
        clean.push_str(before);
        is_open &= !before.contains('\n');
        at += next;
        // What stands in a row stays together: `&lt;&lt;EOF`.
        let start = at;
        let mut symbols = String::new();
        while let Some((name, symbol)) = entity(&text[at..]).filter(|(_, symbol)| symbols.is_empty() || !is_quote(*symbol)) {
            symbols.push(symbol);
            at += name.len();
            if is_quote(symbol) {
                break;
            }
        }
        let quotes = symbols.starts_with(is_quote);
        let closes = quotes && is_open;
        is_open ^= quotes;
        if !closes {
            // No blank may stand behind `NAME=`. Quotes in a row are one for a shell.
            let name = clean.strip_suffix('=').unwrap_or("");
            is_assigned = quotes && name.ends_with(|last: char| last.is_ascii_uppercase());
        }
        let fill = if is_assigned { symbols.as_str() } else { " " };
        let blanks = fill.repeat(at - start - symbols.len());
        clean.extend(if closes { [symbols.as_str(), &blanks] } else { [&blanks, symbols.as_str()] });
        if at == start {
            clean.push('&');
            at += 1;
        }
    }
    clean.push_str(&text[at..]);
    clean
}

fn is_quote(symbol: char) -> bool {
    matches!(symbol, '"' | '\'')
}

fn entity(text: &str) -> Option<(&'static str, char)> {
    ENTITIES.into_iter().find(|(name, _)| text.starts_with(name))
}

/// Length of the tag at `at`, if it breaks the line.
fn tag(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at + 1..];
    let length = rest.bytes().take(LONGEST_TAG).take_while(|byte| *byte != b'\n').position(|byte| byte == b'>')?;
    let name = rest[..length].trim_start_matches('/').split([' ', '/']).next()?;
    // What a tag became ends its line.
    let begins = || text[..at].trim_end_matches(' ').ends_with('\n');
    let breaks = BREAKS.contains(&name) || name == "code" && (begins() || rest[length + 1..].starts_with("</pre"));
    breaks.then_some(length + 2)
}

/// The bytes of the entity that holds the one before `at`, where it goes on behind it.
pub fn around(text: &str, at: usize) -> Option<(usize, usize)> {
    let start = text.get(..at)?.rfind('&')?;
    let (name, _) = entity(&text[start..])?;
    (start + name.len() > at).then_some((start, start + name.len()))
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn each_byte_stays_at_its_place() {
        for (source, expected) in [
            ("a: &quot;b&quot; &amp; c\n", "a:      \"b\"          & c\n"),
            ("cat &lt;&lt;EOF &gt; /x\nA=&#39;1&#39;\n", "cat       <<EOF    > /x\nA='''''1'''''\n"),
            ("A=&quot;1&quot;\nb=&#34;1&#34;\n", "A=\"\"\"\"\"\"1\"\"\"\"\"\"\nb=    \"1\"    \n"),
            (
                "<pre class=\"x\"><code>#cloud-config\na: 1\n</code></pre>\n",
                "              \n     \n#cloud-config\na: 1\n      \n     \n\n",
            ),
            ("&lt;pre&gt;a: &x; b<br/>\n", "          \na: &x; b    \n\n"),
        ] {
            let clean = shown(source).expect("a page's source");
            assert_eq!((clean.as_str(), clean.len()), (expected, source.len()));
        }
        for plain in ["a: b && c\n", "cat <<EOF > x\n", "a <code>--b=1</code> c\n", "x: a&amp;b\n"] {
            assert_eq!(shown(plain), None, "{plain}");
        }
    }
}
