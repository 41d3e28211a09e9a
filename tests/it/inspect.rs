//! What bytes are read as, judged by Python, and that what is read can be typed back.

mod escapes;

use std::io::Write as _;
use std::process::{Command, Stdio};

use mapscope::bytes::forms::Form;
use mapscope::bytes::inspect::{Field, MOST_BYTES, NoReading, Order, Reading, read, write};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

const ORDERS: [Order; 2] = [Order::Little, Order::Big];

/// Reads lines of `order hex` and prints, for each field of the list, one line: the value, or `-` where there is none.
const ORACLE: &str = r"
import sys, struct, uuid, ipaddress, datetime, math
def num(code, n):
    def f(e, b):
        if len(b) < n: return None
        return repr(struct.unpack(e + code, b[:n])[0])
    return f
def bf16(e, b):
    if len(b) < 2: return None
    two = b[:2] if e == '<' else b[1::-1]
    return repr(struct.unpack('<f', bytes(2) + two)[0])
def leb(signed):
    def f(e, b):
        v = s = 0
        for i in range(10):
            if i >= len(b): return None
            v |= (b[i] & 0x7f) << s
            s += 7
            if not b[i] & 0x80:
                if signed and b[i] & 0x40: v -= 1 << s
                lo, hi = (-(1 << 63), 1 << 63) if signed else (0, 1 << 64)
                return str(v) if lo <= v < hi else None
        return None
    return f
