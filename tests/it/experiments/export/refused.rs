//! What the system refuses to a program: as mapscope itself does, it says that this cannot be shown here, and judges nothing.

use super::*;

/// Exports, changes a text, builds and runs it: what it ends with, and what it says.
#[track_caller]
fn run_changed(name: &str, language: &str, file: &str, change: [&str; 2]) -> (Option<i32>, String) {
    let (place, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (folder, _) = export(&[name], language, place.path());
    replace_in(&folder.join(file), change);
    let program = if language == "--export-c" {
        build(&folder);
        folder.join(name)
    } else {
        build_in_rust(&folder).join(name)
    };
    let output = run_program(&program, dir.path());
    (output.status.code(), text(&output.stdout))
}

/// Whether both languages can be built.
fn has_both() -> bool {
    has_compiler() && has_cargo()
}

#[test]
fn a_file_of_the_system_that_cannot_be_opened_is_not_available() {
    if !has_both() {
        return;
    }
    let name = "proc-mem-ignores-protection";
    for (language, file, open) in [
        ("--export-c", format!("{name}.c"), "open(\"/proc/self"),
        (
            "--export-rust",
            format!("src/bin/{name}.rs"),
            "open(c\"/proc/self",
        ),
    ] {
        let refused = format!("{open}/none");
        let (code, said) = run_changed(name, language, &file, [open, &refused]);
        assert_eq!(code, Some(77), "{said}");
        assert!(
            said.contains("and this system refuses that: ENOENT"),
            "{said}"
        );
    }
}

#[test]
fn what_the_kernel_does_not_tell_of_memory_is_not_available() {
    if !has_both() {
        return;
    }
    // Where each language opens it to look; that it can be opened at all is asked for before.
    let (c, rust) = (("--export-c", "lab.c"), ("--export-rust", "src/kernel.rs"));
    for ((language, file), name, place) in [
        (c, "unmap-middle-splits", "/maps\", take_map"),
        (rust, "unmap-middle-splits", "/maps\", |line| {"),
        (
            c,
            "one-byte-copies-one-page",
            "/pagemap\", O_RDONLY | O_CLOEXEC);\n    if (fd < 0)\n        return",
        ),
        (rust, "one-byte-copies-one-page", "/pagemap\".as_ptr()"),
    ] {
        let refused = format!("/none{place}");
        let (code, said) = run_changed(name, language, file, [place, &refused]);
        assert_eq!(code, Some(77), "{name}: {said}");
        let why = "and this system refuses that: E";
        assert!(said.contains(why), "{name}: {said}");
    }
}
