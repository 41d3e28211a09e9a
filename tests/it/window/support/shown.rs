//! The window itself: how it is started and on what, and waiting for what it comes to.

use std::fs;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mapscope::model::OpenRequest;
use tempfile::TempDir;

use super::frames::{PAUSE, Shown, build, model, until_in_frames};
use super::ids;
use super::read::{grid, notices, rows, status, witness_rows};

/// The application in a window that is not shown. `None` only while it goes.
pub(crate) struct Window(Option<Shown>);

impl Deref for Window {
    type Target = Shown;

    fn deref(&self) -> &Self::Target {
        self.0.as_ref().expect("the window is there")
    }
}

impl DerefMut for Window {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.0.as_mut().expect("the window is there")
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // dropped in the middle of a frame egui panics once more, and that would end all tests
            std::mem::forget(self.0.take());
        }
    }
}

/// How long anything may take that is not timed by the test itself.
const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 5 });

/// A window on `path`, or on the sample, as `request` says; not waited for.
pub(crate) fn start(request: OpenRequest) -> Window {
    start_with(vec![request])
}

/// A window on several files; not waited for.
pub(crate) fn start_with(requests: Vec<OpenRequest>) -> Window {
    Window(Some(build(requests, [1500.0, 900.0])))
}

/// A window that shows the sample.
pub(crate) fn sample() -> Window {
    shown(OpenRequest::private(None))
}

/// A window that shows the file at `path`, private and read-write.
pub(crate) fn open(path: &Path) -> Window {
    shown(OpenRequest::private(Some(path.to_owned())))
}

fn shown(request: OpenRequest) -> Window {
    let mut window = start(request);
    until(&mut window, "the first row has bytes", |window| {
        rows(window).first().is_some_and(|row| !row.contains(" ??"))
    });
    grid(&window).focus();
    window.step();
    window
}

/// A folder with the file `data.bin` of these bytes in it.
pub(crate) fn file(bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("data.bin");
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// Steps the window until `reached`, with a frame every few milliseconds.
#[track_caller]
pub(crate) fn until(window: &mut Window, what: &str, reached: impl FnMut(&Window) -> bool) {
    let step = |window: &mut Window| ids::step(window);
    until_in_frames(window, step, (what, PATIENCE), reached, state);
}

/// Goes on for `time` and checks `holds` in each frame: for what must not happen.
#[track_caller]
pub(crate) fn throughout(
    window: &mut Window,
    time: Duration,
    what: &str,
    mut holds: impl FnMut(&Window) -> bool,
) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        ids::step(window);
        assert!(holds(window), "no longer: {what}\n{}", state(window));
        std::thread::sleep(PAUSE);
    }
}

/// The window in words, for messages.
pub(crate) fn state(window: &Window) -> String {
    let model = model(window);
    let mut lines = vec![model.title()];
    lines.extend(
        notices(window)
            .iter()
            .map(|notice| format!("{:?}: {}", notice.topic, notice.text)),
    );
    lines.extend(status(window));
    lines.extend(rows(window).into_iter().take(5));
    lines.extend(witness_rows(window));
    lines.join("\n")
}
