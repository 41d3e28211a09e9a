//! Keys, pointer and clipboard as slow frames bring them: many events at once, whose order counts.

use std::fs;

use super::support::*;
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, ViewportCommand};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::{
    Action, AppAction, Column, DocAction, EditAction, Mode, Step, Tab, Topic, ViewAction,
};
use mapscope::ui::command::{COMMANDS, Menu, by_key};
use mapscope::ui::input::{KeyPlace, Pressed, Scene, Typist};
use mapscope::ui::turns::{Cut, Turns, cut};
use proptest::prelude::*;

const SHIFT: Modifiers = Modifiers::SHIFT;
const ALT: Modifiers = Modifiers::ALT;
const CTRL_SHIFT: Modifiers = Modifiers {
    shift: true,
    ..CTRL
};

fn down(key: Key, modifiers: Modifiers) -> Event {
    Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers,
    }
}

fn up(key: Key, modifiers: Modifiers) -> Event {
    Event::Key {
        key,
        physical_key: None,
        pressed: false,
        repeat: false,
        modifiers,
    }
}

fn text(text: &str) -> Event {
    Event::Text(text.to_owned())
}

/// A key that types, as the window's toolkit reports it.
fn typed(key: Key, types: &str) -> [Event; 3] {
    [down(key, PLAIN), text(types), up(key, PLAIN)]
}

fn digit(c: char) -> [Event; 3] {
    typed(
        Key::from_name(&c.to_string().to_uppercase()).unwrap(),
        &c.to_string(),
    )
}

fn button(pos: Pos2, pressed: bool, modifiers: Modifiers) -> Event {
    Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers,
    }
}

/// All of `events` in one frame, and the frames that it takes to get through them.
fn burst(window: &mut Window, events: impl IntoIterator<Item = Event>) {
    window.input_mut().events.extend(events);
    for _ in 0..40 {
        window.step();
    }
}

// The walk, without a window.

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

// The same in the window, on a file that others see.

fn shared(path: &std::path::Path) -> Window {
    let mut window = open(path);
    press(&mut window, CTRL, Key::T);
    until(&mut window, "the view is shared", |window| {
        doc(window).view().mode == Mode::Shared && grid(window).is_focused()
    });
    window
}

#[test]
fn alt_and_a_letter_opens_its_menu_and_writes_nothing() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = shared(&path);
    let keys = [Key::F, Key::E].map(|key| {
        let letter = key.name().to_lowercase();
        [down(key, ALT), text(&letter), up(key, ALT)]
    });
    burst(&mut window, keys.concat());
    assert_eq!(fs::read(&path).unwrap(), [b'A'; 64]);
    assert!(doc(&window).view().viewport.nibble.is_none());
    assert!(has(&window, "Select all"), "the menu Edit is open");
    assert!(!has(&window, "Quit"), "the menu File is closed");
    burst(
        &mut window,
        [down(Key::Escape, PLAIN), up(Key::Escape, PLAIN)],
    );
    assert!(!has(&window, "Select all"));
    assert!(grid(&window).is_focused(), "the bytes have the keys again");
    // the arrows go about in menus, as often as they were pressed, and Enter does what is chosen
    let mut keys = vec![down(Key::F10, PLAIN), up(Key::F10, PLAIN)];
    keys.push(down(Key::ArrowRight, PLAIN));
    keys.extend(vec![down(Key::ArrowDown, PLAIN); 6]);
    burst(&mut window, keys);
    let chosen = focused_name(&window).unwrap_or_default();
    assert!(chosen.contains("Select all"), "{chosen}");
    burst(&mut window, [down(Key::Enter, PLAIN)]);
    assert_eq!(doc(&window).view().viewport.selection().len(), 64);
    assert_eq!(fs::read(&path).unwrap(), [b'A'; 64]);
}

fn has(window: &Window, label: &str) -> bool {
    window.query_all_by_label_contains(label).next().is_some()
}

fn focused_name(window: &Window) -> Option<String> {
    let focused = window
        .root()
        .children_recursive()
        .find(|node| node.is_focused() && node.accesskit_node().role() != Role::Window)?;
    focused.accesskit_node().label()
}

