//! The program started without a file, on displays as they may be, and with what the last run left.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use mapscope::ui::Theme;

use crate::bare::{self, Bare};
use crate::rig::{Program, Stage, until};

const SAMPLE: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz";
const TITLE: &str = "alphabet.txt \u{2014} PRIVATE read-write \u{2014} mapscope";

#[test]
fn shows_the_sample() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let bare = stage.picture();
    let mut program = Program::start(&stage, &[] as &[&str]);
    program.until_title(TITLE);
    assert_eq!(fs::read(program.scratch_file()).unwrap(), SAMPLE);

    let theme = Theme::dark();
    program.learn_grid();
    program.until("picture of four rows of bytes", |program| {
        let n_pixels = program.count_in_bytes(4, theme.byte[usize::from(b'A')]);
        (n_pixels > 400).then_some(())
    });
    let picture = stage.picture();
    assert!(picture != bare, "the window is to be seen");
    assert!(picture.n_colors() > 20, "only {}", picture.n_colors());
    let warning = picture.count(theme.warning);
    assert_eq!(warning, 0, "the warning color is for shared writing only");
}

#[test]
fn fills_a_large_screen() {
    let Some(stage) = Stage::set(1920, 1080, &[]) else {
        return;
    };
    let mut program = Program::start(&stage, &[] as &[&str]);
    program.until_title(TITLE);
    stage.keys(&["F11"]);
    let theme = Theme::dark();
    program.until("full screen", |_| {
        let picture = stage.picture();
        (picture.bounds(theme.bar)? == picture.area()).then_some(())
    });
    program.learn_grid();
    program.until("picture of four rows of bytes", |program| {
        let n_pixels = program.count_in_bytes(4, theme.byte[usize::from(b'A')]);
        (n_pixels > 400).then_some(())
    });
    program.until_title(TITLE);
}

#[test]
fn a_display_that_cannot_show_it_is_told_in_one_sentence() {
    let Some(stage) = Stage::set(320, 200, &[]) else {
        return;
    };
    let screen = ["-screen", "0", "1280x800x24"];
    let cases: [(&[&str], &str, &str); 3] = [
        (
            &[&screen[..], &["-extension", "RANDR"]].concat(),
            "",
            "RANDR",
        ),
        (&["-screen", "0", "1280x800x8"], "", "8 bits a pixel"),
        (&screen, "ulimit -v 700000;", "ulimit -v"),
    ];
    for (arguments, before, words) in cases {
        let bare = Bare::set(&stage, arguments);
        let mut run = bare.run(before, &[]);
        assert_eq!(run.until_end().code(), Some(2), "{}", run.said());
        let said = run.said();
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.starts_with("mapscope: No window can be opened here: "));
        assert!(said.contains(words), "{words} in {said}");
    }
}

#[test]
fn a_driver_that_is_missing_is_named() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let none = [
        ("LIBGL_DRIVERS_PATH", "/nowhere"),
        ("GBM_BACKENDS_PATH", "/nowhere"),
        ("__EGL_VENDOR_LIBRARY_DIRS", "/nowhere"),
        ("GALLIUM_DRIVER", "none"),
        ("LIBGL_ALWAYS_SOFTWARE", "1"),
    ];
    let mut run = bare::run(&stage, "", &[], &none);
    assert_eq!(run.until_end().code(), Some(2), "{}", run.said());
    let said = run.said();
    let last = said.lines().last().unwrap_or_default(); // the driver speaks before
    assert!(last.starts_with("mapscope: No window can be opened here: "));
    assert!(
        last.contains("OpenGL") && last.contains("libgl1-mesa-dri"),
        "{said}"
    );
}

#[test]
fn a_stale_wayland_display_gives_way_to_x() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let nobody_there = [("WAYLAND_DISPLAY", "wayland-7")];
    let mut run = bare::run(&stage, "", &[], &nobody_there);
    let pid = run.process.0.id().to_string();
    until("window", || {
        assert_eq!(run.process.ended(), None, "{}", run.said());
        stage.ask(&["search", "--onlyvisible", "--pid", &pid])
    });
}

/// Writes what the last run would have left: values by key.
fn remember(stage: &Stage, values: &[(&str, &str)]) -> std::path::PathBuf {
    let file = stage.folder().join("data").join("mapscope").join("app.ron");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let values = values
        .iter()
        .map(|(key, value)| format!("{key:?}: {value:?},"));
    fs::write(&file, format!("{{{}}}", values.collect::<String>())).unwrap();
    file
}

#[test]
fn a_window_left_beyond_the_screen_comes_back() {
    let Some(stage) = Stage::set(1920, 1080, &[]) else {
        return;
    };
    let window = "(normal_geometry:(outer_position_pixels:Some((x:2400.0,y:100.0)),scale_factor:1.0,inner_size_points:(x:1200.0,y:740.0)),fullscreen:false,maximized:false)";
    remember(&stage, &[("window", window)]);
    let program = Program::start(&stage, &[] as &[&str]);
    let pid = program.pid().to_string();
    program.until("whole window on the screen", |_| {
        let window = stage.ask(&["search", "--onlyvisible", "--pid", &pid])?;
        let place = stage.ask(&["getwindowgeometry", "--shell", &window])?;
        let value = |name: &str| -> Option<i32> {
            let line = place.lines().find_map(|line| line.strip_prefix(name))?;
            line.parse().ok()
        };
        let (x, width) = (value("X=")?, value("WIDTH=")?);
        // the frame that a window manager adds is not known before
        (x >= 0 && x + width <= 1920 + 16).then_some(())
    });
}

#[test]
fn a_window_that_was_maximized_is_so_again() {
    let Some(stage) = Stage::set(1920, 1080, &[]) else {
        return;
    };
    let window = "(normal_geometry:(outer_position_pixels:Some((x:40.0,y:50.0)),scale_factor:1.0,inner_size_points:(x:900.0,y:600.0)),fullscreen:false,maximized:true)";
    let file = remember(&stage, &[("window", window)]);
    let mut program = Program::start(&stage, &[] as &[&str]);
    let pid = program.pid().to_string();
    program.until("window as wide as the screen", |_| {
        let window = stage.ask(&["search", "--onlyvisible", "--pid", &pid])?;
        let place = stage.ask(&["getwindowgeometry", "--shell", &window])?;
        let mut lines = place.lines();
        let width: i32 = lines
            .find_map(|line| line.strip_prefix("WIDTH="))?
            .parse()
            .ok()?;
        (width > 1900).then_some(())
    });
    program.learn_grid();
    stage.keys(&["ctrl+q"]);
    assert!(program.until_end().success());
    // The size that it goes back to is not lost.
    let kept = fs::read_to_string(file).unwrap();
    assert!(
        kept.contains("maximized:true") && kept.contains("(x:900.0,y:600.0)"),
        "{kept}"
    );
}

#[test]
fn what_was_remembered_wrongly_is_set_aside_and_nobody_else_reads_the_rest() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let file = remember(
        &stage,
        &[
            ("settings", "(zoom_percent:0)"),
            ("egui", "(options:(zoom_factor:0.0))"),
        ],
    );
    let mut program = Program::start(&stage, &[] as &[&str]);
    program.until_title(TITLE);
    let warning = Theme::dark().notice_warning;
    program.until("warning in a banner", |_| {
        stage.picture().bounds(warning).map(drop)
    });
    assert!(file.with_extension("ron.bad").exists());
    program.learn_grid();
    stage.keys(&["ctrl+q"]);
    assert!(program.until_end().success());
    let kept = fs::read_to_string(&file).unwrap();
    assert!(kept.contains("zoom_percent"), "{kept}");
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
