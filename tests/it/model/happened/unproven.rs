//! What was not proven is not judged: of stores under way at the same time, of parts that are told together, and of pages
//! whose copies no entry tells of.

use mapscope::lab::claim::Environment;
use mapscope::lab::script::ScriptStep;
use mapscope::model::event::WroteBack;
use mapscope::work::session::subject_of;

use super::*;

/// What of an entry looks in the session's program, each with whether it is judged: `loads 1 byte at 28 of m`.
fn looks(scene: &Scene, number: u64) -> Vec<bool> {
    let environment = Environment {
        page_bytes: 4096,
        ..Environment::default()
    };
    let session = scene.rig.doc().as_session();
    let script = subject_of(&session, &environment).script;
    let mark = format!(", entry {number}");
    let asks = script.steps().iter().filter_map(|step| match step {
        ScriptStep::Ask(ask) => Some(ask),
        _ => None,
    });
    let looks = asks.filter(|ask| {
        ask.what.ends_with(&mark)
            && (ask.what.starts_with("loads") || ask.what.starts_with("reads"))
    });
    let is_judged = |ask: &mapscope::lab::script::Ask| {
        let of_it =
            |step: &ScriptStep| matches!(step, ScriptStep::Judge { of, .. } if *of == ask.id);
        script.steps().iter().any(of_it)
    };
    looks.map(is_judged).collect()
}

fn saw_of(scene: &Scene, number: u64, index: usize) -> Saw {
    let who = Who::Process(scene.mapping(index));
    let entries = scene.entries();
    let entry = entries.into_iter().find(|it| it.number == number).unwrap();
    entry.saw.iter().find(|row| row.who == who).unwrap().saw
}

/// pwrite and the shared process store at 28, each before the other has answered; the process is told of last, by the entry
/// of that number.
fn crossed(first: u8, last: u8) -> (Scene, u64) {
    let mut scene = Scene::new(28);
    scene.pass(1000);
    scene.rig.act(P::ByteEdited(format!("{first:02x}")));
    scene.rig.act(P::StoreAs(WitnessId::File));
    let is_it = |it: &FileRequest| matches!(it, FileRequest::WitnessStore { .. });
    let by_call = scene.rig.order(is_it);
    let number = scene.ask_process(SHARED, &format!("{last:02x}"));
    scene.pass(1);
    let news = FileNews::WitnessStored {
        id: WitnessId::File,
        offset: 28,
        bytes: vec![first],
        outcome: Ok(Some(vec![b'2'])),
    };
    scene.rig.answer(&by_call, news);
    scene.pass(1);
    scene.stored_by(SHARED, number, last, b'2');
    let number = scene.last().number;
    (scene, number)
}

/// What the row of the private process says of the second of two such stores.
fn told_last(first: u8, last: u8, shown: u8) -> Saw {
    let (mut scene, number) = crossed(first, last);
    scene.pass(1);
    scene.process_reads(PRIVATE, &with(28, shown), PageState::FilePage);
    saw_of(&scene, number, PRIVATE)
}

#[test]
fn the_store_that_is_told_of_last_may_have_come_first() {
    assert_eq!(told_last(b'#', b'$', b'#'), Saw::Unclear);
    assert_eq!(told_last(b'#', b'#', b'#'), Saw::Unclear);
    let seen = Saw::Seen(Duration::from_millis(1));
    assert_eq!(told_last(b'#', b'$', b'$'), seen);
}

#[test]
fn what_a_row_comes_to_show_at_the_moment_of_the_order_is_not_clear() {
    let read_and_sent = |between: u64| {
        let mut scene = Scene::new(28);
        scene.pass(1000);
        scene.process_reads(PRIVATE, &with(28, b'#'), PageState::FilePage);
        scene.pass(between);
        let number = scene.ask_process(SHARED, "23");
        scene.pass(1);
        scene.stored_by(SHARED, number, b'#', b'2');
        let number = scene.last().number;
        saw_of(&scene, number, PRIVATE)
    };
    assert_eq!(read_and_sent(0), Saw::Unclear);
    assert_eq!(read_and_sent(1), Saw::Before);
}

