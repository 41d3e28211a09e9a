//! Lists of edits as text: what is exported and can be applied. README describes the format. Pure.
//!
//! It owns the text, both ways, and the sentences about one that cannot be read. It must not know where a text comes from.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::path::PathBuf;

use crate::bytes::Span;
use crate::bytes::hex::{format_hex, parse_hex};

use super::identity::{OrderId, ViewId};
use super::journal::{BUDGET_BYTES, PendingRun};
use super::offer::EditsOffer;

/// How every list begins.
const FIRST: &str = "# mapscope edits";
/// What stands before the edits that are not in the file: those that can be applied.
const NOT_IN_FILE: &str = "# not in the file: offset, base, value";
/// How that begins, also where it names a view.
const PART: &str = "# not in the file";
/// What stands before those that are.
const IN_FILE: &str = "# in the file: offset, before, after";
/// What stands before the length of the file, in bytes.
const SIZE: &str = "# size: ";
/// What stands before its path, as it can be shown.
const OF: &str = "# file: ";

/// No view's edits are more runs than these, or more bytes: a longer list could not be undone, and would take all memory.
const MOST_RUNS: usize = 1 << 20;
const MOST_BYTES: usize = BUDGET_BYTES / 4;

/// A list of edits, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// The file it was made of, as its path is shown.
    pub of: Option<String>,
    /// How long that was, in bytes.
    pub size: Option<u64>,
    /// What is not in it: what stood there, and what is to stand there. Ascending, and apart. Nothing where the list is of
    /// several views, as a mapping holds those of one.
    pub runs: Vec<PendingRun>,
    /// The edits of each view, where they are of several.
    pub parts: Vec<ListedPart>,
}

/// The edits of one view in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPart {
    /// The view, as it was called.
    pub view: String,
    /// As of a list that is of it alone.
    pub runs: Vec<PendingRun>,
}

impl Listed {
    /// The list as one of that view alone; `None` where it lists nothing of it.
    #[must_use]
    pub fn of_view(self, view: &str) -> Option<Self> {
        let mut parts = self.parts.into_iter();
        let part = parts.find(|part| part.view == view)?;
        Some(Self {
            of: self.of,
            size: self.size,
            runs: part.runs,
            parts: Vec::new(),
        })
    }
}

/// Where a list of edits is, and which part of it is to be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ListPlace {
    pub(super) path: PathBuf,
    /// The view, as the list calls it, where it is of several.
    pub(super) view: Option<String>,
}

/// A list of edits compared with what a view shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// Where it was read.
    pub path: PathBuf,
    /// What it says.
    pub listed: Listed,
    /// What the view shows in place of each run.
    pub found: Vec<Vec<u8>>,
    /// How long the file is, in bytes.
    pub file_len: u64,
}

/// A list of edits that is being read, or waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Patching {
    /// It is being read, from there.
    Reads(OrderId, ViewId, ListPlace),
    /// It is of several views, as they are called in it: the person says which one's edits are meant.
    Chooses(ViewId, PathBuf, Vec<String>),
    /// It was compared with what this view shows.
    Asks(ViewId, Box<Patch>, ListPlace),
}

impl Patching {
    /// Which view it is for.
    pub(super) fn view(&self) -> ViewId {
        match self {
            Self::Reads(_, view, _) | Self::Chooses(view, ..) | Self::Asks(view, ..) => *view,
        }
    }
}

/// Why a text is no list of edits, and where; both count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatchError {
    /// Line of the text.
    pub line: usize,
    /// Column in characters.
    pub column: usize,
    /// What is wrong there.
    pub kind: PatchErrorKind,
}

/// What can be wrong with a list of edits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchErrorKind {
    /// The first line is not that of a list of edits.
    NoList,
    /// There is no part with what is not in the file.
    NoPart,
    /// It is not an offset such as `0x1f`.
    Offset,
    /// It is not bytes such as `41 42`.
    Bytes,
    /// A line has three columns with tabs between.
    Columns,
    /// As many bytes must stand before and after.
    Lengths,
    /// It overlaps another one, or reaches past what a file can be.
    Place,
    /// It is not a number.
    Size,
    /// They are more than undo can hold.
    TooMany,
}

