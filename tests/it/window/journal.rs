//! What a run left is offered in the window of the next, and a list of edits is applied there; and a frame does not wait for
//! the journal.

use std::path::Path;

use rustix::time::{ClockId, clock_gettime};

use mapscope::model::{Action, DocAction};

use super::support::*;

/// A window on a file whose edits are written down in `state`.
fn kept(path: &Path, state: &Path) -> Window {
    let window = open(path);
    window.state().keep_journal(state.to_owned());
    window
}

#[test]
fn what_a_run_left_is_offered_reapplied_and_undone() {
    let (folder, path) = file(b"0123456789abcdef");
    let state = folder.path().join("state");
    let mut window = kept(&path, &state);
    type_bytes(&mut window, "5a5b");
    until(&mut window, "both are stored", |window| {
        doc(window).view().journal.pending_bytes() == 2
    });
    drop(window); // nobody has decided anything
    let mut window = kept(&path, &state);
    until(&mut window, "it is offered", |window| {
        is_told(
            window,
            &["An earlier run ended", "2 edited bytes are not in the file"],
        )
    });
    assert!(
        row(&window, 0).contains("30 31 32"),
        "nothing is applied: {}",
        row(&window, 0)
    );
    assert_eq!(doc(&window).view().journal.pending_bytes(), 0);
    act(
        &mut window,
        Action::App(mapscope::model::AppAction::ShowTab(
            mapscope::model::Tab::Edits,
        )),
    );
    until(&mut window, "the panel lists it", |window| {
        is_named(window, "Reapply: edits left of data.bin")
    });
    click(&mut window, "Reapply: edits left of data.bin");
    until(&mut window, "it is reapplied", |window| {
        row(window, 0).contains("5a 5b 32")
    });
    assert!(model(&window).offers.is_empty());
    act(&mut window, Action::Edit(mapscope::model::EditAction::Undo));
    until(&mut window, "it is undone", |window| {
        row(window, 0).contains("30 31 32")
    });
    assert_eq!(std::fs::read(&path).unwrap(), b"0123456789abcdef");
    drop(folder);
}

#[test]
fn a_list_is_exported_applied_to_a_copy_and_undone() {
    let (folder, path) = file(b"0123456789abcdef");
    let mut window = open(&path);
    type_bytes(&mut window, "5a");
    until(&mut window, "it is stored", |window| {
        doc(window).view().journal.pending_bytes() == 1
    });
    act(&mut window, Action::Doc(DocAction::ExportEdits));
    let list = folder.path().join("list.txt");
    save_to(&mut window, &list);
    until(&mut window, "it is listed", |_| list.exists());
    let copy = folder.path().join("copy.bin");
    std::fs::write(&copy, b"0123456789abcdef").unwrap();
    let mut other = open(&copy);
    act(&mut other, Action::Doc(DocAction::AskForPatch));
    act(
        &mut other,
        Action::Doc(DocAction::DestinationEdited(list.display().to_string())),
    );
    act(&mut other, Action::Doc(DocAction::DestinationSubmitted));
    until(&mut other, "it is asked about", |window| {
        is_told(window, &["changes 1 byte"])
    });
    assert!(row(&other, 0).contains("30 31"), "nothing is stored yet");
    act(
        &mut other,
        Action::Doc(DocAction::ApplyPatch { over: false }),
    );
    until(&mut other, "it is applied", |window| {
        row(window, 0).contains("5a 31")
    });
    act(&mut other, Action::Edit(mapscope::model::EditAction::Undo));
    until(&mut other, "it is undone", |window| {
        row(window, 0).contains("30 31")
    });
    // and one for another file gets one sentence
    let strange = folder.path().join("strange.txt");
    std::fs::write(
        &strange,
        "# mapscope edits\n# size: 900\n# not in the file\n0x300\t00\t01\n",
    )
    .unwrap();
    act(&mut other, Action::Doc(DocAction::AskForPatch));
    act(
        &mut other,
        Action::Doc(DocAction::DestinationEdited(strange.display().to_string())),
    );
    act(&mut other, Action::Doc(DocAction::DestinationSubmitted));
    until(&mut other, "it is refused", |window| {
        is_told(window, &["is for another file", "900 bytes"])
    });
    drop((window, other));
}

/// A frame takes less processor time than this, in nanoseconds.
const MOST_FRAME: i64 = 250_000_000;

/// Processor time of this thread, in nanoseconds.
fn thread_time() -> i64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec * 1_000_000_000 + now.tv_nsec
}

/// What a hundred frames take of this thread's processor time, each with a typed byte; the median and the longest.
fn typed(window: &mut Window) -> (i64, i64) {
    let mut frames: Vec<i64> = (0..100)
        .map(|n: u32| {
            type_text(window, &format!("{:02x}", n + 1));
            let before = thread_time();
            window.step();
            thread_time() - before
        })
        .collect();
    until(window, "all is stored", |window| {
        doc(window).view().journal.pending_bytes() == 100
    });
    frames.sort_unstable();
    (frames[50], frames[99])
}

/// A ratio of two things measured in one run: the journal is written on the worker's thread.
#[test]
fn typing_with_the_journal_costs_frames_nothing() {
    let (folder, path) = file(&[0; 4096]);
    let mut plain = open(&path);
    let (without, _) = typed(&mut plain);
    let other = folder.path().join("other.bin");
    std::fs::write(&other, [0; 4096]).unwrap();
    let mut written = kept(&other, &folder.path().join("state"));
    let (with, longest) = typed(&mut written);
    assert!(
        with < 2 * without,
        "{with} ns a frame with the journal, {without} ns without; longest {longest} ns"
    );
    // a bound for a build without optimization on a busy machine; the benchmark `window typing` has the real one
    assert!(longest < MOST_FRAME, "{longest} ns in one frame");
    let journals = std::fs::read_dir(folder.path().join("state"))
        .unwrap()
        .count();
    assert_eq!(journals, 1, "it was written");
}
