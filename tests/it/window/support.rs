//! What the tests of the window share: the window, its words, other processes.

use std::fs;
use std::io::Read as _;
use std::ops::{Deref, DerefMut};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::accesskit::{Action as AccessAction, Role};
use egui::{Event, Key, Modifiers, MouseWheelUnit, Pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::app::{Shell, Start};
use mapscope::model::process::ProcessKind;
use mapscope::model::{Action, App, Doc, OpenRequest, Process, Topic};
use tempfile::TempDir;

/// The application in a window that is not shown. `None` only while it goes.
pub(super) struct Window(Option<Harness<'static, Shell>>);

impl Deref for Window {
    type Target = Harness<'static, Shell>;

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

pub(super) const CTRL: Modifiers = Modifiers {
    ctrl: true,
    command: true,
    ..Modifiers::NONE
};
pub(super) const PLAIN: Modifiers = Modifiers::NONE;

/// How long anything may take that is not timed by the test itself.
const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 5 });
/// Between two frames while waiting.
const PAUSE: Duration = Duration::from_millis(5);

/// A window on `path`, or on the sample, as `request` says; not waited for.
pub(super) fn start(request: OpenRequest) -> Window {
    start_with(vec![request])
}

/// A window on several files; not waited for.
pub(super) fn start_with(requests: Vec<OpenRequest>) -> Window {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_mapscope"));
    let harness = Harness::builder()
        .with_size([1500.0, 900.0])
        .with_step_dt(0.1) // a tooltip comes within some frames, news go after many
        .allow_missing_glyphs() // names of files, and fonts, are whatever this machine has
        .build_eframe(|creation| {
            let mut app = Shell::new(program, Start { requests, at: None });
            app.attach(creation);
            app
        });
    Window(Some(harness))
}

/// A window that shows the sample.
pub(super) fn sample() -> Window {
    shown(OpenRequest::private(None))
}

/// A window that shows the file at `path`, private and read-write.
pub(super) fn open(path: &Path) -> Window {
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
pub(super) fn file(bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("data.bin");
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// Steps the window until `reached`, with a frame every few milliseconds.
#[track_caller]
pub(super) fn until(window: &mut Window, what: &str, mut reached: impl FnMut(&Window) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        window.step();
        if reached(window) {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "waited in vain until {what}\n{}",
            state(window)
        );
        std::thread::sleep(PAUSE);
    }
}

/// Goes on for `time` and checks `holds` in each frame: for what must not happen.
#[track_caller]
pub(super) fn throughout(
    window: &mut Window,
    time: Duration,
    what: &str,
    mut holds: impl FnMut(&Window) -> bool,
) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        window.step();
        assert!(holds(window), "no longer: {what}\n{}", state(window));
        std::thread::sleep(PAUSE);
    }
}

/// The window in words, for messages.
pub(super) fn state(window: &Window) -> String {
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

pub(super) fn model(window: &Window) -> &App {
    window.state().model()
}

#[track_caller]
pub(super) fn doc(window: &Window) -> &Doc {
    model(window).doc().expect("a file is open")
}

/// The messages of the program and of the file with the focus.
pub(super) fn notices(window: &Window) -> Vec<mapscope::model::Notice> {
    let model = model(window);
    let of_file = model.doc().into_iter().flat_map(|doc| doc.notices.iter());
    model.notices.iter().chain(of_file).cloned().collect()
}

/// What the person asks for by other means than keys and the mouse.
pub(super) fn act(window: &mut Window, action: Action) {
    let ctx = window.ctx.clone();
    window.state_mut().act(&ctx, action);
    window.step();
}

pub(super) fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.step();
}

/// A key goes down, as the window's toolkit reports it.
pub(super) fn down(key: Key, modifiers: Modifiers) -> Event {
    Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers,
    }
}

/// Types on the keyboard, wherever it is.
pub(super) fn type_text(window: &mut Window, text: &str) {
    for character in text.chars() {
        window.event(Event::Text(character.to_string()));
    }
    window.step();
}

/// A node is called so.
pub(super) fn is_named(window: &Window, name: &str) -> bool {
    window
        .root()
        .children_recursive()
        .any(|node| node.accesskit_node().label().as_deref() == Some(name))
}

/// The text field of this name.
#[track_caller]
pub(super) fn field<'a>(window: &'a Window, name: &'a str) -> egui_kittest::Node<'a> {
    window.get_by_role_and_label(Role::TextInput, name)
}

