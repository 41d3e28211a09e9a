//! What a screen reader is told by the window, and what it presses.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use super::stage::{Kept, Stage};
use super::{until, within};

/// What at-spi2-core installs.
const SERVICE: &str = "/usr/share/dbus-1/services/org.a11y.Bus.service";

/// A stage on which a screen reader can be started, and the python that runs it. `None` where something is missing, which
/// was said.
pub(crate) fn stage_with_python() -> Option<(Stage, &'static str)> {
    stage_with_python_of(1280, 800)
}

/// The same, of this size.
pub(crate) fn stage_with_python_of(width: u32, height: u32) -> Option<(Stage, &'static str)> {
    let stage = Stage::set(width, height, &["dbus-daemon", SERVICE])?;
    if let Some(python) = python() {
        return Some((stage, python));
    }
    assert!(
        !super::is_required(),
        "python3 has no module dbus, and the environment demands it"
    );
    // Not by eprintln, which a test that passes keeps to itself.
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED: a test of the real window did not run, as python3 has no module dbus"
    );
    None
}

/// A python that knows D-Bus, where there is one.
fn python() -> Option<&'static str> {
    ["/usr/bin/python3", "python3"].into_iter().find(|python| {
        Command::new(python)
            .args(["-c", "import dbus"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    })
}

/// A program that asks as a screen reader does.
pub(crate) struct Reader {
    _process: Kept,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Reader {
    /// Announces itself on the session bus, so that programs begin to describe themselves.
    pub(crate) fn start(stage: &Stage, python: &str) -> Self {
        let mut child = stage
            .command(python)
            .args(["-u", "-c", include_str!("reader.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(stage.log("reader"))
            .spawn()
            .expect("python");
        let to = child.stdin.take().expect("its standard input");
        let from = BufReader::new(child.stdout.take().expect("its standard output"));
        Self {
            _process: Kept(child),
            to,
            from,
        }
    }

    fn ask(&mut self, command: &str) -> Vec<String> {
        writeln!(self.to, "{command}").expect("the reader listens");
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            let n_bytes = self.from.read_line(&mut line).expect("the reader talks");
            assert!(n_bytes > 0, "the reader ended");
            match line.trim_end_matches('\n') {
                "" => return lines,
                line => lines.push(line.to_owned()),
            }
        }
    }

    /// The names of everything that is described, but of what is in the menus and below rows.
    pub(crate) fn names(&mut self) -> Vec<String> {
        let lines = self.ask("tree");
        let names = lines.iter().filter_map(|line| line.split_once('\t'));
        names.map(|(_, name)| name.to_owned()).collect()
    }

    /// Waits until something has this name, and presses it.
    #[track_caller]
    pub(crate) fn press(&mut self, name: &str) {
        until(&format!("\u{201c}{name}\u{201d} to press"), || {
            (self.ask(&format!("press {name}")) == ["done"]).then_some(())
        });
    }

    /// Clicks with the mouse what has this name, once it stands still: left, top, width, height.
    #[track_caller]
    pub(crate) fn click(&mut self, stage: &Stage, name: &str) {
        let mut before = [0; 4];
        let place = until(&format!("\u{201c}{name}\u{201d} that stands still"), || {
            let lines = self.ask(&format!("place {name}"));
            let numbers = lines.first()?.split(' ').map(str::parse);
            let now = numbers.collect::<Result<Vec<usize>, _>>().ok()?;
            let now = <[usize; 4]>::try_from(now).ok()?;
            (std::mem::replace(&mut before, now) == now).then_some(now)
        });
        let [left, top, width, height] = place;
        stage.click(left + width / 2, top + height / 2);
        let picture = stage.picture();
        stage.point(picture.width, picture.height);
    }

    /// The name of what has the keyboard; empty where nothing that is described has it.
    pub(crate) fn focused(&mut self) -> String {
        self.ask("focused").concat()
    }

    /// Presses `key` until what has the keyboard is called so, at most `most` times.
    #[track_caller]
    pub(crate) fn lead_to(&mut self, stage: &Stage, key: &str, name: &str, most: usize) {
        let mut seen = vec![self.focused()];
        for _ in 0..most {
            if seen.last().is_some_and(|last| last == name) {
                return;
            }
            stage.keys(&[key]);
            let moved = within(super::PATIENCE / 12, || {
                let now = self.focused();
                (Some(&now) != seen.last() && !now.is_empty()).then_some(now)
            });
            seen.extend(moved);
        }
        let last = seen.last().map(String::as_str);
        assert_eq!(last, Some(name), "{key} leads to {seen:#?}");
    }

    /// Waits until the names are as `wanted` says.
    #[track_caller]
    pub(crate) fn until<T>(&mut self, what: &str, wanted: impl Fn(&[String]) -> Option<T>) -> T {
        until(what, || wanted(&self.names()))
    }
}
