//! A window with two files, one edited privately and one in a shared mapping, is killed at any moment while somebody types in
//! both in turn: every edit that was stored by then is in the offer of its own file, and the shared file holds the first of
//! what was typed there.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;

use mapscope::model::journal::PendingRun;
use mapscope::model::offer::{EditsOffer, JournalNews};
use mapscope::work::logbook::Logbook;

use crate::bare::Bare;
use crate::rig::stage::Kept;
use crate::rig::{PATIENCE, Stage, until};

const SCREEN: [&str; 3] = ["-screen", "0", "1280x800x24"];
/// How many windows are killed where nothing else is asked for.
const N_WINDOWS: usize = 3;
/// Bytes of each file; fewer are typed.
const FILE_BYTES: usize = 256;
/// The most bytes that are typed in each.
const N_TYPED: usize = 80;
/// A window is killed when fewer than so many bytes are in the shared file.
const MOST_BEFORE: u64 = 25;

/// How many windows are to be killed: `MAPSCOPE_KILLED_WINDOWS`.
fn n_windows() -> usize {
    let asked = std::env::var("MAPSCOPE_KILLED_WINDOWS");
    asked.map_or(N_WINDOWS, |n| n.parse().expect("a number of windows"))
}

/// Numbers that look drawn, the same ones in each run (splitmix64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}

/// What is typed at `n` of a file.
fn typed(n: usize, is_shared: bool) -> u8 {
    u8::try_from(n % 120).unwrap() + if is_shared { 0x81 } else { 1 }
}

/// The first so many bytes of `bytes` that are as typed; none of the others is another one than before.
#[track_caller]
fn n_first(bytes: &[u8], is_shared: bool) -> usize {
    let is_typed = |(n, byte): &(usize, &u8)| **byte == typed(*n, is_shared);
    let n_first = bytes.iter().enumerate().take_while(is_typed).count();
    assert!(
        bytes[n_first..].iter().all(|byte| *byte == 0),
        "behind {n_first} there is something: {bytes:02x?}"
    );
    n_first
}

/// The keys that store in both files in turn, the private one first.
fn keys() -> Vec<String> {
    let mut keys = Vec::new();
    for n in 0..N_TYPED {
        for is_shared in [false, true] {
            let digits = format!("{:02x}", typed(n, is_shared));
            keys.extend(digits.chars().map(String::from));
            keys.push("ctrl+Tab".to_owned());
        }
    }
    keys
}

/// What stands in the private mapping that the process has of a file.
fn private_bytes(pid: u32, path: &Path) -> Vec<u8> {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).expect("its mappings");
    let of_file = maps
        .lines()
        .filter(|line| line.ends_with(path.to_str().unwrap()));
    let private: Vec<&str> = of_file.filter(|line| line.contains(" rw-p ")).collect();
    let [line] = private[..] else {
        panic!("one private mapping: {private:?}");
    };
    let start = line.split_once('-').expect("a range").0;
    let start = u64::from_str_radix(start, 16).expect("an address");
    let memory = File::open(format!("/proc/{pid}/mem")).expect("its memory");
    let mut bytes = vec![0; FILE_BYTES];
    memory
        .read_exact_at(&mut bytes, start)
        .expect("the mapping");
    bytes
}

/// What the next start offers of what was left.
fn offers(state: &Path) -> Vec<EditsOffer> {
    let (tell, told) = channel();
    let logbook = Logbook::new(move |news| drop(tell.send(news)));
    logbook.begin(state.to_owned());
    match told.recv_timeout(PATIENCE) {
        Ok(JournalNews::Offers(offers)) => offers,
        other => panic!("{other:?} in place of what is offered"),
    }
}

/// A process that was just being started may have the journal open a moment longer than its owner.
fn is_free(state: &Path) {
    until("end of the lock", || {
        let mut files = fs::read_dir(state).into_iter().flatten().flatten();
        let is_free = files.all(|entry| File::open(entry.path()).unwrap().try_lock().is_ok());
        is_free.then_some(())
    });
}

/// The bytes that runs put in a file of zeros.
fn bytes_of(runs: &[PendingRun]) -> Vec<u8> {
    let mut bytes = vec![0; FILE_BYTES];
    for run in runs {
        let at = usize::try_from(run.offset).unwrap();
        assert!(run.base.iter().all(|byte| *byte == 0), "{run:?}");
        bytes[at..at + run.value.len()].copy_from_slice(&run.value);
    }
    bytes
}

/// The two files of one window.
struct Pair {
    private: PathBuf,
    shared: PathBuf,
}

