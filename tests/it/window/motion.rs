//! Less motion (tests begin without egui's own animations): by the menu, kept with the settings, else as the desktop says; the window itself has no other switch.

use super::support::*;

use mapscope::model::{Action, App, AppAction, Settings};
use mapscope::work::motion::{of_gnome, of_portal};

#[test]
fn the_switch_has_nothing_move_and_lets_it_again() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    let moves = |window: &Window| window.ctx.global_style().animation_time > 0.0;
    for is_less in [true, false, true] {
        act(&mut window, Action::App(AppAction::ToggleMotion));
        until(&mut window, "it is so", |window| moves(window) != is_less);
        assert_eq!(model(&window).settings.less_motion, Some(is_less));
        assert_eq!(model(&window).wants_less_motion(), is_less);
    }
}

/// Some frame of a write that all see has a dot on a line.
fn has_dots(is_less: bool) -> bool {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    if is_less {
        act(&mut window, Action::App(AppAction::ToggleMotion));
    }
    until(&mut window, "every row was heard", |window| {
        [VIEW, SECOND, CALLS, SHARED_PEER, PRIVATE_PEER]
            .iter()
            .all(|who| witness(window, who).starts_with("41 'A'"))
    });
    let mut has_dots = false;
    write_as(&mut window, SHARED_PEER);
    until(&mut window, "all see it, and the flash is gone", |window| {
        let is_dot = |shape: &egui::Shape| matches!(shape, egui::Shape::Circle(dot) if dot.radius.to_bits() == 4.0_f32.to_bits());
        let mut shapes = window.output().shapes.iter();
        has_dots |= shapes.any(|clipped| is_dot(&clipped.shape));
        let mut seen = [VIEW, SECOND, CALLS, SHARED_PEER].into_iter();
        seen.all(|who| witness(window, who).starts_with("21 '!'")) && !model(window).is_flashing()
    });
    has_dots
}

#[test]
fn without_motion_nothing_runs_along_the_lines() {
    assert!(has_dots(false), "with motion something does");
    assert!(!has_dots(true));
}

#[test]
fn what_a_person_chose_goes_before_what_the_desktop_says() {
    for chosen in [None, Some(true), Some(false)] {
        for desktop in [None, Some(true), Some(false)] {
            let mut settings = Settings::default();
            settings.less_motion = chosen;
            let mut model = App::new(settings);
            model.desktop_wants_less_motion = desktop;
            let wanted = chosen.or(desktop) == Some(true);
            assert_eq!(model.wants_less_motion(), wanted, "{chosen:?} {desktop:?}");
        }
    }
}

#[test]
fn the_desktops_answers_are_understood_or_nothing_is_claimed() {
    for (text, wanted) in [
        ("(<<uint32 1>>,)\n", Some(true)),
        ("(<uint32 0>,)", Some(false)),
        ("(<<uint32 12>>,)", Some(false)),
        ("(<<true>>,)", None),
        ("uint32 ", None),
        ("", None),
    ] {
        assert_eq!(of_portal(text), wanted, "{text}");
    }
    for (text, wanted) in [
        ("false\n", Some(true)),
        ("true\n", Some(false)),
        ("no", None),
    ] {
        assert_eq!(of_gnome(text), wanted, "{text}");
    }
}
