//! A process about which the kernel does not come back: it is told to be silent, and the others are looked at as before.

use super::*;
use crate::skip::skip;

/// A file system of one file that answers no read before it is let.
struct Slow {
    server: Child,
    lines: BufReader<ChildStdout>,
    folder: tempfile::TempDir,
}

impl Slow {
    fn or_skip() -> Option<Self> {
        if !is_root() {
            return None; // root does it
        }
        let folder = tempfile::tempdir().unwrap();
        let mut server = Command::new(python())
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/it/others/fuse.py"
            ))
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let lines = BufReader::new(server.stdout.take().unwrap());
        let mut slow = Self {
            server,
            lines,
            folder,
        };
        if slow.line() == "ready\n" {
            return Some(slow);
        }
        skip("FUSE cannot be mounted");
        None
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("file")
    }

    /// From now on it answers.
    fn answer(&mut self) {
        writeln!(self.server.stdin.as_mut().unwrap(), "go").unwrap();
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        drop(self.server.stdin.take());
        // Without its server, nothing of it can hang any more.
        self.server.kill().ok();
        self.server.wait().ok();
        let folder = self.folder.path();
        Command::new("umount").arg("-l").arg(folder).output().ok();
    }
}

/// Has the program hold its own memory until the file system answers: one thread waits for a page, and another that maps
/// the file waits for that page to be thrown away.
fn hold_memory(program: &mut Program, slow: &mut Slow) {
    program.ask(&json!(["touch_apart", text(&slow.file())]));
    assert_eq!(slow.line(), "asked\n");
    // It may not answer any more, as even that may take memory.
    let command = json!(["map_apart"]);
    writeln!(program.input, "{command}").unwrap();
}

fn is_silent(others: &Others, pid: u32) -> bool {
    others.silent.contains(&pid)
}

#[test]
fn one_that_does_not_answer_is_gone_round_until_it_does() {
    // Before the file system, as it has to go first: only then can this program end.
    let mut held = Program::start();
    let Some(mut slow) = Slow::or_skip() else {
        return;
    };
    let (_dir, path) = file(2);
    let watched = Watched::new(&path, 7);
    let mut beside = Program::start();
    beside.map(&path, "shared");
    beside.ask(&json!(["read", 0, 7]));
    held.map(&path, "shared");
    held.ask(&json!(["read", 0, 7]));
    let pid = held.pid;
    watched.until("it is read", |others| {
        of(others, pid).is_some_and(|it| byte(&it.mappings[0]) == Some(7))
    });
    hold_memory(&mut held, &mut slow);
    let others = watched.until("it is silent", |others| is_silent(others, pid));
    let row = of(&others, pid).expect("its row stays");
    assert!(row.is_silent);
    assert_eq!(
        row.mappings[0].pages[0].seen,
        SeenBytes::NotTold(Unavailable::NoAnswer),
        "what it sees now is not known"
    );
    // The others are looked at as before: what they store, and one that comes.
    beside.ask(&json!(["store", 0, 7, 0x5a]));
    let mut late = Program::start();
    late.map(&path, "private");
    let others = watched.until("the others are seen", |others| {
        of(others, beside.pid).is_some_and(|it| byte(&it.mappings[0]) == Some(0x5a))
            && of(others, late.pid).is_some()
    });
    assert!(is_silent(&others, pid) && of(&others, pid).is_some_and(|it| it.is_silent));
    // Other bytes are answered too.
    watched.watch(PAGE as u64);
    let others = watched.next();
    assert!(
        of(&others, pid).is_some_and(|it| it.is_silent),
        "{others:?}"
    );
    watched.watch(7);
    slow.answer();
    let others = watched.until("it is back", |others| {
        !is_silent(others, pid)
            && of(others, pid).is_some_and(|it| byte(&it.mappings[0]) == Some(0x5a))
    });
    assert!(others.silent.is_empty() && !of(&others, pid).unwrap().is_silent);
}

#[test]
fn one_that_does_not_answer_is_told_by_the_command_line_with_all_the_others() {
    let mut held = Program::start();
    let Some(mut slow) = Slow::or_skip() else {
        return;
    };
    let (_dir, path) = file(1);
    held.map(&path, "shared");
    let mut beside = Program::start();
    beside.map(&path, "shared");
    hold_memory(&mut held, &mut slow);
    let file = OpenFile::open(&path, &CallLog::new()).unwrap();
    let request = MapRequest {
        mode: Mode::Shared,
        access: Access::ReadOnly,
        span: None,
    };
    let mapping = Mapping::create(&file, request, &CallLog::new()).unwrap();
    let key = FileKey::of(&mapping, &file).unwrap();
    let look = || mapscope::map::look_at_others(&key, Span::at(0, 1).unwrap()).unwrap();
    // It may take a moment until its memory is held.
    let deadline = Instant::now() + LONG;
    let mut others = look();
    while !is_silent(&others, held.pid) {
        assert!(Instant::now() < deadline, "{others:?}");
        others = look();
    }
    assert!(others.is_whole && of(&others, held.pid).is_none());
    assert!(of(&others, beside.pid).is_some(), "{others:?}");
    slow.answer();
    let deadline = Instant::now() + LONG;
    while of(&look(), held.pid).is_none() {
        assert!(Instant::now() < deadline);
    }
}
