//! What a screen reader is told, over the accessibility bus.

use crate::rig::Program;
use crate::rig::reader::{Reader, stage_with_python};

/// The witnesses of the first byte, once all of them have answered.
const WITNESSES: [&str; 3] = [
    "this view, private: sees 41 'A', as the file has it; through the file's page",
    "second mapping, shared: sees 41 'A', as the file has it",
    "read, pwrite, system call: sees 41 'A'",
];

#[test]
fn rows_and_witnesses_are_spoken() {
    let Some((mut stage, python)) = stage_with_python() else {
        return;
    };
    let _bus = stage.start_bus();
    let mut reader = Reader::start(&stage, python);
    let _program = Program::start(&stage, &[] as &[&str]);
    let is_row = |name: &&String| name.starts_with("000000") && !name.contains(':');
    let names = reader.until("table of bytes with rows, and five witnesses", |names| {
        let all = WITNESSES
            .iter()
            .all(|words| names.iter().any(|name| name.starts_with(words)));
        let processes = names.iter().filter(|name| {
            name.starts_with("process ") && name.contains(": sees 41 'A', as the file has it")
        });
        let all = all && processes.count() == 2;
        let n_rows = names.iter().filter(is_row).count();
        (all && n_rows == 4 && names.iter().any(|name| name == "Bytes")).then(|| names.to_vec())
    });
    let rows: Vec<&String> = names.iter().filter(is_row).collect();
    let first = "00000000 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f 50 ABCDEFGHIJKLMNOP";
    assert_eq!(rows[0], first, "{rows:?}");
}
