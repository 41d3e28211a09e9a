//! What a file's size costs in memory: the program on 1 TiB against the program on 62 bytes.

use std::fmt;
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use mapscope::ui::Theme;

use super::picture::Area;
use super::program::Program;
use super::stage::Stage;
use super::until;

/// The large file.
const LARGE_BYTES: u64 = 1 << 40;
/// The most that it may cost, in KiB.
pub(crate) const MOST_KIB: i64 = 4 << 10;
/// Places that the scroll bar is dragged to.
const N_PLACES: usize = 20;
/// Screenfuls that are paged through.
const N_PAGES: &str = "200";

/// Resident memory of one process in KiB, of what the size of a file can cost. How many pages of its program, libraries and
/// fonts are mapped is the kernel's choice, and from one run to the next on the same file that differs by megabytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Memory {
    /// Its own, with private copies of files' pages.
    anonymous: i64,
    /// Pages of the open file.
    file: i64,
    /// Shared without a file.
    shared: i64,
}

impl Memory {
    /// That of a process that has `file` open.
    fn of(pid: u32, file: &Path) -> Self {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a running process");
        let shared = status.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            (name == "RssShmem").then(|| kib(value))
        });
        let mut memory = Self {
            anonymous: 0,
            file: 0,
            shared: shared.expect("a field of /proc/PID/status"),
        };
        let smaps = fs::read_to_string(format!("/proc/{pid}/smaps")).expect("a running process");
        let path = file.canonicalize().expect("the open file");
        let path = path.to_str().expect("a path in UTF-8");
        let mut is_file = false;
        for line in smaps.lines() {
            match line.split_once(": ") {
                Some(("Anonymous", value)) => {
                    memory.anonymous += kib(value);
                    memory.file -= if is_file { kib(value) } else { 0 };
                }
                Some(("Rss", value)) if is_file => memory.file += kib(value),
                // the first line of a mapping, which ends with its path
                None if line.contains('-') => is_file = line.ends_with(path),
                _ => {}
            }
        }
        memory
    }

    /// Once it changes no more.
    pub(crate) fn settled(pid: u32, file: &Path) -> Self {
        let mut before = Self::of(pid, file);
        until("end of the changes of its memory", || {
            sleep(Duration::from_millis(400));
            let now = Self::of(pid, file);
            (std::mem::replace(&mut before, now) == now).then_some(now)
        })
    }

    /// All of it.
    pub(crate) fn total(self) -> i64 {
        self.anonymous + self.file + self.shared
    }
}

/// The number of a line of a file in /proc that ends in kB.
fn kib(value: &str) -> i64 {
    let number = value.split_whitespace().next().expect("a number");
    number.parse().expect("a number of KiB")
}

/// The two windows, in one mode.
#[derive(Clone, Debug)]
pub(crate) struct Cost {
    mode: String,
    small: Memory,
    large: Memory,
}

impl Cost {
    /// Measures both, in `mode`.
    pub(crate) fn measure(stage: &Stage, mode: &str) -> Self {
        // not the sample itself, whose banner has signs of a font that the other window does not need
        let small = stage.file("small.bin", &[b'A'; 62]);
        let file = stage.sparse_file("large.bin", LARGE_BYTES);
        // the first run on a stage compiles shaders, which the next ones find compiled
        let [_, small] = [(); 2].map(|()| {
            let arguments = ["--mode".as_ref(), mode.as_ref(), small.as_os_str()];
            let mut program = Program::start(stage, &arguments);
            program.learn_grid();
            page(&program);
            Memory::settled(program.pid(), &small)
        });
        let mut program =
            Program::start(stage, &["--mode".as_ref(), mode.as_ref(), file.as_os_str()]);
        program.learn_grid();
        drag(&program);
        page(&program);
        let mode_now = mode.to_uppercase();
        program.until_title(&format!(
            "large.bin \u{2014} {mode_now} read-write \u{2014} mapscope"
        ));
        let large = Memory::settled(program.pid(), &file);
        Self {
            mode: mode.to_owned(),
            small,
            large,
        }
    }

    /// What the size costs.
    pub(crate) fn more_kib(&self) -> i64 {
        self.large.total() - self.small.total()
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (small, large) = (self.small, self.large);
        write!(
            f,
            "memory, {}: 62 bytes {} KiB, 1 TiB {} KiB: {:+} KiB (anonymous {:+}, file {:+}, shared {:+}; at most {MOST_KIB})",
            self.mode,
            small.total(),
            large.total(),
            self.more_kib(),
            large.anonymous - small.anonymous,
            large.file - small.file,
            large.shared - small.shared,
        )
    }
}

/// Drags the thumb of the scroll bar down the track, and waits at each place until other rows are shown.
fn drag(program: &Program<'_>) {
    let stage = program.stage;
    let theme = Theme::dark();
    let picture = stage.picture();
    let (x, track) = program.until("scroll bar", |_| {
        let picture = stage.picture();
        let x = picture.bounds(theme.thumb)?.right - 4;
        let column = Area {
            left: x,
            right: x + 1,
            ..picture.area()
        };
        let thumb = picture.bounds_in(column, theme.thumb)?;
        let track = picture.bounds_in(column, theme.grid_edge)?;
        Some((x, (usize::midpoint(thumb.top, thumb.bottom), track.bottom)))
    });
    let (from, to) = track;
    stage.point(x, from);
    stage.hand(&["mousedown", "1"]);
    let mut before = program.offsets(&picture);
    let mut until_moved = |hand: &mut dyn FnMut()| {
        before = program.until("other rows while the thumb is dragged", |_| {
            hand();
            let now = program.offsets(&stage.picture());
            (now.is_some() && now != before).then_some(now)
        });
    };
    // the hand begins to move on the thumb
    let mut ys = [from + 3, from + 4].into_iter().cycle();
    until_moved(&mut || ys.next().into_iter().for_each(|y| stage.point(x, y)));
    for place in 1..=N_PLACES {
        stage.point(x, from + (to - from) * place / (N_PLACES + 1));
        until_moved(&mut || {});
    }
    stage.hand(&["mouseup", "1"]);
    stage.point(picture.width, picture.height);
}

/// Pages on and on, then goes to the end.
fn page(program: &Program<'_>) {
    let stage = program.stage;
    stage.hand(&["key", "--delay", "25", "--repeat", N_PAGES, "Next"]);
    stage.keys(&["ctrl+End"]);
}
