//! The tour of README, carried out literally in the real window: at each step the sentence and the rows say what it says.

use std::process::Command;

use mapscope::model::tour::shell_command;

use crate::rig::Program;
use crate::rig::reader::{Reader, stage_with_python};

/// The answer to the question what becomes of private edits that writes them.
const WRITE: usize = 0;

/// How many steps are ticked.
fn ticked(reader: &mut Reader, n_done: usize) {
    let wanted = format!("{n_done} of 5 steps of the tour are done");
    reader.until(&wanted, |names| names.contains(&wanted).then_some(()));
}

/// Waits until there is a line that begins like this, and rows that do.
fn shows(reader: &mut Reader, sentence: &str, rows: &[&str]) -> Vec<String> {
    reader.until(sentence, |names| {
        let is_there = |wanted: &&str| names.iter().any(|name| name.starts_with(*wanted));
        let all = is_there(&sentence) && rows.iter().all(is_there);
        all.then(|| names.to_vec())
    })
}

/// What the processes of the table say.
fn processes(names: &[String]) -> Vec<&str> {
    let rows = names.iter().filter(|name| name.starts_with("process "));
    rows.filter_map(|name| name.split_once(": ").map(|(_, said)| said))
        .collect()
}

#[test]
fn the_tour_is_as_readme_has_it() {
    let Some((mut stage, python)) = stage_with_python() else {
        return;
    };
    let _bus = stage.start_bus();
    let mut reader = Reader::start(&stage, python);
    let mut program = Program::start(&stage, &[] as &[&str]);
    ticked(&mut reader, 0);
    program.learn_grid();

    // Look up.
    program.look_up("28");
    program.until_cursor(28);
    ticked(&mut reader, 1);

    // Write privately: one box for this view, and one for all others.
    stage.types("5a");
    let rows = [
        "this view, private: sees 5a 'Z', which differs from the file; through a copy of its own",
        "second mapping, shared: sees 32 '2', as the file has it; through the file's page",
        "read, pwrite, system call: sees 32 '2'; through the file's page",
    ];
    let names = shows(
        &mut reader,
        "You wrote Z at 28. Only this view sees it: page 0 was copied.",
        &rows,
    );
    let same = "sees 32 '2', as the file has it; through the file's page";
    let said = processes(&names);
    assert_eq!(said, [same, same], "{names:#?}");
    ticked(&mut reader, 2);

    // Write from outside.
    program.look_up("3");
    program.until_cursor(3);
    let file = program.scratch_file();
    let shell = Command::new("sh")
        .arg("-c")
        .arg(shell_command(&file))
        .output();
    assert!(shell.unwrap().status.success());
    let rows = [
        "this view, private: sees 44 'D', which differs from the file; through a copy of its own",
        "second mapping, shared: sees 23 '#', as the file has it; through the file's page",
        "read, pwrite, system call: sees 23 '#'; through the file's page",
    ];
    shows(
        &mut reader,
        "Somebody else wrote # at 3. All see it but this view",
        &rows,
    );
    ticked(&mut reader, 3);

    // Write for everybody.
    stage.keys(&["ctrl+t"]);
    assert_eq!(program.question().len(), 4, "write, keep, drop, cancel");
    program.answer(WRITE);
    program.until_title("alphabet.txt \u{2014} SHARED read-write \u{2014} mapscope");
    program.until_cursor(3);
    stage.types("21");
    let rows = [
        "this view, shared: sees 21 '!', as the file has it; through the file's page",
        "second mapping, private: sees 21 '!', as the file has it; through the file's page",
    ];
    shows(&mut reader, "You wrote ! at 3. All see it", &rows);
    ticked(&mut reader, 4);

    // Write as another.
    stage.keys(&["Left"]);
    program.until_cursor(3);
    reader.press("Write as second mapping");
    ticked(&mut reader, 5);
    let bytes = std::fs::read(&file).unwrap();
    assert_eq!((bytes[28], bytes[3]), (b'Z', b'!'));
}

/// The program that README has for the second tour.
fn writer() -> String {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let block = readme.split_once("cat > writer.py <<'END'\n").unwrap().1;
    let block = block.split_once("    END\n").unwrap().0;
    let lines = block.lines();
    let lines: Vec<&str> = lines
        .map(|line| line.strip_prefix("    ").unwrap_or(line))
        .collect();
    lines.join("\n")
}

#[test]
fn the_tour_of_a_real_program_is_as_readme_has_it() {
    let Some((mut stage, python)) = stage_with_python() else {
        return;
    };
    let _bus = stage.start_bus();
    let mut reader = Reader::start(&stage, python);
    let folder = stage.folder().to_owned();
    std::fs::write(folder.join("writer.py"), writer()).unwrap();
    let mut writes = Ends(
        stage
            .command(python)
            .arg("writer.py")
            .current_dir(&folder)
            .spawn()
            .unwrap(),
    );
    let shm = folder.join("shop.db-shm");
    crate::rig::until("the database is written", || shm.exists().then_some(()));
    let program = Program::start(&stage, &[shm.as_os_str()]);
    program.until_title("shop.db-shm \u{2014} PRIVATE read-write \u{2014} mapscope");
    let pid = writes.0.id();
    let is_its = |name: &String| name.contains(&format!(" {pid}, shared: sees 18"));
    reader.until("the writer is a row with the file's page", |names| {
        let its = names.iter().find(|name| is_its(name))?;
        its.contains("through the file's page").then_some(())
    });
    // A private copy of ours is stale from then on: the writer goes on behind it.
    stage.keys(&["ctrl+Home"]);
    stage.types("5a");
    shows(
        &mut reader,
        "You wrote Z at 0. Only this view sees it: page 0 was copied.",
        &[
            "this view, private: sees 5a 'Z', which differs from the file; through a copy of its own",
        ],
    );
    reader.until("what the writer changes is marked", |names| {
        let is_said = |name: &String| {
            name.starts_with("1 edited, ") && name.ends_with(" changed in the file")
        };
        names.iter().any(is_said).then_some(())
    });
    stage.keys(&["F8"]);
    reader.until("the next difference", |names| {
        names
            .iter()
            .any(|name| name.starts_with("Difference at 0x"))
            .then_some(())
    });
    writes.0.kill().unwrap();
    writes.0.wait().unwrap();
    reader.until("the writer's row goes with it", |names| {
        (!names.iter().any(is_its)).then_some(())
    });
}

/// A process that ends with the test.
struct Ends(std::process::Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
