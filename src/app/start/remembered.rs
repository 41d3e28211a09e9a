//! What is remembered between runs, read before there is a window: a value that would end the program is found here, and
//! what cannot be used is set aside and said.
//!
//! It owns the file's name, its permissions, its form and its reading: values of RON by name, within RON, as eframe kept
//! them for earlier versions. It must not know what settings mean, nor when they are written.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::time::Duration;

use egui::{Pos2, Vec2};

use crate::bytes::escape::path_in_sentence;
use crate::model::Settings;

use super::APP_ID;
use super::place::{Extent, Saved};

/// No file of settings is larger.
const MAX_BYTES: u64 = 16 << 20;
/// So many files that could not be used are kept; where another one comes, the last of them goes.
const KEPT_ASIDE: u32 = 9;
/// How long the start waits for them. A home folder that takes longer is gone or hangs.
const PATIENCE: Duration = Duration::from_secs(2);

/// The names of the values.
const SETTINGS: &str = "settings";
const MEMORY: &str = "egui";
const WINDOW: &str = "window";

/// What was remembered, as far as it can be used.
#[derive(Default)]
pub struct Remembered {
    /// What the person chose.
    pub settings: Settings,
    /// Where the window was.
    pub window: Option<Saved>,
    /// What could not be used, and where it is kept.
    pub problem: Option<String>,
    /// Sizes of panels and the like.
    memory: Option<egui::Memory>,
}

/// The window, as it is written.
#[derive(serde::Serialize, serde::Deserialize)]
struct Window {
    normal_geometry: Geometry,
    #[serde(default)]
    fullscreen: bool,
    #[serde(default)]
    maximized: bool,
}

/// The same.
#[derive(serde::Serialize, serde::Deserialize)]
struct Geometry {
    outer_position_pixels: Option<Pos2>,
    scale_factor: f32,
    inner_size_points: Vec2,
}

impl From<Window> for Saved {
    fn from(window: Window) -> Self {
        Self {
            position_pixels: window.normal_geometry.outer_position_pixels,
            size_points: window.normal_geometry.inner_size_points,
            scale: window.normal_geometry.scale_factor,
            extent: match (window.fullscreen, window.maximized) {
                (true, _) => Extent::FullScreen,
                (_, true) => Extent::Maximized,
                _ => Extent::Normal,
            },
        }
    }
}

impl From<Saved> for Window {
    fn from(saved: Saved) -> Self {
        Self {
            normal_geometry: Geometry {
                outer_position_pixels: saved.position_pixels,
                scale_factor: saved.scale,
                inner_size_points: saved.size_points,
            },
            fullscreen: saved.extent == Extent::FullScreen,
            maximized: saved.extent == Extent::Maximized,
        }
    }
}

