//! Glyph quads of printable ASCII straight from egui's font atlas, and the grid's mesh as one text shape.
//!
//! Laying a row out as text costs 50 times more than copying quads when every row is new. Texture coordinates stay in
//! texels and are normalized by the tessellator at the end of the pass, so an atlas that grows later in the same pass does
//! no harm; coordinates normalized here would show garbage then.

use std::sync::Arc;

use egui::emath::GuiRounding as _;
use egui::epaint::{Vertex, WHITE_UV};
use egui::{Color32, Context, FontId, Galley, Mesh, Pos2, Rect, Vec2, pos2, vec2};

/// One glyph in its cell.
#[derive(Clone, Copy, Debug, Default)]
struct Quad {
    /// Left top relative to the cell's, in points on whole pixels.
    min: Vec2,
    size: Vec2,
    /// Texels.
    uv_min: Pos2,
    uv_max: Pos2,
}

/// Glyph quads for one font, scale and state of the atlas.
pub(super) struct Glyphs {
    /// The galley cache hands the same `Arc` back as long as atlas, fonts and scale are the same: a cheap token.
    token: Arc<Galley>,
    font: FontId,
    pixels_per_point: f32,
    /// Width and height of a cell in points, whole pixels.
    cell: Vec2,
    quads: [Quad; 128],
    /// One empty row of text, to be filled with the mesh.
    template: Galley,
}

impl Glyphs {
    pub(super) fn new(ctx: &Context, font: FontId) -> Self {
        let token = probe(ctx, &font);
        let mut glyphs = Self {
            template: one_row(&token),
            token,
            font,
            pixels_per_point: 1.0,
            cell: Vec2::ZERO,
            quads: [Quad::default(); 128],
        };
        glyphs.rebuild(ctx);
        glyphs
    }

    /// To be called once a pass before painting: a few microseconds unless something changed.
    pub(super) fn refresh(&mut self, ctx: &Context, font: &FontId) {
        let token = probe(ctx, font);
        if Arc::ptr_eq(&token, &self.token) && *font == self.font {
            return;
        }
        self.template = one_row(&token);
        self.token = token;
        self.font = font.clone();
        self.rebuild(ctx);
    }

    /// Width and height of a cell in points.
    pub(super) fn cell(&self) -> Vec2 {
        self.cell
    }

    /// Physical pixels in a point.
    pub(super) fn pixels_per_point(&self) -> f32 {
        self.pixels_per_point
    }

    fn rebuild(&mut self, ctx: &Context) {
        let scale = ctx.pixels_per_point();
        self.pixels_per_point = scale;
        let (width, height) = ctx.fonts_mut(|fonts| {
            (
                fonts.glyph_width(&self.font, '0'),
                fonts.row_height(&self.font),
            )
        });
        // whole physical pixels, so that every cell wants the same bitmap; a pixel of air between rows
        self.cell = vec2(
            (width * scale).round().max(1.0) / scale,
            ((height * scale).ceil() + 2.0) / scale,
        );
        self.quads = [Quad::default(); 128];
        for (placed, character) in self.token.rows.iter().zip(0x20..0x7f_usize) {
            let Some(glyph) = placed.row.glyphs.first() else {
                continue;
            };
            let uv = glyph.uv_rect;
            if uv.is_nothing() {
                continue; // a blank
            }
            let left_top = (glyph.pos + uv.offset).round_to_pixels(scale); // as epaint does with text
            if let Some(quad) = self.quads.get_mut(character) {
                *quad = Quad {
                    min: left_top.to_vec2() + vec2(0.0, 1.0 / scale),
                    size: uv.size,
                    uv_min: pos2(f32::from(uv.min[0]), f32::from(uv.min[1])),
                    uv_max: pos2(f32::from(uv.max[0]), f32::from(uv.max[1])),
                };
            }
        }
    }
}

/// One character a row: each then starts at x = 0, the same sub-pixel position.
fn probe(ctx: &Context, font: &FontId) -> Arc<Galley> {
    let mut text = String::with_capacity(2 * 95);
    for character in 0x20..0x7f_u8 {
        text.push(char::from(character));
        text.push('\n');
    }
    text.pop();
    ctx.fonts_mut(|fonts| fonts.layout_no_wrap(text, font.clone(), Color32::PLACEHOLDER))
}

