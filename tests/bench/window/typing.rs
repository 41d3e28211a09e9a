//! A hundred bytes a second are typed while every edit is written down on the disk: what a frame takes of the processor.
//!
//! The window is drawn without a display, sixty frames a second, and what counts is the time of its thread.

use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use egui::Event;
use egui_kittest::Harness;
use mapscope::app::{Shell, Start};
use mapscope::model::{MappingAction, Mode, OpenRequest};
use rustix::time::{ClockId, clock_gettime};

use crate::linux::verdict;
use crate::rig::PATIENCE;

/// Bytes a second, and for how long.
const A_SECOND: f64 = 100.0;
const TYPED: Duration = Duration::from_secs(10);
const FRAME: Duration = Duration::from_micros(16_667);
/// A frame takes no longer of the processor.
const MOST: Duration = Duration::from_millis(16);

type Window = Harness<'static, Shell>;

/// Processor time of this thread.
fn spent() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    let nanoseconds = now.tv_sec * 1_000_000_000 + now.tv_nsec;
    Duration::from_nanos(nanoseconds.try_into().expect("time goes forward"))
}

/// Typing into a private view and into a shared one.
pub(super) fn typing() -> bool {
    [Mode::Private, Mode::Shared]
        .into_iter()
        .fold(true, |fine, mode| fine & typed(mode))
}

fn typed(mode: Mode) -> bool {
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("typed.bin");
    std::fs::write(&path, vec![0; 1 << 20]).expect("a file");
    let state = folder.path().join("state");
    let mut window = Harness::builder()
        .with_size([1280.0, 800.0])
        .allow_missing_glyphs()
        .build_eframe(|creation| {
            let program = PathBuf::from(env!("CARGO_BIN_EXE_mapscope"));
            let requests = vec![OpenRequest::private(Some(path))];
            let mut shell = Shell::new(program, Start { requests, at: None });
            shell.keep_journal(state.clone());
            shell.attach(creation);
            shell
        });
    until(&mut window, |window| mode_of(window).is_some());
    let ctx = window.ctx.clone();
    let set = mapscope::model::Action::Mapping(MappingAction::SetMode(mode));
    window.state_mut().act(&ctx, set);
    until(&mut window, |window| mode_of(window) == Some(mode));
    let (start, mut n_typed, mut frames) = (Instant::now(), 0_u32, Vec::new());
    while start.elapsed() < TYPED {
        let frame = Instant::now();
        while f64::from(n_typed) < start.elapsed().as_secs_f64() * A_SECOND {
            for digit in format!("{:02x}", n_typed % 255 + 1).chars() {
                window.event(Event::Text(digit.to_string()));
            }
            n_typed += 1;
        }
        let before = spent();
        window.step();
        frames.push(spent().saturating_sub(before));
        sleep(FRAME.saturating_sub(frame.elapsed()));
    }
    let has_journal = std::fs::read_dir(&state).is_ok_and(|mut files| files.next().is_some());
    assert!(has_journal, "it was written down");
    frames.sort_unstable();
    let over = frames.iter().filter(|frame| **frame > MOST).count();
    let ms = |at: usize| {
        frames
            .get(at)
            .map_or(0.0, |frame| frame.as_secs_f64() * 1e3)
    };
    let figure = format!(
        "typing {n_typed} bytes in {mode} mode, with the journal: {} frames, median {:.2} ms, longest {:.2} ms of the processor, {over} over 16 ms",
        frames.len(),
        ms(frames.len() / 2),
        ms(frames.len() - 1),
    );
    verdict(&figure, over == 0)
}

fn mode_of(window: &Window) -> Option<Mode> {
    let view = window.state().model().doc()?.view();
    view.window.as_ref().map(|_| view.mode)
}

fn until(window: &mut Window, reached: impl Fn(&Window) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !reached(window) {
        assert!(Instant::now() < deadline, "the window is not ready");
        window.step();
        sleep(Duration::from_millis(2));
    }
}
