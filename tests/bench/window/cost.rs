//! What the program takes of a processor and of memory while nothing happens, while a file grows, and over many actions.
//!
//! It owns how that is measured: the window and every process below it, over a few seconds. It must not know how the
//! program works.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use mapscope::ui::Theme;

use super::linux::verdict;
use crate::rig::memory::Memory;
use crate::rig::program::stat;
use crate::rig::reader::{Reader, stage_with_python};
use crate::rig::stage::Kept;
use crate::rig::{Program, Stage};

/// How long a window is watched.
const WATCHED: Duration = Duration::from_secs(10);
/// What the action before left to do is over by then.
const SETTLED: Duration = Duration::from_secs(2);
/// The most that an unchanged window and all its processes may take, in percent of one processor.
const MOST_IDLE: f64 = 1.0;
/// The same while the file grows [`N_GROWTHS`] times a second out of sight.
const MOST_GROWING: f64 = 8.0;
const N_GROWTHS: u32 = 50;
const GROWTH: [u8; 100] = [b'+'; 100];
/// Files that are open at once.
const N_FILES: usize = 8;
/// A round of actions: mode twice, mapping anew, the four tabs, the panel away and back, and the grid.
const ROUND: [&str; 11] = [
    "ctrl+t", "ctrl+r", "ctrl+1", "ctrl+2", "ctrl+t", "ctrl+r", "ctrl+3", "ctrl+4", "ctrl+w", "F9",
    "F9",
];
/// Rounds that are counted, after some that warm up.
const N_ROUNDS: usize = 100;
const N_WARM: usize = 30;
/// What those may leave, in KiB.
const MOST_LEFT_KIB: i64 = 1024;
/// Ticks a second in /proc/PID/stat, on every Linux since 2.6.
const TICKS: f64 = 100.0;

/// An unchanged window: with a process more, each tab of the panel, the lab, and no panel.
pub(super) fn idle() -> bool {
    let Some((mut stage, python)) = stage_with_python() else {
        return true;
    };
    let _bus = stage.start_bus();
    let file = stage.file("small.bin", &[0x99; 62]);
    let mut program = Program::start(&stage, &[&file]);
    program.learn_grid();
    until_peers(&program, 2);
    let mut reader = Reader::start(&stage, python);
    reader.press("Start a process that maps the file shared");
    until_peers(&program, 3);
    drop(reader);
    let mut is_met = true;
    for (keys, shown) in [
        ("ctrl+1", "witnesses and a process more"),
        ("ctrl+2", "answers"),
        ("ctrl+3", "facts"),
        ("ctrl+4", "lab"),
    ] {
        stage.keys(&[keys]);
        is_met &= idles(&program, shown, MOST_IDLE);
    }
    stage.keys(&["ctrl+w", "ctrl+1"]); // the lab is a tab of its own
    without_panel(&program);
    is_met & idles(&program, "no panel", MOST_IDLE)
}

/// Eight files, each of which was looked at.
pub(super) fn many(stage: &Stage) -> bool {
    let names: Vec<String> = (0..N_FILES).map(|index| format!("{index}.bin")).collect();
    let files: Vec<PathBuf> = names
        .iter()
        .map(|name| stage.file(name, &[0x99; 62]))
        .collect();
    let mut program = Program::start(stage, &files[..1]);
    program.learn_grid();
    for (name, path) in names.iter().zip(&files).skip(1) {
        stage.keys(&["ctrl+shift+o"]);
        stage.types(path.to_str().expect("a path in UTF-8"));
        stage.keys(&["Return"]);
        program.until_title(&format!(
            "{name} \u{2014} PRIVATE read-write \u{2014} mapscope"
        ));
    }
    idles(&program, "eight files", MOST_IDLE)
}

/// A file that grows out of sight.
pub(super) fn growing(stage: &Stage) -> bool {
    let path = stage.file("growing.log", &vec![b'.'; 64 << 10]);
    let mut program = Program::start(stage, &[&path]);
    program.learn_grid();
    let is_over = AtomicBool::new(false);
    scope(|scope| {
        scope.spawn(|| grow(&path, &is_over));
        let fine = idles(&program, "a file that grows", MOST_GROWING);
        is_over.store(true, Ordering::Relaxed);
        fine
    })
}

fn grow(path: &Path, is_over: &AtomicBool) {
    let mut file = File::options().append(true).open(path).expect("the file");
    let start = Instant::now();
    for round in 1_u32.. {
        if is_over.load(Ordering::Relaxed) {
            return;
        }
        file.write_all(&GROWTH).expect("a longer file");
        let due = Duration::from_secs(1) * round / N_GROWTHS;
        sleep(due.saturating_sub(start.elapsed()));
    }
}

