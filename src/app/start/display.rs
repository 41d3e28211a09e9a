//! Which display the window goes to, and whether it has what the window needs: found out before the toolkit, which takes a
//! socket without a compositor for a display and panics where an X extension is missing.
//!
//! It owns the choice and its words. It must not know the window.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use egui::Rect;

use crate::bytes::escape::escape_path;

/// How the window comes onto the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisplayProtocol {
    /// As the toolkit chooses: by a Wayland compositor, or by the only way that a system has.
    Wayland,
    /// By an X server.
    X11,
}

/// What the environment says about displays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// `WAYLAND_DISPLAY`.
    pub wayland_display: Option<OsString>,
    /// `WAYLAND_SOCKET`.
    pub wayland_socket: Option<OsString>,
    /// `XDG_RUNTIME_DIR`.
    pub runtime_dir: Option<OsString>,
    /// `DISPLAY`.
    pub display: Option<OsString>,
    /// `WINIT_X11_SCALE_FACTOR`.
    pub scale_factor: Option<OsString>,
}

impl Surroundings {
    /// Those of this process. An empty variable counts as none.
    #[must_use]
    pub fn of_this_process() -> Self {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        Self {
            wayland_display: set("WAYLAND_DISPLAY"),
            wayland_socket: set("WAYLAND_SOCKET"),
            runtime_dir: set("XDG_RUNTIME_DIR"),
            display: set("DISPLAY"),
            scale_factor: set("WINIT_X11_SCALE_FACTOR"),
        }
    }
}

/// The way to take: Wayland where a compositor answers, else X11. `answers` says whether one listens at a socket.
///
/// # Errors
/// A sentence where there is no way, or the toolkit would refuse a variable.
pub fn choose(
    surroundings: &Surroundings,
    answers: &dyn Fn(&Path) -> bool,
) -> Result<DisplayProtocol, String> {
    if !cfg!(all(unix, not(target_vendor = "apple"))) || surroundings.wayland_socket.is_some() {
        return Ok(DisplayProtocol::Wayland);
    }
    let wayland = surroundings.wayland_display.as_ref().map(|name| {
        let folder = surroundings.runtime_dir.as_ref().map(PathBuf::from);
        folder.unwrap_or_default().join(name) // an absolute name stays as it is
    });
    if wayland.as_deref().is_some_and(answers) {
        return Ok(DisplayProtocol::Wayland);
    }
    if surroundings.display.is_some() {
        check_scale_factor(surroundings)?;
        return Ok(DisplayProtocol::X11);
    }
    Err(match wayland {
        Some(socket) => format!(
            "no compositor answers at {} (WAYLAND_DISPLAY), and DISPLAY is not set; set one of them to a display that is there",
            escape_path(&socket)
        ),
        None => {
            "neither WAYLAND_DISPLAY nor DISPLAY is set; set one of them to a display that is there"
                .to_owned()
        }
    })
}

/// The toolkit panics at a value that it does not take.
fn check_scale_factor(surroundings: &Surroundings) -> Result<(), String> {
    let Some(value) = &surroundings.scale_factor else {
        return Ok(());
    };
    let Some(text) = value.to_str() else {
        return Ok(()); // the toolkit does not see it
    };
    let is_good = text.eq_ignore_ascii_case("randr")
        || text
            .parse::<f64>()
            .is_ok_and(|factor| factor.is_normal() && factor.is_sign_positive());
    if is_good {
        return Ok(());
    }
    Err(format!(
        "WINIT_X11_SCALE_FACTOR is {}, and a number above 0 or the word randr is needed; set it to one, or unset it",
        escape_path(Path::new(value))
    ))
}

/// Whether a compositor listens at a socket; one that does not take the call within a second does not.
#[cfg(all(unix, not(target_vendor = "apple")))]
#[must_use]
pub fn answers(socket: &Path) -> bool {
    use std::os::unix::net::UnixStream;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    let (sender, answer) = channel();
    let path = socket.to_owned();
    // On a thread of its own: a call to one that hangs waits for ever.
    let started = std::thread::Builder::new()
        .name("display".to_owned())
        .spawn(move || sender.send(UnixStream::connect(path).is_ok()));
    started.is_ok() && answer.recv_timeout(Duration::from_secs(1)).unwrap_or(false)
}

/// There are no such sockets here.
#[cfg(not(all(unix, not(target_vendor = "apple"))))]
#[must_use]
pub fn answers(_socket: &Path) -> bool {
    false
}

/// The monitors of the X server in pixels. Where it cannot be asked there are none, and the toolkit may have better luck.
///
/// # Errors
/// A sentence where it lacks what the toolkit rests on.
#[cfg(all(unix, not(target_vendor = "apple")))]
pub fn ask_x_server() -> Result<Vec<Rect>, String> {
    use egui::{pos2, vec2};
    use x11rb::connection::{Connection as _, RequestConnection as _};
    use x11rb::protocol::randr::ConnectionExt as _;

    let Ok((server, screen)) = x11rb::connect(None) else {
        return Ok(Vec::new());
    };
    for extension in ["RANDR", "XInputExtension", "XKEYBOARD"] {
        if matches!(server.extension_information(extension), Ok(None)) {
            return Err(format!(
                "the X server (DISPLAY) lacks the extension {extension}, which the window's toolkit needs; use another X server"
            ));
        }
    }
    let Some(screen) = server.setup().roots.get(screen) else {
        return Ok(Vec::new());
    };
    let mut depths = screen.allowed_depths.iter();
    if !depths.any(|depth| depth.depth >= 15 && !depth.visuals.is_empty()) {
        return Err(format!(
            "the X server (DISPLAY) has {} bits a pixel, and OpenGL needs 15 or more; start it with 24",
            screen.root_depth
        ));
    }
    let monitors = server
        .randr_get_monitors(screen.root, true)
        .ok()
        .and_then(|asked| asked.reply().ok())
        .map(|reply| reply.monitors)
        .unwrap_or_default();
    let rect = |x: i16, y: i16, width: u16, height: u16| {
        Rect::from_min_size(
            pos2(f32::from(x), f32::from(y)),
            vec2(f32::from(width), f32::from(height)),
        )
    };
    if monitors.is_empty() {
        return Ok(vec![rect(
            0,
            0,
            screen.width_in_pixels,
            screen.height_in_pixels,
        )]);
    }
    let monitors = monitors.into_iter();
    Ok(monitors
        .map(|monitor| rect(monitor.x, monitor.y, monitor.width, monitor.height))
        .collect())
}

/// There is no X server here.
///
/// # Errors
/// None.
#[cfg(not(all(unix, not(target_vendor = "apple"))))]
pub fn ask_x_server() -> Result<Vec<Rect>, String> {
    Ok(Vec::new())
}
