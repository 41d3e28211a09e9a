//! The real window: how soon it shows bytes, what it costs while nothing happens, and what a file's size costs.
//!
//! `cargo bench --bench window`, or only parts of it, such as `-- start idle`: the parts are `start`, `idle`, `behind`,
//! `many`, `typing`, `finding`, `growing`, `stores`, `actions`, `memory`, `picture` and `marks`. Needs Xvfb, openbox and xdotool, and `idle` what the tests of the screen
//! reader need. The start is compared with that of an empty window of the same library, which this program shows when
//! called with `--empty-window`: both are watched from outside, by what stands on the screen. The exit code is 1 where a
//! figure misses its bound.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench prints its figures and stops where it cannot measure"
)]

#[cfg(target_os = "linux")]
#[path = "../desktop/rig.rs"]
#[allow(dead_code, reason = "the desktop tests use the rest of it")]
mod rig;

#[cfg(target_os = "linux")]
#[path = "window/cost.rs"]
mod cost;

#[cfg(target_os = "linux")]
#[path = "window/finding.rs"]
mod finding;

#[cfg(target_os = "linux")]
#[path = "window/latency.rs"]
mod latency;

#[cfg(target_os = "linux")]
#[path = "window/typing.rs"]
mod typing;

#[cfg(target_os = "linux")]
#[path = "window/writers.rs"]
mod writers;

use std::process::ExitCode;

use egui::Color32;

/// What fills the empty window: a color of no other window.
const EMPTY: Color32 = Color32::from_rgb(0xd0, 0x20, 0x90);

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == "--empty-window") {
        return empty_window();
    }
    #[cfg(target_os = "linux")]
    return linux::main();
    #[cfg(not(target_os = "linux"))]
    {
        println!("SKIPPED: the bench of the window needs Linux");
        ExitCode::SUCCESS
    }
}