#[test]
fn a_burst_is_stored_where_it_was_typed() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = shared(&path);
    let mut keys = Vec::new();
    keys.extend(digit('4'));
    keys.extend(digit('2'));
    keys.extend([down(Key::ArrowRight, PLAIN), up(Key::ArrowRight, PLAIN)]);
    keys.extend(digit('5'));
    keys.extend(digit('8'));
    burst(&mut window, keys);
    until(&mut window, "both bytes are stored", |window| {
        doc(window).view().journal.edits().len() == 2
    });
    assert_eq!(fs::read(&path).unwrap()[..4], *b"BAXA");
}

#[test]
fn what_follows_a_jump_lands_where_the_jump_led() {
    let (_folder, path) = file(&[b'A'; 8192]);
    let mut window = shared(&path);
    let mut keys = vec![down(Key::G, CTRL), up(Key::G, CTRL)];
    for c in "4000".chars() {
        keys.extend(digit(c));
    }
    keys.push(down(Key::Enter, PLAIN));
    keys.extend(digit('5'));
    keys.extend(digit('a'));
    burst(&mut window, keys);
    until(&mut window, "the byte is stored", |window| {
        doc(window).view().journal.edits().len() == 1
    });
    let bytes = fs::read(&path).unwrap();
    let changed: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] != b'A').collect();
    assert_eq!(changed, [4000]);
    assert_eq!(bytes[4000], 0x5a);
}

/// The middle of the hex digits of the byte at `offset`, 16 a row.
fn at_byte(window: &Window, offset: usize) -> Pos2 {
    let grid = grid(window);
    let rects: Vec<_> = grid
        .query_all_by_role(Role::Row)
        .map(|row| row.rect())
        .collect();
    let label = rows(window)[0].clone();
    let row = rects[offset / 16];
    // a cell is as wide as the row's width says: offset, blanks, digits, text, lane
    let _ = label;
    let cell = row.width() / f32::from(u16::try_from(n_cells(window)).unwrap());
    let column = offset % 16;
    let x = 1 + 8 + 2 + column * 3 + column / 8;
    egui::pos2(
        row.left() + (f32::from(u16::try_from(x).unwrap()) + 1.0) * cell,
        row.center().y,
    )
}

/// Cells of a row: offset, hex, text, page lane.
fn n_cells(window: &Window) -> usize {
    let last = doc(window).view().viewport.extent.end() - 1;
    let digits = 1 + 8 + 2;
    let text = digits + 16 * 3 + 2 - 2 + 2;
    let lane = text + 16 + 2;
    lane + 4 + (last / doc(window).page_bytes).to_string().len() + 1
}

#[test]
fn a_click_shorter_than_a_frame_counts() {
    let (_folder, path) = file(&[b'A'; 256]);
    let mut window = open(&path);
    let at = at_byte(&window, 37);
    burst(
        &mut window,
        [
            Event::PointerMoved(at),
            button(at, true, PLAIN),
            button(at, false, PLAIN),
        ],
    );
    assert_eq!(doc(&window).view().viewport.cursor, 37);
    // with Shift held at that moment only
    let to = at_byte(&window, 53);
    burst(
        &mut window,
        [
            Event::ModifiersChanged(SHIFT),
            Event::PointerMoved(to),
            button(to, true, SHIFT),
            button(to, false, SHIFT),
            Event::ModifiersChanged(PLAIN),
        ],
    );
    assert_eq!(
        doc(&window).view().viewport.selection().to_string(),
        mapscope::bytes::Span::new(37, 54).unwrap().to_string()
    );
    // what is typed behind a click lands there, what is typed before it where the cursor was
    let mut keys = Vec::new();
    let at = at_byte(&window, 100);
    burst(
        &mut window,
        [
            Event::PointerMoved(at),
            button(at, true, PLAIN),
            button(at, false, PLAIN),
        ],
    );
    keys.extend(digit('1'));
    keys.extend(digit('1'));
    let at = at_byte(&window, 20);
    keys.extend([
        Event::PointerMoved(at),
        button(at, true, PLAIN),
        button(at, false, PLAIN),
    ]);
    keys.extend(digit('2'));
    keys.extend(digit('2'));
    burst(&mut window, keys);
    until(&mut window, "both are stored", |window| {
        doc(window).view().journal.edits().len() == 2
    });
    let mut places: Vec<u64> = doc(&window)
        .view()
        .journal
        .edits()
        .iter()
        .map(|edit| edit.span().start())
        .collect();
    places.sort_unstable();
    assert_eq!(places, [20, 100]);
}

