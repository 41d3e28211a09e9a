//! What malloc does with mappings.

use crate::lab::claim::{Claim, Expected, LabTopic, Promise};
use crate::lab::script::{Figure, Rule, Script, StepId, Value, Words};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Sabotage::SkipStores;

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "large-malloc-is-a-mapping",
            topic: LabTopic::Anonymous,
            title: "A large malloc is an anonymous mapping of its own, and free unmaps it",
            choices: &[
                "It lies in the heap, and free keeps it for the next malloc",
                "It is a mapping without a file, gone after free",
                "It is a mapping without a file, kept after free",
            ],
            expected: Expected::Always(1),
            promise: Promise::Open,
            why: "malloc is a library, and has to get memory from the kernel as everybody does. For a large block \
                  glibc calls mmap just for it, and munmap at free: so the memory goes back at once, and a use after \
                  free is caught by the processor. Where large begins is the library's choice: glibc starts at 128 KiB \
                  and moves it up to 32 MiB as blocks are freed. This one has 64 MiB.",
            source: "malloc(3), NOTES; mallopt(3), M_MMAP_THRESHOLD",
        },
        needs: &[Need::PageFacts],
        rests_on: &[],
        script: large_malloc_is_a_mapping,
    },
    Experiment {
        claim: Claim {
            name: "small-malloc-is-no-mapping",
            topic: LabTopic::Anonymous,
            title: "A small malloc makes no mapping: it is cut from one that many blocks share",
            choices: &[
                "Each block is a mapping of its own",
                "Blocks share a mapping, and free of one leaves it in place",
                "Blocks share a mapping, and free of one cuts its page out of it",
            ],
            expected: Expected::Always(1),
            promise: Promise::Open,
            why: "A page for 100 bytes would waste most of it, and a system call for each block would be slow. So malloc \
                  takes a large piece from the kernel, mostly by brk(2), labelled [heap] in /proc/PID/maps, and cuts blocks from \
                  it. free gives a block back to malloc, not to the kernel: the pages stay mapped, and a use after free \
                  goes unnoticed.",
            source: "malloc(3), NOTES; brk(2); proc_pid_maps(5) (proc(5) in older manuals), [heap]",
        },
        needs: &[Need::PageFacts],
        rests_on: &[],
        script: small_malloc_is_no_mapping,
    },
    Experiment {
        claim: Claim {
            name: "use-after-free-of-a-large-block",
            topic: LabTopic::Anonymous,
            title: "A load from a large block after free ends the process",
            choices: &[
                "It reads the old byte, as the memory is free but still there",
                "It reads 0",
                "SIGSEGV: the pages are no longer mapped",
            ],
            expected: Expected::Always(2),
            promise: Promise::Open,
            why: "free unmapped the block, so its addresses lead nowhere. That is luck: had malloc mapped something \
                  else there meanwhile, or had the block been small, the load would have read bytes of somebody else. \
                  To C a use after free is undefined, and safe Rust does not let it happen.",
            source: "malloc(3), NOTES; munmap(2); sigaction(2), SEGV_MAPERR",
        },
        needs: &[],
        rests_on: &[("A", SkipStores)],
        script: use_after_free_of_a_large_block,
    },
];

/// Twice of what glibc may move its threshold up to: always a mapping.
const LARGE: u64 = 64 << 20;

fn large_malloc_is_a_mapping(s: &mut Script) {
    if let Some(why) = s.environment().other_malloc.clone() {
        return s.not_available(why);
    }
    let a = s.peer("A");
    s.malloc(a, "block", LARGE);
    let lines = s.maps(a, "block");
    // The kernel joins it to a neighbor of the same kind, so it may be longer.
    let len = lines.get(Figure::End(0)) - lines.get(Figure::Start(0));
    let rule = Rule::all([
        lines.allow(&["rw-p"]),
        Rule::Nameless(lines),
        len.at_least(LARGE),
    ]);
    let wanted = "one line of 64 MiB or more, private, of no file and not the heap";
    s.judge(lines, wanted, rule);
    s.free(a, "block");
    let lines = s.maps(a, "block");
    s.judge(lines, "no line", lines.n_lines(0));
}

fn small_malloc_is_no_mapping(s: &mut Script) {
    const BLOCKS: [&str; 8] = ["b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8"];
    let a = s.peer("A");
    let mut lines: Vec<StepId> = Vec::new();
    for block in BLOCKS {
        s.malloc(a, block, 100);
        let of_block = s.maps(a, block);
        s.judge(of_block, "one line", of_block.n_lines(1));
        lines.push(of_block);
    }
    let all = Value::Stretches(lines.clone());
    let what = "counts the lines that the blocks lie in";
    let fewer = all.clone().below(BLOCKS.len() as u64);
    s.check(
        what,
        Words::new("{}", [all.clone()]),
        "fewer than blocks",
        fewer,
    );
    let [block, ..] = BLOCKS;
    s.free(a, block);
    let after = s.maps(a, block);
    lines.push(after);
    let rule = after.n_lines(1).and(Value::Stretches(lines).is(all));
    s.judge(after, "still one of these lines", rule);
}

fn use_after_free_of_a_large_block(s: &mut Script) {
    if let Some(why) = s.environment().other_malloc.clone() {
        return s.not_available(why);
    }
    let a = s.peer("A");
    s.malloc(a, "block", LARGE);
    s.store_in(a, "block", 28, b"Z");
    let before = s.load_of(a, "block", 28, 1);
    s.expect_bytes(before, b"Z");
    s.free(a, "block");
    let after = s.load_of(a, "block", 28, 1);
    s.expect_killed(after, "SIGSEGV", Some("SEGV_MAPERR"));
}
