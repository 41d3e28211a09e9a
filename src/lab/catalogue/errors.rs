//! Calls that are refused, each with the error it gets and with the call that is not.

use std::path::Path;

use crate::lab::claim::{Claim, Expected, LabTopic, Promise};
use crate::lab::script::{Peer, Script, anonymous, private, shared};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};
use crate::peer::calls::{FileAccess, MapCall, MapFlag, Outcome, Placing, Prot, Source, Spot};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "length-zero-einval",
            topic: LabTopic::Errors,
            title: "mmap of no bytes fails with EINVAL",
            choices: &[
                "It fails with EINVAL",
                "It succeeds and maps the whole file",
                "It succeeds and maps one page",
            ],
            expected: Expected::Always(0),
            promise: Promise::Posix,
            why: "A mapping of no pages has no place in the list of mappings, and an address without a page could not \
                  be unmapped again. A program meets it when it maps an empty file by its length.",
            source: "mmap(2), ERRORS, EINVAL: length was 0; POSIX.1-2024 mmap()",
        },
        needs: &[],
        rests_on: &[],
        script: length_zero_einval,
    },
    Experiment {
        claim: Claim {
            name: "unaligned-offset-einval",
            topic: LabTopic::Errors,
            title: "mmap from an offset within a page fails with EINVAL",
            choices: &[
                "It maps from that byte on",
                "It maps from the start of the page that the offset lies in",
                "It fails with EINVAL",
            ],
            expected: Expected::Always(2),
            promise: Promise::Linux,
            why: "The processor translates addresses by pages: a byte of the file stands at the same place within a \
                  page of memory as within a page of the file. A program that wants byte 1,000 maps from 0 and adds \
                  1,000 to the address. Libraries that take any offset do just that. With MAP_FIXED the address has \
                  to be aligned likewise. POSIX lets a system demand both.",
            source: "mmap(2): offset \u{201c}must be a multiple of the page size\u{201d}; ERRORS, EINVAL",
        },
        needs: &[],
        rests_on: &[],
        script: unaligned_offset_einval,
    },
    Experiment {
        claim: Claim {
            name: "shared-needs-write-access",
            topic: LabTopic::Errors,
            title: "A writable mapping of a file opened read-only fails if it is shared, and succeeds if it is private",
            choices: &[
                "Both fail with EACCES: the file is open for reading only",
                "The shared one fails with EACCES, the private one can be stored into",
                "Both succeed, and the first store into either ends the process",
            ],
            expected: Expected::Always(1),
            promise: Promise::Posix,
            why: "A store through a shared mapping changes the file, so it needs permission to write it. A store through a \
                  private one changes a copy: it needs permission to read, and no more. So a process can change bytes of a \
                  file it may not write, for itself alone; a debugger\u{2019}s breakpoint lands in such a private \
                  copy.",
            source: "mmap(2), ERRORS, EACCES; POSIX.1-2024 mmap()",
        },
        needs: &[],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: shared_needs_write_access,
    },
    Experiment {
        claim: Claim {
            name: "write-only-file-eacces",
            topic: LabTopic::Errors,
            title: "A file opened write-only cannot be mapped at all, not even for writing",
            choices: &[
                "Every mmap of it fails with EACCES",
                "It can be mapped shared, for stores",
                "It can be mapped; a load ends the process, a store does not",
            ],
            expected: Expected::Always(0),
            promise: Promise::Posix,
            why: "A store of one byte needs the rest of the page, so the kernel has to read it; and on most processors a \
                  page that can be stored into can be loaded from. So reading must be allowed, whatever the mapping is \
                  for: O_RDWR, not O_WRONLY.",
            source: "mmap(2), ERRORS, EACCES; POSIX.1-2024 mmap(): \u{201c}not open for read, regardless of the \
                     protection specified\u{201d}",
        },
        needs: &[],
        rests_on: &[],
        script: write_only_file_eacces,
    },
    Experiment {
        claim: Claim {
            name: "null-device-enodev",
            topic: LabTopic::Errors,
            title: "/dev/null can be read and written, but not mapped",
            choices: &[
                "mmap fails with ENODEV",
                "It maps as zeros",
                "It maps, and every load is SIGBUS, as it has no bytes",
            ],
            expected: Expected::Always(0),
            promise: Promise::Linux,
            why: "What can be mapped is decided by the driver or file system behind the descriptor: it must say how to \
                  bring in a page. A pipe, a terminal, most files of /proc and /dev/null have no such pages. /dev/zero \
                  has, and is the old way to anonymous memory.",
            source: "POSIX.1-2024 mmap(), ERRORS, ENODEV: \u{201c}a file whose type is not supported\u{201d}; mmap(2), \
                     ERRORS, ENODEV (the manual's EACCES for a non-regular file is not what Linux returns here)",
        },
        needs: &[],
        rests_on: &[],
        script: null_device_enodev,
    },
    Experiment {
        claim: Claim {
            name: "directory-enodev",
            topic: LabTopic::Errors,
            title: "A directory can be opened, but not mapped",
            choices: &[
                "mmap fails with EISDIR, as read does",
                "mmap fails with ENODEV",
                "mmap shows the names of its files",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "A directory has a descriptor, but no bytes that its file system would show as pages. read(2) says \
                  EISDIR; mmap says what it says of everything that has no pages.",
            source: "POSIX.1-2024 mmap(), ERRORS, ENODEV; mmap(2), ERRORS, ENODEV (the manual's EACCES for a \
                     non-regular file is not what Linux returns here)",
        },
        needs: &[],
        rests_on: &[],
        script: directory_enodev,
    },
    Experiment {
        claim: Claim {
            name: "larger-than-addresses-enomem",
            topic: LabTopic::Errors,
            title: "mmap of more than the address space fails with ENOMEM, however much memory there is",
            choices: &[
                "It succeeds: memory is taken only when it is touched",
                "It fails with ENOMEM",
                "It fails with EINVAL: no such length is possible",
            ],
            expected: Expected::Always(1),
            promise: Promise::Posix,
            why: "Memory comes with the touch, addresses do not: a mapping needs a free range of them as long as \
                  itself. This one asks for 2^62 bytes; a process has up to 2^47 addresses on x86-64, 2^56 with page \
                  tables of five levels, and 2^52 on arm64. So no setting about promising more memory than there is \
                  (vm.overcommit_memory) matters here.",
            source: "mmap(2), ERRORS, ENOMEM; POSIX.1-2024 mmap(): \u{201c}insufficient room in the address \
                     space\u{201d}",
        },
        needs: &[],
        rests_on: &[],
        script: larger_than_addresses_enomem,
    },
    Experiment {
        claim: Claim {
            name: "no-descriptor-ebadf",
            topic: LabTopic::Errors,
            title: "mmap of descriptor -1 fails with EBADF, unless the mapping is anonymous",
            choices: &[
                "It maps zeros: -1 stands for no file",
                "It fails with EBADF; only with MAP_ANONYMOUS -1 stands for no file",
                "It fails with EINVAL, with MAP_ANONYMOUS too",
            ],
            expected: Expected::Always(1),
            promise: Promise::Posix,
            why: "Without MAP_ANONYMOUS mmap is of a file, and -1 is what a failed open(2) returned. A program that \
                  does not check open gets its error here. With MAP_ANONYMOUS Linux does not look at the descriptor; POSIX asks for -1, and for offset 0.",
            source: "mmap(2), ERRORS, EBADF, and MAP_ANONYMOUS; POSIX.1-2024 mmap()",
        },
        needs: &[],
        rests_on: &[],
        script: no_descriptor_ebadf,
    },
    Experiment {
        claim: Claim {
            name: "neither-kind-einval",
            topic: LabTopic::Errors,
            title: "mmap with neither MAP_SHARED nor MAP_PRIVATE fails with EINVAL; with both it maps a file shared",
            choices: &[
                "Without either the mapping is private; with both it fails with EINVAL",
                "Without either it fails with EINVAL; with both it maps the file shared",
                "It fails with EINVAL both times",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "Where a store goes has to be said: there is no default. POSIX demands EINVAL where neither is given, and \
                  forbids to give both. Linux, since 4.15, took the number of both together for a third kind, \
                  MAP_SHARED_VALIDATE: it is MAP_SHARED, and refuses flags that it does not know, which the others \
                  ignore. It is for files: with MAP_ANONYMOUS it is EINVAL.",
            source: "mmap(2), MAP_SHARED_VALIDATE, and ERRORS, EINVAL; POSIX.1-2024 mmap(): \u{201c}neither MAP_PRIVATE \
                     nor MAP_SHARED is set\u{201d}",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores)],
        script: neither_kind_einval,
    },
    Experiment {
        claim: Claim {
            name: "offset-too-large-eoverflow",
            topic: LabTopic::Errors,
            title: "mmap past the largest offset that a file can have fails with EOVERFLOW",
            choices: &[
                "It succeeds: every offset past the end is alike",
                "It fails with ENXIO: the file has no such page",
                "It fails with EOVERFLOW",
            ],
            expected: Expected::Always(2),
            promise: Promise::Posix,
            why: "An offset past the end of the file can be mapped, for the file may grow to it. Past the largest \
                  size that any file may have it never will: offset and length together are more than an offset of 63 \
                  bits can say, and mmap says so.",
            source: "POSIX.1-2024 mmap(), ERRORS: \u{201c}the value of off plus len exceeds the offset \
                     maximum\u{201d}; mmap(2), ERRORS, EOVERFLOW, which speaks of 32-bit systems only",
        },
        needs: &[],
        rests_on: &[],
        script: offset_too_large_eoverflow,
    },
];

