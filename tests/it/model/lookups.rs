//! The lookup field: the live answer, the preview, Enter, Escape, and the way back.

use super::*;

/// Types `text` and lets the worker answer with bytes of `value`.
fn lookup(model: &mut Model, text: &str, value: u8) -> Vec<Effect> {
    let effects = model.act(Action::LookupEdited(text.to_owned()));
    let mut all = answer(model, &effects, value);
    all.extend(effects);
    all
}

fn answer(model: &mut Model, effects: &[Effect], value: u8) -> Vec<Effect> {
    let mut heard = Vec::new();
    for effect in effects {
        if let Effect::File(FileRequest::Peek { ticket, span }) = effect {
            let readout = readout(*span, value);
            heard.extend(model.hear(Event::Peeked {
                ticket: *ticket,
                readout,
            }));
        }
    }
    heard
}

fn commit(model: &mut Model, text: &str) -> Vec<Effect> {
    lookup(model, text, b'D');
    let effects = model.act(Action::LookupCommit);
    answer(model, &effects, b'D')
}

#[test]
fn answers_while_typing() {
    let mut model = open(62);
    for (text, value, expected) in [
        ("3", b'D', "Received char at 3 is D"),
        ("0x1c", b'2', "Received char at 28 is 2"),
        ("$-1", b'z', "Received char at 61 is z"),
        ("0", b'\n', "Received char at 0 is 0x0a"),
    ] {
        lookup(&mut model, text, value);
        assert_eq!(model.lookup.answer, expected);
        assert!(!model.lookup.is_error);
    }
    for (text, start) in [
        ("62", "Received invalid index 62"),
        ("65", "Received invalid index 65"),
        ("-99", "Received invalid index -99"),
        ("zebra", "Received invalid index zebra"),
    ] {
        let effects = lookup(&mut model, text, b'D');
        assert!(
            model.lookup.answer.starts_with(start),
            "{}",
            model.lookup.answer
        );
        assert!(model.lookup.is_error);
        assert!(requests(&effects).is_empty());
        assert!(
            !effects
                .iter()
                .any(|effect| matches!(effect, Effect::File(FileRequest::Peek { .. })))
        );
    }
    lookup(&mut model, "", 0);
    assert_eq!(
        (model.lookup.answer.as_str(), model.lookup.is_error),
        ("", false)
    );
}

#[test]
fn a_late_answer_to_an_earlier_text_is_dropped() {
    let mut model = open(62);
    let first = model.act(Action::LookupEdited("3".to_owned()));
    let second = model.act(Action::LookupEdited("38".to_owned()));
    answer(&mut model, &second, b'c');
    answer(&mut model, &first, b'D');
    assert_eq!(model.lookup.answer, "Received char at 38 is c");
}

#[test]
fn a_byte_that_cannot_be_read_is_said_to_be_unreadable() {
    let mut model = open(5000);
    let effects = model.act(Action::LookupEdited("4999".to_owned()));
    for effect in effects {
        let Effect::File(FileRequest::Peek { ticket, span }) = effect else {
            continue;
        };
        let mut readout = readout(span, 0);
        let reason = GapReason::PastFileEnd { file_len: 100 };
        readout.gaps.push(mapscope::map::Gap { span, reason });
        model.hear(Event::Peeked { ticket, readout });
    }
    assert!(
        model.lookup.answer.contains("4999"),
        "{}",
        model.lookup.answer
    );
    assert!(
        model.lookup.answer.contains("past the end"),
        "{}",
        model.lookup.answer
    );
    assert!(model.lookup.is_error);
}

#[test]
fn a_preview_shows_the_place_and_escape_takes_it_back() {
    let mut model = open(1 << 30);
    model.act(Action::ScrollTo(500));
    let before = (top(&model), cursor(&model));
    for text in ["1", "10", "100", "1000", "1000_0000"] {
        lookup(&mut model, text, b'D');
    }
    let row = 10_000_000 / 16;
    assert!(
        (top(&model)..top(&model) + 20).contains(&row),
        "the place is in sight"
    );
    assert_eq!(cursor(&model), before.1, "but the cursor did not move");
    assert!(model.lookup.is_previewing());
    let effects = model.act(Action::LookupCancel);
    assert_eq!((top(&model), cursor(&model)), before);
    assert!(effects.contains(&Effect::Focus(Focus::Grid)));
    assert_eq!(model.lookup.text, "");
    assert!(!model.lookup.is_previewing());
}

#[test]
fn enter_goes_there_once_the_bytes_are_there() {
    let mut model = open(1 << 30);
    lookup(&mut model, "0x3e80", b'D');
    let effects = model.act(Action::LookupCommit);
    assert_eq!(cursor(&model), 0, "not before");
    let effects = answer(&mut model, &effects, b'D');
    assert_eq!(cursor(&model), 16_000);
    assert!((top(&model)..top(&model) + 20).contains(&1000));
    assert!(effects.contains(&Effect::Focus(Focus::Grid)));
    assert_eq!(
        model.lookup.history[0].answer,
        "Received char at 16000 is D"
    );
    // a range is selected, its start in sight
    commit(&mut model, "100..116");
    let view = &model.doc.as_ref().unwrap().view;
    assert_eq!((view.selection(), view.cursor), (span(100, 116), 100));
}

