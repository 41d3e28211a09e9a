//! Keys while a search runs, and its end when it is stopped.
//!
//! The window is drawn without a display, a frame for each key; what is timed is from the key to the end of the frame that shows
//! what it did, and from the order to stop to the frame that says so and the end of the search's threads.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use mapscope::app::{Shell, Start};
use mapscope::model::{Action, DocAction, FindAction, FindForm, OpenRequest, View};

use crate::linux::verdict;
use crate::rig::PATIENCE;

/// The file that is searched, in bytes.
const LEN: usize = 2 << 30;
/// No 24 letters in a row are among so many random bytes.
const EXPRESSION: &str = "[a-z]{24}";
/// Keys that are pressed, unless the search is over before, and what is between two of them.
const N_KEYS: usize = 200;
const BETWEEN: Duration = Duration::from_millis(10);
/// From a key to its frame, at most.
const MOST_KEY: Duration = Duration::from_millis(50);
/// From the order to stop to what says that it stopped, and to the end of its threads, at most.
const MOST_STOP: Duration = Duration::from_millis(100);
/// Searches that are stopped.
const N_STOPS: usize = 10;

type Window = Harness<'static, Shell>;

/// A search over a large warm file: keys, and stopping it.
pub(super) fn finding() -> bool {
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("random.bin");
    make(&path);
    let mut window = Harness::builder()
        .with_size([1280.0, 800.0])
        .allow_missing_glyphs()
        .build_eframe(|creation| {
            let program = PathBuf::from(env!("CARGO_BIN_EXE_mapscope"));
            let requests = vec![OpenRequest::private(Some(path))];
            let mut shell = Shell::new(program, Start { requests, at: None });
            shell.attach(creation);
            shell
        });
    until(&mut window, |window| {
        view(window).is_some_and(|view| view.window.is_some())
    });
    for action in [
        FindAction::Open { replaces: false },
        FindAction::SetForm(FindForm::Expression),
        FindAction::Edited(EXPRESSION.to_owned()),
    ] {
        act(&mut window, Action::Find(action));
    }
    // the keys go to the bytes
    let grid = mapscope::model::AppAction::Focus(mapscope::model::Focus::Grid);
    act(&mut window, Action::App(grid));
    keys(&mut window) & stops(&mut window)
}

/// Random bytes, which are in memory then.
fn make(path: &Path) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut file = File::create(path).expect("a file");
    let mut chunk = vec![0; 1 << 20];
    for _ in 0..LEN / chunk.len() {
        for word in chunk.chunks_exact_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word.copy_from_slice(&state.to_le_bytes());
        }
        file.write_all(&chunk).expect("room for the file");
    }
}

/// From keys to what they did, while it is searched.
fn keys(window: &mut Window) -> bool {
    search(window);
    let begun = Instant::now();
    let mut times = Vec::new();
    for n in 0..N_KEYS {
        if !is_searching(window) {
            break;
        }
        let before = view(window).expect("a file").viewport.cursor;
        let types = n % 4 == 3;
        let start = Instant::now();
        if types {
            window.event(Event::Text("5".to_owned()));
        } else if n % 4 == 2 {
            window.key_press_modifiers(Modifiers::NONE, Key::PageDown);
        } else {
            window.key_press_modifiers(Modifiers::NONE, Key::ArrowRight);
        }
        window.step();
        let view = view(window).expect("a file");
        let is_done = if types {
            view.viewport.nibble.is_some()
        } else {
            view.viewport.cursor != before
        };
        assert!(is_done, "the frame shows what key {n} did");
        times.push(start.elapsed());
        sleep(BETWEEN);
    }
    let searched = begun.elapsed();
    stop(window);
    assert!(!times.is_empty(), "the search was over before a key came");
    let (median, most) = in_order(&mut times);
    let figure = format!(
        "while a search runs, {} keys in {:.1} s: to their frame {:.1} ms in the middle, {:.1} ms at most (at most {})",
        times.len(),
        searched.as_secs_f64(),
        millis(median),
        millis(most),
        MOST_KEY.as_millis()
    );
    verdict(&figure, most <= MOST_KEY)
}

/// From the order to stop to its end.
fn stops(window: &mut Window) -> bool {
    let (mut told, mut ended) = (Vec::new(), Vec::new());
    for _ in 0..N_STOPS {
        search(window);
        let (is_told, is_over) = stop(window);
        told.push(is_told);
        ended.push(is_over);
    }
    let [told, ended] = [told, ended].map(|mut times| in_order(&mut times));
    let figure = format!(
        "a search is stopped, {N_STOPS} times: told within {:.1} ms in the middle, {:.1} ms at most; its threads gone within {:.1} and {:.1} ms (at most {})",
        millis(told.0),
        millis(told.1),
        millis(ended.0),
        millis(ended.1),
        MOST_STOP.as_millis()
    );
    verdict(&figure, told.1.max(ended.1) <= MOST_STOP)
}

/// Begins a search and waits until it is at work.
fn search(window: &mut Window) {
    act(window, Action::Find(FindAction::All));
    until(window, |window| is_searching(window) && n_finders() > 0);
}

/// Stops it: until that is told, and until its threads are gone.
fn stop(window: &mut Window) -> (Duration, Duration) {
    let now = view(window).and_then(|view| view.searches.now.as_ref());
    let Some(number) = now.map(|now| now.number) else {
        return (Duration::ZERO, Duration::ZERO);
    };
    let start = Instant::now();
    act(window, Action::Doc(DocAction::CancelJob(number)));
    until(window, |window| {
        view(window).is_some_and(|view| view.searches.answer == "Stopped")
    });
    let told = start.elapsed();
    while n_finders() > 0 {
        assert!(start.elapsed() < PATIENCE, "it does not end");
        sleep(Duration::from_millis(1));
    }
    (told, start.elapsed())
}

/// Threads of this process that search.
fn n_finders() -> usize {
    let tasks = fs::read_dir("/proc/self/task").expect("/proc").flatten();
    let names = tasks.filter_map(|task| fs::read_to_string(task.path().join("comm")).ok());
    names.filter(|name| name.trim_end() == "find").count()
}

fn is_searching(window: &Window) -> bool {
    view(window).is_some_and(|view| view.searches.now.is_some())
}

/// The one in the middle and the longest.
fn in_order(times: &mut [Duration]) -> (Duration, Duration) {
    times.sort();
    let last = times.last().copied().unwrap_or_default();
    (times.get(times.len() / 2).copied().unwrap_or(last), last)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn view(window: &Window) -> Option<&View> {
    Some(window.state().model().doc()?.view())
}

fn act(window: &mut Window, action: Action) {
    let ctx = window.ctx.clone();
    window.state_mut().act(&ctx, action);
    window.step();
}

fn until(window: &mut Window, reached: impl Fn(&Window) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !reached(window) {
        assert!(Instant::now() < deadline, "waited in vain");
        window.step();
        sleep(Duration::from_millis(2));
    }
}
