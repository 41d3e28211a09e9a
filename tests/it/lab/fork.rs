//! Forked peers: what they inherit, what they keep to themselves, and that nothing is left of them.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;

use mapscope::map::die_with_parent;
use mapscope::peer::protocol::{MapAccess, MapMode, Open};

use super::*;

fn reap(parent: &mut Peer, pid: u32) -> Result<Answer, PeerError> {
    parent.0.request(&Request::Reap { pid }, LONG)
}

fn reaped(how: &str, signal: Option<&str>) -> Answer {
    Answer::Reaped {
        how: how.to_owned(),
        signal: signal.map(ToOwned::to_owned),
        number: signal.and(how.split(' ').nth(1)).map(number),
        code: how.strip_prefix("exit code ").map(number),
    }
}

fn number(text: &str) -> i32 {
    text.parse().unwrap()
}

/// The processes that have `pid` as their parent, zombies too.
fn children_of(pid: u32) -> Vec<u32> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    children
        .unwrap_or_default()
        .split_whitespace()
        .map(|child| child.parse().unwrap())
        .collect()
}

/// Where the descriptors of a process lead, by number.
fn descriptors(pid: u32) -> Vec<(u32, String)> {
    let mut all: Vec<_> = fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .filter_map(|entry| {
            let entry = entry.unwrap();
            let number = entry.file_name().to_str()?.parse().unwrap();
            let target = fs::read_link(entry.path()).ok()?;
            Some((number, target.to_str()?.to_owned()))
        })
        .collect();
    all.sort();
    all
}

fn pipes(pid: u32) -> BTreeSet<String> {
    let pipes = descriptors(pid).into_iter().map(|it| it.1);
    pipes.filter(|it| it.starts_with("pipe:")).collect()
}

#[test]
fn a_forked_child_has_what_its_parent_has() {
    let scratch = Scratch::new(2);
    let mut parent = Peer::mapping(&scratch, shared("f", 2 * page()));
    parent.done(Call::Map(private("f", page()).named("p")));
    parent.done(Call::Map(anonymous(page()).named("a")));
    parent.done(Call::Map(anonymous_shared(page()).named("s")));
    parent.done(store("p", 0, b"p"));
    parent.done(store("a", 0, b"a"));
    parent.done(store("s", 0, b"s"));
    let (mut child, call) = parent.fork("child");
    let pid = child.pid();
    assert_eq!(call.text, format!("fork() = {pid}"));
    assert!(call.nanoseconds > 0);
    assert_eq!(children_of(parent.pid()), [pid]);
    // Shared is shared both ways.
    child.done(store("m", 1, b"Z"));
    assert_eq!(scratch.bytes()[1], b'Z');
    assert_eq!(parent.bytes(load("m", 1, 1)), b"Z");
    parent.done(store("s", 1, b"t"));
    assert_eq!(child.bytes(load("s", 0, 2)), b"st");
    child.done(store("s", 2, b"u"));
    assert_eq!(parent.bytes(load("s", 2, 1)), b"u");
    // What is private is as it was, and then each one's own.
    assert_eq!(child.bytes(load("p", 0, 2)), b"pA");
    assert_eq!(child.bytes(load("a", 0, 1)), b"a");
    child.done(store("a", 0, b"c"));
    parent.done(store("a", 1, b"p"));
    assert_eq!(child.bytes(load("a", 0, 2)), b"c\0");
    assert_eq!(parent.bytes(load("a", 0, 2)), b"ap");
    // The files too, by the same numbers.
    let did = child.did(Call::Length {
        file: "f".to_owned(),
    });
    assert_eq!(texts(&did.calls), ["lseek(3, 0, SEEK_END) = 8192"]);
    assert_eq!(
        child.lines("m"),
        [maps_line(pid, address_of(&mut child, "m")).unwrap()]
    );

    assert!(child.0.end().is_none());
    assert_eq!(state_of(pid), Some('Z'));
    assert_eq!(reap(&mut parent, pid), Ok(reaped("exit code 0", None)));
    assert!(!exists(pid));
    assert_eq!(children_of(parent.pid()), [0; 0]);
}

