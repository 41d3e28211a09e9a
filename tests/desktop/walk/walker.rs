//! Somebody who walks through the window, and at each stop compares what is described with what `xxd` prints.

mod tools;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, OutputCommand};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::{Action, AppAction, Focus, OpenRequest, Tab};

use crate::indoors::*;
use crate::rig::PATIENCE;

const SHIFT: Modifiers = Modifiers::SHIFT;
const CTRL_SHIFT: Modifiers = Modifiers {
    shift: true,
    ..CTRL
};
/// A frame may hold the window up so long.
const MOST: Duration = Duration::from_millis(100);

/// Somebody who changes the file while it is looked at.
pub(super) trait Writer {
    /// Changes it, now or in a moment.
    fn go_on(&mut self) {}
    /// Waits until it is as it was asked to be.
    fn settle(&mut self) {}
}

/// Nobody does.
pub(super) struct Nobody;

impl Writer for Nobody {}

/// Somebody who walks through the window.
pub(super) struct Walk {
    window: Window,
    path: PathBuf,
    /// What the first view has of its own, by offset: a page that was copied as a byte of it was typed.
    own: BTreeMap<u64, u8>,
    writer: Box<dyn Writer>,
    /// The longest time that a frame held the window up, and where.
    blocked: (Duration, String),
    n_rows: usize,
}

impl Walk {
    pub(super) fn begin(path: &Path, writer: Box<dyn Writer>) -> Self {
        let requests = vec![OpenRequest::private(Some(path.to_owned()))];
        let mut walk = Self {
            window: window_on(requests, [1400.0, 900.0]),
            path: path.to_owned(),
            own: BTreeMap::new(),
            writer,
            blocked: (Duration::ZERO, String::new()),
            n_rows: 0,
        };
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        walk.until("it is open", |window| title_has(window, &name));
        walk
    }

    pub(super) fn window(&self) -> &Window {
        &self.window
    }

    /// A frame, which must not be held up.
    #[track_caller]
    fn frame(&mut self, what: &str) {
        let start = Clock::now();
        self.window.step();
        let blocked = Clock::now().blocked_since(start);
        assert!(blocked < MOST, "blocked for {blocked:?} at {what}");
        if blocked > self.blocked.0 {
            self.blocked = (blocked, what.to_owned());
        }
    }

