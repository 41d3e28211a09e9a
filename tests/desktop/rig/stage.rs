//! A virtual screen with a window manager, in a folder of its own that holds everything the programs on it write.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;

use super::picture::Picture;
use super::until;

/// What every stage needs.
const TOOLS: [&str; 3] = ["Xvfb", "openbox", "xdotool"];

/// One stage at a time: the tests measure, and two cores are few.
static TURN: Mutex<()> = Mutex::new(());

/// A process that is killed when this value goes, also when a test fails.
pub(crate) struct Kept(pub Child);

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Kept {
    /// How it ended, if it did.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().expect("the state of a child process")
    }
}

/// A screen. Its processes are killed and its folder is removed when this value goes.
pub(crate) struct Stage {
    display: String,
    /// Where the session bus is, on a stage that has one.
    pub(crate) bus: Option<String>,
    // dropped in this order
    _window_manager: Kept,
    _screen: Kept,
    folder: TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Stage {
    /// A screen of `width` x `height`; `None`, loudly, where it or one of `tools` is not installed: programs or whole paths.
    pub(crate) fn set(width: u32, height: u32, tools: &[&str]) -> Option<Self> {
        for tool in TOOLS.iter().chain(tools) {
            if !installed(tool) {
                assert!(
                    !super::is_required(),
                    "{tool} is missing, and the environment demands the desktop tests"
                );
                // not by eprintln, which a test that passes keeps to itself
                let test = std::thread::current();
                let name = test.name().unwrap_or("a bench");
                let _ = writeln!(
                    std::io::stderr(),
                    "SKIPPED: {name} of the real window did not run, as {tool} is missing"
                );
                return None;
            }
        }
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::Builder::new()
            .prefix("mapscope-stage-")
            .tempdir()
            .expect("a folder for the stage");
        for name in ["home", "data", "config", "run", "tmp", "screen"] {
            fs::create_dir(folder.path().join(name)).expect("a folder of the stage");
        }
        set_private(&folder.path().join("run"));
        let (screen, display) = screen(folder.path(), width, height);
        let window_manager = base(folder.path(), &display, "openbox")
            .arg("--sm-disable")
            .stdout(Stdio::null())
            .stderr(log(folder.path(), "openbox"))
            .spawn()
            .expect("openbox");
        let stage = Self {
            display,
            bus: None,
            _window_manager: Kept(window_manager),
            _screen: Kept(screen),
            folder,
            _turn: turn,
        };
        until("window manager", || {
            stage.ask(&["get_num_desktops"]).map(drop)
        });
        // out of the way: what is under the pointer looks different
        stage.hand(&["mousemove", &width.to_string(), &height.to_string()]);
        Some(stage)
    }

    /// The stage's folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder for temporary files of the programs on the stage.
    pub(crate) fn tmp(&self) -> PathBuf {
        self.folder.path().join("tmp")
    }

    /// A file in the home folder of whoever uses the programs on the stage.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join("home").join(name);
        fs::write(&path, bytes).expect("a file to look at");
        path
    }

    /// A sparse file of `len` bytes there.
    pub(crate) fn sparse_file(&self, name: &str, len: u64) -> PathBuf {
        let path = self.file(name, b"");
        let file = File::options().write(true).open(&path);
        file.and_then(|file| file.set_len(len))
            .expect("a sparse file: a file system that has them is needed");
        path
    }

