//! The file dialog's helper process, with real processes: what is chosen, canceled, broken, silent or killed.
//!
//! The dialogs are scripts that take the place of `mapscope pick`, of `zenity` and of the desktop portal.

mod completion;
#[cfg(feature = "gui")]
mod portal;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use mapscope::work::picker::{PickKind, PickOutcome, Picker};

const SECOND: Duration = Duration::from_secs(1);
/// Far more than anything here takes.
const LONG: Duration = Duration::from_secs(20);

/// A directory of scripts.
struct Scripts(tempfile::TempDir);

impl Scripts {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// An executable script. Another process writes it: as long as this one had it open for writing, a process that a
    /// test beside this one starts would have it open too, and it could not be run (`ETXTBSY`).
    fn script(&self, name: &str, lines: &str) -> PathBuf {
        let path = self.path(name);
        let written = Command::new("/bin/sh")
            .args([
                "-c",
                "printf '#!/bin/sh\n%s\n' \"$1\" > \"$2\" && chmod 755 \"$2\"",
                "sh",
                lines,
            ])
            .arg(&path)
            .status();
        assert!(written.unwrap().success());
        path
    }

    /// The real program with nothing in its environment but `variables`.
    fn program(&self, variables: &[(&str, &OsStr)]) -> PathBuf {
        let mut line = b"exec /usr/bin/env -i".to_vec();
        for (name, value) in variables {
            line.extend_from_slice(format!(" {name}='").as_bytes());
            line.extend_from_slice(value.as_bytes());
            line.push(b'\'');
        }
        line.extend_from_slice(format!(" '{}' \"$@\"", env!("CARGO_BIN_EXE_mapscope")).as_bytes());
        self.script("mapscope", &String::from_utf8(line).unwrap())
    }
}

/// A dialog that is open, and what comes of it.
struct Open {
    picker: Picker,
    outcomes: Receiver<PickOutcome>,
}

fn open(program: &Path) -> Open {
    open_at(program, None, PickKind::Open)
}

fn open_at(program: &Path, dir: Option<&Path>, kind: PickKind) -> Open {
    let (report, outcomes) = channel();
    let begin = Instant::now();
    let picker = Picker::start(program, dir, kind, move |outcome| {
        report.send(outcome).ok();
    });
    assert!(
        begin.elapsed() < SECOND / 5,
        "it starts at once: {:?}",
        begin.elapsed()
    );
    Open { picker, outcomes }
}

impl Open {
    #[track_caller]
    fn outcome(&self) -> PickOutcome {
        self.outcomes.recv_timeout(LONG).unwrap()
    }

    /// The reason of a failure, which is within a sentence that says what to do.
    #[track_caller]
    fn failure(&self) -> String {
        let outcome = self.outcome();
        let PickOutcome::Failed(sentence) = &outcome else {
            panic!("{outcome:?}");
        };
        let inner = sentence.strip_prefix("No file dialog is available here (");
        let inner =
            inner.and_then(|it| it.strip_suffix("): type a path, or drop a file on the window"));
        inner.unwrap_or_else(|| panic!("{sentence}")).to_owned()
    }
}

fn chosen(path: &[u8]) -> PickOutcome {
    PickOutcome::Chosen(OsString::from_vec(path.to_vec()).into())
}

/// Whether there is a process with this number that is not a zombie of somebody else's.
fn runs(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"));
    stat.is_ok_and(|stat| {
        !stat
            .rsplit_once(") ")
            .is_some_and(|(_, rest)| rest.starts_with(['Z', 'X']))
    })
}

