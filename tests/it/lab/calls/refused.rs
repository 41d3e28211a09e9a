//! Calls that the kernel or the peer refuses, and lines that are none.

use super::*;

#[test]
fn a_mapping_that_the_kernel_refuses_fails_with_its_error() {
    let scratch = Scratch::new(1);
    let mut peer = Peer::start();
    peer.done(scratch.open());
    peer.done(scratch.open_as("r", FileAccess::Read));
    peer.done(scratch.open_as("w", FileAccess::Write));
    let bad = MapCall {
        source: Source::Descriptor(77),
        ..shared("f", page())
    };
    for (call, errno, text) in [
        (
            shared("f", 0),
            "EINVAL",
            "NULL, 0, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0) = -1 EINVAL (Invalid argument)",
        ),
        (
            shared("f", page()).from(1),
            "EINVAL",
            "3, 0x1) = -1 EINVAL (Invalid argument)",
        ),
        (
            shared("f", page()).from((1 << 63) - page()),
            "EOVERFLOW",
            "3, 0x7ffffffffffff000) = -1 EOVERFLOW (Value too large for defined data type)",
        ),
        (
            shared("f", page()).from(0_u64.wrapping_sub(page())),
            "EOVERFLOW",
            "3, 0xfffffffffffff000) = -1 EOVERFLOW (Value too large for defined data type)",
        ),
        (
            shared("r", page()),
            "EACCES",
            "4, 0) = -1 EACCES (Permission denied)",
        ),
        (
            private("w", page()),
            "EACCES",
            "5, 0) = -1 EACCES (Permission denied)",
        ),
        (bad, "EBADF", "77, 0) = -1 EBADF (Bad file descriptor)"),
        (
            anonymous(1 << 47),
            "ENOMEM",
            "NULL, 140737488355328, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = -1 ENOMEM (Cannot \
             allocate memory)",
        ),
        (
            anonymous(u64::MAX),
            "ENOMEM",
            "-1, 0) = -1 ENOMEM (Cannot allocate memory)",
        ),
    ] {
        let told = peer.fails(Call::Map(call), errno);
        assert!(told[0].ends_with(text), "{told:?}, not {text}");
    }
    // What failed leaves no name.
    let told = peer.refuses(load("m", 0, 1));
    assert_eq!(told, "This process has no mapping that is called m");
}

#[test]
fn what_cannot_be_tried_is_refused_in_words() {
    let scratch = Scratch::new(1);
    let mut peer = Peer::mapping(&scratch, shared("f", 100));
    for (call, part) in [
        (load("x", 0, 1), "no mapping that is called x"),
        (shared_of("x"), "no file that is called x"),
        (load("m", 0, 65_537), "65537 bytes cannot be loaded at once"),
        (
            load("m", page(), 1),
            "1 byte at 4096 reaches past the last page of a mapping of 100 bytes",
        ),
        (load("m", page() - 1, 2), "reach past the last page"),
        (store("m", page(), b"x"), "reaches past the last page"),
        (
            store("m", u64::MAX, b"x"),
            "past the end of the address space",
        ),
        (touch("m", 0, page() + 1, true), "reach past the last page"),
        (count("m", 0, 1 << 40), "rounds take too long"),
        (unmap("m", u64::MAX, 1), "past the end of the address space"),
        (
            Call::Read {
                file: "f".to_owned(),
                at: 0,
                len: 65_537,
            },
            "65537 bytes cannot be read at once",
        ),
        (
            Call::Pages {
                map: "m".to_owned(),
                at: 0,
                len: 65_537 * page(),
            },
            "pages cannot be told of at once",
        ),
        (
            Call::Memfd {
                file: "a\0b".to_owned(),
                len: 1,
            },
            "zero byte within",
        ),
    ] {
        let message = peer.refuses(call.clone());
        assert!(message.contains(part), "{call:?}: {message}");
    }
    // The rest of the page is there, and reads as zeros or as the file.
    assert_eq!(peer.bytes(load("m", page() - 1, 1)), b"A");
}

#[test]
fn a_line_that_is_no_call_is_an_error_and_no_end() {
    let mut peer = RawPeer::start();
    for line in [
        r#"{"id":7,"do":"do"}"#,
        r#"{"id":7,"do":"do","call":"dance"}"#,
        r#"{"id":7,"do":"do","call":"load","map":"m","at":-1,"len":1}"#,
        r#"{"id":7,"do":"do","call":"load","map":"m","at":0}"#,
        r#"{"id":7,"do":"do","call":"map","map":"m","source":"file","shared":true,"prot":"read","offset":0,"len":1}"#,
        r#"{"id":7,"do":"do","call":"protect","map":"m","at":0,"len":1,"prot":"execute"}"#,
        r#"{"id":7,"do":"do","call":"store","map":"m","at":0,"bytes":"0g"}"#,
        r#"{"id":7,"do":"do","call":["memory"]}"#,
        r#"{"id":7,"do":"fork","input":3}"#,
        r#"{"id":7,"do":"reap","pid":-1}"#,
        r#"{"id":7,"do":"reap","pid":1}"#,
    ] {
        let heard = peer.ask(line);
        assert_eq!(
            (&heard["id"], &heard["answer"]),
            (&json!(7), &json!("error")),
            "{line}"
        );
    }
    assert_eq!(peer.ask("[")["id"], Value::Null);
    assert_eq!(peer.call(Call::Memory)["outcome"], "memory");
}
