//! How long an order may take: as long as its work can take on a busy machine; and what the system does not grant.

use std::time::Duration;

use mapscope::lab::Experiment;
use mapscope::lab::claim::Verdict;
use mapscope::lab::script::{Figure, Script, anonymous, anonymous_shared};
use mapscope::peer::calls::{Call, FileAccess, FutexCall, Lane, RaceCall};

use super::set_up;

const fn experiment(script: fn(&mut Script)) -> Experiment {
    set_up::experiment("patience", script)
}

fn verdict(experiment: &'static Experiment, limit: Option<Duration>) -> Verdict {
    let record = set_up::play_with(experiment, |options| {
        options.limit = limit.unwrap_or(options.limit);
    });
    record.verdict
}

/// It would take minutes, were it to go by the rounds.
#[test]
fn words_are_loaded_for_half_a_second_at_most() {
    static FORM: Experiment = experiment(|s| {
        let a = s.peer("A");
        s.map(a, anonymous_shared(s.page()));
        let c = s.fork(a, "C");
        for counted in [false, true] {
            let race = |lane| {
                Call::Race(RaceCall {
                    map: "m".to_owned(),
                    line: 0,
                    racers: 2,
                    rounds: 1_000_000_000,
                    lane,
                })
            };
            let told = s.together(|s| {
                s.must(a, "stores", race(Lane::WriteWords { at: 512, counted }));
                s.must(c, "loads", race(Lane::ReadWords { at: 512, counted }))
            });
            s.judge(told, "no torn word", told.get(Figure::TornWords).is(0));
        }
    });
    assert_eq!(verdict(&FORM, None), Verdict::AsPredicted);
}

#[test]
fn who_is_to_wait_has_the_time_for_it() {
    static FORM: Experiment = experiment(|s| {
        let a = s.peer("A");
        s.map(a, anonymous(s.page()));
        let wait = Call::Futex(FutexCall::Wait {
            map: "m".to_owned(),
            at: 0,
            value: 0,
            private: true,
            milliseconds: 2500,
        });
        let told = s.attempt(a, "waits", wait);
        s.expect_failed(told, "ETIMEDOUT");
    });
    let limit = Duration::from_secs(2);
    assert_eq!(verdict(&FORM, Some(limit)), Verdict::AsPredicted);
}

/// A file of the system that cannot be opened is no fault of the script.
#[test]
fn what_the_system_does_not_let_be_opened_is_not_available() {
    static SYSTEM: Experiment = experiment(|s| {
        let a = s.peer("A");
        let path = "/proc/self/mapscope".as_ref();
        s.open_path(a, "opens it", "it", path, FileAccess::Read);
    });
    static OWN: Experiment = experiment(|s| {
        let a = s.peer("A");
        s.open(a, "none");
    });
    match verdict(&SYSTEM, None) {
        Verdict::NotAvailable(why) => {
            assert!(why.contains("/proc/self/mapscope"), "{why}");
            assert!(why.contains("ENOENT"), "{why}");
        }
        other => panic!("{other}"),
    }
    let own = verdict(&OWN, None);
    assert!(matches!(own, Verdict::NotDone(_)), "{own}");
}