fn length_zero_einval(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let a = s.peer("A");
    s.open(a, "f");
    refused(s, a, "maps 0 bytes of f", shared("f", 0), "EINVAL");
    refused(s, a, "maps 0 bytes without a file", anonymous(0), "EINVAL");
    allowed(s, a, "maps a page of f", shared("f", page));
}

fn unaligned_offset_einval(s: &mut Script) {
    let page = s.page();
    s.letters("f", 2);
    let a = s.peer("A");
    s.open(a, "f");
    for offset in [1, page - 1] {
        let what = format!("maps a page of f from offset {offset}");
        refused(s, a, &what, shared("f", page).from(offset), "EINVAL");
    }
    let what = format!("maps a page of f from offset {page}");
    allowed(s, a, &what, shared("f", page).from(page));
    let first = s.load(a, 0, 1);
    s.expect_bytes(first, b"B");
    let (map, at, how) = ("m".to_owned(), 1, Placing::Fixed);
    let within = shared("f", page)
        .named("n")
        .placed(Spot::At { map, at, how });
    let what = "maps a page of f with MAP_FIXED at an address within a page";
    refused(s, a, what, within, "EINVAL");
}

fn shared_needs_write_access(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let a = s.peer("A");
    s.open_as(a, "f", FileAccess::Read);
    let what = "maps f shared and writable";
    refused(s, a, what, shared("f", page), "EACCES");
    let what = "maps f shared and read-only";
    let read_only = shared("f", page).allowing(Prot::Read).named("read-only");
    allowed(s, a, what, read_only);
    allowed(s, a, "maps f private and writable", private("f", page));
    s.store_and_see(a, 28, b"x");
    let in_file = s.read(a, "f", 28, 1);
    s.expect_bytes(in_file, b"A");
}

