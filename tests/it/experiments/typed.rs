//! `mapscope lab` with somebody who types.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Output, Stdio};

use super::{Lab, text};

/// `mapscope lab` with these lines to read, and answers kept below `home`.
pub(super) fn lab(home: &Path, arguments: &[&str], typed: &str) -> Output {
    let mut lab = Lab::new(arguments);
    lab.command.env("XDG_STATE_HOME", home);
    lab.command.stdin(Stdio::piped());
    lab.command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = lab.command.spawn().unwrap();
    // It need not read all of it.
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    child.wait_with_output().unwrap()
}

/// One that waits for the answer to its first question.
pub(super) struct Asked {
    pub(super) child: Child,
    output: ChildStdout,
    said: String,
}

impl Asked {
    #[track_caller]
    pub(super) fn first(home: &Path, arguments: &[&str]) -> Self {
        let mut lab = Lab::new(arguments);
        lab.command.env("XDG_STATE_HOME", home);
        lab.command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = lab.command.spawn().unwrap();
        let mut output = child.stdout.take().unwrap();
        let mut said = String::new();
        while !said.contains("your prediction (") {
            let mut part = [0; 256];
            let n = output.read(&mut part).unwrap();
            assert_ne!(n, 0, "{said}");
            said.push_str(&text(&part[..n]));
        }
        Self {
            child,
            output,
            said,
        }
    }

    /// Nobody answers any more, and it goes on to its end.
    #[track_caller]
    pub(super) fn unanswered(mut self) {
        drop(self.child.stdin.take());
        self.output.read_to_string(&mut self.said).unwrap();
        assert!(self.child.wait().unwrap().success(), "{}", self.said);
    }
}
