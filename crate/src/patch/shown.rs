//! Edits of a text that stands within another: in escapes, or in a page of HTML.

use std::ops::Range;

use super::edit::Edit;
use crate::config::Marks;
use crate::parts::html;
use crate::search;
use crate::text::line_start;

/// The edits of a text in quotes or of a page as they are written there.
pub fn as_shown(shown: &str, text: &str, marks: Option<Marks>, mut edits: Vec<Edit>) -> Result<Vec<Edit>, String> {
    // What packs files says how long each is, so that one that was changed in it could not be unpacked: POSIX, pax, `size`.
    if shown.contains('\0') {
        return Err(
            "This is an archive, or holds binary data. Unpack it and give the configuration by itself, or merge these by hand.".to_owned()
        );
    }
    for edit in edits.iter_mut().filter(|_| marks == Some(Marks::Html)) {
        let is_new = edit.start == edit.end;
        let [start, end] = [edit.start, edit.end].map(|at| html::around(shown, at));
        edit.end = end.map_or(edit.end, |(_, end)| end);
        edit.start = if is_new { edit.end } else { start.map_or(edit.start, |(start, _)| start) };
        edit.text = edit.text.replace('"', "&quot;");
    }
    for edit in edits.iter_mut().filter(|_| marks == Some(Marks::Escaped)) {
        if is_line_of_list(shown, text, edit.start) {
            as_line_of_list(shown, text, edit)?;
            continue;
        }
        let joint = joint_before(shown, text, edit.start);
        // A line ends before its escape, of which the line end of the text that was read is the second byte.
        if edit.start == edit.end && edit.start > 0 && shown.get(edit.start - 1..=edit.start) == Some("\\n") {
            edit.start -= 1;
            edit.end -= 1;
        }
        if shown.get(edit.start..edit.end) != text.get(edit.start..edit.end) {
            // A value in quotes, each with a backslash before it.
            let wider = edit.start.saturating_sub(1)..edit.end + 1;
            let quoted = |raw: &&str| raw.starts_with("\\\"") && raw.ends_with("\\\"");
            shown.get(wider.clone()).filter(quoted).ok_or("A value stands in escapes; change it by hand.")?;
            (edit.start, edit.end) = (wider.start, wider.end);
        }
        // Each line is a text of its own where those around it are.
        let (lead, joint) = (&text[joint.clone()], &shown[joint]);
        let lines = search::replace(&edit.text.replace('"', "\\\""), "\r\n", "\n").replace('\n', "\\n");
        edit.text = if lead.is_empty() { lines } else { search::replace(&lines, &format!("\\n{lead}"), &format!("\\n{joint}")) };
    }
    Ok(edits)
}

/// Whether a line is a text of its own in a list that line ends join: the quote that opens it stands for the line end above.
fn is_line_of_list(shown: &str, text: &str, at: usize) -> bool {
    let start = line_start(text, at);
    start > 0 && matches!(shown.as_bytes().get(start - 1), Some(b'"' | b'\''))
}

/// Writes what stands in such a list. New lines become texts of their own, parted as the one above is from the next.
fn as_line_of_list(shown: &str, text: &str, edit: &mut Edit) -> Result<(), String> {
    const BY_HAND: &str = "Each line is a text of its own in a list; change it by hand.";
    if edit.start < edit.end {
        // Of a value in escapes the backslash is read as a blank.
        let same = shown.get(edit.start..edit.end) == text.get(edit.start..edit.end) && !edit.text.contains(['\n', '"', '\'']);
        return if same { Ok(()) } else { Err(BY_HAND.to_owned()) };
    }
    let next = line_start(text, edit.start);
    let above = text[..next].trim_end().len();
    let joint = shown.get(above..next).filter(|joint| {
        let marks = |letter: char| letter.is_whitespace() || matches!(letter, ',' | '-' | '"' | '\'');
        joint.len() > 1 && joint.chars().all(marks) && joint.starts_with(['"', '\''])
    });
    let joint = joint.filter(|_| !edit.text.contains(['"', '\'', '\\'])).ok_or(BY_HAND)?;
    if edit.text.starts_with('\n') {
        edit.start = text[..edit.start].trim_end().len();
        edit.end = edit.start;
        // Behind a line that a template puts together no quote closes it.
        if !matches!(shown.as_bytes().get(edit.start), Some(b'"' | b'\'')) {
            return Err(BY_HAND.to_owned());
        }
    }
    edit.text = search::replace(&edit.text, "\r\n", "\n").replace('\n', joint);
    Ok(())
}

/// The bytes before a line that join it to the one above it, for which blanks are read.
fn joint_before(shown: &str, text: &str, at: usize) -> Range<usize> {
    let start = line_start(text, at);
    let blanks = text.get(start..at).map_or(0, |line| line.len() - line.trim_start_matches(' ').len());
    let quote = shown.get(start..start + blanks).and_then(|raw| raw.rfind(['"', '\'']));
    start..quote.map_or(start, |quote| start + quote + 1)
}
