//! The lookup field: the live answer, the preview, Enter, Escape, and the way back.

use mapscope::model::Completed;

use super::*;

/// Types `text` and lets the worker answer with bytes of `value`.
fn lookup(rig: &mut Rig, text: &str, value: u8) -> Vec<Effect> {
    let effects = rig.act(V::LookupEdited(text.to_owned()));
    let mut all = answer(rig, &effects, value);
    all.extend(effects);
    all
}

/// The peeks among `effects` are answered with bytes of `value`.
fn answer(rig: &mut Rig, effects: &[Effect], value: u8) -> Vec<Effect> {
    let mut heard = Vec::new();
    for effect in effects {
        if let Effect::File(order) = effect
            && let FileRequest::Peek(span) = order.request
        {
            heard.extend(rig.answer(order, FileNews::Peeked(readout(span, value))));
        }
    }
    heard
}

fn commit(rig: &mut Rig, text: &str) -> Vec<Effect> {
    lookup(rig, text, b'D');
    let effects = rig.act(V::LookupCommit);
    answer(rig, &effects, b'D')
}

#[test]
fn answers_while_typing() {
    let mut rig = open(62);
    for (text, value, expected) in [
        ("3", b'D', "Received char at 3 is D"),
        ("0x1c", b'2', "Received char at 28 is 2"),
        ("$-1", b'z', "Received char at 61 is z"),
        ("0", b'\n', "Received char at 0 is 0x0a"),
    ] {
        lookup(&mut rig, text, value);
        assert_eq!(rig.doc().lookup.answer, expected);
        assert!(!rig.doc().lookup.is_error);
    }
    for (text, start) in [
        ("62", "Received invalid index 62"),
        ("65", "Received invalid index 65"),
        ("-99", "Received invalid index -99"),
        ("zebra", "Received invalid index zebra"),
    ] {
        let effects = lookup(&mut rig, text, b'D');
        assert!(
            rig.doc().lookup.answer.starts_with(start),
            "{}",
            rig.doc().lookup.answer
        );
        assert!(rig.doc().lookup.is_error);
        assert!(requests(&effects).is_empty());
        assert!(
            !effects
                .iter()
                .any(|effect| matches!(effect, Effect::File(order) if matches!(order.request, FileRequest::Peek(_))))
        );
    }
    lookup(&mut rig, "", 0);
    assert_eq!(
        (rig.doc().lookup.answer.as_str(), rig.doc().lookup.is_error),
        ("", false)
    );
}

#[test]
fn a_late_answer_to_an_earlier_text_is_dropped() {
    let mut rig = open(62);
    let first = rig.act(V::LookupEdited("3".to_owned()));
    let second = rig.act(V::LookupEdited("38".to_owned()));
    answer(&mut rig, &second, b'c');
    answer(&mut rig, &first, b'D');
    assert_eq!(rig.doc().lookup.answer, "Received char at 38 is c");
}

#[test]
fn a_byte_that_cannot_be_read_is_said_to_be_unreadable() {
    let mut rig = open(5000);
    let effects = rig.act(V::LookupEdited("4999".to_owned()));
    for effect in effects {
        let Effect::File(order) = effect else {
            continue;
        };
        if let FileRequest::Peek(span) = order.request {
            let mut readout = readout(span, 0);
            let reason = GapReason::PastFileEnd { file_len: 100 };
            readout.gaps.push(mapscope::map::Gap { span, reason });
            rig.answer(&order, FileNews::Peeked(readout));
        }
    }
    assert!(
        rig.doc().lookup.answer.contains("4999"),
        "{}",
        rig.doc().lookup.answer
    );
    assert!(
        rig.doc().lookup.answer.contains("past the end"),
        "{}",
        rig.doc().lookup.answer
    );
    assert!(rig.doc().lookup.is_error);
}

#[test]
fn a_preview_shows_the_place_and_escape_takes_it_back() {
    let mut rig = open(1 << 30);
    rig.act(V::ScrollTo(500));
    let before = (rig.top(), rig.cursor());
    for text in ["1", "10", "100", "1000", "1000_0000"] {
        lookup(&mut rig, text, b'D');
    }
    let row = 10_000_000 / 16;
    assert!(
        (rig.top()..rig.top() + 20).contains(&row),
        "the place is in sight"
    );
    assert_eq!(rig.cursor(), before.1, "but the cursor did not move");
    assert!(rig.doc().lookup.is_previewing());
    let effects = rig.act(V::LookupCancel);
    assert_eq!((rig.top(), rig.cursor()), before);
    assert!(effects.contains(&Effect::Focus(Focus::Grid)));
    assert_eq!(rig.doc().lookup.text, "");
    assert!(!rig.doc().lookup.is_previewing());
}

