//! What others do while they are watched: start, map, store, unmap, run another program, end.

use super::*;

#[test]
fn a_program_that_starts_later_is_seen_as_it_sees_itself_until_it_ends() {
    let (_dir, path) = file(3);
    let watched = Watched::new(&path, 28);
    watched.whole();
    let mut program = Program::start();
    let shared = program.map(&path, "shared");
    let copied = program.map(&path, "private");
    program.ask(&json!(["read", 0, 28]));
    program.ask(&json!(["store", 1, 28, 0x5a]));
    let pid = program.pid;
    let others = watched.until("both are read", |others| {
        of(others, pid).is_some_and(|it| it.mappings.iter().filter_map(byte).count() == 2)
    });
    let process = of(&others, pid).unwrap();
    let at = |address: u64| {
        let mut all = process.mappings.iter();
        all.find(|mapping| mapping.addresses.0 == address).unwrap()
    };
    let (file_page, copy) = (at(shared), at(copied));
    assert_eq!((file_page.mode, byte(file_page)), (Mode::Shared, Some(28)));
    assert_eq!(fact(file_page).state, PageState::FilePage);
    assert_eq!((copy.mode, byte(copy)), (Mode::Private, Some(0x5a)));
    assert_eq!(fact(copy).state, PageState::PrivateCopy);
    assert!(fact(copy).is_exclusive == Some(true));
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap();
    assert_eq!(process.name, name.trim_end());
    program.end();
    watched.without(pid);
}

#[test]
fn a_store_is_seen_and_so_is_a_page_that_comes_in() {
    let (_dir, path) = file(3);
    let watched = Watched::new(&path, 28);
    let mut program = Program::start();
    program.map(&path, "shared");
    let process = watched.with(program.pid, 1);
    assert_eq!(byte(&process.mappings[0]), None, "it has not touched it");
    let pid = program.pid;
    let sees = |value: u8| {
        move |others: &Others| {
            of(others, pid).is_some_and(|it| byte(&it.mappings[0]) == Some(value))
        }
    };
    program.ask(&json!(["read", 0, 28]));
    watched.until("the page came in", sees(28));
    for value in [1, 2, 3] {
        program.ask(&json!(["store", 0, 28, value]));
        watched.until("the store is seen", sees(value));
    }
    // Another byte is asked for: of another page, which it has not touched.
    check_pages(
        of(&watched.whole(), program.pid).unwrap(),
        &program.ask(&json!(["entries", 28])),
    );
}

#[test]
fn looking_brings_no_page_in() {
    const FAR: usize = 12_000;
    let (_dir, path) = file(16_384);
    let watched = Watched::new(&path, (FAR * PAGE) as u64);
    let mut program = Program::start();
    for way in ["shared", "private"] {
        program.map(&path, way);
    }
    program.ask(&json!(["store", 0, 0, 1]));
    program.ask(&json!(["store", 1, 0, 1]));
    let present = |program: &mut Program| {
        [0, 1].map(|at| program.ask(&json!(["present", at])).as_u64().unwrap())
    };
    let before = present(&mut program);
    let process = watched.with(program.pid, 2);
    check_pages(&process, &program.ask(&json!(["entries", FAR * PAGE])));
    for mapping in &process.mappings {
        assert_eq!(fact(mapping).state, PageState::NotPresent);
        assert_eq!(mapping.pages[0].seen, SeenBytes::NotPresent);
    }
    // Further looks, each of another byte, are answered one by one.
    for at in 1..20 {
        watched.watch((FAR * PAGE + at) as u64);
        watched.next();
    }
    // The kernel may have taken pages back meanwhile.
    let after = present(&mut program);
    let is_less = after
        .iter()
        .zip(before)
        .all(|(after, before)| *after <= before);
    assert!(is_less, "{before:?}, then {after:?}");
}

#[test]
fn a_mapping_that_goes_between_two_looks_goes_and_the_others_stay() {
    let (_dir, path) = file(3);
    let watched = Watched::new(&path, 0);
    let mut program = Program::start();
    let first = program.map(&path, "shared");
    let second = program.map(&path, "private");
    watched.with(program.pid, 2);
    program.ask(&json!(["unmap", 0]));
    let process = watched.with(program.pid, 1);
    assert_ne!(process.mappings[0].addresses.0, first);
    assert_eq!(process.mappings[0].addresses.0, second);
    program.ask(&json!(["unmap", 0]));
    watched.without(program.pid);
    program.map(&path, "shared");
    watched.with(program.pid, 1);
}

