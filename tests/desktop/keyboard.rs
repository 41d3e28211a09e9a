//! Everything by keys: a file from its opening to the end of the program, and the pointer never moves. What came of each
//! step is read from the accessibility bus, the file and /proc.

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use crate::rig::program::{is_alive, stat};
use crate::rig::reader::{Reader, stage_with_python_of};
use crate::rig::{PATIENCE, Program, Stage, until, within};

/// Tall enough that no row has to be scrolled to.
const SCREEN: (u32, u32) = (1280, 1100);
const ADD_PRIVATE: &str = "Start a process that maps the file privately";
/// How a row of *Who sees it* begins.
const HEADS: [&str; 6] = [
    "this view, ",
    "second mapping, ",
    "other view, ",
    "process ",
    "child ",
    "read, pwrite, ",
];
/// Places that Tab or an arrow may pass on its way.
const ON_THE_WAY: usize = 24;

/// Who presses, and who reads what came of it.
struct Person<'a> {
    stage: &'a Stage,
    reader: Reader,
    program: Program<'a>,
}

impl Person<'_> {
    fn keys(&self, keys: &[&str]) {
        self.stage.keys(keys);
    }

    /// Waits until something is described by these words.
    #[track_caller]
    fn until_said(&mut self, words: &str) {
        self.reader.until(words, |names| {
            names.iter().any(|name| name.contains(words)).then_some(())
        });
    }

    /// The rows of *Who sees it*.
    fn rows(names: &[String]) -> Vec<&String> {
        let is_row =
            |name: &&String| name.contains(": ") && HEADS.iter().any(|head| name.starts_with(head));
        names.iter().filter(is_row).collect()
    }

    /// Waits for a row that begins and goes on like this; its pid, where it is that of a process.
    #[track_caller]
    fn until_row(&mut self, head: &str, says: &str) -> Option<u32> {
        let mut last = Vec::new();
        let found = within(PATIENCE, || {
            last = self.reader.names();
            let mut rows = Self::rows(&last).into_iter();
            let row = rows.find(|row| row.starts_with(head) && row.contains(says))?;
            let number = row.split([' ', ',']).nth(1)?;
            Some(number.parse().ok())
        });
        found.unwrap_or_else(|| panic!("no {head:?} that {says:?}: {last:#?}"))
    }

    /// Opens what the row can do by its number, and chooses `item`.
    #[track_caller]
    fn order(&mut self, head: &str, item: &str) {
        let number = self.reader.until(head, |names| {
            let place = Self::rows(names)
                .iter()
                .position(|row| row.starts_with(head))?;
            Some((place + 1).to_string())
        });
        self.keys(&["F7"]);
        self.until_focus("this view, ");
        for digit in number.chars() {
            self.keys(&[&digit.to_string()]);
        }
        self.until_focus(head);
        self.keys(&["Return"]);
        self.until_focus_leaves(head);
        self.reader.lead_to(self.stage, "Down", item, ON_THE_WAY);
        self.keys(&["Return"]);
    }

    #[track_caller]
    fn until_focus(&mut self, head: &str) {
        let what = format!("keyboard at {head:?}");
        until(&what, || {
            self.reader.focused().starts_with(head).then_some(())
        });
    }

    #[track_caller]
    fn until_focus_leaves(&mut self, head: &str) {
        let what = format!("keyboard away from {head:?}");
        until(&what, || {
            let now = self.reader.focused();
            (!now.is_empty() && !now.starts_with(head)).then_some(())
        });
    }

    /// The byte at `offset` of the file becomes this.
    #[track_caller]
    fn until_in_file(&self, path: &Path, offset: usize, byte: u8) {
        self.program
            .until(&format!("{byte:02x} at {offset} of the file"), |_| {
                (fs::read(path).ok()?.get(offset) == Some(&byte)).then_some(())
            });
    }
}

#[test]
fn a_file_is_opened_written_watched_and_left_by_keys_alone() {
    let Some((mut stage, python)) = stage_with_python_of(SCREEN.0, SCREEN.1) else {
        return;
    };
    let _bus = stage.start_bus();
    let reader = Reader::start(&stage, python);
    let path = stage.file("keys.bin", &[b'A'; 64]);
    let program = Program::start(&stage, &[] as &[&str]);
    let mut person = Person {
        stage: &stage,
        reader,
        program,
    };
    let pointer = stage.ask(&["getmouselocation"]);
    let mut wanted = [b'A'; 64];

    open_and_write(&mut person, &path);
    wanted[28] = b'Z';
    wanted[29] = b'!';
    assert_eq!(fs::read(&path).unwrap(), wanted);
    split_and_write(&mut person);
    assert_eq!(fs::read(&path).unwrap(), wanted, "a private byte");
    processes(&mut person, &path);
    person.order("read, pwrite, ", "Write as it");
    person.until_in_file(&path, 28, b'*');
    wanted[28] = b'*';
    quit(&mut person);
    assert_eq!(fs::read(&path).unwrap(), wanted);
    assert_eq!(stage.ask(&["getmouselocation"]), pointer, "it never moved");
}

