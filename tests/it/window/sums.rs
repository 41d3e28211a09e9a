//! Sums in the window: computed, copied, gone to, and stale once the bytes changed.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::Command;

use egui::accesskit::Role;
use egui::{Key, Modifiers, pos2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::{Action, AppAction, MappingAction, Tab, ViewAction};

use super::support::*;

const TOOLS: [(&str, &str); 3] = [
    ("MD5", "md5sum"),
    ("SHA-1", "sha1sum"),
    ("SHA-256", "sha256sum"),
];

/// What is said of a checksum.
fn digits(window: &Window, kind: &str) -> String {
    let head = format!("{kind}: ");
    let nodes = window.root().children_recursive();
    let mut labels = nodes.filter_map(|node| node.accesskit_node().label());
    let label = labels.find(|label| label.starts_with(&head));
    label
        .map(|label| label[head.len()..].to_owned())
        .unwrap_or_default()
}

/// Some words in the window begin so.
fn says(window: &Window, head: &str) -> bool {
    window.root().children_recursive().any(|node| {
        let node = node.accesskit_node();
        let is_it = |text: Option<String>| text.is_some_and(|text| text.starts_with(head));
        is_it(node.label()) || is_it(node.value())
    })
}

/// What coreutils say of these bytes.
fn by_tool(tool: &str, bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bytes");
    fs::write(&path, bytes).unwrap();
    let output = Command::new(tool).arg(&path).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    said.split_whitespace().next().unwrap().to_owned()
}

fn show(window: &mut Window) {
    press(window, CTRL, Key::Num8);
    until(window, "the tab is shown", |window| {
        clickable(window, "Compute").is_some()
    });
}

#[track_caller]
fn compute(window: &mut Window, bytes: &[u8]) {
    click(window, "Compute");
    let expected = by_tool("sha256sum", bytes);
    until(window, "the sums are there", |window| {
        digits(window, "SHA-256") == expected
    });
}

#[test]
fn all_of_the_view_is_summed_with_its_edits() {
    let mut bytes: Vec<u8> = (0..3_000_000_u32)
        .map(|n| (n.wrapping_mul(n) >> 5).to_le_bytes()[0])
        .collect();
    let (_folder, path) = file(&bytes);
    let mut window = open(&path);
    show(&mut window);
    assert!(says(&window, "CRC-32, MD5, SHA-1 and SHA-256, how often"));
    type_bytes(&mut window, "5a5b");
    bytes[..2].copy_from_slice(&[0x5a, 0x5b]);
    compute(&mut window, &bytes);
    for (kind, tool) in TOOLS {
        assert_eq!(digits(&window, kind), by_tool(tool, &bytes), "{kind}");
    }
    assert!(says(&window, "Of all of the view, 3000000 bytes"));
    assert!(says(&window, "as of "), "no change was seen");
    clickable(&window, "Copy SHA-1").unwrap().click(); // to be seen from the first frame on
    assert_eq!(copied(&mut window), by_tool("sha1sum", &bytes));
    assert_ne!(
        fs::read(&path).unwrap()[..2],
        [0x5a, 0x5b],
        "the file is as it was"
    );
}

#[test]
fn the_selection_alone_is_summed_by_the_menu() {
    let (_folder, path) = file(b"0123456789");
    let mut window = open(&path);
    for _ in 0..2 {
        press(&mut window, PLAIN, Key::ArrowRight);
    }
    for _ in 0..3 {
        press(&mut window, Modifiers::SHIFT, Key::ArrowRight);
    }
    click(&mut window, "Go");
    until(&mut window, "the menu is open", |window| {
        clickable(window, "Compute sums").is_some()
    });
    window.run_steps(2);
    clickable(&window, "Compute sums").unwrap().click();
    until(&mut window, "they are there", |window| {
        digits(window, "MD5") == by_tool("md5sum", b"2345")
    });
    assert!(says(&window, "Of the selection, 0x2 to 0x5, 4 bytes"));
}

/// An edit, and what somebody else stores in sight, make them stale; they stand there until they are taken again.
#[test]
fn bytes_that_changed_since_are_told() {
    let bytes = [b'.'; 64];
    let (_folder, path) = file(&bytes);
    let mut window = open(&path);
    show(&mut window);
    compute(&mut window, &bytes);
    assert!(!says(&window, "The bytes changed"));
    let before = digits(&window, "MD5");
    grid(&window).focus();
    window.step();
    type_bytes(&mut window, "41");
    until(&mut window, "they are stale", |window| {
        says(window, "The bytes changed at ")
    });
    assert_eq!(digits(&window, "MD5"), before, "they stay to be seen");
    let mut edited = bytes;
    edited[0] = b'A';
    compute(&mut window, &edited);
    assert!(!says(&window, "The bytes changed"));
}

#[test]
fn what_others_store_in_sight_makes_them_stale() {
    let bytes = [b'.'; 64];
    let (_folder, path) = file(&bytes);
    let mut window = open(&path);
    show(&mut window);
    compute(&mut window, &bytes);
    let file = File::options().write(true).open(&path).unwrap();
    file.write_all_at(b"other", 40).unwrap();
    until(&mut window, "they are stale", |window| {
        says(window, "The bytes changed at ")
    });
}

/// A change beside what was summed is none of it.
#[test]
fn what_changes_elsewhere_leaves_them_as_they_are() {
    let (_folder, path) = file(&[b'.'; 64]);
    let mut window = open(&path);
    show(&mut window);
    press(&mut window, Modifiers::SHIFT, Key::ArrowRight);
    compute(&mut window, b"..");
    grid(&window).focus();
    window.step();
    for _ in 0..8 {
        press(&mut window, PLAIN, Key::ArrowRight);
    }
    type_bytes(&mut window, "41");
    until(&mut window, "it is drawn", |window| {
        row(window, 0).contains("41")
    });
    window.run_steps(5);
    assert!(says(&window, "as of ") && !says(&window, "The bytes changed"));
}

/// Mapped anew, what was taken before is told to be of the mapping before.
#[test]
fn sums_of_an_earlier_mapping_say_so() {
    let (_folder, path) = file(b"0123");
    let mut window = open(&path);
    show(&mut window);
    compute(&mut window, b"0123");
    act(&mut window, Action::Mapping(MappingAction::Remap));
    until(&mut window, "it is said", |window| {
        window.root().children_recursive().any(|node| {
            let label = node.accesskit_node().label().unwrap_or_default();
            let value = node.accesskit_node().value().unwrap_or_default();
            label.contains("before the file was mapped anew")
                || value.contains("before the file was mapped anew")
        })
    });
}

/// Sums that are under way when the file is mapped anew come to nothing.
#[test]
fn an_answer_of_another_mapping_is_dropped() {
    let (_folder, path) = terabyte();
    let mut window = open(&path);
    act(&mut window, Action::View(ViewAction::Sum));
    until(&mut window, "they run", |window| {
        doc(window)
            .view()
            .sums
            .running()
            .is_some_and(|(_, so_far)| so_far.is_some())
    });
    act(&mut window, Action::Mapping(MappingAction::Remap));
    until(&mut window, "they are gone", |window| {
        doc(window).view().sums.running().is_none()
    });
    window.run_steps(20);
    assert!(doc(&window).view().sums.last().is_none());
}

/// A file of a tebibyte of holes.
fn terabyte() -> (tempfile::TempDir, std::path::PathBuf) {
    let (folder, path) = file(b"");
    let file = File::options().write(true).open(&path).unwrap();
    file.set_len(1 << 40).unwrap();
    (folder, path)
}

/// Sums of a terabyte are told from the start, and stopped; in another tab they stand in the status line.
#[test]
fn they_are_told_while_they_run_and_stopped() {
    let (_folder, path) = terabyte();
    let mut window = open(&path);
    act(&mut window, Action::View(ViewAction::Sum));
    until(&mut window, "the first are told", |window| {
        says(window, "Entropy so far: 0.000 of 8 bits a byte")
    });
    assert!(says(&window, "Summing: "));
    act(&mut window, Action::App(AppAction::ShowTab(Tab::Lookups)));
    until(&mut window, "the status line has it", |window| {
        status(window)
            .iter()
            .any(|words| words.starts_with("Summing: "))
    });
    click(&mut window, "Stop");
    until(&mut window, "nothing runs", |window| {
        doc(window).view().sums.running().is_none() && !says(window, "Summing: ")
    });
    show(&mut window);
}

/// What cannot be read is told in place of digits.
#[test]
fn a_file_that_was_cut_has_no_digits() {
    let (_folder, path) = file(&vec![1; 20_000]);
    let mut window = open(&path);
    show(&mut window);
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(100)
        .unwrap();
    click(&mut window, "Compute");
    until(&mut window, "it is told", |window| {
        says(
            window,
            "No checksums, as 19900 bytes (19.4 KiB) could not be read:",
        )
    });
    assert!(says(&window, "0x64 to 0x4e1f: "));
    assert!(clickable(&window, "Copy CRC-32").is_none());
    assert_eq!(digits(&window, "CRC-32"), "", "it is said once");
}

/// The charts: what is pointed at is told, and a click along the entropy goes there.
#[test]
fn the_charts_are_pointed_at_and_lead_to_their_bytes() {
    let mut bytes = vec![b'A'; 400_000];
    for (byte, value) in bytes[200_000..].iter_mut().zip((0..=u8::MAX).cycle()) {
        *byte = value;
    }
    let (_folder, path) = file(&bytes);
    let mut window = open(&path);
    show(&mut window);
    compute(&mut window, &bytes);
    let place = |window: &Window, head: &str| {
        let mut nodes = window.root().children_recursive();
        let is_it = |node: &egui_kittest::Node<'_>| {
            let label = node.accesskit_node().label();
            label.is_some_and(|label| label.starts_with(head))
        };
        nodes.find(is_it).unwrap_or_else(|| panic!("{head}")).rect()
    };
    let bars = place(
        &window,
        "Histogram: 256 different bytes, most often 41 'A': ",
    );
    window.hover_at(pos2(
        bars.left() + bars.width() * 65.5 / 256.0,
        bars.center().y,
    ));
    let n = bytes.split(|byte| *byte == b'A').count() - 1;
    until(&mut window, "the bar is told", |window| {
        says(window, &format!("41 'A': {n} times, "))
    });
    let line = place(
        &window,
        "Entropy along the bytes, 98 blocks of 4096 bytes: 0.00 to 8.00",
    );
    let at = pos2(line.left() + line.width() * 0.75, line.top() + 20.0);
    window.hover_at(at);
    until(&mut window, "the place is told", |window| {
        says(window, "0x49000: 8.00 bits a byte")
    });
    for pressed in [true, false] {
        window.event(egui::Event::PointerButton {
            pos: at,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: PLAIN,
        });
        window.step();
    }
    until(&mut window, "the cursor is there", |window| {
        doc(window).view().viewport.cursor == 0x49000
    });
}