/// What many actions leave in memory.
pub(super) fn actions(stage: &Stage) -> bool {
    let file = stage.file("small.bin", &[b'A'; 62]);
    let mut program = Program::start(stage, &[&file]);
    program.learn_grid();
    let rounds = |n_rounds: usize| {
        for _ in 0..n_rounds {
            let mut words = vec!["key", "--delay", "30"];
            words.extend(ROUND);
            stage.hand(&words);
        }
        sleep(SETTLED);
        // a key that comes while the mapping is made anew may be refused
        if program.title().contains("SHARED") {
            stage.keys(&["ctrl+t"]);
        }
        program.until_title("small.bin \u{2014} PRIVATE read-write \u{2014} mapscope");
        Memory::settled(program.pid(), &file)
    };
    let before = rounds(N_WARM);
    let after = rounds(N_ROUNDS);
    let more = after.total() - before.total();
    let figure = format!(
        "{} actions: {} KiB before, {more:+} KiB after (less than {MOST_LEFT_KIB})",
        N_ROUNDS * ROUND.len(),
        before.total(),
    );
    verdict(&figure, more < MOST_LEFT_KIB)
}

fn until_peers(program: &Program<'_>, n_peers: usize) {
    program.until(&format!("{n_peers} processes"), |program| {
        (program.peers().len() == n_peers).then_some(())
    });
}

/// Hides the side panel.
pub(super) fn without_panel(program: &Program<'_>) {
    let bar = Theme::dark().bar;
    let before = program.stage.picture().count(bar);
    program.stage.keys(&["F9"]);
    program.until("end of the side panel", |program| {
        (program.stage.picture().count(bar) < before * 2 / 3).then_some(())
    });
}

/// What the window and its processes take while nobody does anything, with the keyboard in the grid.
fn idles(program: &Program<'_>, shown: &str, most: f64) -> bool {
    sleep(SETTLED);
    let family = family(program.pid());
    let times = || -> Vec<f64> { family.iter().map(|pid| ticks_of(*pid)).collect() };
    let (start, before) = (Instant::now(), times());
    sleep(WATCHED);
    let (after, seconds) = (times(), start.elapsed().as_secs_f64());
    let percents: Vec<f64> = after
        .iter()
        .zip(before)
        .map(|(after, before)| (after - before) / TICKS / seconds * 100.0)
        .collect();
    let percent: f64 = percents.iter().sum();
    let own = percents.first().copied().unwrap_or_default();
    let figure = format!(
        "{shown}: {percent:.2} % of a processor, {own:.2} of them the window's, the others' those of {} processes (at most {most})",
        family.len() - 1
    );
    verdict(&figure, percent <= most)
}

/// A process and all that are below it, the process first.
fn family(root: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = fs::read_dir("/proc")
        .expect("/proc")
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, stat(pid)?.get(1)?.parse().ok()?)))
        .collect();
    let mut family = vec![root];
    let mut next = 0;
    while let Some(parent) = family.get(next).copied() {
        let below = parents.iter().filter(|(_, of)| *of == parent);
        family.extend(below.map(|(pid, _)| *pid));
        next += 1;
    }
    family
}

/// Time on a processor in ticks; none of a process that has ended.
fn ticks_of(pid: u32) -> f64 {
    let Some(fields) = stat(pid) else { return 0.0 };
    // utime and stime
    [11, 12]
        .iter()
        .map(|index| -> f64 { fields[*index].parse().expect("a number of ticks") })
        .sum()
}

/// Time on a processor in seconds.
pub(super) fn seconds_of(pid: u32) -> f64 {
    ticks_of(pid) / TICKS
}

/// Another window that has the keyboard, and hides nothing.
fn other_window(program: &Program<'_>) -> Kept {
    let stage = program.stage;
    let mut command = stage.command(std::env::current_exe().expect("this bench"));
    command.arg("--empty-window").stderr(stage.log("empty"));
    let other = Kept(command.spawn().expect("an empty window"));
    program.until("another window with the keyboard", |_| {
        let active = stage.ask(&["getactivewindow"])?;
        stage
            .windows_of("mapscope-empty")
            .contains(&active)
            .then_some(())
    });
    stage.hand(&[
        "search",
        "--onlyvisible",
        "--class",
        "mapscope-empty",
        "windowsize",
        "200",
        "100",
    ]);
    other
}

/// An unchanged window behind the one that has the keyboard.
pub(super) fn behind(stage: &Stage) -> bool {
    let file = stage.file("small.bin", &[0x99; 62]);
    let mut program = Program::start(stage, &[&file]);
    program.learn_grid();
    until_peers(&program, 2);
    let _other = other_window(&program);
    idles(&program, "witnesses, behind another window", MOST_IDLE)
}
