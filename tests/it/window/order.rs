//! Several files asked for together: their tabs stand in the order that they were asked for, whichever opens first: one
//! that hangs on its storage opens last, or never.

use std::path::PathBuf;

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::bytes::Span;
use mapscope::map::{Access, Identity, Mode};
use mapscope::model::event::{Event, Opened, Remapped};
use mapscope::model::{App, DocId, Effect, OpenRequest, Settings};
use mapscope::ui::{Frame, Theme, WindowState, window_ui};

/// The names on the tabs, from left to right.
fn names<State>(window: &Harness<'_, State>) -> Vec<String> {
    let tabs = window.query_all_by_role(Role::Tab).filter_map(|tab| {
        let name = tab.accesskit_node().label()?;
        let is_file = name.split_once('.').is_some_and(|(_, end)| end == "bin");
        is_file.then_some((tab.rect().left(), name))
    });
    let mut tabs: Vec<_> = tabs.collect();
    tabs.sort_by(|one, other| one.0.total_cmp(&other.0));
    tabs.into_iter().map(|(_, name)| name).collect()
}

/// The model, and what is drawn of it.
struct Drawn {
    app: App,
    window: WindowState,
}

/// Asks for a file, which is not open before it is told.
fn ask(app: &mut App, name: &str) -> DocId {
    let mut effects = Vec::new();
    let request = OpenRequest::private(Some(PathBuf::from(name)));
    app.open_request(request, &mut effects);
    let Some(Effect::Open(doc, ..)) = effects.first() else {
        panic!("{effects:?}");
    };
    *doc
}

fn is_open(app: &mut App, doc: DocId, name: &str) {
    let mapped = Remapped {
        mode: Mode::Private,
        access: Access::ReadWrite,
        extent: Span::new(0, 64).unwrap(),
        whole: true,
        refusal: None,
    };
    let opened = Opened {
        path: PathBuf::from(name),
        scratch: None,
        identity: Identity { dev: 1, ino: doc.0 },
        mapped,
        file_len: 64,
        page_bytes: 4096,
    };
    app.take(Event::Opened(doc, Box::new(opened)));
}

fn drawn() -> Harness<'static, Drawn> {
    let state = Drawn {
        app: App::new(Settings::default()),
        window: WindowState::default(),
    };
    Harness::builder()
        .with_size([1500.0, 900.0])
        .allow_missing_glyphs()
        .build_ui_state(
            |ui, state: &mut Drawn| {
                let theme = Theme::dark();
                window_ui(ui, &Frame::new(&state.app, &theme), &mut state.window);
            },
            state,
        )
}

/// Every order of four things.
fn permutations() -> Vec<[usize; 4]> {
    let mut all = Vec::new();
    for code in 0..256_usize {
        let order = [code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6];
        if (0..4).all(|thing| order.contains(&thing)) {
            all.push(order);
        }
    }
    assert_eq!(all.len(), 24);
    all
}

#[test]
fn tabs_stand_in_the_order_asked_for_in_whatever_order_files_open() {
    let wanted = ["a.bin", "b.bin", "c.bin", "d.bin"];
    for order in permutations() {
        let mut window = drawn();
        let docs = wanted.map(|name| ask(&mut window.state_mut().app, name));
        let mut open = Vec::new();
        for at in order {
            is_open(&mut window.state_mut().app, docs[at], wanted[at]);
            window.run_steps(3); // a tab that is new is measured first
            open.push(wanted[at]);
            open.sort_unstable();
            // one alone has no row of tabs
            let rows = if open.len() > 1 { &open[..] } else { &[] };
            assert_eq!(names(&window), rows, "{order:?}");
        }
    }
}

/// Those asked for later stand beside the one that was in front then, as ever, though an earlier one still hangs.
#[test]
fn a_file_that_opens_late_takes_its_place_among_its_own() {
    let mut window = drawn();
    let [a, b, c] = ["a.bin", "b.bin", "c.bin"].map(|name| ask(&mut window.state_mut().app, name));
    is_open(&mut window.state_mut().app, a, "a.bin");
    window.step();
    is_open(&mut window.state_mut().app, c, "c.bin");
    window.step();
    let d = ask(&mut window.state_mut().app, "d.bin");
    is_open(&mut window.state_mut().app, d, "d.bin");
    window.step();
    assert_eq!(names(&window), ["a.bin", "c.bin", "d.bin"]);
    is_open(&mut window.state_mut().app, b, "b.bin");
    window.step();
    assert_eq!(names(&window), ["a.bin", "b.bin", "c.bin", "d.bin"]);
}
