//! What the helper process does: show the dialog, print the path.
//!
//! It owns the ways to a dialog and what becomes of each. It must not know the process that waits for it.
//!
//! On Linux there are two ways: the desktop portal through the `rfd` crate, then `zenity`. `rfd` gives `None` for a
//! person who cancels and for a failure alike, tries `zenity` by itself, and there drops blanks at the end of a name. So
//! each way runs in a process of its own: the portal with a search path on which `zenity` is a mark that says "this is
//! not the portal's answer", and `zenity` itself with its output taken byte for byte.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use crate::map::die_with_parent;
use crate::work::picker::{EXIT_CANCELLED, EXIT_CHOSEN, EXIT_FAILED, PickKind};

/// Shows the dialog and prints the path that was chosen on standard output, byte for byte, a NUL after it.
///
/// This is `mapscope pick [--save] [DIRECTORY]`. It gives one of the three exit codes of [`picker`](super); the reason of
/// a failure is the last line on standard error.
#[must_use]
pub fn run_pick(kind: PickKind, start_dir: Option<&Path>) -> ExitCode {
    die_with_parent();
    show(kind, start_dir)
}

/// How a dialog ended.
enum Shown {
    Chosen(Vec<u8>),
    Cancelled,
    Failed(String),
}

fn finish(shown: Shown) -> ExitCode {
    let code = match shown {
        Shown::Chosen(path) => {
            let mut output = io::stdout().lock();
            let written = output
                .write_all(&path)
                .and_then(|()| output.write_all(&[0]))
                .and_then(|()| output.flush());
            // Nobody listens: the reason would not be heard either.
            if written.is_ok() {
                EXIT_CHOSEN
            } else {
                EXIT_FAILED
            }
        }
        Shown::Cancelled => EXIT_CANCELLED,
        Shown::Failed(why) => {
            writeln!(io::stderr().lock(), "{why}").ok();
            EXIT_FAILED
        }
    };
    ExitCode::from(code)
}

/// The dialog of `rfd`; `None` where it gives none.
fn rfd_dialog(kind: PickKind, start_dir: Option<&Path>) -> Option<std::path::PathBuf> {
    let mut dialog = rfd::FileDialog::new().set_title(title(kind));
    if let Some(dir) = start_dir {
        dialog = dialog.set_directory(dir);
    }
    match kind {
        PickKind::Open => dialog.pick_file(),
        PickKind::Save => dialog.save_file(),
    }
}

fn title(kind: PickKind) -> &'static str {
    match kind {
        PickKind::Open => "Open a file to map",
        PickKind::Save => "Save as",
    }
}

/// Elsewhere the dialog is a call of the system, and no path is a person who canceled.
#[cfg(not(target_os = "linux"))]
fn show(kind: PickKind, start_dir: Option<&Path>) -> ExitCode {
    finish(match rfd_dialog(kind, start_dir) {
        Some(path) => match path.to_str() {
            Some(path) => Shown::Chosen(path.as_bytes().to_vec()),
            None => Shown::Failed("the name of the file is not Unicode".to_owned()),
        },
        None => Shown::Cancelled,
    })
}

#[cfg(target_os = "linux")]
use linux::show;

#[cfg(target_os = "linux")]
mod linux {
    //! The two ways to a dialog on Linux, each in a process of its own.

    use std::env;
    use std::ffi::{OsStr, OsString};
    use std::fs::{self, OpenOptions};
    use std::io::{self, Write as _};
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
    use std::os::unix::net::{SocketAddr, UnixStream};
    use std::os::unix::process::CommandExt as _;
    use std::path::{Path, PathBuf};
    use std::process::{Command, ExitCode, Output, Stdio};
    use std::time::{Duration, Instant};

    use super::{Shown, finish, rfd_dialog, title};
    use crate::os::environment::temp_dir;
    use crate::os::exit::describe_exit;
    use crate::os::temp_folder::Folder;
    use crate::work::picker::{EXIT_CANCELLED, EXIT_CHOSEN, EXIT_FAILED, PickKind, arguments};

