//! Typing, pasting, filling, undo, write-back: what is asked of the worker, and what is refused in words.

use super::*;

#[test]
fn two_digits_are_one_store_and_the_cursor_goes_on() {
    let mut model = open(100);
    assert!(stores(&model.act(Action::HexDigit(5))).is_empty());
    assert_eq!(model.doc.as_ref().unwrap().view.nibble, Some(5));
    let effects = model.act(Action::HexDigit(0xa));
    let expected = Store {
        offset: 0,
        bytes: vec![0x5a],
        expect: None,
    };
    assert_eq!(stores(&effects), [expected]);
    assert_eq!(cursor(&model), 1);
    assert!(
        model.doc.as_ref().unwrap().journal.edits().is_empty(),
        "not before it is stored"
    );
    model.act(Action::HexDigit(5));
    model.act(Action::Escape);
    assert_eq!(model.doc.as_ref().unwrap().view.nibble, None);
}

#[test]
fn a_refused_store_is_not_in_the_journal() {
    let mut model = open(100);
    let why = "Not written: past the end".to_owned();
    model.hear(stored(
        Purpose::Edit,
        Mode::Private,
        5,
        b"Z",
        StoreOutcome::Refused(why.clone()),
    ));
    assert!(model.doc.as_ref().unwrap().journal.edits().is_empty());
    assert_eq!(says(&model, Topic::Error), why);
    assert_eq!(
        model.notices.get(Topic::Error).unwrap().severity,
        Severity::Error
    );
}

#[test]
fn undo_of_what_somebody_changed_is_refused_in_words() {
    for mode in [Mode::Private, Mode::Shared] {
        let mut model = open(100);
        model.hear(remapped(mode, Access::ReadWrite, 100));
        typed(&mut model, 5, b'a', b'Z');
        let effects = model.act(Action::Undo);
        let expected = Store {
            offset: 5,
            bytes: b"a".to_vec(),
            expect: Some(b"Z".to_vec()),
        };
        assert_eq!(stores(&effects), [expected]);
        let id = model.doc.as_ref().unwrap().journal.edits()[0].id();
        let changed = StoreOutcome::Changed(vec![0x41]);
        model.hear(stored(Purpose::Undo(id), mode, 5, b"a", changed));
        assert_says(
            &model,
            Topic::Error,
            &["not taken back", "somebody changed", "0x5", "41"],
        );
        assert_eq!(model.doc.as_ref().unwrap().journal.edits().len(), 1);
        assert!(
            stores(&model.act(Action::Undo)).is_empty(),
            "it is not tried for ever"
        );
    }
}

#[test]
fn undo_and_redo_are_in_the_mode_of_the_edit_only() {
    let mut model = shared(100);
    typed(&mut model, 5, b'a', b'Z');
    model.hear(remapped(Mode::Private, Access::ReadWrite, 100));
    assert!(stores(&model.act(Action::Undo)).is_empty());
    assert_says(&model, Topic::Error, &["shared mode", "Ctrl+T"]);
    model.hear(remapped(Mode::Shared, Access::ReadWrite, 100));
    assert_eq!(stores(&model.act(Action::Undo)).len(), 1);
    let id = model.doc.as_ref().unwrap().journal.edits()[0].id();
    let outcome = StoreOutcome::Stored(b"Z".to_vec());
    model.hear(stored(Purpose::Undo(id), Mode::Shared, 5, b"a", outcome));
    assert_eq!(cursor(&model), 5, "what changed is shown");
    let expected = Store {
        offset: 5,
        bytes: b"Z".to_vec(),
        expect: Some(b"a".to_vec()),
    };
    assert_eq!(stores(&model.act(Action::Redo)), [expected]);
    let mut model = open(100);
    model.act(Action::Undo);
    assert_eq!(says(&model, Topic::Done), "Nothing left to undo");
    model.act(Action::Redo);
    assert_eq!(says(&model, Topic::Done), "Nothing left to redo");
}

