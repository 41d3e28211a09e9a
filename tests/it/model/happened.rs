//! *What happened*: an entry for each answer, who saw a store by what was read after it, writes by others, and the sentence
//! on top.

use std::sync::Arc;
use std::time::Duration;

use mapscope::map::PageFact;
use mapscope::model::happened::{By, Fate, How, Occurrence, Saw, bytes_said, who_saw, within};
use mapscope::model::picture::{Sentence, Who};
use mapscope::model::process::{EndHow, Failure, PageSeen, PeerEvent, PeerNews, ProcessEnd};
use mapscope::model::witness::WitnessState;
use mapscope::model::{
    Generation, Happening, MappingId, Moment, OrderId, Picture, Target, WitnessId,
};

use super::*;

use scene::{LEN, PRIVATE, SHARED, Scene, sample, with};

mod crossing;
mod forgotten;
mod histories;
mod overtaken;
mod put_back;
mod scene;
mod sessions;
mod texts;
mod unproven;

#[test]
fn a_private_store_is_seen_by_the_view_alone() {
    let mut scene = Scene::new(28);
    let before = scene.sentence();
    assert_eq!(before.main(), "All five see the same 2 at 28.");
    assert_eq!(
        before.because(),
        "One page in the page cache answers them all."
    );
    scene.pass(1000);
    scene.rig.typed(28, b'2', b'Z');
    let main = scene.sentence().main();
    assert_eq!(main, "You wrote Z at 28. Who sees it is being asked.");
    scene.pass(1);
    let copied = with(28, b'Z');
    scene.here(WitnessId::View, &copied, PageState::PrivateCopy);
    scene.here(WitnessId::OtherMode, &sample(), PageState::FilePage);
    scene.here(WitnessId::File, &sample(), PageState::FilePage);
    scene.process_reads(SHARED, &sample(), PageState::FilePage);
    // as long as one was not read nothing is claimed of the others either
    assert!(scene.sentence().main().contains("being asked"));
    scene.process_reads(PRIVATE, &sample(), PageState::FilePage);
    let said = scene.sentence();
    let whole = "You wrote Z at 28. Only this view sees it: page 0 was copied.";
    assert_eq!(said.main(), whole);
    assert_eq!(
        said.because(),
        "The others have the file's page, which the store did not reach."
    );
    let last = scene.last();
    assert_eq!(who_saw(&last.saw), "only this view saw it, within 1 ms");
    assert_eq!(last.words(), "You wrote Z at 28 privately, where 2 was");
    assert_eq!(last.at.time(), "12:00:01.0");
}

#[test]
fn that_a_page_was_copied_is_claimed_only_of_a_page_that_is_known_to_be_one() {
    let mut scene = Scene::new(28);
    scene.rig.typed(28, b'2', b'Z');
    let not_told = vec![PageSeen::NotTold("no pagemap".to_owned())];
    let readout = scene.reading(&with(28, b'Z'));
    let pages = not_told;
    let state = WitnessState::Reads { readout, pages };
    scene.rig.say(FileNews::Witness(WitnessId::View, state));
    scene.here(WitnessId::OtherMode, &sample(), PageState::FilePage);
    scene.here(WitnessId::File, &sample(), PageState::FilePage);
    for index in [SHARED, PRIVATE] {
        scene.process_reads(index, &sample(), PageState::FilePage);
    }
    let main = scene.sentence().main();
    assert_eq!(main, "You wrote Z at 28. Only this view sees it.");
}

