//! What is said of other programs: taken for the bytes and the mapping that are watched now, and for no others.

use mapscope::map::{
    Gap, OtherMapping, OtherPage, OtherProcess, Others, PageFact, Sameness, SeenBytes,
};
use mapscope::model::others::{LookStuck, OthersEvent, OthersNews, OthersSeen, OthersState};
use mapscope::model::picture::{Group, Picture, RowMemory};
use mapscope::model::process::{EndHow, PeerEvent, PeerNews, ProcessEnd};
use mapscope::model::{DocId, Generation, MappingId, Target, WitnessId, WitnessState};

use super::*;

/// One process that maps the bytes and reads this.
fn found(pid: u32, byte: u8) -> Others {
    let fact = PageFact {
        state: PageState::PrivateCopy,
        is_exclusive: Some(true),
        frame: None,
    };
    let mapping = OtherMapping {
        addresses: (4096, 8192),
        span: span(0, 4096),
        mode: Mode::Private,
        may: [true, true, false],
        path: PATH.into(),
        is_deleted: false,
        sameness: Sameness::Proven,
        pages: vec![OtherPage {
            span: span(0, 1),
            fact: Ok(fact),
            seen: SeenBytes::Bytes(vec![byte]),
        }],
    };
    let process = OtherProcess {
        pid,
        started: 1,
        name: "other".into(),
        is_elsewhere: Some(false),
        mappings: vec![mapping],
        open: Vec::new(),
        n_open: 0,
        memory_of: None,
        is_silent: false,
    };
    Others {
        processes: vec![process],
        is_whole: true,
        ..Others::default()
    }
}

fn seen(at: Span, pid: u32, byte: u8) -> OthersNews {
    OthersNews::Seen(Box::new(OthersSeen {
        span: at,
        found: found(pid, byte),
    }))
}

fn say(rig: &mut Rig, target: Target, news: OthersNews) {
    let effects = rig.hear(Event::Others(OthersEvent { target, news }));
    assert!(effects.is_empty(), "{effects:?}");
}

fn pids(rig: &Rig) -> Vec<u32> {
    let seen = rig.doc().others_seen();
    seen.map_or_else(Vec::new, |seen| {
        seen.processes.iter().map(|process| process.pid).collect()
    })
}

#[test]
fn what_is_said_of_the_bytes_that_are_watched_is_shown() {
    let mut rig = open(100);
    let target = rig.target();
    assert_eq!(rig.doc().others.state, OthersState::Waiting);
    say(&mut rig, target, seen(span(0, 1), 7, b'Z'));
    assert_eq!(pids(&rig), [7]);
    // It stands in the picture, with what it sees.
    let picture = Picture::of(rig.doc(), rig.doc().others_seen()).unwrap();
    let others = picture.rows.iter().filter(|row| row.group == Group::Others);
    let names: Vec<&str> = others.map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["other 7"]);
}

/// The file ended before it meanwhile: no touch brings the page.
#[test]
fn a_page_past_the_end_of_the_file_is_no_page_that_comes() {
    let mut rig = open(100);
    let target = rig.target();
    let mut others = found(7, b'Z');
    let page = &mut others.processes[0].mappings[0].pages[0];
    page.seen = SeenBytes::NotPresent;
    page.fact = Ok(PageFact {
        state: PageState::NotPresent,
        is_exclusive: None,
        frame: None,
    });
    let at = span(0, 1);
    let memory = |rig: &Rig| {
        let picture = Picture::of(rig.doc(), rig.doc().others_seen()).unwrap();
        let mut rows = picture.rows.iter();
        let row = rows.find(|row| row.group == Group::Others).unwrap();
        (row.memory.clone(), picture.row_words(row))
    };
    let seen = OthersSeen {
        span: at,
        found: others,
    };
    say(&mut rig, target, OthersNews::Seen(Box::new(seen)));
    assert_eq!(memory(&rig).0, RowMemory::NotPresent);
    let gap = Gap {
        span: at,
        reason: GapReason::PastFileEnd { file_len: 0 },
    };
    let readout = Readout {
        span: at,
        bytes: vec![0],
        gaps: vec![gap],
    };
    let state = WitnessState::Reads {
        readout: readout.into(),
        pages: Vec::new(),
    };
    rig.say(FileNews::Witness(WitnessId::File, state));
    let (memory, words) = memory(&rig);
    assert_eq!(memory, RowMemory::PastEnd);
    assert!(
        words.contains("the file ends before it") && !words.contains("bring"),
        "{words}"
    );
}