impl fmt::Display for PatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            PatchErrorKind::NoList => "it does not begin as a list of edits does",
            PatchErrorKind::NoPart => "it has no line `# not in the file` with edits after it",
            PatchErrorKind::Offset => "no offset such as 0x1f",
            PatchErrorKind::Bytes => "no bytes such as 41 42",
            PatchErrorKind::Columns => "not three columns with tabs between",
            PatchErrorKind::Lengths => "not as many bytes after as before",
            PatchErrorKind::Place => "an edit that overlaps another one, or lies in no file",
            PatchErrorKind::Size => "no length in bytes",
            PatchErrorKind::TooMany => "more edits than undo can hold",
        };
        write!(f, "{what} at line {}, column {}", self.line, self.column)
    }
}

impl Error for PatchError {}

/// Reads a list of edits, of which only what is not in the file counts; what else stands in it is for people.
///
/// # Errors
/// The first place that is not understood.
pub fn parse(text: &str) -> Result<Listed, PatchError> {
    let fail = |line: usize, column: usize, kind| PatchError {
        line: line + 1,
        column: column + 1,
        kind,
    };
    if !text.starts_with(FIRST) {
        return Err(fail(0, 0, PatchErrorKind::NoList));
    }
    let mut listed = Listed::default();
    let mut is_in_part = false;
    // of each view, or of all of which the list does not say whose they are
    let mut parts: Vec<(&str, NumberedRuns)> = Vec::new();
    let (mut last, mut n_runs, mut n_bytes) = (0, 0, 0);
    for (number, line) in text.lines().enumerate() {
        last = number;
        if let Some(comment) = line.strip_prefix('#') {
            is_in_part = if let Some(rest) = line.strip_prefix(PART) {
                go_on(&mut parts, view_of_part(rest));
                true
            } else {
                // a remark leaves the part as it is, another heading ends it
                is_in_part && !comment.starts_with(" in the file") && !line.starts_with(FIRST)
            };
            if let Some(size) = line.strip_prefix(SIZE) {
                let size = size.trim().parse();
                let size = size.map_err(|_| fail(number, SIZE.len(), PatchErrorKind::Size))?;
                listed.size = Some(size);
            } else if let Some(of) = line.strip_prefix(OF) {
                listed.of = Some(of.trim_end().to_owned());
            }
        } else if is_in_part && !line.trim().is_empty() {
            let run = run(line).map_err(|(column, kind)| fail(number, column, kind))?;
            n_bytes += run.value.len();
            n_runs += 1;
            if n_runs > MOST_RUNS || n_bytes > MOST_BYTES {
                return Err(fail(number, 0, PatchErrorKind::TooMany));
            }
            if let Some((_, runs)) = parts.last_mut() {
                runs.push((number, run));
            }
        }
    }
    if parts.is_empty() {
        return Err(fail(last, 0, PatchErrorKind::NoPart));
    }
    for (view, runs) in parts {
        let runs = ascending(runs).map_err(|number| fail(number, 0, PatchErrorKind::Place))?;
        if !runs.is_empty() {
            let view = view.to_owned();
            listed.parts.push(ListedPart { view, runs });
        }
    }
    if listed.parts.len() < 2 {
        listed.runs = listed.parts.pop().map_or_else(Vec::new, |part| part.runs);
    }
    Ok(listed)
}

/// Edits, each with the line that it stands in.
type NumberedRuns = Vec<(usize, PendingRun)>;

/// What follows is of this view: its part is the last one from now on.
fn go_on<'a>(parts: &mut Vec<(&'a str, NumberedRuns)>, view: &'a str) {
    let at = parts.iter().position(|(known, _)| *known == view);
    let part = at.map_or_else(|| (view, Vec::new()), |at| parts.remove(at));
    parts.push(part);
}

/// The view that a part is of, after what its heading begins with; nothing where it does not say.
fn view_of_part(rest: &str) -> &str {
    let named = rest
        .strip_prefix(", ")
        .and_then(|rest| rest.split_once(':'));
    named.map_or("", |(view, _)| view.trim())
}

/// The edits of one view in order; the line of one that overlaps another.
fn ascending(mut runs: NumberedRuns) -> Result<Vec<PendingRun>, usize> {
    runs.sort_by_key(|(_, run)| run.offset);
    for pair in runs.windows(2) {
        if let [(first_at, first), (next_at, next)] = pair
            && first.offset + first.value.len() as u64 > next.offset
        {
            return Err(*first_at.max(next_at));
        }
    }
    Ok(runs.into_iter().map(|(_, run)| run).collect())
}

