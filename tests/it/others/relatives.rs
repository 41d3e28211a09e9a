//! Processes that share memory: threads, those that run in one memory, and a parent and its child. None of them is ours.

use super::*;

/// A process of its own number that ends with the value.
struct Relative(u32);

impl Drop for Relative {
    fn drop(&mut self) {
        let pid = self.0.to_string();
        Command::new("kill").args(["-9", &pid]).output().ok();
    }
}

#[track_caller]
fn relative(program: &mut Program, how: &str) -> Relative {
    let pid = program.ask(&json!([how])).as_i64().unwrap();
    Relative(u32::try_from(pid).expect("it started"))
}

fn with_copy(path: &Path) -> Program {
    let mut program = Program::start();
    program.map(path, "private");
    program.ask(&json!(["store", 0, 28, 0x41]));
    program
}

#[test]
fn threads_are_one_process() {
    let (_dir, path) = file(3);
    let watched = Watched::new(&path, 28);
    let mut program = with_copy(&path);
    program.ask(&json!(["threads", 5]));
    let process = watched.with(program.pid, 1);
    assert_eq!(fact(&process.mappings[0]).is_exclusive, Some(true));
    let last = watched.whole();
    assert_eq!(last.processes.len(), 1, "{last:?}");
}

/// One copy that two processes see through one page table looks as if each had one of its own.
#[test]
fn what_runs_in_the_memory_of_another_process_is_told_there() {
    let (_dir, path) = file(3);
    let watched = Watched::new(&path, 28);
    let mut program = with_copy(&path);
    let twin = relative(&mut program, "twin");
    let (low, high) = (program.pid.min(twin.0), program.pid.max(twin.0));
    let others = watched.until("both are told", |others| {
        of(others, low).is_some() && of(others, high).is_some_and(|it| it.mappings.is_empty())
    });
    assert_eq!(of(&others, low).unwrap().mappings.len(), 1);
    let row = of(&others, high).expect("it is named all the same");
    assert_eq!(row.memory_of, Some(low));
    assert!(!row.only_has_it_open());
    // Once one has ended, the other has its row.
    drop(twin);
    let others = watched.until("one is left", |others| {
        others.processes.len() == 1 && others.processes[0].mappings.len() == 1
    });
    assert_eq!(others.processes[0].pid, program.pid);
}

/// The two have the same places, and memories of their own.
#[test]
fn a_parent_and_its_child_are_two_and_each_is_told_what_is_its_own() {
    let (_dir, path) = file(3);
    let watched = Watched::new(&path, 28);
    let mut program = with_copy(&path);
    let child = relative(&mut program, "fork");
    let facts = |others: &Others| -> Option<[PageFact; 2]> {
        let fact_of = |pid| of(others, pid)?.mappings.first().map(fact);
        Some([fact_of(program.pid)?, fact_of(child.0)?])
    };
    let others = watched.until("they share the copy", |others| {
        facts(others).is_some_and(|facts| facts.map(|it| it.is_exclusive) == [Some(false); 2])
    });
    let shared = facts(&others).unwrap();
    if is_root() {
        assert_eq!(
            shared[0].frame, shared[1].frame,
            "root is told that it is one"
        );
    }
    let pid = program.pid;
    program.ask(&json!(["store", 0, 28, 0x42]));
    let others = watched.until("each has its own", |others| {
        let own = |pid| {
            of(others, pid).is_some_and(|it| fact(&it.mappings[0]).is_exclusive == Some(true))
        };
        own(pid) && own(child.0)
    });
    assert_eq!(byte(&of(&others, pid).unwrap().mappings[0]), Some(0x42));
    assert_eq!(byte(&of(&others, child.0).unwrap().mappings[0]), Some(0x41));
    assert!(others.processes.iter().all(|it| it.memory_of.is_none()));
}
