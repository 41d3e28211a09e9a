//! What a peer lists of its calls, against strace.

mod kernel;

use super::*;

/// The calls of the first process of a trace. One that another process interrupts in the trace stands where it ends.
fn traced(trace: &Path) -> Vec<String> {
    let trace = fs::read_to_string(trace).unwrap();
    let (first, _) = trace.split_once(' ').unwrap();
    let (mut calls, mut begun) = (Vec::new(), String::new());
    for line in trace.lines() {
        let Some((_, call)) = line.split_once(' ').filter(|(pid, _)| *pid == first) else {
            continue;
        };
        let call = call.trim_start();
        if let Some(beginning) = call.strip_suffix(" <unfinished ...>") {
            beginning.clone_into(&mut begun);
        } else if let Some((_, rest)) = call.split_once(" resumed>") {
            calls.push(std::mem::take(&mut begun) + rest);
        } else {
            calls.push(call.to_owned());
        }
    }
    calls
}

/// What a peer lists of calls, and the trace that strace made meanwhile.
struct Compared {
    listed: Vec<String>,
    traced: Vec<String>,
}

/// What is listed and no system call, or one of which the C library changes an address.
const NO_CALLS: [&str; 8] = [
    "load(",
    "store(",
    "call(",
    "atomic_add(",
    "pthread_",
    "sigaction(",
    "clone(",
    "mprotect(...)",
];

