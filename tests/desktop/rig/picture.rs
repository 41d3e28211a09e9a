//! What is to be seen on the screen, and where.
//!
//! Xvfb keeps its screen in a file, so that a look costs a read and no program is started for it.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use egui::Color32;

/// A part of the screen in pixels; `right` and `bottom` are not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) left: usize,
    pub(crate) top: usize,
    pub(crate) right: usize,
    pub(crate) bottom: usize,
}

impl Area {
    pub(crate) fn width(self) -> usize {
        self.right - self.left
    }

    pub(crate) fn height(self) -> usize {
        self.bottom - self.top
    }
}

/// The pixels of the screen at one moment.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Red, green, blue, row by row.
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    /// Reads the file that Xvfb keeps its screen in: an X window dump, 24 bits deep.
    pub(crate) fn of_screen(path: &Path) -> Self {
        let dump = fs::read(path).expect("the screen's file");
        let field = |index: usize| {
            let bytes = dump.get(index * 4..index * 4 + 4).expect("a header");
            let word = u32::from_be_bytes(bytes.try_into().expect("four bytes"));
            usize::try_from(word).expect("a length")
        };
        assert_eq!(field(11), 32, "bits a pixel");
        let (width, height, stride) = (field(4), field(5), field(12));
        let start = field(0) + field(19) * 12; // after header and color map
        let rows = dump.get(start..).expect("pixels").chunks_exact(stride);
        let pixels = rows
            .take(height)
            .flat_map(|row| row.chunks_exact(4).take(width))
            .map(|pixel| match pixel {
                [blue, green, red, _] => [*red, *green, *blue],
                _ => [0; 3],
            })
            .collect();
        Self {
            width,
            height,
            pixels,
        }
    }

    /// All of it.
    pub(crate) fn area(&self) -> Area {
        Area {
            left: 0,
            top: 0,
            right: self.width,
            bottom: self.height,
        }
    }

    /// The rows of an area, from top to bottom, as far as it lies on the screen.
    fn rows(&self, area: Area) -> impl Iterator<Item = (usize, &[[u8; 3]])> {
        let rows = self.pixels.chunks_exact(self.width).enumerate();
        let right = area.right.min(self.width);
        rows.take(area.bottom)
            .skip(area.top)
            .map(move |(y, row)| (y, row.get(area.left..right).unwrap_or_default()))
    }

    /// The pixels of a part.
    pub(crate) fn part(&self, area: Area) -> Vec<[u8; 3]> {
        let rows = self.rows(area);
        rows.flat_map(|(_, row)| row).copied().collect()
    }

    /// How many different colors there are.
    pub(crate) fn n_colors(&self) -> usize {
        self.pixels.iter().collect::<HashSet<_>>().len()
    }

    /// How many pixels have exactly this color.
    pub(crate) fn count(&self, color: Color32) -> usize {
        self.count_in(self.area(), color)
    }

    /// The same within `area`.
    pub(crate) fn count_in(&self, area: Area, color: Color32) -> usize {
        let wanted = rgb(color);
        let pixels = self.rows(area).flat_map(|(_, row)| row);
        pixels.filter(|pixel| **pixel == wanted).count()
    }

    /// The least area that holds every pixel of exactly this color.
    pub(crate) fn bounds(&self, color: Color32) -> Option<Area> {
        self.bounds_in(self.area(), color)
    }

    /// The same within `area`.
    pub(crate) fn bounds_in(&self, area: Area, color: Color32) -> Option<Area> {
        let wanted = rgb(color);
        let mut found: Option<Area> = None;
        for (y, row) in self.rows(area) {
            let Some(first) = row.iter().position(|pixel| *pixel == wanted) else {
                continue;
            };
            let last = row.iter().rposition(|pixel| *pixel == wanted);
            let (left, right) = (area.left + first, area.left + last.unwrap_or(first) + 1);
            let before = found.unwrap_or(Area {
                left,
                top: y,
                right,
                bottom: y,
            });
            found = Some(Area {
                left: before.left.min(left),
                top: before.top,
                right: before.right.max(right),
                bottom: y + 1,
            });
        }
        found
    }

    /// Runs of at least `least` pixels of exactly this color in the topmost row of `area` that has any.
    pub(crate) fn runs_in(&self, area: Area, color: Color32, least: usize) -> Vec<Area> {
        let wanted = rgb(color);
        for (y, row) in self.rows(area) {
            let mut runs = Vec::new();
            let mut left = area.left;
            for run in row.chunk_by(|one, other| one == other) {
                let right = left + run.len();
                if run.len() >= least && run.first() == Some(&wanted) {
                    runs.push(Area {
                        left,
                        top: y,
                        right,
                        bottom: y + 1,
                    });
                }
                left = right;
            }
            if !runs.is_empty() {
                return runs;
            }
        }
        Vec::new()
    }

    /// Writes it where a person can look at it after a failure.
    pub(crate) fn keep(&self, name: &str) -> std::path::PathBuf {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.ppm"));
        let mut file = format!("P6 {} {} 255\n", self.width, self.height).into_bytes();
        file.extend(self.pixels.iter().flatten());
        let _ = fs::write(&path, file);
        path
    }
}

fn rgb(color: Color32) -> [u8; 3] {
    [color.r(), color.g(), color.b()]
}
