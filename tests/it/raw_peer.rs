//! A peer that is spoken to by hand, line by line, without the program's own end of the conversation.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::processes::program;

/// It ends with the test, also with one that fails.
pub(crate) struct RawPeer {
    pub(crate) child: Child,
    /// `None` where it is to hear that nobody speaks any more.
    pub(crate) input: Option<ChildStdin>,
    pub(crate) output: BufReader<ChildStdout>,
}

impl RawPeer {
    pub(crate) fn start() -> Self {
        let (peer, pid) = Self::ready(Command::new(program()).arg("peer"));
        assert_eq!(pid, peer.child.id());
        peer
    }

    /// A peer that `command` starts, which may be another program that has it do so.
    pub(crate) fn run(command: &mut Command) -> Self {
        Self::ready(command).0
    }

    /// As soon as it said that it is ready, with its number as it says it.
    fn ready(command: &mut Command) -> (Self, Value) {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut peer = Self {
            child,
            input,
            output,
        };
        let ready = peer.hear();
        assert_eq!(ready["answer"], "ready");
        (peer, ready["pid"].clone())
    }

    pub(crate) fn tell(&mut self, line: impl AsRef<[u8]>) {
        let input = self.input.as_mut().unwrap();
        input.write_all(line.as_ref()).unwrap();
        input.write_all(b"\n").unwrap();
    }

    /// The next answer; null at the end.
    pub(crate) fn hear(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        if line.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in {line:?}"))
    }

    pub(crate) fn ask(&mut self, line: impl AsRef<[u8]>) -> Value {
        self.tell(line);
        self.hear()
    }
}

impl Drop for RawPeer {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
