//! An experiment tried by hand in the real window: by mouse and keys, a shell's command, and what a screen reader can press.

use std::path::PathBuf;
use std::process::Command;

use mapscope::lab::claim::HandPlan;
use mapscope::lab::{catalogue, hand};
use mapscope::map::page_bytes;
use mapscope::model::hand::{command, has_press};

use crate::lab;
use crate::rig::reader::{Reader, stage_with_python};
use crate::rig::{Stage, until};

/// Places that Tab may pass on its way to the list.
const TABS: usize = 40;

/// What is to be done for an experiment.
fn plan(name: &str) -> HandPlan {
    hand::plan_of(catalogue::find(name).unwrap(), page_bytes()).unwrap()
}

/// The scratch file of the experiment.
fn scratch_file(stage: &Stage) -> PathBuf {
    let folders = std::fs::read_dir(stage.tmp()).unwrap().flatten();
    let places = folders.filter_map(|folder| std::fs::read_dir(folder.path()).ok());
    let mut files = places.flat_map(|places| places.flatten().map(|place| place.path().join("f")));
    files.find(|file| file.exists()).expect("it was made")
}

/// Waits until so many of all are ticked.
fn ticked(reader: &mut Reader, plan: &HandPlan, n_done: usize) {
    let all = plan.items.len();
    let wanted = format!("{n_done} of {all} things to do by hand are done");
    reader.until(&wanted, |names| names.contains(&wanted).then_some(()));
}

/// Something says this.
fn says(reader: &mut Reader, wanted: &str) {
    reader.until(wanted, |names| {
        let found = names.iter().any(|name| name.contains(wanted));
        found.then_some(())
    });
}

/// Chooses the experiment in the lab, and tries it by hand.
fn try_it(reader: &mut Reader, name: &str) {
    lab::choose(reader, name);
    reader.press("Try it by hand");
    ticked(reader, &plan(name), 0);
}

#[test]
fn by_mouse_and_keys_as_a_person_does() {
    const NAME: &str = "shared-seen-by-shared";
    let Some((mut stage, python)) = stage_with_python() else {
        return;
    };
    let _bus = stage.start_bus();
    let (mut reader, mut program) = lab::shown(&stage, python);
    try_it(&mut reader, NAME);
    let plan = plan(NAME);
    let claim = catalogue::find(NAME).unwrap().claim;
    let names = reader.until("the list", |names| Some(names.to_vec()));
    assert!(
        !names.iter().any(|name| name.contains(claim.title)),
        "the answer is not given away"
    );

    for n_done in 1..=2 {
        reader.press("Start a process that maps the file shared");
        ticked(&mut reader, &plan, n_done);
    }
    program.learn_grid();
    program.look_up("28");
    program.until_cursor(28);
    ticked(&mut reader, &plan, 3);
    says(
        &mut reader,
        "done: See what B has at 28: 41 'A', as expected",
    );
    reader.press("Do it: A stores Z at 28");
    // B is looked at where A stored, without a press
    ticked(&mut reader, &plan, 5);
    says(
        &mut reader,
        "done: See what B has at 28: 5a 'Z', as expected",
    );
    says(&mut reader, "All that you saw is as the experiment expects");
    says(&mut reader, claim.title);
    says(&mut reader, "A, process ");
    let bytes = std::fs::read(scratch_file(&stage)).unwrap();
    assert_eq!(bytes[28], b'Z');

    reader.press("Start over");
    ticked(&mut reader, &plan, 0);
    reader.press("Back to the experiment");
    says(&mut reader, "Verdict: not run");
    assert!(program.is_running());
    assert_eq!(program.said(), "", "nothing is printed");
}

#[test]
fn what_takes_a_shell_is_ticked_when_it_is_found() {
    const NAME: &str = "truncated-page-sigbus";
    let Some((mut stage, python)) = stage_with_python() else {
        return;
    };
    let _bus = stage.start_bus();
    let (mut reader, mut program) = lab::shown(&stage, python);
    try_it(&mut reader, NAME);
    let plan = plan(NAME);
    for (index, item) in plan.items.iter().enumerate() {
        if has_press(&item.deed) {
            let press = format!("Do it: {}", item.what);
            let done = format!("done: {}", item.what);
            // what was in sight already may be ticked by itself
            let waits = reader.until(&press, |names| {
                let is_done = names.iter().any(|name| name.starts_with(&done));
                names
                    .contains(&press)
                    .then_some(true)
                    .or(is_done.then_some(false))
            });
            if waits {
                reader.press(&press);
            }
        } else {
            let command = command(&item.deed, &scratch_file(&stage)).unwrap();
            let shell = Command::new("sh").args(["-c", &command]).status();
            assert!(shell.unwrap().success(), "{command}");
        }
        ticked(&mut reader, &plan, index + 1);
    }
    says(
        &mut reader,
        "nothing: the file ends before it, as expected (nothing: a load there is SIGBUS)",
    );
    says(&mut reader, "All that you saw is as the experiment expects");
    assert!(program.is_running());
}

/// The press of this one has the keyboard.
#[track_caller]
fn has_keyboard(reader: &mut Reader, press: &str) {
    until(&format!("the keyboard at {press:?}"), || {
        (reader.focused() == press).then_some(())
    });
}

#[test]
fn after_one_click_enter_and_space_do_the_rest_and_tab_leads_there() {
    const NAME: &str = "shared-seen-by-shared";
    let Some((mut stage, python)) = stage_with_python() else {
        return;
    };
    let _bus = stage.start_bus();
    let (mut reader, mut program) = lab::shown(&stage, python);
    try_it(&mut reader, NAME);
    let plan = plan(NAME);
    let presses: Vec<String> = plan
        .items
        .iter()
        .map(|item| format!("Do it: {}", item.what))
        .collect();
    reader.click(&stage, &presses[0]);
    ticked(&mut reader, &plan, 1);
    // the last is ticked by itself: its bytes are in sight then
    for (index, key, n_done) in [(1, "Return", 2), (2, "space", 3), (3, "Return", 5)] {
        has_keyboard(&mut reader, &presses[index]);
        stage.keys(&[key]);
        ticked(&mut reader, &plan, n_done);
    }
    says(&mut reader, "All that you saw is as the experiment expects");

    reader.press("Start over");
    ticked(&mut reader, &plan, 0);
    stage.keys(&["F6"]); // out of the bytes, where Tab changes the column
    reader.lead_to(&stage, "Tab", &presses[0], TABS);
    stage.keys(&["Return"]);
    ticked(&mut reader, &plan, 1);
    has_keyboard(&mut reader, &presses[1]);
    assert!(program.is_running());
    assert_eq!(program.said(), "", "nothing is printed");
}
