//! What watching other programs costs among many processes, and how soon one is seen and missed.
//!
//! `cargo bench --bench others [PROCESSES]`; 2,000 unless told otherwise, and memory for so many `sleep`s. The time is that
//! of the watcher's thread alone, so other work on the machine changes it little. The exit code is 1 where a bound is missed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench prints, and fails by panicking"
)]

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::io::{BufRead as _, BufReader};
    use std::path::Path;
    use std::process::{Child, Command, ExitCode, Stdio};
    use std::sync::Arc;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::{Duration, Instant};

    use mapscope::bytes::Span;
    use mapscope::map::{Access, CallLog, FileKey, MapRequest, Mapping, Mode, OpenFile, Others};
    use mapscope::model::identity::{DocId, Generation, MappingId, Target};
    use mapscope::model::others::{OthersEvent, OthersNews};
    use mapscope::work::others::{OthersWatcher, OthersWish, OwnList, RightOfWay};

    const N_PROCESSES: usize = 2000;
    const WHILE: Duration = Duration::from_secs(20);
    const LONG: Duration = Duration::from_mins(1);

    /// Of one processor.
    const MOST_SHOWN: f64 = 3.5;
    const MOST_HIDDEN: f64 = 0.01;
    const MOST_TO_COME: Duration = Duration::from_secs(3);
    const MOST_TO_GO: Duration = Duration::from_secs(2);

    /// Ended with the bench, however that goes.
    struct Running(Child);

    impl Drop for Running {
        fn drop(&mut self) {
            self.0.kill().ok();
            self.0.wait().ok();
        }
    }

    /// Maps the file once it is told to go on, and says so.
    fn mapper(path: &Path) -> Running {
        let script = "import mmap, sys\nf = open(sys.argv[1], 'r+b')\nm = mmap.mmap(f.fileno(), 0)\nm[0]\nprint(flush=True)\nsys.stdin.read()";
        let mut child = Command::new("python3")
            .args(["-c", script])
            .arg(path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3");
        let mut line = String::new();
        let output = child.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        Running(child)
    }

    /// The time on a processor so far of the thread called "others".
    fn thread_time() -> Duration {
        for thread in fs::read_dir("/proc/self/task").unwrap() {
            let folder = thread.unwrap().path();
            if fs::read_to_string(folder.join("comm")).unwrap() == "others\n" {
                let text = fs::read_to_string(folder.join("schedstat")).unwrap();
                return Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap());
            }
        }
        panic!("the thread is there");
    }

    /// The part of a processor that the thread takes, in percent.
    fn share() -> f64 {
        let (begin, before) = (Instant::now(), thread_time());
        std::thread::sleep(WHILE);
        let took = thread_time().saturating_sub(before);
        took.as_secs_f64() / begin.elapsed().as_secs_f64() * 100.0
    }

    fn until(events: &Receiver<OthersEvent>, is_so: impl Fn(&Others) -> bool) -> Duration {
        let begin = Instant::now();
        loop {
            let event = events.recv_timeout(LONG).expect("it says something");
            if let OthersNews::Seen(seen) = event.news
                && is_so(&seen.found)
            {
                return begin.elapsed();
            }
        }
    }

    fn check(what: &str, is_fine: bool) -> bool {
        println!("  {what}{}", if is_fine { "" } else { "  MISSED" });
        is_fine
    }

    pub(crate) fn main() -> ExitCode {
        let mut words = std::env::args().skip(1);
        let n = words.find_map(|word| word.parse().ok());
        let n = n.unwrap_or(N_PROCESSES);
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        fs::write(&path, vec![b'x'; 1 << 16]).unwrap();
        let sleeper = || Command::new("sleep").arg("600").spawn().map(Running);
        let sleepers: Vec<Running> = (0..n).map(|_| sleeper().expect("sleep")).collect();
        let log = CallLog::new();
        let file = OpenFile::open(&path, &log).unwrap();
        let request = MapRequest {
            mode: Mode::Shared,
            access: Access::ReadOnly,
            span: None,
        };
        let mapping = Mapping::create(&file, request, &log).unwrap();
        let key = FileKey::of(&mapping, &file).unwrap();
        let (sender, events) = channel();
        let report = Arc::new(move |event| {
            sender.send(event).ok();
        });
        let program = Path::new(env!("CARGO_BIN_EXE_mapscope"));
        let own = Arc::<OwnList>::default();
        let watcher =
            OthersWatcher::spawn(key, program, own, Arc::<RightOfWay>::default(), report).unwrap();
        let target = Target {
            doc: DocId(1),
            mapping: MappingId(1),
            generation: Generation::FIRST,
        };
        let span = Span::at(0, 16).unwrap();
        println!("{n} processes that sleep, and those of the system:");
        watcher.watch(Some(OthersWish { target, span }));
        let first = until(&events, |others| others.is_whole);
        println!(
            "  the first look   {:6.0} ms, {:.0} ms of a processor",
            first.as_secs_f64() * 1e3,
            thread_time().as_secs_f64() * 1e3
        );
        let mut is_fine = true;
        let (mut come, mut gone) = (Duration::ZERO, Duration::ZERO);
        for _ in 0..5 {
            let program = mapper(&path);
            let pid = program.0.id();
            let is_it = |others: &Others| others.processes.iter().any(|it| it.pid == pid);
            come = come.max(until(&events, is_it));
            drop(program);
            gone = gone.max(until(&events, |others| !is_it(others)));
        }
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        is_fine &= check(
            &format!(
                "one comes, slowest of 5 {:6.0} ms (at most {:.0})",
                ms(come),
                ms(MOST_TO_COME)
            ),
            come <= MOST_TO_COME,
        );
        is_fine &= check(
            &format!(
                "one goes, slowest of 5  {:6.0} ms (at most {:.0})",
                ms(gone),
                ms(MOST_TO_GO)
            ),
            gone <= MOST_TO_GO,
        );
        let program = mapper(&path);
        until(&events, |others| !others.processes.is_empty());
        let shown = share();
        is_fine &= check(
            &format!("while shown      {shown:6.2} % of a processor (at most {MOST_SHOWN})"),
            shown <= MOST_SHOWN,
        );
        watcher.watch(None);
        std::thread::sleep(Duration::from_millis(500)); // what was under way ends
        let hidden = share();
        is_fine &= check(
            &format!("while hidden     {hidden:6.2} % of a processor (at most {MOST_HIDDEN})"),
            hidden <= MOST_HIDDEN,
        );
        drop((program, sleepers));
        if is_fine {
            ExitCode::SUCCESS
        } else {
            println!("MISSED");
            ExitCode::FAILURE
        }
    }
}

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("not on this system");
}
