//! The lab in the real window: of each topic one experiment is run, and its verdict is what a screen reader finds.

use mapscope::lab::catalogue;

use crate::rig::reader::{Reader, stage_with_python};
use crate::rig::{Program, Stage};

/// The program with the lab in sight, and who reads it.
#[track_caller]
pub(crate) fn shown<'a>(stage: &'a Stage, python: &str) -> (Reader, Program<'a>) {
    let reader = Reader::start(stage, python);
    let program = Program::start(stage, &[] as &[&str]);
    stage.keys(&["ctrl+4"]);
    (reader, program)
}

/// Chooses an experiment that did not run in the list, by what a screen reader can press.
#[track_caller]
pub(crate) fn choose(reader: &mut Reader, name: &str) {
    let question = catalogue::find(name).unwrap().claim.question();
    let entry = format!("{question}: not run");
    reader.until(&format!("\u{201c}{entry}\u{201d} in the list"), |names| {
        names.contains(&entry).then_some(())
    });
    reader.press(&entry);
    reader.until("its question", |names| {
        names.contains(&question.to_owned()).then_some(())
    });
}

/// Runs the experiment, and waits for its verdict.
#[track_caller]
fn check(name: &str, verdict: &str) {
    let Some((mut stage, python)) = stage_with_python() else {
        return;
    };
    let _bus = stage.start_bus();
    let (mut reader, mut program) = shown(&stage, python);
    choose(&mut reader, name);
    reader.press("Run");
    // In the experiment itself, and in the list. The window goes on while its tree is read: both may take a moment.
    for wanted in [format!("Verdict: {verdict}"), format!("{name}: {verdict}")] {
        reader.until(&format!("\u{201c}{wanted}\u{201d}"), |names| {
            let found = names.iter().any(|found| found.starts_with(&wanted));
            found.then_some(())
        });
    }
    assert!(program.is_running());
    assert_eq!(program.said(), "", "nothing is printed");
    // Its peers are gone: what is left belongs to the witnesses, who rest while the lab is shown.
    program.until("end of the experiment's processes", |program| {
        (program.peers().len() <= 2).then_some(())
    });
}

#[test]
fn sharing() {
    check("shared-seen-by-shared", "as predicted");
}

#[test]
fn fork() {
    check("fork-copies-on-write", "as predicted");
}

#[test]
fn anonymous_memory() {
    check("large-malloc-is-a-mapping", "as predicted");
}

#[test]
fn protection() {
    check("store-into-read-only-dies", "as predicted");
}

#[test]
fn ends_of_files() {
    check("page-past-end-sigbus", "as predicted");
}

#[test]
fn errors() {
    check("unaligned-offset-einval", "as predicted");
}

#[test]
fn durability() {
    check("msync-sync-cleans", "as predicted");
}

#[test]
fn cost() {
    check("cost-warm-sequential", "measured");
}

#[test]
fn frames() {
    check("populate-copies-private-pages", "as predicted");
}

#[test]
fn moving() {
    check("mremap-moves", "as predicted");
}

#[test]
fn holes() {
    check("holes-get-blocks-by-stores", "as predicted");
}

#[test]
fn limits() {
    check("locks-stop-no-store", "as predicted");
}

#[test]
fn programs() {
    check("vfork-shares", "as predicted");
}

#[test]
fn atomics() {
    check("private-futex", "as predicted");
}

/// Keys alone: a step waits, is foreseen, and let go; then the rest.
#[test]
fn step_by_step() {
    let Some((mut stage, python)) = stage_with_python() else {
        return;
    };
    let _bus = stage.start_bus();
    let (mut reader, mut program) = shown(&stage, python);
    reader.until("the list", |names| {
        names.contains(&"Experiments".to_owned()).then_some(())
    });
    stage.keys(&["Down"]);
    for number in 1..=8 {
        stage.keys(&["F4"]);
        let wanted = format!("Next, step {number}: ");
        reader.until(&wanted, |names| {
            let found = names.iter().any(|found| found.starts_with(&wanted));
            found.then_some(())
        });
    }
    stage.keys(&["1", "F4"]);
    reader.until("what became of what was said", |names| {
        let told = names.iter().any(|name| name.contains("you said it: 41"));
        told.then_some(())
    });
    stage.keys(&["Return"]);
    reader.until("the verdict", |names| {
        let wanted = "Verdict: as predicted".to_owned();
        names.contains(&wanted).then_some(())
    });
    assert!(program.is_running());
    assert_eq!(program.said(), "", "nothing is printed");
}

/// With the experiment's own processes: what a screen reader can press, keys, and an order of one's own.
#[test]
fn by_hand_with_its_own_processes() {
    const NAME: &str = "mprotect-opens-none";
    let Some((mut stage, python)) = stage_with_python() else {
        return;
    };
    let _bus = stage.start_bus();
    let (mut reader, mut program) = shown(&stage, python);
    choose(&mut reader, NAME);
    let claim = catalogue::find(NAME).unwrap().claim;
    let says = |reader: &mut Reader, wanted: &str| {
        reader.until(wanted, |names| {
            let found = names.iter().any(|name| name.contains(wanted));
            found.then_some(())
        });
    };
    reader.press("Try it by hand");
    says(&mut reader, "By hand: 0 of 13 done in order");
    reader.press("Do it: mapscope makes the scratch file f");
    for done in 1..=12 {
        says(&mut reader, &format!("By hand: {done} of 13 done in order"));
        stage.keys(&["F4"]);
    }
    says(&mut reader, "All that you saw is as the experiment expects");
    says(&mut reader, claim.title);
    reader.press("Again: A loads the byte at 28");
    says(&mut reader, "By hand, in an order of your own");
    says(&mut reader, "done 2 times; this is the last");
    reader.press("Stop");
    says(&mut reader, "Verdict: not run");
    assert!(program.is_running());
    assert_eq!(program.said(), "", "nothing is printed");
    program.until("end of the experiment's processes", |program| {
        (program.peers().len() <= 2).then_some(())
    });
}