/// Chooses `item` of the menu `menu`.
fn choose(window: &mut Window, menu: &str, item: &str) {
    click(window, menu);
    until(window, "the menu is open", |window| {
        clickable(window, item).is_some()
    });
    window.run_steps(2);
    clickable(window, item).unwrap().click();
    window.step();
}

#[test]
fn the_selected_bytes_alone_are_saved_as_the_view_shows_them() {
    let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(20_000).collect();
    let (folder, path) = file(&bytes);
    let mut window = open(&path);
    go_to(&mut window, 5000);
    type_bytes(&mut window, "ab");
    look_up(&mut window, "4999..=9001");
    press(&mut window, PLAIN, Key::Enter);
    until(&mut window, "it is selected", |window| {
        doc(window).view().viewport.selection().len() == 4003
    });
    choose(&mut window, "File", "Save selection as\u{2026}");
    let to = folder.path().join("part");
    save_to(&mut window, &to);
    until(&mut window, "it is told", |window| {
        is_told(window, &["4003 bytes of data.bin, as shown"])
    });
    let mut expected = bytes[4999..=9001].to_vec();
    expected[1] = 0xab;
    assert!(fs::read(&to).unwrap() == expected);
    assert!(fs::read(&path).unwrap() == bytes, "the file is as it was");
}

