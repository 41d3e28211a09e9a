//! The end of the window, wanted or not, and what it leaves behind.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::rig::program::is_alive;
use crate::rig::{Program, Stage, until, within};

/// The answers to the question what becomes of private edits, from left to right.
const DROP: usize = 2;
const CANCEL: usize = 3;

#[test]
fn closing_with_edits_asks() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let path = stage.file("edited.bin", b"as it was");
    let mut program = Program::start(&stage, &[&path]);
    program.learn_grid();
    stage.types("99");
    let title = "* edited.bin \u{2014} PRIVATE read-write \u{2014} mapscope";
    program.until_title(title);

    // by the program's own key and by the window manager's
    for key in ["ctrl+q", "alt+F4"] {
        stage.keys(&[key]);
        assert_eq!(program.question().len(), 4, "{key}");
        program.answer(CANCEL);
        assert!(program.is_running(), "{key}");
        assert_eq!(program.title(), title, "{key}");
    }
    stage.keys(&["alt+F4"]);
    program.question();
    program.answer(DROP);
    assert!(program.until_end().success());
    assert_eq!(fs::read(&path).unwrap(), b"as it was");
}

#[test]
fn closing_leaves_nothing_behind() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    for key in ["ctrl+q", "alt+F4"] {
        let mut program = Program::start(&stage, &[] as &[&str]);
        program.learn_grid();
        let peers = two_peers(&program);
        assert!(program.scratch_file().exists());
        stage.keys(&[key]);
        let status = program.until_end();
        assert!(status.success(), "{key}: {status}");
        until_gone(&peers);
        let left: Vec<_> = fs::read_dir(stage.tmp()).unwrap().flatten().collect();
        assert!(left.is_empty(), "{key}: {left:?}");
    }
}

#[test]
fn peers_and_scratch_files_go_with_a_killed_program() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let mut program = Program::start(&stage, &[] as &[&str]);
    let peers = two_peers(&program);
    let left_behind = program.scratch_file();
    program.until("keeper of the scratch file", |program| {
        (program.keepers().len() == 1).then_some(())
    });
    program.kill();
    until_gone(&peers);
    until("end of the scratch folder", || {
        let folder = left_behind.parent().expect("a folder");
        (!folder.exists()).then_some(())
    });
}

/// Where the keeper is killed too, the next start cleans up.
#[test]
fn the_next_program_cleans_up() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let mut killed = Program::start(&stage, &[] as &[&str]);
    let left_behind = killed.scratch_file();
    let keeper = killed.until("keeper of the scratch file", |program| {
        program.keepers().first().copied()
    });
    // The keeper first, so that it does not do its work.
    let sent = std::process::Command::new("kill")
        .args(["-KILL", &keeper.to_string()])
        .status();
    assert!(sent.expect("kill(1)").success());
    killed.kill();
    assert!(left_behind.exists());
    let _program = Program::start(&stage, &[] as &[&str]);
    until("end of what the killed one left", || {
        (!left_behind.exists()).then_some(())
    });
}

/// Storage that never answers: a file system in user space (fuse(4)) that nobody serves. It goes with this value.
struct Silent {
    folder: PathBuf,
    /// As long as it is open, what asks is made to wait.
    _device: File,
}

impl Silent {
    /// Mounts it; `None`, loudly, where that is not allowed.
    fn mount(parent: &Path) -> Option<Self> {
        let folder = parent.join("silent");
        fs::create_dir(&folder).unwrap();
        let device = File::options().read(true).write(true).open("/dev/fuse");
        let mounted = device.and_then(|device| {
            let done = Command::new("mount")
                .args(["-i", "-t", "fuse", "-o"])
                .arg("fd=0,rootmode=40000,user_id=0,group_id=0,allow_other")
                .arg("mapscope-silent")
                .arg(&folder)
                .stdin(Stdio::from(device.try_clone()?))
                .stderr(Stdio::null())
                .status()?;
            Ok(done.success().then_some(device))
        });
        let Ok(Some(device)) = mounted else {
            assert!(!crate::rig::is_required(), "fuse cannot be mounted");
            // not by eprintln, which a test that passes keeps to itself
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED: storage that does not answer, as fuse cannot be mounted"
            );
            return None;
        };
        Some(Self {
            folder,
            _device: device,
        })
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.folder).status();
    }
}

#[test]
fn storage_that_does_not_answer_holds_neither_the_window_nor_the_program() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let Some(silent) = Silent::mount(stage.folder()) else {
        return;
    };
    let sound = stage.file("sound.bin", b"sound");
    let file = silent.folder.join("silent.bin");
    let mut program = Program::start(&stage, &[&sound, &file]);
    program.learn_grid();
    program.until_title("sound.bin \u{2014} PRIVATE read-write \u{2014} mapscope");
    let peers = two_peers(&program);
    stage.keys(&["ctrl+q"]);
    // the window first: what is waited for holds the program a little
    let window_went_first = within(Duration::from_secs(4), || {
        let is_running = program.is_running();
        (!is_running || program.title().is_empty()).then_some(is_running)
    });
    assert_eq!(window_went_first, Some(true), "{}", program.said());
    let ended = within(Duration::from_secs(4), || {
        (!program.is_running()).then_some(())
    });
    assert!(ended.is_some(), "it waits: {}", program.said());
    assert!(program.until_end().success());
    let said = program.said();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(
        said.starts_with("mapscope: the storage of ") && said.contains("silent/silent.bin"),
        "{said}"
    );
    until_gone(&peers);
}

#[track_caller]
fn two_peers(program: &Program<'_>) -> Vec<u32> {
    program.until("two peers", |program| {
        let peers = program.peers();
        (peers.len() == 2).then_some(peers)
    })
}

#[track_caller]
fn until_gone(peers: &[u32]) {
    let gone = within(Duration::from_secs(2), || {
        (!peers.iter().any(|pid| is_alive(*pid))).then_some(())
    });
    assert!(gone.is_some(), "peers outlive the program: {peers:?}");
}
