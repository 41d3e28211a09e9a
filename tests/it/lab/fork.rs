//! Forked peers: what they inherit, what they keep to themselves, and that nothing is left of them.

use super::*;

#[test]
fn a_forked_child_has_what_its_parent_has() {
    let scratch = Scratch::new(2);
    let mut parent = Peer::mapping(&scratch, shared("f", 2 * page()));
    parent.done(Call::Map(private("f", page()).named("p")));
    parent.done(Call::Map(anonymous(page()).named("a")));
    parent.done(Call::Map(anonymous_shared(page()).named("s")));
    parent.done(store("p", 0, b"p"));
    parent.done(store("a", 0, b"a"));
    let (mut child, call) = parent.fork("child");
    assert_eq!(call.text, format!("fork() = {}", child.pid()));
    assert_ne!(child.pid(), parent.pid());
    child.done(store("m", 1, b"Z"));
    assert_eq!(scratch.bytes()[1], b'Z');
    assert_eq!(parent.bytes(load("m", 1, 1)), b"Z");
    assert_eq!(child.bytes(load("p", 0, 2)), b"pA");
    let pid = child.pid();
    assert!(child.0.end().is_none());
    assert_eq!(state_of(pid), Some('Z'));
    let reaped = parent.0.request(&Request::Reap { pid }, LONG);
    let how = "exit code 0".to_owned();
    assert_eq!(reaped, Ok(Answer::Reaped { how, signal: None }));
    assert!(!exists(pid));
}