/// Pastes the file at `from`.
fn paste_file(window: &mut Window, from: &Path) {
    choose(window, "Edit", "Paste from a file at the cursor\u{2026}");
    until(window, "it is asked which", |window| {
        let field = window.query_by_role_and_label(Role::TextInput, "File to paste");
        field.is_some_and(|field| field.is_focused())
    });
    type_text(window, from.to_str().unwrap());
    press(window, PLAIN, Key::Enter);
}

#[test]
fn a_file_is_pasted_as_one_edit() {
    let (folder, path) = file(&[b'.'; 100]);
    let from = folder.path().join("from");
    fs::write(&from, b"pasted").unwrap();
    let mut window = open(&path);
    go_to(&mut window, 94);
    paste_file(&mut window, &from);
    until(&mut window, "it is stored", |window| {
        row(window, 96).contains(" 73 74 65 64 ") && doc(window).view().viewport.cursor == 99
    });
    assert_eq!(doc(&window).view().journal.edits().len(), 1);
    grid(&window).focus();
    window.step();
    press(&mut window, CTRL, Key::Z);
    until(&mut window, "it is taken back as one", |window| {
        row(window, 96).contains(" 2e 2e 2e 2e ")
    });
    assert_eq!(fs::read(&path).unwrap(), [b'.'; 100]);
}

