//! Programs that have the file open and do not map it.

use super::*;

#[test]
fn who_has_it_open_is_told_with_what_may_be_done_through_it() {
    let (_dir, path) = file(3);
    let watched = Watched::new(&path, 0);
    let mut program = Program::start();
    let ways = [
        ("read", [true, false]),
        ("write", [false, true]),
        ("both", [true, true]),
        ("path", [false, false]),
    ];
    let mut numbers = Vec::new();
    for (way, _) in ways {
        let number = program.ask(&json!(["open", text(&path), way]));
        numbers.push(u32::try_from(number.as_u64().unwrap()).unwrap());
    }
    let pid = program.pid;
    let others = watched.until("all are seen", |others| {
        of(others, pid).is_some_and(|process| process.n_open == ways.len())
    });
    let process = of(&others, pid).unwrap();
    assert_eq!(process.mappings.len(), 0);
    for ((number, (_, may)), open) in numbers.iter().zip(ways).zip(&process.open) {
        assert_eq!(open.descriptor, *number);
        assert_eq!(open.may, Some(may));
        assert_eq!(open.path, path.as_os_str());
        assert!(!open.is_deleted);
    }
    // It also maps the file: one and the same process has both.
    program.map(&path, "shared");
    let process = watched.with(pid, 1);
    assert_eq!(process.n_open, ways.len());
    program.ask(&json!(["unmap", 0]));
    watched.with(pid, 0);
    for _ in ways {
        program.ask(&json!(["close", 0]));
    }
    watched.without(pid);
    program.ask(&json!(["open", text(&path), "read"]));
    watched.with(pid, 0);
    program.end();
    watched.without(pid);
}

#[test]
fn one_descriptor_in_the_place_of_another_is_told_apart() {
    let (dir, path) = file(3);
    let other = dir.path().join("other.bin");
    fs::write(&other, b"x").unwrap();
    let watched = Watched::new(&path, 0);
    let mut program = Program::start();
    program.ask(&json!(["open", text(&path), "read"]));
    watched.with(program.pid, 0);
    // As many as before, of the same numbers.
    program.ask(&json!(["close", 0]));
    program.ask(&json!(["open", text(&other), "read"]));
    watched.without(program.pid);
}

#[test]
fn many_descriptors_are_counted() {
    let (_dir, path) = file(3);
    let watched = Watched::new(&path, 0);
    let mut program = Program::start();
    for _ in 0..100 {
        program.ask(&json!(["open", text(&path), "read"]));
    }
    let pid = program.pid;
    let others = watched.until("all are counted", |others| {
        of(others, pid).is_some_and(|process| process.n_open == 100)
    });
    let open = &of(&others, pid).unwrap().open;
    assert_eq!(open.len(), mapscope::map::MOST_TOLD_DESCRIPTORS);
    assert!(open.is_sorted_by_key(|open| open.descriptor));
}

#[test]
fn the_command_line_says_who_has_it_open() {
    let (_dir, path) = file(3);
    let mut program = Program::start();
    let number = program.ask(&json!(["open", text(&path), "both"]));
    let output = Command::new(mapscope())
        .args(["who", text(&path)])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let comm = fs::read_to_string(format!("/proc/{}/comm", program.pid));
    let name = format!("  {} {}  ", comm.unwrap().trim(), program.pid);
    let line = said.lines().find(|line| line.starts_with(&name));
    let line = line.unwrap_or_else(|| panic!("{said}"));
    let descriptor = format!("  descriptor {number} read and write");
    assert!(
        line.contains("only open") && line.ends_with(&descriptor),
        "{said}"
    );
    let output = Command::new(mapscope())
        .args(["who", "--json", text(&path)])
        .output()
        .unwrap();
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let open = &said["open"][0];
    assert_eq!(open["pid"], program.pid);
    let descriptors = open["descriptors"].as_array().unwrap();
    assert_eq!(descriptors.len(), 1);
    let may = (&descriptors[0]["read"], &descriptors[0]["write"]);
    assert_eq!(may, (&json!(true), &json!(true)));
    assert_eq!(descriptors[0]["number"], number);
    assert_eq!(said["open"].as_array().unwrap().len(), 1);
}
