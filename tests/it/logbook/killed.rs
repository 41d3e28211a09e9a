//! `kill -9` at any moment of a session with private and shared edits in two files: at the next start every edit that was
//! confirmed is offered of its own file, and the files hold the first of the shared ones.
//!
//! The session is a process of its own, this very test program: it runs the workers and the journal that the window runs.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::channel;

use mapscope::model::effect::{Purpose, Store, StoreBatch};
use mapscope::model::event::{Event, FileEvent, FileNews, StoreOutcome};
use mapscope::model::{
    Access, DocId, FileOrder, FileRequest, Generation, MappingId, Mode, OpenRequest, OrderId,
    Target,
};
use mapscope::work::file::FileWorker;
use mapscope::work::logbook::Logbook;

use super::{offered, value_at};
use crate::processes::program;
use crate::random::{Draw, number_of};

/// The folder that a session is to run in.
const FOLDER: &str = "MAPSCOPE_TEST_SESSION";
const FILES: [&str; 2] = ["a.bin", "b.bin"];
const FILE_BYTES: usize = 0x10000;
/// Shared edits begin here, private ones at the start.
const SHARED_FROM: u64 = 0x8000;
/// Orders that are not answered yet.
const AT_ONCE: u64 = 6;

/// Edit number `n` of one kind in one file: where, and which byte.
fn edit(n: u64, is_shared: bool) -> (u64, u8) {
    let offset = n + if is_shared { SHARED_FROM } else { 0 };
    (offset, u8::try_from(n % 255 + 1).unwrap())
}

fn mapping(file: u64, is_shared: bool) -> MappingId {
    MappingId(10 * (file + 1) + u64::from(is_shared))
}

/// The session. Without a folder it is nothing.
#[test]
#[ignore = "it is the program that another test kills"]
fn session() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let logbook = Logbook::new(|_| ());
    logbook.begin(folder.join("state"));
    let (tell, told) = channel();
    let mut workers = Vec::new();
    for (file, name) in (0..).zip(FILES) {
        let tell = tell.clone();
        let report = Arc::new(move |event: Event| drop(tell.send(event)));
        let request = OpenRequest::private(Some(folder.join(name)));
        let (doc, first) = (DocId(file), mapping(file, false));
        let worker =
            FileWorker::open_with(doc, first, request, program().to_owned(), &logbook, report);
        workers.push(worker.unwrap());
    }
    let send = |file: u64, is_shared: bool, number: u64, request: FileRequest| {
        let target = Target {
            doc: DocId(file),
            mapping: mapping(file, is_shared),
            generation: Generation::FIRST,
        };
        let order = FileOrder {
            number: OrderId(number),
            target,
            request,
        };
        assert!(workers[usize::try_from(file).unwrap()].send(order).is_ok());
    };
    for file in [0, 1] {
        let add = FileRequest::AddView {
            mapping: mapping(file, true),
            mode: Mode::Shared,
            access: Access::ReadWrite,
        };
        send(file, false, 1, add);
    }
    let (mut n_asked, mut n_told) = (0, 0);
    loop {
        while n_asked < n_told + AT_ONCE {
            let (file, is_shared) = (n_asked % 2, n_asked / 2 % 2 == 1);
            let (offset, byte) = edit(n_asked / 4, is_shared);
            if n_asked / 4 >= SHARED_FROM {
                return; // nobody kills it
            }
            let store = Store {
                offset,
                bytes: vec![byte],
                expect: None,
            };
            let batch = StoreBatch {
                purpose: Purpose::Edit,
                stores: vec![store],
                beside: Vec::new(),
            };
            send(file, is_shared, n_asked + 2, FileRequest::Store(batch));
            n_asked += 1;
        }
        let Event::File(FileEvent {
            target,
            news: FileNews::Stored { results, .. },
            ..
        }) = told.recv().unwrap()
        else {
            continue;
        };
        n_told += 1;
        let is_shared = target.mapping.0 % 2 == 1;
        for result in results {
            assert!(matches!(result.outcome, StoreOutcome::Stored(_)));
            let mut out = std::io::stdout().lock();
            writeln!(
                out,
                "STORED {} {is_shared} {} {}",
                target.doc.0, result.offset, result.bytes[0]
            )
            .unwrap();
            out.flush().unwrap();
        }
    }
}