#[test]
fn a_drag_shorter_than_a_frame_selects() {
    let (_folder, path) = file(&[b'A'; 256]);
    let mut window = open(&path);
    let (from, to) = (at_byte(&window, 18), at_byte(&window, 60));
    burst(
        &mut window,
        [
            Event::PointerMoved(from),
            button(from, true, PLAIN),
            Event::PointerMoved(to),
            button(to, false, PLAIN),
        ],
    );
    let selection = doc(&window).view().viewport.selection();
    assert_eq!((selection.start(), selection.end()), (18, 61));
}

#[test]
fn tab_pressed_twice_in_a_frame_goes_two_places_on() {
    let (_folder, path) = file(&[b'A'; 64]);
    let walk = |n_in_frame: usize| {
        let mut window = open(&path);
        field(&window, "Look up").focus();
        window.run_steps(3);
        for _ in 0..4 / n_in_frame {
            burst(&mut window, vec![down(Key::Tab, PLAIN); n_in_frame]);
        }
        focused_name(&window)
    };
    assert_eq!(walk(1), walk(2));
    assert_eq!(walk(1), walk(4));
}

#[test]
fn no_key_of_another_command_is_taken_for_it() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    type_bytes(&mut window, "5a");
    burst(
        &mut window,
        [down(Key::S, CTRL_SHIFT), down(Key::S, CTRL | ALT)],
    );
    assert_eq!(doc(&window).view().journal.pending_bytes(), 1);
    assert_eq!(fs::read(&path).unwrap(), [b'A'; 64]);
}

#[test]
fn keys_that_would_change_the_length_say_why_not() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = shared(&path);
    for (event, word) in [
        (down(Key::Delete, PLAIN), "delete"),
        (down(Key::Backspace, PLAIN), "delete"),
        (Event::Cut, "delete"),
        (down(Key::Insert, PLAIN), "insert"),
    ] {
        act(&mut window, Action::Doc(DocAction::Dismiss(Topic::Error)));
        burst(&mut window, [event]);
        let told = notice(&window, Topic::Error);
        assert!(told.contains(word) && told.contains("length"), "{told}");
    }
    assert_eq!(fs::read(&path).unwrap(), [b'A'; 64]);
}

fn copied(window: &mut Window, event: Event) -> String {
    window.input_mut().events.push(event);
    let mut found = None;
    until(window, "something was copied", |window| {
        found = window
            .output()
            .platform_output
            .commands
            .iter()
            .find_map(|command| match command {
                egui::OutputCommand::CopyText(text) => Some(text.clone()),
                _ => None,
            });
        found.is_some()
    });
    found.unwrap()
}

#[test]
fn the_older_keys_of_the_clipboard_work_too() {
    let (_folder, path) = file(b"ABCD");
    let mut window = open(&path);
    assert_eq!(copied(&mut window, down(Key::Insert, CTRL)), "41");
    window.input_mut().events.push(down(Key::Insert, SHIFT));
    window.step();
    let asked = |window: &Window| commands(window).contains(&ViewportCommand::RequestPaste);
    assert!(asked(&window), "the grid asks for the clipboard");
    press(&mut window, CTRL, Key::G);
    until(&mut window, "the field has the keys", |window| {
        field(window, "Look up").is_focused()
    });
    type_text(&mut window, "33");
    window.input_mut().events.push(down(Key::Insert, SHIFT));
    window.step();
    assert!(asked(&window), "a field asks for it");
    press(&mut window, CTRL, Key::A);
    assert_eq!(copied(&mut window, down(Key::Insert, CTRL)), "33");
}

