//! The start of the window, without one: where it is put, and what of the remembered is believed.

#![cfg(feature = "gui")]
#![allow(
    clippy::float_cmp,
    clippy::cast_precision_loss,
    reason = "pixels are small whole numbers here"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use egui::{Pos2, Rect, pos2, vec2};
use mapscope::app::start::place::{Extent, LEAST_SIZE, Saved, USUAL_SIZE, place, seen, usable};
use mapscope::app::start::remembered::{self, Remembered};
use mapscope::model::Settings;
use mapscope::work::remembering::write;
use proptest::prelude::*;

fn rect(x: f32, y: f32, width: f32, height: f32) -> Rect {
    Rect::from_min_size(pos2(x, y), vec2(width, height))
}

fn saved(x: f32, y: f32) -> Saved {
    Saved {
        position_pixels: Some(pos2(x, y)),
        size_points: vec2(1200.0, 740.0),
        scale: 1.0,
        extent: Extent::Normal,
    }
}

const FULL_HD: [Rect; 1] = [Rect {
    min: Pos2::ZERO,
    max: pos2(1920.0, 1080.0),
}];

#[test]
fn a_window_beyond_the_monitor_comes_back_whole() {
    let found = place(saved(2400.0, 100.0), 1.0, &FULL_HD);
    assert_eq!(found.position, Some(pos2(720.0, 100.0)));
    assert_eq!(found.size, vec2(1200.0, 740.0));
    // 118 of its 1200 pixels can be seen
    let found = place(saved(1802.0, 100.0), 1.0, &FULL_HD);
    assert_eq!(found.position, Some(pos2(720.0, 100.0)));
    // its head is above the monitor
    let found = place(saved(100.0, -100.0), 1.0, &FULL_HD);
    assert_eq!(found.position, Some(pos2(100.0, 0.0)));
}

#[test]
fn a_window_that_can_be_used_stays() {
    for (x, y) in [(0.0, 0.0), (720.0, 340.0), (900.0, 300.0), (-500.0, 0.0)] {
        let found = place(saved(x, y), 1.0, &FULL_HD);
        assert_eq!(found.position, Some(pos2(x, y)));
        assert_eq!(found.size, vec2(1200.0, 740.0));
    }
    // across two monitors, and on one to the left of the first
    let two = [FULL_HD[0], rect(-1920.0, 0.0, 1920.0, 1080.0)];
    assert_eq!(
        usable(rect(-600.0, 50.0, 1200.0, 740.0), &two).min.x,
        -600.0
    );
    assert_eq!(
        usable(rect(-1900.0, 0.0, 1200.0, 740.0), &two).min.x,
        -1900.0
    );
    // where no monitor is known, it is believed
    assert_eq!(
        place(saved(2400.0, 9.0), 1.0, &[]).position,
        Some(pos2(2400.0, 9.0))
    );
}

#[test]
fn places_are_in_points_and_too_large_a_window_fits() {
    let half = Saved {
        scale: 2.0,
        ..saved(3800.0, 0.0)
    };
    let found = place(half, 1.5, &[rect(0.0, 0.0, 3840.0, 2160.0)]);
    // 3600 x 2220 pixels
    assert_eq!(found.position, Some(pos2(80.0, 0.0)));
    assert_eq!(found.size, vec2(1200.0, 720.0));
    let small = place(saved(0.0, 0.0), 1.0, &[rect(0.0, 0.0, 800.0, 600.0)]);
    assert_eq!(small.size, vec2(800.0, 600.0));
}

#[test]
fn a_place_that_is_none_is_forgotten() {
    for scale in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e-30] {
        let found = place(
            Saved {
                scale,
                ..saved(1.0, 1.0)
            },
            1.0,
            &FULL_HD,
        );
        assert_eq!((found.position, found.size), (None, USUAL_SIZE));
    }
    let size_of = |width, height| {
        let remembered = Saved {
            size_points: vec2(width, height),
            ..saved(1.0, 1.0)
        };
        place(remembered, 1.0, &FULL_HD).size
    };
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e9] {
        let found = place(saved(bad, 0.0), 1.0, &FULL_HD);
        assert_eq!(found.position, None, "{bad}");
        assert_eq!(size_of(bad, 740.0), USUAL_SIZE, "{bad}");
    }
    assert_eq!(size_of(1.0, 1.0), LEAST_SIZE);
}

fn monitors() -> impl Strategy<Value = Vec<Rect>> {
    let monitor = (-4000..4000, -4000..4000, 640..4000, 480..3000);
    let monitor = monitor
        .prop_map(|(x, y, width, height)| rect(x as f32, y as f32, width as f32, height as f32));
    prop::collection::vec(monitor, 1..4)
}