/// What the session confirmed: file, whether shared, where, which byte.
type Confirmed = (usize, bool, u64, u8);

fn confirmed(line: &str) -> Option<Confirmed> {
    // the test program's own words may stand before it
    let mut words = line.split("STORED ").nth(1)?.split(' ');
    let mut next = || words.next();
    Some((
        next()?.parse().ok()?,
        next()?.parse().ok()?,
        next()?.parse().ok()?,
        next()?.trim_end().parse().ok()?,
    ))
}

/// Runs a session in `folder`, kills it, and returns what it confirmed.
fn killed(folder: &Path, draw: &mut Draw) -> Vec<Confirmed> {
    for name in FILES {
        std::fs::write(folder.join(name), vec![0; FILE_BYTES]).unwrap();
    }
    let mut session = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "logbook::killed::session",
            "--ignored",
            "--nocapture",
        ])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(session.stdout.take().unwrap());
    let mut all = Vec::new();
    let n_before = draw.next(200);
    let mut line = String::new();
    while (all.len() as u64) < n_before {
        line.clear();
        assert!(
            out.read_line(&mut line).unwrap() > 0,
            "it runs until it is killed"
        );
        all.extend(confirmed(&line));
    }
    // and somewhere in the middle of the next ones
    for _ in 0..draw.next(200_000) {
        std::hint::spin_loop();
    }
    session.kill().unwrap();
    session.wait().unwrap();
    for line in out.split(b'\n').map_while(Result::ok) {
        // the last line may be half a one, which was never heard as a whole
        all.extend(
            confirmed(&String::from_utf8_lossy(&line))
                .filter(|it| edit(it.2 % SHARED_FROM, it.1) == (it.2, it.3)),
        );
    }
    all
}

fn check(folder: &Path, draw: &mut Draw) -> usize {
    let all = killed(folder, draw);
    let offers = offered(&folder.join("state"));
    for (file, name) in FILES.iter().enumerate() {
        let path = folder.join(name);
        let holds = std::fs::read(&path).unwrap();
        let shared = &holds[usize::try_from(SHARED_FROM).unwrap()..];
        let n_shared = shared.iter().take_while(|byte| **byte != 0).count();
        for (n, byte) in shared.iter().enumerate() {
            let expected = if n < n_shared {
                edit(n as u64, true).1
            } else {
                0
            };
            assert_eq!(
                *byte, expected,
                "{name} holds the first of the shared edits"
            );
        }
        assert!(
            holds[..0x8000].iter().all(|byte| *byte == 0),
            "and no private one"
        );
        let offer = offers.iter().find(|offer| offer.path == path);
        for (_, is_shared, offset, byte) in all.iter().filter(|it| it.0 == file) {
            let offer = offer.expect("something is offered of it");
            let runs = if *is_shared {
                &offer.in_file
            } else {
                &offer.unsaved
            };
            assert_eq!(
                value_at(runs, *offset),
                Some(*byte),
                "{name} at {offset:#x}"
            );
        }
        for n in 0..n_shared as u64 {
            let (offset, byte) = edit(n, true);
            let offer = offer.expect("what is in the file can be taken back");
            assert_eq!(value_at(&offer.in_file, offset), Some(byte));
        }
    }
    all.len()
}

#[test]
fn a_killed_session_loses_no_edit_and_mixes_up_no_files() {
    let n = number_of("MAPSCOPE_KILLED", 40);
    let seed = number_of("MAPSCOPE_KILLED_SEED", 1);
    let mut n_confirmed = 0;
    for seed in seed..seed + n {
        let folder = tempfile::tempdir().unwrap();
        n_confirmed += check(folder.path(), &mut Draw::new(seed));
    }
    assert!(n_confirmed > 0, "no session came to anything");
}
