//! A window is killed after a process of its panel has stored in the file, and while another store waits for that process,
//! which stands still: the next window offers to take back the one that was made, and no other.

use std::fs;

use mapscope::work::logbook::ledger::recover;

use crate::processes::{
    ADD_SHARED, MARK, SCREEN, is_in_state, order, process_row, start, until_says,
};
use crate::rig::program::is_alive;
use crate::rig::reader::{Reader, stage_with_python_of};
use crate::rig::{Program, Stage, until};

/// Where the journal says that bytes of the file are other ones, or are about to be.
fn recorded(stage: &Stage) -> Vec<u64> {
    let folder = fs::read_dir(stage.folder().join("state/mapscope"));
    let files = folder.into_iter().flatten().flatten();
    let mut offsets = Vec::new();
    for file in files {
        let Ok(mut read) = recover(&fs::read(file.path()).unwrap()) else {
            continue; // it is being made
        };
        read.ledger.end();
        for entry in read.ledger.files.values() {
            let changes = entry.in_file.joined().into_iter();
            offsets.extend(changes.flat_map(|change| change.span().start()..change.span().end()));
        }
    }
    offsets
}

#[test]
fn the_next_window_takes_back_what_a_process_stored_and_nothing_that_it_did_not() {
    let Some((mut stage, python)) = stage_with_python_of(SCREEN.0, SCREEN.1) else {
        return;
    };
    let _bus = stage.start_bus();
    let mut reader = Reader::start(&stage, python);
    let before = [b'A'; 64];
    let path = stage.file("left.bin", &before);
    let mut program = start(&stage, &path);
    reader.click(&stage, ADD_SHARED);
    let pid = until_says(&mut reader, 1, "41 'A', as the file has it");
    reader.click(&stage, &format!("Write as process {pid}"));
    let mut stored = before;
    stored[0] = MARK;
    until("byte in the file", || {
        (fs::read(&path).unwrap() == stored).then_some(())
    });
    program.look_up("1");
    order(&stage, &mut reader, 1, "Stop");
    program.until("process that the kernel stopped", |_| {
        is_in_state(pid, "T").then_some(())
    });
    until_says(&mut reader, 1, "it is stopped: what it was told waits");
    reader.click(&stage, &format!("Write as process {pid}"));
    reader.until("order in place of the note", |names| {
        let row = process_row(names, 1)?;
        (!row.contains("what it was told waits")).then_some(())
    });
    // the other one as far as the process was told of it yet
    assert!(recorded(&stage).starts_with(&[0]));
    program.kill();
    until("end of the process", || (!is_alive(pid)).then_some(()));
    drop(program);
    assert_eq!(
        fs::read(&path).unwrap(),
        stored,
        "the other one was not made"
    );

    let program = Program::start(&stage, &[&path]);
    reader.until("offer of the one byte", |names| {
        let is_told = names
            .iter()
            .any(|name| name.contains("Take 1 byte back in the file"));
        is_told.then_some(())
    });
    assert_eq!(
        fs::read(&path).unwrap(),
        stored,
        "nothing is taken back unasked"
    );
    reader.press("Take 1 byte back in the file");
    program.until("file as it was", |_| {
        (fs::read(&path).unwrap() == before).then_some(())
    });
}