    /// This program. Not its path: it may have been replaced by another version since.
    const OWN_PROGRAM: &str = "/proc/self/exe";
    /// Which way a process of this program takes; without it, it tries both.
    const STAGE: &str = "MAPSCOPE_PICK_STAGE";
    const PORTAL: &str = "portal";
    const ZENITY: &str = "zenity";
    /// Exit code of the first stage: this was not the portal's answer.
    const EXIT_NO_PORTAL: u8 = 11;
    /// No person cancels a dialog sooner: where no mark can be made, a quicker end is taken for a failure.
    const QUICKEST_PERSON: Duration = Duration::from_millis(300);

    pub(super) fn show(kind: PickKind, start_dir: Option<&Path>) -> ExitCode {
        match env::var_os(STAGE) {
            Some(stage) if stage == PORTAL => portal_stage(kind, start_dir),
            Some(stage) if stage == ZENITY => zenity_stage(kind, start_dir),
            _ => finish(first_way(kind, start_dir)),
        }
    }

    /// The portal, else `zenity`, else the reasons why neither.
    fn first_way(kind: PickKind, start_dir: Option<&Path>) -> Shown {
        let no_portal = match reach_session_bus() {
            Ok(()) => match by_portal(kind, start_dir) {
                Ok(shown) => return shown,
                Err(why) => why,
            },
            Err(why) => why,
        };
        if find_on_path("zenity").is_none() {
            return Shown::Failed(format!("{no_portal}, and zenity is not installed"));
        }
        match by_zenity(kind, start_dir) {
            Ok(shown) => shown,
            Err(why) => Shown::Failed(format!("{no_portal}, and {why}")),
        }
    }

    /// Whether somebody listens at the session bus; else why not. Only then is `rfd` asked: on a bus that it cannot
    /// reach it spends a second.
    fn reach_session_bus() -> Result<(), String> {
        let address = env::var_os("DBUS_SESSION_BUS_ADDRESS").filter(|address| !address.is_empty());
        let address = address.or_else(|| {
            // Where systemd puts it, and libdbus looks.
            let bus = PathBuf::from(env::var_os("XDG_RUNTIME_DIR")?).join("bus");
            let mut address = OsString::from("unix:path=");
            address.push(bus.exists().then_some(bus)?);
            Some(address)
        });
        let address = address.ok_or("there is no session bus")?;
        match connect(address.as_bytes()) {
            // A form of address that only libdbus knows is left to it.
            None | Some(Ok(())) => Ok(()),
            Some(Err(error)) => Err(format!("the session bus cannot be reached: {error}")),
        }
    }

    /// Connects to the first of the addresses (D-Bus specification, "Server Addresses"), if it is a plain local socket.
    fn connect(address: &[u8]) -> Option<io::Result<()>> {
        let first = address.split(|byte| *byte == b';').next()?;
        let value = first
            .strip_prefix(b"unix:")?
            .split(|byte| *byte == b',')
            .next()?;
        if value.contains(&b'%') {
            return None;
        }
        let socket = if let Some(path) = value.strip_prefix(b"path=") {
            SocketAddr::from_pathname(OsStr::from_bytes(path))
        } else {
            SocketAddr::from_abstract_name(value.strip_prefix(b"abstract=")?)
        };
        Some(
            socket
                .and_then(|socket| UnixStream::connect_addr(&socket))
                .map(drop),
        )
    }

    /// Shows the portal's dialog. An error is why it has none.
    fn by_portal(kind: PickKind, start_dir: Option<&Path>) -> Result<Shown, String> {
        let mark = Mark::make();
        let path = mark
            .as_ref()
            .map_or(OsStr::new(""), |mark| mark.0.path().as_os_str());
        let output = stage(PORTAL, kind, start_dir)
            .env("PATH", path)
            .output()
            .map_err(|error| format!("the portal cannot be asked: {error}"))?;
        match code_of(&output) {
            Some(EXIT_CHOSEN) => Ok(chosen(output.stdout, 0)),
            Some(EXIT_CANCELLED) => Ok(Shown::Cancelled),
            Some(EXIT_NO_PORTAL) => Err("the desktop portal offers none".to_owned()),
            // libdbus ends the process with 1, in the middle of the dialog: no reason to begin with another one.
            Some(1) => Ok(Shown::Failed(
                "the session bus went away while the dialog was open".to_owned(),
            )),
            _ => Ok(Shown::Failed(format!(
                "the portal's dialog ended with {}",
                describe_exit(output.status)
            ))),
        }
    }