fn write_only_file_eacces(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let a = s.peer("A");
    s.open_as(a, "f", FileAccess::Write);
    let what = "maps f shared and writable";
    refused(s, a, what, shared("f", page), "EACCES");
    let what = "maps f private and read-only";
    let read_only = private("f", page).allowing(Prot::Read);
    refused(s, a, what, read_only, "EACCES");
    // The descriptor is good for what it was opened for.
    s.write(a, "f", 28, b"A");
    s.open(a, "f");
    let what = "maps f, now open to read and write";
    allowed(s, a, what, shared("f", page));
}

fn null_device_enodev(s: &mut Script) {
    let a = s.peer("A");
    let path = Path::new("/dev/null");
    s.open_path(a, "opens /dev/null", "f", path, FileAccess::ReadWrite);
    s.write(a, "f", 0, b"Z");
    let read = s.read(a, "f", 0, 1);
    s.expect_bytes(read, b"");
    enodev(s, a, "/dev/null");
}

fn directory_enodev(s: &mut Script) {
    let a = s.peer("A");
    let (what, path) = ("opens the scratch directory", Path::new("."));
    s.open_path(a, what, "f", path, FileAccess::Read);
    enodev(s, a, "the scratch directory");
}

fn larger_than_addresses_enomem(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let a = s.peer("A");
    s.open(a, "f");
    let huge = 1 << 62;
    let what = "maps 2^62 bytes without a file";
    refused(s, a, what, anonymous(huge), "ENOMEM");
    let what = "maps 2^62 bytes of f";
    refused(s, a, what, shared("f", huge), "ENOMEM");
    let (address, how) = (1 << 63, Placing::Fixed);
    let beyond = anonymous(page).placed(Spot::Nowhere { address, how });
    let what = "maps a page with MAP_FIXED at 2^63, past all addresses of a process";
    refused(s, a, what, beyond, "ENOMEM");
    allowed(s, a, "maps a page without a file", anonymous(page));
}

