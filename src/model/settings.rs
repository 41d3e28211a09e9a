//! What is remembered between runs. It must not hold anything about the bytes of a file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::action::{Tab, ThemeChoice};
use super::viewport::Columns;

/// Recently opened files that are remembered.
pub const RECENT_FILES: usize = 12;

/// What a person chose, and the files that were open.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Bytes in a row.
    pub columns: Columns,
    /// Dark, light or as the system.
    pub theme: ThemeChoice,
    /// The side panel is shown.
    pub panel_shown: bool,
    /// Its tab.
    pub tab: Tab,
    /// Paths, newest first. Kept as the system gave them, so that any name survives.
    recent: Vec<OsString>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            columns: Columns::Fixed(16),
            theme: ThemeChoice::System,
            panel_shown: true,
            tab: Tab::Witnesses,
            recent: Vec::new(),
        }
    }
}

impl Settings {
    /// Recently opened files, newest first.
    pub fn recent(&self) -> impl Iterator<Item = PathBuf> + '_ {
        self.recent.iter().map(PathBuf::from)
    }

    /// Puts `path` first.
    pub fn remember(&mut self, path: &Path) {
        self.recent.retain(|known| Path::new(known) != path);
        self.recent.insert(0, path.as_os_str().to_owned());
        self.recent.truncate(RECENT_FILES);
    }
}
