//! Opening: by path, by drop, by dialog's answer; what cannot be opened is refused in words and the open file stays.

use super::support::*;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui::{Key, ViewportCommand, ViewportEvent, ViewportId};
use egui_kittest::kittest::Queryable as _;
use mapscope::bytes::escape::escape_path;
use mapscope::model::{Action, Doc, FileAction, MappingAction, Topic};
use tempfile::TempDir;

#[test]
fn what_cannot_be_opened_is_refused_and_the_sample_stays() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("empty"), "").unwrap();
    let fifo = std::process::Command::new("mkfifo")
        .arg(at("fifo"))
        .status();
    assert!(fifo.unwrap().success());
    let _socket = UnixListener::bind(at("socket")).unwrap();
    std::os::unix::fs::symlink(at("loop"), at("loop")).unwrap();
    let mut window = sample();
    type_bytes(&mut window, "5a");
    let refused: [(PathBuf, &[&str]); 10] = [
        (folder.path().to_owned(), &["directory", "EISDIR"]),
        (at("fifo"), &["FIFO", "ENODEV"]),
        (at("socket"), &["socket", "ENXIO"]),
        (PathBuf::from("/dev/null"), &["device", "ENODEV"]),
        (at("empty"), &["empty", "EINVAL"]),
        (
            PathBuf::from("/proc/cpuinfo"),
            &["/proc/cpuinfo", "kernel makes this file up", "(E"],
        ),
        (at("nothing"), &["no such file", "ENOENT"]),
        (
            folder.path().join(OsStr::from_bytes(b"no\xffthing")),
            &["no such file", "ENOENT"],
        ),
        (at("empty/below"), &["ENOTDIR"]),
        (at("loop"), &["ELOOP"]),
    ];
    for (path, parts) in refused {
        let started = Instant::now();
        act(&mut window, Action::File(FileAction::Open(path.clone())));
        let shown = escape_path(&path);
        until(
            &mut window,
            &format!("{} is refused with {parts:?}", path.display()),
            |window| {
                let has_path = is_told(window, &[shown.as_str()]);
                has_path && parts.iter().all(|part| is_told(window, &[part]))
            },
        );
        assert!(started.elapsed() < Duration::from_secs(2), "{shown}");
        assert!(doc(&window).is_sample());
        assert_eq!(doc(&window).view().journal.pending_bytes(), 1);
        assert!(row(&window, 0).starts_with("00000000 5a 42 "));
        assert!(model(&window).incoming.is_empty());
        let said = notice(&window, Topic::Error);
        assert!(!said.contains('\n') && !said.ends_with('.'), "{said}");
        press(&mut window, PLAIN, Key::Escape);
        until(&mut window, "the message goes by Escape", |window| {
            notice(window, Topic::Error).is_empty()
        });
    }
    press(&mut window, CTRL, Key::Z);
    until(&mut window, "and the edit can still be undone", |window| {
        row(window, 0).starts_with("00000000 41 42 ")
    });
}

#[test]
fn a_refused_file_at_the_start_leads_to_the_sample_with_the_reason() {
    let path = Path::new("/nowhere/at/all");
    let mut window = start(mapscope::model::OpenRequest::private(Some(path.to_owned())));
    until(
        &mut window,
        "the sample is there with the reason",
        |window| {
            row(window, 0).starts_with("00000000 41 42 ")
                && is_told(window, &["ENOENT", "/nowhere/at/all"])
        },
    );
}

#[test]
fn a_dropped_file_is_opened() {
    let (_folder, path) = file(b"dropped");
    let mut window = sample();
    window.input_mut().hovered_files = vec![egui::HoveredFile {
        path: Some(path.clone()),
        ..Default::default()
    }];
    window.step();
    window.input_mut().hovered_files.clear();
    drop_files(&mut window, [path.clone()]);
    until(&mut window, "it is open", |window| doc(window).path == path);
    until(&mut window, "it is shown", |window| {
        row(window, 0).contains("64 72 6f 70")
    });
    assert!(!doc(&window).is_sample());
}

#[test]
fn a_path_is_typed_with_completion() {
    let (folder, path) = file(b"typed");
    let mut window = sample();
    press(
        &mut window,
        egui::Modifiers {
            shift: true,
            ..CTRL
        },
        Key::O,
    );
    until(&mut window, "the path field has the keyboard", |window| {
        field(window, "Path").is_focused()
    });
    let typed = format!("{}/data", folder.path().display());
    type_text(&mut window, &typed);
    until(&mut window, "it is completed", |window| {
        window.query_by_label(&path.display().to_string()).is_some()
    });
    type_text(&mut window, ".bin");
    press(&mut window, PLAIN, Key::Enter);
    until(&mut window, "it is open", |window| doc(window).path == path);
    until(&mut window, "the grid has the keyboard", |window| {
        grid(window).is_focused()
    });
}

