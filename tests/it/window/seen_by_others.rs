//! Who saw a store within how long: other programs are named too, those that see it and those that do not.

use super::support::*;

use mapscope::model::happened::{Saw, who_saw};
use mapscope::model::picture::Who;
use mapscope::model::{Happening, Picture};

use crate::others::Program;

/// What the row of that program's mapping saw of the last store.
fn saw(window: &Window, pid: u32) -> Option<Saw> {
    let entry = last(window)?;
    let mut rows = entry.saw.iter();
    let of = |who: Who| matches!(who, Who::Other { pid: it, .. } if it == pid);
    rows.find(|row| of(row.who)).map(|row| row.saw)
}

fn last(window: &Window) -> Option<&Happening> {
    doc(window).happened.newest_first().find(|it| it.is_store())
}

/// The name of that program's row, and whether it reads `byte`.
fn row(window: &Window, pid: u32, byte: u8) -> Option<String> {
    let doc = doc(window);
    let picture = Picture::of(doc, doc.others_seen())?;
    let mut rows = picture.rows.into_iter();
    let row = rows.find(|row| matches!(row.who, Who::Other { pid: it, .. } if it == pid))?;
    let mapscope::model::picture::Sees::Bytes(cells) = &row.sees else {
        return None;
    };
    (cells.bytes == [Some(byte)]).then_some(row.name)
}

#[test]
fn other_programs_are_named_among_those_that_saw_a_store_and_those_that_did_not() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    let (mut shared, mut private) = (Program::start(), Program::start());
    shared.map(&path, "shared");
    shared.ask(&serde_json::json!(["read", 0, 0]));
    private.map(&path, "private");
    private.ask(&serde_json::json!(["store", 0, 0, 0x5a]));
    let (sees, not) = (shared.pid(), private.pid());
    until(&mut window, "all are read", |window| {
        row(window, sees, b'A').is_some()
            && row(window, not, b'Z').is_some()
            && [VIEW, SECOND, CALLS, SHARED_PEER, PRIVATE_PEER]
                .iter()
                .all(|who| witness(window, who).starts_with("41 'A'"))
    });
    let name = row(&window, not, b'Z').unwrap();
    write_as(&mut window, SHARED_PEER);
    until(&mut window, "it is known who saw it", |window| {
        last(window).is_some_and(|last| !last.is_asking())
    });
    assert!(matches!(saw(&window, sees), Some(Saw::Seen(_))));
    assert_eq!(saw(&window, not), Some(Saw::Not));
    let words = who_saw(&last(&window).unwrap().saw);
    assert!(
        words.starts_with(&format!("all but {name} saw it within ")),
        "{words}"
    );

    // A store of the view's own is answered by the worker itself.
    type_bytes(&mut window, "62");
    until(&mut window, "it is known who saw that", |window| {
        last(window).is_some_and(|it| !it.is_asking() && it.words().starts_with("You wrote b"))
    });
    for pid in [sees, not] {
        assert_eq!(saw(&window, pid), Some(Saw::Not), "{pid}");
    }
    let words = who_saw(&last(&window).unwrap().saw);
    assert!(words.starts_with("only this view saw it"), "{words}");

    // One that is gone by then is none of them.
    shared.end();
    until(&mut window, "it is gone", |window| {
        row(window, sees, b'!').is_none()
    });
    write_as(&mut window, CALLS);
    until(&mut window, "it is known who saw that too", |window| {
        last(window).is_some_and(|it| !it.is_asking() && it.words().starts_with("pwrite"))
    });
    assert_eq!(saw(&window, sees), None);
}
