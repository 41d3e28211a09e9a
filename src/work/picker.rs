//! The native file dialog, in a process of its own.
//!
//! It owns the helper process that shows the dialog: start it, wait for the person, tell chosen from cancelled from
//! failed, and end it with all it started. It must not know the window; the dialog itself is in `dialog`.
//!
//! A process of its own, because on Linux the dialog may wait for ever for an answer, or end its whole process when the
//! session bus goes away (libdbus, `exit_on_disconnect`). That is the helper's end then and not the program's.

#[cfg(feature = "gui")]
mod dialog;

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

#[cfg(feature = "gui")]
pub use dialog::run_pick;

use crate::os::exit::{describe_exit, gone_within};
use crate::os::thread::join_within;
use crate::peer::Unreaped;

/// Exit code of `mapscope pick`: the person chose, and the path stands on standard output, a NUL after it.
pub const EXIT_CHOSEN: u8 = 0;
/// Exit code of `mapscope pick`: no dialog could be shown; the reason is the last line on standard error.
pub const EXIT_FAILED: u8 = 2;
/// Exit code of `mapscope pick`: the person closed the dialog. Not 1, which is what libdbus ends a process with.
pub const EXIT_CANCELLED: u8 = 10;

/// How often it is looked whether the helper ended: no sooner answer than a person can notice.
const LOOK: Duration = Duration::from_millis(50);
/// How long a killed helper may take to go.
const REAP: Duration = Duration::from_millis(500);
/// The most that is read from the helper, in bytes: 16 times the longest path of Linux.
const OUTPUT_BYTES: u64 = 65_536;

/// What the person is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickKind {
    /// A file that exists.
    Open,
    /// A name to save under.
    Save,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PickOutcome {
    /// The path of the file, byte for byte as the dialog gave it.
    Chosen(PathBuf),
    /// The person, or [`Picker::cancel`], closed the dialog.
    Cancelled,
    /// There was no dialog, or it broke: a full sentence without a final period, that says what to do instead.
    Failed(String),
}

/// A file dialog that is open. Dropping it closes the dialog, without a report.
#[derive(Debug)]
pub struct Picker {
    events: SyncSender<Event>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
enum Event {
    /// What the helper wrote on standard output, without the NUL; `None` if it closed it before.
    Output(Option<Vec<u8>>),
    Cancel,
    Drop,
}

impl Picker {
    /// Shows the dialog, beginning in `start_dir`, by running `program pick`; `report` is called once, on another
    /// thread, when it is over. Returns at once.
    pub fn start(
        program: &Path,
        start_dir: Option<&Path>,
        kind: PickKind,
        report: impl Fn(PickOutcome) + Send + 'static,
    ) -> Self {
        let mut command = Command::new(program);
        command.args(arguments(kind, start_dir));
        let (events, received) = sync_channel(4);
        let output = events.clone();
        // Whoever takes it reports: the thread, or this one if there is no thread.
        let report = Arc::new(Mutex::new(Some(report)));
        let reporter = Arc::clone(&report);
        // The thread outlives the helper, which on Linux dies with the thread that started it.
        let thread = thread::Builder::new()
            .name("picker".to_owned())
            .spawn(move || {
                let outcome = show(command, output, &received);
                if let Some((outcome, report)) = outcome.zip(take(&reporter)) {
                    report(outcome);
                }
            });
        if let Err(error) = &thread
            && let Some(report) = take(&report)
        {
            let why = format!("no thread can be started: {error}");
            report(PickOutcome::Failed(unavailable(&why)));
        }
        Self {
            events,
            thread: thread.ok(),
        }
    }

    /// Closes the dialog, whatever it does. Returns at once; the report that follows is `Cancelled`, unless the person
    /// was quicker.
    pub fn cancel(&self) {
        // Full or closed: it is being canceled already, or over.
        self.events.try_send(Event::Cancel).ok();
    }