#[track_caller]
fn until<T>(what: &str, mut get: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(it) = get() {
            return it;
        }
        assert!(begin.elapsed() < LONG, "{what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// The process numbers in a file, as soon as it is whole.
fn pids_in(path: &Path, count: usize) -> Vec<u32> {
    until("the helper runs", || {
        let text = fs::read_to_string(path).ok()?;
        let pids: Vec<_> = text.lines().filter_map(|line| line.parse().ok()).collect();
        (pids.len() == count && text.ends_with('\n')).then_some(pids)
    })
}

#[test]
fn a_path_arrives_byte_for_byte() {
    let scripts = Scripts::new();
    for (printed, path) in [
        (r"/tmp/a b.bin\0", &b"/tmp/a b.bin"[..]),
        (r"/tmp/blank \0", b"/tmp/blank "),
        (r"/tmp/line\n\0", b"/tmp/line\n"),
        (r"/tmp/\377\376\0", b"/tmp/\xff\xfe"),
        (r"\n\0", b"\n"),
        // What follows the first path does not count.
        (r"/tmp/a\0/tmp/b\0", b"/tmp/a"),
    ] {
        let program = scripts.script("chooses", &format!("printf '{printed}'"));
        assert_eq!(open(&program).outcome(), chosen(path), "{printed}");
    }
    // A helper that says nothing but what it was asked: the command line is what the program takes.
    let program = scripts.script(
        "echoes",
        r#"for a in "$@"; do printf '%s|' "$a"; done; printf '\0'"#,
    );
    let dir = OsString::from_vec(b"/tmp/--x \xff".to_vec());
    let opened = open_at(&program, Some(Path::new(&dir)), PickKind::Save);
    assert_eq!(opened.outcome(), chosen(b"pick|--save|--|/tmp/--x \xff|"));
    assert_eq!(open(&program).outcome(), chosen(b"pick|"));
}

#[test]
fn every_end_of_the_helper_has_its_outcome() {
    let scripts = Scripts::new();
    let cancelled = scripts.script("cancels", "exit 10");
    let opened = open(&cancelled);
    assert_eq!(opened.outcome(), PickOutcome::Cancelled);
    until("it is over", || opened.picker.is_over().then_some(()));
    for (lines, reason) in [
        (
            "echo noise >&2; echo 'the moon is full' >&2; echo >&2; exit 2",
            "the moon is full",
        ),
        ("exit 2", "the helper does not say why"),
        ("exit 1", "the dialog ended with exit code 1"),
        (
            "echo 'no such option' >&2; exit 64",
            "the dialog ended with exit code 64: no such option",
        ),
        ("kill -KILL $$", "the dialog ended with signal 9 (SIGKILL)"),
        (
            "printf /tmp/unended",
            "the dialog gave no path that this system can open",
        ),
        (
            r"printf '\0'",
            "the dialog gave no path that this system can open",
        ),
        (
            "head -c 1000000 /dev/zero | tr '\\0' x; exit 2",
            "the helper does not say why",
        ),
        ("head -c 1000000 /dev/zero | tr '\\0' x >&2; exit 10", ""),
    ] {
        let program = scripts.script("ends", lines);
        if reason.is_empty() {
            assert_eq!(open(&program).outcome(), PickOutcome::Cancelled, "{lines}");
        } else {
            assert_eq!(open(&program).failure(), reason, "{lines}");
        }
    }
    let missing = open(Path::new("/nowhere/mapscope")).failure();
    let reason =
        "the helper /nowhere/mapscope cannot be started: No such file or directory (os error 2)";
    assert_eq!(missing, reason);
}

/// A helper that never answers, does not go when it is asked to, and has started something that does not either. Both
/// process numbers are in the file "pids".
fn silent(scripts: &Scripts) -> PathBuf {
    let pids = scripts.path("pids");
    let lines = format!(
        "trap '' TERM INT HUP\n/bin/sleep 1000 &\nprintf '%s\\n' $$ $! > '{}'\nwait",
        pids.display()
    );
    scripts.script("silent", &lines)
}

#[test]
fn cancel_ends_a_silent_helper_and_all_it_started_at_once() {
    let scripts = Scripts::new();
    let opened = open(&silent(&scripts));
    let pids = pids_in(&scripts.path("pids"), 2);
    assert!(!opened.picker.is_over());
    let begin = Instant::now();
    for _ in 0..100 {
        opened.picker.cancel();
    }
    assert!(begin.elapsed() < SECOND / 20, "{:?}", begin.elapsed());
    assert_eq!(opened.outcome(), PickOutcome::Cancelled);
    assert!(begin.elapsed() < SECOND / 2, "{:?}", begin.elapsed());
    assert!(
        !Path::new(&format!("/proc/{}", pids[0])).exists(),
        "the helper is reaped"
    );
    until("what it started is gone", || (!runs(pids[1])).then_some(()));
    // One report, not two.
    let more = opened.outcomes.recv_timeout(LONG);
    assert_eq!(more, Err(RecvTimeoutError::Disconnected));
}

#[test]
fn drop_ends_the_helper_without_a_report() {
    let scripts = Scripts::new();
    let Open { picker, outcomes } = open(&silent(&scripts));
    let pids = pids_in(&scripts.path("pids"), 2);
    let begin = Instant::now();
    drop(picker);
    assert!(begin.elapsed() < SECOND, "{:?}", begin.elapsed());
    assert_eq!(outcomes.try_recv().ok(), None);
    assert!(!Path::new(&format!("/proc/{}", pids[0])).exists());
    until("what it started is gone", || (!runs(pids[1])).then_some(()));
}

/// What is left on the search path where there is no dialog: nothing.
fn nothing() -> (&'static str, &'static OsStr) {
    ("PATH", OsStr::new("/nowhere"))
}

#[cfg(feature = "gui")]
#[test]
fn without_bus_and_zenity_the_reason_is_told() {
    let scripts = Scripts::new();
    let none = open(&scripts.program(&[nothing()])).failure();
    assert_eq!(none, "there is no session bus, and zenity is not installed");

    let address = format!("unix:path={}", scripts.path("bus").display());
    let dead = [nothing(), ("DBUS_SESSION_BUS_ADDRESS", address.as_ref())];
    let dead = scripts.program(&dead);
    let reason = "the session bus cannot be reached: No such file or directory (os error 2), and zenity is not installed";
    assert_eq!(open(&dead).failure(), reason);
    // A socket that nobody listens at any more.
    drop(std::os::unix::net::UnixListener::bind(scripts.path("bus")).unwrap());
    let refused = open(&dead).failure();
    assert!(refused.contains("Connection refused"), "{refused}");
    // Where systemd puts the bus.
    let runtime = [nothing(), ("XDG_RUNTIME_DIR", scripts.0.path().as_os_str())];
    assert_eq!(open(&scripts.program(&runtime)).failure(), refused);
}

#[cfg(feature = "gui")]
#[test]
fn zenity_stands_in_where_there_is_no_bus() {
    let scripts = Scripts::new();
    let path = [("PATH", scripts.0.path().as_os_str())];
    let program = scripts.program(&path);
    for (printed, path) in [
        (r"/tmp/blank \n", &b"/tmp/blank "[..]),
        (r"/tmp/line\n\n", b"/tmp/line\n"),
        (r"/tmp/\377\n", b"/tmp/\xff"),
    ] {
        scripts.script("zenity", &format!("printf '{printed}'"));
        assert_eq!(open(&program).outcome(), chosen(path), "{printed}");
    }
    // Its code for a cancel is one that no library ends a process with.
    scripts.script("zenity", r#"exit "$ZENITY_CANCEL""#);
    assert_eq!(open(&program).outcome(), PickOutcome::Cancelled);
    scripts.script("zenity", r#"exit "$ZENITY_ESC""#);
    assert_eq!(open(&program).outcome(), PickOutcome::Cancelled);
    scripts.script("zenity", "echo 'cannot open display: ' >&2; exit 1");
    let failed = open(&program).failure();
    assert_eq!(
        failed,
        "there is no session bus, and zenity ended with exit code 1: cannot open display:"
    );

    scripts.script("zenity", r#"for a in "$@"; do printf '%s|' "$a"; done"#);
    let dir = Path::new("/tmp/a b");
    let asked = open_at(&program, Some(dir), PickKind::Open).outcome();
    assert_eq!(
        asked,
        chosen(b"--file-selection|--title=Open a file to map|--filename=/tmp/a b/|")
    );
    let asked = open_at(&program, None, PickKind::Save).outcome();
    assert_eq!(
        asked,
        chosen(b"--file-selection|--title=Save as|--save|--confirm-overwrite|")
    );

    // One that never answers goes with the helper.
    let pids = scripts.path("pids");
    let lines = format!(
        "printf '%s\\n' $$ > '{}'; exec /bin/sleep 1000",
        pids.display()
    );
    scripts.script("zenity", &lines);
    let opened = open(&program);
    let zenity = pids_in(&pids, 1)[0];
    opened.picker.cancel();
    assert_eq!(opened.outcome(), PickOutcome::Cancelled);
    until("zenity is gone", || (!runs(zenity)).then_some(()));
}