#[test]
fn closing_with_edits_asks_first() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    type_bytes(&mut window, "5a");
    press(&mut window, CTRL, Key::W);
    until(&mut window, "it is asked", |window| {
        is_told(
            window,
            &[
                "1 byte is edited privately in data.bin",
                "about to be closed",
            ],
        )
    });
    click(&mut window, "Cancel");
    assert_eq!(doc(&window).view().journal.pending_bytes(), 1);
    assert_eq!(notice(&window, Topic::Unsaved), "");
    press(&mut window, CTRL, Key::W);
    until(&mut window, "it is asked", |window| {
        is_told(window, &["about to be closed"])
    });
    click(&mut window, "Export it");
    until(&mut window, "the sample is back", |window| {
        model(window).doc().is_some_and(Doc::is_sample)
    });
    let list = fs::read_to_string(path.with_file_name("data.bin.edits.txt")).unwrap();
    assert!(list.contains("0x0\t41\t5a\tprivate\tapplied"), "{list}");
    assert_eq!(fs::read(&path).unwrap(), [b'A'; 64]);
}

#[test]
fn quitting_with_edits_asks_first() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    type_bytes(&mut window, "5a");
    press(&mut window, CTRL, Key::Q);
    until(&mut window, "it is asked", |window| {
        is_told(window, &["window is about to close"])
    });
    assert!(!commands(&window).contains(&ViewportCommand::Close));
    click(&mut window, "Cancel");
    // the same by the frame's own button
    let root = window
        .input_mut()
        .viewports
        .entry(ViewportId::ROOT)
        .or_default();
    root.events.push(ViewportEvent::Close);
    window.step();
    assert!(
        commands(&window).contains(&ViewportCommand::CancelClose),
        "the window would be gone"
    );
    until(&mut window, "it is asked", |window| {
        is_told(window, &["window is about to close"])
    });
    let mut closed = false;
    let buttons: Vec<_> = window.query_all_by_label("Write it to the file").collect();
    buttons.last().unwrap().click();
    until(
        &mut window,
        "it is written and the window closes",
        |window| {
            closed |= commands(window).contains(&ViewportCommand::Close);
            closed && fs::read(&path).unwrap()[0] == b'Z'
        },
    );
}

#[test]
fn quitting_without_edits_or_with_the_samples_asks_nothing() {
    let mut window = sample();
    type_bytes(&mut window, "5a");
    window.key_down_modifiers(CTRL, Key::Q);
    window.run_steps(3);
    let root = window
        .input_mut()
        .viewports
        .entry(ViewportId::ROOT)
        .or_default();
    root.events.push(ViewportEvent::Close);
    window.step();
    assert!(!commands(&window).contains(&ViewportCommand::CancelClose));
    assert!(notice(&window, Topic::Unsaved).is_empty());
}

#[test]
fn a_part_of_a_file_is_shown_with_the_files_offsets() {
    let (_folder, path) = file(&[b'A'; 3 * 4096]);
    let mut window = open(&path);
    go_to(&mut window, 5000);
    for _ in 0..9 {
        press(&mut window, egui::Modifiers::SHIFT, Key::ArrowRight);
    }
    let selection = doc(&window).view().viewport.selection();
    act(
        &mut window,
        Action::Mapping(MappingAction::SetWindow(Some(selection))),
    );
    until(&mut window, "only the selection is mapped", |window| {
        doc(window).view().viewport.extent == selection
            && row(window, 5000).starts_with("00001388 41 ")
    });
    press(&mut window, CTRL, Key::Home);
    assert_eq!(doc(&window).view().viewport.cursor, 5000);
    type_bytes(&mut window, "5a");
    press(&mut window, CTRL, Key::S);
    until(&mut window, "it is written where it belongs", |_| {
        let bytes = fs::read(&path).unwrap();
        bytes[5000] == b'Z' && bytes.iter().filter(|byte| **byte != b'A').count() == 1
    });
}

#[test]
fn names_of_any_kind_are_opened_and_shown() {
    let folder = TempDir::new().unwrap();
    for name in [
        &b"no\xffutf8"[..],
        b"line\nbreak",
        b" blanks ",
        b"\xea\xb0\x80.bin",
    ] {
        let path = folder.path().join(OsStr::from_bytes(name));
        fs::write(&path, b"abc").unwrap();
        let mut window = start(mapscope::model::OpenRequest::private(Some(path.clone())));
        until(&mut window, "it is open", |window| {
            row(window, 0).contains("61 62 63")
        });
        assert!(!model(&window).title().contains('\n'));
        assert_eq!(doc(&window).path, path);
    }
}