/// What has the keys is where the cursor is: Enter moves it at once, however late the bytes of the answer come.
#[test]
fn enter_goes_there_at_once_and_the_answer_is_listed_once_its_bytes_are_there() {
    let mut rig = open(1 << 30);
    let peek = rig.act(V::LookupEdited("0x3e80".to_owned()));
    let effects = rig.act(V::LookupCommit);
    assert_eq!(rig.cursor(), 16_000);
    assert!((rig.top()..rig.top() + 20).contains(&1000));
    assert!(effects.contains(&Effect::Focus(Focus::Grid)));
    let typed = rig.type_byte(0x5a);
    assert_eq!(stores(&typed)[0].offset, 16_000, "where it is looked at");
    assert!(
        rig.doc().lookup.history.is_empty(),
        "its bytes are not there"
    );
    answer(&mut rig, &peek, b'D');
    assert_eq!(
        rig.doc().lookup.history[0].answer,
        "Received char at 16000 is D"
    );
    // a range is selected, its start in sight
    commit(&mut rig, "100..116");
    let view = &rig.view().viewport;
    assert_eq!((view.selection(), view.cursor), (span(100, 116), 100));
}

/// An answer stands only beside its own text, and only until another text is typed.
#[test]
fn an_answer_of_an_earlier_text_never_stands_beside_a_later_one() {
    let mut rig = open(1 << 20);
    let first = rig.act(V::LookupEdited("8192".to_owned()));
    rig.act(V::LookupCommit);
    let second = rig.act(V::LookupEdited("p20".to_owned()));
    assert_eq!(rig.doc().lookup.answer, "");
    answer(&mut rig, &first, b'A');
    assert_eq!(rig.doc().lookup.answer, "", "it is of the text before");
    rig.act(V::LookupCommit);
    assert_eq!(rig.cursor(), 20 * 4096);
    answer(&mut rig, &second, b'B');
    assert_eq!(rig.doc().lookup.answer, "Received char at 81920 is B");
    let listed: Vec<_> = rig.doc().lookup.history.iter().collect();
    assert!(listed.iter().all(|entry| !entry.answer.contains("is A")));
}

#[test]
fn enter_on_an_error_moves_nothing() {
    let mut rig = open(62);
    lookup(&mut rig, "65", b'D');
    let effects = rig.act(V::LookupCommit);
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::Focus(_)))
    );
    assert_eq!(rig.cursor(), 0);
    assert!(rig.doc().lookup.history.is_empty());
}

#[test]
fn the_way_back_and_forth() {
    let mut rig = open(1 << 30);
    for text in ["1000", "2000", "3000"] {
        commit(&mut rig, text);
    }
    let mut went = Vec::new();
    for action in [
        V::HistoryBack,
        V::HistoryBack,
        V::HistoryBack,
        V::HistoryBack,
        V::HistoryForward,
        V::HistoryForward,
    ] {
        rig.act(action);
        went.push(rig.cursor());
    }
    assert_eq!(went, [2000, 1000, 0, 0, 1000, 2000]);
    commit(&mut rig, "500");
    rig.act(V::HistoryForward);
    assert_eq!(rig.cursor(), 500, "a new jump ends the way forward");
    rig.act(V::HistoryBack);
    assert_eq!(rig.cursor(), 2000);
}

#[test]
fn a_repeated_lookup_goes_on_from_the_cursor() {
    let mut rig = open(1 << 20);
    commit(&mut rig, ".+16");
    for expected in [32, 48] {
        let effects = rig.act(V::LookupRepeat);
        answer(&mut rig, &effects, 0);
        assert_eq!(rig.cursor(), expected);
    }
    let effects = rig.act(V::LookupPick(0));
    answer(&mut rig, &effects, 0);
    assert_eq!(rig.cursor(), 64);
    let mut rig = open(100);
    assert_eq!(rig.act(V::LookupRepeat), [Effect::Focus(Focus::Lookup)]);
}

