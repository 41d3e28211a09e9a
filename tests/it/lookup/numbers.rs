//! Numbers as they are typed and as the screen shows them, and what is offered where another was meant.

use super::*;

#[test]
fn numbers_in_every_form() {
    for text in [
        "65",
        "0x41",
        "0X41",
        "41h",
        "41H",
        "041h",
        "0o101",
        "0O101",
        "0b1000001",
        "0B1000001",
        "065",
        "00065",
        "6_5",
        "0x4_1",
        "0x_41",
        "4_1h",
        "65_",
        "p0+65",
        " 65 ",
        "\t65\n",
    ] {
        check_index(text, &everything(), 65);
    }
    check_index("010", &everything(), 10);
    check_index("08", &everything(), 8);
    check_index("0", &everything(), 0);
    check_index("0b1h", &everything(), 0xb1);
    check_index("0FFh", &everything(), 255);
    check_index("0xAbCd", &everything(), 0xabcd);
    check_index("0xb", &everything(), 11);
    check_error("0x1h", &everything(), 3, LookupErrorKind::NotANumber);
}

#[test]
fn units() {
    for (text, expected) in [
        ("1k", 1000),
        ("1M", 1_000_000),
        ("1G", 1_000_000_000),
        ("1T", 1_000_000_000_000),
        ("1Ki", 1 << 10),
        ("1Mi", 1 << 20),
        ("1Gi", 1 << 30),
        ("1Ti", 1 << 40),
        ("64Ki", 65536),
        ("0x10Ki", 16384),
        ("1_000k", 1_000_000),
        ("010k", 10_000),
        ("p2k", 2000 * 4096),
        ("1K", 1000),
        ("1kB", 1000),
        ("1KB", 1000),
        ("1MB", 1_000_000),
        ("1GB", 1_000_000_000),
        ("1TB", 1_000_000_000_000),
        ("1ki", 1 << 10),
        ("1kiB", 1 << 10),
        ("1KiB", 1 << 10),
        ("1MiB", 1 << 20),
        ("4GiB", 4 << 30),
        ("1TiB", 1 << 40),
        ("0x10KiB", 16384),
        ("0b11kB", 3000),
    ] {
        check_index(text, &everything(), expected);
    }
    for (text, at) in [
        ("1i", 1),
        ("1iB", 1),
        ("1B", 1),
        ("1kb", 1),
        ("1KIB", 1),
        ("1kBB", 1),
        ("0xkB", 2),
        ("kB", 0),
        ("1kk", 1),
        ("1 Ki", 2),
        ("1hk", 1),
        ("0xk", 2),
        ("1m", 1),
    ] {
        check_error(text, &everything(), at, LookupErrorKind::NotANumber);
    }
}

#[test]
fn counts_are_taken_with_their_commas() {
    for (text, expected) in [
        ("1,000", 1000),
        ("12,345", 12_345),
        ("1,048,576", 1 << 20),
        ("1,000+2,000", 3000),
        ("p1,000", 1000 * 4096),
        ("(1,000)", 1000),
    ] {
        check_index(text, &everything(), expected);
    }
    check_range("1,000..2,000", &everything(), 1000, 2000);
    check_range("1,000:+2,000", &everything(), 1000, 3000);
}

/// 256 bytes of a large file, whose column has nine digits.
fn wide() -> Context {
    let extent = span(0x1_0000_0000, 0x1_0000_0100);
    Context {
        extent,
        file_len: 0x2_0000_0000,
        cursor: extent.start(),
        page_bytes: 4096,
        column_digits: offset_digits(extent),
    }
}

#[test]
fn a_number_as_the_offset_column_shows_it_is_hexadecimal() {
    check_index("00000020", &sample(), 0x20);
    check_index("0000001f", &sample(), 0x1f);
    check_index("0000001F", &sample(), 0x1f);
    check_index(" 00000020 ", &sample(), 0x20);
    check_index("00000010+00000010", &sample(), 0x20);
    check_index("00000020-8", &sample(), 0x18);
    check_range("00000010..00000020", &sample(), 0x10, 0x20);
    check_range("00000010:+8", &sample(), 0x10, 0x18);
    check_error("00000040", &sample(), 0, PAST_61);
    for text in ["00000020", "1+00000020", "00000010..20", "00000040"] {
        assert!(reads_as_column(text, &sample()), "{text}");
    }
    // Not as wide, without a zero in front, with a sign that says otherwise, or where there is no column.
    let nowhere = Context {
        column_digits: 0,
        ..sample()
    };
    for (text, context, expected) in [
        ("0000020", &sample(), 20),
        ("000000020", &sample(), 20),
        ("00_000020", &sample(), 20),
        ("0x000020", &sample(), 0x20),
        ("0000020h", &sample(), 0x20),
        ("0o000020", &sample(), 0o20),
        ("0b000010", &sample(), 2),
        ("00000020", &nowhere, 20),
    ] {
        check_index(text, context, expected);
        assert!(!reads_as_column(text, context), "{text}");
    }
    check_error("12345678", &sample(), 0, PAST_61);
    check_error("000000.0", &sample(), 6, LookupErrorKind::NotANumber);
    // The number of a page stands in no offset column.
    let pages = Context {
        page_bytes: 1,
        ..sample()
    };
    check_index("p00000020", &pages, 20);
    assert!(!reads_as_column("p00000020", &pages));
    assert_eq!(wide().column_digits, 9);
    check_error(
        "100000020",
        &wide(),
        0,
        LookupErrorKind::BeforeStart {
            first: 0x1_0000_0000,
        },
    );
}