fn address_of(peer: &mut Peer, map: &str) -> u64 {
    let text = texts(&peer.did(load(map, 0, 1)).calls).remove(0);
    let (address, _) = text
        .strip_prefix("load(0x")
        .unwrap()
        .split_once(',')
        .unwrap();
    u64::from_str_radix(address, 16).unwrap()
}

#[test]
fn a_child_looks_at_its_own_pages_and_counts_its_own() {
    use PeerPage::{FilePage, PrivateCopy};

    let scratch = Scratch::new(2);
    let mut parent = Peer::mapping(&scratch, private("f", 2 * page()));
    parent.bytes(load("m", 0, 2 * page()));
    assert_eq!(parent.pages("m", 0, 2 * page()), [FilePage, FilePage]);
    let (mut child, _) = parent.fork("child");
    // Page tables of files are not copied by fork; a load brings the entries back.
    child.bytes(load("m", 0, 2 * page()));
    child.done(store("m", page(), b"x"));
    assert_eq!(child.pages("m", 0, 2 * page()), [FilePage, PrivateCopy]);
    assert_eq!(parent.pages("m", 0, 2 * page()), [FilePage, FilePage]);
    let map = "m".to_owned();
    let Outcome::Sums(sums) = child.outcome(Call::Sums { map }) else {
        panic!("sums");
    };
    assert_eq!(sums.anonymous * 1024, page());
}

#[test]
fn the_mapping_of_a_witness_is_inherited_too() {
    let scratch = Scratch::new(2);
    let meta = fs::metadata(&scratch.path).unwrap();
    let mut parent = Peer::start();
    let open = Request::Open(Open {
        via: "/nowhere".into(),
        path: scratch.path.clone().into(),
        dev: meta.dev(),
        ino: meta.ino(),
        mode: MapMode::Private,
        access: MapAccess::ReadWrite,
        start: 0,
        end: meta.len(),
        whole: false,
    });
    assert_eq!(parent.0.request(&open, LONG), Ok(Answer::Opened));
    let store = |bytes: &[u8]| Request::Store {
        offset: 0,
        bytes: bytes.to_vec(),
    };
    let old = b"A".to_vec();
    assert_eq!(
        parent.0.request(&store(b"p"), LONG),
        Ok(Answer::Stored { old })
    );
    let (mut child, _) = parent.fork("child");
    let old = b"p".to_vec();
    assert_eq!(
        child.0.request(&store(b"c"), LONG),
        Ok(Answer::Stored { old })
    );
    for (peer, byte) in [(&mut parent, b'p'), (&mut child, b'c')] {
        let read = Request::Read { offset: 0, len: 1 };
        let Ok(Answer::Read(read)) = peer.0.request(&read, LONG) else {
            panic!("it reads");
        };
        let pages: Vec<_> = read.pages.into_iter().map(|fact| fact.page).collect();
        assert_eq!(
            (read.bytes, pages),
            (vec![byte], vec![PeerPage::PrivateCopy])
        );
    }
    assert_eq!(scratch.bytes()[0], b'A');
}

#[test]
fn a_child_of_a_deceiver_is_honest() {
    let scratch = Scratch::new(1);
    let mut parent = Peer::mapping(&scratch, shared("f", page()));
    parent.done(Call::Sabotage(Sabotage::SkipStores));
    parent.done(Call::Sabotage(Sabotage::OtherMode));
    let (mut child, _) = parent.fork("child");
    child.done(store("m", 0, b"c"));
    assert_eq!(scratch.bytes()[0], b'c');
    let text = child.done(Call::Map(shared("f", page())));
    assert!(
        maps_line(child.pid(), address_in(&text[0]))
            .unwrap()
            .contains(" rw-s ")
    );
    // Its parent deceives on.
    parent.done(store("m", 0, b"p"));
    assert_eq!(scratch.bytes()[0], b'c');
}

