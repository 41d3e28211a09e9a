//! What a frame of the grid costs, against the simplest way to draw it: a laid-out text a row, a color run a byte class.
//!
//! `cargo bench --bench grid`. Everything is timed in one run, alternating, as time of this thread on a processor, so a
//! slow or busy machine changes the times and not the ratios. The exit code is 1 where a ratio misses its bound.

#![allow(
    unsafe_code,
    reason = "the time of one thread on a processor is asked for by a call that std does not have"
)]
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a bench prints its figures and stops where it cannot measure"
)]

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use egui::epaint::Primitive;
use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, Context, Pos2, RawInput, Rect, Ui, UiBuilder, pos2, vec2};
use mapscope::bytes::Span;
use mapscope::bytes::class::{hex_pair, text_char};
use mapscope::map::{PageState, Readout, keep_freed_memory};
use mapscope::model::effect::Effect;
use mapscope::model::event::Opened;
use mapscope::model::event::{FileEvent, FileNews, Remapped};
use mapscope::model::window::Look;
use mapscope::model::{
    Access, Action, App, Columns, Event, Intent, Mode, OpenRequest, Settings, Target, ViewAction,
};
use mapscope::ui::theme::grid_font;
use mapscope::ui::{Frame, GridState, Theme, grid_ui};

/// Rows and bytes a row of the grid.
const N_ROWS: u64 = 120;
const N_COLUMNS: u8 = 64;
/// The screen in points, which are pixels here: 3840x2160 and as much more height as that many rows need.
const SCREEN: egui::Vec2 = egui::Vec2::new(3840.0, 2400.0);
const FILE_LEN: u64 = 1 << 40;
const PAGE_BYTES: u64 = 4096;
/// Frames of each kind that count, after some that warm up.
const N_FRAMES: usize = 150;
const N_WARM: usize = 10;
/// The simplest way must cost at least this many times as much.
const LEAST_GAIN: f64 = 50.0;
/// A frame whose every row is new may cost this many times one where nothing changed.
const MOST_FOR_NEW: f64 = 5.0;

fn main() -> ExitCode {
    keep_freed_memory(); // as the program does
    let theme = Theme::dark();
    let mut new = Grid::new();
    let mut still = Grid::new();
    let mut spoken = Grid::new();
    let mut plain = Baseline::new();
    spoken.ctx.enable_accesskit();
    let height = new.height_of(N_ROWS, &theme);
    for grid in [&mut new, &mut still, &mut spoken] {
        grid.settle(height, &theme);
    }

    let mut times: [Vec<Duration>; 5] = Default::default();
    for frame in 0..N_WARM + N_FRAMES {
        let top = frame as u64 * N_ROWS;
        let taken_in = thread_time(|| new.scroll_to(top));
        spoken.scroll_to(top);
        let round = [
            new.frame(height, &theme),
            still.frame(height, &theme),
            plain.frame(top, &theme),
            spoken.frame(height, &theme),
            taken_in,
        ];
        if frame >= N_WARM {
            for (times, time) in times.iter_mut().zip(round) {
                times.push(time);
            }
        }
    }
    let [new, still, plain, spoken, taken_in] = times.map(median);
    println!("{N_ROWS} rows of {N_COLUMNS} bytes, medians of {N_FRAMES} frames:");
    println!("  every row new       {}", micros(new));
    println!("  nothing changed     {}", micros(still));
    println!("  text layout a row   {}", micros(plain));
    println!("  with screen reader  {}", micros(spoken));
    println!("  taking the look in  {}", micros(taken_in));

    let gain = plain.as_secs_f64() / new.as_secs_f64();
    let for_new = new.as_secs_f64() / still.as_secs_f64();
    println!("ratio baseline/new = {gain:.1} (at least {LEAST_GAIN:.0})");
    println!("new/static = {for_new:.2} (at most {MOST_FOR_NEW:.0})");
    if gain >= LEAST_GAIN && for_new <= MOST_FOR_NEW {
        ExitCode::SUCCESS
    } else {
        println!("MISSED");
        ExitCode::FAILURE
    }
}

/// The program's grid, without a window.
struct Grid {
    ctx: Context,
    model: App,
    state: GridState,
    n_frames: u32,
}