fn one_row(galley: &Galley) -> Galley {
    let mut galley = galley.clone();
    galley.rows.truncate(1);
    galley
}

/// Quads of one frame, and the index pattern that never changes.
#[derive(Default)]
pub(super) struct Quads {
    vertices: Vec<Vertex>,
    pattern: Vec<u32>,
}

impl Quads {
    /// Empties it for a new frame that will have about `n_quads`.
    pub(super) fn begin(&mut self, n_quads: usize) {
        self.vertices = Vec::with_capacity(4 * n_quads);
    }

    /// A filled rectangle.
    pub(super) fn rect(&mut self, rect: Rect, color: Color32) {
        self.quad(rect, WHITE_UV, WHITE_UV, color);
    }

    /// A printable ASCII character in the cell at `at`; anything else paints nothing.
    #[inline]
    pub(super) fn glyph(&mut self, glyphs: &Glyphs, at: Pos2, character: u8, color: Color32) {
        if let Some(quad) = glyphs.quads.get(usize::from(character))
            && quad.size.x > 0.0
        {
            self.quad(
                Rect::from_min_size(at + quad.min, quad.size),
                quad.uv_min,
                quad.uv_max,
                color,
            );
        }
    }

    /// ASCII text, a character a cell.
    pub(super) fn text(&mut self, glyphs: &Glyphs, at: Pos2, text: &str, color: Color32) {
        let mut x = at.x;
        for byte in text.bytes() {
            self.glyph(glyphs, pos2(x, at.y), byte, color);
            x += glyphs.cell.x;
        }
    }

    #[inline]
    fn quad(&mut self, rect: Rect, uv_min: Pos2, uv_max: Pos2, color: Color32) {
        self.vertices.extend_from_slice(&[
            Vertex {
                pos: rect.min,
                uv: uv_min,
                color,
            },
            Vertex {
                pos: pos2(rect.max.x, rect.min.y),
                uv: pos2(uv_max.x, uv_min.y),
                color,
            },
            Vertex {
                pos: pos2(rect.min.x, rect.max.y),
                uv: pos2(uv_min.x, uv_max.y),
                color,
            },
            Vertex {
                pos: rect.max,
                uv: uv_max,
                color,
            },
        ]);
    }

    /// Everything as one text shape, clipped to `bounds` by the painter.
    pub(super) fn finish(&mut self, glyphs: &Glyphs, bounds: Rect) -> egui::Shape {
        let vertices = std::mem::take(&mut self.vertices);
        let n_indices = vertices.len() / 4 * 6;
        while self.pattern.len() < n_indices {
            let first = u32::try_from(self.pattern.len() / 6 * 4).unwrap_or(0);
            self.pattern.extend_from_slice(&[
                first,
                first + 1,
                first + 2,
                first + 2,
                first + 1,
                first + 3,
            ]);
        }
        let indices = self.pattern.get(..n_indices).unwrap_or_default().to_vec();
        texel_mesh_shape(
            &glyphs.template,
            Mesh {
                indices,
                vertices,
                texture_id: egui::TextureId::default(),
            },
            bounds,
        )
    }
}

fn texel_mesh_shape(template: &Galley, mesh: Mesh, bounds: Rect) -> egui::Shape {
    let mut galley = template.clone();
    galley.num_vertices = mesh.vertices.len();
    galley.num_indices = mesh.indices.len();
    if let Some(placed) = galley.rows.first_mut() {
        placed.pos = Pos2::ZERO;
        let row = Arc::make_mut(&mut placed.row);
        row.glyphs.clear(); // only searched for glyphs that carry their own colors
        row.visuals.glyph_vertex_range = 0..mesh.vertices.len();
        row.visuals.mesh = mesh;
        row.visuals.mesh_bounds = bounds;
    }
    galley.rect = bounds;
    galley.mesh_bounds = bounds;
    egui::Shape::galley(Pos2::ZERO, Arc::new(galley), Color32::WHITE)
}
