//! Other programs that store into the mapped file: what ten thousand stores a second cost the window, and how soon the mark
//! stands that a private copy of it is stale.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use egui_kittest::Harness;
use mapscope::app::{Shell, Start};
use mapscope::model::{Action, Doc, EditAction, OpenRequest};

use super::cost::{seconds_of, without_panel};
use super::linux::verdict;
use crate::rig::stage::Kept;
use crate::rig::{PATIENCE, Program, Stage};

/// Stores into the page in sight, each second.
const RATE: u32 = 10_000;
/// How long each is watched.
const WATCHED: Duration = Duration::from_secs(10);
/// The first looks are over by then.
const SETTLED: Duration = Duration::from_secs(2);
/// What the panel may cost beyond the bytes alone, in percent of a processor.
const MOST: f64 = 3.0;
/// What a window may take where nothing changes, in frames' worth of a processor: nearly nothing.
const MOST_STILL: f64 = 1.0;
/// Commits that are timed.
const N_COMMITS: usize = 20;
/// From a commit to the mark of what is behind the copy.
const MOST_MARK: Duration = Duration::from_millis(150);

/// Stores at [`RATE`] into a byte of its mapping until it is killed.
const STORES: &str = "import mmap, sys, time\n\
    f = open(sys.argv[1], 'r+b')\n\
    m = mmap.mmap(f.fileno(), 0)\n\
    rate, n, start = int(sys.argv[2]), 0, time.monotonic()\n\
    print('stores', flush=True)\n\
    while True:\n    \
        due = int((time.monotonic() - start) * rate)\n    \
        while n < due:\n        \
            m[40] = n & 255\n        \
            n += 1\n    \
        time.sleep(0.0005)\n";

/// Commits to a database in WAL mode when it is told to, and says when it began to.
const COMMITS: &str = "import sqlite3, sys, time\n\
    db = sqlite3.connect('shop.db', isolation_level=None)\n\
    db.execute('pragma journal_mode=wal')\n\
    db.execute('create table sold(at)')\n\
    print('ready', flush=True)\n\
    for line in sys.stdin:\n    \
        at = time.time_ns()\n    \
        db.execute('insert into sold values(?)', (at,))\n    \
        print(at, time.time_ns(), flush=True)\n";

/// A python with a script of ours; `None`, loudly, where there is none.
fn python(script: &str, folder: &Path, arguments: &[&str]) -> Option<Kept> {
    let child = Command::new("python3")
        .args(["-c", script])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    if child.is_err() {
        println!("SKIPPED: no python3 to store with");
    }
    child.ok().map(Kept)
}

/// Its next line. There is one for each that was asked for, so nothing is lost with the buffer.
fn line(child: &mut Child) -> String {
    let output = child.stdout.as_mut().expect("a pipe");
    let mut line = String::new();
    BufReader::with_capacity(64, output)
        .read_line(&mut line)
        .expect("it talks");
    line
}

/// Time on a processor of the window's process, in percent of one.
fn percent(program: &Program<'_>) -> f64 {
    sleep(SETTLED);
    let (start, before) = (Instant::now(), seconds_of(program.pid()));
    sleep(WATCHED);
    let spent = seconds_of(program.pid()) - before;
    spent / start.elapsed().as_secs_f64() * 100.0
}

/// The window with the panel, and without it, while a byte in sight changes ten thousand times a second, and while none does.
pub(super) fn stores(stage: &Stage) -> bool {
    let path = stage.file("stored.bin", &[b'A'; 4096]);
    let mut program = Program::start(stage, &[&path]);
    program.learn_grid();
    let still = percent(&program);
    let name = path.to_str().expect("a path in UTF-8");
    let Some(mut writer) = python(STORES, stage.folder(), &[name, &RATE.to_string()]) else {
        return true;
    };
    line(&mut writer.0);
    let with_panel = percent(&program);
    without_panel(&program);
    let without = percent(&program);
    drop(writer);
    let more = with_panel - without;
    let figure = format!(
        "{RATE} stores a second into the page in sight: {with_panel:.2} % of a processor with the panel, {without:.2} % without it, {more:+.2} for it (at most {MOST})"
    );
    let fine = verdict(&figure, more <= MOST);
    let figure = format!(
        "the same window where nobody stores: {still:.2} % of a processor (at most {MOST_STILL})"
    );
    fine & verdict(&figure, still <= MOST_STILL)
}