impl Grid {
    fn new() -> Self {
        let mut settings = Settings::default();
        settings.columns = Columns::Fixed(N_COLUMNS);
        let mut model = App::new(settings);
        let opened = Opened {
            path: PathBuf::from("bench"),
            scratch: None,
            identity: mapscope::map::Identity { dev: 1, ino: 1 },
            mapped: Remapped {
                mode: Mode::Private,
                access: Access::ReadWrite,
                extent: Span::at(0, FILE_LEN).expect("a span of 1 TiB"),
                whole: true,
                refusal: None,
            },
            file_len: FILE_LEN,
            page_bytes: PAGE_BYTES,
        };
        let mut effects = Vec::new();
        model.open_request(OpenRequest::private(None), &mut effects);
        let asked = effects.iter().find_map(|effect| match effect {
            Effect::Open(doc, ..) => Some(*doc),
            _ => None,
        });
        let doc = asked.expect("a file is asked for");
        let _ = model.take(Event::Opened(doc, Box::new(opened)));
        Self {
            ctx: Context::default(),
            model,
            state: GridState::default(),
            n_frames: 0,
        }
    }

    /// The least height that shows `n_rows` whole rows.
    fn height_of(&mut self, n_rows: u64, theme: &Theme) -> f32 {
        let (mut less, mut enough) = (0.0_f32, SCREEN.y);
        while enough - less > 1.0 {
            let middle = f32::midpoint(less, enough).round();
            if self.page_rows(middle, theme) < n_rows {
                less = middle;
            } else {
                enough = middle;
            }
        }
        assert_eq!(self.page_rows(enough, theme), n_rows, "rows on the screen");
        enough
    }

    fn page_rows(&mut self, height: f32, theme: &Theme) -> u64 {
        self.settle(height, theme);
        self.model.view().map_or(0, |view| view.viewport.page_rows)
    }

    /// Frames until the grid wants no other layout.
    fn settle(&mut self, height: f32, theme: &Theme) {
        let mut actions = self.run(height, theme).2;
        while !actions.is_empty() {
            for action in actions {
                self.act(action);
            }
            actions = self.run(height, theme).2;
        }
        self.look();
    }

    fn scroll_to(&mut self, top: u64) {
        self.act(Action::View(ViewAction::ScrollTo(top)));
        self.look();
    }

    fn act(&mut self, action: Action) {
        let view = self.model.view().map(|view| view.id);
        let _ = self.model.apply(Intent { view, action });
    }

    /// Hands the visible bytes in, as the file's worker does.
    fn look(&mut self) {
        let Some(doc) = self.model.doc() else { return };
        let target: Target = doc.focused_target();
        let Some(span) = doc.view().visible() else {
            return;
        };
        let look = Look {
            readout: Readout {
                span,
                bytes: (span.start()..span.end()).map(byte_at).collect(),
                gaps: Vec::new(),
            },
            pages: Ok(span
                .pages(PAGE_BYTES)
                .map(|_| PageState::FilePage)
                .collect()),
            page_bytes: PAGE_BYTES,
            file: Vec::new(),
        };
        let _ = self.model.take(Event::File(FileEvent {
            target,
            number: None,
            news: FileNews::Looked(std::sync::Arc::new(look)),
        }));
    }

    /// The time that one frame takes.
    fn frame(&mut self, height: f32, theme: &Theme) -> Duration {
        let (time, n_corners, actions) = self.run(height, theme);
        assert!(actions.is_empty(), "the layout is settled: {actions:?}");
        assert_grid(n_corners);
        time
    }

    fn run(&mut self, height: f32, theme: &Theme) -> (Duration, usize, Vec<Action>) {
        let mut actions = Vec::new();
        self.n_frames += 1;
        let (model, state) = (&self.model, &mut self.state);
        let (time, n_corners) = frame_time(&self.ctx, self.n_frames, |ui| {
            let rect = Rect::from_min_size(Pos2::ZERO, vec2(SCREEN.x, height));
            let mut ui = ui.new_child(UiBuilder::new().max_rect(rect));
            grid_ui(&mut ui, &Frame::new(model, theme), state, &mut actions);
        });
        (time, n_corners, actions)
    }
}

/// The same bytes as one [`LayoutJob`] a row.
struct Baseline {
    ctx: Context,
    n_frames: u32,
}

impl Baseline {
    fn new() -> Self {
        Self {
            ctx: Context::default(),
            n_frames: 0,
        }
    }

