//! Lessons about programs, their code, and who looks after their memory.

use crate::lab::catalogue::others::{MADE, answer_faults, break_at};
use crate::lab::catalogue::programs::code_page;
use crate::lab::script::{ScriptEdit, Wanted, WantedSight, anonymous, private, store};
use crate::peer::calls::{Advice, AreaCall, Call, FileAccess, Outcome, Prot, RETURNS_42};

use super::{ExerciseChange, Heading, Lesson, switched};

/// Calls the start of `m` as a function.
fn call_function() -> Call {
    let (map, at) = ("m".to_owned(), 0);
    Call::Area(AreaCall::Execute { map, at })
}

pub(super) static LESSONS: &[Lesson] = &[
    Heading::new("vfork-shares", "exec-drops-mappings").exercise(
        "The memory is shared instead of private: which stores does the parent see?",
        &["That of vfork's child alone", "Those of both children", "None"],
        1,
        ExerciseChange::Steps(
            &[ScriptEdit::Mode { peer: "A", shared: true }],
            &[
                Wanted { peer: "A", back: 1, sees: WantedSight::Bytes(b"3") },
                Wanted { peer: "A", back: 0, sees: WantedSight::Bytes(b"4") },
            ],
        ),
    ),
    Heading::new("exec-drops-mappings", "write-xor-execute").exercise(
        "The process does not call execve before it seals the memfd again: what does the seal against writing do?",
        &["It is set", "It fails with EBUSY: it is mapped"],
        1,
        ExerciseChange::Steps(
            &[ScriptEdit::LeaveOut { peer: "A", call: "exec" }],
            &[Wanted { peer: "A", back: 0, sees: WantedSight::Failed("EBUSY") }],
        ),
    ),
    Heading::new("write-xor-execute", "running-program-etxtbsy").exercise(
        "mprotect has allowed running the function, and then allows loading and storing again: what does a call do?",
        &["It returns 42: it was allowed before", "It is SIGSEGV"],
        1,
        ExerciseChange::Script(|s| {
            if RETURNS_42.is_empty() {
                return s.not_available("there is no code here for this processor");
            }
            let (page, a) = (s.page(), s.peer("A"));
            s.map(a, anonymous(page));
            let code = store("m", 0, RETURNS_42);
            s.must(a, "stores a function that returns 42", code);
            let told = s.protect(a, 0, page, Prot::ReadExecute);
            let why = "this system lets nobody run what was stored";
            s.require(told.is(Outcome::Done), why);
            let told = s.attempt(a, "calls the function", call_function());
            s.expect_number(told, 42);
            let told = s.protect(a, 0, page, Prot::ReadWrite);
            s.expect_done(told);
            let told = s.attempt(a, "calls it once more", call_function());
            s.expect_killed(told, "SIGSEGV", None);
        }),
    ),
    Heading::new("running-program-etxtbsy", "breakpoint-is-a-copy").exercise(
        "A new version of the library is renamed over the old one instead, which is not cut: what does the next call into it do?",
        &["It is SIGBUS", "It returns 42: the old file is still mapped", "It runs the new version"],
        1,
        switched(|s, changed| {
            let Some(code) = code_page(s) else {
                return;
            };
            s.file("f", code.as_slice());
            let (a, b) = (s.peer("A"), s.peer("B"));
            s.open_as(a, "f", FileAccess::Read);
            let library = private("f", s.page()).allowing(Prot::ReadExecute);
            let told = s.try_map(a, "maps f, private, read-execute", library);
            let why = "nothing can be run from this file system (noexec)";
            s.require(told.is(Outcome::Done), why);
            let told = s.attempt(a, "calls the function in it", call_function());
            s.expect_number(told, 42);
            if changed {
                s.file("new", b"");
                s.rename("new", "f");
            } else {
                s.open(b, "f");
                s.truncate(b, "f", 0);
            }
            let told = s.attempt(a, "calls the function once more", call_function());
            s.expect_number(told, 42);
        }),
    ),
    Heading::new("breakpoint-is-a-copy", "program-answers-the-fault").exercise(
        "The process with the breakpoint forks: what does its child, which nobody traces, load there?",
        &["The file's byte, as all others", "The breakpoint's byte: copies are inherited"],
        1,
        switched(|s, changed| {
            s.letters("f", 1);
            let a = s.peer("A");
            s.open_and_map(a, private("f", s.page()).allowing(Prot::Read));
            let c = s.fork(a, "C");
            let child = if changed {
                break_at(s, a);
                s.fork(c, "D")
            } else {
                let child = s.fork(c, "D");
                break_at(s, a);
                child
            };
            let seen = s.load(child, 28, 1);
            s.expect_bytes(seen, &[0xcc]);
        }),
    ),
    Heading::new("program-answers-the-fault", "plain-additions-are-lost").exercise(
        "The program says MADV_DONTNEED of a page that it has filled: what does the next load find there?",
        &["Zeros, as always after MADV_DONTNEED", "What the program fills pages with: it is missing anew"],
        1,
        switched(|s, changed| {
            let page = s.page();
            let a = s.peer("A");
            s.map(a, anonymous(3 * page));
            answer_faults(s, a);
            // The third page is not the program's to fill.
            let at = if changed { 0 } else { 2 * page };
            s.store(a, at, b"x");
            let (map, advice) = ("m".to_owned(), Advice::DontNeed);
            let drop = Call::Advise { map, at, len: page, advice };
            s.must(a, format!("says MADV_DONTNEED of the page at {at}"), drop);
            let filled = s.load(a, at, 19);
            s.expect_bytes(filled, &MADE[..19]);
        }),
    ),
];
