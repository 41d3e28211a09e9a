//! One peer, spoken to: the protocol, its bounds, and what a peer refuses.

use super::*;

#[test]
fn every_request_is_answered_as_the_table_says() {
    let sample = Sample::new();
    let target = sample.target();
    let open = json!({"id": 1, "do": "open", "via": target.via, "path": target.path,
        "dev": target.identity.dev, "ino": target.identity.ino,
        "mode": "shared", "access": "read_write", "start": 0, "end": 12288});
    let mut peer = RawPeer::start();
    let error = |id: u64, part: &str| json!({"id": id, "answer": "error", "message": part});
    let table = [
        (
            json!({"id": 2, "do": "read", "offset": 0, "len": 1}),
            error(2, "No file is mapped"),
        ),
        (
            json!({"id": 3, "do": "store", "offset": 0, "bytes": "00"}),
            error(3, "No file is mapped"),
        ),
        (open.clone(), json!({"id": 1, "answer": "opened"})),
        (
            json!({"id": 4, "do": "read", "offset": 4094, "len": 4}),
            json!({"id": 4, "answer": "read", "hex": "41414242", "gaps": [], "pages": ["file_page", "file_page"]}),
        ),
        (
            json!({"id": 5, "do": "read", "offset": 12287, "len": 2}),
            json!({"id": 5, "hex": "4300", "gaps": [{"start": 12288, "end": 12289, "reason": "outside_mapping"}]}),
        ),
        (
            json!({"id": 6, "do": "read", "offset": 0, "len": 0}),
            error(6, "0 bytes cannot be read"),
        ),
        (
            json!({"id": 7, "do": "read", "offset": 0, "len": 65537}),
            error(7, "65537 bytes cannot"),
        ),
        (
            json!({"id": 8, "do": "read", "offset": u64::MAX, "len": 2}),
            error(8, "past 64 bits"),
        ),
        (
            json!({"id": 9, "do": "store", "offset": 4095, "bytes": "78 79"}),
            json!({"id": 9, "answer": "stored", "old": "4142"}),
        ),
        (
            json!({"id": 10, "do": "store", "offset": 0, "bytes": ""}),
            error(10, "no bytes to store"),
        ),
        (
            json!({"id": 11, "do": "store", "offset": 12288, "bytes": "00"}),
            error(11, "outside the mapped bytes"),
        ),
        (
            json!({"id": 12, "do": "store", "offset": 0, "bytes": "0g"}),
            error(12, "cannot be understood"),
        ),
        (
            json!({"id": 13, "do": "dance"}),
            error(13, "unknown variant `dance`"),
        ),
        (json!({"id": 14}), error(14, "missing field `do`")),
        (
            json!({"do": "exit"}),
            json!({"id": null, "answer": "error"}),
        ),
        (
            json!({"id": -1, "do": "exit"}),
            json!({"id": null, "answer": "error"}),
        ),
        (json!([]), json!({"id": null, "answer": "error"})),
        (
            json!({"id": 15, "do": "open", "via": target.via, "path": target.path, "dev": 1, "ino": 1,
                "mode": "private", "access": "read_only", "start": 0, "end": 1}),
            error(15, "sample"),
        ),
        // What was refused does not leave the mapping of before in place.
        (
            json!({"id": 16, "do": "read", "offset": 0, "len": 1}),
            error(16, "No file is mapped"),
        ),
        (
            json!({"id": 17, "do": "exit"}),
            json!({"id": 17, "answer": "leaving"}),
        ),
    ];
    for (request, expected) in &table {
        peer.check(request, expected);
    }
    assert_eq!(peer.child.wait().unwrap().code(), Some(0));
    assert_eq!((sample.byte(4095), sample.byte(4096)), (b'x', b'y'));
}

#[test]
fn a_read_of_the_most_bytes_fits_into_a_line() {
    let sample = Sample::new();
    sample.file.set_len(1 << 20).unwrap();
    let mut peer = PeerProcess::spawn(program(), "test peer").unwrap();
    let open = sample.open(MapMode::Private, MapAccess::ReadOnly);
    assert_eq!(peer.request(&open, LONG), Ok(Answer::Opened));
    let read = Request::Read {
        offset: 4000,
        len: 65_536,
    };
    let Ok(Answer::Read(ReadAnswer { bytes, gaps, pages })) = peer.request(&read, LONG) else {
        panic!("it is read");
    };
    assert_eq!((bytes.len(), bytes[0], bytes[96]), (65_536, b'A', b'B'));
    assert_eq!((gaps.len(), pages.len()), (0, 17));
}