#[test]
fn a_store_by_a_process_is_seen_by_all_but_whoever_has_a_copy() {
    let mut scene = Scene::new(3);
    let copied = with(28, b'Z');
    scene.here(WitnessId::View, &copied, PageState::PrivateCopy);
    let number = scene.ask_process(SHARED, "23");
    scene.pass(5);
    let effects = scene.stored_by(SHARED, number, b'#', b'D');
    // everybody is asked at once
    let again = effects.iter().any(|effect| {
        matches!(effect, Effect::File(order) if matches!(order.request, FileRequest::Watch(Some(_))))
    });
    assert!(again, "{effects:?}");
    scene.pass(2);
    let now = with(3, b'#');
    scene.here(WitnessId::View, &copied, PageState::PrivateCopy);
    scene.here(WitnessId::OtherMode, &now, PageState::FilePage);
    scene.here(WitnessId::File, &now, PageState::FilePage);
    for index in [SHARED, PRIVATE] {
        scene.process_reads(index, &now, PageState::FilePage);
    }
    let said = scene.sentence().main();
    let wanted =
        "Process 14260 wrote # at 3. All see it but this view: its page was copied before.";
    assert_eq!(said, wanted);
    assert_eq!(
        who_saw(&scene.last().saw),
        "all but this view saw it within 2 ms"
    );
    assert_eq!(scene.entries().iter().filter(|it| it.is_store()).count(), 1);
}

#[test]
fn who_reads_late_saw_it_late_and_other_bytes_prove_nothing() {
    let mut scene = Scene::new(3);
    let number = scene.ask_process(SHARED, "23");
    scene.stored_by(SHARED, number, b'#', b'D');
    scene.pass(1);
    scene.process_reads(SHARED, &with(3, b'#'), PageState::FilePage);
    assert_eq!(
        scene.saw(Who::Process(scene.mapping(SHARED))),
        Saw::Seen(Duration::from_millis(1))
    );
    let other = Who::Process(scene.mapping(PRIVATE));
    // a reading of other bytes, which happen to be the same
    let readout = Arc::new(readout(span(9, 10), b'#'));
    let pages = Scene::pages(PageState::FilePage);
    scene.process(PRIVATE, PeerNews::Reads { readout, pages });
    assert_eq!(scene.saw(other), Saw::Waiting);
    scene.process_reads(PRIVATE, &sample(), PageState::FilePage);
    assert_eq!(scene.saw(other), Saw::Not);
    scene.pass(40);
    scene.process_reads(PRIVATE, &with(3, b'#'), PageState::FilePage);
    assert_eq!(scene.saw(other), Saw::Seen(Duration::from_millis(41)));
    // what it reads later does not take that back
    scene.process_reads(PRIVATE, &sample(), PageState::FilePage);
    assert_eq!(scene.saw(other), Saw::Seen(Duration::from_millis(41)));
}

#[test]
fn what_a_row_comes_to_show_much_later_it_shows_for_another_reason() {
    let mut scene = Scene::new(28);
    scene.rig.typed(28, b'2', b'Z');
    scene.here(WitnessId::OtherMode, &sample(), PageState::FilePage);
    assert_eq!(scene.saw(Who::OtherMode), Saw::Not);
    scene.pass(3_600_000);
    // somebody else has written the same into the file
    scene.here(WitnessId::OtherMode, &with(28, b'Z'), PageState::FilePage);
    assert_eq!(scene.saw(Who::OtherMode), Saw::Not);
}

#[test]
fn who_had_the_same_bytes_before_has_not_seen_the_store() {
    let mut scene = Scene::new(3);
    let copied = with(3, b'#');
    scene.here(WitnessId::View, &copied, PageState::PrivateCopy);
    scene.pass(10);
    let number = scene.ask_process(SHARED, "23");
    scene.pass(1);
    // read in the file after the store, before its answer was heard
    scene.here(WitnessId::File, &copied, PageState::FilePage);
    scene.stored_by(SHARED, number, b'#', b'D');
    assert_eq!(scene.saw(Who::View), Saw::Before);
    assert_eq!(scene.saw(Who::Calls), Saw::Seen(Duration::ZERO));
    scene.here(WitnessId::OtherMode, &copied, PageState::FilePage);
    for index in [SHARED, PRIVATE] {
        scene.process_reads(index, &copied, PageState::FilePage);
    }
    let said = scene.sentence().main();
    assert!(
        said.starts_with("Process 14260 wrote # at 3. All see it but this view"),
        "{said}"
    );
    // nor was it somebody else's
    assert!(scene.entries().iter().all(|it| it.by != By::Somebody));
}