#[test]
fn where_two_stores_crossed_a_copy_may_have_the_bytes_of_either() {
    let (mut scene, _) = crossed(b'#', b'$');
    scene.pass(1);
    // It was the first that came last.
    scene.rig.point(30);
    let number = scene.ask_process(PRIVATE, "50");
    scene.stored_by(PRIVATE, number, b'P', b'4');
    scene.rig.point(28);
    scene.process_reads(PRIVATE, &with(28, b'#'), PageState::PrivateCopy);
    scene.process_reads(SHARED, &with(28, b'#'), PageState::FilePage);
    scene.pass(1);
    let entry = scene.store_told(SHARED, b'$', b'#');
    scene.process_reads(PRIVATE, &with(28, b'#'), PageState::PrivateCopy);
    scene.process_reads(SHARED, &with(28, b'$'), PageState::FilePage);
    assert_eq!(saw_of(&scene, entry, PRIVATE), Saw::Not);
    assert_eq!(looks(&scene, entry), [true, false]);
}

#[test]
fn who_saw_a_store_that_came_alone_is_claimed() {
    let mut scene = Scene::new(28);
    for (byte, shown, saw) in [
        (b'#', b'#', Saw::Seen(Duration::from_millis(1))),
        (b'$', b'Z', Saw::Not),
        (b'%', b'%', Saw::Seen(Duration::from_millis(1))),
    ] {
        scene.pass(1);
        let number = scene.ask_process(SHARED, &format!("{byte:02x}"));
        scene.pass(1);
        scene.stored_by(SHARED, number, byte, b'2');
        scene.pass(1);
        scene.process_reads(PRIVATE, &with(28, shown), PageState::FilePage);
        assert_eq!(saw_of(&scene, scene.last().number, PRIVATE), saw);
    }
}

/// Forty edits, of which the last few are told together when they are written to the file.
const EDITS: u64 = 40;
/// One of those.
const AT: u64 = 36;

fn edited() -> Scene {
    let mut scene = Scene::new(AT);
    for (at, old) in (0..EDITS).zip(sample()) {
        scene.rig.typed(at, old, b'!');
    }
    scene.rig.point(AT);
    scene.read_all(&sample());
    scene.pass(1000);
    scene
}

fn wrote_back(scene: &mut Scene) {
    let order = scene
        .rig
        .order(|it| matches!(it, FileRequest::WriteBack(_)));
    let wrote = WroteBack {
        written: (0..EDITS).map(|at| span(at, at + 1)).collect(),
        synced: true,
        ..WroteBack::default()
    };
    scene.rig.answer(&order, FileNews::WroteBack(wrote));
    let last = scene.last();
    assert!(
        matches!(last.what, Occurrence::WroteMore { .. }),
        "{last:?}"
    );
    assert!(last.span().unwrap().contains(AT));
}

#[test]
fn parts_that_are_told_together_may_be_what_a_row_shows_of_a_store() {
    let mut scene = edited();
    let number = scene.ask_process(SHARED, "23");
    scene.pass(1);
    scene.rig.act(E::WriteBack);
    scene.pass(1);
    scene.stored_by(SHARED, number, b'#', b'k');
    let entry = scene.last().number;
    scene.pass(1);
    scene.process_reads(PRIVATE, &with(AT, b'!'), PageState::FilePage);
    assert_eq!(saw_of(&scene, entry, PRIVATE), Saw::Not);
    scene.pass(1);
    wrote_back(&mut scene);
    assert_eq!(saw_of(&scene, entry, PRIVATE), Saw::Unclear);
    assert!(looks(&scene, entry).iter().all(|is_judged| !is_judged));
}