#[test]
fn a_copy_comes_back_as_the_very_bytes() {
    let (_folder, path) = file(b"\xe9\xffA\r\n\0B.........");
    for (column, n_bytes, said) in [
        (Column::Text, 2, true),
        (Column::Hex, 7, false),
        (Column::Text, 5, true),
    ] {
        let mut window = open(&path);
        if column == Column::Text {
            press(&mut window, PLAIN, Key::Tab);
        }
        for _ in 1..n_bytes {
            act(
                &mut window,
                Action::View(ViewAction::Step {
                    step: Step::Right,
                    extend: true,
                }),
            );
        }
        let text = copied(&mut window, Event::Copy);
        assert_eq!(
            notice(&window, Topic::Done).contains("copied as hex"),
            said,
            "{text}"
        );
        let whole = fs::read(&path).unwrap();
        for into in [Column::Hex, Column::Text] {
            act(
                &mut window,
                Action::View(ViewAction::Point {
                    offset: 7,
                    extend: false,
                    column: into,
                }),
            );
            let edits = doc(&window).view().journal.edits().len();
            burst(&mut window, [Event::Paste(text.clone())]);
            until(&mut window, "the paste is stored", |window| {
                doc(window).view().journal.edits().len() > edits
            });
            assert_eq!(last_stored(&window), whole[..n_bytes]);
        }
    }
}

#[test]
fn line_ends_that_were_lost_on_the_way_come_back_with_our_own_copy() {
    let (_folder, path) = file(b"A\r\nB....");
    let mut window = open(&path);
    press(&mut window, PLAIN, Key::Tab);
    for _ in 0..3 {
        act(
            &mut window,
            Action::View(ViewAction::Step {
                step: Step::Right,
                extend: true,
            }),
        );
    }
    assert_eq!(copied(&mut window, Event::Copy), "A\r\nB");
    act(
        &mut window,
        Action::View(ViewAction::Point {
            offset: 4,
            extend: false,
            column: Column::Text,
        }),
    );
    burst(&mut window, [Event::Paste("A\nB".to_owned())]);
    until(&mut window, "the paste is stored", |window| {
        doc(window).view().journal.edits().len() == 1
    });
    assert_eq!(last_stored(&window), b"A\r\nB");
}

#[test]
fn a_dump_is_pasted_without_its_address_or_refused() {
    let (_folder, path) = file(&[0; 64]);
    let mut window = open(&path);
    burst(&mut window, [Event::Paste("00401000: 41 42".to_owned())]);
    until(&mut window, "the bytes are stored", |window| {
        doc(window).view().journal.edits().len() == 1
    });
    assert_eq!(last_stored(&window), b"AB");
    assert!(notice(&window, Topic::Done).contains("addresses were left out"));
    burst(&mut window, [Event::Paste("00401000 41 42".to_owned())]);
    assert_eq!(doc(&window).view().journal.edits().len(), 1);
    assert!(notice(&window, Topic::Error).contains("line 1, column 1"));
}

#[test]
fn the_lab_and_its_list_count_keys_too() {
    let mut window = sample();
    act(&mut window, Action::App(AppAction::ShowTab(Tab::Lab)));
    until(&mut window, "there are experiments", |window| {
        !model(window).lab.entries.is_empty()
    });
    act(
        &mut window,
        Action::App(AppAction::Focus(mapscope::model::Focus::Lab)),
    );
    window.run_steps(3);
    burst(&mut window, [down(Key::Home, PLAIN)]);
    let chosen = |window: &Window| {
        let lab = &model(window).lab;
        lab.entries
            .iter()
            .position(|entry| Some(entry.claim.name) == lab.chosen)
    };
    let first = chosen(&window).unwrap();
    burst(&mut window, vec![down(Key::ArrowDown, PLAIN); 3]);
    assert_eq!(chosen(&window), Some(first + 3));
}

/// The bytes of the last edit.
fn last_stored(window: &Window) -> Vec<u8> {
    let edit = doc(window).view().journal.edits().back().unwrap();
    let (_, new) = edit.parts().next().unwrap().bytes.unwrap();
    new.all().into_owned()
}
