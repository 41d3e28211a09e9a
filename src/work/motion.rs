//! Whether the desktop asks programs to move less: asked once, of the portal, and of GNOME's setting where that knows nothing.
//!
//! It owns the questions, put by the desktop's own tools, and their bound in time. Where neither tells anything, nothing is
//! claimed. It must not know what moves here.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::os::exit::gone_within;

/// How long a tool may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// An answer is shorter.
const MOST_BYTES: u64 = 256;

/// The portal's setting: a number, 1 where less motion is wanted.
const PORTAL: [&str; 11] = [
    "call",
    "--session",
    "--dest",
    "org.freedesktop.portal.Desktop",
    "--object-path",
    "/org/freedesktop/portal/desktop",
    "--method",
    "org.freedesktop.portal.Settings.Read",
    "org.freedesktop.appearance",
    "reduced-motion",
    "--timeout=1",
];
/// GNOME's: whether there are animations.
const GNOME: [&str; 3] = ["get", "org.gnome.desktop.interface", "enable-animations"];

/// Asks on a thread of its own; `report` hears the answer there, unless there is none.
pub fn ask(report: impl FnOnce(bool) + Send + 'static) {
    if !has_session_bus() {
        return; // a tool would start one
    }
    // Without a thread nothing is known, as without an answer.
    thread::Builder::new()
        .name("motion".to_owned())
        .spawn(move || {
            let portal = said("gdbus", &PORTAL);
            let known = portal.as_deref().and_then(of_portal);
            let known = known.or_else(|| of_gnome(&said("gsettings", &GNOME)?));
            if let Some(is_less) = known {
                report(is_less);
            }
        })
        .ok();
}

fn has_session_bus() -> bool {
    let named = std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some_and(|it| !it.is_empty());
    let folder = std::env::var_os("XDG_RUNTIME_DIR");
    named || folder.is_some_and(|folder| Path::new(&folder).join("bus").exists())
}

/// What a tool prints, where it succeeds in time.
fn said(tool: &str, arguments: &[&str]) -> Option<String> {
    let mut child = Command::new(tool)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    if !gone_within(&mut child, PATIENCE) {
        child.kill().ok();
        gone_within(&mut child, PATIENCE);
        return None;
    }
    let status = child.try_wait().ok()??;
    let mut text = String::new();
    let output = child.stdout.take()?;
    output.take(MOST_BYTES).read_to_string(&mut text).ok()?;
    status.success().then_some(text)
}

/// What the portal's answer means: `(<<uint32 1>>,)`.
#[must_use]
pub fn of_portal(text: &str) -> Option<bool> {
    let number = text.split("uint32 ").nth(1)?;
    let digits = number.split(|c: char| !c.is_ascii_digit()).next()?;
    Some(digits.parse::<u32>().ok()? == 1)
}

/// What GNOME's answer means.
#[must_use]
pub fn of_gnome(text: &str) -> Option<bool> {
    match text.trim() {
        "false" => Some(true),
        "true" => Some(false),
        _ => None,
    }
}
