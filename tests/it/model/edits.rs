//! Typing, pasting, filling, undo, write-back: what is asked of the worker, and what is refused in words.

use super::storage::Storage;
use super::*;
use mapscope::model::ViewId;
use mapscope::model::effect::{Export, IfExists};

#[test]
fn two_digits_are_one_store_and_the_cursor_goes_on() {
    let mut rig = open(100);
    assert!(stores(&rig.act(E::HexDigit(5))).is_empty());
    assert_eq!(rig.view().viewport.nibble, Some(5));
    let effects = rig.act(E::HexDigit(0xa));
    let expected = Store {
        offset: 0,
        bytes: vec![0x5a],
        expect: None,
    };
    assert_eq!(stores(&effects), [expected]);
    assert_eq!(rig.cursor(), 1);
    assert!(rig.journal().edits().is_empty(), "not before it is stored");
    rig.act(E::HexDigit(5));
    rig.act(V::Escape);
    assert_eq!(rig.view().viewport.nibble, None);
}

#[test]
fn a_refused_store_is_not_in_the_journal() {
    let mut rig = open(100);
    let why = "Not written: past the end".to_owned();
    rig.point(5);
    rig.type_byte(b'Z');
    rig.stored(|_| StoreOutcome::Refused(why.clone()));
    assert!(rig.journal().edits().is_empty());
    assert_eq!(rig.says(Topic::Error), why);
    assert_eq!(
        rig.doc().notices.get(Topic::Error).unwrap().severity,
        Severity::Error
    );
}

#[test]
fn undo_of_what_somebody_changed_is_refused_in_words() {
    for mode in [Mode::Private, Mode::Shared] {
        let mut rig = open(100);
        rig.remapped(mode, Access::ReadWrite);
        rig.typed(5, b'a', b'Z');
        let effects = rig.act(E::Undo);
        let expected = Store {
            offset: 5,
            bytes: b"a".to_vec(),
            expect: Some(b"Z".to_vec()),
        };
        assert_eq!(stores(&effects), [expected]);
        rig.stored(|_| StoreOutcome::Changed(vec![0x41]));
        rig.assert_says(
            Topic::Error,
            &["not taken back", "somebody changed", "0x5", "41"],
        );
        assert_eq!(rig.journal().edits().len(), 1);
        assert!(
            stores(&rig.act(E::Undo)).is_empty(),
            "it is not tried for ever"
        );
    }
}

#[test]
fn undo_and_redo_are_in_the_mode_of_the_edit_only() {
    let mut rig = shared(100);
    rig.typed(5, b'a', b'Z');
    rig.remapped(Mode::Private, Access::ReadWrite);
    assert!(stores(&rig.act(E::Undo)).is_empty());
    rig.assert_says(Topic::Error, &["shared mode", "Ctrl+T"]);
    rig.remapped(Mode::Shared, Access::ReadWrite);
    assert_eq!(stores(&rig.act(E::Undo)).len(), 1);
    rig.stored(|_| StoreOutcome::Stored(b"Z".to_vec()));
    assert_eq!(rig.cursor(), 5, "what changed is shown");
    let expected = Store {
        offset: 5,
        bytes: b"Z".to_vec(),
        expect: Some(b"a".to_vec()),
    };
    assert_eq!(stores(&rig.act(E::Redo)), [expected]);
    let mut rig = open(100);
    rig.act(E::Undo);
    assert_eq!(rig.says(Topic::Done), "Nothing left to undo");
    rig.act(E::Redo);
    assert_eq!(rig.says(Topic::Done), "Nothing left to redo");
}

