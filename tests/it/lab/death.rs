//! Peers that die of a load or store, and peers that are killed: what is told of it, and what is left.

use std::os::unix::process::ExitStatusExt as _;

use mapscope::peer::calls::Death;

use super::*;

fn unmap(at: u64, len: u64) -> Call {
    let map = "m".to_owned();
    Call::Unmap { map, at, len }
}

fn protect(prot: Prot) -> Call {
    let map = "m".to_owned();
    let (at, len) = (0, page());
    Call::Protect { map, at, len, prot }
}

fn truncate(len: u64) -> Call {
    let file = "f".to_owned();
    Call::Truncate { file, len }
}

#[track_caller]
fn death_of(error: PeerError) -> (String, Option<Death>) {
    match error {
        PeerError::Died { how, death, .. } => (how, death),
        other => panic!("{other:?}"),
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table, a line for each kind")]
fn a_fault_tells_signal_code_and_address() {
    let page = page();
    let touch = |at, write| Call::Touch {
        map: "m".to_owned(),
        at,
        len: 1,
        write,
    };
    let pass = Call::Pass(PassCall {
        file: "f".to_owned(),
        by_loads: true,
        len: 3 * page,
        random_pages: None,
        seed: 0,
        over: None,
    });
    // How it is mapped, what is done then, what kills, and at which byte.
    for (map, before, fatal, signal, code, at) in [
        (
            shared("f", 2 * page),
            Some(unmap(page, page)),
            load("m", 2 * page - 3, 1),
            11,
            "SEGV_MAPERR",
            2 * page - 3,
        ),
        (
            private("f", page),
            Some(unmap(0, 1)),
            store("m", 7, b"x"),
            11,
            "SEGV_MAPERR",
            7,
        ),
        (
            shared("f", page).allowing(Prot::Read),
            None,
            store("m", 9, b"x"),
            11,
            "SEGV_ACCERR",
            9,
        ),
        (
            private("f", page),
            Some(protect(Prot::None)),
            load("m", 1, 1),
            11,
            "SEGV_ACCERR",
            1,
        ),
        (
            anonymous(page),
            Some(protect(Prot::Read)),
            touch(3, true),
            11,
            "SEGV_ACCERR",
            3,
        ),
        // In the middle of many: the first byte of the first page that is not there.
        (
            shared("f", 4 * page),
            None,
            load("m", 2 * page - 5, 10),
            7,
            "BUS_ADRERR",
            2 * page,
        ),
        (
            private("f", 4 * page),
            None,
            load("m", 3 * page + 5, 1),
            7,
            "BUS_ADRERR",
            3 * page + 5,
        ),
        (
            shared("f", 2 * page),
            Some(truncate(page - 1)),
            store("m", page + 1, b"x"),
            7,
            "BUS_ADRERR",
            page + 1,
        ),
        (
            shared("f", 2 * page),
            Some(truncate(0)),
            Call::Count {
                map: "m".to_owned(),
                at: 5,
                times: 1,
            },
            7,
            "BUS_ADRERR",
            5,
        ),
        (
            shared("f", 2 * page),
            Some(truncate(page)),
            pass,
            7,
            "BUS_ADRERR",
            page,
        ),
    ] {
        let scratch = Scratch::new(2);
        let mut peer = Peer::start();
        peer.done(scratch.open());
        let mapped = address_in(&peer.done(Call::Map(map))[0]);
        if let Some(call) = before {
            peer.done(call);
        }
        let is_pass = matches!(fatal, Call::Pass(_));
        let (how, death) = death_of(peer.ask(fatal.clone()).unwrap_err());
        let name = if signal == 7 { "SIGBUS" } else { "SIGSEGV" };
        assert_eq!(how, format!("signal {signal} ({name})"), "{fatal:?}");
        let death = death.unwrap();
        // Where a pass maps only the kernel knows.
        let address = if is_pass {
            death.address
        } else {
            Some(mapped + at)
        };
        let expected = Death {
            signal: name.to_owned(),
            code: Some(code.to_owned()),
            address,
        };
        assert_eq!(death, expected, "{fatal:?}");
        assert_eq!(address.unwrap() % page, at % page);
        assert_eq!(
            death.to_string(),
            format!("killed by {name} ({code}) at {:#x}", address.unwrap())
        );
        // Asked again it says the same, and it is reaped.
        let again = death_of(peer.0.ended().unwrap());
        assert_eq!(again, (how.clone(), Some(expected.clone())));
        assert_eq!(
            death_of(peer.ask(Call::Memory).unwrap_err()),
            (how, Some(expected))
        );
        assert!(!exists(peer.pid()));
    }
}

#[test]
fn the_last_word_is_a_line_and_the_signal_is_real() {
    let scratch = Scratch::new(1);
    let mut peer = RawPeer::start();
    let limits = fs::read_to_string(format!("/proc/{}/limits", peer.child.id())).unwrap();
    let cores = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    let fields: Vec<_> = cores.split_whitespace().collect();
    assert_eq!(fields[4..6], ["0", "0"], "{cores}");
    assert_eq!(peer.call(scratch.open())["outcome"], "done");
    let mapped = peer.call(Call::Map(shared("f", 2 * page())));
    let address = address_in(mapped["calls"][0]["text"].as_str().unwrap());
    let fault = peer.call(load("m", page() + 1, 1));
    let address = address + page() + 1;
    let expected =
        json!({"id": null, "answer": "fault", "signal": 7, "code": 2, "address": address});
    assert_eq!(fault, expected);
    assert_eq!(peer.hear(), Value::Null);
    let status = peer.child.wait().unwrap();
    assert_eq!((status.signal(), status.core_dumped()), (Some(7), false));
}

#[test]
fn a_signal_by_hand_tells_no_fault() {
    for (name, number) in [("SEGV", 11), ("BUS", 7), ("KILL", 9), ("ABRT", 6)] {
        let mut peer = Peer::start();
        peer.outcome(Call::Memory);
        signal(name, peer.pid());
        until("it is gone", || peer.0.ended().is_some());
        let (how, death) = death_of(peer.0.ended().unwrap());
        assert_eq!(how, format!("signal {number} (SIG{name})"));
        let expected = Death {
            signal: format!("SIG{name}"),
            code: None,
            address: None,
        };
        assert_eq!(death, Some(expected));
        assert!(!exists(peer.pid()));
    }
}

#[test]
fn an_abort_and_an_exit_are_told_apart() {
    let mut peer = Peer::start();
    let (how, death) = death_of(peer.ask(Call::Abort).unwrap_err());
    assert_eq!(how, "signal 6 (SIGABRT)");
    assert_eq!(death.unwrap().to_string(), "killed by SIGABRT");

    let mut peer = Peer::start();
    assert_eq!(peer.0.request(&Request::Exit, LONG), Ok(Answer::Leaving));
    let (how, death) = death_of(peer.ask(Call::Memory).unwrap_err());
    assert_eq!((how.as_str(), death), ("exit code 0", None));
}

#[test]
fn a_peer_is_stopped_and_goes_on_and_ends_by_hand() {
    let mut peer = Peer::start();
    let (mut child, _) = peer.fork("child");
    for it in [&mut child, &mut peer] {
        it.outcome(Call::Memory);
        let pid = it.pid();
        it.0.signal(PeerSignal::Stop).unwrap();
        until("it stands still", || state_of(pid) == Some('T'));
        let silent =
            it.0.request(&Request::Do(Call::Memory), Duration::from_millis(50));
        assert!(
            matches!(silent, Err(PeerError::TimedOut { .. })),
            "{silent:?}"
        );
        assert!(it.0.ended().is_none());
        it.0.signal(PeerSignal::Continue).unwrap();
        it.outcome(Call::Memory);
        it.0.signal(PeerSignal::Kill).unwrap();
        until("it is gone", || it.0.ended().is_some());
        assert!(it.0.signal(PeerSignal::Continue).is_err() || state_of(pid) == Some('Z'));
    }
    assert!(!exists(peer.pid()));
}

#[test]
fn a_stopped_peer_is_killed_when_it_is_dropped() {
    let mut parent = Peer::start();
    let (child, _) = parent.fork("child");
    for it in [child, Peer::start()] {
        let pid = it.pid();
        it.0.signal(PeerSignal::Stop).unwrap();
        until("it stands still", || state_of(pid) == Some('T'));
        let begin = Instant::now();
        drop(it);
        assert!(
            begin.elapsed() < Duration::from_secs(1),
            "{:?}",
            begin.elapsed()
        );
        assert!(
            matches!(state_of(pid), None | Some('Z')),
            "{:?}",
            state_of(pid)
        );
    }
}