proptest! {
    /// Counted pixel by pixel of a coarse grid, as the rule is told: half of it is to be seen.
    #[test]
    fn half_of_it_is_to_be_seen(
        (x, y) in (-9000..9000, -9000..9000),
        (width, height) in (64..5000, 64..4000),
        monitors in monitors(),
    ) {
        let window = rect(x as f32, y as f32, width as f32, height as f32);
        let found = usable(window, &monitors);
        prop_assert!(found.width() > 0.0 && found.height() > 0.0);
        prop_assert!(found.width() <= window.width() && found.height() <= window.height());
        let steps = 40;
        let mut seen = 0;
        for column in 0..steps {
            for row in 0..steps {
                let part = vec2(column as f32 + 0.5, row as f32 + 0.5) / steps as f32;
                let point = found.min + part * found.size();
                seen += i32::from(monitors.iter().any(|monitor| monitor.contains(point)));
            }
        }
        // monitors that lie over each other count twice in the program: a quarter is sure
        prop_assert!(seen * 4 >= steps * steps - 4 * steps, "{} of {}", seen, steps * steps);
        let on = |point: Pos2| monitors.iter().any(|monitor| monitor.expand(1.0).contains(point));
        let is_held = |column: i16| {
            let part = (f32::from(column) + 0.5) / 100.0;
            on(pos2(found.min.x + part * found.width(), found.min.y + 16.0))
        };
        prop_assert!((0..100).any(is_held), "it cannot be taken hold of");
        prop_assert_eq!(usable(found, &monitors), found, "it stays from then on");
    }

    #[test]
    fn a_window_inside_a_monitor_never_moves(
        (x, y) in (0.0_f32..720.0, 0.0_f32..340.0),
        more in monitors(),
    ) {
        let window = rect(x.floor(), y.floor(), 1200.0, 740.0);
        let monitors = [&FULL_HD[..], &more].concat();
        prop_assert_eq!(usable(window, &monitors), window);
    }

    #[test]
    fn no_remembered_text_ends_the_program(text in ".*", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Remembered::of(&text);
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("app.ron");
        fs::write(&file, bytes).unwrap();
        let _ = Remembered::load(&file);
    }
}

/// The file as earlier versions left it: values of RON within RON.
fn remembered_file(dir: &Path, values: &[(&str, &str)]) -> std::path::PathBuf {
    let file = dir.join("data").join("app.ron");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let values = values
        .iter()
        .map(|(key, value)| format!("{key:?}: {value:?},\n"));
    fs::write(&file, format!("{{{}}}", values.collect::<String>())).unwrap();
    file
}

#[test]
fn a_zoom_that_nobody_chose_is_set_aside_and_said() {
    for bad in ["0", "1", "65535", "-5", "0.0", "\"\""] {
        let dir = tempfile::tempdir().unwrap();
        let value = format!("(zoom_percent:{bad})");
        let file = remembered_file(dir.path(), &[("settings", &value)]);
        let before = fs::read(&file).unwrap();
        let remembered = Remembered::load(&file);
        assert_eq!(remembered.settings.zoom(), 1.0, "{bad}");
        let problem = remembered.problem.expect("it is said");
        assert!(problem.contains("app.ron.bad"), "{problem}");
        let aside = file.with_extension("ron.bad");
        assert_eq!(fs::read(aside).unwrap(), before, "{bad}");
        // the next start has nothing to say
        assert_eq!(Remembered::load(&file).problem, None);
    }
}

/// The lab stood in the side panel once: what was remembered then is kept.
#[test]
fn a_side_panel_of_an_earlier_version_costs_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let file = remembered_file(dir.path(), &[("settings", "(tab:Lab,zoom_percent:150)")]);
    let remembered = Remembered::load(&file);
    assert_eq!(remembered.problem, None);
    assert_eq!(remembered.settings.zoom(), 1.5);
    assert_eq!(remembered.settings.tab, Settings::default().tab);
}

#[test]
fn what_is_good_stays_beside_what_is_bad() {
    let dir = tempfile::tempdir().unwrap();
    let window = "(normal_geometry:(outer_position_pixels:Some((x:7.0,y:8.0)),scale_factor:2.0,inner_size_points:(x:900.0,y:600.0)),fullscreen:false,maximized:false)";
    let file = remembered_file(
        dir.path(),
        &[
            (
                "settings",
                "(columns:Fixed(200),zoom_percent:150,panel_shown:false)",
            ),
            ("window", window),
            ("egui", "(options:(zoom_factor:0.0),data:())"),
        ],
    );
    let remembered = Remembered::load(&file);
    assert_eq!(remembered.settings.zoom(), 1.5);
    assert!(!remembered.settings.panel_shown);
    assert_eq!(remembered.settings.columns, Settings::default().columns);
    let found = remembered.window.expect("the window's place");
    assert_eq!(found.position_pixels, Some(pos2(7.0, 8.0)));
    assert_eq!((found.scale, found.size_points), (2.0, vec2(900.0, 600.0)));
    let problem = remembered.problem.expect("it is said");
    assert!(problem.contains("bytes in a row"), "{problem}");
}

/// A zoom in the toolkit's own memory ended the program at every start.
#[test]
fn the_toolkits_own_zoom_is_not_believed() {
    let context = egui::Context::default();
    context.options_mut(|options| options.zoom_factor = 0.0);
    let memory = context.memory(|memory| ron::to_string(memory).unwrap());
    let dir = tempfile::tempdir().unwrap();
    let file = remembered_file(
        dir.path(),
        &[("settings", "(zoom_percent:120)"), ("egui", &memory)],
    );
    let mut remembered = Remembered::load(&file);
    assert_eq!(remembered.problem, None);
    let fresh = egui::Context::default();
    remembered.prepare(&fresh);
    assert_eq!(fresh.zoom_factor(), 1.2);
}