    #[track_caller]
    fn until(&mut self, what: &str, mut reached: impl FnMut(&Window) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.frame(what);
            if reached(&self.window) {
                return;
            }
            let labels = || labels(&self.window);
            assert!(
                Instant::now() < deadline,
                "waited until {what}: {:#?}",
                labels()
            );
            sleep(PAUSE);
        }
    }

    #[track_caller]
    pub(super) fn press(&mut self, what: &str, modifiers: Modifiers, key: Key) {
        self.window.key_press_modifiers(modifiers, key);
        self.frame(what);
    }

    /// The keyboard goes to the bytes.
    #[track_caller]
    fn enter_grid(&mut self) {
        let ctx = self.window.ctx.clone();
        let action = Action::App(AppAction::Focus(Focus::Grid));
        self.window.state_mut().act(&ctx, action);
        self.until("the bytes have the keys", |window| {
            focused(window).as_deref() == Some("Bytes")
        });
    }

    /// Goes to a byte by a lookup.
    #[track_caller]
    pub(super) fn look_up(&mut self, expression: &str, offset: u64) {
        self.press("the lookup field", CTRL, Key::G);
        for c in expression.chars() {
            self.window.event(Event::Text(c.to_string()));
        }
        self.frame("a typed lookup");
        self.press("a lookup", PLAIN, Key::Enter);
        self.until(&format!("the cursor is at {expression}"), |window| {
            doc(window).view().viewport.cursor == offset
        });
        self.same(expression);
    }

    /// Every row of every view says what `xxd` says of the file, but for what the first has of its own.
    #[track_caller]
    pub(super) fn same(&mut self, what: &str) {
        self.writer.settle();
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.frame(what);
            let Err(why) = self.compare() else { break };
            // What is looked at is a moment old.
            assert!(Instant::now() < deadline, "{what}: {why}");
            sleep(PAUSE);
        }
        self.writer.go_on();
    }

    fn compare(&mut self) -> Result<(), String> {
        let views = rows(&self.window);
        if views.is_empty() || views.iter().any(Vec::is_empty) {
            return Err("no rows".to_owned());
        }
        for (index, rows) in views.iter().enumerate() {
            let viewport = &doc(&self.window).views[index].viewport;
            let (columns, end) = (viewport.columns, viewport.extent.end());
            let first = offset_of(&rows[0]);
            let len = rows.len() as u64 * columns;
            let printed = xxd(&self.path, first, len.min(end - first));
            let none = BTreeMap::new();
            let own = if index == 0 { &self.own } else { &none };
            for (nth, row) in (0..).zip(rows) {
                let at = first + nth * columns;
                let to = (at + columns).min(end);
                let wanted = wanted_row(&printed, first, at..to, own);
                let shown = row.get(9..9 + wanted.len());
                if offset_of(row) != at || shown != Some(wanted.as_str()) {
                    return Err(format!("{row:?} where xxd has {at:08x} {wanted:?}"));
                }
                self.n_rows += 1;
            }
        }
        Ok(())
    }

    #[track_caller]
    fn copies(&mut self, n: u64) {
        let at = doc(&self.window).view().viewport.cursor;
        for _ in 1..n {
            self.press("a selection", SHIFT, Key::ArrowRight);
        }
        self.window.event(Event::Copy);
        let mut copied = None;
        self.until("it is copied", |window| {
            let commands = &window.output().platform_output.commands;
            copied = commands.iter().find_map(|command| match command {
                OutputCommand::CopyText(text) => Some(text.clone()),
                _ => None,
            });
            copied.is_some()
        });
        let printed = xxd(&self.path, at, n);
        let words: Vec<_> = printed.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(copied.as_deref(), Some(words.join(" ").as_str()));
        self.press("no selection", PLAIN, Key::Escape);
    }

    /// All panels, with the inspector.
    #[track_caller]
    fn panels(&mut self) {
        for (key, tab) in [
            (Key::Num2, Tab::Lookups),
            (Key::Num3, Tab::Mapping),
            (Key::Num5, Tab::Edits),
            (Key::Num7, Tab::Found),
            (Key::Num8, Tab::Sums),
            (Key::Num1, Tab::Witnesses),
        ] {
            let what = format!("the tab {tab:?}");
            self.press(&what, CTRL, key);
            self.until(&what, |window| model(window).settings.tab == tab);
            self.same(&what);
        }
        self.enter_grid();
    }

    /// Whatever the inspector says of the cursor's byte is what stands there.
    #[track_caller]
    pub(super) fn inspects(&mut self) {
        self.writer.settle();
        let at = doc(&self.window).view().viewport.cursor;
        let byte = xxd(&self.path, at, 1).first().copied();
        let byte = self.own.get(&at).copied().or(byte);
        let wanted = byte.map_or("too few bytes".to_owned(), |byte| byte.to_string());
        let wanted = format!("u8: {wanted}");
        self.until(&wanted, |window| labels(window).contains(&wanted));
    }

    /// From one end to the other.
    #[track_caller]
    fn goes(&mut self) {
        self.enter_grid();
        self.press("the end", CTRL, Key::End);
        self.same("the end");
        for _ in 0..3 {
            self.press("a page up", PLAIN, Key::PageUp);
        }
        self.same("pages up");
        self.press("the start", CTRL, Key::Home);
        self.same("the start");
        for _ in 0..3 {
            self.press("a page down", PLAIN, Key::PageDown);
        }
        self.same("pages down");
        self.press("the start", CTRL, Key::Home);
    }

    /// A byte that only the view has: F8 leads to it, and undo takes it back.
    #[track_caller]
    fn differs(&mut self, at: u64) {
        self.look_up(&at.to_string(), at);
        self.writer.settle();
        let page_bytes = doc(&self.window).page_bytes;
        let page = at - at % page_bytes;
        self.own = (page..).zip(xxd(&self.path, page, page_bytes)).collect();
        let there = self.own[&at];
        let typed = !there;
        let digits = format!("{typed:02x}");
        for c in digits.chars() {
            self.window.event(Event::Text(c.to_string()));
        }
        self.own.insert(at, typed);
        self.until("it is stored", |window| {
            doc(window).view().journal.pending_bytes() == 1
        });
        self.same("a typed byte");
        self.press("the start", CTRL, Key::Home);
        self.press("the next difference", PLAIN, Key::F8);
        self.until("F8 leads to it", |window| {
            doc(window).view().viewport.cursor == at
        });
        self.inspects();
        self.same("the difference");
        self.press("undo", CTRL, Key::Z);
        self.own.insert(at, there);
        // Its page is a copy still, which does not follow the file.
        self.same("the byte as it was");
        self.press("no copies", CTRL_SHIFT, Key::D);
        self.own.clear();
        self.same("no copies");
    }

    /// The same file beside itself.
    #[track_caller]
    fn splits(&mut self) {
        self.press("a split", CTRL_SHIFT, Key::Num2);
        self.until("two views", |window| rows(window).len() == 2);
        self.same("a split");
        self.goes();
        self.press("the other view", CTRL, Key::F6);
        self.goes();
        self.press("one view", CTRL_SHIFT, Key::W);
        self.until("one view", |window| rows(window).len() == 1);
        self.same("one view");
    }

    /// All of it.
    #[track_caller]
    pub(super) fn all(mut self, places: &[u64]) -> Self {
        let name = self.path.file_name().unwrap().to_owned();
        self.same("it is open");
        self.press("the inspector", CTRL, Key::I);
        self.inspects();
        self.panels();
        for at in places {
            self.look_up(&format!("{at:#x}"), *at);
            self.inspects();
            self.copies(5);
        }
        self.tools(places[0]);
        self.goes();
        self.differs(places[0]);
        self.splits();
        self.panels();
        let (blocked, what) = &self.blocked;
        let ms = blocked.as_secs_f64() * 1e3;
        // Not by eprintln, which a test that passes keeps to itself.
        let _ = writeln!(
            std::io::stderr(),
            "{}: {} rows as xxd has them, blocked for at most {ms:.1} ms ({what})",
            name.display(),
            self.n_rows
        );
        self
    }
}

