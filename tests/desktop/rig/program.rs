//! The program on a stage: its window, its title, its processes, and what its window shows.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::ExitStatus;

use egui::Color32;
use mapscope::ui::Theme;

use super::picture::{Area, Picture};
use super::stage::{Kept, Stage};
use super::within;

/// Bytes a row of a window that nobody told otherwise.
const N_COLUMNS: usize = 16;

/// The running program. It is killed when this value goes.
pub(crate) struct Program<'a> {
    pub(crate) stage: &'a Stage,
    process: Kept,
    window: String,
    /// Where the first byte stands below the heads of the columns; the measure of all other places.
    home: Option<Area>,
}

impl<'a> Program<'a> {
    /// Starts it and waits until its window is there, has the keyboard and shows a file.
    #[track_caller]
    pub(crate) fn start<T: AsRef<OsStr>>(stage: &'a Stage, arguments: &[T]) -> Self {
        let process = stage
            .command(env!("CARGO_BIN_EXE_mapscope"))
            .args(arguments)
            .stdout(stage.log("mapscope"))
            .stderr(stage.log("mapscope"))
            .spawn()
            .expect("the program");
        let mut program = Self {
            stage,
            process: Kept(process),
            window: String::new(),
            home: None,
        };
        let pid = program.pid().to_string();
        let window = within(super::PATIENCE, || {
            assert!(
                program.process.ended().is_none(),
                "the program ended: {}",
                program.said()
            );
            stage.ask(&["search", "--onlyvisible", "--pid", &pid])
        });
        let window = window.and_then(|list| list.lines().next().map(str::to_owned));
        program.window = window.unwrap_or_else(|| program.fail("no window"));
        program.until("window with the keyboard", |program| {
            (stage.ask(&["getactivewindow"]).as_ref() == Some(&program.window)).then_some(())
        });
        program.until("open file", |program| {
            program
                .title()
                .ends_with(" \u{2014} mapscope")
                .then_some(())
        });
        program
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.0.id()
    }