#[test]
fn a_replaced_file_is_edited_shared_only_after_a_decision() {
    for path in [PathNow::Replaced(7), PathNow::Deleted] {
        let mut model = shared(100);
        model.hear(file_state(100, path.clone()));
        let actions: [fn(&mut Model) -> Vec<Effect>; 4] = [
            |model| type_byte(model, 0x41),
            |model| model.act(Action::Character('a')),
            |model| model.act(Action::Paste("41".to_owned().into())),
            |model| model.act(Action::Fill(1)),
        ];
        for action in actions {
            assert!(stores(&action(&mut model)).is_empty(), "{path:?}");
            assert_says(&model, Topic::Error, &["data.bin", "decide"]);
        }
        model.act(Action::KeepOld);
        assert_eq!(says(&model, Topic::Path), "");
        for action in actions {
            assert_eq!(stores(&action(&mut model)).len(), 1, "{path:?}");
        }
        // another file again: another decision
        model.hear(file_state(100, PathNow::Replaced(8)));
        assert!(stores(&type_byte(&mut model, 0x41)).is_empty());
        // private edits reach no file
        model.hear(remapped(Mode::Private, Access::ReadWrite, 100));
        assert_eq!(stores(&type_byte(&mut model, 0x41)).len(), 1);
    }
}

#[test]
fn a_read_only_view_refuses_every_edit() {
    let mut model = open(100);
    model.hear(remapped(Mode::Private, Access::ReadOnly, 100));
    for action in [
        Action::Character('a'),
        Action::Paste("41".to_owned().into()),
        Action::Fill(1),
    ] {
        assert!(stores(&model.act(action)).is_empty());
        assert_says(&model, Topic::Error, &["data.bin is read-only"]);
    }
    let Event::Remapped {
        mode,
        access,
        extent,
        whole,
        ..
    } = remapped(Mode::Shared, Access::ReadOnly, 100)
    else {
        unreachable!()
    };
    let refusal = Some("ETXTBSY: it is running".to_owned());
    model.hear(Event::Remapped {
        mode,
        access,
        extent,
        whole,
        refusal,
    });
    assert!(stores(&type_byte(&mut model, 1)).is_empty());
    assert_says(&model, Topic::Error, &["ETXTBSY"]);
}

/// What a paste with the cursor, or a selection from the anchor to it, does.
#[track_caller]
fn paste(
    column: Column,
    anchor: Option<u64>,
    at: u64,
    text: &str,
) -> Result<(u64, Vec<u8>), String> {
    let mut model = open(20);
    if let Some(anchor) = anchor {
        model.act(Action::Point {
            offset: anchor,
            extend: false,
            column,
        });
    }
    model.act(Action::Point {
        offset: at,
        extend: anchor.is_some(),
        column,
    });
    let effects = model.act(Action::Paste(text.to_owned().into()));
    match stores(&effects).into_iter().next() {
        Some(store) => Ok((store.offset, store.bytes)),
        None => Err(says(&model, Topic::Error).to_owned()),
    }
}

#[test]
fn pastes_what_fits_and_nothing_else() {
    let (hex, text) = (Column::Hex, Column::Text);
    assert_eq!(
        paste(hex, None, 3, "de ad 0xbe"),
        Ok((3, vec![0xde, 0xad, 0xbe]))
    );
    assert_eq!(paste(text, None, 3, "de"), Ok((3, b"de".to_vec())));
    assert_eq!(
        paste(hex, Some(6), 3, "01 02 03 04"),
        Ok((3, vec![1, 2, 3, 4]))
    );
    assert_eq!(paste(text, None, 18, "yz"), Ok((18, b"yz".to_vec())));
    for (column, anchor, at, pasted, parts) in [
        (hex, None, 3, "no hex", &["does not hold hex", "Tab"][..]),
        (hex, None, 3, "123", &["does not hold hex", "odd"]),
        (
            text,
            None,
            18,
            "xyz",
            &["3 bytes", "room for 2", "never changes the length"],
        ),
        (
            hex,
            Some(6),
            3,
            "01 02 03 04 05",
            &["5 bytes", "room for 4"],
        ),
        (text, None, 19, "\u{e9}", &["2 bytes", "room for 1"]),
        (hex, None, 3, "", &[]),
        (text, None, 3, "", &[]),
    ] {
        let said = paste(column, anchor, at, pasted).unwrap_err();
        for part in parts {
            assert!(said.contains(part), "{pasted:?}: {said:?} without {part:?}");
        }
    }
}

