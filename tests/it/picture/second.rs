//! A second process, of another program: what it finds of a page of a file by means of its own, and what it is to do to it.
//! One that was used is used again.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

use serde_json::{Value, json};

/// Those that nobody uses now. They end with their input, as this program does.
static RESTING: Mutex<Vec<Running>> = Mutex::new(Vec::new());

struct Running {
    _child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

pub(super) struct Second {
    running: Option<Running>,
    path: PathBuf,
}

/// What it finds of a page.
pub(super) struct PageFound {
    /// Where it has the page mapped until it looks at another.
    pub(super) pid: u32,
    pub(super) address: u64,
    /// Something in it, or in what the page cache keeps as one with it, is not written yet.
    pub(super) is_dirty: bool,
    /// The flags of each extent in it (`linux/fiemap.h`); `None` where the file system tells none.
    pub(super) extents: Option<Vec<u64>>,
    /// How many dirty pages the page cache counts in it; `None` where the kernel tells none.
    pub(super) n_counted: Option<u64>,
}

impl Second {
    pub(super) fn of(path: &Path) -> Self {
        let resting = RESTING.lock().unwrap().pop();
        Self {
            running: Some(resting.unwrap_or_else(start)),
            path: path.to_owned(),
        }
    }

    fn ask(&mut self, command: &str, arguments: &[u64]) -> Result<Value, String> {
        let running = self.running.as_mut().unwrap();
        let mut line = vec![json!(command), json!(self.path)];
        line.extend(arguments.iter().map(|it| json!(it)));
        writeln!(running.input, "{}", Value::Array(line)).unwrap();
        let mut answer = String::new();
        running.output.read_line(&mut answer).unwrap();
        let mut answer: Value = serde_json::from_str(&answer).expect("it runs");
        match answer.get("error") {
            Some(error) => Err(format!("{command}: {error}")),
            None => Ok(answer["ok"].take()),
        }
    }

    /// Of the page of this number; `None` where the file ends before it.
    pub(super) fn look(&mut self, page: u64) -> Option<PageFound> {
        let found = self.ask("look", &[page]).unwrap();
        found.is_object().then(|| PageFound {
            pid: u32::try_from(found["pid"].as_u64().unwrap()).unwrap(),
            address: found["address"].as_u64().unwrap(),
            is_dirty: found["dirty"].as_bool().unwrap(),
            extents: found["extents"]
                .as_array()
                .map(|all| all.iter().map(|it| it.as_u64().unwrap()).collect()),
            n_counted: found["counted"].as_u64(),
        })
    }

    /// What the storage has of it, past the page cache: to be asked only where nothing is left to write, as
    /// asking writes that first. `None` where it cannot be asked.
    pub(super) fn stored(&mut self, page: u64) -> Option<Vec<u8>> {
        let stored = self.ask("stored", &[page]).unwrap();
        let byte = |it: &Value| u8::try_from(it.as_u64().unwrap()).unwrap();
        stored.as_array().map(|all| all.iter().map(byte).collect())
    }

    /// Does it to the file: `fsync`, `msync`, `start_writing`; `punch` or `reserve` a page; `store` a byte at an offset.
    #[track_caller]
    pub(super) fn does(&mut self, command: &str, arguments: &[u64]) {
        self.ask(command, arguments).unwrap();
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        // After a failure it may be in the middle of an answer.
        if !std::thread::panicking() {
            RESTING.lock().unwrap().extend(self.running.take());
        }
    }
}

fn start() -> Running {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/picture/second.py");
    let mut child = Command::new(crate::others::python())
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python runs");
    let input = child.stdin.take().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    Running {
        _child: child,
        input,
        output,
    }
}
