//! Lessons about which mappings are the same page in memory, and about moving mappings.

use crate::lab::catalogue::tables::{EQUAL, merge};
use crate::lab::script::{
    Figure, Script, ScriptEdit, Wanted, WantedSight, anonymous, anonymous_shared, private, shared,
};
use crate::peer::calls::{
    Advice, AreaCall, Call, LockHow, MapCall, MapFlag, ObjectCall, Outcome, Placing, Prot,
    RemapHow, Spot, TransferCall,
};
use crate::peer::wire::PeerPage::FilePage;

use super::{ExerciseChange, Heading, Lesson, switched};

/// mremap of the start of `m`, by the name `n` from then on.
fn remap(old_len: u64, len: u64, how: RemapHow) -> Call {
    Call::Area(AreaCall::Remap {
        map: "m".to_owned(),
        at: 0,
        old_len,
        len,
        how,
        result: "n".to_owned(),
    })
}

/// The mapping over the start of `v`.
fn over_v(call: MapCall) -> MapCall {
    call.placed(Spot::At {
        map: "v".to_owned(),
        at: 0,
        how: Placing::Fixed,
    })
}

/// The peer locks four pages of `m`, where it may.
fn lock(s: &mut Script, peer: crate::lab::script::Peer) {
    let call = Call::Area(AreaCall::Lock {
        map: "m".to_owned(),
        at: 0,
        len: 4 * s.page(),
        how: LockHow::Now,
    });
    let told = s.attempt(peer, "calls mlock for m", call);
    let why = "this user may not lock four pages (RLIMIT_MEMLOCK)";
    s.require(told.is(Outcome::Done), why);
}