type Window = Harness<'static, Shell>;

fn doc(window: &Window) -> Option<&Doc> {
    window.state().model().doc()
}

fn until(window: &mut Window, reached: impl Fn(&Doc) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        window.step();
        if doc(window).is_some_and(&reached) {
            return;
        }
        assert!(Instant::now() < deadline, "waited in vain");
        sleep(Duration::from_millis(2));
    }
}

/// The bytes in sight that a private copy shows otherwise than the file has them.
fn stale(doc: &Doc) -> Vec<u64> {
    let window = doc.view().window.as_ref();
    let Some(window) = window else {
        return Vec::new();
    };
    let differs = |offset: &u64| {
        let cell = window.cell(*offset);
        cell.is_some_and(mapscope::model::window::CellFlags::differs_from_file)
    };
    let span = doc.view().viewport.visible();
    (span.start()..span.end()).filter(differs).collect()
}

/// From a commit by another program to the mark that our copy of what it changed is stale, drawn.
pub(super) fn marks() -> bool {
    let folder = tempfile::TempDir::new().expect("a folder");
    let Some(mut writer) = python(COMMITS, folder.path(), &[]) else {
        return true;
    };
    line(&mut writer.0);
    let shm = folder.path().join("shop.db-shm");
    let program = PathBuf::from(env!("CARGO_BIN_EXE_mapscope"));
    let requests = vec![OpenRequest::private(Some(shm.clone()))];
    let mut window = Harness::builder()
        .with_size([1500.0, 900.0])
        .allow_missing_glyphs()
        .build_eframe(|creation| {
            let mut shell = Shell::new(program, Start { requests, at: None });
            shell.attach(creation);
            shell
        });
    until(&mut window, |doc| doc.view().window.is_some());
    let ctx = window.ctx.clone();
    for digit in [5, 10] {
        let typed = Action::Edit(EditAction::HexDigit(digit));
        window.state_mut().act(&ctx, typed);
    }
    until(&mut window, |doc| stale(doc) == [0]);
    let mut times: Vec<Duration> = (0..N_COMMITS)
        .map(|_| marked_after(&mut window, &mut writer.0, &shm))
        .collect();
    times.sort();
    let (median, most) = (times[N_COMMITS / 2], times[N_COMMITS - 1]);
    let figure = format!(
        "from a commit by python3's sqlite3 to the mark of our stale copy, {N_COMMITS} of them: median {:.1} ms, at most {:.1} ms (at most {})",
        median.as_secs_f64() * 1e3,
        most.as_secs_f64() * 1e3,
        MOST_MARK.as_millis()
    );
    verdict(&figure, most <= MOST_MARK)
}

/// One commit: until the window shows what the file has beside our copy, counted from before the store.
fn marked_after(window: &mut Window, writer: &mut Child, shm: &Path) -> Duration {
    let before = doc(window).map(file_beside);
    writeln!(writer.stdin.as_mut().expect("a pipe"), "go").expect("it listens");
    let said = line(writer);
    let began: u64 = said.split(' ').next().expect("a time").parse().expect("ns");
    let now = fs::read(shm).expect("the file"); // what the mark must tell of
    let is_shown = |doc: &Doc| {
        let beside = file_beside(doc);
        Some(&beside) != before.as_ref() && now.starts_with(&beside)
    };
    until(window, is_shown);
    let epoch = SystemTime::UNIX_EPOCH.elapsed().expect("a clock");
    epoch.saturating_sub(Duration::from_nanos(began))
}

/// What the file has where the window shows a copy, as far as it is in sight.
fn file_beside(doc: &Doc) -> Vec<u8> {
    let Some(window) = &doc.view().window else {
        return Vec::new();
    };
    let span = doc.view().viewport.visible();
    let bytes = (span.start()..span.end()).map_while(|offset| window.file_at(offset)?.ok());
    bytes.collect()
}