#[test]
fn what_others_write_is_found_by_reading_and_claimed_once() {
    let mut scene = Scene::new(3);
    scene.pass(100);
    let now = with(3, b'#');
    scene.read_all(&now);
    scene.read_all(&now);
    let found: Vec<_> = scene
        .entries()
        .into_iter()
        .filter(|it| it.by == By::Somebody)
        .collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].words(), "Somebody else wrote # at 3, where D was");
    let said = scene.sentence();
    assert_eq!(said.main(), "Somebody else wrote # at 3. All see it.");
    assert_eq!(
        said.because(),
        "One page in the page cache answers them all."
    );
}

#[test]
fn what_a_process_was_told_to_store_and_has_not_answered_is_nobody_elses() {
    let mut scene = Scene::new(3);
    let number = scene.ask_process(SHARED, "23");
    scene.here(WitnessId::File, &with(3, b'#'), PageState::FilePage);
    let others = |scene: &Scene| {
        let entries = scene.entries().into_iter();
        entries.filter(|it| it.by == By::Somebody).count()
    };
    assert_eq!(others(&scene), 0);
    // it turns out not to have: then somebody else did
    let why = Refusal::Failed(Failure {
        message: "no".to_owned(),
        errno: None,
    });
    scene.refused_by(SHARED, number, b'#', why);
    assert_eq!(others(&scene), 1);
    let refused = scene
        .entries()
        .into_iter()
        .find(|it| matches!(it.fate, Fate::Refused(_)));
    let words = refused.unwrap().words();
    assert_eq!(words, "Not written: # at 3, by process 14260: no");
}

#[test]
fn growth_and_truncation_are_no_writes_by_others() {
    let mut scene = Scene::new(3);
    let state = |file_len, path| FileNews::State(FileState { file_len, path });
    scene.rig.say(state(2, PathNow::Same));
    let mut cut = Readout::clone(&scene.reading(&sample()));
    cut.bytes = vec![0];
    let span = cut.span;
    let reason = GapReason::PastFileEnd { file_len: 2 };
    cut.gaps = vec![mapscope::map::Gap { span, reason }];
    let readout = Arc::new(cut);
    let pages = Vec::new();
    let state_of = WitnessState::Reads { readout, pages };
    scene.rig.say(FileNews::Witness(WitnessId::File, state_of));
    scene.rig.say(state(62, PathNow::Replaced(7)));
    let mut zeros = sample();
    zeros[2..].fill(0);
    scene.read_all(&zeros);
    let words: Vec<String> = scene.entries()[2..].iter().map(|it| it.words()).collect();
    assert_eq!(
        words,
        [
            "The file was truncated from 62 bytes to 2 bytes",
            "The file grew from 2 bytes to 62 bytes",
            "The path names another file now, of 7 bytes",
        ]
    );
}

#[test]
fn a_file_that_grows_on_and_on_is_one_thing_that_happened() {
    let mut scene = Scene::new(0);
    let before = scene.entries().len();
    for len in [70, 80, 90] {
        scene.rig.say(file_state(len, PathNow::Same));
    }
    assert_eq!(scene.entries().len(), before + 1);
    assert_eq!(
        scene.last().words(),
        "The file grew from 62 bytes to 90 bytes"
    );
}