#[test]
fn the_answer_follows_the_bytes() {
    let mut rig = open(62);
    lookup(&mut rig, "3", b'D');
    rig.say(look(span(0, 62), b'D'));
    let effects = rig.say(look(span(0, 62), b'E'));
    answer(&mut rig, &effects, b'E');
    assert_eq!(rig.doc().lookup.answer, "Received char at 3 is E");
    rig.type_byte(b'F');
    let grown = rig.stored(|_| StoreOutcome::Stored(b"E".to_vec()));
    answer(&mut rig, &grown, b'F');
    assert_eq!(rig.doc().lookup.answer, "Received char at 3 is F");
}

/// Answers are about one file: another one begins with none, and has its own way back.
#[test]
fn every_file_has_a_lookup_of_its_own() {
    let mut rig = open(1 << 30);
    let first = rig.doc().id;
    rig.act(V::ScrollTo(5000));
    commit(&mut rig, "40");
    let late = rig.act(V::LookupEdited("7".to_owned()));
    rig.open(file("/other", 2, 1 << 30));
    let empty = |rig: &Rig| {
        let lookup = &rig.doc().lookup;
        assert_eq!((lookup.text.as_str(), lookup.answer.as_str()), ("", ""));
        assert_eq!(lookup.found(), None, "an answer about the file before");
        assert!(lookup.history.is_empty());
    };
    empty(&rig);
    answer(&mut rig, &late, b'D');
    empty(&rig);
    let before = rig.app.doc_by(first).unwrap();
    assert_eq!(before.lookup.answer, "Received char at 7 is D");
    assert_eq!(before.lookup.history.len(), 1);
    lookup(&mut rig, "99", b'D');
    rig.act(V::LookupCancel);
    assert_eq!(rig.top(), 0, "Escape returned to a row of the file before");
}

/// Escape takes a preview back in the view that it was shown in, whichever has the keyboard by now.
#[test]
fn a_preview_is_taken_back_in_its_own_view() {
    let mut rig = open(1 << 20);
    let first = rig.view().id;
    rig.act(M::AddView);
    let second = rig.view_added();
    for view in [first, second] {
        rig.act_in(
            Some(view),
            V::Layout {
                columns: 16,
                page_rows: 20,
            },
        );
    }
    let top = |rig: &Rig, view| rig.doc().view_by(view).unwrap().viewport.top;
    rig.act(D::ToggleLockedScrolling);
    rig.act_in(Some(first), V::ScrollTo(50));
    rig.act_in(Some(second), V::ScrollTo(70));
    rig.act_in(Some(first), V::LookupEdited("0x8000".to_owned()));
    assert_ne!(top(&rig, first), 50);
    rig.act_in(Some(second), V::LookupCancel);
    assert_eq!((top(&rig, first), top(&rig, second)), (50, 70));
}

#[test]
fn the_path_field_opens_what_was_typed() {
    let mut rig = open(100);
    assert_eq!(rig.act(A::Focus(Focus::Path)), [Effect::Focus(Focus::Path)]);
    assert_eq!(rig.app.path_text, None, "nothing is typed yet");
    let effects = rig.act(F::PathEdited("/a".to_owned()));
    assert_eq!(effects, [Effect::Complete("/a".to_owned())]);
    let completed = |text: &str, is_folder| Completed {
        text: text.to_owned(),
        path: PathBuf::from(text),
        is_folder,
    };
    let list = vec![completed("/a/", true), completed("/ab", false)];
    rig.hear(Event::Completions("/late".to_owned(), list.clone()));
    assert!(
        rig.app.completions.is_empty(),
        "completions of another text"
    );
    rig.hear(Event::Completions("/a".to_owned(), list.clone()));
    assert_eq!(rig.app.completions, list);
    let effects = rig.act(F::PathCompleted(PathBuf::from("/a/")));
    assert!(
        effects.contains(&Effect::Focus(Focus::Path)),
        "a folder is gone into"
    );
    assert!(effects.contains(&Effect::Complete("/a/".to_owned())));
    // a file is taken into the field and waits for Enter
    rig.act(F::PathEdited("/a".to_owned()));
    rig.hear(Event::Completions("/a".to_owned(), list));
    rig.act(F::PathCompleted(PathBuf::from("/ab")));
    assert!(rig.opening.is_empty());
    rig.act(F::PathSubmitted);
    let request = OpenRequest::private(Some(PathBuf::from("/ab")));
    assert_eq!(rig.opening[0].2, request);
    assert_eq!(rig.app.path_text, None);
    rig.act(F::PathEdited("/zz".to_owned()));
    rig.act(F::PathCancelled);
    assert_eq!(rig.app.path_text, None);
    assert_eq!(rig.opening.len(), 1);
}
