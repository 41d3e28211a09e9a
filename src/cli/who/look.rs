//! One look at who sees some bytes of a file, as the window looks again and again.
//!
//! It owns what is mapped for it, and the order of the questions. It must not know how the answer is printed. Nothing is
//! stored, and the file is opened for reading alone.

use std::path::{Path, PathBuf};

use crate::bytes::Span;
use crate::bytes::answer::answer_error;
use crate::bytes::lookup::{Context, Lookup, parse};
use crate::bytes::rows::offset_digits;
use crate::map::{
    Access, CallLog, FileKey, MapRequest, Mapping, Mode, OpenFile, Others, look_at_others, own_pid,
    page_bytes,
};
use crate::model::others::unseen;
use crate::model::picture::{Basis, SECOND};
use crate::model::syncs::Syncs;
use crate::model::witness::{FilePages, WATCHED_BYTES};
use crate::model::{MappingId, Picture, Processes, WitnessId, WitnessState, Witnesses, shown_name};
use crate::work::reading::{reading, reading_of_file};

/// All that was found out.
pub(super) struct Seen {
    pub(super) path: PathBuf,
    pub(super) picture: Picture,
    /// What was found of other processes, as far as those are in no row too.
    pub(super) others: Others,
    /// What is to be said beyond that, each one sentence.
    pub(super) remarks: Vec<String>,
}

/// Why there is no answer.
pub(super) enum NoAnswer {
    /// The file cannot be opened or mapped, in one sentence.
    NotOpened(String),
    /// What a lookup would be told.
    Invalid(String),
}

/// Looks at the bytes that `expression` names, or at the first one.
pub(super) fn look(path: &Path, expression: Option<&str>) -> Result<Seen, NoAnswer> {
    let log = CallLog::new();
    let file = OpenFile::open(path, &log)
        .map_err(|error| error.to_string())
        .map_err(NoAnswer::NotOpened)?;
    let request = MapRequest {
        mode: Mode::Private,
        access: Access::ReadWrite,
        span: None,
    };
    let view = Mapping::create_nearest(&file, request, &log);
    let (view, _) = view
        .map_err(|error| error.to_string())
        .map_err(NoAnswer::NotOpened)?;
    let asked = match expression {
        Some(expression) => asked(expression, &file, &view)?,
        None => first_byte(view.span()),
    };
    let subject = Span::at(asked.start(), asked.len().min(WATCHED_BYTES)).unwrap_or(asked);
    let witnesses = witnesses(&file, &view, subject, &log);
    let others = FileKey::of(&view, &file).and_then(|key| look_at_others(&key, subject));
    let (others, remarks) = match others {
        Ok(others) => {
            let remarks = unseen(&others);
            (others, remarks)
        }
        Err(why) => (Others::default(), vec![format!("Other programs: {why}.")]),
    };
    let picture = Picture::from_basis(&Basis {
        subject,
        is_cut: subject != asked,
        page_bytes: page_bytes(),
        file: shown_name(path),
        view: (view.mode(), view.access()),
        views: (MappingId(0), None),
        own_pid: own_pid(),
        second: (SECOND, view.mode().other(), Access::ReadOnly),
        witnesses: &witnesses,
        processes: &Processes::default(),
        others: Some(&others),
        syncs: &Syncs::default(),
    });
    Ok(Seen {
        path: path.to_owned(),
        picture,
        others,
        remarks,
    })
}

fn first_byte(extent: Span) -> Span {
    Span::at(extent.start(), extent.len().min(1)).unwrap_or(extent)
}

/// The bytes that `expression` is about.
fn asked(expression: &str, file: &OpenFile, view: &Mapping) -> Result<Span, NoAnswer> {
    let extent = view.span();
    let context = Context {
        extent,
        file_len: file.file_len().unwrap_or(extent.end()),
        cursor: extent.start(),
        page_bytes: page_bytes(),
        column_digits: offset_digits(extent),
    };
    let found = parse(expression, &context);
    found
        .map(Lookup::span)
        .map_err(|error| NoAnswer::Invalid(answer_error(expression, &error, &context)))
}

/// What this process sees: through a mapping as the window makes it, through a shared one that may only be read, as no more
/// is needed, and by read(2).
fn witnesses(file: &OpenFile, view: &Mapping, subject: Span, log: &CallLog) -> Witnesses {
    // Asked first: reading brings the pages into the cache.
    let file_pages = FilePages {
        span: subject,
        pages: file.page_facts(subject),
    };
    let request = MapRequest {
        mode: view.mode().other(),
        access: Access::ReadOnly,
        span: None,
    };
    let second = match Mapping::create(file, request, log) {
        Ok(second) => reading(&second, file, subject),
        Err(error) => WitnessState::Unavailable(error.to_string()),
    };
    let mut witnesses = Witnesses::default();
    witnesses.span = Some(subject);
    witnesses.file_pages = Some(file_pages);
    let states = [
        (WitnessId::View, reading(view, file, subject)),
        (WitnessId::OtherMode, second),
        (WitnessId::File, reading_of_file(file, subject)),
    ];
    for (id, state) in states {
        witnesses.row_mut(id).state = state;
    }
    witnesses
}
