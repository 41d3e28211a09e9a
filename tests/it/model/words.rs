//! The numbers in the messages of files: one form, and one byte is no bytes, however long the file is.

use crate::words::check;

use super::*;

fn check_all(rig: &Rig) {
    for notice in rig.doc().notices.iter() {
        check(&notice.text);
    }
    check(&rig.app.title());
}

/// Lengths at which a form could change.
const LENGTHS: [u64; 6] = [1, 2, 999, 1000, 9805, 5_000_000];

#[test]
fn messages_about_the_file_have_one_form_of_numbers() {
    for len in LENGTHS {
        for now in LENGTHS {
            let mut rig = open(len);
            rig.say(file_state(now, PathNow::Same));
            check_all(&rig);
            let replaced = PathNow::Replaced(now);
            rig.say(file_state(len, replaced));
            check_all(&rig);
            if now > len {
                rig.say(FileNews::Grown(span(0, now)));
                check_all(&rig);
            }
        }
    }
}

#[test]
fn messages_about_edits_have_one_form_of_numbers() {
    for n_bytes in [1, 2, 1000, 9805, 1 << 20, (1 << 20) + 1] {
        for len in [n_bytes, n_bytes + 9_000_000, 1] {
            let mut rig = open(len);
            let bytes = vec![b'Z'; usize::try_from(n_bytes).unwrap()];
            let pasted = mapscope::bytes::clip::Pasted {
                text: String::new(),
                bytes: Some(bytes),
            };
            rig.act(E::Paste(pasted));
            check_all(&rig);
            if rig.orders.is_empty() {
                continue; // refused, in words
            }
            rig.stored(|store| StoreOutcome::Stored(vec![b'a'; store.bytes.len()]));
            rig.act(M::ToggleMode);
            assert!(rig.is_asked());
            check_all(&rig);
            rig.act(D::Unsaved(UnsavedChoice::Stay));
            rig.act(E::WriteBack);
            rig.wrote();
            rig.assert_says(Topic::Done, &["written"]);
            check_all(&rig);
        }
    }
}