#[test]
fn a_child_has_nothing_of_its_parents_pipes() {
    // What the test's own surroundings hand on to every process.
    let mut other = Command::new("cat")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let own = fs::read_link(format!("/proc/{}/fd/0", other.id())).unwrap();
    until("it is another program", || {
        fs::read(format!("/proc/{}/cmdline", other.id())).unwrap() == b"cat\0"
    });
    let mut from_outside = pipes(other.id());
    from_outside.remove(own.to_str().unwrap());
    drop(other.stdin.take());
    other.wait().unwrap();

    let mut parent = Peer::start();
    let (mut child, _) = parent.fork("child");
    let (mut sibling, _) = parent.fork("sibling");
    let (mut grandchild, _) = child.fork("grandchild");
    let all = [&mut parent, &mut child, &mut sibling, &mut grandchild];
    let mut seen = BTreeSet::new();
    for it in all {
        it.outcome(Call::Memory);
        let pipes = &pipes(it.pid()) - &from_outside;
        // The parent has one more, for its complaints.
        assert!(
            pipes.len() == 2 || seen.is_empty() && pipes.len() == 3,
            "{pipes:?}"
        );
        for pipe in pipes {
            assert!(seen.insert(pipe), "{:?}", descriptors(it.pid()));
        }
    }
    for it in [&child, &sibling, &grandchild] {
        let standard = &descriptors(it.pid())[..3];
        let null = [0, 1, 2].map(|number| (number, "/dev/null".to_owned()));
        assert_eq!(standard, null);
    }
    // So the end of one is no other's, and each is seen at once.
    let pid = sibling.pid();
    drop(sibling);
    assert_eq!(reap(&mut parent, pid), Ok(reaped("exit code 0", None)));
    child.outcome(Call::Memory);
    grandchild.outcome(Call::Memory);
}

#[test]
fn a_childs_death_is_told_by_itself_and_by_its_parent() {
    let scratch = Scratch::new(1);
    let mut parent = Peer::mapping(&scratch, shared("f", 2 * page()));
    let address = address_of(&mut parent, "m") + page() + 3;
    let (mut child, _) = parent.fork("child");
    let pid = child.pid();
    let error = child.ask(load("m", page() + 3, 1)).unwrap_err();
    let PeerError::Died { peer, how, death } = error else {
        panic!("{error:?}");
    };
    assert_eq!(peer, format!("child (pid {pid})"));
    assert_eq!(how, "signal 7 (SIGBUS)");
    let death = death.unwrap().to_string();
    assert_eq!(
        death,
        format!("killed by SIGBUS (BUS_ADRERR) at {address:#x}")
    );
    assert!(child.0.kill().is_none());
    assert_eq!(
        reap(&mut parent, pid),
        Ok(reaped("signal 7 (SIGBUS)", Some("SIGBUS")))
    );
    assert!(!exists(pid));

    // What the child cannot tell, only its parent knows.
    for (fatal, signal, number) in [(None, "SIGKILL", 9), (Some(Call::Abort), "SIGABRT", 6)] {
        let (mut child, _) = parent.fork("child");
        let pid = child.pid();
        match fatal {
            None => child.0.signal(PeerSignal::Kill).unwrap(),
            Some(call) => drop(child.ask(call).unwrap_err()),
        }
        until("it is gone", || child.0.ended().is_some());
        let Some(PeerError::Died { how, death, .. }) = child.0.ended() else {
            panic!("it died");
        };
        assert_eq!((how.as_str(), death), ("its parent knows how", None));
        let how = format!("signal {number} ({signal})");
        assert_eq!(reap(&mut parent, pid), Ok(reaped(&how, Some(signal))));
        assert!(
            child.0.signal(PeerSignal::Kill).is_err(),
            "its number may be another's"
        );
    }
    // The parent's own memory and files are as they were.
    assert_eq!(parent.bytes(load("m", 0, 1)), b"A");
}

#[test]
fn only_an_ended_child_of_ones_own_is_reaped() {
    let mut parent = Peer::start();
    let (child, _) = parent.fork("child");
    let words = |answer| match answer {
        Err(PeerError::Refused { message, .. }) => message,
        other => panic!("{other:?}"),
    };
    let pid = child.pid();
    assert_eq!(
        words(reap(&mut parent, pid)),
        format!("Process {pid} has not ended")
    );
    for pid in [1, std::process::id(), parent.pid(), 0, u32::MAX] {
        let message = words(reap(&mut parent, pid));
        assert_eq!(message, format!("Process {pid} is no child of this peer"));
    }
    drop(child);
    assert_eq!(reap(&mut parent, pid), Ok(reaped("exit code 0", None)));
    let message = words(reap(&mut parent, pid));
    assert_eq!(message, format!("Process {pid} is no child of this peer"));
}