#[test]
fn a_replaced_file_is_edited_shared_only_after_a_decision() {
    for path in [PathNow::Replaced(7), PathNow::Deleted] {
        let mut rig = shared(100);
        rig.say(file_state(100, path.clone()));
        let actions: [fn(&mut Rig) -> Vec<Effect>; 4] = [
            |rig| rig.type_byte(0x41),
            |rig| rig.act(E::Character('a')),
            |rig| rig.act(E::Paste("41".to_owned().into())),
            |rig| rig.act(E::Fill(1)),
        ];
        for action in actions {
            assert!(stores(&action(&mut rig)).is_empty(), "{path:?}");
            rig.assert_says(Topic::Error, &["data.bin", "decide"]);
        }
        rig.act(D::KeepOld);
        assert_eq!(rig.says(Topic::Path), "");
        for action in actions {
            assert_eq!(stores(&action(&mut rig)).len(), 1, "{path:?}");
        }
        // another file again: another decision
        rig.say(file_state(100, PathNow::Replaced(8)));
        assert!(stores(&rig.type_byte(0x41)).is_empty());
        // private edits reach no file
        rig.remapped(Mode::Private, Access::ReadWrite);
        assert_eq!(stores(&rig.type_byte(0x41)).len(), 1);
    }
}

#[test]
fn a_read_only_view_refuses_every_edit() {
    let mut rig = open(100);
    rig.remapped(Mode::Private, Access::ReadOnly);
    for action in [
        E::Character('a'),
        E::Paste("41".to_owned().into()),
        E::Fill(1),
    ] {
        assert!(stores(&rig.act(action)).is_empty());
        rig.assert_says(Topic::Error, &["data.bin is read-only"]);
    }
    rig.remapped_as(Remapped {
        refusal: Some(mapscope::model::event::NotAsAsked {
            why: "ETXTBSY: it is running".to_owned(),
            may_allow: false,
        }),
        ..mapped(Mode::Shared, Access::ReadOnly, 100)
    });
    assert!(stores(&rig.type_byte(1)).is_empty());
    rig.assert_says(Topic::Error, &["ETXTBSY"]);
}

/// What a paste with the cursor, or a selection from the anchor to it, does.
#[track_caller]
fn paste(
    column: Column,
    anchor: Option<u64>,
    at: u64,
    text: &str,
) -> Result<(u64, Vec<u8>), String> {
    let mut rig = open(20);
    if let Some(anchor) = anchor {
        rig.act(V::Point {
            offset: anchor,
            extend: false,
            column,
        });
    }
    rig.act(V::Point {
        offset: at,
        extend: anchor.is_some(),
        column,
    });
    let effects = rig.act(E::Paste(text.to_owned().into()));
    match stores(&effects).into_iter().next() {
        Some(store) => Ok((store.offset, store.bytes)),
        None => Err(rig.says(Topic::Error).to_owned()),
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
        let mut rig = open(4 * LIMIT);
        rig.act(V::SwapColumn);
        let text = "a".repeat(usize::try_from(n_bytes).unwrap());
        assert_eq!(!stores(&rig.act(E::Paste(text.into()))).is_empty(), fits);
        rig.point(7);
        rig.act(V::Point {
            offset: 7 + n_bytes - 1,
            extend: true,
            column: Column::Hex,
        });
        let effects = rig.act(E::Fill(0xee));
        let filled: Vec<u64> = stores(&effects)
            .iter()
            .filter(|store| store.bytes.iter().all(|byte| *byte == 0xee) && store.offset == 7)
            .map(|store| store.bytes.len() as u64)
            .collect();
        assert_eq!(filled, if fits { vec![n_bytes] } else { Vec::new() });
        if !fits {
            rig.assert_says(Topic::Error, &["1048577", "1 MiB"]);
        }
    }
}

