//! The model as what it is: a function from actions and events to effects and words. No file, no thread, no window.

use std::path::{Path, PathBuf};

use mapscope::bytes::Span;
use mapscope::map::{GapReason, Readout};
use mapscope::model::effect::{Purpose, Store, StoreBatch};
use mapscope::model::event::{FileState, Opened, StoreOutcome, StoreResult};
use mapscope::model::window::Look;
use mapscope::model::{
    Access, Action, Column, Effect, Event, FileRequest, Focus, Mode, Model, Notice, OpenRequest,
    Opening, PageState, PathNow, Settings, Severity, Step, Topic, UnsavedChoice,
};

mod edits;
mod fate;
mod lab;
mod lookups;
mod notices;
mod slow;

const PATH: &str = "/folder/data.bin";

/// An open file of `len` bytes, private and read-write.
pub(super) fn open(len: u64) -> Model {
    let mut model = Model::new(Settings::default());
    model.hear(opened(PATH, len));
    let page_rows = 20;
    model.act(Action::Layout {
        columns: 16,
        page_rows,
    });
    model
}

fn opened(path: &str, len: u64) -> Event {
    Event::Opened(Box::new(Opened {
        path: PathBuf::from(path),
        scratch: None,
        mode: Mode::Private,
        access: Access::ReadWrite,
        extent: Span::new(0, len).unwrap(),
        whole: true,
        file_len: len,
        page_bytes: 4096,
        refusal: None,
    }))
}

fn stored(purpose: Purpose, mode: Mode, offset: u64, bytes: &[u8], outcome: StoreOutcome) -> Event {
    Event::Stored {
        purpose,
        mode,
        results: vec![StoreResult {
            offset,
            bytes: bytes.to_vec(),
            outcome,
        }],
    }
}

/// The worker says that the person's `new` is stored at `offset`, where `old` stood.
pub(super) fn typed(model: &mut Model, offset: u64, old: u8, new: u8) {
    let mode = model.doc.as_ref().unwrap().mode;
    let outcome = StoreOutcome::Stored(vec![old]);
    model.hear(stored(Purpose::Edit, mode, offset, &[new], outcome));
}

fn remapped(mode: Mode, access: Access, len: u64) -> Event {
    Event::Remapped {
        mode,
        access,
        extent: Span::new(0, len).unwrap(),
        whole: true,
        refusal: None,
    }
}

fn wrote(model: &mut Model) -> Vec<Effect> {
    let journal = &model.doc.as_ref().unwrap().journal;
    let runs: Vec<_> = journal.unsaved_runs().collect();
    let span = |offset, len: usize| Span::at(offset, len as u64).unwrap();
    model.hear(Event::WroteBack {
        written: runs
            .iter()
            .map(|run| span(run.offset, run.value.len()))
            .collect(),
        conflicts: Vec::new(),
        error: None,
    })
}

fn shared(len: u64) -> Model {
    let mut model = open(len);
    model.hear(remapped(Mode::Shared, Access::ReadWrite, len));
    model
}

fn file_state(file_len: u64, path: PathNow) -> Event {
    Event::FileState(FileState { file_len, path })
}

/// The bytes of `span`, all of them `value`.
fn look(span: Span, value: u8) -> Event {
    Event::Looked(Box::new(Look {
        readout: readout(span, value),
        pages: Ok(vec![PageState::FilePage; span.pages(4096).count()]),
        page_bytes: 4096,
    }))
}

fn readout(span: Span, value: u8) -> Readout {
    Readout {
        span,
        bytes: vec![value; usize::try_from(span.len()).unwrap()],
        gaps: Vec::new(),
    }
}

fn span(start: u64, end: u64) -> Span {
    Span::new(start, end).unwrap()
}

/// What the notice about `topic` says; empty where there is none.
fn says(model: &Model, topic: Topic) -> &str {
    model
        .notices
        .get(topic)
        .map_or("", |notice| notice.text.as_str())
}

#[track_caller]
fn assert_says(model: &Model, topic: Topic, parts: &[&str]) {
    let text = says(model, topic);
    for part in parts {
        assert!(text.contains(part), "{topic:?} says {text:?}, not {part:?}");
    }
}

/// The requests to the file's worker, without looks and peeks.
fn requests(effects: &[Effect]) -> Vec<&FileRequest> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::File(FileRequest::Look(_) | FileRequest::Peek { .. }) => None,
            Effect::File(request) => Some(request),
            _ => None,
        })
        .collect()
}