EPOCH = datetime.datetime(1970, 1, 1)
def moment(seconds, ticks):
    try: d = EPOCH + datetime.timedelta(days=seconds // 86400, seconds=seconds % 86400)
    except OverflowError: return 'any'
    return '%04d-%02d-%02d %02d:%02d:%02d' % (d.year, d.month, d.day, d.hour, d.minute, d.second) + ticks + ' UTC'
def unix(code, n):
    return lambda e, b: None if len(b) < n else moment(struct.unpack(e + code, b[:n])[0], '')
def filetime(e, b):
    if len(b) < 8: return None
    t = struct.unpack(e + 'Q', b[:8])[0] - 116444736000000000
    return moment(t // 10000000, '.%07d' % (t % 10000000))
def dos(e, b):
    if len(b) < 4: return None
    v = struct.unpack(e + 'I', b[:4])[0]
    d, t = v >> 16, v & 0xffff
    try: return str(datetime.datetime((d >> 9) + 1980, d >> 5 & 15, d & 31, t >> 11, t >> 5 & 63, (t & 31) * 2))
    except ValueError: return None
def char(name, n_max):
    def f(e, b):
        codec = name if name == 'utf-8' else name + ('-le' if e == '<' else '-be')
        for n in range(1, n_max + 1):
            if n > len(b): return None
            try: s = b[:n].decode(codec)
            except UnicodeDecodeError: continue
            if len(s) == 1: return str(ord(s))
        return None
    return f
def cstring(e, b):
    i = b[:256].find(0)
    return None if i < 0 else b[:i].hex() + '.'
FIELDS = [num('B', 1), num('b', 1), num('H', 2), num('h', 2), num('I', 4), num('i', 4), num('Q', 8), num('q', 8),
    num('e', 2), bf16, num('f', 4), num('d', 8), leb(False), leb(True), unix('i', 4), unix('q', 8), filetime, dos,
    lambda e, b: None if len(b) < 16 else str(uuid.UUID(bytes=b[:16])),
    lambda e, b: None if len(b) < 16 else str(uuid.UUID(bytes_le=b[:16])),
    lambda e, b: None if len(b) < 4 else str(ipaddress.IPv4Address(struct.unpack(('>' if e == '>' else '<') + 'I', b[:4])[0])),
    lambda e, b: None if len(b) < 3 else '#' + (b[:3] if e == '>' else b[2::-1]).hex(),
    char('utf-8', 4), char('utf-16', 4), char('utf-32', 4), cstring]
for line in sys.stdin:
    e, h = (line.split() + [''])[:2]
    b = bytes.fromhex(h)
    for f in FIELDS:
        v = f(e, b)
        print('-' if v is None else v)
";

/// Bytes that are no noise: small numbers, borders, characters, dates, numbers of varying length.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let noise = proptest::collection::vec(any::<u8>(), 0..40);
    let text = any::<String>().prop_map(|text| {
        let mut bytes = text.into_bytes();
        bytes.push(0);
        bytes
    });
    let units = any::<String>().prop_map(|text| {
        let units = text.encode_utf16();
        units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>()
    });
    let number = any::<char>().prop_map(|c| u32::from(c).to_be_bytes().to_vec());
    let leb = proptest::collection::vec(0x70_u8..=0xff, 1..12);
    let few =
        proptest::collection::vec(prop_oneof![Just(0), Just(0xff), Just(0x80), Just(1)], 1..20);
    let date = (0..4_102_444_800_i64).prop_map(|seconds| seconds.to_le_bytes().to_vec());
    let filetime = (0..2_650_467_744_000_000_000_u64).prop_map(|at| at.to_be_bytes().to_vec());
    let dos = (
        0..128_u32,
        1..=12_u32,
        1..=28_u32,
        0..24_u32,
        0..60_u32,
        0..30_u32,
    )
        .prop_map(|(year, month, day, hour, minute, second)| {
            let date = year << 9 | month << 5 | day;
            let bits = date << 16 | hour << 11 | minute << 5 | second;
            bits.to_le_bytes().to_vec()
        });
    prop_oneof![noise, text, units, number, leb, few, date, filetime, dos]
}

fn cases(n: usize) -> Vec<Vec<u8>> {
    let mut runner = TestRunner::default();
    let strategy = bytes();
    (0..n)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    Form::Hex.spell(bytes, 0).unwrap()
}

fn ask_python(cases: &[Vec<u8>]) -> Vec<String> {
    let mut python = Command::new("python3")
        .args(["-c", ORACLE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is there");
    let mut questions = String::new();
    for bytes in cases {
        let hex = hex(bytes);
        questions.extend(["< ", &hex, "\n> ", &hex, "\n"]);
    }
    let mut stdin = python.stdin.take().unwrap();
    let asks = std::thread::spawn(move || stdin.write_all(questions.as_bytes()).unwrap());
    let output = python.wait_with_output().unwrap();
    asks.join().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// Whether a value is the one that Python tells.
fn is_what_python_says(field: Field, order: Order, bytes: &[u8], said: &str) -> bool {
    let read = read(field, order, bytes);
    let text = match read {
        Ok(Reading { text, .. }) => text,
        Err(NoReading::Invalid(why)) if why.contains("years") => {
            return said == "any" || said.starts_with('-');
        }
        Err(_) => return said == "-",
    };
    match field {
        Field::F16 | Field::Bf16 | Field::F32 | Field::F64 => {
            let own: f64 = text.split(' ').next().unwrap().parse().unwrap();
            let said: f64 = said.parse().unwrap();
            let is_same = own.to_bits() == said.to_bits() || own.is_nan() && said.is_nan();
            // Python writes them as numbers of 64 bits.
            let own32: f32 = text.split(' ').next().unwrap().parse().unwrap();
            is_same || f64::from(own32).to_bits() == said.to_bits()
        }
        Field::Utf8 | Field::Utf16 | Field::Utf32 => {
            let number = text.strip_prefix("U+").filter(|digits| !digits.is_empty());
            let number = match number {
                Some(digits) => u32::from_str_radix(digits, 16).unwrap(),
                None => u32::from(text.chars().next().unwrap()),
            };
            number.to_string() == said
        }
        Field::CString => {
            let written = write(field, order, &text, bytes).unwrap();
            let hex = hex(&written);
            hex.strip_suffix("00").unwrap().to_owned() + "." == said
        }
        // Python has no year 0.
        _ => text == said || said == "any" && text.starts_with("0000-"),
    }
}

#[test]
fn python_reads_the_same() {
    let cases = cases(1_500);
    let said = ask_python(&cases);
    let mut said = said.iter();
    let mut n_valid = [0_usize; Field::ALL.len()];
    for bytes in &cases {
        for order in ORDERS {
            for (at, field) in Field::ALL.into_iter().enumerate() {
                let said = said.next().unwrap();
                n_valid[at] += usize::from(said != "-");
                assert!(
                    is_what_python_says(field, order, bytes, said),
                    "{field:?} {order:?} of {bytes:02x?}: {:?}, python says {said}",
                    read(field, order, bytes)
                );
            }
        }
    }
    assert!(said.next().is_none());
    assert!(n_valid.iter().all(|n| *n > 50), "{n_valid:?}");
}

proptest! {
    #[test]
    fn what_is_read_can_be_typed_back(bytes in bytes()) {
        for field in Field::ALL {
            for order in ORDERS {
                let Ok(reading) = read(field, order, &bytes) else { continue };
                prop_assert!(reading.len <= bytes.len() && reading.len <= MOST_BYTES);
                let written = write(field, order, &reading.text, &bytes);
                // A number of varying length is padded in one way only where it has more bytes than it needs.
                prop_assert_eq!(
                    written.as_deref(), Ok(&bytes[..reading.len]),
                    "{:?} {:?} {:?}", field, order, reading
                );
            }
        }
    }

    #[test]
    fn whatever_is_typed_is_taken_or_refused_at_a_column(
        text in prop_oneof![any::<String>(), "[-+0-9xob_.:eE TZ#NanUTC]{0,30}"], bytes in bytes()
    ) {
        for field in Field::ALL {
            match write(field, Order::Big, &text, &bytes) {
                Ok(written) => prop_assert!(written.len() <= bytes.len()),
                Err(error) => prop_assert!(error.at <= text.chars().count().max(24), "{error:?}"),
            }
        }
    }
}

#[track_caller]
fn refused(field: Field, typed: &str, sentence: &str) {
    let error = write(
        field,
        Order::Little,
        typed,
        &[0x81, 0x01, 0, 0, 0, 0, 0, 0, 0],
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        sentence,
        "{field:?} {typed:?}"
    );
}

#[test]
fn a_number_that_is_not_taken_is_told_with_its_column() {
    refused(Field::U16, "", "Expected at column 1: a value");
    for (field, typed) in [
        (Field::F16, "65520"),
        (Field::Bf16, "-3.4e38"),
        (Field::F32, "1e39"),
        (Field::F64, "1e400"),
    ] {
        let sentence = format!("Expected at column 1: a number that {} holds", field.name());
        refused(field, typed, &sentence);
    }
    refused(
        Field::U8,
        "256",
        "Expected at column 1: a whole number from 0 to 255",
    );
    refused(
        Field::U8,
        "12x",
        "Expected at column 3: a whole number from 0 to 255",
    );
    refused(
        Field::I8,
        " -129",
        "Expected at column 2: a whole number from -128 to 127",
    );
    refused(
        Field::U16,
        "0x",
        "Expected at column 3: a whole number from 0 to 65535",
    );
    refused(
        Field::F32,
        "1.5q",
        "Expected at column 4: a number such as -1.5e3, inf or NaN",
    );
    refused(
        Field::F32,
        "NaN 0x1",
        "Expected at column 5: the bits of a NaN",
    );
    refused(
        Field::Uleb128,
        "20000",
        "Expected at column 1: a value of at most 2, this one takes 3 bytes",
    );
}

#[test]
fn what_else_is_not_taken_is_told_with_its_column() {
    refused(
        Field::Unix64,
        "2026-13-01 00:00:00",
        "Expected at column 6: a month from 01 to 12",
    );
    refused(
        Field::Unix64,
        "2026-02-30 00:00:00",
        "Expected at column 9: a day of that month",
    );
    refused(
        Field::Unix64,
        "2026-02-3",
        "Expected at column 10: a date and time such as 2026-11-26 06:28:36",
    );
    refused(
        Field::Dos,
        "2026-02-03 04:05:07",
        "Expected at column 18: even seconds",
    );
    refused(
        Field::Unix32,
        "2026-02-03 04:05:07.5",
        "Expected at column 20: whole seconds",
    );
    refused(
        Field::Ipv4,
        "1.2.3",
        "Expected at column 6: four numbers from 0 to 255, as 192.0.2.1",
    );
    refused(
        Field::Color,
        "#12345g",
        "Expected at column 7: six hexadecimal digits, as #1e90ff",
    );
    refused(
        Field::Utf8,
        "ab",
        "Expected at column 2: one character, or its number as U+00E9",
    );
    refused(
        Field::Utf32,
        "U+D800",
        "Expected at column 3: a number up to 10FFFF that is a character's",
    );
    refused(
        Field::CString,
        "abc",
        "Expected at column 1: a value of at most 3, this one takes 4 bytes",
    );
    refused(
        Field::CString,
        "\\q",
        "Expected at column 1: \\\\, \\n, \\r, \\t, \\xff or \\u{e9}",
    );
    refused(
        Field::Uuid,
        "1",
        "Expected at column 1: more bytes in the file",
    );
}

#[test]
fn a_character_is_told_with_its_name() {
    let read = |bytes: &[u8]| read(Field::Utf8, Order::Little, bytes).unwrap();
    let told = |bytes: &[u8]| (read(bytes).text, read(bytes).note.unwrap());
    let told_as = |text: &str, note: &str| (text.to_owned(), note.to_owned());
    assert_eq!(
        told("é".as_bytes()),
        told_as("é", "U+00E9 LATIN SMALL LETTER E WITH ACUTE")
    );
    assert_eq!(told(b"\0"), told_as("U+0000", "NULL"));
    assert_eq!(told(b"\x7f"), told_as("U+007F", "DELETE"));
    assert_eq!(
        told("한".as_bytes()),
        told_as("한", "U+D55C HANGUL SYLLABLE HAN")
    );
    assert_eq!(
        told("\u{202e}".as_bytes()),
        told_as("U+202E", "RIGHT-TO-LEFT OVERRIDE")
    );
}
