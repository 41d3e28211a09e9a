//! What has to be told apart can be: contrast computed from the theme, and few sizes of text.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use egui::{Color32, TextStyle};
use mapscope::ui::Theme;

/// Relative luminance of an opaque color, as WCAG 2 defines it.
fn luminance(color: Color32) -> f32 {
    assert_eq!(color.a(), 255, "composited before: {color:?}");
    let linear = |channel: u8| {
        let value = f32::from(channel) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
}

fn contrast(one: Color32, other: Color32) -> f32 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn every_pair_of_colors_keeps_its_contrast_in_both_themes() {
    assert!((contrast(Color32::WHITE, Color32::BLACK) - 21.0).abs() < 1e-3);
    let mut faults = Vec::new();
    for theme in [Theme::dark(), Theme::light()] {
        let pairs = theme.pairs();
        assert!(pairs.len() > 150, "{}", pairs.len());
        for pair in pairs {
            let found = contrast(pair.fore, pair.back);
            if found < pair.least {
                let which = if theme.is_dark { "dark" } else { "light" };
                faults.push(format!(
                    "{which}: {}: {found:.2} < {}",
                    pair.name, pair.least
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What egui itself draws has the theme's edges.
#[test]
fn the_edges_of_controls_and_windows_can_be_seen() {
    for theme in [Theme::dark(), Theme::light()] {
        let visuals = theme.visuals();
        for stroke in [
            visuals.widgets.inactive.bg_stroke,
            visuals.widgets.noninteractive.bg_stroke,
            visuals.window_stroke,
        ] {
            assert!(contrast(stroke.color, theme.bar) >= 1.5, "{stroke:?}");
        }
    }
}

pub(super) fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// Besides the grid, whose size is its own, and the words over an empty window.
#[test]
fn text_has_two_sizes_in_the_panels() {
    let ctx = egui::Context::default();
    Theme::install(&ctx);
    let sizes: BTreeSet<String> = ctx
        .style_of(egui::Theme::Dark)
        .text_styles
        .iter()
        .filter(|(style, _)| **style != TextStyle::Heading)
        .map(|(_, font)| format!("{:.1}", font.size))
        .collect();
    assert_eq!(sizes.len(), 2, "{sizes:?}");
    let mut files = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ui"),
        &mut files,
    );
    for file in files.iter().filter(|file| !file.ends_with("ui/theme.rs")) {
        let text = fs::read_to_string(file).unwrap();
        for line in text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
        {
            let makes_one = line.contains(".size(1")
                || line.contains("FontId::new(1")
                || line.contains(".heading()");
            assert!(
                !makes_one,
                "a size of its own in {}: {line}",
                file.display()
            );
        }
    }
}