    /// Whether the dialog is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Picker {
    fn drop(&mut self) {
        self.events.try_send(Event::Drop).ok();
        if let Some(thread) = self.thread.take() {
            join_within(thread, REAP * 4);
        }
    }
}

fn take<T>(slot: &Mutex<Option<T>>) -> Option<T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// The command line of the helper: `pick [--save] [-- DIRECTORY]`.
fn arguments(kind: PickKind, start_dir: Option<&Path>) -> Vec<OsString> {
    let mut arguments = vec![OsString::from("pick")];
    if kind == PickKind::Save {
        arguments.push("--save".into());
    }
    if let Some(dir) = start_dir {
        arguments.push("--".into());
        arguments.push(dir.into());
    }
    arguments
}

/// The sentence for a dialog that could not be shown.
fn unavailable(why: &str) -> String {
    format!("No file dialog is available here ({why}): type a path, or drop a file on the window")
}

/// Runs the helper to its end. `None` if nobody wants to know any more.
fn show(
    mut command: Command,
    output: SyncSender<Event>,
    events: &Receiver<Event>,
) -> Option<PickOutcome> {
    // A group of its own, so that what it starts can be ended with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let spawned = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match spawned {
        Ok(child) => child,
        Err(error) => {
            let program = command.get_program().display();
            return Some(PickOutcome::Failed(unavailable(&format!(
                "the helper {program} cannot be started: {error}"
            ))));
        }
    };
    let Ok(stderr) = listen(&mut child, output) else {
        end(child);
        return Some(PickOutcome::Failed(unavailable("no thread can be started")));
    };
    let mut said = None;
    let status = loop {
        match events.recv_timeout(LOOK) {
            Ok(Event::Output(path)) => said = Some(path),
            Err(RecvTimeoutError::Timeout) => {}
            Ok(Event::Cancel) => {
                end(child);
                return Some(PickOutcome::Cancelled);
            }
            Ok(Event::Drop) | Err(RecvTimeoutError::Disconnected) => {
                end(child);
                return None;
            }
        }
        if let Ok(Some(status)) = child.try_wait() {
            break status;
        }
    };
    // What it wrote last may still be on its way.
    if said.is_none()
        && let Ok(Event::Output(path)) = events.recv_timeout(REAP)
    {
        said = Some(path);
    }
    Some(outcome(
        status,
        said.flatten(),
        &stderr.recv_timeout(REAP).unwrap_or_default(),
    ))
}

fn outcome(status: ExitStatus, said: Option<Vec<u8>>, complaint: &[u8]) -> PickOutcome {
    let complaint = String::from_utf8_lossy(complaint);
    let complaint = complaint
        .lines()
        .map(str::trim)
        .rfind(|line| !line.is_empty());
    let failed = |why: &str| PickOutcome::Failed(unavailable(why));
    match (status.code(), said.map(path_from_bytes)) {
        (Some(code), Some(Some(path))) if code == i32::from(EXIT_CHOSEN) => {
            PickOutcome::Chosen(path)
        }
        (Some(code), _) if code == i32::from(EXIT_CHOSEN) => {
            failed("the dialog gave no path that this system can open")
        }
        (Some(code), _) if code == i32::from(EXIT_CANCELLED) => PickOutcome::Cancelled,
        (Some(code), _) if code == i32::from(EXIT_FAILED) => {
            failed(complaint.unwrap_or("the helper does not say why"))
        }
        _ => {
            let how = describe_exit(status);
            match complaint {
                Some(complaint) => failed(&format!("the dialog ended with {how}: {complaint}")),
                None => failed(&format!("the dialog ended with {how}")),
            }
        }
    }
}

/// Starts what listens to the helper: its path goes to `output`, its complaint to the channel returned.
fn listen(child: &mut Child, output: SyncSender<Event>) -> io::Result<Receiver<Vec<u8>>> {
    let (complaint, complaints) = sync_channel(1);
    if let Some(mut stdout) = child.stdout.take() {
        let name = "picker reader".to_owned();
        thread::Builder::new().name(name).spawn(move || {
            // Full: the dialog was canceled in between, and nobody wants the path.
            output.try_send(Event::Output(read_path(&mut stdout))).ok();
        })?;
    }
    if let Some(mut stderr) = child.stderr.take() {
        let name = "picker errors".to_owned();
        thread::Builder::new().name(name).spawn(move || {
            let mut text = Vec::new();
            // What was read before an error counts; what is too much must not stop the helper.
            stderr
                .by_ref()
                .take(OUTPUT_BYTES)
                .read_to_end(&mut text)
                .ok();
            complaint.send(text).ok();
            io::copy(&mut stderr, &mut io::sink()).ok();
        })?;
    }
    Ok(complaints)
}

/// All up to the first NUL; `None` without one.
fn read_path(stdout: &mut impl Read) -> Option<Vec<u8>> {
    let mut path = Vec::new();
    let mut stdout = io::BufReader::new(stdout.take(OUTPUT_BYTES));
    io::BufRead::read_until(&mut stdout, 0, &mut path).ok()?;
    (path.pop() == Some(0) && !path.is_empty()).then_some(path)
}

#[cfg(unix)]
#[expect(
    clippy::unnecessary_wraps,
    reason = "elsewhere not every sequence of bytes is a path"
)]
fn path_from_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
    let path: OsString = std::os::unix::ffi::OsStringExt::from_vec(bytes);
    Some(path.into())
}

#[cfg(not(unix))]
fn path_from_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

/// Ends the helper and what it started, and reaps it.
fn end(mut child: Child) {
    // The group first, while its leader's number cannot be given to another process. Where there is no such program, what
    // the helper started still dies with it on Linux (`die_with_parent`).
    #[cfg(unix)]
    Command::new("kill")
        .args(["-KILL", "--", &format!("-{}", child.id())])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .ok();
    // An error says that it ended by itself.
    child.kill().ok();
    if !gone_within(&mut child, REAP) {
        drop(Unreaped::new(child));
    }
}
