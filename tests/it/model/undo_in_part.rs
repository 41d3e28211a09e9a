//! What is said of an undo: what it brings back where that is not what was drawn, and how much of it was stored.

use super::offers::compared;
use super::*;

/// A list of two edits was applied, at 5 and at 50, where something else stood than was drawn: its number.
fn applied(rig: &mut Rig) -> u64 {
    compared(rig, &[(5, b'a', b'Z'), (50, b'a', b'Z')], b"aa");
    rig.act(D::ApplyPatch { over: false });
    rig.stored(|_| StoreOutcome::Stored(b"q".to_vec()));
    rig.assert_says(Topic::Error, &["Written, but somebody had changed", "0x5"]);
    assert_eq!(rig.journal().pending_bytes(), 2);
    rig.journal().edits()[0].id()
}

/// The last edit, or that one alone.
fn ways(id: u64) -> [E; 2] {
    [E::Undo, E::UndoOne(id)]
}

#[test]
fn an_undo_says_what_it_brings_back_where_something_else_was_drawn() {
    for way in 0..2 {
        let mut rig = open(100);
        let id = applied(&mut rig);
        rig.act(ways(id)[way].clone());
        rig.stored(|store| {
            assert_eq!(store.bytes, b"q");
            StoreOutcome::Stored(b"Z".to_vec())
        });
        rig.assert_says(Topic::Error, &["Taken back to 71 at 0x5", "61 was drawn"]);
        assert_eq!(rig.journal().pending_bytes(), 0);
    }
}

/// What was not stored is still an edit, and what is said is why it was not.
#[test]
fn an_undo_of_which_a_part_is_stored_counts_for_that_part() {
    for way in 0..2 {
        let mut rig = open(100);
        let id = applied(&mut rig);
        rig.act(ways(id)[way].clone());
        rig.stored(|store| match store.offset {
            5 => StoreOutcome::Stored(b"Z".to_vec()),
            _ => StoreOutcome::Changed(b"x".to_vec()),
        });
        rig.assert_says(Topic::Error, &["was not taken back", "0x32 to 78"]);
        for part in ["Taken back", "more"] {
            assert!(!rig.says(Topic::Error).contains(part), "that is all");
        }
        let pending = rig.journal().pending_runs();
        let pending: Vec<_> = pending.map(|run| run.offset).collect();
        assert_eq!(pending, [50], "{:?}", ways(id)[way]);
        // what is undone next: the step that took a part back, or nothing, as it is not tried for ever
        rig.act(E::Undo);
        let stores = rig.orders.iter().filter_map(|order| match &order.request {
            FileRequest::Store(batch) => Some(&batch.stores),
            _ => None,
        });
        let stores: Vec<_> = stores.flatten().collect();
        let stores: Vec<_> = stores.iter().map(|it| (it.offset, &it.bytes[..])).collect();
        let again: &[(u64, &[u8])] = match way {
            0 => &[],
            _ => &[(5, b"Z")],
        };
        assert_eq!(stores, again);
    }
}
