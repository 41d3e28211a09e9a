//! Processes that map a file, told what to do by clicks in the window: an order lands in the file it was given for or
//! nowhere, and a file that grows takes no byte that only they have. What they hold is read from their memory.

use std::fs;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;
use std::process::Command;

use mapscope::ui::Theme;

use crate::rig::program::{is_alive, stat};
use crate::rig::reader::{Reader, stage_with_python_of};
use crate::rig::{Program, Stage};

pub(crate) const ADD_SHARED: &str = "Start a process that maps the file shared";
const ADD_PRIVATE: &str = "Start a process that maps the file privately";
/// Tall enough that the whole list of processes is to be seen.
pub(crate) const SCREEN: (u32, u32) = (1280, 1700);
/// What a button writes where nobody chose another byte.
pub(crate) const MARK: u8 = b'!';
/// What a row says that has it in a copy.
const COPIED: &str = "21 '!', which differs from the file; through a copy";
/// The places of the rows of the pair that is always there.
const SHARED_PEER: usize = 0;
const PRIVATE_PEER: usize = 1;

/// How the process of an order that waits goes on.
#[derive(Clone, Copy, Debug)]
enum GoesOn {
    /// By the button, once the file of the order is in front again.
    ByButton,
    /// By kill(1), while the other file is in front.
    FromShell,
    /// Never: its file is closed before.
    WithFile,
}

/// Two files. What a stopped process of the one is told waits for it, whatever is opened meanwhile.
#[test]
fn what_a_stopped_process_was_told_never_lands_in_another_file() {
    for way in [GoesOn::ByButton, GoesOn::FromShell, GoesOn::WithFile] {
        let Some((mut stage, python)) = stage_with_python_of(SCREEN.0, SCREEN.1) else {
            return;
        };
        let _bus = stage.start_bus();
        let mut reader = Reader::start(&stage, python);
        order_and_open_another(&stage, &mut reader, way);
    }
}

/// A process that maps the file shared is stopped, and told to write; its pid.
fn order_that_waits(stage: &Stage, reader: &mut Reader, program: &Program<'_>) -> u32 {
    reader.click(stage, ADD_SHARED);
    let pid = until_says(reader, 1, "41 'A', as the file has it");
    order(stage, reader, 1, "Stop");
    until_says(reader, 1, "stopped");
    program.until("process that the kernel stopped", |_| {
        is_in_state(pid, "T").then_some(())
    });
    until_says(reader, 1, "it is stopped: what it was told waits");
    reader.click(stage, &format!("Write as process {pid}"));
    reader.until("order in place of the note", |names| {
        let row = process_row(names, 1)?;
        (!row.contains("what it was told waits")).then_some(())
    });
    pid
}

fn order_and_open_another(stage: &Stage, reader: &mut Reader, way: GoesOn) {
    let (bytes_of_a, mut bytes_of_b) = ([b'A'; 64], [b'B'; 64]);
    bytes_of_b[63] = b'Z';
    let a = stage.file("a.bin", &bytes_of_a);
    let b = stage.file("b.bin", &bytes_of_b);
    let program = start(stage, &a);
    let pid = order_that_waits(stage, reader, &program);

    // After the click, as keys and clicks come in their order.
    stage.keys(&["ctrl+shift+o"]);
    stage.keys(&["ctrl+a"]);
    stage.types(b.to_str().expect("a path"));
    stage.keys(&["Return"]);
    program.until_title("b.bin \u{2014} PRIVATE read-write \u{2014} mapscope");
    reader.until("other file read by its own processes", |names| {
        says(names, SHARED_PEER, "42 'B'")
    });
    assert_eq!(fs::read(&a).unwrap(), bytes_of_a, "{way:?}: it waits");

    let title_of_a = "a.bin \u{2014} PRIVATE read-write \u{2014} mapscope";
    match way {
        GoesOn::ByButton => {
            stage.keys(&["ctrl+Tab"]);
            program.until_title(title_of_a);
            order(stage, reader, 1, "Continue");
        }
        GoesOn::FromShell => shell("kill -CONT $1", &pid.to_string()),
        GoesOn::WithFile => {
            stage.keys(&["ctrl+Tab"]);
            program.until_title(title_of_a);
            stage.keys(&["ctrl+w"]);
            // what waits at the process is named, and the person decides
            reader.until("question about the store", |names| {
                let says = |it: &&String| it.contains("21 at 0x0 through process 1");
                names.iter().find(says).map(|_| ())
            });
            reader.click(stage, "Stop it and close");
            program.until_title("b.bin \u{2014} PRIVATE read-write \u{2014} mapscope");
            program.until("end of the process of the closed file", |_| {
                (!is_alive(pid)).then_some(())
            });
            // What the processes of the other file say of another byte, they say after whatever they were told before.
            program.look_up("63");
            for place in [SHARED_PEER, PRIVATE_PEER] {
                let what = format!("answer about another byte of process {place} of the pair");
                reader.until(&what, |names| says(names, place, "5a 'Z'"));
            }
        }
    }
    let mut wanted = bytes_of_a;
    if !matches!(way, GoesOn::WithFile) {
        wanted[0] = MARK;
        program.until("byte in either file", |_| {
            let has_changed = fs::read(&a).unwrap() != bytes_of_a;
            (has_changed || fs::read(&b).unwrap() != bytes_of_b).then_some(())
        });
    }
    assert_eq!(fs::read(&b).unwrap(), bytes_of_b, "{way:?}: the other file");
    assert_eq!(fs::read(&a).unwrap(), wanted, "{way:?}: its own file");
    match way {
        GoesOn::ByButton => {
            until_says(reader, 1, "written by that process");
        }
        GoesOn::FromShell => {
            stage.keys(&["ctrl+Tab"]);
            program.until_title(title_of_a);
        }
        GoesOn::WithFile => return,
    }
    until_says(reader, 1, "21 '!', as the file has it");
    assert_eq!(Memory::of(pid, &a).read(0, 64), wanted, "{way:?}");
    assert_eq!(fs::read(&b).unwrap(), bytes_of_b, "{way:?}: in the end");
}