impl Compared {
    /// Carries out the calls in a peer that strace traces, and checks that the trace has what is listed, in that order.
    /// `None` where nothing can be traced here.
    fn new(trace: &Path, calls: Vec<Call>) -> Option<Self> {
        if Command::new("strace").arg("-V").output().is_err() {
            eprintln!("skipped: strace is not installed");
            return None;
        }
        let mut strace = Command::new("strace");
        strace.args(["-f", "-a1", "-o"]).arg(trace);
        let probe = Command::new("strace").arg("true").output().unwrap();
        if !probe.status.success() {
            eprintln!("skipped: this system does not let strace trace");
            return None;
        }
        let mut peer = RawPeer::run(strace.arg(program()).arg("peer"));
        let mut listed = Vec::new();
        for call in calls {
            let heard = peer.call(call.clone());
            assert_eq!(heard["answer"], "did", "{call:?}: {heard}");
            for made in heard["calls"].as_array().unwrap() {
                listed.push(made["text"].as_str().unwrap().to_owned());
            }
        }
        peer.tell(r#"{"id":8,"do":"exit"}"#);
        peer.hear();
        peer.child.wait().unwrap();
        let traced = traced(trace);
        let mut rest = traced.iter();
        let is_call = |line: &&String| !NO_CALLS.iter().any(|it| line.starts_with(it));
        for line in listed.iter().filter(is_call) {
            // In order: each is found after the one before.
            assert!(
                rest.any(|call| call == line),
                "strace does not have, or not in this place:\n{line}\nall of ours:\n{}\nof these, strace has:\n{}",
                listed.join("\n"),
                traced.join("\n")
            );
        }
        Some(Self { listed, traced })
    }

    /// The names of the calls that are listed.
    fn kinds(&self) -> Vec<&str> {
        let is_call = |line: &&String| !NO_CALLS.iter().any(|it| line.starts_with(it));
        let calls = self.listed.iter().filter(is_call);
        let kinds: std::collections::BTreeSet<&str> =
            calls.map(|line| line.split('(').next().unwrap()).collect();
        kinds.into_iter().collect()
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table, a line for each kind")]
fn every_listed_call_reads_as_strace_reads() {
    let scratch = Scratch::new(3);
    let trace = scratch.path.with_file_name("trace");
    let (map, file) = ("m".to_owned(), "f".to_owned());
    let named = |name: &str| name.to_owned();
    let pass = |by_loads| {
        Call::Pass(PassCall {
            file: "f".to_owned(),
            by_loads,
            len: 5000,
            random_pages: None,
            seed: 1,
            over: None,
        })
    };
    let mut calls = vec![
        scratch.open(),
        scratch.open_as("r", FileAccess::Read),
        scratch.open_as("w", FileAccess::Write),
        scratch.open_as("r", FileAccess::Read),
        Call::Open {
            file: named("n"),
            path: "/no\"where/\u{e9}".into(),
            access: FileAccess::Read,
        },
        Call::Memfd {
            file: named("a name of more than thirty-two bytes"),
            len: 5000,
        },
        Call::Map(anonymous(5000).named("a").allowing(Prot::Read)),
        Call::Map(anonymous_shared(5000).named("s").allowing(Prot::None)),
        Call::Map(private("r", page()).from(page())),
        Call::Map(shared("r", page())),
        Call::Map(shared("f", 0)),
        Call::Map(shared("f", 1).from(1)),
        Call::Map(shared("f", 1).from((1 << 63) - page())),
        Call::Map(anonymous(1 << 47)),
        Call::Map(MapCall {
            source: Source::Descriptor(99),
            ..shared("f", 1)
        }),
        Call::Map(shared("f", 3 * page())),
        store("m", 5, b"\x001\xff7\"\\"),
    ];
    for (at, len) in [(0, 12), (0, 0), (3, 4096), (3 * page(), 5), (1 << 63, 5)] {
        calls.push(Call::Read {
            file: file.clone(),
            at,
            len,
        });
    }
    for (file, bytes) in [
        ("f", &b"\0\x001"[..]),
        ("r", b"not to be written"),
        ("f", b""),
    ] {
        calls.push(Call::Write {
            file: named(file),
            at: 7,
            bytes: bytes.to_vec(),
        });
    }
    for (at, len) in [(page(), page()), (1, 1), (0, u64::MAX), (0, 0)] {
        let map = map.clone();
        calls.push(Call::Unmap { map, at, len });
    }
    for (at, prot) in [
        (0, Prot::Read),
        (page(), Prot::None),
        (0, Prot::ReadWrite),
        (1, Prot::None),
    ] {
        calls.push(Call::Protect {
            map: map.clone(),
            at,
            len: page(),
            prot,
        });
    }
    for (at, advice) in [
        (0, Advice::WillNeed),
        (1, Advice::DontNeed),
        (0, Advice::DontNeed),
    ] {
        calls.push(Call::Advise {
            map: map.clone(),
            at,
            len: 1,
            advice,
        });
    }
    for (at, how) in [
        (0, SyncHow::Async),
        (0, SyncHow::Sync),
        (page(), SyncHow::Sync),
    ] {
        calls.push(Call::Sync {
            map: map.clone(),
            at,
            len: page(),
            how,
        });
    }
    calls.extend([
        pass(false),
        pass(true),
        Call::Cool { file: file.clone() },
        Call::Length { file: file.clone() },
        Call::Truncate {
            file: file.clone(),
            len: 12345,
        },
        Call::Truncate {
            file: file.clone(),
            len: (1 << 63) - 1,
        },
        Call::Fsync { file: file.clone() },
        Call::Close { file },
    ]);
    let Some(compared) = Compared::new(&trace, calls) else {
        return;
    };
    let expected = [
        "close",
        "fadvise64",
        "fsync",
        "ftruncate",
        "lseek",
        "madvise",
        "memfd_create",
        "mmap",
        "mprotect",
        "msync",
        "munmap",
        "openat",
        "pread64",
        "pwrite64",
    ];
    assert_eq!(compared.kinds(), expected);
    let Compared { listed, traced } = compared;
    // And nothing of these was made that is not listed.
    let after = traced.iter().position(|call| *call == listed[0]).unwrap();
    let of = |name: &str, calls: &[String]| {
        let is = |call: &&String| call.split('(').next() == Some(name);
        calls.iter().filter(is).count()
    };
    for name in [
        "ftruncate",
        "pwrite64",
        "fsync",
        "msync",
        "madvise",
        "lseek",
    ] {
        assert_eq!(of(name, &traced[after..]), of(name, &listed), "{name}");
    }
}