fn no_descriptor_ebadf(s: &mut Script) {
    let page = s.page();
    let a = s.peer("A");
    for number in [-1, i32::MAX] {
        let call = MapCall {
            source: Source::Descriptor(number),
            ..shared("", page)
        };
        let what = format!("maps a page of descriptor {number}");
        refused(s, a, &what, call, "EBADF");
    }
    let what = "maps a page with MAP_ANONYMOUS and descriptor -1";
    allowed(s, a, what, anonymous(page));
}

fn neither_kind_einval(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let a = s.peer("A");
    s.open(a, "f");
    let what = "maps f with neither MAP_SHARED nor MAP_PRIVATE";
    let neither = shared("f", page).with(MapFlag::NeitherKind);
    refused(s, a, what, neither, "EINVAL");
    let what = "maps a page without a file with both of them";
    let both = anonymous(page).with(MapFlag::BothKinds);
    refused(s, a, what, both, "EINVAL");
    let what = "maps f with both of them";
    let both = s.try_map(a, what, shared("f", page).with(MapFlag::BothKinds));
    let old = "this kernel has no MAP_SHARED_VALIDATE, which is of Linux 4.15";
    s.require(both.is(Outcome::Done), old);
    s.expect_done(both);
    s.store(a, 28, b"Z");
    let in_file = s.read(a, "f", 27, 3);
    s.expect_bytes(in_file, b"AZA");
}

fn offset_too_large_eoverflow(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let a = s.peer("A");
    s.open(a, "f");
    // The last page that an offset of 63 bits can name.
    let last = (1 << 63) - page;
    let what = "maps two pages of f from the last possible offset";
    refused(s, a, what, shared("f", 2 * page).from(last), "EOVERFLOW");
    let what = "maps a page of f from an offset far past its end";
    allowed(s, a, what, shared("f", page).from(1000 * page));
}

/// A mapping that must be refused.
fn refused(s: &mut Script, peer: Peer, what: &str, call: MapCall, errno: &str) {
    let told = s.try_map(peer, what, call);
    s.expect_failed(told, errno);
}

/// The mapping that differs from a refused one in just what matters, and must not be refused.
fn allowed(s: &mut Script, peer: Peer, what: &str, call: MapCall) {
    let told = s.try_map(peer, what, call);
    s.expect_done(told);
}

/// Neither a shared nor a private mapping of `f` may succeed.
fn enodev(s: &mut Script, peer: Peer, name: &str) {
    let page = s.page();
    for (mode, call) in [
        ("shared", shared("f", page)),
        ("private", private("f", page)),
    ] {
        let what = format!("maps a page of {name}, {mode} and read-only");
        refused(s, peer, &what, call.allowing(Prot::Read), "ENODEV");
    }
    let what = format!("maps a page without {name}");
    allowed(s, peer, &what, anonymous(page));
}
