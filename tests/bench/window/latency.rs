//! From a store to the picture: how long until what the panel says of it is whole, every row read since.
//!
//! The window is drawn without a display, a frame every other millisecond, so that what is timed is the way of the news and
//! not a screen.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use mapscope::app::{Shell, Start};
use mapscope::model::happened::{By, Saw};
use mapscope::model::{Action, Doc, Happening, OpenRequest, PeersAction, ViewAction, WitnessId};

use crate::linux::verdict;
use crate::rig::PATIENCE;

/// Stores of each kind.
const N_STORES: usize = 200;
/// Between two frames.
const FRAME: Duration = Duration::from_millis(2);
/// The picture follows a store within this, whoever made it: of a hundred, 99 do.
const MOST: Duration = Duration::from_millis(150);
/// Where it is stored.
const AT: u64 = 3;

type Window = Harness<'static, Shell>;

/// Stores by the view, by a process of ours, and by a program that is not ours.
pub(super) fn picture() -> bool {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_mapscope"));
    let mut window = Harness::builder()
        .with_size([1500.0, 900.0])
        .allow_missing_glyphs()
        .build_eframe(|creation| {
            let requests = vec![OpenRequest::private(None)];
            let mut shell = Shell::new(program, Start { requests, at: None });
            shell.attach(creation);
            shell
        });
    until(&mut window, |doc| doc.view().window.is_some());
    let point = ViewAction::Point {
        offset: AT,
        extend: false,
        column: mapscope::model::Column::Hex,
    };
    act(&mut window, Action::View(point));
    until(&mut window, |doc| {
        let is_read = |it: &mapscope::model::Process| it.state.readout().is_some();
        let mut pair = doc.processes.built_in();
        doc.processes.built_in().count() == 2 && pair.all(is_read)
    });
    let doc = doc(&window).expect("it is open");
    let path = doc.path.clone();
    let shared = doc.processes.built_in().find(|it| it.reaches_file());
    let shared = shared.expect("the pair runs").mapping;
    // The outside first: after a private store the view sees nobody's any more.
    let mut fine = outside(&mut window, &path);
    for (name, action) in [
        ("by a process of ours", PeersAction::Store(shared)),
        ("by the view", PeersAction::StoreAs(WitnessId::View)),
    ] {
        let times = (0..N_STORES).map(|n| {
            let text = format!("{:02x}", letter(n));
            act(&mut window, Action::Peers(PeersAction::ByteEdited(text)));
            let before = last(&window);
            let start = Instant::now();
            act(&mut window, Action::Peers(action.clone()));
            until(&mut window, |doc| is_told(doc, before, false));
            start.elapsed()
        });
        let times = times.collect();
        fine &= told(name, times);
    }
    fine
}

/// A program that is not ours writes a byte with pwrite and says so.
fn outside(window: &mut Window, path: &Path) -> bool {
    let script = "import os, sys\n\
        f = os.open(sys.argv[1], os.O_WRONLY)\n\
        for line in sys.stdin:\n    \
            os.pwrite(f, bytes([int(line)]), 3)\n    \
            print('written', flush=True)\n";
    let child = Command::new("python3")
        .args(["-c", script])
        .arg(path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        println!("SKIPPED: from a store by another program to the picture: no python3");
        return true;
    };
    let times = (0..N_STORES).map(|n| {
        let before = last(window);
        write_by(&mut child, letter(n));
        let start = Instant::now();
        until(window, |doc| is_told(doc, before, true));
        start.elapsed()
    });
    let times = times.collect();
    drop(child.stdin.take());
    child.wait().expect("it ends with its input");
    told("by another program", times)
}

fn write_by(child: &mut Child, byte: u8) {
    let (Some(input), Some(output)) = (&mut child.stdin, &mut child.stdout) else {
        panic!("both are pipes");
    };
    writeln!(input, "{byte}").expect("it reads");
    let mut line = String::new();
    // One line is there for each that was sent, so nothing is lost with the buffer.
    BufReader::with_capacity(64, output)
        .read_line(&mut line)
        .expect("it answers");
}

fn letter(n: usize) -> u8 {
    b'a' + u8::try_from(n % 26).unwrap_or(0)
}

fn doc(window: &Window) -> Option<&Doc> {
    window.state().model().doc()
}

fn last(window: &Window) -> u64 {
    let entry = doc(window).and_then(|doc| doc.happened.newest_first().next());
    entry.map_or(0, |entry| entry.number)
}

/// There is a later store, and every row was read since; of one by others all have seen it.
fn is_told(doc: &Doc, before: u64, by_others: bool) -> bool {
    let is_it = |it: &&Happening| {
        it.number > before && it.is_store() && (it.by == By::Somebody) == by_others
    };
    let entry = doc.happened.newest_first().find(is_it);
    entry.is_some_and(|entry| {
        let whole = entry.saw.iter().all(|row| match row.saw {
            Saw::Seen(_) | Saw::Before => true,
            Saw::Not => !by_others,
            Saw::Waiting | Saw::Unclear => false,
        });
        whole && !entry.saw.is_empty()
    })
}

fn act(window: &mut Window, action: Action) {
    let ctx = window.ctx.clone();
    window.state_mut().act(&ctx, action);
    window.step();
}

fn until(window: &mut Window, reached: impl Fn(&Doc) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        window.step();
        if doc(window).is_some_and(&reached) {
            return;
        }
        assert!(Instant::now() < deadline, "waited in vain");
        sleep(FRAME);
    }
}

fn told(name: &str, mut times: Vec<Duration>) -> bool {
    times.sort();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    let (median, late) = (at(50), at(99));
    let figure = format!(
        "from a store {name} to the picture, {N_STORES} of them: median {:.1} ms, 99 of 100 within {:.1} ms (at most {} ms)",
        median.as_secs_f64() * 1e3,
        late.as_secs_f64() * 1e3,
        MOST.as_millis()
    );
    verdict(&figure, late <= MOST)
}