#[test]
fn where_parts_were_told_together_that_somebody_shows_other_bytes_is_not_judged() {
    let mut scene = edited();
    scene.rig.act(E::WriteBack);
    scene.pass(1);
    wrote_back(&mut scene);
    scene.pass(1);
    scene.read_all(&with(AT, b'!'));
    scene.pass(1);
    let number = scene.ask_process(PRIVATE, "6b");
    scene.pass(1);
    scene.stored_by(PRIVATE, number, b'k', b'!');
    let entry = scene.last().number;
    scene.pass(1);
    scene.process_reads(SHARED, &with(AT, b'!'), PageState::FilePage);
    scene.process_reads(PRIVATE, &with(AT, b'k'), PageState::PrivateCopy);
    assert_eq!(saw_of(&scene, entry, SHARED), Saw::Not);
    // The file of the program may hold there just what the private process stores.
    assert_eq!(looks(&scene, entry), [false, true]);
}

#[test]
fn a_child_has_the_pages_of_its_parent_of_which_nothing_is_known() {
    let mut scene = Scene::new(28);
    let news = PeerNews::Refused {
        number: OrderId(72),
        offset: 30,
        bytes: vec![b'U'],
        why: Refusal::Unanswered,
    };
    scene.process(PRIVATE, news);
    scene.rig.act(P::Fork(scene.mapping(PRIVATE)));
    let child = 2;
    scene.process(child, PeerNews::Runs { pid: 14262 });
    scene.process_reads(child, &sample(), PageState::FilePage);
    scene.pass(1);
    let entry = scene.store_told(SHARED, b'#', b'2');
    scene.process_reads(SHARED, &with(28, b'#'), PageState::FilePage);
    scene.process_reads(child, &sample(), PageState::PrivateCopy);
    assert_eq!(saw_of(&scene, entry, child), Saw::Not);
    assert_eq!(looks(&scene, entry), [true, false]);
}

#[test]
fn a_child_that_tells_of_itself_late_may_have_forked_before_a_store_of_its_parent() {
    let mut scene = Scene::new(28);
    scene.rig.act(P::Fork(scene.mapping(PRIVATE)));
    let number = scene.ask_process(PRIVATE, "50");
    scene.pass(1);
    scene.stored_by(PRIVATE, number, b'P', b'2');
    scene.pass(1);
    let child = 2;
    scene.process(child, PeerNews::Runs { pid: 14262 });
    scene.process_reads(child, &sample(), PageState::FilePage);
    scene.pass(1);
    let entry = scene.store_told(SHARED, b'#', b'2');
    scene.process_reads(SHARED, &with(28, b'#'), PageState::FilePage);
    scene.process_reads(child, &with(28, b'#'), PageState::FilePage);
    let seen = Saw::Seen(Duration::from_millis(1));
    assert_eq!(saw_of(&scene, entry, child), seen);
    assert_eq!(looks(&scene, entry), [true, false]);
}

#[test]
fn what_is_known_of_the_file_stands_there_before_the_first_store() {
    let mut scene = Scene::new(28);
    let number = scene.ask_process(PRIVATE, "23");
    scene.stored_by(PRIVATE, number, b'#', b'2');
    let environment = Environment {
        page_bytes: 4096,
        ..Environment::default()
    };
    let script = subject_of(&scene.rig.doc().as_session(), &environment).script;
    let calls = script.steps().iter().filter_map(|step| match step {
        ScriptStep::Ask(ask) => Some(&ask.call),
        _ => None,
    });
    let is_write = |call: &&mapscope::peer::calls::Call| {
        matches!(call, mapscope::peer::calls::Call::Write { .. })
    };
    let written: Vec<_> = calls.filter(is_write).collect();
    let [mapscope::peer::calls::Call::Write { at: 28, bytes, .. }] = written[..] else {
        panic!("{written:?}");
    };
    assert_eq!(bytes, b"2");
}
