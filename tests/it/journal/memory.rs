//! What the journal keeps of bytes: at most four for each that changed, and no more than its budget.

use std::time::SystemTime;

use mapscope::model::Mode;
use mapscope::model::journal::{Drawn, Edit, EditState, Journal, Room, Stored};

use super::{TARGET, private, shared, span, state_of};

const MIB: usize = 1 << 20;

/// Bytes without any order.
fn noise(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(len).collect()
}

/// Memory after one edit of `new` over `old`, and after its undo and one further edit.
fn kept(old: &[u8], new: &[u8], mode: Mode) -> (usize, usize) {
    let mut journal = Journal::new();
    let store = Stored {
        offset: 100,
        old: old.to_vec(),
        new: new.to_vec(),
    };
    let (drawn, at) = (Drawn::nothing(), SystemTime::UNIX_EPOCH);
    let id = journal
        .record(vec![store], &drawn, mode, TARGET, at)
        .unwrap()
        .id;
    let most = journal.bytes_kept();
    journal.undone(id);
    let drawn = Drawn::nothing();
    super::record(&mut journal, 7, b"a", b"b", mode, &drawn);
    (most, journal.bytes_kept())
}

#[test]
fn a_mebibyte_costs_at_most_four_and_is_given_back() {
    let (old, new) = (noise(MIB, 1), noise(MIB, 2));
    let fill = vec![0x5a; MIB];
    let mut every_other = old.clone();
    let mut now_and_then = old.clone();
    every_other
        .iter_mut()
        .step_by(2)
        .for_each(|byte| *byte = !*byte);
    now_and_then
        .iter_mut()
        .step_by(65)
        .for_each(|byte| *byte = !*byte);
    let nothing = vec![0; MIB];
    for (name, old, new, most) in [
        ("noise over noise", &old, &new, 4 * MIB + MIB / 8),
        ("every other byte", &old, &every_other, 4 * MIB + MIB / 8),
        ("one in 65", &old, &now_and_then, 4 * MIB + MIB / 4),
        ("a fill over noise", &old, &fill, 2 * MIB + MIB / 8),
        ("a fill over zeros", &nothing, &fill, MIB / 8),
    ] {
        let (kept, left) = kept(old, new, Mode::Private);
        assert!(kept <= most, "{name}: {kept} bytes are kept");
        assert!(left <= 4096, "{name}: {left} bytes are kept after undo");
    }
    let (kept, left) = kept(&old, &new, Mode::Shared);
    assert!(kept <= 4 * MIB + MIB / 8, "shared: {kept} bytes are kept");
    // the file holds other bytes than the last sync left there: these are kept until the next
    assert!(left <= 2 * MIB + MIB / 8, "shared: {left} bytes after undo");
}

#[test]
fn typing_byte_by_byte_joins() {
    let mut journal = Journal::new();
    let text = noise(20_000, 3);
    for (at, byte) in text.iter().enumerate() {
        private(&mut journal, at as u64, &[!byte], &[*byte]);
    }
    assert_eq!(journal.pending_runs().count(), 1);
    // what is left without the steps: base and value
    journal.set_aside();
    let kept = journal.bytes_kept();
    assert!(kept < 3 * 20_000 + 700_000, "{kept} bytes are kept");
}

/// An edit whose every third byte stands there anyway takes only those out of what waits beneath it.
#[test]
fn what_waits_beneath_an_edit_costs_no_more_in_pieces() {
    let mut journal = Journal::new();
    let file: Vec<u8> = (0..=2).cycle().take(MIB).collect();
    private(&mut journal, 0, &file, &vec![1; MIB]);
    journal.set_aside();
    private(&mut journal, 0, &file, &vec![2; MIB]);
    let kept = journal.bytes_kept();
    assert!(kept <= 4 * 2 * MIB, "{kept} bytes are kept");
}

#[test]
fn unsaved_edits_never_go_and_those_in_the_file_are_undone_no_more() {
    let mut journal = Journal::with_budget(64 << 10);
    let (old, new) = (noise(4096, 5), noise(4096, 6));
    let first = private(&mut journal, 0, &old, &new);
    let mut n = 1;
    while journal.room_for(4096) == Room::Enough {
        private(&mut journal, n * 4096, &old, &new);
        n += 1;
    }
    assert!(n > 2);
    assert!(matches!(journal.room_for(4096), Room::Full { budget, .. } if budget == 64 << 10));
    assert!(journal.bytes_kept() <= 64 << 10);
    // written: the undo of the oldest may go for a new edit
    journal.written(&[span(0, n * 4096)], true);
    while journal.room_for(4096) == Room::Enough {
        private(&mut journal, n * 4096, &old, &new);
        n += 1;
    }
    let room = journal.room_for(4096);
    assert!(
        matches!(room, Room::AfterForgetting { edits: 1.., .. }),
        "{room:?}"
    );
    let drawn = Drawn::nothing();
    let recorded = super::record(&mut journal, n * 4096, &old, &new, Mode::Private, &drawn);
    assert_eq!(recorded.forgotten.first(), Some(&first), "the oldest first");
    assert!(journal.bytes_kept() <= 64 << 10);
    assert_eq!(
        state_of(&journal, first),
        EditState::InFile,
        "it is listed still"
    );
    let listed = &journal.edits()[0];
    assert!(listed.parts().all(|part| part.bytes.is_none()));
    while let Some(next) = journal.undo() {
        let id = super::compensation(Some(next)).id;
        assert!(!recorded.forgotten.contains(&id));
        journal.undone(id);
    }
}

#[test]
fn what_can_no_longer_be_redone_makes_room() {
    let mut journal = Journal::with_budget(32 << 10);
    let (old, new) = (noise(6000, 5), noise(6000, 6));
    let id = private(&mut journal, 0, &old, &new);
    assert!(matches!(journal.room_for(6000), Room::Full { .. }));
    journal.undone(id);
    assert_eq!(journal.room_for(6000), Room::Enough);
}

#[test]
fn plain_facts_are_listed_and_bounded() {
    let mut journal = Journal::new();
    for at in 0..10_000 {
        let id = shared(&mut journal, at, b"a", b"b");
        journal.skip(id);
    }
    let listed: Vec<u64> = journal.edits().iter().map(Edit::id).collect();
    assert!(
        (1000..5000).contains(&listed.len()),
        "{} listed",
        listed.len()
    );
    assert_eq!(listed.last(), Some(&10_000));
    assert_eq!(journal.n_recorded(), 10_000);
    journal.synced();
    let kept = journal.bytes_kept();
    assert!(kept < MIB, "{kept} bytes are kept");
}
