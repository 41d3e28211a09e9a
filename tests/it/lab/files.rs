//! The calls on files: their effect on the file, read by this process, and their text.

use std::os::unix::fs::{FileExt as _, MetadataExt as _};

use super::*;

fn read(file: &str, at: u64, len: u64) -> Call {
    let file = file.to_owned();
    Call::Read { file, at, len }
}

fn write(file: &str, at: u64, bytes: &[u8]) -> Call {
    let (file, bytes) = (file.to_owned(), bytes.to_vec());
    Call::Write { file, at, bytes }
}

fn close(file: &str) -> Call {
    let file = file.to_owned();
    Call::Close { file }
}

fn length(file: &str) -> Call {
    let file = file.to_owned();
    Call::Length { file }
}

fn truncate(file: &str, len: u64) -> Call {
    let file = file.to_owned();
    Call::Truncate { file, len }
}

#[test]
fn a_file_is_opened_read_written_and_closed_as_asked() {
    let scratch = Scratch::new(2);
    let path = scratch.path.display();
    let mut peer = Peer::start();
    for (name, access, flags, fd) in [
        ("f", FileAccess::ReadWrite, "O_RDWR", 3),
        ("r", FileAccess::Read, "O_RDONLY", 4),
        ("w", FileAccess::Write, "O_WRONLY", 5),
    ] {
        let text = peer.done(scratch.open_as(name, access));
        let expected = format!("openat(AT_FDCWD, \"{path}\", {flags}|O_CLOEXEC) = {fd}");
        assert_eq!(text, [expected]);
        let link = fs::read_link(format!("/proc/{}/fd/{fd}", peer.pid())).unwrap();
        assert_eq!(link, scratch.path);
    }
    let text = peer.done(write("f", 4094, b"x\0y\"z"));
    assert_eq!(text, [r#"pwrite64(3, "x\0y\"z", 5, 4094) = 5"#]);
    assert_eq!(scratch.bytes()[4093..4100], *b"Ax\0y\"zB");
    fs::File::options()
        .write(true)
        .open(&scratch.path)
        .unwrap()
        .write_all_at(b"Q", 1)
        .unwrap();
    assert_eq!(peer.bytes(read("r", 0, 3)), b"AQA");
    let did = peer.did(read("f", 2 * page() - 2, 100));
    assert_eq!(texts(&did.calls), [r#"pread64(3, "BB", 100, 8190) = 2"#]);
    assert_eq!(peer.bytes(read("f", 2 * page(), 100)), b"");
    peer.fails(read("w", 0, 1), "EBADF");
    let text = peer.fails(write("r", 0, b"no"), "EBADF");
    let expected = r#"pwrite64(4, "no", 2, 0) = -1 EBADF (Bad file descriptor)"#;
    assert_eq!(text, [expected]);
    let text = peer.fails(read("f", 1 << 63, 1), "EINVAL");
    assert!(
        text[0].ends_with(", 1, -9223372036854775808) = -1 EINVAL (Invalid argument)"),
        "{text:?}"
    );
    assert_eq!(peer.done(close("w")), ["close(5) = 0"]);
    assert!(!Path::new(&format!("/proc/{}/fd/5", peer.pid())).exists());
    assert!(
        peer.refuses(close("w"))
            .contains("no file that is called w")
    );
    // A name that is given again: what had it before is closed, and that is listed.
    let text = peer.done(scratch.open_as("r", FileAccess::Read));
    assert_eq!(text[1..], ["close(4) = 0"]);
    let gone = Call::Open {
        file: "n".to_owned(),
        path: "/nowhere/at/all".into(),
        access: FileAccess::Read,
    };
    let text = peer.fails(gone, "ENOENT");
    let expected = "openat(AT_FDCWD, \"/nowhere/at/all\", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file or directory)";
    assert_eq!(text, [expected]);
}

#[test]
fn lengths_are_the_files_own() {
    let scratch = Scratch::new(1);
    let mut peer = Peer::start();
    peer.done(scratch.open());
    for len in [10_000, 5, 0, 1 << 40] {
        let text = peer.done(truncate("f", len));
        assert_eq!(text, [format!("ftruncate(3, {len}) = 0")]);
        assert_eq!(fs::metadata(&scratch.path).unwrap().len(), len);
        let did = peer.did(length("f"));
        assert_eq!(did.outcome, Outcome::Number { value: len });
        assert_eq!(
            texts(&did.calls),
            [format!("lseek(3, 0, SEEK_END) = {len}")]
        );
    }
    assert!(peer.refuses(truncate("f", 1 << 63)).contains("cannot have"));
    peer.fails(truncate("f", (1 << 63) - 1), "EFBIG");

    let file = "in memory".to_owned();
    let text = peer.done(Call::Memfd { file, len: 5000 });
    let expected = [
        "memfd_create(\"in memory\", MFD_CLOEXEC) = 4",
        "ftruncate(4, 5000) = 0",
    ];
    assert_eq!(text, expected);
    let link = format!("/proc/{}/fd/4", peer.pid());
    assert_eq!(
        fs::read_link(&link).unwrap(),
        Path::new("/memfd:in memory (deleted)")
    );
    assert_eq!(fs::metadata(&link).unwrap().len(), 5000);
}

#[test]
fn the_page_cache_is_told_as_it_is_and_a_cold_file_is_cold() {
    let mut peer = Peer::start();
    let file = "m".to_owned();
    let len = 8 * page();
    peer.done(Call::Memfd { file, len });
    for at in [0, 3, 5] {
        peer.done(write("m", at * page(), b"x"));
    }
    let cache = |file: &str| Call::Cache {
        file: file.to_owned(),
    };
    let did = peer.did(cache("m"));
    let refused = matches!(did.outcome, Outcome::Failed { .. });
    if refused {
        eprintln!("skipped: {:?}", did.calls);
        return;
    }
    let Outcome::Cache { cached, .. } = did.outcome else {
        panic!("{did:?}");
    };
    let blocks = fs::metadata(format!("/proc/{}/fd/3", peer.pid()))
        .unwrap()
        .blocks();
    assert_eq!(cached * page(), blocks * 512, "{did:?}");
    assert!(
        texts(&did.calls)[0].starts_with("cachestat(3, {off=0, len=0}, {nr_cache="),
        "{did:?}"
    );

    // Beside the program: the folder of temporary files may have no storage below it.
    let on_disk = tempfile::NamedTempFile::new_in(program().parent().unwrap()).unwrap();
    fs::write(on_disk.path(), vec![b'x'; 64 * page_size()]).unwrap();
    peer.done(Call::Open {
        file: "d".to_owned(),
        path: on_disk.path().into(),
        access: FileAccess::ReadWrite,
    });
    let cached = |peer: &mut Peer| match peer.outcome(cache("d")) {
        Outcome::Cache { cached, dirty, .. } => (cached, dirty),
        other => panic!("{other:?}"),
    };
    assert_eq!(cached(&mut peer).0, 64);
    let file = "d".to_owned();
    let text = peer.done(Call::Cool { file: file.clone() });
    let expected = [
        "fsync(4) = 0",
        "fadvise64(4, 0, 0, POSIX_FADV_DONTNEED) = 0",
    ];
    assert_eq!(text, expected);
    let (cached, dirty) = cached(&mut peer);
    assert_eq!(dirty, 0);
    // What has just been written may wait for the other processor to let it go.
    assert!(cached < 64, "{cached} pages");
    assert_eq!(peer.done(Call::Fsync { file }), ["fsync(4) = 0"]);
}

#[test]
fn a_pass_takes_every_byte_by_either_way() {
    let scratch = Scratch::new(0);
    let bytes: Vec<u8> = (0..300_001_u32)
        .map(|index| index.wrapping_mul(2_654_435_761).to_be_bytes()[0])
        .collect();
    fs::write(&scratch.path, &bytes).unwrap();
    let mut peer = Peer::start();
    peer.done(scratch.open_as("f", FileAccess::Read));
    let mut pass = |by_loads, len, random_pages, seed| {
        let call = PassCall {
            file: "f".to_owned(),
            by_loads,
            len,
            random_pages,
            seed,
            over: None,
        };
        let did = peer.did(Call::Pass(call));
        match did.outcome {
            Outcome::Pass(pass) => (pass, texts(&did.calls)),
            other => panic!("{other:?}"),
        }
    };
    let sum_of = |bytes: &[u8]| {
        bytes.chunks(8).fold(0_u64, |sum, chunk| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            sum.wrapping_add(u64::from_le_bytes(word))
        })
    };
    for len in [1, 7, 8, 31, 32, 4096, 65_536, 65_543, 131_100, 300_001] {
        let expected = sum_of(&bytes[..usize::try_from(len).unwrap()]);
        for by_loads in [false, true] {
            let (pass, text) = pass(by_loads, len, None, 0);
            assert_eq!((pass.bytes, pass.sum), (len, expected), "{text:?}");
            assert!(pass.nanoseconds > 0);
        }
    }
    let (_, text) = pass(false, 300_001, None, 0);
    assert!(
        text[0].starts_with("pread64(3, \"") && text[0].ends_with("\"..., 65536, 0) = 65536"),
        "{text:?}"
    );
    assert_eq!(text[1], "pread64(3, ...): 4 more of them");
    let (_, text) = pass(true, 300_001, None, 0);
    let mapped = address_in(&text[0]);
    assert_eq!(
        text,
        [
            format!("mmap(NULL, 300001, PROT_READ, MAP_SHARED, 3, 0) = {mapped:#x}"),
            format!("load({mapped:#x}, 300001 bytes, 8 at a time)"),
            format!("munmap({mapped:#x}, 300001) = 0"),
        ]
    );
    // The same draws by both ways, of whole pages; others by another seed.
    let (read, _) = pass(false, 300_001, Some(50), 9);
    let (loaded, _) = pass(true, 300_001, Some(50), 9);
    let (other, _) = pass(false, 300_001, Some(50), 10);
    assert_eq!((read.bytes, read.sum), (50 * page(), loaded.sum));
    assert_eq!(loaded.bytes, read.bytes);
    assert_ne!(other.sum, read.sum);
    // As often as all there is to see: by loads at least one fault, by pread none that a mapping would bring.
    assert!(loaded.minor + loaded.major > 0, "{loaded:?}");
}