    /// Shows the dialog of `zenity`. An error is why it has none.
    fn by_zenity(kind: PickKind, start_dir: Option<&Path>) -> Result<Shown, String> {
        // zenity(1): the codes that it ends with can be chosen, and so told from those of a library under it.
        let cancelled = EXIT_CANCELLED.to_string();
        let output = stage(ZENITY, kind, start_dir)
            .env("ZENITY_CANCEL", &cancelled)
            .env("ZENITY_ESC", &cancelled)
            .output()
            .map_err(|error| format!("zenity cannot be started: {error}"))?;
        match code_of(&output) {
            Some(EXIT_CHOSEN) => Ok(chosen(output.stdout, b'\n')),
            Some(EXIT_CANCELLED) => Ok(Shown::Cancelled),
            _ => {
                let how = describe_exit(output.status);
                let complaint = String::from_utf8_lossy(&output.stderr);
                let last = complaint
                    .lines()
                    .map(str::trim)
                    .rfind(|line| !line.is_empty());
                Err(match last {
                    Some(last) => format!("zenity ended with {how}: {last}"),
                    None => format!("zenity ended with {how}"),
                })
            }
        }
    }

    /// The path in `output`, which one `end` follows. All before it belongs to the name.
    fn chosen(mut output: Vec<u8>, end: u8) -> Shown {
        if output.last() == Some(&end) {
            output.pop();
        }
        if output.is_empty() {
            return Shown::Failed("the dialog gave no path".to_owned());
        }
        Shown::Chosen(output)
    }

    fn code_of(output: &Output) -> Option<u8> {
        output
            .status
            .code()
            .and_then(|code| u8::try_from(code).ok())
    }

    /// This program again, for one of the ways.
    fn stage(stage: &str, kind: PickKind, start_dir: Option<&Path>) -> Command {
        let mut command = Command::new(OWN_PROGRAM);
        command
            .args(arguments(kind, start_dir))
            .env(STAGE, stage)
            .stdin(Stdio::null());
        command
    }

    fn portal_stage(kind: PickKind, start_dir: Option<&Path>) -> ExitCode {
        let begin = Instant::now();
        let marked = env::var_os("PATH").is_some_and(|path| !path.is_empty());
        match rfd_dialog(kind, start_dir) {
            // The portal's paths are absolute; the mark prints nothing.
            Some(path) if path.is_absolute() => {
                finish(Shown::Chosen(path.into_os_string().into_vec()))
            }
            Some(_) => ExitCode::from(EXIT_NO_PORTAL),
            // Without a mark the time must tell.
            None if !marked && begin.elapsed() < QUICKEST_PERSON => ExitCode::from(EXIT_NO_PORTAL),
            None => ExitCode::from(EXIT_CANCELLED),
        }
    }

    /// Becomes `zenity`, which so dies with the process that waits for it.
    fn zenity_stage(kind: PickKind, start_dir: Option<&Path>) -> ExitCode {
        let mut command = Command::new("zenity");
        command
            .arg("--file-selection")
            .arg(format!("--title={}", title(kind)))
            .env_remove(STAGE);
        if kind == PickKind::Save {
            command.args(["--save", "--confirm-overwrite"]);
        }
        if let Some(dir) = start_dir {
            // With a separator at its end it is where to begin, and not a file.
            let mut name = OsString::from("--filename=");
            name.push(dir.join(""));
            command.arg(name);
        }
        let error = command.exec();
        writeln!(io::stderr().lock(), "{error}").ok();
        ExitCode::from(EXIT_FAILED)
    }

    fn find_on_path(name: &str) -> Option<PathBuf> {
        let path = env::var_os("PATH")?;
        env::split_paths(&path)
            .map(|dir| dir.join(name))
            .find(|file| {
                fs::metadata(file)
                    .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
            })
    }

    /// A folder with a `zenity` that does nothing and succeeds; it goes when this is dropped, and also where this process is
    /// killed in the middle of the dialog.
    struct Mark(Folder);

    impl Mark {
        fn make() -> Option<Self> {
            let folder = Folder::new(&temp_dir().0).ok()?;
            // Where there is no keeper, the next start removes it.
            folder.keep(Path::new(OWN_PROGRAM)).ok();
            let mut script = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o700)
                .open(folder.path().join("zenity"))
                .ok()?;
            script.write_all(b"#!/bin/sh\n").ok()?;
            Some(Self(folder))
        }
    }
}