#[test]
fn pastes_and_fills_a_mebibyte_and_not_a_byte_more() {
    const LIMIT: u64 = 1 << 20;
    for (n_bytes, fits) in [(LIMIT, true), (LIMIT + 1, false)] {
        let mut model = open(4 * LIMIT);
        model.act(Action::SwapColumn);
        let text = "a".repeat(usize::try_from(n_bytes).unwrap());
        assert_eq!(
            !stores(&model.act(Action::Paste(text.into()))).is_empty(),
            fits
        );
        point(&mut model, 7);
        model.act(Action::Point {
            offset: 7 + n_bytes - 1,
            extend: true,
            column: Column::Hex,
        });
        let effects = model.act(Action::Fill(0xee));
        let filled: Vec<u64> = stores(&effects)
            .iter()
            .filter(|store| store.bytes.iter().all(|byte| *byte == 0xee) && store.offset == 7)
            .map(|store| store.bytes.len() as u64)
            .collect();
        assert_eq!(filled, if fits { vec![n_bytes] } else { Vec::new() });
        if !fits {
            assert_says(&model, Topic::Error, &["1048577", "1 MiB"]);
        }
    }
}

#[test]
fn write_back_lists_conflicts_and_writes_over_them_when_told() {
    let mut model = open(100);
    for offset in [5, 6, 40] {
        typed(&mut model, offset, b'a', b'Z');
    }
    assert!(matches!(
        requests(&model.act(Action::WriteBack))[..],
        [FileRequest::WriteBack(_)]
    ));
    model.hear(Event::WroteBack {
        written: vec![span(6, 7)],
        conflicts: vec![(5, b'x'), (40, b'y')],
        error: None,
    });
    assert_says(
        &model,
        Topic::Conflict,
        &["2 of the edits", "0x5", "0x78", "1 more"],
    );
    assert_eq!(model.doc.as_ref().unwrap().journal.pending_bytes(), 2);
    let (_, over) = model.notices.get(Topic::Conflict).unwrap().actions[0].clone();
    assert_eq!(over, Action::WriteBackConflicts);
    let effects = model.act(over);
    let [FileRequest::WriteBack(runs)] = requests(&effects)[..] else {
        panic!("{effects:?}");
    };
    let bases: Vec<_> = runs
        .iter()
        .map(|run| (run.offset, run.base[0], run.value[0]))
        .collect();
    assert_eq!(
        bases,
        [(5, b'x', b'Z'), (40, b'y', b'Z')],
        "only over what was seen"
    );
    wrote(&mut model);
    assert_eq!(model.doc.as_ref().unwrap().journal.pending_bytes(), 0);
    assert_eq!(says(&model, Topic::Conflict), "");
}

#[test]
fn write_back_without_edits_says_so() {
    for (mut model, part) in [
        (open(9), "no private changes"),
        (shared(9), "in the file at once"),
    ] {
        assert!(requests(&model.act(Action::WriteBack)).is_empty());
        assert_says(&model, Topic::Done, &[part]);
    }
}