#[test]
fn a_binary_number_is_an_offset_only_where_one_looks_so() {
    let extent = span(0, 0x0b00_0100);
    let large = Context {
        extent,
        file_len: extent.end(),
        column_digits: offset_digits(extent),
        ..sample()
    };
    check_index("0b000010", &large, 0x0b00_0010);
    check_index("0b000010", &sample(), 2);
    check_index("0b00001", &large, 1);
    check_index("0b111111", &large, 63);
}

proptest! {
    #[test]
    fn every_offset_is_taken_as_the_column_shows_it(end in 1_u64.., at in any::<prop::sample::Index>(), upper in any::<bool>()) {
        let extent = span(0, end);
        let context = Context { extent, file_len: end, cursor: 0, page_bytes: 4096, column_digits: offset_digits(extent) };
        let offset = at.index(usize::try_from(end).unwrap()) as u64;
        let width = format!("{:x}", end - 1).len().max(8);
        let shown = if upper { format!("{offset:0width$X}") } else { format!("{offset:0width$x}") };
        if shown.starts_with('0') {
            prop_assert_eq!(parse(&shown, &context), Ok(Lookup::Index(offset)));
            prop_assert!(reads_as_column(&shown, &context));
        }
    }

    #[test]
    fn an_offer_can_be_typed(text in prop_oneof!["[0-9a-fA-F]{1,17}h?", "0{1,3}[1-9][0-9]{0,2}", "[0-9]{1,3} ?- ?[0-9]{1,3}", "[0-9a-f_+.-]{1,12}"], context in prop::sample::select(vec![sample(), window(), shrunk(), nothing(), wide()])) {
        if let Err(error) = parse(&text, &context) && let Some(offer) = error.offer {
            let again = parse(&offer.to_string(), &context);
            let kind = again.as_ref().err().map(|error| error.kind);
            prop_assert!(kind != Some(LookupErrorKind::NotANumber), "{text}: {offer}");
            match (offer, again) {
                (Offer::Hexadecimal(value), Ok(found)) => prop_assert_eq!(found, Lookup::Index(value)),
                (Offer::Range(start, end), Ok(found)) => prop_assert_eq!(found, Lookup::Range(span(start, end))),
                _ => {}
            }
        }
    }
}

#[test]
fn what_was_meant_is_offered() {
    let hexadecimal = |value| Some(Offer::Hexadecimal(value));
    for (text, expected) in [
        ("FF", hexadecimal(0xff)),
        ("ff", hexadecimal(0xff)),
        ("ffh", hexadecimal(0xff)),
        ("1f", hexadecimal(0x1f)),
        ("0000001f", hexadecimal(0x1f)),
        ("3+FF", hexadecimal(0xff)),
        ("3..1f", hexadecimal(0x1f)),
        ("1_f", hexadecimal(0x1f)),
        ("ffffffffffffffffffff", None),
        ("xyz", None),
        ("fog", None),
        ("0b2", None),
        ("12x", None),
        ("1 2", None),
    ] {
        check_offer(text, &everything(), expected);
    }
    let range = |start, end| Some(Offer::Range(start, end));
    for (text, expected) in [
        ("3-7", range(3, 7)),
        (" 3 - 7 ", range(3, 7)),
        ("0x3-0x7", range(3, 7)),
        ("00000010-00000020", range(0x10, 0x20)),
        ("3-70", range(3, 70)),
        ("1K-2K", range(1000, 2000)),
        ("-3", None),
        ("3-4-5", None),
        ("3-(7)", None),
        (".-20", None),
        ("2-p7", None),
        ("..3-7", None),
        ("70", None),
    ] {
        check_offer(text, &sample(), expected);
    }
    check_index("7-3", &sample(), 4);
    // A difference of offsets that lies before the window is no range where it runs backwards or has no bytes.
    check_offer("150-160", &window(), range(150, 160));
    check_offer("190-150", &window(), None);
    check_offer("150-150", &window(), None);
    // A number with a zero in front that is no offset here, though it is one in hexadecimal.
    check_offer("0070", &window(), hexadecimal(0x70));
    check_offer("010h", &window(), None);
    check_offer("70", &window(), None);
    check_offer("0010", &window(), None);
    check_offer("p0", &window(), None);
}
