//! The model as what it is: a function from actions and events to effects and words. No file, no thread, no window.

use std::path::{Path, PathBuf};

use mapscope::bytes::Span;
use mapscope::map::{GapReason, Readout};
use mapscope::model::effect::{Purpose, Store, StoreBatch};
use mapscope::model::event::{
    ExportOutcome, FileNews, FileState, Flushed, Remapped, StoreOutcome, WroteBack,
};
use mapscope::model::process::Refusal;
use mapscope::model::window::Look;
use mapscope::model::{
    Access, Action, App, AppAction as A, Column, DocAction as D, EditAction as E, Effect, Event,
    FileAction as F, FileRequest, Focus, LabAction, MappingAction as M, Mode, Notice, OpenRequest,
    PageState, PathNow, PeersAction as P, Settings, Severity, Step, Tab, Topic, UnsavedChoice,
    ViewAction as V,
};

use rig::{Rig, file, mapped};

mod asked_again;
mod behind;
mod bounded;
mod closing;
mod copies;
mod differences;
mod disk;
mod edits;
mod ended;
mod errors;
mod fate;
mod find;
mod forms_gone;
mod frames;
mod hand;
mod happened;
mod identity;
mod journal_back;
mod keys;
mod lab;
mod late;
mod left;
mod left_gone;
mod left_over;
mod lists;
mod lists_of_two;
mod lookups;
mod notices;
mod offers;
mod orders;
mod others;
mod pasted;
mod predict;
mod processes;
mod program_job;
mod refused_steps;
mod remarks;
mod rig;
mod row_waits;
mod second_view;
mod sentences;
mod slow;
mod split;
mod storage;
mod sums;
mod syncs;
mod tabs;
mod tour;
mod under_way;
mod undo_in_part;
mod views;
mod waiting;
mod words;

const PATH: &str = "/folder/data.bin";

/// An open file of `len` bytes, private and read-write.
fn open(len: u64) -> Rig {
    let mut rig = Rig::new();
    rig.open(file(PATH, 1, len));
    rig.act(V::Layout {
        columns: 16,
        page_rows: 20,
    });
    rig
}

fn shared(len: u64) -> Rig {
    let mut rig = open(len);
    rig.remapped(Mode::Shared, Access::ReadWrite);
    rig
}

fn file_state(file_len: u64, path: PathNow) -> FileNews {
    FileNews::State(FileState { file_len, path })
}