#[test]
fn what_is_written_is_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("app.ron");
    let mut settings = Settings::default();
    settings.zoom_by(3);
    settings.remember(Path::new("/somewhere/a file"));
    for extent in [Extent::Normal, Extent::Maximized, Extent::FullScreen] {
        let window = Saved {
            extent,
            ..saved(7.0, 8.0)
        };
        let context = egui::Context::default();
        let id = egui::Id::unique("panel");
        context.data_mut(|data| data.insert_persisted(id, 321.0_f32));
        let text = context.memory(|memory| remembered::text(&settings, memory, Some(window)));
        write(&file, &text).unwrap();
        let mut remembered = Remembered::load(&file);
        assert_eq!(remembered.problem, None);
        assert_eq!(remembered.settings, settings);
        assert_eq!(remembered.window, Some(window));
        let fresh = egui::Context::default();
        remembered.prepare(&fresh);
        let width = fresh.data_mut(|data| data.get_persisted::<f32>(id));
        assert_eq!(width, Some(321.0));
    }
}

/// A write that fails leaves what was there, and one that does not leaves nothing beside it.
#[test]
fn a_file_is_replaced_in_one_step() {
    let dir = tempfile::tempdir().unwrap();
    let real = dir.path().join("real");
    fs::create_dir(&real).unwrap();
    fs::write(real.join("app.ron"), "before").unwrap();
    let open = fs::File::open(real.join("app.ron")).unwrap();
    // kept elsewhere, with a link to it
    let link = dir.path().join("app.ron");
    std::os::unix::fs::symlink(real.join("app.ron"), &link).unwrap();
    write(&link, "after").unwrap();
    assert!(link.is_symlink());
    assert_eq!(fs::read_to_string(&link).unwrap(), "after");
    assert_eq!(std::io::read_to_string(open).unwrap(), "before");
    assert_eq!(fs::read_dir(&real).unwrap().count(), 1);
    let mode = fs::metadata(&link).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // its name is a folder's
    let error = write(&real, "nothing").unwrap_err();
    assert!(error.to_string().contains("real"), "{error}");
    assert_eq!(fs::read_dir(&real).unwrap().count(), 1);
}

#[test]
fn a_window_that_was_enlarged_goes_back_to_where_it_was() {
    let viewport = |maximized, fullscreen, minimized| egui::ViewportInfo {
        native_pixels_per_point: Some(2.0),
        outer_rect: Some(rect(10.0, 20.0, 900.0, 630.0)),
        maximized: Some(maximized),
        fullscreen: Some(fullscreen),
        minimized: Some(minimized),
        ..egui::ViewportInfo::default()
    };
    let size = vec2(900.0, 600.0);
    let here = seen(&viewport(false, false, false), size, 1.5, None).unwrap();
    assert_eq!(here.position_pixels, Some(pos2(30.0, 60.0)));
    assert_eq!((here.size_points, here.scale), (size, 2.0));
    let large = vec2(1900.0, 1000.0);
    for (maximized, fullscreen, extent) in [
        (true, false, Extent::Maximized),
        (false, true, Extent::FullScreen),
        (true, true, Extent::FullScreen),
    ] {
        let enlarged = seen(
            &viewport(maximized, fullscreen, false),
            large,
            1.5,
            Some(here),
        );
        assert_eq!(enlarged, Some(Saved { extent, ..here }));
    }
    let hidden = seen(
        &viewport(false, false, true),
        vec2(1.0, 1.0),
        1.5,
        Some(here),
    );
    assert_eq!(hidden, Some(here));
}

#[test]
fn only_the_owner_reads_what_is_remembered() {
    let dir = tempfile::tempdir().unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    // the first start makes the folder, and what is chosen then the file
    let file = dir.path().join("made").join("app.ron");
    let _ = Remembered::load(&file);
    assert!(!file.exists());
    write(&file, "{}").unwrap();
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    // left by an older version
    let file = remembered_file(dir.path(), &[("settings", "()")]);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(Remembered::load(&file).problem, None);
    assert_eq!(mode(&file), 0o600);
}

#[test]
fn the_zoom_goes_by_tenths_within_its_bounds() {
    let mut settings = Settings::default();
    let mut zooms = vec![settings.zoom()];
    for _ in 0..30 {
        settings.zoom_by(1);
        zooms.push(settings.zoom());
    }
    assert!(zooms.is_sorted());
    assert_eq!((zooms[1], settings.zoom()), (1.1, 3.0));
    for _ in 0..40 {
        settings.zoom_by(-1);
    }
    assert_eq!(settings.zoom(), 0.5);
    settings.zoom_by(0);
    assert_eq!(settings.zoom(), 1.0);
    assert_eq!(settings.mend(), Vec::<&str>::new());
}
