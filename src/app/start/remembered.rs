//! What eframe remembers between runs, read before there is a window: a value that would end the program is found here, and
//! what cannot be used is set aside and said.
//!
//! It owns the file's name, its permissions and its reading; eframe writes it. It must not know what settings mean.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use egui::{Pos2, Vec2};

use crate::bytes::escape::path_in_sentence;
use crate::model::Settings;

use super::APP_ID;
use super::place::Saved;
use crate::app::SETTINGS_KEY;

/// No file of settings is larger.
const MAX_BYTES: u64 = 16 << 20;

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

/// The window, as eframe writes it.
#[derive(serde::Deserialize)]
struct Window {
    normal_geometry: Geometry,
}

/// The same.
#[derive(serde::Deserialize)]
struct Geometry {
    outer_position_pixels: Option<Pos2>,
    scale_factor: f32,
    inner_size_points: Vec2,
}

/// Where it is kept.
#[must_use]
pub fn file() -> Option<PathBuf> {
    Some(eframe::storage_dir(APP_ID)?.join("app.ron"))
}

impl Remembered {
    /// Reads it, sets it aside where it cannot be used, and sees to it that the file can be read by its owner alone: it names
    /// the files that were opened.
    #[must_use]
    pub fn load(file: &Path) -> Self {
        let mut text = String::new();
        let read = File::open(file).and_then(|file| file.take(MAX_BYTES).read_to_string(&mut text));
        let mut remembered = match read {
            // An empty one is what was made below.
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
            settings: value(&values, SETTINGS_KEY, "the settings", &mut problems)
                .unwrap_or_default(),
            // eframe's names for them
            memory: value(&values, "egui", "the sizes of panels", &mut problems),
            ..Self::default()
        };
        let window: Option<Window> = value(&values, "window", "the window's place", &mut problems);
        remembered.window = window.map(|window| Saved {
            position_pixels: window.normal_geometry.outer_position_pixels,
            size_points: window.normal_geometry.inner_size_points,
            scale: window.normal_geometry.scale_factor,
        });
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

/// Renames what was remembered so that it is not read again; the new name, where that was possible.
#[must_use]
pub fn set_aside(file: &Path) -> Option<PathBuf> {
    let aside = file.with_extension("ron.bad");
    fs::rename(file, &aside).ok()?;
    Some(aside)
}

/// Lets nobody but the owner read the file. It is made where there is none, as eframe would make one that all can read.
pub fn make_private(file: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
        if let Some(folder) = file.parent() {
            let _ = fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder);
        }
        let made = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(file);
        // Where it cannot be made or changed, it is another's, or nothing can be remembered.
        if let Ok(made) = made {
            let _ = made.set_permissions(fs::Permissions::from_mode(0o600));
        }
    }
    #[cfg(not(unix))]
    let _ = (file, OpenOptions::new());
}