#[test]
fn write_back_lists_conflicts_and_writes_over_them_when_told() {
    let mut rig = open(100);
    for offset in [5, 6, 40] {
        rig.typed(offset, b'a', b'Z');
    }
    assert!(matches!(
        requests(&rig.act(E::WriteBack))[..],
        [FileRequest::WriteBack(_)]
    ));
    let order = rig.order(|request| matches!(request, FileRequest::WriteBack(_)));
    let wrote = WroteBack {
        written: vec![span(6, 7)],
        synced: true,
        conflicts: vec![(5, b'x'), (40, b'y')],
        error: None,
    };
    rig.answer(&order, FileNews::WroteBack(wrote));
    rig.assert_says(
        Topic::Conflict,
        &["2 edited bytes are not", "0x5", "0x78", "1 more"],
    );
    assert_eq!(rig.journal().pending_bytes(), 2);
    let (_, over) = rig.doc().notices.get(Topic::Conflict).unwrap().actions[0].clone();
    assert_eq!(over, Action::Edit(E::WriteBackConflicts));
    let effects = rig.act(over);
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
    rig.wrote();
    assert_eq!(rig.journal().pending_bytes(), 0);
    assert_eq!(rig.says(Topic::Conflict), "");
}

#[test]
fn write_back_without_edits_says_so() {
    for (mut rig, part) in [
        (open(9), "no private changes"),
        (shared(9), "in the file at once"),
    ] {
        assert!(requests(&rig.act(E::WriteBack)).is_empty());
        rig.assert_says(Topic::Done, &[part]);
    }
}

#[test]
fn lost_copies_are_told_and_come_back() {
    let mut rig = open(10_000);
    rig.typed(5, b'a', b'Z');
    rig.typed(6, b'a', b'Y');
    rig.typed(9000, b'a', b'X');
    rig.say(FileNews::CopiesLost(vec![span(4096, 8192)])); // a page without edits: nothing to tell
    assert_eq!(rig.says(Topic::Patch), "");
    rig.say(FileNews::CopiesLost(vec![span(0, 4096)]));
    rig.assert_says(Topic::Patch, &["2 edited bytes", "truncated"]);
    let notice = rig.doc().notices.get(Topic::Patch).unwrap();
    assert!(!notice.dismissable);
    assert_eq!(notice.actions[0].1, Action::Edit(E::Reapply));
    rig.say(FileNews::CopiesLost(vec![span(8192, 12288)]));
    rig.assert_says(Topic::Patch, &["3 edited bytes"]);
    let effects = rig.act(E::Reapply);
    let stored: Vec<_> = stores(&effects)
        .into_iter()
        .map(|store| (store.offset, store.bytes))
        .collect();
    assert_eq!(stored, [(5, b"ZY".to_vec()), (9000, b"X".to_vec())]);
    // the second cannot be stored yet: its page is still gone
    rig.stored(|store| match store.offset {
        5 => StoreOutcome::Stored(b"aa".to_vec()),
        _ => StoreOutcome::Refused("past the end".to_owned()),
    });
    rig.assert_says(Topic::Patch, &["1 edited byte"]);
    let effects = rig.act(E::Reapply);
    assert_eq!(stores(&effects).len(), 1, "only what still waits");
    rig.stored(|_| StoreOutcome::Stored(b"a".to_vec()));
    assert_eq!(rig.says(Topic::Patch), "", "gone with the last of them");
    assert_eq!(rig.journal().pending_bytes(), 3);
}

#[test]
fn a_remap_reapplies_by_itself() {
    let mut rig = open(100);
    rig.typed(5, b'a', b'Z');
    assert_eq!(requests(&rig.act(M::Remap)).len(), 1);
    let effects = rig.remapped(Mode::Private, Access::ReadWrite);
    assert_eq!(stores(&effects).len(), 1);
    rig.stored(|_| StoreOutcome::Stored(b"a".to_vec()));
    let journal = &rig.journal();
    assert_eq!((journal.pending_bytes(), journal.patch_bytes()), (1, 0));
    assert_eq!(rig.says(Topic::Patch), "");
}

#[test]
fn a_remap_that_fails_leaves_the_edits_in_reach() {
    let mut rig = open(100);
    rig.typed(5, b'a', b'Z');
    rig.act(M::Remap);
    let order = rig.order(|request| matches!(request, FileRequest::Remap { .. }));
    rig.answer(&order, FileNews::RemapFailed("ENOMEM: no room".to_owned()));
    rig.assert_says(Topic::Error, &["ENOMEM"]);
    let doc = rig.doc();
    assert!(doc.has_unsaved());
    let journal = rig.journal();
    assert!(journal.patch_bytes() == 0 || rig.says(Topic::Patch).contains("1 edited byte"));
}