/// The name of what has the keys.
fn focused(window: &Window) -> Option<String> {
    let mut nodes = window.root().children_recursive();
    let node = nodes.find(egui_kittest::Node::is_focused)?;
    node.accesskit_node().label()
}

/// The rows of each view.
pub(super) fn rows(window: &Window) -> Vec<Vec<String>> {
    let grids = window.query_all_by_role_and_label(Role::Grid, "Bytes");
    let rows = grids.map(|grid| {
        let rows = grid.query_all_by_role(Role::Row);
        rows.filter_map(|row| row.accesskit_node().label())
            .collect()
    });
    rows.collect()
}

fn offset_of(row: &str) -> u64 {
    u64::from_str_radix(row.split(' ').next().unwrap_or_default(), 16).expect("a row has an offset")
}

/// What `xxd` prints of the file, as bytes: as many as there are.
fn xxd(path: &Path, at: u64, len: u64) -> Vec<u8> {
    let (at, len) = (at.to_string(), len.to_string());
    let output = Command::new("xxd")
        .args(["-p", "-s", &at, "-l", &len])
        .arg(path)
        .output();
    let text = String::from_utf8(output.expect("xxd").stdout).unwrap();
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pairs = digits.chunks(2);
    let bytes = pairs.map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap());
    bytes.collect()
}

/// The pairs of a row; what the file has no more is past its end.
fn wanted_row(printed: &[u8], first: u64, row: Range<u64>, own: &BTreeMap<u64, u8>) -> String {
    let pairs = row.map(|at| {
        let there = printed.get(usize::try_from(at - first).unwrap());
        let byte = own.get(&at).or(there);
        byte.map_or("--".to_owned(), |byte| format!("{byte:02x}"))
    });
    pairs.collect::<Vec<_>>().join(" ")
}