#[test]
fn lost_copies_are_told_and_come_back() {
    let mut model = open(10_000);
    typed(&mut model, 5, b'a', b'Z');
    typed(&mut model, 6, b'a', b'Y');
    typed(&mut model, 9000, b'a', b'X');
    model.hear(Event::CopiesLost(vec![span(4096, 8192)])); // a page without edits: nothing to tell
    assert_eq!(says(&model, Topic::Patch), "");
    model.hear(Event::CopiesLost(vec![span(0, 4096)]));
    assert_says(&model, Topic::Patch, &["2 edited bytes", "truncated"]);
    let notice = model.notices.get(Topic::Patch).unwrap();
    assert!(!notice.dismissable);
    assert_eq!(notice.actions[0].1, Action::Reapply);
    model.hear(Event::CopiesLost(vec![span(8192, 12288)]));
    assert_says(&model, Topic::Patch, &["3 edited bytes"]);
    let effects = model.act(Action::Reapply);
    let stored: Vec<_> = stores(&effects)
        .into_iter()
        .map(|store| (store.offset, store.bytes))
        .collect();
    assert_eq!(stored, [(5, b"ZY".to_vec()), (9000, b"X".to_vec())]);
    // the second cannot be stored yet: its page is still gone
    let outcome = StoreOutcome::Stored(b"aa".to_vec());
    model.hear(stored_event(5, b"ZY", outcome));
    model.hear(stored_event(
        9000,
        b"X",
        StoreOutcome::Refused("past the end".to_owned()),
    ));
    assert_says(&model, Topic::Patch, &["1 edited byte"]);
    model.hear(stored_event(
        9000,
        b"X",
        StoreOutcome::Stored(b"a".to_vec()),
    ));
    assert_eq!(says(&model, Topic::Patch), "", "gone with the last of them");
    assert_eq!(model.doc.as_ref().unwrap().journal.pending_bytes(), 3);
}

fn stored_event(offset: u64, bytes: &[u8], outcome: StoreOutcome) -> Event {
    stored(Purpose::Reapply, Mode::Private, offset, bytes, outcome)
}

#[test]
fn a_remap_reapplies_by_itself() {
    let mut model = open(100);
    typed(&mut model, 5, b'a', b'Z');
    assert_eq!(requests(&model.act(Action::Remap)).len(), 1);
    let effects = model.hear(remapped(Mode::Private, Access::ReadWrite, 100));
    assert_eq!(stores(&effects).len(), 1);
    model.hear(stored_event(5, b"Z", StoreOutcome::Stored(b"a".to_vec())));
    let journal = &model.doc.as_ref().unwrap().journal;
    assert_eq!((journal.pending_bytes(), journal.patch_bytes()), (1, 0));
    assert_eq!(says(&model, Topic::Patch), "");
}

#[test]
fn a_remap_that_fails_leaves_the_edits_in_reach() {
    let mut model = open(100);
    typed(&mut model, 5, b'a', b'Z');
    model.act(Action::Remap);
    model.hear(Event::RemapFailed("ENOMEM: no room".to_owned()));
    assert_says(&model, Topic::Error, &["ENOMEM"]);
    let doc = model.doc.as_ref().unwrap();
    assert!(doc.has_unsaved());
    assert!(doc.journal.patch_bytes() == 0 || says(&model, Topic::Patch).contains("1 edited byte"));
}

#[test]
fn discarded_edits_wait() {
    let mut model = open(10_000);
    typed(&mut model, 5, b'a', b'Z');
    assert!(matches!(
        requests(&model.act(Action::DiscardAll))[..],
        [FileRequest::Discard(_)]
    ));
    model.hear(Event::Discarded(Ok((span(0, 4096), Some(1)))));
    assert_says(&model, Topic::Done, &["1 private page"]);
    assert_says(&model, Topic::Patch, &["1 edited byte"]);
    model.act(Action::DropPatch);
    assert_eq!(says(&model, Topic::Patch), "");
    assert_eq!(
        model.doc.as_ref().unwrap().journal.edits().len(),
        1,
        "still listed"
    );
}

