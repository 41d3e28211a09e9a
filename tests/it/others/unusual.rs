//! Files where a process's lists tell less, or something else, than elsewhere: the kernel's own memory, btrfs, overlayfs.

use std::ffi::OsStr;

use mapscope::map::Sameness;

use super::*;
use crate::machine::{Mounted, run};

/// The kernel's own memory, where a file of it can be mapped.
const KERNELS: &str = "/sys/kernel/btf/vmlinux";

#[test]
fn of_the_kernels_own_memory_nothing_is_told_and_nothing_is_claimed() {
    let path = Path::new(KERNELS);
    let mut program = Program::start();
    let way = json!(["map_read_only", KERNELS, "private"]);
    if program.try_ask(&way).is_err() {
        crate::skip::skip(&format!("no {KERNELS} that can be mapped"));
        return;
    }
    program.ask(&json!(["read", 0, 0]));
    let watched = Watched::through(path, 0, Mode::Private);
    let process = watched.with(program.pid, 1);
    let page = &process.mappings[0].pages[0];
    // It has touched the page, and its page table looks as if it had not.
    assert_eq!(page.fact, Err(Unavailable::NoFilePages));
    assert_eq!(page.seen, SeenBytes::NotTold(Unavailable::NoFilePages));
}

/// Yama lets a user look at pages of programs that are not its children, and not at their bytes.
#[test]
fn what_the_kernel_lets_us_read_of_strangers_is_read() {
    let (_dir, path) = file(1);
    let scope = fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope");
    let scope = scope.map_or(0, |scope| scope.trim().parse::<u32>().unwrap());
    // Started by a shell that ends: nobody's child that could be ours.
    let mut program = Program::start();
    program.map(&path, "shared");
    program.ask(&json!(["read", 0, 5]));
    let output = Command::new(mapscope())
        .args(["who", "--json", text(&path), "5"])
        .output()
        .unwrap();
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut rows = said["rows"].as_array().unwrap().iter();
    let row = rows.find(|row| row["pid"] == program.pid).expect("its row");
    assert_eq!(row["memory"]["is"], "file-page");
    let sees = &row["sees"];
    if scope == 0 || is_root() {
        assert_eq!(
            (&sees["is"], &sees["bytes"]),
            (&json!("bytes"), &json!("05"))
        );
    } else {
        assert_eq!(
            (&sees["is"], &sees["bytes"]),
            (&json!("hidden"), &Value::Null)
        );
        assert!(sees["why"].as_str().is_some(), "{row}");
    }
}

fn btrfs(image: &Path) -> Result<Mounted, Box<dyn std::error::Error>> {
    Mounted::made_by("mkfs.btrfs", image, 128 << 20, &[])
}

#[test]
fn a_file_of_another_subvolume_is_not_taken_for_this_one() {
    let dir = tempfile::tempdir().unwrap();
    if !is_root() {
        return; // root does it
    }
    let name = "a_file_of_another_subvolume";
    let Some(mounted) = Mounted::or_skip(name, || btrfs(&dir.path().join("image"))) else {
        return;
    };
    let paths = ["left", "right"].map(|name| {
        let folder = mounted.path().join(name);
        let args = ["subvolume", "create"].map(OsStr::new);
        run("btrfs", &[&args[..], &[folder.as_os_str()]].concat()).unwrap();
        let path = folder.join("bytes.bin");
        fs::write(&path, vec![name.as_bytes()[0]; PAGE]).unwrap();
        path
    });
    let mut programs = [Program::start(), Program::start()];
    for (program, path) in programs.iter_mut().zip(&paths) {
        program.map(path, "shared");
        program.ask(&json!(["read", 0, 0]));
        program.ask(&json!(["open", text(path), "read"]));
    }
    // Device and inode are the same in the lists of both.
    let key = |program: &Program, path: &Path| {
        let maps = fs::read_to_string(format!("/proc/{}/maps", program.pid)).unwrap();
        let line = maps.lines().find(|line| line.ends_with(text(path)));
        let words: Vec<&str> = line.unwrap().split_whitespace().collect();
        (words[3].to_owned(), words[4].to_owned())
    };
    assert_eq!(key(&programs[0], &paths[0]), key(&programs[1], &paths[1]));
    for own in [0, 1] {
        let watched = Watched::new(&paths[own], 0);
        let process = watched.with(programs[own].pid, 1);
        assert_eq!(process.mappings[0].sameness, Sameness::Proven);
        assert_eq!(byte(&process.mappings[0]), Some(b"lr"[own]));
        assert_eq!(process.n_open, 1);
        let others = watched.whole();
        assert!(of(&others, programs[1 - own].pid).is_none(), "{others:?}");
    }
    drop(programs);
}

#[test]
fn a_mapping_from_before_a_file_was_copied_up_is_not_said_to_be_of_it() {
    let name = "a_mapping_from_before_a_file_was_copied_up";
    if !is_root() {
        return; // root does it
    }
    let dir = tempfile::tempdir().unwrap();
    let overlay = || Mounted::overlay(dir.path());
    let Some(mounted) = Mounted::or_skip(name, overlay) else {
        return;
    };
    let path = mounted.path().join("bytes.bin");
    let mut early = Program::start();
    early.ask(&json!(["map_read_only", text(&path), "shared"]));
    early.ask(&json!(["read", 0, 0]));
    // Copied up by the first that may write it.
    fs::OpenOptions::new().write(true).open(&path).unwrap();
    let mut late = Program::start();
    late.map(&path, "shared");
    late.ask(&json!(["store", 0, 0, 0x5a]));
    let watched = Watched::new(&path, 0);
    let others = watched.until("one that has it is read", |others| {
        of(others, late.pid).is_some_and(|it| byte(&it.mappings[0]) == Some(0x5a))
    });
    // The lower layer's page is another one, though device and inode may be the same: of neither is it claimed.
    for process in &others.processes {
        for mapping in &process.mappings {
            assert_eq!(mapping.sameness, Sameness::OtherLayer, "{others:?}");
        }
    }
    if let Some(early) = of(&others, early.pid) {
        assert_eq!(byte(&early.mappings[0]), Some(b'L'), "it sees what it sees");
    }
}