#[test]
fn a_line_that_is_none_does_not_end_a_peer() {
    let mut peer = RawPeer::start();
    let understood = |heard: &Value| {
        !heard["message"]
            .to_string()
            .contains("cannot be understood")
    };
    for line in [
        &b"{"[..],
        b"",
        b"\xff\xfe",
        b"null",
        b"{\"id\": 1, \"do\": [}",
    ] {
        let heard = peer.ask(line);
        assert!(!understood(&heard), "{line:?} is answered {heard}");
    }
    // The longest line is taken, one byte more is not, and the next one is whole again.
    let longest = vec![b' '; MAX_LINE_BYTES];
    assert!(!understood(&peer.ask(&longest)));
    let too_long = [&longest[..], b" "].concat();
    let far_too_long = vec![b'x'; 3 * MAX_LINE_BYTES];
    for line in [too_long, far_too_long] {
        let heard = peer.ask(&line);
        assert!(
            heard["message"]
                .to_string()
                .contains("more than 1048576 bytes"),
            "{heard}"
        );
        assert_eq!(heard["id"], Value::Null);
        let exit = json!({"id": 7, "do": "read", "offset": 0, "len": 1});
        peer.check(&exit, &json!({"id": 7, "message": "No file is mapped"}));
    }
}

#[test]
fn a_peer_ends_with_its_input_and_with_its_output() {
    let mut peer = RawPeer::start();
    peer.input = None;
    assert_eq!(peer.child.wait().unwrap().code(), Some(0));

    let mut deaf = RawPeer::start();
    // Another pipe takes the place of its output's, which so has no reader any more.
    let child = Command::new("true").stdout(Stdio::piped()).spawn();
    let mut child = child.unwrap();
    deaf.output = BufReader::new(child.stdout.take().unwrap());
    child.wait().unwrap();
    let mut input = deaf.input.take().unwrap();
    input.write_all(b"{}\n").unwrap();
    until("a peer that nobody hears ends", || {
        deaf.child.try_wait().unwrap().is_some()
    });
    assert_eq!(deaf.child.wait().unwrap().code(), Some(0));
    drop(input);
}

#[test]
fn a_running_program_cannot_be_stored_to_by_a_shared_peer() {
    let dir = tempfile::tempdir().unwrap();
    let copy = dir.path().join("sleep");
    // Copied by another process: no descriptor of this one is open for writing while a test forks.
    assert!(
        Command::new("cp")
            .arg("/bin/sleep")
            .arg(&copy)
            .status()
            .unwrap()
            .success()
    );
    let running = Ends(Command::new(&copy).arg("1000").spawn().unwrap());
    let meta = fs::metadata(&copy).unwrap();
    let mut peer = PeerProcess::spawn(program(), "shared peer").unwrap();
    let open = Request::Open(Open {
        via: "/nowhere".into(),
        path: copy.into(),
        dev: meta.dev(),
        ino: meta.ino(),
        mode: MapMode::Shared,
        access: MapAccess::ReadWrite,
        start: 0,
        end: meta.len(),
        whole: false,
    });
    assert_eq!(peer.request(&open, LONG), Ok(Answer::Opened));
    let bytes = vec![0];
    let refused = peer.request(&Request::Store { offset: 0, bytes }, LONG);
    // The mapping that it has goes on.
    let read = peer.request(&Request::Read { offset: 1, len: 3 }, LONG);
    drop(running);
    match refused {
        Err(PeerError::Refused { message, errno }) => {
            assert_eq!(errno.as_deref(), Some("ETXTBSY"), "{message}");
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(read, Ok(Answer::Read(ReadAnswer { bytes, .. })) if bytes == *b"ELF"));
}

#[test]
fn a_full_pipe_to_a_stopped_peer_blocks_nobody() {
    let sample = Sample::new();
    let mut peer = PeerProcess::spawn(program(), "private peer").unwrap();
    let open = sample.open(MapMode::Private, MapAccess::ReadWrite);
    assert_eq!(peer.request(&open, LONG), Ok(Answer::Opened));
    signal("STOP", peer.pid());
    let begin = Instant::now();
    let bytes = vec![b'x'; 400_000];
    for _ in 0..5 {
        let store = Request::Store {
            offset: 0,
            bytes: bytes.clone(),
        };
        let silent = peer.request(&store, SECOND / 10).unwrap_err();
        assert!(matches!(silent, PeerError::TimedOut { .. }), "{silent}");
    }
    assert!(begin.elapsed() < SECOND * 3, "{:?}", begin.elapsed());
    // It goes on where it was, and what comes late is not taken for an answer.
    signal("CONT", peer.pid());
    let read = Request::Read { offset: 0, len: 1 };
    let answer = loop {
        match peer.request(&read, SECOND / 4) {
            Err(PeerError::TimedOut { .. }) if begin.elapsed() < LONG => {}
            other => break other,
        }
    };
    assert!(
        matches!(&answer, Ok(Answer::Read(ReadAnswer { bytes, .. })) if *bytes == *b"A"),
        "{answer:?}"
    );
    // Full and stopped, it is killed and reaped all the same.
    signal("STOP", peer.pid());
    let store = Request::Store { offset: 0, bytes };
    peer.request(&store, SECOND / 10).unwrap_err();
    let (pid, begin) = (peer.pid(), Instant::now());
    drop(peer);
    assert!(begin.elapsed() < SECOND, "{:?}", begin.elapsed());
    assert!(!exists(pid));
}
