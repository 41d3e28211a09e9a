//! The walk over what was pressed, and the cut into frames, without a window.

use super::*;

fn walk(events: Vec<Event>, place: KeyPlace, column: Column) -> (Vec<String>, Vec<Event>) {
    let mut events = events;
    let scene = Scene {
        place,
        column,
        asked: false,
        menu: None,
    };
    let pressed = Typist::default().walk(&mut events, scene);
    let words = pressed.iter().map(|pressed| match pressed {
        Pressed::Command(command) => command.label.to_owned(),
        Pressed::Act(Action::Edit(EditAction::HexDigit(digit))) => format!("{digit:x}"),
        Pressed::Act(Action::Edit(EditAction::Character(c))) => c.to_string(),
        Pressed::Act(Action::View(ViewAction::Step { step, extend })) => {
            format!("{step:?} {extend}")
        }
        other => format!("{other:?}"),
    });
    (words.collect(), events)
}

fn in_grid(events: Vec<Event>) -> Vec<String> {
    walk(events, KeyPlace::Grid, Column::Hex).0
}

#[test]
fn keys_come_in_the_order_in_which_they_were_pressed() {
    let mut events = Vec::new();
    events.extend(digit('4'));
    events.extend(digit('1'));
    events.push(down(Key::ArrowRight, PLAIN));
    events.extend(digit('5'));
    events.push(down(Key::Z, CTRL));
    events.push(down(Key::ArrowLeft, SHIFT));
    assert_eq!(
        in_grid(events),
        ["4", "1", "Right false", "5", "Undo", "Left true"]
    );
    let undo = vec![down(Key::Z, CTRL); 30];
    assert_eq!(in_grid(undo), vec!["Undo"; 30]);
    let steps = vec![down(Key::ArrowDown, PLAIN); 30];
    assert_eq!(walk(steps, KeyPlace::List, Column::Hex).0.len(), 30);
}

#[test]
fn a_key_with_alt_ctrl_or_super_is_never_typed() {
    assert_eq!(in_grid(vec![down(Key::F, ALT), text("f")]), ["Menu(File)"]);
    // no menu has that letter
    assert!(in_grid(vec![down(Key::A, ALT), text("a")]).is_empty());
    assert!(in_grid(vec![down(Key::D, ALT | SHIFT), text("d")]).is_empty());
    let held = vec![
        down(Key::SuperLeft, PLAIN),
        down(Key::A, PLAIN),
        text("a"),
        up(Key::A, PLAIN),
        down(Key::ArrowLeft, PLAIN),
        up(Key::SuperLeft, PLAIN),
        down(Key::B, PLAIN),
        text("b"),
    ];
    assert_eq!(in_grid(held), ["b"]);
    // the window lost the keys with Super down: nobody says that it came up
    let lost = vec![
        down(Key::SuperLeft, PLAIN),
        Event::WindowFocused(false),
        down(Key::B, PLAIN),
        text("b"),
    ];
    assert_eq!(in_grid(lost), ["b"]);
    // neither in a field
    let (_, rest) = walk(
        vec![down(Key::F, ALT), text("f")],
        KeyPlace::Field,
        Column::Hex,
    );
    assert!(rest.is_empty());
}

#[test]
fn characters_count_by_their_text() {
    let typed = |key, types: &str| {
        walk(
            vec![down(key, PLAIN), text(types)],
            KeyPlace::Grid,
            Column::Text,
        )
        .0
    };
    assert_eq!(typed(Key::Q, "@"), ["@"]); // AltGr+Q of a German keyboard
    assert_eq!(typed(Key::OpenBracket, "\u{fc}"), ["\u{fc}"]);
    assert_eq!(typed(Key::S, "\u{44b}"), ["\u{44b}"]);
    assert_eq!(typed(Key::Space, " "), [" "]);
    // to a field the text is left
    let (pressed, rest) = walk(
        vec![down(Key::A, PLAIN), text("a")],
        KeyPlace::Field,
        Column::Text,
    );
    assert!(pressed.is_empty());
    assert_eq!(rest.len(), 2);
}

