//! Lessons about memory without a file, and malloc.

use crate::lab::script::{
    Figure, Peer, Script, ScriptEdit, Wanted, WantedSight, anonymous, anonymous_shared,
};
use crate::peer::calls::{Advice, Call, MapFlag, Outcome, Prot};
use crate::peer::wire::PeerPage::PrivateCopy;

use super::{ExerciseChange, Heading, Lesson, switched};

/// As much as stands out from what a process takes for itself.
const MUCH: u64 = 8 << 20;
/// How far a process may change meanwhile, in KiB.
const SLACK_KIB: u64 = 1024;

/// As much less resident than before, and as much less of address space.
fn expect_less(s: &mut Script, peer: Peer, before: crate::lab::script::StepId, less: (u64, u64)) {
    let after = s.memory(peer);
    let space = before.get(Figure::AddressSpace) - less.0 / 1024;
    let resident = before.get(Figure::Resident) - less.1 / 1024;
    let near = after.get(Figure::AddressSpace).near(space, SLACK_KIB);
    let near = near.and(after.get(Figure::Resident).near(resident, SLACK_KIB));
    let words = format!(
        "{} KiB less of address space, {} resident",
        less.0 / 1024,
        less.1 / 1024
    );
    s.judge(after, words, near);
}

pub(super) static LESSONS: &[Lesson] = &[
    Heading::new("anonymous-starts-as-zeros", "memory-comes-with-the-touch")
    .exercise(
        "A process stores into such memory, unmaps it, and maps as much again: what does it load?",
        &["What it stored, where the kernel gives it the same memory", "0"],
        1,
        switched(|s, changed| {
            let page = s.page();
            let a = s.peer("A");
            s.map(a, anonymous(page));
            s.store(a, 28, b"Z");
            if changed {
                let unmapped = s.unmap(a, 0, page);
                s.expect_done(unmapped);
                s.map(a, anonymous(page));
            }
            let zero = s.load(a, 28, 1);
            s.expect_bytes(zero, &[0]);
        }),
    ),
    Heading::new("memory-comes-with-the-touch", "reading-takes-no-memory")
    .exercise(
        "Four pages are mapped with MAP_POPULATE: how many of them are there before the first touch?",
        &["None", "One", "All four"],
        2,
        switched(|s, changed| {
            let len = 4 * s.page();
            let a = s.peer("A");
            let map = anonymous(len);
            s.map(a, if changed { map.with(MapFlag::Populate) } else { map });
            let pages = s.pages(a, 0, len);
            s.expect_pages(pages, &[const { PrivateCopy }; 4]);
        }),
    ),
    Heading::new("reading-takes-no-memory", "leaked-mappings-stay")
    .exercise(
        "All pages were read; now one byte is stored into one of them: how much more is resident?",
        &["Nothing: the page was there", "One page", "As much as was read"],
        1,
        ExerciseChange::Script(|s| {
            let (page, a) = (s.page(), s.peer("A"));
            s.map(a, anonymous(MUCH));
            s.no_huge_pages(a, MUCH);
            s.touch(a, 0, MUCH, false);
            let before = s.sums(a);
            s.store(a, 0, b"x");
            let after = s.sums(a);
            let more = after.get(Figure::Anonymous) - before.get(Figure::Anonymous);
            s.judge(after, "one page more is anonymous", more.is(page / 1024));
        }),
    ),
    Heading::new("leaked-mappings-stay", "munmap-gives-both-back")
    .exercise(
        "The program says MADV_DONTNEED of a mapping that it has stored into, and does not unmap it: what is given back?",
        &["Its memory, not its addresses", "Both", "Nothing"],
        0,
        ExerciseChange::Script(|s| {
            let a = s.peer("A");
            s.map(a, anonymous(MUCH));
            s.touch(a, 0, MUCH, true);
            let _warm_up = s.memory(a);
            let before = s.memory(a);
            s.drop_pages(a, MUCH);
            expect_less(s, a, before, (0, MUCH));
        }),
    ),
    Heading::new("munmap-gives-both-back", "dontneed-gives-zeros")
    .exercise(
        "Only the second half of the mapping is unmapped: what is given back?",
        &["Nothing before all of it is unmapped", "Half of the addresses, and half of the memory", "Half of the memory alone"],
        1,
        ExerciseChange::Script(|s| {
            let a = s.peer("A");
            s.map(a, anonymous(2 * MUCH));
            s.touch(a, 0, 2 * MUCH, true);
            let _warm_up = s.memory(a);
            let before = s.memory(a);
            let unmapped = s.unmap(a, MUCH, MUCH);
            s.expect_done(unmapped);
            expect_less(s, a, before, (MUCH, MUCH));
        }),
    ),
    Heading::new("dontneed-gives-zeros", "madv-free-is-lazy")
    .exercise(
        "The memory is shared instead: what does it load after MADV_DONTNEED?",
        &["0", "What it stored", "It is SIGBUS"],
        1,
        ExerciseChange::Steps(
            &[ScriptEdit::Mode { peer: "A", shared: true }],
            &[Wanted { peer: "A", back: 0, sees: WantedSight::Bytes(b"Z") }],
        ),
    ),
    Heading::new("madv-free-is-lazy", "large-malloc-is-a-mapping")
    .exercise(
        "It says MADV_DONTNEED instead, and memory is not short: what does it load at once?",
        &["What it stored", "0"],
        1,
        ExerciseChange::Script(|s| {
            let a = s.peer("A");
            s.map(a, anonymous(s.page()));
            s.store(a, 0, b"hello");
            s.drop_pages(a, s.page());
            let zeros = s.load(a, 0, 5);
            s.expect_bytes(zeros, &[0; 5]);
        }),
    ),
    Heading::new("large-malloc-is-a-mapping", "small-malloc-is-no-mapping")
    .exercise(
        "Of two such blocks the first one is freed: what does a load from the second one do?",
        &["It loads what was stored there", "It is SIGSEGV: both lie in one mapping"],
        0,
        ExerciseChange::Script(|s| {
            let a = s.peer("A");
            for block in ["one", "two"] {
                s.malloc(a, block, 64 << 20);
                s.store_in(a, block, 28, b"Z");
            }
            s.free(a, "one");
            let kept = s.load_of(a, "two", 28, 1);
            s.expect_bytes(kept, b"Z");
        }),
    ),
    Heading::new("small-malloc-is-no-mapping", "use-after-free-of-a-large-block").exercise(
        "A block of 256 KiB is freed: what is mapped where it was?",
        &["The mapping that it was cut from", "Nothing: it was a mapping of its own"],
        1,
        ExerciseChange::Script(|s| {
            if let Some(why) = s.environment().other_malloc.clone() {
                return s.not_available(why);
            }
            let a = s.peer("A");
            s.malloc(a, "block", 256 << 10);
            s.store_in(a, "block", 28, b"Z");
            s.free(a, "block");
            let lines = s.maps(a, "block");
            s.judge(lines, "no line", lines.n_lines(0));
        }),
    ),
    Heading::new("use-after-free-of-a-large-block", "huge-page-faults")
    .exercise(
        "The block is of 100 bytes, and another such block is still in use: what does a load from the freed one do?",
        &["It is SIGSEGV as well", "It loads some byte: the memory is still mapped"],
        1,
        switched(|s, changed| {
            let a = s.peer("A");
            let len = if changed { 100 } else { 64 << 20 };
            for block in ["kept", "freed"] {
                s.malloc(a, block, len);
                s.store_in(a, block, 28, b"Z");
            }
            s.free(a, "freed");
            let loaded = s.load_of(a, "freed", 28, 1);
            s.judge(loaded, "one byte, whichever it is", loaded.get(Figure::Bytes).is(1));
        }),
    ),
    Heading::new("huge-page-faults", "page-tables-cost").exercise(
        "Only 1 MiB may be touched, between memory that nobody may (PROT_NONE), and MADV_HUGEPAGE is said of it: how many huge pages come?",
        &["One: the kernel rounds up", "None: it has no room for one"],
        1,
        switched(|s, changed| {
            const MIB: u64 = 1 << 20;
            if s.page() != 4096 {
                return s.not_available("a huge page has many MiB here");
            }
            let a = s.peer("A");
            s.map(a, anonymous(4 * MIB).allowing(Prot::None));
            let (at, len) = if changed { (MIB, MIB) } else { (0, 4 * MIB) };
            let allowed = s.protect(a, at, len, Prot::ReadWrite);
            s.expect_done(allowed);
            let advice = Advice::HugePage;
            let huge = Call::Advise { map: "m".to_owned(), at, len, advice };
            let told = s.attempt(a, "says MADV_HUGEPAGE of what may be touched", huge);
            s.require(told.is(Outcome::Done), "this kernel has no transparent huge pages");
            s.touch(a, at, len, true);
            let sums = s.sums(a);
            let all = (sums.get(Figure::Rss) + sums.get(Figure::Swapped)).at_least(len / 1024);
            s.judge(sums, "all of it there, no huge page", all.and(sums.get(Figure::Huge).is(0)));
        }),
    ),
    Heading::new("page-tables-cost", "unmap-middle-splits").exercise(
        "The 512 pages lie side by side instead: how much do the page tables grow?",
        &["As much as the pages take", "By a page or a few"],
        1,
        ExerciseChange::Script(|s| {
            let (page, len) = (s.page(), 512 * s.page());
            let a = s.peer("A");
            s.map(a, anonymous_shared(len));
            s.no_huge_pages(a, len);
            let before = s.memory(a);
            s.touch(a, 0, len, true);
            let after = s.memory(a);
            let grown = after.get(Figure::PageTables) - before.get(Figure::PageTables);
            let few = grown.at_most(8 * page / 1024);
            s.judge(after, "page tables of a few pages more", few);
        }),
    ),
];