#[test]
fn discarded_edits_wait() {
    let mut rig = open(10_000);
    rig.typed(5, b'a', b'Z');
    assert!(matches!(
        requests(&rig.act(M::DiscardAll))[..],
        [FileRequest::Discard(_)]
    ));
    let order = rig.order(|request| matches!(request, FileRequest::Discard(_)));
    rig.answer(&order, FileNews::Discarded(Ok((span(0, 4096), Some(1)))));
    rig.assert_says(Topic::Done, &["1 private page"]);
    rig.assert_says(Topic::Patch, &["1 edited byte"]);
    rig.act(E::DropPatch);
    assert_eq!(rig.says(Topic::Patch), "");
    assert_eq!(rig.journal().edits().len(), 1, "still listed");
}

#[test]
fn the_list_of_edits_has_every_one_with_its_bytes() {
    let mut rig = open(100);
    rig.typed(5, b'a', b'Z');
    rig.typed(0x40, 0, 0xff);
    rig.act(D::ExportEdits);
    assert_eq!(
        rig.doc().saving.as_ref().unwrap().text,
        "/folder/data.bin.edits.txt"
    );
    let effects = rig.act(D::DestinationSubmitted);
    let [
        FileRequest::Export {
            what: Export::Text(text),
            if_exists: IfExists::Refuse,
            ..
        },
    ] = requests(&effects)[..]
    else {
        panic!("{effects:?}");
    };
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

/// `X` was typed at 0 and lost; then `Y` is typed there, with `before` and `after` it and no answer meanwhile.
#[track_caller]
fn newest_wins(before: &[Action], after: &[Action]) {
    let mut storage = Storage::new();
    let view = storage.open("/folder/data.bin", 1, 16);
    storage.type_at(view, 0, b'X');
    storage.act_in(view, M::DiscardAll);
    storage.settle();
    assert_eq!(storage.view(view).unwrap().journal.patch_bytes(), 1);
    for action in before {
        storage.act_in(view, action.clone());
    }
    storage.type_at(view, 0, b'Y');
    for action in after {
        storage.act_in(view, action.clone());
    }
    storage.settle();
    let journal = &storage.view(view).unwrap().journal;
    let unsaved: Vec<_> = journal.unsaved_runs().map(|run| run.value).collect();
    let refused = storage.view(view).unwrap();
    let is_said = refused_words(&storage, view).contains("59");
    if is_said {
        assert_eq!(
            unsaved,
            [b"X"],
            "refused with its bytes, and changed nothing"
        );
        return;
    }
    assert_eq!(
        unsaved,
        [b"Y"],
        "what was typed last counts: {before:?} Y {after:?}"
    );
    if journal.pending_bytes() > 0 {
        assert_eq!(storage.shown(refused)[0], b'Y', "{before:?} Y {after:?}");
    }
}

fn refused_words(storage: &Storage, view: ViewId) -> String {
    let doc = storage.app.doc_of(view).unwrap();
    doc.notices
        .get(Topic::Error)
        .map_or_else(String::new, |notice| notice.text.clone())
}

#[test]
fn what_was_typed_last_counts_however_late_the_storage_answers() {
    newest_wins(&[], &[]);
    newest_wins(&[Action::Edit(E::Reapply)], &[]);
}

#[test]
fn a_reapply_does_not_go_over_a_byte_that_is_still_on_its_way() {
    newest_wins(&[], &[Action::Edit(E::Reapply)]);
}

/// What is typed while the file is being mapped anew is refused, with its bytes, and that is still said afterwards.
#[test]
fn what_is_typed_during_a_remap_is_refused_with_its_bytes() {
    newest_wins(&[Action::Mapping(M::Remap)], &[]);
}

#[test]
fn a_remap_after_a_byte_on_its_way_brings_it_back() {
    newest_wins(&[], &[Action::Mapping(M::Remap)]);
}