#[test]
fn enter_on_an_error_moves_nothing() {
    let mut model = open(62);
    lookup(&mut model, "65", b'D');
    let effects = model.act(Action::LookupCommit);
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::Focus(_)))
    );
    assert_eq!(cursor(&model), 0);
    assert!(model.lookup.history.is_empty());
}

#[test]
fn the_way_back_and_forth() {
    let mut model = open(1 << 30);
    for text in ["1000", "2000", "3000"] {
        commit(&mut model, text);
    }
    let mut went = Vec::new();
    for action in [
        Action::HistoryBack,
        Action::HistoryBack,
        Action::HistoryBack,
        Action::HistoryBack,
        Action::HistoryForward,
        Action::HistoryForward,
    ] {
        model.act(action);
        went.push(cursor(&model));
    }
    assert_eq!(went, [2000, 1000, 0, 0, 1000, 2000]);
    commit(&mut model, "500");
    model.act(Action::HistoryForward);
    assert_eq!(cursor(&model), 500, "a new jump ends the way forward");
    model.act(Action::HistoryBack);
    assert_eq!(cursor(&model), 2000);
}

#[test]
fn a_repeated_lookup_goes_on_from_the_cursor() {
    let mut model = open(1 << 20);
    commit(&mut model, ".+16");
    for expected in [32, 48] {
        let effects = model.act(Action::LookupRepeat);
        answer(&mut model, &effects, 0);
        assert_eq!(cursor(&model), expected);
    }
    let effects = model.act(Action::LookupPick(0));
    answer(&mut model, &effects, 0);
    assert_eq!(cursor(&model), 64);
    let mut model = open(100);
    assert_eq!(
        model.act(Action::LookupRepeat),
        [Effect::Focus(Focus::Lookup)]
    );
}

#[test]
fn the_answer_follows_the_bytes() {
    let mut model = open(62);
    lookup(&mut model, "3", b'D');
    model.hear(look(span(0, 62), b'D'));
    let effects = model.hear(look(span(0, 62), b'E'));
    answer(&mut model, &effects, b'E');
    assert_eq!(model.lookup.answer, "Received char at 3 is E");
    let grown = model.hear(Event::Stored {
        purpose: Purpose::Edit,
        mode: Mode::Private,
        results: Vec::new(),
    });
    answer(&mut model, &grown, b'F');
    assert_eq!(model.lookup.answer, "Received char at 3 is F");
}

#[test]
fn another_file_begins_with_an_empty_lookup() {
    let mut model = open(1 << 30);
    model.act(Action::ScrollTo(5000));
    lookup(&mut model, "7", b'D');
    model.hear(opened("/other", 1 << 30));
    assert_eq!(
        (model.lookup.text.as_str(), model.lookup.answer.as_str()),
        ("", "")
    );
    assert_eq!(
        model.lookup.found(),
        None,
        "an answer about the file before"
    );
    lookup(&mut model, "99", b'D');
    model.act(Action::LookupCancel);
    assert_eq!(
        top(&model),
        0,
        "Escape returned to a row of the file before"
    );
}

#[test]
fn the_path_field_opens_what_was_typed() {
    let mut model = open(100);
    assert_eq!(
        model.act(Action::Focus(Focus::Path)),
        [Effect::Focus(Focus::Path)]
    );
    assert_eq!(model.path_text.as_deref(), Some(PATH));
    let effects = model.act(Action::PathEdited("/a".to_owned()));
    assert_eq!(effects, [Effect::Complete("/a".to_owned())]);
    let list = vec!["/a/".to_owned(), "/ab".to_owned()];
    model.hear(Event::Completions("/late".to_owned(), list.clone()));
    assert!(model.completions.is_empty(), "completions of another text");
    model.hear(Event::Completions("/a".to_owned(), list.clone()));
    assert_eq!(model.completions, list);
    let effects = model.act(Action::PathCompleted("/a/".to_owned()));
    assert!(
        effects.contains(&Effect::Focus(Focus::Path)),
        "a folder is gone into"
    );
    model.act(Action::PathEdited("/ab".to_owned()));
    let effects = model.act(Action::PathSubmitted);
    let request = OpenRequest::private(Some(PathBuf::from("/ab")));
    assert!(effects.contains(&Effect::Open(request)));
    assert_eq!(model.path_text, None);
    model.act(Action::PathEdited("/zz".to_owned()));
    model.act(Action::PathCancelled);
    assert_eq!(model.path_text, None);
}