/// Clicks the one node of this name that takes clicks; one of a message that has no room in the line, in the list of
/// messages.
#[track_caller]
pub(super) fn click(window: &mut Window, label: &str) {
    let is_there = |window: &Window| clickable(window, label).is_some();
    if !is_there(window) {
        let more = ["1 more", "2 more", "3 more", "All of it"];
        if let Some(more) = more.into_iter().find_map(|more| clickable(window, more)) {
            more.click();
            until(window, &format!("{label:?} is in the list"), is_there);
        }
    }
    // Where it stands still: what came in the meantime may have moved it.
    let mut place = None;
    loop {
        let Some(node) = clickable(window, label) else {
            panic!("nothing to click is called {label:?}\n{}", state(window));
        };
        if place == Some(node.rect()) {
            node.click();
            break;
        }
        place = Some(node.rect());
        window.step();
    }
    window.step();
}

/// What can be clicked and has this name.
pub(super) fn clickable<'a>(window: &'a Window, label: &'a str) -> Option<egui_kittest::Node<'a>> {
    window.query_all_by_label(label).rfind(|node| {
        node.accesskit_node()
            .data()
            .supports_action(AccessAction::Click)
    })
}

pub(super) fn grid(window: &Window) -> egui_kittest::Node<'_> {
    window.get_by_role_and_label(Role::Grid, "Bytes")
}

/// The rows of the grid, of two the first: offset, bytes, text.
pub(super) fn rows(window: &Window) -> Vec<String> {
    let grids = window.query_all_by_role_and_label(Role::Grid, "Bytes");
    let Some(grid) = grids.into_iter().next() else {
        return Vec::new();
    };
    grid.query_all_by_role(Role::Row)
        .filter_map(|row| row.accesskit_node().label())
        .collect()
}

/// The row that begins with this offset; empty where it is not in sight.
pub(super) fn row(window: &Window, offset: u64) -> String {
    let head = format!("{offset:08x} ");
    rows(window)
        .into_iter()
        .find(|row| row.starts_with(&head))
        .unwrap_or_default()
}

/// The rows of the table of witnesses.
pub(super) fn witness_rows(window: &Window) -> Vec<String> {
    let in_grid = rows(window);
    window
        .query_all_by_role(Role::Row)
        .filter_map(|row| row.accesskit_node().label())
        .filter(|row| !in_grid.contains(row))
        .collect()
}

/// The rows of this process and of the system calls.
pub(super) const VIEW: &str = "this view";
pub(super) const SECOND: &str = "second mapping";
pub(super) const CALLS: &str = "read, pwrite";
/// The two processes that are always there, which are called by their numbers.
pub(super) const SHARED_PEER: &str = "the shared process";
pub(super) const PRIVATE_PEER: &str = "the private process";

/// What the row of `who` is called.
pub(super) fn row_name(window: &Window, who: &str) -> String {
    let kind = match who {
        SHARED_PEER => ProcessKind::Shared,
        PRIVATE_PEER => ProcessKind::Private,
        _ => return who.to_owned(),
    };
    let mut pair = doc(window).processes.built_in();
    let process = pair.find(|process| process.kind == kind);
    process.map(Process::name).unwrap_or_default()
}

/// What the row of `who` says, without its name and how it maps; of bytes that it sees, those first.
pub(super) fn witness(window: &Window, who: &str) -> String {
    let name = row_name(window, who);
    let rows = witness_rows(window);
    let mut said = rows
        .iter()
        .filter_map(|row| row.strip_prefix(&name)?.strip_prefix(", "));
    let said = said.find_map(|row| row.split_once(": "));
    let said = said.map(|(_, said)| said).unwrap_or_default();
    said.strip_prefix("sees ").unwrap_or(said).to_owned()
}

/// Presses the button that writes as `who`.
#[track_caller]
pub(super) fn write_as(window: &mut Window, who: &str) {
    let name = row_name(window, who);
    click(window, &format!("Write as {name}"));
}

/// The banners as they are spoken.
pub(super) fn alerts(window: &Window) -> Vec<String> {
    window
        .query_all_by_role(Role::Alert)
        .filter_map(|alert| alert.accesskit_node().label())
        .collect()
}

/// The lookup's answer, and the cursor in words.
pub(super) fn status(window: &Window) -> Vec<String> {
    window
        .query_all_by_role(Role::Status)
        .filter_map(|status| status.accesskit_node().label())
        .collect()
}

pub(super) fn notice(window: &Window, topic: Topic) -> String {
    notices(window)
        .iter()
        .find(|notice| notice.topic == topic)
        .map(|notice| notice.text.clone())
        .unwrap_or_default()
}

