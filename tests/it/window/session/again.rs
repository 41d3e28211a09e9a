//! What only a later store shows of a session: copies that a child has from its parent, and bytes that came with a growth.

use super::*;
use egui_kittest::kittest::Queryable as _;

#[test]
fn a_child_has_the_copies_of_its_parent_again() {
    if !has_compiler() {
        return;
    }
    let mut hand = Hand::new();
    let parent = hand.add(ProcessKind::Private);
    hand.store(PeersAction::Store(parent));
    let child = hand.fork(parent);
    hand.store(PeersAction::StoreAs(WitnessId::File));
    let entry = doc(&hand.window).happened.newest_first().next().unwrap();
    let row = entry.saw.iter().find(|row| row.who == Who::Process(child));
    assert_eq!(row.unwrap().saw, Saw::Not, "{}", entry.full_words());
    hand.again();
}

#[test]
fn bytes_that_came_with_a_growth_stand_there_again() {
    if !has_compiler() {
        return;
    }
    let mut hand = Hand::new();
    let private = hand.pair(Mode::Private);
    let (page, at) = (page_bytes(), page_bytes() + 5);
    hand.point(at);
    hand.store(PeersAction::Store(private));
    // That place goes, and comes again with other bytes.
    hand.point(3);
    hand.set_len(page / 2);
    let file = fs::OpenOptions::new().write(true).open(&hand.path).unwrap();
    let more = vec![b'x'; usize::try_from(page).unwrap()];
    file.write_all_at(&more, page / 2).unwrap();
    until(&mut hand.window, "the growth is told", |window| {
        doc(window).file_len == page / 2 + page
    });
    hand.point(at);
    hand.store(PeersAction::Store(private));
    let number = doc(&hand.window).happened.n_made();
    let (_, said) = hand.said_again();
    let mut reads = said
        .lines()
        .filter(|line| line.contains(" by pread, entry "));
    let last = reads.rfind(|line| line.contains(&format!(", entry {number}: ")));
    assert!(last.is_some_and(|line| line.contains(": 78")), "{said}");
}

#[test]
fn the_menu_of_programs_leads_to_the_form() {
    let mut hand = Hand::new();
    let is_open = |window: &Window| window.query_by_label("Export as C\u{2026}").is_some();
    hand.window
        .get_by_label("Export as a program")
        .click_accesskit();
    until(&mut hand.window, "the menu is open", is_open);
    hand.window
        .get_by_label("Export as C\u{2026}")
        .click_accesskit();
    until(&mut hand.window, "it is asked where to", |window| {
        doc(window).saving.is_some()
    });
}