#[test]
fn a_file_that_has_no_room_or_cannot_be_read_is_refused_in_words() {
    let (folder, path) = file(&[b'.'; 100]);
    let at = |name: &str| folder.path().join(name);
    fs::write(at("seven"), b"seven..").unwrap();
    fs::write(at("empty"), b"").unwrap();
    fs::write(at("large"), vec![1; (1 << 20) + 1]).unwrap();
    fs::create_dir(at("folder")).unwrap();
    let made = Command::new("mkfifo").arg(at("fifo")).status().unwrap();
    assert!(made.success());
    let mut window = open(&path);
    go_to(&mut window, 94);
    for (name, parts) in [
        (
            "seven",
            &["has 7 bytes and there is room for 6 from 0x5e on"][..],
        ),
        ("empty", &["Nothing was pasted", "is empty"]),
        ("large", &["Nothing was pasted", "1048577 bytes", "1 MiB"]),
        ("folder", &["Nothing was pasted", "no regular file"]),
        ("fifo", &["Nothing was pasted", "no regular file"]),
        ("absent", &["Nothing was pasted", "ENOENT"]),
    ] {
        paste_file(&mut window, &at(name));
        until(&mut window, name, |window| is_told(window, parts));
    }
    // A selection is not passed either.
    look_up(&mut window, "10..=12");
    press(&mut window, PLAIN, Key::Enter);
    until(&mut window, "it is selected", |window| {
        doc(window).view().viewport.selection().len() == 3
    });
    paste_file(&mut window, &at("seven"));
    until(&mut window, "it is told", |window| {
        is_told(window, &["has 7 bytes and there is room for 3 from 0xa on"])
    });
    assert_eq!(doc(&window).view().journal.edits().len(), 0);
}

/// In the smallest window all of it can be reached, and nothing stands out at the side.
#[test]
fn it_stands_in_a_small_window() {
    let (_folder, path) = file(&[7; 5000]);
    let mut window = open(&path);
    window.set_size(vec2(700.0, 420.0));
    show(&mut window);
    compute(&mut window, &[7; 5000]);
    for node in window.root().children_recursive() {
        let label = node.accesskit_node().label().unwrap_or_default();
        if ["SHA-256: ", "Copy SHA", "Entropy along", "Histogram: "]
            .iter()
            .any(|head| label.starts_with(head))
        {
            assert!(node.rect().right() <= 700.0, "{label} at {}", node.rect());
        }
    }
}
