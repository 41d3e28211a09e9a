//! What can be reached can be named, and says what it is where the pointer stands.

use super::*;

#[test]
fn whatever_can_be_focused_has_a_name() {
    let (_folder, path) = file(&[b'A'; 8192]);
    let mut window = open(&path);
    check_names(&window, "a file");
    for tab in [Tab::Witnesses, Tab::Lookups, Tab::Mapping] {
        act(&mut window, Action::App(AppAction::ShowTab(tab)));
        go_to(&mut window, 100);
        until(&mut window, "the facts are there", |window| {
            let answer = window
                .query_all_by_label("Received char at 100 is A")
                .next();
            answer.is_some() && (tab != Tab::Mapping || doc(window).facts.is_some())
        });
        window.run_steps(2);
        check_names(&window, &format!("{tab:?}"));
    }
    act(&mut window, Action::Edit(EditAction::ToggleFill));
    window.run_steps(2);
    check_names(&window, "the fill bar");
    act(&mut window, Action::Edit(EditAction::ToggleFill));
    act(&mut window, Action::App(AppAction::ToggleHelp));
    window.run_steps(2);
    check_names(&window, "the list of keys");
    act(&mut window, Action::App(AppAction::ToggleHelp));
    type_bytes(&mut window, "5a");
    act(&mut window, Action::File(FileAction::Close));
    window.run_steps(2);
    check_names(&window, "a question");
    click(&mut window, "Cancel");
    press(&mut window, CTRL, Key::Z);
    until(&mut window, "nothing is edited", |window| {
        !doc(window).has_unsaved()
    });
    act(
        &mut window,
        Action::File(FileAction::Open("/nothing".into())),
    );
    until(&mut window, "an error is told", |window| {
        is_told(window, &["ENOENT"])
    });
    check_names(&window, "an error");
    click(&mut window, "Hide this message");
    until(&mut window, "the message is hidden", |window| {
        !is_told(window, &["ENOENT"])
    });
}

#[test]
fn the_lists_of_the_panel_say_what_they_have() {
    let mut window = sample();
    go_to(&mut window, 3);
    press(&mut window, CTRL, Key::Num2);
    until(&mut window, "the answer is listed", |window| {
        window.query_all_by_label("Received char at 3 is D").count() >= 2
    });
    go_to(&mut window, 28);
    until(&mut window, "and the next one", |window| {
        window
            .query_all_by_label("Received char at 28 is 2")
            .count()
            >= 2
    });
    press(&mut window, CTRL, Key::Num3);
    until(&mut window, "the calls are listed", |window| {
        window.query_all_by_label_contains("mmap").next().is_some()
            && window
                .query_all_by_label_contains("private, read-write")
                .next()
                .is_some()
    });
    press(&mut window, PLAIN, Key::F1);
    until(&mut window, "the keys are listed", |window| {
        window
            .query_all_by_label_contains("Next area")
            .next()
            .is_some()
    });
}

#[test]
fn the_pointer_over_each_row_and_column_says_what_stands_there() {
    let mut window = sample();
    for row_idx in 0..4 {
        let rows = grid(&window);
        let rect = rows
            .query_all_by_role(Role::Row)
            .nth(row_idx)
            .unwrap()
            .rect();
        for part in [0.05, 0.2, 0.7, 0.8, 0.93] {
            window.hover_at(egui::pos2(
                rect.left() + rect.width() * part,
                rect.center().y,
            ));
            window.run_steps(6); // a tooltip takes its time
            assert_eq!(
                crate::window::support::rows(&window).len(),
                4,
                "over row {row_idx} at {part}"
            );
        }
    }
    let rect = grid(&window)
        .query_all_by_role(Role::Row)
        .next()
        .unwrap()
        .rect();
    window.hover_at(egui::pos2(
        rect.left() + rect.width() * 0.2,
        rect.center().y,
    ));
    window.run_steps(6);
    assert!(
        window
            .query_all_by_label_contains("Page 0 (p0 = 0x0), file page")
            .next()
            .is_some(),
        "no tooltip tells about the page"
    );
}