#[test]
fn a_fork_that_cannot_be_told_to_is_refused() {
    let mut peer = RawPeer::start();
    let line = r#"{"id":3,"do":"fork","input":{"Unix":[47,110]},"output":{"Unix":[47,110]}}"#;
    let heard = peer.ask(line);
    assert_eq!(
        (&heard["answer"], &heard["errno"]),
        (&json!("error"), &json!("ENOENT"))
    );
    assert_eq!(children_of(peer.child.id()), [0; 0]);
    assert_eq!(peer.call(Call::Memory)["answer"], "did");
}

#[test]
fn a_parent_that_ends_takes_its_children_with_it() {
    for how in ["end", "exit", "drop", "kill", "fault"] {
        let scratch = Scratch::new(1);
        let mut parent = Peer::mapping(&scratch, shared("f", 2 * page()));
        let (mut child, _) = parent.fork("child");
        let (grandchild, _) = child.fork("grandchild");
        let (stopped, _) = parent.fork("stopped child");
        stopped.0.signal(PeerSignal::Stop).unwrap();
        let pids = [parent.pid(), child.pid(), grandchild.pid(), stopped.pid()];
        match how {
            "end" => assert!(parent.0.end().is_none()),
            "exit" => {
                assert_eq!(parent.0.request(&Request::Exit, LONG), Ok(Answer::Leaving));
                until("it is gone", || parent.0.ended().is_some());
            }
            "drop" => drop(parent),
            "kill" => parent.0.signal(PeerSignal::Kill).unwrap(),
            _ => drop(parent.ask(load("m", page(), 1)).unwrap_err()),
        }
        until("all are gone", || pids.into_iter().all(is_over));
        if ["end", "exit", "drop"].contains(&how) {
            // It reaped them, and was reaped; where the machine was too busy for that, init does it.
            until("none is left", || {
                ![pids[0], pids[1], pids[3]].into_iter().any(exists)
            });
        }
        until("they are seen to be gone", || child.0.ended().is_some());
    }
}

/// Names the file in which the process that is killed lists its peers.
const PARENT: &str = "MAPSCOPE_TEST_PARENT_OF_FORKS";

/// What the killed process of the next test does.
fn be_parent_of_forked_peers(path: &Path) {
    die_with_parent();
    let mut parent = Peer::start();
    let (mut child, _) = parent.fork("child");
    let (grandchild, _) = child.fork("grandchild");
    let pids = [&parent, &child, &grandchild].map(|peer| peer.pid().to_string());
    fs::write(path, format!("{}\n", pids.join(" "))).unwrap();
    // Until it is killed.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

#[test]
fn forked_peers_do_not_outlive_a_program_that_is_killed() {
    if let Some(path) = std::env::var_os(PARENT) {
        return be_parent_of_forked_peers(Path::new(&path));
    }
    let test = concat!(
        module_path!(),
        "::forked_peers_do_not_outlive_a_program_that_is_killed"
    );
    check_none_outlives(test, PARENT, 3);
}

#[test]
fn a_hundred_forks_leave_nothing() {
    let scratch = Scratch::new(1);
    let mut parent = Peer::mapping(&scratch, anonymous_shared(page()));
    let before = descriptors(parent.pid());
    let own = || fs::read_dir("/proc/self/fd").unwrap().count();
    let own_before = own();
    for round in 0..100_u8 {
        let (mut child, _) = parent.fork("child");
        child.done(store("m", 0, &[round]));
        assert_eq!(parent.bytes(load("m", 0, 1)), [round]);
        let pid = child.pid();
        // Not by dropping it: a child that a busy machine keeps from going is killed soon.
        assert_eq!(child.0.request(&Request::Exit, LONG), Ok(Answer::Leaving));
        until("it is gone", || child.0.ended().is_some());
        drop(child);
        assert_eq!(reap(&mut parent, pid), Ok(reaped("exit code 0", None)));
    }
    assert_eq!(children_of(parent.pid()), [0; 0]);
    assert_eq!(descriptors(parent.pid()), before);
    // Other tests of this process open and close some meanwhile.
    assert!(own() < own_before + 100, "{} {own_before}", own());
}