#[test]
fn of_a_closed_view_only_what_reached_the_file_is_told() {
    for mode in [Mode::Private, Mode::Shared] {
        let mut scene = Scene::new(0);
        scene.rig.act(M::AddView);
        let second = scene.rig.view_added();
        scene.rig.act_in(Some(second), M::ToggleMode);
        let remap = scene
            .rig
            .order(|it| matches!(it, FileRequest::Remap { .. }));
        let mut target = remap.target;
        target.generation = target.generation.next();
        let whole = FileNews::Remapped(mapped(Mode::Private, Access::ReadWrite, LEN));
        scene.rig.say_of(target, Some(remap.number), whole);
        scene.rig.act_in(Some(second), E::HexDigit(5));
        scene.rig.act_in(Some(second), E::HexDigit(10));
        let order = scene.rig.order(|it| matches!(it, FileRequest::Store(_)));
        scene.rig.act_in(Some(second), F::CloseView);
        scene
            .rig
            .act_in(Some(second), D::Unsaved(UnsavedChoice::Drop));
        assert_eq!(scene.rig.doc().views.len(), 1);
        let before = scene.entries().len();
        let result = mapscope::model::event::StoreResult {
            offset: 0,
            bytes: vec![0x5a],
            outcome: StoreOutcome::Stored(vec![b'A']),
        };
        let stored = FileNews::Stored {
            purpose: Purpose::Edit,
            mode,
            at: std::time::SystemTime::UNIX_EPOCH,
            results: vec![result],
            lost: Vec::new(),
        };
        scene.rig.answer(&order, stored);
        let told = scene.entries().len() - before;
        assert_eq!(told, usize::from(mode == Mode::Shared));
    }
}

#[test]
fn the_life_of_a_process_is_told() {
    use mapscope::model::process::{PeerOrder, ProcessSignal};
    let mut scene = Scene::new(0);
    let parent = scene.mapping(PRIVATE);
    let effects = scene.rig.act(P::Fork(parent));
    assert!(
        effects
            .iter()
            .any(|it| matches!(it, Effect::Peers(PeerOrder::Fork { .. })))
    );
    scene.process(2, PeerNews::Runs { pid: 14300 });
    assert_eq!(scene.last().words(), "Process 14300 forked from 14261");
    let (number, signal) = (OrderId(900), ProcessSignal::Kill);
    scene.process(2, PeerNews::Signalled { number, signal });
    assert_eq!(scene.last().words(), "Child 14300 was sent SIGKILL");
    let end = |how| {
        PeerNews::Ended(ProcessEnd {
            how,
            complaint: None,
            lost_copies: true,
            next: None,
        })
    };
    scene.process(2, end(EndHow::Unknown));
    let how = EndHow::Killed(9);
    scene.process(2, PeerNews::EndLearned { how });
    let words = scene.last().words();
    assert!(
        words.contains("SIGKILL") && words.ends_with("went with it"),
        "{words}"
    );
    // off the list, it still has its name
    let n = scene.entries().len();
    let target = Target {
        doc: scene.rig.doc().id,
        mapping: parent,
        generation: Generation::FIRST,
    };
    scene.rig.act(P::Remove(parent));
    let news = end(EndHow::Exited(0));
    scene.rig.hear(Event::Peer(PeerEvent { target, news }));
    assert_eq!(scene.entries().len(), n + 1);
    assert_eq!(
        scene.last().words(),
        "Process 14261 ended: exit code 0; its private copies went with it"
    );
}

#[test]
fn a_child_and_its_parent_have_one_copy_until_one_of_them_stores() {
    let mut scene = Scene::new(0);
    scene
        .rig
        .act(P::Add(mapscope::model::process::ProcessKind::Private));
    scene.process(2, PeerNews::Runs { pid: 14299 });
    let parent = scene.mapping(2);
    scene.rig.act(P::Fork(parent));
    scene.process(3, PeerNews::Runs { pid: 14300 });
    let shared = vec![PageSeen::Told(PageFact {
        state: PageState::PrivateCopy,
        is_exclusive: Some(false),
        frame: None,
    })];
    for index in [2, 3] {
        let (readout, pages) = (scene.reading(&with(0, b'#')), shared.clone());
        scene.process(index, PeerNews::Reads { readout, pages });
    }
    let main = scene.sentence().main();
    assert_eq!(
        main,
        "Process 14300 forked from 14299: both have the same copy of page 0."
    );
}

