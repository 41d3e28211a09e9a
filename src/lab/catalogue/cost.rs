//! What it costs to take a file's bytes by `read` into a buffer, and by mmap and loads.
//!
//! Nothing is predicted.

use crate::lab::Experiment;
use crate::lab::claim::{Claim, Expected, LabTopic, Promise};
use crate::lab::script::{CostWay, Script};

/// What a person may guess of each.
const CHOICES: &[&str] = &[
    "read is faster at every size",
    "mmap and loads are faster at every size",
    "read is faster for small files, mmap for large ones",
    "mmap is faster for small files, read for large ones",
];

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "cost-warm-sequential",
            topic: LabTopic::Cost,
            title: "read against mmap: a file in memory, from its start to its end",
            choices: CHOICES,
            expected: Expected::Measured,
            promise: Promise::Open,
            why: "read pays for a system call for each 64 KiB, and for copying every byte out of the page cache into its \
                  buffer, which stays in the processor\u{2019}s caches. mmap copies nothing; it pays for making and \
                  removing the mapping (each time, unless it is kept), and for page faults, of which each brings in a \
                  group of pages (how many depends on the file system). Which is less depends on the size, the processor and the kernel.",
            source: "measured here; getrusage(2) for the faults",
        },
        needs: &[],
        rests_on: &[],
        script: |s| measure(s, WARM_SEQUENTIAL),
    },
    Experiment {
        claim: Claim {
            name: "cost-warm-random",
            topic: LabTopic::Cost,
            title: "read against mmap: a file in memory, pages drawn at random",
            choices: CHOICES,
            expected: Expected::Measured,
            promise: Promise::Open,
            why: "read pays for a system call for each page drawn, whether it was drawn before or not. mmap pays a \
                  fault for the first page drawn out of each group that a fault brings in, and nothing for the later \
                  ones. How large the groups are is up to the file system: 64 KiB as a rule (fault_around_bytes), far \
                  more where the page cache keeps the file in large folios. In a large file the loads also go beyond \
                  what the processor's own table of addresses (the TLB) can hold.",
            source: "measured here; getrusage(2) for the faults",
        },
        needs: &[],
        rests_on: &[],
        script: |s| measure(s, WARM_RANDOM),
    },
    Experiment {
        claim: Claim {
            name: "cost-cold-sequential",
            topic: LabTopic::Cost,
            title: "read against mmap: a file not in memory, from its start to its end",
            choices: CHOICES,
            expected: Expected::Measured,
            promise: Promise::Open,
            why: "Both wait for the storage, and the kernel reads ahead for both once it sees that the order is the \
                  file\u{2019}s. What differs is how soon the next read is asked for: read(2) tells the kernel how much \
                  is wanted, a fault only names a page. The storage itself may have a cache of its own, above all that \
                  of a virtual machine: cold means cold for this kernel.",
            source: "measured here; posix_fadvise(2), POSIX_FADV_DONTNEED; readahead(2)",
        },
        needs: &[],
        rests_on: &[],
        script: |s| measure(s, COLD_SEQUENTIAL),
    },
    Experiment {
        claim: Claim {
            name: "cost-cold-random",
            topic: LabTopic::Cost,
            title: "read against mmap: a file not in memory, pages drawn at random",
            choices: CHOICES,
            expected: Expected::Measured,
            promise: Promise::Open,
            why: "Each page drawn has to come from the storage unless an earlier one brought it along. read(2) of a page \
                  at random has the kernel read little more than that. A fault makes it read the pages around as well, \
                  in the hope that they are wanted next: wasted in a large file, and a gain in a small one, which is \
                  soon in memory as a whole. madvise(2) with MADV_RANDOM switches that off.",
            source: "measured here; posix_fadvise(2), POSIX_FADV_DONTNEED; madvise(2), MADV_RANDOM",
        },
        needs: &[],
        rests_on: &[],
        script: |s| measure(s, COLD_RANDOM),
    },
];

const WARM_SEQUENTIAL: CostWay = way(false, None);
const WARM_RANDOM: CostWay = way(false, Some(16_384));
const COLD_SEQUENTIAL: CostWay = way(true, None);
const COLD_RANDOM: CostWay = way(true, Some(2_048));

const fn way(cold: bool, draws: Option<u64>) -> CostWay {
    CostWay { cold, draws }
}

fn measure(s: &mut Script, way: CostWay) {
    if way.cold && !cfg!(target_os = "linux") {
        let because = "only Linux lets a program ask for its file to be dropped from memory";
        return s.note("finds nothing to measure", because);
    }
    if way.cold && s.on_tmpfs() {
        let because = "tmpfs has no storage below it: its files are in memory and nowhere else, and cannot be cold; \
                       choose a directory on a disk with --dir";
        return s.note("finds nothing to measure", because);
    }
    let a = s.peer("A");
    s.cost(a, way);
}