pub(super) static LESSONS: &[Lesson] = &[
    Heading::new("same-frame", "populate-copies-private-pages")
    .exercise(
        "Two processes load all of the file, B through two mappings: how much of it is A's share (Pss)?",
        &["All of it", "Half of it: they are two processes", "A third of it: there are three mappings"],
        2,
        ExerciseChange::Script(|s| {
            let len = 16 * s.page();
            s.letters("f", 16);
            let (a, b) = (s.peer("A"), s.peer("B"));
            for peer in [a, b] {
                s.open_and_map(peer, shared("f", len));
            }
            s.map(b, shared("f", len).named("n"));
            for peer in [a, b] {
                s.touch(peer, 0, len, false);
            }
            for page in 0..16 {
                let also = s.load_of(b, "n", page * s.page(), 1);
                s.judge(also, "a byte", also.get(Figure::Bytes).is(1));
            }
            let sums = s.sums(a);
            let third = (sums.get(Figure::Pss) * 3).near(sums.get(Figure::Rss), 3);
            s.judge(sums, "Pss is a third of Rss", third);
        }),
    ),
    Heading::new("populate-copies-private-pages", "mlock-copies-private-pages")
    .exercise(
        "The mapping is shared and populated, and B writes a byte later: what does A load?",
        &["The old byte: the pages were there before", "The new byte"],
        1,
        ExerciseChange::Script(|s| {
            s.letters("f", 1);
            let (a, b) = (s.peer("A"), s.peer("B"));
            s.open(b, "f");
            s.open_and_map(a, shared("f", s.page()).with(MapFlag::Populate));
            s.write(b, "f", 28, b"Z");
            let seen = s.load(a, 28, 1);
            s.expect_bytes(seen, b"Z");
        }),
    ),
    Heading::new("mlock-copies-private-pages", "pipes-can-alias")
    .exercise(
        "The private mapping is read-only: what backs its pages after mlock?",
        &["Copies of its own", "The pages of the file", "Nothing yet"],
        1,
        switched(|s, changed| {
            let len = 4 * s.page();
            s.letters("f", 4);
            let a = s.peer("A");
            let prot = if changed { Prot::Read } else { Prot::ReadWrite };
            s.open_and_map(a, private("f", len).allowing(prot));
            lock(s, a);
            let pages = s.pages(a, 0, len);
            s.expect_pages(pages, &[const { FilePage }; 4]);
        }),
    ),
    Heading::new("pipes-can-alias", "direct-io-is-coherent").exercise(
        "write puts a byte of a mapping into the pipe, and the mapping is unmapped before the byte is taken: what comes out?",
        &["The byte that was written", "Nothing: read fails with EFAULT"],
        0,
        ExerciseChange::Script(|s| {
            let page = s.page();
            let a = s.peer("A");
            s.map(a, anonymous(page));
            s.store(a, 0, b"1");
            let (read, write) = ("r".to_owned(), "w".to_owned());
            s.must(a, "makes a pipe", Call::Object(ObjectCall::Pipe { read, write }));
            let write = TransferCall::WriteFrom {
                file: "w".to_owned(),
                offset: None,
                map: "m".to_owned(),
                at: 0,
                len: 1,
            };
            s.must(a, "writes a byte of m into the pipe", Call::Transfer(write));
            let unmapped = s.unmap(a, 0, page);
            s.expect_done(unmapped);
            let (file, len) = ("r".to_owned(), 1);
            let take = Call::Transfer(TransferCall::Take { file, len });
            let taken = s.attempt(a, "takes a byte out of the pipe", take);
            s.expect_bytes(taken, b"1");
        }),
    ),
    Heading::new("direct-io-is-coherent", "one-load-many-pages").exercise(
        "A's mapping of the file is private instead: what does the read with O_DIRECT find of A's store?",
        &["The stored byte", "The file's byte"],
        1,
        ExerciseChange::Steps(
            &[ScriptEdit::Mode { peer: "A", shared: false }],
            &[Wanted { peer: "A", back: 1, sees: WantedSight::Bytes(b"AA") }],
        ),
    ),
    Heading::new("map-fixed-destroys", "mremap-moves")
    .exercise(
        "Two pages are mapped at v, and one page is mapped over its first one with MAP_FIXED: what of the second one?",
        &["It is gone too: a mapping goes as a whole", "It is as it was"],
        1,
        ExerciseChange::Script(|s| {
            let page = s.page();
            s.letters("f", 1);
            let a = s.peer("A");
            s.open(a, "f");
            s.map(a, anonymous(2 * page).named("v"));
            s.store_in(a, "v", page, b"second");
            s.map(a, over_v(shared("f", page).named("n")));
            let first = s.load_of(a, "v", 0, 1);
            s.expect_bytes(first, b"A");
            let second = s.load_of(a, "v", page, 6);
            s.expect_bytes(second, b"second");
        }),
    ),
    Heading::new("mremap-moves", "mremap-old-size-zero")
    .exercise(
        "mremap makes a mapping of two pages one page long: what does a load from its second page do?",
        &["It loads the old byte", "It is SIGSEGV", "It loads 0"],
        1,
        ExerciseChange::Script(|s| {
            let page = s.page();
            let a = s.peer("A");
            s.map(a, anonymous(2 * page));
            s.store(a, page, b"x");
            let shorter = remap(2 * page, page, RemapHow::InPlace);
            let told = s.attempt(a, "has mremap make m one page long", shorter);
            s.expect_done(told);
            let gone = s.load(a, page, 1);
            s.expect_killed(gone, "SIGSEGV", None);
        }),
    ),
    Heading::new("mremap-old-size-zero", "grow-file-and-mapping")
    .exercise(
        "The mapping is of shared memory without a file: what stands at the second address?",
        &["What is at the first one", "Zeros", "mremap fails with EINVAL"],
        0,
        ExerciseChange::Script(|s| {
            let page = s.page();
            let a = s.peer("A");
            s.map(a, anonymous_shared(page));
            s.store(a, 28, b"Z");
            let double = remap(0, page, RemapHow::MayMove);
            let told = s.attempt(a, "has mremap move 0 bytes of m, called n", double);
            s.expect_done(told);
            let seen = s.load_of(a, "n", 28, 1);
            s.expect_bytes(seen, b"Z");
        }),
    ),
    Heading::new("grow-file-and-mapping", "page-zero")
    .exercise(
        "Only the mapping is made longer, and not the file: what does a load from its second page do?",
        &["It loads 0", "It is SIGBUS", "It is SIGSEGV", "mremap fails"],
        1,
        ExerciseChange::Script(|s| {
            let page = s.page();
            s.letters("f", 1);
            let a = s.peer("A");
            s.open_and_map(a, shared("f", page));
            let longer = remap(page, 2 * page, RemapHow::MayMove);
            let told = s.attempt(a, "has mremap make m two pages long, called n", longer);
            s.expect_done(told);
            let past = s.load_of(a, "n", page, 1);
            s.expect_killed(past, "SIGBUS", None);
        }),
    ),
    Heading::new("one-load-many-pages", "same-pages-merge").exercise(
        "The byte is stored, into a private mapping, instead of loaded: how many of 16 pages are mapped by that?",
        &["Several, as with a load", "One: the copy"],
        1,
        ExerciseChange::Script(|s| {
            let (page, len) = (s.page(), 16 * s.page());
            s.letters("f", 16);
            let a = s.peer("A");
            s.open_and_map(a, private("f", len));
            s.store(a, page + 28, b"x");
            let pages = s.pages(a, 0, len);
            let there = pages.get(Figure::PagesThere);
            s.judge(pages, "one page", there.is(1));
        }),
    ),
    Heading::new("same-pages-merge", "child-inherits-mappings").exercise(
        "In another 64 pages, marked as well, each page has one byte of its own, and 4,095 that are equal: how much of these is merged?",
        &["Nearly all: what is equal is stored once", "Nothing: pages are merged as a whole"],
        1,
        switched(|s, changed| {
            let (page, len) = (s.page(), EQUAL * s.page());
            let a = s.peer("A");
            s.map(a, anonymous(len));
            // Neighbors that allow the same would be one mapping to the kernel.
            s.map(a, anonymous(len).allowing(Prot::None).named("between"));
            s.map(a, anonymous(len).named("n"));
            s.fill(a, "n", len);
            if changed {
                for index in 0..EQUAL {
                    let own = [b'0' + u8::try_from(index).unwrap_or_default()];
                    s.store_in(a, "n", index * page + 28, &own);
                }
            }
            s.touch(a, 0, len, true);
            for map in ["m", "n"] {
                let (what, map) = (format!("says MADV_MERGEABLE of {map}"), map.to_owned());
                let advice = Advice::Mergeable;
                let told = s.attempt(a, what, Call::Advise { map, at: 0, len, advice });
                let why = "this kernel has no same-page merging (CONFIG_KSM)";
                s.require(told.is(Outcome::Done), why);
            }
            let (merged, few) = merge(s, a);
            s.judge(merged, "the equal pages are merged", few);
            let map = "n".to_owned();
            let others = s.must(a, "looks up n in /proc/self/smaps", Call::Sums { map });
            let own = others.get(Figure::Pss) + others.get(Figure::Swapped);
            s.judge(others, format!("{} KiB of its own", len / 1024), own.is(len / 1024));
        }),
    ),
    Heading::new("page-zero", "tail-reads-as-zeros").exercise(
        "The address 0 is given without MAP_FIXED: what does mmap do?",
        &["It maps at address 0", "It maps wherever it likes", "It fails with EINVAL"],
        1,
        switched(|s, changed| {
            let a = s.peer("A");
            let spot = Spot::Nowhere {
                address: 0,
                how: if changed { Placing::Hint } else { Placing::Fixed },
            };
            s.map(a, anonymous(s.page()).placed(spot));
            let (map, at) = ("m".to_owned(), 0);
            let call = Call::Area(AreaCall::Where { map, at });
            let address = s.must(a, "notes the address of m", call);
            let elsewhere = address.get(Figure::Number).above(0);
            s.judge(address, "another address than 0", elsewhere);
        }),
    ),
];
