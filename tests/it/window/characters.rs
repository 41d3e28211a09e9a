//! Every character in the program's own words is in the fonts that the toolkit brings along: on a machine without any
//! font of its own nothing is drawn as a box.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use egui::{FontFamily, FontId};

use super::colors::sources;

/// Arrows of system calls, which are drawn in monospace only.
const MONOSPACE: [char; 2] = ['\u{2191}', '\u{2192}'];

/// The text of literals in Rust source, escapes resolved, comments and character literals left out.
fn literals(source: &str) -> Vec<String> {
    let chars: Vec<char> = source.chars().collect();
    let at = |index: usize| chars.get(index).copied().unwrap_or('\0');
    let (mut found, mut index) = (Vec::new(), 0);
    while index < chars.len() {
        match at(index) {
            '/' if at(index + 1) == '/' => {
                while index < chars.len() && at(index) != '\n' {
                    index += 1;
                }
            }
            // a lifetime has no second quote so near
            '\'' if at(index + 1) == '\\' => {
                index += 3;
                while at(index) != '\'' {
                    index += 1;
                }
                index += 1;
            }
            '\'' if at(index + 2) == '\'' => index += 3,
            'r' if at(index + 1) == '"' || at(index + 1) == '#' && at(index + 2) == '"' => {
                let hash = at(index + 1) == '#';
                index += if hash { 3 } else { 2 };
                let mut text = String::new();
                while !(at(index) == '"' && (!hash || at(index + 1) == '#')) {
                    text.push(at(index));
                    index += 1;
                }
                index += 1;
                found.push(text);
            }
            '"' => {
                let (text, end) = literal(&chars, index + 1);
                found.push(text);
                index = end;
            }
            _ => index += 1,
        }
    }
    found
}

/// The literal that begins at `index`, and the place behind its end.
fn literal(chars: &[char], mut index: usize) -> (String, usize) {
    let mut text = String::new();
    loop {
        match chars[index] {
            '"' => return (text, index + 1),
            '\\' if chars[index + 1] == 'u' => {
                let end = index + chars[index..].iter().position(|c| *c == '}').unwrap();
                let digits: String = chars[index + 3..end].iter().collect();
                text.extend(
                    u32::from_str_radix(&digits, 16)
                        .ok()
                        .and_then(char::from_u32),
                );
                index = end + 1;
            }
            '\\' => index += 2,
            other => {
                text.push(other);
                index += 1;
            }
        }
    }
}

#[test]
fn literals_are_found_in_source() {
    let source = r##"let a = "x\u{2026}\"y"; // "not"
        let b = '"'; fn f<'a>(x: &'a str) -> char { '\u{2139}' } let c = r"z\"; let d = r#"w"#;"##;
    assert_eq!(literals(source), ["x\u{2026}y", "z\\", "w"]);
}

#[test]
fn every_character_of_fixed_texts_is_in_the_fonts_that_come_along() {
    let ctx = egui::Context::default();
    let mut first = ctx.run_ui(egui::RawInput::default(), |_| {}); // there are fonts from the first frame on
    first.textures_delta.clear(); // nothing draws them
    let has = |font: &FontId, character| ctx.fonts_mut(|fonts| fonts.has_glyph(font, character));
    assert!(
        !has(&FontId::monospace(13.0), '\u{d55c}'),
        "no font of this machine is used"
    );
    let mut files = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut files,
    );
    let mut used: BTreeMap<char, String> = BTreeMap::new();
    // A report of the lab goes to a file, and to the fonts of who reads it.
    files.retain(|file| !file.components().any(|part| part.as_os_str() == "report"));
    for file in files {
        for text in literals(&fs::read_to_string(&file).unwrap()) {
            let special = text.chars().filter(|c| !c.is_ascii());
            used.extend(special.map(|c| (c, file.display().to_string())));
        }
    }
    assert!(used.contains_key(&'\u{2026}'), "the search finds something");
    let mut missing = Vec::new();
    for (character, file) in used {
        for family in [FontFamily::Proportional, FontFamily::Monospace] {
            let font = FontId::new(13.0, family.clone());
            let is_used = family == FontFamily::Monospace || !MONOSPACE.contains(&character);
            if is_used && !has(&font, character) {
                missing.push(format!(
                    "{character:?} (U+{:04X}) in {family:?}: {file}",
                    u32::from(character)
                ));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
