//! A list of edits that is to be applied: read, and compared with what a view shows. Nothing is changed.

use std::io::Read as _;
use std::path::Path;

use crate::bytes::Span;
use crate::bytes::escape::path_in_sentence;
use crate::bytes::size::{counted, human_size};
use crate::map::{self, Mapping, OpenFile};
use crate::model::patch::{Listed, Patch, parse};
use crate::os::stamp::open_to_compare;

/// A longer list is not read, in bytes: each edited byte takes some six.
const MOST_BYTES: u64 = 512 << 20;

/// Reads a list; where it is of several views, those of the one that it calls `view`, or of each.
///
/// # Errors
/// Why there is none, in one sentence.
pub(super) fn read(path: &Path, view: Option<&str>) -> Result<Listed, String> {
    let named = || path_in_sentence(path);
    let failed = |error: std::io::Error| {
        let why = map::describe_errno(map::errno_of(&error));
        format!("The list of edits {} cannot be read ({why})", named())
    };
    let file = open_to_compare(path).map_err(failed)?;
    let meta = file.metadata().map_err(failed)?;
    if !meta.is_file() {
        return Err(format!(
            "{} is no regular file, so no list of edits",
            named()
        ));
    }
    if meta.len() > MOST_BYTES {
        let most = human_size(MOST_BYTES);
        return Err(format!(
            "{} is longer than {most}, so no list of edits",
            named()
        ));
    }
    let mut bytes = Vec::new();
    let read = file.take(MOST_BYTES).read_to_end(&mut bytes);
    read.map_err(failed)?;
    let text = String::from_utf8_lossy(&bytes); // what is no text is found where it stands
    let listed = parse(&text);
    let listed = listed.map_err(|error| format!("{} cannot be applied: {error}", named()))?;
    if listed.runs.is_empty() && listed.parts.is_empty() {
        return Err(format!("{} lists no edit that is not in its file", named()));
    }
    match view {
        None => Ok(listed),
        Some(view) => listed.of_view(view).ok_or_else(|| {
            let named = named();
            format!("{named} is another list by now: it lists no edits of a {view} beside others")
        }),
    }
}

/// Compares a list with what a mapping shows.
///
/// # Errors
/// Why it is not of this file, in one sentence.
pub(super) fn compare(
    (path, listed): (std::path::PathBuf, Listed),
    mapping: &Mapping,
    file: &OpenFile,
) -> Result<Patch, String> {
    let named = path_in_sentence(&path);
    let file_len = file.file_len().unwrap_or_else(|_| mapping.span().end());
    let mut found = Vec::new();
    for run in &listed.runs {
        let len = run.value.len() as u64;
        let span = Span::at(run.offset, len).filter(|span| mapping.span().contains_span(*span));
        let Some(span) = span else {
            let of = listed.size.map_or_else(String::new, |size| {
                format!(" (it was made of a file of {})", counted(size, "byte"))
            });
            return Err(format!(
                "{named} is for another file or part{of}: the view ends before {:#x}, where it has an edit",
                run.offset.saturating_add(len)
            ));
        };
        let now = mapping.read(span, file);
        if !now.is_whole() {
            return Err(format!(
                "{named} was not applied: what stands at {:#x} cannot be read, so not compared",
                run.offset
            ));
        }
        found.push(now.bytes);
    }
    let compared = Patch {
        path,
        listed,
        found,
        file_len,
    };
    if compared.is_of_another() {
        let of = compared.listed.of.as_deref().unwrap_or("another one");
        return Err(format!(
            "{named} is for another file, {of}: none of its bytes stands here as it says"
        ));
    }
    Ok(compared)
}
