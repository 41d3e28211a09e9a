//! What is remembered between runs. It must not hold anything about the bytes of a file.

use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use super::action::{Tab, ThemeChoice};
use super::viewport::Columns;

/// Recently opened files that are remembered.
pub const RECENT_FILES: usize = 12;

/// The sizes that everything can be shown in, in hundredths of the usual one.
const ZOOM_PERCENT: RangeInclusive<u16> = 50..=300;
/// A step between them.
const ZOOM_STEP: i16 = 10;
/// The numbers of bytes in a row that can be chosen.
const COLUMNS: RangeInclusive<u8> = 8..=64;

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
    /// What the bytes at the cursor are as numbers, dates and characters is shown.
    pub inspector_shown: bool,
    /// Nothing is to move, or everything may; `None`: as the desktop says.
    pub less_motion: Option<bool>,
    /// The tour beside the sample was left.
    pub tour_left: bool,
    /// The size of everything, in hundredths of the usual one.
    zoom_percent: u16,
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
            inspector_shown: false,
            less_motion: None,
            tour_left: false,
            zoom_percent: 100,
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

    /// How many times the usual size everything has.
    #[must_use]
    pub fn zoom(&self) -> f32 {
        f32::from(self.zoom_percent) / 100.0
    }

    /// Makes everything larger by so many steps, or smaller; 0 is the usual size.
    pub fn zoom_by(&mut self, steps: i8) {
        self.zoom_percent = if steps == 0 {
            100
        } else {
            self.zoom_percent
                .saturating_add_signed(ZOOM_STEP.saturating_mul(steps.into()))
                .clamp(*ZOOM_PERCENT.start(), *ZOOM_PERCENT.end())
        };
    }

    /// Puts what no person can have chosen back to its default, and names it.
    pub fn mend(&mut self) -> Vec<&'static str> {
        let usual = Self::default();
        let mut mended = Vec::new();
        if !ZOOM_PERCENT.contains(&self.zoom_percent) {
            self.zoom_percent = usual.zoom_percent;
            mended.push("the zoom");
        }
        if let Columns::Fixed(columns) = self.columns
            && !COLUMNS.contains(&columns)
        {
            self.columns = usual.columns;
            mended.push("the bytes in a row");
        }
        if self.recent.len() > RECENT_FILES {
            self.recent.truncate(RECENT_FILES);
        }
        mended
    }
}
