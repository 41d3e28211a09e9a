//! What the menu of a process's row does: a store that the processor refuses, what is mapped, a fork of the built-in pair.

use super::process_rows::{SHARED, order, said, until_says};
use super::support::*;
use crate::processes::exists;
use std::fs;

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::happened::{By, Fate, Occurrence};
use mapscope::model::process::EndHow;
use mapscope::model::{Action, AppAction, PeersAction, Process, Tab};

const READ_ONLY: &str =
    "Start a process that maps the file shared and read-only: its stores are refused";

/// A window on 64 bytes `A` with a process of that kind that has answered.
fn with(kind: &str) -> (tempfile::TempDir, std::path::PathBuf, Window) {
    let (folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    until(&mut window, "every witness was heard", |window| {
        let all = [VIEW, SECOND, CALLS, SHARED_PEER, PRIVATE_PEER];
        all.map(|who| witness(window, who))
            .iter()
            .all(|said| said.starts_with("41 'A'"))
    });
    click(&mut window, kind);
    until_says(&mut window, 1, "41 'A', as the file has it");
    (folder, path, window)
}

fn process(window: &Window, number: u32) -> &Process {
    let mut list = doc(window).processes.list().iter();
    list.find(|process| process.ordinal == number).unwrap()
}

/// A label on the screen says that.
fn says(window: &Window, words: &str) -> bool {
    let mut labels = window.query_all_by_role(Role::Label);
    labels.any(|label| label.accesskit_node().value().as_deref() == Some(words))
}

/// Opens the menu of the row that begins with `name`.
#[track_caller]
fn open_menu(window: &mut Window, name: &str) {
    {
        let mut rows = window.query_all_by_role(Role::Row);
        let row = rows.find(|row| {
            let label = row.accesskit_node().label();
            label.is_some_and(|label| label.starts_with(&format!("{name}, ")))
        });
        row.expect("its row").click_accesskit();
    }
    until(window, "the menu is open", |window| {
        is_named(window, "Kill")
    });
}

#[test]
fn a_store_into_a_read_only_mapping_is_made_and_the_death_is_told() {
    let (_folder, path, mut window) = with(READ_ONLY);
    let pid = process(&window, 1).pid.unwrap();
    order(&mut window, 1, "Store anyway (SIGSEGV)");
    until_says(
        &mut window,
        1,
        "ended: killed by SIGSEGV (SEGV_ACCERR) at 0x",
    );
    until(&mut window, "it is reaped", |_| !exists(pid));
    assert!(said(&window, 1).contains("Not written: the processor refused the store"));
    assert_eq!(fs::read(&path).unwrap(), [b'A'; 64]);
    // It alone.
    for who in [VIEW, SECOND, CALLS, SHARED_PEER, PRIVATE_PEER] {
        assert!(witness(&window, who).starts_with("41 'A'"), "{who}");
    }
    let entries: Vec<_> = doc(&window).happened.newest_first().take(2).collect();
    let is_its = |by: &By| matches!(by, By::Process(name) if name.pid == Some(pid));
    assert!(entries.iter().all(|entry| is_its(&entry.by)));
    let ended = entries[0].words();
    assert!(
        ended.starts_with(&format!(
            "Process {pid} ended: killed by SIGSEGV (SEGV_ACCERR) at 0x"
        )),
        "{ended}"
    );
    assert!(matches!(
        &entries[0].what,
        Occurrence::Ended {
            how: EndHow::Faulted(_),
            ..
        }
    ));
    assert_eq!(
        entries[1].words(),
        format!("Not written: ! at 0, by process {pid}: the processor refused it: SIGSEGV")
    );
    assert!(matches!(entries[1].fate, Fate::Faulted(_)));
    assert!(model(&window).tray.orders().is_empty(), "nothing is asked");
}

#[test]
fn only_a_read_only_process_offers_the_store_that_ends_it() {
    let (_folder, _path, mut window) = with(SHARED);
    let name = process(&window, 1).name();
    open_menu(&mut window, &name);
    assert!(!is_named(&window, "Store anyway (SIGSEGV)"));
    assert!(is_named(&window, "Show its mapping"));
}

#[test]
fn a_store_that_is_to_be_refused_comes_back_where_the_process_is_gone() {
    let (_folder, path, mut window) = with(READ_ONLY);
    let mapping = process(&window, 1).mapping;
    order(&mut window, 1, "Kill");
    until_says(&mut window, 1, "ended: signal 9");
    act(
        &mut window,
        Action::Peers(PeersAction::StoreAnyway(mapping)),
    );
    until(&mut window, "it comes back", |window| {
        model(window).tray.orders().len() == 1
    });
    assert!(said(&window, 1).contains("Not written: it is gone"));
    assert_eq!(fs::read(&path).unwrap(), [b'A'; 64]);
}

#[test]
fn what_a_process_has_mapped_is_shown_among_the_facts_and_can_be_copied() {
    let (_folder, path, mut window) = with(READ_ONLY);
    let pid = process(&window, 1).pid.unwrap();
    order(&mut window, 1, "Show its mapping");
    assert_eq!(model(&window).settings.tab, Tab::Mapping);
    let heading = format!("Mapping of process {pid}");
    let path = path.to_str().unwrap();
    until(&mut window, "it is told", |window| {
        says(window, &heading) && says(window, "PROT_READ")
    });
    for words in ["shared (MAP_SHARED)", "PROT_READ", "64 bytes", "0 (0x0)"] {
        assert!(says(&window, words), "{words}");
    }
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let line = maps.lines().find(|line| line.ends_with(path)).unwrap();
    assert!(says(&window, line), "{line}");
    window.get_by_role_and_label(Role::Button, "Copy").click();
    window.step();
    let copied = window.output().platform_output.commands.iter().any(
        |command| matches!(command, egui::OutputCommand::CopyText(text) if text.contains(line)),
    );
    assert!(copied, "the lines are copied");

    // It stays readable after the process is gone, which is said, and can be put away.
    act(&mut window, Action::App(AppAction::ShowTab(Tab::Witnesses)));
    order(&mut window, 1, "Kill");
    until_says(&mut window, 1, "ended");
    act(&mut window, Action::App(AppAction::ShowTab(Tab::Mapping)));
    until(&mut window, "its end is said", |window| {
        says(window, "It ended: signal 9 (SIGKILL)") && says(window, line)
    });
    click(&mut window, "Hide");
    until(&mut window, "it is put away", |window| {
        !says(window, &heading)
    });
}

#[test]
fn the_built_in_pair_forks_and_the_child_is_a_row_below_its_parent() {
    let (_folder, path, mut window) = with(SHARED);
    write_as(&mut window, PRIVATE_PEER);
    until(&mut window, "the private one has its copy", |window| {
        witness(window, PRIVATE_PEER).starts_with("21 '!', which differs")
    });
    let parent = row_name(&window, PRIVATE_PEER);
    open_menu(&mut window, &parent);
    click(&mut window, "Fork a child");
    until_says(&mut window, 2, "21 '!', which differs from the file");
    let picture = mapscope::model::Picture::of(doc(&window), None).unwrap();
    let at = picture.rows.iter().position(|row| row.name == parent);
    let (above, child) = (&picture.rows[at.unwrap()], &picture.rows[at.unwrap() + 1]);
    assert_eq!(child.name, process(&window, 2).name());
    assert_eq!((above.depth, child.depth), (0, 1));
    assert_eq!(above.memory, child.memory, "one page, since the fork");
    assert_eq!(fs::read(&path).unwrap()[0], b'A');
    // It is a process like others: it is put off the list, and its parent lives.
    order(&mut window, 2, "Remove");
    until(&mut window, "it is off the list", |window| {
        doc(window).processes.n_added() == 1
    });
    assert!(witness(&window, PRIVATE_PEER).starts_with("21 '!'"));
}

#[test]
fn the_heading_of_this_programs_rows_has_its_process_number() {
    let (_folder, _path, window) = with(SHARED);
    let own = std::process::id();
    assert!(says(&window, &format!("This program, process {own}")));
    assert!(says(&window, "Our processes"));
}