/// Growth within the page that has the private byte, and growth by a page.
#[test]
fn private_bytes_of_processes_outlive_growth_of_the_file() {
    for len in [64, 4096] {
        let Some((mut stage, python)) = stage_with_python_of(SCREEN.0, SCREEN.1) else {
            return;
        };
        let _bus = stage.start_bus();
        let mut reader = Reader::start(&stage, python);
        write_and_append(&stage, &mut reader, len);
    }
}

fn write_and_append(stage: &Stage, reader: &mut Reader, len: usize) {
    let file = stage.file("grows.bin", &vec![b'A'; len]);
    let program = start(stage, &file);
    let pair = program.until("two processes that map the file", |program| {
        let pair = program.peers();
        let all_map = pair.iter().all(|pid| Memory::find(*pid, &file).is_some());
        (pair.len() == 2 && all_map).then_some(pair)
    });
    let is_private = |pid: &&u32| Memory::of(**pid, &file).is_private;
    let built_in = *pair.iter().find(is_private).expect("a private one");

    reader.click(stage, ADD_PRIVATE);
    let added = until_says(reader, 1, "41 'A', as the file has it");
    reader.click(stage, &format!("Write as process {built_in}"));
    reader.until("note on what was written", |names| {
        says(names, PRIVATE_PEER, "written by that process")
    });
    reader.click(stage, &format!("Write as process {added}"));
    until_says(reader, 1, COPIED);
    order(stage, reader, 1, "Fork a child");
    let child = until_says(reader, 2, COPIED);
    let pids = [built_in, added, child];
    let mut private = vec![b'A'; len];
    private[0] = MARK;
    for pid in pids {
        assert_eq!(
            Memory::of(pid, &file).read(0, len),
            private,
            "{pid}: before"
        );
    }

    shell("printf ZZZZZZ >> $1", file.to_str().expect("a path"));
    // What they say of a byte that was not there: in a page of their own, the kernel's zero, else the file's.
    program.look_up(&len.to_string());
    let appended = if len.is_multiple_of(4096) {
        "5a 'Z', as the file has it"
    } else {
        "00, which differs from the file; through a copy"
    };
    for number in [1, 2] {
        until_says(reader, number, appended);
    }
    reader.until("the same of the one that is always there", |names| {
        says(names, PRIVATE_PEER, appended)
    });
    program.look_up("0");
    for number in [1, 2] {
        until_says(reader, number, COPIED);
    }
    reader.until("private byte of the one that is always there", |names| {
        says(names, PRIVATE_PEER, COPIED)
    });
    for pid in pids {
        let memory = Memory::of(pid, &file);
        assert_eq!(memory.read(0, len), private, "{pid}: after growth");
        assert!(memory.is_private, "{pid}");
        assert_eq!(memory.len(), (len + 6).next_multiple_of(4096), "{pid}");
    }
    let mut wanted = vec![b'A'; len];
    wanted.extend(b"ZZZZZZ");
    assert_eq!(
        fs::read(&file).unwrap(),
        wanted,
        "a private byte is private"
    );
}