    /// What it wrote on standard output and error.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(self.stage.folder().join("mapscope.log")).unwrap_or_default()
    }

    /// Waits for something; a failure tells what the window shows.
    #[track_caller]
    pub(crate) fn until<T>(&self, what: &str, mut probe: impl FnMut(&Self) -> Option<T>) -> T {
        match within(super::PATIENCE, || probe(self)) {
            Some(found) => found,
            None => self.fail(&format!("no {what}")),
        }
    }

    #[track_caller]
    fn fail(&self, what: &str) -> ! {
        let test = std::thread::current();
        let name = test.name().unwrap_or("bench").replace("::", "-");
        let picture = self.stage.picture().keep(&name);
        panic!(
            "{what}; the title is {:?}, the screen is kept in {}, the program said: {:?}",
            self.title(),
            picture.display(),
            self.said()
        );
    }

    /// The window's title; empty without a window.
    pub(crate) fn title(&self) -> String {
        self.stage
            .ask(&["getwindowname", &self.window])
            .unwrap_or_default()
    }

    /// Waits until the title is this.
    #[track_caller]
    pub(crate) fn until_title(&self, title: &str) {
        self.until(&format!("title {title:?}"), |program| {
            (program.title() == title).then_some(())
        });
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.process.ended().is_none()
    }

    /// Waits until it has ended by itself.
    #[track_caller]
    pub(crate) fn until_end(&mut self) -> ExitStatus {
        let ended = within(super::PATIENCE, || self.process.ended());
        match ended {
            Some(status) => status,
            None => self.fail("no end of the program"),
        }
    }

    /// Ends it as the kernel does: it has no say.
    pub(crate) fn kill(&mut self) {
        self.process.0.kill().expect("SIGKILL");
        let _ = self.process.0.wait();
    }

    /// The scratch copy of the sample.
    pub(crate) fn scratch_file(&self) -> PathBuf {
        let name = format!("mapscope-{}-0", self.pid());
        self.stage.tmp().join(name).join("alphabet.txt")
    }

    /// Its child processes that are peers.
    pub(crate) fn peers(&self) -> Vec<u32> {
        children(self.pid())
            .into_iter()
            .filter(|pid| is_helper(*pid, b"peer"))
            .collect()
    }

    /// How many child processes of its own would remove its scratch files.
    pub(crate) fn keepers(&self) -> usize {
        let children = children(self.pid()).into_iter();
        children.filter(|pid| is_helper(*pid, b"keep")).count()
    }

    /// The cursor's area where it takes keys, which is filled only while the grid has the keyboard.
    pub(crate) fn cursor_in(picture: &Picture) -> Option<Area> {
        picture.bounds(Theme::dark().cursor)
    }

    /// Waits until the grid has the keyboard, and learns where its first byte stands; the cursor must be there.
    #[track_caller]
    pub(crate) fn learn_grid(&mut self) {
        let home = self.until("cursor in the grid", |program| {
            Self::cursor_below_heads(&program.stage.picture())
        });
        self.home = Some(home);
    }

    /// Where the first byte stands below the heads of the columns.
    fn home(&self) -> Area {
        self.home.expect("learn_grid comes first")
    }

    /// The column of offsets, as far as 20 rows.
    pub(crate) fn offsets(&self, picture: &Picture) -> Option<Vec<[u8; 3]>> {
        let (left, top) = Self::grid_corner(picture)?;
        let home = self.home();
        Some(picture.part(Area {
            left,
            top: top + home.top,
            right: home.left,
            bottom: top + home.top + home.height() * 20,
        }))
    }

    /// How many pixels of exactly this color the hex digits of the first `n_rows` rows have.
    pub(crate) fn count_in_bytes(&self, n_rows: usize, color: Color32) -> usize {
        let picture = self.stage.picture();
        let Some((_, top)) = Self::grid_corner(&picture) else {
            return 0;
        };
        let home = self.home();
        let area = Area {
            left: home.left,
            top: top + home.top,
            right: home.left + N_COLUMNS * 3 * (home.width() - 2) / 2,
            bottom: top + home.top + home.height() * n_rows,
        };
        picture.count_in(area, color)
    }

    /// The left and the top edge of the grid. The top one moves with the banners above it.
    fn grid_corner(picture: &Picture) -> Option<(usize, usize)> {
        let heads = Theme::dark().grid_edge;
        let left = picture.bounds(heads)?.left;
        let edge = Area {
            left,
            right: left + 2, // left of all characters
            ..picture.area()
        };
        Some((left, picture.bounds_in(edge, heads)?.top))
    }

    fn cursor_below_heads(picture: &Picture) -> Option<Area> {
        let (_, top) = Self::grid_corner(picture)?;
        let cursor = Self::cursor_in(picture)?;
        Some(Area {
            top: cursor.top.checked_sub(top)?,
            bottom: cursor.bottom.checked_sub(top)?,
            ..cursor
        })
    }

    /// The index of the byte under the cursor, counted from the first on the screen; `None` while the grid has no keyboard.
    pub(crate) fn cursor(&self) -> Option<usize> {
        let home = self.home();
        let now = Self::cursor_below_heads(&self.stage.picture())?;
        if now.width() != home.width() || now.height() != home.height() {
            return None; // in the middle of a frame
        }
        let row = now.top.checked_sub(home.top)? / home.height();
        // two cells wide, and a pixel more on either side
        let cells = now.left.checked_sub(home.left)? * 2 / (home.width() - 2);
        let column = (0..N_COLUMNS).find(|column| column * 3 + column / 8 == cells)?;
        Some(row * N_COLUMNS + column)
    }

    /// The middle of the hex digits of a byte, counted from the first on the screen.
    pub(crate) fn place_of(&self, index: usize) -> (usize, usize) {
        let home = self.home();
        let (_, top) = Self::grid_corner(&self.stage.picture()).expect("a grid");
        let (row, column) = (index / N_COLUMNS, index % N_COLUMNS);
        let cells = column * 3 + column / 8;
        let x = home.left + cells * (home.width() - 2) / 2 + home.width() / 2;
        (x, top + home.top + home.height() * row + home.height() / 2)
    }

    /// Waits until the cursor is on that byte of the screen.
    #[track_caller]
    pub(crate) fn until_cursor(&self, index: usize) {
        self.until(
            &format!("cursor on byte {index} of the screen"),
            |program| (program.cursor() == Some(index)).then_some(()),
        );
    }

    /// Goes to a place through the lookup field; the first byte on the screen must not change.
    #[track_caller]
    pub(crate) fn look_up(&self, text: &str) {
        self.stage.keys(&["ctrl+g"]);
        self.until("keyboard in the lookup field", |program| {
            Self::cursor_in(&program.stage.picture())
                .is_none()
                .then_some(())
        });
        self.stage.types(text);
        self.stage.keys(&["Return"]);
        self.until("keyboard back in the grid", |program| {
            Self::cursor_in(&program.stage.picture()).map(drop)
        });
    }

    /// Waits for a banner that wants a decision; its buttons from left to right.
    #[track_caller]
    pub(crate) fn question(&self) -> Vec<Area> {
        self.until("question in a banner", |program| {
            let buttons = Self::question_in(&program.stage.picture());
            (!buttons.is_empty()).then_some(buttons)
        })
    }

    /// The same, if there is one now.
    pub(crate) fn question_in(picture: &Picture) -> Vec<Area> {
        let theme = Theme::dark();
        picture
            .bounds(theme.notice_warning)
            .map(|banner| picture.runs_in(banner, theme.control, 20))
            .unwrap_or_default()
    }

    /// Answers it with the mouse: the `index`th button from the left. Waits until the banner is gone.
    #[track_caller]
    pub(crate) fn answer(&self, index: usize) {
        let buttons = self.question();
        let button = buttons.get(index).expect("a button");
        self.stage.click(
            usize::midpoint(button.left, button.right),
            button.top + 8, // well inside
        );
        let warning = Theme::dark().notice_warning;
        let gone = within(super::PATIENCE, || {
            let gone = self.stage.picture().bounds(warning).is_none();
            (gone || self.title().is_empty()).then_some(())
        });
        if gone.is_none() {
            self.fail("no end of the question");
        }
        let picture = self.stage.picture();
        self.stage.point(picture.width, picture.height);
    }
}

/// Child processes of a process.
fn children(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").expect("/proc").flatten();
    processes
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| stat(*pid).is_some_and(|fields| fields.get(1) == Some(&parent.to_string())))
        .collect()
}

/// The fields of /proc/PID/stat from the state on; the name before it may hold anything.
pub(crate) fn stat(pid: u32) -> Option<Vec<String>> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = line.rsplit_once(')')?;
    Some(fields.split_whitespace().map(str::to_owned).collect())
}

fn is_helper(pid: u32, word: &[u8]) -> bool {
    fs::read(format!("/proc/{pid}/cmdline"))
        .is_ok_and(|line| line.split(|byte| *byte == 0).nth(1) == Some(word))
}

/// Whether a process is there and not a unreaped that nobody asked for.
pub(crate) fn is_alive(pid: u32) -> bool {
    stat(pid).is_some_and(|fields| !matches!(fields.first().map(String::as_str), Some("Z" | "X")))
}