/// Where it is kept: `$XDG_DATA_HOME/mapscope/app.ron`, else in `~/.local/share`; on other systems where their programs
/// keep such things. `None` where there is no home either.
#[must_use]
pub fn file() -> Option<PathBuf> {
    let set = |name: &str| {
        let path = PathBuf::from(std::env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let home = || std::env::home_dir().filter(|home| home.is_absolute());
    let folder = if cfg!(windows) {
        set("APPDATA")?.join(APP_ID).join("data")
    } else if cfg!(target_os = "macos") {
        home()?.join("Library/Application Support").join(APP_ID)
    } else {
        let base = set("XDG_DATA_HOME").or_else(|| Some(home()?.join(".local/share")))?;
        base.join(APP_ID)
    };
    Some(folder.join("app.ron"))
}

/// The text of the file that says this. Nothing of it fails to be written down; a value that did would be left out.
#[must_use]
pub fn text(settings: &Settings, memory: &egui::Memory, window: Option<Saved>) -> String {
    let window = window.map(Window::from);
    let values = [
        (SETTINGS, ron::to_string(settings).ok()),
        (MEMORY, ron::to_string(memory).ok()),
        (
            WINDOW,
            window.and_then(|window| ron::to_string(&window).ok()),
        ),
    ];
    let values: BTreeMap<&str, String> = values
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .collect();
    ron::ser::to_string_pretty(&values, ron::ser::PrettyConfig::default()).unwrap_or_default()
}

/// Reads it, and gives back where this run may write it. A home folder that does not answer holds nobody up: the usual
/// settings stand in, which are not to replace what was chosen before.
#[must_use]
pub fn load() -> (Remembered, Option<PathBuf>) {
    let Some(file) = file() else {
        return (Remembered::default(), None);
    };
    let (tell, told) = channel();
    let place = file.clone();
    let thread = std::thread::Builder::new().name("remembered".to_owned());
    let thread = thread.spawn(move || {
        // Nobody listens where it took too long.
        let _ = tell.send(Remembered::load(&place));
    });
    let found = match thread {
        Ok(_) => told.recv_timeout(PATIENCE).ok(),
        Err(_) => Some(Remembered::load(&file)),
    };
    if let Some(remembered) = found {
        return (remembered, Some(file));
    }
    let problem = format!(
        "The storage of {} does not answer: the usual settings stand in, and what is chosen now is not remembered",
        path_in_sentence(&file)
    );
    (Remembered::unusable(problem), None)
}

impl Remembered {
    /// Reads it, sets it aside where it cannot be used, and sees to it that the file can be read by its owner alone: it names
    /// the files that were opened.
    #[must_use]
    pub fn load(file: &Path) -> Self {
        let mut text = String::new();
        let read = File::open(file).and_then(|file| file.take(MAX_BYTES).read_to_string(&mut text));
        let mut remembered = match read {
            // Earlier versions made an empty one.
            Ok(0) => Self::default(),
            Ok(_) => Self::of(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::default(),
            Err(error) => Self::unusable(format!("they cannot be read: {error}")),
        };
        if let Some(problem) = remembered.problem.take() {
            let kept = match set_aside(file) {
                Some(aside) => format!("they are kept as {}", path_in_sentence(&aside)),
                None => format!("they are in {}", path_in_sentence(file)),
            };
            remembered.problem = Some(format!(
                "Some remembered settings cannot be used ({problem}), and the usual ones stand in; {kept}"
            ));
        }
        make_private(file);
        remembered
    }

    /// What the text of the file says; `problem` names what cannot be used.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let Ok(values) = ron::from_str::<HashMap<String, String>>(text) else {
            return Self::unusable("the file is damaged".to_owned());
        };
        let mut problems = Vec::new();
        let mut remembered = Self {
            settings: value(&values, SETTINGS, "the settings", &mut problems).unwrap_or_default(),
            memory: value(&values, MEMORY, "the sizes of panels", &mut problems),
            ..Self::default()
        };
        let window: Option<Window> = value(&values, WINDOW, "the window's place", &mut problems);
        remembered.window = window.map(Saved::from);
        problems.extend(remembered.settings.mend());
        remembered.problem = (!problems.is_empty()).then(|| problems.join(", "));
        remembered
    }

    fn unusable(problem: String) -> Self {
        Self {
            problem: Some(problem),
            ..Self::default()
        }
    }

    /// Gives a context, before its window, the zoom and the sizes of panels. Its other options are the program's and not
    /// taken from a file.
    pub fn prepare(&mut self, ctx: &egui::Context) {
        let zoom = self.settings.zoom();
        ctx.options_mut(|options| options.zoom_factor = zoom);
        if let Some(memory) = self.memory.take() {
            ctx.memory_mut(|now| now.data = memory.data);
        }
    }
}

fn value<T: serde::de::DeserializeOwned>(
    values: &HashMap<String, String>,
    key: &str,
    name: &'static str,
    problems: &mut Vec<&'static str>,
) -> Option<T> {
    let read = values.get(key).map(|text| ron::from_str(text));
    if matches!(read, Some(Err(_))) {
        problems.push(name);
    }
    read?.ok()
}

/// Renames what was remembered so that it is not read again; the new name, where that was possible. What was set aside
/// before stays, but for the last of so many that more would fill the folder.
#[must_use]
pub fn set_aside(file: &Path) -> Option<PathBuf> {
    let name = |number| match number {
        1 => file.with_extension("ron.bad"),
        number => file.with_extension(format!("ron.bad{number}")),
    };
    let is_free = |path: &PathBuf| {
        let found = fs::symlink_metadata(path);
        found.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
    };
    let free = (1..KEPT_ASIDE).map(name).find(is_free);
    let aside = free.unwrap_or_else(|| name(KEPT_ASIDE));
    fs::rename(file, &aside).ok()?;
    Some(aside)
}

/// Lets nobody but the owner read the file, which earlier versions left for all to read; and makes its folder.
pub fn make_private(file: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
        if let Some(folder) = file.parent() {
            let _ = fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder);
        }
        // Where it cannot be changed, it is another's, or not there.
        let _ = fs::set_permissions(file, fs::Permissions::from_mode(0o600));
    }
    #[cfg(not(unix))]
    if let Some(folder) = file.parent() {
        let _ = fs::create_dir_all(folder);
    }
}