#[test]
fn what_is_said_late_is_dropped() {
    let mut rig = open(100);
    let target = rig.target();
    say(&mut rig, target, seen(span(0, 1), 7, b'Z'));
    let before = format!("{:?}", rig.app.docs);
    let strangers = [
        Target {
            generation: target.generation.next(),
            ..target
        },
        Target {
            mapping: MappingId(9999),
            ..target
        },
        Target {
            doc: DocId(9999),
            ..target
        },
    ];
    for stranger in strangers {
        say(&mut rig, stranger, seen(span(0, 1), 8, b'Q'));
        let stuck = Some(LookStuck {
            pid: Some(1),
            seconds: 9,
        });
        say(&mut rig, stranger, OthersNews::Stuck(stuck));
        say(
            &mut rig,
            stranger,
            OthersNews::Unavailable(mapscope::map::Unavailable::NotOnThisSystem),
        );
    }
    say(&mut rig, target, seen(span(5, 6), 8, b'Q'));
    assert_eq!(before, format!("{:?}", rig.app.docs));
    // Of other bytes what was said is no answer.
    rig.point(5);
    assert_eq!(pids(&rig), [0; 0]);
    say(&mut rig, target, seen(span(0, 1), 8, b'Q'));
    assert_eq!(pids(&rig), [0; 0]);
    say(&mut rig, target, seen(span(5, 6), 9, b'Q'));
    assert_eq!(pids(&rig), [9]);
}

#[test]
fn an_earlier_mapping_is_not_answered_for_the_one_in_its_place() {
    let mut rig = open(100);
    let before = rig.target();
    rig.act(M::Remap);
    rig.remapped(Mode::Private, Access::ReadWrite);
    assert_ne!(rig.target().generation, Generation::FIRST);
    say(&mut rig, before, seen(span(0, 1), 7, b'Z'));
    assert_eq!(pids(&rig), [0; 0]);
}

#[test]
fn while_nobody_looks_nothing_is_kept() {
    let mut rig = open(100);
    let target = rig.target();
    say(&mut rig, target, seen(span(0, 1), 7, b'Z'));
    rig.act(A::ShowTab(Tab::Mapping));
    assert_eq!(pids(&rig), [0; 0]);
    say(&mut rig, target, seen(span(0, 1), 7, b'Z'));
    let stuck = Some(LookStuck {
        pid: None,
        seconds: 3,
    });
    say(&mut rig, target, OthersNews::Stuck(stuck));
    assert_eq!(rig.doc().others.state, OthersState::Waiting);
    assert_eq!(rig.doc().others.stuck, None);
    rig.act(A::ShowTab(Tab::Witnesses));
    say(&mut rig, target, seen(span(0, 1), 7, b'Z'));
    assert_eq!(pids(&rig), [7]);
}

#[test]
fn a_look_that_does_not_come_back_is_said_until_it_does() {
    let mut rig = open(100);
    let target = rig.target();
    say(&mut rig, target, seen(span(0, 1), 7, b'Z'));
    let stuck = Some(LookStuck {
        pid: Some(99),
        seconds: 3,
    });
    say(&mut rig, target, OthersNews::Stuck(stuck));
    assert_eq!(rig.doc().others.stuck, stuck);
    assert_eq!(pids(&rig), [7], "what was seen before stands");
    say(&mut rig, target, OthersNews::Stuck(None));
    assert_eq!(rig.doc().others.stuck, None);
    say(&mut rig, target, OthersNews::Stuck(stuck));
    say(&mut rig, target, seen(span(0, 1), 8, b'Z'));
    assert_eq!(rig.doc().others.stuck, None, "an answer came");
}

#[test]
fn the_numbers_of_our_own_are_those_that_run() {
    let mut rig = open(100);
    let all: Vec<Target> = rig
        .doc()
        .processes
        .list()
        .iter()
        .map(|process| Target {
            mapping: process.mapping,
            generation: process.generation,
            ..rig.target()
        })
        .collect();
    assert_eq!(rig.doc().processes.pids(), [0; 0]);
    let [first, second] = all[..] else {
        panic!("a pair runs: {all:?}");
    };
    let mut say = |target, news| rig.hear(Event::Peer(PeerEvent { target, news }));
    say(first, PeerNews::Runs { pid: 11 });
    say(second, PeerNews::Runs { pid: 12 });
    let end = ProcessEnd {
        how: EndHow::Exited(0),
        complaint: None,
        lost_copies: false,
        next: None,
    };
    say(first, PeerNews::Ended(end));
    assert_eq!(rig.doc().processes.pids(), [12]);
}