#[test]
fn another_file_in_the_place_of_the_mapping_is_not_taken_for_it() {
    let (dir, path) = file(3);
    let other = dir.path().join("other.bin");
    fs::write(&other, vec![0xee; 3 * PAGE]).unwrap();
    let watched = Watched::new(&path, 0);
    let mut program = Program::start();
    program.map(&path, "shared");
    program.ask(&json!(["read", 0, 0]));
    watched.with(program.pid, 1);
    // Neither the size of its memory nor the number of its descriptors tells of it.
    program.ask(&json!(["map_over", 0, text(&other)]));
    program.ask(&json!(["read", 0, 0]));
    loop {
        let others = watched.last.borrow().clone().unwrap();
        let Some(process) = of(&others, program.pid) else {
            break;
        };
        for mapping in &process.mappings {
            assert_ne!(byte(mapping), Some(0xee), "that is the other file's");
        }
        watched.next();
    }
}

#[test]
fn a_file_that_took_the_name_is_another_one() {
    let (dir, path) = file(3);
    let watched = Watched::new(&path, 0);
    let mut old = Program::start();
    old.map(&path, "shared");
    let next = dir.path().join("next");
    fs::write(&next, vec![1; 3 * PAGE]).unwrap();
    fs::rename(&next, &path).unwrap();
    let mut new = Program::start();
    new.map(&path, "shared");
    new.ask(&json!(["open", text(&path), "read"]));
    watched.with(old.pid, 1);
    let again = Watched::new(&path, 0);
    again.with(new.pid, 1);
    assert!(of(&again.whole(), old.pid).is_none());
    watched.watch(1);
    let others = watched.next();
    assert!(of(&others, new.pid).is_none(), "{others:?}");
    assert!(of(&others, old.pid).is_some());
}

#[test]
fn programs_that_end_while_they_are_read_end_nothing_and_show_nothing_else() {
    let (_dir, path) = file(3);
    let watched = Watched::new(&path, 7);
    watched.whole();
    let mut stays = Program::start();
    stays.map(&path, "shared");
    stays.ask(&json!(["read", 0, 7]));
    watched.with(stays.pid, 1);
    for round in 0..12 {
        let mut program = Program::start();
        program.map(&path, if round % 2 == 0 { "shared" } else { "private" });
        program.ask(&json!(["read", 0, 7]));
        let pid = program.pid;
        watched.with(pid, 1);
        program.end();
        let others = watched.without(pid);
        for process in &others.processes {
            assert_eq!(byte(&process.mappings[0]), Some(7), "{process:?}");
        }
        assert!(of(&others, stays.pid).is_some());
    }
}

#[test]
fn a_process_whose_first_thread_has_ended_is_read_through_another() {
    let (_dir, path) = file(3);
    let watched = Watched::new(&path, 28);
    let mut program = Program::run(Command::new(python()), &["threads"]);
    program.map(&path, "private");
    program.ask(&json!(["store", 0, 28, 0x41]));
    program.ask(&json!(["open", text(&path), "read"]));
    let pid = program.pid;
    let deadline = Instant::now() + LONG;
    while crate::processes::state_of(pid) != Some('Z') {
        assert!(Instant::now() < deadline, "its first thread ends");
        std::thread::yield_now();
    }
    let others = watched.until("its byte is seen", |others| {
        of(others, pid)
            .is_some_and(|it| it.n_open == 1 && it.mappings.first().and_then(byte) == Some(0x41))
    });
    let process = of(&others, pid).unwrap();
    check_pages(process, &program.ask(&json!(["entries", 28])));
    assert_eq!(fact(&process.mappings[0]).state, PageState::PrivateCopy);
}

#[test]
fn what_a_parent_and_its_child_share_is_not_parted_by_looking() {
    let (_dir, path) = file(3);
    let watched = Watched::new(&path, 28);
    let mut program = Program::start();
    program.map(&path, "private");
    program.ask(&json!(["store", 0, 28, 0x41]));
    let child = program.ask(&json!(["fork"])).as_u64().unwrap();
    let child = u32::try_from(child).unwrap();
    let is_common = |others: &Others| {
        [program.pid, child].iter().all(|pid| {
            of(others, *pid).is_some_and(|process| {
                let page = fact(&process.mappings[0]);
                byte(&process.mappings[0]) == Some(0x41) && page.is_exclusive == Some(false)
            })
        })
    };
    watched.until("both are read, and neither has it alone", is_common);
    for at in 29..40 {
        watched.watch(at);
        let others = watched.next();
        for pid in [program.pid, child] {
            let page = fact(&of(&others, pid).unwrap().mappings[0]);
            assert!(
                page.is_exclusive == Some(false),
                "looking parts nobody: {others:?}"
            );
        }
    }
    let killed = Command::new("kill")
        .args(["-9", &child.to_string()])
        .status();
    assert!(killed.unwrap().success());
}