/// The program on a file, on the whole screen.
pub(crate) fn start<'a>(stage: &'a Stage, file: &Path) -> Program<'a> {
    let program = Program::start(stage, &[file]);
    stage.keys(&["F11"]);
    program.until("full screen", |_| {
        let picture = stage.picture();
        (picture.bounds(Theme::dark().bar)? == picture.area()).then_some(())
    });
    program
}

/// The one mapping that a process has of a file, as /proc tells it.
struct Memory {
    pid: u32,
    start: u64,
    end: u64,
    is_private: bool,
}

impl Memory {
    #[track_caller]
    fn of(pid: u32, file: &Path) -> Self {
        Self::find(pid, file).unwrap_or_else(|| panic!("{pid} maps {} not once", file.display()))
    }

    /// `None` where it maps it not at all, or more than once.
    fn find(pid: u32, file: &Path) -> Option<Self> {
        let inode = fs::metadata(file).ok()?.ino().to_string();
        let maps = fs::read_to_string(format!("/proc/{pid}/maps")).ok()?;
        let mut found = maps.lines().filter_map(|line| {
            let mut fields = line.split_whitespace();
            let (range, rights) = (fields.next()?, fields.next()?);
            let (_offset, _device) = (fields.next()?, fields.next()?);
            let (start, end) = range.split_once('-')?;
            (fields.next()? == inode).then_some(())?;
            Some(Self {
                pid,
                start: u64::from_str_radix(start, 16).ok()?,
                end: u64::from_str_radix(end, 16).ok()?,
                is_private: rights.ends_with('p'),
            })
        });
        found.next().filter(|_| found.next().is_none())
    }

    fn len(&self) -> usize {
        usize::try_from(self.end - self.start).expect("a length")
    }

    /// `len` bytes from `offset` in the mapping on, as the process would load them.
    fn read(&self, offset: u64, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        let memory = fs::File::open(format!("/proc/{}/mem", self.pid)).expect("its memory");
        memory
            .read_exact_at(&mut bytes, self.start + offset)
            .expect("bytes of its memory");
        bytes
    }
}

/// The row of a process that was added, by its place among them; the pair stands above.
pub(crate) fn process_row(names: &[String], number: usize) -> Option<&String> {
    row_at(names, PRIVATE_PEER + number)
}

/// The row of a process by its place: `process 4123, shared: ...`, `child 4124, private: ...`.
fn row_at(names: &[String], place: usize) -> Option<&String> {
    let rows = names
        .iter()
        .filter(|name| pid_of(name).is_some() && name.contains(": "));
    rows.into_iter().nth(place)
}

/// The pid of a row's process.
fn pid_of(row: &str) -> Option<u32> {
    let rest = row
        .strip_prefix("process ")
        .or_else(|| row.strip_prefix("child "))?;
    rest.split_once(", ")?.0.parse().ok()
}

/// Waits until that process says `words`; its pid.
#[track_caller]
pub(crate) fn until_says(reader: &mut Reader, number: usize, words: &str) -> u32 {
    reader.until(&format!("process {number} that says {words:?}"), |names| {
        let row = process_row(names, number)?;
        row.contains(words).then(|| pid_of(row))?
    })
}

/// Opens the menu of that process by a click on its row, and chooses `item`.
#[track_caller]
pub(crate) fn order(stage: &Stage, reader: &mut Reader, number: usize, item: &str) {
    let row = reader.until("row of the process", |names| {
        process_row(names, number).cloned()
    });
    reader.click(stage, &row);
    reader.click(stage, item);
}

/// The row at this place says `words`.
fn says(names: &[String], place: usize, words: &str) -> Option<()> {
    row_at(names, place)?.contains(words).then_some(())
}

pub(crate) fn is_in_state(pid: u32, state: &str) -> bool {
    stat(pid).is_some_and(|fields| fields.first().map(String::as_str) == Some(state))
}

/// Runs a line of sh(1) in which `$1` is this argument.
#[track_caller]
fn shell(line: &str, argument: &str) {
    let line = line.replace("$1", "\"$1\"");
    let run = Command::new("sh")
        .args(["-c", &line, "sh", argument])
        .status();
    assert!(run.expect("sh").success(), "{line}");
}
