//! What of each experiment can be tried by hand: a list of things to do, or a sentence that says why there is none.

use std::collections::BTreeSet;

use mapscope::lab::claim::{Environment, HAND_BYTES, HandDeed};
use mapscope::lab::script::{Script, ScriptStep, private, shared};
use mapscope::lab::{catalogue, hand};
use mapscope::peer::calls::{Advice, Call};

const PAGE: u64 = 4096;

fn of(write: fn(&mut Script)) -> Result<mapscope::lab::claim::HandPlan, String> {
    let environment = Environment {
        page_bytes: PAGE,
        file_system: "ext4".to_owned(),
        ..Environment::default()
    };
    hand::plan(&Script::of(write, &environment))
}

/// The names of the peers that are processes of a list.
fn names(deed: &HandDeed) -> Option<&str> {
    match deed {
        HandDeed::Add { name, .. } | HandDeed::Fork { child: name, .. } => Some(name),
        _ => None,
    }
}

#[test]
fn each_has_a_list_or_a_reason() {
    let mut lists = BTreeSet::new();
    for experiment in catalogue::all() {
        let name = experiment.claim.name;
        match hand::plan_of(experiment, PAGE) {
            Ok(plan) => {
                lists.insert(name);
                assert!(plan.contents.len(PAGE) <= HAND_BYTES, "{name}");
                assert!(
                    plan.n_checks > 0 && plan.n_checks >= plan.n_left_out,
                    "{name}"
                );
                let checks = plan.items.iter().filter(|item| item.deed.is_check());
                assert_eq!(checks.count(), plan.n_checks, "{name}");
                let last = plan.items.last().unwrap();
                assert!(
                    last.deed.is_check(),
                    "{name} ends with what is seen: {}",
                    last.what
                );
                let letters: Vec<_> = plan.items.iter().filter_map(|it| names(&it.deed)).collect();
                assert!(
                    letters.iter().all(|it| it.len() == 1),
                    "{name}: {letters:?}"
                );
            }
            Err(why) => {
                let is_sentence = why.starts_with(|first: char| first.is_uppercase());
                assert!(
                    is_sentence && !why.ends_with('.') && why.len() > 20,
                    "{name}: {why}"
                );
            }
        }
    }
    // what only stores, looks, forks and cuts its file can be tried
    for topic in [
        "shared-seen-by",
        "two-",
        "fork-c",
        "truncat",
        "copy-",
        "growth-",
    ] {
        assert!(
            lists.iter().any(|name| name.starts_with(topic)),
            "{topic}: {lists:?}"
        );
    }
    assert!(lists.len() >= 28, "{lists:?}");
}

#[test]
fn a_list_shows_each_check_of_its_script_or_counts_it_as_left_out() {
    fn judges(steps: &[ScriptStep]) -> usize {
        let of = |step: &ScriptStep| match step {
            ScriptStep::Judge { .. } | ScriptStep::Check { .. } => 1,
            ScriptStep::Until { steps, .. } | ScriptStep::Repeat { steps, .. } => judges(steps),
            _ => 0,
        };
        steps.iter().map(of).sum()
    }
    let script = |s: &mut Script| {
        let page = s.page();
        s.letters("f", 1);
        let (a, b) = (s.peer("A"), s.peer("B"));
        s.open_and_map(a, shared("f", page));
        s.open_and_map(b, private("f", page));
        s.store(a, 28, b"Z");
        let seen = s.load(b, 28, 1);
        s.expect_bytes(seen, b"Z");
        let lines = s.maps(b, "m");
        s.judge(lines, "a line", lines.n_lines(1));
    };
    let environment = Environment {
        page_bytes: PAGE,
        ..Environment::default()
    };
    let script = Script::of(script, &environment);
    let plan = hand::plan(&script).unwrap();
    assert_eq!((plan.n_checks, plan.n_left_out), (1, 1));
    assert_eq!(judges(script.steps()), plan.n_checks + plan.n_left_out);
    let words: Vec<_> = plan.items.iter().map(|item| item.what.as_str()).collect();
    let wanted = [
        "Add A: a process with a shared mapping",
        "Add B: a process with a private mapping",
        "A stores Z at 28",
        "See what B has at 28",
    ];
    assert_eq!(words, wanted);
}

#[test]
fn what_no_row_can_be_told_is_named() {
    let advised = of(|s| {
        let page = s.page();
        s.letters("f", 1);
        let a = s.peer("A");
        s.open_and_map(a, shared("f", page));
        let call = Call::Advise {
            map: "m".to_owned(),
            at: 0,
            len: page,
            advice: Advice::WillNeed,
        };
        s.must(a, "says MADV_WILLNEED of its pages", call);
        let seen = s.load(a, 0, 1);
        s.expect_bytes(seen, b"A");
    });
    assert_eq!(
        advised.unwrap_err(),
        "A says MADV_WILLNEED of its pages, which no row of an open file can be told"
    );
    let measured = of(|s| {
        let page = s.page();
        s.letters("f", 1);
        let a = s.peer("A");
        s.open_and_map(a, shared("f", page));
        s.store(a, 0, b"Z");
        let lines = s.maps(a, "m");
        s.judge(lines, "a line", lines.n_lines(1));
    });
    assert_eq!(
        measured.unwrap_err(),
        "A looks up m in /proc/self/maps, which no row of an open file shows"
    );
    let two_files = of(|s| {
        s.letters("f", 1);
        s.letters("g", 1);
    });
    assert!(two_files.unwrap_err().contains("second file, g"));
    let large = of(|s| s.letters("f", HAND_BYTES / PAGE + 1));
    assert!(large.unwrap_err().contains("more than is made for this"));
}

#[test]
fn a_mapping_that_is_longer_than_its_file_is_made_by_cutting_the_file() {
    let plan = of(|s| {
        let page = s.page();
        s.letters("f", 1);
        let (a, b) = (s.peer("A"), s.peer("B"));
        s.open_and_map(a, shared("f", 2 * page));
        s.open_and_map(b, shared("f", page));
        let past = s.load(a, page, 1);
        s.expect_killed(past, "SIGBUS", None);
        s.store(b, 0, b"Z");
    })
    .unwrap();
    assert_eq!(plan.contents.len(PAGE), 2 * PAGE);
    let cut = HandDeed::Length {
        from: 2 * PAGE,
        to: PAGE,
    };
    assert_eq!(
        plan.items[2].deed, cut,
        "after those that map it, before all else"
    );
}