    /// A command that runs on this stage and sees nothing else of the machine's desktop.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = base(self.folder.path(), &self.display, program);
        if let Some(bus) = &self.bus {
            command.env("DBUS_SESSION_BUS_ADDRESS", bus);
        }
        command
    }

    /// Where the standard error of `name` is kept.
    pub(crate) fn log(&self, name: &str) -> Stdio {
        log(self.folder.path(), name)
    }

    /// What xdotool says, without the last line break; `None` where it fails.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Option<String> {
        let output = self
            .command("xdotool")
            .args(arguments)
            .stderr(Stdio::null())
            .output()
            .expect("xdotool");
        let text = String::from_utf8_lossy(&output.stdout);
        output
            .status
            .success()
            .then(|| text.trim_end_matches('\n').to_owned())
    }

    /// Moves keys and mouse.
    #[track_caller]
    pub(crate) fn hand(&self, arguments: &[&str]) {
        assert!(
            self.ask(arguments).is_some(),
            "xdotool failed: {arguments:?}"
        );
    }

    /// Presses keys, one after the other, such as `ctrl+g` or `Return`.
    #[track_caller]
    pub(crate) fn keys(&self, keys: &[&str]) {
        let mut arguments = vec!["key"];
        arguments.extend(keys);
        self.hand(&arguments);
    }

    /// Types a text.
    #[track_caller]
    pub(crate) fn types(&self, text: &str) {
        self.hand(&["type", "--delay", "25", "--", text]);
    }

    /// Clicks there.
    #[track_caller]
    pub(crate) fn click(&self, x: usize, y: usize) {
        self.point(x, y);
        self.hand(&["click", "1"]);
    }

    /// Moves the mouse there.
    #[track_caller]
    pub(crate) fn point(&self, x: usize, y: usize) {
        self.hand(&["mousemove", &x.to_string(), &y.to_string()]);
    }

    /// The whole screen as it is now.
    pub(crate) fn picture(&self) -> Picture {
        Picture::of_screen(&self.frame_buffer())
    }

    /// The file that the screen is kept in.
    pub(crate) fn frame_buffer(&self) -> PathBuf {
        self.folder.path().join("screen").join("Xvfb_screen0")
    }

    /// Visible windows of a class.
    pub(crate) fn windows_of(&self, class: &str) -> Vec<String> {
        self.ask(&["search", "--onlyvisible", "--class", class])
            .map(|list| list.lines().map(str::to_owned).collect())
            .unwrap_or_default()
    }

    /// Adds a session bus, as a desktop has one; it ends with the value that is returned.
    pub(crate) fn start_bus(&mut self) -> Kept {
        let address = format!("unix:path={}", self.folder.path().join("run/bus").display());
        let mut bus = self
            .command("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
            .arg(format!("--address={address}"))
            .stdout(Stdio::piped())
            .stderr(self.log("dbus-daemon"))
            .spawn()
            .expect("dbus-daemon");
        let output = bus.stdout.take().expect("the bus's standard output");
        let bus = Kept(bus);
        let mut line = String::new();
        let read = BufReader::new(output).read_line(&mut line);
        assert!(read.is_ok_and(|n| n > 0), "the session bus did not start");
        self.bus = Some(line.trim().to_owned());
        bus
    }
}

fn screen(folder: &Path, width: u32, height: u32) -> (Child, String) {
    let mut child = Command::new("Xvfb")
        .args(["-displayfd", "1", "-nolisten", "tcp", "-noreset"])
        .args(["-screen", "0", &format!("{width}x{height}x24")])
        .arg("-fbdir")
        .arg(folder.join("screen"))
        .stdout(Stdio::piped())
        .stderr(log(folder, "Xvfb"))
        .spawn()
        .expect("Xvfb");
    let output = child.stdout.take().expect("Xvfb's standard output");
    let mut number = String::new();
    let read = BufReader::new(output).read_line(&mut number);
    if !read.is_ok_and(|n| n > 0) {
        drop(Kept(child));
        let why = fs::read_to_string(folder.join("Xvfb.log")).unwrap_or_default();
        panic!("Xvfb did not start: {why}");
    }
    (child, format!(":{}", number.trim()))
}

fn base(folder: &Path, display: &str, program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command
        .env("DISPLAY", display)
        .env("HOME", folder.join("home"))
        .env("XDG_DATA_HOME", folder.join("data"))
        .env("XDG_STATE_HOME", folder.join("state"))
        .env("XDG_CONFIG_HOME", folder.join("config"))
        .env("XDG_CACHE_HOME", folder.join("config"))
        .env("XDG_RUNTIME_DIR", folder.join("run"))
        .env("TMPDIR", folder.join("tmp"))
        .env("LC_ALL", "C.UTF-8")
        .current_dir(folder.join("home"))
        .stdin(Stdio::null());
    for name in [
        "WAYLAND_DISPLAY",
        "WAYLAND_SOCKET",
        "DBUS_SESSION_BUS_ADDRESS",
        "AT_SPI_BUS_ADDRESS",
        "XDG_SESSION_TYPE",
        "XDG_CURRENT_DESKTOP",
        "XAUTHORITY",
    ] {
        command.env_remove(name);
    }
    command
}

fn log(folder: &Path, name: &str) -> Stdio {
    let file = File::options()
        .create(true)
        .append(true)
        .open(folder.join(format!("{name}.log")));
    file.map_or_else(|_| Stdio::null(), Stdio::from)
}

/// A folder for sockets may be open to nobody else.
fn set_private(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).expect("a private folder");
}

fn installed(tool: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(tool).is_file())
}
