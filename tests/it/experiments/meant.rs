//! What a script says by names is what is meant by them: a path in its own folder, a place of another peer, a line of maps, a
//! file system.

use mapscope::lab::Experiment;
use mapscope::lab::claim::{Claim, Expected, LabTopic, Promise, RunRecord, Verdict};
use mapscope::lab::script::{Figure, Rule, Script, anonymous, shared};
use mapscope::peer::calls::{AreaCall, Call, ObjectCall, Remote, TransferCall};

use super::{is_empty, memory_dir, options, run};

const fn experiment(script: fn(&mut Script)) -> Experiment {
    Experiment {
        claim: Claim {
            name: "meant",
            topic: LabTopic::Sharing,
            title: "What is said is meant",
            choices: &["It is", "It is not", "It cannot be said"],
            expected: Expected::Always(0),
            promise: Promise::Open,
            why: "It is tested here.",
            source: "this file",
        },
        needs: &[],
        rests_on: &[],
        script,
    }
}

#[track_caller]
fn play(experiment: &'static Experiment) -> RunRecord {
    let dir = tempfile::tempdir().unwrap();
    let (mut records, over) = run(&[experiment], &options(dir.path()), |_| {});
    over.unwrap();
    assert!(is_empty(dir.path()), "something was left in the folder");
    records.pop().unwrap()
}

fn peek(peer: &str, map: &str) -> Call {
    let there = Remote::Peer {
        peer: peer.to_owned(),
        map: map.to_owned(),
        at: 28,
    };
    Call::Transfer(TransferCall::Peek { there, len: 1 })
}

#[test]
fn a_place_of_another_peer_is_found_by_its_name() {
    static FORM: Experiment = experiment(|s| {
        let (a, b) = (s.peer("A"), s.peer("B"));
        let (page, map) = (s.page(), "own");
        s.map(a, anonymous(page).named(map));
        s.store_in(a, map, 28, b"Z");
        let told = s.attempt(b, "looks into A", peek("A", map));
        let why = "this system lets nobody look";
        s.require(told.get(Figure::Bytes).is(1), why);
        s.expect_bytes(told, b"Z");
    });
    let record = play(&FORM);
    let is_fine = matches!(
        record.verdict,
        Verdict::AsPredicted | Verdict::NotAvailable(_)
    );
    assert!(is_fine, "{record:#?}");
    let pid = record.peers[0].pid;
    let looked = record.steps.iter().find(|step| step.what == "looks into A");
    let call = &looked.unwrap().calls[0].text;
    assert!(call.starts_with(&format!("process_vm_readv({pid}, ")));
}

/// Neither is an observation: the script is wrong.
#[test]
fn a_place_that_is_not_there_is_not_carried_out() {
    static NOBODY: Experiment = experiment(|s| {
        let b = s.peer("B");
        let told = s.attempt(b, "looks into A", peek("A", "m"));
        s.expect_bytes(told, b"Z");
    });
    static NOTHING: Experiment = experiment(|s| {
        let (_, b) = (s.peer("A"), s.peer("B"));
        let told = s.attempt(b, "looks into A", peek("A", "m"));
        s.expect_bytes(told, b"Z");
    });
    for (form, part) in [(&NOBODY, "no process A"), (&NOTHING, "no mapping")] {
        match play(form).verdict {
            Verdict::NotDone(why) => assert!(why.contains(part), "{why}"),
            other => panic!("{other}"),
        }
    }
}

/// Else they would be paths of whatever folder the program was started in.
#[test]
fn paths_are_those_of_the_scratch_folder() {
    static FORM: Experiment = experiment(|s| {
        s.letters("f", 2);
        let a = s.peer("A");
        s.open(a, "f");
        let watch = Call::Object(ObjectCall::Watch {
            file: "watch".to_owned(),
            path: "f".into(),
        });
        s.must(a, "watches f", watch);
        let cut = Call::Object(ObjectCall::TruncatePath {
            path: "f".into(),
            len: s.page(),
        });
        s.must(a, "cuts f", cut);
        s.expect_length(a, "f", s.page());
        let path = "f".into();
        let unlink = Call::Object(ObjectCall::Unlink { path });
        let told = s.attempt(a, "deletes f", unlink);
        s.expect_done(told);
    });
    assert_eq!(play(&FORM).verdict, Verdict::AsPredicted);
}

#[test]
fn lines_of_maps_are_known_by_their_names_and_repeated_calls_by_their_end() {
    static FORM: Experiment = experiment(|s| {
        s.letters("some file", 1);
        let page = s.page();
        let a = s.peer("A");
        s.open_and_map(a, shared("some file", page));
        s.map(a, anonymous(4 * page).named("n"));
        let line = s.maps(a, "m");
        let named = |name: &str| Rule::Named(line, name.to_owned());
        s.judge(line, "its name", named("some file").and(named("e f")));
        let none = s.unmap(a, 0, page);
        s.expect_done(none);
        let gone = s.maps(a, "m");
        let map = "n".to_owned();
        let told = s.must(
            a,
            "protects",
            Call::Area(AreaCall::ProtectEverySecond { map }),
        );
        let ended = Rule::Ended(told, "ENOMEM".to_owned());
        let times = told.get(Figure::Times);
        s.judge(told, "two times", times.is(2));
        let wrong = Rule::any([
            Rule::Named(gone, String::new()),
            Rule::Named(line, "other".to_owned()),
            Rule::Named(told, String::new()),
            ended,
        ]);
        s.check("what is not so", "nothing", "one", wrong);
    });
    let record = play(&FORM);
    let checks: Vec<_> = record.steps.iter().filter_map(|step| step.holds).collect();
    assert_eq!(checks, [true, true, true, false], "{record:#?}");
}

#[test]
fn one_choice_is_predicted_for_each_file_system_that_is_listed() {
    static FORM: Experiment = experiment(|_| {});
    let claim = Claim {
        expected: Expected::On {
            listed: &[("ext4", 1), ("xfs", 2)],
            elsewhere: 0,
        },
        ..FORM.claim
    };
    for (file_system, choice) in [
        ("ext4", 1),
        ("overlay over ext4", 1),
        ("xfs", 2),
        ("tmpfs", 0),
        ("overlay", 0),
    ] {
        assert_eq!(claim.predicted(file_system), Some(choice), "{file_system}");
    }
    assert_eq!(claim.prediction("xfs"), "on xfs: It cannot be said");
    assert!(claim.is_unclear("overlay") && !claim.is_unclear("overlay over ext4"));
    assert!(!FORM.claim.is_unclear("overlay"));
}

/// Two runs at once may use the same name of shared memory, and leave nothing.
#[test]
fn names_of_shared_memory_are_each_runs_own() {
    static FORM: Experiment = experiment(|s| {
        let (a, b) = (s.peer("A"), s.peer("B"));
        for (peer, create) in [(a, true), (b, false)] {
            let open = Call::Object(ObjectCall::ShmOpen {
                file: "g".to_owned(),
                name: "meant".to_owned(),
                create,
            });
            let told = s.attempt(peer, "opens it", open);
            s.expect_done(told);
        }
    });
    let Some(memory) = memory_dir() else {
        crate::skip::skip("/dev/shm is no tmpfs here");
        return;
    };
    std::thread::scope(|scope| {
        let both = [(); 2].map(|()| scope.spawn(|| play(&FORM).verdict));
        for one in both {
            assert_eq!(one.join().unwrap(), Verdict::AsPredicted);
        }
    });
    let left = std::fs::read_dir(memory)
        .unwrap()
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            name.to_string_lossy().starts_with("mapscope-meant")
        });
    assert_eq!(left.count(), 0);
}