/// The stores that were asked for.
fn stores(effects: &[Effect]) -> Vec<Store> {
    let batches = requests(effects)
        .into_iter()
        .filter_map(|request| match request {
            FileRequest::Store(StoreBatch { stores, .. }) => Some(stores.clone()),
            _ => None,
        });
    batches.flatten().collect()
}

fn type_byte(model: &mut Model, byte: u8) -> Vec<Effect> {
    let mut effects = model.act(Action::HexDigit(byte >> 4));
    effects.extend(model.act(Action::HexDigit(byte & 15)));
    effects
}

fn cursor(model: &Model) -> u64 {
    model.doc.as_ref().unwrap().view.cursor
}

fn top(model: &Model) -> u64 {
    model.doc.as_ref().unwrap().view.top
}

fn point(model: &mut Model, offset: u64) {
    model.act(Action::Point {
        offset,
        extend: false,
        column: Column::Hex,
    });
}

#[test]
fn without_a_file_every_action_is_answered_and_none_panics() {
    for action in every_action() {
        let mut model = Model::new(Settings::default());
        let text = format!("{action:?}");
        let effects = model.act(action);
        let asked = effects
            .iter()
            .any(|effect| matches!(effect, Effect::File(_) | Effect::WitnessStore { .. }));
        assert!(!asked, "{text} asks a file that is not there: {effects:?}");
    }
}

#[test]
fn with_a_file_of_one_byte_no_action_panics_nor_leaves_it() {
    for mode in [Mode::Private, Mode::Shared] {
        for action in every_action() {
            let mut model = open(1);
            model.hear(remapped(mode, Access::ReadWrite, 1));
            typed(&mut model, 0, b'a', b'b');
            let text = format!("{action:?}");
            for effect in model.act(action) {
                if let Effect::File(FileRequest::Look(span) | FileRequest::Discard(span)) = effect {
                    assert!(self::span(0, 1).contains_span(span), "{text}: {span}");
                }
            }
            assert_eq!(cursor(&model), 0, "{text}");
        }
    }
}

/// One of each.
fn every_action() -> Vec<Action> {
    use Action as A;
    let mut actions = vec![
        A::OpenDialog,
        A::CancelDialog,
        A::Open(PathBuf::from(PATH)),
        A::OpenSample,
        A::OpenReplacement,
        A::CloseFile,
        A::Quit,
        A::PathEdited("x".to_owned()),
        A::PathSubmitted,
        A::PathCompleted("x".to_owned()),
        A::PathCancelled,
        A::SelectAll,
        A::ScrollRows(i64::MAX),
        A::ScrollRows(i64::MIN),
        A::ScrollTo(u64::MAX),
        A::SwapColumn,
        A::HistoryBack,
        A::HistoryForward,
        A::LookupEdited("$-1".to_owned()),
        A::LookupCommit,
        A::LookupCancel,
        A::LookupRepeat,
        A::LookupPick(3),
        A::HexDigit(255),
        A::Character('\u{1f600}'),
        A::Paste("00 11".to_owned().into()),
        A::Fill(1),
        A::ToggleFill,
        A::FillEdited("q".to_owned()),
        A::Copy,
        A::Undo,
        A::Redo,
        A::Escape,
        A::ToggleMode,
        A::SetMode(Mode::Shared),
        A::ToggleAccess,
        A::SetAccess(Access::ReadOnly),
        A::Remap,
        A::Flush,
        A::DiscardSelection,
        A::DiscardAll,
        A::WriteBack,
        A::WriteBackConflicts,
        A::Reapply,
        A::DropPatch,
        A::Unsaved(UnsavedChoice::Write),
        A::Unsaved(UnsavedChoice::Keep),
        A::Unsaved(UnsavedChoice::Drop),
        A::Unsaved(UnsavedChoice::Stay),
        A::ExportEdits,
        A::ExportView,
        A::KeepOld,
        A::Dismiss(Topic::Error),
        A::TogglePanel,
        A::SetWindow(None),
        A::Focus(Focus::Path),
        A::Fade,
    ];
    for step in [
        Step::Left,
        Step::Down,
        Step::PageUp,
        Step::RowEnd,
        Step::End,
    ] {
        actions.push(A::Step { step, extend: true });
    }
    for (points, row_points) in [(-1e9, 0.0), (1e9, 17.0), (f32::MAX, 1.0)] {
        actions.push(A::ScrollPoints { points, row_points });
    }
    for (columns, page_rows) in [(0, 0), (64, u64::MAX)] {
        actions.push(A::Layout { columns, page_rows });
    }
    actions.push(A::Point {
        offset: u64::MAX,
        extend: true,
        column: Column::Text,
    });
    actions
}
