//! A window that nobody sees while a search runs: the search goes on and ends, the window's thread takes next to nothing, and
//! shown again it says what was found.

use std::fs::{self, File};
use std::io::Write as _;
use std::time::{Duration, Instant};

use crate::rig::program::stat;
use crate::rig::reader::{Reader, stage_with_python};
use crate::rig::{Program, until, within};

/// Searched long enough for the window's thread to be watched meanwhile.
const LEN: usize = 1 << 30;
/// Digits that are not looked at keep it from being found by what is fastest; nowhere in the file.
const PATTERN: &str = "?1 2? ?3 4? ?5";
/// The window is watched for so long at least.
const LEAST: Duration = Duration::from_secs(1);
/// What its thread may take of one processor, in percent.
const MOST: f64 = 1.0;
/// Ticks a second in /proc/PID/stat, on every Linux since 2.6.
const TICKS: f64 = 100.0;
/// How long it is waited for a search's end.
const PATIENCE: Duration = Duration::from_mins(3);

/// Threads of a process that search.
fn n_finders(pid: u32) -> usize {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter();
    let names = tasks
        .flatten()
        .flatten()
        .filter_map(|task| fs::read_to_string(task.path().join("comm")).ok());
    names.filter(|name| name.trim_end() == "find").count()
}

/// What the first thread of a process, the window's, took of a processor, in seconds.
fn seconds_of_window(pid: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/task/{pid}/stat")).unwrap();
    let (_, fields) = text.rsplit_once(") ").unwrap();
    let fields: Vec<&str> = fields.split(' ').collect();
    // utime and stime
    let ticks = [11, 12].map(|index| fields[index].parse::<f64>().unwrap());
    ticks.iter().sum::<f64>() / TICKS
}

#[test]
fn a_hidden_window_searches_on_and_takes_nothing_for_itself() {
    let Some((mut stage, python)) = stage_with_python() else {
        return;
    };
    let _bus = stage.start_bus();
    let path = stage.file("searched.bin", b"");
    let mut file = File::create(&path).unwrap();
    let chunk = vec![0xff; 1 << 20];
    for _ in 0..LEN >> 20 {
        file.write_all(&chunk).unwrap();
    }
    drop(file);
    let mut reader = Reader::start(&stage, python);
    let program = Program::start(&stage, &[&path]);
    let pid = program.pid();
    assert!(stat(pid).is_some());
    let window = stage.ask(&["getactivewindow"]).expect("the window");
    stage.keys(&["F9"]); // the panel has work of its own
    stage.keys(&["ctrl+f"]);
    until("the field to search by", || {
        (reader.focused() == "Find").then_some(())
    });
    stage.types(PATTERN);
    stage.keys(&["Return"]);
    until("a search", || (n_finders(pid) > 0).then_some(()));
    stage.hand(&["windowminimize", &window]);
    until("hidden window", || {
        stage.windows_of("mapscope").is_empty().then_some(())
    });
    let (begun, before) = (Instant::now(), seconds_of_window(pid));
    let over = within(PATIENCE, || (n_finders(pid) == 0).then_some(()));
    let (watched, took) = (begun.elapsed(), seconds_of_window(pid) - before);
    assert!(over.is_some(), "the search goes on without the window");
    let percent = took / watched.as_secs_f64() * 100.0;
    let words = format!("{percent:.2} % of a processor over {watched:.1?}");
    let _ = writeln!(std::io::stderr(), "hidden, while a search runs: {words}");
    assert!(watched > LEAST, "it was over too soon: {watched:?}");
    assert!(percent < MOST, "the hidden window took {words}");
    stage.hand(&["windowmap", &window, "windowactivate", &window]);
    reader.until("what came of it", |names| {
        names.iter().any(|name| name == "No match").then_some(())
    });
}