/// A window of the program's size with nothing in it.
fn empty_window() -> ExitCode {
    struct Empty;
    impl eframe::App for Empty {
        fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
            let frame = egui::Frame::new().fill(EMPTY);
            egui::CentralPanel::default().frame(frame).show(ui, |_| {});
        }
    }
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_app_id("mapscope-empty")
            .with_inner_size([1200.0, 740.0]),
        renderer: eframe::Renderer::Glow,
        system_font_fallback: false,
        ..Default::default()
    };
    let run = eframe::run_native("empty", options, Box::new(|_| Ok(Box::new(Empty))));
    run.map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::File;
    use std::os::unix::fs::FileExt as _;
    use std::path::Path;
    use std::process::{Command, ExitCode};
    use std::thread::sleep;
    use std::time::{Duration, Instant};

    use egui::Color32;
    use mapscope::ui::Theme;

    use crate::rig::memory::{Cost, MOST_KIB};
    use crate::rig::stage::Kept;
    use crate::rig::{Stage, until};
    use crate::{cost, finding, latency, typing, writers};

    /// A part of the benchmark: whether its bounds are met.
    type Part = fn(&Stage) -> bool;

    /// Starts of each kind.
    const N_STARTS: usize = 25;
    /// The program may take this many times as long as an empty window.
    const MOST_START: f64 = 1.25;

    pub(super) fn main() -> ExitCode {
        let parts: Vec<String> = std::env::args()
            .skip(1)
            .filter(|argument| !argument.starts_with('-'))
            .collect();
        let wanted = |part: &str| parts.is_empty() || parts.iter().any(|one| one == part);
        // before the other stage: there is one at a time
        let mut fine = !wanted("idle") || cost::idle();
        fine &= !wanted("picture") || latency::picture();
        fine &= !wanted("marks") || writers::marks();
        fine &= !wanted("typing") || typing::typing();
        fine &= !wanted("finding") || finding::finding();
        let Some(stage) = Stage::set(1280, 800, &[]) else {
            return ExitCode::SUCCESS;
        };
        let all: [(&str, Part); 7] = [
            ("behind", cost::behind),
            ("many", cost::many),
            ("growing", cost::growing),
            ("stores", writers::stores),
            ("actions", cost::actions),
            ("start", starts),
            ("memory", memory),
        ];
        for (part, measure) in all {
            fine &= !wanted(part) || measure(&stage);
        }
        if fine {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    /// What a file's size costs in memory.
    fn memory(stage: &Stage) -> bool {
        ["private", "shared"].into_iter().fold(true, |fine, mode| {
            let cost = Cost::measure(stage, mode);
            fine & verdict(&cost.to_string(), cost.more_kib() <= MOST_KIB)
        })
    }

    /// Prints a figure, and whether it misses its bound.
    pub(super) fn verdict(figure: &str, fine: bool) -> bool {
        println!("{figure}{}", if fine { "" } else { "  MISSED" });
        fine
    }

    /// The start with bytes on the screen against that of an empty window, taking turns.
    fn starts(stage: &Stage) -> bool {
        let small = stage.file("small.bin", &[0x99; 62]);
        let large = stage.sparse_file("large.bin", 1 << 40);
        let bytes = Theme::dark().byte;
        let program = |file: &Path| {
            let mut command = stage.command(env!("CARGO_BIN_EXE_mapscope"));
            command.arg(file);
            command
        };
        let empty = || {
            let mut command = stage.command(std::env::current_exe().expect("this bench"));
            command.arg("--empty-window");
            command
        };
        // the colors of no other thing in the window than these bytes
        let (high, zero) = (bytes[0x99], bytes[0]);
        let rows = rows_of(stage, program(&small), high);
        let mut times: [Vec<Duration>; 3] = Default::default();
        for start in 0..=N_STARTS {
            let round = [
                first_seen(stage, empty(), super::EMPTY, &rows),
                first_seen(stage, program(&small), high, &rows),
                first_seen(stage, program(&large), zero, &rows),
            ];
            if start > 0 {
                // the first one warms the disk's cache
                for (times, time) in times.iter_mut().zip(round) {
                    times.push(time);
                }
            }
        }
        // what else the machine does only ever adds to a time
        let [empty, small, large] =
            times.map(|times| times.iter().min().map_or(0.0, Duration::as_secs_f64));
        let mut fine = true;
        for (name, time) in [("62 bytes", small), ("1 TiB", large)] {
            let ratio = time / empty;
            let figure = format!(
                "start, {name}, the quickest of {N_STARTS}: bytes after {:.0} ms, empty window after {:.0} ms: ratio {ratio:.2} (at most {MOST_START})",
                time * 1e3,
                empty * 1e3
            );
            fine &= verdict(&figure, ratio <= MOST_START);
        }
        fine
    }

    /// The part of the screen's file that holds the rows where `color` is to be seen first.
    struct Rows {
        offset: u64,
        len: usize,
    }

    /// Where the program shows `color`.
    fn rows_of(stage: &Stage, mut command: Command, color: Color32) -> Rows {
        let program = Kept(command.spawn().expect("a program"));
        let area = until("picture of bytes", || stage.picture().bounds(color));
        drop(program);
        until("bare screen", || {
            stage.picture().bounds(color).is_none().then_some(())
        });
        let picture = stage.picture();
        let n_bytes = std::fs::metadata(stage.frame_buffer()).expect("the screen's file");
        let stride = picture.width * 4;
        // the rows are the end of the file
        let start = n_bytes.len() - u64::try_from(stride * picture.height).expect("a length");
        Rows {
            offset: start + u64::try_from(stride * area.top).expect("a length"),
            // few, as reading them takes time from what is measured
            len: stride * area.height().min(16),
        }
    }

    /// From the start of the process until `color` stands on the screen. The process is killed then.
    fn first_seen(stage: &Stage, mut command: Command, color: Color32, rows: &Rows) -> Duration {
        let screen = File::open(stage.frame_buffer()).expect("the screen's file");
        let mut pixels = vec![0; rows.len];
        let mut seen = || {
            screen
                .read_exact_at(&mut pixels, rows.offset)
                .expect("the screen's rows");
            let wanted = [color.b(), color.g(), color.r()];
            pixels.chunks_exact(4).any(|pixel| pixel[..3] == wanted)
        };
        until("bare screen", || (!seen()).then_some(()));
        let start = Instant::now();
        let program = Kept(
            command
                .stderr(stage.log("start"))
                .spawn()
                .expect("a program"),
        );
        let time = loop {
            if seen() {
                break start.elapsed();
            }
            assert!(start.elapsed() < crate::rig::PATIENCE, "nothing is shown");
            sleep(Duration::from_millis(2));
        };
        drop(program);
        time
    }
}
