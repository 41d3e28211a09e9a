//! Lessons about what reading costs. Times are of the machine: what is predicted is what they come of, faults and pages.

use crate::lab::claim::Contents;
use crate::lab::script::{Figure, Peer, Script, StepId, Value, Words, shared};
use crate::peer::calls::{Advice, AreaCall, Call, MapFlag, PassCall, Prot};

use super::{Heading, Lesson, switched};

/// Bytes of a file that takes many faults, however many pages each of them brings in.
const MUCH: u64 = 16 << 20;
/// Fewer faults than that take, and more than a process has by the way.
const FEW: u64 = 64;

/// Some systems count no faults.
fn require_counts(s: &mut Script, told: StepId) {
    let why = "the system counts no page faults: no process runs without one";
    s.require(told.get(Figure::Minor).above(0), why);
}

fn expect_few(s: &mut Script, faults: Value) {
    s.check(
        "counts the faults",
        Words::new("{}", [faults.clone()]),
        format!("fewer than {FEW}"),
        faults.below(FEW),
    );
}

/// Why no file can be cold here.
fn can_be_cold(s: &mut Script) -> bool {
    let why = if !cfg!(target_os = "linux") {
        "only Linux lets a program ask for its file to be dropped from memory"
    } else if s.on_tmpfs() {
        "the files of tmpfs are in memory and nowhere else, and cannot be cold"
    } else {
        return true;
    };
    s.not_available(why);
    false
}

/// A file of so many pages that is not in memory, by the name `m` once it is mapped.
fn cold_file(s: &mut Script, peer: Peer, pages: u64) {
    let len = pages * s.page();
    s.file("f", Contents::Noise { len });
    s.open(peer, "f");
    let file = "f".to_owned();
    s.must(peer, "makes f cold", Call::Cool { file });
}

/// How many pages of a mapping of f are in memory; touches none.
fn in_memory(s: &mut Script, peer: Peer, map: &str, pages: u64) -> StepId {
    let call = Call::Area(AreaCall::Resident {
        map: map.to_owned(),
        at: 0,
        len: pages * s.page(),
    });
    s.must(peer, "asks mincore which pages are in memory", call)
}

fn require_cold(s: &mut Script, told: StepId) {
    let why = "some of the file stayed in memory: it cannot be made cold here";
    s.require(told.get(Figure::InMemory).is(0), why);
}

pub(super) static LESSONS: &[Lesson] = &[
    Heading::new("cost-warm-sequential", "cost-warm-random").exercise(
        "The file is mapped with MAP_POPULATE: how many page faults do the loads of all its pages take?",
        &["One for each page", "One for each group of pages that a fault brings in", "Next to none: mmap has done their work"],
        2,
        switched(|s, changed| {
            let len = MUCH;
            let pages = len / s.page();
            s.letters("f", pages);
            let a = s.peer("A");
            let map = shared("f", len).allowing(Prot::Read);
            s.open_and_map(a, if changed { map.with(MapFlag::Populate) } else { map });
            let before = s.faults(a);
            require_counts(s, before);
            s.touch(a, 0, len, false);
            let after = s.faults(a);
            expect_few(s, after.get(Figure::Minor) - before.get(Figure::Minor));
        }),
    ),
    Heading::new("cost-warm-random", "cost-cold-sequential").exercise(
        "The file has one page only, so that all 1,000 draws are of it: read makes 1,000 calls; how many page faults do the loads take?",
        &["1,000 too: one for each draw", "One, or a few: then it is in the page table"],
        1,
        switched(|s, changed| {
            let len = if changed { s.page() } else { MUCH };
            let pages = len / s.page();
            s.letters("f", pages);
            let a = s.peer("A");
            s.open(a, "f");
            let before = s.faults(a);
            require_counts(s, before);
            let pass = Call::Pass(PassCall {
                file: "f".to_owned(),
                by_loads: true,
                len,
                random_pages: Some(1000),
                seed: 28,
                over: None,
            });
            let told = s.must(a, "takes 1000 pages of f, drawn at random, by mmap and loads", pass);
            expect_few(s, told.get(Figure::Minor));
        }),
    ),
    Heading::new("cost-cold-sequential", "cost-cold-random").exercise(
        "A process loads all of a cold file through a mapping, and unmaps it: how much of the file does a later read have to fetch from the storage?",
        &["All of it: with the mapping its pages are gone", "Nothing: both go by the same pages in memory"],
        1,
        switched(|s, changed| {
            const PAGES: u64 = 256;
            if !can_be_cold(s) {
                return;
            }
            let len = PAGES * s.page();
            let (a, b) = (s.peer("A"), s.peer("B"));
            cold_file(s, a, PAGES);
            s.open_and_map(b, shared("f", len).allowing(Prot::Read));
            let before = in_memory(s, b, "m", PAGES);
            require_cold(s, before);
            if changed {
                s.map(a, shared("f", len).allowing(Prot::Read));
                s.touch(a, 0, len, false);
                let gone = s.unmap(a, 0, len);
                s.expect_done(gone);
            }
            let after = in_memory(s, b, "m", PAGES);
            let all = after.get(Figure::InMemory).is(PAGES);
            s.judge(after, format!("all {PAGES} pages in memory"), all);
        }),
    ),
    Heading::new("cost-cold-random", "shared-seen-by-shared").exercise(
        "MADV_RANDOM is said of the mapping: how many pages does the first load of a cold file bring in?",
        &["Those around it as well, as the kernel always reads ahead", "Its own, or little more", "All of the file"],
        1,
        switched(|s, changed| {
            const PAGES: u64 = 256;
            if !can_be_cold(s) {
                return;
            }
            let len = PAGES * s.page();
            let a = s.peer("A");
            cold_file(s, a, PAGES);
            s.map(a, shared("f", len).allowing(Prot::Read));
            if changed {
                let advice = Call::Advise {
                    map: "m".to_owned(),
                    at: 0,
                    len,
                    advice: Advice::Random,
                };
                s.must(a, "says MADV_RANDOM of m", advice);
            }
            let before = in_memory(s, a, "m", PAGES);
            require_cold(s, before);
            let _ = s.load(a, 28, 1);
            let after = in_memory(s, a, "m", PAGES);
            let few = after.get(Figure::InMemory).at_most(16);
            s.judge(after, "16 pages at most", few);
        }),
    ),
];