/// The path field, the lookup, a private byte, the question, a shared byte.
fn open_and_write(person: &mut Person<'_>, path: &Path) {
    person.keys(&["ctrl+shift+o"]);
    person.until_focus("Path");
    person.keys(&["ctrl+a"]);
    person.stage.types(path.to_str().expect("a path"));
    person.keys(&["Return"]);
    let title = "keys.bin \u{2014} PRIVATE read-write \u{2014} mapscope";
    person.program.until_title(title);

    person.keys(&["ctrl+g"]);
    person.until_focus("Look up");
    person.stage.types("28");
    person.until_said("Received char at 28 is A");
    person.keys(&["Return"]);
    person.until_said("Cursor 0x1c (28): 0x41");

    person.stage.types("5a");
    // The cursor went on, and the panel stays at what was written.
    person.until_row("this view, private", "sees 5a 'Z', which differs");
    assert_eq!(fs::read(path).unwrap(), [b'A'; 64]);

    person.keys(&["ctrl+t"]);
    let write = "Write it to the file";
    person.until_said(write);
    person.until_focus_leaves("Bytes");
    person
        .reader
        .lead_to(person.stage, "Tab", write, ON_THE_WAY);
    person.keys(&["Return"]);
    let title = "keys.bin \u{2014} SHARED read-write \u{2014} mapscope";
    person.program.until_title(title);
    person.until_in_file(path, 28, b'Z');
    person.until_focus("Bytes");
    person.until_said("Cursor 0x1d (29)");
    person.stage.types("21");
    person.until_in_file(path, 29, b'!');
}

/// Private beside shared: a byte in each stays or arrives.
fn split_and_write(person: &mut Person<'_>) {
    person.keys(&["ctrl+shift+2"]);
    let title = "keys.bin \u{2014} PRIVATE read-write \u{2014} mapscope";
    person.program.until_title(title);
    person.until_focus("Bytes");
    person.keys(&["Home"]);
    person.until_said("Cursor 0x10 (16)");
    person.stage.types("62");
    person.until_row("this view, private", "sees 62 'b', which differs");
    person.keys(&["ctrl+F6"]);
    let title = "* keys.bin \u{2014} SHARED read-write \u{2014} mapscope";
    person.program.until_title(title);
    person.until_focus("Bytes");
}

/// A private process, its byte, its child, and their end.
fn processes(person: &mut Person<'_>, path: &Path) {
    person.keys(&["ctrl+g"]);
    person.until_focus("Look up");
    person.stage.types("28");
    person.keys(&["Return"]);
    person.until_row("this view, shared", "sees 5a 'Z'");
    let pair = person.program.peers();
    assert_eq!(pair.len(), 2, "the pair");
    // Not by F6, which passes the other view and makes the panel tell of that one.
    person.keys(&["F7"]);
    person.until_focus("this view, ");
    let byte = "Byte to write";
    person
        .reader
        .lead_to(person.stage, "shift+Tab", byte, ON_THE_WAY);
    person.keys(&["ctrl+a"]);
    person.stage.types("2a");
    person
        .reader
        .lead_to(person.stage, "Tab", ADD_PRIVATE, ON_THE_WAY);
    person.keys(&["space"]);
    let added = person.program.until("one process more", |program| {
        let mut peers = program.peers().into_iter();
        peers.find(|pid| !pair.contains(pid))
    });
    let head = format!("process {added}, ");
    person.until_row(&head, "sees 5a 'Z', as the file has it");

    person.order(&head, "Write as it");
    person.until_row(
        &head,
        "sees 2a '*', which differs from the file; through a copy",
    );
    assert_eq!(byte_of(added, path, 28), Some(b'*'), "in its memory");
    assert_eq!(fs::read(path).unwrap()[28], b'Z');

    person.order(&head, "Fork a child");
    let child = person.until_row("child ", "sees 2a '*'").expect("a pid");
    let parent = stat(child).and_then(|fields| fields.get(1).cloned());
    assert_eq!(parent, Some(added.to_string()), "the parent of the child");
    assert_eq!(byte_of(child, path, 28), Some(b'*'));

    let child_head = format!("child {child}, ");
    person.order(&child_head, "Kill");
    person.until_row(&child_head, "ended: signal 9 (SIGKILL)");
    assert!(!is_alive(child) && is_alive(added));
    person.order(&head, "Kill");
    person.until_row(&head, "ended: signal 9 (SIGKILL)");
    assert!(!is_alive(added));
}

/// What a process has at `offset` of its one mapping of the file.
fn byte_of(pid: u32, path: &Path, offset: u64) -> Option<u8> {
    let name = path.to_str()?;
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).ok()?;
    let line = maps.lines().find(|line| line.ends_with(name))?;
    let start = u64::from_str_radix(line.split('-').next()?, 16).ok()?;
    let mut byte = [0];
    let memory = fs::File::open(format!("/proc/{pid}/mem")).ok()?;
    memory.read_exact_at(&mut byte, start + offset).ok()?;
    Some(byte[0])
}

/// The private byte is asked about, and left.
fn quit(person: &mut Person<'_>) {
    let pid = person.program.pid();
    person.keys(&["ctrl+q"]);
    let drop = "Drop it";
    person.until_said("The window is about to close");
    person.reader.lead_to(person.stage, "Tab", drop, ON_THE_WAY);
    person.keys(&["Return"]);
    assert!(person.program.until_end().success());
    assert!(!is_alive(pid));
}
