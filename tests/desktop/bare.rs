//! A second screen beside the stage's, made as the test wants it and ended when the test wants it; no window manager.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::process::{Command, ExitStatus, Stdio};

use crate::rig::stage::Kept;
use crate::rig::{Stage, until};

/// The screen.
pub(crate) struct Bare<'a> {
    stage: &'a Stage,
    pub(crate) server: Kept,
    display: String,
}

/// The program on it, and what it says on standard error.
pub(crate) struct Run {
    pub(crate) process: Kept,
    said: std::path::PathBuf,
}

impl<'a> Bare<'a> {
    /// A screen with these arguments of Xvfb.
    #[track_caller]
    pub(crate) fn set(stage: &'a Stage, arguments: &[&str]) -> Self {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp", "-noreset"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(stage.log("bare"))
            .spawn()
            .expect("Xvfb");
        let output = server.stdout.take().expect("Xvfb's standard output");
        let server = Kept(server);
        let mut number = String::new();
        let read = BufReader::new(output).read_line(&mut number);
        assert!(read.is_ok_and(|n| n > 0), "Xvfb did not start");
        Self {
            stage,
            server,
            display: format!(":{}", number.trim()),
        }
    }

    /// The program on it with these arguments; the shell runs `before` first.
    pub(crate) fn run(&self, before: &str, arguments: &[&str]) -> Run {
        run(self.stage, before, arguments, &[("DISPLAY", &self.display)])
    }

    /// A command that acts there.
    pub(crate) fn hand(&self, arguments: &[&str]) -> Command {
        let mut command = self.stage.command("xdotool");
        command.env("DISPLAY", &self.display).args(arguments);
        command
    }

    /// What xdotool says there.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Option<String> {
        let output = self.hand(arguments).output().expect("xdotool");
        let text = String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned();
        output.status.success().then_some(text)
    }

    /// Waits for the window of `run` on the file of that name and gives it the keyboard; its number.
    #[track_caller]
    pub(crate) fn window(&self, run: &mut Run, name: &str) -> String {
        let pid = run.process.0.id().to_string();
        let window = until("window", || {
            assert_eq!(run.process.ended(), None, "{}", run.said());
            self.ask(&["search", "--onlyvisible", "--pid", &pid])
        });
        self.until_title(&window, name);
        until("keyboard in the window", || {
            self.ask(&["windowfocus", &window])?;
            (self.ask(&["getwindowfocus"])? == window).then_some(())
        });
        window
    }

    /// Waits until the title of the window begins so.
    #[track_caller]
    pub(crate) fn until_title(&self, window: &str, start: &str) {
        until(&format!("title {start:?}"), || {
            self.ask(&["getwindowname", window])
                .filter(|title| title.starts_with(start))
        });
    }

    /// The same as [`Self::window`], and types there; its number.
    #[track_caller]
    pub(crate) fn type_in(&self, run: &mut Run, name: &str, text: &str) -> String {
        let window = self.window(run, name);
        self.ask(&["type", "--delay", "25", text]);
        self.until_title(&window, &format!("* {name}"));
        window
    }
}

/// The program with this environment too.
pub(crate) fn run(stage: &Stage, before: &str, arguments: &[&str], set: &[(&str, &str)]) -> Run {
    let said = stage.folder().join("said.log");
    let file = File::create(&said).expect("a file for what it says");
    // the tests may run where some are ignored, as under nohup, and then the program would ignore them too
    let process = stage
        .command("env")
        .args(["--default-signal=HUP,INT,TERM", "sh", "-c"])
        .arg(format!("{before} exec \"$0\" \"$@\""))
        .arg(env!("CARGO_BIN_EXE_mapscope"))
        .args(arguments)
        .envs(set.iter().copied())
        .env_remove("RUST_BACKTRACE")
        .stdout(Stdio::null())
        .stderr(file)
        .spawn()
        .expect("the program");
    Run {
        process: Kept(process),
        said,
    }
}

impl Run {
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.said).unwrap_or_default()
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn until_end(&mut self) -> ExitStatus {
        until("end of the program", || self.process.ended())
    }

    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.process.0.id().to_string();
        let done = Command::new("kill").args([signal, &pid]).status();
        assert!(done.is_ok_and(|status| status.success()));
    }
}
