//! A process that has the file open without mapping it, and one that runs it.

use std::fs::{File, OpenOptions};
use std::process::{Child, Command, Stdio};

use super::{bytes, file, mapscope, others, out, who};

/// A program whose standard input is the file, or whose standard input and output are.
pub(super) struct Reader(Child);

impl Reader {
    pub(super) fn start(path: &str) -> Self {
        Self::run(File::open(path).unwrap().into(), Stdio::null())
    }

    fn writing(path: &str) -> Self {
        let both = OpenOptions::new().read(true).write(true).open(path);
        let both = both.unwrap();
        Self::run(both.try_clone().unwrap().into(), both.into())
    }

    fn run(input: Stdio, output: Stdio) -> Self {
        let mut sleep = Command::new("sleep");
        let sleep = sleep.arg("1000").stdin(input).stdout(output);
        Self(sleep.spawn().expect("sleep"))
    }

    fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
fn who_only_has_it_open_is_told_with_its_descriptors() {
    let (_dir, path) = file(&bytes());
    let (reader, writer) = (Reader::start(&path), Reader::writing(&path));
    let said = who(&path, "28");
    assert_eq!(others(&said).len(), 0, "it maps nothing: {said}");
    let open = said["open"].as_array().unwrap();
    assert_eq!(open.len(), 2, "{said}");
    let of = |pid: u32| {
        let found = open.iter().find(|it| it["pid"] == pid);
        found.unwrap_or_else(|| panic!("{pid} is not in {said}"))
    };
    let read = &of(reader.pid())["descriptors"];
    assert_eq!(read.as_array().unwrap().len(), 1);
    assert_eq!(
        (&read[0]["number"], &read[0]["read"]),
        (&0.into(), &true.into())
    );
    assert_eq!(
        (&read[0]["write"], &read[0]["path"]),
        (&false.into(), &path.as_str().into())
    );
    let both = &of(writer.pid())["descriptors"];
    assert_eq!(both.as_array().unwrap().len(), 2);
    assert_eq!(
        (&both[1]["number"], &both[1]["write"]),
        (&1.into(), &true.into())
    );

    let output = mapscope(&["who", &path, "28"]).output().unwrap();
    let text = out(&output);
    for (pid, words) in [
        (reader.pid(), "descriptor 0 read"),
        (
            writer.pid(),
            "descriptor 0 read and write, 1 read and write",
        ),
    ] {
        let name = format!("  sleep {pid}  ");
        let line = text.lines().find(|line| line.starts_with(&name));
        let line = line.unwrap();
        assert!(
            line.contains("  only open  ") && line.contains("  --  "),
            "{text}"
        );
        assert!(line.ends_with(&format!("  {words}")), "{text}");
    }
    // Nobody is said to see what it did not read.
    assert!(text.contains("All three see the same"), "{text}");
}

/// A program that runs is mapped, and nobody may open it for writing.
#[test]
fn a_program_that_runs_is_mapped_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let program = dir.path().join("waits");
    std::fs::copy("/bin/sleep", &program).unwrap();
    let running = Command::new(&program).arg("1000").spawn().unwrap();
    let running = Reader(running);
    let path = program.to_str().unwrap();
    let said = who(path, "0");
    let rows = others(&said);
    assert!(!rows.is_empty(), "{said}");
    for row in rows {
        assert_eq!(row["pid"], running.pid());
        assert_eq!(row["mode"], "private");
        assert_eq!(row["mapping"]["path"], path);
    }
}
