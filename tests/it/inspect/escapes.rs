//! Escapes in a text that is typed over another one: what is none is refused, and none is half taken.

use mapscope::bytes::inspect::{Field, Order, write};

/// The bytes of `typed` in the place of a long text; `None` where it is refused.
fn typed(typed: &str) -> Option<Vec<u8>> {
    let there = [b"................".as_slice(), &[0]].concat();
    write(Field::CString, Order::Little, typed, &there).ok()
}

#[test]
fn digits_are_digits_and_a_brace_closes() {
    for (text, expected) in [
        (r"\x41b", Some(b"Ab\0".as_slice())),
        (r"\u{41}b", Some(b"Ab\0")),
        (r"\u{0000041}b", Some(b"Ab\0")),
        (r"\u{41", None),
        (r"\u{41b", None),
        (r"\u{}", None),
        (r"\u{+41}", None),
        (r"\u{110000}", None),
        (r"\u{fffffffff}", None),
        (r"\x+f", None),
        (r"\x4", None),
        (r"\x00", None),
        (r"\u{0}", None),
    ] {
        assert_eq!(typed(text).as_deref(), expected, "{text}");
    }
}