    fn frame(&mut self, top: u64, theme: &Theme) -> Duration {
        self.n_frames += 1;
        let (time, n_corners) = frame_time(&self.ctx, self.n_frames, |ui| {
            let row_height = ui.fonts_mut(|fonts| fonts.row_height(&grid_font())).ceil();
            let mut left_top = Pos2::ZERO;
            for row in top..top + N_ROWS {
                let job = row_job(row * u64::from(N_COLUMNS), theme);
                let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
                ui.painter().galley(left_top, galley, Color32::WHITE);
                left_top.y += row_height;
            }
        });
        assert_grid(n_corners);
        time
    }
}

/// Offset, hex and text of a row, with a run wherever the color changes.
fn row_job(start: u64, theme: &Theme) -> LayoutJob {
    let mut job = LayoutJob::default();
    job.wrap.max_width = f32::INFINITY;
    job.break_on_newline = false;
    let mut run = String::new();
    let mut color = theme.offset;
    let append = |job: &mut LayoutJob, run: &mut String, color: Color32| {
        let format = TextFormat::simple(grid_font(), color);
        job.append(run, 0.0, format);
        run.clear();
    };
    let _ = write!(run, "{start:010x}  ");
    let offsets = start..start + u64::from(N_COLUMNS);
    for offset in offsets.clone() {
        let byte = byte_at(offset);
        let wanted = theme.byte[usize::from(byte)];
        if wanted != color {
            append(&mut job, &mut run, color);
            color = wanted;
        }
        run.extend(hex_pair(byte).map(char::from));
        run.push(' ');
        if offset % 8 == 7 {
            run.push(' ');
        }
    }
    for byte in offsets.map(byte_at) {
        let wanted = theme.byte[usize::from(byte)];
        if wanted != color {
            append(&mut job, &mut run, color);
            color = wanted;
        }
        run.push(text_char(byte));
    }
    append(&mut job, &mut run, color);
    job
}

/// The file: bytes without a pattern, the same in every run (splitmix64).
fn byte_at(offset: u64) -> u8 {
    let mut mixed = offset.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed.to_le_bytes()[7]
}

/// The time that a frame takes from input to triangles, and how many corners those have.
fn frame_time(ctx: &Context, number: u32, mut ui: impl FnMut(&mut Ui)) -> (Duration, usize) {
    let mut input = RawInput {
        screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), SCREEN)),
        time: Some(f64::from(number) / 60.0),
        ..Default::default()
    };
    let mut primitives = Vec::new();
    let mut output = None;
    let time = thread_time(|| {
        let mut full = ctx.run_ui(input.take(), &mut ui);
        primitives = ctx.tessellate(std::mem::take(&mut full.shapes), full.pixels_per_point);
        output = Some(full);
    });
    if let Some(output) = output {
        output.drop_without_applying_deltas();
    }
    let n_corners = primitives
        .iter()
        .map(|clipped| match &clipped.primitive {
            Primitive::Mesh(mesh) => mesh.vertices.len(),
            Primitive::Callback(_) => 0,
        })
        .sum();
    (time, n_corners)
}

/// Stops unless a grid was drawn: a bench of nothing would pass.
fn assert_grid(n_corners: usize) {
    // two hex digits and a character a byte, four corners each; blanks may have none
    let least = usize::try_from(N_ROWS).unwrap_or(0) * usize::from(N_COLUMNS) * 10;
    assert!(n_corners >= least, "only {n_corners} corners were drawn");
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn micros(time: Duration) -> String {
    format!("{:8.0} microseconds", time.as_secs_f64() * 1e6)
}

/// How long this thread was on a processor in `work`.
fn thread_time(work: impl FnOnce()) -> Duration {
    let start = now();
    work();
    now().saturating_sub(start)
}

#[cfg(unix)]
fn now() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the pointer is to a timespec of ours, which lives longer than the call and nobody else uses.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(status, 0, "clock_gettime(2) with the thread's clock");
    let seconds = u64::try_from(time.tv_sec).expect("a time since the thread began");
    let nanos = u32::try_from(time.tv_nsec).expect("less than a second");
    Duration::new(seconds, nanos)
}

#[cfg(not(unix))]
fn now() -> Duration {
    static BEGAN: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    BEGAN.get_or_init(std::time::Instant::now).elapsed()
}
