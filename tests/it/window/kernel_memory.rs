//! A file whose pages are the kernel's own memory, in the window: it is shown and looked up, and each way to write is
//! refused in words.

use super::support::*;
use crate::skip::skip_part;
use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::Command;

use egui::{Key, Modifiers};
use mapscope::model::{Access, Action, DocAction, Mode, Topic};

const TYPES: &str = "/sys/kernel/btf/vmlinux";
/// What is said of every way to write: the cause, and what works.
const READING_ONLY: &str = "for reading only: Permission denied (EACCES); it can be looked at (private, read-only): /sys/kernel/btf/vmlinux";

/// The window on it; `None`, said, where there is no such file that can be mapped (Linux 6.16), which another program
/// than ours finds out.
fn types(test: &str) -> Option<Window> {
    let program = "import mmap, sys\n\
        f = open(sys.argv[1], 'rb')\n\
        mmap.mmap(f.fileno(), 4096, mmap.MAP_PRIVATE, mmap.PROT_READ)\n";
    let maps = Command::new("python3")
        .args(["-c", program, TYPES])
        .output();
    if !maps.is_ok_and(|output| output.status.success()) {
        skip_part(test, &format!("no {TYPES} that can be mapped"));
        return None;
    }
    Some(open(Path::new(TYPES)))
}

/// What a person does who wants to write.
type Asks = fn(&mut Window);

/// A row of the grid as the file has it.
fn row_of_file(offset: u64) -> String {
    let file = File::open(TYPES).unwrap();
    let mut bytes = [0; 16];
    let n_bytes = file.read_at(&mut bytes, offset).unwrap();
    let hex = bytes.iter().take(n_bytes);
    let hex: Vec<String> = hex.map(|byte| format!("{byte:02x}")).collect();
    format!("{offset:08x} {}", hex.join(" "))
}

/// The way it is mapped, whatever was asked for.
fn is_private_and_read_only(window: &Window) -> bool {
    let view = doc(window).view();
    (view.mode, view.access) == (Mode::Private, Access::ReadOnly)
}

fn len() -> u64 {
    fs::metadata(TYPES).unwrap().len()
}

#[test]
fn the_kernels_own_memory_is_shown_from_the_first_byte_to_the_last() {
    let Some(mut window) = types("the_kernels_own_memory_is_shown") else {
        return;
    };
    assert!(is_private_and_read_only(&window), "{}", state(&window));
    assert_eq!(
        model(&window).title(),
        "vmlinux \u{2014} PRIVATE read-only \u{2014} mapscope"
    );
    assert!(is_told(&window, &[READING_ONLY]), "{}", state(&window));
    let last = (len() - 1) / 16 * 16;
    for offset in [0, 0x10, 4096 - 16, 4096, last] {
        go_to(&mut window, offset);
        let wanted = row_of_file(offset);
        until(&mut window, &format!("row {wanted:?}"), |window| {
            rows(window).iter().any(|row| row.starts_with(&wanted))
        });
    }
    let byte = &row_of_file(last)[9..11];
    until(&mut window, "pread reads the same", |window| {
        let said = witness(window, CALLS);
        said.starts_with(byte)
    });
    // What cannot be known is said to be so, and what cannot be had says why.
    let own = "this memory is the kernel's own: no pages of a file";
    assert!(witness(&window, VIEW).contains(own));
    for title in [SECOND, SHARED_PEER] {
        until(&mut window, &format!("{title} says why not"), |window| {
            witness(window, title).contains("Permission denied (EACCES)")
        });
    }
}

#[test]
fn lookups_in_the_kernels_own_memory_are_answered() {
    let Some(mut window) = types("lookups_in_the_kernels_own_memory_are_answered") else {
        return;
    };
    let last = len() - 1;
    let past = len();
    for (asked, answer) in [
        ("0", "Received char at 0 is 0x9f".to_owned()),
        ("$-1", format!("Received char at {last} is 0x00")),
        (
            "0..4",
            "Received 4 bytes at 0x0..0x4 (0 to 3), page 0: 9f eb 01 00".to_owned(),
        ),
        (
            &format!("{past}"),
            format!("Received invalid index {past}: past the end; valid indexes are 0 to {last}"),
        ),
    ] {
        look_up(&mut window, asked);
        until(&mut window, &format!("answer {answer:?}"), |window| {
            status(window).iter().any(|said| said.starts_with(&answer))
        });
        press(&mut window, PLAIN, Key::Escape);
    }
}

#[test]
fn every_way_to_write_the_kernels_own_memory_is_refused_in_words() {
    let Some(mut window) = types("every_way_to_write_the_kernels_own_memory") else {
        return;
    };
    let first_rows = |window: &Window| rows(window).into_iter().take(8).collect::<Vec<_>>();
    let shown = first_rows(&window);
    let ways: [(&str, Asks); 3] = [
        ("a typed byte", |window| type_text(window, "41")),
        ("shared", |window| press(window, CTRL, Key::T)),
        ("read-write", |window| {
            let ctrl_shift = Modifiers {
                shift: true,
                ..CTRL
            };
            press(window, ctrl_shift, Key::T);
        }),
    ];
    for (what, asked) in ways {
        let words = "Permission denied (EACCES); it can be looked at (private, read-only)";
        act(&mut window, Action::Doc(DocAction::Dismiss(Topic::Error)));
        until(&mut window, &format!("{what}: hidden before"), |window| {
            notice(window, Topic::Error).is_empty()
        });
        asked(&mut window);
        until(&mut window, &format!("{what} is refused"), |window| {
            // of this way, not of what a process said of its own
            let said = notice(window, Topic::Error);
            said.contains(words) && said.contains(TYPES) && is_told(window, &[words, TYPES])
        });
        assert!(is_private_and_read_only(&window), "{what}");
        assert!(doc(&window).view().journal.edits().is_empty(), "{what}");
        assert!(!doc(&window).has_unsaved(), "{what}");
        until(&mut window, "the same bytes as before", |window| {
            first_rows(window) == shown
        });
    }
    // A witness stores no less in vain.
    for title in [CALLS, PRIVATE_PEER] {
        write_as(&mut window, title);
        until(&mut window, &format!("{title} is refused"), |window| {
            witness(window, title).contains("; Not written: ")
        });
    }
    assert_eq!(first_rows(&window), shown);
}
