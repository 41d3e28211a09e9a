//! A session as a program: what is not known is said and left out, and what private mappings show is not judged where no entry
//! tells what they have copied.

use mapscope::lab::claim::Environment;
use mapscope::model::happened::MOST_ENTRIES;
use mapscope::model::process::ProcessSignal;
use mapscope::model::session::ProgramLanguage;
use mapscope::work::session::programs_of;

use super::*;

/// The program of the session so far.
fn program(scene: &Scene) -> String {
    let environment = Environment {
        page_bytes: 4096,
        ..Environment::default()
    };
    let session = scene.rig.doc().as_session();
    let made = programs_of(&session, ProgramLanguage::C, &environment).unwrap();
    let file = made.files.iter().find(|file| file.path == "session.c");
    // Long texts stand there in pieces, and long statements on several lines.
    let mut text = String::new();
    for line in file.unwrap().text.lines().map(str::trim) {
        let ends = line.ends_with([';', '{', '}']) || line.ends_with("*/");
        text.push_str(line);
        text.push(if ends { '\n' } else { ' ' });
    }
    text.replace("\" \"", "")
}

/// The steps of an entry, each with the checks of what it told.
fn steps_of(program: &str, number: u64) -> Vec<(String, bool)> {
    let mark = format!(", entry {number}\")");
    let steps = program.lines().filter(|line| line.contains(&mark));
    steps
        .map(|line| {
            let step = line.trim_start().split(['(', ',']).nth(1).unwrap();
            let is_judged = program.contains(&format!("EXPECT({step}, "));
            (line.trim().to_owned(), is_judged)
        })
        .collect()
}

/// The shared process stores `byte` at 28, and every row is read after it: all see it but the view, which had a copy.
fn stored_and_read(scene: &mut Scene, new: u8, old: u8) -> u64 {
    let number = scene.ask_process(SHARED, &format!("{new:02x}"));
    scene.stored_by(SHARED, number, new, old);
    let entry = scene.last().number;
    scene.pass(1);
    let now = with(28, new);
    scene.here(WitnessId::View, &with(28, b'Z'), PageState::PrivateCopy);
    scene.here(WitnessId::OtherMode, &now, PageState::FilePage);
    scene.here(WitnessId::File, &now, PageState::FilePage);
    for index in [SHARED, PRIVATE] {
        scene.process_reads(index, &now, PageState::FilePage);
    }
    entry
}

#[test]
fn each_row_that_was_read_looks_again_and_is_judged() {
    let mut scene = Scene::new(28);
    scene.rig.typed(28, b'2', b'Z');
    let entry = stored_and_read(&mut scene, b'#', b'2');
    let program = program(&scene);
    let steps = steps_of(&program, entry);
    assert_eq!(steps.len(), 6, "{program}");
    let judged = steps.iter().filter(|(_, is_judged)| *is_judged).count();
    assert_eq!(judged, 5, "{steps:?}");
    assert!(
        program.contains("writes '2' at 28 of f by pwrite"),
        "{program}"
    );
    assert!(
        program.contains("what stood there at first for 1, which"),
        "{program}"
    );
    // Nothing else of the file is in it.
    assert!(!program.contains("ABC"), "{program}");
}

#[test]
fn what_was_forgotten_is_said_and_private_mappings_from_before_are_not_judged() {
    let mut scene = Scene::new(28);
    for _ in 0..=MOST_ENTRIES {
        scene.rig.typed(9, b'J', b'Z');
    }
    let entry = stored_and_read(&mut scene, b'#', b'2');
    let program = program(&scene);
    assert!(program.contains("before them were forgotten"), "{program}");
    let steps = steps_of(&program, entry);
    let is_judged: Vec<bool> = steps.iter().map(|(_, is_judged)| *is_judged).collect();
    // The store; the view, the second mapping, pread, the shared process, the private one.
    assert_eq!(
        is_judged,
        [false, false, true, true, true, false],
        "{steps:?}"
    );
}

#[test]
fn what_was_not_kept_or_not_done_is_told_and_not_made_up() {
    let mut scene = Scene::new(28);
    let news = PeerNews::Refused {
        number: OrderId(70),
        offset: 28,
        bytes: vec![b'R'],
        why: Refusal::Ended,
    };
    scene.process(SHARED, news);
    let refused = scene.last().number;
    let signal = PeerNews::Signalled {
        number: OrderId(71),
        signal: ProcessSignal::Stop,
    };
    scene.process(PRIVATE, signal);
    let stopped = scene.last().number;
    let why = Refusal::Unanswered;
    let news = PeerNews::Refused {
        number: OrderId(72),
        offset: 28,
        bytes: vec![b'U'],
        why,
    };
    scene.process(PRIVATE, news);
    let unknown = scene.last().number;
    let entry = stored_and_read(&mut scene, b'#', b'2');
    let program = program(&scene);
    for (number, why) in [
        (refused, "not done here either"),
        (stopped, "it changes no byte that anybody sees"),
        (unknown, "whether it was done is not known"),
    ] {
        let note = program
            .lines()
            .find(|line| line.contains("NOTE(") && line.contains(&format!("\"entry {number}: ")));
        assert!(
            note.is_some_and(|note| note.contains(why)),
            "{number}: {program}"
        );
    }
    assert!(
        !program.contains("\"R\", 1") && !program.contains("\"U\", 1"),
        "{program}"
    );
    // Whether the private process has a copy is not known.
    let steps = steps_of(&program, entry);
    assert!(!steps.last().unwrap().1, "{steps:?}");
    assert_eq!(steps.iter().filter(|(_, is_judged)| *is_judged).count(), 4);
}

#[test]
fn a_long_session_becomes_a_program_that_has_room_for_it() {
    let mut scene = Scene::new(28);
    scene.rig.typed(28, b'2', b'Z');
    for turn in 0..MOST_ENTRIES {
        let (new, old) = if turn % 2 == 0 {
            (b'#', b'2')
        } else {
            (b'2', b'#')
        };
        stored_and_read(&mut scene, new, old);
    }
    let program = program(&scene);
    let last = scene.last().number;
    assert_eq!(steps_of(&program, last).len(), 6);
}
