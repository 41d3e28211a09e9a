//! A process that gives a mapping's name to another one: what is told of it is told of that one from then on.

use mapscope::lab::Experiment;
use mapscope::lab::catalogue;
use mapscope::lab::claim::Verdict;
use mapscope::lab::runner;
use mapscope::lab::script::{Script, private, shared};
use mapscope::map::page_bytes;

use super::finished_apart;

/// A maps a file private, gives that up, and maps two pages of it shared by the same name; then one more by another name.
fn maps_anew(s: &mut Script) {
    let page = s.page();
    s.letters("f", 2);
    let a = s.peer("A");
    s.open_and_map(a, private("f", page));
    let told = s.unmap(a, 0, page);
    s.expect_done(told);
    s.map(a, shared("f", 2 * page));
    s.map(a, private("f", page).named("other"));
    let told = s.load(a, page, 1);
    s.expect_bytes(told, b"B");
}

#[test]
fn what_is_shown_is_the_last_mapping_of_that_name() {
    let known = catalogue::find("shared-seen-by-shared").unwrap();
    let experiment: &'static Experiment = Box::leak(Box::new(Experiment {
        claim: known.claim,
        needs: known.needs,
        rests_on: known.rests_on,
        script: maps_anew,
    }));
    let records = finished_apart(
        |_| {},
        |options, never, tell| runner::run(&[experiment], options, never, tell),
    );
    assert_eq!(records[0].verdict, Verdict::AsPredicted, "{records:#?}");
    let card = &records[0].peers[0];
    assert!(card.mapping.starts_with("shared"), "{}", card.mapping);
    let shown = card.holding.mapping.as_ref().unwrap();
    assert_eq!(shown.call, shared("f", 2 * page_bytes()));
    if cfg!(target_os = "linux") {
        assert_eq!(shown.pages.as_ref().map(Vec::len), Some(2));
    }
}