#[test]
fn the_list_of_edits_has_every_one_with_its_bytes() {
    let mut model = open(100);
    typed(&mut model, 5, b'a', b'Z');
    typed(&mut model, 0x40, 0, 0xff);
    let effects = model.act(Action::ExportEdits);
    let [FileRequest::ExportText { suffix, text }] = requests(&effects)[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(*suffix, ".edits.txt");
    for line in [
        "0x5\t61\t5a\tprivate\tapplied\n",
        "0x40\t00\tff\tprivate\tapplied\n",
    ] {
        assert!(text.contains(line), "{text}");
    }
    for line in ["\n0x5\t61\t5a\n", "\n0x40\t00\tff\n"] {
        assert!(text.contains(line), "{text}");
    }
}

/// A worker that does what it is asked in order, on one array, and whose answers come late.
struct SlowWorker {
    view: Vec<u8>,
    answers: std::collections::VecDeque<Event>,
}

impl SlowWorker {
    fn take(&mut self, effects: &[Effect]) {
        for request in requests(effects) {
            match request {
                FileRequest::Store(batch) => {
                    let results = batch.stores.iter().map(|store| self.store(store)).collect();
                    self.answers.push_back(Event::Stored {
                        purpose: batch.purpose,
                        mode: batch.mode,
                        results,
                    });
                }
                FileRequest::Remap { mode, access, .. } => {
                    self.view.fill(b'a');
                    let len = self.view.len() as u64;
                    self.answers.push_back(remapped(*mode, *access, len));
                }
                FileRequest::Discard(_) => {
                    self.view.fill(b'a');
                    let len = self.view.len() as u64;
                    let given_back = Event::CopiesLost(vec![span(0, len)]);
                    self.answers.push_back(given_back);
                }
                _ => {}
            }
        }
    }

    fn store(&mut self, store: &Store) -> StoreResult {
        let at = usize::try_from(store.offset).unwrap();
        let place = &mut self.view[at..at + store.bytes.len()];
        let old = place.to_vec();
        let outcome = if store.expect.as_ref().is_some_and(|expect| *expect != old) {
            StoreOutcome::Changed(old)
        } else {
            place.copy_from_slice(&store.bytes);
            StoreOutcome::Stored(old)
        };
        StoreResult {
            offset: store.offset,
            bytes: store.bytes.clone(),
            outcome,
        }
    }

    fn answer(&mut self, model: &mut Model) {
        while let Some(answer) = self.answers.pop_front() {
            let effects = model.hear(answer);
            self.take(&effects);
        }
    }
}

/// `X` was typed at 0 and lost; then `Y` is typed there, with `before` and `after` it and no answer meanwhile.
#[track_caller]
fn newest_wins(before: &[Action], after: &[Action]) {
    let mut model = open(16);
    let mut worker = SlowWorker {
        view: vec![b'a'; 16],
        answers: std::collections::VecDeque::new(),
    };
    let act = |model: &mut Model, worker: &mut SlowWorker, action: &Action| {
        let effects = model.act(action.clone());
        worker.take(&effects);
    };
    let digits = |byte: u8| [Action::HexDigit(byte >> 4), Action::HexDigit(byte & 15)];
    for action in digits(b'X') {
        act(&mut model, &mut worker, &action);
    }
    act(&mut model, &mut worker, &Action::DiscardAll);
    worker.answer(&mut model);
    assert_eq!(model.doc.as_ref().unwrap().journal.patch_bytes(), 1);
    point(&mut model, 0);
    for action in before.iter().chain(&digits(b'Y')).chain(after) {
        act(&mut model, &mut worker, action);
    }
    worker.answer(&mut model);
    let journal = &model.doc.as_ref().unwrap().journal;
    let unsaved: Vec<_> = journal.unsaved_runs().map(|run| run.value).collect();
    assert_eq!(
        unsaved,
        [b"Y"],
        "what was typed last counts: {before:?} Y {after:?}"
    );
    if journal.pending_bytes() > 0 {
        assert_eq!(worker.view[0], b'Y', "{before:?} Y {after:?}");
    }
}

#[test]
fn what_was_typed_last_counts_however_late_the_storage_answers() {
    newest_wins(&[], &[]);
    newest_wins(&[Action::Reapply], &[]);
}

#[test]
fn a_reapply_does_not_go_over_a_byte_that_is_still_on_its_way() {
    newest_wins(&[], &[Action::Reapply]);
}

#[test]
fn a_remap_does_not_go_over_a_byte_that_is_still_on_its_way() {
    newest_wins(&[Action::Remap], &[]);
}

#[test]
fn a_remap_after_a_byte_on_its_way_brings_it_back() {
    newest_wins(&[], &[Action::Remap]);
}
