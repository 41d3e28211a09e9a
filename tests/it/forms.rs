//! Bytes copied in a form and pasted in it are the same bytes; other programs read them alike.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use mapscope::bytes::Span;
use mapscope::bytes::forms::{Form, FormError};
use mapscope::bytes::shell;
use proptest::prelude::*;

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 1..200),
        any::<String>().prop_map(String::into_bytes),
        any::<String>().prop_map(|text| text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        any::<String>().prop_map(|text| text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ]
    .prop_filter("there is something", |bytes| !bytes.is_empty())
}

proptest! {
    #[test]
    fn what_is_copied_is_pasted_as_it_was(bytes in bytes(), start in 0..1_u64 << 40) {
        for form in Form::ALL {
            let Some(text) = form.spell(&bytes, start) else {
                let is_text = match form {
                    Form::Text => str::from_utf8(&bytes).is_ok(),
                    Form::Utf16Le | Form::Utf16Be => false,
                    _ => true,
                };
                prop_assert!(!is_text, "{form:?}");
                continue;
            };
            prop_assert_eq!(form.read(&text), Ok(bytes.clone()), "{:?} {}", form, text);
        }
    }

    #[test]
    fn whatever_is_pasted_is_taken_or_refused_at_a_place(text in prop_oneof![any::<String>(), "[=\\[\\]{}\"'\\\\x0-9a-fb, \n]{0,40}"]) {
        for form in Form::ALL {
            if let Err(FormError::Expected { line, column, .. }) = form.read(&text) {
                prop_assert!(line <= text.matches('\n').count());
                prop_assert!(column <= text.chars().count());
            }
        }
    }
}

/// What a program prints, as bytes.
fn printed(program: &str, args: &[&OsStr]) -> Vec<u8> {
    let output = Command::new(program).args(args).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(output.status.success(), "{program}: {output:?}");
    output.stdout
}

#[test]
fn other_programs_read_the_same() {
    let bytes: Vec<u8> = (0..=255).chain([b'"', b'\\', 0, b'7']).collect();
    let dir = tempfile::tempdir().unwrap();
    let python =
        Form::Python.spell(&bytes, 0).unwrap() + "import sys; sys.stdout.buffer.write(data)\n";
    assert_eq!(printed("python3", &["-c".as_ref(), python.as_ref()]), bytes);
    let base64 = Form::Base64.spell(&bytes, 0).unwrap();
    let program = format!(
        "import sys, base64; sys.stdout.buffer.write(base64.b64decode('{base64}', validate=True))"
    );
    assert_eq!(
        printed("python3", &["-c".as_ref(), program.as_ref()]),
        bytes
    );
    let (source, binary) = (dir.path().join("it.c"), dir.path().join("it"));
    let c = Form::C.spell(&bytes, 0).unwrap();
    let main = "int main(void) { return fwrite(data, 1, sizeof data, stdout) != sizeof data; }\n";
    fs::write(&source, format!("#include <stdio.h>\n{c}{main}")).unwrap();
    printed("cc", &["-o".as_ref(), binary.as_ref(), source.as_ref()]);
    assert_eq!(printed(binary.to_str().unwrap(), &[]), bytes);
}

#[test]
fn commands_read_the_very_bytes_of_files_with_any_name() {
    use std::os::unix::ffi::OsStrExt as _;
    let dir = tempfile::tempdir().unwrap();
    let content: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    let names: [&[u8]; 7] = [
        b"plain",
        b"it's a \"name\"",
        b"$HOME `ls` \\n",
        b"line\nend",
        b"\x1b[31m1",
        b"\xff\xfe7",
        b"-rf",
    ];
    for name in names {
        let path = dir.path().join(OsStr::from_bytes(name));
        fs::write(&path, &content).unwrap();
        for (start, end) in [(0, 1), (3, 70_003), (65_536, 400_000)] {
            let span = Span::new(start, end).unwrap();
            let command = shell::dd(&path, span);
            let got = printed("bash", &["-c".as_ref(), command.as_ref()]);
            let (start, end) = (
                usize::try_from(start).unwrap(),
                usize::try_from(end).unwrap(),
            );
            assert!(got == content[start..end], "{command}");
        }
        let command = shell::xxd(&path, Span::new(4, 8).unwrap());
        let got = printed("bash", &["-c".as_ref(), command.as_ref()]);
        let got = String::from_utf8(got).unwrap();
        assert!(got.starts_with("00000004: 0100 0000 "), "{command}: {got}");
    }
    assert_eq!(shell::word(Path::new("/a b").as_os_str()), "'/a b'");
}

#[track_caller]
fn refused(form: Form, text: &str, sentence: &str) {
    assert_eq!(
        form.read(text).unwrap_err().to_string(),
        sentence,
        "{text:?}"
    );
}

#[test]
fn what_others_write_is_understood_or_refused_with_its_place() {
    let c = "static const uint8_t a[] = { 65, 0x42, 'C', '\\n', 0b1 };";
    assert_eq!(Form::C.read(c), Ok(b"ABC\n\x01".to_vec()));
    assert_eq!(
        Form::C.read("char *s = \"a\\x41\\101\\0\" \"b\";"),
        Ok(b"aAA\0b".to_vec())
    );
    assert_eq!(
        Form::Rust.read("let a = [1_u8, 2u8, b'a'];"),
        Ok(vec![1, 2, b'a'])
    );
    assert_eq!(Form::Rust.read("&[0xff]"), Ok(vec![0xff]));
    assert_eq!(Form::Python.read("x = b'a=b'"), Ok(b"a=b".to_vec()));
    assert_eq!(Form::Base64.read("QU\nJD"), Ok(b"ABC".to_vec()));
    assert_eq!(Form::Base64.read("_-8"), Ok(vec![0xff, 0xef]));
    refused(
        Form::C,
        "a = { 1,\n 256 }",
        "something else than a number from 0 to 255 at line 2, column 2",
    );
    refused(
        Form::C,
        "{ 010 }",
        "something else than a number without a leading zero at line 1, column 3",
    );
    refused(
        Form::C,
        "\"a",
        "something else than a closing quotation mark at line 1, column 3",
    );
    refused(
        Form::Rust,
        "[x]",
        "something else than a number or a text in quotation marks at line 1, column 2",
    );
    refused(
        Form::Python,
        "b'\\xg1'",
        "something else than an escape such as \\n, \\0 or \\xff at line 1, column 3",
    );
    refused(
        Form::Base64,
        "QUI\n*",
        "something else than base64 at line 2, column 1",
    );
    refused(
        Form::Base64,
        "Q",
        "something else than base64 at line 1, column 2",
    );
}
