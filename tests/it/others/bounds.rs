//! However much there is, what is told stays small and the rest is counted.

use mapscope::map::MOST_ROWS;

use super::*;

#[test]
fn of_a_thousand_mappings_the_first_are_told_and_the_rest_is_counted() {
    let (_dir, path) = file(1);
    let watched = Watched::new(&path, 0);
    let mut program = Program::start();
    program.ask(&json!(["map_many", text(&path), 1000]));
    let others = watched.until("all are counted", |others| {
        others.n_more_mappings == 1000 - MOST_ROWS
    });
    let process = of(&others, program.pid).unwrap();
    assert_eq!(process.mappings.len(), MOST_ROWS);
    assert!(process.mappings.is_sorted_by_key(|it| it.addresses));
    let mut lowest: Vec<u64> = fs::read_to_string(format!("/proc/{}/maps", program.pid))
        .unwrap()
        .lines()
        .filter(|line| line.ends_with(text(&path)))
        .map(|line| u64::from_str_radix(line.split('-').next().unwrap(), 16).unwrap())
        .collect();
    lowest.truncate(MOST_ROWS);
    let told: Vec<u64> = process.mappings.iter().map(|it| it.addresses.0).collect();
    assert_eq!(told, lowest);
    // The command line tells them all.
    let output = Command::new(mapscope())
        .args(["who", "--json", text(&path)])
        .output()
        .unwrap();
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let all = said["rows"].as_array().unwrap().iter();
    assert_eq!(all.filter(|row| row["pid"] == program.pid).count(), 1000);
}

#[test]
fn of_many_programs_the_first_are_told_and_the_rest_is_counted() {
    const N: usize = 10;
    let (_dir, path) = file(1);
    let watched = Watched::new(&path, 0);
    let mut programs: Vec<Program> = (0..N).map(|_| Program::start()).collect();
    let mut opener = Program::start();
    opener.ask(&json!(["open", text(&path), "read"]));
    for program in &mut programs {
        program.ask(&json!(["map_many", text(&path), 10]));
    }
    let others = watched.until("all are counted", |others| {
        others.n_more_mappings == N * 10 - MOST_ROWS && others.n_more_open == 1
    });
    let n_told: usize = others.processes.iter().map(|it| it.mappings.len()).sum();
    assert_eq!(n_told, MOST_ROWS);
    assert!(others.processes.is_sorted_by_key(|it| it.pid));
    // Those that come into sight when others go are read too.
    let first = others.processes[0].pid;
    let at = programs.iter().position(|it| it.pid == first).unwrap();
    programs.remove(at).end();
    let others = watched.until("one went", |others| {
        of(others, first).is_none() && others.n_more_mappings == (N - 1) * 10 - MOST_ROWS
    });
    let n_told: usize = others.processes.iter().map(|it| it.mappings.len()).sum();
    assert_eq!(n_told, MOST_ROWS);
}

#[test]
fn of_more_descriptors_than_are_looked_through_it_is_said_that_there_are_more() {
    let (dir, path) = file(1);
    let beside = dir.path().join("beside");
    fs::write(&beside, b"x").unwrap();
    let watched = Watched::new(&path, 0);
    let mut program = Program::start();
    if let Err(why) = program.try_ask(&json!(["open_many", text(&beside), 17_000])) {
        assert!(!is_root(), "{why}");
        return; // root may open so many
    }
    program.ask(&json!(["open", text(&path), "read"]));
    // Another run of this test may be one of them, and come or go meanwhile.
    let all = |others: &Others| others.n_cut == n_with_many_descriptors();
    watched.until("it is said", |others| others.n_cut > 0 && all(others));
    program.end();
    watched.until("it is gone", all);
}

/// How many processes have more descriptors open than are looked through, as `/proc` has it.
fn n_with_many_descriptors() -> usize {
    let pids = fs::read_dir("/proc").unwrap().flatten();
    let folders = pids.map(|pid| pid.path().join("fd"));
    let numbers = folders.filter_map(|folder| Some(fs::read_dir(folder).ok()?.count()));
    numbers.filter(|number| *number > 16_384).count()
}
