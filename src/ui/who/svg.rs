//! The picture as a file of its own: the same marks, written as SVG.

use std::fmt::Write as _;

use egui::{Align, Align2, Color32, pos2, vec2};

use crate::model::Picture;
use crate::ui::Theme;

use super::layout::scene;
use super::paint::color;
use super::plan::Wish;
use super::scene::{Face, Form, Ink, Measure, Part, Scene, moved, tip};

/// How wide the picture is, in points.
const WIDTH: f32 = 640.0;
/// Around the picture, and the height of a line of words above it.
const MARGIN: f32 = 10.0;
const LINE: f32 = 20.0;
/// How much wider than here a text may come out: the letters may be others there, and not every program that draws SVG
/// fits a text into the length it is told.
const WIDER: f32 = 1.2;

/// The picture with its question and what it says, in one text.
pub(super) fn svg(
    picture: &Picture,
    theme: &Theme,
    measure: Measure<'_>,
    (title, sentence): (&str, &str),
) -> String {
    let roomy = |text: &str, face: Face| measure(text, face) * WIDER;
    let mut laid_out = scene(Wish {
        picture,
        width: WIDTH - 2.0 * MARGIN,
        measure: &roomy,
        has_buttons: false,
        has_heads: true,
        visible: egui::Rangef::EVERYTHING,
        prediction: None,
    });
    let words = head(&roomy, title, sentence);
    let below = vec2(MARGIN, MARGIN + LINE * words.marks.len() as f32 + 6.0);
    let mut out = String::new();
    let size = laid_out.size + below + vec2(MARGIN, MARGIN);
    let back = hex(theme.bar);
    let (width, height) = (size.x, size.y.ceil());
    let _ = writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">"#
    );
    let _ = writeln!(out, "<title>{}</title>", escaped(title));
    let _ = writeln!(out, r#"<rect width="100%" height="100%" fill="{back}"/>"#);
    for mark in &words.marks {
        write_form(&mut out, theme, measure, &mark.form);
    }
    for mark in laid_out.marks.drain(..) {
        write_form(&mut out, theme, measure, &moved(mark, below).form);
    }
    out.push_str("</svg>\n");
    out
}

/// The question, and the sentence in as many lines as it takes.
fn head(measure: Measure<'_>, title: &str, sentence: &str) -> Scene {
    let mut lines = vec![(title.to_owned(), Ink::Text)];
    let mut line = String::new();
    for word in sentence.split(' ') {
        let longer = if line.is_empty() {
            word.to_owned()
        } else {
            format!("{line} {word}")
        };
        if measure(&longer, Face::Body) > WIDTH - 2.0 * MARGIN && !line.is_empty() {
            lines.push((std::mem::replace(&mut line, word.to_owned()), Ink::Weak));
        } else {
            line = longer;
        }
    }
    lines.push((line, Ink::Weak));
    let mut scene = Scene::default();
    for (index, (text, ink)) in lines.into_iter().enumerate() {
        let y = MARGIN + LINE * (index as f32 + 0.5);
        let at = (pos2(MARGIN, y), Align2::LEFT_CENTER);
        scene.text(Part::Head, at, (text, Face::Body), ink);
    }
    scene
}

fn hex(color: Color32) -> String {
    format!("#{:02x}{:02x}{:02x}", color.r(), color.g(), color.b())
}

/// A text as XML can have it: what is no character of XML becomes a question mark.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => {
                out.push(c);
            }
            _ => out.push('?'),
        }
    }
    out
}

fn write_form(out: &mut String, theme: &Theme, measure: Measure<'_>, form: &Form) {
    let ink = |ink: Ink| hex(color(theme, ink));
    let _ = match form {
        Form::Text { .. } => return write_text(out, theme, measure, form),
        Form::Box { .. } => return write_box(out, theme, form),
        Form::Line {
            from,
            to,
            ink: color,
            width,
            dashes,
        } => {
            let dashes = dashes
                .lengths()
                .map(|(dash, gap)| format!(r#" stroke-dasharray="{dash} {gap}""#))
                .unwrap_or_default();
            let ends = format!(
                r#"x1="{:.1}" y1="{:.1}" x2="{:.1}" y2="{:.1}""#,
                from.x, from.y, to.x, to.y
            );
            let color = ink(*color);
            writeln!(
                out,
                r#"<line {ends} stroke="{color}" stroke-width="{width}"{dashes}/>"#
            )
        }
        Form::Tip {
            at,
            to_right,
            ink: color,
        } => {
            let corners = tip(*at, *to_right).map(|it| format!("{:.1},{:.1}", it.x, it.y));
            let (points, color) = (corners.join(" "), ink(*color));
            writeln!(out, r#"<polygon points="{points}" fill="{color}"/>"#)
        }
        Form::Ring { at, ink: color } => {
            let (x, y, back, color) = (at.x, at.y, hex(theme.bar), ink(*color));
            writeln!(
                out,
                r#"<circle cx="{x:.1}" cy="{y:.1}" r="3.5" fill="{back}" stroke="{color}" stroke-width="1.25"/>"#
            )
        }
    };
}

fn write_text(out: &mut String, theme: &Theme, measure: Measure<'_>, form: &Form) {
    let Form::Text {
        at,
        align,
        text,
        face,
        ink,
    } = form
    else {
        return;
    };
    let family = if face.is_mono() {
        "'DejaVu Sans Mono', Menlo, Consolas, monospace"
    } else {
        "Ubuntu, 'DejaVu Sans', Arial, sans-serif"
    };
    let anchor = match align.x() {
        Align::Min => "start",
        Align::Center => "middle",
        Align::Max => "end",
    };
    let (x, y, size) = (at.x, at.y + face.size() * 0.35, face.size());
    let (color, width) = (hex(color(theme, *ink)), measure(text, *face));
    // As wide as here, whatever letters there are.
    let _ = writeln!(
        out,
        r#"<text x="{x:.1}" y="{y:.1}" font-family="{family}" font-size="{size}" text-anchor="{anchor}" textLength="{width:.1}" lengthAdjust="spacingAndGlyphs" fill="{color}" xml:space="preserve">{}</text>"#,
        escaped(text)
    );
}

fn write_box(out: &mut String, theme: &Theme, form: &Form) {
    let Form::Box {
        rect,
        radius,
        fill,
        edge,
        is_dashed,
    } = form
    else {
        return;
    };
    let fill = fill.map_or_else(|| "none".to_owned(), |fill| hex(color(theme, fill)));
    let dashes = if *is_dashed {
        r#" stroke-dasharray="4 3""#
    } else {
        ""
    };
    let rect = rect.shrink(0.6);
    let place = format!(
        r#"x="{:.1}" y="{:.1}" width="{:.1}" height="{:.1}""#,
        rect.left(),
        rect.top(),
        rect.width(),
        rect.height()
    );
    let edge = hex(color(theme, *edge));
    let _ = writeln!(
        out,
        r#"<rect {place} rx="{radius}" fill="{fill}" stroke="{edge}" stroke-width="1.25"{dashes}/>"#
    );
}