/// The bytes of `span`, all of them `value`.
fn look(span: Span, value: u8) -> FileNews {
    FileNews::Looked(std::sync::Arc::new(Look {
        readout: readout(span, value),
        pages: Ok(vec![PageState::FilePage; span.pages(4096).count()]),
        page_bytes: 4096,
        file: Vec::new(),
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

/// The requests to files' workers, without looks and peeks.
fn requests(effects: &[Effect]) -> Vec<&FileRequest> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::File(order) if order.request.is_look() => None,
            Effect::File(order) => Some(&order.request),
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

#[test]
fn without_a_file_every_action_is_answered_and_none_panics() {
    for action in every_action() {
        let mut rig = Rig::new();
        let text = format!("{action:?}");
        let effects = rig.act(action);
        let asked = effects
            .iter()
            .any(|effect| matches!(effect, Effect::File(_) | Effect::Peers(_)));
        assert!(!asked, "{text} asks a file that is not there: {effects:?}");
    }
}

#[test]
fn with_a_file_of_one_byte_no_action_panics_nor_leaves_it() {
    for mode in [Mode::Private, Mode::Shared] {
        for action in every_action() {
            let mut rig = open(1);
            rig.remapped(mode, Access::ReadWrite);
            rig.typed(0, b'a', b'b');
            let text = format!("{action:?}");
            for effect in rig.act(action) {
                let Effect::File(order) = effect else {
                    continue;
                };
                if let FileRequest::Look(Some(span)) | FileRequest::Discard(span) = order.request {
                    assert!(self::span(0, 1).contains_span(span), "{text}: {span}");
                }
            }
            if rig.app.doc().is_some() {
                assert_eq!(rig.cursor(), 0, "{text}");
            }
        }
    }
}

/// One of each.
fn every_action() -> Vec<Action> {
    use rig::Done as _;
    let mut actions: Vec<Action> = Vec::new();
    let mut add = |more: Vec<Action>| actions.extend(more);
    add(of_the_program());
    add(of_files());
    add(of_a_view());
    add([
        E::HexDigit(255),
        E::Character('\u{1f600}'),
        E::Paste("00 11".to_owned().into()),
        E::Fill(1),
        E::ToggleFill,
        E::FillEdited("q".to_owned()),
        E::Copy,
        E::Undo,
        E::Redo,
        E::WriteBack,
        E::WriteBackConflicts,
        E::Reapply,
        E::DropPatch,
    ]
    .map(Action::Edit)
    .to_vec());
    add([
        M::ToggleMode,
        M::SetMode(Mode::Shared),
        M::ToggleAccess,
        M::SetAccess(Access::ReadOnly),
        M::SetWindow(None),
        M::Remap,
        M::Flush,
        M::DiscardSelection,
        M::DiscardAll,
        M::AddView,
    ]
    .map(Action::Mapping)
    .to_vec());
    add(vec![
        P::ByteEdited("zz".to_owned()).action(),
        P::StoreAs(mapscope::model::WitnessId::File).action(),
        P::Add(mapscope::model::process::ProcessKind::Private).action(),
        LabAction::RunAll.action(),
    ]);
    actions
}

fn of_the_program() -> Vec<Action> {
    [
        A::Quit,
        A::Focus(Focus::Path),
        A::FocusDoc(mapscope::model::DocId(99)),
        A::Shown(Vec::new()),
        A::TogglePanel,
        A::ShowTab(Tab::Edits),
        A::ToggleHelp,
        A::Dismiss(Topic::Error),
        A::Unsaved(UnsavedChoice::Write),
        A::Unsaved(UnsavedChoice::Stay),
        A::Redirect(mapscope::model::OrderId(1)),
        A::Forget(mapscope::model::OrderId(1)),
        A::Fade,
    ]
    .map(Action::App)
    .to_vec()
}

fn of_files() -> Vec<Action> {
    let mut actions = [
        F::OpenDialog,
        F::CancelDialog,
        F::Open(PathBuf::from(PATH)),
        F::OpenSample,
        F::OpenReplacement,
        F::Close,
        F::CloseDoc(mapscope::model::DocId(99)),
        F::PathEdited("x".to_owned()),
        F::PathSubmitted,
        F::PathCompleted(PathBuf::from("x")),
        F::PathCancelled,
        F::DestinationDialog,
    ]
    .map(Action::File)
    .to_vec();
    let doc = [
        D::Unsaved(UnsavedChoice::Write),
        D::Unsaved(UnsavedChoice::Keep),
        D::Unsaved(UnsavedChoice::Drop),
        D::Unsaved(UnsavedChoice::Stay),
        D::ExportEdits,
        D::SaveCopy,
        D::DestinationEdited("x".to_owned()),
        D::DestinationSubmitted,
        D::DestinationCancelled,
        D::CancelJob(mapscope::model::OrderId(1)),
        D::KeepOld,
        D::Dismiss(Topic::Error),
    ];
    actions.extend(doc.map(Action::Doc));
    actions
}

fn of_a_view() -> Vec<Action> {
    let mut actions = vec![
        V::SelectAll,
        V::ScrollRows(i64::MAX),
        V::ScrollRows(i64::MIN),
        V::ScrollTo(u64::MAX),
        V::SwapColumn,
        V::HistoryBack,
        V::HistoryForward,
        V::LookupEdited("$-1".to_owned()),
        V::LookupCommit,
        V::LookupCancel,
        V::LookupRepeat,
        V::LookupPick(3),
        V::Escape,
    ];
    for step in [
        Step::Left,
        Step::Down,
        Step::PageUp,
        Step::RowEnd,
        Step::End,
    ] {
        actions.push(V::Step { step, extend: true });
    }
    for (points, row_points) in [(-1e9, 0.0), (1e9, 17.0), (f32::MAX, 1.0)] {
        actions.push(V::ScrollPoints { points, row_points });
    }
    for (columns, page_rows) in [(0, 0), (64, u64::MAX)] {
        actions.push(V::Layout { columns, page_rows });
    }
    actions.push(V::Point {
        offset: u64::MAX,
        extend: true,
        column: Column::Text,
    });
    actions.into_iter().map(Action::View).collect()
}
