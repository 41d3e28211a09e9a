//! The commands in the window: they ask for a folder, write the program there, and overwrite nothing.

use super::*;
use mapscope::model::DocAction;

/// Asks for a program, and answers with this folder.
fn export_by_hand(hand: &mut Hand, language: ProgramLanguage, folder: &Path) {
    hand.act(Action::Doc(DocAction::SaveProgram(language)));
    save_to(&mut hand.window, folder);
}

#[test]
fn the_command_writes_a_program_that_builds_and_passes() {
    if !has_compiler() {
        return;
    }
    let mut hand = Hand::new();
    hand.store(PeersAction::Store(hand.pair(Mode::Private)));
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("it's here");
    export_by_hand(&mut hand, ProgramLanguage::C, &folder);
    let quoted = folder.to_str().unwrap().replace('\'', r"'\''");
    let command = format!("make -C '{quoted}' check");
    until(&mut hand.window, "it is said where", |window| {
        is_told(window, &["What happened is a program in C in ", &command])
    });
    let output = Command::new("sh").args(["-c", &command]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    let program = run(&folder.join("session"));
    hand.compare(&program);
}

#[test]
fn a_folder_that_holds_something_stays_as_it_is() {
    let mut hand = Hand::new();
    let place = tempfile::tempdir().unwrap();
    let mine = place.path().join("lab.h");
    fs::write(&mine, "mine").unwrap();
    export_by_hand(&mut hand, ProgramLanguage::C, place.path());
    let path = place.path().to_str().unwrap().to_owned();
    until(&mut hand.window, "it is refused", |window| {
        is_told(window, &["none is overwritten", &path])
    });
    assert_eq!(fs::read_to_string(&mine).unwrap(), "mine");
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    let missing = place.path().join("missing/programs");
    export_by_hand(&mut hand, ProgramLanguage::Rust, &missing);
    until(&mut hand.window, "the cause is told", |window| {
        is_told(window, &["(ENOENT)", "missing/programs"])
    });
}

#[test]
fn of_two_presses_one_writes_and_the_other_is_refused() {
    let mut hand = Hand::new();
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("programs");
    for _ in 0..2 {
        export_by_hand(&mut hand, ProgramLanguage::C, &folder);
    }
    until(&mut hand.window, "the second is refused", |window| {
        is_told(window, &["none is overwritten"])
    });
    for name in ["lab.c", "lab.h", "Makefile", "session.c"] {
        assert!(folder.join(name).exists(), "{name}");
    }
}

#[test]
fn a_program_in_rust_builds_and_passes() {
    let cargo = Path::new(env!("CARGO"));
    if !cargo.exists() {
        return skip("cargo is not where it was");
    }
    let mut hand = Hand::new();
    hand.store(PeersAction::Store(hand.pair(Mode::Private)));
    hand.store(PeersAction::Store(hand.pair(Mode::Shared)));
    let child = hand.fork(hand.pair(Mode::Private));
    hand.store(PeersAction::Store(child));
    hand.kill(child);
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("programs");
    hand.export(ProgramLanguage::Rust, &folder);
    let built = Command::new(cargo)
        .args(["build", "--offline", "--quiet"])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("RUSTFLAGS", "-D warnings")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success() && said.is_empty(), "{said}");
    hand.compare(&run(&folder.join("target/debug/session")));
}