/// Starts a window on both, types in both in turn, kills it at a moment that is drawn, and returns how many private bytes
/// were seen stored before.
fn kill_one(bare: &Bare<'_>, files: &Pair, draw: &mut Draw) -> usize {
    let [private, shared] = [&files.private, &files.shared].map(|path| path.to_str().unwrap());
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let (private_name, shared_name) = (name(&files.private), name(&files.shared));
    let mut run = bare.run("", &[private, shared]);
    let window = bare.window(&mut run, &private_name);
    bare.ask(&["key", "ctrl+Tab"]);
    bare.until_title(&window, &format!("{shared_name} \u{2014} PRIVATE"));
    bare.ask(&["key", "ctrl+t"]);
    bare.until_title(
        &window,
        &format!("{shared_name} \u{2014} SHARED read-write"),
    );
    bare.ask(&["key", "ctrl+Tab"]);
    bare.until_title(&window, &format!("{private_name} \u{2014} PRIVATE"));
    let keys = keys();
    let delay = (8 + draw.below(20)).to_string();
    let mut hand = vec!["key", "--delay", &delay];
    hand.extend(keys.iter().map(String::as_str));
    let hand = Kept(bare.hand(&hand).spawn().expect("xdotool"));
    let n_before = draw.below(MOST_BEFORE);
    let pid = run.process.0.id();
    let confirmed = loop {
        let confirmed = private_bytes(pid, &files.private);
        let n_shared = n_first(&fs::read(&files.shared).unwrap(), true);
        let n_private = n_first(&confirmed, false);
        if n_shared.min(n_private) as u64 >= n_before {
            break n_private;
        }
        assert_eq!(run.process.ended(), None, "{}", run.said());
        std::thread::yield_now();
    };
    // and somewhere in the middle of the next ones
    for _ in 0..draw.below(2_000_000) {
        std::hint::spin_loop();
    }
    run.signal("-KILL");
    run.until_end();
    drop(hand);
    // what it held down would be held in the next window
    let held = "keyup ctrl Tab 0 1 2 3 4 5 6 7 8 9 a b c d e f";
    bare.ask(&held.split(' ').collect::<Vec<_>>());
    confirmed
}

#[test]
fn a_window_with_two_files_that_is_killed_loses_no_edit_of_either() {
    let Some(stage) = Stage::set(320, 200, &[]) else {
        return;
    };
    let bare = Bare::set(&stage, &SCREEN);
    let folder = stage.folder().join("state/mapscope");
    let (mut n_private, mut n_shared) = (0, 0);
    for n in 0..n_windows() {
        let mut draw = Draw(n as u64);
        let files = Pair {
            private: stage.file(&format!("private{n}.bin"), &[0; FILE_BYTES]),
            shared: stage.file(&format!("shared{n}.bin"), &[0; FILE_BYTES]),
        };
        let confirmed = kill_one(&bare, &files, &mut draw);
        is_free(&folder);
        let offers = offers(&folder);
        let of = |path: &Path| {
            offers
                .iter()
                .filter(|it| it.path == path)
                .collect::<Vec<_>>()
        };
        let (private, shared) = (of(&files.private), of(&files.shared));
        assert_eq!(private.len() + shared.len(), offers.len(), "{offers:?}");
        assert!(private.len() < 2 && shared.len() < 2, "{offers:?}");
        let holds = fs::read(&files.shared).unwrap();
        let in_file = n_first(&holds, true);
        assert_eq!(fs::read(&files.private).unwrap(), [0; FILE_BYTES]);
        let left = private
            .first()
            .map_or_else(Vec::new, |it| bytes_of(&it.unsaved));
        let left = n_first(&left, false);
        assert!(
            left >= confirmed,
            "window {n}: {left} of {confirmed} private"
        );
        assert!(private.iter().all(|offer| offer.in_file.is_empty()));
        let back = shared
            .first()
            .map_or_else(Vec::new, |it| bytes_of(&it.in_file));
        assert_eq!(
            n_first(&back, true),
            in_file,
            "window {n}: of the shared file"
        );
        assert!(shared.iter().all(|offer| offer.unsaved.is_empty()));
        n_private += confirmed;
        n_shared += in_file;
        // the next window begins without them
        fs::remove_dir_all(&folder).unwrap_or_default();
    }
    println!(
        "{n_private} private and {n_shared} shared edits in {} windows",
        n_windows()
    );
    assert!(n_private + n_shared > 0, "no window came to anything");
}