#[test]
fn modifiers_are_exact() {
    let one = |on, modifiers| if on { modifiers } else { PLAIN };
    for command in COMMANDS {
        for shortcut in command.keys {
            let wanted = shortcut.modifiers;
            for (shift, alt, ctrl) in
                (0..8).map(|bits| (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0))
            {
                let held = one(shift, SHIFT) | one(alt, ALT) | one(ctrl, CTRL);
                let sign = matches!(shortcut.logical_key, Key::Plus | Key::Minus | Key::Equals);
                let exact =
                    (shift == wanted.shift || sign) && alt == wanted.alt && ctrl == wanted.command;
                let found = by_key(shortcut.logical_key, held, KeyPlace::Grid);
                let is_it = found.is_some_and(|found| found.label == command.label);
                assert_eq!(is_it, exact, "{} by {held:?}", command.label);
            }
        }
    }
    assert!(by_key(Key::S, CTRL_SHIFT, KeyPlace::Grid).is_none());
}

#[test]
fn each_menu_has_a_letter_of_its_own() {
    let mut letters: Vec<&str> = Menu::ALL.iter().map(|(_, label)| &label[..1]).collect();
    letters.sort_unstable();
    letters.dedup();
    assert_eq!(letters.len(), Menu::ALL.len());
    for (menu, label) in Menu::ALL {
        let key = Key::from_name(&label[..1]).unwrap();
        assert_eq!(Menu::by_key(key, ALT), Some(menu));
        assert_eq!(Menu::by_key(key, PLAIN), None);
        assert!(by_key(key, ALT, KeyPlace::Grid).is_none());
    }
}

fn any_event() -> impl Strategy<Value = Event> {
    let modifiers = prop::sample::select(vec![PLAIN, SHIFT, ALT, CTRL, CTRL_SHIFT]);
    let keys = prop::sample::select(vec![
        Key::A,
        Key::Z,
        Key::G,
        Key::F,
        Key::Tab,
        Key::Enter,
        Key::Escape,
        Key::ArrowLeft,
        Key::Space,
        Key::F6,
        Key::Insert,
    ]);
    prop_oneof![
        (keys, modifiers).prop_map(|(key, modifiers)| down(key, modifiers)),
        prop::sample::select(vec!["a", "7", "x", " "]).prop_map(text),
        any::<bool>().prop_map(|pressed| button(Pos2::ZERO, pressed, PLAIN)),
        Just(Event::PointerMoved(Pos2::ZERO)),
        Just(up(Key::A, PLAIN)),
        Just(Event::Paste("41".to_owned())),
        Just(Event::Copy),
    ]
}

fn any_place() -> impl Strategy<Value = KeyPlace> {
    prop::sample::select(vec![
        KeyPlace::Grid,
        KeyPlace::List,
        KeyPlace::Field,
        KeyPlace::Menu,
        KeyPlace::Elsewhere,
    ])
}

proptest! {
    #[test]
    fn frames_hold_all_events_in_their_order(events in prop::collection::vec(any_event(), 0..40), place in any_place()) {
        let mut turns = Turns::default();
        turns.add(events.clone());
        let mut seen = Vec::new();
        for _ in 0..2 * events.len() + 2 {
            let frame = turns.take(place);
            let n_buttons = frame.iter().filter(|event| matches!(event, Event::PointerButton { .. })).count();
            prop_assert!(n_buttons <= 1);
            seen.extend(frame);
        }
        prop_assert_eq!(seen, events);
    }

    /// What is typed behind a key that leads elsewhere is not in its frame.
    #[test]
    fn nothing_is_typed_in_the_frame_of_a_turn(events in prop::collection::vec(any_event(), 1..40)) {
        let Cut { n_events, .. } = cut(&events, KeyPlace::Grid);
        let frame = &events[..n_events];
        let leads = |event: &Event| matches!(event, Event::Key { key: Key::G, modifiers, .. } if *modifiers == CTRL);
        if let Some(at) = frame.iter().position(leads) {
            let behind = frame[at + 1..].iter().filter(|event| matches!(event, Event::Text(_) | Event::Paste(_)));
            // only the text of that very key, which the walk drops
            prop_assert!(behind.count() <= usize::from(matches!(frame.get(at + 1), Some(Event::Text(_)))));
        }
    }
}

#[test]
fn a_held_key_that_goes_about_stops_with_the_key() {
    let repeat = || Event::Key {
        key: Key::Tab,
        physical_key: None,
        pressed: true,
        repeat: true,
        modifiers: PLAIN,
    };
    let mut turns = Turns::default();
    turns.add((0..30).map(|_| repeat()).collect());
    let n_events: usize = (0..100)
        .map(|_| turns.take(KeyPlace::Elsewhere).len())
        .sum();
    assert_eq!(n_events, 1);
}