#[test]
fn a_whole_mapping_is_told_of_and_what_was_refused() {
    let mut scene = Scene::new(0);
    scene.rig.typed(0, b'A', b'Z');
    let before = scene.entries().len();
    scene.rig.act(M::Flush);
    let order = scene.rig.order(|request| *request == FileRequest::Flush);
    scene
        .rig
        .answer(&order, FileNews::Flushed(Err("EIO: no".to_owned())));
    scene.rig.act(M::DiscardAll);
    let order = scene
        .rig
        .order(|request| matches!(request, FileRequest::Discard(_)));
    let discarded = FileNews::Discarded(Ok((span(0, 4096), Some(1))));
    scene.rig.answer(&order, discarded.clone());
    // an answer that was given before is none
    scene.rig.answer(&order, discarded);
    scene.read_all(&sample());
    let main = scene.sentence().main();
    assert!(
        main.starts_with("You gave back 1 private page in 0x0"),
        "{main}"
    );
    assert!(
        main.ends_with(": this view shows what the file has."),
        "{main}"
    );
    scene.rig.act(M::Remap);
    let order = scene
        .rig
        .order(|request| matches!(request, FileRequest::Remap { .. }));
    scene.rig.refuse(&order, Refusal::QueueFull);
    let words: Vec<String> = scene.entries()[before..]
        .iter()
        .map(|it| it.words())
        .collect();
    assert_eq!(words.len(), 3, "{words:?}");
    assert_eq!(words[0], "msync failed: EIO: no");
    assert!(
        words[2].starts_with("Not mapped as asked: its storage"),
        "{words:?}"
    );
}

#[test]
fn undo_and_what_is_written_back_have_their_names() {
    let mut scene = Scene::new(5);
    scene.rig.typed(5, b'F', b'Z');
    scene.rig.act(E::Undo);
    scene.rig.stored(|_| StoreOutcome::Stored(vec![b'Z']));
    scene.rig.act(E::Redo);
    scene.rig.stored(|_| StoreOutcome::Changed(vec![b'q']));
    let words = scene.last().words();
    assert!(
        words.ends_with("somebody has changed it to q since"),
        "{words}"
    );
    scene.rig.typed(6, b'G', b'Y');
    scene.rig.act(E::WriteBack);
    scene.rig.wrote();
    let done = scene.entries().into_iter().filter_map(|it| match &it.what {
        Occurrence::Wrote {
            how, offset, new, ..
        } if it.fate == Fate::Done => Some((*how, *offset, new.bytes.clone())),
        _ => None,
    });
    let byte = |byte: u8| vec![byte];
    assert_eq!(
        done.collect::<Vec<_>>(),
        [
            (How::Store, 5, byte(b'Z')),
            (How::Undo, 5, byte(b'F')),
            (How::Store, 6, byte(b'Y')),
            (How::WriteBack, 6, byte(b'Y')),
        ]
    );
}

#[test]
fn bytes_and_times_in_words() {
    assert_eq!(bytes_said(b"Z", 1), "Z");
    assert_eq!(bytes_said(b"\n", 1), "0x0a");
    assert_eq!(bytes_said(b" ", 1), "0x20");
    assert_eq!(bytes_said(&[0xde, 0xad], 2), "de ad");
    let many = bytes_said(&[0; 64], 5000);
    assert_eq!(many, "5000 bytes (00 00 00 00 00 00 00 00 \u{2026})");
    assert_eq!(within(Duration::ZERO), "1 ms");
    assert_eq!(within(Duration::from_micros(1001)), "2 ms");
    assert_eq!(within(Duration::from_secs(61)), "61 s");
    let leap = Moment {
        utc: Duration::from_secs(951_782_399) + Duration::from_millis(990),
        run: Duration::ZERO,
    };
    assert_eq!(leap.to_string(), "2000-02-28 23:59:59.9 UTC");
    let next = Moment {
        utc: Duration::from_hours(264_384),
        ..leap
    };
    assert_eq!(next.to_string(), "2000-02-29 00:00:00.0 UTC");
}