/// A message in the tree, or what is news, has all these parts.
pub(super) fn is_told(window: &Window, parts: &[&str]) -> bool {
    // what the line of messages has no room for is the description of the button that opens the list
    let unseen = window.root().children_recursive();
    let unseen = unseen.filter_map(|node| {
        node.accesskit_node()
            .data()
            .description()
            .map(str::to_owned)
    });
    let unseen: Vec<String> = unseen.collect();
    alerts(window)
        .iter()
        .chain(&status(window))
        .chain(&unseen)
        .any(|alert| parts.iter().all(|part| alert.contains(part)))
}

/// Types `text` into the lookup field, by key.
pub(super) fn look_up(window: &mut Window, text: &str) {
    press(window, CTRL, Key::G);
    until(window, "the lookup field has the keyboard", |window| {
        window
            .query_by_role_and_label(Role::TextInput, "Look up")
            .is_some_and(|field| field.is_focused())
    });
    type_text(window, text);
}

/// Puts the cursor on `offset` by the lookup field and Enter.
#[track_caller]
pub(super) fn go_to(window: &mut Window, offset: u64) {
    look_up(window, &offset.to_string());
    press(window, PLAIN, Key::Enter);
    until(window, &format!("the cursor is on {offset}"), |window| {
        doc(window).view().viewport.cursor == offset && grid(window).is_focused()
    });
}

/// Types hex digits in the grid and waits until each byte is in the journal, or refused.
#[track_caller]
pub(super) fn type_bytes(window: &mut Window, hex: &str) {
    let edits = doc(window).view().journal.edits().len();
    type_text(window, hex);
    until(window, "what was typed is stored", |window| {
        doc(window).view().journal.edits().len() >= edits + hex.len() / 2
    });
}

/// Answers the bar that asks where to save: types `path` over what it proposes, and Enter.
#[track_caller]
pub(super) fn save_to(window: &mut Window, path: &Path) {
    until(window, "it is asked where to save", |window| {
        let field = window.query_by_role_and_label(Role::TextInput, "Save to");
        field.is_some_and(|field| field.is_focused())
    });
    type_text(window, path.to_str().unwrap());
    press(window, PLAIN, Key::Enter);
}

pub(super) fn wheel(window: &mut Window, lines: f32) {
    window.event(Event::MouseWheel {
        unit: MouseWheelUnit::Line,
        delta: vec2(0.0, lines),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    });
    window.step();
}

/// A file that is dropped on the window, which may be opened by its path only.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("a file to be mapped is never read whole".to_owned())
    }
}

/// Drops files on the window, for the next frame.
pub(super) fn drop_files(window: &mut Window, paths: impl IntoIterator<Item = PathBuf>) {
    let files = paths.into_iter().map(|path| Arc::new(Dropped(path)) as _);
    window.input_mut().dropped_files.extend(files);
}

/// The pointer over the middle of the bytes.
pub(super) fn hover_grid(window: &mut Window) {
    let middle: Pos2 = grid(window).rect().center();
    window.hover_at(middle);
    window.step();
}

/// Commands that the last frame gave to the window's frame.
pub(super) fn commands(window: &Window) -> Vec<egui::ViewportCommand> {
    window.output().viewport_output[&egui::ViewportId::ROOT]
        .commands
        .clone()
}

/// A process that is ended with the test.
pub(super) struct Running(pub(super) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// Runs the test `name` of this program in another process, with `value` in the environment as `key`: where it finds that,
/// the test is not the test but the other process.
pub(super) fn other_process(name: &str, key: &str, value: &Path) -> Running {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(key, value)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    Running(command.spawn().unwrap())
}

/// In such another process: ends it when the test that started it is gone, however that went.
pub(super) fn end_with_parent() {
    std::thread::spawn(|| {
        let _end = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
}

/// Waits until nothing is at `path`: a window that goes does not wait for the worker that removes its scratch file.
#[track_caller]
pub(super) fn until_removed(path: &Path) {
    let deadline = Instant::now() + Duration::from_secs(5);
    while path.exists() {
        assert!(
            Instant::now() < deadline,
            "{} was left behind",
            path.display()
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// What is put on the clipboard next.
#[track_caller]
pub(super) fn copied(window: &mut Window) -> String {
    let mut copied = None;
    until(window, "something is copied", |window| {
        let commands = &window.output().platform_output.commands;
        copied = commands.iter().find_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        });
        copied.is_some()
    });
    copied.unwrap()
}

/// The name of what has the keys.
pub(super) fn focused(window: &Window) -> String {
    let mut nodes = window.root().children_recursive();
    let node = nodes.find(egui_kittest::Node::is_focused);
    let name = node.and_then(|node| node.accesskit_node().label());
    name.unwrap_or_default()
}