/// One edit; an error with the column, from 0.
fn run(line: &str) -> Result<PendingRun, (usize, PatchErrorKind)> {
    let mut columns = line.split('\t');
    let three = (
        columns.next(),
        columns.next(),
        columns.next(),
        columns.next(),
    );
    let (Some(offset), Some(base), Some(value), None) = three else {
        return Err((0, PatchErrorKind::Columns));
    };
    let n_chars = |text: &str| text.chars().count();
    let base_at = n_chars(offset) + 1;
    let value_at = base_at + n_chars(base) + 1;
    let digits = offset.trim().strip_prefix("0x");
    let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let offset = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
    let offset = offset.ok_or((0, PatchErrorKind::Offset))?;
    let bytes = |text: &str, at: usize| match parse_hex(text) {
        Ok(bytes) => Ok(bytes),
        Err(error) => Err((at + error.at, PatchErrorKind::Bytes)),
    };
    let (base, value) = (bytes(base, base_at)?, bytes(value, value_at)?);
    if base.len() != value.len() || base.is_empty() {
        return Err((value_at, PatchErrorKind::Lengths));
    }
    if Span::at(offset, value.len() as u64).is_none() {
        return Err((0, PatchErrorKind::Place));
    }
    Ok(PendingRun {
        offset,
        base,
        value,
    })
}

/// How a list of the edits of a file begins: `place` is its path as it can be shown, `size` its length in bytes.
#[must_use]
pub fn beginning(place: &str, size: u64) -> String {
    let edits = ": offset, bytes before, bytes after, mode, state; hexadecimal";
    format!("{FIRST}{edits}\n{OF}{place}\n{SIZE}{size}\n")
}

/// The part that can be applied.
pub fn not_in_file(text: &mut String, runs: &[PendingRun]) {
    part(text, NOT_IN_FILE, runs);
}

/// The part that can be applied of the view that is called so, in a list of several. They may edit the same bytes.
pub fn not_in_file_of(text: &mut String, view: &str, runs: &[PendingRun]) {
    let columns = NOT_IN_FILE.strip_prefix(PART).unwrap_or_default();
    part(text, &format!("{PART}, {view}{columns}"), runs);
}

fn part(text: &mut String, heading: &str, runs: &[PendingRun]) {
    *text += heading;
    text.push('\n');
    for run in runs {
        let (base, value) = (format_hex(&run.base), format_hex(&run.value));
        // into a String it does not fail
        let _ = writeln!(text, "{:#x}\t{base}\t{value}", run.offset);
    }
}

/// What is offered of a file, as text.
#[must_use]
pub fn of_offer(offer: &EditsOffer) -> String {
    let mut text = beginning(&offer.place(), offer.size);
    if !offer.in_file.is_empty() {
        part(&mut text, IN_FILE, &offer.in_file);
    }
    not_in_file(&mut text, &offer.unsaved);
    text
}

/// Bytes of a patch that can be stored: where, what is found there, and what is to be stored.
pub(super) type PatchPart = (u64, Vec<u8>, Vec<u8>);

impl Patch {
    /// Where the view shows neither what stood there nor what is to stand there: offset, and what it shows. Ascending.
    pub fn conflicts(&self) -> impl Iterator<Item = (u64, u8)> + '_ {
        let runs = self.listed.runs.iter().zip(&self.found);
        runs.flat_map(|(run, found)| {
            let bytes = (run.offset..).zip(found.iter().zip(run.base.iter().zip(&run.value)));
            bytes.filter_map(|(offset, (found, (base, value)))| {
                (found != base && found != value).then_some((offset, *found))
            })
        })
    }

    /// What is to be stored, neighbors as one, none longer than `most` bytes: where the view shows what stood there, and
    /// with `over` wherever it shows anything else than what is to.
    pub(super) fn parts(&self, over: bool, most: usize) -> Vec<PatchPart> {
        let mut parts: Vec<PatchPart> = Vec::new();
        for (run, found) in self.listed.runs.iter().zip(&self.found) {
            let bytes = found.iter().zip(run.base.iter().zip(&run.value));
            for (offset, (found, (base, value))) in (run.offset..).zip(bytes) {
                if found == value || (found != base && !over) {
                    continue;
                }
                match parts.last_mut() {
                    Some((start, was, new))
                        if *start + new.len() as u64 == offset && new.len() < most =>
                    {
                        was.push(*found);
                        new.push(*value);
                    }
                    _ => parts.push((offset, vec![*found], vec![*value])),
                }
            }
        }
        parts
    }

    /// No byte stands where it says: it was made of another file.
    #[must_use]
    pub fn is_of_another(&self) -> bool {
        let n_bytes: usize = self.found.iter().map(Vec::len).sum();
        n_bytes > 0 && self.conflicts().count() == n_bytes
    }
}
